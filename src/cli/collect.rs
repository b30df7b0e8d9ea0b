//! `hozen collect`, and what `respond` and `scan` share with it: the checks before anything is written, the orders, the end.

use std::path::{Path, PathBuf};

use super::args::{CollectArgs, Format};
use super::failure::{Failure, shown};
use super::{Env, Exit, json, look, print, progress, tell, words};
use crate::case::collection::{Collection, CollectionError, Keys, Orders, utc};
use crate::case::dir::is_case_id;
use crate::case::intake::IntakeError;
use crate::case::results::CollectResult;
use crate::disk::error::DiskError;
use crate::disk::quiet::{self, Quiet};
use crate::disk::sandbox::{self, Confinement};
use crate::disk::space::{self, Space};
use crate::disk::walk::{Walk, WalkOptions};
use crate::disk::{host, output, own};
use crate::evidence::{Acquisition, EvidenceError};
use crate::model::{Kind, Lang, limits};
use crate::pass::{Plan, Progress, RunError, from_disk};
use crate::seal::sign::Signer;

/// Runs the verb.
pub(super) fn run(args: &CollectArgs, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    let ready = prepare(args, lang, env)?;
    let now = std::mem::replace(&mut env.now, Box::new(jiff::Zoned::now));
    let mut collection = begin(&ready, args, env, &now)?;
    let confinement = confine(env, lang, &args.paths, &[collection.folder()]);
    collection.confined(words::confinement(&confinement));
    let (stop, progress) = (std::sync::Arc::clone(&env.stop), Progress::default());
    let plan = Plan { threads: threads(args, env), keep: true, lens: None, stop: &stop, progress: &progress };
    let mut intake = collection.intake(None, None).map_err(failure)?;
    let items = from_disk::items(walk(args, &[collection.folder()])?);
    let ran = progress::shown(&progress, ready.survey.bytes, lang, env.stderr_is_terminal, || {
        crate::pass::run(items, plan, &mut intake)
    });
    ran.map_err(|error| run_failure(error, Some(collection.folder())))?;
    let (evidence, _, collected) = intake.finish();
    let evidence = evidence.ok_or_else(|| Failure::bug(&std::io::Error::other("a collection without evidence")))?;
    let result = collection.seal(evidence, collected).map_err(failure)?;
    env.now = now;
    match args.format {
        Format::Json => print(env, &json(&result)?)?,
        Format::Text => print(env, &text(&result, lang))?,
    }
    Ok(exit(&result))
}

/// How a collection ends.
pub(super) fn exit(result: &CollectResult) -> Exit {
    if result.gaps.is_empty() { Exit::Done } else { Exit::Gaps }
}

fn text(result: &CollectResult, lang: Lang) -> String {
    let evidence = result.evidence.join(" ");
    let seal = words::digest_groups(&result.seal.sha256);
    let mut text = words::collected(lang, (result.files, result.bytes), result.gaps.len() as u64, &evidence, &seal);
    text.push_str(&crate::report::gap_listing(&result.gaps, lang));
    text
}

/// What was found out before anything is written.
pub(super) struct Ready {
    /// Id of the case.
    pub case: String,
    /// The case folder to be made.
    pub folder: PathBuf,
    /// What the source amounts to.
    pub survey: Survey,
    /// Sources on whose file system the output lies.
    pub same_disk: Vec<String>,
}

/// What a walk without reading shows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Survey {
    /// Entries of every kind.
    pub entries: u64,
    /// Bytes of all files, at most: holes count too.
    pub bytes: u64,
}

/// Walks without opening a file: for the space check and the time left.
pub(super) fn survey(walk: Walk) -> Survey {
    let mut survey = Survey::default();
    for walked in walk {
        survey.entries += 1;
        if walked.entry.kind == Kind::File {
            survey.bytes += walked.entry.stat.map_or(0, |stat| stat.size);
        }
    }
    survey
}

/// Checks the output against the sources, and surveys them.
pub(super) fn prepare(args: &CollectArgs, lang: Lang, env: &mut Env) -> Result<Ready, Failure> {
    host::raise_open_files();
    output::ensure_folder(&args.out).map_err(|error| Failure::out_unusable(&args.out, &error))?;
    let out = own::canonical(&args.out).map_err(|error| Failure::out_unusable(&args.out, &error))?;
    let case = match &args.case {
        Some(case) if is_case_id(case) => case.clone(),
        Some(case) => return Err(Failure::bad_case_id(case)),
        None => default_case(env),
    };
    let folder = out.join(&case);
    if own::exists(&folder).map_err(|error| Failure::disk(&error))? {
        return Err(Failure::case_exists(&folder));
    }
    // Before the first look at a source: reading a link's target would move its access time.
    quiet_sources(env, &args.paths);
    let survey = survey(walk(args, &[])?);
    let mut same_disk = Vec::new();
    for source in &args.paths {
        if own::canonical(source).is_ok_and(|source| out.starts_with(source)) && !args.force {
            return Err(Failure::out_inside_source(&out, source));
        }
        if space::same_file_system(&out, source).unwrap_or(false) {
            same_disk.push(shown(source));
        }
    }
    if !same_disk.is_empty() && !args.force {
        tell(env, words::same_file_system(lang));
    }
    let free = Space::of(&out).map_err(|error| Failure::disk(&error))?.free_bytes;
    let need = survey.bytes.saturating_add(survey.entries.saturating_mul(ENTRY_BYTES)).saturating_add(CASE_BYTES);
    if need > free && !args.force {
        return Err(Failure::too_little_space(&out, need, free));
    }
    tell(env, &words::begins(lang, &shown(&folder), survey.entries, survey.bytes));
    Ok(Ready { case, folder, survey, same_disk })
}

