//! Gzip: one child, unfolded as it is read, all members of the file in a row.

use flate2::bufread::MultiGzDecoder;

use super::names::member_name;
use super::unfold::{one_child, stem};
use super::{Claim, Format, Head, Input, Sink};

/// Gzip files (RFC 1952).
pub struct Gzip;

impl Format for Gzip {
    fn id(&self) -> &'static str {
        "gzip"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        // Deflate is the only method that exists, and the upper flag bits are reserved as zero.
        match head.bytes {
            [0x1F, 0x8B, 8, flags, ..] if flags & 0xE0 == 0 => Claim::Yes,
            _ => Claim::No,
        }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["gz", "tgz", "svgz"]
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let name = inner_name(head);
        one_child(("gzip stream", &name), input, |source| Box::new(MultiGzDecoder::new(source)), out);
    }
}

/// The name in the header (RFC 1952: FNAME, Latin-1, but written in the system's encoding), else the file's own without its ending.
fn inner_name(head: &Head<'_>) -> String {
    let from_header = header_name(head.bytes).map(member_name);
    let endings = [("gz", ""), ("z", ""), ("tgz", "tar"), ("taz", "tar"), ("svgz", "svg")];
    from_header.filter(|name| !name.is_empty()).unwrap_or_else(|| stem(head, &endings))
}

fn header_name(bytes: &[u8]) -> Option<&[u8]> {
    let flags = *bytes.get(3)?;
    let mut at = 10;
    if flags & 4 != 0 {
        let extra = u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]);
        at += 2 + usize::from(extra);
    }
    if flags & 8 == 0 {
        return None;
    }
    let rest = bytes.get(at..)?;
    rest.get(..memchr::memchr(0, rest)?)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, GzBuilder, write::GzEncoder};

    use crate::formats::collected::Collected;
    use crate::model::GapKind;

    fn gz(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn all_members_are_one_child() {
        let bytes = [gz("one\n"), gz("two\n")].concat();
        let got = Collected::of("access.log.gz", &bytes);
        assert_eq!(got.format, "gzip");
        assert_eq!(got.children[0].0, "access.log");
        assert_eq!(got.all_text(), "one\ntwo\n");
        assert!(got.gaps.is_empty());
    }

    #[test]
    fn the_header_may_name_it() {
        let mut encoder =
            GzBuilder::new().filename("名簿.csv").extra(vec![1, 2, 3]).write(Vec::new(), Compression::fast());
        encoder.write_all(b"name,tel\na,1\n").unwrap();
        let got = Collected::of("blob", &encoder.finish().unwrap());
        assert_eq!((got.children[0].0.as_str(), got.children[0].1.format), ("名簿.csv", "csv"));
        assert_eq!(Collected::of("a.tgz", &gz("x")).children[0].0, "a.tar");
        assert_eq!(Collected::of("a", &gz("x")).children[0].0, "a (unpacked)");
    }

    #[test]
    fn a_cut_stream_gives_what_came_before() {
        let text: String = (0..20_000).map(|n| format!("line {} of the log {}\n", n, n * 7919)).collect();
        let whole = gz(&text);
        let got = Collected::of("a.gz", &whole[..whole.len() / 2]);
        assert_eq!(got.gap_kinds(), [GapKind::Truncated]);
        assert!(got.all_text().len() > text.len() / 4);
        let mut damaged = whole.clone();
        let at = damaged.len() - 6;
        damaged[at] ^= 0xFF;
        assert_eq!(Collected::of("a.gz", &damaged).gap_kinds(), [GapKind::Malformed]);
    }

    #[test]
    fn trailing_bytes_are_told() {
        let mut bytes = gz("one\n");
        bytes.extend(b"junk that is no member");
        let got = Collected::of("a.gz", &bytes);
        assert_eq!(got.all_text(), "one\n");
        assert_eq!(got.gap_kinds(), [GapKind::Malformed]);
    }
}
