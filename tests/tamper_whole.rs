//! A whole case, with a time stamp, hand-set events and a photo: whatever is changed, dropped, reordered or doubled in any of
//! its layers is named at that layer, and nothing is missed. `--nocapture` prints the table of what was tried.
#![expect(clippy::disallowed_methods, reason = "a test may change the temporary folder that it made")]

mod authority;
mod bag_parts;
mod real;
mod world;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use authority::Authority;
use bag_parts::{build, parts};
use hozen::case::custody;
use hozen::case::dir::CaseDir;
use hozen::case::results::{Layer, Problem};
use hozen::case::verify::verify_path;
use hozen::evidence::Expected;
use world::put;

const ZIP: &str = "evidence/C1-E001.zip";
const CHAIN: &str = "custody/custody.jsonl";
const STAMP: &str = "custody/C1-E001.tsr";

fn done(arguments: &[&str]) {
    let ended = world::hozen(arguments);
    assert!([0, 3].contains(&ended.code), "{arguments:?}: {}", ended.stderr);
}

/// Everything that a case can hold, as small as it goes.
fn case(folder: &Path) -> PathBuf {
    let source = folder.join("src");
    put(&source, "名簿.csv", "氏名,メール\n架空太郎,taro@example.jp\n架空花子,hanako@example.jp\n");
    put(&source, "b.txt", "nothing in it\n");
    put(folder, "seal.jpg", b"\xff\xd8\xff photo of the seal");
    let at = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    done(&["respond", source.to_str().unwrap(), "--out", &at(""), "--case", "C1", "--operator", "Yamada"]);
    let case = at("C1");
    done(&["custody", "add", &case, "--act", "note", "--note", "seen", "--photo", &at("seal.jpg")]);
    let authority = Authority::new(authority::P256);
    done(&["custody", "stamp", &case, "--request", &at("q.tsq")]);
    authority.answer(&folder.join("q.tsq"), &folder.join("r.tsr"));
    let ca = authority.ca();
    done(&["custody", "stamp", &case, "--import", &at("r.tsr"), "--ca", ca.to_str().unwrap()]);
    done(&["custody", "add", &case, "--act", "transfer", "--to", "Sato", "--purpose", "analysis"]);
    done(&["custody", "add", &case, "--act", "receive", "--from", "Yamada"]);
    PathBuf::from(case)
}

/// What is done to the files of the case.
#[derive(Clone)]
enum Edit {
    Flip(usize, u8),
    Replace(Vec<u8>),
    Remove,
    Add,
}

struct Try {
    /// Row and column of the table.
    layer: &'static str,
    operation: &'static str,
    file: String,
    edit: Edit,
    /// One of these layers has to be named…
    due: &'static [Layer],
    /// … in a problem that speaks of this.
    about: String,
}

struct Tries(Vec<Try>);

impl Tries {
    fn add(
        &mut self,
        (layer, operation): (&'static str, &'static str),
        (file, edit): (&str, Edit),
        due: &'static [Layer],
        about: &str,
    ) {
        self.0.push(Try { layer, operation, file: file.to_owned(), edit, due, about: about.to_owned() });
    }
}

/// Lines dropped, doubled and swapped with the next one.
fn lines_tampered(text: &str) -> Vec<(&'static str, usize, Vec<u8>)> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut out = Vec::new();
    for at in 0..lines.len() {
        let mut dropped = lines.clone();
        dropped.remove(at);
        out.push(("dropped", at, dropped.concat().into_bytes()));
        let mut doubled = lines.clone();
        doubled.insert(at, lines[at]);
        out.push(("doubled", at, doubled.concat().into_bytes()));
        if lines.len() > 1 {
            let mut moved = lines.clone();
            moved.swap(at, (at + 1) % lines.len());
            out.push(("reordered", at, moved.concat().into_bytes()));
        }
    }
    out
}

/// Every field of every JSON line, changed to another value of its kind; lines that are no JSON: every letter of each.
fn fields_changed(text: &str) -> Vec<(usize, Vec<u8>)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut out = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let changed: Vec<String> = match serde_json::from_str::<serde_json::Value>(line) {
            Ok(value) => leaves(&value).into_iter().map(|path| change(&value, &path).to_string()).collect(),
            Err(_) => (0..line.len()).filter(|at| line.is_char_boundary(*at)).map(|at| flipped(line, at)).collect(),
        };
        for new in changed {
            let whole = lines.iter().enumerate().map(|(n, old)| if n == at { new.as_str() } else { old });
            out.push((at, whole.flat_map(|line| [line, "\n"]).collect::<String>().into_bytes()));
        }
    }
    out
}

