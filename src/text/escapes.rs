//! Escapes that text stands in where programs write it into addresses, pages, logs and dumps: `%E5%B1%B1`, `&#23665;`, `\u5c71`,
//! `\xe5\xb1\xb1`, `\n`. Each is resolved where it stands, one character at a time, so that places stay exact.

use crate::model::Charset;

use super::charset::eight_bit;
use super::decode::decode;
use super::lines::boundary;

/// What an escape stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// One character.
    Char(char),
    /// Several, which only make sense together.
    Text(String),
}

/// The characters that escapes begin with.
pub(crate) const MARKS: [u8; 3] = *b"%&\\";

/// Bytes of one run of escapes that are weighed together.
const RUN_BYTES: usize = 64;

/// The escape that a text begins with: its length, and what it stands for.
pub(crate) fn at(text: &str) -> Option<(usize, Meaning)> {
    let bytes = text.as_bytes();
    match bytes.first()? {
        b'%' => percent(bytes),
        b'&' => entity(text),
        b'\\' => backslash(bytes),
        _ => None,
    }
}

/// Whether a text holds an escape.
pub(crate) fn stand_in(text: &str) -> bool {
    let [a, b, c] = MARKS;
    memchr::memchr3_iter(a, b, c, text.as_bytes()).any(|place| text.get(place..).and_then(at).is_some())
}

/// `%E5%B1%B1` (RFC 3986 §2.1). Of ASCII only what writers escape: in `10%40人` a number would be torn, in `%2009012345678` it begins
/// behind a space that [`crate::detect`] looks through itself.
fn percent(bytes: &[u8]) -> Option<(usize, Meaning)> {
    let first = hex_byte(bytes.get(1..3)?)?;
    if first >= 0x80 {
        return run(bytes, |rest| if rest.first() == Some(&b'%') { hex_byte(rest.get(1..3)?) } else { None }, 3);
    }
    let is_mark = matches!(
        first,
        b'@' | b'+'
            | b'='
            | b'&'
            | b':'
            | b','
            | b';'
            | b'"'
            | b'\''
            | b'<'
            | b'>'
            | b'/'
            | b'?'
            | b'#'
            | b'['
            | b']'
            | b'{'
            | b'}'
            | b'|'
    );
    let is_blank = match first {
        b' ' => !bytes.get(3).is_some_and(u8::is_ascii_digit),
        other => matches!(other, b'\n' | b'\r' | b'\t'),
    };
    let blank = is_blank.then_some(' ');
    Some((3, Meaning::Char(blank.or(is_mark.then_some(char::from(first)))?)))
}

/// `\u5c71` (JSON, JavaScript, Java), `\xe5` (web servers' logs), `\n`, `\'` (SQL dumps).
fn backslash(bytes: &[u8]) -> Option<(usize, Meaning)> {
    let one = |c| Some((2, Meaning::Char(c)));
    match bytes.get(1)? {
        b'u' => unicode(bytes),
        b'x' => {
            let next = |rest: &[u8]| if rest.starts_with(b"\\x") { hex_byte(rest.get(2..4)?) } else { None };
            match next(bytes)? {
                0x80.. => run(bytes, next, 4),
                b'\n' | b'\r' | b'\t' => Some((4, Meaning::Char(' '))),
                c @ (b'"' | b'\\' | b'@') => Some((4, Meaning::Char(char::from(c)))),
                _ => None,
            }
        }
        b'n' | b'r' | b't' => one(' '),
        c @ (b'"' | b'\'' | b'/' | b'\\') => one(char::from(*c)),
        _ => None,
    }
}

fn unicode(bytes: &[u8]) -> Option<(usize, Meaning)> {
    let unit = |rest: &[u8]| {
        let digits = rest.strip_prefix(b"\\u")?.get(..4)?;
        Some(u32::from(hex_byte(digits.get(..2)?)?) << 8 | u32::from(hex_byte(digits.get(2..)?)?))
    };
    let first = unit(bytes)?;
    if !(0xD800..0xDC00).contains(&first) {
        return Some((6, Meaning::Char(shown(char::from_u32(first)?)?)));
    }
    let second = bytes.get(6..).and_then(unit).filter(|second| (0xDC00..0xE000).contains(second))?;
    let code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
    Some((12, Meaning::Char(char::from_u32(code)?)))
}

/// Characters that HTML names and that stand beside values (WHATWG HTML §13.5).
static NAMED: [(&str, char); 9] = [
    ("&amp;", '&'),
    ("&lt;", '<'),
    ("&gt;", '>'),
    ("&quot;", '"'),
    ("&apos;", '\''),
    ("&nbsp;", ' '),
    ("&commat;", '@'),
    ("&hyphen;", '-'),
    ("&yen;", '¥'),
];

