//! Whose an archived input is, by what it says in its own format: a mail by its sender, a mail event by its letter, a
//! payment notice by the payment it names. That a text holds somebody's address makes it nobody's.
use crate::App;
use crate::flows::opt_out::ArchivedOptOut;
use crate::keyring::lookup;
use crate::store::keys;
use crate::store::reads::{load, look_up};
use crate::worker::Failure;
use connectors::mime::{Limits, parse as parse_mime};
use connectors::ses::{Notification, parse};
use domain::ids::{CustomerId, PaymentId};
use domain::payment::Payment;
use serde_json::Value;
use std::collections::BTreeSet;

/// Sources whose inputs are about one person each. All others are about many: bank files, pages of the ledger.
pub(super) const OF_ONE_PERSON: [&str; 6] =
    ["mail", "ses-inbound", "ses-event", "stripe", "stripe-reply", "portal"];
/// Shorter words are in anybody's text.
const WORD_LENGTH_MIN: usize = 5;

/// Whose an input is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    ThisPerson,
    /// It names the person, and is somebody else's or many people's.
    Others,
    Nobody,
}

/// What a person's inputs are recognised by.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Addresses that this customer alone has, in lower case.
    own: BTreeSet<String>,
    /// Addresses that other customers have too: they do not tell whose an input is.
    shared: BTreeSet<String>,
    /// Vendors' ids of the customer's payments and of what went back of them.
    payments: BTreeSet<String>,
    /// Our references of its letters, and the mail service's ids.
    letters: BTreeSet<String>,
    /// Names, in lower case: they only tell that a file names the person too.
    names: BTreeSet<String>,
}

impl Marks {
    /// Adds an address, which may be another customer's too.
    pub(super) async fn add_address(
        &mut self,
        app: &App,
        customer: &CustomerId,
        address: &str,
    ) -> Result<(), Failure> {
        let hash = lookup(app, address)?;
        let known = look_up(app.table.as_ref(), keys::address(&app.settings.entity, &hash)).await?;
        let is_shared = known.iter().any(|known| known != customer.as_str());
        let list = if is_shared { &mut self.shared } else { &mut self.own };
        list.insert(address.trim().to_lowercase());
        Ok(())
    }

    pub(super) fn add_name(&mut self, name: &str) {
        self.names.insert(name.trim().to_lowercase());
    }

    pub(super) fn add_payment(&mut self, payment: &Payment) {
        self.payments.insert(payment.external_ref.id.clone());
        self.payments.extend(payment.reversals.iter().map(|reversal| reversal.external_id.clone()));
    }

    pub(super) fn add_letter(&mut self, reference: &str) {
        self.letters.insert(reference.to_owned());
    }

    /// Whose an input is. `mails` are the places, as `bucket/key`, where mails of this person were found.
    ///
    /// # Errors
    /// The table's.
    pub(super) async fn whose(
        &self,
        app: &App,
        customer: &CustomerId,
        (source, bytes): (&str, &[u8]),
        mails: &BTreeSet<String>,
    ) -> Result<Whose, Failure> {
        let text = String::from_utf8_lossy(bytes);
        let certain = match source {
            "mail" => parse_mime(bytes, &Limits::default()).is_ok_and(|mail| self.is_own(&mail.from.address)),
            "ses-inbound" => match parse(&text) {
                Ok(Notification::Inbound(notice)) => {
                    let place = format!("{}/{}", notice.bucket, notice.object_key);
                    mails.contains(&place) || self.is_own(&notice.mail_from)
                }
                Ok(Notification::Objects(objects)) => {
                    let is_theirs = |place: String| mails.contains(&place);
                    !objects.is_empty()
                        && objects.iter().all(|object| is_theirs(format!("{}/{}", object.bucket, object.key)))
                }
                _ => false,
            },
            "ses-event" => self.is_own_event(&text),
            "stripe" | "stripe-reply" => self.is_own_notice(app, customer, &text).await?,
            "portal" => ArchivedOptOut::read(bytes).is_some_and(|input| input.customer == *customer),
            _ => false,
        };
        Ok(if certain {
            Whose::ThisPerson
        } else if self.is_named_in(&text) {
            Whose::Others
        } else {
            Whose::Nobody
        })
    }

    fn is_own(&self, address: &str) -> bool {
        self.own.contains(&address.trim().to_lowercase())
    }

    fn is_own_event(&self, text: &str) -> bool {
        let Ok(Notification::Event(event)) = parse(text) else { return false };
        let is_of_letter = |reference: &String| self.letters.contains(reference);
        event.send_ref.as_ref().is_some_and(is_of_letter)
            || is_of_letter(&event.message_id)
            || (!event.recipients.is_empty() && event.recipients.iter().all(|to| self.is_own(to)))
    }

    /// A notice names its payment; one that led to none may hold the payer's address, if it names nobody else's payment.
    async fn is_own_notice(&self, app: &App, customer: &CustomerId, text: &str) -> Result<bool, Failure> {
        let Ok(body) = serde_json::from_str::<Value>(text) else { return Ok(false) };
        let mut words = BTreeSet::new();
        collect(&body, &mut words);
        if words.iter().any(|word| self.payments.contains(*word)) {
            return Ok(true);
        }
        if !words.iter().any(|word| self.is_own(word)) {
            return Ok(false);
        }
        for word in words.iter().filter(|word| word.starts_with("pi_") || word.starts_with("ch_")) {
            let id = PaymentId(format!("stripe:{word}"));
            let known =
                load::<Payment>(app.table.as_ref(), &keys::payment(&app.settings.entity, &id)).await?;
            if known.and_then(|known| known.state.customer).is_some_and(|other| other != *customer) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn is_named_in(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let words = self.own.iter().chain(&self.shared).chain(&self.names).cloned();
        let ids = self.payments.iter().chain(&self.letters).map(|id| id.to_lowercase());
        words.chain(ids).any(|word| word.len() >= WORD_LENGTH_MIN && text.contains(&word))
    }
}

/// The texts of a JSON value.
fn collect<'a>(value: &'a Value, words: &mut BTreeSet<&'a str>) {
    match value {
        Value::String(text) => {
            words.insert(text);
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, words)),
        Value::Object(fields) => fields.values().for_each(|value| collect(value, words)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
