//! Groups of mentions (union-find; Tarjan, with path halving), and what is known of who each group is.

use super::mention::{Mention, Who};

/// Why two groups are not one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Clash {
    /// Two numbers of a kind that a person has one of.
    Primary,
    /// Two dates of birth.
    Birth,
    /// Two names.
    Name,
}

/// How much a difference weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strictness {
    /// Any difference keeps apart.
    Strict,
    /// A difference counts for nothing where something else says that it is a slip or a changed name.
    Weighed,
}

/// [`Who`] as it is held for each mention: 22 bytes in place of 24.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C, packed(2))]
struct Packed {
    name: u32,
    given: u32,
    kana: u32,
    birth: u32,
    number: u32,
    entity: u16,
}

impl From<Who> for Packed {
    fn from(who: Who) -> Self {
        let Who { name, given, kana, birth, primary: (entity, number) } = who;
        Self { name, given, kana, birth, number, entity }
    }
}

impl From<Packed> for Who {
    fn from(packed: Packed) -> Self {
        let Packed { name, given, kana, birth, number, entity } = packed;
        Self { name, given, kana, birth, primary: (entity, number) }
    }
}

/// What is known of each mention.
#[derive(Debug, Default)]
pub(super) struct Known(Vec<Packed>);

impl Known {
    pub(super) fn push(&mut self, who: Who) {
        self.0.push(who.into());
    }

    pub(super) fn of(&self, mention: Mention) -> Who {
        self.0.get(mention as usize).copied().unwrap_or_default().into()
    }

    fn set(&mut self, mention: Mention, who: Who) {
        if let Some(slot) = self.0.get_mut(mention as usize) {
            *slot = who.into();
        }
    }
}

/// Only what stands for a group knows of all of it. A number that a person has one of stays with the mention that it stands in, whoever joins.
#[derive(Debug)]
pub(super) struct Groups {
    parents: Vec<Mention>,
    known: Known,
    /// The group of which nothing is known, whoever joins it.
    unknown: Option<Mention>,
}

impl Groups {
    pub(super) fn new(known: Known) -> Self {
        Self { parents: (0..u32::try_from(known.0.len()).unwrap_or(u32::MAX)).collect(), known, unknown: None }
    }

    /// What is known of a mention, and perhaps of others of its group.
    pub(super) fn known(&self, mention: Mention) -> Who {
        self.known.of(mention)
    }

    /// The mention that stands for a mention's group.
    pub(super) fn root(&mut self, mut mention: Mention) -> Mention {
        loop {
            let Some(&parent) = self.parents.get(mention as usize) else { return mention };
            if parent == mention {
                return mention;
            }
            let above = self.parents.get(parent as usize).copied().unwrap_or(parent);
            if let Some(slot) = self.parents.get_mut(mention as usize) {
                *slot = above;
            }
            mention = above;
        }
    }

    /// What is known of the group of a mention.
    pub(super) fn who_of(&mut self, mention: Mention) -> Who {
        let root = self.root(mention);
        self.known.of(root)
    }

    /// Joins two groups; the lower number stands for both.
    pub(super) fn join(&mut self, a: Mention, b: Mention) {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return;
        }
        let (low, high) = (a.min(b), a.max(b));
        if let Some(parent) = self.parents.get_mut(high as usize) {
            *parent = low;
            self.known.set(low, self.known.of(low).and(self.known.of(high)));
        }
        if self.unknown.is_some_and(|unknown| unknown == a || unknown == b) {
            self.forget(low);
        }
    }

    /// From now on nothing is known of the group of this mention: it may be many people, so nothing speaks against anybody in it.
    pub(super) fn forget(&mut self, mention: Mention) {
        let root = self.root(mention);
        self.known.set(root, Who::default());
        self.unknown = Some(root);
    }

    /// Joins two groups unless what is known of them says that they are two people.
    pub(super) fn join_unless(&mut self, a: Mention, b: Mention, how: Strictness) -> Result<(), Clash> {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return Ok(());
        }
        match self.known.of(a).clash(self.known.of(b), how) {
            Some(clash) => Err(clash),
            None => {
                self.join(a, b);
                Ok(())
            }
        }
    }
}

