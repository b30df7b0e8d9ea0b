//! One format, which HOZEN_FUZZ_FORMAT names by its id; without it the one that claims the bytes.
#![no_main]

mod check;

use std::io::Cursor;
use std::sync::LazyLock;

use hozen::formats::{FORMATS, Format, pick, settle};
use libfuzzer_sys::fuzz_target;

static NAMED: LazyLock<Option<&'static dyn Format>> = LazyLock::new(|| {
    let id = std::env::var("HOZEN_FUZZ_FORMAT").ok()?;
    Some(*FORMATS.iter().find(|format| format.id() == id).expect("a format of the registry"))
});

fuzz_target!(|bytes: &[u8]| {
    let head = check::head("x", bytes);
    let claimed = || pick(&head).map(|format| settle(format, &mut Cursor::new(bytes), bytes.len() as u64));
    if let Some(format) = NAMED.or_else(claimed) {
        check::run(format, &head, bytes, 0, 4 << 20);
    }
});
