//! What the bank reports: a [`BankStatement`] of [`StatementLine`]s, whatever file format it came in.
//!
//! A line is a fact of the bank, not yet a payment: [`StatementLine::judge`] says which lines are customer money.
use crate::money::{Currency, Money};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// One statement of one account over one period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankStatement {
    /// IBAN, or the bank's own number of the account; capitals, no spaces.
    pub account: String,
    pub account_currency: Option<Currency>,
    pub statement_id: String,
    pub sequence: Option<String>,
    pub created_on: Option<NaiveDate>,
    /// The period the statement covers, both ends included.
    pub from_on: Option<NaiveDate>,
    pub to_on: Option<NaiveDate>,
    /// Booked balances, negative when overdrawn.
    pub opening_balance: Option<Money>,
    pub closing_balance: Option<Money>,
    pub lines: Vec<StatementLine>,
}

/// One movement. An entry that the bank booked in one sum for many payments (a batch) gives one line each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementLine {
    /// Names the booked entry across re-sent and overlapping statements; see [`EntryKeys`]. All lines of a batch
    /// share it, and are claimed together: a bank may send the same entry once with and once without details.
    pub entry_key: String,
    /// Position of the entry in the statement, from 1: where to look in the archived file.
    pub entry_number: u32,
    /// Position of the line in its entry, from 1.
    pub detail_number: u32,
    pub booked_on: Option<NaiveDate>,
    pub valued_on: Option<NaiveDate>,
    /// Never negative; [`StatementLine::direction`] has the sign.
    pub amount: Money,
    pub direction: Direction,
    pub status: BookingStatus,
    /// The bank takes back an earlier entry; `direction` already shows the effect.
    pub is_reversal: bool,
    /// Why a payment came back (ISO 20022 reason, "AC04"); set on returns only.
    pub return_reason: Option<String>,
    /// The bank's transaction code, "PMNT-RCDT-ESCT" or its own.
    pub code: Option<String>,
    pub counterparty: Counterparty,
    pub references: BankReferences,
    pub remittance_text: Vec<String>,
    pub remittances: Vec<StructuredRemittance>,
    /// What the payer ordered, before charges and exchange, where the bank tells.
    pub instructed: Option<Money>,
    pub additional_info: Option<String>,
}

/// Seen from us: a credit is money in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Credit,
    Debit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BookingStatus {
    Booked,
    /// Announced; comes again as booked, often under another reference.
    Pending,
    /// For information; moves no money.
    Info,
}

/// Who is on the other side: the payer of a credit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counterparty {
    pub name: Option<String>,
    /// On whose behalf the payer paid.
    pub ultimate_name: Option<String>,
    pub account: Option<String>,
    /// BIC or clearing member id.
    pub bank: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankReferences {
    /// Given by the payer and carried through every bank.
    pub end_to_end_id: Option<String>,
    /// Given by our bank.
    pub account_servicer: Option<String>,
    pub instruction: Option<String>,
    pub transaction: Option<String>,
    pub uetr: Option<String>,
    pub mandate: Option<String>,
    pub cheque: Option<String>,
    /// The payment order that a batch was booked from.
    pub payment_information: Option<String>,
}

/// One document that the payer names in structured form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StructuredRemittance {
    /// ISO 20022 document type: "CINV" invoice, "CREN" credit note.
    pub document_type: Option<String>,
    pub document_number: Option<String>,
    pub remitted: Option<Money>,
    pub discount: Option<Money>,
    /// ISO 11649 ("RF…") or a national reference (Swiss QR, Finnish, Belgian).
    pub creditor_reference: Option<String>,
}

/// What a line is to accounts receivable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineJudgement {
    CustomerCredit,
    /// Pending, for information, or of no amount.
    NotBooked,
    Debit,
    /// Money back from an earlier booking of ours, by reversal or return.
    Reversal,
    /// A processor pays out what customers paid it: their payments are known from the processor already.
    Payout,
}

