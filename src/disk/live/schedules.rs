//! Where a machine keeps what it shall do by itself: cron, at, and systemd's units. Ordinary files, given to the walk.

use std::path::{Path, PathBuf};

use super::Machine;
use crate::disk::own;
use crate::model::limits;

/// Taken whole where they exist: all small, all plain files.
const WHOLE: [&str; 18] = [
    "etc/crontab",
    "etc/anacrontab",
    "etc/cron.allow",
    "etc/cron.deny",
    "etc/at.allow",
    "etc/at.deny",
    "etc/ld.so.preload",
    "etc/rc.local",
    "var/spool/cron",
    "var/spool/at",
    "var/spool/anacron",
    "etc/systemd",
    "run/systemd/system",
    "run/systemd/generator",
    "run/systemd/generator.early",
    "run/systemd/generator.late",
    "run/systemd/transient",
    "usr/local/lib/systemd",
];
/// Folders of units that packages bring: of these only the timers.
const UNITS: [&str; 2] = ["usr/lib/systemd/system", "usr/lib/systemd/user"];

/// The files and folders of this machine that say what it does by itself, sorted.
pub fn schedules(machine: &Machine) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = WHOLE.iter().map(|path| machine.path(path)).collect();
    // cron.d, cron.daily, …
    let etc = machine.names("etc", limits::FOLDER_NAMES).0;
    found.extend(etc.iter().filter(|name| name.starts_with(b"cron.")).map(|name| join(&machine.path("etc"), name)));
    for folder in UNITS {
        let names = machine.names(folder, limits::FOLDER_NAMES).0;
        let timers = names.iter().filter(|name| name.ends_with(b".timer"));
        // An alias is a link to a unit that is taken by its own name.
        let timers = timers.map(|name| join(&machine.path(folder), name)).filter(|path| own::is_plain_file(path));
        found.extend(timers);
    }
    found.retain(|path| own::exists(path).unwrap_or(false));
    found.sort_unstable();
    found.dedup();
    found
}

fn join(folder: &Path, name: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    folder.join(std::ffi::OsStr::from_bytes(name))
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test builds its own machine")]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_schedule_is_found_and_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let there = [
            "etc/cron.d/backup",
            "etc/cron.daily/x",
            "etc/crontab",
            "etc/systemd/system/evil.timer",
            "usr/lib/systemd/system/logrotate.timer",
            "var/spool/cron/crontabs/root",
        ];
        for path in there.iter().chain(&["etc/passwd", "usr/lib/systemd/system/ssh.service"]) {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let found = schedules(&Machine::at(root.path()).unwrap());
        let found: Vec<_> =
            found.iter().map(|path| path.strip_prefix(root.path()).unwrap().to_str().unwrap()).collect();
        let wanted = [
            "etc/cron.d",
            "etc/cron.daily",
            "etc/crontab",
            "etc/systemd",
            "usr/lib/systemd/system/logrotate.timer",
            "var/spool/cron",
        ];
        assert_eq!(found, wanted);
    }
}
