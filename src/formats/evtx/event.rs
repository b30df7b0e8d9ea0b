//! What is gathered of one event while its XML is read: its values, each under the name that says most, and the elements that are open.

use super::value::{Shown, show};
use crate::formats::lined::is_value;
use crate::model::limits::{EVENT_DEPTH, EVENT_TEXT_BYTES};

/// Why reading of an event ended before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// It breaks its own format.
    Damaged,
    /// It goes over a limit.
    Over,
}

/// An element that is open.
#[derive(Debug, Default)]
struct Open {
    name: String,
    /// What its attribute `Name` says: `TargetUserName`.
    label: Option<String>,
    text: String,
    attribute: Option<(String, String)>,
}

/// The values of one event.
#[derive(Debug, Default)]
pub(super) struct Event {
    /// Name and text.
    pub(super) values: Vec<(String, String)>,
    /// Name and bytes of values that are files.
    pub(super) files: Vec<(String, Vec<u8>)>,
    /// Values that are pictures or sound.
    pub(super) mute: u64,
    /// Some value was not as its type says.
    pub(super) damaged: bool,
    open: Vec<Open>,
    bytes: usize,
}

impl Event {
    /// How many elements are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    pub(super) fn open(&mut self, name: String) -> Result<(), Stop> {
        if self.open.len() >= EVENT_DEPTH {
            return Err(Stop::Over);
        }
        self.open.push(Open { name, ..Open::default() });
        Ok(())
    }

    pub(super) fn attribute(&mut self, name: String) -> Result<(), Stop> {
        self.end_attribute();
        self.open.last_mut().ok_or(Stop::Damaged)?.attribute = Some((name, String::new()));
        Ok(())
    }

    /// The attribute at hand has its value.
    pub(super) fn end_attribute(&mut self) {
        let Some(open) = self.open.last_mut() else { return };
        let Some((name, text)) = open.attribute.take() else { return };
        let element = open.name.clone();
        if name == "Name" && matches!(element.as_str(), "Data" | "ComplexData") {
            open.label = Some(text.clone()).filter(|text| !text.trim().is_empty());
            // What is no word is a value too.
            if is_value(&text) {
                self.keep(element, text);
            }
            return;
        }
        if name.starts_with("xmlns") && text.starts_with("http://schemas.microsoft.com/") {
            return;
        }
        let is_the_point = matches!(name.as_str(), "Name" | "SystemTime");
        self.keep(if is_the_point { element } else { name }, text);
    }

    /// Closes elements until so many are open.
    pub(super) fn close_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            self.end_attribute();
            let Some(open) = self.open.pop() else { break };
            self.keep(open.label.unwrap_or(open.name), open.text);
        }
    }

    /// Text of the attribute or element at hand.
    pub(super) fn text(&mut self, text: &str) -> Result<(), Stop> {
        self.count(text)?;
        match self.open.last_mut() {
            Some(Open { attribute: Some((_, held)), .. }) => held.push_str(text),
            Some(open) => open.text.push_str(text),
            None => self.values.push((String::new(), text.to_owned())),
        }
        Ok(())
    }

    /// A value, where it stands in the XML.
    pub(super) fn value(&mut self, kind: u8, bytes: &[u8]) -> Result<(), Stop> {
        match show(kind, bytes) {
            // Several stand for several elements of this name.
            Shown::Texts(texts) if texts.len() > 1 => {
                let name = self.name();
                texts.into_iter().try_for_each(|text| {
                    self.count(&text)?;
                    self.keep(name.clone(), text);
                    Ok(())
                })
            }
            Shown::Texts(texts) => texts.iter().try_for_each(|text| self.text(text)),
            Shown::File => {
                self.files.push((self.name(), bytes.to_vec()));
                Ok(())
            }
            Shown::Mute => {
                self.mute += 1;
                Ok(())
            }
            Shown::Damaged => {
                self.damaged = true;
                Ok(())
            }
        }
    }

    /// The name of what is at hand.
    fn name(&self) -> String {
        let Some(open) = self.open.last() else { return String::new() };
        let attribute = open.attribute.as_ref().map(|(name, _)| name);
        attribute.or(open.label.as_ref()).unwrap_or(&open.name).clone()
    }

    fn count(&mut self, text: &str) -> Result<(), Stop> {
        self.bytes = self.bytes.saturating_add(text.len());
        if self.bytes > EVENT_TEXT_BYTES { Err(Stop::Over) } else { Ok(()) }
    }

    fn keep(&mut self, name: String, text: String) {
        if !text.trim().is_empty() {
            self.values.push((name, text));
        }
    }
}
