//! X.509 certificates, as far as a time stamp needs them: whose key, for what, when, and who signed it.

use super::algorithm::{Algorithm, Judged, Signature, judge};
use super::der::{self, DerError, Reader, Value, tag};
use super::time;
use crate::model::RawPath;
use crate::model::limits::{STAMP_CERTIFICATES, STAMP_NAME_CHARS};

/// A certificate, taken apart.
#[derive(Debug, Clone)]
pub struct Certificate<'a> {
    /// All of it.
    pub whole: &'a [u8],
    signed: &'a [u8],
    /// Its number, as its issuer gave it.
    pub serial: &'a [u8],
    /// Who issued it.
    pub issuer: &'a [u8],
    /// Whose it is.
    pub subject: Value<'a>,
    not_before: i64,
    not_after: i64,
    /// The public key.
    pub key: Value<'a>,
    extensions: Vec<Extension<'a>>,
    algorithm: Algorithm<'a>,
    signature: &'a [u8],
}

#[derive(Debug, Clone)]
struct Extension<'a> {
    oid: String,
    is_critical: bool,
    value: &'a [u8],
}

const KEY_USAGE: &str = "2.5.29.15";
const BASIC_CONSTRAINTS: &str = "2.5.29.19";
const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
/// 1.3.6.1.5.5.7.3.8: this key signs time stamps.
const TIME_STAMPING: &str = "1.3.6.1.5.5.7.3.8";

impl<'a> Certificate<'a> {
    /// Reads one.
    pub fn read(value: &Value<'a>) -> Result<Self, DerError> {
        let mut outer = value.inside();
        let signed = outer.one(tag::SEQUENCE, "the signed part of a certificate")?;
        let algorithm = Algorithm::read(&mut outer)?;
        let signature = der::bits(&outer.one(tag::BITS, "the signature of a certificate")?)?;
        outer.end()?;
        let mut inside = signed.inside();
        inside.maybe(tag::context(0))?;
        let serial = inside.one(tag::INTEGER, "the number of a certificate")?.content;
        Algorithm::read(&mut inside)?;
        let issuer = inside.one(tag::SEQUENCE, "an issuer")?.whole;
        let mut validity = inside.one(tag::SEQUENCE, "a span of validity")?.inside();
        let (not_before, not_after) =
            (time::of_certificate(&validity.any()?)?, time::of_certificate(&validity.any()?)?);
        validity.end()?;
        let subject = inside.one(tag::SEQUENCE, "a subject")?;
        let key = inside.one(tag::SEQUENCE, "a public key")?;
        inside.maybe(0x81)?;
        inside.maybe(0x82)?;
        let extensions = match inside.maybe(tag::context(3))? {
            Some(value) => extensions(&der::single(value.content, tag::SEQUENCE, "extensions")?)?,
            None => Vec::new(),
        };
        inside.end()?;
        let (whole, signed) = (value.whole, signed.whole);
        Ok(Self {
            whole,
            signed,
            serial,
            issuer,
            subject,
            not_before,
            not_after,
            key,
            extensions,
            algorithm,
            signature,
        })
    }

    /// Whether it may sign time stamps and nothing else, and says so in a way that no reader may ignore (RFC 3161, 2.3).
    pub fn is_for_time_stamps(&self) -> bool {
        let Some(usage) = self.extensions.iter().find(|e| e.oid == EXTENDED_KEY_USAGE && e.is_critical) else {
            return false;
        };
        let only = || -> Result<bool, DerError> {
            let mut inside = der::single(usage.value, tag::SEQUENCE, "usages")?.inside();
            let first = der::oid(inside.one(tag::OID, "a usage")?.content)?;
            inside.end()?;
            Ok(first == TIME_STAMPING)
        };
        only().unwrap_or(false)
    }

    /// Whether it was valid at this moment.
    pub fn is_valid_at(&self, seconds: i64) -> bool {
        (self.not_before..=self.not_after).contains(&seconds)
    }

    /// The key identifier that it gives itself.
    pub fn key_id(&self) -> Option<&'a [u8]> {
        let found = self.extensions.iter().find(|e| e.oid == "2.5.29.14")?;
        der::single(found.value, tag::OCTETS, "a key identifier").ok().map(|value| value.content)
    }

    /// Whose it is, for people: `CN=…, O=…`, at most so long, nothing in it that could deceive.
    pub fn name(&self) -> String {
        let text = name(&self.subject).unwrap_or_default().join(", ");
        let shown = RawPath(text.into_bytes()).shown();
        if shown.is_empty() { "(no name)".to_owned() } else { shown.chars().take(STAMP_NAME_CHARS).collect() }
    }

    /// Whether it may sign other certificates, with so many authorities between it and the last one.
    fn is_authority(&self, between: usize) -> bool {
        let find = |oid: &str| self.extensions.iter().find(|e| e.oid == oid);
        let may = |e: &Extension<'_>| -> Result<bool, DerError> {
            let mut inside = der::single(e.value, tag::SEQUENCE, "constraints")?.inside();
            let may = inside.maybe(tag::BOOLEAN)?.is_some_and(|value| value.content == [0xff]);
            // More than one byte is more than any chain has.
            let fits = inside.maybe(tag::INTEGER)?.is_none_or(|most| match most.content {
                [most] => most & 0x80 == 0 && between <= usize::from(*most),
                more => more.first().is_some_and(|byte| byte & 0x80 == 0),
            });
            inside.end()?;
            Ok(may && fits)
        };
        // Bit 5: keyCertSign.
        let signs = |e: &Extension<'_>| -> Result<bool, DerError> {
            let value = der::single(e.value, tag::BITS, "usages")?;
            Ok(value.content.get(1).is_some_and(|byte| byte & 0x04 != 0))
        };
        find(BASIC_CONSTRAINTS).is_some_and(|e| may(e).unwrap_or(false))
            && find(KEY_USAGE).is_none_or(|e| signs(e).unwrap_or(false))
    }

    /// A critical extension that is not looked at here: nobody may take the certificate then (RFC 5280, 4.2).
    fn unknown_rule(&self) -> Option<&str> {
        const KNOWN: [&str; 4] = [KEY_USAGE, BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE, "2.5.29.32"];
        self.extensions.iter().find(|e| e.is_critical && !KNOWN.contains(&e.oid.as_str())).map(|e| e.oid.as_str())
    }

    fn was_signed_by(&self, issuer: &Self) -> Judged {
        judge(&issuer.key, self.signed, Signature { algorithm: &self.algorithm, beside: None, bytes: self.signature })
    }
}

