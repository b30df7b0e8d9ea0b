//! What the verbs say while they work, in both languages, and how numbers are written.

use crate::case::results::LeftOut;
use crate::disk::sandbox::Confinement;
use crate::evidence::acquisition::VolatileState;
use crate::model::{Digest, Lang};

/// A count of bytes for people, in powers of 1000 (as disks are sold and `ls --si` prints).
pub(super) fn bytes(count: u64) -> String {
    const UNITS: [&str; 6] = ["B", "kB", "MB", "GB", "TB", "PB"];
    let mut scale = 0;
    let mut unit_bytes = 1u64;
    while count / unit_bytes >= 1000 && scale + 1 < UNITS.len() {
        unit_bytes *= 1000;
        scale += 1;
    }
    let unit = UNITS.get(scale).copied().unwrap_or("B");
    let (whole, rest) = (count / unit_bytes, count % unit_bytes);
    if scale == 0 || whole >= 100 {
        format!("{whole} {unit}")
    } else {
        format!("{whole}.{} {unit}", rest / (unit_bytes / 10))
    }
}

/// A count with thousands separated.
pub(super) fn count(number: u64) -> String {
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
pub(super) fn begins(lang: Lang, case: &str, entries: u64, size: u64) -> String {
    let (entries, size) = (count(entries), bytes(size));
    lang.pick(
        format!("hozen: {entries} entries, {size}. The sources are only read; everything is written to {case}"),
        format!("hozen: 対象は {entries} 件・{size}。対象は読むだけです。書き込み先は {case} です"),
    )
}

/// Told when a time server gave no time.
pub(super) fn no_time_from(lang: Lang, server: &str, why: &str) -> String {
    lang.pick(
        format!(
            "hozen: warning: the time server {server} gave no time ({why}). That is recorded, and the work goes on"
        ),
        format!("hozen: 警告: 時刻サーバー {server} から時刻を得られません（{why}）。その旨を記録して続行します"),
    )
}

/// Told when a time server answered.
pub(super) fn time_from(lang: Lang, source: &str, offset_us: i64, round_trip_us: i64) -> String {
    let (ms, exact) = (offset_us as f64 / 1000.0, round_trip_us as f64 / 2000.0);
    lang.pick(
        format!("hozen: this machine's clock is {ms:+.1} ms (± {exact:.1} ms) by {source}"),
        format!("hozen: この機器の時計のずれは {ms:+.1} ミリ秒（± {exact:.1} ミリ秒）です（{source}）"),
    )
}

/// Told when a profile was looked up.
pub(super) fn profile_found(lang: Lang, names: &str, found: usize, absent: usize) -> String {
    lang.pick(
        format!("hozen: {names}: {found} kinds of evidence are here, {absent} are not on this machine"),
        format!("hozen: {names}：この機器にある証拠は {found} 種類です（ほかの {absent} 種類はありません）"),
    )
}

/// Told of each thing that a profile leaves out on purpose.
pub(super) fn left_out(lang: Lang, left: &LeftOut) -> String {
    let (path, title, why) = (&left.path, &left.title, &left.why);
    let (files, size) = (count(left.amount.files), bytes(left.amount.bytes));
    lang.pick(
        format!("note: not taken: {path} ({title}, {files} files, {size}): {why}"),
        format!("注: 対象外です: {path}（{title}、{files} ファイル・{size}）。{why}"),
    )
}

/// Told when the live state was taken.
pub(super) fn volatile(lang: Lang, state: &VolatileState) -> String {
    let [processes, sockets, files, deleted] =
        [state.processes, state.sockets, state.open_files, state.deleted_files].map(count);
    lang.pick(
        format!(
            "hozen: live state taken first: {processes} processes, {sockets} sockets, {files} open files, {deleted} deleted \
             files in use"
        ),
        format!(
            "hozen: 最初に機器の状態を取りました：プロセス {processes}、ソケット {sockets}、開かれているファイル {files}、\
             削除済みで使用中のファイル {deleted}"
        ),
    )
}

/// Told at the start of a resumed collection: what is there, and about how much is left.
pub(super) fn goes_on(lang: Lang, case: &str, there: (u64, u64), left: (u64, u64)) -> String {
    let told = |(entries, size): (u64, u64)| (count(entries), bytes(size));
    let ((there, there_size), (left, left_size)) = (told(there), told(left));
    lang.pick(
        format!("hozen: going on with {case}: {there} entries ({there_size}) are whole and stay as they were read; about {left} entries ({left_size}) are left"),
        format!("hozen: {case} の続きを行います。保全済みの {there} 件（{there_size}）はそのまま使います。残りは約 {left} 件（{left_size}）です"),
    )
}

/// Told when the evidence of a `respond` case was brought to its seal by `collect`.
pub(super) fn reports_are_due(lang: Lang, case: &str) -> String {
    lang.pick(
        format!(
            "note: results and reports of this case are still missing. Make them with: hozen respond --resume {case}"
        ),
        format!("注: この事案の結果と報告書はまだありません。次の命令で作れます: hozen respond --resume {case}"),
    )
}

/// Told when the output is on the source's own file system.
pub(super) fn same_file_system(lang: Lang) -> &'static str {
    lang.pick(
        "warning: the output lies on the same file system as a source. Deleted data there may be overwritten.\n  If that matters, stop now (Ctrl-C) and name another disk with --out. (--force silences this warning)",
        "警告: 出力先が保全対象と同じファイルシステムにあり、削除済みのデータを上書きするおそれがあります。\n  \
         削除済みのデータを復元したいときは、今すぐ中断して（Ctrl-C）、--out で別のディスクを指定してください。\n  \
         （--force を付けると、この警告を省きます）",
    )
}

