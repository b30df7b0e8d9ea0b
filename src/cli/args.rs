//! The command line. Help is English here; `help_ja.rs` holds the same in Japanese, and a test keeps the two in step.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::clock::ClockArgs;
use super::copy::{COPY_EXAMPLES, CopyArgs};
use super::count::args::{COUNT_EXAMPLES, CountArgs};
use super::custody::args::{CUSTODY_EXAMPLES, CustodyArgs, ObjectArgs};
use super::export::{self, ExportArgs};
use super::gentle::GentleArgs;
use super::import::{self, ImportArgs};
use super::keys::KeyArgs;
use super::scope::ScopeArgs;
use crate::model::Algorithm;

/// Everything on the command line.
#[derive(Debug, Parser)]
#[command(
    name = "hozen",
    version,
    about = "Preserve evidence after a leak, find the personal data in it, count the people",
    after_help = EXAMPLES,
    disable_help_subcommand = true,
    propagate_version = true
)]
pub(super) struct Cli {
    /// Language of everything a person reads (default: from the locale)
    #[arg(long, global = true, value_enum, value_name = "LANG", display_order = 100)]
    pub lang: Option<LangArg>,
    /// What to do
    #[command(subcommand)]
    pub verb: Verb,
}

const EXAMPLES: &str = "\
Examples:
  The main job, onto a USB disk
    hozen respond /var/www /var/log --out /mnt/usb
  Is everything still as it was sealed?
    hozen verify /mnt/usb/CASE
  Look for personal data only
    hozen scan customers.csv
";

/// The verbs.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// The main job: preserve, look for personal data, count people, report
    #[command(after_help = RESPOND_EXAMPLES)]
    Respond(RespondArgs),
    /// Preserve only: copy, hash and sign into a new case
    #[command(after_help = COLLECT_EXAMPLES)]
    Collect(CollectArgs),
    /// Look for personal data and count people; writes nothing but its output
    #[command(after_help = SCAN_EXAMPLES)]
    Scan(ScanArgs),
    /// Count people again from what a case keeps: otherwise, with other cases, or beside an earlier count
    #[command(after_help = COUNT_EXAMPLES)]
    Count(CountArgs),
    /// Check a case, an evidence zip or a bundle: whole, or exactly what is not
    #[command(after_help = VERIFY_EXAMPLES)]
    Verify(VerifyArgs),
    /// Make the second copy of a case on another medium, read it back, and set it down
    #[command(after_help = COPY_EXAMPLES)]
    Copy(Box<CopyArgs>),
    /// Set down, show and check who held a case, and what was done with it
    #[command(after_help = CUSTODY_EXAMPLES)]
    Custody(CustodyArgs),
    /// Hand a case over: one sealed bundle, encrypted to its receiver
    #[command(after_help = export::EXAMPLES)]
    Export(Box<ExportArgs>),
    /// Take a bundle over: open it, check it, make a case of it, print the receipt
    #[command(after_help = import::EXAMPLES)]
    Import(Box<ImportArgs>),
    /// List, check and try the rules that find personal data
    #[command(after_help = RULES_EXAMPLES)]
    Rules(RulesArgs),
    /// Write man pages for all verbs into a folder
    #[command(hide = true)]
    Man(ManArgs),
    /// One step alone, to be measured beside other tools
    #[command(hide = true)]
    Bench(BenchArgs),
    /// Print shell completions
    #[command(hide = true)]
    Completions(CompletionsArgs),
}

const RESPOND_EXAMPLES: &str = "\
Examples:
  hozen respond /var/www /var/log --out /mnt/usb --operator 'Yamada Hanako'
  hozen respond /srv --out /mnt/usb --case 2026-001 --format json
  A machine that still runs: its live state first
    hozen respond /var/www /var/log --volatile --out /mnt/usb
  The power failed, the disk was full: go on where it ended
    hozen respond --resume /mnt/usb/CASE
