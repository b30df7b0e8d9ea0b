//! `hozen count --table`: which format, which file, and that it lies where nothing of the case is.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use crate::case::counts::{self, CountError, CountResult, Counting};
use crate::case::table::TableFormat;
use crate::case::table::people::PeopleTable;
use crate::cli::failure::Failure;
use crate::count::Person;
use crate::disk::{output, own};

/// A table that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) format: TableFormat,
    pub(super) path: PathBuf,
}

impl Wanted {
    /// `--table FORMAT FILE`.
    pub(super) fn of(words: &[OsString]) -> Result<Option<Self>, Failure> {
        let [format, path] = words else { return Ok(None) };
        let format = match format.to_str() {
            Some("sqlite") => TableFormat::Sqlite,
            Some("parquet") => TableFormat::Parquet,
            Some("csv") => TableFormat::Csv,
            _ => return Err(Failure::table_format(Path::new(format))),
        };
        Ok(Some(Self { format, path: PathBuf::from(path) }))
    }

    /// The folder that the file is made in.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }
}

/// Refuses a file that is there, one in a case, and a folder that can not be written in.
pub(super) fn check(wanted: &Wanted, cases: &[PathBuf]) -> Result<(), Failure> {
    let unusable = |error| Failure::table(&error);
    own::may_write_in(wanted.folder()).map_err(unusable)?;
    if own::exists(&wanted.path).map_err(unusable)? {
        return Err(Failure::table_exists(&wanted.path));
    }
    let folder = own::canonical(wanted.folder()).map_err(unusable)?;
    for case in cases {
        if folder.starts_with(own::canonical(case).map_err(|error| Failure::unreadable(&error))?) {
            return Err(Failure::table_in_case(&wanted.path));
        }
    }
    Ok(())
}

/// Counts, and writes a row for each person; the file has its name once all of it is there.
pub(super) fn counted(wanted: &Wanted, counting: Counting<'_>, case: &Path) -> Result<CountResult, Failure> {
    let about = vec![("tool".to_owned(), counting.said.tool.clone()), ("time".to_owned(), counting.said.time.clone())];
    let mut came: Option<Result<CountResult, CountError>> = None;
    let written = output::write_once_by(&wanted.path, |file| {
        let (mut file, mut table) = (Some(file), None::<PeopleTable<'_>>);
        let mut row = |person: Person, entities: &[String]| {
            if let Some(file) = file.take() {
                table = Some(PeopleTable::begin(wanted.format, entities, about.clone(), file)?);
            }
            table.as_mut().map_or(Ok(()), |table| table.person(&person))
        };
        let counted = counts::count(counting, Some(&mut row));
        let ended = match (&counted, file, table) {
            (Ok(result), _, Some(table)) => table.finish(&result.subjects),
            (Ok(result), Some(file), None) => {
                // Nobody: a table without rows.
                let entities: Vec<String> = result.entities.keys().cloned().collect();
                PeopleTable::begin(wanted.format, &entities, about, file)
                    .and_then(|table| table.finish(&result.subjects))
            }
            _ => Err(io::Error::other("people were not counted")),
        };
        came = Some(counted);
        ended
    });
    match (written, came) {
        (_, Some(Err(error))) => Err(Failure::count(case, &error)),
        (Err(error), _) => Err(Failure::table(&error)),
        (Ok(()), Some(Ok(result))) => Ok(result),
        (Ok(()), None) => Err(Failure::bug(&io::Error::other("a table without a count"))),
    }
}
