//! The time-stamp query out of a sealed zip: the same bytes for whoever carries them to an authority.

use std::io::{self, Read};
use std::path::Path;

use super::items::ItemsError;
use super::member;
use super::tags::STAMP_REQUEST;
use crate::disk::own;
use crate::seal::stamp::REQUEST_BYTES;

/// The query of the evidence in the zip at `path`.
///
/// # Errors
/// [`ItemsError`].
pub fn stamp_request(path: &Path) -> Result<Vec<u8>, ItemsError> {
    let bad_zip = |source| ItemsError::Zip { path: path.display().to_string(), source };
    let (mut file, _) = own::open_own(path)?;
    let is_query = |name: &str| name.split_once('/').is_some_and(|(_, rest)| rest == STAMP_REQUEST);
    let found = member::find(&mut file, is_query).map_err(bad_zip)?;
    let (name, place) = found.ok_or_else(|| bad_zip(io::Error::other("it holds no time-stamp query")))?;
    let mut query = Vec::new();
    // One byte more than any: then it is none, and whoever reads it says so.
    let content = member::content(file, &name, place).map_err(bad_zip)?;
    content.take(REQUEST_BYTES as u64 + 1).read_to_end(&mut query).map_err(bad_zip)?;
    Ok(query)
}
