//! Which values of an XML document belong together: an element with simple children is a record, and one that repeats among its siblings
//! takes what is nested in it along.

use crate::formats::Sink;
use crate::formats::markup::Tag;
use crate::formats::written::Written;
use crate::model::limits::{BOND_LINE_BYTES, RECORD_BYTES, RECORD_FIELDS};
use crate::model::{Bond, Field, Place, Record};

/// Names of children that are told apart to count them, in one element.
const COUNTED: usize = 1_024;
/// Values that wait in one element until it is known whether they are a record.
const HELD: usize = RECORD_FIELDS;

/// A value with its name and place.
#[derive(Debug)]
struct Leaf {
    name: String,
    text: String,
    pointer: String,
    line: u64,
    at: u64,
}

/// An element that ended, with the values in it.
#[derive(Debug, Default)]
struct Node {
    name: String,
    leaves: Vec<Leaf>,
    nodes: Vec<Node>,
    bytes: usize,
}

/// An element that is open.
#[derive(Debug, Default)]
struct Frame {
    node: Node,
    /// `/customers/customer[3]`
    pointer: String,
    text: String,
    line: u64,
    at: u64,
    attributes: usize,
    /// Children so far by name.
    counts: Vec<(String, u64)>,
    /// Its children are many of a kind: each goes out when it ends.
    is_list: bool,
    /// The name that a `<key>` gives to the value behind it.
    key: Option<String>,
}

/// The records of a document on their way out.
#[derive(Default)]
pub(super) struct Records {
    open: Vec<Frame>,
    roots: Vec<(String, u64)>,
}

impl Records {
    pub(super) fn begin(&mut self, tag: &Tag, line: u64, at: u64, out: &mut dyn Sink) {
        let (pointer, counts) = match self.open.last_mut() {
            Some(parent) => (parent.pointer.clone(), &mut parent.counts),
            None => (String::new(), &mut self.roots),
        };
        let count = count_of(counts, &tag.name);
        let pointer =
            if count > 1 { format!("{pointer}/{}[{count}]", tag.name) } else { format!("{pointer}/{}", tag.name) };
        let mut frame = Frame { line, at, ..Frame::default() };
        frame.node.name.clone_from(&tag.name);
        for (name, value) in tag.attributes.iter().filter(|(_, value)| !value.trim().is_empty()) {
            let pointer = format!("{pointer}/@{name}");
            frame.attributes += 1;
            frame.push(Leaf { name: name.clone(), text: value.clone(), pointer, line, at });
        }
        frame.pointer = pointer;
        self.open.push(frame);
        self.bound(out);
    }

    pub(super) fn text(&mut self, text: &str, out: &mut dyn Sink) {
        let Some(frame) = self.open.last_mut() else { return lines(text, (0, 0, ""), out) };
        let blank = text.trim().is_empty();
        if blank && frame.text.is_empty() {
            return;
        }
        // Text behind simple elements: they were a part of it.
        if !blank && frame.text.trim().is_empty() && frame.node.nodes.is_empty() {
            let inline = frame.node.leaves.split_off(frame.attributes.min(frame.node.leaves.len()));
            frame.text = inline.into_iter().map(|leaf| leaf.text).collect();
        }
        frame.text.push_str(text);
        if frame.text.len() > RECORD_BYTES {
            let text = std::mem::take(&mut frame.text);
            lines(&text, (frame.line, frame.at, &frame.pointer), out);
        }
    }

