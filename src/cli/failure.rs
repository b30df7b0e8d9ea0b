//! What a person is told when hozen can not go on: what happened, to which path, and what to do next, in both languages.

use std::error::Error;
use std::path::Path;

use super::exit::Exit;
use crate::case::count_place::CountScratchError;
use crate::disk::error::DiskError;
use crate::model::{Lang, RawPath};
use crate::report::shell_word;

/// A failure, rendered once by [`crate::cli`].
#[derive(Debug)]
pub(super) struct Failure {
    told: Box<Told>,
    exit: Exit,
}

/// What is told: English first, then Japanese.
#[derive(Debug)]
struct Told {
    what: [String; 2],
    next: [String; 2],
    causes: Vec<String>,
    /// The command that goes on with the case.
    go_on: Option<String>,
}

/// A path for a message: hostile names are escaped.
pub(super) fn shown(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt;
    RawPath(path.as_os_str().as_bytes().to_vec()).shown()
}

impl Failure {
    fn new(en: (String, &str), ja: (String, &str)) -> Self {
        let next = [en.1.to_owned(), ja.1.to_owned()];
        let told = Box::new(Told { what: [en.0, ja.0], next, causes: Vec::new(), go_on: None });
        Self { told, exit: Exit::CouldNotRun }
    }

    /// Adds what an error and its sources say.
    #[must_use]
    pub(super) fn because(mut self, error: &dyn Error) -> Self {
        let mut next = Some(error);
        while let Some(error) = next {
            let cause = error.to_string();
            // Some errors say again what their source says.
            if self.told.causes.last() != Some(&cause) {
                self.told.causes.push(cause);
            }
            next = error.source();
        }
        self
    }

