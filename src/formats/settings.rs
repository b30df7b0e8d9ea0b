//! Settings, one in a line: `.ini`, `.env`, `.properties`, `.conf`, and what the registry editor of Windows exports (`.reg`).
//!
//! The key names the value, as the head of a column does. Sections stand in the pointer (`/mail/password`). All other lines are read as
//! they are, so that nothing is lost.

use std::ops::Range;

use super::lined::{Lined, Part, is_value, trimmed, unquoted};
use super::opening::{each_line, text_of};
use super::plain::Undecodable;
use super::{Claim, Format, Head, Input, Sink};
use crate::model::{Bond, Charset, Field, Place, Record};
use crate::text::{Line, decode_record, looks_binary};

/// Files of settings.
pub struct Settings;

const ENDINGS: [&str; 13] = [
    "ini",
    "env",
    "properties",
    "conf",
    "cfg",
    "cnf",
    "reg",
    "desktop",
    "service",
    "inf",
    "prefs",
    "editorconfig",
    "url",
];
/// Endings of other text, in which such lines stand too.
const OTHER: [&str; 34] = [
    "log", "md", "rst", "html", "htm", "xml", "json", "csv", "tsv", "eml", "mbox", "py", "php", "js", "ts", "java",
    "c", "h", "cpp", "cs", "go", "rs", "rb", "pl", "sh", "vb", "kt", "yaml", "yml", "tex", "sql", "vcf", "ics", "ldif",
];
const KEY_CHARS: usize = 120;

impl Format for Settings {
    fn id(&self) -> &'static str {
        "settings"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        if head.bytes.is_empty() || looks_binary(head.bytes) {
            return Claim::No;
        }
        let name = head.name.to_ascii_lowercase();
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let named = ENDINGS.contains(&ending) || name.starts_with(".env");
        if OTHER.contains(&ending) && !named {
            return Claim::No;
        }
        let text = text_of(head);
        if looks_set(&text, head.whole, named) { Claim::Likely } else { Claim::No }
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let mut section = String::new();
        let lost = each_line(head, input, out, &mut |line, charset, lost, out| {
            push(line, charset, &mut section, lost, out);
        });
        lost.tell(out);
    }
}

/// Whether nearly all lines are settings. Without a name that says so their keys must be words, and each another: logs have the same in
/// every line.
fn looks_set(text: &str, whole: bool, named: bool) -> bool {
    let mut lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if !whole && lines.len() > 1 {
        lines.pop();
    }
    let (mut set, mut other, mut sections) = (0_usize, 0_usize, 0_usize);
    let mut keys = std::collections::BTreeSet::new();
    for line in lines {
        let plain = |key: &str| !key.contains(char::is_whitespace);
        if is_comment(line) {
        } else if section_of(line).is_some() {
            sections += 1;
        } else {
            match setting(line) {
                Some((key, _)) if named || (line.contains('=') && line.get(key.clone()).is_some_and(plain)) => {
                    set += 1;
                    keys.insert(line.get(key).unwrap_or_default());
                }
                _ => other += 1,
            }
        }
    }
    if named {
        return set > 0 && set + sections >= other;
    }
    set >= 3 && other * 20 <= set && keys.len() * 10 >= set * 7
}

fn is_comment(line: &str) -> bool {
    line.starts_with(['#', ';', '!']) || line.starts_with("//")
}

fn section_of(line: &str) -> Option<&str> {
    line.strip_prefix('[')?.split_once(']').map(|(name, _)| name).filter(|name| !name.is_empty())
}

/// Where key and value stand in a line, without quotes.
fn setting(line: &str) -> Option<(Range<usize>, Range<usize>)> {
    let body = trimmed(line, 0..line.len());
    let begin = body.start + line.get(body.clone())?.strip_prefix("export ").map_or(0, |_| "export ".len());
    let rest = line.get(begin..body.end)?;
    let at = match rest.strip_prefix('"') {
        // `"name"="value"`
        Some(inside) => {
            let closes = |end: &usize| inside.as_bytes().get(end + 1) == Some(&b'=');
            inside.find('"').filter(closes)? + 2
        }
        None => rest.find(['=', ':']).filter(|at| rest.as_bytes().get(*at) == Some(&b'=') || colon_names(rest, *at))?,
    };
    let key = unquoted(line, trimmed(line, begin..begin + at));
    let value = unquoted(line, trimmed(line, begin + at + 1..body.end));
    let word = line.get(key.clone())?;
    let fits = |c: char| {
        c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '/' | '\\' | ' ' | '$' | '*' | '[' | ']' | '(' | ')' | '%')
    };
    let is_key = !word.is_empty() && word.chars().count() <= KEY_CHARS && word.chars().all(fits) && !is_value(word);
    is_key.then_some((key, value))
}

/// `key: value` names a value too, but no address (`https://`) and no time (`10:30`).
fn colon_names(rest: &str, at: usize) -> bool {
    let next = rest.as_bytes().get(at + 1);
    next.is_none_or(|byte| byte.is_ascii_whitespace()) && !rest.get(..at).is_some_and(|key| key.trim().contains(' '))
}

