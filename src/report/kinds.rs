//! Kinds of personal data: what each is called in both languages, and its rung on the ladder of harm.
//!
//! An entity that is not in the table (a user's rule) is shown by its id on the last rung, never dropped.

use serde::Serialize;

use crate::model::Lang;

/// Rungs from the most urgent down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Rung {
    /// Money can be taken, or the number cannot be changed easily.
    Urgent,
    /// Picks out one person by itself, or with a register.
    Identity,
    /// A way to reach the person.
    Contact,
    /// Anything else that a rule looks for.
    Other,
}

/// All rungs, in order.
pub(super) const RUNGS: [Rung; 4] = [Rung::Urgent, Rung::Identity, Rung::Contact, Rung::Other];

/// One known kind.
struct Known {
    id: &'static str,
    rung: Rung,
    ja: &'static str,
    en: &'static str,
    /// Whether the report says "not looked for" when no rule looks for it. False where another entry covers it.
    told: bool,
}

const fn known(id: &'static str, rung: Rung, ja: &'static str, en: &'static str, told: bool) -> Known {
    Known { id, rung, ja, en, told }
}

const KNOWN: &[Known] = &[
    known("card", Rung::Urgent, "クレジットカード番号", "Payment card number", true),
    known("card_number", Rung::Urgent, "クレジットカード番号", "Payment card number", false),
    known("my_number", Rung::Urgent, "マイナンバー（個人番号）", "My Number (Individual Number)", true),
    known(
        "sensitive",
        Rung::Urgent,
        "要配慮個人情報（病歴、健診結果、犯罪歴など）",
        "Special-care data (illness, check-up results, criminal record, …)",
        true,
    ),
    known("bank_account", Rung::Urgent, "銀行口座番号", "Bank account number", true),
    known("password", Rung::Urgent, "パスワード", "Password", true),
    known("password_hash", Rung::Urgent, "パスワードのハッシュ値", "Password hash", false),
    known("secret", Rung::Urgent, "鍵・トークン", "Key or token", false),
    known("card_cvv", Rung::Urgent, "カードのセキュリティコード", "Card security code", false),
    known("card_expiry", Rung::Urgent, "カードの有効期限", "Card expiry date", false),
    known("person_name", Rung::Identity, "氏名", "Person's name", true),
    known("name_kana", Rung::Identity, "氏名のフリガナ", "Name in kana", false),
    known("surname", Rung::Identity, "姓", "Surname", false),
    known("given_name", Rung::Identity, "名", "Given name", false),
    known("birth_date", Rung::Identity, "生年月日", "Date of birth", true),
    known("drivers_license", Rung::Identity, "運転免許証番号", "Driver's licence number", true),
    known("passport_number", Rung::Identity, "旅券（パスポート）番号", "Passport number", true),
    known("residence_card", Rung::Identity, "在留カード番号", "Residence card number", false),
    known("health_insurance_no", Rung::Identity, "健康保険証の記号・番号", "Health insurance number", true),
    known("pension_number", Rung::Identity, "基礎年金番号", "Basic pension number", true),
    known("employment_insurance_no", Rung::Identity, "雇用保険被保険者番号", "Employment insurance number", false),
    known("juminhyo_code", Rung::Identity, "住民票コード", "Resident record code", false),
    known("care_insurance_no", Rung::Identity, "介護保険被保険者番号", "Care insurance number", false),
    known("student_id", Rung::Identity, "学籍番号・受験番号", "Student or examinee number", false),
    known("member_id", Rung::Identity, "会員番号・顧客番号", "Member or customer number", false),
    known("employee_id", Rung::Identity, "社員番号・職員番号", "Employee number", false),
    known("patient_id", Rung::Identity, "患者番号・診察券番号", "Patient number", false),
    known("email", Rung::Contact, "メールアドレス", "E-mail address", true),
    known("phone", Rung::Contact, "電話番号", "Phone number", true),
    known("mobile_phone", Rung::Contact, "携帯電話番号", "Mobile phone number", false),
    known("address", Rung::Contact, "住所", "Postal address", true),
    known("postal_code", Rung::Contact, "郵便番号", "Postal code", false),
    known("directory_listing", Rung::Other, "フォルダーの一覧表示", "Directory listing", false),
    known("confidential_mark", Rung::Other, "秘密の表示（社外秘など）", "Mark of confidentiality", false),
    known("card_last4", Rung::Other, "伏せ字のカード番号（下4桁）", "Masked card number", false),
    known("health_insurer_no", Rung::Other, "保険者番号", "Health insurer number", false),
    known("invoice_number", Rung::Other, "インボイス登録番号", "Invoice issuer number", false),
    known("corporate_number", Rung::Other, "法人番号", "Corporate number", false),
];

/// What an entity is called: its label, or its own id if the table does not know it.
pub fn label(id: &str, lang: Lang) -> String {
    KNOWN.iter().find(|kind| kind.id == id).map_or_else(|| id.to_owned(), |kind| lang.pick(kind.en, kind.ja).to_owned())
}

/// Its place on the ladder: rung, then the order of the table, then the id.
pub(super) fn place(id: &str) -> (Rung, usize) {
    KNOWN
        .iter()
        .position(|kind| kind.id == id)
        .and_then(|at| KNOWN.get(at).map(|kind| (kind.rung, at)))
        .unwrap_or((Rung::Other, usize::MAX))
}

/// Kinds of data as a letter names them, by their place among `entities`: the most harmful first.
pub fn in_order(entities: &[String], lang: Lang) -> Vec<(usize, String)> {
    let mut all: Vec<(usize, &String)> = entities.iter().enumerate().collect();
    all.sort_by_key(|(_, id)| place(id));
    all.into_iter().map(|(at, id)| (at, label(id, lang))).collect()
}

/// Kinds that a reader would expect and that no rule of this run looks for, in ladder order.
pub(super) fn not_looked_for<'a>(looked_for: impl Fn(&str) -> bool + 'a) -> impl Iterator<Item = &'static str> + 'a {
    KNOWN.iter().filter(move |kind| kind.told && !covered(kind.id, &looked_for)).map(|kind| kind.id)
}

fn covered(id: &str, looked_for: impl Fn(&str) -> bool) -> bool {
    looked_for(id) || (id == "card" && looked_for("card_number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_come_before_contact_data_and_unknown_kinds_last() {
        let mut ids = ["zzz", "email", "my_number", "card", "passport_number"];
        ids.sort_by_key(|id| (place(id), *id));
        assert_eq!(ids, ["card", "my_number", "passport_number", "email", "zzz"]);
    }

    #[test]
    fn a_kind_that_no_rule_looks_for_is_named() {
        let missing: Vec<_> = not_looked_for(|id| matches!(id, "card_number" | "email")).collect();
        assert!(missing.contains(&"my_number") && missing.contains(&"person_name"));
        assert!(!missing.contains(&"card") && !missing.contains(&"email"));
    }
}
