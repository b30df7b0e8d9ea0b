//! Checks any BagIt bag, 0.93 to 1.0, in a folder or a zip: complete, valid, and where not, at which layer and file.
//!
//! RFC 8493 is the norm, and for older versions their drafts. Two passes: the first lists all names and reads the tag files that
//! speak of others, the second reads every other file once for all algorithms. Evidence of hozen has a stricter check
//! ([`super::verify`]) and never comes here. Deliberately absent: nothing is fetched, unpacked or followed.

mod algorithm;
mod archive;
mod around;
mod beside;
mod declaration;
mod info;
mod judge;
mod line;
mod lists;
mod name;
mod payload;
mod source;
mod stored;
mod survey;

use std::io;
use std::path::Path;

use self::archive::{Archive, Kind, look};
use self::judge::Judge;
use self::source::Folder;
use crate::case::results::{BagNote, Checked, Problem};
use crate::evidence::verify::Expected;
use crate::model::Digest;

pub use self::archive::ReadSeek;
pub use self::beside::{BESIDE, check_beside};

/// What a check of a bag showed.
#[derive(Debug, Clone)]
pub struct VerifiedBag {
    /// What is not as the bag says; none means complete and valid.
    pub problems: Vec<Problem>,
    /// Whether the only problems are files that `fetch.txt` says lie elsewhere.
    pub is_only_unfetched: bool,
    /// What was checked.
    pub checked: Checked,
}

/// Checks the bag in the folder `root`; `path` is how it is called in the answer.
///
/// # Errors
/// When the folder itself can not be walked.
pub fn verify_bag_folder(path: &str, root: &Path, expected: &Expected) -> io::Result<VerifiedBag> {
    Judge::new(path, "").verify(&mut Folder::new(root), expected)
}

/// Checks the bag in a zip. `None`: the zip is evidence of hozen, or holds no bag; the strict check has the say.
///
/// # Errors
/// When the zip can not be read.
pub fn verify_bag_zip(path: &str, file: &mut dyn ReadSeek, expected: &Expected) -> io::Result<Option<VerifiedBag>> {
    let Kind::Bag(prefix) = look(file) else { return Ok(None) };
    let mut archive = Archive::new(file, &prefix)?;
    Judge::new(path, &prefix).verify(&mut archive, expected).map(Some)
}

/// What a tag manifest of SHA-256 is known by, as the seal of hozen is.
fn seal_of(bytes: Option<&[u8]>) -> Option<Digest> {
    bytes.map(Digest::of)
}

/// Notes, up to a limit.
#[derive(Debug, Default)]
struct Notes(Vec<BagNote>);
