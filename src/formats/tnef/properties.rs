//! Lists of properties in a TNEF message ([MS-OXTNEF] 2.1.3.4 to 2.1.3.6).

use crate::formats::mapi::{self, Item};

/// Properties of a message, a recipient or an attachment.
#[derive(Default)]
pub(super) struct Properties {
    pub(super) item: Item,
    /// The text body.
    pub(super) body: Option<String>,
    /// The body in HTML, and in compressed RTF.
    pub(super) html: Option<Vec<u8>>,
    pub(super) rtf: Option<Vec<u8>>,
    /// A message or an object that is attached as such.
    pub(super) object: Option<Vec<u8>>,
    /// The content of an attachment that stands here and not in an attribute of its own.
    pub(super) content: Option<Vec<u8>>,
}

/// Bytes that are read in their order.
struct Bytes<'b>(&'b [u8]);

impl<'b> Bytes<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }

    /// A length, and so many bytes filled up to four; at the very end the filling may be missing.
    fn sized(&mut self) -> Option<&'b [u8]> {
        let count = usize::try_from(self.u32()?).ok()?;
        let taken = self.take(count)?;
        let filling = (4 - count % 4) % 4;
        self.take(filling.min(self.0.len()))?;
        Some(taken)
    }
}

/// One list; whether it came to its end.
pub(super) fn rows_of_one(bytes: &[u8]) -> (Vec<Properties>, bool) {
    let mut one = Properties::default();
    let read = list(&mut Bytes(bytes), &mut one);
    (vec![one], read.is_some())
}

/// As many lists as the number before them says.
pub(super) fn rows(bytes: &[u8]) -> (Vec<Properties>, bool) {
    let mut bytes = Bytes(bytes);
    let Some(count) = bytes.u32() else { return (Vec::new(), false) };
    let mut all = Vec::new();
    for _ in 0..count {
        let mut one = Properties::default();
        let read = list(&mut bytes, &mut one);
        all.push(one);
        if read.is_none() {
            return (all, false);
        }
    }
    (all, true)
}

fn list(bytes: &mut Bytes<'_>, into: &mut Properties) -> Option<()> {
    for _ in 0..bytes.u32()? {
        property(bytes, into)?;
    }
    Some(())
}

fn property(bytes: &mut Bytes<'_>, into: &mut Properties) -> Option<()> {
    let (kind, id) = (bytes.u16()?, bytes.u16()?);
    if id >= 0x8000 {
        // Its name: a number or a text, below the id of who made it up.
        bytes.take(16)?;
        if bytes.u32()? == 0 {
            bytes.take(4)?;
        } else {
            bytes.sized()?;
        }
    }
    let single = kind & !0x1000;
    let many = kind & 0x1000 != 0 || matches!(single, 0x0D | 0x1E | 0x1F | 0x102);
    let count = if many { bytes.u32()? } else { 1 };
    for _ in 0..count {
        match single {
            0x0D | 0x1E | 0x1F | 0x102 => into.sized(id, single, bytes.sized()?),
            0x02 | 0x03 | 0x04 | 0x0A | 0x0B => into.item.numbers.push((id, bytes.u32()?)),
            0x40 => into.item.times.push((id, u64::from(bytes.u32()?) | u64::from(bytes.u32()?) << 32)),
            0x05 | 0x06 | 0x07 | 0x14 => drop(bytes.take(8)?),
            0x48 => drop(bytes.take(16)?),
            0x01 => {}
            _ => return None,
        }
    }
    Some(())
}

impl Properties {
    fn sized(&mut self, id: u16, kind: u16, value: &[u8]) {
        match (id, kind) {
            (mapi::BODY, 0x1E | 0x1F) => self.body = Some(mapi::said(value, kind)),
            (mapi::BODY_HTML, 0x1E | 0x1F) => self.html = Some(mapi::said(value, kind).into_bytes()),
            (mapi::BODY_HTML, _) => self.html = Some(value.to_vec()),
            (mapi::BODY_RTF, _) => self.rtf = Some(value.to_vec()),
            // An object begins with the id of what it is.
            (mapi::ATTACHED, 0x0D) => self.object = value.get(16..).map(<[u8]>::to_vec),
            (mapi::ATTACHED, 0x102) => self.content = Some(value.to_vec()),
            (_, 0x1E | 0x1F) => self.item.texts.push((id, mapi::said(value, kind))),
            _ => {}
        }
    }
}
