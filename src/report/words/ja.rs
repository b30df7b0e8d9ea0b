//! The report in Japanese.

use super::{ListingWords, ScreenWords, Verdict, Words};
use crate::case::results::LookStatus;
use crate::model::Lang;
use crate::report::assess::Level;
use crate::report::facts::Facts;
use crate::report::kinds::{Rung, label};
use crate::report::show::{grouped, size};
use crate::report::{Confinement, Note};

pub(super) static JA: Words = Words {
    title: "個人データの調査と証拠保全の報告書",
    made_by: "作成",
    contents: "目次",
    case: "事案番号",
    case_folder: "事案フォルダー",
    host: "対象機器",
    operator: "実施者",
    started: "開始",
    finished: "終了",
    time_zone: "時間帯",
    time_zone_note: "時刻は対象機器の時計によります。時計のずれは補正していません。標準時刻との差を別に控えておいてください。",
    tool: "使用したツール",
    rules: "検出ルールのSHA-256",
    sources: "調べた場所",
    confined: "書き込みの制限",
    confinement,
    notes: "この実行についての注意",
    note,
    verdict,
    kinds: "見つかった個人データの種類",
    kinds_caption: "同じ値の重なりを除いた件数",
    rung: |rung| match rung {
        Rung::Urgent => "被害が大きいもの",
        Rung::Identity => "本人を特定できるもの",
        Rung::Contact => "連絡先",
        Rung::Other => "その他",
    },
    values: |n| format!("{} 件", grouped(n)),
    possible_values: |n| format!("ほかに可能性のみ {} 件", grouped(n)),
    no_values: "0 件（探したが、なし）",
    nothing_read: "不明（調べていない）",
    not_looked_for: "探していない",
    people: "影響を受ける人数（見込み）",
    people_caption: "読めた範囲で数えた人数。1つの数字に決めず、幅で示します",
    at_least: "最小",
    estimate: "推定",
    at_most: "最大",
    persons: "人",
    thousand_mark: "千人",
    unread: |n| {
        format!(
            "読めなかったもの {} 件（一部だけを含む）は、この人数に含みません。最大の人数より増える可能性があります。",
            grouped(n)
        )
    },
    all_read: "読めなかったものはありません。",
    names_not_counted: "氏名や住所だけの記録は、この版では数えていません。",
    duties: "報告義務に該当する可能性",
    duties_caption: "施行規則第7条・番号法について。結論ではなく、判断は責任者が行います",
    next: "次にすること",
    sealed: "証拠の保全と封印",
    sealed_line: |entries, files, size| {
        format!(
            "{} 項目を記録し、{} ファイル（{size}）の内容を保全して封印しました。",
            grouped(entries),
            grouped(files)
        )
    },
    all_kept: "保全できなかったファイルはありません。",
    not_kept: |n| format!("内容を保全できなかった、または途中までのもの：{} 件（5. の一覧）", grouped(n)),
    presence_only: "この報告書は、調べた場所に個人データがあったかどうかを示します。外部に漏れたこと、誰かに見られたことを示すものではありません。",
    duties_section: "報告義務に関わる点",
    duties_lead: "個人情報保護法 第26条と施行規則 第7条、番号法 第29条の4 に照らして、見つかったデータから分かることと分からないことを並べます。漏えいの「おそれ」がある段階でも報告の対象になります。",
    duty_rule: "規則",
    duty_answer: "見立て",
    duty_why: "理由",
    ask: "ファイルからは分からないため、関係者に確認すること",
    exemption: "漏えいしたデータに高度な暗号化などの措置がされていた場合、報告の対象から外れることがあります。ZIPやExcelのパスワードだけで外れるとは考えないでください。",
    deadlines: "報告の期限の目安",
    law_date: "制度の説明は2026年10月時点の法令と、個人情報保護委員会のガイドライン（令和7年6月版）によります。2026年7月に公布された改正法は、この時点では未施行です。最新の内容は個人情報保護委員会のサイト（www.ppc.go.jp）で確かめてください。",
    people_section: "人数の数え方",
    people_number: "人数",
    people_rule: "数え方",
    at_least_rule: "つながりがありそうな記録は、すべて同じ人とみなした数。ただし、1人に1つしかない値の種類数や、1行ごとに番号がある表の人数を下回ることはありません。",
    estimate_rule: "つながりに裏付けのある記録だけを、同じ人とみなした数。本人だけの値、同じシステムの会員番号、または2つの組（氏名と生年月日、氏名と電話番号など）でまとめます。",
    at_most_rule: "確実に同じ人といえる記録だけをまとめた数。可能性のみの値も、それぞれ1人と数えます。報告義務の人数は、この数で見ます。",
    records: |records, conflicts| {
        format!(
            "個人に関わる記録（行など）は {} 件でした。1人が何度も出るため、人数とは異なります。同じ人とは言えない違いがあり、まとめるのをやめた組が {} 組あります。",
            grouped(records),
            grouped(conflicts)
        )
    },
    by_chance: |n| {
        format!("検査数字が偶然に合っただけと考えられる値 {} 件は、最大の人数からも除いています。", grouped(n))
    },
    kinds_section: "種類ごとの件数",
    kind: "種類",
    distinct: "異なる値",
    occurrences: "出現回数",
    possible: "可能性のみ（異なる値/出現回数）",
    possible_label: "可能性のみ",
    possible_explained: "「可能性のみ」は、桁数や検査数字は合うものの、注文番号などが偶然一致したとも考えられる値です。左の2列には含めていません。人の目で確かめてください。",
    distinct_explained: "「異なる値」は、同じ値が何度出ても1件と数えたものです。",
    files_section: "個人データが見つかったファイル",
    looked_lead: |n| {
        format!("対象になったファイルは {} 件です。圧縮ファイルは、中のファイルを1件ずつ数えます。", grouped(n))
    },
    looked_found: "見つかった",
    looked_none: "最後まで調べて 0 件",
    looked_partly: "一部だけ調べて 0 件",
    looked_not: "調べていない",
    looked_difference: "「0 件」は調べた結果です。「調べていない」ファイルには、個人データがあるかもしれません（5. の一覧）。",
    file: "ファイル",
    status: "調べた範囲",
    look_status: |status| match status {
        LookStatus::Scanned => "最後まで",
        LookStatus::Partial => "一部のみ",
        LookStatus::NotScanned => "調べていない",
    },
    format: "形式・文字コード・大きさ",
    findings: "見つかったもの",
    file_findings_caption: "数字は出現回数。多い順。人数はそのファイルだけで数えた推定で、下に最小と最大を示します",
    no_files: "個人データが見つかったファイルはありません。",
    more_files: |n| format!("ほかに {} 件。すべて results/scan.json にあります。", grouped(n)),
    same_file: |first| format!("{first} と同じファイルです（ハードリンク）。数には一度だけ入れています"),
    stored: "保存の形（平文・ハッシュ・暗号化）",
    stored_lead: "暗号化されたデータが報告の対象外になり得るのは、その時点で十分な方式が使われ、鍵が別に安全に管理されていた場合だけです。これは人が確認してください。zip や Office ファイルのパスワードは、ここでは保護措置とみなしません。「暗号化」のファイルは読めていないので、中に何があるかはこの報告書では分かりません。",
    stored_plain: "平文",
    stored_hashed: "ハッシュ",
    stored_encrypted: "暗号化",
    stored_weak: "保護措置とは言えない弱い方式",
    mislabelled: |named, is| format!("名前は {named} ですが、中身は {is} です"),
    open_lists: "多くの人の宛先が互いに見えるメール",
    open_lists_lead: "To と Cc に 10 件以上の異なるアドレスがあり、受信者全員に互いのアドレスが見えます。誤送信であれば、ここに並ぶ人が対象です。",
    open_list: |of| format!("To {} 件、Cc {} 件、Bcc {} 件", grouped(of.to), grouped(of.cc), grouped(of.bcc)),
    risky: "あるべきでない場所のファイル",
    risky_lead: "置き場所と読める人から見たものです。個人データが見つかったかどうかは問いません。",
    risky_note: |n| {
        format!("あるべきでない場所に {} 件のファイルやフォルダーがあります。4. を見てください。", grouped(n))
    },
    gaps_section: "読めなかったもの・保全できなかったもの",
    gaps_lead: "hozen は何も黙って飛ばしません。読めなかったものは、理由と一緒にここに載せます。",
    no_gaps: "ありません。対象はすべて読み、保全しました。",
    gap_counts: |paths, not_kept, not_looked_at| {
        format!(
            "{} 件（保全に関わるもの {} 件、調査に関わるもの {} 件）",
            grouped(paths),
            grouped(not_kept),
            grouped(not_looked_at)
        )
    },
    gap_next: "次にすること",
    gap_recorded: "記録された理由（英語）",
    more_gaps: |n| format!("ほかに {} 件。すべて results/ の collect.json と scan.json にあります。", grouped(n)),
    sealed_section: "保全したもの",
    entries: "記録した項目",
    kept_files: "内容を保全したファイル",
    kept_bytes: "その大きさ",
    seal_number: "封印番号（封印のダイジェスト、SHA-256）",
    seal_number_note: "今すぐ紙の記録票に書き写すか、この頁を印刷して署名してください。あとから証拠が書き換えられていないことを、この番号で確かめます。",
    key: "署名鍵のフィンガープリント",
    zip: "証拠ファイル",
    zip_digest: "ファイル全体のSHA-256",
    paper: "紙の記録票",
    paper_fields: ["実施者（署名）", "立会人（署名）", "日時", "保管場所"],
    custody_section: "作業の記録",
    verify_section: "証拠が変わっていないことの確かめ方",
    verify_lead: "hozen がなくても、一般に手に入る道具だけで確かめられます。証拠ファイルの写しを置いたフォルダーで、上から順に実行します。",
    verify_hozen: "hozen があれば、次の1行ですべて確かめられます。",
    verify_steps: [
        "証拠ファイル全体が変わっていないこと（OK と出る）",
        "展開する",
        "中身の1つ1つが変わっていないこと（何も出なければ正常）",
        "封印番号が、紙の記録票と同じであること",
        "署名が正しく、鍵のフィンガープリントが紙の記録票と同じであること（Good \"hozen\" signature と出る）",
    ],
    verify_windows: "Windows で証拠ファイル全体を確かめるとき（PowerShell）",
    limits_section: "この報告書の限界",
    limits,
    list_separator: "、",
    colon: "：",
    space: "",
    screen: ScreenWords {
        kinds: "種類",
        people: "人数",
        duties: "報告義務",
        places: "置き場所",
        kept: "保全",
        seal: "封印番号",
        report: "報告書",
        next: "次に",
        people_line: |least, estimate, most| format!("最小 {least} - 推定 {estimate} - 最大 {most} 人"),
        people_open: |least, estimate, most, unread| {
            format!(
                "最小 {least} - 推定 {estimate} - 読めた範囲で最大 {most} 人（読めなかったもの等 {unread} 件。増える可能性あり）"
            )
        },
        risky: |n| format!("あるべきでない場所のもの {n} 件"),
        cached: |n| format!("前回から変わらず、読み直していないもの {n} 件（人数に含みます）"),
        kept_line: |entries, files, size| format!("{entries} 項目、{files} ファイル（{size}）を保全し、封印しました"),
        not_kept: |n| format!("内容を保全できなかった、または途中までのもの {n} 件"),
        may_apply: |rules| format!("該当する可能性：{rules}"),
        must_check: |rules| format!("まだ分からない：{rules}"),
        ask: "人に確認：1号（要配慮個人情報） 3号（不正の目的）",
        also_kinds: |kinds| format!("ほか：{kinds}"),
        more_kinds: |n| format!("このほか {n} 種類は、探しましたが見つかっていません"),
        not_looked_for: |kinds| format!("探していない：{kinds} など"),
        next_seal: "封印番号を紙に書き写し、報告書を責任者に見せてください。",
        next_report: "速報は知った日からおおむね3〜5日以内。元の機器は消さずに保管を。",
        next_keep: "元の機器は消さずに保管し、報告書の「限界」を確かめてください。",
    },
    listing: ListingWords {
        more_files: |n| format!("ほかに {} 件（--format json ですべて表示）", grouped(n)),
        gaps: |n, hidden| {
            let may = if hidden { "（そこに個人データがあるかもしれません）" } else { "" };
            format!("読めなかったもの：{n} 件{may}")
        },
        more: |n| format!("ほかに {n} 件"),
        all_in_json: "すべての場所と理由は --format json で表示します。",
    },
};

