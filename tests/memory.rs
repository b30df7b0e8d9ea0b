//! Memory does not grow with what is read: rows, gaps and names of large trees are set aside, not held.
#![expect(clippy::disallowed_methods, reason = "a test may write to its own temporary folder")]

mod real;

use std::fs;
use std::io::Write;
use std::path::Path;

/// Small files, a tenth of which no format knows, so that each of these is a row and a gap. All made up.
fn tree(root: &Path, files: usize) {
    for number in 0..files {
        let folder = root.join(format!("{:03}", number / 500));
        if number % 500 == 0 {
            fs::create_dir_all(&folder).unwrap();
        }
        let content = if number % 10 == 0 {
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()
        } else {
            format!("user{number}@example.jp\n").into_bytes()
        };
        fs::write(folder.join(format!("a-rather-long-name-of-a-note-{number:06}.txt")), content).unwrap();
    }
}

/// Peak in KiB of a verb over a tree of this many files; what it printed as JSON must have them all.
fn peak(verb: &str, files: usize) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let (source, out) = (folder.path().join("source"), folder.path().join("out"));
    fs::create_dir_all(&out).unwrap();
    tree(&source, files);
    let (source, out) = (source.to_str().unwrap(), out.to_str().unwrap());
    if verb == "scan of the evidence" {
        let collected = real::hozen(&["collect", source, "--out", out, "--case", "c", "--force"]);
        assert_eq!(collected.code, Some(0), "{}", collected.stderr);
    }
    let case = format!("{out}/c");
    let arguments = match verb {
        "scan of the evidence" => vec!["scan", &case, "--spool", out, "--format", "json"],
        "scan" => vec![verb, source, "--spool", out, "--format", "json"],
        _ => vec![verb, source, "--out", out, "--case", "c", "--force", "--format", "json"],
    };
    let (ended, peak) = real::with_peak(&arguments);
    assert_eq!(ended.code, Some(if verb == "collect" { 0 } else { 3 }), "{}", ended.stderr);
    let answer = ended.json();
    let scan = if verb == "respond" { &answer["scan"] } else { &answer };
    if verb != "collect" {
        assert_eq!(
            (scan["files"].as_array().unwrap().len(), scan["gaps"].as_array().unwrap().len()),
            (files, files / 10)
        );
        assert_eq!(scan["entities"]["email"]["distinct"], files - files / 10);
    }
    peak
}

#[test]
fn eight_times_as_many_files_take_hardly_more_memory() {
    for verb in ["collect", "scan", "scan of the evidence", "respond"] {
        let (few, many) = (peak(verb, 4_000), peak(verb, 32_000));
        println!("{verb}: {few} KiB for 4,000 files, {many} KiB for 32,000");
        // Distinct people are what a count must hold: some ten bytes for each.
        assert!(many < few + 12 * 1024, "{verb}: {few} KiB, then {many} KiB");
        assert!(many < 128 * 1024, "{verb}: {many} KiB");
    }
}

