//! A cell over several lines: which of them go on from the one above, and with what between.
//!
//! A line goes on where the one above is full, so that its first word had no room there. Two values that are both whole are never made one.

use super::layout::{Cell, Line, is_east};

/// One line of a cell.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) cell: Cell,
    pub(super) size: f64,
}

/// How wide the lines of a cell may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub(super) width: f64,
    /// What may be left of it at the end of a full line, in parts of the font size.
    pub(super) spare: f64,
    /// Where the column to the right begins, behind the left edge of this one.
    pub(super) next: Option<f64>,
}

/// Between columns there is at most so much space, in parts of the font size.
const GUTTER: f64 = 3.0;
/// A character that is no Japanese one is at most so wide, in parts of the font size.
const WIDEST: f64 = 0.9;
/// Where the column to the right is nearer, one character more had no room, in parts of the font size.
const NO_ROOM: f64 = 2.2;
/// A line of prose is wider than this, in parts of the font size.
const PROSE: f64 = 15.0;
/// Lines of so many Japanese characters that are of one length are names below each other.
const NAME: usize = 6;

impl Piece {
    fn width(&self) -> f64 {
        self.cell.to - self.cell.from
    }

    /// How wide its first characters are: those of Japanese are twice as wide as others, of which one may be wider than most.
    fn begin(&self, chars: usize) -> f64 {
        let unit = |one| if is_east(one) { 2.0 } else { 1.0 };
        let units = |count| self.cell.text.chars().take(count).map(unit).sum::<f64>();
        let width = self.width() * units(chars) / units(usize::MAX).max(1.0);
        if self.cell.text.starts_with(is_east) { width } else { width.max(WIDEST * self.size) }
    }
}

/// The lines of one cell as its text.
pub(super) fn text(pieces: &[Piece], room: Room) -> String {
    let mut text = String::new();
    let mut last: Option<&Piece> = None;
    for (at, piece) in pieces.iter().enumerate() {
        if let Some(above) = last {
            let rest = pieces.get(at..).unwrap_or_default();
            text.push_str(between(&text, above, rest, room).unwrap_or("\n"));
        }
        text.push_str(&piece.cell.text);
        last = Some(piece);
    }
    text
}

/// Whether a line goes on from the one above it.
pub(super) fn follows(above: &Piece, piece: &Piece, room: Room) -> bool {
    between(&above.cell.text, above, std::slice::from_ref(piece), room).is_some()
}

/// Whether a line goes on, also where the space between the lines does not tell: numbers below each other may be of two rows.
pub(super) fn surely_follows(above: &Piece, piece: &Piece, room: Room) -> bool {
    let (end, begin) = (above.cell.text.chars().next_back(), piece.cell.text.chars().next());
    let is_number = |one: Option<char>| one.is_some_and(|one| one.is_numeric());
    !(is_number(end) && is_number(begin)) && follows(above, piece, room)
}

/// Whether a line ends within an address of mail or a number, and the next goes on with it.
pub(super) fn is_broken(above: &Piece, piece: &Piece, room: Room) -> bool {
    let (last, next) = (last_word(&above.cell.text), first_word(&piece.cell.text));
    let is_mail = last.contains('@') != next.contains('@') && !last.is_empty() && !next.is_empty();
    (is_mail || is_number(last, next)) && follows(above, piece, room)
}

