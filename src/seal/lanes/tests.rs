//! Every kernel of every algorithm against its crate: every short length, long ones, cut anywhere, in any company.

use data_encoding::HEXLOWER;
use proptest::prelude::*;
use sha2::Digest as _;

use super::{Kernel, Kernels, Message, Piece, advance};
use crate::model::{Algorithm, Algorithms, Digest, Digests};

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

fn every() -> Algorithms {
    Algorithms::new(Algorithm::ALL)
}

/// What the crates say.
fn wanted(message: &[u8], algorithms: Algorithms) -> Digests {
    let other = |algorithm| -> Box<[u8]> {
        match algorithm {
            Algorithm::Sha256 => sha2::Sha256::digest(message).as_slice().into(),
            Algorithm::Sha1 => sha1::Sha1::digest(message).as_slice().into(),
            Algorithm::Md5 => md5::Md5::digest(message).as_slice().into(),
            Algorithm::Sha512 => sha2::Sha512::digest(message).as_slice().into(),
            Algorithm::Blake3 => blake3::hash(message).as_bytes().as_slice().into(),
        }
    };
    Digests {
        sha256: Digest(sha2::Sha256::digest(message).into()),
        others: algorithms.others().map(|algorithm| (algorithm, other(algorithm))).collect(),
    }
}

fn hashed(kernels: Kernels, algorithms: Algorithms, messages: &[Vec<u8>]) -> Vec<Digests> {
    let mut under_way = vec![Message::new(algorithms); messages.len()];
    let pieces = under_way.iter_mut().zip(messages);
    let pieces = pieces.map(|(message, bytes)| Piece { message, bytes: [bytes.as_slice()], ends: true }).collect();
    advance(kernels, pieces).into_iter().flatten().collect()
}

fn bytes(length: usize, seed: usize) -> Vec<u8> {
    (0..length).map(|i| ((i * 131 + seed * 17) ^ (i >> 7)) as u8).collect()
}

#[test]
fn every_length_up_to_a_thousand_and_more_messages_than_lanes() {
    let messages: Vec<Vec<u8>> = (0..=1000).map(|length| bytes(length, length)).collect();
    let right: Vec<Digests> = messages.iter().map(|message| wanted(message, every())).collect();
    for (name, kernels) in machines() {
        assert_eq!(hashed(kernels, every(), &messages), right, "{name}");
        for alone in [0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 1000] {
            let one = &messages[alone..=alone];
            assert_eq!(hashed(kernels, every(), one), right[alone..=alone], "{name}: {alone} bytes alone");
        }
    }
}

#[test]
fn any_number_of_messages_at_once() {
    for (name, kernels) in machines() {
        for count in 0..40 {
            let messages: Vec<Vec<u8>> = (0..count).map(|n| bytes(n * 977 % 3000, n)).collect();
            let right: Vec<Digests> = messages.iter().map(|message| wanted(message, every())).collect();
            assert_eq!(hashed(kernels, every(), &messages), right, "{name}: {count} messages");
        }
    }
}

#[test]
fn each_digest_alone_beside_sha256_and_messages_that_want_different_ones() {
    let messages: Vec<Vec<u8>> = (0..20).map(|n| bytes(n * 331, n)).collect();
    for (name, kernels) in machines() {
        for algorithm in Algorithm::ALL {
            let algorithms = Algorithms::new([algorithm]);
            let right: Vec<Digests> = messages.iter().map(|message| wanted(message, algorithms)).collect();
            assert_eq!(hashed(kernels, algorithms, &messages), right, "{name}: {algorithm}");
        }
        let mixed = |n: usize| Algorithms::new([Algorithm::ALL[n % 5]]);
        let mut under_way: Vec<Message> = (0..messages.len()).map(|n| Message::new(mixed(n))).collect();
        let pieces = under_way.iter_mut().zip(&messages);
        let pieces = pieces.map(|(message, bytes)| Piece { message, bytes: [bytes.as_slice()], ends: true }).collect();
        let right: Vec<_> = messages.iter().enumerate().map(|(n, message)| Some(wanted(message, mixed(n)))).collect();
        assert_eq!(advance(kernels, pieces), right, "{name}");
    }
}

