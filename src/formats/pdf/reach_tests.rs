//! What people write outside the content of pages, or where it does not lead at once.

use super::tests::{CATALOG, FONT, PAGES, made, page_of};
use crate::formats::collected::Collected;

#[test]
fn a_field_that_no_form_leads_to_is_read_where_it_stands() {
    let look = "BT /F1 9 Tf 2 2 Td (090 1234 5601) Tj 0 -10 Td (drawn only) Tj ET";
    let look =
        format!("<</Subtype/Form/Resources<</Font<</F1 5 0 R>>>>/Length {}>>stream\n{look}\nendstream", look.len());
    let page = "<</Type/Page/Contents 4 0 R/Annots[6 0 R 7 0 R 9 0 R<</Subtype/Widget/T(bare)/V(direct)>>]>>";
    let content = "<</Length 1>>stream\n \nendstream";
    let more = [
        // One of a field with a parent; two of one field; one of which only the look is known.
        "<</Subtype/Widget/T(phone)/Parent 8 0 R/V(090-1234-5601)/AP<</N 10 0 R>>>>",
        "<</Subtype/Widget/Parent 8 0 R>>",
        "<</T(person)/V(both)/Kids[6 0 R 7 0 R]>>",
        "<</Subtype/Widget/T(seen)/V(known)>>",
        &look,
    ];
    let mut objects = vec![CATALOG, PAGES, page, content, FONT];
    objects.extend(more);
    let got = Collected::of("a.pdf", &made(&objects));
    assert_eq!(got.gaps, []);
    assert_eq!(got.texts(), vec![vec!["drawn only"], vec!["both", "090-1234-5601", "known", "direct"]]);
    let names: Vec<_> = got.records[1].2.iter().map(|field| field.name.clone().unwrap()).collect();
    assert_eq!(names, ["person", "person.phone", "seen", "bare"]);
    // What the form leads to is given with it, and once.
    let catalog = "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[8 0 R 9 0 R]>>>>";
    objects[0] = catalog;
    let got = Collected::of("a.pdf", &made(&objects));
    assert_eq!(got.texts(), vec![vec!["drawn only"], vec!["direct"]]);
    assert_eq!(got.children[0].1.texts(), [["both", "090-1234-5601", "known"]]);
}

#[test]
fn what_may_be_chosen_is_read_and_what_is_chosen_once() {
    let catalog = "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R 7 0 R 8 0 R]>>>>";
    let page = "<</Type/Page/Contents 4 0 R/Annots[6 0 R 7 0 R 8 0 R]>>";
    let content = "<</Length 1>>stream\n \nendstream";
    let got = Collected::of(
        "a.pdf",
        &made(&[
            catalog,
            PAGES,
            page,
            content,
            FONT,
            "<</Subtype/Widget/FT/Ch/T(staff)/V(E2)/Opt[[(E1)(Yamada)][(E2)(Sato)]]>>",
            "<</Subtype/Widget/FT/Ch/T(list)/V[(two)(four)]/Opt[(one)(two)(three)(four)]>>",
            "<</Subtype/Widget/FT/Ch/T(places)/I[1]/Opt[(here)(there)]/DV(nowhere)>>",
        ]),
    );
    assert_eq!(got.gaps, []);
    let form = &got.children[0].1;
    let want = [
        vec!["E2", "Sato", "two", "four", "there", "nowhere"],
        vec!["Yamada", "E1"],
        vec!["one"],
        vec!["three"],
        vec!["here"],
    ];
    assert_eq!(form.texts(), want);
    assert_eq!(form.records[1].2[0].name.as_deref(), Some("staff (option)"));
}

fn stream(dict: &str, content: &str) -> String {
    format!("<<{dict}/Length {}>>stream\n{content}\nendstream", content.len())
}

