//! Messages in the form that Outlook sends to Outlook, `winmail.dat` ([MS-OXTNEF]): who is in it, its bodies, and its attachments.
//!
//! A list of attributes; those of an attachment follow each other, its name often behind its content. So the list is gone through
//! first, and what is large is read from its place.

mod properties;

#[cfg(test)]
mod tests;

use std::io::{self, Read, SeekFrom};

use properties::Properties;

use super::mapi;
use super::trouble::{Watched, read_error};
use super::written::Written;
use super::{Claim, Format, Head, Input, Need, ReadSeek, Sink};
use crate::model::limits::{CONTAINER_MEMBERS, PART_BYTES};
use crate::model::{Charset, GapKind};
use crate::text::decode_record;

/// TNEF messages.
pub struct Tnef;

const MAGIC: &[u8] = b"\x78\x9F\x3E\x22";
/// Attributes by the low half of their number (2.1.3.1).
const FROM: u16 = 0x8000;
const SUBJECT: u16 = 0x8004;
const BODY: u16 = 0x800C;
const CONTENT: u16 = 0x800F;
const TITLE: u16 = 0x8010;
const BEGINS: u16 = 0x9002;
const MESSAGE: u16 = 0x9003;
const RECIPIENTS: u16 = 0x9004;
const ATTACHMENT: u16 = 0x9005;

impl Format for Tnef {
    fn id(&self) -> &'static str {
        "tnef"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        if head.bytes.starts_with(MAGIC) { Claim::Yes } else { Claim::No }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["tnef"]
    }

    fn need(&self) -> Need {
        Need::Seek
    }

    fn read(&self, _: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let Input::Seek(src, length) = input else { return };
        let mut watched = Watched::new(src);
        let read = Reader { src: &mut watched, length }.message(out);
        let taken = watched.taken;
        match (read, watched.failed) {
            (_, Some(error)) | (Err(error), None) => read_error(out, &error, taken),
            (Ok(()), None) => {}
        }
    }
}

/// Where an attribute stands.
type Span = (u64, u64);

/// What the list says.
#[derive(Default)]
struct List {
    texts: Vec<(u16, Span)>,
    message: Option<Span>,
    recipients: Option<Span>,
    attachments: Vec<Attached>,
    trouble: Option<(GapKind, String)>,
}

#[derive(Default)]
struct Attached {
    title: Option<Span>,
    content: Option<Span>,
    properties: Option<Span>,
}

struct Reader<'s> {
    src: &'s mut dyn ReadSeek,
    length: u64,
}

