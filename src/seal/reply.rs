//! Time-stamp replies (RFC 3161): a moment that somebody else's clock and key vouch for. What could not be verified is said.
//!
//! A reply that is of another seal, of another query, refused by its authority or wrongly signed is an error, never a stamp.

use sha1::Digest as _;

use super::algorithm::{Algorithm, Hash, Judged, Signature, judge};
use super::certificate::{self, Certificate};
use super::der::{self, DerError, Reader, Value, tag};
use super::time;
use crate::model::Digest;
use crate::model::limits::STAMP_BYTES;

const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
const TST_INFO: &str = "1.2.840.113549.1.9.16.1.4";
const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
const SIGNING_CERTIFICATE: &str = "1.2.840.113549.1.9.16.2.12";
const SIGNING_CERTIFICATE_V2: &str = "1.2.840.113549.1.9.16.2.47";

/// Why a reply is no stamp on this seal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadReply {
    /// Not readable.
    #[error("is no time-stamp reply: {0}")]
    NotAReply(DerError),
    /// Too long to be one.
    #[error("is larger than any time-stamp reply ({STAMP_BYTES} bytes at most)")]
    TooLarge,
    /// The authority refused.
    #[error("is a refusal: the authority answered with status {0}; send the query again, or ask another authority")]
    Refused(u8),
    /// Not what a reply holds.
    #[error("is not of the form that RFC 3161 gives: {0}")]
    Form(&'static str),
    /// Of other bytes.
    #[error("is for another digest than this seal's")]
    OtherSeal,
    /// To another query.
    #[error("answers another query: its nonce is not the one in this evidence")]
    OtherQuery,
    /// The signature or what it binds.
    #[error("is not as its authority signed it: {0}")]
    Signature(&'static str),
    /// The certificate.
    #[error("was signed with a certificate that may not do that: {0}")]
    Certificate(&'static str),
    /// The chain.
    #[error("its certificate does not lead to any in the CA file")]
    Chain,
    /// The CA file.
    #[error("the CA file holds no readable certificate in PEM form")]
    CaFile,
}

impl From<DerError> for BadReply {
    fn from(error: DerError) -> Self {
        Self::NotAReply(error)
    }
}

/// What a check came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It holds.
    Verified,
    /// It could not be told, and why.
    NotVerified(String),
}

/// A stamp on a seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The moment that the authority vouches for, RFC 3339, UTC.
    pub time: String,
    /// The stamp's number, hexadecimal.
    pub serial: String,
    /// The rules that the authority stamped by.
    pub policy: String,
    /// Whose certificate it is.
    pub authority: String,
    /// Whether the authority says that it changed something of what was asked.
    pub with_changes: bool,
    /// The signature, by the certificate in the reply.
    pub signature: Standing,
    /// That certificate, up to a CA that the user trusts; nothing if none was named.
    pub chain: Option<Standing>,
}

/// Checks a reply against the seal that it should stamp and the query that it should answer.
/// `trusted` is the text of a PEM file with certificates of authorities.
pub fn check(reply: &[u8], seal: &Digest, query: &[u8], trusted: Option<&[u8]>) -> Result<Stamp, BadReply> {
    if reply.len() > STAMP_BYTES {
        return Err(BadReply::TooLarge);
    }
    let (with_changes, token) = token(reply)?;
    let token = Token::read(&token)?;
    let info = Info::read(token.info)?;
    if info.imprint != Some(*seal) {
        return Err(BadReply::OtherSeal);
    }
    // The nonce of our queries needs no leading zero: its bytes are those of the INTEGER.
    if info.nonce.is_none() || info.nonce != super::stamp::nonce_of_request(query).as_ref().map(<[u8; 8]>::as_slice) {
        return Err(BadReply::OtherQuery);
    }
    let signer = token.signer()?;
    let certificate = token.certificate(&signer)?;
    let signature = signature(&token, &signer, certificate)?;
    if !certificate.is_for_time_stamps() {
        return Err(BadReply::Certificate("it is not for time stamps alone"));
    }
    if !certificate.is_valid_at(info.seconds) {
        return Err(BadReply::Certificate("it was not valid at the time of the stamp"));
    }
    let chain = match trusted {
        None => None,
        Some(pem) => Some(chain(&token, certificate, pem, info.seconds)?),
    };
    let (time, serial, policy) = (info.time, info.serial, info.policy);
    Ok(Stamp { time, serial, policy, authority: certificate.name(), with_changes, signature, chain })
}

