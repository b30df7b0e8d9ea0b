//! What is around the evidence: the case in short, people, custody, what goes out and what stays, and how to check it.

use super::Teller;
use super::page::{Block, Known, mono, number, plain, table};
use super::questions;
use crate::case::handover::{Part, Scan, Withheld};
use crate::model::{Act, CustodyEvent};
use crate::report::custody::words::act;
use crate::report::custody::{flat, named};
use crate::report::kinds::{label, not_looked_for, place};
use crate::report::show::{grouped, in_eights};

/// Who, what, when, where, why.
pub(super) fn glance(t: &Teller<'_>) -> Vec<Block> {
    let (facts, first) = (t.facts, t.facts.evidence.first().map(|piece| &piece.acquisition));
    let unknown = t.w("not recorded", "記録なし");
    let said = |of: fn(&crate::case::handover::Acquisition) -> Option<&String>| first.and_then(of).map(String::as_str);
    let mut known = Known::default();
    known.say(t.w("Host", "ホスト名"), first.map(|one| one.host.as_str()).unwrap_or_default());
    known.say(t.w("Taken by", "保全した人"), &facts.operator);
    known.maybe(t.w("Witness", "立会人"), said(|one| one.witness.as_ref()), unknown);
    known.maybe(t.w("Organization", "組織"), said(|one| one.organization.as_ref()), unknown);
    known.maybe(t.w("Place", "場所"), said(|one| one.place.as_ref()), unknown);
    known.maybe(t.w("Reason", "理由"), said(|one| one.reason.as_ref()), unknown);
    known.say(t.w("Case made", "事案の作成"), t.time(&facts.created));
    known.say(t.w("Tool", "ツール"), &facts.tool);
    let delivery = &facts.delivery;
    known.cells(t.w("Bundle", "引渡し一式"), vec![mono(&delivery.bundle)]);
    let to = delivery.recipients.iter().map(|recipient| mono(recipient.as_str())).collect::<Vec<_>>();
    let not_encrypted =
        || vec![plain(t.w("nobody in particular: it is NOT encrypted", "特定の宛先なし（暗号化していません）"))];
    known.cells(t.w("Encrypted to", "暗号化の宛先"), if to.is_empty() { not_encrypted() } else { to });
    let mut blocks = Vec::new();
    if !delivery.problems.is_empty() {
        blocks.push(Block::Warn(t.lang.pick(
            format!("BROKEN: this case was not whole when it was handed over ({} problems, listed under “{}”). It was handed over all the same.", delivery.problems.len(), "In this bundle"),
            format!("破損あり：引き渡しの時点で、この事案は完全ではありませんでした（{} 件。「引き渡すもの」に示します）。その状態のまま引き渡しています。", delivery.problems.len()),
        )));
    }
    blocks.push(known.block());
    blocks
}

/// What is open, to be ticked off.
pub(super) fn questions(t: &Teller<'_>) -> Vec<Block> {
    let lines = questions::questions(t.facts).iter().map(|question| question.words(t.lang)).collect();
    vec![Block::List(lines, true)]
}

