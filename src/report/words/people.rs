//! What is told of people beside their number, in words: who had what, where, and what is counted apart.

use crate::model::{Apart, Category, Lang, Spot};
use crate::report::show::grouped;

/// Headings and leads, in the order of the page.
pub(in crate::report) struct PeopleWords {
    pub(in crate::report) at_most_open: &'static str,
    pub(in crate::report) who_had_what: &'static str,
    pub(in crate::report) who_had_what_lead: &'static str,
    pub(in crate::report) all_sets: &'static str,
    pub(in crate::report) kinds: &'static str,
    pub(in crate::report) category: &'static str,
    pub(in crate::report) category_lead: &'static str,
    pub(in crate::report) site: &'static str,
    pub(in crate::report) site_lead: &'static str,
    pub(in crate::report) elsewhere: &'static str,
    pub(in crate::report) apart: &'static str,
    pub(in crate::report) apart_lead: &'static str,
    pub(in crate::report) review: &'static str,
    pub(in crate::report) review_lead: &'static str,
    pub(in crate::report) why: &'static str,
    pub(in crate::report) spots: &'static str,
    pub(in crate::report) reached: &'static str,
    pub(in crate::report) their_kinds: &'static str,
    pub(in crate::report) in_force_since: &'static str,
}

/// The table of one language.
pub(in crate::report) fn people_words(lang: Lang) -> &'static PeopleWords {
    lang.pick(&EN, &JA)
}

static EN: PeopleWords = PeopleWords {
    at_most_open: "at most, in what was read",
    who_had_what: "Who had what",
    who_had_what_lead: "People of the estimate. Each stands in one line only: a notice to a person may name what stands in the line, and nothing else.",
    all_sets: "More in section 2.",
    kinds: "Kinds of data",
    category: "Whose data",
    category_lead: "People of the estimate, by the numbers in their records and the words in paths. One person may be in several.",
    site: "By site",
    site_lead: "As they were named with --site. One person may be in several.",
    elsewhere: "in none of them",
    apart: "Counted apart",
    apart_lead: "In no number of people. If the data of own staff leaked, they are persons concerned too: add them.",
    review: "To be looked at: one person or two?",
    review_lead: "A value joins two records, and something speaks against one person. The estimate and the most count two people there; open both places and decide.",
    why: "What differs",
    spots: "Places",
    reached: "Reached",
    their_kinds: "People with each kind: ",
    in_force_since: "In force since ",
};

static JA: PeopleWords = PeopleWords {
    at_most_open: "最大（読めた範囲）",
    who_had_what: "誰の何が含まれるか",
    who_had_what_lead: "推定の人数です。1人はどれか1行だけに入ります。本人への通知には、その行にある種類だけを書きます。",
    all_sets: "ほかは 2. にあります。",
    kinds: "データの種類",
    category: "誰のデータか",
    category_lead: "推定の人数です。記録にある番号の種類と、パスの中の言葉で分けています。1人が複数に入ることがあります。",
    site: "拠点・システム別",
    site_lead: "--site で指定した範囲です。1人が複数に入ることがあります。",
    elsewhere: "どれにも入らないもの",
    apart: "別に数えたもの",
    apart_lead: "どの人数にも含みません。自社の人も、そのデータが漏れたのであれば本人に当たるため、加えてください。",
    review: "人の目で確かめるもの（同じ人か、別の人か）",
    review_lead: "同じ値でつながる記録に、同じ人とは言えない違いがあるものです。推定と最大では別の人として数えています。両方を開いて確かめてください。",
    why: "違い",
    spots: "場所",
    reached: "達する人数",
    their_kinds: "種類ごとの人数：",
    in_force_since: "施行 ",
};

/// What people are to the house.
pub(in crate::report) fn category(of: Category, lang: Lang) -> &'static str {
    match of {
        Category::Customer => lang.pick("Customers, members, users", "顧客・会員・利用者"),
        Category::Employee => lang.pick("Employees, applicants", "従業員・応募者"),
        Category::Partner => lang.pick("Partners, suppliers", "取引先"),
        Category::Patient => lang.pick("Patients", "患者"),
        Category::Pupil => lang.pick("Pupils, students", "児童・生徒・学生"),
    }
}

