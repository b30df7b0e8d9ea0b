//! Checks an evidence zip in one read: container, names, manifests, every payload, records, custody chain, seal.
//!
//! It never says whole of what is not: whatever is missing, unsealed, doubled, moved or added is a problem at its layer and its
//! member. It trusts nothing in the zip, the key included: the caller brings digests and fingerprints from elsewhere, or a
//! person compares [`Checked`] with the paper form.
//!
//! Memory: about 120 bytes per member, because the directory that repeats all names stands at the end; 17 more for each
//! digest beside SHA-256.

mod lines;
mod payload;
mod problems;
mod seal;

use std::collections::{BTreeMap, HashSet};
use std::io::{self, Read, SeekFrom};

use self::lines::Lines;
use self::payload::{FilesCheck, ManifestCheck, Print};
pub use self::problems::Problems;
use super::bagit::ReadSeek;
use super::container::Member;
use super::container::read::{Visit, read_through};
use super::stored_name::folded_digest;
use super::{tag_file, tags};
use crate::case::results::{Checked, Layer, Problem};
use crate::model::limits::TAG_FILE_BYTES;
use crate::model::{Algorithm, Algorithms, Digest};
use crate::seal::chain::Chain;
use crate::seal::digests::Others;

/// What is known of the evidence from elsewhere: the case's journal, the file beside the zip, the paper form.
#[derive(Debug, Clone, Default)]
pub struct Expected {
    /// SHA-256 of the whole zip.
    pub zip_sha256: Option<Digest>,
    /// SHA-256 of `tagmanifest-sha256.txt`.
    pub seal_sha256: Option<Digest>,
    /// Fingerprint of the key that must have signed (`SHA256:…`).
    pub key: Option<String>,
    /// Digest of an event of the case's chain of custody, as `custody add` and `custody check` print it: of a case alone.
    pub custody: Option<Digest>,
    /// The digests that the zip says it has ([`announced`]): no others are made. Nothing: all are, whatever it says.
    pub digests: Option<Algorithms>,
}

/// The digests that an evidence zip says it has, by its record of acquisition, which lies behind its payload; nothing if that
/// can not be read. The file is at its beginning afterwards.
///
/// # Errors
/// When the file can not be read from its beginning again.
pub fn announced(file: &mut dyn ReadSeek) -> io::Result<Option<Algorithms>> {
    let said = tag_file::acquisition_of(&mut *file).ok().map(|acquisition| acquisition.digests);
    file.seek(SeekFrom::Start(0))?;
    Ok(said)
}

/// What one read of an evidence zip showed.
#[derive(Debug, Clone)]
pub struct Verified {
    /// What is not as it was sealed; none means whole.
    pub problems: Vec<Problem>,
    /// What was checked.
    pub checked: Checked,
    /// SHA-256 of the whole zip.
    pub zip_sha256: Digest,
    /// The end of the custody chain inside, as far as it holds.
    pub custody: Chain,
    /// The query for a time stamp on the seal, if it is one.
    pub stamp_request: Option<Vec<u8>>,
}

/// Checks the evidence zip that `file` reads; `path` is how it is called in the answer.
pub fn verify_evidence(path: &str, file: &mut dyn Read, expected: &Expected) -> io::Result<Verified> {
    let mut state = State::new(path, expected.digests);
    let through = read_through(file, &mut state)?;
    if let Some(due) = expected.zip_sha256.filter(|due| *due != through.sha256) {
        let what = format!("the whole zip has the digest {}, not {due} as recorded", through.sha256);
        state.problems.add(Layer::Zip, "", what);
    }
    let sealed = seal::judge(&mut state, expected, through.is_followed);
    Ok(Verified {
        checked: Checked {
            path: path.to_owned(),
            members: state.seen.len() as u64,
            bytes: state.bytes,
            seal_sha256: sealed.digest,
            key: sealed.key,
            digests: sealed.digests,
            bag: None,
        },
        stamp_request: state.texts.remove(tags::STAMP_REQUEST),
        problems: state.problems.take(),
        zip_sha256: through.sha256,
        custody: state.chain,
    })
}

/// A member whose bytes were read.
#[derive(Debug)]
struct Seen {
    /// Its path in the bag, or its full name if it lies outside.
    path: Box<str>,
    record: [u8; 16],
    digest: Digest,
    /// What its other digests are known by, where it is payload.
    others: Box<[(Algorithm, Print)]>,
}

impl Seen {
    /// What its digest by this algorithm is known by, if it was made.
    fn print(&self, algorithm: Algorithm) -> Option<Print> {
        match algorithm {
            Algorithm::Sha256 => Some(payload::print(&self.digest.0)),
            other => self.others.iter().find(|(one, _)| *one == other).map(|(_, print)| *print),
        }
    }
}

