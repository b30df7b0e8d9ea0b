//! What all streams that hold one file have in common (gzip, bzip2, xz, Zstandard, …): one child, unfolded as it is read, and one gap
//! for what is wrong with it.

use std::io::{self, BufReader, Read};
use std::rc::Rc;

use super::trouble::{Member, Told, Watched, in_order, read_error};
use super::{Budget, Head, Held, Input, Sink};
use crate::model::GapKind;
use crate::model::limits::BLOCK_BYTES;

/// A packed source, where each read counts as work: much of it may unfold to nothing.
struct Paced<R> {
    source: R,
    budget: Rc<Budget>,
}

impl<R: Read> Read for Paced<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if !self.budget.step() {
            return Err(io::Error::other("the member's time is used up"));
        }
        self.source.read(buf)
    }
}

/// Why a decoder of ours does not go on, where it is neither cut off nor damaged.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub(super) struct Refused {
    kind: GapKind,
    reason: String,
}

impl Refused {
    /// The error, to return from [`Read::read`].
    pub(super) fn error(kind: GapKind, reason: impl Into<String>) -> io::Error {
        io::Error::other(Self { kind, reason: reason.into() })
    }

    /// More memory than decoders may hold.
    pub(super) fn memory(limit: u64) -> io::Error {
        let reason = format!(
            "it needs {limit} bytes of memory or more to be unpacked, which is more than it may have here; unpack it with its own program and run hozen on the result"
        );
        Self::error(GapKind::OverLimit, reason)
    }

    /// A way of packing that is not built in.
    pub(super) fn unsupported(what: impl std::fmt::Display) -> io::Error {
        let reason = format!("{what}; unpack it with its own program and run hozen on the result");
        Self::error(GapKind::UnsupportedFormat, reason)
    }

    fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref().and_then(|inner| inner.downcast_ref())
    }
}

/// A decoder with the memory that it may hold, whose refusal for want of more is told as what it is.
pub(super) struct Limited<D> {
    pub(super) decoder: D,
    pub(super) held: Option<Held>,
}

impl<D: Read> Read for Limited<D> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.decoder.read(buf).map_err(|error| match error.kind() {
            io::ErrorKind::OutOfMemory => Refused::memory(self.held.as_ref().map_or(0, Held::bytes)),
            io::ErrorKind::Unsupported => Refused::unsupported(&error),
            _ => error,
        })
    }
}

/// What a decoder reads from.
pub(super) type Source<'a> = BufReader<&'a mut (dyn Read + 'a)>;

/// Hands over the one child of a stream (`what`: "bzip2 stream"), which the decoder that `open` makes unfolds.
pub(super) fn one_child(
    (what, name): (&str, &str),
    input: Input<'_>,
    open: impl for<'a> FnOnce(Source<'a>) -> Box<dyn Read + 'a>,
    out: &mut dyn Sink,
) {
    let mut watched = Watched::new(Paced { source: in_order(input), budget: out.budget() });
    let source: &mut dyn Read = &mut watched;
    let mut member = Member::new(open(BufReader::with_capacity(BLOCK_BYTES / 4, source)));
    out.child(name, &mut member);
    let (failed, given) = (member.failed.take(), member.given);
    drop(member);
    if let Some(error) = watched.failed {
        return read_error(out, &error, watched.taken);
    }
    if let Some(error) = failed.filter(|error| !Told::is(error)) {
        let (kind, reason) = trouble(what, &error, given);
        out.broken_off(kind, reason);
    }
}

/// What to say of a member whose decoder stopped with this error after it gave so many bytes.
pub(super) fn trouble(what: &str, error: &io::Error, given: u64) -> (GapKind, String) {
    if let Some(refused) = Refused::of(error) {
        return (refused.kind, format!("{what}: {}; the {given} bytes before that were looked at", refused.reason));
    }
    let (kind, happened) = match error.kind() {
        io::ErrorKind::UnexpectedEof => (GapKind::Truncated, "is cut off"),
        _ => (GapKind::Malformed, "is damaged"),
    };
    let reason =
        format!("the {what} {happened} ({error}); the {given} bytes before that were looked at; look for a whole copy");
    (kind, reason)
}

/// The name of the child: the file's own without its ending. `endings` are pairs of what is cut off and what is put in its place
/// (`tgz` becomes `tar`).
pub(super) fn stem(head: &Head<'_>, endings: &[(&str, &str)]) -> String {
    let whole = || format!("{} (unpacked)", head.name);
    let Some((stem, ending)) = head.name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()) else { return whole() };
    match endings.iter().find(|(known, _)| known.eq_ignore_ascii_case(ending)) {
        Some((_, "")) => stem.to_owned(),
        Some((_, instead)) => format!("{stem}.{instead}"),
        None => whole(),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use super::*;
    use crate::model::limits::MEMBER_SECONDS;

    #[test]
    fn a_source_that_unfolds_to_nothing_for_ever_ends() {
        thread_local!(static NOW: Cell<u64> = const { Cell::new(0) });
        let budget = Budget::by(|| Duration::from_secs(NOW.get()), 1000);
        let mut paced = Paced { source: io::repeat(0), budget: Rc::clone(&budget) };
        NOW.set(MEMBER_SECONDS);
        assert!(paced.read(&mut [0; 8]).is_ok());
        NOW.set(MEMBER_SECONDS + 1);
        assert!(paced.read(&mut [0; 8]).is_err() && budget.is_late());
    }

    #[test]
    fn the_name_loses_its_ending() {
        let named = |name: &str| stem(&Head { bytes: b"", whole: true, name }, &[("gz", ""), ("tgz", "tar")]);
        let names = ["a.csv.gz", "a.TGZ", "a", ".gz", "a.b"].map(named);
        assert_eq!(names, ["a.csv", "a.tar", "a (unpacked)", ".gz (unpacked)", "a.b (unpacked)"]);
    }
}
