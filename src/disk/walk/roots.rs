//! The paths that the user named, each of which must exist, and those that a profile found; none is walked twice.

#![expect(clippy::disallowed_methods, reason = "disk is the floor that touches files")]

use std::collections::BTreeMap;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::CWD;

use super::FoundRoot;
use crate::disk::error::shown;
use crate::disk::handle::{self, Seen};
use crate::model::{GapKind, Kind};

/// Why a walk cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// Nothing was named.
    #[error("no path was named: name at least one file or folder")]
    NoRoots,
    /// A named path cannot be looked at.
    #[error("cannot look at {}: {}", shown(path), advice(source))]
    Root {
        /// The path, as it was given.
        path: PathBuf,
        /// What the kernel said.
        source: io::Error,
    },
}

fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => "check its spelling, and that its medium is mounted",
        io::ErrorKind::PermissionDenied => "run as root, or as a user who may enter its folder",
        io::ErrorKind::InvalidFilename => "it is too long for the kernel; name a folder above it",
        _ => "check the path and its medium",
    }
}

/// A root that will be walked.
#[derive(Debug)]
pub(super) struct Root {
    /// As given, for [`crate::model::Entry::path`]; without closing slashes.
    pub(super) shown_path: Vec<u8>,
    /// The folder it is reached through.
    pub(super) anchor: PathBuf,
    /// Its name there.
    pub(super) name: Vec<u8>,
    /// Whether the user named it, and a profile did not find it.
    pub(super) named: bool,
    /// Why it is not looked at, if a profile found that it can not be.
    pub(super) gap: Option<(GapKind, String)>,
}

/// A root with what tells whether two are one.
struct Candidate<'a> {
    given: &'a Path,
    canonical: PathBuf,
    /// `None` for what a profile found and can not be looked at any more: it covers nothing.
    seen: Option<Seen>,
    found: Option<&'a FoundRoot>,
    /// Of the folder itself, or of the folder that it lies in: files may show another one on overlay file systems.
    device: u64,
}

/// Roots that are not walked by themselves, each with the reason.
pub(super) type Notes = Vec<(String, String)>;

/// Gaps of roots that another one covers, by path: to be told when the walk comes to them.
pub(super) type Gaps = BTreeMap<Vec<u8>, (GapKind, String)>;

/// Looks at each root in order; drops those that an other one's walk will reach, with a note for each that the user named.
pub(super) fn without_overlaps(
    given: &[PathBuf],
    found: &[FoundRoot],
    one_file_system: bool,
) -> Result<(Vec<Root>, Notes, Gaps), WalkError> {
    if given.is_empty() && found.is_empty() {
        return Err(WalkError::NoRoots);
    }
    let mut candidates = given.iter().map(|path| look(path)).collect::<Result<Vec<_>, _>>()?;
    candidates.extend(found.iter().map(|found| match look(&found.path) {
        Ok(candidate) => Candidate { found: Some(found), ..candidate },
        Err(_) => {
            Candidate { given: &found.path, canonical: found.path.clone(), seen: None, found: Some(found), device: 0 }
        }
    }));
    let mut first_by_path = BTreeMap::new();
    let mut first_by_identity = BTreeMap::new();
    for (index, candidate) in candidates.iter().enumerate() {
        let Some(seen) = candidate.seen.as_ref().filter(|_| !candidate.is_unseen()) else { continue };
        first_by_path.entry(candidate.canonical.as_path()).or_insert(index);
        if seen.kind == Kind::Folder {
            first_by_identity.entry(seen.identity()).or_insert(index);
        }
    }
    let covered_by = |index: usize, candidate: &Candidate<'_>| {
        let same_path = first_by_path.get(candidate.canonical.as_path()).copied();
        // The same folder under two names: a bind mount. One mounted inside itself must not cover what covers it.
        let identity = candidate.seen.as_ref().map(Seen::identity);
        let same_folder = identity.and_then(|identity| first_by_identity.get(&identity).copied()).filter(|&other| {
            candidates.get(other).is_some_and(|other| !other.canonical.starts_with(&candidate.canonical))
        });
        let twin = same_path.into_iter().chain(same_folder).find(|&other| other < index);
        let mut above = candidate.canonical.ancestors().skip(1).filter_map(|path| first_by_path.get(path).copied());
        let above = above.find(|&other| candidates.get(other).is_some_and(|c| c.reaches(candidate, one_file_system)));
        twin.or(above).and_then(|other| candidates.get(other))
    };
    let mut roots = Vec::new();
    let (mut notes, mut gaps) = (Vec::new(), BTreeMap::new());
    for (index, candidate) in candidates.iter().enumerate() {
        match covered_by(index, candidate) {
            None => {
                let gap = candidate.found.and_then(|found| found.gap.clone());
                roots.push(Root { named: candidate.found.is_none(), gap, ..root(candidate.given) });
            }
            Some(_) if candidate.found.is_some() => {
                gaps.extend(candidate.found.and_then(|found| Some((root(&found.path).shown_path, found.gap.clone()?))));
            }
            Some(other) => notes.push((
                shown(candidate.given),
                format!("it is covered by {}: it is walked once, there", shown(other.given)),
            )),
        }
    }
    Ok((roots, notes, gaps))
}

