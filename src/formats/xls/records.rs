//! Records of a BIFF stream ([MS-XLS] 2.1.4): a type, a length and so many bytes; what is too long goes on in `CONTINUE` records. Text of
//! both kinds that the files hold: UTF-16 or its lower half, and bytes of a code page.

use std::io::{self, Read};

use encoding_rs::Encoding;

/// What goes on with the record before.
const CONTINUE: u16 = 0x003C;

/// A stream, record by record.
pub(super) struct Records<R> {
    src: R,
    /// Where the next record begins.
    pub(super) offset: u64,
    /// The header of the next record, if it was looked at.
    ahead: Option<(u16, u16)>,
    pub(super) kind: u16,
    data: Vec<u8>,
    at: usize,
    /// `data` is what there is of a record that is cut.
    is_cut: bool,
}

/// The stream is over within a record.
fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "it ends within a record")
}

impl<R: Read> Records<R> {
    pub(super) fn new(src: R) -> Self {
        Self { src, offset: 0, ahead: None, kind: 0, data: Vec::new(), at: 0, is_cut: false }
    }

    /// The next header, which stays the next. `None` at the end of the stream.
    fn peek(&mut self) -> io::Result<Option<(u16, u16)>> {
        if self.ahead.is_none() {
            let mut header = [0; 4];
            let mut read = 0;
            while let Some(room) = header.get_mut(read..).filter(|room| !room.is_empty()) {
                match self.src.read(room) {
                    Ok(0) if read == 0 => return Ok(None),
                    Ok(0) => return Err(cut()),
                    Ok(count) => read += count,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            let [a, b, c, d] = header;
            self.ahead = Some((u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d])));
        }
        Ok(self.ahead)
    }

    /// Goes to the next record; false at the end of the stream.
    pub(super) fn next(&mut self) -> io::Result<bool> {
        let Some((kind, length)) = self.peek()? else { return Ok(false) };
        self.ahead = None;
        self.kind = kind;
        self.at = 0;
        self.data.clear();
        let read = (&mut self.src).take(u64::from(length)).read_to_end(&mut self.data);
        if !matches!(read, Ok(count) if count == usize::from(length)) {
            self.is_cut = true;
            return Err(read.err().unwrap_or_else(cut));
        }
        self.offset += 4 + u64::from(length);
        Ok(true)
    }

    /// What the stream holds behind the last record that was read whole: the piece of one that is cut, or the record at which reading
    /// `stopped`, and all that follows.
    pub(super) fn rest(&mut self, stopped: bool) -> impl Read {
        let piece = if self.is_cut || stopped { self.data.as_slice() } else { &[] };
        piece.chain(&mut self.src)
    }

    /// Whether the record that comes next is of this kind.
    pub(super) fn next_is(&mut self, kind: u16) -> io::Result<bool> {
        Ok(self.peek()?.is_some_and(|(next, _)| next == kind))
    }

    /// Bytes of the record that are left.
    pub(super) fn left(&self) -> usize {
        self.data.len().saturating_sub(self.at)
    }

    /// All bytes of the record.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.data
    }

    /// The bytes that are left.
    pub(super) fn remaining(&self) -> &[u8] {
        self.data.get(self.at..).unwrap_or_default()
    }

    /// Goes on in the `CONTINUE` record that follows, if there is one.
    pub(super) fn go_on(&mut self) -> io::Result<bool> {
        if !self.next_is(CONTINUE)? {
            return Ok(false);
        }
        let kind = self.kind;
        let went = self.next()?;
        self.kind = kind;
        Ok(went)
    }

    /// So many bytes, across `CONTINUE` records.
    fn take<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        for byte in &mut bytes {
            while self.left() == 0 {
                if !self.go_on()? {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        format!("a record of type {:#06x} is too short", self.kind),
                    ));
                }
            }
            *byte = self.data.get(self.at).copied().unwrap_or(0);
            self.at += 1;
        }
        Ok(bytes)
    }

    pub(super) fn u8(&mut self) -> io::Result<u8> {
        self.take::<1>().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> io::Result<u16> {
        self.take().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> io::Result<u32> {
        self.take().map(u32::from_le_bytes)
    }

    pub(super) fn f64(&mut self) -> io::Result<f64> {
        self.take().map(f64::from_le_bytes)
    }

    /// Leaves out so many bytes, across `CONTINUE` records.
    pub(super) fn skip(&mut self, mut count: u64) -> io::Result<()> {
        while count > 0 {
            if self.left() == 0 && !self.go_on()? {
                return Ok(());
            }
            let step = usize::try_from(count).unwrap_or(usize::MAX).min(self.left());
            self.at += step;
            count -= step as u64;
        }
        Ok(())
    }

    /// So many characters behind their flags. Where they go on in another record, new flags come first.
    pub(super) fn wide(&mut self, chars: usize) -> io::Result<String> {
        let mut wide = self.u8()? & 1 == 1;
        let mut units: Vec<u16> = Vec::new();
        while units.len() < chars {
            if self.left() == 0 {
                if !self.go_on()? {
                    break;
                }
                wide = self.u8()? & 1 == 1;
            }
            let unit = if wide { self.u16()? } else { u16::from(self.u8()?) };
            units.push(unit);
        }
        Ok(String::from_utf16_lossy(&units))
    }

    /// So many bytes in a code page.
    pub(super) fn narrow(&mut self, count: usize, page: &'static Encoding) -> io::Result<String> {
        let mut bytes = Vec::new();
        while bytes.len() < count {
            if self.left() == 0 && !self.go_on()? {
                break;
            }
            bytes.push(self.u8()?);
        }
        Ok(page.decode_without_bom_handling(&bytes).0.into_owned())
    }

    /// A string of the table of shared strings: its text without runs of fonts and readings ([MS-XLS] 2.5.293).
    pub(super) fn shared(&mut self) -> io::Result<String> {
        let chars = usize::from(self.u16()?);
        let flags = self.u8()?;
        let runs = if flags & 8 != 0 { self.u16()? } else { 0 };
        let extra = if flags & 4 != 0 { self.u32()? } else { 0 };
        // The flags stand before those counts, and are looked at again as characters begin.
        let mut wide = flags & 1 == 1;
        let mut units: Vec<u16> = Vec::new();
        while units.len() < chars {
            if self.left() == 0 {
                if !self.go_on()? {
                    break;
                }
                wide = self.u8()? & 1 == 1;
            }
            let unit = if wide { self.u16()? } else { u16::from(self.u8()?) };
            units.push(unit);
        }
        self.skip(u64::from(runs) * 4 + u64::from(extra))?;
        Ok(String::from_utf16_lossy(&units))
    }
}

/// The encoding of a code page number ([MS-XLS] 2.4.52).
pub(super) fn code_page(number: u16) -> &'static Encoding {
    match number {
        936 => encoding_rs::GBK,
        949 => encoding_rs::EUC_KR,
        950 => encoding_rs::BIG5,
        1250 => encoding_rs::WINDOWS_1250,
        1251 => encoding_rs::WINDOWS_1251,
        1252 => encoding_rs::WINDOWS_1252,
        1253 => encoding_rs::WINDOWS_1253,
        1254 => encoding_rs::WINDOWS_1254,
        65001 => encoding_rs::UTF_8,
        // 932, and 10001 of the Macintosh.
        _ => encoding_rs::SHIFT_JIS,
    }
}
