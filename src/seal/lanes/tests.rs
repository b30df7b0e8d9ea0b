//! Every kernel against `sha2`: every short length, long ones, cut anywhere, in any company.

use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use super::{Kernel, Kernels, Message, Piece, advance};
use crate::model::Digest;

fn machines() -> Vec<(String, Kernels)> {
    let mut all = vec![("what this machine uses".to_owned(), Kernels::of_this_machine())];
    for kernel in Kernel::ALL {
        match Kernels::only(kernel) {
            Some(kernels) => all.push((kernel.name().to_owned(), kernels)),
            None => println!("this CPU has no {}: not tested here", kernel.name()),
        }
    }
    all
}

fn wanted(message: &[u8]) -> Digest {
    Digest(Sha256::digest(message).into())
}

fn hashed(kernels: Kernels, messages: &[Vec<u8>]) -> Vec<Digest> {
    let mut under_way = vec![Message::default(); messages.len()];
    let pieces = under_way.iter_mut().zip(messages);
    let pieces = pieces.map(|(message, bytes)| Piece { message, bytes: vec![bytes.as_slice()], ends: true }).collect();
    advance(kernels, pieces).into_iter().flatten().collect()
}

fn bytes(length: usize, seed: usize) -> Vec<u8> {
    (0..length).map(|i| ((i * 131 + seed * 17) ^ (i >> 7)) as u8).collect()
}

#[test]
fn every_length_up_to_a_thousand_and_more_messages_than_lanes() {
    let messages: Vec<Vec<u8>> = (0..=1000).map(|length| bytes(length, length)).collect();
    let right: Vec<Digest> = messages.iter().map(|message| wanted(message)).collect();
    for (name, kernels) in machines() {
        assert_eq!(hashed(kernels, &messages), right, "{name}");
        for alone in [0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 1000] {
            assert_eq!(hashed(kernels, &messages[alone..=alone]), right[alone..=alone], "{name}: {alone} bytes alone");
        }
    }
}

#[test]
fn any_number_of_messages_at_once() {
    for (name, kernels) in machines() {
        for count in 0..40 {
            let messages: Vec<Vec<u8>> = (0..count).map(|n| bytes(n * 977 % 3000, n)).collect();
            let right: Vec<Digest> = messages.iter().map(|message| wanted(message)).collect();
            assert_eq!(hashed(kernels, &messages), right, "{name}: {count} messages");
        }
    }
}

/// FIPS 180-4 examples as NIST publishes them, and the million letters.
#[test]
fn published_answers() {
    let published = [
        (b"abc".to_vec(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".to_vec(),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
        (vec![b'a'; 1_000_000], "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
        (vec![], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ];
    let messages: Vec<Vec<u8>> = published.iter().map(|(message, _)| message.clone()).collect();
    for (name, kernels) in machines() {
        for (digest, (_, wanted)) in hashed(kernels, &messages).iter().zip(&published) {
            assert_eq!(digest.to_string(), *wanted, "{name}");
        }
    }
}

#[test]
fn a_machine_uses_what_it_has_and_says_so() {
    let names = Kernels::of_this_machine().names();
    assert_eq!(names.last(), Some(&"plain"));
    assert_eq!("sha-ni".parse(), Ok(Kernel::ShaNi));
    assert!("sse".parse::<Kernel>().is_err_and(|error| error.to_string().contains("avx512")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Messages of any lengths, each cut anywhere, advanced in rounds, in the company of others.
    #[test]
    fn cuts_and_company_change_nothing(
        plans in prop::collection::vec((0usize..40_000, prop::collection::vec(0usize..9000, 0..6)), 1..24),
    ) {
        let messages: Vec<Vec<u8>> = plans.iter().enumerate().map(|(n, (length, _))| bytes(*length, n)).collect();
        let right: Vec<Digest> = messages.iter().map(|message| wanted(message)).collect();
        let rounds = plans.iter().map(|(_, cuts)| cuts.len()).max().unwrap_or(0);
        for (name, kernels) in machines() {
            let mut under_way = vec![Message::default(); messages.len()];
            let mut rest: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
            for round in 0..rounds {
                let mut pieces = Vec::new();
                for ((message, rest), (_, cuts)) in under_way.iter_mut().zip(&mut rest).zip(&plans) {
                    let (now, later) = rest.split_at(cuts.get(round).copied().unwrap_or(0).min(rest.len()));
                    *rest = later;
                    let (a, b) = now.split_at(now.len() / 3);
                    pieces.push(Piece { message, bytes: vec![a, b], ends: false });
                }
                prop_assert!(advance(kernels, pieces).iter().all(Option::is_none));
            }
            let pieces = under_way.iter_mut().zip(rest);
            let pieces = pieces.map(|(message, rest)| Piece { message, bytes: vec![rest], ends: true }).collect();
            let digests: Vec<Digest> = advance(kernels, pieces).into_iter().flatten().collect();
            prop_assert_eq!(&digests, &right, "{}", name);
        }
    }
}
