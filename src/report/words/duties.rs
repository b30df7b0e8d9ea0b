//! The duties to report in words: what each rule says, how it was weighed, what to ask, what to do and by when.

use crate::model::{Apart, Lang};
use crate::report::assess::Deadlines;
use crate::report::duties::{Because, Duty, People, Reached, Speaks, Touch, Weighed};
use crate::report::facts::Facts;
use crate::report::kinds::label;
use crate::report::show::grouped;

/// A rule in words.
pub(in crate::report) struct DutyWords {
    /// A few words, for the answer and the terminal.
    pub(in crate::report) short: &'static str,
    /// The number of the rule alone.
    pub(in crate::report) number: &'static str,
    /// What it says.
    pub(in crate::report) rule: &'static str,
}

/// A rule in words.
pub(in crate::report) fn duty(duty: Duty, lang: Lang) -> DutyWords {
    let (number, short, rule) = match (lang, duty) {
        (Lang::Ja, Duty::Item2Property) => (
            "2号",
            "財産的被害のおそれ（1人から）",
            "不正に使われると財産的な被害が生じるおそれがある個人データ。1人分から対象。クレジットカード番号は、番号だけでも当たります。送金や決済ができるサービスのIDとパスワードの組も当たります。カードの下4桁と有効期限だけ、口座番号だけでは、直ちには当たりません。",
        ),
        (Lang::Ja, Duty::Item4Thousand) => (
            "4号",
            "千人を超える",
            "本人の数が千人を超える漏えい等（1,001人から）。人数が決まらないときは、最大の人数で見ます。",
        ),
        (Lang::Ja, Duty::MyNumber) => (
            "番号法",
            "マイナンバーを含む",
            "マイナンバーを含む情報の漏えい等。不特定多数に見られた（見られ得た）とき、不正の目的によるおそれがあるときなどは、1人分から対象。報告先は個人情報保護委員会です。",
        ),
        (Lang::Ja, Duty::MyNumberHundred) => (
            "番号法（百人超）",
            "マイナンバーが百人を超える",
            "マイナンバーを含む情報の漏えい等で、本人の数が百人を超えるもの（101人から）。事情を問わず対象です。",
        ),
        (Lang::Ja, Duty::Item4PublicBody) => (
            "行政機関等の4号",
            "百人を超える（行政機関・自治体など）",
            "行政機関や地方公共団体などでは、本人の数が百人を超える漏えい等（101人から）が対象です（法 第68条、施行規則 第43条）。それ以外の事業者には当てはまりません。",
        ),
        (Lang::Ja, Duty::Item1SpecialCare) => (
            "1号",
            "要配慮個人情報（1人から）",
            "病歴、診療・調剤の情報、健康診断の結果、障害、犯罪の経歴、信条、人種、社会的身分などを含む個人データ。1人分から対象。",
        ),
        (Lang::Ja, Duty::Item3Wrongful) => (
            "3号",
            "不正の目的による行為（1人から）",
            "不正アクセス、ランサムウェア、盗難、従業者の持ち出しなど、不正の目的をもって行われたおそれがある行為によるもの。1人分から対象。",
        ),
        (Lang::En, Duty::Item2Property) => (
            "item 2",
            "danger of property harm (from 1 person)",
            "Personal data whose misuse may cause property harm, from 1 person. A payment card number alone is enough; so is a login with its password for a service with payments or transfers. The last four digits with the expiry date, or an account number, are not enough by themselves.",
        ),
        (Lang::En, Duty::Item4Thousand) => (
            "item 4",
            "more than 1,000 persons",
            "A leak that concerns more than 1,000 persons (1,001 is the first). A number that cannot be fixed is taken at its maximum.",
        ),
        (Lang::En, Duty::MyNumber) => (
            "My Number Act",
            "My Numbers are among the data",
            "A leak of data with My Numbers, from 1 person where unspecified many could see it or the purpose may be wrongful. The report goes to the Personal Information Protection Commission.",
        ),
        (Lang::En, Duty::MyNumberHundred) => (
            "My Number Act (over 100)",
            "My Numbers of more than 100 persons",
            "A leak of data with the My Numbers of more than 100 persons (101 is the first), whatever the case.",
        ),
        (Lang::En, Duty::Item4PublicBody) => (
            "item 4 of public bodies",
            "more than 100 persons (public bodies)",
            "For administrative organs and local governments: a leak that concerns more than 100 persons (101 is the first; article 68 of the Act, article 43 of its rules). It does not bind other houses.",
        ),
        (Lang::En, Duty::Item1SpecialCare) => (
            "item 1",
            "special-care data (from 1 person)",
            "Personal data on illness, treatment or prescriptions, health check results, disability, criminal record, creed, race, social status and the like, from 1 person.",
        ),
        (Lang::En, Duty::Item3Wrongful) => (
            "item 3",
            "an act with a wrongful purpose (from 1 person)",
            "What may be the result of an act with a wrongful purpose: intrusion, ransomware, theft, an insider taking data. From 1 person.",
        ),
    };
    DutyWords { short, number, rule }
}

