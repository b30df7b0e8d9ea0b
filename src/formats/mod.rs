//! Formats: each turns bytes into records, children and gaps. The registry, and the contract of every reader in it.
//!
//! A format *pulls* bytes and *pushes* what it finds. It runs on a worker thread, one call per leaf, and may assume nothing
//! about the bytes. It must not panic (a panic is caught and costs a gap), must not hold more than a record in memory, and
//! must not read past its limits. It never fails: trouble is a gap, and what came before it stands.

use std::io::{Read, Seek};
use std::rc::Rc;

pub mod binary;
mod blob;
pub mod bson;
mod budget;
pub mod cards;
mod compound;
pub mod csv;
pub mod dbf;
pub mod disk;
pub mod doc;
pub mod docx;
pub mod evtx;
mod flow;
pub mod gzip;
mod header;
pub mod html;
pub mod json;
mod keyed;
pub mod known;
mod lined;
mod little;
pub mod locked;
pub mod lzh;
pub mod mail;
mod mapi;
mod markup;
pub mod msg;
mod names;
pub mod odf;
pub mod ods;
pub mod ole;
mod ooxml;
mod opening;
mod package;
pub mod pdf;
pub mod plain;
pub mod ppt;
pub mod pptx;
mod program;
pub mod pst;
pub mod rar;
mod registry;
pub mod rtf;
pub mod settings;
pub mod sevenzip;
mod sheet;
pub mod signed;
pub mod sql;
pub mod sqlite;
pub mod streams;
mod summary;
mod table;
pub mod tar;
pub mod tnef;
mod transfer;
mod trouble;
mod unfold;
mod utf8;
mod words;
mod written;
pub mod xls;
pub mod xlsx;
pub mod xml;
pub mod yaml;
pub mod zip;

#[cfg(test)]
mod collected;
#[cfg(test)]
mod made;
#[cfg(test)]
mod pieces;
#[cfg(test)]
mod tests;

pub use budget::{Budget, Held, Metered};
pub use registry::{FORMATS, mislabelled, pick, settle};
pub use trouble::Told;

use crate::model::{Charset, GapKind, Recipients, Record};

/// The first bytes of a leaf, and its name, to decide what it is.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// Up to [`HEAD_BYTES`] bytes from the start.
    pub bytes: &'a [u8],
    /// Whether `bytes` is the whole leaf.
    pub whole: bool,
    /// The last part of its name, escaped for display. A hint only: content decides.
    pub name: &'a str,
}

/// How much of a leaf is looked at to pick its format.
pub const HEAD_BYTES: usize = 8 * 1024;

/// How sure a format is that a leaf is its own. The highest claim wins; among equals, the earlier in [`FORMATS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    /// Not this format.
    No,
    /// Could be; nothing better is known.
    Maybe,
    /// The content looks like it (and the name may agree).
    Likely,
    /// A signature says so.
    Yes,
}

/// What a format needs from the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// One read from start to end.
    Stream,
    /// To jump about (a directory at the end).
    Seek,
}

/// Bytes that can be read at any place.
pub trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

/// The bytes of a leaf, in the form that [`Format::need`] asked for, always from its first byte.
pub enum Input<'a> {
    /// In order.
    Stream(&'a mut dyn Read),
    /// At will, with the total length in bytes.
    Seek(&'a mut dyn ReadSeek, u64),
}

/// The parts of a package: a zip archive or a compound file, in which office programs keep a document.
#[derive(Debug, Default)]
pub struct Parts {
    /// Names of its first [`PARTS_LISTED`](crate::model::limits::PARTS_LISTED) members, with `/` between folders.
    pub names: Vec<String>,
    /// The type that it states in its first member (`application/vnd.oasis.opendocument.text`).
    pub stated: Option<String>,
}

impl Parts {
    /// Whether a part of this name is among them.
    pub fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }
}

/// Where a format's results go. The pass implements it; tests implement it with vectors.
pub trait Sink {
    /// One record. Its borrowed parts need to live only for this call.
    fn record(&mut self, record: &Record<'_>);
    /// A member of a container: looked at at once, by the same rules, one level deeper. The reader need not be drained;
    /// what it gives is counted against the budget here, and must not have been counted before.
    /// Returns whether the container should go on to its next member (false: a limit was reached, and its gap is recorded).
    fn child(&mut self, name: &str, bytes: &mut dyn Read) -> bool;
    /// A part of this leaf that the format reads itself: a sheet, a table, a message. It is looked at like a member, with a row of its own
    /// in the results, and `read` pushes what is in it. Returns whether to go on, as [`Sink::child`] does.
    fn part(&mut self, name: &str, read: &mut dyn FnMut(&mut dyn Sink)) -> bool;
    /// Something in this leaf was not read or not understood; `reason` in English, with how far it got and what to do.
    fn gap(&mut self, kind: GapKind, reason: String);
    /// A member that is named but was not read (encrypted, too deep): a gap at that member.
    fn member_gap(&mut self, name: &str, kind: GapKind, reason: String);
    /// This leaf, or a member that is named, is encrypted by `cipher` (`AES-256`, a stable word) and was not read.
    fn encrypted(&mut self, member: Option<&str>, cipher: &str, reason: String);
    /// The member that was handed over last broke off before its end: a gap at that member, which was looked at as far as it went.
    fn broken_off(&mut self, kind: GapKind, reason: String);
    /// The encoding that was decided on for this leaf. Called at most once, before the first record.
    fn charset(&mut self, charset: Charset);
    /// What this source may still unfold to: a format that unpacks by itself reads through [`Metered`].
    fn budget(&self) -> Rc<Budget>;
    /// This leaf is a message, sent to so many.
    fn recipients(&mut self, _: Recipients) {}
    /// Some of its text, of which records do not show their bytes, stands in another encoding.
    fn also(&mut self, _: Charset) {}
}

/// A reader of one kind of bytes.
pub trait Format: Sync {
    /// Stable id in output (`csv`).
    fn id(&self) -> &'static str;
    /// Whether this leaf is its own.
    fn claims(&self, head: &Head<'_>) -> Claim;
    /// The format that this one is a particular kind of, by its id (`zip` for a workbook): only there it is asked for its claim, by
    /// [`Format::claims_parts`].
    fn kind_of(&self) -> Option<&'static str> {
        None
    }
    /// Whether a package of these parts is its own.
    fn claims_parts(&self, _: &Parts) -> Claim {
        Claim::No
    }
    /// The parts of a package, where other formats are kinds of this one; `None` if they can not be told.
    fn parts(&self, _: &mut dyn ReadSeek, _length: u64) -> Option<Parts> {
        None
    }
    /// Endings of the names of such files, in lower case, where a format has a signature: another name on it is worth a note.
    fn endings(&self) -> &'static [&'static str] {
        &[]
    }
    /// What it needs of the bytes.
    fn need(&self) -> Need {
        Need::Stream
    }
    /// Reads the leaf. Trouble goes to `out` as gaps.
    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink);
}
