//! Sparse files: kept small, hashed whole; giant ones kept as the stretches that hold data, from which they can be rebuilt.
#![expect(clippy::disallowed_methods, reason = "a test may write to its own temporary folder")]

mod real;

use std::fs;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use hozen::case::intake::Intake;
use hozen::disk::walk::{Walk, WalkOptions};
use hozen::evidence::{EvidenceWriter, MemoryStore};
use hozen::model::{Digest, Timestamp};
use hozen::pass::{GiantFrom, Plan, Progress, SharedNames, from_disk, run};
use serde_json::Value;

use real::{hozen, member, records, tool, zip};

const TERABYTES: u64 = 10 << 40;

/// Bytes that do not deflate.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 7_u64;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    std::iter::repeat_with(next).take(count).collect()
}

/// A file of this size with data at these places.
fn sparse(path: &Path, size: u64, data: &[(u64, &[u8])]) {
    let file = fs::File::create_new(path).unwrap();
    file.set_len(size).unwrap();
    for (at, bytes) in data {
        file.write_all_at(bytes, *at).unwrap();
    }
    file.sync_all().unwrap();
    assert!(file.metadata().unwrap().blocks() * 512 < size, "this file system keeps no holes");
}

fn collect(source: &Path, out: &Path) -> (real::Ended, PathBuf) {
    let ended = hozen(&[
        "collect".as_ref(),
        source.as_os_str(),
        "--out".as_ref(),
        out.as_os_str(),
        "--case".as_ref(),
        "k".as_ref(),
        "--format".as_ref(),
        "json".as_ref(),
    ]);
    (ended, out.join("k"))
}

fn row(case: &Path, end: &str) -> Value {
    let rows = records(&zip(case));
    rows.into_iter().find(|row| row["path"].as_str().unwrap().ends_with(end)).unwrap()
}

fn pairs(row: &Value) -> Vec<(u64, u64)> {
    serde_json::from_value(row["extents"].clone()).unwrap()
}

#[test]
fn holes_cost_nothing_and_the_digest_is_that_of_the_whole_file() {
    let temp = tempfile::tempdir().unwrap();
    let (source, out) = (temp.path().join("source"), temp.path().join("out"));
    fs::create_dir(&source).unwrap();
    let noise = noise(300_000);
    // It begins with what does not deflate: that must not decide for its holes.
    sparse(&source.join("disk.img"), 200 << 20, &[(0, &noise), (100 << 20, b"the only text in it")]);
    let (ended, case) = collect(&source, &out);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let row = row(&case, "disk.img");
    let whole = fs::read(source.join("disk.img")).unwrap();
    assert_eq!(row["sha256"].as_str().unwrap(), Digest::of(&whole).to_string());
    assert_eq!((row["bytes"].as_u64(), row["zip"]["method"].as_str()), (Some(200 << 20), Some("deflate")));
    let stored = row["zip"]["stored_bytes"].as_u64().unwrap();
    assert!(stored < 600_000, "{stored}");
    assert!(pairs(&row).len() == 2 && row.get("extent_digests").is_none(), "{row}");
    assert!(member(&zip(&case), "disk.img") == whole);
}

