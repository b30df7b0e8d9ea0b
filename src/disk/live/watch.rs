//! One process: its texts, its handles, its maps and its executable, read through its folder in `/proc` so that another
//! process that gets its number meanwhile is never taken for it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::capture::Capture;
use super::maps::{self, Map};
use super::process::{self, Stat, Status};
use super::text::{self, see_through};
use super::{exact, shown};
use crate::disk::dir::DirHandle;
use crate::disk::error::{gap_advice, gap_kind};
use crate::model::{Digest, GapKind, Kind, limits};

/// A process.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Process {
    /// What `stat` says.
    #[serde(flatten)]
    pub stat: Stat,
    /// What `status` says.
    #[serde(flatten)]
    pub status: Status,
    /// hozen itself.
    pub own: bool,
    /// Arguments, each escaped.
    pub arguments: Vec<String>,
    /// The exact bytes of the command line, at most [`limits::VOLATILE_VALUE_BYTES`].
    pub command_line_b64: String,
    /// The folder it works in, escaped.
    pub working_folder: Option<String>,
    /// What it takes for `/`, escaped.
    pub root: Option<String>,
    /// Its program.
    pub executable: Option<Executable>,
    /// Control groups, one a line of `cgroup`.
    pub control_groups: Vec<String>,
    /// Numbers of its namespaces, by kind.
    pub namespaces: std::collections::BTreeMap<String, u64>,
    /// User that logged in, in whose name it runs (`loginuid`).
    pub login_uid: Option<u32>,
    /// Session of the audit.
    pub audit_session: Option<u32>,
    /// Handles that it holds; they are listed in `open_files`.
    pub open_files: u64,
}

/// The program of a process.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Executable {
    /// Its path as the kernel remembers it, escaped.
    pub path: String,
    /// Its exact bytes, where escaping may hide them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_b64: Option<String>,
    /// No name leads to it any more: it was deleted or replaced since it was started.
    pub deleted: bool,
    /// Its inode.
    pub inode: u64,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256 of the file that runs, whatever lies under its name now.
    pub sha256: Option<Digest>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_hashed: Option<String>,
}

/// A handle that a process holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpenFile {
    /// The process.
    pub pid: u32,
    /// The handle.
    pub fd: u32,
    /// What it leads to, escaped.
    pub target: String,
    /// Its exact bytes, where escaping may hide them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_b64: Option<String>,
    /// What that is, where it has a path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Position in it.
    pub position: Option<u64>,
    /// Flags it was opened with, in octal.
    pub flags: Option<String>,
    /// Mount it was opened through.
    pub mount: Option<u64>,
    /// Device, as the kernel numbers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<u64>,
    /// Inode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inode: Option<u64>,
    /// Bytes of a regular file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// No name leads to it any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
}

/// A noteworthy map of a process.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProcessMap {
    /// The process.
    pub pid: u32,
    /// The map.
    #[serde(flatten)]
    pub map: Map,
}

/// What is kept of each process as the kernel gave it.
const TEXTS: [&str; 3] = ["status", "cgroup", "limits"];
/// The same, of programs alone: threads of the kernel have none of it.
const PROGRAM_TEXTS: [&str; 3] = ["cmdline", "environ", "maps"];
const NAMESPACES: [&str; 8] = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];

/// How long a read of a process's memory may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// A process under the eye.
pub(super) struct Watch<'c, 'm> {
    capture: &'c mut Capture<'m>,
    dir: Arc<DirHandle>,
    pid: u32,
    /// Whether a read of its memory did not come back.
    blocks: bool,
    /// What was refused or gone, and by which error: told once, together.
    missing: Vec<(String, io::Error)>,
    /// Device and inode of its program.
    program: Option<(u64, u64)>,
}

/// Looks at one process; adds all it finds to the capture, and last what could not be read of it.
pub(super) fn watch(capture: &mut Capture<'_>, pid: u32) {
    look(capture, pid);
    capture.end_of_process(pid);
}

fn look(capture: &mut Capture<'_>, pid: u32) {
    let gone = |capture: &mut Capture<'_>, error: &io::Error| {
        let reason = format!("the process was listed and could not be looked at: {error}; {}", advice(error));
        capture.process_gap(gap_kind(error), reason);
    };
    let dir = match capture.machine.dir.open_at(format!("proc/{pid}").as_bytes()) {
        Ok(dir) => dir,
        Err(error) => return gone(capture, &error),
    };
    let read = match text::text(&dir, "stat") {
        Ok(read) => read,
        Err(error) => return gone(capture, &error),
    };
    let stat = process::stat(&read.bytes);
    capture.keep(&format!("raw/proc/{pid}/stat"), &read);
    let Some(stat) = stat else {
        let reason = "its stat has not the form that this version knows; the raw text is kept".to_owned();
        return capture.process_gap(GapKind::Malformed, reason);
    };
    let mut watch = Watch { capture, dir: Arc::new(dir), pid, blocks: false, missing: Vec::new(), program: None };
    let process = watch.process(stat);
    watch.tell();
    let program = watch.program;
    capture.lists.processes.push(&(program, process));
}

