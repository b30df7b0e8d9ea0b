//! Places that configuration files name: `access_log /srv/logs/shop.log`. The files are hostile text, read within limits.
//!
//! A place counts only if it is absolute (or lies below a folder that the rule knows), leads nowhere upwards, is no folder
//! of the system itself, and is there. Every place keeps the file and line that named it, also one that is refused.

use std::collections::{BTreeMap, BTreeSet};

use regex::bytes::{Captures, Regex};

use crate::disk::find::{Finder, Follow, Found, Spot, Unseen};
use crate::model::pattern::Step;
use crate::model::taken::ConfiguredPlace;
use crate::model::{GapKind, PathPattern, RawPath, limits};
use crate::rules::collect::Configured;

/// What all rules of a run may read and name together.
#[derive(Debug, Default)]
pub(super) struct Budget {
    files: usize,
    places: usize,
}

/// Folders of the system that a configuration can not mean; what lies in them may be meant.
const SYSTEM: [&str; 36] = [
    "bin",
    "boot",
    "dev",
    "etc",
    "home",
    "lib",
    "lib32",
    "lib64",
    "libx32",
    "lost+found",
    "media",
    "mnt",
    "proc",
    "root",
    "run",
    "sbin",
    "sys",
    "tmp",
    "usr",
    "var",
    "usr/bin",
    "usr/lib",
    "usr/lib64",
    "usr/libexec",
    "usr/local",
    "usr/sbin",
    "usr/share",
    "usr/src",
    "var/cache",
    "var/lib",
    "var/log",
    "var/opt",
    "var/run",
    "var/spool",
    "var/tmp",
    "etc/ssl",
];

/// The rule, compiled.
struct Rule<'r> {
    configured: &'r Configured,
    pattern: Regex,
    includes: Option<Regex>,
    base: Option<Regex>,
    wild: Option<Regex>,
    variables: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// A file that is being read for places.
struct Reading<'f> {
    path: &'f [u8],
    text: &'f [u8],
}

/// Adds what the configuration names to `found`, and gives each place with the line that named it.
pub(super) fn look_up(
    finder: &mut Finder,
    configured: &[Configured],
    homes: &[Vec<u8>],
    budget: &mut Budget,
    found: &mut Found,
) -> Vec<ConfiguredPlace> {
    let mut places = BTreeSet::new();
    for configured in configured {
        // Checked when the rules were loaded.
        let Some(rule) = compile(finder, configured, homes, budget, found) else { continue };
        let first = files(finder, configured.files.iter().map(|path| path.get_ref().as_str()), homes, found);
        let mut open: Vec<(Vec<u8>, usize)> = first.into_iter().rev().map(|path| (path, 0)).collect();
        let mut read = BTreeSet::new();
        while let Some((path, depth)) = open.pop() {
            if !read.insert(path.clone()) {
                continue;
            }
            let Some(text) = read_config(finder, &path, budget, found) else { continue };
            let reading = Reading { path: &path, text: &text };
            if depth >= limits::CONFIG_DEPTH && rule.includes.as_ref().is_some_and(|includes| includes.is_match(&text))
            {
                let reason = format!(
                    "what it includes was not searched for places: it is itself included {} deep; name what is missing as a PATH",
                    limits::CONFIG_DEPTH
                );
                found.unseen.push(Unseen { path: path.clone(), kind: GapKind::OverLimit, reason });
            } else {
                let more = rule.included(finder, &reading, found);
                // What is included is configuration as much as the file that includes it, wherever it lies.
                found.spots.extend(more.iter().map(|path| Spot { path: path.clone(), is_folder: false }));
                open.extend(more.into_iter().rev().map(|path| (path, depth + 1)));
            }
            rule.places(finder, &reading, budget, found, &mut places);
        }
    }
    places.into_iter().collect()
}

fn compile<'r>(
    finder: &mut Finder,
    configured: &'r Configured,
    homes: &[Vec<u8>],
    budget: &mut Budget,
    found: &mut Found,
) -> Option<Rule<'r>> {
    let optional =
        |text: &Option<toml::Spanned<String>>| text.as_ref().and_then(|text| Regex::new(text.get_ref()).ok());
    let mut rule = Rule {
        configured,
        pattern: Regex::new(configured.pattern.get_ref()).ok()?,
        includes: optional(&configured.includes),
        base: optional(&configured.base_pattern),
        wild: optional(&configured.wild),
        variables: BTreeMap::new(),
    };
    if let Some(variables) = &configured.variables {
        let pattern = Regex::new(variables.pattern.get_ref()).ok()?;
        for path in files(finder, variables.files.iter().map(|path| path.get_ref().as_str()), homes, found) {
            let Some(text) = read_config(finder, &path, budget, found) else { continue };
            for captures in pattern.captures_iter(&text).take(limits::CONFIG_PLACES) {
                if let (Some(name), Some(value)) = (captures.name("name"), captures.name("value")) {
                    rule.variables.insert(name.as_bytes().to_vec(), value.as_bytes().to_vec());
                }
            }
        }
    }
    Some(rule)
}

