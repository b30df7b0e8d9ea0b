//! The files of a scan in walk order, and the members of each. Neither list is held: a scan may have a million files, and one of
//! them a million members.
//!
//! Members are a list of their own beside the files: those of the n-th file carry its n. They come before the file is known,
//! because a container's numbers include theirs; in JSON they stand in it.

use std::cell::RefCell;
use std::io;
use std::iter::Peekable;

use serde::ser::{Error as _, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::disk::rows::{Numbered, RowPlace, Rows, RowsOut};
use crate::model::FileResult;

/// Files and members that are coming in.
#[derive(Debug)]
pub struct ScannedOut {
    files: RowsOut<FileResult>,
    members: RowsOut<FileResult>,
    /// Files that came in, also those that were left out.
    count: u64,
}

impl ScannedOut {
    /// No file yet. Rows go to `place`.
    pub fn new(place: &RowPlace) -> Self {
        Self { files: RowsOut::new(place), members: RowsOut::new(place), count: 0 }
    }

    /// A member of the next file, each container after what it holds.
    ///
    /// # Errors
    /// When it can not be set aside.
    pub fn member(&mut self, row: &FileResult) -> io::Result<()> {
        self.members.push(self.count, row)
    }

    /// A file, of the entry with this number.
    ///
    /// # Errors
    /// When it can not be set aside.
    pub fn file(&mut self, entry: u64, row: &FileResult) -> io::Result<()> {
        self.files.push(entry, row)?;
        self.count += 1;
        Ok(())
    }

    /// Sets down what is at hand: [`ScannedOut::left_out`] is final then.
    ///
    /// # Errors
    /// When it can not be set aside.
    pub fn settle(&mut self) -> io::Result<()> {
        self.files.settle()?;
        self.members.settle()
    }

    /// Files and members that had no room.
    pub fn left_out(&self) -> u64 {
        self.files.left_out() + self.members.left_out()
    }

    /// The list.
    ///
    /// # Errors
    /// When it can not be set aside.
    pub fn finish(self) -> io::Result<Scanned> {
        Ok(Scanned { files: self.files.finish()?, members: self.members.finish()? })
    }
}

/// Files and members, to be read from the first to the last.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scanned {
    files: Rows<FileResult>,
    members: Rows<FileResult>,
}

impl Scanned {
    /// How many files there are.
    pub fn len(&self) -> u64 {
        self.files.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The files, without their members.
    pub fn files(&self) -> &Rows<FileResult> {
        &self.files
    }

    /// The members, to be asked for file by file.
    pub fn members(&self) -> Members {
        Members(self.members.numbered().peekable())
    }
}

/// The members of one file after the other.
pub struct Members(Peekable<Numbered<FileResult>>);

impl Members {
    /// The next member of the file at this place in the list of files; none when it has no more. Members of files before it are
    /// passed over.
    pub fn next_of(&mut self, file: u64) -> Option<io::Result<FileResult>> {
        while self.0.next_if(|row| row.as_ref().is_ok_and(|(of, _)| *of < file)).is_some() {}
        let row = self.0.next_if(|row| row.as_ref().map_or(true, |(of, _)| *of == file))?;
        Some(row.map(|(_, row)| row))
    }

    fn has(&mut self, file: u64) -> bool {
        self.0.peek().is_some_and(|row| row.as_ref().map_or(true, |(of, _)| *of == file))
    }
}

/// A file with its members, as JSON has it. Held whole: to be read where the list is known to be short.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct WithMembers {
    /// The file.
    #[serde(flatten)]
    pub file: FileResult,
    /// What was inside it, every level, each container after what it holds.
    #[serde(default)]
    pub members: Vec<FileResult>,
}

impl From<FileResult> for WithMembers {
    fn from(file: FileResult) -> Self {
        Self { file, members: Vec::new() }
    }
}

impl<T: Into<WithMembers>> FromIterator<T> for Scanned {
    /// Files of one entry, in memory.
    fn from_iter<I: IntoIterator<Item = T>>(files: I) -> Self {
        let mut out = ScannedOut::new(&RowPlace::default());
        let whole = files.into_iter().map(Into::into).try_for_each(|WithMembers { file, members }| {
            members.iter().try_for_each(|member| out.member(member))?;
            out.file(0, &file)
        });
        whole.and_then(|()| out.finish()).unwrap_or_default()
    }
}

