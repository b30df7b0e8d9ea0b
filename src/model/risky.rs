//! A risky place: a file or folder that lies where it should not, whether or not personal data was found in it.

use serde::{Deserialize, Serialize};

use super::Lang;

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// English.
    pub en: String,
    /// Japanese.
    pub ja: String,
}

impl Names {
    /// The one in this language.
    pub fn pick(&self, lang: Lang) -> &str {
        lang.pick(&self.en, &self.ja)
    }
}

/// One such file or folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskyPlace {
    /// Its path, escaped for display.
    pub path: String,
    /// Id and version of the rule (`web_dump/1`).
    pub rule: String,
    /// What it is.
    pub name: Names,
    /// What to do.
    pub next: Names,
}
