use proptest::prelude::*;

use super::*;

#[test]
fn folds_what_forms_hold() {
    for (source, folded) in [
        ("０１２", "012"),
        ("ＡＢｃ＠", "ABc@"),
        ("ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダ タロウ"),
        ("㈱", "(株)"),
        ("①", "1"),
        ("℡", "TEL"),
        ("㍼㍻㋿", "昭和平成令和"),
        ("〒", "〒"),
        ("　", " "),
        ("ｶﾞ", "ガ"),
        ("ハ\u{309A}", "パ"),
        ("か\u{3099}", "が"),
        ("e\u{301}", "é"),
        ("髙﨑", "髙﨑"),
        ("\u{FA19}", "\u{795E}"),
        ("葛\u{E0100}", "葛\u{E0100}"),
        ("～〜", "~〜"),
        ("コーヒー", "コーヒー"),
        ("−1", "−1"),
    ] {
        assert_eq!(fold(source).as_str(), folded, "{source}");
    }
}

#[test]
fn dashes_fold_between_digits_alone() {
    for dash in "‐‑‒–—―−─━ー－ｰ﹣⁃".chars() {
        assert_eq!(
            fold(&format!("０９０{dash}1234{dash}５")).as_str(),
            "090-1234-5",
            "{dash} U+{:04X}",
            u32::from(dash)
        );
        assert_eq!(fold(&format!("(03){dash}1")).as_str(), "(03)-1", "{dash}");
        assert_eq!(fold(&format!("03{dash}（1")).as_str(), "03-(1", "{dash}");
    }
    assert_eq!(fold("3ー あ").as_str(), "3ー あ");
    assert_eq!(fold("1−−2").as_str(), "1−−2");
    assert_eq!(fold("ー1").as_str(), "ー1");
}

#[test]
fn ascii_is_not_copied() {
    let folded = fold("name,090-1234");
    assert!(matches!(folded.text, Cow::Borrowed(_)) && folded.steps.is_empty());
    assert_eq!((folded.source_offset(5), folded.source_offset(99)), (5, 13));
    assert_eq!(folded.source_range(5..8), 5..8);
}

#[test]
fn ranges_cover_whole_clusters() {
    let source = "㈱ﾔﾏﾀﾞ０９a";
    let folded = fold(source);
    assert_eq!(folded.as_str(), "(株)ヤマダ09a");
    let part = |needle: &str| {
        let at = folded.as_str().find(needle).unwrap();
        &source[folded.source_range(at..at + needle.len())]
    };
    assert_eq!(
        (part("株"), part("ダ"), part("ヤマダ"), part("9"), part("09a"), part("a")),
        ("㈱", "ﾀﾞ", "ﾔﾏﾀﾞ", "９", "０９a", "a")
    );
}

fn mixed() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![
            prop::char::range('０', 'ﾟ'),
            prop::char::range('ぁ', 'ヾ'),
            prop::char::range(' ', '~'),
            prop::char::range('㈀', '㏿'),
            Just('\u{3099}'),
            Just('ー'),
            Just('−'),
            Just('漢'),
            any::<char>(),
        ],
        0..30,
    )
    .prop_map(|chars| chars.into_iter().collect())
}