/// The files that patterns lead to; links among them are followed, as the server follows them.
fn files<'p>(
    finder: &mut Finder,
    patterns: impl Iterator<Item = &'p str>,
    homes: &[Vec<u8>],
    found: &mut Found,
) -> Vec<Vec<u8>> {
    let mut there = Found::default();
    let patterns: Vec<PathPattern> = patterns.flat_map(|text| PathPattern::parse(text).unwrap_or_default()).collect();
    for pattern in &patterns {
        let homes = homes.iter().filter(|_| pattern.is_in_homes()).filter_map(|home| pattern.in_home(home));
        let plain = (!pattern.is_in_homes()).then(|| pattern.clone());
        for pattern in plain.into_iter().chain(homes) {
            finder.find(&pattern, Follow::All, &mut there);
        }
    }
    plain_files(there, found)
}

fn plain_files(mut there: Found, found: &mut Found) -> Vec<Vec<u8>> {
    found.unseen.append(&mut there.unseen);
    let links: BTreeSet<Vec<u8>> = there.links.into_iter().map(|link| link.path).collect();
    let files = there.spots.into_iter().filter(|spot| !spot.is_folder && !links.contains(&spot.path));
    files.map(|Spot { path, .. }| path).collect()
}

fn read_config(finder: &Finder, path: &[u8], budget: &mut Budget, found: &mut Found) -> Option<Vec<u8>> {
    let mut unseen = |kind, reason| found.unseen.push(Unseen { path: path.to_vec(), kind, reason });
    budget.files += 1;
    if budget.files > limits::CONFIG_FILES {
        if budget.files == limits::CONFIG_FILES + 1 {
            let reason = format!(
                "from here on no configuration was read for places (limit {}); name what is missing as a PATH",
                limits::CONFIG_FILES
            );
            unseen(GapKind::OverLimit, reason);
        }
        return None;
    }
    match finder.read(path, limits::CONFIG_FILE_BYTES) {
        Ok((text, cut)) => {
            if cut {
                let most = limits::CONFIG_FILE_BYTES;
                let reason =
                    format!("only its first {most} bytes were searched for places; name what is missing as a PATH");
                unseen(GapKind::OverLimit, reason);
            }
            Some(text)
        }
        // Not a regular file: no configuration of ours to read.
        Err(error) if error.gap_kind() == GapKind::Replaced => None,
        Err(error) => {
            unseen(error.gap_kind(), error.reason());
            None
        }
    }
}

