//! Which key signs: a file, one that a passphrase protects, or a key in the user's SSH agent. Asked for and tried at the start
//! of a run, so that no long work ends without a seal for a slip of the finger.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use clap::Args;
use zeroize::Zeroizing;

use super::Env;
use super::failure::{Failure, shown};
use super::passphrase::{self, PassphraseArgs};
use crate::disk::own;
use crate::model::{Lang, limits};
use crate::seal::agent::Wanted;
use crate::seal::sign::{KeyFile, Signer};

/// The key that signs, and where its passphrase comes from.
#[derive(Debug, Default, Args)]
pub(super) struct KeyArgs {
    /// OpenSSH ed25519 key that signs the seal: a file, or agent, agent:SHA256:…, agent:COMMENT (default: a key made for the
    /// case)
    #[arg(long, value_name = "KEY")]
    pub sign_key: Option<OsString>,
    /// The passphrase
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
}

/// The key that the user named, ready to sign; `None` if none was named. `due` is the fingerprint of the key that a case began
/// with: of an agent that holds several, it is the one that is meant.
pub(super) fn signer(args: &KeyArgs, due: Option<&str>, lang: Lang, env: &mut Env) -> Result<Option<Signer>, Failure> {
    let Some(named) = args.sign_key.as_deref() else { return Ok(None) };
    if let Some(wanted) = in_agent(named, due) {
        return from_agent(named, &wanted, env).map(Some);
    }
    let path = Path::new(named);
    let bytes = own::read_own(path, limits::RULE_FILE_BYTES).map_err(|error| Failure::key(path, &error))?;
    let bytes = Zeroizing::new(bytes);
    let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
    match KeyFile::read(&text).map_err(|error| Failure::key(path, &error))? {
        KeyFile::Ready(signer) => Ok(Some(signer)),
        KeyFile::Public(wanted) => from_agent(named, &wanted, env).map(Some),
        KeyFile::Locked(locked) => {
            let shown = shown(path);
            let what = lang.pick(format!("the key {shown}"), format!("鍵 {shown}"));
            let mut open = |passphrase: &[u8]| locked.unlock(passphrase).map_err(|error| Failure::key(path, &error));
            passphrase::unlock(&args.passphrase, &what, (lang, env), &mut open).map(Some)
        }
    }
}

/// Whether an agent's key is named, and which. A file of the name `agent` is `./agent`.
fn in_agent(named: &OsStr, due: Option<&str>) -> Option<Wanted> {
    match named.as_bytes() {
        b"agent" | b"agent:" => Some(due.map_or(Wanted::Only, |due| Wanted::Named(due.to_owned()))),
        bytes => {
            let name = bytes.strip_prefix(b"agent:")?;
            Some(Wanted::Named(String::from_utf8_lossy(name).into_owned()))
        }
    }
}

fn from_agent(named: &OsStr, wanted: &Wanted, env: &Env) -> Result<Signer, Failure> {
    let socket = env.agent.as_deref().ok_or_else(|| Failure::no_agent(Path::new(named)))?;
    // Whoever goes on with a case may change the folder that relative paths are relative to.
    let socket = env.working_folder.join(socket);
    Signer::from_agent(&socket, wanted).map_err(|error| Failure::agent(Path::new(named), &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_is_named_by_a_word_and_a_file_by_its_path() {
        let named = |text: &str| in_agent(OsStr::new(text), None);
        assert_eq!(named("agent"), Some(Wanted::Only));
        assert_eq!(named("agent:SHA256:x"), Some(Wanted::Named("SHA256:x".into())));
        assert_eq!(named("agent:me@work"), Some(Wanted::Named("me@work".into())));
        assert_eq!((named("./agent"), named("agents/key"), named("id_ed25519.pub")), (None, None, None));
        assert_eq!(in_agent(OsStr::new("agent"), Some("SHA256:y")), Some(Wanted::Named("SHA256:y".into())));
    }
}
