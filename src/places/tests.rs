#![expect(clippy::disallowed_methods, reason = "the test builds its own machine")]

use proptest::prelude::*;

use super::*;
use crate::rules::collect::CollectPack;

/// A machine from (path, content).
fn machine(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
    }
    folder
}

fn on(machine: &tempfile::TempDir, profile: &str, extra: &str) -> Places {
    let extra = if extra.is_empty() { Vec::new() } else { vec![("own.toml".into(), extra.to_owned())] };
    let pack = CollectPack::load(&extra).unwrap();
    look_up(&pack.select(&[profile.to_owned()]).unwrap(), machine.path()).unwrap()
}

fn take<'p>(places: &'p Places, id: &str) -> &'p TakeRecord {
    &places.takes.iter().find(|take| take.record.id == id).unwrap().record
}

#[test]
fn logs_and_sites_are_found_where_the_configuration_says() {
    let machine = machine(&[
        ("etc/nginx/nginx.conf", "http {\n  include /data/conf/*.conf;\n  include sites-enabled/*;\n}\n"),
        (
            "data/conf/shop.conf",
            "server {\n root /data/shop/html;\n access_log /data/logs/$host.access.log main;\n error_log  \"/data/logs/shop.err\" warn; }\n# access_log /data/old.log;\n",
        ),
        (
            "etc/nginx/sites-available/b",
            "server { access_log off; root /; access_log /etc; alias ../../x; root /proc; }\n",
        ),
        ("data/logs/shop.access.log", ""),
        ("data/logs/shop.access.log.1.gz", ""),
        ("data/logs/shop.err", ""),
        ("data/logs/other", ""),
        ("data/shop/html/index.html", ""),
        ("data/old.log", ""),
        ("etc/passwd", ""),
    ]);
    std::fs::create_dir_all(machine.path().join("etc/nginx/sites-enabled")).unwrap();
    std::os::unix::fs::symlink("/etc/nginx/sites-available/b", machine.path().join("etc/nginx/sites-enabled/b"))
        .unwrap();
    let places = on(&machine, "web-server", "");
    let logs = take(&places, "web.nginx_here");
    assert_eq!(
        logs.paths,
        [
            "/data/conf/shop.conf",
            "/data/logs/shop.access.log",
            "/data/logs/shop.access.log.1.gz",
            "/data/logs/shop.err",
            "/etc/nginx",
            "/etc/nginx/sites-available/b"
        ]
    );
    let said = |place: &str| logs.configured.iter().find(|one| one.place == place).unwrap();
    assert_eq!(
        (said("/data/logs/shop.err").file.as_str(), said("/data/logs/shop.err").line),
        ("/data/conf/shop.conf", 4)
    );
    assert_eq!(said("/etc").refused.as_deref(), Some("it is a folder of the system itself"));
    assert!(!logs.configured.iter().any(|one| one.place.contains("old")), "a comment is no place");
    let documents = take(&places, "web.documents");
    assert_eq!(documents.paths, ["/data/conf/shop.conf", "/data/shop/html", "/etc/nginx/sites-available/b"]);
    let refused: Vec<&str> =
        documents.configured.iter().filter(|one| one.refused.is_some()).map(|one| one.place.as_str()).collect();
    assert_eq!(refused, ["../../x", "/", "/proc"]);
}

