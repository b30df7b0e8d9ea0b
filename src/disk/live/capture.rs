//! The order in which the state is taken (most volatile first), what is taken, and the room for it.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Machine;
use super::deleted::{Deleted, DeletedFiles};
use super::list::{Listed, ListedOut};
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
use crate::disk::packed::{Packed, PackedOut};
use crate::model::{GapKind, limits};

/// A text as it was read, or why it was not.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Piece {
    /// Where it lies below the volatile state: `raw/proc/net/tcp`.
    pub path: String,
    /// Not a text, but the folder of a process of which something could not be read.
    pub is_process: bool,
    /// Where it stands in [`State::texts`], if any of it was kept.
    pub text: Option<Range<u64>>,
    /// Why it, or a part of it, is not there.
    pub gaps: Vec<(GapKind, String)>,
}

/// A row that belongs to one network namespace.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InNamespace<T> {
    /// The network namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub net_namespace: Option<u64>,
    /// The row.
    #[serde(flatten)]
    pub row: T,
}

/// All that was taken. Texts and long lists wait packed.
#[derive(Default)]
pub struct State {
    /// Texts, in the order in which they were read.
    pub pieces: Listed<Piece>,
    /// Their bytes.
    pub texts: Arc<Packed>,
    /// Processes, by their number.
    pub processes: Listed<Process>,
    /// Sockets, in the order of the kernel's tables.
    pub sockets: Listed<Socket>,
    /// Handles, by process and number.
    pub open_files: Listed<OpenFile>,
    /// Noteworthy maps.
    pub maps: Listed<ProcessMap>,
    /// Files that are deleted but in use.
    pub deleted: Vec<Deleted>,
    /// Logins.
    pub users: Listed<User>,
    /// Mounts of each mount namespace.
    pub mounts: Listed<NamespaceMount>,
    /// Routes of each network namespace.
    pub routes: Listed<InNamespace<Route>>,
    /// Neighbours.
    pub neighbours: Listed<InNamespace<Neighbour>>,
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
    /// What is not in a table because there was too much of it, by table.
    pub beyond: BTreeMap<&'static str, String>,
    /// When the machine started, in seconds since 1970.
    pub boot_time: Option<i64>,
}

/// Rows that are coming in.
#[derive(Debug, Default)]
pub(super) struct Lists {
    pub(super) pieces: ListedOut<Piece>,
    /// Each with device and inode of its program.
    pub(super) processes: ListedOut<(Option<(u64, u64)>, Process)>,
    pub(super) sockets: ListedOut<Socket>,
    pub(super) open_files: ListedOut<OpenFile>,
    pub(super) maps: ListedOut<ProcessMap>,
    pub(super) users: ListedOut<User>,
    pub(super) mounts: ListedOut<NamespaceMount>,
    pub(super) routes: ListedOut<InNamespace<Route>>,
    pub(super) neighbours: ListedOut<InNamespace<Neighbour>>,
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
pub(super) struct Capture<'m> {
    pub(super) machine: &'m Machine,
    pub(super) state: State,
    pub(super) lists: Lists,
    texts: PackedOut,
    pub(super) deleted: DeletedFiles,
    pub(super) executables: Programs,
    pub(super) own_pid: Option<u32>,
    /// Inodes of sockets, each with a handle that leads to it.
    owners: Vec<(u64, Owner)>,
    net_namespaces: BTreeSet<u64>,
    pub(super) mount_namespaces: BTreeSet<u64>,
    /// What could not be read of the process at hand.
    process_gaps: Vec<(GapKind, String)>,
    pub(super) patience: Patience,
}

