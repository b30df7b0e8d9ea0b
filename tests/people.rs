//! How many people, told of incidents as they are reported: several lists on one stick, a mail that shows everybody to everybody, a shop's cards, names alone, firms. All data made up.
#![expect(clippy::disallowed_methods, reason = "a test makes its own folder")]

mod real;

use std::fs;
use std::path::Path;

use serde_json::Value;

const SURNAMES: [&str; 20] = [
    "佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤", "吉田", "山田", "山口", "松本",
    "井上", "木村", "清水", "池田", "橋本", "石川",
];
const GIVEN: [&str; 25] = [
    "太郎", "花子", "健一", "直樹", "大輔", "健太", "翔太", "拓也", "達也", "美咲", "陽菜", "結衣", "智子", "陽子",
    "裕子", "香織", "由美", "明美", "直美", "洋子", "京子", "恵子", "和子", "幸子", "節子",
];
const SYLLABLES: [&str; 5] = ["", "一", "二", "三", "四"];

/// One of 2,500 names, each another.
fn name(number: usize) -> String {
    let (surname, rest) = (SURNAMES[number % 20], number / 20);
    format!("{surname}{}{}", SYLLABLES[rest / 25 % 5], GIVEN[rest % 25])
}

fn birth(number: usize) -> String {
    format!("{}-{:02}-{:02}", 2008 + number % 9, 1 + number % 12, 1 + number % 28)
}

fn write(folder: &Path, path: &str, header: &str, rows: impl IntoIterator<Item = String>) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let rows: String = rows.into_iter().map(|row| row + "\n").collect();
    fs::write(path, format!("{header}\n{rows}")).unwrap();
}

fn scan(folder: &Path) -> Value {
    let ended = real::hozen(&["scan", folder.to_str().unwrap(), "--format", "json"]);
    assert!(matches!(ended.code, Some(0 | 3)), "{}", ended.stderr);
    ended.json()
}

/// At least, estimate, at most.
fn people(of: &Value) -> [u64; 3] {
    ["at_least", "estimate", "at_most"].map(|number| of[number].as_u64().unwrap())
}

fn leaf<'a>(result: &'a Value, name: &str) -> &'a Value {
    let leaves = result["leaves"].as_array().unwrap();
    leaves.iter().find(|leaf| leaf["path"].as_str().unwrap().contains(name)).unwrap()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or(0)
}

/// Five lists of three schools on one stick: whether the child of one is the child of the other is known only where a date of birth or a number says so.
#[test]
fn five_lists_of_three_schools_on_one_stick() {
    let stick = tempfile::tempdir().unwrap();
    let at = stick.path();
    let pupil = |n: usize| format!("{},{},{}", 10_000 + n, name(n), birth(n));
    write(at, "東小/児童名簿.csv", "児童番号,氏名,生年月日", (0..344).map(pupil));
    // The same pupils, without their numbers: name and date of birth say who.
    write(at, "東小/健康記録.csv", "氏名,生年月日,病歴", (0..117).map(|n| format!("{},{},喘息", name(n), birth(n))));
    // Names alone, of another school: pupils of the first, or others of their name.
    write(at, "西小/緊急連絡先.csv", "氏名,電話番号", (300..326).map(|n| format!("{},03-5555-{n:04}", name(n))));
    write(at, "西小/職員健診.csv", "職員番号,氏名,血圧", (1000..1013).map(|n| format!("S{n},{},120", name(n))));
    write(at, "南中/発育測定.csv", "学籍番号,氏名,身長", (1200..1335).map(|n| format!("{n},{},150", name(n))));
    let result = scan(at);
    let [least, estimate, most] = people(&result["subjects"]);
    // Whoever is on several lists once, or each by each.
    assert_eq!(people(leaf(&result, "児童名簿")), [344; 3]);
    assert_eq!(people(leaf(&result, "健康記録")), [117; 3]);
    assert_eq!(people(leaf(&result, "職員健診")), [13; 3]);
    assert_eq!(people(leaf(&result, "発育測定")), [135; 3]);
    assert!((344 + 13 + 135..=344 + 26 + 13 + 135).contains(&estimate), "{estimate}");
    assert!((344..=344 + 13 + 135).contains(&least), "{least}");
    assert!((344 + 26 + 13 + 135..=344 + 117 + 26 + 13 + 135).contains(&most), "{most}");
    let categories = &result["who"]["categories"];
    assert_eq!(number(&categories["employee"]), 13, "{categories}");
    assert!(number(&categories["pupil"]) >= 344 + 135, "{categories}");
    assert_eq!(number(&result["who"]["by_kind"]["sensitive"]), 117 + 13 + 135, "{}", result["who"]["by_kind"]);
}

