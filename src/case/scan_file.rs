//! `results/scan.json` read back one file at a time: the list of files of a large scan is never held.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::results::LookStatus;
use crate::model::{Digest, EntityTally, Gap, Subjects};

/// What a scan says of one source file, its members' numbers included, without its members.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FileRow {
    /// Its path, escaped for display, as in `files.jsonl`.
    pub path: String,
    /// It is a further name of this file.
    #[serde(default)]
    pub hard_link_of: Option<String>,
    /// Whether it was looked at.
    pub status: LookStatus,
    /// Format id, if one was found.
    pub format: Option<String>,
    /// Findings per entity, likely and certain.
    pub findings: BTreeMap<String, u64>,
    /// Findings that are only possible.
    #[serde(default)]
    pub possible: BTreeMap<String, u64>,
}

/// A scan without its lists.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScanTotals {
    /// People.
    pub subjects: Option<Subjects>,
    /// Values, by entity.
    pub entities: BTreeMap<String, EntityTally>,
    /// SHA-256 of the rule pack.
    pub rules: Option<Digest>,
}

/// Who takes what is in the lists of a scan, as it is met. `entities` and `subjects` stand before the lists in a file of ours.
pub trait ScanLists {
    /// The entities that were looked for, before any file.
    fn entities(&mut self, _: &BTreeMap<String, EntityTally>) {}
    /// A file. An error ends the reading.
    ///
    /// # Errors
    /// In words.
    fn file(&mut self, _: FileRow) -> Result<(), String> {
        Ok(())
    }
    /// A gap.
    fn gap(&mut self, _: Gap) {}
}

/// Reads a scan.
///
/// # Errors
/// When it is no `hozen.scan/1`, or the taker ends it.
pub fn read(scan: &mut dyn Read, lists: &mut dyn ScanLists) -> serde_json::Result<ScanTotals> {
    serde_json::Deserializer::from_reader(scan).deserialize_map(Document { lists })
}

struct Document<'a> {
    lists: &'a mut dyn ScanLists,
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ScanTotals;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hozen.scan/1")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ScanTotals, A::Error> {
        let mut totals = ScanTotals::default();
        let lists = self.lists;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "schema" if map.next_value::<String>()? != "hozen.scan/1" => {
                    return Err(serde::de::Error::custom("its schema is not hozen.scan/1"));
                }
                "schema" => {}
                "subjects" => totals.subjects = Some(map.next_value()?),
                "entities" => {
                    totals.entities = map.next_value()?;
                    lists.entities(&totals.entities);
                }
                "rules" => totals.rules = Some(map.next_value()?),
                "files" => map.next_value_seed(Each::new(&mut |row| lists.file(row)))?,
                "gaps" => map.next_value_seed(Each::new(&mut |gap| {
                    lists.gap(gap);
                    Ok(())
                }))?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(totals)
    }
}

/// A list whose elements are handed on one by one.
struct Each<'a, T> {
    take: &'a mut dyn FnMut(T) -> Result<(), String>,
    what: PhantomData<T>,
}

impl<'a, T> Each<'a, T> {
    fn new(take: &'a mut dyn FnMut(T) -> Result<(), String>) -> Self {
        Self { take, what: PhantomData }
    }
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Each<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Each<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(element) = list.next_element::<T>()? {
            (self.take)(element).map_err(serde::de::Error::custom)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Kept {
        rows: Vec<FileRow>,
        gaps: Vec<Gap>,
        entities: usize,
        most: usize,
    }

    impl ScanLists for Kept {
        fn entities(&mut self, entities: &BTreeMap<String, EntityTally>) {
            assert!(self.rows.is_empty(), "they must be known before the first file");
            self.entities = entities.len();
        }
        fn file(&mut self, row: FileRow) -> Result<(), String> {
            self.rows.push(row);
            if self.rows.len() > self.most { Err("enough".to_owned()) } else { Ok(()) }
        }
        fn gap(&mut self, gap: Gap) {
            self.gaps.push(gap);
        }
    }

    #[test]
    fn what_is_read_piece_by_piece_is_what_was_written() {
        let file = |name: &str| {
            serde_json::json!({ "path": name, "status": "partial", "encoding": null, "format": "zip", "bytes": 1,
                "findings": { "email": 3 }, "members": [{ "path": "m", "status": "scanned", "encoding": "ascii",
                "format": "plain", "bytes": 1, "findings": {} }] })
        };
        let gap = serde_json::json!({ "path": "b", "kind": "encrypted", "reason": "r" });
        let scan: super::super::results::ScanResult = serde_json::from_value(serde_json::json!({
            "schema": "hozen.scan/1", "subjects": Subjects { at_most: 5, ..Subjects::default() },
            "entities": { "card": EntityTally::default(), "email": EntityTally { distinct: 3, ..EntityTally::default() } },
            "files": [file("a"), file("b")], "gaps": [gap], "rules": Digest::of(b"rules"),
        }))
        .unwrap();
        let text = serde_json::to_vec_pretty(&scan).unwrap();
        let mut kept = Kept { most: usize::MAX, ..Kept::default() };
        let totals = read(&mut text.as_slice(), &mut kept).unwrap();
        assert_eq!((totals.subjects, totals.rules), (Some(scan.subjects), Some(scan.rules)));
        let gaps: Vec<Gap> = scan.gaps.iter().collect::<std::io::Result<_>>().unwrap();
        assert_eq!((kept.entities, kept.rows.len() as u64, kept.gaps), (scan.entities.len(), scan.files.len(), gaps));
        let mut short = Kept::default();
        assert!(read(&mut text.as_slice(), &mut short).unwrap_err().to_string().contains("enough"));
        for cut in 0..text.len().min(2_000) {
            assert!(read(&mut &text[..cut], &mut Kept { most: usize::MAX, ..Kept::default() }).is_err());
        }
    }

    #[test]
    fn another_document_is_refused() {
        assert!(read(&mut &br#"{"schema":"hozen.collect/1"}"#[..], &mut Kept::default()).is_err());
    }
}
