//! Digest files that were handed over beside a zip, as checksum tools write them: does the zip have that digest?

use std::io::{self, SeekFrom};

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};

use super::ReadSeek;
use super::algorithm::{Hashes, ManifestAlgorithm};
use super::declaration::lines;
use crate::model::limits::BLOCK_BYTES;

/// Endings of names that such a file may have: the zip's own name and one of these.
pub const BESIDE: [&str; 6] = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"];

/// Compares the zip called `name` with digest files, each given by its ending and its bytes. Gives for each what is wrong.
///
/// # Errors
/// When the zip can not be read.
pub fn check_beside(
    name: &str,
    zip: &mut dyn ReadSeek,
    files: &[(&'static str, Vec<u8>)],
) -> io::Result<Vec<(&'static str, Option<String>)>> {
    zip.seek(SeekFrom::Start(0))?;
    let mut hashes = Hashes::new(files.iter().filter_map(|(ending, _)| ManifestAlgorithm::named(ending)));
    let mut buffer = vec![0; BLOCK_BYTES];
    loop {
        match zip.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => hashes.update(buffer.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let found = hashes.finish();
    let one = |(ending, bytes): &(&'static str, Vec<u8>)| {
        let due = found.iter().find(|(algorithm, _)| algorithm.name() == *ending);
        let wrong = match (said(name, &String::from_utf8_lossy(bytes)), due) {
            (None, _) => Some("gives no digest of the zip beside it".to_owned()),
            (Some(said), Some((_, digest))) if said == **digest => None,
            (Some(_), Some((_, digest))) => {
                Some(format!("gives another digest than the zip beside it has: that is {}", HEXLOWER.encode(digest)))
            }
            (Some(_), None) => Some("is of an algorithm that hozen does not have".to_owned()),
        };
        (*ending, wrong)
    };
    Ok(files.iter().map(one).collect())
}

/// The digest that a file gives of `name`: `HEX  NAME`, `HEX *NAME`, `SHA256 (NAME) = HEX`, or one digest alone.
fn said(name: &str, text: &str) -> Option<Vec<u8>> {
    let hex = |text: &str| HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok().filter(|digest| digest.len() >= 16);
    let is_it = |path: &str| path.rsplit(['/', '\\']).next() == Some(name);
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let all: Vec<&str> = lines(text).map(str::trim_end).filter(|line| !line.is_empty()).collect();
    if let [only] = all.as_slice()
        && let Some(digest) = hex(only.trim())
    {
        return Some(digest);
    }
    all.into_iter().find_map(|line| {
        let line = line.strip_prefix('\\').unwrap_or(line);
        if let Some((path, digest)) = line.rsplit_once(") = ") {
            let (_, path) = path.split_once(" (")?;
            return is_it(path).then(|| hex(digest.trim()))?;
        }
        let (digest, path) = line.split_once([' ', '\t'])?;
        let path = path.trim_start().trim_start_matches('*');
        is_it(path).then(|| hex(digest))?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_checksum_tools_is_read_and_other_names_are_passed_over() {
        let md5 = "900150983cd24fb0d6963f7d28e17f72";
        for text in [
            format!("{md5}  a.zip\n"),
            format!("{md5} *a.zip\r\n"),
            format!("{}  ./sub/a.zip", md5.to_uppercase()),
            format!("MD5 (a.zip) = {md5}\n"),
            format!("{md5}\n"),
            format!("\u{feff}{md5}\n"),
            format!("00000000000000000000000000000000  b.zip\n{md5}  a.zip\n"),
        ] {
            let digest = said("a.zip", &text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(HEXLOWER.encode(&digest), md5, "{text}");
        }
        for text in ["", "x", "  a.zip", "00  a.zip", &format!("{md5}  b.zip"), "MD5 (a.zip) = zz", "MD5 (a.zip) ="] {
            assert_eq!(said("a.zip", text), None, "{text}");
        }
    }

    #[test]
    fn a_zip_is_compared_with_each_file_beside_it() {
        let mut zip = io::Cursor::new(b"abc".to_vec());
        let files = [
            ("md5", b"900150983cd24fb0d6963f7d28e17f72  a.zip\n".to_vec()),
            ("sha1", b"0000000000000000000000000000000000000000  a.zip\n".to_vec()),
            ("sha512", b"nothing".to_vec()),
        ];
        let told = check_beside("a.zip", &mut zip, &files).unwrap();
        assert!(told[0].1.is_none());
        assert!(told[1].1.as_ref().is_some_and(|what| what.contains("a9993e36")));
        assert!(told[2].1.as_ref().is_some_and(|what| what.contains("no digest")));
    }
}
