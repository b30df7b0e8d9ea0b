//! Reads an evidence zip once, from its first byte to its last, and believes nothing: every header is rebuilt and compared.
//!
//! Strict on purpose. It takes only what [`super::Container`] writes: members one after another with nothing before, between
//! or behind them, then the directory in the same order. Ordinary zips are read elsewhere. Hostile input costs problems, never
//! a panic, and no memory beyond one block and one header.

mod recorded;
mod source;
mod unpack;

use std::io::{self, Read};

pub use self::recorded::RecordedMembers;
use self::source::Source;
use self::unpack::unpack;
use super::form::{self, Member};
use crate::case::results::Layer;
use crate::model::{Digest, Method, RawPath};

/// Where a reader's results go.
pub trait Visit {
    /// A member begins. Its name may be anything; it is escaped for display if it was not UTF-8.
    fn begin(&mut self, name: &str);
    /// How it is stored, and how long its header says that it is; nothing of it was read yet.
    fn announced(&mut self, _method: Method, _size: u64) {}
    /// Bytes of the member, unpacked.
    fn chunk(&mut self, bytes: &[u8]);
    /// The member is over; its headers, rebuilt from what its bytes truly are.
    fn end(&mut self, member: Member);
    /// Name and [`Member::record_digest`] of the member `index`, as [`Visit::end`] got them.
    fn known(&self, index: u64) -> Option<(String, [u8; 16])>;
    /// Something is not as it was sealed.
    fn problem(&mut self, layer: Layer, path: &str, what: String);
}

/// What a whole read of the file gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadThrough {
    /// SHA-256 of the whole file.
    pub sha256: Digest,
    /// Members that were read.
    pub members: u64,
    /// Whether the file could be followed to its directory. If not, what lies behind the break is unknown, not missing.
    pub is_followed: bool,
}

/// Reads the whole file, whatever is in it, and tells `visit` all there is to tell.
///
/// Past a damaged header it looks for the next one, so that one changed byte does not hide what else is whole.
pub fn read_through(file: &mut dyn Read, visit: &mut dyn Visit) -> io::Result<ReadThrough> {
    let mut source = Source::new(file);
    let mut so_far = SoFar { members: 0, last: String::new(), is_broken: false };
    let mut is_followed = false;
    let mut signature = [0; 4];
    while let at = source.offset
        && source.fill(&mut signature)? == 4
    {
        if signature == form::CENTRAL {
            directory(&mut source, at, &so_far, visit)?;
            is_followed = true;
            break;
        }
        match member(&mut source, signature, at, visit)? {
            Next::Member(name) => {
                so_far.last = name;
                so_far.members += 1;
            }
            Next::Torn => so_far.is_broken = true,
            Next::Lost => {
                visit.problem(Layer::Zip, &so_far.last, format!("at byte {at}, {}, {FOREIGN}", after(&so_far.last)));
                so_far.is_broken = true;
                source.seek_signature()?;
            }
        }
    }
    if !is_followed {
        let what = format!("the zip ends at byte {}, {}, {TORN}", source.offset, after(&so_far.last));
        visit.problem(Layer::Zip, &so_far.last, what);
    }
    // Whatever went wrong, the digest covers the whole file.
    while !source.next_block(usize::MAX)?.is_empty() {}
    Ok(ReadThrough { sha256: source.digest(), members: so_far.members, is_followed })
}

/// What has been read.
struct SoFar {
    members: u64,
    last: String,
    /// Whether some bytes could not be told for a member: then members may be missing from the count.
    is_broken: bool,
}

const TORN: &str = "without a directory: it was cut, or its collection was never finished";
const FOREIGN: &str = "stands something that is neither a whole member nor the directory";

fn after(last: &str) -> String {
    if last.is_empty() { "at its beginning".to_owned() } else { format!("after {last}") }
}

/// What stood where a member was due.
enum Next {
    /// A member; where it ends the next one is due.
    Member(String),
    /// The end of the file, inside a member. It was told.
    Torn,
    /// Something else, or a member of which the end cannot be known.
    Lost,
}

