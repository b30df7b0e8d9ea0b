//! `custody/acquisition.json`: who collected what, where, when, how and why; the first page of the story of this evidence.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::taken::TakeRecord;
use crate::model::{Algorithms, Digest, GapKind};

/// `hozen.acquisition/1`. What was not said is absent, never made up.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Acquisition {
    /// `hozen.acquisition/1`.
    pub schema: String,
    /// Case id.
    pub case: String,
    /// Name of this evidence.
    pub evidence: String,
    /// Who collected.
    pub operator: String,
    /// Who watched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Where the machine stood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What was said of the object, by the keys of the chain of custody: `case_number`, `evidence_number`, `item`, `quantity`,
    /// `obtained_from`, `seal_number`, `medium`, `device`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub object: Map<String, Value>,
    /// The organization, also in `bag-info.txt`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Host it was collected on.
    pub host: String,
    /// Its operating system, as the kernel names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// Id of its installation (`/etc/machine-id`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine_id: Option<String>,
    /// Id of its boot: tells two collections between which it was restarted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot_id: Option<String>,
    /// Effective user id that the tool ran as: it decides what could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_uid: Option<u32>,
    /// Which clock the times are by, and how it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Clock>,
    /// Its time zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// How far its clock is ahead of true time, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_offset_ms: Option<i64>,
    /// How that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_offset_source: Option<String>,
    /// First byte, RFC 3339, UTC, by that clock.
    pub started: String,
    /// Last byte, the same way.
    pub finished: String,
    /// Tool and version.
    pub tool: String,
    /// SHA-256 of the tool's own program file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_sha256: Option<Digest>,
    /// How far the kernel held the process to its output folder (Landlock).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confinement: Option<String>,
    /// The command line, each argument escaped for display.
    pub argv: Vec<String>,
    /// Profiles, if any were used, separated by spaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// SHA-256 of the set of profiles that it is from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profiles_sha256: Option<Digest>,
    /// The folder below which the profile's places were looked up, as given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// Every take of the profile, also those of which nothing is there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub takes: Vec<TakeRecord>,
    /// How sources were read, where that was not as fast as can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gentle: Option<Gentle>,
    /// The digests that were made of every kept content. Of evidence older than the choice: SHA-256 alone.
    #[serde(default)]
    pub digests: Algorithms,
    /// What was to be collected, escaped for display.
    pub scope: Vec<String>,
    /// What was left out on purpose, and why.
    pub skipped: Vec<Skipped>,
    /// The machine's live state, where it was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volatile: Option<VolatileState>,
    /// Images made by other tools that were taken in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
    /// Sources on whose own file system the output lay: deleted data there may have been overwritten.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub output_on_source_disk: Vec<String>,
    /// The times that it was broken off and went on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resumed: Vec<Resumed>,
    /// Entries, kept files and their bytes, gaps.
    pub counts: Counts,
}

/// A machine went on serving while it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gentle {
    /// No more bytes than this were read of the sources in a second.
    pub bytes_per_second: u64,
    /// Why the kernel refused the idle class of the disk's queue, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk_refused: Option<String>,
    /// Why the kernel refused the lowest priority of the processor, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processor_refused: Option<String>,
}

/// A broken collection that went on. What was taken before was read then, and not again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resumed {
    /// When, RFC 3339, UTC.
    pub time: String,
    /// Who.
    pub operator: String,
    /// Tool and version.
    pub tool: String,
    /// Entries that were taken before.
    pub entries: u64,
    /// Bytes of a half-written tail that were cut off.
    pub cut_bytes: u64,
}

/// The clock that the times of a collection are by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// Which clock, and what it was compared with.
    pub read: String,
    /// Where the time zone was learnt.
    pub zone_source: String,
    /// Offset of local time from UTC at the start.
    pub utc_offset: String,
    /// What a time server said, where one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ntp: Option<Ntp>,
}

/// What a time server said (NTP), or why it said nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ntp {
    /// As it was named.
    pub server: String,
    /// The address that answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// How far the machine's clock is ahead, in microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset_us: Option<i64>,
    /// How long question and answer were under way, in microseconds: the offset is as exact as half of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round_trip_us: Option<i64>,
    /// How many servers are between this one and a reference clock, itself counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stratum: Option<u8>,
    /// What the server goes by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference_id: Option<String>,
    /// Why there is no time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

/// What was taken of the machine's live state, before anything else was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolatileState {
    /// When it began, RFC 3339, UTC.
    pub started: String,
    /// When it was done. The state changed in between: it is no one moment's.
    pub finished: String,
    /// Entries that it made; of a collection that broke off, those in files.jsonl may be fewer, and a gap says so.
    pub entries: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// Processes.
    pub processes: u64,
    /// Sockets.
    pub sockets: u64,
    /// Handles of processes.
    pub open_files: u64,
    /// Files that were deleted but in use.
    pub deleted_files: u64,
    /// Lines of `utmp` and of systemd about users.
    pub logins: u64,
    /// Gaps by kind; each stands at its entry.
    pub gaps: BTreeMap<GapKind, u64>,
    /// Files and folders that say what the machine does by itself (cron, at, systemd), taken for that reason.
    pub schedules: Vec<String>,
    /// What this version does not take.
    pub not_taken: Vec<String>,
}

/// An image of a memory or a disk, made by another tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Its path, escaped for display.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// What the operator says it is: `memory`, `disk`, or `image` where nothing more was said. Not checked.
    pub said: String,
}

/// Something left out on purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// What, escaped for display.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// What a collection amounts to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Everything that the walk saw.
    pub entries: u64,
    /// Files whose content was kept.
    pub files: u64,
    /// Bytes of their content.
    pub bytes: u64,
    /// Further names of those files (hard links): content that is in the bag once.
    #[serde(default)]
    pub linked: u64,
    /// Gaps.
    pub gaps: u64,
}
