//! The Japanese help: the same verbs and arguments as `args.rs`, in Japanese. A test fails when one is forgotten.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};

use crate::model::Lang;

/// The language to speak before the arguments are parsed: `--lang` if it is there, else the locale.
pub fn language(arguments: &[OsString], locale: Lang) -> Lang {
    let mut words = arguments.iter().filter_map(|argument| argument.to_str());
    while let Some(word) = words.next() {
        let value = if word == "--lang" { words.next() } else { word.strip_prefix("--lang=") };
        match value {
            Some("ja") => return Lang::Ja,
            Some("en") => return Lang::En,
            _ => {}
        }
    }
    locale
}

/// Verb path (`rules try`), and what it does.
const VERBS: &[(&str, &str)] = &[
    ("", "情報漏えい直後の証拠保全・個人情報の検出・人数の算出"),
    ("respond", "主な作業:保全・個人情報の検出・人数の算出・報告書作成を、対象を一度読むだけで行います"),
    ("collect", "保全のみ:複製・ハッシュ・署名を行い、新しいケースを作ります"),
    ("scan", "個人情報を探し、人数を数えます(結果以外は何も書きません)"),
    ("verify", "ケースや証拠 zip が封印時のままかを調べ、違う点があれば正確に示します"),
    ("rules", "個人情報を検出するルールの一覧・検査・試行"),
    ("rules list", "すべてのルール(何を、どの程度の確かさで検出するか)を表示します"),
    ("rules check", "ルールの書式・上限・記載された例をすべて検査します"),
    ("rules try", "文字列に対して何が検出されるか、その理由とともに表示します"),
    ("man", "すべてのサブコマンドの man ページをフォルダに書きます"),
    ("completions", "シェルの補完スクリプトを表示します"),
];

/// Argument id, and what it is for. The same id means the same thing in every verb.
const ARGUMENTS: &[(&str, &str)] = &[
    ("lang", "画面・報告書の言語(省略時はロケールに従います)"),
    ("paths", "対象のフォルダ・ファイル"),
    ("out", "ケースフォルダを作る場所(別のディスクを勧めます)"),
    ("case", "ケース名(省略時は hozen-ホスト名-時刻)"),
    ("operator", "作業者名(省略時はログイン名)"),
    ("witness", "立会人の氏名"),
    ("reason", "保全の理由"),
    ("place", "機器の設置場所"),
    ("sign_key", "封印に使う OpenSSH ed25519 秘密鍵(省略時はケース専用の鍵を作ります)"),
    ("cross_file_systems", "対象の下にマウントされた別のファイルシステムにも入ります"),
    ("force", "確認で止まる場面(出力先が対象の中にある、空き不足)でも続行します"),
    ("threads", "作業スレッド数(省略時はコア数)。結果は変わりません"),
    ("format", "標準出力の形式(text または json)"),
    ("rules", "追加の検出ルールのフォルダ"),
    ("reveal", "検出した値を伏せずに書きます(省略時は伏せ字)"),
    ("findings", "検出結果を JSON Lines で FILE に書きます"),
    ("fail_on", "条件が成り立つとき終了コード 1 で終わります(findings:確かな検出あり、possible:疑いを含む)"),
    ("case_key", "ケースの鍵ファイル(ダイジェストをそのケースと揃えます。省略時は今回限りの鍵)"),
    ("spool", "大きな書庫を展開するための作業フォルダ(省略時はメモリのみ)"),
    ("expect_seal", "紙の記録にある封印のダイジェスト"),
    ("expect_key", "紙の記録にある署名鍵のフィンガープリント"),
    ("text", "調べる文字列(値は伏せて表示します)"),
    ("shell", "シェルの種類"),
    ("help", "ヘルプを表示します"),
    ("version", "バージョンを表示します"),
];

fn verb_text(path: &str) -> Option<&'static str> {
    VERBS.iter().find(|(name, _)| *name == path).map(|(_, text)| *text)
}

