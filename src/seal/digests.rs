//! The digests beside SHA-256, each by its crate: what the vector lanes are tested against, and what serves without them.

use sha2::Digest as _;

use crate::model::{Algorithm, Algorithms};

/// The digests of one message in the making, without its SHA-256.
#[derive(Clone, Default)]
pub struct Others(Vec<One>);

#[derive(Clone)]
enum One {
    Sha1(sha1::Sha1),
    Md5(md5::Md5),
    Sha512(sha2::Sha512),
    Blake3(Box<blake3::Hasher>),
}

impl Others {
    /// A message of no bytes yet.
    pub fn new(algorithms: Algorithms) -> Self {
        Self(algorithms.others().filter_map(One::new).collect())
    }

    /// The next bytes of the message.
    pub fn update(&mut self, bytes: &[u8]) {
        for one in &mut self.0 {
            match one {
                One::Sha1(hasher) => hasher.update(bytes),
                One::Md5(hasher) => hasher.update(bytes),
                One::Sha512(hasher) => hasher.update(bytes),
                One::Blake3(hasher) => _ = hasher.update(bytes),
            }
        }
    }

    /// The digests, in the order of [`Algorithm::ALL`].
    pub fn finish(self) -> Vec<(Algorithm, Box<[u8]>)> {
        self.0.into_iter().map(One::finish).collect()
    }
}

impl One {
    fn new(algorithm: Algorithm) -> Option<Self> {
        match algorithm {
            // Made by the lanes.
            Algorithm::Sha256 => None,
            Algorithm::Sha1 => Some(Self::Sha1(sha1::Sha1::new())),
            Algorithm::Md5 => Some(Self::Md5(md5::Md5::new())),
            Algorithm::Sha512 => Some(Self::Sha512(sha2::Sha512::new())),
            Algorithm::Blake3 => Some(Self::Blake3(Box::default())),
        }
    }

    fn finish(self) -> (Algorithm, Box<[u8]>) {
        match self {
            Self::Sha1(hasher) => (Algorithm::Sha1, hasher.finalize().as_slice().into()),
            Self::Md5(hasher) => (Algorithm::Md5, hasher.finalize().as_slice().into()),
            Self::Sha512(hasher) => (Algorithm::Sha512, hasher.finalize().as_slice().into()),
            Self::Blake3(hasher) => (Algorithm::Blake3, hasher.finalize().as_bytes().as_slice().into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;

    /// RFC 1321 (MD5), FIPS 180-4 (SHA-1, SHA-512) and the test vectors of BLAKE3, for "abc" and for nothing.
    #[test]
    fn each_digest_is_the_published_one() {
        let published = [
            ("abc", ["a9993e364706816a", "900150983cd24fb0", "ddaf35a193617aba", "6437b3ac38465133"]),
            ("", ["da39a3ee5e6b4b0d", "d41d8cd98f00b204", "cf83e1357eefb8bd", "af1349b9f5f9a1a6"]),
        ];
        for (text, begins) in published {
            let mut others = Others::new(Algorithms::new(Algorithm::ALL));
            let (one, two) = text.as_bytes().split_at(text.len() / 2);
            others.update(one);
            others.update(two);
            let digests = others.finish();
            let names: Vec<Algorithm> = digests.iter().map(|(algorithm, _)| *algorithm).collect();
            assert_eq!(names, Algorithm::ALL[1..]);
            assert!(digests.iter().all(|(algorithm, digest)| digest.len() == algorithm.bytes()));
            let found: Vec<String> = digests.iter().map(|(_, digest)| HEXLOWER.encode(&digest[..8])).collect();
            assert_eq!(found, begins);
        }
    }
}
