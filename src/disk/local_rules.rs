//! Rule files that belong to a machine or a user rather than to a run: read from fixed folders, without a trace in their access
//! times (the folder may lie on the machine that is examined), and only where nobody else may write to them.

#![cfg_attr(test, expect(clippy::disallowed_methods, reason = "disk is the floor that touches files"))]

use std::ffi::OsStr;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::dir::DirHandle;
use super::error::{DiskError, Doing};
use super::source::SourceFile;
use crate::model::{Stat, limits};

/// Rule files of one folder, at most.
const FILES: usize = 1_000;

/// The rule files (`*.toml`) in a folder, sorted by name, with their text; none where the folder is not there.
///
/// # Errors
/// When the folder or a file in it can not be read, belongs to somebody else, or is open to others to write.
pub fn rule_files(folder: &Path) -> Result<Vec<(PathBuf, String)>, DiskError> {
    let dir = match DirHandle::open_path(folder) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        // Not even its name can be looked at: settings of another user, whose folder was left in the environment (sudo -u).
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied && is_out_of_reach(folder) => {
            return Ok(Vec::new());
        }
        dir => dir.map_err(DiskError::on(folder, Doing::Open))?,
    };
    let stat = dir.stat().map_err(DiskError::on(folder, Doing::Look))?;
    trusted(&stat).map_err(DiskError::on(folder, Doing::Open))?;
    let names = dir.list(FILES).map_err(DiskError::on(folder, Doing::Read))?;
    let mut files = Vec::new();
    for name in names.iter().filter(|name| name.ends_with(b".toml")) {
        let path = folder.join(OsStr::from_bytes(name));
        let text = text(&dir, name).map_err(DiskError::on(&path, Doing::Read))?;
        files.push((path, text));
    }
    Ok(files)
}

/// Whether a folder above it keeps this user out.
fn is_out_of_reach(folder: &Path) -> bool {
    rustix::fs::lstat(folder).is_err_and(|error| error == rustix::io::Errno::ACCESS)
}

fn text(dir: &DirHandle, name: &[u8]) -> io::Result<String> {
    let file = SourceFile::open_at(dir, name).map_err(io::Error::other)?;
    trusted(file.stat_at_open())?;
    let mut bytes = Vec::new();
    file.take(limits::RULE_FILE_BYTES.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limits::RULE_FILE_BYTES {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// Whether only root and the user who runs this can have written it.
fn trusted(stat: &Stat) -> io::Result<()> {
    let user = rustix::process::geteuid().as_raw();
    let is_open = stat.mode & 0o022 != 0;
    if (stat.uid == 0 || stat.uid == user) && !is_open {
        return Ok(());
    }
    let said = "it belongs to somebody else, or others may write to it, so its rules can not be trusted";
    Err(io::Error::new(io::ErrorKind::PermissionDenied, said))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    fn mode(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn files_come_in_order_and_leave_no_trace() {
        let folder = tempfile::tempdir().unwrap();
        assert!(rule_files(&folder.path().join("none")).unwrap().is_empty());
        for (name, text) in [("b.toml", "2"), ("a.toml", "1"), ("c.txt", "3")] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let old = std::time::SystemTime::UNIX_EPOCH;
        let path = folder.path().join("a.toml");
        std::fs::File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_times(std::fs::FileTimes::new().set_accessed(old))
            .unwrap();
        let files = rule_files(folder.path()).unwrap();
        assert_eq!(files.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(std::fs::metadata(path).unwrap().atime(), 0);
    }

    #[test]
    fn what_others_may_write_to_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        std::fs::write(&path, "").unwrap();
        mode(&path, 0o666);
        assert!(rule_files(folder.path()).unwrap_err().source.to_string().contains("can not be trusted"));
        mode(&path, 0o644);
        mode(folder.path(), 0o777);
        assert!(rule_files(folder.path()).is_err());
        mode(folder.path(), 0o755);
        assert!(rule_files(folder.path()).is_ok());
        std::os::unix::fs::symlink("/etc/hostname", folder.path().join("l.toml")).unwrap();
        assert!(rule_files(folder.path()).is_err(), "a link may lead anywhere");
    }
}
