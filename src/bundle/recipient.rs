//! Who may open a bundle: age recipients (X25519) and SSH public keys, as people paste them; or whoever knows a passphrase.
//!
//! Plugins are deliberately absent: hozen starts no program.

use std::collections::BTreeMap;
use std::str::FromStr as _;

use age::secrecy::SecretString;

use crate::model::RawPath;

/// The work that a passphrase costs whoever tries it, as a power of two: what `age -p` takes.
const PASSPHRASE_WORK: u8 = 18;

/// Why something is no recipient.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecipientError {
    /// A private key. It is never shown.
    #[error("is a PRIVATE key: a recipient is the public half; keep the private one to yourself")]
    Private,
    /// Begins like a recipient, and is none.
    #[error("\"{0}\" is mistyped: one character is wrong, missing or too many; copy it again")]
    Mistyped(String),
    /// A key that nothing can be encrypted to, or not by hozen.
    #[error("\"{0}\" is of a kind that hozen does not encrypt to: use age1…, ssh-ed25519 or ssh-rsa")]
    Unsupported(String),
    /// An RSA key that is too short or too long.
    #[error("is an RSA key of fewer than 2048 bits or more than 4096: use another key")]
    RsaSize,
    /// Nothing of that kind.
    #[error("\"{0}\" is no recipient: one begins with age1, ssh-ed25519 or ssh-rsa")]
    Unknown(String),
    /// A file without any.
    #[error("names no recipient")]
    Empty,
}

/// Those who may open a bundle, each once.
#[derive(Default)]
pub struct Recipients {
    list: BTreeMap<String, Box<dyn age::Recipient + Send>>,
    passphrase: Option<SecretString>,
}

impl Recipients {
    /// Whether a text is meant as a recipient, and not as the name of a file.
    pub fn is_meant(text: &str) -> bool {
        let upper = text.trim_start().get(..4).unwrap_or_default().to_ascii_uppercase();
        matches!(upper.as_str(), "AGE1" | "AGE-" | "SSH-" | "----" | "ECDS" | "SK-S" | "SK-E")
    }

    /// Adds the one in this text.
    ///
    /// # Errors
    /// [`RecipientError`].
    pub fn add(&mut self, text: &str) -> Result<(), RecipientError> {
        let text = text.trim();
        let upper = text.to_ascii_uppercase();
        if upper.starts_with("AGE-SECRET-KEY-") || upper.starts_with("AGE-PLUGIN-") || upper.contains("PRIVATE KEY") {
            return Err(RecipientError::Private);
        }
        if upper.starts_with("AGE1") {
            let recipient = age::x25519::Recipient::from_str(text).map_err(|_| age_trouble(text))?;
            self.list.insert(recipient.to_string(), Box::new(recipient));
            return Ok(());
        }
        let kind = text.split_whitespace().next().unwrap_or_default();
        if !matches!(kind, "ssh-ed25519" | "ssh-rsa") {
            let is_key = kind.starts_with("ssh-") || kind.starts_with("ecdsa-") || kind.starts_with("sk-");
            let shown = shown(text);
            return Err(if is_key { RecipientError::Unsupported(shown) } else { RecipientError::Unknown(shown) });
        }
        let recipient = age::ssh::Recipient::from_str(text).map_err(|error| match error {
            age::ssh::ParseRecipientKeyError::RsaModulusTooLarge
            | age::ssh::ParseRecipientKeyError::RsaModulusTooSmall => RecipientError::RsaSize,
            _ => RecipientError::Mistyped(shown(text)),
        })?;
        let key = ssh_key::PublicKey::from_openssh(text).map_err(|_| RecipientError::Mistyped(shown(text)))?;
        let name = format!("{kind} {}", key.fingerprint(ssh_key::HashAlg::Sha256));
        self.list.insert(name, Box::new(recipient));
        Ok(())
    }

    /// Adds those in a file: one per line, `#` begins a comment.
    ///
    /// # Errors
    /// What is wrong, and in which line (from 1; 0: in the whole file).
    pub fn add_file(&mut self, text: &str) -> Result<(), (usize, RecipientError)> {
        let before = self.list.len();
        let lines = (1..).zip(text.lines()).filter(|(_, line)| {
            let line = line.trim();
            !line.is_empty() && !line.starts_with('#')
        });
        let mut given = 0;
        for (number, line) in lines {
            self.add(line).map_err(|error| (number, error))?;
            given += 1;
        }
        debug_assert!(self.list.len() >= before);
        if given == 0 { Err((0, RecipientError::Empty)) } else { Ok(()) }
    }

