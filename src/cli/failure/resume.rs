//! What a person is told when a broken collection can not go on.

use std::path::Path;

use super::{Exit, Failure, shown};
use crate::case::journal::JournalError;
use crate::case::resume::ResumeError;
use crate::seal::chain::CheckError;

impl Failure {
    /// A case can not go on.
    pub(in crate::cli) fn resume(case: &Path, error: &ResumeError) -> Self {
        let folder = shown(case);
        match error {
            ResumeError::NoCase => Self::not_evidence(case),
            ResumeError::NothingTaken => Self::new(
                (
                    format!("the case {folder} broke off before anything was taken"),
                    "remove the folder, and begin anew: nothing is lost",
                ),
                (
                    format!("事案 {folder} は、何も保全しないうちに終わっています"),
                    "フォルダーを削除して、最初からやり直してください（失われるものはありません）",
                ),
            ),
            ResumeError::Complete => Self::new(
                (
                    format!("the case {folder} is complete: there is nothing to go on with"),
                    "check it with `hozen verify`; to preserve more, begin a new case",
                ),
                (
                    format!("事案 {folder} は完了しています。続きはありません"),
                    "`hozen verify` で確認してください。さらに保全するには、新しい事案を始めてください",
                ),
            ),
            // The medium, not the records: they may be as they were.
            ResumeError::Journal(JournalError::Disk(_) | JournalError::Broken(CheckError::Read { .. })) => {
                Self::not_read(&folder).because(error)
            }
            ResumeError::Orders(_) | ResumeError::Journal(_) => Self::new(
                (
                    format!("the case {folder} can not go on: its records are not as they were written"),
                    "keep the folder as it is, see what `hozen verify` says, and begin a new case",
                ),
                (
                    format!("事案 {folder} の続きを行えません。記録が書かれたときのままではありません"),
                    "フォルダーには手を加えず、`hozen verify` で確認し、新しい事案を始めてください",
                ),
            )
            .because(error)
            .exits(Exit::Broken),
            ResumeError::Disk(disk) => Self::unreadable(disk),
        }
    }

    /// The medium did not give the records of a case.
    fn not_read(folder: &str) -> Self {
        Self::new(
            (
                format!("the records of the case {folder} could not be read"),
                "see the cause; nothing was changed: try again",
            ),
            (
                format!("事案 {folder} の記録を読み取れません"),
                "原因を確認してください。何も変更していません。もう一度実行できます",
            ),
        )
    }

    /// Another hozen holds the case.
    pub(in crate::cli) fn busy(case: &Path) -> Self {
        let folder = shown(case);
        Self::new(
            (format!("another hozen is at work on the case {folder}"), "wait until it ends"),
            (format!("別の hozen が事案 {folder} を処理しています"), "終わるまでお待ちください"),
        )
    }

    /// The case was begun on another machine.
    pub(in crate::cli) fn other_machine(began: &str, here: &str) -> Self {
        let text = |name: &str| crate::model::RawPath(name.as_bytes().to_vec()).shown();
        let (began, here) = (text(began), text(here));
        Self::new(
            (
                format!("the case was begun on the machine {began}, and this one is {here}"),
                "go on where it began, or begin a new case here; --force goes on here all the same, if it is the same machine \
                 under a new name",
            ),
            (
                format!("この事案は {began} で始めたものですが、この機器は {here} です"),
                "始めた機器で続けるか、この機器で新しい事案を始めてください。同じ機器の名前が変わっただけなら、--force で続行できます",
            ),
        )
    }

    /// The key that the case began with is not the one that was named, or none was.
    pub(in crate::cli) fn other_key(due: &str) -> Self {
        Self::new(
            (format!("the case was begun with the signing key {due}"), "name that key with --sign-key"),
            (format!("この事案は署名鍵 {due} で始めています"), "その鍵を --sign-key で指定してください"),
        )
    }

    /// Sealed evidence is not what the chain of custody says.
    pub(in crate::cli) fn sealed_evidence_changed(error: &dyn std::error::Error) -> Self {
        Self::new(
            (
                "the evidence was sealed, and is not as it was sealed any more".into(),
                "keep the case folder as it is, and begin a new case",
            ),
            (
                "証拠は封印されていますが、封印時のままではありません".into(),
                "事案フォルダーには手を加えず、新しい事案を始めてください",
            ),
        )
        .because(error)
        .exits(Exit::Broken)
    }
}
