use crate::formats::collected::Collected;
use crate::formats::docx::tests::{assert_people, sample};
use crate::formats::made::zipped;
use crate::model::GapKind;

fn document(content: &str) -> Collected {
    let content = format!(
        "<office:document-content><office:body><office:text>{content}</office:text></office:body></office:document-content>"
    );
    Collected::of(
        "a.odt",
        &zipped(&[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", &content)]),
    )
}

#[test]
fn documents_of_real_programs() {
    for (name, as_table) in
        [("odt/table.odt", true), ("odt/places.odt", false), ("odp/table.odp", true), ("odp/places.odp", false)]
    {
        let got = assert_people(name, &sample(name), as_table);
        assert_eq!(got.format, "odf");
        assert!(got.gaps.is_empty(), "{name}: {:?}", got.gaps);
        assert!(got.all_text().contains("記録係"), "{name}");
    }
}

#[test]
fn spans_spaces_and_marks() {
    let got = document(
        "<text:p>090-<text:span>1</text:span>234<text:span>-5678</text:span><text:s text:c=\"2\"/>a<text:tab/>b\n   c<text:line-break/>d</text:p>\n<text:h>e</text:h>",
    );
    assert_eq!(got.texts(), [["090-1234-5678  a\tb c"], ["d"], ["e"]]);
}

#[test]
fn boxes_notes_and_shapes_do_not_cut_the_text_around_them() {
    let got = document(
        "<text:p>a<draw:frame><draw:text-box><table:table><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell>\
         <table:table-cell><text:p>y</text:p></table:table-cell></table:table-row></table:table></draw:text-box></draw:frame>b\
         <draw:custom-shape><text:p>shape</text:p></draw:custom-shape>c<text:a xlink:href=\"mailto:m@example.jp\">d</text:a></text:p>",
    );
    assert_eq!(got.texts(), [vec!["x", "y"], vec!["shape"], vec!["abcd"], vec!["mailto:m@example.jp"]]);
}

#[test]
fn columns_that_are_repeated_count() {
    let cell = |text: &str| format!("<table:table-cell><text:p>{text}</text:p></table:table-cell>");
    let got = document(&format!(
        "<table:table><table:table-row>{}{}{}</table:table-row><table:table-row><table:table-cell table:number-columns-repeated=\"2\"/>{}</table:table-row></table:table>",
        cell("氏名"),
        cell("住所"),
        cell("電話番号"),
        cell("090")
    ));
    let last = &got.records[1].2[0];
    assert_eq!((last.text.as_str(), last.name.as_deref(), last.place.column), ("090", Some("電話番号"), Some(3)));
}

#[test]
fn an_encrypted_document_says_so() {
    let manifest = "<manifest:manifest><manifest:file-entry manifest:full-path=\"content.xml\"><manifest:encryption-data><manifest:algorithm manifest:algorithm-name=\"Blowfish CFB\"/></manifest:encryption-data></manifest:file-entry></manifest:manifest>";
    let got = Collected::of(
        "a.odt",
        &zipped(&[
            ("mimetype", "application/vnd.oasis.opendocument.text"),
            ("content.xml", "\u{1}\u{2}junk"),
            ("META-INF/manifest.xml", manifest),
        ]),
    );
    assert_eq!(got.gap_kinds(), [GapKind::Encrypted]);
    assert!(got.gaps[0].2.contains("Blowfish") && got.records.is_empty());
}

#[test]
fn damaged_samples_are_no_panic() {
    let bytes = sample("odt/places.odt");
    for at in (0..bytes.len()).step_by(307) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0xFF;
        Collected::of("a.odt", &damaged);
        Collected::of("a.odt", &bytes[..at]);
    }
}
