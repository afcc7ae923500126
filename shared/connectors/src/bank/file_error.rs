//! Why a file was refused, and where in it.
use super::FILE_BYTES_MAX;
use super::file_kind::FileKind;
use domain::money::{Money, MoneyError};
use std::fmt;

/// One thing of a numbered list in the file, from 1, with the bank's id where it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    pub number: usize,
    pub id: Option<String>,
}

/// A refused file: where it is wrong and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct FileError {
    place: Box<Place>,
    pub reason: Reason,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Place {
    statement: Option<Position>,
    entry: Option<Position>,
    field: Option<String>,
    line: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    #[error("the file has {bytes} bytes, more than the {FILE_BYTES_MAX} that are read")]
    TooLarge { bytes: usize },
    #[error("this is {}, which is not read", kind.label())]
    Unsupported { kind: FileKind },
    #[error("neither a known format nor CSV with a header that has all columns of a declared mapping")]
    NotMapped,
    #[error("not readable as {encoding}")]
    Encoding { encoding: &'static str },
    #[error("holds a document type declaration (DOCTYPE), which is refused")]
    Doctype,
    #[error("entity &{0}; is not one of XML's own")]
    Entity(String),
    #[error("not well-formed XML: {0}")]
    NotWellFormed(String),
    #[error("the file is cut off before its end")]
    CutOff,
    #[error("elements are nested too deep")]
    TooDeep,
    #[error("more parts than are read of one file or entry")]
    TooManyElements,
    #[error("the file holds a second message")]
    SecondMessage,
    /// The format's own words for what was found.
    #[error("{0:?} is not {1}")]
    Unreadable(String, &'static str),
    #[error("a continuation (88) of nothing that can be continued")]
    NothingToContinue,
    #[error("is missing")]
    Missing,
    #[error("is there twice")]
    Repeated,
    #[error("the header has {stated} columns and the row has {found}")]
    CellCount { stated: usize, found: usize },
    #[error("stands where it cannot be")]
    Unexpected,
    #[error("{0:?} is not a decimal amount without a sign")]
    NotAnAmount(String),
    #[error(transparent)]
    Money(#[from] MoneyError),
    #[error("{0:?} is not a known code")]
    UnknownCode(String),
    #[error("{0:?} is not a date")]
    NotADate(String),
    #[error("the details add up to {details} and the entry is {entry}")]
    DoesNotAddUp { entry: Money, details: Money },
    #[error("{stated} payments are stated and {found} are listed")]
    DetailCount { stated: String, found: usize },
    #[error("the opening balance and the booked lines make {found}, and the closing balance is {stated}")]
    Untied { stated: Money, found: Money },
    #[error("the control total is {stated} and the parts make {found}")]
    ControlTotal { stated: String, found: String },
    #[error("the balance of the row is {stated}, and with the row before it is {found}")]
    RunningBalance { stated: Money, found: Money },
    #[error("all values can be read in two ways; declare which in the mapping")]
    Ambiguous,
    #[error("corrects or deletes what was reported before, which a person has to look at")]
    Correction,
}

impl From<Reason> for FileError {
    fn from(reason: Reason) -> Self {
        Self { place: Box::default(), reason }
    }
}

impl FileError {
    /// The statement that is wrong; `None` when the fault is not in one.
    pub fn statement(&self) -> Option<&Position> {
        self.place.statement.as_ref()
    }

    /// The entry that is wrong; `None` when the fault is not in one.
    pub fn entry(&self) -> Option<&Position> {
        self.place.entry.as_ref()
    }

    /// Path of the element or name of the field, as the format has it ("NtryDtls/TxDtls[2]/Amt").
    pub fn field(&self) -> Option<&str> {
        self.place.field.as_deref()
    }

    /// Line of the file from 1, in formats of lines and for faults of the XML itself.
    pub fn line(&self) -> Option<usize> {
        self.place.line
    }

    pub(super) fn in_statement(mut self, position: Position) -> Self {
        self.place.statement = Some(position);
        self
    }

    pub(super) fn in_entry(mut self, position: Position) -> Self {
        self.place.entry = Some(position);
        self
    }

    /// Puts the name of the element around in front of the field.
    pub(super) fn under(mut self, element: &str) -> Self {
        self.place.field = Some(match self.place.field.take() {
            Some(inner) => format!("{element}/{inner}"),
            None => element.to_owned(),
        });
        self
    }

    pub(super) fn on_line(mut self, line: usize) -> Self {
        self.place.line = Some(line);
        self
    }

    /// The line, where none is known yet.
    pub(super) fn or_on_line(mut self, line: usize) -> Self {
        self.place.line = self.place.line.or(Some(line));
        self
    }
}

/// A fault of one field.
pub(super) fn fault(field: &str, reason: impl Into<Reason>) -> FileError {
    FileError::from(reason.into()).under(field)
}

impl fmt::Display for FileError {
    /// "statement 1 (2026-044), entry 3 (REF9), Amt: "12..3" is not a decimal amount without a sign".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = &self.place;
        let mut parts = Vec::new();
        for (what, position) in [("statement", &place.statement), ("entry", &place.entry)] {
            if let Some(Position { number, id }) = position {
                let id = id.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
                parts.push(format!("{what} {number}{id}"));
            }
        }
        parts.extend(place.line.map(|line| format!("line {line}")));
        parts.extend(place.field.clone());
        if !parts.is_empty() {
            write!(f, "{}: ", parts.join(", "))?;
        }
        write!(f, "{}", self.reason)
    }
}
