//! What the verbs say while they work, in both languages, and how numbers are written.

use crate::model::Lang;

/// A count of bytes for people, in powers of 1000 (as disks are sold and `ls --si` prints).
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 6] = ["B", "kB", "MB", "GB", "TB", "PB"];
    let mut scale = 0;
    let mut unit_bytes = 1u64;
    while count / unit_bytes >= 1000 && scale + 1 < UNITS.len() {
        unit_bytes *= 1000;
        scale += 1;
    }
    let unit = UNITS.get(scale).copied().unwrap_or("B");
    let (whole, rest) = (count / unit_bytes, count % unit_bytes);
    if scale == 0 || whole >= 100 { format!("{whole} {unit}") } else { format!("{whole}.{} {unit}", rest / (unit_bytes / 10)) }
}

/// A count with thousands separated.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Told at the start of a collection.
pub fn begins(lang: Lang, case: &str, entries: u64, size: u64) -> String {
    let (entries, size) = (count(entries), bytes(size));
    lang.pick(
        format!("hozen: {entries} entries, {size}. The sources are only read; everything is written to {case}"),
        format!("hozen: 対象は {entries} 件・{size}。対象は読むだけです。書き込み先は {case} です"),
    )
}

/// Told when the output is on the source's own file system.
pub fn same_file_system(lang: Lang) -> &'static str {
    lang.pick(
        "warning: the output lies on the same file system as a source. Deleted data there may be overwritten: if that \
         matters, stop now (Ctrl-C) and name another disk with --out. (--force silences this warning)",
        "警告: 出力先が保全対象と同じファイルシステムにあります。削除済みデータの復元が必要な場合は上書きのおそれがあるため、\
         今すぐ中断し(Ctrl-C)、--out で別のディスクを指定してください(--force でこの警告を省けます)",
    )
}

/// Told when the kernel can not confine the process fully.
pub fn not_confined(lang: Lang, note: &str) -> String {
    lang.pick(
        format!("warning: this kernel can not fully confine hozen to its output folder ({note}); it is recorded in the case"),
        format!("警告: このカーネルでは hozen の書き込み先を完全には制限できません({note})。その旨をケースに記録します"),
    )
}

/// A line of progress where there is no terminal.
pub fn progress(lang: Lang, read: u64, total: u64, rate: u64, left_s: u64, gaps: u64) -> String {
    let (read, total, rate) = (bytes(read), bytes(total), bytes(rate));
    lang.pick(
        format!("hozen: {read} of {total} read, {rate}/s, about {left_s} s left, {gaps} gaps"),
        format!("hozen: {total} 中 {read} 読み取り済み、毎秒 {rate}、残り約 {left_s} 秒、ギャップ {gaps} 件"),
    )
}

/// The end of a collection without a scan.
pub fn collected(lang: Lang, files: u64, size: u64, gaps: u64, evidence: &str, seal: &str) -> String {
    let (files, size) = (count(files), bytes(size));
    lang.pick(
        format!(
            "Preserved {files} files, {size}. Gaps: {gaps}.\nEvidence: {evidence}\nSeal (write this on the paper form):\n  {seal}\n"
        ),
        format!("{files} 個のファイル({size})を保全しました。ギャップ: {gaps} 件\n証拠: {evidence}\n封印(紙の記録に書き写してください):\n  {seal}\n"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_read_them() {
        let written: Vec<String> =
            [0, 999, 1000, 1500, 99_949, 100_000, 512_000_000, 12_345_678_901].map(bytes).into();
        assert_eq!(written, ["0 B", "999 B", "1.0 kB", "1.5 kB", "99.9 kB", "100 kB", "512 MB", "12.3 GB"]);
        assert_eq!(bytes(u64::MAX), "18446 PB");
        assert_eq!([0, 999, 1000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
    }
}
