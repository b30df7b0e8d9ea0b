//! Promise 10: no network, unless a flag names the address. What `--tsa` and `--ntp-server` ask is answered by servers of our
//! own on this machine: right, wrong and hostile ones.
#![expect(clippy::disallowed_methods, reason = "a test may change the temporary folder that it made")]

mod authority;
mod real;

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

use authority::{Authority, P256};
use hozen::disk::network::http::{HttpError, Question, post};
use real::{Ended, command, run};

/// A web server in the folder of an authority: what it answers goes by the path.
const SERVER: &str = r#"
import http.server, ssl, subprocess, sys, time
class Answers(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_): pass
    def answer(self, body, kind='application/timestamp-reply', status=200, **more):
        self.send_response(status)
        for name, value in {'Content-Type': kind, 'Content-Length': str(len(body)), **more}.items(): self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
    def stamp(self, query):
        open('q.tsq', 'wb').write(query)
        subprocess.run('openssl ts -reply -config openssl.cnf -section good -queryfile q.tsq -out r.tsr', shell=True, check=True, stderr=subprocess.DEVNULL)
        return open('r.tsr', 'rb').read()
    def do_POST(self):
        query = self.rfile.read(int(self.headers['Content-Length']))
        assert self.headers['Content-Type'] == 'application/timestamp-query', self.headers
        path = self.path
        if path == '/good': self.answer(self.stamp(query), 'Application/Timestamp-Reply; charset=x')
        elif path == '/other': self.answer(self.stamp(query[:-12] + bytes([query[-12] ^ 1]) + query[-11:]))
        elif path == '/html': self.answer(self.stamp(query), 'text/html')
        elif path == '/redirect': self.answer(b'', status=302, Location='/good')
        elif path == '/moved': self.answer(b'', status=308, Location='http://127.0.0.1:1/')
        elif path == '/fails': self.answer(b'no', status=503)
        elif path == '/huge': self.answer(bytes(400000))
        elif path == '/claims': self.answer(b'x', **{'Content-Length': str(10 ** 18)})
        elif path == '/empty': self.answer(b'')
        elif path == '/garbage': self.wfile.write(b'\x00\x01 what?\r\n' * 9)
        elif path == '/headers': self.wfile.write(b'HTTP/1.1 200 OK\r\n' + b'X-A: %s\r\n' % (b'y' * 1000) * 999)
        elif path == '/slow':
            self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\nContent-Length: 99\r\n\r\n')
            for _ in range(40): self.wfile.write(b'x'); self.wfile.flush(); time.sleep(0.1)
        elif path == '/private':
            allowed = self.headers.get('Authorization') == 'Basic bWU6b3BlbiBzZXNhbWU='
            self.answer(self.stamp(query) if allowed else b'', status=200 if allowed else 401)
server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Answers)
server.handle_error = lambda *_: None
if len(sys.argv) > 1:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain('web.pem', 'web.key')
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
"#;

struct Server {
    process: Child,
    base: String,
}

