//! Mounts, modules, and the users that are logged in: pure parsing of what the kernel and `utmp` hold.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::disk::live::{exact, shown};
use crate::disk::quiet::unescape;

/// A mount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    /// Its number.
    pub id: u64,
    /// Number of the mount it lies on.
    pub parent: u64,
    /// Device, as major and minor number.
    pub device: String,
    /// What of the file system is mounted.
    pub root: String,
    /// Where, escaped.
    pub point: String,
    /// Its exact bytes, where escaping may hide them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point_b64: Option<String>,
    /// Options of the mount.
    pub options: String,
    /// Kind of file system.
    pub file_system: String,
    /// What it is mounted from, escaped.
    pub source: String,
    /// Options of the file system.
    pub super_options: String,
}

/// A text's lines, each parsed; and how many were not understood.
fn lines<T>(text: &[u8], parse: impl Fn(&[u8]) -> Option<T>) -> (Vec<T>, u64) {
    let lines = text.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let (mut rows, mut strange) = (Vec::new(), 0);
    for line in lines {
        match parse(line) {
            Some(row) => rows.push(row),
            None => strange += 1,
        }
    }
    (rows, strange)
}

/// `/proc/PID/mountinfo`. And how many lines were not understood.
pub fn mounts(text: &[u8]) -> (Vec<Mount>, u64) {
    lines(text, |line| {
        let fields: Vec<&[u8]> = line.split(|&byte| byte == b' ').collect();
        // Behind the options stand as many tags as the kernel likes, then a dash.
        let dash = fields.iter().position(|field| *field == b"-").filter(|at| *at >= 6)?;
        let number = |at: usize| std::str::from_utf8(fields.get(at)?).ok()?.parse().ok();
        let text = |at: usize| fields.get(at).map(|field| shown(&unescape(field)));
        Some(Mount {
            id: number(0)?,
            parent: number(1)?,
            device: text(2)?,
            root: text(3)?,
            point: text(4)?,
            point_b64: exact(&unescape(fields.get(4)?)),
            options: text(5)?,
            file_system: text(dash + 1)?,
            source: text(dash + 2)?,
            super_options: text(dash + 3)?,
        })
    })
}

/// A module of the kernel.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Module {
    /// Its name.
    pub name: String,
    /// Bytes in memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// How often it is in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uses: Option<i64>,
    /// Modules that need it.
    pub used_by: Vec<String>,
    /// `Live` `Loading` `Unloading`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// How it taints the kernel: letters as in `/proc/modules` (`O` not of the kernel's tree, `E` unsigned, …).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taint: Option<String>,
    /// Version, where it says one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Checksum of its source, where it says one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_version: Option<String>,
    /// Whether `/proc/modules` lists it.
    pub in_proc: bool,
    /// Whether `/sys/module` has it. A module in one list alone is odd.
    pub in_sys: bool,
}

/// `/proc/modules`. And how many lines were not understood.
pub fn modules(text: &[u8]) -> (Vec<Module>, u64) {
    lines(text, |line| {
        let words: Vec<&str> = std::str::from_utf8(line).ok()?.split_ascii_whitespace().collect();
        let word = |at: usize| words.get(at).copied();
        let taint = word(6).and_then(|word| word.strip_prefix('(')?.strip_suffix(')'));
        let users = word(3)?.split(',').filter(|name| !name.is_empty() && *name != "-" && *name != "[permanent]");
        Some(Module {
            name: word(0)?.to_owned(),
            bytes: Some(word(1)?.parse().ok()?),
            // Without the right to unload modules the kernel counts nothing.
            uses: word(2)?.parse().ok(),
            used_by: users.map(str::to_owned).collect(),
            state: Some(word(4)?.to_owned()),
            taint: taint.map(str::to_owned),
            in_proc: true,
            ..Module::default()
        })
    })
}

/// A login, or another line of `utmp` or of systemd.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Where it was read: `utmp`, `systemd_session` or `systemd_user`.
    pub source: Cow<'static, str>,
    /// What it is: for `utmp` its type (`login` `user` `boot` `dead` …), for systemd its state.
    pub kind: String,
    /// Name of the user, escaped.
    pub user: String,
    /// Terminal.
    pub line: String,
    /// From where.
    pub host: String,
    /// Address from where, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The process behind it.
    pub pid: Option<i64>,
    /// Session.
    pub session: String,
    /// Since when, in seconds and millionths since 1970.
    pub since: Option<(i64, i64)>,
}

/// Bytes of one record of glibc on machines where times in it have 32 bits (x86, arm and most others).
const RECORD_BYTES: usize = 384;

/// `/run/utmp`: records of 384 bytes. And how many bytes were left over.
pub fn utmp(bytes: &[u8]) -> (Vec<User>, u64) {
    let mut users = Vec::new();
    let records = bytes.chunks_exact(RECORD_BYTES);
    let rest = records.remainder().len() as u64;
    for record in records {
        // Unused room at the end is filled with zeros.
        if record.iter().any(|&byte| byte != 0) {
            users.extend(login(record));
        }
    }
    (users, rest)
}

