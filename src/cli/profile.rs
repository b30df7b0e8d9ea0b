//! `--profile`: loads the profiles, looks their places up, and lists them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use unicode_width::UnicodeWidthStr;

use super::args::{CollectArgs, Format, ProfileArgs};
use super::failure::{Failure, shown};
use super::prepare::{self, Survey};
use super::{Env, Exit, json, print, tell, words};
use crate::case::results::LeftOut;
use crate::disk::own;
use crate::disk::quiet::{self, Quiet};
use crate::disk::walk::FoundRoot;
use crate::model::taken::TakeRecord;
use crate::model::{Digest, Lang};
use crate::places::{self, Places, TakeFound};
use crate::rules::collect::{CollectPack, Selection};

/// The profiles of a run and what is there of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Picked {
    /// Their names.
    pub names: Vec<String>,
    /// Digest of the set that they are from; `None` where none was asked for.
    pub digest: Option<Digest>,
    /// The folder below which they were looked up.
    pub root: PathBuf,
    /// The roots of the walk.
    pub roots: Vec<FoundRoot>,
    /// Every take.
    pub takes: Vec<TakeFound>,
    /// What is left on purpose.
    pub left_out: Vec<LeftOut>,
}

impl Picked {
    /// The records of all takes, for the evidence.
    pub(super) fn records(&self) -> Vec<TakeRecord> {
        self.takes.iter().map(|take| take.record.clone()).collect()
    }
}

/// The built-in profiles and those in these folders.
pub(super) fn pack(folders: &[PathBuf]) -> Result<CollectPack, Failure> {
    let mut extra = Vec::new();
    for folder in folders {
        extra.extend(own::rule_files(folder).map_err(|error| Failure::profiles(&error))?);
    }
    CollectPack::load(&extra).map_err(|error| Failure::profiles(&error))
}

/// Finds what the profiles that were asked for lead to; nothing is looked at where none was.
pub(super) fn pick(args: &CollectArgs, lang: Lang, env: &mut Env) -> Result<Picked, Failure> {
    let asked = &args.profile;
    if asked.names.is_empty() {
        return Ok(Picked::default());
    }
    let pack = pack(&asked.folders)?;
    let known = || pack.profiles.iter().map(|profile| profile.id()).collect::<Vec<_>>().join(", ");
    let selection = pack.select(&asked.names).map_err(|name| Failure::no_such_profile(&name, &known()))?;
    if env.confine {
        // Before the first look: reading a link's target would move its access time.
        let _: Quiet = quiet::keep_access_times(&[&asked.root], true);
    }
    let looked = prepare::apart(env, || look_up(&selection, args, lang))?;
    let (places, left_out) = looked.map_err(|error| Failure::root(&asked.root, &error))?;
    let names: BTreeSet<String> = asked.names.iter().cloned().collect();
    let Places { takes, roots, .. } = places;
    let (names, root) = (names.into_iter().collect(), asked.root.clone());
    Ok(Picked { names, digest: Some(pack.digest), root, roots, takes, left_out })
}

/// The places, and how large is what is left.
fn look_up(selection: &Selection, args: &CollectArgs, lang: Lang) -> std::io::Result<(Places, Vec<LeftOut>)> {
    let places = places::look_up(selection, &args.profile.root)?;
    let mut left_out = Vec::new();
    let named: Vec<PathBuf> = args.paths.iter().filter_map(|path| own::canonical(path).ok()).collect();
    for leave in &places.leaves {
        // What the user named is not left out.
        let left = leave.paths.iter().filter(|path| !named.iter().any(|named| path.starts_with(named)));
        for path in left {
            left_out.push(LeftOut {
                title: leave.leave.title(lang).to_owned(),
                why: leave.leave.why(lang).to_owned(),
                path: shown(path),
                amount: size(path).amount(),
            });
        }
    }
    Ok((places, left_out))
}

fn size(path: &Path) -> Survey {
    let found = vec![FoundRoot { path: path.to_path_buf(), gap: None }];
    prepare::walk_of(&[], found, false, &[], None).map(|walk| prepare::survey(walk, &false.into())).unwrap_or_default()
}

