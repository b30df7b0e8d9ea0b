//! Address books and calendars in text: cards (vCard), events (iCalendar, RFC 5545) and entries of a directory (LDIF, RFC 2849). Each card
//! and each entry is a row under words that tell what is in it; people of an event are records of their own; files in them are children.

mod ldif;
mod lines;
mod vcard;

#[cfg(test)]
mod tests;

use lines::{Outcome, Property, Value, Whole, each, plain};
use vcard::Card;

use super::trouble::{in_order, read_error};
use super::written::Written;
use super::{Claim, Format, Head, Input, Sink};
use crate::model::limits::RECORD_FIELDS;
use crate::model::{Charset, GapKind};
use crate::text::{decode_record, guess};

/// Cards.
pub struct Vcard;
/// Calendars.
pub struct Calendar;
/// Entries of a directory.
pub struct Ldif;

/// Cards inside a card that are told apart.
const NESTED: usize = 8;
/// Bytes of files that are held until their card ends.
const HELD_FILES: usize = 64;

/// The first line with something in it, in upper case.
fn first_line(head: &Head<'_>) -> String {
    let guessed = guess(head.bytes, head.whole);
    let bytes = head.bytes.get(guessed.bom..).unwrap_or_default();
    let text = decode_record(bytes.get(..bytes.len().min(2048) & !1).unwrap_or(bytes), guessed.charset).text;
    text.trim_start().lines().next().unwrap_or_default().trim().to_ascii_uppercase()
}

impl Format for Vcard {
    fn id(&self) -> &'static str {
        "vcard"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        if first_line(head) == "BEGIN:VCARD" { Claim::Likely } else { Claim::No }
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let mut reader = Reader::new(head, out);
        let outcome = each(head, &mut *in_order(input), true, |line| reader.card_line(line));
        while let Some(card) = reader.cards.pop() {
            reader.is_open = true;
            reader.give(&card);
        }
        let is_open = reader.is_open;
        end(&outcome, is_open, out);
    }
}

impl Format for Calendar {
    fn id(&self) -> &'static str {
        "ical"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        if first_line(head) == "BEGIN:VCALENDAR" { Claim::Likely } else { Claim::No }
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let mut reader = Reader::new(head, out);
        let outcome = each(head, &mut *in_order(input), true, |line| reader.event_line(&line));
        let is_open = reader.depth > 0;
        end(&outcome, is_open, out);
    }
}

impl Format for Ldif {
    fn id(&self) -> &'static str {
        "ldif"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        if ldif::is_ldif(head) { Claim::Likely } else { Claim::No }
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let mut reader = Reader::new(head, out);
        let mut entry = ldif::Entry::default();
        let outcome = each(head, &mut *in_order(input), false, |line| {
            reader.tell_cut(&line);
            if !line.text.trim().is_empty() {
                entry.add(&line);
                return entry.len() < RECORD_FIELDS || reader.entry(&std::mem::take(&mut entry));
            }
            reader.entry(&std::mem::take(&mut entry))
        });
        reader.entry(&entry);
        end(&outcome, false, out);
    }
}

fn end(outcome: &Outcome, is_open: bool, out: &mut dyn Sink) {
    outcome.foreign.iter().for_each(|charset| out.also(charset));
    if let Some(error) = &outcome.failed {
        return read_error(out, error, outcome.at);
    }
    if is_open {
        let reason = "it ends before its last entry does; what is there was looked at; look for a whole copy";
        out.gap(GapKind::Truncated, reason.to_owned());
    }
}

/// Where the lines go.
struct Reader<'o> {
    out: &'o mut dyn Sink,
    text: Written,
    cards: Vec<Card>,
    depth: u64,
    is_open: bool,
}

impl<'o> Reader<'o> {
    fn new(head: &Head<'_>, out: &'o mut dyn Sink) -> Self {
        let guessed = guess(head.bytes, head.whole).charset;
        out.charset(if guessed == Charset::Ascii { Charset::Utf8 } else { guessed });
        Self { out, text: Written::default(), cards: Vec::new(), depth: 0, is_open: false }
    }

