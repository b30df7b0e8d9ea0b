//! Decides which encoding a leaf is in from its head, and whether it is text at all.
//!
//! It never refuses: what fits nothing is Latin-1, so that the ASCII in it can be read. The decision is for the leaf; a record
//! that does not fit it gets its own (see [`crate::text::decode_record`]).

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{EUC_JP, SHIFT_JIS};

use super::score;
use crate::model::Charset;

/// What a leaf's head says about its encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guess {
    /// The encoding.
    pub charset: Charset,
    /// Bytes of byte order mark to skip.
    pub bom: usize,
}

/// Control characters above this share (one in so many bytes) mean binary.
const CONTROL_SHARE: usize = 50;
/// A run of this many NULs is padding (a log after a crash), not a sign of binary.
const NUL_PADDING: usize = 16;

/// Decides on the encoding of a leaf; `whole` says that `head` is all of it, so that a cut character at the end is an error.
pub fn guess(head: &[u8], whole: bool) -> Guess {
    if let Some(marked) = byte_order_mark(head) {
        return marked;
    }
    let charset = utf16_by_shape(head).unwrap_or_else(|| eight_bit(head, whole));
    Guess { charset, bom: 0 }
}

fn byte_order_mark(head: &[u8]) -> Option<Guess> {
    if head.starts_with(b"\xEF\xBB\xBF") {
        return Some(Guess { charset: Charset::Utf8, bom: 3 });
    }
    if head.starts_with(b"\xFF\xFE") && !head.starts_with(b"\xFF\xFE\0\0") {
        return Some(Guess { charset: Charset::Utf16Le, bom: 2 });
    }
    head.starts_with(b"\xFE\xFF").then_some(Guess { charset: Charset::Utf16Be, bom: 2 })
}

/// Decides between the encodings that leave ASCII alone. Used for a leaf's head and for a single record.
pub(super) fn eight_bit(bytes: &[u8], whole: bool) -> Charset {
    if bytes.is_ascii() {
        return if has_jis_escape(bytes) { Charset::Iso2022Jp } else { Charset::Ascii };
    }
    if mostly_utf8(bytes, whole) {
        return Charset::Utf8;
    }
    let (mut cp932, mut euc) = (score::cp932(bytes, whole), score::euc_jp(bytes, whole));
    if (cp932 - euc).abs() <= 2 * score::VOTE || cp932.max(euc) <= score::VOTE {
        // Too close: a second opinion, whose letter statistics are better than ours on kanji-only text, but which is slow.
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        detector.feed(bytes, whole);
        let vote = detector.guess(Some(b"jp"), Utf8Detection::Deny);
        if vote == SHIFT_JIS {
            cp932 += score::VOTE;
        } else if vote == EUC_JP {
            euc += score::VOTE;
        }
    }
    if cp932.max(euc) <= score::VOTE {
        Charset::Latin1
    } else if euc > cp932 {
        Charset::EucJp
    } else {
        Charset::Cp932
    }
}

/// Whether a run of text that is not UTF-8 is Japanese beyond chance, and in which encoding.
pub fn japanese_in(bytes: &[u8]) -> Option<Charset> {
    if std::str::from_utf8(bytes).is_ok() {
        return None;
    }
    let high = bytes.iter().filter(|b| !b.is_ascii()).count();
    let (cp932, euc) = (score::cp932(bytes, false), score::euc_jp(bytes, false));
    let charset = if euc > cp932 { Charset::EucJp } else { Charset::Cp932 };
    // Common kanji score 30 a pair, hiragana 40; chance goes below zero.
    (high >= 4 && cp932.max(euc) >= i64::try_from(high).unwrap_or(i64::MAX).saturating_mul(12)).then_some(charset)
}

/// Whether an escape sequence of ISO-2022-JP is among the bytes.
pub(super) fn has_jis_escape(bytes: &[u8]) -> bool {
    memchr::memchr_iter(0x1B, bytes)
        .any(|at| bytes.get(at + 1..at + 3).is_some_and(|next| matches!(next, b"$B" | b"$@" | b"(J" | b"(I")))
}

fn mostly_utf8(bytes: &[u8], whole: bool) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => return true,
        Err(cut) if !whole && cut.error_len().is_none() && cut.valid_up_to() > 0 => {
            return bytes.get(..cut.valid_up_to()).is_some_and(|good| !good.is_ascii()) || bytes.len() < 4;
        }
        Err(_) => {}
    }
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| *c >= '\u{800}').count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good >= 3 && good >= bad.saturating_mul(8)
}

#[derive(Default)]
struct Units {
    all: usize,
    ascii: usize,
    kana: usize,
    other: usize,
    odd: usize,
}

fn count_units(head: &[u8], little: bool) -> Units {
    let units = head.chunks_exact(2).map(|pair| match pair {
        [a, b] if little => u16::from_le_bytes([*a, *b]),
        [a, b] => u16::from_be_bytes([*a, *b]),
        _ => 0,
    });
    let mut count = Units::default();
    for unit in units {
        count.all += 1;
        match unit {
            0x09 | 0x0A | 0x0D | 0x20..=0x7E => count.ascii += 1,
            0x3000..=0x30FF | 0xFF01..=0xFF9F => count.kana += 1,
            0xA0..=0xFF | 0x2010..=0x2312 | 0x2460..=0x25FF | 0x3200..=0x33FF | 0x4E00..=0x9FFF | 0xD800..=0xDFFF => {
                count.other += 1;
            }
            _ => count.odd += 1,
        }
    }
    count
}

