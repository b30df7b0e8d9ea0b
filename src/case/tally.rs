//! The scan half of a run: findings written as they come, people and values counted, files and gaps listed.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use data_encoding::HEXLOWER;
use serde::Serialize;

use super::count_place::count_place;
use super::letters::LetterPeople;
use super::results::ScanResult;
use super::scanned::ScannedOut;
use crate::count::kept::KeptHeader;
use crate::count::{self, Asked, Counted, Doubt, Fact, Identifier, People, Rows};
use crate::detect::{RiskyPlaces, SeriesId};
use crate::disk::output::OutputFile;
use crate::disk::rows::{RowPlace, RowsOut};
use crate::model::{
    Digest, EntityTally, Entry, FileResult, Finding, Gap, GapKind, LeafPeople, LinkClass, LookStatus, RiskyPlace,
    limits,
};
use crate::pass::{Found, Looked, LookedLeaf};

/// Says of a finding why it is one.
pub type Explain<'a> = &'a mut dyn FnMut(&Finding) -> io::Result<()>;

/// Where finding lines go, and whether values are shown.
pub struct FindingsOut<'a> {
    /// Gets one JSON line per finding.
    pub out: &'a mut dyn Write,
    /// Clear values instead of masked ones: only because the user asked.
    pub reveal: bool,
    /// Gets each finding, to say in words why it is one.
    pub explain: Option<Explain<'a>>,
}

/// One line of a findings file, `hozen.finding/1`.
#[derive(Serialize)]
struct FindingLine<'a> {
    schema: &'static str,
    path: &'a str,
    locator: String,
    entity: &'a str,
    value: &'a str,
    digest: String,
    confidence: crate::model::Confidence,
    rule: &'a str,
    reasons: &'a [Cow<'static, str>],
}

/// Counts of one run, fed in walk order.
pub struct Tally {
    entities: Vec<String>,
    /// The place of each of them.
    numbers: HashMap<String, u16>,
    people: People,
    leaves: RowsOut<LeafPeople>,
    /// Where the records of the count are kept, and what the first line says of them.
    keep: Option<(OutputFile, KeptHeader)>,
    files: ScannedOut,
    gaps: RowsOut<Gap>,
    rules: Digest,
    /// What is judged by where it lies, and what was.
    places: Option<RiskyPlaces>,
    risky: RowsOut<RiskyPlace>,
    unread: u64,
    cached: u64,
    /// Whether there is a folder for what does not fit in memory.
    has_folder: bool,
    /// Members of the entry at hand that were not, or not wholly, looked at.
    short_members: u64,
}

impl Tally {
    /// An empty tally over these entities (all that the rules look for), with the digest of the rule pack. Rows go to `place`.
    pub fn new(entities: Vec<String>, rules: Digest, place: &RowPlace) -> Self {
        let people = People::new(&entities, count_place(place), Asked::default());
        let leaves = RowsOut::new(place);
        let (files, gaps, risky) = (ScannedOut::new(place), RowsOut::new(place), RowsOut::new(place));
        let numbers = entities.iter().cloned().zip(0..).collect();
        Self {
            entities,
            numbers,
            people,
            leaves,
            keep: None,
            files,
            gaps,
            rules,
            places: None,
            risky,
            unread: 0,
            cached: 0,
            has_folder: place.folder.is_some(),
            short_members: 0,
        }
    }

    /// Judges files and folders by where they lie, too.
    #[must_use]
    pub fn judging(self, places: RiskyPlaces) -> Self {
        Self { places: Some(places), ..self }
    }

    /// Counts as asked: by sites, and with the house's own people apart.
    #[must_use]
    pub fn asking(self, asked: Asked) -> Self {
        Self { people: self.people.asking(asked), ..self }
    }

    /// Keeps the records of the count in this file, so that people can be counted again.
    #[must_use]
    pub fn keeping(self, file: OutputFile, header: KeptHeader) -> Self {
        Self { keep: Some((file, header)), ..self }
    }

    /// Findings of the file at `path`.
    ///
    /// # Errors
    /// When a finding line can not be written.
    pub fn found(&mut self, path: &str, found: &[Found], mut out: Option<&mut FindingsOut<'_>>) -> io::Result<()> {
        for record in found {
            self.count(record)?;
            if let Some(out) = out.as_deref_mut() {
                for (finding, _) in &record.findings {
                    write_line(out, path, finding)?;
                }
            }
        }
        Ok(())
    }

