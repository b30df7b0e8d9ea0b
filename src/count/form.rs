//! Forms: lines under each other that say of one person what a row says in cells.
//!
//! ```text
//! お名前: 山田太郎
//! メール: taro@mail.example.jp
//! 電話: 090-0000-0000
//! ```

use super::book::Noted;
use super::flags::{LINE_ON, MAYBE_ON, SURE};
use super::mention::{Draft, kind_bit};
use super::role::Role;
use crate::model::Bond;

/// From one line of a form to the next of which something is found: others stand between them.
const LINES: u64 = 5;
/// The same where lines have no numbers: bytes from one value to the next.
const BYTES: u64 = 400;
/// Telephones of a form: at home, and on the way.
const PHONES: u32 = 2;

/// The form that the last line belongs to.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// No line is one of it.
    is_over: bool,
    leaf: u32,
    place: (u64, u64),
    kinds: u64,
    is_named: bool,
    phones: u32,
}

impl Form {
    pub(super) fn none() -> Self {
        Self { is_over: true, ..Self::default() }
    }

    /// Marks the first mention of a line as one with the line before it, where that is near, one of both names somebody, and no kind of value comes
    /// twice: with the second name the next form begins.
    pub(super) fn take(&mut self, noted: &Noted, roles: &[Role], drafts: &mut [Draft]) {
        let Some((first, rest)) = drafts.split_first_mut() else { return };
        let is_one = first.flags & SURE != 0 && rest.iter().all(|draft| draft.flags & LINE_ON != 0);
        if noted.bond != Bond::Line || !is_one {
            *self = Self::none();
            return;
        }
        let mut line = Self { leaf: noted.leaf, place: noted.place, ..Self::default() };
        for (at, role) in roles.iter().enumerate() {
            let bit = u16::try_from(at).map_or(0, kind_bit);
            if (first.kinds | rest.iter().fold(0, |all, draft| all | draft.kinds)) & bit == 0 {
                continue;
            }
            line.is_named |= matches!(role, Role::Name | Role::Surname | Role::Kana);
            if *role == Role::Phone {
                line.phones = 1;
            } else {
                line.kinds |= bit;
            }
        }
        if self.goes_on_with(&line) {
            first.flags |= LINE_ON | MAYBE_ON;
            line.kinds |= self.kinds;
            line.phones += self.phones;
            line.is_named |= self.is_named;
        }
        *self = line;
    }

    fn goes_on_with(&self, line: &Self) -> bool {
        let [(offset, row), (next, next_row)] = [self.place, line.place];
        let is_near = if row > 0 && next_row > 0 {
            next_row > row && next_row - row <= LINES
        } else {
            next > offset && next - offset <= BYTES
        };
        !self.is_over
            && self.leaf == line.leaf
            && is_near
            && (self.is_named || line.is_named)
            && self.kinds & line.kinds == 0
            && self.phones + line.phones <= PHONES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: [Role; 4] = [Role::Name, Role::Phone, Role::Email, Role::Card];

    /// A line of a leaf with a value of each of these entities, and whether it goes on with the form above it.
    fn line(form: &mut Form, (leaf, row): (u32, u64), entities: &[u16]) -> bool {
        let noted = Noted { leaf, bond: Bond::Line, row: None, place: (row * 40, row), ids: vec![], facts: vec![] };
        let flags = |at| if at == 0 { SURE } else { SURE | LINE_ON };
        let draft = |(at, &entity)| Draft { kinds: kind_bit(entity), flags: flags(at), ..Draft::default() };
        let mut drafts: Vec<Draft> = entities.iter().enumerate().map(draft).collect();
        form.take(&noted, &ROLES, &mut drafts);
        drafts.first().is_some_and(|first| first.flags & LINE_ON != 0)
    }

    /// Lines as row and entities; gives which go on.
    fn lines(all: &[(u64, &[u16])]) -> Vec<bool> {
        let mut form = Form::none();
        all.iter().map(|(row, entities)| line(&mut form, (0, *row), entities)).collect()
    }

    #[test]
    fn a_form_is_lines_of_different_kinds_with_a_name() {
        assert_eq!(lines(&[(1, &[0]), (2, &[1]), (7, &[2, 3])]), [false, true, true]);
        // The name may come second; two telephones; the next name.
        assert_eq!(lines(&[(1, &[2]), (2, &[0]), (3, &[1]), (4, &[1]), (5, &[0])]), [false, true, true, true, false]);
        // Nobody's name, too far, the same kind, a third telephone.
        assert_eq!(lines(&[(1, &[2]), (2, &[1])]), [false, false]);
        assert_eq!(lines(&[(1, &[0]), (7, &[1])]), [false, false]);
        assert_eq!(lines(&[(1, &[0, 2]), (2, &[2])]), [false, false]);
        assert_eq!(lines(&[(1, &[0]), (2, &[1]), (3, &[1]), (4, &[1])]), [false, true, true, false]);
    }

    #[test]
    fn a_form_ends_with_its_leaf() {
        let mut form = Form::none();
        assert!(!line(&mut form, (0, 1), &[0]) && !line(&mut form, (1, 2), &[1]));
    }
}