/// UTF-16 without a byte order mark. ASCII shows as every second byte NUL; Japanese text as kana in one byte order only.
fn utf16_by_shape(head: &[u8]) -> Option<Charset> {
    let has_nul = memchr::memchr(0, head).is_some();
    if head.len() < 8 || (!has_nul && (head.is_ascii() || std::str::from_utf8(head).is_ok())) {
        return None;
    }
    let fits = |count: &Units| {
        let japanese = count.ascii + count.kana;
        count.odd * 50 <= count.all
            && if has_nul {
                japanese * 4 >= count.all && count.ascii > 0
            } else {
                count.all >= 6 && count.kana * 3 >= count.all
            }
    };
    let weight = |count: &Units| count.ascii * 2 + count.kana * 2 + count.other;
    let (little, big) = (count_units(head, true), count_units(head, false));
    match (fits(&little), fits(&big)) {
        (true, true) if weight(&big) > weight(&little) => Some(Charset::Utf16Be),
        (true, _) => Some(Charset::Utf16Le),
        (false, true) => Some(Charset::Utf16Be),
        (false, false) => None,
    }
}

/// Whether a head is not text: control characters, NULs above all, beyond what text has. UTF-16 is text.
pub fn looks_binary(head: &[u8]) -> bool {
    if byte_order_mark(head).is_some() || utf16_by_shape(head).is_some() {
        return false;
    }
    let (mut seen, mut control, mut nul_run) = (0_usize, 0_usize, 0_usize);
    for &byte in head.iter().chain(b" ") {
        if byte == 0 {
            nul_run += 1;
            continue;
        }
        if nul_run < NUL_PADDING {
            seen += nul_run;
            control += nul_run;
        }
        nul_run = 0;
        seen += 1;
        // Backspace, tab, line and page feeds, return, Ctrl-Z (the DOS end of file) and escape occur in text.
        let harmless = matches!(byte, 0x08..=0x0D | 0x1A | 0x1B | 0x20..=0x7E | 0x80..);
        control += usize::from(!harmless);
    }
    control * CONTROL_SHARE > seen || (head.len() >= NUL_PADDING && seen <= 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::ISO_2022_JP;

    const PROSE: &str = "お客様の個人情報を保護します。山田太郎、電話番号は０９０－１２３４－５６７８です。\n";

    fn utf16(text: &str, little: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect()
    }

    #[test]
    fn prose_is_told_apart_in_every_charset() {
        assert_eq!(guess(PROSE.as_bytes(), true).charset, Charset::Utf8);
        assert_eq!(guess(&SHIFT_JIS.encode(PROSE).0, true).charset, Charset::Cp932);
        assert_eq!(guess(&EUC_JP.encode(PROSE).0, true).charset, Charset::EucJp);
        assert_eq!(guess(&ISO_2022_JP.encode(PROSE).0, true).charset, Charset::Iso2022Jp);
        assert_eq!(guess(&utf16(PROSE, true), true).charset, Charset::Utf16Le);
        assert_eq!(guess(&utf16(PROSE, false), true).charset, Charset::Utf16Be);
        assert_eq!(guess(b"plain words, 123\n", true).charset, Charset::Ascii);
    }

    #[test]
    fn short_samples() {
        for text in
            ["氏名", "住所", "会社名", "ﾌﾘｶﾞﾅ", "山田 太郎,東京都", "タナカ", "ﾔﾏﾀﾞ ﾀﾛｳ", "ﾀｶﾊｼ ﾊﾅｺ", "男", "電話"]
        {
            assert_eq!(guess(&SHIFT_JIS.encode(text).0, true).charset, Charset::Cp932, "cp932 {text}");
        }
        for text in ["氏名", "住所", "会社名", "山田 太郎,東京都", "タナカ", "電話番号", "ﾔﾏﾀﾞ ﾀﾛｳ", "ｶﾅｼﾒｲ", "です"]
        {
            assert_eq!(guess(&EUC_JP.encode(text).0, true).charset, Charset::EucJp, "euc {text}");
        }
        for text in ["café", "Müller", "naïve", "São Paulo", "señor", "Straße"] {
            let bytes: Vec<u8> = text.chars().map(|c| u32::from(c) as u8).collect();
            assert_eq!(guess(&bytes, true).charset, Charset::Latin1, "{text}");
        }
    }

    #[test]
    fn a_head_cut_inside_a_character_is_no_error() {
        let bytes = PROSE.as_bytes();
        for cut in 4..bytes.len() {
            assert_eq!(guess(&bytes[..cut], false).charset, Charset::Utf8, "cut at {cut}");
        }
        let bytes = SHIFT_JIS.encode(PROSE).0;
        for cut in 8..bytes.len() {
            assert_eq!(guess(&bytes[..cut], false).charset, Charset::Cp932, "cut at {cut}");
        }
    }

    #[test]
    fn marks_win() {
        assert_eq!(guess(b"\xEF\xBB\xBFabc", true), Guess { charset: Charset::Utf8, bom: 3 });
        assert_eq!(guess(b"\xFF\xFEa\0", true), Guess { charset: Charset::Utf16Le, bom: 2 });
        assert_eq!(guess(b"\xFE\xFF\0a", true), Guess { charset: Charset::Utf16Be, bom: 2 });
    }

    #[test]
    fn binary_and_text() {
        assert!(looks_binary(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0"));
        assert!(looks_binary(&[0; 100]));
        assert!(!looks_binary(b"ordinary text\nwith lines\x1b[0m\n"));
        assert!(!looks_binary(&utf16("name,mail\r\n", true)));
        assert!(!looks_binary(b""));
        let mut padded = b"Jan  1 00:00:00 host daemon: an ordinary line of a log that a crash cut\n".to_vec();
        padded.extend([0; 500]);
        assert!(!looks_binary(&padded));
    }
}
