//! `hozen custody stamp`: the query for a time stamp goes out to a machine with network, the reply comes in and is checked.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};

use super::args::Format;
use super::failure::{Failure, shown};
use super::tsa::{self, TsaArgs};
use super::{Env, Exit, collect, json, print, words};
use crate::case::collection::utc;
use crate::case::dir::CaseDir;
use crate::case::results::{StampAnswer, StampResult};
use crate::case::stamp::{self, Answer, Sealed, Taken};
use crate::disk::{output, own};
use crate::model::limits::STAMP_BYTES;
use crate::model::{Act, Digest, Lang};
use crate::report::shell_word;
use crate::seal::chain::Draft;
use crate::seal::reply::Standing;

/// One line for each way.
pub(super) const USAGE: &str = "\
hozen custody stamp CASE --request FILE [OPTIONS]
       hozen custody stamp CASE --import FILE [OPTIONS]
       hozen custody stamp CASE --tsa URL [OPTIONS]";

pub(super) const EXAMPLES: &str = "\
Examples:
  Write the query, and carry it to a machine with network
    hozen custody stamp /mnt/usb/CASE --request CASE.tsq
  Check the reply and keep it in the case
    hozen custody stamp /mnt/usb/CASE --import CASE.tsr --ca authority.pem
  Both at once, where a network is allowed
    hozen custody stamp CASE --tsa https://tsa.example/ --ca authority.pem
";

/// Arguments of `custody stamp`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("way").required(true).args(["request", "import", "tsa"]))]
pub(super) struct StampArgs {
    /// A case folder
    #[arg(value_name = "CASE")]
    pub stamp_case: PathBuf,
    /// Write the query for a time stamp to FILE, which must not exist yet
    #[arg(long, value_name = "FILE")]
    pub request: Option<PathBuf>,
    /// Check the reply of an authority in FILE, and keep it in the case
    #[arg(long, value_name = "FILE")]
    pub import: Option<PathBuf>,
    /// Certificates (PEM) of authorities that you trust: the reply's must lead to one of them
    #[arg(long, value_name = "FILE", conflicts_with = "request")]
    pub ca: Option<PathBuf>,
    /// Which evidence, where several are sealed (CASE-E001)
    #[arg(long, value_name = "NAME")]
    pub evidence: Option<String>,
    /// Who does this (default: the login name)
    #[arg(long, value_name = "NAME", conflicts_with = "request")]
    pub operator: Option<String>,
    /// Over the network
    #[command(flatten)]
    pub network: TsaArgs,
    /// What stdout gets
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
}

/// Runs the verb.
pub(super) fn run(args: &StampArgs, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    let case = &args.stamp_case;
    let dir = CaseDir::open(case).map_err(|error| Failure::unreadable(&error))?;
    let dir = dir.ok_or_else(|| Failure::not_evidence(case))?;
    match (&args.request, &args.import, &args.network.tsa) {
        (Some(file), ..) => request(args, &dir, file, lang, env),
        (_, Some(file), _) => {
            let reply = read(file)?;
            import(args, &dir, &reply, lang, env)
        }
        (_, _, Some(url)) => {
            let sealed = sealed(args, &dir)?;
            let reply = tsa::ask(&args.network, url, &sealed.query, lang, env)?;
            import(args, &dir, &reply, lang, env)
        }
        (None, None, None) => Err(Failure::bug(&std::io::Error::other("neither --request nor --import nor --tsa"))),
    }
}

fn sealed(args: &StampArgs, dir: &CaseDir) -> Result<Sealed, Failure> {
    stamp::sealed(dir, args.evidence.as_deref()).map_err(|error| Failure::stamp(dir.root(), &error))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    own::read_own(path, STAMP_BYTES as u64).map_err(|error| Failure::stamp_file(path, &error))
}

