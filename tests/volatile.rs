//! The live state, shown from outside: a process tree whose every part is known, taken by the real binary; stock tools agree
//! that the bag is whole; no program is started, and the state comes before anything else.
#![expect(clippy::disallowed_methods, reason = "a test makes its own processes and reads their evidence")]

mod real;
mod world;

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use hozen::model::Digest;
use serde_json::{Value, json};

/// What the known process does: sockets of every kind, a deleted file that it and its child hold, and then it waits.
const SCRIPT: &str = r#"
import json, os, socket, sys
folder = sys.argv[1]
tcp = socket.socket(); tcp.bind(("127.0.0.1", 0)); tcp.listen(1)
six = socket.socket(socket.AF_INET6); six.bind(("::1", 0)); six.listen(1)
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); udp.bind(("127.0.0.1", 0))
local = socket.socket(socket.AF_UNIX); local.bind(folder + "/窓口 1.sock"); local.listen(1)
client = socket.create_connection(tcp.getsockname()); server, _ = tcp.accept()
path = folder + "/消された.log"
held = open(path, "w+"); held.write("削除済みのログ\n" * 1000); held.flush(); os.unlink(path)
memory = os.memfd_create("隠し"); os.write(memory, b"in memory alone")
pipe = os.pipe(); os.mkfifo(folder + "/fifo"); fifo = os.open(folder + "/fifo", os.O_RDWR); os.unlink(folder + "/fifo")
child = os.fork()
if child == 0:
    sys.stdin.read(); os._exit(0)
zombie = os.fork()
if zombie == 0:
    os._exit(0)
os.waitid(os.P_PID, zombie, os.WEXITED | os.WNOWAIT)
print(json.dumps({"pid": os.getpid(), "child": child, "tcp": tcp.getsockname()[1], "six": six.getsockname()[1],
                  "udp": udp.getsockname()[1], "client": client.getsockname()[1], "held": held.fileno(), "memory": memory, "pipe": pipe[0],
                  "fifo": fifo, "zombie": zombie}), flush=True)
sys.stdin.read()
"#;

/// A process tree whose every part is known.
struct Known {
    folder: tempfile::TempDir,
    python: Child,
    evil: Child,
    facts: Value,
}

impl Known {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("known.py");
        fs::write(&script, SCRIPT).unwrap();
        let mut python = Command::new("python3");
        python.arg(&script).arg(folder.path()).args(["顧客名簿", "一行目\n二行目"]);
        python.env("HOZEN_TEST_SECRET", "made-up-value").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut python = python.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(python.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let facts = serde_json::from_str(&line).unwrap();
        // A program whose file is gone: the classic trace.
        let program = folder.path().join("evil");
        fs::copy("/bin/sleep", &program).unwrap();
        let evil = Command::new(&program).arg("600").spawn().unwrap();
        while fs::read_link(format!("/proc/{}/exe", evil.id())).unwrap() != program.canonicalize().unwrap() {
            std::thread::yield_now();
        }
        fs::remove_file(&program).unwrap();
        Self { folder, python, evil, facts }
    }

    fn number(&self, name: &str) -> u64 {
        self.facts[name].as_u64().unwrap()
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }
}

impl Drop for Known {
    fn drop(&mut self) {
        let _ = self.evil.kill();
        let _ = self.evil.wait();
        drop(self.python.stdin.take());
        let _ = self.python.wait();
    }
}

/// The state as a case holds it.
struct Taken {
    zip: PathBuf,
    records: Vec<Value>,
}

impl Taken {
    fn from(case: &Path) -> Self {
        let zip = real::zip(case);
        let records = real::records(&zip);
        Self { zip, records }
    }

    fn table(&self, name: &str) -> Vec<Value> {
        let bytes = real::member(&self.zip, &format!("/data/volatile/{name}.jsonl"));
        let text = String::from_utf8(bytes).unwrap();
        let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(rows.iter().all(|row| row["schema"] == format!("hozen.volatile.{name}/1")), "{name}");
        rows
    }

    fn process(&self, pid: u64) -> Value {
        let rows = self.table("processes");
        rows.into_iter().find(|row| row["pid"] == pid).unwrap_or_else(|| panic!("no process {pid}"))
    }