    /// Gives a record to the count of people.
    fn count(&mut self, record: &Found) -> io::Result<()> {
        let series = record.series.iter().copied().chain(std::iter::repeat(None));
        let findings = (0_u16..).zip(record.findings.iter().zip(series));
        let mut placed: Vec<(&Finding, u16, Identifier)> = findings
            .filter_map(|(of, ((finding, class), series))| Some((finding, of, self.id(finding, *class, series)?)))
            .collect();
        // Rule by rule as they come; as they stand is what says who is beside whom.
        placed.sort_by_key(|(finding, ..)| finding.locator.place.offset);
        let Some((first, ..)) = placed.first() else { return Ok(()) };
        let place = (first.locator.place.offset, first.locator.place.row.unwrap_or(0));
        let mut at = vec![None; record.findings.len()];
        for (now, (_, of, _)) in (0_u16..).zip(&placed) {
            at.get_mut(usize::from(*of)).into_iter().for_each(|slot| *slot = Some(now));
        }
        let now = |of: u16| at.get(usize::from(of)).copied().flatten();
        let facts = record.facts.iter().filter_map(|fact| Some(Fact { of: now(fact.of)?, ..*fact }));
        let facts: Vec<Fact> = facts.collect();
        let ids: Vec<Identifier> = placed.iter().map(|(.., id)| *id).collect();
        let leaf = &first.locator.leaf;
        self.people.record(count::Entry { leaf, bond: record.bond, row: record.row, place, ids: &ids, facts: &facts })
    }

    fn id(&self, finding: &Finding, class: LinkClass, series: Option<SeriesId>) -> Option<Identifier> {
        let entity = self.entity(&finding.entity)?;
        let doubt = series.map(|series| Doubt::new(&finding.locator.leaf, series));
        let [a, b, c, d, e, f, g, h, ..] = finding.digest;
        let key = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        Some(Identifier { entity, key, class, confidence: finding.confidence, doubt, is_aside: false })
    }

    fn entity(&self, name: &str) -> Option<u16> {
        self.numbers.get(name).copied()
    }

    /// What came of a member of the entry at hand.
    ///
    /// # Errors
    /// When its row can not be set aside.
    pub fn member(&mut self, member: &LookedLeaf) -> io::Result<()> {
        self.settle(member)?;
        self.short_members += u64::from(member.row.status != LookStatus::Scanned);
        self.files.member(&member.row)
    }

    fn settle(&mut self, leaf: &LookedLeaf) -> io::Result<()> {
        let path = &leaf.row.path;
        let known = leaf.chances.iter().filter_map(|chance| {
            let entity = self.entity(&chance.entity)?;
            Some(((Doubt::new(path, chance.series), entity), chance.passes.by_chance()))
        });
        let known = known.collect();
        self.people.settle(path, &known)
    }

    /// What came of the entry with this number: the gaps of walking and reading it, and of looking at it.
    ///
    /// # Errors
    /// When its rows can not be set aside.
    pub fn entry(&mut self, number: u64, entry: &Entry, unread: Vec<Gap>, looked: Option<Looked>) -> io::Result<()> {
        let short_members = std::mem::take(&mut self.short_members);
        let (file, mut gaps) = looked.map_or((None, Vec::new()), |looked| (Some(looked.file), looked.gaps));
        if let Some(places) = &self.places {
            let judged = places.judge(entry, file.as_ref().map(|file| &file.row));
            judged.iter().try_for_each(|risky| self.risky.push(number, risky))?;
        }
        for gap in unread {
            // A read error shows to the format too: one gap is enough.
            if !gaps.iter().any(|known| (&known.path, known.kind) == (&gap.path, gap.kind)) {
                gaps.push(gap);
            }
        }
        if file.is_none() && !gaps.is_empty() {
            // A folder that could not be listed: how many files are in it is not known, but it is not nothing.
            self.unread += 1;
        }
        if let Some(file) = file {
            self.settle(&file)?;
            self.cached += u64::from(file.row.cached);
            self.unread += not_whole(&file.row, short_members);
            self.files.file(number, &file.row)?;
        }
        gaps.iter().try_for_each(|gap| self.gaps.push(number, gap))
    }

    /// The result.
    ///
    /// # Errors
    /// When rows can not be set aside.
    pub fn finish(self) -> io::Result<ScanResult> {
        self.ended(None)
    }

    /// The result, and everybody for letters.
    ///
    /// # Errors
    /// When rows can not be set aside.
    pub fn finish_telling(self, letters: &mut LetterPeople) -> io::Result<ScanResult> {
        self.ended(Some(letters))
    }

