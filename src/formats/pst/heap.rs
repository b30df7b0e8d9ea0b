//! The middle layer of an Outlook data file ([MS-PST] 2.3): a heap on a node, trees in it, and the two things built of them: the properties
//! of one thing, and tables.

use std::collections::BTreeMap;
use std::io;

use super::file::{File, Node, is_damage, number, u16_at, u32_at};
use crate::formats::mapi::{self, Item};
use crate::formats::trouble::broken;
use crate::model::limits::PART_BYTES;

/// Levels of a tree in a heap.
const LEVELS: u8 = 8;
/// Records of one tree, rows of one table.
const RECORDS: usize = 100_000;

/// A heap, with the nodes below its node.
pub(super) struct Heap {
    pieces: Vec<Vec<u8>>,
    below: BTreeMap<u32, Node>,
}

/// Where the value of a property stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Property {
    pub(super) kind: u16,
    /// The value itself, or its place.
    pub(super) value: u32,
}

impl Heap {
    pub(super) fn open(file: &mut File<'_>, node: Node) -> io::Result<Self> {
        let pieces = file.pieces(node.data)?;
        if pieces.first().and_then(|piece| piece.get(2)) != Some(&0xEC) {
            return Err(broken("its properties are damaged"));
        }
        let below = file.below(node.below)?.into_iter().map(|node| (node.id, node)).collect();
        Ok(Self { pieces, below })
    }

    fn root(&self) -> (u8, u32) {
        let first = self.pieces.first().map(Vec::as_slice).unwrap_or_default();
        (first.get(3).copied().unwrap_or_default(), u32_at(first, 4))
    }

    /// A piece of the heap by its number ([MS-PST] 2.3.1.1).
    fn get(&self, id: u32) -> Option<&[u8]> {
        let (index, piece) = ((id >> 5 & 0x7FF) as usize, (id >> 16) as usize);
        let bytes = self.pieces.get(piece)?;
        let map = usize::from(u16_at(bytes, 0));
        let count = usize::from(u16_at(bytes, map));
        if id & 0x1F != 0 || index == 0 || index > count {
            return None;
        }
        let at = map + 4 + (index - 1) * 2;
        bytes.get(usize::from(u16_at(bytes, at))..usize::from(u16_at(bytes, at + 2)))
    }

    /// Records of a tree in the heap, keys and values together.
    fn records(&self, header: u32) -> io::Result<(Vec<&[u8]>, usize)> {
        let head =
            self.get(header).filter(|head| head.first() == Some(&0xB5)).ok_or_else(|| broken("a tree is damaged"))?;
        let (key, value) = (number(head, 1, 1) as usize, number(head, 2, 1) as usize);
        let levels = number(head, 3, 1) as u8;
        if key == 0 || levels > LEVELS {
            return Err(broken("a tree is damaged"));
        }
        let (mut all, mut todo) = (Vec::new(), vec![(u32_at(head, 4), levels)]);
        let mut steps = 0;
        while let Some((id, level)) = todo.pop() {
            steps += 1;
            if id == 0 || steps > RECORDS || all.len() > RECORDS {
                continue;
            }
            let bytes = self.get(id).ok_or_else(|| broken("a tree is damaged"))?;
            if level == 0 {
                all.extend(bytes.chunks_exact(key + value));
            } else {
                todo.extend(bytes.chunks_exact(key + 4).rev().map(|entry| (u32_at(entry, key), level - 1)));
            }
        }
        Ok((all, key))
    }

    /// The properties of one thing ([MS-PST] 2.3.3), by their number.
    pub(super) fn properties(&self) -> io::Result<BTreeMap<u16, Property>> {
        let (client, root) = self.root();
        if client != 0xBC {
            return Err(broken("its properties are damaged"));
        }
        let (records, key) = self.records(root)?;
        let property = |record: &&[u8]| Property { kind: u16_at(record, key), value: u32_at(record, key + 2) };
        Ok(records.iter().map(|record| (u16_at(record, 0), property(record))).collect())
    }

    /// The node that a value is kept in, where it is not in the heap.
    pub(super) fn node(&self, value: u32) -> Option<Node> {
        if value & 0x1F == 0 { None } else { self.below.get(&value).copied() }
    }

    /// The nodes below.
    pub(super) fn nodes(&self) -> impl Iterator<Item = Node> {
        self.below.values().copied()
    }

    /// The bytes of a value of any length.
    pub(super) fn bytes(&self, file: &mut File<'_>, value: u32) -> io::Result<Vec<u8>> {
        if value == 0 {
            return Ok(Vec::new());
        }
        if let Some(bytes) = self.get(value) {
            return Ok(bytes.to_vec());
        }
        match self.node(value) {
            Some(node) => Ok(file.pieces(node.data)?.concat()),
            None => Err(broken("the place of a value is not there")),
        }
    }