/// People and kinds of data, with every doubt.
pub(super) fn people(t: &Teller<'_>) -> Vec<Block> {
    let Some(scan) = &t.facts.scan else {
        return vec![Block::Warn(
            t.w("Nothing was searched for personal data.", "個人データの検査は行っていません。").to_owned(),
        )];
    };
    let n = grouped;
    let subjects = &scan.subjects;
    let mut known = Known::default();
    known.say(
        t.w("People", "人数"),
        t.lang.pick(
            format!(
                "at least {} · estimate {} · at most {}{}",
                n(subjects.at_least),
                n(subjects.estimate),
                n(subjects.at_most),
                if subjects.open_above { " in what was read; there may be more" } else { "" }
            ),
            format!(
                "少なくとも {} 人・推定 {} 人・多くて {} 人{}",
                n(subjects.at_least),
                n(subjects.estimate),
                n(subjects.at_most),
                if subjects.open_above { "（読めた範囲。増える可能性あり）" } else { "" }
            ),
        ),
    );
    known.cells(t.w("Doubts", "数の不確かさ"), doubts(t, scan));
    known.cells(
        t.w("Rules of counting", "数え方の規則"),
        vec![mono(scan.rules.map(|rules| in_eights(&rules).join(" ")).unwrap_or_default())],
    );
    known.say(
        t.w("Files searched", "検査したファイル"),
        t.lang.pick(
            format!(
                "{} to their end, {} in part, {} not at all; {} with findings",
                n(scan.scanned),
                n(scan.partial),
                n(scan.not_scanned),
                n(scan.with_findings)
            ),
            format!(
                "最後まで {} 個、一部だけ {} 個、まったく検査せず {} 個。検出あり {} 個",
                n(scan.scanned),
                n(scan.partial),
                n(scan.not_scanned),
                n(scan.with_findings)
            ),
        ),
    );
    let mut kinds: Vec<_> = scan.entities.iter().collect();
    kinds.sort_by_key(|(entity, _)| (place(entity), entity.as_str()));
    let row = |(entity, tally): (&String, &crate::model::EntityTally)| {
        let counts = [tally.distinct, tally.occurrences, tally.possible_distinct, tally.possible_occurrences];
        std::iter::once(plain(label(entity, t.lang))).chain(counts.map(number)).collect()
    };
    let head = vec![
        (t.w("Kind", "種類"), 40),
        (t.w("Values", "値の数"), 15),
        (t.w("Places", "箇所"), 15),
        (t.w("Doubtful values", "疑わしい値"), 15),
        (t.w("Doubtful places", "疑わしい箇所"), 15),
    ];
    let missing: Vec<_> = not_looked_for(|id| scan.entities.contains_key(id)).map(|id| label(id, t.lang)).collect();
    let missing = missing.join(t.lang.pick(", ", "、"));
    vec![
        known.block(),
        table(head, kinds.into_iter().map(row).collect(), t.lang),
        Block::Say(
            t.lang.pick(format!("Not looked for at all: {missing}."), format!("検査していない種類：{missing}。")),
        ),
    ]
}

fn doubts(t: &Teller<'_>, scan: &Scan) -> Vec<super::page::Cell> {
    let n = grouped;
    let subjects = &scan.subjects;
    let said = [
        (
            subjects.unread,
            t.lang.pick(
                format!("{} files or members could not be read: more people may be in them", n(subjects.unread)),
                format!("読めなかったファイル等が {} 件：その中にさらに人がいる可能性があります", n(subjects.unread)),
            ),
        ),
        (
            subjects.conflicts,
            t.lang.pick(
                format!("{} merges refused, because two people would have become one", n(subjects.conflicts)),
                format!("別人と判断して統合しなかった組が {} 件", n(subjects.conflicts)),
            ),
        ),
        (
            subjects.by_chance,
            t.lang.pick(
                format!("{} doubtful values left out, because chance explains them", n(subjects.by_chance)),
                format!("偶然の一致とみて除いた疑わしい値が {} 件", n(subjects.by_chance)),
            ),
        ),
    ];
    let mut cells: Vec<_> = said.into_iter().filter(|(count, _)| *count > 0).map(|(_, words)| plain(words)).collect();
    if cells.is_empty() {
        cells.push(plain(t.w("none recorded", "記録された不確かさはありません")));
    }
    cells
}

