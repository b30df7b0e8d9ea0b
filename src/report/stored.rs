//! How what was read is stored: in clear, hashed, encrypted, and by what. Whether a leak must be reported may hang on it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::words::words;
use crate::model::{FileResult, Lang};

/// Paths that are named of each form.
const LISTED: usize = 20;

/// How many files and members are stored in each way (`plain`, `hashed:bcrypt`, `encrypted:aes-256`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(super) struct Stored(BTreeMap<String, Form>);

/// Those of one form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Form {
    /// How many files and members.
    pub(super) count: u64,
    /// The first of them, in walk order; none of those in clear, which are listed with their findings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) paths: Vec<String>,
}

/// How far a form may count as protection (保護措置), before anyone has looked at how its key was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strength {
    /// None.
    Clear,
    /// Broken in practice: not to be taken for protection.
    Weak,
    /// It depends on the password or key, and on who may have it.
    Depends,
}

impl Stored {
    /// Counts a file or member by each form in it.
    pub(super) fn add(&mut self, row: &FileResult) {
        for form in &row.storage {
            let kept = self.0.entry(form.clone()).or_default();
            kept.count += 1;
            if form != "plain" && kept.paths.len() < LISTED {
                kept.paths.push(row.path.clone());
            }
        }
    }

    /// Adds another.
    pub(super) fn join(&mut self, other: Self) {
        for (form, Form { count, paths }) in other.0 {
            let kept = self.0.entry(form).or_default();
            kept.count += count;
            let room = LISTED.saturating_sub(kept.paths.len());
            kept.paths.extend(paths.into_iter().take(room));
        }
    }

    /// Whether anything is stored otherwise than in clear.
    pub(super) fn has_more_than_clear(&self) -> bool {
        self.0.keys().any(|form| form != "plain")
    }

    /// Each form in words, with its numbers.
    pub(super) fn said(&self, lang: Lang) -> Vec<(String, &Form)> {
        self.0.iter().map(|(form, kept)| (name(form, lang), kept)).collect()
    }
}

/// A form in words, with what it is worth.
fn name(form: &str, lang: Lang) -> String {
    let w = words(lang);
    let (kind, by) = form.split_once(':').unwrap_or((form, ""));
    let kind = match kind {
        "plain" => w.stored_plain,
        "hashed" => w.stored_hashed,
        _ => w.stored_encrypted,
    };
    let by = if by.is_empty() { String::new() } else { lang.pick(format!(" ({by})"), format!("（{by}）")) };
    match strength(form) {
        Strength::Weak => format!("{kind}{by}{}{}", w.list_separator, w.stored_weak),
        Strength::Clear | Strength::Depends => format!("{kind}{by}"),
    }
}

/// Hashes without salt and work are tried out in hours, and these ciphers in less.
pub(super) fn strength(form: &str) -> Strength {
    match form.split_once(':') {
        None if form == "plain" => Strength::Clear,
        Some(("hashed", "md5" | "sha1" | "sha256" | "sha512" | "ldap_sha" | "md5_crypt")) => Strength::Weak,
        Some(("encrypted", by)) if by.contains("zipcrypto") || by.contains("rc4") || by.contains("xor") => {
            Strength::Weak
        }
        _ => Strength::Depends,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(path: &str, storage: &[&str]) -> FileResult {
        let storage = storage.iter().map(|form| (*form).to_owned()).collect();
        FileResult { storage, ..FileResult::not_scanned(path.to_owned()) }
    }

    #[test]
    fn each_form_is_counted_and_weighed() {
        let (mut all, mut more) = (Stored::default(), Stored::default());
        all.add(&row("/a", &["plain", "hashed:bcrypt"]));
        (0..30).for_each(|n| more.add(&row(&format!("/z{n}"), &["encrypted:zipcrypto"])));
        assert!(!Stored::default().has_more_than_clear());
        all.join(more);
        assert!(all.has_more_than_clear());
        let said: Vec<_> =
            all.said(Lang::En).into_iter().map(|(name, form)| (name, form.count, form.paths.len())).collect();
        let want = [
            ("encrypted (zipcrypto), too weak to count as protection".to_owned(), 30, 20),
            ("hashed (bcrypt)".to_owned(), 1, 1),
            ("in clear".to_owned(), 1, 0),
        ];
        assert_eq!(said, want);
        let ja: Vec<_> = all.said(Lang::Ja).into_iter().map(|(name, _)| name).collect();
        assert_eq!(ja, ["暗号化（zipcrypto）、保護措置とは言えない弱い方式", "ハッシュ（bcrypt）", "平文"]);
    }

    #[test]
    fn what_is_tried_out_quickly_is_weak() {
        for (form, strength) in [
            ("plain", Strength::Clear),
            ("hashed:sha1", Strength::Weak),
            ("hashed:argon2", Strength::Depends),
            ("encrypted:aes-256", Strength::Depends),
            ("encrypted:rc4-128", Strength::Weak),
            ("encrypted:luks2 aes-xts-plain64", Strength::Depends),
        ] {
            assert_eq!(super::strength(form), strength, "{form}");
        }
    }
}
