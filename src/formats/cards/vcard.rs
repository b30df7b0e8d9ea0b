//! Cards (vCard 2.1, 3.0 and 4.0, RFC 2426, RFC 6350): each a row, its properties under words that tell what they are.

use super::lines::{Property, Value, parts, plain};

/// One card while its lines come.
#[derive(Debug, Default)]
pub(super) struct Card {
    pub(super) row: u64,
    properties: Vec<Property>,
}

impl Card {
    pub(super) fn new(row: u64) -> Self {
        Self { row, properties: Vec::new() }
    }

    pub(super) fn add(&mut self, property: Property) {
        self.properties.push(property);
    }

    pub(super) fn len(&self) -> usize {
        self.properties.len()
    }

    /// Files in it (a photo, a sound, a key), with a name.
    pub(super) fn files(&self) -> impl Iterator<Item = (String, Option<&[u8]>)> {
        self.properties.iter().filter_map(|property| match &property.value {
            Value::File(bytes) => {
                let kind = property.parameters.iter().map(|(_, value)| value.to_ascii_lowercase());
                let ending = kind.into_iter().find_map(|kind| ending(&kind)).unwrap_or("");
                Some((format!("{}{ending}", property.name.to_ascii_lowercase()), bytes.as_deref()))
            }
            Value::Text(_) => None,
        })
    }

    /// Its texts, each under a word.
    pub(super) fn pairs(&self) -> Vec<(String, String)> {
        let texts = || {
            self.properties.iter().filter_map(|property| match &property.value {
                Value::Text(text) => Some((property, text.as_str())),
                Value::File(_) => None,
            })
        };
        let full: Vec<String> = texts().filter(|(p, _)| p.name == "FN").map(|(_, text)| plain(text)).collect();
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut add = |name: &str, text: String| {
            if !text.trim().is_empty() && !pairs.iter().any(|(_, known)| *known == text) {
                pairs.push((name.to_owned(), text));
            }
        };
        let has = |name: &str| texts().any(|(property, _)| property.name == name);
        for (property, text) in texts() {
            match property.name.as_str() {
                "VERSION" | "REV" => {}
                "FN" => add("氏名", plain(text)),
                "N" => {
                    let name = name(text);
                    if !full.iter().any(|full| same(full, &name)) {
                        add("氏名", name);
                    }
                }
                // Given with the family name.
                "X-PHONETIC-FIRST-NAME" if has("X-PHONETIC-LAST-NAME") => {}
                "X-PHONETIC-LAST-NAME" => {
                    let given = texts().find(|(p, _)| p.name == "X-PHONETIC-FIRST-NAME").map(|(_, text)| plain(text));
                    add("フリガナ", format!("{} {}", plain(text), given.unwrap_or_default()).trim().to_owned());
                }
                "SORT-STRING" | "SOUND" | "X-PHONETIC-FIRST-NAME" | "X-PHONETIC-ORG" => {
                    add("フリガナ", parts(text).join(" ").trim().to_owned());
                }
                "TEL" => add(telephone(property), strip(text, "tel:")),
                "EMAIL" => add("メールアドレス", strip(text, "mailto:")),
                "ADR" => {
                    let (address, postal) = address(text);
                    add("郵便番号", postal);
                    add("住所", address);
                }
                "LABEL" => add("住所", plain(text)),
                "BDAY" => add("生年月日", day(text)),
                "ORG" => add("会社名", parts(text).join(" ").trim().to_owned()),
                "TITLE" | "ROLE" => add("役職", plain(text)),
                "NOTE" => add("備考", plain(text)),
                "GENDER" | "X-GENDER" => add("性別", plain(text)),
                other => add(&other.to_ascii_lowercase(), plain(text)),
            }
        }
        pairs
    }
}

/// The word for a number.
fn telephone(property: &Property) -> &'static str {
    if property.has_type("CELL") {
        "携帯電話"
    } else if property.has_type("FAX") {
        "FAX"
    } else {
        "電話番号"
    }
}

fn strip(text: &str, scheme: &str) -> String {
    let text = plain(text);
    let cut = text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    if cut { text.get(scheme.len()..).unwrap_or_default().to_owned() } else { text }
}

/// Family name, given name, further names.
fn name(text: &str) -> String {
    let all = parts(text);
    all.iter().take(3).filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" ")
}

/// Whether two names have the same parts, in any order.
fn same(one: &str, other: &str) -> bool {
    let parts = |name: &str| {
        let mut parts: Vec<String> =
            name.split([' ', '\u{3000}', ',']).filter(|p| !p.is_empty()).map(str::to_owned).collect();
        parts.sort();
        parts
    };
    let tight = |name: &str| name.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    parts(one) == parts(other) || tight(one) == tight(other)
}

/// The address in the order of Japan, without its postal code and country; and its postal code.
fn address(text: &str) -> (String, String) {
    let all = parts(text);
    let part = |at: usize| all.get(at).map(String::as_str).unwrap_or_default();
    let address: Vec<&str> = [4, 3, 2, 1, 0].map(part).into_iter().filter(|part| !part.is_empty()).collect();
    // Western parts need a blank between them.
    let between = if address.iter().any(|part| !part.is_ascii()) { "" } else { " " };
    (address.join(between), part(5).to_owned())
}

fn day(text: &str) -> String {
    let text = plain(text);
    let digits = text.len() >= 8 && text.bytes().take(8).all(|byte| byte.is_ascii_digit());
    match (digits, text.get(..4), text.get(4..6), text.get(6..8)) {
        (true, Some(year), Some(month), Some(day)) => format!("{year}-{month}-{day}"),
        _ => text,
    }
}

fn ending(kind: &str) -> Option<&'static str> {
    match kind.rsplit('/').next().unwrap_or_default() {
        "jpeg" | "jpg" => Some(".jpg"),
        "png" => Some(".png"),
        "gif" => Some(".gif"),
        _ => None,
    }
}
