//! `VERIFY.*.txt`: how to open and check a bundle, for someone who has never seen hozen and will not install it.
//!
//! tests/bundle_outsider.rs runs the lines with four spaces before them as they stand. Two texts come of one template: the
//! whole guide, inside the bag; and a short one beside the bundle, since the receiver must know how to begin.

use std::fmt::Write as _;

use crate::model::{Digest, Lang};

/// What the texts must know. All of it is plain: no name in it means anything to a shell.
#[derive(Debug, Clone)]
pub struct Guide<'a> {
    /// Name of the bag.
    pub name: &'a str,
    /// Name of the file.
    pub file: &'a str,
    /// Whether it is encrypted.
    pub is_encrypted: bool,
    /// Whether a passphrase opens it.
    pub by_passphrase: bool,
    /// Name under which the signature is to be checked.
    pub principal: String,
    /// Fingerprint of the signing key.
    pub key: String,
    /// The evidence in it.
    pub evidence: Vec<EvidenceGuide>,
    /// Files of the case that are not in it.
    pub withheld: usize,
}

/// What the texts say of one evidence zip.
#[derive(Debug, Clone)]
pub struct EvidenceGuide {
    /// Its name, without ending.
    pub name: String,
    /// Time stamps on its seal: the reply, and whether its certificates are there.
    pub stamps: Vec<(String, bool)>,
}

/// What is only known when the bundle is written.
#[derive(Debug, Clone, Copy)]
pub struct Numbers {
    /// SHA-256 of the file that is sent.
    pub file: Digest,
    /// SHA-256 of the zip in it.
    pub zip: Digest,
    /// SHA-256 of `tagmanifest-sha256.txt`.
    pub seal: Digest,
}

impl Guide<'_> {
    /// The whole guide, for inside the bag.
    pub fn inside(&self, lang: Lang) -> String {
        let evidence: String = self.evidence.iter().map(|one| one.text(self.name, lang)).collect();
        let none = lang.pick("This bundle holds no evidence zip.\n", "この一式に証拠 zip は入っていません。\n");
        let withheld = match (self.withheld, lang) {
            (0, Lang::En) => "Nothing of the case was kept back.".to_owned(),
            (0, Lang::Ja) => "事案のうち、引き渡さなかったものはありません。".to_owned(),
            (count, Lang::En) => format!(
                "{count} files of the case were kept back. data/custody/custody.jsonl names each with its digest (\"withheld\" in the\nlast line): that is on purpose, not damage."
            ),
            (count, Lang::Ja) => format!(
                "事案のうち {count} 件は、あえて引き渡していません。data/custody/custody.jsonl の最終行（\"withheld\"）に、名前とハッシュがあります。\n破損ではありません。"
            ),
        };
        lang.pick(include_str!("guide.en.txt"), include_str!("guide.ja.txt"))
            .replace("{OPEN}", &self.open(lang))
            .replace("{EVIDENCE}", if evidence.is_empty() { none } else { &evidence })
            .replace("{WITHHELD}", &withheld)
            .replace("{PRINCIPAL}", &self.principal)
            .replace("{KEY}", &self.key)
            .replace("{FILE}", self.file)
            .replace("{NAME}", self.name)
    }

    /// How to open the file and unpack it.
    fn open(&self, lang: Lang) -> String {
        let mut text = String::new();
        if self.is_encrypted {
            text.push_str(&match (self.by_passphrase, lang) {
                (false, Lang::En) => "It is encrypted to you with age (https://age-encryption.org; package `age`, `rage` or `age.exe`). KEY is the file of your\nage identity, or the SSH private key that belongs to the public key you sent:\n\n    age -d -i KEY -o {NAME}.zip {FILE}\n".to_owned(),
                (false, Lang::Ja) => "age（https://age-encryption.org。パッケージ `age`、`rage`、`age.exe`）で、あなた宛てに暗号化してあります。KEY は age の秘密鍵のファイル、\nまたは、お送りいただいた公開鍵と対になる SSH 秘密鍵です:\n\n    age -d -i KEY -o {NAME}.zip {FILE}\n".to_owned(),
                (true, Lang::En) => "It is encrypted with age (https://age-encryption.org) by a passphrase, which you get on another way. age asks for it:\n\n    age -d -o {NAME}.zip {FILE}\n".to_owned(),
                (true, Lang::Ja) => "age（https://age-encryption.org）で、パスフレーズにより暗号化してあります。パスフレーズは別の経路で受け取ってください:\n\n    age -d -o {NAME}.zip {FILE}\n".to_owned(),
            });
            text.push('\n');
        }
        text.push_str(lang.pick(
            "Its structure and checksums, then unpack it:\n\n    unzip -tq {NAME}.zip\n    LC_ALL=C.UTF-8 unzip -q {NAME}.zip\n",
            "構造と検査値を確かめ、展開します:\n\n    unzip -tq {NAME}.zip\n    LC_ALL=C.UTF-8 unzip -q {NAME}.zip\n",
        ));
        text
    }

    /// The short text beside the bundle. Nothing personal stands in it: neither names nor what the case is about.
    pub fn beside(&self, numbers: &Numbers) -> String {
        let mut text = String::new();
        for lang in [Lang::En, Lang::Ja] {
            let short = lang.pick(include_str!("beside.en.txt"), include_str!("beside.ja.txt"));
            let short = short
                .replace("{OPEN}", &self.open(lang))
                .replace("{SHA256}", &numbers.file.to_string())
                .replace("{ZIP_SHA256}", &numbers.zip.to_string())
                .replace("{SEAL}", &numbers.seal.to_string())
                .replace("{KEY}", &self.key)
                .replace("{FILE}", self.file)
                .replace("{NAME}", self.name);
            // Once is enough for whoever runs the commands as they stand: those of the second language have two spaces.
            let short = if lang == Lang::Ja { short.replace("\n    ", "\n  ") } else { short };
            let _ = writeln!(text, "{short}");
        }
        text
    }
}

