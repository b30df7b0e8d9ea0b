//! `hozen rules`: list, check and try the rules that find personal data.

use super::args::{Format, RulesAct, RulesArgs};
use super::failure::Failure;
use super::{Env, Exit, json, look, print};
use crate::detect::{Engine, Hit, examples};
use crate::model::{Bond, Field, Lang, Place, Record};
use crate::rules::RulePack;

/// Runs the verb.
pub(super) fn run(args: &RulesArgs, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    match &args.act {
        RulesAct::List { rules, format } => list(&look::rule_pack(rules)?, *format, lang, env),
        RulesAct::Check { rules } => check(&look::rule_pack(rules)?, lang, env),
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
    let mut text = String::new();
    for rule in &pack.detectors {
        text.push_str(&format!(
            "{:<14} {:<12} {}  ({})\n",
            rule.cited(),
            rule.table.entity,
            rule.name(lang),
            rule.file
        ));
    }
    text.push_str(&format!("{} {}\n", lang.pick("pack", "ルール一式"), pack.digest));
    print(env, &text)?;
    Ok(Exit::Done)
}

fn check(pack: &RulePack, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    // Running every example is the check: a rule that does not do what it says stops here.
    let failures = examples::check(pack).map_err(|error| Failure::rules(&error))?;
    if !failures.is_empty() {
        let lines: Vec<String> = failures.iter().map(ToString::to_string).collect();
        return Err(Failure::rules(&std::io::Error::other(lines.join("\n  "))));
    }
    let examples: usize = pack.detectors.iter().map(|rule| rule.examples().len() + rule.table.negatives.len()).sum();
    let rules = pack.detectors.len();
    let text = lang.pick(
        format!("{rules} rules, {examples} examples: all as they say\npack {}\n", pack.digest),
        format!("ルール {rules} 個・例 {examples} 件:すべて記載どおりです\nルール一式 {}\n", pack.digest),
    );
    print(env, &text)?;
    Ok(Exit::Done)
}

fn try_text(pack: &RulePack, text: &str, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    let engine = look::engine(pack)?;
    let hits = hits(&engine, text);
    let mut out = String::new();
    for hit in &hits {
        let confidence = lang.pick(
            match hit.confidence {
                crate::model::Confidence::Certain => "certain",
                crate::model::Confidence::Likely => "likely",
                crate::model::Confidence::Possible => "possible",
            },
            match hit.confidence {
                crate::model::Confidence::Certain => "確実",
                crate::model::Confidence::Likely => "可能性が高い",
                crate::model::Confidence::Possible => "疑い",
            },
        );
        out.push_str(&format!(
            "{} {} {confidence} [{}] ({})\n",
            hit.entity,
            hit.masked,
            hit.reasons.join(", "),
            hit.rule
        ));
    }
    if hits.is_empty() {
        out.push_str(lang.pick("nothing found\n", "何も検出されません\n"));
    }
    print(env, &out)?;
    Ok(Exit::Done)
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
