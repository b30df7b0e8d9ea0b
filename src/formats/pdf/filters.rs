//! Undoing the filters of a stream (ISO 32000-1, 7.4), each bounded and counted.

use std::io::{ErrorKind, Read};
use std::rc::Rc;

use flate2::read::DeflateDecoder;

use super::lex::is_space;
use super::value::{Dict, Value};
use crate::formats::{Budget, Metered};

/// What a stream unfolded to, and what was wrong with it.
#[derive(Debug, Default)]
pub(super) struct Unfolded {
    pub(super) bytes: Vec<u8>,
    pub(super) trouble: Option<String>,
}

/// What one stream may unfold to, counted against all.
pub(super) struct Room {
    pub(super) limit: usize,
    pub(super) budget: Rc<Budget>,
}

impl Unfolded {
    fn broken(bytes: Vec<u8>, trouble: impl Into<String>) -> Self {
        Self { bytes, trouble: Some(trouble.into()) }
    }
}

/// Undoes one filter of this name.
pub(super) fn undo(name: &str, parms: &Dict, bytes: Vec<u8>, room: &Room) -> Unfolded {
    match name {
        "FlateDecode" | "Fl" => then_predictor(flate(&bytes, room), parms),
        "LZWDecode" | "LZW" => {
            let early = parms.get("EarlyChange").and_then(Value::number) != Some(0.0);
            then_predictor(lzw(&bytes, early, room), parms)
        }
        "ASCIIHexDecode" | "AHx" => counted(ascii_hex(&bytes), room),
        "ASCII85Decode" | "A85" => counted(ascii_85(&bytes), room),
        "RunLengthDecode" | "RL" => run_length(&bytes, room),
        "Crypt" => Unfolded { bytes, trouble: None },
        other => {
            let name: String = other.chars().take(40).collect();
            Unfolded::broken(Vec::new(), format!("it is packed by {name}, which is not for text"))
        }
    }
}

fn over(limit: usize) -> String {
    format!("it unfolds to more than {limit} bytes")
}

fn counted(bytes: Vec<u8>, room: &Room) -> Unfolded {
    let goes_on = room.budget.count(bytes.len() as u64);
    Unfolded { bytes, trouble: (!goes_on).then(|| "the budget is used up".to_owned()) }
}

fn flate(bytes: &[u8], room: &Room) -> Unfolded {
    // The checksum at the end is cut off by many writers, so only the packed bytes between are looked at.
    let is_zlib = matches!(bytes, [method, flags, ..] if method & 0xF == 8 && (u32::from(*method) * 256 + u32::from(*flags)) % 31 == 0);
    let packed = if is_zlib { bytes.get(2..).unwrap_or_default() } else { bytes };
    let mut out = Vec::new();
    let metered = Metered::new(DeflateDecoder::new(packed), Rc::clone(&room.budget));
    let read = metered.take(room.limit as u64 + 1).read_to_end(&mut out);
    if out.len() > room.limit {
        out.truncate(room.limit);
        return Unfolded::broken(out, over(room.limit));
    }
    match read {
        Ok(_) => Unfolded { bytes: out, trouble: None },
        Err(_) if bytes.iter().all(|byte| is_space(*byte)) => Unfolded::default(),
        // Acrobat ends what it packs with an empty block that is not marked as the last one: nothing is missing.
        Err(error) if error.kind() == ErrorKind::UnexpectedEof && packed.ends_with(&[0, 0, 0xFF, 0xFF]) => {
            Unfolded { bytes: out, trouble: None }
        }
        Err(error) => Unfolded::broken(out, format!("its packed bytes are damaged or cut off ({error})")),
    }
}

