//! Checks a case, or an evidence zip on its own, reading all of it: the chain of custody, every zip against it, every result.
//!
//! A case vouches for its evidence by its custody journal, so what stands in the folder and not in the journal is a problem
//! too. Nothing here says who made the journal: that is what the seal's digest and key on the paper form are for.

mod made;
mod record;
mod stamps;
mod unfinished;

pub use self::record::record;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufReader, ErrorKind, Seek};
use std::path::{Component, Path};

use serde_json::Value;

use self::stamps::Noted;
use super::custody;
use super::dir::CaseDir;
pub use super::files::Measured;
use super::files::{self, CaseFiles, Measuring};
use super::mend;
use super::results::{
    BagNote, Checked, Layer, Problem, StampResult, State, UnfinishedResult, VerifyResult, WithheldResult,
};
use super::withheld::Withheld;
use crate::disk::error::{DiskError, Doing};
use crate::disk::own;
use crate::evidence::bagit::{BESIDE, VerifiedBag, check_beside, verify_bag_folder, verify_bag_zip};
use crate::evidence::verify::{Expected, Verified, announced, verify_evidence};
use crate::model::limits::TAG_FILE_BYTES;
use crate::model::{Act, CustodyEvent, Digest, RawPath};
use crate::seal::chain::{self, Chain, Followed, GENESIS};

/// Why nothing could be verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// A path of ours could not be read at all.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// Neither a case, nor a bag, nor a file.
    #[error(
        "{path} is neither a case folder (it has no case.json), nor an evidence zip, nor a BagIt bag (it has no bagit.txt): name one of these"
    )]
    NothingToVerify {
        /// The path, escaped.
        path: String,
    },
}

/// Verifies whatever is at `path`. `known` is what the user brought from the paper form; for a case it holds for each zip.
pub fn verify_path(path: &Path, known: &Expected) -> Result<VerifyResult, VerifyError> {
    if let Some(dir) = CaseDir::open(path)? {
        return Ok(verify_case(&dir, known));
    }
    if own::is_folder(path)? {
        if !own::exists(&path.join("bagit.txt"))? {
            return Err(VerifyError::NothingToVerify { path: shown(path) });
        }
        return Ok(verify_bag(path, known)?);
    }
    Ok(verify_zip(path, known)?)
}

/// Verifies an evidence zip, and the digest file beside it if there is one.
pub fn verify_zip(path: &Path, known: &Expected) -> Result<VerifyResult, DiskError> {
    let (mut file, _) = own::open_own(path)?;
    let mut check = Check::default();
    let name = shown(path);
    match verify_bag_zip(&name, &mut file, known) {
        Ok(None) => {}
        Ok(Some(mut bag)) => {
            check.beside_bag(path, &mut file, &mut bag);
            check.bag(bag);
            return Ok(check.result());
        }
        Err(error) => {
            check.unread(Layer::Zip, &name, &error);
            return Ok(check.result());
        }
    }
    file.rewind().map_err(DiskError::on(path, Doing::Read))?;
    let digests = announced(&mut file).map_err(DiskError::on(path, Doing::Read))?;
    match verify_evidence(&name, &mut file, &Expected { digests, ..known.clone() }) {
        Ok(verified) => {
            let beside = path.with_added_extension("sha256");
            if own::exists(&beside)? {
                check.digest_file(own::read_own(&beside, 4096), &shown(&beside), &verified, path);
            }
            check.extend(verified.problems);
            check.checked.push(verified.checked);
        }
        Err(error) => check.unread(Layer::Zip, &name, &error),
    }
    Ok(check.result())
}

/// Verifies a BagIt bag in a folder.
fn verify_bag(path: &Path, known: &Expected) -> Result<VerifyResult, DiskError> {
    let mut check = Check::default();
    let name = shown(path);
    let root = own::canonical(path)?;
    match verify_bag_folder(&name, &root, known) {
        Ok(bag) => check.bag(bag),
        Err(error) => check.unread(Layer::Name, &name, &error),
    }
    Ok(check.result())
}

