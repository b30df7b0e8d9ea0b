//! Makes records of a parsed value: which parts belong together, what each is called, and where it stands.

use std::borrow::Cow;

use super::reader::Reader;
use super::tree::{Node, Span, unescape};
use crate::formats::Sink;
use crate::model::limits::RECORD_FIELDS;
use crate::model::{Bond, Charset, Field, Place, Record};
use crate::text::decode_record;

/// Makes the records of one value.
pub(super) struct Records<'a, 'r, 'o> {
    reader: &'a Reader<'r>,
    /// Where the value begins in the reader's buffer.
    begin: usize,
    row: Option<u64>,
    out: &'o mut dyn Sink,
}

/// A field before it is borrowed.
struct Part<'a> {
    name: Option<String>,
    text: Cow<'a, str>,
    pointer: String,
    offset: u64,
    raw: Option<(&'a [u8], Charset)>,
}

/// A key as a token of an RFC 6901 pointer. A key that is itself a value (a table by mail address or number) is not shown:
/// pointers stand in every output.
pub(super) fn token(key: &str) -> String {
    if is_value(key) { "*".to_owned() } else { key.replace('~', "~0").replace('/', "~1") }
}

fn is_value(key: &str) -> bool {
    key.contains(['@', '＠']) || key.chars().filter(|c| c.is_numeric()).count() > 4
}

impl<'a, 'r, 'o> Records<'a, 'r, 'o> {
    pub(super) fn new(reader: &'a Reader<'r>, begin: usize, row: Option<u64>, out: &'o mut dyn Sink) -> Self {
        Self { reader, begin, row, out }
    }

    /// The value as one record.
    pub(super) fn one(&mut self, node: &Node, pointer: &str) {
        let mut parts = Vec::new();
        self.collect(node, pointer, None, &mut parts);
        self.push(&parts);
    }

    /// The value as a document: its lists apart.
    pub(super) fn document(&mut self, node: &Node, pointer: &str) {
        match node {
            Node::Array(items) => self.each(items, pointer),
            Node::Object(members) => {
                let says_something =
                    members.iter().any(|(_, member)| matches!(member, Node::Number(_) | Node::Text(_)));
                let mut parts = Vec::new();
                for (key, member) in members {
                    let (name, pointer) = self.enter(key, pointer, &mut parts);
                    match member {
                        Node::Object(_) if !says_something => self.document(member, &pointer),
                        _ => self.collect_apart(member, &pointer, Some(&name), &mut parts),
                    }
                }
                self.push(&parts);
            }
            _ => self.one(node, pointer),
        }
    }

    fn each(&mut self, items: &[Node], pointer: &str) {
        for (index, item) in items.iter().enumerate() {
            self.one(item, &format!("{pointer}/{index}"));
        }
    }

    /// Collects what belongs to the object around it; lists of things and tables by key are records of their own.
    fn collect_apart(&mut self, node: &Node, pointer: &str, name: Option<&str>, parts: &mut Vec<Part<'a>>) {
        match node {
            Node::Array(items) if items.iter().any(is_container) => self.each(items, pointer),
            Node::Object(members) if members.len() > 1 && members.iter().all(|(_, m)| matches!(m, Node::Object(_))) => {
                self.document(node, pointer);
            }
            Node::Object(members) => {
                for (key, member) in members {
                    let (own, pointer) = self.enter(key, pointer, parts);
                    self.collect_apart(member, &pointer, Some(said(&own, name)), parts);
                }
            }
            _ => self.collect(node, pointer, name, parts),
        }
    }

    /// Collects everything below.
    fn collect(&mut self, node: &Node, pointer: &str, name: Option<&str>, parts: &mut Vec<Part<'a>>) {
        match node {
            Node::Word => {}
            Node::Number(span) | Node::Text(span) | Node::Deep(span) => self.part(span, pointer, name, parts),
            Node::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.collect(item, &format!("{pointer}/{index}"), name, parts);
                }
            }
            Node::Object(members) => {
                for (key, member) in members {
                    let (own, pointer) = self.enter(key, pointer, parts);
                    self.collect(member, &pointer, Some(said(&own, name)), parts);
                }
            }
        }
    }

    /// The name and pointer of a member; a key that is a value is a part itself.
    fn enter(&mut self, key: &Span, pointer: &str, parts: &mut Vec<Part<'a>>) -> (String, String) {
        let name = unescape(self.bytes(key), self.reader.charset());
        let pointer = format!("{pointer}/{}", token(&name));
        if is_value(&name) {
            self.part(key, &pointer, None, parts);
        }
        (name, pointer)
    }

    fn bytes(&self, span: &Span) -> &'a [u8] {
        self.reader.held(self.begin + span.start, self.begin + span.end)
    }

    fn part(&mut self, span: &Span, pointer: &str, name: Option<&str>, parts: &mut Vec<Part<'a>>) {
        let raw = self.bytes(span);
        if raw.is_empty() {
            return;
        }
        let offset = self.reader.origin(self.begin + span.start);
        let (text, raw) = if memchr::memchr(b'\\', raw).is_some() {
            (Cow::Owned(unescape(raw, self.reader.charset())), None)
        } else {
            let text = decode_record(raw, self.reader.charset());
            (text.text, self.reader.is_plain().then_some((raw, text.charset)))
        };
        parts.push(Part { name: name.map(str::to_owned), text, pointer: pointer.to_owned(), offset, raw });
    }

    fn push(&mut self, parts: &[Part<'_>]) {
        for parts in parts.chunks(RECORD_FIELDS) {
            let fields: Vec<Field<'_>> = parts
                .iter()
                .map(|part| Field {
                    name: part.name.as_deref(),
                    text: &part.text,
                    place: Place {
                        offset: part.offset,
                        row: self.row,
                        pointer: Some(part.pointer.clone()),
                        ..Place::default()
                    },
                    raw: part.raw,
                    undone: None,
                })
                .collect();
            self.out.record(&Record::whole(Bond::Row, &fields));
        }
    }
}

/// What a value is called: MongoDB writes its types as keys (`{"tel": {"$numberLong": "9012345678"}}`), which say nothing of it.
fn said<'a>(own: &'a str, around: Option<&'a str>) -> &'a str {
    around.filter(|_| own.starts_with('$')).unwrap_or(own)
}

fn is_container(node: &Node) -> bool {
    matches!(node, Node::Array(_) | Node::Object(_) | Node::Deep(_))
}
