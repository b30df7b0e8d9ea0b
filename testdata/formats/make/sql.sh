#!/bin/sh
# Samples of SQL dumps, by mariadb-dump (MariaDB 10.11, Debian), pg_dump (PostgreSQL 15, Debian) and sqlite3 3.40.1, each from a server of
# its own in a temporary folder. All personal data is made up. Run in testdata/formats, as root (the servers run as mysql and postgres).
set -eu
out=$(pwd)/sql
mkdir -p "$out"
rm -f "$out"/*
people="$(pwd)/people.csv"
work=$(mktemp -d)
chmod 755 "$work"
cp "$people" "$work/people.csv"

# MariaDB
mkdir "$work/my" && chown mysql "$work/my"
mariadb-install-db --no-defaults --user=mysql --datadir="$work/my" --auth-root-authentication-method=normal > /dev/null 2>&1
/usr/sbin/mariadbd --no-defaults --user=mysql --datadir="$work/my" --skip-networking --socket="$work/my/s" --pid-file="$work/my/pid" > /dev/null 2>&1 &
my=$!
pg=/usr/lib/postgresql/15/bin
trap 'kill $my; su postgres -c "$pg/pg_ctl -D $work/pg -m immediate stop" > /dev/null 2>&1; wait; rm -rf "$work"' EXIT
for wait in 1 2 3 4 5 6 7 8 9 10; do mariadb --no-defaults -S "$work/my/s" -e 'select 1' > /dev/null 2>&1 && break; sleep 1; done
mariadb --no-defaults -S "$work/my/s" --local-infile=1 --default-character-set=utf8mb4 <<SQL
CREATE DATABASE shop CHARACTER SET utf8mb4;
USE shop;
CREATE TABLE members (id INT AUTO_INCREMENT PRIMARY KEY, 氏名 VARCHAR(40) NOT NULL, フリガナ VARCHAR(40), email VARCHAR(80), tel VARCHAR(20),
  zip CHAR(8), 住所 VARCHAR(120) COMMENT '建物名, 部屋番号まで', birthday DATE, note TEXT, photo BLOB, UNIQUE KEY mail (email), KEY tel (tel));
LOAD DATA LOCAL INFILE '$work/people.csv' INTO TABLE members CHARACTER SET utf8mb4 FIELDS TERMINATED BY ',' IGNORE 1 LINES (氏名, フリガナ, email, tel, zip, 住所, birthday);
UPDATE members SET note = 'It''s "ok"\\n次の行, (かっこ); 終わり\\\\', photo = x'89504e470d0a1a0a0001' WHERE id = 2;
CREATE TABLE wp_usermeta (umeta_id INT PRIMARY KEY, user_id INT, meta_key VARCHAR(40), meta_value TEXT);
INSERT INTO wp_usermeta VALUES (1, 1, 'billing_phone', '09012345699'), (2, 1, 'billing_email', 'extra@example.jp');
SQL
mariadb-dump --no-defaults -S "$work/my/s" --skip-dump-date shop > "$out/mariadb.sql"
mariadb-dump --no-defaults -S "$work/my/s" --skip-dump-date --hex-blob --complete-insert --skip-extended-insert --default-character-set=sjis shop members > "$out/mariadb-sjis.sql"
mariadb-dump --no-defaults -S "$work/my/s" --skip-dump-date --no-create-info --compatible=mssql shop members > "$out/mariadb-rows.sql" 2> /dev/null ||
  mariadb-dump --no-defaults -S "$work/my/s" --skip-dump-date --no-create-info shop members > "$out/mariadb-rows.sql"

# PostgreSQL
mkdir "$work/pg" && chown postgres "$work/pg"
su postgres -c "$pg/initdb -D $work/pg -E UTF8 --locale=C -A trust" > /dev/null
su postgres -c "$pg/pg_ctl -D $work/pg -o '-c listen_addresses= -k $work/pg' -w start" > /dev/null
psql -q -h "$work/pg" -U postgres <<SQL
CREATE TABLE members (id serial PRIMARY KEY, name text, kana text, email text, phone text, postal_code text, address text, birth_date text, note text, file bytea);
\copy members (name, kana, email, phone, postal_code, address, birth_date) FROM '$work/people.csv' CSV HEADER
UPDATE members SET note = E'It''s\\ttabbed\\nline \\\\ back', file = convert_to('{"mail":"inner@example.jp"}', 'UTF8') WHERE id = 2;
CREATE TABLE "Order Log" (at timestamp, "what's" text);
INSERT INTO "Order Log" VALUES ('2026-01-01', 'sent; to (all)');
SQL
pg_dump -h "$work/pg" -U postgres postgres > "$out/postgres.sql"
pg_dump -h "$work/pg" -U postgres --inserts postgres > "$out/postgres-inserts.sql"
pg_dump -h "$work/pg" -U postgres -Fc postgres > "$out/postgres.dump"

# SQLite
sqlite3 sqlite/members.db .dump > "$out/sqlite.sql"
