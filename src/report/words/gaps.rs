//! Each kind of gap in words: what it is called, what it means, and what to do about it.

use crate::model::{GapKind, Lang};

/// A kind of gap in words.
pub(in crate::report) struct GapWords {
    /// What it is called.
    pub(in crate::report) name: &'static str,
    /// What it means for the reader.
    pub(in crate::report) means: &'static str,
    /// What to do.
    pub(in crate::report) next: &'static str,
}

/// A kind of gap in words. Both tables are exhaustive: a new kind does not compile until both languages know it.
pub(in crate::report) fn gap(kind: GapKind, lang: Lang) -> GapWords {
    let (name, means, next) = lang.pick(en as fn(GapKind) -> _, ja as fn(GapKind) -> _)(kind);
    GapWords { name, means, next }
}

type Row = (&'static str, &'static str, &'static str);

fn ja(kind: GapKind) -> Row {
    match kind {
        GapKind::PermissionDenied => (
            "権限がなく開けない",
            "実行した利用者には読む権限がありませんでした。中身は保全も調査もできていません。",
            "管理者（root）として、別の事案番号でもう一度実行してください。",
        ),
        GapKind::Vanished => (
            "途中でなくなった",
            "一覧を作った時点ではありましたが、開くときにはありませんでした。",
            "動作中のプログラムや、消している人がいないか確かめてください。",
        ),
        GapKind::ReadError => (
            "読み取りエラー",
            "OSが読み取りエラーを返しました。そこまでの中身は保全しています。",
            "ディスクの故障が疑われます。使用をやめ、ディスクごと専門業者に渡すことを考えてください。",
        ),
        GapKind::ChangedDuringRead => (
            "読んでいる間に変わった",
            "書き込み中のファイルです。保全したのは読んだ時点の中身で、ある一瞬の状態ではありません。",
            "ログなど、動作中のファイルなら通常のことです。変わるはずのないファイルなら、理由を調べてください。",
        ),
        GapKind::Replaced => (
            "読んでいる間に置き換わった",
            "読んでいる間に、同じ名前の別のファイルに入れ替わりました。保全したのは入れ替わる前のものです。",
            "何が入れ替えたのかを調べ、必要なら新しい方を別に保全してください。",
        ),
        GapKind::SpecialFile => (
            "通常のファイルではない",
            "パイプ、ソケット、装置ファイルなどです。中身を持たないため、存在だけを記録しました。",
            "することはありません。",
        ),
        GapKind::OtherFileSystem => (
            "別のディスクがつながっている場所",
            "別のディスクや共有フォルダー、または btrfs のサブボリューム（スナップショットなど）がここから始まります。指定がなかったため入っていません。",
            "関係がありそうなら、その場所を指定してもう一度実行してください。",
        ),
        GapKind::LinkNotFollowed => (
            "指定された場所がリンク",
            "指定された場所はシンボリックリンクでした。リンクがあることだけを記録し、先は見ていません。",
            "リンク先の実際の場所を指定して、もう一度実行してください。",
        ),
        GapKind::OwnOutput => (
            "hozen 自身の出力",
            "出力先が、調べる場所の中にありました。自分の出力は調べていません。",
            "することはありません。次回は外付けディスクなど、別の場所に出力してください。",
        ),
        GapKind::LeftOut => (
            "指定により調べていない",
            "--since、--max-file-size、--exclude の指定に当てはまるため、個人データの検査から外しました。",
            "外してよいものか確かめ、迷うものは指定を外してもう一度検査してください。",
        ),
        GapKind::Malformed => (
            "壊れている",
            "形式が決まりどおりでなく、読めない部分があります。ファイル自体は、そのまま保全しています。",
            "もとのソフトで開けるか確かめてください。",
        ),
        GapKind::Truncated => (
            "途中で切れている",
            "ファイルが終わりまで届いていません。あるところまでは読みました。",
            "完全な写しがほかにないか、探してください。",
        ),
        GapKind::Encrypted => (
            "暗号化されている",
            "パスワードが分からず、中を読めませんでした。ファイル自体は、そのまま保全しています。",
            "パスワードを知る人に中身を確かめてください。暗号化の方式と、パスワードの管理状況も控えてください。",
        ),
        GapKind::UnsupportedFormat => (
            "この版では開けない形式",
            "形式は分かりますが、この版では中を調べられません。ファイル自体は、そのまま保全しています。",
            "対応するソフトで開き、個人データがないか確かめてください。",
        ),
        GapKind::NoText => (
            "文字を含まない種類",
            "画像、音声、フォントなどです。写真やスキャンの中の文字は読めません。",
            "書類や証明書のスキャン、画面の写真がないか、人の目で確かめてください。",
        ),
        GapKind::UndecodableText => (
            "文字として読めない",
            "試したどの文字コードでも、文章として読めませんでした。",
            "何のファイルかを作成者に聞き、対応するソフトで開いてください。",
        ),
        GapKind::OverLimit => (
            "大きさや数の上限を超えた",
            "安全のための上限に達し、その先は読んでいません。どこまで読んだかは理由にあります。",
            "残りの部分を取り出し、分けて調べてください。",
        ),
        GapKind::ParserPanic => (
            "読み取り処理が異常終了した",
            "この中身を読む処理が異常終了したため、止めました。ファイル自体は、そのまま保全しています。",
            "対応するソフトで開いて確かめ、この現象を hozen の開発元へ知らせてください（中身は送らないでください）。",
        ),
    }
}

fn en(kind: GapKind) -> Row {
    match kind {
        GapKind::PermissionDenied => (
            "Permission refused",
            "The user who ran hozen may not read this. Its content was neither kept nor looked at.",
            "Run again as administrator (root), under a new case id.",
        ),
        GapKind::Vanished => (
            "Gone before it was opened",
            "It was there when its folder was listed, and not when it was to be opened.",
            "Find out whether a running program, or a person, is deleting files.",
        ),
        GapKind::ReadError => (
            "Read error",
            "The system reported an error while reading. What came before it is kept.",
            "The disk may be failing: stop using it, and consider handing it to a specialist as it is.",
        ),
        GapKind::ChangedDuringRead => (
            "Changed while it was read",
            "Someone was writing to it. What was kept is what was read, not the state of one moment.",
            "Usual for logs in use. For a file that should not change, find out why it did.",
        ),
        GapKind::Replaced => (
            "Replaced while it was read",
            "Another file took its name meanwhile. The one from before was kept.",
            "Find out what replaced it, and preserve the new one too if it matters.",
        ),
        GapKind::SpecialFile => (
            "Not a regular file",
            "A pipe, socket or device. It holds no content, so only its existence was recorded.",
            "Nothing to do.",
        ),
        GapKind::OtherFileSystem => (
            "Another disk is mounted here",
            "Another disk, a share or a btrfs subvolume (a snapshot?) begins here. It was not asked for, so it was not entered.",
            "If it may matter, run again and name this place.",
        ),
        GapKind::LinkNotFollowed => (
            "The place asked for is a link",
            "It is a symbolic link. Only the link was recorded; what it leads to was not looked at.",
            "Run again and name the place that it leads to.",
        ),
        GapKind::OwnOutput => (
            "hozen's own output",
            "The output folder lies inside the place that was looked at. It was left out.",
            "Nothing to do. Next time write to another place, such as an external disk.",
        ),
        GapKind::LeftOut => (
            "Left out on request",
            "An option (--since, --max-file-size, --exclude) said that it need not be looked at for personal data.",
            "Make sure that it may be left out; where in doubt, scan again without the option.",
        ),
        GapKind::Malformed => (
            "Damaged",
            "It breaks the rules of its own format, and some of it cannot be read. The file itself is kept as it is.",
            "See whether the program that made it can open it.",
        ),
        GapKind::Truncated => (
            "Cut off",
            "It stops before its own end. It was read as far as it goes.",
            "Look for a whole copy elsewhere.",
        ),
        GapKind::Encrypted => (
            "Encrypted",
            "The password is not known, so the inside was not read. The file itself is kept as it is.",
            "Ask whoever knows the password what is inside. Note the way of encryption and who holds the password.",
        ),
        GapKind::UnsupportedFormat => (
            "A format that this version does not open",
            "The format is known, but its inside was not looked at. The file itself is kept as it is.",
            "Open it with its own program and look for personal data.",
        ),
        GapKind::NoText => (
            "Holds no text by nature",
            "Images, sound, fonts and the like. Writing inside photographs and scans cannot be read.",
            "Have a person look for scans of forms and cards, and for pictures of screens.",
        ),
        GapKind::UndecodableText => (
            "Not readable as text",
            "None of the encodings that were tried gives text.",
            "Ask its author what it is, and open it with its own program.",
        ),
        GapKind::OverLimit => (
            "Over a limit of size or number",
            "A safety limit was reached and the rest was not read. The reason says how far it got.",
            "Take the rest out and look at it in parts.",
        ),
        GapKind::ParserPanic => (
            "The reader crashed",
            "The code that reads this content crashed and was stopped. The file itself is kept as it is.",
            "Look at it with its own program, and tell the makers of hozen (do not send them the content).",
        ),
    }
}
