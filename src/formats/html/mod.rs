//! HTML: pages, saved mails, and the tables that web programs export as `.xls` (WHATWG HTML; how references and tags are told apart).
//!
//! Blocks are lines, so a value that is partly bold is still one text; tables are rows under their header; scripts, comments and attributes
//! that hold data are looked at too.

mod entities;
mod page;
mod tokens;

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};

use super::trouble::{in_order, read_error};
use super::utf8::Utf8;
use super::{Claim, Format, Head, Input, Sink};
use crate::model::{Charset, GapKind};
use crate::text::{decode, guess, looks_binary};
use page::Page;
use tokens::{Token, Tokens};

/// Pages.
pub struct Html;

impl Format for Html {
    fn id(&self) -> &'static str {
        "html"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        if head.bytes.is_empty() || looks_binary(head.bytes) {
            return Claim::No;
        }
        if is_page(&text_of(head)) { Claim::Likely } else { Claim::No }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["html", "htm", "xhtml"]
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let encoding = encoding_of(head, declared(&text_of(head)));
        charset_of(head, encoding).into_iter().for_each(|charset| out.charset(charset));
        let mut src = in_order(input);
        let mut text = Utf8::new(&mut *src, encoding);
        let mut page = Page::default();
        let mut tokens = Tokens::new(&mut text);
        loop {
            match tokens.next() {
                Ok(token) => {
                    page.token(&token, out);
                    if token == Token::End {
                        break;
                    }
                }
                Err(error) => {
                    page.token(&Token::End, out);
                    read_error(out, &error, tokens.at);
                    break;
                }
            }
        }
        tell(&page, text.malformed, out);
    }
}

fn tell(page: &Page, malformed: bool, out: &mut dyn Sink) {
    if page.pictures > 0 {
        let reason = format!(
            "{} picture(s) stand in the page itself and were not looked at; if one may show a person or a document, look at it by hand",
            page.pictures
        );
        out.gap(GapKind::NoText, reason);
    }
    if page.cut > 0 {
        let reason = format!(
            "{} tag(s) are longer than what is taken as one and were read in part; look at them by hand",
            page.cut
        );
        out.gap(GapKind::OverLimit, reason);
    }
    tell_malformed(malformed, out);
}

/// Some bytes were no characters of the encoding that the text says it is in.
pub(super) fn tell_malformed(malformed: bool, out: &mut dyn Sink) {
    if malformed {
        let reason = "some bytes are no characters in its encoding; the rest was looked at; look at it by hand";
        out.gap(GapKind::UndecodableText, reason.to_owned());
    }
}

/// The head as text.
pub(super) fn text_of<'h>(head: &Head<'h>) -> Cow<'h, str> {
    let guessed = guess(head.bytes, head.whole);
    decode(head.bytes.get(guessed.bom..).unwrap_or_default(), guessed.charset).0
}

/// The encoding of a text that may declare one: a byte order mark is believed, then UTF-8 where it is none by chance, then the text itself.
pub(super) fn encoding_of(head: &Head<'_>, declared: Option<&'static Encoding>) -> &'static Encoding {
    let guessed = guess(head.bytes, head.whole);
    let own = match guessed.charset {
        Charset::Ascii | Charset::Utf8 => UTF_8,
        Charset::Cp932 => encoding_rs::SHIFT_JIS,
        Charset::EucJp => encoding_rs::EUC_JP,
        Charset::Iso2022Jp => encoding_rs::ISO_2022_JP,
        Charset::Utf16Le => encoding_rs::UTF_16LE,
        Charset::Utf16Be => encoding_rs::UTF_16BE,
        Charset::Latin1 => encoding_rs::WINDOWS_1252,
    };
    let sure = guessed.bom > 0
        || matches!(guessed.charset, Charset::Utf8 | Charset::Utf16Le | Charset::Utf16Be | Charset::Iso2022Jp);
    match declared {
        // UTF-16 that can be read as bytes is none.
        Some(declared)
            if !sure && declared.is_ascii_compatible() && !(declared == UTF_8 && guessed.charset != Charset::Ascii) =>
        {
            declared
        }
        _ => own,
    }
}

/// How the results name an encoding; those that are decided on nowhere else have no name there.
pub(super) fn charset_of(head: &Head<'_>, encoding: &'static Encoding) -> Option<Charset> {
    if encoding == UTF_8 && head.bytes.is_ascii() {
        return Some(Charset::Ascii);
    }
    let names = [
        (UTF_8, Charset::Utf8),
        (encoding_rs::SHIFT_JIS, Charset::Cp932),
        (encoding_rs::EUC_JP, Charset::EucJp),
        (encoding_rs::ISO_2022_JP, Charset::Iso2022Jp),
        (encoding_rs::UTF_16LE, Charset::Utf16Le),
        (encoding_rs::UTF_16BE, Charset::Utf16Be),
        (encoding_rs::WINDOWS_1252, Charset::Latin1),
    ];
    names.iter().find(|(known, _)| *known == encoding).map(|(_, charset)| *charset)
}

/// The encoding that a page declares in its head.
fn declared(text: &str) -> Option<&'static Encoding> {
    let lower = text.to_ascii_lowercase();
    let (_, from) = lower.split_once("charset=")?;
    let label = from.trim_start_matches(['"', '\'', ' ']);
    let end = label.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))).unwrap_or(label.len());
    Encoding::for_label(label.get(..end)?.as_bytes())
}

/// Elements by which a page is known.
const KNOWN: [&str; 30] = [
    "html", "head", "body", "meta", "title", "table", "div", "p", "span", "h1", "h2", "h3", "ul", "ol", "form", "font",
    "center", "style", "link", "a", "b", "br", "img", "hr", "tr", "dl", "section", "article", "main", "pre",
];

/// Whether a text is a page: it begins as one, or with an element of one and has more of them.
fn is_page(text: &str) -> bool {
    let mut rest = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let is_xml = rest.starts_with("<?xml");
    // What may stand before: comments, and the declaration of XML in XHTML.
    for _ in 0..8 {
        let end = if rest.starts_with("<!--") {
            rest.find("-->").map(|at| at + 3)
        } else if rest.starts_with("<?xml") {
            rest.find("?>").map(|at| at + 2)
        } else {
            break;
        };
        rest = end.and_then(|end| rest.get(end..)).unwrap_or_default().trim_start();
    }
    let start = rest.get(..rest.floor_char_boundary(64)).unwrap_or_default().to_ascii_lowercase();
    if start.starts_with("<!doctype html") || start.starts_with("<html") {
        return true;
    }
    if is_xml {
        return false;
    }
    let first =
        start.strip_prefix('<').map(|name| name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default());
    if !first.is_some_and(|name| KNOWN.contains(&name)) {
        return false;
    }
    let lower = rest.to_ascii_lowercase();
    let tags = lower.match_indices('<').filter(|(at, _)| {
        let name = lower.get(at + 1..).unwrap_or_default().trim_start_matches('/');
        KNOWN.contains(&name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default())
    });
    tags.take(4).count() >= 4
}

#[cfg(test)]
mod tests;
