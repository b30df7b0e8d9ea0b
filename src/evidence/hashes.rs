//! The digests that a check makes, all over one read: those that hozen writes, and those that bags of others may have.
//!
//! The [`Algorithm`] of the model is what a collection can be asked for; [`ManifestAlgorithm`] is that and the two that only
//! bags made elsewhere use. They are no part of the model's word, so that nobody can ask for them.

use std::cmp::Ordering;

use sha2::digest::DynDigest;

use crate::model::Algorithm;

/// What a manifest may be of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ManifestAlgorithm {
    /// One that hozen writes too.
    Known(Algorithm),
    /// SHA-224, read only.
    Sha224,
    /// SHA-384, read only.
    Sha384,
}

impl From<Algorithm> for ManifestAlgorithm {
    fn from(algorithm: Algorithm) -> Self {
        Self::Known(algorithm)
    }
}

impl ManifestAlgorithm {
    /// All that a bag is checked by.
    pub fn all() -> impl Iterator<Item = Self> {
        Algorithm::ALL.into_iter().map(Self::Known).chain([Self::Sha224, Self::Sha384])
    }

    /// By the name in a manifest's file name: lower case without hyphens, as RFC 8493 normalises it.
    pub fn named(name: &str) -> Option<Self> {
        let plain = name.to_ascii_lowercase().replace('-', "");
        Self::all().find(|algorithm| algorithm.name() == plain)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Known(algorithm) => algorithm.name(),
            Self::Sha224 => "sha224",
            Self::Sha384 => "sha384",
        }
    }

    /// Bytes of one digest.
    pub fn bytes(self) -> usize {
        match self {
            Self::Known(algorithm) => algorithm.bytes(),
            Self::Sha224 => 28,
            Self::Sha384 => 48,
        }
    }

    fn hasher(self) -> Hasher {
        match self {
            Self::Known(Algorithm::Md5) => Hasher::Plain(Box::new(md5::Md5::default())),
            Self::Known(Algorithm::Sha1) => Hasher::Plain(Box::new(sha1::Sha1::default())),
            Self::Known(Algorithm::Sha256) => Hasher::Plain(Box::new(sha2::Sha256::default())),
            Self::Known(Algorithm::Sha512) => Hasher::Plain(Box::new(sha2::Sha512::default())),
            Self::Known(Algorithm::Blake3) => Hasher::Blake3(Box::default()),
            Self::Sha224 => Hasher::Plain(Box::new(sha2::Sha224::default())),
            Self::Sha384 => Hasher::Plain(Box::new(sha2::Sha384::default())),
        }
    }
}

/// The shorter digest first: the order in which a check names them.
impl Ord for ManifestAlgorithm {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.bytes(), self.name()).cmp(&(other.bytes(), other.name()))
    }
}

impl PartialOrd for ManifestAlgorithm {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

enum Hasher {
    Plain(Box<dyn DynDigest>),
    Blake3(Box<blake3::Hasher>),
}

impl Hasher {
    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Plain(hasher) => hasher.update(bytes),
            Self::Blake3(hasher) => drop(hasher.update(bytes)),
        }
    }

    fn finish(self) -> Box<[u8]> {
        match self {
            Self::Plain(hasher) => hasher.finalize(),
            Self::Blake3(hasher) => Box::from(*hasher.finalize().as_bytes()),
        }
    }
}

/// Several digests of one file in the making.
#[derive(Default)]
pub struct Hashes(Vec<(ManifestAlgorithm, Hasher)>);

impl Hashes {
    /// Of these algorithms.
    pub fn new(algorithms: impl IntoIterator<Item = ManifestAlgorithm>) -> Self {
        Self(algorithms.into_iter().map(|algorithm| (algorithm, algorithm.hasher())).collect())
    }

    /// The next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.iter_mut().for_each(|(_, hasher)| hasher.update(bytes));
    }

    /// The digests, in the order in which the algorithms were named.
    pub fn finish(self) -> Vec<(ManifestAlgorithm, Box<[u8]>)> {
        self.0.into_iter().map(|(algorithm, hasher)| (algorithm, hasher.finish())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;

    #[test]
    fn each_digest_of_abc_is_the_published_one() {
        let mut hashes = Hashes::new(ManifestAlgorithm::all());
        hashes.update(b"a");
        hashes.update(b"bc");
        let begins: Vec<String> = hashes
            .finish()
            .into_iter()
            .inspect(|(algorithm, digest)| assert_eq!(digest.len(), algorithm.bytes()))
            .map(|(algorithm, digest)| format!("{} {}", algorithm.name(), HEXLOWER.encode(&digest[..4])))
            .collect();
        let due = [
            "sha256 ba7816bf",
            "sha1 a9993e36",
            "md5 90015098",
            "sha512 ddaf35a1",
            "blake3 6437b3ac",
            "sha224 23097d22",
            "sha384 cb00753f",
        ];
        assert_eq!(begins, due);
    }

    #[test]
    fn names_are_normalised_and_unknown_ones_are_none() {
        assert_eq!(ManifestAlgorithm::named("SHA-256"), Some(Algorithm::Sha256.into()));
        assert_eq!(ManifestAlgorithm::named("md5"), Some(Algorithm::Md5.into()));
        assert_eq!(ManifestAlgorithm::named("sha384"), Some(ManifestAlgorithm::Sha384));
        for name in ["", "sha3256", "crc32", "sha25", "md5 "] {
            assert_eq!(ManifestAlgorithm::named(name), None, "{name}");
        }
    }
}
