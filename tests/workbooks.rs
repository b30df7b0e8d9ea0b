//! Spreadsheets from outside, as real programs wrote them (`testdata/formats`): every value of the five people is found once, at the sheet,
//! row and column where it stands; what numbers lost is told; sheets that nobody sees are read, and say so. All data made up.
#![expect(clippy::disallowed_methods, reason = "a test makes its own folder")]

mod real;

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

/// A finding: its entity, its value in clear, why it was taken, and how often.
struct Finding {
    place: String,
    entity: String,
    value: String,
    reasons: Vec<String>,
}

fn findings(sample: &str) -> Vec<Finding> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("findings.jsonl");
    let path = format!("{}/testdata/formats/{sample}", env!("CARGO_MANIFEST_DIR"));
    let ended = real::hozen(&["scan", &path, "--reveal", "--findings", out.to_str().unwrap(), "--format", "json"]);
    assert!(matches!(ended.code, Some(0 | 3)), "{sample}: {}", ended.stderr);
    assert_eq!(ended.json()["gaps"].as_array().map(Vec::len), Some(0), "{sample}: {}", ended.json()["gaps"]);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let finding = |line: &str| {
        let finding: Value = serde_json::from_str(line).unwrap();
        let locator = text(&finding["locator"]);
        let (leaf, place) = locator.rsplit_once(" @").unwrap();
        let below = leaf.split_once(" ▸ ").map_or("", |(_, below)| below);
        // Without the byte.
        let place = place.split_once(' ').map_or("", |(_, place)| place);
        Finding {
            place: format!("{below}: {place}"),
            entity: text(&finding["entity"]),
            value: text(&finding["value"]),
            reasons: finding["reasons"].as_array().unwrap().iter().map(text).collect(),
        }
    };
    fs::read_to_string(&out).unwrap().lines().map(finding).collect()
}

const KINDS: [&str; 7] = ["person_name", "name_kana", "email", "phone", "postal_code", "address", "birth_date"];

/// The five people, each value as a finding gives it.
fn people() -> Vec<Vec<String>> {
    let list = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/formats/people.csv");
    let plain = |(column, cell): (usize, &str)| match column {
        0 | 1 => cell.replace(' ', ""),
        3 | 4 => cell.replace('-', ""),
        6 => cell.replace('/', "-"),
        _ => cell.to_owned(),
    };
    let list = fs::read_to_string(list).unwrap();
    list.lines().skip(1).map(|line| line.split(',').enumerate().map(plain).collect()).collect()
}

/// Every person stands in a row of this sheet, from this row and column on, each value once and nowhere else.
fn all_five(sample: &str, sheet: &str, (row, column): (usize, usize)) -> Vec<Finding> {
    let found = findings(sample);
    for (nth, person) in people().iter().enumerate() {
        for (kind, value) in KINDS.iter().zip(person) {
            let at = KINDS.iter().position(|known| known == kind).unwrap();
            let places: Vec<&str> = found
                .iter()
                .filter(|finding| {
                    finding.entity == *kind && finding.value.replace([' ', '-'], "") == value.replace([' ', '-'], "")
                })
                .map(|finding| finding.place.as_str())
                .collect();
            let want = format!("{sheet}: row {} column {}", row + nth, column + at);
            assert_eq!(places, [want.as_str()], "{kind} {value} in {sample}");
        }
    }
    found
}

fn places<'f>(found: &'f [Finding], value: &str) -> Vec<&'f str> {
    found.iter().filter(|finding| finding.value == value).map(|finding| finding.place.as_str()).collect()
}

/// Reasons that tell of a cell, and how many findings have them.
fn undone(found: &[Finding]) -> BTreeMap<(&str, &str), usize> {
    let mut counts = BTreeMap::new();
    for finding in found {
        for reason in finding.reasons.iter().filter(|reason| reason.starts_with("cell:")) {
            *counts.entry((finding.entity.as_str(), reason.as_str())).or_default() += 1;
        }
    }
    counts
}

