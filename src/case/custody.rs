//! The chain of custody by hand: what a person did with a case is set down behind a chain that was checked, once and for
//! good, with its photos; and it is read back as far as it is whole.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Zoned;
use serde_json::{Map, Value, json};

use super::collection::utc;
use super::dir::{CaseDir, PHOTOS};
use super::journal::{CaseJournal, JournalError};
use super::results::{CustodyResult, Layer, Problem, Vouched};
use crate::disk::error::{DiskError, Doing};
use crate::disk::{output, own};
use crate::model::limits::{CUSTODY_BYTES, CUSTODY_PHOTO_BYTES};
use crate::model::{Act, CustodyEvent, Digest, RawPath};
use crate::seal::chain::{self, Chain, Draft};

/// Where the chain lies in a case.
const JOURNAL: &str = "custody/custody.jsonl";
/// Letters of the ending that a photo keeps of its own name.
const ENDING_CHARS: usize = 8;

/// Why nothing was added.
#[derive(Debug, thiserror::Error)]
pub enum CustodyError {
    /// The chain.
    #[error("the chain of custody could not be continued")]
    Journal(#[from] JournalError),
    /// A photo could not be read.
    #[error("a photo could not be read")]
    Photo(#[source] DiskError),
    /// A photo could not be kept.
    #[error("a photo could not be kept in the case")]
    Keep(#[source] DiskError),
}

/// What a person says of a case.
pub struct Statement<'a> {
    /// What was done.
    pub act: Act,
    /// Who says so.
    pub operator: String,
    /// Host that it is set down on.
    pub host: String,
    /// Tool and version.
    pub tool: String,
    /// Particulars, by stable English keys.
    pub detail: Map<String, Value>,
    /// Photos to take in.
    pub photos: &'a [PathBuf],
    /// Whether to read each evidence zip once more.
    pub check_evidence: bool,
}

/// What was added.
#[derive(Debug, Clone, PartialEq)]
pub struct Added {
    /// The event, as it stands in the chain.
    pub result: CustodyResult,
    /// Evidence that is not as it was sealed, or could not be read; empty unless it was looked at.
    pub not_as_sealed: Vec<String>,
}

/// Appends an event under the lock of the chain, after checking all of it. Photos are durable before the event is.
///
/// # Errors
/// [`CustodyError`]; then the chain is as it was, and no photo of this call stays.
pub fn add(dir: &CaseDir, statement: Statement<'_>, now: &dyn Fn() -> Zoned) -> Result<Added, CustodyError> {
    let mut seals = BTreeMap::new();
    let mut journal = CaseJournal::open_whole(&dir.journal(), &mut |event| note_seal(&event, &mut seals))?;
    let Statement { act, operator, host, tool, mut detail, photos, check_evidence } = statement;
    let (zips, not_as_sealed) = zips(dir, &seals, check_evidence);
    if !zips.is_empty() {
        detail.insert("zips".to_owned(), Value::Array(zips));
    }
    let mut kept = Vec::new();
    let appended = keep_photos(dir, journal.events(), photos, &mut kept).and_then(|photos| {
        if !photos.is_empty() {
            detail.insert("photos".to_owned(), Value::Array(photos));
        }
        Ok(journal.append(Draft { time: utc(&now()), act, operator, host, tool, detail })?)
    });
    if let Err(error) = appended {
        for photo in kept {
            // The first error is the one that counts.
            let _ = output::remove(&photo);
        }
        return Err(error);
    }
    let mut result = read(dir);
    result.chain.drain(..result.chain.len().saturating_sub(1));
    Ok(Added { result, not_as_sealed })
}

fn note_seal(event: &CustodyEvent, seals: &mut BTreeMap<String, (Digest, Digest)>) {
    if let Some((name, zip, seal)) = seal_of(event) {
        seals.insert(name, (zip, seal));
    }
}

/// The name of the zip that an event sealed, its digest and the digest of its seal.
pub fn seal_of(event: &CustodyEvent) -> Option<(String, Digest, Digest)> {
    let text = |key: &str| event.detail.get(key).and_then(Value::as_str);
    let digest = |key: &str| text(key).and_then(|hex| hex.parse::<Digest>().ok());
    let name = text("evidence").filter(|name| event.act == Act::Seal && is_plain(name))?;
    Some((name.to_owned(), digest("zip_sha256")?, digest("seal_sha256")?))
}

/// The sealed zips as the chain has them and, if asked for, as they are now; and those that are not as they were sealed.
fn zips(dir: &CaseDir, seals: &BTreeMap<String, (Digest, Digest)>, look: bool) -> (Vec<Value>, Vec<String>) {
    let mut not_as_sealed = Vec::new();
    let mut zip = |name: &str, due: Digest, seal: Digest| {
        let mut said = json!({ "file": name, "zip_sha256": due, "seal_sha256": seal, "check": "not_done" });
        let Some(fields) = said.as_object_mut().filter(|_| look) else { return said };
        let check = match own::digest(&dir.root().join("evidence").join(name)) {
            Ok(found) if found == due => "same",
            Ok(found) => {
                fields.insert("found_sha256".to_owned(), json!(found));
                "changed"
            }
            Err(error) if error.source.kind() == io::ErrorKind::NotFound => "missing",
            Err(_) => "unread",
        };
        fields.insert("check".to_owned(), json!(check));
        if check != "same" {
            not_as_sealed.push(format!("evidence/{name}"));
        }
        said
    };
    let zips = seals.iter().map(|(name, (due, seal))| zip(name, *due, *seal)).collect();
    (zips, not_as_sealed)
}

/// Copies photos into the case; what was made is put into `kept`.
fn keep_photos(
    dir: &CaseDir,
    seq: u64,
    photos: &[PathBuf],
    kept: &mut Vec<PathBuf>,
) -> Result<Vec<Value>, CustodyError> {
    if photos.is_empty() {
        return Ok(Vec::new());
    }
    let folder = dir.photos();
    if output::ensure_folder(&folder).map_err(CustodyError::Keep)?.is_some() {
        output::sync_folder_of(&folder).map_err(CustodyError::Keep)?;
    }
    let mut said = Vec::new();
    for (number, photo) in (1u64..).zip(photos) {
        let bytes = own::read_own(photo, CUSTODY_PHOTO_BYTES).map_err(CustodyError::Photo)?;
        let digest = Digest::of(&bytes);
        let name = photo_name(seq.saturating_add(1), number, &digest, photo);
        let path = folder.join(&name);
        if !is_left_over(&path, &digest)? {
            output::write_once(&path, &bytes).map_err(CustodyError::Keep)?;
            kept.push(path);
        }
        said.push(json!({
            "file": format!("{PHOTOS}/{name}"), "sha256": digest, "bytes": bytes.len(), "name": shown_name(photo),
        }));
    }
    Ok(said)
}

/// Whether an `add` that broke off left this very photo: then it is taken over. Another content under that name is an error.
fn is_left_over(path: &Path, due: &Digest) -> Result<bool, CustodyError> {
    if !own::exists(path).map_err(CustodyError::Keep)? {
        return Ok(false);
    }
    let same = own::is_plain_file(path) && own::digest(path).map_err(CustodyError::Keep)? == *due;
    let taken = || DiskError::on(path, Doing::Create)(io::Error::from(io::ErrorKind::AlreadyExists));
    if same { Ok(true) } else { Err(CustodyError::Keep(taken())) }
}

/// `0012-1-5f2a90c1d3e4f506.jpg`: the line of its event, its place in it, and its digest. Of its own name only a plain
/// ending is kept: names are hostile.
fn photo_name(line: u64, number: u64, digest: &Digest, photo: &Path) -> String {
    let hex = digest.to_string();
    let ending = photo.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let plain = (1..=ENDING_CHARS).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_alphanumeric());
    let ending = if plain { format!(".{}", ending.to_ascii_lowercase()) } else { String::new() };
    format!("{line:04}-{number}-{}{ending}", hex.get(..16).unwrap_or(&hex))
}

fn shown_name(photo: &Path) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    RawPath(photo.file_name().unwrap_or_default().as_bytes().to_vec()).shown()
}

