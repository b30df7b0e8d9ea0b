//! What was kept back when a case was handed over: named with its digest in the chain, so that it is neither missing nor there.
//!
//! The chain of who hands over goes on with `exported`, that of who takes over with `receive`: only the second may lack
//! anything.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::verify::is_inside;
use crate::model::{Act, CustodyEvent, Digest};

/// Files that were kept back, by their path in the case.
#[derive(Debug, Clone, Default)]
pub struct Withheld {
    /// Of the event before, if that is an export.
    announced: Option<BTreeMap<String, Digest>>,
    files: BTreeMap<String, Digest>,
}

impl Withheld {
    /// Takes from an event what it says; false if that can not be understood.
    pub fn note(&mut self, event: &CustodyEvent) -> bool {
        let announced = self.announced.take();
        match event.act {
            Act::Export => {
                self.announced = announced_by(event);
                self.announced.is_some()
            }
            Act::Receive if event.detail.contains_key("bundle") => {
                let is_behind = announced.is_some();
                self.files = announced.unwrap_or_default();
                is_behind
            }
            _ => true,
        }
    }

    /// In a bundle the chain ends with its export: what that keeps back is not there.
    pub fn take_announced(&mut self) {
        self.files.extend(self.announced.take().unwrap_or_default());
    }

    /// Whether this file was kept back, with its digest.
    pub fn get(&self, path: &str) -> Option<Digest> {
        self.files.get(path).copied()
    }

    /// All of them.
    pub fn files(&self) -> &BTreeMap<String, Digest> {
        &self.files
    }
}

/// What an export keeps back, for its event.
pub fn said(files: &BTreeMap<String, Digest>) -> Value {
    files.iter().map(|(file, sha256)| json!({ "file": file, "sha256": sha256 })).collect()
}

fn announced_by(event: &CustodyEvent) -> Option<BTreeMap<String, Digest>> {
    let one = |said: &Value| {
        let text = |key: &str| said.get(key).and_then(Value::as_str);
        let file = text("file").filter(|file| is_inside(file))?;
        Some((file.to_owned(), text("sha256")?.parse().ok()?))
    };
    event.detail.get("withheld")?.as_array()?.iter().map(one).collect()
}
