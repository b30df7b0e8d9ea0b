//! The list for letters to the people: who is to be told, where they are reached, and what each of them lost; those who lost the same stand together.
//!
//! Clear values are nowhere in a case. They are found in its evidence a second time, and given to the people whom the count of that very scan makes:
//! values by their digests, people by the digests of what they have, both sorted and joined, so that no list is held in memory. Of all that was found only
//! what reaches somebody is taken (`Contact`): no other value comes near the file.

use std::collections::BTreeMap;
use std::io;

use serde::Serialize;

use super::table::people::{kinds, named};
use super::table::{self, Cell, Column, ColumnKind, Shape, TableFormat};
use crate::count::{Person, PersonValue};
use crate::disk::output::OutputFile;
use crate::disk::rows::RowPlace;
use crate::disk::sorted::{Sorted, SortedOut};
use crate::model::{Digest, Finding, Subjects, limits};

/// What the list says of itself.
pub const SCHEMA: &str = "hozen.letters/1";
/// Entity number of the rows that stand for people themselves.
const PERSON: u16 = u16::MAX;
/// Kinds that are nobody's: a letter does not tell of them.
const NOT_TOLD: [&str; 4] = ["confidential_mark", "corporate_number", "directory_listing", "invoice_number"];
/// Slots for values that were met before.
const MET: usize = 1 << 18;

/// What reaches somebody: in the order in which it stands in the items of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Contact {
    Name = 1,
    Surname,
    Given,
    Kana,
    Email,
    Phone,
    PostalCode,
    Address,
}

impl Contact {
    fn of(entity: &str) -> Option<Self> {
        Some(match entity {
            "person_name" => Self::Name,
            "surname" => Self::Surname,
            "given_name" => Self::Given,
            "name_kana" => Self::Kana,
            "email" => Self::Email,
            "phone" => Self::Phone,
            "postal_code" => Self::PostalCode,
            "address" => Self::Address,
            _ => return None,
        })
    }

    /// Whether a letter may only go there if it is the person's own: not an office's, not a switchboard's.
    fn reaches(self) -> bool {
        matches!(self, Self::Email | Self::Phone)
    }
}

/// What came of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Letters {
    /// People in it: all of the estimate that a record stands for.
    pub people: u64,
    /// Groups of people who lost the same.
    pub groups: u64,
    /// People of whom nothing is known that a letter could be sent to.
    pub unreachable: u64,
}

/// `hozen.letters/1`: what `count --reveal` prints. No value of a person's is in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LettersResult {
    /// `hozen.letters/1`.
    pub schema: String,
    /// The case folder.
    pub case: String,
    /// The list.
    pub file: String,
    /// Its digest, as it stands in the chain of custody.
    pub sha256: Digest,
    /// People in it, in how many groups, and how many of them no letter reaches.
    #[serde(flatten)]
    pub letters: Letters,
    /// The count that the list is of.
    pub subjects: Subjects,
    /// What was not read when the evidence was looked at again.
    pub gaps: u64,
}

/// What each kind is called in a letter, by its place among the entities and in the order in which a letter names them; and what stands between two.
pub type Words<'a> = (&'a [(usize, String)], &'a str);

/// A list in the making.
pub struct LetterList {
    entities: Vec<String>,
    contacts: BTreeMap<String, (u16, Contact)>,
    by_number: Vec<Option<Contact>>,
    /// Clear values by entity and digest.
    values: SortedOut,
    met: Vec<u64>,
    place: RowPlace,
}

impl LetterList {
    /// An empty list. `entities`: all that the rules look for, by their numbers in the count. What does not fit in memory goes to nameless files in `place`,
    /// clear values too: it must be where the list itself will be.
    pub fn new(entities: Vec<String>, place: &RowPlace) -> Self {
        let by_number: Vec<Option<Contact>> = entities.iter().map(|entity| Contact::of(entity)).collect();
        let contacts = (0..).zip(&entities).zip(&by_number);
        let contacts =
            contacts.filter_map(|((number, entity), contact)| Some((entity.clone(), (number, (*contact)?)))).collect();
        Self { entities, contacts, by_number, values: SortedOut::new(place), met: vec![0; MET], place: place.clone() }
    }

