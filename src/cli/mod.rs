//! The door: the only floor that parses arguments or prints. Data goes to stdout, talk to stderr.

mod args;
mod bench;
mod clock;
mod collect;
mod copy;
mod count;
mod custody;
mod dry_run;

mod env;
mod exit;
mod export;
mod failure;
mod gentle;
mod help_ja;
mod import;
mod keys;
mod look;
mod pages;
mod passphrase;
mod prepare;
mod profile;
mod progress;
mod reasons;
mod respond;
mod resume;

mod rules;
mod scan;
mod scope;
mod size;
mod stamp;
mod tsa;
mod verify;
mod volatile;

mod words;

use std::ffi::OsString;
use std::io::Write;

use clap::{CommandFactory, FromArgMatches};

use self::args::{Cli, LangArg, Verb};
pub use self::env::{Env, Random};
pub use self::exit::Exit;
use self::failure::Failure;
use crate::model::Lang;

/// Runs hozen with these arguments (the first is the program's name) in this world.
pub fn run(arguments: Vec<OsString>, env: &mut Env) -> Exit {
    quiet_panics();
    let lang = help_ja::language(&arguments, env.lang);
    let mut command = Cli::command();
    if lang == Lang::Ja {
        command = help_ja::translate(command);
    }
    let cli = match command.try_get_matches_from(arguments).and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, lang, env),
    };
    let lang = match cli.lang {
        Some(LangArg::Ja) => Lang::Ja,
        Some(LangArg::En) => Lang::En,
        None => lang,
    };
    let ended = match cli.verb {
        Verb::Respond(args) => respond::run(&args, lang, env),
        Verb::Collect(args) => collect::run(&args, lang, env),
        Verb::Scan(args) => scan::run(&args, lang, env),
        Verb::Count(args) => count::run(&args, lang, env),
        Verb::Verify(args) => verify::run(&args, lang, env),
        Verb::Copy(args) => copy::run(&args, lang, env),
        Verb::Export(args) => export::run(&args, lang, env),
        Verb::Import(args) => import::run(&args, lang, env),
        Verb::Custody(args) => custody::run(&args, lang, env),
        Verb::Rules(args) => rules::run(&args, lang, env),
        Verb::Man(args) => pages::man(&args, lang, env),
        Verb::Bench(args) => bench::run(&args, lang, env),
        Verb::Completions(args) => pages::completions(&args, env),
    };
    ended.unwrap_or_else(|failure| {
        // With stderr gone there is nobody left to tell; the exit code still speaks.
        let _ = env.stderr.write_all(failure.text(lang).as_bytes());
        failure.exit()
    })
}

/// Help and version go to stdout with exit 0; a wrong command line to stderr with exit 2.
fn usage(error: &clap::Error, lang: Lang, env: &mut Env) -> Exit {
    let text = error.render();
    let to_stdout = !error.use_stderr();
    let colour = if to_stdout { env.stdout_is_terminal } else { env.stderr_is_terminal };
    let text = if colour { text.ansi().to_string() } else { text.to_string() };
    if to_stdout {
        let _ = env.stdout.write_all(text.as_bytes());
        return Exit::Done;
    }
    let text = if lang == Lang::Ja { help_ja::error(error, &text) } else { text };
    let _ = env.stderr.write_all(text.as_bytes());
    Exit::CouldNotRun
}

/// A panic's message may quote the text it died on, and that may be a personal value: only its place is printed.
fn quiet_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(std::io::stderr(), "hozen: internal error at {place} (caught; see the gaps of the result)");
    }));
}

/// Writes data to stdout.
fn print(env: &mut Env, text: &str) -> Result<(), Failure> {
    let written = env.stdout.write_all(text.as_bytes()).and_then(|()| env.stdout.flush());
    written.map_err(|error| Failure::output(&error))
}

/// Writes a result as JSON, one line, piece by piece: it may be longer than memory.
fn print_json(env: &mut Env, value: &impl serde::Serialize) -> Result<(), Failure> {
    let mut out = std::io::BufWriter::with_capacity(64 * 1024, &mut env.stdout);
    let written = serde_json::to_writer(&mut out, value).map_err(std::io::Error::from);
    let written = written.and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush());
    written.map_err(|error| Failure::output(&error))
}

/// Writes a line of talk to stderr; nobody listening is no reason to stop.
fn tell(env: &mut Env, text: &str) {
    let _ = writeln!(env.stderr, "{text}");
}

/// A result as JSON text, one line.
fn json<T: serde::Serialize>(value: &T) -> Result<String, Failure> {
    serde_json::to_string(value).map(|text| text + "\n").map_err(|error| Failure::bug(&error))
}
