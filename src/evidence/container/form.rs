//! The one byte form of each zip structure (PKWARE APPNOTE 6.3.10), used by the writer and, to compare, by the reader.
//!
//! Every field follows from a [`Member`], so the reader rebuilds each header and compares all its bytes: none can be changed
//! unseen, not even one that other tools ignore.

use crate::model::limits::STORED_NAME_CHARS;
use crate::model::{Digest, Method};

/// All that the zip says of one member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Full name, `/` between parts, `/` at the end of a folder.
    pub name: String,
    /// How its bytes are stored.
    pub method: Method,
    /// Last change, in seconds since 1970, where 32 bits can say it.
    pub mtime: Option<i32>,
    /// Whether its sizes are in 64-bit fields.
    pub wide: bool,
    /// Where its local header begins.
    pub offset: u64,
    /// CRC-32 of its bytes.
    pub crc32: u32,
    /// CRC-32 of its bytes as stored.
    pub stored_crc32: u32,
    /// Its length.
    pub size: u64,
    /// Its length as stored.
    pub stored_size: u64,
}

pub(in crate::evidence) const LOCAL: [u8; 4] = *b"PK\x03\x04";
pub(in crate::evidence) const CENTRAL: [u8; 4] = *b"PK\x01\x02";
pub(in crate::evidence) const END: [u8; 4] = *b"PK\x05\x06";
pub(in crate::evidence) const END64: [u8; 4] = *b"PK\x06\x06";
/// Length of a local header before its name.
pub(in crate::evidence) const LOCAL_BYTES: usize = 30;
/// Length of the longest local header: the bag's name, a stored name in UTF-8, and the extra fields.
pub(super) const LOCAL_BYTES_MOST: usize = LOCAL_BYTES + 101 + 3 * STORED_NAME_CHARS + 64;
/// Length of a central record before its name.
pub(in crate::evidence) const CENTRAL_BYTES: usize = 46;
/// A member that may get this long is given 64-bit fields; deflate may add a little to what it cannot compress.
pub(super) const WIDE_FROM: u64 = 0xf000_0000;

/// Extra field: 64-bit sizes and offset (APPNOTE 4.5.3).
pub(in crate::evidence) const EXTRA_ZIP64: u16 = 0x0001;
/// Extra field: time of last change in seconds (Info-ZIP `UT`).
pub(super) const EXTRA_TIME: u16 = 0x5455;
/// Extra field: CRC-32 of the stored bytes (`hz`), so that a bit that deflate ignores is noticed too. Ours alone.
pub(super) const EXTRA_STORED_CRC: u16 = 0x7a68;

const MADE_BY: u16 = 3 << 8 | 45; // Unix, so that modes mean something; 4.5 for Zip64.
const FLAGS: u16 = 1 << 11; // The name is UTF-8.
const FOLDER_MODE: u32 = 0o040_755 << 16 | 0x10;
const FILE_MODE: u32 = 0o100_644 << 16;

struct Bytes(Vec<u8>);

impl Bytes {
    fn u16(&mut self, n: u16) -> &mut Self {
        self.0.extend_from_slice(&n.to_le_bytes());
        self
    }
    fn u32(&mut self, n: u32) -> &mut Self {
        self.0.extend_from_slice(&n.to_le_bytes());
        self
    }
    fn u64(&mut self, n: u64) -> &mut Self {
        self.0.extend_from_slice(&n.to_le_bytes());
        self
    }
    fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }
}

impl Member {
    /// The local header.
    pub(in crate::evidence) fn local_header(&self) -> Vec<u8> {
        let mut extra = Bytes(Vec::new());
        if self.wide {
            extra.u16(EXTRA_ZIP64).u16(16).u64(self.size).u64(self.stored_size);
        }
        self.push_time(&mut extra);
        let mut out = Bytes(Vec::with_capacity(LOCAL_BYTES + self.name.len() + extra.0.len()));
        out.raw(&LOCAL);
        self.push_shared(&mut out, extra.0.len());
        out.raw(self.name.as_bytes()).raw(&extra.0);
        out.0
    }

    /// The record in the central directory.
    pub(super) fn central_record(&self) -> Vec<u8> {
        let mut extra = Bytes(Vec::new());
        let far = self.offset >= u64::from(u32::MAX);
        if self.wide || far {
            extra.u16(EXTRA_ZIP64).u16(if self.wide { 16 } else { 0 } + if far { 8 } else { 0 });
        }
        if self.wide {
            extra.u64(self.size).u64(self.stored_size);
        }
        if far {
            extra.u64(self.offset);
        }
        self.push_time(&mut extra);
        extra.u16(EXTRA_STORED_CRC).u16(4).u32(self.stored_crc32);
        let mut out = Bytes(Vec::with_capacity(CENTRAL_BYTES + self.name.len() + extra.0.len()));
        out.raw(&CENTRAL).u16(MADE_BY);
        self.push_shared(&mut out, extra.0.len());
        out.u16(0).u16(0).u16(0); // comment, disk, internal attributes
        out.u32(if self.name.ends_with('/') { FOLDER_MODE } else { FILE_MODE });
        out.u32(narrow(self.offset));
        out.raw(self.name.as_bytes()).raw(&extra.0);
        out.0
    }

