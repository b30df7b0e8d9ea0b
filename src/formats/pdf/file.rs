//! The objects of a PDF, each read when it is asked for (ISO 32000-1, 7.3.10, 7.5.7).

use std::collections::HashMap;
use std::rc::Rc;

use super::bytes::Source;
use super::crypt::{Crypt, Locked};
use super::filters::{Room, Unfolded, undo};
use super::lex::{Lexer, Stop, Token};
use super::rebuild;
use super::value::{Dict, Id, Stream, Value};
use super::xref::{self, Places, Spot};
use crate::formats::{Budget, ReadSeek};
use crate::model::limits::PART_BYTES;

/// How much is read for one object, in turn, until it is whole.
const OBJECT_BYTES: [usize; 4] = [4096, 64 * 1024, 1024 * 1024, 16 * 1024 * 1024];
/// References that lead to references.
const HOPS: usize = 16;
/// Unfolded object streams that are kept.
const HOLDERS: usize = 8;
/// Filters on one stream.
const FILTERS: usize = 8;

/// The bytes of an object stream, and where each object begins in them.
type Held = (Rc<Vec<u8>>, Rc<HashMap<u32, usize>>);

/// An object stream that was unfolded.
struct Holder {
    number: u32,
    bytes: Rc<Vec<u8>>,
    index: Rc<HashMap<u32, usize>>,
}

/// An open file.
pub(super) struct File<'s> {
    pub(super) src: Source<'s>,
    /// Where its head begins: offsets count from there.
    pub(super) base: u64,
    pub(super) budget: Rc<Budget>,
    places: Places,
    crypt: Option<Crypt>,
    held: Vec<Holder>,
    /// Its table was broken, so the objects were looked for.
    pub(super) rebuilt: bool,
    /// Object streams that could not be unfolded whole.
    pub(super) torn_holders: usize,
}

