//! The custody chain: each line names the digest of the line before it, so that none can be changed, dropped or moved unseen.
//!
//! What a chain alone cannot show is a cut at its end: its head must stand somewhere else too (the seal, the paper form).

use std::io::{BufRead, Read as _};

use serde_json::{Map, Value};

use crate::model::limits::JOURNAL_LINE_BYTES;
use crate::model::{Act, CustodyEvent, Digest};

/// What `prev` holds in the first event: there is no line before it.
pub const GENESIS: Digest = Digest([0; 32]);

/// An event before it has a place in the chain.
#[derive(Debug, Clone)]
pub struct Draft {
    /// When, RFC 3339, UTC.
    pub time: String,
    /// What was done.
    pub act: Act,
    /// Who, as the operator named themselves.
    pub operator: String,
    /// Host it was done on.
    pub host: String,
    /// Tool and version.
    pub tool: String,
    /// Particulars, by stable English keys.
    pub detail: Map<String, Value>,
}

/// The end of a chain, to which the next event is tied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chain {
    /// Events so far, and the `seq` of the next one.
    pub events: u64,
    /// SHA-256 of the last line, without its newline; [`GENESIS`] before the first.
    pub head: Digest,
}

/// An event cannot be written down so that it reads back the same.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// JSON could not carry it.
    #[error("custody event {seq} cannot be written as JSON")]
    Json {
        /// Its place in the chain.
        seq: u64,
        /// Why.
        source: serde_json::Error,
    },
    /// It reads back different: a float that JSON rounds. Use whole numbers and text in `detail`.
    #[error("custody event {seq} does not read back as it was written: keep to text and whole numbers in its detail")]
    NotStable {
        /// Its place in the chain.
        seq: u64,
    },
    /// Longer than any reader of the journal takes.
    #[error("custody event {seq} is {bytes} bytes long, over the limit of {JOURNAL_LINE_BYTES}: shorten its detail")]
    TooLong {
        /// Its place in the chain.
        seq: u64,
        /// Its length.
        bytes: usize,
    },
}

/// Where a journal is broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct Broken {
    /// The first line that is not as it was written, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: String,
}

impl Default for Chain {
    fn default() -> Self {
        Self { events: 0, head: GENESIS }
    }
}

impl Chain {
    /// Ties `draft` to the end and gives its line, without a newline.
    pub fn append(&mut self, draft: Draft) -> Result<String, ChainError> {
        let seq = self.events;
        let Draft { time, act, operator, host, tool, detail } = draft;
        let event = CustodyEvent { seq, time, act, operator, host, tool, detail, prev: self.head.to_string() };
        let line = serde_json::to_string(&event).map_err(|source| ChainError::Json { seq, source })?;
        if line.len() >= JOURNAL_LINE_BYTES {
            return Err(ChainError::TooLong { seq, bytes: line.len() });
        }
        if !reads_back(&line) {
            return Err(ChainError::NotStable { seq });
        }
        self.events = seq.saturating_add(1);
        self.head = Digest::of(line.as_bytes());
        Ok(line)
    }

    /// Takes one line (without newline) as the next of the chain, or says why it is not.
    pub fn accept(&mut self, line: &[u8]) -> Result<CustodyEvent, Broken> {
        let number = self.events.saturating_add(1);
        let broken = |why: String| Broken { line: number, why };
        let text = std::str::from_utf8(line).map_err(|_| broken("is not UTF-8".into()))?;
        let event: CustodyEvent =
            serde_json::from_str(text).map_err(|e| broken(format!("is not a custody event: {e}")))?;
        if !reads_back(text) {
            return Err(broken("is not spelled as hozen writes it: something was added to it or rewritten".into()));
        }
        if event.prev != self.head.to_string() {
            return Err(broken(if self.events == 0 {
                "is not the first event: lines before it are missing".into()
            } else {
                format!(
                    "does not follow line {}: one of the two was changed, or lines between them are gone",
                    self.events
                )
            }));
        }
        if event.seq != self.events {
            return Err(broken(format!("has number {} where {} is due", event.seq, self.events)));
        }
        self.events = number;
        self.head = Digest::of(line);
        Ok(event)
    }
}

/// Whether a line is in the one spelling that hozen gives it.
fn reads_back(line: &str) -> bool {
    let Ok(event) = serde_json::from_str::<CustodyEvent>(line) else { return false };
    serde_json::to_string(&event).is_ok_and(|again| again == line)
}

/// Why a journal could not be followed to its end.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// It is broken.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// It could not be read.
    #[error("the custody journal could not be read after line {line}: check the disk and try again")]
    Read {
        /// The last good line.
        line: u64,
        /// The kernel's word.
        source: std::io::Error,
    },
}

/// A journal that was followed as far as it has whole lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// The end of the chain.
    pub chain: Chain,
    /// Length of its whole lines.
    pub bytes: u64,
    /// What is wrong with the last line, if it was cut off in the middle: a crash can do that, and nothing was built on it.
    pub cut: Option<Broken>,
}

