//! `hozen export`: a case as it leaves the house, in one sealed and encrypted bundle.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use clap::Args;

use super::args::Format;
use super::custody::args::DeedArgs;
use super::custody::said::Deed;
use super::failure::{Failure, shown};
use super::keys::{self, KeyArgs};
use super::{Env, Exit, collect, json, look, passphrase, print, progress, tell, words};
use crate::bundle::contents::Choice;
use crate::bundle::export::{self as bundle, ExportResult};
use crate::bundle::handover::Handover;
use crate::bundle::layout::is_plain_file_name;
use crate::bundle::recipient::{RecipientError, Recipients};
use crate::bundle::write::Watch;
use crate::case::dir::CaseDir;
use crate::detect::veil_path;
use crate::disk::own;
use crate::model::Lang;
use crate::model::limits::IDENTITY_BYTES;
use crate::pass::Progress;
use crate::seal::sign::Signer;

pub(super) const EXAMPLES: &str = "\
Examples:
  To a forensic firm, encrypted to the public key that it sent
    hozen export /mnt/usb/CASE --to age1… --out /mnt/send --purpose analysis
    hozen export /mnt/usb/CASE --to firm.pub --to ours.txt --out /mnt/send
  To an adviser who must not see personal data
    hozen export /mnt/usb/CASE --to adviser.pub --without-evidence
  Nobody sent a key: a passphrase, which goes on another way
    hozen export /mnt/usb/CASE --passphrase --out /mnt/send
";

/// Arguments of `export`.
#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// The case folder
    #[arg(value_name = "CASE")]
    pub case_folder: PathBuf,
    /// Who may open it: age1…, ssh-ed25519 …, ssh-rsa …, or a file of these (may be given again)
    #[arg(long, value_name = "RECIPIENT")]
    pub to: Vec<String>,
    /// Encrypt with a passphrase instead, which is asked for
    #[arg(long = "passphrase", conflicts_with_all = ["to", "unencrypted"])]
    pub by_passphrase: bool,
    /// Do not encrypt: whoever gets the file can read everything in it
    #[arg(long, conflicts_with = "to")]
    pub unencrypted: bool,
    /// Folder for the bundle, or the file itself; nothing is overwritten
    #[arg(long = "out", value_name = "PATH", default_value = ".")]
    pub bundle_out: PathBuf,
    /// For advisers who must not see personal data: no evidence, findings or photos; custody stays, and
    /// reports too unless names of files hold personal data
    #[arg(long)]
    pub without_evidence: bool,
    /// With --without-evidence: photos all the same
    #[arg(long, requires = "without_evidence")]
    pub with_photos: bool,
    /// Put in the key of the digests of personal values, so that the receiver can match them (encrypted bundles only)
    #[arg(long, conflicts_with_all = ["unencrypted", "without_evidence"])]
    pub with_case_key: bool,
    /// The key that signs
    #[command(flatten)]
    pub key: KeyArgs,
    /// Who does it, where and by which clock
    #[command(flatten)]
    pub deed: DeedArgs,
    /// Go on where hozen would stop to ask: a case that is not whole, too little space
    #[arg(long)]
    pub force: bool,
    /// What stdout gets
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
}

