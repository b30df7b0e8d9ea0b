//! What the walk saw: a file, folder, link or special file, and its metadata.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE64;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A path as the bytes that the kernel gave; may be no UTF-8 at all, and is hostile text.
///
/// Never printed raw: [`RawPath::shown`] escapes it for a person, `path_b64` keeps it whole for a machine.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RawPath(pub Vec<u8>);

impl RawPath {
    /// For JSON and people: valid UTF-8 without controls stays as it is; every other byte, and every control or
    /// direction-changing character, becomes `\xHH` (bytes) or `\u{H}` (characters).
    pub fn shown(&self) -> String {
        let mut out = String::with_capacity(self.0.len());
        for chunk in self.0.utf8_chunks() {
            for c in chunk.valid().chars() {
                if is_deceptive(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
            }
            for byte in chunk.invalid() {
                out.push_str(&format!("\\x{byte:02x}"));
            }
        }
        out
    }

    /// The exact bytes, in base64 (RFC 4648 §4).
    pub fn base64(&self) -> String {
        BASE64.encode(&self.0)
    }
}

/// Characters that could move the cursor, hide text or turn its direction on a screen.
pub fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

impl fmt::Debug for RawPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.shown())
    }
}

/// What kind of thing an entry is. Only [`Kind::File`] is ever opened for its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link: recorded, never followed.
    Link,
    /// A named pipe: recorded, never opened.
    Fifo,
    /// A socket: recorded, never opened.
    Socket,
    /// A character device: recorded, never opened.
    CharDevice,
    /// A block device: recorded, never opened.
    BlockDevice,
    /// Something that the kernel did not name.
    Unknown,
}

/// Seconds and nanoseconds since 1970-01-01T00:00:00Z; seconds may be negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp {
    /// Whole seconds.
    pub seconds: i64,
    /// 0–999,999,999, always added to `seconds`.
    pub nanos: u32,
}

impl fmt::Display for Timestamp {
    /// `seconds.nnnnnnnnn`, as `stat -c %.9Y` prints it: exact, and comparable by eye.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.seconds < 0 && self.nanos > 0 {
            // -1 s + 750,000,000 ns is a quarter of a second before 1970.
            let whole = self.seconds.saturating_add(1).unsigned_abs();
            write!(f, "-{whole}.{:09}", 1_000_000_000 - self.nanos)
        } else {
            write!(f, "{}.{:09}", self.seconds, self.nanos)
        }
    }
}

/// The text is no time as [`Timestamp`] spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a time: seconds since 1970 with nine decimals are expected, as `stat -c %.9Y` prints them")]
pub struct NotATime;

impl FromStr for Timestamp {
    type Err = NotATime;

    /// Only the one spelling that [`fmt::Display`] gives: a time has no second one.
    fn from_str(text: &str) -> Result<Self, NotATime> {
        let (whole, fraction) = text.split_once('.').ok_or(NotATime)?;
        let fraction = Some(fraction).filter(|digits| digits.len() == 9).ok_or(NotATime)?;
        let (seconds, part): (i64, u32) =
            (whole.parse().map_err(|_| NotATime)?, fraction.parse().map_err(|_| NotATime)?);
        let time = if whole.starts_with('-') && part > 0 {
            let seconds = seconds.checked_sub(1).ok_or(NotATime)?;
            Self { seconds, nanos: 1_000_000_000_u32.checked_sub(part).ok_or(NotATime)? }
        } else {
            Self { seconds, nanos: part }
        };
        // Signs, zeros and the like that a number may have and a time has not.
        if time.to_string() == text { Ok(time) } else { Err(NotATime) }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What `fstat` said of an open handle (never of a path).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stat {
    /// Apparent size in bytes.
    pub size: u64,
    /// Allocated 512-byte blocks.
    pub blocks: u64,
    /// Permission bits and set-id bits, as four octal digits.
    #[serde(serialize_with = "octal", deserialize_with = "from_octal")]
    pub mode: u32,
    /// Numeric owner.
    pub uid: u32,
    /// Numeric group.
    pub gid: u32,
    /// Device of the file system that holds it.
    pub device: u64,
    /// Inode number.
    pub inode: u64,
    /// Number of names (hard links).
    pub links: u64,
    /// Last access.
    pub atime: Timestamp,
    /// Last change of content.
    pub mtime: Timestamp,
    /// Last change of metadata.
    pub ctime: Timestamp,
    /// Creation, where the file system keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub btime: Option<Timestamp>,
}

fn octal<S: Serializer>(mode: &u32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{:04o}", mode & 0o7777))
}

fn from_octal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let text = String::deserialize(deserializer)?;
    let is_octal = text.len() == 4 && text.bytes().all(|digit| matches!(digit, b'0'..=b'7'));
    let mode = u32::from_str_radix(&text, 8).ok().filter(|_| is_octal);
    mode.ok_or_else(|| serde::de::Error::custom("not a mode: four octal digits are expected"))
}

impl Stat {
    /// Whether content or metadata changed between two looks at one handle. Access times do not count: others may read.
    pub fn changed_since(&self, before: &Self) -> bool {
        (self.size, self.mtime, self.ctime, self.inode, self.device)
            != (before.size, before.mtime, before.ctime, before.inode, before.device)
    }
}

/// Where an entry comes from: it decides where its content lies in the bag, and how it is looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A file system, by the walk.
    #[default]
    FileSystem,
    /// The machine's live state: its path is not one of a file system.
    Volatile,
    /// An image of a memory or a disk that another tool made: kept whole, not looked into.
    Image,
}

