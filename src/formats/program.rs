//! Programs that carry an archive behind them: self-extracting zip, RAR, 7z, LZH and cabinet files.
//!
//! What a program's own header accounts for is its code; an archive is looked for behind that only, so that a program which knows the
//! marks of archives is none. From the first mark on the bytes are a member, which is opened by its content like any other.
//! (PE: Microsoft's PE/COFF specification, 3 and 4; ELF: System V ABI, chapters 4 and 5; DOS: the size in the MZ header.)

use std::io::{self, Read};

use super::little::{u16_at, u32_at, u64_at};

/// Marks of archives, and how far into the archive they stand.
const MARKS: [(&[u8], usize); 5] =
    [(b"PK\x03\x04", 0), (b"Rar!\x1A\x07", 0), (b"7z\xBC\xAF\x27\x1C", 0), (b"MSCF\0\0\0\0", 0), (b"-lh", 2)];
/// Bytes that are taken in at once.
const PIECE_BYTES: usize = 64 * 1024;
/// Bytes that a mark takes at the most, with what stands before it.
const MARK_BYTES: usize = 8;

/// Where what a program's header accounts for ends; `None` if this is the head of no program.
pub(super) fn end_of_code(head: &[u8]) -> Option<u64> {
    match head {
        [b'M', b'Z', ..] => Some(end_of_sections(head).unwrap_or_else(|| end_of_dos(head))),
        [0x7F, b'E', b'L', b'F', ..] => Some(end_of_elf(head).unwrap_or(0)),
        _ => None,
    }
}

fn end_of_dos(head: &[u8]) -> u64 {
    let number = |at| u64::from(u16_at(head, at).unwrap_or(0));
    let (last, pages) = (number(2), number(4));
    if last == 0 { pages * 512 } else { pages.saturating_sub(1) * 512 + last }
}

fn end_of_sections(head: &[u8]) -> Option<u64> {
    let header = u32_at(head, 0x3C)? as usize;
    if head.get(header..)?.get(..4)? != b"PE\0\0" {
        return None;
    }
    let count = usize::from(u16_at(head, header + 6)?);
    let first = header + 24 + usize::from(u16_at(head, header + 20)?);
    let end = |at: usize| Some(u64::from(u32_at(head, at + 16)?) + u64::from(u32_at(head, at + 20)?));
    (0..count).map(|n| end(first + 40 * n)).try_fold(0, |most, end| Some(most.max(end?)))
}

fn end_of_elf(head: &[u8]) -> Option<u64> {
    let is_wide = *head.get(4)? == 2;
    let place = |wide: usize, narrow: usize| if is_wide { wide } else { narrow };
    let number = |at: usize| if is_wide { u64_at(head, at) } else { u32_at(head, at).map(u64::from) };
    let short = |at: usize| u16_at(head, at).map(u64::from);
    let sections = number(place(0x28, 0x20))?.saturating_add(short(place(0x3A, 0x2E))? * short(place(0x3C, 0x30))?);
    let table = usize::try_from(number(place(0x20, 0x1C))?).ok()?;
    let (size, count) = (usize::from(u16_at(head, place(0x36, 0x2A))?), u16_at(head, place(0x38, 0x2C))?);
    let end = |n: u16| {
        let at = table.checked_add(size * usize::from(n))?;
        Some(number(at.checked_add(place(8, 4))?)?.saturating_add(number(at.checked_add(place(32, 16))?)?))
    };
    (0..count).map(end).try_fold(sections, |most, end| Some(most.max(end?)))
}

/// The bytes of a program up to the archive behind it, if there is one.
pub(super) struct Program<'r> {
    src: &'r mut dyn Read,
    /// An archive stands here at the earliest.
    from: u64,
    held: Vec<u8>,
    /// How many of the held bytes were given, and where the first of them stands.
    given: usize,
    base: u64,
    ended: bool,
    /// Where in what is held an archive begins.
    found: Option<usize>,
}

impl<'r> Program<'r> {
    pub(super) fn new(src: &'r mut dyn Read, from: u64) -> Self {
        Self { src, from, held: Vec::new(), given: 0, base: 0, ended: false, found: None }
    }

    /// The archive, once all before it was read: where it begins, and its bytes.
    pub(super) fn archive(self) -> Option<(u64, impl Read + 'r)> {
        let at = self.found?;
        let held = self.held.get(at..).unwrap_or_default().to_vec();
        Some((self.base + at as u64, io::Cursor::new(held).chain(self.src)))
    }

    /// How many of the held bytes are the program's for certain.
    fn sure(&self) -> usize {
        let whole = if self.ended { self.held.len() } else { self.held.len().saturating_sub(MARK_BYTES) };
        self.found.unwrap_or(whole)
    }

    fn fill(&mut self) -> io::Result<()> {
        self.held.drain(..self.given);
        self.base += self.given as u64;
        self.given = 0;
        let held = self.held.len();
        self.held.resize(held + PIECE_BYTES, 0);
        let read = self.src.read(self.held.get_mut(held..).unwrap_or_default());
        self.held.truncate(held + read.as_ref().map_or(0, |read| *read));
        self.ended = read? == 0;
        let from = usize::try_from(self.from.saturating_sub(self.base)).unwrap_or(usize::MAX);
        self.found = first_mark(&self.held, from);
        Ok(())
    }
}

