//! What `scan` and `respond` share: loading the rules, the findings file, the condition to fail on.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use zeroize::Zeroizing;

use super::args::{FailOn, LookArgs};
use super::failure::{Failure, shown};
use super::{Env, Exit, prepare};
use crate::case::results::ScanResult;
use crate::detect::{Engine, RiskyPlaces};
use crate::disk::output::{self, OutputFile};
use crate::disk::{local_rules, own};
use crate::model::{Algorithms, Lang, RawPath, Scope, is_apart, limits};
use crate::pass::{Keep, Lens, Plan, Progress, SpoolPlace};
use crate::rules::{RulePack, RuleText};
use crate::seal::keyed::CaseKey;
use crate::seal::lanes::Kernels;

/// The built-in rules, those of the machine and the user, and those in these folders.
pub(super) fn rule_pack(folders: &[PathBuf], local: &[PathBuf]) -> Result<RulePack, Failure> {
    let mut of_machine: Vec<RuleText> = Vec::new();
    for folder in local {
        of_machine.extend(local_rules::rule_files(folder).map_err(|error| Failure::local_rules(folder, &error))?);
    }
    let mut extra = Vec::new();
    for folder in folders {
        extra.extend(own::rule_files(folder).map_err(|error| Failure::rule_folder(folder, &error))?);
    }
    RulePack::load(&of_machine, &extra).map_err(|error| Failure::rules(&error))
}

/// What to look for, and where: settled before anything is written.
pub(super) struct Search {
    /// The rules.
    pub pack: RulePack,
    /// The same, compiled.
    pub engine: Engine,
    /// Which files.
    pub scope: Scope,
}

impl Search {
    /// What the user asked for.
    pub(super) fn new(args: &LookArgs, env: &Env) -> Result<Self, Failure> {
        let local = if args.no_local_rules { &[][..] } else { &env.local_rules };
        let pack = rule_pack(&args.rules, local)?;
        let engine = engine(&pack)?;
        Ok(Self { pack, engine, scope: args.scope.scope(env)? })
    }

    /// Says which rules of this machine are used: nobody named them on the command line.
    pub(super) fn tell_of_local(&self, folders: &[PathBuf], lang: Lang, env: &mut Env) {
        let is_local = |file: &str| env.local_rules.iter().any(|folder| file.starts_with(&shown(folder)));
        let is_named = |file: &str| folders.iter().any(|folder| file.starts_with(&shown(folder)));
        let files = self.pack.detectors.iter().map(|rule| rule.file.as_str());
        let files = files.chain(self.pack.places.iter().map(|rule| rule.file.as_str()));
        let files: std::collections::BTreeSet<&str> = files.filter(|file| is_local(file) && !is_named(file)).collect();
        if !files.is_empty() {
            let files = files.into_iter().collect::<Vec<_>>().join(", ");
            let said = lang.pick("note: rules of this machine are used too", "注: この機器のルールも使います");
            super::tell(env, &format!("{said}: {files}"));
        }
    }

    /// The rules about places, for these sources: below a public folder everything that is named by another path is public too.
    pub(super) fn places(&self, args: &LookArgs, sources: &[PathBuf]) -> Result<RiskyPlaces, Failure> {
        let raw = |path: &Path| RawPath(path.as_os_str().as_encoded_bytes().to_vec());
        let mut roots: Vec<RawPath> = Vec::new();
        for root in &args.web_root {
            let real = own::canonical(root).map_err(|error| Failure::web_root(root, &error))?;
            roots.extend([raw(root), raw(&Path::new(".").join(root)), raw(&real)]);
        }
        let usual = RiskyPlaces::new(&self.pack, &roots).map_err(|error| Failure::rules(&error))?;
        // A source that does not exist is told elsewhere.
        let is_public =
            |source: &&PathBuf| own::canonical(source).is_ok_and(|real| usual.is_public(&raw(&real.join("_"))));
        roots.extend(sources.iter().filter(is_public).map(|source| raw(source)));
        RiskyPlaces::new(&self.pack, &roots).map_err(|error| Failure::rules(&error))
    }

    /// All entities that the rules look for.
    pub(super) fn entities(&self) -> Vec<String> {
        self.pack.entities().into_iter().map(str::to_owned).collect()
    }
}

/// The rules, compiled.
pub(super) fn engine(pack: &RulePack) -> Result<Engine, Failure> {
    Engine::new(pack).map_err(|error| Failure::rules(&error))
}

/// A fresh case key.
pub(super) fn new_key(env: &Env) -> Result<CaseKey, Failure> {
    Ok(CaseKey::from_bytes(random(env)?))
}

/// The case key that the user named.
pub(super) fn case_key(named: Option<&Path>) -> Result<Option<CaseKey>, Failure> {
    let Some(path) = named else { return Ok(None) };
    let text = own::read_own(path, limits::RULE_FILE_BYTES).map_err(|error| Failure::case_key(path, &error))?;
    let text = Zeroizing::new(String::from_utf8_lossy(&text).into_owned());
    CaseKey::from_text(&text).map(Some).map_err(|error| Failure::case_key(path, &error))
}

/// Random bytes from the kernel.
pub(super) fn random<const N: usize>(env: &Env) -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    (env.random)(&mut bytes).map_err(|error| Failure::bug(&error))?;
    Ok(bytes)
}

/// The findings file that the user asked for; opened before the process is confined.
pub(super) fn findings_file(args: &LookArgs) -> Result<Option<OutputFile>, Failure> {
    args.findings.as_deref().map(OutputFile::create).transpose().map_err(|error| Failure::findings(&error))
}

/// How sealed evidence is looked at once more: nothing is kept of it, and what must be set aside goes to `spool`.
pub(super) fn again<'a>(
    search: &'a Search,
    (key, spool): (&'a CaseKey, &'a Path),
    (threads, kernels): (usize, Kernels),
    (stop, progress): (&'a AtomicBool, &'a Progress),
) -> Plan<'a> {
    Plan {
        threads,
        readers: threads,
        walk_ahead: prepare::walk_ahead(),
        kernels,
        digests: Algorithms::default(),
        keep: Keep::Nothing,
        lens: Some(Lens {
            engine: &search.engine,
            scope: &search.scope,
            recall: None,
            key,
            spool: Some(SpoolPlace { folder: spool, keep_free: 0 }),
        }),
        stop,
        progress,
    }
}

/// Removes a findings file into which nothing came: the run that it was made for did not begin.
pub(super) fn forget(args: &LookArgs) {
    if let Some(path) = &args.findings {
        // It is empty and ours; that it stays would be the smaller harm.
        let _ = output::remove(path);
    }
}

/// How a scan ends: gaps, or the condition that was asked for.
pub(super) fn exit(scan: &ScanResult, fail_on: Option<FailOn>) -> Exit {
    let personal = || scan.entities.iter().filter(|(entity, _)| !is_apart(entity)).map(|(_, tally)| tally);
    let likely = personal().any(|tally| tally.distinct > 0);
    let possible = personal().any(|tally| tally.possible_distinct > 0);
    let holds = match fail_on {
        None => false,
        Some(FailOn::Findings) => likely,
        Some(FailOn::Possible) => likely || possible,
        Some(FailOn::Places) => likely || !scan.risky_places.is_empty(),
    };
    let condition = if holds { Exit::Condition } else { Exit::Done };
    let gaps = if scan.gaps.is_empty() { Exit::Done } else { Exit::Gaps };
    condition.and(gaps)
}
