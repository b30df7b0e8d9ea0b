//! `hozen count --table` and `--reveal` from outside: the three formats are read by the programs that people have, and what is written in clear is what was
//! asked for and nothing else.
#![expect(clippy::disallowed_methods, reason = "a test may change the temporary folder that it made")]

mod real;

use std::path::Path;

use hozen::case::table::{Cell, Column, ColumnKind, Shape, TableFormat, begin};
use hozen::disk::output::OutputFile;
use real::tool;

/// A made-up table of so many rows, as this format.
fn write(format: TableFormat, rows: u64, path: &Path) {
    let columns = [
        ("number", ColumnKind::Number),
        ("flag", ColumnKind::Flag),
        ("text", ColumnKind::Text),
        ("maybe", ColumnKind::MaybeNumber),
        ("more", ColumnKind::Number),
    ];
    let columns = columns.iter().map(|(name, kind)| Column::new(name, *kind)).collect();
    let about = vec![("schema".to_owned(), "test/1".to_owned())];
    let mut file = OutputFile::create(path).unwrap();
    let mut out = begin(format, Shape { name: "made", columns, about }, &mut file).unwrap();
    for number in 1..=rows {
        out.row(&row(number)).unwrap();
    }
    out.finish(&[("rows".to_owned(), rows.to_string())]).unwrap();
    drop(out);
    file.sync().unwrap();
}

/// The row with this number; Python makes the same below.
fn row(number: u64) -> [Cell; 5] {
    let long = if number.is_multiple_of(997) { (number % 20_011) as usize } else { 0 };
    let maybe = if number.is_multiple_of(3) { Cell::Empty } else { Cell::Number(number * number) };
    [
        Cell::Number(number),
        Cell::Flag(number.is_multiple_of(7)),
        Cell::Text(format!("=山田 \"{number}\",\n{}", "x".repeat(long))),
        maybe,
        Cell::Number(number.pow(3)),
    ]
}

/// Python that reads `rows`, and compares them with what is due.
const DUE: &str = "
def due(n):
    long = n % 20011 if n % 997 == 0 else 0
    return (n, n % 7 == 0, f'=山田 \"{n}\",\\n' + 'x' * long, None if n % 3 == 0 else n * n, n ** 3)
count = 0
for count, found in enumerate(rows, 1):
    assert tuple(found) == due(count), (found, due(count))
assert count == int(sys.argv[2]), count
";

fn python(before: &str, file: &str, rows: u64, folder: &Path) {
    std::fs::write(folder.join("check.py"), format!("import sys\n{before}\n{DUE}")).unwrap();
    tool(folder, &format!("python3 check.py {file} {rows}"));
}

/// Enough for three levels of a tree, and for several groups of rows.
const ROWS: [u64; 4] = [0, 1, 300, 400_000];

#[test]
fn a_database_is_whole_and_read_by_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    for rows in ROWS {
        let name = format!("{rows}.db");
        write(TableFormat::Sqlite, rows, &folder.path().join(&name));
        let read = "import sqlite3\n\
            db = sqlite3.connect(f'file:{sys.argv[1]}?mode=ro', uri=True)\n\
            assert db.execute('PRAGMA integrity_check').fetchall() == [('ok',)]\n\
            assert dict(db.execute('SELECT * FROM about')) == {'schema': 'test/1', 'rows': sys.argv[2]}\n\
            last = int(sys.argv[2])\n\
            assert last == 0 or db.execute('SELECT more FROM made WHERE number = ?', (last,)).fetchone()[0] == last ** 3\n\
            rows = ((n, bool(f), t, m, o) for n, f, t, m, o in db.execute('SELECT * FROM made ORDER BY number'))";
        python(read, &name, rows, folder.path());
        // And it can be written to, as any.
        tool(
            folder.path(),
            &format!(
                "python3 -c \"import sqlite3; db = sqlite3.connect('{name}'); db.execute('CREATE INDEX i ON made(text)'); db.execute('DELETE FROM made WHERE number % 2'); db.commit(); assert db.execute('PRAGMA integrity_check').fetchall() == [('ok',)]; db.execute('VACUUM')\""
            ),
        );
    }
}

