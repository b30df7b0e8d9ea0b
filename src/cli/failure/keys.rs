//! What a person is told when a key or its passphrase can not be used.

use std::error::Error;
use std::path::Path;

use super::{Failure, shown};
use crate::disk::terminal::AskError;

impl Failure {
    /// A signing or case key can not be used.
    pub(in crate::cli) fn key(path: &Path, error: &dyn Error) -> Self {
        let path = shown(path);
        Self::new(
            (
                format!("the key {path} can not be used"),
                "give an OpenSSH ed25519 private key (ssh-keygen -t ed25519), its .pub file if an agent holds it, or leave \
                 --sign-key away: then a key is made for the case",
            ),
            (
                format!("鍵 {path} を使えません"),
                "OpenSSH の ed25519 秘密鍵（ssh-keygen -t ed25519）か、ssh-agent に入れた鍵の .pub ファイルを指定してください。\
                 --sign-key を省くと、事案専用の鍵を作ります",
            ),
        )
        .because(error)
    }

    /// No agent is known.
    pub(in crate::cli) fn no_agent(named: &Path) -> Self {
        let named = shown(named);
        Self::new(
            (
                format!(
                    "the key {named} is to be asked of an SSH agent, and none runs here (SSH_AUTH_SOCK is not set)"
                ),
                "start one (eval \"$(ssh-agent)\"; ssh-add), with sudo keep its address (sudo --preserve-env=SSH_AUTH_SOCK …), \
                 or name the private key's file",
            ),
            (
                format!(
                    "鍵 {named} は ssh-agent を使う指定ですが、ssh-agent が見つかりません（SSH_AUTH_SOCK が未設定）"
                ),
                "ssh-agent を起動して鍵を入れるか（eval \"$(ssh-agent)\"; ssh-add）、sudo の場合は環境変数を引き継ぐか\
                 （sudo --preserve-env=SSH_AUTH_SOCK …）、秘密鍵のファイルを指定してください",
            ),
        )
    }

    /// An agent's key can not be used.
    pub(in crate::cli) fn agent(named: &Path, error: &dyn Error) -> Self {
        let named = shown(named);
        Self::new(
            (
                format!("the key {named} can not be used; nothing was read or written yet"),
                "see the cause; `ssh-add -l` lists what the agent holds, `ssh-add FILE` adds a key",
            ),
            (
                format!("鍵 {named} を使えません。まだ何も読み書きしていません"),
                "原因を確認してください。`ssh-add -l` で ssh-agent の鍵を一覧にし、`ssh-add FILE` で追加できます",
            ),
        )
        .because(error)
    }

    /// The agent did not sign when the seal was due.
    pub(in crate::cli) fn agent_at_the_seal(error: &dyn Error) -> Self {
        Self::new(
            (
                "the SSH agent did not sign, so nothing is sealed; all that was taken is kept".into(),
                "bring the agent back with the same key (ssh-add)",
            ),
            (
                "ssh-agent が署名しなかったため、封印されていません。保全した分はすべて残っています".into(),
                "同じ鍵を入れた ssh-agent を使えるようにしてください（ssh-add）",
            ),
        )
        .because(error)
    }

    /// No passphrase came.
    pub(in crate::cli) fn no_passphrase(what: &str, error: &AskError) -> Self {
        let next = match error {
            AskError::NotOpen(_) | AskError::IsTerminal(_) => (
                "open it for reading when hozen starts: --passphrase-fd 3 3< <(the command that prints it); or leave the option \
                 away and type it on the terminal",
                "hozen を起動するときに読み取り用に開いてください: --passphrase-fd 3 3< <(パスフレーズを出力するコマンド)。\
                 オプションを省けば端末で入力できます",
            ),
            _ => (
                "run hozen on a terminal, give it with --passphrase-fd N, or use an SSH agent (ssh-add; --sign-key agent)",
                "端末で実行するか、--passphrase-fd N で渡すか、ssh-agent を使ってください（ssh-add; --sign-key agent）",
            ),
        };
        Self::new(
            (format!("the passphrase of {what} could not be read; nothing was read or written yet"), next.0),
            (format!("{what} のパスフレーズを読み取れません。まだ何も読み書きしていません"), next.1),
        )
        .because(error)
    }

    /// All tries were wrong.
    pub(in crate::cli) fn wrong_passphrase(what: &str) -> Self {
        Self::new(
            (
                format!("that is not the passphrase of {what}; nothing was read or written yet"),
                "check that it is the right key (`ssh-keygen -y -f FILE` asks for the same passphrase), and run hozen again",
            ),
            (
                format!("{what} のパスフレーズが違います。まだ何も読み書きしていません"),
                "鍵が正しいか確認して（`ssh-keygen -y -f FILE` も同じパスフレーズを求めます）、もう一度実行してください",
            ),
        )
    }
}
