#!/bin/sh
# Samples of SQLite databases, by sqlite3 3.40.1 (Debian). All personal data is made up. Run in testdata/formats.
set -eu
out=$(pwd)/sqlite
rm -f "$out"/*
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
people="$(pwd)/people.csv"

# A list of members, as an application keeps it: index, view, table without rows.
sqlite3 "$out/members.db" <<SQL
PRAGMA page_size=1024;
.mode csv
CREATE TABLE 会員 (id INTEGER PRIMARY KEY, 氏名 TEXT NOT NULL, フリガナ TEXT, メールアドレス TEXT, 電話番号 TEXT, 郵便番号 TEXT, 住所 TEXT, 生年月日 TEXT,
  電話だけ TEXT GENERATED ALWAYS AS (電話番号) VIRTUAL);
CREATE TABLE raw (a, b, c, d, e, f, g);
.import --skip 1 $people raw
INSERT INTO 会員 (氏名, フリガナ, メールアドレス, 電話番号, 郵便番号, 住所, 生年月日) SELECT * FROM raw;
DROP TABLE raw;
CREATE INDEX by_mail ON 会員 (メールアドレス);
CREATE VIEW phones AS SELECT 氏名, 電話番号 FROM 会員;
CREATE TABLE empty (mail TEXT);
VACUUM;
SQL

# The same in UTF-16, without row numbers, key last.
for order in le be; do
sqlite3 "$out/utf16$order.db" <<SQL
PRAGMA encoding='UTF-16$order';
PRAGMA page_size=512;
.mode csv
CREATE TABLE raw (a, b, c, d, e, f, g);
.import --skip 1 $people raw
CREATE TABLE members (name TEXT, kana TEXT, email TEXT, phone TEXT, postal_code TEXT, address TEXT, birth_date TEXT, PRIMARY KEY (email, name)) WITHOUT ROWID;
INSERT INTO members SELECT * FROM raw;
DROP TABLE raw;
VACUUM;
SQL
done

# Texts that spill over pages, and files in cells.
printf '%s\n' "$(cat "$people")" | gzip -9n > "$work/list.csv.gz"
sqlite3 "$out/spill.db" <<SQL
PRAGMA page_size=512;
CREATE TABLE notes (id INTEGER PRIMARY KEY, note TEXT, file BLOB);
INSERT INTO notes VALUES (7, replace(hex(zeroblob(900)), '00', '. ') || 'yamada.taro@example.jp' || replace(hex(zeroblob(900)), '00', '. '), NULL);
INSERT INTO notes VALUES (8, 'gz', readfile('$work/list.csv.gz'));
INSERT INTO notes VALUES (9, 'text', CAST('{"mail":"sato.hanako@example.jp"}' AS BLOB));
INSERT INTO notes VALUES (10, 'picture', x'89504e470d0a1a0a0000000d49484452');
INSERT INTO notes VALUES (11, 'bytes', x'0001fe0273757a756b692e69636869726f406578616d706c652e6a70');
SQL

# Full-text tables: the content is read once, under its own names.
sqlite3 "$out/fts.db" <<SQL
CREATE VIRTUAL TABLE mails USING fts5(subject, sender, body, tokenize='trigram');
INSERT INTO mails VALUES ('お問い合わせ', 'yamada.taro@example.jp', '電話は 090-1234-5601 です');
CREATE VIRTUAL TABLE older USING fts4(subject, sender);
INSERT INTO older VALUES ('Re: 予約', 'sato.hanako@example.jp');
CREATE VIRTUAL TABLE words USING fts5(body, content='');
INSERT INTO words(rowid, body) VALUES (1, 'suzuki.ichiro@example.jp');
SQL

# A write-ahead log beside its database, of which only the first table is in the database itself; and a journal.
python3 - "$work" "$out" "$people" <<'PY'
import csv, shutil, sqlite3, sys
work, out, people = sys.argv[1:]
rows = list(csv.reader(open(people, encoding='utf-8')))[1:]
db = sqlite3.connect(f'{work}/wal.db')
db.execute('PRAGMA page_size=1024')
db.execute('CREATE TABLE members (name, kana, email, phone, postal_code, address, birth_date)')
db.execute('CREATE TABLE log (at, what)')
db.execute('PRAGMA journal_mode=WAL')
db.execute('PRAGMA wal_autocheckpoint=0')
db.commit()
db.execute('PRAGMA wal_checkpoint(TRUNCATE)')
for row in rows:
    db.execute('INSERT INTO members VALUES (?,?,?,?,?,?,?)', row)
    db.commit()
shutil.copy(f'{work}/wal.db', f'{out}/wal.db')
shutil.copy(f'{work}/wal.db-wal', f'{out}/wal.db-wal')
db.close()
db = sqlite3.connect(f'{work}/new.db')
db.execute('PRAGMA journal_mode=WAL')
db.execute('PRAGMA wal_autocheckpoint=0')
db.execute('CREATE TABLE members (name, kana, email, phone, postal_code, address, birth_date)')
db.executemany('INSERT INTO members VALUES (?,?,?,?,?,?,?)', rows)
db.commit()
shutil.copy(f'{work}/new.db-wal', f'{out}/new.db-wal')
db.close()
db = sqlite3.connect(f'{work}/old.db')
db.execute('PRAGMA page_size=1024')
db.execute('CREATE TABLE members (name, kana, email, phone, postal_code, address, birth_date)')
db.executemany('INSERT INTO members VALUES (?,?,?,?,?,?,?)', rows)
db.commit()
db.execute('PRAGMA cache_spill=1'); db.execute('PRAGMA cache_size=1')
db.execute('DELETE FROM members')
db.execute('CREATE TABLE filler (x)')
db.executemany('INSERT INTO filler VALUES (?)', [('x' * 900,)] * 40)
shutil.copy(f'{work}/old.db-journal', f'{out}/old.db-journal')
db.rollback()
PY

# Browsers, by their real tables: Firefox formhistory.sqlite and cookies.sqlite, Chrome "Web Data" and "Login Data".
sqlite3 "$out/formhistory.sqlite" <<SQL
CREATE TABLE moz_formhistory (id INTEGER PRIMARY KEY, fieldname TEXT NOT NULL, value TEXT NOT NULL, timesUsed INTEGER, firstUsed INTEGER, lastUsed INTEGER, guid TEXT);
INSERT INTO moz_formhistory VALUES (1,'email','yamada.taro@example.jp',3,1700000000000000,1700000000000000,'aaaaaaaaaaaa');
INSERT INTO moz_formhistory VALUES (2,'tel','09012345601',3,1700000000000000,1700000000000000,'aaaaaaaaaaab');
INSERT INTO moz_formhistory VALUES (3,'氏名','山田 太郎',3,1700000000000000,1700000000000000,'aaaaaaaaaaac');
INSERT INTO moz_formhistory VALUES (4,'postal-code','1000001',3,1700000000000000,1700000000000000,'aaaaaaaaaaad');
SQL
sqlite3 "$out/Web Data" <<SQL
CREATE TABLE autofill (name VARCHAR, value VARCHAR, value_lower VARCHAR, date_created INTEGER DEFAULT 0, date_last_used INTEGER DEFAULT 0, count INTEGER DEFAULT 1, PRIMARY KEY (name, value));
INSERT INTO autofill VALUES ('email','sato.hanako@example.jp','sato.hanako@example.jp',1700000000,1700000000,1);
INSERT INTO autofill VALUES ('tel','08012345602','08012345602',1700000000,1700000000,1);
CREATE TABLE addresses (guid VARCHAR PRIMARY KEY, use_count INTEGER NOT NULL DEFAULT 0, language_code VARCHAR);
CREATE TABLE address_type_tokens (guid VARCHAR, type INTEGER, value VARCHAR, verification_status INTEGER DEFAULT 0, observations BLOB, PRIMARY KEY (guid, type));
INSERT INTO address_type_tokens VALUES ('g', 7, '山田 太郎', 3, x'');
INSERT INTO address_type_tokens VALUES ('g', 9, 'yamada.taro@example.jp', 3, x'');
INSERT INTO address_type_tokens VALUES ('g', 14, '090-1234-5601', 3, x'');
SQL
sqlite3 "$out/Login Data" <<SQL
CREATE TABLE logins (origin_url VARCHAR NOT NULL, action_url VARCHAR, username_element VARCHAR, username_value VARCHAR, password_element VARCHAR, password_value BLOB, submit_element VARCHAR, signon_realm VARCHAR NOT NULL, date_created INTEGER NOT NULL, blacklisted_by_user INTEGER NOT NULL, scheme INTEGER NOT NULL, id INTEGER PRIMARY KEY AUTOINCREMENT, UNIQUE (origin_url, username_element, username_value, password_element, signon_realm));
INSERT INTO logins VALUES ('https://shop.example.jp/login','','email','tanaka.kenichi@example.jp','pw',x'763130a1b2c3d4e5f60718293a4b5c6d7e8f','','https://shop.example.jp/',13300000000000000,0,0,1);
SQL
sqlite3 "$out/places.sqlite" <<SQL
CREATE TABLE moz_places (id INTEGER PRIMARY KEY, url LONGVARCHAR, title LONGVARCHAR, rev_host LONGVARCHAR, visit_count INTEGER DEFAULT 0, hidden INTEGER DEFAULT 0 NOT NULL, typed INTEGER DEFAULT 0 NOT NULL, frecency INTEGER DEFAULT -1 NOT NULL, last_visit_date INTEGER, guid TEXT, foreign_count INTEGER DEFAULT 0 NOT NULL, url_hash INTEGER DEFAULT 0 NOT NULL, description TEXT, preview_image_url TEXT, origin_id INTEGER);
INSERT INTO moz_places (url, title) VALUES ('https://www.example.jp/search?mail=takahashi.misaki%40example.jp','検索結果');
SQL
