//! Free space, and whether two paths share a file system: asked before anything is written.

use std::path::Path;

use rustix::io::retry_on_intr;

use super::error::{DiskError, Doing};

/// What a file system has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// Bytes that we may still write.
    pub free_bytes: u64,
    /// Its size in bytes.
    pub total_bytes: u64,
    /// Its device number.
    pub device: u64,
}

impl Space {
    /// Of the file system that holds this path or, where the path does not exist yet, its nearest existing folder.
    pub fn of(path: &Path) -> Result<Self, DiskError> {
        let path = nearest(path);
        let look = |error| DiskError::on(path, Doing::Look)(error);
        let stat = retry_on_intr(|| rustix::fs::stat(path)).map_err(look)?;
        let fs = retry_on_intr(|| rustix::fs::statvfs(path)).map_err(look)?;
        Ok(Self {
            free_bytes: fs.f_bavail.saturating_mul(fs.f_frsize),
            total_bytes: fs.f_blocks.saturating_mul(fs.f_frsize),
            device: stat.st_dev,
        })
    }
}

/// Whether two paths (or, where one does not exist yet, its nearest existing folder) lie on one file system: output on the
/// source's own file system overwrites what deleted files left there.
pub fn same_file_system(a: &Path, b: &Path) -> Result<bool, DiskError> {
    Ok(Space::of(a)?.device == Space::of(b)?.device)
}

fn nearest(path: &Path) -> &Path {
    let exists = |path: &&Path| !path.as_os_str().is_empty() && rustix::fs::stat(*path).is_ok();
    let here = if path.is_absolute() { Path::new("/") } else { Path::new(".") };
    path.ancestors().find(exists).unwrap_or(here)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_not_there_yet_has_the_space_of_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let here = Space::of(folder.path()).unwrap();
        let there = Space::of(&folder.path().join("not/yet")).unwrap();
        assert_eq!((here.device, here.total_bytes), (there.device, there.total_bytes));
        assert!(here.free_bytes > 0 && here.free_bytes <= here.total_bytes);
        assert_eq!(nearest(Path::new("no-such-thing/x")), Path::new("."));
    }

    #[test]
    fn proc_is_another_file_system() {
        let folder = tempfile::tempdir().unwrap();
        assert!(same_file_system(folder.path(), &folder.path().join("case")).unwrap());
        assert!(!same_file_system(folder.path(), Path::new("/proc")).unwrap());
    }
}
