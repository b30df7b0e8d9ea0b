//! A scene: a verb on a small source, anew or going on with a case that was broken before; and the judgement of what is left.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::{Fault, all, calls_below, count, quick_folder, run};
use crate::real::{self, Ended, hozen};
use crate::remains::{self, Remains};
use crate::world::put;

/// Bytes that do not compress.
pub(crate) fn noise(length: usize, mut seed: u32) -> Vec<u8> {
    let next = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 24) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// What is done, to what.
pub(crate) struct Scene {
    folder: tempfile::TempDir,
    verb: &'static str,
    pub(crate) payload: BTreeMap<PathBuf, Vec<u8>>,
    /// The case that was broken before, and what no resume of it may lose.
    broken: Option<(tempfile::TempDir, Vec<String>)>,
}

/// A fresh output folder.
pub(crate) struct Place(tempfile::TempDir);

impl Place {
    pub(crate) fn out(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn case(&self) -> PathBuf {
        self.out().join("c")
    }
}

impl Scene {
    /// A verb on a small source: a few files before, in and behind a folder, two of them larger than a buffer.
    pub(crate) fn new(verb: &'static str) -> Self {
        let folder = quick_folder();
        let root = folder.path().join("source");
        put(&root, "a.txt", "a@example.jp\n");
        put(&root, "b/large", noise(600_000, 7));
        put(&root, "b/lines.log", "192.0.2.1 - - GET / 200\n".repeat(900));
        put(&root, "m.bin", noise(400_000, 11));
        put(&root, "z.csv", "氏名,電話\n架空太郎,03-0000-0000\n");
        symlink("a.txt", root.join("link")).unwrap();
        fs::hard_link(root.join("a.txt"), root.join("y.txt")).unwrap();
        let payload = remains::payload(&root);
        Self { folder, verb, payload, broken: None }
    }

    /// Going on with a case that this fault broke.
    pub(crate) fn broken_by(mut self, fault: &Fault<'_>) -> Self {
        let place = self.place();
        let (ended, met) = run(fault, &self.words(&place));
        let left = self.judge("the first fault", &place, &ended, met);
        assert!(met && left.is_standing, "{fault:?}: {}", ended.stderr);
        self.broken = Some((place.0, left.durable));
        self
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("source")
    }

    /// Lines that no run of this scene may lose.
    pub(crate) fn durable(&self) -> &[String] {
        self.broken.as_ref().map_or(&[], |(_, durable)| durable)
    }

    /// A fresh place, with its own copy of the broken case.
    pub(crate) fn place(&self) -> Place {
        let place = Place(quick_folder());
        if let Some((broken, _)) = &self.broken {
            real::tool(broken.path(), &format!("cp -a c '{}'", place.case().display()));
        }
        place
    }

    /// The command line of the scene.
    pub(crate) fn words(&self, place: &Place) -> Vec<OsString> {
        if self.broken.is_some() {
            return self.go_on(place);
        }
        let root = self.root();
        let words: [&OsStr; 10] = [
            self.verb.as_ref(),
            root.as_os_str(),
            "--out".as_ref(),
            place.out().as_os_str(),
            "--case".as_ref(),
            "c".as_ref(),
            "--threads".as_ref(),
            "1".as_ref(),
            "--lang".as_ref(),
            "en".as_ref(),
        ];
        words.map(OsStr::to_owned).to_vec()
    }

    /// The command line that goes on.
    pub(crate) fn go_on(&self, place: &Place) -> Vec<OsString> {
        let case = place.case();
        let words: [&OsStr; 5] =
            [self.verb.as_ref(), "--resume".as_ref(), case.as_os_str(), "--threads".as_ref(), "1".as_ref()];
        words.map(OsStr::to_owned).to_vec()
    }

