//! People from kept records: of one machine, or of several under one key.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::io;

use super::records::{Source, key_check};
use super::{Bounds, CountError, CountInput, CountResult, SCHEMA};
use crate::case::count_place::count_place;
use crate::case::orders::CountOrders;
use crate::case::results::ScanResult;
use crate::count::{Asked, Counted, People, Person, Rows};
use crate::disk::rows::RowPlace;
use crate::model::{LeafPeople, limits};
use crate::seal::keyed::CaseKey;

/// Gets each person of the estimate, with the entities that the bits of [`Person::kinds`] are numbered by.
pub type PersonRow<'a> = &'a mut dyn FnMut(Person, &[String]) -> io::Result<()>;

/// What is to be counted.
pub struct Counting<'a> {
    /// The records; of several inputs the paths begin with their names.
    pub sources: &'a [Source],
    /// How.
    pub options: &'a CountOrders,
    /// The key of the case: own domains are known by it alone.
    pub key: Option<&'a CaseKey>,
    /// Where what counting needs is set aside.
    pub place: RowPlace,
    /// Who counts, when, why, with what.
    pub said: CountResult,
}

/// Counts.
///
/// # Errors
/// [`CountError`].
pub fn count(counting: Counting<'_>, person: Option<PersonRow<'_>>) -> Result<CountResult, CountError> {
    let Counting { sources, options, key, place, said } = counting;
    check(sources, options, key)?;
    let mut asked = Asked { sites: sites(sources, options), ..Asked::default() };
    if let Some(key) = key {
        asked.own_domains = options.asked(key).own_domains;
    }
    let mut inputs: Vec<CountInput> = sources.iter().map(Source::input).collect();
    if let [_, _, ..] = sources {
        for (source, input) in sources.iter().zip(&mut inputs) {
            let one = People::new(
                &entities(std::slice::from_ref(source)),
                count_place(&place),
                Asked { sites: Vec::new(), ..asked.clone() },
            );
            let counted = finish(one, std::slice::from_ref(source), &mut |_| Ok(()), None)?;
            input.alone = Some(Bounds::from(&counted.subjects));
        }
    }
    let entities = entities(sources);
    let people = People::new(&entities, count_place(&place), asked);
    let mut leaves = Largest::default();
    let mut counted = finish(people, sources, &mut |row| leaves.add(row), person.map(|person| (person, &*entities)))?;
    let who = counted.breakdown(&entities);
    let tallies = entities.iter().cloned().zip(counted.entities).collect();
    let (leaves, leaves_more) = leaves.rows();
    Ok(CountResult {
        schema: SCHEMA.to_owned(),
        inputs,
        options: options.clone(),
        subjects: counted.subjects,
        who,
        entities: tallies,
        leaves,
        leaves_more,
        ..said
    })
}

/// The count that a scan came to, of the records that it kept.
///
/// # Errors
/// When rows of the scan can not be read back.
pub fn first(scan: &ScanResult, records: &Source, options: &CountOrders, said: CountResult) -> io::Result<CountResult> {
    let mut leaves = Largest::default();
    for row in scan.leaves.iter() {
        leaves.add(row?)?;
    }
    let (leaves, leaves_more) = leaves.rows();
    Ok(CountResult {
        schema: SCHEMA.to_owned(),
        inputs: vec![records.input()],
        options: options.clone(),
        subjects: scan.subjects.clone(),
        who: scan.who.clone(),
        // Those that a count again can know of: all that the rules look for.
        entities: scan.entities.clone(),
        leaves,
        leaves_more,
        ..said
    })
}

/// Refuses inputs that can not be counted together, before any of it is read.
fn check(sources: &[Source], options: &CountOrders, key: Option<&CaseKey>) -> Result<(), CountError> {
    for (at, source) in sources.iter().enumerate() {
        for first in sources.iter().take(at) {
            let (name, first_name) = (source.name.clone(), first.name.clone());
            if source.header.key_check != first.header.key_check {
                return Err(CountError::OtherKey { name, first: first_name });
            }
            if source.sha256 == first.sha256 {
                return Err(CountError::Twice { name, first: first_name });
            }
        }
    }
    match (key, sources.first()) {
        (None, _) if !options.own_domains.is_empty() => Err(CountError::NoKey),
        (Some(key), Some(source)) if key_check(key) != source.header.key_check => {
            Err(CountError::OtherKey { name: source.name.clone(), first: "the case key".to_owned() })
        }
        _ => Ok(()),
    }
}

