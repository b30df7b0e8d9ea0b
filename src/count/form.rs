//! Forms: lines under each other that say of one person what a row says in cells.
//!
//! ```text
//! お名前: 山田太郎
//! メール: taro@mail.example.jp
//! 電話: 090-0000-0000
//! ```

use super::book::Noted;
use super::flags::{LINE_ON, MAYBE_ON, OWN, SURE};
use super::mention::{Draft, kind_bit};
use super::role::Role;
use crate::model::Bond;

/// From one line of a form to the next of which something is found: others stand between them.
const LINES: u64 = 5;
/// The same where lines have no numbers: bytes from one value to the next.
const BYTES: u64 = 400;
/// Telephones of a form: at home, on the way, and a fax.
const PHONES: usize = 3;

/// The form that the last line belongs to, as the estimate and as the least number see it.
#[derive(Debug)]
pub(super) struct Forms {
    /// Bits of the kinds that are telephones, and of those that name somebody.
    phones: u64,
    names: u64,
    weighed: Option<Form>,
    plausible: Option<Form>,
}

impl Forms {
    /// `roles` are those of the entities, by their numbers.
    pub(super) fn new(roles: &[Role]) -> Self {
        let bits = |wanted: &[Role]| {
            let of = (0_u16..).zip(roles).filter(|(_, role)| wanted.contains(role));
            of.fold(0, |all, (entity, _)| all | kind_bit(entity))
        };
        let (phones, names) = (bits(&[Role::Phone]), bits(&[Role::Name, Role::Surname, Role::Kana]));
        Self { phones, names, weighed: None, plausible: None }
    }

    /// Marks a line as one with the line before it, where that is near and no kind of value comes twice: with the second name the next form begins. For
    /// the estimate one of both must have a name, and nothing in them may be only possible.
    pub(super) fn take(&mut self, noted: &Noted, drafts: &mut [Draft]) {
        let (phones, names) = (self.phones, self.names);
        let goes_on = |form: &mut Option<Form>, is_weighed: bool| {
            let line = Form::of(noted, drafts, (phones, names), is_weighed);
            let whole = form.take().zip(line).and_then(|(form, line)| form.with(line, is_weighed));
            *form = whole.or(line);
            whole.is_some()
        };
        let (weighed, plausible) = (goes_on(&mut self.weighed, true), goes_on(&mut self.plausible, false));
        for (at, draft) in drafts.iter_mut().enumerate() {
            draft.flags |= if weighed { LINE_ON } else { 0 };
            draft.flags |= if at == 0 && (weighed || plausible) { MAYBE_ON } else { 0 };
        }
    }
}

/// Lines of one form so far.
#[derive(Debug, Clone, Copy)]
struct Form {
    leaf: u32,
    place: (u64, u64),
    /// All kinds but telephones.
    kinds: u64,
    phones: usize,
    is_named: bool,
}

impl Form {
    /// A line by itself; nothing where it can be no part of a form.
    fn of(noted: &Noted, drafts: &[Draft], (phones, names): (u64, u64), is_weighed: bool) -> Option<Self> {
        let is_possible = |draft: &Draft| draft.flags & (OWN | SURE) == OWN;
        if noted.bond != Bond::Line || is_weighed && drafts.iter().any(is_possible) {
            return None;
        }
        let said = |draft: &Draft| {
            let any = draft.keys.iter().filter(|key| key.2 != u16::MAX).fold(0, |all, key| all | kind_bit(key.2));
            if is_weighed { draft.kinds } else { any }
        };
        let all = drafts.iter().fold(0, |all, draft| all | said(draft));
        let kinds = all & !phones;
        let is_one = kinds == 0 || drafts.iter().skip(1).all(|draft| draft.flags & LINE_ON != 0);
        (all != 0 && (is_one || !is_weighed)).then(|| Self {
            leaf: noted.leaf,
            place: noted.place,
            kinds,
            phones: drafts.iter().filter(|draft| said(draft) & phones != 0).count(),
            is_named: all & names != 0,
        })
    }

