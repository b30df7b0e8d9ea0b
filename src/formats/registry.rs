//! The list of formats, and the choice among them. A new format is one line here.

use super::{Claim, Format, Head, binary, csv, gzip, json, known, plain, zip};

/// Every format, the more particular first: among equal claims the earlier wins.
pub static FORMATS: &[&dyn Format] =
    &[&zip::Zip, &gzip::Gzip, &known::Known, &json::Json, &csv::Csv, &plain::Plain, &binary::Binary];

/// The format that claims this leaf most surely; `None` if none does (the last one takes anything).
pub fn pick(head: &Head<'_>) -> Option<&'static dyn Format> {
    let mut best: Option<(Claim, &'static dyn Format)> = None;
    for format in FORMATS {
        let claim = format.claims(head);
        if claim > best.map_or(Claim::No, |(claim, _)| claim) {
            best = Some((claim, *format));
        }
    }
    best.map(|(_, format)| format)
}
