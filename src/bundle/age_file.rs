//! A file on its way out or in: hashed as it is, encrypted or decrypted by age, a block at a time.

use std::io::{self, BufRead, BufReader, Read, Write};

use super::identity::Identities;
use super::recipient::Recipients;
use crate::model::Digest;
use crate::model::limits::BLOCK_BYTES;

/// What an encrypted file begins with.
const MAGIC: &[u8] = b"age-encryption.org/";
/// The same as text.
const ARMOR: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";

/// Whether a file with this beginning is encrypted by age.
pub fn is_age(head: &[u8]) -> bool {
    head.starts_with(MAGIC) || head.starts_with(ARMOR)
}

/// A writer that counts and hashes what goes through it.
pub struct Hashing<W> {
    out: W,
    sha256: sha2::Sha256,
    bytes: u64,
}

impl<W> Hashing<W> {
    /// Through to `out`.
    pub fn new(out: W) -> Self {
        Self { out, sha256: <sha2::Sha256 as sha2::Digest>::new(), bytes: 0 }
    }

    /// What it wrote to, how many bytes, and their digest.
    pub fn end(self) -> (W, u64, Digest) {
        (self.out, self.bytes, Digest(sha2::Digest::finalize(self.sha256).into()))
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        sha2::Digest::update(&mut self.sha256, bytes.get(..count).unwrap_or_default());
        self.bytes = self.bytes.saturating_add(count as u64);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.out.read(buffer)?;
        sha2::Digest::update(&mut self.sha256, buffer.get(..count).unwrap_or_default());
        self.bytes = self.bytes.saturating_add(count as u64);
        Ok(count)
    }
}

/// A writer that encrypts, where there is someone to encrypt to.
pub enum Locked<W: Write> {
    /// As it is.
    Open(W),
    /// Encrypted.
    Age(Box<age::stream::StreamWriter<W>>),
}

impl<W: Write> Locked<W> {
    /// Encrypts to these recipients, or to nobody.
    ///
    /// # Errors
    /// When the header can not be written, or the recipients can not be brought together.
    pub fn new(out: W, recipients: Option<&Recipients>) -> io::Result<Self> {
        let Some(recipients) = recipients else { return Ok(Self::Open(out)) };
        // Its words may be in the language of the machine, which says nothing to whoever reads the other one.
        let encryptor = recipients.encryptor().map_err(|_| io::Error::other("these recipients do not go together"))?;
        Ok(Self::Age(Box::new(encryptor.wrap_output(out)?)))
    }

    /// Ends the stream: without this it can not be opened.
    ///
    /// # Errors
    /// When it can not be written.
    pub fn end(self) -> io::Result<W> {
        match self {
            Self::Open(out) => Ok(out),
            Self::Age(stream) => stream.finish(),
        }
    }
}

impl<W: Write> Write for Locked<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Open(out) => out.write(bytes),
            Self::Age(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Open(out) => out.flush(),
            Self::Age(stream) => stream.flush(),
        }
    }
}

/// Bytes that encryption adds at most: header, and 16 per block of 64 KiB.
pub fn overhead(bytes: u64, recipients: usize) -> u64 {
    let header = 1_000_u64.saturating_add(1_000_u64.saturating_mul(recipients as u64));
    header.saturating_add((bytes / 65_536).saturating_add(2).saturating_mul(16))
}

/// Why an encrypted file can not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// None of the keys is one that it was encrypted to.
    #[error("it is encrypted to someone else: none of the identities given opens it")]
    WrongKey,
    /// A passphrase was given, and it is not that one.
    #[error("the passphrase is not that one, or the header of the file is damaged")]
    WrongPassphrase,
    /// It is encrypted by a passphrase, and none was given.
    #[error("it is encrypted by a passphrase: add --passphrase")]
    NeedsPassphrase,
    /// It is not encrypted by a passphrase, and no identity was given.
    #[error("it is encrypted to a key: name yours with --identity")]
    NeedsIdentity,
    /// The header is damaged or cut.
    #[error("its header is damaged or cut: get the file again")]
    Header,
    /// It asks for more work than is sane.
    #[error("its passphrase costs more work than hozen does for a file of someone else: open it with `age -d`")]
    Work,
    /// The file could not be read.
    #[error("it could not be read")]
    Unread(io::ErrorKind),
}

/// The bytes of a bundle, decrypted where they are encrypted.
pub enum Opened<R: Read> {
    /// As they are.
    Plain(BufReader<R>),
    /// Decrypted.
    Age(Box<age::stream::StreamReader<age::armor::ArmoredReader<BufReader<BufReader<R>>>>>),
}

impl<R: Read> Opened<R> {
    /// Looks at the beginning and decrypts if it must. `identities` are those that the user named.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn new(file: R, identities: &Identities) -> Result<Self, OpenError> {
        let mut reader = BufReader::with_capacity(BLOCK_BYTES, file);
        let head = reader.fill_buf().map_err(|error| OpenError::Unread(error.kind()))?;
        if !is_age(head) {
            return Ok(Self::Plain(reader));
        }
        let decryptor = age::Decryptor::new_buffered(age::armor::ArmoredReader::new(reader));
        let decryptor = decryptor.map_err(|_| OpenError::Header)?;
        let by_passphrase = decryptor.is_scrypt();
        let has_any = identities.each().next().is_some();
        let stream = decryptor.decrypt(identities.each()).map_err(|error| match error {
            age::DecryptError::ExcessiveWork { .. } => OpenError::Work,
            age::DecryptError::NoMatchingKeys if by_passphrase => OpenError::NeedsPassphrase,
            age::DecryptError::NoMatchingKeys if !has_any => OpenError::NeedsIdentity,
            age::DecryptError::NoMatchingKeys => OpenError::WrongKey,
            age::DecryptError::DecryptionFailed | age::DecryptError::KeyDecryptionFailed if by_passphrase => {
                OpenError::WrongPassphrase
            }
            _ => OpenError::Header,
        })?;
        Ok(Self::Age(Box::new(stream)))
    }
}

impl<R: Read> Read for Opened<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(reader) => reader.read(buffer),
            Self::Age(stream) => stream.read(buffer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encrypted_is_seen_by_its_beginning() {
        assert!(is_age(b"age-encryption.org/v1\n") && is_age(ARMOR));
        assert!(!is_age(b"PK\x03\x04") && !is_age(b""));
    }

    #[test]
    fn a_passphrase_locks_and_opens() {
        let secret = |text: &str| age::secrecy::SecretString::from(text.to_owned());
        let recipients = Recipients::with_passphrase(secret("open sesame"));
        let mut locked = Locked::new(Vec::new(), Some(&recipients)).unwrap();
        locked.write_all(b"content").unwrap();
        let file = locked.end().unwrap();
        let open = |identities: &Identities, file: &[u8]| {
            let mut bytes = Vec::new();
            Opened::new(file, identities).map(|mut opened| opened.read_to_end(&mut bytes).map(|_| bytes))
        };
        let right = Identities::with_passphrase(secret("open sesame"));
        assert_eq!(open(&right, &file).unwrap().unwrap(), b"content");
        assert_eq!(open(&Identities::with_passphrase(secret("x")), &file).unwrap_err(), OpenError::WrongPassphrase);
        assert_eq!(open(&Identities::default(), &file).unwrap_err(), OpenError::NeedsPassphrase);
        assert_eq!(open(&right, &file[..30]).unwrap_err(), OpenError::Header);
        assert!(open(&right, &file[..file.len() - 1]).unwrap().is_err(), "cut");
    }
}
