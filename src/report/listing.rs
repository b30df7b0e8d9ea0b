//! What the terminal lists below the answer of a scan or a collection: files with findings, and what could not be read, by kind.
//!
//! However much there is, it stays short: the worst files, a few examples of each kind, and where the rest is.

use std::collections::BTreeMap;
use std::io;

use super::entries::Sums;
use super::facts::Facts;
use super::files::inside;
use super::gaps::{GapGroup, hides_content};
use super::kinds::label;
use super::people;
use super::show::{calm, grouped};
use super::words::people::range;
use super::words::{gap, words};
use crate::case::results::Rows;
use crate::model::{FileResult, Gap, Lang};

/// Files with findings that are named.
const FILES: usize = 15;
/// Members with findings that are named under a file: sheets, tables, attachments.
const MEMBERS: usize = 3;
/// Paths that are named of each kind of gap.
const EXAMPLES: usize = 3;

/// Files with findings, most first, and what could not be read.
pub fn scan_listing(facts: &Facts, lang: Lang) -> String {
    let w = words(lang);
    let mut text = people::listing(&facts.who, lang);
    let all = facts.files.len() as u64 + facts.more_files;
    if all > 0 {
        text += &format!("\n{}{}{}\n", w.files_section, w.colon, grouped(all));
    }
    let counts = |counts: &BTreeMap<String, u64>| {
        let each = counts.iter().map(|(entity, n)| format!("{} {}", calm(&label(entity, lang)), grouped(*n)));
        each.collect::<Vec<_>>().join(w.list_separator)
    };
    let found = |row: &FileResult| {
        let found = counts(&row.findings);
        if row.possible.is_empty() {
            return found;
        }
        let possible = format!("{}{}{}", w.possible_label, w.colon, counts(&row.possible));
        if found.is_empty() { possible } else { format!("{found}{}{possible}", lang.pick("; ", "。")) }
    };
    let people_of = |row: &FileResult| {
        let people = facts.people_of.get(&row.path).map(|of| [of.at_least, of.estimate, of.at_most]);
        let line = people.filter(|numbers| *numbers != [0; 3]).map(|numbers| range(numbers, lang));
        line.map(|line| format!("      {}{}{line}\n", w.screen.people, w.colon)).unwrap_or_default()
    };
    for listed in facts.files.iter().take(FILES) {
        let file = &listed.file;
        text += &format!("  {}\n      {}\n", calm(&file.path), found(file));
        text += &people_of(file);
        if let Some(note) = mislabelled(file, lang) {
            text += &format!("      {note}\n");
        }
        let members = &listed.members_with_findings;
        for member in members.iter().take(MEMBERS) {
            text += &format!("      ▸ {}{}{}\n", calm(inside(&member.path, &file.path)), w.colon, found(member));
            text += &people_of(member);
        }
        let more = listed.more_members + members.len().saturating_sub(MEMBERS) as u64;
        if more > 0 {
            text += &format!("      ▸ {}\n", (w.listing.more_files)(more));
        }
        if let Some(first) = &file.hard_link_of {
            text += &format!("      {}\n", (w.same_file)(&calm(first)));
        }
    }
    if all > FILES as u64 {
        text += &format!("  {}\n", (w.listing.more_files)(all - FILES as u64));
    }
    if facts.stored.has_more_than_clear() {
        text += &format!("\n{}\n", w.stored);
        for (name, form) in facts.stored.said(lang) {
            text += &format!("  {}{}{}\n", calm(&name), w.colon, grouped(form.count));
        }
    }
    text + &open_lists(facts, lang) + &misplaced(facts, lang) + &listing(facts.gaps.clone(), lang)
}

/// Messages that show many people to each other: how many, and the largest.
fn open_lists(facts: &Facts, lang: Lang) -> String {
    let (w, lists) = (words(lang), &facts.open_lists);
    if lists.messages == 0 {
        return String::new();
    }
    let mut text = format!("\n{}{}{}\n", w.open_lists, w.colon, grouped(lists.messages));
    for list in lists.largest.iter().take(EXAMPLES) {
        text += &format!("  {}\n      {}\n", calm(&list.path), (w.open_list)(list.recipients));
    }
    text
}

