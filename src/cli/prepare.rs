//! The checks before anything is written: each can still end the run with nothing made, and nothing read but names.
//!
//! The output folder is made only after the last of them ([`super::collect::begin`]): a typing mistake must leave no folder
//! behind, least of all inside a source.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::args::CollectArgs;
use super::clock::Compared;
use super::custody::said;
use super::failure::{Failure, shown};
use super::gentle::{self, Manner};
use super::profile::{self, Picked};
use super::volatile::{self, Given};
use super::{Env, keys, look, tell, words};
use crate::case::dir::{CaseDir, is_case_id};
use crate::case::results::Amount;
use crate::case::volatile::Volatile;
use crate::disk::pseudo;
use crate::disk::quiet::{self, Quiet};
use crate::disk::space::{self, Space};
use crate::disk::walk::{FoundRoot, Walk, WalkOptions};
use crate::disk::{host, own, sandbox};
use crate::model::{Entry, Kind, Lang, limits};
use crate::pass::{GiantFrom, Link, SharedNames};
use crate::seal::keyed::CaseKey;
use crate::seal::sign::Signer;

/// What was found out before anything is written.
pub(super) struct Ready {
    /// The machine's clock, compared with the reference that was named.
    pub clock: Compared,
    /// What was said of the object.
    pub object: serde_json::Map<String, serde_json::Value>,
    /// Id of the case.
    pub case: String,
    /// The folder in which the case folder is to be made; it may not exist yet.
    pub out: PathBuf,
    /// The case folder to be made.
    pub folder: PathBuf,
    /// What the profiles that were asked for lead to.
    pub picked: Picked,
    /// What the source amounts to.
    pub survey: Survey,
    /// Bytes that the evidence may need, at most.
    pub need: u64,
    /// Sources on whose file system the output lies.
    pub same_disk: Vec<String>,
    /// Sources that another one covers, and why each is not walked by itself.
    pub covered: Vec<(String, String)>,
    /// The machine's live state, where it was asked for.
    pub volatile: Option<Volatile>,
    /// Images that were named.
    pub images: Vec<Given>,
    /// What is walked: the schedules of the live state, the user's paths, images.
    pub roots: Vec<PathBuf>,
    /// The user's own key, if one was named.
    pub signer: Option<Signer>,
    /// The key of another case, if it was named.
    pub case_key: Option<CaseKey>,
    /// Entries that the walk may be ahead: each may hold a handle.
    pub walk_ahead: usize,
    /// How sources are read, where that is not as fast as can be.
    pub gentle: Option<Manner>,
}

/// What a walk without reading shows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Survey {
    /// Entries of every kind.
    pub entries: u64,
    /// Regular files.
    pub files: u64,
    /// Bytes of all files that will be read: the holes of sparse files count too, but not of giant ones.
    pub bytes: u64,
    /// Bytes that their content may take in the evidence.
    pub room: u64,
}

impl Survey {
    /// Counts one entry more; further names of a file are not read again.
    pub(super) fn add(&mut self, entry: &Entry, names: &mut SharedNames) {
        self.entries += 1;
        let Some(stat) = entry.stat.as_ref().filter(|_| entry.kind == Kind::File) else { return };
        self.files += 1;
        if names.meet(stat).as_ref().is_none_or(Link::is_first) {
            let (read, room) = GiantFrom::default().cost(stat);
            self.bytes = self.bytes.saturating_add(read);
            self.room = self.room.saturating_add(room);
        }
    }

    /// The same as results give it.
    pub(super) fn amount(self) -> Amount {
        Amount { entries: self.entries, files: self.files, bytes: self.bytes }
    }

    /// Bytes that its evidence may need, at most.
    pub(super) fn need(self) -> u64 {
        self.room.saturating_add(self.entries.saturating_mul(ENTRY_BYTES)).saturating_add(CASE_BYTES)
    }

    /// What is left of it when this much was taken.
    pub(super) fn without(self, entries: u64, bytes: u64) -> Self {
        let less = |all: u64| all.saturating_sub(bytes);
        Self {
            entries: self.entries.saturating_sub(entries),
            files: self.files,
            bytes: less(self.bytes),
            room: less(self.room),
        }
    }
}

/// Room that the records of one entry may take: its line, its manifest line, its zip headers.
const ENTRY_BYTES: u64 = 2_000;
/// Room for the rest of a case.
const CASE_BYTES: u64 = 4_000_000;

