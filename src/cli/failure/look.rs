//! Failures of looking for personal data: rules, scope, cache.

use std::error::Error;
use std::ffi::OsStr;
use std::path::Path;

use super::{Failure, shown};
use crate::model::RawPath;

impl Failure {
    /// Rules of the machine or the user can not be read: a scan without them would look for less than is thought.
    pub(in crate::cli) fn local_rules(folder: &Path, error: &dyn Error) -> Self {
        let folder = shown(folder);
        Self::new(
            (
                format!("the rules in {folder} can not be used, so nothing was scanned"),
                "mend them, or go on without the rules of this machine: --no-local-rules",
            ),
            (
                format!("{folder} のルールを使えないため、検査していません"),
                "ルールを直すか、この機器のルールを使わない --no-local-rules を付けてください",
            ),
        )
        .because(error)
    }

    /// A folder of `--web-root` is not there.
    pub(in crate::cli) fn web_root(path: &Path, error: &dyn Error) -> Self {
        let path = shown(path);
        Self::new(
            (
                format!("the public folder {path} can not be found, so nothing was scanned"),
                "correct --web-root, or leave it away: the usual places (/var/www, public_html, …) are known",
            ),
            (
                format!("公開フォルダー {path} が見つからないため、検査していません"),
                "--web-root を直すか、省いてください（/var/www や public_html などは指定がなくても分かります）",
            ),
        )
        .because(error)
    }

    /// The spool folder can not be used.
    pub(in crate::cli) fn spool(folder: &Path, error: &dyn Error) -> Self {
        let folder = shown(folder);
        Self::new(
            (
                format!("the spool folder {folder} can not be used; nothing was read yet"),
                "name an existing folder that you may write to with --spool, on a disk that is not evidence",
            ),
            (
                format!("作業フォルダー {folder} を使えません。まだ何も読み取っていません"),
                "--spool には、書き込みできる既存のフォルダー（証拠でないディスク上）を指定してください",
            ),
        )
        .because(error)
    }

    /// People could not be counted: what was set aside for it is lost.
    pub(in crate::cli) fn counting(error: &std::io::Error) -> Self {
        Self::new(
            (
                "people could not be counted, so there is no number".into(),
                "free some space on the disk of the spool or output folder (see the cause), or name a folder on another disk, and run it again: \
                 counting needs about 60 bytes for each value that is found; evidence that was written so far is kept",
            ),
            (
                "人数を数えられませんでした。数は出ていません".into(),
                "原因を確認し、作業フォルダー・出力先のディスクに空きを作るか、別のディスクのフォルダーを指定して、やり直してください。\
                 見つかった値 1 件につき約 60 バイトが必要です。書けた証拠は残っています",
            ),
        )
        .because(error)
    }

    /// A case key can not be used.
    pub(in crate::cli) fn case_key(path: &Path, error: &dyn Error) -> Self {
        let path = shown(path);
        Self::new(
            (
                format!("the case key {path} can not be used"),
                "name secret/case.key of the case, or leave --case-key away: then digests match no other run",
            ),
            (
                format!("事案の鍵 {path} を使えません"),
                "事案フォルダーの secret/case.key を指定するか、--case-key を省いてください（他の実行とは照合できなくなります）",
            ),
        )
        .because(error)
    }

    /// The cache of a scan can not be used.
    pub(in crate::cli) fn cache(path: &Path, error: &dyn Error) -> Self {
        let path = shown(path);
        Self::new(
            (
                format!("the cache {path} can not be used; nothing was read yet"),
                "name a file of your own with --cache that no other hozen is using, or leave --cache away",
            ),
            (
                format!("キャッシュ {path} を使えません。まだ何も読み取っていません"),
                "--cache には、ほかの hozen が使っていない自分のファイルを指定するか、--cache を省いてください",
            ),
        )
        .because(error)
    }

    /// A rule is broken: a scan with a rule silently missing would be a false all-clear.
    pub(in crate::cli) fn rules(error: &dyn Error) -> Self {
        Self::new(
            (
                "a detection rule is broken, so nothing was scanned".into(),
                "mend the rule, or leave its folder away; `hozen rules check DIR` shows every problem",
            ),
            (
                "検出ルールに誤りがあるため、検査していません".into(),
                "ルールを直すか、そのフォルダーの指定を外してください。`hozen rules check DIR` で問題をすべて表示します",
            ),
        )
        .because(error)
    }

