//! The two languages that people read. Data keys stay English in both.

/// Language of everything a person reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Japanese.
    Ja,
}

impl Lang {
    /// From a POSIX locale name (`ja_JP.UTF-8`): Japanese if it begins with `ja`, else English.
    pub fn from_locale(locale: &str) -> Self {
        if locale == "ja" || locale.starts_with("ja_") || locale.starts_with("ja.") { Self::Ja } else { Self::En }
    }

    /// The text in this language.
    pub fn pick<T>(self, en: T, ja: T) -> T {
        match self {
            Self::En => en,
            Self::Ja => ja,
        }
    }

    /// The BCP 47 tag, for `<html lang>`.
    pub fn tag(self) -> &'static str {
        self.pick("en", "ja")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_japanese_locales_are_japanese() {
        assert_eq!(Lang::from_locale("ja_JP.UTF-8"), Lang::Ja);
        assert_eq!(Lang::from_locale("ja"), Lang::Ja);
        assert_eq!(Lang::from_locale("jav_ID"), Lang::En);
        assert_eq!(Lang::from_locale("C"), Lang::En);
    }
}
