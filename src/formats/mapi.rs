//! What Outlook keeps of an item ([MS-OXPROPS], [MS-OXOMSG], [MS-OXOCNTC]), in a message file or in a data file: properties by number.

use super::Sink;
use super::mail::fields;
use super::written::Written;
use crate::model::limits::PART_BYTES;
use crate::model::{Charset, GapKind};
use crate::text::{decode, decode_record};

/// Properties of one item, attachment or recipient. Bodies and the content of attachments are not among them: they may be large.
#[derive(Debug, Default)]
pub(super) struct Item {
    /// Texts by the number of their property, in the order of the file.
    pub(super) texts: Vec<(u16, String)>,
    /// Moments, in ticks of 100 ns since 1601.
    pub(super) times: Vec<(u16, u64)>,
    /// Numbers.
    pub(super) numbers: Vec<(u16, u32)>,
}

/// Text bodies.
pub(super) const BODY: u16 = 0x1000;
/// The body in compressed RTF.
pub(super) const BODY_RTF: u16 = 0x1009;
/// The body in HTML.
pub(super) const BODY_HTML: u16 = 0x1013;
/// The content of an attachment.
pub(super) const ATTACHED: u16 = 0x3701;
/// How it is attached.
pub(super) const ATTACH_METHOD: u16 = 0x3705;
/// 1 To, 2 Cc, 3 Bcc.
pub(super) const RECIPIENT_TYPE: u16 = 0x0C15;
/// The header of the message as it came over the network.
const TRANSPORT_HEADER: u16 = 0x007D;
/// The subject.
pub(super) const SUBJECT: u16 = 0x0037;
const NAME: u16 = 0x3001;
/// A birthday.
const BIRTHDAY: u16 = 0x3A42;

/// Names of properties by words that tell what stands in them. What is not among them is given without a name.
const NAMES: [(u16, &str); 40] = [
    (SUBJECT, "Subject"),
    (0x0050, "Reply-To"),
    (0x1035, "Message-ID"),
    (0x1039, "References"),
    (0x1042, "In-Reply-To"),
    (0x001A, "class"),
    (NAME, "full name"),
    (0x3003, "email"),
    (0x39FE, "email"),
    (0x3A02, "phone"),
    (0x3A05, "generation"),
    (0x3A06, "first name"),
    (0x3A08, "business phone"),
    (0x3A09, "home phone"),
    (0x3A11, "last name"),
    (0x3A15, "address"),
    (0x3A16, "company"),
    (0x3A17, "title"),
    (0x3A18, "department"),
    (0x3A19, "office"),
    (0x3A1A, "phone"),
    (0x3A1B, "business phone"),
    (0x3A1C, "mobile phone"),
    (0x3A1E, "phone"),
    (0x3A1F, "phone"),
    (0x3A23, "fax"),
    (0x3A24, "fax"),
    (0x3A25, "fax"),
    (0x3A26, "country"),
    (0x3A27, "city"),
    (0x3A28, "prefecture"),
    (0x3A29, "address"),
    (0x3A2A, "postal code"),
    (0x3A2F, "home phone"),
    (0x3A59, "city"),
    (0x3A5B, "postal code"),
    (0x3A5D, "address"),
    (0x3A44, "middle name"),
    (0x3A4F, "nickname"),
    (BIRTHDAY, "birthday"),
];

/// Texts that say again what others do: the topic of a subject, lists of the recipients' names, search keys, and the like.
const AGAIN: [u16; 13] =
    [0x0E1D, 0x0070, 0x003D, 0x0E04, 0x0E03, 0x0E02, 0x0064, 0x0075, 0x0077, 0x0C1E, 0x3002, 0x0047, 0x1046];
/// Pairs of a person's name with addresses, the better first: the sender, whom the sender stands for, whom it was received by.
const PEOPLE: [(&str, u16, &[u16]); 4] = [
    ("From", 0x0C1A, &[0x5D01, 0x0C1F]),
    ("From", 0x0042, &[0x5D02, 0x0065]),
    ("Received-By", 0x0040, &[0x5D07, 0x0076]),
    ("Received-By", 0x0044, &[0x5D08, 0x0078]),
];

impl Item {
    /// The text of this property, if there is one.
    pub(super) fn text(&self, id: u16) -> Option<&str> {
        self.texts.iter().find(|(known, text)| *known == id && !text.trim().is_empty()).map(|(_, text)| text.as_str())
    }

