//! The Japanese help: the same verbs and arguments as `args.rs`, in Japanese. A test fails when one is forgotten.

use std::ffi::OsString;

use clap::{Arg, Command};

use crate::model::Lang;

mod count;
mod mistakes;

pub(super) use mistakes::error;

/// The language to speak before the arguments are parsed: `--lang` if it is there, else the locale.
pub(super) fn language(arguments: &[OsString], locale: Lang) -> Lang {
    let mut words = arguments.iter().filter_map(|argument| argument.to_str());
    while let Some(word) = words.next() {
        let value = if word == "--lang" { words.next() } else { word.strip_prefix("--lang=") };
        match value {
            Some("ja") => return Lang::Ja,
            Some("en") => return Lang::En,
            _ => {}
        }
    }
    locale
}

/// Verb path (`rules try`), and what it does.
const VERBS: &[(&str, &str)] = &[
    ("", "情報漏えいの直後に、証拠を保全し、個人データを探し、人数を数えます"),
    ("respond", "主な作業：保全・検出・人数の算出・報告書の作成を一度に行います"),
    ("collect", "保全のみ：複製し、ハッシュと署名で封印します"),
    ("scan", "個人データを探し、人数を数えます（結果のほかは何も書きません）"),
    ("count", "事案に残る記録から人数を算出し直し、過去の算出と比べます"),
    ("verify", "事案・証拠 zip・引き渡し一式が封印時のままかを調べます"),
    ("copy", "別の媒体に事案の複製を作り、読み直して照合し、記録します"),
    ("custody", "証拠を誰が持ち、何をしたかを、記録・表示・検査します"),
    ("custody add", "証拠管理の記録に 1 件を追記します（後から変更も削除もできません）"),
    ("custody show", "証拠管理の記録を順に表示します"),
    ("custody form", "印刷用の証拠管理記録票を作ります（封印番号、QR コード、署名欄）"),
    ("custody check", "証拠管理の記録と写真が、書かれたときのままかを調べます"),
    ("custody mend", "途切れた最後の行を、内容を残して取り除き、記録します"),
    ("custody stamp", "タイムスタンプ：封印の時刻の証明を要求し、応答を取り込みます"),
    ("export", "事案を引き渡します：封印し、受領者宛てに暗号化します"),
    ("import", "引き渡しを受けます：復号・検査して取り込み、受領書を示します"),
    ("rules", "個人データを見つけるルールの一覧・検査・試行"),
    ("rules list", "すべてのルールを一覧にします（何を見つけるか、どこに書かれているか）"),
    ("rules check", "ルールの書式・上限・例をすべて検査します"),
    ("rules explain", "ルール一つの内容を示します（パターン、検査、語、例）"),
    ("rules try", "文字列から何が見つかるかを、理由とともに示します"),
    ("man", "すべてのサブコマンドの man ページをフォルダーに書きます"),
    ("bench", "一つの工程だけを動かします（ほかの道具と並べて計るため）"),
    ("bench count", "作り物の記録の人数を数え、時間とメモリーと結果を出力します"),
    ("bench digest", "たどり、開き、読み、ハッシュ値を計算して sha256sum の形で出力します"),
    ("completions", "シェルの補完スクリプトを出力します"),
];