impl Read for Program<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.sure() && self.found.is_none() && !self.ended {
            match self.fill() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => other?,
            }
        }
        let mut ready = self.held.get(self.given..self.sure()).unwrap_or_default();
        let read = ready.read(out)?;
        self.given += read;
        Ok(read)
    }
}

/// Where the first archive begins, at a place or behind it.
fn first_mark(bytes: &[u8], from: usize) -> Option<usize> {
    let of = |(mark, before): (&[u8], usize)| {
        let rest = bytes.get(from..)?;
        let begin = memchr::memmem::find_iter(rest, mark).filter(|at| before == 0 || is_lzh(rest, *at));
        begin.filter_map(|at| at.checked_sub(before)).next().map(|at| from + at)
    };
    MARKS.into_iter().filter_map(of).min()
}

/// `-lh5-` and its like.
fn is_lzh(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(at + 3..at + 5), Some([b'0'..=b'7' | b'd', b'-']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::collected::Collected;
    use crate::formats::docx::tests::sample;
    use crate::model::GapKind;

    /// Heads of programs (PE, DOS, ELF of 64 and of 32 bits) that account for 512 bytes, with the marks of archives in them.
    fn programs() -> [Vec<u8>; 4] {
        let made = |bytes: &[(usize, &[u8])]| {
            let mut head = vec![0; 512];
            let marks: (usize, &[u8]) = (300, b"Rar!\x1A\x07\0 and PK\x03\x04 and 7z\xBC\xAF\x27\x1C");
            bytes.iter().chain([&marks]).for_each(|(at, bytes)| head[*at..at + bytes.len()].copy_from_slice(bytes));
            head
        };
        [
            // A header at 128 with one section of 256 bytes at 256, or one page of 512.
            made(&[(0, b"MZ"), (0x3C, &[128]), (128, b"PE\0\0\0\0\x01\0"), (148, &[16]), (185, &[1, 0, 0, 0, 1])]),
            made(&[(0, b"MZ"), (4, &[1])]),
            // One segment of 256 bytes at 256, told at 64.
            made(&[(0, b"\x7fELF\x02"), (0x20, &[64]), (0x36, &[56, 0, 1]), (64 + 9, &[1]), (64 + 33, &[1])]),
            made(&[(0, b"\x7fELF\x01"), (0x1C, &[64]), (0x2A, &[32, 0, 1]), (64 + 5, &[1]), (64 + 17, &[1])]),
        ]
    }

    #[test]
    fn an_archive_behind_a_program_is_opened() {
        for program in programs() {
            assert_eq!(end_of_code(&program), Some(512), "{:?}", &program[..5]);
            for archive in ["zip/bzip2.zip", "7z/lzma.7z", "lzh/level1.lzh", "lzh/level0.lzh", "rar/recovery.rar"] {
                let bytes = [&program[..], b"config=1\n", &sample(archive)].concat();
                let got = Collected::of("sent.exe", &bytes);
                assert_eq!((got.format, got.children.len()), ("binary", 1), "{archive}");
                assert_eq!(got.children[0].0, "archive at byte 521", "{archive}");
                assert_eq!(got.gaps, [], "{archive}");
                assert!(got.all_text().contains("yamada.taro@example.jp"), "{archive}: {}", got.all_text());
            }
            let got = Collected::of("sent.exe", &[&program[..], &sample("rar/packed.rar")].concat());
            assert_eq!(got.children[0].1.gap_kinds(), [GapKind::UnsupportedFormat; 2]);
        }
    }

    #[test]
    fn a_program_without_one_is_read_as_before_and_a_mark_alone_costs_nothing() {
        for program in programs() {
            let got = Collected::of("a.exe", &[&program[..], b"\0taro@example.jp\0"].concat());
            assert_eq!((got.children.len(), got.all_text().matches("taro@example.jp").count()), (0, 1));
            let got =
                Collected::of("a.exe", &[&program[..], b"\0taro@example.jp\0MSCF\0\0\0\0hanako@example.jp"].concat());
            assert!(got.all_text().contains("taro@example.jp"));
            // A cabinet is not opened, and that is told.
            assert_eq!(got.children[0].1.gap_kinds(), [GapKind::UnsupportedFormat]);
        }
        assert_eq!(end_of_code(b"text"), None);
    }

    #[test]
    fn a_mark_is_found_however_the_bytes_come() {
        struct Bytewise<'b>(&'b [u8]);
        impl Read for Bytewise<'_> {
            fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                let one = out.len().min(1);
                self.0.read(&mut out[..one])
            }
        }
        for (mark, before_it) in [(&b"PK\x03\x04abc"[..], 0), (b"xx-lh5-abc", 0), (b"-lh5-", 2)] {
            let begin = 100 - before_it;
            let bytes = [&[7; 100], mark].concat();
            let mut src = Bytewise(&bytes);
            let mut program = Program::new(&mut src, 0);
            let mut before = Vec::new();
            program.read_to_end(&mut before).unwrap();
            let (at, mut rest) = program.archive().unwrap();
            let mut after = Vec::new();
            rest.read_to_end(&mut after).unwrap();
            assert_eq!((before.len(), at), (begin, begin as u64));
            assert_eq!([before, after].concat(), bytes);
        }
    }
}
