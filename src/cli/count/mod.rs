//! `hozen count`: people again from the records that a case keeps, all answers so far, and what changed between two.

pub(super) mod args;
mod letters;
mod table;

use std::ffi::OsStr;
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
use crate::report::{count as report, count_diff};

/// Runs the verb.
pub(super) fn run(args: &CountArgs, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    if let [a, b] = args.diff.as_slice() {
        return diff(args, (a, b), lang, env);
    }
    let first = match args.inputs.as_slice() {
        [first] => first.as_path(),
        [first, ..] if args.merge => first.as_path(),
        [] => return Err(Failure::no_count_input()),
        _ => return Err(Failure::count_without_merge()),
    };
    if args.history {
        return history(first, args.format, lang, env);
    }
    let wanted = Wanted::of(&args.table)?;
    match &wanted {
        Some(wanted) if args.reveal => letters::run(args, wanted, &case(first)?, (lang, env)),
        _ => again(args, first, wanted.as_ref(), (lang, env)),
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
    first: &Path,
    wanted: Option<&Wanted>,
    (lang, env): (Lang, &mut Env),
) -> Result<Exit, Failure> {
    said::texts(&[("reason", &args.reason), ("operator", &args.operator)])?;
    let reason = args.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    let dir = case_or_none(first)?;
    // Before the process is confined: a key may lie anywhere. It is read only where it is needed.
    let of_case = dir.as_ref().filter(|_| !args.own_domain.is_empty()).map(CaseDir::case_key);
    let key_file = args.case_key.clone().or_else(|| of_case.filter(|path| own::is_plain_file(path)));
    let key = look::case_key(key_file.as_deref())?;
    wanted.map_or(Ok(()), |wanted| table::check(wanted, &args.inputs))?;
    let mut said = CountResult {
        operator: operator(args.operator.as_ref(), env),
        reason: reason.map(str::to_owned),
        tool: collect::tool(),
        tool_sha256: host::running_binary().ok(),
        ..CountResult::default()
    };
    let writable: Vec<&Path> = dir.iter().map(CaseDir::root).chain(wanted.map(Wanted::folder)).collect();
    collect::confine(env, lang, &writable);
    let now = Rc::clone(&env.now);
    let failed = |error: CountError| Failure::count(first, &error);
    let mut ledger = dir.map(Ledger::open).transpose().map_err(failed)?;
    if let Some(ledger) = &mut ledger {
        ledger.take_in_left_over(&said, &env.host.hostname, &*now).map_err(failed)?;
        let number = ledger.next();
        if reason.is_none() && number > 1 {
            return Err(Failure::count_without_reason(number));
        }
        (said.case, said.number) = (Some(ledger.dir().id()), Some(number));
    }
    let sources = sources(args, ledger.as_ref())?;
    said.time = utc(&now());
    let options = CountOrders { sites: args.site.clone(), own_domains: args.own_domain.clone() };
    let place = RowPlace { folder: ledger.as_ref().map(|ledger| ledger.dir().spool()) };
    let counting = Counting { sources: &sources, options: &options, key: key.as_ref(), place, said };
    let result = match wanted {
        Some(wanted) => table::counted(wanted, counting, first)?,
        None => counts::count(counting, None).map_err(failed)?,
    };
    match &mut ledger {
        Some(ledger) => {
            ledger.keep(&result, &env.host.hostname, &*now).map_err(failed)?;
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
    let entries = counts::entries(&dir).map_err(|error| Failure::count(folder, &error))?;
    match format {
        Format::Json => print_json(env, &counts::History::new(dir.id(), &entries))?,
        Format::Text => print(env, &report::history(&entries, lang))?,
    }
    Ok(Exit::Done)
}

/// What changed between two counts, and why.
fn diff(args: &CountArgs, (a, b): (&OsStr, &OsStr), lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    let dir = match args.inputs.as_slice() {
        [] => None,
        [folder] => Some(case(folder)?),
        _ => return Err(Failure::count_without_merge()),
    };
    let diff = counts::diff::compare(&compared(dir.as_ref(), a)?, &compared(dir.as_ref(), b)?);
    match args.format {
        Format::Json => print_json(env, &diff)?,
        Format::Text => print(env, &count_diff::text(&diff, lang))?,
    }
    Ok(Exit::Done)
}

/// A count by its number in the case, or by its file.
fn compared(dir: Option<&CaseDir>, named: &OsStr) -> Result<CountResult, Failure> {
    let number = named.to_str().and_then(|text| text.parse::<u64>().ok());
    match (dir, number) {
        (Some(dir), Some(number)) => {
            counts::read_entry(dir, number).map_err(|error| Failure::count(dir.root(), &error))
        }
        (None, Some(_)) => Err(Failure::no_count_input()),
        (_, None) => {
            let path = Path::new(named);
            counts::read_file(path, &shown(path)).map_err(|error| Failure::count(path, &error))
        }
    }
}
