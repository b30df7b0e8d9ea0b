//! A zip archive in which an office program keeps one document: its members by name, unfolded within the budget of the source.

use std::io::{self, BufReader, Read};
use std::rc::Rc;

use zip::ZipArchive;

use super::{Budget, Metered, ReadSeek};

/// An open package.
pub(super) struct Package<'s> {
    archive: ZipArchive<&'s mut dyn ReadSeek>,
    budget: Rc<Budget>,
}

impl<'s> Package<'s> {
    /// Opens the directory. What is wrong with it is an error for people.
    pub(super) fn open(src: &'s mut dyn ReadSeek, budget: Rc<Budget>) -> io::Result<Self> {
        let archive = ZipArchive::new(src).map_err(io::Error::other)?;
        Ok(Self { archive, budget })
    }

    /// All names, in the order of the directory.
    pub(super) fn names(&self) -> Vec<String> {
        self.archive.file_names().filter_map(Result::ok).map(|name| name.into_owned()).collect()
    }

    /// Whether there is a member of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.archive.index_for_name(name).is_some()
    }

    /// A member that the format reads itself, in order; `None` if there is none of this name. Encrypted members are an error.
    pub(super) fn member(&mut self, name: &str) -> io::Result<Option<BufReader<Metered<impl Read>>>> {
        let budget = Rc::clone(&self.budget);
        let file = self.for_child(name)?;
        Ok(file.map(|file| BufReader::with_capacity(64 * 1024, Metered::new(file, budget))))
    }

    /// The same to be given to [`Sink::child`](super::Sink::child), which counts what it reads.
    pub(super) fn for_child(&mut self, name: &str) -> io::Result<Option<impl Read>> {
        if !self.has(name) {
            return Ok(None);
        }
        self.archive.by_name(name).map(Some).map_err(io::Error::other)
    }

    /// A member, whole; `None` if there is none of this name, an error if it unfolds to more than `limit` bytes.
    pub(super) fn whole(&mut self, name: &str, limit: u64) -> io::Result<Option<Vec<u8>>> {
        let Some(member) = self.member(name)? else { return Ok(None) };
        let mut bytes = Vec::new();
        member.take(limit + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!("{name} unfolds to more than {limit} bytes"),
            ));
        }
        Ok(Some(bytes))
    }
}

#[cfg(test)]
mod tests;
