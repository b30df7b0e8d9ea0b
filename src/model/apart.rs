//! Kinds of values that are no personal data by themselves: they are counted and shown, and never make a finding of a leak alone.

/// A company's number, an insurer's, a masked card, a postal code, a stamp on a page: they say nothing of one person without more beside them.
const APART: [&str; 7] = [
    "card_last4",
    "confidential_mark",
    "corporate_number",
    "directory_listing",
    "health_insurer_no",
    "invoice_number",
    "postal_code",
];

/// Whether an entity (by id) is one of these.
pub fn is_apart(entity: &str) -> bool {
    APART.contains(&entity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_to_a_person_is_not_apart() {
        assert!(is_apart("postal_code") && is_apart("corporate_number"));
        assert!(!is_apart("email") && !is_apart("birth_date") && !is_apart("a_rule_of_the_users"));
    }
}
