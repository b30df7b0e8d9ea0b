//! The evidence itself: what was taken of which machine, by which clock, what was not, and what taking it changed.

use super::Teller;
use super::page::{Block, Cell, Known, mono, number, plain, table};
use super::questions::offset_set_down;
use crate::case::handover::{Acquisition, GapFacts, Mark, Piece};
use crate::model::{Algorithm, Digest};
use crate::report::gaps::hides_content;
use crate::report::show::{grouped, in_eights, size};
use crate::report::words::gap;

fn digest(digest: Option<&Digest>) -> Cell {
    mono(digest.map(|digest| in_eights(digest).join(" ")).unwrap_or_default())
}

/// Each zip with everything that it can be known by.
pub(super) fn evidence(t: &Teller<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    for piece in &t.facts.evidence {
        let mut known = Known::default();
        known.cells(t.w("File", "ファイル"), vec![mono(&piece.file), plain(size(piece.length))]);
        known.cells(t.w("Digest of the seal", "封印番号"), vec![digest(piece.seal_sha256.as_ref())]);
        known.cells(t.w("Digest of the zip", "zip のハッシュ"), vec![digest(piece.zip_sha256.as_ref())]);
        let digests = piece.acquisition.digests;
        if digests.others().count() > 0 {
            let names = digests.iter().map(Algorithm::name).collect::<Vec<_>>().join(", ");
            known.cells(t.w("Digests of each file", "各ファイルのハッシュ"), vec![mono(names)]);
        }
        known.cells(t.w("Signing key", "署名鍵"), vec![mono(piece.key.as_deref().unwrap_or_default())]);
        let sealed = piece.sealed.as_deref().map(|time| t.time(time)).unwrap_or_default();
        known.say(t.w("Sealed", "封印日時"), sealed);
        known.cells(t.w("Time stamps", "タイムスタンプ"), stamps(t, piece));
        blocks.push(known.block());
    }
    if blocks.is_empty() {
        blocks.push(Block::Warn(
            t.w("There is no sealed evidence in this case.", "この事案には、封印済みの証拠がありません。").to_owned(),
        ));
    }
    blocks
}

fn stamps(t: &Teller<'_>, piece: &Piece) -> Vec<Cell> {
    if piece.stamps.is_empty() {
        return vec![plain(t.w("none", "なし"))];
    }
    let standing = |word: &str| match word {
        "verified" => t.w("verified", "検証済み"),
        "not_checked" => t.w("not checked", "未検証"),
        _ => t.w("NOT verified", "検証できず"),
    };
    let said = |stamp: &crate::case::handover::StampFacts| {
        let (signature, chain) = (standing(&stamp.signature), standing(&stamp.chain));
        [
            plain(format!("{}  {}", t.time(&stamp.time), stamp.authority)),
            plain(t.lang.pick(
                format!("signature {signature}, certificates up to a CA {chain}: {}", stamp.file),
                format!("署名は{signature}、CA までの証明書は{chain}：{}", stamp.file),
            )),
        ]
    };
    piece.stamps.iter().flat_map(said).collect()
}

/// What was to be taken, and what it came to.
pub(super) fn taken(t: &Teller<'_>) -> Vec<Block> {
    t.facts.evidence.iter().flat_map(|piece| taken_of(t, piece)).collect()
}

