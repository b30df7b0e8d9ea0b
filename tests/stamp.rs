//! Trusted time against an authority of our own, made with `openssl ts`: what it stamped is taken in and checked again; whatever
//! is of another seal or query, refused, changed or cut is not.
#![expect(clippy::disallowed_methods, reason = "a test may change the temporary folder that it made")]

mod authority;
mod real;

use std::fs;
use std::path::{Path, PathBuf};

use authority::{Authority, P256, P384, P521, RSA};
use hozen::model::Digest;
use hozen::seal::certificate::read_all;
use hozen::seal::der::Reader;
use hozen::seal::pem;
use hozen::seal::reply::{BadReply, Stamp, Standing, check};
use hozen::seal::stamp::request;
use real::{Ended, tool};

fn seal() -> Digest {
    Digest::of(b"tag manifest")
}

fn query() -> Vec<u8> {
    request(&seal(), [7; 8])
}

fn checked(reply: &[u8], ca: Option<&[u8]>) -> Result<Stamp, BadReply> {
    check(reply, &seal(), &query(), ca)
}

#[test]
fn replies_of_every_usual_kind_of_key_are_verified_up_to_the_ca() {
    for key in [RSA, P256, P384] {
        let authority = Authority::new(key);
        for section in ["good", "old"] {
            let reply = authority.reply(section, &query());
            let ca = fs::read(authority.ca()).unwrap();
            let stamp = checked(&reply, Some(&ca)).unwrap_or_else(|why| panic!("{key} {section}: {why}"));
            assert_eq!(
                (stamp.signature, stamp.chain),
                (Standing::Verified, Some(Standing::Verified)),
                "{key} {section}"
            );
            assert!(stamp.authority.contains("CN=Test TSA") && stamp.policy.starts_with("1.3.6.1.4.1.99999."));
            let said = authority.tool(
                "openssl ts -reply -in r.tsr -text; openssl ts -verify -in r.tsr -queryfile q.tsq -CAfile ca.pem",
            );
            assert!(said.contains("Verification: OK"), "{said}");
            let serial = format!("Serial number: 0x{}", stamp.serial.to_uppercase());
            assert!(said.contains(&serial) && said.contains(&stamp.policy), "{serial} {said}");
        }
        let other = fs::read(Authority::new(P256).ca()).unwrap();
        assert_eq!(checked(&authority.reply("good", &query()), Some(&other)), Err(BadReply::Chain));
    }
}

#[test]
fn what_can_not_be_verified_is_said_and_never_passed() {
    let authority = Authority::new(P521);
    let stamp = checked(&authority.reply("good", &query()), None).unwrap();
    assert!(matches!(&stamp.signature, Standing::NotVerified(why) if why.contains("1.3.132.0.35")), "{stamp:?}");
    let ca = fs::read(authority.ca()).unwrap();
    assert_eq!(checked(&authority.reply("good", &query()), Some(b"no certificate")), Err(BadReply::CaFile));
    assert_eq!(checked(&authority.reply("good", &query()), Some(&ca)).unwrap().chain, Some(Standing::Verified));
}