/// The photos that an event vouches for; `None` if it says so in a way that can not be understood.
pub fn photos_of(event: &CustodyEvent) -> Option<Vec<(String, Digest)>> {
    let Some(photos) = event.detail.get("photos") else { return Some(Vec::new()) };
    let one = |photo: &Value| {
        let text = |key: &str| photo.get(key).and_then(Value::as_str);
        let name = text("file")
            .filter(|name| name.strip_prefix(PHOTOS).and_then(|rest| rest.strip_prefix('/')).is_some_and(is_plain))?;
        Some((name.to_owned(), text("sha256")?.parse().ok()?))
    };
    photos.as_array()?.iter().map(one).collect()
}

/// Whether this is a name in a folder, and no way out of it.
fn is_plain(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains(['/', '\0'])
}

/// What is wrong with the photos of a case: changed, removed, or there without an event that vouches for them.
pub fn photo_problems(dir: &CaseDir, due: &BTreeMap<String, Digest>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut add = |path: String, what: String| problems.push(Problem { layer: Layer::Custody, path, what });
    for (name, due) in due {
        let path = dir.root().join(name);
        let shown = RawPath(name.clone().into_bytes()).shown();
        match own::digest(&path) {
            _ if !own::exists(&path).unwrap_or(true) => {
                add(shown, "is missing: the custody journal says that it was taken in".to_owned());
            }
            Ok(_) if !own::is_plain_file(&path) => add(shown, "is a link: a photo is kept as a file".to_owned()),
            Ok(found) if found == *due => {}
            Ok(_) => add(shown, "is not as it was taken in: its digest is not the recorded one".to_owned()),
            Err(error) => add(shown, format!("could not be read, so it was not checked: {error}")),
        }
    }
    if !own::exists(&dir.photos()).unwrap_or(true) {
        return problems;
    }
    match own::list_folder(&dir.photos()) {
        Ok(names) => {
            for name in names {
                use std::os::unix::ffi::OsStrExt as _;
                if name.to_str().is_none_or(|name| !due.contains_key(&format!("{PHOTOS}/{name}"))) {
                    let shown = RawPath(name.as_bytes().to_vec()).shown();
                    let what = "is not in the custody journal: nothing vouches for it".to_owned();
                    problems.push(Problem { layer: Layer::Custody, path: format!("{PHOTOS}/{shown}"), what });
                }
            }
        }
        Err(error) => problems.push(Problem {
            layer: Layer::Custody,
            path: PHOTOS.to_owned(),
            what: format!("could not be read, so it was not checked: {error}"),
        }),
    }
    problems
}

