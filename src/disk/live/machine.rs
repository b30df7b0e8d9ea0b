//! What is of the machine as a whole: clock, kernel, mounts, modules, interfaces, logins.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Machine;
use super::capture::Capture;
use super::netlink::{self, List};
use super::network;
use super::system::{self, Module, Mount};
use super::text;
use crate::disk::dir::DirHandle;
use crate::model::limits;

/// A mount, and the namespace that it is seen in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NamespaceMount {
    /// The mount namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mount_namespace: Option<u64>,
    /// The mount.
    #[serde(flatten)]
    pub mount: Mount,
}

/// A network interface.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Interface {
    /// Its name.
    pub name: String,
    /// Its number.
    pub index: Option<u32>,
    /// Hardware address.
    pub hardware: Option<String>,
    /// `up` `down` `unknown` …
    pub state: Option<String>,
    /// Largest packet.
    pub mtu: Option<u32>,
    /// The kernel's flags (linux/if.h), in hexadecimal.
    pub flags: Option<String>,
    /// It takes in what is meant for others too: a sniffer, or a bridge.
    pub promiscuous: bool,
    /// Addresses.
    pub addresses: Vec<String>,
    /// Counters since it was made.
    pub statistics: BTreeMap<&'static str, u64>,
}

/// The kernel's clock and load: first, since all else is told by it.
const CLOCK: [&str; 3] = ["uptime", "stat", "loadavg"];
/// Below `/proc`, what changes most first.
const KERNEL: [&str; 22] = [
    "meminfo",
    "vmstat",
    "swaps",
    "keys",
    "key-users",
    "locks",
    "modules",
    "partitions",
    "diskstats",
    "interrupts",
    "softirqs",
    "cgroups",
    "consoles",
    "devices",
    "filesystems",
    "misc",
    "iomem",
    "cpuinfo",
    "cmdline",
    "version",
    "config.gz",
    "mdstat",
];
/// Below `/proc/sys`: one value each.
const VALUES: [&str; 33] = [
    "fs/file-max",
    "fs/file-nr",
    "fs/protected_fifos",
    "fs/protected_hardlinks",
    "fs/protected_regular",
    "fs/protected_symlinks",
    "fs/suid_dumpable",
    "kernel/core_pattern",
    "kernel/domainname",
    "kernel/dmesg_restrict",
    "kernel/hostname",
    "kernel/hotplug",
    "kernel/kexec_load_disabled",
    "kernel/kptr_restrict",
    "kernel/modprobe",
    "kernel/modules_disabled",
    "kernel/ns_last_pid",
    "kernel/osrelease",
    "kernel/ostype",
    "kernel/perf_event_paranoid",
    "kernel/pid_max",
    "kernel/poweroff_cmd",
    "kernel/random/boot_id",
    "kernel/randomize_va_space",
    "kernel/sysrq",
    "kernel/tainted",
    "kernel/threads-max",
    "kernel/unprivileged_bpf_disabled",
    "kernel/usermodehelper/bset",
    "kernel/version",
    "kernel/yama/ptrace_scope",
    "net/ipv4/ip_forward",
    "net/ipv6/conf/all/forwarding",
];
/// What tells of a container, or of a library that is loaded into every program; only whether it is there.
const HINTS: [&str; 5] = [".dockerenv", "run/.containerenv", "run/systemd/container", "etc/ld.so.preload", "proc/vz"];

pub(super) fn clock(capture: &mut Capture<'_>) {
    let machine = capture.machine;
    for name in CLOCK {
        let bytes = capture.text(&machine.dir, &format!("proc/{name}"), &format!("raw/proc/{name}"));
        if name == "stat" {
            let text = String::from_utf8_lossy(bytes.as_deref().unwrap_or_default()).into_owned();
            let line = text.lines().find_map(|line| line.strip_prefix("btime "));
            capture.state.boot_time = line.and_then(|value| value.trim().parse().ok());
        }
    }
}

pub(super) fn kernel(capture: &mut Capture<'_>) {
    let machine = capture.machine;
    for name in KERNEL {
        let bytes = capture.text(&machine.dir, &format!("proc/{name}"), &format!("raw/proc/{name}"));
        if name == "modules" {
            let (modules, strange) = system::modules(&bytes.unwrap_or_default());
            capture.strange("modules", strange);
            capture.state.modules = modules;
        }
    }
    for name in VALUES {
        let path = format!("proc/sys/{name}");
        if let Some(bytes) = capture.text(&machine.dir, &path, &format!("raw/{path}")) {
            capture.state.values.insert(format!("/{path}"), super::shown(bytes.trim_ascii_end()));
        }
    }
    for name in HINTS {
        let is_there = crate::disk::handle::see_at(&machine.dir, name.as_bytes()).is_ok();
        capture.state.values.insert(format!("exists:/{name}"), is_there.to_string());
    }
    let namespace = machine.dir.link_target(b"proc/self/ns/mnt").ok();
    let namespace = namespace.and_then(|target| super::process::bracketed(&target, "mnt"));
    mounts(capture, &machine.dir, "proc/self/mountinfo", "raw/proc/self/mountinfo", namespace);
}

