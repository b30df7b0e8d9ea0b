#!/bin/sh
# Makes the samples of RAR archives, in ../rar, from ../people.csv (made-up people). With Debian 12's rar 7.01 (non-free), which writes
# version 5 only; archives of version 4 are built in the tests of src/formats/rar.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
out="$here/rar"
rm -rf "$out"
mkdir "$out" 名簿
export LC_ALL=C.UTF-8
cp "$here/people.csv" people.csv
cp people.csv 名簿/顧客.csv
touch -d 2026-01-01 people.csv 名簿/顧客.csv 名簿
rar a -idq -m0 "$out/stored.rar" people.csv
# Solid, with a recovery record, a comment, quick open information and BLAKE2 sums.
printf 'a comment\n' > comment.txt
rar a -idq -m0 -s -rr5 -qo+ -htb -zcomment.txt "$out/recovery.rar" 名簿
rar a -idq -m3 "$out/packed.rar" people.csv 名簿
rar a -idq -m0 -psecret "$out/members-encrypted.rar" people.csv
rar a -idq -m0 -hpsecret "$out/headers-encrypted.rar" people.csv
