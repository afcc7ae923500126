//! Bank statement files. A file is read completely or refused completely: half a statement would leave customers
//! who have paid among those who have not.
mod bai2;
mod camt;
mod camt_amount;
mod camt_detail;
mod camt_entry;
mod camt_xml;
mod csv;
mod decode;
mod edi820;
mod file_error;
mod file_kind;
mod mt940;
mod nacha;
mod ofx;
mod purpose;
#[cfg(test)]
mod tests;
mod text;

pub use csv::{Columns, CsvMapping, DateOrder, Decimal};
pub use file_error::{FileError, Position, Reason};
pub use file_kind::{FileKind, identify};

use domain::money::Money;
use domain::statement::BankStatement;

/// Largest file that is read, in bytes: a year of a busy account, and small enough for a function's memory.
pub const FILE_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Most lines, records or movements of one file, for the same reasons.
const PARTS_MAX: usize = 500_000;

/// A statement file as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankFile {
    pub kind: FileKind,
    /// The sender's id of the message, where the format has one; a message that is sent again keeps it.
    pub message_id: Option<String>,
    pub statements: Vec<BankStatement>,
    /// Sums that the file states and its parts do not come to, and what it takes back, each with its place. The
    /// file was read completely; whoever books from it must not while there is one.
    pub gaps: Vec<FileError>,
}

impl BankFile {
    fn new(kind: FileKind, message_id: Option<String>, statements: Vec<BankStatement>) -> Self {
        Self { kind, message_id, statements, gaps: Vec::new() }
    }
}

/// Reads a statement file, whose format is told from its content. A CSV file is one whose header has the columns of
/// one of the declared mappings.
///
/// # Errors
/// [`FileError`] with the statement, the entry, the line and the field. Nothing of the file may be used then.
pub fn parse(bytes: &[u8], csv: &[CsvMapping]) -> Result<BankFile, FileError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Reason::TooLarge { bytes: bytes.len() }.into());
    }
    let text = decode::decode(bytes)?;
    let is_lines =
        !matches!(file_kind::of_text(&text), FileKind::Camt052 | FileKind::Camt053 | FileKind::Camt054);
    if is_lines && text.matches('\n').count() > PARTS_MAX {
        return Err(Reason::TooManyElements.into());
    }
    let mut file = match file_kind::of_text(&text) {
        // XML of an unknown kind goes on to the reader as well: it knows where and why the XML is broken
        FileKind::Camt052 | FileKind::Camt053 | FileKind::Camt054 | FileKind::OtherXml => camt::parse(&text),
        FileKind::Mt940 | FileKind::Mt942 => mt940::parse(&text),
        FileKind::Bai2 => bai2::parse(&text),
        FileKind::Ofx => ofx::parse(&text),
        FileKind::Nacha => nacha::parse(&text),
        FileKind::Csv | FileKind::Unknown => csv::parse(&text, csv),
    }?;
    let untied = (1..).zip(&file.statements).filter_map(|(number, statement)| untied(number, statement));
    file.gaps.extend(untied.collect::<Vec<_>>());
    Ok(file)
}

fn untied(number: usize, statement: &BankStatement) -> Option<FileError> {
    let gap = statement.balance_gap().filter(|gap| !gap.is_zero())?;
    let stated = statement.closing_balance?;
    let found = stated.minus(gap).unwrap_or(Money::zero(stated.currency()));
    let position = Position { number, id: Some(statement.statement_id.clone()) };
    Some(FileError::from(Reason::Untied { stated, found }).in_statement(position))
}
