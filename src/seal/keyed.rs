//! Keyed digests of personal values: equal values can be told, the value cannot be told back without the case key.
//!
//! Card numbers and My Numbers are few enough to try them all, so a plain hash would be no protection: the key is a secret.

use std::fmt;

use data_encoding::HEXLOWER;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The secret of one case, 32 random bytes. `Debug` does not show it.
#[derive(Clone)]
pub struct CaseKey {
    bytes: [u8; 32],
    // The two blocks that every HMAC begins with are hashed once.
    ready: Hmac<Sha256>,
}

/// The text is not a case key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a case key: 64 lower-case hexadecimal digits are expected in secret/case.key")]
pub struct NotACaseKey;

impl CaseKey {
    /// From 32 random bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        // HMAC pads a 32-byte key to its 64-byte block: `new` takes the padded block and cannot fail.
        let mut block = [0_u8; 64];
        block[..32].copy_from_slice(&bytes);
        Self { bytes, ready: <Hmac<Sha256> as hmac::digest::KeyInit>::new(&block.into()) }
    }

    /// From the text of `secret/case.key`.
    pub fn from_text(text: &str) -> Result<Self, NotACaseKey> {
        let bytes = HEXLOWER.decode(text.trim_end().as_bytes()).map_err(|_| NotACaseKey)?;
        bytes.try_into().map(Self::from_bytes).map_err(|_| NotACaseKey)
    }

    /// The text of `secret/case.key`. Every caller must answer for where it goes.
    pub fn reveal(&self) -> String {
        format!("{}\n", HEXLOWER.encode(&self.bytes))
    }

    /// HMAC-SHA256 over entity, NUL, normalised value.
    pub fn digest(&self, entity: &str, value: &str) -> [u8; 32] {
        let mut mac = self.ready.clone();
        mac.update(entity.as_bytes());
        mac.update(&[0]);
        mac.update(value.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// The first 64 bits of HMAC-SHA256 over what it is, NUL, and bytes: to tell things apart within one case.
    pub fn short(&self, what: &str, bytes: &[u8]) -> u64 {
        let mut mac = self.ready.clone();
        mac.update(what.as_bytes());
        mac.update(&[0]);
        mac.update(bytes);
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        digest.iter().take(8).fold(0, |all, byte| all << 8 | u64::from(*byte))
    }
}

impl fmt::Debug for CaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CaseKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_openssl() {
        // printf 'card\0004111111111111111' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0b0b…(32 times)
        let digest = CaseKey::from_bytes([0x0b; 32]).digest("card", "4111111111111111");
        assert_eq!(HEXLOWER.encode(&digest), "60017ea50c4d622e125d583d8f3a0c17cca8f0647bc044c99397f77704dbb7d4");
    }

    #[test]
    fn entity_and_value_cannot_run_into_each_other() {
        let key = CaseKey::from_bytes([1; 32]);
        assert_ne!(key.digest("ab", "c"), key.digest("a", "bc"));
    }

    #[test]
    fn text_reads_back_and_debug_is_silent() {
        let key = CaseKey::from_bytes([0xa5; 32]);
        let again = CaseKey::from_text(&key.reveal()).unwrap();
        assert_eq!(again.digest("x", "y"), key.digest("x", "y"));
        assert_eq!(format!("{key:?}"), "CaseKey(…)");
        assert!(CaseKey::from_text("A5").is_err());
    }
}
