//! MT940 (end-of-day statement) and MT942 (report within the day) of SWIFT, as banks' portals export them: with or
//! without the envelope of blocks, in the banks' own dialects of field 86.
mod entry;
mod german;
mod info;
mod slashes;
mod tags;

use super::BankFile;
use super::camt_detail::account_number;
use super::file_error::{FileError, Position, Reason, fault};
use super::file_kind::FileKind;
use super::text::{Rest, comma_amount, given, short_date};
use chrono::NaiveDate;
use domain::money::{self, Currency, Money};
use domain::statement::{BankStatement, Direction, EntryKeys, StatementKind};
use entry::Movement;
use tags::Tag;

/// Reads all messages of a file; pages of one statement become one statement.
pub(super) fn parse(text: &str) -> Result<BankFile, FileError> {
    let mut pages: Vec<Page> = Vec::new();
    let mut messages: Vec<Vec<Tag<'_>>> = Vec::new();
    for tag in tags::read(text) {
        match messages.last_mut() {
            Some(message) if tag.name != "20" => message.push(tag),
            _ => messages.push(vec![tag]),
        }
    }
    if messages.is_empty() {
        return Err(fault(":20:", Reason::Missing));
    }
    for (number, message) in (1..).zip(&messages) {
        let page = Page::read(message).map_err(|(error, id)| error.in_statement(Position { number, id }))?;
        match pages.last_mut() {
            Some(former) if former.goes_on_in(&page) => former.append(page),
            _ => pages.push(page),
        }
    }
    let message_id = pages.first().and_then(|page| page.reference.clone());
    let mut statements = Vec::new();
    for (number, page) in (1..).zip(pages) {
        let id = Some(page.statement_id.clone());
        statements.push(page.finish().map_err(|error| error.in_statement(Position { number, id }))?);
    }
    let is_interim = statements.iter().all(|statement| statement.kind == StatementKind::Interim);
    let kind = if is_interim { FileKind::Mt942 } else { FileKind::Mt940 };
    Ok(BankFile::new(kind, message_id, statements))
}

/// One message: a statement, or a page of one.
struct Page {
    kind: StatementKind,
    reference: Option<String>,
    account: String,
    statement_id: String,
    currency: Currency,
    opening: Option<Balance>,
    closing: Option<Balance>,
    movements: Vec<Movement>,
}

#[derive(Clone, Copy)]
struct Balance {
    on: NaiveDate,
    amount: Money,
    /// 60M and 62M: a page begins or ends here, and not the statement.
    is_between_pages: bool,
}

/// The tags of a message while it is read.
#[derive(Default)]
struct Draft {
    reference: Option<String>,
    account: Option<String>,
    statement_id: Option<String>,
    currency: Option<Currency>,
    opening: Option<Balance>,
    closing: Option<Balance>,
    is_interim: bool,
    movements: Vec<Movement>,
    /// Whether a field 86 now belongs to the last movement.
    is_in_movement: bool,
}

impl Draft {
    fn tag(&mut self, tag: &Tag<'_>) -> Result<(), FileError> {
        let was_in_movement = std::mem::take(&mut self.is_in_movement);
        match tag.name {
            "20" => self.reference = given(tag.first()),
            "25" | "25P" => once(&mut self.account, account_number(tag.first()))?,
            "28" | "28C" => once(&mut self.statement_id, tag.first().trim().to_owned())?,
            "60F" | "60M" => {
                let opening = balance(tag, self.currency)?;
                self.currency = Some(opening.amount.currency());
                once(&mut self.opening, opening)?;
            }
            "62F" | "62M" => once(&mut self.closing, balance(tag, self.currency)?)?,
            // the smallest amount that the report lists, by which we know the currency of a report without balances
            "34F" => {
                self.is_interim = true;
                let code = Rest(tag.first().trim()).take(3).unwrap_or_default();
                self.currency = Some(money::currency(code).map_err(Reason::from)?);
            }
            "13" | "13D" => self.is_interim = true,
            "61" => {
                let ccy = self.currency.ok_or(Reason::Missing).map_err(|reason| fault(":60F:", reason))?;
                self.movements.push(Movement::read(tag, ccy)?);
                self.is_in_movement = true;
            }
            "86" | "NS" if was_in_movement => {
                if let Some(movement) = self.movements.last_mut() {
                    movement.about.push(tag.name == "NS", &tag.lines);
                }
                self.is_in_movement = true;
            }
            // 21, 64, 65, 90C, 90D, and 86 of the statement: nothing that is booked
            _ => (),
        }
        Ok(())
    }
}

fn once<T>(slot: &mut Option<T>, value: T) -> Result<(), FileError> {
    if slot.replace(value).is_some() { Err(Reason::Repeated.into()) } else { Ok(()) }
}

