//! What a copy will hold, and whether it can be made: found out under the lock of the chain, before anything is written.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use super::{CopyError, PARTIAL, shown};
use crate::case::custody::{Reading, seal_of};
use crate::case::dir::{CaseDir, FOLDERS};
use crate::case::journal::{CaseJournal, JournalError};
use crate::disk::error::{DiskError, Doing};
use crate::disk::space::{self, Space};
use crate::disk::{output, own};
use crate::model::limits::CUSTODY_BYTES;
use crate::model::{CustodyEvent, Digest};
use crate::seal::chain::{self, Chain, Draft};

/// Folder of the keys of a case.
pub(super) const SECRET: &str = "secret/";
/// The chain of custody, which is written into the copy with the event of the copy at its end.
const CHAIN: &str = "custody/custody.jsonl";
/// Folders in each other that a case may hold.
const DEPTH: usize = 8;
/// Room that one more file may take beside its bytes, on file systems with large blocks.
const FILE_BYTES: u64 = 64 * 1024;
/// Room for the chain's new line and what folders take.
const REST_BYTES: u64 = 1024 * 1024;

/// A file to be copied.
pub(super) struct Planned {
    /// Its path in the case, escaped for display.
    pub(super) path: String,
    pub(super) from: PathBuf,
    pub(super) to: PathBuf,
    /// The digest that it must have.
    pub(super) due: Option<Digest>,
    bytes: u64,
}

/// A copy that can be made.
pub struct CopyPlan {
    pub(super) source: PathBuf,
    /// The copy's name when it is whole.
    pub(super) copy: PathBuf,
    /// Folders to be made, outermost first.
    pub(super) folders: Vec<PathBuf>,
    pub(super) files: Vec<Planned>,
    pub(super) left_out: Vec<String>,
    pub(super) has_secrets: bool,
    pub(super) same_file_system: bool,
    /// File name, digest and seal of each zip.
    pub(super) zips: Vec<(String, Digest, Option<Digest>)>,
    /// The source's chain, locked; nothing where there is none, or where it can not be written.
    pub(super) journal: Option<CaseJournal>,
    /// The end of the source's chain.
    end: Option<Chain>,
    pub(super) events: u64,
    pub(super) chain_text: String,
    /// Where the copy's chain goes.
    pub(super) chain_of_copy: Option<PathBuf>,
    /// What gets which name at the end.
    pub(super) to_be_named: Vec<(PathBuf, PathBuf)>,
}

impl CopyPlan {
    /// Bytes that will be copied.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// Whether the copy would lie on the source's own file system.
    pub fn is_on_same_file_system(&self) -> bool {
        self.same_file_system
    }

    /// Whether the event can stand in the source's chain too.
    pub fn can_record(&self) -> bool {
        self.journal.is_some()
    }

    /// Whether there is a chain at all.
    pub fn has_chain(&self) -> bool {
        self.end.is_some()
    }

    /// Whether an event is made: for the source's chain, the copy's, or both.
    pub(super) fn is_recorded(&self) -> bool {
        self.end.is_some() && (self.journal.is_some() || self.chain_of_copy.is_some())
    }

    pub(super) fn line_of(&self, draft: Draft) -> Result<String, JournalError> {
        let mut next = self.end.unwrap_or_default();
        Ok(next.append(draft)? + "\n")
    }

    pub(super) fn names(&self) -> Vec<(PathBuf, PathBuf)> {
        self.to_be_named.clone()
    }

    fn check_space(&self, to: &Path) -> Result<(), CopyError> {
        let files = FILE_BYTES.saturating_mul(self.files.len() as u64);
        let need = self.bytes().saturating_add(files).saturating_add(self.chain_text.len() as u64);
        let (need, free) = (need.saturating_add(REST_BYTES), Space::of(to)?.free_bytes);
        if need <= free { Ok(()) } else { Err(CopyError::TooLittleSpace { to: to.to_path_buf(), need, free }) }
    }
}

/// Looks at the source, a case folder or a zip, and at the folder `to` that its copy is to lie in.
///
/// # Errors
/// [`CopyError`]; nothing was written.
pub fn plan(source: &Path, to: &Path, with_secrets: bool) -> Result<CopyPlan, CopyError> {
    if !own::is_folder(to)? {
        return Err(CopyError::NoFolder(to.to_path_buf()));
    }
    let to = own::canonical(to)?;
    if !own::exists(source)? {
        return Err(DiskError::on(source, Doing::Open)(io::Error::from(io::ErrorKind::NotFound)).into());
    }
    let source = own::canonical(source)?;
    own::may_write_in(&to)?;
    let plan = match CaseDir::open(&source)? {
        Some(dir) => of_case(&dir, &to, with_secrets)?,
        None if source.extension().is_some_and(|ending| ending == "zip") && own::is_plain_file(&source) => {
            of_zip(&source, &to)?
        }
        None => return Err(CopyError::NothingToCopy(source)),
    };
    for (part, name) in &plan.to_be_named {
        for path in [name, part] {
            if own::exists(path)? {
                return Err(CopyError::Taken(path.clone()));
            }
        }
    }
    plan.check_space(&to)?;
    Ok(plan)
}

