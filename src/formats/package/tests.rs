use std::io::{Cursor, Write};

use crate::formats::collected::Collected;
use crate::formats::docx::tests::sample;
use crate::formats::made::zipped;
use crate::formats::ole::tests::compound;
use crate::model::GapKind;

/// What may be unfolded, and a member of just over half of it.
const ALLOWED: u64 = 1_000_000;

fn over_half() -> String {
    "one line of many\n".repeat(32_000)
}

fn assert_within(name: &str, member: &str, bytes: &[u8]) {
    let got = Collected::within(ALLOWED, name, bytes);
    let over: Vec<_> = got.gaps.iter().filter(|(_, kind, _)| *kind == GapKind::OverLimit).collect();
    assert!(over.is_empty(), "{name}: {over:?}");
    let given = got.children.iter().find(|(known, _)| known == member);
    let given = given
        .unwrap_or_else(|| {
            panic!("{name}: no {member} {:?}", got.children.iter().map(|(name, _)| name).collect::<Vec<_>>())
        })
        .1
        .all_text()
        .len();
    assert_eq!(given, over_half().len(), "{name}");
}

#[test]
fn a_member_that_is_looked_at_by_itself_counts_once() {
    let text = over_half();
    let word = "<w:document xmlns:w='x'><w:body/></w:document>";
    for (name, kind, main) in [
        ("a.docx", "", ("word/document.xml", word)),
        ("a.pptx", "", ("ppt/presentation.xml", "<p:presentation xmlns:p='x'/>")),
        ("a.xlsx", "", ("xl/workbook.xml", "<workbook/>")),
        ("a.odt", "application/vnd.oasis.opendocument.text", ("content.xml", "<x/>")),
        ("a.ods", "application/vnd.oasis.opendocument.spreadsheet", ("content.xml", "<x/>")),
    ] {
        let first = if kind.is_empty() { ("[Content_Types].xml", "<Types/>") } else { ("mimetype", kind) };
        assert_within(name, "more/note.txt", &zipped(&[first, main, ("more/note.txt", &text)]));
    }
}

#[test]
fn a_stream_that_is_looked_at_by_itself_counts_once() {
    let text = over_half();
    assert_within("a.msi", "a/Package", &compound(&[("a/Package", text.as_bytes())]));
    const ATTACHED: &str = "__attach_version1.0_#00000009/__substg1.0_37010102";
    for (name, sampled, stream, member) in [
        ("a.xls", "xls/xlwt.xls", "note", "note"),
        ("a.doc", "doc/table.doc", "Object/Package", "Object/Package"),
        ("a.msg", "msg/attached.msg", ATTACHED, "attachment 3"),
    ] {
        let mut file = cfb::CompoundFile::open(Cursor::new(sample(sampled))).unwrap();
        if let Some((storage, _)) = stream.rsplit_once('/') {
            file.create_storage_all(format!("/{storage}")).unwrap();
        }
        file.create_stream(format!("/{stream}")).unwrap().write_all(text.as_bytes()).unwrap();
        file.flush().unwrap();
        assert_within(name, member, &file.into_inner().into_inner());
    }
}