/// Every event of the chain, and what people set down of the machine.
pub(super) fn custody(t: &Teller<'_>) -> Vec<Block> {
    let facts = t.facts;
    let head = in_eights(&facts.head).join(" ");
    let mut known = Known::default();
    known.say(t.w("Events", "記録の件数"), grouped(facts.events));
    known.cells(t.w("Digest of the last one", "最後の記録のハッシュ"), vec![mono(head)]);
    let row = |event: &CustodyEvent| {
        vec![
            number(event.seq.saturating_add(1)),
            plain(t.time(&event.time)),
            plain(act(event.act, t.lang)),
            plain(format!("{} @ {}", event.operator, event.host)),
            plain(particulars(t, event)),
        ]
    };
    let head = vec![
        ("#", 5),
        (t.w("When", "日時"), 19),
        (t.w("What", "行為"), 14),
        (t.w("Who", "誰が"), 18),
        (t.w("Particulars", "詳細"), 44),
    ];
    // What hozen wrote itself is in the chain; here is what a receiver has to read.
    let told = |event: &&CustodyEvent| event.act != Act::Report;
    let rows: Vec<_> = facts.custody.iter().filter(told).map(row).collect();
    let by_hand = facts.custody.iter().any(|event| matches!(event.act, Act::Note | Act::Open | Act::Copy));
    let touched = if by_hand {
        t.w("What people set down of the time after the machine was isolated is in the rows “note”, “opened” and “copied” above. Nothing else is known of it.", "隔離後に人が行ったこととして記録されているのは、上の「特記」「開封」「複製」の行です。それ以外は分かりません。")
    } else {
        t.w(
            "Nobody set down what was touched after the machine was isolated.",
            "隔離後に機器へ触れたことについて、人による記録はありません。",
        )
    };
    vec![known.block(), table(head, rows, t.lang), Block::Say(touched.to_owned())]
}

/// What an event says, in one line: without digests, which stand elsewhere on the page, and of the clock only how far it is off.
fn particulars(t: &Teller<'_>, event: &CustodyEvent) -> String {
    let is_told =
        |key: &str| !key.ends_with("sha256") && !matches!(key, "zips" | "key" | "rules" | "clock" | "withheld");
    let clock = event.detail.get("clock").and_then(|clock| clock.as_object()).into_iter().flatten();
    let clock =
        clock.filter(|(key, value)| matches!(key.as_str(), "offset_ms" | "reference_source") && !value.is_null());
    let shown = event.detail.iter().filter(|(key, _)| is_told(key)).chain(clock);
    let pair = |(key, value): (&String, &serde_json::Value)| {
        format!("{}{}{}", named(key, t.lang), t.lang.pick(": ", "："), flat(value, t.lang))
    };
    shown.map(pair).collect::<Vec<_>>().join(t.lang.pick("; ", "；"))
}

/// What is in the bundle, and what is not.
pub(super) fn delivery(t: &Teller<'_>) -> Vec<Block> {
    let delivery = &t.facts.delivery;
    let included: Vec<_> = delivery
        .included
        .iter()
        .map(|part| vec![plain(t.w(part_en(*part), part_ja(*part))), mono(place_of(*part))])
        .collect();
    let withheld: Vec<_> = delivery
        .withheld
        .iter()
        .map(|one| vec![plain(t.w(part_en(one.part), part_ja(one.part))), plain(why(t, one))])
        .collect();
    let mut blocks = vec![
        table(vec![(t.w("In the bundle", "引き渡すもの"), 60), (t.w("Where", "場所"), 40)], included, t.lang),
        table(vec![(t.w("Withheld", "引き渡さないもの"), 40), (t.w("Why", "理由"), 60)], withheld, t.lang),
    ];
    if let Some(index) = delivery.index {
        blocks.push(Block::Say(t.lang.pick(
            format!("handover/index.csv lists {} entries. Personal values that a rule finds in names are hidden there ({} rows) and on this page; names of persons are not found by any rule and stay. The true name is custody/files.jsonl in the evidence, by evidence and seq.", grouped(index.rows), grouped(index.hidden)),
            format!("handover/index.csv に {} エントリの一覧があります。規則で見つかる個人データを名前に含むもの（{} 行）は、一覧でもこの文書でも伏せてあります。人の氏名は規則では見つからないため、伏せられていません。本来の名前は、証拠の custody/files.jsonl を evidence と seq で引いてください。", grouped(index.rows), grouped(index.hidden)),
        )));
    }
    if !delivery.problems.is_empty() {
        let rows = delivery.problems.iter().map(|problem| vec![mono(&problem.path), plain(&problem.what)]).collect();
        blocks.push(table(vec![(t.w("Not whole", "破損の箇所"), 45), (t.w("What", "内容"), 55)], rows, t.lang));
    }
    blocks
}

