//! Formats that are known by their signature and not opened in this version: one gap each, which says what to do.

use super::trouble::{EXPORT, in_order};
use super::{Claim, Format, Head, Input, Sink, binary};
use crate::model::GapKind;

/// Everything whose signature is known.
pub struct Known;

/// What becomes of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Packed or encoded: without opening it nothing can be read.
    Closed,
    /// Runs of text can be read out of it, but what belongs together is not known.
    Runs,
    /// No text by nature.
    NoText,
}

struct Signature {
    at: usize,
    magic: &'static [u8],
    what: &'static str,
    fate: Fate,
    todo: &'static str,
}

const UNPACK: &str = "unpack it with its own program and run hozen on the result";
const LOOK: &str = "if it may show a person or a document, look at it by hand";

const fn packed(at: usize, magic: &'static [u8], what: &'static str) -> Signature {
    Signature { at, magic, what, fate: Fate::Closed, todo: UNPACK }
}

const fn runs(at: usize, magic: &'static [u8], what: &'static str, todo: &'static str) -> Signature {
    Signature { at, magic, what, fate: Fate::Runs, todo }
}

const fn mute(at: usize, magic: &'static [u8], what: &'static str) -> Signature {
    Signature { at, magic, what, fate: Fate::NoText, todo: LOOK }
}

/// Longer and surer signatures first; short ones are checked further by [`is_sure`].
static SIGNATURES: &[Signature] = &[
    packed(0, b"MSCF\0\0\0\0", "a Windows cabinet"),
    packed(7, b"**ACE**", "an ACE archive"),
    packed(0, b"\x60\xEA", "an ARJ archive"),
    packed(0, b"StuffIt (c)", "a StuffIt archive"),
    packed(0, b"ALZ\x01", "an ALZip archive"),
    packed(0, b"EGGA\0", "an ALZip archive"),
    packed(0, b"GCAX", "a GCA archive"),
    packed(0, b"7kSt", "a ZPAQ archive"),
    packed(0, b"\x89LZO\0\r\n\x1A\n", "an LZO file"),
    packed(0, b"LRZI", "an lrzip file"),
    packed(0, b"\xFF\x06\0\0sNaPpY", "a Snappy file"),
    packed(0, b"\xED\xAB\xEE\xDB", "an RPM package"),
    runs(0, b"!<arch>\n", "a Debian package or ar archive", UNPACK),
    runs(0, b"070701", "a cpio archive", UNPACK),
    runs(0, b"070702", "a cpio archive", UNPACK),
    runs(0, b"070707", "a cpio archive", UNPACK),
    Signature {
        at: 0,
        magic: b"PGDMP",
        what: "a packed dump of PostgreSQL (pg_dump -Fc)",
        fate: Fate::Closed,
        todo: "make SQL of it (`pg_restore -f dump.sql FILE`; no server is needed) and run hozen on that",
    },
    runs(
        3,
        b"TEXPORT:V",
        "an export of Oracle (exp)",
        "load it into a database of its own, export the tables as CSV, and run hozen on these",
    ),
    runs(4, b"\0\x01\0\0Standard Jet DB", "an Access database", EXPORT),
    runs(0, b"\0\x01\0\0Standard Jet DB", "an Access database", EXPORT),
    runs(0, b"\0\x01\0\0Standard ACE DB", "an Access database", EXPORT),
    runs(0, b"PAR1", "a Parquet table", EXPORT),
    runs(0, b"Obj\x01", "an Avro file", EXPORT),
    runs(
        0,
        b"bplist00",
        "a property list of Apple",
        "turn it into text (`plutil -convert xml1 FILE`) and run hozen on that",
    ),
    runs(
        0,
        b"regf",
        "a registry hive of Windows",
        "export it as text (`reg export` where it is loaded, or `hivexregedit --export`) and run hozen on that",
    ),
    mute(0, b"\x89PNG\r\n\x1A\n", "a PNG image"),
    mute(0, b"\xFF\xD8\xFF", "a JPEG image"),
    mute(0, b"GIF87a", "a GIF image"),
    mute(0, b"GIF89a", "a GIF image"),
    mute(0, b"II*\0", "a TIFF image"),
    mute(0, b"MM\0*", "a TIFF image"),
    mute(0, b"BM", "a BMP image"),
    mute(0, b"\0\0\x01\0", "an icon"),
    mute(0, b"RIFF", "a RIFF image, sound or film"),
    mute(4, b"ftyp", "a film, sound or image (ISO media)"),
    mute(0, b"\x1A\x45\xDF\xA3", "a film (Matroska, WebM)"),
    mute(0, b"OggS", "an Ogg sound or film"),
    mute(0, b"fLaC", "a FLAC sound"),
    mute(0, b"ID3", "an MP3 sound"),
    mute(0, b"\xFF\xFB", "an MP3 sound"),
    mute(0, b"\x30\x26\xB2\x75\x8E\x66\xCF\x11", "a Windows Media file"),
    mute(0, b"MThd\0\0\0\x06", "a MIDI file"),
    mute(0, b"wOFF", "a font"),
    mute(0, b"wOF2", "a font"),
    mute(0, b"OTTO\0", "a font"),
    mute(0, b"ttcf\0", "a font"),
    mute(0, b"\0\x01\0\0\0", "a font"),
];