    fn tell_cut(&mut self, line: &Whole) {
        if line.cut {
            let reason = format!(
                "the value in line {} is too long to be held; its beginning was looked at; look at it by hand",
                line.row
            );
            self.out.gap(GapKind::OverLimit, reason);
        }
    }

    fn row(&mut self, number: u64, pairs: &[(String, String)]) {
        self.text.pairs_in_row(number, pairs, self.out);
    }

    /// A line of a file of cards.
    fn card_line(&mut self, line: Whole) -> bool {
        self.tell_cut(&line);
        let trimmed = line.text.trim();
        if trimmed.is_empty() {
            return true;
        }
        if trimmed.eq_ignore_ascii_case("BEGIN:VCARD") {
            if self.cards.len() < NESTED {
                self.cards.push(Card::new(line.row));
            }
            return true;
        }
        if trimmed.eq_ignore_ascii_case("END:VCARD") {
            return self.cards.pop().is_none_or(|card| self.give(&card));
        }
        match (Property::of(&line.text), self.cards.last_mut()) {
            (Some(property), Some(card)) => {
                card.add(property);
                // A card that never ends is given in pieces.
                if card.len() >= RECORD_FIELDS {
                    let full = std::mem::replace(card, Card::new(line.row));
                    return self.give(&full);
                }
            }
            _ => self.row(line.row, &[(String::new(), line.text)]),
        }
        true
    }

    fn give(&mut self, card: &Card) -> bool {
        self.row(card.row, &card.pairs());
        for (name, bytes) in card.files().take(HELD_FILES) {
            match bytes {
                Some(mut bytes) => {
                    if !self.out.child(&format!("card {} {name}", card.row), &mut bytes) {
                        return false;
                    }
                }
                None => {
                    let reason = "it is not in base64 as it says; look for a whole copy".to_owned();
                    self.out.member_gap(&format!("card {} {name}", card.row), GapKind::Malformed, reason);
                }
            }
        }
        true
    }

    /// A line of a calendar.
    fn event_line(&mut self, line: &Whole) -> bool {
        self.tell_cut(line);
        let upper = line.text.trim().get(..6).map(str::to_ascii_uppercase).unwrap_or_default();
        if upper == "BEGIN:" {
            self.depth += 1;
            return true;
        }
        if upper.starts_with("END:") {
            self.depth = self.depth.saturating_sub(1);
            return true;
        }
        let Some(property) = Property::of(&line.text) else {
            self.row(line.row, &[(String::new(), line.text.clone())]);
            return true;
        };
        let name = property.name.to_ascii_lowercase();
        match &property.value {
            Value::File(Some(bytes)) => {
                let own =
                    property.parameter("FILENAME").or_else(|| property.parameter("X-FILENAME")).unwrap_or("attachment");
                return self.out.child(&format!("line {} {own}", line.row), &mut bytes.as_slice());
            }
            Value::File(None) => {
                let reason =
                    format!("the file in line {} is not in base64 as it says; look for a whole copy", line.row);
                self.out.gap(GapKind::Malformed, reason);
            }
            Value::Text(value) if matches!(name.as_str(), "attendee" | "organizer" | "contact") => {
                let lower = value.to_ascii_lowercase();
                let address = lower.find("mailto:").and_then(|at| value.get(at + 7..)).unwrap_or(value);
                let person = match property.parameter("CN").filter(|cn| !cn.eq_ignore_ascii_case(address)) {
                    Some(cn) => format!("{cn} <{address}>"),
                    None => plain(address),
                };
                self.row(line.row, &[(name, person)]);
            }
            Value::Text(value) => {
                // A description is of several lines.
                for part in plain(value).split('\n') {
                    self.row(line.row, &[(name.clone(), part.to_owned())]);
                }
            }
        }
        true
    }

    fn entry(&mut self, entry: &ldif::Entry) -> bool {
        self.row(entry.row, &entry.pairs());
        for (name, bytes) in entry.files() {
            if !self.out.child(&format!("entry {} {name}", entry.row), &mut &**bytes) {
                return false;
            }
        }
        true
    }
}
