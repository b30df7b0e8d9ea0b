//! What is told about pages at the end: one gap of a kind, however many pages it is about.

use super::super::Sink;
use crate::model::GapKind;

/// Stretches of pages that a gap names.
const NAMED: usize = 20;

/// Pages, as stretches.
#[derive(Debug, Default)]
pub(super) struct Pages {
    stretches: Vec<(u32, u32)>,
    more: u64,
    pub(super) count: u64,
}

impl Pages {
    pub(super) fn add(&mut self, page: u32) {
        self.count += 1;
        let room = self.stretches.len() < NAMED;
        match self.stretches.last_mut() {
            Some((_, last)) if *last == page => self.count -= 1,
            Some((_, last)) if *last + 1 == page && self.more == 0 => *last = page,
            _ if room => self.stretches.push((page, page)),
            _ => self.more += 1,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// `page 3`, or `pages 3–7, 9`.
    fn said(&self) -> String {
        let one =
            |(first, last): &(u32, u32)| if first == last { first.to_string() } else { format!("{first}–{last}") };
        let list = self.stretches.iter().map(one).collect::<Vec<_>>().join(", ");
        let word = if self.count == 1 { "page" } else { "pages" };
        if self.more > 0 { format!("{word} {list} and {} more", self.more) } else { format!("{word} {list}") }
    }
}

/// What was met on pages.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// Pages that show something, but no text.
    pub(super) silent: Pages,
    /// Pages on which characters are drawn that nothing tells, and how many.
    pub(super) untold: Pages,
    pub(super) untold_chars: u64,
    /// Pages whose content was not read whole, and the first reason.
    pub(super) broken: Pages,
    pub(super) reason: Option<String>,
    /// Pages with more characters than are read.
    pub(super) full: Pages,
}

impl Notes {
    pub(super) fn tell(&self, out: &mut dyn Sink) {
        let verb = |pages: &Pages| if pages.count == 1 { "is an image" } else { "are images" };
        if !self.silent.is_empty() {
            let reason =
                format!("{} {} or drawings without text: look by hand", self.silent.said(), verb(&self.silent));
            out.gap(GapKind::NoText, reason);
        }
        if !self.untold.is_empty() {
            let reason = format!(
                "text is drawn with a font that does not tell its characters: {} on {} not read; look by hand",
                if self.untold_chars == 1 {
                    "1 character".to_owned()
                } else {
                    format!("{} characters", self.untold_chars)
                },
                self.untold.said()
            );
            out.gap(GapKind::UndecodableText, reason);
        }
        if !self.broken.is_empty() {
            let why = self.reason.as_deref().unwrap_or("its content is missing");
            let reason = format!(
                "the content of {} was read only in part: {why}; look at it by hand, or look for a whole copy",
                self.broken.said()
            );
            // What is too large is not damaged.
            let over = why.contains("unfolds to more than") || why.contains("budget is used up");
            out.gap(if over { GapKind::OverLimit } else { GapKind::Malformed }, reason);
        }
        if !self.full.is_empty() {
            let reason = format!(
                "{} has more than {} characters; the rest of it was not read: look by hand",
                self.full.said(),
                crate::model::limits::PDF_PAGE_CHARS
            );
            out.gap(GapKind::OverLimit, reason);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_named_as_stretches() {
        let mut pages = Pages::default();
        [3, 4, 5, 5, 9].into_iter().for_each(|page| pages.add(page));
        assert_eq!((pages.said().as_str(), pages.count), ("pages 3–5, 9", 4));
        (0..100).for_each(|n| pages.add(20 + 2 * n));
        assert!(pages.said().ends_with(" and 82 more"));
    }
}
