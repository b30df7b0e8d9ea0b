//! `hozen import`: a bundle is opened, checked and made a case again, with the receipt in its chain.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::str::FromStr as _;

use age::secrecy::SecretString;
use clap::Args;

use super::args::Format;
use super::custody::args::DeedArgs;
use super::custody::said::Deed;
use super::failure::{Failure, shown};
use super::passphrase::{self, PassphraseArgs};
use super::{Env, Exit, collect, json, print, progress, verify, words};
use crate::bundle::identity::{Identities, IdentityError, IdentityFile};
use crate::bundle::import::{self as bundle, Receipt};
use crate::bundle::read::Watch;
use crate::disk::own;
use crate::disk::space::Space;
use crate::model::limits::IDENTITY_BYTES;
use crate::model::{Digest, Lang};
use crate::pass::Progress;

pub(super) const EXAMPLES: &str = "\
Examples:
  With the key that the sender encrypted to, and what they said on the telephone
    hozen import CASE-bundle-001.zip.age --identity key.txt --out /srv/cases \\
      --expect-key SHA256:… --expect-sha256 5f2a90c1…
  Straight from where it lies, without a copy of the encrypted file
    curl -sS https://… | hozen import - --identity ~/.ssh/id_ed25519 --out /srv
";

/// Arguments of `import`.
#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// The bundle (.zip.age or .zip), or - for stdin
    #[arg(value_name = "BUNDLE")]
    pub bundle: PathBuf,
    /// Folder in which the case folder is made; one that exists is never touched
    #[arg(long = "out", value_name = "DIR", default_value = ".")]
    pub import_out: PathBuf,
    /// What opens it: an age identity, or an SSH private key (may be given again)
    #[arg(long, value_name = "FILE")]
    pub identity: Vec<PathBuf>,
    /// It is encrypted with a passphrase, which is asked for
    #[arg(long = "passphrase", conflicts_with = "identity")]
    pub bundle_passphrase: bool,
    /// The passphrase
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
    /// SHA-256 of the bundle, as the sender said it on another way
    #[arg(long, value_name = "SHA256")]
    pub expect_sha256: Option<String>,
    /// Fingerprint of the key that must have signed it, likewise
    #[arg(long = "expect-key", value_name = "SHA256:…")]
    pub import_key: Option<String>,
    /// Who does it, where and by which clock
    #[command(flatten)]
    pub deed: DeedArgs,
    /// Go on where hozen would stop to ask: a case that was not whole when it was sent, too little space
    #[arg(long)]
    pub force: bool,
    /// What stdout gets
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
}

/// Runs the verb.
pub(super) fn run(args: &ImportArgs, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    let Deed { operator, said } = args.deed.set_down(lang, env)?;
    let out = &args.import_out;
    if !own::is_folder(out).map_err(|error| Failure::out_unusable(out, &error))? {
        return Err(Failure::import_out(out));
    }
    let expect_sha256 = args.expect_sha256.as_deref().map(digest).transpose()?;
    let (mut file, bytes) = open(&args.bundle)?;
    let free = Space::of(out).map_err(|error| Failure::disk(&error))?.free_bytes;
    if bytes > free && !args.force {
        return Err(Failure::bundle_space(bytes, free));
    }
    let identities = identities(args, lang, env)?;
    collect::confine(env, lang, &[out]);
    let name = if args.bundle == Path::new("-") { "stdin".to_owned() } else { shown(&args.bundle) };
    let order = bundle::Order {
        path: &name,
        out,
        identities: &identities,
        expect_sha256,
        expect_key: args.import_key.as_deref(),
        force: args.force,
        said,
        by: [operator, env.host.hostname.clone(), collect::tool()],
        now: &*Rc::clone(&env.now),
    };
    let seen = Progress::default();
    let stop = std::sync::Arc::clone(&env.stop);
    let watch = Watch { stop: &stop, read: &|count| seen.read(count) };
    let taken =
        progress::shown(&seen, bytes, lang, env.stderr_is_terminal, || bundle::import(&order, &mut *file, &watch));
    let receipt = match taken {
        Ok(receipt) => receipt,
        Err(error) => return refused(error, &name, args, lang, env),
    };
    match args.format {
        Format::Json => print(env, &json(&receipt)?)?,
        Format::Text => print(env, &text(&receipt, lang))?,
    }
    Ok(if receipt.problems.is_empty() { Exit::Done } else { Exit::Broken })
}

/// What is wrong goes to stdout by layer, as `verify` prints it.
fn refused(
    error: bundle::ImportError,
    name: &str,
    args: &ImportArgs,
    lang: Lang,
    env: &mut Env,
) -> Result<Exit, Failure> {
    if let bundle::ImportError::Broken(problems) | bundle::ImportError::BrokenCase(problems) = &error {
        match args.format {
            Format::Json => print(
                env,
                &json(&serde_json::json!({ "schema": "hozen.import/1", "ok": false, "problems": problems }))?,
            )?,
            Format::Text => print(env, &verify::problems(problems, lang))?,
        }
    }
    Err(Failure::import(name, error))
}

