use crate::formats::collected::Collected;
use crate::formats::docx::tests::{assert_people, sample};
use crate::model::GapKind;

fn rtf(body: &str) -> Collected {
    Collected::of(
        "a.rtf",
        format!("{{\\rtf1\\ansi\\ansicpg932{{\\fonttbl{{\\f0\\fcharset128 MS;}}{{\\f1\\fcharset0 Times;}}}}{body}}}")
            .as_bytes(),
    )
}

#[test]
fn documents_of_libreoffice() {
    for (name, as_table) in [("rtf/table.rtf", true), ("rtf/places.rtf", false)] {
        let got = assert_people(name, &sample(name), as_table);
        assert_eq!((got.format, got.gaps.len()), ("rtf", 0), "{name}: {:?}", got.gaps);
        assert!(got.all_text().contains("記録係"), "{name}");
    }
}

#[test]
fn code_pages_and_unicode() {
    // 表 ends in a byte that is a backslash by itself.
    let got = rtf(
        "\\f0\\'8e\\'52\\'93\\'63\\'95\\'5c\\'95\\\\ 090-{\\b 1234}-5678\\par\\uc1\\u23665?\\u30000 ?{\\uc2\\u-10179\\'3f\\'3f\\u-8704??}x\\par",
    );
    assert_eq!(got.texts(), [["山田表表 090-1234-5678"], ["山田😀x"]]);
    let got =
        rtf("\\f1\\'8e\\'52\\'93\\'63\\'91\\'be\\'98\\'59\\'82\\'b3\\'82\\'f1\\'82\\'cc\\'93\\'64\\'98\\'62\\par");
    assert_eq!(got.texts(), [["山田太郎さんの電話"]]);
    let western = Collected::of("a.rtf", b"{\\rtf1\\ansi caf\\'e9 \\ldblquote x\\rdblquote\\tab y\\line z\\~\\_}");
    assert_eq!(western.texts(), [["café “x”\ty"], ["z\u{a0}-"]]);
}

#[test]
fn tables_are_rows() {
    let row = |a: &str, b: &str| format!("\\trowd\\cellx100\\cellx200\\pard\\intbl {a}\\cell {b}\\cell\\row");
    let got = rtf(&format!("before\\par {}{}\\pard after\\par", row("name", "tel"), row("taro", "090-1234-5678")));
    assert_eq!(got.texts(), [vec!["before"], vec!["name", "tel"], vec!["taro", "090-1234-5678"], vec!["after"]]);
    assert_eq!(got.records[2].2[1].name.as_deref(), Some("tel"));
}

#[test]
fn destinations() {
    let got = rtf(
        "{\\info{\\author Taro}{\\upr{\\title ??}{\\*\\ud{\\title \\u23665?}}}}{\\*\\generator X 1;}{\\colortbl;\\red1;}text{\\footnote note\\par more} goes on\
         {\\field{\\*\\fldinst HYPERLINK \"mailto:a@example.jp\"}{\\fldrslt link}}{\\*\\unknown hidden}{\\shp{\\*\\shpinst{\\sp{\\sn x}{\\sv 1}}{\\shptxt box}}{\\shprslt box}}\\par",
    );
    let want: &[&str] = &["Taro", "山", "note", "more", "box", "text goes onlink", "HYPERLINK \"mailto:a@example.jp\""];
    assert_eq!(got.texts().concat(), want);
    assert_eq!(got.records[0].2[0].name.as_deref(), Some("author"));
}

#[test]
fn embedded_files_are_looked_at_and_pictures_told() {
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let mut content = b"\x02\0list.csv\0C:\\list.csv\0\0\0\x03\0\x03\0\0\0C:\\\x0b\0\0\0".to_vec();
    content.extend(b"name,tel\na,1");
    let mut object = b"\x01\x05\0\0\x02\0\0\0\x08\0\0\0Package\0\0\0\0\0\0\0\0\0".to_vec();
    object.extend((content.len() as u32).to_le_bytes());
    object.extend(content);
    let got = rtf(&format!(
        "{{\\object\\objemb{{\\*\\objclass Package}}{{\\*\\objdata {}}}{{\\result {{\\pict\\pngblip 89504e}}}}}}",
        hex(&object)
    ));
    assert_eq!((got.children[0].0.as_str(), got.children[0].1.format), ("object 1/list.csv", "csv"));
    assert_eq!(got.gap_kinds(), [GapKind::NoText]);
}

#[test]
fn hostile_files_end() {
    assert_eq!(rtf(&"{".repeat(100_000)).gap_kinds(), [GapKind::OverLimit, GapKind::Truncated]);
    assert_eq!(Collected::of("a.rtf", b"{\\rtf1 cut 090-1234-5678").texts(), [["cut 090-1234-5678"]]);
    assert_eq!(rtf("\\bin99999999 x").gap_kinds().len(), 2);
    rtf("}}}}}}\\cell\\row\\u\\uc-5\\u99999999999999999999 \\'zz\\itap999\\nestcell\\f-1 x");
    let bytes = sample("rtf/places.rtf");
    for at in (0..bytes.len()).step_by(53) {
        Collected::of("a.rtf", &bytes[..at]);
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x1F;
        Collected::of("a.rtf", &damaged);
    }
}
