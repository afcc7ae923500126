//! What a template's placeholders stand for.
use super::LetterFacts;
use crate::money::{Money, grouped};
use chrono::NaiveDate;

/// Stands between words that a line break must not part ("USD" and its amount, a day and its month).
pub(super) const GLUE: char = '\u{a0}';

macro_rules! fields {
    ($($variant:ident = $name:literal),+ $(,)?) => {
        /// A value that a template may name between double braces.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Field {
            $($variant),+
        }

        impl Field {
            pub(super) fn parse(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

fields! {
    Entity = "entity",
    EntityAddress = "entity_address",
    Customer = "customer",
    Greeting = "greeting",
    Total = "total",
    Unassigned = "unassigned",
    InvoiceCount = "invoice_count",
    OldestDueOn = "oldest_due_on",
    DaysPastDue = "days_past_due",
    PromisedAmount = "promised_amount",
    PromisedOn = "promised_on",
    PortalUrl = "portal_url",
    OptOutUrl = "opt_out_url",
    ReplyHint = "reply_hint",
}

/// The field's words in this letter; `None` when there is nothing to say, and its paragraph is left out.
pub(super) fn words(field: Field, facts: &LetterFacts) -> Option<String> {
    let text = match field {
        Field::Entity => cleaned(&facts.entity_name),
        Field::EntityAddress => address_line(&facts.entity_address),
        Field::Customer => cleaned(&facts.customer_name),
        Field::Greeting => {
            let contact = facts.contact_name.as_deref().map(cleaned).filter(|name| !name.is_empty());
            contact.unwrap_or_else(|| cleaned(&facts.customer_name))
        }
        Field::Total => amount(facts.total),
        Field::Unassigned => amount(facts.unassigned?),
        Field::InvoiceCount => match facts.items.len() {
            1 => format!("1{GLUE}invoice"),
            count => format!("{count}{GLUE}invoices"),
        },
        Field::OldestDueOn => date(facts.items.iter().map(|item| item.due_on).min()?),
        Field::DaysPastDue => match facts.items.iter().map(|item| item.days_past_due).max()? {
            1 => format!("1{GLUE}day"),
            days => format!("{days}{GLUE}days"),
        },
        Field::PromisedAmount => amount(facts.missed_promise?.amount),
        Field::PromisedOn => date(facts.missed_promise?.promised_on),
        Field::PortalUrl => facts.portal_url.clone(),
        Field::OptOutUrl => facts.opt_out_url.clone(),
        Field::ReplyHint => cleaned(facts.reply_hint.as_deref()?),
    };
    (!text.is_empty()).then_some(text)
}

/// "USD 1,234.50", held together.
fn amount(money: Money) -> String {
    format!("{}{GLUE}{}", money.currency().code(), grouped(money))
}

/// "12 October 2026", held together: readable the same way on both sides of the Atlantic.
pub(super) fn date(day: NaiveDate) -> String {
    day.format("%-d\u{a0}%B\u{a0}%Y").to_string()
}

/// "12 Oct 2026", for tables.
pub(super) fn short_date(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

/// Outside text on one line: runs of white space become one space; control characters and the marks that turn the
/// direction of writing (Unicode TR9), with which a name could garble the amounts beside it, are dropped.
pub(super) fn cleaned(text: &str) -> String {
    let spaced = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    let kept: String = spaced.filter(|c| !c.is_control() && !is_invisible(*c)).collect();
    kept.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Direction marks, and the zero-width characters that no script needs.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn address_line(address: &str) -> String {
    let lines = address.lines().map(cleaned).filter(|line| !line.is_empty());
    lines.map(|line| line.trim_end_matches(',').to_owned()).collect::<Vec<_>>().join(", ")
}
