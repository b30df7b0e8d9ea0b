#!/bin/sh
# Makes the samples of files that are encrypted as a whole, in ../locked, from ../people.csv (made-up people). They differ each time.
# With Debian 12's age 1.1.1, GnuPG 2.2.40, OpenSSL 3.0, cryptsetup 2.6.1. Of LUKS volumes the first 5 KiB are kept.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'gpgconf --homedir "$work/gpg" --kill all 2> /dev/null || true; rm -rf "$work"' EXIT
cd "$work"
cp "$here/people.csv" people.csv
out="$here/locked"
rm -rf "$out"
mkdir "$out"
age-keygen -o key 2> /dev/null
to=$(sed -n 's/^# public key: //p' key)
age -r "$to" -o "$out/people.csv.age" people.csv
age -a -r "$to" -o "$out/people.csv.age.asc" people.csv
mkdir -m 700 gpg
gpg="gpg --homedir $work/gpg --batch --quiet --no-tty --trust-model always"
$gpg --pinentry-mode loopback --passphrase secret --cipher-algo AES256 -o "$out/people.csv.gpg" -c people.csv
$gpg --pinentry-mode loopback --passphrase secret --cipher-algo AES256 -a -o "$out/people.csv.asc" -c people.csv
$gpg --pinentry-mode loopback --passphrase '' --quick-generate-key 'Test <test@example.jp>' rsa2048 encrypt never
$gpg -r test@example.jp -o "$out/to-key.gpg" -e people.csv
$gpg -r test@example.jp -a -o "$out/to-key.asc" -e people.csv
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=test -keyout k.pem -out c.pem 2> /dev/null
openssl cms -encrypt -binary -aes256 -outform DER -in people.csv -out "$out/people.csv.p7m" c.pem
openssl enc -aes-256-cbc -pbkdf2 -pass pass:secret -in people.csv -out "$out/people.csv.enc"
openssl enc -aes-256-cbc -pbkdf2 -a -pass pass:secret -in people.csv -out "$out/people.csv.enc.b64"
for version in 1 2; do
    truncate -s 20M volume
    printf secret | cryptsetup luksFormat -q --type luks$version --pbkdf-force-iterations 1000 --pbkdf pbkdf2 volume -
    head -c 5120 volume > "$out/luks$version.head"
    rm volume
done
