//! One message: its header, and its parts (RFC 2046), each read as it passes by.

use super::body::{Body, Event};
use super::content::{Content, Way};
use super::sent_to::SentTo;
use super::source::{Next, Piece, Source};
use super::{header, record, text};
use crate::formats::plain::{Undecodable, tell_attachments};
use crate::formats::{HEAD_BYTES, Sink};
use crate::model::GapKind;
use crate::model::limits::MAIL_DEPTH;
use crate::text::guess;

/// Reads a message.
struct Message<'s, 'r> {
    source: &'s mut Source<'r>,
    lost: Undecodable,
    files: usize,
    pages: usize,
    attachments: u64,
    is_pgp: bool,
    is_cut: bool,
    is_deep: bool,
    /// A limit was reached: nothing more is to be handed over.
    stopped: bool,
}

/// Reads the message that begins here; whether to go on to the next.
pub(super) fn read(source: &mut Source<'_>, out: &mut dyn Sink) -> bool {
    let head = source.ahead();
    let head = head.get(..HEAD_BYTES).unwrap_or(head);
    out.charset(guess(head, false).charset);
    let mut message = Message {
        source,
        lost: Undecodable::default(),
        files: 0,
        pages: 0,
        attachments: 0,
        is_pgp: false,
        is_cut: false,
        is_deep: false,
        stopped: false,
    };
    if message.source.next() == Next::Message {
        let Piece { bytes, offset, row, .. } = message.source.take_line();
        let above = header::Field { name: String::new(), value: bytes.to_vec(), offset, row };
        record::push(&above, &mut message.lost, out);
    }
    let mut sent_to = SentTo::default();
    let content = message.header(&mut |field| sent_to.take(field), out);
    out.recipients(sent_to.count());
    message.entity(&content, "text/plain", out);
    message.tell(out);
    message.source.open.clear();
    !message.stopped
}

impl Message<'_, '_> {
    fn tell(&self, out: &mut dyn Sink) {
        self.lost.tell(out);
        tell_attachments(self.attachments, out);
        if self.is_pgp {
            let reason = "a text in this message is encrypted by PGP; decrypt it with the key of its recipient and run hozen on the result";
            out.encrypted(None, "PGP", reason.to_owned());
        }
        if self.is_cut && self.source.failed.is_none() {
            let reason = "the message ends before the last of its parts does; what is there was looked at; look for a whole copy";
            out.gap(GapKind::Truncated, reason.to_owned());
        }
        if self.is_deep {
            let reason = format!(
                "parts are nested more than {MAIL_DEPTH} deep; those below that were read as lines, not opened; open the message with a mail program and save its attachments"
            );
            out.gap(GapKind::OverLimit, reason);
        }
    }

    fn header(&mut self, seen: &mut dyn FnMut(&header::Field), out: &mut dyn Sink) -> Content {
        let (offset, row) = (self.source.offset, self.source.row);
        let mut content = Content::default();
        let Self { source, lost, .. } = self;
        header::read(source, |field| {
            content.take(&field);
            seen(&field);
            record::push(&field, lost, out);
        });
        if let Some(name) = content.name.as_deref().filter(|_| content.name_hidden) {
            record::push_name(name, (offset, row), out);
        }
        content
    }

    /// What a header announces.
    fn entity(&mut self, content: &Content, usual: &str, out: &mut dyn Sink) {
        let kind = if content.kind.contains('/') { content.kind.as_str() } else { usual };
        let is_named = content.name.is_some() || content.is_attachment;
        match kind {
            "multipart/encrypted" => {
                let reason =
                    "an encrypted message (PGP); decrypt it with the key of its recipient and run hozen on the result";
                out.encrypted(Some("encrypted message"), "PGP", reason.to_owned());
                Body::file(self.source, Way::Identity).drain();
            }
            _ if kind.starts_with("multipart/") => match &content.boundary {
                Some(boundary) => {
                    self.multipart(boundary.clone(), kind == "multipart/digest", out);
                    self.rest(out);
                }
                None => self.lines(&Content { way: Way::Identity, ..content.clone() }, out),
            },
            "message/rfc822" | "message/global" | "message/news" | "message/partial" => {
                self.file(&self.name(content, "message", ".eml"), content.way, out);
                if kind == "message/partial" {
                    let reason = "one piece of a message that was sent in several; put them together with a mail program and run hozen on the result";
                    out.gap(GapKind::UnsupportedFormat, reason.to_owned());
                }
            }
            "text/html" | "application/xhtml+xml" if !is_named => {
                self.pages += 1;
                let name = if self.pages == 1 { "body.html".to_owned() } else { format!("body {}.html", self.pages) };
                self.file(&name, content.way, out);
            }
            "text/plain" | "text/rfc822-headers" | "text/enriched" if !is_named => self.lines(content, out),
            _ if content.family() == "message" && !is_named => self.lines(content, out),
            _ => {
                let name = self.name(content, "part", ending(kind));
                self.sealed_or_file(&name, kind, content, out);
            }
        }
    }