fn argument_text(id: &str) -> Option<&'static str> {
    ARGUMENTS.iter().find(|(name, _)| *name == id).map(|(_, text)| *text)
}

/// The command with its help in Japanese.
pub fn translate(mut command: Command) -> Command {
    // Built first, so that clap's own --help and --version exist and are translated too.
    command.build();
    translate_at(command, "")
}

fn translate_at(mut command: Command, path: &str) -> Command {
    if let Some(text) = verb_text(path) {
        command = command.about(text).long_about(text);
    }
    command = command.mut_args(|argument: Arg| match argument_text(argument.get_id().as_str()) {
        Some(text) => argument.help(text).long_help(text),
        None => argument,
    });
    let verbs: Vec<String> = command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    for verb in verbs {
        let path = if path.is_empty() { verb.clone() } else { format!("{path} {verb}") };
        command = command.mut_subcommand(&verb, |verb| translate_at(verb, &path));
    }
    let template = "{about-with-newline}\n使い方: {usage}\n\n{all-args}{after-help}";
    command
        .help_template(template)
        .subcommand_help_heading("サブコマンド")
        .mut_args(|argument| {
            let heading = if argument.is_positional() { "引数" } else { "オプション" };
            argument.help_heading(heading)
        })
}

/// A usage error in Japanese: what is wrong, then clap's own usage lines.
pub fn error(error: &clap::Error, english: &str) -> String {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(" "),
        _ => String::new(),
    };
    let argument = context(ContextKind::InvalidArg);
    let what = match error.kind() {
        ErrorKind::UnknownArgument => format!("「{argument}」という指定はありません"),
        ErrorKind::InvalidSubcommand => {
            format!("「{}」というサブコマンドはありません", context(ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingRequiredArgument => format!("必要な指定がありません: {argument}"),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "サブコマンドを指定してください".to_owned()
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            format!("{argument} の値「{}」は使えません", context(ContextKind::InvalidValue))
        }
        ErrorKind::ArgumentConflict => format!("{argument} は同時に指定できません"),
        _ => return english.to_owned(),
    };
    let usage = english.lines().skip_while(|line| !line.starts_with("Usage:") && !line.starts_with("使い方:"));
    let usage: String = usage.take_while(|line| !line.starts_with("For more")).map(|line| format!("{line}\n")).collect();
    format!("エラー: {what}\n\n{usage}対処: 'hozen --help' で使い方を確認してください\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn check(command: &Command, path: &str) {
        assert!(verb_text(path).is_some(), "no Japanese for the verb '{path}'");
        for argument in command.get_arguments() {
            let id = argument.get_id().as_str();
            assert!(argument_text(id).is_some(), "no Japanese for '{id}' of '{path}'");
        }
        for verb in command.get_subcommands() {
            let path = if path.is_empty() { verb.get_name().to_owned() } else { format!("{path} {}", verb.get_name()) };
            check(verb, &path);
        }
    }

    #[test]
    fn every_verb_and_argument_has_its_japanese() {
        let mut command = super::super::args::Cli::command();
        command.build();
        check(&command, "");
    }

    #[test]
    fn japanese_help_and_errors_are_japanese() {
        let help = translate(super::super::args::Cli::command()).render_help().to_string();
        assert!(help.contains("使い方:") && help.contains("主な作業"), "{help}");
        let wrong = translate(super::super::args::Cli::command()).try_get_matches_from(["hozen", "scan", "--nope"]);
        let wrong = wrong.unwrap_err();
        let text = error(&wrong, &wrong.render().to_string());
        assert!(text.starts_with("エラー: 「--nope」"), "{text}");
    }

    #[test]
    fn the_flag_wins_over_the_locale() {
        let with = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        assert_eq!(language(&with(&["hozen", "--lang", "ja", "scan"]), Lang::En), Lang::Ja);
        assert_eq!(language(&with(&["hozen", "scan", "--lang=en"]), Lang::Ja), Lang::En);
        assert_eq!(language(&with(&["hozen", "scan"]), Lang::Ja), Lang::Ja);
    }
}
