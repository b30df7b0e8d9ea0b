//! `hozen respond`, the main job: preserve, look, count and report in one pass, and one screen of answer at the end.

use std::io::Write;
use std::path::Path;
use std::rc::Rc;

use super::args::{Format, RespondArgs};
use super::collect;
use super::failure::Failure;
use super::look::Search;
use super::prepare::{Ready, prepare};
use super::{Env, Exit, json, look, print, print_json, progress, resume, words};
use crate::case::collection::Collection;
use crate::case::counts;
use crate::case::results::{CollectResult, RespondResult, ScanResult};
use crate::case::tally::{FindingsOut, Tally};
use crate::disk::output::OutputFile;
use crate::disk::own;
use crate::disk::sandbox::Confinement;
use crate::model::{Act, Lang};
use crate::pass::{Keep, Lens, Plan, Progress, SpoolPlace};
use crate::report::{self, EvidenceZip, Facts, Note, ReportInput};
use crate::seal::sign::principal;

/// Runs the verb.
pub(super) fn run(args: &RespondArgs, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    if args.collect.profile.list_profiles || args.collect.profile.dry_run {
        return collect::run(&args.collect, lang, env);
    }
    let search = Search::new(&args.look, env)?;
    search.tell_of_local(&args.look.rules, lang, env);
    if let Some(case) = &args.collect.resume {
        return resume::respond(args, case, &search, lang, env);
    }
    let others: Vec<&Path> = args.look.findings.as_deref().into_iter().collect();
    let mut ready = prepare(&args.collect, &others, lang, env)?;
    let extra = look::findings_file(&args.look)?;
    let now = Rc::clone(&env.now);
    let mut collection =
        collect::begin(&mut ready, &args.collect, true, env, &*now).inspect_err(|_| look::forget(&args.look))?;
    let confinement = collect::confine(env, lang, &[collection.folder()]);
    collection.confined(words::confinement(&confinement));
    let passed = pass(args, &mut ready, &search, &mut collection, extra, (lang, env));
    let results = passed.map_err(|failure| failure.resumable("respond", collection.folder()))?;
    finish(args, &mut collection, &confinement, results, (lang, env))
}

/// Writes the reports, closes the case, and answers.
pub(super) fn finish(
    args: &RespondArgs,
    collection: &mut Collection<'_>,
    confinement: &Confinement,
    (result, scan): (CollectResult, ScanResult),
    (lang, env): (Lang, &mut Env),
) -> Result<Exit, Failure> {
    let exit = collect::exit(&result).and(look::exit(&scan, args.look.fail_on));
    let input = report_input(args, env, collection, confinement, (result, scan));
    let facts = Facts::of(&input)
        .map_err(|error| Failure::writing(&error, &error).after_seal().resumable("respond", collection.folder()))?;
    let written = write_reports(collection, (&input, &facts), lang)
        .and_then(|written| collection.close().map(|()| written).map_err(collect::failure));
    let written = written.map_err(|failure| failure.after_seal().resumable("respond", collection.folder()))?;
    match args.collect.format {
        Format::Text => print(env, &report::summary(&input, &facts, lang))?,
        Format::Json => {
            let (schema, case) = ("hozen.respond/1".to_owned(), input.collect.case.clone());
            let (collect, scan) = (input.collect, input.scan);
            print_json(env, &RespondResult { schema, case, report: written, collect, scan })?;
        }
    }
    Ok(exit)
}

