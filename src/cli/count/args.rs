//! The command line of `hozen count`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgAction, Args};

use crate::cli::args::Format;

pub(in crate::cli) const COUNT_EXAMPLES: &str = "\
Examples:
  The same records, the own staff apart
    hozen count /mnt/usb/CASE --own-domain example.co.jp --reason 'staff apart'
  All answers so far, and why the last differs from the first
    hozen count /mnt/usb/CASE --history
    hozen count /mnt/usb/CASE --diff 1 2
  A row for each person, without their values; then whom to write to, in clear
    hozen count /mnt/usb/CASE --table sqlite people.db
    hozen count /mnt/usb/CASE --table csv letters.csv --reveal
  Two machines whose cases were made under one key (--case-key)
    hozen count --merge /mnt/usb/CASE-A /mnt/usb/CASE-B --reason 'both servers'
";

/// Arguments of `count`.
#[derive(Debug, Args)]
pub(in crate::cli) struct CountArgs {
    /// The case; with --merge several, or files of records (count-records.bin, scan --count-records)
    #[arg(value_name = "CASE")]
    pub inputs: Vec<PathBuf>,
    /// A site or system, and the beginning of the paths that are its, as results show them (may be given again)
    #[arg(long, value_name = "NAME=PATH", value_parser = site)]
    pub site: Vec<(String, String)>,
    /// A mail domain of the house: its own staff are counted apart (may be given again)
    #[arg(long, value_name = "DOMAIN", value_parser = domain)]
    pub own_domain: Vec<String>,
    /// Why people are counted again (required from the second count of a case on)
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Who does this (default: the login name)
    #[arg(long, value_name = "NAME")]
    pub operator: Option<String>,
    /// Count the records of several cases together, made under one key (--case-key); the first case keeps the count
    #[arg(long)]
    pub merge: bool,
    /// Key file of the cases (default: secret/case.key of the first case)
    #[arg(long, value_name = "FILE")]
    pub case_key: Option<PathBuf>,
    /// List every count that the case keeps; write nothing
    #[arg(long, conflicts_with_all = ["site", "own_domain", "reason", "merge", "diff", "case_key"])]
    pub history: bool,
    /// Say what changed from count A to count B, and why: numbers of the history, or files of counts; write nothing
    #[arg(long, num_args = 2, value_names = ["A", "B"], conflicts_with_all = ["site", "own_domain", "reason", "merge", "case_key"])]
    pub diff: Vec<OsString>,
    /// Also write a table of the people, without their values: sqlite, parquet or csv, then a file outside of the case
    #[arg(long, action = ArgAction::Set, num_args = 2, value_names = ["KIND", "FILE"], conflicts_with_all = ["history", "diff"])]
    pub table: Vec<OsString>,
    /// Write the list for letters instead: names and addresses in clear, from the evidence, by what each person lost; asks first
    #[arg(long, requires = "table", conflicts_with_all = ["merge", "reason"])]
    pub reveal: bool,
    /// Do not ask: why values are written in clear (for scripts; it is set down in the chain of custody)
    #[arg(long, value_name = "REASON", requires = "reveal")]
    pub yes_reveal: Option<String>,
    /// Folder with further detection rules, as the case was scanned with (may be given again)
    #[arg(long, value_name = "DIR", requires = "reveal")]
    pub rules: Vec<PathBuf>,
    /// Use no rules from /etc/hozen/rules, ~/.config/hozen/rules or hozen-rules beside the program
    #[arg(long, requires = "reveal")]
    pub no_local_rules: bool,
    /// What stdout gets
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
}

/// `NAME=PATH`.
fn site(text: &str) -> Result<(String, String), String> {
    let (name, path) = text.split_once('=').ok_or("NAME=PATH is expected")?;
    match (name.trim(), path.trim_end_matches('/')) {
        ("", _) => Err("the site has no name: NAME=PATH is expected".to_owned()),
        (_, "") if path != "/" => Err("the site has no path: NAME=PATH is expected".to_owned()),
        (name, "") => Ok((name.to_owned(), "/".to_owned())),
        (name, path) => Ok((name.to_owned(), path.to_owned())),
    }
}

/// `example.co.jp`.
fn domain(text: &str) -> Result<String, String> {
    let name = text.trim().trim_start_matches('@').to_lowercase();
    let is_plain = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    if name.contains('.') && name.split('.').all(is_plain) {
        Ok(name)
    } else {
        Err("a domain like example.co.jp is expected".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_have_a_name_and_a_path() {
        assert_eq!(site("東校=/srv/east/"), Ok(("東校".to_owned(), "/srv/east".to_owned())));
        assert_eq!(site("all=/"), Ok(("all".to_owned(), "/".to_owned())));
        assert_eq!(site("a=b=c"), Ok(("a".to_owned(), "b=c".to_owned())));
        for wrong in ["a", "=x", "a=", " =x"] {
            assert!(site(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn domains_are_plain() {
        assert_eq!(domain("@Example.CO.jp"), Ok("example.co.jp".to_owned()));
        for wrong in ["", "example", "a@b.example", "..", "x..y", "a b.example"] {
            assert!(domain(wrong).is_err(), "{wrong}");
        }
    }
}
