//! The one place where time, host, randomness and the terminal come in. Tests hand in their own.

use std::io::{IsTerminal, Write};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jiff::Zoned;

use crate::disk::host::{self, Host};
use crate::model::{Lang, RawPath};
use crate::seal::lanes::Kernels;

/// Fills a buffer with random bytes.
pub type Random = Box<dyn Fn(&mut [u8]) -> std::io::Result<()>>;

/// The world as the verbs see it.
pub struct Env {
    /// The time now, in the machine's zone.
    pub now: Rc<dyn Fn() -> Zoned>,
    /// Fills a buffer with random bytes for keys.
    pub random: Random,
    /// Socket of the user's SSH agent.
    pub agent: Option<PathBuf>,
    /// Folders in which rules of this machine, of the user, and of the medium that hozen lies on are looked for.
    pub local_rules: Vec<PathBuf>,
    /// Facts of the machine.
    pub host: Host,
    /// Login name of the user.
    pub user: String,
    /// Language by the locale.
    pub lang: Lang,
    /// Data goes here.
    pub stdout: Box<dyn Write>,
    /// Talk goes here.
    pub stderr: Box<dyn Write>,
    /// Whether talk is read on a terminal.
    pub stderr_is_terminal: bool,
    /// Whether data is read on a terminal.
    pub stdout_is_terminal: bool,
    /// The folder that relative paths are relative to.
    pub working_folder: PathBuf,
    /// Number of cores.
    pub cores: usize,
    /// What hashes on this machine.
    pub kernels: Kernels,
    /// Set when the user interrupts.
    pub stop: Arc<AtomicBool>,
    /// The arguments, escaped for display, for the acquisition record.
    pub argv: Vec<String>,
    /// Whether to confine the process (tests that run in-process must not confine the test runner).
    pub confine: bool,
}

impl Env {
    /// The real world.
    pub fn real() -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        // Over a limit on file sizes the kernel would end the process: as an error of the write it can be told.
        let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::new(AtomicBool::new(false)));
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
            // If a handler can not be set, the signal ends the process as it always did: resumable all the same.
            // The second one ends it at once: a medium that hangs must not hold the user.
            let _ = signal_hook::flag::register_conditional_shutdown(signal, INTERRUPTED, Arc::clone(&stop));
            let _ = signal_hook::flag::register(signal, Arc::clone(&stop));
        }
        Self {
            now: Rc::new(Zoned::now),
            random: Box::new(crate::disk::host::random),
            agent: std::env::var_os("SSH_AUTH_SOCK").filter(|path| !path.is_empty()).map(PathBuf::from),
            local_rules: local_rules(),
            host: Host::read(std::env::var("TZ").ok().as_deref()),
            user: first_of(&["SUDO_USER", "USER", "LOGNAME"]).unwrap_or_else(host::login_name),
            lang: Lang::from_locale(&first_of(&["LC_ALL", "LC_MESSAGES", "LANG"]).unwrap_or_default()),
            stdout: Box::new(std::io::stdout()),
            stderr: Box::new(std::io::stderr()),
            stderr_is_terminal: std::io::stderr().is_terminal(),
            stdout_is_terminal: std::io::stdout().is_terminal(),
            working_folder: std::env::current_dir().unwrap_or_default(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            kernels: kernels(),
            stop,
            argv: std::env::args_os().map(|arg| RawPath(arg.into_vec()).shown()).collect(),
            confine: true,
        }
    }
}

/// `/etc/hozen/rules`, `hozen/rules` in the user's folder for settings, and `hozen-rules` beside the program.
fn local_rules() -> Vec<PathBuf> {
    let settings = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let settings = settings.or_else(|| std::env::home_dir().map(|home| home.join(".config")));
    let medium = std::env::current_exe().ok().and_then(|program| Some(program.parent()?.join("hozen-rules")));
    let machine = Some(PathBuf::from("/etc/hozen/rules"));
    [machine, settings.map(|folder| folder.join("hozen/rules")), medium].into_iter().flatten().collect()
}

/// All kernels that this machine has. `HOZEN_KERNEL` names one alone, for tests and measurements; a digest does not depend on
/// it, and a name that means nothing here changes nothing.
fn kernels() -> Kernels {
    let wanted = std::env::var("HOZEN_KERNEL").ok().and_then(|name| name.parse().ok());
    wanted.and_then(Kernels::only).unwrap_or_default()
}

/// Exit code of a run that the user ended.
const INTERRUPTED: i32 = 130;

/// The first of these variables that is set and not empty.
fn first_of(names: &[&str]) -> Option<String> {
    names.iter().filter_map(|name| std::env::var(name).ok()).find(|value| !value.is_empty())
}
