//! What comes back from an SSH agent and from a time server: read or refused, never a panic, and nothing is taken on trust.

#![no_main]

use hozen::disk::network::ntp;
use hozen::seal::agent::{self, Wanted};
use libfuzzer_sys::fuzz_target;

const NOW: i128 = 1_790_000_000_000_000_000;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(held) = agent::keys(bytes) {
        for wanted in [Wanted::Only, Wanted::Named("SHA256:x".to_owned())] {
            let _ = agent::pick(&held, &wanted).map_err(|error| error.to_string());
        }
    }
    let _ = agent::signature(bytes);
    let cookie = bytes.get(24..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
    for sent in [NOW, 0, -NOW] {
        let here = Ok(([127, 0, 0, 1], 123).into());
        if let Ok(reading) = ntp::read(bytes, cookie, (sent, sent + 1_000_000), here) {
            assert!(reading.round_trip_ns >= 0 && (1..16).contains(&reading.stratum));
        }
    }
    // Whoever does not know the question is not believed.
    let other = cookie.map(|byte: u8| !byte);
    assert!(ntp::read(bytes, other, (NOW, NOW), Ok(([127, 0, 0, 1], 123).into())).is_err());
});
