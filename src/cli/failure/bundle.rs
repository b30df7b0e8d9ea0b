//! What a person is told when a bundle can not be made or taken in.

use std::path::Path;

use super::{Exit, Failure, shown};
use crate::bundle::age_file::OpenError;
use crate::bundle::export::ExportError;
use crate::bundle::identity::IdentityError;
use crate::bundle::import::ImportError;
use crate::bundle::read::ReadError;
use crate::bundle::recipient::RecipientError;
use crate::bundle::write::WriteError;
use crate::disk::error::DiskError;
use crate::model::Lang;
use crate::seal::sign::SignError;

type Told<'a> = ((String, &'a str), (String, &'a str));

impl Failure {
    fn told((en, ja): Told<'_>) -> Self {
        Self::new(en, ja)
    }

    /// Nobody was named who may open it.
    pub(in crate::cli) fn no_recipient() -> Self {
        Self::told((
            (
                "nobody is named who may open the bundle".into(),
                "add --to with the public key that the receiver sent (age1…, ssh-ed25519 …, or a file), or --passphrase; \
                 --unencrypted makes one that anybody can read",
            ),
            (
                "引き渡し一式を復号できる相手が指定されていません".into(),
                "--to に、受領者から届いた公開鍵（age1…、ssh-ed25519 …、またはそのファイル）を指定するか、--passphrase を\
                 付けてください。--unencrypted を付けると、誰でも読めるものを作ります",
            ),
        ))
    }

    /// A recipient that is none. A private key is never repeated.
    pub(in crate::cli) fn recipient(place: &str, error: &RecipientError) -> Self {
        let (next_en, next_ja) = match error {
            RecipientError::Private => (
                "give the PUBLIC key (age-keygen -y FILE prints it; of an SSH key it is FILE.pub). If the private key was on \
                 a command line or was sent to you, it is no longer secret: have a new one made",
                "公開鍵を指定してください（age-keygen -y FILE で表示できます。SSH の鍵では FILE.pub です）。秘密鍵をコマンドラインに\
                 書いたり、人に送ったりした場合は、もう秘密ではありません。新しい鍵を作ってください",
            ),
            _ => (
                "nothing was written; ask the receiver for their public key again (age1…, ssh-ed25519 … or ssh-rsa …, one \
                 per line in a file)",
                "まだ何も書いていません。受領者に公開鍵をもう一度確認してください（age1…、ssh-ed25519 …、ssh-rsa …。ファイルでは 1 行に 1 つ）",
            ),
        };
        let what_ja = match error {
            RecipientError::Private => format!("{place}: 秘密鍵が指定されています"),
            RecipientError::Mistyped(text) => format!("{place}: 「{text}」は書き間違えています"),
            RecipientError::Unsupported(text) => format!("{place}: 「{text}」は、hozen では宛先にできない種類の鍵です"),
            RecipientError::RsaSize => format!("{place}: RSA 鍵の長さが 2048〜4096 ビットではありません"),
            RecipientError::Unknown(text) => format!("{place}: 「{text}」は宛先でも、宛先のファイルでもありません"),
            RecipientError::Empty => format!("{place}: 宛先が 1 つもありません"),
        };
        Self::told(((format!("{place}: {error}"), next_en), (what_ja, next_ja)))
    }

    /// An empty passphrase, or one that is no text.
    pub(in crate::cli) fn empty_passphrase() -> Self {
        Self::told((
            ("the passphrase is empty, or is no text".into(), "give one of several words; nothing was written"),
            (
                "パスフレーズが空か、文字として読めません".into(),
                "複数の単語からなるパスフレーズを指定してください。まだ何も書いていません",
            ),
        ))
    }

    /// A passphrase that was typed in two ways.
    pub(in crate::cli) fn passphrases_differ() -> Self {
        Self::told((
            ("the two passphrases differ; nothing was written".into(), "run it again"),
            ("2 回のパスフレーズが一致しません。まだ何も書いていません".into(), "もう一度実行してください"),
        ))
    }

    /// The case has no key of its own.
    pub(in crate::cli) fn no_sign_key() -> Self {
        Self::told((
            (
                "this case has no signing key of its own (it was sealed with another one, or came in a bundle)".into(),
                "name the key that signs the bundle with --sign-key (ssh-keygen -t ed25519 makes one)",
            ),
            (
                "この事案には専用の署名鍵がありません（別の鍵で封印したか、引き渡しを受けた事案です）".into(),
                "--sign-key に、署名に使う鍵を指定してください（ssh-keygen -t ed25519 で作れます）",
            ),
        ))
    }

    /// A name that can not stand in commands.
    pub(in crate::cli) fn bundle_name(path: &Path) -> Self {
        let path = shown(path);
        Self::told((
            (
                format!("{path} can not be the bundle's file"),
                "name a folder that exists, or in one a file of letters, digits, `.`, `_` and `-`: its name stands in \
                 commands that the receiver copies",
            ),
            (
                format!("{path} は引き渡し一式のファイル名にできません"),
                "既存のフォルダーか、その中の、英数字と `.` `_` `-` だけの名前を指定してください（受領者が実行するコマンドに使われます）",
            ),
        ))
    }

    /// The bundle would lie in the case.
    pub(in crate::cli) fn bundle_inside_case(path: &Path) -> Self {
        let path = shown(path);
        Self::told((
            (format!("{path} lies in the case folder itself"), "name another folder with --out"),
            (format!("{path} は事案フォルダーの中です"), "--out に別のフォルダーを指定してください"),
        ))
    }

    /// Why there is no bundle.
    pub(in crate::cli) fn export(case: &Path, error: ExportError, lang: Lang) -> Self {
        match error {
            ExportError::Journal(error) => Self::custody(case, &crate::case::custody::CustodyError::Journal(error)),
            ExportError::Broken(result) => Self::export_broken(case, result.problems.len(), lang),
            ExportError::Disk(error) | ExportError::Write(WriteError::Read(error)) => Self::disk(&error).no_bundle(),
            ExportError::Write(WriteError::Interrupted) => Self::interrupted(None).no_bundle(),
            ExportError::Write(WriteError::Write(error)) => {
                let whole = WriteError::Write(std::io::Error::from(error.kind()));
                match error.downcast::<DiskError>() {
                    Ok(disk) => Self::disk(&disk).no_bundle(),
                    Err(error) => Self::writing(&error, &whole).no_bundle(),
                }
            }
            ExportError::Write(WriteError::Changed(file)) => Self::told((
                (
                    format!("{file} changed while the bundle was made; there is no bundle"),
                    "see who writes to the case, run `hozen verify` on it, and try again",
                ),
                (
                    format!("{file} が書き出しの途中で変わりました。引き渡し一式は作っていません"),
                    "事案に書き込んでいるものを確認し、hozen verify を実行してから、もう一度実行してください",
                ),
            ))
            .exits(Exit::Broken),
            ExportError::Space { need, free } => Self::bundle_space(need, free),
            ExportError::Sign(error @ SignError::Agent(_)) => Self::agent_at_the_seal(&error).no_bundle(),
            error => Self::bug(&error),
        }
    }

    /// There is too little room for a bundle, or for the case in it.
    pub(in crate::cli) fn bundle_space(need: u64, free: u64) -> Self {
        let (need, free) = (crate::cli::words::bytes(need), crate::cli::words::bytes(free));
        Self::told((
            (
                format!("too little space: {need} are needed, and {free} are free; nothing was written"),
                "name a folder on a larger disk with --out; --force goes on all the same, and leaves nothing if the disk \
                 fills up",
            ),
            (
                format!("空き容量が足りません: {need} 必要で、空きは {free} です。まだ何も書いていません"),
                "--out に、空きのあるディスクのフォルダーを指定してください。--force を付けると続行し、満杯になれば何も残しません",
            ),
        ))
    }

    fn export_broken(case: &Path, problems: usize, _: Lang) -> Self {
        let case = shown(case);
        Self::told((
            (
                format!("the case {case} is not whole ({problems} problems); there is no bundle"),
                "run `hozen verify` on it. A collection that was broken off is ended with --resume. --force hands the case \
                 over as it is, and says so in the bundle",
            ),
            (
                format!("事案 {case} に問題が {problems} 件あります。引き渡し一式は作っていません"),
                "hozen verify で確認してください。途中で終わった保全は --resume で終えられます。--force を付けると、問題があることを\
                 記録したうえで、そのまま引き渡します",
            ),
        ))
        .exits(Exit::Broken)
    }

    /// In place of what a collection would say.
    fn no_bundle(mut self) -> Self {
        self.told.next = [
            "see the cause, and try again; nothing that looks like a bundle was left (the chain of custody says that an \
             export was begun)"
                .to_owned(),
            "原因を確認して、もう一度実行してください。引き渡し一式は残っていません（書き出しを始めたことは証拠管理の記録に残ります）"
                .to_owned(),
        ];
        self
    }

    /// No folder to import into.
    pub(in crate::cli) fn import_out(path: &Path) -> Self {
        let path = shown(path);
        Self::told((
            (format!("{path} is no folder"), "name a folder that exists with --out: the case folder is made in it"),
            (
                format!("{path} はフォルダーではありません"),
                "--out に既存のフォルダーを指定してください（その中に事案フォルダーを作ります）",
            ),
        ))
    }

    /// A file that opens nothing.
    pub(in crate::cli) fn identity(path: &Path, error: &IdentityError) -> Self {
        let path = shown(path);
        let ja = match error {
            IdentityError::NotAnIdentity => "age の秘密鍵でも、OpenSSH の秘密鍵でもありません",
            IdentityError::Public => "公開鍵です。復号には秘密鍵が必要です",
            IdentityError::Unsupported => "hozen では扱えない種類の鍵です",
            IdentityError::WrongPassphrase => "パスフレーズが違います",
        };
        Self::told((
            (
                format!("{path} {error}"),
                "name the private key that belongs to the public key you sent with --identity, or add --passphrase; \
                 nothing was written",
            ),
            (
                format!("{path}: {ja}"),
                "--identity に、相手に送った公開鍵と対になる秘密鍵を指定するか、--passphrase を付けてください。まだ何も書いていません",
            ),
        ))
    }

    /// An encrypted file where a check was asked for.
    pub(in crate::cli) fn is_encrypted(path: &Path) -> Self {
        let path = shown(path);
        Self::told((
            (
                format!("{path} is encrypted by age: nothing in it can be checked as it is"),
                "take it in with `hozen import FILE --identity KEY --out DIR`, which checks all of it; or open it with \
                 `age -d -i KEY -o NAME.zip FILE`, and check the zip. `sha256sum -c FILE.sha256` shows whether it is the file \
                 that was sent",
            ),
            (
                format!("{path} は age で暗号化されているため、このままでは中を検査できません"),
                "hozen import FILE --identity KEY --out DIR で取り込むと、すべて検査します。または age -d -i KEY -o NAME.zip FILE で\
                 復号してから zip を検査してください。送られたファイルのままかどうかは sha256sum -c FILE.sha256 で分かります",
            ),
        ))
    }

    /// Why nothing was taken in.
    pub(in crate::cli) fn import(name: &str, error: ImportError) -> Self {
        match error {
            ImportError::Open(error) => Self::import_closed(name, error),
            ImportError::Read(ReadError::NotABundle) => Self::told((
                (
                    format!("{name} is no bundle of hozen; nothing was kept"),
                    "name the file that `hozen export` made. A single evidence zip or a bag of another tool is checked with \
                     `hozen verify`; a zip that was unpacked and packed again is no longer the bundle",
                ),
                (
                    format!("{name} は hozen の引き渡し一式ではありません。何も取り込んでいません"),
                    "hozen export で作られたファイルを指定してください。証拠 zip や他のツールのバッグは hozen verify で検査できます。\
                     一度展開して zip に戻したものは、元の引き渡し一式ではありません",
                ),
            )),
            ImportError::Read(ReadError::Source(source)) => Self::import_damaged(name).because(&source),
            ImportError::Read(ReadError::Interrupted) => Self::interrupted(None).nothing_kept(),
            ImportError::Read(ReadError::Keep(disk)) => Self::disk(&disk).nothing_kept(),
            ImportError::Disk(disk) if disk.source.kind() == std::io::ErrorKind::AlreadyExists => {
                let path = shown(&disk.path);
                Self::told((
                    (
                        format!("{path} exists; nothing is written over, and nothing was kept"),
                        "name another folder with --out. One that ends with .partial is left of an import that was killed: \
                         remove it",
                    ),
                    (
                        format!("{path} がすでにあります。上書きはしません。何も取り込んでいません"),
                        "--out に別のフォルダーを指定してください。.partial で終わるものは、強制終了された取り込みの残りです。\
                         削除してください",
                    ),
                ))
            }
            ImportError::Disk(disk) => Self::disk(&disk).nothing_kept(),
            ImportError::Broken(problems) => Self::import_broken(name, problems.len()),
            ImportError::BrokenCase(problems) => Self::import_broken_case(name, problems.len()),
            error @ ImportError::Journal(_) => Self::bug(&error),
        }
    }

    fn import_closed(name: &str, error: OpenError) -> Self {
        let ja = match error {
            OpenError::WrongKey => "別の相手宛てに暗号化されています。指定した鍵では復号できません",
            OpenError::WrongPassphrase => "パスフレーズが違うか、ファイルの先頭が壊れています",
            OpenError::NeedsPassphrase => "パスフレーズで暗号化されています。--passphrase を付けてください",
            OpenError::NeedsIdentity => "公開鍵で暗号化されています。--identity に秘密鍵を指定してください",
            OpenError::Header => "先頭部分が壊れているか、途中で切れています",
            OpenError::Work => "パスフレーズの計算量が大きすぎます。age -d で復号してから取り込んでください",
            OpenError::Unread(_) => "読み取れません",
        };
        let failure = Self::told((
            (
                format!("{name} can not be opened: {error}; nothing was kept"),
                "check which key the sender encrypted to (data they can read in their chain of custody), and that the file is \
                 the one that was sent (sha256sum -c)",
            ),
            (
                format!("{name} を復号できません: {ja}。何も取り込んでいません"),
                "送付者がどの公開鍵で暗号化したか（送付者の証拠管理の記録にあります）と、送られたファイルのままか（sha256sum -c）を\
                 確認してください",
            ),
        ));
        if error == OpenError::Header { failure.exits(Exit::Broken) } else { failure }
    }

    fn import_damaged(name: &str) -> Self {
        Self::told((
            (
                format!("{name} is cut or damaged: it can not be read to its end; nothing was kept"),
                "compare it with the sender's digest (sha256sum -c), and get the file again",
            ),
            (
                format!("{name} は途中で切れているか、壊れています。最後まで読めないため、何も取り込んでいません"),
                "送付者のハッシュと照合し（sha256sum -c）、もう一度受け取ってください",
            ),
        ))
        .exits(Exit::Broken)
    }

    fn import_broken(name: &str, problems: usize) -> Self {
        Self::told((
            (
                format!("{name} is not what was sealed ({problems} problems); nothing was kept"),
                "keep the file as it is, tell the sender, and get it again",
            ),
            (
                format!("{name} は封印時のままではありません（問題 {problems} 件）。何も取り込んでいません"),
                "ファイルには手を加えず、送付者に知らせて、もう一度受け取ってください",
            ),
        ))
        .exits(Exit::Broken)
    }

    fn import_broken_case(name: &str, problems: usize) -> Self {
        Self::told((
            (
                format!(
                    "{name} is as it was sent, but the case in it was not whole even then ({problems} problems); nothing was \
                     kept"
                ),
                "ask the sender; --force takes it in as it is, and the receipt says so",
            ),
            (
                format!("{name} は送られたままですが、中の事案には送付時点で問題がありました（{problems} 件）。何も取り込んでいません"),
                "送付者に確認してください。--force を付けると、その旨を受領の記録に残して取り込みます",
            ),
        ))
        .exits(Exit::Broken)
    }

    fn nothing_kept(mut self) -> Self {
        self.told.next = [
            "see the cause, and try again; nothing was kept of the bundle".to_owned(),
            "原因を確認して、もう一度実行してください。何も取り込んでいません".to_owned(),
        ];
        self
    }
}
