//! `hozen count`: people again from the records that a case keeps, all answers so far, and what changed between two.

pub(super) mod args;
mod letters;
mod table;

use std::path::Path;
use std::rc::Rc;

use self::args::CountArgs;
use self::table::Wanted;
use super::args::Format;
use super::custody::{operator, said};
use super::failure::{Failure, shown};
use super::{Env, Exit, collect, look, print, print_json, tell};
use crate::case::collection::utc;
use crate::case::counts::{self, CountError, CountResult, Counting, Ledger, Source};
use crate::case::dir::CaseDir;
use crate::case::orders::CountOrders;
use crate::disk::rows::RowPlace;
use crate::disk::{host, own};
use crate::model::Lang;
use crate::report::count as report;

/// Runs the verb.
pub(super) fn run(args: &CountArgs, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    let (first, others) = match args.inputs.as_slice() {
        [first] => (first.as_path(), false),
        [first, ..] if args.merge => (first.as_path(), true),
        [] => return Err(Failure::no_count_input()),
        _ => return Err(Failure::count_without_merge()),
    };
    if args.history {
        return history(first, args.format, lang, env);
    }
    let wanted = Wanted::of(&args.table)?;
    match &wanted {
        Some(wanted) if args.reveal => letters::run(args, wanted, &case(first)?, (lang, env)),
        _ => again(args, (first, others), wanted.as_ref(), (lang, env)),
    }
}

/// The case at this path.
fn case(folder: &Path) -> Result<CaseDir, Failure> {
    let dir = CaseDir::open(folder).map_err(|error| Failure::unreadable(&error))?;
    dir.ok_or_else(|| Failure::no_case(folder))
}

/// Counts, keeps the count, and prints it.
fn again(
    args: &CountArgs,
    (first, _): (&Path, bool),
    wanted: Option<&Wanted>,
    (lang, env): (Lang, &mut Env),
) -> Result<Exit, Failure> {
    said::texts(&[("reason", &args.reason), ("operator", &args.operator)])?;
    let reason = args.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    let dir = case_or_none(first)?;
    // Before the process is confined: a key may lie anywhere.
    let key_file =
        args.case_key.clone().or_else(|| dir.as_ref().map(CaseDir::case_key).filter(|path| own::is_plain_file(path)));
    let key = look::case_key(key_file.as_deref())?;
    wanted.map_or(Ok(()), |wanted| table::check(wanted, &args.inputs))?;
    let writable: Vec<&Path> = dir.iter().map(CaseDir::root).chain(wanted.map(Wanted::folder)).collect();
    collect::confine(env, lang, &writable);
    let mut ledger = dir.map(Ledger::open).transpose().map_err(|error| Failure::count(first, &error))?;
    let number = ledger.as_ref().map(Ledger::next);
    if reason.is_none() && number.is_some_and(|number| number > 1) {
        return Err(Failure::count_without_reason(number.unwrap_or_default()));
    }
    let sources = sources(args, ledger.as_ref())?;
    let now = Rc::clone(&env.now);
    let said = CountResult {
        case: ledger.as_ref().map(|ledger| ledger.dir().id()),
        number,
        time: utc(&now()),
        operator: operator(args.operator.as_ref(), env),
        reason: reason.map(str::to_owned),
        tool: collect::tool(),
        tool_sha256: host::running_binary().ok(),
        ..CountResult::default()
    };
    let options = CountOrders { sites: args.site.clone(), own_domains: args.own_domain.clone() };
    let place = RowPlace { folder: ledger.as_ref().map(|ledger| ledger.dir().spool()) };
    let counting = Counting { sources: &sources, options: &options, key: key.as_ref(), place, said };
    let result = match wanted {
        Some(wanted) => table::counted(wanted, counting, first)?,
        None => counts::count(counting, None).map_err(|error| Failure::count(first, &error))?,
    };
    match &mut ledger {
        Some(ledger) => {
            ledger.keep(&result, &env.host.hostname, &*now).map_err(|error| Failure::count(first, &error))?;
        }
        None => tell(env, report::not_kept(lang)),
    }
    if let Some(wanted) = wanted {
        tell(env, &format!("{} {}", lang.pick("table of people:", "人の表："), shown(&wanted.path)));
    }
    match args.format {
        Format::Json => print_json(env, &result)?,
        Format::Text => print(env, &report::text(&result, lang))?,
    }
    Ok(if result.subjects.open_above { Exit::Gaps } else { Exit::Done })
}

/// The case at this path; none where a file of records lies there.
fn case_or_none(path: &Path) -> Result<Option<CaseDir>, Failure> {
    let dir = CaseDir::open(path).map_err(|error| Failure::unreadable(&error))?;
    if dir.is_none() && !own::is_plain_file(path) {
        return Err(Failure::no_case(path));
    }
    Ok(dir)
}

/// Opens all that was named; each has a name of its own.
fn sources(args: &CountArgs, ledger: Option<&Ledger>) -> Result<Vec<Source>, Failure> {
    let mut sources: Vec<Source> = Vec::new();
    for (at, path) in args.inputs.iter().enumerate() {
        let opened = match (ledger.filter(|_| at == 0), case_or_none(path)?) {
            (Some(ledger), _) => ledger.records(name_of(&sources, ledger.dir().id())),
            (None, Some(dir)) => Source::of_case(&dir, name_of(&sources, dir.id())),
            (None, None) => Source::open(path, name_of(&sources, shown(path))),
        };
        sources.push(opened.map_err(|error| Failure::count(path, &error))?);
    }
    Ok(sources)
}

fn name_of(taken: &[Source], name: String) -> String {
    let is_free = |name: &str| taken.iter().all(|source| source.name != name);
    if is_free(&name) {
        return name;
    }
    (2..).map(|n: u32| format!("{name} ({n})")).find(|name| is_free(name)).unwrap_or(name)
}

fn history(folder: &Path, format: Format, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    let dir = case(folder)?;
    let entries = counts::entries(&dir).map_err(|error: CountError| Failure::count(folder, &error))?;
    match format {
        Format::Json => print_json(env, &counts::History::new(dir.id(), &entries))?,
        Format::Text => print(env, &report::history(&entries, lang))?,
    }
    Ok(Exit::Done)
}
