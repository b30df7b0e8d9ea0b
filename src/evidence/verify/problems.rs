//! Collects problems, each once, up to a limit; past it, a last one says that there were more.

use crate::case::results::{Layer, Problem};
use crate::model::RawPath;
use crate::model::limits::PROBLEMS;

/// The problems so far.
pub struct Problems {
    zip: String,
    /// `NAME/`, once it is known: every member is told by its full name in the zip.
    prefix: String,
    list: Vec<Problem>,
    more: u64,
}

impl Problems {
    /// Of a zip that is called so.
    pub fn new(zip: &str) -> Self {
        Self { zip: zip.to_owned(), prefix: String::new(), list: Vec::new(), more: 0 }
    }

    /// The folder in the zip, before the name of every member.
    pub fn set_prefix(&mut self, prefix: &str) {
        self.prefix = prefix.to_owned();
    }

    /// Adds one at a path in the bag; an empty path means the zip itself.
    pub fn add(&mut self, layer: Layer, path: &str, what: String) {
        let name = if path.is_empty() { self.zip.clone() } else { format!("{}{path}", self.prefix) };
        self.add_at(layer, &name, what);
    }

    /// Adds one at the full name of a member. Names come from the zip and are escaped here.
    pub fn add_at(&mut self, layer: Layer, name: &str, what: String) {
        let name = if name.is_empty() { &self.zip } else { name };
        let problem = Problem { layer, path: RawPath(name.as_bytes().to_vec()).shown(), what };
        if self.list.len() >= PROBLEMS {
            self.more = self.more.saturating_add(1);
        } else if !self.list.contains(&problem) {
            self.list.push(problem);
        }
    }

    /// Whether there is none so far.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All of them, outermost layer first, else in the order they were found.
    pub fn take(&mut self) -> Vec<Problem> {
        let mut list = std::mem::take(&mut self.list);
        list.sort_by_key(|p| p.layer);
        if self.more > 0 {
            let what = format!("{} further problems are not listed", self.more);
            list.push(Problem { layer: Layer::Zip, path: self.zip.clone(), what });
        }
        list
    }
}
