//! Tokens and values from bytes (ISO 32000-1, 7.2 and 7.3), with a bound on how deep and how many.

use super::value::{Dict, Value};

/// Lists and dictionaries inside each other.
const DEPTH: usize = 64;
/// Values in one object.
const VALUES: usize = 1_000_000;

/// Why there is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The bytes end within it.
    End,
    /// It is none, or over a bound.
    Bad,
}

/// The smallest parts.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Value(Value),
    /// An operator, or a word such as `obj` and `stream`.
    Word(String),
    ListBegin,
    ListEnd,
    DictBegin,
    DictEnd,
}

/// A place in bytes.
pub(super) struct Lexer<'b> {
    bytes: &'b [u8],
    pub(super) at: usize,
    values: usize,
    /// Whether `N G R` is a reference: not so in content.
    refs: bool,
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !is_delimiter(byte)
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

impl<'b> Lexer<'b> {
    /// Values of the file.
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0, values: 0, refs: true }
    }

    /// Values and operators of content or a CMap, where there are no references.
    pub(super) fn content(bytes: &'b [u8]) -> Self {
        Self { refs: false, ..Self::new(bytes) }
    }

    /// Another object begins: its values are counted from none.
    pub(super) fn begin_anew(&mut self) {
        self.values = 0;
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(super) fn rest(&self) -> &'b [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    pub(super) fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b'%' {
                let line = self.rest().iter().position(|byte| matches!(byte, b'\r' | b'\n'));
                self.at = line.map_or(self.bytes.len(), |length| self.at + length);
            } else if is_space(byte) {
                self.at += 1;
            } else {
                break;
            }
        }
    }

    /// The next token; `Stop::End` behind the last.
    pub(super) fn token(&mut self) -> Result<Token, Stop> {
        self.skip_space();
        let byte = self.peek().ok_or(Stop::End)?;
        self.at += 1;
        match byte {
            b'[' => Ok(Token::ListBegin),
            b']' => Ok(Token::ListEnd),
            b'(' => self.text().map(|text| Token::Value(Value::Text(text))),
            b'/' => Ok(Token::Value(Value::Name(self.name()))),
            b'<' if self.peek() == Some(b'<') => {
                self.at += 1;
                Ok(Token::DictBegin)
            }
            b'<' => self.hex_text().map(|text| Token::Value(Value::Text(text))),
            b'>' if self.peek() == Some(b'>') => {
                self.at += 1;
                Ok(Token::DictEnd)
            }
            b'{' | b'}' | b'>' | b')' => Ok(Token::Word(char::from(byte).to_string())),
            _ => {
                self.at -= 1;
                Ok(self.word())
            }
        }
    }

    fn regular(&mut self) -> &'b [u8] {
        let rest = self.rest();
        let length = rest.iter().position(|byte| !is_regular(*byte)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    fn word(&mut self) -> Token {
        let word = self.regular();
        if let Some(number) = number(word) {
            return Token::Value(Value::Number(number));
        }
        match word {
            b"true" => Token::Value(Value::Bool(true)),
            b"false" => Token::Value(Value::Bool(false)),
            b"null" => Token::Value(Value::Null),
            _ => Token::Word(word.iter().take(128).map(|byte| char::from(*byte)).collect()),
        }
    }

    fn name(&mut self) -> String {
        let raw = self.regular();
        let mut name = String::new();
        let mut at = 0;
        while let Some(byte) = raw.get(at) {
            let escaped = (*byte == b'#').then(|| Some((hex(*raw.get(at + 1)?)?, hex(*raw.get(at + 2)?)?))).flatten();
            match escaped {
                Some((high, low)) => {
                    name.push(char::from(high << 4 | low));
                    at += 3;
                }
                None => {
                    name.push(char::from(*byte));
                    at += 1;
                }
            }
        }
        name
    }

    fn text(&mut self) -> Result<Vec<u8>, Stop> {
        let mut text = Vec::new();
        let mut open = 1usize;
        loop {
            let byte = self.peek().ok_or(Stop::End)?;
            self.at += 1;
            match byte {
                b'(' => open += 1,
                b')' => {
                    open -= 1;
                    if open == 0 {
                        return Ok(text);
                    }
                }
                b'\\' => {
                    self.escape(&mut text)?;
                    continue;
                }
                _ => {}
            }
            text.push(byte);
        }
    }

    fn escape(&mut self, text: &mut Vec<u8>) -> Result<(), Stop> {
        let byte = self.peek().ok_or(Stop::End)?;
        self.at += 1;
        match byte {
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'\n' => {}
            b'\r' => self.at += usize::from(self.peek() == Some(b'\n')),
            b'0'..=b'7' => {
                let mut code = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.peek() else { break };
                    code = code * 8 + u32::from(digit - b'0');
                    self.at += 1;
                }
                text.push((code & 0xFF) as u8);
            }
            other => text.push(other),
        }
        Ok(())
    }

    fn hex_text(&mut self) -> Result<Vec<u8>, Stop> {
        let length = self.rest().iter().position(|byte| *byte == b'>').ok_or(Stop::End)?;
        let digits: Vec<u8> =
            self.rest().get(..length).unwrap_or_default().iter().filter_map(|byte| hex(*byte)).collect();
        self.at += length + 1;
        Ok(digits
            .chunks(2)
            .map(|pair| pair.iter().fold(0, |value, digit| value << 4 | digit) << (8 - 4 * pair.len()))
            .collect())
    }

    /// The next value; an operator is none.
    pub(super) fn value(&mut self) -> Result<Value, Stop> {
        let token = self.token()?;
        self.value_of(token, 0)
    }

    /// The value that begins with this token.
    pub(super) fn value_of(&mut self, token: Token, depth: usize) -> Result<Value, Stop> {
        self.values += 1;
        if self.values > VALUES || depth > DEPTH {
            return Err(Stop::Bad);
        }
        match token {
            Token::Value(Value::Number(number)) if self.refs => Ok(self.reference(number)?),
            Token::Value(value) => Ok(value),
            Token::ListBegin => self.list(depth),
            Token::DictBegin => self.dict(depth).map(Value::Dict),
            Token::Word(_) | Token::ListEnd | Token::DictEnd => Err(Stop::Bad),
        }
    }

    /// A number, or the reference that begins with it.
    fn reference(&mut self, number: f64) -> Result<Value, Stop> {
        let plain = Ok(Value::Number(number));
        if number < 0.0 || number.fract() != 0.0 || number > f64::from(u32::MAX) {
            return plain;
        }
        let back = self.at;
        self.skip_space();
        let generation = self.regular();
        self.skip_space();
        let generation = generation.iter().all(u8::is_ascii_digit).then(|| self::number(generation)).flatten();
        if let (Some(generation), Some(b'R')) = (generation, self.peek())
            && self.bytes.get(self.at + 1).is_none_or(|byte| !is_regular(*byte))
        {
            self.at += 1;
            return Ok(Value::Ref((number as u32, generation.min(65535.0) as u16)));
        }
        self.at = back;
        plain
    }

    fn list(&mut self, depth: usize) -> Result<Value, Stop> {
        let mut list = Vec::new();
        loop {
            match self.token()? {
                Token::ListEnd => return Ok(Value::List(list)),
                // A stray word must not lose what stands beside it.
                Token::Word(word) if word == "endobj" || word == "endstream" => return Err(Stop::Bad),
                Token::Word(_) | Token::DictEnd => {}
                token => list.push(self.value_of(token, depth + 1)?),
            }
        }
    }

    fn dict(&mut self, depth: usize) -> Result<Dict, Stop> {
        let mut dict = Dict::new();
        loop {
            match self.token()? {
                Token::DictEnd => return Ok(dict),
                Token::Value(Value::Name(name)) => match self.token()? {
                    Token::DictEnd => return Ok(dict),
                    Token::Word(word) if word == "endobj" || word == "stream" => return Err(Stop::Bad),
                    Token::Word(_) | Token::ListEnd => {}
                    token => {
                        let value = self.value_of(token, depth + 1)?;
                        dict.insert(name, value);
                    }
                },
                Token::Word(word) if word == "endobj" || word == "stream" => return Err(Stop::Bad),
                _ => {}
            }
        }
    }
}

