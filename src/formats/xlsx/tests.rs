use std::io::{Cursor, Read, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;
use crate::formats::Budget;
use crate::formats::collected::{Collected, cells, fields, named, part};
use crate::formats::made::{Failing, zipped};

const SAMPLES: [(&str, &[u8]); 7] = [
    ("by-hand.xlsb", include_bytes!("../../../testdata/formats/xlsb/by-hand.xlsb")),
    ("openpyxl.xlsx", include_bytes!("../../../testdata/formats/xlsx/openpyxl.xlsx")),
    ("xlsxwriter.xlsx", include_bytes!("../../../testdata/formats/xlsx/xlsxwriter.xlsx")),
    ("1904.xlsx", include_bytes!("../../../testdata/formats/xlsx/1904.xlsx")),
    ("traps.xlsx", include_bytes!("../../../testdata/formats/xlsx/traps.xlsx")),
    ("pivot.xlsx", include_bytes!("../../../testdata/formats/xlsx/pivot.xlsx")),
    ("libreoffice.xlsx", include_bytes!("../../../testdata/formats/xlsx/libreoffice.xlsx")),
];

fn sample(name: &str) -> Collected {
    let (name, bytes) = SAMPLES.iter().find(|(known, _)| *known == name).unwrap();
    let got = Collected::of(name, bytes);
    assert_eq!(got.format, if name.ends_with("xlsb") { "xlsb" } else { "xlsx" }, "{name}");
    got
}

const BOOK: &str = "<workbook xmlns:r='r'><sheets><sheet name='表' sheetId='1' r:id='rId1'/></sheets></workbook>";
const KIN: &str = "<Relationships><Relationship Id='rId1' Type='http://purl.oclc.org/ooxml/officeDocument/relationships/worksheet' Target='worksheets/sheet1.xml'/></Relationships>";

/// A workbook with one sheet.
fn one_sheet(data: &str) -> Vec<u8> {
    with_parts(data, &[])
}

fn with_parts(data: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let sheet = format!("<worksheet><sheetData>{data}</sheetData></worksheet>");
    let parts = [("xl/workbook.xml", BOOK), ("xl/_rels/workbook.xml.rels", KIN), ("xl/worksheets/sheet1.xml", &sheet)];
    zipped(&[&parts[..], more].concat())
}

#[test]
fn sheets_are_parts_and_hidden_ones_say_so() {
    let got = sample("openpyxl.xlsx");
    let names: Vec<_> = got.children.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names[..3], ["会員", "退会者 (hidden)", "内部 (very hidden)"]);
    let sheet = part(&got, "会員");
    assert_eq!(named(sheet, "氏名").len(), 5);
    assert_eq!(named(sheet, "生年月日")[0], "1980/04/12");
    assert_eq!(sheet.records[0].2[0].place.row, Some(1));
    assert_eq!(
        sheet.records[2].2[3].place,
        crate::model::Place { row: Some(4), column: Some(4), ..sheet.records[2].2[3].place.clone() }
    );
    assert_eq!(cells(part(sheet, "comments"))[0], (4, 2, "折り返し電話 03-1234-5699"));
    assert_eq!(fields(part(sheet, "header, footer and lists"))[0].text, "社外秘");
    assert_eq!(named(part(&got, "properties"), "title"), ["会員名簿"]);
    // The link says what its cell shows.
    assert!(!sheet.children.iter().any(|(name, _)| name == "links"));
    assert!(got.gaps.is_empty(), "{:?}", got.gaps);
}

#[test]
fn two_header_lines_and_what_numbers_lost() {
    let got = sample("xlsxwriter.xlsx");
    let sheet = part(&got, "会員");
    assert_eq!(named(sheet, "電話")[..2], ["09012345601", "08012345602"]);
    assert_eq!(named(sheet, "郵便番号")[0], "100-0001");
    assert_eq!(named(sheet, "生年月日"), ["1980-04-12", "1975-11-03", "1992-01-30", "2001-07-08", "1968-09-21"]);
    assert_eq!(named(sheet, "カード番号")[..3], ["4980011112222330", "4111111111111110", "378282246310005"]);
    assert_eq!((named(sheet, "氏名").len(), named(sheet, "メール").len(), named(sheet, "住所").len()), (5, 5, 5));
    assert_eq!(cells(part(sheet, "text boxes")), [(1, 0, "担当: 内線 03-1234-5697")]);
    assert_eq!(fields(part(sheet, "header, footer and lists"))[0].text, "代表,担当 jiro@example.jp");
    assert_eq!(named(part(&got, "defined names"), "連絡先"), ["soumu@example.jp"]);
    assert_eq!(named(part(&got, "properties of the program"), "Company"), ["見本会社"]);
}

