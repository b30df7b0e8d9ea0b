//! A finding: a detector matched in a record.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::locator::Locator;
use super::masked::Secret;

/// How sure a finding is. Ordered: `Possible < Likely < Certain`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// The shape fits, and chance could explain it (a bare number whose check digit passes).
    Possible,
    /// Shape and check fit, and something beside them speaks for it.
    Likely,
    /// Shape, check and a word that names it.
    Certain,
}

/// One finding. The clear value stays in [`Secret`]; outputs show `masked` unless the user asked with `--reveal`.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Entity id (`card`, `my_number`, `email`, `phone`, …).
    pub entity: Arc<str>,
    /// Rule id and version that matched (`card/1`).
    pub rule: Arc<str>,
    /// Where it stands.
    pub locator: Locator,
    /// The normalised value.
    pub value: Secret,
    /// The value as it may be shown.
    pub masked: String,
    /// HMAC-SHA256 under the case key over entity, NUL, normalised value.
    pub digest: [u8; 32],
    /// How sure.
    pub confidence: Confidence,
    /// Why, as stable words (`check:luhn`, `context:カード番号`, `grouped`).
    pub reasons: Vec<Cow<'static, str>>,
}
