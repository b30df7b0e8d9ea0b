//! The counts that a case keeps: each with its event in the chain of custody, none ever written over.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use jiff::Zoned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Bounds, CountError, CountResult, SCHEMA, Source};
use crate::case::collection::utc;
use crate::case::custody;
use crate::case::dir::{COUNT_RECORDS, CaseDir, count_file, count_number};
use crate::case::journal::CaseJournal;
use crate::case::orders::CountOrders;
use crate::case::withheld::Withheld;
use crate::disk::error::DiskError;
use crate::disk::{output, own};
use crate::model::{Act, CustodyEvent, Digest, limits};
use crate::seal::chain::Draft;

/// A case whose counts go on: nobody else writes to its chain until this is dropped.
pub struct Ledger {
    dir: CaseDir,
    journal: CaseJournal,
    vouched: BTreeMap<String, Digest>,
    withheld: Withheld,
}

impl Ledger {
    /// Opens a case, and checks its chain.
    ///
    /// # Errors
    /// [`CountError`]: behind a chain that is broken nothing is written.
    pub fn open(dir: CaseDir) -> Result<Self, CountError> {
        if !dir.standing().is_empty() {
            return Err(CountError::Unfinished);
        }
        let (mut vouched, mut withheld) = (BTreeMap::new(), Withheld::default());
        let journal = CaseJournal::open_whole(&dir.journal(), &mut |event| {
            withheld.note(&event);
            vouched.extend(vouched_by(&event));
        })?;
        Ok(Self { dir, journal, vouched, withheld })
    }

    /// The case.
    pub fn dir(&self) -> &CaseDir {
        &self.dir
    }

    /// Its records, which must be those that the chain vouches for.
    ///
    /// # Errors
    /// [`CountError`].
    pub fn records(&self, name: String) -> Result<Source, CountError> {
        records(&self.dir, &self.vouched, &self.withheld, name)
    }

    /// The number of the next count: one more than the last that the chain knows, be its file there or not.
    pub fn next(&self) -> u64 {
        self.vouched.keys().filter_map(|file| count_number(file)).max().unwrap_or(0).saturating_add(1)
    }

    /// Puts right what a count left that broke off between its file and its event: the file is whole, and gets its event now.
    ///
    /// # Errors
    /// [`CountError`].
    pub fn take_in_left_over(
        &mut self,
        by: &CountResult,
        host: &str,
        now: &dyn Fn() -> Zoned,
    ) -> Result<(), CountError> {
        let results = self.dir.spool();
        // Nobody else writes here while the chain is held.
        for name in own::list_folder(&results)? {
            if output::is_part(&name) && name.to_string_lossy().starts_with(".count-") {
                output::remove(&results.join(&name))?;
            }
        }
        let (path, file) = (self.dir.count(self.next()), count_file(self.next()));
        if !own::exists(&path)? {
            return Ok(());
        }
        let bytes = own::read_own(&path, limits::COUNT_FILE_BYTES)?;
        let left = parse(&bytes, &file).map_err(|_| CountError::Changed { file: file.clone() })?;
        let sha256 = Digest::of(&bytes);
        let mut detail = event(&left, &file, sha256);
        detail.insert("left_over".to_owned(), json!(true));
        let (operator, tool) = (by.operator.clone(), by.tool.clone());
        let (time, host) = (utc(&now()), host.to_owned());
        self.journal.append(Draft { time, act: Act::Count, operator, host, tool, detail })?;
        self.vouched.insert(file, sha256);
        Ok(())
    }

    /// Keeps a count as the next, and sets that down in the chain of custody.
    ///
    /// # Errors
    /// [`CountError`]; then nothing was added.
    pub fn keep(&mut self, result: &CountResult, host: &str, now: &dyn Fn() -> Zoned) -> Result<(), CountError> {
        let number = self.next();
        let (path, file) = (self.dir.count(number), count_file(number));
        write(&path, result)?;
        let draft = Draft {
            time: utc(&now()),
            act: Act::Count,
            operator: result.operator.clone(),
            host: host.to_owned(),
            tool: result.tool.clone(),
            detail: event(result, &file, own::digest(&path)?),
        };
        if let Err(error) = self.journal.append(draft) {
            // The first error is the one that counts.
            let _ = output::remove(&path);
            return Err(error.into());
        }
        Ok(())
    }
}

/// Opens the records of a case that is only read.
pub(super) fn records(
    dir: &CaseDir,
    vouched: &BTreeMap<String, Digest>,
    withheld: &Withheld,
    name: String,
) -> Result<Source, CountError> {
    let path = dir.count_records();
    if !own::exists(&path)? {
        return Err(if withheld.get(COUNT_RECORDS).is_some() { CountError::KeptBack } else { CountError::NotKept });
    }
    let changed = || CountError::Changed { file: COUNT_RECORDS.to_owned() };
    let due = vouched.get(COUNT_RECORDS).copied().ok_or_else(changed)?;
    // A file that was changed may be no records any more: that it was changed is what counts.
    match Source::open(&path, name) {
        Ok(source) if source.sha256 == due => Ok(source),
        Ok(_) => Err(changed()),
        Err(CountError::Disk(error)) => Err(error.into()),
        Err(error) => Err(if own::digest(&path)? == due { error } else { changed() }),
    }
}

