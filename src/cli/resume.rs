//! `--resume`: goes on with a case that was broken off, with what it was told when it began.

use std::io::Error;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::args::{CollectArgs, RespondArgs};
use super::collect::{self, confine, run_failure};
use super::failure::{Failure, shown};
use super::gentle::{self, Manner};
use super::look::Search;
use super::prepare::{self, Survey};
use super::respond::{self, Both};
use super::whose::{Looked, Whose};
use super::{Env, Exit, keys, look, progress, tell, volatile, words};
use crate::case::collection::{Collection, CollectionError, Keys};
use crate::case::counts;
use crate::case::intake::Intake;
use crate::case::journal::JournalError;
use crate::case::orders::{Errand, StandingOrders};
use crate::case::results::{CollectResult, ScanResult};
use crate::case::resume::{ResumeError, Unfinished};
use crate::case::tally::{FindingsOut, Tally};
use crate::disk::output::OutputFile;
use crate::disk::own;
use crate::disk::sandbox::Confinement;
use crate::disk::space::Space;
use crate::evidence::MemoryStore;
use crate::model::{Lang, RawPath, limits};
use crate::pass::{GiantFrom, Keep, Plan, Progress, from_disk};
use crate::seal::keyed::CaseKey;
use crate::seal::sign::Signer;

/// `hozen collect --resume`.
pub(super) fn collect(args: &CollectArgs, case: &Path, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    let now = Rc::clone(&env.now);
    let (mut collection, result, _) = evidence(args, case, (&*now, "collect"), lang, env)?;
    if collection.reports_are_due() {
        // The case was begun by `respond`: its evidence is whole, its results are another verb's.
        tell(env, &words::reports_are_due(lang, &crate::report::shell_word(&shown(collection.folder()))));
    } else {
        collection.close().map_err(collect::failure)?;
    }
    collect::answer(&result, args.format, lang, env)
}

/// `hozen respond --resume`: the same, then results and reports from the sealed evidence.
pub(super) fn respond(
    args: &RespondArgs,
    case: &Path,
    (search, whose): (&Search, &Whose),
    lang: Lang,
    env: &mut Env,
) -> Result<Exit, Failure> {
    let extra = look::findings_file(&args.look)?;
    let now = Rc::clone(&env.now);
    let begun = evidence(&args.collect, case, (&*now, "respond"), lang, env);
    let (mut collection, result, confinement) = begun.inspect_err(|_| look::forget(&args.look))?;
    let scanned = scan(args, (search, whose), &mut collection, (&result, extra), (lang, env));
    let scan = scanned.map_err(|failure| failure.after_seal().resumable("respond", collection.folder()))?;
    respond::finish(args, &mut collection, &confinement, (result, scan), (lang, env))
}

/// Brings the evidence of a broken case to its seal.
fn evidence<'n>(
    args: &CollectArgs,
    case: &Path,
    (now, verb): (&'n dyn Fn() -> jiff::Zoned, &str),
    lang: Lang,
    env: &mut Env,
) -> Result<(Collection<'n>, CollectResult, Confinement), Failure> {
    // Before any thread is started.
    let gentle = gentle::begin(&args.gentle, lang, env);
    let folder = own::canonical(case).map_err(|error| Failure::unreadable(&error))?;
    let refused = |error: ResumeError| match &error {
        ResumeError::Journal(JournalError::Disk(disk)) if disk.source.kind() == std::io::ErrorKind::WouldBlock => {
            Failure::busy(&folder)
        }
        _ => Failure::resume(&folder, &error),
    };
    let unfinished = Unfinished::open(&folder).map_err(refused)?;
    same_machine(unfinished.orders(), args, env)?;
    let keys = keys(&unfinished, args, lang, env)?;
    let mut errand = unfinished.orders().errand().map_err(ResumeError::Orders).map_err(refused)?;
    enter(&errand, env)?;
    let gone = volatile::gone_schedules(unfinished.orders().acquisition.volatile.as_ref(), &mut errand.roots);
    let roots = errand.roots.iter().chain(errand.found.iter().map(|found| &found.path));
    prepare::quiet_sources(env, &roots.cloned().collect::<Vec<_>>(), errand.cross_file_systems);
    let (mut collection, seal) =
        unfinished.go_on(folder.clone(), keys, look::random(env)?, now).map_err(collect::failure)?;
    collection.stops_by(&env.stop);
    let confinement;
    let result = match seal {
        Some(seal) => {
            confinement = confine(env, lang, &[&folder]);
            collection.finish_seal(seal).map_err(|error| match error {
                CollectionError::Changed { .. } => collect::failure(error),
                error => collect::failure(error).after_seal(),
            })
        }
        None => {
            let survey = prepare::survey_apart(&errand.roots, &errand.found, errand.cross_file_systems, env)?;
            confinement = confine(env, lang, &[&folder]);
            collection.confined(words::confinement(&confinement));
            take_rest(args, Rest { errand, gone, survey, gentle }, &mut collection, (lang, env))
        }
    };
    let result = result.map_err(|failure| failure.resumable(verb, &folder))?;
    Ok((collection, result, confinement))
}

