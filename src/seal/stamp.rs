//! Time-stamp requests (RFC 3161): 69 bytes that can be carried off an isolated machine and sent to any time-stamp authority.
//!
//! The answer to one is read by [`super::reply`].

use crate::model::Digest;

/// Length of every request that [`request`] makes.
pub const REQUEST_BYTES: usize = 69;

/// TimeStampReq: version 1, messageImprint { SHA-256, 32 bytes …
const BEFORE_DIGEST: [u8; 24] = [
    0x30, 0x43, 0x02, 0x01, 0x01, 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
    0x01, 0x05, 0x00, 0x04, 0x20,
];
/// … }, nonce: 8 bytes …
const BEFORE_NONCE: [u8; 2] = [0x02, 0x08];
/// …, certReq TRUE.
const AFTER_NONCE: [u8; 3] = [0x01, 0x01, 0xff];

/// A request to stamp `digest`. Two bits of `nonce` are fixed so that its DER length is always the same.
pub fn request(digest: &Digest, nonce: [u8; 8]) -> Vec<u8> {
    let [first, rest @ ..] = nonce;
    let mut der = Vec::with_capacity(REQUEST_BYTES);
    der.extend_from_slice(&BEFORE_DIGEST);
    der.extend_from_slice(&digest.0);
    der.extend_from_slice(&BEFORE_NONCE);
    // Neither negative nor with a leading zero byte, which DER would drop.
    der.push((first & 0x7f) | 0x40);
    der.extend_from_slice(&rest);
    der.extend_from_slice(&AFTER_NONCE);
    der
}

/// The digest that a request asks to stamp, if it is one that [`request`] could have made.
pub fn digest_of_request(der: &[u8]) -> Option<Digest> {
    parts(der).map(|(digest, _)| digest)
}

/// The number that the answer must repeat, if it is a request that [`request`] could have made.
pub fn nonce_of_request(der: &[u8]) -> Option<[u8; 8]> {
    parts(der).map(|(_, nonce)| nonce)
}

fn parts(der: &[u8]) -> Option<(Digest, [u8; 8])> {
    let rest = der.strip_prefix(BEFORE_DIGEST.as_slice())?;
    let (digest, rest) = rest.split_first_chunk::<32>()?;
    let (nonce, rest) = rest.strip_prefix(BEFORE_NONCE.as_slice())?.split_first_chunk::<8>()?;
    let digest = Digest(*digest);
    (rest == AFTER_NONCE && request(&digest, *nonce) == der).then_some((digest, *nonce))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_69_bytes_whatever_the_nonce() {
        for nonce in [[0; 8], [0xff; 8], [0x80, 0, 0, 0, 0, 0, 0, 1]] {
            let der = request(&Digest::of(b"x"), nonce);
            assert_eq!(der.len(), REQUEST_BYTES);
            assert_eq!(digest_of_request(&der), Some(Digest::of(b"x")));
        }
    }

    #[test]
    fn no_byte_but_the_nonce_may_differ() {
        let der = request(&Digest::of(b"x"), [7; 8]);
        for at in 0..der.len() {
            let mut changed = der.clone();
            changed[at] ^= 0x80;
            let nonce_tail = 59..66;
            if !nonce_tail.contains(&at) {
                assert_ne!(digest_of_request(&changed), Some(Digest::of(b"x")), "byte {at}");
            }
        }
        assert_eq!(digest_of_request(&der[..68]), None);
    }
}