    /// The fields from "version needed" to "extra field length", which are the same in both headers.
    fn push_shared(&self, out: &mut Bytes, extra: usize) {
        let needed = if self.wide || self.offset >= u64::from(u32::MAX) { 45 } else { 20 };
        let (time, date) = dos_time(self.mtime);
        out.u16(needed).u16(FLAGS).u16(self.method.zip_code()).u16(time).u16(date).u32(self.crc32);
        if self.wide {
            out.u32(u32::MAX).u32(u32::MAX);
        } else {
            out.u32(narrow(self.stored_size)).u32(narrow(self.size));
        }
        // Both are bounded: names by STORED_NAME_CHARS, the extra field by its three parts.
        out.u16(self.name.len().try_into().unwrap_or(u16::MAX)).u16(extra.try_into().unwrap_or(u16::MAX));
    }

    fn push_time(&self, extra: &mut Bytes) {
        if let Some(mtime) = self.mtime {
            extra.u16(EXTRA_TIME).u16(5).raw(&[1]).raw(&mtime.to_le_bytes());
        }
    }

    /// Where its bytes begin.
    pub fn bytes_at(&self) -> u64 {
        self.offset.saturating_add(self.local_header().len() as u64)
    }

    /// Half of the SHA-256 of the central record: what is remembered of a member until the directory comes.
    pub fn record_digest(&self) -> [u8; 16] {
        let [half @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = Digest::of(&self.central_record()).0;
        half
    }
}

/// The end of the zip: Zip64 structures where a count or offset needs them, then the classic end.
pub(super) fn end_of_directory(members: u64, offset: u64, size: u64) -> Vec<u8> {
    let mut out = Bytes(Vec::new());
    let far = u64::from(u32::MAX);
    if members >= 0xffff || offset >= far || size >= far {
        out.raw(&END64).u64(44).u16(MADE_BY).u16(45).u32(0).u32(0);
        out.u64(members).u64(members).u64(size).u64(offset);
        out.raw(b"PK\x06\x07").u32(0).u64(offset.saturating_add(size)).u32(1);
    }
    let count = u16::try_from(members).unwrap_or(u16::MAX);
    out.raw(&END).u16(0).u16(0).u16(count).u16(count).u32(narrow(size)).u32(narrow(offset)).u16(0);
    out.0
}

fn narrow(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Time and date as MS-DOS counts them, in UTC so that the zip does not depend on where it was made; 1980–2107.
fn dos_time(mtime: Option<i32>) -> (u16, u16) {
    const START: (u16, u16) = (0, 1 << 5 | 1);
    let Some(at) = mtime.and_then(|s| jiff::Timestamp::from_second(s.into()).ok()) else { return START };
    let at = at.to_zoned(jiff::tz::TimeZone::UTC);
    let small = |n: i8| u16::try_from(n).unwrap_or(0);
    match u16::try_from(at.year()).ok().and_then(|y| y.checked_sub(1980)) {
        Some(year) if year <= 127 => (
            (small(at.hour()) << 11) | (small(at.minute()) << 5) | (small(at.second()) / 2),
            (year << 9) | (small(at.month()) << 5) | small(at.day()),
        ),
        _ => START,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member() -> Member {
        Member {
            name: "B/data/fs/顧客.csv".into(),
            method: Method::Deflate,
            mtime: Some(1_700_000_001),
            wide: false,
            offset: 0,
            crc32: 0x1234_5678,
            stored_crc32: 9,
            size: 100,
            stored_size: 50,
        }
    }

    #[test]
    fn dos_times_are_utc_and_stay_in_their_range() {
        // 2023-11-14T22:13:21Z
        assert_eq!(dos_time(Some(1_700_000_001)), (22 << 11 | 13 << 5 | 10, 43 << 9 | 11 << 5 | 14));
        assert_eq!(dos_time(Some(-1)), (0, 33));
        assert_eq!(dos_time(None), (0, 33));
    }

    #[test]
    fn large_members_and_far_offsets_use_64_bit_fields() {
        let narrow = member();
        assert_eq!(&narrow.local_header()[4..6], [20, 0]);
        let wide = Member { wide: true, size: 5 << 30, stored_size: 4 << 30, ..member() };
        let local = wide.local_header();
        assert_eq!(&local[4..6], [45, 0]);
        assert_eq!(&local[18..26], [0xff; 8]);
        let extra = &local[LOCAL_BYTES + wide.name.len()..];
        assert_eq!(&extra[..4], [1, 0, 16, 0]);
        assert_eq!(&extra[4..12], (5_u64 << 30).to_le_bytes());
        assert_eq!(&extra[12..20], (4_u64 << 30).to_le_bytes());
        let far = Member { offset: 5 << 30, ..member() };
        let record = far.central_record();
        assert_eq!(&record[42..46], [0xff; 4]);
        assert_eq!(&record[CENTRAL_BYTES + far.name.len()..][..4], [1, 0, 8, 0]);
        assert_eq!(&record[CENTRAL_BYTES + far.name.len() + 4..][..8], (5_u64 << 30).to_le_bytes());
    }

    #[test]
    fn the_end_grows_when_a_count_or_offset_needs_it() {
        assert_eq!(end_of_directory(65_534, 1, 1).len(), 22);
        for (members, offset, size) in [(65_535, 1, 1), (1, 1 << 32, 1), (1, 1, 1 << 32), (1, 0xffff_ffff, 1)] {
            assert_eq!(end_of_directory(members, offset, size).len(), 56 + 20 + 22);
        }
    }
}
