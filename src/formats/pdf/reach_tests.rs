//! What people write outside the content of pages, or where it does not lead at once.

use super::tests::{CATALOG, FONT, PAGES, made};
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
