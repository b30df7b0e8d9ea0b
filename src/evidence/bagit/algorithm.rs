//! The digests that a bag's manifests may be made of, all computed over one read.
//!
//! The [`Algorithm`] of the model is what a collection can be asked for; [`ManifestAlgorithm`] is that, and the two that only
//! bags made elsewhere use. They are no part of the model's word, so that nobody can ask for them.

use std::cmp::Ordering;

use sha2::digest::DynDigest;

use crate::model::{Algorithm, Algorithms};
use crate::seal::digests::Others;

/// What a manifest may be of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ManifestAlgorithm {
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
    pub(super) fn all() -> impl Iterator<Item = Self> {
        Algorithm::ALL.into_iter().map(Self::Known).chain([Self::Sha224, Self::Sha384])
    }

    /// By the name in a manifest's file name: lower case without hyphens, as RFC 8493 normalises it.
    pub(super) fn named(name: &str) -> Option<Self> {
        let plain = name.to_ascii_lowercase().replace('-', "");
        Self::all().find(|algorithm| algorithm.name() == plain)
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Known(algorithm) => algorithm.name(),
            Self::Sha224 => "sha224",
            Self::Sha384 => "sha384",
        }
    }

    /// Bytes of one digest.
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::Known(algorithm) => algorithm.bytes(),
            Self::Sha224 => 28,
            Self::Sha384 => 48,
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

/// Several digests of one file in the making.
pub(super) struct Hashes {
    sha2: Vec<(ManifestAlgorithm, Box<dyn DynDigest>)>,
    others: Others,
}

impl Default for Hashes {
    fn default() -> Self {
        Self::new([])
    }
}

impl Hashes {
    /// Of these algorithms.
    pub(super) fn new(algorithms: impl IntoIterator<Item = ManifestAlgorithm>) -> Self {
        let (mut sha2, mut others) = (Vec::new(), Vec::new());
        for algorithm in algorithms {
            let hasher: Box<dyn DynDigest> = match algorithm {
                ManifestAlgorithm::Sha224 => Box::new(sha2::Sha224::default()),
                ManifestAlgorithm::Sha384 => Box::new(sha2::Sha384::default()),
                ManifestAlgorithm::Known(Algorithm::Sha256) => Box::new(sha2::Sha256::default()),
                ManifestAlgorithm::Known(other) => {
                    others.push(other);
                    continue;
                }
            };
            sha2.push((algorithm, hasher));
        }
        Self { sha2, others: Others::new(Algorithms::new(others)) }
    }

    /// The next bytes.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.sha2.iter_mut().for_each(|(_, hasher)| hasher.update(bytes));
        self.others.update(bytes);
    }

    /// Each digest with its algorithm.
    pub(super) fn finish(self) -> Vec<(ManifestAlgorithm, Box<[u8]>)> {
        let sha2 = self.sha2.into_iter().map(|(algorithm, hasher)| (algorithm, hasher.finalize()));
        sha2.chain(self.others.finish().into_iter().map(|(other, digest)| (other.into(), digest))).collect()
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
            "sha224 23097d22",
            "sha384 cb00753f",
            "sha1 a9993e36",
            "md5 90015098",
            "sha512 ddaf35a1",
            "blake3 6437b3ac",
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