#[test]
fn a_chain_with_rules_that_are_not_looked_at_is_not_verified() {
    let authority = Authority::new(P256);
    let reply = |root: &str, between: &str| {
        authority.tool(&format!(
            "export OPENSSL_CONF=$PWD/openssl.cnf; rm -f mid.pem; \
             openssl req -x509 -new -key ca.key -subj '/CN=Root' -days 3 -extensions {root} -out ca.pem; \
             openssl genpkey -algorithm {P256} -out mid.key; openssl req -new -key mid.key -subj /CN=Middle -out mid.csr; \
             openssl x509 -req -in mid.csr -CA ca.pem -CAkey ca.key -set_serial 5 -days 2 -extfile openssl.cnf \
               -extensions {between} -out mid.pem; \
             openssl x509 -req -in tsa.csr -CA mid.pem -CAkey mid.key -set_serial 78 -days 2 -extfile openssl.cnf \
               -extensions stamper -out tsa.pem"
        ));
        fs::write(authority.folder().join("q.tsq"), query()).unwrap();
        authority
            .tool("openssl ts -reply -config openssl.cnf -section good -queryfile q.tsq -chain mid.pem -out r.tsr");
        let reply = fs::read(authority.folder().join("r.tsr")).unwrap();
        checked(&reply, Some(&fs::read(authority.ca()).unwrap())).map(|stamp| stamp.chain)
    };
    assert_eq!(reply("ca", "ca"), Ok(Some(Standing::Verified)));
    assert_eq!(reply("ca", "last"), Ok(Some(Standing::Verified)));
    // An authority below one that allows none.
    assert_eq!(reply("last", "ca"), Err(BadReply::Chain));
    let narrow = reply("ca", "narrow").unwrap().unwrap();
    assert!(
        matches!(&narrow, Standing::NotVerified(why) if why.contains("CN=Middle") && why.contains("2.5.29.30")),
        "{narrow:?}"
    );
    // A root that is trusted by name is bound by its own rules as well.
    let authority = Authority::new(P256);
    authority.tool(
        "export OPENSSL_CONF=$PWD/openssl.cnf; \
         openssl req -x509 -new -key ca.key -subj '/CN=Test CA' -days 3 -extensions narrow -out ca.pem",
    );
    let stamp = checked(&authority.reply("good", &query()), Some(&fs::read(authority.ca()).unwrap())).unwrap();
    assert_eq!(stamp.signature, Standing::Verified);
    assert!(matches!(&stamp.chain, Some(Standing::NotVerified(why)) if why.contains("2.5.29.30")), "{stamp:?}");
}

#[test]
fn a_certificate_for_something_else_may_not_stamp() {
    // openssl itself would not stamp with such a one, so the certificates alone are judged.
    for (use_for, may) in [("stamper", true), ("both", false), ("meekly", false), ("web", false), ("ca", false)] {
        let authority = Authority::certified(P256, use_for);
        let der = pem::certificates(&fs::read(authority.folder().join("tsa.pem")).unwrap()).unwrap();
        let all = read_all(Reader::new(&der[0])).unwrap();
        assert_eq!(all[0].is_for_time_stamps(), may, "{use_for}");
        assert!(all[0].name().contains("O=Kakuu Shoten") && !all[0].is_valid_at(0));
    }
}

#[test]
fn replies_to_others_and_refusals_are_refused() {
    let authority = Authority::new(P256);
    let other_seal = authority.reply("good", &request(&Digest::of(b"other"), [7; 8]));
    assert_eq!(checked(&other_seal, None), Err(BadReply::OtherSeal));
    let other_query = authority.reply("good", &request(&seal(), [8; 8]));
    assert_eq!(checked(&other_query, None), Err(BadReply::OtherQuery));
    assert_eq!(checked(&authority.reply("refusing", &query()), None), Err(BadReply::Refused(2)));
    // Without its certificate nothing could be checked.
    let mut without = query();
    without.truncate(66);
    without[1] = 0x40;
    let bare = authority.reply("good", &without);
    assert!(matches!(checked(&bare, None), Err(BadReply::Form(why)) if why.contains("certificate")));
}

