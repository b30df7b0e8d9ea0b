//! Messages and files inside their own signature (CMS signed data, RFC 5652 §5: `.p7m`, `.p7s`), binary or armoured by PEM. What was signed is
//! looked at like a member; certificates and signatures are not.

use std::io::{Cursor, Read};

use super::trouble::{in_order, read_error};
use super::{Claim, Format, Head, Input, Sink, binary};
use crate::model::GapKind;
use crate::model::limits::DOCUMENT_BYTES;

/// Signed data.
pub struct Signed;

/// `id-signedData`, as it is written.
const SIGNED: &[u8] = b"\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02";
const ARMOUR: [&[u8]; 3] = [b"-----BEGIN PKCS7-----", b"-----BEGIN CMS-----", b"-----BEGIN PKCS #7 SIGNED DATA-----"];
/// Values inside each other in what is read of it, and pieces of the content.
const DEPTH: usize = 8;
const PIECES: usize = 1_000_000;

impl Format for Signed {
    fn id(&self) -> &'static str {
        "signed"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        let is_plain = head.bytes.first() == Some(&0x30)
            && head.bytes.get(..24).is_some_and(|start| memchr::memmem::find(start, SIGNED).is_some());
        let is_armoured = ARMOUR.iter().any(|armour| head.bytes.starts_with(armour))
            && unarmoured(head.bytes)
                .is_some_and(|bytes| memchr::memmem::find(&bytes, SIGNED).is_some_and(|at| at < 24));
        if is_plain || is_armoured { Claim::Yes } else { Claim::No }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["p7m", "p7s", "p7b", "p7c"]
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let mut bytes = Vec::new();
        if let Err(error) = in_order(input).take(DOCUMENT_BYTES + 1).read_to_end(&mut bytes) {
            return read_error(out, &error, bytes.len() as u64);
        }
        if bytes.len() as u64 > DOCUMENT_BYTES {
            let reason = format!(
                "signed data of more than {DOCUMENT_BYTES} bytes, of which only the first were looked at; take what was signed out of it with `openssl cms -verify -noverify` and run hozen on that"
            );
            out.gap(GapKind::OverLimit, reason);
        }
        if ARMOUR.iter().any(|armour| bytes.starts_with(armour)) {
            bytes = unarmoured(&bytes).unwrap_or(bytes);
        }
        match content(&bytes) {
            Some(Some(content)) => {
                let _ = out.child(&name(head.name), &mut Cursor::new(content));
            }
            // A signature beside what it signs, or certificates alone.
            Some(None) => {}
            None => {
                let reason = "signed data that is damaged: only runs of plain text were read; look for a whole copy";
                out.gap(GapKind::Malformed, reason.to_owned());
                binary::read_runs(&mut Cursor::new(&bytes), out);
            }
        }
    }
}

/// The name of what was signed: that of the file without the ending of the signature.
fn name(own: &str) -> String {
    let stem = own.rsplit_once('.').map_or("", |(stem, _)| stem);
    let has_ending = stem.rsplit_once('.').is_some_and(|(_, ending)| !ending.is_empty() && ending.len() <= 5);
    if has_ending { stem.to_owned() } else { "signed content".to_owned() }
}

/// The bytes in the armour: base64 between the first line and the line that ends it, as far as it goes.
fn unarmoured(bytes: &[u8]) -> Option<Vec<u8>> {
    let start = memchr::memchr(b'\n', bytes)? + 1;
    let rest = bytes.get(start..)?;
    let end = memchr::memmem::find(rest, b"-----").unwrap_or(rest.len());
    let mut text: Vec<u8> = rest.get(..end)?.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    text.truncate(text.len() / 4 * 4);
    data_encoding::BASE64.decode(&text).ok()
}

/// One value of BER: its tag, its content, and what follows it. A length may be left open: then the content ends by two zeros.
struct Value<'b> {
    tag: u8,
    content: &'b [u8],
    rest: &'b [u8],
}

