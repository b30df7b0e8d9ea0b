//! The walk over the lines: which keys are open, and which record a value belongs to.

use std::ops::Range;

use super::flow::Flow;
use crate::formats::Sink;
use crate::formats::lined::{Lined, Part, is_value, says_more, trimmed, unquoted};
use crate::formats::plain::Undecodable;
use crate::model::limits::{JSON_DEPTH, RECORD_BYTES, RECORD_FIELDS};
use crate::model::{Bond, Charset, Field, Place, Record};
use crate::text::{Line, decode_record};

/// An open level: a key of a map, or an item of a list.
#[derive(Debug)]
struct Level {
    indent: usize,
    token: String,
    key: String,
    /// Which item of a list it is, from 0.
    item: Option<u64>,
}

/// Text of several lines under a key.
#[derive(Debug)]
struct Block {
    /// Its lines stand farther in than this.
    indent: usize,
    key: String,
    pointer: String,
}

/// What is known at a line.
#[derive(Default)]
pub(super) struct Walk {
    levels: Vec<Level>,
    block: Option<Block>,
    flow: Option<Flow>,
    parts: Vec<Part>,
    bytes: usize,
    /// Indentation of the list of which an item is the record in hand.
    record: Option<usize>,
    /// Path of the map that the record in hand is, outside of lists.
    map: String,
    last_key: String,
}

impl Walk {
    pub(super) fn line(&mut self, line: Line<'_>, leaf: Charset, lost: &mut Undecodable, out: &mut dyn Sink) {
        if line.bytes.is_empty() {
            return;
        }
        let lined = Lined::new(line, leaf);
        if lined.malformed {
            lost.seen(line.offset);
        }
        let text = lined.text.as_str();
        let body = trimmed(text, 0..text.len());
        if body.is_empty() {
            return;
        }
        if line.bond != Bond::Line {
            self.flush(out);
            return raw_line(&line, &lined, leaf, out);
        }
        let indent = text.bytes().take_while(|byte| *byte == b' ').count();
        self.block.take_if(|block| indent <= block.indent);
        if let Some(block) = &self.block {
            let part = lined.part(body, &block.key, Some(block.pointer.clone()));
            return out.record(&Record::whole(Bond::Line, &[part.field()]));
        }
        if self.flow.is_some() {
            return self.flow_line(&lined, body.start, out);
        }
        let words = text.get(body.clone()).unwrap_or_default();
        if words.starts_with('#') || words.starts_with('%') {
            return raw_line(&line, &lined, leaf, out);
        }
        if indent == 0 && (words == "---" || words == "..." || words.starts_with("--- ")) {
            self.finish(out);
            if words.len() > 3 {
                raw_line(&line, &lined, leaf, out);
            }
            return;
        }
        self.entry(&lined, body.start, body.end, out);
    }

    /// A line that is no text of a block: `- key: value`, any part of which may be missing.
    fn entry(&mut self, lined: &Lined<'_>, mut at: usize, end: usize, out: &mut dyn Sink) {
        let text = lined.text.as_str();
        let mut items = 0;
        while let Some(rest) = text.get(at..end).filter(|rest| *rest == "-" || rest.starts_with("- ")) {
            self.item(at, out);
            at += 1;
            at += text.get(at..end).map_or(0, |rest| rest.len() - rest.trim_start().len());
            items += 1;
            if rest == "-" || items >= JSON_DEPTH {
                break;
            }
        }
        if at >= end {
            return;
        }
        let Some((key, value)) = key_of(text, at..end) else {
            // An item of a list that is no map, or more of the value before.
            if items == 0 {
                self.close(at, true, out);
            }
            let name = self.levels.iter().rev().map(|level| level.key.clone()).find(|key| !key.is_empty());
            let name = if items == 0 { self.last_key.clone() } else { name.unwrap_or_default() };
            return self.value(lined, (at..end, items == 0), &name, at, out);
        };
        self.close(at, false, out);
        let name = text.get(key.clone()).unwrap_or_default().to_owned();
        let token = if is_value(&name) { "*".to_owned() } else { name.replace('~', "~0").replace('/', "~1") };
        if self.levels.len() < JSON_DEPTH {
            self.levels.push(Level { indent: at, token, key: name.clone(), item: None });
        }
        if says_more(&name) {
            let pointer = self.pointer();
            self.keep(lined.part(key, "", Some(pointer)), out);
        }
        self.last_key.clone_from(&name);
        let value = trimmed(text, value.start..end);
        if !value.is_empty() {
            self.value(lined, (value, false), &name, at, out);
        }
    }

