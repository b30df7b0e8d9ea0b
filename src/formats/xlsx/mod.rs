//! Excel workbooks ([ECMA-376], [ISO/IEC 29500], transitional and strict): each sheet a part by its name, hidden ones too, in the order
//! of the workbook, and all that stands beside the cells. What is not understood is looked at as a member of its own.

mod binary;
mod external;
mod links;
mod pivot;
mod relations;
mod shared;
mod sheet;
mod styles;
pub(super) mod texts;
mod unknown;
mod workbook;

use std::collections::BTreeSet;
use std::io::{self, BufRead};
use std::rc::Rc;

use binary::Records;
use links::{links, outside, targets};
use relations::{Relation, path_of};
use sheet::{Around, Shared};
pub(super) use sheet::{day, without_codes};
pub(super) use styles::Styles;
use workbook::Workbook;
pub(super) use workbook::shown as shown_name;

use super::package::Package;
use super::sheet::damaged;
use super::sheet::members::{Members, normal};
use super::sheet::source::Source;
use super::sheet::strings::Strings;
use super::sheet::xml::Xml;
use super::written::Written;
use super::{Claim, Format, Head, Input, Need, Parts, Sink};
use crate::model::GapKind;

/// Excel workbooks in XML.
pub struct Xlsx;

impl Format for Xlsx {
    fn id(&self) -> &'static str {
        "xlsx"
    }

    fn claims(&self, _: &Head<'_>) -> Claim {
        Claim::No
    }

    fn kind_of(&self) -> Option<&'static str> {
        Some("zip")
    }

    fn claims_parts(&self, parts: &Parts) -> Claim {
        let any = |test: fn(&str) -> bool| parts.names.iter().any(|name| test(&normal(name)));
        if any(|name| name == "xl/workbook.xml") {
            return Claim::Yes;
        }
        let typed = any(|name| name == "[content_types].xml");
        let book = |name: &str| name.ends_with(".xml") && (name.contains("/workbook") || name.contains("worksheets/"));
        if typed && any(book) && !any(|name| name.starts_with("word/") || name.starts_with("ppt/")) {
            Claim::Likely
        } else {
            Claim::No
        }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["xlsx", "xlsm", "xltx", "xltm", "xlam"]
    }

    fn need(&self) -> Need {
        Need::Seek
    }

    fn read(&self, _: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        read_package(input, "xl/workbook.xml", out);
    }
}

/// Excel workbooks in binary records.
pub struct Xlsb;

impl Format for Xlsb {
    fn id(&self) -> &'static str {
        "xlsb"
    }

    fn claims(&self, _: &Head<'_>) -> Claim {
        Claim::No
    }

    fn kind_of(&self) -> Option<&'static str> {
        Some("zip")
    }

    fn claims_parts(&self, parts: &Parts) -> Claim {
        if parts.names.iter().any(|name| normal(name) == "xl/workbook.bin") { Claim::Yes } else { Claim::No }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["xlsb"]
    }

    fn need(&self) -> Need {
        Need::Seek
    }

    fn read(&self, _: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        read_package(input, "xl/workbook.bin", out);
    }
}

fn read_package(input: Input<'_>, main: &str, out: &mut dyn Sink) {
    let Input::Seek(src, _) = input else {
        let reason =
            "a workbook was given as a stream, and can only be read from a file; save it and run hozen on that";
        return out.gap(GapKind::UnsupportedFormat, reason.to_owned());
    };
    let (mut source, failure) = Source::new(src);
    match Package::open(&mut source, out.budget()) {
        Ok(package) => {
            let mut book = Book::new(Members::new(package, Rc::clone(&failure)));
            book.read(main, out);
        }
        Err(error) => damaged("the workbook's directory of parts", &error, &failure, out),
    }
    failure.tell(out);
}

/// A workbook that is being read.
struct Book<'s> {
    members: Members<'s>,
    workbook: Workbook,
    styles: Styles,
    strings: Strings,
    strings_cut: bool,
}

/// Whether to go on.
type GoOn = bool;

