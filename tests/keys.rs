//! Signing keys as people have them: under a passphrase, in a real `ssh-agent`, and agents that lie. What can not sign shows
//! before anything is read, and a seal that could not be made can be made later.
#![expect(clippy::disallowed_methods, reason = "a test may change the temporary folder that it made")]

mod real;

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use real::{Ended, command, in_shell, run, tool};

/// Keys by `ssh-keygen`, and something to collect.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        desk.tool(
            "ssh-keygen -q -t ed25519 -N '' -C me@desk -f plain; ssh-keygen -q -t ed25519 -N 'open sesame' -C me@home -f locked; \
             mkdir src; echo hello > src/a; echo there > src/b",
        );
        desk
    }

    fn tool(&self, script: &str) -> String {
        tool(self.folder.path(), script)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn fingerprint(&self, key: &str) -> String {
        let said = self.tool(&format!("ssh-keygen -l -f {key}.pub"));
        said.split(' ').nth(1).unwrap().to_owned()
    }

    /// Arguments of a collection into case `c`.
    fn collect(&self, key: &str) -> Vec<String> {
        let own = |path: PathBuf| path.to_str().unwrap().to_owned();
        let key = if key.starts_with("agent") { key.to_owned() } else { own(self.path(key)) };
        let fixed = ["collect", "--format", "json", "--case", "c", "--operator", "me", "--sign-key"].map(str::to_owned);
        fixed.into_iter().chain([key, own(self.path("src")), "--out".into(), own(self.path("out"))]).collect()
    }

    fn case(&self) -> PathBuf {
        self.path("out/c")
    }

    /// The case is sealed with this key: by hozen's word and by that of the stock tool, with the file written for it.
    fn is_sealed_by(&self, key: &str) {
        let verified = real::hozen(&["verify", self.case().to_str().unwrap(), "--expect-key", &self.fingerprint(key)]);
        assert_eq!(verified.code, Some(0), "{} {}", verified.stdout, verified.stderr);
        let said = self.tool(
            "rm -rf x; mkdir x; cd x; unzip -q ../out/c/evidence/c-E001.zip; cd c-E001; \
             ssh-keygen -Y verify -f custody/sig/allowed_signers -I me -n hozen \
               -s custody/sig/tagmanifest-sha256.txt.sig < tagmanifest-sha256.txt",
        );
        assert!(said.contains("Good \"hozen\" signature for me") && said.contains(&self.fingerprint(key)), "{said}");
    }

    fn nothing_was_made(&self) {
        assert!(!self.path("out").exists());
    }
}

/// A real `ssh-agent`.
struct Agent {
    process: Child,
    socket: PathBuf,
}

impl Agent {
    fn start(desk: &Desk, keys: &[&str]) -> Self {
        let socket = desk.path("agent.sock");
        let process = Command::new("ssh-agent").arg("-D").arg("-a").arg(&socket).stdout(Stdio::null()).spawn().unwrap();
        let agent = Self { process, socket };
        while !agent.socket.exists() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        for key in keys {
            agent.add(desk, key);
        }
        agent
    }

    fn add(&self, desk: &Desk, key: &str) {
        desk.tool(&format!("SSH_AUTH_SOCK={} ssh-add -q {key}", self.socket.display()));
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_file(&self.socket);
    }
}

fn with_agent(socket: &Path, arguments: &[String]) -> Ended {
    run(command().args(arguments).env("SSH_AUTH_SOCK", socket))
}

/// hozen on a terminal of its own: `steps` in Python may use `see(text)`, `type(text)`, `echoes()`, `pid`, `fd`. Gives all that the
/// terminal showed, and the exit code.
fn on_terminal(arguments: &[String], steps: &str) -> (String, i32) {
    let script = format!(
        "import os, pty, signal, sys, termios, time\n\
         pid, fd = pty.fork()\n\
         if pid == 0: os.execv(sys.argv[1], sys.argv[1:])\n\
         shown = b''\n\
         def see(text):\n    \
             global shown, at\n    \
             end = time.time() + 30\n    \
             while text.encode() not in shown[at:]:\n        \
                 assert time.time() < end, shown\n        \
                 shown += os.read(fd, 4096)\n    \
             at += shown[at:].index(text.encode()) + len(text.encode())\n\
         at = 0\n\
         def type(text): os.write(fd, text.encode())\n\
         def echoes(): return bool(termios.tcgetattr(fd)[3] & termios.ECHO)\n\
         {steps}\n\
         while True:\n    \
             try: more = os.read(fd, 4096)\n    \
             except OSError: break\n    \
             if not more: break\n    \
             shown += more\n\
         code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])\n\
         sys.stdout.buffer.write(shown)\n\
         sys.exit(code)\n"
    );
    let mut python = Command::new("python3");
    python.env("LC_ALL", "C").env("TZ", "UTC").env_remove("SSH_AUTH_SOCK");
    let output = python.arg("-c").arg(script).arg(env!("CARGO_BIN_EXE_hozen")).args(arguments).output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (shown, output.status.code().unwrap_or(-1))
}

