//! What is sealed can be checked without hozen: stock tools accept the bag, and the commands in VERIFY.txt run as they stand.
#![expect(
    clippy::disallowed_methods,
    reason = "a test may write to its own temporary folder and run the tools it names"
)]

mod bag_fixture;

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::Command;

use bag_fixture::{files, seal};
use hozen::model::Digest;

fn run(dir: &Path, script: &str) -> (bool, String) {
    let output = Command::new("bash").arg("-c").arg(script).current_dir(dir).env("LC_ALL", "C").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text)
}

fn must(dir: &Path, script: &str) -> String {
    let (ok, text) = run(dir, script);
    assert!(ok, "{script}\n{text}");
    text
}

/// A folder with the zip and the digest beside it.
fn unpacked(name: &str, files: &[(Vec<u8>, Vec<u8>)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let zip = seal(name, files).zip.0;
    fs::write(dir.path().join(format!("{name}.zip")), &zip).unwrap();
    let line = format!("{}  {name}.zip\n", Digest::of(&zip));
    fs::write(dir.path().join(format!("{name}.zip.sha256")), line).unwrap();
    dir
}

/// The commands of a guide that are meant to be run as they stand.
fn commands(guide: &str) -> Vec<&str> {
    guide.lines().filter_map(|line| line.strip_prefix("    ")).collect()
}

fn guide(zip: &Path, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(fs::File::open(zip).unwrap()).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn the_commands_in_the_guides_run_as_they_stand() {
    for lang in ["en", "ja"] {
        let name = "web01-20261121";
        let dir = unpacked(name, &files());
        let text = guide(&dir.path().join(format!("{name}.zip")), &format!("{name}/VERIFY.{lang}.txt"));
        let script = format!("set -e\n{}", commands(&text).join("\n"));
        let said = must(dir.path(), &script);
        assert!(said.contains("Good \"hozen\" signature for yamada@example.jp"), "{said}");
        assert!(said.contains("Hash Algorithm: sha256"), "{said}");
        assert!(said.contains("is valid"), "{said}");
    }
}

#[test]
fn a_bag_without_payload_is_a_bag() {
    let dir = unpacked("none", &[]);
    let text = guide(&dir.path().join("none.zip"), "none/VERIFY.ja.txt");
    let said = must(dir.path(), &format!("set -e\n{}", commands(&text).join("\n")));
    assert!(said.contains("is valid"), "{said}");
}

#[test]
fn seven_zip_python_and_the_zip_crate_read_every_member() {
    let dir = unpacked("bag", &files());
    let said = must(dir.path(), "7z t bag.zip");
    assert!(said.contains("Everything is Ok") && !said.contains("WARN"), "{said}");
    must(dir.path(), "python3 -c 'import zipfile; z = zipfile.ZipFile(\"bag.zip\"); assert z.testzip() is None'");
    let mut archive = zip::ZipArchive::new(fs::File::open(dir.path().join("bag.zip")).unwrap()).unwrap();
    for at in 0..archive.len() {
        std::io::copy(&mut archive.by_index(at).unwrap(), &mut std::io::sink()).unwrap();
    }
    let said = must(dir.path(), "zipinfo -v bag.zip; unzip -t bag.zip");
    assert!(!said.contains("warning") && !said.contains("error:"), "{said}");
}

#[test]
fn every_content_comes_back_byte_for_byte() {
    let dir = unpacked("bag", &files());
    must(dir.path(), "LC_ALL=C.UTF-8 unzip -q bag.zip");
    let records = fs::read_to_string(dir.path().join("bag/custody/files.jsonl")).unwrap();
    let mut kept = 0;
    for line in records.lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let Some(stored) = record["stored"].as_str() else { continue };
        let path = data_encoding::BASE64.decode(record["path_b64"].as_str().unwrap().as_bytes()).unwrap();
        let content = fs::read(dir.path().join("bag").join(stored)).unwrap();
        assert_eq!(&content, &files().iter().find(|(p, _)| *p == path).unwrap().1, "{stored}");
        kept += 1;
    }
    assert_eq!(kept, files().len());
}

#[test]
fn more_members_than_sixteen_bits_can_count() {
    let many: Vec<_> = (0..65_600_u32).map(|n| (format!("/srv/{}/{n}", n / 1000).into_bytes(), Vec::new())).collect();
    let dir = unpacked("many", &many);
    must(dir.path(), "unzip -tqq many.zip && 7z t many.zip > 7z.log");
    let script =
        "import zipfile; z = zipfile.ZipFile('many.zip'); assert len(z.namelist()) == 65600 + 13, len(z.namelist())";
    must(dir.path(), &format!("python3 -c \"{script}\""));
}

#[test]
fn openssl_reads_the_time_stamp_request_and_ssh_keygen_the_key() {
    let dir = unpacked("bag", &files());
    must(dir.path(), "LC_ALL=C.UTF-8 unzip -q bag.zip");
    let bag = dir.path().join("bag");
    assert_eq!(fs::metadata(bag.join("custody/sig/tagmanifest-sha256.txt.tsq")).unwrap().len(), 69);
    let said = must(&bag, "openssl ts -query -in custody/sig/tagmanifest-sha256.txt.tsq -text");
    assert!(said.contains("Nonce: 0x4707070707070707") && said.contains("Certificate required: yes"), "{said}");
    fs::write(dir.path().join("key"), bag_fixture::signer().reveal().unwrap()).unwrap();
    let said = must(dir.path(), "chmod 600 key && ssh-keygen -l -f key");
    assert!(said.contains(&bag_fixture::signer().public().fingerprint()), "{said}");
}

#[test]
fn keys_that_ssh_keygen_made_sign_or_say_why_not() {
    use hozen::seal::sign::{SignError, Signer};
    let dir = tempfile::tempdir().unwrap();
    must(dir.path(), "ssh-keygen -q -t ed25519 -N '' -f plain; ssh-keygen -q -t ed25519 -N secret -f locked");
    must(dir.path(), "ssh-keygen -q -t ecdsa -N '' -f ecdsa");
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
    let signer = Signer::from_openssh(&read("plain")).unwrap();
    assert!(must(dir.path(), "ssh-keygen -l -f plain.pub").contains(&signer.public().fingerprint()));
    assert!(matches!(Signer::from_openssh(&read("locked")), Err(SignError::Encrypted)));
    assert!(matches!(Signer::from_openssh(&read("ecdsa")), Err(SignError::WrongAlgorithm { .. })));
    // And the other way: what ssh-keygen signs with it holds here.
    fs::write(dir.path().join("m"), "message").unwrap();
    must(dir.path(), "ssh-keygen -q -Y sign -f plain -n hozen m");
    assert_eq!(hozen::seal::sign::verify(&read("m.sig"), b"message").unwrap(), signer.public());
}
