//! The names of a folder that are still to come, in byte order, within a budget of memory however many there are.
//!
//! Names that find no room are not kept but counted, and the folder is listed again for them when it is their turn: each
//! listing takes the smallest names behind the last one that was walked. So the order is the same as if all had been held.
//! What was listed once must be there again: a sum over the names tells, and if it differs the walk says so.

use std::hash::{DefaultHasher, Hasher};
use std::io;

use sha2::Digest as _;

use crate::disk::dir::{DirHandle, Names};
use crate::model::Digest;

/// Names that are to come.
pub(super) struct Listing {
    names: Names,
    next: usize,
    /// The last name that was walked.
    last: Option<Vec<u8>>,
    rest: Rest,
}

/// Names that are not held: all of them lie behind those that are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Rest {
    count: u64,
    sum: u64,
}

impl Rest {
    fn add(&mut self, name: &[u8]) {
        self.count += 1;
        self.sum = self.sum.wrapping_add(hash_of(name));
    }

    fn take(&mut self, name: &[u8]) {
        self.count = self.count.saturating_sub(1);
        self.sum = self.sum.wrapping_sub(hash_of(name));
    }
}

fn hash_of(name: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(name);
    hasher.finish()
}

impl Listing {
    /// Lists a folder, holding about `room` bytes of names; and the digest over all of its names, sorted, each followed by NUL.
    pub(super) fn of(dir: &DirHandle, room: usize) -> io::Result<(Self, Digest)> {
        let (names, rest) = batch(dir, None, room)?;
        let digest = digest(dir, &names, rest, room)?;
        Ok((Self { names, next: 0, last: None, rest }, digest))
    }

    /// The next name, if it is held.
    pub(super) fn next(&mut self) -> Option<&[u8]> {
        let name = self.names.get(self.next)?;
        self.next += 1;
        Some(name)
    }

    /// Names that must be listed again.
    pub(super) fn to_list(&self) -> u64 {
        self.rest.count
    }

    /// Bytes of memory that names take here.
    pub(super) fn bytes(&self) -> usize {
        self.names.memory()
    }

    /// Lets the names go that are held, to be listed again.
    pub(super) fn forget(&mut self) {
        self.mark();
        let names = std::mem::take(&mut self.names);
        for name in (self.next..).map_while(|at| names.get(at)) {
            self.rest.add(name);
        }
        self.next = 0;
    }

    /// Lists the folder again. If it is not what it was, how many names were due and how many are there.
    pub(super) fn again(&mut self, dir: &DirHandle, room: usize) -> io::Result<Option<(u64, u64)>> {
        self.mark();
        let due = self.rest;
        let (names, rest) = batch(dir, self.last.as_deref(), room)?;
        let mut there = rest;
        names.iter().for_each(|name| there.add(name));
        (self.names, self.next, self.rest) = (names, 0, rest);
        Ok((there != due).then_some((due.count, there.count)))
    }

    /// Gives up what would have to be listed again.
    pub(super) fn give_up(&mut self) {
        self.rest = Rest::default();
    }

    fn mark(&mut self) {
        if let Some(name) = self.next.checked_sub(1).and_then(|at| self.names.get(at)) {
            self.last = Some(name.to_vec());
        }
    }
}

/// The smallest names behind `after`, about as many as there is room for, and what is behind them.
fn batch(dir: &DirHandle, after: Option<&[u8]>, room: usize) -> io::Result<(Names, Rest)> {
    let (mut names, mut rest, mut cut) = (Names::default(), Rest::default(), None::<Vec<u8>>);
    dir.each_name(|name| {
        let bytes = name.to_bytes();
        if after.is_some_and(|after| bytes <= after) {
            return;
        }
        rest.add(bytes);
        if cut.as_deref().is_some_and(|cut| bytes >= cut) {
            return;
        }
        names.push(name);
        if names.memory() > room && names.len() > 1 {
            cut = names.keep_smaller_half();
        }
    })?;
    names.sort();
    names.iter().for_each(|name| rest.take(name));
    Ok((names, rest))
}

fn digest(dir: &DirHandle, first: &Names, rest: Rest, room: usize) -> io::Result<Digest> {
    let mut hasher = sha2::Sha256::new();
    let mut feed = |names: &Names| {
        for name in names.iter() {
            hasher.update(name);
            hasher.update([0]);
        }
        names.len().checked_sub(1).and_then(|at| names.get(at)).map(<[u8]>::to_vec)
    };
    let (mut last, mut left) = (feed(first), rest.count);
    while left > 0 {
        let (names, rest) = batch(dir, last.as_deref(), room)?;
        let Some(end) = feed(&names) else { break };
        (last, left) = (Some(end), rest.count);
    }
    Ok(Digest(hasher.finalize().into()))
}
