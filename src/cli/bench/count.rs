//! `hozen bench count`: people counted from made-up records, with what a scan sets aside, and nothing else.

use std::cell::Cell;
use std::io::{self, Write};
use std::rc::Rc;
use std::time::Instant;

use super::crowd::{Crowd, entities};
use crate::case::count_place::count_place;
use crate::cli::args::BenchCountArgs;
use crate::cli::failure::Failure;
use crate::cli::{Env, Exit};
use crate::count::{Asked, Entry, People, Room, Rows, Scratch, ScratchPlace};
use crate::disk::host::peak_memory_bytes;
use crate::disk::rows::RowPlace;
use crate::model::{Bond, LeafPeople};

/// Runs the step.
pub(super) fn run(args: &BenchCountArgs, env: &mut Env) -> Result<Exit, Failure> {
    let told = measure(args).map_err(|error| Failure::counting(&error))?;
    told.iter()
        .try_for_each(|(what, value)| writeln!(env.stdout, "{what}\t{value}"))
        .map_err(|error| Failure::output(&error))?;
    Ok(Exit::Done)
}

fn measure(args: &BenchCountArgs) -> io::Result<Vec<(&'static str, String)>> {
    let written = Rc::new(Cell::new(0));
    let place = count_place(&RowPlace { folder: args.spool.clone() });
    let place = Measured { place, written: Rc::clone(&written) };
    let mut people = People::new(&entities(), Box::new(place), Asked::default());
    let crowd = Crowd::new(args.records, args.identifiers);
    let began = Instant::now();
    let mut identifiers = 0_u64;
    for number in 0..args.records {
        let made = crowd.record(number);
        identifiers += made.ids.len() as u64;
        people.record(Entry {
            leaf: &made.leaf,
            bond: made.bond.unwrap_or(Bond::Row),
            row: None,
            place: made.place,
            ids: &made.ids,
            facts: &made.facts,
        })?;
    }
    let (taken, peak_taken) = (began.elapsed(), peak_memory_bytes());
    let (set_aside, packed) = people.set_aside();
    let mut leaves = 0_u64;
    let mut leaf = |_: LeafPeople| {
        leaves += 1;
        Ok(())
    };
    let counted = people.finish(0, Rows { leaf: Some(&mut leaf), ..Rows::default() })?;
    let counting = began.elapsed().saturating_sub(taken);
    let distinct: u64 = counted.entities.iter().map(|tally| tally.distinct + tally.possible_distinct).sum();
    let s = &counted.subjects;
    let number = |value: u64| value.to_string();
    let peak = |bytes: Option<u64>| bytes.map_or_else(|| "unknown".to_owned(), number);
    Ok(vec![
        ("records", number(args.records)),
        ("records set aside", number(set_aside)),
        ("identifiers", number(identifiers)),
        ("distinct values", number(distinct)),
        ("files", number(leaves)),
        ("at least", number(s.at_least)),
        ("estimate", number(s.estimate)),
        ("at most", number(s.at_most)),
        ("finds beyond", number(counted.over.map_or(0, |(finds, _)| finds))),
        ("seconds taking in", format!("{:.2}", taken.as_secs_f64())),
        ("seconds counting", format!("{:.2}", counting.as_secs_f64())),
        ("peak bytes taking in", peak(peak_taken)),
        ("peak bytes", peak(peak_memory_bytes())),
        ("record bytes", number(packed)),
        ("bytes set aside", number(written.get())),
    ])
}

/// A place that knows how much was set aside.
struct Measured {
    place: Box<dyn ScratchPlace>,
    written: Rc<Cell<u64>>,
}

impl ScratchPlace for Measured {
    fn scratch(&self) -> Box<dyn Scratch> {
        Box::new(MeasuredScratch { scratch: self.place.scratch(), written: Rc::clone(&self.written) })
    }

    fn room(&self) -> Room {
        self.place.room()
    }
}

struct MeasuredScratch {
    scratch: Box<dyn Scratch>,
    written: Rc<Cell<u64>>,
}

impl Scratch for MeasuredScratch {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.written.set(self.written.get() + bytes.len() as u64);
        self.scratch.append(bytes)
    }

    fn length(&self) -> u64 {
        self.scratch.length()
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        self.scratch.read_at(at, into)
    }
}