/// The one pass over the sources, then the seal, then the results.
fn pass(
    args: &RespondArgs,
    ready: &mut Ready,
    search: &Search,
    collection: &mut Collection<'_>,
    extra: Option<OutputFile>,
    (lang, env): (Lang, &mut Env),
) -> Result<(CollectResult, ScanResult), Failure> {
    let (stop, progress) = (std::sync::Arc::clone(&env.stop), Progress::default());
    let findings_path = collection.dir().result("findings.jsonl");
    let mut findings =
        Both { first: OutputFile::create(&findings_path).map_err(|error| Failure::disk(&error))?, extra };
    let spool = collection.dir().spool();
    let key = collection.case_key().clone();
    let plan = Plan {
        threads: collect::threads(&args.collect, env),
        readers: collect::threads(&args.collect, env),
        walk_ahead: ready.walk_ahead,
        kernels: env.kernels,
        digests: collection.acquisition().digests,
        keep: Keep::Content,
        lens: Some(Lens {
            engine: &search.engine,
            scope: &search.scope,
            recall: None,
            key: &key,
            spool: Some(SpoolPlace { folder: &spool, keep_free: ready.need }),
        }),
        stop: &stop,
        progress: &progress,
    };
    let place = collection.row_place();
    let tally = Tally::new(search.entities(), search.pack.digest, &place)
        .judging(search.places(&args.look, &args.collect.paths)?)
        .keeping(records(collection)?, counts::header(&key));
    let out = FindingsOut { out: &mut findings, reveal: args.look.reveal, explain: None };
    collection.stops_by(&env.stop);
    let mut intake = collection.intake(Some(tally), Some(out)).map_err(collect::failure)?;
    let others: Vec<&Path> = args.look.findings.as_deref().into_iter().collect();
    let items = collect::items(ready, &args.collect, collection, &others)?;
    let ran = progress::shown(&progress, ready.survey.bytes, lang, env.stderr_is_terminal, || {
        crate::pass::run(items, plan, &mut intake)
    });
    ran.map_err(|error| {
        intake.rescue();
        collect::run_failure(error, Some(collection.folder()))
    })?;
    let (Some(evidence), Some(scan), collected) = intake.finish().map_err(|error| Failure::writing(&error, &error))?
    else {
        return Err(Failure::bug(&std::io::Error::other("a pass without evidence or scan")));
    };
    let result = collection.seal(evidence, collected).map_err(collect::failure)?;
    // The evidence is whole from here on, whatever becomes of the results.
    let kept = findings.sync().and_then(|()| keep_results(collection, &scan, &result));
    kept.map_err(Failure::after_seal)?;
    Ok((result, scan))
}

/// Writes the findings to the case, and to the user's own file if one was named.
pub(super) struct Both {
    pub(super) first: OutputFile,
    pub(super) extra: Option<OutputFile>,
}

impl Write for Both {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.first.write_all(bytes)?;
        if let Some(extra) = &mut self.extra {
            extra.write_all(bytes)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.first.flush().map_err(|error| error.source)?;
        self.extra.as_mut().map_or(Ok(()), |extra| extra.flush().map_err(|error| error.source))
    }
}

impl Both {
    pub(super) fn sync(&mut self) -> Result<(), Failure> {
        for file in std::iter::once(&mut self.first).chain(&mut self.extra) {
            file.sync().map_err(|error| Failure::disk(&error))?;
        }
        Ok(())
    }
}

/// The file that the records of the count go to.
pub(super) fn records(collection: &Collection<'_>) -> Result<OutputFile, Failure> {
    OutputFile::create(&collection.dir().count_records()).map_err(|error| Failure::disk(&error))
}

pub(super) fn keep_results(
    collection: &mut Collection<'_>,
    scan: &ScanResult,
    result: &CollectResult,
) -> Result<(), Failure> {
    let findings = collection.dir().result("findings.jsonl");
    let digest = own::digest(&findings).map_err(|error| Failure::disk(&error))?;
    collection.note_result(&findings, digest).map_err(collect::failure)?;
    let records = collection.dir().count_records();
    let digest = own::digest(&records).map_err(|error| Failure::disk(&error))?;
    collection.note_result(&records, digest).map_err(collect::failure)?;
    let counted = serde_json::json!({
        "rules": scan.rules, "files": scan.files.len(), "gaps": scan.gaps.len(),
        "at_least": scan.subjects.at_least, "estimate": scan.subjects.estimate, "at_most": scan.subjects.at_most,
    });
    collection.note(Act::Scan, counted).map_err(collect::failure)?;
    let (scan_path, collect_path) = (collection.dir().result("scan.json"), collection.dir().result("collect.json"));
    collection.keep_json(&scan_path, scan).map_err(collect::failure)?;
    collection.keep_json(&collect_path, result).map_err(collect::failure)?;
    collection.keep_first_count(scan).map_err(collect::failure)
}