/// Verifies a case and all that is in it. What cannot be read is a problem, not the end: the rest is still checked.
pub fn verify_case(dir: &CaseDir, known: &Expected) -> VerifyResult {
    verify_files(dir, known, Standing::OnItsOwn).result
}

/// Where a case stands that is to be verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// In a folder of its own.
    OnItsOwn,
    /// In a bundle, whose export its chain ends with.
    InABundle,
}

/// What a check of a case showed.
pub struct Verification {
    /// For people and scripts.
    pub result: VerifyResult,
    /// The evidence zips that were read, by their path in the case.
    pub zips: BTreeMap<String, Measured>,
}

/// Verifies the files of a case, wherever they are.
pub fn verify_files(case: &dyn CaseFiles, known: &Expected, standing: Standing) -> Verification {
    let mut check = Check { standing: case.dir().map(CaseDir::standing).unwrap_or_default(), ..Check::default() };
    if case.dir().is_some_and(|dir| check.nothing_taken(dir)) {
        return Verification { result: check.result(), zips: BTreeMap::new() };
    }
    check.journal(case);
    check.custody_is_known(known);
    if standing == Standing::InABundle {
        check.withheld.take_announced();
    }
    check.evidence(case, known);
    check.time_stamps(case);
    for folder in ["results", "report"] {
        check.unrecorded(case, folder);
    }
    check.torn_bytes(case);
    check.recorded_files(case);
    for (photo, due) in check.photos.clone() {
        check.is_withheld(case, &photo, Some(due));
    }
    check.extend(custody::photo_problems(case, &check.photos, &check.withheld));
    let zips = std::mem::take(&mut check.zips);
    Verification { result: check.result(), zips }
}

struct Check {
    problems: Vec<Problem>,
    checked: Vec<Checked>,
    /// Digest after each event, to find the moment that an evidence zip carries a copy of.
    heads: Vec<Digest>,
    /// What the journal says of each sealed zip, by file name.
    seals: BTreeMap<String, Expected>,
    /// Digests that the journal gives of other files, by path in the case.
    files: BTreeMap<String, Digest>,
    /// Photos that the journal vouches for, by path in the case.
    photos: BTreeMap<String, Digest>,
    /// Names of evidence whose collection is not at its end.
    standing: BTreeSet<String>,
    unfinished: Vec<UnfinishedResult>,
    /// What the journal says of time stamps.
    stamps: Vec<Noted>,
    /// Those that hold.
    stamped: Vec<StampResult>,
    /// Seal and query for a time stamp, by the zip's file name.
    queries: BTreeMap<String, (Digest, Vec<u8>)>,
    /// What was kept back when the case was handed over.
    withheld: Withheld,
    /// What of it the case lacks.
    lacking: BTreeMap<String, Digest>,
    /// The zips that were read.
    zips: BTreeMap<String, Measured>,
    state: State,
}

impl Default for Check {
    fn default() -> Self {
        Self {
            problems: Vec::new(),
            checked: Vec::new(),
            heads: Vec::new(),
            seals: BTreeMap::new(),
            files: BTreeMap::new(),
            photos: BTreeMap::new(),
            standing: BTreeSet::new(),
            unfinished: Vec::new(),
            stamps: Vec::new(),
            stamped: Vec::new(),
            queries: BTreeMap::new(),
            withheld: Withheld::default(),
            lacking: BTreeMap::new(),
            zips: BTreeMap::new(),
            state: State::Whole,
        }
    }
}

impl Check {
    fn add(&mut self, layer: Layer, path: &str, what: impl Into<String>) {
        self.add_as(State::Broken, layer, path, what);
    }

    fn add_as(&mut self, state: State, layer: Layer, path: &str, what: impl Into<String>) {
        self.state = self.state.max(state);
        self.problems.push(Problem { layer, path: path.to_owned(), what: what.into() });
    }

