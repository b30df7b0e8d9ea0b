//! Times as certificates and time stamps write them. Only UTC, only moments that a calendar has.

use super::der::{DerError, Value, tag};

const WHAT: DerError = DerError::Unexpected("a time in UTC");

/// A moment of a time stamp: as RFC 3339 with all its digits, and in whole seconds since 1970.
pub fn of_stamp(value: &Value<'_>) -> Result<(String, i64), DerError> {
    let text = text(value, tag::TIME)?;
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    // DER: no empty fraction, none that ends in 0.
    if fraction
        .is_some_and(|f| f.is_empty() || f.len() > 18 || f.ends_with('0') || !f.bytes().all(|b| b.is_ascii_digit()))
    {
        return Err(WHAT);
    }
    let (moment, seconds) = moment(whole)?;
    let fraction = fraction.map(|digits| format!(".{digits}")).unwrap_or_default();
    Ok((format!("{moment}{fraction}Z"), seconds))
}

/// A moment of a certificate.
pub fn of_certificate(value: &Value<'_>) -> Result<i64, DerError> {
    if value.tag != tag::UTC_TIME {
        return Ok(moment(text(value, tag::TIME)?)?.1);
    }
    // Two digits of the year: 50 to 99 are of the last century (RFC 5280).
    let text = text(value, tag::UTC_TIME)?;
    let century = if text.as_bytes().first().is_some_and(|digit| *digit >= b'5') { "19" } else { "20" };
    Ok(moment(&format!("{century}{text}"))?.1)
}

/// The text without its `Z`.
fn text<'a>(value: &Value<'a>, tag: u8) -> Result<&'a str, DerError> {
    let text = std::str::from_utf8(value.content).ok().filter(|_| value.tag == tag);
    text.and_then(|text| text.strip_suffix('Z')).ok_or(WHAT)
}

/// `YYYYMMDDhhmmss`.
fn moment(digits: &str) -> Result<(String, i64), DerError> {
    if digits.len() != 14 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(WHAT);
    }
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    let (day, clock) = ([part(0, 4), part(4, 6), part(6, 8)], [part(8, 10), part(10, 12), part(12, 14)]);
    let text = format!("{}T{}", day.join("-"), clock.join(":"));
    // The calendar's own reader would take second 60 for 59.
    if part(12, 14) > "59" {
        return Err(WHAT);
    }
    let moment = format!("{text}Z").parse::<jiff::Timestamp>().map_err(|_| WHAT)?;
    Ok((text, moment.as_second()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(tag: u8, text: &str) -> Value<'_> {
        Value { tag, content: text.as_bytes(), whole: &[] }
    }

    #[test]
    fn times_are_of_the_calendar_and_in_utc() {
        let stamp = |text: &str| of_stamp(&value(tag::TIME, text)).map(|(text, _)| text);
        assert_eq!(stamp("20261122005142Z").as_deref(), Ok("2026-11-22T00:51:42Z"));
        assert_eq!(stamp("20261122005142.25Z").as_deref(), Ok("2026-11-22T00:51:42.25Z"));
        for bad in [
            "",
            "Z",
            "20261122005142",
            "20261122005142+0900",
            "20261122005142.Z",
            "20261122005142.10Z",
            "20261122005160Z",
            "20260230005142Z",
            "202611220051Z",
            "2026112200514xZ",
            "20261122005142.1１Z",
        ] {
            assert!(stamp(bad).is_err(), "{bad}");
        }
        assert_eq!(of_certificate(&value(tag::UTC_TIME, "700101000000Z")), Ok(0));
        assert!(of_certificate(&value(tag::UTC_TIME, "490101000000Z")).unwrap() > 2_000_000_000);
        assert!(of_certificate(&value(tag::OCTETS, "700101000000Z")).is_err());
    }
}
