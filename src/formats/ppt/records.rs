//! The records of a PowerPoint stream, and which of them the last save left in force ([MS-PPT] 2.1.2, 2.3).

use std::collections::BTreeMap;

use crate::formats::little::{size_at, u16_at, u32_at};

/// Records inside each other.
const DEPTH: usize = 32;
/// Saves that are followed back.
const SAVES: usize = 4_096;

/// A record: what it is, and where its content lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Object {
    /// The number under which a save knows it.
    pub(super) id: u32,
    pub(super) kind: u16,
    pub(super) instance: u16,
    pub(super) is_container: bool,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The record at this place, as far as `limit`.
fn object(doc: &[u8], at: usize, limit: usize) -> Option<Object> {
    let (head, kind, length) = (u16_at(doc, at)?, u16_at(doc, at.checked_add(2)?)?, size_at(doc, at.checked_add(4)?)?);
    let start = at + 8;
    if start > limit {
        return None;
    }
    let end = start.checked_add(length)?.min(limit);
    Some(Object { id: 0, kind, instance: head >> 4, is_container: head & 0xF == 0xF, start, end })
}

/// What is in force.
pub(super) enum Live {
    Records(Vec<Object>),
    Encrypted,
}

/// The objects that the last save names; all at the top of the stream where that can not be told.
pub(super) fn live(doc: &[u8], user: &[u8]) -> Live {
    if u32_at(user, 12) == Some(0xF3D1_C4DF) {
        return Live::Encrypted;
    }
    let places = size_at(user, 16).map(|edit| saved(doc, edit)).unwrap_or_default();
    let named = places.iter().filter_map(|(id, at)| Some(Object { id: *id, ..object(doc, *at, doc.len())? }));
    let mut all: Vec<Object> = named.collect();
    all.sort_by_key(|object| object.start);
    all.dedup_by_key(|object| object.start);
    // A document is among them, or the list is wrong.
    if all.iter().any(|object| object.kind == super::DOCUMENT) {
        return Live::Records(all);
    }
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(object) = object(doc, at, doc.len()) {
        at = object.end.max(at + 8);
        all.push(object);
    }
    Live::Records(all)
}

/// Where each object lies, by the saves from the last back.
fn saved(doc: &[u8], mut edit: usize) -> BTreeMap<u32, usize> {
    let mut places = BTreeMap::new();
    for _ in 0..SAVES {
        let Some(atom) = object(doc, edit, doc.len()).filter(|atom| atom.kind == 0x0FF5) else { break };
        let (Some(before), Some(directory)) = (size_at(doc, atom.start + 8), size_at(doc, atom.start + 12)) else {
            break;
        };
        if let Some(list) = object(doc, directory, doc.len()).filter(|list| list.kind == 0x1772) {
            let mut at = list.start;
            while let Some(head) = u32_at(doc, at).filter(|_| at < list.end) {
                at += 4;
                for id in (head & 0xF_FFFF..).take((head >> 20) as usize) {
                    let Some(place) = size_at(doc, at).filter(|_| at < list.end) else { break };
                    places.entry(id).or_insert(place);
                    at += 4;
                }
            }
        }
        // Each save stands behind the one before it.
        if before == 0 || before >= edit {
            break;
        }
        edit = before;
    }
    places
}

/// What is met inside of a record.
pub(super) enum Met {
    Begin(Object),
    Atom(Object),
    End(Object),
}

/// Goes through all that is inside of a record, in order.
pub(super) fn walk(doc: &[u8], of: &Object, meet: &mut dyn FnMut(Met)) {
    let mut open: Vec<Object> = vec![*of];
    let mut at = of.start;
    while let Some(around) = open.last().copied() {
        let Some(inner) = object(doc, at, around.end).filter(|_| at < around.end) else {
            open.pop();
            at = around.end;
            if !open.is_empty() {
                meet(Met::End(around));
            }
            continue;
        };
        // Comments stand in a block that is no container by its own word.
        if (inner.is_container || inner.kind == 0x138B) && open.len() < DEPTH {
            meet(Met::Begin(inner));
            open.push(inner);
            at = inner.start;
        } else {
            meet(Met::Atom(inner));
            at = inner.end;
        }
    }
}
