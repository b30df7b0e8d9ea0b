//! Several digests of one content, made in one read: SHA-256 always, others on request.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::digest::Digest;

/// A digest algorithm that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// SHA-256 (FIPS 180-4): what seals, manifests and custody events are made of.
    Sha256,
    /// SHA-1 (FIPS 180-4): broken against forgers, asked for by older lists of known files.
    Sha1,
    /// MD5 (RFC 1321): broken against forgers, asked for by older lists of known files.
    Md5,
    /// SHA-512 (FIPS 180-4).
    Sha512,
    /// BLAKE3, 32 bytes.
    Blake3,
}

/// The text names no digest algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such digest: sha256, sha1, md5, sha512 and blake3 are known")]
pub struct NoSuchAlgorithm;

impl Algorithm {
    /// All, in the order in which they are written.
    pub const ALL: [Self; 5] = [Self::Sha256, Self::Sha1, Self::Md5, Self::Sha512, Self::Blake3];

    /// Its name: lower case without hyphens, as RFC 8493 wants it in the name of a manifest.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha1 => "sha1",
            Self::Md5 => "md5",
            Self::Sha512 => "sha512",
            Self::Blake3 => "blake3",
        }
    }

    /// Bytes of one digest.
    pub fn bytes(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 | Self::Blake3 => 32,
            Self::Sha512 => 64,
        }
    }
}

impl FromStr for Algorithm {
    type Err = NoSuchAlgorithm;

    fn from_str(text: &str) -> Result<Self, NoSuchAlgorithm> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == text).ok_or(NoSuchAlgorithm)
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of algorithms. SHA-256 is always in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Algorithms([bool; Algorithm::ALL.len()]);

impl Default for Algorithms {
    fn default() -> Self {
        Self::new([])
    }
}

impl Algorithms {
    /// SHA-256 and these.
    pub fn new(wanted: impl IntoIterator<Item = Algorithm>) -> Self {
        let wanted: Vec<Algorithm> = wanted.into_iter().chain([Algorithm::Sha256]).collect();
        Self(Algorithm::ALL.map(|algorithm| wanted.contains(&algorithm)))
    }

    /// Whether it is asked for.
    pub fn has(self, algorithm: Algorithm) -> bool {
        self.iter().any(|one| one == algorithm)
    }

    /// All of them, in the order of [`Algorithm::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Algorithm> {
        Algorithm::ALL.into_iter().zip(self.0).filter_map(|(algorithm, is_in)| is_in.then_some(algorithm))
    }

    /// Those beside SHA-256.
    pub fn others(self) -> impl Iterator<Item = Algorithm> {
        self.iter().filter(|algorithm| *algorithm != Algorithm::Sha256)
    }
}

impl FromIterator<Algorithm> for Algorithms {
    fn from_iter<I: IntoIterator<Item = Algorithm>>(wanted: I) -> Self {
        Self::new(wanted)
    }
}

/// In JSON: the names, in the order of [`Algorithm::ALL`].
impl Serialize for Algorithms {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Algorithm::name))
    }
}

impl<'de> Deserialize<'de> for Algorithms {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<String>::deserialize(deserializer)?;
        names.iter().map(|name| name.parse()).collect::<Result<Self, _>>().map_err(serde::de::Error::custom)
    }
}

/// The digests of one content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digests {
    /// SHA-256.
    pub sha256: Digest,
    /// The others that were asked for, in the order of [`Algorithm::ALL`], each as long as [`Algorithm::bytes`] says.
    pub others: Vec<(Algorithm, Box<[u8]>)>,
}

impl From<Digest> for Digests {
    fn from(sha256: Digest) -> Self {
        Self { sha256, others: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_is_always_there_and_the_order_is_ours() {
        let asked = Algorithms::new([Algorithm::Md5, Algorithm::Sha1]);
        assert_eq!(asked.iter().collect::<Vec<_>>(), [Algorithm::Sha256, Algorithm::Sha1, Algorithm::Md5]);
        assert_eq!(Algorithms::default().others().count(), 0);
        assert!(asked.has(Algorithm::Md5) && !asked.has(Algorithm::Blake3));
    }

    #[test]
    fn a_set_is_a_list_of_names_in_json() {
        let asked = Algorithms::new([Algorithm::Blake3, Algorithm::Md5]);
        let text = serde_json::to_string(&asked).unwrap();
        assert_eq!(text, r#"["sha256","md5","blake3"]"#);
        assert_eq!(serde_json::from_str::<Algorithms>(&text).unwrap(), asked);
        assert!(serde_json::from_str::<Algorithms>(r#"["crc32"]"#).unwrap_err().to_string().contains("known"));
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for algorithm in Algorithm::ALL {
            assert_eq!(algorithm.name().parse(), Ok(algorithm));
        }
        assert!("SHA-256".parse::<Algorithm>().is_err_and(|error| error.to_string().contains("blake3")));
    }
}
