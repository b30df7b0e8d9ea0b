//! The promise of the tee, over consumers that stop early, read all or panic, and sources that break.

use super::*;
use crate::model::{Algorithms, Digest, Kind, RawPath};
use crate::pass::hash::Hashing;
use crate::pass::order::Order;
use proptest::prelude::*;

/// A source that gives `content`, then an error if it is broken.
struct Given {
    content: Vec<u8>,
    at: usize,
    broken: bool,
}

impl Read for Given {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = &self.content[self.at..];
        if rest.is_empty() {
            return if self.broken { Err(io::Error::other("bad sector")) } else { Ok(0) };
        }
        // Short reads on purpose: blocks must be cut at the same places all the same.
        let count = rest.len().min(buffer.len()).min(100_003);
        buffer[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        Ok(count)
    }
}

impl SourceRead for Given {}

fn entry() -> Entry {
    Entry {
        seq: 0,
        path: RawPath(b"f".to_vec()),
        origin: Default::default(),
        kind: Kind::File,
        stat: None,
        link_target: None,
        device_node: None,
    }
}

/// Reads `content` through a tee whose consumer takes `take` bytes (and may panic then). Gives the digest, what was stored,
/// and the error that ended it.
fn through(content: &[u8], broken: bool, take: usize, panics: bool) -> (Digest, Vec<u8>, Option<String>) {
    let order = Order::new();
    let pool = Arc::new(Pool::default());
    let progress = Progress::default();
    let mut deflater = Deflater::default();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let hashing = Hashing { kernels: crate::seal::lanes::Kernels::default(), digests: Algorithms::default() };
        let (hashes, _threads) = HashService::start(scope, 1, hashing);
        let lane = Lane::new(&order, 0);
        let mut source = Given { content: content.to_vec(), at: 0, broken };
        let limit = content.len() as u64 + u64::from(broken);
        let outlets = Outlets {
            pool: &pool,
            hashes: &hashes,
            deflater: Some(&mut deflater),
            lane: &lane,
            progress: &progress,
            stop: &stop,
            has_holes: false,
        };
        let mut tee = Tee::begin(&entry(), &mut source, limit, outlets).unwrap();
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let mut seen = Vec::new();
            let _ = (&mut tee).take(take as u64).read_to_end(&mut seen);
            assert_eq!(seen, &content[..take.min(content.len())]);
            assert!(!panics, "a parser's panic");
        }));
        assert_eq!(caught.is_err(), panics);
        let sealed = tee.finish().unwrap();
        let method = sealed.method;
        let digest = sealed.digest.wait().unwrap().sha256;
        let error = sealed.broken.map(|error| error.to_string());
        order.add(0, lane.into_parts(), true).unwrap();
        order.total(1);
        let mut stored = Vec::new();
        while let Some((_, part)) = order.next() {
            if let Part::Chunk(chunk) = part {
                stored.extend(chunk);
            }
        }
        let content = match method {
            Method::Stored => stored,
            Method::Deflate => {
                let mut out = Vec::new();
                flate2::read::DeflateDecoder::new(&stored[..]).read_to_end(&mut out).unwrap();
                out
            }
        };
        (digest, content, error)
    })
}

#[test]
fn digest_and_copy_cover_the_whole_file_however_the_consumer_behaves() {
    let content: Vec<u8> = (0..700_000u32).flat_map(|n| (n / 7).to_le_bytes()).collect();
    for size in [0, 1, 1000, limits::BLOCK_BYTES - 1, limits::BLOCK_BYTES, limits::BLOCK_BYTES + 1, content.len()] {
        let content = &content[..size];
        for (take, panics) in [(0, false), (size / 2, false), (size / 3, true), (usize::MAX, false)] {
            let (digest, copy, error) = through(content, false, take, panics);
            assert_eq!((digest, copy.as_slice(), error), (Digest::of(content), content, None), "{size} {take}");
        }
    }
}

#[test]
fn a_source_that_breaks_keeps_what_came_before_and_says_so() {
    let content = vec![b'x'; limits::BLOCK_BYTES * 2 + 5000];
    for size in [0, 10, limits::BLOCK_BYTES - 1, limits::BLOCK_BYTES, content.len()] {
        let content = &content[..size];
        let (digest, copy, error) = through(content, true, usize::MAX, false);
        assert_eq!((digest, copy.as_slice()), (Digest::of(content), content), "{size}");
        assert_eq!(error.as_deref(), Some("bad sector"), "{size}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn any_content_comes_through(content in proptest::collection::vec(any::<u8>(), 0..600_000), take in 0usize..600_000) {
        let (digest, copy, error) = through(&content, false, take, false);
        prop_assert_eq!(digest, Digest::of(&content));
        prop_assert!(copy == content);
        prop_assert_eq!(error, None);
    }
}
