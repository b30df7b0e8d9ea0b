//! What a pattern needs, read from the pattern itself: the cheap look at a text before the pattern runs. Derived, so it cannot
//! be wrong when a rule changes.

use regex_syntax::hir::{Class, Hir, HirKind};

/// What every match of some patterns needs of a text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Needs {
    /// ASCII digits.
    pub digits: usize,
    /// Digits in one piece, at the least.
    pub piece: usize,
    /// Digits in one run of them and of what [`joins_digits`], at the least.
    pub stretch: usize,
    /// Whether only digits and what [`joins_digits`] can stand in a match: it lies in one run of them.
    pub run: bool,
    /// An `@`.
    pub at: bool,
    /// The characters that can stand in a match.
    pub alphabet: Alphabet,
}

/// The characters that can stand in a match: it lies in one stretch of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alphabet {
    ascii: [bool; 128],
    others: bool,
}

impl Default for Alphabet {
    fn default() -> Self {
        Self { ascii: [false; 128], others: false }
    }
}

impl Alphabet {
    /// Whether a byte of UTF-8 text can stand in a match.
    pub fn holds(&self, byte: u8) -> bool {
        self.ascii.get(usize::from(byte)).copied().unwrap_or(self.others)
    }

    fn add(&mut self, hir: &Hir) {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => literal.0.iter().for_each(|&byte| self.add_range(byte.into(), byte.into())),
            HirKind::Class(Class::Unicode(class)) => {
                class.ranges().iter().for_each(|r| self.add_range(r.start().into(), r.end().into()));
            }
            HirKind::Class(Class::Bytes(class)) => {
                class.ranges().iter().for_each(|r| self.add_range(r.start().into(), r.end().into()));
            }
            HirKind::Repetition(repetition) => self.add(&repetition.sub),
            HirKind::Capture(capture) => self.add(&capture.sub),
            HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().for_each(|part| self.add(part)),
        }
    }

    fn add_range(&mut self, from: u32, to: u32) {
        self.others |= to > 127;
        (0u32..).zip(&mut self.ascii).filter(|(c, _)| (from..=to).contains(c)).for_each(|(_, held)| *held = true);
    }
}

/// Characters that may stand between the digits of one run.
pub fn joins_digits(byte: u8) -> bool {
    matches!(byte, b' ' | b'-' | b'(' | b')' | b'+')
}

/// What every match of these patterns needs.
pub fn needs(patterns: &[Hir]) -> Needs {
    let mut alphabet = Alphabet::default();
    patterns.iter().for_each(|pattern| alphabet.add(pattern));
    let looks = patterns.iter().any(|pattern| !pattern.properties().look_set().is_empty());
    Needs {
        digits: patterns.iter().map(min_digits).min().unwrap_or(0),
        piece: patterns.iter().map(min_piece).min().unwrap_or(0),
        stretch: patterns.iter().map(min_stretch).min().unwrap_or(0),
        run: !looks && (0..=u8::MAX).all(|byte| !alphabet.holds(byte) || byte.is_ascii_digit() || joins_digits(byte)),
        at: patterns.iter().all(needs_at),
        alphabet,
    }
}

/// The lengths, as bits, in which a pattern matches digits and nothing else. Lengths over 63 are left out.
pub fn plain_lengths(hir: &Hir) -> u64 {
    let sums = |a: u64, b: u64| (0..64).filter(|bit| a >> bit & 1 == 1).fold(0, |all, bit| all | b << bit);
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) if literal.0.iter().all(u8::is_ascii_digit) => {
            1u64.checked_shl(literal.0.len() as u32).unwrap_or(0)
        }
        HirKind::Literal(_) => 0,
        HirKind::Class(Class::Unicode(class)) => {
            u64::from(class.ranges().iter().any(|r| r.start() <= '9' && r.end() >= '0')) << 1
        }
        HirKind::Class(Class::Bytes(class)) => {
            u64::from(class.ranges().iter().any(|r| r.start() <= b'9' && r.end() >= b'0')) << 1
        }
        HirKind::Repetition(repetition) => {
            let one = plain_lengths(&repetition.sub);
            let most = repetition.max.unwrap_or(63).min(63);
            let mut times = 1u64;
            let mut all = 0;
            for count in 0..=most {
                all |= if count >= repetition.min { times } else { 0 };
                times = sums(times, one);
            }
            all
        }
        HirKind::Capture(capture) => plain_lengths(&capture.sub),
        HirKind::Concat(parts) => parts.iter().fold(1, |all, part| sums(all, plain_lengths(part))),
        HirKind::Alternation(parts) => parts.iter().fold(0, |all, part| all | plain_lengths(part)),
    }
}

fn min_digits(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 0,
        HirKind::Literal(literal) => literal.0.iter().filter(|byte| byte.is_ascii_digit()).count(),
        HirKind::Class(Class::Unicode(class)) => {
            usize::from(class.ranges().iter().all(|r| r.start() >= '0' && r.end() <= '9'))
        }
        HirKind::Class(Class::Bytes(class)) => {
            usize::from(class.ranges().iter().all(|r| r.start() >= b'0' && r.end() <= b'9'))
        }
        HirKind::Repetition(repetition) => min_digits(&repetition.sub).saturating_mul(repetition.min as usize),
        HirKind::Capture(capture) => min_digits(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map(min_digits).sum(),
        HirKind::Alternation(parts) => parts.iter().map(min_digits).min().unwrap_or(0),
    }
}