#[test]
fn apache_variables_piped_logs_and_relative_paths_are_understood() {
    let machine = machine(&[
        ("etc/apache2/envvars", "SUFFIX=\nexport APACHE_LOG_DIR=/srv/weblog$SUFFIX\n"),
        ("etc/apache2/apache2.conf", "ErrorLog ${APACHE_LOG_DIR}/error.log\nIncludeOptional sites-enabled/*.conf\n"),
        (
            "etc/apache2/sites-enabled/a.conf",
            "Define SITE /srv/sites\nCustomLog \"|/usr/bin/rotatelogs -n 5 /srv/rot/access.%Y%m%d 86400\" combined\nDocumentRoot \"${SITE}/a\"\nCustomLog ${NOPE}/x.log combined\n",
        ),
        (
            "etc/httpd/conf/httpd.conf",
            "ServerRoot \"/etc/httpd\"\nCustomLog logs/access_log combined\nVirtualDocumentRoot /srv/vhosts/%0/htdocs\n",
        ),
        ("srv/weblog/error.log", ""),
        ("srv/weblog/error.log-20261101", ""),
        ("srv/rot/access.20261120", ""),
        ("srv/rot/x", ""),
        ("srv/sites/a/index.php", ""),
        ("srv/vhosts/www.example.jp/htdocs/i", ""),
        ("var/log/httpd/access_log", ""),
    ]);
    std::os::unix::fs::symlink("../../var/log/httpd", machine.path().join("etc/httpd/logs")).unwrap();
    let places = on(&machine, "web-server", "");
    let logs = &take(&places, "web.apache_here").paths;
    for path in [
        "/srv/weblog/error.log",
        "/srv/weblog/error.log-20261101",
        "/srv/rot/access.20261120",
        "/var/log/httpd/access_log",
        "/etc/httpd/logs",
    ] {
        assert!(logs.iter().any(|found| found == path), "{path} in {logs:?}");
    }
    assert!(!logs.iter().any(|found| found == "/srv/rot/x"));
    assert_eq!(
        take(&places, "web.documents").paths,
        ["/etc/apache2/sites-enabled/a.conf", "/srv/sites/a", "/srv/vhosts/www.example.jp/htdocs"]
    );
    let unknown =
        take(&places, "web.apache_here").configured.iter().filter_map(|one| one.refused.as_deref()).collect::<Vec<_>>();
    assert_eq!(unknown, ["nothing is there"], "an unknown variable stands for anything; nothing fits it here");
}

#[test]
fn databases_mail_and_rotation_name_their_logs() {
    let machine = machine(&[
        ("etc/postgresql/15/main/postgresql.conf", "data_directory = '/pg/data'\nlog_directory = 'pglog'\n"),
        ("pg/data/pglog/postgresql-Mon.log", ""),
        ("pg/data/base/1", ""),
        (
            "etc/my.cnf",
            "[mysqld]\ndatadir=/db\nlog-error = err.log\nslow_query_log_file=/db-logs/slow.log\nlog_bin = binlog\n!includedir /etc/my.cnf.d\n",
        ),
        ("etc/my.cnf.d/x.cnf", "general_log_file=/db-logs/general.log"),
        ("db/err.log", ""),
        ("db/binlog.000001", ""),
        ("db/customers.ibd", ""),
        ("db-logs/slow.log.2", ""),
        ("db-logs/general.log", ""),
        ("etc/postfix/main.cf", "maillog_file = /srv/mail.log\n"),
        ("srv/mail.log", ""),
        (
            "etc/logrotate.d/app",
            "/opt/app/log/*.log /opt/b/b.log {\n  daily\n  olddir /opt/app/old\n  postrotate\n    /usr/bin/x\n  endscript\n}\n",
        ),
        ("opt/app/log/a.log", ""),
        ("opt/app/log/a.log-20261101.gz", ""),
        ("opt/app/log/b.txt", ""),
        ("opt/b/b.log.1", ""),
        ("opt/app/old/z", ""),
        (
            "etc/rsyslog.conf",
            "auth,authpriv.*  -/srv/syslog/auth\naction(type=\"omfile\" File=\"/srv/syslog/local\")\n# x /srv/no\n",
        ),
        ("srv/syslog/auth", ""),
        ("srv/syslog/local.1", ""),
        ("srv/no", ""),
        ("usr/bin/x", ""),
        ("etc/redis/redis.conf", "logfile \"/srv/redis.log\"\n"),
        ("srv/redis.log", ""),
    ]);
    let (db, mail) = (on(&machine, "db-server", ""), on(&machine, "mail-server", ""));
    assert!(take(&db, "db.postgresql_here").paths.contains(&"/pg/data/pglog".to_owned()));
    let mysql = &take(&db, "db.mysql_here").paths;
    for path in ["/db/err.log", "/db/binlog.000001", "/db-logs/slow.log.2", "/db-logs/general.log"] {
        assert!(mysql.iter().any(|found| found == path), "{path} in {mysql:?}");
    }
    assert!(!mysql.iter().any(|found| found.contains("customers")));
    assert!(take(&db, "db.redis_here").paths.contains(&"/srv/redis.log".to_owned()));
    assert!(take(&mail, "mail.postfix").paths.contains(&"/srv/mail.log".to_owned()));
    let rotated = &take(&db, "linux.rotated_logs").paths;
    assert_eq!(*rotated, ["/opt/app/log/a.log", "/opt/app/log/a.log-20261101.gz", "/opt/app/old", "/opt/b/b.log.1"]);
    assert_eq!(take(&db, "linux.written_logs").paths, ["/srv/syslog/auth", "/srv/syslog/local.1"]);
}

