//! Why a finding is one, in words: `scan --explain` and `rules try`.

use std::borrow::Borrow;

use crate::model::{Confidence, Finding, Lang};
use crate::report::kind_label;

/// A finding in words: where, what, how sure, and why. The value is masked.
pub(super) fn explained(finding: &Finding, lang: Lang) -> String {
    let kind = kind_label(&finding.entity, lang);
    let said = why(&finding.masked, finding.confidence, &finding.reasons, &finding.rule, lang);
    // A path of the source is hostile text; its escaped form is what the locator holds.
    format!("{}\n  {kind}{said}\n", finding.locator)
}

/// What a finding looks like, how sure it is, and why.
pub(super) fn why<R: Borrow<str>>(
    masked: &str,
    confidence: Confidence,
    reasons: &[R],
    rule: &str,
    lang: Lang,
) -> String {
    let mut words: Vec<String> = reasons.iter().map(|reason| reason_words(reason.borrow(), lang)).collect();
    if words.is_empty() {
        words.push(lang.pick("its shape fits", "形が合う").to_owned());
    }
    let words = words.join(lang.pick(", ", "、"));
    let sure = sure(confidence, lang);
    lang.pick(
        format!(": {masked}, {sure}\n  because {words} (rule {rule})"),
        format!("：{masked}（{sure}）\n  理由：{words}（ルール {rule}）"),
    )
}

/// How sure a finding is, in words.
pub(super) fn sure(confidence: Confidence, lang: Lang) -> &'static str {
    match confidence {
        Confidence::Certain => lang.pick("certain", "確実"),
        Confidence::Likely => lang.pick("likely", "可能性が高い"),
        Confidence::Possible => lang.pick("only possible", "可能性のみ"),
    }
}

