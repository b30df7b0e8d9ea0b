//! XML of hostile files, step by step: names without prefix, text in UTF-8 whatever the encoding, bounded in depth and in the size of one
//! node. Entities that a document type defines are never expanded: they stay as they are written.

use std::io::{self, BufRead, Read};

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::formats::trouble::Told;
use crate::model::limits::{BLOCK_BYTES, PART_BYTES, XML_DEPTH};

/// What came next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats) enum Step {
    /// An element begins: [`Xml::name`] and [`Xml::attr`] tell of it.
    Start,
    /// An element ends: [`Xml::name`].
    End,
    /// A piece of text: [`Xml::text`]. One text may come in several pieces.
    Text,
    /// The document is over.
    Done,
}

/// A document, read in order.
pub(in crate::formats) struct Xml<'a> {
    reader: Reader<Utf8<'a>>,
    buffer: Vec<u8>,
    /// The element that began last, as it is written, and how long its name is.
    tag: String,
    tag_name: usize,
    name: String,
    text: String,
    depth: usize,
}

impl<'a> Xml<'a> {
    /// The encoding is that of the byte order mark, else what the first bytes say.
    pub(in crate::formats) fn new(src: impl Read + 'a) -> Self {
        let mut reader = Reader::from_reader(Utf8::new(Box::new(src)));
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.allow_dangling_amp = true;
        let (buffer, tag, name, text) = (Vec::new(), String::new(), String::new(), String::new());
        Self { reader, buffer, tag, tag_name: 0, name, text, depth: 0 }
    }

    /// The document is one that is kept in memory: it may hold so many bytes from here on.
    pub(in crate::formats) fn limit(&mut self, bytes: u64) {
        self.reader.get_mut().all_left = bytes;
    }

    /// The next step.
    pub(in crate::formats) fn next(&mut self) -> io::Result<Step> {
        loop {
            self.buffer.clear();
            if self.buffer.capacity() > 4 * BLOCK_BYTES {
                self.buffer = Vec::new();
            }
            self.reader.get_mut().left = PART_BYTES;
            match self.reader.read_event_into(&mut self.buffer).map_err(|error| io_error(&error))? {
                Event::Start(start) => {
                    self.depth += 1;
                    if self.depth > XML_DEPTH {
                        return Err(io::Error::other(format!("elements are nested more than {XML_DEPTH} deep")));
                    }
                    self.tag.clear();
                    self.tag.push_str(&start);
                    self.tag_name = start.name().as_ref().len();
                    self.name.clear();
                    self.name.push_str(start.local_name().as_ref());
                    return Ok(Step::Start);
                }
                Event::End(end) => {
                    self.depth = self.depth.saturating_sub(1);
                    self.name.clear();
                    self.name.push_str(end.local_name().as_ref());
                    return Ok(Step::End);
                }
                Event::Text(text) => {
                    self.text.clear();
                    self.text.push_str(&text.xml10_content());
                    return Ok(Step::Text);
                }
                Event::CData(text) => {
                    self.text.clear();
                    self.text.push_str(&text.xml10_content());
                    return Ok(Step::Text);
                }
                Event::GeneralRef(reference) => {
                    self.text.clear();
                    resolve(&reference, &mut self.text);
                    return Ok(Step::Text);
                }
                Event::Eof if self.depth > 0 => {
                    let what = format!("it ends within <{}>", self.name);
                    return Err(io::Error::new(io::ErrorKind::UnexpectedEof, what));
                }
                Event::Eof => return Ok(Step::Done),
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
    }

    /// The name of the element that began or ended, without its prefix.
    pub(in crate::formats) fn name(&self) -> &str {
        &self.name
    }

    /// Elements that are open.
    pub(in crate::formats) fn depth(&self) -> usize {
        self.depth
    }

    /// The piece of text.
    pub(in crate::formats) fn text(&self) -> &str {
        &self.text
    }

    /// An attribute of the element that began last, by its name without prefix.
    pub(in crate::formats) fn attr(&self, name: &str) -> Option<String> {
        let start = BytesStart::from_content(self.tag.as_str(), self.tag_name);
        let mut attributes = start.attributes();
        let found = attributes
            .with_checks(false)
            .filter_map(Result::ok)
            .find(|attribute| attribute.key.local_name().as_ref() == name)?;
        Some(unescaped(&found.value))
    }

    /// All text up to the end of the element that began last, which may hold others.
    pub(in crate::formats) fn inner_text(&mut self) -> io::Result<String> {
        let (mut all, depth) = (String::new(), self.depth);
        loop {
            match self.next()? {
                Step::Text if all.len() as u64 + self.text.len() as u64 <= PART_BYTES => all.push_str(&self.text),
                Step::End if self.depth < depth => return Ok(all),
                Step::Done => return Ok(all),
                _ => {}
            }
        }
    }
}

fn io_error(error: &quick_xml::Error) -> io::Error {
    match error {
        quick_xml::Error::Io(inner) if Told::is(inner) => Told::error(),
        quick_xml::Error::Io(inner) => io::Error::new(inner.kind(), inner.to_string()),
        quick_xml::Error::Syntax(what) => io::Error::new(io::ErrorKind::UnexpectedEof, what.to_string()),
        other => io::Error::new(io::ErrorKind::InvalidData, other.to_string()),
    }
}

/// The character that a reference stands for; what a document defines for itself is not expanded.
fn resolve(reference: &str, into: &mut String) {
    let number = reference.strip_prefix('#').and_then(|number| match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => number.parse().ok(),
    });
    match (number.and_then(char::from_u32), reference) {
        (Some(character), _) => into.push(character),
        (None, "amp") => into.push('&'),
        (None, "lt") => into.push('<'),
        (None, "gt") => into.push('>'),
        (None, "quot") => into.push('"'),
        (None, "apos") => into.push('\''),
        (None, other) => {
            into.push('&');
            into.push_str(other);
            into.push(';');
        }
    }
}

fn unescaped(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, behind)) = rest.split_once('&') {
        text.push_str(before);
        match behind.split_once(';') {
            Some((reference, after)) if reference.len() <= 16 => {
                resolve(reference, &mut text);
                rest = after;
            }
            _ => {
                text.push('&');
                rest = behind;
            }
        }
    }
    text.push_str(rest);
    text
}

