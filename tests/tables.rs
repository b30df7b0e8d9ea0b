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
    let long = if number % 997 == 0 { (number % 20_011) as usize } else { 0 };
    let maybe = if number % 3 == 0 { Cell::Empty } else { Cell::Number(number * number) };
    [
        Cell::Number(number),
        Cell::Flag(number % 7 == 0),
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
