//! `hozen collect`, and what `respond` and `scan` share with it: the checks before anything is written, the orders, the end.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::args::{CollectArgs, Format};
use super::failure::{Failure, shown};
use super::gentle::{GentleArgs, Manner};
use super::prepare::{self, Ready, prepare};
use super::profile;
use super::{Env, Exit, dry_run, look, print, print_json, progress, resume, tell, volatile, words};
use crate::case::collection::{Collection, CollectionError, Keys, Orders, utc};
use crate::case::intake::IntakeError;
use crate::case::orders::{CountOrders, Errand};
use crate::case::results::CollectResult;
use crate::disk::error::DiskError;
use crate::disk::sandbox::{self, Confinement};
use crate::disk::{host, output, own};
use crate::evidence::acquisition::Skipped;
use crate::evidence::items::Payload;
use crate::evidence::{Acquisition, EvidenceError};
use crate::model::Lang;
use crate::pass::{Item, Keep, Plan, Progress, RunError, from_disk};
use crate::seal::sign::{SignError, Signer};

/// Runs the verb.
pub(super) fn run(args: &CollectArgs, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    if let Some(case) = &args.resume {
        return resume::collect(args, case, lang, env);
    }
    if args.profile.list_profiles {
        return profile::list(&args.profile, args.format, lang, env);
    }
    if args.profile.dry_run {
        return dry_run::run(args, lang, env);
    }
    let mut ready = prepare(args, &[], lang, env)?;
    let now = Rc::clone(&env.now);
    let mut collection = begin(&mut ready, args, false, env, &*now)?;
    let taken = take(args, &mut ready, &mut collection, lang, env);
    let result = taken.map_err(|failure| failure.resumable("collect", collection.folder()))?;
    answer(&result, args.format, lang, env)
}

/// Takes everything, seals it, and closes the collection.
fn take(
    args: &CollectArgs,
    ready: &mut Ready,
    collection: &mut Collection<'_>,
    lang: Lang,
    env: &mut Env,
) -> Result<CollectResult, Failure> {
    let confinement = confine(env, lang, &[collection.folder()]);
    collection.confined(words::confinement(&confinement));
    let (stop, progress) = (std::sync::Arc::clone(&env.stop), Progress::default());
    let plan = Plan {
        threads: threads(args, env),
        readers: readers(args, env),
        walk_ahead: ready.walk_ahead,
        kernels: env.kernels,
        digests: collection.acquisition().digests,
        keep: Keep::Content,
        lens: None,
        stop: &stop,
        progress: &progress,
    };
    collection.stops_by(&env.stop);
    let mut intake = collection.intake(None, None).map_err(failure)?;
    let items = items(ready, args, collection, &[])?;
    let ran = progress::shown(&progress, ready.survey.bytes, lang, env.stderr_is_terminal, || {
        crate::pass::run(items, plan, &mut intake)
    });
    ran.map_err(|error| {
        intake.rescue();
        run_failure(error, Some(collection.folder()))
    })?;
    let (evidence, _, collected) = intake.finish().map_err(|error| Failure::writing(&error, &error))?;
    let evidence = evidence.ok_or_else(|| Failure::bug(&std::io::Error::other("a collection without evidence")))?;
    let result = collection.seal(evidence, collected).map_err(failure)?;
    collection.close().map_err(failure)?;
    Ok(result)
}

/// Prints the result of a collection, and says how it ends.
pub(super) fn answer(result: &CollectResult, format: Format, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    match format {
        Format::Json => print_json(env, result)?,
        Format::Text => print(env, &text(result, lang)?)?,
    }
    Ok(exit(result))
}

/// How a collection ends.
pub(super) fn exit(result: &CollectResult) -> Exit {
    if result.gaps.is_empty() { Exit::Done } else { Exit::Gaps }
}

fn text(result: &CollectResult, lang: Lang) -> Result<String, Failure> {
    let evidence = result.evidence.join(" ");
    let seal = words::digest_groups(&result.seal.sha256);
    let mut text = words::collected(lang, (result.files, result.bytes), result.gaps.len(), &evidence, &seal);
    text.push_str(&crate::report::gap_listing(&result.gaps, lang).map_err(|error| Failure::writing(&error, &error))?);
    Ok(text)
}

