//! The order in which the state is taken (most volatile first), what is taken, and the room for it.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::Machine;
use super::deleted::{Deleted, DeletedFiles};
use super::machine::{self, Interface, NamespaceMount};
use super::netlink::{self, List};
use super::network::{self, Neighbour, Route};
use super::patience::Patience;
use super::program::Programs;
use super::sockets::{self, Owner, Socket};
use super::system::{Module, User};
use super::text::{self, Text};
use super::watch::{OpenFile, Process, ProcessMap, watch};
use crate::disk::dir::DirHandle;
use crate::disk::error::{gap_advice, gap_kind};
use crate::model::{GapKind, limits};

/// A text as it was read, or why it was not.
#[derive(Debug, Default)]
pub struct Piece {
    /// Where it lies below the volatile state: `raw/proc/net/tcp`.
    pub path: String,
    /// Not a text, but the folder of a process of which something could not be read.
    pub is_process: bool,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Why it, or a part of it, is not there.
    pub gaps: Vec<(GapKind, String)>,
}

/// A row that belongs to one network namespace.
#[derive(Debug, Clone, serde::Serialize)]
pub struct InNamespace<T> {
    /// The network namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub net_namespace: Option<u64>,
    /// The row.
    #[serde(flatten)]
    pub row: T,
}

/// All that was taken.
#[derive(Debug, Default)]
pub struct State {
    /// Texts, in the order in which they were read.
    pub pieces: Vec<Piece>,
    /// Processes, by their number.
    pub processes: Vec<Process>,
    /// Sockets, in the order of the kernel's tables.
    pub sockets: Vec<Socket>,
    /// Handles, by process and number.
    pub open_files: Vec<OpenFile>,
    /// Noteworthy maps.
    pub maps: Vec<ProcessMap>,
    /// Files that are deleted but in use.
    pub deleted: Vec<Deleted>,
    /// Logins.
    pub users: Vec<User>,
    /// Mounts of each mount namespace.
    pub mounts: Vec<NamespaceMount>,
    /// Routes of each network namespace.
    pub routes: Vec<InNamespace<Route>>,
    /// Neighbours.
    pub neighbours: Vec<InNamespace<Neighbour>>,
    /// Network interfaces of hozen's own namespace.
    pub interfaces: Vec<Interface>,
    /// Modules of the kernel.
    pub modules: Vec<Module>,
    /// Single values of the kernel, by their path.
    pub values: BTreeMap<String, String>,
    /// What was looked for and is not on this machine.
    pub absent: BTreeSet<String>,
    /// Lines that were not understood, by table.
    pub strange: BTreeMap<&'static str, u64>,
    /// When the machine started, in seconds since 1970.
    pub boot_time: Option<i64>,
}

/// What is read of each network namespace, connections first.
const NETWORK: [&str; 29] = [
    "nf_conntrack",
    "tcp",
    "tcp6",
    "udp",
    "udp6",
    "udplite",
    "udplite6",
    "raw",
    "raw6",
    "icmp",
    "icmp6",
    "unix",
    "packet",
    "netlink",
    "arp",
    "route",
    "ipv6_route",
    "fib_trie",
    "if_inet6",
    "dev",
    "sockstat",
    "sockstat6",
    "snmp",
    "netstat",
    "ptype",
    "protocols",
    "ip_tables_names",
    "ip6_tables_names",
    "arp_tables_names",
];

/// The tables of [`NETWORK`] that hold sockets.
const SOCKETS: [&str; 13] =
    ["tcp", "tcp6", "udp", "udp6", "udplite", "udplite6", "raw", "raw6", "icmp", "icmp6", "unix", "packet", "netlink"];

/// A capture under way.
#[derive(Debug)]
pub(super) struct Capture<'m> {
    pub(super) machine: &'m Machine,
    pub(super) state: State,
    pub(super) deleted: DeletedFiles,
    pub(super) executables: Programs,
    pub(super) own_pid: Option<u32>,
    owners: BTreeMap<u64, Vec<Owner>>,
    net_namespaces: BTreeSet<u64>,
    pub(super) mount_namespaces: BTreeSet<u64>,
    /// Where the gaps of a process stand.
    process_gaps: BTreeMap<u32, usize>,
    room: usize,
    pub(super) patience: Patience,
}

