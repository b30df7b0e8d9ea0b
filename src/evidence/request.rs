//! The time-stamp query out of a sealed zip: the same bytes for whoever carries them to an authority.

use std::io::{BufReader, Read};
use std::path::Path;

use zip::ZipArchive;

use super::items::ItemsError;
use super::tags::STAMP_REQUEST;
use crate::disk::own;
use crate::seal::stamp::REQUEST_BYTES;

/// The query of the evidence in the zip at `path`.
///
/// # Errors
/// [`ItemsError`].
pub fn stamp_request(path: &Path) -> Result<Vec<u8>, ItemsError> {
    let bad_zip = |source| ItemsError::Zip { path: path.display().to_string(), source };
    let (file, _) = own::open_own(path)?;
    let mut zip = ZipArchive::new(BufReader::new(file)).map_err(bad_zip)?;
    let is_query = |name: &str| name.split_once('/').is_some_and(|(_, rest)| rest == STAMP_REQUEST);
    let name = zip.file_names().flatten().find(|name| is_query(name)).map(|name| name.into_owned());
    let name = name.ok_or(zip::result::ZipError::FileNotFound).map_err(bad_zip)?;
    let mut query = Vec::new();
    // One byte more than any: then it is none, and whoever reads it says so.
    let mut member = zip.by_name(&name).map_err(bad_zip)?.take(REQUEST_BYTES as u64 + 1);
    member.read_to_end(&mut query).map_err(|error| bad_zip(error.into()))?;
    Ok(query)
}