fn advice(error: &io::Error) -> &'static str {
    match gap_kind(error) {
        GapKind::Vanished => "it ended meanwhile; what it left in its files may still be found",
        kind => gap_advice(kind),
    }
}

impl Watch<'_, '_> {
    fn process(&mut self, stat: Stat) -> Process {
        let is_program = !stat.kernel_thread;
        // A process that has ended and waits to be noticed holds nothing any more.
        let lives = is_program && !matches!(stat.state, 'Z' | 'X');
        let (mut status, mut groups) = (Status::default(), Vec::new());
        for name in TEXTS {
            let bytes = self.text(name);
            match name {
                "status" => status = process::status(&bytes),
                "cgroup" => groups = bytes.split(|&byte| byte == b'\n').filter(|l| !l.is_empty()).map(shown).collect(),
                _ => {}
            }
        }
        let mut command_line = Vec::new();
        for name in PROGRAM_TEXTS.into_iter().filter(|_| lives) {
            let bytes = self.memory_text(name);
            match name {
                "cmdline" => command_line = bytes,
                "maps" => self.maps(&bytes),
                _ => {}
            }
        }
        command_line.truncate(limits::VOLATILE_VALUE_BYTES);
        let namespaces = NAMESPACES.iter().filter_map(|kind| {
            let target = self.dir.link_target(format!("ns/{kind}").as_bytes()).ok()?;
            Some(((*kind).to_owned(), process::bracketed(&target, kind)?))
        });
        let namespaces: std::collections::BTreeMap<String, u64> = namespaces.collect();
        self.other_namespaces(&namespaces);
        let executable = if lives { self.executable() } else { None };
        Process {
            own: Some(self.pid) == self.capture.own_pid,
            arguments: process::arguments(&command_line).into_iter().map(shown).collect(),
            command_line_b64: data_encoding::BASE64.encode(&command_line),
            working_folder: self.link("cwd", lives).map(|target| shown(&target)),
            root: self.link("root", lives).map(|target| shown(&target)),
            executable,
            control_groups: groups,
            namespaces,
            login_uid: self.set("loginuid"),
            audit_session: self.set("sessionid"),
            open_files: if lives { self.open_files() } else { 0 },
            stat,
            status,
        }
    }

    /// A number that the kernel gives as -1 where it was never set.
    fn set(&self, name: &str) -> Option<u32> {
        text::value(&self.dir, name)?.parse().ok().filter(|number| *number != u32::MAX)
    }

    /// A text, kept raw as it is.
    fn text(&mut self, name: &str) -> Vec<u8> {
        let read = text::text(&self.dir, name);
        self.keep(name, read)
    }

    /// A text that lies in the process's own memory, or behind its lock: it may let us wait for ever.
    fn memory_text(&mut self, name: &'static str) -> Vec<u8> {
        if self.blocks {
            return Vec::new();
        }
        let dir = Arc::clone(&self.dir);
        match self.capture.patience.run(PATIENCE, move || text::text(&dir, name)) {
            Some(read) => self.keep(name, read),
            None => {
                self.blocks = true;
                let reason = format!(
                    "its {name} did not come within {} seconds: the process, or the kernel on its behalf, holds up whoever \
                     reads its memory. That may be meant to hide something: take an image of the memory",
                    PATIENCE.as_secs()
                );
                self.capture.process_gap(GapKind::ReadError, reason);
                Vec::new()
            }
        }
    }

    fn keep(&mut self, name: &str, read: io::Result<text::Text>) -> Vec<u8> {
        match read {
            Ok(read) => {
                if !read.bytes.is_empty() {
                    self.capture.keep(&format!("raw/proc/{}/{name}", self.pid), &read);
                }
                read.bytes
            }
            // No such thing in this kernel; whether the process is gone is seen by the rest.
            Err(error) if matches!(name, "cgroup" | "limits") && error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => {
                self.missing.push((name.to_owned(), error));
                Vec::new()
            }
        }
    }

    /// The tables of namespaces that are met here for the first time: a container's connections stand in no other table.
    fn other_namespaces(&mut self, namespaces: &std::collections::BTreeMap<String, u64>) {
        let pid = self.pid;
        if let Some(namespace) = namespaces.get("net") {
            self.capture.network(&self.dir, "net", &format!("raw/proc/{pid}/net"), Some(*namespace));
        }
        let namespace = namespaces.get("mnt").copied();
        if namespace.is_some() || pid == 1 {
            let raw = format!("raw/proc/{pid}/mountinfo");
            super::machine::mounts(self.capture, &self.dir, "mountinfo", &raw, namespace);
        }
    }