    /// Lets in whoever knows this passphrase. Nobody else may be let in then: age takes one or the other.
    pub fn with_passphrase(passphrase: SecretString) -> Self {
        Self { list: BTreeMap::new(), passphrase: Some(passphrase) }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && self.passphrase.is_none()
    }

    /// How they are called: an age recipient as it is, an SSH key by its fingerprint.
    pub fn names(&self) -> Vec<String> {
        if self.passphrase.is_some() {
            return vec!["passphrase".to_owned()];
        }
        self.list.keys().cloned().collect()
    }

    /// What encrypts to all of them.
    ///
    /// # Errors
    /// When they can not be brought together.
    pub(super) fn encryptor(&self) -> Result<age::Encryptor, age::EncryptError> {
        if let Some(passphrase) = &self.passphrase {
            let mut recipient = age::scrypt::Recipient::new(passphrase.clone());
            recipient.set_work_factor(PASSPHRASE_WORK);
            return age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient));
        }
        age::Encryptor::with_recipients(self.list.values().map(|one| &**one as &dyn age::Recipient))
    }
}

/// `age1NAME1…` is a recipient of a plugin; anything else that begins so is a slip of the finger.
fn age_trouble(text: &str) -> RecipientError {
    let is_plugin = text.len() > 8 && text.get(4..).is_some_and(|rest| rest.contains('1'));
    if is_plugin { RecipientError::Unsupported(shown(text)) } else { RecipientError::Mistyped(shown(text)) }
}

/// At most so much of it as tells which one is meant.
fn shown(text: &str) -> String {
    let start: String = text.chars().take(70).collect();
    let end = if start.len() < text.len() { "…" } else { "" };
    RawPath(start.into_bytes()).shown() + end
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
    const SSH: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti user@example.com";

    fn add(text: &str) -> Result<Vec<String>, RecipientError> {
        let mut all = Recipients::default();
        all.add(text).map(|()| all.names())
    }

    #[test]
    fn a_recipient_is_called_by_what_others_call_it() {
        assert_eq!(add(GOOD).unwrap(), [GOOD]);
        let names = add(SSH).unwrap();
        assert!(names[0].starts_with("ssh-ed25519 SHA256:"), "{names:?}");
    }

    #[test]
    fn a_slip_of_the_finger_is_told() {
        let slip = GOOD.replace("hjy54", "hjy55");
        assert!(matches!(add(&slip), Err(RecipientError::Mistyped(shown)) if shown == slip));
        assert!(matches!(add(&GOOD[..40]), Err(RecipientError::Mistyped(_))));
        assert!(matches!(add(&SSH.replace("ILM+", "ILM")), Err(RecipientError::Mistyped(_))));
        assert!(matches!(add("nobody"), Err(RecipientError::Unknown(_))));
        assert!(matches!(add("age1yubikey1qwqqqqqqqq"), Err(RecipientError::Unsupported(_))));
        assert!(matches!(add("ecdsa-sha2-nistp256 AAAA"), Err(RecipientError::Unsupported(_))));
    }

    #[test]
    fn a_private_key_is_refused_and_not_repeated() {
        for key in ["AGE-SECRET-KEY-1QQQ", "age-secret-key-1qqq", "-----BEGIN OPENSSH PRIVATE KEY-----"] {
            let error = add(key).unwrap_err();
            assert_eq!(error, RecipientError::Private);
            assert!(!error.to_string().to_uppercase().contains("QQQ"));
        }
    }

    #[test]
    fn a_file_has_one_per_line_and_says_which_is_wrong() {
        let mut all = Recipients::default();
        all.add_file(&format!("# us\n\n{GOOD}\n{SSH}\n{GOOD}\n")).unwrap();
        assert_eq!(all.names().len(), 2, "each once");
        assert_eq!(Recipients::default().add_file("# nobody\n"), Err((0, RecipientError::Empty)));
        let wrong = Recipients::default().add_file(&format!("{GOOD}\nx\n"));
        assert_eq!(wrong, Err((2, RecipientError::Unknown("x".into()))));
    }
}