/// A number as PDF writes it; writers that are not strict write `--5` and `1.2.3`.
fn number(word: &[u8]) -> Option<f64> {
    if !word.first()?.is_ascii_digit() && !matches!(word.first()?, b'+' | b'-' | b'.') {
        return None;
    }
    if !word.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.')) {
        return None;
    }
    if !word.iter().any(u8::is_ascii_digit) {
        // A lone sign is read as nothing by viewers.
        return Some(0.0);
    }
    let text = std::str::from_utf8(word).ok()?;
    if let Ok(number) = text.parse::<f64>() {
        return number.is_finite().then_some(number);
    }
    let negative = text.starts_with('-');
    let bare = text.trim_start_matches(['+', '-']);
    let end = bare.find(['+', '-']).unwrap_or(bare.len());
    let bare = bare.get(..end)?;
    let whole: String = bare.splitn(3, '.').take(2).collect::<Vec<_>>().join(".");
    whole.parse::<f64>().ok().filter(|number| number.is_finite()).map(|n| if negative { -n } else { n })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_they_are_written() {
        let mut lexer = Lexer::new(b"<</A#42 [1 0 R -2.5 (a\\)(b)\\101\\\n) <414>] /B<</C/D>>>> 7 0 obj");
        let Value::Dict(dict) = lexer.value().unwrap() else { panic!() };
        let list =
            [Value::Ref((1, 0)), Value::Number(-2.5), Value::Text(b"a)(b)A".to_vec()), Value::Text(b"A@".to_vec())];
        assert_eq!(dict["AB"].list().unwrap(), list);
        assert_eq!(dict["B"].dict().unwrap()["C"].name(), Some("D"));
        assert_eq!(lexer.value(), Ok(Value::Number(7.0)));
    }

    #[test]
    fn depth_and_count_are_bounded() {
        assert_eq!(Lexer::new(&b"[".repeat(100_000)).value(), Err(Stop::Bad));
        assert_eq!(Lexer::new(&b"<</A".repeat(100_000)).value(), Err(Stop::Bad));
        let many = [b"[".as_slice(), &b"1 ".repeat(VALUES + 1), b"]"].concat();
        assert_eq!(Lexer::new(&many).value(), Err(Stop::Bad));
    }
}
