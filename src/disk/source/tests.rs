#![expect(clippy::disallowed_methods, reason = "the tests build their own files")]

use super::*;
use std::fs;
use std::io::Write;
use std::sync::mpsc;
use std::time::Duration;

fn folder_with(name: &str, content: &[u8]) -> (tempfile::TempDir, DirHandle) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), content).unwrap();
    let dir = DirHandle::open_path(folder.path()).unwrap();
    (folder, dir)
}

#[test]
fn a_file_is_read_whole_at_any_buffer_size() {
    let content: Vec<u8> = (0..100_003_u32).map(|n| (n % 251) as u8).collect();
    let (_folder, dir) = folder_with("x", &content);
    for size in [1, 7, 4_096, 200_000] {
        let mut source = SourceFile::open_at(&dir, b"x").unwrap();
        let mut read = Vec::new();
        let mut buffer = vec![0; size];
        loop {
            let count = source.read_full(&mut buffer).unwrap();
            read.extend_from_slice(&buffer[..count]);
            if count < size {
                break;
            }
        }
        assert!(read == content, "{size}");
        assert_eq!((source.size_at_open(), source.position()), (content.len() as u64, content.len() as u64));
        assert!(!source.cut_short().unwrap());
    }
}

#[test]
fn a_growing_log_is_read_to_its_size_at_open_and_the_growth_is_seen() {
    let (folder, dir) = folder_with("log", b"first\n");
    let mut source = SourceFile::open_at(&dir, b"log").unwrap();
    fs::File::options().append(true).open(folder.path().join("log")).unwrap().write_all(b"second\n").unwrap();
    let mut text = String::new();
    source.read_to_string(&mut text).unwrap();
    assert_eq!(text, "first\n");
    let after = source.stat().unwrap();
    assert_eq!(after.size, 13);
    assert!(after.changed_since(source.stat_at_open()));
}

#[test]
fn a_file_that_shrinks_ends_early_without_harm() {
    let (folder, dir) = folder_with("x", &[7; 10_000]);
    let mut source = SourceFile::open_at(&dir, b"x").unwrap();
    fs::File::options().write(true).open(folder.path().join("x")).unwrap().set_len(10).unwrap();
    let mut buffer = [0; 10_000];
    assert_eq!(source.read_full(&mut buffer).unwrap(), 10);
}

#[test]
fn seeking_stays_within_the_file_as_it_was() {
    let (_folder, dir) = folder_with("x", b"0123456789");
    let mut source = SourceFile::open_at(&dir, b"x").unwrap();
    let mut two = [0; 2];
    assert_eq!(source.seek(SeekFrom::End(-2)).unwrap(), 8);
    assert_eq!((source.read_full(&mut two).unwrap(), &two), (2, b"89"));
    assert_eq!(source.seek(SeekFrom::Current(-5)).unwrap(), 5);
    assert_eq!((source.read_full(&mut two).unwrap(), &two), (2, b"56"));
    assert_eq!(source.seek(SeekFrom::Start(100)).unwrap(), 100);
    assert_eq!(source.read_full(&mut two).unwrap(), 0);
    assert!(source.seek(SeekFrom::Current(-101)).is_err());
}

#[test]
fn files_without_a_size_are_tried() {
    let mut source = SourceFile::open_path(Path::new("/proc/self/status")).unwrap();
    assert_eq!(source.size_at_open(), 0);
    let mut text = String::new();
    source.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("Name:"));
    assert!(!source.cut_short().unwrap());
    let (_folder, dir) = folder_with("empty", b"");
    assert_eq!(SourceFile::open_at(&dir, b"empty").unwrap().read_full(&mut [0; 9]).unwrap(), 0);
}

#[test]
fn a_file_without_a_size_is_cut_at_its_limit_and_says_so() {
    let (folder, dir) = folder_with("x", b"");
    let mut source = SourceFile::open_at(&dir, b"x").unwrap();
    // As if the kernel had hidden its size.
    fs::write(folder.path().join("x"), b"abcdef").unwrap();
    (source.end, source.opened.size) = (4, 1);
    let mut buffer = [0; 9];
    assert_eq!(source.read_full(&mut buffer).unwrap(), 4);
    assert!(source.cut_short().unwrap());
    source.end = 6;
    assert_eq!(source.read_full(&mut buffer).unwrap(), 2);
    assert!(!source.cut_short().unwrap());
}

