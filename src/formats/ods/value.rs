//! The value of a cell: of numbers what is stored, or what is shown where only that has the zeros (ODF 1.3, part 3, 19.385).

use crate::formats::sheet::number::{Epoch, Shape, show};
use crate::formats::xlsx::day;
use crate::model::Undone;

/// What a cell says of its value.
#[derive(Debug, Default)]
pub(super) struct Stored {
    pub(super) kind: String,
    pub(super) value: String,
    pub(super) date: String,
    pub(super) string: String,
}

impl Stored {
    /// The text of the cell; `shown` is what a person sees.
    pub(super) fn text(&self, shown: &str) -> (String, Option<Undone>) {
        match self.kind.as_str() {
            "float" | "currency" | "percentage" => number(&self.value, shown),
            "date" if !self.date.is_empty() => (day(&self.date), None),
            "string" | "" if shown.is_empty() => (self.string.clone(), None),
            _ => (shown.to_owned(), None),
        }
    }
}

fn number(value: &str, shown: &str) -> (String, Option<Undone>) {
    let (plain, undone) = show(value, &Shape::Plain, Epoch::Y1900);
    let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
    let is_whole = !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_digit());
    // The same digits, maybe with zeros before them and dashes between.
    if is_whole && !shown.contains([',', 'E', '.', '%']) && !digits.is_empty() && shown.chars().count() <= 64 {
        let bare = |text: &str| text.trim_start_matches('0').to_owned();
        if bare(&digits) == bare(&plain) {
            let zeros = digits.len() > plain.len();
            return (shown.to_owned(), if zeros { Some(Undone::LeadingZeros) } else { undone });
        }
    }
    if is_whole && shown.contains("E+") { (plain, Some(Undone::Exponent)) } else { (plain, undone) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_the_shown_text_has_is_taken_from_it() {
        for (value, shown, want, undone) in [
            ("9012345601", "09012345601", "09012345601", Some(Undone::LeadingZeros)),
            ("600001", "060-0001", "060-0001", Some(Undone::LeadingZeros)),
            ("1000001", "100-0001", "100-0001", None),
            ("4980011112222330", "4.98001111222233E+15", "4980011112222330", Some(Undone::Exponent)),
            ("4.98001111222233E+15", "4.98E+15", "4980011112222330", Some(Undone::Exponent)),
            ("1234567", "1,234,567", "1234567", None),
            ("0.5", "50%", "0.5", None),
            ("12.3456", "12.35", "12.3456", None),
            ("9012345601", "###", "9012345601", None),
            ("29323", "1980/04/12", "29323", None),
        ] {
            let stored = Stored { kind: "float".into(), value: value.into(), ..Stored::default() };
            assert_eq!(stored.text(shown), (want.to_owned(), undone), "{value} shown as {shown}");
        }
        let date = Stored { kind: "date".into(), date: "1980-04-12T00:00:00".into(), ..Stored::default() };
        assert_eq!(date.text("昭和55年").0, "1980-04-12");
    }
}
