//! Time stamps of a case, checked again: the reply is the one that the chain of custody names, and it stamps the seal.

use std::path::Path;

use serde_json::Value;

use super::{Check, is_inside, shown};
use crate::case::files::{self, CaseFiles};
use crate::case::results::{Layer, StampResult};
use crate::case::stamp::{ca_file, standing};
use crate::model::limits::STAMP_BYTES;
use crate::model::{CustodyEvent, Digest};
use crate::seal::reply;

/// What the chain of custody says of a time stamp.
pub(super) struct Noted {
    evidence: String,
    file: String,
    sha256: Digest,
    ca_sha256: Option<Digest>,
    /// What the check came to when it was taken in: time, number, signature, chain.
    said: [String; 4],
}

impl Noted {
    /// From its event; nothing if that can not be understood.
    pub(super) fn read(event: &CustodyEvent) -> Option<Self> {
        let text = |key: &str| event.detail.get(key).and_then(Value::as_str);
        let digest = |key: &str| text(key).map(|hex| hex.parse::<Digest>());
        let file = text("file").filter(|file| is_inside(file) && is_name(file))?;
        let ca_sha256 = digest("ca_sha256").transpose().ok()?;
        if text("ca_file").map(str::to_owned) != ca_sha256.map(|_| ca_file(file)) {
            return None;
        }
        Some(Self {
            evidence: text("evidence")?.to_owned(),
            file: file.to_owned(),
            sha256: digest("sha256")?.ok()?,
            ca_sha256,
            said: [text("gen_time")?, text("serial")?, text("signature")?, text("chain")?].map(str::to_owned),
        })
    }
}

/// Whether a path is one that a reply gets.
fn is_name(file: &str) -> bool {
    file.strip_prefix("custody/").is_some_and(|name| !name.contains('/') && name.ends_with(".tsr"))
}

impl Check {
    /// Checks every time stamp, and tells of those that nothing vouches for.
    pub(super) fn time_stamps(&mut self, case: &dyn CaseFiles) {
        let noted = std::mem::take(&mut self.stamps);
        for name in case.list("custody").unwrap_or_default() {
            let name = format!("custody/{}", shown(Path::new(&name)));
            let reply = name.strip_suffix(".pem").unwrap_or(&name);
            let is_known = |one: &Noted| one.file == reply && (reply == name || one.ca_sha256.is_some());
            if reply.ends_with(".tsr") && !noted.iter().any(is_known) {
                self.add(Layer::TimeStamp, &name, "is not in the custody journal: nothing vouches for it");
            }
        }
        for one in noted {
            // What it stamps is not here: the reply itself must be as it was all the same.
            if self.lacking.contains_key(&format!("evidence/{}", one.evidence)) {
                if let Err((path, why)) = recorded(case, &one.file, one.sha256) {
                    self.add(Layer::TimeStamp, &path, why);
                }
                continue;
            }
            match self.time_stamp(case, &one) {
                Ok(found) => self.stamped.push(found),
                Err((path, why)) => self.add(Layer::TimeStamp, &path, why),
            }
        }
    }

    fn time_stamp(&self, case: &dyn CaseFiles, one: &Noted) -> Result<StampResult, (String, String)> {
        let wrong = |why: String| (one.file.clone(), why);
        let bytes = recorded(case, &one.file, one.sha256)?;
        let trusted = one.ca_sha256.map(|digest| recorded(case, &ca_file(&one.file), digest)).transpose()?;
        let (seal, query) = self.queries.get(&one.evidence).ok_or_else(|| {
            wrong(format!("was not checked: there is no whole query for a time stamp in {}", one.evidence))
        })?;
        let stamp = reply::check(&bytes, seal, query, trusted.as_deref()).map_err(|why| wrong(why.to_string()))?;
        let (signature, why) = standing(Some(&stamp.signature));
        let (chain, chain_why) = standing(stamp.chain.as_ref());
        if [&stamp.time, &stamp.serial, signature, chain] != one.said.each_ref().map(String::as_str) {
            return Err(wrong(
                "is not what the custody journal says of it: time, number or what was verified differ".to_owned(),
            ));
        }
        Ok(StampResult {
            evidence: one.evidence.clone(),
            file: one.file.clone(),
            time: stamp.time.clone(),
            authority: stamp.authority.clone(),
            policy: stamp.policy.clone(),
            serial: stamp.serial.clone(),
            signature: signature.to_owned(),
            chain: chain.to_owned(),
            why: why.or(chain_why).map(str::to_owned),
        })
    }
}

/// A file of the case, which must be as the chain of custody says.
fn recorded(case: &dyn CaseFiles, file: &str, due: Digest) -> Result<Vec<u8>, (String, String)> {
    let wrong = |why: String| (file.to_owned(), why);
    let bytes = files::read(case, file, STAMP_BYTES as u64)
        .map_err(|error| wrong(format!("could not be read, so it was not checked: {error}")))?;
    if Digest::of(&bytes) == due {
        Ok(bytes)
    } else {
        Err(wrong("is not as it was written: its digest is not the recorded one".to_owned()))
    }
}
