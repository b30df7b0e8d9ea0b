//! `--dry-run`: what would be taken, how large it is and whether it fits, by names and metadata alone; writes nothing.
//!
//! Opened are only the configuration files and `/etc/passwd` in which a profile looks places up.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::args::{CollectArgs, Format};
use super::failure::{Failure, shown};
use super::prepare::{self, Survey};
use super::profile::{self, Picked};
use super::{Env, Exit, json, print, volatile, words};
use crate::case::results::{Amount, DryRunResult, LeftOut, WouldTake, WouldTakeOf};
use crate::disk::own;
use crate::disk::space::Space;
use crate::disk::walk::FoundRoot;
use crate::model::taken::{LinkOnTheWay, TakeRecord};
use crate::model::{Gap, Lang};
use crate::pass::SharedNames;

/// Runs it.
pub(super) fn run(args: &CollectArgs, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    let named = volatile::sources(args, &volatile::images(&args.include_image)?);
    if named.is_empty() && args.profile.names.is_empty() {
        return Err(Failure::nothing_named());
    }
    prepare::quiet_sources(env, &named, args.cross_file_systems);
    let picked = profile::pick(args, lang, env)?;
    let stop = std::sync::Arc::clone(&env.stop);
    let measured = prepare::apart(env, || measure(args, &named, &picked, &stop))??;
    if env.stop.load(Ordering::Relaxed) {
        return Err(Failure::interrupted(None));
    }
    let out = own::canonical_to_be(&args.out).map_err(|error| Failure::out_unusable(&args.out, &error))?;
    let free_bytes = Space::of(&out).map_err(|error| Failure::disk(&error))?.free_bytes;
    let need_bytes = measured.total.need();
    let titles: Vec<String> = picked.takes.iter().map(|take| take.take.title(lang).to_owned()).collect();
    let result = DryRunResult {
        schema: "hozen.dry_run/1".to_owned(),
        profiles: picked.names.clone(),
        root: picked.digest.map(|_| shown(&picked.root)),
        paths: measured.paths,
        takes: measured.takes,
        left_out: picked.left_out,
        gaps: measured.gaps,
        total: measured.total.amount(),
        need_bytes,
        free_bytes,
    };
    match args.format {
        Format::Json => print(env, &json(&result)?)?,
        Format::Text => print(env, &text(&result, &titles, &out, lang)?)?,
    }
    if need_bytes > free_bytes && !args.force {
        return Err(Failure::too_little_space(&out, need_bytes, free_bytes));
    }
    Ok(if result.gaps.is_empty() { Exit::Done } else { Exit::Gaps })
}

struct Measured {
    paths: Vec<WouldTake>,
    takes: Vec<WouldTakeOf>,
    total: Survey,
    gaps: Vec<Gap>,
}

fn measure(args: &CollectArgs, named: &[PathBuf], picked: &Picked, stop: &AtomicBool) -> Result<Measured, Failure> {
    let cross = args.cross_file_systems;
    let size = |named: &[PathBuf], found: Vec<FoundRoot>| -> Result<Amount, Failure> {
        if named.is_empty() && found.is_empty() {
            return Ok(Amount::default());
        }
        Ok(prepare::survey(prepare::walk_of(named, found, cross, &[], None)?, stop).amount())
    };
    let mut paths = Vec::new();
    for path in named {
        paths.push(WouldTake { path: shown(path), amount: size(std::slice::from_ref(path), Vec::new())? });
    }
    let mut takes = Vec::new();
    for take in &picked.takes {
        let found = take.paths.iter().map(|path| FoundRoot { path: path.clone(), gap: None }).collect();
        takes.push(WouldTakeOf { take: take.record.clone(), amount: size(&[], found)? });
    }
    let (mut total, mut gaps, mut names) = (Survey::default(), Vec::new(), SharedNames::default());
    if !(named.is_empty() && picked.roots.is_empty()) {
        let walk = prepare::walk_of(named, picked.roots.clone(), cross, &[], None)?;
        for walked in walk.without_link_targets().take_while(|_| !stop.load(Ordering::Relaxed)) {
            total.add(&walked.entry, &mut names);
            gaps.extend(walked.gaps);
        }
    }
    Ok(Measured { paths, takes, total, gaps })
}

