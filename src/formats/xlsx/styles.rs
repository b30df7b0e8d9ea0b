//! Which number format a cell has: `styles.xml`, from the index in the cell over `cellXfs` to a code ([ECMA-376] Part 1, 18.8).

use std::collections::BTreeMap;
use std::io;

use crate::formats::sheet::number::Shape;
use crate::formats::sheet::xml::{Step, Xml};
use crate::model::limits::PART_BYTES;

/// The formats of cells, by the index that a cell names.
#[derive(Debug, Default)]
pub(in crate::formats) struct Styles {
    shapes: Vec<Shape>,
    of_cell: Vec<u16>,
}

/// Excel itself holds 65,490 cell formats.
const MOST: usize = 65_500;

impl Styles {
    /// Adds the format of the next cell style, by the number of its number format.
    pub(in crate::formats) fn add(&mut self, id: u32, codes: &BTreeMap<u32, String>) -> bool {
        if self.of_cell.len() >= MOST {
            return false;
        }
        let shape = codes.get(&id).map_or_else(|| Shape::built_in(id), |code| Shape::of(code));
        let known = self.shapes.iter().take(1024).position(|known| *known == shape);
        let at = known.unwrap_or_else(|| {
            self.shapes.push(shape);
            self.shapes.len() - 1
        });
        self.of_cell.push(u16::try_from(at).unwrap_or(u16::MAX));
        true
    }

    pub(in crate::formats) fn shape(&self, style: usize) -> &Shape {
        self.of_cell.get(style).and_then(|at| self.shapes.get(usize::from(*at))).unwrap_or(&Shape::General)
    }
}

pub(super) fn read(xml: &mut Xml<'_>, styles: &mut Styles) -> io::Result<()> {
    let (mut codes, mut in_cells) = (BTreeMap::new(), false);
    xml.limit(PART_BYTES);
    loop {
        match xml.next()? {
            Step::Start => match xml.name() {
                "numFmt" if codes.len() < MOST => {
                    if let (Some(id), Some(code)) = (number(xml, "numFmtId"), xml.attr("formatCode")) {
                        codes.insert(id, code);
                    }
                }
                "cellXfs" => in_cells = true,
                "xf" if in_cells => {
                    let id = number(xml, "numFmtId").unwrap_or(0);
                    if !styles.add(id, &codes) {
                        return Err(io::Error::other(format!("over {MOST} cell formats")));
                    }
                }
                _ => {}
            },
            Step::End if xml.name() == "cellXfs" => in_cells = false,
            Step::Done => return Ok(()),
            _ => {}
        }
    }
}

fn number(xml: &Xml<'_>, name: &str) -> Option<u32> {
    xml.attr(name)?.parse().ok()
}
