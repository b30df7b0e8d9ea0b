//! A wrong command line, answered in Japanese.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// A usage error in Japanese: what is wrong, what could be meant, then clap's own usage lines.
pub(in crate::cli) fn error(error: &clap::Error, english: &str) -> String {
    let Some(what) = what(error, english) else { return english.to_owned() };
    let usage = english.lines().skip_while(|line| !line.starts_with("Usage:") && !line.starts_with("使い方:"));
    let usage: String =
        usage.take_while(|line| !line.starts_with("For more")).map(|line| format!("{line}\n")).collect();
    let usage = usage.replacen("Usage:", "使い方:", 1);
    format!("エラー: {what}\n{}\n{usage}対処: 後ろに --help を付けて実行すると、使い方が表示されます\n", meant(error))
}

fn context(error: &clap::Error, kind: ContextKind) -> Option<String> {
    let text = match error.get(kind)? {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join("、"),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

fn what(error: &clap::Error, english: &str) -> Option<String> {
    let of = |kind| context(error, kind).unwrap_or_default();
    let argument = of(ContextKind::InvalidArg);
    Some(match error.kind() {
        ErrorKind::UnknownArgument => format!("「{argument}」という指定はありません"),
        ErrorKind::InvalidSubcommand => {
            format!("「{}」というサブコマンドはありません", of(ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingRequiredArgument => format!("必要な指定がありません: {argument}"),
        ErrorKind::MissingSubcommand => "サブコマンドを指定してください".to_owned(),
        ErrorKind::InvalidValue if of(ContextKind::InvalidValue).is_empty() => format!("{argument} の値がありません"),
        ErrorKind::InvalidValue => format!("{argument} に「{}」は指定できません", of(ContextKind::InvalidValue)),
        ErrorKind::ValueValidation if argument.contains("--gentle") => format!(
            "{argument} に「{}」は指定できません（1秒あたりのバイト数を、k・M・G を付けた整数で指定します。例: 20M、最小は 1k）",
            of(ContextKind::InvalidValue)
        ),
        ErrorKind::ValueValidation => {
            let reason =
                english.lines().next().and_then(|line| line.rsplit_once(": ")).map_or("", |(_, reason)| reason);
            format!("{argument} に「{}」は指定できません（{reason}）", of(ContextKind::InvalidValue))
        }
        ErrorKind::ArgumentConflict => format!("{argument} は二度、または同時には指定できません"),
        _ => return None,
    })
}

/// What could be given instead, where clap knows it.
fn meant(error: &clap::Error) -> String {
    let could = |label: &str, kinds: &[ContextKind]| {
        kinds
            .iter()
            .find_map(|kind| context(error, *kind))
            .map(|text| format!("  {label}: {text}\n"))
            .unwrap_or_default()
    };
    could("もしかして", &[ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue])
        + &could("指定できるもの", &[ContextKind::ValidValue, ContextKind::ValidSubcommand])
}
