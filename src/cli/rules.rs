//! `hozen rules`: list, check and try the rules that find personal data.

mod explain;

use unicode_width::UnicodeWidthStr;

use super::args::{Format, RulesAct, RulesArgs};
use super::failure::Failure;
use super::{Env, Exit, json, look, print, profile};
use crate::detect::{Engine, Hit, examples};
use crate::model::{Bond, Confidence, Field, Lang, Place, Record};
use crate::rules::collect::CollectPack;
use crate::rules::{Detector, RulePack};

/// Runs the verb.
pub(super) fn run(args: &RulesArgs, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    match &args.act {
        RulesAct::List { rules, format } => list(&look::rule_pack(rules)?, *format, lang, env),
        RulesAct::Check { rules } => check(&look::rule_pack(rules)?, &profile::pack(rules)?, lang, env),
        RulesAct::Explain { id, rules } => explain(&look::rule_pack(rules)?, id, lang, env),
        RulesAct::Try { text, rules } => try_text(&look::rule_pack(rules)?, text, lang, env),
    }
}

fn list(pack: &RulePack, format: Format, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    if format == Format::Json {
        let rules: Vec<_> = pack
            .detectors
            .iter()
            .map(|rule| {
                serde_json::json!({
                    "rule": rule.cited(), "entity": rule.table.entity, "name": rule.name(Lang::En),
                    "name_ja": rule.name(Lang::Ja), "file": rule.file, "examples": rule.examples().len(),
                })
            })
            .collect();
        let listed = serde_json::json!({ "schema": "hozen.rules/1", "digest": pack.digest, "rules": rules });
        print(env, &json(&listed)?)?;
        return Ok(Exit::Done);
    }
    let widest = |shown: &dyn Fn(&Detector) -> usize| pack.detectors.iter().map(shown).max().unwrap_or(0);
    let (ids, names) = (widest(&|rule| rule.cited().width()), widest(&|rule| rule.name(lang).width()));
    let mut text = String::new();
    for rule in &pack.detectors {
        let (id, name) = (rule.cited(), rule.name(lang));
        text.push_str(&format!("{}  {}  {}\n", padded(&id, ids), padded(name, names), rule.file));
    }
    print(env, &(text + &fingerprint(pack, lang)))?;
    Ok(Exit::Done)
}

/// A text and spaces up to a width in columns; wide characters take two.
fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

/// What tells one set of rules from another, as it stands in every result and report.
fn fingerprint(pack: &RulePack, lang: Lang) -> String {
    lang.pick(
        format!("SHA-256 of these rules (it stands in every result): {}\n", pack.digest),
        format!("これらのルールの SHA-256（結果にも載ります）: {}\n", pack.digest),
    )
}

fn check(pack: &RulePack, profiles: &CollectPack, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    // Running every example is the check: a rule that does not do what it says stops here.
    let failures = examples::check(pack).map_err(|error| Failure::rules(&error))?;
    if !failures.is_empty() {
        let lines: Vec<String> = failures.iter().map(ToString::to_string).collect();
        return Err(Failure::rules(&std::io::Error::other(lines.join("\n  "))));
    }
    let examples: usize = pack.detectors.iter().map(|rule| rule.examples().len() + rule.table.negatives.len()).sum();
    let rules = pack.detectors.len();
    let text = lang.pick(
        format!("OK: {rules} rules, built-in ones included; all {examples} examples come out as the rules say\n"),
        format!("問題なし：内蔵を含むルール {rules} 個、例 {examples} 件。すべて記載どおりの結果です\n"),
    );
    let (count, takes) = (profiles.profiles.len(), profiles.takes.len());
    let also = lang.pick(
        format!("OK: {count} profiles with {takes} kinds of evidence, built-in ones included\n"),
        format!("問題なし：内蔵を含むプロファイル {count} 個、証拠の種類 {takes}\n"),
    );
    print(env, &(text + &fingerprint(pack, lang) + &also))?;
    Ok(Exit::Done)
}

/// The rule with this id, and all that look for a kind of this name.
fn explain(pack: &RulePack, id: &str, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    let named = |rule: &&Detector| rule.id() == id || rule.cited() == id || rule.table.entity == id;
    let rules: Vec<&Detector> = pack.detectors.iter().filter(named).collect();
    if rules.is_empty() {
        return Err(Failure::no_rule(id));
    }
    let text: Vec<String> = rules.into_iter().map(|rule| explain::explained(rule, lang)).collect();
    print(env, &text.join("\n"))?;
    Ok(Exit::Done)
}

