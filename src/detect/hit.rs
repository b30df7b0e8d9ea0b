//! What a detector says of a record.

use std::borrow::Cow;
use std::sync::Arc;

use super::series::SeriesId;
use crate::model::{Bond, Categories, Confidence, LinkClass, Place, Secret};

/// The reason of a number that is published for tests.
pub const TEST_NUMBER: &str = "test_number";

/// One finding in a record, before the leaf's address and the keyed digest are put to it.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Entity id (`card`).
    pub entity: Arc<str>,
    /// Rule id and version (`card/1`).
    pub rule: Arc<str>,
    /// What the value says about its person: a mobile number links strongly, a fixed line weakly.
    pub class: LinkClass,
    /// Where the value begins: the exact byte where the field knows its raw bytes, else the field.
    pub place: Place,
    /// Index of the field in its record.
    pub field: usize,
    /// The normalised value.
    pub value: Secret,
    /// The value as it may be shown.
    pub masked: String,
    /// How sure.
    pub confidence: Confidence,
    /// Why, as stable words. A word of a rule may stand in them, never a word of the source.
    pub reasons: Vec<Cow<'static, str>>,
    /// What the name of its column says its person is.
    pub categories: Categories,
    /// The series of numbers it stands in, where it has a check digit and no word names it: then chance may explain it.
    pub series: Option<SeriesId>,
}

/// The findings of one record.
#[derive(Debug, Clone)]
pub struct RecordHits {
    /// How the record's parts belong together.
    pub bond: Bond,
    /// For a table row none of whose values names one person: a fingerprint of its whole text, which tells it from another
    /// row with the same shared number. Never leaves the process.
    pub row: Option<u64>,
    /// Whether it names a firm, somebody beside it or not.
    pub is_firm: bool,
    /// The findings, by field and place.
    pub hits: Vec<Hit>,
    /// Matches over the limit RECORD_MATCHES, which were not kept: a gap is due.
    pub over_limit: u64,
}
