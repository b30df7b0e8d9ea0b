//! A secret from the terminal, with the echo off, or from an open handle: one line, within a limit, wiped when it was used.
//!
//! However the question ends (Ctrl-C, a signal, Ctrl-Z, an error), the terminal is as it was before.

#![expect(clippy::disallowed_methods, reason = "disk is the floor that touches files")]

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
use rustix::termios::{LocalModes, OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr};
use signal_hook::consts::{SIGSTOP, SIGTSTP};
use zeroize::Zeroizing;

use crate::model::limits::PASSPHRASE_BYTES;

/// A secret, wiped when it is dropped.
pub type Secret = Zeroizing<Vec<u8>>;

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The process has no terminal.
    #[error("there is no terminal to ask on")]
    NoTerminal(#[source] io::Error),
    /// The user ended it.
    #[error("interrupted")]
    Interrupted,
    /// The end came before anything else did.
    #[error("nothing was given")]
    Nothing,
    /// Longer than the limit.
    #[error("it is longer than {PASSPHRASE_BYTES} bytes")]
    TooLong,
    /// No such handle is open for reading.
    #[error("file descriptor {0} is not open for reading")]
    NotOpen(u32),
    /// The handle is a terminal, whose echo would show the secret.
    #[error("file descriptor {0} is a terminal, which would show what is typed")]
    IsTerminal(u32),
    /// Reading failed.
    #[error("it could not be read")]
    Read(#[source] io::Error),
}

/// Asks on the terminal of the process. `stop` is set by whoever catches signals.
///
/// # Errors
/// [`AskError`].
pub fn ask(prompt: &str, stop: &AtomicBool) -> Result<Secret, AskError> {
    ask_by(prompt, stop, Echo::Off)
}

/// The same for an answer that is no secret: what is typed is shown.
///
/// # Errors
/// [`AskError`].
pub fn ask_shown(prompt: &str, stop: &AtomicBool) -> Result<String, AskError> {
    let answer = ask_by(prompt, stop, Echo::On)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Whether the terminal shows what is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Echo {
    On,
    Off,
}

fn ask_by(prompt: &str, stop: &AtomicBool, echo: Echo) -> Result<Secret, AskError> {
    let mut options = File::options();
    let flags = (OFlags::NOCTTY | OFlags::CLOEXEC).bits().cast_signed();
    let tty = options.read(true).write(true).custom_flags(flags).open("/dev/tty").map_err(AskError::NoTerminal)?;
    let suspend = Suspend::caught();
    suspend.asking(true);
    let answer = ask_on(&tty, prompt, (stop, suspend), echo);
    suspend.asking(false);
    answer
}

fn ask_on(tty: &File, prompt: &str, (stop, suspend): (&AtomicBool, &Suspend), echo: Echo) -> Result<Secret, AskError> {
    loop {
        let quiet = Quiet::begin(tty, echo)?;
        say(tty, prompt)?;
        let line = read_line(tty, &|| stop.load(Ordering::Relaxed) || suspend.is_due());
        if matches!(line, Err(AskError::TooLong)) {
            // What is left of it must not be taken for the answer to the next question.
            let _ = tcflush(tty, QueueSelector::IFlush);
        }
        drop(quiet);
        if echo == Echo::Off || line.is_err() {
            say(tty, "\n")?;
        }
        if !stop.load(Ordering::Relaxed) && suspend.take() {
            // As the user asked with Ctrl-Z, now that the terminal is as it was; afterwards the question is put again.
            signal_hook::low_level::raise(SIGSTOP).map_err(AskError::Read)?;
            continue;
        }
        return line;
    }
}

fn say(mut tty: &File, text: &str) -> Result<(), AskError> {
    tty.write_all(text.as_bytes()).and_then(|()| tty.flush()).map_err(AskError::Read)
}

/// Reads a line from a handle that whoever started the process left open.
///
/// # Errors
/// [`AskError`].
pub fn from_handle(number: u32, stop: &AtomicBool) -> Result<Secret, AskError> {
    let handle = handle(number)?;
    if rustix::termios::isatty(&handle) {
        return Err(AskError::IsTerminal(number));
    }
    read_line(&handle, &|| stop.load(Ordering::Relaxed)).map_err(|error| match error {
        AskError::Read(cause) if Errno::from_io_error(&cause) == Some(Errno::BADF) => AskError::NotOpen(number),
        error => error,
    })
}

/// A handle of our own for one that was inherited: only the kernel knows whether it is open.
fn handle(number: u32) -> Result<OwnedFd, AskError> {
    let raw = i32::try_from(number).map_err(|_| AskError::NotOpen(number))?;
    let ours = pidfd_open(getpid(), PidfdFlags::empty());
    match ours.and_then(|process| pidfd_getfd(process, raw, PidfdGetfdFlags::empty())) {
        Ok(handle) => return Ok(handle),
        Err(Errno::BADF) => return Err(AskError::NotOpen(number)),
        // An old kernel, or a container that forbids it.
        Err(_) => {}
    }
    let path = PathBuf::from(format!("/proc/self/fd/{number}"));
    File::open(path).map(OwnedFd::from).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => AskError::NotOpen(number),
        _ => AskError::Read(error),
    })
}

