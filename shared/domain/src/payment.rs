//! Payments: `received = applied + unapplied + refunded + reversed`, and what refunds and card disputes do to it.
use crate::ids::{CreditMemoId, CustomerId, EntityId, ExternalRef, InvoiceId, PaymentId};
use crate::invoice::ExternalVersion;
use crate::money::{Currency, Money};
use crate::refusal::Refusal;
use crate::sealed::{LookupHash, Sealed};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentSource {
    Stripe,
    Bank,
    /// Posted in the ledger by people: it arrives with its allocations and is never posted back.
    Ledger,
}

/// A part of a payment on an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allocation {
    pub invoice: InvoiceId,
    pub amount: Money,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReversalKind {
    Refund,
    CardDispute,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReversalState {
    /// The money is gone (a refund), or withheld (a card dispute).
    Standing,
    /// A failed refund, or a dispute that was won: the money is ours again.
    Undone,
    /// A dispute that was lost; won on appeal, it is undone.
    Final,
}

/// Money that went back, and where it was taken from, so that it can be undone exactly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reversal {
    pub kind: ReversalKind,
    /// The vendor's id of the refund or dispute.
    pub external_id: String,
    pub amount: Money,
    pub state: ReversalState,
    pub taken_from: Vec<Allocation>,
}

/// How the payment stands in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Posting {
    /// Not there yet; posted once it is applied.
    NotPosted,
    /// Not there by us: it was applied in a dry run, when people kept the ledger by themselves. Posted only when a
    /// person asks for it.
    Withheld,
    /// There, with these lines and this total, by us.
    Posted {
        external_id: String,
        token: String,
        lines: Vec<Allocation>,
        /// `None` in records of before it was kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        total: Option<Money>,
    },
    /// There, by people.
    ByPeople,
}

/// A part of an invoice that a payment of the ledger settles with a credit memo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditUse {
    pub credit_memo: CreditMemoId,
    pub invoice: InvoiceId,
    pub amount: Money,
}

/// What we follow of a payment that people keep in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mirror {
    /// The version that our copy is of: an older one changes nothing.
    pub version: ExternalVersion,
    /// What it settles beside its money; a payment of zero only links credit memos to invoices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credits: Vec<CreditUse>,
}

/// What the payment itself says about what it pays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RemittanceFacts {
    /// Structured references: metadata keys, document numbers of structured remittance.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub structured: Vec<String>,
    /// Free text, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Sealed>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer_name: Option<Sealed>,
    /// Who certainly paid, by look-up of an account or an address.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payer_keys: Vec<LookupHash>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    pub entity: EntityId,
    pub id: PaymentId,
    pub external_ref: ExternalRef,
    pub source: PaymentSource,
    /// `None` while unidentified.
    pub customer: Option<CustomerId>,
    pub received: Money,
    pub applied: Money,
    pub refunded: Money,
    pub reversed: Money,
    pub received_on: NaiveDate,
    #[serde(default)]
    pub remittance: RemittanceFacts,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allocations: Vec<Allocation>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reversals: Vec<Reversal>,
    pub posting: Posting,
    /// Kept for payments by people only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mirror: Option<Mirror>,
}

impl Payment {
    pub const fn currency(&self) -> Currency {
        self.received.currency()
    }

    /// # Errors
    /// Amounts that cannot be combined, which [`Payment::check`] rules out for stored payments.
    pub fn unapplied(&self) -> Result<Money, Refusal> {
        Ok(self.received.minus(self.applied)?.minus(self.refunded)?.minus(self.reversed)?)
    }

    /// What the ledger shall show as received: what came and did not go back.
    ///
    /// # Errors
    /// See [`Payment::unapplied`].
    pub fn kept(&self) -> Result<Money, Refusal> {
        Ok(self.received.minus(self.refunded)?.minus(self.reversed)?)
    }

    /// Allocates `amount` to an invoice.
    ///
    /// # Errors
    /// A refusal when the amount is not positive or exceeds what is unapplied.
    pub fn allocate(mut self, invoice: InvoiceId, amount: Money) -> Result<Self, Refusal> {
        let unapplied = self.unapplied()?;
        if !amount.is_positive() || unapplied.minus(amount)?.is_negative() {
            return Err(Refusal::new(
                "allocation-within-unapplied",
                format!("{amount} of payment {} with {unapplied} unapplied", self.id),
            ));
        }
        self.applied = self.applied.plus(amount)?;
        match self.allocations.iter_mut().find(|allocation| allocation.invoice == invoice) {
            Some(allocation) => allocation.amount = allocation.amount.plus(amount)?,
            None => self.allocations.push(Allocation { invoice, amount }),
        }
        Ok(self)
    }

    /// Takes `amount` back from an invoice; it becomes unapplied.
    ///
    /// # Errors
    /// A refusal when less than that is allocated there.
    pub fn deallocate(mut self, invoice: &InvoiceId, amount: Money) -> Result<Self, Refusal> {
        let had = self.allocations.iter_mut().find(|allocation| allocation.invoice == *invoice);
        let Some(had) = had.filter(|had| amount.is_positive() && had.amount.minor() >= amount.minor()) else {
            return Err(Refusal::new(
                "unapply-within-applied",
                format!("{amount} of payment {} on {invoice}", self.id),
            ));
        };
        had.amount = had.amount.minus(amount)?;
        self.allocations.retain(|allocation| !allocation.amount.is_zero());
        self.applied = self.applied.minus(amount)?;
        Ok(self)
    }