/// What a member is, by its name and place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// `data/` itself.
    Root,
    Payload,
    Tag(&'static str),
    Unknown,
}

struct State {
    /// `NAME/`, from the first member.
    prefix: Option<String>,
    seen: Vec<Seen>,
    /// Payload members; they are `seen[1..=payload]`.
    payload: usize,
    payload_bytes: u64,
    bytes: u64,
    folded: HashSet<u64>,
    /// Digests of tag files that were read.
    tags: BTreeMap<&'static str, Digest>,
    /// Their content, where it is small.
    texts: BTreeMap<&'static str, Vec<u8>>,
    /// Tag files in the order they came.
    order: Vec<&'static str>,
    /// The digests that are made.
    digests: Algorithms,
    manifests: BTreeMap<Algorithm, ManifestCheck>,
    files: FilesCheck,
    chain: Chain,
    chain_holds: bool,
    current: Current,
    problems: Problems,
}

/// The member that is being read.
struct Current {
    role: Role,
    path: String,
    sha256: sha2::Sha256,
    others: Others,
    size: u64,
    text: Vec<u8>,
    lines: Lines,
}

impl Current {
    /// Of a member with these digests.
    fn new(role: Role, path: String, digests: Algorithms) -> Self {
        let sha256 = <sha2::Sha256 as sha2::Digest>::new();
        let others = Others::new(digests);
        Self { role, path, sha256, others, size: 0, text: Vec::new(), lines: Lines::default() }
    }
}

impl State {
    fn new(path: &str, announced: Option<Algorithms>) -> Self {
        let digests = announced.unwrap_or_else(|| Algorithms::new(Algorithm::ALL));
        Self {
            prefix: None,
            seen: Vec::new(),
            payload: 0,
            payload_bytes: 0,
            bytes: 0,
            folded: HashSet::new(),
            tags: BTreeMap::new(),
            texts: BTreeMap::new(),
            order: Vec::new(),
            digests,
            manifests: BTreeMap::new(),
            files: FilesCheck::new(announced),
            chain: Chain::default(),
            chain_holds: true,
            current: Current::new(Role::Unknown, String::new(), Algorithms::default()),
            problems: Problems::new(path),
        }
    }

    /// The name of the bag.
    fn bag(&self) -> &str {
        self.prefix.as_deref().and_then(|p| p.strip_suffix('/')).unwrap_or_default()
    }

    fn set_prefix(&mut self, prefix: String) {
        self.problems.set_prefix(&prefix);
        self.prefix = Some(prefix);
    }

    /// What a member is; complains about names that hozen would not write there.
    fn role(&mut self, name: &str) -> (Role, String) {
        if self.prefix.is_none() {
            let bag = name.strip_suffix("/data/").filter(|bag| super::bag::is_bag_name(bag));
            let Some(bag) = bag else {
                self.problems.add_at(Layer::Name, name, "stands where the data/ folder of the bag is due".into());
                self.set_prefix(name.split_inclusive('/').next().unwrap_or_default().to_owned());
                return (Role::Unknown, name.to_owned());
            };
            self.set_prefix(format!("{bag}/"));
            return (Role::Root, "data/".to_owned());
        }
        let prefix = self.prefix.as_deref().unwrap_or_default();
        let Some(path) = name.strip_prefix(prefix) else {
            self.problems.add_at(Layer::Name, name, format!("lies outside the bag {}", self.bag()));
            return (Role::Unknown, name.to_owned());
        };
        if !is_safe(path) {
            self.problems.add_at(
                Layer::Name,
                name,
                "is a name that hozen never writes, and dangerous to unpack".into(),
            );
            return (Role::Unknown, path.to_owned());
        }
        if let Some(tag) = tags::known(path) {
            return (Role::Tag(tag), path.to_owned());
        }
        let is_payload = ["data/fs/", "data/long/", "data/volatile/"].iter().any(|root| path.starts_with(root));
        if is_payload && self.order.is_empty() {
            return (Role::Payload, path.to_owned());
        }
        let what =
            if is_payload { "is payload behind the tag files: it was added" } else { "does not belong in a bag" };
        self.problems.add_at(Layer::Name, name, what.to_owned());
        (Role::Unknown, path.to_owned())
    }

    /// A whole line of a large tag file.
    fn line(&mut self, tag: &'static str, line: &[u8]) {
        let payload = self.seen.get(1..=self.payload).unwrap_or_default();
        match tag {
            tags::FILES => {
                let prefix = self.prefix.as_deref().unwrap_or_default();
                self.files.line(line, prefix, payload, &mut self.problems);
            }
            tags::CUSTODY if self.chain_holds => {
                if let Err(broken) = self.chain.accept(line) {
                    self.chain_holds = false;
                    self.problems.add(Layer::Custody, tags::CUSTODY, broken.to_string());
                }
            }
            _ => {
                let Some(algorithm) = tags::algorithm_of(tag) else { return };
                let check = self.manifests.entry(algorithm).or_insert_with(|| ManifestCheck::new(algorithm, tag));
                check.line(line, payload, &mut self.problems);
            }
        }
    }

