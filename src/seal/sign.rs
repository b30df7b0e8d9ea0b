//! Signatures that `ssh-keygen -Y verify` checks: Ed25519 in the SSHSIG form, namespace `hozen`.
//!
//! A key that lies beside its signature proves nothing by itself: whoever verifies compares its fingerprint with the paper form.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ssh_key::private::{Ed25519Keypair, KeypairData, PrivateKey};
use ssh_key::public::PublicKey;
use ssh_key::{Algorithm, HashAlg, LineEnding, SshSig};
use zeroize::Zeroizing;

use super::agent::{self, AgentError, Wanted};
use crate::disk::agent::ask;
use crate::model::limits::{AGENT_LIST_SECONDS, AGENT_SIGN_SECONDS};

/// The SSHSIG namespace: a signature made here cannot be passed off as one for git, mail or a login.
pub const NAMESPACE: &str = "hozen";

/// Why a key cannot sign, or a signature does not hold.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The text is no OpenSSH key.
    #[error("this is neither an OpenSSH private key nor a public one (.pub, whose private half an agent holds)")]
    NotAKey {
        /// The reader's word.
        source: ssh_key::Error,
    },
    /// The key is protected by a passphrase, and none was asked for.
    #[error("the signing key is protected by a passphrase")]
    Encrypted,
    /// Not an Ed25519 key.
    #[error(
        "the signing key is {algorithm}, not ssh-ed25519: make one with `ssh-keygen -t ed25519` (a key on a security token \
         signs in another form, which the check of a seal does not take)"
    )]
    WrongAlgorithm {
        /// What it is.
        algorithm: String,
    },
    /// Signing or encoding failed.
    #[error("the signature could not be made or written")]
    Failed {
        /// The library's word.
        source: ssh_key::Error,
    },
    /// The SSH agent.
    #[error("the key in the SSH agent can not sign")]
    Agent(#[from] AgentError),
}

/// Why a signature does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSignature {
    /// Not an SSHSIG, or not spelled as hozen and ssh-keygen spell it.
    #[error("is not an SSH signature as hozen writes it")]
    NotASignature,
    /// Made for another purpose.
    #[error("was made for the namespace \"{0}\", not \"hozen\"")]
    Namespace(String),
    /// The bytes are not those that were signed, or the signature was changed.
    #[error("does not fit the bytes that it should sign: they, or it, were changed")]
    Mismatch,
}

/// A key that can sign: at hand, or in an SSH agent.
#[derive(Clone)]
pub struct Signer {
    hand: Hand,
}

/// Who holds the private half.
#[derive(Clone)]
enum Hand {
    /// We.
    Ours(Box<PrivateKey>),
    /// The agent behind this socket.
    Agent { socket: PathBuf, key: PublicKey },
}

/// What lies in a key file.
#[derive(Debug)]
pub enum KeyFile {
    /// A private key that can sign at once.
    Ready(Signer),
    /// A private key under a passphrase.
    Locked(LockedKey),
    /// A public key: an agent may hold the private half.
    Public(Wanted),
}

/// A private key under a passphrase.
#[derive(Debug)]
pub struct LockedKey {
    key: Box<PrivateKey>,
}

impl LockedKey {
    /// The key, or nothing if the passphrase is another one.
    ///
    /// # Errors
    /// When the file is broken.
    pub fn unlock(&self, passphrase: &[u8]) -> Result<Option<Signer>, SignError> {
        match self.key.decrypt(passphrase) {
            Ok(key) => Signer::of(key).map(Some),
            Err(ssh_key::Error::Crypto) => Ok(None),
            Err(source) => Err(SignError::NotAKey { source }),
        }
    }
}

impl KeyFile {
    /// Reads the text of an OpenSSH key file.
    ///
    /// # Errors
    /// When it holds no key, or none that can sign here.
    pub fn read(text: &str) -> Result<Self, SignError> {
        if !text.trim_start().starts_with("-----") {
            let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
            let key = PublicKey::from_openssh(line.unwrap_or_default());
            let key = key.map_err(|source| SignError::NotAKey { source })?;
            is_ed25519(&key)?;
            return Ok(Self::Public(Wanted::Key(key)));
        }
        let key = PrivateKey::from_openssh(text).map_err(|source| SignError::NotAKey { source })?;
        // Its public half stands in clear: no passphrase is asked for a key that can not sign.
        is_ed25519(key.public_key())?;
        if key.is_encrypted() {
            Ok(Self::Locked(LockedKey { key: Box::new(key) }))
        } else {
            Signer::of(key).map(Self::Ready)
        }
    }
}

