//! What is said around a list for letters: before it is written, and after.

use super::show::{calm, grouped};
use crate::case::letters::LettersResult;
use crate::model::Lang;

/// What will happen, in plain words, before it is asked whether it shall.
pub fn before(case: &str, file: &str, lang: Lang) -> String {
    let (case, file) = (calm(case), calm(file));
    lang.pick(
        format!(
            "Personal data is about to be written in clear.\n  \
             from:        the sealed evidence of {case}, which is looked at once more\n  \
             to:          {file} (only you can read it; it is not encrypted)\n  \
             written:     of each person: name, kana, mail addresses, telephone numbers, postal code, address, and which kinds of data they lost\n  \
             not written: card numbers, My Numbers, passwords and every other value; only that they were lost\n  \
             set down:    who did it, when, why, and the digest of the file, in the chain of custody of the case\n\
             Keep the file where the case is kept, and delete it when the letters are out."
        ),
        format!(
            "個人データを伏せずに書き出します。\n  \
             元:         {case} の封印済みの証拠（もう一度検査します）\n  \
             先:         {file}（実行した利用者だけが読めます。暗号化はされません）\n  \
             書くもの:   一人ずつの氏名、フリガナ、メールアドレス、電話番号、郵便番号、住所と、漏えいした項目の種類\n  \
             書かないもの: カード番号、マイナンバー、パスワードなど、その他の値。漏えいしたことだけを書きます\n  \
             記録:       実施者、日時、理由、ファイルのダイジェストを、事案の証拠管理の記録に残します\n\
             このファイルは事案と同じように保管し、通知が済んだら削除してください。"
        ),
    )
}

/// What was written.
pub fn after(result: &LettersResult, lang: Lang) -> String {
    let letters = &result.letters;
    let [people, groups, unreachable] = [letters.people, letters.groups, letters.unreachable].map(grouped);
    let file = calm(&result.file);
    let mut text = lang.pick(
        format!(
            "{file}: {people} people in {groups} groups, one letter for each group\n  SHA-256 {}\n  \
             {unreachable} of them have no mail address, telephone number or address in what was found\n",
            result.sha256
        ),
        format!(
            "{file}: {people} 人、{groups} グループ（グループごとに同じ文面で通知できます）\n  SHA-256 {}\n  \
             うち {unreachable} 人は、見つかった範囲に連絡先（メールアドレス、電話番号、住所）がありません\n",
            result.sha256
        ),
    );
    if result.gaps > 0 {
        let gaps = grouped(result.gaps);
        text += &lang.pick(
            format!("  {gaps} things were not read: people who are only there are not in the list\n"),
            format!("  読み取れなかったものが {gaps} 件あります。そこにしかいない人は一覧にありません\n"),
        );
    }
    text
}

/// Who is left out of the list: nobody must look for it in vain.
pub fn without(own_domains: &[String], lang: Lang) -> String {
    let domains = own_domains.iter().map(|domain| calm(domain)).collect::<Vec<_>>().join(", ");
    lang.pick(
        format!("note: own staff is not in the list: mail addresses of {domains}"),
        format!("注: 自社の人（{domains} のメールアドレス）は、この一覧に入りません"),
    )
}