fn extensions<'a>(all: &Value<'a>) -> Result<Vec<Extension<'a>>, DerError> {
    let (mut reader, mut found) = (all.inside(), Vec::new());
    while !reader.is_empty() {
        let mut inside = reader.one(tag::SEQUENCE, "an extension")?.inside();
        let oid = der::oid(inside.one(tag::OID, "the identifier of an extension")?.content)?;
        let is_critical = inside.maybe(tag::BOOLEAN)?.is_some_and(|value| value.content != [0]);
        let value = inside.one(tag::OCTETS, "the content of an extension")?.content;
        inside.end()?;
        found.push(Extension { oid, is_critical, value });
    }
    Ok(found)
}

/// The parts of a name that people read.
fn name(subject: &Value<'_>) -> Result<Vec<String>, DerError> {
    let (mut sets, mut parts) = (subject.inside(), Vec::new());
    while !sets.is_empty() {
        let mut pairs = sets.one(tag::SET, "a part of a name")?.inside();
        while !pairs.is_empty() {
            let mut pair = pairs.one(tag::SEQUENCE, "a part of a name")?.inside();
            let oid = der::oid(pair.one(tag::OID, "the kind of a name")?.content)?;
            let value = pair.any()?;
            let label = match oid.as_str() {
                "2.5.4.3" => "CN",
                "2.5.4.10" => "O",
                "2.5.4.11" => "OU",
                "2.5.4.6" => "C",
                _ => continue,
            };
            // BMPString is UTF-16; all others are read as the UTF-8 or ASCII that they should be.
            let text = if value.tag == 0x1e {
                let units =
                    value.content.chunks_exact(2).filter_map(|pair| pair.try_into().ok().map(u16::from_be_bytes));
                char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
            } else {
                String::from_utf8_lossy(value.content).into_owned()
            };
            parts.push(format!("{label}={text}"));
        }
    }
    Ok(parts)
}

/// All certificates of a set.
pub fn read_all<'a>(mut reader: Reader<'a>) -> Result<Vec<Certificate<'a>>, DerError> {
    let mut all = Vec::new();
    while !reader.is_empty() {
        let value = reader.one(tag::SEQUENCE, "a certificate")?;
        if all.len() >= STAMP_CERTIFICATES {
            return Err(DerError::Unexpected("a smaller number of certificates"));
        }
        all.push(Certificate::read(&value)?);
    }
    Ok(all)
}

/// Follows the issuers from `first` up to one of `anchors`, by way of `others` and the anchors themselves, as of this moment.
/// Not looked at: lists of revoked certificates, limits on names, policies. Where a certificate, an anchor included, has a
/// critical rule that is not looked at (RFC 5280, 4.2: limits on names are one), the chain is not known to hold.
pub fn chain(first: &Certificate<'_>, others: &[Certificate<'_>], anchors: &[Certificate<'_>], seconds: i64) -> Judged {
    let mut at = first;
    // No chain is longer than there are certificates.
    for between in 0..=others.len().saturating_add(anchors.len()) {
        if let Some(rule) = at.unknown_rule() {
            return Judged::Unknown(format!(
                "the certificate of {} has a rule that may not be ignored and that hozen does not look at ({rule})",
                at.name()
            ));
        }
        if anchors.iter().any(|anchor| anchor.whole == at.whole) {
            return Judged::Holds;
        }
        let mut answer = Judged::Wrong;
        let mut next = None;
        let may_issue =
            |c: &&Certificate<'_>| c.subject.whole == at.issuer && c.is_authority(between) && c.is_valid_at(seconds);
        for issuer in anchors.iter().chain(others).filter(may_issue) {
            match at.was_signed_by(issuer) {
                Judged::Holds => {
                    next = Some(issuer);
                    break;
                }
                Judged::Unknown(why) => answer = Judged::Unknown(why),
                Judged::Wrong => {}
            }
        }
        match next {
            Some(issuer) => at = issuer,
            None => return answer,
        }
    }
    Judged::Wrong
}
