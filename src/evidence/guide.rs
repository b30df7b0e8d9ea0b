//! `VERIFY.ja.txt` and `VERIFY.en.txt`: how to check the bag, for someone who has never seen hozen and will not install it.
//!
//! The commands are run as they stand by tests/outsider.rs: every line indented by four spaces under a Linux heading.

use crate::model::Lang;

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
}

impl Guide<'_> {
    /// The text.
    pub fn text(&self, lang: Lang) -> String {
        let template = lang.pick(include_str!("guide.en.txt"), include_str!("guide.ja.txt"));
        let check = if self.has_payload {
            "    sha256sum -c --quiet manifest-sha256.txt".to_owned()
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
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(lang: Lang, has_payload: bool) -> String {
        Guide { name: "web01", principal: "op", key: "SHA256:abc", has_payload }.text(lang)
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
    fn an_empty_list_is_not_given_to_a_tool_that_fails_on_it() {
        assert!(!text(Lang::En, false).contains("--quiet manifest-sha256.txt"));
    }
}