/// What scripts get, without what came of it yet.
fn bare(args: &StampArgs, evidence: &str, seal_sha256: Digest) -> StampAnswer {
    StampAnswer {
        schema: "hozen.stamp/1".to_owned(),
        case: shown(&args.stamp_case),
        evidence: format!("{evidence}.zip"),
        seal_sha256,
        query: None,
        tsa: args.network.tsa.as_deref().map(tsa::shown),
        with_changes: None,
        stamp: None,
    }
}

fn request(args: &StampArgs, dir: &CaseDir, file: &Path, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    let sealed = sealed(args, dir)?;
    if own::exists(file).map_err(|error| Failure::disk(&error))? {
        return Err(Failure::query_exists(file));
    }
    output::write_once(file, &sealed.query).map_err(|error| Failure::disk(&error))?;
    let text = match args.format {
        Format::Text => next_steps(&sealed, args, file, lang),
        Format::Json => json(&StampAnswer { query: Some(shown(file)), ..bare(args, &sealed.name, sealed.seal) })?,
    };
    print(env, &text)?;
    Ok(Exit::Done)
}

/// What to do with a query, with commands that can be copied.
fn next_steps(sealed: &Sealed, args: &StampArgs, file: &Path, lang: Lang) -> String {
    let name = |ending: &str| {
        let name = file.with_extension(ending);
        shell_word(&name.file_name().map(|name| shown(Path::new(name))).unwrap_or_default())
    };
    let query = shell_word(&file.file_name().map(|name| shown(Path::new(name))).unwrap_or_default());
    let (reply, case, seal) = (name("tsr"), shell_word(&shown(&args.stamp_case)), words::digest_groups(&sealed.seal));
    // A query that is called .tsr must not be overwritten by its reply.
    let reply = if reply == query { shell_word(&format!("{}.reply.tsr", sealed.name)) } else { reply };
    let evidence = args.evidence.as_ref().map(|name| format!(" --evidence {}", shell_word(name))).unwrap_or_default();
    let send = format!(
        "    curl -sS -H 'Content-Type: application/timestamp-query' --data-binary @{query} -o {reply} URL\n    \
         openssl ts -reply -in {reply} -text\n"
    );
    let check = format!("    openssl ts -verify -in {reply} -queryfile {query} -CAfile CA.pem\n");
    let back = format!("    hozen custody stamp {case} --import {reply} --ca CA.pem{evidence}\n");
    let (shown_file, name) = (shown(file), &sealed.name);
    lang.pick(
        format!(
            "The query for a time stamp on {name} is written: {shown_file}\nIt holds the digest of the seal and a random \
             number, nothing else:\n  {seal}\n1. Carry it to a machine with network. There, URL being the address of a \
             time-stamp authority:\n{send}2. CA.pem being that authority's certificates, which it publishes:\n{check}3. \
             Carry both back, and take the reply into the case:\n{back}"
        ),
        format!(
            "{name} のタイムスタンプ要求を書きました: {shown_file}\n中身は封印番号と乱数だけです:\n  {seal}\n\
             1. ネットワークにつながる機器へ運び、次を実行してください（URL は時刻認証局のアドレス）:\n{send}\
             2. その認証局が公開している証明書を CA.pem として:\n{check}\
             3. 応答と CA.pem を持ち帰り、事案に取り込んでください:\n{back}"
        ),
    )
}

fn import(args: &StampArgs, dir: &CaseDir, reply: &[u8], lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    let trusted = args.ca.as_deref().map(read).transpose()?;
    let mut known = serde_json::Map::new();
    if let Some(url) = &args.network.tsa {
        known.insert("tsa".to_owned(), tsa::shown(url).into());
    }
    let draft = Draft {
        time: utc(&(env.now)()),
        act: Act::Stamp,
        operator: args.operator.clone().unwrap_or_else(|| env.user.clone()),
        host: env.host.hostname.clone(),
        tool: collect::tool(),
        detail: known,
    };
    let answer = Answer { reply, trusted: trusted.as_deref() };
    let taken = stamp::import(dir, args.evidence.as_deref(), answer, draft);
    let taken = taken.map_err(|error| Failure::stamp(dir.root(), &error))?;
    let text = match args.format {
        Format::Text => answered(&taken, lang),
        Format::Json => json(&for_scripts(args, dir, &taken))?,
    };
    print(env, &text)?;
    let is_sure = taken.stamp.signature == Standing::Verified
        && taken.stamp.chain.as_ref().is_none_or(|chain| *chain == Standing::Verified);
    Ok(if is_sure { Exit::Done } else { Exit::Gaps })
}

