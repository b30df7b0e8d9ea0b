//! The lower layer of an Outlook data file ([MS-PST] 2.2): nodes and blocks by number, in two B-trees of pages.
//!
//! Nothing in it is believed: trees are followed downwards only and each page is met once where all are, blocks are bounded by their form,
//! and what is read of them all together is bounded like what is unfolded, because blocks may be shared.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, SeekFrom};
use std::rc::Rc;

use super::cipher::{Cipher, Tables};
use crate::formats::trouble::broken;
use crate::formats::{Budget, ReadSeek};
use crate::model::limits::PART_BYTES;

/// How numbers and pages are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Outlook 97 to 2002: 32 bits.
    Ansi,
    /// From Outlook 2003 on: 64 bits.
    Unicode,
    /// Outlook 2013 and later, for `.ost`: 64 bits, larger pages, deflated blocks.
    Large,
}

/// The largest block with its trailer, as it stands.
const BLOCK_BYTES: usize = 64 * 1024 + 24;
/// Levels of a tree; eight of them hold more than any file.
const LEVELS: u8 = 8;
/// Pages that are kept.
const PAGES_KEPT: usize = 1024;
/// Entries of one list of blocks, or of nodes below a node, that are followed.
const LISTED: usize = 4_000_000;

/// A node: its number, that of its data, and of the nodes below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Node {
    /// The folder that a message lies in, the folder above a folder.
    pub(super) parent: u32,
    pub(super) id: u32,
    pub(super) data: u64,
    pub(super) below: u64,
}

/// An open data file.
pub(super) struct File<'s> {
    src: &'s mut dyn ReadSeek,
    budget: Rc<Budget>,
    form: Form,
    cipher: Cipher,
    tables: Tables,
    nodes_at: u64,
    blocks_at: u64,
    pages: BTreeMap<u64, Rc<[u8]>>,
    /// Blocks whose checksum was wrong, since it was last asked.
    pub(super) damaged: u64,
}

/// A number at a place; 0 beyond the end.
pub(super) fn number(bytes: &[u8], at: usize, length: usize) -> u64 {
    let part = at.checked_add(length).and_then(|end| bytes.get(at..end)).unwrap_or_default();
    part.iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte))
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    number(bytes, at, 2) as u16
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    number(bytes, at, 4) as u32
}

/// Fills a block or page. Where a number in the file leads beyond its end, the error says that.
fn whole(src: &mut dyn ReadSeek, bytes: &mut [u8]) -> io::Result<()> {
    src.read_exact(bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => io::Error::new(error.kind(), "part of it would lie beyond the end of the file"),
        _ => error,
    })
}

impl<'s> File<'s> {
    pub(super) fn open(src: &'s mut dyn ReadSeek, budget: Rc<Budget>) -> io::Result<Self> {
        let mut header = [0; 564];
        src.seek(SeekFrom::Start(0))?;
        whole(src, &mut header)?;
        let form = match u16_at(&header, 10) {
            14 | 15 => Form::Ansi,
            36.. => Form::Large,
            23..=35 => Form::Unicode,
            other => return Err(broken(&format!("version {other} of the format is not known"))),
        };
        let wide = form != Form::Ansi;
        let (nodes_at, blocks_at, cipher_at) = if wide {
            (number(&header, 224, 8), number(&header, 240, 8), 513)
        } else {
            (number(&header, 188, 4), number(&header, 196, 4), 461)
        };
        let cipher = match header.get(cipher_at) {
            Some(0) => Cipher::None,
            Some(1) => Cipher::Permute,
            Some(2) => Cipher::Cyclic,
            other => return Err(broken(&format!("its blocks are encoded in a way that is not known ({other:?})"))),
        };
        Ok(Self {
            src,
            budget,
            form,
            cipher,
            tables: Tables::new(),
            nodes_at,
            blocks_at,
            pages: BTreeMap::new(),
            damaged: 0,
        })
    }

    fn wide(&self) -> usize {
        if self.form == Form::Ansi { 4 } else { 8 }
    }

    fn page(&mut self, at: u64) -> io::Result<Rc<[u8]>> {
        if let Some(page) = self.pages.get(&at) {
            return Ok(Rc::clone(page));
        }
        let mut bytes = vec![0; if self.form == Form::Large { 4096 } else { 512 }];
        self.src.seek(SeekFrom::Start(at))?;
        whole(self.src, &mut bytes)?;
        if self.pages.len() >= PAGES_KEPT {
            self.pages.clear();
        }
        let page: Rc<[u8]> = bytes.into();
        self.pages.insert(at, Rc::clone(&page));
        Ok(page)
    }

