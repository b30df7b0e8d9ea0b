//! `hozen count --reveal`: the list for letters, in clear, found again in the sealed evidence. Nobody writes it by accident: the chain must be whole, a person
//! must say why, and the chain tells of it before the file has its name.

use std::io;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::args::CountArgs;
use super::table::{self, Wanted};
use crate::case::counts;
use crate::case::custody::{self, CustodyError, Statement};
use crate::case::dir::CaseDir;
use crate::case::intake::Intake;
use crate::case::letters::{LetterList, LetterPeople, Letters, LettersResult, SCHEMA};
use crate::case::orders::CountOrders;
use crate::case::results::ScanResult;
use crate::case::tally::{FindingsOut, Tally};
use crate::cli::args::Format;
use crate::cli::custody::{operator, said};
use crate::cli::failure::{Failure, shown};
use crate::cli::look::{self, Search};
use crate::cli::{Env, Exit, collect, print, print_json, progress, tell};
use crate::disk::rows::RowPlace;
use crate::disk::terminal::{self, AskError};
use crate::disk::{output, own};
use crate::evidence::MemoryStore;
use crate::model::{Act, Digest, Finding, Lang, Scope};
use crate::pass::Progress;
use crate::report;
use crate::seal::keyed::CaseKey;

/// What is typed to go on, beside the name of the case.
const YES: [&str; 2] = ["reveal", "開示"];

/// Who asked for what.
struct Order<'a> {
    dir: &'a CaseDir,
    wanted: &'a Wanted,
    reason: String,
    options: CountOrders,
    operator: String,
}

/// How people are to be counted: as it is asked for, else as the case counted them last. Own staff that was set apart then must not get into the list because a
/// word was forgotten.
fn options(args: &CountArgs, dir: &CaseDir) -> Result<CountOrders, Failure> {
    let asked = CountOrders { sites: args.site.clone(), own_domains: args.own_domain.clone() };
    if !asked.is_empty() {
        return Ok(asked);
    }
    let counts = counts::entries(dir).map_err(|error| Failure::count(dir.root(), &error))?;
    Ok(counts.last().map(|count| count.options.clone()).unwrap_or_default())
}

/// Writes the list.
pub(super) fn run(
    args: &CountArgs,
    wanted: &Wanted,
    dir: &CaseDir,
    (lang, env): (Lang, &mut Env),
) -> Result<Exit, Failure> {
    said::texts(&[("reason", &args.yes_reveal), ("operator", &args.operator)])?;
    table::check(wanted, &args.inputs)?;
    let zips = sealed_zips(dir)?;
    let local = if args.no_local_rules { &[][..] } else { &env.local_rules };
    let pack = look::rule_pack(&args.rules, local)?;
    let search = Search { engine: look::engine(&pack)?, pack, scope: Scope::default() };
    search.tell_of_local(&args.rules, lang, env);
    let key_file = args.case_key.clone().or_else(|| Some(dir.case_key()).filter(|path| own::is_plain_file(path)));
    let key = look::case_key(key_file.as_deref())?.map_or_else(|| look::new_key(env), Ok)?;
    let options = options(args, dir)?;
    if !options.own_domains.is_empty() {
        tell(env, &report::letters::without(&options.own_domains, lang));
    }
    let reason = reason(args, dir, wanted, (lang, env))?;
    let order = Order { dir, wanted, reason, options, operator: operator(args.operator.as_ref(), env) };
    collect::confine(env, lang, &[wanted.folder(), dir.root()]);
    let (people, scan) = look_again((&search, &key), &order.options, &zips, wanted, (lang, &mut *env))?;
    let names = report::kinds_in_order(&search.entities(), lang);
    let (letters, sha256) = write(people, &order, (&names, lang.pick(", ", "、")), &scan, env)?;
    let result = LettersResult {
        schema: SCHEMA.to_owned(),
        case: shown(dir.root()),
        file: shown(&wanted.path),
        sha256,
        letters,
        subjects: scan.subjects.clone(),
        gaps: scan.gaps.len(),
    };
    match args.format {
        Format::Json => print_json(env, &result)?,
        Format::Text => print(env, &report::letters::after(&result, lang))?,
    }
    Ok(if result.gaps > 0 || result.subjects.open_above { Exit::Gaps } else { Exit::Done })
}

/// The evidence zips, if the chain is whole and they are what it says.
fn sealed_zips(dir: &CaseDir) -> Result<Vec<PathBuf>, Failure> {
    let chain = custody::read(dir);
    if !chain.ok {
        return Err(Failure::reveal_of_broken(
            dir.root(),
            &chain.problems.iter().map(|p| p.what.clone()).collect::<Vec<_>>(),
        ));
    }
    let zips = dir.sealed().map_err(|error| Failure::unreadable(&error))?;
    if zips.is_empty() {
        return Err(Failure::reveal_without_evidence(dir.root()));
    }
    for zip in &zips {
        let name = zip.file_name().unwrap_or_default().to_string_lossy();
        let due = chain.vouches.iter().find(|vouched| vouched.file == format!("evidence/{name}"));
        let found = own::digest(zip).map_err(|error| Failure::unreadable(&error))?;
        if due.map(|due| due.sha256) != Some(found) {
            let what = format!("evidence/{name} is not as it was sealed");
            return Err(Failure::reveal_of_broken(dir.root(), &[what]));
        }
    }
    Ok(zips)
}