/// A stable reason word (`header:電話番号`) as a person would say it; one that is not known here stands as it is.
fn reason_words(reason: &str, lang: Lang) -> String {
    let (word, of) = reason.split_once(':').unwrap_or((reason, ""));
    let (en, ja) = match word {
        "check" => ("the check digit fits", "検査数字が合う"),
        "issuer" => ("it is a number of this issuer", "発行会社の番号に合う"),
        "plan" => ("it is in the numbering plan", "電話番号計画に合う"),
        "grouped" => ("its digits are grouped as usual", "区切り方が合う"),
        "international" => ("it begins with +81", "+81 で始まる"),
        "cell" => match of {
            "leading_zeros" => {
                ("the cell's number format gave back its leading zeros", "セルの表示形式から先頭の 0 を戻した")
            }
            "exponent" => ("it was in scientific notation in its cell", "セルでは指数表示だった"),
            _ => ("its cell held it as a count of days", "セルでは日付の通し番号だった"),
        },
        "zero_lost" => ("its leading 0 is lost", "先頭の 0 が落ちている"),
        "header" => ("the column or key is named so", "列や項目の名前が示す"),
        "context" => ("a word beside it names it", "近くの語が示す"),
        "near" => ("a word near by goes with it", "近くに関連する語がある"),
        "against" => ("but a word names something else", "ただし別のものを示す語がある"),
        "column" => ("so many of its column pass", "同じ列の合格率"),
        "chance" => ("chance explains it", "偶然でも説明がつく"),
        "label" => ("a label stands before it", "見出しの後にある"),
        "display_name" => ("it stands before an address of mail", "メールアドレスの前にある"),
        "login" => ("its login stands beside it", "ログイン名と並んでいる"),
        "plain_word" => ("but it may be an ordinary word", "ただし普通の単語かもしれない"),
        "honorific" => ("an honorific stands behind it", "敬称が付いている"),
        "dictionary" => ("surname and given name are in the dictionary", "姓と名が辞書にある"),
        "surname" => ("its surname is in the dictionary", "姓が辞書にある"),
        "surname_alone" => ("it is a surname of the dictionary", "辞書にある姓"),
        "one_word" => ("but a surname alone may be anybody", "ただし姓だけでは誰か分からない"),
        "prefecture" => ("it begins with a prefecture", "都道府県で始まる"),
        "postal_mark" => ("the postal mark stands before it", "〒の後にある"),
        "post_bank" => ("it is grouped as the post bank does", "ゆうちょの記号・番号の形"),
        "municipality" => ("it begins with a municipality of the list", "一覧にある市区町村で始まる"),
        "other_prefecture" => ("but its town lies in another prefecture", "ただし市区町村は別の都道府県にある"),
        "inside_word" => ("but it begins within a word", "ただし語の途中から始まる"),
        "short_given_name" => {
            ("but a given name of one letter may be part of a word", "ただし一文字の名は語の一部かもしれない")
        }
        "also_a_word" => ("but both parts are words too", "ただし姓も名も普通の語でもある"),
        "bank_code" => ("it begins with the code of a bank", "銀行コードで始まる"),
        "era" => ("it is a date of the Japanese calendar", "和暦の日付"),
        "after_era" => ("but its era had ended by then", "ただし元号の終わりより後"),
        "check_in_dispute" => ("but sources differ about its check digit", "ただし検査数字の説が分かれる"),
        "unusual_grouping" => ("but its digits are grouped unusually", "ただし区切り方が通常と違う"),
        "toll_free" => ("but it is a number of a service", "ただしフリーダイヤルなどの番号"),
        "unusual_length" => ("but its length is unusual for the issuer", "ただしその発行会社では珍しい桁数"),
        "counting" => ("but its digits count up", "ただし数字が順に並ぶ"),
        "date_like" => ("but it begins like a date", "ただし日付のように始まる"),
        "leading_zeros" => ("but it begins with zeros", "ただし 0 が続いて始まる"),
        "jan_check" => ("but it is a product code too", "ただし商品コード（JAN）としても成り立つ"),
        "slug" => ("but it is a part of a longer name", "ただし長い名前の一部"),
        "among_numbers" => ("but it stands among other numbers", "ただしほかの数字の並びの中にある"),
        "internal_host" => ("but its host is no public one", "ただし外部にないホスト"),
        "remote_login" => ("but it reads as a login on a machine", "ただし機器へのログインの形"),
        "version_like" => ("but it reads as a version", "ただし版番号の形"),
        "cut" => ("but it may be cut off", "ただし途中で切れている可能性"),
        "setting" => ("it is a setting", "設定の記述"),
        "page" => ("it is a page that a server made", "サーバーが作ったページ"),
        "private_key" => ("it is a private key", "秘密鍵"),
        "jwt" => ("it is a signed token (JWT)", "署名付きトークン（JWT）"),
        "aws" | "github" | "gitlab" | "google" | "slack" | "stripe" => {
            let (en, ja) = ("it has the mark of its maker", "発行元の印がある");
            return lang.pick(format!("{en} ({word})"), format!("{ja}（{word}）"));
        }
        "bcrypt" | "argon2" | "sha512_crypt" | "sha256_crypt" | "md5_crypt" | "pbkdf2" | "yescrypt" | "ldap_sha"
        | "md5" | "sha1" | "sha256" | "sha512" => {
            let (en, ja) = ("it has the form of this hash", "このハッシュの形");
            return lang.pick(format!("{en} ({word})"), format!("{ja}（{word}）"));
        }
        "test_number" => ("it is a published test number", "公開されている試験用の番号"),
        _ => return reason.to_owned(),
    };
    match of {
        "" => lang.pick(en, ja).to_owned(),
        of => lang.pick(format!("{en} ({of})"), format!("{ja}（{of}）")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RulePack;

    /// Every reason that the built-in rules give by themselves.
    #[test]
    fn every_reason_of_a_pattern_is_said_in_words_in_both_languages() {
        let pack = RulePack::builtin().unwrap();
        let patterns = pack.detectors.iter().flat_map(|rule| &rule.table.pattern);
        let unsaid: Vec<&String> = patterns
            .filter_map(|pattern| pattern.reason.as_ref())
            .filter(|reason| [Lang::En, Lang::Ja].iter().any(|lang| reason_words(reason, *lang) == **reason))
            .collect();
        assert!(unsaid.is_empty(), "{unsaid:?}");
    }
}
