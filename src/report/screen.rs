//! The answer on a terminal: at most 24 lines of at most 80 columns, no colour, aligned also where characters are wide.
//!
//! Widths are counted as a Japanese terminal may count them (ambiguous characters wide), so that no line ever wraps.

use unicode_width::UnicodeWidthStr;

use super::ReportInput;
use super::duties::{Duty, Touch, Weighed};
use super::facts::{Facts, Kind};
use super::kinds::label;
use super::show::{calm, grouped, in_eights, size};
use super::words::{Words, duty, reached_briefly, words};
use crate::case::results::ScanResult;
use crate::model::Lang;

/// The widest line, in columns.
const COLUMNS: usize = 80;

/// Kinds that the screen names; the report names them all.
const KINDS: usize = 4;

/// The answer at the end of `hozen respond`, without colour, each line ended by a newline.
pub fn summary(input: &ReportInput, facts: &Facts, lang: Lang) -> String {
    let w = words(lang);
    let mut screen = Screen::new(lang);
    screen.line(&format!("{}  {}  {}", calm(&input.case_id), calm(&input.host), calm(&input.finished)));
    screen.line((w.verdict)(facts.level, facts.unread).headline);
    screen.line("");
    kinds(&mut screen, facts, w, lang);
    people(&mut screen, &input.scan, facts, w, lang);
    duties(&mut screen, facts, w, lang);
    risky(&mut screen, facts, w);
    kept(&mut screen, input, facts, w);
    for line in folded(&calm(&input.report_path), COLUMNS - screen.indent) {
        screen.row(w.screen.report, &line);
    }
    screen.row(w.screen.next, w.screen.next_seal);
    screen.row(w.screen.next, if facts.level.calls_for_a_report() { w.screen.next_report } else { w.screen.next_keep });
    screen.text
}

/// The answer at the end of `hozen scan`: as [`summary`], without what only a collection has.
pub fn scan_summary(scan: &ScanResult, facts: &Facts, lang: Lang) -> String {
    let w = words(lang);
    let mut screen = Screen::new(lang);
    screen.line((w.verdict)(facts.level, facts.unread).headline);
    screen.line("");
    kinds(&mut screen, facts, w, lang);
    people(&mut screen, scan, facts, w, lang);
    duties(&mut screen, facts, w, lang);
    risky(&mut screen, facts, w);
    screen.text
}

/// Lines with a column of names on their left; a name is written once, over the rows that share it.
struct Screen {
    text: String,
    indent: usize,
    last: &'static str,
}

impl Screen {
    fn new(lang: Lang) -> Self {
        let w = &words(lang).screen;
        let names = [w.kinds, w.people, w.duties, w.places, w.kept, w.seal, w.report, w.next];
        let indent = names.into_iter().map(width).max().unwrap_or(0) + 2;
        Self { text: String::new(), indent, last: "" }
    }

    fn line(&mut self, line: &str) {
        self.text += cut(line, COLUMNS).trim_end();
        self.text.push('\n');
    }

    fn row(&mut self, name: &'static str, text: &str) {
        let shown = if name == self.last { "" } else { name };
        self.last = name;
        self.line(&format!("{}{text}", pad(shown, self.indent)));
    }

    /// A row over two lines where one is too short: broken behind a semicolon or before an opening bracket, else at a space.
    fn wrapped(&mut self, name: &'static str, text: &str) {
        let room = COLUMNS - self.indent;
        if width(text) <= room {
            return self.row(name, text);
        }
        let last = |is_break: fn(char, char) -> bool| {
            let pairs = text.char_indices().zip(text.chars().skip(1));
            let ends = pairs.filter(|((_, c), next)| is_break(*c, *next)).map(|((at, c), _)| at + c.len_utf8());
            ends.filter(|&at| text.get(..at).is_some_and(|head| width(head) <= room)).last()
        };
        let at = last(|c, next| c == ';' || next == '（').or_else(|| last(|_, next| next == ' ')).unwrap_or(0);
        let (head, rest) = text.split_at_checked(at).unwrap_or(("", text));
        self.row(name, head);
        self.row(name, rest.trim_start());
    }
}

