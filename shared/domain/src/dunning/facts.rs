//! What a dunning decision rests on.
use crate::customer::Customer;
use crate::invoice::Invoice;
use crate::money::Money;
use chrono::NaiveDate;

#[derive(Debug, Clone)]
pub struct DunningFacts {
    pub customer: Customer,
    /// The customer's open invoices, read fresh.
    pub invoices: Vec<Invoice>,
    /// Unapplied cash and remaining credit, one figure a currency.
    pub unapplied: Vec<Money>,
    /// The civil date in the creditor's zone.
    pub today: NaiveDate,
    /// The hour of the day in the creditor's zone.
    pub hour: u32,
    /// Whether letters may leave at all (the switch for a dry run).
    pub is_sending: bool,
}
