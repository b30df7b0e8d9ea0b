//! What pax headers say of the member that follows: its name, its size, its holes (POSIX.1-2001 and GNU tar's sparse formats 0.0, 0.1, 1.0).

/// Stretches of one sparse file, or of all, that are held; what is stored behind them is read without its holes.
pub(super) const STRETCHES: usize = 1_000_000;

/// What stands in them, as far as it matters here.
#[derive(Debug, Clone, Default)]
pub(super) struct Pax {
    pub(super) path: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    /// The stretches of a sparse file.
    pub(super) map: Vec<(u64, u64)>,
    /// The map stands before the content (format 1.0).
    pub(super) map_ahead: bool,
    /// An offset that waits for its length (format 0.0).
    offset: Option<u64>,
    /// More stretches were told than are held.
    pub(super) overfull: bool,
    /// The records break their own form.
    pub(super) damaged: bool,
}

impl Pax {
    /// Takes in the records of one header: `LENGTH KEY=VALUE\n`, the length counting itself.
    pub(super) fn take(&mut self, mut records: &[u8]) {
        while !records.is_empty() && records != [0] {
            let Some((record, rest)) = split(records) else {
                self.damaged = true;
                return;
            };
            if let Some(at) = memchr::memchr(b'=', record) {
                let (key, value) = record.split_at(at);
                self.set(key, value.get(1..).unwrap_or_default());
            }
            records = rest;
        }
    }

    fn set(&mut self, key: &[u8], value: &[u8]) {
        match key {
            // A sparse file's `path` is made up.
            b"path" if self.path.is_none() => self.path = Some(value.to_vec()),
            b"GNU.sparse.name" => self.path = Some(value.to_vec()),
            b"size" => self.size = decimal(value),
            b"GNU.sparse.major" => self.map_ahead = value == b"1",
            b"GNU.sparse.offset" => self.offset = decimal(value),
            b"GNU.sparse.numbytes" => {
                if let (Some(offset), Some(length)) = (self.offset.take(), decimal(value)) {
                    self.overfull |= self.map.len() >= STRETCHES;
                    if !self.overfull {
                        self.map.push((offset, length));
                    }
                }
            }
            b"GNU.sparse.map" => {
                let numbers: Option<Vec<u64>> = value.split(|byte| *byte == b',').map(decimal).collect();
                match numbers {
                    Some(numbers) => self.map = pairs(&numbers),
                    None => self.damaged = true,
                }
            }
            _ => {}
        }
    }
}

/// The first record, without its length and line end, and the rest.
fn split(records: &[u8]) -> Option<(&[u8], &[u8])> {
    let blank = memchr::memchr(b' ', records)?;
    let length = usize::try_from(decimal(records.get(..blank)?)?).ok()?;
    let record = records.get(blank + 1..length)?;
    Some((record.strip_suffix(b"\n")?, records.get(length..)?))
}

pub(super) fn pairs(numbers: &[u64]) -> Vec<(u64, u64)> {
    numbers.chunks_exact(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?))).collect()
}

/// A number in decimal digits.
pub(super) fn decimal(digits: &[u8]) -> Option<u64> {
    let digits =
        std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()))?;
    digits.parse().ok()
}