fn for_scripts(args: &StampArgs, dir: &CaseDir, taken: &Taken) -> StampAnswer {
    let stamp = &taken.stamp;
    let (signature, why) = stamp::standing(Some(&stamp.signature));
    let (chain, chain_why) = stamp::standing(stamp.chain.as_ref());
    let bare = bare(args, &taken.evidence, taken.seal);
    let result = StampResult {
        evidence: bare.evidence.clone(),
        file: shown(taken.file.strip_prefix(dir.root()).unwrap_or(&taken.file)),
        time: stamp.time.clone(),
        authority: stamp.authority.clone(),
        policy: stamp.policy.clone(),
        serial: stamp.serial.clone(),
        signature: signature.to_owned(),
        chain: chain.to_owned(),
        why: why.or(chain_why).map(str::to_owned),
    };
    StampAnswer { with_changes: Some(stamp.with_changes), stamp: Some(result), ..bare }
}

/// What a reply says, and what of it was verified.
fn answered(taken: &Taken, lang: Lang) -> String {
    let (stamp, name, file) = (&taken.stamp, &taken.evidence, shown(&taken.file));
    let mut text = sealed_before(lang, name, &stamp.time, &stamp.authority);
    let (signature, chain) = (told(Some(&stamp.signature), lang), told(stamp.chain.as_ref(), lang));
    let (serial, policy) = (&stamp.serial, &stamp.policy);
    text.push_str(&lang.pick(
        format!(
            "  serial {serial}, policy {policy}\n  signature: {signature}\n  certificate up to a CA: {chain}\n  kept as \
             {file}\n"
        ),
        format!(
            "  番号 {serial}、ポリシー {policy}\n  署名: {signature}\n  証明書から認証局までの経路: {chain}\n  保存先: \
             {file}\n"
        ),
    ));
    if stamp.with_changes {
        text.push_str(lang.pick(
            "note: the authority says that it changed something of what was asked; digest and nonce are as asked\n",
            "注: 認証局は要求の一部を変更したとしています。封印番号と乱数は要求どおりです\n",
        ));
    }
    if stamp.chain != Some(Standing::Verified) {
        let check = format!("    openssl ts -verify -in {} -digest SEAL -CAfile CA.pem\n", shell_word(&file));
        text.push_str(&lang.pick(
            format!(
                "Whose clock it was is shown by the chain to a CA that you trust. SEAL being the seal's digest without \
                     spaces:\n{check}"
            ),
            format!(
                "誰の時計によるかは、信頼する認証局までの経路で分かります（SEAL は空白を除いた封印番号）:\n{check}"
            ),
        ));
    }
    text
}

/// The one line that a time stamp comes to.
pub(super) fn sealed_before(lang: Lang, evidence: &str, time: &str, authority: &str) -> String {
    lang.pick(
        format!("{evidence}: sealed before {time}, by the time stamp of {authority}\n"),
        format!("{evidence}: {time} より前に封印（タイムスタンプの発行者: {authority}）\n"),
    )
}

fn told(standing: Option<&Standing>, lang: Lang) -> String {
    match standing {
        None => lang.pick("not checked (--ca FILE checks it)", "未確認（--ca FILE で確認します）").to_owned(),
        Some(Standing::Verified) => lang.pick("verified", "確認済み").to_owned(),
        Some(Standing::NotVerified(why)) => lang.pick(format!("NOT VERIFIED: {why}"), format!("確認できません: {why}")),
    }
}