";
const COLLECT_EXAMPLES: &str = "\
Examples:
  hozen collect /var/log --out /mnt/usb
  What a web server keeps, wherever it keeps it; first only look
    hozen collect --profile web-server --out /mnt/usb --dry-run
    hozen collect --profile web-server --out /mnt/usb
  Sealed with your own key; a passphrase is asked for at the start
    hozen collect /srv --out /mnt/usb --sign-key ~/.ssh/id_ed25519
    hozen collect /srv --out /mnt/usb --sign-key agent
  With MD5 and SHA-1 too, for lists of known files (NSRL)
    hozen collect /srv --out /mnt/usb --digest md5,sha1
  The live state of this machine, and a memory image made by another tool
    hozen collect --volatile --include-image memory:ram.lime --out /mnt/usb
  A machine that must go on serving: last in line, at most 20 MB a second
    hozen collect /var/log --gentle=20M --out /mnt/usb
  The power failed, the disk was full: go on where it ended
    hozen collect --resume /mnt/usb/CASE
";
const SCAN_EXAMPLES: &str = "\
Examples:
  hozen scan /var/www/html
  hozen scan /mnt/usb/CASE --format json --findings /mnt/usb/findings.jsonl
  hozen scan upload/ --fail-on findings && echo clean
  Every night: only what changed is read
    hozen scan /srv --cache /var/lib/hozen.cache --fail-on findings
  Only what was changed in the last week, without disk images
    hozen scan /srv --since 7d --exclude '*.iso'
";
const VERIFY_EXAMPLES: &str = "\
Examples:
  hozen verify /mnt/usb/CASE
  With the number from the paper form
    hozen verify /mnt/usb/CASE --expect-seal '5f2a90c1 …'
  A BagIt bag that another tool made (RFC 8493)
    hozen verify received/bag.zip
";
const RULES_EXAMPLES: &str = "\
Examples:
  hozen rules list
  hozen rules explain person_name
  hozen rules check ./our-rules
  hozen rules try '電話 03-1234-5678'
";

/// Arguments of `respond`.
#[derive(Debug, Args)]
pub(super) struct RespondArgs {
    /// What to preserve and scan, and where to
    #[command(flatten)]
    pub collect: CollectArgs,
    /// How to scan
    #[command(flatten)]
    pub look: LookArgs,
}

/// Arguments of `collect`, and of the collecting half of `respond`.
#[derive(Debug, Args)]
pub(super) struct CollectArgs {
    /// Folders and files to preserve
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Which files
    #[command(flatten)]
    pub profile: ProfileArgs,
    /// First take the live state of this machine: processes, sockets, open and deleted files, logins, schedules
    #[arg(long)]
    pub volatile: bool,
    /// Take in an image that another tool made, as memory:FILE, disk:FILE or FILE (may be given again)
    #[arg(long, value_name = "FILE")]
    pub include_image: Vec<OsString>,
    /// Go on with a case that was broken off: PATHs and options are those that it began with
    #[arg(long, value_name = "CASE", conflicts_with_all = ["paths", "names", "folders", "dry_run", "list_profiles", "volatile", "include_image", "out", "case", "operator", "witness", "reason", "place", "case_number", "evidence_number", "item", "quantity", "obtained_from", "seal_number", "device_maker", "device_model", "device_serial", "device_capacity", "medium", "reference_time", "reference_source", "ntp_server", "cross_file_systems", "digest", "case_key"])]
    pub resume: Option<PathBuf>,
    /// Folder in which the case folder is made (best: another disk)
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub out: PathBuf,
    /// Name of the case (default: hozen-HOST-TIME)
    #[arg(long, value_name = "ID")]
    pub case: Option<String>,
    /// Who does this (default: the login name)
    #[arg(long, value_name = "NAME")]
    pub operator: Option<String>,
    /// Who watches
    #[arg(long, value_name = "NAME")]
    pub witness: Option<String>,
    /// Why the evidence is taken
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Where the machine stands
    #[arg(long, value_name = "TEXT")]
    pub place: Option<String>,
    /// Which object
    #[command(flatten)]
    pub object: ObjectArgs,
    /// The right time
    #[command(flatten)]
    pub clock: ClockArgs,
    /// The key that signs
    #[command(flatten)]
    pub key: KeyArgs,
    /// Key file of another case, so that both can be counted together (default: a key made for the case)
    #[arg(long, value_name = "FILE")]
    pub case_key: Option<PathBuf>,
    /// Further digests of each file beside SHA-256, separated by commas (may be given again)
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = algorithm())]
    pub digest: Vec<Algorithm>,
    /// Also go down into other file systems mounted below PATH
    #[arg(long)]
    pub cross_file_systems: bool,
    /// Go on where hozen would stop to ask: output inside the source, too little space
    #[arg(long)]
    pub force: bool,
    /// How hard the machine is worked
    #[command(flatten)]
    pub gentle: GentleArgs,
    /// Worker threads (default: one per core); the result does not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// What stdout gets
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
}

