//! Files that were made in a case and stand in its journal by their digests: results, reports, the bytes of torn lines.

use std::path::Path;

use super::{Check, shown};
use crate::case::files::{self, CaseFiles};
use crate::case::mend;
use crate::case::results::{Layer, State};
use crate::model::RawPath;

impl Check {
    /// Files of the case that the journal does not know.
    pub(super) fn unrecorded(&mut self, case: &dyn CaseFiles, folder: &str) {
        // A folder of which all was kept back did not come along.
        let mut due = self.files.keys().filter(|known| Path::new(known).starts_with(folder)).peekable();
        let none_came = due.peek().is_some() && due.all(|file| self.withheld.get(file).is_some());
        if none_came && case.exists(folder).is_ok_and(|exists| !exists) {
            return;
        }
        let names = match case.list(folder) {
            Ok(names) => names,
            Err(error) => return self.unread(Layer::Result, folder, &error),
        };
        for name in names {
            let place = format!("{folder}/{}", name.to_string_lossy());
            let inside = format!("{place}/");
            if !self.files.keys().any(|known| *known == place || known.starts_with(&inside)) {
                let place = RawPath(place.into_bytes()).shown();
                // Of a collection that is not at its end, results may be half-written; going on makes them anew.
                self.add_as(
                    self.state_of_result(&place),
                    Layer::Result,
                    &place,
                    "is not in the custody journal: nothing vouches for it",
                );
            }
        }
    }

    /// Bytes of a torn line that a mending kept, and did not come to set down.
    pub(super) fn torn_bytes(&mut self, case: &dyn CaseFiles) {
        for name in case.list("custody").unwrap_or_default() {
            let name = shown(Path::new(&name));
            let place = format!("custody/{name}");
            if mend::is_left_bytes(&name) && !self.files.contains_key(&place) {
                let what = "is not in the custody journal: `hozen custody mend` was broken off, and goes on when it is run again";
                self.add(Layer::Custody, &place, what);
            }
        }
    }

    /// How bad it is that a file of the case is not as recorded: the results of a collection that is not at its end are made
    /// anew when it goes on, one after another.
    fn state_of_result(&self, name: &str) -> State {
        let is_result = name.starts_with("results/") || name.starts_with("report/");
        if is_result && !self.standing.is_empty() { State::Incomplete } else { State::Broken }
    }

    /// Files that the journal vouches for: there, and as they were written.
    pub(super) fn recorded_files(&mut self, case: &dyn CaseFiles) {
        for (name, due) in std::mem::take(&mut self.files) {
            if self.is_withheld(case, &name, Some(due)) {
                continue;
            }
            let place = RawPath(name.clone().into_bytes()).shown();
            match files::digest(case, &name) {
                Ok(digest) if digest == due => {}
                Ok(_) => self.add_as(
                    self.state_of_result(&name),
                    Layer::Result,
                    &place,
                    "is not as it was written: its digest is not the recorded one",
                ),
                Err(error) => {
                    let what = format!("could not be read, so it was not checked: {error}");
                    self.add_as(self.state_of_result(&name), Layer::Result, &place, what);
                }
            }
        }
    }
}
