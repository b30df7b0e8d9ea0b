//! Relations of a part to others ([ECMA-376] Part 2, 8.5): by id, to a path in the package or to an address outside.

use std::io;

use crate::formats::sheet::xml::{Step, Xml};
use crate::model::limits::PART_BYTES;

/// One relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Relation {
    pub(super) id: String,
    /// The last word of its type, in lower case: `worksheet`, `sharedstrings`.
    pub(super) kind: String,
    /// A path from the root of the package, in lower case; outside of it the address as it stands.
    pub(super) target: String,
    pub(super) external: bool,
}

/// Relations that are kept of one part; a part has a handful, and one for each of its links.
const MOST: usize = 200_000;

pub(super) fn read(xml: &mut Xml<'_>, from: &str, relations: &mut Vec<Relation>) -> io::Result<()> {
    xml.limit(PART_BYTES);
    loop {
        match xml.next()? {
            Step::Start if xml.name() == "Relationship" => {
                let external = xml.attr("TargetMode").is_some_and(|mode| mode.eq_ignore_ascii_case("external"));
                let target = xml.attr("Target").unwrap_or_default();
                let kind = xml.attr("Type").unwrap_or_default();
                let kind = kind.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
                let target = if external { target } else { resolve(from, &target) };
                relations.push(Relation { id: xml.attr("Id").unwrap_or_default(), kind, target, external });
                if relations.len() >= MOST {
                    return Err(io::Error::other(format!("over {MOST} relations")));
                }
            }
            Step::Done => return Ok(()),
            _ => {}
        }
    }
}

/// The path of the relations of a part.
pub(super) fn path_of(part: &str) -> String {
    let (folder, name) = part.rsplit_once('/').map_or(("", part), |(folder, name)| (folder, name));
    let slash = if folder.is_empty() { "" } else { "/" };
    format!("{folder}{slash}_rels/{name}.rels")
}

/// A target as seen from a part.
fn resolve(from: &str, target: &str) -> String {
    let target = target.split('#').next().unwrap_or_default().replace('\\', "/");
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let whole = if target.starts_with('/') { target } else { format!("{folder}/{target}") };
    let mut steps: Vec<&str> = Vec::new();
    for step in whole.split('/').filter(|step| !step.is_empty() && *step != ".") {
        if step == ".." {
            steps.pop();
        } else {
            steps.push(step);
        }
    }
    steps.join("/").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_seen_from_their_part() {
        for (from, target, want) in [
            ("xl/workbook.xml", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl/worksheets/sheet1.xml", "../comments1.xml", "xl/comments1.xml"),
            ("xl/workbook.xml", "/xl/styles.xml", "xl/styles.xml"),
            ("xl/workbook.xml", "../../../../etc/passwd", "etc/passwd"),
            ("", "xl/workbook.xml", "xl/workbook.xml"),
            ("xl/a.xml", ".\\Sheets\\S.xml#x", "xl/sheets/s.xml"),
        ] {
            assert_eq!(resolve(from, target), want);
        }
        assert_eq!(
            (path_of("xl/workbook.xml").as_str(), path_of("a").as_str()),
            ("xl/_rels/workbook.xml.rels", "_rels/a.rels")
        );
    }
}
