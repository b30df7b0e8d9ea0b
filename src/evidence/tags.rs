//! The tag files of a bag: their names, their one order, and the text of the small ones.

use std::fmt::Write as _;

use data_encoding::HEXLOWER;

use crate::model::entry::is_deceptive;
use crate::model::{Algorithm, Algorithms, Digest};

/// `bagit.txt`, exactly.
pub const BAGIT: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

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

/// The payload manifest of an algorithm. BLAKE3 is none of BagIt's: tools that check bags would stumble over a manifest of
/// it, so it stands in `files.jsonl` alone.
pub fn manifest_of(algorithm: Algorithm) -> Option<&'static str> {
    match algorithm {
        Algorithm::Sha256 => Some(MANIFEST),
        Algorithm::Sha1 => Some("manifest-sha1.txt"),
        Algorithm::Md5 => Some("manifest-md5.txt"),
        Algorithm::Sha512 => Some("manifest-sha512.txt"),
        Algorithm::Blake3 => None,
    }
}

/// The payload manifests of a bag with these digests, that of SHA-256 first.
pub fn manifests(digests: Algorithms) -> impl Iterator<Item = (Algorithm, &'static str)> {
    digests.iter().filter_map(|algorithm| Some((algorithm, manifest_of(algorithm)?)))
}

/// The algorithm of a payload manifest.
pub fn algorithm_of(manifest: &str) -> Option<Algorithm> {
    Algorithm::ALL.into_iter().find(|algorithm| manifest_of(*algorithm) == Some(manifest))
}

/// Tag files under the tag manifest of a bag with these digests, in the order in which they stand in the zip, after the
/// payload.
pub fn sealed(digests: Algorithms) -> impl Iterator<Item = &'static str> {
    let manifests = manifests(digests).map(|(_, manifest)| manifest);
    let behind = [FILES, CUSTODY, ACQUISITION, "VERIFY.ja.txt", "VERIFY.en.txt"];
    ["bagit.txt", BAG_INFO].into_iter().chain(manifests).chain(behind)
}

/// All tag files of a bag with these digests, in the order in which they stand in the zip.
pub fn all(digests: Algorithms) -> impl Iterator<Item = &'static str> {
    sealed(digests).chain([TAG_MANIFEST, SIGNATURE, ALLOWED_SIGNERS, STAMP_REQUEST])
}

/// What a member of this path is, if any bag may have it as a tag file.
pub fn known(path: &str) -> Option<&'static str> {
    all(Algorithms::new(Algorithm::ALL)).find(|tag| *tag == path)
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
    digest_line(&digest.0, path)
}

/// One line of a manifest of any algorithm, as `md5sum` and its like write it.
pub fn digest_line(digest: &[u8], path: &str) -> String {
    format!("{}  {path}\n", HEXLOWER.encode(digest))
}

/// A line of a manifest, without its newline, if it is spelled exactly so.
pub fn parse_manifest_line(line: &[u8]) -> Option<(Digest, &str)> {
    let (digest, path) = parse_digest_line(line, Algorithm::Sha256)?;
    Some((Digest(digest.try_into().ok()?), path))
}

/// The same of a manifest of any algorithm.
pub fn parse_digest_line(line: &[u8], algorithm: Algorithm) -> Option<(Vec<u8>, &str)> {
    let line = std::str::from_utf8(line).ok()?;
    let (digest, path) = line.split_at_checked(algorithm.bytes().saturating_mul(2))?;
    let path = path.strip_prefix("  ").filter(|p| !p.is_empty())?;
    Some((HEXLOWER.decode(digest.as_bytes()).ok()?, path))
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
    fn further_manifests_stand_behind_the_first_and_blake3_has_none() {
        let five = Algorithms::new(Algorithm::ALL);
        let names: Vec<&str> = manifests(five).map(|(_, name)| name).collect();
        assert_eq!(names, [MANIFEST, "manifest-sha1.txt", "manifest-md5.txt", "manifest-sha512.txt"]);
        assert!(manifests(five).all(|(algorithm, name)| algorithm_of(name) == Some(algorithm)));
        assert_eq!(algorithm_of("manifest-blake3.txt"), None);
        assert_eq!((sealed(Algorithms::default()).count(), sealed(five).count(), all(five).count()), (8, 11, 15));
    }

    #[test]
    fn manifest_lines_have_one_spelling() {
        let digest = Digest::of(b"x");
        let line = manifest_line(&digest, "data/fs/名簿 1.csv");
        assert_eq!(parse_manifest_line(line.trim_end().as_bytes()), Some((digest, "data/fs/名簿 1.csv")));
        for bad in [format!("{digest} *a"), format!("{digest}  "), format!("\\{digest}  a"), format!("{digest}\ta")] {
            assert_eq!(parse_manifest_line(bad.as_bytes()), None, "{bad}");
        }
        let line = digest_line(&[0xab; 16], "data/fs/x");
        assert_eq!(parse_digest_line(line.trim_end().as_bytes(), Algorithm::Md5), Some((vec![0xab; 16], "data/fs/x")));
        assert_eq!(parse_digest_line(line.to_uppercase().trim_end().as_bytes(), Algorithm::Md5), None);
        assert_eq!(parse_digest_line(line.trim_end().as_bytes(), Algorithm::Sha1), None);
    }
}
