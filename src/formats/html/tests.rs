use super::*;
use crate::formats::collected::Collected;
use crate::formats::docx::tests::{assert_people, sample};

fn page(body: &str) -> Collected {
    Collected::of("a.html", format!("<!DOCTYPE html><html><body>{body}</body></html>").as_bytes())
}

#[test]
fn pages_of_libreoffice() {
    for (name, as_table) in [("html/table.html", true), ("html/places.html", false)] {
        let got = assert_people(name, &sample(name), as_table);
        assert_eq!((got.format, got.gaps.len()), ("html", 0), "{name}: {:?}", got.gaps);
    }
}

#[test]
fn blocks_are_lines_and_the_inside_of_them_is_one_text() {
    let got = page(
        "<p>090-<b>1234</b>-56<!-- -->78\n  a<br>b</p>c<div>&#x5C71;&amp;&copy &commat;&unknown; 1 < 2</div><pre>x\ny</pre>",
    );
    assert_eq!(got.texts(), [["090-1234-5678 a"], ["b"], ["c"], ["山&© @&unknown; 1 < 2"], ["x"], ["y"]]);
}

#[test]
fn tables_without_end_tags_and_with_spans() {
    let got = page(
        "<table><caption>名簿</caption><tr><th>会社<th>氏名<th>電話番号<tr><td rowspan=2>A社<td>山田<td>090-1234-5678<tr><td>鈴木<td>080-1234-5678</table>after",
    );
    let want: &[&[&str]] = &[
        &["名簿"],
        &["会社", "氏名", "電話番号"],
        &["A社", "山田", "090-1234-5678"],
        &["鈴木", "080-1234-5678"],
        &["after"],
    ];
    assert_eq!(got.texts(), want);
    let last = &got.records[3].2;
    assert_eq!((last[1].name.as_deref(), last[1].place.column), (Some("電話番号"), Some(3)));
}

#[test]
fn attributes_scripts_and_comments_are_looked_at() {
    let got = page(
        "<a href=\"mailto:a@example.jp\">write</a> <a href='/x.html'>x</a><p data-user='b@example.jp'>t</p><input name=mail value=c@example.jp placeholder=d>\
         <table><tr><td>名前<td><input value=\"山田\"></table><!-- e@example.jp --><script>var u = {\"m\": \"f@example.jp\"};</script>",
    );
    let text = got.all_text();
    for value in
        ["mailto:a@example.jp", "b@example.jp", "c@example.jp", "名前", "山田 ", "e@example.jp", "f@example.jp"]
    {
        assert_eq!(text.matches(value).count(), 1, "{value}: {text}");
    }
    let names: Vec<_> = got.records.iter().filter_map(|(.., fields)| fields[0].name.as_deref()).collect();
    assert_eq!(names, ["data-user", "mail"]);
    assert_eq!(page("<a href=\"mailto:a@example.jp\">a@example.jp</a>").texts(), [["a@example.jp"]], "once is enough");
}

#[test]
fn the_encoding_is_what_the_bytes_are() {
    let body = "<html><meta charset=\"X\"><p>山田太郎さんの電話は表示しません。東京都千代田区</p></html>";
    for (label, codec) in [
        ("Shift_JIS", encoding_rs::SHIFT_JIS),
        ("euc-jp", encoding_rs::EUC_JP),
        ("iso-2022-jp", encoding_rs::ISO_2022_JP),
    ] {
        for label in [label, "utf-8"] {
            let bytes = codec.encode(&body.replace('X', label)).0.into_owned();
            let got = Collected::of("a.html", &bytes);
            assert_eq!(
                (got.all_text().trim(), got.gaps.len()),
                ("山田太郎さんの電話は表示しません。東京都千代田区", 0),
                "{label}"
            );
        }
    }
    let wide: Vec<u8> = format!("\u{feff}{body}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(Collected::of("a.htm", &wide).all_text().contains("山田太郎"));
    let utf8 = Collected::of("a.htm", body.replace('X', "shift_jis").as_bytes());
    assert!(utf8.all_text().contains("山田太郎"), "a page that says Shift_JIS and is UTF-8");
}

#[test]
fn what_is_no_page_is_not_taken_for_one() {
    for (name, text) in [
        ("a.php", "<?php echo '<html>'; ?>\n<p>x</p>\n"),
        ("a.jsp", "<%@ page %>\n<html><p>x</p></html>\n"),
        ("a.txt", "<taro@example.jp> wrote:\n<p> is a tag\n"),
        ("a.log", "<a> joined\n"),
    ] {
        assert_ne!(Collected::of(name, text.as_bytes()).format, "html", "{text}");
    }
    assert_eq!(Collected::of("a.xls", b"<table><tr><td>x</td></tr></table>").format, "html");
}

#[test]
fn hostile_pages_end_soon() {
    let long = page(&format!("<script>{}</script><p>{}</p>", "x=1,".repeat(400_000), "090-1234-5678 ".repeat(100_000)));
    assert_eq!(long.gap_kinds(), [GapKind::OverLimit]);
    assert_eq!(page(&"<table><tr><td>".repeat(5_000)).gap_kinds(), [GapKind::OverLimit]);
    assert_eq!(page("<img src='data:image/png;base64,AAAA'>").gap_kinds(), [GapKind::NoText]);
    let open = page("before<p title=\"never closed>after 090-1234-5678");
    assert!(open.all_text().contains("090-1234-5678"));
    for text in
        ["<!-- never closed 090-1234-5678", "<script>never closed 090-1234-5678", "<p", "<", "&#", "<a b=c d='e"]
    {
        let got = page(text);
        assert!(!text.contains("090") || got.all_text().contains("090-1234-5678"), "{text}");
    }
}

#[test]
fn damaged_samples_are_no_panic() {
    let bytes = sample("html/places.html");
    for at in (0..bytes.len()).step_by(41) {
        Collected::of("a.html", &bytes[..at]);
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x1F;
        Collected::of("a.html", &damaged);
    }
    let short = "<table><tr><th>名前<td rowspan=2 title='x&amp;y'>a&#12354;<!-- c --><script>s</script></table>";
    for at in 0..short.len() {
        Collected::of("a.html", &short.as_bytes()[..at]);
    }
}