fn part_en(part: Part) -> &'static str {
    match part {
        Part::Evidence => "Sealed evidence, as it was sealed",
        Part::Custody => "Chain of custody, with time stamps",
        Part::Photos => "Photos of the chain of custody",
        Part::Results => "Results of collecting and scanning",
        Part::Findings => "Findings, values masked",
        Part::ClearFindings => "Findings with values in clear (--reveal)",
        Part::Reports => "Reports",
        Part::CaseKey => "Key of the digests of values",
        Part::SignKey => "Signing key of the case",
    }
}

fn part_ja(part: Part) -> &'static str {
    match part {
        Part::Evidence => "封印済みの証拠（封印時のまま）",
        Part::Custody => "証拠管理の記録とタイムスタンプ",
        Part::Photos => "証拠管理の写真",
        Part::Results => "保全と検査の結果",
        Part::Findings => "検出結果（値は伏せたもの）",
        Part::ClearFindings => "値を伏せていない検出結果（--reveal）",
        Part::Reports => "報告書",
        Part::CaseKey => "値のハッシュの鍵",
        Part::SignKey => "この事案の署名鍵",
    }
}

fn place_of(part: Part) -> &'static str {
    match part {
        Part::Evidence => "data/evidence/",
        Part::Custody => "data/custody/",
        Part::Photos => "data/custody/photos/",
        Part::Results => "data/results/",
        Part::Findings | Part::ClearFindings => "data/results/findings.jsonl",
        Part::Reports => "data/report/",
        Part::CaseKey | Part::SignKey => "data/secret/",
    }
}

fn why(t: &Teller<'_>, withheld: &Withheld) -> String {
    if !withheld.why.is_empty() {
        return withheld.why.clone();
    }
    match withheld.part {
        Part::CaseKey => t.w(
            "With it every masked value could be found by trial.",
            "これがあると、伏せた値を総当たりで割り出せるため。",
        ),
        Part::SignKey => t.w(
            "With it seals could be made in the name of this case.",
            "これがあると、この事案の名で封印を作れるため。",
        ),
        Part::Evidence | Part::Photos => t.w(
            "It holds personal data in clear; this copy is for people who must not see any.",
            "個人データがそのまま含まれ、この一式は個人データを見てはならない方に渡すため。",
        ),
        Part::ClearFindings => t.w("It holds personal values in clear.", "個人データの値がそのまま含まれるため。"),
        _ => t.w("It was not asked for.", "求められていないため。"),
    }
    .to_owned()
}

/// The way to check, which VERIFY.*.txt goes step by step.
pub(super) fn verify(t: &Teller<'_>) -> Vec<Block> {
    let lines = [
        (
            "Follow VERIFY.en.txt at the top of the bundle: it takes only age, unzip, sha256sum, ssh-keygen and openssl. Each evidence zip has its own VERIFY.en.txt for what is inside.",
            "一式の最上位にある VERIFY.ja.txt の順に確かめてください。age、unzip、sha256sum、ssh-keygen、openssl だけで足ります。証拠 zip の中身については、それぞれの zip に VERIFY.ja.txt があります。",
        ),
        (
            "Compare the digest of each seal and the fingerprint of the key on this page with the paper form, not with another file of the bundle.",
            "この文書にある封印番号と署名鍵は、一式の中の別のファイルではなく、紙の記録票と照合してください。",
        ),
        (
            "With hozen: hozen verify checks the bundle, each zip and the chain of custody; hozen import does so and writes your receipt into the chain.",
            "hozen があれば、hozen verify で一式・証拠 zip・証拠管理の記録を確かめられます。hozen import は、確かめたうえで受領を記録に書き加えます。",
        ),
        (
            "Work on a copy. Write down the digest of the chain of custody above when you take over.",
            "作業は複製で行ってください。受領時に、上の証拠管理の記録のハッシュを控えてください。",
        ),
    ];
    let mut known = Known::default();
    known.cells(t.w("Key that seals the bundle", "一式の署名鍵"), vec![mono(&t.facts.delivery.key)]);
    known.cells(t.w("Signer", "署名者名"), vec![mono(&t.facts.delivery.signer)]);
    vec![Block::List(lines.iter().map(|(en, ja)| t.w(en, ja).to_owned()).collect(), false), known.block()]
}