/// Digits that stand in one piece in every match.
fn min_piece(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 0,
        HirKind::Literal(literal) => literal.0.split(|byte| !byte.is_ascii_digit()).map(<[u8]>::len).max().unwrap_or(0),
        HirKind::Class(_) => min_digits(hir),
        HirKind::Repetition(repetition) => match repetition.sub.kind() {
            HirKind::Class(_) => min_digits(hir),
            _ if repetition.min > 0 => min_piece(&repetition.sub),
            _ => 0,
        },
        HirKind::Capture(capture) => min_piece(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map(min_piece).max().unwrap_or(0),
        HirKind::Alternation(parts) => parts.iter().map(min_piece).min().unwrap_or(0),
    }
}

/// Digits that stand in one run in every match: parts beside each other that hold nothing but digits and what joins them.
fn min_stretch(hir: &Hir) -> usize {
    let is_run = |part: &Hir| {
        let mut alphabet = Alphabet::default();
        alphabet.add(part);
        (0..=u8::MAX).all(|byte| !alphabet.holds(byte) || byte.is_ascii_digit() || joins_digits(byte))
    };
    match hir.kind() {
        _ if is_run(hir) => min_digits(hir),
        HirKind::Capture(capture) => min_stretch(&capture.sub),
        HirKind::Alternation(parts) => parts.iter().map(min_stretch).min().unwrap_or(0),
        HirKind::Concat(parts) => {
            let (mut most, mut at_hand) = (0, 0);
            for part in parts {
                at_hand = if is_run(part) { at_hand + min_digits(part) } else { 0 };
                most = most.max(at_hand).max(if is_run(part) { 0 } else { min_stretch(part) });
            }
            most
        }
        _ => 0,
    }
}

fn needs_at(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.contains(&b'@'),
        HirKind::Capture(capture) => needs_at(&capture.sub),
        HirKind::Repetition(repetition) => repetition.min > 0 && needs_at(&repetition.sub),
        HirKind::Concat(parts) => parts.iter().any(needs_at),
        HirKind::Alternation(parts) => parts.iter().all(needs_at),
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(regex: &str) -> Hir {
        regex_syntax::parse(regex).unwrap()
    }

    fn needs_of(regex: &str) -> (usize, bool, bool) {
        let needs = needs(&[parsed(regex)]);
        (needs.digits, needs.run, needs.at)
    }

    #[test]
    fn needs_are_read_from_the_pattern() {
        assert_eq!(needs_of("[0-9]{4}-[0-9]{4}"), (8, true, false));
        assert_eq!(needs_of("[a-z]{1,9}@[a-z]{1,9}"), (0, false, true));
        assert_eq!(needs_of("[A-Z]{2}[0-9]{8}"), (8, false, false));
        assert_eq!(needs_of("12(?:345)?|9"), (1, true, false));
        assert_eq!(needs_of("a@b|c"), (0, false, false));
        assert_eq!(needs_of(r"(?-u:\b)[0-9]{4}"), (4, false, false));
    }

    #[test]
    fn a_piece_is_the_longest_that_every_match_has() {
        let piece = |regexes: &[&str]| needs(&regexes.iter().map(|regex| parsed(regex)).collect::<Vec<_>>()).piece;
        assert_eq!(piece(&["[A-Z]{2}[0-9]{8}[A-Z]{2}"]), 8);
        assert_eq!(piece(&["T[0-9]{13}", "T[0-9]-[0-9]{4}-[0-9]{4}"]), 4);
        let stretch = |regex: &str| needs(&[parsed(regex)]).stretch;
        assert_eq!(stretch("T[0-9]-[0-9]{4}-[0-9]{4}"), 9);
        assert_eq!(
            (stretch("[A-Z]{2}[0-9]{8}[A-Z]{2}"), stretch("[0-9]{4}/[0-9]{2}"), stretch("a|[0-9]{3}")),
            (8, 4, 0)
        );
        assert_eq!((piece(&["(?:12345|9)x"]), piece(&["(?:[0-9]{5}x)?y"]), piece(&["a12b345"])), (1, 0, 3));
    }

    #[test]
    fn the_alphabet_is_what_can_match() {
        let alphabet = needs(&[parsed("[a-c]{2}@x|氏")]).alphabet;
        assert!("abc@x".bytes().all(|byte| alphabet.holds(byte)) && alphabet.holds(0xe6));
        assert!(!alphabet.holds(b'd') && !alphabet.holds(b' '));
        assert!(!needs(&[parsed("[a-c]")]).alphabet.holds(0xe6));
    }

    #[test]
    fn plain_lengths_leave_out_what_needs_a_dash() {
        let lengths = |regex| (0..64).filter(|bit| plain_lengths(&parsed(regex)) >> bit & 1 == 1).collect::<Vec<u32>>();
        assert_eq!(lengths("[0-9]{13,19}"), [13, 14, 15, 16, 17, 18, 19]);
        assert_eq!(lengths("0[5-9]0[ -]?[0-9]{4}[ -]?[0-9]{4}"), [11]);
        assert_eq!(lengths("[0-9]{4}-[0-9]{4}"), Vec::<u32>::new());
        assert_eq!(lengths("12|345|(?:67){1,2}"), [2, 3, 4]);
        assert_eq!(lengths("[0-9]{100}"), Vec::<u32>::new());
    }
}