/// Says what will happen, and asks for a reason and a yes; a script says both with `--yes-reveal`.
fn reason(args: &CountArgs, dir: &CaseDir, wanted: &Wanted, (lang, env): (Lang, &mut Env)) -> Result<String, Failure> {
    tell(env, &report::letters::before(&shown(dir.root()), &shown(&wanted.path), lang));
    if let Some(reason) = &args.yes_reveal {
        return Some(reason.trim())
            .filter(|reason| !reason.is_empty())
            .map(str::to_owned)
            .ok_or_else(Failure::not_revealed);
    }
    let stop = Arc::clone(&env.stop);
    let ask = |prompt: &str| {
        terminal::ask_shown(prompt, &stop).map_err(|error| match error {
            AskError::Interrupted => Failure::not_revealed(),
            error => Failure::reveal_without_terminal(&error),
        })
    };
    let reason =
        ask(lang.pick("Why (it is set down in the chain of custody): ", "理由（証拠管理の記録に残ります）: "))?;
    let reason = reason.trim().to_owned();
    if reason.is_empty() {
        return Err(Failure::not_revealed());
    }
    said::texts(&[("reason", &Some(reason.clone()))])?;
    let answer = ask(lang.pick("To go on, type reveal: ", "続けるには「開示」または reveal と入力してください: "))?;
    let name = dir.root().file_name().unwrap_or_default().to_string_lossy();
    let answer = answer.trim();
    if YES.contains(&answer) || (answer == name && !name.is_empty()) {
        Ok(reason)
    } else {
        Err(Failure::not_revealed())
    }
}

/// Looks at the sealed evidence once more, and gives each person of the count what was found.
fn look_again(
    (search, key): (&Search, &CaseKey),
    options: &CountOrders,
    zips: &[PathBuf],
    wanted: &Wanted,
    (lang, env): (Lang, &mut Env),
) -> Result<(LetterPeople, ScanResult), Failure> {
    let (items, _) = collect::payload(zips)?;
    let (progress_now, stop) = (Progress::default(), Arc::clone(&env.stop));
    let plan = look::again(search, (key, wanted.folder()), (env.cores, env.kernels), (&stop, &progress_now));
    // Beside the list: what is set aside is as clear as the list will be.
    let place = RowPlace { folder: Some(wanted.folder().to_path_buf()) };
    let tally = Tally::new(search.entities(), search.pack.digest, &place).asking(options.asked(key));
    let mut list = LetterList::new(search.entities(), &place);
    let mut nowhere = io::sink();
    let mut take = |finding: &Finding| list.finding(finding);
    let out = FindingsOut { out: &mut nowhere, reveal: false, explain: Some(&mut take) };
    let mut intake = Intake::<MemoryStore, MemoryStore>::new(None, Some(tally), Some(out), &place);
    let ran =
        progress::shown(&progress_now, 0, lang, env.stderr_is_terminal, || crate::pass::run(items, plan, &mut intake));
    ran.map_err(|error| collect::run_failure(error, None))?;
    let failed = |error: io::Error| Failure::writing(&error, &error);
    let tally = intake.into_tally().ok_or_else(|| Failure::bug(&io::Error::other("a scan without a tally")))?;
    let mut people = list.people().map_err(failed)?;
    let scan = tally.finish_telling(&mut people).map_err(failed)?;
    Ok((people, scan))
}

/// Writes the file, sets it down in the chain, and only then gives it its name.
fn write(
    people: LetterPeople,
    order: &Order<'_>,
    words: (&[(usize, String)], &str),
    scan: &ScanResult,
    env: &Env,
) -> Result<(Letters, Digest), Failure> {
    let (dir, wanted) = (order.dir, order.wanted);
    let now = Rc::clone(&env.now);
    let about = vec![("tool".to_owned(), collect::tool()), ("rules".to_owned(), scan.rules.to_string())];
    let (mut made, mut refused): (Option<(Letters, Digest)>, Option<CustodyError>) = (None, None);
    let written = output::write_once_by(&wanted.path, |file| {
        let letters = people.write(wanted.format, words, about, file)?;
        file.sync().map_err(io::Error::other)?;
        let sha256 = own::digest(file.path()).map_err(io::Error::other)?;
        let statement = Statement {
            act: Act::Reveal,
            operator: order.operator.clone(),
            host: env.host.hostname.clone(),
            tool: collect::tool(),
            detail: detail(order, &letters, sha256, scan),
            photos: &[],
            check_evidence: false,
        };
        custody::add(dir, statement, &*now).map_err(|error| {
            refused = Some(error);
            io::Error::other("the chain of custody could not be continued")
        })?;
        made = Some((letters, sha256));
        Ok(())
    });
    match (written, refused, made) {
        (Ok(()), _, Some(made)) => Ok(made),
        (_, Some(error), _) => Err(Failure::custody(dir.root(), &error)),
        (Err(error), ..) => Err(Failure::table(&error)),
        (Ok(()), None, None) => Err(Failure::bug(&io::Error::other("a list without rows"))),
    }
}

/// What the chain says of it: no value, only how many.
fn detail(order: &Order<'_>, letters: &Letters, sha256: Digest, scan: &ScanResult) -> Map<String, Value> {
    [
        ("reason", json!(order.reason)),
        ("revealed_to", json!(shown(&order.wanted.path))),
        ("revealed_sha256", json!(sha256)),
        ("people", json!(letters.people)),
        ("groups", json!(letters.groups)),
        ("estimate", json!(scan.subjects.estimate)),
        ("rules", json!(scan.rules)),
        ("options", json!(order.options)),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect()
}
