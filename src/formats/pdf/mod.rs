//! PDF (ISO 32000-1): the text of its pages as lines and rows of tables, its form, remarks, properties, bookmarks and files.
//!
//! The file is never held whole: each object is read when it is asked for. Older revisions are not looked into.

mod actions;
mod annots;
mod apart;
mod bytes;
mod canvas;
mod content;
mod crypt;
mod extras;
mod fields;
mod file;
mod filters;
mod font;
mod grid;
mod known;
mod layout;
mod lex;
mod notes;
mod page;
mod pages;
mod path;
mod radicals;
mod rebuild;
mod rows;
mod ruled;
mod rules;
mod state;
mod structure;
mod text;
mod value;
mod wrap;
mod xfa;
mod xref;

#[cfg(test)]
mod reach_tests;
#[cfg(test)]
mod tests;

use actions::Actions;
use crypt::Locked;
use extras::{Beside, Files};
use fields::Form;
use file::File;
use page::Pages;
use pages::Tree;
use structure::Structure;
use value::Dict;

use super::trouble::read_error;
use super::{Claim, Format, Head, Input, Need, Sink};
use crate::model::GapKind;
use crate::model::limits::PDF_OBJECTS;

/// PDF documents.
pub struct Pdf;

/// Where the head of a PDF may begin at most: other things may stand before it.
const HEAD_WITHIN: usize = 1024;

fn head_at(bytes: &[u8]) -> Option<usize> {
    let within = bytes.get(..HEAD_WITHIN.min(bytes.len()))?;
    memchr::memmem::find(within, b"%PDF-")
}

impl Format for Pdf {
    fn id(&self) -> &'static str {
        "pdf"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        match head_at(head.bytes) {
            Some(0) => Claim::Yes,
            // Text may speak of PDF; an object behind the head is none.
            Some(at) if memchr::memmem::find(head.bytes.get(at..).unwrap_or_default(), b" obj").is_some() => {
                Claim::Likely
            }
            _ => Claim::No,
        }
    }

    fn need(&self) -> Need {
        Need::Seek
    }

    fn endings(&self) -> &'static [&'static str] {
        &["pdf", "ai"]
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let Input::Seek(src, length) = input else {
            let reason = "a PDF was given as a stream, and can only be read from a file".to_owned();
            return out.gap(GapKind::UnsupportedFormat, reason);
        };
        let base = head_at(head.bytes).unwrap_or(0) as u64;
        let mut file = File::new((src, length), base, out.budget());
        let opened = file.open();
        if let (Err(Locked(cipher)), None) = (&opened, &file.src.failed) {
            let reason = format!(
                "a PDF that opens only with a password ({cipher}), so nothing in it was read; open it with the password, save it without one, and run hozen on that"
            );
            return out.encrypted(None, cipher, reason);
        }
        let read = document(&mut file, out);
        if let Some((error, at)) = &file.src.failed {
            return read_error(out, error, *at);
        }
        tell(&mut file, &read, out);
    }
}

/// What came of the pages.
struct Read {
    pages: u32,
    lost: u64,
    loose: bool,
}

fn document(file: &mut File<'_>, out: &mut dyn Sink) -> Read {
    let root = file.trailer("Root").dict().cloned().unwrap_or_default();
    let (mut actions, mut files) = (Actions::default(), Files::default());
    let form = Form::read(file, &root, &mut actions);
    let structure = Structure::read(file, &root, &mut files);
    let mut all = Beside { form, files, actions, structure };
    let mut pages = Pages::new(out);
    let mut read = Read { pages: 0, lost: 0, loose: false };
    let mut tree = Tree::new(file);
    all_pages(file, &mut tree, &mut pages, &mut all, &mut read);
    if read.pages == 0 && !file.budget.is_spent() {
        read.loose = true;
        all_pages(file, &mut Tree::loose(file), &mut pages, &mut all, &mut read);
    }
    pages.give_held();
    let Pages { out, notes, .. } = pages;
    if file.src.failed.is_none() {
        notes.tell(out);
        beside(file, &root, all, out);
    }
    read
}

fn all_pages(file: &mut File<'_>, tree: &mut Tree, pages: &mut Pages<'_>, all: &mut Beside, read: &mut Read) {
    while let Some(page) = tree.next(file, read.loose) {
        read.pages = read.pages.saturating_add(1);
        let shown = pages.page(file, read.pages, &page.dict, page.resources, page.area);
        pages.described(file, &all.structure.take(page.id), &shown);
        all.actions.of(file, &page.dict, false);
        all.files.associated(file, &page.dict);
        annots::read(pages, all, file, read.pages, &page.dict, &shown);
    }
    read.lost += tree.lost;
}

fn beside(file: &mut File<'_>, root: &Dict, all: Beside, out: &mut dyn Sink) {
    let Beside { form, mut files, mut actions, mut structure } = all;
    xfa::read(file, root, &form, &mut files, out);
    extras::part(out, "form", &form.said.groups(), &[]);
    let properties = extras::properties(file, root);
    extras::part(out, "properties", &[properties], &[]);
    extras::part(out, "bookmarks", &[], &extras::bookmarks(file, root, &mut actions));
    extras::part(out, "layers", &[], &extras::layers(file, root));
    extras::part(out, "descriptions", &[], &structure.rest());
    actions.of_document(file, root);
    extras::part(out, "actions", &[], &actions.texts);
    for (is_over, what) in [(actions.over, "scripts and actions"), (structure.over, "descriptions of its parts")] {
        if is_over {
            let reason = format!("the PDF has more {what} than are read, and the rest was not looked at: look by hand");
            out.gap(GapKind::OverLimit, reason);
        }
    }
    files.of_document(file, root);
    files.give(file, out);
}

/// What is wrong with the file as a whole.
fn tell(file: &mut File<'_>, read: &Read, out: &mut dyn Sink) {
    let pages = read.pages;
    if file.budget.is_spent() {
        return out.gap(GapKind::OverLimit, format!("{} It was read up to page {pages}", file.budget.reason()));
    }
    if !file.budget.count(0) {
        let reason =
            format!("the run was ended while this PDF was read; it was read up to page {pages}: scan it again");
        return out.gap(GapKind::OverLimit, reason);
    }
    if file.is_over() {
        let reason = format!(
            "the PDF has more than {PDF_OBJECTS} objects, and the rest was not looked at; {pages} pages were read: split it with its own program and run hozen on the parts"
        );
        out.gap(GapKind::OverLimit, reason);
    }
    if file.rebuilt {
        let tail = file.src.bytes(file.src.length.saturating_sub(1024), 1024);
        let is_whole = memchr::memmem::find(tail, b"%%EOF").is_some();
        let (kind, what) = if is_whole {
            (GapKind::Malformed, "its table of objects is broken")
        } else {
            (GapKind::Truncated, "it is cut off")
        };
        let reason = format!(
            "the PDF is damaged: {what}; its objects were looked for one by one, and {pages} pages were read: compare with what a viewer shows, or look for a whole copy"
        );
        out.gap(kind, reason);
    } else if pages == 0 || read.loose || read.lost > 0 || file.torn_holders > 0 {
        let reason = format!(
            "the PDF is damaged: parts of it are missing or lead in circles; {pages} pages were read: compare with what a viewer shows, or look for a whole copy"
        );
        out.gap(GapKind::Malformed, reason);
    }
}
