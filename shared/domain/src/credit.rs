//! Credit memos: negative items that settle invoices or stay on account.
use crate::ids::{CreditMemoId, CustomerId, EntityId, ExternalRef, InvoiceId};
use crate::invoice::ExternalVersion;
use crate::money::Money;
use crate::payment::Allocation;
use crate::refusal::Refusal;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditMemo {
    pub entity: EntityId,
    pub id: CreditMemoId,
    pub external_ref: ExternalRef,
    pub external_version: ExternalVersion,
    pub customer: CustomerId,
    pub number: String,
    pub issued_on: NaiveDate,
    pub original: Money,
    pub applied: Money,
    /// What the ledger last called remaining; the smaller figure counts.
    pub ledger_remaining: Money,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allocations: Vec<Allocation>,
}

impl CreditMemo {
    /// What can still settle something: by our books and the ledger's.
    ///
    /// # Errors
    /// Amounts that cannot be combined.
    pub fn remaining(&self) -> Result<Money, Refusal> {
        Ok(self.original.minus(self.applied)?.at_most(self.ledger_remaining)?.floored())
    }

    /// Uses `allocation.amount` of the memo on an invoice.
    ///
    /// # Errors
    /// A refusal when the memo has less than that.
    pub fn allocate(mut self, allocation: Allocation) -> Result<Self, Refusal> {
        let left = self.original.minus(self.applied)?;
        if !allocation.amount.is_positive() || left.minus(allocation.amount)?.is_negative() {
            return Err(Refusal::new(
                "credit-within-remaining",
                format!("{} of credit memo {} with {left} left", allocation.amount, self.number),
            ));
        }
        self.applied = self.applied.plus(allocation.amount)?;
        self.allocations.push(allocation);
        Ok(self)
    }

    /// Takes `amount` back from an invoice: the memo has it left again.
    ///
    /// # Errors
    /// A refusal when less than that is used there.
    pub fn deallocate(mut self, invoice: &InvoiceId, amount: Money) -> Result<Self, Refusal> {
        let used = self.allocations.iter().filter(|used| used.invoice == *invoice).map(|used| used.amount);
        let used = Money::sum(self.original.currency(), used)?;
        if !amount.is_positive() || used.minus(amount)?.is_negative() {
            return Err(Refusal::new(
                "unapply-within-applied",
                format!("{amount} of credit memo {} on {invoice}", self.number),
            ));
        }
        let mut left = amount;
        for used in self.allocations.iter_mut().filter(|used| used.invoice == *invoice) {
            let part = used.amount.at_most(left)?;
            used.amount = used.amount.minus(part)?;
            left = left.minus(part)?;
        }
        self.allocations.retain(|used| !used.amount.is_zero());
        self.applied = self.applied.minus(amount)?;
        Ok(self)
    }

    /// # Errors
    /// A memo whose allocations do not add up or exceed it.
    pub fn check(&self) -> Result<(), Refusal> {
        let sum = Money::sum(self.original.currency(), self.allocations.iter().map(|a| a.amount))?;
        if sum != self.applied || self.original.minus(self.applied)?.is_negative() {
            return Err(Refusal::new(
                "credit-conservation",
                format!(
                    "{}: allocations {sum}, applied {}, original {}",
                    self.number, self.applied, self.original
                ),
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    fn usd(minor: i64) -> Money {
        Money::new(minor, Currency::USD)
    }

    #[test]
    fn what_is_taken_back_is_left_again_and_no_more_than_was_used() {
        let memo = CreditMemo {
            entity: EntityId::new("main"),
            id: CreditMemoId::new("qbo:9"),
            external_ref: ExternalRef::new("qbo", "9"),
            external_version: ExternalVersion::deleted("2026-03-01T00:00:00Z".parse().unwrap()),
            customer: CustomerId::new("qbo:1"),
            number: "CM-9".into(),
            issued_on: "2026-03-01".parse().unwrap(),
            original: usd(100),
            applied: usd(0),
            ledger_remaining: usd(100),
            allocations: vec![],
        };
        let on = |id: &str, minor| Allocation { invoice: InvoiceId::new(id), amount: usd(minor) };
        let used = memo.clone().allocate(on("a", 30)).unwrap().allocate(on("b", 20)).unwrap();
        let used = used.allocate(on("a", 10)).unwrap();
        used.check().unwrap();
        let back = used.clone().deallocate(&InvoiceId::new("a"), usd(35)).unwrap();
        back.check().unwrap();
        assert_eq!((back.applied, back.allocations.len()), (usd(25), 2));
        assert!(used.clone().deallocate(&InvoiceId::new("a"), usd(41)).is_err());
        assert!(used.clone().deallocate(&InvoiceId::new("c"), usd(1)).is_err());
        let back = used.deallocate(&InvoiceId::new("a"), usd(40)).unwrap();
        assert_eq!(back.deallocate(&InvoiceId::new("b"), usd(20)).unwrap(), memo);
    }
}