    fn raw(&self, path: &str) -> Vec<u8> {
        real::member(&self.zip, &format!("/data/volatile/raw/{path}"))
    }
}

fn collect(known: &Known) -> Taken {
    let ended = real::run(real::command().args(["collect", "--volatile", "--case", "c", "--out"]).arg(known.out()));
    assert!(matches!(ended.code, Some(0 | 3)), "{}", ended.stderr);
    assert!(ended.stderr.contains("live state taken first"), "{}", ended.stderr);
    Taken::from(&known.out().join("c"))
}

#[test]
fn every_part_of_a_known_process_tree_is_there() {
    let known = Known::new();
    let taken = collect(&known);
    let (pid, child) = (known.number("pid"), known.number("child"));

    let process = taken.process(pid);
    let arguments = process["arguments"].as_array().unwrap();
    assert_eq!(arguments[3..], [json!("顧客名簿"), json!("一行目\\u{a}二行目")]);
    assert_eq!(
        taken.raw(&format!("proc/{pid}/cmdline")).split(|&byte| byte == 0).nth(4).unwrap(),
        "一行目\n二行目".as_bytes()
    );
    let raw = data_encoding::BASE64.decode(process["command_line_b64"].as_str().unwrap().as_bytes()).unwrap();
    assert_eq!(raw, taken.raw(&format!("proc/{pid}/cmdline")));
    assert_eq!(process["ppid"], std::process::id());
    assert_eq!(taken.process(child)["ppid"], pid);
    assert_eq!(process["working_folder"], std::env::current_dir().unwrap().to_str().unwrap());
    // The program's digest is that of its file, and its start lies before the collection's.
    let file = fs::read_link(format!("/proc/{pid}/exe")).unwrap();
    assert_eq!(process["executable"]["sha256"], Digest::of(&fs::read(file).unwrap()).to_string());
    let acquisition: Value = serde_json::from_slice(&real::member(&taken.zip, "custody/acquisition.json")).unwrap();
    let started = process["started"].as_str().unwrap();
    assert!(started[..19] <= acquisition["volatile"]["finished"].as_str().unwrap()[..19], "{started}");
    assert!(started[..10] >= acquisition["started"].as_str().unwrap()[..4], "{started}");
    // The environment is in its raw text, and in no table.
    let secret = b"HOZEN_TEST_SECRET=made-up-value".as_slice();
    assert!(taken.raw(&format!("proc/{pid}/environ")).split(|&byte| byte == 0).any(|line| line == secret));
    assert!(!taken.table("processes").iter().any(|row| row.to_string().contains("made-up-value")));

    let sockets = taken.table("sockets");
    let owned = |protocol: &str, test: &dyn Fn(&Value) -> bool| {
        let found: Vec<_> = sockets.iter().filter(|row| row["protocol"] == protocol && test(row)).collect();
        assert_eq!(found.len(), 1, "{protocol}: {found:?}");
        let owners = found[0]["owners"].as_array().unwrap();
        // The known process and its child hold each of them.
        let holders: Vec<u64> = owners.iter().map(|owner| owner["pid"].as_u64().unwrap()).collect();
        assert_eq!(holders, if pid < child { [pid, child] } else { [child, pid] }, "{}", found[0]);
        found[0].clone()
    };
    let at = |end: &'static str, port: &'static str| {
        let port = known.number(port);
        move |row: &Value| row[end]["port"] == port
    };
    let listens = |row: &Value| row["state"] == "listen";
    let tcp = owned("tcp", &|row| at("local", "tcp")(row) && listens(row));
    assert_eq!((&tcp["local"]["address"], &tcp["remote"]["address"]), (&json!("127.0.0.1"), &json!("0.0.0.0")));
    assert_eq!(owned("tcp6", &at("local", "six"))["local"]["address"], "::1");
    assert_eq!(owned("udp", &at("local", "udp"))["state"], "unconnected");
    // The connected pair, from both ends.
    let pair = [owned("tcp", &at("local", "client")), owned("tcp", &at("remote", "client"))];
    assert!(pair.iter().all(|end| end["state"] == "established"), "{pair:?}");
    assert_eq!((&pair[0]["local"], &pair[0]["remote"]), (&pair[1]["remote"], &pair[1]["local"]));
    let path = known.folder.path().join("窓口 1.sock");
    owned("unix", &|row| row["path"] == path.to_str().unwrap() && listens(row));

    // The deleted file: two holders, one copy, every byte.
    let content = "削除済みのログ\n".repeat(1000);
    let deleted = taken.table("deleted_files");
    let named = |name: &str| {
        // Other tests make their own beside this one.
        let name = format!("{}/{name} (deleted)", known.folder.path().display());
        deleted.iter().find(|row| row["names"][0] == name).unwrap()
    };
    let row = named("消された.log");
    // Other tests' hozen, at work beside this one, holds what it takes too.
    let processes = taken.table("processes");
    let is_hozen = |pid: u64| processes.iter().any(|row| row["pid"] == pid && row["name"] == "hozen");
    let holders = row["holders"].as_array().unwrap().iter().map(|holder| holder["pid"].as_u64().unwrap());
    let holders: Vec<_> = holders.filter(|holder| !is_hozen(*holder)).collect();
    assert_eq!(holders, if pid < child { [pid, child] } else { [child, pid] });
    let entry = row["content"].as_str().unwrap();
    assert_eq!(real::member(&taken.zip, &format!("/data/{entry}")), content.as_bytes());
    let record: Vec<_> = taken.records.iter().filter(|record| record["path"] == entry).collect();
    assert_eq!((record.len(), &record[0]["sha256"]), (1, &json!(Digest::of(content.as_bytes()).to_string())));
    let files = taken.table("open_files");
    let file = files.iter().find(|row| row["pid"] == pid && row["fd"] == known.number("held")).unwrap();
    assert_eq!(
        (&file["content"], &file["position"], &file["deleted"]),
        (&json!(entry), &json!(content.len()), &json!(true))
    );

    // The program without a file: marked, hashed, and kept.
    let evil = taken.process(u64::from(known.evil.id()));
    let sleep = fs::read("/bin/sleep").unwrap();
    assert_eq!(
        (&evil["executable"]["deleted"], evil["executable"]["path"].as_str().unwrap().ends_with("/evil (deleted)")),
        (&json!(true), true)
    );
    assert_eq!(evil["executable"]["sha256"], Digest::of(&sleep).to_string());
    let row = named("evil");
    assert_eq!(real::member(&taken.zip, &format!("/data/{}", row["content"].as_str().unwrap())), sleep);
    assert!(taken.table("memory_maps").iter().any(|map| map["pid"] == known.evil.id() && map["facts"][0] == "deleted"));
}

