//! OFX and QFX, in both spellings: SGML of version 1, whose values have no closing tag, and XML of version 2.
mod scan;
mod transaction;

use super::BankFile;
use super::PARTS_MAX;
use super::camt_detail::account_number;
use super::file_error::{FileError, Position, Reason, fault};
use super::file_kind::FileKind;
use super::text::{civil, given, signed_amount};
use chrono::NaiveDate;
use domain::money::{self, Currency};
use domain::statement::{BankStatement, EntryKeys, StatementKind, StatementLine};
use scan::{Scanner, Token};
use transaction::Transaction;

/// Aggregates that are a statement of one account: bank, credit card, investment.
const STATEMENTS: [&str; 3] = ["STMTRS", "CCSTMTRS", "INVSTMTRS"];

/// Reads all statements of a file.
pub(super) fn parse(text: &str) -> Result<BankFile, FileError> {
    let mut scanner = Scanner::new(text);
    let mut statements = Vec::new();
    let mut message_id = None;
    let mut is_closed = false;
    while let Some(token) = scanner.next()? {
        let line = token.line();
        match token {
            Token::Open { name, .. } if STATEMENTS.contains(&name.as_str()) => {
                let number = statements.len() + 1;
                let mut draft = Draft::default();
                let read = draft.read(&mut scanner, &name).and_then(|()| draft.close());
                let position = Position { number, id: draft.account.clone() };
                statements
                    .push(read.map_err(|error| error.in_statement(position).or_on_line(scanner.line()))?);
            }
            Token::Value { name, value, .. } if name == "TRNUID" && message_id.is_none() => {
                message_id = given(&value);
            }
            Token::Open { name, .. } if name == "STMTTRN" => {
                return Err(fault("STMTTRN", Reason::Unexpected).on_line(line));
            }
            Token::Close { name, .. } => is_closed |= name == "OFX",
            Token::Open { .. } | Token::Value { .. } => (),
        }
    }
    if !is_closed {
        return Err(fault("OFX", Reason::CutOff).on_line(scanner.line()));
    }
    Ok(BankFile::new(FileKind::Ofx, message_id, statements))
}

/// A statement while it is read.
#[derive(Default)]
struct Draft {
    account: Option<String>,
    bank: Option<String>,
    currency: Option<Currency>,
    from_on: Option<NaiveDate>,
    to_on: Option<NaiveDate>,
    balance: Option<String>,
    transactions: Vec<Transaction>,
}

impl Draft {
    /// Reads until the end of the aggregate `around`.
    fn read(&mut self, scanner: &mut Scanner<'_>, around: &str) -> Result<(), FileError> {
        let mut inside = None;
        while let Some(token) = scanner.next()? {
            let line = token.line();
            match token {
                Token::Close { name, .. } if name == around => return Ok(()),
                Token::Open { name, .. } if name == "STMTTRN" => {
                    let number = self.transactions.len() + 1;
                    if number > PARTS_MAX {
                        return Err(FileError::from(Reason::TooManyElements).on_line(line));
                    }
                    let read = Transaction::read(scanner, line);
                    let position = |id| Position { number, id };
                    self.transactions.push(read.map_err(|(error, id)| error.in_entry(position(id)))?);
                }
                Token::Open { name, .. } => match name.as_str() {
                    "BANKACCTFROM" | "CCACCTFROM" | "INVACCTFROM" | "LEDGERBAL" => inside = Some(name),
                    _ => (),
                },
                Token::Close { name, .. } if inside.as_deref() == Some(&name) => inside = None,
                Token::Close { .. } => (),
                Token::Value { name, value, .. } => {
                    let read = self.value(inside.as_deref(), &name, &value);
                    read.map_err(|reason| fault(&name, reason).on_line(line))?;
                }
            }
        }
        Err(fault(around, Reason::CutOff).on_line(scanner.line()))
    }