/// Checks arguments, key, output and space, and surveys the sources. `others` are further files that will be written.
pub(super) fn prepare(args: &CollectArgs, others: &[&Path], lang: Lang, env: &mut Env) -> Result<Ready, Failure> {
    // Before any thread is started.
    let gentle = gentle::begin(&args.gentle, lang, env);
    // Before all that takes time: the reference was read when the command was entered.
    let clock = args.clock.compare(lang, env);
    let walk_ahead = walk_ahead();
    // They go into a custody event, and are held to the same limit as there.
    let named =
        [("operator", &args.operator), ("witness", &args.witness), ("reason", &args.reason), ("place", &args.place)];
    said::texts(&named)?;
    let object = said::object(&args.object)?;
    let case = case_id(args, env)?;
    if args.paths.is_empty() && !args.volatile && args.include_image.is_empty() && args.profile.names.is_empty() {
        return Err(Failure::nothing_named());
    }
    // Before all that takes long or cannot be done twice: a person may have to type.
    let signer = keys::signer(&args.key, None, lang, env)?;
    let case_key = look::case_key(args.case_key.as_deref())?;
    let images = volatile::images(&args.include_image)?;
    // Before all else that is read, and while other processes may still be looked at: what lives least goes first.
    let volatile = if args.volatile { Some(volatile::take(lang, env)?) } else { None };
    let roots = volatile::roots(args, volatile.as_ref(), &images);
    // Before the first look at a source: reading a link's target would move its access time.
    quiet_sources(env, &roots, args.cross_file_systems);
    let picked = profile::pick(args, lang, env)?;
    if roots.is_empty() && picked.roots.is_empty() && volatile.is_none() {
        return Err(Failure::nothing_found(&picked.root));
    }
    let walk = walk_of(&roots, picked.roots.clone(), args.cross_file_systems, &[], None)?;
    let mut covered = walk.notes().to_vec();
    // A schedule that a path of the user's covers is nothing that the user asked for by itself.
    covered.retain(|(path, _)| args.paths.iter().any(|given| shown(given) == *path));
    let out = own::canonical_to_be(&args.out).map_err(|error| Failure::out_unusable(&args.out, &error))?;
    let folder = free_folder(&out, &case)?;
    for written in std::iter::once(out.as_path()).chain(others.iter().copied()) {
        outside_sources(written, &roots, &picked, args)?;
    }
    own::may_write_in(&out).map_err(|error| Failure::out_unusable(&args.out, &error))?;
    let same_disk = same_disk(args, &out, &images, &picked);
    if !same_disk.is_empty() && !args.force {
        tell(env, words::same_file_system(lang));
    }
    tell_of_pseudo(env, lang, &args.paths);
    for (path, reason) in &covered {
        tell(env, &format!("{} {path}: {reason}", lang.pick("note:", "注:")));
    }
    profile::told(&picked, lang, env);
    let mut survey = survey_apart(&roots, &picked.roots, args.cross_file_systems, env)?;
    survey.entries = survey.entries.saturating_add(volatile.as_ref().map_or(0, |state| state.record.entries));
    let state_bytes = volatile.as_ref().map_or(0, |state| state.bytes);
    survey.bytes = survey.bytes.saturating_add(state_bytes);
    survey.room = survey.room.saturating_add(state_bytes);
    let free = Space::of(&out).map_err(|error| Failure::disk(&error))?.free_bytes;
    let need = survey.need();
    if need > free && !args.force {
        return Err(Failure::too_little_space(&out, need, free));
    }
    tell(env, &words::begins(lang, &shown(&folder), survey.entries, survey.bytes));
    Ok(Ready {
        clock,
        object,
        case,
        out,
        folder,
        survey,
        need,
        same_disk,
        covered,
        volatile,
        images,
        picked,
        roots,
        signer,
        case_key,
        walk_ahead,
        gentle,
    })
}

/// The id that the user gave, or one of our own.
fn case_id(args: &CollectArgs, env: &Env) -> Result<String, Failure> {
    match &args.case {
        Some(case) if is_case_id(case) => Ok(case.clone()),
        Some(case) => Err(Failure::bad_case_id(case)),
        None => Ok(default_case(env)),
    }
}

/// The folder of the case, which is not there yet.
fn free_folder(out: &Path, case: &str) -> Result<PathBuf, Failure> {
    let folder = out.join(case);
    if own::exists(&folder).map_err(|error| Failure::disk(&error))? {
        let unfinished = CaseDir::open(&folder).is_ok_and(|dir| dir.is_some_and(|dir| !dir.standing().is_empty()));
        let exists = Failure::case_exists(&folder);
        return Err(if unfinished { exists.resumable("collect", &folder) } else { exists });
    }
    Ok(folder)
}

/// Sources on whose own disk the output lies: what was deleted from it may be written over.
fn same_disk(args: &CollectArgs, out: &Path, images: &[Given], picked: &Picked) -> Vec<String> {
    let is_same = |path: &Path| space::same_file_system(out, path).unwrap_or(false);
    let sources = volatile::sources(args, images);
    let mut same: Vec<String> = sources.iter().filter(|source| is_same(source)).map(|source| shown(source)).collect();
    // Of a profile's many places one is enough to warn.
    same.extend(picked.roots.iter().map(|found| &found.path).find(|path| is_same(path)).map(|path| shown(path)));
    if args.volatile && same.is_empty() && is_same(Path::new("/")) {
        // The machine's own disk: what was deleted from it may be what the live state will ask for.
        same.push("/".to_owned());
    }
    same
}

/// Warns of paths that lie on no disk.
pub(super) fn tell_of_pseudo(env: &mut Env, lang: Lang, sources: &[PathBuf]) {
    for source in sources {
        if let Some(kind) = pseudo::kind_at(source) {
            tell(env, &words::pseudo_file_system(lang, &shown(source), kind));
        }
    }
}

