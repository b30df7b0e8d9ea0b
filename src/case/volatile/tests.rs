use super::*;
use crate::disk::live::Machine;
use std::io::Read as _;

/// A machine below a folder: its `proc` is made of plain files.
fn machine(files: &[(&str, &[u8])]) -> (tempfile::TempDir, Machine) {
    let root = tempfile::tempdir().unwrap();
    #[expect(clippy::disallowed_methods, reason = "the test builds its own machine")]
    for (path, bytes) in files {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let machine = Machine::at(root.path()).unwrap();
    (root, machine)
}

fn text(item: &Item) -> Vec<u8> {
    let mut bytes = Vec::new();
    item.source.as_ref().unwrap().open().unwrap().reader.read_to_end(&mut bytes).unwrap();
    bytes
}

/// The entries of a state, and its record.
fn whole(volatile: Volatile) -> (Vec<Item>, VolatileState) {
    let items: Vec<Item> = volatile.items.collect();
    assert_eq!(items.len() as u64, volatile.record.entries);
    (items, volatile.record)
}

fn row(items: &[Item], table: &str, at: usize) -> serde_json::Value {
    let path = format!("volatile/{table}.jsonl");
    let item = items.iter().find(|item| item.entry.path.shown() == path).unwrap();
    serde_json::from_slice(text(item).split(|&byte| byte == b'\n').nth(at).unwrap()).unwrap()
}

const STAT: &[u8] = b"42 (e vil)\n) S 1 42 42 34816 42 4194304 0 0 0 0 0 0 0 0 20 0 1 0 150 8192 1 0";

#[test]
fn a_hostile_machine_gives_rows_and_gaps_and_no_error() {
    let files: [(&str, &[u8]); 8] = [
        ("proc/stat", b"cpu 1 2\nbtime 1700000000\n"),
        ("proc/42/stat", STAT),
        ("proc/42/status", b"Uid:\t0\t0\t0\t0\n"),
        ("proc/42/cmdline", "sh\0\u{202e}顧客\n\0".as_bytes()),
        ("proc/42/environ", b"PASSWORD=secret"),
        ("proc/43/stat", b"not a stat"),
        ("proc/net/tcp", b"head\nbroken line\n"),
        ("proc/modules", b"rootkit 16384 0 - Live 0x0 (OE)\n"),
    ];
    let (_root, machine) = machine(&files);
    let (items, record) = whole(entries(live::take(&machine, Some(42), 8), 100));
    for (seq, item) in items.iter().enumerate() {
        assert_eq!((item.entry.seq, item.entry.origin), (seq as u64, Origin::Volatile));
        assert!(item.source.is_some() || !item.gaps.is_empty(), "{:?}", item.entry.path);
    }
    let process = row(&items, "processes", 0);
    assert_eq!((process["pid"].as_u64(), process["own"].as_bool()), (Some(42), Some(true)));
    assert_eq!((&process["name"], &process["started"]), (&"e vil)\\u{a}".into(), &"2023-11-14T22:13:21.5Z".into()));
    assert_eq!(process["arguments"], serde_json::json!(["sh", "\\u{202e}顧客\\u{a}"]));
    assert_eq!(process["terminal"], "pts/0");
    assert!(!process.to_string().contains("secret"), "the environment is in its raw text alone");
    assert_eq!(row(&items, "modules", 0)["in_sys"], false);
    // Each process has its gaps in one entry; the broken table says so.
    let gaps = |path: &str| {
        let found: Vec<_> = items.iter().filter(|item| item.entry.path.shown() == path).collect();
        assert_eq!(found.len(), 1, "{path}");
        found[0].gaps.iter().map(|gap| gap.kind).collect::<Vec<_>>()
    };
    assert_eq!(gaps("volatile/raw/proc/43"), [GapKind::Malformed]);
    assert_eq!(gaps("volatile/raw/proc/42"), [GapKind::Vanished]);
    assert_eq!(gaps("volatile/sockets.jsonl"), [GapKind::Malformed]);
    assert_eq!(gaps("volatile/raw/proc/42/environ"), []);
    assert_eq!(record.gaps.values().sum::<u64>(), 3);
}

#[test]
fn a_machine_without_proc_is_a_gap() {
    let (_root, machine) = machine(&[("etc/hostname", b"x")]);
    let (items, _) = whole(entries(live::take(&machine, None, 8), 100));
    assert!(items.iter().any(|item| item.entry.path.shown() == "volatile/raw/proc" && !item.gaps.is_empty()));
}

#[test]
fn the_same_state_gives_the_same_entries() {
    let (_root, machine) = machine(&[("proc/42/stat", STAT), ("proc/7/stat", STAT), ("proc/stat", b"btime 1\n")]);
    let list = || {
        let (items, _) = whole(entries(live::take(&machine, None, 8), 100));
        items.iter().map(|item| (item.entry.path.shown(), item.source.as_ref().map(|_| text(item)))).collect::<Vec<_>>()
    };
    assert_eq!(list(), list());
}

/// This very machine: whatever runs here must give entries that are all accounted for.
#[test]
fn the_machine_that_tests_run_on_is_taken_whole() {
    let now = || "2026-11-21T12:00:00+09:00[Asia/Tokyo]".parse().unwrap();
    let (items, record) = whole(take(64, &now).unwrap());
    assert!(record.processes > 0 && record.open_files > 0);
    let own = std::process::id();
    let found = (0..).map(|at| row(&items, "processes", at)).find(|row| row["pid"] == own).unwrap();
    assert_eq!(found["own"], true);
    let exe = crate::disk::host::running_binary().unwrap();
    assert_eq!(found["executable"]["sha256"], exe.to_string());
}