fn is_ed25519(key: &PublicKey) -> Result<(), SignError> {
    match key.algorithm() {
        Algorithm::Ed25519 => Ok(()),
        other => Err(SignError::WrongAlgorithm { algorithm: other.to_string() }),
    }
}

impl Signer {
    /// A new key from 32 random bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, SignError> {
        let pair = Ed25519Keypair::from_seed(seed);
        let key =
            PrivateKey::new(KeypairData::Ed25519(pair), "hozen").map_err(|source| SignError::Failed { source })?;
        Self::of(key)
    }

    /// An existing key without passphrase, from the text of its OpenSSH file.
    pub fn from_openssh(text: &str) -> Result<Self, SignError> {
        match KeyFile::read(text)? {
            KeyFile::Ready(signer) => Ok(signer),
            KeyFile::Locked(_) => Err(SignError::Encrypted),
            KeyFile::Public(_) => Err(SignError::NotAKey { source: ssh_key::Error::PublicKey }),
        }
    }

    /// A key that the agent behind `socket` holds. It is made to sign something of no meaning at once: whether it can shows
    /// before long work and not behind it.
    ///
    /// # Errors
    /// [`SignError::Agent`].
    pub fn from_agent(socket: &Path, wanted: &Wanted) -> Result<Self, SignError> {
        let patience = Duration::from_secs(AGENT_LIST_SECONDS);
        let answer = ask(socket, &agent::question_for_keys(), patience).map_err(AgentError::from)?;
        let key = agent::pick(&agent::keys(&answer)?, wanted)?;
        let signer = Self { hand: Hand::Agent { socket: socket.to_path_buf(), key } };
        signer.signature(TRIAL, b"can this key sign?")?;
        Ok(signer)
    }

    fn of(key: PrivateKey) -> Result<Self, SignError> {
        is_ed25519(key.public_key())?;
        Ok(Self { hand: Hand::Ours(Box::new(key)) })
    }

    /// The OpenSSH file of this key, to be kept secret. Every caller must answer for where it goes.
    ///
    /// # Errors
    /// When it can not be written, or lies in an agent.
    pub fn reveal(&self) -> Result<Zeroizing<String>, SignError> {
        match &self.hand {
            Hand::Ours(key) => key.to_openssh(LineEnding::LF).map_err(|source| SignError::Failed { source }),
            Hand::Agent { .. } => Err(SignError::Agent(AgentError::Refused)),
        }
    }

    /// Signs `bytes`: the text of a `.sig` file.
    ///
    /// # Errors
    /// [`SignError`]. A signature that does not hold is never given out, whoever made it.
    pub fn sign(&self, bytes: &[u8]) -> Result<String, SignError> {
        let signature = self.signature(NAMESPACE, bytes)?;
        signature.to_pem(LineEnding::LF).map_err(|source| SignError::Failed { source })
    }

    fn signature(&self, namespace: &str, bytes: &[u8]) -> Result<SshSig, SignError> {
        let failed = |source| SignError::Failed { source };
        match &self.hand {
            Hand::Ours(key) => {
                let signature = key.sign(namespace, HashAlg::Sha512, bytes).map_err(failed)?;
                key.public_key().verify(namespace, bytes, &signature).map_err(failed)?;
                Ok(signature)
            }
            Hand::Agent { socket, key } => {
                let due = SshSig::signed_data(namespace, HashAlg::Sha512, bytes).map_err(failed)?;
                let question = agent::question_for_signature(key, &due)?;
                let patience = Duration::from_secs(AGENT_SIGN_SECONDS);
                let answer = ask(socket, &question, patience).map_err(AgentError::from)?;
                let raw = agent::signature(&answer)?;
                let signature = SshSig::new(key.key_data().clone(), namespace, HashAlg::Sha512, raw).map_err(failed)?;
                key.verify(namespace, bytes, &signature).map_err(|_| AgentError::Lie)?;
                Ok(signature)
            }
        }
    }

    /// The public half.
    pub fn public(&self) -> Verifier {
        let key = match &self.hand {
            Hand::Ours(key) => key.public_key(),
            Hand::Agent { key, .. } => key,
        };
        // Without its comment, which is nobody's business.
        Verifier { key: PublicKey::from(key.key_data().clone()) }
    }
}