/// PKIStatusInfo, and the token of a reply that grants one.
fn token(reply: &[u8]) -> Result<(bool, Value<'_>), BadReply> {
    let mut outer = der::single(reply, tag::SEQUENCE, "a time-stamp reply")?.inside();
    let mut status = outer.one(tag::SEQUENCE, "a status")?.inside();
    let number = status.one(tag::INTEGER, "the number of a status")?;
    let code = match der::unsigned(&number)? {
        [code] => *code,
        _ => return Err(BadReply::Form("its status is none that there is")),
    };
    if code > 1 {
        return Err(BadReply::Refused(code));
    }
    if let Some(words) = status.maybe(tag::SEQUENCE)? {
        let mut words = words.inside();
        while !words.is_empty() {
            words.one(tag::UTF8, "a text of the status")?;
        }
    }
    status.end()?;
    let token = outer.one(tag::SEQUENCE, "a time-stamp token")?;
    outer.end()?;
    Ok((code == 1, token))
}

/// A CMS SignedData.
struct Token<'a> {
    /// TSTInfo.
    info: &'a [u8],
    digests: Vec<String>,
    certificates: Vec<Certificate<'a>>,
    signers: Value<'a>,
}

impl<'a> Token<'a> {
    fn read(token: &Value<'a>) -> Result<Self, BadReply> {
        let mut outer = token.inside();
        due(&mut outer, SIGNED_DATA, "it holds no signed data")?;
        let data = outer.one(tag::context(0), "signed data")?;
        outer.end()?;
        let mut inside = der::single(data.content, tag::SEQUENCE, "signed data")?.inside();
        if !matches!(inside.one(tag::INTEGER, "a version")?.content, [3..=5]) {
            return Err(BadReply::Form("its version is unknown"));
        }
        let mut algorithms = inside.one(tag::SET, "digest algorithms")?.inside();
        let mut digests = Vec::new();
        while !algorithms.is_empty() {
            let digest = Algorithm::read(&mut algorithms)?;
            if !digest.is_plain() {
                return Err(BadReply::Form("a digest has parameters"));
            }
            digests.push(digest.oid);
        }
        let mut content = inside.one(tag::SEQUENCE, "the stamped content")?.inside();
        due(&mut content, TST_INFO, "what it signs is no time stamp")?;
        let info = content.one(tag::context(0), "the stamped content")?;
        content.end()?;
        let info = der::single(info.content, tag::OCTETS, "the stamped content")?.content;
        let certificates = match inside.maybe(tag::context(0))? {
            Some(set) => certificate::read_all(set.inside())?,
            None => Vec::new(),
        };
        inside.maybe(tag::context(1))?;
        let signers = inside.one(tag::SET, "a signer")?;
        inside.end()?;
        Ok(Self { info, digests, certificates, signers })
    }

    fn signer(&self) -> Result<Signer<'a>, BadReply> {
        let mut all = self.signers.inside();
        let signer = Signer::read(&all.one(tag::SEQUENCE, "a signer")?)?;
        // RFC 3161: the authority's signature and no other.
        all.end()?;
        if !self.digests.contains(&signer.digest.oid) {
            return Err(BadReply::Form("it does not name the digest that it was signed with"));
        }
        Ok(signer)
    }

    /// The certificate of the signer: our queries ask for it.
    fn certificate(&self, signer: &Signer<'_>) -> Result<&Certificate<'a>, BadReply> {
        let is_signers = |certificate: &&Certificate<'_>| match signer.who {
            Who::Issued { issuer, serial } => certificate.issuer == issuer && certificate.serial == serial,
            Who::Key(id) => certificate.key_id() == Some(id),
        };
        let found = self.certificates.iter().find(is_signers);
        found.ok_or(BadReply::Form("it does not carry the certificate of its signer, which the query asks for"))
    }
}

/// The next value is this identifier.
fn due(reader: &mut Reader<'_>, oid: &str, or: &'static str) -> Result<(), BadReply> {
    let found = der::oid(reader.one(tag::OID, "an identifier")?.content)?;
    if found == oid { Ok(()) } else { Err(BadReply::Form(or)) }
}

