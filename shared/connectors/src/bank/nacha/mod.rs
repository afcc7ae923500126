//! ACH files of Nacha: entries with the remittance of their addenda (05), notices of change (98), returns (99).
//!
//! The money of an entry is on the bank's statement, so a batch of entries is a notice that enriches it. A return is
//! final with the file that reports it.
mod addenda;
mod entry;
mod totals;

use super::BankFile;
use super::file_error::{FileError, Position, Reason, fault};
use super::file_kind::FileKind;
use super::text::{Rest, given, short_date};
use chrono::{Datelike, NaiveDate};
use domain::statement::{BankStatement, EntryKeys, StatementKind};
use entry::Entry;
use totals::Totals;

/// Characters of a record.
const RECORD: usize = 94;

/// Reads a file; each batch is a statement of the company that it names.
pub(super) fn parse(text: &str) -> Result<BankFile, FileError> {
    let mut reader = Reader::default();
    let mut last_line = 1;
    for (line, content) in (1..).zip(text.lines()) {
        let content = content.trim_end();
        if content.is_empty() {
            continue;
        }
        last_line = line;
        if content.chars().count() > RECORD {
            return Err(fault("record", Reason::Unreadable(cut(content), "94 characters long")).on_line(line));
        }
        reader.record(content).map_err(|error| reader.locate(error).or_on_line(line))?;
        reader.line = line;
    }
    reader.finish(last_line)
}

fn cut(text: &str) -> String {
    text.chars().take(20).collect()
}

/// Characters `from` to `to` of a record, from 1, both included; what a cut line lacks is blank.
fn columns(record: &str, from: usize, to: usize) -> &str {
    let mut rest = Rest(record);
    if rest.take(from.saturating_sub(1)).is_none() {
        return "";
    }
    let field = rest;
    let width = to.saturating_sub(from) + 1;
    rest.take(width).unwrap_or(field.0)
}

#[derive(Default)]
struct Reader {
    header: Option<Header>,
    batch: Option<Batch>,
    statements: Vec<BankStatement>,
    keys: EntryKeys,
    found: Totals,
    batches: u64,
    gaps: Vec<FileError>,
    is_ended: bool,
    line: usize,
}

struct Header {
    created_on: NaiveDate,
    id: String,
}

/// A batch while it is read.
struct Batch {
    company: String,
    company_id: String,
    class: String,
    /// The day on which the entries settle, else that of the file.
    on: NaiveDate,
    settled_on: Option<NaiveDate>,
    entries: Vec<Entry>,
    found: Totals,
}

impl Reader {
    fn record(&mut self, record: &str) -> Result<(), FileError> {
        if self.is_ended {
            let is_filler = record.chars().all(|c| c == '9');
            return if is_filler { Ok(()) } else { Err(fault("9", Reason::Unexpected)) };
        }
        match record.chars().next() {
            Some('1') if self.header.is_none() => {
                self.header = Some(Header::read(record)?);
                Ok(())
            }
            Some('1') => Err(fault("1", Reason::Repeated)),
            _ if self.header.is_none() => Err(fault("1", Reason::Missing)),
            Some('5') => self.open(record),
            Some('6') => {
                let batch = self.batch.as_mut().ok_or_else(|| fault("5", Reason::Missing))?;
                let entry = Entry::read(record, &batch.class)?;
                batch.found.add(&entry);
                batch.entries.push(entry);
                Ok(())
            }
            Some('7') => {
                let batch = self.batch.as_mut().ok_or_else(|| fault("5", Reason::Missing))?;
                batch.found.count += 1;
                let entry = batch.entries.last_mut().ok_or_else(|| fault("6", Reason::Missing))?;
                entry.addendum(record)
            }
            Some('8') => self.close(record),
            Some('9') => self.end(record),
            _ => Err(fault("record type", Reason::UnknownCode(cut(record)))),
        }
    }

    fn open(&mut self, record: &str) -> Result<(), FileError> {
        if self.batch.is_some() {
            return Err(fault("8", Reason::Missing));
        }
        let created_on = self.header.as_ref().map(|header| header.created_on).ok_or(Reason::Missing)?;
        let effective = short_date(columns(record, 70, 75)).ok();
        self.batch = Some(Batch {
            company: given(columns(record, 5, 20)).unwrap_or_default(),
            company_id: given(columns(record, 41, 50)).ok_or_else(|| fault("company id", Reason::Missing))?,
            class: columns(record, 51, 53).to_owned(),
            on: effective.unwrap_or(created_on),
            settled_on: settled_on(columns(record, 76, 78), created_on),
            entries: Vec::new(),
            found: Totals::default(),
        });
        Ok(())
    }