#[test]
fn no_bit_of_a_reply_can_be_changed_and_no_end_cut() {
    for (key, section) in [(RSA, "good"), (P256, "old")] {
        let authority = Authority::new(key);
        let reply = authority.reply(section, &query());
        assert_eq!(checked(&reply, None).unwrap().signature, Standing::Verified);
        let mut said_so = 0;
        for at in 0..reply.len() {
            for mask in [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff] {
                let mut changed = reply.clone();
                changed[at] ^= mask;
                match checked(&changed, None) {
                    // The status is no part of what an authority signs: "granted" and "granted with changes" differ by a bit.
                    Ok(stamp) if stamp.signature == Standing::Verified => {
                        assert!(stamp.with_changes && mask == 1 && at < 10, "{key} {section}: byte {at} ^ {mask:#x}");
                    }
                    Ok(_) => said_so += 1,
                    Err(why) => assert!(!why.to_string().is_empty()),
                }
            }
        }
        assert!(said_so > 0, "no change made an algorithm unknown");
        for end in 0..reply.len() {
            assert!(checked(&reply[..end], None).is_err(), "{end} bytes");
        }
        let mut longer = reply.clone();
        longer.push(0);
        assert!(checked(&longer, None).is_err());
    }
}

#[test]
fn bombs_are_refused_at_once() {
    let deep: Vec<u8> = (0..60_000).flat_map(|_| [0x30, 0x80]).collect();
    let far = [0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x30];
    let mut nested = vec![0x05, 0x00];
    while nested.len() < 60_000 {
        let length = (nested.len() as u32).to_be_bytes();
        let digits: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
        let head = if nested.len() < 0x80 {
            vec![0x30, nested.len() as u8]
        } else {
            [&[0x30, 0x80 | digits.len() as u8][..], &digits].concat()
        };
        nested.splice(0..0, head);
    }
    for bomb in [&deep[..], &far, &nested, &vec![0x30; 200_000], &vec![0; 300_000], &[]] {
        assert!(checked(bomb, Some(bomb)).is_err());
        assert!(check(bomb, &seal(), bomb, None).is_err());
    }
}

