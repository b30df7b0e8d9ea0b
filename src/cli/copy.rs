//! `hozen copy`: the second copy of a case or of an evidence zip, on another medium, read back and set down.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use clap::Args;

use super::args::Format;
use super::custody::args::{DeedArgs, ObjectArgs};
use super::custody::said::{self, Deed};
use super::failure::Failure;
use super::{Env, Exit, collect, json, print, progress, tell, words};
use crate::case::copy::{self, Orders};
use crate::case::results::CopyResult;
use crate::model::Lang;
use crate::pass::Progress;

pub(super) const COPY_EXAMPLES: &str = "\
Examples:
  The second copy of a case, on another disk, read back from it
    hozen copy /mnt/usb/CASE --to /mnt/usb2 --verify --seal-number A-0043
  One sealed zip and its digest alone
    hozen copy /mnt/usb/CASE/evidence/CASE-E001.zip --to /mnt/usb2 --verify
";

/// Arguments of `copy`.
#[derive(Debug, Args)]
pub(super) struct CopyArgs {
    /// A case folder, or an evidence zip that has its .sha256 beside it
    #[arg(value_name = "CASE")]
    pub source: PathBuf,
    /// Existing folder in which the copy is made, under the same name (best: another disk)
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,
    /// Read the copy back from its medium and compare all digests
    #[arg(long)]
    pub verify: bool,
    /// Copy the keys of the case too: for a copy that stays in the house
    #[arg(long)]
    pub with_secrets: bool,
    /// Who does it, where and by which clock
    #[command(flatten)]
    pub deed: DeedArgs,
    /// Where the copy is kept from now on
    #[arg(long, value_name = "TEXT")]
    pub kept_at: Option<String>,
    /// The medium of the copy
    #[command(flatten)]
    pub object: ObjectArgs,
    /// What stdout gets
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
}

/// Runs the verb.
pub(super) fn run(args: &CopyArgs, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    let Deed { operator, said: mut detail } = args.deed.set_down(lang, env)?;
    detail.extend(said::texts(&[("kept_at", &args.kept_at)])?);
    detail.extend(said::object(&args.object)?);
    let failed = |error: copy::CopyError| Failure::copy(&args.source, &error);
    let plan = copy::plan(&args.source, &args.to, args.with_secrets).map_err(failed)?;
    if plan.is_on_same_file_system() {
        tell(env, words::copy_on_same_file_system(lang));
    }
    if plan.has_chain() && !plan.can_record() {
        tell(env, words::source_is_read_only(lang));
    }
    // The source's chain is open already: nothing else of the source is written.
    collect::confine(env, lang, &[&args.to]);
    let total = plan.bytes().saturating_mul(if args.verify { 2 } else { 1 });
    let progress = Progress::default();
    let (stop, now) = (Arc::clone(&env.stop), Rc::clone(&env.now));
    let orders = Orders {
        verify: args.verify,
        operator,
        host: env.host.hostname.clone(),
        tool: collect::tool(),
        detail,
        stop: &stop,
        read: &|bytes| progress.read(bytes),
        now: &*now,
    };
    let made = progress::shown(&progress, total, lang, env.stderr_is_terminal, || copy::make(plan, orders));
    let result = made.map_err(failed)?;
    match args.format {
        Format::Json => print(env, &json(&result)?)?,
        Format::Text => print(env, &text(&result, lang))?,
    }
    Ok(Exit::Done)
}

fn text(result: &CopyResult, lang: Lang) -> String {
    let (files, size) = (words::count(result.files), words::bytes(result.bytes));
    let (copy, list) = (&result.copy, words::digest_groups(&result.list_sha256));
    let mut text = lang.pick(
        format!("Copied {files} files, {size}, to {copy}. Each was read once and is as it was recorded.\n"),
        format!("{files} ファイル（{size}）を {copy} に複製しました。複製元はすべて記録どおりでした。\n"),
    );
    text.push_str(match result.read_back.as_deref() {
        Some("direct") => lang.pick(
            "Read back from the medium, past the system's memory: THE SAME.\n",
            "複製先の媒体から（システムのメモリーを通さずに）読み直して照合: 一致\n",
        ),
        Some(_) => lang.pick(
            "Read back after the system was told to forget it: THE SAME. To be sure that the medium has it, take it out, put \
             it in again, and run `hozen verify`.\n",
            "メモリー上の写しを捨てるようシステムに求めてから読み直して照合: 一致。媒体に書かれていることを確かめるには、\
             抜き差ししてから `hozen verify` を実行してください。\n",
        ),
        None => lang.pick(
            "NOT READ BACK: nothing shows that the medium has what was written. Run `hozen verify` on the copy.\n",
            "読み直しは未実施: 媒体に正しく書かれたかは確認していません。複製に対して `hozen verify` を実行してください。\n",
        ),
    });
    if !result.secrets && !result.copy.ends_with(".zip") {
        text.push_str(lang.pick(
            "The keys of the case stayed behind (--with-secrets copies them too).\n",
            "事案の鍵は複製していません（複製するには --with-secrets）。\n",
        ));
    }
    for path in &result.left_out {
        text.push_str(&lang.pick(
            format!("note: not copied, nothing vouches for it: {path}\n"),
            format!("注: 記録にないため複製していません: {path}\n"),
        ));
    }
    if !result.is_private {
        text.push_str(lang.pick(
            "warning: the file system of the copy knows no owners: whoever has the medium can read it. Lock it away, or encrypt \
             the disk.\n",
            "警告: 複製先のファイルシステムには所有者の区別がなく、媒体を持つ人は誰でも読めます。施錠して保管するか、ディスクを\
             暗号化してください。\n",
        ));
    }
    text.push_str(
        &lang.pick(format!("Digest of the list of files: {list}\n"), format!("ファイル一覧のハッシュ: {list}\n")),
    );
    text.push_str(&recorded(result, lang));
    text
}

/// Where the event stands.
fn recorded(result: &CopyResult, lang: Lang) -> String {
    let (Some(event), Some(head)) = (result.event, &result.head) else {
        return lang
            .pick(
                "It is set down in no chain of custody: there is none. Write it on the paper form.\n",
                "証拠管理の記録がないため、どこにも記録していません。紙の記録票に書いてください。\n",
            )
            .to_owned();
    };
    let head = words::digest_groups(head);
    lang.pick(
        format!("Event {event} of the chain of custody. Digest of the chain:\n  {head}\n"),
        format!("証拠管理の記録の {event} 件目です。記録のハッシュ：\n  {head}\n"),
    )
}
