//! Where a walk could lose its way: trees deeper than handles, mounts, subvolumes, locked files. Nothing is lost silently.
#![expect(clippy::disallowed_methods, reason = "a test may write to its own temporary folder")]

mod real;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use real::{in_shell, records, run, tool, zip};

/// Makes `root/n/n/…`, `depth` folders deep, a file in each, without ever naming a long path.
const DEEP: &str = "import os, sys
os.chdir(sys.argv[1])
for level in range(int(sys.argv[2])):
    with open('z', 'w') as out: out.write(str(level))
    os.mkdir('nn')
    os.chdir('nn')
";

fn python(script: &str, arguments: &[&str]) {
    let output = Command::new("python3").arg("-c").arg(script).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_tree_of_3000_folders_loses_nothing_with_few_handles() {
    let temp = tempfile::tempdir().unwrap();
    let (source, out) = (temp.path().join("source"), temp.path().join("out"));
    fs::create_dir(&source).unwrap();
    python(DEEP, &[text(&source), "3000"]);
    let script = "ulimit -n 256; exec \"$@\"";
    let arguments = ["collect", text(&source), "--out", text(&out), "--case", "k", "--format", "json"];
    let ended = run(in_shell(script).args(arguments));
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout.chars().take(500).collect::<String>(), ended.stderr);
    assert_eq!((ended.json()["entries"].as_u64(), ended.json()["files"].as_u64()), (Some(6_001), Some(3_000)));
    let case = out.join("k");
    let rows = records(&zip(&case));
    let longest = rows.iter().map(|row| row["path"].as_str().unwrap().len()).max();
    assert!(longest > Some(9_000));
    let mut levels: Vec<u64> =
        rows.iter().filter(|row| row["kind"] == "file").map(|row| row["bytes"].as_u64().unwrap()).collect();
    levels.sort_unstable();
    assert_eq!(levels.iter().sum::<u64>(), (0..3000).map(|level: u64| level.to_string().len() as u64).sum::<u64>());
    let verified = real::hozen(&["verify", text(&case)]);
    assert_eq!(verified.code, Some(0), "{}{}", verified.stdout, verified.stderr);
    // Too long for `rm -r` of the test's own folder in one go.
    tool(temp.path(), "rm -rf source");
}

#[test]
fn deeper_than_the_limit_is_a_gap_at_the_folder_where_it_ends() {
    let temp = tempfile::tempdir().unwrap();
    let (source, out) = (temp.path().join("source"), temp.path().join("out"));
    fs::create_dir(&source).unwrap();
    python(DEEP, &[text(&source), "4010"]);
    let ended = real::hozen(&["collect", text(&source), "--out", text(&out), "--case", "k", "--format", "json"]);
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    let gaps = ended.json()["gaps"].as_array().unwrap().clone();
    assert_eq!(gaps.len(), 1);
    assert_eq!(gaps[0]["kind"], "over_limit");
    assert!(gaps[0]["reason"].as_str().unwrap().contains("more than 4000 deep"));
    tool(temp.path(), "rm -rf source");
}

/// A mount namespace of the test's own: what `script` mounts ends with it. `$S` is the source; hozen is run by the script.
fn among_mounts(temp: &Path, script: &str, arguments: &[&str]) -> real::Ended {
    let source = temp.join("source");
    fs::create_dir_all(&source).unwrap();
    let mut command = Command::new("unshare");
    command.args([
        "-m",
        "--propagation",
        "slave",
        "bash",
        "-c",
        &format!("set -e; S='{}'; {script}", text(&source)),
        "bash",
    ]);
    command.arg(env!("CARGO_BIN_EXE_hozen")).args(arguments).env("LC_ALL", "C").env("TZ", "UTC").stdin(Stdio::null());
    run(&mut command)
}

