//! Tar archives, in one pass: each file a child, in order. Links, folders and devices are names alone. Where a header is damaged, reading
//! goes on at the next that is whole, and what lies between is looked at as it is.

mod header;
mod pax;
mod sparse;

use std::io::{self, BufReader, Read};

use header::{BLOCK, Header, Kind};
use pax::{Pax, STRETCHES};
use sparse::Sparse;

use super::names::member_name;
use super::trouble::{Member, Told, Watched, in_order, read_error, too_many_members};
use super::{Claim, Format, Head, Input, Sink};
use crate::model::GapKind;
use crate::model::limits::{BLOCK_BYTES, CONTAINER_MEMBERS, MEMBER_NAME_BYTES};

/// Names and values before a member, at most.
const PAX_BYTES: u64 = 1024 * 1024;

/// Tar archives.
pub struct Tar;

impl Format for Tar {
    fn id(&self) -> &'static str {
        "tar"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        let Some((block, _)) = head.bytes.split_first_chunk::<BLOCK>() else {
            return if head.bytes.get(257..262) == Some(b"ustar") { Claim::Yes } else { Claim::No };
        };
        // A damaged first header has the signature alone; one of the seventh edition the checksum alone.
        let signed = block.get(257..265).is_some_and(|magic| magic == b"ustar\x0000" || magic == b"ustar  \0");
        if signed || (Header::of(block).is_some() && block.first() != Some(&0)) { Claim::Yes } else { Claim::No }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["tar", "gem", "ova"]
    }

    fn read(&self, _: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let src = BufReader::with_capacity(BLOCK_BYTES / 4, Watched::new(in_order(input)));
        let mut walk = Walk { src, out, at: 0, members: 0, pax: Pax::default(), for_all: Pax::default(), long: None };
        let ended = walk.run();
        let Watched { failed, taken, .. } = walk.src.into_inner();
        match (failed, ended) {
            (Some(error), _) => read_error(out, &error, taken),
            (None, Err(error)) if !Told::is(&error) => {
                let reason = format!(
                    "the archive is cut off inside a header or its addition, after {} members that were looked at; look for a whole copy",
                    walk.members
                );
                out.gap(GapKind::Truncated, reason);
            }
            (None, _) => {}
        }
    }
}

struct Walk<'o, R> {
    src: BufReader<Watched<R>>,
    out: &'o mut dyn Sink,
    /// Bytes read.
    at: u64,
    members: usize,
    /// What was said of the next member, and of all.
    pax: Pax,
    for_all: Pax,
    long: Option<Vec<u8>>,
}

/// What the next block is.
enum Next {
    Block(Box<[u8; BLOCK]>),
    /// The archive ends, with so many bytes of this one.
    End(Box<[u8; BLOCK]>, usize),
}