    fn link(&mut self, name: &str, wanted: bool) -> Option<Vec<u8>> {
        if !wanted {
            return None;
        }
        self.dir.link_target(name.as_bytes()).map_err(|error| self.missing.push((name.to_owned(), error))).ok()
    }

    fn maps(&mut self, bytes: &[u8]) {
        for map in maps::noteworthy(bytes) {
            if map.is_deleted_code() {
                let by = format!("map_files/{}", map.range);
                // Only root may look through these links; where the file is the executable it is met below as well.
                if let Ok(seen) = see_through(&self.dir, &by)
                    && seen.kind == Kind::File
                    && seen.stat.links == 0
                {
                    let name = self.dir.link_target(by.as_bytes()).unwrap_or_default();
                    self.capture.deleted.met(&self.dir, self.pid, &by, &name, &seen);
                }
            }
            self.capture.lists.maps.push(&ProcessMap { pid: self.pid, map });
        }
    }

    fn executable(&mut self) -> Option<Executable> {
        let target = self.link("exe", true)?;
        let seen = match see_through(&self.dir, "exe") {
            Ok(seen) => seen,
            Err(error) => {
                self.missing.push(("exe".to_owned(), error));
                return None;
            }
        };
        let deleted = seen.stat.links == 0;
        if deleted {
            self.capture.deleted.met(&self.dir, self.pid, "exe", &target, &seen);
        }
        self.capture.executables.met(&self.dir, &seen, &mut self.capture.patience);
        self.program = Some(seen.identity());
        Some(Executable {
            path: shown(&target),
            path_b64: exact(&target),
            deleted,
            inode: seen.stat.inode,
            bytes: seen.stat.size,
            sha256: None,
            not_hashed: None,
        })
    }

    fn open_files(&mut self) -> u64 {
        let names = match text::names(&self.dir, "fd", limits::VOLATILE_OPEN_FILES) {
            Ok((names, cut)) => {
                if cut {
                    let reason = format!("it holds more than {} files open; the rest are not listed", names.len());
                    self.capture.process_gap(GapKind::OverLimit, reason);
                }
                names
            }
            Err(error) => {
                self.missing.push(("fd".to_owned(), error));
                return 0;
            }
        };
        let mut fds: Vec<u32> = names.iter().filter_map(|name| std::str::from_utf8(name).ok()?.parse().ok()).collect();
        fds.sort_unstable();
        let count = fds.len() as u64;
        let mut refused = None;
        for fd in fds {
            match self.dir.link_target(format!("fd/{fd}").as_bytes()) {
                Ok(target) => {
                    let file = self.open_file(fd, &target);
                    self.capture.lists.open_files.push(&file);
                }
                // A handle that is closed meanwhile is no gap: it is what handles do.
                Err(error) if gap_kind(&error) == GapKind::Vanished => {}
                Err(error) => refused = Some(error),
            }
        }
        self.missing.extend(refused.map(|error| ("fd".to_owned(), error)));
        count
    }

    fn open_file(&mut self, fd: u32, target: &[u8]) -> OpenFile {
        let info = text::text(&self.dir, &format!("fdinfo/{fd}")).map(|text| text.bytes).unwrap_or_default();
        let (position, flags, mount) = process::fdinfo(&info);
        let mut file = OpenFile {
            pid: self.pid,
            fd,
            target: shown(target),
            target_b64: exact(target),
            kind: None,
            position,
            flags: flags.map(|flags| format!("{flags:o}")),
            mount,
            device: None,
            inode: None,
            bytes: None,
            deleted: false,
        };
        if let Some(inode) = process::bracketed(target, "socket") {
            self.capture.owner(inode, self.pid, fd);
        }
        let by = format!("fd/{fd}");
        if target.first() == Some(&b'/')
            && let Ok(seen) = see_through(&self.dir, &by)
        {
            file.kind = Some(seen.kind);
            (file.device, file.inode) = (Some(seen.stat.device), Some(seen.stat.inode));
            file.bytes = (seen.kind == Kind::File).then_some(seen.stat.size);
            file.deleted = seen.stat.links == 0;
            // What hozen holds is what it met at others a moment ago.
            if file.deleted && seen.kind == Kind::File && Some(self.pid) != self.capture.own_pid {
                self.capture.deleted.met(&self.dir, self.pid, &by, target, &seen);
            }
        }
        file
    }

    /// Tells what was missing, in one gap. A process that ended on the way is one that vanished.
    fn tell(&mut self) {
        let Some((_, first)) = self.missing.first() else { return };
        let vanished = self.missing.iter().find(|(_, error)| gap_kind(error) == GapKind::Vanished);
        let error = vanished.map_or(first, |(_, error)| error);
        let (kind, advice) = (gap_kind(error), advice(error));
        let names: Vec<&str> = self.missing.iter().map(|(name, _)| name.as_str()).collect();
        let reason = format!("{} could not be read: {error}; {advice}", names.join(", "));
        self.capture.process_gap(kind, reason);
    }
}