    /// A pattern of `--exclude` is none.
    pub(in crate::cli) fn exclude(error: &dyn Error) -> Self {
        Self::new(
            (
                "a pattern of --exclude can not be read, so nothing was scanned".into(),
                "write it like '*.iso', node_modules or /srv/cache/**, in quotes where it holds * or ?",
            ),
            (
                "--exclude の指定を読み取れないため、検査していません".into(),
                "'*.iso'、node_modules、/srv/cache/** のように書いてください（* や ? を含むときは引用符で囲みます）",
            ),
        )
        .because(error)
    }

    /// The moment of `--since` does not exist.
    pub(in crate::cli) fn since(error: &dyn Error) -> Self {
        Self::new(
            (
                "the time of --since can not be placed, so nothing was scanned".into(),
                "write a date (2026-11-01), a date and time (2026-11-01T18:00) or a time before now (7d)",
            ),
            (
                "--since の時刻を読み取れないため、検査していません".into(),
                "日付（2026-11-01）、日時（2026-11-01T18:00）、または今からさかのぼる長さ（7d）で書いてください",
            ),
        )
        .because(error)
    }

    /// A folder of rules can not be read: a scan without it would be a false all-clear.
    pub(in crate::cli) fn rule_folder(folder: &Path, error: &dyn Error) -> Self {
        let folder = shown(folder);
        Self::new(
            (
                format!("the rules in {folder} can not be read, so nothing was scanned"),
                "check the path: it must be a folder with rule files (*.toml)",
            ),
            (
                format!("{folder} のルールを読めないため、検査していません"),
                "パスを確認してください。ルールのファイル（*.toml）があるフォルダーを指定します",
            ),
        )
        .because(error)
    }

    /// A text of `--site` is none.
    pub(in crate::cli) fn site_form(text: &OsStr) -> Self {
        let text = shown(Path::new(text));
        Self::new(
            (
                format!("\"{text}\" names no site, so nothing was scanned"),
                "write --site NAME=PATH: a name of your own, and the file or folder that is the site (East=/srv/east)",
            ),
            (
                format!("--site の「{text}」を読み取れないため、検査していません"),
                "--site NAME=PATH の形で、好きな名前と、そのファイルまたはフォルダーを書いてください（東校=/srv/east など）",
            ),
        )
    }

    /// The path of a site is not there.
    pub(in crate::cli) fn site_missing(path: &Path, error: &dyn Error) -> Self {
        let path = shown(path);
        Self::new(
            (
                format!("the site {path} can not be found, so nothing was scanned"),
                "correct the path behind the = of --site; it is read as the other paths of the command line are",
            ),
            (
                format!("--site のパス {path} が見つからないため、検査していません"),
                "--site の = の後のパスを直してください（対象のパスと同じ書き方です）",
            ),
        )
        .because(error)
    }

    /// A site lies outside of the sources.
    pub(in crate::cli) fn site_outside(path: &Path) -> Self {
        let path = shown(path);
        Self::new(
            (
                format!("the site {path} is not part of what is looked at, so nothing was scanned"),
                "name a file or folder below one of the PATHs behind the = of --site, or add it to the PATHs",
            ),
            (
                format!("--site のパス {path} は対象に含まれていないため、検査していません"),
                "--site の = の後には対象の中のファイルかフォルダーを指定するか、それを対象に加えてください",
            ),
        )
    }

    /// A site is an evidence zip or a case: what is in it does not say so.
    pub(in crate::cli) fn site_is_evidence(path: &Path) -> Self {
        let path = shown(path);
        Self::new(
            (
                format!("{path} is evidence and can be no site, so nothing was scanned"),
                "name a path as it was at the collection (`unzip -l` lists them below data/fs), or scan each evidence by itself",
            ),
            (
                format!("{path} は証拠なので --site には使えません。検査していません"),
                "保全したときのパスを指定するか（`unzip -l` で data/fs の下に並びます）、証拠を 1 つずつ検査してください",
            ),
        )
    }

    /// A text of `--own-domain` is none.
    pub(in crate::cli) fn own_domain(text: &str) -> Self {
        let text = RawPath(text.as_bytes().to_vec()).shown();
        Self::new(
            (
                format!("\"{text}\" is no mail domain, so nothing was scanned"),
                "write --own-domain example.co.jp: what stands behind the @ of the house's addresses; name subdomains by themselves",
            ),
            (
                format!("--own-domain の「{text}」はメールのドメインではないため、検査していません"),
                "--own-domain example.co.jp のように、自社のアドレスの @ の後を書いてください（サブドメインは別に指定します）",
            ),
        )
    }
}
