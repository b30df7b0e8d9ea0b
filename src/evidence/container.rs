//! A streaming Zip64 writer that takes members already compressed, and leaves a zip that can be resumed at any member.
//!
//! It holds nothing per member: the caller keeps each [`Member`] (in the journal) and hands them back for the directory.

pub(super) mod form;
pub mod forward;
pub mod read;

use crate::model::Method;
pub use form::Member;

use super::error::EvidenceError;
use super::store::Store;

/// A zip that is being written.
#[derive(Debug)]
pub struct Container<S> {
    out: S,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    member: Member,
    stored_crc: crc32fast::Hasher,
}

/// What is known of a member before its bytes.
#[derive(Debug, Clone)]
pub struct MemberHead {
    /// Full name.
    pub name: String,
    /// How its bytes come.
    pub method: Method,
    /// Last change, in seconds since 1970.
    pub mtime: Option<i64>,
    /// About how long it will be; decides whether its header has room for 64 bits.
    pub size_hint: u64,
}

impl<S: Store> Container<S> {
    /// Goes on at the end of `out`: the beginning of an empty store, or after the last whole member of a torn zip.
    pub fn new(out: S) -> Self {
        Self { out, open: None }
    }

    /// What was written, as it is.
    #[cfg(test)]
    pub(super) fn into_store(self) -> S {
        self.out
    }

    /// Begins a member.
    pub fn begin_member(&mut self, head: MemberHead) -> Result<(), EvidenceError> {
        if self.open.is_some() {
            return Err(EvidenceError::OutOfOrder { seq: 0, what: "begin_member" });
        }
        let member = Member {
            method: head.method,
            mtime: head.mtime.and_then(|s| s.try_into().ok()),
            wide: head.size_hint >= form::WIDE_FROM,
            offset: self.out.position(),
            crc32: 0,
            stored_crc32: 0,
            size: 0,
            stored_size: 0,
            name: head.name,
        };
        self.out.write_all(&member.local_header()).map_err(|e| refused(&member.name, e))?;
        self.open = Some(Open { member, stored_crc: crc32fast::Hasher::new() });
        Ok(())
    }

    /// Adds bytes, already compressed by the member's method.
    pub fn write(&mut self, stored: &[u8]) -> Result<(), EvidenceError> {
        let Some(open) = &mut self.open else { return Err(EvidenceError::OutOfOrder { seq: 0, what: "write" }) };
        let total = open.member.stored_size.saturating_add(stored.len() as u64);
        if !open.member.wide && total >= u64::from(u32::MAX) {
            return Err(EvidenceError::MemberTooLarge { name: open.member.name.clone() });
        }
        open.stored_crc.update(stored);
        open.member.stored_size = total;
        self.out.write_all(stored).map_err(|e| refused(&open.member.name, e))
    }

    /// Ends the member: its header, written before these facts were known, is put right.
    pub fn end_member(&mut self, crc32: u32, size: u64) -> Result<Member, EvidenceError> {
        let Some(open) = self.open.take() else {
            return Err(EvidenceError::OutOfOrder { seq: 0, what: "end_member" });
        };
        let member = Member { crc32, size, stored_crc32: open.stored_crc.finalize(), ..open.member };
        if !member.wide && size >= u64::from(u32::MAX) {
            return Err(EvidenceError::MemberTooLarge { name: member.name });
        }
        let header = member.local_header();
        self.out.patch_at(member.offset, &header).map_err(|e| refused(&member.name, e))?;
        Ok(member)
    }

    /// Writes the directory from `members`, in the order they were written, and gives the whole zip back.
    pub fn finish(
        mut self,
        members: &mut dyn Iterator<Item = Result<Member, EvidenceError>>,
    ) -> Result<S, EvidenceError> {
        let offset = self.out.position();
        let mut count: u64 = 0;
        for member in members {
            self.out.write_all(&member?.central_record()).map_err(|e| refused("the zip's directory", e))?;
            count = count.saturating_add(1);
        }
        let size = self.out.position().saturating_sub(offset);
        let end = form::end_of_directory(count, offset, size);
        self.out.write_all(&end).map_err(|e| refused("the zip's directory", e))?;
        self.out.flush().map_err(|e| refused("the zip's directory", e))?;
        self.out.sync().map_err(|e| refused("the zip's directory", e))?;
        Ok(self.out)
    }

    /// Gives up the member that is open, if one is, and the room it took.
    pub fn abandon(&mut self) -> Result<(), EvidenceError> {
        let Some(open) = self.open.take() else { return Ok(()) };
        self.out.cut_to(open.member.offset).map_err(|e| refused(&open.member.name, e))
    }

    /// Hands all bytes so far to the kernel.
    pub fn flush(&mut self) -> Result<(), EvidenceError> {
        self.out.flush().map_err(|e| refused("the evidence zip", e))
    }

    /// Returns when all members so far are durable.
    pub fn sync(&mut self) -> Result<(), EvidenceError> {
        self.out.flush().and_then(|()| self.out.sync()).map_err(|e| refused("the evidence zip", e))
    }
}

fn refused(what: &str, source: std::io::Error) -> EvidenceError {
    EvidenceError::Write { what: what.to_owned(), source }
}

#[cfg(test)]
mod tests;