impl<'s> File<'s> {
    pub(super) fn new((src, length): (&'s mut dyn ReadSeek, u64), base: u64, budget: Rc<Budget>) -> Self {
        Self {
            src: Source::new(src, length),
            base,
            budget,
            places: Places::default(),
            crypt: None,
            held: Vec::new(),
            rebuilt: false,
            torn_holders: 0,
        }
    }

    /// Learns where the objects are.
    pub(super) fn open(&mut self) -> Result<(), Locked> {
        match xref::read(self) {
            Some(places) => {
                self.places = places;
                self.unlock()
            }
            None => self.rebuild(),
        }
    }

    fn unlock(&mut self) -> Result<(), Locked> {
        let Some(encrypt) = self.places.trailer.get("Encrypt").cloned() else { return Ok(()) };
        let Value::Dict(mut dict) = self.resolve(&encrypt) else { return Err(Locked("unknown")) };
        for value in dict.values_mut() {
            *value = self.resolve(value);
        }
        let ids = self.places.trailer.get("ID").cloned().map(|ids| self.resolve(&ids));
        let first = ids.as_ref().and_then(Value::list).and_then(|ids| ids.first()).and_then(Value::text);
        self.crypt = Some(Crypt::open(&dict, first.unwrap_or_default())?);
        Ok(())
    }

    /// Looks for the objects, once.
    fn rebuild(&mut self) -> Result<(), Locked> {
        if std::mem::replace(&mut self.rebuilt, true) {
            return Ok(());
        }
        let trailer = std::mem::take(&mut self.places.trailer);
        let (mut places, holders) = rebuild::scan(self);
        for (name, value) in trailer {
            places.trailer.entry(name).or_insert(value);
        }
        self.places = places;
        self.held.clear();
        if self.crypt.is_none() {
            self.unlock()?;
        }
        for number in holders {
            let Some(Spot::At(at)) = self.places.spots.get(&number).copied() else { continue };
            let Some((_, index)) = self.holder(number) else { continue };
            for inner in index.keys() {
                // What stands further back is newer.
                let is_newer = match self.places.spots.get(inner) {
                    Some(Spot::At(other)) => *other < at,
                    _ => true,
                };
                if is_newer {
                    self.places.newer(*inner, Spot::In(number));
                }
            }
        }
        Ok(())
    }

    pub(super) fn trailer(&mut self, name: &str) -> Value {
        let value = self.places.trailer.get(name).cloned().unwrap_or(Value::Null);
        self.resolve(&value)
    }

    /// Whether there are more objects than are looked up.
    pub(super) fn is_over(&self) -> bool {
        self.places.over
    }

    /// Numbers of all objects, in order.
    pub(super) fn numbers(&self) -> Vec<u32> {
        let mut numbers: Vec<u32> = self.places.spots.keys().copied().collect();
        numbers.sort_unstable();
        numbers
    }

    /// Follows a reference; what leads nowhere is null.
    pub(super) fn resolve(&mut self, value: &Value) -> Value {
        let mut value = value.clone();
        for _ in 0..HOPS {
            let Value::Ref(id) = value else { return value };
            value = self.object(id.0).unwrap_or(Value::Null);
        }
        Value::Null
    }

    /// The value of a key, followed.
    pub(super) fn get(&mut self, dict: &Dict, name: &str) -> Value {
        dict.get(name).map_or(Value::Null, |value| self.resolve(value))
    }

    fn object(&mut self, number: u32) -> Option<Value> {
        if self.budget.is_spent() {
            return None;
        }
        match *self.places.spots.get(&number)? {
            Spot::At(at) => {
                if let Some((id, value)) = self.object_at(at.checked_add(self.base)?)
                    && id.0 == number
                {
                    return Some(self.plain(value, id));
                }
                if self.rebuilt || self.rebuild().is_err() {
                    return None;
                }
                self.object(number)
            }
            Spot::In(holder) => {
                let (bytes, index) = self.holder(holder)?;
                let mut lexer = Lexer::new(bytes.get(*index.get(&number)?..)?);
                let value = lexer.value().ok();
                self.budget.count(lexer.at as u64);
                value
            }
        }
    }

    /// An object stream, unfolded, and where each object begins in it.
    fn holder(&mut self, number: u32) -> Option<Held> {
        if let Some(at) = self.held.iter().position(|holder| holder.number == number) {
            let holder = self.held.remove(at);
            let found = (Rc::clone(&holder.bytes), Rc::clone(&holder.index));
            self.held.push(holder);
            return Some(found);
        }
        // A holder stands in the file itself, so this goes no deeper.
        let Spot::At(at) = *self.places.spots.get(&number)? else { return None };
        let (id, Value::Stream(stream)) = self.object_at(at.checked_add(self.base)?)? else { return None };
        if id.0 != number || stream.dict.get("Type").and_then(Value::name) != Some("ObjStm") {
            return None;
        }
        let unfolded = self.unfold(&stream);
        self.torn_holders += usize::from(unfolded.trouble.is_some());
        let first = usize::try_from(stream.dict.get("First").and_then(Value::count)?).ok()?;
        let head = unfolded.bytes.get(..first.min(unfolded.bytes.len()))?;
        let mut lexer = Lexer::content(head);
        let mut index = HashMap::new();
        let mut next = || lexer.value().ok()?.count();
        while let (Some(number), Some(offset)) = (next(), next()) {
            if let (Ok(number), Ok(offset)) = (u32::try_from(number), usize::try_from(offset)) {
                index.insert(number, first.saturating_add(offset));
            }
        }
        let holder = Holder { number, bytes: Rc::new(unfolded.bytes), index: Rc::new(index) };
        let found = (Rc::clone(&holder.bytes), Rc::clone(&holder.index));
        self.held.push(holder);
        while self.held.len() > HOLDERS
            || (self.held.len() > 1 && self.held.iter().map(|held| held.bytes.len() as u64).sum::<u64>() > PART_BYTES)
        {
            self.held.remove(0);
        }
        Some(found)
    }

    /// The object that begins at a byte, its strings still encrypted.
    pub(super) fn object_at(&mut self, at: u64) -> Option<(Id, Value)> {
        self.whole_at(at, |lexer| {
            let (number, generation) = (lexer.value()?.count(), lexer.value()?.count());
            let id = number.zip(generation).and_then(|(n, g)| Some((u32::try_from(n).ok()?, u16::try_from(g).ok()?)));
            let (Some(id), Token::Word(word)) = (id, lexer.token()?) else { return Err(Stop::Bad) };
            // `obj` may stand at the value without a space.
            if word != "obj" {
                return Err(Stop::Bad);
            }
            let value = lexer.value()?;
            let Value::Dict(dict) = value else { return Ok((id, value)) };
            match lexer.token() {
                Ok(Token::Word(word)) if word == "stream" => {
                    let skip = match lexer.rest() {
                        [b'\r', b'\n', ..] => 2,
                        [b'\n' | b'\r', ..] => 1,
                        [] => return Err(Stop::End),
                        _ => 0,
                    };
                    let stream = Stream { dict, at: at + (lexer.at + skip) as u64, id };
                    Ok((id, Value::Stream(Box::new(stream))))
                }
                Err(Stop::End) => Err(Stop::End),
                _ => Ok((id, Value::Dict(dict))),
            }
        })
    }

    /// The value that begins at a byte.
    pub(super) fn value_at(&mut self, at: u64) -> Option<Value> {
        self.whole_at(at, |lexer| lexer.value())
    }

    fn whole_at<T>(&mut self, at: u64, read: impl Fn(&mut Lexer<'_>) -> Result<T, Stop>) -> Option<T> {
        for want in OBJECT_BYTES {
            let bytes = self.src.bytes(at, want);
            let is_all = bytes.len() < want;
            let mut lexer = Lexer::new(bytes);
            match read(&mut lexer).map(|value| (value, lexer.at)) {
                Ok((value, taken)) => {
                    // Reading the same again and again must end too.
                    self.budget.count(taken as u64);
                    return Some(value);
                }
                Err(Stop::End) if !is_all => {}
                Err(_) => return None,
            }
        }
        None
    }

    fn plain(&self, value: Value, id: Id) -> Value {
        let Some(crypt) = &self.crypt else { return value };
        match value {
            Value::Text(text) => Value::Text(crypt.string(&text, id)),
            Value::List(list) => Value::List(list.into_iter().map(|value| self.plain(value, id)).collect()),
            Value::Dict(dict) => Value::Dict(self.plain_dict(dict, id)),
            Value::Stream(stream) => {
                let Stream { dict, at, id } = *stream;
                Value::Stream(Box::new(Stream { dict: self.plain_dict(dict, id), at, id }))
            }
            other => other,
        }
    }

    fn plain_dict(&self, dict: Dict, id: Id) -> Dict {
        dict.into_iter().map(|(name, value)| (name, self.plain(value, id))).collect()
    }

    /// A stream with all filters undone, as far as it goes.
    pub(super) fn unfold(&mut self, stream: &Stream) -> Unfolded {
        let raw = self.raw(stream);
        let is_metadata = stream.dict.get("Type").and_then(Value::name) == Some("Metadata");
        let plain = match &self.crypt {
            Some(crypt) if (!is_metadata || crypt.metadata) && !has_crypt_filter(&stream.dict) => {
                Unfolded { bytes: crypt.stream(&raw.bytes, stream.id), trouble: raw.trouble }
            }
            _ => raw,
        };
        self.undo_all(stream, plain)
    }

    /// The same of a stream that is never encrypted.
    pub(super) fn unfold_plain(&mut self, stream: &Stream) -> Unfolded {
        let raw = self.raw(stream);
        self.undo_all(stream, raw)
    }

    fn undo_all(&mut self, stream: &Stream, mut unfolded: Unfolded) -> Unfolded {
        let list = |value: Value| match value {
            Value::List(list) => list,
            Value::Null => Vec::new(),
            one => vec![one],
        };
        let either = |long: &str, short: &str| {
            stream.dict.get(long).or_else(|| stream.dict.get(short)).cloned().unwrap_or(Value::Null)
        };
        let filters = self.resolve(&either("Filter", "F"));
        let parms = self.resolve(&either("DecodeParms", "DP"));
        let (filters, parms) = (list(filters), list(parms));
        let room = Room { limit: PART_BYTES as usize, budget: Rc::clone(&self.budget) };
        if filters.len() > FILTERS {
            return Unfolded { bytes: Vec::new(), trouble: Some(format!("it is packed more than {FILTERS} times")) };
        }
        for (at, filter) in filters.iter().enumerate() {
            let filter = self.resolve(filter);
            let mut parms = parms.get(at).and_then(|parms| self.resolve(parms).dict().cloned()).unwrap_or_default();
            for value in parms.values_mut() {
                *value = self.resolve(value);
            }
            let next = undo(filter.name().unwrap_or_default(), &parms, unfolded.bytes, &room);
            unfolded = Unfolded { bytes: next.bytes, trouble: unfolded.trouble.or(next.trouble) };
        }
        unfolded
    }

    /// The bytes of a stream as they stand in the file. Its stated length is believed only where it ends in `endstream`.
    fn raw(&mut self, stream: &Stream) -> Unfolded {
        if self.budget.is_spent() {
            return Unfolded { bytes: Vec::new(), trouble: Some("the budget is used up".to_owned()) };
        }
        let stated = self.get(&stream.dict, "Length").count();
        let is_right = stated.is_some_and(|length| {
            let tail = stream.at.checked_add(length).map(|end| self.src.bytes(end, 24)).unwrap_or_default();
            let mut lexer = Lexer::new(tail);
            lexer.skip_space();
            lexer.rest().starts_with(b"endstream") || lexer.rest().starts_with(b"endobj")
        });
        let mut trouble = None;
        let length = match stated.filter(|_| is_right) {
            Some(length) => length,
            None => match self.distance_to_end(stream.at) {
                Some(length) => length,
                None => {
                    trouble = Some("it is cut off".to_owned());
                    self.src.length.saturating_sub(stream.at)
                }
            },
        };
        if length > PART_BYTES {
            trouble = Some(format!("it is longer than {PART_BYTES} bytes"));
        }
        let length = length.min(PART_BYTES) as usize;
        let bytes = self.src.bytes(stream.at, length).to_vec();
        self.budget.count(bytes.len() as u64);
        if bytes.len() < length && trouble.is_none() {
            trouble = Some("it is cut off".to_owned());
        }
        Unfolded { bytes, trouble }
    }

    fn distance_to_end(&mut self, from: u64) -> Option<u64> {
        const STEP: usize = 64 * 1024;
        const WORD: &[u8] = b"endstream";
        let mut at = from;
        while at < self.src.length && !self.budget.is_spent() {
            self.budget.count(STEP as u64);
            let bytes = self.src.bytes(at, STEP + WORD.len());
            if let Some(spot) = memchr::memmem::find(bytes, WORD) {
                // The line break before it is not part of the bytes.
                let before = bytes.get(..spot).unwrap_or_default();
                let breaks = if before.ends_with(b"\r\n") {
                    2
                } else {
                    usize::from(before.ends_with(b"\n") || before.ends_with(b"\r"))
                };
                return Some(at - from + (spot - breaks) as u64);
            }
            if bytes.len() < STEP {
                return None;
            }
            at += STEP as u64;
        }
        None
    }
}

fn has_crypt_filter(dict: &Dict) -> bool {
    match dict.get("Filter") {
        Some(Value::Name(name)) => name == "Crypt",
        Some(Value::List(list)) => list.first().and_then(Value::name) == Some("Crypt"),
        _ => false,
    }
}
