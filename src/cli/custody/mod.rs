//! `hozen custody`: set down, show and check who held a case, and what was done with it.

pub(super) mod args;
pub(super) mod said;

use std::path::Path;

use serde_json::{Map, Value, json};

use self::args::{AddArgs, CaseArgs, CustodyAct, CustodyArgs, FormArgs, MendArgs};
use self::said::Deed;
use super::args::Format;
use super::failure::Failure;
use super::{Env, Exit, collect, json, print, stamp};
use crate::case::custody::{self, Statement};
use crate::case::dir::CaseDir;
use crate::case::mend::{self, Mended, Mender};
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
        CustodyAct::Mend(args) => mend(args, lang, env),
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
    complete(args)?;
    let Deed { operator, said: mut detail } = args.deed.set_down(lang, env)?;
    let dir = case(&args.case_folder)?;
    detail.extend(detail_of(args)?);
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

/// Who does it: as was said, else by the login name.
pub(super) fn operator(said: Option<&String>, env: &Env) -> String {
    said.filter(|name| !name.trim().is_empty()).cloned().unwrap_or_else(|| env.user.clone())
}

fn mend(args: &MendArgs, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    let Deed { operator, said: detail } = args.deed.set_down(lang, env)?;
    let dir = case(&args.case.case_folder)?;
    collect::confine(env, lang, &[dir.root()]);
    let mender = Mender { operator, host: env.host.hostname.clone(), tool: collect::tool(), detail };
    let now = std::rc::Rc::clone(&env.now);
    let mended = mend::mend(&dir, mender, &*now).map_err(|error| Failure::mend(dir.root(), &error))?;
    let mut result = custody::read(&dir);
    // What was done stands in the last event; the others are shown by `show`.
    let kept = if mended == Mended::Nothing { 0 } else { 1 };
    result.chain.drain(..result.chain.len().saturating_sub(kept));
    answer(&result, args.case.format, env, |now| {
        report::events(&result, now.time_zone(), lang) + &report::mended(mended, lang) + &report::verdict(&result, lang)
    })
}

/// Refuses an event that would not say what such an event is for.
fn complete(args: &AddArgs) -> Result<(), Failure> {
    let empty = |text: &Option<String>| text.as_deref().is_none_or(|text| text.trim().is_empty());
    let missing = match Act::from(args.act) {
        Act::Transfer | Act::Return if empty(&args.to) => "--to",
        Act::Receive if empty(&args.from) => "--from",
        Act::Note if empty(&args.deed.note) && args.photo.is_empty() => "--note",
        _ if args.photo.len() > CUSTODY_PHOTOS => return Err(Failure::too_many_photos(args.photo.len())),
        _ => return Ok(()),
    };
    Err(Failure::custody_incomplete(missing))
}

/// What was said, by stable keys; what was not said is absent.
fn detail_of(args: &AddArgs) -> Result<Map<String, Value>, Failure> {
    let mut detail = said::texts(&[
        ("from", &args.from),
        ("to", &args.to),
        ("reason", &args.reason),
        ("kept_at", &args.kept_at),
        ("state", &args.state),
        ("condition", &args.condition),
    ])?;
    detail.extend(said::object(&args.object)?);
    if let Some(when) = args.when {
        detail.insert("when".to_owned(), json!(when.to_string()));
    }
    Ok(detail)
}