    /// The entries of a page of a tree, each as its bytes, and its level.
    fn entries(&self, page: &[u8]) -> io::Result<(Vec<Vec<u8>>, u8)> {
        let (count_at, kind_at) = match self.form {
            Form::Ansi => (496, 500),
            Form::Unicode => (488, 496),
            Form::Large => (4056, 4072),
        };
        let large = self.form == Form::Large;
        let count = if large { usize::from(u16_at(page, count_at)) } else { number(page, count_at, 1) as usize };
        let (size_at, level_at) = if large { (count_at + 4, count_at + 5) } else { (count_at + 2, count_at + 3) };
        let (size, level) = (number(page, size_at, 1) as usize, number(page, level_at, 1) as u8);
        let kind = page.get(kind_at).copied().unwrap_or_default();
        let least = if level > 0 { 3 * self.wide() } else { 2 * self.wide() + 4 };
        if !matches!(kind, 0x80 | 0x81) || size < least || level > LEVELS {
            return Err(broken("a page of its index is damaged"));
        }
        let held = page.get(..count_at).unwrap_or_default();
        Ok((held.chunks_exact(size).take(count).map(<[u8]>::to_vec).collect(), level))
    }

    /// The entry for a key in a tree.
    fn look_up(&mut self, root: u64, key: u64) -> io::Result<Option<Vec<u8>>> {
        let (mut at, mut above) = (root, LEVELS + 1);
        loop {
            let page = self.page(at)?;
            let (entries, level) = self.entries(&page)?;
            if level >= above {
                return Err(broken("its index leads in a circle"));
            }
            above = level;
            let wide = self.wide();
            let key_of = |entry: &[u8]| number(entry, 0, wide);
            // Numbers of nodes take four bytes, whatever stands beside them.
            let masked =
                |entry: &[u8]| if root == self.nodes_at { key_of(entry) & 0xFFFF_FFFF } else { key_of(entry) & !1 };
            if level == 0 {
                return Ok(entries.into_iter().find(|entry| masked(entry) == key));
            }
            let Some(entry) = entries.iter().rev().find(|entry| masked(entry) <= key) else { return Ok(None) };
            at = number(entry, 2 * wide, wide);
        }
    }

    fn node_of(&self, entry: &[u8]) -> Node {
        let wide = self.wide();
        Node {
            id: u32_at(entry, 0),
            data: number(entry, wide, wide),
            below: number(entry, 2 * wide, wide),
            parent: u32_at(entry, 3 * wide),
        }
    }

    /// The node of this number.
    pub(super) fn node(&mut self, id: u32) -> io::Result<Option<Node>> {
        let root = self.nodes_at;
        let found = self.look_up(root, u64::from(id))?;
        Ok(found.map(|entry| self.node_of(&entry)))
    }

    /// Every node that `wanted` takes, up to `most`, and how many pages could not be read; the error of a source that fails.
    pub(super) fn nodes(&mut self, wanted: impl Fn(&Node) -> bool, most: usize) -> io::Result<(Vec<Node>, u64)> {
        let (mut all, mut lost) = (Vec::new(), 0);
        let mut met: BTreeSet<u64> = BTreeSet::new();
        let mut todo = vec![(self.nodes_at, LEVELS + 1)];
        while let Some((at, above)) = todo.pop() {
            if all.len() >= most {
                break;
            }
            // A page that two others lead to stands where another should.
            if !met.insert(at) {
                lost += 1;
                continue;
            }
            let read = self.page(at).and_then(|page| self.entries(&page));
            let (entries, level) = match read {
                Ok((_, level)) if level >= above => {
                    lost += 1;
                    continue;
                }
                Ok(read) => read,
                Err(error) if is_damage(&error) => {
                    lost += 1;
                    continue;
                }
                Err(error) => return Err(error),
            };
            let wide = self.wide();
            if level > 0 {
                todo.extend(entries.iter().rev().map(|entry| (number(entry, 2 * wide, wide), level)));
            } else {
                all.extend(entries.iter().map(|entry| self.node_of(entry)).filter(|node| wanted(node)));
            }
        }
        Ok((all, lost))
    }

    /// The content of one block. Nodes may share blocks: what is read of them all together is bounded like what is unfolded.
    pub(super) fn block(&mut self, id: u64) -> io::Result<Vec<u8>> {
        let bytes = self.uncounted(id)?;
        self.count(bytes.len() as u64)?;
        Ok(bytes)
    }

    pub(super) fn count(&self, bytes: u64) -> io::Result<()> {
        let goes_on = self.budget.count(bytes);
        goes_on.then_some(()).ok_or_else(|| io::Error::other("the file's budget of unfolded bytes is used up"))
    }

