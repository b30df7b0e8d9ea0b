//! What a person is told when the chain of custody can not be continued.

use std::io::ErrorKind;
use std::path::Path;

use super::{Exit, Failure, shown};
use crate::case::custody::CustodyError;
use crate::case::journal::JournalError;
use crate::case::mend::MendError;
use crate::model::limits::{CUSTODY_PHOTO_BYTES, CUSTODY_PHOTOS, CUSTODY_TEXT_BYTES};
use crate::seal::chain::CheckError;

impl Failure {
    /// Something that is no case was named.
    pub(in crate::cli) fn no_case(path: &Path) -> Self {
        let path = shown(path);
        Self::new(
            (format!("{path} is no case folder"), "name the folder that holds case.json"),
            (format!("{path} は事案フォルダーではありません"), "case.json があるフォルダーを指定してください"),
        )
    }

    /// An event lacks what it is for.
    pub(in crate::cli) fn custody_incomplete(missing: &str) -> Self {
        Self::new(
            (
                format!("{missing} is missing: without it the event says nothing; nothing was written"),
                "say it, and try again",
            ),
            (format!("{missing} がありません。何も書いていません"), "指定してから、もう一度実行してください"),
        )
    }

    /// The sheet could not be written.
    pub(in crate::cli) fn form(error: &crate::disk::error::DiskError) -> Self {
        let path = shown(&error.path);
        Self::new(
            (
                format!("the sheet {path} could not be written; nothing was overwritten"),
                "name a file that does not exist yet, in a folder that does, with --out",
            ),
            (
                format!("記録票 {path} を書けません。既存のファイルは上書きしていません"),
                "--out には、既存のフォルダーの中の、まだ存在しないファイル名を指定してください",
            ),
        )
        .because(error)
    }

    /// More photos than one event takes.
    pub(in crate::cli) fn too_many_photos(given: usize) -> Self {
        Self::new(
            (
                format!("{given} photos are more than one event takes ({CUSTODY_PHOTOS}); nothing was written"),
                "add the rest with a second event",
            ),
            (
                format!("写真 {given} 枚は、1 件の記録の上限（{CUSTODY_PHOTOS} 枚）を超えています。何も書いていません"),
                "残りは別の記録として追記してください",
            ),
        )
    }

    /// A text is too long.
    pub(in crate::cli) fn custody_text(key: &str, bytes: usize) -> Self {
        Self::new(
            (
                format!(
                    "the text for {key} is {bytes} bytes long, over the limit of {CUSTODY_TEXT_BYTES}; nothing was written"
                ),
                "shorten it",
            ),
            (
                format!(
                    "{key} の文章が長すぎます（{bytes} バイト。上限は {CUSTODY_TEXT_BYTES} バイト）。何も書いていません"
                ),
                "短くしてください",
            ),
        )
    }

    /// A chain could not be mended.
    pub(in crate::cli) fn mend(case: &Path, error: &MendError) -> Self {
        let folder = shown(case);
        match error {
            MendError::Custody(error) => Self::custody(case, error),
            MendError::Unfinished => Self::new(
                (
                    format!("the collection of {folder} is not at its end; nothing was changed"),
                    "going on with it cuts the torn line off",
                ),
                (
                    format!("{folder} の保全は最後まで終わっていません。何も変更していません"),
                    "保全の続きを行うと、途切れた行も取り除かれます",
                ),
            )
            .resumable("collect", case),
            MendError::Empty => Self::new(
                (
                    format!("the chain of custody of {folder} holds no whole event; nothing was changed"),
                    "there is nothing to go on from: keep the folder as it is, and compare it with another copy",
                ),
                (
                    format!("{folder} の証拠管理の記録には、完全な記録が 1 件もありません。何も変更していません"),
                    "手を加えず、別の複製と比較してください",
                ),
            )
            .exits(Exit::Broken),
        }
    }

    /// An event could not be added.
    pub(in crate::cli) fn custody(case: &Path, error: &CustodyError) -> Self {
        let folder = shown(case);
        match error {
            CustodyError::Journal(JournalError::Disk(disk)) if disk.source.kind() == ErrorKind::WouldBlock => {
                Self::busy(case)
            }
            CustodyError::Journal(JournalError::Broken(CheckError::Broken(_))) => Self::new(
                (
                    format!("the chain of custody of {folder} is not as it was written; nothing was added to it"),
                    "keep the folder as it is, see what `hozen custody check` says, and compare it with another copy; a \
                     collection that broke off goes on with `hozen collect --resume`, a torn last line is mended with `hozen \
                     custody mend`",
                ),
                (
                    format!("{folder} の証拠管理の記録が、書かれたときのままではありません。何も追記していません"),
                    "フォルダーには手を加えず、`hozen custody check` で確認し、別の複製と比較してください。途中で終わった保全は\
                     `hozen collect --resume` で続行でき、途切れた最後の行は `hozen custody mend` で修復できます",
                ),
            )
            .because(error)
            .exits(Exit::Broken),
            CustodyError::Journal(JournalError::Disk(disk)) | CustodyError::Keep(disk) => Self::new(
                (
                    format!("the chain of custody of {folder} could not be continued; it is as it was"),
                    "see the cause (a full or read-only disk, rights), and try again",
                ),
                (
                    format!("{folder} の証拠管理の記録に追記できません。記録は元のままです"),
                    "原因（空きがない、読み取り専用、権限など）を取り除いてから、もう一度実行してください",
                ),
            )
            .because(disk),
            CustodyError::Photo(disk) => {
                let path = shown(&disk.path);
                let most = super::super::words::bytes(CUSTODY_PHOTO_BYTES);
                Self::new(
                    (format!("the photo {path} can not be taken in (a file of at most {most}); nothing was added"), "see the cause, and try again"),
                    (format!("写真 {path} を取り込めません（{most} までのファイル）。何も追記していません"), "原因を確認して、もう一度実行してください"),
                )
                .because(disk)
            }
            CustodyError::Journal(_) => Self::bug(error),
        }
    }
}