#[test]
fn a_file_that_was_empty_when_it_was_opened_stays_empty() {
    let (folder, dir) = folder_with("log", b"");
    let mut source = SourceFile::open_at(&dir, b"log").unwrap();
    fs::write(folder.path().join("log"), b"first line\n").unwrap();
    assert_eq!(source.read_full(&mut [0; 9]).unwrap(), 0);
    assert_eq!(source.read_full(&mut [0; 9]).unwrap(), 0);
    assert_eq!(source.stat().unwrap().size, 11);
}

#[test]
fn sizes_that_the_kernel_makes_up_are_not_believed() {
    let mut source = SourceFile::open_path(Path::new("/sys/kernel/uevent_seqnum")).unwrap();
    assert!(source.size_at_open() == 4096 && source.is_unsized() && !source.is_sparse());
    let mut text = String::new();
    source.read_to_string(&mut text).unwrap();
    assert!(text.len() < 100 && text.ends_with('\n'), "{text}");
    if let Ok(mut memory) = SourceFile::open_path(Path::new("/proc/kcore")) {
        assert!(memory.size_at_open() > limits::UNSIZED_FILE_BYTES && !memory.is_sparse());
        assert_eq!(memory.end, limits::UNSIZED_FILE_BYTES);
        assert!(memory.read(&mut [0; 64]).is_ok());
    }
}

#[test]
fn a_pipe_that_took_a_file_s_name_is_refused_at_once() {
    let (folder, dir) = folder_with("x", b"");
    fs::remove_file(folder.path().join("x")).unwrap();
    rustix::fs::mkfifoat(&dir, "x", rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || tell.send(SourceFile::open_at(&dir, b"x").map(|_| ())).unwrap());
    let outcome = told.recv_timeout(Duration::from_secs(10)).expect("opening a pipe waited for a writer");
    let error = outcome.unwrap_err();
    assert!(matches!(error, OpenError::NotAFile(Kind::Fifo)), "{error}");
    assert_eq!(error.gap_kind(), GapKind::Replaced);
}

#[test]
fn links_and_missing_files_are_refused_with_a_reason() {
    let (folder, dir) = folder_with("x", b"secret");
    std::os::unix::fs::symlink("x", folder.path().join("link")).unwrap();
    let link = SourceFile::open_at(&dir, b"link").unwrap_err();
    assert_eq!(link.gap_kind(), GapKind::Replaced);
    let gone = SourceFile::open_at(&dir, b"gone").unwrap_err();
    assert_eq!(gone.gap_kind(), GapKind::Vanished);
    assert!(gone.reason().contains("No such file") && gone.reason().contains("collect it again"));
    assert!(matches!(SourceFile::open_path(folder.path()), Err(OpenError::NotAFile(Kind::Folder))));
}

#[test]
fn a_name_that_leads_elsewhere_is_noticed() {
    let (folder, dir) = folder_with("x", b"old");
    let mut source = SourceFile::open_at(&dir, b"x").unwrap();
    let after = |source: &SourceFile| {
        let (stat, replaced) = source.after(&dir, b"x");
        (stat.unwrap(), replaced)
    };
    let opened = source.stat_at_open().clone();
    assert_eq!(after(&source), (opened.clone(), false));
    fs::write(folder.path().join("y"), b"newer").unwrap();
    fs::rename(folder.path().join("y"), folder.path().join("x")).unwrap();
    let (stat, replaced) = after(&source);
    assert!(replaced && stat.size == 3 && stat.links == 0, "the metadata are those of what was opened: {stat:?}");
    fs::remove_file(folder.path().join("x")).unwrap();
    assert_eq!(after(&source), (stat, true));
    let mut text = String::new();
    source.read_to_string(&mut text).unwrap();
    assert_eq!(text, "old", "what was opened is what is read");
}

#[test]
fn extended_attributes_come_sorted_and_whole() {
    let (folder, dir) = folder_with("x", b"");
    let path = folder.path().join("x");
    let large = vec![b'v'; 2_000];
    let set = |name: &str, value: &[u8]| rustix::fs::setxattr(&path, name, value, rustix::fs::XattrFlags::empty());
    if set("user.b", b"\x00\xff").is_err() {
        return; // a file system without them
    }
    set("user.a", &large).unwrap();
    let xattrs = SourceFile::open_at(&dir, b"x").unwrap().xattrs().unwrap();
    let user: Vec<_> = xattrs.into_iter().filter(|(name, _)| name.starts_with(b"user.")).collect();
    assert_eq!(user, [(b"user.a".to_vec(), large), (b"user.b".to_vec(), b"\x00\xff".to_vec())]);
}

