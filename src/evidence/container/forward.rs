//! Writes a zip in one go, first byte to last, for members whose length and checksum are known beforehand: nothing is put
//! right later, so it can go through an encryptor or a pipe. Its bytes are those that [`super::Container`] would write.

use std::io::{self, Write};

use super::form::{self, Member};
use crate::model::Method;

/// Why a member could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ForwardError {
    /// Where it goes refused.
    #[error("the zip could not be written")]
    Write(#[source] io::Error),
    /// Its bytes are not those that were measured.
    #[error("{name} changed while it was written: it is no longer what was measured before")]
    Changed {
        /// The member.
        name: String,
    },
}

/// A zip that is being written forwards. It remembers its members: use it where they are few.
#[derive(Debug)]
pub struct ForwardZip<W> {
    out: W,
    at: u64,
    members: Vec<Member>,
    crc: crc32fast::Hasher,
    left: u64,
}

impl<W: Write> ForwardZip<W> {
    /// Begins at the beginning of `out`.
    pub fn new(out: W) -> Self {
        Self { out, at: 0, members: Vec::new(), crc: crc32fast::Hasher::new(), left: 0 }
    }

    /// Begins a member of this length and checksum, stored as it is.
    ///
    /// # Errors
    /// When it can not be written.
    pub fn begin(&mut self, name: &str, size: u64, crc32: u32) -> Result<(), ForwardError> {
        let member = member(name, size, crc32, self.at);
        self.put(&member.local_header())?;
        self.crc = crc32fast::Hasher::new();
        self.left = size;
        self.members.push(member);
        Ok(())
    }

    /// Adds bytes of the member.
    ///
    /// # Errors
    /// When it can not be written, or these are more than were measured.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), ForwardError> {
        self.left = self.left.checked_sub(bytes.len() as u64).ok_or_else(|| self.changed())?;
        self.crc.update(bytes);
        self.put(bytes)
    }

    /// Ends the member.
    ///
    /// # Errors
    /// When its bytes are not those that were measured.
    pub fn end(&mut self) -> Result<(), ForwardError> {
        let found = std::mem::take(&mut self.crc).finalize();
        let is_due = self.members.last().is_some_and(|member| member.crc32 == found);
        if self.left == 0 && is_due { Ok(()) } else { Err(self.changed()) }
    }

    /// Writes the directory and gives back what was written to, which is not flushed.
    ///
    /// # Errors
    /// When it can not be written.
    pub fn finish(mut self) -> Result<W, ForwardError> {
        let offset = self.at;
        for member in std::mem::take(&mut self.members) {
            self.put(&member.central_record())?;
            self.members.push(member);
        }
        let end = form::end_of_directory(self.members.len() as u64, offset, self.at.saturating_sub(offset));
        self.put(&end)?;
        Ok(self.out)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), ForwardError> {
        self.at = self.at.saturating_add(bytes.len() as u64);
        self.out.write_all(bytes).map_err(ForwardError::Write)
    }

    fn changed(&self) -> ForwardError {
        ForwardError::Changed { name: self.members.last().map(|member| member.name.clone()).unwrap_or_default() }
    }
}

fn member(name: &str, size: u64, crc32: u32, offset: u64) -> Member {
    Member {
        name: name.to_owned(),
        method: Method::Stored,
        mtime: None,
        wide: size >= form::WIDE_FROM,
        offset,
        crc32,
        stored_crc32: crc32,
        size,
        stored_size: size,
    }
}

/// How long a zip of members with these names and lengths will be, to the byte.
pub fn length<'n>(members: impl Iterator<Item = (&'n str, u64)>) -> u64 {
    let (mut at, mut directory, mut count) = (0_u64, 0_u64, 0_u64);
    for (name, size) in members {
        let member = member(name, size, 0, at);
        at = at.saturating_add(member.local_header().len() as u64).saturating_add(size);
        directory = directory.saturating_add(member.central_record().len() as u64);
        count = count.saturating_add(1);
    }
    let end = form::end_of_directory(count, at, directory).len() as u64;
    at.saturating_add(directory).saturating_add(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::MemoryStore;
    use crate::evidence::container::{Container, MemberHead};

    fn forward(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ForwardZip::new(Vec::new());
        for (name, bytes) in members {
            zip.begin(name, bytes.len() as u64, crc32fast::hash(bytes)).unwrap();
            zip.write(bytes).unwrap();
            zip.end().unwrap();
        }
        zip.finish().unwrap()
    }

    #[test]
    fn its_bytes_are_those_of_the_other_writer_and_its_length_is_known_before() {
        let members: [(&str, &[u8]); 3] = [("a/b.txt", b"hello"), ("a/empty", b""), ("a/日本", b"x")];
        let mut other = Container::new(MemoryStore::default());
        let mut heads = Vec::new();
        for (name, bytes) in members {
            let head = MemberHead { name: name.into(), method: Method::Stored, mtime: None, size_hint: 0 };
            other.begin_member(head).unwrap();
            other.write(bytes).unwrap();
            heads.push(other.end_member(crc32fast::hash(bytes), bytes.len() as u64).unwrap());
        }
        let other = other.finish(&mut heads.into_iter().map(Ok)).unwrap().0;
        let ours = forward(&members);
        assert_eq!(ours, other);
        assert_eq!(length(members.iter().map(|(name, bytes)| (*name, bytes.len() as u64))), ours.len() as u64);
    }

    #[test]
    fn bytes_that_are_not_those_that_were_measured_are_told() {
        for bytes in [b"hell" as &[u8], b"hellO", b"hello!"] {
            let mut zip = ForwardZip::new(Vec::new());
            zip.begin("a", 5, crc32fast::hash(b"hello")).unwrap();
            let ended = zip.write(bytes).and_then(|()| zip.end());
            assert!(matches!(ended, Err(ForwardError::Changed { .. })));
        }
    }
}
