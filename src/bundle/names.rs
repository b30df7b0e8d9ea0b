//! Whether the results of a case name a file by something personal: whoever must not see personal data does not get them then.

use std::cell::Cell;
use std::fmt;
use std::io::BufReader;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::case::dir::CaseDir;
use crate::disk::error::DiskError;
use crate::disk::own;
use crate::model::Veil;

/// What lists the files of a case, and their members, by name.
const LISTS: [&str; 2] = ["results/collect.json", "results/scan.json"];

/// Whether a path in the results holds a value, however doubtful. Results that can not be understood count as if.
///
/// # Errors
/// When a file of the results can not be opened.
pub(super) fn hold_values(dir: &CaseDir, veil: Veil<'_>) -> Result<bool, DiskError> {
    let found = Cell::new(false);
    for list in LISTS.map(|list| dir.root().join(list)).into_iter().filter(|list| own::is_plain_file(list)) {
        let (file, _) = own::open_own(&list)?;
        let mut reader = serde_json::Deserializer::from_reader(BufReader::new(file));
        let search = Search { veil, is_path: false, found: &found };
        if search.deserialize(&mut reader).is_err() {
            found.set(true);
        }
    }
    Ok(found.get())
}

/// Looks at every path in a JSON value without holding the value.
#[derive(Clone, Copy)]
struct Search<'a> {
    veil: Veil<'a>,
    is_path: bool,
    found: &'a Cell<bool>,
}

impl<'de> DeserializeSeed<'de> for Search<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Search<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("results of hozen")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        if self.is_path && !self.found.get() {
            self.found.set((self.veil)(text).hidden > 0);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<(), A::Error> {
        while all.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        while let Some(key) = fields.next_key::<String>()? {
            let is_path = matches!(key.as_str(), "path" | "hard_link_of");
            fields.next_value_seed(Search { is_path, ..self })?;
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}
