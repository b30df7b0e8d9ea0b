//! Parts of a text that no pattern can find well: what a list of thousands of words begins. A pattern with `within` is tried there,
//! and nowhere else.

mod display_name;
mod municipality;
mod name;
mod number;
mod secret_mark;

use std::ops::Range;

/// Finds parts of a text, in order and apart. Cheap where there is none: every text is asked.
#[derive(Debug)]
pub struct Finder {
    /// Its name in rules.
    pub id: &'static str,
    /// What it finds, in one line.
    pub about: &'static str,
    /// Adds the parts of a text, folded or not.
    pub find: fn(&str, &mut Vec<Range<usize>>),
}

/// All of them, in the order of their names.
pub static FINDERS: &[&Finder] =
    &[&display_name::DISPLAY_NAME, &municipality::MUNICIPALITY, &name::NAME, &secret_mark::SECRET_MARK];

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}' | '々' | '〆' | 'ヶ' | 'ケ')
}

fn is_hiragana(c: char) -> bool {
    matches!(c, 'ぁ'..='ゖ')
}
