//! Outlook data files ([MS-PST]; `.pst`, and `.ost` of the same make): each folder a part, each item in it a part, with its people, bodies
//! and attachments. A password is no more than a note in the file, and is not asked for.
//!
//! Items are found in the index of all nodes, not by the lists of their folders, so that a damaged folder loses none. One damaged block
//! costs one gap; the rest goes on.

mod cipher;
mod content;
mod file;
mod heap;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;

use content::Content;
use file::{File, Node, is_damage};
use heap::{Heap, Property, said};

use super::mapi::{self, Item};
use super::trouble::{Member, Told, Watched, read_error};
use super::written::Written;
use super::{Claim, Format, Head, Input, Need, Sink};
use crate::model::limits::{CONTAINER_DEPTH, CONTAINER_MEMBERS};
use crate::model::{Charset, GapKind};

/// Outlook data files.
pub struct Pst;

/// Kinds of nodes, the low bits of their number ([MS-PST] 2.2.2.1).
const KIND: u32 = 0x1F;
const MESSAGE: u32 = 0x04;
const ATTACHMENT: u32 = 0x05;
/// Items that programs keep beside messages: rules, views, signatures.
const ASSOCIATED: u32 = 0x08;
const RECIPIENTS: u32 = 0x12;
/// The node of the store itself, and that of the folder above all.
const STORE: u32 = 0x21;
const ROOT: u32 = 0x122;
/// Folders inside folders whose names are shown.
const FOLDER_DEPTH: usize = 32;
/// When an item was delivered, else sent, else made.
const TIMES: [u16; 3] = [0x0E06, 0x0039, 0x3007];
const LOOK: &str = "open it with Outlook (or repair it with scanpst) and look at this by hand";

impl Format for Pst {
    fn id(&self) -> &'static str {
        "pst"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        if head.bytes.starts_with(b"!BDN") { Claim::Yes } else { Claim::No }
    }

    fn need(&self) -> Need {
        Need::Seek
    }

    fn endings(&self) -> &'static [&'static str] {
        &["pst", "ost"]
    }

    fn read(&self, _: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let Input::Seek(src, _) = input else { return };
        let mut watched = Watched::new(src);
        let budget = out.budget();
        let read = File::open(&mut watched, budget)
            .and_then(|mut file| Walk { file: &mut file, folders: BTreeMap::new() }.store(out));
        if let Some(error) = watched.failed {
            return read_error(out, &error, watched.taken);
        }
        if let Some(error) = read.err().filter(|error| !Told::is(error)) {
            let reason =
                format!("the data file could not be read to its end ({error}); what came before was looked at; {LOOK}");
            out.gap(GapKind::Malformed, reason);
        }
    }
}

/// A heap with its properties, and what is read of them.
struct Loaded {
    heap: Heap,
    properties: BTreeMap<u16, Property>,
    item: Item,
    lost: u64,
}

struct Walk<'f, 's> {
    file: &'f mut File<'s>,
    /// Paths of folders.
    folders: BTreeMap<u32, String>,
}

/// Whether to go on.
type GoOn = bool;

impl Walk<'_, '_> {
    fn store(&mut self, out: &mut dyn Sink) -> io::Result<()> {
        let is_item = |node: &Node| matches!(node.id & KIND, MESSAGE | ASSOCIATED);
        let (mut items, lost) = self.file.nodes(is_item, CONTAINER_MEMBERS + 1)?;
        if lost > 0 {
            let reason =
                format!("{lost} pages of its index are damaged; items that are listed there were not read; {LOOK}");
            out.gap(GapKind::Malformed, reason);
        }
        if items.len() > CONTAINER_MEMBERS {
            let reason = format!(
                "it has more than {CONTAINER_MEMBERS} items; the rest was not looked at; split it with Outlook"
            );
            out.gap(GapKind::OverLimit, reason);
        }
        // Read twice in a tree that leads to a page by two ways, else.
        items.sort_unstable();
        items.dedup_by_key(|node| node.id);
        self.describe(STORE, out)?;
        for folder in items.chunk_by(|a, b| a.parent == b.parent) {
            let parent = folder.first().map_or(0, |node| node.parent);
            let path = self.path(parent)?;
            let mut result = Ok(true);
            let go_on = out.part(&path, &mut |out| result = self.folder(parent, folder, out));
            if !(result? && go_on) {
                break;
            }
        }
        Ok(())
    }

    /// The texts of a store or a folder.
    fn describe(&mut self, id: u32, out: &mut dyn Sink) -> io::Result<()> {
        let Some(node) = self.tolerant(|file| file.node(id))?.flatten() else { return Ok(()) };
        let loaded = self.tolerant(|file| load(file, node, &[]))?;
        if let Some(loaded) = loaded {
            out.charset(Charset::Utf8);
            let mut text = Written::default();
            // Its names are those of folders: no header tells of people.
            loaded.item.texts.iter().for_each(|(_, name)| text.lines(name, out));
        }
        Ok(())
    }

