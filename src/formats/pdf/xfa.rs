//! A form of its own in XML (XFA): its data, and where no fields are drawn the form itself (ISO 32000-1, 12.7.8).

use std::collections::BTreeSet;

use super::super::Sink;
use super::extras::{self, Files, xml_texts};
use super::fields::Form;
use super::file::File;
use super::text::string;
use super::value::{Dict, Value};
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
    for (name, stream) in packets {
        if !has_values {
            files.add_stream(format!("{name}.xml"), stream);
        } else if name != "template"
            && let Value::Stream(stream) = file.resolve(&stream)
        {
            let unfolded = file.unfold(&stream);
            let xml = String::from_utf8_lossy(&unfolded.bytes);
            extras::part(out, "form data", &unsaid(data_of(&xml), form), &[]);
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

/// Values that no field has, each a thing of its own.
fn unsaid(xml: &str, form: &Form) -> Vec<Vec<(String, String)>> {
    let letters = |text: &str| text.chars().filter(|one| one.is_alphanumeric()).collect::<String>();
    let options = form.said.options.iter().flatten();
    let pairs = form.said.values.iter().map(|(_, pair)| pair).chain(options);
    let known: BTreeSet<String> = pairs.map(|(_, text)| letters(text)).collect();
    let is_new = |(_, text): &(String, String)| {
        let letters = letters(text);
        !letters.is_empty() && !known.contains(&letters)
    };
    xml_texts(xml).into_iter().filter(is_new).map(|pair| vec![pair]).collect()
}