#[test]
fn days_from_1904() {
    assert_eq!(named(part(&sample("1904.xlsx"), "名簿"), "生年月日")[0], "1980-04-12");
    assert_eq!(named(part(&sample("libreoffice.xlsx"), "list"), "生年月日")[0], "1980-04-12");
}

#[test]
fn readings_runs_threads_other_workbooks_and_strings_left_behind() {
    let got = sample("traps.xlsx");
    let sheet = part(&got, "会員");
    assert_eq!(named(sheet, "氏名")[0], "山田 太郎");
    assert!(got.all_text().contains("緊急 連絡先は 090-1234-5696\n"));
    assert_eq!(got.all_text().matches("naoko@example.jp へ").count(), 1);
    assert_eq!(cells(part(sheet, "threads of comments")), [(2, 1, "至急 naoko@example.jp へ")]);
    let other = part(&got, "cells of another workbook");
    assert_eq!(cells(part(other, "人事")), [(3, 2, "jinji@example.jp")]);
    assert_eq!(fields(part(other, "links"))[0].text, "file:///C:/Users/kato/jinji.xlsx");
    assert_eq!(fields(part(&got, "shared strings that no cell shows"))[0].text, "消した行 090-1234-5695");
    assert_eq!(named(part(&got, "people who commented"), "userId"), ["watanabe.naoko@example.jp"]);
}

#[test]
fn binary_workbooks() {
    let got = sample("by-hand.xlsb");
    let sheet = part(&got, "会員");
    assert_eq!(named(sheet, "氏名")[4], "田中 健一");
    assert_eq!(named(sheet, "電話番号")[0], "09012345601");
    assert_eq!(named(sheet, "郵便番号")[3], "980-0811");
    assert_eq!(named(sheet, "生年月日")[0], "1980-04-12");
    assert_eq!(cells(part(&got, "退会者 (hidden)"))[3], (2, 2, "090-1234-5699"));
    assert!(got.gaps.is_empty(), "{:?}", got.gaps);
}

#[test]
fn what_is_kept_in_records_that_are_not_opened_is_read_and_told() {
    let record =
        String::from_utf8(binary::tests::record(24, &binary::tests::wide("taro@example.jp"))).unwrap_or_default();
    let bytes = zipped(&[("xl/workbook.bin", ""), ("xl/pivotCache/pivotCacheDefinition1.bin", &record)]);
    let got = Collected::of("a.xlsb", &bytes);
    assert_eq!(got.gap_kinds(), [GapKind::UnsupportedFormat], "{:?}", got.gaps);
    assert_eq!(part(&got, "xl/pivotcache/pivotcachedefinition1.bin").texts(), [["taro@example.jp"]]);
}

#[test]
fn a_pivot_cache_keeps_the_deleted_table() {
    let got = sample("pivot.xlsx");
    let cache = part(&got, "pivot cache 1");
    assert_eq!(named(cache, "氏名")[4], "田中 健一");
    assert_eq!(named(cache, "電話番号")[4], "080-1234-5605");
    assert_eq!(named(cache, "生年月日")[0], "1980-04-12");
    assert_eq!(cache.records.len(), 5);
    // Rows that were not kept: the values that are left, each once.
    let definition = "<pivotCacheDefinition><cacheFields><cacheField name='氏名'><sharedItems><s v='山田 太郎'/><s v='佐藤 花子'/></sharedItems></cacheField></cacheFields></pivotCacheDefinition>";
    let got = Collected::of("a.xlsx", &with_parts("", &[("xl/pivotCache/pivotCacheDefinition1.xml", definition)]));
    assert_eq!(named(part(&got, "pivot cache 1"), "氏名"), ["山田 太郎", "佐藤 花子"]);
}