#[test]
fn stat_tells_what_the_kernel_tells() {
    use std::os::unix::fs::MetadataExt;
    let (folder, dir) = folder_with("x", b"abc");
    let metadata = fs::metadata(folder.path().join("x")).unwrap();
    let source = SourceFile::open_at(&dir, b"x").unwrap();
    let stat = source.stat_at_open();
    assert_eq!((stat.device, stat.inode, stat.size), (metadata.dev(), metadata.ino(), 3));
    assert_eq!((stat.mtime.seconds, i64::from(stat.mtime.nanos)), (metadata.mtime(), metadata.mtime_nsec()));
    assert_eq!((stat.mode, stat.links, stat.blocks), (metadata.mode() & 0o7777, 1, metadata.blocks()));
}

/// 64 KiB of data, a hole, four bytes across a block's edge, and a hole up to the end.
fn sparse(folder: &Path) -> Vec<u8> {
    use std::os::unix::fs::FileExt;
    let file = fs::File::create_new(folder.join("sparse")).unwrap();
    file.write_all_at(&[b'a'; 65_536], 0).unwrap();
    file.write_all_at(b"body", 4_194_302).unwrap();
    file.set_len(9_000_001).unwrap();
    fs::read(folder.join("sparse")).unwrap()
}

#[test]
fn holes_read_as_zeros_at_any_buffer_size_and_from_any_place() {
    let (folder, dir) = folder_with("x", b"");
    let content = sparse(folder.path());
    for size in [1_000, 65_536, 65_537, 4_000_000, 10_000_000] {
        let mut source = SourceFile::open_at(&dir, b"sparse").unwrap();
        assert!(source.is_sparse());
        let mut read = Vec::new();
        let mut buffer = vec![0xee; size];
        loop {
            let count = source.read_full(&mut buffer).unwrap();
            read.extend_from_slice(&buffer[..count]);
            if count < size {
                break;
            }
        }
        assert!(read == content, "{size}");
    }
    let mut source = SourceFile::open_at(&dir, b"sparse").unwrap();
    for start in [4_194_300, 65_530, 9_000_000, 0, 5_000_000, 9_000_001, 4_194_304] {
        source.seek(SeekFrom::Start(start)).unwrap();
        let mut buffer = [0xee; 10];
        let count = source.read_full(&mut buffer).unwrap();
        let start = start as usize;
        assert_eq!(buffer[..count], content[start..content.len().min(start + 10)], "{start}");
    }
}

#[test]
fn extents_cover_every_byte_that_is_not_zero() {
    let (folder, dir) = folder_with("x", b"abc");
    let content = sparse(folder.path());
    let mut source = SourceFile::open_at(&dir, b"sparse").unwrap();
    let mut first = [0; 9];
    source.read_full(&mut first).unwrap();
    let extents = source.extents().unwrap();
    assert!(extents.windows(2).all(|pair| pair[0].1 < pair[1].0), "{extents:?}");
    let mut outside = content.clone();
    for (start, end) in &extents {
        outside[*start as usize..*end as usize].fill(0);
    }
    assert!(outside.iter().all(|byte| *byte == 0));
    assert!(extents.iter().map(|(start, end)| end - start).sum::<u64>() < 1_000_000, "{extents:?}");
    let mut rest = Vec::new();
    source.read_to_end(&mut rest).unwrap();
    assert!(rest == content[9..], "asking for extents does not move the position");
    assert_eq!(SourceFile::open_at(&dir, b"x").unwrap().extents().unwrap(), [(0, 3)]);
}

#[test]
fn a_sparse_file_that_was_cut_ends_where_it_ends() {
    let (folder, dir) = folder_with("x", b"");
    sparse(folder.path());
    let mut source = SourceFile::open_at(&dir, b"sparse").unwrap();
    fs::File::options().write(true).open(folder.path().join("sparse")).unwrap().set_len(100_000).unwrap();
    let mut rest = Vec::new();
    source.read_to_end(&mut rest).unwrap();
    assert_eq!(rest.len(), 100_000);
}