#[test]
fn a_passphrase_is_asked_on_the_terminal_and_never_shown() {
    let desk = Desk::new();
    let steps = "see('Passphrase of the key'); assert not echoes(); type('wrong one\\n'); see('Once more'); \
                 see('Passphrase of'); type('open sesame\\n'); see('hozen.collect/1'); assert echoes()";
    let (shown, code) = on_terminal(&desk.collect("locked"), steps);
    assert!(code == 0 && !shown.contains("sesame") && !shown.contains("wrong one"), "{code} {shown}");
    desk.is_sealed_by("locked");
}

#[test]
fn three_wrong_passphrases_end_it_before_anything_is_made() {
    let desk = Desk::new();
    let steps = "[(see('Passphrase of'), type('nonsense\\n')) for _ in range(3)]";
    let (shown, code) = on_terminal(&desk.collect("locked"), steps);
    assert!(code == 2 && shown.contains("not the passphrase") && !shown.contains("nonsense"), "{code} {shown}");
    desk.nothing_was_made();
}

#[test]
fn however_the_question_ends_the_terminal_is_as_before() {
    let desk = Desk::new();
    for (end, due) in [("type('\\x03')", 130), ("os.kill(pid, signal.SIGTERM)", 130), ("type('\\x04')", 2)] {
        let steps = format!("see('Passphrase of'); {end}; see('what to do'); assert echoes()");
        let (shown, code) = on_terminal(&desk.collect("locked"), &steps);
        assert_eq!(code, due, "{end}: {shown}");
        desk.nothing_was_made();
    }
    // Ctrl-Z: stopped with the echo on, and the question is put once more.
    let steps = "see('Passphrase of'); type('\\x1a'); assert os.WIFSTOPPED(os.waitpid(pid, os.WUNTRACED)[1]); assert echoes(); \
                 os.kill(pid, signal.SIGCONT); see('Passphrase of'); assert not echoes(); type('open sesame\\n'); \
                 see('hozen.collect/1')";
    let (shown, code) = on_terminal(&desk.collect("locked"), steps);
    assert_eq!(code, 0, "{shown}");
    desk.is_sealed_by("locked");
}

#[test]
fn a_passphrase_comes_over_a_file_descriptor() {
    let desk = Desk::new();
    let over = |script: &str| run(in_shell(script).args(desk.collect("locked")).args(["--passphrase-fd", "7"]));
    for (script, due) in [
        ("\"$@\" 7< <(printf 'wrong')", "not the passphrase"),
        ("\"$@\" 7<&-", "file descriptor 7 is not open"),
        ("\"$@\" 7>/dev/null", "file descriptor 7 is not open"),
        ("\"$@\" 7</dev/null", "nothing was given"),
        ("\"$@\" 7</dev/zero", "longer than 1024 bytes"),
    ] {
        let refused = over(script);
        assert!(refused.code == Some(2) && refused.stderr.contains(due), "{script}: {}", refused.stderr);
        desk.nothing_was_made();
    }
    // No line is needed, and what follows one is left alone.
    let taken = over("exec 7< <(printf 'open sesame\\nrest'); \"$@\"; code=$?; cat <&7 >&2; exit $code");
    assert!(taken.code == Some(0) && taken.stderr.ends_with("rest"), "{}", taken.stderr);
    desk.is_sealed_by("locked");
    assert!(!fs::read_to_string(desk.case().join("custody/custody.jsonl")).unwrap().contains("sesame"));
}