impl Origin {
    /// Whether it is the usual one, which records leave out.
    pub fn is_file_system(&self) -> bool {
        *self == Self::FileSystem
    }
}

/// What the walk saw, in walk order.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Position in the walk, from 0. The order of the evidence zip and of every output.
    pub seq: u64,
    /// Path as given on the command line, joined with what the walk found below it.
    pub path: RawPath,
    /// Where it comes from.
    pub origin: Origin,
    /// What it is.
    pub kind: Kind,
    /// Metadata; absent where even that could not be read (then a gap says why).
    pub stat: Option<Stat>,
    /// Target of a link, as bytes.
    pub link_target: Option<Vec<u8>>,
    /// Device numbers (major, minor) of a device node.
    pub device_node: Option<(u32, u32)>,
}

#[cfg(test)]
impl Stat {
    /// Of a file of one byte that its owner may read, all of whose times are 1970: a test changes what it is about.
    pub(crate) fn example() -> Self {
        let time = Timestamp { seconds: 0, nanos: 0 };
        let (size, blocks, mode, uid, gid, device, inode, links) = (1, 1, 0o600, 0, 0, 1, 1, 1);
        Self { size, blocks, mode, uid, gid, device, inode, links, atime: time, mtime: time, ctime: time, btime: None }
    }
}

#[cfg(test)]
impl Entry {
    /// Such a file.
    pub(crate) fn example(path: &[u8], stat: Stat) -> Self {
        let path = RawPath(path.to_vec());
        let (link_target, device_node) = (None, None);
        Self { seq: 0, path, origin: Origin::default(), kind: Kind::File, stat: Some(stat), link_target, device_node }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn time() -> impl Strategy<Value = Timestamp> {
        let seconds = prop_oneof![any::<i64>(), -3i64..3, Just(i64::MIN), Just(i64::MAX)];
        let nanos = prop_oneof![Just(0u32), Just(1), Just(999_999_999), 0u32..1_000_000_000];
        (seconds, nanos).prop_map(|(seconds, nanos)| Timestamp { seconds, nanos })
    }

    proptest! {
        #[test]
        fn metadata_reads_back_as_it_was_written(
            (atime, mtime, ctime, btime) in (time(), time(), time(), proptest::option::of(time())),
            (size, blocks, device, inode, links) in any::<(u64, u64, u64, u64, u64)>(),
            (mode, uid, gid) in (0u32..0o10000, any::<u32>(), any::<u32>()),
        ) {
            let stat = Stat { size, blocks, mode, uid, gid, device, inode, links, atime, mtime, ctime, btime };
            let line = serde_json::to_string(&stat).unwrap();
            prop_assert_eq!(serde_json::from_str::<Stat>(&line).unwrap(), stat);
        }

        #[test]
        fn a_text_that_reads_as_a_time_is_that_time_s_only_spelling(text in "[-+]?[0-9]{0,20}[.]?[0-9]{0,11}") {
            if let Ok(time) = text.parse::<Timestamp>() {
                prop_assert_eq!(time.to_string(), text);
            }
        }
    }

    #[test]
    fn what_is_no_time_and_no_mode_is_refused() {
        for text in [
            "",
            "5",
            "5.1",
            "-0.000000000",
            "+5.000000000",
            "05.000000000",
            "5.00000000x",
            "9223372036854775808.000000000",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(NotATime), "{text}");
        }
        assert_eq!("-0.250000000".parse(), Ok(Timestamp { seconds: -1, nanos: 750_000_000 }));
        for mode in ["644", "00644", "0648", "+644"] {
            let json = format!("{mode:?}");
            assert!(from_octal(&mut serde_json::Deserializer::from_str(&json)).is_err(), "{mode}");
        }
    }

    #[test]
    fn hostile_names_are_shown_without_control_over_the_terminal() {
        assert_eq!(RawPath(b"a\x1b[2Jb".to_vec()).shown(), "a\\u{1b}[2Jb");
        assert_eq!(RawPath("請求書\u{202e}fdp.exe".into()).shown(), "請求書\\u{202e}fdp.exe");
        assert_eq!(RawPath(vec![0x83, 0x5c, b'.']).shown(), "\\x83\\.");
    }

    #[test]
    fn times_before_1970_print_as_stat_prints_them() {
        let quarter_before = Timestamp { seconds: -1, nanos: 750_000_000 };
        assert_eq!(quarter_before.to_string(), "-0.250000000");
        assert_eq!(Timestamp { seconds: 5, nanos: 1 }.to_string(), "5.000000001");
        assert_eq!(Timestamp { seconds: -5, nanos: 0 }.to_string(), "-5.000000000");
    }
}
