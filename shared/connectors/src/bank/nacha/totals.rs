//! The sums at the end of a batch and of the file.
use super::super::file_error::{FileError, Reason, fault};
use super::columns;
use super::entry::Entry;
use domain::statement::Direction;

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    /// Entries and addenda.
    pub count: u64,
    /// Sum of the first eight digits of the routing numbers; its last ten digits are stated.
    hash: u64,
    debit: u64,
    credit: u64,
}

const HASH_MODULUS: u64 = 10_000_000_000;

impl Totals {
    pub fn of_batch(record: &str) -> Result<Self, FileError> {
        Ok(Self {
            count: number(columns(record, 5, 10), "entry count")?,
            hash: number(columns(record, 11, 20), "entry hash")?,
            debit: number(columns(record, 21, 32), "debit total")?,
            credit: number(columns(record, 33, 44), "credit total")?,
        })
    }

    pub fn of_file(record: &str) -> Result<Self, FileError> {
        Ok(Self {
            count: number(columns(record, 14, 21), "entry count")?,
            hash: number(columns(record, 22, 31), "entry hash")?,
            debit: number(columns(record, 32, 43), "debit total")?,
            credit: number(columns(record, 44, 55), "credit total")?,
        })
    }

    pub fn add(&mut self, entry: &Entry) {
        self.count += 1;
        let digits = entry.bank.get(..8).and_then(|digits| digits.parse().ok()).unwrap_or(0);
        self.hash = self.hash.saturating_add(digits);
        let amount = u64::try_from(entry.amount.minor()).unwrap_or(0);
        match entry.direction {
            Direction::Credit => self.credit = self.credit.saturating_add(amount),
            Direction::Debit => self.debit = self.debit.saturating_add(amount),
        }
    }

    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.hash = self.hash.saturating_add(other.hash);
        self.debit = self.debit.saturating_add(other.debit);
        self.credit = self.credit.saturating_add(other.credit);
    }

    /// `self` is what the file states.
    pub fn differs(&self, found: &Self) -> Option<Reason> {
        let is_same = self.count == found.count
            && self.hash == found.hash % HASH_MODULUS
            && (self.debit, self.credit) == (found.debit, found.credit);
        let shown = |totals: &Self, hash| {
            format!(
                "{} records, hash {hash}, debits {}, credits {}",
                totals.count, totals.debit, totals.credit
            )
        };
        let (stated, found) = (shown(self, self.hash), shown(found, found.hash % HASH_MODULUS));
        (!is_same).then_some(Reason::ControlTotal { stated, found })
    }
}

pub(super) fn number(text: &str, field: &str) -> Result<u64, FileError> {
    let text = text.trim();
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let bad = || fault(field, Reason::Unreadable(text.to_owned(), "a count"));
    text.parse().ok().filter(|_| is_digits).ok_or_else(bad)
}
