//! Bundles with the real binary and the real `age`: what goes out comes in, what is refused says why, and nothing is half done.
#![expect(clippy::disallowed_methods, reason = "this test makes cases and bundles, and damages them")]

mod bundles;
mod real;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use bundles::{World, same_files, verified};

#[test]
fn every_receiver_opens_it_alone_with_hozen_and_with_age() {
    let world = World::new();
    let key = world.recipient();
    let made = world.ok(&[
        "export",
        "c1",
        "--to",
        &key,
        "--to",
        "ed.pub",
        "--to",
        "rsa.pub",
        "--to",
        &key,
        "--out",
        "send",
        "--purpose",
        "解析",
        "--format",
        "json",
    ]);
    let made = made.json();
    assert_eq!(made["recipients"].as_array().unwrap().len(), 3, "each once: {made}");
    assert_eq!(
        world.names("send"),
        ["c1-bundle-001.VERIFY.txt", "c1-bundle-001.zip.age", "c1-bundle-001.zip.age.sha256"]
    );
    for name in world.names("send") {
        assert_eq!(fs::metadata(world.at("send").join(&name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
    let beside = fs::read_to_string(world.at("send/c1-bundle-001.VERIFY.txt")).unwrap();
    assert!(!beside.contains("taro") && !beside.contains("people") && !beside.contains("op@"), "{beside}");
    let (sha256, signer) = (made["sha256"].as_str().unwrap(), made["key"].as_str().unwrap());
    for key in ["key.txt", "ed", "rsa"] {
        world.tool(&format!("age -d -i {key} -o {key}.zip send/c1-bundle-001.zip.age && unzip -tq {key}.zip"));
        fs::create_dir(world.at(&format!("by-{key}"))).unwrap();
        let taken = world.ok(&[
            "import",
            "send/c1-bundle-001.zip.age",
            "--identity",
            key,
            "--out",
            &format!("by-{key}"),
            "--expect-sha256",
            sha256,
            "--expect-key",
            signer,
            "--operator",
            "佐藤次郎",
            "--format",
            "json",
        ]);
        let receipt = taken.json();
        assert_eq!(receipt["key_expected"], true);
        assert_eq!(receipt["sha256"], made["sha256"]);
        let case = world.at(&format!("by-{key}/c1"));
        same_files(&world.at("c1"), &case, &["custody.jsonl", "secret/", "handover/"]);
        assert_eq!(world.names(&format!("by-{key}/c1/secret")), Vec::<String>::new(), "no secret left the house");
        assert_eq!(fs::metadata(&case).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(fs::metadata(case.join("evidence/c1-E001.zip")).unwrap().permissions().mode() & 0o777, 0o600);
        let shown = verified(&case);
        assert_eq!((shown["ok"].clone(), shown["state"].clone()), (true.into(), "whole".into()), "{shown}");
        let chain = world.ok(&["custody", "show", &format!("by-{key}/c1"), "--format", "json"]).json();
        let last = chain["chain"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((last["act"].as_str(), last["operator"].as_str()), (Some("receive"), Some("佐藤次郎")));
        assert_eq!(chain["head"], receipt["custody_head"]);
    }
    let sender = world.ok(&["custody", "show", "c1", "--format", "json"]).json();
    let acts: Vec<&str> =
        sender["chain"].as_array().unwrap().iter().map(|event| event["act"].as_str().unwrap()).collect();
    assert!(acts.ends_with(&["export", "exported"]), "{acts:?}");
    assert_eq!(verified(&world.at("c1"))["state"], "whole");
}

#[test]
fn a_bundle_that_age_encrypted_comes_in_and_so_does_one_from_stdin() {
    let world = World::new();
    world.plain();
    world.tool("age -r $(cat key.pub) -o a.age plain.zip && age -a -r $(cat key.pub) -o armor.age plain.zip");
    for (number, bundle) in ["a.age", "armor.age", "plain.zip"].iter().enumerate() {
        let out = format!("out{number}");
        fs::create_dir(world.at(&out)).unwrap();
        let mut command = real::command();
        command.current_dir(world.folder.path()).args(["import", "-", "--identity", "key.txt", "--out", &out]);
        let taken = real::run(command.stdin(Stdio::from(fs::File::open(world.at(bundle)).unwrap())));
        assert_eq!(taken.code, Some(0), "{bundle}: {}", taken.stderr);
        assert_eq!(verified(&world.at(&format!("{out}/c1")))["state"], "whole");
    }
}

#[test]
fn passphrases_lock_and_unlock_bundles_and_keys() {
    let world = World::new();
    let with_fd = |arguments: &str, lines: &str| {
        let script = format!("cd {} && \"$@\" {arguments} 3<<< $'{lines}'", world.folder.path().display());
        real::run(&mut real::in_shell(&script))
    };
    let made = with_fd("export c1 --passphrase --passphrase-fd 3 --out send", "several words here");
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let wrong = with_fd("import send/c1-bundle-001.zip.age --passphrase --passphrase-fd 3 --out recv", "other words");
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("passphrase is not that one"), "{}", wrong.stderr);
    let taken =
        with_fd("import send/c1-bundle-001.zip.age --passphrase --passphrase-fd 3 --out recv", "several words here");
    assert_eq!(taken.code, Some(0), "{}", taken.stderr);
    // A key that is locked itself: by ssh-keygen, and as an age identity file encrypted by a passphrase.
    world.tool("ssh-keygen -q -t ed25519 -N 'locked up' -C l -f locked");
    world.ok(&["export", "c1", "--to", "locked.pub", "--out", "send"]);
    fs::create_dir(world.at("two")).unwrap();
    let import = "import send/c1-bundle-002.zip.age --identity locked --passphrase-fd 3 --out two";
    let wrong = with_fd(import, "nothing");
    assert_eq!(wrong.code, Some(2), "{}", wrong.stderr);
    assert_eq!(with_fd(import, "locked up").code, Some(0));
}

#[test]
fn what_is_no_recipient_is_refused_before_anything_is_written() {
    let world = World::new();
    let slip = world.recipient().replace("age1", "age1q");
    let secret = fs::read_to_string(world.at("key.txt")).unwrap();
    let secret = secret.lines().last().unwrap().to_owned();
    fs::write(world.at("list.txt"), format!("# us\n{}\nnonsense\n", world.recipient())).unwrap();
    fs::write(world.at("empty.txt"), "# nobody\n").unwrap();
    for (to, said) in [
        (slip.as_str(), "mistyped"),
        (&secret, "PRIVATE"),
        ("key.txt", "PRIVATE"),
        ("ed", "PRIVATE"),
        ("list.txt", "list.txt:3"),
        ("empty.txt", "names no recipient"),
        ("nobody@example.jp", "is no recipient"),
        ("age1yubikey1qwqqq", "of a kind"),
    ] {
        for lang in ["en", "ja"] {
            let refused = world.run(&["export", "c1", "--to", to, "--out", "send", "--lang", lang]);
            assert_eq!(refused.code, Some(2), "{to}: {}", refused.stderr);
            assert!(lang == "ja" || refused.stderr.contains(said), "{to}: {}", refused.stderr);
            assert!(!refused.stderr.contains(&secret), "a private key is not repeated");
        }
    }
    assert_eq!(world.run(&["export", "c1", "--out", "send"]).code, Some(2), "nobody was named");
    assert!(world.names("send").is_empty());
    let chain = world.ok(&["custody", "show", "c1"]).stdout;
    assert!(!chain.contains("export"), "{chain}");
}

#[test]
fn what_can_not_be_opened_says_why_and_leaves_nothing() {
    let world = World::new();
    let key = world.recipient();
    world.ok(&["export", "c1", "--to", &key, "--out", "send"]);
    let file = "send/c1-bundle-001.zip.age";
    let whole = fs::read(world.at(file)).unwrap();
    world.tool("age-keygen -o other.txt 2>/dev/null");
    world.tool("mkdir junk && cd junk && echo x > a && zip -q ../junk.zip a");
    fs::write(world.at("cut.age"), &whole[..whole.len() - 1]).unwrap();
    fs::write(world.at("half.age"), &whole[..whole.len() / 2]).unwrap();
    fs::write(world.at("more.age"), [&whole[..], b"x"].concat()).unwrap();
    let mut changed = whole.clone();
    *changed.last_mut().unwrap() ^= 1;
    fs::write(world.at("changed.age"), &changed).unwrap();
    world.tool("age -r $(cat key.pub) -o junk.age junk.zip");
    let evidence = "c1/evidence/c1-E001.zip";
    for (bundle, identity, code, said) in [
        (file, "other.txt", 2, "encrypted to someone else"),
        (file, "ed", 2, "encrypted to someone else"),
        (file, "key.pub", 2, "public key"),
        (file, "photo.jpg", 2, "neither an age identity"),
        ("cut.age", "key.txt", 4, "cut or damaged"),
        ("half.age", "key.txt", 4, "cut or damaged"),
        ("more.age", "key.txt", 4, "cut or damaged"),
        ("changed.age", "key.txt", 4, "cut or damaged"),
        ("junk.zip", "key.txt", 2, "no bundle of hozen"),
        ("junk.age", "key.txt", 2, "no bundle of hozen"),
        (evidence, "key.txt", 2, "no bundle of hozen"),
        ("photo.jpg", "key.txt", 2, "no bundle of hozen"),
    ] {
        for lang in ["en", "ja"] {
            let refused = world.run(&["import", bundle, "--identity", identity, "--out", "recv", "--lang", lang]);
            assert_eq!(refused.code, Some(code), "{bundle} {identity}: {}", refused.stderr);
            assert!(lang == "ja" || refused.stderr.contains(said), "{bundle}: {}", refused.stderr);
            assert!(world.names("recv").is_empty(), "{bundle}: {:?}", world.names("recv"));
        }
    }
    let no_key = world.run(&["import", file, "--out", "recv"]);
    assert!(no_key.code == Some(2) && no_key.stderr.contains("--identity"), "{}", no_key.stderr);
    let verified = world.run(&["verify", file]);
    assert!(verified.code == Some(2) && verified.stderr.contains("encrypted by age"), "{}", verified.stderr);
    for (flag, value) in [("--expect-key", "SHA256:nobody"), ("--expect-sha256", &"0".repeat(64))] {
        let refused = world.run(&["import", file, "--identity", "key.txt", "--out", "recv", flag, value]);
        assert_eq!(refused.code, Some(4), "{}{}", refused.stdout, refused.stderr);
        assert!(world.names("recv").is_empty());
    }
    world.ok(&["import", file, "--identity", "key.txt", "--out", "recv"]);
    let again = world.run(&["import", file, "--identity", "key.txt", "--out", "recv"]);
    assert!(again.code == Some(2) && again.stderr.contains("exists"), "{}", again.stderr);
}

#[test]
fn names_that_hold_personal_data_keep_results_and_reports_back_from_an_adviser() {
    let world = World::new();
    let key = world.recipient();
    world.tool("mkdir named; echo memo > named/hanako.sato@example.co.jp.txt");
    world.ok(&["respond", "named", "--out", ".", "--case", "c2", "--force"]);
    assert!(world.tool("grep -c hanako.sato c2/results/scan.json").trim() != "0", "the case itself names the file");
    world.ok(&["export", "c2", "--to", &key, "--without-evidence", "--out", "send"]);
    world.tool("age -d -i key.txt -o b2.zip send/c2-bundle-001.zip.age && unzip -q b2.zip");
    assert_eq!(world.tool("grep -rl hanako.sato c2-bundle-001 || true"), "", "no name in clear");
    let listed = world.tool("cd c2-bundle-001 && find data -type f");
    assert!(
        listed.contains("index.csv") && !listed.contains("data/results") && !listed.contains("data/report"),
        "{listed}"
    );
    world.ok(&["import", "send/c2-bundle-001.zip.age", "--identity", "key.txt", "--out", "recv"]);
    for place in ["recv/c2", "b2.zip", "c2-bundle-001"] {
        let shown = verified(&world.at(place));
        assert_eq!((shown["ok"].clone(), shown["state"].clone()), (true.into(), "withheld".into()), "{place}: {shown}");
    }
}

#[test]
fn an_adviser_gets_no_personal_data_and_the_case_says_so() {
    let world = World::new();
    let key = world.recipient();
    world.ok(&["export", "c1", "--to", &key, "--without-evidence", "--out", "send"]);
    world.tool("age -d -i key.txt -o b.zip send/c1-bundle-001.zip.age && unzip -q b.zip");
    let listed = world.tool("cd c1-bundle-001 && find data -type f | sort");
    for absent in ["E001.zip", "findings.jsonl", "photos", "secret"] {
        assert!(!listed.contains(absent), "{listed}");
    }
    let clear = world.tool("grep -rl 'taro@example.jp' c1-bundle-001 || true");
    assert_eq!(clear, "", "no value in clear");
    let taken = world.ok(&["import", "send/c1-bundle-001.zip.age", "--identity", "key.txt", "--out", "recv"]);
    assert!(taken.stdout.contains("kept back by the sender: 4 files"), "{}", taken.stdout);
    for place in ["recv/c1", "b.zip", "c1-bundle-001"] {
        let shown = verified(&world.at(place));
        assert_eq!((shown["ok"].clone(), shown["state"].clone()), (true.into(), "withheld".into()), "{place}: {shown}");
        let withheld: Vec<&str> =
            shown["withheld"].as_array().unwrap().iter().map(|w| w["file"].as_str().unwrap()).collect();
        assert_eq!(withheld.len(), 4, "{withheld:?}");
        for file in ["evidence/c1-E001.zip", "results/findings.jsonl", "results/count-records.bin"] {
            assert!(withheld.contains(&file), "{file}");
        }
        let text = world.run(&["verify", place]);
        assert!(text.code == Some(0) && text.stdout.contains("as far as it was handed over"), "{}", text.stdout);
    }
    // The case works on: its chain, and what was there before is still checked.
    world.ok(&["custody", "check", "recv/c1"]);
    world.ok(&["custody", "add", "recv/c1", "--act", "note", "--note", "read", "--check-evidence"]);
    world.ok(&["custody", "form", "recv/c1", "--out", "form.html"]);
    assert_eq!(verified(&world.at("recv/c1"))["state"], "withheld");
    fs::create_dir(world.at("second")).unwrap();
    world.ok(&["copy", "recv/c1", "--to", "second", "--verify"]);
    assert_eq!(verified(&world.at("second/c1"))["state"], "withheld");
    // Onward, with a key of one's own: what is not here stays named.
    let no_key = world.run(&["export", "recv/c1", "--to", "ed.pub", "--out", "send"]);
    assert!(no_key.code == Some(2) && no_key.stderr.contains("--sign-key"), "{}", no_key.stderr);
    world.ok(&["export", "recv/c1", "--to", "ed.pub", "--sign-key", "ed", "--out", "send"]);
    fs::create_dir(world.at("third")).unwrap();
    world.ok(&["import", "send/c1-bundle-002.zip.age", "--identity", "ed", "--out", "third"]);
    assert_eq!(verified(&world.at("third/c1"))["state"], "withheld");
    fs::remove_file(world.at("third/c1/report/report.html")).unwrap();
    let broken = verified(&world.at("third/c1"));
    assert_eq!(broken["state"], "broken", "only what was kept back may be missing");
    // The sender's own case may lack nothing.
    fs::remove_file(world.at("c1/evidence/c1-E001.zip")).unwrap();
    assert_eq!(verified(&world.at("c1"))["state"], "broken");
}

#[test]
fn a_whole_case_goes_on_and_on_again() {
    let world = World::new();
    world.ok(&["export", "c1", "--to", "ed.pub", "--with-case-key", "--out", "send"]);
    world.ok(&["import", "send/c1-bundle-001.zip.age", "--identity", "ed", "--out", "recv"]);
    assert_eq!(
        fs::read(world.at("c1/secret/case.key")).unwrap(),
        fs::read(world.at("recv/c1/secret/case.key")).unwrap()
    );
    let scanned = world.run(&["scan", "recv/c1", "--format", "json"]);
    assert!(scanned.stdout.contains("people.csv"), "{}{}", scanned.stdout, scanned.stderr);
    world.ok(&["export", "recv/c1", "--to", "ed.pub", "--sign-key", "ed", "--out", "send"]);
    fs::create_dir(world.at("third")).unwrap();
    world.ok(&["import", "send/c1-bundle-002.zip.age", "--identity", "ed", "--out", "third"]);
    assert_eq!(verified(&world.at("third/c1"))["state"], "whole");
    let refused = world.run(&["export", "c1", "--unencrypted", "--with-case-key", "--out", "send"]);
    assert_eq!(refused.code, Some(2), "the key never leaves unencrypted");
}

#[test]
fn a_case_that_is_not_whole_goes_out_only_when_told_and_says_so() {
    let world = World::new();
    fs::write(world.at("c1/report/report.html"), "changed").unwrap();
    let refused = world.run(&["export", "c1", "--to", "ed.pub", "--out", "send"]);
    assert!(refused.code == Some(4) && refused.stderr.contains("not whole"), "{}", refused.stderr);
    assert!(world.names("send").is_empty());
    let forced = world.run(&["export", "c1", "--to", "ed.pub", "--out", "send", "--force"]);
    assert_eq!(forced.code, Some(4), "{}", forced.stderr);
    let refused = world.run(&["import", "send/c1-bundle-001.zip.age", "--identity", "ed", "--out", "recv"]);
    assert!(refused.code == Some(4) && refused.stderr.contains("not whole even then"), "{}", refused.stderr);
    assert!(world.names("recv").is_empty());
    let taken = world.run(&["import", "send/c1-bundle-001.zip.age", "--identity", "ed", "--out", "recv", "--force"]);
    assert!(taken.code == Some(4) && taken.stdout.contains("report.html"), "{}", taken.stdout);
    assert_eq!(verified(&world.at("recv/c1"))["state"], "broken");
}

#[test]
fn nothing_is_written_over_and_no_name_is_dangerous() {
    let world = World::new();
    for taken in [
        "c1-bundle-001.zip.age",
        "c1-bundle-001.zip.age.sha256",
        "c1-bundle-001.VERIFY.txt",
        "c1-bundle-001.zip.age.partial",
    ] {
        fs::write(world.at("send").join(taken), "mine").unwrap();
        let refused = world.run(&["export", "c1", "--to", "ed.pub", "--out", "send"]);
        assert_eq!(refused.code, Some(2), "{taken}: {}", refused.stderr);
        assert_eq!(fs::read(world.at("send").join(taken)).unwrap(), b"mine");
        fs::remove_file(world.at("send").join(taken)).unwrap();
    }
    for name in ["send/a b.age", "send/$(x).age", "send/-x", "nowhere/x.age", "c1"] {
        let refused = world.run(&["export", "c1", "--to", "ed.pub", "--out", name]);
        assert_eq!(refused.code, Some(2), "{name}: {}", refused.stderr);
    }
    world.ok(&["export", "c1", "--to", "ed.pub", "--out", "send/own-name.age"]);
    assert_eq!(world.names("send"), ["own-name.VERIFY.txt", "own-name.age", "own-name.age.sha256"]);
    world.ok(&["import", "send/own-name.age", "--identity", "ed", "--out", "recv"]);
    world.tool("cd send && sha256sum -c own-name.age.sha256");
}