/// The answer to a rule, short enough for a label.
pub(in crate::report) fn touch(touch: Touch, lang: Lang) -> &'static str {
    match touch {
        Touch::Possible => lang.pick("may apply", "可能性あり"),
        Touch::Doubtful => lang.pick("look and decide", "要確認"),
        Touch::NotByItself => lang.pick("not by itself", "それだけでは非該当"),
        Touch::Untold => lang.pick("cannot tell yet", "まだ不明"),
        Touch::NotSeen => lang.pick("no sign found", "見当たらず"),
        Touch::NotLookedFor => lang.pick("not looked for", "探していない"),
        Touch::AskPeople => lang.pick("ask people", "人が確認"),
    }
}

/// At which of the three numbers a rule is reached.
pub(in crate::report) fn reached(reached: Option<Reached>, lang: Lang) -> &'static str {
    match reached {
        Some(Reached::AtLeast) => lang.pick("already at least", "最小でも達する"),
        Some(Reached::Estimate) => lang.pick("at the estimate", "推定で達する"),
        Some(Reached::AtMost) => lang.pick("only at most", "最大のときだけ達する"),
        Some(Reached::Open) => lang.pick("may be: not everything was read", "読めなかったもの次第"),
        Some(Reached::Not) => lang.pick("at none of the three", "どの人数でも達しない"),
        None => lang.pick("files do not show it", "ファイルからは不明"),
    }
}

/// The same behind the number of a rule about how many people there are, in brief.
pub(in crate::report) fn reached_briefly(one: &Weighed, lang: Lang) -> &'static str {
    match (&one.because, one.reached) {
        (Because::People(_), Some(Reached::AtLeast)) => lang.pick(" (already at least)", "（最小でも）"),
        (Because::People(_), Some(Reached::Estimate)) => lang.pick(" (at the estimate)", "（推定で）"),
        (Because::People(_), Some(Reached::AtMost)) => lang.pick(" (only at most)", "（最大のときだけ）"),
        _ => "",
    }
}

/// Why, with its numbers.
pub(in crate::report) fn because(one: &Weighed, facts: &Facts, lang: Lang) -> String {
    let left = || {
        let unread = grouped(facts.unread);
        lang.pick(
            format!("; {unread} not read, or only in part"),
            format!("。読めなかったもの等が {unread} 件あります"),
        )
    };
    match (&one.because, one.touch) {
        (Because::OutsideFiles, _) => {
            lang.pick("hozen cannot see this in files", "hozen では分かりません。関係者に確認してください").to_owned()
        }
        (_, Touch::NotLookedFor) => {
            lang.pick("no rule of this run looks for it", "今回のルールでは探していません").to_owned()
        }
        (Because::People(people), touch) => {
            let numbers = three(*people, lang);
            if touch == Touch::Untold { in_what_was_read(numbers, lang) + &left() } else { numbers }
        }
        (Because::Values { .. }, touch) => {
            let said = values(one, facts.who.apart.contains_key(&Apart::OwnStaff), lang);
            if touch == Touch::Untold { said + &left() } else { said }
        }
    }
}

fn three(people: People, lang: Lang) -> String {
    let People { at_least, estimate, at_most } = people;
    let (least, middle, most) = (grouped(at_least), grouped(estimate), grouped(at_most));
    lang.pick(
        format!("at least {least} - estimate {middle} - at most {most}"),
        format!("最小 {least} - 推定 {middle} - 最大 {most} 人"),
    )
}

fn in_what_was_read(numbers: String, lang: Lang) -> String {
    lang.pick(format!("{numbers} in what was read"), format!("読めた範囲で {numbers}"))
}

/// The kinds that speak for a rule, each with its numbers.
fn values(one: &Weighed, staff_apart: bool, lang: Lang) -> String {
    if one.kinds.is_empty() {
        return lang.pick("nothing seen in what was read", "読めた範囲では見当たりません").to_owned();
    }
    one.kinds.iter().map(|kind| value(kind, staff_apart, lang)).collect::<Vec<_>>().join(lang.pick("; ", "、"))
}