#[test]
fn text_in_patterns_and_masks_is_read_once_and_not_mixed_with_the_page() {
    let fonts = "/Resources<</Font<</F1 5 0 R>>>>";
    let tile = stream(&format!("/PatternType 1{fonts}"), "BT /F1 9 Tf 50 700 Td (tile) Tj 0 -20 Td (shown) Tj ET");
    let mask = stream(
        "/Subtype/Form/Resources<</Font<</F1 5 0 R>>/Pattern<</P 6 0 R/Q 8 0 R>>>>",
        "/P scn BT /F1 9 Tf 50 700 Td (mask) Tj ET /Q scn",
    );
    // It is its own paint.
    let inner = stream(
        "/PatternType 1/Resources<</Font<</F1 5 0 R>>/Pattern<</Q 8 0 R>>>>",
        "/Q SCN BT /F1 9 Tf (inner) Tj ET",
    );
    let content = "/Pattern cs /P scn /P scn /G gs BT /F1 9 Tf 50 700 Td (shown) Tj ET /P SCN";
    let resources = "/Pattern<</P 6 0 R>>/ExtGState<</G<</SMask<</S/Alpha/G 7 0 R>>>>>>";
    let got = Collected::of("a.pdf", &page_of(content, resources, &[&tile, &mask, &inner]));
    assert_eq!(got.gaps, []);
    assert_eq!(got.texts(), [["shown"], ["tile"], ["mask"], ["inner"]]);
}