/// Peak in KiB of a verb over one archive of this many members, each with its own made-up address.
fn peak_of_archive(verb: &str, members: usize) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let (source, out) = (folder.path().join("notes.zip"), folder.path().join("out"));
    fs::create_dir_all(&out).unwrap();
    let mut zip = zip::ZipWriter::new(fs::File::create(&source).unwrap());
    for number in 0..members {
        let name = format!("a-rather-long-name-of-a-note-{number:06}.txt");
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(format!("user{number}@example.jp\n").as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    let (source, out) = (source.to_str().unwrap(), out.to_str().unwrap());
    let more = if verb == "scan" { vec!["--spool", out] } else { vec!["--out", out, "--case", "c", "--force"] };
    let (ended, peak) = real::with_peak(&[&[verb, source, "--format", "json"], &more[..]].concat());
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let answer = ended.json();
    let scan = if verb == "respond" { &answer["scan"] } else { &answer };
    let (files, distinct) = (scan["files"].as_array().unwrap(), &scan["entities"]["email"]["distinct"]);
    assert_eq!((files.len(), files[0]["members"].as_array().unwrap().len()), (1, members));
    assert_eq!(distinct.as_u64(), Some(members as u64));
    peak
}

#[test]
fn sixteen_times_as_many_members_of_one_archive_take_hardly_more_memory() {
    for verb in ["scan", "respond"] {
        let (few, many) = (peak_of_archive(verb, 4_000), peak_of_archive(verb, 64_000));
        println!("{verb}: {few} KiB for 4,000 members, {many} KiB for 64,000");
        // Distinct people, where each member begins, and an archive of up to 16 MiB that came as a stream.
        assert!(many < few + 30 * 1024, "{verb}: {few} KiB, then {many} KiB");
        assert!(many < 128 * 1024, "{verb}: {many} KiB");
    }
}

#[test]
fn a_scan_that_may_set_nothing_aside_says_what_it_does_not_list() {
    let folder = tempfile::tempdir().unwrap();
    tree(folder.path(), 2_000);
    let ended = real::hozen(&["scan", folder.path().to_str().unwrap(), "--format", "json"]);
    // It fits into the memory that a scan has for its lists: nothing is left out, and nothing is said.
    assert_eq!(ended.json()["files"].as_array().unwrap().len(), 2_000);
    assert!(!ended.stdout.contains("(results)"));
}

/// What no separator stands in, with addresses close to each other at the start, around every mebibyte and at the end; some of
/// the way it is ASCII. Gives how many there are. All made up.
fn giant(out: &mut impl Write, bytes: usize) -> usize {
    const MIB: usize = 1 << 20;
    let (mut at, mut planted) = (0, 0);
    while at < bytes {
        let near_edge = at % MIB > MIB - 1_500 || at % MIB < 1_500;
        let is_dense = at < MIB / 2 || near_edge || at > bytes - 2_000;
        let filler = if at / 50_000 % 3 == 1 { "(abcdefghij)" } else { "あいうえおかきく" };
        let piece = if is_dense { format!("あuser{planted:06}@example.jp)") } else { filler.repeat(10) };
        planted += usize::from(is_dense);
        out.write_all(piece.as_bytes()).unwrap();
        at += piece.len();
    }
    planted
}

/// Files of one piece: however long it is, memory does not grow, and each address in it is found once.
#[test]
fn a_giant_line_string_cell_and_run_are_read_in_windows_that_lose_and_double_nothing() {
    for (name, begin, end, code) in [
        ("line.txt", "", "", 0),
        ("string.json", "{\"text\": \"", "\"}", 3),
        ("cell.csv", "番号,備考\n1,\"", "\"\n2,なし\n", 3),
        ("run.bin", "\x7fELF\x02\x01\0\0\0", "\0\0", 0),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (source, found) = (folder.path().join(name), folder.path().join("found.jsonl"));
        let mut file = std::io::BufWriter::new(fs::File::create(&source).unwrap());
        file.write_all(begin.as_bytes()).unwrap();
        // So that its head is that of a program.
        file.write_all(&vec![1; if name == "run.bin" { 3_000 } else { 0 }]).unwrap();
        let planted = giant(&mut file, 64 << 20);
        file.write_all(end.as_bytes()).unwrap();
        file.flush().unwrap();
        let arguments =
            ["scan", source.to_str().unwrap(), "--reveal", "--findings", found.to_str().unwrap(), "--format", "json"];
        let (ended, peak) = real::with_peak(&arguments);
        println!("{name}: {peak} KiB, {planted} addresses");
        assert_eq!(ended.code, Some(code), "{name}: {}{}", ended.stdout, ended.stderr);
        let mut times = vec![0; planted];
        for line in fs::read_to_string(&found).unwrap().lines() {
            let finding: serde_json::Value = serde_json::from_str(line).unwrap();
            let value = finding["value"].as_str().unwrap();
            let number = value.strip_prefix("user").and_then(|value| value.strip_suffix("@example.jp"));
            times[number.unwrap_or_else(|| panic!("{name}: {line}")).parse::<usize>().unwrap()] += 1;
        }
        let wrong: Vec<_> = times.iter().enumerate().filter(|(_, times)| **times != 1).take(5).collect();
        assert!(wrong.is_empty(), "{name}: {wrong:?} of {planted}");
        assert!(peak < 128 * 1024, "{name}: {peak} KiB");
    }
}
