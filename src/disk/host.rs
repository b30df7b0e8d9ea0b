//! The machine as it says it is, and the digest of the binary that runs: for the record of acquisition.
//!
//! All of this is text that the machine's owner can set: it is evidence of what the machine said, not of what it is.

#![expect(clippy::disallowed_methods, reason = "disk is the floor that touches files")]

use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::process::{Resource, Rlimit};
use serde::Serialize;

use super::error::{DiskError, Doing};
use super::own::{self, read_own};
use crate::model::{Digest, RawPath, limits};

/// Where the local time zone was learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ZoneSource {
    /// The environment variable `TZ`.
    Tz,
    /// The target of the link `/etc/localtime`.
    LocaltimeLink,
    /// The file `/etc/timezone`.
    TimezoneFile,
    /// None of them says: UTC is what the C library would assume.
    Unknown,
}

impl ZoneSource {
    /// In words, for the record.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tz => "TZ",
            Self::LocaltimeLink => "/etc/localtime",
            Self::TimezoneFile => "/etc/timezone",
            Self::Unknown => "not known, taken as UTC",
        }
    }
}

/// The local time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Zone {
    /// IANA name (`Asia/Tokyo`) or POSIX rule (`JST-9`), if one is known.
    pub name: Option<String>,
    /// Where that was learnt.
    pub source: ZoneSource,
}

/// What the machine says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Host {
    /// Host name.
    pub hostname: String,
    /// Operating system kernel and its release (`Linux 6.1.0`).
    pub kernel: String,
    /// Build of that kernel.
    pub kernel_version: String,
    /// Machine architecture (`x86_64`).
    pub machine: String,
    /// Random id of this boot, where readable.
    pub boot_id: Option<String>,
    /// Id of this installation, where readable.
    pub machine_id: Option<String>,
    /// Effective user id that hozen runs as.
    pub effective_uid: u32,
    /// Local time zone.
    pub zone: Zone,
}

impl Host {
    /// Asks the machine. `tz` is the value of the environment variable `TZ`, if set. Ask after [`super::quiet`]: the link
    /// `/etc/localtime` is read.
    pub fn read(tz: Option<&str>) -> Self {
        let uname = rustix::system::uname();
        let text = |c: &std::ffi::CStr| RawPath(c.to_bytes().to_vec()).shown();
        Self {
            hostname: text(uname.nodename()),
            kernel: format!("{} {}", text(uname.sysname()), text(uname.release())),
            kernel_version: text(uname.version()),
            machine: text(uname.machine()),
            boot_id: first_line(Path::new("/proc/sys/kernel/random/boot_id")),
            machine_id: first_line(Path::new("/etc/machine-id")),
            effective_uid: rustix::process::geteuid().as_raw(),
            zone: zone(tz, Path::new("/etc")),
        }
    }
}

/// `tz` as POSIX has it: set and not empty, perhaps with a leading colon; then the two places where Linux keeps it.
fn zone(tz: Option<&str>, etc: &Path) -> Zone {
    if let Some(tz) = tz.filter(|tz| !tz.is_empty()) {
        let name = tz.strip_prefix(':').unwrap_or(tz);
        let name = after_zoneinfo(name.as_bytes()).unwrap_or_else(|| shown(name.as_bytes()));
        return Zone { name: Some(name), source: ZoneSource::Tz };
    }
    let target = std::fs::read_link(etc.join("localtime")).ok();
    if let Some(name) = target.and_then(|target| after_zoneinfo(target.as_os_str().as_bytes())) {
        return Zone { name: Some(name), source: ZoneSource::LocaltimeLink };
    }
    if let Some(name) = first_line(&etc.join("timezone")) {
        return Zone { name: Some(name), source: ZoneSource::TimezoneFile };
    }
    Zone { name: None, source: ZoneSource::Unknown }
}

fn after_zoneinfo(target: &[u8]) -> Option<String> {
    let marker = b"zoneinfo/";
    let at = target.windows(marker.len()).position(|window| window == marker)?;
    target.get(at.saturating_add(marker.len())..).filter(|name| !name.is_empty()).map(shown)
}

fn first_line(path: &Path) -> Option<String> {
    let bytes = read_own(path, 4096).ok()?;
    let line = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default().trim_ascii();
    (!line.is_empty()).then(|| shown(line))
}

fn shown(bytes: &[u8]) -> String {
    RawPath(bytes.to_vec()).shown()
}

