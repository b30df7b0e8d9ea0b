//! What changed between two counts, in words: the numbers, why they differ, and where most.

use super::count::bounds;
use super::kinds::label;
use super::show::{calm, grouped};
use super::words::people::apart;
use crate::case::counts::diff::{Cause, Changed, Compared, CountDiff};
use crate::model::Lang;

/// The whole answer.
pub fn text(diff: &CountDiff, lang: Lang) -> String {
    let mut text = compared("A", &diff.a, lang) + &compared("B", &diff.b, lang);
    text += &levels(diff, lang);
    text += lang.pick("\nwhy\n", "\n理由\n");
    if diff.causes.is_empty() {
        text += lang.pick(
            "  the same records, counted alike by the same program\n",
            "  同じ記録を、同じプログラムで同じように算出しています\n",
        );
    }
    for cause in &diff.causes {
        text += &format!("  {}\n", said(cause, lang));
    }
    for (kind, (a, b)) in &diff.apart {
        let [kind, _] = apart(*kind, lang);
        text += &lang.pick(
            format!("  apart, {kind}: {} → {}\n", grouped(*a), grouped(*b)),
            format!("  別に数えた{kind}：{} → {}\n", grouped(*a), grouped(*b)),
        );
    }
    text += &rows(lang.pick("by kind of data", "データの種類ごと"), &diff.kinds, |kind| label(kind, lang));
    let outside = lang.pick("in no named site", "指定した拠点の外");
    text += &rows(lang.pick("by site", "拠点ごと"), &diff.sites, |site| {
        if site.is_empty() { outside.to_owned() } else { site.to_owned() }
    });
    text + &rows(lang.pick("by file, largest first", "ファイルごと（差の大きい順）"), &diff.leaves, str::to_owned)
}

fn compared(letter: &str, one: &Compared, lang: Lang) -> String {
    let number = one.number.map(|number| lang.pick(format!("count {number}"), format!("算出 {number}")));
    let named = number.into_iter().chain(one.case.as_deref().map(calm)).chain([calm(&one.time)]);
    let reason = one.reason.as_deref().map(|reason| format!("  ({})", calm(reason))).unwrap_or_default();
    format!(
        "{letter}  {}{reason}\n   {}\n",
        named.collect::<Vec<_>>().join("  "),
        bounds(one.people, one.open_above, lang)
    )
}

fn levels(diff: &CountDiff, lang: Lang) -> String {
    let (a, b) = (diff.a.people, diff.b.people);
    let levels = [
        (lang.pick("at least", "最小"), a.at_least, b.at_least),
        (lang.pick("estimate", "推定"), a.estimate, b.estimate),
        (lang.pick("at most", "最大"), a.at_most, b.at_most),
        (lang.pick("records", "件数"), diff.a.records, diff.b.records),
        (lang.pick("not read", "読めなかったもの"), diff.a.unread, diff.b.unread),
    ];
    let line = |(name, a, b): (&str, u64, u64)| format!("  {name}: {}\n", change(a, b));
    format!("\n{}\n", lang.pick("from A to B", "A から B への変化"))
        + &levels.into_iter().filter(|(_, a, b)| *a > 0 || *b > 0).map(line).collect::<String>()
}

/// `1,000 → 990 (−10)`.
fn change(a: u64, b: u64) -> String {
    let by = grouped(a.abs_diff(b));
    match a.cmp(&b) {
        std::cmp::Ordering::Equal => format!("{} =", grouped(a)),
        std::cmp::Ordering::Less => format!("{} → {} (+{by})", grouped(a), grouped(b)),
        std::cmp::Ordering::Greater => format!("{} → {} (−{by})", grouped(a), grouped(b)),
    }
}

fn rows(title: &str, rows: &[Changed], name: impl Fn(&str) -> String) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let line = |row: &Changed| format!("  {}: {}\n", calm(&name(&row.name)), change(row.a, row.b));
    format!("\n{title}\n") + &rows.iter().map(line).collect::<String>()
}

fn said(cause: &Cause, lang: Lang) -> String {
    match cause {
        Cause::InputAdded { name, records } => {
            let (name, records) = (calm(name), grouped(*records));
            lang.pick(
                format!("added: the records of {name} ({records})"),
                format!("追加：{name} の記録（{records} 件）"),
            )
        }
        Cause::InputRemoved { name, records } => {
            let (name, records) = (calm(name), grouped(*records));
            lang.pick(
                format!("left out: the records of {name} ({records})"),
                format!("除外：{name} の記録（{records} 件）"),
            )
        }
        Cause::InputChanged { name, a, b } => {
            let (name, change) = (calm(name), change(*a, *b));
            lang.pick(
                format!("the records of {name} were taken again: {change}"),
                format!("{name} の記録が取り直されています：{change}"),
            )
        }
        Cause::UnreadChanged { name, a, b } => {
            let (name, change) = (calm(name), change(*a, *b));
            lang.pick(
                format!("what could not be read of {name}: {change}"),
                format!("{name} の読めなかったもの：{change}"),
            )
        }
        Cause::RulesChanged { name, a, b } => {
            let (name, a, b) = (calm(name), short(a), short(b));
            lang.pick(
                format!("rule pack changed for {name}: {a} → {b}"),
                format!("{name} の検出ルールが変わっています：{a} → {b}"),
            )
        }
        Cause::ReaderChanged { name, a, b } => {
            let (name, a, b) = (calm(name), calm(a), calm(b));
            lang.pick(
                format!("another version of hozen took the records of {name}: {a} → {b}"),
                format!("{name} の記録を取った hozen の版：{a} → {b}"),
            )
        }
        Cause::ProgramChanged { a, b } if a == b => {
            let a = calm(a);
            lang.pick(format!("another build of {a} counted"), format!("算出した {a} のビルドが違います"))
        }
        Cause::ProgramChanged { a, b } => {
            let (a, b) = (calm(a), calm(b));
            lang.pick(format!("another version counted: {a} → {b}"), format!("算出した版が違います：{a} → {b}"))
        }
        Cause::OwnDomainAdded { .. }
        | Cause::OwnDomainRemoved { .. }
        | Cause::SiteAdded { .. }
        | Cause::SiteRemoved { .. } => option(cause, lang),
    }
}

fn option(cause: &Cause, lang: Lang) -> String {
    match cause {
        Cause::OwnDomainAdded { domain } => {
            let domain = calm(domain);
            lang.pick(
                format!("other options: own staff of {domain} set apart"),
                format!("条件：{domain} の人を自社の人として別に数えました"),
            )
        }
        Cause::OwnDomainRemoved { domain } => {
            let domain = calm(domain);
            lang.pick(
                format!("other options: own staff of {domain} no longer set apart"),
                format!("条件：{domain} の人を別に数えるのをやめました"),
            )
        }
        Cause::SiteAdded { name, path } => {
            let (name, path) = (calm(name), calm(path));
            lang.pick(
                format!("other options: site {name} = {path} (a member number links people within its site alone)"),
                format!("条件：拠点 {name} = {path} を指定（会員番号などは同じ拠点の中だけで結び付けます）"),
            )
        }
        Cause::SiteRemoved { name, path } => {
            let (name, path) = (calm(name), calm(path));
            lang.pick(
                format!("other options: site {name} = {path} no longer named"),
                format!("条件：拠点 {name} = {path} の指定をやめました"),
            )
        }
        _ => String::new(),
    }
}

/// The beginning of a digest.
fn short(digest: &str) -> String {
    calm(&digest.chars().take(12).collect::<String>())
}
