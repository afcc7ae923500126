//! Which format a file has, by its content: names and extensions are whatever the bank's portal made of them.
use super::camt_xml::{Step, XmlReader};
use super::file_error::Reason;
use super::{FILE_BYTES_MAX, decode};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// ISO 20022 end-of-day statement: the one that cash is booked from.
    Camt053,
    /// Intraday report.
    Camt052,
    /// Debit and credit notification.
    Camt054,
    OtherXml,
    Bai2,
    /// SWIFT's end-of-day statement.
    Mt940,
    /// SWIFT's report within the day.
    Mt942,
    Ofx,
    /// ACH entries and returns.
    Nacha,
    /// By a mapping that the company declares; the content alone does not tell it.
    Csv,
    Unknown,
}

/// Elements looked at for the message: an envelope with a signed header comes before it.
const ENVELOPE_ELEMENTS_MAX: usize = 1_000;
/// Lines looked at for the first field of MT940: portals write a few words before it.
const PREAMBLE_LINES_MAX: usize = 50;

/// Tells the format of a file by its content alone; [`FileKind::Unknown`] also for one that is too large or in no known
/// encoding, and for CSV.
pub fn identify(bytes: &[u8]) -> FileKind {
    if bytes.len() > FILE_BYTES_MAX {
        return FileKind::Unknown;
    }
    decode::decode(bytes).map_or(FileKind::Unknown, |text| of_text(&text))
}

pub(super) fn of_text(text: &str) -> FileKind {
    let text = text.trim_start();
    if text.starts_with("OFXHEADER") {
        return FileKind::Ofx;
    }
    if text.starts_with('<') {
        return of_xml(text);
    }
    if text.starts_with("01,") {
        return FileKind::Bai2;
    }
    if is_ach(text) {
        return FileKind::Nacha;
    }
    let mut start = text.lines().take(PREAMBLE_LINES_MAX).map(|line| line.trim_matches(char::is_control));
    if start.any(|line| line.starts_with(":20:") || line.contains("{4:")) {
        let is_interim = text.contains("\n:34F:") && !text.contains("\n:60");
        return if is_interim { FileKind::Mt942 } else { FileKind::Mt940 };
    }
    FileKind::Unknown
}

/// A file header of 94 characters: "101", two numbers, and the constants of its format.
fn is_ach(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    first.starts_with("101") && first.get(34..40) == Some("094101")
}

fn of_xml(text: &str) -> FileKind {
    let mut xml = XmlReader::new(text);
    let mut elements = 0;
    while let Ok(step) = xml.step() {
        match step {
            Step::Open(name) => {
                if let Some(kind) = FileKind::of_message(&name) {
                    return kind;
                }
                elements += 1;
            }
            Step::Close => (),
            Step::End => break,
        }
        if elements > ENVELOPE_ELEMENTS_MAX {
            break;
        }
    }
    FileKind::OtherXml
}

impl FileKind {
    /// By the element that holds the message; the namespace is not looked at, since banks vary or omit it.
    pub(super) fn of_message(element: &str) -> Option<Self> {
        match element {
            "BkToCstmrStmt" => Some(Self::Camt053),
            "BkToCstmrAcctRpt" => Some(Self::Camt052),
            "BkToCstmrDbtCdtNtfctn" => Some(Self::Camt054),
            "OFX" => Some(Self::Ofx),
            _ => None,
        }
    }

    pub(super) const fn refusal(self) -> Reason {
        Reason::Unsupported { kind: self }
    }

    /// The name people know the format by.
    pub fn label(self) -> &'static str {
        match self {
            Self::Camt053 => "camt.053",
            Self::Camt052 => "camt.052",
            Self::Camt054 => "camt.054",
            Self::OtherXml => "XML",
            Self::Bai2 => "BAI2",
            Self::Mt940 => "MT940",
            Self::Mt942 => "MT942",
            Self::Ofx => "OFX",
            Self::Nacha => "ACH",
            Self::Csv => "CSV",
            Self::Unknown => "an unknown format",
        }
    }
}
