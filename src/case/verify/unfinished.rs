//! What a collection that is not at its end has so far: read back, never mended. That is for `--resume`.

use std::io::{BufReader, Read};
use std::path::Path;

use super::Check;
use crate::case::dir::CaseDir;
use crate::case::orders::StandingOrders;
use crate::case::results::{Layer, State, UnfinishedResult};
use crate::disk::rows::RowPlace;
use crate::disk::{output, own};
use crate::evidence::Expected;
use crate::evidence::replay::{Replay, replay};
use crate::model::limits::TAG_FILE_BYTES;
use crate::model::{Algorithms, Digest, Timestamp};

/// Ends of the names that stand beside evidence while its collection is not at its end.
const ENDS: [&str; 3] = [".orders.json", ".zip.partial", ".journal.jsonl"];

impl Check {
    /// Whether the case broke off before anything was taken; tells it.
    pub(super) fn nothing_taken(&mut self, dir: &CaseDir) -> bool {
        let names = own::list_folder(&dir.root().join("evidence")).unwrap_or_default();
        let has_evidence =
            names.iter().any(|name| name.to_str().is_none_or(|name| name.ends_with(".zip") || name.ends_with(ENDS[1])));
        if has_evidence || self.has_events(dir) {
            return false;
        }
        let what = "broke off while the case was being made: nothing was taken yet. Remove the folder and begin anew";
        self.add_as(State::Incomplete, Layer::Custody, "custody/custody.jsonl", what);
        true
    }

    /// Whether the chain of custody has a whole line, or can not be read.
    fn has_events(&self, dir: &CaseDir) -> bool {
        let path = dir.journal();
        match own::exists(&path) {
            Ok(false) => false,
            _ => own::open_own(&path).map_or(true, |(file, _)| {
                let mut start = Vec::new();
                file.take(TAG_FILE_BYTES as u64).read_to_end(&mut start).map_or(true, |_| start.contains(&b'\n'))
            }),
        }
    }

    /// Whether a file in the folder of the evidence belongs to a collection that is not at its end.
    pub(super) fn is_unfinished(&self, name: &str) -> bool {
        let known = |end: &str| name.strip_suffix(end).is_some_and(|name| self.standing.contains(name));
        (output::is_part(name.as_ref()) && !self.standing.is_empty()) || ENDS.into_iter().any(known)
    }

    /// Reads back what the collection of `name` has so far. `sealed` is what the chain of custody says of its seal.
    pub(super) fn unfinished_collection(&mut self, dir: &CaseDir, name: &str, sealed: Option<&Expected>) {
        if let Some(sealed) = sealed {
            return self.last_steps(dir, name, sealed.zip_sha256);
        }
        let place = format!("evidence/{name}.zip.partial");
        self.add_as(
            State::Incomplete,
            Layer::Seal,
            &place,
            "belongs to a collection that was broken off: it is not sealed",
        );
        let begun = own::read_own(&dir.orders(name), TAG_FILE_BYTES as u64)
            .map_err(|error| error.to_string())
            .and_then(|bytes| StandingOrders::parse(&bytes));
        let acquisition = match begun {
            Ok(orders) => orders.acquisition,
            Err(why) => {
                return self.add(
                    Layer::Record,
                    &format!("evidence/{name}.orders.json"),
                    format!("can not be read: {why}"),
                );
            }
        };
        let begun = acquisition.started.parse::<jiff::Timestamp>().unwrap_or_default();
        let begun = (Timestamp { seconds: begun.as_second(), nanos: 0 }, acquisition.digests);
        let (zip, journal) = (dir.partial(name), dir.entry_journal(name));
        let (entries, files, bytes, torn_bytes) = (0, 0, 0, 0);
        let evidence = name.to_owned();
        let mut found = UnfinishedResult { evidence, sealed: false, entries, files, bytes, torn_bytes };
        match read_back(name, begun, &zip, &journal) {
            Ok(None) => {}
            Ok(Some((replay, tail))) => {
                let counts = replay.recorded.counts;
                (found.entries, found.files) = (counts.entries, counts.files);
                (found.bytes, found.torn_bytes) = (counts.bytes, tail);
                if tail > 0 {
                    let why = replay.torn.unwrap_or_else(|| "no line of the journal speaks of them".to_owned());
                    let what = format!("ends with {tail} bytes of something half-written ({why})");
                    self.add_as(State::Torn, Layer::Record, &place, what);
                }
            }
            Err(error) => self.unread(Layer::Zip, &place, &*error),
        }
        self.unfinished.push(found);
    }

    /// Sealed by the chain of custody; the last steps, or results, are missing.
    fn last_steps(&mut self, dir: &CaseDir, name: &str, due: Option<Digest>) {
        let place = format!("evidence/{name}.orders.json");
        let what = "stands still: the evidence is sealed, and the last steps or the results are missing";
        self.add_as(State::Incomplete, Layer::Result, &place, what);
        let (entries, files, bytes, torn_bytes) = (0, 0, 0, 0);
        let evidence = name.to_owned();
        self.unfinished.push(UnfinishedResult { evidence, sealed: true, entries, files, bytes, torn_bytes });
        let partial = dir.partial(name);
        if own::exists(&dir.evidence(name)).unwrap_or(false) {
            return;
        }
        let place = format!("evidence/{name}.zip.partial");
        match own::digest(&partial) {
            Ok(digest) if Some(digest) == due => {}
            Ok(_) => self.add(Layer::Zip, &place, "was sealed, and is not as it was sealed"),
            Err(error) => self.unread(Layer::Zip, &place, &error),
        }
    }
}

/// What is whole, and how many bytes stand behind it in zip and journal; nothing where no zip was begun.
fn read_back(
    name: &str,
    begun: (Timestamp, Algorithms),
    zip: &Path,
    journal: &Path,
) -> Result<Option<(Replay, u64)>, Box<dyn std::error::Error>> {
    if !own::exists(zip)? || !own::exists(journal)? {
        return Ok(None);
    }
    let (mut zip, zip_bytes) = own::open_own(zip)?;
    let (journal, journal_bytes) = own::open_own(journal)?;
    let replay = replay(name, begun, &mut BufReader::new(journal), &mut zip, &RowPlace::default())?;
    let tail =
        zip_bytes.saturating_sub(replay.zip_bytes).saturating_add(journal_bytes.saturating_sub(replay.journal_bytes));
    Ok(Some((replay, tail)))
}
