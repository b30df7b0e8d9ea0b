//! The records of a count as a file: what a case keeps, so that people can be counted again, otherwise, and with those of other machines. docs/count-format.md
//! is the norm. No value stands in it, only digests under the case key.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::book::Line;
use super::people::People;
use super::scratch::{Reader, Scratch};

/// The first line of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptHeader {
    /// [`SCHEMA`].
    pub schema: String,
    /// Version of the program that wrote it.
    pub version: String,
    /// SHA-256 of the rule pack that the values were found by.
    pub rules: String,
    /// A keyed digest of nothing: tells whether two files were made under one key.
    pub key_check: String,
    /// Entities, by their numbers in the file.
    pub entities: Vec<KeptEntity>,
    /// Records that held a value of somebody's.
    pub records: u64,
    /// Files or members that could not be read as text or records.
    pub unread: u64,
    /// Values that found no room when the records were taken, by finds and about how many different: then the file is not the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<(u64, u64)>,
}

/// An entity in the header.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptEntity {
    /// Its id.
    pub id: String,
    /// Finds that are likely or certain.
    pub occurrences: u64,
    /// Finds that are only possible.
    pub possible_occurrences: u64,
}

/// Schema of the file.
pub const SCHEMA: &str = "hozen.count-records/1";
/// The longest first line: some thousand entities.
const HEADER_BYTES: u64 = 1024 * 1024;
/// What the file ends with: this byte, and the bytes between the first line and it, 64 bits, the lowest byte first. A file that was cut off
/// anywhere does not.
const END: u8 = 0xfd;
const END_BYTES: u64 = 9;

impl People {
    /// Writes all records that came in. `header` needs no entities, records and finds without room: they are put in.
    ///
    /// # Errors
    /// When what was set aside can not be read, or the file can not be written.
    pub fn keep(&mut self, mut header: KeptHeader, entities: &[String], out: &mut dyn Write) -> io::Result<()> {
        self.settle_rest()?;
        SCHEMA.clone_into(&mut header.schema);
        header.records = self.records_so_far();
        header.over = self.over_so_far();
        header.entities = entities
            .iter()
            .zip(self.tallies_so_far())
            .map(|(id, tally)| KeptEntity {
                id: id.clone(),
                occurrences: tally.occurrences,
                possible_occurrences: tally.possible_occurrences,
            })
            .collect();
        serde_json::to_writer(&mut *out, &header)?;
        out.write_all(b"\n")?;
        let bytes = self.book_mut().copy_to(out)?;
        out.write_all(&[END])?;
        out.write_all(&bytes.to_le_bytes())
    }

    /// Takes all records of such a file, whose leaves are told by `prefix` from those of others. Entities are matched by their ids; those that this count
    /// does not know are an error.
    ///
    /// # Errors
    /// When it is no such file, is torn, or names an entity that `entities` does not have.
    pub fn absorb(&mut self, kept: &dyn Scratch, prefix: &str, entities: &[String]) -> io::Result<KeptHeader> {
        let (header, start) = header(kept)?;
        let end = end(kept, start)?;
        let number = |id: &String| entities.iter().position(|known| known == id).and_then(|at| u16::try_from(at).ok());
        let numbers: Option<Vec<u16>> = header.entities.iter().map(|entity| number(&entity.id)).collect();
        let numbers = numbers.ok_or_else(|| invalid("it has a kind of data that these rules do not know"))?;
        let entity = |number: u16| numbers.get(usize::from(number)).copied().ok_or_else(|| invalid("it is torn"));
        let mut leaves: Vec<String> = Vec::new();
        let mut lines = super::book::Lines::over(Reader::range(kept, start, end));
        while let Some(line) = lines.next()? {
            match line {
                Line::Leaf(path) => leaves.push(format!("{prefix}{path}")),
                Line::Chance(number, key) => self.absorb_chance(entity(number)?, key)?,
                Line::Record(mut noted) => {
                    noted.ids.iter_mut().try_for_each(|id| entity(id.entity).map(|number| id.entity = number))?;
                    let leaf = leaves.get(noted.leaf as usize).ok_or_else(|| invalid("it is torn"))?;
                    self.absorb_record(leaf, noted)?;
                }
            }
        }
        for (kept, &number) in header.entities.iter().zip(&numbers) {
            self.absorb_finds(number, kept.occurrences, kept.possible_occurrences);
        }
        self.absorb_records(header.records);
        Ok(header)
    }
}

/// The first line of such a file, and where its records begin.
///
/// # Errors
/// When it is no such file.
pub fn header(kept: &dyn Scratch) -> io::Result<(KeptHeader, u64)> {
    let mut line = Vec::new();
    let mut reader = Reader::range(kept, 0, kept.length().min(HEADER_BYTES));
    loop {
        match reader.byte()? {
            b'\n' => break,
            byte => line.push(byte),
        }
    }
    let header: KeptHeader =
        serde_json::from_slice(&line).map_err(|_| invalid("its first line is not that of a count"))?;
    if header.schema != SCHEMA {
        return Err(invalid("another version of hozen wrote it"));
    }
    Ok((header, line.len() as u64 + 1))
}

/// Where the records end, if the file does.
fn end(kept: &dyn Scratch, start: u64) -> io::Result<u64> {
    let end = kept.length().checked_sub(END_BYTES).filter(|end| *end >= start).ok_or_else(|| invalid("it is torn"))?;
    let mut last = [0; END_BYTES as usize];
    kept.read_at(end, &mut last)?;
    let [mark, bytes @ ..] = last;
    let is_whole = mark == END && start.checked_add(u64::from_le_bytes(bytes)) == Some(end);
    if is_whole { Ok(end) } else { Err(invalid("it is torn")) }
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
