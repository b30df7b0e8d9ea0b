//! BinXml, the tokens that an event is written in ([MS-EVEN6] 2.2.12; the forms on disk as libevtx documents them, "Windows XML Event
//! Log (EVTX) format", chapter 4).
//!
//! All offsets count from the start of the chunk, which is at hand whole. Names and templates are read where an offset says; the chains
//! that link them serve Windows to find them again and are not followed.

use super::event::{Event, Stop};
use super::value::wide;
use crate::model::limits::{EVENT_NESTING, EVENT_TOKENS};

/// Reads the events of one chunk.
pub(super) struct Reader<'c> {
    chunk: &'c [u8],
    /// Tokens that may still be read.
    pub(super) tokens: usize,
}

/// One value of an instance of a template.
#[derive(Clone, Copy)]
struct Slot {
    kind: u8,
    start: usize,
    end: usize,
    used: bool,
}

/// A stretch of tokens, and where they stand.
struct Stretch<'v> {
    at: usize,
    end: usize,
    /// Values that they refer to.
    slots: &'v mut [Slot],
    /// Fragments around them.
    depth: usize,
    /// In a template, elements have an identifier more.
    in_template: bool,
}

impl<'c> Reader<'c> {
    pub(super) fn new(chunk: &'c [u8], tokens: usize) -> Self {
        Self { chunk, tokens }
    }

    /// One event, whose tokens stand here. What was read before trouble is in the event.
    pub(super) fn event(&mut self, at: usize, end: usize) -> (Event, Option<Stop>) {
        let mut event = Event::default();
        let before = self.tokens;
        self.tokens = before.min(EVENT_TOKENS);
        let allowed = self.tokens;
        let stretch = Stretch { at, end, slots: &mut [], depth: 0, in_template: true };
        let read = self.fragment(stretch, &mut event);
        self.tokens = before - (allowed - self.tokens);
        event.close_to(0);
        let stop = read.err().or(event.damaged.then_some(Stop::Damaged));
        (event, stop)
    }

    fn get<const N: usize>(&self, at: usize) -> Result<[u8; N], Stop> {
        self.chunk.get(at..).and_then(|rest| rest.first_chunk()).copied().ok_or(Stop::Damaged)
    }

    fn u8(&self, at: usize) -> Result<u8, Stop> {
        self.get(at).map(u8::from_le_bytes)
    }

    fn u16(&self, at: usize) -> Result<usize, Stop> {
        self.get(at).map(|bytes| usize::from(u16::from_le_bytes(bytes)))
    }

    fn u32(&self, at: usize) -> Result<usize, Stop> {
        usize::try_from(self.get(at).map(u32::from_le_bytes)?).map_err(|_| Stop::Damaged)
    }

    /// Text behind its number of characters, and where it ends.
    fn counted(&self, at: usize, end: usize) -> Result<(String, usize), Stop> {
        let stop = at + 2 + self.u16(at)? * 2;
        let bytes = self.chunk.get(at + 2..stop).filter(|_| stop <= end).ok_or(Stop::Damaged)?;
        Ok((wide(bytes), stop))
    }

    /// A name by the offset that stands at `at`, and where to go on: it may follow at once.
    fn name(&self, at: usize) -> Result<(String, usize), Stop> {
        let from = self.u32(at)?;
        // The next in its chain, a hash, the number of characters; a zero behind them.
        let head = from.checked_add(6).ok_or(Stop::Damaged)?;
        let (name, end) = self.counted(head, self.chunk.len())?;
        if name.is_empty() || self.u16(end)? != 0 {
            return Err(Stop::Damaged);
        }
        Ok((name, if from == at + 4 { end + 2 } else { at + 4 }))
    }

    /// The name of an element that is opened at `at`, and where to go on. In a template an identifier stands before its length.
    fn element(&self, at: usize, in_template: bool) -> Result<(String, usize), Stop> {
        let (usual, other) = if in_template { (7, 5) } else { (5, 7) };
        self.name(at + usual).or_else(|_| self.name(at + other))
    }

    /// Tokens up to the end of the fragment.
    fn fragment(&mut self, mut here: Stretch<'_>, event: &mut Event) -> Result<(), Stop> {
        if here.depth > EVENT_NESTING {
            return Err(Stop::Over);
        }
        let base = event.depth();
        while here.at < here.end {
            self.tokens = self.tokens.checked_sub(1).ok_or(Stop::Over)?;
            if !self.token(&mut here, base, event)? {
                break;
            }
        }
        event.close_to(base);
        Ok(())
    }