    /// The number of this property.
    pub(super) fn number(&self, id: u16) -> Option<u32> {
        self.numbers.iter().find(|(known, _)| *known == id).map(|(_, number)| *number)
    }

    /// The name of the file that an attachment is.
    pub(super) fn file_name(&self) -> Option<&str> {
        [0x3707, 0x3704, NAME].iter().find_map(|id| self.text(*id))
    }

    fn person(&self, name: u16, addresses: &[u16]) -> Option<String> {
        let address = addresses.iter().find_map(|id| self.text(*id));
        match (self.text(name), address) {
            (Some(name), Some(address)) if name.eq_ignore_ascii_case(address) => Some(address.to_owned()),
            (Some(name), Some(address)) => Some(format!("{name} <{address}>")),
            (name, address) => name.or(address).map(str::to_owned),
        }
    }
}

/// Gives the head of an item: who sent it, each recipient for itself, and every other text that it has.
pub(super) fn head(item: &Item, recipients: &[Item], text: &mut Written, out: &mut dyn Sink) {
    let mut said: Vec<String> = Vec::new();
    for (word, name, addresses) in PEOPLE {
        let person = item.person(name, addresses);
        if let Some(person) = person.filter(|person| !said.contains(person)) {
            text.pairs(&[(word.to_owned(), person.clone())], out);
            said.push(person);
        }
    }
    for recipient in recipients {
        let word = match recipient.number(RECIPIENT_TYPE).map(|kind| kind & 0xF) {
            Some(2) => "Cc",
            Some(3) => "Bcc",
            _ => "To",
        };
        if let Some(person) = recipient.person(NAME, &[0x39FE, 0x3003]) {
            text.pairs(&[(word.to_owned(), person)], out);
        }
    }
    let pairs = others(item, recipients.is_empty(), &said);
    let is_person = item.text(0x001A).is_some_and(|class| class.to_ascii_lowercase().starts_with("ipm.contact"));
    if is_person {
        text.pairs(&pairs, out);
    } else {
        pairs.iter().for_each(|pair| text.pairs(std::slice::from_ref(pair), out));
    }
    if let Some(header) = item.text(TRANSPORT_HEADER) {
        transport(header, recipients.is_empty(), text, out);
    }
}

/// Texts that were not given yet, each once.
fn others(item: &Item, alone: bool, said: &[String]) -> Vec<(String, String)> {
    let in_people = |id: u16| PEOPLE.iter().any(|(_, name, addresses)| id == *name || addresses.contains(&id));
    let lists = [0x0E04, 0x0E03, 0x0E02];
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (id, value) in &item.texts {
        let again = AGAIN.contains(id) && !(alone && lists.contains(id));
        if again || in_people(*id) || *id == TRANSPORT_HEADER || said.contains(value) {
            continue;
        }
        if value.trim().is_empty() || pairs.iter().any(|(_, known)| known == value) {
            continue;
        }
        let name = NAMES.iter().find(|(known, _)| known == id).map_or("", |(_, name)| name);
        pairs.push((name.to_owned(), value.clone()));
    }
    for (_, ticks) in item.times.iter().filter(|(id, _)| *id == BIRTHDAY) {
        // Outlook keeps it as midnight where it was entered, in UTC: half a day is added.
        if let Some(day) = day(*ticks, 12) {
            pairs.push(("birthday".to_owned(), day));
        }
    }
    pairs
}

/// The header of the message as it came, without what the properties say already.
fn transport(header: &str, alone: bool, text: &mut Written, out: &mut dyn Sink) {
    const SAID: [&str; 8] = ["from", "to", "cc", "bcc", "subject", "message-id", "references", "in-reply-to"];
    for (name, value) in fields(header.as_bytes()) {
        let lower = name.to_ascii_lowercase();
        let lists_people = ["to", "cc", "bcc"].contains(&lower.as_str());
        if !SAID.contains(&lower.as_str()) || (alone && lists_people) {
            text.pairs(&[(name, value)], out);
        }
    }
}

