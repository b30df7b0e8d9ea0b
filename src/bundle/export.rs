//! Makes a bundle of a case: checks it, sets down the export, writes the bundle in one stream, and sets down what it came to.
//!
//! The first read of each file checks and measures it, the second one writes it and must find the same. Until the bundle is
//! complete and on the medium it is called `.partial`; a run that breaks off leaves an `export` without an `exported`.

use std::io::{self, Read};
use std::path::Path;

use jiff::Zoned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::age_file::overhead;
use super::contents::{Choice, Contents, choose, guides};
use super::guide::Guide;
use super::layout::{self, BagInfo};
use super::recipient::Recipients;
use super::target::{Target, Written};
use super::write::{Piece, Watch, WriteError, size};
use crate::case::collection::utc;
use crate::case::custody;
use crate::case::dir::{CaseDir, is_case_id};
use crate::case::files::CaseFiles;
use crate::case::journal::{CaseJournal, JournalError};
use crate::case::results::{CustodyResult, VerifyResult, WithheldResult};
use crate::case::verify::{Standing, Verification, verify_files};
use crate::case::withheld;
use crate::disk::error::DiskError;
use crate::disk::own;
use crate::disk::space::Space;
use crate::evidence::Expected;
use crate::evidence::bagit::ReadSeek;
use crate::evidence::tags::BAGIT;
use crate::model::limits::TAG_FILE_BYTES;
use crate::model::{Act, Digest, Lang, Veil};
use crate::seal::chain::Draft;
use crate::seal::sign::{SignError, Signer, principal};

/// Room for what is only known at the end: the chain's last lines, texts, the files beside the bundle.
const SLACK_BYTES: u64 = 4 * 1024 * 1024;

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The case is not whole.
    #[error("the case is not as it was sealed")]
    Broken(Box<VerifyResult>),
    /// The chain of custody.
    #[error("the chain of custody could not be continued")]
    Journal(#[from] JournalError),
    /// One of our own files.
    #[error("a file of ours could not be read or written")]
    Disk(#[from] DiskError),
    /// The stream.
    #[error("the bundle could not be made")]
    Write(#[from] WriteError),
    /// `case.json` names no case.
    #[error("case.json does not say which case this is")]
    NoCase,
    /// Too little room.
    #[error("{need} bytes are needed and {free} are free")]
    Space {
        /// Needed.
        need: u64,
        /// Free.
        free: u64,
    },
    /// The seal.
    #[error("the bundle could not be sealed")]
    Sign(#[from] SignError),
    /// A text could not be made.
    #[error("a text of the bundle could not be made: {0}")]
    Text(String),
}

/// What is to be made.
pub struct Order<'a> {
    /// The case.
    pub dir: &'a CaseDir,
    /// Where the bundle goes: the folder, and a name if the user gave one.
    pub out: (&'a Path, Option<&'a str>),
    /// Who may open it; nobody in particular if `None`.
    pub recipients: Option<&'a Recipients>,
    /// Signs it.
    pub signer: &'a Signer,
    /// What they may see.
    pub choice: Choice,
    /// Tells what is personal in a name.
    pub veil: Veil<'a>,
    /// Whether a case that is not whole goes out all the same.
    pub force: bool,
    /// What the user says of it, by stable keys.
    pub said: Map<String, Value>,
    /// Who, on which host, with which tool.
    pub by: [String; 3],
    /// The time now.
    pub now: &'a dyn Fn() -> Zoned,
    /// Further members, by their path in the bag: the masked index and the hand-over notes.
    pub further: &'a dyn Fn(&Facts<'_>) -> Result<Vec<Piece>, ExportError>,
}

/// What a hand-over note can say.
pub struct Facts<'a> {
    /// The case.
    pub dir: &'a CaseDir,
    /// Name of the bundle.
    pub name: &'a str,
    /// What goes in, and what does not.
    pub contents: &'a Contents,
    /// What the check showed.
    pub checked: &'a VerifyResult,
    /// The chain, with the export as its last event.
    pub custody: &'a CustodyResult,
    /// Who may open it.
    pub recipients: &'a [String],
}

