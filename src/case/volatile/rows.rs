//! The tables: one JSON object a line, each with the name of its shape. docs/volatile.md documents every field.

use std::collections::BTreeMap;

use serde::Serialize;

use super::deleted_path;
use crate::disk::live::{Deleted, OpenFile, Process, State};
use crate::evidence::stored_name::VOLATILE;
use crate::model::{GapKind, limits};

/// A table under way.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Its lines.
    pub(super) bytes: Vec<u8>,
    /// What is not in it, and why.
    pub(super) gaps: Vec<(GapKind, String)>,
    left_out: u64,
}

/// All tables, in the order in which they are kept.
pub(super) struct Tables {
    tables: Vec<(&'static str, Table)>,
    room: usize,
}

/// One line.
#[derive(Serialize)]
struct Line<'a, T> {
    schema: String,
    #[serde(flatten)]
    row: &'a T,
}

#[derive(Serialize)]
struct ProcessRow<'a> {
    #[serde(flatten)]
    process: &'a Process,
    /// When it began, by the clock that was set when it is read.
    started: Option<String>,
    terminal: Option<String>,
}

#[derive(Serialize)]
struct OpenFileRow<'a> {
    #[serde(flatten)]
    file: &'a OpenFile,
    /// Entry that holds its content, where it is deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<String>,
}

#[derive(Serialize)]
struct DeletedRow<'a> {
    content: String,
    device: u64,
    inode: u64,
    bytes: u64,
    bytes_kept: u64,
    names: Vec<&'a str>,
    names_b64: Vec<&'a str>,
    holders: Vec<&'a crate::disk::live::deleted::Holder>,
    gap: Option<&'a str>,
}

#[derive(Serialize)]
struct UserRow<'a> {
    #[serde(flatten)]
    user: &'a crate::disk::live::system::User,
    since: Option<String>,
}

#[derive(Serialize)]
struct SystemRow<'a> {
    booted: Option<String>,
    boot_seconds: Option<i64>,
    ticks_per_second: u64,
    values: &'a BTreeMap<String, String>,
    absent: Vec<&'a str>,
}

impl Tables {
    /// What the state says.
    pub(super) fn of(state: &State, ticks: u64) -> Self {
        let mut tables = Self { tables: Vec::new(), room: limits::VOLATILE_BYTES };
        tables.table("processes", state.processes.iter().map(|process| process_row(process, state.boot_time, ticks)));
        tables.table("sockets", state.sockets.iter());
        tables.table("open_files", state.open_files.iter().map(open_file_row));
        tables.table("deleted_files", state.deleted.iter().map(deleted_row));
        tables.table("memory_maps", state.maps.iter());
        let users = state.users.iter().map(|user| UserRow {
            user,
            since: user.since.and_then(|(seconds, micros)| time(i128::from(seconds), i128::from(micros), 1_000_000)),
        });
        tables.table("users", users);
        tables.table("mounts", state.mounts.iter());
        tables.table("routes", state.routes.iter());
        tables.table("neighbours", state.neighbours.iter());
        tables.table("interfaces", state.interfaces.iter());
        tables.table("modules", state.modules.iter());
        let system = SystemRow {
            booted: state.boot_time.and_then(|seconds| time(i128::from(seconds), 0, 1)),
            boot_seconds: state.boot_time,
            ticks_per_second: ticks,
            values: &state.values,
            absent: state.absent.iter().map(String::as_str).collect(),
        };
        tables.table("system", std::iter::once(system));
        tables
    }

    fn table<T: Serialize>(&mut self, name: &'static str, rows: impl Iterator<Item = T>) {
        let mut table = Table::default();
        for row in rows {
            let line = Line { schema: format!("hozen.volatile.{name}/1"), row: &row };
            let Ok(mut line) = serde_json::to_vec(&line) else {
                table.left_out += 1;
                continue;
            };
            line.push(b'\n');
            match self.room.checked_sub(line.len()) {
                Some(left) => {
                    self.room = left;
                    table.bytes.extend(line);
                }
                None => table.left_out += 1,
            }
        }
        self.tables.push((name, table));
    }