#[test]
fn cells_of_every_kind_and_without_addresses() {
    let data = "<row><c><v>1</v></c><c t='b'><v>1</v></c><c t='e'><v>#N/A</v></c><c t='str'><v>a_x000D_b</v></c></row>\
                <row r='7'><c r='C7' t='inlineStr'><is><r><t>山</t></r><r><t>田</t></r><rPh><t>ヤマダ</t></rPh></is></c><c t='d'><v>1980-04-12T00:00:00</v></c></row>\
                <row><c r='B9'><v>9</v></c><c r='A9'><v>8</v></c><c t='str'><f>HYPERLINK(\"mailto:x@example.jp\",\"x\")</f><v>x</v></c></row>\
                <row r='2'><c r='A2'><v>2</v></c></row>";
    let got = Collected::of("a.xlsx", &one_sheet(data));
    let want = [
        (1, 1, "1"),
        (1, 2, "TRUE"),
        (1, 3, "#N/A"),
        (1, 4, "a\rb"),
        (7, 3, "山田"),
        (7, 4, "1980-04-12"),
        (9, 1, "8"),
        (9, 2, "9"),
        (9, 2, "x"),
        (9, 2, "mailto:x@example.jp"),
        (2, 1, "2"),
    ];
    assert_eq!(cells(part(&got, "表")), want);
}

#[test]
fn links_that_no_cell_shows() {
    let kin = "<Relationships><Relationship Id='l1' Type='x/hyperlink' TargetMode='External' Target='mailto:a@example.jp?subject=x'/><Relationship Id='l2' Type='x/hyperlink' TargetMode='External' Target='mailto:b@example.jp'/></Relationships>";
    let sheet = "<worksheet><sheetData><row r='1'><c r='A1' t='str'><v>A@example.jp</v></c></row></sheetData><hyperlinks><hyperlink ref='A1' r:id='l1'/><hyperlink ref='B4' r:id='l2' tooltip='担当'/></hyperlinks></worksheet>";
    let bytes = zipped(&[
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", KIN),
        ("xl/worksheets/sheet1.xml", sheet),
        ("xl/worksheets/_rels/sheet1.xml.rels", kin),
    ]);
    let got = Collected::of("a.xlsx", &bytes);
    assert_eq!(cells(part(part(&got, "表"), "links")), [(4, 2, "b@example.jp"), (4, 2, "担当")]);
}

#[test]
fn who_and_what_stands_in_attributes_is_read() {
    let book = "<workbook><fileSharing userName='共有 太郎'/><sheets><sheet name='表' r:id='rId1'/></sheets><definedNames><definedName name='n' description='説明の文'>1</definedName></definedNames>\
                <customWorkbookViews><customWorkbookView name='山田 - 個人用ビュー'/></customWorkbookViews></workbook>";
    let sheet = "<worksheet><sheetData/><scenarios><scenario name='案' user='田中 健一' comment='作成者: 田中'><inputCells r='A1' val='090-1234-5601'/></scenario></scenarios></worksheet>";
    let kin = "<Relationships><Relationship Id='d' Type='x/drawing' Target='../drawings/drawing1.xml'/><Relationship Id='o' Type='x/oleObject' TargetMode='External' Target='file:///C:/Users/kato/a.xlsx'/></Relationships>";
    let drawing = "<wsDr><cNvPr descr='絵'><hlinkClick r:id='x' tooltip='内線 1234'/></cNvPr><chart><pt>\n<v>価</v></pt><pt idx='0'>値</pt></chart></wsDr>";
    let cache = "<pivotCacheDefinition refreshedBy='佐藤 花子'><cacheFields><cacheField name='氏名'><sharedItems/></cacheField></cacheFields></pivotCacheDefinition>";
    let dde = "<externalLink><ddeLink ddeService='Excel' ddeTopic='C:\\Users\\kato\\b.xls'/></externalLink>";
    let bytes = zipped(&[
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", KIN),
        ("xl/worksheets/sheet1.xml", sheet),
        ("xl/worksheets/_rels/sheet1.xml.rels", kin),
        ("xl/drawings/drawing1.xml", drawing),
        ("xl/tables/table1.xml", "<table comment='会員の表'/>"),
        ("xl/tables/table2.xml", "<table name='x'/>"),
        ("xl/pivotCache/pivotCacheDefinition1.xml", cache),
        ("xl/externalLinks/externalLink1.xml", dde),
    ]);
    let got = Collected::of("a.xlsx", &bytes);
    let text = got.all_text();
    for wanted in [
        "共有 太郎",
        "説明の文",
        "山田 - 個人用ビュー",
        "田中 健一",
        "作成者: 田中",
        "090-1234-5601",
        "kato/a.xlsx",
        "絵",
        "内線 1234",
        "価",
        "値",
        "会員の表",
        "佐藤 花子",
        "kato\\b.xls",
    ] {
        assert_eq!(text.matches(wanted).count(), 1, "{wanted} in {text}");
    }
    assert_eq!(got.children.iter().filter(|(name, _)| name == "about a table").count(), 1);
    assert!(got.gaps.is_empty(), "{:?}", got.gaps);
}

