//! Rows that tell of a firm: in a column of firms' names, or with a name as firms have it.

use std::sync::LazyLock;

use super::header::Header;

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
    "organization",
    "organisation",
    "vendor",
    "supplier",
];
/// No name of a firm is longer, in bytes.
const NAME_BYTES: usize = 150;

static NAMES: LazyLock<Vec<Header>> = LazyLock::new(|| COLUMNS.iter().map(|name| Header::new(name)).collect());

/// Whether a column of this header holds names of firms.
pub(super) fn is_column(header: &Header) -> bool {
    NAMES.iter().any(|name| header.is(name))
}

/// Whether a cell holds the name of a firm. That says nothing of whether its row names somebody too.
pub(super) fn is_name(cell: &str, in_column: bool) -> bool {
    let text = cell.trim();
    let has_form = || FORMS.iter().any(|form| text.starts_with(form) || text.ends_with(form));
    !text.is_empty() && text.len() <= NAME_BYTES && (in_column || has_form())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn firms_are_known_by_their_form_or_their_column() {
        for text in ["株式会社山本商店", "山本商店（株）", " ㈱山本", "Yamamoto Co., Ltd."] {
            assert!(is_name(text, false), "{text}");
        }
        for text in ["先日の株式会社山本の件", "山本太郎", ""] {
            assert!(!is_name(text, false), "{text}");
        }
        assert!(is_name("山本商店", true) && !is_name(" ", true));
        for name in ["会社名", "【御社名】（必須）", " Company Name", "companyName", "company_name"] {
            assert!(is_column(&Header::new(name)), "{name}");
        }
        for name in ["会社電話", "氏名", "company tel", ""] {
            assert!(!is_column(&Header::new(name)), "{name}");
        }
    }
}
