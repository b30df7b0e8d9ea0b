//! Checks a case, or an evidence zip on its own, reading all of it: the chain of custody, every zip against it, every result.
//!
//! A case vouches for its evidence by its custody journal, so what stands in the folder and not in the journal is a problem
//! too. Nothing here says who made the journal: that is what the seal's digest and key on the paper form are for.

mod record;
mod stamps;
mod unfinished;

pub use self::record::record;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufReader, Seek};
use std::path::{Component, Path};

use serde_json::Value;

use self::stamps::Noted;
use super::custody;
use super::dir::CaseDir;
use super::mend;
use super::results::{BagNote, Checked, Layer, Problem, StampResult, State, UnfinishedResult, VerifyResult};
use crate::disk::error::{DiskError, Doing};
use crate::disk::own;
use crate::evidence::bagit::{BESIDE, VerifiedBag, check_beside, verify_bag_folder, verify_bag_zip};
use crate::evidence::verify::{Expected, Verified, verify_evidence};
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
    match verify_evidence(&name, &mut file, known) {
        Ok(verified) => {
            let beside = path.with_added_extension("sha256");
            if own::exists(&beside)? {
                check.digest_file(&beside, &shown(&beside), &verified, path);
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
    let mut check = Check { standing: dir.standing(), ..Check::default() };
    if check.nothing_taken(dir) {
        return check.result();
    }
    check.journal(dir);
    check.evidence(dir, known);
    check.time_stamps(dir);
    for folder in ["results", "report"] {
        check.unrecorded(dir, folder);
    }
    check.torn_bytes(dir);
    check.recorded_files(dir);
    check.extend(custody::photo_problems(dir, &check.photos));
    check.result()
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

    fn result(self) -> VerifyResult {
        VerifyResult {
            schema: "hozen.verify/1".to_owned(),
            ok: self.problems.is_empty(),
            state: self.state,
            problems: self.problems,
            checked: self.checked,
            stamps: self.stamped,
            unfinished: self.unfinished,
        }
    }

    fn journal(&mut self, dir: &CaseDir) {
        const PLACE: &str = "custody/custody.jsonl";
        let file = match own::open_own(&dir.journal()) {
            Ok((file, _)) => file,
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

    /// Takes from an event what it vouches for; false if it cannot be understood.
    fn note(&mut self, event: &CustodyEvent) -> bool {
        let text = |key: &str| event.detail.get(key).and_then(Value::as_str);
        let digest = |key: &str| text(key).and_then(|hex| hex.parse::<Digest>().ok());
        if event.act == Act::Seal {
            let (Some(name), Some(zip), Some(seal), Some(key)) =
                (text("evidence"), digest("zip_sha256"), digest("seal_sha256"), text("key"))
            else {
                return false;
            };
            let sealed = Expected { zip_sha256: Some(zip), seal_sha256: Some(seal), key: Some(key.to_owned()) };
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

    fn evidence(&mut self, dir: &CaseDir, known: &Expected) {
        let names = match own::list_folder(&dir.root().join("evidence")) {
            Ok(names) => names,
            Err(error) => return self.unread(Layer::Zip, "evidence", &error),
        };
        let seals = std::mem::take(&mut self.seals);
        for name in &names {
            let path = dir.root().join("evidence").join(name);
            let name = shown(Path::new(name));
            let place = format!("evidence/{name}");
            let is_beside_zip = name.strip_suffix(".sha256").is_some_and(|zip| seals.contains_key(zip));
            if let Some(sealed) = seals.get(&name) {
                self.zip(&path, &place, sealed, known);
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
            self.unfinished_collection(dir, &name, seals.get(&format!("{name}.zip")));
        }
        let missing = |name: &&String| !self.standing.iter().any(|standing| **name == format!("{standing}.zip"));
        for name in seals
            .keys()
            .filter(missing)
            .cloned()
            .collect::<Vec<_>>()
            .iter()
            .filter(|name| !names.iter().any(|there| there.to_str() == Some(name)))
        {
            let what = "is missing: the custody journal says that it was sealed";
            self.add(Layer::Zip, &format!("evidence/{name}"), what);
        }
    }

    fn zip(&mut self, path: &Path, place: &str, sealed: &Expected, known: &Expected) {
        let opened = own::open_own(path);
        let (mut file, _) = match opened {
            Ok(opened) => opened,
            Err(error) => return self.unread(Layer::Zip, place, &error),
        };
        let verified = match verify_evidence(place, &mut file, sealed) {
            Ok(verified) => verified,
            Err(error) => return self.unread(Layer::Zip, place, &error),
        };
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
        let beside = path.with_added_extension("sha256");
        if self.standing.is_empty() || own::exists(&beside).unwrap_or(true) {
            self.digest_file(&beside, &format!("{place}.sha256"), &verified, path);
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
    fn digest_file(&mut self, beside: &Path, place: &str, verified: &Verified, zip: &Path) {
        let name = zip.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        match own::read_own(beside, 4096) {
            Ok(bytes) if bytes == format!("{}  {name}\n", verified.zip_sha256).into_bytes() => {}
            Ok(_) => self.add(Layer::Zip, place, "does not give the digest and name of the zip beside it"),
            Err(error) => self.unread(Layer::Zip, place, &error),
        }
    }

    /// Files of the case that the journal does not know.
    fn unrecorded(&mut self, dir: &CaseDir, folder: &str) {
        let path = dir.root().join(folder);
        let names = match own::list_folder(&path) {
            Ok(names) => names,
            Err(error) => return self.unread(Layer::Result, folder, &error),
        };
        for name in names {
            let place = format!("{folder}/{}", name.to_string_lossy());
            let inside = format!("{place}/");
            if !self.files.keys().any(|known| *known == place || known.starts_with(&inside)) {
                let place = RawPath(place.into_bytes()).shown();
                // Of a collection that is not at its end, results may be half-written; going on makes them anew.
                self.add_as(
                    self.state_of_result(&place),
                    Layer::Result,
                    &place,
                    "is not in the custody journal: nothing vouches for it",
                );
            }
        }
    }

    /// Bytes of a torn line that a mending kept, and did not come to set down.
    fn torn_bytes(&mut self, dir: &CaseDir) {
        for name in own::list_folder(&dir.root().join("custody")).unwrap_or_default() {
            let name = shown(Path::new(&name));
            let place = format!("custody/{name}");
            if mend::is_left_bytes(&name) && !self.files.contains_key(&place) {
                let what = "is not in the custody journal: `hozen custody mend` was broken off, and goes on when it is run again";
                self.add(Layer::Custody, &place, what);
            }
        }
    }

    /// How bad it is that a file of the case is not as recorded: the results of a collection that is not at its end are made
    /// anew when it goes on, one after another.
    fn state_of_result(&self, name: &str) -> State {
        let is_result = name.starts_with("results/") || name.starts_with("report/");
        if is_result && !self.standing.is_empty() { State::Incomplete } else { State::Broken }
    }

    fn recorded_files(&mut self, dir: &CaseDir) {
        for (name, due) in std::mem::take(&mut self.files) {
            let place = RawPath(name.clone().into_bytes()).shown();
            match own::digest(&dir.root().join(&name)) {
                Ok(digest) if digest == due => {}
                Ok(_) => self.add_as(
                    self.state_of_result(&name),
                    Layer::Result,
                    &place,
                    "is not as it was written: its digest is not the recorded one",
                ),
                Err(error) => {
                    let what = format!("could not be read, so it was not checked: {error}");
                    self.add_as(self.state_of_result(&name), Layer::Result, &place, what);
                }
            }
        }
    }
}

/// Whether a path from the journal stays inside the case.
fn is_inside(name: &str) -> bool {
    !name.is_empty() && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}

fn shown(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    RawPath(path.as_os_str().as_bytes().to_vec()).shown()
}