/// Names under which payment processors pay out ("STRIPE"). A name matches where the originator begins with it, by
/// whole words and in any case: "STRIPE" is "Stripe Payments Europe" and not "Stripes Carpets Ltd".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PayoutOriginators(pub Vec<String>);

impl PayoutOriginators {
    pub fn new<T: Into<String>>(names: impl IntoIterator<Item = T>) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }

    fn has(&self, originator: &str) -> bool {
        let words = words_of(originator);
        self.0.iter().any(|name| {
            let prefix = words_of(name);
            !prefix.is_empty() && words.starts_with(&prefix)
        })
    }
}

fn words_of(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    parts.map(str::to_uppercase).collect()
}

impl StatementLine {
    /// What the line is to accounts receivable. The originator is the counterparty or the party behind it; where the
    /// bank names neither, the first words of the remittance text or of the bank's own text.
    pub fn judge(&self, payouts: &PayoutOriginators) -> LineJudgement {
        if self.status != BookingStatus::Booked || !self.amount.is_positive() {
            return LineJudgement::NotBooked;
        }
        if self.is_reversal || self.return_reason.is_some() {
            return LineJudgement::Reversal;
        }
        if self.direction == Direction::Debit {
            return LineJudgement::Debit;
        }
        if self.originators().iter().any(|name| payouts.has(name)) {
            return LineJudgement::Payout;
        }
        LineJudgement::CustomerCredit
    }

    /// Booked money in from a customer: not a reversal, not a return, not a processor's payout.
    pub fn is_customer_credit(&self, payouts: &PayoutOriginators) -> bool {
        self.judge(payouts) == LineJudgement::CustomerCredit
    }

    /// The amount with its sign: positive is money in.
    pub fn signed(&self) -> Money {
        match self.direction {
            Direction::Credit => self.amount,
            Direction::Debit => Money::new(-self.amount.minor(), self.amount.currency()),
        }
    }

    fn originators(&self) -> Vec<&str> {
        let party = &self.counterparty;
        let named: Vec<&str> =
            [&party.name, &party.ultimate_name].into_iter().flatten().map(String::as_str).collect();
        if !named.is_empty() {
            return named;
        }
        self.remittance_text.first().into_iter().chain(&self.additional_info).map(String::as_str).collect()
    }
}

impl BankStatement {
    /// Closing less opening balance less the booked lines: zero when the statement ties. `None` where the bank gives
    /// no balances or the lines are in several currencies.
    pub fn balance_gap(&self) -> Option<Money> {
        let (opening, closing) = (self.opening_balance?, self.closing_balance?);
        let booked = self.lines.iter().filter(|line| line.status == BookingStatus::Booked);
        let expected = booked.map(StatementLine::signed).try_fold(opening, Money::plus).ok()?;
        closing.minus(expected).ok()
    }
}

/// Hands out entry keys for one statement. The same parts give the same key in whichever statement they come again;
/// a bank may book two equal payments on a day, so the n-th entry with the same parts has n in its key.
#[derive(Debug, Default)]
pub struct EntryKeys {
    seen: HashMap<String, u32>,
}

impl EntryKeys {
    /// The key (64 hex digits, SHA-256) of the next entry with these parts.
    pub fn next(&mut self, parts: &[&str]) -> String {
        let ordinal = self.seen.entry(digest(parts)).or_insert(0);
        *ordinal += 1;
        let mut numbered = parts.to_vec();
        let number = ordinal.to_string();
        numbered.push(&number);
        digest(&numbered)
    }
}

