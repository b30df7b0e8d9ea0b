//! Dates on which a living person may be born, in the Western and the Japanese calendar; the value is `YYYY-MM-DD`.
//!
//! People write days that an era no longer had (昭和64年5月): such a date is taken, and doubted. A year that the era never reached
//! is none. 明治 before 1873 was another calendar, and nobody born then lives.

use jiff::civil::Date;

use super::Validator;
use crate::model::Confidence;

/// `birth_date`
pub static BIRTH_DATE: Validator = Validator {
    id: "birth_date",
    about: "a day of 1890 to 2049, by either calendar, as YYYY-MM-DD",
    check: |_, verdict| {
        let Some((date, is_in_era)) = parse(&verdict.value) else { return false };
        verdict.value = date.to_string();
        if !is_in_era {
            verdict.hold(Confidence::Possible, "after_era");
        }
        true
    },
};

/// An era: its names, the digit that stands for it in codes, the year before its first, its last year, and its last day.
struct Era {
    names: [&'static str; 3],
    digit: char,
    before: i16,
    years: i16,
    first: (i16, i8, i8),
    last: (i16, i8, i8),
}

const ERAS: [Era; 5] = [
    Era {
        names: ["明治", "M", "㍾"], digit: '1', before: 1867, years: 45, first: (1873, 1, 1), last: (1912, 7, 29)
    },
    Era {
        names: ["大正", "T", "㍽"], digit: '2', before: 1911, years: 15, first: (1912, 7, 30), last: (1926, 12, 24)
    },
    Era {
        names: ["昭和", "S", "㍼"], digit: '3', before: 1925, years: 64, first: (1926, 12, 25), last: (1989, 1, 7)
    },
    Era {
        names: ["平成", "H", "㍻"], digit: '4', before: 1988, years: 31, first: (1989, 1, 8), last: (2019, 4, 30)
    },
    Era {
        names: ["令和", "R", "㋿"], digit: '5', before: 2018, years: 31, first: (2019, 5, 1), last: (2049, 12, 31)
    },
];

/// The day, and whether its era had it.
fn parse(text: &str) -> Option<(Date, bool)> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (era, rest) = ERAS
        .iter()
        .find_map(|era| {
            let rest = era.names.iter().find_map(|name| {
                let start = text.get(..name.len())?;
                start.eq_ignore_ascii_case(name).then(|| text.get(name.len()..)).flatten()
            })?;
            Some((Some(era), rest))
        })
        .unwrap_or((None, &text));
    let is_code = rest.bytes().all(|byte| byte.is_ascii_digit());
    match (era, is_code, rest.len()) {
        (None, true, 8) => western(number(rest.get(..4)?)?, rest.get(4..6)?, rest.get(6..)?),
        // An era by its digit, as in receipts and benefit records.
        (None, true, 7) => {
            let era = ERAS.iter().find(|era| rest.starts_with(era.digit))?;
            of_era(era, rest.get(1..3)?, rest.get(3..5)?, rest.get(5..)?)
        }
        (Some(era), true, 6) => of_era(era, rest.get(..2)?, rest.get(2..4)?, rest.get(4..)?),
        (_, true, _) => None,
        (era, false, _) => {
            let rest = rest.trim_end_matches(['日', '生']);
            let parts: Vec<&str> = rest.split(['年', '月', '/', '-', '.']).filter(|part| !part.is_empty()).collect();
            let [year, month, day] = parts.as_slice() else { return None };
            match era {
                Some(era) => of_era(era, year, month, day),
                None => western(number(year).filter(|_| year.len() == 4)?, month, day),
            }
        }
    }
}

fn western(year: i16, month: &str, day: &str) -> Option<(Date, bool)> {
    Some((plausible(date(year, month, day)?)?, true))
}

fn of_era(era: &Era, year: &str, month: &str, day: &str) -> Option<(Date, bool)> {
    let year = if year == "元" { 1 } else { number(year)? };
    if !(1..=era.years).contains(&year) {
        return None;
    }
    let date = plausible(date(era.before.checked_add(year)?, month, day)?)?;
    let day_of = |(year, month, day): (i16, i8, i8)| Date::new(year, month, day).ok();
    Some((date, (day_of(era.first)?..=day_of(era.last)?).contains(&date)))
}

fn date(year: i16, month: &str, day: &str) -> Option<Date> {
    Date::new(year, number(month)?.try_into().ok()?, number(day)?.try_into().ok()?).ok()
}

fn plausible(date: Date) -> Option<Date> {
    (1890..2050).contains(&date.year()).then_some(date)
}

/// A number of up to four digits, or of kanji up to 99.
fn number(text: &str) -> Option<i16> {
    if text.len() <= 4 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    let digit =
        |c: char| "〇一二三四五六七八九".chars().position(|kanji| kanji == c).and_then(|at| i16::try_from(at).ok());
    let (tens, ones) = match text.split_once('十') {
        Some((tens, ones)) => (if tens.is_empty() { 1 } else { one(tens, digit)? }, ones),
        None => (0, text),
    };
    let ones = if ones.is_empty() && tens > 0 { 0 } else { one(ones, digit)? };
    Some(tens * 10 + ones)
}

fn one(text: &str, digit: impl Fn(char) -> Option<i16>) -> Option<i16> {
    let mut chars = text.chars();
    let first = digit(chars.next()?)?;
    chars.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(text: &str) -> Option<(String, bool)> {
        parse(text).map(|(date, is_in_era)| (date.to_string(), is_in_era))
    }

    #[test]
    fn dates_in_both_calendars() {
        for (text, wanted) in [
            ("1980/01/02", "1980-01-02"),
            ("1980年1月2日", "1980-01-02"),
            ("1980年1月2日生", "1980-01-02"),
            ("19800102", "1980-01-02"),
            ("S55.1.2", "1980-01-02"),
            ("s55-01-02", "1980-01-02"),
            ("S550102", "1980-01-02"),
            ("昭和55年1月2日", "1980-01-02"),
            ("昭和 55年 1月 2日", "1980-01-02"),
            ("昭和64年1月7日", "1989-01-07"),
            ("平成元年1月8日", "1989-01-08"),
            ("H31.4.30", "2019-04-30"),
            ("令和元年5月1日", "2019-05-01"),
            ("R1/5/1", "2019-05-01"),
            ("昭和五十五年一月二日", "1980-01-02"),
            ("昭和十年十月二十日", "1935-10-20"),
            ("㍼55年1月2日", "1980-01-02"),
            ("3550102", "1980-01-02"),
        ] {
            assert_eq!(iso(text), Some((wanted.to_owned(), true)), "{text}");
        }
    }

    #[test]
    fn days_that_are_none() {
        for text in [
            "昭和65年1月1日",
            "平成32年1月1日",
            "2021-02-29",
            "S55.13.1",
            "1850/01/01",
            "6550102",
            "1980",
            "80/1/2",
            "1980-1",
            "",
        ] {
            assert_eq!(iso(text), None, "{text}");
        }
        for text in ["昭和64年1月8日", "平成31年5月1日", "大正15年12月25日"] {
            assert_eq!(iso(text).map(|(_, is_in_era)| is_in_era), Some(false), "{text}");
        }
    }
}
