#!/usr/bin/env bash
# Starts real servers in a throw-away layer over the tree of make.sh, lets them write logs where they are configured to, and
# has every profile collect them. Run as root in namespaces of its own (unshare: mounts, processes, network), so that nothing
# of it is left behind:  unshare -mpn --fork --kill-child bash tests/servers/run.sh TREE WORK HOZEN
set -euo pipefail
tree=$(realpath "$1") work=$(realpath "$2") hozen=$(realpath "$3")
here=$(dirname "$(realpath "$0")")
export LC_ALL=C.UTF-8 TZ=UTC PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount --make-rprivate /
mount -t proc proc /proc
mkdir -p "$work"/{upper,layer,root,cases}
mount -t overlay overlay -o "lowerdir=$tree,upperdir=$work/upper,workdir=$work/layer" "$work/root"
root=$work/root
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
mkdir -p "$root"/run/{lock,nginx,sshd} "$root/mnt/out"; chroot "$root" install -d -o postgres -m 2775 /run/postgresql; chroot "$root" install -d -o redis /run/redis
ip link set lo up
within() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "$@"; }
put() { mkdir -p "$(dirname "$root$1")"; cat >"$root$1"; }

# People and sites. All made up.
within useradd -m -d /srv/people/hanako hanako
within useradd -m taro
put /home/taro/.bash_history <<<'mysqldump shop > /tmp/x'
put /srv/people/hanako/.ssh/authorized_keys <<<'ssh-ed25519 AAAA made-up'
put /srv/people/hanako/.ssh/id_ed25519 <<<'not a key'
put /home/xs1234/example.jp/public_html/index.html <<<'hello'
put /home/xs1234/example.jp/log/example.jp.access_log_20261101 <<<'x'
put /srv/sites/shop/public/index.html <<<'shop'
put /srv/sites/shop/ec/var/log/prod/front-2026-11-21.log <<<'order'
put /data/www/index.html <<<'data'
put /data/www/wp-config.php <<<'<?php'
ln -s /data/www "$root/var/www/site"
mkdir -p "$root"/srv/{logs/shop,weblogs,mail,pglog,redis,syslog}
put /opt/batch/log/night.log <<<'ran'

# nginx: a configuration outside /etc, a log of its own per site.
put /etc/nginx/conf.d/elsewhere.conf <<<'include /srv/conf/nginx/*.conf;'
put /srv/conf/nginx/shop.conf <<<'server { listen 127.0.0.1:8080; server_name shop; root /srv/sites/shop/public;
  access_log /srv/logs/shop/access.log; error_log /srv/logs/shop/error.log info; }'
rm "$root/etc/nginx/sites-enabled/default"
# Apache: variables, a piped log, a site behind a link.
echo 'Listen 127.0.0.1:8081' >"$root/etc/apache2/ports.conf"
put /etc/apache2/sites-available/000-default.conf <<<'Define LOGS /srv/weblogs
<VirtualHost *:8081>
  DocumentRoot /var/www/site
  CustomLog ${LOGS}/site.log combined
  CustomLog "|/usr/bin/rotatelogs /srv/weblogs/piped.%Y%m%d 86400" combined
  ErrorLog ${APACHE_LOG_DIR}/site-error.log
  <Directory /data/www>
    Require all granted
  </Directory>
</VirtualHost>'
echo 'ServerName localhost' >>"$root/etc/apache2/apache2.conf"
printf "logging_collector = on\nlog_directory = '/srv/pglog'\nlog_connections = on\nlisten_addresses = '127.0.0.1'\n" >>"$root/etc/postgresql/15/main/postgresql.conf"
chown 'root:root' "$root/srv/pglog"; within chown postgres /srv/pglog
within postconf -e 'maillog_file = /srv/mail/postfix.log' 'maillog_file_prefixes = /srv, /var' 'inet_interfaces = 127.0.0.1' 'myhostname = mail.example.jp' 'mydestination = mail.example.jp, localhost' 'compatibility_level = 3.6'
within newaliases
put /etc/dovecot/conf.d/99-log.conf <<<'log_path = /srv/mail/dovecot.log
ssl = no
listen = 127.0.0.1'
sed -i 's#^logfile .*#logfile /srv/redis/redis.log#; s/^daemonize .*/daemonize yes/' "$root/etc/redis/redis.conf"
within chown redis /srv/redis
put /etc/rsyslog.d/10-elsewhere.conf <<<'auth,authpriv.* -/srv/syslog/auth.log
local0.* action(type="omfile" File="/srv/syslog/shop.log")'
put /etc/logrotate.d/shop <<<'/srv/logs/shop/*.log {
  rotate 3
  create
  postrotate
    kill -USR1 $(cat /run/nginx.pid)
  endscript
}
/opt/batch/log/*.log {
  weekly
}'

within rsyslogd
within nginx
within apachectl start
within pg_ctlcluster 15 main start
within postfix start >/dev/null 2>&1
within dovecot
within redis-server /etc/redis/redis.conf >/dev/null
sleep 2
for n in 1 2 3; do curl -fsS -o /dev/null -H 'Host: shop' http://127.0.0.1:8080/; curl -fsS -o /dev/null http://127.0.0.1:8081/; done
within logrotate -f /etc/logrotate.d/shop
curl -fsS -o /dev/null -H 'Host: shop' http://127.0.0.1:8080/
within su postgres -c 'psql -qc "select 1"' >/dev/null
within logger -p auth.info 'a login that was made up'
within logger -p local0.info 'an order that was made up'
printf 'Subject: made up\n\nhello\n' | within sendmail taro@localhost
printf 'a logout\r\n' | curl -sS -m 3 telnet://127.0.0.1:143 >/dev/null 2>&1 || true
sleep 2

# Every profile while the servers run, from outside and, as on a live machine, from inside.
python3 -B "$here/check.py" open "$root" "$work"
for profile in web-server mail-server db-server linux-server workstation all-logs; do
  "$hozen" collect --profile "$profile" --root "$root" --dry-run --format json >"$work/$profile.dry.json" || [[ $? -eq 3 ]]
  "$hozen" collect --profile "$profile" --root "$root" --out "$work/cases" --case "$profile" --force --format json >"$work/$profile.json" 2>"$work/$profile.err" || [[ $? -eq 3 ]]
done
cp "$hozen" "$root/mnt/hozen"
within /mnt/hozen collect --profile web-server --profile db-server --out /mnt/out --case live --force --format json >"$work/live.json" 2>"$work/live.err" || [[ $? -eq 3 ]]
mv "$root/mnt/out/live" "$work/cases/live"

# The same with nobody writing: nothing on the source may change.
within postfix stop >/dev/null 2>&1
within pg_ctlcluster 15 main stop
kill $(cat "$root"/run/{nginx.pid,apache2/apache2.pid,dovecot/master.pid,redis/redis-server.pid,rsyslogd.pid} 2>/dev/null) || true
sleep 2
python3 -B "$here/check.py" times "$root" "$work/before.json"
for profile in web-server mail-server db-server workstation; do
  "$hozen" collect --profile "$profile" --root "$root" --dry-run --format json >/dev/null 2>&1 || [[ $? -eq 3 ]]
  "$hozen" collect --profile "$profile" --root "$root" --out "$work/cases" --case "quiet-$profile" --force --format json >/dev/null 2>&1 || [[ $? -eq 3 ]]
done
python3 -B "$here/check.py" times "$root" "$work/after.json"
python3 -B "$here/check.py" compare "$root" "$work"