fn digest(text: &str) -> Result<Digest, Failure> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    Digest::from_str(&plain.to_ascii_lowercase()).map_err(|_| Failure::bad_expectation(text))
}

/// The bundle, and its length where that is known.
fn open(path: &Path) -> Result<(Box<dyn Read>, u64), Failure> {
    if path == Path::new("-") {
        return Ok((Box::new(std::io::stdin().lock()), 0));
    }
    let (file, bytes) = own::open_own(path).map_err(|error| Failure::unreadable(&error))?;
    Ok((Box::new(file), bytes))
}

/// What opens it; unlocked now, before any long work.
fn identities(args: &ImportArgs, lang: Lang, env: &mut Env) -> Result<Identities, Failure> {
    if args.bundle_passphrase {
        let secret = passphrase::ask(&args.passphrase, lang.pick("the bundle", "引き渡し一式"), (lang, env))?;
        return Ok(Identities::with_passphrase(text_of(&secret)));
    }
    let mut all = Identities::default();
    for path in &args.identity {
        let bytes = own::read_own(path, IDENTITY_BYTES).map_err(|error| Failure::unreadable(&error))?;
        let bytes = zeroize::Zeroizing::new(bytes);
        let failed = |error: IdentityError| Failure::identity(path, &error);
        match IdentityFile::read(&bytes).map_err(failed)? {
            IdentityFile::Open(identities) => all.extend(identities),
            IdentityFile::Locked(locked) => {
                let name = shown(path);
                let what = lang.pick(format!("the key {name}"), format!("鍵 {name}"));
                let mut open = |secret: &[u8]| match locked.unlock(text_of(secret)) {
                    Ok(identities) => Ok(Some(identities)),
                    Err(IdentityError::WrongPassphrase) => Ok(None),
                    Err(error) => Err(failed(error)),
                };
                all.extend(passphrase::unlock(&args.passphrase, &what, (lang, env), &mut open)?);
            }
        }
    }
    Ok(all)
}

fn text_of(secret: &[u8]) -> SecretString {
    String::from_utf8_lossy(secret).into_owned().into()
}

/// The receipt, for the sender.
fn text(receipt: &Receipt, lang: Lang) -> String {
    let Receipt { case, bundle, key, from, operator, time, custody_events, .. } = receipt;
    let (size, files) = (words::bytes(receipt.bytes), words::count(receipt.files));
    let (sha256, seal) = (words::digest_groups(&receipt.sha256), words::digest_groups(&receipt.seal_sha256));
    let head = words::digest_groups(&receipt.custody_head);
    let is_expected = match (receipt.key_expected.is_some(), lang) {
        (true, Lang::En) => "as expected",
        (true, Lang::Ja) => "指定どおり",
        (false, Lang::En) => "NOT COMPARED: ask the sender for it on another way",
        (false, Lang::Ja) => "未照合。送付者に別の経路で確認してください",
    };
    let mut text = lang.pick(
        format!(
            "RECEIPT\nbundle:        {bundle} ({size}, {files} files of the case)\nSHA-256:       {sha256}\n\
             its seal:      {seal}\nsigned by:     {key} ({is_expected})\nfrom:          {from}\n\
             taken over by: {operator}, {time}\ncase:          {case}\n"
        ),
        format!(
            "受領書\n引き渡し一式: {bundle}（{size}・事案のファイル {files} 件）\nSHA-256:      {sha256}\n\
             封印番号:     {seal}\n署名鍵:       {key}（{is_expected}）\n引渡人:       {from}\n\
             受領人:       {operator}（{time}）\n事案:         {case}\n"
        ),
    );
    if !receipt.withheld.is_empty() {
        let count = receipt.withheld.len();
        text.push_str(&lang.pick(
            format!("kept back by the sender: {count} files\n"),
            format!("引き渡されなかったもの: {count} 件\n"),
        ));
        for one in &receipt.withheld {
            text.push_str(&format!("  {} {}\n", one.sha256, one.file));
        }
    }
    text.push_str(&verify::problems(&receipt.problems, lang));
    text.push_str(&lang.pick(
        format!(
            "chain of custody: {custody_events} events, the last has the digest\n  {head}\nSend this receipt back. The \
             sender sets it down: hozen custody add CASE --act note --note '…'\n"
        ),
        format!(
            "証拠管理の記録: {custody_events} 件。最後の記録のハッシュ\n  {head}\nこの受領書を送付者に返してください。\
             送付者はこう記録します: hozen custody add CASE --act note --note '…'\n"
        ),
    ));
    text
}