/// `C260302EUR1234,50`. A page may leave the currency out after the first balance.
fn balance(tag: &Tag<'_>, known: Option<Currency>) -> Result<Balance, FileError> {
    let mut rest = Rest(tag.first().trim());
    let mark = rest.take(1).unwrap_or_default();
    let direction = match mark {
        "C" => Direction::Credit,
        "D" => Direction::Debit,
        other => return Err(Reason::UnknownCode(other.to_owned()).into()),
    };
    let on = short_date(rest.take(6).unwrap_or(rest.0))?;
    let ccy = match (rest.take_while(char::is_alphabetic), known) {
        ("", Some(known)) => known,
        (code, _) => money::currency(code).map_err(Reason::from)?,
    };
    let unsigned = comma_amount(rest.0.trim(), ccy)?;
    let amount = match direction {
        Direction::Credit => unsigned,
        Direction::Debit => Money::new(-unsigned.minor(), ccy),
    };
    Ok(Balance { on, amount, is_between_pages: tag.name.ends_with('M') })
}

impl Page {
    fn read(message: &[Tag<'_>]) -> Result<Self, (FileError, Option<String>)> {
        let mut draft = Draft::default();
        for tag in message {
            if let Err(error) = draft.tag(tag) {
                // the entry that is being read or was read last
                let entry = (tag.name == "61").then_some(draft.movements.len() + 1);
                let error = error.under(&format!(":{}:", tag.name)).on_line(tag.line);
                let error = match entry {
                    Some(number) => error.in_entry(Position { number, id: None }),
                    None => error,
                };
                return Err((error, draft.statement_id));
            }
        }
        let id = draft.statement_id.clone().or_else(|| draft.reference.clone());
        Self::of(draft, message.first().is_some_and(|tag| tag.name == "20")).map_err(|error| (error, id))
    }

    fn of(draft: Draft, has_reference: bool) -> Result<Self, FileError> {
        let missing = |tag: &str| fault(tag, Reason::Missing);
        if !has_reference {
            return Err(missing(":20:"));
        }
        let kind = match (&draft.opening, draft.is_interim) {
            (None, true) => StatementKind::Interim,
            _ => StatementKind::Final,
        };
        if kind == StatementKind::Final && draft.opening.is_none() {
            return Err(missing(":60F:"));
        }
        if kind == StatementKind::Final && draft.closing.is_none() {
            return Err(fault(":62F:", Reason::CutOff));
        }
        let account = draft.account.filter(|account| !account.is_empty()).ok_or_else(|| missing(":25:"))?;
        let statement_id = draft.statement_id.ok_or_else(|| missing(":28C:"))?;
        let currency = draft.currency.ok_or_else(|| missing(":34F:"))?;
        Ok(Self {
            kind,
            reference: draft.reference,
            account: without_currency(&account, currency),
            statement_id,
            currency,
            opening: draft.opening,
            closing: draft.closing,
            movements: draft.movements,
        })
    }

    /// Whether `next` is the next page of the same statement.
    fn goes_on_in(&self, next: &Self) -> bool {
        let number = |id: &str| id.split('/').next().unwrap_or_default().trim_start_matches('0').to_owned();
        self.closing.is_some_and(|balance| balance.is_between_pages)
            && next.opening.is_some_and(|balance| balance.is_between_pages)
            && self.account == next.account
            && self.currency == next.currency
            && number(&self.statement_id) == number(&next.statement_id)
    }

    fn append(&mut self, next: Self) {
        self.closing = next.closing;
        self.movements.extend(next.movements);
    }

    fn finish(self) -> Result<BankStatement, FileError> {
        let mut keys = EntryKeys::default();
        let mut statement = BankStatement::new(self.kind, self.account, self.statement_id);
        statement.account_currency = Some(self.currency);
        statement.sequence = statement.statement_id.split_once('/').map(|(_, page)| page.to_owned());
        statement.opening_balance = self.opening.map(|balance| balance.amount);
        statement.closing_balance = self.closing.map(|balance| balance.amount);
        statement.from_on = self.opening.map(|balance| balance.on);
        statement.to_on = self.closing.map(|balance| balance.on);
        for (number, movement) in (1..).zip(self.movements) {
            let line = movement.line(number, &statement, &mut keys);
            statement.lines.push(line);
        }
        Ok(statement)
    }
}

/// Some banks write the currency behind the account number ("10020030/1234567EUR", "BANK/123/HUF").
fn without_currency(account: &str, ccy: Currency) -> String {
    let number = account.strip_suffix(ccy.code()).unwrap_or(account);
    let number = number.strip_suffix('/').unwrap_or(number);
    let is_number = number.ends_with(|c: char| c.is_ascii_digit());
    if is_number { number.to_owned() } else { account.to_owned() }
}
