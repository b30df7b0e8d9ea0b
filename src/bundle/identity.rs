//! What opens a bundle: an age identity, an SSH private key, either of them protected by a passphrase, or a passphrase alone.

use std::io::Read as _;
use std::str::FromStr as _;

use age::secrecy::SecretString;

use crate::model::limits::{IDENTITY_BYTES, PASSPHRASE_WORK_MOST};

/// Why a file opens nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// Nothing of that kind.
    #[error("is neither an age identity (AGE-SECRET-KEY-1…) nor an OpenSSH private key")]
    NotAnIdentity,
    /// The public half.
    #[error("is a public key: the private half opens the bundle")]
    Public,
    /// A kind that hozen does not have.
    #[error("is of a kind that hozen does not open bundles with: use age itself (`age -d`), then import the zip")]
    Unsupported,
    /// The passphrase does not fit.
    #[error("its passphrase is not that one")]
    WrongPassphrase,
}

/// What opens a bundle.
#[derive(Default)]
pub struct Identities(Vec<Box<dyn age::Identity>>);

/// An identity file, read as far as it goes without its passphrase.
pub enum IdentityFile {
    /// It needs none.
    Open(Identities),
    /// It is protected.
    Locked(Locked),
}

/// A protected identity file.
pub enum Locked {
    /// An age identity file, encrypted by a passphrase.
    Age(Vec<u8>),
    /// An SSH private key.
    Ssh(Box<age::ssh::EncryptedKey>),
}

impl Identities {
    /// A passphrase.
    pub fn with_passphrase(passphrase: SecretString) -> Self {
        let mut identity = age::scrypt::Identity::new(passphrase);
        identity.set_max_work_factor(PASSPHRASE_WORK_MOST);
        Self(vec![Box::new(identity)])
    }

    /// Adds those of another.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(super) fn each(&self) -> impl Iterator<Item = &dyn age::Identity> {
        self.0.iter().map(|one| &**one)
    }
}

impl IdentityFile {
    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// [`IdentityError`].
    pub fn read(bytes: &[u8]) -> Result<Self, IdentityError> {
        if bytes.starts_with(b"age-encryption.org/") || bytes.starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----") {
            return Ok(Self::Locked(Locked::Age(bytes.to_vec())));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| IdentityError::NotAnIdentity)?;
        if text.trim_start().starts_with("-----BEGIN") {
            return ssh(text);
        }
        plain(text).map(Self::Open)
    }
}

impl Locked {
    /// Opens it.
    ///
    /// # Errors
    /// [`IdentityError`]; a wrong passphrase may be asked for again.
    pub fn unlock(&self, passphrase: SecretString) -> Result<Identities, IdentityError> {
        match self {
            Self::Ssh(key) => {
                let key = key.decrypt(passphrase).map_err(|_| IdentityError::WrongPassphrase)?;
                Ok(Identities(vec![Box::new(age::ssh::Identity::from(key))]))
            }
            Self::Age(bytes) => {
                let identity = Identities::with_passphrase(passphrase);
                let reader = age::armor::ArmoredReader::new(bytes.as_slice());
                let decryptor = age::Decryptor::new(reader).map_err(|_| IdentityError::NotAnIdentity)?;
                if !decryptor.is_scrypt() {
                    return Err(IdentityError::Unsupported);
                }
                let reader = decryptor.decrypt(identity.each()).map_err(|error| match error {
                    age::DecryptError::ExcessiveWork { .. } => IdentityError::Unsupported,
                    _ => IdentityError::WrongPassphrase,
                })?;
                let mut text = String::new();
                let read = reader.take(IDENTITY_BYTES).read_to_string(&mut text);
                read.map_err(|_| IdentityError::NotAnIdentity)?;
                plain(&text)
            }
        }
    }
}

fn ssh(text: &str) -> Result<IdentityFile, IdentityError> {
    if text.contains("PUBLIC KEY") {
        return Err(IdentityError::Public);
    }
    match age::ssh::Identity::from_buffer(text.as_bytes(), None) {
        Ok(age::ssh::Identity::Encrypted(key)) => Ok(IdentityFile::Locked(Locked::Ssh(Box::new(key)))),
        Ok(age::ssh::Identity::Unsupported(_)) => Err(IdentityError::Unsupported),
        Ok(identity) => Ok(IdentityFile::Open(Identities(vec![Box::new(identity)]))),
        Err(_) => Err(IdentityError::NotAnIdentity),
    }
}

fn plain(text: &str) -> Result<Identities, IdentityError> {
    let mut found = Identities::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let lower = line.to_ascii_lowercase();
        if lower.starts_with("age1") || lower.starts_with("ssh-") {
            return Err(IdentityError::Public);
        }
        if lower.starts_with("age-plugin-") {
            return Err(IdentityError::Unsupported);
        }
        let identity = age::x25519::Identity::from_str(line).map_err(|_| IdentityError::NotAnIdentity)?;
        found.0.push(Box::new(identity));
    }
    if found.0.is_empty() { Err(IdentityError::NotAnIdentity) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_nothing_is_told_from_what_does() {
        use age::secrecy::ExposeSecret as _;
        let identity = age::x25519::Identity::generate().to_string();
        let text = format!("# created: never\n{}\n", identity.expose_secret());
        assert!(matches!(IdentityFile::read(text.as_bytes()), Ok(IdentityFile::Open(_))));
        let wrong = |text: &[u8]| IdentityFile::read(text).err();
        assert_eq!(wrong(b"hello"), Some(IdentityError::NotAnIdentity));
        assert_eq!(wrong(b""), Some(IdentityError::NotAnIdentity));
        assert_eq!(wrong(b"\xff"), Some(IdentityError::NotAnIdentity));
        assert_eq!(wrong(b"age1ql3z7hjy54pw3hyww5ayyfg7"), Some(IdentityError::Public));
        assert_eq!(wrong(b"ssh-ed25519 AAAA"), Some(IdentityError::Public));
        assert_eq!(wrong(b"AGE-PLUGIN-YUBIKEY-1QQ"), Some(IdentityError::Unsupported));
        assert_eq!(wrong(b"-----BEGIN OPENSSH PRIVATE KEY-----\nx\n"), Some(IdentityError::NotAnIdentity));
    }
}
