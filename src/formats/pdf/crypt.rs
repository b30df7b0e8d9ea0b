//! The standard security handler with the empty password (ISO 32000-1, 7.6; revisions 5 and 6 by ISO 32000-2, 7.6.4).
//!
//! Many files are encrypted only so that programs refuse to print or copy: everyone opens those without a password, and so do we.

use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockDecryptMut, BlockEncryptMut, KeyIvInit};
use md5::Md5;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::value::{Dict, Id, Value};

/// The password that is none (algorithm 2, step a).
const PAD: [u8; 32] = [
    0x28, 0xBF, 0x4E, 0x5E, 0x4E, 0x75, 0x8A, 0x41, 0x64, 0x00, 0x4E, 0x56, 0xFF, 0xFA, 0x01, 0x08, 0x2E, 0x2E, 0x00,
    0xB6, 0xD0, 0x68, 0x3E, 0x80, 0x2F, 0x0C, 0xA9, 0xFE, 0x64, 0x53, 0x69, 0x7A,
];

/// How bytes are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    None,
    Rc4,
    Aes128,
    Aes256,
}

/// An encrypted file that is open.
pub(super) struct Crypt {
    key: Vec<u8>,
    streams: Method,
    strings: Method,
    pub(super) metadata: bool,
}

/// An encrypted file that does not open: its cipher, a stable word.
pub(super) struct Locked(pub(super) &'static str);

impl Crypt {
    /// Opens with the empty password; `dict` is the encryption dictionary, `first` the first part of the file's identifier.
    pub(super) fn open(dict: &Dict, first: &[u8]) -> Result<Self, Locked> {
        let number = |name: &str| dict.get(name).and_then(Value::number).unwrap_or(0.0) as i64;
        let (version, revision) = (number("V"), number("R"));
        let length = match number("Length") {
            bits @ 40..=256 => (bits / 8) as usize,
            _ => 5,
        };
        let by = |filter: &str| method_of(dict, filter, version);
        let (streams, strings) = (by("StmF"), by("StrF"));
        let cipher = match (streams, strings) {
            (Method::Aes256, _) | (_, Method::Aes256) => "AES-256",
            (Method::Aes128, _) | (_, Method::Aes128) => "AES-128",
            _ if length <= 5 => "RC4-40",
            _ => "RC4-128",
        };
        if dict.get("Filter").and_then(Value::name) != Some("Standard") {
            return Err(Locked(cipher));
        }
        let metadata = dict.get("EncryptMetadata") != Some(&Value::Bool(false));
        let key = match revision {
            2..=4 => {
                let length = match version {
                    1 => 5,
                    4 => 16,
                    _ => length.min(16),
                };
                old_key(dict, first, revision, length, metadata)
            }
            5 | 6 => new_key(dict, revision),
            _ => None,
        };
        key.map(|key| Self { key, streams, strings, metadata }).ok_or(Locked(cipher))
    }

    pub(super) fn string(&self, bytes: &[u8], id: Id) -> Vec<u8> {
        self.decrypt(self.strings, bytes, id)
    }

    pub(super) fn stream(&self, bytes: &[u8], id: Id) -> Vec<u8> {
        self.decrypt(self.streams, bytes, id)
    }

    fn decrypt(&self, method: Method, bytes: &[u8], (number, generation): Id) -> Vec<u8> {
        if method == Method::None {
            return bytes.to_vec();
        }
        if method == Method::Aes256 {
            return aes_with_iv(&self.key, bytes);
        }
        let mut hash = Md5::new();
        hash.update(&self.key);
        hash.update(number.to_le_bytes().get(..3).unwrap_or_default());
        hash.update(generation.to_le_bytes());
        if method == Method::Aes128 {
            hash.update(b"sAlT");
        }
        let hash = hash.finalize();
        let key = hash.get(..(self.key.len() + 5).min(16)).unwrap_or_default();
        if method == Method::Aes128 { aes_with_iv(key, bytes) } else { rc4(key, bytes) }
    }
}

fn method_of(dict: &Dict, which: &str, version: i64) -> Method {
    if version < 4 {
        return Method::Rc4;
    }
    let name = dict.get(which).and_then(Value::name).unwrap_or("Identity");
    let filter = dict.get("CF").and_then(Value::dict).and_then(|filters| filters.get(name)).and_then(Value::dict);
    match filter.and_then(|filter| filter.get("CFM")).and_then(Value::name) {
        Some("V2") => Method::Rc4,
        Some("AESV2") => Method::Aes128,
        Some("AESV3") => Method::Aes256,
        _ => Method::None,
    }
}

/// Algorithms 2, 4 and 5.
fn old_key(dict: &Dict, first: &[u8], revision: i64, length: usize, metadata: bool) -> Option<Vec<u8>> {
    let owner = dict.get("O")?.text()?.get(..32)?;
    let user = dict.get("U")?.text()?;
    let allowed = dict.get("P")?.number()? as i64 as u32;
    let mut hash = Md5::new();
    hash.update(PAD);
    hash.update(owner);
    hash.update(allowed.to_le_bytes());
    hash.update(first);
    if revision >= 4 && !metadata {
        hash.update([0xFF; 4]);
    }
    let mut key = hash.finalize().to_vec();
    if revision >= 3 {
        for _ in 0..50 {
            key = Md5::digest(key.get(..length)?).to_vec();
        }
    }
    key.truncate(length);
    let check = if revision == 2 {
        rc4(&key, &PAD)
    } else {
        let start = Md5::new().chain_update(PAD).chain_update(first).finalize().to_vec();
        (0..20u8).fold(start, |text, round| rc4(&key.iter().map(|byte| byte ^ round).collect::<Vec<_>>(), &text))
    };
    let compared = if revision == 2 { 32 } else { 16 };
    (check.get(..compared)? == user.get(..compared)?).then_some(key)
}

/// Algorithms 2.A and 11 (ISO 32000-2).
fn new_key(dict: &Dict, revision: i64) -> Option<Vec<u8>> {
    let user = dict.get("U")?.text()?;
    let (check, salt, key_salt) = (user.get(..32)?, user.get(32..40)?, user.get(40..48)?);
    let hash = |salt: &[u8]| if revision == 5 { Some(Sha256::digest(salt).to_vec()) } else { hardened(salt) };
    if hash(salt)? != check {
        return None;
    }
    let packed = dict.get("UE")?.text()?.get(..32)?;
    aes_decrypt(&hash(key_salt)?, &[0; 16], packed)
}

/// Algorithm 2.B for the empty password.
fn hardened(salt: &[u8]) -> Option<Vec<u8>> {
    let mut key = Sha256::digest(salt).to_vec();
    // It ends by chance, on average after some 70 rounds; a file that never ends would break the hash.
    for round in 0..2000u32 {
        let repeated = key.repeat(64);
        let encryptor = cbc::Encryptor::<aes::Aes128>::new_from_slices(key.get(..16)?, key.get(16..32)?).ok()?;
        let packed = encryptor.encrypt_padded_vec_mut::<NoPadding>(&repeated);
        let sum: u32 = packed.get(..16)?.iter().map(|byte| u32::from(*byte)).sum();
        key = match sum % 3 {
            0 => Sha256::digest(&packed).to_vec(),
            1 => Sha384::digest(&packed).to_vec(),
            _ => Sha512::digest(&packed).to_vec(),
        };
        if round >= 63 && u32::from(*packed.last()?) <= round - 31 {
            key.truncate(32);
            return Some(key);
        }
    }
    None
}

fn aes_decrypt(key: &[u8], iv: &[u8], bytes: &[u8]) -> Option<Vec<u8>> {
    let whole = bytes.get(..bytes.len() / 16 * 16)?;
    match key.len() {
        16 => cbc::Decryptor::<aes::Aes128>::new_from_slices(key, iv)
            .ok()?
            .decrypt_padded_vec_mut::<NoPadding>(whole)
            .ok(),
        32 => cbc::Decryptor::<aes::Aes256>::new_from_slices(key, iv)
            .ok()?
            .decrypt_padded_vec_mut::<NoPadding>(whole)
            .ok(),
        _ => None,
    }
}

/// The first block is the initial vector; the last ends in as many bytes of padding as the last byte says.
fn aes_with_iv(key: &[u8], bytes: &[u8]) -> Vec<u8> {
    let Some((iv, packed)) = bytes.split_at_checked(16) else { return Vec::new() };
    let mut plain = aes_decrypt(key, iv, packed).unwrap_or_default();
    if let Some(padding @ 1..=16) = plain.last().copied() {
        plain.truncate(plain.len().saturating_sub(usize::from(padding)));
    }
    plain
}

fn rc4(key: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut state: [u8; 256] = std::array::from_fn(|at| at as u8);
    let byte = |state: &[u8; 256], at: u8| state.get(usize::from(at)).copied().unwrap_or(0);
    let mut second = 0u8;
    for (at, part) in (0..=255u8).zip(key.iter().cycle()) {
        second = second.wrapping_add(byte(&state, at)).wrapping_add(*part);
        state.swap(usize::from(at), usize::from(second));
    }
    let (mut first, mut second) = (0u8, 0u8);
    bytes
        .iter()
        .map(|plain| {
            first = first.wrapping_add(1);
            second = second.wrapping_add(byte(&state, first));
            state.swap(usize::from(first), usize::from(second));
            plain ^ byte(&state, byte(&state, first).wrapping_add(byte(&state, second)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rc4_is_as_published() {
        assert_eq!(rc4(b"Key", b"Plaintext"), [0xBB, 0xF3, 0x16, 0xE8, 0xD9, 0x40, 0xAF, 0x0A, 0xD3]);
    }
}
