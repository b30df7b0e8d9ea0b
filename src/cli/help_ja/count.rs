//! The Japanese help of `hozen count`, and of what other verbs do for it.

/// Argument id, and what it is for.
pub(super) const ARGUMENTS: &[(&str, &str)] = &[
    ("inputs", "事案フォルダー\n--merge のときは複数、count-records.bin などの記録ファイルも可"),
    ("site", "拠点やシステムの名前と、その範囲のパス（結果に示される形）\n（複数指定可）"),
    ("own_domain", "自社のメールドメイン：その人は別に数えます（複数指定可）"),
    ("count.reason", "算出し直す理由（2 回目からは必須）"),
    ("history", "これまでの算出をすべて一覧にします（何も書きません）"),
    (
        "diff",
        "二つの算出を比べ、何がなぜ変わったかを示します（何も書きません）\nA と B は --history の番号、または算出結果のファイル",
    ),
    ("merge", "同じ事案の鍵で作った複数の事案や記録を合わせて算出します\n結果は最初の事案に残します"),
    ("respond.case_key", "別の事案の鍵ファイル（両方を合わせて人数を算出できます）\n省略時は事案専用の鍵を作ります"),
    ("collect.case_key", "別の事案の鍵ファイル（両方を合わせて人数を算出できます）\n省略時は事案専用の鍵を作ります"),
    ("table", "値を含まない、一人一行の表も書きます：\nsqlite、parquet、csv のどれかと、事案の外のファイル"),
    (
        "count.reveal",
        "代わりに通知用の一覧を書きます：氏名や住所を伏せずに証拠から\n取り出し、漏えいした項目ごとにまとめます（確認します）",
    ),
    ("yes_reveal", "確認せずに書き出します：その理由（スクリプト用）\n理由は証拠管理の記録に残ります"),
    ("count.rules", "事案の検査に使った検出ルールのフォルダー（複数指定可）"),
    ("count.case_key", "事案の鍵ファイル（省略時は最初の事案の secret/case.key）"),
    (
        "count_records",
        "人数の算出に使う記録を FILE に残します（hozen count --merge 用）\nほかの記録と合わせるには --case-key も指定します",
    ),
];

pub(super) const EXAMPLES: &str = "\
例:
  同じ記録から、自社の人を別にして算出し直す
    hozen count /mnt/usb/事案番号 --own-domain example.co.jp --reason 職員除外
  これまでの算出の一覧と、最初と最後が違う理由
    hozen count /mnt/usb/事案番号 --history
    hozen count /mnt/usb/事案番号 --diff 1 2
  値を含まない一人一行の表と、通知先の一覧（氏名や住所を伏せずに）
    hozen count /mnt/usb/事案番号 --table sqlite people.db
    hozen count /mnt/usb/事案番号 --table csv letters.csv --reveal
  一つの鍵（--case-key）で作った二台分を合わせる
    hozen count --merge /mnt/usb/事案A /mnt/usb/事案B --reason 'サーバー二台分'
";
