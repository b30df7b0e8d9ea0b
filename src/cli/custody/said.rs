//! What a person says of an event, by stable keys: trimmed, within limits, and absent where nothing was said.

use serde_json::{Map, Value, json};

use super::args::{DeedArgs, ObjectArgs};
use crate::cli::Env;
use crate::cli::failure::Failure;
use crate::model::Lang;
use crate::model::limits::CUSTODY_TEXT_BYTES;

/// Texts, by key.
pub(in crate::cli) fn texts(pairs: &[(&str, &Option<String>)]) -> Result<Map<String, Value>, Failure> {
    let mut said = Map::new();
    for (key, text) in pairs {
        let Some(text) = text.as_deref().map(str::trim).filter(|text| !text.is_empty()) else { continue };
        if text.len() > CUSTODY_TEXT_BYTES {
            return Err(Failure::custody_text(key, text.len()));
        }
        said.insert((*key).to_owned(), json!(text));
    }
    Ok(said)
}

/// Who does it, and what they say of it, the clock included.
pub(in crate::cli) struct Deed {
    pub(in crate::cli) operator: String,
    pub(in crate::cli) said: Map<String, Value>,
}

impl DeedArgs {
    /// What is to be set down. To be called before all that takes time: the reference was read when the command was entered.
    pub(in crate::cli) fn set_down(&self, lang: Lang, env: &mut Env) -> Result<Deed, Failure> {
        let clock = self.clock.compare(lang, env);
        // Held to the same limit, though they stand elsewhere in the event.
        texts(&[("operator", &self.operator), ("reference_source", &self.clock.reference_source)])?;
        let mut said = texts(&[
            ("witness", &self.witness),
            ("purpose", &self.purpose),
            ("place", &self.place),
            ("note", &self.note),
        ])?;
        said.insert("clock".to_owned(), clock.record(env));
        Ok(Deed { operator: super::operator(self.operator.as_ref(), env), said })
    }
}

/// The object that is held, and its device.
pub(in crate::cli) fn object(object: &ObjectArgs) -> Result<Map<String, Value>, Failure> {
    let mut said = texts(&[
        ("case_number", &object.case_number),
        ("evidence_number", &object.evidence_number),
        ("item", &object.item),
        ("quantity", &object.quantity),
        ("obtained_from", &object.obtained_from),
        ("seal_number", &object.seal_number),
        ("medium", &object.medium),
    ])?;
    let device = texts(&[
        ("maker", &object.device_maker),
        ("model", &object.device_model),
        ("serial", &object.device_serial),
        ("capacity", &object.device_capacity),
    ])?;
    if !device.is_empty() {
        said.insert("device".to_owned(), Value::Object(device));
    }
    Ok(said)
}
