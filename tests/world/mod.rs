//! A world for tests: fixed time, fixed keys, captured output. hozen runs in-process, unconfined.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part of this")]

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use hozen::cli::{self, Env};
use hozen::disk::host::Host;
use hozen::model::Lang;
use hozen::seal::lanes::Kernels;

/// A writer that tests can read.
#[derive(Clone, Default)]
pub(crate) struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Captured {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// How a run ended.
pub(crate) struct Ended {
    pub(crate) code: u8,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// stdout as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {} / {}", self.stdout, self.stderr))
    }
}

/// Runs hozen with these arguments.
pub(crate) fn hozen<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Ended {
    hozen_in(Lang::En, arguments)
}

/// Runs hozen with these arguments under a locale.
pub(crate) fn hozen_in<S: AsRef<std::ffi::OsStr>>(lang: Lang, arguments: &[S]) -> Ended {
    hozen_with(Kernels::default(), lang, arguments)
}

/// Runs hozen with these arguments, hashing with these kernels.
pub(crate) fn hozen_with<S: AsRef<std::ffi::OsStr>>(kernels: Kernels, lang: Lang, arguments: &[S]) -> Ended {
    let (stdout, stderr) = (Captured::default(), Captured::default());
    let mut env = Env {
        now: std::rc::Rc::new(|| "2026-11-21T12:00:00+09:00[Asia/Tokyo]".parse().unwrap()),
        // The same keys every time: what is made must be the same too.
        random: Box::new(|buffer| {
            buffer.iter_mut().zip(1u8..).for_each(|(byte, n)| *byte = n);
            Ok(())
        }),
        agent: None,
        local_rules: Vec::new(),
        host: Host::read(Some("Asia/Tokyo")),
        user: "tester".to_owned(),
        lang,
        stdout: Box::new(stdout.clone()),
        stderr: Box::new(stderr.clone()),
        stderr_is_terminal: false,
        stdout_is_terminal: false,
        working_folder: std::env::current_dir().unwrap(),
        cores: 2,
        kernels,
        stop: Arc::new(AtomicBool::new(false)),
        argv: vec!["hozen".to_owned()],
        confine: false,
    };
    let arguments: Vec<OsString> =
        std::iter::once("hozen".into()).chain(arguments.iter().map(|argument| argument.as_ref().to_owned())).collect();
    let code = cli::run(arguments, &mut env).code();
    Ended { code, stdout: stdout.text(), stderr: stderr.text() }
}

/// Writes a file below a folder, making the folders in between.
pub(crate) fn put(root: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let path = root.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// A zip archive of these members.
pub(crate) fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
