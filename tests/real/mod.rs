//! The real binary: for what needs a process of its own (confinement, signals, users, limits, mounts).

#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// How a run ended.
pub(crate) struct Ended {
    /// Exit code; `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// stdout as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {} / {}", self.stdout, self.stderr))
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("hozen prints UTF-8 only");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// hozen, in English and UTC whatever the tester's locale is.
pub(crate) fn command() -> Command {
    quiet(Command::new(env!("CARGO_BIN_EXE_hozen")))
}

/// A shell script around hozen: `"$@"` in it is the binary and the arguments that the caller adds.
pub(crate) fn in_shell(script: &str) -> Command {
    let mut command = quiet(Command::new("bash"));
    command.arg("-c").arg(script).arg("bash").arg(env!("CARGO_BIN_EXE_hozen"));
    command
}

fn quiet(mut command: Command) -> Command {
    command.env("LC_ALL", "C").env("TZ", "UTC").stdin(Stdio::null());
    command
}

/// Runs hozen with these arguments.
pub(crate) fn hozen<S: AsRef<OsStr>>(arguments: &[S]) -> Ended {
    run(command().args(arguments))
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Ended {
    command.output().unwrap().into()
}

/// Runs hozen with these arguments; also gives its peak memory in KiB.
pub(crate) fn with_peak<S: AsRef<OsStr>>(arguments: &[S]) -> (Ended, u64) {
    let script = "import resource, subprocess, sys\n\
                  code = subprocess.run(sys.argv[1:]).returncode\n\
                  print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)\n\
                  sys.exit(code)";
    let mut command = quiet(Command::new("python3"));
    let ended = run(command.arg("-c").arg(script).arg(env!("CARGO_BIN_EXE_hozen")).args(arguments));
    let peak = ended.stderr.lines().last().unwrap().parse().unwrap();
    (ended, peak)
}

/// Runs a stock tool in a folder; it must succeed. Gives what it said.
pub(crate) fn tool(folder: &Path, script: &str) -> String {
    let output =
        Command::new("bash").arg("-c").arg(script).current_dir(folder).env("LC_ALL", "C.UTF-8").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}\n{said}");
    said
}

/// The evidence zip of a case.
pub(crate) fn zip(case: &Path) -> PathBuf {
    let name = case.file_name().unwrap().to_string_lossy().into_owned();
    case.join(format!("evidence/{name}-E001.zip"))
}

/// One member of a zip, by the end of its name.
pub(crate) fn member(zip: &Path, end: &str) -> Vec<u8> {
    use std::io::Read as _;
    let mut archive = zip::ZipArchive::new(std::fs::File::open(zip).unwrap()).unwrap();
    let name = archive.file_names().flatten().map(|name| name.into_owned()).find(|name| name.ends_with(end));
    let name = name.unwrap_or_else(|| panic!("no member {end}"));
    let mut bytes = Vec::new();
    archive.by_name(&name).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

/// The records of an evidence zip.
pub(crate) fn records(zip: &Path) -> Vec<serde_json::Value> {
    let text = String::from_utf8(member(zip, "custody/files.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Whether the tester is root. What only root can try is tried only then.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A mount that goes with the test.
pub(crate) struct Mounted(pub(crate) PathBuf);

impl Mounted {
    /// A file system in memory of this size.
    pub(crate) fn tmpfs(at: &Path, size: &str) -> Self {
        tool(Path::new("/"), &format!("mount -t tmpfs -o size={size} tmpfs '{}'", at.display()));
        Self(at.to_path_buf())
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        tool(Path::new("/"), &format!("umount -l '{}'", self.0.display()));
    }
}