/// `hozen.export/1`.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct ExportResult {
    /// `hozen.export/1`.
    pub schema: String,
    /// The case folder.
    pub case: String,
    /// The bundle.
    pub bundle: String,
    /// How to begin, for its receiver.
    pub guide: String,
    /// Length of the bundle.
    pub bytes: u64,
    /// SHA-256 of the bundle.
    pub sha256: Digest,
    /// SHA-256 of the zip in it; the same if it is not encrypted.
    pub zip_sha256: Digest,
    /// SHA-256 of its `tagmanifest-sha256.txt`.
    pub seal_sha256: Digest,
    /// Fingerprint of the key that signed it.
    pub key: String,
    /// Who can open it; none if it is not encrypted.
    pub recipients: Vec<String>,
    /// Files of the case in it.
    pub files: u64,
    /// Files of the case that are not in it.
    pub withheld: Vec<WithheldResult>,
    /// Problems of the case that it was made of.
    pub problems: u64,
}

/// The files of a case, watched while they are read.
struct Watched<'a> {
    dir: &'a CaseDir,
    watch: &'a Watch<'a>,
}

struct WatchedFile<'a> {
    file: Box<dyn Read + 'a>,
    watch: &'a Watch<'a>,
}

impl Read for WatchedFile<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.watch.stop.load(std::sync::atomic::Ordering::Relaxed) {
            return Err(io::Error::other("interrupted"));
        }
        let count = self.file.read(buffer)?;
        (self.watch.read)(count as u64);
        Ok(count)
    }
}

impl CaseFiles for Watched<'_> {
    fn list(&self, folder: &str) -> Result<Vec<std::ffi::OsString>, DiskError> {
        self.dir.list(folder)
    }
    fn open(&self, path: &str) -> Result<Box<dyn Read + '_>, DiskError> {
        Ok(Box::new(WatchedFile { file: CaseFiles::open(self.dir, path)?, watch: self.watch }))
    }
    fn open_anywhere(&self, path: &str) -> Result<Box<dyn ReadSeek + '_>, DiskError> {
        self.dir.open_anywhere(path)
    }
    fn exists(&self, path: &str) -> Result<bool, DiskError> {
        CaseFiles::exists(self.dir, path)
    }
    fn is_plain(&self, path: &str) -> bool {
        self.dir.is_plain(path)
    }
    fn dir(&self) -> Option<&CaseDir> {
        Some(self.dir)
    }
}

/// Bytes of evidence in a case: what takes long.
///
/// # Errors
/// When it can not be looked at.
pub fn evidence_bytes(dir: &CaseDir) -> Result<u64, DiskError> {
    let mut bytes = 0_u64;
    for zip in dir.sealed()? {
        bytes = bytes.saturating_add(own::open_own(&zip)?.1);
    }
    Ok(bytes)
}

/// Makes the bundle.
///
/// # Errors
/// [`ExportError`]; then nothing is there that looks like a bundle.
pub fn export(order: &Order<'_>, watch: &Watch<'_>) -> Result<ExportResult, ExportError> {
    let mut journal = CaseJournal::open_whole(&order.dir.journal(), &mut |_| {})?;
    let checked = verify_files(&Watched { dir: order.dir, watch }, &Expected::default(), Standing::OnItsOwn);
    if watch.stop.load(std::sync::atomic::Ordering::Relaxed) {
        return Err(WriteError::Interrupted.into());
    }
    if !checked.result.ok && !order.force {
        return Err(ExportError::Broken(Box::new(checked.result)));
    }
    let custody = custody::read(order.dir);
    let exports = custody.chain.iter().filter(|event| event.act == Act::Export).count() as u64;
    let name = layout::name(&case_id(order.dir)?, exports.saturating_add(1));
    let contents = choose(order.dir, &custody, order.choice, order.veil)?;
    let mut pieces = measured(order, &contents, &checked, watch)?;
    let target = Target::new(order, &name);
    target.is_free()?;
    room(order, &name, &pieces)?;
    note(order, &mut journal, Act::Export, begun(order, &target, &contents, &pieces, &checked.result))?;
    pieces.push(Piece::text("data/custody/custody.jsonl", journal.text()?.into_bytes()));
    let custody = custody::read(order.dir);
    let recipients = order.recipients.map(Recipients::names).unwrap_or_default();
    let facts = Facts {
        dir: order.dir,
        name: &name,
        contents: &contents,
        checked: &checked.result,
        custody: &custody,
        recipients: &recipients,
    };
    let further = (order.further)(&facts)?;
    let bag = Bag { order, facts: &facts, target: &target, head: journal.head() };
    let (pieces, seal) = bag.pieces(pieces, further)?;
    let numbers = target.write(order, &pieces, seal, watch)?;
    let result = bag.result(&numbers, &pieces);
    target.finish(&bag.guide().beside(&numbers.digests), numbers.digests.file)?;
    let done = json!({
        "bundle": target.file, "bundle_sha256": result.sha256, "bundle_bytes": result.bytes,
        "zip_sha256": result.zip_sha256, "seal_sha256": result.seal_sha256, "key": result.key,
    });
    note(order, &mut journal, Act::Exported, done)?;
    Ok(result)
}