/// Runs the verb.
pub(super) fn run(args: &ExportArgs, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    let Deed { operator, said } = args.deed.set_down(lang, env)?;
    let case = &args.case_folder;
    let dir = CaseDir::open(case).map_err(|error| Failure::unreadable(&error))?;
    let dir = dir.ok_or_else(|| Failure::no_case(case))?;
    let (folder, file) = target(&args.bundle_out)?;
    if own::folder_identity(&folder).is_some() && inside(&folder, dir.root()) && !args.force {
        return Err(Failure::bundle_inside_case(&folder));
    }
    let recipients = recipients(args, lang, env)?;
    let signer = signer(args, &dir, lang, env)?;
    let engine = look::engine(&look::rule_pack(&[], &[])?)?;
    let custody = dir.root().join("custody");
    collect::confine(env, lang, &[&custody, &folder]);
    let seen = Progress::default();
    let stop = std::sync::Arc::clone(&env.stop);
    let watch = Watch { stop: &stop, read: &|count| seen.read(count) };
    let veil = |path: &str| veil_path(&engine, path);
    let handover = Handover::new(folder.clone(), &veil);
    let order = bundle::Order {
        dir: &dir,
        out: (&folder, file.as_deref()),
        recipients: recipients.as_ref(),
        signer: &signer,
        choice: Choice {
            without_evidence: args.without_evidence,
            with_photos: args.with_photos,
            with_case_key: args.with_case_key,
        },
        veil: &veil,
        force: args.force,
        said,
        by: [operator, env.host.hostname.clone(), collect::tool()],
        now: &*Rc::clone(&env.now),
        further: &|facts| handover.pieces(facts, &watch),
    };
    let bytes = bundle::evidence_bytes(&dir).map_err(|error| Failure::unreadable(&error))?;
    // Read once to check it, and once more to write it.
    let total = if args.without_evidence { bytes } else { bytes.saturating_mul(2) };
    let made = progress::shown(&seen, total, lang, env.stderr_is_terminal, || bundle::export(&order, &watch));
    let made = made.map_err(|error| Failure::export(case, error, lang))?;
    match args.format {
        Format::Json => print(env, &json(&made)?)?,
        Format::Text => print(env, &text(&made, lang))?,
    }
    if made.problems > 0 {
        tell(env, &broken(made.problems, lang));
        return Ok(Exit::Broken);
    }
    Ok(Exit::Done)
}

/// The folder, and the name of the file if one was given.
fn target(out: &Path) -> Result<(PathBuf, Option<String>), Failure> {
    if own::is_folder(out).map_err(|error| Failure::out_unusable(out, &error))? {
        return Ok((out.to_path_buf(), None));
    }
    let name = out.file_name().and_then(|name| name.to_str()).filter(|name| is_plain_file_name(name));
    let name = name.ok_or_else(|| Failure::bundle_name(out))?.to_owned();
    let folder = match out.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    };
    own::may_write_in(&folder).map_err(|error| Failure::out_unusable(&folder, &error))?;
    if !own::is_folder(&folder).map_err(|error| Failure::out_unusable(&folder, &error))? {
        return Err(Failure::bundle_name(out));
    }
    Ok((folder, Some(name)))
}

fn inside(folder: &Path, case: &Path) -> bool {
    match (own::canonical(folder), own::canonical(case)) {
        (Ok(folder), Ok(case)) => folder.starts_with(case),
        _ => false,
    }
}

/// Who may open it; `None` where the user said that anybody may.
fn recipients(args: &ExportArgs, lang: Lang, env: &mut Env) -> Result<Option<Recipients>, Failure> {
    if args.unencrypted {
        return Ok(None);
    }
    if args.by_passphrase {
        return new_passphrase(args, lang, env).map(Some);
    }
    let mut all = Recipients::default();
    for to in &args.to {
        if Recipients::is_meant(to) {
            all.add(to).map_err(|error| Failure::recipient("--to", &error))?;
            continue;
        }
        let path = Path::new(to);
        if !own::exists(path).unwrap_or(true) {
            return Err(Failure::recipient("--to", &RecipientError::Unknown(shown(path))));
        }
        let bytes = own::read_own(path, IDENTITY_BYTES).map_err(|error| Failure::unreadable(&error))?;
        let added = all.add_file(&String::from_utf8_lossy(&bytes));
        added.map_err(|(line, error)| {
            let place = if line > 0 { format!("{}:{line}", shown(path)) } else { shown(path) };
            Failure::recipient(&place, &error)
        })?;
    }
    if all.is_empty() { Err(Failure::no_recipient()) } else { Ok(Some(all)) }
}

