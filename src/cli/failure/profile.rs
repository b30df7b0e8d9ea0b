//! Failures of profiles, for people.

use std::error::Error;
use std::path::Path;

use super::{Failure, shown};
use crate::model::RawPath;

impl Failure {
    /// Neither a path nor a profile was named.
    pub(in crate::cli) fn nothing_named() -> Self {
        Self::new(
            (
                "nothing to preserve was named".into(),
                "name folders and files, or a kind of server: --profile web-server (--list-profiles shows them all)",
            ),
            (
                "保全する対象が指定されていません".into(),
                "フォルダーやファイルを指定するか、--profile web-server のようにサーバーの種類を指定してください\
                 （一覧は --list-profiles）",
            ),
        )
    }

    /// A profile that does not exist.
    pub(in crate::cli) fn no_such_profile(name: &str, known: &str) -> Self {
        let name = RawPath(name.as_bytes().to_vec()).shown();
        Self::new(
            (
                format!("there is no profile \"{name}\"; there are: {known}"),
                "name one of these with --profile, or the folder that holds yours with --profiles",
            ),
            (
                format!("「{name}」というプロファイルはありません。使えるもの: {known}"),
                "--profile にこのいずれかを指定するか、自作のプロファイルのフォルダーを --profiles で指定してください",
            ),
        )
    }

    /// The root of a profile can not be looked below.
    pub(in crate::cli) fn root(root: &Path, error: &dyn Error) -> Self {
        let root = shown(root);
        Self::new(
            (
                format!("nothing can be looked up below {root}; nothing was read or written"),
                "name the folder where the disk image is mounted with --root",
            ),
            (
                format!("{root} の下を探せません。まだ何も読み書きしていません"),
                "--root には、ディスクイメージを接続したフォルダーを指定してください",
            ),
        )
        .because(error)
    }

    /// Nothing of the profiles is there.
    pub(in crate::cli) fn nothing_found(root: &Path) -> Self {
        let root = shown(root);
        Self::new(
            (
                format!("nothing of these profiles is there below {root}; nothing was written"),
                "check --root and --profile; --dry-run shows each place that was looked for",
            ),
            (
                format!("{root} の下に、プロファイルに当てはまるものがありません。何も書いていません"),
                "--root と --profile を確認してください。--dry-run で、探した場所を一つずつ確認できます",
            ),
        )
    }

    /// A profile is broken: a collection with a place silently missing would be a false all-clear.
    pub(in crate::cli) fn profiles(error: &dyn Error) -> Self {
        Self::new(
            ("a profile is broken, so nothing was preserved".into(), "mend the file, or leave its folder away"),
            (
                "プロファイルに誤りがあるため、保全していません".into(),
                "ファイルを直すか、そのフォルダーの指定を外してください",
            ),
        )
        .because(error)
    }
}
