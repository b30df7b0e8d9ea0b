#!/bin/sh
# Makes further samples of zip archives, in ../zip (see also ../make.sh). With Debian 12's p7zip 16.02 and Python 3.11's zipfile.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cp "$here/people.csv" people.csv
z="7z a -bd -bso0 -tzip"
rm -f "$here"/zip/deflate64.zip "$here"/zip/bzip2.zip "$here"/zip/lzma-people.zip "$here"/zip/aes1??.zip "$here"/zip/unicode-path.zip
$z -mm=Deflate64 "$here/zip/deflate64.zip" people.csv
$z -mm=BZip2 "$here/zip/bzip2.zip" people.csv
$z -mm=LZMA "$here/zip/lzma-people.zip" people.csv
mv people.csv list.csv
$z -mem=AES128 -psecret "$here/zip/aes128.zip" list.csv
$z -mem=AES192 -psecret "$here/zip/aes192.zip" list.csv
# Info-ZIP's Unicode path: one that is right, and one whose checksum is that of another name.
python3 - "$here/zip/unicode-path.zip" <<'END'
import struct, sys, zipfile, zlib
with zipfile.ZipFile(sys.argv[1], 'w') as out:
    for name, of in (('MEIBO.CSV', b'MEIBO.CSV'), ('other.csv', b'WRONG')):
        info = zipfile.ZipInfo(name)
        body = struct.pack('<BI', 1, zlib.crc32(of)) + '名簿.csv'.encode()
        info.extra = struct.pack('<HH', 0x7075, len(body)) + body
        out.writestr(info, open('list.csv', 'rb').read())
END
