//! Annotations: remarks, addresses of links, and what is written over a page without being part of it (ISO 32000-1, 12.5).

use super::extras::Beside;
use super::fields::Said;
use super::file::File;
use super::known::Known;
use super::page::Pages;
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
        match kind.name().unwrap_or_default() {
            "Popup" => {}
            "Link" => link(pages, file, &dict, shown),
            "Widget" => {
                // A field that no form leads to is read here, one that was read only for what else is drawn there.
                let known = all.form.loose(file, value.id(), &dict, &mut said);
                appearance(pages, file, number, &dict, &known);
            }
            kind => {
                if kind == "FileAttachment" {
                    let spec = file.get(&dict, "FS");
                    all.files.add(file, None, &spec);
                }
                remark(pages, file, number, &dict);
            }
        }
    }
    said.groups().iter().for_each(|pairs| pages.pairs(pairs));
}

fn text_of(file: &mut File<'_>, dict: &Dict, name: &str) -> String {
    file.get(dict, name).text().map(string).unwrap_or_default()
}

/// An address that the text of the page does not show already.
fn link(pages: &mut Pages<'_>, file: &mut File<'_>, dict: &Dict, shown: &str) {
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
    let known = [author.as_str(), &subject, &contents].join("\n");
    if !contents.trim().is_empty() || !author.trim().is_empty() {
        let pair = |name: &str, text: String| (name.to_owned(), text);
        pages.pairs(&[pair("author", author), pair("subject", subject), pair("comment", contents)]);
    }
    appearance(pages, file, number, dict, &known);
}

/// What is drawn in the place of an annotation, but for what is `known` of it already.
fn appearance(pages: &mut Pages<'_>, file: &mut File<'_>, number: u32, dict: &Dict, known: &str) {
    let looks = file.get(dict, "AP");
    let Some(looks) = looks.dict().cloned() else { return };
    let known = Known::new(known);
    match file.get(&looks, "N") {
        Value::Stream(form) => pages.appearance(file, number, &form, &known),
        Value::Dict(states) => {
            let state = file.get(dict, "AS");
            let value = state.name().and_then(|name| states.get(name)).cloned();
            if let Some(Value::Stream(form)) = value.map(|value| file.resolve(&value)) {
                pages.appearance(file, number, &form, &known);
            }
        }
        _ => {}
    }
}
