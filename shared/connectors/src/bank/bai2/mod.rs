//! BAI2 (Cash Management Balance Reporting, version 2): the files of the banks of North America.
mod account;
mod fields;
mod records;

use super::BankFile;
use super::file_error::{FileError, Position, Reason, fault};
use super::file_kind::FileKind;
use super::text::{given, minor_amount, short_date};
use account::Account;
use chrono::NaiveDate;
use domain::money::{self, Currency, Money};
use domain::statement::{BankStatement, EntryKeys, StatementKind};
use fields::Fields;
use records::Record;

/// Reads a file; each account of each group is a statement.
pub(super) fn parse(text: &str) -> Result<BankFile, FileError> {
    let records = records::read(text)?;
    let mut reader = Reader::default();
    for record in &records {
        reader.record(record).map_err(|error| reader.locate(error, record))?;
    }
    reader.finish(records.last().map_or(1, |record| record.line))
}

/// What the header of a group says for its accounts.
#[derive(Debug, Clone)]
struct Group {
    as_of: NaiveDate,
    currency: Currency,
    kind: StatementKind,
    is_correction: bool,
    /// Sum of its accounts' totals so far.
    total: i128,
    accounts: u32,
    /// Records, with the group's own two.
    records: usize,
}

#[derive(Default)]
struct Reader {
    file_id: Option<String>,
    group: Option<Group>,
    account: Option<Account>,
    statements: Vec<BankStatement>,
    /// Of the whole file: an account may stand in several groups.
    keys: EntryKeys,
    gaps: Vec<FileError>,
    total: i128,
    groups: u32,
    records: usize,
    has_trailer: bool,
}

impl Reader {
    fn record(&mut self, record: &Record) -> Result<(), FileError> {
        self.records += record.count;
        if let Some(group) = &mut self.group {
            group.records += record.count;
        }
        let mut fields = Fields::new(&record.text);
        match record.code {
            "01" => {
                once(self.file_id.is_none(), "01")?;
                let sender = fields.next().unwrap_or_default().to_owned();
                let id = fields.nth(3).unwrap_or_default();
                self.file_id = Some(format!("{sender}/{id}"));
                Ok(())
            }
            _ if self.file_id.is_none() => Err(fault("01", Reason::Missing)),
            "02" => {
                once(self.group.is_none(), "02")?;
                self.group = Some(group(&mut fields, record.count)?);
                Ok(())
            }
            "03" => {
                once(self.account.is_none(), "03")?;
                let group = self.group.as_ref().ok_or_else(|| fault("02", Reason::Missing))?;
                self.account = Some(Account::open(&mut fields, group.currency, record.count)?);
                Ok(())
            }
            "16" => {
                let (group, account) =
                    self.group.as_ref().zip(self.account.as_mut()).ok_or_else(no_account)?;
                account.records += record.count;
                account.transaction(&mut fields, group.as_of)
            }
            "49" => self.close_account(&mut fields, record),
            "98" => self.close_group(&mut fields),
            _ => {
                self.has_trailer = true;
                let stated = Trailer::read(&mut fields)?;
                let found =
                    Trailer { total: self.total, parts: Some(self.groups), records: Some(self.records) };
                self.check(&stated, &found, record);
                Ok(())
            }
        }
    }

    fn close_account(&mut self, fields: &mut Fields<'_>, record: &Record) -> Result<(), FileError> {
        let stated = Trailer::read_of_account(fields)?;
        let account = self.account.take().ok_or_else(no_account)?;
        let group = self.group.as_mut().ok_or_else(no_account)?;
        let found =
            Trailer { total: account.total, parts: None, records: Some(account.records + record.count) };
        group.total += stated.total;
        group.accounts += 1;
        let (group, is_correction) = (group.clone(), group.is_correction);
        let statement = account.close(&group, &mut self.keys);
        let has_lines = !statement.lines.is_empty();
        self.statements.push(statement);
        self.check(&stated, &found, record);
        if is_correction && has_lines {
            self.gap(Reason::Correction, record);
        }
        Ok(())
    }

    fn close_group(&mut self, fields: &mut Fields<'_>) -> Result<(), FileError> {
        let stated = Trailer::read(fields)?;
        if self.account.is_some() {
            return Err(fault("49", Reason::Missing));
        }
        let group = self.group.take().ok_or_else(|| fault("02", Reason::Missing))?;
        self.total += stated.total;
        self.groups += 1;
        let found = Trailer { total: group.total, parts: Some(group.accounts), records: Some(group.records) };
        if let Some(reason) = stated.differs(&found) {
            self.gaps.push(fault("98", reason));
        }
        Ok(())
    }

    fn check(&mut self, stated: &Trailer, found: &Trailer, record: &Record) {
        if let Some(reason) = stated.differs(found) {
            self.gap(reason, record);
        }
    }

