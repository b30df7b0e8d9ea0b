//! Digests and signatures that time-stamp authorities use. What is not known here is said by its name, and never taken for good.

use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use rsa::traits::PublicKeyParts as _;
use rsa::{BigUint, Pkcs1v15Sign, RsaPublicKey};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::der::{self, DerError, Reader, Value, tag};

/// RSA keys of fewer bits are broken with money, of more are slow to no end.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// A digest algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Hash {
    /// By its identifier.
    pub fn by_oid(oid: &str) -> Option<Self> {
        Some(match oid {
            "2.16.840.1.101.3.4.2.1" => Self::Sha256,
            "2.16.840.1.101.3.4.2.2" => Self::Sha384,
            "2.16.840.1.101.3.4.2.3" => Self::Sha512,
            _ => return None,
        })
    }

    /// The digest of these bytes.
    pub fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }
}

/// AlgorithmIdentifier: which, and what it needs to know.
#[derive(Debug, Clone)]
pub struct Algorithm<'a> {
    /// Its identifier.
    pub oid: String,
    parameters: Option<Value<'a>>,
}

impl<'a> Algorithm<'a> {
    /// Reads one.
    pub fn read(reader: &mut Reader<'a>) -> Result<Self, DerError> {
        let mut inside = reader.one(tag::SEQUENCE, "an algorithm")?.inside();
        let oid = der::oid(inside.one(tag::OID, "the identifier of an algorithm")?.content)?;
        let parameters = if inside.is_empty() { None } else { Some(inside.any()?) };
        inside.end()?;
        Ok(Self { oid, parameters })
    }

    /// Whether it has no parameters, or NULL for them.
    pub(super) fn is_plain(&self) -> bool {
        self.parameters.is_none_or(|value| value.tag == tag::NULL && value.content.is_empty())
    }

    /// The digest that it is, if it is one that is known.
    pub fn hash(&self) -> Option<Hash> {
        Hash::by_oid(&self.oid).filter(|_| self.is_plain())
    }
}

/// What a signature turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged {
    /// It holds.
    Holds,
    /// It does not.
    Wrong,
    /// It can not be told, and why.
    Unknown(String),
}

/// The kinds of keys.
enum Kind {
    Rsa,
    Ecdsa,
}

/// Which kind of key, and which digest if the algorithm names it.
fn scheme(oid: &str) -> Option<(Kind, Option<Hash>)> {
    Some(match oid {
        "1.2.840.113549.1.1.1" => (Kind::Rsa, None),
        "1.2.840.113549.1.1.11" => (Kind::Rsa, Some(Hash::Sha256)),
        "1.2.840.113549.1.1.12" => (Kind::Rsa, Some(Hash::Sha384)),
        "1.2.840.113549.1.1.13" => (Kind::Rsa, Some(Hash::Sha512)),
        "1.2.840.10045.4.3.2" => (Kind::Ecdsa, Some(Hash::Sha256)),
        "1.2.840.10045.4.3.3" => (Kind::Ecdsa, Some(Hash::Sha384)),
        "1.2.840.10045.4.3.4" => (Kind::Ecdsa, Some(Hash::Sha512)),
        _ => return None,
    })
}

/// A signature: the algorithm, and its bytes.
#[derive(Debug, Clone, Copy)]
pub struct Signature<'a> {
    /// How it was made.
    pub algorithm: &'a Algorithm<'a>,
    /// The digest that was named beside it, if one was.
    pub beside: Option<Hash>,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// Whether `signature` over `message` was made by the owner of `key` (a SubjectPublicKeyInfo).