#[test]
fn a_parquet_file_is_read_by_pyarrow() {
    let folder = tempfile::tempdir().unwrap();
    for rows in ROWS {
        let name = format!("{rows}.parquet");
        write(TableFormat::Parquet, rows, &folder.path().join(&name));
        let read = "import pyarrow.parquet as pq\n\
            file = pq.ParquetFile(sys.argv[1])\n\
            about = {k.decode(): v.decode() for k, v in file.metadata.metadata.items()}\n\
            assert about['schema'] == 'test/1' and about['rows'] == sys.argv[2], about\n\
            assert [str(f.type) for f in file.schema_arrow] == ['int64', 'bool', 'string', 'int64', 'int64'], file.schema_arrow\n\
            assert int(sys.argv[2]) < 400_000 or file.num_row_groups > 1\n\
            rows = (row for batch in file.iter_batches() for row in zip(*(column.to_pylist() for column in batch.columns)))";
        python(read, &name, rows, folder.path());
    }
}

#[test]
fn a_csv_file_is_read_by_python_and_has_no_formulas() {
    let folder = tempfile::tempdir().unwrap();
    for rows in ROWS {
        let name = format!("{rows}.csv");
        write(TableFormat::Csv, rows, &folder.path().join(&name));
        let read = "import csv\n\
            assert open(sys.argv[1], 'rb').read(3) == b'\\xef\\xbb\\xbf'\n\
            lines = csv.reader(open(sys.argv[1], encoding='utf-8-sig', newline=''))\n\
            assert next(lines) == ['number', 'flag', 'text', 'maybe', 'more']\n\
            def row(n, f, t, m, o):\n    \
                assert t.startswith(\"'=\")\n    \
                return int(n), f == '1', t[1:], int(m) if m else None, int(o)\n\
            rows = (row(*line) for line in lines)";
        python(read, &name, rows, folder.path());
    }
}

/// A made-up case: a shop's customers in two files, a staff list, and a page of an office.
struct Desk {
    folder: tempfile::TempDir,
}

/// Made-up card numbers, and other values that no letter may have.
const NEVER: [&str; 6] =
    ["4539148803436467", "4539-1488-0343-6467", "5178059112345674", "123456789018", "hunter2secret", "1985"];

impl Desk {
    fn new() -> Self {
        let shop = "会員番号,氏名,フリガナ,メールアドレス,電話番号,郵便番号,住所,クレジットカード番号\n\
            A001,山田太郎,ヤマダタロウ,taro@mail.example.jp,090-1234-5678,100-0005,東京都千代田区丸の内1-2-3,4539-1488-0343-6467\n\
            A002,鈴木花子,スズキハナコ,hanako@mail.example.jp,090-2345-6789,530-0001,大阪府大阪市北区梅田3-1-1,5178-0591-1234-5674\n";
        let mails = "氏名,メールアドレス\n山田太郎,taro@mail.example.jp\n佐藤健太,kenta@mail.example.jp\n高橋美咲,misaki@mail.example.jp\n";
        let logins = "メールアドレス,パスワード\nkenta@mail.example.jp,hunter2secret\n";
        Self::of(&[("customers.csv", shop), ("magazine.csv", mails), ("login.csv", logins)])
    }

    /// A case of these files.
    fn of(files: &[(&str, &str)]) -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(desk.path("src")).unwrap();
        std::fs::create_dir(desk.path("out")).unwrap();
        files.iter().for_each(|(name, text)| std::fs::write(desk.path("src").join(name), text).unwrap());
        let (source, out) = (desk.text("src"), desk.text("out"));
        let made = real::hozen(&["respond", &source, "--out", &out, "--case", "c", "--no-local-rules"]);
        assert_eq!(made.code, Some(0), "{}{}", made.stdout, made.stderr);
        desk
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    fn count(&self, more: &[&str]) -> real::Ended {
        let case = self.text("out/c");
        let arguments: Vec<&str> =
            ["count", case.as_str(), "--format", "json"].into_iter().chain(more.iter().copied()).collect();
        real::hozen(&arguments)
    }

    fn reveal(&self, kind: &str, name: &str) -> real::Ended {
        let file = self.text(name);
        self.count(&[
            "--table",
            kind,
            &file,
            "--reveal",
            "--no-local-rules",
            "--yes-reveal",
            "letters to the customers",
        ])
    }

