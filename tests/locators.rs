//! Promise 5: every locator leads back to its value, in every format and encoding, judged without hozen.
//!
//! The byte at `offset` is the first of the value as it was written. Where a value had to be unwrapped first, it is the first of its
//! cell or string: a cell with doubled quotes, a JSON string with escapes, and both in encodings whose bytes look like marks
//! (UTF-16, ISO-2022-JP, and CP932 in JSON), which are turned into UTF-8 before they are taken apart.
#![expect(clippy::disallowed_methods, reason = "a test makes and reads its own folders")]

mod real;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;

use serde_json::Value;

/// A value that was written into a file. All are made up.
#[derive(Clone)]
struct Plant {
    value: String,
    written: String,
    /// Characters before it, and before its cell or string.
    at: usize,
    cell_at: usize,
    row: u64,
    column: Option<u64>,
    pointer: Option<&'static str>,
    /// Quotes or escapes stand in its cell.
    wrapped: bool,
}

#[derive(Default)]
struct Made {
    text: String,
    plants: Vec<Plant>,
}

/// Each with another shape: narrow, full width, with dashes of Japanese text, in capitals.
fn values(n: usize) -> (String, String) {
    let wide = |text: &str| text.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect::<String>();
    match n % 4 {
        0 => (format!("taro{n}@example.jp"), format!("Taro{n}@Example.jp")),
        1 => (format!("0901234{n:04}"), format!("090-1234-{n:04}")),
        2 => (format!("0901234{n:04}"), wide(&format!("0901234{n:04}"))),
        _ => (format!("hanako{n}@example.jp"), wide(&format!("hanako{n}")) + "＠example.jp"),
    }
}

impl Made {
    fn chars(&self) -> usize {
        self.text.chars().count()
    }

