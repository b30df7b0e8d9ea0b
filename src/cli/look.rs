//! What `scan` and `respond` share: loading the rules, the findings file, the condition to fail on.

use std::path::PathBuf;

use super::args::{FailOn, LookArgs};
use super::failure::Failure;
use super::{Env, Exit};
use crate::case::results::ScanResult;
use crate::detect::Engine;
use crate::disk::output::{self, OutputFile};
use crate::disk::own;
use crate::model::{Scope, is_apart};
use crate::rules::RulePack;
use crate::seal::keyed::CaseKey;

/// The built-in rules and those in these folders.
pub(super) fn rule_pack(folders: &[PathBuf]) -> Result<RulePack, Failure> {
    let mut extra = Vec::new();
    for folder in folders {
        extra.extend(own::rule_files(folder).map_err(|error| Failure::rule_folder(folder, &error))?);
    }
    RulePack::load(&extra).map_err(|error| Failure::rules(&error))
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
        let pack = rule_pack(&args.rules)?;
        let engine = engine(&pack)?;
        Ok(Self { pack, engine, scope: args.scope.scope(env)? })
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
    };
    let condition = if holds { Exit::Condition } else { Exit::Done };
    let gaps = if scan.gaps.is_empty() { Exit::Done } else { Exit::Gaps };
    condition.and(gaps)
}