    fn gap(&mut self, reason: Reason, record: &Record) {
        let error = fault(record.code, reason).on_line(record.line);
        let error = match self.statements.last().filter(|_| record.code == "49") {
            Some(statement) => error.in_statement(position(self.statements.len(), statement)),
            None => error,
        };
        self.gaps.push(error);
    }

    fn locate(&self, error: FileError, record: &Record) -> FileError {
        let error = error.under(record.code).on_line(record.line);
        let Some(account) = &self.account else { return error };
        let id = Some(account.number().to_owned());
        let error = error.in_statement(Position { number: self.statements.len() + 1, id });
        if record.code != "16" {
            return error;
        }
        error.in_entry(Position { number: account.transactions() + 1, id: None })
    }

    fn finish(self, last_line: usize) -> Result<BankFile, FileError> {
        let open = [(self.account.is_some(), "49"), (self.group.is_some(), "98"), (!self.has_trailer, "99")];
        if let Some((_, trailer)) = open.iter().find(|(is_open, _)| *is_open) {
            let error = fault(trailer, Reason::CutOff).on_line(last_line);
            let Some(account) = &self.account else { return Err(error) };
            let id = Some(account.number().to_owned());
            return Err(error.in_statement(Position { number: self.statements.len() + 1, id }));
        }
        let mut file = BankFile::new(FileKind::Bai2, self.file_id, self.statements);
        file.gaps = self.gaps;
        Ok(file)
    }
}

fn position(number: usize, statement: &BankStatement) -> Position {
    Position { number, id: Some(statement.account.clone()) }
}

fn no_account() -> FileError {
    fault("03", Reason::Missing)
}

fn once(is_first: bool, code: &str) -> Result<(), FileError> {
    if is_first { Ok(()) } else { Err(fault(code, Reason::Repeated)) }
}

/// `receiver,originator,status,as-of date,as-of time,currency,modifier`. Only what is final for its day books: by the
/// specification a modifier of 1 and 3 is interim, 4 the same day still open to returns, and none means 2.
fn group(fields: &mut Fields<'_>, records: usize) -> Result<Group, FileError> {
    let status = fields.nth(2).unwrap_or_default();
    let date = fields.next().unwrap_or_default();
    let as_of = short_date(date).map_err(|reason| fault("as-of date", reason))?;
    let code = fields.nth(1).and_then(given);
    let currency =
        money::currency(code.as_deref().unwrap_or("USD")).map_err(|error| fault("currency", error))?;
    let modifier = fields.next().unwrap_or_default().trim();
    let kind = match (status, modifier) {
        ("4", _) => StatementKind::Interim,
        (_, "" | "2") => StatementKind::Final,
        (_, "1" | "3" | "4") => StatementKind::Interim,
        (_, other) => return Err(fault("as-of-date modifier", Reason::UnknownCode(other.to_owned()))),
    };
    let is_correction = match status {
        "1" | "4" | "" => false,
        "2" | "3" => true,
        other => return Err(fault("group status", Reason::UnknownCode(other.to_owned()))),
    };
    Ok(Group { as_of, currency, kind, is_correction, total: 0, accounts: 0, records })
}

/// `control total,[number of parts,]number of records`.
struct Trailer {
    total: i128,
    parts: Option<u32>,
    records: Option<usize>,
}

impl Trailer {
    fn read(fields: &mut Fields<'_>) -> Result<Self, FileError> {
        let total = total(fields.next().unwrap_or_default())?;
        Ok(Self { total, parts: number(fields.next())?, records: number(fields.next())? })
    }

    fn read_of_account(fields: &mut Fields<'_>) -> Result<Self, FileError> {
        let total = total(fields.next().unwrap_or_default())?;
        Ok(Self { total, parts: None, records: number(fields.next())? })
    }

    fn differs(&self, found: &Self) -> Option<Reason> {
        let is_same = (self.total, self.parts, self.records) == (found.total, found.parts, found.records);
        let shown = |trailer: &Self| {
            let parts = trailer.parts.map(|count| format!(" in {count} parts")).unwrap_or_default();
            let records = trailer.records.map(|count| format!(", {count} records")).unwrap_or_default();
            format!("{}{parts}{records}", trailer.total)
        };
        (!is_same).then(|| Reason::ControlTotal { stated: shown(self), found: shown(found) })
    }
}

fn total(text: &str) -> Result<i128, FileError> {
    let text = text.trim();
    // the currency does not matter to a count of minor units
    let total = minor_amount(text, Currency::USD).map(Money::minor);
    total.map(i128::from).map_err(|reason| fault("control total", reason))
}

fn number<T: std::str::FromStr>(text: Option<&str>) -> Result<Option<T>, FileError> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let bad = || fault("count", Reason::Unreadable(text.to_owned(), "a count"));
    text.parse().map(Some).map_err(|_| bad())
}