#[test]
fn what_is_no_file_is_told_and_not_opened() {
    let known = Known::new();
    let taken = collect(&known);
    let pid = known.number("pid");
    let files = taken.table("open_files");
    let file = |name: &str| {
        let fd = known.number(name);
        files.iter().find(|row| row["pid"] == pid && row["fd"] == fd).unwrap().clone()
    };
    // A file in memory alone is a file: kept.
    let memory = file("memory");
    assert_eq!((&memory["target"], &memory["deleted"]), (&json!("/memfd:隠し (deleted)"), &json!(true)));
    let entry = memory["content"].as_str().unwrap();
    assert_eq!(real::member(&taken.zip, &format!("/data/{entry}")), b"in memory alone");
    // Pipes, with and without a name, are told.
    assert!(file("pipe")["target"].as_str().unwrap().starts_with("pipe:["));
    let fifo = file("fifo");
    assert_eq!((&fifo["kind"], &fifo["deleted"], fifo.get("content")), (&json!("fifo"), &json!(true), None));
    let deleted = taken.table("deleted_files");
    assert!(!deleted.iter().any(|row| row["names"][0].as_str().unwrap().contains("/fifo (deleted)")));
    // A process that has ended and waits to be noticed is a row, and no gap.
    let zombie = taken.process(known.number("zombie"));
    assert_eq!((&zombie["state"], &zombie["executable"], &zombie["ppid"]), (&json!("Z"), &Value::Null, &json!(pid)));
    let path = format!("volatile/raw/proc/{}", known.number("zombie"));
    assert!(!taken.records.iter().any(|record| record["path"] == path));
}