fn find(head: &[u8]) -> Option<&'static Signature> {
    SIGNATURES.iter().find(|s| head.get(s.at..).is_some_and(|rest| rest.starts_with(s.magic)) && is_sure(s, head))
}

/// Short signatures are also the beginnings of words: what must follow them decides.
fn is_sure(signature: &Signature, head: &[u8]) -> bool {
    let byte = |at: usize| head.get(at).copied().unwrap_or(0xFF);
    match signature.magic {
        b"BM" => head.get(6..10) == Some(&[0; 4]) && head.get(15..18) == Some(&[0; 3]),
        b"RIFF" => matches!(head.get(8..12), Some(b"WEBP" | b"WAVE" | b"AVI " | b"ACON" | b"RMID")),
        b"ID3" => byte(3) < 0x10 && byte(6) < 0x80 && byte(7) < 0x80,
        b"PAR1" => !head.is_ascii(),
        // The size of a header follows, and its version.
        b"\x60\xEA" => byte(3) <= 0x0A && matches!(byte(4), 0x1E..=0x30) && byte(5) <= 20 && byte(6) <= 20,
        b"070701" | b"070702" => head.get(6..110).is_some_and(|fields| fields.iter().all(u8::is_ascii_hexdigit)),
        b"070707" => head.get(6..76).is_some_and(|fields| fields.iter().all(|b| (b'0'..=b'7').contains(b))),
        b"GCAX" | b"LRZI" | b"7kSt" => !head.is_ascii(),
        b"ftyp" => byte(0) == 0 && byte(1) == 0,
        b"\0\0\x01\0" => byte(5) == 0 && byte(4) > 0 && matches!(byte(9), 0),
        b"\0\x01\0\0\0" => {
            matches!(byte(5), 4..=64)
                && head.get(12..16).is_some_and(|tag| tag.iter().all(|b| (0x20..0x7F).contains(b)))
        }
        _ => true,
    }
}

/// Whether this is a picture, a sound or another file without text.
pub(super) fn is_mute(head: &[u8]) -> bool {
    find(head).is_some_and(|signature| signature.fate == Fate::NoText)
}

impl Format for Known {
    fn id(&self) -> &'static str {
        "known"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        find(head.bytes).map_or(Claim::No, |_| Claim::Yes)
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let Some(Signature { what, fate, todo, .. }) = find(head.bytes) else {
            return;
        };
        match fate {
            Fate::Closed => {
                out.gap(GapKind::UnsupportedFormat, format!("{what}, which this version does not open; {todo}"))
            }
            Fate::NoText => out.gap(GapKind::NoText, format!("{what}, which holds no text; {todo}")),
            Fate::Runs => binary::only_runs(what, todo, &mut *in_order(input), out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::collected::Collected;

    #[test]
    fn each_signature_is_reached_and_told() {
        for signature in SIGNATURES {
            let mut bytes = vec![0; signature.at];
            bytes.extend(signature.magic);
            bytes.extend(match signature.magic {
                b"BM" => [b"\x36\0\0\0".as_slice(), &[0; 4], b"\x36\0\0\0\x28\0\0\0"].concat(),
                b"RIFF" => b"\0\0\0\0WEBP".to_vec(),
                b"ID3" => b"\x03\0\0\0\0".to_vec(),
                b"PAR1" => b"\x15\xFF".to_vec(),
                b"\x60\xEA" => b"\x2B\0\x22\x0B\x01\0\0".to_vec(),
                b"070701" | b"070702" | b"070707" => vec![b'0'; 104],
                b"GCAX" | b"LRZI" | b"7kSt" => b"\0\xFF".to_vec(),
                b"\0\0\x01\0" => b"\x01\0\x10\x10\0\0".to_vec(),
                b"\0\x01\0\0\0" => b"\x0C\0\x80\0\x03\0\x70DSIG".to_vec(),
                _ => vec![0; 8],
            });
            let got = Collected::of("x", &bytes);
            assert_eq!(got.format, "known", "{}", signature.what);
            let want = if signature.fate == Fate::NoText { GapKind::NoText } else { GapKind::UnsupportedFormat };
            assert_eq!(got.gap_kinds(), [want]);
            assert!(got.gaps[0].2.starts_with(signature.what));
        }
    }

    #[test]
    fn words_are_no_signatures() {
        for text in [
            "BMW owners list\n",
            "RIFF is a word",
            "ID3 tags explained here\n",
            "PAR1 is a text\n",
            "BZh is short for\n",
            "ab-lhs and so on\n",
        ] {
            assert_eq!(Collected::of("x", text.as_bytes()).format, "plain", "{text}");
        }
    }

    #[test]
    fn text_in_a_database_is_still_read() {
        let mut bytes = b"\0\x01\0\0Standard Jet DB\0".to_vec();
        bytes.extend("\x01\x02山田太郎 090-1234-5678\x03\0taro@example.jp\0\0".bytes());
        let got = Collected::of("app.mdb", &bytes);
        assert!(got.all_text().contains("山田太郎 090-1234-5678\n") && got.all_text().contains("taro@example.jp\n"));
    }
}
