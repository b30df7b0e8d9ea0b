//! `hozen scan`: look for personal data and count people; writes nothing but its output.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use super::args::{Format, ScanArgs};
use super::failure::Failure;
use super::gentle::{self, Manner};
use super::look::Search;
use super::{Env, Exit, collect, look, prepare, print, print_json, progress, reasons, tell, words};
use crate::case::cache::{self, CacheOut, Conditions, Opened, Opening};
use crate::case::counts;
use crate::case::intake::Intake;
use crate::case::results::ScanResult;
use crate::case::tally::{Explain, FindingsOut, Tally};
use crate::disk::error::DiskError;
use crate::disk::output::OutputFile;
use crate::disk::rows::RowPlace;
use crate::disk::{host, own};
use crate::evidence::{MemoryStore, items};
use crate::model::{Algorithms, Finding, Lang, Timestamp};
use crate::pass::{Item, Keep, Lens, Plan, Progress, Recall, SpoolPlace, from_disk};
use crate::report;
use crate::seal::keyed::CaseKey;

/// Runs the verb.
pub(super) fn run(args: &ScanArgs, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    // Before any thread is started.
    let gentle = gentle::begin(&args.gentle, lang, env);
    let search = Search::new(&args.look, env)?;
    search.tell_of_local(&args.look.rules, lang, env);
    let named_key = look::case_key(args.case_key.as_deref())?;
    // Before the first look at a source: reading a link's target would move its access time.
    prepare::quiet_sources(env, &args.paths, args.cross_file_systems);
    let sources = sources(args)?;
    prepare::tell_of_pseudo(env, lang, &sources.roots);
    let walk_ahead = prepare::walk_ahead();
    // A typing mistake must not leave an empty findings file behind.
    sources.check(args)?;
    let mut findings = look::findings_file(&args.look)?;
    let records = args.count_records.as_deref().map(OutputFile::create).transpose();
    let records = records.map_err(|error| Failure::count_records(&error)).inspect_err(|_| look::forget(&args.look))?;
    let places = search.places(&args.look, &sources.roots)?;
    let remembered = remembered(args, &search, named_key.clone(), env)?;
    let (cache, cache_out, key) = match remembered {
        Some(Opened { cache, out, key }) => (Some(cache), Some(out), key),
        None => (None, None, named_key.map_or_else(|| look::new_key(env), Ok)?),
    };
    let writable: Vec<&Path> = [&args.look.findings, &args.spool, &args.count_records]
        .into_iter()
        .filter_map(|path| path.as_deref())
        .collect();
    collect::confine(env, lang, &writable);
    let progress_now = Progress::default();
    let stop = std::sync::Arc::clone(&env.stop);
    let spool = args.spool.as_deref().map(|folder| SpoolPlace { folder, keep_free: 0 });
    let threads = collect::threads_of(args.threads, &args.gentle, env);
    let plan = Plan {
        threads,
        readers: threads,
        walk_ahead,
        kernels: env.kernels,
        digests: Algorithms::default(),
        keep: Keep::Nothing,
        lens: Some(Lens {
            engine: &search.engine,
            scope: &search.scope,
            recall: cache.as_ref().map(|cache| cache as &dyn Recall),
            key: &key,
            spool,
        }),
        stop: &stop,
        progress: &progress_now,
    };
    let place = RowPlace { folder: args.spool.clone() };
    let tally = Tally::new(search.entities(), search.pack.digest, &place).judging(places);
    let tally = match records {
        Some(file) => tally.keeping(file, counts::header(&key)),
        None => tally,
    };
    let reveal = args.look.reveal;
    let mut nowhere = std::io::sink();
    let lines: &mut dyn Write = findings.as_mut().map_or(&mut nowhere as &mut dyn Write, |out| out);
    // What is read by a script stays alone on stdout.
    let said = if args.format == Format::Json { &mut env.stderr } else { &mut env.stdout };
    let mut say = |finding: &Finding| said.write_all(reasons::explained(finding, lang).as_bytes());
    let explain = if args.explain { Some(&mut say as Explain<'_>) } else { None };
    let is_wanted = args.look.findings.is_some() || args.explain;
    let out = is_wanted.then_some(FindingsOut { out: lines, reveal, explain });
    let mut intake = Intake::<MemoryStore, MemoryStore>::new(None, Some(tally), out, &place).remembering(cache_out);
    let (total, items) = sources.items(args, gentle.as_ref(), &stop)?;
    let ran = progress::shown(&progress_now, total, lang, env.stderr_is_terminal && !args.explain, || {
        crate::pass::run(items, plan, &mut intake)
    });
    ran.map_err(|error| {
        intake.rescue();
        collect::run_failure(error, None)
    })?;
    let cache_out = intake.take_cache();
    let (_, scan, _) = intake.finish().map_err(|error| Failure::writing(&error, &error))?;
    let scan = scan.ok_or_else(|| Failure::bug(&std::io::Error::other("a scan without a tally")))?;
    if let Some(findings) = &mut findings {
        findings.sync().map_err(|error| Failure::disk(&error))?;
    }
    match args.format {
        Format::Json => print_json(env, &scan)?,
        Format::Text => print(env, &text(&scan, lang)?)?,
    }
    if let Some(Err(error)) = cache_out.map(CacheOut::replace) {
        tell(env, &words::cache_not_kept(lang, &error.to_string()));
    }
    Ok(look::exit(&scan, args.look.fail_on))
}

/// The cache that the user named, opened before the process is confined.
fn remembered(args: &ScanArgs, search: &Search, key: Option<CaseKey>, env: &Env) -> Result<Option<Opened>, Failure> {
    let Some(path) = &args.cache else { return Ok(None) };
    let failure = |error: DiskError| Failure::cache(path, &error);
    let conditions = Conditions {
        program: host::running_binary().map_err(failure)?,
        rules: search.pack.digest,
        has_spool: args.spool.is_some(),
    };
    let began = (env.now)().timestamp();
    let began = Timestamp { seconds: began.as_second(), nanos: 0 };
    let (fresh_key, reveal) = (look::new_key(env)?, args.look.reveal);
    cache::open(Opening { path, conditions, key, fresh_key, reveal, began }).map(Some).map_err(failure)
}

/// What is to be scanned: evidence zips by their members, everything else by a walk.
struct Sources {
    zips: Vec<PathBuf>,
    roots: Vec<PathBuf>,
}

fn sources(args: &ScanArgs) -> Result<Sources, Failure> {
    let mut sources = Sources { zips: Vec::new(), roots: Vec::new() };
    for path in &args.paths {
        let evidence = crate::case::dir::evidence_of(path).map_err(|error| Failure::unreadable(&error))?;
        if !evidence.is_empty() {
            sources.zips.extend(evidence);
        } else if items::is_evidence(path) {
            sources.zips.push(path.clone());
        } else {
            sources.roots.push(path.clone());
        }
    }
    Ok(sources)
}

impl Sources {
    /// Refuses what can be seen to be wrong before anything is written.
    fn check(&self, args: &ScanArgs) -> Result<(), Failure> {
        if !self.roots.is_empty() {
            prepare::walk(&self.roots, args.cross_file_systems, &[])?;
        }
        match &args.spool {
            Some(folder) => own::may_write_in(folder).map_err(|error| Failure::spool(folder, &error)),
            None => Ok(()),
        }
    }

    /// All items in order, numbered without holes, and how many bytes they are.
    fn items(
        &self,
        args: &ScanArgs,
        gentle: Option<&Manner>,
        stop: &AtomicBool,
    ) -> Result<(u64, Box<dyn Iterator<Item = Item> + Send>), Failure> {
        let (first, offset) = collect::payload(&self.zips)?;
        if self.roots.is_empty() {
            return Ok((0, Box::new(first)));
        }
        // The findings file and the cache may lie in a scanned folder: they are ours, and must not be looked at.
        let ours = args
            .look
            .findings
            .iter()
            .chain(&args.cache)
            .chain(&args.count_records)
            .map(|path| own::identity(path))
            .collect::<Result<Vec<_>, _>>();
        let ours = ours.map_err(|error| Failure::disk(&error))?;
        let walk = |gentle| prepare::walk_of(&self.roots, Vec::new(), args.cross_file_systems, &ours, gentle);
        let survey = prepare::survey(walk(None)?, stop);
        let walked = from_disk::items(walk(gentle)?).map(move |mut item| {
            item.entry.seq += offset;
            item
        });
        Ok((survey.bytes, Box::new(first.chain(walked))))
    }
}

/// The answer for people: values, people, the files with findings, and what could not be read.
fn text(scan: &ScanResult, lang: Lang) -> Result<String, Failure> {
    let facts = report::Facts::of_scan(scan).map_err(|error| Failure::writing(&error, &error))?;
    Ok(report::scan_summary(scan, &facts, lang) + &report::scan_listing(&facts, lang))
}