    /// Whether the ledger has every allocation of the payment, by us or by people. It may have more: what was reversed
    /// stays there until somebody decides.
    pub fn is_posted(&self) -> bool {
        match &self.posting {
            Posting::ByPeople => true,
            Posting::NotPosted | Posting::Withheld => self.allocations.is_empty(),
            Posting::Posted { lines, .. } => self.allocations.iter().all(|ours| {
                let is_there = |line: &Allocation| {
                    line.invoice == ours.invoice && line.amount.minor() >= ours.amount.minor()
                };
                lines.iter().any(is_there)
            }),
        }
    }

    pub fn reversal(&self, external_id: &str) -> Option<&Reversal> {
        self.reversals.iter().find(|reversal| reversal.external_id == external_id)
    }

    /// Money goes back: unapplied cash first, then the newest allocations. The reversal remembers where it was
    /// taken from, and the allocations it names must be taken off their invoices in the same commit.
    ///
    /// # Errors
    /// A refusal when more goes back than is left, or the reversal is known already and was not undone.
    pub fn reverse(mut self, kind: ReversalKind, external_id: &str, amount: Money) -> Result<Self, Refusal> {
        if self.reversal(external_id).is_some_and(|known| known.state != ReversalState::Undone) {
            return Err(Refusal::new("reversal-once", format!("{external_id} is recorded already")));
        }
        let left = self.unapplied()?.plus(self.applied)?;
        if !amount.is_positive() || left.minus(amount)?.is_negative() {
            return Err(Refusal::new(
                "reversal-within-payment",
                format!("{external_id}: {amount} of payment {} with {left} left", self.id),
            ));
        }
        let mut missing = amount.minus(self.unapplied()?.at_most(amount)?)?;
        let mut taken_from = Vec::new();
        for allocation in self.allocations.clone().into_iter().rev() {
            if missing.is_zero() {
                break;
            }
            let part = allocation.amount.at_most(missing)?;
            self = self.deallocate(&allocation.invoice, part)?;
            missing = missing.minus(part)?;
            taken_from.push(Allocation { invoice: allocation.invoice, amount: part });
        }
        match kind {
            ReversalKind::Refund => self.refunded = self.refunded.plus(amount)?,
            ReversalKind::CardDispute => self.reversed = self.reversed.plus(amount)?,
        }
        // One that was undone and stands again is recorded anew: where it was taken from may differ.
        self.reversals.retain(|reversal| reversal.external_id != external_id);
        let external_id = external_id.to_owned();
        self.reversals.push(Reversal {
            kind,
            external_id,
            amount,
            state: ReversalState::Standing,
            taken_from,
        });
        Ok(self)
    }

    /// The money is ours again: the payment's side of the reversal is undone and what it took is unapplied.
    /// Gives the allocations that the caller restores where the invoices still allow it.
    ///
    /// # Errors
    /// A refusal when there is no such reversal, or it was undone already.
    pub fn undo_reversal(mut self, external_id: &str) -> Result<(Self, Vec<Allocation>), Refusal> {
        let known = self.reversals.iter_mut().find(|reversal| reversal.external_id == external_id);
        let Some(known) = known.filter(|reversal| reversal.state != ReversalState::Undone) else {
            return Err(Refusal::new("reversal-standing", format!("{external_id} is not standing")));
        };
        known.state = ReversalState::Undone;
        let (kind, amount, taken_from) = (known.kind, known.amount, known.taken_from.clone());
        match kind {
            ReversalKind::Refund => self.refunded = self.refunded.minus(amount)?,
            ReversalKind::CardDispute => self.reversed = self.reversed.minus(amount)?,
        }
        Ok((self, taken_from))
    }

    /// Conservation, checked before each commit and after each load.
    ///
    /// # Errors
    /// The first rule that does not hold, with the figures.
    pub fn check(&self) -> Result<(), Refusal> {
        let broken = |why: String| Err(Refusal::new("payment-conservation", format!("{}: {why}", self.id)));
        let unapplied = self.unapplied()?;
        if unapplied.is_negative() {
            return broken(format!("unapplied {unapplied} is negative"));
        }
        if [self.received, self.applied, self.refunded, self.reversed].iter().any(|part| part.is_negative()) {
            return broken("a part is negative".to_owned());
        }
        let allocated = Money::sum(self.currency(), self.allocations.iter().map(|a| a.amount))?;
        if allocated != self.applied {
            return broken(format!("allocations {allocated} differ from applied {}", self.applied));
        }
        for (kind, total) in
            [(ReversalKind::Refund, self.refunded), (ReversalKind::CardDispute, self.reversed)]
        {
            let standing =
                self.reversals.iter().filter(|r| r.kind == kind && r.state != ReversalState::Undone);
            let sum = Money::sum(self.currency(), standing.map(|r| r.amount))?;
            if sum != total {
                return broken(format!("{kind:?} entries {sum} differ from {total}"));
            }
        }
        Ok(())
    }
}
