//! A case to hand over, and the keys of those who may open it, made by the tools that people use.
#![allow(dead_code, reason = "each test file uses its own part of this")]
#![expect(clippy::disallowed_methods, reason = "this test makes cases and keys")]

use std::fs;
use std::path::{Path, PathBuf};

use super::real::{Ended, hozen, tool};

/// A folder with a case in it.
pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
}

impl World {
    /// A case that was collected, scanned and reported, with one photo; and the keys of three receivers.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = Self { folder };
        fs::create_dir(world.at("src")).unwrap();
        fs::write(world.at("src/people.csv"), "name,mail\n山田太郎,taro@example.jp\n").unwrap();
        fs::write(world.at("photo.jpg"), "made up photo").unwrap();
        for folder in ["send", "recv"] {
            fs::create_dir(world.at(folder)).unwrap();
        }
        world.ok(&["respond", "src", "--out", ".", "--case", "c1", "--force", "--operator", "op"]);
        world.ok(&["custody", "add", "c1", "--act", "note", "--photo", "photo.jpg"]);
        world.tool("age-keygen -o key.txt 2>/dev/null && age-keygen -y key.txt > key.pub");
        world.tool("ssh-keygen -q -t ed25519 -N '' -C ed -f ed && ssh-keygen -q -t rsa -b 2048 -N '' -C rsa -f rsa");
        world
    }

    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Runs hozen in the folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        super::real::run(super::real::command().current_dir(self.folder.path()).args(arguments))
    }

    /// The same; it must end well.
    pub(crate) fn ok(&self, arguments: &[&str]) -> Ended {
        let ended = self.run(arguments);
        assert_eq!(ended.code, Some(0), "{arguments:?}\n{}{}", ended.stdout, ended.stderr);
        ended
    }

    pub(crate) fn tool(&self, script: &str) -> String {
        tool(self.folder.path(), script)
    }

    pub(crate) fn recipient(&self) -> String {
        fs::read_to_string(self.at("key.pub")).unwrap().trim().to_owned()
    }

    /// A bundle that is not encrypted, as bytes.
    pub(crate) fn plain(&self) -> Vec<u8> {
        self.ok(&["export", "c1", "--unencrypted", "--out", "plain.zip"]);
        fs::read(self.at("plain.zip")).unwrap()
    }

    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.at(folder))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

/// The same bytes, to the last file of two folders.
pub(crate) fn same_files(a: &Path, b: &Path, but: &[&str]) {
    let list = |root: &Path| tool(root, &format!("find . -type f | sort | grep -v -E '{}'", but.join("|")));
    let (ours, theirs) = (list(a), list(b));
    assert_eq!(ours, theirs);
    for file in ours.lines() {
        assert_eq!(fs::read(a.join(file)).unwrap(), fs::read(b.join(file)).unwrap(), "{file}");
    }
}

/// Unused in some test files.
pub(crate) fn verified(path: &Path) -> serde_json::Value {
    hozen(&["verify", path.to_str().unwrap(), "--format", "json"]).json()
}
