//! A small sealed bag, made through the public API, and a zip taken apart into members that a test may change and put back.

#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::io::Write as _;

use hozen::evidence::{Acquisition, Closing, EvidenceWriter, MemoryStore, Outcome, Sealed};
use hozen::model::{Act, Algorithms, Digest, Entry, Gap, GapKind, Kind, Method, RawPath, Stat, Timestamp};
use hozen::seal::chain::{Chain, Draft};
use hozen::seal::digests::Others;
use hozen::seal::sign::Signer;

/// The time of everything in the fixture: 2026-11-21T01:02:04Z.
pub(crate) const NOW: Timestamp = Timestamp { seconds: 1_795_222_924, nanos: 5 };

/// An entry as the walk would give it.
pub(crate) fn entry(seq: u64, path: &[u8], kind: Kind, size: u64) -> Entry {
    let stat = Stat {
        size,
        blocks: 8,
        mode: 0o640,
        uid: 1000,
        gid: 1000,
        device: 1,
        inode: 100 + seq,
        links: 1,
        atime: NOW,
        mtime: Timestamp { seconds: 1_700_000_000, nanos: 1 },
        ctime: NOW,
        btime: None,
    };
    let link_target = (kind == Kind::Link).then(|| b"../target".to_vec());
    Entry {
        seq,
        path: RawPath(path.to_vec()),
        origin: Default::default(),
        kind,
        stat: Some(stat),
        link_target,
        device_node: None,
    }
}

pub(crate) fn custody() -> String {
    let mut chain = Chain::default();
    let mut text = String::new();
    for act in [Act::Collect, Act::Collected] {
        let draft = Draft {
            time: "2026-11-21T01:02:04Z".into(),
            act,
            operator: "yamada@example.jp".into(),
            host: "web01".into(),
            tool: "hozen 0.1.0".into(),
            detail: serde_json::Map::new(),
        };
        text += &(chain.append(draft).unwrap() + "\n");
    }
    text
}

pub(crate) fn acquisition() -> Acquisition {
    Acquisition {
        case: "C-1".into(),
        operator: "yamada@example.jp".into(),
        organization: Some("架空商店".into()),
        host: "web01".into(),
        started: "2026-11-21T01:02:03Z".into(),
        finished: "2026-11-21T01:02:04Z".into(),
        tool: "hozen 0.1.0".into(),
        scope: vec!["/srv".into()],
        ..Acquisition::default()
    }
}

pub(crate) fn signer() -> Signer {
    Signer::from_seed(&[42; 32]).unwrap()
}

/// Names that need no, some and much escaping, and contents of several kinds.
pub(crate) fn files() -> Vec<(Vec<u8>, Vec<u8>)> {
    vec![
        (b"/srv/www/index.html".to_vec(), b"<h1>hello</h1>\n".repeat(40)),
        ("/srv/www/顧客 名簿.csv".into(), "氏名,電話\n架空太郎,03-0000-0000\n".repeat(30).into_bytes()),
        (b"/srv/www/a:b%3F\n\xff.txt".to_vec(), b"odd name".to_vec()),
        (b"/srv/www/empty".to_vec(), Vec::new()),
        (b"/srv/www/README".to_vec(), b"one".to_vec()),
        (b"/srv/www/ReadMe".to_vec(), b"two".to_vec()),
        (b"/srv/www/CON.log".to_vec(), b"device".to_vec()),
        (b"/srv/www/-rf".to_vec(), b"dash".to_vec()),
        (b"/srv/www/$HOME ~ 'q' & `x` #1 [a].txt".to_vec(), b"shell".to_vec()),
        (format!("/srv/www/{}/deep.csv", ["folder"; 40].join("/")).into_bytes(), b"deep".to_vec()),
        ("/srv/www/か\u{3099}.txt".into(), b"nfd".to_vec()),
        ("/srv/www/が.txt".into(), b"nfc".to_vec()),
    ]
}

/// Seals a bag named `name` over `files`, with a folder, a link and a pipe beside them.
pub(crate) fn seal(name: &str, files: &[(Vec<u8>, Vec<u8>)]) -> Sealed<MemoryStore, MemoryStore> {
    seal_with(name, files, Algorithms::default())
}

/// The same with these digests.
pub(crate) fn seal_with(
    name: &str,
    files: &[(Vec<u8>, Vec<u8>)],
    digests: Algorithms,
) -> Sealed<MemoryStore, MemoryStore> {
    let mut bag = EvidenceWriter::new(name, MemoryStore::default(), MemoryStore::default(), NOW).unwrap();
    let mut seq = 0;
    let digest = |bytes: &[u8]| Some(Digest::of(bytes));
    for (path, kind, sha256) in [
        (&b"/srv/www"[..], Kind::Folder, digest(b"listing")),
        (b"/srv/www/0link", Kind::Link, digest(b"../target")),
        (b"/srv/www/0pipe", Kind::Fifo, None),
    ] {
        let gaps = match kind {
            Kind::Fifo => {
                let reason = "a pipe is recorded, never opened".to_owned();
                vec![Gap { path: "/srv/www/0pipe".into(), kind: GapKind::SpecialFile, reason }]
            }
            _ => Vec::new(),
        };
        bag.entry(&entry(seq, path, kind, 0), &Outcome { sha256, gaps, ..Outcome::default() }).unwrap();
        seq += 1;
    }
    for (path, content) in files {
        keep_with(&mut bag, &entry(seq, path, Kind::File, content.len() as u64), content, digests);
        seq += 1;
    }
    let (acquisition, custody, signer) = (Acquisition { digests, ..acquisition() }, custody(), signer());
    let closing =
        Closing { acquisition: &acquisition, custody: &custody, signer: &signer, nonce: [7; 8], sealed_at: NOW };
    bag.finish(&closing).unwrap()
}

/// Keeps one file, deflated where that pays.
pub(crate) fn keep(bag: &mut EvidenceWriter<MemoryStore, MemoryStore>, entry: &Entry, content: &[u8]) {
    keep_with(bag, entry, content, Algorithms::default());
}

fn keep_with(bag: &mut EvidenceWriter<MemoryStore, MemoryStore>, entry: &Entry, content: &[u8], digests: Algorithms) {
    let packed = deflate(content);
    let pays = packed.len() < content.len();
    bag.begin_file(entry, if pays { Method::Deflate } else { Method::Stored }).unwrap();
    for chunk in (if pays { &packed } else { content }).chunks(100) {
        bag.chunk(chunk).unwrap();
    }
    let mut others = Others::new(digests);
    others.update(content);
    let (sha256, digests, bytes) = (Some(Digest::of(content)), others.finish(), content.len() as u64);
    let outcome = Outcome { sha256, digests, bytes, ..Outcome::default() };
    bag.end_file(entry, &outcome, crc32fast::hash(content)).unwrap();
}

pub(crate) fn deflate(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}
