//! The end of a verification: are all tag files there, do they say the same, and does the seal hold over them?

use super::payload::ManifestCheck;
use super::{Expected, State, layer_of};
use crate::case::results::Layer;
use crate::evidence::acquisition::{Acquisition, Counts};
use crate::evidence::tags::{self, bag_info_value, parse_manifest_line};
use crate::model::limits::TAG_FILE_BYTES;
use crate::model::{Algorithm, Algorithms, Digest};
use crate::seal::{sign, stamp};

/// What the seal turned out to be.
pub(super) struct Found {
    pub(super) digest: Option<Digest>,
    pub(super) key: Option<String>,
    /// The digests that the record of acquisition names and that were made, if it can be read.
    pub(super) digests: Option<Algorithms>,
}

/// Judges everything that needs the whole bag.
pub(super) fn judge(state: &mut State, expected: &Expected, is_followed: bool) -> Found {
    if is_followed {
        presence(state);
    } else {
        let what = "the seal was not reached: nothing shows that this evidence was ever sealed".to_owned();
        state.problems.add(Layer::Seal, "", what);
    }
    lists(state);
    tag_manifest(state);
    facts(state);
    let digest = state.tags.get(tags::TAG_MANIFEST).copied();
    if let (Some(due), Some(digest)) = (expected.seal_sha256, digest)
        && due != digest
    {
        let what = format!("the seal has the digest {digest}, not {due} as recorded elsewhere");
        state.problems.add(Layer::Seal, tags::TAG_MANIFEST, what);
    }
    let key = signature(state);
    if let (Some(due), Some(key)) = (&expected.key, &key)
        && due != key
    {
        let what = format!("was made with the key {key}, not with {due}");
        state.problems.add(Layer::Seal, tags::SIGNATURE, what);
    }
    stamp_request(state, digest);
    let made = |digests: Algorithms| digests.iter().filter(|algorithm| state.digests.has(*algorithm)).collect();
    Found { digest, key, digests: said(state).map(made) }
}

/// Every tag file is there, once, in the one order, and of a size that was read whole.
fn presence(state: &mut State) {
    if state.seen.is_empty() {
        state.problems.add(Layer::Zip, "", "holds no evidence".into());
    }
    // Without a record of acquisition that can be read, what stands there is what is due; that is told elsewhere.
    let digests = said(state).unwrap_or_else(|| state.manifests.keys().copied().collect());
    for tag in tags::all(digests) {
        if !state.tags.contains_key(tag) {
            let what = match layer_of(tag) {
                Layer::Seal => "is missing: this evidence is not sealed",
                _ => "is missing",
            };
            state.problems.add(layer_of(tag), tag, what.to_owned());
        } else if state.texts.get(tag).is_some_and(|text| text.len() >= TAG_FILE_BYTES) {
            state.problems.add(
                layer_of(tag),
                tag,
                "is larger than any that hozen writes, and was not read whole".into(),
            );
        }
    }
    let mut due = tags::all(Algorithms::new(Algorithm::ALL)).filter(|tag| state.tags.contains_key(tag));
    let moved = state.order.iter().find(|tag| due.next() != Some(**tag)).copied();
    if let Some(tag) = moved {
        state.problems.add(Layer::Zip, tag, "does not stand in its place in the zip".into());
    }
}

/// Manifest and records name all payload.
fn lists(state: &mut State) {
    let payload = state.seen.get(1..=state.payload).unwrap_or_default();
    // Without the file, that it is missing says it all.
    for (algorithm, manifest) in tags::manifests(Algorithms::new(Algorithm::ALL)) {
        if state.tags.contains_key(manifest) {
            let check = state.manifests.entry(algorithm).or_insert_with(|| ManifestCheck::new(algorithm, manifest));
            check.end(payload, &mut state.problems);
        }
    }
    if state.tags.contains_key(tags::FILES) {
        state.files.end(payload, &mut state.problems);
    }
    if state.tags.contains_key(tags::CUSTODY) && state.chain.events == 0 {
        state.problems.add(Layer::Custody, tags::CUSTODY, "holds no event".into());
    }
}

/// The tag manifest names exactly the sealed tag files, in order, with their digests.
fn tag_manifest(state: &mut State) {
    let Some(text) = state.texts.get(tags::TAG_MANIFEST) else { return };
    // What stands there must be listed, and what is due too; that this is not the same is told elsewhere.
    let there = state.tags.keys().filter_map(|tag| tags::algorithm_of(tag));
    let due = said(state).into_iter().flat_map(Algorithms::iter);
    let digests = Algorithms::new(there.chain(due));
    let mut lines = text.split_inclusive(|b| *b == b'\n');
    let mut found = Vec::new();
    for tag in tags::sealed(digests) {
        let line = lines.next().and_then(|line| line.strip_suffix(b"\n")).and_then(parse_manifest_line);
        match (line, state.tags.get(tag)) {
            (Some((digest, path)), Some(actual)) if path == tag => {
                if digest != *actual {
                    found.push((tag, "its bytes do not have the digest that tagmanifest-sha256.txt gives"));
                }
            }
            (_, None) => {}
            _ => found.push((tag, "has no line in tagmanifest-sha256.txt where it is due")),
        }
    }
    if lines.next().is_some() {
        found.push((tags::TAG_MANIFEST, "has more lines than tag files to seal"));
    }
    for (tag, what) in found {
        state.problems.add(Layer::TagManifest, tag, what.to_owned());
    }
}