fn flipped(line: &str, at: usize) -> String {
    let letter = line[at..].chars().next().unwrap();
    let other = if letter == 'x' { 'y' } else { 'x' };
    format!("{}{other}{}", &line[..at], &line[at + letter.len_utf8()..])
}

/// Pointers to every value that holds no others.
fn leaves(value: &serde_json::Value) -> Vec<String> {
    let inside = |children: Vec<(String, &serde_json::Value)>| {
        children
            .into_iter()
            .flat_map(|(key, child)| {
                leaves(child)
                    .into_iter()
                    .map(move |rest| format!("/{}{rest}", key.replace('~', "~0").replace('/', "~1")))
            })
            .collect()
    };
    match value {
        serde_json::Value::Object(fields) if !fields.is_empty() => {
            inside(fields.iter().map(|(key, child)| (key.clone(), child)).collect())
        }
        serde_json::Value::Array(items) if !items.is_empty() => {
            inside(items.iter().enumerate().map(|(at, child)| (at.to_string(), child)).collect())
        }
        _ => vec![String::new()],
    }
}

fn change(value: &serde_json::Value, pointer: &str) -> serde_json::Value {
    let mut value = value.clone();
    let leaf = value.pointer_mut(pointer).unwrap();
    *leaf = match leaf.clone() {
        serde_json::Value::String(text) => format!("{text}x").into(),
        serde_json::Value::Number(number) => (number.as_i64().unwrap() + 1).into(),
        serde_json::Value::Bool(is) => (!is).into(),
        _ => "x".into(),
    };
    value
}

/// Where the layers of a zip lie, by its own headers.
fn header_bytes(zip: &[u8]) -> Vec<(&'static str, usize, String)> {
    let u16_at = |at: usize| usize::from(u16::from_le_bytes([zip[at], zip[at + 1]]));
    let mut out = Vec::new();
    let mut behind = 0;
    for part in parts(zip) {
        let length = 30 + u16_at(part.offset + 26) + u16_at(part.offset + 28);
        out.extend((part.offset..part.offset + length).map(|at| ("local header", at, part.name.clone())));
        behind = part.end;
    }
    while zip[behind..].starts_with(b"PK\x01\x02") {
        let length = 46 + u16_at(behind + 28) + u16_at(behind + 30) + u16_at(behind + 32);
        out.extend((behind..behind + length).map(|at| ("central directory", at, ZIP.to_owned())));
        behind += length;
    }
    out.extend((behind..zip.len()).map(|at| ("end record", at, ZIP.to_owned())));
    out
}

/// Layers at which the change of a member has to be named.
fn due_of(member: &str) -> &'static [Layer] {
    let path = member.split_once('/').map_or(member, |(_, path)| path);
    match path {
        _ if path.starts_with("data/") => &[Layer::Digest],
        "tagmanifest-sha256.txt" => &[Layer::Seal],
        _ if path.ends_with(".sig") || path.ends_with("allowed_signers") || path.ends_with(".tsq") => &[Layer::Seal],
        _ => &[Layer::TagManifest],
    }
}

