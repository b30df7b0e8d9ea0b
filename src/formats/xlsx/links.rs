//! Where the relations of a part lead: links at cells, and what else lies outside of the workbook.

use std::collections::{BTreeMap, BTreeSet};

use super::relations::Relation;
use super::sheet::Around;
use super::{GoOn, texts};
use crate::formats::Sink;
use crate::formats::sheet::grid;
use crate::formats::written::Written;

/// Where relations lead, by their id: to parts, or outside.
pub(super) fn targets(kin: &[Relation], external: bool) -> BTreeMap<&str, &str> {
    let wanted = kin.iter().filter(|relation| relation.external == external);
    wanted.map(|relation| (relation.id.as_str(), relation.target.as_str())).collect()
}

/// Links at cells. An address that its cell shows is not told again.
pub(super) fn links(around: &Around, kin: &[Relation], out: &mut dyn Sink) -> GoOn {
    let (mut lines, by_id) = (Vec::new(), targets(kin, true));
    for (cell, relation, words) in &around.links {
        let target = by_id.get(relation.as_str()).copied().unwrap_or_default();
        let target = target.strip_prefix("mailto:").unwrap_or(target);
        let shown = around.rows.shows(target) || around.rows.shows(target.split('?').next().unwrap_or_default());
        let new = if shown { "" } else { target };
        let words = if around.rows.shows(words) || words.contains(target) && shown { "" } else { words };
        lines.extend([new, words].into_iter().filter(|text| !text.is_empty()).map(|text| (cell, text.to_owned())));
    }
    // Other workbooks and files that the sheet refers to in another way.
    let asked: BTreeSet<&str> = around.links.iter().map(|(_, relation, _)| relation.as_str()).collect();
    let others = kin.iter().filter(|relation| relation.external && !asked.contains(relation.id.as_str()));
    let nowhere = String::new();
    lines.extend(others.map(|relation| (&nowhere, relation.target.clone())));
    lines.is_empty()
        || out.part("links", &mut |out| {
            let mut text = Written::default();
            for (cell, line) in &lines {
                texts::comment(grid::address(cell), line.clone(), &mut text, out);
            }
        })
}

/// Addresses outside that a part refers to, which no cell shows: links in drawings, other workbooks.
pub(super) fn outside(kin: &[Relation], out: &mut dyn Sink) -> GoOn {
    let targets: Vec<&str> = kin.iter().filter(|relation| relation.external).map(|r| r.target.as_str()).collect();
    targets.is_empty() || out.part("links", &mut |out| Written::default().lines(&targets.join("\n"), out))
}
