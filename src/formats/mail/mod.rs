//! Mail: one message (RFC 5322 and MIME, RFC 2045–2047; `.eml`, files of a Maildir, `.mht`, news) and mailboxes of many (mbox).
//!
//! Both stream: no message is ever held, only one field of a header and one piece of a line. A message of a mailbox is a part of its own,
//! so that it can be told how many people stand in one `To`. Texts are read as lines, everything else is a child under its name.
//! A message in HTML beside the same in plain text is read too: one may hold what the other does not.

mod address;
mod body;
mod content;
mod header;
mod message;
mod record;
mod sent_to;
mod source;
mod text;

#[cfg(test)]
mod tests;

use source::{Next, Source};

use super::trouble::{in_order, read_error};
use super::{Claim, Format, Head, Input, Sink};
use crate::text::looks_binary;

/// One message.
pub struct Mail;

/// A mailbox.
pub struct Mbox;

/// Headers that mails have; two of them at the start make one, and one must be of these.
const TELLING: [&str; 10] = [
    "received",
    "message-id",
    "mime-version",
    "return-path",
    "delivered-to",
    "from",
    "to",
    "subject",
    "newsgroups",
    "dkim-signature",
];
/// More of them.
const OTHERS: [&str; 18] = [
    "cc",
    "bcc",
    "date",
    "sender",
    "reply-to",
    "content-type",
    "content-transfer-encoding",
    "x-mailer",
    "user-agent",
    "received-spf",
    "authentication-results",
    "arc-seal",
    "path",
    "x-original-to",
    "resent-from",
    "resent-to",
    "references",
    "in-reply-to",
];
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

impl Format for Mail {
    fn id(&self) -> &'static str {
        "mail"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        let bytes = head.bytes.get(lead(head.bytes)..).unwrap_or_default();
        if is_message(bytes) && !looks_binary(bytes.get(..512).unwrap_or(bytes)) { Claim::Likely } else { Claim::No }
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let mut src = in_order(input);
        let mut source = Source::new(&mut *src, false);
        skip(&mut source, lead(head.bytes));
        message::read(&mut source, out);
        end(source, out);
    }
}

impl Format for Mbox {
    fn id(&self) -> &'static str {
        "mbox"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        let bytes = head.bytes.get(lead(head.bytes)..).unwrap_or_default();
        if source::begins_message(bytes) { Claim::Likely } else { Claim::No }
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let mut src = in_order(input);
        let mut source = Source::new(&mut *src, true);
        skip(&mut source, lead(head.bytes));
        let (mut count, mut go_on) = (0_u64, true);
        while go_on && source.next() != Next::End {
            count += 1;
            let mut within = true;
            go_on =
                out.part(&format!("message {count}"), &mut |out| within = message::read(&mut source, out)) && within;
        }
        end(source, out);
    }
}

fn end(source: Source<'_>, out: &mut dyn Sink) {
    if let Some(error) = &source.failed {
        read_error(out, error, source.offset);
    }
}

fn skip(source: &mut Source<'_>, count: usize) {
    let rows = memchr::memchr_iter(b'\n', source.ahead().get(..count).unwrap_or_default()).count();
    source.take(count);
    source.row = 1 + rows as u64;
    source.begin();
}

/// Bytes before the first header: a byte order mark, empty lines, and the count of bytes that Apple Mail writes above a message (`.emlx`).
fn lead(bytes: &[u8]) -> usize {
    let mark = if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    let rest = bytes.get(mark..bytes.len().min(mark + 200)).unwrap_or_default();
    let blank = rest.len() - rest.trim_ascii_start().len();
    let rest = rest.get(blank..).unwrap_or_default();
    let line = memchr::memchr(b'\n', rest).map_or(0, |at| at + 1);
    let first = rest.get(..line).unwrap_or_default().trim_ascii();
    let counts = (1..=12).contains(&first.len()) && first.iter().all(u8::is_ascii_digit);
    mark + blank + if counts { line } else { 0 }
}

/// Whether the text begins as the header of a message does.
fn is_message(bytes: &[u8]) -> bool {
    let mut known: Vec<String> = Vec::new();
    for (at, line) in bytes.split(|byte| *byte == b'\n').take(200).enumerate() {
        let content = line.trim_ascii_end();
        let above = at == 0 && (line.starts_with(b"From ") || line.starts_with(b">From "));
        if above || (at > 0 && matches!(line.first(), Some(b' ' | b'\t'))) {
            continue;
        }
        if content.is_empty() || !header::is_header(content) {
            break;
        }
        let name = content.split(|byte| *byte == b':').next().unwrap_or_default().trim_ascii_end();
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        let is_known = TELLING.contains(&name.as_str()) || OTHERS.contains(&name.as_str());
        if is_known && !known.contains(&name) {
            known.push(name);
        }
        if known.len() > 1 && known.iter().any(|name| TELLING.contains(&name.as_str())) {
            return true;
        }
    }
    false
}

/// The fields of a header that another format holds, decoded.
pub(super) fn fields(header: &[u8]) -> Vec<(String, String)> {
    let mut bytes = header;
    let mut source = Source::new(&mut bytes, false);
    let mut all = Vec::new();
    header::read(&mut source, |field| all.push((field.name.clone(), record::text(&field.value))));
    all
}
