//! The answer of `hozen count` on a terminal: the three numbers, who had what, where, and what is apart.

use unicode_width::UnicodeWidthStr;

use super::kinds::label;
use super::show::{calm, grouped};
use crate::case::counts::{Bounds, CountResult};
use crate::model::{Apart, Breakdown, Category, Lang, SitePeople};

/// Sets of kinds that are listed; the JSON has more.
const SETS: usize = 12;
/// Leaves that are listed.
const LEAVES: usize = 10;
/// Records for review that are listed.
const CLUSTERS: usize = 5;

/// A count.
pub fn text(count: &CountResult, lang: Lang) -> String {
    let mut text = head(count, lang);
    text += &numbers(count, lang);
    text += &who(&count.who, lang);
    text += &leaves(count, lang);
    text
}

/// Said where no case keeps the count.
pub fn not_kept(lang: Lang) -> &'static str {
    lang.pick(
        "note: no case is named first, so this count is not kept anywhere",
        "注: 最初に事案が指定されていないため、この算出はどこにも残りません",
    )
}

/// All counts of a case.
pub fn history(counts: &[CountResult], lang: Lang) -> String {
    if counts.is_empty() {
        return lang.pick("no count is kept\n", "残された算出はありません\n").to_owned();
    }
    let mut text = String::new();
    for count in counts {
        text += &head(count, lang);
        text += &numbers(count, lang);
        text.push('\n');
    }
    text
}

fn head(count: &CountResult, lang: Lang) -> String {
    let number = count.number.map(|number| lang.pick(format!("count {number}"), format!("算出 {number}")));
    let case = count.case.as_deref().map(calm);
    let named = number.into_iter().chain(case).chain([calm(&count.time), calm(&count.operator), calm(&count.tool)]);
    let mut text = named.collect::<Vec<_>>().join("  ") + "\n";
    if let Some(reason) = &count.reason {
        text += &format!("  {}{}\n", lang.pick("reason: ", "理由："), calm(reason));
    }
    text
}

/// `at least 1 · estimate 2 · at most 3`, for one line.
pub(super) fn bounds(bounds: Bounds, is_open: bool, lang: Lang) -> String {
    let [least, mid, most] = [bounds.at_least, bounds.estimate, bounds.at_most].map(grouped);
    let more = if is_open { lang.pick(" or more", "以上") } else { "" };
    lang.pick(
        format!("at least {least} · best estimate {mid} · at most {most}{more}"),
        format!("少なくとも {least} 人・推定 {mid} 人・多くて {most} 人{more}"),
    )
}

fn numbers(count: &CountResult, lang: Lang) -> String {
    let subjects = &count.subjects;
    let mut text =
        format!("  {}{}\n", lang.pick("people: ", "人数："), bounds(Bounds::from(subjects), subjects.open_above, lang));
    text += &lang.pick(
        format!("  records: {}\n", grouped(subjects.records)),
        format!("  件数：{} 件\n", grouped(subjects.records)),
    );
    if subjects.unread > 0 {
        text += &lang.pick(
            format!("  not read: {} files or members; more people may be in them\n", grouped(subjects.unread)),
            format!("  読めなかったもの：{} 件（この中にも人がいる可能性があります）\n", grouped(subjects.unread)),
        );
    }
    for (name, path) in &count.options.sites {
        text += &format!("  {}{} = {}\n", lang.pick("site: ", "拠点："), calm(name), calm(path));
    }
    for domain in &count.options.own_domains {
        text += &format!("  {}{}\n", lang.pick("own domain: ", "自社ドメイン："), calm(domain));
    }
    for input in &count.inputs {
        let alone = input.alone.map(|alone| format!("  {}", bounds(alone, input.unread > 0, lang))).unwrap_or_default();
        text += &format!("  {}{}{alone}\n", lang.pick("counted from: ", "算出元："), calm(&input.name));
    }
    if count.inputs.len() > 1 {
        let alone: u64 = count.inputs.iter().filter_map(|input| input.alone).map(|alone| alone.estimate).sum();
        let shared = grouped(alone.saturating_sub(subjects.estimate));
        text += &lang.pick(
            format!("  counted once though several of these hold them: {shared} (of the estimate)\n"),
            format!("  複数に含まれ、一人として数えた重複：{shared}（推定値で）\n"),
        );
    }
    text
}

