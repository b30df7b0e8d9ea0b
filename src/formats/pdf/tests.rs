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
    assert_eq!((title.as_str(), form.records.len(), form.records[0].0), ("form", 1, Bond::Row));
    let fields = &form.records[0].2;
    assert_eq!((fields.len(), fields[1].name.as_deref()), (35, Some("1.フリガナ")));
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
