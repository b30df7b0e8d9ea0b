//! A torn last line of the chain of custody: at every length it is told with the way out, mended without losing a byte, and a
//! mending that breaks off anywhere is gone on with by doing it again.
#![expect(clippy::disallowed_methods, reason = "this test makes cases and then damages them")]

mod real;

use std::fs;
use std::path::{Path, PathBuf};

use hozen::case::dir::CaseDir;
use hozen::case::mend::{Mended, Mender, mend};
use hozen::case::{custody, verify};
use hozen::evidence::Expected;
use hozen::model::Act;
use real::{Ended, hozen};

struct World {
    folder: tempfile::TempDir,
    /// The chain with its last line whole.
    chain: Vec<u8>,
    /// Where its last line begins.
    last: usize,
}

impl World {
    /// A case whose last event is a note with a photo.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path).to_str().unwrap().to_owned();
        fs::create_dir(at("src")).unwrap();
        fs::write(at("src/a.txt"), "made up").unwrap();
        let made = hozen(&["collect", &at("src"), "--out", &at(""), "--case", "c1", "--force", "--operator", "op"]);
        assert_eq!(made.code, Some(0), "{}", made.stderr);
        fs::write(at("photo.jpg"), "made up photo").unwrap();
        let noted =
            hozen(&["custody", "add", &at("c1"), "--act", "note", "--note", "顧客", "--photo", &at("photo.jpg")]);
        assert_eq!(noted.code, Some(0), "{}", noted.stderr);
        let chain = fs::read(at("c1/custody/custody.jsonl")).unwrap();
        let last = chain[..chain.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
        Self { folder, chain, last }
    }

    fn case(&self) -> PathBuf {
        self.folder.path().join("c1")
    }

    fn journal(&self) -> PathBuf {
        self.case().join("custody/custody.jsonl")
    }

    /// Tears the last line behind so many of its bytes, or whatever else stands there.
    fn tear(&self, tail: &[u8]) {
        for name in left(&self.case()) {
            fs::remove_file(self.case().join("custody").join(name)).unwrap();
        }
        fs::write(self.journal(), [&self.chain[..self.last], tail].concat()).unwrap();
    }

    fn verb(&self, verb: &[&str]) -> Ended {
        let mut command = real::command();
        real::run(command.args(verb).arg(self.case()))
    }

    fn mend(&self) -> Mended {
        let mender = Mender {
            operator: "op".into(),
            host: "host".into(),
            tool: "hozen test".into(),
            detail: serde_json::Map::new(),
        };
        let now = || "2026-11-21T12:00:00+09:00[Asia/Tokyo]".parse().unwrap();
        mend(&self.dir(), mender, &now).unwrap()
    }

    fn dir(&self) -> CaseDir {
        CaseDir::open(&self.case()).unwrap().unwrap()
    }
}

/// Files of torn bytes.
fn left(case: &Path) -> Vec<String> {
    let names = fs::read_dir(case.join("custody")).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> =
        names.map(|name| name.into_string().unwrap()).filter(|name| name.ends_with(".bin")).collect();
    names.sort();
    names
}

#[test]
fn a_last_line_torn_at_any_byte_is_mended_and_no_byte_is_lost() {
    let world = World::new();
    let line = &world.chain[world.last..];
    for length in 0..line.len() {
        let tail = &line[..length];
        world.tear(tail);
        let before = verify::verify_case(&world.dir(), &Expected::default());
        if length == 0 {
            // A line that is gone with its end shows by the photo that it vouched for.
            assert_eq!(world.mend(), Mended::Nothing);
            continue;
        }
        assert!(before.problems.iter().any(|problem| problem.what.contains("`hozen custody mend`")), "{length}");
        let due = if length == line.len() - 1 { Mended::Ended } else { Mended::Cut(length as u64) };
        assert_eq!(world.mend(), due, "{length}");
        let chain = fs::read(world.journal()).unwrap();
        assert!(chain.starts_with(&world.chain[..world.last]));
        let names = left(&world.case());
        assert_eq!(names.len(), 1, "{length}");
        assert_eq!(fs::read(world.case().join("custody").join(&names[0])).unwrap(), tail, "{length}");
        let read = custody::read(&world.dir());
        let event = read.chain.last().unwrap();
        assert_eq!((event.act, &event.detail["line"]), (Act::Mend, &5.into()));
        assert_eq!(event.detail["file"], format!("custody/{}", names[0]));
        let bytes = if due == Mended::Ended { "ended_bytes" } else { "cut_bytes" };
        assert_eq!(event.detail[bytes], length as u64);
        // The photo that the torn event had taken in is vouched for again.
        let verified = verify::verify_case(&world.dir(), &Expected::default());
        assert!(verified.ok, "{length}: {:?}", verified.problems);
        assert_eq!(world.mend(), Mended::Nothing, "once is enough");
    }
}

