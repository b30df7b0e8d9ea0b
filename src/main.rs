//! Boot: everything testable is in the library.

use std::process::ExitCode;

use hozen::cli::{self, Env};

fn main() -> ExitCode {
    let arguments = std::env::args_os().collect();
    cli::run(arguments, &mut Env::real()).into()
}
