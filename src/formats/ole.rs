//! Compound files ([MS-CFB]): what old office programs keep a document in. Kinds of it are known by the names of their streams; of others
//! runs of text are read.

use std::io::SeekFrom;

use super::trouble::{EXPORT, in_order};
use super::{Claim, Format, Head, Input, Need, Parts, ReadSeek, Sink, binary};
use crate::model::GapKind;
use crate::model::limits::PARTS_LISTED;

/// Compound files that nothing else reads.
pub struct Ole;

impl Format for Ole {
    fn id(&self) -> &'static str {
        "ole"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        if head.bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") { Claim::Yes } else { Claim::No }
    }

    fn need(&self) -> Need {
        Need::Seek
    }

    fn parts(&self, src: &mut dyn ReadSeek, _: u64) -> Option<Parts> {
        src.seek(SeekFrom::Start(0)).ok()?;
        let file = cfb::CompoundFile::open(src).ok()?;
        let names = file.walk().filter(cfb::Entry::is_stream).take(PARTS_LISTED);
        let names = names.map(|entry| entry.path().to_string_lossy().trim_start_matches('/').to_owned()).collect();
        Some(Parts { names, stated: None })
    }

    fn read(&self, _: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let reason = format!(
            "an old Office file or Outlook message (OLE), which this version does not open: only runs of plain text were read, and what belongs together is not known; {EXPORT}"
        );
        out.gap(GapKind::UnsupportedFormat, reason);
        binary::read_runs(&mut *in_order(input), out);
    }
}
