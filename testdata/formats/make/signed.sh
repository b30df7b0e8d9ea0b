#!/bin/sh
# Signed data (CMS) by OpenSSL 3.0: binary with a length, binary streamed (open lengths), armoured, and a signature beside its content. All personal data is made up.
# Run in testdata/formats; the key is thrown away, so the files differ each time.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=test -days 1 -keyout "$work/key" -out "$work/cert" 2>/dev/null
sign() { openssl cms -sign -binary -nodetach -in people.csv -signer "$work/cert" -inkey "$work/key" "$@"; }
mkdir -p signed
sign -outform DER -out signed/people.csv.p7m
sign -outform DER -stream -out signed/streamed.p7m
sign -outform PEM -out signed/people.csv.pem
openssl cms -sign -binary -in people.csv -signer "$work/cert" -inkey "$work/key" -outform DER -out signed/beside.p7s