    /// The tables with their paths below `volatile/`; `strange` are lines of the kernel's that were not understood.
    pub(super) fn finish(self, strange: &BTreeMap<&'static str, u64>) -> impl Iterator<Item = (String, Table)> {
        self.tables.into_iter().map(|(name, mut table)| {
            if table.left_out > 0 {
                let reason = format!(
                    "{} rows are not in it: all tables together hold no more than {} bytes; the raw texts have them",
                    table.left_out,
                    limits::VOLATILE_BYTES
                );
                table.gaps.push((GapKind::OverLimit, reason));
            }
            if let Some(lines) = strange.get(name) {
                let reason = format!("{lines} lines of the raw texts were not understood; look at them there");
                table.gaps.push((GapKind::Malformed, reason));
            }
            (format!("{name}.jsonl"), table)
        })
    }
}

fn process_row(process: &Process, boot_time: Option<i64>, ticks: u64) -> ProcessRow<'_> {
    let started =
        boot_time.and_then(|boot| time(i128::from(boot), i128::from(process.stat.start_ticks), i128::from(ticks)));
    ProcessRow { process, started, terminal: terminal(process.stat.tty) }
}

fn open_file_row(file: &OpenFile) -> OpenFileRow<'_> {
    let content = match (file.deleted && file.bytes.is_some(), file.device, file.inode) {
        (true, Some(device), Some(inode)) => Some(format!("{VOLATILE}/deleted/{device:x}-{inode}")),
        _ => None,
    };
    OpenFileRow { file, content }
}

fn deleted_row(deleted: &Deleted) -> DeletedRow<'_> {
    DeletedRow {
        content: format!("{VOLATILE}/{}", deleted_path(&deleted.stat)),
        device: deleted.stat.device,
        inode: deleted.stat.inode,
        bytes: deleted.stat.size,
        bytes_kept: if deleted.file.is_some() { deleted.bytes } else { 0 },
        names: deleted.names.iter().map(|(name, _)| name.as_str()).collect(),
        names_b64: deleted.names.iter().filter_map(|(_, exact)| exact.as_deref()).collect(),
        holders: deleted.holders.iter().collect(),
        gap: deleted.gap.as_ref().map(|(_, reason)| reason.as_str()),
    }
}

/// Seconds since 1970 and `parts` of which `per_second` make a second, as RFC 3339 in UTC.
fn time(seconds: i128, parts: i128, per_second: i128) -> Option<String> {
    let nanos = parts.checked_mul(1_000_000_000)?.checked_div(per_second)?;
    let nanos = seconds.checked_mul(1_000_000_000)?.checked_add(nanos)?;
    Some(jiff::Timestamp::from_nanosecond(nanos).ok()?.to_string())
}

/// The name of a terminal by its device number (proc_pid_stat(5)).
fn terminal(device: i64) -> Option<String> {
    let device = u64::try_from(device).ok().filter(|device| *device != 0)?;
    let (major, minor) = ((device >> 8) & 0xfff, (device & 0xff) | ((device >> 12) & 0xf_ff00));
    Some(match major {
        4 if minor < 64 => format!("tty{minor}"),
        4 => format!("ttyS{}", minor - 64),
        136..=143 => format!("pts/{}", (major - 136) * 256 + minor),
        _ => format!("{major}:{minor}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_since_the_start_become_a_time_of_day() {
        assert_eq!(time(1_700_000_000, 150, 100).as_deref(), Some("2023-11-14T22:13:21.5Z"));
        assert_eq!(time(0, -1, 1_000_000).as_deref(), Some("1969-12-31T23:59:59.999999Z"));
        // A clock that was never set, or a hostile one, gives no time rather than a wrong one.
        assert_eq!(time(i128::from(i64::MAX), i128::from(u64::MAX), 1), None);
        assert_eq!(time(0, 1, 0), None);
    }

    #[test]
    fn terminals_are_named_as_ps_names_them() {
        let named = [0, 0x8800, 0x8805, 0x8900, 0x0401, 0x0440, 0x0501].map(terminal);
        let wanted = [None, Some("pts/0"), Some("pts/5"), Some("pts/256"), Some("tty1"), Some("ttyS0"), Some("5:1")];
        assert_eq!(named.each_ref().map(Option::as_deref), wanted);
    }
}
