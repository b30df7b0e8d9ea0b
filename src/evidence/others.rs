//! Digests beside SHA-256, as they stand in a line of `files.jsonl`: an object from the name of the algorithm to hexadecimal
//! digits, in the order of [`Algorithm::ALL`], without what was not asked for.

use std::fmt;

use data_encoding::HEXLOWER;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserializer, Serializer};

use crate::model::{Algorithm, Algorithms};

/// Algorithm and digest, in the order of [`Algorithm::ALL`].
pub type OtherDigests = Vec<(Algorithm, Box<[u8]>)>;

/// The algorithms of these digests, and SHA-256.
pub fn algorithms(others: &[(Algorithm, Box<[u8]>)]) -> Algorithms {
    others.iter().map(|(algorithm, _)| *algorithm).collect()
}

/// The digest by this algorithm.
pub fn by(others: &[(Algorithm, Box<[u8]>)], wanted: Algorithm) -> Option<&[u8]> {
    others.iter().find(|(algorithm, _)| *algorithm == wanted).map(|(_, digest)| &**digest)
}

/// Writes the object.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(others: &OtherDigests, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(others.iter().map(|(algorithm, digest)| (algorithm.name(), HEXLOWER.encode(digest))))
}

/// Reads the object. It has one spelling: known names in their order, each once, lower-case digits of the right number.
///
/// # Errors
/// When it is not spelled so.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<OtherDigests, D::Error> {
    deserializer.deserialize_map(Reader)
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = OtherDigests;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("digests by the name of their algorithm")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<OtherDigests, M::Error> {
        let mut others = OtherDigests::new();
        while let Some((name, digits)) = map.next_entry::<String, String>()? {
            let algorithm: Algorithm = name.parse().map_err(Error::custom)?;
            if algorithm == Algorithm::Sha256 || others.last().is_some_and(|(last, _)| *last >= algorithm) {
                return Err(Error::custom(format!("the digest {name} is not due at its place")));
            }
            let digest = HEXLOWER.decode(digits.as_bytes()).ok().filter(|digest| digest.len() == algorithm.bytes());
            let digest = digest.ok_or_else(|| {
                Error::custom(format!("{name} is not {} lower-case hexadecimal digits", algorithm.bytes() * 2))
            })?;
            others.push((algorithm, digest.into_boxed_slice()));
        }
        Ok(others)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Line {
        #[serde(with = "super")]
        digests: OtherDigests,
    }

    #[test]
    fn the_object_comes_back_as_it_was_and_has_one_spelling() {
        let (md5, sha1) = ("90".repeat(16), "a9".repeat(20));
        let text = format!(r#"{{"digests":{{"sha1":"{sha1}","md5":"{md5}"}}}}"#);
        let line: Line = serde_json::from_str(&text).unwrap();
        assert_eq!(line.digests[1], (Algorithm::Md5, vec![0x90; 16].into()));
        assert_eq!(serde_json::to_string(&line).unwrap(), text);
        assert_eq!(algorithms(&line.digests), Algorithms::new([Algorithm::Md5, Algorithm::Sha1]));
        assert_eq!(by(&line.digests, Algorithm::Sha1).map(<[u8]>::len), Some(20));
        assert_eq!(by(&line.digests, Algorithm::Blake3), None);
        for wrong in [
            format!(r#"{{"digests":{{"md5":"{md5}","sha1":"{sha1}"}}}}"#),
            format!(r#"{{"digests":{{"md5":"{md5}","md5":"{md5}"}}}}"#),
            format!(r#"{{"digests":{{"sha256":"{}"}}}}"#, "0".repeat(64)),
            format!(r#"{{"digests":{{"crc32":"{md5}"}}}}"#),
            format!(r#"{{"digests":{{"md5":"{}"}}}}"#, md5.to_uppercase().replace('9', "A")),
            format!(r#"{{"digests":{{"md5":"{sha1}"}}}}"#),
            r#"{"digests":[]}"#.to_owned(),
        ] {
            assert!(serde_json::from_str::<Line>(&wrong).is_err(), "{wrong}");
        }
    }
}