fn kinds(value: &Value) -> Vec<String> {
    let gaps = value["gaps"].as_array().unwrap();
    let name = |gap: &Value| gap["path"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    gaps.iter().map(|gap| format!("{} {}", name(gap), gap["kind"].as_str().unwrap())).collect()
}

#[test]
fn mounts_of_any_kind_are_crossed_only_when_asked() {
    if !real::is_root() {
        return;
    }
    let temp = tempfile::tempdir().unwrap();
    let script = "mkdir $S/disk $S/bound $S/real; echo bound > $S/real/x; echo file > $S/one; echo other > $S/two; \
                  mount -t tmpfs none $S/disk; echo inner > $S/disk/x; mount --bind $S/real $S/bound; \
                  mount --bind $S/one $S/two; \"$@\"";
    let out = temp.path().join("out");
    let source = temp.path().join("source");
    let base = ["collect", text(&source), "--out", text(&out), "--format", "json", "--case"];
    let ended = among_mounts(temp.path(), script, &[&base[..], &["a"]].concat());
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    let found = kinds(&ended.json());
    assert_eq!(found, ["bound other_file_system", "disk other_file_system", "two other_file_system"]);
    fs::remove_dir_all(&source).unwrap();
    let ended = among_mounts(temp.path(), script, &[&base[..], &["b", "--cross-file-systems"]].concat());
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    let rows = records(&zip(&out.join("b")));
    assert!(rows.iter().any(|row| row["path"].as_str().unwrap().ends_with("disk/x") && row["outcome"] == "kept"));
}

#[test]
fn links_on_mounts_below_keep_their_access_time() {
    if !real::is_root() {
        return;
    }
    let temp = tempfile::tempdir().unwrap();
    let script = "mkdir -p $S/disk; mount -t tmpfs -o relatime none $S/disk; mkdir $S/disk/in; \
                  mount -t tmpfs -o strictatime none $S/disk/in; ln -s nowhere $S/disk/link; ln -s nowhere $S/disk/in/link; \
                  touch -h -d 2001-01-01 $S/disk/link $S/disk/in/link; stat -c %x $S/disk/link $S/disk/in/link > $S/../before; \
                  \"$@\"; stat -c %x $S/disk/link $S/disk/in/link > $S/../after";
    let (source, out) = (temp.path().join("source"), temp.path().join("out"));
    let arguments = ["collect", text(&source), "--out", text(&out), "--case", "k", "--cross-file-systems"];
    let ended = among_mounts(temp.path(), script, &arguments);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let read = |name: &str| fs::read_to_string(temp.path().join(name)).unwrap();
    assert!(read("before").contains("2001-01-01"));
    assert_eq!(read("after"), read("before"));
    let rows = records(&zip(&out.join("k")));
    assert!(rows.iter().all(|row| row.get("marks").is_none()), "no access time was in danger");
}

#[test]
fn btrfs_subvolumes_are_crossed_only_when_asked() {
    let has_tools = Path::new("/usr/sbin/mkfs.btrfs").exists() || Path::new("/sbin/mkfs.btrfs").exists();
    if !real::is_root() || !has_tools || !fs::read_to_string("/proc/filesystems").unwrap().contains("btrfs") {
        return;
    }
    let temp = tempfile::tempdir().unwrap();
    let (image, disk, out) = (temp.path().join("image"), temp.path().join("source/disk"), temp.path().join("out"));
    let script = "truncate -s 200M $S/../image; mkfs.btrfs -q $S/../image > /dev/null; mkdir -p $S/disk; mount -o loop $S/../image $S/disk; \
                  echo top > $S/disk/x; btrfs -q subvolume create $S/disk/sub; echo inside > $S/disk/sub/y; \
                  btrfs -q subvolume snapshot $S/disk/sub $S/disk/shot; sync; \"$@\"; code=$?; umount $S/disk; exit $code";
    let script = script.replace("set -e", "");
    let sub = disk.join("sub");
    let base = ["collect", "--out", text(&out), "--format", "json", "--case"];
    let script = format!("set +e; {script}");
    let ended = among_mounts(temp.path(), &script, &[&base[..], &["a", text(&disk)]].concat());
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert_eq!(kinds(&ended.json()), ["shot other_file_system", "sub other_file_system"]);
    fs::remove_file(&image).unwrap();
    // Named beside the disk it lies on, a subvolume is walked: the walk of the disk would not reach it.
    let ended = among_mounts(temp.path(), &script, &[&base[..], &["b", text(&disk), text(&sub)]].concat());
    let rows = records(&zip(&out.join("b")));
    let kept: Vec<&str> =
        rows.iter().filter(|row| row["outcome"] == "kept").map(|row| row["path"].as_str().unwrap()).collect();
    assert!(kept.len() == 2 && kept[1].ends_with("sub/y"), "{kept:?} {}", ended.stderr);
    fs::remove_file(&image).unwrap();
    let ended = among_mounts(temp.path(), &script, &[&base[..], &["c", text(&disk), "--cross-file-systems"]].concat());
    assert_eq!((ended.code, ended.json()["files"].as_u64()), (Some(0), Some(3)), "{}", ended.stderr);
}

/// Holds a write lease on a file, as a file server does, and lets it go when it is asked to, or never.
const LEASE: &str = "import fcntl, os, signal, sys, time
fd = os.open(sys.argv[1], os.O_RDWR)
def asked(*_):
    if sys.argv[2] == 'kind':
        time.sleep(0.2)
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_UNLCK)
signal.signal(signal.SIGIO, asked)
fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)
print('held', flush=True)
while True: time.sleep(0.05)
";

