//! What a number in a cell looked like, or what it was before a spreadsheet took it for a number: leading zeros, long numbers in scientific
//! notation, days ([ECMA-376] Part 1, 18.8.30 number formats, 18.17.4 dates).

use jiff::ToSpan;
use jiff::civil::Date;

use super::picture::Picture;
use crate::model::Undone;

/// A number format, as far as it matters for reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::formats) enum Shape {
    /// No format: numbers of twelve digits and more are shown in scientific notation.
    General,
    /// Some format that changes no digits.
    Plain,
    /// Scientific notation.
    Scientific,
    /// A day, maybe with a time.
    Day,
    /// A time of day alone.
    Time,
    /// Digits in their places: leading zeros, dashes between.
    Digits(Picture),
}

impl Shape {
    /// The shape of a built-in format; the numbers from 27 on are those of Japanese programs.
    pub(in crate::formats) fn built_in(id: u32) -> Self {
        match id {
            0 => Self::General,
            11 | 48 => Self::Scientific,
            14..=17 | 22 | 27..=31 | 34..=36 | 50..=58 => Self::Day,
            18..=21 | 32 | 33 | 45..=47 => Self::Time,
            _ => Self::Plain,
        }
    }

    /// The shape of a format code.
    pub(in crate::formats) fn of(code: &str) -> Self {
        let trimmed = code.trim();
        if trimmed.is_empty() || trimmed.eq_ignore_ascii_case("general") || trimmed == "標準" {
            return Self::General;
        }
        let letters = bare(trimmed);
        if letters.contains("General") {
            return Self::General;
        }
        if letters.contains("E+") || letters.contains("E-") {
            return Self::Scientific;
        }
        let has = |any: &[char]| letters.contains(any);
        let digits = has(&['0', '#', '?']);
        // `e` and `g` are the years and the name of a Japanese era; `m` alone is a month, beside hours it is minutes.
        if has(&['y', 'Y', 'd', 'D', 'e', 'g', 'G']) || (has(&['m', 'M']) && !has(&['h', 'H', 's', 'S'])) {
            if !digits || letters.contains("s.0") || letters.contains("S.0") {
                return Self::Day;
            }
        } else if has(&['h', 'H', 's', 'S']) && (!digits || letters.contains(".0")) {
            return Self::Time;
        }
        Picture::of(trimmed).map_or(Self::Plain, Self::Digits)
    }
}

/// A format code without what is quoted, escaped, filled or in brackets, but for hours, minutes and seconds that run on.
fn bare(code: &str) -> String {
    let mut bare = String::new();
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => drop(chars.by_ref().find(|c| *c == '"')),
            '\\' | '_' | '*' | '!' => drop(chars.next()),
            '[' => {
                let inner: String = chars.by_ref().take_while(|c| *c != ']').collect();
                if !inner.is_empty() && inner.chars().all(|c| "hms".contains(c.to_ascii_lowercase())) {
                    bare.push_str(&inner);
                    // Minutes that run on are a time.
                    bare.push('h');
                }
            }
            c => bare.push(c),
        }
    }
    bare
}

/// From which day a workbook counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::formats) enum Epoch {
    /// 1900-01-01 is day 1, and a day 1900-02-29 is counted that never was.
    #[default]
    Y1900,
    /// 1904-01-01 is day 0.
    Y1904,
}

/// The text of a number, and what was undone for it.
pub(in crate::formats) fn show(raw: &str, shape: &Shape, epoch: Epoch) -> (String, Option<Undone>) {
    let raw = raw.trim();
    let (plain, was_scientific) = written_out(raw);
    let exponent = was_scientific.then_some(Undone::Exponent);
    let is_whole = !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_digit());
    match shape {
        Shape::Day | Shape::Time => match plain.parse::<f64>().ok().and_then(|serial| moment(serial, epoch)) {
            Some((text, true)) => (text, Some(Undone::DateSerial)),
            Some((text, false)) => (text, None),
            None => (plain, exponent),
        },
        Shape::Digits(picture) => match picture.show(&plain) {
            Some((text, zeros)) => (text, if zeros { Some(Undone::LeadingZeros) } else { exponent }),
            None => (plain, exponent),
        },
        Shape::General if is_whole && plain.len() >= 12 => (plain, Some(Undone::Exponent)),
        Shape::Scientific if is_whole => (plain, Some(Undone::Exponent)),
        Shape::General | Shape::Plain | Shape::Scientific => (plain, exponent),
    }
}