/// SHA-256 of the binary that runs, as the kernel holds it (so also when its file was replaced since).
pub fn running_binary() -> Result<Digest, DiskError> {
    let path = Path::new("/proc/self/exe");
    let mut file = File::open(path).map_err(DiskError::on(path, Doing::Open))?;
    own::sha256(&mut file).map_err(DiskError::on(path, Doing::Read))
}

/// The most memory that this process held at once. `None`: the kernel does not say.
pub fn peak_memory_bytes() -> Option<u64> {
    let status = read_own(Path::new("/proc/self/status"), 64 * 1024).ok()?;
    let status = String::from_utf8_lossy(&status);
    let kibibytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?;
    Some(kibibytes.trim().parse::<u64>().ok()? * 1024)
}

/// Login name of the effective user by `/etc/passwd`; `uid N` where it has none.
pub fn login_name() -> String {
    let uid = rustix::process::geteuid().as_raw();
    let passwd = read_own(Path::new("/etc/passwd"), limits::RULE_FILE_BYTES).unwrap_or_default();
    name_of(uid, &String::from_utf8_lossy(&passwd)).unwrap_or_else(|| format!("uid {uid}"))
}

fn name_of(uid: u32, passwd: &str) -> Option<String> {
    let owner = |line: &str| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty())?.to_owned();
        (fields.nth(1)?.parse() == Ok(uid)).then_some(name)
    };
    passwd.lines().find_map(owner)
}

/// Fills a buffer with random bytes from the kernel, for keys.
pub fn random(buffer: &mut [u8]) -> io::Result<()> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        filled +=
            rustix::io::retry_on_intr(|| rustix::rand::getrandom(&mut *rest, rustix::rand::GetRandomFlags::empty()))?;
    }
    Ok(())
}

/// Raises the number of files that may be open at once as far as the machine allows; says how many that is (`None`: no
/// limit). The walk holds one handle per level of folders.
pub fn raise_open_files() -> Option<u64> {
    let limit = rustix::process::getrlimit(Resource::Nofile);
    if limit.current == limit.maximum {
        return limit.current;
    }
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    match rustix::process::setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_login_name_is_the_first_line_of_that_number() {
        let passwd =
            "root:x:0:0:root:/root:/bin/bash\ntoor:x:0:0::/:/bin/sh\nhanako:x:1000:1000::/home/hanako:/bin/sh\nbad\n";
        assert_eq!(name_of(0, passwd).as_deref(), Some("root"));
        assert_eq!(name_of(1000, passwd).as_deref(), Some("hanako"));
        assert_eq!(name_of(7, passwd), None);
    }

    #[test]
    fn the_zone_comes_from_tz_then_the_link_then_the_file() {
        let etc = tempfile::tempdir().unwrap();
        assert_eq!(zone(None, etc.path()), Zone { name: None, source: ZoneSource::Unknown });
        std::fs::write(etc.path().join("timezone"), "Europe/Berlin\n").unwrap();
        assert_eq!(zone(Some(""), etc.path()).name.as_deref(), Some("Europe/Berlin"));
        std::os::unix::fs::symlink("../usr/share/zoneinfo/Asia/Tokyo", etc.path().join("localtime")).unwrap();
        let linked = zone(None, etc.path());
        assert_eq!((linked.name.as_deref(), linked.source), (Some("Asia/Tokyo"), ZoneSource::LocaltimeLink));
        assert_eq!(zone(Some("JST-9"), etc.path()).name.as_deref(), Some("JST-9"));
        let path = zone(Some(":/usr/share/zoneinfo/America/Lima"), etc.path());
        assert_eq!((path.name.as_deref(), path.source), (Some("America/Lima"), ZoneSource::Tz));
    }

    #[test]
    fn the_machine_tells_its_kernel_as_proc_does() {
        let host = Host::read(None);
        let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
        assert_eq!(host.kernel, format!("Linux {}", release.trim()));
        assert_eq!(host.boot_id.as_deref().map(str::len), Some(36));
    }

    #[test]
    fn the_running_binary_has_the_digest_of_its_file() {
        let file = std::env::current_exe().unwrap();
        assert_eq!(running_binary().unwrap(), Digest::of(&std::fs::read(file).unwrap()));
    }

    #[test]
    fn the_limit_of_open_files_is_the_hard_one_afterwards() {
        let raised = raise_open_files();
        assert_eq!(raised, rustix::process::getrlimit(Resource::Nofile).maximum);
    }
}
