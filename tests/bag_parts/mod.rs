//! An evidence zip taken apart into members that a test may change, and put together again with every header right.

#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::io::Write as _;

use hozen::evidence::MemoryStore;
use hozen::evidence::container::{Container, MemberHead};
use hozen::model::Method;

/// A member as the test may change it; headers are made anew, and right, by [`build`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) method: Method,
    pub(crate) mtime: i64,
    pub(crate) content: Vec<u8>,
    pub(crate) offset: usize,
    pub(crate) end: usize,
}

/// Takes a zip apart by its local headers.
pub(crate) fn parts(zip: &[u8]) -> Vec<Part> {
    let u16_at = |at: usize| usize::from(u16::from_le_bytes([zip[at], zip[at + 1]]));
    let u32_at = |at: usize| u32::from_le_bytes(zip[at..at + 4].try_into().unwrap());
    let (mut at, mut out) = (0, Vec::new());
    while zip[at..].starts_with(b"PK\x03\x04") {
        let (name_len, extra_len) = (u16_at(at + 26), u16_at(at + 28));
        let name = String::from_utf8(zip[at + 30..at + 30 + name_len].to_vec()).unwrap();
        let extra = at + 30 + name_len;
        let is_wide = u32_at(at + 18) == u32::MAX;
        let stored_size = if is_wide { u32_at(extra + 12) } else { u32_at(at + 18) } as usize;
        let data = extra + extra_len;
        let stored = &zip[data..data + stored_size];
        let mut content = stored.to_vec();
        let method = if u16_at(at + 8) == 8 { Method::Deflate } else { Method::Stored };
        if method == Method::Deflate {
            content.clear();
            std::io::Read::read_to_end(&mut flate2::read::DeflateDecoder::new(stored), &mut content).unwrap();
        }
        let mtime = i64::from(u32_at(data - 4));
        out.push(Part { name, method, mtime, content, offset: at, end: data + stored_size });
        at = data + stored_size;
    }
    out
}

/// The zip again, with every header and checksum right: what a careful forger would make.
pub(crate) fn build(parts: &[Part]) -> Vec<u8> {
    let mut zip = Container::new(MemoryStore::default());
    let mut members = Vec::new();
    for part in parts {
        let is_tag = part.method == Method::Deflate && !part.name.contains("/data/");
        let size_hint = if is_tag { u64::MAX } else { 0 };
        let (name, method) = (part.name.clone(), part.method);
        zip.begin_member(MemberHead { name, method, mtime: Some(part.mtime), size_hint }).unwrap();
        let packed = if method == Method::Deflate { deflate(&part.content) } else { part.content.clone() };
        zip.write(&packed).unwrap();
        members.push(zip.end_member(crc32fast::hash(&part.content), part.content.len() as u64).unwrap());
    }
    zip.finish(&mut members.into_iter().map(Ok)).unwrap().0
}

fn deflate(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}
