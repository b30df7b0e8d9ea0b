//! Certificates out of a PEM file (RFC 7468), as `openssl` and web servers write it; other text around them is skipped.

use data_encoding::BASE64;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// The certificates, each in DER; nothing if there is none or one can not be read.
pub fn certificates(text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let text = std::str::from_utf8(text).ok()?;
    let mut found = Vec::new();
    for piece in text.split(BEGIN).skip(1) {
        let (body, _) = piece.split_once(END)?;
        let plain: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        found.push(BASE64.decode(plain.as_bytes()).ok()?);
    }
    if found.is_empty() { None } else { Some(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_found_between_other_text() {
        let text = format!("about\r\n{BEGIN}\r\nAQ\r\nID\r\n{END}\nmore\n{BEGIN}\nBA==\n{END}\n");
        assert_eq!(certificates(text.as_bytes()), Some(vec![vec![1, 2, 3], vec![4]]));
        for bad in ["", "x", &format!("{BEGIN}AQID"), &format!("{BEGIN}A{END}"), &format!("{BEGIN}AQID{END}{BEGIN}")] {
            assert_eq!(certificates(bad.as_bytes()), None, "{bad}");
        }
    }
}
