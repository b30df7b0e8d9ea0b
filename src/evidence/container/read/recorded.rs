//! Reads the members of an unfinished zip that somebody vouches for, one after another, and says of each whether it is whole.

use std::io::{self, Read};

use super::source::Source;
use super::unpack::unpack;
use crate::evidence::container::Member;
use crate::model::Digest;

/// A zip without a directory, read forward.
pub struct RecordedMembers<'a> {
    source: Source<'a>,
}

impl<'a> RecordedMembers<'a> {
    /// Reads `file` from its first byte.
    pub fn new(file: &'a mut dyn Read) -> Self {
        Self { source: Source::new(file) }
    }

    /// Where the next member is due.
    pub fn position(&self) -> u64 {
        self.source.offset
    }

    /// Reads the next member and compares it with what was recorded of it, byte by byte of its header, and by its digest if
    /// one was recorded.
    ///
    /// The inner error says in what way it is not whole; then nothing behind it can be read either.
    ///
    /// # Errors
    /// When the file can not be read.
    pub fn next(&mut self, member: &Member, sha256: Option<Digest>) -> io::Result<Result<(), &'static str>> {
        if member.offset != self.source.offset {
            return Ok(Err("its member does not begin where the one before it ends"));
        }
        let header = member.local_header();
        let mut found = Vec::with_capacity(header.len());
        if !self.source.append(header.len(), &mut found)? {
            return Ok(Err("the zip ends before it"));
        }
        if found != header {
            return Ok(Err("its header in the zip is not the one that was recorded"));
        }
        let mut hash = <sha2::Sha256 as sha2::Digest>::new();
        let claimed = [member.stored_size, member.size];
        let content =
            unpack(&mut self.source, member.method, claimed, &mut |bytes| sha2::Digest::update(&mut hash, bytes))?;
        let Some(content) = content else { return Ok(Err("the zip ends inside it")) };
        let digest = Digest(sha2::Digest::finalize(hash).into());
        let is_whole = content.trouble.is_none()
            && (content.crc32, content.stored_crc32, content.size) == (member.crc32, member.stored_crc32, member.size)
            && sha256.is_none_or(|due| due == digest);
        Ok(if is_whole { Ok(()) } else { Err("its bytes in the zip are not those that were recorded") })
    }
}
