//! Decoding and its map back, folding and its map back, in every encoding.
#![no_main]

use hozen::model::Charset;
use hozen::text::{byte_offset, decode, decode_record, fold, guess, looks_binary};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    looks_binary(bytes);
    guess(bytes, false);
    for charset in Charset::ALL {
        decode_record(bytes, charset);
        let (text, _) = decode(bytes, charset);
        let mut before = None;
        for (at, _) in text.char_indices().take(200) {
            let offset = byte_offset(bytes, charset, at);
            assert!(offset < bytes.len() && before.is_none_or(|before| before < offset));
            before = Some(offset);
        }
        let folded = fold(&text);
        let whole = folded.source_range(0..folded.as_str().len());
        assert!(text.get(whole).is_some());
    }
});
