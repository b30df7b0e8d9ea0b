//! What Word and PowerPoint files have in common (ECMA-376 part 2, Open Packaging Conventions): parts with their relationships, properties,
//! embedded files.

use std::collections::BTreeSet;
use std::io::{self, Read};

use zip::result::ZipError;

use super::flow::Flow;
use super::markup::{Markup, Piece, Tag, tell};
use super::package::Package;
use super::trouble::{Member, Told};
use super::{Head, Input, ReadSeek, Sink, zip as archive};
use crate::formats::Format;
use crate::model::GapKind;
use crate::model::limits::PART_BYTES;

/// Names of authors that are kept of one document.
const AUTHORS: usize = 10_000;

/// Targets outside of the package that a part refers to, by their id: web addresses, `mailto:`.
#[derive(Default)]
pub(super) struct Links(Vec<(String, String, bool)>);

impl Links {
    /// The target of an id; those that are never asked for are given at the end of the part.
    pub(super) fn target(&mut self, id: &str) -> Option<String> {
        let (_, target, used) = self.0.iter_mut().find(|(known, ..)| known == id)?;
        *used = true;
        Some(target.clone())
    }

    fn unused(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(.., used)| !used).map(|(_, target, _)| target.as_str())
    }
}

/// What reads the XML of one part.
pub(super) type Reading<'r> = &'r mut dyn FnMut(&mut Markup<&mut dyn Read>, &mut Flow, &mut Links, &mut dyn Sink);

/// An open document.
pub(super) struct Office<'s> {
    pub(super) package: Package<'s>,
    /// The source failed, and that is told: nothing more is read.
    ended: bool,
    /// Who wrote, commented or changed.
    pub(super) authors: BTreeSet<String>,
    /// What else belongs to the whole document: a name, and what it says.
    pub(super) said: Vec<(String, String)>,
    /// Relationships that were read.
    asked: BTreeSet<String>,
}

/// Opens the package, or reads it as a plain archive where it can not be opened as one.
pub(super) fn open<'s>(
    head: &Head<'_>,
    input: Input<'s>,
    out: &mut dyn Sink,
    read: &mut dyn FnMut(Office<'_>, &mut dyn Sink),
) {
    let Input::Seek(src, length) = input else { return };
    let opened = match Package::open(&mut *src, out.budget()) {
        Ok(package) => {
            let (authors, said, asked) = (BTreeSet::new(), Vec::new(), BTreeSet::new());
            read(Office { package, ended: false, authors, said, asked }, out);
            true
        }
        Err(_) => false,
    };
    if !opened {
        as_archive(head, src, length, out);
    }
}

fn as_archive(head: &Head<'_>, src: &mut dyn ReadSeek, length: u64, out: &mut dyn Sink) {
    // Its directory is broken: what can be found without it is found there, and told.
    archive::Zip.read(head, Input::Seek(src, length), out);
}