/// Each part goes in with its length, so that no two lists of parts run together.
fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_string());
        hash.update(":");
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> StatementLine {
        StatementLine {
            entry_key: "key".into(),
            entry_number: 1,
            detail_number: 1,
            booked_on: NaiveDate::from_ymd_opt(2026, 3, 2),
            valued_on: None,
            amount: Money::new(12_500, Currency::EUR),
            direction: Direction::Credit,
            status: BookingStatus::Booked,
            is_reversal: false,
            return_reason: None,
            code: None,
            counterparty: Counterparty {
                name: Some("Marten Brewing GmbH".into()),
                ..Counterparty::default()
            },
            references: BankReferences::default(),
            remittance_text: vec!["INV-1041".into()],
            remittances: vec![],
            instructed: None,
            additional_info: None,
        }
    }

    fn judged(change: impl FnOnce(&mut StatementLine)) -> LineJudgement {
        let mut line = line();
        change(&mut line);
        line.judge(&PayoutOriginators::new(["Stripe", "ADYEN N.V."]))
    }

    fn paid_by(name: &str) -> LineJudgement {
        judged(|line| line.counterparty.name = Some(name.into()))
    }

    #[test]
    fn only_booked_money_in_from_a_customer_is_a_customer_credit() {
        assert_eq!(judged(|_| ()), LineJudgement::CustomerCredit);
        assert_eq!(judged(|line| line.status = BookingStatus::Pending), LineJudgement::NotBooked);
        assert_eq!(judged(|line| line.status = BookingStatus::Info), LineJudgement::NotBooked);
        assert_eq!(judged(|line| line.amount = Money::zero(Currency::EUR)), LineJudgement::NotBooked);
        assert_eq!(judged(|line| line.direction = Direction::Debit), LineJudgement::Debit);
        assert_eq!(judged(|line| line.is_reversal = true), LineJudgement::Reversal);
        assert_eq!(judged(|line| line.return_reason = Some("AC04".into())), LineJudgement::Reversal);
        assert!(line().is_customer_credit(&PayoutOriginators::default()));
    }

    #[test]
    fn a_payout_is_known_by_whole_words() {
        assert_eq!(paid_by("STRIPE"), LineJudgement::Payout);
        assert_eq!(paid_by("Stripe Payments Europe, Ltd"), LineJudgement::Payout);
        assert_eq!(paid_by("adyen n v"), LineJudgement::Payout);
        assert_eq!(paid_by("Stripes Carpets Ltd"), LineJudgement::CustomerCredit);
        assert_eq!(paid_by("Blue Stripe Ltd"), LineJudgement::CustomerCredit);
        assert!(!PayoutOriginators::new(["", " - "]).has("anyone"), "an empty name matches nobody");
    }

    #[test]
    fn the_party_behind_or_the_text_may_name_the_processor() {
        let behind = judged(|line| line.counterparty.ultimate_name = Some("Stripe".into()));
        assert_eq!(behind, LineJudgement::Payout);
        let text = |line: &mut StatementLine| line.remittance_text = vec!["STRIPE TRANSFER ST-J4K2".into()];
        assert_eq!(judged(text), LineJudgement::CustomerCredit, "a named payer outweighs its text");
        let unnamed = judged(|line| {
            text(line);
            line.counterparty.name = None;
        });
        assert_eq!(unnamed, LineJudgement::Payout);
    }

    #[test]
    fn equal_entries_get_different_keys_and_the_same_again() {
        let keys = || {
            let mut keys = EntryKeys::default();
            [keys.next(&["a", "bc"]), keys.next(&["a", "bc"]), keys.next(&["ab", "c"])]
        };
        let [first, second, other] = keys();
        assert!(first != second && first != other && second != other);
        assert_eq!(keys(), [first, second, other]);
    }

    #[test]
    fn a_statement_ties_or_tells_the_gap() {
        let mut statement = BankStatement {
            account: "DE00".into(),
            account_currency: None,
            statement_id: "1".into(),
            sequence: None,
            created_on: None,
            from_on: None,
            to_on: None,
            opening_balance: Some(Money::new(-2_500, Currency::EUR)),
            closing_balance: Some(Money::new(10_000, Currency::EUR)),
            lines: vec![line()],
        };
        assert_eq!(statement.balance_gap(), Some(Money::zero(Currency::EUR)));
        statement.lines.push(StatementLine { direction: Direction::Debit, ..line() });
        assert_eq!(statement.balance_gap(), Some(Money::new(12_500, Currency::EUR)));
        statement.lines.push(StatementLine { amount: Money::new(1, Currency::USD), ..line() });
        assert_eq!(statement.balance_gap(), None, "currencies are never added");
    }
}
