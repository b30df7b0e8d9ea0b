//! Standing orders: what a collection was told to do, kept beside it until its end, so that a broken one can go on as it began.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use crate::count::Asked;
use crate::count::facts::domain_key;
use crate::disk::walk::FoundRoot;
use crate::evidence::Acquisition;
use crate::model::GapKind;
use crate::seal::keyed::CaseKey;

/// What is to be walked, and for which verb.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Errand {
    /// Whether results and reports are due after the seal (`respond`).
    pub reports: bool,
    /// The roots of the walk, as they were given.
    pub roots: Vec<PathBuf>,
    /// The roots that a profile found. They are not looked up again: the machine may be another by then.
    pub found: Vec<FoundRoot>,
    /// The roots among them that are images made by other tools.
    pub images: Vec<PathBuf>,
    /// The folder that relative roots are relative to.
    pub working_folder: PathBuf,
    /// Whether other file systems below the roots are walked too.
    pub cross_file_systems: bool,
    /// How people are to be counted.
    pub count: CountOrders,
}

/// How people are to be counted, beside the rules that hold always.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountOrders {
    /// Sites or systems: name, and the file or folder that is one, as paths of leaves are shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<(String, String)>,
    /// Mail domains of the house.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub own_domains: Vec<String>,
}

impl CountOrders {
    /// Whether nothing was asked for.
    pub fn is_empty(&self) -> bool {
        self.sites.is_empty() && self.own_domains.is_empty()
    }

    /// The same for a count under this key: it knows domains by their digests alone.
    pub fn asked(&self, key: &CaseKey) -> Asked {
        let own_domains = self.own_domains.iter().map(|domain| domain_key(key, domain)).collect();
        Asked { sites: self.sites.clone(), own_domains }
    }
}

/// `hozen.orders/1`: an errand, and the record of the collection as it began.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StandingOrders {
    /// `hozen.orders/1`.
    schema: String,
    /// Whether results and reports are due after the seal.
    reports: bool,
    /// The exact bytes of the roots.
    roots_b64: Vec<String>,
    /// The roots that a profile found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    found: Vec<FoundOrder>,
    /// The roots among them that are images made by other tools.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    images_b64: Vec<String>,
    /// The exact bytes of the folder that relative roots are relative to.
    working_folder_b64: String,
    /// Whether other file systems below the roots are walked too.
    cross_file_systems: bool,
    /// How people are to be counted.
    #[serde(default, skip_serializing_if = "CountOrders::is_empty")]
    count: CountOrders,
    /// Whether the signing key was made for the case and lies in it.
    pub signer_is_new: bool,
    /// Fingerprint of the signing key.
    pub key: String,
    /// The record, as it was at the beginning.
    pub acquisition: Acquisition,
}

/// A root that a profile found.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct FoundOrder {
    /// The exact bytes of its path.
    path_b64: String,
    /// Why it was not looked at, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gap: Option<(GapKind, String)>,
}

impl FoundOrder {
    fn new(found: &FoundRoot) -> Self {
        Self { path_b64: base64(&found.path), gap: found.gap.clone() }
    }

    fn root(&self) -> Result<FoundRoot, String> {
        Ok(FoundRoot { path: path(&self.path_b64)?, gap: self.gap.clone() })
    }
}

/// The schema of [`StandingOrders`].
const SCHEMA: &str = "hozen.orders/1";

impl StandingOrders {
    /// The orders for an errand.
    pub fn new(errand: &Errand, acquisition: &Acquisition, (key, signer_is_new): (String, bool)) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            reports: errand.reports,
            roots_b64: errand.roots.iter().map(|root| base64(root)).collect(),
            found: errand.found.iter().map(FoundOrder::new).collect(),
            images_b64: errand.images.iter().map(|image| base64(image)).collect(),
            working_folder_b64: base64(&errand.working_folder),
            cross_file_systems: errand.cross_file_systems,
            count: errand.count.clone(),
            signer_is_new,
            key,
            acquisition: acquisition.clone(),
        }
    }

    /// Orders as they were written.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let orders: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if orders.schema != SCHEMA {
            return Err(format!("their schema is {}, not {SCHEMA}: another version of hozen began it", orders.schema));
        }
        orders.errand().map(|_| orders.clone())
    }

    /// The errand again.
    ///
    /// # Errors
    /// When a path in it is no base64.
    pub fn errand(&self) -> Result<Errand, String> {
        Ok(Errand {
            reports: self.reports,
            roots: self.roots_b64.iter().map(|root| path(root)).collect::<Result<_, _>>()?,
            found: self.found.iter().map(FoundOrder::root).collect::<Result<_, _>>()?,
            images: self.images_b64.iter().map(|image| path(image)).collect::<Result<_, _>>()?,
            working_folder: path(&self.working_folder_b64)?,
            cross_file_systems: self.cross_file_systems,
            count: self.count.clone(),
        })
    }
}

fn base64(path: &Path) -> String {
    BASE64.encode(path.as_os_str().as_bytes())
}

fn path(base64: &str) -> Result<PathBuf, String> {
    let bytes = BASE64.decode(base64.as_bytes()).map_err(|error| format!("a path in them is no base64: {error}"))?;
    Ok(PathBuf::from(OsString::from_vec(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_errand_with_hostile_names_comes_back_as_it_was() {
        let errand = Errand {
            reports: true,
            roots: vec![PathBuf::from(OsString::from_vec(b"/a\n\xff\x83\x5c".to_vec())), PathBuf::from("./顧客")],
            found: vec![
                FoundRoot { path: PathBuf::from(OsString::from_vec(b"/var/log/\xff".to_vec())), gap: None },
                FoundRoot { path: PathBuf::from("/x"), gap: Some((GapKind::OverLimit, "why".to_owned())) },
            ],
            images: vec![PathBuf::from("./顧客")],
            working_folder: PathBuf::from("/home/x"),
            cross_file_systems: true,
            count: CountOrders {
                sites: vec![("東校".to_owned(), "./顧客".to_owned())],
                own_domains: vec!["school.example".to_owned()],
            },
        };
        let orders = StandingOrders::new(&errand, &Acquisition::default(), ("SHA256:x".to_owned(), true));
        let text = serde_json::to_vec(&orders).unwrap();
        let again = StandingOrders::parse(&text).unwrap();
        assert_eq!(again.errand().unwrap(), errand);
        assert!(again.signer_is_new && again.key == "SHA256:x");
    }

    #[test]
    fn orders_of_another_version_are_not_guessed_at() {
        let orders = StandingOrders::new(&Errand::default(), &Acquisition::default(), (String::new(), false));
        let text = serde_json::to_string(&orders).unwrap().replace("orders/1", "orders/2");
        assert!(StandingOrders::parse(text.as_bytes()).unwrap_err().contains("hozen.orders/2"));
        assert!(StandingOrders::parse(b"{").is_err());
    }
}
