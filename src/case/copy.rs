//! The second copy of a case, or of one evidence zip, on another medium: read once against the chain of custody, durable,
//! read back, and set down in the chain on both sides. Under its own name it is whole or not there at all.

mod plan;

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use jiff::Zoned;
use serde_json::{Map, Value, json};

pub use self::plan::{CopyPlan, plan};
use super::collection::utc;
use super::journal::JournalError;
use super::results::{CopyResult, ZipCopied};
use crate::disk::copy::{self, ReadBack, Watch};
use crate::disk::error::DiskError;
use crate::disk::output;
use crate::model::{Act, Digest, RawPath};
use crate::seal::chain::Draft;

/// The end of a copy's name until it is whole.
const PARTIAL: &str = "partial";

/// Why there is no copy. What had been made of it is removed again, as far as its medium lets it.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// Neither a case nor a zip.
    #[error("{} is neither a case folder nor a zip", shown(.0))]
    NothingToCopy(PathBuf),
    /// Its collection is not at its end.
    #[error("the collection of {} is not at its end", shown(.0))]
    Unfinished(PathBuf),
    /// The source is not what its chain, or the digest file beside it, says.
    #[error("{path} {why}")]
    NotWhole {
        /// Its path, escaped.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// The folder that the copy is to lie in is not there.
    #[error("{} is no folder", shown(.0))]
    NoFolder(PathBuf),
    /// It lies in what is to be copied.
    #[error("{} lies in what is to be copied", shown(.0))]
    Inside(PathBuf),
    /// The name is taken.
    #[error("{} exists already", shown(.0))]
    Taken(PathBuf),
    /// There is too little room.
    #[error("{} has {free} bytes free, and {need} are needed", shown(to))]
    TooLittleSpace {
        /// Where.
        to: PathBuf,
        /// Bytes needed.
        need: u64,
        /// Bytes free.
        free: u64,
    },
    /// What was read back is not what was written.
    #[error("{path} does not read back from its medium as it was written{}", offset_told(*offset))]
    Differs {
        /// Its path in the copy, escaped.
        path: String,
        /// The first byte that differs; nothing where a second look showed no difference.
        offset: Option<u64>,
    },
    /// The user interrupted.
    #[error("interrupted before the copy was whole")]
    Interrupted,
    /// The copy is whole and in the chain, and could not be given its name.
    #[error("the copy is whole, and could not be given its name {}", shown(to))]
    NotNamed {
        /// The name.
        to: PathBuf,
        /// Why.
        source: DiskError,
    },
    /// One of our own files.
    #[error("a file could not be copied")]
    Disk(#[from] DiskError),
    /// The chain of custody.
    #[error("the chain of custody could not be continued")]
    Journal(#[from] JournalError),
}

fn offset_told(offset: Option<u64>) -> String {
    offset.map_or_else(
        || ": two readings of it differ".to_owned(),
        |offset| format!(": the first difference is at byte {offset}"),
    )
}

fn shown(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    RawPath(path.as_os_str().as_bytes().to_vec()).shown()
}

/// How a copy is made, and what is set down of it.
pub struct Orders<'a> {
    /// Whether to read it back.
    pub verify: bool,
    /// Who does it.
    pub operator: String,
    /// Host that it is done on.
    pub host: String,
    /// Tool and version.
    pub tool: String,
    /// Particulars that a person gave, by stable English keys.
    pub detail: Map<String, Value>,
    /// Ends it early when set.
    pub stop: &'a AtomicBool,
    /// Told how many bytes were read.
    pub read: &'a dyn Fn(u64),
    /// The time.
    pub now: &'a dyn Fn() -> Zoned,
}

/// What was made so far: removed again unless the copy became whole.
#[derive(Default)]
struct Made {
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

impl Made {
    fn folder(&mut self, path: PathBuf) -> Result<(), CopyError> {
        let made = output::create_folder(&path);
        made.map_err(|error| taken(&path, error))?;
        self.folders.push(path);
        Ok(())
    }

    fn remove(&self) {
        // The first error is the one that counts.
        self.files.iter().for_each(|file| drop(output::remove(file)));
        self.folders.iter().rev().for_each(|folder| drop(output::remove_folder(folder)));
    }
}

fn taken(path: &Path, error: DiskError) -> CopyError {
    if error.source.kind() == std::io::ErrorKind::AlreadyExists {
        return CopyError::Taken(path.to_path_buf());
    }
    CopyError::Disk(error)
}

/// Makes the copy.
///
/// # Errors
/// [`CopyError`]; then nothing lies under the copy's name, and nothing is in the chain, but for [`CopyError::NotNamed`].
pub fn make(mut plan: CopyPlan, orders: Orders<'_>) -> Result<CopyResult, CopyError> {
    let mut made = Made::default();
    let finished = fill(&mut plan, orders, &mut made).and_then(|(result, append)| {
        // From here on the chain speaks of the copy: it stays, whatever becomes of its name.
        if let (Some(draft), Some(journal)) = (append, plan.journal.as_mut()) {
            journal.append(draft)?;
        }
        Ok(result)
    });
    match finished {
        Ok(result) => name(&plan).map(|()| result),
        Err(error) => {
            made.remove();
            Err(error)
        }
    }
}

/// Gives the copy its name.
fn name(plan: &CopyPlan) -> Result<(), CopyError> {
    for (from, to) in plan.names() {
        output::rename_into_place(&from, &to).map_err(|source| CopyError::NotNamed { to, source })?;
    }
    Ok(())
}

/// Fills the unnamed copy and makes it durable. Gives what it came to, and the event that is to go into the source's chain.
fn fill(plan: &mut CopyPlan, orders: Orders<'_>, made: &mut Made) -> Result<(CopyResult, Option<Draft>), CopyError> {
    let started = utc(&(orders.now)());
    if plan.to_be_named.iter().any(|(_, to)| crate::disk::own::exists(to).unwrap_or(true)) {
        return Err(CopyError::Taken(plan.copy.clone()));
    }
    for folder in plan.folders.clone() {
        made.folder(folder)?;
    }
    let watch = Watch { stop: orders.stop, read: orders.read };
    let list = copy_files(plan, watch, made)?;
    for folder in &plan.folders {
        output::sync_folder_of(&folder.join("x"))?;
    }
    let made_first = plan.folders.first().or(plan.files.first().map(|file| &file.to));
    let is_private = made_first.map_or(Ok(true), |path| output::is_private(path))?;
    let way = if orders.verify { Some(read_back(plan, &list, watch)?) } else { None };
    let bytes = list.iter().map(|(_, content)| content.bytes).sum();
    let mut result = CopyResult {
        schema: "hozen.copy/1".to_owned(),
        source: shown(&plan.source),
        copy: shown(&plan.copy),
        files: list.len() as u64,
        bytes,
        list_sha256: list_digest(plan, &list),
        zips: plan
            .zips
            .iter()
            .map(|(file, zip, seal)| ZipCopied { file: file.clone(), zip_sha256: *zip, seal_sha256: *seal })
            .collect(),
        secrets: plan.has_secrets,
        left_out: plan.left_out.clone(),
        verified: way.is_some(),
        read_back: way.map(|way| way.name().to_owned()),
        same_file_system: plan.same_file_system,
        is_private,
        recorded: plan.journal.is_some(),
        event: None,
        head: None,
    };
    let Some(draft) = plan.is_recorded().then(|| event(&result, &started, &orders)) else { return Ok((result, None)) };
    let line = plan.line_of(draft.clone())?;
    result.event = Some(plan.events.saturating_add(1));
    result.head = Some(Digest::of(line.trim_end_matches('\n').as_bytes()));
    if let Some(chain) = plan.chain_of_copy.clone() {
        let text = [plan.chain_text.as_bytes(), line.as_bytes()].concat();
        made.files.push(chain.clone());
        output::write_once(&chain, &text)?;
        let kept = copy::read_back(&chain, Watch { stop: orders.stop, read: &|_| {} })?;
        let (kept, _) = kept.ok_or(CopyError::Interrupted)?;
        if kept.sha256 != Digest::of(&text) {
            return Err(CopyError::Differs { path: shown(&chain), offset: None });
        }
    }
    Ok((result, Some(draft)))
}

/// A file of the plan, by its place in it, and what was read of it.
type Copied = (usize, copy::Content);

fn copy_files(plan: &CopyPlan, watch: Watch<'_>, made: &mut Made) -> Result<Vec<Copied>, CopyError> {
    let mut list = Vec::with_capacity(plan.files.len());
    for (at, file) in plan.files.iter().enumerate() {
        made.files.push(file.to.clone());
        let copied = copy::copy(&file.from, &file.to, watch).map_err(|error| {
            if error.source.kind() == std::io::ErrorKind::AlreadyExists {
                // Not ours to remove.
                made.files.pop();
            }
            taken(&file.to, error)
        })?;
        let content = copied.ok_or(CopyError::Interrupted)?;
        if file.due.is_some_and(|due| due != content.sha256) {
            let why =
                "is not as it was recorded: its digest is not the one in the chain of custody or beside it".to_owned();
            return Err(CopyError::NotWhole { path: file.path.clone(), why });
        }
        list.push((at, content));
    }
    Ok(list)
}

/// Reads every file of the copy from its medium. Gives the weakest way in which one was read.
fn read_back(plan: &CopyPlan, list: &[Copied], watch: Watch<'_>) -> Result<ReadBack, CopyError> {
    let mut weakest = ReadBack::Direct;
    for (at, written) in list {
        let Some(file) = plan.files.get(*at) else { continue };
        let (found, way) = copy::read_back(&file.to, watch)?.ok_or(CopyError::Interrupted)?;
        if found != *written {
            let offset = copy::first_difference(&file.from, &file.to)?;
            return Err(CopyError::Differs { path: file.path.clone(), offset });
        }
        weakest = weakest.max(way);
    }
    Ok(weakest)
}

/// The digest of the lines that `sha256sum` would print of the copied files, in order of their paths; not of secrets.
fn list_digest(plan: &CopyPlan, list: &[Copied]) -> Digest {
    let mut text = String::new();
    for (at, content) in list {
        if let Some(file) = plan.files.get(*at).filter(|file| !file.path.starts_with(plan::SECRET)) {
            text.push_str(&format!("{}  {}\n", content.sha256, file.path));
        }
    }
    Digest::of(text.as_bytes())
}

fn event(result: &CopyResult, started: &str, orders: &Orders<'_>) -> Draft {
    let mut detail = orders.detail.clone();
    let zips: Vec<Value> = result
        .zips
        .iter()
        .map(|zip| json!({ "file": zip.file, "zip_sha256": zip.zip_sha256, "seal_sha256": zip.seal_sha256, "check": "same" }))
        .collect();
    let said = json!({
        "copied_to": result.copy, "started": started, "files": result.files, "bytes": result.bytes,
        "list_sha256": result.list_sha256, "secrets": result.secrets, "zips": zips,
        "verified": if result.verified { "same" } else { "not_done" },
        "same_file_system": result.same_file_system,
    });
    if let Value::Object(said) = said {
        detail.extend(said);
    }
    if let Some(way) = &result.read_back {
        detail.insert("read_back".to_owned(), json!(way));
    }
    Draft {
        time: utc(&(orders.now)()),
        act: Act::Copy,
        operator: orders.operator.clone(),
        host: orders.host.clone(),
        tool: orders.tool.clone(),
        detail,
    }
}