impl Candidate<'_> {
    /// Whether a profile found that it can not be looked at: then it stands for itself alone.
    fn is_unseen(&self) -> bool {
        self.found.is_some_and(|found| found.gap.is_some())
    }

    /// Whether a walk from here comes to another root whose path lies below.
    fn reaches(&self, below: &Self, one_file_system: bool) -> bool {
        let Some(here) = self.seen.as_ref().filter(|seen| seen.kind == Kind::Folder) else { return false };
        let Some(there) = &below.seen else { return false };
        if !one_file_system {
            return true;
        }
        match (here.mount, there.mount) {
            (Some(here), Some(there)) if here != there => false,
            // A btrfs subvolume is another device in the same mount, and not walked into either.
            _ => here.stat.device == below.device,
        }
    }
}

fn look(path: &Path) -> Result<Candidate<'_>, WalkError> {
    let failed = |source| WalkError::Root { path: path.to_path_buf(), source };
    if path.as_os_str().is_empty() {
        return Err(failed(io::ErrorKind::NotFound.into()));
    }
    let seen = handle::see_at(CWD, path.as_os_str().as_bytes()).map_err(failed)?;
    let canonical = if seen.kind == Kind::Link {
        let root = root(path);
        std::fs::canonicalize(&root.anchor).map(|folder| folder.join(std::ffi::OsStr::from_bytes(&root.name)))
    } else {
        std::fs::canonicalize(path)
    };
    // Without a canonical form (a folder on the way that may not be searched any more) the path stands for itself.
    let canonical = canonical.or_else(|_| std::path::absolute(path)).map_err(failed)?;
    let folder = if seen.kind == Kind::Folder { Some(canonical.as_path()) } else { canonical.parent() };
    let folder = folder.and_then(|folder| handle::see_at(CWD, folder.as_os_str().as_bytes()).ok());
    let device = folder.map_or(seen.stat.device, |folder| folder.stat.device);
    Ok(Candidate { given: path, canonical, seen: Some(seen), found: None, device })
}

/// Splits a root into the folder it is reached through and its name there. `link/` means what the link leads to, as it
/// does everywhere; so it is reached through itself.
fn root(path: &Path) -> Root {
    let bytes = path.as_os_str().as_bytes();
    let last = bytes.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    let shown_path = match bytes.iter().rposition(|&byte| byte != b'/') {
        Some(end) => bytes.get(..=end).unwrap_or(bytes).to_vec(),
        None => b"/".to_vec(),
    };
    if matches!(last, b"" | b"." | b"..") {
        return Root { shown_path, anchor: path.to_path_buf(), name: b".".to_vec(), named: true, gap: None };
    }
    let anchor = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    };
    Root { shown_path, anchor, name: last.to_vec(), named: true, gap: None }
}
