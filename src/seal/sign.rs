//! Signatures that `ssh-keygen -Y verify` checks: Ed25519 in the SSHSIG form, namespace `hozen`.
//!
//! A key that lies beside its signature proves nothing by itself: whoever verifies compares its fingerprint with the paper form.

use std::fmt;

use ssh_key::private::{Ed25519Keypair, KeypairData, PrivateKey};
use ssh_key::public::PublicKey;
use ssh_key::{Algorithm, HashAlg, LineEnding, SshSig};

/// The SSHSIG namespace: a signature made here cannot be passed off as one for git, mail or a login.
pub const NAMESPACE: &str = "hozen";

/// Why a key cannot sign, or a signature does not hold.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The text is no OpenSSH private key.
    #[error("this is not an OpenSSH private key: make one with `ssh-keygen -t ed25519`, or leave out --sign-key")]
    NotAKey {
        /// The reader's word.
        source: ssh_key::Error,
    },
    /// The key is protected by a passphrase.
    #[error(
        "the signing key is encrypted: use a copy without passphrase (`ssh-keygen -p -N '' -f COPY`), or leave out --sign-key so that a key is made for this case"
    )]
    Encrypted,
    /// Not an Ed25519 key.
    #[error("the signing key is {algorithm}, not ssh-ed25519: make one with `ssh-keygen -t ed25519`")]
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

/// A key that can sign.
#[derive(Clone)]
pub struct Signer {
    key: PrivateKey,
}

impl Signer {
    /// A new key from 32 random bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, SignError> {
        let pair = Ed25519Keypair::from_seed(seed);
        let key =
            PrivateKey::new(KeypairData::Ed25519(pair), "hozen").map_err(|source| SignError::Failed { source })?;
        Ok(Self { key })
    }

    /// An existing key, from the text of its OpenSSH file.
    pub fn from_openssh(text: &str) -> Result<Self, SignError> {
        let key = PrivateKey::from_openssh(text).map_err(|source| SignError::NotAKey { source })?;
        if key.is_encrypted() {
            return Err(SignError::Encrypted);
        }
        if key.algorithm() != Algorithm::Ed25519 {
            return Err(SignError::WrongAlgorithm { algorithm: key.algorithm().to_string() });
        }
        Ok(Self { key })
    }

    /// The OpenSSH file of this key, to be kept secret. Every caller must answer for where it goes.
    pub fn reveal(&self) -> Result<String, SignError> {
        let text = self.key.to_openssh(LineEnding::LF).map_err(|source| SignError::Failed { source })?;
        Ok(text.as_str().to_owned())
    }

    /// Signs `bytes`: the text of a `.sig` file.
    pub fn sign(&self, bytes: &[u8]) -> Result<String, SignError> {
        let failed = |source| SignError::Failed { source };
        let signature = self.key.sign(NAMESPACE, HashAlg::Sha512, bytes).map_err(failed)?;
        signature.to_pem(LineEnding::LF).map_err(failed)
    }

    /// The public half.
    pub fn public(&self) -> Verifier {
        Verifier { key: PublicKey::from(self.key.public_key().key_data().clone()) }
    }
}

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
        let git = signer.key.sign("git", HashAlg::Sha512, b"m").unwrap().to_pem(LineEnding::LF).unwrap();
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
        assert!(error.to_string().contains("ssh-keygen -t ed25519"));
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