    fn value(&mut self, inside: Option<&str>, name: &str, value: &str) -> Result<(), Reason> {
        match (inside, name) {
            (None, "CURDEF") => self.currency = Some(money::currency(value)?),
            (Some("LEDGERBAL"), "BALAMT") => self.balance = given(value),
            (Some("LEDGERBAL"), _) => (),
            (Some(_), "ACCTID") => self.account = given(&account_number(value)),
            (Some(_), "BANKID" | "BROKERID") => self.bank = given(value),
            (None, "DTSTART") => self.from_on = given(value).as_deref().map(date).transpose()?,
            (None, "DTEND") => self.to_on = given(value).as_deref().map(date).transpose()?,
            _ => (),
        }
        Ok(())
    }

    fn close(&self) -> Result<BankStatement, FileError> {
        let account = self.account.clone().ok_or_else(|| fault("ACCTID", Reason::Missing))?;
        let currency = self.currency.ok_or_else(|| fault("CURDEF", Reason::Missing))?;
        let day = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
        let id = format!("{}/{}", day(self.from_on), day(self.to_on));
        let mut statement = BankStatement::new(StatementKind::Final, account, id);
        statement.account_currency = Some(currency);
        (statement.from_on, statement.to_on) = (self.from_on, self.to_on);
        let balance = self.balance.as_deref().map(|text| amount(text, currency)).transpose();
        statement.closing_balance = balance.map_err(|reason| fault("LEDGERBAL/BALAMT", reason))?;
        let mut keys = EntryKeys::default();
        for (number, transaction) in (1..).zip(&self.transactions) {
            let line = transaction.line(number, currency).map_err(|error| {
                let id = transaction.id().map(str::to_owned);
                let number = usize::try_from(number).unwrap_or(usize::MAX);
                error.in_entry(Position { number, id }).on_line(transaction.line)
            })?;
            let entry_key = key(&statement.account, self.bank.as_deref(), &line, &mut keys);
            statement.lines.push(StatementLine { entry_key, ..line });
        }
        Ok(statement)
    }
}

/// `FITID` is to be unique in an account, and some banks use it again: it counts with the day and the amount.
fn key(account: &str, bank: Option<&str>, line: &StatementLine, keys: &mut EntryKeys) -> String {
    let id = line.references.account_servicer.as_deref().unwrap_or_default();
    let day = line.booked_on.map(|day| day.to_string()).unwrap_or_default();
    keys.next(&["ofx", bank.unwrap_or_default(), account, id, &day, &line.signed().to_string()])
}

/// `yyyymmdd`, a time and a zone after it: the civil day that the bank wrote.
fn date(text: &str) -> Result<NaiveDate, Reason> {
    let bad = || Reason::NotADate(text.to_owned());
    let (day, rest) = text.trim().split_at_checked(8).ok_or_else(bad)?;
    let is_time = rest.chars().take_while(|c| *c != '[').all(|c| c.is_ascii_digit() || c == '.');
    let mut parts = [day.get(..4), day.get(4..6), day.get(6..8)].into_iter().flatten();
    let mut number = || parts.next().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let (year, month, number) = (number(), number(), number());
    let year = year.and_then(|text| text.parse().ok()).filter(|_| is_time).ok_or_else(bad)?;
    let part = |text: Option<&str>| text.and_then(|text| text.parse().ok()).ok_or_else(bad);
    civil(year, part(month)?, part(number)?).ok_or_else(bad)
}

/// The specification allows a comma for the point, and no grouping.
fn amount(text: &str, ccy: Currency) -> Result<domain::money::Money, Reason> {
    let text = text.trim();
    if text.contains(',') && !text.contains('.') && text.matches(',').count() == 1 {
        return signed_amount(&text.replace(',', "."), ccy);
    }
    signed_amount(text, ccy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_with_times_and_zones_keep_the_day_that_was_written() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
        for text in ["20260302", "20260302235959", "20260302120000.000[-5:EST]", "20260302[+1:CET]"] {
            assert_eq!(date(text), Ok(day), "{text}");
        }
        for text in ["201120000000", "2026-03-02", "2026030", "20260302 12", ""] {
            assert!(date(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_amount_has_a_point_or_a_comma() {
        assert_eq!(amount("-12,50", Currency::EUR), amount("-12.50", Currency::EUR));
        assert!(amount("1,200.50", Currency::EUR).is_err() && amount("$120", Currency::EUR).is_err());
    }
}