impl<'de> Deserialize<'de> for Scanned {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<WithMembers>::deserialize(deserializer)?.into_iter().collect())
    }
}

impl Serialize for Scanned {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(usize::try_from(self.len()).ok())?;
        let members = RefCell::new(self.members());
        for (of, file) in (0..).zip(self.files.iter()) {
            let file = file.map_err(S::Error::custom)?;
            list.serialize_element(&Nested { file: &file, members: Inside { of, members: &members } })?;
        }
        list.end()
    }
}

/// A file as it is written: its members pass by, and are not held.
#[derive(Serialize)]
struct Nested<'a> {
    #[serde(flatten)]
    file: &'a FileResult,
    #[serde(skip_serializing_if = "Inside::is_empty")]
    members: Inside<'a>,
}

struct Inside<'a> {
    of: u64,
    members: &'a RefCell<Members>,
}

impl Inside<'_> {
    fn is_empty(&self) -> bool {
        !self.members.borrow_mut().has(self.of)
    }
}

impl Serialize for Inside<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        while let Some(row) = self.members.borrow_mut().next_of(self.of) {
            list.serialize_element(&row.map_err(S::Error::custom)?)?;
        }
        list.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, members: &[&str]) -> WithMembers {
        let row = |path: &str| FileResult::not_scanned(path.to_owned());
        let inside = |name: &&str| row(&format!("{path} ▸ {name}"));
        WithMembers { file: row(path), members: members.iter().map(inside).collect() }
    }

    #[test]
    fn members_stand_in_their_own_file() {
        let files = [file("/a.zip", &["1", "2"]), file("/b", &[]), file("/c.zip", &["3"]), file("/d", &[])];
        let list: Scanned = files.iter().cloned().collect();
        let json = serde_json::to_value(&list).unwrap();
        let inside = |n: usize| json[n].get("members").map(|list| list.as_array().unwrap().len());
        assert_eq!([0, 1, 2, 3].map(inside), [Some(2), None, Some(1), None]);
        assert_eq!(json[2]["members"][0]["path"], "/c.zip ▸ 3");
        assert_eq!(serde_json::from_value::<Vec<WithMembers>>(json.clone()).unwrap(), files);
        assert_eq!(serde_json::from_value::<Scanned>(json).unwrap(), list);
    }

    #[test]
    fn the_path_comes_before_what_is_inside() {
        let text = serde_json::to_string(&[file("/a.zip", &["1"])].into_iter().collect::<Scanned>()).unwrap();
        assert!(text.starts_with(r#"[{"path":"/a.zip","status":"not_scanned""#), "{text}");
        assert!(text.find("members").unwrap() > text.find("findings").unwrap(), "{text}");
    }

    #[test]
    fn a_file_whose_members_nobody_asks_for_takes_none_from_the_next() {
        let list: Scanned = [file("/a.zip", &["1", "2"]), file("/b.zip", &["3"])].into_iter().collect();
        let mut members = list.members();
        assert_eq!(members.next_of(0).unwrap().unwrap().path, "/a.zip ▸ 1");
        assert_eq!(members.next_of(1).unwrap().unwrap().path, "/b.zip ▸ 3");
        assert!(members.next_of(1).is_none() && members.next_of(2).is_none());
    }

    #[test]
    fn without_room_what_is_left_out_is_counted_and_the_rest_stays_in_its_file() {
        let mut out = ScannedOut::new(&RowPlace::default());
        let mut state = 1_u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            format!("{:08x}", state >> 32)
        };
        for n in 0..60_000 {
            let name: String = (0..120).map(|_| noise()).collect();
            out.member(&FileResult::not_scanned(format!("/{n} ▸ {name}"))).unwrap();
            out.file(n, &FileResult::not_scanned(format!("/{n}"))).unwrap();
        }
        out.settle().unwrap();
        let left_out = out.left_out();
        let list = out.finish().unwrap();
        let mut members = list.members();
        let mut met = 0;
        for (n, file) in (0..).zip(list.files().iter()) {
            let prefix = format!("{} ▸", file.unwrap().path);
            while let Some(member) = members.next_of(n) {
                assert!(member.unwrap().path.starts_with(&prefix));
                met += 1;
            }
        }
        assert!(left_out > 0 && met > 1_000, "{left_out} {met}");
        assert_eq!(met + list.len() + left_out, 120_000);
    }
}
