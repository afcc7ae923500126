//! Bank statement files. A file is read completely or refused completely: half a statement would leave customers
//! who have paid among those who have not.
mod camt;
mod camt_amount;
mod camt_detail;
mod camt_entry;
mod camt_xml;
mod decode;
mod file_error;
mod file_kind;
#[cfg(test)]
mod tests;

pub use file_error::{FileError, Position, Reason};
pub use file_kind::{FileKind, identify};

use domain::statement::BankStatement;

/// Largest file that is read, in bytes: a year of a busy account, and small enough for a function's memory.
pub const FILE_BYTES_MAX: usize = 50 * 1024 * 1024;

/// A statement file as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankFile {
    /// The sender's id of the message; a message that is sent again keeps it.
    pub message_id: String,
    pub statements: Vec<BankStatement>,
}

/// Reads a statement file, whose format is told from its content.
///
/// # Errors
/// [`FileError`] with the statement, the entry and the field. Nothing of the file may be used then.
pub fn parse(bytes: &[u8]) -> Result<BankFile, FileError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Reason::TooLarge { bytes: bytes.len() }.into());
    }
    let text = decode::decode(bytes)?;
    match file_kind::of_text(&text) {
        // XML of an unknown kind goes on to the reader as well: it knows where and why the XML is broken
        FileKind::Camt053 | FileKind::OtherXml => camt::parse(&text),
        kind => Err(kind.refusal().into()),
    }
}