/// The names of `--digest`, which an error lists.
fn algorithm() -> impl TypedValueParser<Value = Algorithm> {
    PossibleValuesParser::new(Algorithm::ALL.map(Algorithm::name)).try_map(|name| name.parse::<Algorithm>())
}

/// What to take without being told each path.
#[derive(Debug, Args)]
pub(super) struct ProfileArgs {
    /// Take what a server of this kind keeps: web-server, mail-server, … (may be given again)
    #[arg(long = "profile", value_name = "NAME")]
    pub names: Vec<String>,
    /// Folder with further profiles (may be given again)
    #[arg(long = "profiles", value_name = "DIR")]
    pub folders: Vec<PathBuf>,
    /// Look the profile's places up below DIR: a mounted disk image
    #[arg(long, value_name = "DIR", default_value = "/", requires = "names")]
    pub root: PathBuf,
    /// Show what would be taken and how large it is; write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// List the profiles and what they take
    #[arg(long)]
    pub list_profiles: bool,
}

/// How to look for personal data.
#[derive(Debug, Args)]
pub(super) struct LookArgs {
    /// Folder with further detection rules (may be given again)
    #[arg(long, value_name = "DIR")]
    pub rules: Vec<PathBuf>,
    /// Use no rules from /etc/hozen/rules, ~/.config/hozen/rules or hozen-rules beside the program
    #[arg(long)]
    pub no_local_rules: bool,
    /// Show personal values in clear in the findings (default: masked)
    #[arg(long)]
    pub reveal: bool,
    /// Also write the findings as JSON lines to FILE
    #[arg(long, value_name = "FILE")]
    pub findings: Option<PathBuf>,
    /// A public web folder, beside the usual ones: what should not lie in it is listed (may be given again)
    #[arg(long, value_name = "DIR")]
    pub web_root: Vec<PathBuf>,
    /// Which files
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Exit with 1 when this holds
    #[arg(long, value_enum, value_name = "CONDITION")]
    pub fail_on: Option<FailOn>,
}

