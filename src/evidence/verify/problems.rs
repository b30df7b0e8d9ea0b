//! Collects problems, each once, up to a limit; past it, a last one says that there were more.

use crate::case::results::{Layer, Problem};
use crate::model::RawPath;
use crate::model::limits::PROBLEMS;

/// The problems so far.
pub(super) struct Problems {
    zip: String,
    list: Vec<Problem>,
    more: u64,
}

impl Problems {
    pub(super) fn new(zip: &str) -> Self {
        Self { zip: zip.to_owned(), list: Vec::new(), more: 0 }
    }

    /// Adds one; an empty path means the zip itself. Paths come from the zip and are escaped here.
    pub(super) fn add(&mut self, layer: Layer, path: &str, what: String) {
        let path = if path.is_empty() { self.zip.clone() } else { RawPath(path.as_bytes().to_vec()).shown() };
        let problem = Problem { layer, path, what };
        if self.list.len() >= PROBLEMS {
            self.more = self.more.saturating_add(1);
        } else if !self.list.contains(&problem) {
            self.list.push(problem);
        }
    }

    /// All of them, outermost layer first, else in the order they were found.
    pub(super) fn take(&mut self) -> Vec<Problem> {
        let mut list = std::mem::take(&mut self.list);
        list.sort_by_key(|p| p.layer);
        if self.more > 0 {
            let what = format!("{} further problems are not listed", self.more);
            list.push(Problem { layer: Layer::Zip, path: self.zip.clone(), what });
        }
        list
    }
}
