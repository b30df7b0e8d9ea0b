//! The machine's clock, and how far it is from a clock that a person trusts.

use clap::Args;
use jiff::{Timestamp, Zoned};
use serde_json::{Value, json};

use super::Env;

/// The right time, as the user reads it from another clock.
#[derive(Debug, Default, Args)]
pub(super) struct ClockArgs {
    /// The right time now, by a clock that is trusted: 2026-11-21T10:00:00+09:00
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    pub reference_time: Option<Timestamp>,
    /// Which clock that is, and how it was read
    #[arg(long, value_name = "TEXT", requires = "reference_time")]
    pub reference_source: Option<String>,
}

/// A moment on the command line: its offset from UTC must be said.
pub(super) fn moment(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "2026-11-21T10:00:00+09:00".to_owned())
}

/// How the system's clock was read.
pub(super) const READ: &str = "the machine's own clock (CLOCK_REALTIME)";

impl ClockArgs {
    /// How far the machine's clock is ahead of the reference, in milliseconds.
    pub(super) fn offset_ms(&self, now: &Zoned) -> Option<i64> {
        Some(now.timestamp().as_millisecond().saturating_sub(self.reference_time?.as_millisecond()))
    }

    /// How the machine's clock was read, and what it was compared with.
    pub(super) fn read(&self) -> String {
        match self.reference_time {
            Some(_) => {
                format!("{READ}, read when the command began; compared with the reference time that the operator named")
            }
            None => format!("{READ}; it was compared with no other clock"),
        }
    }

    /// How the right time is known.
    pub(super) fn source(&self) -> String {
        self.reference_source
            .clone()
            .unwrap_or_else(|| "named by the operator, who did not say by which clock".to_owned())
    }

    /// The clock, as a custody event sets it down.
    pub(super) fn record(&self, now: &Zoned, env: &Env) -> Value {
        let mut clock = json!({
            "system": now.timestamp().strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
            "utc_offset": now.strftime("%:z").to_string(),
            "zone": env.host.zone.name, "zone_source": env.host.zone.source.name(), "read": self.read(),
        });
        if let (Some(fields), Some(reference)) = (clock.as_object_mut(), self.reference_time) {
            fields.insert("reference".to_owned(), json!(reference.to_string()));
            fields.insert("offset_ms".to_owned(), json!(self.offset_ms(now)));
            if let Some(source) = &self.reference_source {
                fields.insert("reference_source".to_owned(), json!(source));
            }
        }
        clock
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_is_how_far_the_machine_is_ahead() {
        let now: Zoned = "2026-11-21T12:00:03.250+09:00[Asia/Tokyo]".parse().unwrap();
        let by = |reference: &str| ClockArgs { reference_time: moment(reference).ok(), reference_source: None };
        assert_eq!(by("2026-11-21T12:00:00+09:00").offset_ms(&now), Some(3_250));
        assert_eq!(by("2026-11-21T03:01:00Z").offset_ms(&now), Some(-56_750));
        assert_eq!(ClockArgs::default().offset_ms(&now), None);
        assert!(moment("2026-11-21T12:00:00").is_err() && moment("12:00").is_err());
    }
}