    /// A value within its cell: what stands before it there, it, and what stands behind it.
    fn put(
        &mut self,
        n: usize,
        (before, behind): (&str, &str),
        place: (u64, Option<u64>, Option<&'static str>),
        wrapped: bool,
    ) {
        let (value, written) = values(n);
        let cell_at = self.chars();
        let at = cell_at + before.chars().count();
        self.text += &[before, &written, behind].concat();
        let (row, column, pointer) = place;
        self.plants.push(Plant { value, written, at, cell_at, row, column, pointer, wrapped });
    }

    fn lines() -> Self {
        let mut made = Self::default();
        for n in 0..200 {
            made.put(n, ("お客様ソ表：", " です。\n"), (n as u64 + 1, None, None), false);
        }
        made
    }

    /// One line that is longer than a window, without a separator to cut at.
    fn line() -> Self {
        let mut made = Self::default();
        for n in 0..2_000 {
            made.put(
                n,
                ("お客様ソ表能、連絡先は《", "》まで。山田が待っていますのでご連絡お願いします"),
                (1, None, None),
                false,
            );
        }
        made
    }

    fn table() -> Self {
        let mut made = Self { text: "番号,氏名,連絡先\r\n".to_owned(), ..Self::default() };
        for n in 0..300 {
            made.text += &format!("{n},ソ表能,");
            let wrapped = n % 3 == 0;
            if n % 3 > 0 {
                made.text += if n % 3 == 1 { "\"" } else { "" };
            }
            let cell = if wrapped {
                ("\"自宅 \"\"主\"\" ", "\"\r\n")
            } else {
                ("自宅 ", if n % 3 == 1 { "\"\r\n" } else { "\r\n" })
            };
            made.put(n, cell, (n as u64 + 2, Some(3), None), wrapped);
        }
        made
    }

    fn json() -> Self {
        let mut made = Self::default();
        for n in 0..300 {
            made.text += &format!("{{\"番号\": {n}, \"ソ/表\": [\"山田\", \"");
            let wrapped = n % 3 == 0;
            made.put(
                n,
                (if wrapped { "自\\u5b85 " } else { "自宅 " }, "\"]}\n"),
                (n as u64 + 1, None, Some("/ソ~1表/1")),
                wrapped,
            );
        }
        made
    }
}

/// A finding, its locator read as the documentation writes it: `leaf @offset row N column N /pointer`.
struct Found {
    value: String,
    offset: usize,
    row: Option<u64>,
    column: Option<u64>,
    pointer: Option<String>,
    locator: String,
}

impl Found {
    fn of(finding: &Value) -> (String, Self) {
        let locator = finding["locator"].as_str().unwrap();
        let (leaf, place) = locator.rsplit_once(" @").unwrap();
        let (place, pointer) =
            place.split_once(" /").map_or((place, None), |(place, p)| (place, Some(format!("/{p}"))));
        let words: Vec<&str> = place.split(' ').collect();
        let after = |name| words.iter().position(|word| *word == name).map(|at| words[at + 1].parse().unwrap());
        let found = Self {
            value: finding["value"].as_str().unwrap().to_owned(),
            offset: words[0].parse().unwrap(),
            row: after("row"),
            column: after("column"),
            pointer,
            locator: locator.to_owned(),
        };
        (leaf.to_owned(), found)
    }
}

const ENCODINGS: [&str; 7] = ["utf-8", "bom", "utf-16le", "utf-16be", "cp932", "euc-jp", "iso-2022-jp"];

fn encoded(text: &str, encoding: &str) -> Vec<u8> {
    let marked = format!("\u{feff}{text}");
    match encoding {
        "bom" => marked.into_bytes(),
        "utf-16le" => marked.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "utf-16be" => marked.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        "cp932" => encoding_rs::SHIFT_JIS.encode(text).0.into_owned(),
        "euc-jp" => encoding_rs::EUC_JP.encode(text).0.into_owned(),
        "iso-2022-jp" => encoding_rs::ISO_2022_JP.encode(text).0.into_owned(),
        _ => text.as_bytes().to_vec(),
    }
}

/// Where each character ends, found by encoding one after the other.
fn ends(text: &str, encoding: &str) -> Vec<usize> {
    let mut all = Vec::new();
    let mut end = if matches!(encoding, "utf-16le" | "utf-16be") { 2 } else { 3 * usize::from(encoding == "bom") };
    let mut jis = encoding_rs::ISO_2022_JP.new_encoder();
    for c in text.chars() {
        let one = c.encode_utf8(&mut [0; 4]).to_owned();
        end += match encoding {
            "utf-16le" | "utf-16be" => 2 * c.len_utf16(),
            // Its escapes come before the character that needs them.
            "iso-2022-jp" => jis.encode_from_utf8(&one, &mut [0; 16], false).2,
            _ => encoded(&one, encoding.trim_start_matches("bom")).len(),
        };
        all.push(end);
    }
    all
}

/// The character that begins at this byte, or behind the escape that begins there.
fn character(ends: &[usize], offset: usize, encoding: &str) -> Option<usize> {
    let at = ends.partition_point(|end| *end <= offset);
    let begin = at.checked_sub(1).map(|before| ends[before]);
    let escape = if encoding == "iso-2022-jp" { 3 } else { 0 };
    (begin.is_none() || begin.is_some_and(|begin| offset - begin <= escape)).then_some(at)
}

/// The findings of one leaf, each with where it stands; every one must be a plant, and every plant be found once.
fn check(leaf: &str, made: &Made, encoding: &str, whole_fields: bool, findings: &[Found]) {
    let (ends, chars) = (ends(&made.text, encoding), made.text.chars().collect::<Vec<_>>());
    // In a table with commas no second byte of CP932 is taken for one.
    let transcoded = matches!(encoding, "utf-16le" | "utf-16be" | "iso-2022-jp")
        || encoding == "cp932" && made.plants.iter().any(|plant| plant.pointer.is_some());
    let mut left: BTreeMap<(String, usize), &Plant> = BTreeMap::new();
    for plant in &made.plants {
        let whole = whole_fields && (plant.wrapped || transcoded);
        left.insert((plant.value.clone(), if whole { plant.cell_at } else { plant.at }), plant);
    }
    for finding in findings {
        let at = character(&ends, finding.offset, encoding).unwrap_or(usize::MAX);
        let rest: String = chars.iter().skip(at).take(200).collect();
        let what = format!("{} in {encoding}, {}, leads to {rest:?}", finding.locator, finding.value);
        let plant = left.remove(&(finding.value.clone(), at)).unwrap_or_else(|| panic!("{what}"));
        assert!(rest.contains(&plant.written), "{what}");
        assert_eq!((finding.row, finding.column), (Some(plant.row), plant.column), "{what}");
        assert_eq!(finding.pointer.as_deref(), plant.pointer, "{what}");
        if let Some(pointer) = plant.pointer {
            let row = made.text.lines().nth(usize::try_from(plant.row).unwrap() - 1).unwrap();
            let value: Value = serde_json::from_str(row).unwrap();
            assert!(value.pointer(pointer).unwrap().as_str().unwrap().contains(&plant.written), "{what}");
        }
    }
    let missed: Vec<String> = left.values().take(3).map(|p| format!("{} at character {}", p.written, p.at)).collect();
    assert!(left.is_empty(), "{leaf} in {encoding}: {} not found: {missed:?}", left.len());
}

fn findings(source: &str, out: &std::path::Path) -> BTreeMap<String, Vec<Found>> {
    let ended = real::hozen(&["scan", source, "--reveal", "--findings", out.to_str().unwrap(), "--format", "json"]);
    // A program is looked at for text, and said to be one.
    assert!(matches!(ended.code, Some(0 | 3)), "{:.4000}{}", ended.stdout, ended.stderr);
    let mut by_leaf: BTreeMap<String, Vec<Found>> = BTreeMap::new();
    for line in fs::read_to_string(out).unwrap().lines() {
        let finding: Value = serde_json::from_str(line).unwrap();
        if matches!(finding["entity"].as_str(), Some("email" | "phone")) {
            let (leaf, found) = Found::of(&finding);
            by_leaf.entry(leaf).or_default().push(found);
        }
    }
    by_leaf
}

#[test]
fn every_locator_leads_to_its_value() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    fs::create_dir(&source).unwrap();
    let forms: [(&str, Made, bool); 4] = [
        ("lines.txt", Made::lines(), false),
        ("line.txt", Made::line(), false),
        ("table.csv", Made::table(), true),
        ("lines.jsonl", Made::json(), true),
    ];
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, made, _) in &forms {
        for encoding in ENCODINGS {
            let bytes = encoded(&made.text, encoding);
            let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gz.write_all(&bytes).unwrap();
            fs::write(source.join(format!("{encoding}-{name}.gz")), gz.finish().unwrap()).unwrap();
            zip.start_file(format!("{encoding}-{name}"), zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(&bytes).unwrap();
            fs::write(source.join(format!("{encoding}-{name}")), bytes).unwrap();
        }
    }
    fs::write(source.join("all.zip"), zip.finish().unwrap().into_inner()).unwrap();
    let found = findings(source.to_str().unwrap(), &folder.path().join("findings.jsonl"));
    for (name, made, whole_fields) in &forms {
        for encoding in ENCODINGS {
            let plain = format!("{encoding}-{name}");
            let ends = [format!("/{plain}"), format!("/{plain}.gz ▸ {plain}"), format!("/all.zip ▸ {plain}")];
            for end in ends {
                let leaf = found.iter().find(|(leaf, _)| format!("/{leaf}").ends_with(&end));
                let (leaf, found) = leaf.unwrap_or_else(|| panic!("{end} is not in {:?}", found.keys()));
                check(leaf, made, encoding, *whole_fields, found);
            }
        }
    }
}

