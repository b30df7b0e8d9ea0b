//! A tree of everything that has ever broken a collector: nothing lost, no time changed, nothing followed, every byte the same.
//!
//! `tests/hostile_tree/make.py` makes it, `look.py` looks at it without a trace, `compare.py` holds the evidence against it.
#![expect(
    clippy::disallowed_methods,
    reason = "a test may write to its own temporary folder and run the tools it names"
)]

mod real;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use real::{Ended, member, records, run, tool, zip};

/// Makes the tree, looks, runs hozen over it, looks again; the mount inside ends with the namespace.
const ROUND: &str = r#"
set -u
python3 -B "$HERE/make.py" source || exit 90
python3 -B "$HERE/look.py" "$PWD/source" > before || exit 91
"$@" > result.json; code=$?
python3 -B "$HERE/look.py" "$PWD/source" > after || exit 92
python3 -B "$HERE/look.py" "$PWD/source" whole > whole || exit 93
if [[ -d out/k ]]; then python3 -B "$HERE/compare.py" out/k/evidence/k-E001.zip before whole > compared || exit 94; fi
exit $code
"#;

fn round(folder: &Path, arguments: &[&str]) -> Ended {
    let mut command = if real::is_root() {
        let mut command = Command::new("unshare");
        command.args(["-m", "--propagation", "slave", "bash"]);
        command
    } else {
        Command::new("bash")
    };
    command.args(["-c", ROUND, "bash", env!("CARGO_BIN_EXE_hozen")]).args(arguments).current_dir(folder);
    command.env("HERE", Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile_tree"));
    run(command.env("LC_ALL", "C.UTF-8").env("TZ", "UTC").stdin(Stdio::null()))
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

/// What a look saw. Only root can keep the access times of links.
fn look(folder: &Path, name: &str) -> Vec<String> {
    let kept = |line: &&str| real::is_root() || !line.contains("\"kind\": \"link\"");
    read(folder, name).lines().filter(kept).map(str::to_owned).collect()
}

/// `kind name` of each gap, by the last part of its path.
fn gaps(result: &Value) -> BTreeSet<String> {
    let said = |gap: &Value| {
        let path = gap["path"].as_str().unwrap();
        format!("{} {}", gap["kind"].as_str().unwrap(), path.split("/source/").last().unwrap())
    };
    result["gaps"].as_array().unwrap().iter().map(said).collect()
}

fn expected_gaps() -> BTreeSet<String> {
    let mut due = vec!["special_file special/pipe", "special_file special/pipe-too", "special_file special/socket"];
    due.extend(["over_limit sparse/ten-terabytes", "over_limit links/giant"]);
    if real::is_root() {
        due.extend(["special_file special/null", "special_file special/disk", "other_file_system mounted"]);
    } else {
        due.push("permission_denied rights/none");
    }
    due.into_iter().map(str::to_owned).collect()
}

#[test]
fn a_hostile_tree_is_kept_whole_and_leaves_no_trace() {
    let temp = tempfile::tempdir().unwrap();
    let source = temp.path().join("source");
    // And two files whose sizes lie, where the kernel makes them up.
    let paths = [source.to_str().unwrap(), "/proc/version", "/sys/kernel/uevent_seqnum"];
    let rest = ["--out", "out", "--case", "k", "--force", "--format", "json"];
    let ended = round(temp.path(), &[&["collect"][..], &paths, &rest].concat());
    let compared = fs::read_to_string(temp.path().join("compared")).unwrap_or_default();
    assert_eq!(ended.code, Some(3), "{compared}\n{}\n{}", ended.stdout, ended.stderr);
    assert!(look(temp.path(), "before") == look(temp.path(), "after"), "a time or mode of the source changed");
    let result: Value = serde_json::from_str(&read(temp.path(), "result.json")).unwrap();
    assert_eq!(gaps(&result), expected_gaps());
    let counts: Value = serde_json::from_str(&compared).unwrap();
    let entries = result["entries"].as_u64().map(|entries| entries - 2);
    assert_eq!(counts["entries"].as_u64(), entries, "every entry was compared, and there is no other");
    assert_eq!((counts["linked"].as_u64(), counts["giants"].as_u64()), (Some(3), Some(1)), "{counts}");
    println!("compared {counts}");
    let pwned = tool(temp.path(), "find . -name pwned");
    assert_eq!(pwned, "", "something was executed");
    by_stock_tools(temp.path());
    let rows = records(&zip(&temp.path().join("out/k")));
    assert!(rows.iter().any(|row| row["path"].as_str().unwrap().len() > 8_000));
    let marks: BTreeSet<&str> = rows
        .iter()
        .flat_map(|row| row["marks"].as_array().into_iter().flatten())
        .map(|mark| mark.as_str().unwrap())
        .collect();
    if real::is_root() {
        assert_eq!(marks, BTreeSet::from(["extents_only", "size_unknown"]));
    }
}

/// Tools that know nothing of hozen agree that it is whole, and unpack it.
fn by_stock_tools(folder: &Path) {
    let evidence = folder.join("out/k/evidence");
    let said = tool(&evidence, "unzip -tqq k-E001.zip && 7z t k-E001.zip && sha256sum -c k-E001.zip.sha256");
    assert!(said.contains("Everything is Ok") && said.contains("k-E001.zip: OK"), "{said}");
    let unpacked = folder.join("unpacked");
    fs::create_dir(&unpacked).unwrap();
    tool(&unpacked, &format!("unzip -q '{}'", evidence.join("k-E001.zip").display()));
    let bag = unpacked.join("k-E001");
    tool(&bag, "sha256sum --quiet -c manifest-sha256.txt && sha256sum --quiet -c tagmanifest-sha256.txt");
    let said = tool(&unpacked, "bagit.py --validate k-E001 2>&1");
    assert!(said.contains("is valid"), "{said}");
    let signer = String::from_utf8(member(&zip(&folder.join("out/k")), "bag-info.txt")).unwrap();
    let signer = signer.lines().find_map(|line| line.strip_prefix("Hozen-Signer: ")).unwrap().to_owned();
    let said = tool(
        &bag,
        &format!(
            "ssh-keygen -Y verify -f custody/sig/allowed_signers -I '{signer}' -n hozen \
             -s custody/sig/tagmanifest-sha256.txt.sig < tagmanifest-sha256.txt"
        ),
    );
    assert!(said.contains("Good \"hozen\" signature"), "{said}");
    assert_eq!(real::hozen(&["verify", folder.join("out/k").to_str().unwrap()]).code, Some(0));
}

#[test]
fn a_scan_of_the_same_tree_leaves_no_trace_either() {
    let temp = tempfile::tempdir().unwrap();
    let source = temp.path().join("source");
    let ended = round(temp.path(), &["scan", source.to_str().unwrap(), "--format", "json"]);
    assert_eq!(ended.code, Some(3), "{}{}", ended.stdout, ended.stderr);
    assert!(look(temp.path(), "before") == look(temp.path(), "after"), "a time or mode of the source changed");
    let result: Value = serde_json::from_str(&read(temp.path(), "result.json")).unwrap();
    assert!(result["entities"]["email"]["distinct"].as_u64() >= Some(1), "the giant was looked at");
}
