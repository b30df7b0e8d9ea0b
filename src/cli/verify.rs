//! `hozen verify`: whole, or exactly what is not.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::str::FromStr;

use super::args::{Format, VerifyArgs};
use super::clock::ClockArgs;
use super::custody::{operator, said};
use super::failure::{Failure, shown};
use super::stamp::sealed_before;
use super::{Env, Exit, collect, json, print, tell, words};
use crate::bundle::verify as bundle;
use crate::case::custody::Statement;
use crate::case::dir::CaseDir;
use crate::case::results::{BagChecked, Layer, Problem, StampResult, State, VerifyResult};
use crate::case::verify::{self, VerifyError, verify_path};
use crate::disk::error::DiskError;
use crate::evidence::Expected;
use crate::model::{Act, Algorithm, Digest, Lang};
use crate::report;

/// Runs the verb.
pub(super) fn run(args: &VerifyArgs, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    let known = Expected {
        zip_sha256: None,
        seal_sha256: expected(args.expect_seal.as_deref())?,
        key: args.expect_key.clone(),
        custody: expected(args.expect_custody.as_deref())?,
        digests: None,
    };
    let mut all: Option<VerifyResult> = None;
    let mut recorded = String::new();
    // Before hours of reading: what can not be recorded is told at once.
    let cases = if args.record { cases(args)? } else { Vec::new() };
    for path in &args.paths {
        let mut one = verify_one(path, &known)?;
        if known.custody.is_some() && !matches!(CaseDir::open(path), Ok(Some(_))) {
            let what =
                "is no case folder: there is no chain of custody to find the digest in that was named".to_owned();
            one.problems.push(Problem { layer: Layer::Custody, path: shown(path), what });
            one = VerifyResult { ok: false, state: State::Broken, ..one };
        }
        if let Some(dir) = cases.iter().find(|dir| dir.root() == path.as_path()) {
            recorded.push_str(&record(dir, &one, args, lang, env)?);
        }
        all = Some(match all {
            None => one,
            Some(before) => before.and(one),
        });
    }
    let result = all.ok_or_else(|| Failure::bug(&std::io::Error::other("nothing was named")))?;
    match args.format {
        Format::Json => print(env, &json(&result)?)?,
        Format::Text => print(env, &(text(&result, &known, lang) + &recorded))?,
    }
    Ok(if result.ok { Exit::Done } else { Exit::Broken })
}

fn verify_one(path: &Path, known: &Expected) -> Result<VerifyResult, Failure> {
    let unreadable = |error: DiskError| Failure::unreadable(&error);
    match bundle::kind(path).map_err(unreadable)? {
        bundle::Kind::Age => Err(Failure::is_encrypted(path)),
        bundle::Kind::Zip => bundle::verify_zip(path, known).map_err(unreadable),
        bundle::Kind::Folder => bundle::verify_folder(path, known).map_err(unreadable),
        bundle::Kind::Other => verify_path(path, known).map_err(|error| match &error {
            VerifyError::Disk(disk) => Failure::unreadable(disk),
            VerifyError::NothingToVerify { .. } => Failure::not_evidence(path),
        }),
    }
}

/// The cases that were named: only a case has a chain to record in.
fn cases(args: &VerifyArgs) -> Result<Vec<CaseDir>, Failure> {
    let case = |path: &PathBuf| {
        let dir = CaseDir::open(path).map_err(|error| Failure::unreadable(&error))?;
        dir.ok_or_else(|| Failure::no_case(path))
    };
    args.paths.iter().map(case).collect()
}

/// Sets down that a case was checked, and what it came to. A broken chain takes nothing: then that is told, and the verdict stands.
fn record(dir: &CaseDir, one: &VerifyResult, args: &VerifyArgs, lang: Lang, env: &mut Env) -> Result<String, Failure> {
    let mut detail = said::texts(&[("witness", &args.witness)])?;
    detail.insert("clock".to_owned(), ClockArgs::default().compare(lang, env).record(env));
    let statement = Statement {
        act: Act::Verify,
        operator: operator(args.operator.as_ref(), env),
        host: env.host.hostname.clone(),
        tool: collect::tool(),
        detail,
        photos: &[],
        check_evidence: false,
    };
    let now = Rc::clone(&env.now);
    match verify::record(dir, one, statement, &*now) {
        Ok(added) => Ok(report::custody::added(&added.result, &[], lang)),
        Err(error) if !one.ok => {
            let failure = Failure::custody(dir.root(), &error);
            tell(env, failure.text(lang).trim_end());
            Ok(String::new())
        }
        Err(error) => Err(Failure::custody(dir.root(), &error)),
    }
}

