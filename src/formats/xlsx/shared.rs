//! Shared strings, and strings in cells: runs of rich text joined, readings (furigana) left out ([ECMA-376] Part 1, 18.4).

use std::io;

use crate::formats::Sink;
use crate::formats::sheet::strings::Strings;
use crate::formats::sheet::xml::{Step, Xml};
use crate::formats::written::Written;

/// The shared strings; those for which there is no room are counted, and go out as lines.
pub(super) fn read(xml: &mut Xml<'_>, strings: &mut Strings, over: &mut u64, out: &mut dyn Sink) -> io::Result<()> {
    let mut text = Written::default();
    loop {
        match xml.next()? {
            Step::Start if xml.name() == "si" => {
                let string = string(xml)?;
                if *over > 0 || !strings.push(&string) {
                    *over += 1;
                    text.lines(&string, out);
                }
            }
            Step::Done => return Ok(()),
            _ => {}
        }
    }
}

/// The text of the element that began last (`si`, `is`, `text`), up to its end.
pub(super) fn string(xml: &mut Xml<'_>) -> io::Result<String> {
    let (mut text, depth) = (String::new(), xml.depth());
    let (mut in_text, mut reading) = (false, 0);
    loop {
        match xml.next()? {
            Step::Start if xml.name() == "rPh" => reading += 1,
            Step::End if xml.name() == "rPh" => reading -= 1,
            Step::Start => in_text = xml.name() == "t",
            Step::Text if in_text && reading == 0 => text.push_str(xml.text()),
            Step::End => in_text = false,
            Step::Done => break,
            Step::Text => {}
        }
        if xml.depth() < depth {
            break;
        }
    }
    Ok(unescaped(text))
}

/// Characters that XML can not hold are written `_x000D_` ([ECMA-376] Part 1, 22.9.2.19).
pub(super) fn unescaped(text: String) -> String {
    if !text.contains("_x") {
        return text;
    }
    let (mut plain, mut rest) = (String::with_capacity(text.len()), text.as_str());
    while let Some(at) = rest.find("_x") {
        let (before, from) = rest.split_at(at);
        plain.push_str(before);
        let code = from
            .get(2..6)
            .filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()) && from.get(6..7) == Some("_"));
        match code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32) {
            Some(character) => {
                plain.push(character);
                rest = from.get(7..).unwrap_or_default();
            }
            None => {
                plain.push_str("_x");
                rest = from.get(2..).unwrap_or_default();
            }
        }
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_joined_and_readings_left_out() {
        let text = "<si><r><t>山田</t></r><r><rPr/><t xml:space='preserve'> 太郎</t></r><rPh sb='0' eb='2'><t>ヤマダ</t></rPh><phoneticPr/></si>";
        let mut xml = Xml::new(text.as_bytes());
        xml.next().unwrap();
        assert_eq!(string(&mut xml).unwrap(), "山田 太郎");
    }

    #[test]
    fn escaped_characters() {
        for (text, want) in [
            ("a_x000D_b", "a\rb"),
            ("_x005F_x000D_", "_x000D_"),
            ("my_xls_x12", "my_xls_x12"),
            ("_xD83D_あ", "_xD83D_あ"),
            ("_x", "_x"),
        ] {
            assert_eq!(unescaped(text.to_owned()), want);
        }
    }
}
