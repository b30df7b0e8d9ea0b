//! The Japanese numbering plan: mobile, IP telephone, fixed lines by area code, service numbers; as national digits.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::{Shape, Validator, Verdict, all_same, is_run};
use crate::model::{Confidence, LinkClass};
use crate::rules::embed;

/// `phone_jp`
pub static PHONE_JP: Validator = Validator {
    id: "phone_jp",
    about: "a number of the Japanese plan, given as national digits with the leading 0",
    check: |shape, verdict| {
        let Some(national) = national_digits(shape.text) else { return false };
        let Some(plan) = plan(&national) else { return false };
        verdict.value = national;
        judge(shape, plan, verdict)
    },
};

/// What a number is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plan {
    /// 060, 070, 080, 090: one person's own.
    Mobile,
    /// 050: one subscriber's own.
    Ip,
    /// A fixed line with an area code of this many digits: shared by a household or an office.
    Fixed(usize),
    /// 0120, 0800, 0570, 0990: a service, nobody's own.
    Service,
}

fn judge(shape: &Shape<'_>, plan: Plan, verdict: &mut Verdict) -> bool {
    match plan {
        Plan::Mobile => verdict.class = Some(LinkClass::Strong),
        Plan::Ip => verdict.class = Some(LinkClass::Strong),
        Plan::Fixed(code) => {
            let first = first_group(shape.text);
            // The table may know 042 where people write 0422-xx: one digit more is as good.
            if first.is_some_and(|digits| digits != code && digits != code + 1) && !shape.text.starts_with('+') {
                verdict.doubt("unusual_grouping");
            }
        }
        Plan::Service => verdict.hold(Confidence::Possible, "toll_free"),
    }
    verdict.reasons.push(Cow::Borrowed(match plan {
        Plan::Mobile => "plan:mobile",
        Plan::Ip => "plan:050",
        Plan::Fixed(_) => "plan:fixed",
        Plan::Service => "plan:service",
    }));
    true
}

/// Digits of the first group, if the number is grouped.
fn first_group(text: &str) -> Option<usize> {
    let text = text.trim_start_matches('(');
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    Some(end)
}

/// The digits with their leading 0: `+81(0)` and `+81` become 0; a 0 that a spreadsheet lost comes back.
fn national_digits(text: &str) -> Option<String> {
    let (international, rest) = match text.strip_prefix("+81") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    let without_zero = digits.strip_prefix('0');
    Some(match (international, without_zero) {
        (_, Some(rest)) => format!("0{rest}"),
        (true, None) => format!("0{digits}"),
        (false, None) if matches!(digits.len(), 9 | 10) => format!("0{digits}"),
        (false, None) => return None,
    })
}

fn plan(national: &str) -> Option<Plan> {
    let after = |prefix: usize| national.get(prefix..);
    let service10 = ["0120", "0570", "0990"].iter().any(|prefix| national.starts_with(prefix));
    if all_same(after(1)?) || is_run(national) {
        return None;
    }
    match national.len() {
        10 if service10 => Some(Plan::Service),
        11 if national.starts_with("0800") => Some(Plan::Service),
        // The subscriber part of mobile and 050 numbers does not begin with 0.
        11 if after(3)?.starts_with('0') => None,
        11 => match national.get(..3)? {
            "060" | "070" | "080" | "090" => Some(Plan::Mobile),
            "050" => Some(Plan::Ip),
            _ => None,
        },
        10 => area_code(national).map(Plan::Fixed),
        _ => None,
    }
}

/// Digits of the longest area code that a number begins with.
fn area_code(national: &str) -> Option<usize> {
    static CODES: LazyLock<BTreeSet<&str>> = LazyLock::new(|| embed::table_lines("area_codes_jp.txt").collect());
    (2..=5).rev().find(|&length| national.get(..length).is_some_and(|code| CODES.contains(code)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Vectors {
        valid: Vec<Valid>,
        zero_lost: Vec<Valid>,
        invalid: Vec<String>,
    }
    #[derive(serde::Deserialize)]
    struct Valid {
        text: String,
        value: String,
        #[serde(default)]
        kind: String,
    }

    #[test]
    fn vectors() {
        let vectors: Vectors = serde_json::from_str(include_str!("../../../testdata/detect/phone.json")).unwrap();
        for Valid { text, value, kind } in vectors.valid.iter().chain(&vectors.zero_lost) {
            let folded = crate::text::fold::fold(text);
            let national = national_digits(folded.as_str()).unwrap();
            assert_eq!(&national, value, "{text}");
            let expected = match plan(&national) {
                Some(Plan::Mobile) => "mobile",
                Some(Plan::Ip) => "ip",
                Some(Plan::Fixed(_)) => "fixed",
                Some(Plan::Service) => "service",
                None => "none",
            };
            assert!(kind == expected || (kind.is_empty() && expected == "mobile"), "{text}: {kind} {expected}");
        }
        for text in &vectors.invalid {
            assert_eq!(national_digits(text).and_then(|national| plan(&national)), None, "{text}");
        }
    }

    #[test]
    fn every_area_code_in_the_table_is_found_by_its_own_number() {
        for code in embed::table_lines("area_codes_jp.txt") {
            let number = format!("{code}{}", &"2345678901"[..10 - code.len()]);
            assert!(area_code(&number).is_some_and(|length| length >= code.len()), "{number}");
        }
    }
}