/// The examples of FIPS 180-4 as NIST publishes them, and the test suite of RFC 1321 (A.5), by every kernel.
#[test]
fn published_answers() {
    let long = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    let sha256 = [
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (long, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ];
    let sha1 = [
        ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (long, "84983e441c3bd26ebaae4aa1f95129e5e54670f1"),
        ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    ];
    let md5 = [
        ("", "d41d8cd98f00b204e9800998ecf8427e"),
        ("a", "0cc175b9c0f1b6a831c399e269772661"),
        ("abc", "900150983cd24fb0d6963f7d28e17f72"),
        ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f"),
        (
            "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
            "57edf4a22be3c955ac49da2e2107b67a",
        ),
    ];
    let sha512 = [(
        "abc",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
         2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    )];
    let sets = [(Algorithm::Sha256, &sha256[..]), (Algorithm::Sha1, &sha1), (Algorithm::Md5, &md5)];
    for (algorithm, set) in sets.into_iter().chain([(Algorithm::Sha512, &sha512[..])]) {
        for (name, kernels) in machines() {
            for (message, published) in set {
                // More than once, so that lanes other than the first are tried.
                for digests in hashed(kernels, every(), &vec![message.as_bytes().to_vec(); 17]) {
                    assert_eq!(spelt(&digests, algorithm), *published, "{name}: {algorithm} of {message:?}");
                }
            }
        }
    }
}

/// FIPS 180-4: a million times the letter a.
#[test]
fn the_million_letters() {
    for (name, kernels) in machines() {
        let digests = &hashed(kernels, every(), &[vec![b'a'; 1_000_000]])[0];
        let published = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
        assert_eq!(spelt(digests, Algorithm::Sha256), published, "{name}");
        assert_eq!(spelt(digests, Algorithm::Sha1), "34aa973cd4c4daa4f61eeb2bdbad27316534016f", "{name}");
        assert_eq!(spelt(digests, Algorithm::Md5), "7707d6ae4e027c70eea2a935c2296f21", "{name}");
    }
}

/// The first 32 bytes of the test vectors that the authors of BLAKE3 publish: bytes that count up to 250 and begin again.
#[test]
fn the_vectors_of_blake3() {
    let published = [
        (0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"),
        (1, "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"),
        (1024, "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7"),
    ];
    for (length, wanted) in published {
        let message: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
        let digests = &hashed(Kernels::default(), every(), &[message])[0];
        assert_eq!(spelt(digests, Algorithm::Blake3), wanted, "{length} bytes");
    }
}

fn spelt(digests: &Digests, wanted: Algorithm) -> String {
    let other = digests.others.iter().find(|(algorithm, _)| *algorithm == wanted);
    other.map_or_else(|| digests.sha256.to_string(), |(_, digest)| HEXLOWER.encode(digest))
}

#[test]
fn a_machine_uses_what_it_has_and_says_so() {
    let names = Kernels::of_this_machine().names();
    assert!(!names.is_empty() && names.iter().all(|name| name.parse::<Kernel>().is_ok()), "{names:?}");
    for kernel in Kernel::ALL {
        assert_eq!(kernel.name().parse(), Ok(kernel));
        // What it does not know, the plain one does.
        let only = Kernels::only(kernel).map(Kernels::names);
        assert!(only.is_none_or(|names| names.iter().all(|name| [kernel.name(), "plain"].contains(name))));
    }
    assert!("sse".parse::<Kernel>().is_err_and(|error| error.to_string().contains("avx512-ahead")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Messages of any lengths, each cut anywhere, advanced in rounds, in the company of others.
    #[test]
    fn cuts_and_company_change_nothing(
        plans in prop::collection::vec((0usize..40_000, prop::collection::vec(0usize..9000, 0..6)), 1..24),
    ) {
        let messages: Vec<Vec<u8>> = plans.iter().enumerate().map(|(n, (length, _))| bytes(*length, n)).collect();
        let right: Vec<Digests> = messages.iter().map(|message| wanted(message, every())).collect();
        let rounds = plans.iter().map(|(_, cuts)| cuts.len()).max().unwrap_or(0);
        for (name, kernels) in machines() {
            let mut under_way = vec![Message::new(every()); messages.len()];
            let mut rest: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
            for round in 0..rounds {
                let mut pieces = Vec::new();
                for ((message, rest), (_, cuts)) in under_way.iter_mut().zip(&mut rest).zip(&plans) {
                    let (now, later) = rest.split_at(cuts.get(round).copied().unwrap_or(0).min(rest.len()));
                    *rest = later;
                    let (a, b) = now.split_at(now.len() / 3);
                    pieces.push(Piece { message, bytes: [a, b], ends: false });
                }
                prop_assert!(advance(kernels, pieces).iter().all(Option::is_none));
            }
            let pieces = under_way.iter_mut().zip(rest);
            let pieces = pieces.map(|(message, rest)| Piece { message, bytes: [rest], ends: true }).collect();
            let digests: Vec<Digests> = advance(kernels, pieces).into_iter().flatten().collect();
            prop_assert_eq!(&digests, &right, "{}", name);
        }
    }
}
