//! The words of the chain of custody, in both languages.

use crate::model::{Act, Lang};

/// What was done.
pub(super) fn act(act: Act, lang: Lang) -> &'static str {
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
    ("file", "file", "ファイル"),
    ("sha256", "SHA-256", "SHA-256"),
    ("cut_bytes", "bytes cut off", "切り取ったバイト数"),
    ("torn", "torn by", "途切れた理由"),
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
