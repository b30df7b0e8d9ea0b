#!/bin/sh
# Makes the samples of streams that hold one file, in ../streams, from ../people.csv (made-up people).
# With Debian 12's bzip2 1.0.8, xz-utils 5.4.1, lzip 1.23, zstd 1.5.4, lz4 1.9.4, ncompress 5.0.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cp "$here/people.csv" people.csv
# Two halves, for files of several streams.
head -n 3 people.csv > a
tail -n +4 people.csv > b
out="$here/streams"
rm -rf "$out"
mkdir "$out"
bzip2 -k9 people.csv && mv people.csv.bz2 "$out/"
{ bzip2 -c a; bzip2 -c b; } > "$out/two.csv.bz2"
xz -k -9 people.csv && mv people.csv.xz "$out/"
# With stream padding in between, a filter before, and another check.
{ xz -c --x86 --lzma2=preset=1 a; printf '\0\0\0\0'; xz -c --check=sha256 b; } > "$out/two.csv.xz"
xz -k --format=lzma people.csv && mv people.csv.lzma "$out/"
lzip -k people.csv && mv people.csv.lz "$out/"
{ lzip -c a; lzip -c -9 b; } > "$out/two.csv.lz"
zstd -q -19 people.csv && mv people.csv.zst "$out/"
{ zstd -q -c --no-check a; printf '\120\052\115\030\003\000\000\000xyz'; zstd -q -c --single-thread --no-content-size b; } > "$out/two.csv.zst"
lz4 -q -k people.csv people.csv.lz4 && mv people.csv.lz4 "$out/"
{ lz4 -q -c -9 --content-size -BX a; lz4 -q -c -BD -B4 b; } > "$out/two.csv.lz4"
lz4 -q -l -c people.csv > "$out/legacy.csv.lz4"
compress -c people.csv > "$out/people.csv.Z"
compress -b 10 -c people.csv > "$out/small.csv.Z"
