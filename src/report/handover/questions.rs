//! What the facts leave open, for the receiver to settle. Each follows from something that was recorded, or was not.

use super::Facts;
use crate::model::{GapKind, Lang};

/// Something that is open. The words of [`Question::id`] are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// The case had problems when it was handed over.
    BrokenCase(u64),
    /// Only the paper form says whose key it is.
    KeyOfTheCase,
    /// Nobody outside vouches for the time of the seal.
    NoTimeStamp,
    /// Nobody recorded how far the clock was off.
    ClockOffset,
    /// Nobody recorded what was done between the discovery and the collection.
    BeforeCollection,
    /// No copy of the disk itself was made by hozen.
    DiskImage,
    /// No live state was taken.
    NoLiveState,
    /// The live state has gaps.
    LiveStateGaps(u64),
    /// It ran without the rights to read everything.
    NotRoot,
    /// Entries that permission kept from being read.
    PermissionDenied(u64),
    /// Read errors of the medium.
    ReadErrors(u64),
    /// Encrypted content.
    Encrypted(u64),
    /// The output lay on the disk of a source.
    OutputOnSource,
    /// Access times may have moved.
    AccessTimes(u64),
    /// Takes of the profile of which nothing was found.
    TakesNotFound(u64),
    /// Logs and their time zones were not interpreted.
    LogZones,
    /// Nothing was searched for personal data.
    NoScan,
    /// Files that the search did not, or not wholly, read.
    NotSearched(u64),
}

impl Question {
    /// A stable word.
    pub(super) fn id(&self) -> &'static str {
        match self {
            Self::BrokenCase(_) => "broken_case",
            Self::KeyOfTheCase => "key_of_the_case",
            Self::NoTimeStamp => "no_time_stamp",
            Self::ClockOffset => "clock_offset",
            Self::BeforeCollection => "before_collection",
            Self::DiskImage => "disk_image",
            Self::NoLiveState => "no_live_state",
            Self::LiveStateGaps(_) => "live_state_gaps",
            Self::NotRoot => "not_root",
            Self::PermissionDenied(_) => "permission_denied",
            Self::ReadErrors(_) => "read_errors",
            Self::Encrypted(_) => "encrypted",
            Self::OutputOnSource => "output_on_source_disk",
            Self::AccessTimes(_) => "access_times",
            Self::TakesNotFound(_) => "takes_not_found",
            Self::LogZones => "log_time_zones",
            Self::NoScan => "no_scan",
            Self::NotSearched(_) => "not_searched",
        }
    }

    /// The question in words.
    pub(super) fn words(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.en(),
            Lang::Ja => self.ja(),
        }
    }

    fn en(&self) -> String {
        match self {
            Self::BrokenCase(n) => format!("The case had {n} problems when it was handed over (below). What changed it, and when?"),
            Self::KeyOfTheCase => "The signing key was made for this case. Only the paper form ties it to a person: compare its fingerprint, and the digest of the seal, with the form.".into(),
            Self::NoTimeStamp => "No outside authority vouches for the time of a seal. One can still be asked: the query is in the zip (custody/sig/).".into(),
            Self::ClockOffset => "How far the machine's clock was off was not measured. Measure it before the machine is switched off, or read its firmware clock.".into(),
            Self::BeforeCollection => "What was done on the machine between the discovery and this collection (logins, restarts, scans, restored files, the way it was taken off the network) is known here only as far as people set it down. Ask those who were there.".into(),
            Self::DiskImage => "Files were taken, not the disk: deleted files that no process held, free space, partitions and firmware are on the original medium alone. Is an image of it to be made?".into(),
            Self::NoLiveState => "No live state (processes, connections, memory) was taken. Is the machine still running, and was it restarted since?".into(),
            Self::LiveStateGaps(n) => format!("The live state has {n} gaps. Compare it with a memory image, if there is one."),
            Self::NotRoot => "hozen ran without root. What only root may read was not taken: repeat as root if the machine is still there.".into(),
            Self::PermissionDenied(n) => format!("{n} entries refused to be read. Who may read them, and are they needed?"),
            Self::ReadErrors(n) => format!("{n} read errors. The medium may be failing: image it before anything else is read from it."),
            Self::Encrypted(n) => format!("{n} encrypted files or members were not looked into. Who knows the passwords?"),
            Self::OutputOnSource => "The output lay on the disk of a source: deleted data there may have been overwritten.".into(),
            Self::AccessTimes(n) => format!("{n} access times may be those of this collection. The times from before are in custody/files.jsonl."),
            Self::TakesNotFound(n) => format!("Nothing was there of {n} things that the profile looks for (below). Are they somewhere else on this machine?"),
            Self::LogZones => "hozen read no times out of logs. In which time zone does each log write, and were logs rotated, deleted or kept elsewhere?".into(),
            Self::NoScan => "Nothing was searched for personal data in this case.".into(),
            Self::NotSearched(n) => format!("{n} files were not, or not wholly, searched for personal data: nothing is known of what is in them."),
        }
    }

    fn ja(&self) -> String {
        match self {
            Self::BrokenCase(n) => format!("引き渡しの時点で、この事案に {n} 件の破損がありました（後述）。何が、いつ変えたのか。"),
            Self::KeyOfTheCase => "署名鍵は、この事案のために作られたものです。誰の鍵かを示すのは紙の記録票だけです。鍵のフィンガープリントと封印番号を記録票と照合してください。".into(),
            Self::NoTimeStamp => "封印の時刻を証明する第三者がいません。タイムスタンプは今からでも取得できます（要求は証拠 zip の custody/sig/ にあります）。".into(),
            Self::ClockOffset => "機器の時計のずれは測られていません。電源を切る前に基準時刻と比べるか、ファームウェアの時計を確かめてください。".into(),
            Self::BeforeCollection => "発覚から保全までの間に機器で行われたこと（ログイン、再起動、ウイルス検査、復元、ネットワークからの切り離し方など）は、人が記録した分しか分かりません。立ち会った人に確認してください。".into(),
            Self::DiskImage => "保全したのはファイルで、ディスク全体ではありません。削除済みで使用中でないファイル、空き領域、パーティション、ファームウェアは原本の媒体にしかありません。ディスクイメージを取得しますか。".into(),
            Self::NoLiveState => "動作中の状態（プロセス、通信、メモリー）は保全していません。機器はまだ動いていますか。その後に再起動されていませんか。".into(),
            Self::LiveStateGaps(n) => format!("動作中の状態に、読めなかったものが {n} 件あります。メモリーイメージがあれば突き合わせてください。"),
            Self::NotRoot => "hozen は管理者（root）でない権限で実行されました。root しか読めないものは保全していません。機器が残っていれば root での再実行を検討してください。".into(),
            Self::PermissionDenied(n) => format!("権限がなく読めなかったものが {n} 件あります。誰なら読めるか、必要なものか。"),
            Self::ReadErrors(n) => format!("読み取りエラーが {n} 件あります。媒体が故障しかけている疑いがあります。ほかの読み取りより先にイメージを取得してください。"),
            Self::Encrypted(n) => format!("暗号化されていて中を調べていないものが {n} 件あります。パスワードは誰が知っていますか。"),
            Self::OutputOnSource => "保全の出力先が、対象と同じディスクにありました。そこにあった削除済みデータは上書きされたおそれがあります。".into(),
            Self::AccessTimes(n) => format!("{n} 件のアクセス日時は、この保全によるものかもしれません。保全前の日時は custody/files.jsonl にあります。"),
            Self::TakesNotFound(n) => format!("プロファイルが探すもののうち {n} 種類は見つかりませんでした（後述）。この機器の別の場所にありませんか。"),
            Self::LogZones => "hozen はログの中の時刻を解釈していません。各ログはどのタイムゾーンで書かれていますか。ローテーション、削除、別の場所での保管はありませんか。".into(),
            Self::NoScan => "この事案では、個人データの検査を行っていません。".into(),
            Self::NotSearched(n) => format!("{n} 件のファイルは、個人データの検査が全部または一部できていません。その中身については何も分かりません。"),
        }
    }
}