fn login(record: &[u8]) -> Option<User> {
    const KINDS: [&str; 10] =
        ["empty", "run_level", "boot", "new_time", "old_time", "init", "login", "user", "dead", "accounting"];
    let text = |from: usize, length: usize| {
        let bytes = record.get(from..from.checked_add(length)?)?;
        Some(shown(bytes.split(|&byte| byte == 0).next().unwrap_or_default()))
    };
    let number = |from: usize| Some(i32::from_ne_bytes(record.get(from..from.checked_add(4)?)?.try_into().ok()?));
    let kind = i16::from_ne_bytes(record.get(..2)?.try_into().ok()?);
    let named = usize::try_from(kind).ok().and_then(|at| KINDS.get(at));
    let address: [u8; 16] = record.get(348..364)?.try_into().ok()?;
    let address = match address {
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] => None,
        [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] => Some(core::net::Ipv4Addr::new(a, b, c, d).to_string()),
        six => Some(core::net::Ipv6Addr::from(six).to_string()),
    };
    Some(User {
        source: Cow::Borrowed("utmp"),
        kind: named.map_or_else(|| kind.to_string(), |name| (*name).to_owned()),
        user: text(44, 32)?,
        line: text(8, 32)?,
        host: text(76, 256)?,
        address,
        pid: Some(i64::from(number(4)?)),
        session: number(336)?.to_string(),
        since: Some((i64::from(number(340)?), i64::from(number(344)?))),
    })
}

/// A file of `/run/systemd/sessions` or `/run/systemd/users`: `KEY=value` lines. `name` is the file's.
pub fn systemd(source: &'static str, name: &[u8], text: &[u8]) -> User {
    let text = String::from_utf8_lossy(text);
    let find = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    let plain = |key: &str| find(key).map(|value| shown(value.as_bytes())).unwrap_or_default();
    let micros: Option<i64> = find("REALTIME").and_then(|value| value.parse().ok());
    User {
        source: Cow::Borrowed(source),
        kind: plain("STATE"),
        user: if source == "systemd_user" { plain("NAME") } else { plain("USER") },
        line: plain("TTY"),
        host: plain("REMOTE_HOST"),
        address: None,
        pid: find("LEADER").and_then(|value| value.parse().ok()),
        session: if source == "systemd_user" { plain("SESSIONS") } else { shown(name) },
        since: micros.map(|micros| (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_mount_point_may_hold_spaces_and_any_number_of_tags_may_follow() {
        let text = b"36 35 98:0 /sub /mnt/a\\040b rw,noatime master:1 propagate_from:2 - ext4 /dev/sd\\040a rw,errors=continue\n\
            22 27 0:21 / /proc rw - proc proc rw\nbroken line\n1 2 3:4 / /x rw\n";
        let (mounts, strange) = mounts(text);
        assert_eq!((mounts.len(), strange), (2, 2));
        assert_eq!((mounts[0].point.as_str(), mounts[0].source.as_str()), ("/mnt/a b", "/dev/sd a"));
        assert_eq!((mounts[1].file_system.as_str(), mounts[1].super_options.as_str()), ("proc", "rw"));
    }

    #[test]
    fn modules_say_who_uses_them_and_how_they_taint() {
        let text = b"nf_nat 57344 2 nft_chain_nat,xt_MASQUERADE, Live 0x0000000000000000\n\
            rootkit 16384 0 - Live 0xffffffffc0000000 (OE)\nfixed 1 - [permanent], Live 0x0\nx\n";
        let (modules, strange) = modules(text);
        assert_eq!((modules.len(), strange), (3, 1));
        assert_eq!(modules[0].used_by, ["nft_chain_nat", "xt_MASQUERADE"]);
        assert_eq!((modules[1].taint.as_deref(), modules[1].uses), (Some("OE"), Some(0)));
        assert_eq!((modules[2].uses, modules[2].used_by.len()), (None, 0));
    }

    /// One record, as glibc lays it out.
    fn record(kind: i16, user: &[u8], host: &[u8], address: &[u8]) -> Vec<u8> {
        let mut record = vec![0; RECORD_BYTES];
        let mut put = |at: usize, bytes: &[u8]| record[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, &kind.to_ne_bytes());
        put(4, &4242i32.to_ne_bytes());
        put(8, b"pts/0");
        put(44, user);
        put(76, host);
        put(336, &7i32.to_ne_bytes());
        put(340, &1_700_000_000i32.to_ne_bytes());
        put(344, &250_000i32.to_ne_bytes());
        put(348, address);
        record
    }

    #[test]
    fn logins_are_read_from_their_records() {
        let mut bytes = record(7, b"taro\x1b[2J", b"gate.example.jp", &[192, 0, 2, 9]);
        bytes.extend([0; RECORD_BYTES]);
        bytes.extend(record(99, &[b'x'; 32], &[b'h'; 256], &[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]));
        bytes.extend(b"torn");
        let (users, rest) = utmp(&bytes);
        assert_eq!((users.len(), rest), (2, 4));
        assert_eq!((users[0].kind.as_str(), users[0].user.as_str()), ("user", "taro\\u{1b}[2J"));
        assert_eq!((users[0].pid, users[0].since), (Some(4242), Some((1_700_000_000, 250_000))));
        assert_eq!(users[0].address.as_deref(), Some("192.0.2.9"));
        assert_eq!((users[1].kind.as_str(), users[1].user.len(), users[1].host.len()), ("99", 32, 256));
        assert_eq!(users[1].address.as_deref(), Some("2001:db8::1"));
    }

    #[test]
    fn a_session_of_systemd_is_read_from_its_lines() {
        let text = b"# This is private data. Do not parse.\nUID=1000\nUSER=taro\nSTATE=active\nTTY=pts/0\n\
            REMOTE_HOST=192.0.2.9\nLEADER=4242\nREALTIME=1700000000250000\n";
        let user = systemd("systemd_session", b"c1", text);
        assert_eq!((user.user.as_str(), user.session.as_str(), user.host.as_str()), ("taro", "c1", "192.0.2.9"));
        assert_eq!((user.pid, user.since), (Some(4242), Some((1_700_000_000, 250_000))));
    }

    proptest! {
        #[test]
        fn no_text_makes_a_parser_fail(text in proptest::collection::vec(any::<u8>(), 0..900)) {
            let _ = (mounts(&text), modules(&text), utmp(&text), systemd("systemd_user", &text, &text));
        }
    }
}
