//! Profiles from outside: what is listed, what a dry run says, what is taken and recorded, and real servers whose logs must all be there.
//!
//! `BLESS=1 cargo test --test profiles` writes the listings in testdata/cli/ anew.
#![expect(clippy::disallowed_methods, reason = "the test builds machines and runs real servers")]

mod real;
mod tree;
mod world;

use std::path::Path;
use std::process::Command;

use hozen::model::Lang;
use world::{hozen, hozen_in, put};

/// A small machine that was mounted somewhere.
fn machine() -> tempfile::TempDir {
    let machine = tempfile::tempdir().unwrap();
    let root = machine.path();
    put(root, "etc/passwd", "taro:x:1000:1000::/home/taro:/bin/bash\n");
    put(
        root,
        "etc/nginx/nginx.conf",
        "http { access_log /srv/logs/shop.log; root /data/site; error_log /srv/gone.log; }\n",
    );
    put(root, "srv/logs/shop.log", "GET / tanaka@example.jp\n");
    put(root, "srv/logs/shop.log.1", "GET /old\n");
    put(root, "data/site/index.html", "hello");
    put(root, "var/log/syslog", "x\n");
    put(root, "home/taro/.ssh/id_ed25519", "private");
    std::os::unix::fs::symlink("/data/site", root.join("var/www")).unwrap();
    machine
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn the_listing_is_as_frozen() {
    for lang in [Lang::En, Lang::Ja] {
        let listed = hozen_in(lang, &["collect", "--list-profiles"]);
        assert_eq!((listed.code, listed.stderr.as_str()), (0, ""));
        // The digest changes with every word in a rule: it has a test of its own.
        let frozen = listed.stdout.rsplit_once("\n\n").unwrap().0.to_owned() + "\n";
        let path = tree::root().join(format!("testdata/cli/profiles.{}.txt", lang.tag()));
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, &frozen).unwrap();
        }
        assert!(
            std::fs::read_to_string(&path).unwrap_or_default() == frozen,
            "{} differs; look at it, then BLESS=1",
            path.display()
        );
    }
    let json = hozen(&["collect", "--list-profiles", "--format", "json"]).json();
    assert_eq!(json["schema"], "hozen.profiles/1");
    assert_eq!(json["profiles"].as_array().unwrap().len(), 6);
    let ssh = json["takes"].as_array().unwrap().iter().find(|take| take["id"] == "linux.ssh").unwrap().clone();
    assert_eq!(ssh["artifacts"][0], "SSHAuthorizedKeysFiles");
    assert_eq!(hozen(&["respond", "--list-profiles"]).stdout, hozen(&["collect", "--list-profiles"]).stdout);
}