/// Arguments of `scan`.
#[derive(Debug, Args)]
pub(super) struct ScanArgs {
    /// Folders, files, evidence zips or cases to look at
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How to scan
    #[command(flatten)]
    pub look: LookArgs,
    /// Say of each finding, in words, where it is and why it is one (on stdout; with --format json on stderr)
    #[arg(long)]
    pub explain: bool,
    /// Key file of a case, so that digests match that case's (default: a key for this run alone)
    #[arg(long, value_name = "FILE")]
    pub case_key: Option<PathBuf>,
    /// Keep the records of the count in FILE, for `hozen count --merge`: with --case-key, to be merged with others under that key
    #[arg(long, value_name = "FILE")]
    pub count_records: Option<PathBuf>,
    /// Remember in FILE what was found, and do not read files again that are as they were then (made if it is not there)
    #[arg(long, value_name = "FILE")]
    pub cache: Option<PathBuf>,
    /// Folder for large archives that must be set aside to be opened (default: memory only)
    #[arg(long, value_name = "DIR")]
    pub spool: Option<PathBuf>,
    /// Also go down into other file systems mounted below PATH
    #[arg(long)]
    pub cross_file_systems: bool,
    /// How hard the machine is worked
    #[command(flatten)]
    pub gentle: GentleArgs,
    /// Worker threads (default: one per core); the result does not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// What stdout gets
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// A case folder, an evidence zip, a bundle, or any BagIt bag (folder or zip)
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Digest of the seal, from the paper form
    #[arg(long, value_name = "SHA256")]
    pub expect_seal: Option<String>,
    /// Fingerprint of the signing key, from the paper form
    #[arg(long, value_name = "SHA256:…")]
    pub expect_key: Option<String>,
    /// Digest of the chain of custody, as it was written down: the chain must still hold it
    #[arg(long, value_name = "SHA256")]
    pub expect_custody: Option<String>,
    /// Set down in the chain of custody of the case that it was checked, and what that came to (else nothing is written)
    #[arg(long)]
    pub record: bool,
    /// Who does this (default: the login name)
    #[arg(long, value_name = "NAME", requires = "record")]
    pub operator: Option<String>,
    /// Who watches
    #[arg(long, value_name = "NAME", requires = "record")]
    pub witness: Option<String>,
    /// What stdout gets
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
}

/// Arguments of `rules`.
#[derive(Debug, Args)]
pub(super) struct RulesArgs {
    /// What to do with them
    #[command(subcommand)]
    pub act: RulesAct,
}

/// What can be done with rules.
#[derive(Debug, Subcommand)]
pub(super) enum RulesAct {
    /// Show every rule: what it finds, and where it is written
    List {
        /// Folder with further detection rules (may be given again)
        #[arg(long, value_name = "DIR")]
        rules: Vec<PathBuf>,
        /// What stdout gets
        #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
        format: Format,
    },
    /// Check rule folders: syntax, bounds, and every example in them
    Check {
        /// Folders with rules (default: the built-in ones alone)
        #[arg(value_name = "DIR")]
        rules: Vec<PathBuf>,
    },
    /// Show all that one rule goes by: patterns, checks, words, examples
    Explain {
        /// Id of a rule, or a kind of personal data (see `rules list`)
        #[arg(value_name = "ID")]
        id: String,
        /// Folder with further detection rules (may be given again)
        #[arg(long, value_name = "DIR")]
        rules: Vec<PathBuf>,
    },
    /// Show what the rules find in a text, and why
    Try {
        /// The text; a value in it is shown masked
        #[arg(value_name = "TEXT")]
        text: String,
        /// Folder with further detection rules (may be given again)
        #[arg(long, value_name = "DIR")]
        rules: Vec<PathBuf>,
    },
}

/// Arguments of `bench`.
#[derive(Debug, Args)]
pub(super) struct BenchArgs {
    /// Which step
    #[command(subcommand)]
    pub step: BenchStep,
}

/// The steps that can be measured alone.
#[derive(Debug, Subcommand)]
pub(super) enum BenchStep {
    /// Walk, open, read and hash; print the digests as sha256sum does
    Digest(BenchDigestArgs),
}

/// Arguments of `bench digest`.
#[derive(Debug, Args)]
pub(super) struct BenchDigestArgs {
    /// Folders and files
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Digests beside SHA-256: sha1, md5, sha512, blake3
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub digest: Vec<Algorithm>,
    /// Files that are read at once (default: as many as fill all lanes)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub readers: Option<u16>,
    /// Worker threads (default: one per core)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// Folder that gets the pages
    #[arg(value_name = "DIR")]
    pub out: PathBuf,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// Shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// What stdout gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Plain text for people
    Text,
    /// JSON for scripts (docs/output.md)
    Json,
}

/// Conditions of `--fail-on`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    /// At least one likely or certain finding
    Findings,
    /// At least one finding, however doubtful
    Possible,
    /// At least one likely or certain finding, or something that lies where it should not
    Places,
}

/// Values of `--lang`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LangArg {
    /// Japanese
    Ja,
    /// English
    En,
}
