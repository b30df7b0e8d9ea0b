//! The whole way as an outsider goes it: a case that an authority stamped comes as a file encrypted by age, and only the
//! commands of the VERIFY texts are run, from the files, with the named tools on the PATH and no hozen. One changed byte, and
//! the same commands fail.
#![expect(
    clippy::disallowed_methods,
    reason = "a test may write to the temporary folder that it made and run the tools it names"
)]

mod authority;
mod real;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use authority::Authority;

/// All that an outsider has.
const TOOLS: [&str; 12] =
    ["age", "bash", "bagit.py", "cat", "openssl", "python3", "sed", "sha256sum", "ssh-keygen", "test", "unzip", "env"];

struct Outsider {
    folder: tempfile::TempDir,
}

impl Outsider {
    /// A bundle of a stamped case, and an outsider who got it.
    fn new() -> Self {
        let outsider = Self { folder: tempfile::tempdir().unwrap() };
        let authority = Authority::new(authority::P256);
        let at = |name: &str| outsider.at(name).to_str().unwrap().to_owned();
        fs::create_dir(outsider.at("src")).unwrap();
        fs::write(outsider.at("src/名簿.csv"), "氏名,メール\n架空太郎,taro@example.jp\n".repeat(50)).unwrap();
        fs::write(outsider.at("src/a.bin"), [7; 5_000]).unwrap();
        let hozen = |arguments: &[&str]| {
            let ended = real::hozen(arguments);
            assert_eq!(ended.code, Some(0), "{arguments:?} {}{}", ended.stdout, ended.stderr);
        };
        hozen(&["respond", &at("src"), "--out", &at(""), "--case", "c1", "--operator", "Yamada"]);
        hozen(&["custody", "stamp", &at("c1"), "--request", &at("q.tsq")]);
        authority.answer(&outsider.at("q.tsq"), &outsider.at("r.tsr"));
        fs::copy(authority.ca(), outsider.at("CA.pem")).unwrap();
        hozen(&["custody", "stamp", &at("c1"), "--import", &at("r.tsr"), "--ca", &at("CA.pem")]);
        real::tool(outsider.folder.path(), "age-keygen -o KEY 2>/dev/null; mkdir send tools");
        let key = fs::read_to_string(outsider.at("KEY")).unwrap();
        let to = key.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap();
        hozen(&["export", &at("c1"), "--to", to, "--out", &at("send"), "--purpose", "analysis"]);
        for tool in TOOLS {
            real::tool(&outsider.at("tools"), &format!("ln -s \"$(command -v {tool})\" {tool}"));
        }
        outsider
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A fresh folder with what was sent, and the outsider's key.
    fn fresh(&self, name: &str) -> PathBuf {
        real::tool(self.folder.path(), &format!("mkdir {name} && cp send/* KEY {name}"));
        self.at(name)
    }

    /// Runs commands with nothing but the tools; whether all of them succeeded, and what they said.
    fn run(&self, folder: &Path, script: &str) -> (bool, String) {
        let mut command = Command::new(self.at("tools/bash"));
        command.arg("-c").arg(format!("set -euo pipefail\n{script}")).current_dir(folder).env_clear();
        let output = command.env("PATH", self.at("tools")).env("HOME", folder).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.success(), said)
    }

    fn must(&self, folder: &Path, script: &str) -> String {
        let (done, said) = self.run(folder, script);
        assert!(done, "{script}\n{said}");
        said
    }
}

/// The commands of a text: its lines with four spaces before them.
fn commands(text: &str) -> Vec<String> {
    let lines: Vec<String> = text.lines().filter_map(|line| line.strip_prefix("    ")).map(str::to_owned).collect();
    assert!(lines.len() > 2, "{text}");
    lines
}

fn script(text: &Path) -> String {
    commands(&fs::read_to_string(text).unwrap()).join("\n")
}

