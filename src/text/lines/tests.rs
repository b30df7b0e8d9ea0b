use proptest::prelude::*;

use super::*;

/// Gives out a few bytes at a time, then perhaps fails.
struct Drip<'a> {
    bytes: &'a [u8],
    step: usize,
    fails: bool,
}

impl Read for Drip<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.step.min(buf.len()).min(self.bytes.len());
        if n == 0 && self.fails {
            return Err(io::Error::other("torn"));
        }
        buf[..n].copy_from_slice(&self.bytes[..n]);
        self.bytes = &self.bytes[n..];
        Ok(n)
    }
}

fn all(bytes: &[u8], step: usize, charset: Charset) -> Vec<(Vec<u8>, u64, u64, u64, Bond)> {
    let mut src = Drip { bytes, step, fails: false };
    let mut lines = Lines::new(&mut src, charset, Ending::of(bytes), 0, 1);
    let mut out = Vec::new();
    while let Some(line) = lines.next_line().unwrap() {
        out.push((line.bytes.to_vec(), line.offset, line.row, line.fresh_from, line.bond));
    }
    out
}

fn utf16(text: &str, little: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect()
}

#[test]
fn lines_have_places() {
    for step in [1, 3, 1000] {
        let got = all(b"a\r\nbb\n\nlast", step, Charset::Ascii);
        let short: Vec<_> = got.iter().map(|(b, o, r, ..)| (std::str::from_utf8(b).unwrap(), *o, *r)).collect();
        assert_eq!(short, [("a", 0, 1), ("bb", 3, 2), ("", 6, 3), ("last", 7, 4)]);
    }
    assert!(all(b"", 1, Charset::Ascii).is_empty());
    let mac = all(b"a\rb\rc", 1, Charset::Ascii);
    assert_eq!(mac.iter().map(|l| l.1).collect::<Vec<_>>(), [0, 2, 4]);
}

#[test]
fn utf16_line_ends_are_units() {
    // U+0A0A and U+0A00 hold the byte of a line feed but are letters.
    let text = "a\r\n\u{0A0A}\u{0A05}山\u{4E0A}\nz";
    for little in [true, false] {
        let charset = if little { Charset::Utf16Le } else { Charset::Utf16Be };
        for step in [1, 2, 3, 1000] {
            let got = all(&utf16(text, little), step, charset);
            let want: Vec<_> = ["a", "\u{0A0A}\u{0A05}山\u{4E0A}", "z"].iter().map(|t| utf16(t, little)).collect();
            assert_eq!(got.into_iter().map(|l| l.0).collect::<Vec<_>>(), want);
        }
    }
}

#[test]
fn an_error_comes_after_what_was_read() {
    let mut src = Drip { bytes: b"one\ntw", step: 2, fails: true };
    let mut lines = Lines::new(&mut src, Charset::Ascii, Ending::Lf, 0, 1);
    assert_eq!(lines.next_line().unwrap().unwrap().bytes, b"one");
    assert_eq!(lines.next_line().unwrap().unwrap().bytes, b"tw");
    assert!(lines.next_line().is_err());
    assert!(lines.next_line().unwrap().is_none());
}

/// Windows join to the whole line, overlap by the margin, and begin between characters.
fn windows_cover(bytes: &[u8], charset: Charset) {
    let got = all(bytes, 100_000, charset);
    assert!(got.len() > 1, "{charset:?}");
    let mut end = 0;
    for (window, offset, row, fresh, bond) in &got {
        assert_eq!((*row, *bond), (1, Bond::Loose));
        assert!(window.len() <= WINDOW_BYTES);
        assert_eq!(*fresh, end, "{charset:?}");
        assert!(*offset <= end && end - offset <= (WINDOW_MARGIN_BYTES + 4) as u64);
        assert_eq!(window, &bytes[*offset as usize..*offset as usize + window.len()]);
        assert!(!crate::text::decode(window, charset).1, "{charset:?} cut inside a character");
        end = offset + window.len() as u64;
    }
    assert_eq!(end, bytes.len() as u64);
}

#[test]
fn long_lines_come_in_windows() {
    let text = "ソ表あｱ漢1字a".repeat(150_000);
    windows_cover(text.as_bytes(), Charset::Utf8);
    windows_cover(&encoding_rs::SHIFT_JIS.encode(&text).0, Charset::Cp932);
    windows_cover(&encoding_rs::EUC_JP.encode(&text).0, Charset::EucJp);
    windows_cover(&utf16(&text, true), Charset::Utf16Le);
    windows_cover(&utf16(&text, false), Charset::Utf16Be);
    windows_cover(&utf16(&"😀".repeat(600_000), true), Charset::Utf16Le);
    windows_cover("name=090 1234 5678,".repeat(150_000).as_bytes(), Charset::Ascii);
}

#[test]
fn cuts_spare_values() {
    let bytes = "tel 090 1234 5678,".repeat(100_000).into_bytes();
    for (window, ..) in all(&bytes, 100_000, Charset::Ascii).iter().rev().skip(1) {
        assert!(window.ends_with(b",") || window.ends_with(b"tel "), "cut behind a separator");
    }
}

#[test]
fn a_line_of_exactly_the_limit_is_whole() {
    let mut bytes = vec![b'x'; WINDOW_BYTES];
    bytes.extend(b"\nnext\n");
    let got = all(&bytes, 100_000, Charset::Ascii);
    assert_eq!(
        got.iter().map(|l| (l.0.len(), l.2, l.4)).collect::<Vec<_>>(),
        [(WINDOW_BYTES, 1, Bond::Loose), (4, 2, Bond::Line)]
    );
}

proptest! {
    #[test]
    fn lines_join_to_the_stream(bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'a'), any::<u8>()], 0..300), step in 1_usize..9) {
        for charset in [Charset::Ascii, Charset::Utf16Le, Charset::Utf16Be, Charset::Cp932] {
            let mut src = Drip { bytes: &bytes, step, fails: false };
            let mut lines = Lines::new(&mut src, charset, Ending::Lf, 0, 1);
            let mut end = 0;
            while let Some(line) = lines.next_line().unwrap() {
                let at = usize::try_from(line.offset).unwrap();
                prop_assert_eq!(line.bytes, &bytes[at..at + line.bytes.len()]);
                prop_assert!(at >= end && at - end <= 4);
                end = at + line.bytes.len();
            }
            prop_assert!(bytes.len() - end <= 4);
        }
    }
}
