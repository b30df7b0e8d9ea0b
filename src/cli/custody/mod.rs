//! `hozen custody`: set down, show and check who held a case, and what was done with it.

pub(super) mod args;
pub(super) mod said;

use std::path::Path;

use serde_json::{Map, Value, json};

use self::args::{AddArgs, CaseArgs, CustodyAct, CustodyArgs, FormArgs};
use super::args::Format;
use super::failure::Failure;
use super::{Env, Exit, collect, json, print, stamp};
use crate::case::custody::{self, Statement};
use crate::case::dir::CaseDir;
use crate::case::results::CustodyResult;
use crate::disk::output;
use crate::model::limits::CUSTODY_PHOTOS;
use crate::model::{Act, Lang};
use crate::report::custody as report;

/// Runs the verb.
pub(super) fn run(args: &CustodyArgs, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    match &args.act {
        CustodyAct::Add(args) => add(args, lang, env),
        CustodyAct::Show(args) => show(args, lang, env),
        CustodyAct::Form(args) => form(args, lang, env),
        CustodyAct::Check(args) => check(args, lang, env),
        CustodyAct::Stamp(args) => stamp::run(args, lang, env),
    }
}

/// The case at this path.
fn case(folder: &Path) -> Result<CaseDir, Failure> {
    let dir = CaseDir::open(folder).map_err(|error| Failure::unreadable(&error))?;
    dir.ok_or_else(|| Failure::no_case(folder))
}

fn show(args: &CaseArgs, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    let result = custody::read(&case(&args.case_folder)?);
    answer(&result, args.format, env, |now| {
        report::events(&result, now.time_zone(), lang) + &report::verdict(&result, lang)
    })
}

fn check(args: &CaseArgs, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    let mut result = custody::read(&case(&args.case_folder)?);
    // What the chain says is shown by `show`; this is about the chain itself.
    result.chain.clear();
    answer(&result, args.format, env, |_| report::vouches(&result, lang) + &report::verdict(&result, lang))
}

fn form(args: &FormArgs, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    let result = custody::read(&case(&args.case_folder)?);
    let now = (env.now)();
    let printed = now.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let page = report::form(&result, now.time_zone(), &printed, lang).map_err(|error| Failure::bug(&error))?;
    output::write_once(&args.out, page.as_bytes()).map_err(|error| Failure::form(&error))?;
    let told = report::problems(&result, lang);
    print(env, &told)?;
    Ok(if result.ok { Exit::Done } else { Exit::Broken })
}

fn answer(
    result: &CustodyResult,
    format: Format,
    env: &mut Env,
    text: impl FnOnce(&jiff::Zoned) -> String,
) -> Result<Exit, Failure> {
    let text = match format {
        Format::Json => json(result)?,
        Format::Text => text(&(env.now)()),
    };
    print(env, &text)?;
    Ok(if result.ok { Exit::Done } else { Exit::Broken })
}

fn add(args: &AddArgs, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    let began = (env.now)();
    complete(args)?;
    let dir = case(&args.case_folder)?;
    let mut detail = detail_of(args)?;
    detail.insert("clock".to_owned(), args.clock.record(&began, env));
    let operator = args.operator.clone().filter(|name| !name.trim().is_empty()).unwrap_or_else(|| env.user.clone());
    collect::confine(env, lang, &[dir.root()]);
    let statement = Statement {
        act: args.act.into(),
        operator,
        host: env.host.hostname.clone(),
        tool: collect::tool(),
        detail,
        photos: &args.photo,
        check_evidence: args.check_evidence,
    };
    let now = std::rc::Rc::clone(&env.now);
    let added = custody::add(&dir, statement, &*now).map_err(|error| Failure::custody(&args.case_folder, &error))?;
    let ended = answer(&added.result, args.format, env, |now| {
        let told = report::events(&added.result, now.time_zone(), lang);
        told + &report::added(&added.result, &added.not_as_sealed, lang) + &report::problems(&added.result, lang)
    })?;
    Ok(if added.not_as_sealed.is_empty() { ended } else { ended.and(Exit::Broken) })
}

/// Refuses an event that would not say what such an event is for.
fn complete(args: &AddArgs) -> Result<(), Failure> {
    let empty = |text: &Option<String>| text.as_deref().is_none_or(|text| text.trim().is_empty());
    let missing = match Act::from(args.act) {
        Act::Transfer | Act::Return if empty(&args.to) => "--to",
        Act::Receive if empty(&args.from) => "--from",
        Act::Note if empty(&args.note) && args.photo.is_empty() => "--note",
        _ if args.photo.len() > CUSTODY_PHOTOS => return Err(Failure::too_many_photos(args.photo.len())),
        _ => return Ok(()),
    };
    Err(Failure::custody_incomplete(missing))
}

/// What was said, by stable keys; what was not said is absent.
fn detail_of(args: &AddArgs) -> Result<Map<String, Value>, Failure> {
    // Held to the same limit, though they stand elsewhere in the event.
    said::texts(&[("operator", &args.operator), ("reference_source", &args.clock.reference_source)])?;
    let mut detail = said::texts(&[
        ("witness", &args.witness),
        ("from", &args.from),
        ("to", &args.to),
        ("purpose", &args.purpose),
        ("reason", &args.reason),
        ("place", &args.place),
        ("kept_at", &args.kept_at),
        ("state", &args.state),
        ("condition", &args.condition),
        ("note", &args.note),
    ])?;
    detail.extend(said::object(&args.object)?);
    if let Some(when) = args.when {
        detail.insert("when".to_owned(), json!(when.to_string()));
    }
    Ok(detail)
}