/// A digest from paper: groups and capitals are how people write it.
fn expected(digest: Option<&str>) -> Result<Option<Digest>, Failure> {
    let Some(text) = digest else { return Ok(None) };
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    Digest::from_str(&plain.to_ascii_lowercase()).map(Some).map_err(|_| Failure::bad_expectation(text))
}

fn text(result: &VerifyResult, known: &Expected, lang: Lang) -> String {
    let mut text = String::new();
    for checked in &result.checked {
        let (members, bytes) = (words::count(checked.members), words::bytes(checked.bytes));
        text.push_str(&lang.pick(
            format!("checked {}: {members} members, {bytes}\n", checked.path),
            format!("検査: {}（{members} 件・{bytes}）\n", checked.path),
        ));
        if let Some(seal) = &checked.seal_sha256 {
            let seal = words::digest_groups(seal);
            text.push_str(&format!("  {} {seal}\n", lang.pick("seal", "封印番号")));
        }
        if let Some(key) = &checked.key {
            text.push_str(&format!("  {} {key}\n", lang.pick("key ", "署名鍵  ")));
        }
        if let Some(digests) = checked.digests.filter(|digests| digests.others().count() > 0) {
            let names = digests.iter().map(Algorithm::name).collect::<Vec<_>>().join(", ");
            text.push_str(&format!("  {} {names}\n", lang.pick("digests", "ダイジェスト")));
        }
        if let Some(bag) = &checked.bag {
            text.push_str(&about_bag(bag, lang));
        }
    }
    for stamp in &result.stamps {
        text.push_str(&stamped(stamp, lang));
    }
    for one in &result.withheld {
        let what = lang.pick("not handed over", "引き渡し対象外");
        text.push_str(&format!("  [{what}] {} {}\n", one.file, one.sha256));
    }
    text.push_str(&problems(&result.problems, lang));
    text.push_str(&verdict(result, known, lang));
    text
}

/// Problems, by layer.
pub(super) fn problems(problems: &[Problem], lang: Lang) -> String {
    let line = |one: &Problem| format!("  [{}] {}: {}\n", layer(one.layer, lang), one.path, one.what);
    problems.iter().map(line).collect()
}

/// A time stamp that holds, and what of it could not be verified.
fn stamped(stamp: &StampResult, lang: Lang) -> String {
    let mut text = format!("  {}", sealed_before(lang, &stamp.evidence, &stamp.time, &stamp.authority));
    if stamp.signature != "verified" {
        let why = stamp.why.as_deref().unwrap_or_default();
        text.push_str(
            &lang.pick(
                format!("    its signature is NOT VERIFIED: {why}\n"),
                format!("    署名は確認できません: {why}\n"),
            ),
        );
    }
    if stamp.chain != "verified" {
        text.push_str(lang.pick(
            "    its certificate was not followed up to a CA: `openssl ts -verify` does that (docs/verify.md)\n",
            "    証明書から認証局までの経路は未確認です。`openssl ts -verify` で確認できます（docs/verify.md）\n",
        ));
    }
    text
}

/// What a bag that hozen did not make was checked by.
fn about_bag(bag: &BagChecked, lang: Lang) -> String {
    let (version, encoding) = (&bag.version, &bag.encoding);
    let list = |all: &[String]| if all.is_empty() { lang.pick("-", "なし").to_owned() } else { all.join(", ") };
    let (payload, tags) = (list(&bag.algorithms), list(&bag.tag_algorithms));
    let mut text = lang.pick(
        format!("  a BagIt bag (version {version}, {encoding}); digests: payload {payload}; tag files {tags}\n"),
        format!(
            "  BagIt バッグ（版 {version}・{encoding}）。照合したダイジェスト: 本体 {payload}、タグファイル {tags}\n"
        ),
    );
    for note in &bag.notes {
        text.push_str(&format!("  [{}] {}: {}\n", lang.pick("note", "注意"), note.path, note.what));
    }
    text
}

/// The verdict on a bag without a signature that is complete and valid.
fn whole_bag(lang: Lang) -> String {
    lang.pick(
        "WHOLE in itself: the BagIt bag is complete and valid. It has no signature that hozen checks: this does not show who \
         made it, nor that it was not made anew.\n",
        "完全（バッグ内で整合）: BagIt バッグに欠けや違いはありません。hozen が検査できる署名がないため、誰が作ったか、\
         全体が作り直されていないかは分かりません。\n",
    )
    .to_owned()
}

/// The verdict on a bag of which files are still elsewhere.
fn unfetched_bag(lang: Lang) -> String {
    lang.pick(
        "INCOMPLETE: files of the BagIt bag that fetch.txt names are not here; all others are valid. Fetch them with another \
         program, and check again.\n",
        "未完了: BagIt バッグの fetch.txt にあるファイルがまだありません。ほかのファイルに違いはありません。別の手段で\
         取得してから、もう一度検査してください。\n",
    )
    .to_owned()
}