/// For people: what is there, largest picture first, then what is not, what is left and what it comes to.
fn text(result: &DryRunResult, titles: &[String], out: &Path, lang: Lang) -> Result<String, Failure> {
    let mut text = String::new();
    for path in &result.paths {
        text.push_str(&format!("{}: {}\n", path.path, amount(path.amount, lang)));
    }
    let mut absent = Vec::new();
    for (one, title) in result.takes.iter().zip(titles) {
        if one.take.found == 0 {
            absent.push(one);
            continue;
        }
        let (id, amount) = (&one.take.id, amount(one.amount, lang));
        text.push_str(&lang.pick(format!("{id} ({title}): {amount}\n"), format!("{id}（{title}）: {amount}\n")));
        text.push_str(&places(&one.take, lang));
    }
    let configured = absent.iter().map(|one| places(&one.take, lang)).collect::<String>();
    if !absent.is_empty() {
        let ids = absent.iter().map(|one| one.take.id.as_str()).collect::<Vec<_>>().join(", ");
        text.push_str(&lang.pick(format!("not on this machine: {ids}\n"), format!("この機器にないもの: {ids}\n")));
        text.push_str(&configured);
    }
    for left in &result.left_out {
        text.push_str(&left_out(left, lang));
    }
    let gaps = result.gaps.iter().cloned().collect();
    text.push_str(&crate::report::gap_listing(&gaps, lang).map_err(|error| Failure::writing(&error, &error))?);
    let total = amount(result.total, lang);
    let (need, free, out) = (words::bytes(result.need_bytes), words::bytes(result.free_bytes), shown(out));
    text.push_str(&lang.pick(
        format!("In all, each file once: {total}. Needs at most {need}; {out} has {free} free.\nNothing was written.\n"),
        format!("合計（重複を除く）: {total}。必要な空き容量は最大 {need}、{out} の空きは {free} です。\n何も書いていません。\n"),
    ));
    Ok(text)
}

fn amount(amount: Amount, lang: Lang) -> String {
    let (files, size) = (words::count(amount.files), words::bytes(amount.bytes));
    lang.pick(format!("{files} files, {size}"), format!("{files} ファイル・{size}"))
}

fn places(take: &TakeRecord, lang: Lang) -> String {
    let mut text = String::new();
    for path in &take.paths {
        text.push_str(&format!("  {path}\n"));
    }
    if take.more > 0 {
        let more = words::count(take.more);
        text.push_str(&lang.pick(format!("  and {more} more\n"), format!("  ほか {more} 件\n")));
    }
    for configured in &take.configured {
        let (place, file, line) = (&configured.place, &configured.file, configured.line);
        text.push_str(&match &configured.refused {
            None => lang.pick(
                format!("  {file} line {line} says: {place}\n"),
                format!("  {file} の {line} 行目の指定: {place}\n"),
            ),
            Some(why) => lang.pick(
                format!("  {file} line {line} says: {place}; not looked up: {why}\n"),
                format!("  {file} の {line} 行目の指定: {place}（対象外: {why}）\n"),
            ),
        });
    }
    for link in &take.links {
        text.push_str(&on_the_way(link, lang));
    }
    if take.unlisted > 0 {
        let more = words::count(take.unlisted);
        text.push_str(&lang.pick(
            format!("  and {more} more configured places and links\n"),
            format!("  ほか、設定された場所とリンク {more} 件\n"),
        ));
    }
    text
}

fn on_the_way(link: &LinkOnTheWay, lang: Lang) -> String {
    let (path, target) = (&link.path, &link.target);
    if link.followed {
        return lang.pick(
            format!("  link {path} → {target}: both are taken\n"),
            format!("  リンク {path} → {target}（両方を保全します）\n"),
        );
    }
    lang.pick(
        format!("  link {path} → {target}: recorded, not followed\n"),
        format!("  リンク {path} → {target}（記録のみ。先はたどりません）\n"),
    )
}

fn left_out(left: &LeftOut, lang: Lang) -> String {
    words::left_out(lang, left) + "\n"
}
