//! Dunning letters: facts and a template in, a subject, a plain text and an HTML body out. No clock, no store.
//!
//! A letter asks for money, so the facts are checked first: a total that is not the sum of its invoices, an
//! invoice with nothing open, or a tone harsher than the level is refused and never written.
mod fields;
mod html;
mod template;
#[cfg(test)]
mod tests;
mod text;

pub use template::{Template, TemplateError, Templates};

use crate::money::{Money, MoneyError};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// How a letter speaks; each tone has its own template. The order is from soft to hard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    /// Assumes an oversight.
    Friendly,
    Reminder,
    Firm,
    /// The last automatic letter; says that a person takes over, and threatens nothing.
    Final,
}

impl Tone {
    /// The first dunning level at which this tone is in place.
    pub const fn level_min(self) -> u8 {
        match self {
            Self::Friendly => 1,
            Self::Reminder => 2,
            Self::Firm => 3,
            Self::Final => 4,
        }
    }
}

/// One overdue invoice as the letter shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterItem {
    pub invoice_number: String,
    pub issued_on: NaiveDate,
    pub due_on: NaiveDate,
    pub days_past_due: i64,
    pub original: Money,
    /// What is asked for: open, less what is disputed or already on its way.
    pub open: Money,
}

/// A promise to pay that was not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MissedPromise {
    pub amount: Money,
    pub promised_on: NaiveDate,
}

/// Everything a letter says. Names and addresses are plain text and may be hostile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterFacts {
    /// The creditor.
    pub entity_name: String,
    /// Postal address; line breaks become commas.
    pub entity_address: String,
    pub customer_name: String,
    /// Greeted by name; without one the customer is.
    pub contact_name: Option<String>,
    /// 1 to 4.
    pub level: u8,
    pub tone: Tone,
    pub items: Vec<LetterItem>,
    pub total: Money,
    /// Money and credit of the customer's that no invoice has taken yet.
    pub unassigned: Option<Money>,
    pub missed_promise: Option<MissedPromise>,
    pub portal_url: String,
    pub opt_out_url: String,
    /// A sentence on who reads the reply ("Your reply reaches Jane Roe in our accounts team.").
    pub reply_hint: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub subject: String,
    /// Plain text, lines ended by `\n` and at most 76 characters long, addresses of pages excepted.
    pub text: String,
    /// A whole HTML document with inline styles: no images, scripts or remote content.
    pub html: String,
}

/// Why a letter was not written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LetterRefused {
    #[error("dunning level {0} is not within 1 to 4")]
    Level(u8),
    #[error("a letter of level {level} may not speak in the tone {tone:?}")]
    TooHarsh { level: u8, tone: Tone },
    #[error("no invoice to ask for")]
    NoItems,
    #[error("invoice {invoice_number}: {open} is nothing to ask for")]
    NothingOpen { invoice_number: String, open: Money },
    #[error("invoice {invoice_number} is not past due ({days_past_due} days)")]
    NotPastDue { invoice_number: String, days_past_due: i64 },
    #[error("{place}: {why}")]
    Amount { place: String, why: MoneyError },
    #[error("the total {stated} is not the sum of the invoices, {summed}")]
    TotalDiffers { stated: Money, summed: Money },
    #[error("{field} is empty")]
    Empty { field: &'static str },
    #[error("{field} is not a web address")]
    NotWebAddress { field: &'static str },
}

/// Writes the letter in the template of its tone.
///
/// # Errors
/// [`LetterRefused`] when the facts do not hold together; nothing is corrected silently.
pub fn render(templates: &Templates, facts: &LetterFacts) -> Result<Letter, LetterRefused> {
    check(facts)?;
    let template = templates.of(facts.tone);
    let subject = template.subject_line(facts);
    let html = html::document(template, facts, &subject);
    Ok(Letter { text: text::body(template, facts), html, subject })
}

fn check(facts: &LetterFacts) -> Result<(), LetterRefused> {
    if !(1..=4).contains(&facts.level) {
        return Err(LetterRefused::Level(facts.level));
    }
    if facts.tone.level_min() > facts.level {
        return Err(LetterRefused::TooHarsh { level: facts.level, tone: facts.tone });
    }
    for (field, value) in [
        ("entity name", &facts.entity_name),
        ("entity address", &facts.entity_address),
        ("customer name", &facts.customer_name),
    ] {
        if fields::cleaned(value).is_empty() {
            return Err(LetterRefused::Empty { field });
        }
    }
    for (field, url) in [("portal url", &facts.portal_url), ("opt-out url", &facts.opt_out_url)] {
        if !is_web_address(url) {
            return Err(LetterRefused::NotWebAddress { field });
        }
    }
    check_amounts(facts)
}

fn check_amounts(facts: &LetterFacts) -> Result<(), LetterRefused> {
    if facts.items.is_empty() {
        return Err(LetterRefused::NoItems);
    }
    let mut summed = Money::zero(facts.total.currency());
    for item in &facts.items {
        let invoice_number = item.invoice_number.clone();
        if !item.open.is_positive() {
            return Err(LetterRefused::NothingOpen { invoice_number, open: item.open });
        }
        if item.days_past_due < 1 {
            return Err(LetterRefused::NotPastDue { invoice_number, days_past_due: item.days_past_due });
        }
        let at_invoice = |why| LetterRefused::Amount { place: format!("invoice {invoice_number}"), why };
        summed = summed.plus(item.open).map_err(at_invoice)?;
        item.original.at_most(summed).map_err(at_invoice)?; // one currency for the column of originals, too
    }
    if let Some(promise) = facts.missed_promise {
        let at_promise = |why| LetterRefused::Amount { place: "missed promise".to_owned(), why };
        promise.amount.at_most(summed).map_err(at_promise)?;
    }
    if summed != facts.total {
        return Err(LetterRefused::TotalDiffers { stated: facts.total, summed });
    }
    Ok(())
}

fn is_web_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty() && rest.chars().all(|c| c.is_ascii_graphic() && !"<>\"'`".contains(c))
    })
}
