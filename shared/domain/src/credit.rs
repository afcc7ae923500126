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