fn verdict(result: &VerifyResult, known: &Expected, lang: Lang) -> String {
    if matches!(result.state, State::Incomplete | State::Torn) {
        let bag = if result.checked.iter().any(|one| one.bag.is_some()) { unfetched_bag(lang) } else { String::new() };
        let is_bag_alone = result.unfinished.is_empty() && !bag.is_empty();
        return if is_bag_alone { bag } else { bag + &unfinished(result, lang) };
    }
    if !result.ok {
        let count = result.problems.len();
        return lang.pick(
            format!(
                "BROKEN: {count} problems. Keep this copy as it is, do not mend it, and compare it with another copy.\n"
            ),
            format!("破損あり: {count} 件。この複製には手を加えず、別の複製と比較してください。\n"),
        );
    }
    let bags = result.checked.iter().filter(|one| one.bag.is_some()).count();
    if bags > 0 && bags == result.checked.len() {
        return whole_bag(lang);
    }
    let bag = if bags > 0 { whole_bag(lang) } else { String::new() };
    let compared = known.seal_sha256.is_some() || known.key.is_some();
    let next = if compared {
        lang.pick("It is what the paper form says.", "紙の記録票と一致しています。")
    } else {
        lang.pick(
            "Compare the seal with the paper form: only that shows that the whole was not made anew.",
            "封印番号を紙の記録票と照合してください。全体が作り直されていないことは、その照合でしか分かりません。",
        )
    };
    if result.state == State::Withheld {
        let count = result.withheld.len();
        return bag
            + &lang.pick(
                format!(
                    "WHOLE as far as it was handed over: {count} files of the case were kept back and are NOT here; all others \
                     are as they were sealed. {next}\n"
                ),
                format!(
                    "引き渡された範囲で完全: 事案のうち {count} 件は引き渡されておらず、ここにはありません。ほかはすべて封印時の\
                     ままです。{next}\n"
                ),
            );
    }
    bag + &lang
        .pick(format!("WHOLE: everything is as it was sealed. {next}\n"), format!("完全: 封印時のままです。{next}\n"))
}

/// What a collection that is not at its end has, and how it goes on.
fn unfinished(result: &VerifyResult, lang: Lang) -> String {
    let mut text = String::new();
    for one in &result.unfinished {
        let (entries, files, bytes) = (words::count(one.entries), words::count(one.files), words::bytes(one.bytes));
        text.push_str(&match (one.sealed, one.torn_bytes) {
            (true, _) => lang.pick(
                format!("{}: sealed; the last steps or the results are missing\n", one.evidence),
                format!("{}: 封印済み。最後の手順または結果がまだありません\n", one.evidence),
            ),
            (false, 0) => lang.pick(
                format!("{}: {entries} entries ({files} files, {bytes}) are recorded and whole\n", one.evidence),
                format!("{}: {entries} 件（ファイル {files} 件・{bytes}）は完全に記録されています\n", one.evidence),
            ),
            (false, torn) => lang.pick(
                format!(
                    "{}: {entries} entries ({files} files, {bytes}) are recorded and whole; {} behind them are a \
                     half-written tail\n",
                    one.evidence,
                    words::bytes(torn)
                ),
                format!(
                    "{}: {entries} 件（ファイル {files} 件・{bytes}）は完全に記録されています。その後ろの {} は書きかけです\n",
                    one.evidence,
                    words::bytes(torn)
                ),
            ),
        });
    }
    let (en, ja) =
        if result.state == State::Torn { ("TORN", "途中で切れています") } else { ("INCOMPLETE", "未完了") };
    text + &lang.pick(
        format!(
            "{en}: the collection is not at its end and has no seal over it. On the machine that it was begun on, go on \
             with `hozen collect --resume CASE` (or `respond --resume`).\n"
        ),
        format!(
            "{ja}: 保全が最後まで終わっておらず、封印がありません。始めた機器で `hozen collect --resume 事案フォルダー`\
             （または `respond --resume`）を実行すると、続きを行えます。\n"
        ),
    )
}

fn layer(layer: Layer, lang: Lang) -> &'static str {
    let (en, ja) = match layer {
        Layer::Zip => ("zip", "zip"),
        Layer::Name => ("name", "名前"),
        Layer::Manifest => ("manifest", "マニフェスト"),
        Layer::Digest => ("digest", "内容"),
        Layer::TagManifest => ("tag manifest", "タグマニフェスト"),
        Layer::Seal => ("seal", "封印"),
        Layer::TimeStamp => ("time stamp", "タイムスタンプ"),
        Layer::Custody => ("custody chain", "証拠管理の記録"),
        Layer::Record => ("record", "ファイル記録"),
        Layer::Result => ("result", "結果"),
    };
    lang.pick(en, ja)
}
