//! The end of a bag: manifests from the journal, tag files, seal, directory. Nothing about the entries is remembered for it.

use std::io::{self, BufRead, Read as _, Write};

use super::super::acquisition::{Acquisition, Counts};
use super::super::container::{Container, Member, MemberHead};
use super::super::error::EvidenceError;
use super::super::guide::Guide;
use super::super::journal::RecordedEntry;
use super::super::others;
use super::super::store::{Journal, Store};
use super::super::tags::{self, BagInfo};
use super::EvidenceWriter;
use crate::model::Method;
use crate::model::limits::JOURNAL_LINE_BYTES;
use crate::model::{Algorithm, Digest, Lang, Timestamp};
use crate::seal::chain;
use crate::seal::sign::{Signer, principal};
use crate::seal::stamp;

/// What the seal needs beyond the entries.
#[derive(Debug, Clone, Copy)]
pub struct Closing<'a> {
    /// Who, where, when, how, why. Name and counts are filled in here.
    pub acquisition: &'a Acquisition,
    /// The custody journal up to now, whole lines.
    pub custody: &'a str,
    /// The key.
    pub signer: &'a Signer,
    /// Eight random bytes for the time-stamp request.
    pub nonce: [u8; 8],
    /// The time of the seal.
    pub sealed_at: Timestamp,
}

/// Sealed evidence.
#[derive(Debug)]
pub struct Sealed<S, J> {
    /// SHA-256 of `tagmanifest-sha256.txt`: the number for the paper form.
    pub seal: Digest,
    /// Fingerprint of the key that signed.
    pub key: String,
    /// What was recorded.
    pub counts: Counts,
    /// The zip, complete and durable.
    pub zip: S,
    /// The journal; it is in the zip now and may go.
    pub journal: J,
}

impl<S: Store, J: Journal> EvidenceWriter<S, J> {
    /// Writes all tag files, the seal and the directory.
    pub fn finish(mut self, closing: &Closing<'_>) -> Result<Sealed<S, J>, EvidenceError> {
        self.expect(self.next, self.open.is_none(), "finish")?;
        // Closing a large bag takes long: whatever ends it, the payload is safe.
        self.checkpoint()?;
        let Self { name, mut zip, mut journal, folder, counts, .. } = self;
        chain::check(&mut closing.custody.as_bytes(), &mut |_| {}).map_err(EvidenceError::Custody)?;
        let key = closing.signer.public().fingerprint();
        let who = principal(&closing.acquisition.operator);
        let facts = Facts { closing, name: &name, who: &who, key: &key, counts };

        let mut tags = Tags { zip: &mut zip, name: &name, mtime: closing.sealed_at.seconds, done: Vec::new() };
        tags.small("bagit.txt", tags::BAGIT)?;
        tags.small(tags::BAG_INFO, &facts.bag_info())?;
        for (algorithm, manifest) in tags::manifests(closing.acquisition.digests) {
            tags.large(manifest, &mut |out| write_manifest(&mut journal, (algorithm, manifest), out))?;
        }
        tags.large(tags::FILES, &mut |out| copy_journal(&mut journal, out))?;
        tags.large(tags::CUSTODY, &mut |out| refuse(tags::CUSTODY, out.write_all(closing.custody.as_bytes())))?;
        tags.small(tags::ACQUISITION, &facts.acquisition()?)?;
        tags.small("VERIFY.ja.txt", &facts.guide().text(Lang::Ja))?;
        tags.small("VERIFY.en.txt", &facts.guide().text(Lang::En))?;

        let tag_manifest: String = tags.done.iter().map(|t| tags::manifest_line(&t.digest, t.path)).collect();
        let seal = Digest::of(tag_manifest.as_bytes());
        tags.small(tags::TAG_MANIFEST, &tag_manifest)?;
        tags.small(tags::SIGNATURE, &closing.signer.sign(tag_manifest.as_bytes())?)?;
        tags.small(tags::ALLOWED_SIGNERS, &closing.signer.public().allowed_signers(&who))?;
        tags.add(tags::STAMP_REQUEST, Method::Stored, &mut |out| {
            refuse(tags::STAMP_REQUEST, out.write_all(&stamp::request(&seal, closing.nonce)))
        })?;
        let tag_members: Vec<Member> = tags.done.into_iter().map(|tag| tag.member).collect();

        let reader = journal.reread().map_err(|source| EvidenceError::Journal { source })?;
        let payload = JournalMembers { reader, name: &name, line: 0 };
        let mut members =
            std::iter::once(Ok(folder)).chain(payload).chain(tag_members.into_iter().map(Ok::<_, EvidenceError>));
        let zip = zip.finish(&mut members)?;
        drop(members);
        Ok(Sealed { seal, key, counts, zip, journal })
    }
}