#[test]
fn a_dry_run_says_what_and_how_much_and_writes_nothing() {
    let (machine, out) = (machine(), tempfile::tempdir().unwrap());
    let case = out.path().join("not/yet");
    let arguments =
        ["collect", "--profile", "web-server", "--root", text(machine.path()), "--out", text(&case), "--dry-run"];
    let ended = hozen(&[&arguments[..], &["--format", "json"]].concat());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let json = ended.json();
    let take = |id: &str| json["takes"].as_array().unwrap().iter().find(|one| one["take"]["id"] == id).unwrap().clone();
    let logs = take("web.nginx_here");
    assert_eq!(logs["take"]["paths"], serde_json::json!(["/etc/nginx", "/srv/logs/shop.log", "/srv/logs/shop.log.1"]));
    assert_eq!((&logs["amount"]["files"], &logs["amount"]["bytes"]), (&3.into(), &(82 + 24 + 9).into()));
    let configured = logs["take"]["configured"].as_array().unwrap();
    assert_eq!(
        configured[0],
        serde_json::json!({"place": "/srv/gone.log", "file": "/etc/nginx/nginx.conf", "line": 1, "refused": "nothing is there"})
    );
    assert_eq!(take("linux.audit")["take"]["found"], 0);
    assert_eq!(take("web.documents")["take"]["links"][0]["target"], "/data/site");
    assert_eq!(json["left_out"][0]["path"], text(&machine.path().join("home/taro/.ssh/id_ed25519")));
    assert!(json["need_bytes"].as_u64().unwrap() > 0 && json["free_bytes"].as_u64().unwrap() > 0);
    assert!(!out.path().join("not").exists(), "a dry run writes nothing");
    for (lang, says) in [
        (Lang::En, "/etc/nginx/nginx.conf line 1 says: /srv/logs/shop.log\n"),
        (Lang::Ja, "/etc/nginx/nginx.conf の 1 行目の指定: /srv/logs/shop.log\n"),
    ] {
        let shown = hozen_in(lang, &arguments).stdout;
        assert!(
            shown.contains(says) && shown.contains(lang.pick("Nothing was written", "何も書いていません")),
            "{shown}"
        );
        assert!(
            shown.contains(lang.pick("link /var/www → /data/site: both are taken", "（両方を保全します）")),
            "{shown}"
        );
        assert!(shown.contains(lang.pick("not on this machine: ", "この機器にないもの: ")), "{shown}");
    }
    let plain =
        hozen(&["collect", text(&machine.path().join("srv")), "--out", text(&case), "--dry-run", "--format", "json"])
            .json();
    assert_eq!((&plain["paths"][0]["amount"]["files"], &plain["total"]["files"]), (&2.into(), &2.into()));
}

