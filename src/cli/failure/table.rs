//! What a person is told when a table of people, or a list for letters, can not be written.

use std::error::Error;
use std::path::Path;

use super::{Exit, Failure, shown};
use crate::disk::error::DiskError;

impl Failure {
    /// An unknown format.
    pub(in crate::cli) fn table_format(word: &Path) -> Self {
        let word = shown(word);
        Self::new(
            (
                format!("{word} is no format of a table"),
                "name one of sqlite, parquet, csv, then the file: --table csv FILE",
            ),
            (
                format!("{word} という表の形式はありません"),
                "sqlite、parquet、csv のどれかと、ファイルを指定してください（--table csv FILE）",
            ),
        )
    }

    /// The file is there.
    pub(in crate::cli) fn table_exists(path: &Path) -> Self {
        let path = shown(path);
        Self::new(
            (format!("{path} exists already; nothing was written"), "name a file that does not exist yet"),
            (format!("{path} はすでに存在します。何も書いていません"), "まだ存在しないファイル名を指定してください"),
        )
    }

    /// The file would lie in the case.
    pub(in crate::cli) fn table_in_case(path: &Path) -> Self {
        let path = shown(path);
        Self::new(
            (
                format!("{path} would lie in the case folder; nothing was written"),
                "name a file outside of it: nothing in a case is without an event that vouches for it, and what lies there may be handed over",
            ),
            (
                format!("{path} は事案フォルダーの中です。何も書いていません"),
                "事案フォルダーの外を指定してください（中のものはすべて記録で裏付けられ、引き渡しの対象になります）",
            ),
        )
    }

    /// The file could not be written.
    pub(in crate::cli) fn table(error: &DiskError) -> Self {
        let path = shown(&error.path);
        Self::new(
            (
                format!("the table could not be written ({path}); nothing was overwritten"),
                "see the cause: name a file that does not exist yet, in a folder that does and has room",
            ),
            (
                format!("表を書けません（{path}）。既存のファイルは上書きしていません"),
                "原因を確認し、空きのある既存のフォルダーの中の、まだ存在しないファイル名を指定してください",
            ),
        )
        .because(error)
    }

    /// The case is not whole.
    pub(in crate::cli) fn reveal_of_broken(case: &Path, causes: &[String]) -> Self {
        let case = shown(case);
        let mut failure = Self::new(
            (
                format!("{case} is not as it was sealed and recorded; nothing was written in clear"),
                "see what `hozen verify` says; a list for letters is made from a whole case only",
            ),
            (
                format!("{case} は、封印・記録されたときのままではありません。何も書き出していません"),
                "`hozen verify` で確認してください。通知用の一覧は、完全な事案からのみ作成します",
            ),
        )
        .exits(Exit::Broken);
        failure.told.causes.extend(causes.iter().take(5).cloned());
        failure
    }

    /// There is nothing to look at again.
    pub(in crate::cli) fn reveal_without_evidence(case: &Path) -> Self {
        let case = shown(case);
        Self::new(
            (
                format!("{case} holds no sealed evidence; nothing was written"),
                "clear values are nowhere but in the evidence: name the case that still has it",
            ),
            (
                format!("{case} に封印済みの証拠がありません。何も書き出していません"),
                "伏せていない値は証拠の中にしかありません。証拠のある事案を指定してください",
            ),
        )
    }

    /// Nobody can be asked.
    pub(in crate::cli) fn reveal_without_terminal(error: &dyn Error) -> Self {
        Self::new(
            (
                "nobody could be asked whether personal data may be written in clear; nothing was written".into(),
                "run it on a terminal; a script says why with --yes-reveal REASON",
            ),
            (
                "個人データを書き出してよいか確認できません。何も書き出していません".into(),
                "端末で実行してください。スクリプトでは --yes-reveal 理由 を指定します",
            ),
        )
        .because(error)
    }

    /// It was not wanted, or nobody said why.
    pub(in crate::cli) fn not_revealed() -> Self {
        Self::new(
            (
                "not confirmed, or without a reason; nothing was written".into(),
                "give a reason, then type reveal or the name of the case",
            ),
            (
                "確認が得られないか、理由がありません。何も書き出していません".into(),
                "理由を入力し、「開示」または事案の名前を入力してください",
            ),
        )
    }
}