/// The chain of a case, locked where it can be written.
struct Source {
    journal: Option<CaseJournal>,
    end: Chain,
    text: String,
    reading: Reading,
}

fn chain_of(dir: &CaseDir) -> Result<Source, CopyError> {
    if !dir.standing().is_empty() {
        return Err(CopyError::Unfinished(dir.root().to_path_buf()));
    }
    let mut reading = Reading::default();
    let (journal, end, text) = match CaseJournal::open_whole(&dir.journal(), &mut |event| reading.take(event)) {
        Ok(mut journal) => {
            let (end, text) = (Chain { events: journal.events(), head: journal.head() }, journal.text()?);
            (Some(journal), end, text)
        }
        // A source that is kept from writing is a good one: then only the copy can say that it was made.
        Err(JournalError::Disk(error)) if error.source.kind() == io::ErrorKind::ReadOnlyFilesystem => {
            let bytes = own::read_own(&dir.journal(), CUSTODY_BYTES)?;
            reading = Reading::default();
            let end = chain::check(&mut BufReader::new(bytes.as_slice()), &mut |event| reading.take(event));
            (None, end.map_err(JournalError::from)?, String::from_utf8_lossy(&bytes).into_owned())
        }
        Err(error) => return Err(error.into()),
    };
    if let Some(line) = reading.oddly.first() {
        let why = format!("line {line} does not say what it vouches for, or says it oddly");
        return Err(CopyError::NotWhole { path: CHAIN.to_owned(), why });
    }
    Ok(Source { journal, end, text, reading })
}

fn of_case(dir: &CaseDir, to: &Path, with_secrets: bool) -> Result<CopyPlan, CopyError> {
    let name = dir.root().file_name().map(OsString::from);
    let name = name.ok_or_else(|| CopyError::NothingToCopy(dir.root().to_path_buf()))?;
    if to.starts_with(dir.root()) {
        return Err(CopyError::Inside(to.to_path_buf()));
    }
    let source = chain_of(dir)?;
    let copy = to.join(&name);
    let part = partial(&copy);
    let due = due(&source.reading);
    let found = Tree::of(dir.root())?;
    let (mut files, mut left_out) = (Vec::new(), found.odd.clone());
    for path in &found.files {
        let is_secret = path.starts_with(SECRET);
        let planned = |due| planned(dir.root(), &part, path, due);
        match due.get(path) {
            Some(due) => files.push(planned(Some(*due))?),
            None if path == CHAIN => {}
            None if is_secret && with_secrets => files.push(planned(None)?),
            None if is_secret => {}
            None if is_ours(path) => {
                let why = "is not in the chain of custody: nothing vouches for it".to_owned();
                return Err(CopyError::NotWhole { path: escaped(path), why });
            }
            None => left_out.push(escaped(path)),
        }
    }
    if let Some(missing) = due.keys().find(|path| !found.files.contains(path)) {
        let why = "is missing: the chain of custody vouches for it".to_owned();
        return Err(CopyError::NotWhole { path: escaped(missing), why });
    }
    let holds = |folder: &String| {
        FOLDERS.contains(&folder.as_str()) || files.iter().any(|file: &Planned| file.to.starts_with(part.join(folder)))
    };
    let folders = found.folders.iter().filter(|folder| holds(folder)).map(|folder| part.join(folder));
    let folders = std::iter::once(part.clone()).chain(folders).collect();
    Ok(CopyPlan {
        same_file_system: space::same_file_system(dir.root(), to)?,
        source: dir.root().to_path_buf(),
        chain_of_copy: Some(part.join(CHAIN)),
        to_be_named: vec![(part, copy.clone())],
        copy,
        folders,
        has_secrets: with_secrets && files.iter().any(|file| file.path.starts_with(SECRET)),
        files,
        left_out,
        zips: zips(&source.reading.chain),
        journal: source.journal,
        end: Some(source.end),
        events: source.end.events,
        chain_text: source.text,
    })
}