/// How a signer is named.
enum Who<'a> {
    Issued { issuer: &'a [u8], serial: &'a [u8] },
    Key(&'a [u8]),
}

struct Signer<'a> {
    who: Who<'a>,
    digest: Algorithm<'a>,
    attributes: Value<'a>,
    algorithm: Algorithm<'a>,
    signature: &'a [u8],
}

impl<'a> Signer<'a> {
    fn read(value: &Value<'a>) -> Result<Self, BadReply> {
        let mut inside = value.inside();
        let version = inside.one(tag::INTEGER, "a version")?.content;
        let who = match inside.maybe(0x80)? {
            Some(id) => Who::Key(id.content),
            None => {
                let mut named = inside.one(tag::SEQUENCE, "the name of a signer")?.inside();
                let issuer = named.one(tag::SEQUENCE, "an issuer")?.whole;
                let serial = named.one(tag::INTEGER, "the number of a certificate")?.content;
                named.end()?;
                Who::Issued { issuer, serial }
            }
        };
        if !matches!((&who, version), (Who::Issued { .. }, [1]) | (Who::Key(_), [3])) {
            return Err(BadReply::Form("the version of its signer is unknown"));
        }
        let digest = Algorithm::read(&mut inside)?;
        let attributes = inside.one(tag::context(0), "signed attributes")?;
        let algorithm = Algorithm::read(&mut inside)?;
        let signature = inside.one(tag::OCTETS, "a signature")?.content;
        inside.maybe(tag::context(1))?;
        inside.end()?;
        Ok(Self { who, digest, attributes, algorithm, signature })
    }

    /// The one value of an attribute; nothing where there is none of this kind.
    fn attribute(&self, wanted: &str) -> Result<Option<Value<'a>>, BadReply> {
        let (mut all, mut found) = (self.attributes.inside(), None);
        while !all.is_empty() {
            let mut inside = all.one(tag::SEQUENCE, "an attribute")?.inside();
            let oid = der::oid(inside.one(tag::OID, "the kind of an attribute")?.content)?;
            let values = inside.one(tag::SET, "the value of an attribute")?;
            inside.end()?;
            if oid == wanted {
                let mut values = values.inside();
                if found.replace(values.any()?).is_some() || !values.is_empty() {
                    return Err(BadReply::Form("an attribute is there twice"));
                }
            }
        }
        Ok(found)
    }

    /// What was signed: the attributes as a SET (RFC 5652, 5.4).
    fn message(&self) -> Vec<u8> {
        let mut message = self.attributes.whole.to_vec();
        if let Some(first) = message.first_mut() {
            *first = tag::SET;
        }
        message
    }
}

/// Whether the signature over the attributes holds, and they bind content and certificate.
fn signature(token: &Token<'_>, signer: &Signer<'_>, certificate: &Certificate<'_>) -> Result<Standing, BadReply> {
    let Some(hash) = signer.digest.hash() else {
        return Ok(Standing::NotVerified(format!("the digest {} is none that hozen takes", signer.digest.oid)));
    };
    let kind = signer.attribute(CONTENT_TYPE)?.ok_or(BadReply::Form("its signature does not say what it signs"))?;
    if kind.tag != tag::OID || der::oid(kind.content)? != TST_INFO {
        return Err(BadReply::Signature("its signature is for something else"));
    }
    let digest = signer.attribute(MESSAGE_DIGEST)?.ok_or(BadReply::Form("its signature covers no digest"))?;
    if digest.tag != tag::OCTETS || digest.content != hash.of(token.info) {
        return Err(BadReply::Signature("its time, number or policy was changed"));
    }
    let bound = binding(signer, certificate)?;
    let made = Signature { algorithm: &signer.algorithm, beside: Some(hash), bytes: signer.signature };
    match judge(&certificate.key, &signer.message(), made) {
        Judged::Holds => Ok(bound),
        Judged::Unknown(why) => Ok(Standing::NotVerified(why)),
        Judged::Wrong => Err(BadReply::Signature("the signature does not fit")),
    }
}

