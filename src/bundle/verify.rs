//! Checks a bundle where it lies, as the zip or unpacked: its own seal and bag, then the case in it, all of it.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use serde_json::Value;

use super::age_file::is_age;
use super::layout;
use super::read::{Bundle, Nowhere, ReadError, Watch, read};
use super::window::Window;
use crate::case::dir::CaseDir;
use crate::case::files::CaseFiles;
use crate::case::results::{Checked, Layer, Problem, State, VerifyResult};
use crate::case::verify::{Standing, verify_files};
use crate::disk::error::{DiskError, Doing};
use crate::disk::own;
use crate::evidence::Expected;
use crate::evidence::bagit::{ReadSeek, verify_bag_folder};
use crate::evidence::tags::bag_info_value;
use crate::model::limits::{CUSTODY_BYTES, TAG_FILE_BYTES};
use crate::model::{Act, CustodyEvent, Digest, RawPath};
use crate::seal::{chain, sign};

/// What lies at a path, as far as bundles are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file that age encrypted.
    Age,
    /// The zip of a bundle.
    Zip,
    /// An unpacked bundle.
    Folder,
    /// Something else.
    Other,
}

/// Looks at the beginning of a file, or into a folder.
///
/// # Errors
/// When it can not be looked at.
pub fn kind(path: &Path) -> Result<Kind, DiskError> {
    if own::is_folder(path)? {
        let info = path.join(layout::BAG_INFO);
        let is_bundle = own::exists(&info)? && own::exists(&path.join("data/case.json"))?;
        let text = if is_bundle { own::read_own(&info, TAG_FILE_BYTES as u64)? } else { Vec::new() };
        let says = bag_info_value(&String::from_utf8_lossy(&text), "Hozen-Bundle-Format").is_some();
        return Ok(if says { Kind::Folder } else { Kind::Other });
    }
    let (file, _) = own::open_own(path)?;
    let mut head = Vec::new();
    file.take(256).read_to_end(&mut head).map_err(DiskError::on(path, Doing::Read))?;
    if is_age(&head) {
        return Ok(Kind::Age);
    }
    Ok(if case_at(&head).is_some() { Kind::Zip } else { Kind::Other })
}

/// The case of the bundle whose zip begins so; nothing if it is something else.
pub(super) fn case_at(head: &[u8]) -> Option<String> {
    let name = head.strip_prefix(b"PK\x03\x04")?.get(26..)?;
    let folder = std::str::from_utf8(name.split(|b| *b == b'/').next()?).ok()?;
    layout::case_of(folder).map(str::to_owned)
}

/// Verifies the zip of a bundle.
///
/// # Errors
/// When it can not be opened.
pub fn verify_zip(path: &Path, known: &Expected) -> Result<VerifyResult, DiskError> {
    let name = shown(path);
    let (mut file, _) = own::open_own(path)?;
    let watch = Watch { stop: &AtomicBool::new(false), read: &|_| {} };
    let bundle = match read(&name, &mut file, &mut Nowhere, &watch) {
        Ok(bundle) => bundle,
        Err(error) => return Ok(unread(&name, &error)),
    };
    let case = ZipCase { path: path.to_path_buf(), bundle: &bundle };
    let mut result = in_bundle(&name, &case, &bundle.name, bundle.custody);
    result.problems.splice(0..0, bundle.problems.iter().cloned());
    let beside = path.with_added_extension("sha256");
    if own::exists(&beside)? {
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let said = own::read_own(&beside, 4096)?;
        if said != format!("{}  {file}\n", bundle.zip_sha256).into_bytes() {
            let what = "does not give the digest and name of the bundle beside it".to_owned();
            result.problems.push(Problem { layer: Layer::Zip, path: shown(&beside), what });
        }
    }
    let (members, bytes) = bundle.members;
    let checked = Checked {
        path: name,
        members,
        bytes,
        seal_sha256: bundle.seal,
        key: bundle.key.clone(),
        digests: None,
        bag: None,
    };
    Ok(told(result, checked, known))
}

