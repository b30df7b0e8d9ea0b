#!/bin/sh
# Makes the samples that need other programs: zip (Info-ZIP) and 7z. All personal data is made up.
# Run in this folder; the results are kept in the repository, so that tests need neither program.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '氏名,電話番号,メール\r\n山田 太郎,090-1234-5678,taro@example.jp\r\n鈴木 花子,03-1234-5678,hanako@example.jp\r\n' > "$work/list.csv"
iconv -f UTF-8 -t CP932 "$work/list.csv" > "$work/list-cp932.csv"
here=$(pwd)
cd "$work"
rm -f "$here"/zip/*.zip
mkdir -p "$here/zip"
zip -q -X -P secret "$here/zip/zipcrypto.zip" list.csv
7z a -bd -tzip -mem=AES256 -psecret "$here/zip/aes.zip" list.csv > /dev/null
7z a -bd -tzip -mm=LZMA "$here/zip/lzma.zip" list.csv > /dev/null
cat list-cp932.csv | zip -q -X "$here/zip/streamed.zip" -
printf 'inner' > inner.txt
zip -q -X inner.zip list-cp932.csv inner.txt
zip -q -X -0 "$here/zip/nested.zip" inner.zip
zip -q -X -fz "$here/zip/zip64.zip" list.csv