    /// Files under the member that was just read what the end will be judged by.
    fn file_tag(&mut self, tag: &'static str, digest: Digest) {
        self.order.push(tag);
        if self.tags.insert(tag, digest).is_some() {
            self.problems.add(Layer::Name, tag, "stands in the zip more than once".into());
        }
        if is_lines(tag) {
            if let Some(why) = self.current.lines.end() {
                self.problems.add(layer_of(tag), tag, why.to_owned());
            }
        } else {
            let text = std::mem::take(&mut self.current.text);
            self.texts.insert(tag, text);
        }
    }
}

impl Visit for State {
    fn begin(&mut self, name: &str) {
        let (role, path) = self.role(name);
        if !self.folded.insert(folded_digest(&path)) {
            self.problems.add_at(Layer::Name, name, "stands in the zip more than once, or differs only by case".into());
        }
        let digests = if role == Role::Payload { self.digests } else { Algorithms::default() };
        self.current = Current::new(role, path, digests);
    }

    fn chunk(&mut self, bytes: &[u8]) {
        sha2::Digest::update(&mut self.current.sha256, bytes);
        self.current.others.update(bytes);
        self.current.size = self.current.size.saturating_add(bytes.len() as u64);
        let Role::Tag(tag) = self.current.role else { return };
        if is_lines(tag) {
            let mut lines = std::mem::take(&mut self.current.lines);
            lines.push(bytes, &mut |line| self.line(tag, line));
            self.current.lines = lines;
        } else {
            let room = TAG_FILE_BYTES.saturating_sub(self.current.text.len()).min(bytes.len());
            self.current.text.extend_from_slice(bytes.get(..room).unwrap_or_default());
        }
    }

    fn end(&mut self, member: Member) {
        let record = member.record_digest();
        let done = std::mem::replace(&mut self.current.sha256, <sha2::Sha256 as sha2::Digest>::new());
        let digest = Digest(sha2::Digest::finalize(done).into());
        let size = self.current.size;
        self.bytes = self.bytes.saturating_add(size);
        match self.current.role {
            // Payload is `seen[1..]`: it counts only while nothing else has come between.
            Role::Payload if self.seen.len() == self.payload.saturating_add(1) => {
                self.payload = self.payload.saturating_add(1);
                self.payload_bytes = self.payload_bytes.saturating_add(size);
            }
            Role::Payload => {
                let what = "stands behind a member that does not belong there".to_owned();
                self.problems.add(Layer::Name, &self.current.path, what);
            }
            Role::Root if size > 0 => self.problems.add(Layer::Name, "data/", "is a folder, and holds bytes".into()),
            Role::Tag(tag) => self.file_tag(tag, digest),
            Role::Root | Role::Unknown => {}
        }
        let path = std::mem::take(&mut self.current.path).into_boxed_str();
        let made = std::mem::replace(&mut self.current.others, Others::new(Algorithms::default())).finish();
        let others = made.into_iter().map(|(algorithm, digest)| (algorithm, payload::print(&digest))).collect();
        self.seen.push(Seen { path, record, digest, others });
    }

    fn known(&self, index: u64) -> Option<(String, [u8; 16])> {
        let seen = self.seen.get(usize::try_from(index).ok()?)?;
        let prefix = self.prefix.as_deref().unwrap_or_default();
        let name = if seen.path.starts_with(prefix) { seen.path.to_string() } else { format!("{prefix}{}", seen.path) };
        Some((name, seen.record))
    }

    fn problem(&mut self, layer: Layer, path: &str, what: String) {
        self.problems.add_at(layer, path, what);
    }
}

/// Tag files that can be large: read line by line.
fn is_lines(tag: &str) -> bool {
    matches!(tag, tags::FILES | tags::CUSTODY) || tags::algorithm_of(tag).is_some()
}

/// The layer at which something missing or unreadable is told.
fn layer_of(tag: &str) -> Layer {
    match tag {
        _ if tags::algorithm_of(tag).is_some() => Layer::Manifest,
        tags::FILES | tags::ACQUISITION => Layer::Record,
        tags::CUSTODY => Layer::Custody,
        tags::TAG_MANIFEST | tags::SIGNATURE | tags::ALLOWED_SIGNERS | tags::STAMP_REQUEST => Layer::Seal,
        _ => Layer::TagManifest,
    }
}

/// Whether a path can be unpacked without leaving its folder, on any system.
fn is_safe(path: &str) -> bool {
    !path.contains(['\\', ':', '\0']) && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}