/// Argument id, and what it is for, in lines that fit the terminal: Japanese has no spaces to break at. An id alone means
/// the same thing in every verb; `verb.id` says it better for one.
const ARGUMENTS: &[(&str, &str)] = &[
    ("lang", "画面と報告書の言語：ja（日本語）、en（英語）\n省略時はシステムの言語設定に従います"),
    ("paths", "保全するフォルダーやファイル"),
    ("scan.paths", "調べるフォルダー、ファイル、証拠 zip、事案フォルダー"),
    ("verify.paths", "事案フォルダー、証拠 zip、引き渡し一式、\nまたは BagIt バッグ（フォルダーか zip）"),
    ("names", "この種のサーバーの証拠をまとめて保全します：web-server など\n一覧は --list-profiles（複数指定可）"),
    ("folders", "追加のプロファイルのフォルダー（複数指定可）"),
    ("root", "プロファイルの場所をこのフォルダーの下で探します\n（接続したディスクイメージなど。省略時は /）"),
    ("dry_run", "何をどれだけ保全するかを示すだけで、何も書きません"),
    ("list_profiles", "プロファイルと、その保全対象を一覧にします"),
    (
        "volatile",
        "最初に、稼働中の機器の状態を保全します\n（プロセス、通信、開かれているファイルと削除済みファイル、\nログイン中の利用者、定期実行など）",
    ),
    (
        "include_image",
        "別の道具で作ったイメージを証拠に加えます（複数指定可）\nmemory:FILE（メモリー）、disk:FILE（ディスク）、FILE",
    ),
    ("resume", "途中で終わった事案の続きを行います\n保全対象などの指定は、始めたときのものを使います"),
    ("out", "事案フォルダーを作る場所（できれば対象とは別のディスク）\n省略時は今いるフォルダー"),
    ("form.out", "作る HTML ファイル（既存のファイルは上書きしません）"),
    ("man.out", "書き込み先のフォルダー"),
    ("case", "事案番号（省略時は hozen-ホスト名-時刻）"),
    ("operator", "実施者の氏名（省略時はログイン名）"),
    ("witness", "立会人の氏名"),
    ("reason", "保全の理由"),
    ("place", "機器の設置場所"),
    (
        "sign_key",
        "封印に使う OpenSSH の ed25519 鍵：秘密鍵のファイル、または\nagent、agent:SHA256:…、agent:コメント（ssh-agent の鍵）\n省略時は事案専用の鍵を作ります",
    ),
    (
        "passphrase_fd",
        "パスフレーズを、開かれているこの番号のファイル記述子から読みます\n（最初の行の終わりまで。省略時は端末で尋ねます）",
    ),
    (
        "digest",
        "各ファイルについて、SHA-256 に加えて作るダイジェスト\n（コンマ区切り、複数指定可。sha1、md5、sha512、blake3。\nsha256 は常に作ります）",
    ),
    ("cross_file_systems", "対象の下に接続された別のファイルシステムにも入ります"),
    ("force", "本来は止まって確認を求める場面でも続行します\n（出力先が対象の中にある、空き容量が足りない）"),
    (
        "gentle",
        "サービス中の機器を控えめに読みます：ディスクと CPU は最後の順番、\n作業は1本、1秒あたり RATE バイトまで（20M など。値を省くと 50M）",
    ),
    ("records", "記録の数"),
    ("identifiers", "一つの記録に含まれる値の数（省略時は 10）"),
    ("readers", "同時に読むファイルの数（省略時は計算の列がすべて埋まる数）"),
    ("threads", "並行して働くスレッドの数：1〜256（省略時はコア数）\n結果はこの数に左右されません"),
    ("format", "標準出力の形式：text（人が読む文章）、json（スクリプト用）\n省略時は text"),
    ("rules", "追加の検出ルールのフォルダー（複数指定可）"),
    ("explain.id", "ルールの id、または種類（rules list で確認できます）"),
    ("check.rules", "検査するルールのフォルダー（省略時は内蔵のルールのみ）"),
    (
        "no_local_rules",
        "この機器や利用者のルールを使いません（/etc/hozen/rules、\n~/.config/hozen/rules、プログラムの隣の hozen-rules）",
    ),
    ("reveal", "見つかった値を伏せずに書きます（省略時は伏せ字）"),
    ("findings", "見つかったものを FILE に JSON Lines で書きます"),
    ("web_root", "通常の場所のほかに、公開フォルダーとみなす場所（複数指定可）\n公開すべきでないものがあれば示します"),
    (
        "sites",
        "このファイルまたはフォルダーの人数を、NAME として別にも数えます\n会員番号などは、その中で 1 つのシステムの番号とみなします\n（複数指定可）",
    ),
    (
        "own_domains",
        "このドメインのメールアドレスを持つ人を、自社の人として別に数えます\n（複数指定可。サブドメインは別に指定します）",
    ),
    (
        "since",
        "この時より後に変更されたファイルだけを検査します\n（2026-11-01、2026-11-01T18:00、または今から 7d、12h 前）\n外したファイルは「見ていないもの」として示します",
    ),
    (
        "max_file_size",
        "SIZE バイトまでのファイルだけを検査します（500M、2G など）\n外したファイルは「見ていないもの」として示します",
    ),
    (
        "exclude",
        "GLOB に当てはまるものを検査しません（複数指定可）\n'*.iso'、node_modules、/srv/cache など\n外したファイルは「見ていないもの」として示します",
    ),
    (
        "fail_on",
        "条件に当てはまるとき、終了コード 1 で終わります\nfindings：確実、または可能性が高いものがある\n\
         possible：可能性のみのものも含めて、何かある\n\
         places：findings のもの、または公開すべきでない場所のファイルがある",
    ),
    ("stamp_case", "事案フォルダー"),
    ("request", "タイムスタンプ要求を FILE に書きます（上書きはしません）"),
    ("import", "時刻認証局の応答 FILE を検査し、事案に取り込みます"),
    ("ntp_server", "時刻サーバー HOST（HOST:PORT も可）に NTP で問い合わせ、\nこの機器の時計のずれを記録します"),
    ("tsa", "このアドレス（http または https）の時刻認証局に要求を送り、\n応答を事案に取り込みます"),
    ("tsa_user", "その認証局での利用者名\n（パスワードは端末で尋ねます。https のみ）"),
    ("tls_ca", "その認証局のサーバーを確認する証明書（PEM）\n（省略時はブラウザーと同じ認証局を信頼します）"),
    ("ca", "信頼する認証局の証明書（PEM）\n応答の証明書がここまでたどれることを確認します"),
    ("evidence", "対象の証拠（封印済みのものが複数あるとき）"),
    (
        "scan.explain",
        "見つかったもの一つずつについて、場所と理由を言葉で示します\n（標準出力へ。--format json のときは標準エラー出力へ）",
    ),
    ("case_key", "事案の鍵ファイル（値のダイジェストをその事案とそろえます）\n省略時は今回限りの鍵を使います"),
    ("cache", "見つかったものを FILE に覚え、変わっていないファイルは\n次から読みません（FILE がなければ作ります）"),
    ("spool", "大きな圧縮ファイルを開くときの作業フォルダー\n省略時はメモリーだけで処理します"),
    ("expect_seal", "紙の記録票にある封印番号"),
    ("expect_key", "紙の記録票にある署名鍵のフィンガープリント"),
    ("expect_custody", "控えてある証拠管理の記録のハッシュ\n記録が今もそれを含むことを確認します"),
    ("text", "調べる文字列（見つかった値は伏せ字で示します）"),
    ("shell", "シェル：bash、elvish、fish、powershell、zsh"),
    ("case_folder", "事案フォルダー"),
    ("source", "事案フォルダー、または .sha256 が隣にある証拠 zip"),
    ("copy.to", "複製を作る既存のフォルダー（できれば別のディスク）\n同じ名前で作ります"),
    ("verify", "複製を媒体から読み直し、すべてのハッシュを照合します"),
    ("with_secrets", "事案の鍵も複製します（社内に置く複製のとき）"),
    ("copy.kept_at", "複製の保管場所"),
    (
        "act",
        "何をしたか：\nopen（開封）、copy（複製）、transfer（引き渡し）、receive（受領）、\nnote（特記）、return（返却）、dispose（廃棄）",
    ),
    ("from", "引渡人（receive では必須）"),
    ("to", "受領人（transfer・return では必須）"),
    ("purpose", "目的"),
    ("kept_at", "これからの保管場所"),
    ("state", "状態（稼働中、停止、封印済みなど）"),
    ("condition", "外観（傷、欠品など）"),
    ("note", "特記事項"),
    ("when", "行った日時が今でないとき、その日時\n（2026-11-21T10:00:00+09:00 の形式）"),
    ("photo", "写真を事案フォルダーに複製し、ハッシュを記録します（複数指定可）"),
    ("check_evidence", "証拠 zip をもう一度すべて読み、封印時のままかを記録します"),
    ("case_number", "貴組織での事案番号（文書上の番号）"),
    ("record", "検査したことと結果を、証拠管理の記録に残します\n（省略時は何も書きません）"),
    ("evidence_number", "証拠番号"),
    ("item", "品名（ノート PC、ハードディスク、USB メモリーなど）"),
    ("obtained_from", "対象物の入手元（人や場所）"),
    ("quantity", "数量（ディスク 1 台など）"),
    ("seal_number", "媒体に貼った封印シールの番号"),
    ("device_maker", "機器のメーカー"),
    ("device_model", "機器の型番"),
    ("device_serial", "機器のシリアル番号"),
    ("device_capacity", "機器の容量"),
    ("medium", "保存先の媒体"),
    (
        "reference_time",
        "今の正しい時刻（電波時計など）。この機器の時計との差を記録します\n（2026-11-21T10:00:00+09:00 の形式）",
    ),
    ("reference_source", "その時刻の確認方法（電波時計、117 など）"),
    (
        "export.to",
        "復号できる相手の公開鍵：age1…、ssh-ed25519 …、ssh-rsa …、\nまたはそれらを 1 行に 1 つ書いたファイル（複数指定可）",
    ),
    ("by_passphrase", "公開鍵の代わりにパスフレーズで暗号化します（端末で尋ねます）"),
    ("unencrypted", "暗号化しません（受け取った人は誰でも中をすべて読めます）"),
    ("bundle_out", "書き込み先のフォルダー、またはファイル名（上書きはしません）\n省略時は今いるフォルダー"),
    (
        "without_evidence",
        "個人データを見せられない助言者向け：証拠、検出結果、写真を除きます\n（証拠管理の記録は入ります。報告書も、ファイル名に\n個人データがない限り入ります。\n除いたものはハッシュとともに記録します）",
    ),
    ("with_photos", "--without-evidence でも写真は入れます"),
    (
        "with_case_key",
        "個人データのダイジェストの鍵も入れます\n（受領者が値を突き合わせられます。暗号化するときだけ指定できます）",
    ),
    (
        "export.sign_key",
        "封印に使う OpenSSH の ed25519 鍵：秘密鍵のファイル、または\nagent、agent:SHA256:…、agent:コメント（ssh-agent の鍵）\n省略時は事案専用の鍵",
    ),
    ("export.place", "場所"),
    ("export.force", "本来は止まって確認を求める場面でも続行します\n（事案に問題がある、空き容量が足りない）"),
    ("bundle", "引き渡し一式（.zip.age または .zip）。- は標準入力"),
    ("import_out", "事案フォルダーを作る場所（既存の事案には触れません）\n省略時は今いるフォルダー"),
    ("identity", "復号する鍵：age の秘密鍵、または SSH の秘密鍵（複数指定可）"),
    ("bundle_passphrase", "パスフレーズで復号します（端末で尋ねます）"),
    ("expect_sha256", "送付者が別の経路で伝えた、引き渡し一式の SHA-256"),
    ("import_key", "送付者が別の経路で伝えた、署名鍵のフィンガープリント"),
    ("import.place", "場所"),
    (
        "import.force",
        "本来は止まって確認を求める場面でも続行します\n（送付時点で事案に問題があった、空き容量が足りない）",
    ),
    ("help", "この説明を表示します"),
    ("version", "バージョンを表示します"),
];