/// The namespace of a signature that proves nothing but that the key can sign.
const TRIAL: &str = "hozen-trial";

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.public().fingerprint())
    }
}

/// A public key: what a signature is checked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    key: PublicKey,
}

impl Verifier {
    /// As `ssh-keygen -l` prints it: `SHA256:…`.
    pub fn fingerprint(&self) -> String {
        self.key.fingerprint(HashAlg::Sha256).to_string()
    }

    /// The one line of `allowed_signers` that lets this key sign as `principal`, for the namespace `hozen` alone.
    pub fn allowed_signers(&self, principal: &str) -> String {
        // `to_openssh` fails only on keys that cannot be encoded; this one was decoded from its encoding or just made.
        let key = self.key.to_openssh().unwrap_or_default();
        format!("{} namespaces=\"{NAMESPACE}\" {key}\n", self::principal(principal))
    }
}

/// Checks a `.sig` text over `bytes` and gives the key that made it. Whether that key may be trusted is the caller's question.
pub fn verify(signature: &str, bytes: &[u8]) -> Result<Verifier, BadSignature> {
    let parsed = SshSig::from_pem(signature).map_err(|_| BadSignature::NotASignature)?;
    if parsed.to_pem(LineEnding::LF).ok().as_deref() != Some(signature) {
        return Err(BadSignature::NotASignature);
    }
    if parsed.namespace() != NAMESPACE {
        return Err(BadSignature::Namespace(parsed.namespace().escape_debug().to_string()));
    }
    let key = PublicKey::from(parsed.public_key().clone());
    key.verify(NAMESPACE, bytes, &parsed).map_err(|_| BadSignature::Mismatch)?;
    Ok(Verifier { key })
}

/// A name that can stand in `allowed_signers` and on a command line without quotes: ASCII letters, digits and `@._-`.
pub fn principal(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '.' | '_' | '-');
    let kept: String = name.chars().take(64).map(|c| if plain(c) { c } else { '_' }).collect();
    let kept = kept.trim_start_matches('-');
    if kept.chars().any(|c| c.is_ascii_alphanumeric()) { kept.to_owned() } else { "operator".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_bytes_alone() {
        let signer = Signer::from_seed(&[7; 32]).unwrap();
        let signature = signer.sign(b"manifest").unwrap();
        assert_eq!(verify(&signature, b"manifest"), Ok(signer.public()));
        assert_eq!(verify(&signature, b"manifesT"), Err(BadSignature::Mismatch));
    }

    #[test]
    fn no_byte_of_a_signature_can_change() {
        let signature = Signer::from_seed(&[7; 32]).unwrap().sign(b"m").unwrap();
        for at in 0..signature.len() {
            for bit in [1, 0x20] {
                let mut changed = signature.clone().into_bytes();
                changed[at] ^= bit;
                let text = String::from_utf8(changed).unwrap();
                assert!(verify(&text, b"m").is_err(), "byte {at}");
            }
        }
    }

    #[test]
    fn a_signature_for_another_purpose_is_refused() {
        let signer = Signer::from_seed(&[7; 32]).unwrap();
        let git = signer.signature("git", b"m").unwrap().to_pem(LineEnding::LF).unwrap();
        assert_eq!(verify(&git, b"m"), Err(BadSignature::Namespace("git".into())));
    }

    #[test]
    fn a_key_reads_back() {
        let signer = Signer::from_seed(&[9; 32]).unwrap();
        let again = Signer::from_openssh(&signer.reveal().unwrap()).unwrap();
        assert_eq!(again.public().fingerprint(), signer.public().fingerprint());
        assert!(signer.public().fingerprint().starts_with("SHA256:"));
        assert!(!format!("{signer:?}").contains("PRIVATE"));
    }

    #[test]
    fn what_is_no_key_says_what_to_do() {
        let error = Signer::from_openssh("hello").unwrap_err();
        assert!(error.to_string().contains("neither an OpenSSH private key"));
    }

    #[test]
    fn principals_need_no_quotes() {
        assert_eq!(principal("taro.yamada@example.jp"), "taro.yamada@example.jp");
        assert_eq!(principal("a b\n\"*,c"), "a_b____c");
        assert_eq!(principal("山田太郎"), "operator");
        assert_eq!(principal("-n"), "n");
        let line = Signer::from_seed(&[1; 32]).unwrap().public().allowed_signers("x y");
        assert!(line.starts_with("x_y namespaces=\"hozen\" ssh-ed25519 AAAA") && line.ends_with('\n'));
    }
}
