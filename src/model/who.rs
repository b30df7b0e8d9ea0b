//! Who had what, where, and of which kind: what is told of people beside their number.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What people are to the house that the data leaked from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Customers, members, users.
    Customer,
    /// Employees, applicants.
    Employee,
    /// People of partners and suppliers.
    Partner,
    /// Patients.
    Patient,
    /// Pupils, students, small children.
    Pupil,
}

impl Category {
    /// All.
    pub const ALL: [Self; 5] = [Self::Customer, Self::Employee, Self::Partner, Self::Patient, Self::Pupil];

    /// Words in the name of a file, a sheet, a table or a column that say it.
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Customer => &[
                "顧客",
                "会員",
                "お客様",
                "利用者",
                "購入者",
                "注文",
                "予約",
                "customer",
                "member",
                "client",
                "user",
                "order",
                "subscriber",
            ],
            Self::Employee => &[
                "社員",
                "従業員",
                "職員",
                "人事",
                "給与",
                "応募者",
                "採用",
                "employee",
                "staff",
                "payroll",
                "personnel",
                "applicant",
            ],
            Self::Partner => &["取引先", "仕入先", "業者", "委託先", "partner", "supplier", "vendor"],
            Self::Patient => &["患者", "診療", "カルテ", "入院", "外来", "patient"],
            Self::Pupil => &["生徒", "児童", "学生", "園児", "学籍", "成績", "受験", "pupil", "student"],
        }
    }
}

/// Some categories.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Categories(u8);

impl Categories {
    /// None.
    pub const NONE: Self = Self(0);

    /// From the bits that [`Categories::bits`] gave.
    pub fn from_bits(bits: u8) -> Self {
        Self(bits)
    }

    /// One bit for each.
    pub fn bits(self) -> u8 {
        self.0
    }

    /// Those that a name says: of a column, a file, a sheet.
    pub fn in_name(name: &str) -> Self {
        let lower = name.to_lowercase();
        let said =
            Category::ALL.into_iter().filter(|category| category.words().iter().any(|word| lower.contains(word)));
        said.fold(Self::NONE, |all, category| all.and(category.into()))
    }

    /// Those that the innermost names of a path say, where one says any.
    pub fn in_path(path: &str) -> Self {
        path.rsplit(['/', '▸']).take(3).map(Self::in_name).find(|said| !said.is_empty()).unwrap_or_default()
    }

    /// By the entity of a number that a system gave.
    pub fn of_entity(entity: &str) -> Self {
        match entity {
            "member_id" => Category::Customer.into(),
            "employee_id" => Category::Employee.into(),
            "patient_id" => Category::Patient.into(),
            "student_id" => Category::Pupil.into(),
            _ => Self::NONE,
        }
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These, or the others where there are none.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if self.is_empty() { other } else { self }
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Category> {
        Category::ALL.into_iter().filter(move |category| self.0 & Self::from(*category).0 != 0)
    }
}

impl From<Category> for Categories {
    fn from(category: Category) -> Self {
        Self(1 << category as u8)
    }
}

/// Why something is counted apart from the people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Apart {
    /// An office of a company: `info@`, `support@`.
    RoleAddress,
    /// An example: `user@example.com`.
    Example,
    /// A value that stands for nothing: 000-0000-0000, 1900-01-01.
    Dummy,
    /// Somebody of the house that the data leaked from (`--own-domain`).
    OwnStaff,
    /// A company: a row with a company's number and nobody's name.
    Corporate,
}

/// People of one leaf, alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeafPeople {
    /// Where: file ▸ member ▸ sheet.
    pub path: String,
    /// Records that held at least one value of a person's.
    pub records: u64,
    /// People, as [`super::Subjects::at_least`].
    pub at_least: u64,
    /// People, as [`super::Subjects::estimate`].
    pub estimate: u64,
    /// People, as [`super::Subjects::at_most`].
    pub at_most: u64,
}

/// People of one site or system (`--site NAME=PATH`), alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SitePeople {
    /// Its name; empty for everything that lies in none of the named sites.
    pub site: String,
    /// People, as [`super::Subjects::at_least`].
    pub at_least: u64,
    /// People, as [`super::Subjects::estimate`].
    pub estimate: u64,
    /// People, as [`super::Subjects::at_most`].
    pub at_most: u64,
}

/// People of whom just these kinds of data are there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindsOfPeople {
    /// Entities.
    pub kinds: Vec<String>,
    /// People of the estimate.
    pub people: u64,
}

/// A place where something of a person stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Spot {
    /// Where: file ▸ member ▸ sheet.
    pub leaf: String,
    /// Bytes from its start.
    pub offset: u64,
    /// Row or line, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
}

/// Records that may be one person's or several people's: somebody must look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// `two_primaries`, `two_birth_dates` or `two_names`.
    pub why: String,
    /// Two records that differ, though a value joins them.
    pub spots: Vec<Spot>,
}

/// All of it. Numbers are people of the estimate where nothing else is said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breakdown {
    /// People who have this kind of data somewhere, by entity.
    pub by_kind: BTreeMap<String, u64>,
    /// People by all kinds that they have: each belongs to one set. The largest first.
    pub by_kinds: Vec<KindsOfPeople>,
    /// People in sets that are not listed.
    #[serde(default)]
    pub by_kinds_more: u64,
    /// By site, in the order in which they were named. One person may be in several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<SitePeople>,
    /// By category. One person may be in several.
    pub categories: BTreeMap<Category, u64>,
    /// People in no category.
    pub uncategorised: u64,
    /// What is counted apart, and is in no number of people.
    pub apart: BTreeMap<Apart, u64>,
    /// Merges that were refused, by why (as [`Cluster::why`]).
    pub conflicts: BTreeMap<String, u64>,
    /// The first of them, for somebody to look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clusters: Vec<Cluster>,
}