#[test]
fn hidden_sheets_comments_and_headers_of_excel() {
    let found = all_five("xlsx/openpyxl.xlsx", "会員", (4, 1));
    assert_eq!(places(&found, "ito.jiro@example.jp"), ["退会者 (hidden): row 2 column 2"]);
    assert_eq!(places(&found, "09012345699"), ["内部 (very hidden): row 2 column 2"]);
    assert_eq!(places(&found, "0312345699"), ["会員 ▸ comments: row 4 column 2"]);
}

#[test]
fn zeros_days_and_long_numbers_of_excel() {
    let found = findings("xlsx/xlsxwriter.xlsx");
    let want =
        [(("birth_date", "cell:date_serial"), 5), (("card", "cell:exponent"), 3), (("phone", "cell:leading_zeros"), 5)];
    assert_eq!(undone(&found), BTreeMap::from(want));
    assert_eq!(places(&found, "09012345601"), ["会員: row 6 column 6"]);
    assert_eq!(places(&found, "1980-04-12"), ["会員: row 6 column 9"]);
    assert_eq!(places(&found, "0312345697"), ["会員 ▸ text boxes: row 1"]);
    assert_eq!(places(&found, "soumu@example.jp"), ["defined names: row 1 column 1"]);
    assert_eq!(undone(&all_five("xlsx/1904.xlsx", "名簿", (2, 1)))[&("birth_date", "cell:date_serial")], 5);
    all_five("xlsx/libreoffice.xlsx", "list", (2, 1));
    let found = all_five("xlsb/by-hand.xlsb", "会員", (2, 1));
    assert_eq!(
        undone(&found),
        BTreeMap::from([(("birth_date", "cell:date_serial"), 5), (("phone", "cell:leading_zeros"), 5)])
    );
}

#[test]
fn what_a_person_does_not_see_in_excel() {
    let found = all_five("xlsx/traps.xlsx", "会員", (2, 1));
    assert_eq!(places(&found, "naoko@example.jp"), ["会員 ▸ threads of comments: row 2 column 1"]);
    assert_eq!(places(&found, "jinji@example.jp"), ["cells of another workbook ▸ 人事: row 3 column 2"]);
    assert_eq!(places(&found, "watanabe.naoko@example.jp"), ["people who commented: row 1 column 2"]);
    assert_eq!(places(&found, "09012345695"), ["shared strings that no cell shows: row 1"]);
    assert_eq!(places(&found, "09012345696"), ["会員: row 7 column 8"]);
    all_five("xlsx/pivot.xlsx", "pivot cache 1", (1, 1));
}

#[test]
fn opendocument() {
    let found = all_five("ods/odfpy.ods", "会員", (6, 1));
    assert_eq!(places(&found, "08012345698"), ["会員 ▸ comments: row 6 column 1"]);
    assert_eq!(places(&found, "09012345699"), ["退会者 (hidden): row 2 column 2"]);
    assert_eq!(undone(&found)[&("phone", "cell:leading_zeros")], 5);
    all_five("ods/flat.fods", "会員", (4, 1));
    let found = findings("ods/libreoffice.ods");
    assert_eq!(places(&found, "09012345601"), ["会員: row 6 column 6"]);
}

#[test]
fn old_excel() {
    let found = all_five("xls/xlwt.xls", "会員", (4, 2));
    let want =
        [(("birth_date", "cell:date_serial"), 5), (("card", "cell:exponent"), 1), (("phone", "cell:leading_zeros"), 5)];
    assert_eq!(undone(&found), BTreeMap::from(want));
    assert_eq!(places(&found, "09012345699"), ["退会者 (hidden): row 2 column 2"]);
    let found = findings("xls/libreoffice.xls");
    assert_eq!(places(&found, "08012345698"), ["会員 ▸ comments: row 6 column 3"]);
    assert_eq!(places(&found, "1968-09-21"), ["会員: row 10 column 9"]);
}
