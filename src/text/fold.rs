//! Folds text for matching, and keeps the way back: from each byte of the folded text to the byte it came from.
//!
//! Folding is NFKC (full-width to ASCII, half-width kana to full-width, ㈱ and ① to their plain forms), then dashes of every
//! kind between digits to `-`, and escapes (`%E5%B1%B1`, `&#23665;`, `\u5c71`) to what they stand for. It is for matching only: NFKC rewrites some name
//! kanji, so folded names are never evidence.

use std::borrow::Cow;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::escapes::{self, Meaning};

/// Folded text and its map back.
#[derive(Debug, Clone)]
pub struct Folded<'a> {
    text: Cow<'a, str>,
    source_len: usize,
    /// Where the relation changes, ascending; empty when the text was not changed.
    steps: Vec<Step>,
}

/// From `folded` on, the text came from `source` on.
#[derive(Debug, Clone, Copy)]
struct Step {
    folded: usize,
    source: usize,
    /// Byte for byte, or all of it from the one place.
    copied: bool,
}

impl Folded<'_> {
    /// The folded text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether folding changed nothing.
    pub fn is_same(&self) -> bool {
        matches!(self.text, Cow::Borrowed(_))
    }

    /// The byte of the source text where the character (or cluster) begins that became this byte of the folded text.
    pub fn source_offset(&self, folded_byte: usize) -> usize {
        if folded_byte >= self.text.len() {
            return self.source_len;
        }
        match self.step(folded_byte) {
            None => folded_byte,
            Some((step, _)) if step.copied => step.source + (folded_byte - step.folded),
            Some((step, _)) => step.source,
        }
    }

    /// The part of the source text that became this part of the folded text, whole clusters on both sides.
    pub fn source_range(&self, folded: Range<usize>) -> Range<usize> {
        let start = self.source_offset(folded.start);
        let end = match self.step(folded.end.saturating_sub(1)) {
            _ if folded.end <= folded.start => start,
            // The last byte lies in a replaced cluster: up to where the next step begins.
            Some((step, next)) if !step.copied => next.map_or(self.source_len, |next| next.source),
            _ => self.source_offset(folded.end),
        };
        start..end.max(start)
    }

    fn step(&self, folded_byte: usize) -> Option<(Step, Option<Step>)> {
        let after = self.steps.partition_point(|step| step.folded <= folded_byte);
        let step = self.steps.get(after.checked_sub(1)?)?;
        Some((*step, self.steps.get(after).copied()))
    }
}

/// Folds; ASCII without escapes costs neither a copy nor a map.
pub fn fold(text: &str) -> Folded<'_> {
    let source_len = text.len();
    if text.is_ascii() && !escapes::stand_in(text) {
        return Folded { text: Cow::Borrowed(text), source_len, steps: Vec::new() };
    }
    let mut out = Builder { text: String::with_capacity(source_len), steps: Vec::new() };
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        at += fold_next(&mut out, rest, at);
    }
    Folded { text: Cow::Owned(out.text), source_len, steps: out.steps }
}

/// Folds the next cluster of `rest`, which stands at `source`; returns its length.
fn fold_next(out: &mut Builder, rest: &str, source: usize) -> usize {
    if let Some((length, meaning)) = escapes::at(rest) {
        out.resolve(&meaning, source);
        return length;
    }
    let mut chars = rest.char_indices();
    let Some((_, first)) = chars.next() else { return rest.len() };
    let mut end = first.len_utf8();
    let mut joined = false;
    for (at, c) in chars {
        if !joins(c) {
            break;
        }
        joined = true;
        end = at + c.len_utf8();
    }
    let (cluster, after) = rest.split_at(end);
    let dash =
        !joined && is_dash(first) && out.ends_like_a_number() && after.chars().next().is_some_and(begins_like_a_number);
    if dash {
        out.replace("-", source, cluster);
    } else if !joined && is_plain(first) {
        out.copy(cluster, source);
    } else {
        out.fold(cluster, source);
    }
    end
}

struct Builder {
    text: String,
    steps: Vec<Step>,
}

impl Builder {
    fn copy(&mut self, cluster: &str, source: usize) {
        let goes_on = self.steps.last().is_some_and(|s| s.copied && s.source + (self.text.len() - s.folded) == source);
        if !goes_on {
            self.steps.push(Step { folded: self.text.len(), source, copied: true });
        }
        self.text.push_str(cluster);
    }

    fn replace(&mut self, with: &str, source: usize, cluster: &str) {
        if with == cluster {
            return self.copy(cluster, source);
        }
        self.steps.push(Step { folded: self.text.len(), source, copied: false });
        self.text.push_str(with);
    }

    /// What an escape stands for, folded.
    fn resolve(&mut self, meaning: &Meaning, source: usize) {
        self.steps.push(Step { folded: self.text.len(), source, copied: false });
        match meaning {
            Meaning::Char(c) => self.text.extend(std::iter::once(*c).nfkc()),
            Meaning::Text(text) => self.text.extend(text.nfkc()),
        }
    }

    fn fold(&mut self, cluster: &str, source: usize) {
        let folded_from = self.text.len();
        self.text.extend(cluster.nfkc());
        let same = self.text.get(folded_from..) == Some(cluster);
        if same {
            self.text.truncate(folded_from);
            return self.copy(cluster, source);
        }
        self.steps.push(Step { folded: folded_from, source, copied: false });
    }

    fn ends_like_a_number(&self) -> bool {
        self.text.bytes().next_back().is_some_and(|b| b.is_ascii_digit() || b == b')')
    }
}

fn begins_like_a_number(c: char) -> bool {
    let folded = if c.is_ascii() { Some(c) } else { std::iter::once(c).nfkc().next() };
    folded.is_some_and(|c| c.is_ascii_digit() || c == '(')
}

/// Dashes, minus signs, rules and long-vowel marks that people type between digits. ー is a letter elsewhere.
fn is_dash(c: char) -> bool {
    matches!(
        c,
        '\u{2010}'
            ..='\u{2015}'
                | '\u{2043}'
                | '\u{2212}'
                | '\u{2500}'
                | '\u{2501}'
                | '\u{2796}'
                | '\u{30FC}'
                | '\u{FE58}'
                | '\u{FE63}'
                | '\u{FF0D}'
                | '\u{FF70}'
                | '\u{02D7}'
                | '\u{FE31}'
                | '\u{FE32}'
    )
}

/// Characters that NFKC leaves alone when nothing joins them: nearly all of Japanese text.
fn is_plain(c: char) -> bool {
    matches!(c, '\0'..='\x7f' | '\u{3001}'..='\u{302F}' | '\u{3041}'..='\u{3096}' | '\u{30A0}'..='\u{30FE}' | '\u{4E00}'..='\u{9FFF}')
}

/// Whether a character may melt into the one before it: marks (the voice marks of kana too) and Hangul parts.
fn joins(c: char) -> bool {
    if c < '\u{300}' || matches!(c, '\u{3041}'..='\u{3096}' | '\u{30A0}'..='\u{30FE}' | '\u{4E00}'..='\u{9FFF}') {
        return false;
    }
    matches!(c, '\u{FF9E}' | '\u{FF9F}' | '\u{1161}'..='\u{11FF}' | '\u{FFC2}'..='\u{FFDC}' | '\u{314F}'..='\u{3163}')
        || is_combining_mark(c)
}

#[cfg(test)]
mod tests;