/// Bytes of any encoding as UTF-8, so many of them in one node as are allowed.
struct Utf8<'a> {
    src: Box<dyn Read + 'a>,
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    raw_at: usize,
    raw_end: usize,
    text: Vec<u8>,
    at: usize,
    end: usize,
    ended: bool,
    left: u64,
    all_left: u64,
}

impl<'a> Utf8<'a> {
    fn new(src: Box<dyn Read + 'a>) -> Self {
        let (raw, text) = (vec![0; BLOCK_BYTES / 8], vec![0; BLOCK_BYTES / 4]);
        Self {
            src,
            decoder: None,
            raw,
            raw_at: 0,
            raw_end: 0,
            text,
            at: 0,
            end: 0,
            ended: false,
            left: PART_BYTES,
            all_left: u64::MAX,
        }
    }

    /// Reads until the buffer is full, or the end: what follows does not depend on the pieces that the source gives.
    fn refill(&mut self) -> io::Result<usize> {
        self.raw_at = 0;
        self.raw_end = 0;
        while self.raw_end < self.raw.len() {
            let room = self.raw.get_mut(self.raw_end..).unwrap_or_default();
            match self.src.read(room) {
                Ok(0) => break,
                Ok(count) => self.raw_end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.raw_end)
    }

    fn decode(&mut self) -> io::Result<()> {
        while self.at >= self.end && !self.ended {
            let mut last = false;
            if self.raw_at >= self.raw_end {
                last = self.refill()? == 0;
            }
            let raw = self.raw.get(self.raw_at..self.raw_end).unwrap_or_default();
            let decoder = self.decoder.get_or_insert_with(|| encoding_of(raw).new_decoder_with_bom_removal());
            let (result, read, written, _) = decoder.decode_to_utf8(raw, &mut self.text, last);
            self.raw_at += read;
            (self.at, self.end) = (0, written);
            self.ended = last && result == CoderResult::InputEmpty;
        }
        Ok(())
    }
}

fn encoding_of(head: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return encoding;
    }
    match head {
        [b'<', 0, ..] => return UTF_16LE,
        [0, b'<', ..] => return UTF_16BE,
        _ => {}
    }
    let declaration = head.get(..head.len().min(200)).unwrap_or_default();
    let declaration = declaration.split(|byte| *byte == b'>').next().unwrap_or_default();
    let named = memchr::memmem::find(declaration, b"encoding=").and_then(|at| {
        let rest = declaration.get(at + 9..)?;
        let quote = *rest.first()?;
        let label = rest.get(1..)?.split(|byte| *byte == quote).next()?;
        Encoding::for_label(label)
    });
    // What calls itself UTF-16 and was read this far is none.
    named.filter(|encoding| ![UTF_16LE, UTF_16BE].contains(encoding)).unwrap_or(UTF_8)
}

