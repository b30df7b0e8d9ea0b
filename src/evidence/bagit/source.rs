//! Where a bag's files come from, as one stream of names and bytes; here a folder, read without a trace and never by a link.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::lists::Tell;
use crate::case::results::Layer;
use crate::disk::source::SourceFile;
use crate::disk::walk::{Walk, WalkOptions, Walked};
use crate::model::limits::BLOCK_BYTES;
use crate::model::{Kind, RawPath};

/// What is under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    Folder,
    File,
    /// Something that can not be read, and at which layer that is wrong.
    Unreadable(Layer, String),
}

/// What takes the stream.
pub(super) trait Visit {
    /// Something in the bag, by its path from the bag's folder; true if its content is wanted.
    fn meet(&mut self, path: &str, found: Found) -> bool;
    /// Some of its content.
    fn chunk(&mut self, bytes: &[u8]);
    /// Its end, and what went wrong before that.
    fn end(&mut self, trouble: Option<(Layer, String)>);
    /// Something wrong with the container itself.
    fn problem(&mut self, layer: Layer, path: &str, what: String);
}

/// A bag's files. Each pass tells all of them in the same order.
pub(super) trait BagSource {
    fn pass(&mut self, visit: &mut dyn Visit) -> io::Result<()>;

    /// Tells what is to be told once of the container itself.
    fn around(&mut self, _tell: &mut dyn Tell) -> io::Result<()> {
        Ok(())
    }
}

/// A name as text. Bytes that are no UTF-8 are escaped: no manifest can list them.
pub(super) fn as_text(name: &[u8]) -> String {
    match std::str::from_utf8(name) {
        Ok(name) => name.to_owned(),
        Err(_) => RawPath(name.to_vec()).shown(),
    }
}

/// Hands on what `from` gives, up to `most` bytes; the bytes, or why it ended before its end.
pub(super) fn pump(from: &mut dyn Read, most: u64, visit: &mut dyn Visit) -> (u64, Option<io::Error>) {
    let mut buffer = vec![0; BLOCK_BYTES];
    let mut given = 0_u64;
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return (given, None),
            Ok(count) => {
                given = given.saturating_add(count as u64);
                visit.chunk(buffer.get(..count).unwrap_or_default());
                if given > most {
                    return (given, None);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (given, Some(error)),
        }
    }
}

/// A bag that lies in a folder.
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }
}

impl BagSource for Folder {
    fn pass(&mut self, visit: &mut dyn Visit) -> io::Result<()> {
        let walk = Walk::new(vec![self.root.clone()], WalkOptions::default()).map_err(io::Error::other)?;
        let mut root: Option<Vec<u8>> = None;
        for walked in walk.without_link_targets() {
            let path = &walked.entry.path.0;
            let Some(root) = &root else {
                if let Some(gap) = walked.gaps.first() {
                    return Err(io::Error::other(gap.reason.clone()));
                }
                root = Some(path.clone());
                continue;
            };
            let inside = path.strip_prefix(root.as_slice()).unwrap_or(path);
            let name = as_text(inside.strip_prefix(b"/").unwrap_or(inside));
            if std::str::from_utf8(inside).is_err() {
                visit.problem(Layer::Name, &name, "has a name that is no UTF-8: no manifest can list it".into());
            }
            one(&name, &walked, visit);
        }
        Ok(())
    }
}

fn one(name: &str, walked: &Walked, visit: &mut dyn Visit) {
    if walked.entry.kind == Kind::Link {
        let what = "is a link, which a bag can not hold: it was not followed".to_owned();
        visit.meet(name, Found::Unreadable(Layer::Name, what));
        return;
    }
    if let Some(gap) = walked.gaps.first() {
        visit.meet(name, Found::Unreadable(Layer::Digest, format!("was not checked: {}", gap.reason)));
        return;
    }
    let Some(source) = &walked.source else {
        visit.meet(name, Found::Folder);
        return;
    };
    if !visit.meet(name, Found::File) {
        return;
    }
    let trouble = match SourceFile::open_at(&source.dir, &source.name) {
        Err(error) => Some(error.reason()),
        Ok(mut file) => {
            let (given, error) = pump(&mut file, u64::MAX, visit);
            let cut = file.cut_short().unwrap_or(false) || given < file.size_at_open();
            match error {
                Some(error) => Some(error.to_string()),
                None => cut.then(|| "it ended before its size, or has none and never ends".to_owned()),
            }
        }
    };
    visit
        .end(trouble.map(|why| (Layer::Digest, format!("could not be read to its end, so it was not checked: {why}"))));
}
