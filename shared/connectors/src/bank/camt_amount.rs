//! The values of camt elements: amounts, directions, dates. What does not read exactly is refused.
use super::camt_xml::Node;
use super::file_error::{FileError, Reason, fault};
use chrono::NaiveDate;
use domain::money::{self, Money};
use domain::statement::Direction;

/// The amount of an `Amt` element, or of one like it. Unsigned by the standard: the direction is an element of its
/// own, so a sign here would count twice.
pub(super) fn amount(node: &Node) -> Result<Money, FileError> {
    let text = node.text().ok_or(Reason::Missing)?;
    let is_decimal = text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    if !is_decimal {
        return Err(Reason::NotAnAmount(text.to_owned()).into());
    }
    let code = node.ccy.as_deref().ok_or_else(|| fault("@Ccy", Reason::Missing))?;
    let ccy = money::currency(code).map_err(|error| fault("@Ccy", error))?;
    match Money::parse(text, ccy) {
        Err(money::MoneyError::NotDecimal { text }) => Err(Reason::NotAnAmount(text).into()),
        other => other.map_err(|error| Reason::from(error).into()),
    }
}

/// The amount at a path, where there is one.
pub(super) fn amount_at(node: &Node, path: &str) -> Result<Option<Money>, FileError> {
    node.at(path).map(|found| amount(found).map_err(|error| error.under(path))).transpose()
}

/// `CdtDbtInd`, where there is one.
pub(super) fn direction(node: &Node) -> Result<Option<Direction>, FileError> {
    let Some(indicator) = node.at_most_one("CdtDbtInd")? else { return Ok(None) };
    match indicator.text() {
        Some("CRDT") => Ok(Some(Direction::Credit)),
        Some("DBIT") => Ok(Some(Direction::Debit)),
        None => Err(fault("CdtDbtInd", Reason::Missing)),
        Some(other) => Err(fault("CdtDbtInd", Reason::UnknownCode(other.to_owned()))),
    }
}

/// The date of an element that holds `Dt` or `DtTm`.
pub(super) fn date_in(node: &Node, name: &str) -> Result<Option<NaiveDate>, FileError> {
    let Some(holder) = node.at_most_one(name)? else { return Ok(None) };
    let date = holder.text_at("Dt").or_else(|| holder.text_at("DtTm"));
    date.map(|text| civil_date(text).map_err(|reason| fault(name, reason))).transpose()
}

/// The date part of the text at a path.
pub(super) fn date_at(node: &Node, path: &str) -> Result<Option<NaiveDate>, FileError> {
    node.at(path).map_or(Ok(None), |found| date(found).map_err(|error| error.under(path)))
}

/// The date part of an element's text.
pub(super) fn date(node: &Node) -> Result<Option<NaiveDate>, FileError> {
    Ok(node.text().map(civil_date).transpose()?)
}

/// The civil date as the bank wrote it: a time or an offset after it does not move the day.
fn civil_date(text: &str) -> Result<NaiveDate, Reason> {
    let bad = || Reason::NotADate(text.to_owned());
    let (date, rest) = text.split_at_checked(10).ok_or_else(bad)?;
    if !(rest.is_empty() || rest.starts_with(['T', 'Z', '+', '-'])) {
        return Err(bad());
    }
    NaiveDate::parse_from_str(date, "%Y-%m-%d").map_err(|_| bad())
}
