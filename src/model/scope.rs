//! The scope of a look: which files somebody said need not be looked at. What is left out is named by a gap, never passed over.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::{Entry, Gap, GapKind, RawPath, Timestamp};

/// What is left out of a look. The default leaves out nothing.
#[derive(Debug, Default)]
pub struct Scope {
    /// Files that were changed last, in content or metadata, before this. Setting a file's time back moves its change time
    /// forward: so what was tampered with is looked at.
    pub since: Option<Timestamp>,
    /// Files of more bytes than this.
    pub max_bytes: Option<u64>,
    /// Files whose path fits.
    pub excluded: Excluded,
}

impl Scope {
    /// The gap of an entry that is left out.
    pub fn leaves_out(&self, entry: &Entry) -> Option<Gap> {
        let stat = entry.stat.as_ref();
        let is_old = |since: &Timestamp| stat.is_some_and(|stat| stat.mtime.max(stat.ctime) < *since);
        let is_large = |most: &u64| stat.is_some_and(|stat| stat.size > *most);
        let why = if let Some(pattern) = self.excluded.fits(&entry.path) {
            format!("its path fits `--exclude {pattern}`")
        } else if let (Some(most), Some(stat)) = (self.max_bytes.filter(is_large), stat) {
            format!("it has {} bytes, and --max-file-size is {most}", stat.size)
        } else if let (true, Some(stat)) = (self.since.as_ref().is_some_and(is_old), stat) {
            format!("it was changed last at {} (seconds since 1970), before --since", stat.mtime.max(stat.ctime))
        } else {
            return None;
        };
        let reason =
            format!("not looked at on request: {why}. Scan again without the option if it may hold personal data");
        Some(Gap { path: entry.path.shown(), kind: GapKind::LeftOut, reason })
    }
}

/// Patterns of paths, with `*`, `?`, `[…]`, `{a,b}` and `**` across folders. One without `/` fits a name at any depth, one that does not begin
/// with `/` fits below any folder; what fits a folder fits everything in it.
#[derive(Debug, Default)]
pub struct Excluded {
    patterns: Vec<String>,
    set: GlobSet,
}

/// Globs that each pattern becomes: itself, and what lies below it.
const GLOBS_EACH: usize = 2;

impl Excluded {
    /// Reads the patterns.
    ///
    /// # Errors
    /// Which of them is none, and why.
    pub fn new(patterns: &[String]) -> Result<Self, globset::Error> {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            let trimmed = pattern.trim_end_matches('/');
            let anywhere = if trimmed.starts_with('/') { trimmed.to_owned() } else { format!("**/{trimmed}") };
            for glob in [anywhere.clone(), format!("{anywhere}/**")] {
                set.add(GlobBuilder::new(&glob).literal_separator(true).build()?);
            }
        }
        Ok(Self { patterns: patterns.to_vec(), set: set.build()? })
    }

    /// The first pattern that a path fits.
    fn fits(&self, path: &RawPath) -> Option<&str> {
        if self.patterns.is_empty() {
            return None;
        }
        let found = self.set.matches(OsStr::from_bytes(&path.0)).into_iter().min()?;
        self.patterns.get(found / GLOBS_EACH).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Stat;
    use super::*;

    fn entry(path: &str, size: u64, mtime: i64, ctime: i64) -> Entry {
        let time = |seconds| Timestamp { seconds, nanos: 0 };
        Entry::example(path.as_bytes(), Stat { size, mtime: time(mtime), ctime: time(ctime), ..Stat::example() })
    }

    #[test]
    fn patterns_fit_names_paths_and_all_below_a_folder() {
        let patterns = ["*.iso", "node_modules", "/srv/cache/", "var/*/tmp"].map(str::to_owned);
        let excluded = Excluded::new(&patterns).unwrap();
        let fits = |path: &str| excluded.fits(&RawPath(path.as_bytes().to_vec()));
        assert_eq!(fits("/a/b/c.iso"), Some("*.iso"));
        assert_eq!(fits("c.iso"), Some("*.iso"));
        assert_eq!(fits("/w/node_modules/x/y.js"), Some("node_modules"));
        assert_eq!(fits("/srv/cache/deep/er/f"), Some("/srv/cache/"));
        assert_eq!(fits("/x/var/lib/tmp/f"), Some("var/*/tmp"));
        for path in ["/a/c.iso.txt", "/w/my_node_modules/x", "/x/srv/cache/f", "/var/a/b/tmp", "/srv/cached"] {
            assert_eq!(fits(path), None, "{path}");
        }
        assert!(Excluded::new(&["[".to_owned()]).is_err());
        assert_eq!(Excluded::default().fits(&RawPath(b"/a".to_vec())), None);
    }

    #[test]
    fn a_name_that_is_no_text_is_compared_by_its_bytes() {
        let excluded = Excluded::new(&["*.zip".to_owned()]).unwrap();
        assert!(excluded.fits(&RawPath(b"/\x83\x5c.zip".to_vec())).is_some());
    }

    #[test]
    fn what_was_set_back_in_time_is_looked_at() {
        let scope = Scope { since: Some(Timestamp { seconds: 100, nanos: 0 }), ..Scope::default() };
        assert!(scope.leaves_out(&entry("/a", 1, 99, 99)).unwrap().reason.contains("before --since"));
        assert!(scope.leaves_out(&entry("/a", 1, 5, 100)).is_none());
        assert!(scope.leaves_out(&entry("/a", 1, 100, 5)).is_none());
        assert!(scope.leaves_out(&Entry { stat: None, ..entry("/a", 1, 0, 0) }).is_none());
    }

    #[test]
    fn a_file_of_just_the_size_is_looked_at() {
        let scope = Scope { max_bytes: Some(10), ..Scope::default() };
        assert!(scope.leaves_out(&entry("/a", 10, 0, 0)).is_none());
        assert_eq!(scope.leaves_out(&entry("/a", 11, 0, 0)).unwrap().kind, GapKind::LeftOut);
    }
}