fn who(who: &Breakdown, lang: Lang) -> String {
    let mut text = String::new();
    let mut section = |title: &str, rows: Vec<(String, String)>| {
        if rows.is_empty() {
            return;
        }
        text += &format!("\n{title}\n");
        let most = rows.iter().map(|(number, _)| number.width()).max().unwrap_or(0);
        for (number, name) in rows {
            text += &format!("  {}{number}  {name}\n", " ".repeat(most.saturating_sub(number.width())));
        }
    };
    let kinds = |kinds: &[String]| {
        kinds.iter().map(|kind| calm(&label(kind, lang))).collect::<Vec<_>>().join(lang.pick(", ", "、"))
    };
    let mut sets: Vec<(String, String)> =
        who.by_kinds.iter().take(SETS).map(|set| (grouped(set.people), kinds(&set.kinds))).collect();
    let more = who.by_kinds.iter().skip(SETS).map(|set| set.people).sum::<u64>().saturating_add(who.by_kinds_more);
    if more > 0 {
        sets.push((grouped(more), lang.pick("other sets of kinds", "ほかの組み合わせ").to_owned()));
    }
    section(lang.pick("who had what (people, each once)", "誰の何があるか（一人を一度だけ数えた人数）"), sets);
    let sites = who.sites.iter().map(|site| (grouped(site.estimate), site_line(site, lang))).collect();
    section(lang.pick("by site (one person may be in several)", "拠点ごと（複数に含まれる人もいます）"), sites);
    let mut categories: Vec<(String, String)> = who
        .categories
        .iter()
        .map(|(category, people)| (grouped(*people), self::category(*category, lang).to_owned()))
        .collect();
    if who.uncategorised > 0 {
        categories.push((grouped(who.uncategorised), lang.pick("in no category", "区分の分からない人").to_owned()));
    }
    section(lang.pick("by category", "区分ごと"), categories);
    let apart =
        who.apart.iter().map(|(apart, count)| (grouped(*count), self::apart(*apart, lang).to_owned())).collect();
    section(lang.pick("apart, in no number of people", "人数に含めず、別に数えたもの"), apart);
    let conflicts =
        who.conflicts.iter().map(|(why, count)| (grouped(*count), conflict(why, lang).to_owned())).collect();
    section(lang.pick("for review: one person or two?", "確認が必要：同じ人か、別の人か"), conflicts);
    for cluster in who.clusters.iter().take(CLUSTERS) {
        let spots = cluster.spots.iter().map(|spot| match spot.row {
            Some(row) => {
                lang.pick(format!("{} row {row}", calm(&spot.leaf)), format!("{} {row} 行目", calm(&spot.leaf)))
            }
            None => format!("{} @{}", calm(&spot.leaf), spot.offset),
        });
        text += &format!("      {}\n", spots.collect::<Vec<_>>().join(" / "));
    }
    text
}

fn site_line(site: &SitePeople, lang: Lang) -> String {
    let (least, most) = (grouped(site.at_least), grouped(site.at_most));
    let name = if site.site.is_empty() {
        lang.pick("in no named site", "指定した拠点の外").to_owned()
    } else {
        calm(&site.site)
    };
    lang.pick(
        format!("{name} (at least {least}, at most {most})"),
        format!("{name}（少なくとも {least}、多くて {most}）"),
    )
}

fn leaves(count: &CountResult, lang: Lang) -> String {
    let mut text = String::new();
    if !count.leaves.is_empty() {
        text += lang.pick("\nwhere most people are (each file alone)\n", "\n人数の多いファイル（それぞれ単独）\n");
    }
    for leaf in count.leaves.iter().take(LEAVES) {
        text += &format!("  {:>10}  {}\n", grouped(leaf.estimate), calm(&leaf.path));
    }
    let more = count.leaves_more.saturating_add(count.leaves.len().saturating_sub(LEAVES) as u64);
    if more > 0 {
        text += &lang.pick(format!("  and {} more\n", grouped(more)), format!("  ほか {} 件\n", grouped(more)));
    }
    text
}

pub(super) fn category(category: Category, lang: Lang) -> &'static str {
    match category {
        Category::Customer => lang.pick("customers, members, users", "顧客・会員・利用者"),
        Category::Employee => lang.pick("employees, applicants", "従業員・応募者"),
        Category::Partner => lang.pick("people of partners and suppliers", "取引先の担当者"),
        Category::Patient => lang.pick("patients", "患者"),
        Category::Pupil => lang.pick("pupils, students", "児童・生徒・学生"),
    }
}

pub(super) fn apart(apart: Apart, lang: Lang) -> &'static str {
    match apart {
        Apart::RoleAddress => lang.pick("role addresses (info@ …)", "窓口のアドレス（info@ など）"),
        Apart::Example => lang.pick("examples and test values", "例示・試験用の値"),
        Apart::Dummy => lang.pick("values that stand for nothing", "意味のない値（000-0000-0000 など）"),
        Apart::OwnStaff => lang.pick("own staff", "自社の職員"),
        Apart::Corporate => lang.pick("companies", "法人"),
    }
}

pub(super) fn conflict(why: &str, lang: Lang) -> &str {
    match why {
        "two_primaries" => lang.pick("two numbers of which a person has one", "一人に一つの番号が二つある"),
        "two_birth_dates" => lang.pick("two dates of birth", "生年月日が二つある"),
        "two_names" => lang.pick("two names", "氏名が二つある"),
        other => other,
    }
}