/// Takes the state of a machine. `own_pid` is hozen's own process; at most `handles` files are held open.
pub fn take(machine: &Machine, own_pid: Option<u32>, handles: usize) -> State {
    let mut capture = Capture {
        machine,
        state: State::default(),
        deleted: DeletedFiles::new(handles / 2),
        executables: Programs::new(handles / 2),
        own_pid,
        owners: BTreeMap::new(),
        net_namespaces: BTreeSet::new(),
        mount_namespaces: BTreeSet::new(),
        process_gaps: BTreeMap::new(),
        room: limits::VOLATILE_BYTES,
        patience: Patience::default(),
    };
    machine::clock(&mut capture);
    capture.own_network();
    capture.processes();
    machine::kernel(&mut capture);
    machine::users(&mut capture);
    machine::interfaces(&mut capture);
    machine::modules(&mut capture);
    capture.end()
}

impl Capture<'_> {
    fn own_network(&mut self) {
        let namespace = self.machine.dir.link_target(b"proc/self/ns/net").ok();
        let namespace = namespace.and_then(|target| super::process::bracketed(&target, "net"));
        let machine = self.machine;
        self.network(&machine.dir, "proc/net", "raw/proc/net", namespace);
        if !machine.is_this {
            return;
        }
        if let Some(answer) = self.netlink(List::Neighbours, "raw/netlink/neighbours") {
            let name = |index: u32| machine::interface_name(machine, index).unwrap_or_else(|| index.to_string());
            let rows = netlink::neighbours(&answer).into_iter().map(|found| Neighbour {
                interface: name(found.interface),
                address: found.address,
                hardware: found.hardware,
                flags: found.state,
            });
            let rows = rows.map(|row| InNamespace { net_namespace: namespace, row });
            self.state.neighbours.extend(rows);
        }
    }

    /// A list of the kernel's, kept as it came.
    pub(super) fn netlink(&mut self, list: List, path: &str) -> Option<Vec<u8>> {
        match netlink::ask(list) {
            Ok(answer) => {
                self.keep(path.to_owned(), Text { bytes: answer.clone(), ..Text::default() });
                Some(answer)
            }
            Err(error) => {
                self.refused(path, &error);
                None
            }
        }
    }

    /// The tables of one network namespace, if they were not read yet.
    pub(super) fn network(&mut self, dir: &DirHandle, folder: &str, raw: &str, namespace: Option<u64>) {
        if namespace.is_some_and(|namespace| !self.net_namespaces.insert(namespace)) {
            return;
        }
        for name in NETWORK {
            let Some(bytes) = self.text(dir, &format!("{folder}/{name}"), &format!("{raw}/{name}")) else { continue };
            if SOCKETS.contains(&name) {
                let (sockets, strange) = sockets::table(name, &bytes);
                self.strange("sockets", strange);
                self.state.sockets.extend(sockets.into_iter().map(|s| Socket { net_namespace: namespace, ..s }));
            }
            let routes = match name {
                "route" => network::routes(&bytes),
                "ipv6_route" => network::routes_6(&bytes),
                _ => (Vec::new(), 0),
            };
            self.strange("routes", routes.1);
            let in_namespace = |row| InNamespace { net_namespace: namespace, row };
            self.state.routes.extend(routes.0.into_iter().map(in_namespace));
            if name == "arp" {
                let (neighbours, strange) = network::neighbours(&bytes);
                self.strange("neighbours", strange);
                let rows = neighbours.into_iter().map(|row| InNamespace { net_namespace: namespace, row });
                self.state.neighbours.extend(rows);
            }
        }
    }

    fn processes(&mut self) {
        let (names, cut) = match text::names(&self.machine.dir, "proc", limits::VOLATILE_PROCESSES) {
            Ok(found) => found,
            Err(error) => return self.refused("raw/proc", &error),
        };
        let mut pids: Vec<u32> = names.iter().filter_map(|name| std::str::from_utf8(name).ok()?.parse().ok()).collect();
        pids.sort_unstable();
        for pid in pids {
            watch(self, pid);
        }
        if cut {
            let reason = format!("more than {} processes run; the rest were not looked at", limits::VOLATILE_PROCESSES);
            self.push(Piece {
                path: "raw/proc".to_owned(),
                gaps: vec![(GapKind::OverLimit, reason)],
                ..Piece::default()
            });
        }
    }

    /// Reads a text and keeps it. What is not on this machine is noted; what is refused is a gap.
    pub(super) fn text(&mut self, dir: &DirHandle, name: &str, path: &str) -> Option<Vec<u8>> {
        match text::text(dir, name) {
            Ok(read) => {
                let bytes = read.bytes.clone();
                self.keep(path.to_owned(), read);
                Some(bytes)
            }
            Err(error) => {
                // No such kernel option, or a folder of another kind under that name.
                if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidInput) {
                    self.state.absent.insert(path.trim_start_matches("raw").to_owned());
                } else {
                    self.refused(path, &error);
                }
                None
            }
        }
    }

    fn refused(&mut self, path: &str, error: &io::Error) {
        let kind = gap_kind(error);
        let reason = format!("it was not read: {error}; {}", gap_advice(kind));
        self.push(Piece { path: path.to_owned(), gaps: vec![(kind, reason)], ..Piece::default() });
    }

    /// Keeps a text that was read.
    pub(super) fn keep(&mut self, path: String, read: Text) {
        let mut gaps = Vec::new();
        if read.is_cut {
            let reason = format!("it went on after {} bytes; those were kept", limits::VOLATILE_TEXT_BYTES);
            gaps.push((GapKind::OverLimit, reason));
        }
        if let Some(error) = read.broken {
            let kind = gap_kind(&error);
            gaps.push((kind, format!("reading ended early ({error}); what came before was kept")));
        }
        self.push(Piece { path, bytes: read.bytes, gaps, is_process: false });
    }

    fn push(&mut self, mut piece: Piece) {
        match self.room.checked_sub(piece.bytes.len()) {
            Some(left) => self.room = left,
            None => {
                let reason = format!(
                    "all texts together hold more than {} bytes; this one was not kept",
                    limits::VOLATILE_BYTES
                );
                piece.gaps.push((GapKind::OverLimit, reason));
                piece.bytes = Vec::new();
            }
        }
        self.state.pieces.push(piece);
    }

    /// Tells what could not be read of a process: one entry for each process, however much it is.
    pub(super) fn process_gap(&mut self, pid: u32, kind: GapKind, reason: String) {
        if let Some(piece) = self.process_gaps.get(&pid).and_then(|at| self.state.pieces.get_mut(*at)) {
            return piece.gaps.push((kind, reason));
        }
        self.process_gaps.insert(pid, self.state.pieces.len());
        let path = format!("raw/proc/{pid}");
        self.push(Piece { path, is_process: true, gaps: vec![(kind, reason)], ..Piece::default() });
    }

    pub(super) fn owner(&mut self, inode: u64, pid: u32, fd: u32) {
        self.owners.entry(inode).or_default().push(Owner { pid, fd });
    }

    pub(super) fn strange(&mut self, table: &'static str, lines: u64) {
        if lines > 0 {
            *self.state.strange.entry(table).or_default() += lines;
        }
    }

    /// Joins what belongs together, and hashes the programs: what takes longest comes last.
    fn end(mut self) -> State {
        for socket in &mut self.state.sockets {
            // Connections that nobody holds any more all have the number 0.
            if let Some(owners) = self.owners.get(&socket.inode).filter(|_| socket.inode != 0) {
                socket.owners.clone_from(owners);
            }
        }
        let hashed = self.executables.hash(&mut self.patience);
        for executable in self.state.processes.iter_mut().filter_map(|process| process.executable.as_mut()) {
            match hashed.get(&executable.identity) {
                Some(Ok(digest)) => executable.sha256 = Some(*digest),
                Some(Err(why)) => executable.not_hashed = Some(why.clone()),
                None => {}
            }
        }
        self.state.deleted = self.deleted.into_vec();
        self.state
    }
}
