#!/bin/sh
# Makes the samples of 7z archives, in ../7z, from ../people.csv (made-up people). With Debian 12's p7zip 16.02.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
out="$here/7z"
rm -rf "$out"
mkdir "$out"
mkdir 名簿
cp "$here/people.csv" 名簿/people.csv
printf 'one line of a note\n' > 名簿/a.txt
printf 'the last line\n' > 名簿/z.txt
: > 名簿/empty.txt
z="7z a -bd -bso0 -mtc=off -mtm=off"
$z -m0=lzma2 "$out/solid.7z" 名簿
$z -m0=lzma -ms=off "$out/lzma.7z" 名簿
$z -m0=ppmd -mx=1 "$out/ppmd.7z" 名簿
$z -m0=bzip2 "$out/bzip2.7z" 名簿
$z -m0=deflate "$out/deflate.7z" 名簿
$z -m0=deflate64 "$out/deflate64.7z" 名簿
$z -m0=copy -mhc=off "$out/copy.7z" 名簿
$z -m0=bcj2 -m1=lzma -m2=lzma -m3=lzma -mb0:1 -mb0s1:2 -mb0s2:3 "$out/bcj2.7z" 名簿
$z -psecret "$out/members-encrypted.7z" 名簿
$z -psecret -mhe=on "$out/all-encrypted.7z" 名簿