/// One zip, and the digest beside it. In a case its chain says so too.
fn of_zip(zip: &Path, to: &Path) -> Result<CopyPlan, CopyError> {
    let name = zip.file_name().map(OsString::from).unwrap_or_default();
    let shown_name = shown(Path::new(&name));
    let beside = zip.with_added_extension("sha256");
    if !own::exists(&beside)? {
        let why = "is missing: without it nothing says what the zip should be; `sha256sum` makes one".to_owned();
        return Err(CopyError::NotWhole { path: shown(&beside), why });
    }
    let line = own::read_own(&beside, 4096)?;
    let text = String::from_utf8_lossy(&line);
    let said = text.split_once("  ").filter(|(_, rest)| *rest == format!("{}\n", name.to_string_lossy()));
    let due: Digest = said.and_then(|(hex, _)| hex.parse().ok()).ok_or_else(|| CopyError::NotWhole {
        path: shown(&beside),
        why: "does not give the digest and name of the zip beside it".to_owned(),
    })?;
    let folder = zip.parent().filter(|folder| folder.ends_with("evidence")).and_then(Path::parent);
    let case = folder.map(CaseDir::open).transpose()?.flatten();
    let source = case.as_ref().map(chain_of).transpose()?;
    let sealed = source.as_ref().map(|source| zips(&source.reading.chain)).unwrap_or_default();
    let seal = match (&source, sealed.iter().find(|(sealed, ..)| *sealed == shown_name)) {
        (None, _) => None,
        (Some(_), Some((_, zip, seal))) if *zip == due => *seal,
        (Some(_), _) => {
            let why = "is not as the chain of custody of its case has it".to_owned();
            return Err(CopyError::NotWhole { path: shown(zip), why });
        }
    };
    let root = zip.parent().unwrap_or(Path::new("/"));
    let copy = to.join(&name);
    let one = |from: &Path, due: Digest| -> Result<(Planned, PathBuf), CopyError> {
        let name = from.file_name().map(Path::new).unwrap_or(Path::new(""));
        let (to, bytes) = (to.join(name), own::whole_file(from)?.0);
        let planned = Planned { path: shown(name), from: root.join(name), to: partial(&to), due: Some(due), bytes };
        Ok((planned, to))
    };
    let both = [one(zip, due)?, one(&beside, Digest::of(&line))?];
    let to_be_named = both.iter().map(|(file, name)| (file.to.clone(), name.clone())).collect();
    let end = source.as_ref().map(|source| source.end);
    Ok(CopyPlan {
        same_file_system: space::same_file_system(zip, to)?,
        source: zip.to_path_buf(),
        copy,
        folders: Vec::new(),
        files: both.into_iter().map(|(file, _)| file).collect(),
        left_out: Vec::new(),
        has_secrets: false,
        zips: vec![(shown_name, due, seal)],
        journal: source.and_then(|source| source.journal),
        end,
        events: end.map_or(0, |end| end.events),
        chain_text: String::new(),
        chain_of_copy: None,
        to_be_named,
    })
}

fn zips(chain: &[CustodyEvent]) -> Vec<(String, Digest, Option<Digest>)> {
    chain.iter().filter_map(seal_of).map(|(name, zip, seal)| (name, zip, Some(seal))).collect()
}

fn partial(path: &Path) -> PathBuf {
    path.with_added_extension(PARTIAL)
}

fn planned(root: &Path, part: &Path, path: &str, due: Option<Digest>) -> Result<Planned, CopyError> {
    let from = root.join(path);
    let (bytes, _) = own::whole_file(&from)?;
    Ok(Planned { path: escaped(path), to: part.join(path), from, due, bytes })
}

fn escaped(path: &str) -> String {
    shown(Path::new(path))
}

/// What the chain vouches for, by path, and the digest files beside the zips; the last word on a file holds.
fn due(reading: &Reading) -> BTreeMap<String, Digest> {
    let mut due: BTreeMap<String, Digest> = reading.vouches.iter().map(|one| (one.file.clone(), one.sha256)).collect();
    for (name, zip, _) in zips(&reading.chain) {
        due.insert(format!("evidence/{name}.sha256"), Digest::of(format!("{zip}  {name}\n").as_bytes()));
    }
    due
}

/// Whether nothing but what hozen wrote may stand there.
fn is_ours(path: &str) -> bool {
    let is_part = Path::new(path).file_name().is_some_and(output::is_part);
    !is_part && ["evidence/", "results/", "report/", "custody/"].iter().any(|folder| path.starts_with(folder))
}

/// Everything below a case folder.
#[derive(Default)]
struct Tree {
    folders: Vec<String>,
    files: Vec<String>,
    /// Neither file nor folder, or a name that is no text: nothing vouches for these.
    odd: Vec<String>,
}

impl Tree {
    fn of(root: &Path) -> Result<Self, DiskError> {
        let mut tree = Self::default();
        tree.enter(root, "", 0)?;
        Ok(tree)
    }

    fn enter(&mut self, root: &Path, prefix: &str, depth: usize) -> Result<(), DiskError> {
        for name in own::list_folder(&root.join(prefix))? {
            let full = root.join(prefix).join(&name);
            let Some(path) = name.to_str().map(|name| format!("{prefix}{name}")) else {
                self.odd.push(format!("{}{}", escaped(prefix), shown(Path::new(&name))));
                continue;
            };
            if own::is_plain_file(&full) {
                self.files.push(path);
            } else if own::folder_identity(&full).is_some() && depth < DEPTH {
                self.folders.push(path.clone());
                self.enter(root, &format!("{path}/"), depth.saturating_add(1))?;
            } else {
                self.odd.push(escaped(&path));
            }
        }
        Ok(())
    }
}
