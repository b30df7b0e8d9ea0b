//! Decodes one record to text, and finds the way back from a place in the text to the byte it came from.
//!
//! Decoding never fails: what is malformed becomes U+FFFD. A record that does not fit its leaf's encoding is tried in the
//! others, because logs and mailboxes mix them.

use std::borrow::Cow;

use encoding_rs::{DecoderResult, EUC_JP, Encoding, ISO_2022_JP, SHIFT_JIS, UTF_16BE, UTF_16LE};

use super::charset::{eight_bit, has_jis_escape};
use super::score;
use crate::model::Charset;

/// A decoded record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The text; borrowed where the bytes are ASCII or UTF-8 already.
    pub text: Cow<'a, str>,
    /// The encoding that was used, which may differ from the leaf's.
    pub charset: Charset,
    /// Whether some of it is U+FFFD for bytes that fit nothing.
    pub malformed: bool,
}

/// Records up to this size are weighed against the other encodings even where they are valid in the leaf's own.
const WEIGHED_BYTES: usize = 4 * 1024;

fn codec(charset: Charset) -> Option<&'static Encoding> {
    match charset {
        Charset::Ascii | Charset::Utf8 | Charset::Latin1 => None,
        Charset::Utf16Le => Some(UTF_16LE),
        Charset::Utf16Be => Some(UTF_16BE),
        Charset::Cp932 => Some(SHIFT_JIS),
        Charset::EucJp => Some(EUC_JP),
        Charset::Iso2022Jp => Some(ISO_2022_JP),
    }
}

/// Decodes in exactly this encoding; says whether anything was malformed. [`Charset::Ascii`] is read as UTF-8.
pub fn decode(raw: &[u8], charset: Charset) -> (Cow<'_, str>, bool) {
    if let Some(codec) = codec(charset) {
        return codec.decode_without_bom_handling(raw);
    }
    if charset == Charset::Latin1 {
        return (encoding_rs::mem::decode_latin1(raw), false);
    }
    match std::str::from_utf8(raw) {
        Ok(text) => (Cow::Borrowed(text), false),
        Err(_) => (String::from_utf8_lossy(raw), true),
    }
}

fn decoded(raw: &[u8], charset: Charset) -> Decoded<'_> {
    let (text, malformed) = decode(raw, charset);
    Decoded { text, charset, malformed }
}

/// Decodes a record of a leaf in encoding `leaf`, or in the encoding that fits it better.
pub fn decode_record(raw: &[u8], leaf: Charset) -> Decoded<'_> {
    if matches!(leaf, Charset::Utf16Le | Charset::Utf16Be) {
        return decoded(raw, leaf);
    }
    if raw.is_ascii() {
        return decoded(raw, if has_jis_escape(raw) { Charset::Iso2022Jp } else { Charset::Ascii });
    }
    match leaf {
        Charset::Ascii | Charset::Latin1 | Charset::Iso2022Jp => decoded(raw, eight_bit(raw, true)),
        Charset::Utf8 => {
            let own = decoded(raw, leaf);
            if own.malformed { better(own, raw) } else { own }
        }
        _ => japanese(raw, leaf),
    }
}

/// A record of a CP932 or EUC-JP leaf.
fn japanese(raw: &[u8], leaf: Charset) -> Decoded<'_> {
    // Valid UTF-8 of three bytes a character does not come about by chance; two-byte sequences do (half-width kana).
    if std::str::from_utf8(raw).is_ok_and(|text| text.chars().all(|c| c.is_ascii() || c >= '\u{800}')) {
        return decoded(raw, Charset::Utf8);
    }
    let own = decoded(raw, leaf);
    if own.malformed {
        return better(own, raw);
    }
    // EUC-JP text is often valid CP932, as a row of half-width kana.
    let foreign = leaf == Charset::Cp932
        && raw.len() <= WEIGHED_BYTES
        && score::euc_jp(raw, true) > score::cp932(raw, true) + 3 * score::VOTE;
    if foreign { decoded(raw, Charset::EucJp) } else { own }
}

/// The encoding that leaves the least unread, the leaf's own if none is better.
fn better<'a>(own: Decoded<'a>, raw: &'a [u8]) -> Decoded<'a> {
    let lost = |d: &Decoded<'_>| d.text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    let other = match eight_bit(raw, true) {
        // Latin-1 reads anything; U+FFFD is the more honest answer inside a Japanese leaf.
        Charset::Latin1 => return own,
        charset => decoded(raw, charset),
    };
    if lost(&other) < lost(&own) { other } else { own }
}

/// The byte in `raw` where the character begins that holds byte `text_offset` of its decoding; `raw.len()` past the end.
/// Slow (it decodes again, character by character): for findings, not for every record.
pub fn byte_offset(raw: &[u8], charset: Charset, text_offset: usize) -> usize {
    let (mut text_end, mut found) = (0_usize, raw.len());
    each_char(raw, charset, &mut |start, text_len| {
        text_end += text_len;
        let here = text_offset < text_end;
        if here {
            found = start;
        }
        !here
    });
    found
}

/// The way back from decoded text to its bytes, made once for many questions: [`byte_offset`] begins at the start each time.
#[derive(Debug)]
pub struct Offsets {
    /// Where the distance between text and bytes changes: place in the text, place in the bytes.
    steps: Vec<(usize, usize)>,
    length: usize,
}