pub fn judge(key: &Value<'_>, message: &[u8], signature: Signature<'_>) -> Judged {
    let unknown = |oid: &str| Judged::Unknown(format!("the algorithm {oid} of the signature is none that hozen knows"));
    let Some((kind, named)) = scheme(&signature.algorithm.oid).filter(|_| signature.algorithm.is_plain()) else {
        return unknown(&signature.algorithm.oid);
    };
    let Some(hash) = named.or(signature.beside) else { return unknown(&signature.algorithm.oid) };
    if signature.beside.is_some_and(|beside| beside != hash) {
        return Judged::Wrong;
    }
    let Ok((algorithm, bits)) = parts(key) else { return Judged::Wrong };
    let digest = hash.of(message);
    match kind {
        Kind::Rsa => rsa(&algorithm, bits, hash, &digest, signature.bytes),
        Kind::Ecdsa => ecdsa(&algorithm, bits, &digest, signature.bytes),
    }
}

/// Algorithm and bytes of a public key.
fn parts<'a>(key: &Value<'a>) -> Result<(Algorithm<'a>, &'a [u8]), DerError> {
    let mut inside = key.inside();
    let algorithm = Algorithm::read(&mut inside)?;
    let bits = der::bits(&inside.one(tag::BITS, "a public key")?)?;
    inside.end()?;
    Ok((algorithm, bits))
}

fn rsa(algorithm: &Algorithm<'_>, bits: &[u8], hash: Hash, digest: &[u8], signature: &[u8]) -> Judged {
    if algorithm.oid != "1.2.840.113549.1.1.1" || !algorithm.is_plain() {
        return Judged::Unknown(format!("the key is of the kind {}, which hozen does not know", algorithm.oid));
    }
    let numbers = || -> Result<_, DerError> {
        let mut inside = der::single(bits, tag::SEQUENCE, "an RSA key")?.inside();
        let modulus = der::unsigned(&inside.one(tag::INTEGER, "a modulus")?)?;
        let exponent = der::unsigned(&inside.one(tag::INTEGER, "an exponent")?)?;
        inside.end()?;
        Ok((BigUint::from_bytes_be(modulus), BigUint::from_bytes_be(exponent)))
    };
    let Ok((modulus, exponent)) = numbers() else { return Judged::Wrong };
    let size = modulus.bits();
    if !RSA_BITS.contains(&size) {
        return Judged::Unknown(format!(
            "the RSA key has {size} bits; {} to {} are taken",
            RSA_BITS.start(),
            RSA_BITS.end()
        ));
    }
    let Ok(key) = RsaPublicKey::new_with_max_size(modulus, exponent, *RSA_BITS.end()) else {
        return Judged::Unknown("the RSA key is of an unusual form".to_owned());
    };
    let scheme = match hash {
        Hash::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
        Hash::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
        Hash::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
    };
    // A signature is exactly as long as the key.
    told(signature.len() == key.size() && key.verify(scheme, digest, signature).is_ok())
}

fn ecdsa(algorithm: &Algorithm<'_>, bits: &[u8], digest: &[u8], signature: &[u8]) -> Judged {
    let curve =
        algorithm.parameters.filter(|value| value.tag == tag::OID).and_then(|value| der::oid(value.content).ok());
    if algorithm.oid != "1.2.840.10045.2.1" {
        return Judged::Unknown(format!("the key is of the kind {}, which hozen does not know", algorithm.oid));
    }
    match curve.as_deref() {
        Some("1.2.840.10045.3.1.7") => {
            let (Ok(key), Ok(signature)) =
                (p256::ecdsa::VerifyingKey::from_sec1_bytes(bits), p256::ecdsa::Signature::from_der(signature))
            else {
                return Judged::Wrong;
            };
            told(key.verify_prehash(digest, &signature).is_ok())
        }
        Some("1.3.132.0.34") => {
            let (Ok(key), Ok(signature)) =
                (p384::ecdsa::VerifyingKey::from_sec1_bytes(bits), p384::ecdsa::Signature::from_der(signature))
            else {
                return Judged::Wrong;
            };
            told(key.verify_prehash(digest, &signature).is_ok())
        }
        curve => {
            Judged::Unknown(format!("the curve {} of the key is none that hozen knows", curve.unwrap_or("(unnamed)")))
        }
    }
}

fn told(holds: bool) -> Judged {
    if holds { Judged::Holds } else { Judged::Wrong }
}