    /// One token; false if it was the last.
    fn token(&mut self, here: &mut Stretch<'_>, base: usize, event: &mut Event) -> Result<bool, Stop> {
        let at = here.at;
        let token = self.u8(at)?;
        // 0x40 says that more follows, which the next token says too.
        here.at = match token & !0x40 {
            0x00 => return Ok(false),
            0x01 => {
                let (name, next) = self.element(at, here.in_template)?;
                event.open(name)?;
                // The length of its list of attributes.
                if token & 0x40 != 0 { next + 4 } else { next }
            }
            0x02 => {
                event.end_attribute();
                at + 1
            }
            0x03 | 0x04 => {
                let depth = event.depth().checked_sub(1).filter(|depth| *depth >= base).ok_or(Stop::Damaged)?;
                event.close_to(depth);
                at + 1
            }
            0x05 if self.u8(at + 1)? == 1 => self.literal(at + 2, here.end, event)?,
            0x06 => {
                let (name, next) = self.name(at + 1)?;
                event.attribute(name).map(|()| next)?
            }
            0x07 | 0x0B => self.literal(at + 1, here.end, event)?,
            0x08 => {
                let unit = u16::try_from(self.u16(at + 1)?).map_err(|_| Stop::Damaged)?;
                event.text(&String::from_utf16_lossy(&[unit])).map(|()| at + 3)?
            }
            0x09 => {
                let (name, next) = self.name(at + 1)?;
                event.text(&entity(&name)).map(|()| next)?
            }
            0x0A => self.name(at + 1)?.1,
            0x0C => self.template(here, event)?,
            0x0D | 0x0E => self.substitution(here, event).map(|()| at + 4)?,
            0x0F => at + 4,
            _ => return Err(Stop::Damaged),
        };
        Ok(true)
    }

    fn literal(&self, at: usize, end: usize, event: &mut Event) -> Result<usize, Stop> {
        let (text, next) = self.counted(at, end)?;
        event.text(&text).map(|()| next)
    }

    /// A value of the template's instance. It is given once, wherever it may be asked for again.
    fn substitution(&mut self, here: &mut Stretch<'_>, event: &mut Event) -> Result<(), Stop> {
        let index = self.u16(here.at + 1)?;
        let Some(slot) = here.slots.get_mut(index).filter(|slot| !slot.used) else { return Ok(()) };
        slot.used = true;
        let slot = *slot;
        self.slot(slot, here.depth, event)
    }

    fn slot(&mut self, slot: Slot, depth: usize, event: &mut Event) -> Result<(), Stop> {
        if slot.kind == 0x21 {
            let inner = Stretch { at: slot.start, end: slot.end, slots: &mut [], depth: depth + 1, in_template: false };
            return self.fragment(inner, event);
        }
        let bytes = self.chunk.get(slot.start..slot.end).ok_or(Stop::Damaged)?;
        event.value(slot.kind, bytes)
    }

    /// An instance of a template: which one, then the values; the template stands between them where it is used first.
    fn template(&mut self, here: &Stretch<'_>, event: &mut Event) -> Result<usize, Stop> {
        let from = self.u32(here.at + 6)?;
        let head = here.at + 10;
        // The next in its chain, an identifier of 16 bytes, its length, and its tokens.
        let body = from.checked_add(24).ok_or(Stop::Damaged)?;
        let length = from.checked_add(20).ok_or(Stop::Damaged).and_then(|at| self.u32(at));
        let body_end = length.and_then(|length| body.checked_add(length).ok_or(Stop::Damaged));
        let values = if from == head { body_end? } else { head };
        let (mut slots, next, is_cut) = self.slots(values, here.end)?;
        let known = body_end.ok().filter(|end| *end <= self.chunk.len());
        let read = match known {
            Some(end) => {
                let slots = slots.as_mut_slice();
                let inner = Stretch { at: body, end, slots, depth: here.depth + 1, in_template: true };
                self.fragment(inner, event)
            }
            None => Err(Stop::Damaged),
        };
        if read == Err(Stop::Over) {
            return Err(Stop::Over);
        }
        event.damaged |= read.is_err() || is_cut;
        // What the template does not ask for, or what a damaged one can not, stands without a name.
        for slot in slots.into_iter().filter(|slot| !slot.used) {
            match self.slot(slot, here.depth, event) {
                Err(Stop::Damaged) => event.damaged = true,
                other => other?,
            }
        }
        Ok(next)
    }

    /// The values of an instance (how many, the size and type of each, and all of them), where they end, and whether they are cut.
    fn slots(&self, at: usize, end: usize) -> Result<(Vec<Slot>, usize, bool), Stop> {
        let count = self.u32(at)?;
        let first = at + 4;
        let mut start = count.checked_mul(4).and_then(|bytes| first.checked_add(bytes)).ok_or(Stop::Damaged)?;
        if start > end {
            return Err(Stop::Damaged);
        }
        let mut slots = Vec::with_capacity(count);
        for index in 0..count {
            let descriptor = first + index * 4;
            let stop = start + self.u16(descriptor)?;
            if stop > end {
                // What is there of a value that is cut is text.
                slots.push(Slot { kind: self.u8(descriptor + 2)?, start, end, used: false });
                return Ok((slots, end, true));
            }
            slots.push(Slot { kind: self.u8(descriptor + 2)?, start, end: stop, used: false });
            start = stop;
        }
        Ok((slots, start, false))
    }
}

/// What a reference to an entity stands for. None but these are declared.
fn entity(name: &str) -> String {
    match name {
        "lt" => "<".to_owned(),
        "gt" => ">".to_owned(),
        "amp" => "&".to_owned(),
        "quot" => "\"".to_owned(),
        "apos" => "'".to_owned(),
        _ => format!("&{name};"),
    }
}