    /// Both together, if the line goes on with the form.
    fn with(self, line: Self, is_weighed: bool) -> Option<Self> {
        let [(offset, row), (next, next_row)] = [self.place, line.place];
        let is_near = if row > 0 && next_row > 0 {
            next_row > row && next_row - row <= LINES
        } else {
            next > offset && next - offset <= BYTES
        };
        let whole = Self {
            kinds: self.kinds | line.kinds,
            phones: self.phones + line.phones,
            is_named: self.is_named || line.is_named,
            ..line
        };
        // Telephones alone are a list of them.
        let is_list = self.phones > 0 && line.phones > 0 && (whole.kinds == 0 || whole.phones > PHONES);
        let is_new = self.kinds & line.kinds == 0;
        (self.leaf == line.leaf && is_near && is_new && !is_list && (whole.is_named || !is_weighed)).then_some(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: [Role; 4] = [Role::Name, Role::Phone, Role::Email, Role::Card];

    /// A line of a leaf with a value of each of these entities; whether it goes on with the form above it, for the estimate and for the least number.
    fn line(forms: &mut Forms, (leaf, row): (u32, u64), entities: &[u16], flags: u16) -> (bool, bool) {
        let noted = Noted { leaf, bond: Bond::Line, row: None, place: (row * 40, row), ids: vec![], facts: vec![] };
        let draft = |(at, &entity): (usize, &u16)| Draft {
            kinds: if flags & SURE == 0 { 0 } else { kind_bit(entity) },
            keys: vec![(entity.into(), 0, entity)],
            flags: flags | if at == 0 { 0 } else { LINE_ON },
            ..Draft::default()
        };
        let mut drafts: Vec<Draft> = entities.iter().enumerate().map(draft).collect();
        forms.take(&noted, &mut drafts);
        drafts.first().map(|first| (first.flags & LINE_ON != 0, first.flags & MAYBE_ON != 0)).unwrap()
    }

    /// Lines as row and entities; gives which go on.
    fn lines(all: &[(u64, &[u16])]) -> Vec<bool> {
        let mut forms = Forms::new(&ROLES);
        all.iter().map(|(row, entities)| line(&mut forms, (0, *row), entities, SURE | OWN).0).collect()
    }

    #[test]
    fn a_form_is_lines_of_different_kinds_with_a_name() {
        assert_eq!(lines(&[(1, &[0]), (2, &[1]), (7, &[2, 3])]), [false, true, true]);
        // The name may come second; telephone, fax and mobile; the next name.
        let four: &[(u64, &[u16])] = &[(1, &[2]), (2, &[0]), (3, &[1, 1]), (4, &[1]), (5, &[0])];
        assert_eq!(lines(four), [false, true, true, true, false]);
        // Nobody's name, too far, the same kind, a fourth telephone.
        assert_eq!(lines(&[(1, &[2]), (2, &[1])]), [false, false]);
        assert_eq!(lines(&[(1, &[0]), (7, &[1])]), [false, false]);
        assert_eq!(lines(&[(1, &[0, 2]), (2, &[2])]), [false, false]);
        assert_eq!(lines(&[(1, &[0]), (2, &[1, 1]), (3, &[1]), (4, &[1])]), [false, true, true, false]);
    }

    #[test]
    fn the_least_number_needs_no_name_and_goes_on_with_what_is_only_possible() {
        let mut forms = Forms::new(&ROLES);
        let mut take = |row, entity, flags| line(&mut forms, (0, row), &[entity], flags);
        assert_eq!(take(1, 0, OWN), (false, false));
        assert_eq!(take(2, 2, SURE | OWN), (false, true));
        assert_eq!(take(3, 1, SURE | OWN), (false, true));
        assert_eq!(take(4, 2, SURE | OWN), (false, false));
        // A list of telephones is a list.
        let mut forms = Forms::new(&ROLES);
        assert!((1..9).all(|row| line(&mut forms, (0, row), &[1], SURE | OWN) == (false, false)));
    }

    #[test]
    fn a_form_ends_with_its_leaf() {
        let mut forms = Forms::new(&ROLES);
        for leaf in 0..2 {
            assert_eq!(line(&mut forms, (leaf, 1 + u64::from(leaf)), &[leaf as u16], SURE | OWN), (false, false));
        }
    }
}
