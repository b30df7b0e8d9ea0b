//! The machine's clock, and how far it is from a clock that a person trusts: one that was read, or a time server that was named.

use clap::Args;
use jiff::{Timestamp, Zoned};
use serde_json::{Value, json};

use super::{Env, tell, words};
use crate::disk::network::ntp::{self, Reading};
use crate::evidence::acquisition::{Clock, Ntp};
use crate::model::limits::NTP_TRIES;
use crate::model::{Lang, RawPath};

/// The right time, as the user reads it from another clock, or by a time server.
#[derive(Debug, Default, Args)]
pub(super) struct ClockArgs {
    /// The right time now, by a clock that is trusted: 2026-11-21T10:00:00+09:00
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    pub reference_time: Option<Timestamp>,
    /// Which clock that is, and how it was read
    #[arg(long, value_name = "TEXT", requires = "reference_time")]
    pub reference_source: Option<String>,
    /// Ask the time server HOST or HOST:PORT (NTP, over the network) how far the machine's clock is off
    #[arg(long, value_name = "HOST", conflicts_with = "reference_time")]
    pub ntp_server: Option<String>,
}

/// A moment on the command line: its offset from UTC must be said.
pub(super) fn moment(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "2026-11-21T10:00:00+09:00".to_owned())
}

/// How the system's clock was read.
const READ: &str = "the machine's own clock (CLOCK_REALTIME)";

/// The machine's clock, compared with another where one was named.
#[derive(Debug, Clone)]
pub(super) struct Compared {
    /// When, by the machine's clock.
    now: Zoned,
    /// How far the machine's clock is ahead of the reference, in milliseconds.
    pub offset_ms: Option<i64>,
    /// The reference's time at that moment.
    reference: Option<Timestamp>,
    /// Which clock the reference is.
    source: Option<String>,
    /// How the machine's clock was read, and what it was compared with.
    read: String,
    ntp: Option<Ntp>,
}

impl ClockArgs {
    /// Reads the machine's clock and compares it. To be called first: the reference was read when the command was entered.
    pub(super) fn compare(&self, lang: Lang, env: &mut Env) -> Compared {
        let now = (env.now)();
        match &self.ntp_server {
            Some(server) => by_server(server, now, lang, env),
            None => self.by_person(now),
        }
    }

    fn by_person(&self, now: Zoned) -> Compared {
        let ahead = |reference: Timestamp| now.timestamp().as_millisecond().saturating_sub(reference.as_millisecond());
        let read = match self.reference_time {
            Some(_) => {
                format!("{READ}, read when the command began; compared with the reference time that the operator named")
            }
            None => format!("{READ}; it was compared with no other clock"),
        };
        Compared {
            offset_ms: self.reference_time.map(ahead),
            reference: self.reference_time,
            source: self.reference_source.clone(),
            read,
            ntp: None,
            now,
        }
    }
}

/// A server that does not answer, or not rightly, ends nothing: it is said, and stands in the record.
fn by_server(server: &str, now: Zoned, lang: Lang, env: &mut Env) -> Compared {
    let name = RawPath(server.as_bytes().to_vec()).shown();
    let asked = cookies(env).map_err(|error| error.to_string()).and_then(|cookies| {
        let clock = std::rc::Rc::clone(&env.now);
        ntp::ask(server, cookies, &|| clock().timestamp().as_nanosecond()).map_err(|error| chain(&error))
    });
    let bare = Ntp { server: name.clone(), ..Ntp::default() };
    match asked {
        Ok(reading) => {
            let compared = by_reading(&reading, bare, now);
            if let (Some(source), Some(ntp)) = (&compared.source, &compared.ntp) {
                let (offset, round_trip) = (ntp.offset_us.unwrap_or_default(), ntp.round_trip_us.unwrap_or_default());
                tell(env, &words::time_from(lang, source, offset, round_trip));
            }
            compared
        }
        Err(why) => {
            tell(env, &words::no_time_from(lang, &name, &why));
            let read = format!("{READ}; the time server {name} was asked and gave no time: {why}");
            let ntp = Some(Ntp { failed: Some(why), ..bare });
            Compared { now, offset_ms: None, reference: None, source: None, read, ntp }
        }
    }
}

