//! What stands where in a bundle, and the small texts of its bag. Names are plain: they stand in commands that people copy.

use std::fmt::Write as _;

use crate::evidence::tags::{BAGIT, bag_info_value, manifest_line};
use crate::model::Digest;

/// Declares the bag.
pub const BAGIT_FILE: &str = "bagit.txt";
/// Facts of the bag.
pub const BAG_INFO: &str = "bag-info.txt";
/// Digests of the payload.
pub const MANIFEST: &str = "manifest-sha256.txt";
/// Digests of the tag files: the one sealed object.
pub const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
/// The signature over the tag manifest.
pub const SIGNATURE: &str = "sig/tagmanifest-sha256.txt.sig";
/// The key that made it.
pub const ALLOWED_SIGNERS: &str = "sig/allowed_signers";
/// The guides.
pub const GUIDES: [&str; 2] = ["VERIFY.ja.txt", "VERIFY.en.txt"];
/// The hand-over notes; older bundles may lack them.
pub const NOTES: [&str; 2] = ["HANDOVER.ja.html", "HANDOVER.en.html"];
/// The version of the layout. A reader refuses any other.
pub const FORMAT: &str = "1";
/// Folders of a case that may stand in a bundle, below `data/`.
pub const FOLDERS: [&str; 5] = ["custody", "evidence", "results", "report", "handover"];
/// The key of the digests of personal values, where the sender put it in.
pub const CASE_KEY: &str = "secret/case.key";
/// What ends the name of a bundle, before its number.
const INFIX: &str = "-bundle-";

/// `CASE-bundle-001`: the name of the bag, its folder and, with an ending, of the file.
pub fn name(case: &str, number: u64) -> String {
    format!("{case}{INFIX}{number:03}")
}

/// The case that a bundle of this name is of; nothing if it is no such name.
pub fn case_of(name: &str) -> Option<&str> {
    let (case, number) = name.rsplit_once(INFIX)?;
    let is_number = (3..=20).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    (is_number && crate::case::dir::is_case_id(case)).then_some(case)
}

/// Whether a file may be called so: it stands in commands that people copy.
pub fn is_plain_file_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    (1..=200).contains(&name.len()) && name.chars().all(plain) && !name.starts_with(['.', '-'])
}

/// What a member is, by its path in the bag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A tag file under the tag manifest.
    Tag,
    /// The tag manifest.
    Seal,
    /// What signs it.
    Signature,
    /// A file of the case.
    Payload,
}

/// What a path in a bundle is; nothing if it has no place there.
pub fn part(path: &str) -> Option<Part> {
    if let Some(file) = path.strip_prefix("data/") {
        return is_payload(file).then_some(Part::Payload);
    }
    match path {
        TAG_MANIFEST => Some(Part::Seal),
        SIGNATURE | ALLOWED_SIGNERS => Some(Part::Signature),
        BAGIT_FILE | BAG_INFO | MANIFEST => Some(Part::Tag),
        _ => (GUIDES.contains(&path) || NOTES.contains(&path)).then_some(Part::Tag),
    }
}

/// Whether a file of a case may stand in a bundle: below a known folder, with parts that every system keeps as they are.
pub fn is_payload(file: &str) -> bool {
    if matches!(file, "case.json" | CASE_KEY) {
        return true;
    }
    let mut parts = file.split('/');
    let is_known = parts.next().is_some_and(|top| FOLDERS.contains(&top));
    let rest: Vec<&str> = parts.collect();
    is_known && (1..=3).contains(&rest.len()) && rest.iter().all(|part| is_plain_part(part))
}

/// Letters and digits of any script, `.`, `_`, `-`; neither hidden nor an option of a program.
fn is_plain_part(part: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
    (1..=200).contains(&part.len())
        && part.chars().all(plain)
        && !part.starts_with(['.', '-'])
        && crate::evidence::stored_name::escape_part(part.as_bytes(), 0) == part
}

/// What `bag-info.txt` says.
#[derive(Debug, Clone)]
pub struct BagInfo<'a> {
    /// Day of the seal, `YYYY-MM-DD`, UTC.
    pub date: &'a str,
    /// Tool and version.
    pub tool: &'a str,
    /// Name of the bag.
    pub name: &'a str,
    /// Bytes and files of the payload.
    pub payload: (u64, u64),
    /// Name under which the signature is to be checked.
    pub principal: &'a str,
    /// Fingerprint of the signing key.
    pub key: &'a str,
    /// Digest of the last line of the chain of custody in it.
    pub custody: Digest,
    /// Files of the case that are not in it.
    pub withheld: usize,
}