impl Read for Utf8<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buf)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Utf8<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.all_left == 0 {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                "the part holds more than is kept of one in memory",
            ));
        }
        if self.left == 0 {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!("one element or text holds over {PART_BYTES} bytes"),
            ));
        }
        self.decode()?;
        Ok(self.text.get(self.at..self.end).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.at = (self.at + count).min(self.end);
        self.left = self.left.saturating_sub(count as u64);
        self.all_left = self.all_left.saturating_sub(count as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Result<String, String> {
        let mut xml = Xml::new(bytes);
        let mut said = String::new();
        loop {
            match xml.next().map_err(|error| format!("{said}!{error}"))? {
                Step::Start => said += &format!("<{} {:?}>", xml.name(), xml.attr("a").unwrap_or_default()),
                Step::End => said += &format!("</{}>", xml.name()),
                Step::Text => said += xml.text(),
                Step::Done => return Ok(said),
            }
        }
    }

    #[test]
    fn names_attributes_and_text() {
        let text = "<?xml version='1.0'?><x:r xmlns:x='u'><x:c z:a='&lt;&#x5C71;&#30000;&nope;&'/>a&amp;b<![CDATA[<c>]]></x:r>";
        assert_eq!(all(text.as_bytes()).unwrap(), "<r \"\"><c \"<山田&nope;&\"></c>a&b<c></r>");
    }

    #[test]
    fn every_encoding() {
        let wide = |bytes: fn(u16) -> [u8; 2], bom: bool| {
            let text = format!("{}<r>山田</r>", if bom { "\u{feff}" } else { "" });
            text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>()
        };
        for bytes in [
            wide(u16::to_le_bytes, true),
            wide(u16::to_be_bytes, true),
            wide(u16::to_le_bytes, false),
            wide(u16::to_be_bytes, false),
            "\u{feff}<r>山田</r>".into(),
            "<?xml version=\"1.0\" encoding=\"UTF-16\"?><r>山田</r>".into(),
            encoding_rs::SHIFT_JIS.encode("<?xml version='1.0' encoding='Shift_JIS'?><r>山田</r>").0.into_owned(),
        ] {
            assert_eq!(all(&bytes).unwrap(), "<r \"\">山田</r>");
        }
    }

    #[test]
    fn a_billion_laughs_stay_where_they_are() {
        let text = "<!DOCTYPE r [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]><r a='&b;'>&b;</r>";
        assert_eq!(all(text.as_bytes()).unwrap(), "<r \"&b;\">&b;</r>");
    }

    #[test]
    fn depth_and_size_have_an_end() {
        let many = format!("<r>{}</r>", "<c/>".repeat(1000));
        let mut xml = Xml::new(many.as_bytes());
        xml.limit(100);
        let end = loop {
            match xml.next() {
                Ok(Step::Done) => panic!("no end"),
                Ok(_) => {}
                Err(error) => break error.to_string(),
            }
        };
        assert!(end.contains("more than is kept"), "{end}");
        assert!(all("<a>".repeat(100_000).as_bytes()).unwrap_err().contains("nested"));
        let endless = io::repeat(b'x');
        let mut xml = Xml::new(b"<r>".chain(endless));
        assert_eq!(xml.next().unwrap(), Step::Start);
        assert!(xml.next().unwrap_err().to_string().contains("over"));
        assert!(all(b"<r><b>text").unwrap_err().contains("text!"));
    }
}
