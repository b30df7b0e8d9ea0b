//! Names of members as archives hold them: bytes in the encoding of whoever packed them, which the archive seldom states.

use crate::model::Charset;
use crate::text::{decode_record, guess};

/// A member's name. Windows writes CP932, old Unix EUC-JP and others UTF-8, whatever a flag says, so the bytes decide.
pub(super) fn member_name(raw: &[u8]) -> String {
    if let Ok(name) = std::str::from_utf8(raw) {
        return name.to_owned();
    }
    let charset = if guess(raw, true).charset == Charset::EucJp { Charset::EucJp } else { Charset::Cp932 };
    decode_record(raw, charset).text.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_decide() {
        let name = "書類/顧客名簿_会員.csv";
        assert_eq!(member_name(name.as_bytes()), name);
        assert_eq!(member_name(&encoding_rs::SHIFT_JIS.encode(name).0), name);
        assert_eq!(member_name(&encoding_rs::EUC_JP.encode(name).0), name);
    }
}
