//! What is set down at a collection and by `verify --record`, and that it stands on the sheet; the QR code read by another program.
#![expect(clippy::disallowed_methods, reason = "this test makes cases and then damages them")]

mod real;

use std::fs;
use std::path::PathBuf;

use real::{Ended, hozen};
use serde_json::Value;

const SAID: [(&str, &str); 14] = [
    ("--case-number", "2026-刑-0012"),
    ("--evidence-number", "E-7"),
    ("--item", "ノート PC"),
    ("--quantity", "1 台"),
    ("--obtained-from", "営業部 田中"),
    ("--seal-number", "A-0042"),
    ("--device-maker", "made-up"),
    ("--device-model", "M1"),
    ("--device-serial", "SN-0099"),
    ("--device-capacity", "512 GB"),
    ("--medium", "USB SSD"),
    ("--witness", "鈴木一郎"),
    ("--reason", "不正持ち出しの調査"),
    ("--place", "本社 3F"),
];

struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("src")).unwrap();
        fs::write(folder.path().join("src/a.txt"), "made up").unwrap();
        let world = Self { folder };
        let mut command = real::command();
        command.args([
            "respond",
            &world.at("src"),
            "--out",
            &world.at(""),
            "--case",
            "c1",
            "--force",
            "--operator",
            "op",
        ]);
        let made = real::run(command.args(SAID.iter().flat_map(|(flag, text)| [*flag, *text])));
        assert_eq!(made.code, Some(0), "{}", made.stderr);
        world
    }

    fn at(&self, path: &str) -> String {
        self.folder.path().join(path).to_str().unwrap().to_owned()
    }

    fn case(&self) -> PathBuf {
        self.folder.path().join("c1")
    }

    fn chain(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.case().join("custody/custody.jsonl")).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn verify(&self, more: &[&str]) -> Ended {
        hozen(&[&["verify", &self.at("c1")], more].concat())
    }

    fn sheet(&self, lang: &str) -> String {
        let out = self.at(&format!("sheet-{}.html", fs::read_dir(self.folder.path()).unwrap().count()));
        let made = hozen(&["custody", "form", &self.at("c1"), "--out", &out, "--lang", lang]);
        assert_eq!(made.code, Some(0), "{}", made.stderr);
        fs::read_to_string(out).unwrap()
    }
}

#[test]
fn what_is_said_at_a_collection_stands_in_the_evidence_the_chain_and_on_the_sheet() {
    let world = World::new();
    let acquisition: Value =
        serde_json::from_slice(&real::member(&real::zip(&world.case()), "custody/acquisition.json")).unwrap();
    let chain = world.chain();
    let facts: Value = serde_json::from_slice(&fs::read(world.case().join("case.json")).unwrap()).unwrap();
    assert_eq!(facts["case_number"], "2026-刑-0012");
    let (ja, en) = (world.sheet("ja"), world.sheet("en"));
    for (flag, text) in SAID {
        let key = flag.trim_start_matches("--").replace('-', "_");
        let (in_evidence, in_chain) = match key.strip_prefix("device_") {
            Some(part) => (&acquisition["object"]["device"][part], &chain[0]["detail"]["device"][part]),
            None if ["witness", "reason", "place"].contains(&&*key) => (&acquisition[&key], &chain[0]["detail"][&key]),
            None => (&acquisition["object"][&key], &chain[0]["detail"][&key]),
        };
        assert_eq!((in_evidence, in_chain), (&text.into(), &text.into()), "{flag}");
        assert!(ja.contains(text) && en.contains(text), "{flag}");
    }
    assert_eq!(chain[0]["detail"]["case"], "c1");
    for word in
        ["事案番号", "事案フォルダー名", "証拠番号", "品名", "数量", "入手元", "署名（取得者）", "署名（立会人）"]
    {
        assert!(ja.contains(word), "{word}");
    }
    assert_eq!(world.verify(&[]).code, Some(0));
    let long = "長".repeat(6_000);
    let refused = hozen(&["collect", &world.at("src"), "--out", &world.at(""), "--case", "c2", "--place", &long]);
    assert!(refused.code == Some(2) && !world.folder.path().join("c2").exists(), "{}", refused.stderr);
    let resumed = hozen(&["collect", "--resume", &world.at("c1"), "--seal-number", "x"]);
    assert_eq!(resumed.code, Some(2), "a collection keeps what it began with");
}

