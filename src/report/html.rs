//! The HTML page: one file, no script, nothing loaded; the answer on the first screen, the proof below it.
//!
//! Every value goes through `show::Hostile` (see `askama.toml`), so no text of the input can become markup.

use std::collections::BTreeMap;

use askama::Template;

use super::duties::{Duty, Touch, Weighed};
use super::facts::{Facts, Kind};
use super::files::{Listed, inside};
use super::gaps::{GapGroup, hides_content};
use super::kinds::{RUNGS, Rung, label, place};
use super::listing::mislabelled;
use super::open_lists::OpenList;
use super::people::Who;
use super::risky::RiskyGroup;
use super::show::{self, grouped, in_eights, size};
use super::verify::{Check, checks};
use super::words::people::{PeopleWords, people_words};
use super::words::{
    DutyWords, GapWords, Verdict, Words, because, deadline, duty, gap, kinds_of_people, questions, reached, steps,
    touch, words,
};
use super::{ReportError, ReportInput};
use crate::case::results::{FileResult, LookStatus};
use crate::model::{GapKind, Lang};

/// Kinds of gap that the first screen names.
const FIRST_SCREEN_GAPS: usize = 4;

/// The report as one HTML file in one language.
///
/// # Errors
/// Only if the template engine fails to write into memory.
pub fn html(input: &ReportInput, facts: &Facts, lang: Lang) -> Result<String, ReportError> {
    Page::of(input, facts, lang).render().map_err(ReportError::Render)
}

