//! BagIt bags in zips: those of stock tools are whole, each trap of the container is told, and what looks like evidence of hozen
//! gets the strict check and no other.
#![expect(clippy::disallowed_methods, reason = "this test makes bags of its own")]

use std::fs;
use std::path::Path;
use std::process::Command;

mod bags;
mod real;

use bags::{made, named, verify};

/// Rewrites a zip with Python: `script` sees `out` (a `ZipFile` to write) and `old` (one to read).
fn rezip(zip: &Path, script: &str) {
    let script = format!(
        "import sys,zipfile,warnings\nwarnings.simplefilter('ignore')\nold=zipfile.ZipFile(sys.argv[1])\n\
         out=zipfile.ZipFile(sys.argv[1]+'.new','w',zipfile.ZIP_DEFLATED)\n\
         for i in old.infolist(): out.writestr(i,old.read(i))\n{script}\nout.close()\n"
    );
    let done = Command::new("python3").arg("-c").arg(script).arg(zip).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    fs::rename(zip.with_extension("zip.new"), zip).unwrap();
}

#[test]
fn zips_of_stock_tools_are_whole_and_their_traps_are_told() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path(), "--sha256 --md5");
    let zip = folder.path().join("bag.zip");
    for script in ["zip -qr bag.zip bag", "7z a -bd -y bag.zip bag", "zip -qr0 bag.zip bag", "zip -qr -fz bag.zip bag"]
    {
        let _ = fs::remove_file(&zip);
        real::tool(folder.path(), script);
        let (code, json) = verify(&zip);
        assert_eq!(code, 0, "{script}: {json:#}");
        assert_eq!(json["checked"][0]["bag"]["algorithms"], serde_json::json!(["md5", "sha256"]));
    }
    let whole = fs::read(&zip).unwrap();
    for (script, layer, end) in [
        ("out.writestr('other/x','')", "name", "other/x"),
        ("out.writestr('bag/../../x','')", "name", "x"),
        ("out.writestr('bag/data/a.txt','one\\n')", "name", "bag/data/a.txt"),
        ("out.writestr('bag/data/new','')", "manifest", "bag/data/new"),
        ("out.writestr('two/bagit.txt','')", "name", "two/bagit.txt"),
        (
            "i=zipfile.ZipInfo('bag/l'); i.external_attr=0o120777<<16; i.create_system=3; out.writestr(i,'/etc')",
            "name",
            "bag/l",
        ),
        ("out.writestr('bag/bomb',b'0'*300_000_000)", "zip", "bag/bomb"),
    ] {
        fs::write(&zip, &whole).unwrap();
        rezip(&zip, script);
        let (code, json) = verify(&zip);
        assert_eq!(code, 4, "{script}: {json:#}");
        assert!(named(&json, layer, end), "{script}: {json:#}");
    }
}

#[test]
fn damaged_and_locked_members_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let bag = made(folder.path(), "--sha256");
    let zip = folder.path().join("bag.zip");
    real::tool(folder.path(), "zip -qr0 bag.zip bag");
    let whole = fs::read(&zip).unwrap();
    let find = |word: &[u8]| whole.windows(word.len()).position(|window| window == word).unwrap();
    let mut changed = whole.clone();
    changed[find(b"three\n")] = b'T';
    fs::write(&zip, &changed).unwrap();
    let (code, json) = verify(&zip);
    assert!(code == 4 && named(&json, "digest", "名前.csv"), "{json:#}");
    let mut renamed = whole.clone();
    renamed[find(b"bag/data/a.txt") + 9] = b'Z';
    fs::write(&zip, &renamed).unwrap();
    let (code, json) = verify(&zip);
    assert!(code == 4 && named(&json, "zip", "data/a.txt"), "{json:#}");
    for cut in [whole.len() - 1, whole.len() / 2, 10] {
        fs::write(&zip, &whole[..cut]).unwrap();
        assert_eq!(verify(&zip).0, 4, "cut at {cut}");
    }
    fs::remove_file(&zip).unwrap();
    real::tool(folder.path(), "zip -qr -P secret bag.zip bag");
    let (code, json) = verify(&zip);
    assert!(code == 4 && named(&json, "zip", "data/a.txt"), "{json:#}");
    fs::remove_file(&zip).unwrap();
    real::tool(&bag, "zip -qr ../bag.zip .");
    let (code, json) = verify(&zip);
    assert!(code == 4 && json["problems"].to_string().contains("instead of in one folder"), "{json:#}");
}

