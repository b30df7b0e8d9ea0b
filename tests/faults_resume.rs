//! Faults of a resume: whatever happens to it, the next one goes on, and no entry that was durable before either is lost.
#![expect(clippy::disallowed_methods, reason = "a test makes and reads its own folders")]
#![expect(clippy::print_stdout, reason = "figures of a run, for the record")]

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
        ("payload", fault("pwrite64", "error=ENOSPC", 13)),
        // Killed when the bag was being closed: tag files behind the payload, and no seal in the chain of custody.
        ("closing", fault("fdatasync", "signal=SIGKILL", 11)),
        // Killed when the seal stood in the chain of custody and the zip had no name yet.
        ("sealed", fault("renameat2", "signal=SIGKILL", 6)),
    ]
}

/// Every kind of fault at every call of a resume.
fn shaken(moment: &str, scene: &Scene) -> usize {
    assert!(scene.durable().len() >= 4, "{moment}: {} durable", scene.durable().len());
    let mut runs = 0;
    for (calls, whats) in [
        ("pwrite64", &["error=ENOSPC", "signal=SIGKILL"][..]),
        ("fdatasync", &["error=EIO", "signal=SIGKILL"]),
        ("fsync", &["error=EIO", "signal=SIGKILL"]),
        ("renameat2", &["error=EIO", "signal=SIGKILL"]),
        ("unlink", &["error=EIO", "signal=SIGKILL"]),
        ("ftruncate", &["error=EIO", "signal=SIGKILL"]),
    ] {
        runs += scene.at_every(calls, whats);
    }
    runs + scene.at_every_below_out("openat", &["error=EIO"]) + scene.at_every_own_read()
}

fn collect_at(at: usize) {
    let (moment, scene) = &scenes("collect")[at];
    println!("{moment}: {} runs met a fault", shaken(moment, scene));
}

#[test]
fn a_half_taken_payload_goes_on_whatever_happens_to_its_resume() {
    collect_at(0);
}

#[test]
fn a_half_closed_bag_goes_on_whatever_happens_to_its_resume() {
    collect_at(1);
}

#[test]
fn a_sealed_zip_without_its_name_goes_on_whatever_happens_to_its_resume() {
    collect_at(2);
}

#[test]
fn a_response_and_its_resume_have_results_and_reports_whatever_fails() {
    Scene::new("respond").at_every("renameat2", &["error=EIO", "signal=SIGKILL"]);
    let sealed = &scenes("respond")[2].1;
    sealed.at_every("unlink", &["signal=SIGKILL"]);
    sealed.at_every("fsync", &["error=EIO"]);
}

#[test]
#[ignore = "tests/run runs it: some minutes"]
fn a_response_at_every_call() {
    let scene = Scene::new("respond");
    let mut runs = scene.at_every("pwrite64", &["error=ENOSPC"]);
    runs += scene.at_every("fdatasync", &["error=EIO", "signal=SIGKILL"]);
    for (_, scene) in &scenes("respond") {
        runs += scene.at_every("pwrite64", &["signal=SIGKILL"]);
        runs += scene.at_every("fdatasync", &["error=EIO"]);
        runs += scene.at_every("renameat2", &["error=EIO"]);
    }
    println!("respond: {runs} runs met a fault");
}