    /// The same for what is counted by whoever gets it.
    pub(super) fn uncounted(&mut self, id: u64) -> io::Result<Vec<u8>> {
        let (root, wide) = (self.blocks_at, self.wide());
        let Some(entry) = self.look_up(root, id & !1)? else { return Err(broken("a block is not in its index")) };
        let (at, length) = (number(&entry, wide, wide), usize::from(u16_at(&entry, 2 * wide)));
        let trailer = match self.form {
            Form::Ansi => 12,
            Form::Unicode => 16,
            Form::Large => 24,
        };
        let align = if self.form == Form::Large { 512 } else { 64 };
        let stored = (length + trailer).next_multiple_of(align).min(BLOCK_BYTES + align);
        let mut bytes = vec![0; stored];
        self.src.seek(SeekFrom::Start(at))?;
        whole(self.src, &mut bytes)?;
        let end = bytes.split_off(stored - trailer);
        bytes.truncate(length);
        if !self.is_sound(&bytes, &end) {
            self.damaged += 1;
        }
        let unfolded = usize::from(u16_at(&entry, 2 * wide + 2));
        if self.form == Form::Large && unfolded > length {
            bytes = inflated(&bytes, unfolded)?;
        }
        // Lists of blocks stand as they are.
        if id & 2 == 0 {
            self.tables.decode(self.cipher, &mut bytes, id);
        }
        Ok(bytes)
    }

    fn is_sound(&self, bytes: &[u8], trailer: &[u8]) -> bool {
        let at = if self.form == Form::Ansi { 8 } else { 4 };
        let mut sum = crc32fast::Hasher::new_with_initial(u32::MAX);
        sum.update(bytes);
        !sum.finalize() == u32_at(trailer, at) && usize::from(u16_at(trailer, 0)) == bytes.len()
    }

    /// The blocks of data that a number stands for, in their order.
    pub(super) fn data_blocks(&mut self, id: u64) -> io::Result<Vec<u64>> {
        if id & 2 == 0 {
            return Ok(vec![id]);
        }
        let mut all = Vec::new();
        let mut todo = vec![(id, 3_u8)];
        while let Some((id, above)) = todo.pop() {
            if id & 2 == 0 {
                all.push(id);
                continue;
            }
            let bytes = self.block(id)?;
            let (kind, level) = (number(&bytes, 0, 1), number(&bytes, 1, 1) as u8);
            if kind != 1 || level >= above || !(1..=2).contains(&level) {
                return Err(broken("a list of blocks is damaged"));
            }
            let (wide, count) = (self.wide(), usize::from(u16_at(&bytes, 2)));
            let listed = bytes.get(8..).unwrap_or_default().chunks_exact(wide).take(count);
            let ids: Vec<(u64, u8)> = listed.map(|entry| (number(entry, 0, wide), level)).collect();
            if all.len() + todo.len() + ids.len() > LISTED {
                return Err(broken("a list of blocks is longer than any that is read"));
            }
            todo.extend(ids.into_iter().rev());
        }
        Ok(all)
    }

    /// Nodes below a node, by the number of their list.
    pub(super) fn below(&mut self, list: u64) -> io::Result<Vec<Node>> {
        let (mut all, mut todo) = (Vec::new(), Vec::new());
        if list != 0 {
            todo.push((list, 2_u8));
        }
        while let Some((id, above)) = todo.pop() {
            let bytes = self.block(id)?;
            let (kind, level) = (number(&bytes, 0, 1), number(&bytes, 1, 1) as u8);
            if kind != 2 || level >= above {
                return Err(broken("a list of nodes is damaged"));
            }
            let (wide, count) = (self.wide(), usize::from(u16_at(&bytes, 2)));
            let entries = bytes.get(if wide == 8 { 8 } else { 4 }..).unwrap_or_default();
            if level == 0 {
                let nodes = entries.chunks_exact(3 * wide).take(count).map(|entry| Node {
                    id: u32_at(entry, 0),
                    data: number(entry, wide, wide),
                    below: number(entry, 2 * wide, wide),
                    parent: 0,
                });
                all.extend(nodes);
            } else {
                let lists: Vec<(u64, u8)> = entries
                    .chunks_exact(2 * wide)
                    .take(count)
                    .map(|entry| (number(entry, wide, wide), level))
                    .collect();
                todo.extend(lists.into_iter().rev());
            }
            if all.len() + todo.len() > LISTED {
                return Err(broken("a list of nodes is longer than any that is read"));
            }
        }
        Ok(all)
    }

    /// All data of a number, its blocks apart, if they are not more than is held of one part.
    pub(super) fn pieces(&mut self, id: u64) -> io::Result<Vec<Vec<u8>>> {
        let (mut pieces, mut held) = (Vec::new(), 0_u64);
        for id in self.data_blocks(id)? {
            let bytes = self.block(id)?;
            held += bytes.len() as u64;
            if held > PART_BYTES {
                return Err(io::Error::new(
                    io::ErrorKind::FileTooLarge,
                    format!("it holds more than {PART_BYTES} bytes"),
                ));
            }
            pieces.push(bytes);
        }
        Ok(pieces)
    }
}

/// Whether an error is of what the file holds: another part of it may be well.
pub(super) fn is_damage(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, InvalidData, UnexpectedEof};
    matches!(error.kind(), InvalidData | UnexpectedEof | FileTooLarge)
}

fn inflated(bytes: &[u8], length: usize) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    flate2::read::ZlibDecoder::new(bytes)
        .take(length as u64)
        .read_to_end(&mut out)
        .map_err(|_| broken("a block is damaged"))?;
    Ok(out)
}
