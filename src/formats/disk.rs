//! Images of disks and file systems. They are not opened: runs of text are read out of them, and the gap says how to get at the files.

use super::trouble::in_order;
use super::{Claim, Format, Head, Input, Sink, binary};

/// Images of disks and file systems.
pub struct Disk;

/// Where a signature stands, and what it says. Longer ones first.
static SIGNATURES: &[(usize, &[u8], &str)] = &[
    (0, b"EVF\x09\x0D\x0A\xFF\0", "an EnCase image (E01)"),
    (0, b"LVF\x09\x0D\x0A\xFF\0", "an EnCase image (L01)"),
    (0, b"EVF2\x0D\x0A\x81\0", "an EnCase image (Ex01)"),
    (0, b"AFF10\r\n\0", "an AFF image"),
    (0, b"MSWIM\0\0\0", "a Windows image (WIM)"),
    (0, b"vhdxfile", "a virtual disk (VHDX)"),
    (0, b"conectix", "a virtual disk (VHD)"),
    (0, b"KDMV", "a virtual disk (VMDK)"),
    (0, b"# Disk DescriptorFile", "the description of a virtual disk (VMDK)"),
    (0, b"QFI\xFB", "a virtual disk (qcow2)"),
    (64, b"\x7F\x10\xDA\xBE", "a virtual disk (VDI)"),
    (512, b"EFI PART", "a disk with partitions (GPT)"),
    (512, b"LABELONE", "a volume of LVM"),
    (3, b"NTFS    ", "an NTFS file system"),
    (3, b"EXFAT   ", "an exFAT file system"),
    (82, b"FAT32   ", "a FAT file system"),
    (54, b"FAT16   ", "a FAT file system"),
    (54, b"FAT12   ", "a FAT file system"),
    (0, b"XFSB\0\0", "an XFS file system"),
    (32, b"NXSB", "an APFS container"),
    (1024, b"H+\0\x04", "an HFS+ file system"),
    (0, b"hsqs", "a SquashFS file system"),
];

fn find(head: &Head<'_>) -> Option<&'static str> {
    let at = |at: usize, magic: &[u8]| head.bytes.get(at..).is_some_and(|rest| rest.starts_with(magic));
    if let Some((_, magic, what)) = SIGNATURES.iter().find(|(place, magic, _)| at(*place, magic)) {
        // Four letters alone are a word.
        let short = matches!(*magic, b"KDMV" | b"hsqs");
        return (!short || !head.bytes.is_ascii()).then_some(*what);
    }
    let zeros =
        |range: std::ops::Range<usize>| head.bytes.get(range).is_some_and(|bytes| bytes.iter().all(|byte| *byte == 0));
    // The second, third or fourth extended file system: its revision is below 2, and its state one of three bits.
    let ext = at(1080, b"\x53\xEF") && zeros(1101..1104) && head.bytes.get(1082).is_some_and(|state| *state < 8);
    if ext {
        return Some("an ext2, ext3 or ext4 file system");
    }
    // ISO 9660 has its signature behind what is looked at here: its first 32 KiB are free for others, and mostly empty.
    let named = || head.name.to_ascii_lowercase().ends_with(".iso");
    let boot = at(510, b"\x55\xAA");
    (!head.whole && (boot || zeros(0..2048)) && named()).then_some("an ISO 9660 image, as its name says")
}

impl Format for Disk {
    fn id(&self) -> &'static str {
        "disk"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        if find(head).is_some() { Claim::Yes } else { Claim::No }
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let Some(what) = find(head) else { return };
        let todo = "preserve it first, then mount it read-only on another machine and run hozen on the files in it";
        binary::only_runs(what, todo, &mut *in_order(input), out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::collected::Collected;
    use crate::model::GapKind;

    #[test]
    fn each_signature_is_reached_and_told() {
        for (at, magic, what) in SIGNATURES {
            let mut bytes = vec![0; *at];
            bytes.extend(*magic);
            bytes.extend(b"\0\xFF\0\0\0\0\0\0text in it: taro@example.jp\0\0");
            let got = Collected::of("x", &bytes);
            assert_eq!((got.format, got.gap_kinds()), ("disk", vec![GapKind::UnsupportedFormat]), "{what}");
            assert!(got.gaps[0].2.starts_with(what) && got.all_text().contains("taro@example.jp"));
        }
        let mut ext = vec![0; 4096];
        ext[1080..1083].copy_from_slice(b"\x53\xEF\x01");
        assert_eq!(Collected::of("x", &ext).format, "disk");
        assert_eq!(Collected::of("a.iso", &vec![0; 40_000]).format, "disk");
        assert_ne!(Collected::of("a.iso", b"some text").format, "disk");
    }

    #[test]
    fn words_are_no_images() {
        for text in ["KDMV is a word\n", "hsqs\n", "conecting people\n"] {
            assert_eq!(Collected::of("x", text.as_bytes()).format, "plain", "{text}");
        }
    }
}
