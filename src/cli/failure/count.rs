//! What a person is told when people can not be counted again.

use std::io::ErrorKind;
use std::path::Path;

use super::{Exit, Failure, shown};
use crate::case::counts::CountError;
use crate::case::journal::JournalError;
use crate::disk::error::DiskError;

impl Failure {
    /// Nothing was named.
    pub(in crate::cli) fn no_count_input() -> Self {
        Self::new(
            ("no case is named".into(), "name the case folder whose people are to be counted: `hozen count CASE`"),
            ("事案が指定されていません".into(), "人数を算出する事案フォルダーを指定してください：`hozen count CASE`"),
        )
    }

    /// The file of records could not be made.
    pub(in crate::cli) fn count_records(error: &DiskError) -> Self {
        let path = shown(&error.path);
        Self::new(
            (
                format!("the records of the count can not be written to {path}; nothing was overwritten"),
                "name a file that does not exist yet, in a folder that does, with --count-records",
            ),
            (
                format!("算出用の記録を {path} に書けません。既存のファイルは上書きしていません"),
                "--count-records には、既存のフォルダーの中の、まだ存在しないファイル名を指定してください",
            ),
        )
        .because(error)
    }

    /// Several cases were named, and not to be counted together.
    pub(in crate::cli) fn count_without_merge() -> Self {
        Self::new(
            ("several cases are named; nothing was counted".into(), "name one, or add --merge to count them together"),
            (
                "事案が複数指定されています。何も算出していません".into(),
                "一つだけ指定するか、合わせて算出するなら --merge を付けてください",
            ),
        )
    }

    /// A second count says why.
    pub(in crate::cli) fn count_without_reason(number: u64) -> Self {
        let before = number.saturating_sub(1);
        Self::new(
            (
                format!("this would be count {number} of the case, and --reason is missing; nothing was counted"),
                "say why people are counted again (--reason TEXT): a number that was told before is only changed with a reason",
            ),
            (
                format!("この事案には算出が {before} 件あり、算出し直すには --reason が必要です。何も算出していません"),
                "算出し直す理由を --reason で指定してください（一度示した人数を変えるときは、理由を残します）",
            ),
        )
    }

    /// People could not be counted, or counts not be read.
    pub(in crate::cli) fn count(path: &Path, error: &CountError) -> Self {
        let folder = shown(path);
        match error {
            CountError::NotKept => Self::new(
                (
                    format!("{folder} keeps no records of a count: an older hozen made it, or `hozen collect` alone"),
                    "run `hozen scan` on the case: it counts from the sealed evidence (with --count-records FILE it keeps the records \
                     for --merge); or preserve with `hozen respond`",
                ),
                (
                    format!("{folder} には人数の算出に使う記録がありません（古い hozen か、`hozen collect` だけで作られています）"),
                    "`hozen scan` を事案に実行すると、封印された証拠から算出します（--count-records FILE で記録も残せます）。\
                     または `hozen respond` で保全してください",
                ),
            ),
            CountError::KeptBack => Self::new(
                (
                    format!("the records of the count of {folder} were kept back when it was handed over"),
                    "ask who handed it over to count",
                ),
                (
                    format!("{folder} の算出用の記録は、引き渡しのときに除かれています"),
                    "引き渡した側に算出を依頼してください",
                ),
            ),
            CountError::Unfinished => Self::new(
                (format!("the collection of {folder} is not at its end; nothing was counted"), "go on with it first"),
                (format!("{folder} の保全は最後まで終わっていません。何も算出していません"), "先に続きを行ってください"),
            )
            .resumable("respond", path),
            CountError::Changed { file } => Self::new(
                (
                    format!("{folder}/{file} is not as it was written; nothing was counted or compared"),
                    "keep the folder as it is, see what `hozen verify` says, and use another copy",
                ),
                (
                    format!("{folder}/{file} が、書かれたときのままではありません。算出も比較もしていません"),
                    "フォルダーには手を加えず、`hozen verify` で確認し、別の複製を使ってください",
                ),
            )
            .exits(Exit::Broken),
            CountError::Torn { name, source } => Self::new(
                (format!("{name} is torn or damaged; nothing was counted"), "use another copy, or make it anew with `hozen scan --count-records`"),
                (
                    format!("{name} は途中で切れているか、壊れています。何も算出していません"),
                    "別の複製を使うか、`hozen scan --count-records` で作り直してください",
                ),
            )
            .because(source)
            .exits(Exit::Broken),
            CountError::NotRecords { name, source } => Self::new(
                (
                    format!("{name} is no file of records that this hozen can read; nothing was counted"),
                    "name a case, or a file that `hozen scan --count-records` or `hozen respond` wrote (count-records.bin)",
                ),
                (
                    format!("{name} は、この hozen が読める算出用の記録ではありません。何も算出していません"),
                    "事案か、`hozen scan --count-records` または `hozen respond` が書いたファイル（count-records.bin）を指定してください",
                ),
            )
            .because(source),
            CountError::NotWhole { name } => Self::new(
                (
                    format!("{name} does not hold all records: memory was full when they were taken; nothing was counted"),
                    "make it anew with `hozen scan --spool DIR --count-records FILE`",
                ),
                (
                    format!("{name} にはすべての記録がありません（作成時にメモリーの上限に達しました）。何も算出していません"),
                    "`hozen scan --spool DIR --count-records FILE` で作り直してください",
                ),
            ),
            _ => Self::count_of_several(path, error),
        }
    }