impl Who {
    fn and(self, other: Self) -> Self {
        let either = |a: u32, b: u32| if a == 0 { b } else { a };
        let primary = if self.primary.1 == 0 { other.primary } else { self.primary };
        Self {
            name: either(self.name, other.name),
            given: either(self.given, other.given),
            kana: either(self.kana, other.kana),
            birth: either(self.birth, other.birth),
            primary,
        }
    }

    /// What speaks against one person.
    pub(super) fn clash(self, other: Self, how: Strictness) -> Option<Clash> {
        let differ = |a: u32, b: u32| a != 0 && b != 0 && a != b;
        let same = |a: u32, b: u32| a != 0 && a == b;
        if self.primary.0 == other.primary.0 && differ(self.primary.1, other.primary.1) {
            return Some(Clash::Primary);
        }
        let is_weighed = how == Strictness::Weighed;
        let is_named = same(self.name, other.name) || same(self.kana, other.kana);
        if differ(self.birth, other.birth) && !(is_weighed && is_named) {
            return Some(Clash::Birth);
        }
        // Who marries keeps the given name; who slips at the keyboard, the day of birth.
        let is_slip = is_weighed && (same(self.given, other.given) || same(self.birth, other.birth));
        let two_names = differ(self.name, other.name) && !same(self.kana, other.kana);
        let two_readings = (self.name == 0 || other.name == 0) && differ(self.kana, other.kana);
        ((two_names || two_readings) && !is_slip).then_some(Clash::Name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(name: u32, given: u32, kana: u32, birth: u32) -> Who {
        Who { name, given, kana, birth, primary: (0, 0) }
    }

    #[test]
    fn what_speaks_against_one_person() {
        use Strictness::{Strict, Weighed};
        let taro = who(1, 11, 21, 31);
        for (other, strict, weighed) in [
            (taro, None, None),
            (who(2, 12, 22, 32), Some(Clash::Birth), Some(Clash::Birth)),
            (who(2, 12, 22, 0), Some(Clash::Name), Some(Clash::Name)),
            (who(2, 11, 22, 0), Some(Clash::Name), None),
            (who(2, 0, 21, 0), None, None),
            (who(2, 12, 22, 31), Some(Clash::Name), None),
            (who(1, 11, 21, 32), Some(Clash::Birth), None),
            (who(0, 0, 22, 0), Some(Clash::Name), Some(Clash::Name)),
            (who(0, 0, 0, 0), None, None),
        ] {
            assert_eq!(taro.clash(other, Strict), strict, "{other:?}");
            assert_eq!(taro.clash(other, Weighed), weighed, "{other:?}");
        }
        let [a, b] = [1, 2].map(|number| Who { primary: (7, number), ..taro });
        assert_eq!(a.clash(b, Weighed), Some(Clash::Primary));
    }

    #[test]
    fn what_is_known_of_a_mention_is_small() {
        assert_eq!(size_of::<Packed>(), 22);
        let whole = Who { name: 1, given: u32::MAX, kana: 3, birth: 4, primary: (u16::MAX, 6) };
        assert_eq!(Who::from(Packed::from(whole)), whole);
    }

    #[test]
    fn groups_join_and_remember_who_they_are() {
        let mut known = Known::default();
        [0, 5, 0, 6].into_iter().for_each(|name| known.push(who(name, 0, 0, 0)));
        let mut groups = Groups::new(known);
        assert!(groups.join_unless(0, 1, Strictness::Strict).is_ok());
        assert!(groups.join_unless(2, 0, Strictness::Strict).is_ok());
        assert_eq!(groups.join_unless(2, 3, Strictness::Strict), Err(Clash::Name));
        assert_eq!([0, 1, 2, 3].map(|mention| groups.root(mention)), [0, 0, 0, 3]);
        groups.join(3, 1);
        assert_eq!(groups.root(3), 0);
    }
}