    fn extend(&mut self, problems: Vec<Problem>) {
        if !problems.is_empty() {
            self.state = State::Broken;
        }
        self.problems.extend(problems);
    }

    fn bag(&mut self, bag: VerifiedBag) {
        if bag.is_only_unfetched {
            self.state = self.state.max(State::Incomplete);
            self.problems.extend(bag.problems);
        } else {
            self.extend(bag.problems);
        }
        self.checked.push(bag.checked);
    }

    /// Digest files that lie beside the zip of a bag.
    fn beside_bag(&mut self, path: &Path, file: &mut own::OwnFile, bag: &mut VerifiedBag) {
        let beside = |ending: &str| path.with_added_extension(ending);
        let mut files = Vec::new();
        for ending in BESIDE.iter().filter(|ending| own::exists(&beside(ending)).unwrap_or(true)) {
            match own::read_own(&beside(ending), TAG_FILE_BYTES as u64) {
                Ok(bytes) => files.push((*ending, bytes)),
                Err(error) => self.unread(Layer::Zip, &shown(&beside(ending)), &error),
            }
        }
        if files.is_empty() {
            return;
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let told = match check_beside(&name, file, &files) {
            Ok(told) => told,
            Err(error) => return self.unread(Layer::Zip, &shown(path), &error),
        };
        for (ending, wrong) in told {
            let place = shown(&beside(ending));
            match (wrong, &mut bag.checked.bag) {
                (Some(what), _) => self.add(Layer::Zip, &place, what),
                (None, Some(bag)) => {
                    bag.notes.push(BagNote { path: place, what: "gives the digest that the zip has".to_owned() });
                }
                (None, None) => {}
            }
        }
    }

    fn unread(&mut self, layer: Layer, path: &str, error: &dyn std::error::Error) {
        self.add(layer, path, format!("could not be read, so it was not checked: {error}"));
    }

    /// Whether a file that is not there was kept back; then it is told as that.
    fn is_withheld(&mut self, case: &dyn CaseFiles, path: &str, due: Option<Digest>) -> bool {
        let Some(digest) = self.withheld.get(path).filter(|digest| due.is_none_or(|due| due == *digest)) else {
            return false;
        };
        let lacks = !case.exists(path).unwrap_or(true);
        if lacks {
            self.lacking.insert(path.to_owned(), digest);
            self.state = self.state.max(State::Withheld);
        }
        lacks
    }

    fn result(self) -> VerifyResult {
        let withheld = self.lacking.into_iter().map(|(file, sha256)| WithheldResult { file, sha256 }).collect();
        VerifyResult {
            withheld,
            schema: "hozen.verify/1".to_owned(),
            ok: self.problems.is_empty(),
            state: self.state,
            problems: self.problems,
            checked: self.checked,
            stamps: self.stamped,
            unfinished: self.unfinished,
        }
    }

    fn journal(&mut self, case: &dyn CaseFiles) {
        const PLACE: &str = "custody/custody.jsonl";
        let file = match case.open(PLACE) {
            Ok(file) => file,
            Err(error) => return self.unread(Layer::Custody, PLACE, &error),
        };
        let mut heads = Vec::new();
        let mut wrong = Vec::new();
        let mut each = |event: CustodyEvent| {
            // The digest after an event is the `prev` of the next one.
            if event.seq > 0 {
                heads.push(event.prev.parse().unwrap_or(GENESIS));
            }
            if !self.note(&event) {
                wrong.push(event.seq.saturating_add(1));
            }
        };
        let end = chain::follow(&mut BufReader::new(file), &mut each);
        for line in wrong {
            self.add(Layer::Custody, PLACE, format!("line {line} does not say what it vouches for, or says it oddly"));
        }
        match end {
            Ok(Followed { chain, cut, .. }) => {
                if chain.events == 0 {
                    self.add(Layer::Custody, PLACE, "holds no event");
                } else {
                    heads.push(chain.head);
                }
                if let Some(cut) = cut {
                    // A crash can leave half a line, and the collection that left it goes on by cutting it off.
                    let state = if self.standing.is_empty() { State::Broken } else { State::Torn };
                    let way_out = mend::way_out(!self.standing.is_empty());
                    self.add_as(state, Layer::Custody, PLACE, format!("{cut}; {way_out}"));
                }
            }
            Err(error) => self.add(Layer::Custody, PLACE, error.to_string()),
        }
        self.heads = heads;
    }

    /// Lines cut from the end leave a whole chain: only a digest that was written down elsewhere tells.
    fn custody_is_known(&mut self, known: &Expected) {
        if let Some(due) = known.custody.filter(|due| !self.heads.contains(due)) {
            let what = format!(
                "no event in it has the digest that was named, {due}: it was cut, or another chain was put in its place"
            );
            self.add(Layer::Custody, "custody/custody.jsonl", what);
        }
    }

    /// Takes from an event what it vouches for; false if it cannot be understood.
    fn note(&mut self, event: &CustodyEvent) -> bool {
        let text = |key: &str| event.detail.get(key).and_then(Value::as_str);
        let digest = |key: &str| text(key).and_then(|hex| hex.parse::<Digest>().ok());
        if !self.withheld.note(event) {
            return false;
        }
        if event.act == Act::Seal {
            let (Some(name), Some(zip), Some(seal), Some(key)) =
                (text("evidence"), digest("zip_sha256"), digest("seal_sha256"), text("key"))
            else {
                return false;
            };
            let key = Some(key.to_owned());
            let sealed = Expected { zip_sha256: Some(zip), seal_sha256: Some(seal), key, ..Expected::default() };
            // One name is sealed once: evidence never changes.
            return is_inside(name) && self.seals.insert(name.to_owned(), sealed).is_none();
        }
        if event.act == Act::Stamp {
            let noted = Noted::read(event);
            let is_read = noted.is_some();
            self.stamps.extend(noted);
            return is_read;
        }
        match custody::photos_of(event) {
            // One name is given once: a photo never changes.
            Some(photos) if photos.iter().all(|(name, _)| !self.photos.contains_key(name)) => {
                self.photos.extend(photos)
            }
            _ => return false,
        }
        match (event.detail.get("file"), text("file"), digest("sha256")) {
            (None, ..) => true,
            (Some(_), Some(name), Some(digest)) if is_inside(name) => {
                self.files.insert(name.to_owned(), digest);
                true
            }
            _ => false,
        }
    }

    fn evidence(&mut self, case: &dyn CaseFiles, known: &Expected) {
        let names = match case.list("evidence") {
            Ok(names) => names,
            // A bundle has no empty folders.
            Err(error) if error.source.kind() == ErrorKind::NotFound && !self.withheld.files().is_empty() => Vec::new(),
            Err(error) => return self.unread(Layer::Zip, "evidence", &error),
        };
        let seals = std::mem::take(&mut self.seals);
        for name in &names {
            let name = shown(Path::new(name));
            let place = format!("evidence/{name}");
            let is_beside_zip = name.strip_suffix(".sha256").is_some_and(|zip| seals.contains_key(zip));
            if let Some(sealed) = seals.get(&name) {
                self.zip(case, &place, sealed, known);
            } else if self.is_unfinished(&name) {
                // Looked at below, as one.
            } else if name.ends_with(".partial") || name.ends_with(".journal.jsonl") {
                let what = "belongs to a collection that was broken off, whose orders are missing: it can not go on";
                self.add(Layer::Seal, &place, what);
            } else if !is_beside_zip {
                self.add(Layer::Custody, &place, "is not in the custody journal: nothing vouches for it");
            }
        }
        for name in self.standing.clone() {
            if let Some(dir) = case.dir() {
                self.unfinished_collection(dir, &name, seals.get(&format!("{name}.zip")));
            }
        }
        let missing = |name: &&String| !self.standing.iter().any(|standing| **name == format!("{standing}.zip"));
        let missing: Vec<String> = seals.keys().filter(missing).cloned().collect();
        for name in missing.iter().filter(|name| !names.iter().any(|there| there.to_str() == Some(name))) {
            let place = format!("evidence/{name}");
            let due = seals.get(name).and_then(|sealed| sealed.zip_sha256);
            if !self.is_withheld(case, &place, due) {
                self.add(Layer::Zip, &place, "is missing: the custody journal says that it was sealed");
            }
        }
    }

    fn zip(&mut self, case: &dyn CaseFiles, place: &str, sealed: &Expected, known: &Expected) {
        let digests = match case.open_anywhere(place).map(|mut zip| announced(&mut *zip)) {
            Ok(said) => said.ok().flatten(),
            Err(error) => return self.unread(Layer::Zip, place, &error),
        };
        let file = match case.open(place) {
            Ok(opened) => opened,
            Err(error) => return self.unread(Layer::Zip, place, &error),
        };
        let mut file = Measuring::new(file);
        let verified = match verify_evidence(place, &mut file, &Expected { digests, ..sealed.clone() }) {
            Ok(verified) => verified,
            Err(error) => return self.unread(Layer::Zip, place, &error),
        };
        self.zips.insert(place.to_owned(), file.end(verified.zip_sha256));
        for (due, found, what) in [
            (known.zip_sha256.map(|d| d.to_string()), Some(verified.zip_sha256.to_string()), "the digest of the zip"),
            (
                known.seal_sha256.map(|d| d.to_string()),
                verified.checked.seal_sha256.map(|d| d.to_string()),
                "the digest of its seal",
            ),
            (known.key.clone(), verified.checked.key.clone(), "the key of its seal"),
        ] {
            if due.is_some() && due != found {
                self.add(
                    Layer::Seal,
                    place,
                    format!("{what} is not the one that was named: {}", due.unwrap_or_default()),
                );
            }
        }
        let beside = format!("{place}.sha256");
        if self.standing.is_empty() || case.exists(&beside).unwrap_or(true) {
            let said = files::read(case, &beside, 4096);
            self.digest_file(said, &beside, &verified, Path::new(place));
        }
        let Chain { events, head } = verified.custody;
        let moment = usize::try_from(events).ok().and_then(|n| n.checked_sub(1)).and_then(|at| self.heads.get(at));
        if moment != Some(&head) {
            self.add(Layer::Custody, place, "carries another custody journal than this case: it was sealed elsewhere, or one of the two was rewritten");
        }
        for problem in verified.problems {
            let path = if problem.path == place { problem.path } else { format!("{place} ▸ {}", problem.path) };
            self.extend(vec![Problem { path, ..problem }]);
        }
        if let (Some(seal), Some(query)) = (verified.checked.seal_sha256, verified.stamp_request) {
            self.queries.insert(place.trim_start_matches("evidence/").to_owned(), (seal, query));
        }
        self.checked.push(verified.checked);
    }

    /// The file beside a zip says its digest, as `sha256sum -c` reads it.
    fn digest_file(&mut self, said: Result<Vec<u8>, DiskError>, place: &str, verified: &Verified, zip: &Path) {
        let name = zip.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        match said {
            Ok(bytes) if bytes == format!("{}  {name}\n", verified.zip_sha256).into_bytes() => {}
            Ok(_) => self.add(Layer::Zip, place, "does not give the digest and name of the zip beside it"),
            Err(error) => self.unread(Layer::Zip, place, &error),
        }
    }
}

/// Whether a path from the journal stays inside the case.
pub(super) fn is_inside(name: &str) -> bool {
    !name.is_empty() && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}

fn shown(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    RawPath(path.as_os_str().as_bytes().to_vec()).shown()
}
