//! File systems that are windows into the kernel (`/proc`, `/sys`): their sizes say nothing, and some files have no end.

use std::os::fd::AsFd;
use std::path::Path;

use rustix::fs::{Mode, OFlags};

/// Types as `statfs` gives them (linux/magic.h), each with its name.
const TYPES: &[(u32, &str)] = &[
    (0x9fa0, "proc"),
    (0x6265_6572, "sysfs"),
    (0x6462_6720, "debugfs"),
    (0x7472_6163, "tracefs"),
    (0x0027_e0eb, "cgroup"),
    (0x6367_7270, "cgroup2"),
    (0x7363_6673, "securityfs"),
    (0xf97c_ff8c, "selinuxfs"),
    (0x4341_5d53, "smackfs"),
    (0x5a3c_69f0, "apparmorfs"),
    (0x6265_6570, "configfs"),
    (0xcafe_4a11, "bpf"),
    (0x4249_4e4d, "binfmt_misc"),
    (0x6573_5543, "fusectl"),
    (0x6759_6969, "rpc_pipefs"),
    (0x6e66_7364, "nfsd"),
    (0x6e73_6673, "nsfs"),
    (0x1980_0202, "mqueue"),
    (0x0765_5821, "resctrl"),
    (0xabba_1974, "xenfs"),
    (0x6165_676c, "pstore"),
    (0xde5e_81e4, "efivarfs"),
];

/// The name of the pseudo file system that a handle lies on, if it is one.
pub(crate) fn kind_of(handle: impl AsFd) -> Option<&'static str> {
    let found = rustix::fs::fstatfs(handle).ok()?.f_type;
    // The kernel keeps the type in a signed word on some machines.
    let found = found as u32;
    TYPES.iter().find(|(known, _)| *known == found).map(|(_, name)| *name)
}

/// The same for a path that the user named. A link at its end is looked at, not through.
pub fn kind_at(path: &Path) -> Option<&'static str> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    kind_of(rustix::fs::open(path, flags, Mode::empty()).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_s_windows_are_known_and_disks_are_none() {
        assert_eq!(kind_at(Path::new("/proc/self/status")), Some("proc"));
        assert_eq!(kind_at(Path::new("/sys/kernel")), Some("sysfs"));
        assert_eq!(kind_at(Path::new(env!("CARGO_MANIFEST_DIR"))), None);
        assert_eq!(kind_at(Path::new("/nowhere")), None);
    }
}
