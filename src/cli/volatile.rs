//! `--volatile` and `--include-image`: what they add to the sources of a collection.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use super::args::CollectArgs;
use super::failure::{Failure, shown};
use super::{Env, tell, words};
use crate::case::volatile::{self, Volatile};
use crate::disk::{host, own};
use crate::evidence::acquisition::{Image, VolatileState};
use crate::evidence::replay::Taken;
use crate::model::{Lang, Origin, RawPath, limits};
use crate::pass::Item;

/// An image that was named.
#[derive(Debug, Clone)]
pub(super) struct Given {
    /// Its path.
    pub path: PathBuf,
    /// Device and inode: by these the walk knows it.
    pub identity: (u64, u64),
    /// What the record says of it.
    pub record: Image,
}

/// Looks at the images that were named: each must be a regular file.
pub(super) fn images(named: &[OsString]) -> Result<Vec<Given>, Failure> {
    named.iter().map(image).collect()
}

fn image(named: &OsString) -> Result<Given, Failure> {
    let bytes = named.as_bytes();
    let (said, path) = [("memory", b"memory:".as_slice()), ("disk", b"disk:")]
        .into_iter()
        .find_map(|(said, before)| Some((said, bytes.strip_prefix(before)?)))
        .unwrap_or(("image", bytes));
    let path = PathBuf::from(OsString::from_vec(path.to_vec()));
    let (size, identity) = own::whole_file(&path).map_err(|error| Failure::image(&path, &error))?;
    let record = Image { path: shown(&path), size, said: said.to_owned() };
    Ok(Given { path, identity, record })
}

/// Takes the live state. Called before this process gives up its rights, and before any other thread exists.
pub(super) fn take(lang: Lang, env: &mut Env) -> Result<Volatile, Failure> {
    let most = host::raise_open_files().map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
    let now = std::rc::Rc::clone(&env.now);
    // A quarter of what may be open: walk and workers need theirs.
    let handles = (most / 4).min(limits::DELETED_FILES.saturating_mul(2));
    let state = volatile::take(handles, &*now).map_err(|error| Failure::disk(&error))?;
    tell(env, &words::volatile(lang, &state.record));
    Ok(state)
}

/// All that is walked. The schedules first: they are few, small, and belong to the state.
pub(super) fn roots(args: &CollectArgs, volatile: Option<&Volatile>, images: &[Given]) -> Vec<PathBuf> {
    let schedules = volatile.map(|volatile| volatile.schedules.as_slice()).unwrap_or_default();
    let schedules = schedules.iter().filter(|path| !args.paths.contains(path)).cloned();
    schedules.chain(sources(args, images)).collect()
}

/// What the user named.
pub(super) fn sources(args: &CollectArgs, images: &[Given]) -> Vec<PathBuf> {
    args.paths.iter().cloned().chain(images.iter().map(|image| image.path.clone())).collect()
}

/// The entries of the live state, then those of the walk, numbered without holes; what is one of these images is marked so.
pub(super) fn in_order(
    first: impl IntoIterator<Item = Item, IntoIter: Send>,
    walked: impl Iterator<Item = Item> + Send,
    images: Vec<(u64, u64)>,
) -> impl Iterator<Item = Item> + Send {
    let walked = walked.map(move |mut item| {
        if item.entry.stat.as_ref().is_some_and(|stat| images.contains(&(stat.device, stat.inode))) {
            item.entry.origin = Origin::Image;
        }
        item
    });
    first.into_iter().chain(walked).zip(0..).map(|(mut item, seq)| {
        item.entry.seq = seq;
        item
    })
}

/// Schedules that were there when the collection began and are gone now that it goes on; taken out of its roots, for a walk
/// begins at what is there.
pub(super) fn gone_schedules(record: Option<&VolatileState>, roots: &mut Vec<PathBuf>) -> Vec<RawPath> {
    let mut gone = Vec::new();
    let Some(record) = record else { return gone };
    roots.retain(|root| {
        let path = RawPath(root.as_os_str().as_bytes().to_vec());
        let is_gone = record.schedules.contains(&path.shown()) && !own::exists(root).unwrap_or(true);
        if is_gone {
            gone.push(path);
        }
        !is_gone
    });
    gone
}

/// What a collection that goes on can not take again: the state of the moment when it began, and schedules that are gone.
pub(super) fn lost(record: Option<&VolatileState>, gone: Vec<RawPath>, taken: &Taken) -> Vec<Item> {
    let state = record.and_then(|record| volatile::lost(record, taken));
    let gone = gone.into_iter().filter(|path| !taken.holds(path)).map(volatile::gone_schedule);
    state.into_iter().chain(gone).collect()
}

/// Images that a collection began with, by what they are now.
pub(super) fn identities(images: &[PathBuf]) -> Vec<(u64, u64)> {
    images.iter().filter_map(|path| own::whole_file(path).ok()).map(|(_, identity)| identity).collect()
}
