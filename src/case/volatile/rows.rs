//! The tables: one JSON object a line, each with the name of its shape. docs/volatile.md documents every field.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::deleted_path;
use crate::disk::live::list::Listed;
use crate::disk::live::{Deleted, OpenFile, Process, State};
use crate::evidence::stored_name::VOLATILE;
use crate::model::{Gap, GapKind};
use crate::pass::{OpenSource, Opened, SourceRead};

/// Lines of a table, one after the other.
type Lines = Box<dyn Iterator<Item = Vec<u8>> + Send>;

/// A table. Its lines are made anew each time that it is read: it is never held.
pub(super) struct Table {
    /// Its path below `volatile/`.
    pub(super) path: String,
    /// Its bytes.
    pub(super) bytes: u64,
    /// What is not in it, and why.
    pub(super) gaps: Vec<(GapKind, String)>,
    lines: Arc<dyn Fn() -> Lines + Send + Sync>,
}

/// All tables, in the order in which they are kept.
pub(super) struct Tables<'a> {
    state: &'a State,
    tables: Vec<Table>,
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

impl Tables<'_> {
    /// What the state says.
    pub(super) fn of(state: &State, ticks: u64) -> Vec<Table> {
        let mut tables = Tables { state, tables: Vec::new() };
        let boot = state.boot_time;
        tables
            .long("processes", &state.processes, move |process| line("processes", &process_row(process, boot, ticks)));
        tables.long("sockets", &state.sockets, |row| line("sockets", row));
        tables.long("open_files", &state.open_files, |file| line("open_files", &open_file_row(file)));
        tables.short("deleted_files", state.deleted.iter().map(deleted_row));
        tables.long("memory_maps", &state.maps, |row| line("memory_maps", row));
        tables.long("users", &state.users, |user| {
            let since = user.since.and_then(|(seconds, micros)| time(seconds.into(), micros.into(), 1_000_000));
            line("users", &UserRow { user, since })
        });
        tables.long("mounts", &state.mounts, |row| line("mounts", row));
        tables.long("routes", &state.routes, |row| line("routes", row));
        tables.long("neighbours", &state.neighbours, |row| line("neighbours", row));
        tables.short("interfaces", state.interfaces.iter());
        tables.short("modules", state.modules.iter());
        let system = SystemRow {
            booted: boot.and_then(|seconds| time(i128::from(seconds), 0, 1)),
            boot_seconds: boot,
            ticks_per_second: ticks,
            values: &state.values,
            absent: state.absent.iter().map(String::as_str).collect(),
        };
        tables.short("system", std::iter::once(system));
        tables.tables
    }

    /// A table of rows that wait packed.
    fn long<T>(
        &mut self,
        name: &'static str,
        list: &Listed<T>,
        line: impl Fn(&T) -> serde_json::Result<Vec<u8>> + Clone + Send + Sync + 'static,
    ) where
        T: Serialize + DeserializeOwned + 'static,
    {
        let rows = list.rows.clone();
        let lines = move || -> Lines {
            let line = line.clone();
            Box::new(rows.iter().filter_map(move |row| line(&row.ok()?).ok()))
        };
        self.add(name, Arc::new(lines), list.met());
    }

    /// A table of few rows, made at once.
    fn short<T: Serialize>(&mut self, name: &'static str, rows: impl Iterator<Item = T>) {
        let all: Vec<_> = rows.map(|row| line(name, &row)).collect();
        let met = all.len() as u64;
        let all: Arc<[Vec<u8>]> = all.into_iter().flatten().collect();
        let lines = move || -> Lines {
            let all = Arc::clone(&all);
            Box::new((0..all.len()).filter_map(move |at| all.get(at).cloned()))
        };
        self.add(name, Arc::new(lines), met);
    }

    /// A table that should have so many rows.
    fn add(&mut self, name: &'static str, lines: Arc<dyn Fn() -> Lines + Send + Sync>, due: u64) {
        let (mut rows, mut bytes) = (0_u64, 0_u64);
        for line in lines() {
            (rows, bytes) = (rows + 1, bytes.saturating_add(line.len() as u64));
        }
        let mut gaps = Vec::new();
        if rows < due {
            let reason = format!(
                "{} more rows are not in it: there were more than memory for them holds. Where raw texts say the same, they are \
                 there",
                due - rows
            );
            gaps.push((GapKind::OverLimit, reason));
        }
        gaps.extend(self.state.beyond.get(name).map(|reason| (GapKind::OverLimit, reason.clone())));
        if let Some(lines) = self.state.strange.get(name) {
            let reason = format!("{lines} lines of the raw texts were not understood; look at them there");
            gaps.push((GapKind::Malformed, reason));
        }
        self.tables.push(Table { path: format!("{name}.jsonl"), bytes, gaps, lines });
    }
}

fn line<T: Serialize>(name: &str, row: &T) -> serde_json::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(&Line { schema: format!("hozen.volatile.{name}/1"), row })?;
    line.push(b'\n');
    Ok(line)
}

impl OpenSource for Table {
    fn open(&self) -> Result<Opened, Gap> {
        let reader = Reading { lines: (self.lines)(), line: Cursor::default() };
        Ok(Opened {
            size: self.bytes,
            reader: Box::new(reader),
            unsized_content: false,
            stat: None,
            atime_kept: true,
            xattrs: Vec::new(),
            extents: Vec::new(),
        })
    }
}

/// A table while it is read.
struct Reading {
    lines: Lines,
    line: Cursor<Vec<u8>>,
}

impl Read for Reading {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.line.position() >= self.line.get_ref().len() as u64 {
            self.line = Cursor::new(self.lines.next().unwrap_or_default());
        }
        self.line.read(buffer)
    }
}

impl SourceRead for Reading {}

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