/// The mounts of one namespace, if they were not read yet.
pub(super) fn mounts(capture: &mut Capture<'_>, dir: &DirHandle, name: &str, raw: &str, namespace: Option<u64>) {
    if namespace.is_some_and(|namespace| !capture.mount_namespaces.insert(namespace)) {
        return;
    }
    let Some(bytes) = capture.text(dir, name, raw) else { return };
    let (mounts, strange) = system::mounts(&bytes);
    capture.strange("mounts", strange);
    for mount in mounts {
        capture.lists.mounts.push(&NamespaceMount { mount_namespace: namespace, mount });
    }
}

pub(super) fn users(capture: &mut Capture<'_>) {
    let machine = capture.machine;
    if let Some(bytes) = capture.text(&machine.dir, "run/utmp", "raw/run/utmp") {
        let (users, rest) = system::utmp(&bytes);
        capture.strange("users", u64::from(rest > 0));
        users.iter().for_each(|user| capture.lists.users.push(user));
    }
    for (folder, source) in [("run/systemd/sessions", "systemd_session"), ("run/systemd/users", "systemd_user")] {
        for name in capture.names(folder, "users") {
            // Beside each session lies a pipe (`.ref`), which is not opened.
            let Ok(plain) = std::str::from_utf8(&name) else { continue };
            if plain.ends_with(".ref") {
                continue;
            }
            let path = format!("{folder}/{plain}");
            if let Some(bytes) = capture.text(&machine.dir, &path, &format!("raw/{path}")) {
                capture.lists.users.push(&system::systemd(source, &name, &bytes));
            }
        }
    }
}

/// The name of an interface by its number.
pub(super) fn interface_name(machine: &Machine, index: u32) -> Option<String> {
    let names = machine.names("sys/class/net", limits::VOLATILE_NAMES).0;
    let names = names.into_iter().filter_map(|name| String::from_utf8(name).ok());
    let is_it = |name: &String| {
        let found = text::value(&machine.dir, &format!("sys/class/net/{name}/ifindex"));
        found.and_then(|found| found.parse().ok()) == Some(index)
    };
    names.into_iter().find(is_it).map(|name| super::shown(name.as_bytes()))
}

/// `IFF_PROMISC` of linux/if.h.
const PROMISCUOUS: u32 = 0x100;
const STATISTICS: [&str; 8] =
    ["rx_bytes", "rx_packets", "rx_errors", "rx_dropped", "tx_bytes", "tx_packets", "tx_errors", "tx_dropped"];

pub(super) fn interfaces(capture: &mut Capture<'_>) {
    let machine = capture.machine;
    let addresses = text::text(&machine.dir, "proc/net/if_inet6").map(|text| text.bytes).unwrap_or_default();
    let (addresses, strange) = network::addresses_6(&addresses);
    capture.strange("interfaces", strange);
    let told = if machine.is_this { capture.netlink(List::Addresses, "raw/netlink/addresses") } else { None };
    let told = told.map(|answer| netlink::addresses(&answer));
    for name in capture.names("sys/class/net", "interfaces") {
        let Ok(name) = String::from_utf8(name) else { continue };
        let value = |attribute: &str| text::value(&machine.dir, &format!("sys/class/net/{name}/{attribute}"));
        // `bonding_masters` and its like are no interfaces.
        let Some(index) = value("ifindex") else { continue };
        let flags = value("flags");
        let bits = flags.as_deref().and_then(|flags| u32::from_str_radix(flags.trim_start_matches("0x"), 16).ok());
        let statistics = STATISTICS
            .iter()
            .filter_map(|counter| Some((*counter, value(&format!("statistics/{counter}"))?.parse().ok()?)));
        let index: Option<u32> = index.parse().ok();
        // Where netlink is refused, /proc still tells those of version 6.
        let of_proc = addresses.iter().filter(|row| row.interface == name).map(|row| row.address.clone());
        let of_netlink = |told: &Vec<(u32, String)>| {
            told.iter().filter(|row| Some(row.0) == index).map(|row| row.1.clone()).collect()
        };
        let addresses = told.as_ref().map_or_else(|| of_proc.collect(), of_netlink);
        capture.state.interfaces.push(Interface {
            index,
            hardware: value("address"),
            state: value("operstate"),
            mtu: value("mtu").and_then(|value| value.parse().ok()),
            promiscuous: bits.is_some_and(|bits| bits & PROMISCUOUS != 0),
            addresses,
            statistics: statistics.collect(),
            flags,
            name: super::shown(name.as_bytes()),
        });
    }
}

/// Adds what `/sys/module` says of the modules in `/proc/modules`, and those that it has alone.
pub(super) fn modules(capture: &mut Capture<'_>) {
    let machine = capture.machine;
    for name in capture.names("sys/module", "modules") {
        let Ok(name) = String::from_utf8(name) else { continue };
        let value = |attribute: &str| text::value(&machine.dir, &format!("sys/module/{name}/{attribute}"));
        // What is built in has no state: it can not be unloaded, and no list of modules has it.
        let Some(state) = value("initstate") else { continue };
        let known = capture.state.modules.iter().position(|module| module.name == name);
        let mut module = known.map_or_else(
            || Module { name: super::shown(name.as_bytes()), state: Some(state), ..Module::default() },
            |at| capture.state.modules.swap_remove(at),
        );
        module.in_sys = true;
        module.version = value("version");
        module.source_version = value("srcversion");
        module.taint = module.taint.or_else(|| value("taint"));
        module.bytes = module.bytes.or_else(|| value("coresize")?.parse().ok());
        capture.state.modules.push(module);
    }
    capture.state.modules.sort_by(|a, b| a.name.cmp(&b.name));
}
