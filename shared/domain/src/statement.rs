//! What the bank reports: a [`BankStatement`] of [`StatementLine`]s, whatever file format it came in.
//!
//! A line is a fact of the bank, not yet a payment: [`StatementLine::judge`] says which lines are customer money.
use crate::money::{Currency, Money};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// How far a bank stands by what it reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementKind {
    /// An end-of-day statement or a list of returns: money is booked from it.
    Final,
    /// A report within the day (camt.052, MT942): it informs, and what it says comes again in a statement.
    Interim,
    /// The details of what a statement books in one sum (camt.054, ACH entries with addenda): it only enriches.
    Notice,
}

/// One statement of one account over one period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankStatement {
    pub kind: StatementKind,
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
    pub purpose: Purpose,
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

/// What the bank's transaction code says that a movement is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Anything that the code does not tell apart: transfers, direct debits, cheques, deposits.
    #[default]
    Payment,
    /// The bank's own fees and charges, and what it gives back of them.
    Charge,
    Interest,
    /// Between accounts of one holder: cash pooling, zero balancing.
    OwnTransfer,
    /// An earlier payment comes back: a returned debit, cheque or transfer.
    Return,
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
    Charge,
    Interest,
    /// From another account of ours.
    OwnTransfer,
}

/// Who is no customer: what a company knows of itself and of its processors.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoCustomers {
    pub payouts: PayoutOriginators,
    /// Accounts of the company's own, as [`BankStatement::account`] writes them.
    pub own_accounts: Vec<String>,
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
    /// A booked movement of which only the amount is known yet.
    pub fn new(entry_number: u32, amount: Money, direction: Direction) -> Self {
        Self {
            entry_key: String::new(),
            entry_number,
            detail_number: 1,
            booked_on: None,
            valued_on: None,
            amount,
            direction,
            status: BookingStatus::Booked,
            is_reversal: false,
            return_reason: None,
            code: None,
            purpose: Purpose::default(),
            counterparty: Counterparty::default(),
            references: BankReferences::default(),
            remittance_text: Vec::new(),
            remittances: Vec::new(),
            instructed: None,
            additional_info: None,
        }
    }

    /// What the line of a final statement is to accounts receivable. The originator is the counterparty or the party
    /// behind it; where the bank names neither, the first words of the remittance text or of the bank's own text.
    pub fn judge(&self, known: &NoCustomers) -> LineJudgement {
        if self.status != BookingStatus::Booked || !self.amount.is_positive() {
            return LineJudgement::NotBooked;
        }
        if self.is_reversal || self.return_reason.is_some() || self.purpose == Purpose::Return {
            return LineJudgement::Reversal;
        }
        match self.purpose {
            Purpose::Charge => return LineJudgement::Charge,
            Purpose::Interest => return LineJudgement::Interest,
            Purpose::OwnTransfer => return LineJudgement::OwnTransfer,
            Purpose::Payment | Purpose::Return => (),
        }
        if self.counterparty.account.as_ref().is_some_and(|account| known.own_accounts.contains(account)) {
            return LineJudgement::OwnTransfer;
        }
        if self.direction == Direction::Debit {
            return LineJudgement::Debit;
        }
        if self.originators().iter().any(|name| known.payouts.has(name)) {
            return LineJudgement::Payout;
        }
        LineJudgement::CustomerCredit
    }

    /// Names one booking in whichever file it comes: the account, the payer's own end-to-end id, the amount and the
    /// value date. `None` where the id is missing or too plain to be the name of one payment ("RENT").
    pub fn booking_key(&self, account: &str) -> Option<Vec<String>> {
        let id = self.references.end_to_end_id.as_deref().filter(|id| is_specific(id))?;
        let day = self.valued_on.or(self.booked_on)?;
        Some(vec![account.to_owned(), id.to_owned(), self.signed().to_string(), day.to_string()])
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

/// Whether an end-to-end id can be the name of one payment: it is long enough and numbered.
fn is_specific(id: &str) -> bool {
    const LENGTH_MIN: usize = 6;
    const DIGITS_MIN: usize = 3;
    let digits = id.chars().filter(char::is_ascii_digit).count();
    let is_zero = id.chars().all(|c| matches!(c, '0' | '-' | ' '));
    id.chars().filter(|c| c.is_alphanumeric()).count() >= LENGTH_MIN && digits >= DIGITS_MIN && !is_zero
}

impl Counterparty {
    /// The account under which a payer is known again: an IBAN by itself, a national number with its bank. A number
    /// alone is used at many banks and names nobody.
    pub fn account_key(&self) -> Option<String> {
        let account = self.account.as_deref()?;
        if is_iban(account) {
            return Some(account.to_owned());
        }
        self.bank.as_deref().map(|bank| format!("{bank}/{account}"))
    }
}

/// Whether a text is an IBAN (ISO 13616): two letters, two check digits, and a remainder of 1 by 97.
pub fn is_iban(text: &str) -> bool {
    let is_formed = (15..=34).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase())
        && text.chars().take(2).all(|c| c.is_ascii_uppercase())
        && text.chars().skip(2).take(2).all(|c| c.is_ascii_digit());
    let turned = text.chars().skip(4).chain(text.chars().take(4));
    let remainder = turned
        .filter_map(|c| c.to_digit(36))
        .fold(0, |rest, value| if value < 10 { (rest * 10 + value) % 97 } else { (rest * 100 + value) % 97 });
    is_formed && remainder == 1
}

impl BankStatement {
    /// A statement of which only the account is known yet.
    pub fn new(kind: StatementKind, account: String, statement_id: String) -> Self {
        Self {
            kind,
            account,
            account_currency: None,
            statement_id,
            sequence: None,
            created_on: None,
            from_on: None,
            to_on: None,
            opening_balance: None,
            closing_balance: None,
            lines: Vec::new(),
        }
    }

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
#[path = "statement_tests.rs"]
mod tests;
