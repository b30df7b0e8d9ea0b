//! Images made by other tools: taken in whole, hashed and sealed like all else, not looked into; what is no image is refused.
#![expect(clippy::disallowed_methods, reason = "a test makes its own images")]

mod real;
mod world;

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;

use hozen::model::{Digest, Lang};
use serde_json::{Value, json};

#[test]
fn an_image_is_kept_whole_and_not_looked_into() {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("ram.lime");
    let mut content = b"EMiL\x01\0\0\0".to_vec();
    content.extend((0..300_000u32).flat_map(u32::to_le_bytes));
    content.extend(b"taro.yamada@example.jp ");
    fs::File::create(&image).unwrap().write_all(&content).unwrap();
    let named = format!("memory:{}", image.display());
    let out = folder.path().join("out");
    let mut command = real::command();
    command.args(["respond", "--include-image", &named, "--case", "c", "--format", "json", "--out"]).arg(&out);
    let ended = real::run(&mut command);
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    let result = ended.json();
    let check = |scan: &Value| {
        assert_eq!(scan["files"][0]["status"], "not_scanned");
        assert_eq!(scan["gaps"][0]["kind"], "unsupported_format");
        assert!(scan["gaps"][0]["reason"].as_str().unwrap().contains("image of a memory or a disk"));
        assert_eq!(scan["entities"]["email"]["occurrences"], 0);
    };
    check(&result["scan"]);
    let zip = real::zip(&out.join("c"));
    let records = real::records(&zip);
    assert_eq!((records.len(), &records[0]["origin"]), (1, &json!("image")));
    assert_eq!(records[0]["sha256"], Digest::of(&content).to_string());
    let acquisition: Value = serde_json::from_slice(&real::member(&zip, "custody/acquisition.json")).unwrap();
    let wanted = json!([{"path": image.to_str().unwrap(), "size": content.len(), "said": "memory"}]);
    assert_eq!(acquisition["images"], wanted);
    // Looked at again, its evidence says the same.
    check(&real::run(real::command().args(["scan", "--format", "json"]).arg(&zip)).json());
    assert_eq!(real::run(real::command().arg("verify").arg(out.join("c"))).code, Some(0));
}

#[test]
fn what_is_no_image_is_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("real.raw"), "x").unwrap();
    symlink("real.raw", folder.path().join("link.raw")).unwrap();
    fs::create_dir(folder.path().join("folder.raw")).unwrap();
    let out = folder.path().join("out");
    for name in ["missing.raw", "link.raw", "folder.raw", "disk:missing.raw", ""] {
        let named = name.split_once(':').map_or_else(
            || folder.path().join(name).into_os_string(),
            |(kind, name)| format!("{kind}:{}", folder.path().join(name).display()).into(),
        );
        for (lang, says, next) in [
            (Lang::En, "can not be taken in", "what to do: name the finished image itself"),
            (Lang::Ja, "取り込めません", "対処: --include-image には"),
        ] {
            let arguments =
                ["collect".as_ref(), "--out".as_ref(), out.as_os_str(), "--include-image".as_ref(), named.as_os_str()];
            let ended = world::hozen_in(lang, &arguments);
            assert_eq!(ended.code, 2, "{name}: {}", ended.stderr);
            assert!(ended.stderr.contains(says) && ended.stderr.contains(next), "{}", ended.stderr);
            assert!(!out.exists());
        }
    }
    assert_eq!(world::hozen(&["collect", "--out", "/tmp"]).code, 2, "nothing named at all");
}
