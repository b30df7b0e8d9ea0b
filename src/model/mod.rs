//! The words: pure data that every floor shares. No I/O, no clock, no thread.
//!
//! One word has one meaning here and in the documents; `docs/glossary.md` lists them.

pub mod apart;
pub mod custody;
pub mod digest;
pub mod digests;
pub mod entry;
pub mod finding;
pub mod gap;
pub mod lang;
pub mod leaf;
pub mod limits;
pub mod link;
pub mod locator;
pub mod masked;
pub mod method;
pub mod pattern;
mod recipients;
pub mod record;
pub mod risky;
pub mod scope;
pub mod subject;
pub mod taken;
pub mod who;

pub use apart::is_apart;
pub use custody::{Act, CustodyEvent};
pub use digest::Digest;
pub use digests::{Algorithm, Algorithms, Digests};
pub use entry::{Entry, Kind, Origin, RawPath, Stat, Timestamp};
pub use finding::{Confidence, Finding};
pub use gap::{Gap, GapKind};
pub use lang::Lang;
pub use leaf::{FileResult, LookStatus};
pub use link::LinkClass;
pub use locator::{Locator, Place};
pub use masked::{Secret, Veil, Veiled};
pub use method::Method;
pub use pattern::PathPattern;
pub use recipients::Recipients;
pub use record::{Bond, Charset, Charsets, Field, Record, Undone};
pub use risky::{Names, RiskyPlace};
pub use scope::{Excluded, Scope};
pub use subject::{EntityTally, Subjects};
pub use who::{Apart, Breakdown, Categories, Category, Cluster, KindsOfPeople, LeafPeople, SitePeople, Spot};