    /// The events of the chain of custody.
    fn events(&self) -> Vec<serde_json::Value> {
        let chain = std::fs::read_to_string(self.path("out/c/custody/custody.jsonl")).unwrap();
        chain.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn revealed(&self) -> Vec<serde_json::Value> {
        self.events().into_iter().filter(|event| event["act"] == "reveal").collect()
    }
}

/// The rows of a CSV file by their header, as Python reads them.
fn rows(path: &Path) -> Vec<serde_json::Value> {
    let script = format!(
        "python3 -c \"import csv, json; print(json.dumps(list(csv.DictReader(open('{}', encoding='utf-8-sig', newline='')))))\"",
        path.display()
    );
    serde_json::from_str(&tool(Path::new("/"), &script)).unwrap()
}

#[test]
fn the_table_has_a_row_for_each_person_and_no_value() {
    let desk = Desk::new();
    for kind in ["sqlite", "parquet", "csv"] {
        let name = format!("people.{kind}");
        let counted = desk.count(&["--table", kind, &desk.text(&name), "--reason", "a table"]);
        assert_eq!(counted.code, Some(0), "{}", counted.stderr);
        assert_eq!(counted.json()["subjects"]["estimate"], 4);
        let bytes = std::fs::read(desk.path(&name)).unwrap();
        for value in ["山田", "taro@", "090-1234", "09012345678", "丸の内"].iter().chain(&NEVER[..5]) {
            assert!(!bytes.windows(value.len()).any(|part| part == value.as_bytes()), "{value} in {kind}");
        }
        let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(desk.path(&name)).unwrap());
        assert_eq!(mode & 0o777, 0o600);
        let again = desk.count(&["--table", kind, &desk.text(&name), "--reason", "again"]);
        assert_eq!(again.code, Some(2), "nothing is overwritten");
    }
    let people = rows(&desk.path("people.csv"));
    assert_eq!(people.len(), 4);
    let with_card = people.iter().filter(|row| row["has_card"] == "1").count();
    assert_eq!((with_card, people[0]["person"].as_str()), (2, Some("1")));
    assert!(people[0]["first_file"].as_str().unwrap().ends_with("customers.csv"), "{people:?}");
    let sql = "SELECT count(*), sum(has_card), (SELECT value FROM about WHERE key = 'estimate') FROM people";
    let script = format!(
        "python3 -c \"import sqlite3; print(*sqlite3.connect('people.sqlite').execute(\\\"{sql}\\\").fetchone())\""
    );
    assert_eq!(tool(desk.folder.path(), &script).trim(), "4 2 4");
    let script = "python3 -c \"import pyarrow.parquet as pq; t = pq.read_table('people.parquet'); print(t.num_rows, sum(t['has_card'].to_pylist()))\"";
    assert_eq!(tool(desk.folder.path(), script).trim(), "4 2");
    let inside = desk.count(&["--table", "csv", &desk.text("out/c/report/people.csv"), "--reason", "inside"]);
    assert!(inside.code == Some(2) && inside.stderr.contains("would lie in the case"), "{}", inside.stderr);
    let unknown = desk.count(&["--table", "xlsx", &desk.text("people.xlsx"), "--reason", "x"]);
    assert!(unknown.code == Some(2) && !desk.path("people.xlsx").exists(), "{}", unknown.stderr);
}