/// Verifies a bundle that somebody unpacked.
///
/// # Errors
/// When it can not be opened.
pub fn verify_folder(path: &Path, known: &Expected) -> Result<VerifyResult, DiskError> {
    let name = shown(path);
    let root = own::canonical(path)?;
    let text = |file: &str| own::read_own(&root.join(file), CUSTODY_BYTES).unwrap_or_default();
    let info = String::from_utf8_lossy(&text(layout::BAG_INFO)).into_owned();
    let bundle = bag_info_value(&info, "External-Identifier").unwrap_or_default().to_owned();
    let head = bag_info_value(&info, "Hozen-Custody-Head").and_then(|hex| hex.parse().ok());
    let dir = CaseDir::open(&root.join("data"))?;
    let mut problems = Vec::new();
    let mut members = (0, 0);
    match verify_bag_folder(&name, &root, &Expected::default()) {
        Ok(bag) => {
            members = (bag.checked.members, bag.checked.bytes);
            problems.extend(bag.problems);
            // What nothing vouches for is allowed in a bag of someone else; of ours it was added.
            let notes = bag.checked.bag.into_iter().flat_map(|bag| bag.notes);
            let added = notes.filter(|note| layout::part(&note.path) != Some(layout::Part::Signature));
            problems.extend(added.map(|note| Problem { layer: Layer::TagManifest, path: note.path, what: note.what }));
        }
        Err(error) => problems.push(Problem { layer: Layer::Name, path: name.clone(), what: error.to_string() }),
    }
    let signed = text(layout::TAG_MANIFEST);
    let mut key = None;
    match sign::verify(&String::from_utf8_lossy(&text(layout::SIGNATURE)), &signed) {
        Ok(by) => {
            let allowed = by.allowed_signers(bag_info_value(&info, "Hozen-Signer").unwrap_or_default());
            if text(layout::ALLOWED_SIGNERS) != allowed.as_bytes() {
                problems
                    .push(seal_problem(layout::ALLOWED_SIGNERS, "does not name the signer with the key that signed"));
            }
            if bag_info_value(&info, "Hozen-Key") != Some(&by.fingerprint()) {
                problems.push(seal_problem(layout::SIGNATURE, "was made with another key than bag-info.txt names"));
            }
            key = Some(by.fingerprint());
        }
        Err(why) => problems.push(seal_problem(layout::SIGNATURE, &why.to_string())),
    }
    for (path, what) in misplaced(&root) {
        problems.push(Problem { layer: Layer::Name, path, what });
    }
    let mut result = match dir {
        Some(dir) => in_bundle("data", &dir, &bundle, head),
        None => empty(),
    };
    result.problems.splice(0..0, problems);
    let (members, bytes) = members;
    let seal_sha256 = (!signed.is_empty()).then(|| Digest::of(&signed));
    let checked = Checked { path: name, members, bytes, seal_sha256, key, digests: None, bag: None };
    Ok(told(result, checked, known))
}

fn seal_problem(path: &str, what: &str) -> Problem {
    Problem { layer: Layer::Seal, path: path.to_owned(), what: what.to_owned() }
}

/// Files in `data/` that have no place in a bundle.
fn misplaced(root: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let names = own::list_folder(&root.join("data")).unwrap_or_default();
    for name in names {
        let name = shown(Path::new(&name));
        if !(layout::FOLDERS.contains(&name.as_str()) || matches!(name.as_str(), "case.json" | "secret")) {
            found.push((format!("data/{name}"), "has no place in a bundle: it was added".to_owned()));
        }
    }
    found
}

/// Checks the case in a bundle: as any case, and that its chain ends with the export of this very bundle.
pub(super) fn in_bundle(place: &str, case: &dyn CaseFiles, bundle: &str, head: Option<Digest>) -> VerifyResult {
    const CHAIN: &str = "custody/custody.jsonl";
    let mut result = verify_files(case, &Expected::default(), Standing::InABundle).result;
    let mut last = None;
    let end = case.open(CHAIN).ok().and_then(|file| {
        let mut each = |event: CustodyEvent| last = Some(event);
        chain::check(&mut io::BufReader::new(file), &mut each).ok()
    });
    let mut wrong = |what: &str| {
        result.problems.push(Problem { layer: Layer::Custody, path: CHAIN.to_owned(), what: what.to_owned() });
    };
    // Where the chain itself is broken, that was told.
    if let Some(end) = end {
        let is_of_it = last.as_ref().is_some_and(|event| {
            event.act == Act::Export && event.detail.get("name").and_then(Value::as_str) == Some(bundle)
        });
        if !is_of_it {
            wrong("does not end with the export that made this bundle");
        }
        if head != Some(end.head) {
            wrong("is not the chain that bag-info.txt of the bundle names: lines were cut off or added");
        }
    }
    for problem in &mut result.problems {
        if !problem.path.starts_with(place) {
            problem.path = format!("{place} ▸ {}", problem.path);
        }
    }
    for checked in &mut result.checked {
        checked.path = format!("{place} ▸ {}", checked.path);
    }
    result
}

