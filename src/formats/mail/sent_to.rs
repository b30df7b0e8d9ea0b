//! Whom a message was sent to: its distinct addresses in To, Cc and Bcc, for the count of who can see whom.

use std::collections::BTreeSet;

use super::address;
use super::header::Field;
use crate::model::Recipients;
use crate::model::limits::RECIPIENTS;

/// The addresses of one message so far.
#[derive(Default)]
pub(super) struct SentTo {
    to: BTreeSet<Vec<u8>>,
    cc: BTreeSet<Vec<u8>>,
    bcc: BTreeSet<Vec<u8>>,
}

impl SentTo {
    /// Takes a field of the header, if it names recipients.
    pub(super) fn take(&mut self, field: &Field) {
        let list = match field.name.to_ascii_lowercase().as_str() {
            "to" => &mut self.to,
            "cc" => &mut self.cc,
            "bcc" => &mut self.bcc,
            _ => return,
        };
        for range in address::split(&field.value) {
            let one = field.value.get(range).and_then(bare);
            list.extend(one.filter(|_| list.len() < RECIPIENTS));
        }
    }

    /// How many there are; an address counts where it stands first.
    pub(super) fn count(&self) -> Recipients {
        let count = |list: &BTreeSet<Vec<u8>>, before: &[&BTreeSet<Vec<u8>>]| {
            list.iter().filter(|one| !before.iter().any(|other| other.contains(*one))).count() as u64
        };
        Recipients {
            to: count(&self.to, &[]),
            cc: count(&self.cc, &[&self.to]),
            bcc: count(&self.bcc, &[&self.to, &self.cc]),
        }
    }
}

/// The address itself, in lower case: what stands in angle brackets last, else the word with an at sign.
fn bare(text: &[u8]) -> Option<Vec<u8>> {
    let in_brackets = memchr::memrchr(b'<', text).and_then(|open| text.get(open + 1..)).map(|rest| {
        let end = memchr::memchr(b'>', rest).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    });
    let word = || text.split(u8::is_ascii_whitespace).find(|word| word.contains(&b'@'));
    let address = in_brackets.or_else(word)?.trim_ascii();
    (address.contains(&b'@') && address.len() <= 320).then(|| address.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_counts_once_where_it_stands_first() {
        let mut sent = SentTo::default();
        let mut take = |name: &str, value: &str| {
            sent.take(&Field { name: name.to_owned(), value: value.as_bytes().to_vec(), offset: 0, row: 1 });
        };
        take("To", "\"山田, 太郎\" <Taro@example.jp>, hanako@example.jp (Hanako)");
        take("TO", "taro@example.jp");
        take("Cc", "hanako@example.jp, =?ISO-2022-JP?B?GyRCOzMbKEI=?=\r\n <ken@example.jp>, undisclosed-recipients:;");
        take("Bcc", "boss@example.jp, ken@example.jp");
        take("From", "shop@example.jp");
        assert_eq!(sent.count(), Recipients { to: 2, cc: 1, bcc: 1 });
    }
}
