//! Memory maps worth a second look: files that are gone, code that no file holds, memory that may be written and run.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::disk::live::{exact, shown};
use crate::disk::quiet::unescape;

/// One stretch of a process's memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Map {
    /// First and last address, in hexadecimal.
    pub range: String,
    /// `r` `w` `x`, and `p` private or `s` shared.
    pub rights: String,
    /// Bytes into the file.
    pub offset: u64,
    /// Inode of the file, 0 for none.
    pub inode: u64,
    /// What is mapped, escaped; empty for memory without a file.
    pub path: String,
    /// Its exact bytes, where escaping may hide them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_b64: Option<String>,
    /// Why it is listed: `deleted` `anonymous_executable` `writable_executable`.
    pub facts: Vec<Cow<'static, str>>,
}

impl Map {
    /// A file that no name leads to and that is run from.
    pub fn is_deleted_code(&self) -> bool {
        self.facts.iter().any(|fact| fact == "deleted") && self.rights.contains('x')
    }
}

/// The maps in `/proc/PID/maps` that have a fact; those of ordinary libraries and data are left to the raw text.
pub fn noteworthy(text: &[u8]) -> Vec<Map> {
    text.split(|&byte| byte == b'\n').filter_map(map).filter(|map| !map.facts.is_empty()).collect()
}

fn map(line: &[u8]) -> Option<Map> {
    let mut fields = line.splitn(6, |&byte| byte == b' ');
    let mut word = || std::str::from_utf8(fields.next()?).ok();
    let (range, rights, offset, _device, inode) = (word()?, word()?, word()?, word()?, word()?);
    // The kernel fills up with spaces, and writes a newline in a name as \012.
    let path = unescape(fields.next().unwrap_or_default().trim_ascii_start());
    let inode: u64 = inode.parse().ok()?;
    let executable = rights.contains('x');
    // The kernel's own code in every process stands in brackets; the heap and the stack do too, and are data.
    let data =
        path.is_empty() || path.starts_with(b"[heap]") || path.starts_with(b"[stack") || path.starts_with(b"[anon");
    let facts = [
        (inode != 0 && path.ends_with(b" (deleted)"), "deleted"),
        (executable && data, "anonymous_executable"),
        (executable && rights.contains('w'), "writable_executable"),
    ];
    Some(Map {
        range: range.to_owned(),
        rights: rights.to_owned(),
        offset: u64::from_str_radix(offset, 16).ok()?,
        inode,
        path: shown(&path),
        path_b64: exact(&path),
        facts: facts.into_iter().filter_map(|(holds, fact)| holds.then_some(Cow::Borrowed(fact))).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_odd_is_listed_and_nothing_else() {
        let text = b"55d0c0000000-55d0c0001000 r-xp 00001000 fe:01 77    /usr/bin/true\n\
            7f0000000000-7f0000001000 r-xp 00000000 fe:01 78    /tmp/a b\\012c.so (deleted)\n\
            7f0000002000-7f0000003000 rwxp 00000000 00:00 0 \n\
            7f0000004000-7f0000005000 r--p 00000000 fe:01 79    /var/x (deleted)\n\
            7f0000006000-7f0000007000 r-xp 00000000 00:00 0     [vdso]\n\
            7f0000008000-7f0000009000 rw-p 00000000 00:00 0     [heap]\n\
            7ffd00000000-7ffd00001000 rwxp 00000000 00:00 0     [stack]\n\
            nonsense\n";
        let maps = noteworthy(text);
        let brief: Vec<_> = maps.iter().map(|map| (map.path.as_str(), map.facts.clone())).collect();
        let facts = |facts: &[&'static str]| facts.iter().copied().map(Cow::Borrowed).collect::<Vec<_>>();
        let wanted: [(&str, &[&'static str]); 4] = [
            ("/tmp/a b\\u{a}c.so (deleted)", &["deleted"]),
            ("", &["anonymous_executable", "writable_executable"]),
            ("/var/x (deleted)", &["deleted"]),
            ("[stack]", &["anonymous_executable", "writable_executable"]),
        ];
        assert_eq!(brief, wanted.map(|(path, list)| (path, facts(list))));
        assert!(maps[0].is_deleted_code() && !maps[2].is_deleted_code());
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_fail(text in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = noteworthy(&text);
        }
    }
}
