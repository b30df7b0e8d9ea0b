use proptest::prelude::*;

use super::*;

fn encode(text: &str, charset: Charset) -> Vec<u8> {
    match charset {
        Charset::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Charset::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        Charset::Latin1 => text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect(),
        other => codec(other).map_or_else(|| text.as_bytes().to_vec(), |codec| codec.encode(text).0.into_owned()),
    }
}

/// Every character of the mapping decodes, byte for byte, to the whole decoding.
fn lengths_agree(raw: &[u8], charset: Charset) {
    let (text, _) = decode(raw, charset);
    let mut lengths = Vec::new();
    let mut starts = Vec::new();
    each_char(raw, charset, &mut |start, len| {
        starts.push(start);
        lengths.push(len);
        true
    });
    assert_eq!(lengths, text.chars().map(char::len_utf8).collect::<Vec<_>>(), "{charset:?} {raw:02x?} {text:?}");
    assert!(starts.is_sorted_by(|a, b| a < b), "{charset:?} {raw:02x?} {starts:?}");
    assert!(starts.iter().all(|s| *s < raw.len()));
    assert_eq!(byte_offset(raw, charset, text.len()), raw.len());
    let offsets = Offsets::new(raw, charset, &text);
    for (at, _) in text.char_indices().chain([(text.len(), ' ')]) {
        assert_eq!(offsets.byte(at), byte_offset(raw, charset, at), "{charset:?} {raw:02x?} {text:?} at {at}");
    }
}

/// Japanese as forms and lists hold it: all of it is in JIS X 0208, so every encoding can carry it.
fn japanese() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![
            Just('ソ'),
            Just('表'),
            Just('能'),
            Just('予'),
            Just('山'),
            Just('田'),
            Just('０'),
            Just('９'),
            Just('－'),
            Just('　'),
            Just('、'),
            Just('ー'),
            Just('@'),
            Just('\\'),
            Just('|'),
            Just('\n'),
            Just('あ'),
            Just('漢'),
            prop::char::range('ぁ', 'ん'),
            prop::char::range('ァ', 'ヶ'),
            prop::char::range('!', '~'),
        ],
        0..40,
    )
    .prop_map(|chars| chars.into_iter().collect())
}

proptest! {
    #[test]
    fn mapping_agrees_on_random_bytes(raw in proptest::collection::vec(any::<u8>(), 0..40)) {
        for charset in Charset::ALL {
            lengths_agree(&raw, charset);
        }
    }

    #[test]
    fn mapping_agrees_on_lead_bytes(raw in proptest::collection::vec(
        prop_oneof![Just(0x1B_u8), Just(b'$'), Just(b'B'), Just(b'('), Just(b'J'), Just(b'I'), Just(0x8E), Just(0x8F), Just(0xD8),
            Just(0xDC), Just(0x82), Just(0xE3), Just(0xA4), Just(0x41), Just(0x0A), Just(0xFF)], 0..30)) {
        for charset in Charset::ALL {
            lengths_agree(&raw, charset);
        }
    }

    #[test]
    fn a_prefix_of_the_bytes_decodes_to_the_prefix_of_the_text(text in japanese()) {
        for charset in [Charset::Utf8, Charset::Utf16Le, Charset::Utf16Be, Charset::Cp932, Charset::EucJp] {
            let raw = encode(&text, charset);
            let whole = decode(&raw, charset).0.into_owned();
            prop_assert_eq!(&whole, &text);
            for (at, _) in text.char_indices() {
                let cut = byte_offset(&raw, charset, at);
                let head = decode(&raw[..cut], charset).0;
                prop_assert_eq!(&*head, &text[..at]);
            }
        }
    }

    #[test]
    fn a_record_says_how_it_was_decoded(raw in proptest::collection::vec(any::<u8>(), 0..200)) {
        for charset in Charset::ALL {
            let record = decode_record(&raw, charset);
            let (text, malformed) = decode(&raw, record.charset);
            prop_assert_eq!((record.text, record.malformed), (text, malformed));
        }
    }
}

#[test]
fn jis_offsets_skip_escapes() {
    let raw = encode("a漢字b", Charset::Iso2022Jp);
    assert_eq!(raw, b"a\x1b$B4A;z\x1b(Bb");
    let text = decode(&raw, Charset::Iso2022Jp).0;
    let at = |needle: &str| byte_offset(&raw, Charset::Iso2022Jp, text.find(needle).unwrap());
    assert_eq!((at("a"), at("漢"), at("字"), at("b")), (0, 4, 6, 11));
}

#[test]
fn second_bytes_that_look_like_ascii() {
    let raw = encode("ソ表|能1", Charset::Cp932);
    let text = decode(&raw, Charset::Cp932).0;
    assert_eq!(text, "ソ表|能1");
    assert_eq!(byte_offset(&raw, Charset::Cp932, text.find('1').unwrap()), 7);
}

#[test]
fn a_foreign_record_is_read_in_its_own_encoding() {
    let line = "お名前: 山田太郎 です。電話をください";
    for leaf in [Charset::Utf8, Charset::Cp932, Charset::EucJp, Charset::Ascii, Charset::Latin1] {
        for own in [Charset::Utf8, Charset::Cp932, Charset::EucJp, Charset::Iso2022Jp] {
            let raw = encode(line, own);
            let record = decode_record(&raw, leaf);
            assert_eq!((&*record.text, record.charset), (line, own), "leaf {leaf:?}");
        }
    }
    assert_eq!(decode_record(b"plain", Charset::Cp932).charset, Charset::Ascii);
}

#[test]
fn ascii_and_utf8_are_borrowed() {
    assert!(matches!(decode_record(b"abc", Charset::Cp932).text, Cow::Borrowed(_)));
    assert!(matches!(decode_record("漢字".as_bytes(), Charset::Utf8).text, Cow::Borrowed(_)));
}