    fn count_of_several(path: &Path, error: &CountError) -> Self {
        match error {
            CountError::OtherKey { name, first } => Self::new(
                (
                    format!(
                        "{name} was made under another key than {first}: the same person has other digests in each; nothing was counted"
                    ),
                    "count them one by one; to count together, make the second case with --case-key and the key of the first \
                     (secret/case.key), or run `hozen scan CASE --case-key FILE --count-records FILE` on its sealed evidence",
                ),
                (
                    format!(
                        "{name} は {first} とは別の鍵で作られています（同じ人でもダイジェストが異なります）。何も算出していません"
                    ),
                    "一つずつ算出してください。合わせて算出するには、二つ目の事案を最初の事案の鍵（secret/case.key）を --case-key に\
                     指定して作るか、`hozen scan CASE --case-key FILE --count-records FILE` を封印された証拠に実行してください",
                ),
            ),
            CountError::Twice { name, first } => Self::new(
                (format!("{name} holds the same records as {first}; nothing was counted"), "name each machine once"),
                (format!("{name} と {first} は同じ記録です。何も算出していません"), "それぞれ一度だけ指定してください"),
            ),
            CountError::NoKey => Self::new(
                (
                    "--own-domain needs the key of the case, and it is not here; nothing was counted".into(),
                    "name the key file with --case-key (secret/case.key of the case)",
                ),
                (
                    "--own-domain には事案の鍵が必要ですが、見つかりません。何も算出していません".into(),
                    "鍵ファイル（事案の secret/case.key）を --case-key で指定してください",
                ),
            ),
            CountError::NoEntry(number) => Self::new(
                (format!("there is no count {number}"), "see `hozen count CASE --history` for those that there are"),
                (format!("{number} 番の算出はありません"), "`hozen count CASE --history` で番号を確認してください"),
            ),
            CountError::NotACount { name, source } => Self::new(
                (
                    format!("{name} is no count that this hozen can read"),
                    "name a number of the history, or a file results/count-NNNN.json",
                ),
                (
                    format!("{name} は、この hozen が読める算出結果ではありません"),
                    "--history の番号か、results/count-NNNN.json のファイルを指定してください",
                ),
            )
            .because(source),
            CountError::Journal(JournalError::Disk(disk)) if disk.source.kind() == ErrorKind::WouldBlock => {
                Self::busy(path)
            }
            CountError::Journal(JournalError::Broken(broken)) => {
                Self::count_behind_a_broken_chain(path).because(broken)
            }
            CountError::Journal(JournalError::Disk(disk)) | CountError::Disk(disk) => Self::disk(disk),
            CountError::Aside(source) => Self::writing(source, error),
            _ => Self::bug(error),
        }
    }

    fn count_behind_a_broken_chain(path: &Path) -> Self {
        let folder = shown(path);
        Self::new(
            (
                format!("the chain of custody of {folder} is not as it was written; nothing was counted"),
                "keep the folder as it is, see what `hozen custody check` says, and compare it with another copy",
            ),
            (
                format!("{folder} の証拠管理の記録が、書かれたときのままではありません。何も算出していません"),
                "フォルダーには手を加えず、`hozen custody check` で確認し、別の複製と比較してください",
            ),
        )
        .exits(Exit::Broken)
    }
}
