//! Whom a message was sent to.

use serde::{Deserialize, Serialize};

/// Distinct addresses of one message, each counted once, where it stands first: To before Cc before Bcc.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipients {
    /// In To.
    pub to: u64,
    /// In Cc.
    pub cc: u64,
    /// In Bcc: a mailbox of the sender keeps them, the others do not see them.
    pub bcc: u64,
}

impl Recipients {
    /// Addresses that everyone who got the message can see.
    pub fn seen_by_all(self) -> u64 {
        self.to.saturating_add(self.cc)
    }
}
