use crate::formats::collected::Collected;
use crate::formats::made::zipped;
use crate::model::{Bond, GapKind};

fn document(body: &str) -> Collected {
    let xml = format!("<?xml version=\"1.0\"?><w:document xmlns:w=\"x\"><w:body>{body}</w:body></w:document>");
    Collected::of("a.docx", &zipped(&[("[Content_Types].xml", "<Types/>"), ("word/document.xml", &xml)]))
}

#[expect(clippy::disallowed_methods, reason = "a test reads its sample")]
pub(crate) fn sample(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/testdata/formats/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The five people once each, with their header words or at least in one record.
pub(crate) fn assert_people(name: &str, bytes: &[u8], as_table: bool) -> Collected {
    let got = Collected::of(name, bytes);
    let text = got.all_text();
    let people = String::from_utf8(sample("people.csv")).unwrap();
    let mut lines = people.lines();
    let head: Vec<&str> = lines.next().unwrap().split(',').collect();
    for person in lines {
        for (word, value) in head.iter().zip(person.split(',')) {
            assert_eq!(text.matches(value).count(), 1, "{name}: {value} in {text}");
            if as_table {
                let field = find(&got, value).unwrap_or_else(|| panic!("{name}: {value}"));
                assert_eq!(field, (Bond::Row, Some((*word).to_owned())), "{name}: {value}");
            }
        }
    }
    got
}

fn find(got: &Collected, value: &str) -> Option<(Bond, Option<String>)> {
    let own = got.records.iter().find_map(|(bond, _, fields)| {
        fields.iter().find(|field| field.text == value).map(|field| (*bond, field.name.clone()))
    });
    own.or_else(|| got.children.iter().find_map(|(_, child)| find(child, value)))
}

#[test]
fn documents_of_real_programs() {
    for (name, as_table) in [
        ("table.docx", true),
        ("python-docx-table.docx", true),
        ("places.docx", false),
        ("python-docx-places.docx", false),
    ] {
        let got = assert_people(name, &sample(&format!("docx/{name}")), as_table);
        assert_eq!(got.format, "docx");
        assert!(got.gaps.is_empty(), "{name}: {:?}", got.gaps);
        assert!(got.all_text().contains("記録係") || name == "python-docx-places.docx");
    }
}

#[test]
fn runs_are_one_text_and_deleted_text_is_read() {
    let got = document(
        "<w:p><w:pPr><w:tabs><w:tab w:val=\"left\"/></w:tabs></w:pPr><w:r><w:t>090-12</w:t></w:r><w:del w:author=\"田中\"><w:r><w:delText>34</w:delText></w:r></w:del>\
         <w:r><w:t xml:space=\"preserve\">-5678 &amp; &#x5C71;</w:t><w:tab/><w:t>x</w:t><w:br/><w:t>y</w:t></w:r></w:p>",
    );
    assert_eq!(got.texts(), [["090-1234-5678 & 山\tx"], ["y"]]);
    assert_eq!(got.children[0].1.texts(), [["田中"]]);
}

#[test]
fn tables_nest_and_columns_are_kept() {
    let cell = |text: &str| format!("<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>");
    let inner = format!("<w:tbl><w:tr>{}</w:tr></w:tbl>", cell("inner"));
    let got = document(&format!(
        "<w:tbl><w:tr>{}{}{}</w:tr><w:tr><w:tc><w:tcPr><w:gridSpan w:val=\"2\"/></w:tcPr>{inner}<w:p><w:r><w:t>wide</w:t></w:r></w:p></w:tc>{}</w:tr></w:tbl>",
        cell("氏名"),
        cell("住所"),
        cell("電話番号"),
        cell("090"),
    ));
    let mut texts = got.texts();
    texts.sort();
    assert_eq!(texts, [vec!["inner"], vec!["wide", "090"], vec!["氏名", "住所", "電話番号"]]);
    let last = got.records.iter().find(|(.., fields)| fields.len() == 2).unwrap();
    assert_eq!((last.2[1].name.as_deref(), last.2[1].place.column), (Some("電話番号"), Some(3)));
}

#[test]
fn of_two_forms_one_is_read_and_a_box_is_a_line_of_its_own() {
    let text = |text: &str| format!("<w:txbxContent><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:txbxContent>");
    let got = document(&format!(
        "<w:p><w:r><w:t>be</w:t></w:r><w:r><mc:AlternateContent><mc:Choice>{}</mc:Choice><mc:Fallback>{}</mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>fore</w:t></w:r></w:p>\
         <w:p><mc:AlternateContent><mc:Choice/><mc:Fallback>{}</mc:Fallback></mc:AlternateContent></w:p>",
        text("box"),
        text("box"),
        text("only here"),
    ));
    assert_eq!(got.texts(), [["box"], ["before"], ["only here"]]);
}

#[test]
fn links_and_fields_are_read_where_the_text_does_not_say_them() {
    let field = |code: &str, shown: &str| {
        format!(
            "<w:p><w:r><w:fldChar w:fldCharType=\"begin\"/><w:instrText>HYPER</w:instrText></w:r><w:r><w:instrText>LINK \"mailto:{code}\"</w:instrText><w:fldChar w:fldCharType=\"separate\"/><w:t>{shown}</w:t></w:r></w:p>"
        )
    };
    let body = [field("a@example.jp", "a@example.jp"), field("b@example.jp", "write")].concat();
    assert_eq!(document(&body).texts(), [["a@example.jp"], ["write"], ["HYPERLINK \"mailto:b@example.jp\""]]);
    let rels = "<Relationships><Relationship Id=\"r1\" Target=\"mailto:c@example.jp\" TargetMode=\"External\"/><Relationship Id=\"r2\" Target=\"https://x.example/?d\" TargetMode=\"External\"/><Relationship Id=\"r3\" Target=\"styles.xml\"/></Relationships>";
    let xml = "<w:document><w:p><w:hyperlink r:id=\"r1\"><w:r><w:t>mail</w:t></w:r></w:hyperlink></w:p></w:document>";
    let got = Collected::of(
        "a.docx",
        &zipped(&[
            ("[Content_Types].xml", "<Types/>"),
            ("word/document.xml", xml),
            ("word/_rels/document.xml.rels", rels),
        ]),
    );
    assert_eq!(got.texts(), [["mail"], ["mailto:c@example.jp"], ["https://x.example/?d"]]);
}

#[test]
fn embedded_files_and_unknown_parts_are_looked_at() {
    let xml = "<w:document><w:p/></w:document>";
    let got = Collected::of(
        "a.docx",
        &zipped(&[
            ("[Content_Types].xml", ""),
            ("word/document.xml", xml),
            ("word/embeddings/list.csv", "氏名,電話\na,1\nb,2\n"),
            ("word/afchunk.txt", "hello\n"),
            ("word/styles.xml", "<x/>"),
        ]),
    );
    let names: Vec<_> = got.children.iter().map(|(name, child)| (name.as_str(), child.format)).collect();
    assert_eq!(names, [("word/embeddings/list.csv", "csv"), ("word/afchunk.txt", "plain")]);
}

#[test]
fn hostile_documents_are_one_gap() {
    let deep = document(&"<w:tbl><w:tr><w:tc>".repeat(20_000));
    assert_eq!(deep.gap_kinds(), [GapKind::OverLimit, GapKind::OverLimit]);
    let long = document(&format!("<w:p><w:r><w:t>{}</w:t></w:r></w:p>", "090-1234-5678 ".repeat(700_000)));
    assert_eq!(long.gap_kinds(), [GapKind::OverLimit]);
    let cut = document("<w:p><w:r><w:t>before</w:t>");
    assert_eq!((cut.gap_kinds(), cut.texts()), (vec![GapKind::Truncated], vec![vec!["before"]]));
}

#[test]
fn damaged_samples_are_no_panic() {
    let bytes = sample("docx/places.docx");
    for at in (0..bytes.len()).step_by(67) {
        Collected::of("a.docx", &bytes[..at]);
        let mut damaged = bytes.clone();
        damaged[at] ^= 0xFF;
        Collected::of("a.docx", &damaged);
    }
}

#[test]
fn moved_text_is_read_once_and_not_lost() {
    let run = |text: &str| format!("<w:r><w:t>{text}</w:t></w:r>");
    let body = [
        format!(
            "<w:p><w:moveFrom w:author=\"移した人\">{}</w:moveFrom>{}</w:p>",
            run("taro@example.jp へ"),
            run("ここ")
        ),
        format!("<w:p><w:moveFrom>{}</w:moveFrom></w:p>", run("jiro@example.jp へ")),
        format!("<w:p><w:moveTo>{}{}</w:moveTo></w:p>", run("taro@exam"), run("ple.jp へ")),
    ];
    let got = document(&body.concat());
    assert_eq!(got.texts(), [["ここ"], ["taro@example.jp へ"], ["jiro@example.jp へ"]]);
}

#[test]
fn what_stands_in_attributes_and_outside_is_read() {
    let xml = "<w:document><w:body><w:p><w:hyperlink r:id=\"h\" w:tooltip=\"内線 1234\"><w:r><w:t>x</w:t></w:r></w:hyperlink></w:p>\
               <w:tbl><w:tblPr><w:tblCaption w:val=\"会員の表\"/></w:tblPr><w:tr><w:tc><w:p><w:r><w:t>y</w:t></w:r></w:p></w:tc></w:tr></w:tbl>\
               <w:p><w:r><w:pict><v:rect alt=\"箱\" href=\"mailto:hako@example.jp\"/><pic:cNvPr name=\"山田太郎_免許証.jpg\"/><wp:docPr name=\"図 1\"/></w:pict></w:r></w:p></w:body></w:document>";
    let outside = "<Relationships><Relationship Id=\"a\" Target=\"file:///C:/Users/kato/a.htm\" TargetMode=\"External\"/></Relationships>";
    let own = "<Relationships><Relationship Id=\"e\" Target=\"../embeddings/book1.xlsx\"/></Relationships>";
    let chart = |text: &str| format!("<c:chartSpace><c:pt>\n<c:v>{text}</c:v></c:pt></c:chartSpace>");
    let got = Collected::of(
        "a.docx",
        &zipped(&[
            ("[Content_Types].xml", "<Types/>"),
            ("word/document.xml", xml),
            ("word/webSettings.xml", "<w:webSettings/>"),
            ("word/_rels/webSettings.xml.rels", outside),
            ("word/charts/chart1.xml", &chart("本の値")),
            ("word/charts/_rels/chart1.xml.rels", own),
            ("word/charts/chart2.xml", &chart("外の値")),
            ("word/embeddings/book1.xlsx", "no workbook"),
        ]),
    );
    let text = got.all_text();
    for wanted in ["内線 1234", "会員の表", "箱", "hako@example.jp", "山田太郎_免許証.jpg", "kato/a.htm", "外の値"]
    {
        assert_eq!(text.matches(wanted).count(), 1, "{wanted} in {text}");
    }
    // The workbook of a chart has its values.
    assert!(!text.contains("本の値") && !text.contains("図 1"), "{text}");
}

#[test]
fn names_of_bookmarks_and_texts_of_lists_are_read() {
    let xml =
        |body: &str| format!("<?xml version=\"1.0\"?><w:document xmlns:w=\"x\"><w:body>{body}</w:body></w:document>");
    let body = xml(
        "<w:p><w:bookmarkStart w:id=\"0\" w:name=\"山田_太郎\"/><w:r><w:t>x</w:t></w:r><w:bookmarkStart w:id=\"1\" w:name=\"_GoBack\"/></w:p>",
    );
    let level = |text: &str| format!("<w:lvl><w:lvlText w:val=\"{text}\"/></w:lvl>");
    // However many there are, the last is read.
    let many: String = (0..super::MOST_LEVELS).map(|n| level(&format!("章{n}"))).collect();
    let lists = xml(&(["担当 山田太郎 %1", "%1.", "担当 山田太郎 %1", "•"].map(level).concat()
        + &many
        + &level("最後の佐藤花子")));
    let parts = [("[Content_Types].xml", "<Types/>"), ("word/document.xml", &*body), ("word/numbering.xml", &*lists)];
    let text = Collected::of("a.docx", &zipped(&parts)).all_text();
    assert_eq!(text.matches("山田_太郎").count(), 1);
    assert_eq!(text.matches("担当 山田太郎").count(), 1);
    assert!(text.contains("最後の佐藤花子"));
    assert!(!text.contains("_GoBack") && !text.contains("%1."));
}
