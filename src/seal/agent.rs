//! What an SSH agent is asked and what it answers: the keys that it holds, and a signature by one of them.
//!
//! Of the protocol (draft-ietf-sshm-ssh-agent) two questions are used. An agent may be anything behind a socket: its answers are
//! hostile input, and its signature counts only once it was checked. Only ssh-ed25519 keys sign; keys on a security token
//! (sk-ssh-ed25519) sign other bytes (with a counter and flags), which hozen's check of a seal does not take.

use std::fmt::Write as _;

use ssh_key::public::{KeyData, PublicKey};
use ssh_key::{Algorithm, HashAlg, Signature};

use crate::model::RawPath;

const FAILURE: u8 = 5;
const REQUEST_IDENTITIES: u8 = 11;
const IDENTITIES_ANSWER: u8 = 12;
const SIGN_REQUEST: u8 = 13;
const SIGN_RESPONSE: u8 = 14;

/// Why an agent does not sign.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// Its socket.
    #[error("the SSH agent does not answer")]
    Unreachable(#[from] std::io::Error),
    /// It answered "no".
    #[error("the SSH agent refused: is it locked (ssh-add -X), was the key removed from it, or the question declined?")]
    Refused,
    /// It answered something else than the protocol says.
    #[error("the SSH agent's answer is not as the protocol has it: {0}")]
    Answer(&'static str),
    /// What it signed does not hold.
    #[error("the signature that the SSH agent gave does not fit the key and what was to be signed; it was not used")]
    Lie,
    /// It has no key that can sign.
    #[error("the SSH agent holds no ssh-ed25519 key: add one with `ssh-add`; it holds {0}")]
    NoneUsable(String),
    /// It does not have the one that was named.
    #[error("the SSH agent does not hold the key \"{wanted}\"; it holds {held}")]
    NoSuch {
        /// What was asked for.
        wanted: String,
        /// What there is.
        held: String,
    },
    /// Which one is not clear.
    #[error("the SSH agent holds several such keys; name one as --sign-key agent:SHA256:…: it holds {0}")]
    Several(String),
    /// The one that was named can not be used.
    #[error(
        "the key is {0}, not ssh-ed25519; a key on a security token (sk-…) signs in another form, which the check of a \
         seal does not take"
    )]
    Unusable(String),
}

/// Which of an agent's keys is to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// The only one that can.
    Only,
    /// The one with this fingerprint (`SHA256:…`) or comment.
    Named(String),
    /// This one.
    Key(PublicKey),
}

/// A key that an agent holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    key: KeyData,
    fingerprint: String,
    comment: String,
}

/// The question which keys there are.
pub fn question_for_keys() -> Vec<u8> {
    vec![REQUEST_IDENTITIES]
}

/// Reads the answer to [`question_for_keys`]. A key of a kind that is not known is listed all the same.
///
/// # Errors
/// [`AgentError::Refused`] or [`AgentError::Answer`].
pub fn keys(answer: &[u8]) -> Result<Vec<Held>, AgentError> {
    let mut rest = body(answer, IDENTITIES_ANSWER)?;
    let count = number(&mut rest)?;
    let mut keys = Vec::new();
    for _ in 0..count {
        let blob = string(&mut rest)?;
        let comment = String::from_utf8_lossy(string(&mut rest)?).into_owned();
        // Kinds that the library does not know can not sign here anyway.
        let Ok(key) = PublicKey::from_bytes(blob) else { continue };
        let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
        keys.push(Held { key: key.key_data().clone(), fingerprint, comment });
    }
    if rest.is_empty() { Ok(keys) } else { Err(AgentError::Answer("something stands behind the last key")) }
}

/// The one key that is meant.
///
/// # Errors
/// [`AgentError`]; where it is not clear, what there is to choose from.
pub fn pick(held: &[Held], wanted: &Wanted) -> Result<PublicKey, AgentError> {
    let fits = |key: &&Held| match wanted {
        Wanted::Only => key.key.algorithm() == Algorithm::Ed25519,
        Wanted::Named(name) => key.fingerprint == *name || key.comment == *name,
        Wanted::Key(public) => key.key == *public.key_data(),
    };
    let mut found = held.iter().filter(fits);
    let Some(first) = found.next() else {
        return Err(match wanted {
            Wanted::Only => AgentError::NoneUsable(listed(held)),
            Wanted::Named(name) => AgentError::NoSuch { wanted: shown(name), held: listed(held) },
            Wanted::Key(key) => {
                AgentError::NoSuch { wanted: key.fingerprint(HashAlg::Sha256).to_string(), held: listed(held) }
            }
        });
    };
    // The same key may stand there twice.
    if found.any(|other| other.key != first.key) {
        return Err(AgentError::Several(listed(held)));
    }
    if first.key.algorithm() != Algorithm::Ed25519 {
        return Err(AgentError::Unusable(first.key.algorithm().to_string()));
    }
    Ok(PublicKey::from(first.key.clone()))
}

/// The question for a signature over these bytes.
///
/// # Errors
/// When they are longer than a message can say.
pub fn question_for_signature(key: &PublicKey, bytes: &[u8]) -> Result<Vec<u8>, AgentError> {
    let blob = key.to_bytes().map_err(|_| AgentError::Answer("the key can not be written"))?;
    let mut question = vec![SIGN_REQUEST];
    for part in [&blob[..], bytes] {
        let length = u32::try_from(part.len()).map_err(|_| AgentError::Answer("too much was to be signed"))?;
        question.extend(length.to_be_bytes());
        question.extend(part);
    }
    // No flags: they are for RSA.
    question.extend(0_u32.to_be_bytes());
    Ok(question)
}

