//! Stand-in: byte offsets of decoded text.

use crate::model::Charset;

/// Byte offset in `raw` of a byte offset in the text decoded from it.
pub fn byte_offset(raw: &[u8], charset: Charset, decoded_byte: usize) -> usize {
    match charset {
        Charset::Ascii | Charset::Utf8 => decoded_byte.min(raw.len()),
        _ => 0,
    }
}