/// A passphrase for the bundle, asked twice where a person types it.
fn new_passphrase(args: &ExportArgs, lang: Lang, env: &mut Env) -> Result<Recipients, Failure> {
    let given = &args.key.passphrase;
    let what = lang.pick("the bundle", "引き渡し一式");
    let first = passphrase::ask(given, what, (lang, env))?;
    if first.is_empty() {
        return Err(Failure::empty_passphrase());
    }
    if given.passphrase_fd.is_none() {
        let again = lang.pick("the bundle, once more", "引き渡し一式（確認のためもう一度）");
        if *passphrase::ask(given, again, (lang, env))? != *first {
            return Err(Failure::passphrases_differ());
        }
    }
    let text = String::from_utf8(first.to_vec()).map_err(|_| Failure::empty_passphrase())?;
    Ok(Recipients::with_passphrase(text.into()))
}

/// The key that was named, or the one that was made for the case.
fn signer(args: &ExportArgs, dir: &CaseDir, lang: Lang, env: &mut Env) -> Result<Signer, Failure> {
    if let Some(signer) = keys::signer(&args.key, None, lang, env)? {
        return Ok(signer);
    }
    let path = dir.sign_key();
    if !own::exists(&path).map_err(|error| Failure::unreadable(&error))? {
        return Err(Failure::no_sign_key());
    }
    let own_key = KeyArgs { sign_key: Some(path.into_os_string()), ..KeyArgs::default() };
    keys::signer(&own_key, None, lang, env)?.ok_or_else(Failure::no_sign_key)
}

fn text(made: &ExportResult, lang: Lang) -> String {
    let (size, files) = (words::bytes(made.bytes), words::count(made.files));
    let (sha256, seal) = (words::digest_groups(&made.sha256), words::digest_groups(&made.seal_sha256));
    let to = match (made.recipients.is_empty(), lang) {
        (false, _) => made.recipients.join("\n              "),
        (true, Lang::En) => "ANYBODY: it is not encrypted".to_owned(),
        (true, Lang::Ja) => "誰でも（暗号化していません）".to_owned(),
    };
    let (bundle, guide, key) = (&made.bundle, &made.guide, &made.key);
    let mut text = lang.pick(
        format!(
            "bundle:       {bundle} ({size}, {files} files of the case)\nopened by:    {to}\n\
             SHA-256:      {sha256}\nits seal:     {seal}\nsigned by:    {key}\n"
        ),
        format!(
            "引き渡し一式: {bundle}（{size}・事案のファイル {files} 件）\n復号できる者: {to}\n\
             SHA-256:      {sha256}\n封印番号:     {seal}\n署名鍵:       {key}\n"
        ),
    );
    if !made.withheld.is_empty() {
        let count = made.withheld.len();
        text.push_str(&lang.pick(format!("kept back:    {count} files\n"), format!("引き渡し対象外: {count} 件\n")));
        for one in &made.withheld {
            text.push_str(&format!("  {} {}\n", one.sha256, one.file));
        }
    }
    text.push_str(&lang.pick(
        format!(
            "Send the bundle and {guide}; the .sha256 file may go along. Tell the receiver the SHA-256 and the key on \
             another way (telephone, paper).\n"
        ),
        format!(
            "引き渡し一式と {guide} を送ってください（.sha256 も添えられます）。SHA-256 と署名鍵は、別の経路（電話・紙）で\
             伝えてください。\n"
        ),
    ));
    text
}

fn broken(problems: u64, lang: Lang) -> String {
    lang.pick(
        format!(
            "BROKEN: the case has {problems} problems (hozen verify lists them). The bundle says so, and its receiver must \
             add --force."
        ),
        format!(
            "破損あり: この事案には問題が {problems} 件あります（hozen verify で表示）。引き渡し一式にもその旨を記録しました。\
             受領側では --force が必要です。"
        ),
    )
}