impl Source {
    /// The records of a case that is only read, which must be those that its chain vouches for.
    ///
    /// # Errors
    /// [`CountError`].
    pub fn of_case(dir: &CaseDir, name: String) -> Result<Self, CountError> {
        let (mut vouched, mut withheld) = (BTreeMap::new(), Withheld::default());
        for event in &custody::read(dir).chain {
            withheld.note(event);
            vouched.extend(vouched_by(event));
        }
        records(dir, &vouched, &withheld, name)
    }
}

fn vouched_by(event: &CustodyEvent) -> Option<(String, Digest)> {
    let text = |key: &str| event.detail.get(key).and_then(Value::as_str);
    Some((text("file")?.to_owned(), text("sha256")?.parse().ok()?))
}

/// Writes a count as one line of JSON.
pub(in crate::case) fn write(path: &Path, result: &CountResult) -> Result<(), DiskError> {
    output::write_once_by(path, |file| {
        serde_json::to_writer(&mut *file, result)?;
        file.write_all(b"\n")
    })
}

/// What the chain says of a count.
pub(in crate::case) fn event(result: &CountResult, file: &str, sha256: Digest) -> Map<String, Value> {
    let inputs: Vec<Value> =
        result.inputs.iter().map(|input| json!({ "case": input.name, "sha256": input.sha256 })).collect();
    let mut detail = Map::new();
    let subjects = &result.subjects;
    for (key, value) in [
        ("number", json!(result.number)),
        ("reason", json!(result.reason)),
        ("at_least", json!(subjects.at_least)),
        ("estimate", json!(subjects.estimate)),
        ("at_most", json!(subjects.at_most)),
        ("inputs", Value::Array(inputs)),
        ("file", json!(file)),
        ("sha256", json!(sha256)),
    ] {
        if !value.is_null() {
            detail.insert(key.to_owned(), value);
        }
    }
    detail
}

/// `hozen.count-history/1`: what `count --history` prints.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct History {
    /// `hozen.count-history/1`.
    pub schema: String,
    /// The case, by its id.
    pub case: String,
    /// Its counts, the first one first.
    pub counts: Vec<HistoryEntry>,
}

/// One count of the history; the file has all of it.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct HistoryEntry {
    /// Its number.
    pub number: u64,
    /// Its file in the case.
    pub file: String,
    /// When.
    pub time: String,
    /// Who counted.
    pub operator: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Name and version of the program.
    pub tool: String,
    /// SHA-256 of that program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_sha256: Option<Digest>,
    /// Names of what was counted from.
    pub inputs: Vec<String>,
    /// How it was counted.
    pub options: CountOrders,
    /// People.
    pub people: Bounds,
    /// Whether more people may be there, because something was not read.
    pub open_above: bool,
}

impl History {
    /// The history of a case.
    pub fn new(case: String, counts: &[CountResult]) -> Self {
        let counts = counts.iter().map(HistoryEntry::from).collect();
        Self { schema: "hozen.count-history/1".to_owned(), case, counts }
    }
}

impl From<&CountResult> for HistoryEntry {
    fn from(count: &CountResult) -> Self {
        let number = count.number.unwrap_or_default();
        Self {
            number,
            file: count_file(number),
            time: count.time.clone(),
            operator: count.operator.clone(),
            reason: count.reason.clone(),
            tool: count.tool.clone(),
            tool_sha256: count.tool_sha256,
            inputs: count.inputs.iter().map(|input| input.name.clone()).collect(),
            options: count.options.clone(),
            people: Bounds::from(&count.subjects),
            open_above: count.subjects.open_above,
        }
    }
}

/// All counts of a case, in order.
///
/// # Errors
/// When one can not be read, or is not as it was written.
pub fn entries(dir: &CaseDir) -> Result<Vec<CountResult>, CountError> {
    numbered(dir).into_iter().map(|(number, due)| entry(dir, number, due)).collect()
}

/// One of them.
///
/// # Errors
/// When there is none of this number, or it is not as it was written.
pub fn read_entry(dir: &CaseDir, number: u64) -> Result<CountResult, CountError> {
    let due = numbered(dir).remove(&number).ok_or(CountError::NoEntry(number))?;
    entry(dir, number, due)
}

/// A kept count that lies anywhere.
///
/// # Errors
/// When it is none.
pub fn read_file(path: &Path, name: &str) -> Result<CountResult, CountError> {
    parse(&own::read_own(path, limits::COUNT_FILE_BYTES)?, name)
}

fn numbered(dir: &CaseDir) -> BTreeMap<u64, Digest> {
    let vouched = custody::read(dir).chain.iter().filter_map(vouched_by).collect::<Vec<_>>();
    vouched.into_iter().filter_map(|(file, digest)| Some((count_number(&file)?, digest))).collect()
}

fn entry(dir: &CaseDir, number: u64, due: Digest) -> Result<CountResult, CountError> {
    let file = count_file(number);
    let bytes = own::read_own(&dir.count(number), limits::COUNT_FILE_BYTES)?;
    if Digest::of(&bytes) != due {
        return Err(CountError::Changed { file });
    }
    parse(&bytes, &file)
}

fn parse(bytes: &[u8], name: &str) -> Result<CountResult, CountError> {
    let result: CountResult =
        serde_json::from_slice(bytes).map_err(|source| CountError::NotACount { name: name.to_owned(), source })?;
    if result.schema != SCHEMA {
        let source = serde::de::Error::custom("its schema is not hozen.count/1");
        return Err(CountError::NotACount { name: name.to_owned(), source });
    }
    Ok(result)
}