/// Reads one member behind its signature. With a damaged signature, if the fields behind it are those of a member, its name
/// can still be told.
fn member(source: &mut Source<'_>, signature: [u8; 4], at: u64, visit: &mut dyn Visit) -> io::Result<Next> {
    let mut raw = signature.to_vec();
    let head = header(source, form::LOCAL_BYTES, &mut raw)?;
    let is_like_ours = signature == form::LOCAL || matches!(raw.get(4..8), Some([20 | 45, 0, 0, 8]));
    if !is_like_ours || raw.len() > form::LOCAL_BYTES_MOST {
        return Ok(Next::Lost);
    }
    let Some(Head { name, extra, fixed }) = head else {
        visit.problem(Layer::Zip, "", format!("the zip ends inside the header of the member at byte {at}: it was cut"));
        return Ok(Next::Torn);
    };
    let wants = [fixed.u32(18) == u32::MAX, fixed.u32(22) == u32::MAX];
    let Some(extra) = Extra::parse(&extra, wants) else {
        // Most likely a damaged length: the name would run into what follows it.
        return Ok(Next::Lost);
    };
    let shown = RawPath(name.clone()).shown();
    visit.begin(&shown);
    let Some(method) = Method::from_zip_code(fixed.u16(8)) else {
        visit.problem(Layer::Zip, &shown, format!("is stored by method {}, which hozen never writes", fixed.u16(8)));
        return Ok(Next::Lost);
    };
    let claimed_stored = extra.stored_size.unwrap_or(fixed.u32(18).into());
    let claimed_size = extra.size.unwrap_or(fixed.u32(22).into());
    visit.announced(method, claimed_size);
    let Some(content) = unpack(source, method, [claimed_stored, claimed_size], &mut |bytes| visit.chunk(bytes))? else {
        visit.problem(Layer::Zip, &shown, "the zip ends inside this member: it was cut, or its header lies".into());
        return Ok(Next::Torn);
    };
    if let Some(why) = content.trouble {
        visit.problem(Layer::Digest, &shown, format!("its stored bytes are damaged: {why}"));
    }
    let member = Member {
        name: String::from_utf8_lossy(&name).into_owned(),
        method,
        mtime: extra.mtime,
        wide: extra.size.is_some(),
        offset: at,
        crc32: content.crc32,
        stored_crc32: content.stored_crc32,
        size: content.size,
        stored_size: claimed_stored,
    };
    if fixed.u32(14) != member.crc32 {
        visit.problem(Layer::Digest, &shown, "its bytes do not fit the checksum in its header".into());
    } else if member.local_header() != raw {
        visit.problem(Layer::Zip, &shown, "its local header is not as hozen writes it".into());
    }
    visit.end(member);
    Ok(Next::Member(shown))
}

/// Reads the directory behind its first signature, and the end of the file.
fn directory(source: &mut Source<'_>, at: u64, so_far: &SoFar, visit: &mut dyn Visit) -> io::Result<()> {
    const PLACE: &str = "the zip's directory";
    if so_far.is_broken {
        // Its records cannot be matched to members; manifest and records tell which are missing.
        return Ok(());
    }
    for index in 0..so_far.members {
        let mut raw = form::CENTRAL.to_vec();
        if index > 0 {
            let mut signature = [0; 4];
            if source.fill(&mut signature)? < 4 || signature != form::CENTRAL {
                let name = visit.known(index).map(|(name, _)| name).unwrap_or_default();
                visit.problem(Layer::Zip, &name, format!("{PLACE} has no record of this member where one is due"));
                return Ok(());
            }
        }
        let (name, expected) = visit.known(index).unwrap_or_default();
        let Some(head) = header(source, form::CENTRAL_BYTES, &mut raw)? else {
            visit.problem(Layer::Zip, &name, format!("the zip ends inside {PLACE}: it was cut"));
            return Ok(());
        };
        let [half @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = Digest::of(&raw).0;
        if half != expected {
            let same_name = head.name == name.as_bytes();
            let what = if same_name {
                format!("its record in {PLACE} does not fit its bytes and local header")
            } else {
                format!("{PLACE} has \"{}\" in its place", RawPath(head.name).shown())
            };
            visit.problem(Layer::Zip, &name, what);
        }
    }
    let expected = form::end_of_directory(so_far.members, at, source.offset.saturating_sub(at));
    let mut end = vec![0; expected.len()];
    let got = source.fill(&mut end)?;
    if got < end.len() && expected.starts_with(end.get(..got).unwrap_or_default()) {
        visit.problem(Layer::Zip, PLACE, "the zip ends before its end record is complete: it was cut".into());
    } else if end != expected {
        visit.problem(
            Layer::Zip,
            PLACE,
            "its end record does not fit the members: something was added or changed".into(),
        );
    }
    let behind = source.next_block(usize::MAX)?.len();
    if behind > 0 {
        visit.problem(Layer::Zip, PLACE, "bytes stand behind the end of the zip".into());
    }
    Ok(())
}

/// The parts of a header that its signature announced.
struct Head {
    fixed: Fixed,
    name: Vec<u8>,
    extra: Vec<u8>,
}

/// A header's fixed part, read by offset; past its end everything is zero.
struct Fixed(Vec<u8>);

impl Fixed {
    fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        self.0.get(at..).and_then(|rest| rest.first_chunk::<N>()).copied().unwrap_or([0; N])
    }
    fn u16(&self, at: usize) -> u16 {
        u16::from_le_bytes(self.array(at))
    }
    fn u32(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.array(at))
    }
}

