#!/bin/sh
# Makes archives inside archives, in ../nested, from ../people.csv (made-up people). With Debian 12's programs (see the other makers).
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export LC_ALL=C.UTF-8
out="$here/nested"
rm -rf "$out"
mkdir "$out"
cp "$here/people.csv" people.csv
tar="tar --owner=0 --group=0 --mtime=2026-01-01"
$tar -cJf a.tar.xz people.csv
7z a -bd -bso0 "$out/tar-xz-in.7z" a.tar.xz
lha a2o5q2 a.lzh people.csv
zip -q -X "$out/lzh-in.zip" a.lzh
zip -q -X a.zip people.csv
$tar --zstd -cf "$out/zip-in.tar.zst" a.zip
7z a -bd -bso0 a.7z people.csv
$tar -cjf "$out/7z-in.tar.bz2" a.7z
$tar -cf a.tar people.csv
lz4 -q a.tar a.tar.lz4
lha a2o5q2 "$out/tar-lz4-in.lzh" a.tar.lz4
compress -c people.csv > people.csv.Z
lzip -k people.csv
$tar --format=v7 -czf "$out/z-and-lzip-in.tgz" people.csv.Z people.csv.lz
