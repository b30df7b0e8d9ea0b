//! How content is stored in an evidence zip.

use serde::{Deserialize, Serialize};

/// How a member's bytes are stored: nothing that Windows Explorer or `unzip` can not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// As they are.
    Stored,
    /// Raw deflate (RFC 1951).
    Deflate,
}

impl Method {
    /// The number of the method in a zip (PKWARE APPNOTE 4.4.5).
    pub fn zip_code(self) -> u16 {
        match self {
            Self::Stored => 0,
            Self::Deflate => 8,
        }
    }

    /// The method of that number.
    pub fn from_zip_code(code: u16) -> Option<Self> {
        match code {
            0 => Some(Self::Stored),
            8 => Some(Self::Deflate),
            _ => None,
        }
    }
}
