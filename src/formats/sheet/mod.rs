//! What all spreadsheets share: XML read step by step, a compact store of strings, what a number looked like, and trouble.

pub(super) mod grid;
pub(super) mod members;
pub(super) mod number;
pub(super) mod picture;
pub(super) mod rows;
pub(super) mod source;
pub(super) mod strings;
pub(super) mod xml;

use std::io;

use super::Sink;
use super::trouble::Told;
use crate::model::GapKind;

/// Sheets of every program end here, or far below it ([ECMA-376] Part 1, 18.3.1.73; 16,384 columns are `A` to `XFD`).
pub(super) const MOST_COLUMNS: u32 = 16_384;

/// Records that something in a workbook could not be read to its end, unless that is told elsewhere.
pub(super) fn damaged(what: &str, error: &io::Error, source: &source::Failure, out: &mut dyn Sink) {
    if Told::is(error) || source.is_set() {
        return;
    }
    let (kind, how) = match error.kind() {
        // What the zip library says of a member that is encrypted by itself.
        _ if error.to_string().contains("Password required") => (GapKind::Encrypted, "is encrypted"),
        io::ErrorKind::UnexpectedEof => (GapKind::Truncated, "is cut off"),
        io::ErrorKind::FileTooLarge => (GapKind::OverLimit, "could not be read to its end"),
        _ => (GapKind::Malformed, "could not be read to its end"),
    };
    let reason = format!(
        "{what} {how} ({error}); what came before was looked at; open the file with its own program, save it anew and run hozen on that"
    );
    out.gap(kind, reason);
}

/// Text that stands in quotes in a formula, where the result does not show it (`=HYPERLINK("mailto:…","mail")`).
pub(super) fn literals(formula: &str, shown: &str) -> Vec<String> {
    let mut found = Vec::new();
    // The odd pieces stand between quotes; a doubled quote is one that is meant.
    let plain = formula.replace("\"\"", "\u{1}");
    for piece in plain.split('"').skip(1).step_by(2) {
        let piece = piece.replace('\u{1}', "\"");
        if piece.trim().chars().count() >= 4 && !shown.contains(piece.trim()) {
            found.push(piece);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_text_in_formulas_comes_out_once() {
        let formula = "HYPERLINK(\"mailto:taro@example.jp\",\"山田 \"\"太郎\"\"\")";
        assert_eq!(literals(formula, "山田 \"太郎\""), ["mailto:taro@example.jp"]);
        assert!(literals("A1&\"様\"&B1", "x").is_empty());
        assert_eq!(literals("\"open end", ""), ["open end"]);
    }
}