/// What is open, the most pressing first.
pub(super) fn questions(facts: &Facts) -> Vec<Question> {
    use Question::{
        AccessTimes, BeforeCollection, BrokenCase, ClockOffset, DiskImage, Encrypted, KeyOfTheCase, LiveStateGaps,
        LogZones, NoLiveState, NoScan, NoTimeStamp, NotRoot, NotSearched, OutputOnSource, PermissionDenied, ReadErrors,
        TakesNotFound,
    };
    let acquisitions = || facts.evidence.iter().map(|piece| &piece.acquisition);
    let gaps = |kind: GapKind| {
        let of = facts.gaps.iter().find(|gaps| gaps.kind == kind);
        of.map_or(0, |gaps| gaps.not_kept.max(gaps.not_looked_at))
    };
    let some = |count: u64, question: fn(u64) -> Question| (count > 0).then(|| question(count));
    let when = |holds: bool, question| holds.then_some(question);
    let live = acquisitions().filter_map(|one| one.volatile.as_ref());
    let live_gaps = live.clone().flat_map(|state| state.gaps.values()).sum();
    let not_found = acquisitions().flat_map(|one| &one.takes).filter(|take| take.found == 0).count() as u64;
    let atime = |mark: &crate::case::handover::Mark| *mark == crate::case::handover::Mark::AtimeNotKept;
    let moved = facts.evidence.iter().flat_map(|piece| &piece.marks).filter(|(mark, _)| atime(mark)).map(|(_, n)| n);
    let clock_is_known = acquisitions().any(|one| one.clock_offset_ms.is_some()) || offset_set_down(facts).is_some();
    let image = acquisitions().any(|one| one.images.iter().any(|image| image.said == "disk"));
    let unsearched = facts.scan.as_ref().map_or(0, |scan| scan.partial.saturating_add(scan.not_scanned));
    [
        some(facts.delivery.problems.len() as u64, BrokenCase),
        when(facts.key_is_of_the_case, KeyOfTheCase),
        when(facts.evidence.iter().any(|piece| piece.stamps.is_empty()), NoTimeStamp),
        when(!clock_is_known, ClockOffset),
        Some(BeforeCollection),
        when(!image, DiskImage),
        when(live.count() == 0, NoLiveState),
        some(live_gaps, LiveStateGaps),
        when(acquisitions().any(|one| one.effective_uid.is_some_and(|uid| uid != 0)), NotRoot),
        some(gaps(GapKind::PermissionDenied), PermissionDenied),
        some(gaps(GapKind::ReadError), ReadErrors),
        some(gaps(GapKind::Encrypted), Encrypted),
        when(acquisitions().any(|one| !one.output_on_source_disk.is_empty()), OutputOnSource),
        some(moved.sum(), AccessTimes),
        some(not_found, TakesNotFound),
        Some(LogZones),
        when(facts.scan.is_none(), NoScan),
        some(unsearched, NotSearched),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The clock's offset in milliseconds, as a person set it down after the collection, and how they knew.
pub(super) fn offset_set_down(facts: &Facts) -> Option<(i64, Option<&str>)> {
    facts.custody.iter().rev().find_map(|event| {
        let clock = event.detail.get("clock")?;
        let source = clock.get("reference_source").and_then(|source| source.as_str());
        Some((clock.get("offset_ms")?.as_i64()?, source))
    })
}
