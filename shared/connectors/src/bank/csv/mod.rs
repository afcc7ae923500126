//! CSV exports of bank portals, by a mapping that the company declares: no header is guessed, since a debit column
//! taken for a credit column would book money that never came.
mod mapping;
mod rows;
mod values;

pub use mapping::{Columns, CsvMapping, DateOrder, Decimal};

use super::BankFile;
use super::camt_detail::account_number;
use super::file_error::{FileError, Reason, fault};
use super::file_kind::FileKind;
use super::text::{given, squeezed};
use domain::money::{self, Currency, Money};
use domain::statement::{
    BankReferences, BankStatement, Counterparty, Direction, EntryKeys, StatementKind, StatementLine,
};
use mapping::Places;
use rows::Row;
use values::Format;

/// Lines in which the header must stand: portals write a few about the account before it.
const PREAMBLE_LINES_MAX: usize = 40;

/// Reads a file by the first mapping whose columns are all in a header of it.
pub(super) fn parse(text: &str, mappings: &[CsvMapping]) -> Result<BankFile, FileError> {
    let (mapping, places, delimiter, header) =
        header(text, mappings).ok_or_else(|| FileError::from(Reason::NotMapped))?;
    let rows = rows::read(text, delimiter)?;
    let rows: Vec<Row> = rows.into_iter().filter(|row| row.line > header.line).collect();
    for row in &rows {
        if row.cells.len() != header.cells.len() {
            let (stated, found) = (header.cells.len(), row.cells.len());
            return Err(FileError::from(Reason::CellCount { stated, found }).on_line(row.line));
        }
    }
    let format = Format::of(mapping, &places, &rows)?;
    let mut reader =
        Reader { mapping, places: &places, format, statements: Vec::new(), balances: Vec::new() };
    let mut keys = EntryKeys::default();
    for row in &rows {
        reader.row(row, &mut keys).map_err(|error| error.on_line(row.line))?;
    }
    let gaps = reader.balances.iter().filter_map(|balances| running(balances));
    let gaps: Vec<FileError> = gaps.collect();
    let mut file = BankFile::new(FileKind::Csv, None, reader.statements);
    file.gaps = gaps;
    Ok(file)
}

fn header<'a>(text: &str, mappings: &'a [CsvMapping]) -> Option<(&'a CsvMapping, Places, char, Row)> {
    let start: String = text.split_inclusive('\n').take(PREAMBLE_LINES_MAX).collect();
    for delimiter in [',', ';', '\t', '|'] {
        // a quote that stays open here is closed below, or refused when the whole file is read
        for row in rows::lenient(&start, delimiter) {
            let found =
                mappings.iter().find_map(|mapping| Some((mapping, mapping.columns.places(&row.cells)?)));
            if let Some((mapping, places)) = found {
                return Some((mapping, places, delimiter, row));
            }
        }
    }
    None
}

/// One row's balance, with what the row moved, for the check of the order and the signs.
struct Running {
    line: usize,
    moved: Money,
    balance: Money,
}

struct Reader<'a> {
    mapping: &'a CsvMapping,
    places: &'a Places,
    format: Format,
    statements: Vec<BankStatement>,
    /// Of each statement.
    balances: Vec<Vec<Running>>,
}