    /// An item of a list at this indentation.
    fn item(&mut self, indent: usize, out: &mut dyn Sink) {
        // A list may stand as far out as its key.
        while self
            .levels
            .last()
            .is_some_and(|level| level.indent > indent || (level.indent == indent && level.item.is_some()))
        {
            let Some(level) = self.levels.pop() else { break };
            if let (true, Some(item)) = (level.indent == indent, level.item) {
                self.open(indent, item + 1, out);
                return;
            }
        }
        self.open(indent, 0, out);
    }

    fn open(&mut self, indent: usize, item: u64, out: &mut dyn Sink) {
        if self.record.is_none_or(|record| indent <= record) {
            // A record begins with each item of the outermost list; the words of a list stay together with the map around it.
            self.flush(out);
            self.record = Some(indent);
        }
        if self.levels.len() < JSON_DEPTH {
            self.levels.push(Level { indent, token: item.to_string(), key: String::new(), item: Some(item) });
        }
    }

    /// Closes the levels that a line at this indentation does not belong to.
    fn close(&mut self, indent: usize, continues: bool, out: &mut dyn Sink) {
        while self.levels.last().is_some_and(|level| level.indent > indent || (!continues && level.indent == indent)) {
            self.levels.pop();
        }
        if self.record.is_some_and(|record| indent <= record) {
            self.flush(out);
            self.record = None;
        }
        if self.record.is_none() && !continues {
            let map = self.pointer();
            if map != self.map {
                self.flush(out);
                self.map = map;
            }
        }
    }

    fn pointer(&self) -> String {
        self.levels.iter().map(|level| format!("/{}", level.token)).collect()
    }

    fn value(
        &mut self,
        lined: &Lined<'_>,
        (range, more): (Range<usize>, bool),
        name: &str,
        indent: usize,
        out: &mut dyn Sink,
    ) {
        let text = lined.text.as_str();
        let range = without_marks(text, range);
        let words = text.get(range.clone()).unwrap_or_default();
        if words.starts_with(['|', '>']) && words.len() <= 4 {
            self.block = Some(Block { indent, key: name.to_owned(), pointer: self.pointer() });
            return;
        }
        if words.starts_with(['{', '[']) {
            self.flow = Some(Flow::new(name));
            return self.flow_line(lined, range.start, out);
        }
        let (value, comment) = without_comment(text, range);
        let pointer = self.pointer();
        if !comment.is_empty() {
            let part = lined.part(comment, "", Some(pointer.clone()));
            out.record(&Record::whole(Bond::Line, &[part.field()]));
        }
        let part = lined.part(unquoted(text, value), name, Some(pointer));
        if more { self.join(part, out) } else { self.keep(part, out) }
    }

    /// More of the value before, if that is still held.
    fn join(&mut self, part: Part, out: &mut dyn Sink) {
        let room = self.bytes + part.len() <= RECORD_BYTES / 4;
        match self.parts.last_mut().filter(|last| last.name == part.name && room) {
            Some(last) => {
                self.bytes += part.len() + 1;
                last.join(&part);
            }
            None => self.keep(part, out),
        }
    }

    fn flow_line(&mut self, lined: &Lined<'_>, from: usize, out: &mut dyn Sink) {
        let Some(flow) = &mut self.flow else { return };
        let (items, closed) = flow.line(&lined.text, from);
        let pointer = self.pointer();
        for item in items {
            if item.ends {
                if self.record.is_none() {
                    self.flush(out);
                }
                continue;
            }
            let part = lined.part(item.range, &item.key, Some(pointer.clone()));
            if item.goes_on { self.join(part, out) } else { self.keep(part, out) }
        }
        if let Some(end) = closed {
            self.flow = None;
            let rest = trimmed(&lined.text, end..lined.text.len());
            if !rest.is_empty() {
                self.keep(lined.part(rest, "", Some(pointer)), out);
            }
        }
    }