#[test]
fn what_looks_like_evidence_of_hozen_gets_the_strict_check_alone() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path(), "--sha256");
    let zip = folder.path().join("bag.zip");
    real::tool(folder.path(), "zip -qr bag.zip bag");
    assert_eq!(verify(&zip).0, 0);
    rezip(&zip, "out.writestr('bag/custody/files.jsonl','')");
    let (code, json) = verify(&zip);
    assert_eq!(code, 4);
    assert!(named(&json, "seal", "") && json["checked"][0].get("bag").is_none(), "{json:#}");
    // Real evidence that a stock tool packed anew is no evidence either, though every file in it is whole.
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("src/a"), "a").unwrap();
    let script = format!("{} collect src --case c --out .", env!("CARGO_BIN_EXE_hozen"));
    real::tool(folder.path(), &script);
    let sealed = real::zip(&folder.path().join("c"));
    assert_eq!(verify(&sealed).0, 0);
    real::tool(folder.path(), &format!("unzip -q '{}' && zip -qr anew.zip c-E001", sealed.display()));
    assert_eq!(verify(&folder.path().join("anew.zip")).0, 4);
    let (code, json) = verify(&folder.path().join("c-E001"));
    assert_eq!(code, 0, "{json:#}");
    assert!(json["checked"][0]["bag"]["notes"].to_string().contains("its seal was not checked"), "{json:#}");
}

#[test]
fn no_changed_byte_and_no_cut_is_too_odd() {
    use hozen::case::verify::verify_path;
    use hozen::evidence::Expected;
    let folder = tempfile::tempdir().unwrap();
    made(folder.path(), "--sha256");
    real::tool(folder.path(), "zip -qrX0 bag.zip bag");
    let zip = folder.path().join("bag.zip");
    let whole = fs::read(&zip).unwrap();
    let is_whole = |bytes: &[u8]| {
        fs::write(&zip, bytes).unwrap();
        verify_path(&zip, &Expected::default()).unwrap().ok
    };
    assert!(is_whole(&whole));
    let content = whole.windows(6).position(|window| window == b"three\n").unwrap();
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x41;
        let ok = is_whole(&changed);
        // Times and attributes in headers are nobody's promise; every byte of a file is.
        assert!(!ok || !(content..content + 6).contains(&at), "byte {at}");
    }
    for length in (0..whole.len()).step_by(7) {
        assert!(!is_whole(&whole[..length]), "cut at {length}");
    }
}

#[test]
fn bytes_that_the_directory_of_a_zip_does_not_name_are_told() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path(), "--sha256");
    let zip = folder.path().join("bag.zip");
    // Plain, by streaming (records behind the members), and with wide fields: none has such bytes.
    for pack in ["zip -qr0 bag.zip bag", "zip -qr - bag | cat > bag.zip", "zip -qr -fz bag.zip bag"] {
        let _ = fs::remove_file(&zip);
        real::tool(folder.path(), pack);
        let (code, json) = verify(&zip);
        assert_eq!(code, 0, "{pack}: {json:#}");
    }
    fs::remove_file(&zip).unwrap();
    real::tool(folder.path(), "zip -qr0X bag.zip bag");
    // Puts bytes somewhere and moves every offset behind them, as `zip -A` would.
    let script = |at: &str, bytes: &str| {
        format!(
            "import struct,sys\nb=bytearray(open('bag.zip','rb').read())\nend=b.rfind(b'PK\\5\\6')\n\
             n,size,off=struct.unpack('<HII',b[end+10:end+20])\ncd=off\nats=[]\np=cd\n\
             for i in range(n):\n l=struct.unpack('<HHH',b[p+28:p+34]); ats.append(p); p+=46+sum(l)\n\
             locals=[struct.unpack('<I',b[a+42:a+46])[0] for a in ats]\nmiddle=sorted(locals)[3]\nat={at}\nnew={bytes}\n\
             for a,l in zip(ats,locals):\n  struct.pack_into('<I',b,a+42,l+(len(new) if l>=at else 0))\n\
             if at<=cd: struct.pack_into('<I',b,end+16,cd+len(new))\n\
             b[at:at]=new\nopen('bag.zip','wb').write(b)\n"
        )
    };
    let hidden = "struct.pack('<4sHHHHHIIIHH',b'PK\\3\\4',20,0,0,0,0,0,3,3,14,0)+b'bag/data/a.txt'+b'bad'";
    let whole = fs::read(&zip).unwrap();
    for (at, bytes, word) in [
        ("0", "b'#!/bin/sh\\n'", "before its first member"),
        ("middle", "b'smuggled'", "between its members"),
        ("cd", "b'smuggled'", "between its members"),
        ("len(b)", "b'smuggled'", "behind its end"),
        ("end", "b'smuggled'", "between its directory and its end"),
        ("middle", hidden, "not in its directory"),
        ("cd", hidden, "not in its directory"),
        ("0", hidden, "not in its directory"),
    ] {
        fs::write(&zip, &whole).unwrap();
        fs::write(folder.path().join("put.py"), script(at, bytes)).unwrap();
        real::tool(folder.path(), "python3 put.py");
        let (code, json) = verify(&zip);
        let problems = json["problems"].to_string();
        assert!(code == 4 && problems.contains(word) && problems.contains("\"zip\""), "{at} {bytes}: {json:#}");
        assert!(word != "not in its directory" || named(&json, "zip", "bag/data/a.txt"), "{json:#}");
    }
    fs::write(&zip, &whole).unwrap();
    real::tool(folder.path(), "printf 'a comment' | zip -qz bag.zip");
    let (code, json) = verify(&zip);
    assert!(code == 0 && json["checked"][0]["bag"]["notes"].to_string().contains("comment"), "{json:#}");
}