impl BagInfo<'_> {
    /// The text.
    pub fn text(&self) -> String {
        let (bytes, files) = self.payload;
        let case = case_of(self.name).unwrap_or_default();
        let mut out = String::new();
        for (label, value) in [
            ("Bagging-Date", self.date),
            ("Bag-Software-Agent", self.tool),
            ("External-Identifier", self.name),
            ("Internal-Sender-Identifier", case),
            ("Payload-Oxum", &format!("{bytes}.{files}")),
            ("Hozen-Bundle-Format", FORMAT),
            ("Hozen-Signer", self.principal),
            ("Hozen-Key", self.key),
            ("Hozen-Custody-Head", &self.custody.to_string()),
            ("Hozen-Withheld", &self.withheld.to_string()),
        ] {
            // Writing to a String cannot fail.
            let _ = writeln!(out, "{label}: {value}");
        }
        out
    }
}

/// What is wrong with the two facts files of a bundle of this name.
pub fn facts(name: &str, bagit: &str, info: &str, payload: (u64, u64)) -> Vec<(&'static str, String)> {
    let mut wrong = Vec::new();
    if bagit != BAGIT {
        wrong.push((BAGIT_FILE, "is not that of a BagIt 1.0 bag in UTF-8".to_owned()));
    }
    let (bytes, files) = payload;
    let oxum = format!("{bytes}.{files}");
    if bag_info_value(info, "Hozen-Bundle-Format") != Some(FORMAT) {
        let what = format!("its Hozen-Bundle-Format is not {FORMAT}: use the version of hozen that wrote it");
        wrong.push((BAG_INFO, what));
    }
    if bag_info_value(info, "External-Identifier") != Some(name) {
        wrong.push((BAG_INFO, format!("names another bundle than {name}: its folder was renamed")));
    }
    if bag_info_value(info, "Payload-Oxum") != Some(&oxum) {
        wrong.push((BAG_INFO, format!("its Payload-Oxum is not {oxum}, which the payload adds up to")));
    }
    wrong
}

/// The text of a manifest.
pub fn manifest<'p>(files: impl Iterator<Item = (&'p str, Digest)>) -> String {
    files.map(|(path, digest)| manifest_line(&digest, path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_bundles_say_their_case() {
        assert_eq!(name("web-01", 7), "web-01-bundle-007");
        assert_eq!(case_of("web-01-bundle-007"), Some("web-01"));
        assert_eq!(case_of("a-bundle-001-bundle-1000"), Some("a-bundle-001"));
        for bad in [
            "web-01",
            "web-bundle-",
            "web-bundle-01",
            "-bundle-001",
            "a b-bundle-001",
            "../x-bundle-001",
            "x-bundle-0x1",
        ] {
            assert_eq!(case_of(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_files_of_a_case_have_a_place() {
        for good in
            ["data/case.json", "data/evidence/c1-E001.zip", "data/custody/photos/0012-1-5f.jpg", "data/secret/case.key"]
        {
            assert_eq!(part(good), Some(Part::Payload), "{good}");
        }
        for bad in [
            "data/",
            "data/evidence",
            "data/evidence/",
            "data/evidence/../x",
            "data/evidence/./x",
            "data/evidence//x",
            "data/secret/sign.key",
            "data/other/x",
            "data/evidence/a\\b",
            "data/evidence/.hidden",
            "data/evidence/-rf",
            "data/evidence/con",
            "data/evidence/x.",
            "data/evidence/a:b",
            "data/report/a b",
            "data/results/1/2/3/4",
            "x",
            "sig/other",
            "/bagit.txt",
        ] {
            assert_eq!(part(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_a_bag_says_of_itself_is_checked() {
        let info = BagInfo {
            date: "2026-11-22",
            tool: "hozen test",
            name: "c-bundle-001",
            payload: (5, 1),
            principal: "op",
            key: "SHA256:x",
            custody: Digest::of(b""),
            withheld: 0,
        };
        let text = info.text();
        assert_eq!(facts("c-bundle-001", BAGIT, &text, (5, 1)), []);
        assert_eq!(facts("c-bundle-002", BAGIT, &text, (5, 2)).len(), 2);
        assert_eq!(facts("c-bundle-001", "", &text.replace("Format: 1", "Format: 2"), (5, 1)).len(), 2);
    }
}
