//! Mentions of a row of a table: whose values stand together, whose apart, and which rows are a firm's.

use super::{Draft, Record, how};
use crate::count::book::mix;
use crate::count::facts::FactKind;
use crate::count::flags::{BARE, COMPANY, LINE_ON, MAYBE_ON, NAME_ALONE, NOBODY, OFFICE, OWN, ROW, SINGLE, SURE};
use crate::count::people::Identifier;
use crate::count::role::Role;
use crate::model::LinkClass;

impl Record<'_> {
    /// The mentions of a row.
    pub(super) fn row(&self) -> Vec<Draft> {
        let mut drafts = Vec::new();
        for part in self.parts() {
            self.part(&part, &mut drafts);
        }
        self.perhaps(&mut drafts);
        let is_company = self.is_company();
        for draft in &mut drafts {
            draft.flags |= ROW | if is_company { COMPANY } else { 0 };
        }
        drafts
    }

    /// A row with a company's number, or with its name and nothing but what people share; and with nobody's name, for a firm that is only
    /// named not even a doubtful one.
    fn is_company(&self) -> bool {
        let any =
            |is: &dyn Fn(usize, &Identifier, Role) -> bool| self.ids().any(|(of, id)| is(of, id, self.makers.role(id)));
        let is_numbered = any(&|_, id, role| role == Role::Corporate && Self::is_likely(id))
            && !any(&|_, id, role| role.tells_of_somebody() && Self::is_likely(id));
        let is_named = self.noted.facts.iter().any(|fact| fact.kind == FactKind::Firm)
            && !any(&|of, id, role| role.tells_of_somebody() || self.is_hard(of, id));
        is_numbered || is_named
    }

    /// Names beside those of a row that are only possible (in a column that nothing tells of): perhaps further people, for the highest number.
    fn perhaps(&self, drafts: &mut Vec<Draft>) {
        let names = || self.ids().filter(|(_, id)| self.makers.role(id) == Role::Name);
        if drafts.is_empty() || !names().any(|(_, id)| Self::is_likely(id)) {
            return;
        }
        let mut known: Vec<u64> =
            names().filter(|(_, id)| Self::is_likely(id)).map(|(of, id)| self.name_key(of, id)).collect();
        for (of, id) in names().filter(|(_, id)| !Self::is_likely(id) && !id.is_aside) {
            let key = self.name_key(of, id);
            if self.apart(of) & NOBODY == 0 && !known.contains(&key) {
                known.push(key);
                let mut draft = Draft { flags: OWN | BARE | MAYBE_ON, ..Draft::default() };
                self.put(of, id, &mut draft);
                drafts.push(draft);
            }
        }
    }

    /// A row that names several people is read from name to name: a value belongs to the name before it.
    fn parts(&self) -> Vec<Vec<usize>> {
        let script = [FactKind::Name, FactKind::Kana, FactKind::Latin].into_iter().find(|kind| {
            self.ids().any(|(of, id)| {
                self.makers.role(id) == Role::Name && Self::is_likely(id) && self.fact(of, *kind).is_some()
            })
        });
        let name = |of: usize, id: &Identifier| {
            let is_name = self.makers.role(id) == Role::Name && Self::is_likely(id) && self.apart(of) & NOBODY == 0;
            let key = script.map_or(Some(id.key), |script| self.fact(of, script));
            key.filter(|_| is_name)
        };
        let mut parts = vec![Vec::new()];
        let mut names: Vec<u64> = Vec::new();
        for (of, id) in self.ids() {
            if let Some(name) = name(of, id).filter(|name| !names.contains(name)) {
                if !names.is_empty() {
                    parts.push(Vec::new());
                }
                names.push(name);
            }
            parts.last_mut().into_iter().for_each(|part| part.push(of));
        }
        parts
    }

    /// The mentions of one part of a row.
    fn part(&self, part: &[usize], drafts: &mut Vec<Draft>) {
        let ids = || part.iter().filter_map(|&of| Some((of, self.noted.ids.get(of)?)));
        let hard: Vec<(usize, &Identifier)> = ids().filter(|(of, id)| self.is_hard(*of, id)).collect();
        let is_anchored = ids().any(|(of, id)| {
            let names = self.makers.role(id).tells_of_somebody() && Self::is_likely(id) && self.apart(of) & NOBODY == 0;
            names || self.is_hard(of, id) && (id.class == LinkClass::Primary || self.makers.role(id) == Role::Member)
        });
        let repeats = |at: usize| {
            hard.iter()
                .take(at)
                .any(|(_, other)| hard.get(at).is_some_and(|(_, id)| other.entity == id.entity && other.key != id.key))
        };
        let is_one = !(0..hard.len()).any(repeats);
        // Without a name two addresses may be two people's, and nothing says whose the rest is.
        let is_extra = |at: usize| if is_anchored { repeats(at) } else { at > 0 && !is_one };
        let mut main = Draft::default();
        let mut extra = Vec::new();
        let mut seen: Vec<u64> = Vec::new();
        for (of, id) in ids() {
            if id.class != LinkClass::None && seen.contains(&id.key) {
                continue;
            }
            seen.push(id.key);
            match hard.iter().position(|(other, _)| *other == of).filter(|&at| is_extra(at)) {
                None => self.put(of, id, &mut main),
                Some(_) => {
                    let mut draft = Draft { flags: OWN | SURE | SINGLE | LINE_ON | MAYBE_ON, ..Draft::default() };
                    self.put(of, id, &mut draft);
                    extra.push(draft);
                }
            }
        }
        if hard.is_empty() {
            return self.bare(part, main, drafts);
        }
        let own = main.keys.iter().filter(|k| k.1 <= how::MEMBER).count();
        main.flags |= OWN | SURE | if own == 1 && main.who.name == 0 && main.who.kana == 0 { SINGLE } else { 0 };
        drafts.push(main);
        drafts.append(&mut extra);
    }

    /// A row, or a part of one, without a value that names one person.
    fn bare(&self, part: &[usize], mut main: Draft, drafts: &mut Vec<Draft>) {
        let ids = || part.iter().filter_map(|&of| Some((of, self.noted.ids.get(of)?)));
        let is_somebody = |of: usize, id: &Identifier| {
            Self::is_likely(id)
                && self.apart(of) & NOBODY == 0
                && (id.class == LinkClass::Weak || self.makers.role(id).tells_of_somebody())
        };
        main.flags |= BARE;
        let values = || ids().filter(|(_, id)| id.class != LinkClass::None);
        // The number and the address beside an office's mail address are the office's.
        let is_named = ids().any(|(of, id)| is_somebody(of, id) && self.makers.role(id).tells_of_somebody());
        let is_office = !is_named && values().any(|(of, _)| self.apart(of) & OFFICE != 0);
        if !is_office && ids().any(|(of, id)| is_somebody(of, id)) {
            let is_shared = main.keys.iter().any(|key| key.1 == how::WEAK);
            main.flags |= OWN | SURE | if is_shared || main.who.birth != 0 { 0 } else { NAME_ALONE };
            self.noted.row.into_iter().for_each(|row| main.keys.push((mix(row, 2), how::SAME_ROW, u16::MAX)));
        } else if values().any(|(of, _)| self.apart(of) & NOBODY != 0) {
            let apart = values().fold(0, |all, (of, _)| all | self.apart(of) & NOBODY);
            main.flags |= OWN | SURE | apart;
            values()
                .filter(|(of, _)| self.apart(*of) & NOBODY != 0)
                .for_each(|(_, id)| main.keys.push((id.key, how::STRONG, id.entity)));
        } else if values().next().is_some() && values().all(|(_, id)| id.class == LinkClass::Weak) {
            main.flags |= OWN;
        } else {
            // Doubtful values, each perhaps somebody's.
            return drafts.append(&mut self.doubtful(part));
        }
        drafts.push(main);
    }

    fn doubtful(&self, part: &[usize]) -> Vec<Draft> {
        let mut each: Vec<Draft> = Vec::new();
        for (of, id) in part.iter().filter_map(|&of| Some((of, self.noted.ids.get(of)?))) {
            let is_new = id.class != LinkClass::None || each.is_empty();
            if is_new {
                let own = if id.class < LinkClass::Weak && !id.is_aside { OWN } else { 0 };
                each.push(Draft { flags: BARE | MAYBE_ON | own, ..Draft::default() });
            }
            each.last_mut().into_iter().for_each(|draft| self.put(of, id, draft));
        }
        each.first_mut().into_iter().for_each(|first| first.flags &= !MAYBE_ON);
        each
    }
}
