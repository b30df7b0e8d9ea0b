use std::io::{Cursor, Write};

use super::*;
use crate::formats::Budget;
use crate::formats::collected::Collected;

/// A compound file of these streams, made by another implementation.
pub(crate) fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    for (path, bytes) in streams {
        if let Some((storage, _)) = path.rsplit_once('/') {
            file.create_storage_all(format!("/{storage}")).unwrap();
        }
        file.create_stream(format!("/{path}")).unwrap().write_all(bytes).unwrap();
    }
    file.flush().unwrap();
    file.into_inner().into_inner()
}

#[test]
fn streams_large_and_small_come_back_whole() {
    let large: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    let bytes = compound(&[("a/small", b"only this"), ("a/b/large", &large), ("z", &[7; 4096]), ("none", b"")]);
    let mut src = Cursor::new(&bytes);
    let mut file = Compound::open(&mut src, bytes.len() as u64, Budget::new(1 << 20)).unwrap();
    let mut paths: Vec<_> = file.streams().iter().map(|stream| stream.path.clone()).collect();
    paths.sort();
    assert_eq!(paths, ["a/b/large", "a/small", "none", "z"]);
    assert_eq!(file.whole("A/SMALL", 100).unwrap().unwrap(), b"only this");
    assert!(file.whole("a/b/large", 1 << 24).unwrap().unwrap() == large);
    assert_eq!(file.whole("z", 4096).unwrap().unwrap(), [7; 4096]);
    assert_eq!(file.whole("none", 4096).unwrap().unwrap(), b"");
    assert!(file.whole("z", 10).is_err() && file.whole("x", 10).unwrap().is_none() && !file.cut);
}

#[test]
fn a_chain_that_bites_its_tail_ends() {
    let bytes = compound(&[("a", &[1; 8192])]);
    for at in (512..bytes.len() - 4).step_by(4) {
        for number in [0, 1, 2, u32::MAX - 1] {
            let mut damaged = bytes.clone();
            damaged[at..at + 4].copy_from_slice(&number.to_le_bytes());
            let mut src = Cursor::new(&damaged);
            let Ok(mut file) = Compound::open(&mut src, damaged.len() as u64, Budget::new(1 << 20)) else { continue };
            for stream in file.streams().to_vec() {
                let mut all = Vec::new();
                let _ = file.reader(&stream).take(1 << 20).read_to_end(&mut all);
                assert!(all.len() <= damaged.len());
            }
        }
    }
}

#[test]
fn what_nobody_claims_is_runs_of_text_and_a_gap() {
    let got = Collected::of("x.msi", &compound(&[("Table", "山田太郎 090-1234-5678".as_bytes())]));
    assert_eq!((got.format, got.gap_kinds().as_slice()), ("ole", [GapKind::UnsupportedFormat].as_slice()));
    assert!(got.all_text().contains("山田太郎 090-1234-5678"));
}

#[test]
fn an_encrypted_document_says_its_cipher() {
    let info = br#"....<encryption><keyData cipherAlgorithm="AES" keyBits="256"/></encryption>"#;
    let got = Collected::of("a.docx", &compound(&[("EncryptionInfo", info), ("EncryptedPackage", &[9; 5000])]));
    assert_eq!(got.gap_kinds(), [GapKind::Encrypted]);
    assert!(got.gaps[0].2.contains("AES-256") && got.records.is_empty());
    let mut standard = vec![0; 60];
    standard[20..24].copy_from_slice(&0x660E_u32.to_le_bytes());
    assert_eq!(cipher(&standard), "AES-128");
}

#[test]
fn embedded_objects_are_looked_at() {
    let mut native = b"\0\0\0\0\x02\0list.csv\0C:\\list.csv\0\0\0\x03\0\x03\0\0\0C:\\\x0b\0\0\0".to_vec();
    native.extend(b"name,tel\na,1");
    let got = Collected::of(
        "x",
        &compound(&[("ObjectPool/_1/\u{1}Ole10Native", &native), ("b/Package", b"line\n"), ("other", b"text in here")]),
    );
    let names: Vec<_> = got.children.iter().map(|(name, child)| (name.as_str(), child.format)).collect();
    let want = [("b/Package", "plain"), ("ObjectPool/_1/Ole10Native/list.csv", "csv"), ("other", "ole")];
    assert_eq!(names, want, "each byte is read once");
}