/// Evidence of two machines must not come into one zip.
fn same_machine(orders: &StandingOrders, args: &CollectArgs, env: &Env) -> Result<(), Failure> {
    let began = &orders.acquisition;
    let same = (&began.host, &began.machine_id) == (&env.host.hostname, &env.host.machine_id);
    if same || args.force { Ok(()) } else { Err(Failure::other_machine(&began.host, &env.host.hostname)) }
}

/// The keys that the case began with.
fn keys(unfinished: &Unfinished, args: &CollectArgs, lang: Lang, env: &mut Env) -> Result<Keys, Failure> {
    let (orders, dir) = (unfinished.orders(), unfinished.dir());
    if args.key.sign_key.is_some() == orders.signer_is_new {
        return Err(Failure::other_key(&orders.key));
    }
    let signer = match (keys::signer(&args.key, Some(&orders.key), lang, env)?, orders.signer_is_new) {
        (Some(signer), false) => signer,
        (None, true) => key_file(&dir.sign_key(), |text| Signer::from_openssh(text).map_err(Error::other))?,
        _ => return Err(Failure::other_key(&orders.key)),
    };
    if signer.public().fingerprint() != orders.key {
        return Err(Failure::other_key(&orders.key));
    }
    let case = key_file(&dir.case_key(), |text| CaseKey::from_text(text).map_err(Error::other))?;
    Ok(Keys { signer, signer_is_new: orders.signer_is_new, case, case_is_named: false })
}

fn key_file<K>(path: &Path, parse: impl Fn(&str) -> Result<K, Error>) -> Result<K, Failure> {
    let text = own::read_own(path, limits::RULE_FILE_BYTES).map_err(|error| Failure::unreadable(&error))?;
    parse(&String::from_utf8_lossy(&text)).map_err(|error| Failure::key(path, &error))
}

/// Relative roots are relative to the folder that the collection began in.
fn enter(errand: &Errand, env: &Env) -> Result<(), Failure> {
    let began = &errand.working_folder;
    let found = errand.found.iter().map(|found| &found.path);
    if errand.roots.iter().chain(found).all(|root| root.is_absolute()) || *began == env.working_folder {
        return Ok(());
    }
    std::env::set_current_dir(began).map_err(|error| Failure::no_such_source(&error))
}

/// What is still to be done.
struct Rest {
    errand: Errand,
    /// Roots that are gone since it began.
    gone: Vec<RawPath>,
    survey: Survey,
    gentle: Option<Manner>,
}

