use super::Pdf;
use crate::formats::collected::Collected;
use crate::model::{Bond, GapKind};

macro_rules! sample {
    ($name:literal) => {
        ($name, include_bytes!(concat!("../../../testdata/formats/pdf/", $name)).as_slice())
    };
}

/// The same table of five people, by other programs and in other fonts.
const TABLES: [(&str, &[u8]); 17] = [
    sample!("cid.pdf"),
    sample!("subset.pdf"),
    sample!("linear.pdf"),
    sample!("owner-only.pdf"),
    sample!("aes128.pdf"),
    sample!("aes256.pdf"),
    sample!("calc.pdf"),
    sample!("writer.pdf"),
    sample!("chromium.pdf"),
    sample!("90ms-rksj-h.pdf"),
    sample!("euc-h.pdf"),
    sample!("unijis-utf16-h.pdf"),
    sample!("identity-japan1.pdf"),
    sample!("unijis-utf16-v.pdf"),
    sample!("wrapped-close.pdf"),
    sample!("wrapped-apart.pdf"),
    sample!("wrapped-centred.pdf"),
];

fn people() -> Vec<Vec<String>> {
    let text = include_str!("../../../testdata/formats/people.csv");
    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn each_program_s_table_is_rows_under_their_names() {
    let people = people();
    for (name, bytes) in TABLES {
        let got = Collected::of(name, bytes);
        assert_eq!((got.format, got.gaps.as_slice()), ("pdf", [].as_slice()), "{name}");
        let rows: Vec<_> = got.records.iter().filter(|record| record.0 == Bond::Row).collect();
        assert_eq!(rows.len(), 6, "{name}: {:?}", got.texts());
        for (row, person) in rows.iter().zip(&people) {
            // Writer sets a little space between Japanese and digits; Chromium drops one where it breaks a line.
            let is_loose = ["writer.pdf", "chromium.pdf"].contains(&name) || name.starts_with("wrapped");
            let plain = |text: &str| if is_loose { text.replace(' ', "") } else { text.to_owned() };
            let texts: Vec<String> = row.2.iter().map(|field| plain(&field.text)).collect();
            assert_eq!(texts, person.iter().map(|text| plain(text)).collect::<Vec<_>>(), "{name}");
        }
        for row in &rows[1..] {
            let names: Vec<_> = row.2.iter().filter_map(|field| field.name.clone()).collect();
            assert_eq!(names, people[0], "{name}");
            assert!(row.2.iter().all(|field| field.place.page == Some(1)));
        }
    }
}

#[test]
fn two_numbers_in_a_cell_stay_two_and_a_row_over_two_pages_is_one() {
    let plain = |text: &str| text.replace(' ', "");
    let people: Vec<Vec<String>> = people().iter().map(|row| row.iter().map(|text| plain(text)).collect()).collect();
    for (name, bytes) in [sample!("wrapped-two.pdf"), sample!("wrapped-pages.pdf")] {
        let got = Collected::of(name, bytes);
        let rows: Vec<_> = got.records.iter().filter(|record| record.0 == Bond::Row).collect();
        let mut wanted = people.clone();
        if name == "wrapped-two.pdf" {
            wanted[4][3].push_str("\n03-1234-5604");
        }
        let texts = rows.iter().map(|row| row.2.iter().map(|field| plain(&field.text)).collect::<Vec<_>>());
        assert_eq!(texts.collect::<Vec<_>>(), wanted, "{name}");
        assert!(rows[1..].iter().all(|row| row.2.iter().all(|field| field.name.is_some())), "{name}");
    }
}

#[test]
fn what_lies_under_black_boxes_is_read() {
    let (name, bytes) = sample!("boxed.pdf");
    let got = Collected::of(name, bytes);
    let text = got.all_text();
    assert_eq!(got.gaps, []);
    for cell in people().iter().flatten() {
        assert_eq!(text.matches(cell.as_str()).count(), 1, "{cell}: {text}");
    }
}

#[test]
fn codes_of_jis_are_wide_characters() {
    let (name, bytes) = sample!("jis-h.pdf");
    let got = Collected::of(name, bytes);
    let rows: Vec<_> = got.records.iter().filter(|record| record.0 == Bond::Row).collect();
    assert_eq!((rows.len(), rows[1].2[3].text.as_str()), (6, "０９０－１２３４－５６０１"));
}

#[test]
fn fields_of_a_form_are_read_under_their_names() {
    let (name, bytes) = sample!("form.pdf");
    let got = Collected::of(name, bytes);
    let (title, form) = &got.children[0];
    // Fields are numbered, so each number is a person.
    assert_eq!((title.as_str(), form.records.len(), form.records[0].0), ("form", 5, Bond::Row));
    let fields = &form.records[0].2;
    assert_eq!((fields.len(), fields[1].name.as_deref()), (7, Some("1.フリガナ")));
    assert_eq!(fields[1].text, "ヤマダ タロウ");
}

#[test]
fn what_stands_beside_the_pages_is_read() {
    let (name, bytes) = sample!("beside.pdf");
    let got = Collected::of(name, bytes);
    assert_eq!(got.gaps, []);
    let names: Vec<&str> = got.children.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["properties", "bookmarks", "会員.csv"]);
    assert!(got.children[0].1.all_text().contains("経理部 中村 明"));
    assert_eq!((got.children[2].1.format, got.children[2].1.records.len()), ("csv", 6));
    assert_eq!(
        got.texts(),
        [vec!["中村 明", "山田 太郎 090-1234-5601 に電話すること"], vec!["mailto:sato.hanako@example.jp"]]
    );
}