fn lzw(bytes: &[u8], early: bool, room: &Room) -> Unfolded {
    const CLEAR: usize = 256;
    const END: usize = 257;
    let mut out: Vec<u8> = Vec::new();
    // Each code stands for a stretch of what was put out already.
    let mut table: Vec<(usize, usize)> = Vec::new();
    let mut last: Option<(usize, usize)> = None;
    let (mut held, mut bits, mut width) = (0u32, 0u32, 9u32);
    let mut uncounted = 0u64;
    for byte in bytes {
        held = (held << 8 | u32::from(*byte)) & 0xFF_FFFF;
        bits += 8;
        if bits < width {
            continue;
        }
        bits -= width;
        let code = (held >> bits & ((1 << width) - 1)) as usize;
        if code == END {
            break;
        }
        if code == CLEAR {
            table.clear();
            (last, width) = (None, 9);
            continue;
        }
        let begin = out.len();
        let known = code.checked_sub(258).map(|at| table.get(at).copied());
        match (known, last) {
            (None, _) => out.push((code & 0xFF) as u8),
            (Some(Some((from, to))), _) => out.extend_from_within(from..to),
            (Some(None), Some((from, to))) if code - 258 == table.len() => {
                out.extend_from_within(from..to);
                out.extend_from_within(from..from + 1);
            }
            _ => return Unfolded::broken(out, "its packed bytes are damaged (LZW)"),
        }
        // The next entry is the last stretch and the first byte of this one, which follows it.
        if let Some((from, to)) = last
            && table.len() < 4096 - 258
        {
            table.push((from, to + 1));
        }
        last = Some((begin, out.len()));
        let next = table.len() + 258 + usize::from(early) + 1;
        width = match next {
            0..=512 => 9,
            513..=1024 => 10,
            1025..=2048 => 11,
            _ => 12,
        };
        uncounted += (out.len() - begin) as u64;
        if uncounted > 65536 && !room.budget.count(std::mem::take(&mut uncounted)) {
            return Unfolded::broken(out, "the budget is used up");
        }
        if out.len() > room.limit {
            out.truncate(room.limit);
            return Unfolded::broken(out, over(room.limit));
        }
    }
    room.budget.count(uncounted);
    Unfolded { bytes: out, trouble: None }
}

fn ascii_hex(bytes: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = bytes
        .iter()
        .take_while(|byte| **byte != b'>')
        .filter_map(|byte| char::from(*byte).to_digit(16).map(|digit| (digit & 0xF) as u8))
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |value, digit| value << 4 | digit) << (8 - 4 * pair.len()))
        .collect()
}

fn ascii_85(bytes: &[u8]) -> Vec<u8> {
    let bytes = bytes.strip_prefix(b"<~").unwrap_or(bytes);
    let mut out = Vec::with_capacity(bytes.len() / 5 * 4);
    let mut group = Vec::with_capacity(5);
    for byte in bytes.iter().take_while(|byte| **byte != b'~') {
        match byte {
            b'z' if group.is_empty() => out.extend([0; 4]),
            b'!'..=b'u' => group.push(byte - b'!'),
            _ => {}
        }
        if group.len() == 5 {
            out.extend(group_85(&group));
            group.clear();
        }
    }
    if group.len() > 1 {
        let count = group.len();
        group.resize(5, 84);
        out.extend(group_85(&group).iter().take(count - 1));
    }
    out
}

fn group_85(group: &[u8]) -> [u8; 4] {
    let value = group.iter().fold(0u64, |value, digit| value * 85 + u64::from(*digit));
    ((value & 0xFFFF_FFFF) as u32).to_be_bytes()
}

fn run_length(bytes: &[u8], room: &Room) -> Unfolded {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(length) = bytes.get(at) {
        let length = usize::from(*length);
        at += 1;
        match length {
            128 => break,
            0..=127 => {
                let run = bytes.get(at..).unwrap_or_default();
                out.extend(run.iter().take(length + 1));
                at += length + 1;
            }
            _ => {
                let Some(byte) = bytes.get(at) else { break };
                out.extend(std::iter::repeat_n(*byte, 257 - length));
                at += 1;
            }
        }
        if out.len() > room.limit {
            out.truncate(room.limit);
            return Unfolded::broken(out, over(room.limit));
        }
    }
    counted(out, room)
}

fn then_predictor(unfolded: Unfolded, parms: &Dict) -> Unfolded {
    let number = |name: &str, usual: u64| parms.get(name).and_then(Value::count).unwrap_or(usual);
    let predictor = number("Predictor", 1);
    if predictor < 2 || unfolded.bytes.is_empty() {
        return unfolded;
    }
    let (colors, depth, columns) = (number("Colors", 1), number("BitsPerComponent", 8), number("Columns", 1));
    let pixel_bits = colors.saturating_mul(depth);
    let row = usize::try_from(pixel_bits.saturating_mul(columns).div_ceil(8)).unwrap_or(usize::MAX);
    let pixel = usize::try_from(pixel_bits.div_ceil(8)).unwrap_or(usize::MAX).max(1);
    if row == 0 || row > unfolded.bytes.len() || pixel > row {
        return Unfolded::broken(unfolded.bytes, "its predictor states rows that are longer than its bytes");
    }
    let bytes = if predictor == 2 { tiff(unfolded.bytes, row, pixel, depth) } else { png(&unfolded.bytes, row, pixel) };
    Unfolded { bytes, trouble: unfolded.trouble }
}