fn taken_of(t: &Teller<'_>, piece: &Piece) -> Vec<Block> {
    let one = &piece.acquisition;
    let mut known = Known::default();
    known.say(t.w("Evidence", "証拠"), &piece.file);
    let counts = one.counts;
    let kinds: Vec<String> = piece.kinds.iter().map(|(of, n)| format!("{} {}", kind(t, of), grouped(*n))).collect();
    known.cells(
        t.w("Amount", "数量"),
        vec![
            plain(t.lang.pick(
                format!(
                    "{} entries, {} files kept, {} ({} bytes)",
                    grouped(counts.entries),
                    grouped(counts.files),
                    size(counts.bytes),
                    grouped(counts.bytes)
                ),
                format!(
                    "{} エントリ、保全したファイル {} 個、{}（{} バイト）",
                    grouped(counts.entries),
                    grouped(counts.files),
                    size(counts.bytes),
                    grouped(counts.bytes)
                ),
            )),
            plain(kinds.join(t.lang.pick(", ", "、"))),
        ],
    );
    let from = [t.time(&one.started), t.time(&one.finished)].map(plain).to_vec();
    known.cells(t.w("From – to", "開始・終了"), from);
    known.cells(t.w("Paths named", "指定したパス"), some(t, one.scope.iter().map(|path| mono(path.as_str()))));
    if let Some(profile) = &one.profile {
        let found = one.takes.iter().filter(|take| take.found > 0).count();
        let root = one.root.as_deref().map(|root| format!(" ({root})")).unwrap_or_default();
        known.say(
            t.w("Profile", "プロファイル"),
            t.lang.pick(
                format!("{profile}{root}: {found} of {} kinds of things were there", one.takes.len()),
                format!("{profile}{root}：{} 種類のうち {found} 種類がありました", one.takes.len()),
            ),
        );
    }
    for image in &one.images {
        known.cells(
            t.w("Image by another tool", "他のツールによるイメージ"),
            vec![mono(&image.path), plain(format!("{} · {}", image.said, size(image.size)))],
        );
    }
    let mut blocks = vec![known.block()];
    blocks.extend(live_state(t, one));
    let takes = one.takes.iter().filter(|take| take.found > 0);
    let row = |take: &crate::model::taken::TakeRecord| {
        let listed = take.paths.first().map(String::as_str).unwrap_or_default();
        let more = if take.found > 1 { format!(" (+{})", grouped(take.found - 1)) } else { String::new() };
        vec![plain(&take.title), mono(format!("{listed}{more}"))]
    };
    let rows: Vec<_> = takes.map(row).collect();
    if !rows.is_empty() {
        blocks.push(table(
            vec![(t.w("Found by the profile", "プロファイルで見つかったもの"), 42), (t.w("Where", "場所"), 58)],
            rows,
            t.lang,
        ));
    }
    blocks
}

/// A kind of entry in words.
fn kind<'k>(t: &Teller<'_>, kind: &'k str) -> &'k str {
    let (en, ja) = match kind {
        "file" => ("files", "ファイル"),
        "folder" => ("folders", "フォルダー"),
        "link" => ("links", "リンク"),
        "fifo" => ("pipes", "パイプ"),
        "socket" => ("sockets", "ソケット"),
        "char_device" => ("character devices", "キャラクターデバイス"),
        "block_device" => ("block devices", "ブロックデバイス"),
        _ => return kind,
    };
    t.w(en, ja)
}

fn live_state(t: &Teller<'_>, one: &Acquisition) -> Option<Block> {
    let state = one.volatile.as_ref()?;
    let mut known = Known::default();
    known.cells(
        t.w("Live state, from – to", "動作中の状態"),
        [t.time(&state.started), t.time(&state.finished)].map(plain).to_vec(),
    );
    let n = grouped;
    known.say(
        t.w("What was seen", "記録した数"),
        t.lang.pick(
            format!(
                "{} processes, {} sockets, {} open handles, {} logins, {} deleted files in use",
                n(state.processes),
                n(state.sockets),
                n(state.open_files),
                n(state.logins),
                n(state.deleted_files)
            ),
            format!(
                "プロセス {}、ソケット {}、開いているファイル {}、ログイン {}、削除済みで使用中のファイル {}",
                n(state.processes),
                n(state.sockets),
                n(state.open_files),
                n(state.logins),
                n(state.deleted_files)
            ),
        ),
    );
    let gaps: u64 = state.gaps.values().sum();
    known.say(
        t.w("Nature", "性質"),
        t.lang.pick(
            format!("no one moment's state: the machine went on while it was read; {} gaps. Taken before everything else.", n(gaps)),
            format!("ある一瞬の状態ではありません（読んでいる間も機器は動いていました）。読めなかったもの {} 件。ほかの何よりも先に取得しました。", n(gaps)),
        ),
    );
    Some(known.block())
}

fn some(t: &Teller<'_>, cells: impl Iterator<Item = Cell>) -> Vec<Cell> {
    let mut cells: Vec<Cell> = cells.collect();
    let most = crate::model::limits::HANDOVER_LISTED;
    let more = cells.len().saturating_sub(most);
    cells.truncate(most);
    match (cells.len(), more) {
        (0, _) => cells.push(plain(t.w("none", "なし"))),
        (_, 1..) => cells.push(plain(t.lang.pick(format!("… and {more} more"), format!("ほか {more} 件")))),
        _ => {}
    }
    cells
}