#[test]
fn a_password_pictures_and_silent_fonts_are_gaps() {
    for (name, bytes, cipher) in [
        (sample!("password.pdf").0, sample!("password.pdf").1, "RC4-128"),
        (sample!("locked256.pdf").0, sample!("locked256.pdf").1, "AES-256"),
    ] {
        let got = Collected::of(name, bytes);
        assert_eq!((got.gap_kinds(), got.records.len(), got.children.len()), (vec![GapKind::Encrypted], 0, 0));
        assert!(got.gaps[0].2.contains(cipher), "{}", got.gaps[0].2);
    }
    let got = Collected::of("scan.pdf", sample!("scan.pdf").1);
    assert_eq!(got.gaps[0].2, "pages 1–2 are images or drawings without text: look by hand");
    assert_eq!(got.gap_kinds(), [GapKind::NoText]);
    let got = Collected::of("untold.pdf", sample!("untold.pdf").1);
    assert_eq!(got.gap_kinds(), [GapKind::UndecodableText]);
    assert!(got.gaps[0].2.contains(" characters on page 1"), "{}", got.gaps[0].2);
}

#[test]
fn a_broken_table_of_objects_is_made_anew() {
    for (name, bytes) in [sample!("cid.pdf"), sample!("linear.pdf"), sample!("owner-only.pdf")] {
        let mut broken = bytes.to_vec();
        for at in memchr::memmem::find_iter(bytes, b"startxref").collect::<Vec<_>>() {
            broken[at] = b'x';
        }
        let got = Collected::of(name, &broken);
        assert_eq!(got.gap_kinds(), [GapKind::Malformed], "{name}");
        assert_eq!(got.texts(), Collected::of(name, bytes).texts(), "{name}");
        // Cut off behind the page and its fonts, the text is still there, and what is missing is told.
        let got = Collected::of(name, &bytes[..bytes.len() * 9 / 10]);
        assert!(!got.gaps.is_empty(), "{name}");
    }
    // Junk before the head moves every offset.
    let (name, bytes) = sample!("cid.pdf");
    let moved = [b"junk\n".as_slice(), bytes].concat();
    let got = Collected::of(name, &moved);
    assert_eq!((got.format, got.gaps.len(), got.records.len()), ("pdf", 0, Collected::of(name, bytes).records.len()));
}

/// A file of these objects, its table right.
pub(super) fn made(objects: &[&str]) -> Vec<u8> {
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (at, body) in objects.iter().enumerate() {
        places.push(file.len());
        file.extend(format!("{} 0 obj\n{body}\nendobj\n", at + 1).bytes());
    }
    let start = file.len();
    file.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    places.iter().for_each(|place| file.extend(format!("{place:010} 00000 n \n").bytes()));
    file.extend(format!("trailer\n<</Size 9/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").bytes());
    file
}

