//! Which parts of a package are encrypted, and how (ODF 1.3, part 2, 4.8).

use std::io;

use crate::formats::sheet::xml::{Step, Xml};
use crate::model::limits::PART_BYTES;

/// What cannot be read.
#[derive(Debug, Default)]
pub(super) struct Closed {
    parts: Vec<String>,
    algorithm: Option<String>,
}

const MOST: usize = 100_000;

impl Closed {
    /// The cipher, if anything is encrypted.
    pub(super) fn cipher(&self) -> Option<String> {
        if self.parts.is_empty() {
            return None;
        }
        let named = self.algorithm.as_deref().unwrap_or_default().to_ascii_lowercase();
        let known = [
            ("aes256-gcm", "AES-256-GCM"),
            ("aes256", "AES-256"),
            ("aes192", "AES-192"),
            ("aes128", "AES-128"),
            ("blowfish", "Blowfish"),
        ];
        let cipher =
            known.into_iter().find(|(part, _)| named.contains(part)).map_or("unknown cipher", |(_, name)| name);
        Some(cipher.to_owned())
    }

    pub(super) fn parts(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(String::as_str)
    }
}

pub(super) fn read(xml: &mut Xml<'_>, closed: &mut Closed) -> io::Result<()> {
    let mut entry = String::new();
    xml.limit(PART_BYTES);
    loop {
        match xml.next()? {
            Step::Start => match xml.name() {
                "file-entry" => entry = xml.attr("full-path").unwrap_or_default(),
                "encryption-data" if closed.parts.len() < MOST => closed.parts.push(entry.clone()),
                "algorithm" if closed.algorithm.is_none() => closed.algorithm = xml.attr("algorithm-name"),
                _ => {}
            },
            Step::Done => return Ok(()),
            _ => {}
        }
    }
}