proptest! {
    /// The map is monotonic, lands on character boundaries, and refolding what a range came from gives that range.
    #[test]
    fn the_map_leads_back(source in mixed()) {
        let folded = fold(&source);
        let mut before = 0;
        for at in 0..=folded.as_str().len() {
            let back = folded.source_offset(at);
            prop_assert!(back >= before && back <= source.len());
            before = back;
        }
        for (at, c) in folded.as_str().char_indices() {
            let range = folded.source_range(at..at + c.len_utf8());
            let part = source.get(range.clone());
            prop_assert!(part.is_some(), "{range:?} of {source:?}");
            let again: String = part.unwrap().nfkc().collect();
            // A written line break is a space.
            let is_escape = c == ' ' && part.is_some_and(|part| part.starts_with('\\'));
            prop_assert!(c == '-' || is_escape || again.contains(c), "{c:?} from {part:?}");
        }
        prop_assert_eq!(folded.source_range(0..folded.as_str().len()), 0..if folded.as_str().is_empty() { 0 } else { source.len() });
    }

    /// Any part of the folded text is in the folding of what it came from.
    #[test]
    fn what_a_part_came_from_folds_to_it(source in mixed(), from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>()) {
        let folded = fold(&source);
        let edges: Vec<usize> = folded.as_str().char_indices().map(|(at, _)| at).chain([folded.as_str().len()]).collect();
        let (from, to) = (*from.get(&edges), *to.get(&edges));
        let part = from.min(to)..from.max(to);
        let range = folded.source_range(part.clone());
        // The neighbours decide what a dash becomes, so they are folded with it.
        let neighbour = edges.iter().rev().find(|edge| **edge < part.start).map_or(0, |edge| folded.source_offset(*edge));
        let before = neighbour.min(range.start);
        let after = range.end + source[range.end..].chars().next().map_or(0, char::len_utf8);
        let again = fold(&source[before..after]);
        prop_assert!(again.as_str().contains(&folded.as_str()[part]), "{range:?} of {source:?}");
    }

    /// Without dashes it is NFKC.
    #[test]
    fn it_is_nfkc(source in "[０-９Ａ-ｚｱ-ﾟぁ-ん゙ァ-ヶ一-鿋㈱①-⑳ a-z0-9\u{301}]{0,30}") {
        let nfkc: String = source.nfkc().collect();
        prop_assert_eq!(fold(&source).as_str().to_owned(), nfkc);
    }
}

/// A character as programs write it, in one of their ways.
fn written(c: char, way: u8) -> String {
    let mut utf8 = [0; 4];
    let bytes = c.encode_utf8(&mut utf8).bytes();
    match way {
        0 => bytes.map(|byte| format!("%{byte:02X}")).collect(),
        1 => bytes.map(|byte| format!("\\x{byte:02x}")).collect(),
        2 => format!("&#{};", u32::from(c)),
        3 => c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
        _ => c.to_string(),
    }
}

proptest! {
    /// However a text is escaped, it folds to the same, and each character leads back to its own escape.
    #[test]
    fn escaped_text_folds_to_what_it_stands_for(chars in prop::collection::vec(("[ぁ-んァ-ヶ一-龠𠮷@]", 0u8..6), 0..20)) {
        let (mut plain, mut escaped, mut places) = (String::new(), String::new(), Vec::new());
        for (text, way) in &chars {
            let c = text.chars().next().unwrap();
            // Logs escape bytes above ASCII this way, and `@` by no `\\x40` that would not be one.
            let form = if c == '@' && *way == 1 { "@".to_owned() } else { written(c, *way) };
            places.push((plain.len(), escaped.len()));
            plain.push(c);
            escaped.push_str(&form);
        }
        let folded = fold(&escaped);
        prop_assert_eq!(folded.as_str().to_owned(), fold(&plain).as_str().to_owned());
        for (at, from) in places {
            prop_assert_eq!(folded.source_offset(at), from);
        }
    }

    /// What only looks like escapes is no danger either: the map stays a map.
    #[test]
    fn hostile_escapes_keep_the_map(source in "([%&#;\\\\xu0-9a-fA-F]|%[89A-F][0-9A-F]|山|\\\\u[dD][89a-f][0-9a-f]{2}){0,60}") {
        let folded = fold(&source);
        let mut before = 0;
        for (at, _) in folded.as_str().char_indices() {
            let back = folded.source_offset(at);
            prop_assert!(back >= before && back <= source.len() && source.is_char_boundary(back), "{} of {:?}", at, source);
            before = back;
        }
    }
}