/// Says what the profiles came to, and what is left out.
pub(super) fn told(picked: &Picked, lang: Lang, env: &mut Env) {
    if picked.digest.is_none() {
        return;
    }
    let (found, all) = (picked.takes.iter().filter(|take| take.record.found > 0).count(), picked.takes.len());
    let names = picked.names.join(" ");
    tell(env, &words::profile_found(lang, &names, found, all - found));
    for left in &picked.left_out {
        tell(env, &words::left_out(lang, left));
    }
}

/// `--list-profiles`.
pub(super) fn list(args: &ProfileArgs, format: Format, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    let pack = pack(&args.folders)?;
    let chosen = |id: &str| args.names.is_empty() || args.names.iter().any(|name| name == id);
    let text = match format {
        Format::Json => json(&listed(&pack))?,
        Format::Text => {
            let profiles: Vec<String> = pack
                .profiles
                .iter()
                .filter(|profile| chosen(profile.id()))
                .map(|profile| profile.id().to_owned())
                .collect();
            profiles.iter().map(|name| profile_text(&pack, name, lang)).collect::<String>() + &fingerprint(&pack, lang)
        }
    };
    print(env, &text)?;
    Ok(Exit::Done)
}

fn selected(pack: &CollectPack, name: &str) -> Selection {
    pack.select(&[name.to_owned()]).unwrap_or_default()
}

fn profile_text(pack: &CollectPack, name: &str, lang: Lang) -> String {
    let Some(profile) = pack.profiles.iter().find(|profile| profile.id() == name) else { return String::new() };
    let selection = selected(pack, name);
    let mut text = format!("{name}: {}\n", profile.title(lang));
    let widest = selection.takes.iter().map(|take| take.id().width()).max().unwrap_or(0);
    for take in &selection.takes {
        let blank = " ".repeat(widest.saturating_sub(take.id().width()));
        text.push_str(&format!("  {}{blank}  {}\n", take.id(), take.title(lang)));
    }
    for leave in &selection.leaves {
        text.push_str(&lang.pick(
            format!("  not taken: {}: {}\n", leave.title(lang), leave.why(lang)),
            format!("  対象外: {}（{}）\n", leave.title(lang), leave.why(lang)),
        ));
    }
    text.push('\n');
    text
}

/// What tells one set of profiles from another, as it stands in the evidence.
fn fingerprint(pack: &CollectPack, lang: Lang) -> String {
    lang.pick(
        format!("SHA-256 of these profiles (it stands in the evidence): {}\n", pack.digest),
        format!("これらのプロファイルの SHA-256（証拠にも載ります）: {}\n", pack.digest),
    )
}

fn listed(pack: &CollectPack) -> serde_json::Value {
    let profiles: Vec<_> = pack
        .profiles
        .iter()
        .map(|profile| {
            let selection = selected(pack, profile.id());
            let takes: Vec<&str> = selection.takes.iter().map(|take| take.id()).collect();
            let leaves: Vec<&str> = selection.leaves.iter().map(|leave| leave.id()).collect();
            serde_json::json!({
                "id": profile.id(), "title": profile.title(Lang::En), "title_ja": profile.title(Lang::Ja),
                "file": profile.file, "takes": takes, "leaves": leaves,
            })
        })
        .collect();
    let takes: Vec<_> = pack
        .takes
        .iter()
        .map(|take| {
            serde_json::json!({
                "id": take.id(), "title": take.title(Lang::En), "title_ja": take.title(Lang::Ja),
                "why": take.why(Lang::En), "why_ja": take.why(Lang::Ja), "artifacts": take.artifacts(),
                "paths": take.paths().collect::<Vec<_>>(), "reads_configuration": !take.configured().is_empty(),
                "file": take.file,
            })
        })
        .collect();
    let leaves: Vec<_> = pack
        .leaves
        .iter()
        .map(|leave| {
            serde_json::json!({
                "id": leave.id(), "title": leave.title(Lang::En), "title_ja": leave.title(Lang::Ja),
                "why": leave.why(Lang::En), "why_ja": leave.why(Lang::Ja), "paths": leave.paths().collect::<Vec<_>>(),
                "file": leave.file,
            })
        })
        .collect();
    serde_json::json!({
        "schema": "hozen.profiles/1", "digest": pack.digest, "profiles": profiles, "takes": takes, "leaves": leaves,
    })
}
