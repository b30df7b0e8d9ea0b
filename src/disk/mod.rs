//! The only floor that touches the file system: sources are read without a trace, output is written without overwriting.
//!
//! | file | promises |
//! |---|---|
//! | [`dir`] | a folder by its handle: listed once, sorted, its access time kept |
//! | [`source`] | a source file by its handle: read-only, stat before and after, no link followed, no pipe opened |
//! | `extents` | the stretches of a sparse file that hold data, never more than a limit |
//! | [`walk`] | every entry below the roots, in one order, each with its metadata or a gap |
//! | [`find`] | what a pattern leads to below a root, by handles, never out of that root |
//! | [`gentle`] | reading that leaves disk, processor and memory to the machine's own work |
//! | [`quiet`] | mounts of our own that keep no access times (links have no other way) |
//! | [`output`] | our own folders and files: 0700 and 0600, never overwritten, synced before they count |
//! | [`pseudo`] | file systems that are windows into the kernel, whose sizes say nothing |
//! | [`own`] | reading back what is ours, within limits |
//! | [`copy`] | a second copy of what is ours, and reading it back from its medium |
//! | [`spool`] | bytes that must be seekable: in memory, beyond a limit in an unlinked file |
//! | [`rows`] | a list that may be longer than memory: packed, and beyond a limit in such a file |
//! | [`packed`] | bytes that wait in memory, deflated, and are read at any place |
//! | [`space`] | free bytes, and whether two paths share a file system |
//! | [`sandbox`] | from here on the kernel refuses every write outside the output (Landlock) |
//! | [`live`] | the machine's live state from `/proc` and `/sys`: texts as they were read, and what they say |
//! | [`agent`] | one question to an SSH agent and its answer, within a time and a length |
//! | [`terminal`] | a secret from the terminal with the echo off, or from an open handle |
//! | [`network`] | the one place that reaches another machine, and only one that a flag names |
//! | [`host`] | the machine's name, kernel, time zone; the digest of the running binary |
//! | [`error`] | what failed, on which path, and what to do next |
//!
//! What is deliberately absent: no function here opens a source for writing, follows a link met by the walk, or opens
//! anything but regular files and folders. Linux only: handles, `O_NOATIME` and Landlock have no portable equal.

#[cfg(not(target_os = "linux"))]
compile_error!("hozen reads its sources with O_NOATIME, statx and Landlock: it builds for Linux only");

pub mod agent;
pub mod cache_file;
pub mod copy;
pub mod dir;
pub mod error;
mod extents;
pub mod find;
pub mod gentle;
mod handle;
pub mod host;
mod idle;
pub mod live;
pub mod local_rules;
pub mod network;
pub mod output;
pub mod own;
pub mod packed;
pub mod pseudo;
pub mod quiet;
pub mod rows;
pub mod sandbox;
pub mod sorted;
pub mod source;
pub mod space;
pub mod spool;
pub mod terminal;
pub mod walk;
pub mod worked;