/// What the small tag files say.
struct Facts<'a> {
    closing: &'a Closing<'a>,
    name: &'a str,
    who: &'a str,
    key: &'a str,
    counts: Counts,
}

impl Facts<'_> {
    fn bag_info(&self) -> String {
        let acquisition = self.closing.acquisition;
        let day = jiff::Timestamp::from_second(self.closing.sealed_at.seconds).unwrap_or_default();
        let info = BagInfo {
            organization: acquisition.organization.as_deref(),
            date: day.strftime("%Y-%m-%d").to_string(),
            tool: &acquisition.tool,
            name: self.name,
            case: &acquisition.case,
            bytes: self.counts.bytes,
            files: self.counts.files,
            principal: self.who,
            key: self.key,
        };
        info.text()
    }

    fn acquisition(&self) -> Result<String, EvidenceError> {
        let mut acquisition = self.closing.acquisition.clone();
        acquisition.schema = "hozen.acquisition/1".to_owned();
        acquisition.evidence = self.name.to_owned();
        acquisition.counts = self.counts;
        Ok(serde_json::to_string_pretty(&acquisition)? + "\n")
    }

    fn guide(&self) -> Guide<'_> {
        let digests = self.closing.acquisition.digests;
        Guide { name: self.name, principal: self.who, key: self.key, has_payload: self.counts.files > 0, digests }
    }
}

/// Writes tag files and remembers what the tag manifest and the directory will say of them.
struct Tags<'a, S> {
    zip: &'a mut Container<S>,
    name: &'a str,
    mtime: i64,
    done: Vec<Tag>,
}

struct Tag {
    path: &'static str,
    digest: Digest,
    member: Member,
}

impl<S: Store> Tags<'_, S> {
    /// A text that is at hand; stored as it is, so that it can be read in any viewer.
    fn small(&mut self, path: &'static str, text: &str) -> Result<(), EvidenceError> {
        self.add(path, Method::Stored, &mut |out| refuse(path, out.write_all(text.as_bytes())))
    }

    fn large(&mut self, path: &'static str, content: Content<'_>) -> Result<(), EvidenceError> {
        self.add(path, Method::Deflate, content)
    }

    fn add(&mut self, path: &'static str, method: Method, content: Content<'_>) -> Result<(), EvidenceError> {
        // Its length is not known before: room for 64 bits costs 20 bytes, and only for the three that can grow.
        let size_hint = if method == Method::Deflate { u64::MAX } else { 0 };
        let name = format!("{}/{path}", self.name);
        self.zip.begin_member(MemberHead { name, method, mtime: Some(self.mtime), size_hint })?;
        let sink = MemberSink { zip: self.zip };
        let (crc32, digest, size) = if method == Method::Deflate {
            let mut out = Summed::new(flate2::write::DeflateEncoder::new(sink, flate2::Compression::default()));
            content(&mut out)?;
            let sums = out.sums();
            refuse(path, out.inner.finish())?;
            sums
        } else {
            let mut out = Summed::new(sink);
            content(&mut out)?;
            out.sums()
        };
        let member = self.zip.end_member(crc32, size)?;
        self.done.push(Tag { path, digest, member });
        Ok(())
    }
}

/// What writes a tag file's bytes.
type Content<'a> = &'a mut dyn FnMut(&mut dyn Write) -> Result<(), EvidenceError>;

fn refuse<T>(what: &str, result: io::Result<T>) -> Result<(), EvidenceError> {
    result.map(drop).map_err(|source| EvidenceError::Write { what: what.to_owned(), source })
}

/// The open member of a container, as something to write to.
struct MemberSink<'a, S> {
    zip: &'a mut Container<S>,
}