#[test]
fn ten_terabytes_of_holes_are_kept_as_their_data_and_rebuilt_by_hand() {
    let temp = tempfile::tempdir().unwrap();
    let (source, out) = (temp.path().join("source"), temp.path().join("out"));
    fs::create_dir(&source).unwrap();
    let image = source.join("disk.img");
    let noise = noise(70_000);
    sparse(&image, TERABYTES, &[(1 << 30, &noise), (3 << 40, b"taro@example.jp"), (TERABYTES - 5, b"end!\n")]);
    fs::hard_link(&image, source.join("same.img")).unwrap();
    let (ended, case) = collect(&source, &out);
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    let row = row(&case, "disk.img");
    assert_eq!(
        (row["marks"].clone(), row["gaps"][0]["kind"].clone()),
        (serde_json::json!(["extents_only"]), "over_limit".into())
    );
    let stretches = pairs(&row);
    let digests = row["extent_digests"].as_array().unwrap();
    assert_eq!((stretches.len(), digests.len()), (3, 3));
    let content = member(&zip(&case), "disk.img");
    assert_eq!(row["sha256"].as_str().unwrap(), Digest::of(&content).to_string());
    assert_eq!(row["stat"]["size"].as_u64(), Some(TERABYTES));
    let mut at = 0;
    for ((start, end), digest) in stretches.iter().zip(digests) {
        let length = usize::try_from(end - start).unwrap();
        let mut original = vec![0; length];
        fs::File::open(&image).unwrap().read_exact_at(&mut original, *start).unwrap();
        assert!(content[at..at + length] == original);
        assert_eq!(digest.as_str().unwrap(), Digest::of(&original).to_string());
        at += length;
    }
    assert_eq!(at, content.len());
    // Its other name stands for the same content, and says the same of it.
    let same = records(&zip(&case)).into_iter().find(|row| row["outcome"] == "linked").unwrap();
    assert_eq!((&same["hard_link_of"], &same["gaps"][0]["kind"]), (&row["seq"], &"over_limit".into()));
    let verified = hozen(&["verify", case.to_str().unwrap()]);
    assert_eq!(verified.code, Some(0), "{}{}", verified.stdout, verified.stderr);
    rebuild(&temp.path().join("again"), &zip(&case), &image);
}

/// By the commands in docs/evidence-format.md.
fn rebuild(folder: &Path, zip: &Path, image: &Path) {
    fs::create_dir(folder).unwrap();
    fs::write(folder.join("map.py"), "import json, sys\nfor line in open(sys.argv[1]):\n row = json.loads(line)\n if row['path'].endswith('/disk.img'):\n  [print(*pair) for pair in row['extents']]\n").unwrap();
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/evidence-format.md")).unwrap();
    let recipe = page.split("```sh\n").find(|block| block.starts_with("truncate")).expect("the page has a recipe");
    let recipe = recipe.split("```").next().unwrap();
    let unpack = format!("unzip -q '{}'; python3 map.py k-E001/custody/files.jsonl > map", zip.display());
    let script = format!(
        "set -e; {unpack}; MEMBER=$(find k-E001/data -name disk.img); FILE=disk.img; SIZE={TERABYTES}; MAP=map\n{recipe}"
    );
    tool(folder, &script);
    let rebuilt = fs::File::open(folder.join("disk.img")).unwrap();
    let original = fs::File::open(image).unwrap();
    assert_eq!(rebuilt.metadata().unwrap().len(), TERABYTES);
    for (at, length) in [(0, 4096), (1 << 30, 70_000), (3 << 40, 4096), (TERABYTES - 4096, 4096)] {
        let mut both = [vec![0; length], vec![0; length]];
        rebuilt.read_exact_at(&mut both[0], at).unwrap();
        original.read_exact_at(&mut both[1], at).unwrap();
        assert!(both[0] == both[1], "differs at {at}");
    }
}

#[test]
fn a_scan_looks_at_what_a_giant_holds() {
    let temp = tempfile::tempdir().unwrap();
    sparse(&temp.path().join("disk.img"), TERABYTES, &[(3 << 40, b"mail: taro@example.jp\n")]);
    let ended = hozen(&["scan", temp.path().to_str().unwrap(), "--format", "json"]);
    assert_eq!(ended.json()["entities"]["email"]["distinct"], 1, "{}", ended.stdout);
}

