//! A bundle larger than the memory that the process may have; disks that fill up and processes that are killed half-way.
#![expect(clippy::disallowed_methods, reason = "this test makes a large case and looks at what is left")]

mod bundles;
mod real;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bundles::{World, verified};

/// Evidence that no packing makes smaller, and the address space that a process may have: much less.
const SOURCE_MB: u64 = 450;
const LIMIT_KB: u64 = 400_000;

fn large() -> World {
    let world = World::new();
    world.tool(&format!("rm -rf c1 src/* && head -c {SOURCE_MB}M /dev/urandom > src/large.bin"));
    world.ok(&["collect", "src", "--out", ".", "--case", "c1", "--force"]);
    world
}

/// Runs hozen with so much address space and no more; gives its peak of resident memory in KiB.
fn limited(world: &World, arguments: &str) -> u64 {
    let script = format!(
        "cd {} && ulimit -v {LIMIT_KB} && exec python3 -c 'import resource,subprocess,sys\n\
         code = subprocess.run(sys.argv[1:]).returncode\n\
         print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)\n\
         sys.exit(code)' \"$@\" {arguments}",
        world.folder.path().display()
    );
    let ended = real::run(&mut real::in_shell(&script));
    assert_eq!(ended.code, Some(0), "{arguments}: {}", ended.stderr);
    ended.stderr.lines().last().unwrap().parse().unwrap()
}

fn started(world: &World, arguments: &[&str]) -> Child {
    let mut command: Command = real::command();
    command
        .current_dir(world.folder.path())
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits until this file has some megabytes.
fn grown(path: &Path) {
    let began = Instant::now();
    while !fs::metadata(path).is_ok_and(|found| found.len() > 20_000_000) {
        assert!(began.elapsed() < Duration::from_secs(120), "{} did not grow", path.display());
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

#[test]
#[ignore = "tests/run runs it: a bundle of 450 MB, some minutes"]
fn a_bundle_larger_than_memory_goes_out_and_comes_in_and_a_broken_one_leaves_nothing() {
    let world = large();
    let peak = limited(&world, "export c1 --to ed.pub --out send");
    let bytes = fs::metadata(world.at("send/c1-bundle-001.zip.age")).unwrap().len();
    assert!(bytes > LIMIT_KB * 1024, "{bytes} bytes are no test of {LIMIT_KB} KiB");
    world.tool("age -d -i ed send/c1-bundle-001.zip.age | sha256sum && unzip -v >/dev/null");
    let taken = limited(&world, "import send/c1-bundle-001.zip.age --identity ed --out recv");
    writeln!(std::io::stderr(), "bundle {bytes} bytes; peak of export {peak} KiB, of import {taken} KiB").unwrap();
    assert!(peak.max(taken) < 100_000, "export {peak} KiB, import {taken} KiB");
    assert_eq!(verified(&world.at("recv/c1"))["state"], "whole");

    // Ctrl-C in the middle: 130, and nothing is there. Killed: only what is called unfinished.
    let partial = world.at("send/c1-bundle-002.zip.age.partial");
    let mut child = started(&world, &["export", "c1", "--to", "ed.pub", "--out", "send"]);
    grown(&partial);
    signal(&child, "-INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(world.names("send").iter().all(|name| name.starts_with("c1-bundle-001")), "{:?}", world.names("send"));
    let mut child = started(&world, &["export", "c1", "--to", "ed.pub", "--out", "send"]);
    grown(&world.at("send/c1-bundle-003.zip.age.partial"));
    signal(&child, "-KILL");
    child.wait().unwrap();
    let left: Vec<String> = world.names("send").into_iter().filter(|name| !name.starts_with("c1-bundle-001")).collect();
    assert!(left.contains(&"c1-bundle-003.zip.age.partial".to_owned()), "{left:?}");
    assert!(left.iter().all(|name| name.ends_with(".partial")), "{left:?}");
    assert_eq!(verified(&world.at("c1"))["state"], "whole", "the sender's case is as it was");

    fs::create_dir(world.at("two")).unwrap();
    let import = ["import", "send/c1-bundle-001.zip.age", "--identity", "ed", "--out", "two"];
    let inside = world.at("two/c1.partial/evidence/c1-E001.zip");
    let mut child = started(&world, &import);
    grown(&inside);
    signal(&child, "-INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(world.names("two").is_empty(), "{:?}", world.names("two"));
    let mut child = started(&world, &import);
    grown(&inside);
    signal(&child, "-KILL");
    child.wait().unwrap();
    assert_eq!(world.names("two"), ["c1.partial"]);
    let refused = world.run(&import);
    assert!(refused.code == Some(2) && refused.stderr.contains(".partial"), "{}", refused.stderr);
    fs::remove_dir_all(world.at("two/c1.partial")).unwrap();
    world.ok(&import);

    full_disks(&world);
}

fn full_disks(world: &World) {
    assert!(real::is_root(), "only root can make a small disk: run the tests as root");
    fs::create_dir(world.at("small")).unwrap();
    world.tool("mount -t tmpfs -o size=64m none small");
    let export = world.run(&["export", "c1", "--to", "ed.pub", "--out", "small"]);
    let forced = world.run(&["export", "c1", "--to", "ed.pub", "--out", "small", "--force"]);
    let after_export = world.names("small");
    let import = world.run(&["import", "send/c1-bundle-001.zip.age", "--identity", "ed", "--out", "small", "--force"]);
    let after_import = world.names("small");
    world.tool("umount small");
    assert!(export.code == Some(2) && export.stderr.contains("space"), "{}", export.stderr);
    assert!(forced.code == Some(2) && forced.stderr.contains("full"), "{}", forced.stderr);
    assert_eq!(after_export, Vec::<String>::new());
    assert!(import.code == Some(2) && import.stderr.contains("space"), "{}", import.stderr);
    assert_eq!(after_import, Vec::<String>::new());
    assert_eq!(verified(&world.at("c1"))["state"], "whole");
}