impl Office<'_> {
    /// Reads a part as XML into a flow.
    pub(super) fn xml(&mut self, name: &str, flow: &mut Flow, out: &mut dyn Sink, read: Reading<'_>) {
        if self.ended {
            return;
        }
        let mut links = self.links(name, out);
        if self.ended {
            return;
        }
        let (mut trouble, mut unopened) = (None, None);
        match self.package.member(name) {
            Ok(None) => {}
            Ok(Some(mut member)) => {
                let mut markup = Markup::new(&mut member as &mut dyn Read);
                read(&mut markup, flow, &mut links, out);
                flow.end_paragraph(out);
                for target in links.unused() {
                    flow.aside(target);
                }
                flow.finish(out);
                let at = markup.at();
                trouble = markup.trouble.take().map(|error| (error, at));
            }
            Err(error) => unopened = Some(error),
        }
        if let Some(error) = unopened {
            self.unopened(name, error, out);
        }
        if let Some((error, at)) = trouble {
            self.ended |= !tell(&error, &format!("its part {name:?}"), at, out);
        }
    }

    /// Reads a part as a part of its own in the results.
    pub(super) fn part(&mut self, name: &str, shown: &str, out: &mut dyn Sink, read: Reading<'_>) {
        if !self.ended {
            let go_on = out.part(shown, &mut |out| self.xml(name, &mut Flow::default(), out, &mut *read));
            self.ended |= !go_on;
        }
    }

    /// Reads several as one part of the results.
    pub(super) fn parts(&mut self, names: &[String], shown: &str, out: &mut dyn Sink, read: Reading<'_>) {
        if !self.ended {
            let go_on = out.part(shown, &mut |out| {
                let mut flow = Flow::default();
                names.iter().for_each(|name| self.xml(name, &mut flow, out, &mut *read));
            });
            self.ended |= !go_on;
        }
    }

    fn unopened(&mut self, name: &str, error: io::Error, out: &mut dyn Sink) {
        if Told::is(&error) {
            self.ended = true;
            return;
        }
        match error.get_ref().and_then(|inner| inner.downcast_ref::<ZipError>()) {
            Some(ZipError::Io(inner)) if inner.kind() != io::ErrorKind::UnexpectedEof => {
                self.ended |= !tell(inner, &format!("its part {name:?}"), 0, out);
            }
            _ => {
                let reason = format!("its part {name:?} could not be opened ({error}); look for a whole copy");
                out.gap(GapKind::Malformed, reason);
            }
        }
    }

    /// Hands a member over to be looked at by the same rules.
    pub(super) fn child(&mut self, name: &str, out: &mut dyn Sink) {
        if self.ended {
            return;
        }
        let (mut failed, mut unopened) = (None, None);
        match self.package.for_child(name) {
            Ok(None) => {}
            Ok(Some(file)) => {
                let mut member = Member::new(file);
                self.ended |= !out.child(name, &mut member);
                failed = member.failed.take().map(|error| (error, member.given));
            }
            Err(error) => unopened = Some(error),
        }
        if let Some(error) = unopened {
            self.unopened(name, error, out);
        }
        let Some((error, given)) = failed else { return };
        if Told::is(&error) {
            self.ended = true;
            return;
        }
        let kind = if error.kind() == io::ErrorKind::UnexpectedEof { GapKind::Truncated } else { GapKind::Malformed };
        let reason = format!("damaged ({error}); the {given} bytes before that were looked at; look for a whole copy");
        out.broken_off(kind, reason);
    }

    /// What a part refers to outside of the package.
    fn links(&mut self, name: &str, out: &mut dyn Sink) -> Links {
        let mut links = Links::default();
        for (id, target, external) in self.relationships(name, out) {
            if external {
                links.0.push((id, target, false));
            }
        }
        links
    }

    /// The relationships of a part: id, target, and whether that lies outside.
    pub(super) fn relationships(&mut self, name: &str, out: &mut dyn Sink) -> Vec<(String, String, bool)> {
        let (folder, file) = name.rsplit_once('/').map_or(("", name), |(folder, file)| (folder, file));
        let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let path = format!("{folder}_rels/{file}.rels");
        let mut all = Vec::new();
        self.asked.insert(path.clone());
        let bytes = match self.package.whole(&path, PART_BYTES) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return all,
            Err(error) => {
                self.unopened(&path, error, out);
                return all;
            }
        };
        let mut markup = Markup::new(bytes.as_slice());
        loop {
            match markup.next() {
                Piece::Open(tag) if tag.name == "Relationship" => {
                    let value = |name| tag.get(name).unwrap_or_default().to_owned();
                    let external = tag.get("TargetMode").is_some_and(|mode| mode.eq_ignore_ascii_case("external"));
                    all.push((value("Id"), value("Target"), external));
                }
                Piece::End => return all,
                _ => {}
            }
        }
    }

    /// What parts refer to outside of the package that were not read themselves.
    pub(super) fn outside(&mut self, out: &mut dyn Sink) {
        let mut targets = Vec::new();
        for name in self.package.names() {
            let part = name.strip_suffix(".rels").and_then(|part| part.rsplit_once("_rels/"));
            let Some((folder, file)) = part.filter(|_| !self.ended && !self.asked.contains(&name)) else { continue };
            let kin = self.relationships(&format!("{folder}{file}"), out);
            targets.extend(kin.into_iter().filter(|(_, _, outside)| *outside).map(|(_, target, _)| target));
        }
        if !targets.is_empty() && !self.ended {
            let go_on = out.part("links", &mut |out| {
                let mut flow = Flow::default();
                targets.iter().for_each(|target| flow.aside(target));
                flow.finish(out);
            });
            self.ended |= !go_on;
        }
    }

    /// Remembers who wrote this.
    pub(super) fn author(authors: &mut BTreeSet<String>, tag: &Tag) {
        // `w:author="…"` at what was changed, and `<p:cmAuthor name="…"/>` in a list.
        let listed = tag.get("name").filter(|_| matches!(tag.name.as_str(), "cmAuthor" | "author"));
        let values = ["author", "userId"].iter().filter_map(|name| tag.get(name)).chain(listed);
        for value in values.filter(|value| !value.trim().is_empty()) {
            if authors.len() < AUTHORS {
                authors.insert(value.to_owned());
            }
        }
    }

    /// The properties of the document, and who else wrote in it.
    pub(super) fn properties(&mut self, names: &[String], out: &mut dyn Sink) {
        if self.ended || (names.is_empty() && self.authors.is_empty() && self.said.is_empty()) {
            return;
        }
        let (authors, said) = (std::mem::take(&mut self.authors), std::mem::take(&mut self.said));
        let go_on = out.part("properties", &mut |out| {
            let mut flow = Flow::default();
            for name in names {
                self.xml(name, &mut flow, out, &mut |markup, flow, _, out| property_values(markup, flow, out));
            }
            said.iter().for_each(|(name, value)| flow.named(name, value, out));
            authors.iter().for_each(|author| flow.named("author", author, out));
        });
        self.ended |= !go_on;
    }
}

/// Each element with text of its own is a value under its name, or under the name that the property around it has.
fn property_values<R: Read>(markup: &mut Markup<R>, flow: &mut Flow, out: &mut dyn Sink) {
    let mut name = String::new();
    let mut around: Option<(String, usize)> = None;
    let mut value = String::new();
    loop {
        match markup.next() {
            Piece::Open(tag) => {
                if let Some(given) = tag.get("name") {
                    around = Some((given.to_owned(), markup.depth));
                }
                tag.get("href").into_iter().for_each(|target| flow.named(&tag.name, target, out));
                name = tag.name;
                value.clear();
            }
            Piece::Text(text) => value.push_str(&text),
            Piece::Close(_) => {
                let shown = around.as_ref().map_or(name.as_str(), |(name, _)| name.as_str());
                // Counts and versions say nothing of anyone.
                let told = value.trim();
                let number = told.len() < 7 && told.bytes().all(|b| b.is_ascii_digit() || b == b'.');
                let counts = around.is_none() && number;
                if !told.is_empty() && !counts {
                    flow.named(shown, told, out);
                }
                value.clear();
                if around.as_ref().is_some_and(|(_, depth)| markup.depth < *depth) {
                    around = None;
                }
            }
            Piece::Aside(_) => {}
            Piece::End => return,
        }
    }
}
