//! Passphrases: from the terminal with its echo off, or from a file descriptor. Never from an argument, which every process
//! may read, and never from the environment, which every child inherits.

use std::sync::Arc;

use clap::Args;

use super::failure::Failure;
use super::{Env, tell};
use crate::disk::terminal::{self, AskError, Secret};
use crate::model::Lang;
use crate::model::limits::PASSPHRASE_TRIES;

/// Where a passphrase comes from.
#[derive(Debug, Default, Args)]
pub(super) struct PassphraseArgs {
    /// Read the passphrase from this open file descriptor, to the end of its first line (default: asked on the terminal)
    #[arg(long, value_name = "N")]
    pub passphrase_fd: Option<u32>,
}

/// Asks once. `what` it is for ends the sentence "Passphrase of …".
pub(super) fn ask(args: &PassphraseArgs, what: &str, (lang, env): (Lang, &mut Env)) -> Result<Secret, Failure> {
    let prompt = lang.pick(format!("Passphrase of {what}: "), format!("{what} のパスフレーズ: "));
    given(args, &prompt, what, env)
}

/// What a passphrase opened; nothing if it is the wrong one.
pub(super) type Opened<T> = Result<Option<T>, Failure>;

/// Asks until `open` takes it: three times on the terminal, once of a file descriptor. `open` gives nothing for a wrong one.
pub(super) fn unlock<T>(
    args: &PassphraseArgs,
    what: &str,
    (lang, env): (Lang, &mut Env),
    open: &mut dyn FnMut(&[u8]) -> Opened<T>,
) -> Result<T, Failure> {
    let tries = if args.passphrase_fd.is_some() { 1 } else { PASSPHRASE_TRIES };
    for left in (0..tries).rev() {
        if let Some(opened) = open(&ask(args, what, (lang, &mut *env))?)? {
            return Ok(opened);
        }
        if left > 0 {
            tell(env, lang.pick("That is not it. Once more:", "パスフレーズが違います。もう一度入力してください:"));
        }
    }
    Err(Failure::wrong_passphrase(what))
}

fn given(args: &PassphraseArgs, prompt: &str, what: &str, env: &Env) -> Result<Secret, Failure> {
    let stop = Arc::clone(&env.stop);
    let given = match args.passphrase_fd {
        Some(number) => terminal::from_handle(number, &stop),
        None => terminal::ask(prompt, &stop),
    };
    given.map_err(|error| match error {
        AskError::Interrupted => Failure::interrupted(None),
        error => Failure::no_passphrase(what, &error),
    })
}