fn value(bytes: &[u8], depth: usize) -> Option<Value<'_>> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    if tag & 0x1F == 0x1F || depth > DEPTH {
        return None;
    }
    if first == 0x80 {
        let mut inside = rest;
        for _ in 0..PIECES {
            if let Some(after) = inside.strip_prefix(&[0, 0]) {
                let content = rest.get(..rest.len() - inside.len())?;
                return Some(Value { tag, content, rest: after });
            }
            inside = value(inside, depth + 1)?.rest;
        }
        return None;
    }
    let (length, rest) = if first & 0x80 == 0 {
        (usize::from(first), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7F))?;
        if digits.len() > 8 {
            return None;
        }
        let length = digits.iter().fold(0_u64, |length, digit| length << 8 | u64::from(*digit));
        (usize::try_from(length).ok()?, rest)
    };
    // What is there of content that is cut is content.
    let (content, rest) = rest.split_at(length.min(rest.len()));
    Some(Value { tag, content, rest })
}

/// What was signed; `Some(None)` if it is not inside, `None` if it is not understood.
fn content(bytes: &[u8]) -> Option<Option<Vec<u8>>> {
    let outer = value(bytes, 0)?;
    let inner = value(value(outer.content, 1)?.rest, 1).filter(|inner| inner.tag == 0xA0)?;
    let data = value(inner.content, 2)?;
    // A version, the kinds of digests, and the content under its kind.
    let kinds = value(value(data.content, 3)?.rest, 3)?;
    let held = value(kinds.rest, 3).filter(|held| held.tag == 0x30)?;
    let kind = value(held.content, 4)?;
    if kind.rest.is_empty() {
        return Some(None);
    }
    let wrapped = value(kind.rest, 4).filter(|wrapped| wrapped.tag == 0xA0)?;
    let octets = value(wrapped.content, 5)?;
    match octets.tag {
        0x04 => Some(Some(octets.content.to_vec())),
        0x24 => {
            let (mut all, mut rest) = (Vec::new(), octets.content);
            while !rest.is_empty() {
                let piece = value(rest, 6).filter(|piece| piece.tag == 0x04)?;
                all.extend_from_slice(piece.content);
                rest = piece.rest;
            }
            Some(Some(all))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::collected::Collected;
    use crate::formats::made::Failing;

    /// Made by `openssl cms -sign -nodetach` (testdata/formats/make/signed.sh).
    const SAMPLES: [(&str, &[u8]); 4] = [
        ("people.csv.p7m", include_bytes!("../../testdata/formats/signed/people.csv.p7m")),
        ("streamed.p7m", include_bytes!("../../testdata/formats/signed/streamed.p7m")),
        ("people.csv.pem", include_bytes!("../../testdata/formats/signed/people.csv.pem")),
        ("beside.p7s", include_bytes!("../../testdata/formats/signed/beside.p7s")),
    ];

    #[test]
    fn what_was_signed_is_looked_at() {
        for (name, bytes) in &SAMPLES[..3] {
            let got = Collected::of(name, bytes);
            assert_eq!((got.format, got.gap_kinds()), ("signed", vec![]), "{name}");
            assert!(got.children[0].1.all_text().contains("yamada.taro@example.jp"), "{name}");
        }
        assert_eq!(Collected::of(SAMPLES[0].0, SAMPLES[0].1).children[0].0, "people.csv");
        let beside = Collected::of(SAMPLES[3].0, SAMPLES[3].1);
        assert_eq!((beside.format, beside.gaps.len(), beside.children.len()), ("signed", 0, 0));
    }

    #[test]
    fn what_is_cut_or_damaged_is_told_or_read() {
        for (name, bytes) in SAMPLES {
            for cut in 0..bytes.len() {
                Collected::by(&Signed, name, &bytes[..cut]);
                let mut damaged = bytes.to_vec();
                damaged[cut] ^= 0xFF;
                Collected::by(&Signed, name, &damaged);
            }
        }
        let got = Collected::by(&Signed, "a", b"\x30\x03\x02\x01 taro@example.jp");
        assert_eq!(got.gap_kinds(), [GapKind::Malformed]);
        assert!(got.all_text().contains("taro@example.jp"));
        // Open lengths inside each other.
        let deep = [b"\x30\x80".repeat(100_000), SIGNED.to_vec()].concat();
        assert_eq!(Collected::by(&Signed, "a", &deep).gap_kinds(), [GapKind::Malformed]);
    }

    #[test]
    fn a_failing_source_is_one_gap() {
        let (mut out, mut src) = (Collected::default(), Failing::after(0, b"", false));
        Signed.read(&Head { bytes: b"", whole: false, name: "a" }, Input::Stream(&mut src), &mut out);
        assert_eq!(out.gap_kinds(), [GapKind::ReadError]);
    }
}