/// One line without its newline, byte by byte: what follows it belongs to another question.
fn read_line(from: &impl AsFd, ends: &dyn Fn() -> bool) -> Result<Secret, AskError> {
    // With its full room from the start: a buffer that grows leaves copies behind.
    let mut line: Secret = Zeroizing::new(Vec::with_capacity(PASSPHRASE_BYTES));
    let mut byte = Zeroizing::new([0_u8]);
    loop {
        wait(from, ends)?;
        match rustix::io::read(from, &mut byte[..]) {
            Ok(0) if line.is_empty() => return Err(AskError::Nothing),
            Ok(0) => return Ok(line),
            Ok(_) if byte[0] == b'\n' => return Ok(line),
            Ok(_) if line.len() == PASSPHRASE_BYTES => return Err(AskError::TooLong),
            Ok(_) => line.push(byte[0]),
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(error) => return Err(AskError::Read(error.into())),
        }
    }
}

/// Waits until something can be read; a signal ends the waiting, and one that came just before it is seen a moment later.
fn wait(from: &impl AsFd, ends: &dyn Fn() -> bool) -> Result<(), AskError> {
    let moment = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
    loop {
        if ends() {
            return Err(AskError::Interrupted);
        }
        match poll(&mut [PollFd::new(from, PollFlags::IN)], Some(&moment)) {
            Ok(0) | Err(Errno::INTR) => {}
            Ok(_) => return Ok(()),
            Err(error) => return Err(AskError::Read(error.into())),
        }
    }
}

/// A terminal that asks, and does not show what is typed unless it may, until this is dropped.
struct Quiet<'t> {
    tty: &'t File,
    before: Termios,
}

impl<'t> Quiet<'t> {
    fn begin(tty: &'t File, echo: Echo) -> Result<Self, AskError> {
        let failed = |error: Errno| AskError::Read(error.into());
        let before = tcgetattr(tty).map_err(failed)?;
        let mut quiet = before.clone();
        if echo == Echo::Off {
            quiet.local_modes.remove(LocalModes::ECHO | LocalModes::ECHOE | LocalModes::ECHOK | LocalModes::ECHONL);
        }
        quiet.local_modes.insert(LocalModes::ICANON | LocalModes::ISIG);
        // From before it is dropped: what was typed before the question is no answer to it.
        let guard = Self { tty, before };
        tcsetattr(tty, OptionalActions::Flush, &quiet).map_err(failed)?;
        Ok(guard)
    }
}

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        let _ = tcsetattr(self.tty, OptionalActions::Now, &self.before);
    }
}

/// Ctrl-Z: while a question is open the process stops only when the terminal is as it was; else at once, as ever.
struct Suspend {
    due: Arc<AtomicBool>,
    at_once: Arc<AtomicBool>,
}

impl Suspend {
    /// Set up once for the process: a handler that was taken away would leave the signal without any effect.
    fn caught() -> &'static Self {
        static CAUGHT: OnceLock<Suspend> = OnceLock::new();
        CAUGHT.get_or_init(|| {
            let suspend = Self { due: Arc::default(), at_once: Arc::new(AtomicBool::new(true)) };
            // Where they can not be set, Ctrl-Z stops the process at once and the shell mends the terminal.
            let _ = signal_hook::flag::register_conditional_default(SIGTSTP, Arc::clone(&suspend.at_once));
            let _ = signal_hook::flag::register(SIGTSTP, Arc::clone(&suspend.due));
            suspend
        })
    }

    fn asking(&self, asking: bool) {
        self.due.store(false, Ordering::Relaxed);
        self.at_once.store(!asking, Ordering::Relaxed);
    }

    fn is_due(&self) -> bool {
        self.due.load(Ordering::Relaxed)
    }

    fn take(&self) -> bool {
        self.due.swap(false, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_pipe(bytes: &[u8]) -> Result<Secret, AskError> {
        let (reader, mut writer) = io::pipe().unwrap();
        writer.write_all(bytes).unwrap();
        drop(writer);
        read_line(&reader, &|| false)
    }

    #[test]
    fn a_line_is_read_and_nothing_behind_it() {
        let (reader, mut writer) = io::pipe().unwrap();
        writer.write_all(b"one\ntwo").unwrap();
        drop(writer);
        let next = || read_line(&reader, &|| false).unwrap().to_vec();
        assert_eq!((next(), next()), (b"one".to_vec(), b"two".to_vec()));
        assert!(matches!(read_line(&reader, &|| false), Err(AskError::Nothing)));
        assert_eq!(from_pipe(b"\n").unwrap().as_slice(), b"");
    }

    #[test]
    fn it_has_a_limit_and_an_end() {
        let longest = vec![b'x'; PASSPHRASE_BYTES];
        assert_eq!(from_pipe(&longest).unwrap().len(), PASSPHRASE_BYTES);
        assert!(matches!(from_pipe(&[&longest[..], b"x"].concat()), Err(AskError::TooLong)));
        let (reader, _writer) = io::pipe().unwrap();
        assert!(matches!(read_line(&reader, &|| true), Err(AskError::Interrupted)));
    }

    #[test]
    fn a_handle_that_is_not_open_is_told() {
        let stop = AtomicBool::new(false);
        assert!(matches!(from_handle(987_654, &stop), Err(AskError::NotOpen(987_654))));
        assert!(matches!(from_handle(u32::MAX, &stop), Err(AskError::NotOpen(u32::MAX))));
    }
}