    #[must_use]
    fn exits(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// How the process ends.
    pub(super) fn exit(&self) -> Exit {
        self.exit
    }

    /// The whole message.
    pub(super) fn text(&self, lang: Lang) -> String {
        let [what_en, what_ja] = &self.told.what;
        let [next_en, next_ja] = &self.told.next;
        let mut text = format!("{} {}\n", lang.pick("error:", "エラー:"), lang.pick(what_en, what_ja));
        for cause in &self.told.causes {
            text.push_str(&format!("  {} {cause}\n", lang.pick("because:", "原因:")));
        }
        text.push_str(&format!("{} {}\n", lang.pick("what to do:", "対処:"), lang.pick(next_en, next_ja)));
        if let Some(command) = &self.told.go_on {
            text.push_str(&format!("{} {command}\n", lang.pick("then go on:", "続行するには:")));
        }
        text
    }

    /// A source path that is not there.
    pub(super) fn no_such_source(error: &dyn Error) -> Self {
        Self::new(
            ("a source can not be walked".into(), "check the spelling; nothing was read or written"),
            ("対象を読み取れません".into(), "パスのつづりを確認してください。まだ何も読み書きしていません"),
        )
        .because(error)
    }

    /// An image that can not be taken in.
    pub(super) fn image(path: &Path, error: &dyn Error) -> Self {
        let path = shown(path);
        Self::new(
            (
                format!("the image {path} can not be taken in; nothing was read yet"),
                "name the finished image itself with --include-image: a regular file, no folder, link or device",
            ),
            (
                format!("イメージ {path} を取り込めません。まだ何も読み取っていません"),
                "--include-image には、作成済みのイメージそのもの（通常のファイル）を指定してください。\
                 フォルダー、リンク、デバイスは指定できません",
            ),
        )
        .because(error)
    }

    /// The same failure, met when the case was begun: a source that was there a moment ago is gone, or fails.
    #[must_use]
    pub(super) fn of_begun(mut self) -> Self {
        self.told.next = [
            "see the cause: is the source's disk still there? What was written so far is kept, and it is not sealed".to_owned(),
            "原因を確認してください（対象のディスクは接続されていますか）。書けた分は残っていますが、封印はされていません"
                .to_owned(),
        ];
        self
    }

    /// The output folder lies inside a source.
    pub(super) fn out_inside_source(out: &Path, source: &Path) -> Self {
        let (out, source) = (shown(out), shown(source));
        Self::new(
            (
                format!("the output folder {out} lies inside the source {source}"),
                "name a folder on another disk with --out; or add --force to go on: the output is then left out of the \
                 collection, but it still overwrites free space of the source's disk",
            ),
            (
                format!("出力先 {out} が保全対象 {source} の中にあります"),
                "--out で別のディスクのフォルダーを指定してください。--force を付けると続行できますが（出力先は保全対象から除きます）、\
                 対象ディスクの空き領域に書き込むことになります",
            ),
        )
    }

    /// The output folder does not exist or can not be used.
    pub(super) fn out_unusable(out: &Path, error: &dyn Error) -> Self {
        let out = shown(out);
        Self::new(
            (format!("the output folder {out} can not be used"), "make the folder first, or name another with --out"),
            (format!("出力先 {out} を使えません"), "先にフォルダーを作るか、--out で別のフォルダーを指定してください"),
        )
        .because(error)
    }

    /// The case folder exists.
    pub(super) fn case_exists(dir: &Path) -> Self {
        let dir = shown(dir);
        Self::new(
            (
                format!("the case folder {dir} exists already; nothing in it was touched"),
                "name another case with --case",
            ),
            (
                format!("事案フォルダー {dir} はすでにあります（中は変更していません）"),
                "--case で別の名前を指定してください",
            ),
        )
    }

    /// The case id can not be a folder name.
    pub(super) fn bad_case_id(id: &str) -> Self {
        let id = RawPath(id.as_bytes().to_vec()).shown();
        Self::new(
            (
                format!("\"{id}\" can not name a case"),
                "use 1 to 64 letters, digits, '-', '_' and '.'; begin with a letter or digit",
            ),
            (
                format!("「{id}」は事案番号に使えません"),
                "半角の英数字と - _ . を 1〜64 文字で指定してください（先頭は英数字）",
            ),
        )
    }

    /// No rule has this id.
    pub(super) fn no_rule(id: &str) -> Self {
        let id = RawPath(id.as_bytes().to_vec()).shown();
        Self::new(
            (format!("there is no rule \"{id}\""), "see `hozen rules list`; for rules of your own add --rules DIR"),
            (
                format!("「{id}」というルールはありません"),
                "`hozen rules list` で確認してください（独自のルールは --rules DIR を付けて）",
            ),
        )
    }

    /// Less space than the source may need.
    pub(super) fn too_little_space(out: &Path, need: u64, free: u64) -> Self {
        let out = shown(out);
        let (need, free) = (super::words::bytes(need), super::words::bytes(free));
        Self::new(
            (
                format!("{out} has {free} free; the source may need {need}"),
                "name a larger disk with --out, or fewer sources; --force goes on all the same: what is kept is compressed \
                 and may fit, and if the disk fills up what was written stays and no seal is made",
            ),
            (
                format!("{out} の空きは {free} ですが、最大で {need} 必要です"),
                "--out で空きの大きいディスクを指定するか、対象を減らしてください。--force で続行することもできます\
                 （圧縮するので収まることもあります。満杯になった場合、書けた分は残りますが封印はされません）",
            ),
        )
    }

    /// Something of ours that was named to be read could not be.
    pub(super) fn unreadable(error: &DiskError) -> Self {
        let path = shown(&error.path);
        Self::new(
            (format!("{path} can not be read"), "check the path and who may read it; nothing was changed"),
            (format!("{path} を読み取れません"), "パスと読み取り権限を確認してください。何も変更していません"),
        )
        .because(error)
    }

    /// The findings file can not be made.
    pub(super) fn findings(error: &DiskError) -> Self {
        let path = shown(&error.path);
        Self::new(
            (
                format!("the findings file {path} can not be made; nothing was read yet"),
                "name a file that does not exist yet, in a folder that does, with --findings",
            ),
            (
                format!("検出結果ファイル {path} を作れません。まだ何も読み取っていません"),
                "--findings には、既存のフォルダーの中の、まだ存在しないファイル名を指定してください",
            ),
        )
        .because(error)
    }

    /// The same failure, met when the case existed: `hozen VERB --resume` goes on with it.
    #[must_use]
    pub(super) fn resumable(mut self, verb: &str, case: &Path) -> Self {
        self.told.go_on = Some(format!("hozen {verb} --resume {}", shell_word(&shown(case))));
        self
    }

    /// The same failure, met when the evidence was sealed already: what to do next is another thing then.
    #[must_use]
    pub(super) fn after_seal(mut self) -> Self {
        if self.exit == Exit::Interrupted {
            self.told.what =
                ["interrupted behind the seal".to_owned(), "封印の後の仕上げの途中で中断しました".to_owned()];
        }
        self.told.next = [
            "the evidence is sealed and whole; only last steps, results or reports are missing. See to the cause (room on \
             the output disk?); they are then made from the sealed evidence"
                .to_owned(),
            "証拠は封印済みで完全です。仕上げ・結果・報告書の一部だけが欠けています。原因（出力先の空きなど）を取り除けば、\
             封印済みの証拠から作り直せます"
                .to_owned(),
        ];
        self
    }

    /// One of our own files could not be handled.
    pub(super) fn disk(error: &DiskError) -> Self {
        let full = error.is_full();
        let next = if full {
            (
                "free some space on it; what was written so far is kept, and it is not sealed",
                "空きを作ってください。書けた分は残っていますが、封印はされていません",
            )
        } else {
            (
                "see the cause; evidence that was being written is kept, and it is not sealed",
                "原因を確認してください。保全の途中だった場合、書けた分は残っていますが、封印はされていません",
            )
        };
        let path = shown(&error.path);
        let what = if full {
            (format!("the disk is full at {path}"), format!("ディスクが満杯です: {path}"))
        } else {
            (format!("{path} could not be written or read"), format!("{path} を読み書きできません"))
        };
        Self::new((what.0, next.0), (what.1, next.1)).because(error)
    }

    /// Evidence or findings could not be written.
    pub(super) fn writing(error: &std::io::Error, whole: &dyn Error) -> Self {
        let full = matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded);
        if CountScratchError::in_io(error).is_some() {
            return Self::counting(error);
        }
        if matches!(error.kind(), std::io::ErrorKind::FileTooLarge) {
            return Self::file_too_large().because(whole);
        }
        let (en, ja) = if full {
            ("the output disk is full", "出力先のディスクが満杯です")
        } else {
            ("the output could not be written", "出力先に書き込めません")
        };
        Self::new(
            (
                en.into(),
                "free some space on it, or plug it in again; what was written so far is kept, and it is not sealed",
            ),
            (ja.into(), "空きを作るか、ディスクを接続し直してください。書けた分は残っていますが、封印はされていません"),
        )
        .because(whole)
    }