/// A case with one sealed piece of evidence.
fn case(folder: &Path) -> PathBuf {
    fs::create_dir(folder.join("source")).unwrap();
    fs::write(folder.join("source/a.txt"), "hello").unwrap();
    let [source, out] = ["source", ""].map(|name| folder.join(name).to_str().unwrap().to_owned());
    let ended = real::hozen(&["collect", &source, "--out", &out, "--case", "C1", "--force"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    folder.join("C1")
}

fn stamp(arguments: &[&str]) -> Ended {
    real::hozen(&[&["custody", "stamp"], arguments].concat())
}

#[test]
fn a_case_is_stamped_by_the_commands_that_hozen_prints() {
    let (folder, authority) = (tempfile::tempdir().unwrap(), Authority::new(RSA));
    let (case, away) = (case(folder.path()), folder.path().join("away"));
    fs::create_dir(&away).unwrap();
    let (root, query) = (case.to_str().unwrap(), away.join("C1.tsq"));
    let asked = stamp(&[root, "--request", query.to_str().unwrap()]);
    assert_eq!(asked.code, Some(0), "{}", asked.stderr);
    let bytes = fs::read(&query).unwrap();
    assert_eq!(bytes, real::member(&real::zip(&case), "custody/sig/tagmanifest-sha256.txt.tsq"));
    assert_eq!(bytes.len(), 69);
    let again = stamp(&[root, "--request", query.to_str().unwrap(), "--lang", "ja"]);
    assert!(again.code == Some(2) && again.stderr.contains("上書きはしません"), "{}", again.stderr);
    // The authority's answer in place of curl's; then the other commands as they stand.
    let commands: Vec<&str> = asked.stdout.lines().filter_map(|line| line.strip_prefix("    ")).collect();
    assert!(commands[0].starts_with("curl ") && commands[0].contains("--data-binary @C1.tsq -o C1.tsr URL"));
    fs::write(away.join("C1.tsr"), authority.reply("good", &bytes)).unwrap();
    fs::copy(authority.ca(), away.join("CA.pem")).unwrap();
    for command in &commands[1..3] {
        tool(&away, command);
    }
    let hozen = commands[3].replacen("hozen", env!("CARGO_BIN_EXE_hozen"), 1);
    let said = tool(&away, &hozen);
    assert!(said.contains("C1-E001: sealed before 20") && said.contains("by the time stamp of CN=Test TSA"), "{said}");
    assert!(said.contains("signature: verified\n") && said.contains("CA: verified\n"), "{said}");
    kept_and_noted(&case, &away);
    let twice = stamp(&[root, "--import", away.join("C1.tsr").to_str().unwrap()]);
    assert!(twice.code == Some(2) && twice.stderr.contains("custody/C1-E001.tsr"), "{}", twice.stderr);
    // A second authority, this time in Japanese and without its CA.
    let second = Authority::new(P384).reply("old", &bytes);
    fs::write(away.join("second.tsr"), second).unwrap();
    let ja = stamp(&[root, "--import", away.join("second.tsr").to_str().unwrap(), "--lang", "ja"]);
    assert!(
        ja.code == Some(0) && ja.stdout.contains("より前に封印") && ja.stdout.contains("未確認"),
        "{} {}",
        ja.stdout,
        ja.stderr
    );
    assert!(case.join("custody/C1-E001.2.tsr").is_file());
    let verified = real::hozen(&["verify", root]);
    assert_eq!(verified.code, Some(0), "{}", verified.stdout);
    assert_eq!(verified.stdout.matches("sealed before").count(), 2, "{}", verified.stdout);
    assert_eq!(real::hozen(&["verify", root, "--format", "json"]).json()["stamps"][1]["chain"], "not_checked");
}

fn kept_and_noted(case: &Path, away: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let kept = case.join("custody/C1-E001.tsr");
    assert_eq!(fs::read(&kept).unwrap(), fs::read(away.join("C1.tsr")).unwrap());
    assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    let journal = fs::read_to_string(case.join("custody/custody.jsonl")).unwrap();
    let event: serde_json::Value = serde_json::from_str(journal.lines().last().unwrap()).unwrap();
    assert_eq!(event["act"], "stamp");
    let detail = &event["detail"];
    assert_eq!(detail["sha256"], Digest::of(&fs::read(&kept).unwrap()).to_string());
    for (key, value) in
        [("evidence", "C1-E001.zip"), ("signature", "verified"), ("chain", "verified"), ("status", "granted")]
    {
        assert_eq!(detail[key], value, "{detail}");
    }
    // What docs/verify.md says for somebody without hozen.
    let script = "unzip -q ../evidence/C1-E001.zip -d /tmp/$$ && openssl ts -verify -in C1-E001.tsr -CAfile C1-E001.tsr.pem \
                  -data /tmp/$$/C1-E001/tagmanifest-sha256.txt; rm -r /tmp/$$";
    assert!(tool(&case.join("custody"), script).contains("Verification: OK"));
}

#[test]
fn a_wrong_reply_leaves_the_case_as_it_was() {
    let (folder, authority) = (tempfile::tempdir().unwrap(), Authority::new(P256));
    let case = case(folder.path());
    let (root, file) = (case.to_str().unwrap().to_owned(), folder.path().join("r.tsr"));
    let query = real::member(&real::zip(&case), ".tsq");
    let good = authority.reply("good", &query);
    let at = good.windows(3).position(|w| w[0] == 0x18 && w[2] == b'2').unwrap();
    let mut later = good.clone();
    later[at + 15] ^= 1;
    let mut unsigned = good.clone();
    *unsigned.last_mut().unwrap() ^= 1;
    let before = fs::read(case.join("custody/custody.jsonl")).unwrap();
    let wrong = [
        (later, "time, number or policy was changed"),
        (unsigned, "the signature does not fit"),
        (authority.reply("refusing", &query), "refusal"),
        (authority.reply("good", &request(&seal(), [1; 8])), "another digest"),
        (b"<html>".to_vec(), "is no time-stamp reply"),
    ];
    for (reply, why) in wrong {
        fs::write(&file, reply).unwrap();
        for lang in ["en", "ja"] {
            let ended = stamp(&[&root, "--import", file.to_str().unwrap(), "--lang", lang]);
            assert!(ended.code == Some(4) && ended.stderr.contains(why), "{why}: {:?} {}", ended.code, ended.stderr);
        }
    }
    assert_eq!(fs::read(case.join("custody/custody.jsonl")).unwrap(), before);
    assert_eq!(fs::read_dir(case.join("custody")).unwrap().count(), 1);
    let none = stamp(&[&root, "--request", "x.tsq", "--evidence", "C1-E009"]);
    assert!(none.code == Some(2) && none.stderr.contains("C1-E001"), "{}", none.stderr);
    assert_eq!(stamp(&[folder.path().to_str().unwrap(), "--import", file.to_str().unwrap()]).code, Some(2));
}

#[test]
fn a_changed_missing_or_added_stamp_is_told() {
    let (folder, authority) = (tempfile::tempdir().unwrap(), Authority::new(P521));
    let case = case(folder.path());
    let (root, file) = (case.to_str().unwrap().to_owned(), folder.path().join("r.tsr"));
    fs::write(&file, authority.reply("good", &real::member(&real::zip(&case), ".tsq"))).unwrap();
    let ca = authority.ca();
    let taken = stamp(&[&root, "--import", file.to_str().unwrap(), "--ca", ca.to_str().unwrap()]);
    // Of a kind of key that hozen does not know: taken in, and said.
    assert!(taken.code == Some(3) && taken.stdout.contains("NOT VERIFIED"), "{} {}", taken.stdout, taken.stderr);
    let whole = real::hozen(&["verify", &root, "--lang", "ja"]);
    assert!(whole.code == Some(0) && whole.stdout.contains("署名は確認できません"), "{}", whole.stdout);
    let (kept, pem, extra) = ("custody/C1-E001.tsr", "custody/C1-E001.tsr.pem", "custody/C1-E001.2.tsr");
    for (path, change) in [(kept, Some(true)), (kept, None), (pem, Some(true)), (pem, None), (extra, Some(false))] {
        let at = case.join(path);
        let before = fs::read(&at).unwrap_or_default();
        match change {
            None => fs::remove_file(&at).unwrap(),
            Some(_) => fs::write(&at, [&before[..], b"x"].concat()).unwrap(),
        }
        let verified = real::hozen(&["verify", &root, "--format", "json"]);
        let problem = &verified.json()["problems"][0];
        assert_eq!(
            (verified.code, problem["layer"].as_str(), problem["path"].as_str()),
            (Some(4), Some("time_stamp"), Some(path))
        );
        match before.is_empty() {
            true => fs::remove_file(&at).unwrap(),
            false => fs::write(&at, before).unwrap(),
        }
    }
    assert_eq!(real::hozen(&["verify", &root]).code, Some(0));
    // A run that broke off between file and event: told, and done again.
    let journal = case.join("custody/custody.jsonl");
    let text = fs::read_to_string(&journal).unwrap();
    let before = text.trim_end().rfind('\n').unwrap() + 1;
    fs::write(&journal, &text[..before]).unwrap();
    let verified = real::hozen(&["verify", &root]);
    assert!(
        verified.code == Some(4) && verified.stdout.contains("[time stamp] custody/C1-E001.tsr: is not in"),
        "{}",
        verified.stdout
    );
    assert_eq!(stamp(&[&root, "--import", file.to_str().unwrap(), "--ca", ca.to_str().unwrap()]).code, Some(3));
    assert_eq!(real::hozen(&["verify", &root]).code, Some(0));
    assert!(!case.join(extra).exists());
    // An event that says another time than the reply.
    let text = fs::read_to_string(&journal).unwrap();
    fs::write(&journal, text.replace("\"gen_time\":\"20", "\"gen_time\":\"19")).unwrap();
    assert!(real::hozen(&["verify", &root]).stdout.contains("is not what the custody journal says of it"));
}
