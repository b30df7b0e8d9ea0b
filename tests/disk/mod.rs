//! Small real file systems for one test: in memory, ext4 in a file, exFAT in a file (by FUSE), and how each is made to fail.

#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

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
    /// ext4 on a medium that has less room than it says: writes fail when they reach it, and the sync tells.
    Thin,
    /// As sticks have it: no owners, no modes, no hard links, no rename that refuses a taken name.
    ExFat,
}

impl Disk {
    /// A new disk of `kib` KiB below `folder`, empty and mounted.
    pub(crate) fn new(kind: Kind, folder: &Path, kib: u64) -> Self {
        let mut disk = Self { kind, image: folder.join("disk.img"), at: folder.join("disk") };
        fs::create_dir(&disk.at).unwrap();
        if kind == Kind::Memory {
            shell(&format!("mount -t tmpfs -o size={kib}k tmpfs '{}'", disk.at.display()));
            return disk;
        }
        if kind == Kind::Thin {
            fs::create_dir(disk.medium()).unwrap();
            shell(&format!("mount -t tmpfs -o size={kib}k tmpfs '{}'", disk.medium().display()));
            disk.image = disk.medium().join("disk.img");
        }
        fs::File::create(&disk.image).unwrap().set_len(kib * 1024).unwrap();
        let image = disk.image.display();
        match kind {
            // No reserve for root, which would hide a full disk from it.
            Kind::Ext4 | Kind::Thin => shell(&format!("mkfs.ext4 -q -F -m 0 '{image}'")),
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
            Kind::Ext4 | Kind::Thin => drop(shell(&format!("mount -o loop '{image}' '{at}'"))),
            // The kernel takes no plain file for this one. The loop device goes with its last user.
            Kind::ExFat => drop(shell(&format!(
                "device=$(losetup -f --show '{image}') && mount.exfat-fuse $device '{at}' && losetup -d $device"
            ))),
        }
    }

    /// Takes it out in good order.
    pub(crate) fn unmount(&self) {
        shell(&format!("umount '{}'", self.at.display()));
    }

    /// Makes ready to pull it out: whatever is not on the medium yet is lost then, and every call fails.
    pub(crate) fn hand(&self) -> Hand {
        let at = self.at.display();
        let script = match self.kind {
            Kind::Memory | Kind::Thin => panic!("this one can not be pulled"),
            // EXT4_IOC_SHUTDOWN without a flush of the log: what tests of crash consistency use.
            Kind::Ext4 => format!(
                "exec python3 -c 'import fcntl,os,struct,sys; folder = os.open(sys.argv[1], os.O_RDONLY); print(flush=True); \
                 sys.stdin.readline(); fcntl.ioctl(folder, 0x8004587d, struct.pack(\"I\", 2)); print()' '{at}'"
            ),
            // The process that is the file system ends.
            Kind::ExFat => format!("id=$(pgrep -f '^mount.exfat-fuse .* {at}$'); echo; read; kill -9 $id; echo"),
        };
        let mut command = Command::new("bash");
        let mut child = command.arg("-c").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut String::new()).unwrap();
        Hand { child, said }
    }

    /// Puts a pulled disk in again, as its owner would: checked, then mounted.
    pub(crate) fn put_back(&self) {
        let (image, at) = (self.image.display(), self.at.display());
        // Every hozen that runs beside us holds the mounts that it found, in a namespace of its own, to its end. Before the
        // old mount is gone everywhere a new one would be the same, still dead.
        shell(&format!(
            "for i in {{1..400}}; do umount '{at}' 2>/dev/null; mountpoint -q '{at}' || [ -n \"$(losetup -j '{image}')\" ] || \
             exit 0; sleep 0.05; done; exit 1"
        ));
        if self.kind == Kind::ExFat {
            // 1: problems were found and mended.
            shell(&format!("fsck.exfat -y '{image}' || [ $? -eq 1 ]"));
        }
        if self.kind == Kind::Thin {
            shell(&format!("e2fsck -fy '{image}' || [ $? -eq 1 ]"));
        }
        self.mount();
    }

    /// Fills it up but for `kib` KiB.
    pub(crate) fn fill(&self, kib: u64) {
        let free = shell(&format!("df --output=avail -k '{}' | tail -1", self.at.display()));
        let fill = free.trim().parse::<u64>().unwrap().saturating_sub(kib);
        shell(&format!("head -c {}k /dev/zero > '{}'", fill, self.at.join("filler").display()));
    }

    /// What a thin disk lies on.
    fn medium(&self) -> PathBuf {
        self.at.with_extension("medium")
    }

    /// Leaves a thin disk `kib` KiB of real room, or all that it says.
    pub(crate) fn real_room(&self, kib: Option<u64>) {
        let medium = self.medium();
        let used =
            shell(&format!("sync -f '{}'; df -k --output=used '{}' | tail -1", self.at.display(), medium.display()));
        let size = kib.map_or(200 * 1024, |kib| used.trim().parse::<u64>().unwrap() + kib);
        shell(&format!("mount -o remount,size={size}k '{}'", medium.display()));
    }

    /// Makes room again.
    pub(crate) fn make_room(&self) {
        fs::remove_file(self.at.join("filler")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Already gone if a test failed while it was out.
        shell(&format!("umount -l '{}' || true", self.at.display()));
        if self.kind == Kind::Thin {
            shell(&format!("umount -l '{}'", self.medium().display()));
        }
    }
}

/// What pulls a disk out.
pub(crate) struct Hand {
    child: Child,
    said: BufReader<ChildStdout>,
}

impl Hand {
    /// Pulls, and returns when it is out.
    pub(crate) fn pull(mut self) {
        self.child.stdin.take().unwrap().write_all(b"\n").unwrap();
        self.said.read_line(&mut String::new()).unwrap();
        self.child.wait().unwrap();
    }
}

fn shell(script: &str) -> String {
    real::tool(Path::new("/"), script)
}
