//! What an entity can say about who somebody is.

/// The part that values of an entity play in telling people apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// A full name.
    Name,
    /// The reading of a name.
    Kana,
    /// A surname alone.
    Surname,
    /// A given name alone.
    Given,
    /// A date of birth: a person has one.
    Birth,
    /// A telephone number.
    Phone,
    /// A mail address.
    Email,
    /// A payment card: a family may share one.
    Card,
    /// A number by which one system knows its people: customers, staff, pupils, patients.
    Member,
    /// A postal code.
    Postal,
    /// A postal address.
    Address,
    /// A number of a company: its row is about no person unless it names one.
    Corporate,
    /// Anything else.
    #[default]
    Other,
}

impl Role {
    /// Of the entity with this id.
    pub fn of(entity: &str) -> Self {
        match entity {
            "person_name" => Self::Name,
            "name_kana" => Self::Kana,
            "surname" => Self::Surname,
            "given_name" => Self::Given,
            "birth_date" => Self::Birth,
            "phone" => Self::Phone,
            "email" => Self::Email,
            "card" => Self::Card,
            "member_id" | "employee_id" | "student_id" | "patient_id" => Self::Member,
            "postal_code" => Self::Postal,
            "address" => Self::Address,
            "corporate_number" | "invoice_number" => Self::Corporate,
            _ => Self::Other,
        }
    }

    /// Whether a row that holds this, and nothing stronger, is about somebody all the same.
    pub(super) fn tells_of_somebody(self) -> bool {
        matches!(self, Self::Name | Self::Kana | Self::Surname | Self::Given | Self::Birth)
    }
}
