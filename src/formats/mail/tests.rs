//! Whole messages and mailboxes, good and bad.

use super::*;
use crate::formats::collected::{Collected, fields, part};
use crate::model::{Bond, GapKind};

/// Name and text of every record.
fn said(got: &Collected) -> Vec<(Option<&str>, &str)> {
    fields(got).into_iter().map(|field| (field.name.as_deref(), field.text.as_str())).collect()
}

/// What says that it is the mail's own bytes is found there.
fn places_are_true(got: &Collected, mail: &[u8]) {
    for field in fields(got) {
        let at = usize::try_from(field.place.offset).unwrap();
        let row = memchr::memchr_iter(b'\n', &mail[..at]).count() as u64 + 1;
        assert_eq!(Some(row), field.place.row, "{field:?}");
        if let Some(charset) = field.charset {
            let rest = &mail[at..];
            let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
            assert!(crate::text::decode(line, charset).0.starts_with(&field.text), "{field:?}");
        }
    }
    got.children.iter().filter(|(_, part)| part.format == "mbox").for_each(|(_, part)| places_are_true(part, mail));
}

#[test]
fn each_person_in_a_list_is_a_record() {
    let mail = "From: =?ISO-2022-JP?B?GyRCOzNFRBsoQg==?= <y@example.jp>\r\nTo: \"Yamada, Taro\" <a@example.jp>,\r\n =?utf-8?B?6Yi05pyo?= <b@example.jp>, c@example.jp\r\nSubject: =?utf-8?Q?=E4=BB=B6?=\r\n =?utf-8?Q?=E5=90=8D?=\r\n\r\n本文です\r\n";
    let got = Collected::of("a.eml", mail.as_bytes());
    assert_eq!((got.format, &got.gaps), ("mail", &vec![]));
    let want = [
        (Some("From"), "山田 <y@example.jp>"),
        (Some("To"), "\"Yamada, Taro\" <a@example.jp>"),
        (Some("To"), "鈴木 <b@example.jp>"),
        (Some("To"), "c@example.jp"),
        (Some("Subject"), "件名"),
        (None, "本文です"),
    ];
    assert_eq!(said(&got), want);
    assert_eq!(got.records[1].0, Bond::Row);
    places_are_true(&got, mail.as_bytes());
}

#[test]
fn a_list_that_was_encoded_as_a_whole_is_taken_apart() {
    let word = data_encoding::BASE64.encode("山田 <a@example.jp>, 鈴木 <b@example.jp>".as_bytes());
    let got = Collected::of("a.eml", format!("From: x\nTo: =?utf-8?B?{word}?=\n\n").as_bytes());
    assert_eq!(said(&got)[1..], [(Some("To"), "山田 <a@example.jp>"), (Some("To"), "鈴木 <b@example.jp>")]);
}

const MIXED: &str = "From: x@example.jp\nTo: y@example.jp\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=outer\n\npreamble\n--outer\nContent-Type: multipart/alternative; boundary=\"inner\"\n\n--inner\nContent-Type: text/plain; charset=iso-2022-jp\nContent-Transfer-Encoding: base64\n\nGyRCOzNFRBsoQg==\n--inner\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n<p>=E5=B1=B1=E7=94=B0</p>\n--inner--\n--outer\nContent-Type: application/octet-stream; name=\"list.csv\"\nContent-Disposition: attachment; filename*=utf-8''%E5%90%8D%E7%B0%BF.csv\nContent-Transfer-Encoding: base64\n\nbmFtZSx0ZWwKYSwwOTAtMTIzNC01Njc4Cg==\n--outer\nContent-Type: message/rfc822\n\nFrom: inner@example.jp\nSubject: within\n\nforwarded\n\n--outer--\nepilogue\n";

#[test]
fn parts_are_read_each_in_its_way() {
    let got = Collected::of("a.eml", MIXED.as_bytes());
    assert!(got.gaps.is_empty(), "{:?}", got.gaps);
    let texts: Vec<&str> = said(&got).into_iter().filter(|(name, _)| name.is_none()).map(|(_, text)| text).collect();
    assert_eq!(texts, ["preamble", "山田", "epilogue"]);
    assert_eq!(
        got.children.iter().map(|c| c.0.as_str()).collect::<Vec<_>>(),
        ["body.html", "名簿.csv", "message 3.eml"]
    );
    assert_eq!(part(&got, "名簿.csv").format, "csv");
    assert_eq!(part(&got, "message 3.eml").format, "mail");
    assert!(part(&got, "body.html").all_text().contains("山田"));
    assert!(said(&got).contains(&(Some("filename"), "名簿.csv")));
    places_are_true(&got, MIXED.as_bytes());
}

