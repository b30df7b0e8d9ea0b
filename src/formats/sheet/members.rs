//! The members of a package by the names that its parts use, which of them were read, and what becomes of the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use super::damaged;
use super::source::Failure;
use super::xml::Xml;
use crate::formats::Sink;
use crate::formats::package::Package;
use crate::formats::trouble::{Member, Told};
use crate::model::GapKind;

/// A package that is read part by part.
pub(in crate::formats) struct Members<'s> {
    package: Package<'s>,
    /// From the name as it is compared to the name as it stands.
    names: BTreeMap<String, String>,
    read: BTreeSet<String>,
    pub(in crate::formats) source: Rc<Failure>,
}

impl<'s> Members<'s> {
    pub(in crate::formats) fn new(package: Package<'s>, source: Rc<Failure>) -> Self {
        let mut names = BTreeMap::new();
        for name in package.names() {
            names.entry(normal(&name)).or_insert(name);
        }
        Self { package, names, read: BTreeSet::new(), source }
    }

    /// Names of members that were not read, as they are compared.
    pub(in crate::formats) fn unread(&self) -> Vec<String> {
        self.names.iter().filter(|(_, real)| !self.read.contains(*real)).map(|(name, _)| name.clone()).collect()
    }

    pub(in crate::formats) fn has(&self, name: &str) -> bool {
        self.names.contains_key(&normal(name))
    }

    pub(in crate::formats) fn was_read(&self, name: &str) -> bool {
        self.names.get(&normal(name)).is_some_and(|real| self.read.contains(real))
    }

    /// This member need not be looked at.
    pub(in crate::formats) fn leave(&mut self, name: &str) {
        if let Some(real) = self.names.get(&normal(name)) {
            self.read.insert(real.clone());
        }
    }

    /// A member, to be read in order. `None` if there is none.
    pub(in crate::formats) fn open<'m>(&'m mut self, name: &str) -> io::Result<Option<impl BufRead + use<'m, 's>>> {
        let Some(real) = self.names.get(&normal(name)) else { return Ok(None) };
        self.read.insert(real.clone());
        self.package.member(real)
    }

    /// An XML member. `None` if there is none.
    pub(in crate::formats) fn xml(&mut self, name: &str) -> io::Result<Option<Xml<'_>>> {
        Ok(self.open(name)?.map(Xml::new))
    }

    /// Reads an XML member, if it is there; trouble is told with what the whole is (`workbook`).
    pub(in crate::formats) fn read_xml(
        &mut self,
        part: &str,
        whole: &str,
        out: &mut dyn Sink,
        read: impl FnOnce(&mut Xml<'_>, &mut dyn Sink) -> io::Result<()>,
    ) {
        let source = Rc::clone(&self.source);
        let result = self.xml(part).and_then(|xml| match xml {
            Some(mut xml) => read(&mut xml, out),
            None => Ok(()),
        });
        if let Err(error) = result {
            damaged(&format!("the part {part} of the {whole}"), &error, &source, out);
        }
    }

    /// All that was not read, as members of their own. Returns whether to go on.
    pub(in crate::formats) fn give_rest(&mut self, out: &mut dyn Sink) -> bool {
        let rest =
            self.package.names().into_iter().filter(|name| !self.read.contains(name) && !name.ends_with(['/', '\\']));
        for name in rest.collect::<Vec<_>>() {
            if self.source.is_set() {
                return false;
            }
            self.read.insert(name.clone());
            match self.package.for_child(&name) {
                Ok(Some(file)) => {
                    if !give(&name, file, &self.source, out) {
                        return false;
                    }
                }
                Ok(None) => {}
                Err(error) if Told::is(&error) || self.source.is_set() => return false,
                Err(error) => {
                    let reason = format!("could not be opened ({error}); look for a whole copy");
                    out.member_gap(&name, GapKind::Malformed, reason);
                }
            }
        }
        true
    }
}

fn give(name: &str, file: impl Read, source: &Failure, out: &mut dyn Sink) -> bool {
    let mut member = Member::new(file);
    let go_on = out.child(name, &mut member);
    let (given, failed) = (member.given, member.failed.take());
    if let Some(error) = failed.filter(|error| !Told::is(error) && !source.is_set()) {
        let kind = if error.kind() == io::ErrorKind::UnexpectedEof { GapKind::Truncated } else { GapKind::Malformed };
        let reason = format!("damaged ({error}); the {given} bytes before that were looked at; look for a whole copy");
        out.broken_off(kind, reason);
    }
    go_on
}

/// A name as it is compared: names of parts do not differ by case, and some programs write backslashes.
pub(in crate::formats) fn normal(path: &str) -> String {
    path.replace('\\', "/").trim_start_matches('/').to_lowercase()
}
