use crate::formats::collected::Collected;
use crate::model::{Bond, GapKind};

fn names(got: &Collected, record: usize) -> Vec<&str> {
    got.records[record].2.iter().map(|field| field.name.as_deref().unwrap_or("")).collect()
}

#[test]
fn elements_that_repeat_are_rows() {
    let got = Collected::of(
        "a.xml",
        "<?xml version=\"1.0\"?>\n<customers title=\"名簿\">\n<customer id=\"1\"><name>山田</name><address><zip>100-0001</zip></address></customer>\n<customer id=\"2\"><name>鈴木</name></customer>\n</customers>".as_bytes(),
    );
    assert_eq!((got.format, got.gaps.len()), ("xml", 0));
    assert_eq!(got.texts(), [vec!["1", "山田", "100-0001"], vec!["2", "鈴木"], vec!["名簿"]]);
    assert_eq!((names(&got, 0), got.records[0].0), (vec!["id", "name", "zip"], Bond::Row));
    let place = &got.records[1].2[1].place;
    assert_eq!((place.row, place.pointer.as_deref()), (Some(4), Some("/customers/customer[2]/name")));
}

#[test]
fn attributes_names_and_keys() {
    let got = Collected::of(
        "a.xml",
        "<users><user name=\"山田\" mail=\"a@example.jp\"/><user name=\"鈴木\" mail=\"b@example.jp\"/></users>"
            .as_bytes(),
    );
    assert_eq!(got.texts(), [["山田", "a@example.jp"], ["鈴木", "b@example.jp"]]);
    assert_eq!(names(&got, 1), ["name", "mail"]);
    let got = Collected::of(
        "a.xml",
        b"<resources>\n<string name=\"mail\">a@example.jp</string>\n<string name=\"tel\">1</string>\n</resources>",
    );
    assert!(
        got.records
            .iter()
            .flat_map(|(.., fields)| fields)
            .any(|f| f.name.as_deref() == Some("mail") && f.text == "a@example.jp")
    );
    let got = Collected::of(
        "a.plist",
        b"<plist><dict><key>mail</key><string>a@example.jp</string><key>n</key><integer>1</integer></dict></plist>",
    );
    assert!(
        got.records
            .iter()
            .flat_map(|(.., fields)| fields)
            .any(|f| f.name.as_deref() == Some("mail") && f.text == "a@example.jp")
    );
}

#[test]
fn mixed_text_is_one_text() {
    let got = Collected::of("a.xml", "<doc><p>tel <b>090</b>-1234-5678 です</p><p><b>080</b>-1234-5678</p><!-- x@example.jp --><![CDATA[y & z]]></doc>".as_bytes());
    let text = got.all_text();
    for want in ["tel 090-1234-5678 です", "080-1234-5678", "x@example.jp", "y & z"] {
        assert!(text.contains(want), "{want}: {text}");
    }
}

#[test]
fn lists_of_one_kind_are_no_row() {
    let got = Collected::of("a.xml", b"<mails><to>a@example.jp</to><to>b@example.jp</to></mails>");
    assert_eq!(got.texts(), [["a@example.jp"], ["b@example.jp"]]);
    assert!(got.records.iter().all(|(bond, ..)| *bond == Bond::Line));
}

#[test]
fn encodings_are_as_declared() {
    let text = "<?xml version=\"1.0\" encoding=\"X\"?><a><name>山田太郎</name><place>東京都千代田区</place></a>";
    for (label, codec) in [("Shift_JIS", encoding_rs::SHIFT_JIS), ("EUC-JP", encoding_rs::EUC_JP)] {
        let bytes = codec.encode(&text.replace('X', label)).0.into_owned();
        assert_eq!(Collected::of("a.xml", &bytes).texts(), [["山田太郎", "東京都千代田区"]], "{label}");
    }
    let wide: Vec<u8> =
        format!("\u{feff}{}", text.replace('X', "UTF-16")).encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(Collected::of("a.xml", &wide).texts(), [["山田太郎", "東京都千代田区"]]);
}

