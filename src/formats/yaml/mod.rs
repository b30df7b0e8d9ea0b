//! YAML, line by line: what stands in a list is a record for each item, what a map says of itself is one (YAML 1.2.2, chapters 6 to 8).
//!
//! No parser of the whole language: such a one holds the document, and follows aliases, which can unfold without end. Here every line is
//! read for itself by its indentation; an alias is a word. What is not understood comes out as a line of text.

mod flow;
mod walk;

#[cfg(test)]
mod tests;

use super::plain::Undecodable;
use super::trouble::{in_order, read_error, skip};
use super::{Claim, Format, Head, Input, Sink};
use crate::text::{Ending, Lines, decode_record, guess, looks_binary};
use walk::Walk;

/// YAML documents.
pub struct Yaml;

impl Format for Yaml {
    fn id(&self) -> &'static str {
        "yaml"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        if head.bytes.is_empty() || looks_binary(head.bytes) {
            return Claim::No;
        }
        let ending = head.name.rsplit_once('.').map_or(String::new(), |(_, ending)| ending.to_ascii_lowercase());
        let named = ["yaml", "yml"].contains(&ending.as_str());
        let guessed = guess(head.bytes, head.whole);
        let text = decode_record(head.bytes.get(guessed.bom..).unwrap_or_default(), guessed.charset).text;
        let marked = text.starts_with("---\n") || text.starts_with("---\r\n") || text.starts_with("%YAML");
        // Many texts begin with a rule of dashes: only a name that says nothing else may be taken for YAML by that.
        let unnamed = ending.is_empty() || ending == "txt";
        match walk::share(&text, head.whole) {
            60.. if named => Claim::Likely,
            95.. if marked && unnamed => Claim::Likely,
            _ if named => Claim::Maybe,
            _ => Claim::No,
        }
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let guessed = guess(head.bytes, head.whole);
        out.charset(guessed.charset);
        let mut src = in_order(input);
        if let Err(error) = skip(&mut *src, guessed.bom) {
            return read_error(out, &error, 0);
        }
        let mut lines = Lines::new(&mut *src, guessed.charset, Ending::of(head.bytes), guessed.bom as u64, 1);
        let (mut walk, mut lost, mut at) = (Walk::default(), Undecodable::default(), guessed.bom as u64);
        loop {
            match lines.next_line() {
                Ok(Some(line)) => {
                    at = line.offset + line.bytes.len() as u64;
                    walk.line(line, guessed.charset, &mut lost, out);
                }
                Ok(None) => {
                    walk.finish(out);
                    break;
                }
                Err(error) => {
                    walk.finish(out);
                    read_error(out, &error, at);
                    break;
                }
            }
        }
        lost.tell(out);
    }
}