/// Whether the signature binds this very certificate (RFC 2634 and RFC 5035).
fn binding(signer: &Signer<'_>, certificate: &Certificate<'_>) -> Result<Standing, BadReply> {
    const OTHER: BadReply = BadReply::Signature("its certificate is not the one that it was signed with");
    /// The first identifier of a certificate.
    fn first<'a>(value: &Value<'a>) -> Result<Reader<'a>, DerError> {
        let mut ids = Reader::new(value.whole).one(tag::SEQUENCE, "certificates")?.inside();
        let mut ids = ids.one(tag::SEQUENCE, "certificates")?.inside();
        Ok(ids.one(tag::SEQUENCE, "a certificate")?.inside())
    }
    let (one, two) = (signer.attribute(SIGNING_CERTIFICATE)?, signer.attribute(SIGNING_CERTIFICATE_V2)?);
    if let Some(two) = two {
        let mut id = first(&two)?;
        let hash = match Reader::maybe(&mut id.clone(), tag::SEQUENCE)? {
            None => Hash::Sha256,
            Some(_) => match Algorithm::read(&mut id)? {
                named if named.hash().is_none() => {
                    return Ok(Standing::NotVerified(format!("the digest {} is none that hozen takes", named.oid)));
                }
                named => named.hash().unwrap_or(Hash::Sha256),
            },
        };
        let due = id.one(tag::OCTETS, "the digest of a certificate")?.content;
        return if due == hash.of(certificate.whole) { Ok(Standing::Verified) } else { Err(OTHER) };
    }
    let one = one.ok_or(BadReply::Form("its signature does not name its certificate"))?;
    let due = first(&one)?.one(tag::OCTETS, "the digest of a certificate")?.content;
    // SHA-1 is all that the old form has, and enough here: the signature itself is of another digest.
    if due == sha1::Sha1::digest(certificate.whole).as_slice() { Ok(Standing::Verified) } else { Err(OTHER) }
}

/// Whether the certificate leads to one that the user trusts.
fn chain(token: &Token<'_>, certificate: &Certificate<'_>, pem: &[u8], seconds: i64) -> Result<Standing, BadReply> {
    let ders = super::pem::certificates(pem).ok_or(BadReply::CaFile)?;
    let whole: Vec<u8> = ders.concat();
    let anchors = certificate::read_all(Reader::new(&whole)).map_err(|_| BadReply::CaFile)?;
    match certificate::chain(certificate, &token.certificates, &anchors, seconds) {
        Judged::Holds => Ok(Standing::Verified),
        Judged::Unknown(why) => Ok(Standing::NotVerified(why)),
        Judged::Wrong => Err(BadReply::Chain),
    }
}

/// TSTInfo: what the authority says.
struct Info<'a> {
    policy: String,
    imprint: Option<Digest>,
    serial: String,
    time: String,
    seconds: i64,
    nonce: Option<&'a [u8]>,
}

impl<'a> Info<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, BadReply> {
        let mut inside = der::single(bytes, tag::SEQUENCE, "the content of a stamp")?.inside();
        if inside.one(tag::INTEGER, "a version")?.content != [1] {
            return Err(BadReply::Form("the version of its content is unknown"));
        }
        let policy = der::oid(inside.one(tag::OID, "a policy")?.content)?;
        let mut imprint = inside.one(tag::SEQUENCE, "what was stamped")?.inside();
        let algorithm = Algorithm::read(&mut imprint)?;
        let digest = imprint.one(tag::OCTETS, "the digest that was stamped")?.content;
        imprint.end()?;
        let is_sha256 = algorithm.hash() == Some(Hash::Sha256);
        let imprint = digest.try_into().ok().filter(|_| is_sha256).map(Digest);
        let serial = der::integer(&inside.one(tag::INTEGER, "the number of a stamp")?)?;
        // RFC 3161 allows 160 bits; some authorities take a little more.
        if serial.len() > 64 {
            return Err(BadReply::Form("its number is too long"));
        }
        let serial = data_encoding::HEXLOWER.encode(serial);
        let (time, seconds) = time::of_stamp(&inside.one(tag::TIME, "a time")?)?;
        inside.maybe(tag::SEQUENCE)?;
        inside.maybe(tag::BOOLEAN)?;
        let nonce = inside.maybe(tag::INTEGER)?.map(|value| der::integer(&value)).transpose()?;
        inside.maybe(tag::context(0))?;
        inside.maybe(tag::context(1))?;
        inside.end()?;
        Ok(Self { policy, imprint, serial, time, seconds, nonce })
    }
}
