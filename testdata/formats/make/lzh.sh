#!/bin/sh
# Makes the samples of LZH archives, in ../lzh, from ../people.csv (made-up people). With Debian 12's jlha-utils 0.1.6.
# It writes header levels 0, 1 and 2 and the methods -lh0-, -lh5-, -lh6- and -lh7-; for -lh1-, -lzs- and -pm2- no program is at hand.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
out="$here/lzh"
rm -rf "$out"
mkdir "$out"
export LC_ALL=C.UTF-8
mkdir d
cp "$here/people.csv" d/people.csv
printf 'the last line\n' > d/z.txt
touch -d 2026-01-01 d/people.csv d/z.txt d
lha a0o5q2 "$out/level0.lzh" d/people.csv d/z.txt
lha a1o5q2 "$out/level1.lzh" d/people.csv d/z.txt
lha a0o6q2 "$out/lh6.lzh" d/people.csv d/z.txt
lha a2o7q2 "$out/lh7.lzh" d
lha a1zq2 "$out/stored.lzh" d/people.csv d/z.txt
# A name as Windows writes it, where the second byte of a character is a backslash: jlha can not, so it is put in by hand.
cp d/people.csv AAAAAAAAAA.csv
lha a0o5q2 "$out/cp932.lzh" AAAAAAAAAA.csv
python3 - "$out/cp932.lzh" <<'END'
import sys
path = sys.argv[1]
data = bytearray(open(path, 'rb').read())
name = '機能表一覧'.encode('cp932')
assert len(name) == 10
at = data.index(b'AAAAAAAAAA')
data[at:at + 10] = name
data[1] = sum(data[2:2 + data[0]]) & 0xFF
open(path, 'wb').write(data)
END
