//! The command line of `hozen custody`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;

use crate::cli::args::Format;
use crate::cli::clock::{ClockArgs, moment};
use crate::cli::stamp;
use crate::model::Act;

pub(in crate::cli) const CUSTODY_EXAMPLES: &str = "\
Examples:
  hozen custody add /mnt/usb/CASE --act transfer --to 'Sato Jiro' \\
    --purpose analysis --witness 'Suzuki Ichiro' --seal-number A-0042 \\
    --photo seal.jpg
  Taken over, and is the evidence still as it was sealed?
    hozen custody add CASE --act receive --from 'Yamada Hanako' --check-evidence
  hozen custody show CASE
  The sheet for paper, in Japanese
    hozen custody form CASE --out custody.html --lang ja
";

/// Arguments of `custody`.
#[derive(Debug, Args)]
pub(in crate::cli) struct CustodyArgs {
    /// What to do with the chain
    #[command(subcommand)]
    pub act: CustodyAct,
}

/// What can be done with a chain of custody.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum CustodyAct {
    /// Append one event to the chain of custody, for good
    Add(Box<AddArgs>),
    /// Show the events in order
    Show(CaseArgs),
    /// Make the chain-of-custody sheet for print: seal with QR code, transfers, rows to sign
    Form(FormArgs),
    /// Check that the chain and its photos are as they were written
    Check(CaseArgs),
    /// Put right a last line that a crash tore: keep its bytes in a file, cut them off, set that down
    Mend(MendArgs),
    /// Trusted time: write the query for a time stamp on the seal, or take in the reply
    #[command(after_help = stamp::EXAMPLES, override_usage = stamp::USAGE)]
    Stamp(stamp::StampArgs),
}

/// A case, and how to answer.
#[derive(Debug, Args)]
pub(in crate::cli) struct CaseArgs {
    /// The case folder
    #[arg(value_name = "CASE")]
    pub case_folder: PathBuf,
    /// What stdout gets
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
}

/// Arguments of `custody mend`.
#[derive(Debug, Args)]
pub(in crate::cli) struct MendArgs {
    /// The case, and how to answer
    #[command(flatten)]
    pub case: CaseArgs,
    /// Who does it, where and by which clock
    #[command(flatten)]
    pub deed: DeedArgs,
}

/// Arguments of `custody form`.
#[derive(Debug, Args)]
pub(in crate::cli) struct FormArgs {
    /// The case folder
    #[arg(value_name = "CASE")]
    pub case_folder: PathBuf,
    /// The HTML file to make; one that exists is never overwritten
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// Arguments of `custody add`.
#[derive(Debug, Args)]
pub(in crate::cli) struct AddArgs {
    /// The case folder
    #[arg(value_name = "CASE")]
    pub case_folder: PathBuf,
    /// What was done
    #[arg(long, value_enum, value_name = "ACT")]
    pub act: ActArg,
    /// Who does it, where and by which clock
    #[command(flatten)]
    pub deed: DeedArgs,
    /// Who hands over (must be said of `receive`)
    #[arg(long, value_name = "NAME")]
    pub from: Option<String>,
    /// Who takes over (must be said of `transfer` and `return`)
    #[arg(long, value_name = "NAME")]
    pub to: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Where it is kept from now on
    #[arg(long, value_name = "TEXT")]
    pub kept_at: Option<String>,
    /// Which object
    #[command(flatten)]
    pub object: ObjectArgs,
    /// State: running, switched off, sealed, …
    #[arg(long, value_name = "TEXT")]
    pub state: Option<String>,
    /// What it looks like: scratches, missing parts, …
    #[arg(long, value_name = "TEXT")]
    pub condition: Option<String>,
    /// When it was done, if not now: 2026-11-21T10:00:00+09:00
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    pub when: Option<Timestamp>,
    /// Copy a photo into the case and set down its digest (may be given again)
    #[arg(long, value_name = "FILE")]
    pub photo: Vec<PathBuf>,
    /// Read the evidence zips once more and set down whether they are as they were sealed
    #[arg(long)]
    pub check_evidence: bool,
    /// What stdout gets
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
}

/// Who does something with a case, and what everybody can say who does: it goes into the chain of custody.
#[derive(Debug, Default, Args)]
pub(in crate::cli) struct DeedArgs {
    /// Who does this (default: the login name)
    #[arg(long, value_name = "NAME")]
    pub operator: Option<String>,
    /// Who watches
    #[arg(long, value_name = "NAME")]
    pub witness: Option<String>,
    /// What for
    #[arg(long, value_name = "TEXT")]
    pub purpose: Option<String>,
    /// Where
    #[arg(long, value_name = "TEXT")]
    pub place: Option<String>,
    /// What else is to be known
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// The right time
    #[command(flatten)]
    pub clock: ClockArgs,
}

/// The object that is held.
#[derive(Debug, Default, Args)]
pub(in crate::cli) struct ObjectArgs {
    /// Your own number of the case, as in your files
    #[arg(long, value_name = "NUMBER")]
    pub case_number: Option<String>,
    /// Evidence number
    #[arg(long, value_name = "NUMBER")]
    pub evidence_number: Option<String>,
    /// What it is: laptop, hard disk, USB stick, …
    #[arg(long, value_name = "TEXT")]
    pub item: Option<String>,
    /// How many objects: 1 disk, 2 boxes, …
    #[arg(long, value_name = "TEXT")]
    pub quantity: Option<String>,
    /// Number of the seal that was put on the medium
    #[arg(long, value_name = "NUMBER")]
    pub seal_number: Option<String>,
    /// Maker of the device
    #[arg(long, value_name = "TEXT")]
    pub device_maker: Option<String>,
    /// Model of the device
    #[arg(long, value_name = "TEXT")]
    pub device_model: Option<String>,
    /// Serial number of the device
    #[arg(long, value_name = "TEXT")]
    pub device_serial: Option<String>,
    /// Capacity of the device
    #[arg(long, value_name = "TEXT")]
    pub device_capacity: Option<String>,
    /// From whom or where the object was obtained
    #[arg(long, value_name = "TEXT")]
    pub obtained_from: Option<String>,
    /// The medium that the evidence is kept on
    #[arg(long, value_name = "TEXT")]
    pub medium: Option<String>,
}

/// What a person does with evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ActArg {
    /// Opened
    Open,
    /// Copied
    Copy,
    /// Handed over
    Transfer,
    /// Taken over
    Receive,
    /// Something that is to be known
    Note,
    /// Given back: the end of its custody
    Return,
    /// Destroyed: the end of its custody
    Dispose,
}

impl From<ActArg> for Act {
    fn from(act: ActArg) -> Self {
        match act {
            ActArg::Open => Self::Open,
            ActArg::Copy => Self::Copy,
            ActArg::Transfer => Self::Transfer,
            ActArg::Receive => Self::Receive,
            ActArg::Note => Self::Note,
            ActArg::Return => Self::Return,
            ActArg::Dispose => Self::Dispose,
        }
    }
}