pub(super) const CATALOG: &str = "<</Type/Catalog/Pages 2 0 R>>";
pub(super) const PAGES: &str = "<</Type/Pages/Kids[3 0 R]/Count 1>>";
pub(super) const FONT: &str = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>";

/// One page with this content and Helvetica as F1; objects from 6 on may follow.
pub(super) fn page_of(content: &str, resources: &str, more: &[&str]) -> Vec<u8> {
    let page = format!("<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>{resources}>>>>");
    let content = format!("<</Length {}>>stream\n{content}\nendstream", content.len());
    let mut objects = vec![CATALOG, PAGES, &page, &content, FONT];
    objects.extend(more);
    made(&objects)
}

#[test]
fn operators_move_and_show_as_they_say() {
    let content = "BT /F1 10 Tf 14 TL 50 700 Td (one) Tj T* [(t) 20 (wo) -3000 (cell)] TJ (three) ' 1 2 (four) \" \
                   0 -50 TD <66697665> Tj ET q 2 0 0 2 0 0 cm BT /F1 5 Tf 3 Tr 25 100 Td (six) Tj ET Q \
                   BI /W 2 /H 2 ID \x01(EI) Tj\x02 EI\nBT 1 0 0 1 50 50 Tm (seven) Tj 0.3 0 Td (seven) Tj ET";
    let got = Collected::of("a.pdf", &page_of(content, "", &[]));
    assert_eq!(got.gaps, []);
    let want = ["one", "two\tcell", "three", "four", "five", "six", "seven"];
    assert_eq!(got.texts(), want.map(|text| vec![text]));
}

#[test]
fn a_text_that_stands_for_shown_text_hides_nothing() {
    let content = "BT /F1 10 Tf 50 700 Td /Span <</ActualText (same)>> BDC (same) Tj EMC 0 -20 Td \
                   /Span <</ActualText (shown to machines)>> BDC (shown to people) Tj EMC ET";
    let got = Collected::of("a.pdf", &page_of(content, "", &[]));
    assert_eq!(got.texts(), [["same"], ["shown to people"], ["shown to machines"]]);
}

#[test]
fn forms_that_draw_themselves_and_each_other_end() {
    let form = |names: &str| {
        let content = "BT /F1 10 Tf 50 700 Td (drawn) Tj ET /A Do /B Do";
        format!(
            "<</Subtype/Form/Resources<</Font<</F1 5 0 R>>/XObject<<{names}>>>>/Length {}>>stream\n{content}\nendstream",
            content.len()
        )
    };
    let own = form("/A 6 0 R/B 6 0 R");
    let got = Collected::of("a.pdf", &page_of("/A Do", "/XObject<</A 6 0 R>>", &[&own]));
    assert_eq!(got.texts(), [["drawn"]]);
    // Each draws the next one twice: two to the power of forty.
    let chain: Vec<String> = (7..47).map(|next| form(&format!("/A {next} 0 R/B {next} 0 R"))).collect();
    let chain: Vec<&str> = chain.iter().map(String::as_str).collect();
    let got = Collected::of("a.pdf", &page_of("/A Do", "/XObject<</A 6 0 R>>", &chain));
    assert_eq!(got.gap_kinds(), [GapKind::Malformed]);
    assert!(got.gaps[0].2.contains("inside each other more than 16 deep"), "{}", got.gaps[0].2);
}

#[test]
fn circles_in_tables_and_trees_end() {
    let page = "<</Type/Page/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>";
    let content = "<</Length 38>>stream\nBT /F1 9 Tf 50 700 Td (text) Tj ET     \nendstream";
    let round = made(&[CATALOG, "<</Type/Pages/Kids[2 0 R 3 0 R 3 0 R 2 0 R 77 0 R]>>", page, content, FONT]);
    let got = Collected::of("a.pdf", &round);
    assert_eq!((got.texts(), got.gap_kinds()), (vec![vec!["text"]], vec![GapKind::Malformed]));
    // A table that is its own predecessor; references that lead to themselves.
    let text = String::from_utf8(made(&[CATALOG, PAGES, page, content, FONT])).unwrap();
    let start = text.find("xref\n0").unwrap();
    let looped = text.replace("/Root", &format!("/Prev {start}/Root"));
    let got = Collected::of("a.pdf", looped.as_bytes());
    assert_eq!((got.texts(), got.gaps.len()), (vec![vec!["text"]], 0));
    let got = Collected::of("a.pdf", &made(&[CATALOG, "2 0 R", "3 0 R"]));
    assert_eq!(got.gap_kinds(), [GapKind::Malformed]);
}