    /// Takes what a scan found, if a letter needs it.
    ///
    /// # Errors
    /// When it can not be set aside.
    pub fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let Some(&(number, _)) = self.contacts.get(&*finding.entity) else { return Ok(()) };
        let [a, b, c, d, e, f, g, h, ..] = finding.digest;
        let key = [a, b, c, d, e, f, g, h];
        let mark = u64::from_be_bytes(key) ^ u64::from(number) << 48 | 1;
        let slot = self.met.get_mut((mark >> 20) as usize % MET);
        if slot.is_some_and(|slot| std::mem::replace(slot, mark) == mark) {
            return Ok(());
        }
        let clear = finding.value.reveal().as_bytes();
        self.values.push(&[&number.to_be_bytes()[..], &key, clear].concat())
    }

    /// Gets the people, once all was found.
    ///
    /// # Errors
    /// When what was found can not be read back.
    pub fn people(self) -> io::Result<LetterPeople> {
        Ok(LetterPeople {
            kinds: kinds(&self.entities),
            by_number: self.by_number,
            values: self.values.finish()?,
            holders: SortedOut::new(&self.place),
            sets: BTreeMap::new(),
            told: (0..)
                .zip(&self.entities)
                .fold(0, |told, (at, entity)| told | u64::from(!NOT_TOLD.contains(&entity.as_str())) << at.min(63_u32)),
            place: self.place,
        })
    }
}

/// A list that gets its people.
pub struct LetterPeople {
    kinds: Vec<String>,
    by_number: Vec<Option<Contact>>,
    values: Sorted,
    /// Who has which value: entity, digest, person, kinds of the person.
    holders: SortedOut,
    /// People by the set of what they lost.
    sets: BTreeMap<u64, u64>,
    /// Kinds that a letter tells of.
    told: u64,
    place: RowPlace,
}

impl LetterPeople {
    /// Takes a person.
    ///
    /// # Errors
    /// When they can not be set aside.
    pub fn person(&mut self, person: &Person) -> io::Result<()> {
        *self.sets.entry(person.kinds & self.told).or_default() += 1;
        self.holder(PERSON, 0, person.number, person.kinds)
    }

    /// Takes a value of theirs.
    ///
    /// # Errors
    /// When it can not be set aside.
    pub fn value(&mut self, value: &PersonValue) -> io::Result<()> {
        match self.by_number.get(usize::from(value.entity)).copied().flatten() {
            Some(contact) if value.is_own || !contact.reaches() => {
                self.holder(value.entity, value.key, value.person, value.kinds)
            }
            _ => Ok(()),
        }
    }

    fn holder(&mut self, entity: u16, key: u64, person: u64, kinds: u64) -> io::Result<()> {
        let (key, person, kinds) = (key.to_be_bytes(), person.to_be_bytes(), (kinds & self.told).to_be_bytes());
        self.holders.push(&[&entity.to_be_bytes()[..], &key, &person, &kinds].concat())
    }