fn push(line: Line<'_>, leaf: Charset, section: &mut String, lost: &mut Undecodable, out: &mut dyn Sink) {
    if line.bytes.is_empty() {
        return;
    }
    let (bond, fresh_from, offset) = (line.bond, line.fresh_from, line.offset);
    let lined = Lined::new(line, leaf);
    if lined.malformed {
        lost.seen(offset);
    }
    let body = lined.text.trim();
    if let Some(name) = section_of(body).filter(|_| bond == Bond::Line) {
        *section = name.to_owned();
    }
    let found = if bond == Bond::Line && !is_comment(body) { setting(&lined.text) } else { None };
    let Some((key, value)) = found.filter(|(_, value)| !value.is_empty()) else {
        let place = Place { offset, row: Some(line.row), ..Place::default() };
        let charset = decode_record(line.bytes, leaf).charset;
        let fields = [Field { raw: Some((line.bytes, charset)), ..Field::new(&lined.text, place) }];
        return out.record(&Record { bond, fields: &fields, fresh_from });
    };
    let name = lined.text.get(key).unwrap_or_default();
    let token = |text: &str| if is_value(text) { "*".to_owned() } else { text.replace('~', "~0").replace('/', "~1") };
    let pointer =
        if section.is_empty() { format!("/{}", token(name)) } else { format!("/{}/{}", token(section), token(name)) };
    let part: Part = lined.part(value, name, Some(pointer));
    out.record(&Record::whole(Bond::Line, &[part.field()]));
}

#[cfg(test)]
mod tests {
    use crate::formats::collected::Collected;

    fn pairs(name: &str, text: &str) -> Vec<(String, String, u64)> {
        let got = Collected::of(name, text.as_bytes());
        assert_eq!((got.format, got.gaps.len()), ("settings", 0), "{text}");
        let mut pairs = Vec::new();
        for (_, _, fields) in got.records {
            let [field] = fields.as_slice() else { panic!("one field in {fields:?}") };
            let at = usize::try_from(field.place.offset).unwrap();
            assert!(text.get(at..).unwrap().starts_with(&field.text), "{field:?}");
            pairs.push((field.name.clone().unwrap_or_default(), field.text.clone(), field.place.row.unwrap()));
        }
        pairs
    }

    fn has(pairs: &[(String, String, u64)], name: &str, text: &str, row: u64) -> bool {
        pairs.contains(&(name.to_owned(), text.to_owned(), row))
    }

    #[test]
    fn the_key_names_the_value() {
        let got =
            pairs(".env", "# mail taro@example.jp\nDB_PASSWORD=s3cr=t!\nexport MAIL=\"a@example.jp\"\nEMPTY=\nX='y'\n");
        assert!(has(&got, "", "# mail taro@example.jp", 1) && has(&got, "DB_PASSWORD", "s3cr=t!", 2));
        assert!(has(&got, "MAIL", "a@example.jp", 3) && has(&got, "X", "y", 5));
        let got = pairs("app.ini", "[smtp]\r\nuser = 山田@example.jp\r\npassword=x y\r\nfree text\r\n");
        assert!(
            has(&got, "user", "山田@example.jp", 2) && has(&got, "password", "x y", 3) && has(&got, "", "free text", 4)
        );
        let got = pairs(
            "a.reg",
            "Windows Registry Editor Version 5.00\n\n[HKEY_CURRENT_USER\\x]\n\"Email\"=\"b@example.jp\"\n@=\"z\"\n",
        );
        assert!(has(&got, "Email", "b@example.jp", 4));
        let got = pairs("a.properties", "app.owner: 山田\napp.url=https://example.jp/?a=b\nkey\\ x=1\n");
        assert!(has(&got, "app.owner", "山田", 1) && has(&got, "app.url", "https://example.jp/?a=b", 2));
        let got = pairs("x", "A_KEY=1\nB_KEY=2\nMAIL=c@example.jp\n");
        assert!(has(&got, "MAIL", "c@example.jp", 3));
    }

    #[test]
    fn keys_that_are_values_stay_in_their_line() {
        let got = pairs("a.ini", "a=1\nb=2\ntaro@example.jp=secret\n0901234=5678\n");
        assert!(has(&got, "", "taro@example.jp=secret", 3) && has(&got, "", "0901234=5678", 4));
    }

    #[test]
    fn logs_and_prose_are_no_settings() {
        for (name, text) in [
            ("a", "level=info msg=a\nlevel=warn msg=b\nlevel=info msg=c\n"),
            ("a.log", "a=1\nb=2\nc=3\n"),
            ("a.txt", "x=1\nThis is a text.\nAnother line.\n"),
            ("a.txt", "Dear: you\nHere: me\nAnd so on\n"),
        ] {
            assert_eq!(Collected::of(name, text.as_bytes()).format, "plain", "{text}");
        }
    }
}