#[test]
fn letters_go_to_the_right_people_with_what_they_lost_and_nothing_else() {
    let desk = Desk::new();
    let done = desk.reveal("csv", "letters.csv");
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let (said, list) = (done.json(), rows(&desk.path("letters.csv")));
    assert_eq!((&said["people"], &said["groups"], &said["unreachable"]), (&4.into(), &3.into(), &0.into()), "{said}");
    let of = |name: &str| list.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("{name}: {list:?}"));
    let (taro, hanako, kenta, misaki) = (of("山田太郎"), of("鈴木花子"), of("佐藤健太"), of("高橋美咲"));
    assert_eq!(list.len(), 4);
    for (key, value) in [
        ("name_kana", "ヤマダタロウ"),
        ("email", "taro@mail.example.jp"),
        ("phone", "09012345678"),
        ("address", "東京都千代田区丸の内1-2-3"),
    ] {
        assert_eq!(taro[key], value);
    }
    assert!(taro["postal_code"].as_str().unwrap().contains("100"), "{taro}");
    assert!(taro["lost"].as_str().unwrap().contains("Payment card number"), "{taro}");
    assert_eq!((&taro["group"], &hanako["group"]), (&"1".into(), &"1".into()));
    assert_ne!(kenta["group"], misaki["group"], "only one of them lost a password");
    assert!(kenta["kinds"].as_str().unwrap().contains("password"), "{kenta}");
    assert_eq!(misaki["kinds"], "email person_name");
    let text = std::fs::read_to_string(desk.path("letters.csv")).unwrap();
    for never in NEVER {
        for said in [&text, &done.stdout, &done.stderr] {
            assert!(!said.contains(never), "{never}");
        }
    }
    for clear in ["taro@", "山田", "0901234"] {
        assert!(!done.stdout.contains(clear) && !done.stderr.contains(clear), "{}{}", done.stdout, done.stderr);
    }
    let events = desk.revealed();
    let detail = &events[0]["detail"];
    assert_eq!(
        (events.len(), &detail["reason"], &detail["people"]),
        (1, &"letters to the customers".into(), &4.into())
    );
    let sum = tool(desk.folder.path(), "sha256sum letters.csv");
    assert_eq!(detail["revealed_sha256"], sum.split(' ').next().unwrap());
    assert_eq!(detail["revealed_sha256"], said["sha256"]);
    let whole = real::hozen(&["verify", desk.text("out/c").as_str()]);
    assert_eq!(whole.code, Some(0), "{}{}", whole.stdout, whole.stderr);
    // The same from a database; the numbers are those of the masked table.
    assert_eq!(desk.reveal("sqlite", "letters.db").code, Some(0));
    let script = "python3 -c \"import sqlite3; print([r[0] for r in sqlite3.connect('letters.db').execute('SELECT phone FROM letters WHERE person = 1')])\"";
    assert_eq!(tool(desk.folder.path(), script).trim(), "['09012345678']");
    let left: Vec<_> = std::fs::read_dir(desk.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 4, "nothing is left beside the lists: {left:?}");
}

#[test]
fn without_a_yes_or_of_a_case_that_is_not_whole_nothing_is_written() {
    let desk = Desk::new();
    let file = desk.text("letters.csv");
    let before = desk.events().len();
    let refused = |ended: real::Ended, code: i32, due: &str| {
        assert!(ended.code == Some(code) && ended.stderr.contains(due), "{:?} {}", ended.code, ended.stderr);
        assert!(!desk.path("letters.csv").exists() && desk.revealed().is_empty());
    };
    let asked = ["--table", "csv", file.as_str(), "--reveal", "--no-local-rules"];
    let case = desk.text("out/c");
    let command: Vec<&str> = ["count", case.as_str()].into_iter().chain(asked).collect();
    // No terminal: `setsid` takes it away.
    let mut detached = std::process::Command::new("setsid");
    let output =
        detached.arg("-w").arg(env!("CARGO_BIN_EXE_hozen")).args(&command).env("LC_ALL", "C").output().unwrap();
    refused(output.into(), 2, "nobody could be asked");
    refused(desk.count(&[&asked[..], &["--yes-reveal", "  "]].concat()), 2, "not confirmed");
    let inside = desk.text("out/c/report/letters.csv");
    refused(desk.count(&["--table", "csv", &inside, "--reveal", "--yes-reveal", "x"]), 2, "would lie in the case");
    for (steps, is_written) in [
        ("see('Why'); type('letters\\n'); see('type reveal'); type('no\\n')", false),
        ("see('Why'); type('\\n')", false),
        ("see('Why'); type('letters\\n'); see('type reveal'); os.kill(pid, signal.SIGINT)", false),
        ("see('Why'); type('letters\\n'); see('type reveal'); type('c\\n')", true),
    ] {
        let script = format!(
            "import os, pty, signal, sys, time\n\
             pid, fd = pty.fork()\n\
             if pid == 0: os.execv(sys.argv[1], sys.argv[1:])\n\
             shown, at = b'', 0\n\
             def see(text):\n    \
                 global shown, at\n    \
                 while text.encode() not in shown[at:]: shown += os.read(fd, 4096)\n    \
                 at = len(shown)\n\
             def type(text): time.sleep(0.2); os.write(fd, text.encode())\n\
             {steps}\n\
             while True:\n    \
                 try: more = os.read(fd, 4096)\n    \
                 except OSError: break\n    \
                 if not more: break\n    \
                 shown += more\n\
             sys.stdout.buffer.write(shown)\n\
             sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))\n"
        );
        let mut python = std::process::Command::new("python3");
        let output =
            python.arg("-c").arg(script).arg(env!("CARGO_BIN_EXE_hozen")).args(&command).env("LC_ALL", "C").output();
        let ended = real::Ended::from(output.unwrap());
        assert_eq!(ended.code == Some(0), is_written, "{steps}: {}{}", ended.stdout, ended.stderr);
        assert_eq!(
            (desk.path("letters.csv").exists(), desk.revealed().len()),
            (is_written, usize::from(is_written)),
            "{steps}"
        );
    }
    assert_eq!(desk.events().len(), before + 1);
    std::fs::remove_file(desk.path("letters.csv")).unwrap();
    // Evidence that was changed, then a chain that was.
    let zip = real::zip(&desk.path("out/c"));
    let good = std::fs::read(&zip).unwrap();
    let mut bytes = good.clone();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&zip, bytes).unwrap();
    let broken = desk.reveal("csv", "letters.csv");
    assert!(broken.code == Some(4) && !desk.path("letters.csv").exists(), "{}", broken.stderr);
    std::fs::write(&zip, good).unwrap();
    let journal = desk.path("out/c/custody/custody.jsonl");
    let chain = std::fs::read_to_string(&journal).unwrap();
    std::fs::write(&journal, chain.replacen("\"act\"", "\"act \"", 1)).unwrap();
    let broken = desk.reveal("csv", "letters.csv");
    assert!(broken.code == Some(4) && !desk.path("letters.csv").exists(), "{}", broken.stderr);
}

