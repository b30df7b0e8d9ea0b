//! What a profile found on a machine: the record that goes into the evidence and onto the screen.

use serde::{Deserialize, Serialize};

/// One take of a profile and what it led to. Paths are escaped for display and begin at the root that was looked below.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakeRecord {
    /// Id of the take.
    pub id: String,
    /// Its title, in English.
    pub title: String,
    /// ForensicArtifacts definitions that it is made from; none for hozen's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artifacts: Vec<String>,
    /// How many paths were found; 0: there is nothing of it on this machine.
    pub found: u64,
    /// The first of them, in byte order.
    pub paths: Vec<String>,
    /// How many more there are than `paths` lists.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more: u64,
    /// What led to those that a configuration file names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub configured: Vec<ConfiguredPlace>,
    /// Links on the way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<LinkOnTheWay>,
    /// How many places and links more there are than these lists have.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unlisted: u64,
}

impl TakeRecord {
    /// Keeps of the lists what fits into a budget of bytes that all takes share; what is cut is counted.
    pub fn cut_to(&mut self, budget: &mut usize) {
        let mut room = |bytes: usize| {
            let fits = *budget >= bytes;
            *budget = budget.saturating_sub(bytes);
            fits
        };
        let paths = self.paths.iter().take_while(|path| room(path.len() + 8)).count();
        let configured = |one: &&ConfiguredPlace| room(one.place.len() + one.file.len() + 100);
        let configured = self.configured.iter().take_while(configured).count();
        let links = self.links.iter().take_while(|link| room(link.path.len() + link.target.len() + 60)).count();
        let cut = (self.configured.len() - configured) + (self.links.len() - links);
        self.more = self.more.saturating_add((self.paths.len() - paths) as u64);
        self.unlisted = self.unlisted.saturating_add(cut as u64);
        self.paths.truncate(paths);
        self.configured.truncate(configured);
        self.links.truncate(links);
    }
}

/// A place that a configuration file names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ConfiguredPlace {
    /// The path as it was understood.
    pub place: String,
    /// The file that names it.
    pub file: String,
    /// Its line, from 1.
    pub line: u64,
    /// Why it was not looked up, if it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// A link that a path of a profile met.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LinkOnTheWay {
    /// The link.
    pub path: String,
    /// What it says.
    pub target: String,
    /// Whether what it leads to was taken too.
    pub followed: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}