/// A mail to 2,955 people with everybody in To and Cc: each sees all the others.
#[test]
fn a_mail_that_shows_2955_addresses() {
    let folder = tempfile::tempdir().unwrap();
    let address = |n: usize| format!("kaiin{n:04}@mail.example.jp");
    let list = |range: std::ops::Range<usize>| range.map(address).collect::<Vec<_>>().join(",\r\n ");
    let head = format!(
        "From: <info@kaisha.example.jp>\r\nTo: {}\r\nCc: {}\r\nSubject: news\r\nDate: Mon, 02 Mar 2026 09:00:00 +0900\r\n\r\nhello\r\n",
        list(0..2_500),
        list(2_500..2_955)
    );
    fs::write(folder.path().join("news.eml"), head).unwrap();
    let result = scan(folder.path());
    assert_eq!(people(&result["subjects"]), [2_955; 3]);
    assert_eq!(number(&result["who"]["by_kind"]["email"]), 2_955);
    assert_eq!(number(&result["who"]["apart"]["role_address"]), 1, "the sender is an office");
    let recipients = &result["files"][0]["recipients"];
    assert_eq!([number(&recipients["to"]), number(&recipients["cc"])], [2_500, 455], "{recipients}");
}

fn luhn(body: u64) -> String {
    let digits = body.to_string();
    let double = |d: u32| if d > 4 { d * 2 - 9 } else { d * 2 };
    let sum: u32 = digits
        .chars()
        .rev()
        .filter_map(|digit| digit.to_digit(10))
        .enumerate()
        .map(|(at, d)| if at % 2 == 0 { double(d) } else { d })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// Cards of a shop: of some the security code leaked too, and each person may be told only their own.
#[test]
fn cards_with_and_without_security_code() {
    let folder = tempfile::tempdir().unwrap();
    let row = |n: usize| {
        let cvv = if n < 60 { format!("{:03}", 100 + n) } else { String::new() };
        format!("{},{},{:02}/29,{cvv}", name(n), luhn(435_912_340_000_000 + n as u64 * 7_919), 1 + n % 12)
    };
    write(folder.path(), "決済.csv", "カード名義,カード番号,有効期限,セキュリティコード", (0..189).map(row));
    let result = scan(folder.path());
    assert_eq!(people(&result["subjects"]), [189; 3]);
    let sets = result["who"]["by_kinds"].as_array().unwrap();
    let had = |code: bool| {
        let of = |set: &&Value| set["kinds"].as_array().unwrap().iter().any(|kind| kind == "card_cvv") == code;
        sets.iter().filter(of).map(|set| number(&set["people"])).sum::<u64>()
    };
    assert_eq!((had(true), had(false)), (60, 129), "{sets:?}");
    assert_eq!(number(&result["who"]["by_kind"]["card"]), 189);
}

/// An account list of which some only asked for a leaflet, one in fifty: what they had is told apart. As in a case of 110,000 people and 2,180, at a hundredth.
#[test]
fn most_with_all_of_it_and_some_with_name_and_mail_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mail = |n: usize| format!("kokyaku{n}@mail.example.jp");
    let full = |n: usize| {
        format!(
            "{},{},090-{:04}-{:04},1990-01-{:02},東京都千代田区丸の内1-2-{n}",
            name(n),
            mail(n),
            2_000 + n,
            n,
            1 + n % 28
        )
    };
    write(folder.path(), "口座.csv", "氏名,メールアドレス,電話番号,生年月日,住所", (0..1_078).map(full));
    let asked = (1_078..1_100).map(|n| format!("{},{}", name(n), mail(n)));
    write(folder.path(), "資料請求.csv", "氏名,メールアドレス", asked);
    let result = scan(folder.path());
    assert_eq!(people(&result["subjects"]), [1_100; 3]);
    let sets = result["who"]["by_kinds"].as_array().unwrap();
    let sets: Vec<(usize, u64)> =
        sets.iter().map(|set| (set["kinds"].as_array().unwrap().len(), number(&set["people"]))).collect();
    assert_eq!(sets, [(5, 1_078), (2, 22)]);
}