    /// The output's file system, or a limit on the process, takes no file as large as the evidence.
    fn file_too_large() -> Self {
        Self::new(
            (
                "the output disk takes no larger file".into(),
                "a FAT32 disk ends at 4 GiB a file: name one with exFAT, NTFS or ext4 with --out, or collect in parts (and \
                 check `ulimit -f`); what was written so far is kept, and it is not sealed",
            ),
            (
                "出力先のディスクには、これ以上大きいファイルを書けません".into(),
                "FAT32 は 1 ファイル 4 GiB までです。--out で exFAT・NTFS・ext4 のディスクを指定するか、分けて保全してください\
                 （`ulimit -f` も確認してください）。書けた分は残っていますが、封印はされていません",
            ),
        )
    }

    /// Something that is no case and no evidence zip was to be verified.
    pub(super) fn not_evidence(path: &Path) -> Self {
        let path = shown(path);
        Self::new(
            (
                format!("{path} is neither a case folder, nor an evidence zip, nor a BagIt bag"),
                "name the case folder (it holds case.json), the zip in its evidence/ folder, or a bag's folder (it holds bagit.txt)",
            ),
            (
                format!("{path} は事案フォルダーでも証拠 zip でも BagIt バッグでもありません"),
                "事案フォルダー（case.json がある）、その evidence/ の zip、またはバッグのフォルダー（bagit.txt がある）を指定してください",
            ),
        )
    }

    /// A digest or fingerprint on the command line is no such thing.
    pub(super) fn bad_expectation(text: &str) -> Self {
        let text = RawPath(text.as_bytes().to_vec()).shown();
        Self::new(
            (
                format!("\"{text}\" is no SHA-256 digest"),
                "copy the 64 hexadecimal digits from the paper form (spaces between groups are fine)",
            ),
            (
                format!("「{text}」は SHA-256 の値ではありません"),
                "紙の記録票にある 64 桁の 16 進数を入力してください（区切りの空白はあっても構いません）",
            ),
        )
    }

    /// The user interrupted.
    pub(super) fn interrupted(kept: Option<&Path>) -> Self {
        let kept = kept.map(shown).unwrap_or_default();
        Self::new(
            (
                "interrupted; no seal was made".into(),
                if kept.is_empty() {
                    "run it again"
                } else {
                    "what was kept so far stays in the case folder, unsealed"
                },
            ),
            (
                "中断しました。封印はされていません".into(),
                if kept.is_empty() {
                    "もう一度実行してください"
                } else {
                    "書けた分は封印なしで事案フォルダーに残っています"
                },
            ),
        )
        .exits(Exit::Interrupted)
    }

    /// Data could not be written to stdout.
    pub(super) fn output(error: &dyn Error) -> Self {
        Self::new(
            ("the output could not be written".into(), "check where stdout goes; a case that was made is complete"),
            (
                "出力を書けませんでした".into(),
                "標準出力の行き先を確認してください。作成済みの事案フォルダーはそのまま使えます",
            ),
        )
        .because(error)
    }

    /// A bug.
    pub(super) fn bug(error: &dyn Error) -> Self {
        Self::new(
            (
                "hozen failed in a way that is its own fault".into(),
                "please report this message to the authors; what was written so far is kept, and it is not sealed",
            ),
            (
                "hozen 自身の不具合で止まりました".into(),
                "このメッセージを開発元に知らせてください。書けた分は残っていますが、封印はされていません",
            ),
        )
        .because(error)
    }
}

mod bundle;
mod copy;
mod count;
mod custody;
mod keys;
mod look;
mod resume;

mod stamp;
mod table;

mod profile;
#[cfg(test)]
mod tests;