fn zip_tries(zip: &[u8], tries: &mut Tries) {
    for (layer, at, about) in header_bytes(zip) {
        for mask in [0x01, 0x80] {
            // A changed checksum is told as bytes that do not fit it, a changed name as a name.
            tries.add(
                (layer, "changed"),
                (ZIP, Edit::Flip(at, mask)),
                &[Layer::Zip, Layer::Digest, Layer::Name],
                &about,
            );
        }
    }
    let whole = parts(zip);
    for (at, part) in whole.iter().enumerate() {
        let name = part.name.as_str();
        let mut edit = |operation, parts: &[bag_parts::Part], due| {
            tries.add(("member", operation), (ZIP, Edit::Replace(build(parts))), due, name.split_once('/').unwrap().1);
        };
        if !part.content.is_empty() {
            for spot in [0, part.content.len() / 2, part.content.len() - 1] {
                let mut changed = whole.clone();
                changed[at].content[spot] ^= 2;
                edit("changed", &changed, due_of(name));
            }
        }
        let mut dropped = whole.clone();
        dropped.remove(at);
        edit("dropped", &dropped, &[Layer::Manifest, Layer::TagManifest, Layer::Seal, Layer::Zip]);
        let mut doubled = whole.clone();
        doubled.insert(at, part.clone());
        edit("doubled", &doubled, &[Layer::Name, Layer::Zip]);
        if at + 1 < whole.len() {
            let mut moved = whole.clone();
            moved.swap(at, at + 1);
            edit("reordered", &moved, &[Layer::Zip, Layer::Name, Layer::Manifest, Layer::Record]);
        }
        // A data descriptor, as other writers put behind a member: flag 3, and sixteen bytes that no header speaks of.
        let mut described = zip[..part.end].to_vec();
        described[part.offset + 6] |= 8;
        described.extend([b"PK\x07\x08".as_slice(), &[0; 12]].concat());
        described.extend(&zip[part.end..]);
        tries.add(("data descriptor", "added"), (ZIP, Edit::Replace(described)), &[Layer::Zip], &name[3..]);
    }
    central_tries(zip, tries);
    for list in ["manifest-sha256.txt", "tagmanifest-sha256.txt", "custody/files.jsonl", "custody/custody.jsonl"] {
        list_tries(&whole, list, tries);
    }
}

/// Records of the directory, whole ones, with the end record as it was.
fn central_tries(zip: &[u8], tries: &mut Tries) {
    let begin = parts(zip).last().unwrap().end;
    let end = zip.len() - 22;
    let starts: Vec<usize> = (begin..end).filter(|at| zip[*at..].starts_with(b"PK\x01\x02")).collect();
    let records: Vec<&[u8]> =
        (0..starts.len()).map(|n| &zip[starts[n]..starts.get(n + 1).copied().unwrap_or(end)]).collect();
    let with = |records: &[&[u8]], tail: &[u8]| [&zip[..begin], &records.concat(), tail].concat();
    for at in 0..records.len() {
        let mut dropped = records.clone();
        dropped.remove(at);
        let mut doubled = records.clone();
        doubled.insert(at, records[at]);
        let mut moved = records.clone();
        moved.swap(at, (at + 1) % records.len());
        for (operation, records) in [("dropped", dropped), ("doubled", doubled), ("reordered", moved)] {
            let new = Edit::Replace(with(&records, &zip[end..]));
            tries.add(("central directory", operation), (ZIP, new), &[Layer::Zip], ZIP);
        }
    }
    for (operation, tail) in [("dropped", Vec::new()), ("doubled", zip[end..].repeat(2))] {
        tries.add(("end record", operation), (ZIP, Edit::Replace(with(&records, &tail))), &[Layer::Zip], ZIP);
    }
}

/// Every line of a list in the zip, and every field of it, with all headers right again.
fn list_tries(whole: &[bag_parts::Part], list: &'static str, tries: &mut Tries) {
    let at = whole.iter().position(|part| part.name == format!("C1-E001/{list}")).unwrap();
    let text = String::from_utf8(whole[at].content.clone()).unwrap();
    let (label, lines): (_, &'static [Layer]) = match list {
        "manifest-sha256.txt" => ("zip: manifest line", &[Layer::Manifest]),
        "tagmanifest-sha256.txt" => ("zip: tag manifest line", &[Layer::TagManifest, Layer::Seal]),
        "custody/files.jsonl" => ("zip: files.jsonl line", &[Layer::Record, Layer::TagManifest]),
        _ => ("zip: custody.jsonl line", &[Layer::Custody, Layer::TagManifest]),
    };
    let mut edit = |operation, content: Vec<u8>, due| {
        let mut changed = whole.to_vec();
        changed[at].content = content;
        tries.add((label, operation), (ZIP, Edit::Replace(build(&changed))), due, list);
    };
    for (operation, _, content) in lines_tampered(&text) {
        edit(operation, content, lines);
    }
    let changed: &'static [Layer] = match list {
        "tagmanifest-sha256.txt" => &[Layer::Seal],
        _ => &[Layer::TagManifest],
    };
    for (_, content) in fields_changed(&text) {
        edit("changed", content, changed);
    }
}

