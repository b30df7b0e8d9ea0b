//! The chain of custody for people: each event with its local time and UTC, and what the chain vouches for.
//!
//! Every text in it is hostile: control characters and those that turn the direction of writing are shown escaped.

mod form;
pub(super) mod words;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

pub use self::form::html as form;
use self::words::{act, field};
use super::show::{calm, in_eights};
use crate::case::mend::Mended;
use crate::case::results::CustodyResult;
use crate::model::{CustodyEvent, Lang};

/// The events, one block each.
pub fn events(result: &CustodyResult, zone: &TimeZone, lang: Lang) -> String {
    result.chain.iter().map(|event| block(event, zone, lang)).collect()
}

fn block(event: &CustodyEvent, zone: &TimeZone, lang: Lang) -> String {
    let line = event.seq.saturating_add(1);
    let mut text = format!("{line:>4}  {}  {}\n", both_times(&event.time, zone), act(event.act, lang));
    let mut told = |name: &str, value: &str| text.push_str(&format!("      {name}{}{value}\n", lang.pick(": ", "：")));
    let by = format!("{} @ {} ({})", calm(&event.operator), calm(&event.host), calm(&event.tool));
    told(field("operator", lang).unwrap_or("operator"), &by);
    for (key, value) in &event.detail {
        let known = value.as_str().and_then(|text| words::value(key, text, lang));
        let value = match key.as_str() {
            "when" | "started" => both_times(value.as_str().unwrap_or_default(), zone),
            _ => known.map_or_else(|| flat(value, lang), str::to_owned),
        };
        told(&named(key, lang), &value);
    }
    text
}

/// Local time with its offset, and UTC; what is no time is shown as it stands.
pub(super) fn both_times(text: &str, zone: &TimeZone) -> String {
    let Ok(time) = text.parse::<Timestamp>() else { return calm(text) };
    let (local, utc) = (time.to_zoned(zone.clone()), time.strftime("%Y-%m-%dT%H:%M:%SZ"));
    format!("{} ({utc})", local.strftime("%Y-%m-%d %H:%M:%S %:z"))
}

pub(super) fn named(key: &str, lang: Lang) -> String {
    field(key, lang).map_or_else(|| calm(key), str::to_owned)
}

/// A particular as one line.
pub(super) fn flat(value: &Value, lang: Lang) -> String {
    match value {
        Value::String(text) => calm(text),
        Value::Bool(yes) => if *yes { lang.pick("yes", "はい") } else { lang.pick("no", "いいえ") }.to_owned(),
        Value::Array(none) if none.is_empty() => lang.pick("none", "なし").to_owned(),
        Value::Array(all) => all.iter().map(|one| flat(one, lang)).collect::<Vec<_>>().join(lang.pick("; ", "；")),
        Value::Object(fields) => pairs(fields, lang),
        other => other.to_string(),
    }
}

fn pairs(fields: &Map<String, Value>, lang: Lang) -> String {
    let pair = |(key, value): (&String, &Value)| {
        let known = value.as_str().and_then(|text| words::value(key, text, lang));
        let value = known.map_or_else(|| flat(value, lang), str::to_owned);
        format!("{} {value}", named(key, lang))
    };
    let present = fields.iter().filter(|(_, value)| !value.is_null());
    present.map(pair).collect::<Vec<_>>().join(lang.pick(", ", "、"))
}

/// What the chain gives the digests of.
pub fn vouches(result: &CustodyResult, lang: Lang) -> String {
    let mut text = String::new();
    for one in &result.vouches {
        text.push_str(&format!("  {} {:>4}  {}  {}\n", lang.pick("line", "行"), one.line, one.sha256, calm(&one.file)));
    }
    text
}

/// What is wrong, line by line.
pub fn problems(result: &CustodyResult, lang: Lang) -> String {
    let layer = lang.pick("custody chain", "証拠管理の記録");
    let line = |path: &str, what: &str| format!("  [{layer}] {}: {}\n", calm(path), calm(what));
    result.problems.iter().map(|problem| line(&problem.path, &problem.what)).collect()
}