fn tiff(mut bytes: Vec<u8>, row: usize, pixel: usize, depth: u64) -> Vec<u8> {
    if depth == 8 {
        for row in bytes.chunks_mut(row) {
            for at in pixel..row.len() {
                let left = row.get(at - pixel).copied().unwrap_or(0);
                if let Some(byte) = row.get_mut(at) {
                    *byte = byte.wrapping_add(left);
                }
            }
        }
    }
    bytes
}

fn png(bytes: &[u8], row: usize, pixel: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut above = vec![0u8; row];
    for line in bytes.chunks(row + 1) {
        let Some((kind, packed)) = line.split_first() else { break };
        let mut now = vec![0u8; row];
        for (at, byte) in packed.iter().enumerate() {
            let left = at.checked_sub(pixel).and_then(|at| now.get(at)).copied().unwrap_or(0);
            let up = above.get(at).copied().unwrap_or(0);
            let corner = at.checked_sub(pixel).and_then(|at| above.get(at)).copied().unwrap_or(0);
            let guess = match kind {
                1 => left,
                2 => up,
                3 => ((u16::from(left) + u16::from(up)) / 2) as u8,
                4 => paeth(left, up, corner),
                _ => 0,
            };
            if let Some(slot) = now.get_mut(at) {
                *slot = byte.wrapping_add(guess);
            }
        }
        out.extend(now.iter().take(packed.len()));
        above = now;
    }
    out
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let (a, b, c) = (i32::from(left), i32::from(up), i32::from(corner));
    let guess = a + b - c;
    let (da, db, dc) = ((guess - a).abs(), (guess - b).abs(), (guess - c).abs());
    if da <= db && da <= dc {
        left
    } else if db <= dc {
        up
    } else {
        corner
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_without_a_last_block_is_whole() {
        let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut packer, b"some text").unwrap();
        std::io::Write::flush(&mut packer).unwrap();
        let packed = packer.get_ref().clone();
        let room = || Room { limit: 100, budget: Budget::new(1000) };
        let whole = undo("FlateDecode", &Dict::new(), packed.clone(), &room());
        assert_eq!((whole.bytes.as_slice(), whole.trouble), (b"some text".as_slice(), None));
        let cut = undo("FlateDecode", &Dict::new(), packed[..packed.len() - 2].to_vec(), &room());
        assert!(cut.trouble.is_some());
    }

    fn room() -> Room {
        Room { limit: 1 << 20, budget: Budget::new(1) }
    }

    #[test]
    fn each_filter_is_undone() {
        let none = Dict::new();
        let by = |name: &str, bytes: &[u8]| undo(name, &none, bytes.to_vec(), &room()).bytes;
        assert_eq!(by("AHx", b"48 65 6C6C6F>"), b"Hello");
        assert_eq!(by("A85", b"87cURD]i,\"Ebo80~>"), b"Hello World!");
        assert_eq!(by("RL", &[2, b'a', b'b', b'c', 254, b'x', 128]), b"abcxxx");
        // The example of ISO 32000-1, 7.4.4.2.
        assert_eq!(
            by("LZW", &[0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01]),
            [45, 45, 45, 45, 45, 65, 45, 45, 45, 66]
        );
    }

    #[test]
    fn absurd_columns_and_bombs_are_trouble_not_memory() {
        let parms = Dict::from([("Predictor".into(), Value::Number(12.0)), ("Columns".into(), Value::Number(4e15))]);
        let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::copy(&mut std::io::repeat(b' ').take(8 << 20), &mut packer).unwrap();
        let bomb = packer.finish().unwrap();
        let got = undo("FlateDecode", &parms, bomb, &room());
        assert!(got.bytes.len() <= 1 << 20 && got.trouble.is_some());
    }
}
