//! What a detector file may say; `rules/README.md` is its reference. Unknown fields are refused: a typo must not pass.

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::place::{PlaceTable, WebTable};
use crate::model::limits::RULE_MATCH_CHARS;
use crate::model::{Confidence, LinkClass, Names};

/// One file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// Its detectors.
    #[serde(default)]
    pub detector: Vec<DetectorTable>,
    /// Its rules about places.
    #[serde(default)]
    pub place: Vec<PlaceTable>,
    /// Where public web folders lie.
    #[serde(default)]
    pub web: WebTable,
}

/// One `[[detector]]` as written.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DetectorTable {
    /// Stable id: results, tests and overrides cite it.
    pub id: Spanned<String>,
    /// Raised whenever what it finds changes.
    #[serde(default = "first_version")]
    pub version: u32,
    /// Takes the place of a detector of the same id from an earlier file.
    #[serde(default, rename = "override")]
    pub replaces: bool,
    /// Entity id that its findings carry: its own id unless it says otherwise.
    #[serde(default)]
    pub entity: String,
    /// What a person reads.
    pub name: Names,
    /// Longest match in bytes of folded text.
    #[serde(default = "longest")]
    pub max_len: Spanned<usize>,
    /// What may stand beside a match.
    #[serde(default)]
    pub guard: Guard,
    /// How the match becomes the value.
    #[serde(default)]
    pub normalise: Normalise,
    /// Validators in code, by name, all of which must agree.
    #[serde(default)]
    pub validate: Vec<Spanned<String>>,
    /// What the value says about its person.
    #[serde(default = "one_persons_own")]
    pub link: LinkClass,
    /// How the value may be shown.
    #[serde(default)]
    pub mask: Mask,
    /// Texts of which one stands in every match that no header names: without one of them the patterns are not tried.
    #[serde(default)]
    pub cues: Vec<String>,
    /// Entities of which one must stand in the same record: an expiry date is a card's only beside a card.
    #[serde(default)]
    pub beside: Vec<String>,
    /// Entities of which the header of another field of the row must name one, for a header of this rule to count: what `name` names is told
    /// by the columns around it.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Whether a column where nearly all candidates pass raises them.
    #[serde(default)]
    pub column_check: bool,
    /// What it looks for.
    pub pattern: Vec<PatternTable>,
    /// Values published for tests.
    #[serde(default)]
    pub test_values: Vec<String>,
    /// Header words that name it.
    #[serde(default)]
    pub headers: Headers,
    /// Words near a match that speak for it.
    #[serde(default)]
    pub context: Context,
    /// Words that speak against it.
    #[serde(default)]
    pub against: Against,
    /// Texts that must give these values.
    pub examples: Vec<Example>,
    /// Texts that must give nothing.
    pub negatives: Vec<String>,
}

// What a rule of a few lines leaves out: a number that a firm gives to each of its members.

fn first_version() -> u32 {
    1
}

fn longest() -> Spanned<usize> {
    Spanned::new(0..0, RULE_MATCH_CHARS)
}

fn one_persons_own() -> LinkClass {
    LinkClass::Strong
}

/// One pattern and how much its shape alone says.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PatternTable {
    /// Regular expression over folded text.
    pub regex: Spanned<String>,
    /// Confidence with no word for or against it.
    pub base: Confidence,
    /// Word added to the reasons of its findings.
    #[serde(default)]
    pub reason: Option<String>,
    /// Looked at only in a column whose header names the entity, and only as the whole of a field.
    #[serde(default)]
    pub needs_header: bool,
    /// A finding only where a word names it: the header, a strong word near by, or the label before it.
    #[serde(default)]
    pub needs_word: bool,
    /// Finder in code, by name: looked at only within the parts that it finds.
    #[serde(default)]
    pub within: Option<Spanned<String>>,
}

/// Header words.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Headers {
    /// The whole header, after normalisation.
    pub exact: Vec<String>,
    /// A part of the header (for ASCII words: whole words).
    pub contains: Vec<String>,
    /// With one of these in it, `contains` does not hold.
    pub exclude: Vec<String>,
}

/// Words that speak for a match.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Context {
    /// They name it: certain.
    pub strong: Vec<String>,
    /// They are often near it: possible becomes likely.
    pub weak: Vec<String>,
}

/// Words that speak against a match.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Against {
    /// In the header or near the match.
    pub words: Vec<String>,
    /// The whole header only: too short or too common to mean anything in text.
    pub headers: Vec<String>,
}

/// A text and what must be found in it.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The text, before folding.
    pub text: String,
    /// Header of its column.
    #[serde(default)]
    pub header: Option<String>,
    /// Another field of its record.
    #[serde(default)]
    pub with: Option<String>,
    /// The header of that field.
    #[serde(default)]
    pub with_header: Option<String>,
    /// Normalised values, in any order.
    pub values: Vec<String>,
    /// Confidence of every one of them, where it matters.
    #[serde(default)]
    pub confidence: Option<Confidence>,
}

/// What may stand directly beside a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Guard {
    /// Anything.
    #[default]
    None,
    /// Nothing that makes it part of a longer number, float, hexadecimal text, UUID, grouped number or address.
    Number,
    /// No ASCII letter, digit or underscore.
    Word,
}

/// How the matched text becomes the normalised value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Normalise {
    /// As matched, folded.
    #[default]
    None,
    /// ASCII digits only.
    Digits,
    /// Lower case.
    Lower,
    /// Upper case.
    Upper,
    /// Letters and digits only, in upper case.
    Alphanumeric,
}

/// How much of a value may be shown. None shows a whole short value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mask {
    /// The last four characters.
    Last4,
    /// The last three characters.
    #[default]
    Last3,
    /// The last two characters.
    Last2,
    /// The first character, and what follows `@`.
    Email,
    /// The first character.
    First,
    /// Nothing.
    All,
}
