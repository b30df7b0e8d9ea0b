//! XML (W3C XML 1.0): elements with simple children are records, other text is lines. What Word and Excel of 2003 and LibreOffice save as one
//! XML file is read as the document that it is.
//!
//! Entities that a document declares are not expanded, so none can grow. Where XML breaks off, the rest is read as plain lines.

mod records;
mod sheet;

use std::io::{BufRead, Read};

use encoding_rs::Encoding;

use super::docx::{self, Asked};
use super::flow::Flow;
use super::html::{charset_of, encoding_of, tell_malformed, text_of};
use super::markup::{Markup, Piece, is_too_long};
use super::ooxml::Links;
use super::trouble::{in_order, read_error};
use super::{Claim, Format, Head, Input, Sink, odf};
use crate::model::GapKind;
use crate::model::limits::{RECORD_BYTES, XML_PIECE_BYTES};
use crate::text::looks_binary;
use records::Records;

/// XML of any kind.
pub struct Xml;

impl Format for Xml {
    fn id(&self) -> &'static str {
        "xml"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        if head.bytes.is_empty() || looks_binary(head.bytes) {
            return Claim::No;
        }
        claim(&text_of(head))
    }

    fn endings(&self) -> &'static [&'static str] {
        &[
            "xml", "svg", "plist", "rss", "kml", "gpx", "xsd", "xsl", "xslt", "fodt", "fodp", "config", "resx", "wsdl",
            "xaml",
        ]
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let encoding = encoding_of(head, declared(&text_of(head)));
        charset_of(head, encoding).into_iter().for_each(|charset| out.charset(charset));
        let mut src = in_order(input);
        let mut markup = Markup::in_encoding(&mut *src, encoding);
        read(&mut markup, out);
        let malformed = markup.malformed();
        let (trouble, at) = (markup.trouble.take(), markup.at());
        match trouble {
            None => {}
            Some(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                let reason = format!("the XML is cut off: {error}; what is there was read; look for a whole copy");
                out.gap(GapKind::Truncated, reason);
            }
            Some(error) if error.kind() == std::io::ErrorKind::InvalidData || is_too_long(&error) => {
                let kind = if is_too_long(&error) { GapKind::OverLimit } else { GapKind::Malformed };
                let reason = format!(
                    "the XML can not be taken apart from byte {at} on ({error}); from there on it was read as plain lines"
                );
                out.gap(kind, reason);
                rest(markup, out);
            }
            Some(error) => read_error(out, &error, at),
        }
        tell_malformed(malformed, out);
    }
}

/// Reads the pieces up to the end, or to where it breaks.
fn read<R: Read>(markup: &mut Markup<R>, out: &mut dyn Sink) {
    let mut records = Records::default();
    let mut is_root = true;
    loop {
        let at = markup.at();
        match markup.next() {
            Piece::Open(tag) => {
                let root = std::mem::replace(&mut is_root, false);
                let mut flow = Flow::default();
                match tag.name.as_str() {
                    "Workbook" if root => return sheet::workbook(markup, out),
                    "wordDocument" | "package" if root => {
                        let mut asked = Asked::of(&[]);
                        docx::body(markup, &mut flow, &mut Links::default(), &mut asked, out);
                        asked.authors.iter().for_each(|author| flow.named("author", author, out));
                        return flow.finish(out);
                    }
                    "document" if root && tag.get("mimetype").is_some_and(|kind| kind.contains("opendocument")) => {
                        return odf::flat(markup, &mut flow, out);
                    }
                    _ => records.begin(&tag, markup.line, at, out),
                }
            }
            Piece::Close(_) => records.end(out),
            Piece::Text(text) => records.text(&text, out),
            Piece::Aside(text) => records.aside(&text, markup.line, at, out),
            Piece::End => return records.finish(out),
        }
    }
}

/// What the parser holds of a broken piece, and everything behind it, as lines.
fn rest<R: Read>(markup: Markup<R>, out: &mut dyn Sink) {
    let (line, at) = (markup.line, markup.at());
    let (held, mut src) = markup.into_rest();
    let mut row = line;
    let mut buf = held;
    let mut at = at.saturating_sub(buf.len() as u64);
    loop {
        let ended = match src.by_ref().take(RECORD_BYTES as u64).read_until(b'\n', &mut buf) {
            Ok(0) => true,
            Ok(_) => false,
            Err(error) => {
                records::lines(&String::from_utf8_lossy(&buf), (row, at, ""), out);
                return read_error(out, &error, at);
            }
        };
        if ended || buf.ends_with(b"\n") || buf.len() as u64 > XML_PIECE_BYTES / 8 {
            records::lines(String::from_utf8_lossy(&buf).trim_end_matches('\n'), (row, at, ""), out);
            row += memchr::memchr_iter(b'\n', &buf).count() as u64;
            at += buf.len() as u64;
            buf.clear();
        }
        if ended {
            return;
        }
    }
}

/// The encoding that the declaration names.
fn declared(text: &str) -> Option<&'static Encoding> {
    let start = text.trim_start_matches('\u{feff}').trim_start().strip_prefix("<?xml")?;
    let (_, from) = start.split_once("?>")?.0.split_once("encoding")?;
    let label = from.trim_start_matches(['=', ' ', '"', '\'']);
    let end = label.find(['"', '\'', ' ']).unwrap_or(label.len());
    Encoding::for_label(label.get(..end)?.as_bytes())
}

/// Whether a text is XML: it says so, or it is one element with others in it.
fn claim(text: &str) -> Claim {
    let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if start.starts_with("<?xml") {
        return Claim::Likely;
    }
    let rest = if start.starts_with("<!DOCTYPE") || start.starts_with("<!--") {
        start.split_once('>').map_or("", |(_, rest)| rest.trim_start())
    } else {
        start
    };
    let Some(name) = rest.strip_prefix('<') else { return Claim::No };
    let length = name.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':'))).unwrap_or(0);
    let (name, after) = name.split_at(length);
    let begins = name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && after.starts_with(['>', ' ', '\n', '\r', '\t', '/']);
    // In text with a tag or two in it lines begin without one.
    let lines = || after.lines().map(str::trim).filter(|line| !line.is_empty()).skip(1).take(50);
    let (all, tagged) = lines().fold((0, 0), |(all, tagged), line| (all + 1, tagged + usize::from(line.contains('<'))));
    let closes = after.contains("</") || after.contains("/>");
    if begins && closes && tagged * 2 >= all { Claim::Likely } else { Claim::No }
}

#[cfg(test)]
mod tests;
