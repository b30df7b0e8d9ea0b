//! What a file of `rules/collect` may say; `rules/README.md` is its reference. Unknown fields are refused: a typo must not pass.

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::model::Names;

/// One file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CollectFile {
    /// What can be taken.
    #[serde(default)]
    pub take: Vec<TakeTable>,
    /// What is left, and said so.
    #[serde(default)]
    pub leave: Vec<LeaveTable>,
    /// Which of them belong together.
    #[serde(default)]
    pub profile: Vec<ProfileTable>,
}

/// One `[[take]]` as written.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TakeTable {
    /// Stable id: profiles and records cite it.
    pub id: Spanned<String>,
    /// Takes the place of a take of the same id from an earlier file.
    #[serde(default, rename = "override")]
    pub replaces: bool,
    /// What a person reads.
    pub title: Names,
    /// Why it matters.
    pub why: Names,
    /// ForensicArtifacts definitions that it is made from.
    #[serde(default)]
    pub artifacts: Vec<String>,
    /// Where it lies.
    #[serde(default)]
    pub paths: Vec<Spanned<String>>,
    /// Where a configuration file says that it lies.
    #[serde(default)]
    pub configured: Vec<Configured>,
}

/// How to learn places from configuration files.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Configured {
    /// The files, as patterns.
    pub files: Vec<Spanned<String>>,
    /// What in them names a place: a regular expression with a group `path`.
    pub pattern: Spanned<String>,
    /// What in them names further such files: a regular expression with a group `path`.
    #[serde(default)]
    pub includes: Option<Spanned<String>>,
    /// Folders that a relative path may begin in, tried in order; `.` is the file's own.
    #[serde(default)]
    pub base: Vec<String>,
    /// What in the same file names that folder, before `base` is tried: a regular expression with a group `path`.
    #[serde(default)]
    pub base_pattern: Option<Spanned<String>>,
    /// What in a path stands for anything: a regular expression.
    #[serde(default)]
    pub wild: Option<Spanned<String>>,
    /// Whether `*`, `?` and `[…]` in a path have the meaning of a shell.
    #[serde(default)]
    pub glob: bool,
    /// Whether older files lie beside it under longer names (`access.log.1`).
    #[serde(default)]
    pub rotated: bool,
    /// Where `${NAME}` in a path is defined.
    #[serde(default)]
    pub variables: Option<Variables>,
}

/// Where variables of a configuration are defined.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Variables {
    /// The files, as patterns.
    pub files: Vec<Spanned<String>>,
    /// A regular expression with groups `name` and `value`.
    pub pattern: Spanned<String>,
}

/// One `[[leave]]`: not taken on purpose.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LeaveTable {
    /// Stable id.
    pub id: Spanned<String>,
    /// What a person reads.
    pub title: Names,
    /// Why it is left, and what to do who needs it.
    pub why: Names,
    /// Where it lies.
    pub paths: Vec<Spanned<String>>,
}

/// One `[[profile]]`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileTable {
    /// The name after `--profile`.
    pub id: Spanned<String>,
    /// Takes the place of a profile of the same id from an earlier file.
    #[serde(default, rename = "override")]
    pub replaces: bool,
    /// What a person reads.
    pub title: Names,
    /// Profiles that are part of it.
    #[serde(default)]
    pub includes: Vec<Spanned<String>>,
    /// Its takes by id; `nginx.*` names all whose id begins so.
    #[serde(default)]
    pub takes: Vec<Spanned<String>>,
    /// What it leaves, likewise.
    #[serde(default)]
    pub leaves: Vec<Spanned<String>>,
    /// Places of its own.
    #[serde(default)]
    pub paths: Vec<Spanned<String>>,
}
