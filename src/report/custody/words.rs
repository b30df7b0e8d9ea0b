//! The words of the chain of custody, in both languages.

use crate::model::{Act, Lang};

/// What was done.
pub(in crate::report) fn act(act: Act, lang: Lang) -> &'static str {
    let (en, ja) = match act {
        Act::Collect => ("collection began", "保全を開始"),
        Act::Resume => ("collection went on", "保全を再開"),
        Act::Collected => ("collection complete", "保全が完了"),
        Act::Seal => ("evidence sealed", "証拠を封印"),
        Act::Scan => ("evidence scanned", "証拠を検査"),
        Act::Report => ("file written", "ファイルを作成"),
        Act::Open => ("opened", "開封"),
        Act::Copy => ("copied", "複製"),
        Act::Transfer => ("handed over", "引き渡し"),
        Act::Receive => ("taken over", "受領"),
        Act::Note => ("note", "特記"),
        Act::Return => ("given back", "返却"),
        Act::Dispose => ("destroyed", "廃棄"),
        Act::Stamp => ("time stamp taken in", "タイムスタンプを取り込み"),
    };
    lang.pick(en, ja)
}

/// Names of particulars: key, English, Japanese.
const FIELDS: &[(&str, &str, &str)] = &[
    ("operator", "by", "実施者"),
    ("witness", "witness", "立会人"),
    ("from", "from", "引渡人"),
    ("to", "to", "受領人"),
    ("purpose", "purpose", "目的"),
    ("reason", "reason", "理由"),
    ("place", "place", "場所"),
    ("kept_at", "kept at", "保管場所"),
    ("evidence_number", "evidence number", "証拠番号"),
    ("seal_number", "seal on the medium", "媒体の封印シール番号"),
    ("medium", "medium", "保存先媒体"),
    ("state", "state", "状態"),
    ("condition", "looks", "外観"),
    ("note", "note", "特記事項"),
    ("when", "done at", "行った日時"),
    ("device", "device", "機器"),
    ("maker", "maker", "メーカー"),
    ("model", "model", "型番"),
    ("serial", "serial number", "シリアル番号"),
    ("capacity", "capacity", "容量"),
    ("photos", "photos", "写真"),
    ("name", "its own name", "元の名前"),
    ("zips", "evidence zips", "証拠 zip"),
    ("check", "read once more", "再確認"),
    ("found_sha256", "digest now", "今のハッシュ"),
    ("clock", "clock", "時計"),
    ("system", "machine", "機器の時刻"),
    ("reference", "reference", "基準時刻"),
    ("reference_source", "by", "基準時刻の確認方法"),
    ("offset_ms", "machine ahead by (ms)", "機器の進み（ミリ秒）"),
    ("zone", "zone", "タイムゾーン"),
    ("zone_source", "zone from", "タイムゾーンの出所"),
    ("utc_offset", "from UTC", "UTC との差"),
    ("read", "how it was read", "時計の読み方"),
    ("evidence", "evidence", "証拠"),
    ("scope", "scope", "対象"),
    ("orders_sha256", "digest of the orders", "指示のハッシュ"),
    ("profile", "profile", "プロファイル"),
    ("profiles_sha256", "digest of the profiles", "プロファイルのハッシュ"),
    ("entries", "entries", "エントリ数"),
    ("files", "files", "ファイル数"),
    ("bytes", "bytes", "バイト数"),
    ("linked", "further names", "別名の数"),
    ("gaps", "gaps", "読めなかったもの"),
    ("seal_sha256", "digest of the seal", "封印番号"),
    ("zip_sha256", "digest of the zip", "zip のハッシュ"),
    ("key", "key", "署名鍵"),
    ("gen_time", "time by the authority", "時刻認証局の時刻"),
    ("authority", "authority", "時刻認証局"),
    ("policy", "policy", "ポリシー"),
    ("status", "status", "応答の状態"),
    ("signature", "signature of the stamp", "タイムスタンプの署名"),
    ("signature_why", "why", "その理由"),
    ("chain", "certificate chain", "証明書の連鎖"),
    ("chain_why", "why", "その理由"),
    ("ca_sha256", "digest of the certificates", "証明書のハッシュ"),
    ("file", "file", "ファイル"),
    ("sha256", "SHA-256", "SHA-256"),
    ("cut_bytes", "bytes cut off", "切り取ったバイト数"),
    ("torn", "torn by", "途切れた理由"),
    ("quantity", "quantity", "数量"),
    ("copied_to", "copied to", "複製先"),
    ("started", "begun at", "開始日時"),
    ("list_sha256", "digest of the list of files", "ファイル一覧のハッシュ"),
    ("secrets", "with the keys of the case", "事案の鍵を含む"),
    ("verified", "read back and compared", "読み直して照合"),
    ("read_back", "how", "照合の方法"),
    ("same_file_system", "on the same file system", "同じファイルシステム上"),
];

