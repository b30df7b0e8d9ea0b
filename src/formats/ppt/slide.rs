//! The text of a slide, its notes or a master: text boxes are paragraphs, and the boxes of a group that stand in rows and columns are a table.

use super::records::{Met, Object, walk};
use crate::formats::Sink;
use crate::formats::flow::Flow;
use crate::formats::little::u32_at;

/// Boxes of one group that are held to see whether they are a table.
const BOXES: usize = 20_000;

const GROUP: u16 = 0xF003;
const SHAPE: u16 = 0xF004;
const ANCHOR: u16 = 0xF00F;

/// The numbers of the slides in the order in which they are shown ([MS-PPT] 2.4.14.3).
pub(super) fn slide_order(doc: &[u8], document: &Object) -> Vec<u32> {
    let (mut order, mut inside) = (Vec::new(), false);
    walk(doc, document, &mut |met| match met {
        Met::Begin(record) if record.kind == 0x0FF0 => inside = record.instance == 0,
        Met::End(record) if record.kind == 0x0FF0 => inside = false,
        Met::Atom(record) if record.kind == 0x03F3 && inside => order.extend(u32_at(doc, record.start)),
        _ => {}
    });
    order
}

/// A box of a group.
#[derive(Default)]
struct Box {
    left: i32,
    top: i32,
    text: String,
}

/// Reads all text in a record.
pub(super) fn read_text(doc: &[u8], of: &Object, flow: &mut Flow, out: &mut dyn Sink) {
    let (mut groups, mut shape): (Vec<Vec<Box>>, Option<Box>) = (Vec::new(), None);
    walk(doc, of, &mut |met| match met {
        Met::Begin(record) if record.kind == GROUP => groups.push(Vec::new()),
        Met::Begin(record) if record.kind == SHAPE => shape = Some(Box::default()),
        Met::End(record) if record.kind == SHAPE => {
            let Some(ended) = shape.take().filter(|ended| !ended.text.is_empty()) else { return };
            // The outermost group is the slide itself.
            let is_slide = groups.len() < 2;
            match groups.last_mut() {
                Some(boxes) if !is_slide && boxes.len() < BOXES => boxes.push(ended),
                _ => paragraphs(&ended.text, flow, out),
            }
        }
        Met::End(record) if record.kind == GROUP => give(groups.pop().unwrap_or_default(), flow, out),
        Met::Atom(record) if record.kind == ANCHOR => {
            if let Some(shape) = &mut shape {
                let number = |at: usize| u32_at(doc, record.start + at).unwrap_or(0).cast_signed();
                (shape.left, shape.top) = (number(0), number(4));
            }
        }
        Met::Atom(record) => {
            let Some(text) = text_of(doc, &record) else { return };
            match &mut shape {
                Some(shape) => {
                    if !shape.text.is_empty() {
                        shape.text.push('\r');
                    }
                    shape.text.push_str(&text);
                }
                None => paragraphs(&text, flow, out),
            }
        }
        _ => {}
    });
    groups.into_iter().for_each(|group| give(group, flow, out));
    shape.into_iter().for_each(|shape| paragraphs(&shape.text, flow, out));
}

/// The text of a record that has some: UTF-16, its low bytes, or a name, a link, a comment.
fn text_of(doc: &[u8], record: &Object) -> Option<String> {
    let raw = doc.get(record.start..record.end)?;
    let text = match record.kind {
        0x0FA0 | 0x0FBA => encoding_rs::UTF_16LE.decode_without_bom_handling(raw).0.into_owned(),
        0x0FA8 => raw.iter().map(|byte| char::from(*byte)).collect(),
        _ => return None,
    };
    // The names of what programs keep here for themselves, and marks for the number of a page.
    (!text.starts_with("___PPT") && text.trim() != "*").then_some(text)
}

fn paragraphs(text: &str, flow: &mut Flow, out: &mut dyn Sink) {
    for paragraph in text.split('\r') {
        flow.text(&paragraph.replace('\u{b}', "\n"), out);
        flow.end_paragraph(out);
    }
}

/// Boxes that stand in rows and columns are a table.
fn give(mut boxes: Vec<Box>, flow: &mut Flow, out: &mut dyn Sink) {
    let sorted = |of: &dyn Fn(&Box) -> i32| {
        let mut all: Vec<i32> = boxes.iter().map(of).collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    let (lefts, tops) = (sorted(&|one| one.left), sorted(&|one| one.top));
    boxes.sort_by_key(|one| (one.top, one.left));
    let apart = boxes.windows(2).all(|two| !matches!(two, [a, b] if (a.top, a.left) == (b.top, b.left)));
    if lefts.len() < 2 || tops.len() < 2 || !apart || boxes.len() * 2 < lefts.len() * tops.len() {
        return boxes.iter().for_each(|one| paragraphs(&one.text, flow, out));
    }
    flow.begin_table(out);
    for top in tops {
        let mut column = 0;
        for one in boxes.iter().filter(|one| one.top == top) {
            let at = lefts.partition_point(|left| *left < one.left);
            flow.skip_columns(u32::try_from(at.saturating_sub(column)).unwrap_or(0));
            column = at + 1;
            paragraphs(&one.text, flow, out);
            flow.end_cell(1, out);
        }
        flow.end_row(out);
    }
    flow.end_table(out);
}