/// Verb path, and its examples.
const EXAMPLES: &[(&str, &str)] = &[
    (
        "",
        "例:
  主な作業。USB ディスクに書き出す
    hozen respond /var/www /var/log --out /mnt/usb
  封印したときのままかを確かめる
    hozen verify /mnt/usb/事案番号
  個人データを探すだけ
    hozen scan customers.csv
",
    ),
    (
        "respond",
        "例:
  hozen respond /var/www /var/log --out /mnt/usb --operator '山田花子'
  hozen respond /srv --out /mnt/usb --case 2026-001 --format json
  拠点ごとの人数も数え、自社の人は別にする
    hozen respond /srv --out /mnt/usb --site 店=/srv/shop --own-domain shop.jp
  稼働中の機器では、まずその状態を取る
    hozen respond /var/www /var/log --volatile --out /mnt/usb
  停電やディスク満杯で途中で終わった事案の続きを行う
    hozen respond --resume /mnt/usb/事案番号
",
    ),
    (
        "collect",
        "例:
  hozen collect /var/log --out /mnt/usb
  Web サーバーの証拠を、置き場所を指定せずに保全する（まず確認だけ）
    hozen collect --profile web-server --out /mnt/usb --dry-run
    hozen collect --profile web-server --out /mnt/usb
  自分の鍵で封印する（パスフレーズは最初に尋ねます）
    hozen collect /srv --out /mnt/usb --sign-key ~/.ssh/id_ed25519
    hozen collect /srv --out /mnt/usb --sign-key agent
  MD5 と SHA-1 も作る（NSRL など既知ファイルの一覧と照合するため）
    hozen collect /srv --out /mnt/usb --digest md5,sha1
  稼働中の機器の状態と、別の道具で作ったメモリーイメージ
    hozen collect --volatile --include-image memory:ram.lime --out /mnt/usb
  サービスを続けている機器：順番は最後、1秒あたり 20 MB まで
    hozen collect /var/log --gentle=20M --out /mnt/usb
  停電やディスク満杯で途中で終わった事案の続きを行う
    hozen collect --resume /mnt/usb/事案番号
",
    ),
    (
        "scan",
        "例:
  hozen scan /var/www/html
  hozen scan /mnt/usb/事案番号 --format json --findings /mnt/usb/findings.jsonl
  hozen scan upload/ --fail-on findings && echo なし
  毎晩の検査：変わったファイルだけを読みます
    hozen scan /srv --cache /var/lib/hozen.cache --fail-on findings
  この1週間に変わったものだけ、ディスクイメージは除く
    hozen scan /srv --since 7d --exclude '*.iso'
  学校ごとの人数も数え、自校の人は別にする
    hozen scan usb --site 東校=usb/1 --site 西校=usb/2 --own-domain east.ed.jp
",
    ),
    ("count", count::EXAMPLES),
    (
        "verify",
        "例:
  hozen verify /mnt/usb/事案番号
  紙の記録票の封印番号と照合する
    hozen verify /mnt/usb/事案番号 --expect-seal '5f2a90c1 …'
  ほかのツールが作った BagIt バッグ（RFC 8493）
    hozen verify received/bag.zip
",
    ),
    (
        "copy",
        "例:
  別のディスクに事案の複製を作り、読み直して照合する
    hozen copy /mnt/usb/事案番号 --to /mnt/usb2 --verify --seal-number A-0043
  封印済みの zip 1 つとそのハッシュだけ
    hozen copy 事案番号/evidence/事案番号-E001.zip --to /mnt/usb2 --verify
",
    ),
    (
        "custody stamp",
        "例:
  要求を書き、ネットワークにつながる機器へ運ぶ
    hozen custody stamp /mnt/usb/事案番号 --request CASE.tsq
  応答を検査し、事案に取り込む
    hozen custody stamp /mnt/usb/事案番号 --import CASE.tsr --ca authority.pem
  ネットワークを使える場合は、一度に行う
    hozen custody stamp 事案番号 --tsa https://tsa.example/ --ca authority.pem
",
    ),
    (
        "custody",
        "例:
  hozen custody add /mnt/usb/事案番号 --act transfer --to '佐藤次郎' \\
    --purpose '解析' --witness '鈴木一郎' --seal-number A-0042 --photo 封印.jpg
  受領した証拠が封印時のままかも記録する
    hozen custody add 事案番号 --act receive --from '山田花子' --check-evidence
  hozen custody show 事案番号
  紙の記録票を作る
    hozen custody form 事案番号 --out 記録票.html --lang ja
",
    ),
    (
        "export",
        "例:
  調査会社から届いた公開鍵で暗号化して渡す
    hozen export /mnt/usb/事案番号 --to age1… --out /mnt/send --purpose '解析'
    hozen export /mnt/usb/事案番号 --to firm.pub --to ours.txt --out /mnt/send
  個人データを見せられない助言者に渡す
    hozen export /mnt/usb/事案番号 --to adviser.pub --without-evidence
  公開鍵がないとき：パスフレーズ（別の経路で伝える）
    hozen export /mnt/usb/事案番号 --passphrase --out /mnt/send
",
    ),
    (
        "import",
        "例:
  自分の秘密鍵と、送付者が電話で伝えた値を使って取り込む
    hozen import CASE-bundle-001.zip.age --identity key.txt --out /srv/cases \\
      --expect-key SHA256:… --expect-sha256 5f2a90c1…
  暗号化されたファイルの複製を作らずに取り込む
    curl -sS https://… | hozen import - --identity ~/.ssh/id_ed25519 --out /srv
",
    ),
    (
        "rules",
        "例:
  hozen rules list
  hozen rules explain person_name
  hozen rules check ./our-rules
  hozen rules try '電話 03-1234-5678'
",
    ),
];