/// The same of a number that is stored in binary.
pub(in crate::formats) fn show_f64(value: f64, shape: &Shape, epoch: Epoch) -> (String, Option<Undone>) {
    if value.is_finite() { show(&format!("{value}"), shape, epoch) } else { (String::new(), None) }
}

/// Digits without an exponent, where they fit on a line, and without a fraction of zeros. No digit is made up or lost.
fn written_out(raw: &str) -> (String, bool) {
    let fraction_off = |text: &str| match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|byte| byte == b'0') => whole.to_owned(),
        _ => text.to_owned(),
    };
    let Some((mantissa, exponent)) = raw.split_once(['e', 'E']) else { return (fraction_off(raw), false) };
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole, fraction].concat();
    let Some(exponent) = exponent.parse::<i32>().ok().filter(|exponent| (-40..=40).contains(exponent)) else {
        return (raw.to_owned(), false);
    };
    if digits.is_empty() || digits.len() > 40 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return (raw.to_owned(), false);
    }
    let point = i32::try_from(whole.len()).unwrap_or(0) + exponent;
    let mut text: String = digits;
    if point <= 0 {
        text = format!("0.{}{text}", "0".repeat(point.unsigned_abs() as usize));
    } else {
        let point = point.unsigned_abs() as usize;
        text.extend(std::iter::repeat_n('0', point.saturating_sub(text.len())));
        if point < text.len() {
            text.insert(point, '.');
            text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
        }
    }
    let zeros = text.bytes().take_while(|byte| *byte == b'0').count();
    let keep = if text.get(zeros..).is_none_or(|rest| rest.is_empty() || rest.starts_with('.')) { 1 } else { 0 };
    let text = text.get(zeros.saturating_sub(keep)..).unwrap_or_default();
    (format!("{sign}{text}"), true)
}

/// Day and time of a serial number, and whether there is a day in it.
fn moment(serial: f64, epoch: Epoch) -> Option<(String, bool)> {
    // The last day of the year 9999.
    if !(0.0..2_958_466.0).contains(&serial) {
        return None;
    }
    let seconds = ((serial - serial.floor()) * 86_400.0).round();
    let (days, seconds) = if seconds >= 86_400.0 { (serial.floor() + 1.0, 0.0) } else { (serial.floor(), seconds) };
    #[expect(clippy::cast_possible_truncation, reason = "both are checked to be small whole numbers")]
    let (days, seconds) = (days as i32, seconds as i32);
    let time = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if days == 0 && epoch == Epoch::Y1900 {
        return Some((time, false));
    }
    let day = match (epoch, days) {
        (Epoch::Y1900, 60) => "1900-02-29".to_owned(),
        (Epoch::Y1900, 1..60) => after(Date::constant(1899, 12, 31), days)?,
        (Epoch::Y1900, _) => after(Date::constant(1899, 12, 30), days)?,
        (Epoch::Y1904, _) => after(Date::constant(1904, 1, 1), days)?,
    };
    Some((if seconds == 0 { day } else { format!("{day} {time}") }, true))
}

