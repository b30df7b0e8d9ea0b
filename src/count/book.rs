//! Records set aside as they come, packed, to be read as often as counting needs.
//!
//! A record that says exactly what one before it said of the same leaf adds nobody and nothing, unless it is a row that names nobody: a bounded memory of what
//! was said keeps logs, which say the same a million times, short.

use std::collections::HashMap;
use std::io;

use super::facts::{Fact, FactKind};
use super::people::Identifier;
use super::scratch::{Reader, Scratch, ScratchPlace, put_number};
use crate::model::{Bond, Confidence, LinkClass};

/// A record as it is read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Noted {
    /// Number of its leaf.
    pub leaf: u32,
    /// How its parts belong together.
    pub bond: Bond,
    /// Fingerprint of a row that names nobody.
    pub row: Option<u64>,
    /// Offset in the leaf, and row where it has one (else 0).
    pub place: (u64, u64),
    /// Its values, in the order in which they stand.
    pub ids: Vec<Identifier>,
    /// What is known beside them.
    pub facts: Vec<Fact>,
}

/// What comes back.
pub(super) enum Line {
    /// A leaf, in the order of their numbers.
    Leaf(String),
    Record(Noted),
    /// A value of this entity that chance explains in its leaf.
    Chance(u16, u64),
}

/// The longest path of a leaf: names of many containers inside each other.
const PATH_BYTES: u64 = 1024 * 1024;
/// Slots for what was said before.
const SAID: usize = 1 << 20;

pub(super) struct Book {
    out: Box<dyn Scratch>,
    block: Vec<u8>,
    leaves: HashMap<u64, u32>,
    /// A running fingerprint of what each leaf says.
    pub(super) said_by: Vec<u64>,
    said: Vec<u64>,
    /// Mentions and values at the most: what counting will hold in memory.
    cost: u64,
}

const LEAF: u8 = 0xff;
const CHANCE: u8 = 0xfe;

impl Book {
    pub(super) fn new(place: &dyn ScratchPlace) -> Self {
        Self {
            out: place.scratch(),
            block: Vec::new(),
            leaves: HashMap::new(),
            said_by: Vec::new(),
            said: Vec::new(),
            cost: 0,
        }
    }

    /// Bytes that it takes, with those that counting it will.
    pub(super) fn cost(&self) -> u64 {
        self.cost
    }

    /// The number of the leaf at this path.
    pub(super) fn leaf(&mut self, path: &str) -> io::Result<u32> {
        let hash = hash_bytes(path.as_bytes());
        if let Some(&number) = self.leaves.get(&hash) {
            return Ok(number);
        }
        let number = u32::try_from(self.leaves.len()).map_err(io::Error::other)?;
        self.leaves.insert(hash, number);
        self.said_by.push(0);
        self.cost += path.len() as u64 + 80;
        self.block.push(LEAF);
        put_number(&mut self.block, path.len() as u64);
        self.block.extend_from_slice(path.as_bytes());
        self.flush_if_large()?;
        Ok(number)
    }

    /// Adds a record.
    pub(super) fn record(&mut self, noted: &Noted) -> io::Result<()> {
        let mut body = Vec::with_capacity(16 + noted.ids.len() * 11 + noted.facts.len() * 10);
        put_body(&mut body, noted);
        let said = hash_bytes(&body);
        if self.was_said(noted, said) {
            return Ok(());
        }
        if let Some(all) = self.said_by.get_mut(noted.leaf as usize) {
            *all = mix(*all, said);
        }
        let start = self.block.len();
        self.block.push(head_of(noted));
        put_number(&mut self.block, u64::from(noted.leaf));
        put_number(&mut self.block, noted.place.0);
        put_number(&mut self.block, noted.place.1);
        self.block.extend_from_slice(&body);
        self.cost += (self.block.len() - start) as u64 + 64 + 40 * (noted.ids.len() + noted.facts.len()) as u64;
        self.flush_if_large()
    }

    fn was_said(&mut self, noted: &Noted, said: u64) -> bool {
        if noted.row.is_some() {
            return false;
        }
        let said = mix(said, u64::from(noted.leaf)) | 1;
        self.said.resize(SAID, 0);
        let slot = self.said.get_mut((said >> 40) as usize % SAID);
        slot.is_some_and(|slot| std::mem::replace(slot, said) == said)
    }

    /// Adds a value that chance explains.
    pub(super) fn chance(&mut self, entity: u16, key: u64) -> io::Result<()> {
        self.block.push(CHANCE);
        put_number(&mut self.block, u64::from(entity));
        self.block.extend_from_slice(&key.to_le_bytes());
        self.flush_if_large()
    }

    fn flush_if_large(&mut self) -> io::Result<()> {
        if self.block.len() >= 64 * 1024 { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.append(&self.block)?;
        self.block.clear();
        Ok(())
    }

    /// Nothing more comes in.
    pub(super) fn close(&mut self) -> io::Result<()> {
        self.said = Vec::new();
        self.leaves = HashMap::new();
        self.flush()
    }

    /// Writes all that came in so far, and says how many bytes that are.
    pub(super) fn copy_to(&mut self, to: &mut dyn io::Write) -> io::Result<u64> {
        self.flush()?;
        let (mut at, mut block) = (0, Vec::new());
        while at < self.out.length() {
            block.resize(usize::try_from((self.out.length() - at).min(1 << 20)).unwrap_or(1 << 20), 0);
            self.out.read_at(at, &mut block)?;
            to.write_all(&block)?;
            at += block.len() as u64;
        }
        Ok(at)
    }

    /// All that came in, in its order. After [`Book::close`].
    pub(super) fn lines(&self) -> Lines<'_> {
        Lines(Reader::new(&*self.out))
    }
}