impl Offsets {
    /// The map of `raw`, whose decoded text is `text`.
    pub fn new(raw: &[u8], charset: Charset, text: &str) -> Self {
        let mut steps: Vec<(usize, usize)> = Vec::new();
        if raw != text.as_bytes() {
            let mut at = 0_usize;
            each_char(raw, charset, &mut |start, text_len| {
                // Inside a character there is nothing to count on, so that only single bytes share a step.
                if text_len > 1 || steps.last().is_none_or(|&(text, byte)| start.wrapping_sub(byte) != at - text) {
                    steps.push((at, start));
                }
                at += text_len;
                true
            });
            steps.push((at, raw.len()));
        }
        Self { steps, length: raw.len() }
    }

    /// The byte at which the character at a place of the text begins.
    pub fn byte(&self, text_offset: usize) -> usize {
        let after = self.steps.partition_point(|&(text, _)| text <= text_offset);
        let before = after.checked_sub(1).and_then(|at| self.steps.get(at));
        before.map_or(text_offset, |&(text, byte)| byte.saturating_add(text_offset - text)).min(self.length)
    }
}

/// Calls `visit(first byte in raw, bytes of decoded text)` for each decoded character until it returns false.
fn each_char(raw: &[u8], charset: Charset, visit: &mut dyn FnMut(usize, usize) -> bool) {
    match charset {
        Charset::Ascii | Charset::Utf8 => each_utf8(raw, visit),
        Charset::Latin1 => {
            for (at, byte) in raw.iter().enumerate() {
                if !visit(at, if byte.is_ascii() { 1 } else { 2 }) {
                    return;
                }
            }
        }
        Charset::Utf16Le => each_utf16(raw, u16::from_le_bytes, visit),
        Charset::Utf16Be => each_utf16(raw, u16::from_be_bytes, visit),
        Charset::Cp932 => each_stepped(raw, SHIFT_JIS, visit),
        Charset::EucJp => each_stepped(raw, EUC_JP, visit),
        Charset::Iso2022Jp => each_stepped(raw, ISO_2022_JP, visit),
    }
}

fn each_utf8(raw: &[u8], visit: &mut dyn FnMut(usize, usize) -> bool) {
    let mut at = 0;
    for chunk in raw.utf8_chunks() {
        for c in chunk.valid().chars() {
            if !visit(at, c.len_utf8()) {
                return;
            }
            at += c.len_utf8();
        }
        if !chunk.invalid().is_empty() && !visit(at, char::REPLACEMENT_CHARACTER.len_utf8()) {
            return;
        }
        at += chunk.invalid().len();
    }
}

fn each_utf16(raw: &[u8], unit: fn([u8; 2]) -> u16, visit: &mut dyn FnMut(usize, usize) -> bool) {
    let lost = char::REPLACEMENT_CHARACTER.len_utf8();
    let units = raw.chunks_exact(2).filter_map(|pair| pair.try_into().ok()).map(unit);
    let odd = raw.len() % 2 == 1;
    let mut at = 0;
    for c in char::decode_utf16(units) {
        let (taken, text_len) = match c {
            Ok(c) => (2 * c.len_utf16(), c.len_utf8()),
            Err(half) => {
                // The decoder reports half a pair at the end and the odd byte after it as one error.
                let last = at + 3 == raw.len() && (0xD800..0xDC00).contains(&half.unpaired_surrogate());
                (if last { 3 } else { 2 }, lost)
            }
        };
        if !visit(at, text_len) {
            return;
        }
        at += taken;
    }
    if odd && at < raw.len() {
        visit(at, lost);
    }
}

/// Feeds the decoder one byte at a time, and follows in `raw` how many bytes each character took.
fn each_stepped(raw: &[u8], codec: &'static Encoding, visit: &mut dyn FnMut(usize, usize) -> bool) {
    let mut decoder = codec.new_decoder_without_bom_handling();
    let mut out = [0_u8; 32];
    let (mut fed, mut at) = (0_usize, 0_usize);
    loop {
        let input = raw.get(fed..fed + 1).unwrap_or_default();
        let last = input.is_empty();
        let (result, read, written) = decoder.decode_to_utf8_without_replacement(input, &mut out, last);
        fed += read;
        let text = out.get(..written).and_then(|out| std::str::from_utf8(out).ok()).unwrap_or_default();
        for c in text.chars() {
            if codec == ISO_2022_JP {
                at = past_escapes(raw, at);
            }
            if !visit(at, c.len_utf8()) {
                return;
            }
            at += encoded_len(raw.get(at).copied(), c, codec);
        }
        match result {
            DecoderResult::Malformed(length, after) => {
                let end = fed.saturating_sub(usize::from(after));
                let start = end.saturating_sub(usize::from(length)).max(at);
                if !visit(start, char::REPLACEMENT_CHARACTER.len_utf8()) {
                    return;
                }
                at = end.max(start + 1);
            }
            DecoderResult::InputEmpty if last => return,
            DecoderResult::OutputFull if written == 0 && read == 0 => return,
            _ => {}
        }
    }
}

/// How many bytes a character took that begins with `lead` and decoded to `c`.
fn encoded_len(lead: Option<u8>, c: char, codec: &'static Encoding) -> usize {
    // ISO-2022-JP tells by its state: one byte for ASCII, its two Roman variants and half-width kana, else two.
    let one = c.is_ascii() || matches!(c, '\u{80}' | '\u{A5}' | '\u{203E}' | '\u{FF61}'..='\u{FF9F}');
    match lead {
        Some(0x8F) if codec == EUC_JP => 3,
        Some(0x8E) if codec == EUC_JP => 2,
        _ if one => 1,
        _ => 2,
    }
}

/// An escape sequence before a character is not part of it.
fn past_escapes(raw: &[u8], mut at: usize) -> usize {
    while raw.get(at) == Some(&0x1B) {
        at += 3;
    }
    at
}

#[cfg(test)]
mod tests;