    /// Judges what a run that met a fault, or none, has left.
    pub(crate) fn judge(&self, what: &str, place: &Place, ended: &Ended, met: bool) -> Remains {
        let left = remains::of(&place.case());
        left.judged(&format!("{what}: {}", ended.stderr), &place.case());
        assert!(left.is_sealed || left.durable.starts_with(self.durable()), "{what}: durable entries are lost");
        let Some(code) = ended.code else { return left };
        if code != 2 {
            assert!(matches!(code, 0 | 3), "{what}: {code} {}", ended.stderr);
            self.is_the_whole(what, place, self.durable());
            return left;
        }
        assert!(met, "{what}: it failed without a fault: {}", ended.stderr);
        assert_eq!(ended.stdout, "", "{what}: no answer, not half of one");
        for part in ["error: ", "because: ", "what to do: "] {
            assert!(ended.stderr.contains(part), "{what}: {}", ended.stderr);
        }
        let names = |path: PathBuf| ended.stderr.contains(&*path.to_string_lossy());
        assert!(names(place.case()) || names(self.root()), "{what}: names no path: {}", ended.stderr);
        // Whoever is told that nothing is sealed, or that it is, is told the truth.
        assert!(!left.is_sealed || !ended.stderr.contains("is not sealed"), "{what}: {}", ended.stderr);
        assert!(left.is_sealed || !ended.stderr.contains("sealed and whole"), "{what}: {}", ended.stderr);
        left
    }

    /// Goes on with what is left, and has the whole.
    pub(crate) fn goes_on(&self, what: &str, place: &Place, left: &Remains) {
        let ended = hozen(&self.go_on(place));
        if !left.is_standing {
            // Either at its end, or nothing was begun: there is nothing to go on with, and nothing is changed.
            assert_eq!(ended.code, Some(2), "{what}: {}", ended.stderr);
            assert!(left.durable.is_empty(), "{what}");
            return;
        }
        assert!(matches!(ended.code, Some(0 | 3)), "{what}, resumed: {}", ended.stderr);
        let durable = if left.is_sealed { self.durable() } else { &left.durable };
        self.is_the_whole(&format!("{what}, resumed"), place, durable);
    }

    pub(crate) fn is_the_whole(&self, what: &str, place: &Place, durable: &[String]) {
        remains::is_the_whole(&place.case(), &self.payload, durable).unwrap_or_else(|why| panic!("{what}: {why}"));
    }

    /// Tries a fault at each of these calls of hozen's first thread, and once behind the last, where it must not be met.
    /// After each the case is resumed. Gives the number of runs that met a fault.
    pub(crate) fn at_every(&self, calls: &str, whats: &[&str]) -> usize {
        let count = count(calls, &self.words(&self.place()));
        self.at(calls, whats, 1..=count + 1, count)
    }

    /// The same at those of these calls that name something below the output folder.
    pub(crate) fn at_every_below_out(&self, calls: &str, whats: &[&str]) -> usize {
        let place = self.place();
        let below = calls_below(calls, place.out(), &self.words(&place));
        assert!(!below.is_empty(), "{} makes no {calls} below its output", self.verb);
        let last = below.iter().copied().max().unwrap_or(0);
        self.at(calls, whats, below.into_iter(), last)
    }

    /// The same at every read of a file of ours.
    pub(crate) fn at_every_own_read(&self) -> usize {
        const OURS: [&str; 7] = [
            "evidence/c-E001.zip.partial",
            "evidence/c-E001.zip",
            "evidence/c-E001.journal.jsonl",
            "evidence/c-E001.orders.json",
            "custody/custody.jsonl",
            "secret/sign.key",
            "case.json",
        ];
        for n in 1.. {
            let place = self.place();
            let on = OURS.map(|file| place.case().join(file)).to_vec();
            let (ended, met) = run(&Fault { on, ..Fault::nth("read", "error=EIO", n) }, &self.words(&place));
            let what = format!("EIO at read {n} of {}", self.verb);
            let left = self.judge(&what, &place, &ended, met);
            self.goes_on(&what, &place, &left);
            if !met {
                return n - 1;
            }
        }
        0
    }

    fn at(&self, calls: &str, whats: &[&str], numbers: impl Iterator<Item = usize>, last: usize) -> usize {
        let tries: Vec<(usize, &str)> = numbers.flat_map(|n| whats.iter().map(move |what| (n, *what))).collect();
        all(&tries, |(n, what)| {
            let place = self.place();
            let (ended, met) = run(&Fault::nth(calls, what, *n), &self.words(&place));
            let what = format!("{what} at {calls} {n} of {}", self.verb);
            assert_eq!(met, *n <= last, "{what}: {}", ended.stderr);
            let left = self.judge(&what, &place, &ended, met);
            self.goes_on(&what, &place, &left);
        });
        tries.iter().filter(|(n, _)| *n <= last).count()
    }
}
