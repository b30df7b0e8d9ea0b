use super::*;
use crate::formats::collected::{Collected, cells, fields, named, part};
use crate::formats::made::zipped;

const SAMPLES: [(&str, &[u8]); 3] = [
    ("odfpy.ods", include_bytes!("../../../testdata/formats/ods/odfpy.ods")),
    ("libreoffice.ods", include_bytes!("../../../testdata/formats/ods/libreoffice.ods")),
    ("flat.fods", include_bytes!("../../../testdata/formats/ods/flat.fods")),
];

fn sample(name: &str) -> Collected {
    let (name, bytes) = SAMPLES.iter().find(|(known, _)| *known == name).unwrap();
    let got = Collected::of(name, bytes);
    assert_eq!(got.format, "ods", "{name}");
    assert!(got.gaps.is_empty(), "{:?}", got.gaps);
    got
}

fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    zipped(&[&[("mimetype", STATED)], parts].concat())
}

fn sheet(rows: &str) -> Collected {
    let content = format!(
        "<office:document-content><office:body><office:spreadsheet><table:table table:name='表'>{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    );
    Collected::of("a.ods", &package(&[("content.xml", &content)]))
}

#[test]
fn sheets_by_odfpy() {
    let got = sample("odfpy.ods");
    let table = part(&got, "会員");
    assert_eq!(named(table, "氏名")[0], "山田 太郎");
    assert_eq!(named(table, "電話")[0], "09012345601");
    assert_eq!(named(table, "郵便番号")[3], "980-0811");
    assert_eq!(named(table, "生年月日")[0], "1980-04-12");
    assert_eq!(named(table, "メール").len(), 5);
    assert_eq!(table.records[3].2[0].place.row, Some(6));
    assert_eq!(cells(part(table, "comments"))[0], (6, 1, "奥様 080-1234-5698"));
    assert_eq!(named(part(&got, "退会者 (hidden)"), "電話番号"), ["090-1234-5699"]);
}

#[test]
fn sheets_by_libreoffice() {
    let got = sample("libreoffice.ods");
    let table = part(&got, "会員");
    assert_eq!(named(table, "電話")[..2], ["09012345601", "08012345602"]);
    assert_eq!(named(table, "生年月日")[4], "1968-09-21");
    assert_eq!(named(table, "カード番号")[0], "4980011112222330");
    assert_eq!(cells(part(table, "comments"))[0], (6, 3, "奥様の携帯 080-1234-5698"));
    assert!(table.all_text().contains("担当: 内線 03-1234-5697"));
    assert!(got.all_text().contains("soumu@example.jp"), "{}", got.all_text());
    let flat = sample("flat.fods");
    assert_eq!(named(part(&flat, "会員"), "氏名").len(), 5);
    assert_eq!(named(part(&flat, "退会者 (hidden)"), "氏名"), ["伊藤 次郎"]);
    assert!(flat.all_text().contains("会員名簿") && flat.all_text().contains("社外秘"));
}

#[test]
fn repeated_cells_and_rows_are_bounded() {
    let got = sheet(
        "<table:table-row table:number-rows-repeated='1048570'><table:table-cell table:number-columns-repeated='16384'/></table:table-row>\
         <table:table-row table:number-rows-repeated='2'><table:table-cell table:number-columns-repeated='2'><text:p>x</text:p></table:table-cell><table:table-cell office:value-type='string'><text:p>y</text:p></table:table-cell></table:table-row>\
         <table:table-row><table:table-cell><text:p>end</text:p></table:table-cell></table:table-row>",
    );
    let row = 1_048_571;
    let want = [(row, 1, "x"), (row, 2, "x"), (row, 3, "y"), (row + 1, 1, "x"), (row + 1, 3, "y"), (row + 2, 1, "end")];
    assert_eq!(cells(part(&got, "表")), want);
    let got = sheet(
        "<table:table-row table:number-rows-repeated='4294967295'><table:table-cell table:number-columns-repeated='999999999999'><text:p>x</text:p></table:table-cell></table:table-row>",
    );
    assert!(fields(part(&got, "表")).len() <= 64 + 63);
}

#[test]
fn text_in_pieces_links_and_lists() {
    let got = sheet(
        "<table:table-row><table:table-cell office:value-type='string'><text:p>山田<text:s text:c='2'/><text:ruby><text:ruby-base>太郎</text:ruby-base><text:ruby-text>たろう</text:ruby-text></text:ruby></text:p><text:p><text:a xlink:href='mailto:taro@example.jp'>連絡</text:a></text:p></table:table-cell>\
         <table:table-cell office:value-type='boolean' office:boolean-value='true'><text:p>TRUE</text:p></table:table-cell></table:table-row>",
    );
    assert_eq!(cells(part(&got, "表")), [(1, 1, "山田  太郎\n連絡"), (1, 1, "taro@example.jp"), (1, 2, "TRUE")]);
}

#[test]
fn an_encrypted_spreadsheet_says_by_what() {
    for (algorithm, cipher) in [
        ("http://www.w3.org/2001/04/xmlenc#aes256-cbc", "AES-256"),
        ("http://www.w3.org/2009/xmlenc11#aes256-gcm", "AES-256-GCM"),
        ("Blowfish CFB", "Blowfish"),
    ] {
        let manifest = format!(
            "<manifest:manifest><manifest:file-entry manifest:full-path='content.xml'><manifest:encryption-data><manifest:algorithm manifest:algorithm-name='{algorithm}'/></manifest:encryption-data></manifest:file-entry></manifest:manifest>"
        );
        let got =
            Collected::of("a.ods", &package(&[("content.xml", "\u{1}\u{2}"), ("META-INF/manifest.xml", &manifest)]));
        assert_eq!(got.gap_kinds(), [GapKind::Encrypted], "{:?}", got.gaps);
        assert!(got.gaps[0].2.contains(&format!("({cipher})")));
        assert!(got.children.is_empty());
    }
}

#[test]
fn cut_and_damaged_samples_are_no_panic() {
    for (name, bytes) in SAMPLES {
        for cut in (0..bytes.len()).step_by(bytes.len() / 60) {
            Collected::of(name, &bytes[..cut]);
        }
        for at in (0..bytes.len()).step_by(bytes.len() / 60) {
            let mut damaged = bytes.to_vec();
            damaged[at] ^= [0x01, 0x80, 0xFF][at % 3];
            Collected::of(name, &damaged);
        }
    }
    let cut = "<office:document-content><table:table table:name='表'><table:table-row><table:table-cell><text:p>before</text:p></table:table-cell></table:table-row><table:table-row><table:table-cell>";
    let got = Collected::of("a.ods", &package(&[("content.xml", cut)]));
    assert_eq!((cells(part(&got, "表")), got.gap_kinds()), (vec![(1, 1, "before")], vec![GapKind::Truncated]));
}
