#!/usr/bin/env bash
# Makes a Debian tree with a web, mail and database server in it, for tests/profiles.rs: a folder that is kept between runs.
# Needs root, debootstrap and the network. Nothing is installed on this machine.
set -euo pipefail
tree=$1
packages=nginx-light,apache2,postgresql,postfix,dovecot-imapd,redis-server,rsyslog,logrotate,openssh-server,cron
[[ -e $tree/.made-with-$packages ]] && exit 0
rm -rf "$tree"
mkdir -p "$(dirname "$tree")"
debootstrap --variant=minbase --components=main --include="$packages" bookworm "$tree" http://deb.debian.org/debian >"$tree.log" 2>&1 ||
  { tail -20 "$tree.log" >&2; exit 1; }
rm -rf "$tree"/var/cache/apt/archives/*.deb
touch "$tree/.made-with-$packages"