/// Refuses a path of ours that the walk would come to: writing there would change the source. `--force` goes on.
fn outside_sources(written: &Path, sources: &[PathBuf], picked: &Picked, args: &CollectArgs) -> Result<(), Failure> {
    if args.force {
        return Ok(());
    }
    let written = own::canonical_to_be(written).map_err(|error| Failure::out_unusable(written, &error))?;
    // By identity and not by name, so that a bind mount of the source is seen too.
    let above: Vec<(u64, u64)> = written.ancestors().filter_map(own::folder_identity).collect();
    for source in sources.iter().chain(picked.roots.iter().map(|found| &found.path)) {
        let holds = own::folder_identity(source).is_some_and(|identity| above.contains(&identity));
        // A disk that is only mounted below the source (`respond / --out /mnt/usb`) is another file system: not walked.
        let is_walked = args.cross_file_systems || space::same_file_system(&written, source).unwrap_or(true);
        if holds && is_walked {
            return Err(Failure::out_inside_source(&written, source));
        }
    }
    Ok(())
}

/// Surveys roots in a thread of its own.
pub(super) fn survey_apart(
    roots: &[PathBuf],
    found: &[FoundRoot],
    cross_file_systems: bool,
    env: &Env,
) -> Result<Survey, Failure> {
    let stop = std::sync::Arc::clone(&env.stop);
    let look = || Ok::<_, Failure>(survey(walk_of(roots, found.to_vec(), cross_file_systems, &[], None)?, &stop));
    let survey = apart(env, look)??;
    if env.stop.load(Ordering::Relaxed) { Err(Failure::interrupted(None)) } else { Ok(survey) }
}

/// Looks at sources in a thread of its own that the kernel lets write nowhere at all: the case folder, to which the process
/// will be confined, does not exist yet.
pub(super) fn apart<T: Send>(env: &Env, look: impl FnOnce() -> T + Send) -> Result<T, Failure> {
    let confined = env.confine;
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            if confined {
                // What it came to is told when the process itself is confined.
                let _ = sandbox::confine(&[]);
            }
            look()
        });
        thread.join().map_err(|_| Failure::bug(&std::io::Error::other("the survey crashed")))
    })
}

/// Walks without opening a file: for the space check and the time left. Ends early once `stop` is set.
pub(super) fn survey(walk: Walk, stop: &AtomicBool) -> Survey {
    let mut survey = Survey::default();
    let mut names = SharedNames::default();
    for walked in walk.without_link_targets().take_while(|_| !stop.load(Ordering::Relaxed)) {
        survey.add(&walked.entry, &mut names);
    }
    survey
}

/// How far the walk may be ahead of the workers: each entry that waits holds its folder open, and deep trees and workers
/// need handles too.
pub(super) fn walk_ahead() -> usize {
    limits::WALK_AHEAD.min(handles() / 4).max(1)
}

/// Files and folders that this process may hold open at once.
fn handles() -> usize {
    host::raise_open_files().map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX))
}

/// The walk over sources; what has one of the identities `leave_out` is recorded as our own output and not entered.
pub(super) fn walk(sources: &[PathBuf], cross_file_systems: bool, leave_out: &[(u64, u64)]) -> Result<Walk, Failure> {
    walk_of(sources, Vec::new(), cross_file_systems, leave_out, None)
}

/// The same, and what a profile found; `gentle` says how its files are read.
pub(super) fn walk_of(
    sources: &[PathBuf],
    found: Vec<FoundRoot>,
    cross_file_systems: bool,
    leave_out: &[(u64, u64)],
    gentle: Option<&Manner>,
) -> Result<Walk, Failure> {
    if sources.is_empty() && found.is_empty() {
        return Ok(Walk::nothing());
    }
    let open_folders = limits::OPEN_FOLDERS.min(handles() / 8);
    let (one_file_system, leave_out) = (!cross_file_systems, leave_out.to_vec());
    let gentle = gentle.map(|manner| Arc::clone(&manner.reading));
    let options = WalkOptions { one_file_system, leave_out, open_folders, found, gentle, ..WalkOptions::default() };
    Walk::new(sources.to_vec(), options).map_err(|error| Failure::no_such_source(&error))
}

/// Sees to it that reading links leaves no trace. Tests that run in-process must not change the runner's mounts.
pub(super) fn quiet_sources(env: &Env, sources: &[PathBuf], crosses: bool) {
    if env.confine {
        let roots: Vec<&Path> = sources.iter().map(PathBuf::as_path).collect();
        // Where it is refused the entries themselves say so (`atime_not_kept`).
        let _: Quiet = quiet::keep_access_times(&roots, crosses);
    }
}

fn default_case(env: &Env) -> String {
    let plain: String = env.host.hostname.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(24).collect();
    let host = if plain.is_empty() { "host" } else { &plain };
    format!("hozen-{host}-{}", (env.now)().timestamp().strftime("%Y%m%dT%H%M%SZ"))
}
