//! `STMTTRN`: one movement.
use super::super::camt_detail::account_number;
use super::super::file_error::{FileError, Reason, fault};
use super::super::purpose;
use super::super::text::{given, squeezed};
use super::scan::{Scanner, Token};
use super::{amount, date};
use domain::money::{self, Currency, Money};
use domain::statement::{BankReferences, BookingStatus, Counterparty, Direction, StatementLine};
use std::collections::BTreeMap;

/// The values of one movement by their names; the currency is not known while they are read.
#[derive(Debug, Default)]
pub(super) struct Transaction {
    values: BTreeMap<String, String>,
    pub line: usize,
}

/// Elements that decide about money, and may be there once.
const ONCE: [&str; 3] = ["TRNAMT", "DTPOSTED", "FITID"];

/// Values in one movement; the specification has some thirty.
const VALUES_MAX: usize = 200;

impl Transaction {
    /// Reads until the end of the aggregate.
    ///
    /// # Errors
    /// With the id of the movement, where that was read before.
    pub fn read(scanner: &mut Scanner<'_>, line: usize) -> Result<Self, (FileError, Option<String>)> {
        let mut transaction = Self { values: BTreeMap::new(), line };
        // the account on the other side has element names that the movement has too
        let mut prefix = "";
        loop {
            let id = || transaction.id().map(str::to_owned);
            let token = scanner.next().map_err(|error| (error, id()))?;
            let Some(token) = token else {
                return Err((fault("STMTTRN", Reason::CutOff).on_line(scanner.line()), id()));
            };
            let at = token.line();
            match token {
                Token::Close { name, .. } => match name.as_str() {
                    "STMTTRN" => return Ok(transaction),
                    "BANKACCTTO" | "CCACCTTO" | "CURRENCY" | "ORIGCURRENCY" | "PAYEE" => prefix = "",
                    // SGML may leave out the end of this, never the end of what is around it
                    "BANKTRANLIST" | "STMTRS" | "CCSTMTRS" | "OFX" => {
                        return Err((fault("STMTTRN", Reason::CutOff).on_line(at), id()));
                    }
                    _ => (),
                },
                Token::Open { name, .. } => match name.as_str() {
                    "STMTTRN" => return Err((fault("STMTTRN", Reason::CutOff).on_line(at), id())),
                    "BANKACCTTO" | "CCACCTTO" => prefix = "TO/",
                    "CURRENCY" => prefix = "CURRENCY/",
                    "ORIGCURRENCY" => prefix = "ORIG/",
                    "PAYEE" => prefix = "PAYEE/",
                    _ => (),
                },
                Token::Value { name, value, .. } => {
                    if transaction.values.len() >= VALUES_MAX {
                        return Err((FileError::from(Reason::TooManyElements).on_line(at), id()));
                    }
                    let key = format!("{prefix}{name}");
                    let former = transaction.values.insert(key, value);
                    if prefix.is_empty() && former.is_some() && ONCE.contains(&name.as_str()) {
                        let error = fault(&name, Reason::Repeated).on_line(at);
                        return Err((error, transaction.id().map(str::to_owned)));
                    }
                }
            }
        }
    }

    pub fn id(&self) -> Option<&str> {
        self.get("FITID")
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    fn given(&self, name: &str) -> Option<String> {
        self.get(name).and_then(given).map(|text| squeezed(&text))
    }

    /// The movement in the currency of its account.
    pub fn line(&self, number: u32, default: Currency) -> Result<StatementLine, FileError> {
        let must = |name: &str| self.get(name).ok_or_else(|| fault(name, Reason::Missing));
        if self.get("CORRECTFITID").is_some() {
            return Err(fault("CORRECTFITID", Reason::Correction));
        }
        let ccy = self.get("CURRENCY/CURSYM").map_or(Ok(default), money::currency);
        let ccy = ccy.map_err(|error| fault("CURRENCY/CURSYM", error))?;
        let signed = amount(must("TRNAMT")?, ccy).map_err(|reason| fault("TRNAMT", reason))?;
        let direction = if signed.is_negative() { Direction::Debit } else { Direction::Credit };
        let unsigned =
            signed.minor().checked_abs().ok_or_else(|| fault("TRNAMT", money::MoneyError::OutOfRange))?;
        let mut line = StatementLine::new(number, Money::new(unsigned, ccy), direction);
        line.booked_on = Some(date(must("DTPOSTED")?).map_err(|reason| fault("DTPOSTED", reason))?);
        let available = self.get("DTAVAIL").map(date).transpose();
        line.valued_on = available.map_err(|reason| fault("DTAVAIL", reason))?;
        let kind = must("TRNTYPE")?.to_uppercase();
        line.purpose = purpose::of_ofx(&kind);
        if kind == "HOLD" {
            line.status = BookingStatus::Pending;
        }
        line.code = Some(kind);
        line.references = BankReferences {
            account_servicer: given(must("FITID")?),
            instruction: self.given("REFNUM"),
            cheque: self.given("CHECKNUM").filter(|number| number.chars().any(|c| c != '0')),
            ..BankReferences::default()
        };
        let account = self.get("TO/ACCTID").map(account_number);
        line.counterparty = Counterparty {
            name: self.given("EXTDNAME").or_else(|| self.given("NAME")).or_else(|| self.given("PAYEE/NAME")),
            account: account.filter(|account| !account.is_empty()),
            bank: self.given("TO/BANKID"),
            ..Counterparty::default()
        };
        line.remittance_text = self.given("MEMO").into_iter().collect();
        Ok(line)
    }
}