impl Reader<'_> {
    fn row(&mut self, row: &Row, keys: &mut EntryKeys) -> Result<(), FileError> {
        let cell =
            |place: Option<usize>| place.and_then(|place| row.cells.get(place)).and_then(|cell| given(cell));
        let places = self.places;
        let account = cell(places.account).or_else(|| self.mapping.account.clone());
        let account = account.ok_or_else(|| fault("account", Reason::Missing))?;
        let code = cell(places.currency).or_else(|| self.mapping.currency.clone());
        let code = code.ok_or_else(|| fault("currency", Reason::Missing))?;
        let ccy = money::currency(&code).map_err(|error| fault("currency", error))?;
        let signed = self.signed(row, ccy)?;
        let at = self.statement(&account_number(&account), ccy);
        let Some(statement) = self.statements.get_mut(at) else { return Ok(()) };
        let number = statement.lines.len() + 1;
        let direction = if signed.is_negative() { Direction::Debit } else { Direction::Credit };
        let unsigned = Money::new(signed.minor().saturating_abs(), ccy);
        let mut line = StatementLine::new(u32::try_from(number).unwrap_or(u32::MAX), unsigned, direction);
        let day = |place: Option<usize>, name: &str| {
            let date = cell(place).map(|text| self.format.date(&text)).transpose();
            date.map_err(|reason| fault(name, reason))
        };
        line.booked_on = day(Some(places.booked_on), "booked_on")?;
        line.booked_on.ok_or_else(|| fault("booked_on", Reason::Missing))?;
        line.valued_on = day(places.valued_on, "valued_on")?;
        line.references = BankReferences {
            account_servicer: cell(places.reference),
            end_to_end_id: cell(places.end_to_end_id),
            ..BankReferences::default()
        };
        line.counterparty = Counterparty {
            name: cell(places.payer_name).map(|name| squeezed(&name)),
            account: cell(places.payer_account).map(|account| account_number(&account)),
            bank: cell(places.payer_bank),
            ultimate_name: None,
        };
        let texts = places.remittance.iter().filter_map(|place| cell(Some(*place)));
        line.remittance_text = texts.map(|text| squeezed(&text)).collect();
        line.code = cell(places.code);
        let cells = row.cells.iter().map(|cell| cell.trim()).collect::<Vec<_>>().join("\u{1f}");
        line.entry_key = keys.next(&["csv", &statement.account, &cells]);
        statement.lines.push(line);
        if let Some(text) = cell(places.balance) {
            let balance = self.format.amount(&text, ccy).map_err(|reason| fault("balance", reason))?;
            if let Some(balances) = self.balances.get_mut(at) {
                balances.push(Running { line: row.line, moved: signed, balance });
            }
        }
        Ok(())
    }

    /// From one signed column, or from a column each for credit and debit, of which one is filled.
    fn signed(&self, row: &Row, ccy: Currency) -> Result<Money, FileError> {
        let amount = |place: Option<usize>, name: &str| {
            let text = place.and_then(|place| row.cells.get(place)).and_then(|cell| given(cell));
            let amount = text.map(|text| self.format.amount(&text, ccy)).transpose();
            amount.map_err(|reason| fault(name, reason))
        };
        if let Some(place) = self.places.amount {
            return amount(Some(place), "amount")?.ok_or_else(|| fault("amount", Reason::Missing));
        }
        let credit = amount(self.places.credit, "credit")?.filter(|amount| !amount.is_zero());
        let debit = amount(self.places.debit, "debit")?.filter(|amount| !amount.is_zero());
        match (credit, debit) {
            (Some(credit), None) if credit.is_positive() => Ok(credit),
            // the column already says which way; banks write it with a sign or without
            (None, Some(debit)) => Ok(Money::new(-debit.minor().saturating_abs(), ccy)),
            (None, None) => Err(fault("credit", Reason::Missing)),
            _ => Err(fault("credit", Reason::Repeated)),
        }
    }

    /// The index of the statement of an account and a currency.
    fn statement(&mut self, account: &str, ccy: Currency) -> usize {
        let is_it = |statement: &BankStatement| {
            statement.account == account && statement.account_currency == Some(ccy)
        };
        if let Some(at) = self.statements.iter().position(is_it) {
            return at;
        }
        let mut statement =
            BankStatement::new(StatementKind::Final, account.to_owned(), self.mapping.name.clone());
        statement.account_currency = Some(ccy);
        self.statements.push(statement);
        self.balances.push(Vec::new());
        self.statements.len() - 1
    }
}

/// The first row whose balance does not follow from its neighbour: the oldest row stands first, or last.
fn running(rows: &[Running]) -> Option<FileError> {
    let broken = |is_oldest_first: bool| {
        let pairs = rows.iter().zip(rows.iter().skip(1));
        pairs.into_iter().find_map(|(above, below)| {
            let (former, row) = if is_oldest_first { (above, below) } else { (below, above) };
            let found = former.balance.plus(row.moved).ok()?;
            (found != row.balance).then_some((row, found))
        })
    };
    let (row, found) = broken(true)?;
    broken(false)?;
    let reason = Reason::RunningBalance { stated: row.balance, found };
    Some(fault("balance", reason).on_line(row.line))
}
