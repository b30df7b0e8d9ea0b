//! Names that lead out of a bag, and names that other systems can not keep. Pure.

use unicode_normalization::UnicodeNormalization as _;

/// Why a path must not be used at all: it leaves the bag, or could be taken to.
pub(super) fn danger(path: &str) -> Option<&'static str> {
    let is_drive = matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    if path.starts_with('/') || path.starts_with('\\') || is_drive {
        return Some("is an absolute path");
    }
    if path.starts_with('~') {
        return Some("begins with ~, which leads to a home folder");
    }
    if path.contains('\0') {
        return Some("holds a NUL");
    }
    // On Windows a backslash parts folders too.
    if path.split(['/', '\\']).any(|part| part == "..") {
        return Some("leads upward with ..");
    }
    path.split('/').any(|part| matches!(part, "" | ".")).then_some("has an empty part or a . in it")
}

/// Why some systems can not keep a file under this name, although it is allowed.
pub(super) fn trap(path: &str) -> Option<&'static str> {
    path.split('/').find_map(|part| {
        if part.contains('\\') {
            return Some("holds a backslash, which parts folders on Windows");
        }
        if part.contains(|c: char| c.is_ascii_control() || "<>:\"|?*".contains(c)) {
            return Some("holds a character that Windows does not allow in names");
        }
        if part.ends_with([' ', '.']) {
            return Some("ends with a space or dot, which Windows drops");
        }
        let stem = part.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
        let numbered = |name: &str| {
            stem.strip_prefix(name)
                .is_some_and(|rest| matches!(rest, "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9"))
        };
        let is_device = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT");
        is_device.then_some("is the name of a device on Windows")
    })
}

/// The same for all Unicode forms of a name.
pub(super) fn one_form(path: &str) -> String {
    path.nfc().collect()
}

/// The same for names that differ by case only (and Unicode form).
pub(super) fn folded(path: &str) -> String {
    path.nfc().collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_leave_the_bag_are_dangerous_and_no_others() {
        for path in [
            "/etc/passwd",
            "\\\\host\\x",
            "C:\\x",
            "c:x",
            "~/x",
            "~root",
            "..",
            "data/../x",
            "data\\..\\x",
            "data//x",
            "data/./x",
            "data/",
            "a\0b",
        ] {
            assert!(danger(path).is_some(), "{path}");
        }
        for path in ["data/a", "data/..a", "data/~", "data/a..", "data/...", "data/a:b", "bag-info.txt"] {
            assert_eq!(danger(path), None, "{path}");
        }
    }

    #[test]
    fn names_that_windows_can_not_keep_are_traps() {
        for path in [
            "data/con",
            "data/NUL.txt",
            "data/aux /x",
            "data/COM1.log",
            "data/a\\b",
            "data/a:b",
            "data/x.",
            "data/x ",
            "data/a\tb",
        ] {
            assert!(trap(path).is_some(), "{path}");
        }
        for path in ["data/console", "data/com0", "data/com10", "data/.x", "data/日本語"] {
            assert_eq!(trap(path), None, "{path}");
        }
    }

    #[test]
    fn forms_of_one_name_are_one() {
        assert_eq!(one_form("data/が"), one_form("data/か\u{3099}"));
        assert_ne!(one_form("data/A"), one_form("data/a"));
        assert_eq!(folded("data/Ａ"), folded("data/ａ"));
    }
}
