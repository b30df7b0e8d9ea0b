//! The pass: one read of each source, in which it is hashed, kept and looked at at once.
//!
//! ```text
//! walk ─ Item(seq) ─▶ worker: open ▸ Tee ─┬─ hashing service (many files at once)
//!                                         ├─ Keeper: deflate service (all cores on one file) ─┐
//!                                         └─ Look: findings ──────────────────────────────────┴─▶ Order ─▶ one writer, in walk order ─▶ Commit
//! ```
//!
//! Every queue is bounded in bytes; the entry whose turn it is always gets through, so nothing can lock up. What is
//! committed does not depend on the number of workers.

pub mod block;
pub mod commit;
pub mod deflate;
pub mod from_disk;
pub mod from_live;
pub mod hash;
pub mod keep;
pub mod lane;
pub mod links;
pub mod look;
pub mod notice;
pub mod order;
pub mod recall;
pub mod run;
pub mod source;
pub mod stretches;
pub mod tee;
mod work;

pub use commit::{Commit, Content, FileOutcome, Found, Looked, LookedLeaf};
pub use links::{FirstName, KeptOnce, Link, SharedNames, Steady};
pub use look::{Lens, SpoolPlace, Watch};
pub use notice::{Notice, Progress};
pub use recall::{Recall, Recalled};
pub use run::{Keep, Plan, RunError, Totals, run};
pub use source::{After, Item, OpenSource, Opened, SourceRead};
pub use stretches::GiantFrom;