#[test]
fn a_verification_is_set_down_only_when_asked_for() {
    let world = World::new();
    let before = world.chain().len();
    assert_eq!(world.verify(&[]).code, Some(0));
    assert_eq!(world.chain().len(), before, "without --record nothing is written");
    let ended = world.verify(&["--record", "--operator", "佐藤次郎", "--witness", "鈴木"]);
    assert!(ended.code == Some(0) && ended.stdout.contains("Added as event"), "{}{}", ended.stdout, ended.stderr);
    let chain = world.chain();
    let event = chain.last().unwrap();
    assert_eq!((&event["act"], &event["operator"]), (&"verify".into(), &"佐藤次郎".into()));
    let detail = &event["detail"];
    assert_eq!(
        (&detail["verdict"], &detail["problems"], &detail["zips"][0]["check"]),
        (&"whole".into(), &0.into(), &"same".into())
    );
    assert!(detail["members"].as_u64().unwrap() > 5 && detail["clock"]["system"].is_string(), "{detail}");
    assert!(world.sheet("ja").contains("判定：完全"));
    assert_eq!(world.verify(&["--record", "--format", "json"]).json()["ok"], true);
    // Broken evidence: that is set down too, and the exit code stays.
    let zip = real::zip(&world.case());
    let mut bytes = fs::read(&zip).unwrap();
    bytes[100] ^= 1;
    fs::write(&zip, bytes).unwrap();
    assert_eq!(world.verify(&["--record"]).code, Some(4));
    let chain = world.chain();
    let detail = &chain.last().unwrap()["detail"];
    assert_eq!((&detail["verdict"], &detail["zips"][0]["check"]), (&"broken".into(), &"changed".into()));
    assert!(detail["problems"].as_u64().unwrap() > 0 && detail["by_layer"].is_object(), "{detail}");
    fs::remove_file(&zip).unwrap();
    assert_eq!(world.verify(&["--record"]).code, Some(4));
    assert_eq!(world.chain().last().unwrap()["detail"]["zips"][0]["check"], "missing");
    // Nothing is written behind a broken chain, nor where there is none.
    let journal = world.case().join("custody/custody.jsonl");
    let mut bytes = fs::read(&journal).unwrap();
    bytes[300] ^= 1;
    fs::write(&journal, &bytes).unwrap();
    let ended = world.verify(&["--record"]);
    assert!(ended.code == Some(4) && ended.stderr.contains("nothing was added"), "{}", ended.stderr);
    assert_eq!(fs::read(&journal).unwrap(), bytes);
    assert_eq!(hozen(&["verify", &world.at("src"), "--record"]).code, Some(2));
    assert_eq!(world.verify(&["--operator", "x"]).code, Some(2), "only with --record");
}

/// The QR code in a page as a picture of eight dots a module.
fn picture(page: &str) -> Vec<u8> {
    const DOTS: usize = 8;
    let side: usize = page.split("viewBox=\"0 0 ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    let mut rows = vec![vec![255_u8; side * DOTS]; side * DOTS];
    let path = page.split(" d=\"").nth(1).unwrap().split('"').next().unwrap();
    for module in path.split('M').skip(1) {
        let (x, y) = module.strip_suffix("h1v1h-1z").unwrap().split_once(' ').unwrap();
        let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
        for row in &mut rows[y * DOTS..(y + 1) * DOTS] {
            row[x * DOTS..(x + 1) * DOTS].fill(0);
        }
    }
    let mut out = format!("P5 {0} {0} 255\n", side * DOTS).into_bytes();
    rows.iter().for_each(|row| out.extend(row));
    out
}

#[test]
fn the_code_on_the_sheet_is_the_digest_of_the_seal_to_a_stock_reader() {
    let world = World::new();
    let seal =
        world.chain().iter().find_map(|event| Some(event["detail"]["seal_sha256"].as_str()?.to_owned())).unwrap();
    for lang in ["ja", "en"] {
        fs::write(world.at("code.pgm"), picture(&world.sheet(lang))).unwrap();
        let read = real::tool(world.folder.path(), "zbarimg --quiet --raw code.pgm 2>/dev/null");
        assert_eq!(read.trim().to_lowercase(), seal, "{lang}");
        // And `verify` takes it as it was read.
        assert_eq!(world.verify(&["--expect-seal", read.trim()]).code, Some(0));
    }
}
