//! The answer of `hozen count` on a terminal: the three numbers, who had what, where, and what is apart.

use super::people;
use super::show::{calm, grouped};
use super::words::people::range;
use crate::case::counts::{Bounds, CountResult};
use crate::model::Lang;

/// Leaves that are listed.
const LEAVES: usize = 10;

/// A count.
pub fn text(count: &CountResult, lang: Lang) -> String {
    let mut text = head(count, lang);
    text += &numbers(count, lang);
    text += &people::listing(&count.who, lang);
    text += &leaves(count, lang);
    text
}

/// Said where no case keeps the count.
pub fn not_kept(lang: Lang) -> &'static str {
    lang.pick(
        "note: no case is named first, so this count is not kept anywhere",
        "注: 最初に事案が指定されていないため、この算出はどこにも残りません",
    )
}

/// All counts of a case.
pub fn history(counts: &[CountResult], lang: Lang) -> String {
    if counts.is_empty() {
        return lang.pick("no count is kept\n", "残された算出はありません\n").to_owned();
    }
    let mut text = String::new();
    for count in counts {
        text += &head(count, lang);
        text += &numbers(count, lang);
        text.push('\n');
    }
    text
}

fn head(count: &CountResult, lang: Lang) -> String {
    let number = count.number.map(|number| lang.pick(format!("count {number}"), format!("算出 {number}")));
    let case = count.case.as_deref().map(calm);
    let named = number.into_iter().chain(case).chain([calm(&count.time), calm(&count.operator), calm(&count.tool)]);
    let mut text = named.collect::<Vec<_>>().join("  ") + "\n";
    if let Some(reason) = &count.reason {
        text += &format!("  {}{}\n", lang.pick("reason: ", "理由："), calm(reason));
    }
    text
}

/// The three numbers in one line; that more may be there, where something was not read.
pub(super) fn bounds(bounds: Bounds, is_open: bool, lang: Lang) -> String {
    let open = if is_open { lang.pick(" in what was read", "（読めた範囲）") } else { "" };
    range([bounds.at_least, bounds.estimate, bounds.at_most], lang) + open
}

fn numbers(count: &CountResult, lang: Lang) -> String {
    let subjects = &count.subjects;
    let mut text =
        format!("  {}{}\n", lang.pick("people: ", "人数："), bounds(Bounds::from(subjects), subjects.open_above, lang));
    text += &lang.pick(
        format!("  records: {}\n", grouped(subjects.records)),
        format!("  件数：{} 件\n", grouped(subjects.records)),
    );
    if subjects.unread > 0 {
        text += &lang.pick(
            format!("  not read: {} files or members; more people may be in them\n", grouped(subjects.unread)),
            format!("  読めなかったもの：{} 件（この中にも人がいる可能性があります）\n", grouped(subjects.unread)),
        );
    }
    for (name, path) in &count.options.sites {
        text += &format!("  {}{} = {}\n", lang.pick("site: ", "拠点："), calm(name), calm(path));
    }
    for domain in &count.options.own_domains {
        text += &format!("  {}{}\n", lang.pick("own domain: ", "自社ドメイン："), calm(domain));
    }
    for input in &count.inputs {
        let alone = input.alone.map(|alone| format!("  {}", bounds(alone, input.unread > 0, lang))).unwrap_or_default();
        text += &format!("  {}{}{alone}\n", lang.pick("counted from: ", "算出元："), calm(&input.name));
    }
    if count.inputs.len() > 1 {
        let alone: u64 = count.inputs.iter().filter_map(|input| input.alone).map(|alone| alone.estimate).sum();
        let shared = grouped(alone.saturating_sub(subjects.estimate));
        text += &lang.pick(
            format!("  counted once though several of these hold them: {shared} (of the estimate)\n"),
            format!("  複数に含まれ、一人として数えた重複：{shared}（推定値で）\n"),
        );
    }
    text
}

fn leaves(count: &CountResult, lang: Lang) -> String {
    let mut text = String::new();
    if !count.leaves.is_empty() {
        text += lang.pick("\nwhere most people are (each file alone)\n", "\n人数の多いファイル（それぞれ単独）\n");
    }
    for leaf in count.leaves.iter().take(LEAVES) {
        text += &format!("  {:>10}  {}\n", grouped(leaf.estimate), calm(&leaf.path));
    }
    let more = count.leaves_more.saturating_add(count.leaves.len().saturating_sub(LEAVES) as u64);
    if more > 0 {
        text += &lang.pick(format!("  and {} more\n", grouped(more)), format!("  ほか {} 件\n", grouped(more)));
    }
    text
}
