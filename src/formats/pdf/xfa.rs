//! A form of its own in XML (XFA): its data, and where no fields are drawn the form itself (ISO 32000-1, 12.7.8).

use std::collections::BTreeSet;

use super::super::Sink;
use super::extras::{self, Files, xml_texts};
use super::fields::Form;
use super::file::File;
use super::text::string;
use super::value::{Dict, Value};
use crate::formats::Budget;
use crate::model::GapKind;

/// Its parts are read as files where there are no fields with values; else what the fields do not say.
pub(super) fn read(file: &mut File<'_>, root: &Dict, form: &Form, files: &mut Files, out: &mut dyn Sink) {
    let dict = file.get(root, "AcroForm");
    let Some(dict) = dict.dict().cloned() else { return };
    let packets: Vec<(String, Value)> = match file.get(&dict, "XFA") {
        Value::List(list) => {
            let pairs =
                list.chunks_exact(2).filter_map(|pair| Some((pair.first()?.text().map(string)?, pair.last()?.clone())));
            pairs.filter(|(name, _)| name == "datasets" || name == "template").collect()
        }
        whole @ Value::Stream(_) => vec![("xfa".to_owned(), whole)],
        _ => return,
    };
    let has_values = !form.said.values.is_empty();
    // Where fields are drawn the pages show what the template says.
    let is_drawn = form.has_fields() && file.get(root, "NeedsRendering") != Value::Bool(true);
    for (name, stream) in packets {
        if is_drawn && name == "template" {
            continue;
        }
        if !has_values {
            files.add_stream(format!("{name}.xml"), stream);
        } else if name != "template"
            && let Value::Stream(stream) = file.resolve(&stream)
        {
            let unfolded = file.unfold(&stream);
            let xml = String::from_utf8_lossy(&unfolded.bytes);
            extras::part(out, "form data", &unsaid(data_of(&xml), form, &file.budget), &[]);
            if let Some(trouble) = unfolded.trouble {
                let reason = format!(
                    "the data of its form in XML (XFA) was read only in part: {trouble}; look at the form in a viewer by hand"
                );
                out.gap(GapKind::Malformed, reason);
            }
        }
    }
}

/// The data, where the whole form is one text.
fn data_of(xml: &str) -> &str {
    let from = xml.find("<xfa:datasets").unwrap_or(0);
    let rest = xml.get(from..).unwrap_or_default();
    let to = rest.find("</xfa:datasets").unwrap_or(rest.len());
    rest.get(..to).unwrap_or_default()
}

/// Values that no field has, each a thing of its own. A single sign is a box that is ticked or not.
fn unsaid(xml: &str, form: &Form, budget: &Budget) -> Vec<Vec<(String, String)>> {
    let letters = |text: &str| text.chars().filter(|one| one.is_alphanumeric()).collect::<String>();
    let options = form.said.options.iter().flatten();
    let pairs = form.said.values.iter().map(|(_, pair)| pair).chain(options);
    let mut known: BTreeSet<String> = pairs.map(|(_, text)| letters(text)).collect();
    let cost = known.iter().map(|text| text.len() as u64 / 16 + 1).sum();
    let mut new = Vec::new();
    for (tag, text) in xml_texts(xml) {
        let letters = letters(&text);
        let is_sign = letters.len() < 2;
        if is_sign || known.contains(&letters) {
            continue;
        }
        // A paragraph of a longer value.
        if budget.count(cost) && known.iter().any(|known| known.contains(&letters)) {
            continue;
        }
        known.insert(letters);
        new.push(vec![(tag, text)]);
    }
    new
}
