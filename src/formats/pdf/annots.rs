//! Annotations: remarks, addresses of links, and what is written over a page without being part of it (ISO 32000-1, 12.5).

use super::extras::Beside;
use super::fields::{Said, plain_of};
use super::file::File;
use super::known::Known;
use super::page::Pages;
use super::pages::area_of;
use super::text::string;
use super::value::{Dict, Value};

/// Reads the annotations of a page; `shown` is its text without spaces.
pub(super) fn read(
    pages: &mut Pages<'_>,
    all: &mut Beside,
    file: &mut File<'_>,
    number: u32,
    page: &Dict,
    shown: &str,
) {
    let Value::List(list) = file.get(page, "Annots") else { return };
    let mut said = Said::default();
    for value in &list {
        if file.budget.is_spent() {
            break;
        }
        let Value::Dict(dict) = file.resolve(value) else { continue };
        let kind = file.get(&dict, "Subtype");
        let kind = kind.name().unwrap_or_default();
        all.actions.of(file, &dict, kind == "Link");
        all.files.of_annotation(file, &dict);
        match kind {
            "Popup" => {}
            "Link" => link(pages, file, &dict, shown),
            "Widget" => {
                // A field that no form leads to is read here, one that was read only for what else is drawn there.
                let known = all.form.loose(file, value.id(), &dict, (&mut said, &mut all.actions));
                appearance(pages, file, number, &dict, &known);
            }
            _ => remark(pages, file, number, &dict),
        }
    }
    said.groups().iter().for_each(|pairs| pages.pairs(pairs));
}

fn text_of(file: &mut File<'_>, dict: &Dict, name: &str) -> String {
    file.get(dict, name).text().map(string).unwrap_or_default()
}

/// An address that the text of the page does not show already.
fn link(pages: &mut Pages<'_>, file: &mut File<'_>, dict: &Dict, shown: &str) {
    // What it is said to lead to.
    let contents = text_of(file, dict, "Contents");
    if !contents.trim().is_empty() {
        pages.described(file, &[contents], shown);
    }
    let action = file.get(dict, "A");
    let Some(action) = action.dict().cloned() else { return };
    let uri = text_of(file, &action, "URI");
    let uri = unescaped(&uri);
    let bare = uri.strip_prefix("mailto:").or_else(|| uri.strip_prefix("tel:")).unwrap_or(&uri);
    if !bare.trim().is_empty() && !shown.contains(bare) {
        pages.line(&uri);
    }
}

/// `%40` and its like.
fn unescaped(uri: &str) -> String {
    let mut bytes = Vec::with_capacity(uri.len());
    let mut rest = uri.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = (*first == b'%').then(|| tail.get(..2)).flatten();
        let code =
            code.filter(|code| code.iter().all(u8::is_ascii_hexdigit)).and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| uri.to_owned())
}

fn remark(pages: &mut Pages<'_>, file: &mut File<'_>, number: u32, dict: &Dict) {
    let (author, subject, contents) =
        (text_of(file, dict, "T"), text_of(file, dict, "Subj"), text_of(file, dict, "Contents"));
    let pair = |name: &str, text: String| (name.to_owned(), text);
    let mut known = [author.as_str(), &subject, &contents].join("\n");
    let has_text = !contents.trim().is_empty() || !author.trim().is_empty();
    let mut pairs = vec![pair("author", author), pair("subject", subject), pair("comment", contents)];
    // The same with fonts and colours, and what is to stand over what is blacked out.
    for more in [plain_of(&text_of(file, dict, "RC")), text_of(file, dict, "OverlayText")] {
        if !Known::new(&format!("{known}\n")).has(&more, &file.budget) && !more.trim().is_empty() {
            known.push_str(&more);
            pairs.push(pair("comment", more));
        }
    }
    if has_text || pairs.len() > 3 {
        pages.pairs(&pairs);
    }
    appearance(pages, file, number, dict, &known);
}

/// What is drawn in the place of an annotation, but for what is `known` of it already; and where there is no text at all, what may be
/// drawn there at other times.
fn appearance(pages: &mut Pages<'_>, file: &mut File<'_>, number: u32, dict: &Dict, known: &str) {
    let looks = file.get(dict, "AP");
    let Some(looks) = looks.dict().cloned() else { return caption(pages, file, dict, known) };
    let size = area_of(file, dict, "Rect").unwrap_or(0.0);
    let state = file.get(dict, "AS");
    let (mut now, mut other) = (None, Vec::new());
    for key in ["N", "R", "D"] {
        match file.get(&looks, key) {
            look @ Value::Stream(_) if key == "N" => now = Some(look),
            look @ Value::Stream(_) => other.push(look),
            Value::Dict(states) => {
                for (name, look) in states {
                    if key == "N" && state.name() == Some(name.as_str()) {
                        now = Some(look);
                    } else {
                        other.push(look);
                    }
                }
            }
            _ => {}
        }
    }
    let mut has_text = !known.trim().is_empty();
    let known = Known::new(known);
    if let Some(Value::Stream(form)) = now.map(|look| file.resolve(&look)) {
        has_text |= pages.appearance(file, number, &form, (&known, size));
    }
    for look in other {
        if has_text || file.budget.is_spent() {
            return;
        }
        if let Value::Stream(form) = file.resolve(&look) {
            has_text = pages.appearance(file, number, &form, (&Known::words(), 0.0));
        }
    }
}

/// What stands on a button that nothing draws.
fn caption(pages: &mut Pages<'_>, file: &mut File<'_>, dict: &Dict, known: &str) {
    let Value::Dict(look) = file.get(dict, "MK") else { return };
    let known = Known::new(known);
    for key in ["CA", "RC", "AC"] {
        let text = text_of(file, &look, key);
        if text.chars().any(char::is_alphanumeric) && !known.has(&text, &file.budget) {
            pages.line(&text);
        }
    }
}