impl Reader<'_> {
    fn message(&mut self, out: &mut dyn Sink) -> io::Result<()> {
        let list = self.list()?;
        if let Some((kind, reason)) = &list.trouble {
            out.gap(*kind, reason.clone());
        }
        let message = self.properties(list.message, out)?;
        let mut recipients = Vec::new();
        if let Some(bytes) = self.held(list.recipients, out)? {
            recipients = tell(properties::rows(&bytes), out).into_iter().map(|one| one.item).collect();
        }
        let mut item = message.item;
        let mut body = message.body;
        for (attribute, span) in list.texts {
            let Some(bytes) = self.held(Some(span), out)? else { continue };
            let said = decode_record(&bytes, Charset::Utf8).text.trim_matches('\0').to_owned();
            match attribute {
                // The properties say the same, and more surely.
                BODY => body = body.or(Some(said)),
                SUBJECT if item.text(mapi::SUBJECT).is_none() => item.texts.push((mapi::SUBJECT, said)),
                FROM if item.texts.is_empty() => item.texts.push((0, said)),
                _ => {}
            }
        }
        let mut text = Written::default();
        mapi::head(&item, &recipients, &mut text, out);
        if let Some(body) = body {
            text.lines(&body, out);
        }
        if let Some(html) = message.html
            && !out.child("body.html", &mut html.as_slice())
        {
            return Ok(());
        }
        if let Some(packed) = message.rtf
            && !mapi::rtf_body(&packed, out)
        {
            return Ok(());
        }
        for (number, one) in (1..).zip(list.attachments) {
            if !self.attachment(number, &one, out)? {
                break;
            }
        }
        Ok(())
    }

    /// Goes through the list of attributes.
    fn list(&mut self) -> io::Result<List> {
        let (mut list, mut at) = (List::default(), 6);
        for _ in 0..CONTAINER_MEMBERS {
            if at >= self.length {
                return Ok(list);
            }
            let mut head = [0; 9];
            self.src.seek(SeekFrom::Start(at))?;
            let held = self.src.read(&mut head)?;
            if held < head.len() {
                self.src.read_exact(head.get_mut(held..).unwrap_or_default()).or_else(end_is_no_error)?;
            }
            let [level, name_low, name_high, _, _, a, b, c, d] = head;
            if !matches!(level, 1 | 2) {
                let reason = format!(
                    "at byte {at} stands something that is no part of the message; what came before was looked at; look at the rest by hand"
                );
                list.trouble = Some((GapKind::Malformed, reason));
                return Ok(list);
            }
            let (from, bytes) = (at + 9, u64::from(u32::from_le_bytes([a, b, c, d])));
            let span = (from, bytes.min(self.length.saturating_sub(from)));
            list.take(u16::from_le_bytes([name_low, name_high]), span);
            at = from + bytes + 2;
            if from + bytes > self.length {
                let reason = format!(
                    "the message is cut off: it should go on to byte {at}; what is there was looked at; look for a whole copy"
                );
                list.trouble = Some((GapKind::Truncated, reason));
                return Ok(list);
            }
        }
        let reason = format!("the message has more than {CONTAINER_MEMBERS} attributes; those behind were not read");
        list.trouble = Some((GapKind::OverLimit, reason));
        Ok(list)
    }

    /// A span, whole; a gap if it is too long to be held.
    fn held(&mut self, span: Option<Span>, out: &mut dyn Sink) -> io::Result<Option<Vec<u8>>> {
        let Some((from, bytes)) = span else { return Ok(None) };
        if bytes > PART_BYTES {
            let reason = format!(
                "a part of {bytes} bytes at byte {from} is too long to be held; it was not read; open the message with Outlook and save it as text"
            );
            out.gap(GapKind::OverLimit, reason);
            return Ok(None);
        }
        self.src.seek(SeekFrom::Start(from))?;
        let mut held = Vec::new();
        (&mut *self.src).take(bytes).read_to_end(&mut held)?;
        Ok(Some(held))
    }

    fn properties(&mut self, span: Option<Span>, out: &mut dyn Sink) -> io::Result<Properties> {
        let Some(bytes) = self.held(span, out)? else { return Ok(Properties::default()) };
        Ok(tell(properties::rows_of_one(&bytes), out).pop().unwrap_or_default())
    }

    /// One attachment; whether to go on.
    fn attachment(&mut self, number: usize, one: &Attached, out: &mut dyn Sink) -> io::Result<bool> {
        let of = self.properties(one.properties, out)?;
        let title = self.held(one.title, out)?;
        let title = title.map(|bytes| decode_record(&bytes, Charset::Utf8).text.trim_matches('\0').to_owned());
        let name = of.item.file_name().map(str::to_owned).or(title).filter(|name| !name.trim().is_empty());
        let name = name.unwrap_or_else(|| format!("attachment {number}"));
        // A message or an object inside stands in the properties, and what stands beside it as content is a picture of it.
        if let Some(object) = &of.object {
            return Ok(out.child(&name, &mut object.as_slice()));
        }
        if let (None, Some(content)) = (one.content, &of.content) {
            return Ok(out.child(&name, &mut content.as_slice()));
        }
        let Some((from, bytes)) = one.content else {
            let reason = "the message names this attachment but does not hold it; look for it where it was kept";
            out.member_gap(&name, GapKind::UnsupportedFormat, reason.to_owned());
            return Ok(true);
        };
        self.src.seek(SeekFrom::Start(from))?;
        Ok(out.child(&name, &mut (&mut *self.src).take(bytes)))
    }
}

impl List {
    fn take(&mut self, attribute: u16, span: Span) {
        if matches!(attribute, CONTENT | TITLE | BEGINS | ATTACHMENT) {
            let starts = |one: &Attached| match attribute {
                BEGINS => true,
                CONTENT => one.content.is_some(),
                TITLE => one.title.is_some(),
                _ => one.properties.is_some(),
            };
            if self.attachments.last().is_none_or(starts) {
                self.attachments.push(Attached::default());
            }
            let Some(one) = self.attachments.last_mut() else { return };
            match attribute {
                CONTENT => one.content = Some(span),
                TITLE => one.title = Some(span),
                ATTACHMENT => one.properties = Some(span),
                _ => {}
            }
            return;
        }
        match attribute {
            FROM | SUBJECT | BODY => self.texts.push((attribute, span)),
            MESSAGE => self.message = Some(span),
            RECIPIENTS => self.recipients = Some(span),
            _ => {}
        }
    }
}

fn end_is_no_error(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::UnexpectedEof { Ok(()) } else { Err(error) }
}

/// Properties that were read, with a gap if they break off.
fn tell((all, is_whole): (Vec<Properties>, bool), out: &mut dyn Sink) -> Vec<Properties> {
    if !is_whole {
        let reason = "a list of properties in the message is damaged; what came before was looked at; open the message with Outlook and save it as text";
        out.gap(GapKind::Malformed, reason.to_owned());
    }
    all
}
