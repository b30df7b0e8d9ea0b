//! The address of a finding, good enough to find it again by hand: file ▸ member ▸ … ▸ offset, row, column.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A place inside one leaf (a file, or a member of a container), as the format saw it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Place {
    /// Bytes from the start of the leaf (after unpacking, before decoding) to the value. Where a leaf is no text itself (a
    /// sheet, a page, a database), bytes from the start of its text, as UTF-8, in the order in which it is read.
    pub offset: u64,
    /// Page or slide, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// Row or line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// Column, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// Path of keys inside a JSON value (RFC 6901 pointer).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
}

/// A full address. Its text form is stable: `path ▸ member @offset page N row N column N /json/pointer`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locator {
    /// The leaf: source path and member names joined by ` ▸ `, escaped for display.
    pub leaf: Arc<str>,
    /// Where in it.
    pub place: Place,
}

impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} @{}", self.leaf, self.place.offset)?;
        if let Some(page) = self.place.page {
            write!(f, " page {page}")?;
        }
        if let Some(row) = self.place.row {
            write!(f, " row {row}")?;
        }
        if let Some(column) = self.place.column {
            write!(f, " column {column}")?;
        }
        if let Some(pointer) = &self.place.pointer {
            write!(f, " {pointer}")?;
        }
        Ok(())
    }
}