/// In bytes that are no text, the offset is that of the value itself, in each encoding that runs are read in.
#[test]
fn a_locator_in_a_program_leads_to_its_value() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = b"\x7fELF\x02\x01\0\0".to_vec();
    let mut plants = Vec::new();
    for n in 0..400 {
        let encoding = ["utf-8", "cp932", "euc-jp", "utf-16le"][n / 4 % 4];
        let (value, written) = values(n);
        let text = |text: &str| {
            let bytes = encoded(text, encoding);
            if encoding == "utf-16le" { bytes[2..].to_vec() } else { bytes }
        };
        // Windows of a program begin at any byte.
        bytes.extend(vec![1; 700 + n % 3]);
        bytes.extend(text("山田太郎さんの連絡先は "));
        plants.push((value, bytes.len(), text(&written)));
        bytes.extend(text(&written));
        bytes.extend(text(" です"));
    }
    let path = folder.path().join("program");
    fs::write(&path, &bytes).unwrap();
    let found = findings(path.to_str().unwrap(), &folder.path().join("findings.jsonl"));
    let found = found.values().next().unwrap();
    for (value, at, written) in &plants {
        let here = found.iter().filter(|found| found.offset == *at);
        let here: Vec<&str> = here.map(|found| found.value.as_str()).collect();
        let near = found.iter().filter(|found| found.offset.abs_diff(*at) < 60);
        let near: Vec<_> = near.map(|found| (found.offset, &found.value)).collect();
        assert_eq!(here, [value], "at {at}: {written:x?}, near it {near:?}");
    }
    assert_eq!(found.len(), plants.len());
}
