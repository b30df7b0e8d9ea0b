//! Asking a time-stamp authority that the user names, over the network: the one verb that sends anything anywhere.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use data_encoding::BASE64;
use zeroize::Zeroizing;

use super::failure::Failure;
use super::passphrase::{self, PassphraseArgs};
use super::{Env, tell};
use crate::disk::network::http::{self, Question};
use crate::disk::own;
use crate::model::limits::{STAMP_BYTES, TSA_SECONDS};
use crate::model::{Lang, RawPath};

/// Which authority, and how it knows us.
#[derive(Debug, Default, Args)]
pub(super) struct TsaArgs {
    /// Ask the time-stamp authority at this address (http or https), and keep its reply in the case
    #[arg(long, value_name = "URL")]
    pub tsa: Option<String>,
    /// Name by which that authority knows you; the password is asked for on the terminal (https only)
    #[arg(long, value_name = "NAME", requires = "tsa")]
    pub tsa_user: Option<String>,
    /// Certificates (PEM) by which that authority's server is known, instead of those that browsers trust
    #[arg(long, value_name = "FILE", requires = "tsa")]
    pub tls_ca: Option<PathBuf>,
    /// The password
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
}

/// The authority's address as records and people see it.
pub(super) fn shown(url: &str) -> String {
    RawPath(url.as_bytes().to_vec()).shown()
}

/// Sends a query and gives the reply, which is still to be checked.
pub(super) fn ask(args: &TsaArgs, url: &str, query: &[u8], lang: Lang, env: &mut Env) -> Result<Vec<u8>, Failure> {
    let read =
        |path: &PathBuf| own::read_own(path, STAMP_BYTES as u64).map_err(|error| Failure::stamp_file(path, &error));
    let known_by = args.tls_ca.as_ref().map(read).transpose()?;
    let authorization = match &args.tsa_user {
        None => None,
        Some(_) if !url.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")) => {
            return Err(Failure::password_in_clear(&shown(url)));
        }
        Some(user) => {
            let password = passphrase::ask(&args.passphrase, &shown(&format!("{user} ({url})")), (lang, &mut *env))?;
            let pair = Zeroizing::new([user.as_bytes(), b":", &password].concat());
            Some(Zeroizing::new(format!("Basic {}", BASE64.encode(&pair))))
        }
    };
    tell(env, &lang.pick(format!("asking {} …", shown(url)), format!("{} に要求しています…", shown(url))));
    let question = Question {
        url,
        kind: "application/timestamp-query",
        body: query,
        due: "application/timestamp-reply",
        limit: STAMP_BYTES,
        patience: Duration::from_secs(TSA_SECONDS),
        authorization: authorization.as_ref().map(|text| text.as_str()),
        known_by: known_by.as_deref(),
    };
    http::post(&question).map_err(|error| Failure::tsa(&shown(url), &error))
}
