//! What is deflated unfolds to what it was, by several inflaters, however it was cut.

use super::*;
use proptest::prelude::*;
use std::io::Read as _;

fn stream(blocks: &[&[u8]]) -> Vec<u8> {
    let mut deflater = Deflater::default();
    let mut stream: Vec<u8> = blocks.iter().flat_map(|block| deflater.block(block)).collect();
    stream.extend(LAST);
    stream
}

/// Two inflaters that share no code agree that this is the content, and that nothing is behind it.
fn check(stream: &[u8], content: &[u8]) {
    let mut out = Vec::new();
    let mut reader = flate2::bufread::DeflateDecoder::new(stream);
    reader.read_to_end(&mut out).unwrap();
    assert!(out == content, "zlib-rs");
    assert_eq!(reader.total_in(), stream.len() as u64);
    let mut out = vec![0; content.len() + 1];
    let length = libdeflater::Decompressor::new().deflate_decompress(stream, &mut out).unwrap();
    assert!(&out[..length] == content, "libdeflate");
}

fn noise(length: usize) -> Vec<u8> {
    let mut seed = 1_u32;
    let next = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 24) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

#[test]
fn every_kind_of_block_can_follow_every_other() {
    let text = b"192.0.2.1 - - [16/Oct/2026:10:00:00 +0900] \"GET / HTTP/1.1\" 200 512\n".repeat(3000);
    let (zeros, noise) = (vec![0; limits::BLOCK_BYTES], noise(200_000));
    let blocks: [&[u8]; 6] = [&text, &zeros, &noise, &zeros[..777], b"", b"x"];
    for first in blocks {
        for second in blocks {
            for third in blocks {
                check(&stream(&[first, second, third]), &[first, second, third].concat());
            }
        }
    }
}

#[test]
fn zeros_and_text_shrink_and_noise_costs_almost_nothing() {
    let mut deflater = Deflater::default();
    assert!(deflater.block(&vec![0; limits::BLOCK_BYTES]).len() < 400);
    let noise = noise(limits::BLOCK_BYTES);
    assert!(deflater.block(&noise).len() <= noise.len() + 5 * 5);
    assert!(!deflater.shrinks(&noise));
    let text = b"2026-10-16 10:00:00 GET /index.html 200\n".repeat(5000);
    assert!(deflater.shrinks(&text));
    assert!(deflater.block(&text).len() < text.len() / 20);
    assert_eq!(deflater.whole(b"ab"), None);
    check(&deflater.whole(&text).unwrap(), &text);
}

/// Text in the middle of noise must not hide behind samples from the ends.
#[test]
fn a_stored_block_is_never_much_larger_than_its_content() {
    let mut content = noise(limits::BLOCK_BYTES);
    content[100_000..150_000].fill(b'x');
    let made = stream(&[&content]);
    check(&made, &content);
    assert!(made.len() <= content.len() + 30);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn what_is_joined_unfolds_to_the_content(
        blocks in prop::collection::vec(
            prop::collection::vec(prop_oneof![4 => Just(65_u8), 2 => 97_u8..101, 1 => any::<u8>()], 0..20_000), 0..5)
    ) {
        let slices: Vec<&[u8]> = blocks.iter().map(Vec::as_slice).collect();
        check(&stream(&slices), &blocks.concat());
    }

    #[test]
    fn the_same_block_gives_the_same_bytes_whatever_came_before(
        before in prop::collection::vec(any::<u8>(), 0..5000), block in prop::collection::vec(97_u8..110, 0..5000)
    ) {
        let mut used = Deflater::default();
        used.block(&before);
        used.whole(&before);
        prop_assert_eq!(used.block(&block), Deflater::default().block(&block));
    }
}