impl Rule<'_> {
    /// Further configuration files that one names.
    fn included(&self, finder: &mut Finder, reading: &Reading<'_>, found: &mut Found) -> Vec<Vec<u8>> {
        let Some(includes) = &self.includes else { return Vec::new() };
        let mut all = Vec::new();
        for captures in includes.captures_iter(reading.text).take(limits::CONFIG_FILES) {
            let Some(path) = captures.name("path") else { continue };
            let Ok(said) = self.resolved(path.as_bytes()) else { continue };
            for absolute in self.absolute(&said, reading) {
                let Ok(pattern) = PathPattern::globbed(&absolute) else { continue };
                let mut there = Found::default();
                finder.find(&pattern, Follow::All, &mut there);
                // A folder may be included as a whole.
                let folders =
                    there.spots.iter().filter(|spot| spot.is_folder).map(|spot| [&spot.path[..], b"/*"].concat());
                for pattern in folders.collect::<Vec<_>>().iter().filter_map(|path| PathPattern::globbed(path).ok()) {
                    finder.find(&pattern, Follow::All, &mut there);
                }
                all.extend(plain_files(there, found));
            }
        }
        all
    }

    fn places(
        &self,
        finder: &mut Finder,
        reading: &Reading<'_>,
        budget: &mut Budget,
        found: &mut Found,
        places: &mut BTreeSet<ConfiguredPlace>,
    ) {
        let (mut line, mut counted) = (1_u64, 0);
        for captures in self.pattern.captures_iter(reading.text) {
            let Some(path) = path_of(&captures) else { continue };
            let before = reading.text.get(counted..path.1).unwrap_or_default();
            line = line.saturating_add(before.iter().filter(|&&byte| byte == b'\n').count() as u64);
            counted = path.1;
            budget.places += 1;
            if budget.places > limits::CONFIG_PLACES {
                if budget.places == limits::CONFIG_PLACES + 1 {
                    let reason = format!(
                        "from here on no place was looked up (limit {}); name what is missing as a PATH",
                        limits::CONFIG_PLACES
                    );
                    found.unseen.push(Unseen { path: reading.path.to_vec(), kind: GapKind::OverLimit, reason });
                }
                return;
            }
            let refused = self.place(finder, path.0, reading, found).err().map(str::to_owned);
            let shown = |bytes: &[u8]| RawPath(bytes.get(..bytes.len().min(1000)).unwrap_or_default().to_vec()).shown();
            places.insert(ConfiguredPlace { place: shown(path.0), file: shown(reading.path), line, refused });
        }
    }

    /// Looks one place up. The error says why it is none.
    fn place(
        &self,
        finder: &mut Finder,
        said: &[u8],
        reading: &Reading<'_>,
        found: &mut Found,
    ) -> Result<(), &'static str> {
        let resolved = self.resolved(said)?;
        let (path, is_glob) = match &self.wild {
            Some(wild) if wild.is_match(&resolved) => (wild.replace_all(&resolved, b"*".as_slice()).into_owned(), true),
            _ => (resolved, self.configured.glob),
        };
        let mut there = Found::default();
        for absolute in self.absolute(&path, reading) {
            let pattern = if is_glob { PathPattern::globbed(&absolute) } else { PathPattern::literal(&absolute) };
            let pattern = pattern.map_err(|_| "it is not a plain path")?;
            check(&pattern)?;
            let all = if self.configured.rotated { pattern.with_rotated() } else { vec![pattern] };
            for pattern in &all {
                finder.find(pattern, Follow::Named, &mut there);
            }
            if !there.spots.is_empty() {
                break;
            }
        }
        if there.spots.is_empty() && there.unseen.is_empty() {
            return Err("nothing is there");
        }
        // By a wildcard or a link it may lead there all the same.
        let all = there.spots.len();
        there.spots.retain(|spot| !is_system(&spot.path));
        if there.spots.is_empty() && all > 0 {
            return Err(A_SYSTEM_FOLDER);
        }
        found.spots.append(&mut there.spots);
        found.links.append(&mut there.links);
        found.unseen.append(&mut there.unseen);
        Ok(())
    }

    /// Puts in variables (`${APACHE_LOG_DIR}`).
    fn resolved(&self, said: &[u8]) -> Result<Vec<u8>, &'static str> {
        let mut out = Vec::new();
        let mut rest = said;
        while let Some(at) = rest.windows(2).position(|two| two == b"${") {
            let (before, tail) = (rest.get(..at).unwrap_or_default(), rest.get(at + 2..).unwrap_or_default());
            let end = tail.iter().position(|&byte| byte == b'}').ok_or("its variable is not closed")?;
            let value = tail.get(..end).and_then(|name| self.variables.get(name));
            out.extend_from_slice(before);
            match value {
                Some(value) => out.extend_from_slice(value),
                // The rule may say that a variable stands for anything.
                None if self.wild.is_some() => {
                    out.extend_from_slice(rest.get(at..at + 2 + end + 1).unwrap_or_default())
                }
                None => return Err("its variable is not known"),
            }
            rest = tail.get(end + 1..).unwrap_or_default();
        }
        out.extend_from_slice(rest);
        if out.len() > limits::FIND_PATH_BYTES { Err("it is too long for a path") } else { Ok(out) }
    }

    /// The path itself if it is absolute, else below each folder that the rule knows.
    fn absolute(&self, path: &[u8], reading: &Reading<'_>) -> Vec<Vec<u8>> {
        if path.starts_with(b"/") {
            return vec![path.to_vec()];
        }
        let named = self.base.as_ref().and_then(|base| base.captures(reading.text));
        let named = named.and_then(|captures| captures.name("path").map(|base| base.as_bytes().to_vec()));
        let own = reading.path.iter().rposition(|&byte| byte == b'/').and_then(|end| reading.path.get(..end));
        let others = self.configured.base.iter().map(|base| match base.as_str() {
            "." => own.unwrap_or_default().to_vec(),
            base => base.as_bytes().to_vec(),
        });
        let path = path.strip_prefix(b"./").unwrap_or(path);
        let bases = named.into_iter().filter(|base| base.starts_with(b"/")).chain(others);
        bases.map(|base| [base.strip_suffix(b"/").unwrap_or(&base), b"/", path].concat()).collect()
    }
}

/// What a match names, without quotes, and where it stands.
fn path_of<'t>(captures: &Captures<'t>) -> Option<(&'t [u8], usize)> {
    let path = captures.name("path")?;
    let quoted = |byte: &u8| matches!(byte, b'"' | b'\'');
    let bytes = path.as_bytes();
    let bytes = bytes.strip_prefix(b"\"").or(bytes.strip_prefix(b"'")).unwrap_or(bytes);
    let bytes = if bytes.last().is_some_and(quoted) { bytes.get(..bytes.len() - 1)? } else { bytes };
    Some((bytes, path.start()))
}

/// Refuses what would take the system instead of a server's own things.
fn check(pattern: &PathPattern) -> Result<(), &'static str> {
    let mut path = Vec::new();
    for step in pattern.steps() {
        let Step::Name(name) = step else { break };
        path.push(b'/');
        path.extend_from_slice(name);
    }
    match pattern.steps().first() {
        Some(Step::Name(name)) if matches!(name.as_slice(), b"proc" | b"sys" | b"dev") => {
            Err("no files are kept there")
        }
        Some(Step::Name(_)) if is_system(&path) && pattern.is_plain() => Err(A_SYSTEM_FOLDER),
        Some(Step::Name(_)) => Ok(()),
        _ => Err("it could be anywhere"),
    }
}

const A_SYSTEM_FOLDER: &str = "it is a folder of the system itself";

fn is_system(path: &[u8]) -> bool {
    let path = path.strip_prefix(b"/").unwrap_or(path);
    SYSTEM.iter().any(|system| system.as_bytes() == path)
}
