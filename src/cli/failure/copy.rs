//! What a person is told when a second copy can not be made.

use std::io::ErrorKind;
use std::path::Path;

use super::{Exit, Failure, shown};
use crate::case::copy::CopyError;
use crate::cli::words;
use crate::disk::error::DiskError;

impl Failure {
    /// A copy could not be made.
    pub(in crate::cli) fn copy(source: &Path, error: &CopyError) -> Self {
        match error {
            CopyError::NothingToCopy(path) => Self::nothing_to_copy(path),
            CopyError::Unfinished(_) => Self::copy_unfinished(source),
            CopyError::NotWhole { .. } => Self::new(
                (
                    format!("{} is not whole; no copy was made", shown(source)),
                    "keep it as it is, see what `hozen verify` says, and compare it with another copy",
                ),
                (
                    format!("{} は記録どおりではありません。複製は作っていません", shown(source)),
                    "手を加えず、`hozen verify` で確認し、別の複製と比較してください",
                ),
            )
            .because(error)
            .exits(Exit::Broken),
            CopyError::Differs { .. } => Self::new(
                (
                    "the copy is not what was written to its medium; it was removed again".into(),
                    "do not trust this medium, cable or adapter: take another one, and copy again; the source is as it was",
                ),
                (
                    "複製が、書き込んだ内容と一致しません。作りかけの複製は削除しました".into(),
                    "この媒体・ケーブル・変換器は使わず、別のものでもう一度複製してください。複製元は元のままです",
                ),
            )
            .because(error)
            .exits(Exit::Broken),
            CopyError::Interrupted => Self::new(
                ("interrupted; what was copied was removed again".into(), "start it again: the source is as it was"),
                ("中断しました。作りかけの複製は削除しました".into(), "もう一度実行してください。複製元は元のままです"),
            )
            .exits(Exit::Interrupted),
            CopyError::NotNamed { to, source: cause } => Self::new(
                (
                    format!("the copy is whole and set down, and could not be given its name {}", shown(to)),
                    "rename it by hand: take away the end `.partial`",
                ),
                (
                    format!("複製は完全で記録も済みましたが、名前 {} を付けられません", shown(to)),
                    "手作業で、名前の末尾の `.partial` を取り除いてください",
                ),
            )
            .because(cause),
            CopyError::Disk(disk) => Self::copy_disk(disk),
            CopyError::Journal(journal) => Self::copy_journal(source, journal, error),
            CopyError::NoFolder(_) | CopyError::Inside(_) | CopyError::Taken(_) | CopyError::TooLittleSpace { .. } => {
                Self::copy_target(error)
            }
        }
    }

    fn nothing_to_copy(path: &Path) -> Self {
        let path = shown(path);
        Self::new(
            (
                format!("{path} is neither a case folder nor a zip"),
                "name the folder that holds case.json, or an evidence zip that has its .sha256 beside it",
            ),
            (
                format!("{path} は事案フォルダーでも zip でもありません"),
                "case.json があるフォルダー、または .sha256 が隣にある証拠 zip を指定してください",
            ),
        )
    }

    fn copy_unfinished(source: &Path) -> Self {
        let path = shown(source);
        Self::new(
            (
                format!("the collection of {path} is not at its end; no copy was made"),
                "bring it to its end first, on the machine that it was begun on",
            ),
            (
                format!("{path} の保全は最後まで終わっていません。複製は作っていません"),
                "先に、始めた機器で最後まで終わらせてください",
            ),
        )
        .resumable("collect", source)
    }

    fn copy_target(error: &CopyError) -> Self {
        match error {
            CopyError::NoFolder(to) => Self::new(
                (
                    format!("{} is no folder; nothing was made", shown(to)),
                    "is the disk mounted? --to names an existing folder, so that a disk that is not there is noticed",
                ),
                (
                    format!("{} というフォルダーはありません。何も作っていません", shown(to)),
                    "ディスクは接続されていますか。--to には既存のフォルダーを指定してください（接続もれに気付くためです）",
                ),
            ),
            CopyError::Inside(to) => Self::new(
                (format!("{} lies in what is to be copied", shown(to)), "name a folder on another disk with --to"),
                (format!("{} は複製元の中にあります", shown(to)), "--to で別のディスクのフォルダーを指定してください"),
            ),
            CopyError::Taken(path) => Self::new(
                (
                    format!("{} exists already; nothing in it was touched", shown(path)),
                    "name another folder with --to. One that ends in `.partial` is a copy that is being made, or that broke off: \
                     if none is running, it can be removed",
                ),
                (
                    format!("{} はすでにあります（中は変更していません）", shown(path)),
                    "--to で別のフォルダーを指定してください。末尾が `.partial` のものは、作成中か、途中で終わった複製です。\
                     作成中でなければ削除できます",
                ),
            ),
            CopyError::TooLittleSpace { to, need, free } => {
                let (to, need, free) = (shown(to), words::bytes(*need), words::bytes(*free));
                Self::new(
                    (format!("{to} has {free} free; the copy needs {need}"), "name a larger disk with --to"),
                    (
                        format!("{to} の空きは {free} ですが、{need} 必要です"),
                        "--to で空きの大きいディスクを指定してください",
                    ),
                )
            }
            _ => Self::bug(error),
        }
    }

    fn copy_disk(disk: &DiskError) -> Self {
        let path = shown(&disk.path);
        if disk.is_full() {
            return Self::new(
                (
                    format!("the disk is full at {path}; what was copied was removed again"),
                    "make room, or name a larger disk with --to",
                ),
                (
                    format!("ディスクが満杯です: {path}。作りかけの複製は削除しました"),
                    "空きを作るか、--to で空きの大きいディスクを指定してください",
                ),
            )
            .because(disk);
        }
        let next = if disk.source.kind() == ErrorKind::FileTooLarge {
            (
                "a FAT32 disk ends at 4 GiB a file: name one with exFAT, NTFS or ext4",
                "FAT32 のディスクには 4 GiB を超えるファイルを書けません。exFAT・NTFS・ext4 のものを使ってください",
            )
        } else {
            (
                "see the cause (is the disk still there? rights?), and start again",
                "原因（ディスクの接続、権限など）を確認して、もう一度実行してください",
            )
        };
        Self::new(
            (format!("{path} could not be read or written; no copy was made"), next.0),
            (format!("{path} を読み書きできません。複製は作っていません"), next.1),
        )
        .because(disk)
    }

    fn copy_journal(source: &Path, journal: &crate::case::journal::JournalError, error: &CopyError) -> Self {
        use crate::case::journal::JournalError;
        match journal {
            JournalError::Disk(disk) if disk.source.kind() == ErrorKind::WouldBlock => Self::busy(source),
            JournalError::Disk(disk) => Self::copy_disk(disk),
            JournalError::Broken(_) => Self::new(
                (
                    format!("the chain of custody of {} is not as it was written; no copy was made", shown(source)),
                    "keep the folder as it is, and see what `hozen custody check` says; it names the way out of a torn last line",
                ),
                (
                    format!("{} の証拠管理の記録が、書かれたときのままではありません。複製は作っていません", shown(source)),
                    "手を加えず、`hozen custody check` で確認してください。最後の行が途切れているだけなら、その対処も示します",
                ),
            )
            .because(error)
            .exits(Exit::Broken),
            JournalError::Chain(_) => Self::bug(error),
        }
    }
}