impl<R: Read> Walk<'_, R> {
    fn block(&mut self) -> io::Result<Next> {
        next_block(&mut self.src, &mut self.at)
    }

    fn run(&mut self) -> io::Result<()> {
        let mut ended = false;
        loop {
            let block = match self.block()? {
                Next::Block(block) => block,
                Next::End(_, 0) if ended => return Ok(()),
                Next::End(_, held) => {
                    self.cut(held, ended);
                    return Ok(());
                }
            };
            if block.iter().all(|byte| *byte == 0) {
                // Behind the end mark another archive may follow (`cat`, `tar -A`).
                ended = true;
                continue;
            }
            let go_on = match Header::of(&block) {
                Some(header) => {
                    ended = false;
                    self.entry(&header)?
                }
                None => self.stray(block)?,
            };
            if !go_on {
                return Ok(());
            }
        }
    }

    /// The archive ended without its end mark, or with bytes that fill no block.
    fn cut(&mut self, held: usize, ended: bool) {
        if ended && held > 0 {
            let reason = format!("{held} bytes behind the end of the archive are no part of it and were not looked at");
            self.out.gap(GapKind::Malformed, reason);
        } else if !ended {
            let reason = format!(
                "the archive ends without its end mark: it may be cut off; its {} members up to there were looked at; look for a whole copy",
                self.members
            );
            self.out.gap(GapKind::Truncated, reason);
        }
    }

    fn entry(&mut self, header: &Header<'_>) -> io::Result<bool> {
        match header.kind() {
            Kind::LongName => {
                let name = self.short(header.size(), MEMBER_NAME_BYTES)?;
                self.long = Some(name.split(|byte| *byte == 0).next().unwrap_or_default().to_vec());
                return Ok(true);
            }
            Kind::Beside => {
                self.short(header.size(), 0)?;
                return Ok(true);
            }
            Kind::Pax => {
                let records = self.short(header.size(), PAX_BYTES)?;
                self.pax.take(&records);
                return Ok(true);
            }
            Kind::PaxForAll => {
                let records = self.short(header.size(), PAX_BYTES)?;
                self.for_all.take(&records);
                // Holes are of one file.
                self.for_all.map = Vec::new();
                return Ok(true);
            }
            _ => {}
        }
        let pax = std::mem::take(&mut self.pax);
        if pax.overfull {
            let reason = format!(
                "what stands before byte {} tells of more than {STRETCHES} stretches of a file with holes; those behind were read without the holes between them",
                self.at
            );
            self.out.gap(GapKind::OverLimit, reason);
        }
        if pax.damaged {
            let reason =
                format!("what stands before byte {} on the next member is damaged; its name may be wrong", self.at);
            self.out.gap(GapKind::Malformed, reason);
        }
        let name = self.long.take().or_else(|| pax.path.clone()).or_else(|| self.for_all.path.clone());
        let name = member_name(&name.unwrap_or_else(|| header.name()));
        let size = pax.size.or(self.for_all.size).unwrap_or_else(|| header.size());
        match header.kind() {
            // Where a size is stated a header may follow at once, or the content: what is no header is looked at as it is.
            Kind::Bare => Ok(true),
            Kind::Listing => self.short(size, 0).map(|_| true),
            kind => self.member(&name, size, (kind, header, pax)),
        }
    }

    fn member(&mut self, name: &str, size: u64, (kind, header, pax): (Kind, &Header<'_>, Pax)) -> io::Result<bool> {
        if self.members >= CONTAINER_MEMBERS {
            too_many_members(self.out);
            return Ok(false);
        }
        self.members += 1;
        let mut map = pax.map;
        let mut before = 0;
        if kind == Kind::OldSparse {
            map = self.old_map(header)?;
        } else if pax.map_ahead {
            match sparse::map_ahead(&mut self.src, &mut before)? {
                Some(found) => map = found,
                None => {
                    let reason =
                        "its list of holes is damaged; it was read without them, so places in it are not right";
                    self.out.member_gap(name, GapKind::Malformed, reason.to_owned());
                }
            }
            self.at = self.at.saturating_add(before);
        }
        let stored = size.saturating_sub(before);
        let mut member = Member::new((&mut self.src).take(stored));
        let go_on = self.out.child(name, &mut Sparse::new(&mut member, map));
        let left = stored.saturating_sub(member.given);
        self.at = self.at.saturating_add(stored);
        // What the child did not ask for.
        let there = io::copy(&mut (&mut self.src).take(left), &mut io::sink())?;
        if there < left {
            let reason = format!(
                "cut off: {} of {size} bytes are there and were looked at; look for a whole copy",
                size.saturating_sub(left - there)
            );
            self.out.broken_off(GapKind::Truncated, reason);
            return Ok(false);
        }
        if kind == Kind::Continued {
            let reason = "it begins in another volume of this archive; join the volumes and run hozen on the result";
            self.out.broken_off(GapKind::Truncated, reason.to_owned());
        }
        self.pad(size)?;
        Ok(go_on)
    }

    /// The map of an old sparse file, which goes on in blocks of its own.
    fn old_map(&mut self, header: &Header<'_>) -> io::Result<Vec<(u64, u64)>> {
        let (mut map, mut more) = header.stretches();
        while more {
            let Next::Block(block) = self.block()? else { return Err(io::ErrorKind::UnexpectedEof.into()) };
            map.extend(header::stretches(block.get(..504).unwrap_or_default()));
            more = block.get(504).is_some_and(|more| *more != 0) && map.len() < STRETCHES;
        }
        Ok(map)
    }

    /// Content that is held: the first `limit` bytes of it; the rest is dropped.
    fn short(&mut self, size: u64, limit: u64) -> io::Result<Vec<u8>> {
        let mut held = Vec::new();
        (&mut self.src).take(size.min(limit)).read_to_end(&mut held)?;
        let left = size - held.len() as u64;
        let dropped = io::copy(&mut (&mut self.src).take(left), &mut io::sink())?;
        if dropped < left {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if left > 0 && limit > 0 {
            let reason =
                format!("the name of the member behind byte {} is longer than {limit} bytes and was cut", self.at);
            self.out.gap(GapKind::OverLimit, reason);
        }
        self.at = self.at.saturating_add(size);
        self.pad(size)?;
        Ok(held)
    }

    /// Goes to the next block.
    fn pad(&mut self, size: u64) -> io::Result<()> {
        let padding = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
        self.at = self.at.saturating_add(padding);
        io::copy(&mut (&mut self.src).take(padding), &mut io::sink()).map(|_| ())
    }

    /// What is no header where one should be: it is looked at as it is, up to the next header.
    fn stray(&mut self, first: Box<[u8; BLOCK]>) -> io::Result<bool> {
        let from = self.at - BLOCK as u64;
        let mut stray =
            Stray { src: &mut self.src, at: &mut self.at, block: first, held: BLOCK, given: 0, found: None };
        let mut member = Member::new(&mut stray);
        let go_on = self.out.child(&format!("(damaged at byte {from})"), &mut member);
        drop(member);
        io::copy(&mut stray, &mut io::sink())?;
        let found = stray.found;
        let reason = format!(
            "no header of a member stands at byte {from}, where one should; the {} bytes up to {} were looked at as they are; look for a whole copy",
            self.at.saturating_sub(from + if found.is_some() { BLOCK as u64 } else { 0 }),
            if found.is_some() { "the next header" } else { "the end" }
        );
        self.out.broken_off(GapKind::Malformed, reason);
        match found.as_deref().and_then(Header::of) {
            Some(header) if go_on => self.entry(&header),
            _ => Ok(false),
        }
    }
}

fn next_block(src: &mut impl Read, at: &mut u64) -> io::Result<Next> {
    let mut block = Box::new([0; BLOCK]);
    let mut held = 0;
    while let Some(rest) = block.get_mut(held..).filter(|rest| !rest.is_empty()) {
        match src.read(rest)? {
            0 => {
                *at += held as u64;
                return Ok(Next::End(block, held));
            }
            n => held += n,
        }
    }
    *at += BLOCK as u64;
    Ok(Next::Block(block))
}

/// Blocks up to the next header.
struct Stray<'w, R> {
    src: &'w mut R,
    at: &'w mut u64,
    block: Box<[u8; BLOCK]>,
    held: usize,
    given: usize,
    found: Option<Box<[u8; BLOCK]>>,
}

impl<R: Read> Read for Stray<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.given == self.held && self.held == BLOCK && self.found.is_none() {
            match next_block(self.src, self.at)? {
                Next::Block(block) if Header::of(&block).is_some() => self.found = Some(block),
                Next::Block(block) => (self.block, self.given) = (block, 0),
                Next::End(block, held) => (self.block, self.held, self.given) = (block, held, 0),
            }
        }
        let left = self.block.get(self.given..self.held).unwrap_or_default();
        let n = left.len().min(buf.len());
        buf.iter_mut().zip(left).for_each(|(to, from)| *to = *from);
        self.given += n;
        Ok(n)
    }
}

#[cfg(test)]
pub(super) mod tests;