#[test]
fn what_was_looked_for_and_found_stands_in_the_evidence() {
    let (machine, out) = (machine(), tempfile::tempdir().unwrap());
    let root = text(machine.path());
    let extra = machine.path().join("extra");
    put(machine.path(), "extra/a", "a");
    let ended = hozen(&[
        "collect",
        text(&extra),
        "--profile",
        "web-server",
        "--root",
        root,
        "--out",
        text(out.path()),
        "--case",
        "c",
        "--force",
    ]);
    assert_eq!(ended.code, 0, "{} {}", ended.stdout, ended.stderr);
    assert!(ended.stderr.contains("note: not taken: ") && ended.stderr.contains("id_ed25519"), "{}", ended.stderr);
    let zip = real::zip(&out.path().join("c"));
    let paths: Vec<String> =
        real::records(&zip).iter().map(|one| one["path"].as_str().unwrap().replace(root, "")).collect();
    for path in [
        "/extra/a",
        "/srv/logs/shop.log.1",
        "/data/site/index.html",
        "/var/www",
        "/var/log/syslog",
        "/etc/nginx/nginx.conf",
    ] {
        assert_eq!(paths.iter().filter(|found| *found == path).count(), 1, "{path} in {paths:?}");
    }
    assert!(!paths.iter().any(|path| path.contains("id_ed25519")));
    let facts: serde_json::Value = serde_json::from_slice(&real::member(&zip, "custody/acquisition.json")).unwrap();
    assert_eq!((facts["profile"].as_str(), facts["root"].as_str()), (Some("web-server"), Some(root)));
    assert_eq!(facts["scope"], serde_json::json!([text(&extra), format!("--profile web-server --root {root}")]));
    assert!(facts["takes"].as_array().unwrap().iter().any(|take| take["id"] == "linux.audit" && take["found"] == 0));
    assert!(facts["skipped"][0]["reason"].as_str().unwrap().starts_with("private SSH keys"));
    let custody = String::from_utf8(real::member(&zip, "custody/custody.jsonl")).unwrap();
    let digest =
        hozen(&["collect", "--list-profiles", "--format", "json"]).json()["digest"].as_str().unwrap().to_owned();
    assert!(
        custody.contains(&format!(r#""profiles_sha256":"{digest}""#)) && custody.contains(r#""profile":"web-server""#),
        "{custody}"
    );
    assert_eq!(hozen(&["verify", text(&out.path().join("c"))]).code, 0);
}

#[test]
fn respond_takes_profiles_too() {
    let (machine, out) = (machine(), tempfile::tempdir().unwrap());
    let arguments = [
        "respond",
        "--profile",
        "web-server",
        "--root",
        text(machine.path()),
        "--out",
        text(out.path()),
        "--case",
        "c",
        "--force",
        "--format",
        "json",
    ];
    let ended = hozen(&arguments);
    assert!(matches!(ended.code, 0 | 3), "{}", ended.stderr);
    assert_eq!(ended.json()["scan"]["entities"]["email"]["distinct"], 1);
}

#[test]
fn what_can_not_be_done_is_said_in_both_languages() {
    let (machine, out) = (machine(), tempfile::tempdir().unwrap());
    put(
        out.path(),
        "bad/own.toml",
        "[[profile]]\nid = \"x\"\ntitle = { en = \"x\", ja = \"x\" }\ntakes = [\"nope.*\"]\n",
    );
    let bad = out.path().join("bad");
    for (arguments, en, ja) in [
        (vec!["collect"], "nothing to preserve was named", "保全する対象が指定されていません"),
        (
            vec!["respond", "--out", text(out.path())],
            "nothing to preserve was named",
            "保全する対象が指定されていません",
        ),
        (
            vec!["collect", "--profile", "web"],
            "there is no profile \"web\"; there are: all-logs, db-server",
            "「web」というプロファイルはありません",
        ),
        (
            vec!["collect", "--profile", "web-server", "--root", "/no/where"],
            "nothing can be looked up below /no/where",
            "/no/where の下を探せません",
        ),
        (
            vec!["collect", "--profile", "x", "--profiles", text(&bad)],
            "there is no take of this name",
            "プロファイルに誤りがあるため",
        ),
        (
            vec!["collect", "--profile", "db-server", "--root", text(&bad)],
            "nothing of these profiles is there",
            "プロファイルに当てはまるものがありません",
        ),
    ] {
        for (lang, says) in [(Lang::En, en), (Lang::Ja, ja)] {
            let ended = hozen_in(lang, &arguments);
            assert_eq!(ended.code, 2, "{arguments:?} {}", ended.stdout);
            assert!(ended.stderr.contains(says), "{arguments:?}: {}", ended.stderr);
        }
    }
    let inside = machine.path().join("srv/logs");
    std::fs::create_dir(machine.path().join("data/site/out")).unwrap();
    let within = machine.path().join("data/site/out");
    let ended = hozen(&["collect", "--profile", "web-server", "--root", text(machine.path()), "--out", text(&within)]);
    assert!(ended.code == 2 && ended.stderr.contains("lies inside the source"), "{} {inside:?}", ended.stderr);
}

#[test]
fn a_profile_of_one_s_own_needs_no_rebuild() {
    let (machine, own) = (machine(), tempfile::tempdir().unwrap());
    put(
        own.path(),
        "shop.toml",
        "[[profile]]\nid = \"our-shop\"\ntitle = { en = \"Our shop\", ja = \"自社の店\" }\ntakes = [\"web.nginx*\"]\npaths = [\"/data/site\"]\n",
    );
    let listed = hozen(&["collect", "--list-profiles", "--profiles", text(own.path()), "--profile", "our-shop"]).stdout;
    assert!(listed.starts_with("our-shop: Our shop\n  our-shop "), "{listed}");
    let arguments = [
        "collect",
        "--profile",
        "our-shop",
        "--profiles",
        text(own.path()),
        "--root",
        text(machine.path()),
        "--dry-run",
        "--format",
        "json",
    ];
    assert_eq!(hozen(&arguments).json()["total"]["files"], 4);
    let checked = hozen(&["rules", "check", text(own.path())]);
    assert!(checked.code == 0 && checked.stdout.contains("profiles"), "{} {}", checked.stdout, checked.stderr);
}

#[test]
fn a_home_that_may_not_be_entered_is_a_gap() {
    if !real::is_root() {
        return;
    }
    let (machine, out) = (machine(), tempfile::tempdir().unwrap());
    let mode =
        |path: &Path, mode| std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    mode(machine.path(), 0o755);
    mode(out.path(), 0o777);
    mode(&machine.path().join("home/taro"), 0o700);
    let mut nobody = Command::new("setpriv");
    nobody.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(env!("CARGO_BIN_EXE_hozen"));
    nobody
        .args(["collect", "--profile", "linux-server", "--format", "json", "--root"])
        .arg(machine.path())
        .arg("--out")
        .arg(out.path());
    let ended = real::run(nobody.env("LC_ALL", "C").env("TZ", "UTC"));
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    let gaps = ended.json()["gaps"].clone();
    let denied = gaps
        .as_array()
        .unwrap()
        .iter()
        .any(|gap| gap["kind"] == "permission_denied" && gap["path"].as_str().unwrap().contains("home/taro"));
    assert!(denied, "{gaps}");
}

#[test]
#[ignore = "slow: starts real servers (nginx, Apache, PostgreSQL, Postfix, Dovecot, Redis, rsyslog) in a Debian tree; tests/run runs it"]
fn nothing_that_real_servers_write_is_missed() {
    if !real::is_root() {
        return;
    }
    let (here, work) = (tree::root(), tempfile::tempdir().unwrap());
    // Beside this folder's own build, so that it is made once.
    let servers = here.join("target/tools/servers");
    let script = |name: &str| here.join("tests/servers").join(name);
    let made = Command::new("bash").arg(script("make.sh")).arg(&servers).status().unwrap();
    assert!(made.success(), "the Debian tree could not be made; see {}.log", servers.display());
    let mut servers_run = Command::new("unshare");
    servers_run.args(["--mount", "--pid", "--net", "--fork", "--kill-child", "bash"]).arg(script("run.sh"));
    let ended = servers_run.arg(&servers).arg(work.path()).arg(env!("CARGO_BIN_EXE_hozen")).output().unwrap();
    let said = String::from_utf8_lossy(&ended.stdout).into_owned() + &String::from_utf8_lossy(&ended.stderr);
    println!("{said}");
    assert!(ended.status.success(), "{said}");
}

#[test]
fn a_profile_s_collection_that_broke_off_goes_on_with_the_places_that_it_found() {
    let (machine, out) = (machine(), tempfile::tempdir().unwrap());
    // More than the limit below lets through, and nothing that compression could shrink.
    let noise: Vec<u8> =
        (0..3_000_000_u32).map(|n| n.wrapping_mul(2_654_435_761).rotate_left(n % 31).to_le_bytes()[0]).collect();
    put(machine.path(), "var/log/zz-large.log", noise);
    let arguments = [
        "collect",
        "--profile",
        "web-server",
        "--root",
        text(machine.path()),
        "--out",
        text(out.path()),
        "--case",
        "c",
        "--force",
    ];
    let broken = real::run(real::in_shell(r#"ulimit -f 1000; exec "$@""#).args(arguments));
    assert_eq!(broken.code, Some(2), "{}", broken.stderr);
    // What came since is not of this collection; what went is a gap.
    put(machine.path(), "srv/logs/shop.log.2", "later");
    let ended = real::hozen(&["collect", "--resume", text(&out.path().join("c"))]);
    assert!(matches!(ended.code, Some(0 | 3)), "{}", ended.stderr);
    let records = real::records(&real::zip(&out.path().join("c")));
    let has = |end: &str| records.iter().any(|one| one["path"].as_str().unwrap().ends_with(end));
    assert!(
        has("var/log/zz-large.log") && has("srv/logs/shop.log.1") && has("data/site/index.html") && !has("shop.log.2")
    );
}
