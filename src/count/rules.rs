//! The sentence behind each number.

use super::mention::BESIDE;
use crate::model::subject::SubjectRules;

pub(super) fn rules(by_chance: u64, over: Option<(u64, u64)>) -> SubjectRules {
    let mut rules = plain(by_chance);
    if let Some((finds, different)) = over {
        rules.at_most += &format!(
            " Memory for counting was full: each of {finds} finds of further values counts as a person, and what stood beside them links nobody."
        );
        rules.estimate += &format!(
            " Memory for counting was full: for about {different} further values, as many people to a value are assumed as among the others."
        );
        rules.at_least += " Memory for counting was full: all further values, and everybody who stood beside one of them, count as one person.";
    }
    rules
}

fn plain(by_chance: u64) -> SubjectRules {
    SubjectRules {
        at_most: format!(
            "Only strict links: the same value that names one person (My Number, licence, card, e-mail address, mobile or 050 number; a customer's, \
             pupil's, patient's or employee's number within one file), unless the names or the dates of birth beside it differ; name, date of birth and a \
             third thing; the same place in a copy of the same file; and the values of one table row, but for a second value of a kind. A row \
             without any such value counts as a person, and so do a shared value outside rows, a finding that is only possible, and a name in a row that is only possible beside another. A value met \
             beside more than {BESIDE} others links none of them. Left out as chance: {by_chance} numbers without a word that names them, whose check digit \
             fits no more often than among random numbers (one in ten, less three standard deviations)."
        ),
        estimate: format!(
            "Findings that are likely or certain only. As at most, and also linked: name with date of birth, with telephone number, or with postal code and \
             house number; reading with telephone number; a number of the same system; the values of one line with no two of a kind, and of a row with several of \
             a kind; lines of a form near each other, one of them with a name and no two of a kind; the same row in another file. A row with a name alone is the person of that name in another file, one row for one person. A changed \
             surname or a slip in name or date of birth keeps nobody apart where the rest agrees. A shared value that stands beside a person's own \
             is no further person. A value met beside more than {BESIDE} others links none of them."
        ),
        at_least: format!(
            "As the estimate, and also linked: all values of one line, in text without lines or rows each value with its neighbours of other \
             kinds, and whoever shares a name, a landline, an address, or a value that is only possible, unless given names or dates of birth \
             differ; and a name with a date of birth that differ from others by a slip or in the surname, where no file has both. Whoever is known by a name alone, by a reading alone, or by values of one kind alone (mail addresses, telephones) may be any of the others: the largest of \
             these sorts counts, or the table with the most rows. Never fewer than the different My Numbers (or other numbers that a person has one of), and than the people of a table in which \
             each row has a number of its own. A value met beside more than {BESIDE} others links none of them."
        ),
    }
}
