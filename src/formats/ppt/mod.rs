//! PowerPoint files of 1997 to 2003 ([MS-PPT]): the records that the last save left in force, so that older versions of a slide are not
//! read beside it. Each slide is a page; notes, comments and masters are parts.

mod records;
mod slide;

use std::io::{self, Cursor};

use flate2::read::ZlibDecoder;

use super::compound::Compound;
use super::doc::{Opened, as_document, others};
use super::flow::Flow;
use super::trouble::{EXPORT, Member, Told};
use super::{Claim, Format, Head, Input, Need, Parts, Sink, summary};
use crate::model::GapKind;
use crate::model::limits::DOCUMENT_BYTES;
use records::{Live, live};
use slide::{read_text, slide_order};

/// Old PowerPoint files.
pub struct Ppt;

const STREAM: &str = "PowerPoint Document";

impl Format for Ppt {
    fn id(&self) -> &'static str {
        "ppt"
    }

    fn claims(&self, _: &Head<'_>) -> Claim {
        Claim::No
    }

    fn kind_of(&self) -> Option<&'static str> {
        Some("ole")
    }

    fn claims_parts(&self, parts: &Parts) -> Claim {
        if parts.has(STREAM) { Claim::Yes } else { Claim::No }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["ppt", "pps", "pot"]
    }

    fn need(&self) -> Need {
        Need::Seek
    }

    fn read(&self, _: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let Input::Seek(src, length) = input else { return };
        as_document(src, length, out, &mut read);
    }
}

/// Reads the presentation. The inner error says why it can not be opened; nothing of it was given then.
fn read(file: &mut Compound<'_>, out: &mut dyn Sink) -> Opened {
    let Some(doc) = file.whole(STREAM, DOCUMENT_BYTES)? else { return Ok(Err("its text is missing".to_owned())) };
    let user = file.whole("Current User", DOCUMENT_BYTES)?.unwrap_or_default();
    let all = match live(&doc, &user) {
        Live::Encrypted => {
            let reason = "a PowerPoint file encrypted with a password (RC4); open it with its password, save it without one and run hozen on that";
            out.encrypted(None, "RC4", reason.to_owned());
            return Ok(Ok(()));
        }
        Live::Records(all) => all,
    };
    texts(&doc, &all, out);
    objects(&doc, &all, out)?;
    if file.find("Pictures").is_some_and(|stream| stream.bytes > 0) {
        let reason =
            "it holds pictures, which are not looked at; if one may show a person or a document, look at it by hand";
        out.gap(GapKind::NoText, reason.to_owned());
    }
    drop(doc);
    others(file, &[STREAM, "Current User", "Pictures"], out)?;
    summary::read(file, &[], out)?;
    Ok(Ok(()))
}

const DOCUMENT: u16 = 0x03E8;
const SLIDE: u16 = 0x03EE;
const NOTES: u16 = 0x03F0;
const MASTER: u16 = 0x03F8;
const OBJECT: u16 = 0x1011;

fn texts(doc: &[u8], all: &[records::Object], out: &mut dyn Sink) {
    let order: Vec<u32> =
        all.iter().filter(|object| object.kind == DOCUMENT).flat_map(|object| slide_order(doc, object)).collect();
    let page = |id: u32| order.iter().position(|known| *known == id).and_then(|at| u32::try_from(at + 1).ok());
    let mut slides: Vec<_> = all.iter().filter(|object| object.kind == SLIDE).collect();
    slides.sort_by_key(|object| (page(object.id).unwrap_or(u32::MAX), object.start));
    let mut flow = Flow::default();
    for (at, object) in (1..).zip(slides) {
        flow.on_page(page(object.id).unwrap_or(at), out);
        read_text(doc, object, &mut flow, out);
    }
    flow.finish(out);
    let of = |kind: u16| all.iter().filter(move |object| object.kind == kind);
    for (kind, name) in [(DOCUMENT, "outline and links"), (NOTES, "notes"), (MASTER, "masters")] {
        if of(kind).next().is_some() {
            out.part(name, &mut |out| {
                let mut flow = Flow::default();
                of(kind).for_each(|object| read_text(doc, object, &mut flow, out));
                flow.finish(out);
            });
        }
    }
    let known = [DOCUMENT, SLIDE, NOTES, MASTER, OBJECT];
    if all.iter().any(|object| !known.contains(&object.kind)) {
        out.part("other records", &mut |out| {
            let mut flow = Flow::default();
            all.iter().filter(|o| !known.contains(&o.kind)).for_each(|object| read_text(doc, object, &mut flow, out));
            flow.finish(out);
        });
    }
}

/// Embedded objects: compound files, most of them deflated ([MS-PPT] 2.10.34).
fn objects(doc: &[u8], all: &[records::Object], out: &mut dyn Sink) -> io::Result<()> {
    for (at, object) in (1..).zip(all.iter().filter(|object| object.kind == OBJECT)) {
        let content = doc.get(object.start..object.end).unwrap_or_default();
        let name = format!("object {at}");
        let packed = object.instance == 1;
        let inside = if packed { content.get(4..).unwrap_or_default() } else { content };
        let (mut plain, mut unfolded) = (Member::new(Cursor::new(inside)), Member::new(ZlibDecoder::new(inside)));
        let go_on = out.child(&name, if packed { &mut unfolded } else { &mut plain });
        if let Some(error) = unfolded.failed.take().filter(|error| !Told::is(error)) {
            let reason = format!("an embedded object is damaged ({error}); {EXPORT}");
            out.broken_off(GapKind::Malformed, reason);
        }
        if !go_on {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
