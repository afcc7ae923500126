//! What a company declares of a bank's CSV export.
use serde::{Deserialize, Serialize};

/// Names the columns of one export. Amounts come in one signed column, or in one for credits and one for debits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CsvMapping {
    pub name: String,
    /// The account, where no column has it.
    #[serde(default)]
    pub account: Option<String>,
    /// ISO 4217, where no column has it.
    #[serde(default)]
    pub currency: Option<String>,
    pub columns: Columns,
    /// Needed where no date of a file has a part over twelve.
    #[serde(default)]
    pub date_order: Option<DateOrder>,
    /// Needed where all amounts of a file can be read in two ways ("1,234").
    #[serde(default)]
    pub decimal: Option<Decimal>,
}

/// Header names as they stand in the file, in any case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    pub booked_on: String,
    #[serde(default)]
    pub valued_on: Option<String>,
    /// Signed, money in is positive.
    #[serde(default)]
    pub amount: Option<String>,
    #[serde(default)]
    pub credit: Option<String>,
    #[serde(default)]
    pub debit: Option<String>,
    #[serde(default)]
    pub currency: Option<String>,
    #[serde(default)]
    pub account: Option<String>,
    /// Running balance after each row: it proves the order and the signs.
    #[serde(default)]
    pub balance: Option<String>,
    /// The bank's own reference.
    #[serde(default)]
    pub reference: Option<String>,
    #[serde(default)]
    pub end_to_end_id: Option<String>,
    #[serde(default)]
    pub payer_name: Option<String>,
    #[serde(default)]
    pub payer_account: Option<String>,
    #[serde(default)]
    pub payer_bank: Option<String>,
    #[serde(default)]
    pub code: Option<String>,
    /// Columns with the payer's text.
    #[serde(default)]
    pub remittance: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DateOrder {
    Dmy,
    Mdy,
    Ymd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decimal {
    Comma,
    Point,
}

/// Where the columns of a mapping are in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Places {
    pub booked_on: usize,
    pub valued_on: Option<usize>,
    pub amount: Option<usize>,
    pub credit: Option<usize>,
    pub debit: Option<usize>,
    pub currency: Option<usize>,
    pub account: Option<usize>,
    pub balance: Option<usize>,
    pub reference: Option<usize>,
    pub end_to_end_id: Option<usize>,
    pub payer_name: Option<usize>,
    pub payer_account: Option<usize>,
    pub payer_bank: Option<usize>,
    pub code: Option<usize>,
    pub remittance: Vec<usize>,
}

impl CsvMapping {
    /// What is missing or contradicts itself; empty when the mapping can be used.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let columns = &self.columns;
        if self.name.trim().is_empty() {
            faults.push("name: is empty".to_owned());
        }
        if columns.booked_on.trim().is_empty() {
            faults.push("columns.booked_on: is empty".to_owned());
        }
        match (&columns.amount, &columns.credit, &columns.debit) {
            (Some(_), None, None) | (None, Some(_), Some(_)) => (),
            _ => faults.push("columns: needs amount, or credit and debit".to_owned()),
        }
        if self.account.is_none() && columns.account.is_none() {
            faults.push("account: is neither given nor a column".to_owned());
        }
        match &self.currency {
            Some(code) => {
                faults.extend(domain::money::currency(code).err().map(|error| format!("currency: {error}")));
            }
            None if columns.currency.is_none() => {
                faults.push("currency: is neither given nor a column".to_owned());
            }
            None => (),
        }
        faults
    }
}

impl Columns {
    /// `None` where a column is not in the row, or is there twice.
    pub(super) fn places(&self, row: &[String]) -> Option<Places> {
        let one = |name: &str| {
            let mut found = row.iter().enumerate().filter(|(_, cell)| is_same(cell, name)).map(|(at, _)| at);
            found.next().filter(|_| found.next().is_none())
        };
        let maybe = |name: &Option<String>| match name {
            Some(name) => one(name).map(Some),
            None => Some(None),
        };
        Some(Places {
            booked_on: one(&self.booked_on)?,
            valued_on: maybe(&self.valued_on)?,
            amount: maybe(&self.amount)?,
            credit: maybe(&self.credit)?,
            debit: maybe(&self.debit)?,
            currency: maybe(&self.currency)?,
            account: maybe(&self.account)?,
            balance: maybe(&self.balance)?,
            reference: maybe(&self.reference)?,
            end_to_end_id: maybe(&self.end_to_end_id)?,
            payer_name: maybe(&self.payer_name)?,
            payer_account: maybe(&self.payer_account)?,
            payer_bank: maybe(&self.payer_bank)?,
            code: maybe(&self.code)?,
            remittance: self.remittance.iter().map(|name| one(name)).collect::<Option<Vec<_>>>()?,
        })
    }
}

fn is_same(cell: &str, name: &str) -> bool {
    cell.trim().to_lowercase() == name.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_says_what_it_lacks() {
        let mapping: CsvMapping =
            serde_json::from_str(r#"{"name":"n","columns":{"booked_on":"Date","amount":"A","debit":"D"}}"#)
                .unwrap();
        let faults = [
            "columns: needs amount, or credit and debit",
            "account: is neither given nor a column",
            "currency: is neither given nor a column",
        ];
        assert_eq!(mapping.faults(), faults);
        let unknown = serde_json::from_str::<CsvMapping>(r#"{"name":"n","columns":{"booked_on":"D"},"x":1}"#);
        assert!(unknown.is_err());
    }

    #[test]
    fn a_header_fits_when_it_has_every_column_once() {
        let columns =
            Columns { booked_on: "Date".into(), amount: Some("Amount".into()), ..Columns::default() };
        let row =
            |cells: &[&str]| columns.places(&cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>());
        assert_eq!(
            row(&["AMOUNT", " date "]).map(|places| (places.booked_on, places.amount)),
            Some((1, Some(0)))
        );
        assert_eq!(row(&["Date"]), None);
        assert_eq!(row(&["Date", "Amount", "Amount"]), None);
    }
}
