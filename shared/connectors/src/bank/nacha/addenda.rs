//! Record 7 where it is not remittance: returns and notices of change.
use super::super::file_error::{FileError, Reason, fault};
use super::super::text::given;
use super::columns;

/// Why an entry came back ("R01"), and which it was.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Return {
    pub reason: String,
    pub original_trace: String,
    pub text: Option<String>,
}

impl Return {
    pub fn read(record: &str) -> Result<Self, FileError> {
        Ok(Self {
            reason: code(record, 'R', "return reason")?,
            original_trace: columns(record, 7, 21).trim().to_owned(),
            text: given(columns(record, 36, 79)),
        })
    }
}

/// What is to be corrected ("C01") in later entries, and the new value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub code: String,
    pub original_trace: String,
    pub corrected: String,
}

impl Change {
    pub fn read(record: &str) -> Result<Self, FileError> {
        Ok(Self {
            code: code(record, 'C', "change code")?,
            original_trace: columns(record, 7, 21).trim().to_owned(),
            corrected: columns(record, 36, 64).trim().to_owned(),
        })
    }
}

fn code(record: &str, letter: char, what: &str) -> Result<String, FileError> {
    let code = columns(record, 4, 6);
    let digits = code.strip_prefix(letter).filter(|digits| digits.len() == 2);
    if digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit())) {
        return Ok(code.to_owned());
    }
    Err(fault(what, Reason::UnknownCode(code.to_owned())))
}

/// Transaction codes that only try an account, and carry no money.
pub(super) fn is_prenote(code: &str) -> bool {
    matches!(code, "23" | "28" | "33" | "38" | "43" | "48" | "53")
}