/// The name of a particular, if it is a known one.
pub(super) fn field(key: &str, lang: Lang) -> Option<&'static str> {
    FIELDS.iter().find(|(known, ..)| *known == key).map(|(_, en, ja)| lang.pick(*en, *ja))
}

/// What a second look at an evidence zip came to.
pub(super) fn check(check: &str, lang: Lang) -> Option<&'static str> {
    let (en, ja) = match check {
        "same" => ("as it was sealed", "封印時のまま"),
        "changed" => ("CHANGED", "変更あり"),
        "missing" => ("MISSING", "なし"),
        "unread" => ("COULD NOT BE READ", "読み取れない"),
        "not_done" => ("not done", "未実施"),
        _ => return None,
    };
    Some(lang.pick(en, ja))
}

/// The value of a particular, where it is one of a few known ones.
pub(super) fn value(key: &str, value: &str, lang: Lang) -> Option<&'static str> {
    let (en, ja) = match (key, value) {
        ("check", _) => return check(value, lang),
        ("verified", "same") => ("the same", "一致"),
        ("verified", "not_done") => ("not done", "未実施"),
        ("read_back", "direct") => ("from the medium, past the system's memory", "媒体から直接"),
        ("read_back", "cache_dropped") => {
            ("after the system was told to forget it", "システムのメモリーを捨てさせた後")
        }
        _ => return None,
    };
    Some(lang.pick(en, ja))
}

/// The words of the sheet.
pub(super) struct Form {
    pub(super) title: &'static str,
    pub(super) case: &'static str,
    pub(super) printed: &'static str,
    pub(super) broken: &'static str,
    pub(super) seal: &'static str,
    pub(super) seal_digest: &'static str,
    pub(super) no_seal: &'static str,
    pub(super) key: &'static str,
    pub(super) zip: &'static str,
    pub(super) chain: &'static str,
    pub(super) object: &'static str,
    pub(super) taken: &'static str,
    pub(super) taken_by: &'static str,
    pub(super) host: &'static str,
    pub(super) transfers: &'static str,
    pub(super) when: &'static str,
    pub(super) what: &'static str,
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) about: &'static str,
    pub(super) check: &'static str,
    pub(super) sign_from: &'static str,
    pub(super) sign_to: &'static str,
    pub(super) end: &'static str,
    pub(super) end_how: &'static str,
    pub(super) end_by: &'static str,
    pub(super) end_seen: &'static str,
    pub(super) returned: &'static str,
    pub(super) disposed: &'static str,
}

/// The sheet in a language.
pub(super) fn form(lang: Lang) -> &'static Form {
    lang.pick(&FORM_EN, &FORM_JA)
}

const FORM_EN: Form = Form {
    title: "Chain of custody",
    case: "Case",
    printed: "Printed",
    broken: "BROKEN: the chain of custody is not as it was written. This sheet shows only what is before the break.",
    seal: "Seal",
    seal_digest: "Digest of the seal (SHA-256; the QR code says the same)",
    no_seal: "There is no sealed evidence in this case yet.",
    key: "Key",
    zip: "Zip and its SHA-256",
    chain: "Digest of the chain of custody, and its events",
    object: "Object",
    taken: "Taken at",
    taken_by: "Taken by",
    host: "Host",
    transfers: "Transfers and other acts",
    when: "When",
    what: "What",
    from: "From / by",
    to: "To",
    about: "Purpose, place, state",
    check: "Digest check",
    sign_from: "Signed (from)",
    sign_to: "Signed (to)",
    end: "End of custody",
    end_how: "How",
    end_by: "By (signed)",
    end_seen: "Confirmed by (signed)",
    returned: "given back",
    disposed: "destroyed",
};

const FORM_JA: Form = Form {
    title: "証拠管理記録票",
    case: "事案番号",
    printed: "作成日時",
    broken: "破損あり: 証拠管理の記録が、書かれたときのままではありません。この票は、破損より前の記録だけを示します。",
    seal: "封印",
    seal_digest: "封印番号（SHA-256。QR コードも同じ内容です）",
    no_seal: "この事案には、封印済みの証拠がまだありません。",
    key: "署名鍵",
    zip: "証拠 zip とその SHA-256",
    chain: "証拠管理の記録のハッシュと件数",
    object: "対象物",
    taken: "取得日時",
    taken_by: "取得者",
    host: "ホスト名",
    transfers: "授受などの記録",
    when: "日時",
    what: "行為",
    from: "引渡人・実施者",
    to: "受領人",
    about: "目的・場所・状態",
    check: "ハッシュ確認",
    sign_from: "署名（引渡人）",
    sign_to: "署名（受領人）",
    end: "管理の終了",
    end_how: "処分",
    end_by: "実施者（署名）",
    end_seen: "確認者（署名）",
    returned: "返却",
    disposed: "廃棄",
};
