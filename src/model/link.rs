//! What a value says about the person it belongs to.

use serde::{Deserialize, Serialize};

/// How strongly one value names one person. Ordered: `Primary < Strong < Weak < None`, the most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkClass {
    /// Issued to one person, one for life: two different ones are two people (My Number).
    Primary,
    /// One person's own, but a person may have several (e-mail address, mobile number, card).
    Strong,
    /// Shared by a household or an office (a fixed telephone line).
    Weak,
    /// Says nothing of who a person is: a postal code, a date of birth, a company's number. Counted as a value, never as a person.
    None,
}