/// The items to collect. The case folder and `others` (files that we write) are recorded as our own output, not read.
pub(super) fn items(
    ready: &mut Ready,
    args: &CollectArgs,
    collection: &Collection<'_>,
    others: &[&Path],
) -> Result<impl Iterator<Item = Item> + Send + use<>, Failure> {
    let ours = std::iter::once(collection.folder()).chain(others.iter().copied()).map(own::identity);
    let ours = ours.collect::<Result<Vec<_>, DiskError>>().map_err(|error| Failure::disk(&error))?;
    let walk = prepare::walk_of(
        &ready.roots,
        ready.picked.roots.clone(),
        args.cross_file_systems,
        &ours,
        ready.gentle.as_ref(),
    )
    .map_err(Failure::of_begun)?;
    let first = ready.volatile.take().into_iter().flat_map(|volatile| volatile.items);
    let images: Vec<(u64, u64)> = ready.images.iter().map(|image| image.identity).collect();
    Ok(volatile::in_order(first, from_disk::items(walk), images))
}

/// The payload of evidence zips, numbered without holes, and how many items it is.
pub(super) fn payload(zips: &[PathBuf]) -> Result<(impl Iterator<Item = Item> + Send + use<>, u64), Failure> {
    let (mut all, mut count) = (Vec::new(), 0);
    for zip in zips {
        let bad = |error| Failure::not_evidence(zip).because(&error);
        let payload = Payload::of(zip).map_err(bad)?;
        all.push(payload.items(count).map_err(bad)?);
        count += payload.count();
    }
    Ok((all.into_iter().flatten(), count))
}

/// Worker threads to use.
pub(super) fn threads(args: &CollectArgs, env: &Env) -> usize {
    threads_of(args.threads, &args.gentle, env)
}

/// Files that a collection has open at once: while one waits for the disk another is read (docs/performance.md, Reading). Whoever
/// also looks into them needs memory for each, and has as many as workers.
pub(super) fn readers(args: &CollectArgs, env: &Env) -> usize {
    let threads = threads(args, env);
    if args.gentle.gentle.is_some() { threads } else { threads.saturating_mul(2) }
}

/// As many as were named; else one a core, or one where the machine must go on serving.
pub(super) fn threads_of(named: Option<u16>, gentle: &GentleArgs, env: &Env) -> usize {
    let unnamed = if gentle.gentle.is_some() { 1 } else { env.cores };
    named.map_or(unnamed, usize::from)
}

/// Makes the case folder with its keys; the folder around it too, and that goes again if the case could not be made.
pub(super) fn begin<'n>(
    ready: &mut Ready,
    args: &CollectArgs,
    reports: bool,
    env: &Env,
    now: &'n dyn Fn() -> jiff::Zoned,
) -> Result<Collection<'n>, Failure> {
    let (signer, signer_is_new) = match ready.signer.take() {
        Some(signer) => (signer, false),
        None => (Signer::from_seed(&look::random(env)?).map_err(|error| Failure::bug(&error))?, true),
    };
    let case_is_named = ready.case_key.is_some();
    let case = ready.case_key.take().map_or_else(|| look::new_key(env), Ok)?;
    let keys = Keys { signer, signer_is_new, case, case_is_named };
    let orders = Orders {
        folder: ready.folder.clone(),
        acquisition: acquisition(ready, args, env, now),
        errand: Errand {
            reports,
            roots: ready.roots.clone(),
            found: ready.picked.roots.clone(),
            images: ready.images.iter().map(|given| given.path.clone()).collect(),
            working_folder: env.working_folder.clone(),
            cross_file_systems: args.cross_file_systems,
            count: CountOrders::default(),
        },
        nonce: look::random(env)?,
    };
    let made = output::ensure_folder(&ready.out).map_err(|error| Failure::out_unusable(&args.out, &error))?;
    Collection::begin(orders, keys, now).map_err(|error| {
        if let Some(top) = made {
            output::remove_empty(&ready.out, &top);
        }
        match &error {
            CollectionError::Disk(disk) if !disk.is_full() => Failure::out_unusable(&args.out, disk),
            _ => failure(error),
        }
    })
}