    fn keep(&mut self, part: Part, out: &mut dyn Sink) {
        if part.is_empty() {
            return;
        }
        if self.parts.len() >= RECORD_FIELDS || self.bytes + part.len() > RECORD_BYTES / 4 {
            self.flush(out);
        }
        self.bytes += part.len();
        self.parts.push(part);
    }

    fn flush(&mut self, out: &mut dyn Sink) {
        self.bytes = 0;
        let parts = std::mem::take(&mut self.parts);
        if parts.is_empty() {
            return;
        }
        let fields: Vec<Field<'_>> = parts.iter().map(Part::field).collect();
        let bond = if fields.len() > 1 { Bond::Row } else { Bond::Line };
        out.record(&Record::whole(bond, &fields));
    }

    /// The document ends.
    pub(super) fn finish(&mut self, out: &mut dyn Sink) {
        self.flush(out);
        *self = Self::default();
    }
}

/// A line as it stands.
fn raw_line(line: &Line<'_>, lined: &Lined<'_>, leaf: Charset, out: &mut dyn Sink) {
    let place = Place { offset: line.offset, row: Some(line.row), ..Place::default() };
    let charset = decode_record(line.bytes, leaf).charset;
    let fields = [Field { raw: Some((line.bytes, charset)), ..Field::new(&lined.text, place) }];
    out.record(&Record { bond: line.bond, fields: &fields, fresh_from: line.fresh_from });
}

/// Where the key and what follows its colon stand.
fn key_of(text: &str, range: Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let rest = text.get(range.clone())?;
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
    let from = match quote {
        Some(quote) => rest.get(1..)?.find(quote)? + 2,
        None => 0,
    };
    if quote.is_none() && rest.starts_with(['{', '[', '|', '>', '#']) {
        return None;
    }
    let tail = rest.get(from..)?;
    let colon = tail.char_indices().find(|(at, c)| {
        *c == ':' && tail.get(at + 1..).is_none_or(|after| after.is_empty() || after.starts_with(char::is_whitespace))
    })?;
    let at = range.start + from + colon.0;
    if quote.is_some() && !text.get(range.start + from..at)?.trim().is_empty() {
        return None;
    }
    let key = unquoted(text, trimmed(text, range.start..at));
    Some((key, at + 1..range.end)).filter(|(key, _)| !key.is_empty())
}

/// The value without anchor (`&a`) and tag (`!!str`).
fn without_marks(text: &str, mut range: Range<usize>) -> Range<usize> {
    for _ in 0..2 {
        let words = text.get(range.clone()).unwrap_or_default();
        let Some(space) = words.find(' ').filter(|_| words.starts_with(['&', '!'])) else { break };
        range = trimmed(text, range.start + space..range.end);
    }
    range
}

/// The value, and the comment behind it.
fn without_comment(text: &str, range: Range<usize>) -> (Range<usize>, Range<usize>) {
    let words = text.get(range.clone()).unwrap_or_default();
    let from = match words.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        Some(quote) => words.get(1..).and_then(|inside| inside.rfind(quote)).map_or(words.len(), |end| end + 2),
        None => 0,
    };
    match words.get(from..).and_then(|rest| rest.find(" #")) {
        Some(at) => {
            (trimmed(text, range.start..range.start + from + at), trimmed(text, range.start + from + at..range.end))
        }
        None => (range.clone(), range.end..range.end),
    }
}

/// How many lines, in hundredths, look like YAML.
pub(super) fn share(text: &str, whole: bool) -> usize {
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    if !whole && lines.len() > 1 {
        lines.pop();
    }
    let (mut good, mut all, mut block) = (0_usize, 0_usize, None);
    for line in lines {
        let body = trimmed(line, 0..line.len());
        let words = line.get(body.clone()).unwrap_or_default();
        if block.is_some_and(|indent| body.start > indent) {
            continue;
        }
        block = None;
        all += 1;
        let key = key_of(line, body.clone());
        let is_item = words == "-" || words.starts_with("- ");
        let is_other = words.starts_with('#') || words == "---" || words == "...";
        good += usize::from(key.is_some() || is_item || is_other);
        if words.ends_with(['|', '>']) || words.ends_with("|-") || words.ends_with(">-") {
            block = Some(body.start);
        }
    }
    (good * 100).checked_div(all).unwrap_or(0)
}
