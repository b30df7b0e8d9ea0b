//! OpenDocument spreadsheets (ODF 1.3, part 3), their old form of OpenOffice.org 1, and the flat form in one XML file: each sheet a
//! part by its name, hidden ones too, and all that stands beside the cells.

mod content;
mod manifest;
mod value;

use std::io;
use std::rc::Rc;

use content::Content;

use super::package::Package;
use super::sheet::damaged;
use super::sheet::members::Members;
use super::sheet::source::{Failure, Source};
use super::sheet::xml::Xml;
use super::trouble::{Watched, in_order, read_error};
use super::xlsx::texts;
use super::{Claim, Format, Head, Input, Need, Parts, Sink};
use crate::model::GapKind;

/// OpenDocument spreadsheets.
pub struct Ods;

const STATED: &str = "application/vnd.oasis.opendocument.spreadsheet";
const OLD: &str = "application/vnd.sun.xml.calc";

impl Format for Ods {
    fn id(&self) -> &'static str {
        "ods"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        // The flat form names its type in its first element.
        let is_xml = head.bytes.trim_ascii_start().starts_with(b"<") || head.bytes.starts_with(b"\xEF\xBB\xBF<");
        let named = || memchr::memmem::find(head.bytes, [":mimetype=\"", STATED].concat().as_bytes()).is_some();
        if is_xml && named() { Claim::Yes } else { Claim::No }
    }

    fn kind_of(&self) -> Option<&'static str> {
        Some("zip")
    }

    fn claims_parts(&self, parts: &Parts) -> Claim {
        let stated = parts.stated.as_deref().unwrap_or_default();
        if stated.starts_with(STATED) || stated.starts_with(OLD) { Claim::Yes } else { Claim::No }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["ods", "ots", "fods", "sxc", "stc"]
    }

    fn need(&self) -> Need {
        Need::Seek
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        match input {
            Input::Seek(src, _) if head.bytes.starts_with(b"PK") => {
                let (mut source, failure) = Source::new(src);
                match Package::open(&mut source, out.budget()) {
                    Ok(package) => read_package(&mut Members::new(package, Rc::clone(&failure)), out),
                    Err(error) => damaged("the spreadsheet's directory of parts", &error, &failure, out),
                }
                failure.tell(out);
            }
            input => read_flat(input, out),
        }
    }
}

fn read_flat(input: Input<'_>, out: &mut dyn Sink) {
    let mut watched = Watched::new(in_order(input));
    let result = Content::default().read(&mut Xml::new(&mut watched), out);
    if let Some(error) = watched.failed {
        return read_error(out, &error, watched.taken);
    }
    if let Err(error) = result {
        damaged("the spreadsheet", &error, &Failure::default(), out);
    }
}

fn read_package(members: &mut Members<'_>, out: &mut dyn Sink) {
    let mut closed = manifest::Closed::default();
    with_xml(members, "META-INF/manifest.xml", out, |xml, _| manifest::read(xml, &mut closed));
    if let Some(cipher) = closed.cipher() {
        let reason = format!(
            "the spreadsheet is encrypted ({cipher}); open it with its password, save it without one and run hozen on that"
        );
        out.encrypted(None, &cipher, reason);
        closed.parts().for_each(|part| members.leave(part));
    }
    for dull in ["mimetype", "manifest.rdf", "settings.xml", "Thumbnails/thumbnail.png", "layout-cache"] {
        members.leave(dull);
    }
    if !members.was_read("content.xml") {
        if !members.has("content.xml") {
            let reason = "the spreadsheet has no content.xml, in which its cells stand; look for a whole copy";
            out.gap(GapKind::Malformed, reason.to_owned());
        }
        with_xml(members, "content.xml", out, |xml, out| Content::default().read(xml, out));
    }
    let _ = beside(members, out) && members.give_rest(out);
}

fn beside(members: &mut Members<'_>, out: &mut dyn Sink) -> bool {
    for part in members.unread() {
        if members.source.is_set() {
            return false;
        }
        let is_chart = part.ends_with("/content.xml");
        let go_on = match part.as_str() {
            "meta.xml" => part_of(members, &part, "properties", out, texts::properties),
            "styles.xml" => part_of(members, &part, "header and footer", out, content::paragraphs),
            _ if is_chart => part_of(members, &part, &part, out, content::paragraphs),
            _ => {
                // Settings of the program, and of embedded objects whose content is read.
                if part.starts_with("configurations2/") || part.ends_with("/styles.xml") && part.starts_with("object ")
                {
                    members.leave(&part);
                }
                true
            }
        };
        if !go_on {
            return false;
        }
    }
    true
}

fn part_of(
    members: &mut Members<'_>,
    part: &str,
    name: &str,
    out: &mut dyn Sink,
    read: impl Fn(&mut Xml<'_>, &mut dyn Sink) -> io::Result<()>,
) -> bool {
    out.part(name, &mut |out| with_xml(members, part, out, &read))
}

fn with_xml(
    members: &mut Members<'_>,
    part: &str,
    out: &mut dyn Sink,
    read: impl FnOnce(&mut Xml<'_>, &mut dyn Sink) -> io::Result<()>,
) {
    members.read_xml(part, "spreadsheet", out, read);
}

#[cfg(test)]
mod tests;
