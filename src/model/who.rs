//! Who had what, where, and of which kind: what is told of people beside their number.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What people are to the house that the data leaked from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Customers, members, users.
    Customer,
    /// Employees, applicants.
    Employee,
    /// People of partners and suppliers.
    Partner,
    /// Patients.
    Patient,
    /// Pupils, students, small children.
    Pupil,
}

impl Category {
    /// All.
    pub const ALL: [Self; 5] = [Self::Customer, Self::Employee, Self::Partner, Self::Patient, Self::Pupil];
}

/// Why something is counted apart from the people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Apart {
    /// An office of a company: `info@`, `support@`.
    RoleAddress,
    /// An example: `user@example.com`.
    Example,
    /// A value that stands for nothing: 000-0000-0000, 1900-01-01.
    Dummy,
    /// Somebody of the house that the data leaked from (`--own-domain`).
    OwnStaff,
    /// A company: a row with a company's number and nobody's name.
    Corporate,
}

/// People of one leaf, alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeafPeople {
    /// Where: file ▸ member ▸ sheet.
    pub path: String,
    /// Records that held at least one value of a person's.
    pub records: u64,
    /// People, as [`super::Subjects::at_least`].
    pub at_least: u64,
    /// People, as [`super::Subjects::estimate`].
    pub estimate: u64,
    /// People, as [`super::Subjects::at_most`].
    pub at_most: u64,
}

/// People of one site or system (`--site NAME=PATH`), alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SitePeople {
    /// Its name; empty for everything that lies in none of the named sites.
    pub site: String,
    /// People, as [`super::Subjects::at_least`].
    pub at_least: u64,
    /// People, as [`super::Subjects::estimate`].
    pub estimate: u64,
    /// People, as [`super::Subjects::at_most`].
    pub at_most: u64,
}

/// People of whom just these kinds of data are there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindsOfPeople {
    /// Entities.
    pub kinds: Vec<String>,
    /// People of the estimate.
    pub people: u64,
}

/// A place where something of a person stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Spot {
    /// Where: file ▸ member ▸ sheet.
    pub leaf: String,
    /// Bytes from its start.
    pub offset: u64,
    /// Row or line, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
}

/// Records that may be one person's or several people's: somebody must look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// `two_primaries`, `two_birth_dates` or `two_names`.
    pub why: String,
    /// Two records that differ, though a value joins them.
    pub spots: Vec<Spot>,
}

/// All of it. Numbers are people of the estimate where nothing else is said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breakdown {
    /// People who have this kind of data somewhere, by entity.
    pub by_kind: BTreeMap<String, u64>,
    /// People by all kinds that they have: each belongs to one set. The largest first.
    pub by_kinds: Vec<KindsOfPeople>,
    /// People in sets that are not listed.
    #[serde(default)]
    pub by_kinds_more: u64,
    /// By site, in the order in which they were named. One person may be in several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<SitePeople>,
    /// By category. One person may be in several.
    pub categories: BTreeMap<Category, u64>,
    /// People in no category.
    pub uncategorised: u64,
    /// What is counted apart, and is in no number of people.
    pub apart: BTreeMap<Apart, u64>,
    /// Merges that were refused, by why (as [`Cluster::why`]).
    pub conflicts: BTreeMap<String, u64>,
    /// The first of them, for somebody to look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clusters: Vec<Cluster>,
}