/// Told when a copy would share the fate of its source.
pub(super) fn copy_on_same_file_system(lang: Lang) -> &'static str {
    lang.pick(
        "warning: the copy lies on the same file system as its source: one failure takes both. Name another disk with --to",
        "警告: 複製先が複製元と同じファイルシステムにあります。故障すると両方を失います。--to で別のディスクを指定してください",
    )
}

/// Told when the source's chain can not be written.
pub(super) fn source_is_read_only(lang: Lang) -> &'static str {
    lang.pick(
        "note: the source can not be written to, which is good: the event will stand in the chain of the copy alone",
        "注: 複製元は書き込めない状態です（そのままで構いません）。記録は複製の側だけに残ります",
    )
}

/// Told when a path lies on a file system that the kernel makes up as it is read.
pub(super) fn pseudo_file_system(lang: Lang, path: &str, kind: &str) -> String {
    lang.pick(
        format!(
            "warning: {path} is no disk but a window into the running kernel ({kind}). Each of its files is read up to 64 MiB.\n  \
             --volatile takes what matters of the running system, in order and in a form that can be read later"
        ),
        format!(
            "警告: {path} はディスクではなく、動いているカーネルの情報です（{kind}）。1ファイルにつき 64 MiB まで読みます。\n  \
             動いているシステムの状態は、--volatile を使うと、必要なものを順番どおりに、後から読める形で保全できます"
        ),
    )
}

/// Told when the kernel can not confine the process fully.
pub(super) fn not_confined(lang: Lang, note: &str) -> String {
    lang.pick(
        format!(
            "warning: this kernel can not fully confine hozen to its output folder ({note}); it is recorded in the case"
        ),
        format!(
            "警告: このカーネルでは hozen の書き込み先を完全には制限できません（{note}）。その旨を事案フォルダーに記録します"
        ),
    )
}

/// How far the work is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// Bytes read.
    pub read: u64,
    /// Bytes to read; 0 where nobody knows.
    pub total: u64,
    /// Bytes in a second.
    pub rate: u64,
    /// Seconds left.
    pub left_s: u64,
    /// Gaps so far.
    pub gaps: u64,
}