fn verb_text(path: &str) -> Option<&'static str> {
    VERBS.iter().find(|(name, _)| *name == path).map(|(_, text)| *text)
}

/// The text of an argument: its own for this verb, else the one that all verbs share.
fn argument_text(path: &str, id: &str) -> Option<&'static str> {
    let own = format!("{}.{id}", path.rsplit(' ').next().unwrap_or_default());
    let find = |wanted: &str| {
        ARGUMENTS.iter().chain(count::ARGUMENTS).find(|(name, _)| *name == wanted).map(|(_, text)| *text)
    };
    find(&own).or_else(|| find(id))
}

/// The command with its help in Japanese.
pub(super) fn translate(mut command: Command) -> Command {
    // Built first, so that clap's own --help and --version exist and are translated too.
    command.build();
    translate_at(command, "")
}

fn translate_at(mut command: Command, path: &str) -> Command {
    if let Some(text) = verb_text(path) {
        command = command.about(text).long_about(text);
    }
    // clap has its own English for defaults and possible values: the Japanese texts say both.
    command = command.mut_args(|argument: Arg| match argument_text(path, argument.get_id().as_str()) {
        Some(text) => argument.help(text).long_help(text).hide_possible_values(true).hide_default_value(true),
        None => argument,
    });
    if let Some((_, examples)) = EXAMPLES.iter().find(|(name, _)| *name == path) {
        command = command.after_help(*examples);
    }
    let verbs: Vec<String> = command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    for verb in verbs {
        let path = if path.is_empty() { verb.clone() } else { format!("{path} {verb}") };
        command = command.mut_subcommand(&verb, |verb| translate_at(verb, &path));
    }
    let template = "{about-with-newline}\n使い方: {usage}\n\n{all-args}{after-help}";
    command.help_template(template).subcommand_help_heading("サブコマンド").mut_args(|argument| {
        let heading = if argument.is_positional() { "引数" } else { "オプション" };
        argument.help_heading(heading)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn check(command: &Command, path: &str) {
        assert!(verb_text(path).is_some(), "no Japanese for the verb '{path}'");
        for argument in command.get_arguments() {
            let id = argument.get_id().as_str();
            assert!(argument_text(path, id).is_some(), "no Japanese for '{id}' of '{path}'");
        }
        for verb in command.get_subcommands() {
            let path = if path.is_empty() { verb.get_name().to_owned() } else { format!("{path} {}", verb.get_name()) };
            check(verb, &path);
        }
    }

    #[test]
    fn every_verb_and_argument_has_its_japanese() {
        let mut command = super::super::args::Cli::command();
        command.build();
        check(&command, "");
    }

    #[test]
    fn japanese_help_and_errors_are_japanese() {
        let help = translate(super::super::args::Cli::command()).render_help().to_string();
        assert!(help.contains("使い方:") && help.contains("主な作業"), "{help}");
        let wrong = translate(super::super::args::Cli::command()).try_get_matches_from(["hozen", "scan", "--nope"]);
        let wrong = wrong.unwrap_err();
        let text = error(&wrong, &wrong.render().to_string());
        assert!(text.starts_with("エラー: 「--nope」"), "{text}");
    }

    #[test]
    fn the_flag_wins_over_the_locale() {
        let with = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        assert_eq!(language(&with(&["hozen", "--lang", "ja", "scan"]), Lang::En), Lang::Ja);
        assert_eq!(language(&with(&["hozen", "scan", "--lang=en"]), Lang::Ja), Lang::En);
        assert_eq!(language(&with(&["hozen", "scan"]), Lang::Ja), Lang::Ja);
    }
}