/// Opens an XML part, if it is there, and reads it.
fn with_xml(
    members: &mut Members<'_>,
    part: &str,
    out: &mut dyn Sink,
    read: impl FnOnce(&mut Xml<'_>, &mut dyn Sink) -> io::Result<()>,
) {
    members.read_xml(part, "workbook", out, read);
}

/// Opens a part in binary records, if it is there, and reads it.
fn with_records(
    members: &mut Members<'_>,
    part: &str,
    out: &mut dyn Sink,
    read: impl FnOnce(&mut Records<&mut dyn BufRead>, &mut dyn Sink) -> io::Result<()>,
) {
    let source = Rc::clone(&members.source);
    let result = members.open(part).and_then(|src| match src {
        Some(mut src) => read(&mut Records::new(&mut src as &mut dyn BufRead), out),
        None => Ok(()),
    });
    if let Err(error) = result {
        damaged(&format!("the part {part} of the workbook"), &error, &source, out);
    }
}

fn is_binary(part: &str) -> bool {
    part.ends_with(".bin")
}

fn relations(members: &mut Members<'_>, part: &str, out: &mut dyn Sink) -> Vec<Relation> {
    let mut found = Vec::new();
    with_xml(members, &path_of(part), out, |xml, _| relations::read(xml, part, &mut found));
    found
}

impl<'s> Book<'s> {
    fn new(members: Members<'s>) -> Self {
        let (workbook, styles, strings) = (Workbook::default(), Styles::default(), Strings::default());
        Self { members, workbook, styles, strings, strings_cut: false }
    }

    fn read(&mut self, usual: &str, out: &mut dyn Sink) {
        let main = self.main_part(usual, out);
        let kin = relations(&mut self.members, &main, out);
        if is_binary(&main) {
            with_records(&mut self.members, &main, out, |records, _| binary::workbook(records, &mut self.workbook));
        } else {
            with_xml(&mut self.members, &main, out, |xml, _| workbook::read(xml, &mut self.workbook));
        }
        let folder = main.rsplit_once('/').map_or("xl", |(folder, _)| folder);
        let part = |kind: &str, name: &str| {
            let named = kin.iter().find(|r| r.kind == kind && !r.external).map(|r| r.target.clone());
            named.unwrap_or_else(|| format!("{folder}/{name}.{}", if is_binary(&main) { "bin" } else { "xml" }))
        };
        let styles = part("styles", "styles");
        if is_binary(&styles) {
            with_records(&mut self.members, &styles, out, |records, _| binary::styles(records, &mut self.styles));
        } else {
            with_xml(&mut self.members, &styles, out, |xml, _| styles::read(xml, &mut self.styles));
        }
        self.shared_strings(&part("sharedstrings", "sharedstrings"), out);
        let _ = self.sheets(&kin, out) && self.beside(out) && self.members.give_rest(out);
    }

    /// The workbook part: what the package's own relations say, else what it is always called.
    fn main_part(&mut self, usual: &str, out: &mut dyn Sink) -> String {
        let kin = relations(&mut self.members, "", out);
        let named = kin.into_iter().find(|r| r.kind == "officedocument").map(|r| r.target);
        named.filter(|part| self.members.has(part)).unwrap_or_else(|| usual.to_owned())
    }

    fn shared_strings(&mut self, part: &str, out: &mut dyn Sink) {
        let mut over = 0;
        if is_binary(part) {
            with_records(&mut self.members, part, out, |records, out| {
                binary::shared(records, &mut self.strings, &mut over, out)
            });
        } else {
            with_xml(&mut self.members, part, out, |xml, out| shared::read(xml, &mut self.strings, &mut over, out));
        }
        self.strings_cut = over > 0;
        if over > 0 {
            let reason = format!(
                "the workbook has {over} shared strings more than are held at once; those were read as lines, and which row they belong to is not known; save its sheets as CSV and run hozen on those"
            );
            out.gap(GapKind::OverLimit, reason);
        }
    }

    /// The sheets in the order of the workbook, then those that it does not list.
    fn sheets(&mut self, kin: &[Relation], out: &mut dyn Sink) -> GoOn {
        let mut sheets = Vec::new();
        let by_id = targets(kin, false);
        for sheet in std::mem::take(&mut self.workbook.sheets) {
            match by_id.get(sheet.relation.as_str()) {
                Some(target) if self.members.has(target) => sheets.push((sheet.name, (*target).to_owned())),
                _ => {
                    let reason = "the workbook lists this sheet, and it is not there; look for a whole copy";
                    out.member_gap(&sheet.name, GapKind::Malformed, reason.to_owned());
                }
            }
        }
        let listed: BTreeSet<&String> = sheets.iter().map(|(_, part)| part).collect();
        let unlisted = |part: &String| is_sheet(part) && !listed.contains(part);
        let unlisted: Vec<String> = self.members.unread().into_iter().filter(unlisted).collect();
        sheets.extend(unlisted.into_iter().map(|part| (format!("{part} (not in the list of sheets)"), part)));
        for (name, part) in sheets {
            if self.members.source.is_set() {
                return false;
            }
            if self.members.was_read(&part) {
                let reason = format!(
                    "this sheet is the same part ({part}) as one before, and was read there: the workbook is not as a program wrote it"
                );
                out.member_gap(&name, GapKind::Malformed, reason);
                continue;
            }
            if !out.part(&name, &mut |out| self.sheet(&part, out)) {
                return false;
            }
        }
        self.strings_left_over(out)
    }

    fn sheet(&mut self, part: &str, out: &mut dyn Sink) {
        let kin = relations(&mut self.members, part, out);
        let mut around = Around::default();
        let mut shared = Shared {
            strings: &mut self.strings,
            strings_cut: self.strings_cut,
            styles: &self.styles,
            epoch: self.workbook.epoch,
        };
        if is_binary(part) {
            with_records(&mut self.members, part, out, |records, out| {
                binary::sheet(records, &mut shared, &mut around, out)
            });
        } else {
            with_xml(&mut self.members, part, out, |xml, out| sheet::read(xml, &mut shared, &mut around, out));
        }
        let _ = links(&around, &kin, out) && around_cells(&around.texts, out) && self.of_sheet(&kin, out);
    }

    /// Comments, text boxes and charts of a sheet.
    fn of_sheet(&mut self, kin: &[Relation], out: &mut dyn Sink) -> GoOn {
        let has_threads = kin.iter().any(|relation| relation.kind == "threadedcomment");
        kin.iter().filter(|relation| !relation.external).all(|relation| match relation.kind.as_str() {
            "comments" => self.comments(&relation.target, has_threads, out),
            "threadedcomment" => self.text_part("threads of comments", &relation.target, out, texts::threads),
            "drawing" => {
                let drawn = relations(&mut self.members, &relation.target, out);
                self.text_part("text boxes", &relation.target, out, texts::paragraphs)
                    && drawn.iter().filter(|inner| !inner.external).all(|inner| match inner.kind.as_str() {
                        "chart" | "chartex" => self.text_part("chart", &inner.target, out, texts::paragraphs),
                        "diagramdata" => self.text_part("diagram", &inner.target, out, texts::paragraphs),
                        _ => true,
                    })
                    && outside(&drawn, out)
            }
            _ => true,
        })
    }

    fn comments(&mut self, part: &str, has_threads: bool, out: &mut dyn Sink) -> GoOn {
        if is_binary(part) {
            return !self.members.has(part)
                || self.members.was_read(part)
                || out.part("comments", &mut |out| {
                    with_records(&mut self.members, part, out, |records, out| {
                        binary::comments(records, has_threads, out)
                    });
                });
        }
        self.text_part("comments", part, out, |xml, out| texts::comments(xml, has_threads, out))
    }

    /// A part of which the text is read, as a part by a name that says what it is.
    fn text_part(
        &mut self,
        name: &str,
        part: &str,
        out: &mut dyn Sink,
        read: impl Fn(&mut Xml<'_>, &mut dyn Sink) -> io::Result<()>,
    ) -> GoOn {
        if !self.members.has(part) || self.members.was_read(part) {
            return true;
        }
        out.part(name, &mut |out| with_xml(&mut self.members, part, out, &read))
    }

    /// Strings that no cell shows: left behind, or of a sheet that is damaged.
    fn strings_left_over(&mut self, out: &mut dyn Sink) -> GoOn {
        if self.strings.left_over().next().is_none() {
            return true;
        }
        out.part("shared strings that no cell shows", &mut |out| {
            let mut text = Written::default();
            self.strings.left_over().for_each(|(_, string)| text.lines(string, out));
        })
    }

    /// What belongs to the whole workbook, and parts that no sheet names.
    fn beside(&mut self, out: &mut dyn Sink) -> GoOn {
        let named = std::mem::take(&mut self.workbook.named_texts);
        if !named.is_empty() && !out.part("defined names", &mut |out| pairs(&named, out)) {
            return false;
        }
        for part in self.members.unread() {
            if self.members.source.is_set() {
                return false;
            }
            let name = part.rsplit('/').next().unwrap_or(&part).to_owned();
            let folder = part.strip_suffix(&name).unwrap_or_default().to_owned();
            let last = folder.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            let is_xml = name.ends_with(".xml");
            let go_on = match last {
                _ if self.members.was_read(&part) => true,
                "docprops" if is_xml => {
                    let whose = match name.as_str() {
                        "core.xml" => "properties",
                        "custom.xml" => "custom properties",
                        _ => "properties of the program",
                    };
                    self.text_part(whose, &part, out, texts::properties)
                }
                "persons" if is_xml => self.text_part("people who commented", &part, out, texts::persons),
                "threadedcomments" if is_xml => self.text_part("threads of comments", &part, out, texts::threads),
                "pivotcache" if is_xml && name.starts_with("pivotcachedefinition") => self.pivot_cache(&part, out),
                "tables" if is_xml => self.table(&part, out),
                "externallinks" if is_xml => self.external(&part, out),
                "drawings" | "charts" if is_xml && !is_dull(&part) => {
                    self.text_part(&part, &part, out, texts::paragraphs)
                }
                _ if (is_xml || is_binary(&part)) && name.starts_with("comments") => self.comments(&part, false, out),
                _ => true,
            };
            if !go_on {
                return false;
            }
        }
        self.unknown_records(out) && self.rest_of_relations(out)
    }

    fn pivot_cache(&mut self, part: &str, out: &mut dyn Sink) -> GoOn {
        let number: String = part.chars().filter(char::is_ascii_digit).collect();
        out.part(&format!("pivot cache {number}"), &mut |out| {
            let kin = relations(&mut self.members, part, out);
            let mut cache = pivot::Cache::default();
            with_xml(&mut self.members, part, out, |xml, _| cache.define(xml));
            if let Some(name) = cache.refreshed_by.take() {
                out.part("properties", &mut |out| pairs(&[("refreshed by".to_owned(), name.clone())], out));
            }
            let mut rows = cache.rows();
            if let Some(records) = kin.iter().find(|relation| relation.kind == "pivotcacherecords") {
                with_xml(&mut self.members, &records.target, out, |xml, out| cache.records(xml, &mut rows, out));
            }
            if let Err(error) = cache.rest(&mut rows, out) {
                damaged("the pivot cache", &error, &self.members.source, out);
            }
            rows.finish(out);
        })
    }

    /// What is said of a table; its columns are named on the sheet.
    fn table(&mut self, part: &str, out: &mut dyn Sink) -> GoOn {
        let mut said = Vec::new();
        with_xml(&mut self.members, part, out, |xml, _| texts::said_of_table(xml, &mut said));
        said.is_empty() || out.part("about a table", &mut |out| Written::default().lines(&said.join("\n"), out))
    }

    fn external(&mut self, part: &str, out: &mut dyn Sink) -> GoOn {
        out.part("cells of another workbook", &mut |out| {
            let kin = relations(&mut self.members, part, out);
            let _ = outside(&kin, out);
            with_xml(&mut self.members, part, out, |xml, out| external::read(xml, out).map(drop));
        })
    }

    /// Addresses in relations of parts that were read as a member or not at all, and parts that say nothing of people.
    fn rest_of_relations(&mut self, out: &mut dyn Sink) -> GoOn {
        for part in self.members.unread() {
            if part.ends_with(".rels") {
                let mut found = Vec::new();
                with_xml(&mut self.members, &part, out, |xml, _| relations::read(xml, "", &mut found));
                if !outside(&found, out) {
                    return false;
                }
            } else if is_dull(&part) {
                self.members.leave(&part);
            }
        }
        !self.members.source.is_set()
    }
}

fn is_sheet(part: &str) -> bool {
    let folder = part.rsplit('/').nth(1).unwrap_or_default();
    matches!(folder, "worksheets" | "chartsheets" | "dialogsheets" | "macrosheets")
        && (part.ends_with(".xml") || is_binary(part) && !part.contains("binaryindex"))
}

/// Looks, orders of calculation and settings of printers: nothing that a person typed.
fn is_dull(part: &str) -> bool {
    let begins = |start: &str| part.starts_with(start);
    part == "[content_types].xml"
        || begins("xl/theme/")
        || begins("xl/printersettings/")
        || begins("xl/calcchain.")
        || part.contains("/binaryindex")
        || begins("xl/charts/style")
        || begins("xl/charts/colors")
        || ["layout", "quickstyle", "colors", "drawing"].iter().any(|name| begins(&format!("xl/diagrams/{name}")))
}

fn around_cells(texts: &[String], out: &mut dyn Sink) -> GoOn {
    texts.is_empty()
        || out.part("header, footer and lists", &mut |out| {
            let mut text = Written::default();
            texts.iter().for_each(|line| text.lines(line, out));
        })
}

fn pairs(named: &[(String, String)], out: &mut dyn Sink) {
    let mut text = Written::default();
    named.iter().for_each(|pair| text.pairs(std::slice::from_ref(pair), out));
}

#[cfg(test)]
mod tests;