    pub(super) fn end(&mut self, out: &mut dyn Sink) {
        let Some(mut frame) = self.open.pop() else { return };
        let text = std::mem::take(&mut frame.text);
        let text = text.trim();
        let simple = frame.node.nodes.is_empty() && frame.node.leaves.len() <= frame.attributes && !frame.is_list;
        let Some(parent) = self.open.last_mut() else {
            if !text.is_empty() {
                let leaf = frame.leaf(frame.node.name.clone(), text);
                frame.push(leaf);
            }
            return give(frame.node, frame.is_list, false, out);
        };
        if simple && !text.is_empty() && !parent.text.trim().is_empty() {
            // Inline: `call <b>him</b> now`.
            parent.text.push_str(text);
            frame.node.leaves.into_iter().for_each(|leaf| parent.push(leaf));
        } else if simple && (frame.attributes < 2 || !text.is_empty()) {
            let name = parent.key.take().filter(|_| text.len() <= RECORD_BYTES).unwrap_or_else(|| named(&frame));
            if frame.node.name == "key" && frame.attributes == 0 {
                parent.key = Some(text.to_owned());
            }
            let leaf = frame.leaf(name, text);
            frame.node.leaves.into_iter().for_each(|leaf| parent.push(leaf));
            if !text.is_empty() {
                parent.push(leaf);
            }
        } else {
            if !text.is_empty() {
                let leaf = frame.leaf(frame.node.name.clone(), text);
                frame.push(leaf);
            }
            parent.child(frame.node, frame.is_list, out);
        }
        self.bound(out);
    }

    /// A comment and its like.
    pub(super) fn aside(&mut self, text: &str, line: u64, at: u64, out: &mut dyn Sink) {
        let pointer = self.open.last().map_or("", |frame| frame.pointer.as_str());
        lines(text, (line, at, pointer), out);
    }

    /// No more of what waits than a record may hold.
    fn bound(&mut self, out: &mut dyn Sink) {
        let (leaves, bytes) = self
            .open
            .iter()
            .fold((0, 0), |(n, bytes), f| (n + f.node.leaves.len() + f.node.nodes.len(), bytes + f.node.bytes));
        if leaves > HELD || bytes > RECORD_BYTES {
            for frame in &mut self.open {
                let node = Node { name: frame.node.name.clone(), ..std::mem::take(&mut frame.node) };
                frame.node.name.clone_from(&node.name);
                frame.attributes = 0;
                frame.is_list = true;
                give(node, true, false, out);
            }
        }
    }

    pub(super) fn finish(&mut self, out: &mut dyn Sink) {
        while !self.open.is_empty() {
            self.end(out);
        }
    }
}

/// How often a name occurred, this time counted.
fn count_of(counts: &mut Vec<(String, u64)>, name: &str) -> u64 {
    if let Some((_, count)) = counts.iter_mut().find(|(known, _)| known == name) {
        *count += 1;
        return *count;
    }
    if counts.len() < COUNTED {
        counts.push((name.to_owned(), 1));
    }
    1
}

/// The name of a simple element's value: its own, or what `name="…"` says.
fn named(frame: &Frame) -> String {
    let given = frame.node.leaves.iter().find(|leaf| matches!(leaf.name.as_str(), "name" | "key" | "Name" | "Key"));
    given.map_or_else(|| frame.node.name.clone(), |leaf| leaf.text.clone())
}

impl Frame {
    fn leaf(&self, name: String, text: &str) -> Leaf {
        Leaf { name, text: text.to_owned(), pointer: self.pointer.clone(), line: self.line, at: self.at }
    }

    fn push(&mut self, leaf: Leaf) {
        self.node.bytes += leaf.text.len() + leaf.pointer.len() + 64;
        self.node.leaves.push(leaf);
    }

