//! Failures of time stamps, for people.

use std::path::Path;

use super::{Exit, Failure, shown};
use crate::case::journal::JournalError;
use crate::case::stamp::StampError;
use crate::disk::error::DiskError;
use crate::seal::chain::CheckError;

impl Failure {
    /// A query can not go out, or a reply not come in.
    pub(in crate::cli) fn stamp(case: &Path, error: &StampError) -> Self {
        let folder = shown(case);
        match error {
            StampError::NothingSealed => Self::new(
                (format!("no evidence is sealed in the case {folder} yet"), "finish the collection first: hozen collect --resume"),
                (
                    format!("事案 {folder} には、封印済みの証拠がまだありません"),
                    "先に保全を終えてください: hozen collect --resume",
                ),
            ),
            StampError::Several(_) | StampError::NoSuch(_) => Self::new(
                (format!("it is not clear which evidence of the case {folder} is meant"), "name one with --evidence"),
                (format!("事案 {folder} のどの証拠か分かりません"), "--evidence で一つ指定してください"),
            )
            .because(error),
            StampError::Already(_) => Self::new(
                ("this reply was taken into the case before".into(), "nothing is left to do; `hozen verify` checks it"),
                ("この応答は取り込み済みです".into(), "作業は不要です。`hozen verify` で検査できます"),
            )
            .because(error),
            StampError::TooMany => Self::new(
                ("the case has as many time stamps on this evidence as can be kept".into(), "keep the reply beside the case"),
                ("この証拠のタイムスタンプは上限に達しています".into(), "応答は事案フォルダーの外に保管してください"),
            )
            .because(error),
            StampError::Reply(_) => Self::new(
                (
                    "the reply is no time stamp on this seal; nothing was kept".into(),
                    "see the cause. Is it the reply to this evidence's query, and unchanged? If so, ask the authority again",
                ),
                (
                    "応答は、この封印のタイムスタンプではありません。何も取り込んでいません".into(),
                    "原因を確認してください。この証拠の要求への応答で、変更されていないものなら、もう一度認証局に要求してください",
                ),
            )
            .because(error)
            .exits(Exit::Broken),
            StampError::Journal(JournalError::Disk(disk)) if disk.source.kind() == std::io::ErrorKind::WouldBlock => {
                Self::busy(case)
            }
            StampError::Journal(JournalError::Disk(disk)) | StampError::Disk(disk) => Self::disk(disk),
            StampError::Journal(JournalError::Broken(CheckError::Read { .. })) | StampError::Evidence(_) => Self::new(
                (format!("the evidence of the case {folder} could not be read"), "see the cause, and what `hozen verify` says"),
                (
                    format!("事案 {folder} の証拠を読み取れません"),
                    "原因と、`hozen verify` の結果を確認してください",
                ),
            )
            .because(error),
            StampError::Journal(_) | StampError::Changed(_) => Self::new(
                (
                    format!("the case {folder} is not as it was sealed; nothing was written"),
                    "keep the folder as it is, and see what `hozen verify` says",
                ),
                (
                    format!("事案 {folder} は封印時のままではありません。何も書いていません"),
                    "フォルダーには手を加えず、`hozen verify` の結果を確認してください",
                ),
            )
            .because(error)
            .exits(Exit::Broken),
        }
    }

    /// The query would overwrite something.
    pub(in crate::cli) fn query_exists(file: &Path) -> Self {
        let file = shown(file);
        Self::new(
            (format!("{file} exists already and is not overwritten"), "name another file with --request"),
            (format!("{file} はすでに存在します。上書きはしません"), "--request に別の名前を指定してください"),
        )
    }

    /// An authority did not answer as it should.
    pub(in crate::cli) fn tsa(url: &str, error: &dyn std::error::Error) -> Self {
        Self::new(
            (
                format!("no time stamp was got from {url}; nothing was kept"),
                "see the cause; a proxy of the environment is not used, and no redirect is followed: name the address itself. \
                 Or write the query with --request, send it by other means, and take the reply in with --import",
            ),
            (
                format!("{url} からタイムスタンプを取得できません。何も取り込んでいません"),
                "原因を確認してください。環境変数のプロキシーは使わず、転送先にも従わないので、実際のアドレスを指定してください。\
                 または --request で要求を書き、別の方法で送って、応答を --import で取り込んでください",
            ),
        )
        .because(error)
    }

    /// A password would go over the wire in clear.
    pub(in crate::cli) fn password_in_clear(url: &str) -> Self {
        Self::new(
            (
                format!("a password is not sent to {url}: everybody on the way could read it"),
                "name an address that begins with https://, or leave --tsa-user away",
            ),
            (
                format!("{url} にはパスワードを送りません（経路上の誰にでも読めてしまいます）"),
                "https:// で始まるアドレスを指定するか、--tsa-user を省いてください",
            ),
        )
    }

    /// A reply or a file with certificates can not be read.
    pub(in crate::cli) fn stamp_file(file: &Path, error: &DiskError) -> Self {
        let file = shown(file);
        Self::new(
            (
                format!("{file} could not be read"),
                "check the spelling: a reply (.tsr) is due with --import, certificates (PEM) with --ca",
            ),
            (
                format!("{file} を読み取れません"),
                "つづりを確認してください（--import には応答 .tsr、--ca には PEM 形式の証明書）",
            ),
        )
        .because(error)
    }
}