/// Follows a journal to its end, handing each event to `each`, and gives the end of the chain.
pub fn check(journal: &mut dyn BufRead, each: &mut dyn FnMut(CustodyEvent)) -> Result<Chain, CheckError> {
    match follow(journal, each)? {
        Followed { cut: Some(broken), .. } => Err(broken.into()),
        Followed { chain, .. } => Ok(chain),
    }
}

/// The same, but a last line without its end is told and no error.
pub fn follow(journal: &mut dyn BufRead, each: &mut dyn FnMut(CustodyEvent)) -> Result<Followed, CheckError> {
    let mut chain = Chain::default();
    let mut bytes: u64 = 0;
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = (&mut *journal)
            .take(JOURNAL_LINE_BYTES as u64)
            .read_until(b'\n', &mut line)
            .map_err(|source| CheckError::Read { line: chain.events, source })?;
        if read == 0 {
            return Ok(Followed { chain, bytes, cut: None });
        }
        let number = chain.events.saturating_add(1);
        let Some(text) = line.strip_suffix(b"\n") else {
            if read >= JOURNAL_LINE_BYTES {
                return Err(Broken { line: number, why: "is over the length limit".into() }.into());
            }
            let cut = Some(Broken { line: number, why: "has no end: it was cut off".into() });
            return Ok(Followed { chain, bytes, cut });
        };
        each(chain.accept(text)?);
        bytes = bytes.saturating_add(read as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(n: u64) -> Draft {
        let mut detail = Map::new();
        detail.insert("z".into(), n.into());
        detail.insert("a".into(), "顧客".into());
        Draft {
            time: "2026-11-21T00:00:00Z".into(),
            act: Act::Collect,
            operator: "山田".into(),
            host: "web01".into(),
            tool: "hozen 0.1.0".into(),
            detail,
        }
    }

    fn journal(n: u64) -> Vec<String> {
        let mut chain = Chain::default();
        (0..n).map(|i| chain.append(draft(i)).unwrap()).collect()
    }

    fn check_lines(lines: &[String]) -> Result<Chain, CheckError> {
        let text: String = lines.iter().map(|l| format!("{l}\n")).collect();
        check(&mut text.as_bytes(), &mut |_| {})
    }

    #[test]
    fn a_chain_reads_back_and_can_go_on() {
        let mut lines = journal(3);
        let mut chain = check_lines(&lines).unwrap();
        assert_eq!(chain.events, 3);
        lines.push(chain.append(draft(9)).unwrap());
        assert_eq!(check_lines(&lines).unwrap(), chain);
    }

    #[test]
    fn keys_of_the_detail_are_sorted_whatever_their_order() {
        assert!(journal(1)[0].contains(r#""detail":{"a":"顧客","z":0}"#));
    }

    #[test]
    fn a_dropped_doubled_or_swapped_line_is_named() {
        let whole = journal(4);
        for at in 0..3 {
            let mut lines = whole.clone();
            lines.remove(at);
            assert_eq!(broken(&lines).line, at as u64 + 1);
            let mut lines = whole.clone();
            lines.insert(at, whole[at].clone());
            assert_eq!(broken(&lines).line, at as u64 + 2);
            let mut lines = whole.clone();
            lines.swap(at, at + 1);
            assert_eq!(broken(&lines).line, at as u64 + 1);
        }
    }

    fn broken(lines: &[String]) -> Broken {
        match check_lines(lines).unwrap_err() {
            CheckError::Broken(broken) => broken,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn any_changed_byte_is_noticed_but_for_the_last_line_content() {
        let text: String = journal(3).iter().map(|l| format!("{l}\n")).collect();
        let last_line = text.trim_end().rfind('\n').unwrap() + 1;
        for at in 0..last_line {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            assert!(check(&mut bytes.as_slice(), &mut |_| {}).is_err(), "byte {at}");
        }
    }

    #[test]
    fn floats_that_do_not_read_back_are_refused_not_written() {
        let mut chain = Chain::default();
        let mut event = draft(0);
        event.detail.insert("f".into(), serde_json::json!(1.0e300 / 3.0));
        // Either it is stable, and then the chain accepts it, or it is refused; never a line that does not check.
        if let Ok(line) = chain.append(event) {
            assert!(Chain::default().accept(line.as_bytes()).is_ok());
        }
    }

    #[test]
    fn a_journal_cut_anywhere_is_followed_to_its_last_whole_line() {
        let text: String = journal(3).iter().map(|l| format!("{l}\n")).collect();
        for at in 0..text.len() {
            let followed = follow(&mut &text.as_bytes()[..at], &mut |_| {}).unwrap();
            let whole = text.as_bytes()[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
            assert_eq!((followed.bytes, followed.cut.is_some()), (whole as u64, whole < at), "{at}");
        }
    }

    #[test]
    fn a_cut_or_overlong_line_is_named() {
        let text = journal(2).join("\n");
        assert!(check(&mut text.as_bytes(), &mut |_| {}).unwrap_err().to_string().contains("line 2"));
        let long = vec![b'x'; JOURNAL_LINE_BYTES + 5];
        assert!(check(&mut long.as_slice(), &mut |_| {}).unwrap_err().to_string().contains("length limit"));
    }
}
