//! What is wrong with a rule, with file, line and a caret under the place.

use std::fmt::Write as _;
use std::ops::Range;

/// A rule that does not hold. The run stops: better no answer than one with a rule missing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// The file is not TOML, or says what no rule may say.
    #[error("{file}: {message}\n{excerpt}")]
    Text {
        /// File as named by the caller.
        file: String,
        /// What is wrong and what to do.
        message: String,
        /// The line and a caret under the place.
        excerpt: String,
    },
    /// Two rules of one id, and neither says that it replaces the other.
    #[error(
        "detector {id:?} is defined in {first} and again in {second}; rename one, or write `override = true` in the second to replace the first"
    )]
    Duplicate {
        /// The id.
        id: String,
        /// File that has it first.
        first: String,
        /// File that has it again.
        second: String,
    },
    /// A file is larger than a rule file may be.
    #[error("{file}: {bytes} bytes; a rule file may have {limit} (limit RULE_FILE_BYTES): split it")]
    TooLarge {
        /// File as named by the caller.
        file: String,
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// The words of all rules are too many to look for at once.
    #[error("the words of the rules can not be looked for together: {message}; take some of them out of your rules")]
    Words {
        /// What the search engine says.
        message: String,
    },
    /// A rule that reads well and yet cannot work.
    #[error("{file}: detector {id:?}: {message}")]
    Rule {
        /// File that has it.
        file: String,
        /// Its id.
        id: String,
        /// What is wrong and what to do.
        message: String,
    },
}

impl RuleError {
    /// An error at a place in a file's text.
    pub fn at(file: &str, text: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        Self::Text { file: file.into(), message: message.into(), excerpt: excerpt(text, span) }
    }
}

/// The line that a span begins in, with its number, and a caret line below.
fn excerpt(text: &str, span: Range<usize>) -> String {
    let before = text.get(..span.start).unwrap_or(text);
    let number = before.matches('\n').count() + 1;
    let line = text.lines().nth(number - 1).unwrap_or("");
    let column = before.rsplit('\n').next().unwrap_or("").chars().count();
    let rest = line.chars().count().saturating_sub(column).max(1);
    let marked = text.get(span).map_or(1, |part| part.lines().next().unwrap_or("").chars().count());
    let gutter = number.to_string();
    let blank = " ".repeat(gutter.len());
    let mut out = String::new();
    let _ = write!(
        out,
        "{blank} |\n{gutter} | {line}\n{blank} | {}{}",
        " ".repeat(column),
        "^".repeat(marked.clamp(1, rest))
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_place() {
        let text = "a = 1\nname = \"x\"\n";
        assert_eq!(excerpt(text, 13..16), "  |\n2 | name = \"x\"\n  |        ^^^");
        assert_eq!(excerpt(text, 900..901), "  |\n3 | \n  | ^");
    }
}