#[test]
fn an_outsider_checks_everything_with_the_commands_of_the_texts() {
    let outsider = Outsider::new();
    assert!(!outsider.run(&outsider.at(""), "hozen --version").0, "an outsider has no hozen");
    // The text beside the bundle is enough to open it.
    let begun = outsider.fresh("begun");
    outsider.must(&begun, &script(&begun.join("c1-bundle-001.VERIFY.txt")));
    let bundle = begun.join("c1-bundle-001");
    assert!(bundle.join("HANDOVER.ja.html").is_file() && bundle.join("data/handover/index.csv").is_file());
    for lang in ["en", "ja"] {
        // The text in the bundle goes all the way, from the file that was sent to the time stamp.
        let text = bundle.join(format!("VERIFY.{lang}.txt"));
        let said = outsider.must(&outsider.fresh(&format!("whole-{lang}")), &script(&text));
        assert_eq!(said.matches("Good \"hozen\" signature").count(), 2, "{said}");
        assert_eq!((said.matches("Verification: OK").count(), said.matches("is valid").count()), (1, 2), "{said}");
        // And that of the evidence zip, for whoever got it alone, with and without its time stamp.
        let alone = outsider.at(&format!("alone-{lang}"));
        fs::create_dir(&alone).unwrap();
        for file in ["c1-E001.zip", "c1-E001.zip.sha256"] {
            fs::copy(bundle.join("data/evidence").join(file), alone.join(file)).unwrap();
        }
        outsider.must(&alone, &format!("unzip -p c1-E001.zip c1-E001/VERIFY.{lang}.txt > TEXT"));
        let text = script(&alone.join("TEXT"));
        let said = outsider.must(&alone, &text);
        assert!(said.contains("Good \"hozen\" signature") && !said.contains("Verification: OK"), "{said}");
        real::tool(&alone, "rm -r c1-E001");
        fs::copy(bundle.join("data/custody/c1-E001.tsr"), alone.join("c1-E001.tsr")).unwrap();
        fs::copy(outsider.at("CA.pem"), alone.join("CA.pem")).unwrap();
        assert_eq!(outsider.must(&alone, &text).matches("Verification: OK").count(), 2);
        // A changed reply is refused by the same commands.
        real::tool(&alone, "rm -r c1-E001");
        let length = fs::metadata(alone.join("c1-E001.tsr")).unwrap().len() as usize;
        flip(&alone.join("c1-E001.tsr"), length / 2);
        let (done, said) = outsider.run(&alone, &text);
        assert!(!done, "{said}");
    }
}

fn flip(file: &Path, at: usize) {
    let mut bytes = fs::read(file).unwrap();
    let at = at % bytes.len();
    bytes[at] ^= 1;
    fs::write(file, bytes).unwrap();
}

#[test]
fn one_changed_byte_and_the_same_commands_fail() {
    let outsider = Outsider::new();
    let sent = "c1-bundle-001.zip.age";
    let begun = outsider.fresh("begun");
    let whole = script(&begun.join("c1-bundle-001.VERIFY.txt"));
    outsider.must(&begun, &whole);
    let all = script(&begun.join("c1-bundle-001/VERIFY.en.txt"));
    let lines: Vec<&str> = all.lines().collect();
    let find = |word: &str| *lines.iter().find(|line| line.contains(word)).unwrap_or_else(|| panic!("{word}: {all}"));
    let length = fs::metadata(begun.join(sent)).unwrap().len() as usize;
    // The file that was sent: anywhere in it, and each of the first two commands alone.
    for (number, at) in [0, 40, 300, length / 3, length / 2, length - 1].into_iter().enumerate() {
        let folder = outsider.fresh(&format!("sent-{number}"));
        flip(&folder.join(sent), at);
        for script in [&all, find("sha256sum -c c1-bundle"), find("age -d")] {
            let (done, said) = outsider.run(&folder, script);
            assert!(!done, "byte {at}: {script}\n{said}");
        }
    }
    // The zip in it, as unzip sees it.
    let zip = begun.join("c1-bundle-001.zip");
    let kept = fs::read(&zip).unwrap();
    for at in [kept.len() / 4, kept.len() / 2, kept.len() * 3 / 4] {
        flip(&zip, at);
        assert!(!outsider.run(&begun, find("unzip -tq c1-bundle")).0, "byte {at}");
        fs::write(&zip, &kept).unwrap();
    }
    // Every file that was unpacked, at every layer, by the commands from there on.
    let start = lines.iter().position(|line| line.starts_with("cd ")).unwrap();
    let rest = lines[start..].join("\n");
    let unpacked = outsider.at("unpacked");
    let again = |name: &str| {
        let _ = fs::remove_dir_all(&unpacked);
        real::tool(outsider.folder.path(), &format!("mkdir unpacked && cp -r begun/c1-bundle-001 unpacked # {name}"));
    };
    again("whole");
    outsider.must(&unpacked, &rest);
    let listed = real::tool(&begun, "cd c1-bundle-001 && find . -type f | sort");
    let mut tried = 0;
    for file in listed.lines() {
        again(file);
        let file = unpacked.join("c1-bundle-001").join(file);
        let length = fs::metadata(&file).unwrap().len() as usize;
        if length == 0 {
            continue;
        }
        flip(&file, length / 2);
        let (done, said) = outsider.run(&unpacked, &rest);
        assert!(!done, "{}\n{said}", file.display());
        tried += 1;
    }
    assert!(tried > 20, "{listed}");
    println!("{tried} files of the bundle, each with one byte changed: the commands failed every time");
}
