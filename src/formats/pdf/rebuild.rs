//! Finding the objects of a file whose table of them is broken: by looking for `N G obj` from its start to its end.

use super::file::File;
use super::lex::{Lexer, is_space};
use super::value::Value;
use super::xref::{Places, Spot};

const STEP: usize = 256 * 1024;
/// The longest `N G obj` that is looked for.
const OVERLAP: usize = 40;

/// All objects that stand there, the last of each number, and the streams that hold more objects.
pub(super) fn scan(file: &mut File<'_>) -> (Places, Vec<u32>) {
    let mut places = Places::default();
    let mut holders = Vec::new();
    let mut at = 0;
    while at < file.src.length && file.src.failed.is_none() {
        let bytes = file.src.bytes(at, STEP + OVERLAP);
        let mut found: Vec<(u64, Option<u32>)> = Vec::new();
        for spot in memchr::memmem::find_iter(bytes, b"obj") {
            if spot >= OVERLAP || at == 0 {
                found.extend(number_before(bytes, spot).map(|(begin, number)| (at + begin as u64, Some(number))));
            }
        }
        let trailers = memchr::memmem::find_iter(bytes, b"trailer").filter(|spot| *spot + 7 > OVERLAP || at == 0);
        found.extend(trailers.map(|spot| (at + spot as u64 + 7, None)));
        found.sort_unstable();
        for (at, number) in found {
            one(file, at, number, &mut places, &mut holders);
        }
        at += STEP as u64;
    }
    (places, holders)
}

fn one(file: &mut File<'_>, at: u64, number: Option<u32>, places: &mut Places, holders: &mut Vec<u32>) {
    let Some(number) = number else {
        if let Some(Value::Dict(dict)) = file.value_at(at) {
            places.trailer.extend(dict);
        }
        return;
    };
    // Offsets count from the head, as in a table.
    let Some(place) = at.checked_sub(file.base) else { return };
    places.newer(number, Spot::At(place));
    // Only what may be a holder of others is read at once.
    let head = file.src.bytes(at, 1024);
    let telling = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    if !telling(b"/ObjStm") && !telling(b"/XRef") && !telling(b"/Catalog") {
        return;
    }
    let Some((_, value)) = file.object_at(at) else { return };
    let Some(dict) = value.dict() else { return };
    match dict.get("Type").and_then(Value::name) {
        Some("ObjStm") => holders.push(number),
        Some("XRef") => places.trailer.extend(dict.clone()),
        Some("Catalog") => drop(places.trailer.entry("Root".to_owned()).or_insert(Value::Ref((number, 0)))),
        _ => {}
    }
}

/// Where `N G ` before `obj` begins, and N.
fn number_before(bytes: &[u8], obj: usize) -> Option<(usize, u32)> {
    let from = obj.saturating_sub(OVERLAP);
    let before = bytes.get(from..obj)?;
    let back = |end: usize, test: fn(u8) -> bool| {
        let run = before.get(..end).unwrap_or_default().iter().rev().take_while(|byte| test(**byte)).count();
        (end - run, run)
    };
    let (end, spaces) = back(before.len(), is_space);
    let (end, generation) = back(end, |byte| byte.is_ascii_digit());
    let (end, gap) = back(end, is_space);
    let (begin, digits) = back(end, |byte| byte.is_ascii_digit());
    if spaces == 0 || generation == 0 || gap == 0 || digits == 0 || digits > 10 {
        return None;
    }
    let number = Lexer::content(before.get(begin..end)?).value().ok()?.count()?;
    Some((from + begin, u32::try_from(number).ok()?))
}
