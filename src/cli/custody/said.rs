//! What a person says of an event, by stable keys: trimmed, within limits, and absent where nothing was said.

use serde_json::{Map, Value, json};

use super::args::ObjectArgs;
use crate::cli::failure::Failure;
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

/// The object that is held, and its device.
pub(in crate::cli) fn object(object: &ObjectArgs) -> Result<Map<String, Value>, Failure> {
    let mut said = texts(&[
        ("evidence_number", &object.evidence_number),
        ("quantity", &object.quantity),
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
