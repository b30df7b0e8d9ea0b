//! Documents that are zip archives inside: the input is their parts, which are packed with right checksums, so that the readers of the parts are
//! reached and not only the reader of the archive. A part is a line with its name, then its content up to a line `----`.
#![no_main]

mod check;

use std::io::{Cursor, Write};

use hozen::formats::{pick, settle};
use libfuzzer_sys::fuzz_target;
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

const BETWEEN: &[u8] = b"\n----\n";

/// The archive of these parts; `None` where two have one name.
fn packed(mut rest: &[u8]) -> Option<Vec<u8>> {
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for _ in 0..32 {
        let end = rest.windows(BETWEEN.len()).position(|window| window == BETWEEN).unwrap_or(rest.len());
        let part = &rest[..end];
        let break_at = part.iter().position(|byte| *byte == b'\n').unwrap_or(part.len());
        zip.start_file(String::from_utf8_lossy(&part[..break_at]), stored).ok()?;
        zip.write_all(part.get(break_at + 1..).unwrap_or_default()).ok()?;
        match rest.get(end + BETWEEN.len()..) {
            Some(more) if !more.is_empty() => rest = more,
            _ => break,
        }
    }
    Some(zip.finish().ok()?.into_inner())
}

fuzz_target!(|bytes: &[u8]| {
    let Some(archive) = packed(bytes) else { return };
    let head = check::head("x", &archive);
    if let Some(format) = pick(&head) {
        let format = settle(format, &mut Cursor::new(&archive), archive.len() as u64);
        check::run(format, &head, &archive, 0, 4 << 20);
    }
});