fn kinds(screen: &mut Screen, facts: &Facts, w: &'static Words, lang: Lang) {
    // Found kinds first, so that a long list of zeros cannot push one off the screen.
    let mut kinds: Vec<&Kind> = facts.kinds.iter().collect();
    kinds.sort_by_key(|kind| kind.tally.distinct == 0 && kind.tally.possible_distinct == 0);
    let shown = kinds.iter().take(KINDS);
    let names = shown.clone().map(|kind| width(&label(&kind.entity, lang))).max().unwrap_or(0).min(34);
    for kind in shown {
        let tally = kind.tally;
        let said = match (tally.distinct, tally.possible_distinct) {
            (0, 0) if facts.blind => w.nothing_read.to_owned(),
            (0, 0) => w.no_values.to_owned(),
            (distinct, 0) => (w.values)(distinct),
            (distinct, possible) => {
                format!("{}{}{}", (w.values)(distinct), w.list_separator, (w.possible_values)(possible))
            }
        };
        let name = pad(&cut(&calm(&label(&kind.entity, lang)), names), names + 2);
        screen.row(w.screen.kinds, &format!("{name}{said}"));
    }
    let is_found = |kind: &&Kind| kind.tally.distinct > 0 || kind.tally.possible_distinct > 0;
    let (found, rest): (Vec<&Kind>, Vec<&Kind>) = kinds.iter().copied().skip(KINDS).partition(is_found);
    if !found.is_empty() {
        let brief = |kind: &&Kind| match (kind.tally.distinct, kind.tally.possible_distinct) {
            (0, possible) => format!("{} {}", label(&kind.entity, lang), (w.possible_values)(possible)),
            (distinct, _) => format!("{} {}", label(&kind.entity, lang), (w.values)(distinct)),
        };
        let said: Vec<String> = found.iter().map(brief).collect();
        screen.row(w.screen.kinds, &calm(&(w.screen.also_kinds)(&said.join(w.list_separator))));
    }
    if !rest.is_empty() {
        screen.row(w.screen.kinds, &(w.screen.more_kinds)(rest.len()));
    }
    // What a reader is most likely to miss: the first of each rung.
    let wanted = ["person_name", "address", "password"];
    let missing: Vec<_> =
        wanted.into_iter().filter(|id| facts.not_looked_for.contains(id)).map(|id| label(id, lang)).collect();
    if !missing.is_empty() {
        screen.row(w.screen.kinds, &(w.screen.not_looked_for)(&missing.join(w.list_separator)));
    }
}

fn people(screen: &mut Screen, scan: &ScanResult, facts: &Facts, w: &'static Words, lang: Lang) {
    let subjects = &scan.subjects;
    let [least, estimate, most] = [subjects.at_least, subjects.estimate, subjects.at_most].map(grouped);
    let line = match facts.unread {
        _ if facts.blind => w.nothing_read.to_owned(),
        0 => (w.screen.people_line)(&least, &estimate, &most),
        unread => (w.screen.people_open)(&least, &estimate, &most, &grouped(unread)),
    };
    screen.wrapped(w.screen.people, &line);
    let beside = facts.beside(subjects.records, lang);
    if !facts.blind && !beside.is_empty() {
        screen.row(w.screen.people, &beside);
    }
    if scan.cached > 0 {
        screen.row(w.screen.people, &(w.screen.cached)(&grouped(scan.cached)));
    }
}

/// What lies where it should not.
fn risky(screen: &mut Screen, facts: &Facts, w: &'static Words) {
    let count: u64 = facts.risky.iter().map(|group| group.count).sum();
    if count > 0 {
        screen.row(w.screen.places, &(w.screen.risky)(&grouped(count)));
    }
}

