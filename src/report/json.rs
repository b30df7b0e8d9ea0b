//! The report for scripts: `hozen.report/1`, the same facts as the page. Keys and ids are English; fields may be added.

use serde_json::{Value, json};

use super::assess::Deadlines;
use super::facts::Facts;
use super::verify::checks;
use super::words::words;
use super::{Confinement, Note, ReportInput};
use crate::model::Lang;

/// The schema that [`json()`] writes.
pub const SCHEMA: &str = "hozen.report/1";

/// The report as JSON.
pub fn json(input: &ReportInput, facts: &Facts) -> Value {
    let subjects = &input.scan.subjects;
    let seal = &input.collect.seal;
    let evidence: Vec<Value> =
        input.evidence.iter().map(|zip| json!({ "name": zip.name, "sha256": zip.sha256 })).collect();
    json!({
        "schema": SCHEMA,
        "case": {
            "id": input.case_id,
            "folder": input.case_folder,
            "report": input.report_path,
            "host": input.host,
            "operator": input.operator,
            "started": input.started,
            "finished": input.finished,
            "time_zone": input.time_zone,
            "tool": input.tool,
            "rules": input.rules,
            "sources": input.sources,
            "confinement": confinement(&input.confinement),
            "notes": input.notes.iter().map(note).collect::<Vec<_>>(),
        },
        "answer": {
            "level": facts.level,
            "blind": facts.blind,
            "kinds": facts.kinds,
            "not_looked_for": facts.not_looked_for,
            "subjects": subjects,
            "who": input.scan.who,
            "unread": facts.unread,
            "duties": facts.duties,
            "deadlines": facts.deadlines.as_ref().map(days),
        },
        "files": { "looked": facts.looked, "with_findings": facts.files, "more": facts.more_files },
        "storage": facts.stored,
        "open_lists": facts.open_lists,
        "risky_places": facts.risky,
        "gaps": facts.gaps,
        "preserved": {
            "entries": input.collect.entries,
            "files": input.collect.files,
            "bytes": input.collect.bytes,
            "not_kept": facts.not_kept,
            "seal": { "sha256": seal.sha256, "key": input.key, "signer": input.signer },
            "evidence": evidence,
        },
        "verify": checks(input),
        "limits": (words(Lang::En).limits)(facts, &input.key),
    })
}

/// What the rules under which a report may be due come to, for a scan's own output.
pub fn duties(facts: &Facts) -> Value {
    json!(facts.duties)
}

fn days(days: &Deadlines) -> Value {
    json!({
        "known_on": days.known_on.to_string(),
        "day_3": days.day_3.to_string(),
        "day_5": days.day_5.to_string(),
        "day_30": days.day_30.to_string(),
        "day_60": days.day_60.to_string(),
    })
}

fn confinement(confinement: &Confinement) -> Value {
    match confinement {
        Confinement::Landlock => json!({ "by": "landlock" }),
        Confinement::Partly { reason } => json!({ "by": "landlock", "lacking": reason }),
        Confinement::Unavailable { reason } => json!({ "by": null, "reason": reason }),
    }
}

fn note(note: &Note) -> Value {
    let text = (words(Lang::En).note)(note);
    let kind = match note {
        Note::OutputOnSourceDisk { .. } => "output_on_source_disk",
        Note::AccessTimesMayHaveChanged { .. } => "access_times_may_have_changed",
        Note::LiveState { .. } => "live_state",
        Note::Gentle { .. } => "gentle",
        Note::Other(_) => "other",
    };
    json!({ "kind": kind, "text": text })
}