#[test]
fn names_of_a_japanese_windows_are_read_and_told() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path(), "--sha256");
    // As Explorer packs it: names in CP932, no flag. The manifest is UTF-8.
    let pack = |name: &str, extra: &str, flag: &str| {
        format!(
            "import os,zipfile,struct,zlib\nclass I(zipfile.ZipInfo):\n def _encodeFilenameFlags(self): return {name},{flag}\n\
             out=zipfile.ZipFile('bag.zip','w')\n\
             for r,_,fs in os.walk('bag'):\n  for f in fs:\n   p=os.path.join(r,f); i=I(p); raw={name_of}; i.extra={extra}; \
             out.writestr(i,open(p,'rb').read())\nout.close()\n",
            name_of = name.replace("self.filename", "p"),
        )
    };
    let field = "struct.pack('<HHBI',0x7075,5+len(p.encode()),1,zlib.crc32(raw))+p.encode()";
    for (name, extra, flag, word) in [
        ("self.filename.encode('cp932')", "b''", "0", "CP932"),
        ("self.filename.encode('ascii','replace')", field, "0", "0x7075"),
    ] {
        fs::write(folder.path().join("pack.py"), pack(name, extra, flag)).unwrap();
        real::tool(folder.path(), "python3 pack.py");
        let (code, json) = verify(&folder.path().join("bag.zip"));
        assert_eq!(code, 0, "{word}: {json:#}");
        assert!(json["checked"][0]["bag"]["notes"].to_string().contains(word), "{json:#}");
    }
    // The flag says UTF-8, and it is none: that is nobody's name.
    fs::write(folder.path().join("pack.py"), pack("self.filename.encode('cp932')", "b''", "0x800")).unwrap();
    real::tool(folder.path(), "python3 pack.py");
    let (code, json) = verify(&folder.path().join("bag.zip"));
    assert!(code == 4 && json["problems"].to_string().contains("neither UTF-8"), "{json:#}");
}

#[test]
fn digest_files_beside_a_foreign_zip_are_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path(), "--sha256");
    real::tool(folder.path(), "zip -qr bag.zip bag");
    let zip = folder.path().join("bag.zip");
    for (tool, ending) in [("md5", "md5"), ("sha1", "sha1"), ("sha256", "sha256"), ("sha512", "sha512")] {
        real::tool(folder.path(), &format!("{tool}sum bag.zip > bag.zip.{ending}"));
    }
    let (code, json) = verify(&zip);
    assert_eq!(code, 0, "{json:#}");
    assert_eq!(json["checked"][0]["bag"]["notes"].to_string().matches("gives the digest").count(), 4, "{json:#}");
    for (spoil, ending) in
        [("sed -i 's/^./z/'", "md5"), ("sed -i 's/^../00/'", "sha256"), ("sed -i 's/bag/other/'", "sha512")]
    {
        real::tool(folder.path(), &format!("cp bag.zip.{ending} keep; {spoil} bag.zip.{ending}"));
        let (code, json) = verify(&zip);
        assert!(code == 4 && named(&json, "zip", &format!("bag.zip.{ending}")), "{spoil}: {json:#}");
        real::tool(folder.path(), &format!("mv keep bag.zip.{ending}"));
    }
}
