//! Man pages and shell completions, made from the same definitions as the help.

use clap::CommandFactory;

use super::args::{Cli, CompletionsArgs, ManArgs};
use super::failure::Failure;
use super::{Env, Exit, help_ja, print};
use crate::disk::output;
use crate::model::Lang;

/// Writes `hozen.1`, `hozen-respond.1`, … into a folder.
pub fn man(args: &ManArgs, lang: Lang, _env: &mut Env) -> Result<Exit, Failure> {
    let mut command = Cli::command();
    if lang == Lang::Ja {
        command = help_ja::translate(command);
    }
    command.build();
    let mut pages = vec![("hozen".to_owned(), command.clone())];
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
        pages.push((format!("hozen-{}", verb.get_name()), verb.clone()));
    }
    for (name, command) in pages {
        let mut page = Vec::new();
        let command = command.display_name(name.clone()).name(name.clone());
        clap_mangen::Man::new(command).render(&mut page).map_err(|error| Failure::bug(&error))?;
        let path = args.out.join(format!("{name}.1"));
        output::write_once(&path, &page).map_err(|error| Failure::disk(&error))?;
    }
    Ok(Exit::Done)
}

/// Prints completions for a shell.
pub fn completions(args: &CompletionsArgs, env: &mut Env) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "hozen", &mut script);
    print(env, &String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