    fn ended(mut self, letters: Option<&mut LetterPeople>) -> io::Result<ScanResult> {
        if let Some((mut file, header)) = self.keep {
            let header = KeptHeader { unread: self.unread, rules: self.rules.to_string(), ..header };
            self.people.keep(header, &self.entities, &mut file)?;
            file.sync().map_err(|error| error.source)?;
        }
        let leaves = &mut self.leaves;
        let mut leaf = |row| leaves.push(0, &row);
        let leaf: Option<&mut dyn FnMut(LeafPeople) -> io::Result<()>> = Some(&mut leaf);
        let mut counted = match letters.map(RefCell::new) {
            None => self.people.finish(self.unread, Rows { leaf, ..Rows::default() })?,
            Some(letters) => {
                let mut person = |person| letters.borrow_mut().person(&person);
                let mut value = |value| letters.borrow_mut().value(&value);
                let rows = Rows { leaf, person: Some(&mut person), value: Some(&mut value) };
                self.people.finish(self.unread, rows)?
            }
        };
        let who = counted.breakdown(&self.entities);
        let Counted { subjects, entities: tallies, over, .. } = counted;
        let entities: BTreeMap<String, EntityTally> = self.entities.into_iter().zip(tallies).collect();
        self.files.settle()?;
        self.gaps.settle()?;
        if let Some((finds, different)) = over {
            self.gaps.push_last(&not_told_apart(finds, different, self.has_folder))?;
        }
        self.risky.settle()?;
        self.leaves.settle()?;
        if let Some(gap) =
            left_out(self.files.left_out().max(self.leaves.left_out()), self.gaps.left_out(), self.risky.left_out())
        {
            self.gaps.push_last(&gap)?;
        }
        Ok(ScanResult {
            schema: "hozen.scan/1".to_owned(),
            subjects,
            who,
            entities,
            leaves: self.leaves.finish()?,
            files: self.files.finish()?,
            risky_places: self.risky.finish()?,
            cached: self.cached,
            gaps: self.gaps.finish()?,
            rules: self.rules,
        })
    }
}

/// What a count says that is no longer exact.
fn not_told_apart(finds: u64, different: u64, has_folder: bool) -> Gap {
    let (room, next) = if has_folder {
        let room = format!("more records than a count holds ({} mentions of people)", limits::COUNT_MENTIONS);
        (room, "Scan parts of the source by themselves for closer numbers")
    } else {
        let room = format!("more different values than memory for counting holds ({} bytes)", limits::COUNT_BYTES);
        (room, "Scan again with --spool FOLDER for the numbers themselves")
    };
    let reason = format!(
        "there were {room}: {finds} finds of about {different} further values were not told apart. The least and the most number of people still \
         hold, and are farther apart than they could be; the numbers of different values are too small. {next}"
    );
    Gap { path: "(count of people)".to_owned(), kind: GapKind::OverLimit, reason }
}

/// What a list says that has not all rows. It happens only where there is no folder to set them aside.
fn left_out(files: u64, gaps: u64, risky: u64) -> Option<Gap> {
    let reason = format!(
        "the rows of {files} files or members, {gaps} gaps and {risky} risky places are not listed here: memory for results was full. They were looked at, and people \
         and values are counted with them; scan again with --spool FOLDER to list every file"
    );
    let path = "(results)".to_owned();
    (files > 0 || gaps > 0 || risky > 0).then_some(Gap { path, kind: GapKind::OverLimit, reason })
}

fn write_line(out: &mut FindingsOut<'_>, path: &str, finding: &Finding) -> io::Result<()> {
    let line = FindingLine {
        schema: "hozen.finding/1",
        path,
        locator: finding.locator.to_string(),
        entity: &finding.entity,
        value: if out.reveal { finding.value.reveal() } else { &finding.masked },
        digest: HEXLOWER.encode(&finding.digest),
        confidence: finding.confidence,
        rule: &finding.rule,
        reasons: &finding.reasons,
    };
    serde_json::to_writer(&mut *out.out, &line)?;
    out.out.write_all(b"\n")?;
    out.explain.as_mut().map_or(Ok(()), |explain| explain(finding))
}

/// How many files and members were not, or not wholly, looked at. A container counts by its members, a file once by all its names.
fn not_whole(file: &FileResult, short_members: u64) -> u64 {
    if file.hard_link_of.is_none() { u64::from(file.status != LookStatus::Scanned).max(short_members) } else { 0 }
}