#[test]
fn workbooks_and_documents_in_one_file() {
    let cell = |text: &str| format!("<Cell><Data ss:Type=\"String\">{text}</Data></Cell>");
    let got = Collected::of(
        "a.xls",
        format!(
            "<?xml version=\"1.0\"?><Workbook><Worksheet ss:Name=\"会員\"><Table><Row>{}{}{}</Row><Row ss:Index=\"5\">{}<Cell ss:Index=\"3\"><Data>090</Data></Cell></Row></Table></Worksheet></Workbook>",
            cell("氏名"), cell("住所"), cell("電話番号"), cell("山田")
        )
        .as_bytes(),
    );
    let (name, sheet) = &got.children[0];
    assert_eq!((name.as_str(), sheet.texts()), ("会員", vec![vec!["氏名", "住所", "電話番号"], vec!["山田", "090"]]));
    let last = &sheet.records[1].2[1];
    assert_eq!((last.name.as_deref(), last.place.row, last.place.column), (Some("電話番号"), Some(5), Some(3)));
    let got = Collected::of("a.xml", b"<?xml version=\"1.0\"?><w:wordDocument><w:p><w:r><w:t>090-12</w:t></w:r><w:r><w:t>34-5678</w:t></w:r></w:p></w:wordDocument>");
    assert_eq!(got.texts(), [["090-1234-5678"]]);
    let got = Collected::of("a.fodt", b"<office:document office:mimetype=\"application/vnd.oasis.opendocument.text\"><text:p>a<text:span>b</text:span></text:p></office:document>");
    assert_eq!(got.texts(), [["ab"]]);
}

#[test]
fn entities_never_grow_and_broken_xml_loses_nothing() {
    let laughs = "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY x \"taro@example.jp\"><!ENTITY y \"&x;&x;&x;\">]><a><b>&y;</b><b>&amp;</b></a>";
    let got = Collected::of("a.xml", laughs.as_bytes());
    assert_eq!(got.all_text().matches("taro@example.jp").count(), 1);
    let got = Collected::of("a.xml", b"<?xml version=\"1.0\"?><a><b>one</b>\n<c two@example.jp\nthree <<");
    let text = got.all_text();
    assert!(text.contains("one") && text.contains("two@example.jp") && text.contains("three"), "{text}");
    assert_eq!(got.gaps.len(), 1, "{:?}", got.gaps);
    let got = Collected::of("a.xml", b"<?xml version=\"1.0\"?><a><b>one</b><c>two");
    assert_eq!((got.gap_kinds(), got.texts().len()), (vec![GapKind::Truncated], 1));
}

#[test]
fn large_and_deep_documents_are_bounded() {
    let many = format!("<l>{}</l>", "<a><n>x</n><m>y</m></a>".repeat(5_000));
    assert_eq!(Collected::of("a.xml", many.as_bytes()).records.len(), 5_000);
    let values = format!("<l>{}</l>", "<a>x@example.jp</a>".repeat(20_000));
    assert_eq!(Collected::of("a.xml", values.as_bytes()).all_text().matches("x@").count(), 20_000);
    let deep =
        Collected::of("a.xml", format!("<?xml version=\"1.0\"?>{}090-1234-5678", "<a>".repeat(10_000)).as_bytes());
    assert_eq!(deep.gap_kinds(), [GapKind::OverLimit]);
    assert!(deep.all_text().contains("090-1234-5678"));
    let long = Collected::of(
        "a.xml",
        format!("<?xml version=\"1.0\"?><a><b>{}</b></a>", "090-1234-5678 ".repeat(700_000)).as_bytes(),
    );
    assert_eq!(long.gap_kinds(), [GapKind::OverLimit]);
}

#[test]
fn what_is_no_xml_is_not_taken_for_it() {
    for (name, text) in [
        ("a.log", "<taro> hello there\n<hanako> hi\n"),
        ("a.txt", "<13>Jan 1 00:00:00 host x: y\n"),
        ("a.php", "<?php echo 1 ?>\n"),
        ("m.txt", "<a@example.jp> is my address\n"),
    ] {
        assert_ne!(Collected::of(name, text.as_bytes()).format, "xml", "{text}");
    }
}

#[test]
fn cut_at_every_byte_is_no_panic() {
    let text =
        "<?xml version=\"1.0\"?><a x='1' y=\"&lt;\"><b>t&#12354;</b><b><c>d</c><c/></b><!-- c --><![CDATA[e]]>f</a>";
    for at in 0..text.len() {
        Collected::of("a.xml", &text.as_bytes()[..at]);
        let mut damaged = text.as_bytes().to_vec();
        damaged[at] ^= 0x0F;
        Collected::of("a.xml", &damaged);
    }
}
