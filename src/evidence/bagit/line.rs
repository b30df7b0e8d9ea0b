//! One line of a manifest: a digest, white space, a path; and the same for `fetch.txt`. Pure, total, and the inverse of writing.

use std::borrow::Cow;

use data_encoding::HEXLOWER_PERMISSIVE;

/// Which characters of a path are written as `%HH`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Percent {
    /// Before 1.0: CR and LF only; a percent sign stands for itself.
    Breaks,
    /// Since 1.0: CR, LF and the percent sign.
    BreaksAndSign,
}

/// What a line of a manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) digest: Box<[u8]>,
    /// The path as it stands, without what a checksum tool put in front.
    pub(super) written: String,
    /// The same with `%HH` resolved.
    pub(super) path: String,
    /// Whether a `*` (md5sum's binary mark) or `./` was dropped.
    pub(super) is_trimmed: bool,
}

/// Reads a line without its line end. `bytes`: the length of a digest.
pub(super) fn parse(line: &str, bytes: usize, percent: Percent) -> Result<Line, &'static str> {
    let is_space = |c: char| c == ' ' || c == '\t';
    let (hex, rest) = line.split_once(is_space).ok_or("has no path behind a digest")?;
    let digest = HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).map_err(|_| "does not begin with a hexadecimal digest")?;
    if digest.len() != bytes {
        return Err("has a digest of another length than its algorithm gives");
    }
    let rest = rest.trim_start_matches(is_space);
    let written = rest.strip_prefix('*').unwrap_or(rest);
    let written = written.strip_prefix("./").unwrap_or(written);
    if written.is_empty() {
        return Err("has no path behind its digest");
    }
    Ok(Line {
        digest: digest.into(),
        written: written.to_owned(),
        path: decode(written, percent).into_owned(),
        is_trimmed: written.len() < rest.len(),
    })
}

/// Resolves `%HH` where the version has it; every other percent sign stands for itself.
pub(super) fn decode(written: &str, percent: Percent) -> Cow<'_, str> {
    let mut out = String::new();
    let mut rest = written;
    while let Some((before, after)) = rest.split_once('%') {
        let c = match after.get(..2).map(str::to_ascii_uppercase).as_deref() {
            Some("0A") => Some('\n'),
            Some("0D") => Some('\r'),
            Some("25") if percent == Percent::BreaksAndSign => Some('%'),
            _ => None,
        };
        out.push_str(before);
        out.push(c.unwrap_or('%'));
        rest = if c.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    if out.is_empty() && rest.len() == written.len() {
        return Cow::Borrowed(written);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Whether a percent sign in a written path begins none of the three that version 1.0 has.
pub(super) fn has_bare_percent(written: &str) -> bool {
    let is_known = |after: &str| {
        let code = after.get(..2).map(str::to_ascii_uppercase);
        matches!(code.as_deref(), Some("0A" | "0D" | "25"))
    };
    written.split('%').skip(1).any(|after| !is_known(after))
}

/// Whether this is an absolute address: a scheme, a colon, and something behind it.
fn is_absolute(address: &str) -> bool {
    address.split_once(':').is_some_and(|(scheme, rest)| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(is_plain) && !rest.is_empty()
    })
}

/// A line of `fetch.txt`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fetch {
    pub(super) path: String,
    /// What the file must be long, where it is said.
    pub(super) length: Option<u64>,
}

/// Reads a line of `fetch.txt`: an address, a length or `-`, a path.
pub(super) fn parse_fetch(line: &str, percent: Percent) -> Result<Fetch, &'static str> {
    let is_space = |c: char| c == ' ' || c == '\t';
    let (address, rest) = line.split_once(is_space).ok_or("has no length behind an address")?;
    let (length, rest) = rest.trim_start_matches(is_space).split_once(is_space).ok_or("has no path behind a length")?;
    let length = match length {
        "-" => None,
        digits if digits.bytes().all(|b| b.is_ascii_digit()) => {
            Some(digits.parse().map_err(|_| "has a length that is no number")?)
        }
        _ => return Err("has a length that is neither a number nor -"),
    };
    let written = rest.trim_start_matches(is_space);
    if address.is_empty() || written.is_empty() {
        return Err("has no address or no path");
    }
    if !is_absolute(address) {
        return Err("has an address that is not absolute");
    }
    Ok(Fetch { path: decode(written, percent).into_owned(), length })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn write(digest: &[u8], path: &str, percent: Percent) -> String {
        let sign = if percent == Percent::BreaksAndSign { "%25" } else { "%" };
        let path = path.replace('%', sign).replace('\n', "%0A").replace('\r', "%0D");
        format!("{}  {path}", HEXLOWER_PERMISSIVE.encode(digest))
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(digest in prop::array::uniform16(any::<u8>()), name in ".*") {
            let path = format!("data/{name}");
            let line = parse(&write(&digest, &path, Percent::BreaksAndSign), 16, Percent::BreaksAndSign).unwrap();
            prop_assert_eq!(&*line.digest, &digest[..]);
            prop_assert_eq!(line.path, path);
            prop_assert!(!line.is_trimmed);
        }

        #[test]
        fn before_1_0_a_percent_sign_stands_for_itself(name in "([a-z\r\n]|%25|%[G-Z])*") {
            let path = format!("data/{name}");
            let line = parse(&write(&[7; 16], &path, Percent::Breaks), 16, Percent::Breaks).unwrap();
            prop_assert_eq!(line.path, path);
        }

        #[test]
        fn no_line_is_too_odd(line in ".*", bytes in 0_usize..70) {
            let _ = parse(&line, bytes, Percent::Breaks);
            let _ = parse_fetch(&line, Percent::BreaksAndSign);
        }
    }

    #[test]
    fn what_checksum_tools_put_in_front_is_dropped_and_told() {
        for (line, is_trimmed) in
            [("00ff data/a", false), ("00FF\t \tdata/a", false), ("00ff *data/a", true), ("00ff  ./data/a", true)]
        {
            let read = parse(line, 2, Percent::Breaks).unwrap();
            assert_eq!((read.path.as_str(), read.is_trimmed), ("data/a", is_trimmed), "{line}");
        }
    }

    #[test]
    fn lines_that_say_nothing_are_refused() {
        for line in
            ["", "00ff", "00ff ", "0 data/a", "00f data/a", "00ffff data/a", "zzzz data/a", " 00ff data/a", "00ff *"]
        {
            assert!(parse(line, 2, Percent::Breaks).is_err(), "{line}");
        }
        for line in [
            "",
            "http://x",
            "http://x 1",
            "http://x x data/a",
            " 1 data/a",
            "u 1 data/a",
            "/x 1 data/a",
            "u:x 99999999999999999999999 data/a",
        ] {
            assert!(parse_fetch(line, Percent::Breaks).is_err(), "{line}");
        }
        let fetch = parse_fetch("http://x/%25 - data/a%25b%0a", Percent::BreaksAndSign).unwrap();
        assert_eq!(fetch, Fetch { path: "data/a%b\n".into(), length: None });
    }
}
