//! What is known of a record while its values are still in clear, and may be remembered: keyed digests of normal forms and of what two values say
//! together. From here on nobody sees a value.

use serde::{Deserialize, Serialize};

use super::normal::{self, Script};
use super::role::Role;
use crate::detect::{given_name, may_be_of_two_letters};
use crate::model::Categories;
use crate::seal::keyed::CaseKey;

/// A value of a record, in clear.
#[derive(Debug, Clone, Copy)]
pub struct Clear<'a> {
    /// Its entity.
    pub entity: &'a str,
    /// Normalised by its detector.
    pub value: &'a str,
    /// Whether it is more than possible.
    pub is_likely: bool,
    /// Whether it is a number that is published for tests.
    pub is_test: bool,
    /// What the name of its column says its person is.
    pub categories: Categories,
}

/// One fact of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fact {
    /// The value that it is about, by its place among those of the record. First, so that in order all of one value stand together.
    #[serde(rename = "of")]
    pub of: u16,
    /// What it says.
    #[serde(rename = "k")]
    pub kind: FactKind,
    /// 64 bits of a digest under the case key.
    #[serde(rename = "d")]
    pub key: u64,
}

/// What a fact says. Order and numbers are those of the file format: only add at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// The normal form of a name with Chinese letters.
    Name = 0,
    /// The same of a name in kana, or of a reading.
    Kana = 1,
    /// The same in Latin letters.
    Latin = 2,
    /// The given name in it.
    Given = 3,
    /// Name and date of birth.
    NameBirth = 4,
    /// Reading and telephone number.
    KanaPhone = 5,
    /// Name and telephone number.
    NamePhone = 6,
    /// Name, postal code and house number.
    NamePlace = 7,
    /// Name, date of birth and one more thing: a telephone number, or a place.
    Whole = 8,
    /// The domain of a mail address.
    Domain = 9,
    /// It is somebody's office, not a person: `info@`, `support@`.
    RoleAddress = 10,
    /// It is an example: `user@example.com`, a card number for tests.
    Example = 11,
    /// It stands for nothing: 000-0000-0000, 1900-01-01.
    Dummy = 12,
    /// What the name of its column says its person is: not a digest, but bits ([`Categories::bits`]).
    Category = 13,
    /// Name and date of birth, each but for what a slip, or another surname, may have changed.
    Slip = 14,
    /// A name of two letters of which nobody knows whether it is whole.
    Short = 15,
    /// The record names a firm.
    Firm = 16,
}

impl FactKind {
    /// All, by their numbers.
    pub const ALL: [Self; 17] = [
        Self::Name,
        Self::Kana,
        Self::Latin,
        Self::Given,
        Self::NameBirth,
        Self::KanaPhone,
        Self::NamePhone,
        Self::NamePlace,
        Self::Whole,
        Self::Domain,
        Self::RoleAddress,
        Self::Example,
        Self::Dummy,
        Self::Category,
        Self::Slip,
        Self::Short,
        Self::Firm,
    ];
}

/// What stands before the `@` of an office.
const OFFICES: &[&str] = &[
    "abuse",
    "accounts",
    "admin",
    "administrator",
    "billing",
    "contact",
    "customer",
    "daemon",
    "enquiries",
    "form",
    "general",
    "hello",
    "help",
    "helpdesk",
    "hostmaster",
    "hr",
    "info",
    "inquiry",
    "jinji",
    "kojin",
    "koho",
    "kyujin",
    "mail",
    "mailer-daemon",
    "marketing",
    "master",
    "news",
    "no-reply",
    "noreply",
    "no_reply",
    "office",
    "order",
    "orders",
    "postmaster",
    "pr",
    "press",
    "privacy",
    "recruit",
    "reply",
    "reception",
    "root",
    "saiyo",
    "sales",
    "security",
    "service",
    "shop",
    "soumu",
    "soudan",
    "support",
    "system",
    "toiawase",
    "web",
    "webmaster",
    "www",
];
/// Domains that RFC 2606 and RFC 6761 set aside for examples and tests. example.jp is not in it: what it holds is counted.
const EXAMPLE_DOMAINS: &[&str] = &["example.com", "example.net", "example.org", "localhost", "localhost.localdomain"];
const EXAMPLE_ENDS: &[&str] =
    &[".example", ".test", ".invalid", ".localhost", ".example.com", ".example.net", ".example.org"];

