//! What `/proc/PID/stat` and `status` say of a process: pure parsing of text in which the process chose its own name.

use serde::{Deserialize, Serialize};

use crate::disk::live::{exact, shown};

/// The fields of `/proc/PID/stat` that are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stat {
    /// Process id.
    pub pid: u32,
    /// Name, escaped; at most 15 bytes, chosen by the process itself.
    pub name: String,
    /// Its exact bytes, where escaping may hide them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_b64: Option<String>,
    /// One letter: `R` `S` `D` `Z` `T` `t` `I` `X`.
    pub state: char,
    /// Who started it, or took it over.
    pub ppid: u32,
    /// Process group.
    pub group: i64,
    /// Session.
    pub session: i64,
    /// Device number of its terminal, 0 for none.
    pub tty: i64,
    /// A thread of the kernel: no program.
    pub kernel_thread: bool,
    /// Threads.
    pub threads: u64,
    /// Time it ran as a program, in ticks.
    pub user_ticks: u64,
    /// Time it ran in the kernel, in ticks.
    pub system_ticks: u64,
    /// When it began, in ticks since the machine started.
    pub start_ticks: u64,
    /// Bytes of address space.
    pub virtual_bytes: u64,
}

/// `PF_KTHREAD` of linux/sched.h.
const KERNEL_THREAD: u64 = 0x0020_0000;

/// Takes `/proc/PID/stat` apart. The name stands in parentheses and may hold any byte, parentheses and newlines included: it
/// ends at the last `)`.
pub fn stat(text: &[u8]) -> Option<Stat> {
    let open = text.iter().position(|&byte| byte == b'(')?;
    let close = text.iter().rposition(|&byte| byte == b')').filter(|close| *close > open)?;
    let name = text.get(open + 1..close)?;
    let rest = std::str::from_utf8(text.get(close + 1..)?).ok()?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    // Field 3 of the manual is the first behind the name.
    let field = |number: usize| fields.get(number.checked_sub(3)?).copied();
    let number = |at| field(at).and_then(|field| field.parse::<u64>().ok());
    let signed = |at| field(at).and_then(|field| field.parse::<i64>().ok());
    let pid = std::str::from_utf8(text.get(..open)?).ok()?.trim().parse().ok()?;
    Some(Stat {
        pid,
        name: shown(name),
        name_b64: exact(name),
        state: field(3)?.chars().next()?,
        ppid: field(4)?.parse().ok()?,
        group: signed(5)?,
        session: signed(6)?,
        tty: signed(7)?,
        kernel_thread: number(9)? & KERNEL_THREAD != 0,
        user_ticks: number(14)?,
        system_ticks: number(15)?,
        threads: number(20)?,
        start_ticks: number(22)?,
        virtual_bytes: number(23)?,
    })
}

/// The fields of `/proc/PID/status` that are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// User ids: real, effective, saved, of the file system.
    pub uids: Vec<u32>,
    /// Group ids: the same four.
    pub gids: Vec<u32>,
    /// Further groups.
    pub groups: Vec<u32>,
    /// The process that traces it, 0 for none.
    pub tracer: Option<u32>,
    /// Its ids in each process id namespace, from ours inwards.
    pub namespace_pids: Vec<u32>,
    /// Bytes in memory.
    pub resident_bytes: Option<u64>,
    /// `inheritable`, `permitted`, `effective`, `bounding`, `ambient` capabilities: bits in hexadecimal.
    pub capabilities: Vec<String>,
    /// Whether it may gain no rights.
    pub no_new_privileges: Option<u32>,
    /// 0 none, 1 strict, 2 filtered.
    pub seccomp: Option<u32>,
}

/// Takes `/proc/PID/status` apart. The kernel escapes the name in it, so each line is one field.
pub fn status(text: &[u8]) -> Status {
    let mut status = Status::default();
    for line in String::from_utf8_lossy(text).lines() {
        let Some((key, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        let numbers = || value.split_ascii_whitespace().filter_map(|word| word.parse().ok()).collect::<Vec<u32>>();
        match key {
            "Uid" => status.uids = numbers(),
            "Gid" => status.gids = numbers(),
            "Groups" => status.groups = numbers(),
            "TracerPid" => status.tracer = value.parse().ok(),
            "NSpid" => status.namespace_pids = numbers(),
            "VmRSS" => {
                let kilobytes = value.split_ascii_whitespace().next().and_then(|word| word.parse::<u64>().ok());
                status.resident_bytes = kilobytes.map(|kilobytes| kilobytes.saturating_mul(1024));
            }
            // As they stand: always in this order.
            "CapInh" | "CapPrm" | "CapEff" | "CapBnd" | "CapAmb" if value.bytes().all(|b| b.is_ascii_hexdigit()) => {
                status.capabilities.push(value.to_owned());
            }
            "NoNewPrivs" => status.no_new_privileges = value.parse().ok(),
            "Seccomp" => status.seccomp = value.parse().ok(),
            _ => {}
        }
    }
    status.capabilities.truncate(5);
    status
}

/// The arguments in `/proc/PID/cmdline`: each ends with a NUL, the last one perhaps not.
pub fn arguments(text: &[u8]) -> Vec<&[u8]> {
    let text = text.strip_suffix(b"\0").unwrap_or(text);
    if text.is_empty() { Vec::new() } else { text.split(|&byte| byte == 0).collect() }
}

/// Position, flags and mount id in `/proc/PID/fdinfo/N`.
pub fn fdinfo(text: &[u8]) -> (Option<u64>, Option<u32>, Option<u64>) {
    let text = String::from_utf8_lossy(text);
    let find = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':')).map(str::trim);
    let position = find("pos").and_then(|value| value.parse().ok());
    let flags = find("flags").and_then(|value| u32::from_str_radix(value, 8).ok());
    (position, flags, find("mnt_id").and_then(|value| value.parse().ok()))
}

