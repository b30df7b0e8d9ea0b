//! Files that are encrypted as a whole. Nothing can be read of them; what is told is how they are encrypted, because a report of a leak
//! must say so.

use super::{Claim, Format, Head, Input, Sink};

/// Files that are encrypted as a whole.
pub struct Locked;

/// What it is, its cipher as a stable word, and what to do.
struct Lock {
    what: &'static str,
    cipher: String,
    todo: &'static str,
}

const DECRYPT: &str = "decrypt a copy with its key or password and run hozen on the result";
const UNLOCK: &str = "preserve it first; then unlock it read-only on another machine with its password or recovery key, and run hozen on the files in it";

fn lock(what: &'static str, cipher: impl Into<String>, todo: &'static str) -> Lock {
    Lock { what, cipher: cipher.into(), todo }
}

fn find(head: &[u8]) -> Option<Lock> {
    let begins = |magic: &[u8]| head.starts_with(magic);
    if begins(b"age-encryption.org/v1\n") || begins(b"-----BEGIN AGE ENCRYPTED FILE-----") {
        return Some(lock("an age file", "ChaCha20-Poly1305", DECRYPT));
    }
    if begins(b"Salted__") || begins(b"U2FsdGVkX1") {
        return Some(lock("a file encrypted by openssl", "OpenSSL", DECRYPT));
    }
    if begins(b"\x03\xD9\xA2\x9A") && matches!(head.get(4..8), Some(b"\x67\xFB\x4B\xB5" | b"\x65\xFB\x4B\xB5")) {
        return Some(lock(
            "a KeePass database",
            keepass(head),
            "open it with KeePass: the passwords in it may have leaked",
        ));
    }
    if begins(b"LUKS\xBA\xBE\0") {
        return Some(lock("a LUKS volume", luks(head), UNLOCK));
    }
    if head.get(3..11) == Some(b"-FVE-FS-") {
        return Some(lock("a BitLocker volume", "BitLocker", UNLOCK));
    }
    if begins(b"encrcdsa") {
        return Some(lock("an encrypted disk image of macOS", "AES", UNLOCK));
    }
    // qcow2: the method stands behind the sizes.
    if begins(b"QFI\xFB") && matches!(head.get(32..36), Some([0, 0, 0, 1 | 2])) {
        return Some(lock("an encrypted disk image (qcow2)", "qcow2", UNLOCK));
    }
    enveloped(head).or_else(|| open_pgp(head))
}

/// The cipher that a header of KeePass names by its number.
fn keepass(head: &[u8]) -> &'static str {
    let has = |id: &[u8]| memchr::memmem::find(head, id).is_some();
    if has(b"\x31\xC1\xF2\xE6\xBF\x71\x43\x50\xBE\x58\x05\x21\x6A\xFC\x5A\xFF") {
        "AES-256"
    } else if has(b"\xD6\x03\x8A\x2B\x8B\x6F\x4C\xB5\xA5\x24\x33\x9A\x31\xDB\xB5\x9A") {
        "ChaCha20"
    } else {
        "KeePass"
    }
}