    /// A child with values of its own. A second one of its name shows that these are the records.
    fn child(&mut self, mut node: Node, is_list: bool, out: &mut dyn Sink) {
        // `<property name="mail" value="x"/>`
        if let [first, second] = node.leaves.as_mut_slice()
            && node.nodes.is_empty()
            && first.name.eq_ignore_ascii_case("name")
            && second.name.eq_ignore_ascii_case("value")
        {
            second.name.clone_from(&first.text);
            self.node.bytes += node.bytes;
            self.node.leaves.append(&mut node.leaves);
            return;
        }
        if is_list || node.bytes > RECORD_BYTES {
            return give(node, is_list, false, out);
        }
        if let Some(at) = self.node.nodes.iter().position(|other| other.name == node.name) {
            self.is_list = true;
            let before = self.node.nodes.remove(at);
            self.node.bytes = self.node.bytes.saturating_sub(before.bytes);
            give(before, false, true, out);
        }
        let repeats = self.counts.iter().any(|(name, count)| *name == node.name && *count > 1);
        if repeats {
            self.is_list = true;
            return give(node, false, true, out);
        }
        self.node.bytes += node.bytes;
        self.node.nodes.push(node);
    }
}

/// Gives out what is in an element: all of it as one record where it repeats, else each element for itself.
fn give(node: Node, is_list: bool, repeats: bool, out: &mut dyn Sink) {
    let mut leaves = node.leaves;
    if repeats {
        // No recursion: depth is hostile.
        let mut todo = node.nodes;
        while let Some(mut inner) = todo.pop() {
            leaves.append(&mut inner.leaves);
            todo.append(&mut inner.nodes);
        }
        leaves.sort_by_key(|leaf| leaf.at);
        return row(&leaves, Bond::Row, out);
    }
    let mut todo = node.nodes;
    row(&leaves, if is_list { Bond::Line } else { Bond::Row }, out);
    while let Some(mut inner) = todo.pop() {
        row(&inner.leaves, Bond::Row, out);
        todo.append(&mut inner.nodes);
    }
}

/// Names under which values of one kind stand that are the cells of a row.
const CELLS: [&str; 12] = ["cell", "td", "th", "col", "column", "c", "v", "value", "field", "data", "item", "string"];

fn row(leaves: &[Leaf], bond: Bond, out: &mut dyn Sink) {
    let first = leaves.first().map(|leaf| leaf.name.as_str()).unwrap_or_default();
    let one_kind = leaves.len() > 1
        && leaves.iter().all(|leaf| leaf.name == first)
        && !CELLS.contains(&first.to_ascii_lowercase().as_str());
    let (short, long): (Vec<&Leaf>, Vec<&Leaf>) = leaves.iter().partition(|leaf| leaf.text.len() <= BOND_LINE_BYTES);
    let fields: Vec<Field<'_>> = short.iter().map(|leaf| field(leaf)).collect();
    if bond == Bond::Line || one_kind {
        fields.iter().for_each(|field| out.record(&Record::whole(Bond::Line, std::slice::from_ref(field))));
    } else {
        let bond = if fields.len() > 1 { Bond::Row } else { Bond::Line };
        fields.chunks(RECORD_FIELDS).for_each(|fields| out.record(&Record::whole(bond, fields)));
    }
    long.iter().for_each(|leaf| lines(&leaf.text, (leaf.line, leaf.at, &leaf.pointer), out));
}

fn field(leaf: &Leaf) -> Field<'_> {
    let place =
        Place { offset: leaf.at, row: Some(leaf.line), pointer: Some(leaf.pointer.clone()), ..Place::default() };
    Field { name: Some(&leaf.name), ..Field::new(&leaf.text, place) }
}

/// Long or loose text, line by line, from its line and byte on.
pub(super) fn lines(text: &str, (line, at, pointer): (u64, u64, &str), out: &mut dyn Sink) {
    if text.len() > BOND_LINE_BYTES {
        let mut written = Written::default();
        written.at_row(line);
        return written.lines(text, out);
    }
    let mut offset = at;
    for (row, text) in (line..).zip(text.split('\n')) {
        if !text.trim().is_empty() {
            let pointer = Some(pointer).filter(|pointer| !pointer.is_empty()).map(str::to_owned);
            let place = Place { offset, row: Some(row), pointer, ..Place::default() };
            out.record(&Record::whole(Bond::Line, &[Field::new(text, place)]));
        }
        offset += text.len() as u64 + 1;
    }
}
