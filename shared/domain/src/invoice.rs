//! Invoices: what is open, and the changes that keep `original = open + applied + credited + discounted + written off`.
use crate::ids::{
    CreditMemoId, CustomerId, DisputeId, EntityId, ExternalRef, InvoiceId, LetterId, PaymentId,
};
use crate::money::{Currency, Money};
use crate::promise::ActivePromise;
use crate::refusal::Refusal;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// Which version of an outside record we hold: the vendor's lock token and its own time of change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalVersion {
    pub token: String,
    pub updated_at: DateTime<Utc>,
}

/// Stands for the lock token of a record that is gone.
const DELETED: &str = "deleted";

impl ExternalVersion {
    /// The last version of a record that is gone from the ledger.
    pub fn deleted(updated_at: DateTime<Utc>) -> Self {
        Self { token: DELETED.to_owned(), updated_at }
    }

    /// Lock tokens count up, and nothing comes after a deletion; the time of change decides where a token is no number.
    pub fn is_newer_than(&self, held: &Self) -> bool {
        if held.token == DELETED || self.token == DELETED {
            return held.token != DELETED;
        }
        match (self.token.parse::<u64>(), held.token.parse::<u64>()) {
            (Ok(incoming), Ok(held)) => incoming > held,
            _ => self.updated_at > held.updated_at,
        }
    }
}

/// What settled a part of an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    Payment(PaymentId),
    Credit(CreditMemoId),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    pub by: Settlement,
    pub amount: Money,
}

/// A part that a refund reopened and that nobody may chase until a person has decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundToDecide {
    pub payment: PaymentId,
    pub refund: String,
    pub amount: Money,
    /// What a person chose; a credit or a void then waits for the ledger to bring it.
    pub choice: Option<RefundChoice>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundChoice {
    /// A credit memo settles it: at once where the customer has one, else when the ledger brings it.
    Credit,
    /// The customer owes it again.
    Reopen,
    /// The ledger will void the invoice.
    Void,
}

/// A part that a card dispute reopened: blocked until the dispute is closed and, when lost, decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contested {
    pub payment: PaymentId,
    pub dispute: String,
    pub amount: Money,
}

/// The customer contests the invoice, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenDispute {
    pub id: DisputeId,
    pub reason: String,
    pub opened_on: NaiveDate,
    /// Until when an unconfirmed dispute holds by itself; `None` until a person closes it.
    pub until: Option<NaiveDate>,
}

/// A dunning letter that named this invoice. Levels derive from these records, never from dates alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentLevel {
    pub level: u8,
    pub letter: LetterId,
    pub on: NaiveDate,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    pub entity: EntityId,
    pub id: InvoiceId,
    pub external_ref: ExternalRef,
    pub external_version: ExternalVersion,
    pub customer: CustomerId,
    pub number: String,
    pub issued_on: NaiveDate,
    /// `None` is shown as undated and never chased.
    pub due_on: Option<NaiveDate>,
    pub original: Money,
    pub applied: Money,
    pub credited: Money,
    pub discounted: Money,
    pub written_off: Money,
    /// What the ledger last called open. Nobody is chased for more than both sides agree on.
    pub ledger_balance: Money,
    pub is_voided: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settled: Vec<Settled>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds_to_decide: Vec<RefundToDecide>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contested: Vec<Contested>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promise: Option<ActivePromise>,
    /// The last promise that was kept: valued again if what kept it is taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_promise: Option<ActivePromise>,
    /// Promises on this invoice that were not kept: the level of the next one.
    #[serde(default)]
    pub broken_promises: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispute: Option<OpenDispute>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub letters: Vec<SentLevel>,
}

impl Invoice {
    pub const fn currency(&self) -> Currency {
        self.original.currency()
    }

    /// What is still to be paid; 0 for a voided invoice.
    ///
    /// # Errors
    /// Amounts that cannot be combined, which [`Invoice::check`] rules out for stored invoices.
    pub fn open(&self) -> Result<Money, Refusal> {
        if self.is_voided {
            return Ok(Money::zero(self.currency()));
        }
        let left = self.original.minus(self.applied)?.minus(self.credited)?;
        Ok(left.minus(self.discounted)?.minus(self.written_off)?)
    }

    /// What may be settled without anybody being asked: open, less parts that are contested or undecided.
    ///
    /// # Errors
    /// See [`Invoice::open`].
    pub fn payable(&self) -> Result<Money, Refusal> {
        Ok(self.open()?.minus(self.held()?)?.floored())
    }

    /// What may be chased: payable by our books and open by the ledger's.
    ///
    /// # Errors
    /// See [`Invoice::open`].
    pub fn chaseable(&self) -> Result<Money, Refusal> {
        Ok(self.payable()?.at_most(self.ledger_balance)?.floored())
    }