/// Takes the state of a machine. `own_pid` is hozen's own process; at most `handles` files are held open.
pub fn take(machine: &Machine, own_pid: Option<u32>, handles: usize) -> State {
    let mut capture = Capture {
        machine,
        state: State::default(),
        lists: Lists::default(),
        texts: PackedOut::new(limits::VOLATILE_BYTES),
        deleted: DeletedFiles::new(handles / 2),
        executables: Programs::new(handles / 2),
        own_pid,
        owners: Vec::new(),
        net_namespaces: BTreeSet::new(),
        mount_namespaces: BTreeSet::new(),
        process_gaps: Vec::new(),
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
            for found in netlink::neighbours(&answer) {
                let interface = name(found.interface);
                let row = Neighbour { interface, address: found.address, hardware: found.hardware, flags: found.state };
                self.lists.neighbours.push(&InNamespace { net_namespace: namespace, row });
            }
        }
    }

    /// A list of the kernel's, kept as it came.
    pub(super) fn netlink(&mut self, list: List, path: &str) -> Option<Vec<u8>> {
        match netlink::ask(list) {
            Ok(answer) => {
                let answer = Text { bytes: answer, ..Text::default() };
                self.keep(path, &answer);
                Some(answer.bytes)
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
                let list = &mut self.lists.sockets;
                let push = |socket| list.push(&Socket { net_namespace: namespace, ..socket });
                let strange = sockets::table(name, &bytes, push);
                self.strange("sockets", strange);
            }
            let routes = match name {
                "route" => network::routes(&bytes),
                "ipv6_route" => network::routes_6(&bytes),
                _ => (Vec::new(), 0),
            };
            self.strange("routes", routes.1);
            for row in routes.0 {
                self.lists.routes.push(&InNamespace { net_namespace: namespace, row });
            }
            if name == "arp" {
                let (neighbours, strange) = network::neighbours(&bytes);
                self.strange("neighbours", strange);
                for row in neighbours {
                    self.lists.neighbours.push(&InNamespace { net_namespace: namespace, row });
                }
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
            let gaps = vec![(GapKind::OverLimit, reason)];
            self.lists.pieces.push(&Piece { path: "raw/proc".to_owned(), gaps, ..Piece::default() });
        }
    }

    /// Reads a text and keeps it. What is not on this machine is noted; what is refused is a gap.
    pub(super) fn text(&mut self, dir: &DirHandle, name: &str, path: &str) -> Option<Vec<u8>> {
        match text::text(dir, name) {
            Ok(read) => {
                self.keep(path, &read);
                Some(read.bytes)
            }
            Err(error) => {
                // No such kernel option, or a folder of another kind under that name.
                if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidInput) {
                    self.absent(path.trim_start_matches("raw"));
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
        self.lists.pieces.push(&Piece { path: path.to_owned(), gaps: vec![(kind, reason)], ..Piece::default() });
    }

    fn absent(&mut self, path: &str) {
        if self.state.absent.len() < limits::VOLATILE_ABSENT {
            self.state.absent.insert(path.to_owned());
        }
    }

    /// The names in a folder, of which the rows of this table are made.
    pub(super) fn names(&mut self, folder: &str, table: &'static str) -> Vec<Vec<u8>> {
        let (names, cut) = self.machine.names(folder, limits::VOLATILE_NAMES);
        if cut {
            let reason = format!("/{folder} has more than {} names: the rest were not looked at", names.len());
            self.state.beyond.insert(table, reason);
        }
        names
    }

    /// Keeps a text that was read.
    pub(super) fn keep(&mut self, path: &str, read: &Text) {
        let mut gaps = Vec::new();
        if read.is_cut {
            let reason = format!("it went on after {} bytes; those were kept", limits::VOLATILE_TEXT_BYTES);
            gaps.push((GapKind::OverLimit, reason));
        }
        if let Some(error) = &read.broken {
            let kind = gap_kind(error);
            gaps.push((kind, format!("reading ended early ({error}); what came before was kept")));
        }
        let text = self.texts.push(&read.bytes);
        if text.is_none() {
            let reason = format!(
                "all texts together take more than {} bytes of memory, packed; this one was not kept: look at it while the \
                 machine runs",
                limits::VOLATILE_BYTES
            );
            gaps.push((GapKind::OverLimit, reason));
        }
        self.lists.pieces.push(&Piece { path: path.to_owned(), text, gaps, is_process: false });
    }

    /// Something that could not be read of the process at hand.
    pub(super) fn process_gap(&mut self, kind: GapKind, reason: String) {
        self.process_gaps.push((kind, reason));
    }

    /// Tells what could not be read of a process: one entry for each process, however much it is.
    pub(super) fn end_of_process(&mut self, pid: u32) {
        let gaps = std::mem::take(&mut self.process_gaps);
        if !gaps.is_empty() {
            self.lists.pieces.push(&Piece { path: format!("raw/proc/{pid}"), is_process: true, text: None, gaps });
        }
    }

    pub(super) fn owner(&mut self, inode: u64, pid: u32, fd: u32) {
        if self.owners.len() < limits::VOLATILE_SOCKET_HANDLES {
            return self.owners.push((inode, Owner { pid, fd }));
        }
        let reason = format!(
            "processes hold more than {} sockets: of those that were met after that, the processes are named in open_files alone",
            limits::VOLATILE_SOCKET_HANDLES
        );
        self.state.beyond.insert("sockets", reason);
    }

    pub(super) fn strange(&mut self, table: &'static str, lines: u64) {
        if lines > 0 {
            *self.state.strange.entry(table).or_default() += lines;
        }
    }

    /// Joins what belongs together, and hashes the programs: what takes longest comes last.
    fn end(mut self) -> State {
        // By inode; among those of one, as they were met.
        self.owners.sort_by_key(|(inode, _)| *inode);
        let owners = self.owners;
        let sockets = self.lists.sockets.end().map(|mut socket: Socket| {
            // Connections that nobody holds any more all have the number 0.
            let from = owners.partition_point(|(inode, _)| *inode < socket.inode);
            let of_it = owners.iter().skip(from).take_while(|(inode, _)| *inode == socket.inode && *inode != 0);
            socket.owners = of_it.map(|(_, owner)| owner.clone()).collect();
            socket
        });
        let hashed = self.executables.hash(&mut self.patience);
        let processes = self.lists.processes.end().map(|(program, mut process): (Option<(u64, u64)>, Process)| {
            if let (Some(identity), Some(executable)) = (program, &mut process.executable) {
                match hashed.get(&identity) {
                    Some(Ok(digest)) => executable.sha256 = Some(*digest),
                    Some(Err(why)) => executable.not_hashed = Some(why.clone()),
                    None => {}
                }
            }
            process
        });
        let mut state = self.state;
        let not_listed = self.deleted.not_listed();
        if not_listed > 0 {
            let reason = format!(
                "there are too many deleted files in use, or processes that hold them: {not_listed} more are in open_files and \
                 memory_maps alone"
            );
            state.beyond.insert("deleted_files", reason);
        }
        State {
            pieces: self.lists.pieces.end(),
            texts: self.texts.finish(),
            processes,
            sockets,
            open_files: self.lists.open_files.end(),
            maps: self.lists.maps.end(),
            users: self.lists.users.end(),
            mounts: self.lists.mounts.end(),
            routes: self.lists.routes.end(),
            neighbours: self.lists.neighbours.end(),
            deleted: self.deleted.into_vec(),
            ..state
        }
    }
}