/// Digits of a numeric character reference that are read; more name no character.
const REFERENCE_DIGITS: usize = 8;

/// `&#64;`, `&#x40;`, `&amp;`.
fn entity(text: &str) -> Option<(usize, Meaning)> {
    if let Some((name, c)) = NAMED.iter().find(|(name, _)| text.starts_with(name)) {
        return Some((name.len(), Meaning::Char(*c)));
    }
    let digits = text.strip_prefix("&#")?;
    let (digits, radix) = match digits.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (digits, 10),
    };
    let length = digits.bytes().take(REFERENCE_DIGITS).take_while(|byte| char::from(*byte).is_digit(radix)).count();
    let code = u32::from_str_radix(digits.get(..length)?, radix).ok()?;
    let whole = text.len() - digits.len() + length;
    let c = shown(char::from_u32(code)?)?;
    (text.as_bytes().get(whole) == Some(&b';')).then_some((whole + 1, Meaning::Char(c)))
}

/// A character as it may stand in folded text: ends of lines and tabs are blanks, other controls no escape at all.
fn shown(c: char) -> Option<char> {
    match c {
        '\n' | '\r' | '\t' => Some(' '),
        c if c.is_control() => None,
        c => Some(c),
    }
}

/// The first character of a run of escaped bytes above ASCII, if the run is UTF-8; else all of the run in the encoding that explains
/// it. `each` bytes of text stand for one.
fn run(text: &[u8], next: impl Fn(&[u8]) -> Option<u8>, each: usize) -> Option<(usize, Meaning)> {
    let escaped = |most: usize| -> Vec<u8> {
        text.chunks(each).map_while(&next).take_while(|byte| *byte >= 0x80).take(most).collect()
    };
    let first = escaped(4);
    let c = first.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
    if let Some(c) = c {
        return Some((c.len_utf8() * each, Meaning::Char(c)));
    }
    let mut bytes: Vec<u8> = text.chunks(each).map_while(&next).take(RUN_BYTES).collect();
    if bytes.len() < 2 {
        return None;
    }
    let charset = eight_bit(&bytes, true);
    if !matches!(charset, Charset::Cp932 | Charset::EucJp) {
        return None;
    }
    if bytes.len() == RUN_BYTES {
        // The run goes on: it is cut between two characters.
        bytes.truncate(boundary(&bytes, charset, bytes.len()));
    }
    let (decoded, malformed) = decode(&bytes, charset);
    (!malformed).then(|| (bytes.len() * each, Meaning::Text(decoded.into_owned())))
}

fn hex_byte(digits: &[u8]) -> Option<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let [high, low] = digits else { return None };
    Some(digit(high)? << 4 | digit(low)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(mut text: &str) -> String {
        let mut out = String::new();
        while let Some(c) = text.chars().next() {
            match at(text) {
                Some((length, Meaning::Char(c))) => (out.push(c), text = &text[length..]),
                Some((length, Meaning::Text(more))) => (out.push_str(&more), text = &text[length..]),
                None => (out.push(c), text = &text[c.len_utf8()..]),
            };
        }
        out
    }

    #[test]
    fn each_way_of_writing_comes_out_as_what_it_stands_for() {
        for (text, due) in [
            ("%E5%B1%B1%E7%94%B0", "山田"),
            ("%e5%b1%b1a%40b", "山a@b"),
            ("%8E%52%93%63", "山田"),
            ("%BB%B3%C5%C4%C2%C0%CF%BA", "山田太郎"),
            ("a%3D1%26b%3A2", "a=1&b:2"),
            ("&#23665;&#x7530;&amp;&commat;", "山田&@"),
            ("\\u5c71\\u7530\\uD842\\uDFB7", "山田𠮷"),
            ("\\xE5\\xB1\\xB1\\xe7\\x94\\xb0", "山田"),
            ("a\\nb\\t'O\\'B'", "a b 'O'B'"),
            ("&#10;%0A", "  "),
            ("%E5%B1%B1%20%E7%94%B0", "山 田"),
        ] {
            assert_eq!(resolved(text), due, "{text}");
        }
    }

    #[test]
    fn what_is_no_escape_stays_as_it_is() {
        for text in [
            "10%2026",
            "%2009012345678",
            "%41%7E",
            "50%",
            "%zz",
            "&#;",
            "&#99999999;",
            "&#x110000;",
            "&b",
            "\\ud842x",
            "\\q",
            "\\x4",
            "\\u12",
            "%FF%FE",
            "&#0;",
            "\\x00",
        ] {
            assert_eq!(resolved(text), text);
        }
    }
}