    /// Writes the list.
    ///
    /// # Errors
    /// When it can not be written.
    pub fn write(
        self,
        format: TableFormat,
        (words, between): Words<'_>,
        about: Vec<(String, String)>,
        file: &mut OutputFile,
    ) -> io::Result<Letters> {
        // The largest group first.
        let mut sets: Vec<(u64, u64)> = self.sets.iter().map(|(&kinds, &people)| (kinds, people)).collect();
        sets.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        let ranks: BTreeMap<u64, u32> = sets.iter().map(|set| set.0).zip(1..).collect();
        let joined = Join { values: self.values, value: None, by_number: &self.by_number, ranks: &ranks };
        let mut rows = joined.all(self.holders.finish()?, SortedOut::new(&self.place))?.finish()?;
        let about = [("schema".to_owned(), SCHEMA.to_owned())].into_iter().chain(about).collect();
        let mut out = table::begin(format, Shape { name: "letters", columns: columns(), about }, file)?;
        let mut letters = Letters { groups: ranks.len() as u64, ..Letters::default() };
        let mut at_hand: Option<Row> = None;
        while let Some(item) = rows.next_item()? {
            let (rank, rest) = take::<4>(&item)?;
            let (person, rest) = take::<8>(rest)?;
            let (contact, rest) = take::<1>(rest)?;
            let (_, value) = take::<4>(rest)?;
            if let [0] = contact {
                // The first item of a person.
                let kinds = u64::from_be_bytes(take::<8>(value)?.0);
                if let Some(row) =
                    at_hand.replace(Row::new(u32::from_be_bytes(rank), u64::from_be_bytes(person), kinds))
                {
                    letters.add(&row);
                    out.row(&row.cells(letters.people, &self.kinds, (words, between)))?;
                }
            } else if let Some(row) = &mut at_hand {
                row.take(contact, String::from_utf8_lossy(value).into_owned());
            }
        }
        if let Some(row) = at_hand {
            letters.add(&row);
            out.row(&row.cells(letters.people, &self.kinds, (words, between)))?;
        }
        out.finish(&[("people".to_owned(), letters.people.to_string())])?;
        Ok(letters)
    }
}

impl Letters {
    fn add(&mut self, row: &Row) {
        self.people += 1;
        let is_reached = [Contact::Email, Contact::Phone, Contact::Address].iter().any(|way| row.first(*way).is_some());
        self.unreachable += u64::from(!is_reached);
    }
}

/// Values and who has them, side by side.
struct Join<'a> {
    values: Sorted,
    /// The value at hand: entity and digest, and it in clear.
    value: Option<([u8; 10], Vec<u8>)>,
    by_number: &'a [Option<Contact>],
    ranks: &'a BTreeMap<u64, u32>,
}

/// Who has a value: person, kinds, how often it was met with them.
type Holder = (u64, u64, u32);

impl Join<'_> {
    /// Gives each person what they have.
    fn all(mut self, mut holders: Sorted, mut rows: SortedOut) -> io::Result<SortedOut> {
        let mut at_hand: ([u8; 10], Vec<Holder>) = Default::default();
        while let Some(item) = holders.next_item()? {
            let (key, rest) = take::<10>(&item)?;
            let (person, kinds) = take::<8>(rest)?;
            let (person, kinds) = (u64::from_be_bytes(person), u64::from_be_bytes(take::<8>(kinds)?.0));
            if key.starts_with(&PERSON.to_be_bytes()) {
                self.put(&mut rows, (person, kinds, 0), 0, &kinds.to_be_bytes())?;
                continue;
            }
            if key != at_hand.0 {
                self.give(&at_hand, &mut rows)?;
                at_hand = (key, Vec::new());
            }
            if let Some(last) = at_hand.1.last_mut().filter(|last| last.0 == person) {
                last.2 = last.2.saturating_add(1);
                continue;
            }
            // One more than may share it is enough to know that they are too many; what many may share is given out in parts.
            let is_full = at_hand.1.len() as u64 > limits::LETTER_SHARED;
            if is_full && self.contact(&key).is_some_and(Contact::reaches) {
                continue;
            }
            if is_full {
                self.give(&at_hand, &mut rows)?;
                at_hand.1.clear();
            }
            at_hand.1.push((person, kinds, 1));
        }
        self.give(&at_hand, &mut rows)?;
        Ok(rows)
    }

    fn contact(&self, key: &[u8; 10]) -> Option<Contact> {
        let [a, b, ..] = key;
        self.by_number.get(usize::from(u16::from_be_bytes([*a, *b]))).copied().flatten()
    }

    fn give(&mut self, (key, holders): &([u8; 10], Vec<Holder>), rows: &mut SortedOut) -> io::Result<()> {
        let Some(contact) = self.contact(key).filter(|_| !holders.is_empty()) else { return Ok(()) };
        if contact.reaches() && holders.len() as u64 > limits::LETTER_SHARED || !self.seek(key)? {
            return Ok(());
        }
        let Some((_, clear)) = &self.value else { return Ok(()) };
        holders.iter().try_for_each(|holder| self.put(rows, *holder, contact as u8, clear))
    }

    fn put(&self, rows: &mut SortedOut, (person, kinds, times): Holder, contact: u8, value: &[u8]) -> io::Result<()> {
        let rank = self.ranks.get(&kinds).copied().unwrap_or(0);
        // The best attested first.
        let times = (u32::MAX - times).to_be_bytes();
        rows.push(&[&rank.to_be_bytes()[..], &person.to_be_bytes(), &[contact], &times, value].concat())
    }

    /// Goes on to the value with this digest.
    fn seek(&mut self, key: &[u8; 10]) -> io::Result<bool> {
        while self.value.as_ref().is_none_or(|(at, _)| at < key) {
            let Some(item) = self.values.next_item()? else { return Ok(false) };
            let (at, clear) = take::<10>(&item)?;
            self.value = Some((at, clear.to_vec()));
        }
        Ok(self.value.as_ref().is_some_and(|(at, _)| at == key))
    }
}