/// Reads the answer to [`question_for_signature`]. Whether it holds is still to be checked.
///
/// # Errors
/// [`AgentError::Refused`] or [`AgentError::Answer`].
pub fn signature(answer: &[u8]) -> Result<Signature, AgentError> {
    let mut rest = body(answer, SIGN_RESPONSE)?;
    let blob = string(&mut rest)?;
    let signature = Signature::try_from(blob).map_err(|_| AgentError::Answer("it holds no signature"))?;
    if signature.algorithm() != Algorithm::Ed25519 {
        return Err(AgentError::Answer("its signature is of another kind than the key"));
    }
    if rest.is_empty() { Ok(signature) } else { Err(AgentError::Answer("something stands behind the signature")) }
}

/// The message behind its kind.
fn body(answer: &[u8], due: u8) -> Result<&[u8], AgentError> {
    match answer.split_first() {
        Some((kind, rest)) if *kind == due => Ok(rest),
        Some((&FAILURE, _)) => Err(AgentError::Refused),
        _ => Err(AgentError::Answer("it is of another kind than the question")),
    }
}

fn number(rest: &mut &[u8]) -> Result<u32, AgentError> {
    let (head, tail) = rest.split_first_chunk().ok_or(AgentError::Answer("it ends too early"))?;
    *rest = tail;
    Ok(u32::from_be_bytes(*head))
}

fn string<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], AgentError> {
    let short = AgentError::Answer("it ends too early");
    let length = usize::try_from(number(rest)?).unwrap_or(usize::MAX);
    let (text, tail) = rest.split_at_checked(length).ok_or(short)?;
    *rest = tail;
    Ok(text)
}

/// What there is to choose from; comments are whatever somebody wrote.
fn listed(held: &[Held]) -> String {
    let mut list = String::new();
    for key in held.iter().take(LISTED) {
        let separator = if list.is_empty() { "" } else { "; " };
        let (kind, fingerprint, comment) = (key.key.algorithm(), &key.fingerprint, shown(&key.comment));
        // Writing to a string does not fail.
        let _ = write!(list, "{separator}{fingerprint} ({}, {comment})", shown(kind.as_str()));
    }
    match held.len() {
        0 => "none".to_owned(),
        count if count > LISTED => list + &format!("; and {} more", count - LISTED),
        _ => list,
    }
}

/// Keys that an error lists.
const LISTED: usize = 20;

fn shown(text: &str) -> String {
    RawPath(text.chars().take(100).collect::<String>().into_bytes()).shown()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(bytes: &[u8]) -> Vec<u8> {
        [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
    }

    fn key(seed: u8) -> PublicKey {
        let pair = ssh_key::private::Ed25519Keypair::from_seed(&[seed; 32]);
        PublicKey::from(KeyData::Ed25519(pair.public))
    }

    fn answer(keys: &[(PublicKey, &str)]) -> Vec<u8> {
        let mut answer = vec![IDENTITIES_ANSWER];
        answer.extend(u32::try_from(keys.len()).unwrap().to_be_bytes());
        for (key, comment) in keys {
            answer.extend(text(&key.to_bytes().unwrap()));
            answer.extend(text(comment.as_bytes()));
        }
        answer
    }

    #[test]
    fn the_key_that_is_meant_is_found() {
        let two = keys(&answer(&[(key(1), "one"), (key(2), "two")])).unwrap();
        let print = key(2).fingerprint(HashAlg::Sha256).to_string();
        for wanted in [Wanted::Named("two".into()), Wanted::Named(print), Wanted::Key(key(2))] {
            assert_eq!(pick(&two, &wanted).unwrap(), key(2));
        }
        assert_eq!(pick(&two[..1], &Wanted::Only).unwrap(), key(1));
        let doubled = keys(&answer(&[(key(1), "one"), (key(1), "again")])).unwrap();
        assert_eq!(pick(&doubled, &Wanted::Only).unwrap(), key(1));
    }

    #[test]
    fn where_it_is_not_clear_the_choice_is_listed() {
        let two = keys(&answer(&[(key(1), "work\x1b[2J"), (key(2), "home")])).unwrap();
        let told = pick(&two, &Wanted::Only).unwrap_err().to_string();
        assert!(told.contains("several") && told.contains("home") && told.contains("SHA256:"), "{told}");
        assert!(!told.contains('\x1b'), "{told}");
        let told = pick(&two, &Wanted::Named("office".into())).unwrap_err().to_string();
        assert!(told.contains("\"office\"") && told.contains("home"), "{told}");
        assert!(pick(&[], &Wanted::Only).unwrap_err().to_string().contains("none"));
    }

    #[test]
    fn refusals_and_torn_answers_are_told_apart() {
        assert!(matches!(keys(&[FAILURE]), Err(AgentError::Refused)));
        assert!(matches!(signature(&[FAILURE]), Err(AgentError::Refused)));
        assert!(matches!(keys(&[]), Err(AgentError::Answer(_))));
        let whole = answer(&[(key(1), "one")]);
        for end in 1..whole.len() {
            assert!(matches!(keys(&whole[..end]), Err(AgentError::Answer(_))), "{end}");
        }
        assert!(keys(&[&whole[..], b"x"].concat()).is_err());
        // A count that the answer has no room for costs nothing.
        assert!(keys(&[IDENTITIES_ANSWER, 0xff, 0xff, 0xff, 0xff]).is_err());
    }

    proptest! {
        #[test]
        fn no_answer_breaks_the_reader(kind in 0_u8..20, bytes: Vec<u8>) {
            let answer = [&[kind][..], &bytes].concat();
            if let Ok(held) = keys(&answer) {
                let _ = pick(&held, &Wanted::Only);
            }
            let _ = signature(&answer);
        }
    }
}
