//! CMaps (Adobe Technical Note 5014; ISO 32000-1, 9.7.5 and 9.10.3): how bytes are cut into codes, and what codes stand for.
//!
//! Ranges are kept as ranges: one may state four billion codes.

use std::collections::BTreeMap;

use super::super::lex::{Lexer, Token};
use super::super::value::Value;

/// Entries of one CMap.
const ENTRIES: usize = 300_000;

/// What the first code of a range stands for.
#[derive(Debug, Clone, PartialEq)]
enum To {
    Text(Vec<u16>),
    Cid(u32),
}

/// The codes of a CMap.
#[derive(Debug, Default)]
pub(super) struct CMap {
    /// Length, first and last code.
    spaces: Vec<(usize, u32, u32)>,
    /// By length and first code: the last code, and what the first stands for.
    ranges: BTreeMap<(usize, u32), (u32, To)>,
    /// Single codes, which win over ranges.
    singles: BTreeMap<(usize, u32), To>,
    /// The CMap that this one adds to.
    pub(super) uses: Option<String>,
    pub(super) vertical: bool,
}

fn code(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |value, byte| value << 8 | u32::from(*byte))
}

fn units(bytes: &[u8]) -> Vec<u16> {
    if let [one] = bytes {
        return vec![u16::from(*one)];
    }
    bytes
        .chunks_exact(2)
        .take(64)
        .map(|pair| pair.iter().fold(0, |value, byte| value << 8 | u16::from(*byte)))
        .collect()
}

impl CMap {
    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut map = Self::default();
        let mut lexer = Lexer::content(bytes);
        // Values since the last operator; those that no operator takes are dropped.
        let mut held: Vec<Value> = Vec::new();
        while let Ok(token) = lexer.token() {
            let Token::Word(word) = token else {
                if let Ok(value) = lexer.value_of(token, 0)
                    && held.len() < ENTRIES
                {
                    held.push(value);
                }
                continue;
            };
            map.operator(&word, &held);
            held.clear();
            lexer.begin_anew();
            if map.ranges.len() + map.singles.len() > ENTRIES {
                break;
            }
        }
        map
    }

    fn operator(&mut self, word: &str, held: &[Value]) {
        let text = |value: &Value| value.text().map(<[u8]>::to_vec);
        match word {
            "usecmap" => self.uses = held.last().and_then(Value::name).map(str::to_owned),
            "def" => {
                if let [.., Value::Name(name), Value::Number(mode)] = held
                    && name == "WMode"
                {
                    self.vertical = *mode == 1.0;
                }
            }
            "endcodespacerange" => {
                for pair in held.chunks_exact(2) {
                    let (Some(first), Some(last)) = (pair.first().and_then(text), pair.last().and_then(text)) else {
                        continue;
                    };
                    if (1..=4).contains(&first.len()) && self.spaces.len() < 1000 {
                        self.spaces.push((first.len(), code(&first), code(&last)));
                    }
                }
            }
            "endbfchar" | "endcidchar" => {
                for pair in held.chunks_exact(2) {
                    let [from, to] = pair else { continue };
                    if let (Some(from), Some(to)) = (from.text(), target(to)) {
                        self.singles.insert((from.len(), code(from)), to);
                    }
                }
            }
            "endbfrange" | "endcidrange" => held.chunks_exact(3).for_each(|three| self.range(three)),
            _ => {}
        }
    }

    fn range(&mut self, three: &[Value]) {
        let [first, last, to] = three else { return };
        let (Some(first), Some(last)) = (first.text(), last.text()) else { return };
        let (length, first, last) = (first.len(), code(first), code(last));
        if let Some(list) = to.list() {
            for (from, to) in (first..=last).zip(list) {
                if let Some(to) = target(to) {
                    self.singles.insert((length, from), to);
                }
            }
        } else if let Some(to) = target(to) {
            self.ranges.insert((length, first), (last, to));
        }
    }

    /// How many bytes the next code has; `None` if no code space tells.
    pub(super) fn length(&self, bytes: &[u8]) -> Option<usize> {
        // Each byte must lie within its own bounds.
        let fits = |(length, first, last): &(usize, u32, u32)| {
            let own = bytes.get(..*length).unwrap_or_default();
            own.len() == *length
                && own.iter().enumerate().all(|(at, byte)| {
                    let shift = 8 * (length - 1 - at);
                    (first >> shift & 0xFF..=last >> shift & 0xFF).contains(&u32::from(*byte))
                })
        };
        let fitting = self.spaces.iter().filter(|space| fits(space)).map(|space| space.0).min();
        fitting.or_else(|| self.spaces.iter().map(|space| space.0).min())
    }

    fn find(&self, length: usize, code: u32) -> Option<(u32, &To)> {
        if let Some(to) = self.singles.get(&(length, code)) {
            return Some((0, to));
        }
        let ((_, first), (last, to)) = self.ranges.range((length, 0)..=(length, code)).next_back()?;
        (code <= *last).then_some((code - first, to))
    }

    /// The text of a code. Writers state codes in other lengths than they use, so these are tried too.
    pub(super) fn text(&self, length: usize, code: u32) -> Option<String> {
        let lengths = [length, 2, 1, 4, 3];
        let (offset, to) = lengths.iter().find_map(|length| self.find(*length, code))?;
        let To::Text(units) = to else { return None };
        let mut units = units.clone();
        let mut text = match (char::decode_utf16(units.iter().copied()).collect::<Result<String, _>>(), offset) {
            (Ok(text), 0) => text,
            (Ok(mut text), _) => {
                let last = text.pop()?;
                text.push(char::from_u32(u32::from(last).checked_add(offset)?)?);
                text
            }
            (Err(_), _) => {
                *units.last_mut()? = units.last()?.wrapping_add((offset & 0xFFFF) as u16);
                String::from_utf16(&units).ok()?
            }
        };
        text.retain(|one| one != '\0');
        Some(text).filter(|text| !text.is_empty() && !text.contains(['\u{FFFD}', '\u{FFFF}']))
    }

    /// The CID of a code.
    pub(super) fn cid(&self, length: usize, code: u32) -> Option<u32> {
        let (offset, to) = self.find(length, code)?;
        if let To::Cid(cid) = to { cid.checked_add(offset) } else { None }
    }

    pub(super) fn has_spaces(&self) -> bool {
        !self.spaces.is_empty()
    }
}

fn target(value: &Value) -> Option<To> {
    match value {
        Value::Text(bytes) => Some(To::Text(units(bytes))),
        Value::Number(cid) => Some(To::Cid(*cid as u32)),
        // A name of a glyph is allowed too.
        Value::Name(name) => super::names::text_of(name).map(|text| To::Text(text.encode_utf16().collect())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_lists_and_single_codes() {
        let map = CMap::read(
            b"1 begincodespacerange <0000> <FFFF> endcodespacerange 2 beginbfrange <0000> <FFFFFFFF> <0041> \
              <0010> <0011> [<5C71> <D842DFB7>] endbfrange 1 beginbfchar <0020> <00660069> endbfchar",
        );
        let text = |code| map.text(2, code);
        assert_eq!([text(0x10), text(0x11), text(0x20)], ["山", "𠮷", "fi"].map(|s| Some(s.to_owned())));
        assert_eq!(text(2).as_deref(), Some("C"));
        assert_eq!(map.length(&[0, 1, 2]), Some(2));
        // A surrogate alone is no character.
        assert_eq!(text(0xD800 - 0x41), None);
    }
}