    fn close(&mut self, record: &str) -> Result<(), FileError> {
        let stated = Totals::of_batch(record)?;
        let batch = self.batch.take().ok_or_else(|| fault("5", Reason::Missing))?;
        self.found.merge(&batch.found);
        self.batches += 1;
        let (number, difference) = (self.statements.len() + 1, stated.differs(&batch.found));
        let statement = batch.close(number, &mut self.keys);
        if let Some(reason) = difference {
            let position = Position { number, id: Some(statement.account.clone()) };
            self.gaps.push(fault("8", reason).in_statement(position).on_line(self.line + 1));
        }
        self.statements.push(statement);
        Ok(())
    }

    fn end(&mut self, record: &str) -> Result<(), FileError> {
        if self.batch.is_some() {
            return Err(fault("8", Reason::Missing));
        }
        self.is_ended = true;
        let stated = Totals::of_file(record)?;
        let batches = totals::number(columns(record, 2, 7), "batch count")?;
        if batches != self.batches {
            let reason = Reason::ControlTotal {
                stated: format!("{batches} batches"),
                found: format!("{}", self.batches),
            };
            self.gaps.push(fault("9", reason));
        }
        self.gaps.extend(stated.differs(&self.found).map(|reason| fault("9", reason)));
        Ok(())
    }

    fn locate(&self, error: FileError) -> FileError {
        let Some(batch) = &self.batch else { return error };
        let id = Some(batch.company_id.clone());
        let error = error.in_statement(Position { number: self.statements.len() + 1, id });
        let Some(entry) = batch.entries.last() else { return error };
        error.in_entry(Position { number: batch.entries.len(), id: Some(entry.trace.clone()) })
    }

    fn finish(self, last_line: usize) -> Result<BankFile, FileError> {
        if !self.is_ended {
            let missing = if self.batch.is_some() { "8" } else { "9" };
            return Err(self.locate(fault(missing, Reason::CutOff)).on_line(last_line));
        }
        let message_id = self.header.map(|header| header.id);
        let mut file = BankFile::new(FileKind::Nacha, message_id, self.statements);
        file.gaps = self.gaps;
        Ok(file)
    }
}

impl Header {
    fn read(record: &str) -> Result<Self, FileError> {
        let date = columns(record, 24, 29);
        let created_on = short_date(date).map_err(|reason| fault("file creation date", reason))?;
        let parts = [columns(record, 14, 23), date, columns(record, 30, 33), columns(record, 34, 34)];
        Ok(Self { created_on, id: parts.map(str::trim).join("/") })
    }
}

/// Day of the year on which the operator settled, nearest to the file's own day.
fn settled_on(text: &str, created_on: NaiveDate) -> Option<NaiveDate> {
    let number: u32 = text.trim().parse().ok().filter(|number| *number > 0)?;
    let years = [created_on.year() - 1, created_on.year(), created_on.year() + 1];
    let days = years.into_iter().filter_map(|year| NaiveDate::from_yo_opt(year, number));
    days.min_by_key(|day| (*day - created_on).num_days().abs())
}

impl Batch {
    fn close(self, number: usize, keys: &mut EntryKeys) -> BankStatement {
        let is_returns = !self.entries.is_empty() && self.entries.iter().all(Entry::is_return);
        let kind = if is_returns { StatementKind::Final } else { StatementKind::Notice };
        let id = format!("{}/{number}", self.on);
        let mut statement = BankStatement::new(kind, self.company_id.clone(), id);
        (statement.from_on, statement.to_on) = (Some(self.on), Some(self.on));
        for (number, entry) in (1..).zip(&self.entries) {
            let mut line = entry.line(number, &self.company);
            (line.booked_on, line.valued_on) = (Some(self.on), self.settled_on.or(Some(self.on)));
            line.code = Some(format!("{}-{}", self.class, entry.code));
            let (day, amount) = (self.on.to_string(), line.signed().to_string());
            line.entry_key = keys.next(&["ach", &self.company_id, &day, &entry.trace, &amount]);
            statement.lines.push(line);
        }
        statement
    }
}