/// A list of names is people, too; beside the list that they come from nobody further, but for the most.
#[test]
fn persons_with_names_only() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "出席者.csv", "氏名,出欠", (0..50).map(|n| format!("{},出席", name(n))));
    assert_eq!(people(&scan(folder.path())["subjects"]), [50; 3]);
    write(folder.path(), "会員.csv", "会員番号,氏名", (0..80).map(|n| format!("M{n:05},{}", name(n))));
    assert_eq!(people(&scan(folder.path())["subjects"]), [80, 80, 130]);
    // In two columns it is the same name.
    let halves = |n: usize| {
        let name = name(n);
        format!("{n},{},{}", &name[..6], &name[6..])
    };
    write(folder.path(), "申込.csv", "No,姓,名", (0..20).map(halves));
    assert_eq!(people(&scan(folder.path())["subjects"]), [80, 80, 150]);
}

/// Firms by their number are no people; who is in charge there is.
#[test]
fn corporate_rows_are_counted_apart() {
    let folder = tempfile::tempdir().unwrap();
    let number_of = |n: u64| {
        let body = 100_000_000_000 + n * 37;
        let digits: Vec<u64> = body.to_string().bytes().rev().map(|digit| u64::from(digit - b'0')).collect();
        let sum: u64 = digits.iter().enumerate().map(|(at, digit)| digit * (1 + at as u64 % 2)).sum();
        format!("{}{body}", 9 - sum % 9)
    };
    let row = |n: u64| format!("{},第{n}商事株式会社,03-4{:03}-{:04}", number_of(n), n / 1_000, n);
    write(folder.path(), "仲介者.csv", "法人番号,会社名,電話番号", (1..2_131).map(row));
    let result = scan(folder.path());
    assert_eq!(people(&result["subjects"]), [0; 3]);
    assert_eq!(number(&result["who"]["apart"]["corporate"]), 2_130);
    let clerk = |n: u64| format!("{},第{n}商事株式会社,{}", number_of(n), name(n as usize));
    write(folder.path(), "担当.csv", "法人番号,会社名,担当者名", (0..40).map(clerk));
    assert_eq!(people(&scan(folder.path())["subjects"]), [40; 3]);
}

/// A number that card networks publish for tests is nobody's card, beside a name neither.
#[test]
fn cards_for_tests_are_counted_apart() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("test.txt"), "4111111111111111\n5555555555554444\n").unwrap();
    let result = scan(folder.path());
    assert_eq!(people(&result["subjects"]), [0; 3]);
    assert_eq!(number(&result["who"]["apart"]["example"]), 2);
    write(
        folder.path(),
        "list.csv",
        "氏名,カード番号",
        ["山田太郎,4111111111111111".to_owned(), "佐藤花子,4539148803436467".to_owned()],
    );
    let result = scan(folder.path());
    assert_eq!(people(&result["subjects"]), [2; 3]);
    assert_eq!(number(&result["who"]["by_kind"]["card"]), 1);
}

/// What a column is called says what its people are, and says it better than the name of the file.
#[test]
fn columns_say_what_people_are() {
    let folder = tempfile::tempdir().unwrap();
    let rows = |from: usize, to: usize| (from..to).map(|n| format!("{},{}", name(n), birth(n)));
    write(folder.path(), "data.csv", "患者名,生年月日", rows(10, 14));
    write(folder.path(), "顧客/一覧.csv", "生徒名,生年月日", rows(0, 3));
    write(folder.path(), "顧客/別表.csv", "氏名,生年月日", rows(20, 22));
    let categories = &scan(folder.path())["who"]["categories"];
    assert_eq!(["patient", "pupil", "customer"].map(|of| number(&categories[of])), [4, 3, 2]);
}

/// Who is written with a slip in one of two lists, or married between them, may be one person: *at least* must not count two. Two names of one day in one list are twins.
#[test]
fn a_slip_in_a_name_is_not_one_person_more_at_the_least() {
    let stick = tempfile::tempdir().unwrap();
    let at = stick.path();
    let ours = [
        "服部達也,1969-09-02",
        "相馬三郎,1998-10-02",
        "山下咲良,1977-04-03",
        "加藤一郎,2001-05-06",
        "加藤二郎,2001-05-06",
        "森 絆,",
    ];
    let theirs = ["服部達也,1969-09-03", "相馬郎三,1998-10-02", "東海林咲良,1977-04-03", "森絆,"];
    let list = |rows: &[&str], site: &str| -> Vec<String> {
        rows.iter().enumerate().map(|(at, row)| format!("{row},{site}{at}@kaiin.jp")).collect()
    };
    write(at, "a.csv", "氏名,生年月日,メールアドレス", list(&ours, "a"));
    write(at, "b.csv", "氏名,生年月日,メールアドレス", list(&theirs, "b"));
    assert_eq!(people(&scan(at)["subjects"]), [6, 10, 10]);
}