/// What was added, and what became of the evidence.
pub fn added(result: &CustodyResult, not_as_sealed: &[String], lang: Lang) -> String {
    let mut text = lang.pick(
        format!("Added as event {}. Digest of the chain:\n", result.events),
        format!("{} 件目として記録しました。証拠管理の記録のハッシュ：\n", result.events),
    );
    text.push_str(&format!("  {}\n", in_eights(&result.head).join(" ")));
    for zip in not_as_sealed {
        text.push_str(&lang.pick(
            format!("BROKEN: {} is not as it was sealed; that is recorded too\n", calm(zip)),
            format!("破損あり: {} は封印時のままではありません（その旨も記録しました）\n", calm(zip)),
        ));
    }
    text
}

/// What a mending came to.
pub fn mended(mended: Mended, lang: Lang) -> String {
    match mended {
        Mended::Nothing => lang
            .pick(
                "The last line is not torn: nothing was to be mended.\n",
                "最後の行は途切れていません。修復するものはありません。\n",
            )
            .to_owned(),
        Mended::Ended => lang
            .pick(
                "The last line lacked nothing but its end, and got it; its bytes are kept beside the chain too.\n",
                "最後の行に欠けていたのは行末だけでした。行末を補い、元の内容も別のファイルに残しました。\n",
            )
            .to_owned(),
        Mended::Cut(bytes) => lang.pick(
            format!("{bytes} bytes of a line without an end were cut off; they are kept beside the chain.\n"),
            format!("行末のない {bytes} バイトを取り除きました。その内容は別のファイルに残してあります。\n"),
        ),
    }
}

/// Whether the chain is whole, and what that shows.
pub fn verdict(result: &CustodyResult, lang: Lang) -> String {
    let mut text = problems(result, lang);
    let (events, head) = (result.events, in_eights(&result.head).join(" "));
    text.push_str(&if result.ok {
        lang.pick(
            format!(
                "WHOLE: {events} events, each tied to the one before it. Digest of the last one:\n  {head}\nCompare it with \
                 one that was written down: only that shows that nothing was cut from the end.\n`hozen verify` also reads \
                 the evidence and the results.\n"
            ),
            format!(
                "完全: {events} 件の記録が、前の記録に順につながっています。最後の記録のハッシュ：\n  {head}\n控えてあるハッシュと\
                 照合してください。末尾が切り取られていないことは、その照合でしか分かりません。\n証拠と結果の内容は \
                 `hozen verify` で確認できます。\n"
            ),
        )
    } else {
        lang.pick(
            format!(
                "BROKEN: {} problems; {events} events of the chain are whole. Keep this copy as it is.\n",
                result.problems.len()
            ),
            format!("破損あり: {} 件。記録のうち完全なものは {events} 件です。この複製には手を加えないでください。\n", result.problems.len()),
        )
    });
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_given_twice_and_hostile_ones_as_they_stand() {
        let zone = TimeZone::fixed(jiff::tz::offset(9));
        assert_eq!(both_times("2026-11-21T03:00:00Z", &zone), "2026-11-21 12:00:00 +09:00 (2026-11-21T03:00:00Z)");
        assert_eq!(both_times("soon\u{202e}\n", &zone), "soon\\u{202e}\\u{a}");
    }

    #[test]
    fn a_particular_is_one_line_whatever_is_in_it() {
        let value = serde_json::json!([{ "serial": "a\nb\u{1b}[2J", "check": "same" }, 7, { "x\r": null, "y": true }]);
        for lang in [Lang::En, Lang::Ja] {
            let text = flat(&value, lang);
            assert!(!text.chars().any(char::is_control), "{text:?}");
            assert!(text.contains("a\\u{a}b\\u{1b}[2J"), "{text}");
        }
    }
}
