//! Every sentence of the report, as one typed table per language: a missing translation does not compile.
//!
//! Plain words for a reader who is neither a lawyer nor a forensic examiner. Each language is written for itself; neither is
//! a translation of the other, but they say the same things.

mod duties;
mod en;
mod gaps;
mod ja;
pub(super) mod people;

use super::assess::Level;
use super::facts::Facts;
use super::kinds::Rung;
use super::{Confinement, Note};
use crate::case::results::LookStatus;
use crate::model::{Lang, Recipients};

pub(super) use duties::{
    DutyWords, because, deadline, duty, kinds_of_people, questions, reached, reached_briefly, steps, touch,
};
pub(super) use gaps::{GapWords, gap};

/// The table of one language.
pub(super) fn words(lang: Lang) -> &'static Words {
    lang.pick(&en::EN, &ja::JA)
}

/// A headline and the sentence under it.
pub(super) struct Verdict {
    pub(super) headline: &'static str,
    pub(super) more: String,
}

/// The sentences that do not belong to a rule of law or to a kind of gap.
pub(super) struct Words {
    pub(super) title: &'static str,
    pub(super) made_by: &'static str,
    pub(super) contents: &'static str,
    // Custody facts.
    pub(super) case: &'static str,
    pub(super) case_folder: &'static str,
    pub(super) host: &'static str,
    pub(super) operator: &'static str,
    pub(super) started: &'static str,
    pub(super) finished: &'static str,
    pub(super) time_zone: &'static str,
    pub(super) time_zone_note: &'static str,
    pub(super) tool: &'static str,
    pub(super) rules: &'static str,
    pub(super) sources: &'static str,
    pub(super) confined: &'static str,
    pub(super) confinement: fn(&Confinement) -> String,
    pub(super) notes: &'static str,
    pub(super) note: fn(&Note) -> String,
    // The answer.
    pub(super) verdict: fn(Level, u64) -> Verdict,
    pub(super) kinds: &'static str,
    pub(super) kinds_caption: &'static str,
    pub(super) rung: fn(Rung) -> &'static str,
    pub(super) values: fn(u64) -> String,
    pub(super) possible_values: fn(u64) -> String,
    pub(super) no_values: &'static str,
    pub(super) nothing_read: &'static str,
    pub(super) not_looked_for: &'static str,
    pub(super) people: &'static str,
    pub(super) people_caption: &'static str,
    pub(super) at_least: &'static str,
    pub(super) estimate: &'static str,
    pub(super) at_most: &'static str,
    pub(super) persons: &'static str,
    pub(super) thousand_mark: &'static str,
    pub(super) unread: fn(u64) -> String,
    pub(super) all_read: &'static str,
    pub(super) names_not_counted: &'static str,
    pub(super) duties: &'static str,
    pub(super) duties_caption: &'static str,
    pub(super) next: &'static str,
    pub(super) sealed: &'static str,
    pub(super) sealed_line: fn(u64, u64, &str) -> String,
    pub(super) all_kept: &'static str,
    pub(super) not_kept: fn(u64) -> String,
    pub(super) presence_only: &'static str,
    // Sections.
    pub(super) duties_section: &'static str,
    pub(super) duties_lead: &'static str,
    pub(super) duty_rule: &'static str,
    pub(super) duty_answer: &'static str,
    pub(super) duty_why: &'static str,
    pub(super) ask: &'static str,
    pub(super) exemption: &'static str,
    pub(super) deadlines: &'static str,
    pub(super) law_date: &'static str,
    pub(super) people_section: &'static str,
    pub(super) people_number: &'static str,
    pub(super) people_rule: &'static str,
    pub(super) at_least_rule: &'static str,
    pub(super) estimate_rule: &'static str,
    pub(super) at_most_rule: &'static str,
    pub(super) records: fn(u64, u64) -> String,
    pub(super) by_chance: fn(u64) -> String,
    pub(super) kinds_section: &'static str,
    pub(super) kind: &'static str,
    pub(super) distinct: &'static str,
    pub(super) occurrences: &'static str,
    pub(super) possible: &'static str,
    pub(super) possible_label: &'static str,
    pub(super) possible_explained: &'static str,
    pub(super) distinct_explained: &'static str,
    pub(super) files_section: &'static str,
    pub(super) looked_lead: fn(u64) -> String,
    pub(super) looked_found: &'static str,
    pub(super) looked_none: &'static str,
    pub(super) looked_partly: &'static str,
    pub(super) looked_not: &'static str,
    pub(super) looked_difference: &'static str,
    pub(super) file: &'static str,
    pub(super) status: &'static str,
    pub(super) look_status: fn(LookStatus) -> &'static str,
    pub(super) format: &'static str,
    pub(super) findings: &'static str,
    pub(super) file_findings_caption: &'static str,
    pub(super) no_files: &'static str,
    pub(super) more_files: fn(u64) -> String,
    pub(super) same_file: fn(&str) -> String,
    pub(super) stored: &'static str,
    pub(super) stored_lead: &'static str,
    pub(super) stored_plain: &'static str,
    pub(super) stored_hashed: &'static str,
    pub(super) stored_encrypted: &'static str,
    pub(super) stored_weak: &'static str,
    pub(super) mislabelled: fn(&str, &str) -> String,
    pub(super) open_lists: &'static str,
    pub(super) open_lists_lead: &'static str,
    pub(super) open_list: fn(Recipients) -> String,
    pub(super) risky: &'static str,
    pub(super) risky_lead: &'static str,
    pub(super) risky_note: fn(u64) -> String,
    pub(super) gaps_section: &'static str,
    pub(super) gaps_lead: &'static str,
    pub(super) no_gaps: &'static str,
    pub(super) gap_counts: fn(u64, u64, u64) -> String,
    pub(super) gap_next: &'static str,
    pub(super) gap_recorded: &'static str,
    pub(super) more_gaps: fn(u64) -> String,
    pub(super) sealed_section: &'static str,
    pub(super) entries: &'static str,
    pub(super) kept_files: &'static str,
    pub(super) kept_bytes: &'static str,
    pub(super) seal_number: &'static str,
    pub(super) seal_number_note: &'static str,
    pub(super) key: &'static str,
    pub(super) zip: &'static str,
    pub(super) zip_digest: &'static str,
    pub(super) paper: &'static str,
    pub(super) paper_fields: [&'static str; 4],
    pub(super) custody_section: &'static str,
    pub(super) verify_section: &'static str,
    pub(super) verify_lead: &'static str,
    pub(super) verify_hozen: &'static str,
    pub(super) verify_steps: [&'static str; 5],
    pub(super) verify_windows: &'static str,
    pub(super) limits_section: &'static str,
    pub(super) limits: fn(&Facts, &str) -> Vec<String>,
    pub(super) list_separator: &'static str,
    pub(super) colon: &'static str,
    /// Between two sentences.
    pub(super) space: &'static str,
    // The terminal.
    pub(super) screen: ScreenWords,
    pub(super) listing: ListingWords,
}

/// Words of the list below the answer of a scan or a collection.
pub(super) struct ListingWords {
    pub(super) more_files: fn(u64) -> String,
    pub(super) gaps: fn(&str, bool) -> String,
    pub(super) more: fn(&str) -> String,
    pub(super) all_in_json: &'static str,
}

/// Words of the terminal screen, short enough for 80 columns.
pub(super) struct ScreenWords {
    pub(super) kinds: &'static str,
    pub(super) people: &'static str,
    pub(super) duties: &'static str,
    pub(super) kept: &'static str,
    pub(super) seal: &'static str,
    pub(super) report: &'static str,
    pub(super) next: &'static str,
    pub(super) people_line: fn(&str, &str, &str) -> String,
    /// The same where not everything was read: at most is no end then.
    pub(super) people_open: fn(&str, &str, &str, &str) -> String,
    pub(super) places: &'static str,
    /// What lies where it should not.
    pub(super) risky: fn(&str) -> String,
    /// Files that were not read again.
    pub(super) cached: fn(&str) -> String,
    pub(super) kept_line: fn(&str, &str, &str) -> String,
    pub(super) not_kept: fn(&str) -> String,
    pub(super) may_apply: fn(&str) -> String,
    pub(super) must_check: fn(&str) -> String,
    pub(super) ask: &'static str,
    pub(super) also_kinds: fn(&str) -> String,
    pub(super) more_kinds: fn(usize) -> String,
    pub(super) not_looked_for: fn(&str) -> String,
    pub(super) next_seal: &'static str,
    pub(super) next_report: &'static str,
    pub(super) next_keep: &'static str,
}