/// The number in `net:[4026531840]` or `socket:[123]`.
pub fn bracketed(target: &[u8], kind: &str) -> Option<u64> {
    let rest = target.strip_prefix(kind.as_bytes())?.strip_prefix(b":[")?.strip_suffix(b"]")?;
    std::str::from_utf8(rest).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LINE: &str = "(NAME) S 1 4242 4242 34817 4242 4194304 100 0 0 0 7 9 0 0 20 0 3 0 123456 8192 300 \
                        18446744073709551615 0 0 0 0 0 0 0 4096 0 0 0 0 17 1 0 0 0 0 0";

    fn line(name: &[u8]) -> Vec<u8> {
        let (before, after) = LINE.split_once("NAME").unwrap();
        [b"4242 ", before.as_bytes(), name, after.as_bytes(), b"\n"].concat()
    }

    #[test]
    fn a_name_may_hold_parentheses_spaces_newlines_and_no_utf8() {
        for name in [b"sh".as_slice(), b"a) R 0 0 (b", b"x\n1 (y) Z 1", b"", b")", b"(", b"\xff\xfe )("] {
            let parsed = stat(&line(name)).unwrap();
            assert_eq!((parsed.pid, parsed.state, parsed.ppid), (4242, 'S', 1), "{name:?}");
            assert_eq!((parsed.name.as_str(), parsed.threads, parsed.start_ticks), (shown(name).as_str(), 3, 123_456));
            assert!(!parsed.kernel_thread);
        }
        assert_eq!(stat(&line(b"\xff")).unwrap().name_b64.as_deref(), Some("/w=="));
        assert_eq!(stat(&line(b"sh")).unwrap().name_b64, None);
    }

    #[test]
    fn what_is_no_stat_is_nothing() {
        for text in ["", "1", "1 (", "1 )(", "1 (a)", "x (a) S 1 1 1", "1 (a) S", "1 (a) S -1 0 0 0 0 0"] {
            assert_eq!(stat(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_thread_of_the_kernel_is_told_by_its_flag() {
        let text = "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 1 0 0 20 0 1 0 5 0 0 1 0";
        assert!(stat(text.as_bytes()).unwrap().kernel_thread);
    }

    #[test]
    fn status_lines_are_taken_by_their_name() {
        let parsed = status(
            b"Name:\ta\\nUid:\t9\nUid:\t0\t1\t2\t3\nGid:\t5 5 5 5\nGroups:\t 7 8 \nTracerPid:\t12\nNSpid:\t9\t1\n\
              VmRSS:\t   12 kB\nCapInh:\t0000\nCapPrm:\t00ff\nCapEff:\tzz\nNoNewPrivs:\t1\nSeccomp:\t2\nbroken",
        );
        assert_eq!((parsed.uids, parsed.gids, parsed.groups), (vec![0, 1, 2, 3], vec![5; 4], vec![7, 8]));
        assert_eq!((parsed.tracer, parsed.namespace_pids), (Some(12), vec![9, 1]));
        assert_eq!((parsed.resident_bytes, parsed.capabilities), (Some(12_288), vec!["0000".into(), "00ff".into()]));
        assert_eq!((parsed.no_new_privileges, parsed.seccomp), (Some(1), Some(2)));
    }

    #[test]
    fn arguments_need_no_nul_at_the_end() {
        assert_eq!(arguments(b"sh\0-c\0a b\n\0"), [b"sh".as_slice(), b"-c", b"a b\n"]);
        assert_eq!(arguments(b"nginx: master"), [b"nginx: master".as_slice()]);
        assert_eq!(arguments(b"sh\0\0"), [b"sh".as_slice(), b""]);
        assert!(arguments(b"").is_empty() && arguments(b"\0").is_empty());
    }

    #[test]
    fn handles_and_namespaces_give_their_numbers() {
        assert_eq!(fdinfo(b"pos:\t42\nflags:\t0100002\nmnt_id:\t27\n"), (Some(42), Some(0o100_002), Some(27)));
        assert_eq!(fdinfo(b"pos:\tx\nflags:\t9"), (None, None, None));
        assert_eq!(bracketed(b"socket:[77]", "socket"), Some(77));
        assert_eq!(bracketed(b"/tmp/socket:[77]", "socket"), None);
        assert_eq!(bracketed(b"socket:[7x]", "socket"), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_a_parser_fail(text in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = (stat(&text), status(&text), arguments(&text), fdinfo(&text), bracketed(&text, "net"));
        }

        #[test]
        fn any_name_is_found_again(name in proptest::collection::vec(any::<u8>(), 0..16)) {
            prop_assert_eq!(stat(&line(&name)).unwrap().name, shown(&name));
        }
    }
}
