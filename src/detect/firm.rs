//! Rows that tell of a firm: in a column of firms' names, or with a name as firms have it.

use crate::model::{Bond, Record};

/// How the name of a firm begins or ends.
const FORMS: &[&str] = &[
    "株式会社",
    "有限会社",
    "合同会社",
    "合資会社",
    "合名会社",
    "（株）",
    "(株)",
    "㈱",
    "（有）",
    "(有)",
    "㈲",
    "（同）",
    "(同)",
    "医療法人",
    "学校法人",
    "社会福祉法人",
    "財団法人",
    "社団法人",
    "宗教法人",
    "協同組合",
    "Co., Ltd.",
    "Co.,Ltd.",
    "Inc.",
    "Corporation",
];
/// What columns of firms' names are called.
const COLUMNS: &[&str] = &[
    "会社名",
    "会社",
    "企業名",
    "法人名",
    "社名",
    "貴社名",
    "御社名",
    "団体名",
    "取引先名",
    "取引先",
    "仕入先名",
    "仕入先",
    "得意先名",
    "得意先",
    "屋号",
    "店舗名",
    "事業所名",
    "事業者名",
    "company",
    "company name",
    "company_name",
    "organization",
    "organisation",
    "vendor",
    "supplier",
];
/// No name of a firm is longer, in bytes.
const NAME_BYTES: usize = 150;

/// Whether a row names a firm. That says nothing of whether it names somebody too.
pub(super) fn is_named(record: &Record<'_>) -> bool {
    record.bond == Bond::Row
        && record.fields.iter().any(|field| {
            let text = field.text.trim();
            let is_form = || FORMS.iter().any(|form| text.starts_with(form) || text.ends_with(form));
            let is_column = |name: &str| COLUMNS.contains(&name.trim().to_lowercase().as_str());
            !text.is_empty() && text.len() <= NAME_BYTES && (is_form() || field.name.is_some_and(is_column))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Field, Place};

    fn is_firm(name: Option<&str>, text: &str) -> bool {
        let fields = [Field { name, ..Field::new(text, Place::default()) }];
        is_named(&Record::whole(Bond::Row, &fields))
    }

    #[test]
    fn firms_are_known_by_their_form_or_their_column() {
        for (name, text) in [
            (None, "株式会社山本商店"),
            (None, "山本商店（株）"),
            (Some("備考"), "㈱山本"),
            (Some("会社名"), "山本商店"),
            (Some(" Company Name"), "Yamamoto"),
            (None, "Yamamoto Co., Ltd."),
        ] {
            assert!(is_firm(name, text), "{text}");
        }
        for (name, text) in [
            (Some("備考"), "先日の株式会社山本の件"),
            (Some("会社名"), " "),
            (Some("会社電話"), "03-1234-5678"),
            (Some("氏名"), "山本太郎"),
        ] {
            assert!(!is_firm(name, text), "{text}");
        }
        let fields = [Field::new("株式会社山本商店", Place::default())];
        assert!(!is_named(&Record::whole(Bond::Line, &fields)), "a line is no row");
    }
}
