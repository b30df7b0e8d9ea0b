use crate::formats::collected::Collected;
use crate::formats::docx::tests::{assert_people, sample};
use crate::formats::made::zipped;

#[test]
fn presentations_of_real_programs() {
    for (name, as_table) in [
        ("table.pptx", true),
        ("python-pptx-table.pptx", true),
        ("places.pptx", false),
        ("python-pptx-places.pptx", false),
    ] {
        let got = assert_people(name, &sample(&format!("pptx/{name}")), as_table);
        assert_eq!(got.format, "pptx");
        assert!(got.gaps.is_empty(), "{name}: {:?}", got.gaps);
    }
}

#[test]
fn slides_come_in_their_order_and_know_their_page() {
    let slide = |text: &str| format!("<p:sld show=\"0\"><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>");
    let order = "<p:presentation><p:sldIdLst><p:sldId id=\"256\" r:id=\"b\"/><p:sldId id=\"257\" r:id=\"a\"/></p:sldIdLst></p:presentation>";
    let rels = "<Relationships><Relationship Id=\"a\" Target=\"slides/slide1.xml\"/><Relationship Id=\"b\" Target=\"/ppt/slides/slide2.xml\"/></Relationships>";
    let notes = "<Relationships><Relationship Id=\"n\" Target=\"../notesSlides/notesSlide7.xml\"/></Relationships>";
    let got = Collected::of(
        "a.pptx",
        &zipped(&[
            ("[Content_Types].xml", ""),
            ("ppt/presentation.xml", order),
            ("ppt/_rels/presentation.xml.rels", rels),
            ("ppt/slides/slide1.xml", &slide("one")),
            ("ppt/slides/slide2.xml", &slide("two")),
            ("ppt/slides/slide3.xml", &slide("nowhere named")),
            ("ppt/slides/_rels/slide1.xml.rels", notes),
            ("ppt/notesSlides/notesSlide7.xml", &slide("a note")),
            ("ppt/comments/comment1.xml", "<p:cmLst><p:cm authorId=\"0\"><p:text>a comment</p:text></p:cm></p:cmLst>"),
            ("ppt/commentAuthors.xml", "<p:cmAuthorLst><p:cmAuthor name=\"田中 健一\"/></p:cmAuthorLst>"),
        ]),
    );
    let pages: Vec<_> = got.records.iter().map(|(.., f)| (f[0].text.as_str(), f[0].place.page)).collect();
    assert_eq!(pages, [("two", Some(1)), ("one", Some(2)), ("nowhere named", Some(3))]);
    let parts: Vec<_> = got.children.iter().map(|(name, part)| (name.as_str(), part.texts().concat())).collect();
    assert_eq!(
        parts,
        [
            ("notesSlides/notesSlide7", vec!["a note"]),
            ("comments/comment1", vec!["a comment"]),
            ("properties", vec!["田中 健一"])
        ]
    );
    assert_eq!(got.children[0].1.records[0].2[0].place.page, Some(2));
}

#[test]
fn damaged_samples_are_no_panic() {
    let bytes = sample("pptx/python-pptx-places.pptx");
    for at in (0..bytes.len()).step_by(503) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0xFF;
        Collected::of("a.pptx", &damaged);
        Collected::of("a.pptx", &bytes[..at]);
    }
}

#[test]
fn names_of_sections_and_values_of_new_charts_are_read() {
    let order = "<p:presentation><p:custShowLst><p:custShow name=\"田中様向け\"/></p:custShowLst><p14:section name=\"会員 一覧\"/></p:presentation>";
    let chart = "<cx:chartSpace><cx:lvl><cx:pt idx=\"0\">佐藤 花子</cx:pt><cx:pt idx=\"1\">山田 太郎</cx:pt></cx:lvl></cx:chartSpace>";
    let got = Collected::of(
        "a.pptx",
        &zipped(&[("[Content_Types].xml", ""), ("ppt/presentation.xml", order), ("ppt/charts/chartEx1.xml", chart)]),
    );
    assert_eq!(got.all_text(), "佐藤 花子\n山田 太郎\n田中様向け\n会員 一覧\n");
}