/// That a name says another format than the content, in words.
pub(super) fn mislabelled(file: &FileResult, lang: Lang) -> Option<String> {
    let (named, is) = (file.mislabelled.as_deref()?, file.format.as_deref()?);
    Some((words(lang).mislabelled)(named, is))
}

/// What lies where it should not: how much, the first paths, and what to do.
fn misplaced(facts: &Facts, lang: Lang) -> String {
    let w = words(lang);
    if facts.risky.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{}\n", w.risky);
    for group in &facts.risky {
        text += &format!("  {}{}{}\n", calm(group.name.pick(lang)), w.colon, grouped(group.count));
        for path in group.paths.iter().take(EXAMPLES) {
            text += &format!("      {}\n", calm(path));
        }
        if group.count > EXAMPLES as u64 {
            text += &format!("      {}\n", (w.listing.more)(&grouped(group.count - EXAMPLES as u64)));
        }
        text += &format!("    → {}\n", calm(group.next.pick(lang)));
    }
    text
}

/// Gaps by kind: how many, a few of them, and what to do. Empty when there are none.
///
/// # Errors
/// When they can not be read back.
pub fn gap_listing(gaps: &Rows<Gap>, lang: Lang) -> io::Result<String> {
    Ok(listing(Sums::of_gaps(gaps)?.gaps.groups(), lang))
}

fn listing(mut groups: Vec<GapGroup>, lang: Lang) -> String {
    let w = words(lang);
    let mut text = String::new();
    // Content that nobody has seen comes before what is only noted.
    groups.sort_by_key(|group| (!hides_content(group.kind), std::cmp::Reverse(group.paths)));
    if !groups.is_empty() {
        let all = groups.iter().map(|group| group.paths).sum();
        let hidden = groups.iter().any(|group| hides_content(group.kind));
        text += &format!("\n{}\n", (w.listing.gaps)(&grouped(all), hidden));
    }
    for group in &groups {
        text += &one_kind(group, lang);
    }
    if groups.iter().any(|group| group.paths > EXAMPLES as u64) {
        text += &format!("{}\n", w.listing.all_in_json);
    }
    text
}

fn one_kind(group: &GapGroup, lang: Lang) -> String {
    let w = words(lang);
    let said = gap(group.kind, lang);
    let mut text = format!("  {}{}{}\n", said.name, w.colon, grouped(group.paths));
    let paths = group.reasons.iter().flat_map(|reason| &reason.paths);
    for path in paths.take(EXAMPLES) {
        text += &format!("      {}\n", calm(path));
    }
    if group.paths > EXAMPLES as u64 {
        text += &format!("      {}\n", (w.listing.more)(&grouped(group.paths - EXAMPLES as u64)));
    }
    text + &format!("    → {}\n", said.next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::GapKind;
    use crate::report::tests::sample;

    #[test]
    fn a_flood_of_gaps_stays_short_and_no_kind_is_lost() {
        let mut scan = sample::nothing_found().scan;
        let locked = Gap { path: "/x.zip".to_owned(), kind: GapKind::Encrypted, reason: "locked".to_owned() };
        scan.gaps = (0..5_000)
            .map(|n| Gap { path: format!("/img/{n}.png"), kind: GapKind::NoText, reason: "a picture".to_owned() })
            .chain([locked])
            .collect();
        for lang in [Lang::Ja, Lang::En] {
            let text = scan_listing(&Facts::of_scan(&scan).unwrap(), lang);
            assert!(text.lines().count() < 20, "{text}");
            assert!(text.contains("/x.zip") && text.contains("4,997"), "{text}");
            assert!(text.contains("5,001"), "{text}");
        }
    }

    #[test]
    fn the_worst_files_come_first_and_the_rest_is_counted() {
        let text = scan_listing(&Facts::of_scan(&sample::incident().scan).unwrap(), Lang::En);
        let first = text.lines().nth(2).unwrap_or_default().trim().to_owned();
        assert!(!first.is_empty() && text.contains("Files in which personal data was found"), "{text}");
        assert_eq!(gap_listing(&Rows::default(), Lang::En).unwrap(), "");
    }

    #[test]
    fn a_terminal_is_never_steered_by_a_path() {
        let gaps = [Gap { path: "\u{1b}[2J".to_owned(), kind: GapKind::NoText, reason: String::new() }];
        assert!(!gap_listing(&gaps.into_iter().collect(), Lang::Ja).unwrap().contains('\u{1b}'));
    }
}
