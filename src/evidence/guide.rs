//! `VERIFY.ja.txt` and `VERIFY.en.txt`: how to check the bag, for someone who has never seen hozen and will not install it.
//!
//! The commands are run as they stand by tests/outsider.rs: every line indented by four spaces under a Linux heading.

use super::tags;
use crate::model::{Algorithm, Algorithms, Lang};

/// What the texts must know. All of it is plain: [`super::bag`] admits no name that a shell would take apart.
#[derive(Debug, Clone, Copy)]
pub struct Guide<'a> {
    /// Name of the bag.
    pub name: &'a str,
    /// Name under which the signature is to be checked.
    pub principal: &'a str,
    /// Fingerprint of the signing key.
    pub key: &'a str,
    /// Whether there is any payload; `sha256sum -c` takes no empty list.
    pub has_payload: bool,
    /// The digests that were made.
    pub digests: Algorithms,
}

impl Guide<'_> {
    /// The text.
    pub fn text(&self, lang: Lang) -> String {
        let template = lang.pick(include_str!("guide.en.txt"), include_str!("guide.ja.txt"));
        let check = if self.has_payload {
            "    sha256sum -c --quiet manifest-sha256.txt".to_owned() + &self.further(lang)
        } else {
            lang.pick(
                "(manifest-sha256.txt is empty: no file was kept)",
                "(manifest-sha256.txt は空です。保全されたファイルはありません)",
            )
            .to_owned()
        };
        template
            .replace("{CHECK_PAYLOAD}", &check)
            .replace("{NAME}", self.name)
            .replace("{PRINCIPAL}", self.principal)
            .replace("{KEY}", self.key)
    }

    /// The checks of the digests beside SHA-256, where there are any.
    fn further(&self, lang: Lang) -> String {
        let mut text = String::new();
        let further: Vec<String> = tags::manifests(self.digests)
            .filter(|(algorithm, _)| *algorithm != Algorithm::Sha256)
            .map(|(algorithm, manifest)| format!("    {algorithm}sum -c --quiet {manifest}\n"))
            .collect();
        if !further.is_empty() {
            text += lang.pick(
                "\n\nThe same files against the further manifests that were asked for. MD5 and SHA-1 are there for lists of known\n\
                 files (NSRL); against somebody who changes files on purpose, rely on SHA-256:\n\n",
                "\n\n依頼により作成した追加のマニフェストとの照合です。MD5 と SHA-1 は既知ファイルの一覧 (NSRL など) のためのもので、\n\
                 意図的な改変に対しては SHA-256 によってください:\n\n",
            );
            text += further.concat().trim_end();
        }
        if self.digests.has(Algorithm::Blake3) {
            text += lang.pick(
                "\n\nBLAKE3 is none of BagIt's digests and stands in custody/files.jsonl alone. With b3sum (Debian: apt install b3sum):\n\n",
                "\n\nBLAKE3 は BagIt のダイジェストではないため、custody/files.jsonl にだけあります。b3sum (Debian: apt install b3sum) で照合します:\n\n",
            );
            text += BLAKE3;
        }
        text
    }
}

/// Takes the lines of a `b3sum` list out of the records. Names in them are stored names, in which no quote can stand, and a
/// path that imitates one has its quotes escaped. Not to be run as it stands: few machines have `b3sum`.
const BLAKE3: &str = "  sed -nE 's/.*\"stored\":\"([^\"]*)\",\"outcome\":\"kept\".*\"blake3\":\"([0-9a-f]{64})\".*/\\2  \\1/p' \
                      custody/files.jsonl | b3sum -c --quiet";

#[cfg(test)]
mod tests {
    use super::*;

    fn text(lang: Lang, has_payload: bool) -> String {
        with(lang, has_payload, Algorithms::default())
    }

    fn with(lang: Lang, has_payload: bool, digests: Algorithms) -> String {
        Guide { name: "web01", principal: "op", key: "SHA256:abc", has_payload, digests }.text(lang)
    }

    fn commands(text: &str) -> Vec<&str> {
        text.lines().filter(|l| l.starts_with("    ")).collect()
    }

    #[test]
    fn nothing_is_left_to_fill_in_and_both_languages_give_the_same_commands() {
        let (en, ja) = (text(Lang::En, true), text(Lang::Ja, true));
        assert_eq!(commands(&en), commands(&ja));
        for text in [en.as_str(), &ja] {
            assert!(["{NAME", "{PRINCIPAL", "{KEY", "{CHECK"].iter().all(|gap| !text.contains(gap)));
        }
        assert!(commands(&en).len() > 8);
    }

    #[test]
    fn further_manifests_have_their_commands_and_only_where_they_are() {
        for lang in [Lang::En, Lang::Ja] {
            let plain = text(lang, true);
            assert!(["md5sum", "sha1sum", "sha512sum", "b3sum", "NSRL"].iter().all(|word| !plain.contains(word)));
            let five = with(lang, true, Algorithms::new(Algorithm::ALL));
            for command in ["sha1sum -c --quiet manifest-sha1.txt", "md5sum -c --quiet manifest-md5.txt"] {
                assert!(commands(&five).iter().any(|one| one.trim() == command), "{five}");
            }
            assert!(five.contains("b3sum -c") && five.contains("sha512sum -c --quiet manifest-sha512.txt"));
            let only = with(lang, true, Algorithms::new([Algorithm::Blake3]));
            assert!(only.contains("b3sum -c") && !only.contains("NSRL"));
            assert!(!with(lang, false, Algorithms::new(Algorithm::ALL)).contains("md5sum"));
        }
        let of = |lang| commands(&with(lang, true, Algorithms::new(Algorithm::ALL))).join("\n");
        assert_eq!(of(Lang::En), of(Lang::Ja));
    }

    #[test]
    fn an_empty_list_is_not_given_to_a_tool_that_fails_on_it() {
        assert!(!text(Lang::En, false).contains("--quiet manifest-sha256.txt"));
    }
}
