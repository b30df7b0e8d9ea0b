//! LZW as `compress` writes it. There is no end mark and no checksum, so a file that is cut off can not be told from a whole one, but where
//! it ends inside a code.

use std::io::{self, ErrorKind, Read};

/// The first free code; the one before it clears the table, in files that may do so.
const FIRST: usize = 257;
const CLEAR: usize = 256;

/// Unfolds a file.
pub(super) struct Lzw<R> {
    source: R,
    begun: bool,
    most_bits: u32,
    clears: bool,
    /// What each code from 256 on stands for: the code before its last byte, and that byte.
    table: Vec<(u16, u8)>,
    bits: u32,
    /// Codes come in groups of eight, of as many bytes as a code has bits; a change of width drops the rest of the group.
    group: Vec<u8>,
    at: u32,
    before: Option<(usize, u8)>,
    /// What was unfolded and not given, last byte first.
    ready: Vec<u8>,
}

fn bad() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "a code that is not in use")
}

impl<R: Read> Lzw<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            source,
            begun: false,
            most_bits: 16,
            clears: false,
            table: Vec::new(),
            bits: 9,
            group: Vec::new(),
            at: 0,
            before: None,
            ready: Vec::new(),
        }
    }

    fn begin(&mut self) -> io::Result<()> {
        let mut header = [0; 3];
        self.source.read_exact(&mut header)?;
        let [.., flags] = header;
        self.most_bits = u32::from(flags & 0x1F).clamp(9, 16);
        self.clears = flags & 0x80 != 0;
        self.begun = true;
        Ok(())
    }

    /// The first code that the table would give next.
    fn next_code(&self) -> usize {
        256 + self.table.len()
    }

    fn code(&mut self) -> io::Result<Option<usize>> {
        if self.at + self.bits > self.group.len() as u32 * 8 {
            let rest = self.group.len() as u32 * 8 - self.at.min(self.group.len() as u32 * 8);
            if !self.group.is_empty() && self.group.len() < self.bits as usize {
                return if rest > 7 { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(None) };
            }
            self.group.clear();
            self.at = 0;
            (&mut self.source).take(u64::from(self.bits)).read_to_end(&mut self.group)?;
            if self.group.is_empty() {
                return Ok(None);
            }
            if self.group.len() as u32 * 8 < self.bits {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        let byte = |at: u32| usize::from(self.group.get(at as usize).copied().unwrap_or(0));
        let first = self.at / 8;
        let word = byte(first) | byte(first + 1) << 8 | byte(first + 2) << 16;
        let code = word >> (self.at % 8) & ((1 << self.bits) - 1);
        self.at += self.bits;
        Ok(Some(code))
    }

    fn width(&mut self, bits: u32) {
        self.bits = bits;
        self.group.clear();
        self.at = 0;
    }

    /// Unfolds the next code; `false` at the end.
    fn step(&mut self) -> io::Result<bool> {
        let Some(code) = self.code()? else { return Ok(false) };
        if code == CLEAR && self.clears {
            self.table.truncate(0);
            self.table.push((0, 0));
            self.before = None;
            self.width(9);
            return Ok(true);
        }
        let Some((before, first)) = self.before else {
            // The first code stands for itself.
            let byte = u8::try_from(code).map_err(|_| bad())?;
            if self.table.is_empty() && self.clears {
                self.table.push((0, 0));
            }
            self.ready.push(byte);
            self.before = Some((code, byte));
            return Ok(true);
        };
        let first = self.spell(code, (before, first))?;
        if self.next_code() < 1 << self.most_bits {
            self.table.push((u16::try_from(before).map_err(|_| bad())?, first));
            if self.next_code() > (1 << self.bits) - 1 && self.bits < self.most_bits {
                self.width(self.bits + 1);
            }
        }
        self.before = Some((code, first));
        Ok(true)
    }

    /// Puts what the code stands for into `ready`, last byte first; returns its first byte.
    fn spell(&mut self, code: usize, (before, first): (usize, u8)) -> io::Result<u8> {
        let mut code = code;
        if code == self.next_code() {
            // What the code before stood for, and its first byte again.
            self.ready.push(first);
            code = before;
        }
        while code >= 256 {
            if code < FIRST && self.clears {
                return Err(bad());
            }
            // Each entry refers to an earlier one, so this ends.
            let (prefix, byte) = self.table.get(code - 256).copied().ok_or_else(bad)?;
            self.ready.push(byte);
            code = usize::from(prefix);
        }
        let byte = u8::try_from(code).map_err(|_| bad())?;
        self.ready.push(byte);
        Ok(byte)
    }
}

impl<R: Read> Read for Lzw<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if !self.begun {
            self.begin()?;
        }
        while self.ready.is_empty() && !buf.is_empty() {
            if !self.step()? {
                return Ok(0);
            }
        }
        let n = self.ready.len().min(buf.len());
        buf.iter_mut().take(n).for_each(|to| *to = self.ready.pop().unwrap_or(0));
        Ok(n)
    }
}