#[test]
fn without_a_terminal_the_ways_out_are_named() {
    let desk = Desk::new();
    let refused = run(Command::new("setsid")
        .arg("-w")
        .arg(env!("CARGO_BIN_EXE_hozen"))
        .args(desk.collect("locked"))
        .env("LC_ALL", "C"));
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("no terminal") && refused.stderr.contains("--passphrase-fd"), "{}", refused.stderr);
    desk.nothing_was_made();
}

#[test]
fn a_key_in_the_agent_signs_by_its_word_fingerprint_comment_or_public_file() {
    let desk = Desk::new();
    let agent = Agent::start(&desk, &["plain"]);
    let print = format!("agent:{}", desk.fingerprint("plain"));
    for key in ["agent", &print, "agent:me@desk", "plain.pub"] {
        let taken = with_agent(&agent.socket, &desk.collect(key));
        assert_eq!(taken.code, Some(0), "{key}: {}", taken.stderr);
        desk.is_sealed_by("plain");
        assert!(!desk.case().join("secret/sign.key").exists());
        fs::remove_dir_all(desk.path("out")).unwrap();
    }
    // The socket by a relative path, and `respond` as well.
    let mut arguments = desk.collect("agent");
    arguments[0] = "respond".into();
    let taken = run(command().args(&arguments).env("SSH_AUTH_SOCK", "agent.sock").current_dir(desk.folder.path()));
    assert_eq!(taken.code, Some(0), "{}", taken.stderr);
    desk.is_sealed_by("plain");
}

#[test]
fn an_agent_that_can_not_sign_says_so_before_anything_is_read() {
    let desk = Desk::new();
    desk.tool("ssh-keygen -q -t ecdsa -N '' -C other -f ecdsa; ssh-keygen -q -t ed25519 -N '' -C second -f second");
    let refused = |socket: &Path, key: &str, due: &[&str]| {
        let refused = with_agent(socket, &desk.collect(key));
        assert_eq!(refused.code, Some(2), "{}", refused.stderr);
        due.iter().for_each(|due| assert!(refused.stderr.contains(due), "{key}: {} not in {}", due, refused.stderr));
        desk.nothing_was_made();
    };
    refused(Path::new(""), "agent", &["SSH_AUTH_SOCK is not set"]);
    refused(&desk.path("nowhere"), "agent", &["does not answer"]);
    let agent = Agent::start(&desk, &[]);
    refused(&agent.socket, "agent", &["no ssh-ed25519 key", "it holds none"]);
    agent.add(&desk, "ecdsa");
    refused(&agent.socket, "agent", &["no ssh-ed25519 key", "ecdsa"]);
    refused(&agent.socket, "agent:other", &["ecdsa", "not ssh-ed25519"]);
    refused(&agent.socket, "ecdsa.pub", &["not ssh-ed25519"]);
    agent.add(&desk, "plain");
    agent.add(&desk, "second");
    let (one, two) = (desk.fingerprint("plain"), desk.fingerprint("second"));
    refused(&agent.socket, "agent", &["several", &one, &two, "me@desk", "second"]);
    refused(&agent.socket, "agent:nobody", &["\"nobody\"", &one]);
    refused(&agent.socket, "locked.pub", &[&desk.fingerprint("locked")]);
    desk.tool(&format!(
        "export SSH_AUTH_SOCK={}; printf '#!/bin/sh\\necho x\\n' > ask; chmod +x ask; \
         SSH_ASKPASS=$PWD/ask SSH_ASKPASS_REQUIRE=force setsid ssh-add -x",
        agent.socket.display()
    ));
    refused(&agent.socket, "agent", &["it holds none"]);
}