fn verdict(level: Level, unread: u64) -> Verdict {
    let (headline, more) = match level {
        Level::NotLooked => (
            "まだ何も調べられていません。",
            "「個人データが0件」という意味ではありません。調べられたファイルが1つもありませんでした。理由は 5. の一覧にあります。".to_owned(),
        ),
        Level::DutyPossible => (
            "個人データが見つかり、法律上の報告義務に該当する可能性があります。",
            "すぐに個人情報保護の責任者へ伝えてください。報告の期限は、社内の誰かが知った日から数えます。".to_owned(),
        ),
        Level::Found => (
            "個人データが見つかりました。",
            "読めた範囲に、カード番号・マイナンバー・千人超に当たると言える根拠はありません。ただし、それだけで報告が不要とは言えません。下の項目を確かめてください。".to_owned(),
        ),
        Level::DoubtfulOnly => (
            "個人データかもしれない値が見つかりました。",
            "偶然の一致とも考えられます。4. の一覧にあるファイルを開き、人の目で確かめてください。".to_owned(),
        ),
        Level::NothingInWhatWasRead => (
            "読めた範囲では見つかりませんでしたが、「なかった」とは言えません。",
            format!("読めなかった、または一部しか読めなかったものが {} 件あります。そこに個人データがあるかもしれません（5. の一覧）。", grouped(unread)),
        ),
        Level::Nothing => (
            "探した種類の個人データは、見つかりませんでした。",
            "対象はすべて最後まで読みました。ただし、探していない種類があります。下の一覧で確かめてください。".to_owned(),
        ),
    };
    Verdict { headline, more }
}