/// The records of a collection in memory, with another limit for giants.
fn records_with(source: &Path, giant: u64) -> Vec<Value> {
    let walk = Walk::new(vec![source.to_path_buf()], WalkOptions::default()).unwrap();
    let (stop, progress) = (AtomicBool::new(false), Progress::default());
    let plan = Plan {
        threads: 2,
        readers: 2,
        walk_ahead: 9,
        kernels: hozen::seal::lanes::Kernels::default(),
        digests: hozen::model::Algorithms::default(),
        keep: hozen::pass::Keep::Content,
        lens: None,
        stop: &stop,
        progress: &progress,
    };
    let now = Timestamp { seconds: 1_700_000_000, nanos: 0 };
    let journal = fs::File::create_new(source.with_extension("journal")).unwrap();
    let writer = EvidenceWriter::new("k", MemoryStore::default(), Kept(journal, MemoryStore::default()), now).unwrap();
    let mut intake = Intake::new(Some(writer), None, None, &hozen::disk::rows::RowPlace::default());
    run(from_disk::items_from(walk, SharedNames::default(), GiantFrom(giant)), plan, &mut intake).unwrap();
    intake.rescue();
    let text = fs::read_to_string(source.with_extension("journal")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A journal in memory that also goes to a file, where the test can read it.
struct Kept(fs::File, MemoryStore);

impl std::io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        std::io::Write::write_all(&mut self.0, bytes)?;
        std::io::Write::write(&mut self.1, bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

impl hozen::evidence::Store for Kept {
    fn position(&self) -> u64 {
        self.1.position()
    }
    fn patch_at(&mut self, offset: u64, bytes: &[u8]) -> std::io::Result<()> {
        self.1.patch_at(offset, bytes)
    }
    fn cut_to(&mut self, length: u64) -> std::io::Result<()> {
        self.1.cut_to(length)
    }
    fn sync(&mut self) -> std::io::Result<()> {
        self.0.sync_all()
    }
}

impl hozen::evidence::Journal for Kept {
    fn reread(&mut self) -> std::io::Result<Box<dyn std::io::BufRead + '_>> {
        self.1.reread()
    }
}

#[test]
fn the_limit_decides_and_a_file_that_is_mostly_data_is_read_whole() {
    let temp = tempfile::tempdir().unwrap();
    let source = temp.path().join("source");
    fs::create_dir(&source).unwrap();
    let data = noise(900_000);
    sparse(&source.join("dense"), 1_000_000, &[(0, &data)]);
    sparse(&source.join("holes"), 1_000_000, &[(500_000, b"x")]);
    sparse(&source.join("nothing"), 1_000_000, &[]);
    let marks = |giant| {
        let rows = records_with(&source, giant);
        fs::remove_file(source.with_extension("journal")).unwrap();
        let marked = rows.iter().filter(|row| row["marks"][0] == "extents_only");
        let names = marked.map(|row| row["path"].as_str().unwrap().rsplit('/').next().unwrap().to_owned());
        (names.collect::<Vec<_>>(), rows)
    };
    assert_eq!(marks(1_000_000).0, [""; 0]);
    let (names, rows) = marks(999_999);
    assert_eq!(names, ["holes", "nothing"]);
    let nothing = rows.iter().find(|row| row["path"].as_str().unwrap().ends_with("nothing")).unwrap();
    assert_eq!((nothing["bytes"].as_u64(), nothing["stat"]["size"].as_u64()), (Some(0), Some(1_000_000)));
    assert_eq!(nothing["sha256"].as_str().unwrap(), Digest::of(b"").to_string());
}

#[test]
fn a_hole_in_every_second_block_does_not_flood_the_record() {
    let temp = tempfile::tempdir().unwrap();
    let (source, out) = (temp.path().join("source"), temp.path().join("out"));
    fs::create_dir(&source).unwrap();
    let path = source.join("comb");
    let file = fs::File::create_new(&path).unwrap();
    file.set_len(25_000 * 8_192).unwrap();
    for n in 0..25_000 {
        file.write_all_at(b"tooth", n * 8_192).unwrap();
    }
    let (ended, case) = collect(&source, &out);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let row = row(&case, "comb");
    let listed = pairs(&row);
    assert!(listed.len() <= 10_000 && !listed.is_empty());
    // However coarse, the map says where all data is.
    let inside = |at: u64| listed.iter().any(|(start, end)| *start <= at && at < *end);
    assert!((0..25_000).all(|n| inside(n * 8_192)));
    assert_eq!(row["sha256"].as_str().unwrap(), Digest::of(&fs::read(&path).unwrap()).to_string());
}