fn text<'a>(state: &'a State, tag: &str) -> &'a str {
    state.texts.get(tag).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
}

/// `bagit.txt`, `bag-info.txt` and `acquisition.json` say what is true of this bag.
fn facts(state: &mut State) {
    let mut found = Vec::new();
    if state.tags.contains_key("bagit.txt") && text(state, "bagit.txt") != tags::BAGIT {
        found.push((Layer::TagManifest, "bagit.txt", "is not that of a BagIt 1.0 bag in UTF-8".to_owned()));
    }
    if state.tags.contains_key(tags::BAG_INFO) {
        let info = text(state, tags::BAG_INFO);
        let oxum = format!("{}.{}", state.payload_bytes, state.payload);
        if bag_info_value(info, "Payload-Oxum") != Some(&oxum) {
            let what = format!("its Payload-Oxum is not {oxum}, which the payload adds up to");
            found.push((Layer::Manifest, tags::BAG_INFO, what));
        }
        if bag_info_value(info, "Hozen-Format") != Some(tags::FORMAT) {
            let what = format!("its Hozen-Format is not {}: use the version of hozen that wrote it", tags::FORMAT);
            found.push((Layer::TagManifest, tags::BAG_INFO, what));
        }
        if bag_info_value(info, "External-Identifier") != Some(state.bag()) {
            let what = format!("names another bag than {}: the folder in the zip was renamed", state.bag());
            found.push((Layer::Name, tags::BAG_INFO, what));
        }
    }
    if state.tags.contains_key(tags::ACQUISITION) {
        let counts = Counts {
            entries: state.files.lines,
            files: state.payload as u64,
            bytes: state.payload_bytes,
            linked: state.files.linked,
            gaps: state.files.gaps,
        };
        match serde_json::from_str::<Acquisition>(text(state, tags::ACQUISITION)) {
            Err(error) => found.push((Layer::Record, tags::ACQUISITION, format!("cannot be read: {error}"))),
            Ok(a) if !has_digests(state, a.digests) => {
                let what = format!("the digests that it names ({}) are not those of this evidence", names(a.digests));
                found.push((Layer::Record, tags::ACQUISITION, what));
            }
            Ok(a) if a.counts != counts || a.evidence != state.bag() => {
                let what = "its name or counts are not those of this evidence".to_owned();
                found.push((Layer::Record, tags::ACQUISITION, what));
            }
            Ok(_) => {}
        }
    }
    for (layer, tag, what) in found {
        state.problems.add(layer, tag, what);
    }
}

/// The digests that the record of acquisition names, if it can be read.
fn said(state: &State) -> Option<Algorithms> {
    serde_json::from_str::<Acquisition>(text(state, tags::ACQUISITION)).ok().map(|acquisition| acquisition.digests)
}

/// Whether records and manifests have these digests, and they were made for this check.
fn has_digests(state: &State, said: Algorithms) -> bool {
    let is_recorded = state.files.digests.is_none_or(|digests| digests == said);
    let is_made = said.iter().all(|algorithm| state.digests.has(algorithm));
    let is_listed = |algorithm| tags::manifest_of(algorithm).is_none_or(|manifest| state.tags.contains_key(manifest));
    let has_more = Algorithm::ALL.into_iter().any(|algorithm| {
        let manifest = tags::manifest_of(algorithm);
        manifest.is_some_and(|manifest| state.tags.contains_key(manifest)) && !said.has(algorithm)
    });
    is_recorded && is_made && said.iter().all(is_listed) && !has_more
}

fn names(digests: Algorithms) -> String {
    digests.iter().map(Algorithm::name).collect::<Vec<_>>().join(", ")
}

/// The signature holds over the tag manifest; the key beside it and the one in `bag-info.txt` are the one that signed.
fn signature(state: &mut State) -> Option<String> {
    let signed = state.texts.get(tags::TAG_MANIFEST)?;
    state.texts.get(tags::SIGNATURE)?;
    let key = match sign::verify(text(state, tags::SIGNATURE), signed) {
        Ok(key) => key,
        Err(why) => {
            state.problems.add(Layer::Seal, tags::SIGNATURE, why.to_string());
            return None;
        }
    };
    let fingerprint = key.fingerprint();
    let info = text(state, tags::BAG_INFO);
    let allowed = key.allowed_signers(bag_info_value(info, "Hozen-Signer").unwrap_or_default());
    let is_allowed = text(state, tags::ALLOWED_SIGNERS) == allowed;
    let is_named = bag_info_value(info, "Hozen-Key") == Some(&fingerprint);
    if state.tags.contains_key(tags::ALLOWED_SIGNERS) && !is_allowed {
        let what = "does not name the signer of this evidence with the key that signed".to_owned();
        state.problems.add(Layer::Seal, tags::ALLOWED_SIGNERS, what);
    }
    if !is_named {
        let what = format!("was made with the key {fingerprint}, which is not the one in bag-info.txt");
        state.problems.add(Layer::Seal, tags::SIGNATURE, what);
    }
    Some(fingerprint)
}

fn stamp_request(state: &mut State, seal: Option<Digest>) {
    let Some(request) = state.texts.get(tags::STAMP_REQUEST) else { return };
    if seal.is_none() || stamp::digest_of_request(request) != seal {
        let what = "does not ask for a time stamp on this seal".to_owned();
        state.problems.add(Layer::Seal, tags::STAMP_REQUEST, what);
    }
}