fn duties(screen: &mut Screen, facts: &Facts, w: &'static Words, lang: Lang) {
    let named = |wanted: &[Touch]| {
        let found = facts.duties.iter().filter(|one| one.duty.is_first() && wanted.contains(&one.touch));
        let over_hundred =
            facts.duties.iter().any(|one| one.duty == Duty::MyNumberHundred && one.touch == Touch::Possible);
        let said = |one: &Weighed| {
            // The rule about a hundred says more of the one that is named.
            let which = if over_hundred && one.duty == Duty::MyNumber { Duty::MyNumberHundred } else { one.duty };
            format!("{}{}", duty(which, lang).number, reached_briefly(one, lang))
        };
        found.map(said).collect::<Vec<_>>().join(w.list_separator)
    };
    let may = named(&[Touch::Possible]);
    if !may.is_empty() {
        screen.row(w.screen.duties, &(w.screen.may_apply)(&may));
    }
    let unclear = named(&[Touch::Doubtful, Touch::Untold, Touch::NotLookedFor]);
    if !unclear.is_empty() {
        screen.row(w.screen.duties, &(w.screen.must_check)(&unclear));
    }
    screen.row(w.screen.duties, w.screen.ask);
}

fn kept(screen: &mut Screen, input: &ReportInput, facts: &Facts, w: &'static Words) {
    let collect = &input.collect;
    screen.row(
        w.screen.kept,
        &(w.screen.kept_line)(&grouped(collect.entries), &grouped(collect.files), &size(collect.bytes)),
    );
    if facts.not_kept > 0 {
        screen.row(w.screen.kept, &(w.screen.not_kept)(&grouped(facts.not_kept)));
    }
    let groups = in_eights(&collect.seal.sha256);
    for half in groups.chunks(4) {
        screen.row(w.screen.seal, &half.join(" "));
    }
}

fn width(text: &str) -> usize {
    text.width_cjk()
}

fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// The text, or as much of it as fits before `...`.
fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut out = String::new();
    for c in text.chars() {
        out.push(c);
        if width(&out) + 3 > columns {
            out.pop();
            break;
        }
    }
    out + "..."
}

/// A path over at most two lines; what is longer than that loses its middle, never its file name.
fn folded(path: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for c in path.chars() {
        let full = lines.last().is_some_and(|line| width(line) + width(c.encode_utf8(&mut [0; 4])) > columns);
        if full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push(c);
        }
    }
    if lines.len() <= 2 {
        return lines;
    }
    let mut tail: Vec<char> = Vec::new();
    for c in path.chars().rev() {
        tail.push(c);
        if width(&tail.iter().collect::<String>()) + 3 > columns {
            tail.pop();
            break;
        }
    }
    let tail: String = tail.into_iter().rev().collect();
    lines.truncate(1);
    lines.push(format!("...{tail}"));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::sample;

    const LINES: usize = 24;

    fn summary(input: &ReportInput, lang: Lang) -> String {
        super::summary(input, &Facts::of(input).unwrap(), lang)
    }

    fn fits(text: &str) {
        assert!(text.lines().count() <= LINES, "{} lines:\n{text}", text.lines().count());
        for line in text.lines() {
            assert!(width(line) <= COLUMNS, "{} columns: {line}", width(line));
        }
    }

    #[test]
    fn every_screen_fits_also_when_everything_is_long() {
        let mut full = sample::incident();
        full.case_id = "事案".repeat(60);
        full.report_path = format!("/media/{}/report.html", "とても長い名前/".repeat(40));
        full.collect.entries = u64::MAX;
        full.collect.bytes = u64::MAX;
        full.scan.subjects.at_most = u64::MAX;
        for n in 0..30 {
            full.scan.entities.insert(format!("kind_{n}_{}", "x".repeat(90)), sample::tally(n, n, n, n));
        }
        for lang in [Lang::Ja, Lang::En] {
            fits(&summary(&full, lang));
            fits(&scan_summary(&full.scan, &Facts::of_scan(&full.scan).unwrap(), lang));
            fits(&summary(&sample::incident(), lang));
            fits(&summary(&sample::empty(), lang));
            for usual in [sample::incident(), sample::nothing_found(), sample::empty()] {
                let cut = |line: &&str| line.ends_with("...") && !line.ends_with(", ...");
                assert_eq!(summary(&usual, lang).lines().find(cut), None, "our own words are never cut");
            }
            assert!(summary(&full, lang).contains("report.html"));
        }
    }

    #[test]
    fn a_terminal_is_never_steered_by_a_name() {
        let mut input = sample::empty();
        input.host = "\u{1b}[2Jweb\u{202e}".to_owned();
        assert!(summary(&input, Lang::En).contains("\\u{1b}[2Jweb\\u{202e}"));
    }
}