#[test]
fn what_is_not_known_is_a_member_and_a_lost_sheet_a_gap() {
    let book = "<workbook><sheets><sheet name='一' r:id='rId1'/><sheet name='二' r:id='rId2'/><sheet name='三' r:id='rId1'/></sheets></workbook>";
    let sheet = "<worksheet><sheetData><row><c t='str'><v>見本</v></c></row></sheetData></worksheet>";
    let bytes = zipped(&[
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", KIN),
        ("xl/worksheets/sheet1.xml", sheet),
        ("xl/worksheets/sheet9.xml", sheet),
        ("xl/media/list.csv", "氏名,電話\n山田,1\n"),
        ("customXml/item1.xml", "<a>taro@example.jp</a>"),
    ]);
    let got = Collected::of("a.xlsx", &bytes);
    let names: Vec<_> = got.children.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["一", "xl/worksheets/sheet9.xml (not in the list of sheets)", "xl/media/list.csv", "customXml/item1.xml"]
    );
    assert_eq!(part(&got, "xl/media/list.csv").format, "csv");
    let gaps: Vec<_> = got.gaps.iter().map(|(name, kind, _)| (name.as_deref(), *kind)).collect();
    assert_eq!(gaps, [(Some("二"), GapKind::Malformed), (Some("三"), GapKind::Malformed)]);
}