/// What was left out on purpose, what was not there, and what could not be read.
pub(super) fn not_taken(t: &Teller<'_>) -> Vec<Block> {
    let mut blocks = vec![gaps(t)];
    for piece in &t.facts.evidence {
        let one = &piece.acquisition;
        let skipped: Vec<_> =
            one.skipped.iter().map(|skipped| vec![mono(&skipped.path), plain(&skipped.reason)]).collect();
        if !skipped.is_empty() {
            blocks.push(table(
                vec![(t.w("Left out on purpose", "意図して除いたもの"), 45), (t.w("Why", "理由"), 55)],
                skipped,
                t.lang,
            ));
        }
        let not_found: Vec<_> = one
            .takes
            .iter()
            .filter(|take| take.found == 0)
            .map(|take| vec![plain(&take.title), mono(&take.id)])
            .collect();
        if !not_found.is_empty() {
            blocks.push(table(
                vec![
                    (t.w("Looked for by the profile, not there", "プロファイルが探し、なかったもの"), 70),
                    (t.w("Take", "識別名"), 30),
                ],
                not_found,
                t.lang,
            ));
        }
        if let Some(state) = one.volatile.as_ref().filter(|state| !state.not_taken.is_empty()) {
            blocks.push(Block::Say(
                t.w("Live state that this version does not take:", "動作中の状態のうち、この版では取得しないもの：")
                    .to_owned(),
            ));
            blocks.push(Block::List(state.not_taken.clone(), false));
        }
    }
    blocks.push(Block::Say(t.w(
        "Never taken by hozen: free space, deleted files that no process holds, partition tables, firmware, memory.",
        "hozen が取得しないもの：空き領域、使用中でない削除済みファイル、パーティション表、ファームウェア、メモリーの中身。",
    ).to_owned()));
    blocks
}

/// Gaps by kind: those that hide content first.
fn gaps(t: &Teller<'_>) -> Block {
    if t.facts.gaps.is_empty() {
        return Block::Say(
            t.w(
                "No gaps: everything that was met was kept and read.",
                "欠けたものはありません。対象としたものは、すべて保全し、読み取りました。",
            )
            .to_owned(),
        );
    }
    let mut kinds: Vec<&GapFacts> = t.facts.gaps.iter().collect();
    kinds.sort_by_key(|gaps| (!hides_content(gaps.kind), gaps.not_kept == 0, gaps.kind));
    let example = |one: &crate::case::handover::GapExample| {
        let size = one.size.filter(|bytes| *bytes > 0).map(|bytes| format!(" · {}", size(bytes))).unwrap_or_default();
        format!("{}{size}", one.path)
    };
    let row = |gaps: &GapFacts| {
        let words = gap(gaps.kind, t.lang);
        let mut lines: Vec<String> = gaps.examples.iter().map(example).collect();
        let all = gaps.not_kept.max(gaps.not_looked_at);
        let more = all.saturating_sub(lines.len() as u64);
        if more > 0 {
            lines.push(t.lang.pick(format!("… and {} more", grouped(more)), format!("ほか {} 件", grouped(more))));
        }
        let why = gaps.examples.first().map(|one| plain(&one.reason).lines).unwrap_or_default();
        let shown = Cell { lines, mono: true, number: false };
        let name = Cell { lines: [vec![words.name.to_owned()], why].concat(), mono: false, number: false };
        vec![name, number(gaps.not_kept), number(gaps.not_looked_at), shown]
    };
    let head = vec![
        (t.w("Kind of gap, and one of the reasons", "種類と理由の例"), 32),
        (t.w("Not kept", "保全できず"), 11),
        (t.w("Not searched", "検査できず"), 11),
        (t.w("The most important", "主なもの"), 46),
    ];
    table(head, kinds.into_iter().map(row).collect(), t.lang)
}

/// The machine as it said it is, and its clock.
pub(super) fn machine(t: &Teller<'_>) -> Vec<Block> {
    let unknown = t.w("not recorded", "記録なし");
    let mut blocks = Vec::new();
    for piece in &t.facts.evidence {
        let one = &piece.acquisition;
        let mut known = Known::default();
        known.say(t.w("Host", "ホスト名"), &one.host);
        known.maybe(t.w("Operating system", "OS"), one.system.as_deref(), unknown);
        known.maybe(t.w("Installation id", "インストール ID"), one.machine_id.as_deref(), unknown);
        known.maybe(t.w("Boot id", "起動 ID"), one.boot_id.as_deref(), unknown);
        let source = one.clock.as_ref().map(|clock| format!(" ({}, {})", clock.utc_offset, clock.zone_source));
        let zone = one.time_zone.as_ref().map(|zone| format!("{zone}{}", source.unwrap_or_default()));
        known.maybe(t.w("Time zone, and where it was learnt", "タイムゾーンと確認元"), zone.as_deref(), unknown);
        known.maybe(
            t.w("How the clock was read", "時計の読み方"),
            one.clock.as_ref().map(|clock| clock.read.as_str()),
            unknown,
        );
        known.cells(t.w("How far it was off", "時計のずれ"), offset(t, one));
        known.say(
            t.w("Time zones of logs", "ログのタイムゾーン"),
            t.w(
                "not assumed: hozen did not interpret times in logs",
                "推定していません（hozen はログの中の時刻を解釈していません）",
            ),
        );
        blocks.push(known.block());
    }
    blocks
}

