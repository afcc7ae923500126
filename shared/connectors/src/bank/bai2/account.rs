//! One account in a group: its balances, and its transactions.
use super::super::camt_detail::account_number;
use super::super::file_error::{FileError, Reason, fault};
use super::super::purpose;
use super::super::text::{given, minor_amount, short_date, squeezed};
use super::Group;
use super::fields::Fields;
use chrono::NaiveDate;
use domain::money::{self, Currency, Money};
use domain::statement::{BankReferences, BankStatement, Direction, EntryKeys, Purpose, StatementLine};

pub(super) struct Account {
    number: String,
    currency: Currency,
    opening: Option<Money>,
    closing: Option<Money>,
    lines: Vec<StatementLine>,
    /// Sum of all amounts so far, as the control total counts them.
    pub total: i128,
    /// Records so far, with its own.
    pub records: usize,
}

/// Where the money of an amount is available; a value date is the only part that matters here.
struct Funds {
    valued_on: Option<NaiveDate>,
}

impl Account {
    /// `account,currency,{type,amount,count,funds}…`: 010 opens the ledger balance and 015 closes it.
    pub fn open(fields: &mut Fields<'_>, default: Currency, records: usize) -> Result<Self, FileError> {
        let number = fields.next().and_then(given).ok_or_else(|| fault("account", Reason::Missing))?;
        let code = fields.next().and_then(given);
        let currency = code.map_or(Ok(default), |code| money::currency(&code));
        let currency = currency.map_err(|error| fault("currency", error))?;
        let number = account_number(&number);
        let mut account =
            Self { number, currency, opening: None, closing: None, lines: Vec::new(), total: 0, records };
        while let Some(code) = fields.next() {
            let amount = fields.next().unwrap_or_default();
            fields.next();
            funds(fields)?;
            if amount.is_empty() {
                continue;
            }
            let amount = minor_amount(amount, currency)
                .map_err(|reason| fault(&format!("amount of {code}"), reason))?;
            account.total += i128::from(amount.minor());
            match code {
                "010" => account.opening = Some(amount),
                "015" => account.closing = Some(amount),
                _ => (),
            }
        }
        Ok(account)
    }

    pub fn number(&self) -> &str {
        &self.number
    }

    pub fn transactions(&self) -> usize {
        self.lines.len()
    }

    /// `type,amount,funds,bank reference,customer reference,text`.
    pub fn transaction(&mut self, fields: &mut Fields<'_>, as_of: NaiveDate) -> Result<(), FileError> {
        let code = fields.next().unwrap_or_default();
        if code == "890" {
            // a message of the bank, without money
            return Ok(());
        }
        let unknown = || fault("type", Reason::UnknownCode(code.to_owned()));
        let number: u16 = code.parse().ok().filter(|_| code.len() == 3).ok_or_else(unknown)?;
        let direction = match number {
            100..=399 => Direction::Credit,
            400..=699 => Direction::Debit,
            // loans, and codes that banks give a meaning of their own
            _ => return Err(unknown()),
        };
        let amount = fields.next().unwrap_or_default();
        let amount = minor_amount(amount, self.currency).map_err(|reason| fault("amount", reason))?;
        if amount.is_negative() {
            return Err(fault("amount", Reason::NotAnAmount(amount.minor().to_string())));
        }
        self.total += i128::from(amount.minor());
        let funds = funds(fields)?;
        let entry = u32::try_from(self.lines.len() + 1).unwrap_or(u32::MAX);
        let mut line = StatementLine::new(entry, amount, direction);
        line.booked_on = Some(as_of);
        line.valued_on = funds.valued_on;
        line.code = Some(code.to_owned());
        line.purpose = purpose::of_bai2(number);
        if line.purpose == Purpose::Return {
            line.return_reason = Some("unstated".to_owned());
        }
        let bank = fields.next().and_then(given);
        let customer = fields.next().and_then(given);
        let is_cheque = matches!(number, 475 | 472 | 477);
        line.references = BankReferences {
            account_servicer: bank,
            cheque: customer.clone().filter(|_| is_cheque),
            instruction: customer.filter(|_| !is_cheque),
            ..BankReferences::default()
        };
        let text = fields.text().map(|text| squeezed(text.trim_end_matches('/')));
        line.remittance_text = text.as_deref().and_then(given).into_iter().collect();
        self.lines.push(line);
        Ok(())
    }

    pub fn close(self, group: &Group, keys: &mut EntryKeys) -> BankStatement {
        let id = group.as_of.to_string();
        let mut statement = BankStatement::new(group.kind, self.number, id);
        statement.account_currency = Some(self.currency);
        (statement.from_on, statement.to_on) = (Some(group.as_of), Some(group.as_of));
        (statement.opening_balance, statement.closing_balance) = (self.opening, self.closing);
        for mut line in self.lines {
            let refs = &line.references;
            let refs = [&refs.account_servicer, &refs.instruction, &refs.cheque];
            let [bank, customer, cheque] = refs.map(|text| text.as_deref().unwrap_or_default());
            let (amount, text) = (line.signed().to_string(), line.remittance_text.join("\n"));
            let code = line.code.as_deref().unwrap_or_default();
            let (account, day) = (statement.account.as_str(), group.as_of.to_string());
            line.entry_key =
                keys.next(&["bai2", account, &day, code, &amount, bank, customer, cheque, &text]);
            statement.lines.push(line);
        }
        statement
    }
}

/// A funds type takes further fields: `S` three amounts, `V` a date and a time, `D` a number and as many pairs.
fn funds(fields: &mut Fields<'_>) -> Result<Funds, FileError> {
    let mut funds = Funds { valued_on: None };
    match fields.next().unwrap_or_default() {
        "" | "Z" | "0" | "1" | "2" => (),
        "V" => {
            let date = fields.next().unwrap_or_default();
            if !date.is_empty() {
                let valued_on = short_date(date).map_err(|reason| fault("value date", reason))?;
                funds.valued_on = Some(valued_on);
            }
            fields.next();
        }
        "S" => {
            fields.nth(2);
        }
        "D" => {
            let count = fields.next().unwrap_or_default();
            let bad = || fault("funds type D", Reason::Unreadable(count.to_owned(), "a count"));
            for _ in 0..count.parse::<u8>().map_err(|_| bad())? {
                fields.nth(1);
            }
        }
        other => return Err(fault("funds type", Reason::UnknownCode(other.to_owned()))),
    }
    Ok(funds)
}