    /// The parts that are contested or undecided.
    ///
    /// # Errors
    /// See [`Invoice::open`].
    pub fn held(&self) -> Result<Money, Refusal> {
        let parts = self.refunds_to_decide.iter().map(|part| part.amount);
        Ok(Money::sum(self.currency(), parts.chain(self.contested.iter().map(|part| part.amount)))?)
    }

    /// The highest level sent so far; 0 before the first letter.
    pub fn level_sent(&self) -> u8 {
        self.letters.iter().map(|sent| sent.level).max().unwrap_or(0)
    }

    /// Settles `amount` by a payment or a credit memo.
    ///
    /// # Errors
    /// A refusal when the amount is not positive or exceeds what is free.
    pub fn settle(mut self, by: Settlement, amount: Money) -> Result<Self, Refusal> {
        let free = self.payable()?;
        if !amount.is_positive() || free.minus(amount)?.is_negative() {
            return Err(Refusal::new(
                "allocation-within-open",
                format!("{amount} on invoice {} with {free} to be settled", self.number),
            ));
        }
        match &by {
            Settlement::Payment(_) => self.applied = self.applied.plus(amount)?,
            Settlement::Credit(_) => self.credited = self.credited.plus(amount)?,
        }
        match self.settled.iter_mut().find(|settled| settled.by == by) {
            Some(settled) => settled.amount = settled.amount.plus(amount)?,
            None => self.settled.push(Settled { by, amount }),
        }
        Ok(self)
    }

    /// Lets go of `amount` of the parts that wait for a credit memo: one has come, and settles them.
    ///
    /// # Errors
    /// An amount in another currency.
    pub fn credit_came(mut self, amount: Money) -> Result<Self, Refusal> {
        let mut left = amount;
        let waits = |part: &&mut RefundToDecide| part.choice == Some(RefundChoice::Credit);
        for part in self.refunds_to_decide.iter_mut().filter(waits) {
            let taken = part.amount.at_most(left)?;
            part.amount = part.amount.minus(taken)?;
            left = left.minus(taken)?;
        }
        self.refunds_to_decide.retain(|part| !part.amount.is_zero());
        Ok(self)
    }

    /// Takes back `amount` of what `by` settled.
    ///
    /// # Errors
    /// A refusal when `by` settled less than that.
    pub fn unsettle(mut self, by: &Settlement, amount: Money) -> Result<Self, Refusal> {
        let had = self.settled.iter_mut().find(|settled| settled.by == *by);
        let Some(had) = had.filter(|had| amount.is_positive() && had.amount.minor() >= amount.minor()) else {
            return Err(Refusal::new(
                "unapply-within-applied",
                format!("{amount} of {by:?} on invoice {}", self.number),
            ));
        };
        had.amount = had.amount.minus(amount)?;
        self.settled.retain(|settled| !settled.amount.is_zero());
        match by {
            Settlement::Payment(_) => self.applied = self.applied.minus(amount)?,
            Settlement::Credit(_) => self.credited = self.credited.minus(amount)?,
        }
        Ok(self)
    }

    /// Conservation, checked before each commit and after each load.
    ///
    /// # Errors
    /// The first rule that does not hold, with the figures.
    pub fn check(&self) -> Result<(), Refusal> {
        let broken =
            |why: String| Err(Refusal::new("invoice-conservation", format!("{}: {why}", self.number)));
        let open = self.open()?;
        if open.is_negative() {
            return broken(format!("open {open} is negative"));
        }
        let parts = [self.applied, self.credited, self.discounted, self.written_off];
        if let Some(part) = parts.iter().find(|part| part.is_negative()) {
            return broken(format!("a settled part is negative: {part}"));
        }
        let of = |is_payment: bool| {
            let chosen = self.settled.iter().filter(|s| matches!(s.by, Settlement::Payment(_)) == is_payment);
            Money::sum(self.currency(), chosen.map(|settled| settled.amount))
        };
        if of(true)? != self.applied || of(false)? != self.credited {
            return broken(format!(
                "settlements do not add up to applied {} and credited {}",
                self.applied, self.credited
            ));
        }
        if self.held()?.minor() > open.minor() && !self.is_voided {
            return broken(format!("held {} exceeds open {open}", self.held()?));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_higher_lock_token_is_newer_and_nothing_comes_after_a_deletion() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let version = |token: &str, on: &str| ExternalVersion {
            token: token.into(),
            updated_at: at(&format!("2026-03-{on}T00:00:00Z")),
        };
        assert!(version("10", "01").is_newer_than(&version("9", "02")));
        assert!(!version("9", "02").is_newer_than(&version("9", "01")));
        assert!(version("b", "02").is_newer_than(&version("a", "01")));
        let gone = ExternalVersion::deleted(at("2026-03-01T00:00:00Z"));
        assert!(gone.is_newer_than(&version("10", "02")));
        assert!(!version("11", "03").is_newer_than(&gone) && !gone.is_newer_than(&gone));
    }
}