/// How far the work is, on one line that leaves room for a bar in 80 columns.
pub(super) fn pace(lang: Lang, pace: Pace) -> String {
    let (read, total, rate) = (bytes(pace.read), bytes(pace.total), bytes(pace.rate));
    let mut parts = vec![if pace.total == 0 { read } else { format!("{read} / {total}") }];
    parts.push(lang.pick(format!("{rate}/s"), format!("毎秒 {rate}")));
    if pace.total > 0 && pace.rate > 0 {
        parts
            .push(lang.pick(format!("{} left", span(lang, pace.left_s)), format!("残り約{}", span(lang, pace.left_s))));
    }
    if pace.gaps > 0 {
        let gaps = count(pace.gaps);
        parts.push(lang.pick(format!("{gaps} gaps"), format!("読めないもの {gaps} 件")));
    }
    parts.join("  ")
}

/// A span of time as people say it, never more than two units.
fn span(lang: Lang, seconds: u64) -> String {
    match (seconds / 3600, seconds % 3600 / 60, seconds % 60) {
        (0, 0, s) => lang.pick(format!("{s} s"), format!(" {s} 秒")),
        (0, m, _) => lang.pick(format!("{m} min"), format!(" {m} 分")),
        (h, m, _) => lang.pick(format!("{h} h {m} min"), format!(" {h} 時間 {m} 分")),
    }
}

/// How far the process was confined, for the acquisition record.
pub(super) fn confinement(confinement: &Confinement) -> String {
    match confinement {
        Confinement::Full => "Landlock: no write outside the case folder".to_owned(),
        Confinement::Partial(note) => format!("Landlock: no write outside the case folder, but {note}"),
        Confinement::None(note) => format!("none: {note}"),
    }
}

/// A digest in groups of eight, as it is copied by hand.
pub(super) fn digest_groups(digest: &Digest) -> String {
    let text = digest.to_string();
    let groups: Vec<&str> = (0..text.len()).step_by(8).filter_map(|at| text.get(at..at + 8)).collect();
    groups.join(" ")
}

/// The end of a collection without a scan.
pub(super) fn collected(lang: Lang, (files, size): (u64, u64), gaps: u64, evidence: &str, seal: &str) -> String {
    let (files, size) = (count(files), bytes(size));
    lang.pick(
        format!(
            "Preserved and sealed {files} files, {size}. Gaps (what could not be read): {gaps}\nEvidence: {evidence}\n\
             Digest of the seal (copy it to the paper form):\n  {seal}\n"
        ),
        format!(
            "{files} ファイル（{size}）を保全し、封印しました。読めなかったもの：{gaps} 件\n証拠：{evidence}\n\
             封印番号（紙の記録票に書き写してください）：\n  {seal}\n"
        ),
    )
}

/// The cache could not be written at the end of a scan.
pub(super) fn cache_not_kept(lang: Lang, why: &str) -> String {
    match lang {
        Lang::En => {
            format!("note: the cache was not kept ({why}); the result stands, and the next scan reads everything again")
        }
        Lang::Ja => {
            format!("注: キャッシュを保存できませんでした({why})。結果は有効です。次の検査ではすべて読み直します")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_fits_beside_a_bar_in_both_languages() {
        use unicode_width::UnicodeWidthStr;
        let far = Pace { read: 999_900_000_000, total: 1_999_900_000_000, rate: 1, left_s: 359_999, gaps: 99_999 };
        for lang in [Lang::En, Lang::Ja] {
            let line = pace(lang, far);
            assert!(line.width_cjk() <= 76, "{} columns: {line}", line.width_cjk());
            assert!(!pace(lang, Pace { total: 0, ..far }).contains(" / "));
        }
        assert_eq!(pace(Lang::Ja, Pace { gaps: 0, left_s: 90, ..far }), "999 GB / 1.9 TB  毎秒 1 B  残り約 1 分");
    }

    #[test]
    fn numbers_are_written_as_people_read_them() {
        let written: Vec<String> = [0, 999, 1000, 1500, 99_949, 100_000, 512_000_000, 12_345_678_901].map(bytes).into();
        assert_eq!(written, ["0 B", "999 B", "1.0 kB", "1.5 kB", "99.9 kB", "100 kB", "512 MB", "12.3 GB"]);
        assert_eq!(bytes(u64::MAX), "18446 PB");
        assert_eq!([0, 999, 1000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
    }
}
