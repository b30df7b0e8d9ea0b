//! Time-stamp replies and certificate files: none may panic, hang, or come out as a verified stamp on a seal that was not stamped.
#![no_main]

use hozen::model::Digest;
use hozen::seal::reply::{Standing, check};
use hozen::seal::stamp::request;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let seal = Digest::of(b"fuzz");
    let query = request(&seal, [7; 8]);
    let (reply, trusted) = bytes.split_at(bytes.len() / 2);
    for (reply, trusted) in [(bytes, None), (reply, Some(trusted))] {
        if let Ok(stamp) = check(reply, &seal, &query, trusted) {
            assert!(stamp.signature != Standing::Verified, "no authority signed this");
        }
    }
});