fn take<const N: usize>(bytes: &[u8]) -> io::Result<([u8; N], &[u8])> {
    let torn = || io::Error::new(io::ErrorKind::InvalidData, "what was set aside came back torn");
    bytes.split_first_chunk::<N>().map(|(first, rest)| (*first, rest)).ok_or_else(torn)
}

fn columns() -> Vec<Column> {
    let numbers = ["number", "group", "person"].map(|name| Column::new(name, ColumnKind::Number));
    let texts = [
        "name",
        "name_kana",
        "email",
        "other_emails",
        "phone",
        "other_phones",
        "postal_code",
        "address",
        "other_addresses",
        "lost",
        "kinds",
    ];
    numbers.into_iter().chain(texts.map(|name| Column::new(name, ColumnKind::Text))).collect()
}

/// A person's row in the making.
struct Row {
    group: u32,
    person: u64,
    kinds: u64,
    values: BTreeMap<u8, Vec<String>>,
}

impl Row {
    fn new(group: u32, person: u64, kinds: u64) -> Self {
        Self { group, person, kinds, values: BTreeMap::new() }
    }

    fn take(&mut self, [contact]: [u8; 1], value: String) {
        let values = self.values.entry(contact).or_default();
        if values.len() < limits::LETTER_VALUES {
            values.push(value);
        }
    }

    fn all(&self, contact: Contact) -> &[String] {
        self.values.get(&(contact as u8)).map(Vec::as_slice).unwrap_or_default()
    }

    fn first(&self, contact: Contact) -> Option<&String> {
        self.all(contact).first()
    }

    fn cells(&self, number: u64, kinds: &[String], (words, between): Words<'_>) -> Vec<Cell> {
        let first = |contact| Cell::Text(self.first(contact).cloned().unwrap_or_default());
        let others = |contact| Cell::Text(self.all(contact).get(1..).unwrap_or_default().join("; "));
        let lost = words.iter().filter(|(at, _)| self.kinds >> (*at).min(63) & 1 == 1).map(|(_, word)| word.as_str());
        // In columns of their own they are a name together.
        let parts = || [Contact::Surname, Contact::Given].iter().filter_map(|part| self.first(*part));
        let name = self.first(Contact::Name).cloned();
        let name = name.unwrap_or_else(|| parts().map(String::as_str).collect::<Vec<_>>().join(" "));
        vec![
            Cell::Number(number),
            Cell::Number(u64::from(self.group)),
            Cell::Number(self.person),
            Cell::Text(name),
            first(Contact::Kana),
            first(Contact::Email),
            others(Contact::Email),
            first(Contact::Phone),
            others(Contact::Phone),
            first(Contact::PostalCode),
            first(Contact::Address),
            others(Contact::Address),
            Cell::Text(lost.collect::<Vec<_>>().join(between)),
            Cell::Text(named(kinds, self.kinds).collect::<Vec<_>>().join(" ")),
        ]
    }
}