fn confinement(confinement: &Confinement) -> String {
    match confinement {
        Confinement::Landlock => {
            "OSの機能（Landlock）により、事案フォルダー以外への書き込みを禁じて実行しました。".to_owned()
        }
        Confinement::Partly { reason } => {
            format!(
                "OSの機能（Landlock）により、事案フォルダー以外への書き込みを禁じて実行しました。ただし制限があります（{reason}）。"
            )
        }
        Confinement::Unavailable { reason } => format!(
            "OSの機能（Landlock）による制限は使えませんでした（{reason}）。調べた場所は読み取り専用で開いており、書き込みはしていません。"
        ),
    }
}

fn note(note: &Note) -> String {
    match note {
        Note::OutputOnSourceDisk { source } => format!(
            "出力先が、調べた場所（{source}）と同じディスクにあります。削除済みデータの跡が上書きされた可能性があります。復元の調査を行う場合は、専門業者にこのことを伝えてください。"
        ),
        Note::AccessTimesMayHaveChanged { entries } => format!(
            "{} 項目で、最終アクセス時刻を変えない開き方をOSに拒まれました。これらの最終アクセス時刻は、今回の読み取りで変わった可能性があります。読む前の時刻は証拠の custody/files.jsonl に記録済みです。",
            grouped(*entries)
        ),
        Note::LiveState { processes, sockets, deleted } => format!(
            "最初に、稼働中の機器の状態を保全しました：プロセス {}、ソケット {}、削除済みで使用中のファイル {}。volatile/ の下で見つかったもの（コマンドラインや環境変数）は、ファイルではなく、動いているプログラムの中にあったものです。",
            grouped(*processes),
            grouped(*sockets),
            grouped(*deleted)
        ),
        Note::Gentle { bytes_per_second } => format!(
            "サービスを続けながら調べました。読み取りは最低の優先度で、1秒あたり {} 以下に抑えています。",
            size(*bytes_per_second)
        ),
        Note::Other(text) => text.clone(),
    }
}