/// The first version names cipher and mode in fields of its header, the second in JSON behind it.
fn luks(head: &[u8]) -> String {
    let word = |bytes: &[u8]| {
        let word = bytes.split(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-').next().unwrap_or_default();
        String::from_utf8_lossy(word.get(..word.len().min(32)).unwrap_or_default()).into_owned()
    };
    let parts = match head.get(7) {
        Some(1) => {
            let field = |range| head.get(range).map(word).unwrap_or_default();
            [field(8..40), field(40..72)].join("-")
        }
        _ => {
            let key = b"\"encryption\":\"";
            let at = memchr::memmem::find(head, key).map(|at| at + key.len());
            at.and_then(|at| head.get(at..)).map(word).unwrap_or_default()
        }
    };
    if parts.len() > 1 { format!("LUKS-{parts}") } else { "LUKS".to_owned() }
}

/// CMS enveloped data (RFC 5652, S/MIME), binary or armoured by PEM.
fn enveloped(head: &[u8]) -> Option<Lock> {
    const ENVELOPED: &[u8] = b"\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x03";
    let what = "a message encrypted by CMS (S/MIME)";
    if head.first() == Some(&0x30) && memchr::memmem::find(head.get(..24)?, ENVELOPED).is_some() {
        let has = |id: &[u8]| memchr::memmem::find(head, id).is_some();
        let aes = |bits: &[u8]| {
            bits.iter().any(|last| has(&[b"\x60\x86\x48\x01\x65\x03\x04\x01".as_slice(), &[*last]].concat()))
        };
        let cipher = if aes(&[42, 46]) {
            "AES-256"
        } else if aes(&[22, 26]) {
            "AES-192"
        } else if aes(&[2, 6]) {
            "AES-128"
        } else if has(b"\x2A\x86\x48\x86\xF7\x0D\x03\x07") {
            "3DES"
        } else {
            "CMS"
        };
        return Some(lock(what, cipher, DECRYPT));
    }
    None
}

/// OpenPGP (RFC 9580): a message begins with the session key, encrypted to a key or by a passphrase.
fn open_pgp(head: &[u8]) -> Option<Lock> {
    let what = "an OpenPGP message";
    if head.starts_with(b"-----BEGIN PGP MESSAGE-----") {
        // Behind the empty line that ends its headers.
        let ends =
            [b"\n\n".as_slice(), b"\r\n\r\n"].map(|end| memchr::memmem::find(head, end).map(|at| at + end.len()));
        let body = head.get(ends.into_iter().flatten().min()?..)?;
        let line = body.split(|byte| !byte.is_ascii_alphanumeric() && *byte != b'+' && *byte != b'/').next()?;
        let line = line.get(..line.len() / 4 * 4)?;
        let packet = data_encoding::BASE64.decode(line).unwrap_or_default();
        return Some(lock(what, session_key(&packet).unwrap_or("OpenPGP"), DECRYPT));
    }
    session_key(head).map(|cipher| lock(what, cipher, DECRYPT))
}

/// The cipher, if the packet at the start is an encrypted session key of a sound form.
fn session_key(bytes: &[u8]) -> Option<&'static str> {
    let (first, rest) = bytes.split_first()?;
    // The old form has the kind of its length in the lowest bits, the new one the length's own first byte.
    let (tag, body) = match first {
        0x80..=0xBF => (first >> 2 & 15, rest.get(1 << (first & 3)..)?),
        0xC0.. => (first & 63, rest.get(if *rest.first()? < 192 { 1 } else { 2 }..)?),
        _ => return None,
    };
    if first & 0xC3 == 0x83 {
        return None;
    }
    match (tag, body) {
        // To a key: version, its number, its kind.
        (1, [3, _, _, _, _, _, _, _, _, 1 | 2 | 16 | 18 | 25 | 26, ..]) => Some("OpenPGP"),
        (1, [6, ..]) if bytes.get(1).is_some_and(|length| *length > 40) => Some("OpenPGP"),
        // By a passphrase: version, cipher, way to the key, hash.
        (3, [4, cipher, 0 | 1 | 3 | 4, 1..=14, ..]) => Some(match cipher {
            2 => "3DES",
            3 => "CAST5",
            7 => "AES-128",
            8 => "AES-192",
            9 => "AES-256",
            10 => "Twofish",
            _ => return None,
        }),
        _ => None,
    }
}

impl Format for Locked {
    fn id(&self) -> &'static str {
        "locked"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        if find(head.bytes).is_some() { Claim::Yes } else { Claim::No }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["age", "gpg", "pgp", "p7m", "kdbx"]
    }

    fn read(&self, head: &Head<'_>, _: Input<'_>, out: &mut dyn Sink) {
        if let Some(Lock { what, cipher, todo }) = find(head.bytes) {
            out.encrypted(None, &cipher, format!("{what}, encrypted ({cipher}); {todo}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::collected::Collected;
    use crate::model::GapKind;

    macro_rules! sample {
        ($name:literal) => {
            include_bytes!(concat!("../../testdata/formats/locked/", $name)).as_slice()
        };
    }

    #[test]
    fn what_the_real_programs_encrypted_is_told_with_its_cipher() {
        let samples = [
            (sample!("people.csv.age"), "ChaCha20-Poly1305"),
            (sample!("people.csv.age.asc"), "ChaCha20-Poly1305"),
            (sample!("people.csv.gpg"), "AES-256"),
            (sample!("people.csv.asc"), "AES-256"),
            (sample!("to-key.gpg"), "OpenPGP"),
            (sample!("to-key.asc"), "OpenPGP"),
            (sample!("people.csv.p7m"), "AES-256"),
            (sample!("people.csv.enc"), "OpenSSL"),
            (sample!("people.csv.enc.b64"), "OpenSSL"),
            (sample!("luks1.head"), "LUKS-aes-xts-plain64"),
            (sample!("luks2.head"), "LUKS-aes-xts-plain64"),
        ];
        for (bytes, cipher) in samples {
            let got = Collected::of("x", bytes);
            assert_eq!((got.format, got.gap_kinds()), ("locked", vec![GapKind::Encrypted]), "{cipher}");
            assert!(got.gaps[0].2.contains(cipher), "{cipher}: {:?}", got.gaps);
        }
    }

    #[test]
    fn text_and_other_files_are_not_taken_for_locked_ones() {
        for text in
            ["age is a number\n", "Salted fish\n", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nabc\n", "LUKS is a way\n"]
        {
            assert_eq!(Collected::of("x", text.as_bytes()).format, "plain", "{text}");
        }
        // Text in CP932 begins with such bytes.
        for text in ["л顧客名簿の一覧です", "д会員", "顧客名簿", "氏名,電話番号\n山田,1\n"] {
            let bytes = encoding_rs::SHIFT_JIS.encode(text).0.into_owned();
            assert_ne!(Collected::of("x", &bytes).format, "locked", "{text}");
        }
    }
}