#[test]
fn prefixes_strict_names_and_wide_parts() {
    let sheet = "\u{feff}<x:worksheet xmlns:x='http://purl.oclc.org/ooxml/spreadsheetml/main'><x:sheetData><x:row r='3'><x:c r='B3' t='inlineStr'><x:is><x:t>山田&amp;&#26494;</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>";
    let wide: Vec<u8> = sheet.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [
        ("XL\\Workbook.xml", BOOK.as_bytes()),
        ("XL\\_rels\\Workbook.xml.rels", KIN.as_bytes()),
        ("XL\\Worksheets\\Sheet1.xml", &wide),
    ] {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    let got = Collected::of("a.xlsx", &writer.finish().unwrap().into_inner());
    assert_eq!(cells(part(&got, "表")), [(3, 2, "山田&松")]);
}

#[test]
fn hostile_sheets_cost_a_gap_and_no_memory() {
    let reference = "<sst><si><t>ok</t></si></sst>";
    let data = "<row r='1048576'><c r='XFD1048576' t='s'><v>0</v></c></row><row r='5'><c r='A5' t='s'><v>7</v></c><c t='s'><v>-1</v></c></row>\
                <row r='99999999999999999999'><c r='ZZZZZZZ1' t='str'><v>far</v></c></row>";
    let got = Collected::of("a.xlsx", &with_parts(data, &[("xl/sharedStrings.xml", reference)]));
    let sheet = part(&got, "表");
    assert_eq!(cells(sheet), [(1_048_576, 16_384, "ok"), (6, 1, "far")]);
    assert_eq!(sheet.gap_kinds(), [GapKind::Malformed]);
    assert!(sheet.gaps[0].2.starts_with("2 cells, the first in row 5,"), "{:?}", sheet.gaps);

    let laughs = "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><worksheet><sheetData><row><c t='str'><v>&b;</v></c></row></sheetData></worksheet>";
    let bytes =
        zipped(&[("xl/workbook.xml", BOOK), ("xl/_rels/workbook.xml.rels", KIN), ("xl/worksheets/sheet1.xml", laughs)]);
    assert_eq!(cells(part(&Collected::of("a.xlsx", &bytes), "表")), [(1, 1, "&b;")]);

    let cut = "<worksheet><sheetData><row><c t='str'><v>before</v></c></row><row><c t='str'><v>with";
    let bytes =
        zipped(&[("xl/workbook.xml", BOOK), ("xl/_rels/workbook.xml.rels", KIN), ("xl/worksheets/sheet1.xml", cut)]);
    let got = Collected::of("a.xlsx", &bytes);
    assert_eq!(cells(part(&got, "表")), [(1, 1, "before")]);
    assert_eq!(part(&got, "表").gap_kinds(), [GapKind::Truncated]);
}

#[test]
fn two_parts_of_one_name_are_both_looked_at() {
    let sheet =
        |text: &str| format!("<worksheet><sheetData><row><c t='str'><v>{text}</v></c></row></sheetData></worksheet>");
    let (one, two) = (sheet("first@example.jp"), sheet("second@example.jp"));
    let mut bytes = zipped(&[
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", KIN),
        ("xl/worksheets/sheet1.xml", &one),
        ("xl/worksheets/sheet2.xml", &two),
    ]);
    while let Some(at) = memchr::memmem::find(&bytes, b"sheet2.xml") {
        bytes[at + 5] = b'1';
    }
    let text = Collected::of("a.xlsx", &bytes).all_text();
    assert!(text.contains("first@example.jp") && text.contains("second@example.jp"), "{text}");
}

/// Counts what comes, within one budget.
struct Counting {
    budget: Rc<Budget>,
    records: usize,
    gaps: Vec<(GapKind, String)>,
}

impl Sink for Counting {
    fn record(&mut self, _: &crate::model::Record<'_>) {
        self.records += 1;
    }
    fn child(&mut self, _: &str, bytes: &mut dyn Read) -> bool {
        io::copy(bytes, &mut io::sink()).unwrap();
        true
    }
    fn part(&mut self, _: &str, read: &mut dyn FnMut(&mut dyn Sink)) -> bool {
        read(self);
        !self.budget.is_spent()
    }
    fn gap(&mut self, kind: GapKind, reason: String) {
        self.gaps.push((kind, reason));
    }
    fn member_gap(&mut self, _: &str, kind: GapKind, reason: String) {
        self.gaps.push((kind, reason));
    }
    fn encrypted(&mut self, _: Option<&str>, _: &str, reason: String) {
        self.gaps.push((GapKind::Encrypted, reason));
    }
    fn broken_off(&mut self, kind: GapKind, reason: String) {
        self.gaps.push((kind, reason));
    }
    fn charset(&mut self, _: crate::model::Charset) {}
    fn budget(&self) -> Rc<Budget> {
        Rc::clone(&self.budget)
    }
}

#[test]
fn a_bomb_ends_at_the_budget() {
    // One string of 60 KB that a cell needs twenty bytes to name.
    let string = format!("<sst><si><t>{}</t></si></sst>", "山".repeat(20_000));
    let row = "<row><c t='s'><v>0</v></c></row>".repeat(8_000);
    let bytes = with_parts(&row, &[("xl/sharedStrings.xml", &string)]);
    let mut out = Counting { budget: Budget::new(1), records: 0, gaps: Vec::new() };
    let head = Head { bytes: &bytes[..64], whole: false, name: "a.xlsx" };
    Xlsx.read(&head, Input::Seek(&mut Cursor::new(&bytes), bytes.len() as u64), &mut out);
    assert!(
        out.records < 5_000 && out.gaps.len() == 1 && out.gaps[0].1.contains("budget"),
        "{} {:?}",
        out.records,
        out.gaps
    );

    let wide = format!("<row>{}</row>", "<c><v>7</v></c>".repeat(40_000));
    let got = Collected::of("a.xlsx", &one_sheet(&wide));
    assert_eq!(part(&got, "表").gap_kinds(), [GapKind::OverLimit]);
    assert_eq!(fields(part(&got, "表")).len(), 40_000);
}

#[test]
fn cut_and_damaged_samples_are_no_panic() {
    for (name, bytes) in SAMPLES {
        for cut in (0..bytes.len()).step_by(97) {
            Collected::of(name, &bytes[..cut]);
        }
        for at in (0..bytes.len()).step_by(83) {
            let mut damaged = bytes.to_vec();
            damaged[at] ^= [0x01, 0x80, 0xFF][at % 3];
            Collected::of(name, &damaged);
        }
    }
}

#[test]
fn a_failing_disk_is_one_gap_and_a_told_one_none() {
    let (name, bytes) = SAMPLES[1];
    let head = Head { bytes: &bytes[..512], whole: false, name };
    for left in (0..bytes.len()).step_by(211) {
        for told in [false, true] {
            let mut out = Collected::default();
            let mut src = Failing::after(left, bytes, told);
            Xlsx.read(&head, Input::Seek(&mut src, bytes.len() as u64), &mut out);
            // A part that ends too early may say so; that the disk failed is told once.
            let of_children = |out: &Collected| {
                let gaps = out.children.iter().flat_map(|(_, child)| child.gap_kinds());
                gaps.filter(|kind| *kind == GapKind::ReadError).count()
            };
            let want: &[GapKind] = if told || !src.failed { &[] } else { &[GapKind::ReadError] };
            assert_eq!((out.gap_kinds(), of_children(&out)), (want.to_vec(), 0), "after {left}: {:?}", out.gaps);
        }
    }
}