/// What stands between the text so far and the first of the lines below it; nothing where that is a line of its own.
fn between(text: &str, above: &Piece, rest: &[Piece], room: Room) -> Option<&'static str> {
    let piece = rest.first()?;
    let own = piece.cell.text.as_str();
    let left = |chars: usize| room.width - room.spare * piece.size - above.width() - piece.begin(chars);
    let chars = own.chars().count().max(1);
    // Up to where it could be broken.
    let breaks = |one: char| one == ' ' || one == '-' || one == '/' || is_east(one);
    let word = own.chars().position(breaks).map_or(chars, |at| at + 1);
    let over = |next: f64| next - above.width() - piece.begin(word) > GUTTER * piece.size;
    if left(word) > 0.0 || room.next.is_some_and(over) {
        return None;
    }
    let (end, begin) = (text.chars().next_back()?, own.chars().next()?);
    let last_word = last_word(text);
    let next_word = first_word(own);
    if both_whole(last_word, next_word) {
        return None;
    }
    if above.cell.space_after || piece.cell.space_before {
        return Some(" ");
    }
    if is_east(end) || is_east(begin) {
        return (!next_word.contains('@') || is_east(begin)).then_some("");
    }
    // Behind a hyphen and the like a line may be broken.
    let is_inner = |one: char| one.is_alphanumeric() || "@._,:;".contains(one);
    if !is_inner(end) || !is_inner(begin) {
        return Some("");
    }
    // Within a word it is broken only where not one character more had room, and where the word fills it alone.
    let is_full = left(1) <= 0.0;
    let is_tight = is_full && !above.cell.text.contains(' ');
    let is_mixed = |word: &str| word.chars().any(|one| !one.is_alphabetic());
    let is_word = address(last_word, rest) || is_mixed(last_word) || is_mixed(next_word);
    let goes_on = is_tight && is_word || is_full && last_word.contains('@');
    Some(if goes_on { "" } else { " " })
}

/// The lines of a page, with numbers of prose whole that are broken over the end of a full line, behind a hyphen.
pub(super) fn mended(lines: &[Line]) -> Vec<Line> {
    let mut done: Vec<Line> = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter().enumerate() {
        let mut line = line.clone();
        let is_near = |above: &Line| above.turn == line.turn && above.across - line.across < 2.0 * line.size;
        if let Some(above) = done.last_mut().filter(|above| is_near(above))
            && let ([one], [own]) = (above.cells.as_mut_slice(), line.cells.as_mut_slice())
        {
            let width = |line: &Line| line.cells.iter().map(|cell| cell.to - cell.from).fold(0.0, f64::max);
            let beside = lines.get(at.saturating_sub(3)..(at + 3).min(lines.len())).unwrap_or_default();
            let room = Room { width: beside.iter().map(width).fold(0.0, f64::max), spare: -0.05, next: None };
            let piece = |cell: &Cell| Piece { cell: cell.clone(), size: line.size };
            let is_prose = one.to - one.from > PROSE * line.size;
            if is_prose && is_number(&one.text, &own.text) && follows(&piece(one), &piece(own), room) {
                let digits = own.text.find(|one: char| !one.is_ascii_digit() && one != '-').unwrap_or(own.text.len());
                let rest = own.text.split_off(digits);
                one.text.push_str(&std::mem::replace(&mut own.text, rest));
            }
        }
        line.cells.retain(|cell| !cell.text.trim().is_empty());
        if !line.cells.is_empty() {
            done.push(line);
        }
    }
    done
}

/// Whether a line ends within a number, behind a hyphen, and the next begins with its rest.
fn is_number(text: &str, own: &str) -> bool {
    let is_digit = |one: char| one.is_ascii_digit();
    last_word(text).strip_suffix('-').is_some_and(|last| last.ends_with(is_digit)) && own.starts_with(is_digit)
}

fn last_word(text: &str) -> &str {
    text.rsplit(|one: char| one.is_whitespace() || is_east(one)).next().unwrap_or_default()
}

fn first_word(text: &str) -> &str {
    text.split(|one: char| one.is_whitespace() || is_east(one)).next().unwrap_or_default()
}

/// Whether words below each other are the parts of one address of mail: one `@` in all.
fn address(last: &str, rest: &[Piece]) -> bool {
    if last.contains('@') {
        return true;
    }
    for piece in rest {
        let word = first_word(&piece.cell.text);
        if word.contains('@') || word.len() < piece.cell.text.len() {
            return word.contains('@');
        }
    }
    false
}

/// Whether two words are values of their own.
fn both_whole(one: &str, other: &str) -> bool {
    let shape = |word: &str| -> String {
        let kind = |one: char| match one {
            '0'..='9' => '0',
            one if one.is_alphabetic() => 'a',
            one => one,
        };
        word.chars().map(kind).collect()
    };
    let digits = |word: &str| word.chars().filter(char::is_ascii_digit).count();
    let is_digit = |one: Option<char>| one.is_some_and(|one| one.is_ascii_digit());
    let is_number = is_digit(one.chars().next_back()) && is_digit(other.chars().next());
    let is_even = digits(one) > 3 && !one.contains('@') && shape(one) == shape(other);
    let is_phone = is_number && digits(one) > 9 && !one.contains('@');
    is_even
        || is_phone
        || is_number && one.contains(',')
        || one.contains('@') && (other.contains('@') || is_whole_address(one) && !other.is_empty())
}

