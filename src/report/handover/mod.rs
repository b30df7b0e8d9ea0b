//! The hand-over note: what a forensic firm must know of a case that it did not take, on paper.
//!
//! Made from [`Facts`] alone: no disk, no clock. One HTML file for print on A4, without script, which loads nothing. It says
//! what was recorded, and what nobody recorded; it concludes nothing.

mod around;
mod page;
mod questions;
mod taken;

use askama::Template;
use jiff::tz::TimeZone;

use self::page::Block;
use super::ReportError;
use super::custody::both_times;
pub use crate::case::handover::{Delivery, Facts, IndexFacts, Part, SCHEMA, Withheld};
use crate::model::Lang;

/// The note in one language.
///
/// # Errors
/// Only if the template engine fails to write into memory.
pub fn note(facts: &Facts, lang: Lang) -> Result<String, ReportError> {
    let teller = Teller { facts, lang, zone: zone(facts) };
    Note {
        lang,
        title: lang.pick("Hand-over note", "証拠引継書"),
        case: &facts.case,
        case_word: lang.pick("Case", "事案番号"),
        made_word: lang.pick("Made", "作成日時"),
        made: teller.time(&facts.delivery.made),
        sections: sections(&teller),
    }
    .render()
    .map_err(ReportError::Render)
}

/// The facts as JSON, `hozen.handover/1`, with the questions that follow from them as stable words.
///
/// # Errors
/// Never in practice: everything in the facts can be put into JSON.
pub fn json(facts: &Facts) -> serde_json::Result<serde_json::Value> {
    let mut value = serde_json::to_value(facts)?;
    let open = questions::questions(facts).iter().map(questions::Question::id).collect::<Vec<_>>();
    if let Some(fields) = value.as_object_mut() {
        fields.insert("open_questions".to_owned(), serde_json::json!(open));
    }
    Ok(value)
}

#[derive(Template)]
#[template(path = "handover.html", config = "src/report/askama.toml")]
struct Note<'a> {
    lang: Lang,
    title: &'static str,
    case: &'a str,
    case_word: &'static str,
    made_word: &'static str,
    made: String,
    sections: Vec<Section>,
}

/// A part of the page.
struct Section {
    title: &'static str,
    blocks: Vec<Block>,
}

fn sections(teller: &Teller<'_>) -> Vec<Section> {
    let w = |en, ja| teller.lang.pick(en, ja);
    let section = |title, blocks| Section { title, blocks };
    vec![
        section(w("At a glance", "概要"), around::glance(teller)),
        section(w("What the receiver should settle", "受領者に確認していただきたいこと"), around::questions(teller)),
        section(w("Evidence and seals", "証拠と封印"), taken::evidence(teller)),
        section(w("What was taken", "保全したもの"), taken::taken(teller)),
        section(w("What was not taken, or not read", "保全していないもの・読めなかったもの"), taken::not_taken(teller)),
        section(w("Machine and clock", "機器と時計"), taken::machine(teller)),
        section(w("What hozen did to the machine", "hozen が機器に与えた影響"), taken::traces(teller)),
        section(w("Personal data and people", "個人データと人数"), around::people(teller)),
        section(w("Custody so far", "これまでの証拠管理"), around::custody(teller)),
        section(w("In this bundle, and withheld", "引き渡すもの・引き渡さないもの"), around::delivery(teller)),
        section(w("How to check it", "検証の方法"), around::verify(teller)),
    ]
}

/// The facts and how to say them.
struct Teller<'a> {
    facts: &'a Facts,
    lang: Lang,
    zone: TimeZone,
}

impl Teller<'_> {
    /// One of two sentences.
    fn w(&self, en: &'static str, ja: &'static str) -> &'static str {
        self.lang.pick(en, ja)
    }

    /// A time by the clock of the machine, and UTC.
    fn time(&self, utc: &str) -> String {
        both_times(utc, &self.zone)
    }
}

/// The offset that the machine had when the first evidence was taken; UTC where nobody recorded one.
fn zone(facts: &Facts) -> TimeZone {
    let clock = facts.evidence.first().and_then(|piece| piece.acquisition.clock.as_ref());
    let parsed = clock.and_then(|clock| jiff::fmt::strtime::parse("%:z", &clock.utc_offset).ok());
    parsed.and_then(|time| time.offset()).map_or(TimeZone::UTC, TimeZone::fixed)
}