/// Which case this is: it becomes a folder, and part of commands.
fn case_id(dir: &CaseDir) -> Result<String, ExportError> {
    let bytes = own::read_own(&dir.facts(), TAG_FILE_BYTES as u64)?;
    let facts: Value = serde_json::from_slice(&bytes).map_err(|_| ExportError::NoCase)?;
    let id = facts.get("case").and_then(Value::as_str).filter(|id| is_case_id(id));
    id.map(str::to_owned).ok_or(ExportError::NoCase)
}

/// The files of the case as members: evidence as the check measured it, everything else measured now.
fn measured(
    order: &Order<'_>,
    contents: &Contents,
    checked: &Verification,
    watch: &Watch<'_>,
) -> Result<Vec<Piece>, ExportError> {
    let mut pieces = Vec::new();
    for (file, due) in &contents.files {
        let path = format!("data/{file}");
        let whole = order.dir.root().join(file);
        let piece = match checked.zips.get(file) {
            Some(measured) => Piece { path, source: super::write::Source::File(whole), measured: *measured },
            None => Piece::file(&path, whole, watch)?,
        };
        if checked.result.ok && due.is_some_and(|due| due != piece.measured.sha256) {
            return Err(WriteError::Changed(piece.path).into());
        }
        pieces.push(piece);
    }
    Ok(pieces)
}

fn room(order: &Order<'_>, name: &str, pieces: &[Piece]) -> Result<(), ExportError> {
    let custody = own::open_own(&order.dir.journal())?.1;
    let zip = size(name, pieces).saturating_add(custody).saturating_add(SLACK_BYTES);
    let need = zip.saturating_add(order.recipients.map_or(0, |all| overhead(zip, all.names().len())));
    let free = Space::of(order.out.0)?.free_bytes;
    if need > free && !order.force { Err(ExportError::Space { need, free }) } else { Ok(()) }
}

fn begun(order: &Order<'_>, target: &Target, contents: &Contents, pieces: &[Piece], checked: &VerifyResult) -> Value {
    let bytes: u64 = pieces.iter().map(|piece| piece.measured.bytes).sum();
    let mut detail = order.said.clone();
    let facts = json!({
        "bundle": target.file, "encrypted": order.recipients.is_some(),
        "recipients": order.recipients.map(Recipients::names).unwrap_or_default(),
        "key": order.signer.public().fingerprint(),
        "contents": { "files": pieces.len(), "bytes": bytes }, "name": target.name,
        "withheld": withheld::said(&contents.withheld),
        "with_case_key": order.choice.with_case_key, "problems": checked.problems.len(),
    });
    if let Value::Object(facts) = facts {
        detail.extend(facts);
    }
    if !contents.left_out.is_empty() {
        detail.insert("left_out".to_owned(), json!(contents.left_out));
    }
    Value::Object(detail)
}

fn note(order: &Order<'_>, journal: &mut CaseJournal, act: Act, detail: Value) -> Result<(), ExportError> {
    let [operator, host, tool] = order.by.clone();
    let detail = if let Value::Object(detail) = detail { detail } else { Map::new() };
    Ok(journal.append(Draft { time: utc(&(order.now)()), act, operator, host, tool, detail })?)
}

/// The bag around the files of the case.
struct Bag<'a> {
    order: &'a Order<'a>,
    facts: &'a Facts<'a>,
    target: &'a Target,
    head: Digest,
}