#[test]
fn a_mailbox_has_a_part_for_each_message() {
    let from = "From a@example.jp Sun Sep 01 09:00:00 2024\n";
    let mbox = format!(
        "{from}{MIXED}\n{from}From: z@example.jp\nTo: w@example.jp\n\nFrom here on\n>From quoted\nFrom x@y Mon 10:00\n\nend\n\n{from}Subject: last\n\nbody"
    );
    let got = Collected::of("box", mbox.as_bytes());
    assert_eq!(got.format, "mbox");
    assert!(got.records.is_empty() && got.gaps.is_empty());
    assert_eq!(got.children.len(), 3);
    assert_eq!(part(&got, "message 1").children.len(), 3);
    let second = said(part(&got, "message 2"));
    assert_eq!(second[0], (None, from.trim_end()));
    assert_eq!(
        second[3..].iter().map(|s| s.1).collect::<Vec<_>>(),
        ["From here on", ">From quoted", "From x@y Mon 10:00", "end"]
    );
    assert!(part(&got, "message 3").all_text().ends_with("body\n"));
    places_are_true(&got, mbox.as_bytes());
}

#[test]
fn garbage_in_the_midst_of_a_mailbox_costs_nothing_but_itself() {
    let from = "From a@example.jp Sun Sep 01 09:00:00 2024\n";
    let mut mbox = format!("{from}{MIXED}\n").into_bytes();
    mbox.extend((0..3000_u32).map(|n| (n * 7919 % 251) as u8));
    mbox.extend(format!("\n{from}To: w@example.jp\nFrom: q@example.jp\n\nbody").bytes());
    let got = Collected::of("box", &mbox);
    assert_eq!(got.children.len(), 2);
    assert!(part(&got, "message 2").all_text().contains("w@example.jp"));
}

#[test]
fn what_is_cut_off_is_told() {
    let got = Collected::of("a.eml", &MIXED.as_bytes()[..MIXED.find("bmFtZ").unwrap() + 21]);
    assert_eq!(got.gap_kinds(), [GapKind::Truncated, GapKind::Truncated]);
    assert!(got.all_text().contains("name"));
    let never = MIXED.replace("--outer--", "--other--");
    assert_eq!(Collected::of("a.eml", never.as_bytes()).gap_kinds(), [GapKind::Truncated]);
}

#[test]
fn a_boundary_that_no_header_declares_is_found() {
    for mail in [
        MIXED.replace("boundary=outer", "boundary=wrong"),
        MIXED.replace("; boundary=outer", ""),
        MIXED.replace("Content-Type: multipart/mixed; boundary=outer\n", ""),
    ] {
        let got = Collected::of("a.eml", mail.as_bytes());
        assert_eq!(part(&got, "名簿.csv").format, "csv");
        assert!(got.all_text().contains("epilogue"));
    }
}

#[test]
fn many_multiparts_in_a_row_and_inside_each_other_are_bounded() {
    let mut mail = "From: a\nTo: b\n\n".to_owned();
    (0..3000).for_each(|n| mail.push_str(&format!("--bound{n}\nContent-Type: text/plain\n\ntext {n}\n--bound{n}--\n")));
    let got = Collected::of("a.eml", mail.as_bytes());
    assert!(got.all_text().contains("text 2999") && got.gaps.is_empty());
    let mut deep = "From: a\nTo: b\n".to_owned();
    (0..3000).for_each(|n| deep.push_str(&format!("Content-Type: multipart/mixed; boundary=bound{n}\n\n--bound{n}\n")));
    deep.push_str("\nlast words\n");
    let got = Collected::of("a.eml", deep.as_bytes());
    assert!(got.all_text().contains("last words"));
    assert!(got.gap_kinds().contains(&GapKind::OverLimit));
}