impl<S: Store> Write for MemberSink<'_, S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.zip.write(bytes).map_err(|e| match e {
            EvidenceError::Write { source, .. } => source,
            other => io::Error::other(other),
        })?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Counts and hashes what goes through.
struct Summed<W> {
    inner: W,
    crc: crc32fast::Hasher,
    sha256: sha2::Sha256,
    size: u64,
}

impl<W: Write> Summed<W> {
    fn new(inner: W) -> Self {
        Self { inner, crc: crc32fast::Hasher::new(), sha256: <sha2::Sha256 as sha2::Digest>::new(), size: 0 }
    }

    fn sums(&self) -> (u32, Digest, u64) {
        let digest = Digest(sha2::Digest::finalize(self.sha256.clone()).into());
        (self.crc.clone().finalize(), digest, self.size)
    }
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        let done = bytes.get(..count).unwrap_or(bytes);
        self.crc.update(done);
        sha2::Digest::update(&mut self.sha256, done);
        self.size = self.size.saturating_add(done.len() as u64);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Writes the manifest of one algorithm. The journal is read for each: nothing about the entries is remembered.
fn write_manifest(
    journal: &mut impl Journal,
    (algorithm, manifest): (Algorithm, &str),
    out: &mut dyn Write,
) -> Result<(), EvidenceError> {
    let mut reader = journal.reread().map_err(|source| EvidenceError::Journal { source })?;
    let mut number = 0;
    while let Some(line) = next_line(&mut *reader, &mut number)? {
        if let Some(kept) = parse(&line, number)? {
            let digest = match algorithm {
                Algorithm::Sha256 => Some(&kept.digests.sha256.0[..]),
                other => others::by(&kept.digests.others, other),
            };
            // A manifest that lacks a file would make the bag invalid: there is no seal over that.
            let missing = || EvidenceError::JournalLine { line: number, why: format!("has no {algorithm} digest") };
            let line = tags::digest_line(digest.ok_or_else(missing)?, &kept.stored);
            refuse(manifest, out.write_all(line.as_bytes()))?;
        }
    }
    Ok(())
}

fn copy_journal(journal: &mut impl Journal, out: &mut dyn Write) -> Result<(), EvidenceError> {
    let mut reader = journal.reread().map_err(|source| EvidenceError::Journal { source })?;
    loop {
        let block = reader.fill_buf().map_err(|source| EvidenceError::Journal { source })?;
        if block.is_empty() {
            return Ok(());
        }
        let count = block.len();
        refuse(tags::FILES, out.write_all(block))?;
        reader.consume(count);
    }
}

fn parse(line: &[u8], number: u64) -> Result<Option<super::super::journal::Kept>, EvidenceError> {
    let wrong = |why: String| EvidenceError::JournalLine { line: number, why };
    RecordedEntry::parse(line).map_err(wrong)?.kept().map_err(|why| wrong(why.to_owned()))
}

/// The next line of the journal, without its newline.
fn next_line(reader: &mut dyn BufRead, number: &mut u64) -> Result<Option<Vec<u8>>, EvidenceError> {
    let mut line = Vec::new();
    let read = (&mut *reader).take(JOURNAL_LINE_BYTES as u64).read_until(b'\n', &mut line);
    read.map_err(|source| EvidenceError::Journal { source })?;
    if line.is_empty() {
        return Ok(None);
    }
    *number = number.saturating_add(1);
    match line.pop() {
        Some(b'\n') => Ok(Some(line)),
        _ => Err(EvidenceError::JournalLine { line: *number, why: "has no end".to_owned() }),
    }
}

/// The members that the journal's lines speak of, in order.
struct JournalMembers<'a> {
    reader: Box<dyn BufRead + 'a>,
    name: &'a str,
    line: u64,
}

impl Iterator for JournalMembers<'_> {
    type Item = Result<Member, EvidenceError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = match next_line(&mut *self.reader, &mut self.line) {
                Ok(line) => line?,
                Err(error) => return Some(Err(error)),
            };
            match parse(&line, self.line) {
                Ok(None) => {}
                Ok(Some(kept)) => {
                    return Some(Ok(kept.placed.member(format!("{}/{}", self.name, kept.stored), kept.bytes)));
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