#[test]
fn the_way_out_is_named_and_works_in_both_languages() {
    let world = World::new();
    for tail in [&b"{\"seq\":4,"[..], &[0; 5000], b"\xff\xfe", b"{}"] {
        world.tear(tail);
        for verb in [&["verify"][..], &["custody", "check"], &["custody", "show"]] {
            let ended = world.verb(verb);
            assert!(ended.code == Some(4) && ended.stdout.contains("hozen custody mend"), "{}", ended.stdout);
        }
        let refused = world.verb(&["custody", "add", "--act", "open"]);
        assert!(refused.code == Some(4) && refused.stderr.contains("custody mend"), "{}", refused.stderr);
        let mended = world.verb(&["custody", "mend", "--witness", "鈴木", "--lang", "ja"]);
        assert!(
            mended.code == Some(0) && mended.stdout.contains("途切れた行の修復"),
            "{}{}",
            mended.stdout,
            mended.stderr
        );
        assert!(mended.stdout.contains(&format!("{} バイト", tail.len())) && mended.stdout.contains("鈴木"));
        assert_eq!(world.verb(&["verify"]).code, Some(0));
        assert_eq!(world.verb(&["custody", "add", "--act", "open"]).code, Some(0));
    }
    // What was kept is watched over from then on.
    let kept = world.case().join("custody").join(&left(&world.case())[0]);
    fs::write(&kept, b"[]").unwrap();
    let ended = world.verb(&["verify"]);
    assert!(ended.code == Some(4) && ended.stdout.contains("custody/torn-0005-"), "{}", ended.stdout);
}

#[test]
fn whole_lines_are_never_cut_and_unfinished_empty_or_locked_chains_are_left_alone() {
    let world = World::new();
    let whole = world.verb(&["custody", "mend", "--format", "json"]);
    assert_eq!((whole.code, whole.json()["ok"].as_bool()), (Some(0), Some(true)));
    assert_eq!(fs::read(world.journal()).unwrap(), world.chain);
    let mut changed = world.chain.clone();
    changed[world.last - 20] ^= 1;
    let first = world.chain.iter().position(|byte| *byte == b'\n').unwrap();
    let cases: [(&[u8], i32); 5] = [
        // A line with its end, however odd, is for no mending.
        (&[&world.chain[..world.last], b"{\"seq\":4\n"].concat(), 4),
        (&[&world.chain[..], b"\n"].concat(), 4),
        (&[&changed[..], b"{"].concat(), 4),
        (&world.chain[..first], 4),
        (b"", 0),
    ];
    for (chain, code) in cases {
        fs::write(world.journal(), chain).unwrap();
        let ended = world.verb(&["custody", "mend"]);
        // An empty chain has no torn line, and is told by the verdict.
        assert_eq!(ended.code, Some(if code == 0 { 4 } else { code }), "{}{}", ended.stdout, ended.stderr);
        assert_eq!(fs::read(world.journal()).unwrap(), chain);
        assert_eq!(left(&world.case()), Vec::<String>::new());
    }
    world.tear(b"{");
    let held = fs::File::open(world.journal()).unwrap();
    held.lock().unwrap();
    let busy = world.verb(&["custody", "mend"]);
    assert!(busy.code == Some(2) && busy.stderr.contains("another hozen"), "{}", busy.stderr);
    drop(held);
    fs::write(world.case().join("evidence/c1-E001.orders.json"), "{}").unwrap();
    let refused = world.verb(&["custody", "mend"]);
    assert!(refused.code == Some(2) && refused.stderr.contains("collect --resume"), "{}", refused.stderr);
    assert!(world.verb(&["custody", "check"]).stdout.contains("collect --resume"));
    assert_eq!(left(&world.case()), Vec::<String>::new());
}

#[test]
fn a_mending_that_is_killed_at_any_call_is_gone_on_with() {
    let world = World::new();
    let line = &world.chain[world.last..];
    let mut killed = 0;
    for tail in [&line[..40], &line[..line.len() - 1]] {
        for call in ["pwrite64", "fdatasync", "ftruncate", "renameat2", "fsync"] {
            for when in 1..=4 {
                world.tear(tail);
                let script = format!("strace -f -qq -o /dev/null -e inject={call}:signal=KILL:when={when} \"$@\"");
                let mut command = real::in_shell(&script);
                let ended = real::run(command.args(["custody", "mend"]).arg(world.case()));
                if ended.code == Some(0) {
                    continue;
                }
                killed += 1;
                let state = world.verb(&["verify"]);
                let is_done = state.code == Some(0);
                assert!(is_done || state.stdout.contains("custody mend"), "{call} {when}: {}", state.stdout);
                let again = world.verb(&["custody", "mend"]);
                assert_eq!(again.code, Some(0), "{call} {when}: {}{}", again.stdout, again.stderr);
                let state = world.verb(&["verify"]);
                assert_eq!(state.code, Some(0), "{call} {when}: {}", state.stdout);
                let kept = left(&world.case());
                let has = |name: &String| fs::read(world.case().join("custody").join(name)).unwrap() == tail;
                assert!(kept.iter().any(has), "{call} {when}: the torn bytes are kept");
            }
        }
    }
    assert!(killed > 10, "{killed}");
}
