//! YAML, line by line: what stands in a list is a record for each item, what a map says of itself is one (YAML 1.2.2, chapters 6 to 8).
//!
//! No parser of the whole language: such a one holds the document, and follows aliases, which can unfold without end. Here every line is
//! read for itself by its indentation; an alias is a word. What is not understood comes out as a line of text.

mod flow;
mod walk;

#[cfg(test)]
mod tests;

use super::opening::{each_line, text_of};
use super::{Claim, Format, Head, Input, Sink};
use crate::text::looks_binary;
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
        let text = text_of(head);
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
        let mut walk = Walk::default();
        let lost = each_line(head, input, out, &mut |line, charset, lost, out| walk.line(line, charset, lost, out));
        walk.finish(out);
        lost.tell(out);
    }
}
