//! The streaming reader of bundles: no bytes may make it panic or hang, keep what no signed manifest names, or hold more than it reads.
#![no_main]

use std::sync::atomic::AtomicBool;

use hozen::bundle::layout::is_payload;
use hozen::bundle::read::{Keep, Watch, read};
use hozen::disk::error::DiskError;
use libfuzzer_sys::fuzz_target;

/// Looks at what would be written.
#[derive(Default)]
struct Looks {
    bytes: usize,
}

impl Keep for Looks {
    fn begin(&mut self, file: &str) -> Result<(), DiskError> {
        assert!(is_payload(file) && !file.contains(".."), "{file}");
        Ok(())
    }
    fn bytes(&mut self, bytes: &[u8]) -> Result<(), DiskError> {
        self.bytes += bytes.len();
        Ok(())
    }
    fn end(&mut self) -> Result<(), DiskError> {
        Ok(())
    }
}

fuzz_target!(|bytes: &[u8]| {
    let mut looks = Looks::default();
    let watch = Watch { stop: &AtomicBool::new(false), read: &|_| {} };
    let found = read("fuzz", &mut &bytes[..], &mut looks, &watch);
    assert!(looks.bytes <= bytes.len(), "nothing unfolds");
    if let Ok(bundle) = found {
        assert!(!bundle.problems.is_empty() || bundle.key.is_some(), "whole without a signature");
        let inside = bundle.files.values().all(|(from, length)| from + length <= bytes.len() as u64);
        assert!(inside || !bundle.problems.is_empty());
    }
});
