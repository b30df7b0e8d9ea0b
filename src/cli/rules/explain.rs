//! `hozen rules explain`: all that one rule goes by, in the words of a person. Its examples are the rule's own, never evidence.

use super::sure;
use crate::detect::validate::VALIDATORS;
use crate::detect::within::FINDERS;
use crate::model::{Lang, LinkClass};
use crate::rules::syntax::PatternTable;
use crate::rules::{Area, Detector, Mask, PlaceKind, PlaceRule};

/// Words of one list that are shown; the file has the rest.
const WORDS: usize = 12;
/// Examples that are shown.
const EXAMPLES: usize = 6;

/// The rule as text.
pub(super) fn explained(rule: &Detector, lang: Lang) -> String {
    let table = &rule.table;
    let mut text = format!("{}: {}\n", rule.cited(), rule.name(lang));
    let mut say = |name: (&str, &str), said: String| {
        if !said.is_empty() {
            text += &lang.pick(format!("  {}: {said}\n", name.0), format!("  {}：{said}\n", name.1));
        }
    };
    say(("written in", "定義"), rule.file.clone());
    say(("kind", "種類"), table.entity.clone());
    for pattern in &table.pattern {
        say(("pattern", "パターン"), of_pattern(pattern, lang));
    }
    for name in &table.validate {
        let about = VALIDATORS.iter().find(|known| known.id == name.get_ref()).map_or("", |known| known.about);
        say(("checked by", "検査"), format!("{} ({about})", name.get_ref()));
    }
    say(("named by the header", "列名"), words(&[&table.headers.exact, &table.headers.contains], lang));
    say(("but not with", "列名にあれば除く語"), words(&[&table.headers.exclude], lang));
    say(("named by a word near by", "近くにあれば示す語"), words(&[&table.context.strong], lang));
    say(("goes with", "関連する語"), words(&[&table.context.weak], lang));
    say(("spoken against by", "否定する語"), words(&[&table.against.words, &table.against.headers], lang));
    say(("only beside", "同じ記録に必要なもの"), table.beside.join(", "));
    say(("tried only where", "次があるときだけ調べる"), words(&[&table.cues], lang));
    say(("of a person it says", "人との関係"), of_link(table.link, lang).to_owned());
    say(("shown", "表示"), of_mask(table.mask, lang).to_owned());
    for example in table.examples.iter().take(EXAMPLES) {
        let header =
            example.header.as_ref().map(|header| lang.pick(format!(" under {header}"), format!("（列名 {header}）")));
        let found = if example.values.is_empty() { "–".to_owned() } else { example.values.join(", ") };
        let sure = example.confidence.map(|confidence| format!(" ({})", sure(confidence, lang))).unwrap_or_default();
        let said = format!("{}{} → {found}{sure}", example.text, header.unwrap_or_default());
        say(("example", "例"), said);
    }
    text
}

/// A rule about places as text.
pub(super) fn explained_place(rule: &PlaceRule, lang: Lang) -> String {
    let table = &rule.table;
    let names: Vec<String> = table.names.iter().map(|name| name.get_ref().clone()).collect();
    let area = match table.area {
        Area::Web => lang.pick("in a public web folder", "公開フォルダーの中"),
        Area::Anywhere => lang.pick("anywhere", "どこでも"),
    };
    let what = match table.kind {
        PlaceKind::File => lang.pick("files", "ファイル"),
        PlaceKind::Folder => lang.pick("folders", "フォルダー"),
    };
    let open = lang.pick("only where every user of the machine may read it", "その機器の誰でも読めるときだけ");
    let holds = if table.holds.is_empty() {
        String::new()
    } else {
        format!("{} ≥ {}", words(&[&table.holds], lang), table.least)
    };
    let rows = [
        (("written in", "定義"), rule.file.clone()),
        (("about", "対象"), what.to_owned()),
        (("where", "場所"), area.to_owned()),
        (("named", "名前"), words(&[&names], lang)),
        (("readable", "権限"), if table.world_readable { open.to_owned() } else { String::new() }),
        (("only where found in it", "中で見つかったときだけ"), holds),
        (("what to do", "次にすること"), table.next.pick(lang).to_owned()),
        (("example", "例"), table.examples.join(lang.pick(", ", "、"))),
    ];
    let mut text = format!("{}: {}\n", rule.cited(), table.name.pick(lang));
    for ((en, ja), said) in rows.into_iter().filter(|(_, said)| !said.is_empty()) {
        text += &lang.pick(format!("  {en}: {said}\n"), format!("  {ja}：{said}\n"));
    }
    text
}

fn of_pattern(pattern: &PatternTable, lang: Lang) -> String {
    let mut said = format!("{} ({})", pattern.regex.get_ref(), sure(pattern.base, lang));
    if pattern.needs_header {
        said += lang.pick(", only the whole of a field whose header names it", "、列名が示す欄の全体だけ");
    }
    if pattern.needs_word {
        said += lang.pick(", only where a word names it", "、示す語があるときだけ");
    }
    if let Some(within) = &pattern.within {
        let about = FINDERS.iter().find(|known| known.id == within.get_ref()).map_or("", |known| known.about);
        said += &lang.pick(
            format!(", only within {about}"),
            format!("、{within}（{about}）の中だけ", within = within.get_ref()),
        );
    }
    said
}

/// The first words of some lists, each once.
fn words(lists: &[&Vec<String>], lang: Lang) -> String {
    let mut all: Vec<&str> = Vec::new();
    for word in lists.iter().flat_map(|list| list.iter()) {
        if !all.contains(&word.as_str()) {
            all.push(word);
        }
    }
    let more = all.len().saturating_sub(WORDS);
    let shown = all.iter().take(WORDS).copied().collect::<Vec<_>>().join(lang.pick(", ", "、"));
    if more == 0 {
        return shown;
    }
    lang.pick(format!("{shown} and {more} more"), format!("{shown} ほか {more} 語"))
}

fn of_link(link: LinkClass, lang: Lang) -> &'static str {
    match link {
        LinkClass::Primary => lang.pick("issued to one person for life", "一人に一つ、一生変わらない"),
        LinkClass::Strong => lang.pick("one person's own", "一人だけのもの"),
        LinkClass::Weak => lang.pick("may be shared by several people", "複数の人が共有することがある"),
        LinkClass::None => lang.pick(
            "nothing by itself: counted as a value, never as a person",
            "それだけでは誰か分からない（人数に数えない）",
        ),
    }
}

fn of_mask(mask: Mask, lang: Lang) -> &'static str {
    match mask {
        Mask::Last4 => lang.pick("the last four characters", "末尾 4 文字"),
        Mask::Last3 => lang.pick("the last three characters", "末尾 3 文字"),
        Mask::Last2 => lang.pick("the last two characters", "末尾 2 文字"),
        Mask::Email => lang.pick("the first character and what follows @", "先頭 1 文字と @ 以降"),
        Mask::First => lang.pick("the first character", "先頭 1 文字"),
        Mask::All => lang.pick("nothing of it", "まったく表示しない"),
    }
}
