//! Messages that show many people to each other: addresses in To and Cc stand in every copy. The mis-send case.

use serde::Serialize;

use crate::model::{FileResult, Recipients};

/// From so many addresses in To and Cc on a message is one to look at; one to colleagues has fewer.
const MANY: u64 = 10;
/// Messages that the page names.
const LISTED: usize = 20;

/// Such messages: how many, and those with the most addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct OpenLists {
    /// How many messages have at least ten addresses in To and Cc.
    pub(super) messages: u64,
    /// Those with the most, most first; of equals the first in walk order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) largest: Vec<OpenList>,
}

/// One such message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct OpenList {
    /// Where it is.
    pub(super) path: String,
    /// Addresses in it.
    #[serde(flatten)]
    pub(super) recipients: Recipients,
}

impl OpenLists {
    /// Takes a row, if it is such a message.
    pub(super) fn add(&mut self, row: &FileResult) {
        let Some(recipients) = row.recipients.filter(|recipients| recipients.seen_by_all() >= MANY) else { return };
        self.messages += 1;
        self.keep(OpenList { path: row.path.clone(), recipients });
    }

    /// Adds others, which came later.
    pub(super) fn join(&mut self, other: Self) {
        self.messages += other.messages;
        other.largest.into_iter().for_each(|one| self.keep(one));
    }

    fn keep(&mut self, one: OpenList) {
        let at = self.largest.partition_point(|kept| kept.recipients.seen_by_all() >= one.recipients.seen_by_all());
        if at < LISTED {
            self.largest.insert(at, one);
            self.largest.truncate(LISTED);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(path: &str, to: u64, cc: u64, bcc: u64) -> FileResult {
        let recipients = Some(Recipients { to, cc, bcc });
        FileResult { recipients, ..FileResult::not_scanned(path.to_owned()) }
    }

    #[test]
    fn the_largest_come_first_and_blind_copies_show_nobody() {
        let (mut all, mut later) = (OpenLists::default(), OpenLists::default());
        all.add(&message("/few", 5, 4, 500));
        all.add(&message("/ten", 10, 0, 0));
        (0..30).for_each(|n| later.add(&message(&format!("/list {n:02}"), 20 + n, 5, 0)));
        later.add(&FileResult::not_scanned("/no message".to_owned()));
        all.join(later);
        assert_eq!((all.messages, all.largest.len()), (31, LISTED));
        assert_eq!((all.largest[0].path.as_str(), all.largest[0].recipients.to), ("/list 29", 49));
        assert!(all.largest.windows(2).all(|pair| pair[0].recipients.to > pair[1].recipients.to));
    }
}