impl Server {
    fn start(authority: &Authority, is_secure: bool) -> Self {
        let mut python = Command::new("python3");
        python.arg("-c").arg(SERVER).args(is_secure.then_some("tls")).current_dir(authority.folder());
        let mut process = python.stdout(Stdio::piped()).spawn().unwrap();
        let mut port = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut port).unwrap();
        let scheme = if is_secure { "https" } else { "http" };
        Self { process, base: format!("{scheme}://127.0.0.1:{}", port.trim()) }
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A case with one sealed piece of evidence.
fn case(folder: &Path) -> PathBuf {
    fs::create_dir(folder.join("source")).unwrap();
    fs::write(folder.join("source/a.txt"), "hello").unwrap();
    let [source, out] = ["source", ""].map(|name| folder.join(name).to_str().unwrap().to_owned());
    let ended = real::hozen(&["collect", &source, "--out", &out, "--case", "C1", "--force"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    folder.join("C1")
}

fn stamp(case: &Path, more: &[&str]) -> Ended {
    // No proxy of the environment is asked.
    let proxy = "http://127.0.0.1:1";
    let arguments = [&["custody", "stamp", case.to_str().unwrap()], more].concat();
    run(command().args(arguments).envs([("http_proxy", proxy), ("https_proxy", proxy), ("ALL_PROXY", proxy)]))
}

#[test]
fn a_stamp_is_asked_for_checked_and_kept_in_one_go() {
    let (folder, authority) = (tempfile::tempdir().unwrap(), Authority::new(P256));
    let (case, server) = (case(folder.path()), Server::start(&authority, false));
    let (ca, url) = (authority.ca(), server.at("/good"));
    let ended = stamp(&case, &["--tsa", &url, "--ca", ca.to_str().unwrap(), "--format", "json"]);
    assert_eq!(ended.code, Some(0), "{} {}", ended.stdout, ended.stderr);
    let answer = ended.json();
    assert_eq!(
        (&answer["schema"], &answer["evidence"], &answer["tsa"], &answer["with_changes"]),
        (&"hozen.stamp/1".into(), &"C1-E001.zip".into(), &url.clone().into(), &false.into())
    );
    assert_eq!((&answer["stamp"]["signature"], &answer["stamp"]["chain"]), (&"verified".into(), &"verified".into()));
    // Byte for byte what the authority sent; the address stands in the chain.
    let kept = fs::read(case.join(answer["stamp"]["file"].as_str().unwrap())).unwrap();
    assert_eq!(kept, fs::read(authority.folder().join("r.tsr")).unwrap());
    let journal = fs::read_to_string(case.join("custody/custody.jsonl")).unwrap();
    assert!(journal.contains(&format!("\"tsa\":\"{url}\"")), "{journal}");
    assert_eq!(real::hozen(&["verify", case.to_str().unwrap()]).code, Some(0));
    // And for scripts, the two halves.
    let query = folder.path().join("q.tsq");
    let asked = stamp(&case, &["--request", query.to_str().unwrap(), "--format", "json"]).json();
    assert_eq!((&asked["query"], &asked["stamp"]), (&query.to_str().unwrap().into(), &serde_json::Value::Null));
    assert_eq!(asked["seal_sha256"], answer["seal_sha256"]);
}

#[test]
fn servers_that_answer_wrongly_leave_nothing_behind() {
    let (folder, authority) = (tempfile::tempdir().unwrap(), Authority::new(P256));
    let (case, server) = (case(folder.path()), Server::start(&authority, false));
    let journal = fs::read(case.join("custody/custody.jsonl")).unwrap();
    for (path, code, due) in [
        ("/html", 2, "text/html"),
        ("/redirect", 2, "elsewhere, and that is not followed: /good"),
        ("/moved", 2, "elsewhere"),
        ("/fails", 2, "answered 503"),
        ("/private", 2, "answered 401"),
        ("/huge", 2, "more than 262144 bytes"),
        ("/claims", 2, "not reached, or did not answer"),
        ("/garbage", 2, "not reached, or did not answer"),
        ("/headers", 2, "not reached, or did not answer"),
        ("/none", 2, "not reached, or did not answer"),
        ("/empty", 4, "no time stamp on this seal"),
        ("/other", 4, "other query"),
    ] {
        let refused = stamp(&case, &["--tsa", &server.at(path)]);
        assert!(refused.code == Some(code), "{path}: {:?} {}", refused.code, refused.stderr);
        assert!(path == "/other" || refused.stderr.contains(due), "{path}: {}", refused.stderr);
        assert!(!refused.stderr.contains('\x1b'));
    }
    let url = server.at("/good").replace("http://", "http://me:secret@");
    for url in ["ftp://127.0.0.1/", "http:///", "", &url, "http://127.0.0.1:1/"] {
        assert_eq!(stamp(&case, &["--tsa", url]).code, Some(2), "{url}");
    }
    assert_eq!(fs::read(case.join("custody/custody.jsonl")).unwrap(), journal);
    assert!(!case.join("custody/C1-E001.tsr").exists());
}

#[test]
fn a_slow_server_is_given_up() {
    let authority = Authority::new(P256);
    let server = Server::start(&authority, false);
    let question = Question {
        url: &server.at("/slow"),
        kind: "application/timestamp-query",
        body: &[0; 69],
        due: "application/timestamp-reply",
        limit: 1000,
        patience: Duration::from_millis(700),
        authorization: None,
        known_by: None,
    };
    let began = std::time::Instant::now();
    assert!(matches!(post(&question), Err(HttpError::Unreachable(why)) if why.contains("timeout")));
    assert!(began.elapsed() < Duration::from_secs(3));
}

#[test]
fn a_server_is_known_by_its_certificate_and_a_password_never_goes_in_clear() {
    let (folder, authority) = (tempfile::tempdir().unwrap(), Authority::new(P256));
    authority.tool(
        "printf 'subjectAltName=IP:127.0.0.1\\nbasicConstraints=CA:FALSE\\n' > web.ext; openssl genpkey -algorithm RSA -out web.key; \
         openssl req -new -key web.key -subj /CN=web -out web.csr; openssl x509 -req -in web.csr -CA ca.pem -CAkey ca.key \
         -set_serial 9 -days 2 -extfile web.ext -out web.pem",
    );
    let (case, server, plain) =
        (case(folder.path()), Server::start(&authority, true), Server::start(&authority, false));
    let ca = authority.ca();
    let ca = ca.to_str().unwrap();
    // Not by a CA that browsers trust.
    let refused = stamp(&case, &["--tsa", &server.at("/good")]);
    assert!(refused.code == Some(2) && refused.stderr.contains("certificate"), "{}", refused.stderr);
    let with_password = |server: &Server| {
        let script = "\"$@\" 5< <(printf 'open sesame')";
        let fixed = ["custody", "stamp", case.to_str().unwrap(), "--ca", ca, "--tls-ca", ca, "--tsa-user", "me"];
        run(real::in_shell(script).args(fixed).args(["--passphrase-fd", "5", "--tsa", &server.at("/private")]))
    };
    let refused = with_password(&plain);
    assert!(refused.code == Some(2) && refused.stderr.contains("everybody on the way"), "{}", refused.stderr);
    let ended = with_password(&server);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(!fs::read_to_string(case.join("custody/custody.jsonl")).unwrap().contains("sesame"));
}

/// What sockets a command makes.
fn sockets(arguments: &[&str]) -> String {
    let trace = tempfile::NamedTempFile::new().unwrap();
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-e", "trace=socket,connect,sendto,bind", "-o"]).arg(trace.path());
    strace.arg(env!("CARGO_BIN_EXE_hozen")).args(arguments).env("LC_ALL", "C").stdin(Stdio::null());
    let ended = run(&mut strace);
    assert!(matches!(ended.code, Some(0 | 3)), "{arguments:?} {}", ended.stderr);
    fs::read_to_string(trace.path()).unwrap()
}

#[test]
fn without_a_flag_that_names_an_address_no_socket_of_a_network_is_made() {
    let (folder, authority) = (tempfile::tempdir().unwrap(), Authority::new(P256));
    let case = case(folder.path());
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (root, source, out) = (case.to_str().unwrap(), path("source"), path("out"));
    let (query, reply) = (path("q.tsq"), path("r.tsr"));
    let none = |arguments: &[&str]| {
        let seen = sockets(arguments);
        assert!(!seen.contains("AF_INET"), "{arguments:?} {seen}");
    };
    none(&["collect", &source, "--out", &out, "--case", "one"]);
    none(&["respond", &source, "--volatile", "--out", &out, "--case", "two"]);
    none(&["scan", &source]);
    none(&["verify", root]);
    none(&["custody", "add", root, "--act", "note", "--note", "x"]);
    none(&["custody", "stamp", root, "--request", &query]);
    fs::write(&reply, authority.reply("good", &fs::read(&query).unwrap())).unwrap();
    none(&["custody", "stamp", root, "--import", &reply]);
    // The look at sockets sees them where there are some.
    let server = Server::start(&authority, false);
    assert!(sockets(&["custody", "stamp", root, "--tsa", &server.at("/good")]).contains("AF_INET"));
    let time = time_server(|question, now| vec![answer(question, 0x24, 2, now)]);
    assert!(
        sockets(&["custody", "add", root, "--act", "note", "--note", "x", "--ntp-server", &time]).contains("AF_INET")
    );
}

/// A time server that answers a question at a time (seconds since 1900) with these messages. Gives its address.
fn time_server(answers: impl Fn(&[u8], f64) -> Vec<Vec<u8>> + Send + 'static) -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        let mut buffer = [0; 100];
        while let Ok((count, from)) = socket.recv_from(&mut buffer) {
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64() + 2_208_988_800.0;
            for message in answers(&buffer[..count], now) {
                socket.send_to(&message, from).unwrap();
            }
        }
    });
    address
}

fn answer(question: &[u8], head: u8, stratum: u8, seconds: f64) -> Vec<u8> {
    assert_eq!((question.len(), question[0]), (48, 0x23));
    let time = ((seconds.trunc() as u64) << 32 | (seconds.fract() * 4_294_967_296.0) as u64).to_be_bytes();
    let reference = if stratum == 0 { *b"RATE" } else { [10, 0, 0, 1] };
    [&[head, stratum, 6, 0xe9][..], &[0; 8], &reference, &time, &question[40..], &time, &time].concat()
}

#[test]
fn a_time_server_says_how_far_the_clock_is_off() {
    let folder = tempfile::tempdir().unwrap();
    let case = case(folder.path());
    // Its clock is 7.5 s ahead of ours, and a lie comes before its answer.
    let server = time_server(|question, now| {
        let lie = answer(&[&question[..40], &[1; 8]].concat(), 0x24, 1, now + 999.0);
        vec![lie, b"noise".to_vec(), answer(question, 0x24, 2, now + 7.5)]
    });
    let (source, out) = (folder.path().join("source"), folder.path().join("out"));
    let ended = real::hozen(&[
        "collect",
        source.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
        "--case",
        "c",
        "--ntp-server",
        &server,
    ]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let record: serde_json::Value =
        serde_json::from_slice(&real::member(&real::zip(&out.join("c")), "acquisition.json")).unwrap();
    let offset = record["clock_offset_ms"].as_i64().unwrap();
    assert!((-7_700..=-7_400).contains(&offset), "{record}");
    let ntp = &record["clock"]["ntp"];
    assert_eq!(
        (&ntp["server"], &ntp["stratum"], &ntp["reference_id"]),
        (&server.as_str().into(), &2.into(), &"0a000001".into())
    );
    assert!(ntp["round_trip_us"].as_i64().unwrap() < 200_000 && ntp.get("failed").is_none(), "{ntp}");
    assert!(record["clock_offset_source"].as_str().unwrap().contains("stratum 2"), "{record}");
    let added = real::hozen(&[
        "custody",
        "add",
        case.to_str().unwrap(),
        "--act",
        "note",
        "--note",
        "x",
        "--ntp-server",
        &server,
        "--format",
        "json",
    ]);
    let clock = &added.json()["chain"][0]["detail"]["clock"];
    assert!(
        (-7_700..=-7_400).contains(&clock["offset_ms"].as_i64().unwrap()) && clock["ntp"]["address"] == server.as_str(),
        "{clock}"
    );
}

#[test]
fn a_time_server_that_is_of_no_use_is_recorded_and_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    case(folder.path());
    let (source, out) = (folder.path().join("source"), folder.path().join("out"));
    let nobody = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let tried = [
        (time_server(|q, now| vec![answer(q, 0x24, 0, now)]), "refused, with the code RATE"),
        (time_server(|q, now| vec![answer(q, 0xe4, 2, now)]), "own clock is not set"),
        (time_server(|q, now| vec![answer(q, 0x24, 16, now)]), "own clock is not set"),
        (time_server(|q, now| vec![answer(&[&q[..40], &[1; 8]].concat(), 0x24, 2, now)]), "another question"),
        (time_server(|_, _| Vec::new()), "did not answer within 3 seconds"),
        (nobody, "not reached"),
        ("no.such.name.invalid".to_owned(), "leads to no address"),
    ];
    for (number, (server, due)) in tried.iter().enumerate() {
        let name = format!("c{number}");
        let ended = real::hozen(&[
            "collect",
            source.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
            "--case",
            &name,
            "--ntp-server",
            server,
        ]);
        assert!(ended.code == Some(0) && ended.stderr.contains(due), "{due}: {}", ended.stderr);
        let record: serde_json::Value =
            serde_json::from_slice(&real::member(&real::zip(&out.join(&name)), "acquisition.json")).unwrap();
        assert!(record["clock"]["ntp"]["failed"].as_str().unwrap().contains(due), "{record}");
        assert!(record.get("clock_offset_ms").is_none_or(serde_json::Value::is_null), "{record}");
    }
}
