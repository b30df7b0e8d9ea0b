//! The tree of pages, walked without recursion and without going twice to one place (ISO 32000-1, 7.7.3).

use std::collections::BTreeSet;
use std::rc::Rc;

use super::file::File;
use super::value::{Dict, Id, Value};

/// A page, with what it has from above.
pub(super) struct Page {
    pub(super) id: Option<Id>,
    pub(super) dict: Dict,
    pub(super) resources: Rc<Dict>,
    /// Square units.
    pub(super) area: f64,
}

/// What nodes hand down.
#[derive(Default)]
struct Above {
    resources: Option<Rc<Dict>>,
    area: Option<f64>,
}

/// Gives one page after the other.
#[derive(Default)]
pub(super) struct Tree {
    waiting: Vec<(Value, Rc<Above>)>,
    seen: BTreeSet<Id>,
    /// Branches that lead nowhere.
    pub(super) lost: u64,
}

impl Tree {
    pub(super) fn new(file: &mut File<'_>) -> Self {
        let mut tree = Self::default();
        let root = file.trailer("Root");
        if let Some(pages) = root.dict().and_then(|dict| dict.get("Pages")) {
            tree.waiting.push((pages.clone(), Rc::default()));
        }
        tree
    }

    /// All pages that no tree holds, in the order of their numbers: for a file whose tree is lost.
    pub(super) fn loose(file: &File<'_>) -> Self {
        let mut tree = Self::default();
        tree.waiting.extend(file.numbers().into_iter().rev().map(|number| (Value::Ref((number, 0)), Rc::default())));
        tree
    }

    /// The next page. Of a loose tree only pages count.
    pub(super) fn next(&mut self, file: &mut File<'_>, loose: bool) -> Option<Page> {
        while let Some((value, above)) = self.waiting.pop() {
            if !file.budget.count(0) {
                return None;
            }
            if let Some(id) = value.id()
                && !self.seen.insert(id)
            {
                self.lost += u64::from(!loose);
                continue;
            }
            let node = file.resolve(&value);
            let kind = node.dict().and_then(|dict| dict.get("Type")).and_then(Value::name).unwrap_or_default();
            let Value::Dict(dict) = &node else {
                self.lost += u64::from(!loose);
                continue;
            };
            if loose && kind != "Page" {
                continue;
            }
            let resources = match file.get(dict, "Resources") {
                Value::Dict(own) => Some(Rc::new(own)),
                _ => above.resources.clone(),
            };
            let area = area(file, dict).or(above.area);
            match file.get(dict, "Kids") {
                Value::List(kids) if kind != "Page" => {
                    let above = Rc::new(Above { resources, area });
                    self.waiting.extend(kids.into_iter().rev().map(|kid| (kid, Rc::clone(&above))));
                }
                _ => {
                    let area = area.unwrap_or(612.0 * 792.0);
                    return Some(Page {
                        id: value.id(),
                        dict: dict.clone(),
                        resources: resources.unwrap_or_default(),
                        area,
                    });
                }
            }
        }
        None
    }
}

fn area(file: &mut File<'_>, dict: &Dict) -> Option<f64> {
    area_of(file, dict, "MediaBox")
}

/// The area of a rectangle.
pub(super) fn area_of(file: &mut File<'_>, dict: &Dict, key: &str) -> Option<f64> {
    let Value::List(sides) = file.get(dict, key) else { return None };
    let sides: Vec<f64> = sides.iter().filter_map(|side| file.resolve(side).number()).collect();
    let [left, low, right, high] = sides.as_slice() else { return None };
    Some(((right - left) * (high - low)).abs()).filter(|area| area.is_finite() && *area > 0.0)
}