/// Reads a book.
pub(super) struct Lines<'a>(Reader<'a>);

impl<'a> Lines<'a> {
    /// Of bytes that a book wrote.
    pub(super) fn over(reader: Reader<'a>) -> Self {
        Self(reader)
    }

    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        if self.0.is_at_end() {
            return Ok(None);
        }
        Ok(Some(match self.0.byte()? {
            LEAF => {
                let length = self.0.number()?;
                let bytes = (0..length.min(PATH_BYTES)).map(|_| self.0.byte()).collect::<io::Result<Vec<u8>>>()?;
                Line::Leaf(String::from_utf8(bytes).map_err(io::Error::other)?)
            }
            CHANCE => {
                let entity = u16::try_from(self.0.number()?).map_err(io::Error::other)?;
                Line::Chance(entity, u64::from_le_bytes(self.0.take()?))
            }
            head => Line::Record(self.record(head)?),
        }))
    }

    fn record(&mut self, head: u8) -> io::Result<Noted> {
        let bond = match head & !4 {
            0 => Bond::Loose,
            1 => Bond::Line,
            2 => Bond::Row,
            _ => return Err(io::ErrorKind::InvalidData.into()),
        };
        let leaf = u32::try_from(self.0.number()?).map_err(io::Error::other)?;
        let place = (self.0.number()?, self.0.number()?);
        let row = if head & 4 == 0 { None } else { Some(u64::from_le_bytes(self.0.take()?)) };
        let ids = (0..self.0.number()?).map(|_| self.id()).collect::<io::Result<_>>()?;
        let facts = (0..self.0.number()?).map(|_| self.fact()).collect::<io::Result<_>>()?;
        Ok(Noted { leaf, bond, row, place, ids, facts })
    }

    fn id(&mut self) -> io::Result<Identifier> {
        let entity = u16::try_from(self.0.number()?).map_err(io::Error::other)?;
        let bits = self.0.byte()?;
        let key = u64::from_le_bytes(self.0.take()?);
        let class = match bits & 3 {
            0 => LinkClass::Primary,
            1 => LinkClass::Strong,
            2 => LinkClass::Weak,
            _ => LinkClass::None,
        };
        let confidence = match bits >> 2 & !4 {
            0 => Confidence::Possible,
            1 => Confidence::Likely,
            2 => Confidence::Certain,
            _ => return Err(io::ErrorKind::InvalidData.into()),
        };
        Ok(Identifier { entity, key, class, confidence, doubt: None, is_aside: bits & 16 != 0 })
    }

    fn fact(&mut self) -> io::Result<Fact> {
        let kind = *FactKind::ALL.get(usize::from(self.0.byte()?)).ok_or(io::ErrorKind::InvalidData)?;
        let of = u16::try_from(self.0.number()?).map_err(io::Error::other)?;
        Ok(Fact { kind, of, key: u64::from_le_bytes(self.0.take()?) })
    }
}

fn head_of(noted: &Noted) -> u8 {
    let bond = match noted.bond {
        Bond::Loose => 0,
        Bond::Line => 1,
        Bond::Row => 2,
    };
    bond | if noted.row.is_some() { 4 } else { 0 }
}

fn put_body(into: &mut Vec<u8>, noted: &Noted) {
    noted.row.into_iter().for_each(|row| into.extend_from_slice(&row.to_le_bytes()));
    put_number(into, noted.ids.len() as u64);
    for id in &noted.ids {
        put_number(into, u64::from(id.entity));
        let class = match id.class {
            LinkClass::Primary => 0,
            LinkClass::Strong => 1,
            LinkClass::Weak => 2,
            LinkClass::None => 3,
        };
        let confidence = match id.confidence {
            Confidence::Possible => 0,
            Confidence::Likely => 1,
            Confidence::Certain => 2,
        };
        into.push(class | confidence << 2 | if id.is_aside { 16 } else { 0 });
        into.extend_from_slice(&id.key.to_le_bytes());
    }
    put_number(into, noted.facts.len() as u64);
    for fact in &noted.facts {
        into.push(fact.kind as u8);
        put_number(into, u64::from(fact.of));
        into.extend_from_slice(&fact.key.to_le_bytes());
    }
}

/// Two numbers into one.
pub(super) fn mix(a: u64, b: u64) -> u64 {
    // The finaliser of SplitMix64: keys are digests already, so any good mixing will do.
    let mut z = a.rotate_left(23) ^ b.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

fn hash_bytes(bytes: &[u8]) -> u64 {
    let words = bytes.chunks(8).map(|chunk| chunk.iter().fold(0_u64, |all, &byte| all << 8 | u64::from(byte)));
    words.fold(bytes.len() as u64, mix)
}