/// How far the clock was ahead, in words and with its sign.
fn offset(t: &Teller<'_>, one: &Acquisition) -> Vec<Cell> {
    let measured = one.clock_offset_ms.map(|ms| (ms, one.clock_offset_source.as_deref()));
    let Some((ms, source)) = measured.or_else(|| offset_set_down(t.facts)) else {
        return vec![plain(t.w(
            "NOT MEASURED: every time here is by the machine's own clock",
            "未測定：ここに示す時刻は、すべて機器自身の時計によります",
        ))];
    };
    let seconds = format!("{}.{:03}", ms.unsigned_abs() / 1000, ms.unsigned_abs() % 1000);
    let how = match ms {
        0 => t.w("not off", "ずれなし").to_owned(),
        1.. => t.lang.pick(
            format!("{seconds} s ahead (true time = time shown − {seconds} s)"),
            format!("{seconds} 秒進み（正しい時刻＝表示の時刻 − {seconds} 秒）"),
        ),
        _ => t.lang.pick(
            format!("{seconds} s behind (true time = time shown + {seconds} s)"),
            format!("{seconds} 秒遅れ（正しい時刻＝表示の時刻 ＋ {seconds} 秒）"),
        ),
    };
    let by = source.map(|source| plain(format!("{}{source}", t.w("by: ", "確認方法：")))).into_iter();
    std::iter::once(plain(how)).chain(by).collect()
}

/// What a collection leaves behind, as far as it is recorded or known.
pub(super) fn traces(t: &Teller<'_>) -> Vec<Block> {
    let mut lines = Vec::new();
    for piece in &t.facts.evidence {
        let one = &piece.acquisition;
        let mut known = Known::default();
        known.cells(t.w("Program", "プログラム"), vec![plain(&one.tool), digest(one.tool_sha256.as_ref())]);
        let root = one.effective_uid.map(|uid| if uid == 0 { "0 (root)".to_owned() } else { uid.to_string() });
        known.maybe(
            t.w("User id that it ran as", "実行したユーザー ID"),
            root.as_deref(),
            t.w("not recorded", "記録なし"),
        );
        known.maybe(
            t.w("Held to its output folder by", "出力先以外への書き込みの制限"),
            one.confinement.as_deref(),
            t.w("nothing", "なし"),
        );
        let disks = one.output_on_source_disk.iter().map(|source| mono(source.as_str()));
        known.cells(t.w("Output on the disk of a source", "出力先が対象と同じディスク"), some(t, disks));
        let moved = piece.marks.get(&Mark::AtimeNotKept).copied().unwrap_or(0);
        known.say(t.w("Access times that may have moved", "変わったおそれのあるアクセス日時"), grouped(moved));
        let resumed = one.resumed.iter().map(|again| {
            plain(t.lang.pick(
                format!(
                    "{} by {}: {} entries were there, {} bytes cut off",
                    t.time(&again.time),
                    again.operator,
                    grouped(again.entries),
                    grouped(again.cut_bytes)
                ),
                format!(
                    "{} {}：それまでの {} エントリを引き継ぎ、{} バイトを切り取り",
                    t.time(&again.time),
                    again.operator,
                    grouped(again.entries),
                    grouped(again.cut_bytes)
                ),
            ))
        });
        known.cells(t.w("Broken off and gone on with", "中断と再開"), some(t, resumed));
        lines.push(known.block());
    }
    let always = [
        (
            "It was one process. Its pages in memory took the place of others, and it shows in the live state that it took (marked own).",
            "1 つのプロセスとして動きました。そのメモリー使用の分だけ他の内容が失われ、取得した動作中の状態にも自身が現れます（own の印）。",
        ),
        (
            "Sources were opened for reading only, once, and where the kernel allows it without moving access times. It started no program.",
            "対象は読み取り専用で一度だけ開き、OS が許す限りアクセス日時を変えない方法を使いました。ほかのプログラムは起動していません。",
        ),
        (
            "As root it made a mount namespace of its own, in which the sources keep no access times. It ended with the process; nothing on disk was changed for it.",
            "root で実行した場合は、アクセス日時を記録しない専用のマウント名前空間を作りました。プロセスの終了とともに消え、ディスク上の変更はありません。",
        ),
        (
            "Written: the case folder, on the output medium. The kernel's caches and, where the machine keeps any, its records of programs that ran and of media that were plugged in are not under its control.",
            "書き込んだのは出力媒体上の事案フォルダーだけです。OS のキャッシュや、機器が残すプログラム実行・媒体接続の記録には関与できません。",
        ),
    ];
    lines.push(Block::List(always.iter().map(|(en, ja)| t.w(en, ja).to_owned()).collect(), false));
    lines
}