#[test]
fn connections_of_other_network_namespaces_are_found() {
    if !real::is_root() || Command::new("unshare").args(["-n", "true"]).status().map_or(true, |ended| !ended.success())
    {
        return;
    }
    let script = "import socket, sys; s = socket.socket(); s.bind(('0.0.0.0', 4711)); s.listen(1); print(flush=True); sys.stdin.read()";
    let mut apart = Command::new("unshare");
    apart.args(["-n", "python3", "-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut apart = apart.spawn().unwrap();
    BufReader::new(apart.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
    let known = Known::new();
    let taken = collect(&known);
    drop(apart.stdin.take());
    apart.wait().unwrap();
    let sockets = taken.table("sockets");
    let owned = |row: &&Value| row["owners"].as_array().unwrap().iter().any(|owner| owner["pid"] == apart.id());
    let found: Vec<_> = sockets.iter().filter(owned).collect();
    assert_eq!((found.len(), &found[0]["local"]["port"]), (1, &json!(4711)));
    assert_eq!(found[0]["net_namespace"], taken.process(u64::from(apart.id()))["namespaces"]["net"]);
    assert_ne!(found[0]["net_namespace"], taken.process(known.number("pid"))["namespaces"]["net"]);
    assert!(!taken.raw(&format!("proc/{}/net/tcp", apart.id())).is_empty());
}

#[test]
fn the_state_is_first_and_the_bag_is_whole() {
    let known = Known::new();
    let source = known.folder.path().join("src");
    world::put(&source, "a.csv", "氏名,メール\n山田,taro@example.jp\n");
    let ended = real::run(
        real::command().args(["respond", "--volatile", "--case", "c", "--out"]).arg(known.out()).arg(&source),
    );
    assert!(matches!(ended.code, Some(0 | 3)), "{}", ended.stderr);
    let case = known.out().join("c");
    let taken = Taken::from(&case);
    let is_state = |record: &Value| record["origin"] == "volatile";
    let first = taken.records.iter().position(|record| !is_state(record)).unwrap();
    assert!(first > 50 && !taken.records[first..].iter().any(is_state));
    for (at, record) in taken.records.iter().enumerate() {
        assert_eq!(record["seq"], at);
        assert!(record["sha256"].is_string() || record["gaps"].is_array(), "{record}");
        let stored = record["stored"].as_str().unwrap_or("data/volatile/");
        assert!(
            !is_state(record) || stored.starts_with("data/volatile/") || stored.starts_with("data/long/"),
            "{record}"
        );
    }
    assert!(taken.records.last().unwrap()["path"].as_str().unwrap().ends_with("a.csv"));
    let acquisition: Value = serde_json::from_slice(&real::member(&taken.zip, "custody/acquisition.json")).unwrap();
    let state = &acquisition["volatile"];
    assert_eq!(state["processes"], taken.table("processes").len());
    assert!(acquisition["started"].as_str().unwrap() >= state["finished"].as_str().unwrap());
    assert!(state["deleted_files"].as_u64().unwrap() >= 2 && !state["not_taken"].as_array().unwrap().is_empty());

    let verified = real::run(real::command().arg("verify").arg(&case));
    assert_eq!(verified.code, Some(0), "{}", verified.stdout);
    real::tool(&case, "unzip -q -t evidence/c-E001.zip && mkdir bag && cd bag && unzip -q ../evidence/c-E001.zip");
    real::tool(&case.join("bag/c-E001"), "sha256sum -c --quiet manifest-sha256.txt && bagit.py --validate .");
    // The same zip can be scanned again, and says the same of the source.
    let scanned = real::run(real::command().args(["scan", "--format", "json"]).arg(&taken.zip)).json();
    let rows = scanned["files"].as_array().unwrap();
    assert_eq!(rows.last().unwrap()["findings"], json!({"email": 1, "person_name": 1}));
    assert!(rows.iter().any(|row| row["path"] == "volatile/processes.jsonl" && row["status"] == "scanned"));
}

#[test]
fn no_program_is_started_and_proc_is_read_before_the_source() {
    let known = Known::new();
    let source = known.folder.path().join("src");
    world::put(&source, "a.txt", "x");
    let trace = known.folder.path().join("trace");
    let mut tracer = Command::new("strace");
    tracer.args([
        "-f",
        "-s",
        "300",
        "-e",
        "trace=execve,execveat,fork,vfork,clone,clone3,socket,connect,openat,landlock_restrict_self",
        "-o",
    ]);
    tracer.arg(&trace).arg(env!("CARGO_BIN_EXE_hozen")).env("LC_ALL", "C");
    let ended = real::run(tracer.args(["collect", "--volatile", "--case", "c", "--out"]).arg(known.out()).arg(&source));
    assert!(matches!(ended.code, Some(0 | 3)), "{}", ended.stderr);
    let trace = String::from_utf8_lossy(&fs::read(&trace).unwrap()).into_owned();
    let with =
        |words: &[&str]| trace.lines().filter(|line| words.iter().any(|word| line.contains(word))).collect::<Vec<_>>();
    assert_eq!(with(&["execve(", "execveat("]).len(), 1, "its own start alone");
    assert_eq!(with(&[" fork(", " vfork("]), Vec::<&str>::new());
    let clones = with(&[" clone(", " clone3("]);
    assert!(clones.iter().all(|line| line.contains("CLONE_THREAD")), "{clones:?}");
    let sockets = with(&[" socket(", " connect("]);
    assert!(sockets.iter().all(|line| line.contains("AF_NETLINK")), "{sockets:?}");
    let place = |word: &str| trace.lines().position(|line| line.contains(word)).unwrap_or_else(|| panic!("no {word}"));
    let last = trace.lines().collect::<Vec<_>>().iter().rposition(|line| line.contains("\"environ\"")).unwrap();
    assert!(place("\"proc/uptime\"") < place("\"proc/net/tcp\""));
    assert!(place("\"proc/net/tcp\"") < place("\"environ\""));
    assert!(last < place("landlock_restrict_self"), "the state is taken before rights are given up");
    assert!(last < place(source.to_str().unwrap()).max(place("\"a.txt\"")), "and before the source is read");
}

/// A file below `/etc/cron.d` that goes away again.
struct Cron(PathBuf);

impl Drop for Cron {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[test]
fn what_the_machine_does_by_itself_is_taken_as_files() {
    if !real::is_root() || !Path::new("/etc/cron.d").is_dir() {
        return;
    }
    let cron = Cron(PathBuf::from(format!("/etc/cron.d/hozen-test-{}", std::process::id())));
    fs::write(&cron.0, "# made by a test of hozen: never runs\n# 0 0 30 2 * root true\n").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let ended = real::run(real::command().args(["collect", "--volatile", "--case", "c", "--out"]).arg(folder.path()));
    assert!(matches!(ended.code, Some(0 | 3)), "{}", ended.stderr);
    let taken = Taken::from(&folder.path().join("c"));
    let record = taken.records.iter().find(|record| record["path"] == cron.0.to_str().unwrap()).unwrap();
    assert_eq!((&record["outcome"], record.get("origin")), (&json!("kept"), None));
    assert!(record["stored"].as_str().unwrap().starts_with("data/fs/etc/cron.d/hozen-test-"));
    let acquisition: Value = serde_json::from_slice(&real::member(&taken.zip, "custody/acquisition.json")).unwrap();
    assert!(acquisition["volatile"]["schedules"].as_array().unwrap().contains(&json!("/etc/cron.d")));
}

#[test]
fn without_rights_there_are_gaps_and_no_failure() {
    if !real::is_root() {
        return;
    }
    let known = Known::new();
    let folder = tempfile::tempdir().unwrap();
    let open = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    open(folder.path(), 0o777);
    let program = folder.path().join("hozen");
    fs::copy(env!("CARGO_BIN_EXE_hozen"), &program).unwrap();
    open(&program, 0o755);
    let mut command = Command::new("setpriv");
    command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]).arg(&program);
    command
        .args(["collect", "--volatile", "--case", "c", "--out"])
        .arg(folder.path())
        .current_dir("/")
        .env("LC_ALL", "C");
    let ended = real::run(&mut command);
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    let taken = Taken::from(&folder.path().join("c"));
    let pid = known.number("pid");
    // What everybody may read is there; what not is one gap, with what to do.
    assert_eq!(taken.process(pid)["arguments"][3], "顧客名簿");
    assert_eq!(taken.process(pid)["executable"], Value::Null);
    let path = format!("volatile/raw/proc/{pid}");
    let gaps: Vec<_> = taken.records.iter().filter(|record| record["path"] == path).collect();
    assert_eq!(gaps.len(), 1);
    let gap = &gaps[0]["gaps"][0];
    assert_eq!(gap["kind"], "permission_denied");
    assert!(gap["reason"].as_str().unwrap().contains("run as root"), "{gap}");
    assert!(taken.table("sockets").iter().any(|row| row["local"]["port"] == known.number("tcp")));
    let verified = real::run(real::command().arg("verify").arg(folder.path().join("c")));
    assert_eq!(verified.code, Some(0), "{}", verified.stdout);
}

/// Every field of every table stands in docs/volatile.md.
#[test]
fn every_field_of_every_table_is_documented() {
    let known = Known::new();
    let taken = collect(&known);
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/volatile.md")).unwrap();
    let mut missing = std::collections::BTreeSet::new();
    for table in [
        "processes",
        "sockets",
        "open_files",
        "deleted_files",
        "memory_maps",
        "users",
        "mounts",
        "routes",
        "neighbours",
        "interfaces",
        "modules",
        "system",
    ] {
        assert!(page.contains(&format!("hozen.volatile.{table}/1")), "{table}");
        for row in taken.table(table) {
            let fields = row.as_object().unwrap().keys().filter(|field| !page.contains(&format!("`{field}`")));
            missing.extend(fields.map(|field| format!("{table}: {field}")));
        }
    }
    assert_eq!(missing.into_iter().collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn a_broken_collection_goes_on_and_says_what_state_is_lost() {
    let known = Known::new();
    let source = known.folder.path().join("src");
    world::put(&source, "a.txt", "x");
    let image = known.folder.path().join("disk.raw");
    fs::write(&image, "an image").unwrap();
    // Room for the first part of the state only.
    let mut command = real::in_shell("ulimit -f 120; exec \"$@\"");
    command.args(["collect", "--volatile", "--case", "c", "--include-image"]).arg(format!("disk:{}", image.display()));
    let broken = real::run(command.arg("--out").arg(known.out()).arg(&source));
    assert_eq!(broken.code, Some(2), "{}", broken.stderr);
    let case = known.out().join("c");
    let resumed = real::run(real::command().args(["collect", "--resume"]).arg(&case));
    assert_eq!(resumed.code, Some(3), "{}", resumed.stderr);
    let taken = Taken::from(&case);
    // What was durable is there, nothing of it was taken twice, and what is lost is one gap.
    let state: Vec<_> = taken.records.iter().filter(|record| record["origin"] == "volatile").collect();
    let lost: Vec<_> = state.iter().filter(|record| record["path"] == "volatile").collect();
    assert_eq!((lost.len(), &lost[0]["gaps"][0]["kind"]), (1, &json!("vanished")));
    let acquisition: Value = serde_json::from_slice(&real::member(&taken.zip, "custody/acquisition.json")).unwrap();
    let due = acquisition["volatile"]["entries"].as_u64().unwrap();
    let reason = lost[0]["gaps"][0]["reason"].as_str().unwrap();
    assert!(reason.contains(&format!("{} of the {due} entries", state.len() - 1)), "{reason}");
    assert!(state.len() > 3 && (state.len() as u64) < due);
    let paths: std::collections::BTreeSet<_> = taken.records.iter().map(|record| record["path"].as_str()).collect();
    assert_eq!(paths.len(), taken.records.len());
    assert!(taken.records.iter().any(|record| record["path"].as_str().unwrap().ends_with("/a.txt")));
    let images: Vec<_> = taken.records.iter().filter(|record| record["origin"] == "image").collect();
    assert_eq!((images.len(), images[0]["bytes"].as_u64()), (1, Some(8)));
    assert_eq!(real::run(real::command().arg("verify").arg(&case)).code, Some(0));
}