fn is_whole_address(word: &str) -> bool {
    [".jp", ".com", ".net", ".org"].iter().any(|end| word.ends_with(end))
}

/// Whether lines are names below each other.
pub(super) fn are_names(pieces: &[Piece], room: Room) -> bool {
    let length = |piece: &Piece| piece.cell.text.chars().count();
    let first = pieces.first().map_or(0, length);
    let is_name = |piece: &Piece| length(piece) == first && piece.cell.text.chars().all(is_east);
    let has_room = |piece: &Piece| room.next.is_none_or(|next| next - piece.width() > NO_ROOM * piece.size);
    pieces.len() > 1 && first <= NAME && pieces.iter().all(has_room) && pieces.iter().all(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(lines: &[&str], width: f64) -> String {
        let piece = |text: &&str| {
            let to = text.chars().map(|one| if is_east(one) { 10.0 } else { 5.0 }).sum();
            let cell = Cell { from: 0.0, to, text: (*text).to_owned(), space_before: false, space_after: false };
            Piece { cell, size: 10.0 }
        };
        let pieces: Vec<Piece> = lines.iter().map(piece).collect();
        text(&pieces, Room { width, spare: -0.05, next: None })
    }

    #[test]
    fn what_is_broken_within_is_joined() {
        for (lines, width) in [
            (["p00001.683@ma", "il8.example.jp"].as_slice(), 70.0),
            (&["yamadatar", "o@example", ".jp"], 45.0),
            (&["yamada.taro", "@example.jp"], 55.0),
            (&["090-1234-", "5601"], 50.0),
            (&["090123456", "01"], 45.0),
            (&["東京都千代", "田区一番町", "1-1-1"], 50.0),
        ] {
            assert_eq!(joined(lines, width), lines.concat());
        }
    }

    #[test]
    fn a_number_over_the_end_of_a_line_of_prose_is_whole() {
        let long = "お問い合わせは下記の担当者の携帯電話まで090-1234-";
        let line = |(at, text): (usize, &&str)| {
            let to = text.chars().map(|one| if is_east(one) { 10.0 } else { 5.0 }).sum();
            let cell = Cell { from: 0.0, to, text: (*text).to_owned(), space_before: false, space_after: false };
            Line { cells: vec![cell], across: 100.0 - 14.0 * at as f64, size: 10.0, turn: (false, 0) }
        };
        let texts = |lines: &[&str]| {
            let lines: Vec<Line> = lines.iter().enumerate().map(line).collect();
            mended(&lines).into_iter().map(|line| line.cells[0].text.clone()).collect::<Vec<_>>()
        };
        assert_eq!(texts(&[long, "5601です"]), [format!("{long}5601").as_str(), "です"]);
        assert_eq!(texts(&[long, "5601"]), [format!("{long}5601")]);
        assert_eq!(texts(&["会員番号は090-1234-", "5601です"]), ["会員番号は090-1234-", "5601です"]);
    }

    #[test]
    fn values_that_are_whole_stay_apart() {
        for (lines, width) in [
            (["090-1234-5601", "03-1234-5601"].as_slice(), 65.0),
            (&["09012345601", "08012345601"], 55.0),
            (&["taro@example.jp", "jiro@example.jp"], 75.0),
            (&["山田太郎", "taro@example.jp"], 75.0),
            (&["l.jp", "jiro@exa"], 75.0),
            (&["12,500", "9,800"], 30.0),
            (&["2026-04-01", "2026-04-02"], 50.0),
            (&["東京都", "千代田区"], 40.0),
        ] {
            assert_eq!(joined(lines, width), lines.join("\n"));
        }
        let two = ["taro@mai", "l.jp", "jiro@mai", "l.jp"];
        assert_eq!(joined(&two, 40.0), "taro@mail.jp\njiro@mail.jp");
        assert_eq!(joined(&["Taro Yamada", "taro@example.jp"], 75.0), "Taro Yamada taro@example.jp");
        assert_eq!(joined(&["Tokyo Co.", "taro@example.jp"], 75.0), "Tokyo Co. taro@example.jp");
    }
}
