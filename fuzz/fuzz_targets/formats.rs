//! Every format of the registry over the same bytes: none may panic, hang, or point outside the leaf.
#![no_main]

mod check;

use hozen::formats::FORMATS;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let head = check::head("x.csv", bytes);
    for format in FORMATS {
        check::run(*format, &head, bytes, 0, 4 << 20);
    }
});
