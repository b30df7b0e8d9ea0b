//! Small real file systems for one test: in memory, ext4 in a file, exFAT in a file (by FUSE), and how each is made to fail.

#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::fs;
use std::path::{Path, PathBuf};

use crate::real;

/// A file system that goes with the test.
pub(crate) struct Disk {
    pub(crate) kind: Kind,
    /// The file it lies in.
    image: PathBuf,
    /// Where it is mounted.
    pub(crate) at: PathBuf,
}

/// What is on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Memory,
    Ext4,
    /// As sticks have it: no owners, no modes, no hard links, no rename that refuses a taken name.
    ExFat,
}

impl Disk {
    /// A new disk of `kib` KiB below `folder`, empty and mounted.
    pub(crate) fn new(kind: Kind, folder: &Path, kib: u64) -> Self {
        let disk = Self { kind, image: folder.join("disk.img"), at: folder.join("disk") };
        fs::create_dir(&disk.at).unwrap();
        if kind == Kind::Memory {
            shell(&format!("mount -t tmpfs -o size={kib}k tmpfs '{}'", disk.at.display()));
            return disk;
        }
        fs::File::create(&disk.image).unwrap().set_len(kib * 1024).unwrap();
        let image = disk.image.display();
        match kind {
            // No reserve for root, which would hide a full disk from it.
            Kind::Ext4 => shell(&format!("mkfs.ext4 -q -F -m 0 '{image}'")),
            _ => shell(&format!("mkfs.exfat '{image}'")),
        };
        disk.mount();
        disk
    }

    /// Puts it in again.
    pub(crate) fn mount(&self) {
        let (image, at) = (self.image.display(), self.at.display());
        match self.kind {
            Kind::Memory => {}
            Kind::Ext4 => drop(shell(&format!("mount -o loop '{image}' '{at}'"))),
            Kind::ExFat => drop(shell(&format!("mount.exfat-fuse '{image}' '{at}'"))),
        }
    }

    /// Takes it out in good order.
    pub(crate) fn unmount(&self) {
        shell(&format!("umount '{}'", self.at.display()));
    }

    /// Pulls it out: whatever is not on the medium yet is lost, and every call fails from now on.
    pub(crate) fn pull(&self) {
        match self.kind {
            Kind::Memory => panic!("memory can not be pulled"),
            // EXT4_IOC_SHUTDOWN without a flush of the log: what a crash-consistency test uses.
            Kind::Ext4 => drop(shell(&format!(
                "python3 -c 'import fcntl,os,struct,sys; \
                 fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587d, struct.pack(\"I\", 2))' '{}'",
                self.at.display()
            ))),
            // The process that is the file system ends.
            Kind::ExFat => drop(shell(&format!("kill -9 $(pgrep -f '^mount.exfat-fuse {}')", self.image.display()))),
        }
    }

    /// Puts a pulled disk in again, as its owner would: checked, then mounted.
    pub(crate) fn put_back(&self) {
        shell(&format!("umount -l '{}'", self.at.display()));
        if self.kind == Kind::ExFat {
            // 1: problems were found and mended.
            shell(&format!("fsck.exfat -y '{}' || [ $? -eq 1 ]", self.image.display()));
        }
        self.mount();
    }

    /// Fills it up but for `kib` KiB.
    pub(crate) fn fill(&self, kib: u64) {
        let free = shell(&format!("df --output=avail -k '{}' | tail -1", self.at.display()));
        let fill = free.trim().parse::<u64>().unwrap().saturating_sub(kib);
        shell(&format!("head -c {}k /dev/zero > '{}'", fill, self.at.join("filler").display()));
    }

    /// Makes room again.
    pub(crate) fn make_room(&self) {
        fs::remove_file(self.at.join("filler")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        shell(&format!("umount -l '{}'", self.at.display()));
    }
}

fn shell(script: &str) -> String {
    real::tool(Path::new("/"), script)
}