    /// `None` for what is damaged; the error of a source that fails.
    fn tolerant<T>(&mut self, read: impl FnOnce(&mut File<'_>) -> io::Result<T>) -> io::Result<Option<T>> {
        match read(self.file) {
            Ok(value) => Ok(Some(value)),
            Err(error) if is_damage(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The path of a folder, as Outlook shows it.
    fn path(&mut self, folder: u32) -> io::Result<String> {
        if let Some(path) = self.folders.get(&folder) {
            return Ok(path.clone());
        }
        let (mut names, mut next) = (Vec::new(), folder);
        while next != ROOT && names.len() < FOLDER_DEPTH {
            let Some(node) = self.tolerant(|file| file.node(next))?.flatten() else { break };
            let loaded = self.tolerant(|file| load(file, node, &[]))?;
            let name = loaded.as_ref().and_then(|loaded| loaded.item.text(0x3001)).map(str::to_owned);
            names.push(name.unwrap_or_else(|| format!("folder {next}")));
            if node.parent == next || node.parent == 0 {
                break;
            }
            next = node.parent;
        }
        names.reverse();
        let path = if names.is_empty() { format!("folder {folder}") } else { names.join("/") };
        self.folders.insert(folder, path.clone());
        Ok(path)
    }

    fn folder(&mut self, id: u32, items: &[Node], out: &mut dyn Sink) -> io::Result<GoOn> {
        self.describe(id, out)?;
        for (place, node) in items.iter().enumerate() {
            let loaded = match load(self.file, *node, &[mapi::BODY, mapi::BODY_HTML, mapi::BODY_RTF]) {
                Err(error) if !is_damage(&error) => return Err(error),
                other => other,
            };
            let day = loaded
                .as_ref()
                .ok()
                .and_then(|loaded| sent(&loaded.item))
                .map_or_else(String::new, |day| format!(", {day}"));
            let what = if node.id & KIND == ASSOCIATED { "hidden item" } else { "message" };
            let (mut loaded, mut result) = (Some(loaded), Ok(true));
            let go_on = out.part(&format!("{what} {}{day}", place + 1), &mut |out| {
                if let Some(loaded) = loaded.take() {
                    result = self.whole_item(loaded, 0, out);
                }
            });
            if !(result? && go_on) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// An item; what is damaged in it is a gap at it.
    fn whole_item(&mut self, loaded: io::Result<Loaded>, depth: usize, out: &mut dyn Sink) -> io::Result<GoOn> {
        let read = loaded.and_then(|loaded| self.item(&loaded, depth, out));
        let damaged = std::mem::take(&mut self.file.damaged);
        match read {
            Err(error) if is_damage(&error) => {
                let kind =
                    if error.kind() == io::ErrorKind::FileTooLarge { GapKind::OverLimit } else { GapKind::Malformed };
                out.gap(kind, format!("this item could not be read to its end: {error}; {LOOK}"));
                Ok(true)
            }
            Ok(go_on) => {
                if damaged > 0 {
                    let reason = format!(
                        "{damaged} blocks of this item do not match their checksum; they were looked at as they are; {LOOK}"
                    );
                    out.gap(GapKind::Malformed, reason);
                }
                Ok(go_on)
            }
            Err(error) => Err(error),
        }
    }

    fn item(&mut self, loaded: &Loaded, depth: usize, out: &mut dyn Sink) -> io::Result<GoOn> {
        let mut lost = loaded.lost;
        let mut recipients = Vec::new();
        for node in loaded.heap.nodes().filter(|node| node.id & KIND == RECIPIENTS) {
            match Heap::open(self.file, node).and_then(|heap| heap.rows(self.file)) {
                Ok((rows, missed)) => {
                    recipients.extend(rows);
                    lost += missed;
                }
                Err(error) if is_damage(&error) => {
                    out.gap(
                        GapKind::Malformed,
                        format!("the list of its recipients could not be read: {error}; {LOOK}"),
                    );
                }
                Err(error) => return Err(error),
            }
        }
        out.charset(Charset::Utf8);
        let mut text = Written::default();
        mapi::head(&loaded.item, &recipients, &mut text, out);
        drop(recipients);
        if lost > 0 {
            out.gap(GapKind::Malformed, format!("{lost} values of this item could not be read; {LOOK}"));
        }
        if !self.bodies(loaded, &mut text, out)? {
            return Ok(false);
        }
        let attachments = loaded.heap.nodes().filter(|node| node.id & KIND == ATTACHMENT);
        for (place, node) in attachments.enumerate() {
            let name = format!("attachment {}", place + 1);
            match load(self.file, node, &[mapi::ATTACHED]) {
                Ok(attached) => {
                    if !self.attachment(&attached, &name, depth, out)? {
                        return Ok(false);
                    }
                }
                Err(error) if is_damage(&error) => {
                    out.member_gap(&name, GapKind::Malformed, format!("it could not be read: {error}; {LOOK}"));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    fn bodies(&mut self, loaded: &Loaded, text: &mut Written, out: &mut dyn Sink) -> io::Result<GoOn> {
        let Loaded { heap, properties, .. } = loaded;
        if let Some(body) = properties.get(&mapi::BODY).filter(|body| matches!(body.kind, 0x1E | 0x1F)) {
            match heap.bytes(self.file, body.value) {
                Ok(bytes) => text.lines(&said(&bytes, body.kind), out),
                Err(error) if is_damage(&error) => {
                    out.gap(GapKind::Malformed, format!("its text could not be read: {error}; {LOOK}"));
                }
                Err(error) => return Err(error),
            }
        }
        if let Some(html) = properties.get(&mapi::BODY_HTML).filter(|html| html.value != 0) {
            return self.child("body.html", heap, html.value, out);
        }
        let Some(rtf) = properties.get(&mapi::BODY_RTF).filter(|rtf| rtf.value != 0) else { return Ok(true) };
        match heap.bytes(self.file, rtf.value) {
            Ok(bytes) => Ok(mapi::rtf_body(&bytes, out)),
            Err(error) if is_damage(&error) => {
                out.member_gap("body.rtf", GapKind::Malformed, format!("it could not be read: {error}; {LOOK}"));
                Ok(true)
            }
            Err(error) => Err(error),
        }
    }

    fn attachment(&mut self, attached: &Loaded, unnamed: &str, depth: usize, out: &mut dyn Sink) -> io::Result<GoOn> {
        let name = attached.item.file_name().unwrap_or(unnamed);
        let Some(content) = attached.properties.get(&mapi::ATTACHED).filter(|content| content.value != 0) else {
            let reason = "the message names this attachment but does not hold it: it is a link, or was removed; look for it where it was kept";
            out.member_gap(name, GapKind::UnsupportedFormat, reason.to_owned());
            return Ok(true);
        };
        if content.kind != 0x0D {
            return self.child(name, &attached.heap, content.value, out);
        }
        let object = attached.heap.bytes(self.file, content.value);
        let node = object.as_ref().ok().and_then(|object| attached.heap.node(file::u32_at(object, 0)));
        let Some(node) = node else {
            out.member_gap(name, GapKind::Malformed, format!("what is attached is not where it should be; {LOOK}"));
            return Ok(true);
        };
        if attached.item.number(mapi::ATTACH_METHOD) != Some(5) {
            return self.stream(name, node.data, out);
        }
        if depth + 1 >= CONTAINER_DEPTH {
            let reason =
                format!("messages are nested more than {CONTAINER_DEPTH} deep; this one was not opened; {LOOK}");
            out.member_gap(name, GapKind::OverLimit, reason);
            return Ok(true);
        }
        let mut inner = Some(load(self.file, node, &[mapi::BODY, mapi::BODY_HTML, mapi::BODY_RTF]));
        let mut result = Ok(true);
        let go_on = out.part(name, &mut |out| {
            if let Some(inner) = inner.take() {
                result = self.whole_item(inner, depth + 1, out);
            }
        });
        Ok(result? && go_on)
    }

    /// A value as a file of its own.
    fn child(&mut self, name: &str, heap: &Heap, value: u32, out: &mut dyn Sink) -> io::Result<GoOn> {
        if let Some(node) = heap.node(value) {
            return self.stream(name, node.data, out);
        }
        match heap.bytes(self.file, value) {
            Ok(bytes) => Ok(out.child(name, &mut bytes.as_slice())),
            Err(error) if is_damage(&error) => {
                out.member_gap(name, GapKind::Malformed, format!("it could not be read: {error}; {LOOK}"));
                Ok(true)
            }
            Err(error) => Err(error),
        }
    }

    fn stream(&mut self, name: &str, data: u64, out: &mut dyn Sink) -> io::Result<GoOn> {
        let content = match Content::new(self.file, data) {
            Err(error) if is_damage(&error) => {
                out.member_gap(name, GapKind::Malformed, format!("it could not be read: {error}; {LOOK}"));
                return Ok(true);
            }
            other => other?,
        };
        let mut member = Member::new(content);
        let go_on = out.child(name, &mut member);
        match member.failed.take() {
            Some(error) if is_damage(&error) => {
                let reason =
                    format!("damaged ({error}); the {} bytes before that were looked at; {LOOK}", member.given);
                out.broken_off(GapKind::Malformed, reason);
                Ok(go_on)
            }
            Some(error) => Err(error),
            None => Ok(go_on),
        }
    }
}

fn load(file: &mut File<'_>, node: Node, left: &[u16]) -> io::Result<Loaded> {
    let heap = Heap::open(file, node)?;
    let properties = heap.properties()?;
    let (item, lost) = heap.item(file, &properties, left)?;
    Ok(Loaded { heap, properties, item, lost })
}

/// The day on which an item was delivered or made, to find it again in Outlook.
fn sent(item: &Item) -> Option<String> {
    let ticks =
        TIMES.iter().find_map(|id| item.times.iter().find(|(known, _)| known == id)).map(|(_, ticks)| *ticks)?;
    mapi::day(ticks, 0)
}