#[test]
fn an_agent_that_is_gone_at_the_seal_costs_no_evidence() {
    let desk = Desk::new();
    // Enough to be at work when the agent goes.
    desk.tool("for n in $(seq 400); do head -c 300000 /dev/urandom > src/n$n; done");
    let agent = Agent::start(&desk, &["plain"]);
    let mut hozen = command();
    hozen.args(desk.collect("agent")).env("SSH_AUTH_SOCK", &agent.socket).stdout(Stdio::piped()).stderr(Stdio::piped());
    let process = hozen.spawn().unwrap();
    while !desk.case().join("custody/custody.jsonl").exists() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    drop(agent);
    let ended = Ended::from(process.wait_with_output().unwrap());
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    for due in ["agent did not sign", "nothing is sealed", "hozen collect --resume"] {
        assert!(ended.stderr.contains(due), "{}", ended.stderr);
    }
    let case = desk.case();
    assert_eq!(real::hozen(&["verify", case.to_str().unwrap()]).code, Some(4));
    let resume = |key: &[&str]| {
        let arguments = ["collect", "--resume", case.to_str().unwrap()].into_iter().chain(key.iter().copied());
        arguments.map(str::to_owned).collect::<Vec<_>>()
    };
    // Another key, or none, does not go on with it; of several the one that it began with is meant.
    let agent = Agent::start(&desk, &[]);
    desk.tool("ssh-keygen -q -t ed25519 -N '' -C second -f second");
    agent.add(&desk, "second");
    for key in [&["--sign-key", "agent"][..], &[]] {
        let refused = with_agent(&agent.socket, &resume(key));
        assert!(refused.code == Some(2) && refused.stderr.contains(&desk.fingerprint("plain")), "{}", refused.stderr);
    }
    agent.add(&desk, "plain");
    let ended = with_agent(&agent.socket, &resume(&["--sign-key", "agent"]));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    desk.is_sealed_by("plain");
}

/// An agent that answers each question with the next of these, and then with the last; nothing more.
fn liar(desk: &Desk, number: usize, answers: Vec<Vec<u8>>) -> PathBuf {
    let socket = desk.path(&format!("liar{number}"));
    let listener = UnixListener::bind(&socket).unwrap();
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let mut length = [0; 4];
            stream.read_exact(&mut length).unwrap();
            let mut question = vec![0; u32::from_be_bytes(length) as usize];
            stream.read_exact(&mut question).unwrap();
            let _ = stream.write_all(&answers[number.min(answers.len() - 1)]);
            // Held open: who waits for more, waits.
            std::mem::forget(stream);
        }
    });
    socket
}

fn framed(kind: u8, parts: &[&[u8]]) -> Vec<u8> {
    let text = |part: &[u8]| [&u32::try_from(part.len()).unwrap().to_be_bytes()[..], part].concat();
    let body = parts.iter().flat_map(|part| text(part)).collect::<Vec<_>>();
    let count: &[u8] = if kind == 12 { &[0, 0, 0, 1] } else { &[] };
    text(&[&[kind][..], count, &body[..]].concat())
}

#[test]
fn an_agent_that_lies_is_found_out() {
    let desk = Desk::new();
    let public = desk.tool("cut -d' ' -f2 plain.pub");
    let blob = data_encoding::BASE64.decode(public.trim().as_bytes()).unwrap();
    let keys = framed(12, &[&blob, b"me"]);
    let signature = |bytes: &[u8]| framed(14, &[&framed_pair(b"ssh-ed25519", bytes)]);
    let lies = [
        ("claims 4 GiB", vec![vec![0xff, 0xff, 0xff, 0xff, 12]], "4294967295 bytes"),
        ("claims more than it sends", vec![vec![0, 0, 0, 9, 12]], "timed out"),
        ("answers something else", vec![framed(14, &[b"x"])], "another kind than the question"),
        ("counts more than it has", vec![vec![0, 0, 0, 5, 12, 0xff, 0xff, 0xff, 0xff]], "ends too early"),
        ("refuses", vec![keys.clone(), vec![0, 0, 0, 1, 5]], "refused"),
        ("signs nothing", vec![keys.clone(), framed(14, &[b""])], "holds no signature"),
        ("signs too short", vec![keys.clone(), signature(&[7; 63])], "holds no signature"),
        ("signs something else", vec![keys.clone(), signature(&[7; 64])], "does not fit"),
    ];
    for (number, (what, answers, due)) in lies.into_iter().enumerate() {
        let refused = with_agent(&liar(&desk, number, answers), &desk.collect("agent"));
        assert!(refused.code == Some(2) && refused.stderr.contains(due), "{what}: {}", refused.stderr);
        desk.nothing_was_made();
    }
}

fn framed_pair(one: &[u8], two: &[u8]) -> Vec<u8> {
    let text = |part: &[u8]| [&u32::try_from(part.len()).unwrap().to_be_bytes()[..], part].concat();
    [text(one), text(two)].concat()
}