/// Reads the chain as far as it is whole, and its photos. What can not be read is a problem in the result.
pub fn read(dir: &CaseDir) -> CustodyResult {
    let mut all = Reading::default();
    let wrong = |what: String| Problem { layer: Layer::Custody, path: JOURNAL.to_owned(), what };
    let end = match own::read_own(&dir.journal(), CUSTODY_BYTES) {
        Ok(bytes) => chain::check(&mut bytes.as_slice(), &mut |event| all.take(event)).map_err(|e| e.to_string()),
        Err(error) => Err(format!("could not be read, so it was not checked: {error}")),
    };
    let mut problems: Vec<Problem> = all
        .oddly
        .iter()
        .map(|line| wrong(format!("line {line} does not say what it vouches for, or says it oddly")))
        .collect();
    let whole = end.unwrap_or_else(|what| {
        problems.push(wrong(what));
        let events = all.chain.len() as u64;
        let head = all.chain.last().and_then(|event| serde_json::to_string(event).ok());
        Chain { events, head: head.map_or(chain::GENESIS, |line| Digest::of(line.as_bytes())) }
    });
    if whole.events == 0 && problems.is_empty() {
        problems.push(wrong("holds no event".to_owned()));
    }
    problems.extend(photo_problems(dir, &all.photos));
    CustodyResult {
        schema: "hozen.custody/1".to_owned(),
        case: shown_path(dir.root()),
        ok: problems.is_empty(),
        events: whole.events,
        head: whole.head,
        problems,
        vouches: all.vouches,
        chain: all.chain,
    }
}

fn shown_path(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    RawPath(path.as_os_str().as_bytes().to_vec()).shown()
}

/// A chain that is being read: its events, and what they vouch for.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) chain: Vec<CustodyEvent>,
    pub(super) vouches: Vec<Vouched>,
    photos: BTreeMap<String, Digest>,
    /// Lines that can not be understood.
    pub(super) oddly: Vec<u64>,
}

impl Reading {
    pub(super) fn take(&mut self, event: CustodyEvent) {
        let line = event.seq.saturating_add(1);
        let mut vouch = |file: String, sha256| self.vouches.push(Vouched { line, file, sha256 });
        if let Some((name, zip, _)) = seal_of(&event) {
            vouch(format!("evidence/{name}"), zip);
        }
        let text = |key: &str| event.detail.get(key).and_then(Value::as_str);
        if let (Some(file), Some(Ok(sha256))) = (text("file"), text("sha256").map(str::parse)) {
            vouch(file.to_owned(), sha256);
        }
        if let (Some(file), Some(Ok(sha256))) = (text("ca_file"), text("ca_sha256").map(str::parse)) {
            vouch(file.to_owned(), sha256);
        }
        match photos_of(&event) {
            Some(photos) if photos.iter().all(|(name, _)| !self.photos.contains_key(name)) => {
                for (name, sha256) in photos {
                    vouch(name.clone(), sha256);
                    self.photos.insert(name, sha256);
                }
            }
            _ => self.oddly.push(line),
        }
        self.chain.push(event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_gets_a_plain_name_whatever_its_own_is() {
        let digest = Digest::of(b"x");
        let name = |photo: &str| photo_name(7, 2, &digest, Path::new(photo));
        assert_eq!(name("a.JPG"), "0007-2-2d711642b726b044.jpg");
        for hostile in ["x.j\u{202e}pg", "x.", "x", "..", "x.aaaaaaaaa", "x. sh"] {
            assert_eq!(name(hostile), "0007-2-2d711642b726b044", "{hostile}");
        }
    }

    #[test]
    fn an_event_can_vouch_for_plain_names_in_the_folder_of_photos_only() {
        let event = |photos: Value| CustodyEvent {
            seq: 0,
            time: String::new(),
            act: Act::Note,
            operator: String::new(),
            host: String::new(),
            tool: String::new(),
            detail: Map::from_iter([("photos".to_owned(), photos)]),
            prev: String::new(),
        };
        let photo = |file: &str| json!([{ "file": file, "sha256": Digest::of(b"x") }]);
        assert_eq!(photos_of(&event(photo("custody/photos/a.jpg"))).map(|photos| photos.len()), Some(1));
        for hostile in
            ["custody/photos/../../case.json", "custody/photos/..", "custody/photos/", "/etc/passwd", "case.json"]
        {
            assert_eq!(photos_of(&event(photo(hostile))), None, "{hostile}");
        }
        assert_eq!(photos_of(&event(json!([{ "file": "custody/photos/a", "sha256": "no" }]))), None);
        assert_eq!(photos_of(&event(json!("x"))), None);
    }
}