/// Room that the records of one entry may take: its line, its manifest line, its zip headers.
const ENTRY_BYTES: u64 = 2_000;
/// Room for the rest of a case.
const CASE_BYTES: u64 = 4_000_000;

fn default_case(env: &Env) -> String {
    let plain: String = env.host.hostname.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(24).collect();
    let host = if plain.is_empty() { "host" } else { &plain };
    format!("hozen-{host}-{}", (env.now)().timestamp().strftime("%Y%m%dT%H%M%SZ"))
}

/// The walk over the sources; what lies in `leave_out` is recorded as our own output and not entered.
pub(super) fn walk(args: &CollectArgs, leave_out: &[&Path]) -> Result<Walk, Failure> {
    let identities = leave_out.iter().map(|path| own::identity(path)).collect::<Result<Vec<_>, DiskError>>();
    let options = WalkOptions {
        one_file_system: !args.cross_file_systems,
        leave_out: identities.map_err(|error| Failure::disk(&error))?,
    };
    Walk::new(args.paths.clone(), options).map_err(|error| Failure::no_such_source(&error))
}

/// Worker threads to use.
pub(super) fn threads(args: &CollectArgs, env: &Env) -> usize {
    args.threads.map_or(env.cores, usize::from)
}

/// Makes the case folder with its keys.
pub(super) fn begin<'n>(
    ready: &Ready,
    args: &CollectArgs,
    env: &Env,
    now: &'n dyn Fn() -> jiff::Zoned,
) -> Result<Collection<'n>, Failure> {
    let (signer, signer_is_new) = match &args.sign_key {
        Some(path) => (existing_key(path)?, false),
        None => (Signer::from_seed(&look::random(env)?).map_err(|error| Failure::bug(&error))?, true),
    };
    let keys = Keys { signer, signer_is_new, case: look::new_key(env)? };
    let orders = Orders {
        folder: ready.folder.clone(),
        acquisition: acquisition(ready, args, env, now),
        nonce: look::random(env)?,
    };
    Collection::begin(orders, keys, now).map_err(failure)
}

fn existing_key(path: &Path) -> Result<Signer, Failure> {
    let text = own::read_own(path, limits::RULE_FILE_BYTES).map_err(|error| Failure::key(path, &error))?;
    Signer::from_openssh(&String::from_utf8_lossy(&text)).map_err(|error| Failure::key(path, &error))
}

fn acquisition(ready: &Ready, args: &CollectArgs, env: &Env, now: &dyn Fn() -> jiff::Zoned) -> Acquisition {
    Acquisition {
        case: ready.case.clone(),
        operator: args.operator.clone().unwrap_or_else(|| env.user.clone()),
        witness: args.witness.clone(),
        reason: args.reason.clone(),
        place: args.place.clone(),
        host: env.host.hostname.clone(),
        system: Some(format!("Linux {} {} ({})", env.host.kernel, env.host.kernel_version, env.host.machine)),
        time_zone: env.host.zone.name.clone(),
        started: utc(&now()),
        tool: tool(),
        tool_sha256: host::running_binary().ok(),
        argv: env.argv.iter().map(|word| crate::model::RawPath(word.as_bytes().to_vec()).shown()).collect(),
        scope: args.paths.iter().map(|path| shown(path)).collect(),
        ..Acquisition::default()
    }
}

/// Name and version.
pub(super) fn tool() -> String {
    format!("hozen {}", env!("CARGO_PKG_VERSION"))
}

/// Sees to it that reading links leaves no trace. Tests that run in-process must not change the runner's mounts.
fn quiet_sources(env: &Env, sources: &[PathBuf]) {
    if env.confine {
        let roots: Vec<&Path> = sources.iter().map(PathBuf::as_path).collect();
        // Where it is refused the entries themselves say so (`atime_not_kept`).
        let _: Quiet = quiet::keep_access_times(&roots);
    }
}

/// From here on the kernel refuses every write outside `writable`. Called before the first source byte is read and before
/// any thread is started.
pub(super) fn confine(env: &mut Env, lang: Lang, sources: &[PathBuf], writable: &[&Path]) -> Confinement {
    if !env.confine {
        return Confinement::None("not asked for".to_owned());
    }
    quiet_sources(env, sources);
    let confinement = sandbox::confine(writable);
    if let Confinement::Partial(note) | Confinement::None(note) = &confinement {
        tell(env, &words::not_confined(lang, note));
    }
    confinement
}

/// An error of a collection, for people.
pub(super) fn failure(error: CollectionError) -> Failure {
    match &error {
        CollectionError::Disk(disk) => Failure::disk(disk),
        CollectionError::Evidence(evidence) => evidence_failure(evidence, &error),
        _ => match disk_error(&error) {
            Some(disk) => Failure::disk(disk),
            None => Failure::bug(&error),
        },
    }
}

fn evidence_failure(evidence: &EvidenceError, whole: &dyn std::error::Error) -> Failure {
    match evidence {
        EvidenceError::Write { source, .. } | EvidenceError::Journal { source } => Failure::writing(source, evidence),
        _ => Failure::bug(whole),
    }
}

fn disk_error<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e DiskError> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(disk) = error.downcast_ref() {
            return Some(disk);
        }
        next = error.source();
    }
    None
}

/// An error of the pass, for people.
pub(super) fn run_failure(error: RunError<IntakeError>, kept: Option<&Path>) -> Failure {
    match &error {
        RunError::Interrupted => Failure::interrupted(kept),
        RunError::Commit(IntakeError::Evidence(evidence)) => evidence_failure(evidence, &error),
        RunError::Commit(IntakeError::Findings(source)) => Failure::writing(source, &error),
        RunError::Crashed(_) => Failure::bug(&error),
    }
}
