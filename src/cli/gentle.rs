//! `--gentle`: reads slowly and last in line, for a machine that must go on serving.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use clap::Args;

use super::size::Size;
use super::{Env, tell};
use crate::disk::gentle::{self, Gentle, SteppedBack};
use crate::evidence::acquisition;
use crate::model::Lang;

/// The flag.
#[derive(Debug, Args)]
pub(super) struct GentleArgs {
    /// For a machine that must go on serving: last in line for disk and processor, one worker, at most RATE bytes a second
    #[arg(long, value_name = "RATE", num_args = 0..=1, require_equals = true, default_missing_value = "50M")]
    pub gentle: Option<Rate>,
}

/// Bytes a second, with units as in sizes elsewhere: powers of 1000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rate(pub u64);

/// The text is no rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a rate: bytes a second as a whole number with k, M or G behind it (20M), at least 1k")]
pub(super) struct NotARate;

impl FromStr for Rate {
    type Err = NotARate;

    fn from_str(text: &str) -> Result<Self, NotARate> {
        let Size(rate) = text.parse().map_err(|_| NotARate)?;
        if rate < 1000 { Err(NotARate) } else { Ok(Self(rate)) }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", super::words::bytes(self.0))
    }
}

/// A run that is gentle.
#[derive(Debug, Clone)]
pub(super) struct Manner {
    /// How sources are read.
    pub(super) reading: Arc<Gentle>,
    stepped_back: SteppedBack,
}

impl Manner {
    /// What the acquisition record says of it.
    pub(super) fn record(&self) -> acquisition::Gentle {
        acquisition::Gentle {
            bytes_per_second: self.reading.bytes_per_second(),
            disk_refused: self.stepped_back.disk.clone(),
            processor_refused: self.stepped_back.processor.clone(),
        }
    }
}

/// Steps back, if that was asked for. Call it before any other thread is started: threads take their place in line from
/// whoever starts them. A kernel that refuses is told, and nothing is stopped by it.
pub(super) fn begin(args: &GentleArgs, lang: Lang, env: &mut Env) -> Option<Manner> {
    let Rate(rate) = args.gentle?;
    let stepped_back = gentle::step_back();
    let refused = [
        (&stepped_back.disk, lang.pick("the idle class of the disk", "ディスクのアイドルクラス")),
        (&stepped_back.processor, lang.pick("the lowest priority of the processor", "CPU の最低優先度")),
    ];
    for (why, what) in refused {
        if let Some(why) = why {
            let said = match lang {
                Lang::En => format!("note: {what} was refused ({why}); reading no faster than asked for all the same"),
                Lang::Ja => format!("注: {what}は拒否されました({why})。読み取り速度の上限は守ります"),
            };
            tell(env, &said);
        }
    }
    Some(Manner { reading: Arc::new(Gentle::new(rate, Arc::clone(&env.stop))), stepped_back })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_with_their_units_and_nothing_else_is() {
        let read = |text: &str| text.parse::<Rate>().map(|rate| rate.0);
        assert_eq!(
            (read("50M"), read("1k"), read("2000"), read("3G")),
            (Ok(50_000_000), Ok(1000), Ok(2000), Ok(3_000_000_000))
        );
        for wrong in ["", "M", "0", "999", "1.5M", "-1M", "5MB", "+5M", "99999999999G", "fast"] {
            assert_eq!(read(wrong), Err(NotARate), "{wrong}");
        }
        assert_eq!(Rate(50_000_000).to_string(), "50.0 MB/s");
    }
}