impl EvidenceGuide {
    fn text(&self, bundle: &str, lang: Lang) -> String {
        let mut text = lang.pick(include_str!("evidence.en.txt"), include_str!("evidence.ja.txt")).to_owned();
        for (stamp, has_ca) in &self.stamps {
            let ca = if *has_ca { format!("../../{stamp}.pem") } else { "CA.pem".to_owned() };
            let line = format!(
                "openssl ts -verify -in ../../{stamp} -queryfile custody/sig/tagmanifest-sha256.txt.tsq -CAfile {ca}"
            );
            text.push_str(&match (*has_ca, lang) {
                (true, Lang::En) => format!("\nThe time stamp: the seal existed by then. The certificates came with the case: compare them with those that the\nauthority publishes.\n\n    {line}\n"),
                (true, Lang::Ja) => format!("\nタイムスタンプ（その時刻に封印が存在したこと）。証明書は事案に添えられたものです。時刻認証局が公開しているものと比べてください:\n\n    {line}\n"),
                (false, Lang::En) => format!("\nThe time stamp: the seal existed by then. CA.pem is the certificate of the authority; get it from there:\n\n  {line}\n"),
                (false, Lang::Ja) => format!("\nタイムスタンプ（その時刻に封印が存在したこと）。CA.pem は時刻認証局の証明書です。認証局から入手してください:\n\n  {line}\n"),
            });
        }
        text.push_str(lang.pick(
            "\nBack to the folder of the bundle:\n\n    cd ../../..\n\n",
            "\n引き渡し一式のフォルダーに戻ります:\n\n    cd ../../..\n\n",
        ));
        text.replace("{EVIDENCE}", &self.name).replace("{NAME}", bundle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guide(evidence: Vec<EvidenceGuide>, is_encrypted: bool) -> Guide<'static> {
        Guide {
            name: "c1-bundle-001",
            file: "c1-bundle-001.zip.age",
            is_encrypted,
            by_passphrase: false,
            principal: "op".into(),
            key: "SHA256:abc".into(),
            evidence,
            withheld: 1,
        }
    }

    fn commands(text: &str) -> Vec<&str> {
        text.lines().filter(|line| line.starts_with("    ")).collect()
    }

    #[test]
    fn nothing_is_left_to_fill_in_and_both_languages_give_the_same_commands() {
        let stamps = vec![("custody/c1-E001.tsr".to_owned(), true), ("custody/c1-E001.2.tsr".to_owned(), false)];
        let one = EvidenceGuide { name: "c1-E001".into(), stamps };
        for evidence in [vec![], vec![one]] {
            let guide = guide(evidence, true);
            let (en, ja) = (guide.inside(Lang::En), guide.inside(Lang::Ja));
            assert_eq!(commands(&en), commands(&ja));
            for gap in ["{NAME", "{FILE", "{OPEN", "{EVIDENCE", "{WITHHELD", "{PRINCIPAL", "{KEY"] {
                assert!(!en.contains(gap) && !ja.contains(gap), "{gap}");
            }
        }
    }

    #[test]
    fn the_short_text_says_how_to_begin_and_gives_the_numbers() {
        let numbers = Numbers { file: Digest::of(b"a"), zip: Digest::of(b"b"), seal: Digest::of(b"c") };
        let text = guide(vec![], true).beside(&numbers);
        assert!(text.contains("age -d -i KEY -o c1-bundle-001.zip c1-bundle-001.zip.age"));
        for digest in [numbers.file, numbers.zip, numbers.seal] {
            assert!(text.contains(&digest.to_string()));
        }
        assert!(!text.contains('{'));
        assert!(!guide(vec![], false).beside(&numbers).contains("age -d"));
    }
}
