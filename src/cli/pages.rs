//! Man pages and shell completions, made from the same definitions as the help.

use clap::{Command, CommandFactory};

use super::args::{Cli, CompletionsArgs, ManArgs};
use super::failure::Failure;
use super::{Env, Exit, help_ja, print};
use crate::disk::output;
use crate::model::Lang;

/// Writes `hozen.1`, `hozen-respond.1`, `hozen-rules-try.1`, … into a folder, which is made if it is not there.
pub(super) fn man(args: &ManArgs, lang: Lang, _env: &mut Env) -> Result<Exit, Failure> {
    let mut command = Cli::command();
    if lang == Lang::Ja {
        command = help_ja::translate(command);
    }
    command.build();
    output::ensure_folder(&args.out).map_err(|error| Failure::out_unusable(&args.out, &error))?;
    let mut pages = Vec::new();
    gather("hozen".to_owned(), &command, &mut pages);
    for (name, command) in pages {
        let mut page = Vec::new();
        let command = command.display_name(name.clone()).name(name.clone());
        clap_mangen::Man::new(command).render(&mut page).map_err(|error| Failure::bug(&error))?;
        let page = dressed(&String::from_utf8_lossy(&page), lang);
        let path = args.out.join(format!("{name}.1"));
        output::write_once(&path, page.as_bytes()).map_err(|error| Failure::disk(&error))?;
    }
    Ok(Exit::Done)
}

/// A command and all verbs below it that are not hidden.
fn gather(name: String, command: &Command, pages: &mut Vec<(String, Command)>) {
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
        gather(format!("{name}-{}", verb.get_name()), verb, pages);
    }
    pages.push((name, command.clone()));
}

/// Headings as manuals have them. Japanese has no spaces to break or stretch at: groff's own rules for it are loaded.
fn dressed(page: &str, lang: Lang) -> String {
    let headings: &[(&str, &str, &str)] = &[
        ("NAME", "NAME", "名前"),
        ("SYNOPSIS", "SYNOPSIS", "書式"),
        ("DESCRIPTION", "DESCRIPTION", "説明"),
        ("OPTIONS", "OPTIONS", "オプション"),
        ("SUBCOMMANDS", "SUBCOMMANDS", "サブコマンド"),
        ("EXTRA", "EXAMPLES", "例"),
        ("VERSION", "VERSION", "版"),
    ];
    let mut out = lang.pick("", ".mso ja.tmac\n.ad l\n").to_owned();
    for line in page.lines() {
        if matches!(line, "Examples:" | "例:") {
            continue;
        }
        let heading = headings.iter().find(|(from, ..)| line.strip_prefix(".SH ") == Some(from));
        match heading {
            Some((_, en, ja)) => out.push_str(&format!(".SH {}", lang.pick(en, ja))),
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

/// Prints completions for a shell.
pub(super) fn completions(args: &CompletionsArgs, env: &mut Env) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "hozen", &mut script);
    print(env, &String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
