#![expect(clippy::disallowed_methods, reason = "a test makes and cuts its own files")]

use super::*;
use std::io::Write;
use zip::write::SimpleFileOptions;

/// The record of `count` kept files, of which the bag holds none.
fn evidence(folder: &Path, count: usize) -> PathBuf {
    let path = folder.join("evidence.zip");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    zip.add_directory("B/data/", stored).unwrap();
    zip.start_file("B/custody/files.jsonl", stored).unwrap();
    for seq in 0..count {
        writeln!(
            zip,
            r#"{{"seq":{seq},"path_b64":"L2E=","kind":"file","stored":"data/{seq}","outcome":"kept","sha256":"{}","bytes":1,"zip":{{"offset":0,"method":"stored","stored_bytes":1,"crc32":0,"stored_crc32":0,"mtime":null,"wide":false}}}}"#,
            "0".repeat(64)
        )
        .unwrap();
    }
    zip.finish().unwrap();
    path
}

#[test]
fn what_the_zip_does_not_hold_where_its_record_says_is_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    let payload = Payload::of(&evidence(folder.path(), 3)).unwrap();
    let items: Vec<Item> = payload.items(5).unwrap().collect();
    assert_eq!((payload.count(), items.len()), (3, 3));
    assert_eq!(items.iter().map(|item| item.entry.seq).collect::<Vec<_>>(), [5, 6, 7]);
    let Err(gap) = items[0].source.as_ref().unwrap().open() else { panic!("read another member") };
    assert!(gap.reason.contains("hozen verify"), "{}", gap.reason);
}

#[test]
fn a_record_that_ends_early_leaves_a_gap_for_each_file_that_was_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = evidence(folder.path(), 2_000);
    let items = Payload::of(&path).unwrap().items(0).unwrap();
    std::fs::File::options().write(true).open(&path).unwrap().set_len(100_000).unwrap();
    let items: Vec<Item> = items.collect();
    assert_eq!(items.len(), 2_000);
    assert!(items.iter().zip(0..).all(|(item, seq)| item.entry.seq == seq));
    let last = &items[1_999];
    assert!(last.source.is_none() && last.gaps[0].kind == GapKind::ReadError, "{:?}", last.gaps);
    assert!(last.gaps[0].reason.contains("was not looked at"), "{}", last.gaps[0].reason);
    assert!(Payload::of(&path).is_err(), "and from the start it is refused");
}