    /// A file. What its content does not tell but its header does must not pass for looked at.
    fn sealed_or_file(&mut self, name: &str, kind: &str, content: &Content, out: &mut dyn Sink) {
        let is_smime = kind.ends_with("pkcs7-mime");
        if is_smime && content.smime.contains("enveloped") {
            let reason =
                "a message encrypted by S/MIME; decrypt it with the key of its recipient and run hozen on the result";
            out.encrypted(Some(name), "S/MIME", reason.to_owned());
            Body::file(self.source, Way::Identity).drain();
            return;
        }
        if !(is_smime && content.smime.starts_with("compressed")) {
            return self.file(name, content.way, out);
        }
        self.file_only(name, content.way, out);
        if !self.stopped {
            let reason = "a message compressed by S/MIME, which this version does not unfold; open it with a mail program, save what is in it and run hozen on that";
            out.broken_off(GapKind::UnsupportedFormat, reason.to_owned());
        }
        self.rest(out);
    }

    /// The name of a file, or one made up.
    fn name(&self, content: &Content, what: &str, ending: &str) -> String {
        content.name.clone().unwrap_or_else(|| format!("{what} {}{ending}", self.files + 1))
    }

    fn lines(&mut self, content: &Content, out: &mut dyn Sink) {
        let mut content = content.clone();
        while !self.stopped {
            let told = text::read(self.source, &content, &mut self.lost, out);
            self.is_pgp |= told.is_pgp;
            self.attachments += told.attachments;
            match told.event {
                None => break,
                Some(Event::Uuencoded(name)) => {
                    let name = crate::text::decode_record(&name, crate::model::Charset::Utf8).text.into_owned();
                    self.file_only(&name, Way::Uuencode, out);
                }
                Some(Event::Undeclared(boundary)) => self.multipart(boundary, false, out),
            }
            content = Content { way: Way::Identity, charset: content.charset, ..Content::default() };
        }
    }

    /// An attachment, and what may follow it in its part.
    fn file(&mut self, name: &str, way: Way, out: &mut dyn Sink) {
        if way == Way::Unknown {
            let reason = format!(
                "{name:?} is encoded in a way that this version does not know, and was read as it stands; save it with a mail program and run hozen on that"
            );
            out.gap(GapKind::UnsupportedFormat, reason);
        }
        self.file_only(name, way, out);
        self.rest(out);
    }

    /// Lines that stand behind what a header announced.
    fn rest(&mut self, out: &mut dyn Sink) {
        if !self.stopped && matches!(self.source.next(), Next::Line(_)) {
            self.lines(&Content::default(), out);
        }
    }

    fn file_only(&mut self, name: &str, way: Way, out: &mut dyn Sink) {
        if self.stopped {
            return;
        }
        self.files += 1;
        let mut body = Body::file(self.source, way);
        let go_on = out.child(name, &mut body);
        self.stopped |= !go_on;
        if go_on {
            body.drain();
        }
        let (damaged, is_cut) = (body.damaged, body.is_cut());
        if damaged > 0 {
            let reason = format!(
                "damaged: {damaged} places in it are not of its transfer encoding; what could be decoded was looked at; look for a whole copy"
            );
            out.broken_off(GapKind::Malformed, reason);
        } else if is_cut {
            let reason = "cut off in the middle; what came before was looked at; look for a whole copy".to_owned();
            out.broken_off(GapKind::Truncated, reason);
        }
    }

    /// The parts of a multipart, with the text before them. What follows it is the caller's, so that many in a row do not nest.
    fn multipart(&mut self, boundary: Vec<u8>, is_digest: bool, out: &mut dyn Sink) {
        let level = self.source.open.len();
        if level >= MAIL_DEPTH {
            self.is_deep = true;
            return self.lines(&Content::default(), out);
        }
        self.source.open.push(boundary);
        self.rest(out);
        while !self.stopped {
            match self.source.next() {
                Next::Boundary { level: at, closes } if at == level => {
                    self.source.take_line();
                    if closes {
                        break;
                    }
                    let content = self.header(&mut |_| {}, out);
                    self.entity(&content, if is_digest { "message/rfc822" } else { "text/plain" }, out);
                }
                Next::Line(_) => self.lines(&Content::default(), out),
                Next::End | Next::Message => {
                    self.is_cut = true;
                    break;
                }
                Next::Boundary { .. } => break,
            }
        }
        self.source.open.truncate(level);
    }
}

/// The ending of the name of a part that has none.
fn ending(kind: &str) -> &'static str {
    match kind {
        "text/html" => ".html",
        "text/calendar" => ".ics",
        "text/vcard" | "text/x-vcard" | "text/directory" => ".vcf",
        "text/csv" => ".csv",
        "text/rtf" | "application/rtf" => ".rtf",
        "application/pdf" => ".pdf",
        "application/ms-tnef" | "application/vnd.ms-tnef" => ".dat",
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => ".p7m",
        "application/pkcs7-signature" | "application/x-pkcs7-signature" => ".p7s",
        "image/jpeg" => ".jpg",
        "image/png" => ".png",
        "image/gif" => ".gif",
        _ => "",
    }
}