fn limits(facts: &Facts, key: &str) -> Vec<String> {
    let missing: Vec<String> = facts.not_looked_for.iter().map(|id| label(id, Lang::Ja)).collect();
    let mut limits = vec![JA.presence_only.to_owned()];
    if !missing.is_empty() {
        limits.push(format!("次の種類は、この版では探していません：{}。", missing.join("、")));
    }
    limits.extend(
        [
            "画像・写真・音声・動画の中の個人データ（スキャンした申込書や免許証など）は読めません。",
            "削除済みのファイル、ディスクの空き領域、メモリーの中は対象外です。ファイルとして見えるものだけを保全・調査しています。",
            "人数は、メールアドレス、電話番号、氏名と生年月日などの手がかりから推定したものです。1人の複数の連絡先が別々の記録にある、家族で1つの電話番号を使う、といった場合に実際と異なることがあります。代表アドレス（info@ など）、見本、空欄の代わりの値は、分かる限り別に数えています。自社の人は、--own-domain で指定したときだけ別に数えます。",
            "アクセスログの分析（誰がいつファイルを取得したか）は、この報告書には含みません。",
        ]
        .map(str::to_owned),
    );
    limits.push(format!(
        "署名は、鍵（{key}）を持つ人が封印したことを示します。封印した日時を第三者が証明するタイムスタンプは、この報告書には含みません。紙の記録票がその代わりになります。"
    ));
    limits.push("この報告書は法律上の助言ではありません。".to_owned());
    limits
}