#[test]
fn homes_are_those_of_the_root_that_is_looked_below() {
    let machine = machine(&[
        ("etc/passwd", "taro:x:1000:1000::/srv/people/taro:/bin/bash\nwww:x:33:33::/var/www:/x\n"),
        ("srv/people/taro/.bash_history", ""),
        ("home/ghost/.bash_history", ""),
        ("root/.bash_history", ""),
        ("var/www/.ssh/authorized_keys", ""),
        ("home/ghost/.ssh/id_ed25519", "key"),
    ]);
    let places = on(&machine, "linux-server", "");
    assert_eq!(
        take(&places, "linux.shell_history").paths,
        ["/home/ghost/.bash_history", "/root/.bash_history", "/srv/people/taro/.bash_history"]
    );
    assert_eq!(take(&places, "linux.ssh").paths, ["/var/www/.ssh/authorized_keys"]);
    let left: Vec<&PathBuf> = places.leaves.iter().flat_map(|leave| &leave.paths).collect();
    assert_eq!(left, [&machine.path().join("home/ghost/.ssh/id_ed25519")]);
    assert!(places.roots.iter().all(|root| root.gap.is_none()));
}

#[test]
fn what_rental_servers_and_shops_in_japan_keep_is_found() {
    let machine = machine(&[
        ("home/xs1234/example.jp/public_html/index.php", ""),
        ("home/xs1234/example.jp/log/example.jp.access_log_20261101.gz", ""),
        ("home/xs1234/example.jp/xserver_php/php.ini", ""),
        ("home/sakura/www/index.html", ""),
        ("home/sakura/log/access_log_20261101.gz", ""),
        ("home/shop/ec/data/logs/site.log", ""),
        ("home/shop/ec/data/config/config.php", ""),
        ("srv/ec4/var/log/prod/front-2026-11-01.log", ""),
        ("srv/ec4/.env", ""),
        ("srv/ec3/app/log/front_site_2026-11-01.log", ""),
        ("home/wp/www/blog/wp-config.php", ""),
        ("home/wp/www/blog/wp-content/uploads/shell.php", ""),
        ("srv/cgi/mt/mt-config.cgi", "Database /srv/mt-data/mt.db\n"),
        ("srv/mt-data/mt.db", ""),
    ]);
    let places = on(&machine, "web-server", "");
    let rental = &take(&places, "site.rental").paths;
    for path in [
        "/home/xs1234/example.jp/public_html",
        "/home/xs1234/example.jp/log",
        "/home/xs1234/example.jp/xserver_php",
        "/home/sakura/www",
        "/home/sakura/log",
    ] {
        assert!(rental.iter().any(|found| found == path), "{path} in {rental:?}");
    }
    assert_eq!(
        take(&places, "site.eccube").paths,
        [
            "/home/shop/ec/data/config",
            "/home/shop/ec/data/logs",
            "/srv/ec3/app/log",
            "/srv/ec4/.env",
            "/srv/ec4/var/log/prod"
        ]
    );
    assert_eq!(
        take(&places, "site.wordpress").paths,
        ["/home/wp/www/blog/wp-config.php", "/home/wp/www/blog/wp-content/uploads"]
    );
    assert_eq!(take(&places, "site.movable_type").paths, ["/srv/cgi/mt/mt-config.cgi", "/srv/mt-data/mt.db"]);
}

