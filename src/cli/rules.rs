//! `hozen rules`: list, check and try the rules that find personal data.

mod explain;

use unicode_width::UnicodeWidthStr;

use super::args::{Format, RulesAct, RulesArgs};
use super::failure::Failure;
use super::reasons::{sure, why};
use super::{Env, Exit, json, look, print, profile};
use crate::detect::{Engine, Hit, RiskyPlaces, examples};
use crate::model::{Bond, Field, Lang, Place, Record};
use crate::rules::collect::CollectPack;
use crate::rules::{Detector, PlaceRule, RulePack};

/// Runs the verb.
pub(super) fn run(args: &RulesArgs, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    match &args.act {
        RulesAct::List { rules, format } => list(&look::rule_pack(rules, &env.local_rules)?, *format, lang, env),
        RulesAct::Check { rules } => {
            check(&look::rule_pack(rules, &env.local_rules)?, &profile::pack(rules)?, lang, env)
        }
        RulesAct::Explain { id, rules } => explain(&look::rule_pack(rules, &env.local_rules)?, id, lang, env),
        RulesAct::Try { text, rules } => try_text(&look::rule_pack(rules, &env.local_rules)?, text, lang, env),
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
        let place = |rule: &PlaceRule| serde_json::json!({ "rule": rule.cited(), "name": rule.table.name.en, "name_ja": rule.table.name.ja, "file": rule.file });
        let places: Vec<_> = pack.places.iter().map(place).collect();
        let listed =
            serde_json::json!({ "schema": "hozen.rules/1", "digest": pack.digest, "rules": rules, "places": places });
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
    let widest = |shown: &dyn Fn(&PlaceRule) -> usize| pack.places.iter().map(shown).max().unwrap_or(0);
    let (ids, names) = (widest(&|rule| rule.cited().width()), widest(&|rule| rule.table.name.pick(lang).width()));
    text.push_str(lang.pick("\nPlaces\n", "\n置き場所\n"));
    for rule in &pack.places {
        let name = padded(rule.table.name.pick(lang), names);
        text.push_str(&format!("{}  {name}  {}\n", padded(&rule.cited(), ids), rule.file));
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
    let places = RiskyPlaces::new(pack, &[]).map_err(|error| Failure::rules(&error))?;
    let failed = places.failed_examples();
    if !failed.is_empty() {
        return Err(Failure::rules(&std::io::Error::other(failed.join("\n  "))));
    }
    let examples: usize = pack.detectors.iter().map(|rule| rule.examples().len() + rule.table.negatives.len()).sum();
    let rules = pack.detectors.len();
    let text = lang.pick(
        format!("OK: {rules} rules, built-in ones included; all {examples} examples come out as the rules say\n"),
        format!("問題なし：内蔵を含むルール {rules} 個、例 {examples} 件。すべて記載どおりの結果です\n"),
    );
    let placed = pack.places.len();
    let text = text
        + &lang.pick(
            format!("OK: {placed} rules about places, built-in ones included\n"),
            format!("問題なし：内蔵を含む、置き場所のルール {placed} 個\n"),
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
    let places = pack.places.iter().filter(|rule| rule.table.id.get_ref() == id || rule.cited() == id);
    let rules = rules.into_iter().map(|rule| explain::explained(rule, lang));
    let text: Vec<String> = rules.chain(places.map(|rule| explain::explained_place(rule, lang))).collect();
    if text.is_empty() {
        return Err(Failure::no_rule(id));
    }
    print(env, &text.join("\n"))?;
    Ok(Exit::Done)
}

fn try_text(pack: &RulePack, text: &str, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    let engine = look::engine(pack)?;
    let mut out = String::new();
    for hit in hits(&engine, text) {
        let named = pack.detectors.iter().find(|rule| rule.cited() == *hit.rule).map_or("", |rule| rule.name(lang));
        out.push_str(&format!("{named}{}\n", why(&hit.masked, hit.confidence, &hit.reasons, &hit.rule, lang)));
    }
    if out.is_empty() {
        out = lang.pick("nothing found\n", "何も見つかりません\n").to_owned();
    }
    print(env, &out)?;
    Ok(Exit::Done)
}

fn hits(engine: &Engine, text: &str) -> Vec<Hit> {
    let mut hits = Vec::new();
    let field = Field { name: None, text, place: Place::default(), raw: None, undone: None };
    let fields = [field];
    let record = Record::whole(Bond::Line, &fields);
    let mut leaf = engine.leaf();
    leaf.record(&record, &mut |record| hits.extend(record.hits));
    leaf.finish(&mut |record| hits.extend(record.hits));
    hits
}