#[test]
fn a_file_that_is_held_by_a_lease_is_waited_for_or_a_gap_with_its_errno() {
    let temp = tempfile::tempdir().unwrap();
    for holder in ["kind", "stubborn"] {
        let file = temp.path().join(holder);
        fs::write(&file, "leased").unwrap();
        let mut python = Command::new("python3");
        let mut held = python.args(["-c", LEASE, text(&file), holder]).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(held.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said, "held\n");
        let out = temp.path().join(format!("out-{holder}"));
        let ended = real::hozen(&["collect", text(&file), "--out", text(&out), "--case", "k", "--format", "json"]);
        held.kill().unwrap();
        held.wait().unwrap();
        if holder == "kind" {
            assert_eq!((ended.code, ended.json()["files"].as_u64()), (Some(0), Some(1)), "{}", ended.stderr);
        } else {
            assert_eq!(ended.code, Some(3));
            let reason = ended.json()["gaps"][0]["reason"].as_str().unwrap().to_owned();
            assert!(reason.contains("os error 11") && reason.contains("another program holds it"), "{reason}");
        }
    }
}

#[test]
fn owners_set_id_bits_capabilities_and_access_lists_are_recorded() {
    let temp = tempfile::tempdir().unwrap();
    let (source, out): (PathBuf, PathBuf) = (temp.path().join("source"), temp.path().join("out"));
    fs::create_dir(&source).unwrap();
    let script = "cp /bin/true tool; chmod 6755 tool; echo x > list; setfacl -m u:1234:r list; setfacl -d -m g:77:rx .; \
                  setfattr -n user.note -v seen list";
    let script = if real::is_root() {
        format!("{script}; chown 99:98 list; PATH=$PATH:/usr/sbin setcap cap_net_raw+ep tool")
    } else {
        script.to_owned()
    };
    tool(&source, &script);
    let ended = real::hozen(&["collect", text(&source), "--out", text(&out), "--case", "k"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let rows = records(&zip(&out.join("k")));
    let row = |end: &str| rows.iter().find(|row| row["path"].as_str().unwrap().ends_with(end)).unwrap();
    let names = |end: &str| -> Vec<String> {
        let xattrs = row(end)["xattrs"].as_array().cloned().unwrap_or_default();
        xattrs.iter().map(|xattr| xattr["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(row("/tool")["stat"]["mode"], "6755");
    assert!(names("/list").contains(&"system.posix_acl_access".to_owned()));
    assert!(names("/list").contains(&"user.note".to_owned()));
    assert!(names("source").contains(&"system.posix_acl_default".to_owned()));
    if real::is_root() {
        assert!(names("/tool").contains(&"security.capability".to_owned()));
        assert_eq!((row("/list")["stat"]["uid"].as_u64(), row("/list")["stat"]["gid"].as_u64()), (Some(99), Some(98)));
    }
}
