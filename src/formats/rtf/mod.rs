//! RTF (Rich Text Format Specification 1.9.1): text in the code pages of its fonts and in Unicode, tables as rows, notes and boxes as lines
//! of their own, properties under their names, embedded objects as children.

mod document;
mod object;
mod words;

use std::io::{self, BufRead, BufReader};

use super::trouble::{in_order, read_error};
use super::{Claim, Format, Head, Input, Sink};
use crate::model::GapKind;
use document::Document;

/// RTF files.
pub struct Rtf;

impl Format for Rtf {
    fn id(&self) -> &'static str {
        "rtf"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        if head.bytes.starts_with(b"{\\rtf") { Claim::Yes } else { Claim::No }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["rtf"]
    }

    fn read(&self, _: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let mut src = Bytes { src: BufReader::with_capacity(64 * 1024, in_order(input)), at: 0 };
        let mut document = Document::new();
        let outcome = read(&mut src, &mut document, out);
        let open = document.open_groups();
        document.finish(out);
        match outcome {
            Err(error) => return read_error(out, &error, src.at),
            Ok(()) if open > 0 => {
                let reason = format!("it ends inside of {open} groups; what is there was read; look for a whole copy");
                out.gap(GapKind::Truncated, reason);
            }
            Ok(()) => {}
        }
        if document.pictures > 0 {
            let reason = format!(
                "{} picture(s) in it were not looked at; if one may show a person or a document, look at it by hand",
                document.pictures
            );
            out.gap(GapKind::NoText, reason);
        }
    }
}

/// The bytes, one by one.
struct Bytes<R> {
    src: R,
    at: u64,
}

impl<R: BufRead> Bytes<R> {
    fn peek(&mut self) -> io::Result<Option<u8>> {
        loop {
            match self.src.fill_buf() {
                Ok(buf) => return Ok(buf.first().copied()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn next(&mut self) -> io::Result<Option<u8>> {
        let byte = self.peek()?;
        if byte.is_some() {
            self.src.consume(1);
            self.at += 1;
        }
        Ok(byte)
    }

    /// The next byte, if it is one of these.
    fn next_if(&mut self, wanted: impl Fn(u8) -> bool) -> io::Result<Option<u8>> {
        match self.peek()? {
            Some(byte) if wanted(byte) => self.next(),
            _ => Ok(None),
        }
    }
}

fn read<R: BufRead>(src: &mut Bytes<R>, document: &mut Document, out: &mut dyn Sink) -> io::Result<()> {
    while let Some(byte) = src.next()? {
        match byte {
            b'{' => document.begin_group(out),
            b'}' => document.end_group(out),
            b'\\' => control(src, document, out)?,
            b'\r' | b'\n' | 0 => {}
            byte => document.byte(byte, out),
        }
    }
    Ok(())
}

/// What follows a backslash.
fn control<R: BufRead>(src: &mut Bytes<R>, document: &mut Document, out: &mut dyn Sink) -> io::Result<()> {
    let Some(first) = src.next()? else { return Ok(()) };
    if first == b'\'' {
        let (high, low) = (src.next_if(|b| b.is_ascii_hexdigit())?, src.next_if(|b| b.is_ascii_hexdigit())?);
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        if let (Some(high), Some(low)) = (digit(high), digit(low)) {
            document.byte(u8::try_from(high << 4 | low).unwrap_or(b'?'), out);
        }
        return Ok(());
    }
    if !first.is_ascii_alphabetic() {
        document.symbol(first, out);
        return Ok(());
    }
    let mut word = String::from(char::from(first));
    while let Some(byte) = src.next_if(|b| b.is_ascii_alphabetic())? {
        word.push(char::from(byte));
        if word.len() >= 64 {
            break;
        }
    }
    let mut digits = String::new();
    if src.next_if(|b| b == b'-')?.is_some() {
        digits.push('-');
    }
    while let Some(byte) = src.next_if(|b| b.is_ascii_digit())? {
        digits.push(char::from(byte));
        if digits.len() > 11 {
            break;
        }
    }
    src.next_if(|b| b == b' ')?;
    let number = digits.parse::<i64>().ok().map(|number| i32::try_from(number).unwrap_or(0));
    if word == "bin" {
        // Bytes as they are: a picture or an object.
        document.pictures += 1;
        let count = u64::try_from(number.unwrap_or(0)).unwrap_or(0);
        return io::copy(&mut (&mut src.src).take_bytes(count), &mut io::sink()).map(|passed| src.at += passed);
    }
    document.word(&word, number, out);
    Ok(())
}

/// Some bytes of a reader.
trait TakeBytes: Sized {
    fn take_bytes(self, count: u64) -> io::Take<Self>;
}

impl<R: io::Read> TakeBytes for R {
    fn take_bytes(self, count: u64) -> io::Take<Self> {
        self.take(count)
    }
}

#[cfg(test)]
mod tests;