fn after(first: Date, days: i32) -> Option<String> {
    first.checked_add(days.days()).ok().map(|date| date.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(raw: &str, code: &str) -> (String, Option<Undone>) {
        show(raw, &Shape::of(code), Epoch::Y1900)
    }

    #[test]
    fn zeros_come_back() {
        for (raw, code, text, zeros) in [
            ("9012345601", "00000000000", "09012345601", true),
            ("600001", "000-0000", "060-0001", true),
            ("600001", "000\\-0000", "060-0001", true),
            ("600001", "\"〒\"000-0000;@", "〒060-0001", true),
            ("1000001", "000-0000", "100-0001", false),
            ("600001", "[<=999]000;[<=9999]000\\-00;000\\-0000", "060-0001", true),
            ("1234", "[<=999]000;[<=9999]000\\-00;000\\-0000", "012-34", true),
            ("9012345601", "[<=99999999]####\\-####;\\(00\\)\\ ####\\-####", "(90) 1234-5601", false),
            ("312345678", "[<=99999999]####-####;\\(00\\)\\ ####-####", "(03) 1234-5678", true),
            ("9012345601", "0##-####-####", "090-1234-5601", true),
            ("12345", "000", "12345", false),
            ("7", "[$-411]00", "07", true),
            ("35", "0\"歳\"", "35歳", false),
            ("1234567", "#,##0", "1234567", false),
            ("12.5", "0.00", "12.5", false),
            ("0", "General", "0", false),
            ("5", "0_ ", "5", false),
        ] {
            assert_eq!(shown(raw, code), (text.to_owned(), zeros.then_some(Undone::LeadingZeros)), "{raw} in {code}");
        }
    }

    #[test]
    fn long_numbers_come_back() {
        for (raw, code, text, undone) in [
            ("4.980011112222E+15", "General", "4980011112222000", true),
            ("4.98001111222233E+15", "General", "4980011112222330", true),
            ("4.98001111222233E+15", "0", "4980011112222330", true),
            ("123456789018", "General", "123456789018", true),
            ("123456789018", "0", "123456789018", false),
            ("123456789018", "0.00E+00", "123456789018", true),
            ("9012345601.0", "General", "9012345601", false),
            ("1.5E-3", "General", "0.0015", true),
            ("-1.25E1", "General", "-12.5", true),
            ("0E0", "General", "0", true),
            ("1E+308", "General", "1E+308", false),
            ("0.30000000000000004", "General", "0.30000000000000004", false),
            ("E", "General", "E", false),
        ] {
            assert_eq!(shown(raw, code), (text.to_owned(), undone.then_some(Undone::Exponent)), "{raw} in {code}");
        }
        assert_eq!(show_f64(4_980_011_112_222_330.0, &Shape::General, Epoch::Y1900).0, "4980011112222330");
        assert_eq!(show_f64(f64::NAN, &Shape::General, Epoch::Y1900).0, "");
    }

    #[test]
    fn days_come_back() {
        for code in [
            "yyyy/m/d",
            "yyyy\"年\"m\"月\"d\"日\"",
            "[$-411]ggge\"年\"m\"月\"d\"日\"",
            "[$-411]ge.m.d",
            "m/d/yy h:mm",
            "yyyy\\-mm\\-dd;@",
            "d-mmm",
            "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy",
            "m\"月\"d\"日\"",
            "yyyy/mm/dd hh:mm:ss.000",
        ] {
            assert_eq!(shown("29323", code), ("1980-04-12".to_owned(), Some(Undone::DateSerial)), "{code}");
        }
        for id in [14, 22, 27, 31, 57, 58] {
            assert_eq!(show("29323", &Shape::built_in(id), Epoch::Y1900).0, "1980-04-12");
        }
        let day = |raw, epoch| show(raw, &Shape::Day, epoch).0;
        assert_eq!(day("27861", Epoch::Y1904), "1980-04-12");
        assert_eq!(day("29323.5", Epoch::Y1900), "1980-04-12 12:00:00");
        assert_eq!(day("29323.999999999", Epoch::Y1900), "1980-04-13");
        assert_eq!(
            [day("1", Epoch::Y1900), day("59", Epoch::Y1900), day("60", Epoch::Y1900), day("61", Epoch::Y1900)],
            ["1900-01-01", "1900-02-28", "1900-02-29", "1900-03-01"]
        );
        assert_eq!(day("0.25", Epoch::Y1900), "06:00:00");
        // A number that no day has stays a number: someone typed 19800412.
        assert_eq!(day("19800412", Epoch::Y1900), "19800412");
        assert_eq!(day("-5", Epoch::Y1900), "-5");
        assert_eq!(shown("0.5", "h:mm"), ("12:00:00".to_owned(), None));
        assert_eq!(shown("0.5", "[h]:mm:ss").0, "12:00:00");
    }

    #[test]
    fn other_formats_change_nothing() {
        for code in ["0%", "@", "# ?/?", "\\¥#,##0;[Red]\\-\\¥#,##0", "\"d\"0", "[Red]General", "\"day\" General"] {
            let want = if code == "\"d\"0" { "d123456" } else { "123456" };
            assert_eq!(shown("123456", code).0, want, "{code}");
        }
    }
}