fn report_input(
    args: &RespondArgs,
    env: &Env,
    collection: &Collection<'_>,
    confinement: &Confinement,
    (result, scan): (CollectResult, ScanResult),
) -> ReportInput {
    let acquisition = collection.acquisition();
    let zone = env.host.zone.name.clone().unwrap_or_else(|| "UTC".to_owned());
    let mut notes: Vec<Note> =
        acquisition.output_on_source_disk.iter().cloned().map(|source| Note::OutputOnSourceDisk { source }).collect();
    notes.extend(acquisition.volatile.as_ref().map(|state| Note::LiveState {
        processes: state.processes,
        sockets: state.sockets,
        deleted: state.deleted_files,
    }));
    notes.extend(acquisition.gentle.as_ref().map(|how| Note::Gentle { bytes_per_second: how.bytes_per_second }));
    let moved = collection.atime_not_kept();
    if moved > 0 {
        notes.push(Note::AccessTimesMayHaveChanged { entries: moved });
    }
    if args.look.reveal {
        notes.push(Note::Other("--reveal: results/findings.jsonl holds personal values in clear".to_owned()));
    }
    ReportInput {
        case_id: acquisition.case.clone(),
        case_folder: result.case.clone(),
        report_path: collection.dir().report("report.html").display().to_string(),
        operator: acquisition.operator.clone(),
        host: acquisition.host.clone(),
        started: local(&acquisition.started, env),
        finished: local(&acquisition.finished, env),
        time_zone: zone,
        known_on: None,
        tool: acquisition.tool.clone(),
        rules: scan.rules,
        sources: acquisition.scope.clone(),
        key: result.seal.key.clone(),
        signer: principal(&acquisition.operator),
        evidence: vec![EvidenceZip {
            name: format!("{}.zip", collection.evidence_name()),
            sha256: result.seal.zip_sha256,
        }],
        confinement: match confinement {
            Confinement::Full => report::Confinement::Landlock,
            Confinement::Partial(reason) => report::Confinement::Partly { reason: reason.clone() },
            Confinement::None(reason) => report::Confinement::Unavailable { reason: reason.clone() },
        },
        notes,
        collect: result,
        scan,
    }
}

/// A time of the record, as the clock on the wall showed it: readers of a report do not think in UTC.
fn local(utc: &str, env: &Env) -> String {
    let zone = (env.now)().time_zone().clone();
    match utc.parse::<jiff::Timestamp>() {
        Ok(time) => time.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S %:z").to_string(),
        Err(_) => utc.to_owned(),
    }
}

/// Writes the report in the user's language as `report.html`, in the other beside it, and as JSON. Gives the path of the first.
fn write_reports(
    collection: &mut Collection<'_>,
    (input, facts): (&ReportInput, &Facts),
    lang: Lang,
) -> Result<String, Failure> {
    let other = lang.pick(Lang::Ja, Lang::En);
    let page = |lang| report::html(input, facts, lang).map_err(|error| Failure::bug(&error));
    let files = [
        ("report.html".to_owned(), page(lang)?),
        (format!("report.{}.html", other.tag()), page(other)?),
        ("report.json".to_owned(), json(&report::json(input, facts))?),
    ];
    for (file, text) in files {
        let path = collection.dir().report(&file);
        collection.keep_result(&path, text.as_bytes()).map_err(collect::failure)?;
    }
    Ok(collection.dir().report("report.html").display().to_string())
}
