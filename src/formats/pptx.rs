//! PowerPoint files since 2007 (ECMA-376, ISO/IEC 29500: PresentationML). Each slide is a page, hidden ones too; notes, comments and
//! layouts are parts.

use std::collections::BTreeSet;

use super::docx::{Asked, body, is_form, shown};
use super::flow::Flow;
use super::ooxml::{self, Office};
use super::{Claim, Format, Head, Input, Need, Parts, Sink};

/// PowerPoint files.
pub struct Pptx;

impl Format for Pptx {
    fn id(&self) -> &'static str {
        "pptx"
    }

    fn claims(&self, _: &Head<'_>) -> Claim {
        Claim::No
    }

    fn kind_of(&self) -> Option<&'static str> {
        Some("zip")
    }

    fn claims_parts(&self, parts: &Parts) -> Claim {
        let is = parts.has("[Content_Types].xml") && parts.has("ppt/presentation.xml");
        if is { Claim::Yes } else { Claim::No }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["pptx", "pptm", "potx", "potm", "ppsx", "ppsm"]
    }

    fn need(&self) -> Need {
        Need::Seek
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        ooxml::open(head, input, out, &mut read);
    }
}

/// What a member of the package is.
enum Role {
    Slide,
    Part,
    /// Masters and layouts: prompts, but also the address of a company.
    Layout,
    Authors,
    Properties,
    Form,
    Child,
}

fn role(name: &str) -> Role {
    let lower = name.to_ascii_lowercase();
    let (folder, file) = lower.rsplit_once('/').unwrap_or(("", &lower));
    if is_form(&lower, file) || lower == "ppt/presentation.xml" {
        return Role::Form;
    }
    match folder.strip_prefix("ppt/").unwrap_or(folder) {
        _ if !file.ends_with(".xml") => Role::Child,
        "slides" => Role::Slide,
        "slidelayouts" | "slidemasters" | "notesmasters" | "handoutmasters" => Role::Layout,
        "notesslides" | "comments" | "diagrams" | "charts" => Role::Part,
        "docprops" => Role::Properties,
        _ if file == "commentauthors.xml" || file == "authors.xml" => Role::Authors,
        _ => Role::Child,
    }
}

/// Names of sections and shows that are kept.
const NAMED: usize = 10_000;

/// The slides in the order in which they are shown: by the presentation, and those that it does not name behind them.
fn in_order(office: &mut Office<'_>, slides: Vec<String>, out: &mut dyn Sink) -> Vec<String> {
    let mut order: Vec<String> = Vec::new();
    let targets = office.relationships("ppt/presentation.xml", out);
    let ids = std::cell::RefCell::new(Vec::new());
    let mut said = Vec::new();
    office.xml("ppt/presentation.xml", &mut Flow::default(), out, &mut |markup, _, _, _| {
        use super::markup::Piece;
        loop {
            match markup.next() {
                // Its own number is called `id` too; the relationship comes last.
                Piece::Open(tag) if tag.name == "sldId" => {
                    let id = tag.attributes.iter().rev().find(|(name, _)| name == "id");
                    ids.borrow_mut().extend(id.map(|(_, id)| id.clone()));
                }
                // What people call parts of it.
                Piece::Open(tag) if matches!(tag.name.as_str(), "section" | "custShow") && said.len() < NAMED => {
                    said.extend(tag.get("name").map(|name| (tag.name.clone(), name.to_owned())));
                }
                Piece::End => return,
                _ => {}
            }
        }
    });
    office.said = said;
    let met: BTreeSet<&String> = slides.iter().collect();
    for id in ids.into_inner() {
        let target = targets.iter().find(|(known, ..)| *known == id).map(|(_, target, _)| target.as_str());
        let Some(target) = target else { continue };
        let path = target.strip_prefix('/').map_or_else(|| format!("ppt/{target}"), str::to_owned);
        if met.contains(&path) && !order.contains(&path) {
            order.push(path);
        }
    }
    let named: BTreeSet<String> = order.iter().cloned().collect();
    let number =
        |name: &String| name.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(u64::MAX);
    let mut rest: Vec<String> = slides.into_iter().filter(|name| !named.contains(name)).collect();
    rest.sort_by_key(number);
    order.extend(rest);
    order
}

fn read(mut office: Office<'_>, out: &mut dyn Sink) {
    let names = office.package.names();
    let mut asked = Asked::of(&names);
    let of = |role_is: fn(&Role) -> bool| names.iter().filter(|name| role_is(&role(name))).cloned().collect::<Vec<_>>();
    let slides = in_order(&mut office, of(|role| matches!(role, Role::Slide)), out);
    let mut flow = Flow::default();
    let mut notes = Vec::new();
    for (page, name) in (1..).zip(&slides) {
        flow.on_page(page, out);
        office.xml(name, &mut flow, out, &mut |markup, flow, links, out| body(markup, flow, links, &mut asked, out));
        notes.extend(office.relationships(name, out).into_iter().map(|(_, target, _)| (target, page)));
    }
    for name in of(|role| matches!(role, Role::Part)) {
        let file = name.rsplit('/').next().unwrap_or_default();
        let page = notes.iter().find(|(target, _)| target.rsplit('/').next() == Some(file)).map(|(_, page)| *page);
        asked.of_part(&mut office, &name, out);
        office.part(&name, &shown(&name), out, &mut |markup, flow, links, out| {
            page.into_iter().for_each(|page| flow.on_page(page, out));
            body(markup, flow, links, &mut asked, out);
        });
    }
    for name in of(|role| matches!(role, Role::Authors)) {
        office.xml(&name, &mut Flow::default(), out, &mut |markup, flow, links, out| {
            body(markup, flow, links, &mut asked, out);
        });
    }
    let layouts = of(|role| matches!(role, Role::Layout));
    if !layouts.is_empty() {
        office.parts(&layouts, "layouts", out, &mut |markup, flow, links, out| {
            body(markup, flow, links, &mut asked, out);
        });
    }
    of(|role| matches!(role, Role::Child)).iter().for_each(|name| office.child(name, out));
    office.outside(out);
    office.authors = asked.authors;
    office.properties(&of(|role| matches!(role, Role::Properties)), out);
}

#[cfg(test)]
mod tests;
