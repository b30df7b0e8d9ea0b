//! `hozen bench`, hidden: one step of the pass alone, so that it can be measured beside the tool that does just that.
//!
//! `bench digest` walks, opens, reads and hashes as a collection does, and writes nothing. Its lines are those of `sha256sum`
//! (one digest) or of `cksum --tag` (several), so that the peer can check what it was measured against. `bench count` counts the people of
//! made-up records.

mod count;
mod crowd;

use std::io::{self, Write};

use data_encoding::HEXLOWER;

use super::args::{BenchArgs, BenchDigestArgs, BenchStep};
use super::failure::Failure;
use super::{Env, Exit, collect, prepare, tell};
use crate::evidence::tags;
use crate::model::{Algorithms, Entry, Lang, Method};
use crate::pass::{Commit, FileOutcome, Found, Keep, LookedLeaf, Plan, Progress, RunError, from_disk};

/// Runs the verb.
pub(super) fn run(args: &BenchArgs, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    match &args.step {
        BenchStep::Digest(args) => digest(args, lang, env),
        BenchStep::Count(args) => count::run(args, env),
    }
}

fn digest(args: &BenchDigestArgs, lang: Lang, env: &mut Env) -> Result<Exit, Failure> {
    prepare::quiet_sources(env, &args.paths, false);
    let walk_ahead = prepare::walk_ahead();
    let walk = prepare::walk(&args.paths, false, &[])?;
    collect::confine(env, lang, &[]);
    let (stop, progress) = (std::sync::Arc::clone(&env.stop), Progress::default());
    let threads = args.threads.map_or(env.cores, usize::from);
    let plan = Plan {
        threads,
        readers: args.readers.map_or_else(|| Plan::readers_to_hash(threads), usize::from),
        walk_ahead,
        kernels: env.kernels,
        digests: Algorithms::new(args.digest.iter().copied()),
        keep: Keep::Digest,
        lens: None,
        stop: &stop,
        progress: &progress,
    };
    let mut lines = Lines { out: io::BufWriter::new(&mut env.stdout), gaps: Vec::new() };
    let ran = crate::pass::run(from_disk::items(walk), plan, &mut lines);
    let (flushed, gaps) = lines.end();
    match ran {
        Err(RunError::Commit(error)) => return Err(Failure::output(&error)),
        Err(RunError::Interrupted) => return Err(Failure::interrupted(None)),
        Err(RunError::Crashed(_)) => return Err(Failure::bug(&io::Error::other("a thread of the pass died"))),
        Ok(_) => flushed.map_err(|error| Failure::output(&error))?,
    }
    gaps.iter().for_each(|gap| tell(env, gap));
    Ok(if gaps.is_empty() { Exit::Done } else { Exit::Gaps })
}

/// Prints the digests of each file as they come.
struct Lines<W: Write> {
    out: W,
    /// One line for each gap, escaped.
    gaps: Vec<String>,
}

impl<W: Write> Lines<W> {
    /// Hands all lines on; the gaps.
    fn end(mut self) -> (io::Result<()>, Vec<String>) {
        (self.out.flush(), self.gaps)
    }
}

impl<W: Write> Commit for Lines<W> {
    type Error = io::Error;

    fn begin(&mut self, _: &Entry, _: Method, _: u64) -> io::Result<()> {
        Ok(())
    }

    fn chunk(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn found(&mut self, _: &str, _: Vec<Found>) -> io::Result<()> {
        Ok(())
    }

    fn member(&mut self, _: LookedLeaf) -> io::Result<()> {
        Ok(())
    }

    fn end(&mut self, outcome: FileOutcome) -> io::Result<()> {
        self.gaps.extend(outcome.gaps.iter().map(|gap| format!("{}: {}", gap.path, gap.reason)));
        let Some(digests) = outcome.content.map(|content| content.digests) else { return Ok(()) };
        let path = outcome.entry.path.shown();
        if digests.others.is_empty() {
            return self.out.write_all(tags::manifest_line(&digests.sha256, &path).as_bytes());
        }
        writeln!(self.out, "SHA256 ({path}) = {}", digests.sha256)?;
        for (algorithm, digest) in &digests.others {
            writeln!(self.out, "{} ({path}) = {}", algorithm.name().to_uppercase(), HEXLOWER.encode(digest))?;
        }
        Ok(())
    }
}
