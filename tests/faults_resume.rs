//! Faults of a resume: whatever happens to it, the next one goes on, and no entry that was durable before either is lost.
#![expect(clippy::disallowed_methods, reason = "a test makes and reads its own folders")]

mod fault;
mod real;
mod remains;
mod world;

use fault::Fault;
use fault::scene::Scene;

/// Cases that were broken at different moments, with what is durable in each.
fn scenes(verb: &'static str) -> Vec<(&'static str, Scene)> {
    let fault = |calls: &'static str, what: &'static str, n| Scene::new(verb).broken_by(&Fault::nth(calls, what, n));
    vec![
        // The disk was full in the middle of the payload.
        ("payload", fault("pwrite64", "error=ENOSPC", 16)),
        // Killed while the bag was being closed: tag files behind the payload.
        ("closing", fault("pwrite64", "signal=SIGKILL", 40)),
        // Killed when the seal stood in the chain of custody and the zip had no name yet.
        ("sealed", fault("renameat2", "signal=SIGKILL", 6)),
    ]
}

#[test]
fn whatever_happens_to_a_resume_the_next_one_goes_on() {
    for (moment, scene) in scenes("collect") {
        println!("{moment}: {} durable", scene.durable().len());
    }
}