    /// The texts, moments and numbers among properties; how many of them could not be read. `left` are not read.
    pub(super) fn item(
        &self,
        file: &mut File<'_>,
        properties: &BTreeMap<u16, Property>,
        left: &[u16],
    ) -> io::Result<(Item, u64)> {
        let (mut item, mut lost, mut room) = (Item::default(), 0, PART_BYTES);
        for (id, property) in properties.iter().filter(|(id, _)| !left.contains(id)) {
            match self.value(file, *id, *property, &mut item, &mut room) {
                Err(error) if is_damage(&error) => lost += 1,
                other => other?,
            }
        }
        Ok((item, lost))
    }

    /// Takes a value into an item; `room` is for all values of one thing together, because many may stand in one place.
    fn value(
        &self,
        file: &mut File<'_>,
        id: u16,
        property: Property,
        item: &mut Item,
        room: &mut u64,
    ) -> io::Result<()> {
        if *room == 0 {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "its texts are longer than any that are read"));
        }
        let before: usize = item.texts.len();
        self.take(file, id, property, item)?;
        let taken: usize = item.texts.iter().skip(before).map(|(_, text)| text.len() + 32).sum();
        *room = room.saturating_sub(taken as u64);
        Ok(())
    }

    fn take(&self, file: &mut File<'_>, id: u16, property: Property, item: &mut Item) -> io::Result<()> {
        match property.kind {
            0x03 => item.numbers.push((id, property.value)),
            0x1E | 0x1F => item.texts.push((id, said(&self.bytes(file, property.value)?, property.kind))),
            0x40 => item.times.push((id, number(&self.bytes(file, property.value)?, 0, 8))),
            0x101E | 0x101F => {
                let bytes = self.bytes(file, property.value)?;
                let count = (u32_at(&bytes, 0) as usize).min(RECORDS);
                let offset = |at: usize| u32_at(&bytes, 4 + at * 4) as usize;
                let mut last = 0;
                for at in 0..count {
                    // Many values of one place are one.
                    if std::mem::replace(&mut last, offset(at)) >= offset(at) {
                        break;
                    }
                    let end = if at + 1 < count { offset(at + 1) } else { bytes.len() };
                    let Some(text) = bytes.get(offset(at)..end) else { break };
                    item.texts.push((id, said(text, property.kind)));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The rows of a table ([MS-PST] 2.3.4).
    pub(super) fn rows(&self, file: &mut File<'_>) -> io::Result<(Vec<Item>, u64)> {
        let (client, root) = self.root();
        let info = self.get(root).filter(|info| client == 0x7C && info.first() == Some(&0x7C));
        let info = info.ok_or_else(|| broken("a table is damaged"))?;
        let (columns, size) = (number(info, 1, 1) as usize, usize::from(u16_at(info, 8)));
        let (bits, rows) = (usize::from(u16_at(info, 6)), u32_at(info, 14));
        if size == 0 || bits > size {
            return Err(broken("a table is damaged"));
        }
        // Rows do not go over from one block into the next.
        let matrix = match self.node(rows) {
            Some(node) => file.pieces(node.data)?,
            None if rows == 0 => Vec::new(),
            None => vec![self.get(rows).ok_or_else(|| broken("a table is damaged"))?.to_vec()],
        };
        let (mut all, mut lost, mut room) = (Vec::new(), 0, PART_BYTES);
        for row in matrix.iter().flat_map(|piece| piece.chunks_exact(size)).take(RECORDS) {
            let mut item = Item::default();
            let described = info.get(22..).unwrap_or_default().chunks_exact(8).take(columns);
            for column in described {
                let (kind, id) = (u16_at(column, 0), u16_at(column, 2));
                let (at, bit) = (usize::from(u16_at(column, 4)), number(column, 7, 1) as usize);
                let present = row.get(bits + bit / 8).is_some_and(|byte| byte >> (7 - bit % 8) & 1 == 1);
                if !present {
                    continue;
                }
                // A moment stands in the row itself.
                if kind == 0x40 {
                    item.times.push((id, number(row, at, 8)));
                    continue;
                }
                match self.value(file, id, Property { kind, value: u32_at(row, at) }, &mut item, &mut room) {
                    Err(error) if is_damage(&error) => lost += 1,
                    other => other?,
                }
            }
            all.push(item);
        }
        Ok((all, lost))
    }
}

/// A text; a subject begins with the length of its prefix ([MS-PST] 2.5.3.1.1.1).
pub(super) fn said(bytes: &[u8], kind: u16) -> String {
    let text = mapi::said(bytes, kind);
    match text.strip_prefix('\u{1}') {
        Some(rest) => rest.chars().skip(1).collect(),
        None => text,
    }
}