#[test]
fn a_profile_of_one_s_own_is_six_lines() {
    let own = "[[profile]]\nid = \"our-shop\"\ntitle = { en = \"Our shop\", ja = \"自社の店\" }\nincludes = [\"db-server\"]\n\
               takes = [\"web.nginx*\"]\npaths = [\"/srv/shop/{log,upload}\"]\n";
    let machine = machine(&[
        ("srv/shop/log/a", ""),
        ("srv/shop/upload/b", ""),
        ("var/log/nginx/access.log", ""),
        ("etc/my.cnf", ""),
    ]);
    let places = on(&machine, "our-shop", own);
    assert_eq!(take(&places, "our-shop").paths, ["/srv/shop/log", "/srv/shop/upload"]);
    assert_eq!(take(&places, "web.nginx").paths, ["/var/log/nginx/access.log"]);
    assert_eq!(take(&places, "db.mysql_here").paths, ["/etc/my.cnf"]);
}

#[test]
fn a_flood_of_places_ends_at_the_limit_and_says_so() {
    let many: String = (0..limits::CONFIG_PLACES + 5).map(|n| format!("access_log /x/{n};\n")).collect();
    let machine = machine(&[("etc/nginx/nginx.conf", &many), ("x/1", "")]);
    let places = on(&machine, "web-server", "");
    let over: Vec<_> = places.roots.iter().filter_map(|root| root.gap.as_ref()).collect();
    assert!(
        over.iter().any(|(kind, reason)| *kind == crate::model::GapKind::OverLimit && reason.contains("PATH")),
        "{over:?}"
    );
    let logs = take(&places, "web.nginx_here");
    assert!(logs.paths.contains(&"/x/1".to_owned()));
}

#[test]
fn configuration_that_includes_itself_ends_and_one_that_goes_on_for_ever_is_said() {
    let chain: Vec<(String, String)> =
        (0..12).map(|n| (format!("c/{n}"), format!("include /c/{};\naccess_log /l/{n}.log;\n", n + 1))).collect();
    let mut files: Vec<(&str, &str)> = chain.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    files.push(("etc/nginx/nginx.conf", "include /etc/nginx/nginx.conf;\ninclude /c/0;\n"));
    files.push(("l/3.log", ""));
    let places = on(&machine(&files), "web-server", "");
    assert!(take(&places, "web.nginx_here").paths.contains(&"/l/3.log".to_owned()));
    let over =
        places.roots.iter().filter(|root| root.gap.is_some()).map(|root| root.path.to_string_lossy().into_owned());
    assert!(over.collect::<Vec<_>>().iter().all(|path| path.ends_with("/c/7")), "eight deep");
    assert!(places.roots.iter().any(|root| root.gap.is_some()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn hostile_configuration_never_takes_the_system_or_leaves_the_root(text in "((access_log|root|include|alias) [ -~]{0,20};?\n|[ -~\n]{0,10}){0,12}", raw in proptest::collection::vec(any::<u8>(), 0..60)) {
        let machine = machine(&[("etc/shadow", "x"), ("var/lib/x/y", ""), ("home/a/b", ""), ("usr/bin/z", "")]);
        std::fs::create_dir_all(machine.path().join("etc/nginx")).unwrap();
        std::fs::write(machine.path().join("etc/nginx/nginx.conf"), [text.as_bytes(), &raw].concat()).unwrap();
        let places = on(&machine, "all-logs", "");
        for root in &places.roots {
            let path = root.path.strip_prefix(machine.path()).unwrap();
            prop_assert!(path.components().all(|part| matches!(part, std::path::Component::Normal(_))), "{path:?}");
            prop_assert!(!["", "etc", "var", "home", "usr", "usr/bin", "var/lib"].contains(&path.to_str().unwrap_or_default()), "{path:?}");
        }
    }
}