/// People of whom nothing says what they are.
pub(in crate::report) fn uncategorised(lang: Lang) -> &'static str {
    lang.pick("Not known", "不明")
}

/// What is counted apart, and an example.
pub(in crate::report) fn apart(of: Apart, lang: Lang) -> [&'static str; 2] {
    match of {
        Apart::RoleAddress => {
            lang.pick(["Role addresses", "info@, support@"], ["代表アドレス", "info@、support@ など"])
        }
        Apart::Example => lang.pick(["Examples", "user@example.com"], ["見本のデータ", "user@example.com など"]),
        Apart::Dummy => lang.pick(
            ["Blank or dummy values", "000-0000-0000, 1900-01-01"],
            ["空欄の代わりの値", "000-0000-0000、1900-01-01 など"],
        ),
        Apart::OwnStaff => lang.pick(["Own staff", "--own-domain"], ["自社の人", "--own-domain で指定"]),
        Apart::Corporate => lang.pick(
            ["Companies", "a row with a company's number and nobody's name"],
            ["会社", "法人番号だけで氏名のない行"],
        ),
    }
}

/// Why records are to be looked at.
pub(in crate::report) fn review(why: &str, lang: Lang) -> &'static str {
    match why {
        "two_primaries" => lang.pick("two numbers of a kind that a person has one of", "1人に1つの番号が2つ"),
        "two_birth_dates" => lang.pick("two dates of birth", "生年月日が2つ"),
        _ => lang.pick("two names", "氏名が2つ"),
    }
}

/// Where in its leaf something stands.
pub(in crate::report) fn spot(spot: &Spot, lang: Lang) -> String {
    match spot.row {
        Some(row) => lang.pick(format!("row {}", grouped(row)), format!("{} 行目", grouped(row))),
        None => lang.pick(format!("byte {}", grouped(spot.offset)), format!("{} バイト目", grouped(spot.offset))),
    }
}

/// People whose set of kinds has no line of its own.
pub(in crate::report) fn more_sets(people: u64, lang: Lang) -> String {
    let people = grouped(people);
    lang.pick(format!("{people} people in smaller sets"), format!("これより少ない組み合わせに、ほか {people} 人"))
}

/// Places to be looked at that are not listed.
pub(in crate::report) fn more_reviews(more: u64, lang: Lang) -> String {
    let more = grouped(more);
    lang.pick(format!("{more} more are not listed"), format!("ほかに {more} 組（一覧にはありません）"))
}

/// Three numbers of people in a line of a list.
pub(in crate::report) fn range([least, estimate, most]: [u64; 3], lang: Lang) -> String {
    let [least, estimate, most] = [least, estimate, most].map(grouped);
    lang.pick(
        format!("at least {least} - estimate {estimate} - at most {most}"),
        format!("最小 {least} - 推定 {estimate} - 最大 {most} 人"),
    )
}

/// The number of records, what is counted apart and what is to be looked at, in one line for the terminal.
pub(in crate::report) fn beside(records: u64, apart: u64, review: u64, lang: Lang) -> String {
    let [records, apart, review] = [records, apart, review].map(|n| (n > 0).then(|| grouped(n)));
    let said = lang.pick(
        [
            records.as_ref().map(|n| format!("records: {n}")),
            apart.as_ref().map(|n| format!("counted apart: {n}")),
            review.as_ref().map(|n| format!("to be looked at: {n}")),
        ],
        [
            records.as_ref().map(|n| format!("記録 {n} 件")),
            apart.as_ref().map(|n| format!("別に数えたもの {n}")),
            review.as_ref().map(|n| format!("同じ人か要確認 {n} 組")),
        ],
    );
    said.into_iter().flatten().collect::<Vec<_>>().join(lang.pick("; ", "、"))
}
