//! What stands in the directory about one member (APPNOTE 4.3.12), where the library does not tell it: names in Unicode, and ciphers.

use std::io::{self, Read, Seek, SeekFrom};

use crate::formats::names::member_name;

/// The name, and how the member is encrypted and packed.
pub(super) struct Stated {
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) name: Vec<u8>,
    pub(super) extra: Vec<u8>,
}

const CENTRAL: &[u8] = b"PK\x01\x02";
const LOCAL: &[u8] = b"PK\x03\x04";

/// The directory's entry that begins here; `None` if there is none.
pub(super) fn entry<R: Read + Seek>(src: &mut R, at: u64) -> io::Result<Option<Stated>> {
    let mut fixed = [0; 46];
    src.seek(SeekFrom::Start(at))?;
    src.read_exact(&mut fixed)?;
    if !fixed.starts_with(CENTRAL) {
        return Ok(None);
    }
    let short = |at: usize| u16::from_le_bytes([byte(&fixed, at), byte(&fixed, at + 1)]);
    let (mut name, mut extra) = (vec![0; usize::from(short(28))], vec![0; usize::from(short(30))]);
    src.read_exact(&mut name)?;
    src.read_exact(&mut extra)?;
    Ok(Some(Stated { flags: short(8), method: short(10), name, extra }))
}

/// Goes to where the content of the member begins whose own header is here; `false` if there is none.
pub(super) fn to_content<R: Read + Seek>(src: &mut R, at: u64) -> io::Result<bool> {
    let mut fixed = [0; 30];
    src.seek(SeekFrom::Start(at))?;
    src.read_exact(&mut fixed)?;
    let short = |at: usize| u64::from(u16::from_le_bytes([byte(&fixed, at), byte(&fixed, at + 1)]));
    src.seek(SeekFrom::Start(at + 30 + short(26) + short(28)))?;
    Ok(fixed.starts_with(LOCAL))
}

fn byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}

impl Stated {
    /// The name: in Unicode if an addition of Info-ZIP says so for just this name (APPNOTE 4.6.9).
    pub(super) fn name(&self) -> String {
        let unicode = field(&self.extra, 0x7075).and_then(|field| match field.split_at_checked(5)? {
            ([1, sum @ ..], name) if crc32fast::hash(&self.name).to_le_bytes() == *sum => {
                std::str::from_utf8(name).ok()
            }
            _ => None,
        });
        unicode.map_or_else(|| member_name(&self.name), str::to_owned)
    }

    /// The stable word for how it is encrypted; `None` if it is not.
    pub(super) fn cipher(&self) -> Option<&'static str> {
        (self.flags & 1 != 0).then(|| match self.method {
            // WinZip's AES hides the real method behind its own number.
            99 => aes(field(&self.extra, 0x9901)),
            _ if self.flags & 0x40 != 0 => strong(field(&self.extra, 0x0017)),
            _ => "ZipCrypto",
        })
    }
}

/// Version, vendor, strength, method.
fn aes(field: Option<&[u8]>) -> &'static str {
    match field.and_then(|field| field.get(4)) {
        Some(1) => "AES-128",
        Some(2) => "AES-192",
        Some(3) => "AES-256",
        _ => "AES",
    }
}

/// PKWARE's strong encryption (APPNOTE 4.5.12): version, algorithm, bits.
fn strong(field: Option<&[u8]>) -> &'static str {
    match field.and_then(|field| field.get(2..4)).map(|id| u16::from_le_bytes([byte(id, 0), byte(id, 1)])) {
        Some(0x6601) => "PKWARE-DES",
        Some(0x6603 | 0x6609) => "PKWARE-3DES",
        Some(0x660E) => "PKWARE-AES-128",
        Some(0x660F) => "PKWARE-AES-192",
        Some(0x6610) => "PKWARE-AES-256",
        Some(0x6602 | 0x6702) => "PKWARE-RC2",
        Some(0x6720) => "PKWARE-Blowfish",
        Some(0x6721) => "PKWARE-Twofish",
        Some(0x6801) => "PKWARE-RC4",
        _ => "PKWARE",
    }
}

/// The addition of this number.
fn field(mut extra: &[u8], number: u16) -> Option<&[u8]> {
    while let Some(([n0, n1, l0, l1], rest)) = extra.split_first_chunk::<4>() {
        let (own, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes([*l0, *l1])))?;
        if u16::from_le_bytes([*n0, *n1]) == number {
            return Some(own);
        }
        extra = rest;
    }
    None
}
