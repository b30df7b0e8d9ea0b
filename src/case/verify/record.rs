//! That a case was checked, and what it came to, set down in its own chain of custody: only when that was asked for.

use std::collections::BTreeMap;

use jiff::Zoned;
use serde_json::{Value, json};

use crate::case::custody::{self, Added, CustodyError, Statement, seal_of};
use crate::case::dir::CaseDir;
use crate::case::results::VerifyResult;
use crate::model::Act;

/// Appends a `verify` event to the chain of a case; `said` is who says so, and what else is to be known.
///
/// # Errors
/// [`CustodyError`]: behind a chain that is broken nothing is written.
pub fn record(
    dir: &CaseDir,
    result: &VerifyResult,
    mut said: Statement<'_>,
    now: &dyn Fn() -> Zoned,
) -> Result<Added, CustodyError> {
    let mut by_layer: BTreeMap<String, u64> = BTreeMap::new();
    for problem in &result.problems {
        let layer = serde_json::to_value(problem.layer).ok().and_then(|name| name.as_str().map(str::to_owned));
        let count = by_layer.entry(layer.unwrap_or_default()).or_default();
        *count = count.saturating_add(1);
    }
    let sum = |of: fn(&crate::case::results::Checked) -> u64| result.checked.iter().map(of).sum::<u64>();
    let checked = json!({
        "verdict": result.state, "problems": result.problems.len(), "members": sum(|one| one.members),
        "bytes": sum(|one| one.bytes), "stamps": result.stamps.len(), "zips": zips(dir, result),
    });
    if let Value::Object(checked) = checked {
        said.detail.extend(checked);
    }
    if !by_layer.is_empty() {
        said.detail.insert("by_layer".to_owned(), json!(by_layer));
    }
    custody::add(dir, Statement { act: Act::Verify, check_evidence: false, ..said }, now)
}

/// Each sealed zip, and whether a problem was found in it.
fn zips(dir: &CaseDir, result: &VerifyResult) -> Vec<Value> {
    let zip = |(name, zip, seal): (String, _, _)| {
        let place = format!("evidence/{name}");
        let inside = format!("{place} ");
        let mut its = result.problems.iter().filter(|one| one.path == place || one.path.starts_with(&inside));
        let was_read = result.checked.iter().any(|one| one.path == place);
        let check = match (was_read, its.next()) {
            (true, None) => "same",
            (true, Some(_)) => "changed",
            (false, Some(problem)) if problem.what.starts_with("is missing") => "missing",
            (false, _) => "unread",
        };
        json!({ "file": name, "zip_sha256": zip, "seal_sha256": seal, "check": check })
    };
    custody::read(dir).chain.iter().filter_map(seal_of).map(zip).collect()
}