/// Completes a header in `raw`, which holds its signature. A comment, which hozen never writes, becomes part of `raw` too.
fn header(source: &mut Source<'_>, fixed_bytes: usize, raw: &mut Vec<u8>) -> io::Result<Option<Head>> {
    if !source.append(fixed_bytes.saturating_sub(4), raw)? {
        return Ok(None);
    }
    let fixed = Fixed(raw.clone());
    let is_central = fixed_bytes == form::CENTRAL_BYTES;
    let lengths_at = if is_central { 28 } else { 26 };
    let name_bytes = usize::from(fixed.u16(lengths_at));
    let extra_bytes = usize::from(fixed.u16(lengths_at + 2));
    let comment_bytes = if is_central { usize::from(fixed.u16(lengths_at + 4)) } else { 0 };
    let rest = name_bytes + extra_bytes + comment_bytes;
    if !is_central && fixed_bytes + rest > form::LOCAL_BYTES_MOST {
        // Longer than any that hozen writes: a damaged length, which would swallow the members behind.
        raw.resize(fixed_bytes + rest, 0);
        return Ok(None);
    }
    if !source.append(rest, raw)? {
        return Ok(None);
    }
    let part = |from: usize, len: usize| raw.get(from..from + len).unwrap_or_default().to_vec();
    let name = part(fixed_bytes, name_bytes);
    let extra = part(fixed_bytes + name_bytes, extra_bytes);
    Ok(Some(Head { fixed, name, extra }))
}

/// What extra fields say. What is odd in their values shows when the header is rebuilt.
#[derive(Default)]
struct Extra {
    size: Option<u64>,
    stored_size: Option<u64>,
    mtime: Option<i32>,
}

impl Extra {
    /// Nothing, if they are not fields that hozen writes. `wants`: whether the 32-bit sizes say "look here".
    fn parse(bytes: &[u8], wants: [bool; 2]) -> Option<Self> {
        let mut out = Self::default();
        let mut rest = bytes;
        while let Some((head, after)) = rest.split_first_chunk::<4>() {
            let [id_low, id_high, len_low, len_high] = *head;
            let len = usize::from(u16::from_le_bytes([len_low, len_high]));
            let (body, next) = after.split_at_checked(len)?;
            let body = Fixed(body.to_vec());
            match u16::from_le_bytes([id_low, id_high]) {
                form::EXTRA_ZIP64 if wants == [true, true] && len == 16 => {
                    out.size = Some(u64::from_le_bytes(body.array(0)));
                    out.stored_size = Some(u64::from_le_bytes(body.array(8)));
                }
                form::EXTRA_TIME if len == 5 => out.mtime = Some(i32::from_le_bytes(body.array(1))),
                form::EXTRA_ZIP64 | form::EXTRA_TIME => {}
                _ => return None,
            }
            rest = next;
        }
        rest.is_empty().then_some(out)
    }
}
