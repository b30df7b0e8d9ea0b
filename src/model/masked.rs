//! A personal value in memory. It cannot be printed by accident: `Debug` and `Display` do not show it.

use std::fmt;

/// A value that must not leave the process in clear. [`Secret::reveal`] is the only way to it, and easy to grep for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Secret(String);

impl Secret {
    /// Wraps a clear value.
    pub fn new(clear: impl Into<String>) -> Self {
        Self(clear.into())
    }

    /// The clear value. Every caller must answer for where it goes.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A text in which the parts that hold personal values are hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Veiled {
    /// The text as it may be shown.
    pub text: String,
    /// How many parts of it are hidden.
    pub hidden: u64,
}

/// Hides personal values in a name or path. Whoever writes what leaves the house is handed one.
pub type Veil<'a> = &'a dyn Fn(&str) -> Veiled;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_does_not_show_the_value() {
        assert_eq!(format!("{:?}", Secret::new("4111111111111111")), "Secret(…)");
    }
}
