//! Lzip: LZMA in members, several of which are one file, each with a checksum.

use std::io::{self, ErrorKind, Read};
use std::rc::Rc;

use lzma_rust2::LzmaReader;

use crate::formats::unfold::{Refused, one_child, stem};
use crate::formats::{Budget, Claim, Format, Head, Held, Input, Sink};

/// Files of `lzip`.
pub struct Lzip;

impl Format for Lzip {
    fn id(&self) -> &'static str {
        "lzip"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        match head.bytes {
            [b'L', b'Z', b'I', b'P', 1, size, ..] if dictionary(*size).is_some() => Claim::Yes,
            _ => Claim::No,
        }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["lz"]
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let name = stem(head, &[("lz", "")]);
        let budget = out.budget();
        one_child(("lzip stream", &name), input, |source| Box::new(Members::new(source, budget)), out);
    }
}

/// The dictionary that a member asks for: a power of two, less some sixteenths of it.
fn dictionary(coded: u8) -> Option<u32> {
    let base = 1u32 << (coded & 0x1F);
    let size = base - base / 16 * u32::from(coded >> 5);
    (1 << 12..=1 << 29).contains(&size).then_some(size)
}

/// A source, and before it what a decoder took too much of it.
struct Rest<R> {
    before: io::Cursor<Vec<u8>>,
    source: R,
}

impl<R: Read> Read for Rest<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self.before.read(buf)? {
            0 => self.source.read(buf),
            n => Ok(n),
        }
    }
}

/// A member that is being read.
struct Member<R> {
    decoder: Box<LzmaReader<Rest<R>>>,
    _held: Held,
    checksum: crc32fast::Hasher,
    given: u64,
}

/// All members of a file.
struct Members<R> {
    /// Between two members.
    source: Option<Rest<R>>,
    member: Option<Member<R>>,
    members: u64,
    budget: Rc<Budget>,
}

impl<R: Read> Members<R> {
    fn new(source: R, budget: Rc<Budget>) -> Self {
        let source = Some(Rest { before: io::Cursor::default(), source });
        Self { source, member: None, members: 0, budget }
    }

    /// Goes to the next member; `None` at the end of the file.
    fn next(&mut self) -> io::Result<Option<Member<R>>> {
        let Some(mut source) = self.source.take() else { return Ok(None) };
        let mut header = Vec::new();
        (&mut source).take(6).read_to_end(&mut header)?;
        let size = match header.as_slice() {
            [] if self.members > 0 => return Ok(None),
            [b'L', b'Z', b'I', b'P', 1, size] => dictionary(*size),
            short if short.len() < 6 => return Err(ErrorKind::UnexpectedEof.into()),
            _ => return Err(io::Error::new(ErrorKind::InvalidData, "what follows is no member")),
        };
        let size = size.ok_or_else(|| io::Error::new(ErrorKind::InvalidData, "a dictionary that can not be"))?;
        let held = self.budget.hold(u64::from(size)).ok_or_else(|| Refused::memory(u64::from(size)))?;
        let decoder = Box::new(LzmaReader::new(source, u64::MAX, 3, 0, 2, size, None)?);
        self.members += 1;
        Ok(Some(Member { decoder, _held: held, checksum: crc32fast::Hasher::new(), given: 0 }))
    }
}

impl<R: Read> Member<R> {
    /// Reads what stands behind the packed content: its checksum, its size, and that of the member.
    fn finish(self) -> io::Result<Rest<R>> {
        let (rest, unused) = self.decoder.into_parts();
        // What the decoder was given before and did not use is part of what it took last.
        let before =
            [unused, rest.before.get_ref().get(rest.before.position() as usize..).unwrap_or_default().to_vec()];
        let mut rest = Rest { before: io::Cursor::new(before.concat()), source: rest.source };
        let mut trailer = [0; 20];
        rest.read_exact(&mut trailer)?;
        let (checksum, sizes) = trailer.split_at(4);
        let right = checksum == self.checksum.finalize().to_le_bytes() && sizes.starts_with(&self.given.to_le_bytes());
        right.then_some(rest).ok_or_else(|| io::Error::new(ErrorKind::InvalidData, "wrong checksum or size"))
    }
}

impl<R: Read> Read for Members<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut member = match self.member.take() {
                Some(member) => member,
                None => match self.next()? {
                    Some(member) => member,
                    None => return Ok(0),
                },
            };
            let n = member.decoder.read(buf)?;
            if n > 0 || buf.is_empty() {
                member.checksum.update(buf.get(..n).unwrap_or_default());
                member.given = member.given.saturating_add(n as u64);
                self.member = Some(member);
                return Ok(n);
            }
            self.source = Some(member.finish()?);
        }
    }
}