fn by_reading(reading: &Reading, bare: Ntp, now: Zoned) -> Compared {
    let whole = |ns: i128, unit: i128| i64::try_from((ns + ns.signum() * unit / 2) / unit).unwrap_or(i64::MAX);
    let (offset_us, round_trip_us) = (whole(reading.ahead_ns, 1_000), whole(reading.round_trip_ns, 1_000));
    let (server, address, stratum) = (&bare.server, reading.address, reading.stratum);
    let source = format!("NTP server {server} ({address}, stratum {stratum})");
    let read = format!(
        "{READ}, read when the command began; compared with the {source} by one exchange, whose round trip of \
         {round_trip_us} µs bounds the error of the offset to half of it"
    );
    let ntp = Ntp {
        address: Some(address.to_string()),
        offset_us: Some(offset_us),
        round_trip_us: Some(round_trip_us),
        stratum: Some(stratum),
        reference_id: Some(reference_id(reading)),
        ..bare
    };
    Compared {
        offset_ms: Some(whole(reading.ahead_ns, 1_000_000)),
        reference: Timestamp::from_nanosecond(reading.at_ns - reading.ahead_ns).ok(),
        source: Some(source),
        read,
        ntp: Some(ntp),
        now,
    }
}

/// What a server goes by: letters at a reference clock, else four bytes, hexadecimal.
fn reference_id(reading: &Reading) -> String {
    let text = String::from_utf8_lossy(&reading.reference).trim_end_matches('\0').to_owned();
    if reading.stratum == 1 && !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic()) {
        return text;
    }
    data_encoding::HEXLOWER.encode(&reading.reference)
}

fn cookies(env: &Env) -> std::io::Result<[[u8; 8]; NTP_TRIES]> {
    let mut cookies = [[0; 8]; NTP_TRIES];
    cookies.iter_mut().try_for_each(|cookie| (env.random)(cookie))?;
    Ok(cookies)
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(&format!(": {cause}"));
        next = cause.source();
    }
    text
}

impl Compared {
    /// How the right time is known; nothing where it is not.
    pub(super) fn source(&self) -> Option<String> {
        self.offset_ms?;
        Some(self.source.clone().unwrap_or_else(|| "named by the operator, who did not say by which clock".to_owned()))
    }

    /// The clock, as the record of acquisition sets it down.
    pub(super) fn acquired(&self, utc_offset: String, env: &Env) -> Clock {
        let zone_source = env.host.zone.source.name().to_owned();
        Clock { read: self.read.clone(), zone_source, utc_offset, ntp: self.ntp.clone() }
    }

    /// The clock, as a custody event sets it down.
    pub(super) fn record(&self, env: &Env) -> Value {
        let now = &self.now;
        let mut clock = json!({
            "system": now.timestamp().strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
            "utc_offset": now.strftime("%:z").to_string(),
            "zone": env.host.zone.name, "zone_source": env.host.zone.source.name(), "read": self.read,
        });
        let Some(fields) = clock.as_object_mut() else { return clock };
        if let Some(reference) = self.reference {
            fields.insert("reference".to_owned(), json!(reference.to_string()));
            fields.insert("offset_ms".to_owned(), json!(self.offset_ms));
        }
        if let (Some(source), Some(_)) = (&self.source, self.offset_ms) {
            fields.insert("reference_source".to_owned(), json!(source));
        }
        if let Some(ntp) = &self.ntp {
            fields.insert("ntp".to_owned(), json!(ntp));
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
        let by = |reference: &str| {
            ClockArgs { reference_time: moment(reference).ok(), ..ClockArgs::default() }
                .by_person(now.clone())
                .offset_ms
        };
        assert_eq!(by("2026-11-21T12:00:00+09:00"), Some(3_250));
        assert_eq!(by("2026-11-21T03:01:00Z"), Some(-56_750));
        assert_eq!(ClockArgs::default().by_person(now.clone()).offset_ms, None);
        assert!(moment("2026-11-21T12:00:00").is_err() && moment("12:00").is_err());
    }
}