impl Bag<'_> {
    fn who(&self) -> (String, String) {
        (principal(&self.order.by[0]), self.order.signer.public().fingerprint())
    }

    /// All members in their order, and the digest of the seal. Tag files come first: whoever reads the stream knows who signed
    /// what before the first byte of the case.
    fn pieces(&self, mut payload: Vec<Piece>, further: Vec<Piece>) -> Result<(Vec<Piece>, Digest), ExportError> {
        let (notes, index): (Vec<_>, Vec<_>) =
            further.into_iter().partition(|piece| layout::NOTES.contains(&piece.path.as_str()));
        payload.extend(index);
        payload.sort_by(|a, b| a.path.cmp(&b.path));
        let list = |pieces: &[Piece]| layout::manifest(pieces.iter().map(|p| (p.path.as_str(), p.measured.sha256)));
        let bytes: u64 = payload.iter().map(|piece| piece.measured.bytes).sum();
        let (who, key) = self.who();
        let info = BagInfo {
            date: &(self.order.now)().timestamp().strftime("%Y-%m-%d").to_string(),
            tool: &self.order.by[2],
            name: self.facts.name,
            payload: (bytes, payload.len() as u64),
            principal: &who,
            key: &key,
            custody: self.head,
            withheld: self.facts.contents.withheld.len(),
        };
        let text = |path: &str, text: String| Piece::text(path, text.into_bytes());
        let mut tags = vec![
            text(layout::BAGIT_FILE, BAGIT.to_owned()),
            text(layout::BAG_INFO, info.text()),
            text(layout::MANIFEST, list(&payload)),
        ];
        let guide = self.guide();
        let mut after =
            vec![text(layout::GUIDES[0], guide.inside(Lang::Ja)), text(layout::GUIDES[1], guide.inside(Lang::En))];
        after.extend(layout::NOTES.iter().filter_map(|name| notes.iter().find(|note| note.path == *name).cloned()));
        let mut sealed: Vec<Piece> = tags.iter().chain(&after).cloned().collect();
        sealed.sort_by(|a, b| a.path.cmp(&b.path));
        let seal = text(layout::TAG_MANIFEST, list(&sealed));
        let digest = seal.measured.sha256;
        let super::write::Source::Bytes(signed) = &seal.source else { return Err(ExportError::NoCase) };
        let signature = self.order.signer.sign(signed)?;
        let allowed = self.order.signer.public().allowed_signers(&who);
        tags.extend([seal, text(layout::SIGNATURE, signature), text(layout::ALLOWED_SIGNERS, allowed)]);
        tags.extend(after);
        tags.extend(payload);
        Ok((tags, digest))
    }

    fn guide(&self) -> Guide<'_> {
        // Both texts of one bundle are made from the same facts.
        Guide {
            name: self.facts.name,
            file: &self.target.file,
            is_encrypted: self.order.recipients.is_some(),
            by_passphrase: self.facts.recipients == ["passphrase"],
            principal: principal(&self.order.by[0]),
            key: self.order.signer.public().fingerprint(),
            evidence: guides(self.facts.custody, self.facts.contents),
            withheld: self.facts.contents.withheld.len(),
        }
    }

    fn result(&self, written: &Written, pieces: &[Piece]) -> ExportResult {
        let withheld = &self.facts.contents.withheld;
        ExportResult {
            schema: "hozen.export/1".to_owned(),
            case: self.order.dir.root().display().to_string(),
            bundle: self.target.path(&self.target.file).display().to_string(),
            guide: self.target.path(&self.target.guide()).display().to_string(),
            bytes: written.bytes,
            sha256: written.digests.file,
            zip_sha256: written.digests.zip,
            seal_sha256: written.digests.seal,
            key: self.order.signer.public().fingerprint(),
            recipients: self.facts.recipients.to_vec(),
            files: pieces.iter().filter(|piece| piece.path.starts_with("data/")).count() as u64,
            withheld: withheld
                .iter()
                .map(|(file, sha256)| WithheldResult { file: file.clone(), sha256: *sha256 })
                .collect(),
            problems: self.facts.checked.problems.len() as u64,
        }
    }
}
