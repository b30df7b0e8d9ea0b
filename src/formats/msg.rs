//! Outlook message files ([MS-OXMSG]): a compound file with one item, its recipients and attachments. A message that is attached to it is a
//! part; attached files are looked at by the same rules.

use std::io;

use super::compound::{Compound, Stream};
use super::mapi::{self, Item};
use super::trouble::{Member, Told, Watched, read_error};
use super::written::Written;
use super::{Claim, Format, Head, Input, Need, Parts, Sink};
use crate::model::limits::{CONTAINER_DEPTH, PART_BYTES};
use crate::model::{Charset, GapKind};

/// Outlook messages, contacts and appointments.
pub struct Msg;

const PROPERTIES: &str = "__properties_version1.0";
const TEXT: &str = "__substg1.0_";
const RECIPIENT: &str = "__recip_version1.0_";
const ATTACHMENT: &str = "__attach_version1.0_";
/// The storage of a message that is attached.
const EMBEDDED: &str = "__substg1.0_3701000D/";

impl Format for Msg {
    fn id(&self) -> &'static str {
        "msg"
    }

    fn claims(&self, _: &Head<'_>) -> Claim {
        Claim::No
    }

    fn kind_of(&self) -> Option<&'static str> {
        Some("ole")
    }

    fn claims_parts(&self, parts: &Parts) -> Claim {
        if parts.has(PROPERTIES) { Claim::Yes } else { Claim::No }
    }

    fn need(&self) -> Need {
        Need::Seek
    }

    fn endings(&self) -> &'static [&'static str] {
        &["msg", "oft"]
    }

    fn read(&self, _: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let Input::Seek(src, length) = input else { return };
        let mut watched = Watched::new(src);
        let budget = out.budget();
        let read = Compound::open(&mut watched, length, budget).and_then(|mut file| {
            Reader { file: &mut file, room: PART_BYTES }.item("", 0, out)?;
            if file.cut {
                let reason = "parts of this message are cut off; what is there was looked at; look for a whole copy";
                out.gap(GapKind::Truncated, reason.to_owned());
            }
            Ok(())
        });
        if let Some(error) = watched.failed {
            return read_error(out, &error, watched.taken);
        }
        if let Some(error) = read.err().filter(|error| !Told::is(error)) {
            let reason = format!(
                "the message could not be read to its end ({error}); what came before was looked at; open it with Outlook and save it as text"
            );
            out.gap(GapKind::Malformed, reason);
        }
    }
}

struct Reader<'f, 's> {
    file: &'f mut Compound<'s>,
    /// Bytes of texts that may still be held.
    room: u64,
}

/// Whether to go on.
type GoOn = bool;

impl Reader<'_, '_> {
    /// The item whose streams lie below `below`.
    fn item(&mut self, below: &str, depth: usize, out: &mut dyn Sink) -> io::Result<GoOn> {
        let item = self.properties(below, if depth == 0 { 32 } else { 24 }, out)?;
        let mut recipients = Vec::new();
        for storage in self.storages(below, RECIPIENT) {
            recipients.push(self.properties(&storage, 8, out)?);
        }
        let mut text = Written::default();
        out.charset(Charset::Utf8);
        mapi::head(&item, &recipients, &mut text, out);
        if !self.bodies(below, &mut text, out)? {
            return Ok(false);
        }
        for (number, storage) in self.storages(below, ATTACHMENT).iter().enumerate() {
            if !self.attachment(storage, number + 1, depth, out)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Storages of this kind right below, in their order.
    fn storages(&self, below: &str, kind: &str) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for stream in self.file.streams() {
            let Some(rest) = stream.path.strip_prefix(below).filter(|rest| rest.starts_with(kind)) else { continue };
            let Some((name, _)) = rest.split_once('/') else { continue };
            let storage = format!("{below}{name}/");
            if !all.contains(&storage) {
                all.push(storage);
            }
        }
        all.sort();
        all
    }

    /// Texts, moments and numbers of an item; `head` bytes stand before its numbers ([MS-OXMSG] 2.4.1).
    fn properties(&mut self, below: &str, head: usize, out: &mut dyn Sink) -> io::Result<Item> {
        let mut item = Item::default();
        if let Some(bytes) = self.whole(&format!("{below}{PROPERTIES}"), out)? {
            for entry in bytes.get(head..).unwrap_or_default().as_chunks::<16>().0 {
                let [kind_low, kind_high, id_low, id_high, _, _, _, _, value @ ..] = *entry;
                let id = u16::from_le_bytes([id_low, id_high]);
                match u16::from_le_bytes([kind_low, kind_high]) {
                    0x40 => item.times.push((id, u64::from_le_bytes(value))),
                    3 => {
                        let [a, b, c, d, ..] = value;
                        item.numbers.push((id, u32::from_le_bytes([a, b, c, d])));
                    }
                    _ => {}
                }
            }
        }
        let streams: Vec<Stream> =
            self.file.streams().iter().filter(|stream| stream.path.starts_with(below)).cloned().collect();
        for stream in streams {
            let Some((id, kind)) = stream.path.strip_prefix(below).and_then(property) else { continue };
            if !matches!(kind, 0x1E | 0x1F | 0x101E | 0x101F) || matches!(id, mapi::BODY | mapi::BODY_HTML) {
                continue;
            }
            if self.room == 0 {
                let reason = format!(
                    "its texts are longer than {PART_BYTES} bytes together; the rest of them was not read; open the message with Outlook and save it as text"
                );
                out.gap(GapKind::OverLimit, reason);
                break;
            }
            if let Some(bytes) = self.whole(&stream.path, out)? {
                // Streams may share their bytes: what is held of all is bounded.
                self.room = self.room.saturating_sub(bytes.len() as u64 + 32);
                item.texts.push((id, mapi::said(&bytes, kind)));
            }
        }
        Ok(item)
    }

    /// A stream; one that is too long is a gap.
    fn whole(&mut self, path: &str, out: &mut dyn Sink) -> io::Result<Option<Vec<u8>>> {
        match self.file.whole(path, PART_BYTES) {
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                out.gap(GapKind::OverLimit, format!("{error}; open the message with Outlook and save it as text"));
                Ok(None)
            }
            other => other,
        }
    }