/// The facts of a record with these values. `is_firm`: it names a firm.
pub fn facts(values: &[Clear<'_>], is_firm: bool, key: &CaseKey) -> Vec<Fact> {
    let mut facts = Vec::new();
    if is_firm && !values.is_empty() {
        facts.push(Fact { of: 0, kind: FactKind::Firm, key: 0 });
    }
    for (of, value) in (0_u16..).zip(values) {
        of_one(of, value, key, &mut facts);
    }
    together(values, key, &mut facts);
    facts.sort_unstable();
    facts.dedup();
    facts
}

fn of_one(of: u16, value: &Clear<'_>, key: &CaseKey, facts: &mut Vec<Fact>) {
    if !value.categories.is_empty() {
        facts.push(Fact { kind: FactKind::Category, of, key: value.categories.bits().into() });
    }
    let mut say = |kind, text: &str| facts.push(Fact { kind, of, key: digest(key, kind, &[text]) });
    if value.is_test {
        return say(FactKind::Example, "");
    }
    if is_dummy(value) {
        return say(FactKind::Dummy, "");
    }
    match Role::of(value.entity) {
        Role::Name => {
            let name = normal::name(value.value);
            match normal::script(&name) {
                Script::Han => {
                    say(FactKind::Name, &name);
                    if may_be_of_two_letters(&name) {
                        say(FactKind::Short, &name);
                    }
                    given_name(&name).into_iter().for_each(|given| say(FactKind::Given, given));
                }
                Script::Kana => say(FactKind::Kana, &normal::kana(&name)),
                Script::Latin => say(FactKind::Latin, &name),
            }
        }
        Role::Kana => say(FactKind::Kana, &normal::kana(value.value)),
        Role::Given => say(FactKind::Given, &normal::name(value.value)),
        Role::Email => {
            let (office, domain) = value.value.rsplit_once('@').unwrap_or(("", value.value));
            let (office, domain) = (office.to_lowercase(), domain.to_lowercase());
            if EXAMPLE_DOMAINS.contains(&domain.as_str()) || EXAMPLE_ENDS.iter().any(|end| domain.ends_with(end)) {
                say(FactKind::Example, "");
            } else if OFFICES.contains(&office.as_str()) {
                say(FactKind::RoleAddress, "");
            }
            say(FactKind::Domain, &domain);
        }
        _ => {}
    }
}

/// The digest by which mail addresses of this domain are known.
pub fn domain_key(key: &CaseKey, domain: &str) -> u64 {
    digest(key, FactKind::Domain, &[&domain.trim_start_matches('@').to_lowercase()])
}

fn digest(key: &CaseKey, kind: FactKind, parts: &[&str]) -> u64 {
    let mut all = Vec::new();
    for part in parts {
        all.extend_from_slice(&(part.len() as u64).to_le_bytes());
        all.extend_from_slice(part.as_bytes());
    }
    key.short(&format!("fact {}", kind as u8), &all)
}

/// Days that stand where none is known, and numbers of one digit.
fn is_dummy(value: &Clear<'_>) -> bool {
    match Role::of(value.entity) {
        Role::Birth => {
            ["1900-01-01", "1900-01-00", "1970-01-01", "1899-12-31", "9999-12-31", "2000-00-00"].contains(&value.value)
        }
        Role::Phone => {
            let mut digits = value.value.chars().filter(char::is_ascii_digit).skip(3);
            digits.next().is_none_or(|first| digits.all(|digit| digit == first))
        }
        Role::Name => {
            ["テスト", "てすと", "test", "ダミー", "サンプル", "匿名"].contains(&normal::name(value.value).as_str())
        }
        _ => false,
    }
}

/// What values say together, where the record names one person.
fn together(values: &[Clear<'_>], key: &CaseKey, facts: &mut Vec<Fact>) {
    let all = |role: Role| {
        let of_role =
            (0_u16..).zip(values).filter(move |(_, v)| v.is_likely && Role::of(v.entity) == role && !is_dummy(v));
        of_role.map(|(of, v)| (of, v.value))
    };
    let one = |role: Role| {
        let mut all = all(role);
        all.next().filter(|(_, first)| all.all(|(_, other)| other == *first))
    };
    let name = one(Role::Name).map(|(of, name)| (of, normal::name(name))).or_else(|| {
        // Columns of their own.
        let ((of, surname), (_, given)) = (one(Role::Surname)?, one(Role::Given)?);
        all(Role::Name).next().is_none().then(|| (of, normal::name(surname) + &normal::name(given)))
    });
    let is_split = all(Role::Name).next().is_none();
    let (birth, place) = (one(Role::Birth), place(one(Role::Postal), one(Role::Address)));
    let phones: Vec<&str> = all(Role::Phone).map(|(_, phone)| phone).collect();
    let mut say = |kind, of, parts: &[&str]| facts.push(Fact { kind, of, key: digest(key, kind, parts) });
    if let Some((of, name)) = &name {
        let of = *of;
        if is_split {
            say(FactKind::Name, of, &[name]);
            if may_be_of_two_letters(name) {
                say(FactKind::Short, of, &[name]);
            }
        }
        if let Some((_, birth)) = birth {
            say(FactKind::NameBirth, of, &[name, birth]);
            let given = one(Role::Given).filter(|_| is_split).map(|(_, given)| normal::name(given));
            for (part, letters) in slips(name, given.as_deref()) {
                say(FactKind::Slip, of, &[part, &letters, birth]);
            }
            if let [year, month, day] = birth.split('-').collect::<Vec<_>>()[..] {
                say(FactKind::Slip, of, &["year month", name, year, month]);
                say(FactKind::Slip, of, &["month day", name, month, day]);
                say(FactKind::Slip, of, &["year day", name, year, day]);
            }
        }
        phones.iter().for_each(|phone| say(FactKind::NamePhone, of, &[name, phone]));
        place.iter().for_each(|place| say(FactKind::NamePlace, of, &[name, place]));
        if let Some((_, birth)) = birth {
            phones
                .iter()
                .copied()
                .chain(place.as_deref())
                .for_each(|more| say(FactKind::Whole, of, &[name, birth, more]));
        }
    }
    // Surname and given name may have a reading each.
    let readings: Vec<(u16, String)> = all(Role::Kana).map(|(of, kana)| (of, normal::kana(kana))).collect();
    if let Some((of, _)) = readings.first().filter(|_| name.is_some() || readings.len() == 1) {
        let whole = readings.iter().map(|(_, kana)| kana.as_str()).collect::<String>();
        phones.iter().for_each(|phone| say(FactKind::KanaPhone, *of, &[&whole, phone]));
    }
}

/// What stays of a name when one letter of it is written wrong, two change places, or the surname is another: the given name, the surname, or all
/// letters. Where nothing says which letters are the given name, two from either end stand for both.
fn slips(name: &str, given: Option<&str>) -> Vec<(&'static str, String)> {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() < 3 {
        return Vec::new();
    }
    let end = |from: usize| letters.get(from..).unwrap_or_default().iter().collect::<String>();
    let given = given.or_else(|| given_name(name)).map_or_else(|| end(letters.len() - 2), str::to_owned);
    let surname = match name.strip_suffix(given.as_str()) {
        Some(surname) if given.chars().count() + 2 <= letters.len() => surname.to_owned(),
        _ => letters.iter().take(2).collect(),
    };
    let mut sorted = letters;
    sorted.sort_unstable();
    vec![("given", given), ("surname", surname), ("letters", sorted.into_iter().collect())]
}

/// Postal code and numbers of the house: the same however the address is written.
fn place(postal: Option<(u16, &str)>, address: Option<(u16, &str)>) -> Option<String> {
    let house = normal::house(address?.1)?;
    Some(format!("{} {house}", postal?.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(values: &[(&str, &str)]) -> Vec<(FactKind, u64)> {
        let values: Vec<Clear<'_>> = values
            .iter()
            .map(|(entity, value)| Clear {
                entity,
                value,
                is_likely: true,
                is_test: false,
                categories: Categories::NONE,
            })
            .collect();
        facts(&values, false, &CaseKey::from_bytes([7; 32])).into_iter().map(|fact| (fact.kind, fact.key)).collect()
    }

    fn of(kind: FactKind, values: &[(&str, &str)]) -> Vec<u64> {
        said(values).into_iter().filter(|(k, _)| *k == kind).map(|(_, key)| key).collect()
    }

    #[test]
    fn a_name_in_two_writings_is_one_fact() {
        let old = of(FactKind::NameBirth, &[("person_name", "髙橋一郎"), ("birth_date", "1980-05-06")]);
        assert_eq!(old.len(), 1);
        assert_eq!(old, of(FactKind::NameBirth, &[("birth_date", "1980-05-06"), ("person_name", "高橋 一郎")]));
        assert_ne!(old, of(FactKind::NameBirth, &[("person_name", "高橋一郎"), ("birth_date", "1980-05-07")]));
    }

    #[test]
    fn two_names_say_nothing_together() {
        let family = [
            ("person_name", "高橋一郎"),
            ("person_name", "高橋花子"),
            ("birth_date", "1980-05-06"),
            ("phone", "0312345678"),
        ];
        assert!(of(FactKind::NameBirth, &family).is_empty() && of(FactKind::NamePhone, &family).is_empty());
        assert_eq!(of(FactKind::Name, &family).len(), 2);
    }

    #[test]
    fn a_place_is_postal_code_and_house() {
        let here = |address| {
            of(FactKind::NamePlace, &[("person_name", "高橋一郎"), ("postal_code", "1000005"), ("address", address)])
        };
        assert_eq!(here("東京都千代田区丸の内1-2-3"), here("千代田区丸の内1丁目2番3号"));
        assert_ne!(here("東京都千代田区丸の内1-2-3"), here("東京都千代田区丸の内1-2-4"));
        assert!(of(FactKind::NamePlace, &[("person_name", "高橋一郎"), ("address", "丸の内1-2-3")]).is_empty());
    }

    #[test]
    fn offices_examples_and_blanks_are_marked() {
        let kinds = |values: &[(&str, &str)]| said(values).into_iter().map(|(kind, _)| kind).collect::<Vec<_>>();
        assert_eq!(kinds(&[("email", "info@kaisha.jp")]), [FactKind::Domain, FactKind::RoleAddress]);
        assert_eq!(kinds(&[("email", "taro@example.com")]), [FactKind::Domain, FactKind::Example]);
        assert_eq!(kinds(&[("email", "information@kaisha.jp")]), [FactKind::Domain]);
        assert_eq!(kinds(&[("phone", "00000000000")]), [FactKind::Dummy]);
        assert_eq!(
            kinds(&[("birth_date", "1900-01-01"), ("person_name", "高橋一郎")])
                .iter()
                .filter(|k| **k == FactKind::NameBirth)
                .count(),
            0
        );
        assert_eq!(kinds(&[("phone", "09012345678")]), []);
    }

    #[test]
    fn a_name_in_two_columns_is_the_name_in_one() {
        let two = of(FactKind::NamePhone, &[("surname", "高橋"), ("given_name", "一郎"), ("phone", "09011112222")]);
        assert_eq!(two, of(FactKind::NamePhone, &[("person_name", "高橋一郎"), ("phone", "09011112222")]));
        assert_eq!(two.len(), 1);
    }

    #[test]
    fn writings_of_one_name_share_a_part_beside_the_day_of_birth() {
        let slip = |name| of(FactKind::Slip, &[("person_name", name), ("birth_date", "1980-05-06")]);
        let share = |a, b| slip(a).iter().filter(|key| slip(b).contains(key)).count();
        assert_eq!(slip("相馬三郎").len(), 6);
        // Two letters changed places, within a part and between the two; one is another; the surname is another.
        for other in ["相馬郎三", "相三馬郎", "想馬三郎", "相馬三朗", "東海林三郎"] {
            assert!(share("相馬三郎", other) > 0, "{other}");
        }
        assert_eq!(share("相馬三郎", "加藤花子"), 0);
        let born = |birth| of(FactKind::Slip, &[("person_name", "相馬三郎"), ("birth_date", birth)]);
        for (other, parts) in [("1980-05-07", 1), ("1980-06-06", 1), ("1908-05-06", 1), ("1981-05-07", 0)] {
            assert_eq!(born(other).iter().filter(|key| born("1980-05-06").contains(key)).count(), parts, "{other}");
        }
        assert_eq!((slip("林優").len(), of(FactKind::Slip, &[("person_name", "相馬三郎")]).len()), (3, 0));
        let split = of(FactKind::Slip, &[("surname", "相馬"), ("given_name", "三郎"), ("birth_date", "1980-05-06")]);
        assert_eq!(split, slip("相馬三郎"));
    }

    #[test]
    fn two_letters_may_be_a_whole_name() {
        let short = |values: &[(&str, &str)]| of(FactKind::Short, values);
        let spaced = short(&[("person_name", "森 絆")]);
        assert_eq!(spaced.len(), 1);
        assert_eq!(spaced, short(&[("person_name", "森絆")]));
        assert_eq!(spaced, short(&[("surname", "森"), ("given_name", "絆")]));
        assert!(short(&[("person_name", "小林")]).is_empty() && short(&[("person_name", "相馬三郎")]).is_empty());
    }
}