/// The sites as paths have them here: of several inputs each path begins with its input's name, which may be named too.
fn sites(sources: &[Source], options: &CountOrders) -> Vec<(String, String)> {
    let mut sites = options.sites.clone();
    if let [_, _, ..] = sources {
        let in_each = |(name, path): &(String, String)| {
            sources.iter().map(|source| (name.clone(), format!("{} ▸ {path}", source.name))).collect::<Vec<_>>()
        };
        sites.extend(options.sites.iter().flat_map(in_each));
    }
    sites
}

/// All entities of all inputs, sorted.
fn entities(sources: &[Source]) -> Vec<String> {
    let all: BTreeSet<&String> =
        sources.iter().flat_map(|source| &source.header.entities).map(|entity| &entity.id).collect();
    all.into_iter().cloned().collect()
}

fn finish(
    mut people: People,
    sources: &[Source],
    on_leaf: &mut dyn FnMut(LeafPeople) -> io::Result<()>,
    on_person: Option<(PersonRow<'_>, &[String])>,
) -> Result<Counted, CountError> {
    let entities = entities(sources);
    let mut unread = 0_u64;
    for source in sources {
        let prefix = if sources.len() > 1 { format!("{} ▸ ", source.name) } else { String::new() };
        let torn = |error| CountError::Torn { name: source.name.clone(), source: error };
        let header = people.absorb(source, &prefix, &entities).map_err(torn)?;
        unread = unread.saturating_add(header.unread);
    }
    let mut each = on_person.map(|(row, entities)| move |person: Person| row(person, entities));
    let person = each.as_mut().map(|each| each as &mut dyn FnMut(Person) -> io::Result<()>);
    people.finish(unread, Rows { leaf: Some(on_leaf), person, value: None }).map_err(CountError::Aside)
}

/// A leaf by its rank: estimate, at most, path (the first one first); at least, records.
type Ranked = (u64, u64, Reverse<String>, u64, u64);

/// The leaves with the most people.
#[derive(Default)]
struct Largest {
    heap: BinaryHeap<Reverse<Ranked>>,
    all: u64,
}

impl Largest {
    fn add(&mut self, row: LeafPeople) -> io::Result<()> {
        self.all += 1;
        self.heap.push(Reverse((row.estimate, row.at_most, Reverse(row.path), row.at_least, row.records)));
        if self.heap.len() > limits::COUNT_LEAVES {
            self.heap.pop();
        }
        Ok(())
    }

    /// The largest first, and how many more there are.
    fn rows(self) -> (Vec<LeafPeople>, u64) {
        let rows: Vec<LeafPeople> = self
            .heap
            .into_sorted_vec()
            .into_iter()
            .map(|Reverse((estimate, at_most, Reverse(path), at_least, records))| LeafPeople {
                path,
                records,
                at_least,
                estimate,
                at_most,
            })
            .collect();
        let more = self.all.saturating_sub(rows.len() as u64);
        (rows, more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_leaves_are_kept_and_the_others_counted() {
        let mut largest = Largest::default();
        for n in 0..(limits::COUNT_LEAVES as u64 + 7) {
            largest.add(LeafPeople { path: format!("/{n}"), estimate: n, ..LeafPeople::default() }).unwrap();
        }
        let (rows, more) = largest.rows();
        assert_eq!((rows.len(), more), (limits::COUNT_LEAVES, 7));
        assert_eq!(rows.first().unwrap().estimate, limits::COUNT_LEAVES as u64 + 6);
        assert!(rows.is_sorted_by_key(|row| Reverse(row.estimate)));
    }
}
