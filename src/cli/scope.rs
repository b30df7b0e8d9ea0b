//! `--since`, `--max-file-size`, `--exclude`: which files need not be looked at.

use std::str::FromStr;

use clap::Args;
use jiff::civil::DateTime;
use jiff::{Span, Zoned};

use super::Env;
use super::failure::Failure;
use super::size::Size;
use crate::model::{Excluded, Scope, Timestamp};

/// What is left out of the look. Each file that is left out is named as a gap.
#[derive(Debug, Default, Args)]
pub(super) struct ScopeArgs {
    /// Look only at files changed since then: 2026-11-01, 2026-11-01T18:00, or 7d, 12h before now; others become gaps
    #[arg(long, value_name = "TIME")]
    pub since: Option<Since>,
    /// Look only at files of at most SIZE bytes: 500M, 2G; larger ones become gaps
    #[arg(long, value_name = "SIZE")]
    pub max_file_size: Option<Size>,
    /// Do not look at what fits GLOB: '*.iso', node_modules, /srv/cache (may be given again); it becomes gaps
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
}

/// A moment: by the wall clock of this machine, or before now.
#[derive(Debug, Clone)]
pub(super) enum Since {
    /// So much before now.
    Ago(Span),
    /// By the wall clock.
    At(DateTime),
}

/// The text is no moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a time: a date (2026-11-01), a date and time (2026-11-01T18:00), or a time before now (7d, 12h) is expected"
)]
pub(super) struct NotAMoment;

impl FromStr for Since {
    type Err = NotAMoment;

    fn from_str(text: &str) -> Result<Self, NotAMoment> {
        let is_ago = text.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && text.bytes().any(|byte| byte.is_ascii_alphabetic());
        if is_ago && let Ok(span) = text.parse::<Span>() {
            return if span.is_negative() { Err(NotAMoment) } else { Ok(Self::Ago(span)) };
        }
        text.parse().map(Self::At).map_err(|_| NotAMoment)
    }
}

impl Since {
    fn moment(&self, now: &Zoned) -> Option<Timestamp> {
        let moment = match self {
            Self::Ago(span) => now.checked_sub(*span).ok()?,
            Self::At(at) => at.to_zoned(now.time_zone().clone()).ok()?,
        };
        Some(Timestamp { seconds: moment.timestamp().as_second(), nanos: 0 })
    }
}

impl ScopeArgs {
    /// The scope of this run.
    pub(super) fn scope(&self, env: &Env) -> Result<Scope, Failure> {
        let excluded = Excluded::new(&self.exclude).map_err(|error| Failure::exclude(&error))?;
        let now = (env.now)();
        let since = self.since.as_ref().map(|since| since.moment(&now).ok_or(NotAMoment));
        let since = since.transpose().map_err(|error| Failure::since(&error))?;
        Ok(Scope { since, max_bytes: self.max_file_size.map(|Size(bytes)| bytes), excluded })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Result<i64, NotAMoment> {
        let now: Zoned = "2026-11-26T12:00:00+09:00[+09:00]".parse().unwrap();
        text.parse::<Since>().and_then(|since| since.moment(&now).ok_or(NotAMoment)).map(|at| at.seconds)
    }

    #[test]
    fn moments_are_read_by_the_wall_clock_or_before_now() {
        let noon = 1_795_662_000;
        assert_eq!(seconds("2026-11-26T12:00"), Ok(noon));
        assert_eq!(seconds("2026-11-26"), Ok(noon - 12 * 3600));
        assert_eq!(seconds("2026-11-26 09:30:15"), Ok(noon - 2 * 3600 - 29 * 60 - 45));
        assert_eq!(seconds("7d"), Ok(noon - 7 * 86_400));
        assert_eq!(seconds("12h"), Ok(noon - 12 * 3600));
        assert_eq!(seconds("1h30m"), Ok(noon - 5_400));
        for wrong in ["", "yesterday", "2026-13-01", "-7d", "7", "26/11/2026", "99999999y"] {
            assert_eq!(seconds(wrong), Err(NotAMoment), "{wrong}");
        }
    }
}
