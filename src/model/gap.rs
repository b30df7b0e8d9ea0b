//! A gap: something not read, not understood, or over a limit, and why. Nothing is skipped without one.

use serde::{Deserialize, Serialize};

/// Why something was not read or not understood. The spelling in JSON is stable (docs/output.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapKind {
    /// Permission refused.
    PermissionDenied,
    /// It was there when the folder was listed and gone when it was opened.
    Vanished,
    /// The kernel reported an error while reading; what came before is kept.
    ReadError,
    /// Content changed while it was read: the copy is what was read, not one moment's state.
    ChangedDuringRead,
    /// Another file took the name while this one was read.
    Replaced,
    /// A pipe, socket or device: recorded, never opened.
    SpecialFile,
    /// Another file system is mounted here and was not asked for.
    OtherFileSystem,
    /// hozen's own output folder, met inside the source.
    OwnOutput,
    /// A path that was asked for is a symbolic link: recorded, not followed.
    LinkNotFollowed,
    /// An option said that it need not be looked at (`--since`, `--max-file-size`, `--exclude`).
    LeftOut,
    /// A container or text that breaks its own format.
    Malformed,
    /// Cut off before its own end (a torn zip, a truncated gzip).
    Truncated,
    /// Encrypted; the password is not known.
    Encrypted,
    /// A known format that this version does not open.
    UnsupportedFormat,
    /// Holds no text by nature (an image, sound, a font); a person must look.
    NoText,
    /// Bytes that are not text in any encoding that was tried.
    UndecodableText,
    /// A limit was reached (docs/limits.md); the reason says which and how far it got.
    OverLimit,
    /// The parser crashed on this input and was stopped.
    ParserPanic,
}

/// One gap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Where: path, then members (`a.zip ▸ b.csv`), escaped for display.
    pub path: String,
    /// Why, for machines.
    pub kind: GapKind,
    /// Why, for people, in English: what happened, how far it got, and what to do next.
    pub reason: String,
}