/// Brings both together with what the user knows from elsewhere: it may be the seal of the bundle or of evidence in it.
fn told(mut result: VerifyResult, checked: Checked, known: &Expected) -> VerifyResult {
    result.checked.insert(0, checked);
    let place = result.checked.first().map(|one| one.path.clone()).unwrap_or_default();
    let mut miss = |what: String| result.problems.push(Problem { layer: Layer::Seal, path: place.clone(), what });
    if let Some(due) = known.seal_sha256.filter(|due| !result.checked.iter().any(|one| one.seal_sha256 == Some(*due))) {
        miss(format!("neither the bundle nor evidence in it has the seal that was named: {due}"));
    }
    if let Some(due) = &known.key
        && !result.checked.iter().any(|one| one.key.as_ref() == Some(due))
    {
        let due = RawPath(due.as_bytes().to_vec()).shown();
        miss(format!("neither the bundle nor evidence in it was signed by the key that was named: {due}"));
    }
    result.ok = result.problems.is_empty();
    if !result.ok && matches!(result.state, State::Whole | State::Withheld) {
        result.state = State::Broken;
    }
    result
}

fn empty() -> VerifyResult {
    VerifyResult {
        schema: "hozen.verify/1".to_owned(),
        ok: true,
        state: State::Whole,
        problems: Vec::new(),
        checked: Vec::new(),
        stamps: Vec::new(),
        unfinished: Vec::new(),
        withheld: Vec::new(),
    }
}

fn unread(name: &str, error: &ReadError) -> VerifyResult {
    let what = format!("could not be read, so it was not checked: {error}");
    let problem = Problem { layer: Layer::Zip, path: name.to_owned(), what };
    VerifyResult { ok: false, state: State::Broken, problems: vec![problem], ..empty() }
}

/// The case in the zip of a bundle, read where it lies.
struct ZipCase<'a> {
    path: PathBuf,
    bundle: &'a Bundle,
}

impl ZipCase<'_> {
    /// Where the bytes of a file begin in the zip, and how many they are.
    fn place(&self, path: &str) -> Result<(u64, u64), DiskError> {
        let place = self.bundle.files.get(path).copied();
        place.ok_or_else(|| DiskError::on(path.as_ref(), Doing::Open)(io::Error::from(io::ErrorKind::NotFound)))
    }
}

impl CaseFiles for ZipCase<'_> {
    fn list(&self, folder: &str) -> Result<Vec<OsString>, DiskError> {
        let inside = format!("{folder}/");
        let names = self.bundle.files.keys().filter_map(|file| file.strip_prefix(&inside)?.split('/').next());
        Ok(names.map(OsString::from).collect::<BTreeSet<_>>().into_iter().collect())
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read + '_>, DiskError> {
        let (from, bytes) = self.place(path)?;
        let (mut file, _) = own::open_own(&self.path)?;
        file.seek(SeekFrom::Start(from)).map_err(DiskError::on(&self.path, Doing::Read))?;
        Ok(Box::new(file.take(bytes)))
    }

    fn open_anywhere(&self, path: &str) -> Result<Box<dyn ReadSeek + '_>, DiskError> {
        let (from, bytes) = self.place(path)?;
        let (file, _) = own::open_own(&self.path)?;
        Ok(Box::new(Window::new(file, from, bytes)))
    }

    fn exists(&self, path: &str) -> Result<bool, DiskError> {
        let inside = format!("{path}/");
        Ok(self.bundle.files.keys().any(|file| file == path || file.starts_with(&inside)))
    }

    fn is_plain(&self, path: &str) -> bool {
        self.bundle.files.contains_key(path)
    }

    fn dir(&self) -> Option<&CaseDir> {
        None
    }
}

fn shown(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    RawPath(path.as_os_str().as_bytes().to_vec()).shown()
}