/// Mail from a form has a line for each thing: who asked is one person, whatever is said of them. With the next name the next person begins.
#[test]
fn lines_of_a_form_are_one_person() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let form = |n: usize| {
        format!(
            "お名前: {}\nフリガナ: ヤマダ タロウ\n性別: 男\nメールアドレス: form{n}@kaiin.jp\n電話番号: 03-5555-{n:04}\n携帯電話: 090-5555-{n:04}\n内容: 届きません\n",
            name(n)
        )
    };
    fs::write(at.join("one.txt"), format!("お問い合わせがありました。\n\n{}", form(7))).unwrap();
    assert_eq!(people(&scan(at)["subjects"])[..2], [1, 1]);
    let signature = "--\n山田 太郎\n株式会社サンプル商事\n〒100-0005 東京都千代田区丸の内1-2-3\nTEL: 03-1234-5678 / FAX: 03-1234-5679\n携帯: 090-1234-5678\nE-mail: yamada@kaiin.jp\n";
    fs::write(at.join("one.txt"), format!("お世話になっております。\n\n{signature}")).unwrap();
    assert_eq!(people(&scan(at)["subjects"])[0], 1);
    let sheet =
        |n: usize| format!("氏名　　　：{}\n生年月日　：1980年5月6日\n電話番号　：090-1234-{n:04}\n----\n", name(n));
    fs::write(at.join("one.txt"), (0..40).map(sheet).collect::<String>()).unwrap();
    assert_eq!(people(&scan(at)["subjects"])[..2], [40, 40]);
    let many: String = (0..40).map(form).collect();
    fs::write(at.join("one.txt"), many).unwrap();
    assert_eq!(people(&scan(at)["subjects"])[..2], [40, 40]);
}

/// A list of names and a list of addresses under it may be the same people: *at least* is one of both lists.
#[test]
fn what_nothing_links_may_be_the_same_people_at_the_least() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let lines = |line: &dyn Fn(usize) -> String| (0..30).map(|n| line(n) + "\n").collect::<String>();
    let names = lines(&|n| format!("氏名: {}", name(n)));
    let (mails, phones) = (lines(&|n| format!("w{n}@kaiin.jp")), lines(&|n| format!("090-6666-{n:04}")));
    fs::write(at.join("list.txt"), format!("{names}\n\n\n\n\n\n{mails}\n\n\n{phones}")).unwrap();
    let result = scan(at);
    assert_eq!(people(&result["subjects"]), [30, 90, 90]);
    assert_eq!(people(leaf(&result, "list.txt")), [30, 90, 90]);
}

/// Names in a column that nothing tells of may be further people: *at most* counts them.
#[test]
fn a_second_name_in_a_row_may_be_somebody() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write(at, "list.csv", "氏名,相方,電話番号", (0..9).map(|n| format!("{},{},03-5555-{n:04}", name(n), name(n + 40))));
    let [least, estimate, most] = people(&scan(at)["subjects"]);
    assert_eq!((least, estimate), (9, 9));
    assert!(most >= 18, "{most}");
}

/// A list of firms without numbers is a list of firms; a mail address of somebody's own, or a name, makes it people.
#[test]
fn firms_without_a_number_are_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let mail = |n: u32| if n < 4 { format!("info@firm{n}.co.jp") } else { String::new() };
    let rows = (0..9).map(|n| format!("株式会社第{n}商店,東京都千代田区丸の内1-2-{n},03-5555-{n:04},{}", mail(n)));
    write(at, "firms.csv", "会社名,住所,電話番号,メールアドレス", rows);
    let result = scan(at);
    assert_eq!(people(&result["subjects"]), [0; 3]);
    assert_eq!(number(&result["who"]["apart"]["role_address"]), 4);
    assert_eq!(number(&result["who"]["apart"]["corporate"]), 5);
    let rows = (0..9).map(|n| format!("株式会社第{n}商店,taro{n}@firm{n}.co.jp,03-6666-{n:04},"));
    let named = (20..29).map(|n| format!("第{n}商店,,03-7777-{n:04},{}", name(n)));
    write(at, "people.csv", "会社名,メールアドレス,電話番号,担当者名", rows.chain(named));
    assert_eq!(people(&scan(at)["subjects"]), [9, 18, 18]);
}