#[test]
fn lies_about_lengths_and_counts_cost_nothing() {
    let page = "<</Type/Page/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>";
    for length in ["3", "4000000000", "-5", "4 0 R", "99 0 R", "/X"] {
        let content = format!("<</Length {length}>>stream\nBT /F1 9 Tf 50 700 Td (text) Tj ET\nendstream");
        let got = Collected::of("a.pdf", &made(&[CATALOG, PAGES, page, &content, FONT]));
        assert_eq!((got.texts(), got.gaps.len()), (vec![vec!["text"]], 0), "{length}");
    }
    let text = String::from_utf8(page_of("BT /F1 9 Tf 50 700 Td (text) Tj ET", "", &[])).unwrap();
    let got = Collected::of("a.pdf", text.replace("xref\n0 6", "xref\n0 1000000000").as_bytes());
    assert_eq!((got.texts(), got.gap_kinds()), (vec![vec!["text"]], vec![GapKind::Malformed]));
    let map =
        "1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <00000000> <FFFFFFFF> <0041> endbfrange";
    let map = format!("<</Length {}>>stream\n{map}\nendstream", map.len());
    let font = "<</Type/Font/Subtype/Type1/ToUnicode 6 0 R/Widths[500]/FirstChar 4000000000>>";
    let content = "<</Length 40>>stream\nBT /F1 9 Tf 50 700 Td <0102> Tj ET         \nendstream";
    let got = Collected::of("a.pdf", &made(&[CATALOG, PAGES, page, content, font, &map]));
    assert_eq!(got.texts(), [["BC"]]);
}

#[test]
fn a_bomb_ends_at_its_limit() {
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::copy(&mut std::io::Read::take(std::io::repeat(b' '), 200 << 20), &mut packer).unwrap();
    let bomb = packer.finish().unwrap();
    let page = "<</Type/Page/Contents[4 0 R 4 0 R 4 0 R 4 0 R 4 0 R 4 0 R 4 0 R 4 0 R 4 0 R 4 0 R 4 0 R 4 0 R]>>";
    let mut file = format!("%PDF-1.4\n1 0 obj{CATALOG}endobj 2 0 obj{PAGES}endobj 3 0 obj{page}endobj ").into_bytes();
    file.extend(format!("4 0 obj<</Filter/FlateDecode/Length {}>>stream\n", bomb.len()).bytes());
    file.extend(bomb);
    file.extend(b"\nendstream endobj trailer<</Root 1 0 R>>");
    let got = Collected::of("a.pdf", &file);
    assert!(got.gaps.iter().any(|gap| gap.2.contains("unfolds to more than")), "{:?}", got.gaps);
}

#[test]
fn cut_anywhere_and_with_flipped_bytes_no_panic() {
    // Opening AES-256 is slow by design, and 90ms-rksj-h.pdf is cut at every byte with the samples of all formats.
    let samples = [(sample!("beside.pdf"), 17), (sample!("aes256.pdf"), 211), (sample!("boxed.pdf"), 23)];
    for ((name, bytes), step) in samples {
        for cut in (0..bytes.len()).step_by(step) {
            let got = Collected::by(&Pdf, name, &bytes[..cut]);
            // A line break at the end is nothing that is missing.
            assert!(!got.gaps.is_empty() || cut + 8 > bytes.len(), "{name} cut at {cut}");
        }
        for at in (0..bytes.len()).step_by(step) {
            let mut damaged = bytes.to_vec();
            damaged[at] ^= [0x01, 0x80, 0xFF][at % 3];
            Collected::by(&Pdf, name, &damaged);
        }
    }
    for (name, bytes) in [sample!("chromium.pdf"), sample!("linear.pdf")] {
        for cut in (0..bytes.len()).step_by(4999) {
            Collected::by(&Pdf, name, &bytes[..cut]);
        }
    }
}