fn case_tries(root: &Path, tries: &mut Tries) {
    let bytes = |file: &str| fs::read(root.join(file)).unwrap();
    let text = String::from_utf8(bytes(CHAIN)).unwrap();
    for (operation, _, content) in lines_tampered(&text) {
        tries.add(("custody.jsonl line", operation), (CHAIN, Edit::Replace(content)), &[Layer::Custody], "");
    }
    for (_, content) in fields_changed(&text) {
        tries.add(("custody.jsonl line", "changed"), (CHAIN, Edit::Replace(content)), &[Layer::Custody], "");
    }
    for at in (0..text.len()).step_by(5) {
        tries.add(("custody.jsonl byte", "changed"), (CHAIN, Edit::Flip(at, 1)), &[Layer::Custody], "");
    }
    tries.add(("custody.jsonl line", "dropped"), (CHAIN, Edit::Remove), &[Layer::Custody], CHAIN);
    let photo = fs::read_dir(root.join("custody/photos")).unwrap().next().unwrap().unwrap().file_name();
    let photo = format!("custody/photos/{}", photo.to_str().unwrap());
    let pem = format!("{STAMP}.pem");
    let mut files: Vec<(&'static str, String, &'static [Layer], usize)> = vec![
        ("time stamp", STAMP.to_owned(), &[Layer::TimeStamp], 1),
        ("time stamp: certificates", pem, &[Layer::TimeStamp], 7),
        ("photo", photo, &[Layer::Custody], 1),
        ("zip digest file", format!("{ZIP}.sha256"), &[Layer::Zip], 1),
        ("case.json", "case.json".to_owned(), &[Layer::Result], 7),
    ];
    for folder in ["results", "report"] {
        for name in fs::read_dir(root.join(folder)).unwrap() {
            let name = format!("{folder}/{}", name.unwrap().file_name().to_str().unwrap());
            let step = (bytes(&name).len() / 60).max(1);
            files.push((if folder == "results" { "result" } else { "report" }, name, &[Layer::Result], step));
        }
    }
    for (label, file, due, step) in files {
        let whole = bytes(&file);
        for at in (0..whole.len()).step_by(step) {
            tries.add((label, "changed"), (&file, Edit::Flip(at, 1)), due, &file);
        }
        for (operation, content) in [("cut", whole[..whole.len() - 1].to_vec()), ("doubled", whole.repeat(2))] {
            tries.add((label, operation), (&file, Edit::Replace(content)), due, &file);
        }
        if file != "case.json" {
            tries.add((label, "dropped"), (&file, Edit::Remove), due, &file);
        }
        let (stem, end) = file.rsplit_once('.').unwrap();
        let copy = if end == "pem" {
            format!("{}x.tsr.pem", stem.trim_end_matches(".tsr"))
        } else {
            format!("{stem}-x.{end}")
        };
        let stray: &'static [Layer] = if label == "zip digest file" { &[Layer::Custody] } else { due };
        if file != "case.json" {
            tries.add((label, "added"), (&copy, Edit::Add), stray, &copy);
        }
    }
    tries.add(("evidence", "dropped"), (ZIP, Edit::Remove), &[Layer::Zip], ZIP);
    tries.add(("evidence", "added"), ("evidence/C1-E002.zip", Edit::Add), &[Layer::Custody], "C1-E002.zip");
}

/// A copy of the case for one worker.
struct Copy {
    root: PathBuf,
    _folder: tempfile::TempDir,
}

impl Copy {
    fn of(case: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        real::tool(folder.path(), &format!("cp -a {} C1", case.display()));
        Self { root: folder.path().join("C1"), _folder: folder }
    }

    fn apply(&self, one: &Try) -> Option<Vec<u8>> {
        let path = self.root.join(&one.file);
        let old = fs::read(&path).ok();
        match &one.edit {
            Edit::Flip(at, mask) => {
                let mut new = old.clone().unwrap();
                new[*at] ^= mask;
                fs::write(path, new).unwrap();
            }
            Edit::Replace(new) => fs::write(path, new).unwrap(),
            Edit::Remove => fs::remove_file(path).unwrap(),
            Edit::Add => fs::write(path, "x").unwrap(),
        }
        old
    }

    fn restore(&self, one: &Try, old: Option<Vec<u8>>) {
        let path = self.root.join(&one.file);
        match old {
            Some(old) => fs::write(path, old).unwrap(),
            None => fs::remove_file(path).unwrap(),
        }
    }
}

