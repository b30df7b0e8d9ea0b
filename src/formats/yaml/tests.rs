use crate::formats::collected::Collected;
use crate::model::Bond;

const PEOPLE: &str = "# 会員 note@example.jp\nversion: 2\nowner:\n  name: 管理 太郎\n  mail: owner@example.jp\nmembers:\n- name: 山田 太郎\n  mail: \"a@example.jp\" # 旧: old@example.jp\n  \
tel:\n    - 090-1234-5601\n    - 03-1234-5678\n  memo: |\n    一行目\n    二行目 x: y\n- {name: 佐藤 花子, mail: 'b@example.jp', tags: [x, \"y, z\"]}\n-   name: &n 鈴木\n    \
c@example.jp: 1\nlate: z\n";

/// Records as `name=text` in rows.
fn rows(got: &Collected, text: &str) -> Vec<String> {
    let row = |fields: &Vec<crate::formats::collected::Kept>| {
        let field = |f: &crate::formats::collected::Kept| {
            let at = usize::try_from(f.place.offset).unwrap();
            assert!(f.charset.is_none() || text.get(at..).unwrap().starts_with(&f.text), "{f:?}");
            format!("{}={}", f.name.as_deref().unwrap_or("-"), f.text)
        };
        fields.iter().map(field).collect::<Vec<_>>().join("|")
    };
    got.records.iter().map(|(_, _, fields)| row(fields)).collect()
}

#[test]
fn items_are_rows_and_keys_are_names() {
    let got = Collected::of("a.yaml", PEOPLE.as_bytes());
    assert_eq!((got.format, got.gaps.len()), ("yaml", 0));
    assert_eq!(
        rows(&got, PEOPLE),
        [
            "-=# 会員 note@example.jp",
            "version=2",
            "name=管理 太郎|mail=owner@example.jp",
            "-=# 旧: old@example.jp",
            "memo=一行目",
            "memo=二行目 x: y",
            "name=山田 太郎|mail=a@example.jp|tel=090-1234-5601|tel=03-1234-5678",
            "name=佐藤 花子|mail=b@example.jp|tags=x|tags=y, z",
            "name=鈴木|-=c@example.jp|c@example.jp=1",
            "late=z",
        ]
    );
    let row = got.records.iter().find(|r| r.2.len() == 4 && r.0 == Bond::Row).unwrap();
    assert_eq!(row.2[1].place.pointer.as_deref(), Some("/members/0/mail"));
    assert_eq!((row.2[1].place.row, row.2[3].place.pointer.as_deref()), (Some(8), Some("/members/0/tel/1")));
}

#[test]
fn documents_lists_of_words_and_broken_lines() {
    let text =
        "---\n- a@example.jp\n- b@example.jp\n...\n---\nkey: one\n  two c@example.jp\n\tfree text\n\"quoted key\": v\n";
    let got = Collected::of("a.yml", text.as_bytes());
    assert_eq!(
        rows(&got, text),
        ["-=a@example.jp", "-=b@example.jp", "key=one two c@example.jp free text|quoted key=v"]
    );
}

#[test]
fn encodings_and_hostile_nesting() {
    for codec in [encoding_rs::SHIFT_JIS, encoding_rs::EUC_JP, encoding_rs::ISO_2022_JP] {
        let bytes = codec.encode(PEOPLE).0.into_owned();
        assert!(Collected::of("a.yaml", &bytes).all_text().contains("鈴木"), "{}", codec.name());
    }
    let deep: String = (0..2000).map(|n| format!("{}k:\n", " ".repeat(n))).collect();
    Collected::of("a.yaml", deep.as_bytes());
    Collected::of("a.yaml", "- ".repeat(5000).as_bytes());
    Collected::of("a.yaml", format!("a: {}", "[".repeat(3000)).as_bytes());
    let bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n";
    assert!(Collected::of("a.yaml", bomb.as_bytes()).records.len() < 5);
    for cut in 0..PEOPLE.len() {
        Collected::of("a.yaml", &PEOPLE.as_bytes()[..cut]);
    }
}

#[test]
fn other_texts_are_not_taken() {
    for (name, text) in [
        ("a.txt", "---\nThis is a letter.\nTo: you\n"),
        ("a.log", "---\na: 1\nb: 2\n"),
        ("a", "a: 1\nb: 2\n"),
        ("a.md", "---\ntitle: x\n---\ntext\n"),
    ] {
        assert_ne!(Collected::of(name, text.as_bytes()).format, "yaml", "{text}");
    }
    assert_eq!(Collected::of("a", b"---\na: 1\nb: 2\n").format, "yaml");
}