    fn bodies(&mut self, below: &str, text: &mut Written, out: &mut dyn Sink) -> io::Result<GoOn> {
        for kind in [0x1F_u16, 0x1E] {
            if let Some(bytes) = self.whole(&format!("{below}{TEXT}{:04X}{kind:04X}", mapi::BODY), out)? {
                text.lines(&mapi::said(&bytes, kind), out);
                break;
            }
        }
        for kind in ["0102", "001F", "001E"] {
            let path = format!("{below}{TEXT}{:04X}{kind}", mapi::BODY_HTML);
            if let Some(stream) = self.file.find(&path) {
                return self.child("body.html", &stream, out);
            }
        }
        let Some(bytes) = self.whole(&format!("{below}{TEXT}{:04X}0102", mapi::BODY_RTF), out)? else {
            return Ok(true);
        };
        Ok(mapi::rtf_body(&bytes, out))
    }

    fn attachment(&mut self, storage: &str, number: usize, depth: usize, out: &mut dyn Sink) -> io::Result<GoOn> {
        let item = self.properties(storage, 8, out)?;
        let name = item.file_name().map_or_else(|| format!("attachment {number}"), str::to_owned);
        let inner = format!("{storage}{EMBEDDED}");
        let has_inner = self.file.streams().iter().any(|stream| stream.path.starts_with(&inner));
        if let Some(stream) = self.file.find(&format!("{storage}{TEXT}{:04X}0102", mapi::ATTACHED)) {
            return self.child(&name, &stream, out);
        }
        if !has_inner {
            let reason = "the message names this attachment but does not hold it: it is a link, or was removed; look for it where it was kept";
            out.member_gap(&name, GapKind::UnsupportedFormat, reason.to_owned());
            return Ok(true);
        }
        if depth + 1 >= CONTAINER_DEPTH {
            let reason = format!("messages are nested more than {CONTAINER_DEPTH} deep; this one was not opened");
            out.member_gap(&name, GapKind::OverLimit, reason);
            return Ok(true);
        }
        if self.file.find(&format!("{inner}{PROPERTIES}")).is_none() {
            return self.object(&inner, &name, out);
        }
        let mut result = Ok(true);
        let go_on = out.part(&name, &mut |out| result = self.item(&inner, depth + 1, out));
        Ok(result? && go_on)
    }

    /// An embedded object: its streams are looked at one by one.
    fn object(&mut self, inner: &str, name: &str, out: &mut dyn Sink) -> io::Result<GoOn> {
        let streams: Vec<Stream> =
            self.file.streams().iter().filter(|stream| stream.path.starts_with(inner)).cloned().collect();
        for stream in streams {
            let within: String =
                stream.path.strip_prefix(inner).unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
            if !self.child(&format!("{name}/{within}"), &stream, out)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn child(&mut self, name: &str, stream: &Stream, out: &mut dyn Sink) -> io::Result<GoOn> {
        let mut member = Member::new(self.file.for_child(stream));
        let go_on = out.child(name, &mut member);
        match member.failed.take() {
            Some(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                let reason = format!(
                    "cut off ({error}); the {} bytes before that were looked at; look for a whole copy",
                    member.given
                );
                out.broken_off(GapKind::Truncated, reason);
                Ok(go_on)
            }
            Some(error) => Err(error),
            None => Ok(go_on),
        }
    }
}

/// Number and type of the property that a stream of this name holds; one value of many has a further number.
fn property(name: &str) -> Option<(u16, u16)> {
    let rest = name.strip_prefix(TEXT)?;
    let (word, further) = rest.split_at_checked(8)?;
    let fits = further.is_empty() || (further.starts_with('-') && further.len() == 9);
    let word = u32::from_str_radix(word, 16).ok().filter(|_| fits)?;
    let (id, kind) = ((word >> 16) as u16, (word & 0xFFFF) as u16);
    // Of many values the stream without a number holds only their lengths.
    (kind & 0x1000 == 0 || !further.is_empty()).then_some((id, kind))
}

#[cfg(test)]
mod tests;
