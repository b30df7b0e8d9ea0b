//! The digests that a bag's manifests may be made of, all computed over one read.

use sha2::digest::DynDigest;

/// A digest that hozen can compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Algorithm {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl Algorithm {
    pub(super) const ALL: [Self; 6] = [Self::Md5, Self::Sha1, Self::Sha224, Self::Sha256, Self::Sha384, Self::Sha512];

    /// By the name in a manifest's file name: lower case without hyphens, as RFC 8493 normalises it.
    pub(super) fn named(name: &str) -> Option<Self> {
        let plain = name.to_ascii_lowercase().replace('-', "");
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == plain)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha224 => "sha224",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// Bytes of one digest.
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    fn hasher(self) -> Box<dyn DynDigest> {
        match self {
            Self::Md5 => Box::new(md5::Md5::default()),
            Self::Sha1 => Box::new(sha1::Sha1::default()),
            Self::Sha224 => Box::new(sha2::Sha224::default()),
            Self::Sha256 => Box::new(sha2::Sha256::default()),
            Self::Sha384 => Box::new(sha2::Sha384::default()),
            Self::Sha512 => Box::new(sha2::Sha512::default()),
        }
    }
}

/// Several digests of one file in the making.
#[derive(Default)]
pub(super) struct Hashes(Vec<(Algorithm, Box<dyn DynDigest>)>);

impl Hashes {
    pub(super) fn new(algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        Self(algorithms.into_iter().map(|algorithm| (algorithm, algorithm.hasher())).collect())
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.0.iter_mut().for_each(|(_, hasher)| hasher.update(bytes));
    }

    pub(super) fn finish(self) -> Vec<(Algorithm, Box<[u8]>)> {
        self.0.into_iter().map(|(algorithm, hasher)| (algorithm, hasher.finalize())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;

    #[test]
    fn each_digest_of_abc_is_the_published_one() {
        let mut hashes = Hashes::new(Algorithm::ALL);
        hashes.update(b"a");
        hashes.update(b"bc");
        let begins: Vec<String> = hashes
            .finish()
            .into_iter()
            .inspect(|(algorithm, digest)| assert_eq!(digest.len(), algorithm.bytes()))
            .map(|(_, digest)| HEXLOWER.encode(&digest[..4]))
            .collect();
        assert_eq!(begins, ["90015098", "a9993e36", "23097d22", "ba7816bf", "cb00753f", "ddaf35a1"]);
    }

    #[test]
    fn names_are_normalised_and_unknown_ones_are_none() {
        assert_eq!(Algorithm::named("SHA-256"), Some(Algorithm::Sha256));
        assert_eq!(Algorithm::named("md5"), Some(Algorithm::Md5));
        for name in ["", "sha3256", "crc32", "sha25", "md5 "] {
            assert_eq!(Algorithm::named(name), None, "{name}");
        }
    }
}