/// Whether problems name what was done: one is at a layer that is due, and one speaks of the thing. That the zip as a whole is
/// another one does not count: of every change to a zip that is told as well, and it says nothing of where.
fn is_named(problems: &[Problem], one: &Try) -> bool {
    let of_the_whole = |problem: &&Problem| problem.path != ZIP || !problem.what.contains("digest of the zip");
    let mut problems = problems.iter().filter(of_the_whole);
    let about = one.about.as_str();
    let speaks = |problem: &Problem| problem.path.contains(about) || problem.what.contains(about);
    problems.clone().any(|problem| one.due.contains(&problem.layer)) && problems.any(speaks)
}

#[derive(Default)]
struct Row {
    cases: u64,
    missed: Vec<String>,
}

#[test]
fn whatever_is_done_to_a_case_is_named_at_its_layer() {
    let folder = tempfile::tempdir().unwrap();
    let root = case(folder.path());
    let known =
        Expected { custody: Some(custody::read(&CaseDir::open(&root).unwrap().unwrap()).head), ..Expected::default() };
    assert_eq!(verify_path(&root, &known).unwrap().problems, []);
    let mut tries = Tries(Vec::new());
    zip_tries(&fs::read(root.join(ZIP)).unwrap(), &mut tries);
    case_tries(&root, &mut tries);
    let rows: Mutex<BTreeMap<(&str, &str), Row>> = Mutex::default();
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                let copy = Copy::of(&root);
                while let Some(one) = tries.0.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                    let old = copy.apply(one);
                    let result = verify_path(&copy.root, &known);
                    copy.restore(one, old);
                    let problems = result.as_ref().map(|result| result.problems.as_slice()).unwrap_or_default();
                    let is_told = result.as_ref().is_ok_and(|result| !result.ok) && is_named(problems, one);
                    let mut rows = rows.lock().unwrap();
                    let row = rows.entry((one.layer, one.operation)).or_default();
                    row.cases += 1;
                    if !is_told {
                        let said: Vec<String> =
                            problems.iter().map(|p| format!("{:?} {}: {}", p.layer, p.path, p.what)).collect();
                        row.missed.push(format!("{} about {:?}: {}", one.file, one.about, said.join(" | ")));
                    }
                }
            });
        }
    });
    let rows = rows.into_inner().unwrap();
    let mut missed = 0;
    println!("| layer | done | cases | missed |\n|---|---|---|---|");
    for ((layer, operation), row) in &rows {
        println!("| {layer} | {operation} | {} | {} |", row.cases, row.missed.len());
        missed += row.missed.len();
        for one in row.missed.iter().take(5) {
            // Printed, not panicked with: a hook of hozen's keeps messages of panics to itself.
            println!("MISSED {layer} {operation}: {one}");
        }
    }
    println!("| in all | | {} | {missed} |", rows.values().map(|row| row.cases).sum::<u64>());
    assert_eq!(missed, 0);
}

#[test]
fn the_real_binary_ends_with_4_and_names_the_layer() {
    let folder = tempfile::tempdir().unwrap();
    let root = case(folder.path());
    let mut tries = Tries(Vec::new());
    zip_tries(&fs::read(root.join(ZIP)).unwrap(), &mut tries);
    case_tries(&root, &mut tries);
    let copy = Copy::of(&root);
    let head = custody::read(&CaseDir::open(&root).unwrap().unwrap()).head.to_string();
    let mut seen = BTreeMap::new();
    for one in &tries.0 {
        // One of each is enough here.
        if seen.insert((one.layer, one.operation), ()).is_some() {
            continue;
        }
        let old = copy.apply(one);
        let ended =
            real::hozen(&["verify", copy.root.to_str().unwrap(), "--expect-custody", &head, "--format", "json"]);
        copy.restore(one, old);
        assert_eq!(ended.code, Some(4), "{} {}: {}", one.layer, one.operation, ended.stderr);
        let problems: Vec<Problem> = serde_json::from_value(ended.json()["problems"].clone()).unwrap();
        assert!(is_named(&problems, one), "{} {}: {problems:?}", one.layer, one.operation);
    }
    let whole = real::hozen(&["verify", copy.root.to_str().unwrap(), "--expect-custody", &head]);
    assert_eq!(whole.code, Some(0), "{}{}", whole.stdout, whole.stderr);
}