/// Takes what is missing, and seals.
fn take_rest(
    args: &CollectArgs,
    Rest { errand, gone, survey, gentle }: Rest,
    collection: &mut Collection<'_>,
    (lang, env): (Lang, &mut Env),
) -> Result<CollectResult, Failure> {
    let folder = collection.folder().to_path_buf();
    let walk_ahead = prepare::walk_ahead();
    let (mut intake, mut taken) = collection.resume_intake().map_err(collect::failure)?;
    let (entries, bytes) = intake.so_far();
    let state = collection.acquisition().volatile.clone();
    // The survey has no live state: what was taken of it makes nothing less that is left.
    let left = survey.without(
        entries.saturating_sub(taken.state_entries()),
        bytes.saturating_sub(state.as_ref().map_or(0, |state| state.bytes)),
    );
    let free = Space::of(&folder).map_err(|error| Failure::disk(&error))?.free_bytes;
    if left.need() > free && !args.force {
        return Err(Failure::too_little_space(&folder, left.need(), free));
    }
    tell(env, &words::goes_on(lang, &shown(&folder), (entries, bytes), (left.entries, left.bytes)));
    let ours = own::identity(&folder).map_err(|error| Failure::disk(&error))?;
    let walk =
        prepare::walk_of(&errand.roots, errand.found.clone(), errand.cross_file_systems, &[ours], gentle.as_ref())
            .map_err(Failure::of_begun)?;
    let lost = volatile::lost(state.as_ref(), gone, &taken);
    let walked = from_disk::items_from(walk, taken.shared_names(), GiantFrom::default());
    let missing = walked.filter(|item| !taken.holds(&item.entry.path));
    let items = volatile::in_order(lost, missing, volatile::identities(&errand.images));
    let (stop, progress) = (Arc::clone(&env.stop), Progress::default());
    let threads = collect::threads(args, env);
    let plan = Plan {
        threads,
        readers: collect::readers(args, env),
        walk_ahead,
        kernels: env.kernels,
        digests: collection.acquisition().digests,
        keep: Keep::Content,
        lens: None,
        stop: &stop,
        progress: &progress,
    };
    let ran = progress::shown(&progress, left.bytes, lang, env.stderr_is_terminal, || {
        crate::pass::run(items, plan, &mut intake)
    });
    ran.map_err(|error| {
        intake.rescue();
        run_failure(error, Some(&folder))
    })?;
    let (evidence, _, collected) = intake.finish().map_err(|error| Failure::writing(&error, &error))?;
    let evidence = evidence.ok_or_else(|| Failure::bug(&Error::other("a collection without evidence")))?;
    collection.seal(evidence, collected).map_err(collect::failure)
}

/// Looks at the sealed evidence, and keeps what it finds in the case.
fn scan(
    args: &RespondArgs,
    (search, whose): (&Search, &Whose),
    collection: &mut Collection<'_>,
    (result, extra): (&CollectResult, Option<OutputFile>),
    (lang, env): (Lang, &mut Env),
) -> Result<ScanResult, Failure> {
    // What a broken pass left is made anew.
    collection.forget_results().map_err(collect::failure)?;
    let path = collection.dir().result("findings.jsonl");
    let mut findings = Both { first: OutputFile::create(&path).map_err(|error| Failure::disk(&error))?, extra };
    let (spool, key) = (collection.dir().spool(), collection.case_key().clone());
    let (stop, progress) = (Arc::clone(&env.stop), Progress::default());
    let threads = collect::threads(&args.collect, env);
    let plan = look::again(search, (&key, &spool), (threads, env.kernels), (&stop, &progress));
    let place = collection.row_place();
    let zips: Vec<PathBuf> = result.evidence.iter().map(PathBuf::from).collect();
    // As it was asked for at the beginning, unless it is asked for otherwise now.
    let count = if whose.is_empty() {
        collection.count_orders().clone()
    } else {
        whose.orders(Looked { roots: &[], zips: &zips })?
    };
    let tally = Tally::new(search.entities(), search.pack.digest, &place)
        .judging(search.places(&args.look, &args.collect.paths)?)
        .asking(count.asked(&key))
        .keeping(respond::records(collection)?, counts::header(&key));
    let out = FindingsOut { out: &mut findings, reveal: args.look.reveal, explain: None };
    let mut intake = Intake::<MemoryStore, MemoryStore>::new(None, Some(tally), Some(out), &place);
    let (items, _) = collect::payload(&zips)?;
    let ran = progress::shown(&progress, result.bytes, lang, env.stderr_is_terminal, || {
        crate::pass::run(items, plan, &mut intake)
    });
    ran.map_err(|error| {
        intake.rescue();
        run_failure(error, Some(collection.folder()))
    })?;
    let (_, scan, _) = intake.finish().map_err(|error| Failure::writing(&error, &error))?;
    let scan = scan.ok_or_else(|| Failure::bug(&Error::other("a scan without a tally")))?;
    findings.sync()?;
    respond::keep_results(collection, &scan, result)?;
    Ok(scan)
}
