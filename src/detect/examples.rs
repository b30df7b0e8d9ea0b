//! Runs the examples and negatives that every rule brings: `hozen rules check`, and the tests.

use super::compile::Engine;
use super::hit::Hit;
use crate::model::{Bond, Confidence, Field, Place, Record};
use crate::rules::pack::confidence_word;
use crate::rules::{Detector, RuleError, RulePack};

/// An example that did not come out as the rule says. Its text is the rule's own, not evidence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: detector {id:?}: {text:?}: expected {expected}, found {found}")]
pub struct ExampleFailure {
    /// File of the rule.
    pub file: String,
    /// Its id.
    pub id: String,
    /// The example.
    pub text: String,
    /// What the rule says.
    pub expected: String,
    /// What came out.
    pub found: String,
}

/// Runs all examples of a pack. Empty: every rule does what it says.
pub fn check(pack: &RulePack) -> Result<Vec<ExampleFailure>, RuleError> {
    let engine = Engine::new(pack)?;
    let mut failures = Vec::new();
    for detector in &pack.detectors {
        for example in detector.examples() {
            let mut values = example.values.clone();
            values.sort_unstable();
            let expected = described(values, example.confidence);
            let with = example.with.as_deref().map(|with| (example.with_header.as_deref(), with));
            let hits = hits_with(&engine, detector, &example.text, example.header.as_deref(), with);
            note(detector, &example.text, expected, found(&hits, example.confidence.is_some()), &mut failures);
        }
        for text in &detector.table.negatives {
            let hits = hits_of(&engine, detector, text, None);
            note(detector, text, described(Vec::new(), None), found(&hits, false), &mut failures);
        }
    }
    Ok(failures)
}

/// The findings of one detector in one text, as `hozen rules try` shows them.
pub fn hits_of(engine: &Engine, detector: &Detector, text: &str, header: Option<&str>) -> Vec<Hit> {
    hits_with(engine, detector, text, header, None)
}

/// The same in a record that has another field behind it, with its header.
fn hits_with(
    engine: &Engine,
    detector: &Detector,
    text: &str,
    header: Option<&str>,
    with: Option<(Option<&str>, &str)>,
) -> Vec<Hit> {
    let field = |name, text| Field { name, text, place: Place::default(), raw: None, undone: None };
    let fields: Vec<Field<'_>> =
        std::iter::once(field(header, text)).chain(with.map(|(header, with)| field(header, with))).collect();
    let bond = if header.is_some() { Bond::Row } else { Bond::Line };
    let record = Record { bond, fields: &fields, fresh_from: 0 };
    let mut hits = Vec::new();
    let mut leaf = engine.leaf();
    leaf.record(&record, &mut |found| hits.extend(found.hits));
    leaf.finish(&mut |found| hits.extend(found.hits));
    hits.retain(|hit| *hit.rule == *detector.cited() && hit.field == 0);
    hits
}

fn found(hits: &[Hit], with_confidence: bool) -> String {
    let mut values: Vec<String> = hits.iter().map(|hit| hit.value.reveal().to_owned()).collect();
    values.sort_unstable();
    let confidence = hits.iter().map(|hit| hit.confidence).min().filter(|_| with_confidence);
    described(values, confidence)
}

fn described(values: Vec<String>, confidence: Option<Confidence>) -> String {
    let said = if values.is_empty() { "nothing".to_owned() } else { values.join(" ") };
    confidence.map_or_else(|| said.clone(), |confidence| format!("{said} ({})", confidence_word(confidence)))
}

fn note(detector: &Detector, text: &str, expected: String, found: String, failures: &mut Vec<ExampleFailure>) {
    if expected != found {
        let (file, id) = (detector.file.clone(), detector.id().to_owned());
        failures.push(ExampleFailure { file, id, text: text.to_owned(), expected, found });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_rule_does_what_its_examples_say() {
        let failures = check(&RulePack::builtin().unwrap()).unwrap();
        let told: Vec<String> = failures.iter().map(ToString::to_string).collect();
        assert!(told.is_empty(), "{}", told.join("\n"));
    }

    #[test]
    fn a_rule_that_does_not_do_what_it_says_is_told() {
        let text = include_str!("../../rules/detect/my_number.toml")
            .replace("version = 1", "version = 2\noverride = true")
            .replace(
                "values = [\"983205673214\"], confidence = \"certain\"",
                "values = [\"983205673214\"], confidence = \"likely\"",
            )
            .replace("\"123456789019\"", "\"123456789018\"");
        let pack = RulePack::load(&[], &[("own.toml".into(), text)]).unwrap();
        let failures = check(&pack).unwrap();
        assert!(failures.iter().any(|f| f.expected.contains("likely") && f.found.contains("certain")));
        assert!(failures.iter().any(|f| f.text == "123456789018" && f.expected == "nothing"));
    }

    #[test]
    fn the_reference_names_every_validator_as_it_is() {
        let reference = include_str!("../../rules/README.md");
        for validator in crate::detect::validate::VALIDATORS {
            let row = format!("| `{}` | {} |", validator.id, validator.about);
            assert!(reference.contains(&row), "rules/README.md lacks: {row}");
        }
    }

    #[derive(serde::Deserialize)]
    struct Kit {
        #[serde(default)]
        valid_formatted: Vec<Sample>,
        #[serde(default)]
        samples: Vec<Sample>,
        #[serde(default)]
        masked: Vec<String>,
        #[serde(default)]
        not_addresses: Vec<String>,
    }
    #[derive(serde::Deserialize)]
    struct Sample {
        text: String,
        value: String,
    }

    #[test]
    fn kit() {
        let pack = RulePack::builtin().unwrap();
        let engine = Engine::new(&pack).unwrap();
        let kits = [
            ("card", include_str!("../../testdata/detect/card.json")),
            ("my_number", include_str!("../../testdata/detect/my_number.json")),
            ("email", include_str!("../../testdata/detect/email.json")),
        ];
        for (id, text) in kits {
            let kit: Kit = serde_json::from_str(text).unwrap();
            let detector = pack.detectors.iter().find(|d| d.id() == id).unwrap();
            let values = |text: &str| {
                let hits = hits_of(&engine, detector, text, None);
                hits.iter().map(|hit| hit.value.reveal().to_owned()).collect::<Vec<_>>()
            };
            let samples: Vec<&Sample> = kit.valid_formatted.iter().chain(&kit.samples).collect();
            assert!(samples.len() > 3, "{id}");
            for Sample { text, value } in samples {
                assert_eq!(values(text), [value.as_str()], "{id}: {text}");
            }
            for text in kit.masked.iter().chain(&kit.not_addresses) {
                assert!(values(text).is_empty(), "{id}: {text}");
            }
        }
    }
}
