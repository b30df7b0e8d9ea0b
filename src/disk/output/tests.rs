use super::*;
use std::os::unix::fs::PermissionsExt;

fn mode(path: &Path) -> u32 {
    std::fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

fn names(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

#[test]
fn folders_are_for_their_owner_only_and_made_once() {
    let temp = tempfile::tempdir().unwrap();
    let case = temp.path().join("case");
    create_folder(&case).unwrap();
    assert_eq!(mode(&case), 0o700);
    let error = create_folder(&case).unwrap_err();
    assert!(error.to_string().contains("nothing is overwritten"), "{error}");
    let deep = case.join("a/b/c");
    ensure_folder(&deep).unwrap();
    ensure_folder(&deep).unwrap();
    assert_eq!(mode(&case.join("a")), 0o700);
}

#[test]
fn a_file_is_made_once_and_never_through_a_link() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("x");
    OutputFile::create(&path).unwrap();
    assert_eq!(mode(&path), 0o600);
    assert!(OutputFile::create(&path).is_err());
    let link = temp.path().join("link");
    std::os::unix::fs::symlink(temp.path().join("elsewhere"), &link).unwrap();
    assert!(OutputFile::create(&link).is_err());
    assert!(OutputFile::open_to_append(&link).is_err());
    assert!(!temp.path().join("elsewhere").exists());
}

#[test]
fn appends_patches_and_cuts_land_where_they_belong() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("x");
    let mut file = OutputFile::create(&path).unwrap();
    file.append(b"0000-body").unwrap();
    assert_eq!(file.position(), 9);
    file.patch_at(0, b"1234").unwrap();
    let large = vec![b'L'; BUFFER_BYTES + 1];
    file.append(&large).unwrap();
    file.append(b"end").unwrap();
    assert_eq!(file.position(), 9 + large.len() as u64 + 3);
    file.sync().unwrap();
    let bytes = std::fs::read(&path).unwrap();
    assert!(bytes.starts_with(b"1234-bodyL") && bytes.ends_with(b"Lend"));
    file.cut_to(9).unwrap();
    file.append(b"!").unwrap();
    file.flush().unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"1234-body!");
    assert!(file.patch_at(8, b"abc").is_err(), "past the end");
    assert!(file.cut_to(11).is_err());
    assert_eq!(std::fs::read(&path).unwrap(), b"1234-body!");
    // Across the end of what the kernel has, and behind it.
    file.append(b"held").unwrap();
    file.patch_at(8, b"Y?HE").unwrap();
    file.patch_at(12, b"L").unwrap();
    assert!(file.patch_at(13, b"D.").is_err(), "past the end of what is held");
    assert_eq!(std::fs::read(&path).unwrap(), b"1234-bodY?", "what is held waits");
    file.flush().unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"1234-bodY?HELd");
}

#[test]
fn a_journal_goes_on_at_its_end() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("custody.jsonl");
    write_once(&path, b"one\n").unwrap();
    let mut file = OutputFile::open_to_append(&path).unwrap();
    assert_eq!(file.position(), 4);
    file.append(b"two\n").unwrap();
    file.sync().unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"one\ntwo\n");
    assert!(OutputFile::open_to_append(temp.path()).is_err());
}

#[test]
fn what_is_written_once_is_whole_private_and_leaves_no_part() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("report.html");
    write_once(&path, b"first").unwrap();
    assert_eq!((mode(&path), names(temp.path())), (0o600, 1));
    let error = write_once(&path, b"second").unwrap_err();
    assert_eq!((error.what, error.source.kind()), (Doing::Rename, io::ErrorKind::AlreadyExists));
    assert_eq!(std::fs::read(&path).unwrap(), b"first");
    assert_eq!(names(temp.path()), 1);
}

#[test]
fn a_full_device_is_told_as_such() {
    let full = Path::new("/dev/full");
    let file = File::options().write(true).open(full).unwrap();
    let mut file = OutputFile { file, path: full.into(), buffer: Vec::new(), written: 0 };
    file.append(b"x").unwrap();
    let error = file.flush().unwrap_err();
    assert!(error.is_full(), "{error}");
    assert_eq!((file.position(), file.written), (1, 0), "what did not arrive waits, for when there is room");
    let error = file.write_all(&vec![0; BUFFER_BYTES]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    file.cut_to(0).unwrap();
    assert_eq!(file.position(), 0, "a cut lets go of what could not be written");
    file.flush().unwrap();
}

#[test]
fn removing_twice_is_no_error() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("x");
    write_once(&path, b"").unwrap();
    remove(&path).unwrap();
    remove(&path).unwrap();
    assert!(!path.exists());
}

#[test]
fn file_systems_without_the_flag_keep_a_taken_name_too() {
    let temp = tempfile::tempdir().unwrap();
    let (from, to) = (temp.path().join("from"), temp.path().join("to"));
    write_once(&from, b"new").unwrap();
    write_once(&to, b"old").unwrap();
    assert_eq!(rename_without_flag(&from, &to), Err(Errno::EXIST));
    assert_eq!(std::fs::read(&to).unwrap(), b"old");
    remove(&to).unwrap();
    rename_without_flag(&from, &to).unwrap();
    assert_eq!((std::fs::read(&to).unwrap().as_slice(), names(temp.path())), (b"new".as_slice(), 1));
}