fn value(kind: &Speaks, staff_apart: bool, lang: Lang) -> String {
    let label = label(&kind.entity, lang);
    let mut text = match kind.distinct {
        0 => label,
        n => lang.pick(format!("{label}: {}", grouped(n)), format!("{label} {} 件", grouped(n))),
    };
    if kind.possible_distinct > 0 {
        let possible = grouped(kind.possible_distinct);
        text += &match kind.distinct {
            0 => lang.pick(format!(": {possible} only possible"), format!(" 可能性のみ {possible} 件")),
            _ => lang.pick(format!(", {possible} only possible"), format!("（ほかに可能性のみ {possible} 件）")),
        };
    }
    if kind.people > 0 {
        let people = grouped(kind.people);
        let apart = if staff_apart { lang.pick(", own staff apart", "。自社の人を除く") } else { "" };
        text += &lang.pick(format!(" (people: {people}{apart})"), format!("（推定 {people} 人{apart}）"));
    }
    text
}

/// The kinds of data of the people whom a rule counts; empty where it says enough itself.
pub(in crate::report) fn kinds_of_people(one: &Weighed, lang: Lang) -> String {
    if !matches!(one.because, Because::People(_)) {
        return String::new();
    }
    let said = one.kinds.iter().map(|kind| {
        let (label, people) = (label(&kind.entity, lang), grouped(kind.people));
        lang.pick(format!("{label} {people}"), format!("{label} {people} 人"))
    });
    said.collect::<Vec<_>>().join(lang.pick(", ", "、"))
}

/// What only people can answer.
pub(in crate::report) fn questions(lang: Lang) -> [&'static str; 4] {
    lang.pick(
        [
            "Item 1: is there anything on illness, treatment, health checks, disability or criminal record, on paper and in images too?",
            "Item 3: does anything speak for intrusion, malware, theft or an insider taking data? If so, 1 person is enough, and the full report has 60 days.",
            "Item 2: could pairs of login and password for a service with payments or transfers have leaked?",
            "Was data handled for another company? Then tell that company promptly.",
        ],
        [
            "1号：病歴、診療、健康診断、障害、犯罪歴などの情報はありませんか（紙や画像の中も含めて）。",
            "3号：不正アクセス、ウイルス、盗難、内部の持ち出しなどの疑いはありませんか。あれば1人分から対象となり、確報の期限は60日です。",
            "2号：送金や決済ができるサービスの、IDとパスワードの組は漏れていませんか。",
            "ほかの会社から預かったデータはありませんか。あれば、その会社（委託元）へ速やかに知らせてください。",
        ],
    )
}

/// What to do next, most urgent first; short enough for the first screen.
pub(in crate::report) fn steps(facts: &Facts, lang: Lang) -> Vec<&'static str> {
    let cards = facts.duties.iter().any(|one| one.duty == Duty::Item2Property && matches!(one.touch, Touch::Possible));
    let mut steps = vec![lang.pick(
        "Copy the digest of the seal onto paper. Keep the original machine and files: delete nothing.",
        "封印番号を紙に書き写す。元の機器とファイルは消さずに保管する。",
    )];
    steps.push(lang.pick(
        "Show this page to whoever is responsible for personal data; ask about items 1 and 3.",
        "責任者にこの画面を見せ、1号・3号に当たる事情がないか確認する。",
    ));
    if cards {
        steps.push(lang.pick(
            "Card numbers: call the card company or payment provider at once.",
            "カード番号について、カード会社・決済代行会社へ直ちに連絡する。",
        ));
    }
    if facts.unread > 0 {
        steps.push(
            lang.pick(
                "Have what could not be read looked at (section 5).",
                "読めなかったものを確認する（5. の一覧）。",
            ),
        );
    }
    steps
}

/// The two deadlines; with dates only if the day of knowledge was given.
pub(in crate::report) fn deadline(dates: Option<&Deadlines>, lang: Lang) -> [(&'static str, String); 2] {
    let names = lang.pick(["First report", "Full report"], ["速報", "確報"]);
    let [first, full] = match dates {
        None => lang.pick(
            [
                "promptly, about 3 to 5 days from the day of knowledge",
                "within 30 days (60 if item 3 applies); the day of knowledge is day 1, and every calendar day counts",
            ],
            [
                "知った後すみやかに（おおむね3〜5日以内）",
                "30日以内（3号なら60日以内）。知った日が1日目で、土日祝も数えます",
            ],
        )
        .map(str::to_owned),
        Some(days) => dated(days, lang),
    };
    [(names[0], first), (names[1], full)]
}

fn dated(days: &Deadlines, lang: Lang) -> [String; 2] {
    let Deadlines { known_on, day_3, day_5, day_30, day_60 } = days;
    lang.pick(
        [
            format!("about {day_3} to {day_5} (known on {known_on}, day 1)"),
            format!("by {day_30}; by {day_60} if item 3 applies. A closed day moves to the next open one"),
        ],
        [
            format!("{day_3}〜{day_5} ごろまで（知った日 {known_on} を1日目として）"),
            format!("{day_30} まで（3号なら {day_60}）。土日祝・年末年始なら翌開庁日"),
        ],
    )
}
