//! A stretch of a file as a file of its own: a file of a case that lies, stored as it is, in the zip of a bundle.

use std::io::{self, Read, Seek, SeekFrom};

/// The stretch, read at any place.
pub(super) struct Window<F> {
    file: F,
    from: u64,
    length: u64,
    at: u64,
}

impl<F: Read + Seek> Window<F> {
    /// `length` bytes of `file` from `from` on.
    pub(super) fn new(file: F, from: u64, length: u64) -> Self {
        Self { file, from, length, at: 0 }
    }
}

impl<F: Read + Seek> Read for Window<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.length.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let most = left.min(buffer.len());
        self.file.seek(SeekFrom::Start(self.from.saturating_add(self.at)))?;
        let count = self.file.read(buffer.get_mut(..most).unwrap_or_default())?;
        self.at = self.at.saturating_add(count as u64);
        Ok(count)
    }
}

impl<F: Read + Seek> Seek for Window<F> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_outside_the_stretch_is_read() {
        let mut window = Window::new(io::Cursor::new(b"0123456789"), 2, 5);
        let mut text = String::new();
        window.read_to_string(&mut text).unwrap();
        assert_eq!(text, "23456");
        assert_eq!(window.seek(SeekFrom::End(-2)).unwrap(), 3);
        text.clear();
        window.read_to_string(&mut text).unwrap();
        assert_eq!(text, "56");
        assert_eq!(window.seek(SeekFrom::Start(9)).unwrap(), 9);
        assert_eq!(window.read(&mut [0; 4]).unwrap(), 0);
        assert!(window.seek(SeekFrom::Current(-10)).is_err());
    }
}
