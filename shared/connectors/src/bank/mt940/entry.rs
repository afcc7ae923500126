//! Field 61: one movement.
use super::super::file_error::{FileError, Reason, fault};
use super::super::purpose;
use super::super::text::{Rest, comma_amount, given, nearest, short_date};
use super::info::About;
use super::tags::Tag;
use chrono::NaiveDate;
use domain::money::{Currency, Money};
use domain::statement::{
    BankReferences, BankStatement, BookingStatus, Direction, EntryKeys, Purpose, StatementLine,
};

/// A movement while its fields 86 are still to come.
pub(super) struct Movement {
    valued_on: NaiveDate,
    booked_on: Option<NaiveDate>,
    direction: Direction,
    /// `RC` and `RD` take back a credit and a debit.
    is_reversal: bool,
    /// `EC` and `ED`, of MT942: expected, not booked.
    is_expected: bool,
    amount: Money,
    /// With its leading letter: "NTRF".
    kind: String,
    customer_reference: Option<String>,
    bank_reference: Option<String>,
    supplement: Option<String>,
    pub about: About,
}

impl Movement {
    /// `yymmdd[mmdd](C|D|RC|RD|EC|ED)[letter]amount(letter)xxx[reference][//reference]`, and a line of supplement.
    pub fn read(tag: &Tag<'_>, ccy: Currency) -> Result<Self, FileError> {
        let mut rest = Rest(tag.first().trim_end());
        let date = rest.take(6).unwrap_or(rest.0);
        let valued_on = short_date(date).map_err(|reason| fault("value date", reason))?;
        let entry_day = rest.digits(4);
        let booked_on = entry_day.map(|text| nearest(valued_on, text)).transpose();
        let booked_on = booked_on.map_err(|reason| fault("entry date", reason))?;
        // sparse files break the line behind the mark
        let mut joined = String::new();
        if rest.0.chars().all(char::is_alphabetic) {
            joined = format!("{}{}", rest.0, tag.lines.get(1).copied().unwrap_or_default());
        }
        let supplement_at = if joined.is_empty() { 1 } else { 2 };
        let mut rest = if joined.is_empty() { rest } else { Rest(&joined) };
        let (direction, is_reversal, is_expected) = mark(&mut rest)?;
        // the third letter of the currency
        rest.take_while(|c| c.is_ascii_uppercase());
        let digits = rest.take_while(|c| c.is_ascii_digit() || c == ',');
        let amount = comma_amount(digits, ccy).map_err(|reason| fault("amount", reason))?;
        let kind = rest.take(4).unwrap_or(rest.0);
        if !kind.starts_with(|c: char| c.is_ascii_uppercase()) || kind.chars().count() < 4 {
            return Err(fault("transaction type", Reason::UnknownCode(kind.to_owned())));
        }
        let (customer, bank) = match rest.0.split_once("//") {
            Some((customer, bank)) => (customer, Some(bank)),
            None => (rest.0, None),
        };
        let supplement: Vec<&str> = tag.lines.iter().skip(supplement_at).map(|line| line.trim()).collect();
        Ok(Self {
            valued_on,
            booked_on,
            direction,
            is_reversal,
            is_expected,
            amount,
            kind: kind.to_owned(),
            customer_reference: given(customer),
            bank_reference: bank.and_then(given),
            supplement: given(supplement.join(" ").trim_matches([' ', ':'])),
            about: About::default(),
        })
    }

    /// References are few and repeat, so the key counts with the statement, the days, the amount and all the text.
    pub fn line(self, number: u32, statement: &BankStatement, keys: &mut EntryKeys) -> StatementLine {
        let about = self.about.read();
        let mut line = StatementLine::new(number, self.amount, self.direction);
        line.booked_on = self.booked_on;
        line.valued_on = Some(self.valued_on);
        line.is_reversal = self.is_reversal;
        if self.is_expected {
            line.status = BookingStatus::Pending;
        }
        line.purpose = match (purpose::of_swift(&self.kind), about.code.as_deref()) {
            (Purpose::Payment, Some(code)) => purpose::of_gvc(code),
            (purpose, _) => purpose,
        };
        line.code = Some(match &about.code {
            Some(code) => format!("{}+{code}", self.kind),
            None => self.kind.clone(),
        });
        if line.purpose == Purpose::Return || about.is_return {
            line.return_reason = Some(about.return_reason.unwrap_or_else(|| "unstated".to_owned()));
        }
        let is_cheque = self.kind.get(1..) == Some("CHK");
        let (cheque, instruction) = match self.customer_reference.clone() {
            reference if is_cheque => (reference, None),
            reference => (None, reference),
        };
        line.references = BankReferences {
            account_servicer: self.bank_reference.clone(),
            instruction: about.references.instruction.clone().or(instruction),
            cheque,
            ..about.references
        };
        line.counterparty = about.counterparty;
        line.remittance_text = about.remittance;
        line.remittances = about.documents;
        let said: Vec<String> = self.supplement.into_iter().chain(about.posting_text).collect();
        line.additional_info = given(&said.join(" "));
        let days = format!("{}|{:?}", self.valued_on, self.booked_on);
        let signed = line.signed().to_string();
        let text = line.remittance_text.join("\n");
        let [customer, bank] =
            [&self.customer_reference, &self.bank_reference].map(|text| text.as_deref().unwrap_or_default());
        // pages of a statement may come in one file or in two
        let id = statement.statement_id.split('/').next().unwrap_or_default();
        let account = statement.account.as_str();
        line.entry_key =
            keys.next(&["mt940", account, id, &days, &signed, &self.kind, customer, bank, &text]);
        line
    }
}

fn mark(rest: &mut Rest<'_>) -> Result<(Direction, bool, bool), FileError> {
    for (mark, direction, is_reversal, is_expected) in [
        ("RC", Direction::Debit, true, false),
        ("RD", Direction::Credit, true, false),
        ("EC", Direction::Credit, false, true),
        ("ED", Direction::Debit, false, true),
        ("C", Direction::Credit, false, false),
        ("D", Direction::Debit, false, false),
    ] {
        if let Some(behind) = rest.0.strip_prefix(mark) {
            *rest = Rest(behind);
            return Ok((direction, is_reversal, is_expected));
        }
    }
    let found = rest.take(1).unwrap_or_default();
    Err(fault("debit or credit", Reason::UnknownCode(found.to_owned())))
}