#[test]
fn a_program_s_patterns_masks_and_pages_of_forms_are_read() {
    let people: Vec<Vec<&str>> =
        include_str!("../../../testdata/formats/people.csv").lines().map(|line| line.split(',').collect()).collect();
    let drawn = Collected::of("drawn.pdf", include_bytes!("../../../testdata/formats/pdf/drawn.pdf"));
    let page = Collected::of("form-page.pdf", include_bytes!("../../../testdata/formats/pdf/form-page.pdf"));
    assert_eq!((drawn.gaps.len(), page.gaps.len()), (0, 0));
    let named = |got: &Collected| {
        let rows = got.records.iter().filter(|record| record.2.iter().all(|field| field.name.is_some()));
        rows.map(|row| row.2.iter().map(|field| field.text.clone()).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    assert_eq!(named(&drawn), people[1..]);
    assert_eq!(named(&page), people[1..]);
    let lists = Collected::of("lists.pdf", include_bytes!("../../../testdata/formats/pdf/lists.pdf"));
    let text = lists.all_text();
    for person in &people[1..] {
        assert!([2, 3, 4].iter().all(|at| text.matches(person[*at]).count() == 1), "{text}");
    }
}

#[test]
fn glyphs_that_draw_text_say_it_and_end() {
    let font = "<</Type/Font/Subtype/Type3/FontMatrix[.001 0 0 .001 0 0]/FirstChar 97/Widths[9000 9000 500 500]\
                /Encoding<</Differences[97/name/g2/c/round]>>/CharProcs<</name 7 0 R/g2 8 0 R/c 9 0 R/round 10 0 R>>\
                /Resources<</Font<</F1 5 0 R/F2 6 0 R>>>>>>";
    let glyph = |content: &str| stream("", content);
    let bitmap = "500 0 0 0 500 500 d1 BI /W 8 /H 2 /IM true ID \x01\x02EI";
    let more = [
        font.to_owned(),
        glyph("9000 0 d0 BT /F1 1 Tf (Yamada) Tj ET"),
        glyph("9000 0 d0 BT /F1 1 Tf (Taro) Tj ET"),
        glyph(bitmap),
        glyph("500 0 d0 BT /F2 1 Tf (dd) Tj /F1 1 Tf (end) Tj ET"),
    ];
    let more: Vec<&str> = more.iter().map(String::as_str).collect();
    let content = "/S gs BT 50 700 Td (abc) Tj 0 -20 Td (d) Tj ET";
    let got = Collected::of("a.pdf", &page_of(content, "/ExtGState<</S<</Font[6 0 R 10]>>>>", &more));
    assert!(got.texts().contains(&vec!["YamadaTaroc"]), "{:?}", got.texts());
    assert!(got.all_text().contains("end"));
    // What draws itself does not tell that.
    assert!(got.gaps.iter().all(|gap| gap.2.contains("on page 1 not read")), "{:?}", got.gaps);
}

#[test]
fn glyphs_and_tiles_that_draw_each_other_without_end_cost_little() {
    // Each glyph draws the next one four times, each tile is painted with all of them.
    let font = |next: usize| {
        format!(
            "<</Type/Font/Subtype/Type3/FontMatrix[1 0 0 1 0 0]/CharProcs<</a {} 0 R>>/Encoding<</Differences[97/a]>>\
             /Resources<</Font<</N {} 0 R/F 5 0 R>>/Pattern<</P {} 0 R>>>>>>",
            next + 1,
            next + 2,
            next + 1
        )
    };
    let glyph = stream("/PatternType 1", "/P scn BT /F 1 Tf (name) Tj /N 1 Tf (aaaa) Tj ET");
    let more: Vec<String> = (0..40).flat_map(|at| [font(6 + 2 * at), glyph.clone()]).collect();
    let more: Vec<&str> = more.iter().map(String::as_str).collect();
    let got =
        Collected::of("a.pdf", &page_of("/S gs BT 50 700 Td (a) Tj ET", "/ExtGState<</S<</Font[6 0 R 10]>>>>", &more));
    assert!(got.all_text().contains("name"));
    assert!(got.gaps.iter().any(|gap| gap.2.contains("inside each other")), "{:?}", got.gaps);
    assert!(got.all_text().len() < 100_000);
    let drawn = include_bytes!("../../../testdata/formats/pdf/drawn.pdf");
    for at in (0..drawn.len()).step_by(997) {
        Collected::by(&super::Pdf, "drawn.pdf", &drawn[..at]);
        let mut damaged = drawn.to_vec();
        damaged[at] ^= 0x81;
        Collected::by(&super::Pdf, "drawn.pdf", &damaged);
    }
}

#[test]
fn what_is_drawn_of_an_annotation_and_said_nowhere_is_read() {
    let look = |text: &str| {
        stream("/Subtype/Form/Resources<</Font<</F1 5 0 R>>>>", &format!("BT /F1 9 Tf 2 2 Td {text} Tj ET"))
    };
    let page = "<</Type/Page/Contents 4 0 R/Annots[6 0 R 7 0 R 8 0 R 12 0 R]>>";
    let (said, other, boxed, down) =
        (look("(a note) Tj 0 -20 Td (drawn) "), look("(pressed)"), look("(*)"), look("(on)"));
    let got = Collected::of(
        "a.pdf",
        &made(&[
            CATALOG,
            PAGES,
            page,
            &stream("", " "),
            FONT,
            "<</Subtype/FreeText/Contents(A  note)/RC(<body><p>A note</p><p>rich &amp; more</p></body>)/AP<</N 9 0 R>>>>",
            "<</Subtype/Widget/AS/Off/AP<</N<</Yes 11 0 R>>/D<</Yes 10 0 R>>>>>>",
            "<</Subtype/Widget/MK<</CA(Send it)>>/A<</S/SubmitForm/F(mailto:a@example.jp)/Next<</JS(app.alert)>>>>>>",
            &said,
            &other,
            &boxed,
            "<</Subtype/Widget/V(known)/AP<</D 13 0 R>>>>",
            &down,
        ]),
    );
    assert_eq!(got.gaps, []);
    let want = [vec!["A  note", "A note\nrich & more"], vec!["drawn"], vec!["pressed"], vec!["Send it"], vec!["known"]];
    assert_eq!(got.texts(), want);
    assert_eq!(got.children[0].0, "actions");
    assert_eq!(got.children[0].1.texts(), [["mailto:a@example.jp"], ["app.alert"]]);
}

#[test]
fn the_data_of_a_form_in_xml_is_read_beside_its_fields() {
    let data =
        "<xfa:datasets><xfa:data><f><name>Yamada</name><phone>090-1234-5601</phone></f></xfa:data></xfa:datasets>";
    let (data, template) = (stream("", data), stream("", "<template><text>Your name</text></template>"));
    let page = "<</Type/Page/Contents 4 0 R>>";
    let form = |fields: &str| {
        format!("<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[{fields}]/XFA[(template)7 0 R(datasets)6 0 R]>>>>")
    };
    let read = |fields: &str| {
        Collected::of("a.pdf", &made(&[&form(fields), PAGES, page, &stream("", " "), FONT, &data, &template]))
    };
    let got = read("");
    let names: Vec<_> = got.children.iter().map(|child| child.0.as_str()).collect();
    assert_eq!(names, ["template.xml", "datasets.xml"]);
    assert!(got.all_text().contains("Yamada") && got.all_text().contains("Your name"));
    let got = read("<</T(name)/V(Yamada)>>");
    assert_eq!(got.children[0].1.texts(), [["090-1234-5601"]]);
    assert_eq!(got.children[0].1.records[0].2[0].name.as_deref(), Some("phone"));
    assert_eq!(got.children[1].1.texts(), [["Yamada"]]);
}

#[test]
fn descriptions_layers_and_scripts_are_read_and_their_circles_end() {
    let catalog = "<</Type/Catalog/Pages 2 0 R/StructTreeRoot<</K 6 0 R>>/OCProperties<</OCGs[<</Name(Layer of Sato)>>]>>\
                   /OpenAction 8 0 R/Names<</JavaScript<</Names[(a)8 0 R(b)<</JS(second)>>]>>/EmbeddedFiles<</Names[(x) 9 0 R]>>>>>>";
    let page = "<</Type/Page/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>/AF[9 0 R]>>";
    let content = "/Figure <</Alt(in the content)>> BDC BT /F1 9 Tf 50 700 Td (on the page) Tj ET EMC";
    let got = Collected::of(
        "a.pdf",
        &made(&[
            catalog,
            PAGES,
            page,
            &stream("", content),
            FONT,
            "<</S/Document/K[7 0 R 6 0 R 3]/T(no page)>>",
            "<</S/Figure/Pg 3 0 R/Alt(portrait of Yamada)/ActualText(On the  page)/K[6 0 R]>>",
            "<</S/JavaScript/JS(first)/Next[8 0 R<</URI(http://example.jp)>>]>>",
            "<</F(a.txt)/Desc(list of members)/EF<</F 10 0 R>>>>",
            &stream("", "inside"),
        ]),
    );
    assert_eq!(got.gaps, []);
    assert_eq!(got.texts(), [["on the page"], ["in the content"], ["no page"], ["portrait of Yamada"]]);
    let parts: Vec<_> = got.children.iter().map(|child| (child.0.as_str(), child.1.texts())).collect();
    let want = [
        ("layers", vec![vec!["Layer of Sato"]]),
        ("actions", vec![vec!["first"], vec!["http://example.jp"], vec!["second"]]),
        ("files", vec![vec!["a.txt", "list of members"]]),
        ("a.txt", vec![vec!["inside"]]),
    ];
    assert_eq!(parts, want);
}

#[test]
fn what_a_picture_says_of_itself_is_read_once() {
    let catalog = "<</Type/Catalog/Pages 2 0 R>>";
    let pages = "<</Type/Pages/Kids[3 0 R 7 0 R]/Count 2>>";
    let page = "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>";
    let content = "<</Length 12>>stream\n/I Do /I Do \nendstream";
    let picture = "<</Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray/Metadata 6 0 R/Length 1>>stream\nx\nendstream";
    let xmp = "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><dc:creator>taro@example.jp</dc:creator><dc:description>taro@example.jp</dc:description></x:xmpmeta>";
    let xmp = format!("<</Type/Metadata/Subtype/XML/Length {}>>stream\n{xmp}\nendstream", xmp.len());
    let got = Collected::of("a.pdf", &made(&[catalog, pages, page, content, picture, &xmp, page]));
    assert_eq!(got.all_text().matches("taro@example.jp").count(), 1, "{}", got.all_text());
}