/// The day of a moment, as `1980-04-12`, so many hours later.
pub(super) fn day(ticks: u64, hours: i64) -> Option<String> {
    let seconds = i64::try_from(ticks / 10_000_000).ok()?.checked_sub(11_644_473_600)?;
    let moment = jiff::Timestamp::from_second(seconds.checked_add(hours * 3600)?).ok()?;
    Some(moment.strftime("%Y-%m-%d").to_string())
}

/// Text that compressed RTF begins with ([MS-OXRTFCP] 2.1.2.1).
const PRESET: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

/// A text in UTF-16, or in the code page of the machine that wrote it.
pub(super) fn said(bytes: &[u8], kind: u16) -> String {
    let text = if kind & 0xFF == 0x1F {
        decode(bytes, Charset::Utf16Le).0.into_owned()
    } else {
        decode_record(bytes, Charset::Utf8).text.into_owned()
    };
    text.trim_end_matches('\0').to_owned()
}

/// Gives the body in compressed RTF as a child; whether to go on.
pub(super) fn rtf_body(packed: &[u8], out: &mut dyn Sink) -> bool {
    let (unfolded, is_whole) = rtf(packed, usize::try_from(PART_BYTES).unwrap_or(usize::MAX));
    let go_on = out.child("body.rtf", &mut unfolded.as_slice());
    if !is_whole {
        let reason = format!(
            "the compressed body is damaged or too large; the {} bytes that could be unfolded were looked at; open the message with Outlook",
            unfolded.len()
        );
        out.broken_off(GapKind::Malformed, reason);
    }
    go_on
}

/// Unfolds compressed RTF ([MS-OXRTFCP]), to no more than `limit` bytes; whether it came to its end.
pub(super) fn rtf(bytes: &[u8], limit: usize) -> (Vec<u8>, bool) {
    let content = bytes.get(16..).unwrap_or_default();
    match bytes.get(8..12) {
        Some(b"MELA") => return (content.to_vec(), true),
        Some(b"LZFu") => {}
        _ => return (Vec::new(), false),
    }
    let mut window = [b' '; 4096];
    for (to, from) in window.iter_mut().zip(PRESET) {
        *to = *from;
    }
    let (mut write, mut out, mut input) = (PRESET.len(), Vec::new(), content.iter().copied());
    while out.len() < limit {
        let Some(control) = input.next() else { return (out, false) };
        for bit in 0..8 {
            let Some(first) = input.next() else { return (out, false) };
            let mut put = |byte: u8, write: &mut usize, window: &mut [u8; 4096]| {
                if let Some(slot) = window.get_mut(*write) {
                    *slot = byte;
                }
                *write = (*write + 1) % 4096;
                out.push(byte);
            };
            if control >> bit & 1 == 0 {
                put(first, &mut write, &mut window);
                continue;
            }
            let Some(second) = input.next() else { return (out, false) };
            let word = usize::from(first) << 8 | usize::from(second);
            let (offset, length) = (word >> 4, (word & 0xF) + 2);
            if offset == write {
                return (out, true);
            }
            for step in 0..length {
                let byte = window.get((offset + step) % 4096).copied().unwrap_or_default();
                put(byte, &mut write, &mut window);
            }
        }
    }
    (out, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressed_rtf_is_unfolded() {
        // The examples of [MS-OXRTFCP] 4.1.1 and 4.2.1.
        let one = b"\x2d\0\0\0\x2b\0\0\0LZFu\xf1\xc5\xc7\xa7\x03\0\x0a\0rcpg125\x42\x32\x0a\xf3 hel\x09\0 bw\x05\xb0ld}\x0a\x80\x0f\xa0";
        assert_eq!(rtf(one, 1000), (b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n".to_vec(), true));
        let two = b"\x1a\0\0\0\x1c\0\0\0LZFu\xe2\xd4\x4b\x51\x41\0\x04\x20WXYZ\x0d\x6e\x7d\x01\x0e\xb0";
        assert_eq!(rtf(two, 1000), (b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}".to_vec(), true));
        assert!(!rtf(&two[..28], 1000).1);
        assert_eq!(rtf(b"short", 10), (vec![], false));
    }

    #[test]
    fn a_birthday_is_a_day() {
        // 1980-04-11 15:00 UTC is midnight of the 12th in Japan.
        assert_eq!(day(119_639_124_000_000_000, 12).as_deref(), Some("1980-02-15"));
        assert_eq!(day(u64::MAX, 12), None);
    }
}