#[test]
fn what_is_not_a_persons_own_stands_in_no_row() {
    let mut school = "氏名,メールアドレス,電話番号\n".to_owned();
    for n in 0..25 {
        let (family, given) =
            (["山田", "田中", "高橋", "伊藤", "渡辺"][n / 5], ["一郎", "次郎", "三郎", "四郎", "五郎"][n % 5]);
        school += &format!("{family}{given},pupil{n}@mail.example.jp,03-3234-5678\n");
    }
    let shop = "氏名,メールアドレス,電話番号\n鈴木花子,info@shop-hanako.co.jp,090-2345-6789\n佐藤健太,,06-6234-5678\n";
    let desk = Desk::of(&[("school.csv", &school), ("shop.csv", shop)]);
    let done = desk.reveal("csv", "letters.csv");
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let list = rows(&desk.path("letters.csv"));
    assert_eq!(list.len(), 27, "{list:?}");
    for row in &list {
        let (name, email, phone) = (row["name"].as_str().unwrap(), row["email"].as_str().unwrap(), &row["phone"]);
        match name {
            "鈴木花子" => assert_eq!((email, phone), ("", &"09023456789".into())),
            "佐藤健太" => assert_eq!((email, phone), ("", &"0662345678".into())),
            _ => assert!(email.starts_with("pupil") && phone == "", "{row}"),
        }
    }
}

#[test]
fn a_name_in_two_columns_is_written_whole() {
    let staff =
        "社員番号,姓,名,メールアドレス\nE0001,山田,太郎,taro@mail.example.jp\nE0002,鈴木,花子,hanako@mail.example.jp\n";
    let desk = Desk::of(&[("staff.csv", staff)]);
    assert_eq!(desk.reveal("csv", "letters.csv").code, Some(0));
    let names: Vec<String> =
        rows(&desk.path("letters.csv")).iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names, ["山田 太郎", "鈴木 花子"]);
}

/// Who was set apart in the last count does not get into the list because nobody said it again.
#[test]
fn own_staff_of_the_last_count_is_in_no_list() {
    let desk = Desk::of(&[(
        "list.csv",
        "氏名,メールアドレス\n山田太郎,taro@mail.example.jp\n佐藤健太,kenta@shop.example.jp\n",
    )]);
    assert_eq!(desk.count(&["--own-domain", "shop.example.jp", "--reason", "without us"]).code, Some(0));
    let done = desk.reveal("csv", "letters.csv");
    assert!(done.code == Some(0) && done.stderr.contains("own staff is not in the list"), "{}", done.stderr);
    let list = rows(&desk.path("letters.csv"));
    assert_eq!(list.iter().map(|row| row["name"].as_str().unwrap()).collect::<Vec<_>>(), ["山田太郎"]);
    assert_eq!(desk.revealed()[0]["detail"]["options"]["own_domains"][0], "shop.example.jp");
}
