//! The tag files of a bag: their names, their one order, and the text of the small ones.

use std::fmt::Write as _;

use crate::model::Digest;
use crate::model::entry::is_deceptive;

/// `bagit.txt`, exactly.
pub const BAGIT: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// Tag files under the tag manifest, in the order in which they stand in the zip, after the payload.
pub const SEALED_TAGS: [&str; 8] =
    ["bagit.txt", BAG_INFO, MANIFEST, FILES, CUSTODY, ACQUISITION, "VERIFY.ja.txt", "VERIFY.en.txt"];
/// Version of the evidence format, in `bag-info.txt`. A reader refuses any other.
pub const FORMAT: &str = "1";
/// Facts of the bag.
pub const BAG_INFO: &str = "bag-info.txt";
/// Digests of the payload.
pub const MANIFEST: &str = "manifest-sha256.txt";
/// The record of every entry.
pub const FILES: &str = "custody/files.jsonl";
/// The custody chain up to the seal.
pub const CUSTODY: &str = "custody/custody.jsonl";
/// Who, where, when, how, why.
pub const ACQUISITION: &str = "custody/acquisition.json";
/// Digests of the tag files: the one sealed object.
pub const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
/// The signature over the tag manifest.
pub const SIGNATURE: &str = "custody/sig/tagmanifest-sha256.txt.sig";
/// The key that made it.
pub const ALLOWED_SIGNERS: &str = "custody/sig/allowed_signers";
/// The time-stamp request for it.
pub const STAMP_REQUEST: &str = "custody/sig/tagmanifest-sha256.txt.tsq";

/// All tag files, in the order in which they stand in the zip.
pub fn all() -> impl Iterator<Item = &'static str> {
    SEALED_TAGS.into_iter().chain([TAG_MANIFEST, SIGNATURE, ALLOWED_SIGNERS, STAMP_REQUEST])
}

/// What `bag-info.txt` says. Free text is cut to one line.
#[derive(Debug, Clone)]
pub struct BagInfo<'a> {
    /// The organization, if it was given.
    pub organization: Option<&'a str>,
    /// Day of the seal, `YYYY-MM-DD`, UTC.
    pub date: String,
    /// Tool and version.
    pub tool: &'a str,
    /// Name of the bag.
    pub name: &'a str,
    /// Case id.
    pub case: &'a str,
    /// Bytes of payload.
    pub bytes: u64,
    /// Files of payload.
    pub files: u64,
    /// Name under which the signature is to be checked.
    pub principal: &'a str,
    /// Fingerprint of the signing key.
    pub key: &'a str,
}

impl BagInfo<'_> {
    /// The text.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let mut line = |label: &str, value: &str| {
            let value: String = value.chars().take(500).map(|c| if is_deceptive(c) { ' ' } else { c }).collect();
            // Writing to a String cannot fail.
            let _ = writeln!(out, "{label}: {}", value.trim());
        };
        if let Some(organization) = self.organization.filter(|o| !o.trim().is_empty()) {
            line("Source-Organization", organization);
        }
        line("Bagging-Date", &self.date);
        line("Bag-Software-Agent", self.tool);
        line("External-Identifier", self.name);
        line("Internal-Sender-Identifier", self.case);
        line("Payload-Oxum", &format!("{}.{}", self.bytes, self.files));
        line("Hozen-Format", FORMAT);
        line("Hozen-Signer", self.principal);
        line("Hozen-Key", self.key);
        out
    }
}

/// The value of a label in `bag-info.txt`; nothing if it is missing or there twice.
pub fn bag_info_value<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    let mut values = text.lines().filter_map(|line| line.strip_prefix(label)?.strip_prefix(": "));
    let value = values.next()?;
    values.next().is_none().then_some(value)
}

/// One line of a manifest, as `sha256sum` writes it.
pub fn manifest_line(digest: &Digest, path: &str) -> String {
    format!("{digest}  {path}\n")
}

/// A line of a manifest, without its newline, if it is spelled exactly so.
pub fn parse_manifest_line(line: &[u8]) -> Option<(Digest, &str)> {
    let line = std::str::from_utf8(line).ok()?;
    let (digest, path) = line.split_at_checked(64)?;
    let path = path.strip_prefix("  ").filter(|p| !p.is_empty())?;
    Some((digest.parse().ok()?, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_text_cannot_add_a_line() {
        let info = BagInfo {
            organization: Some("ACME\nPayload-Oxum: 1.1"),
            date: "2026-11-21".into(),
            tool: "hozen 0.1.0",
            name: "B",
            case: "C",
            bytes: 10,
            files: 2,
            principal: "op",
            key: "SHA256:x",
        };
        assert_eq!(bag_info_value(&info.text(), "Payload-Oxum"), Some("10.2"));
        assert_eq!(bag_info_value("A: 1\nA: 2\n", "A"), None);
    }

    #[test]
    fn manifest_lines_have_one_spelling() {
        let digest = Digest::of(b"x");
        let line = manifest_line(&digest, "data/fs/名簿 1.csv");
        assert_eq!(parse_manifest_line(line.trim_end().as_bytes()), Some((digest, "data/fs/名簿 1.csv")));
        for bad in [format!("{digest} *a"), format!("{digest}  "), format!("\\{digest}  a"), format!("{digest}\ta")] {
            assert_eq!(parse_manifest_line(bad.as_bytes()), None, "{bad}");
        }
    }
}