fn acquisition(ready: &Ready, args: &CollectArgs, env: &Env, now: &dyn Fn() -> jiff::Zoned) -> Acquisition {
    let begun = now();
    let picked = &ready.picked;
    let profiles = picked.names.iter().map(|name| format!("--profile {name} --root {}", shown(&picked.root)));
    let covered = ready.covered.iter().map(|(path, reason)| Skipped { path: path.clone(), reason: reason.clone() });
    let left_out = picked.left_out.iter().map(|left| {
        let (files, bytes) = (left.amount.files, left.amount.bytes);
        Skipped {
            path: left.path.clone(),
            reason: format!("{}: {} ({files} files, {bytes} bytes)", left.title, left.why),
        }
    });
    Acquisition {
        case: ready.case.clone(),
        operator: args.operator.clone().unwrap_or_else(|| env.user.clone()),
        witness: args.witness.clone(),
        reason: args.reason.clone(),
        place: args.place.clone(),
        object: ready.object.clone(),
        host: env.host.hostname.clone(),
        system: Some(format!("{} {} ({})", env.host.kernel, env.host.kernel_version, env.host.machine)),
        machine_id: env.host.machine_id.clone(),
        boot_id: env.host.boot_id.clone(),
        effective_uid: Some(env.host.effective_uid),
        time_zone: env.host.zone.name.clone(),
        clock: Some(ready.clock.acquired(begun.strftime("%:z").to_string(), env)),
        clock_offset_ms: ready.clock.offset_ms,
        clock_offset_source: ready.clock.source(),
        started: utc(&begun),
        tool: tool(),
        tool_sha256: host::running_binary().ok(),
        argv: env.argv.clone(),
        profile: picked.digest.map(|_| picked.names.join(" ")),
        profiles_sha256: picked.digest,
        root: picked.digest.map(|_| shown(&picked.root)),
        takes: picked.records(),
        digests: args.digest.iter().copied().collect(),
        scope: volatile::sources(args, &ready.images).iter().map(|path| shown(path)).chain(profiles).collect(),
        skipped: covered.chain(left_out).collect(),
        volatile: ready.volatile.as_ref().map(|volatile| volatile.record.clone()),
        images: ready.images.iter().map(|given| given.record.clone()).collect(),
        output_on_source_disk: ready.same_disk.clone(),
        gentle: ready.gentle.as_ref().map(Manner::record),
        ..Acquisition::default()
    }
}

/// Name and version.
pub(super) fn tool() -> String {
    format!("hozen {}", env!("CARGO_PKG_VERSION"))
}

/// From here on the kernel refuses every write outside `writable`. Called before the first source byte is read and before
/// any thread is started.
pub(super) fn confine(env: &mut Env, lang: Lang, writable: &[&Path]) -> Confinement {
    if !env.confine {
        return Confinement::None("not asked for".to_owned());
    }
    let confinement = sandbox::confine(writable);
    if let Confinement::Partial(note) | Confinement::None(note) = &confinement {
        tell(env, &words::not_confined(lang, note));
    }
    confinement
}

/// An error of a collection, for people.
pub(super) fn failure(error: CollectionError) -> Failure {
    if let CollectionError::AfterSeal(error) = error {
        return failure(*error).after_seal();
    }
    match &error {
        CollectionError::Disk(disk) => Failure::disk(disk),
        CollectionError::Interrupted { folder } => Failure::interrupted(Some(folder)),
        CollectionError::Evidence(evidence) => evidence_failure(evidence, &error),
        CollectionError::Replay(source) | CollectionError::Rows(source) => Failure::writing(source, &error),
        CollectionError::Changed { .. } => Failure::sealed_evidence_changed(&error),
        _ => match disk_error(&error) {
            Some(disk) => Failure::disk(disk),
            None => Failure::bug(&error),
        },
    }
}

fn evidence_failure(evidence: &EvidenceError, whole: &dyn std::error::Error) -> Failure {
    match evidence {
        EvidenceError::Write { source, .. } | EvidenceError::Journal { source } => Failure::writing(source, evidence),
        EvidenceError::Sign(error @ SignError::Agent(_)) => Failure::agent_at_the_seal(error),
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
        RunError::Commit(IntakeError::Findings(source) | IntakeError::Rows(source)) => Failure::writing(source, &error),
        RunError::Crashed(_) => Failure::bug(&error),
    }
}