#[test]
fn uuencode_flowed_text_and_pgp() {
    let mail = "From: a\nTo: b\nContent-Type: text/plain; format=flowed\n\nTel: 090- \n1234-5678\n> quoted\n\nbegin 644 a.csv\n+;F%M92QT96P*80IA\n`\nend\nafter\n-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----\n";
    let got = Collected::of("a.eml", mail.as_bytes());
    let texts: Vec<&str> = said(&got).into_iter().skip(3).map(|(_, text)| text).collect();
    assert_eq!(texts[..2], ["Tel: 090- 1234-5678", "quoted"]);
    assert!(texts.contains(&"after"));
    assert!(part(&got, "a.csv").all_text().contains("name"));
    assert_eq!(got.gap_kinds(), [GapKind::Encrypted]);
}

#[test]
fn an_encrypted_message_is_told() {
    let mail = "From: a\nTo: b\nContent-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=x\n\n--x\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--x\n\n-----BEGIN PGP MESSAGE-----\n--x--\n";
    let got = Collected::of("a.eml", mail.as_bytes());
    assert_eq!(got.gaps[0].0.as_deref(), Some("encrypted message"));
    assert_eq!(got.gap_kinds(), [GapKind::Encrypted]);
}

#[test]
fn damaged_attachments_are_read_as_far_as_they_go() {
    let mail = MIXED.replace("bmFtZSx0ZWwKYSww", "bmFtZSx0\n**\nZWwKYSww");
    let got = Collected::of("a.eml", mail.as_bytes());
    assert_eq!(got.gap_kinds(), [GapKind::Malformed]);
    assert!(part(&got, "名簿.csv").all_text().contains("090-1234-5678"));
}

#[test]
fn what_is_no_mail_is_not_claimed() {
    for text in ["Name: a\nAge: 3\n\nx", "From here to there\n", "a,b\n1,2\n", "Date: 1\nLines: 2\n"] {
        assert!(!["mail", "mbox"].contains(&Collected::of("a.txt", text.as_bytes()).format), "{text}");
    }
    for mail in
        ["\u{feff}From: a\nTo: b\n\nx", "1234\nReceived: from a\n by b\nDate: x\n\nx", "Path: a\nNewsgroups: b\n\nx"]
    {
        let got = Collected::of("a", mail.as_bytes());
        assert_eq!((got.format, got.all_text().ends_with("x\n")), ("mail", true), "{mail}");
    }
}

#[test]
fn it_does_not_hang_on_how_bytes_arrive() {
    let from = "From a@example.jp Sun Sep 01 09:00:00 2024\n";
    let mbox = format!("{from}{MIXED}\n{}", format!("{from}{MIXED}").repeat(150));
    let whole = Collected::of("box", mbox.as_bytes());
    for sizes in [&[1][..], &[4096], &[65_537, 3]] {
        let pieces = Collected::in_pieces(None, "box", mbox.as_bytes(), sizes);
        assert_eq!(pieces.children.len(), whole.children.len());
        assert_eq!(pieces.all_text(), whole.all_text());
    }
}

#[test]
fn cut_and_flipped_anywhere_it_neither_panics_nor_hangs() {
    for cut in (0..MIXED.len()).step_by(5) {
        Collected::by(&Mail, "a.eml", &MIXED.as_bytes()[..cut]);
        let mut damaged = MIXED.as_bytes().to_vec();
        damaged[cut] ^= [0x01, 0x80, 0xFF][cut % 3];
        Collected::by(&Mbox, "a.eml", &damaged);
    }
}

#[test]
fn what_is_sealed_never_passes_for_looked_at() {
    for (kind, gap) in [
        ("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", GapKind::Encrypted),
        ("application/x-pkcs7-mime", GapKind::Encrypted),
        ("application/pkcs7-mime; smime-type=compressed-data", GapKind::UnsupportedFormat),
        ("application/octet-stream; name=a.asc", GapKind::Encrypted),
    ] {
        let body = data_encoding::BASE64.encode(b"-----BEGIN PGP MESSAGE-----\n\nabc\n");
        let mail = format!("From: a\nTo: b\nContent-Type: {kind}\nContent-Transfer-Encoding: base64\n\n{body}\n");
        let got = Collected::of("a.eml", mail.as_bytes());
        let below = got.children.iter().flat_map(|(_, child)| child.gap_kinds());
        let all: Vec<GapKind> = got.gap_kinds().into_iter().chain(below).collect();
        assert!(all.contains(&gap), "{kind}: {all:?}");
    }
}
