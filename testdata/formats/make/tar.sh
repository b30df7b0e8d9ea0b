#!/bin/sh
# Makes the samples of tar archives, in ../tar, from ../people.csv (made-up people).
# With Debian 12's GNU tar 1.34 and bsdtar 3.6.2 (libarchive).
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
out="$here/tar"
rm -rf "$out"
mkdir "$out"
long=$(printf '部署%.0s' $(seq 30))/$(printf '名簿%.0s' $(seq 20))
mkdir -p "$long" d
cp "$here/people.csv" "$long/people.csv"
cp "$here/people.csv" d/people.csv
ln -s people.csv d/link.csv
ln d/people.csv d/hard.csv
tar="tar --owner=0 --group=0 --mtime=2026-01-01 --sort=name"
$tar -cf "$out/gnu.tar" "$long"
$tar --format=pax -cf "$out/pax.tar" "$long"
$tar --format=ustar -cf "$out/ustar.tar" d
$tar --format=v7 -cf "$out/v7.tar" d/people.csv
bsdtar --format=pax --uid 0 --gid 0 -cf "$out/bsd.tar" d
name=$(printf '名簿.csv' | iconv -t CP932)
cp "$here/people.csv" "$name"
$tar -cf "$out/cp932.tar" "$name"
rm "$name"
name=$(printf '顧客名簿.csv' | iconv -t EUC-JP)
cp "$here/people.csv" "$name"
$tar -cf "$out/euc.tar" "$name"
rm "$name"
# A line on each side of a hole of a mebibyte.
truncate -s 1M holes.csv
{ printf '\n'; cat "$here/people.csv"; } >> holes.csv
$tar --sparse --format=gnu -cf "$out/sparse-gnu.tar" holes.csv
for version in 0.0 0.1 1.0; do
    $tar --sparse --format=pax --sparse-version=$version -cf "$out/sparse-$version.tar" holes.csv
done
