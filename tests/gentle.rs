//! `--gentle`: what the kernel is asked for, when, and what is set down of it.
#![expect(clippy::disallowed_methods, reason = "a test starts programs, and may write to its own temporary folder")]

mod real;

use std::fs;
use std::path::Path;
use std::process::Command;

/// Runs hozen under strace and gives its exit code, what it printed, and the calls that were traced.
fn traced(arguments: &[&str], log: &Path) -> (Option<i32>, String, Vec<String>) {
    let mut command = Command::new("strace");
    command.args(["-f", "-e", "trace=ioprio_set,setpriority,preadv2,read,clone,clone3,openat", "-o"]).arg(log);
    command.arg(env!("CARGO_BIN_EXE_hozen")).args(arguments).env("LC_ALL", "C").env("TZ", "UTC");
    let ended = real::run(&mut command);
    let calls = fs::read_to_string(log).unwrap().lines().map(str::to_owned).collect();
    (ended.code, ended.stdout + &ended.stderr, calls)
}

fn place(calls: &[String], what: &str) -> usize {
    calls.iter().position(|call| call.contains(what)).unwrap_or_else(|| panic!("no {what} in {calls:#?}"))
}

#[test]
fn it_steps_back_before_any_thread_and_any_source_and_reads_past_the_memory() {
    let folder = tempfile::tempdir().unwrap();
    let (source, out, log) = (folder.path().join("s"), folder.path().join("o"), folder.path().join("strace"));
    fs::create_dir_all(&source).unwrap();
    fs::write(source.join("large"), vec![b'x'; 600_000]).unwrap();
    fs::write(source.join("small"), "a").unwrap();
    let arguments = [
        "collect",
        source.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
        "--case",
        "c",
        "--force",
        "--gentle=900M",
    ];
    let (code, said, calls) = traced(&arguments, &log);
    assert_eq!(code, Some(0), "{said}");
    let stepped = [
        place(&calls, "ioprio_set(IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE"),
        place(&calls, "setpriority(PRIO_PROCESS, 0, 19)"),
    ];
    let before = [place(&calls, "clone"), place(&calls, "\"large\"")];
    assert!(stepped.iter().max() < before.iter().min(), "{calls:#?}");
    // Past the memory where kernel and file system can; else one refusal, and plain reads.
    let past = calls.iter().filter(|call| call.contains("preadv2(") && !call.contains("EOPNOTSUPP")).count();
    let refused = calls.iter().filter(|call| call.contains("EOPNOTSUPP")).count();
    assert!(past >= 4 || refused >= 1, "{calls:#?}");
    let case = out.join("c");
    let zip = case.join("evidence/c-E001.zip");
    let record = Command::new("unzip").arg("-p").arg(&zip).arg("c-E001/custody/acquisition.json").output().unwrap();
    let record: serde_json::Value = serde_json::from_slice(&record.stdout).unwrap();
    assert_eq!(record["gentle"], serde_json::json!({ "bytes_per_second": 900_000_000 }));
    assert_eq!(real::hozen(&["verify", case.to_str().unwrap()]).code, Some(0));
}

#[test]
fn without_the_flag_nothing_of_it_happens() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "a").unwrap();
    let log = folder.path().join("strace");
    let (code, said, calls) = traced(&["scan", folder.path().join("file").to_str().unwrap()], &log);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        !calls
            .iter()
            .any(|call| call.contains("ioprio_set") || call.contains("setpriority") || call.contains("preadv2"))
    );
}

#[test]
fn a_report_says_that_the_machine_went_on_serving() {
    let folder = tempfile::tempdir().unwrap();
    let (source, out) = (folder.path().join("s"), folder.path().join("o"));
    fs::create_dir_all(&source).unwrap();
    fs::write(source.join("small"), "a").unwrap();
    let arguments =
        ["respond", source.to_str().unwrap(), "--out", out.to_str().unwrap(), "--case", "c", "--force", "--gentle"];
    let ended = real::hozen(&arguments);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let report = |name: &str| fs::read_to_string(out.join("c/report").join(name)).unwrap();
    assert!(report("report.html").contains("no more than 50.0 MB a second"), "{}", report("report.html"));
    assert!(report("report.ja.html").contains("1秒あたり 50.0 MB 以下"));
    assert!(report("report.json").contains("\"kind\":\"gentle\""));
}

#[test]
fn a_slow_rate_is_kept_and_ctrl_c_ends_the_wait() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), vec![b'x'; 3_000_000]).unwrap();
    // At a kilobyte a second the first block alone takes minutes.
    let mut child = real::command()
        .args(["scan", "--gentle=1k", folder.path().join("file").to_str().unwrap()])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_secs(2));
    assert!(child.try_wait().unwrap().is_none(), "it must not be done");
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn what_is_no_rate_is_refused_in_both_languages() {
    for wrong in ["fast", "0", "1.5M", "999"] {
        let ended = real::hozen(&["scan", &format!("--gentle={wrong}"), "."]);
        assert_eq!(ended.code, Some(2));
        assert!(
            ended.stderr.contains("not a rate: bytes a second as a whole number with k, M or G"),
            "{}",
            ended.stderr
        );
        let ended = real::hozen(&["--lang", "ja", "scan", &format!("--gentle={wrong}"), "."]);
        assert_eq!(ended.code, Some(2));
        assert!(ended.stderr.contains("1秒あたりのバイト数を、k・M・G を付けた整数で指定します"), "{}", ended.stderr);
    }
}