#[derive(Template)]
#[template(path = "page.html", config = "src/report/askama.toml")]
struct Page<'a> {
    w: &'static Words,
    lang: Lang,
    input: &'a ReportInput,
    facts: &'a Facts,
    verdict: Verdict,
    notes: Vec<String>,
    ladder: Vec<RungView>,
    people: PeopleView,
    pw: &'static PeopleWords,
    who: Who,
    duties: Vec<DutyView>,
    steps: Vec<&'static str>,
    deadlines: [(&'static str, String); 2],
    questions: [&'static str; 4],
    sealed_line: String,
    seal: Vec<String>,
    kinds: Vec<KindView>,
    files: Vec<FileView>,
    gaps: Vec<GapView>,
    confinement: String,
    checks: Vec<Check>,
    limits: Vec<String>,
}

struct RungView {
    name: &'static str,
    rows: Vec<KindView>,
}

/// How a kind's numbers are to be read: each looks different on the page.
#[derive(PartialEq)]
enum Seen {
    Found,
    Doubtful,
    None,
    Unknown,
    NotLookedFor,
}

impl Seen {
    fn class(&self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Doubtful => "doubtful",
            Self::None => "none",
            Self::Unknown | Self::NotLookedFor => "unlooked",
        }
    }
}

struct KindView {
    label: String,
    seen: Seen,
    said: String,
    also: String,
    people: String,
    distinct: String,
    occurrences: String,
    possible: String,
}

struct PeopleView {
    at_least: String,
    estimate: String,
    at_most: String,
    /// Places on the track, in tenths of a per cent, as CSS lengths; `None` where nobody was counted.
    track: Option<Track>,
    unread: Option<String>,
    gaps: Vec<String>,
    /// Records, what is apart, what is to be looked at.
    beside: String,
}

struct Track {
    left: String,
    width: String,
    dot: String,
    thousand: Option<String>,
    open: bool,
}

struct DutyView {
    words: DutyWords,
    class: &'static str,
    answer: &'static str,
    /// The answer says it all: there is no number behind it.
    asks: bool,
    is_first: bool,
    why: String,
    reached: &'static str,
    kinds: String,
    since: &'static str,
}

struct FileView {
    path: String,
    same_file: Option<String>,
    status: &'static str,
    whole: bool,
    about: String,
    findings: String,
    possible: String,
    people: LeafView,
    members: Vec<MemberView>,
    more_members: Option<String>,
}

struct MemberView {
    path: String,
    whole: bool,
    status: &'static str,
    findings: String,
    possible: String,
    people: LeafView,
}

/// People of one leaf: the estimate, and what it lies between.
#[derive(Default)]
struct LeafView {
    estimate: String,
    between: String,
}

struct GapView {
    words: GapWords,
    counts: String,
    reasons: Vec<(String, Vec<String>)>,
    more: Option<String>,
    hides: bool,
}

impl<'a> Page<'a> {
    fn of(input: &'a ReportInput, facts: &'a Facts, lang: Lang) -> Self {
        let w = words(lang);
        let collect = &input.collect;
        Self {
            w,
            lang,
            input,
            facts,
            verdict: (w.verdict)(facts.level, facts.unread),
            notes: input.notes.iter().map(w.note).chain(risky_note(facts, lang)).collect(),
            ladder: ladder(facts, lang),
            people: people(input, facts, lang),
            pw: people_words(lang),
            who: Who::whole(&facts.who, lang),
            duties: duties(facts, lang),
            steps: steps(facts, lang),
            deadlines: deadline(facts.deadlines.as_ref(), lang),
            questions: questions(lang),
            sealed_line: (w.sealed_line)(collect.entries, collect.files, &size(collect.bytes)),
            seal: in_eights(&collect.seal.sha256),
            kinds: facts.kinds.iter().map(|kind| kind_view(kind, facts, lang)).collect(),
            files: facts.files.iter().map(|file| file_view(file, facts, lang)).collect(),
            gaps: gaps(facts, lang),
            confinement: (w.confinement)(&input.confinement),
            checks: checks(input),
            limits: (w.limits)(facts, &input.key),
        }
    }

    fn not_kept(&self) -> Option<String> {
        (self.facts.not_kept > 0).then(|| (self.w.not_kept)(self.facts.not_kept))
    }

    fn open_list(&self, list: &OpenList) -> String {
        (self.w.open_list)(list.recipients)
    }

    fn more_risky(&self, group: &RiskyGroup) -> Option<String> {
        let more = group.count.saturating_sub(group.paths.len() as u64);
        (more > 0).then(|| (self.w.more_gaps)(more))
    }

    fn records(&self) -> String {
        let subjects = &self.input.scan.subjects;
        let text = (self.w.records)(subjects.records, subjects.conflicts);
        if subjects.by_chance == 0 { text } else { text + self.w.space + &(self.w.by_chance)(subjects.by_chance) }
    }

    fn looked_lead(&self) -> String {
        (self.w.looked_lead)(self.facts.looked.files)
    }

    fn more_files(&self) -> Option<String> {
        (self.facts.more_files > 0).then(|| (self.w.more_files)(self.facts.more_files))
    }

    fn names_counted(&self) -> bool {
        self.facts.looked_for("person_name")
    }

    fn not_looked_for(&self) -> String {
        let labels: Vec<_> = self.facts.not_looked_for.iter().map(|id| label(id, self.lang)).collect();
        labels.join(self.w.list_separator)
    }
}

fn kind_view(kind: &Kind, facts: &Facts, lang: Lang) -> KindView {
    let w = words(lang);
    let tally = kind.tally;
    let seen = match (tally.distinct, tally.possible_distinct) {
        (0, 0) if facts.blind => Seen::Unknown,
        (0, 0) => Seen::None,
        (0, _) => Seen::Doubtful,
        _ => Seen::Found,
    };
    let said = match seen {
        Seen::Unknown => w.nothing_read.to_owned(),
        Seen::None => w.no_values.to_owned(),
        _ => (w.values)(tally.distinct),
    };
    let also = if tally.possible_distinct > 0 { (w.possible_values)(tally.possible_distinct) } else { String::new() };
    KindView {
        label: label(&kind.entity, lang),
        said,
        also,
        people: if kind.people > 0 { grouped(kind.people) } else { "–".to_owned() },
        distinct: if seen == Seen::Unknown { "?".to_owned() } else { grouped(tally.distinct) },
        occurrences: if seen == Seen::Unknown { "?".to_owned() } else { grouped(tally.occurrences) },
        possible: format!("{} / {}", grouped(tally.possible_distinct), grouped(tally.possible_occurrences)),
        seen,
    }
}

/// The ladder of the first screen: each rung with what was looked for on it; an empty rung says that nothing was.
fn ladder(facts: &Facts, lang: Lang) -> Vec<RungView> {
    let w = words(lang);
    let view = |rung: Rung| {
        let mut rows: Vec<KindView> =
            facts.kinds.iter().filter(|kind| kind.rung == rung).map(|kind| kind_view(kind, facts, lang)).collect();
        rows = in_brief(rows, lang);
        if rows.is_empty() && rung != Rung::Other {
            let missing: Vec<_> = facts.not_looked_for.iter().filter(|id| place(id).0 == rung).take(2).collect();
            let labels: Vec<_> = missing.into_iter().map(|id| label(id, lang)).collect();
            if !labels.is_empty() {
                rows.push(KindView {
                    label: format!("{}{}", labels.join(w.list_separator), lang.pick(", …", "など")),
                    seen: Seen::NotLookedFor,
                    said: w.not_looked_for.to_owned(),
                    also: String::new(),
                    people: String::new(),
                    distinct: String::new(),
                    occurrences: String::new(),
                    possible: String::new(),
                });
            }
        }
        RungView { name: (w.rung)(rung), rows }
    };
    RUNGS.into_iter().map(view).filter(|rung| !rung.rows.is_empty()).collect()
}

/// Kinds of which nothing was found in one row, where there are more than a few: section 3 has each. What was found stays.
fn in_brief(rows: Vec<KindView>, lang: Lang) -> Vec<KindView> {
    const FEW: usize = 3;
    let (empty, mut rows): (Vec<KindView>, Vec<KindView>) =
        rows.into_iter().partition(|row| matches!(row.seen, Seen::None | Seen::Unknown));
    if empty.len() <= FEW {
        rows.extend(empty);
        return rows;
    }
    let labels: Vec<&str> = empty.iter().take(FEW).map(|row| row.label.as_str()).collect();
    let (labels, all) = (labels.join(words(lang).list_separator), empty.len());
    let label = lang.pick(format!("{labels} and others, {all} kinds"), format!("{labels}など {all} 種類"));
    rows.extend(empty.into_iter().next().map(|first| KindView { label, ..first }));
    rows
}

fn people(input: &ReportInput, facts: &Facts, lang: Lang) -> PeopleView {
    let w = words(lang);
    let subjects = &input.scan.subjects;
    let number = |people| if facts.blind { "?".to_owned() } else { grouped(people) };
    let mut hidden: Vec<_> = facts.gaps.iter().filter(|group| hides_content(group.kind)).collect();
    hidden.sort_by_key(|group| std::cmp::Reverse(group.paths));
    let more = hidden.len() > FIRST_SCREEN_GAPS;
    let name =
        |group: &GapGroup| format!("{}{}{}", gap(group.kind, lang).name, lang.pick(": ", " "), (w.values)(group.paths));
    let mut gaps: Vec<_> = hidden.into_iter().take(FIRST_SCREEN_GAPS).map(name).collect();
    if more {
        gaps.push(lang.pick("…", "ほか").to_owned());
    }
    PeopleView {
        at_least: number(subjects.at_least),
        estimate: number(subjects.estimate),
        at_most: number(subjects.at_most),
        track: track(subjects.at_least, subjects.estimate, subjects.at_most, facts.unread > 0),
        unread: (facts.unread > 0).then(|| (w.unread)(facts.unread)),
        gaps,
        beside: if facts.blind { String::new() } else { facts.beside(subjects.records, lang) },
    }
}

/// Where the three numbers lie on a line from 0; open at its end if more people may be in what was not read.
fn track(at_least: u64, estimate: u64, at_most: u64, open: bool) -> Option<Track> {
    use super::duties::ITEM_4_PERSONS as LIMIT;
    if at_most == 0 {
        return None;
    }
    // The line shows 1,000 as soon as the range comes near it, and always keeps a tenth free at its end.
    let reach = if at_most.saturating_mul(3) > LIMIT { at_most.max(LIMIT) } else { at_most };
    let tenths = |people: u64| (u128::from(people) * 900 / u128::from(reach)) as u64;
    let css = |tenths: u64| format!("{}.{}%", tenths / 10, tenths % 10);
    let (left, right) = (tenths(at_least), tenths(at_most));
    Some(Track {
        left: css(left),
        width: css(right.saturating_sub(left)),
        dot: css(tenths(estimate)),
        thousand: (reach >= LIMIT && tenths(LIMIT) >= 60).then(|| css(tenths(LIMIT))),
        open,
    })
}

fn duties(facts: &Facts, lang: Lang) -> Vec<DutyView> {
    let view = |one: &Weighed| DutyView {
        words: duty(one.duty, lang),
        class: match one.touch {
            Touch::Possible => "found",
            Touch::Doubtful | Touch::AskPeople => "doubtful",
            Touch::NotSeen | Touch::NotByItself => "none",
            Touch::Untold | Touch::NotLookedFor => "unlooked",
        },
        answer: touch(one.touch, lang),
        asks: one.touch == Touch::AskPeople,
        is_first: one.duty.is_first() || one.touch == Touch::Possible && one.duty == Duty::MyNumberHundred,
        why: because(one, facts, lang),
        reached: reached(one.reached, lang),
        kinds: kinds_of_people(one, lang),
        since: one.effective_from,
    };
    facts.duties.iter().map(view).collect()
}

/// People of a leaf, if it is one that has any.
fn leaf_view(path: &str, facts: &Facts) -> LeafView {
    let Some(of) = facts.people_of.get(path).filter(|of| of.at_most > 0) else { return LeafView::default() };
    LeafView {
        estimate: grouped(of.estimate), between: format!("{} – {}", grouped(of.at_least), grouped(of.at_most))
    }
}

fn file_view(listed: &Listed, facts: &Facts, lang: Lang) -> FileView {
    let w = words(lang);
    let file = &listed.file;
    let about = [file.format.clone(), file.encoding.clone(), Some(size(file.bytes)), mislabelled(file, lang)];
    let about: Vec<_> = about.into_iter().flatten().collect();
    let member = |member: &FileResult| MemberView {
        path: inside(&member.path, &file.path).to_owned(),
        whole: member.status == LookStatus::Scanned,
        status: (w.look_status)(member.status),
        findings: counts(&member.findings, lang),
        possible: counts(&member.possible, lang),
        people: leaf_view(&member.path, facts),
    };
    FileView {
        path: file.path.clone(),
        same_file: file.hard_link_of.as_deref().map(w.same_file),
        status: (w.look_status)(file.status),
        whole: file.status == LookStatus::Scanned,
        about: about.join(" · "),
        findings: counts(&file.findings, lang),
        possible: counts(&file.possible, lang),
        people: leaf_view(&file.path, facts),
        members: listed.members_with_findings.iter().map(member).collect(),
        more_members: (listed.more_members > 0).then(|| (w.more_files)(listed.more_members)),
    }
}

/// The first page says that something lies where it should not.
fn risky_note(facts: &Facts, lang: Lang) -> Option<String> {
    let count: u64 = facts.risky.iter().map(|group| group.count).sum();
    (count > 0).then(|| (words(lang).risky_note)(count))
}

/// Kinds and their numbers in one line, in ladder order.
fn counts(of: &BTreeMap<String, u64>, lang: Lang) -> String {
    let mut found: Vec<_> = of.iter().filter(|(_, count)| **count > 0).collect();
    found.sort_by_key(|(entity, _)| (place(entity), entity.as_str()));
    let named = found.into_iter().map(|(entity, count)| format!("{} {}", label(entity, lang), grouped(*count)));
    named.collect::<Vec<_>>().join(words(lang).list_separator)
}

fn gaps(facts: &Facts, lang: Lang) -> Vec<GapView> {
    let w = words(lang);
    let mut views: Vec<(bool, GapKind, GapView)> = facts
        .gaps
        .iter()
        .map(|group| {
            let hides = hides_content(group.kind);
            let view = GapView {
                words: gap(group.kind, lang),
                counts: (w.gap_counts)(group.paths, group.not_kept, group.not_looked_at),
                reasons: group.reasons.iter().map(|reason| (reason.reason.clone(), reason.paths.clone())).collect(),
                more: (group.more > 0).then(|| (w.more_gaps)(group.more)),
                hides,
            };
            (!hides, group.kind, view)
        })
        .collect();
    views.sort_by_key(|(last, kind, _)| (*last, *kind));
    views.into_iter().map(|(_, _, view)| view).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_track_shows_the_thousand_only_near_it() {
        let near = track(312, 640, 1_204, true).unwrap();
        assert_eq!((near.left.as_str(), near.dot.as_str()), ("23.3%", "47.8%"));
        assert_eq!(near.thousand.as_deref(), Some("74.7%"));
        assert!(track(1, 2, 3, false).unwrap().thousand.is_none());
        assert!(track(1, 2, u64::MAX, false).unwrap().thousand.is_none());
        assert!(track(0, 0, 0, true).is_none());
    }
}