fn try_text(pack: &RulePack, text: &str, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    let engine = look::engine(pack)?;
    let mut out = String::new();
    for hit in hits(&engine, text) {
        let named = pack.detectors.iter().find(|rule| rule.cited() == *hit.rule).map_or("", |rule| rule.name(lang));
        let mut reasons: Vec<String> = hit.reasons.iter().map(|reason| reason_words(reason, lang)).collect();
        if reasons.is_empty() {
            reasons.push(lang.pick("its shape fits", "形が合う").to_owned());
        }
        let reasons = reasons.join(lang.pick(", ", "、"));
        out.push_str(&lang.pick(
            format!(
                "{named}: {}, {}\n  because {reasons} (rule {})\n",
                hit.masked,
                sure(hit.confidence, lang),
                hit.rule
            ),
            format!(
                "{named}：{}（{}）\n  理由：{reasons}（ルール {}）\n",
                hit.masked,
                sure(hit.confidence, lang),
                hit.rule
            ),
        ));
    }
    if out.is_empty() {
        out = lang.pick("nothing found\n", "何も見つかりません\n").to_owned();
    }
    print(env, &out)?;
    Ok(Exit::Done)
}

/// How sure a finding is, in words.
fn sure(confidence: Confidence, lang: Lang) -> &'static str {
    match confidence {
        Confidence::Certain => lang.pick("certain", "確実"),
        Confidence::Likely => lang.pick("likely", "可能性が高い"),
        Confidence::Possible => lang.pick("only possible", "可能性のみ"),
    }
}

/// A stable reason word (`header:電話番号`) as a person would say it; one that is not known here stands as it is.
fn reason_words(reason: &str, lang: Lang) -> String {
    let (word, of) = reason.split_once(':').unwrap_or((reason, ""));
    let (en, ja) = match word {
        "check" => ("the check digit fits", "検査数字が合う"),
        "issuer" => ("it is a number of this issuer", "発行会社の番号に合う"),
        "plan" => ("it is in the numbering plan", "電話番号計画に合う"),
        "grouped" => ("its digits are grouped as usual", "区切り方が合う"),
        "international" => ("it begins with +81", "+81 で始まる"),
        "zero_lost" => ("its leading 0 is lost", "先頭の 0 が落ちている"),
        "header" => ("the column or key is named so", "列や項目の名前が示す"),
        "context" => ("a word beside it names it", "近くの語が示す"),
        "near" => ("a word near by goes with it", "近くに関連する語がある"),
        "against" => ("but a word names something else", "ただし別のものを示す語がある"),
        "column" => ("so many of its column pass", "同じ列の合格率"),
        "chance" => ("chance explains it", "偶然でも説明がつく"),
        "label" => ("a label stands before it", "見出しの後にある"),
        "honorific" => ("an honorific stands behind it", "敬称が付いている"),
        "dictionary" => ("surname and given name are in the dictionary", "姓と名が辞書にある"),
        "surname" => ("its surname is in the dictionary", "姓が辞書にある"),
        "surname_alone" => ("it is a surname of the dictionary", "辞書にある姓"),
        "one_word" => ("but a surname alone may be anybody", "ただし姓だけでは誰か分からない"),
        "prefecture" => ("it begins with a prefecture", "都道府県で始まる"),
        "municipality" => ("it begins with a municipality of the list", "一覧にある市区町村で始まる"),
        "other_prefecture" => ("but its town lies in another prefecture", "ただし市区町村は別の都道府県にある"),
        "inside_word" => ("but it begins within a word", "ただし語の途中から始まる"),
        "short_given_name" => {
            ("but a given name of one letter may be part of a word", "ただし一文字の名は語の一部かもしれない")
        }
        "also_a_word" => ("but both parts are words too", "ただし姓も名も普通の語でもある"),
        "bank_code" => ("it begins with the code of a bank", "銀行コードで始まる"),
        "postal_mark" => ("the postal mark stands before it", "〒の後にある"),
        "post_bank" => ("it is grouped as the post bank does", "ゆうちょの記号・番号の形"),
        "era" => ("it is a date of the Japanese calendar", "和暦の日付"),
        "after_era" => ("but its era had ended by then", "ただし元号の終わりより後"),
        "check_in_dispute" => ("but sources differ about its check digit", "ただし検査数字の説が分かれる"),
        "test_number" => ("it is a published test number", "公開されている試験用の番号"),
        _ => return reason.to_owned(),
    };
    match of {
        "" => lang.pick(en, ja).to_owned(),
        of => lang.pick(format!("{en} ({of})"), format!("{ja}（{of}）")),
    }
}

fn hits(engine: &Engine, text: &str) -> Vec<Hit> {
    let mut hits = Vec::new();
    let field = Field { name: None, text, place: Place::default(), raw: None };
    let fields = [field];
    let record = Record::whole(Bond::Line, &fields);
    let mut leaf = engine.leaf();
    leaf.record(&record, &mut |record| hits.extend(record.hits));
    leaf.finish(&mut |record| hits.extend(record.hits));
    hits
}
