//! A person tells what became of a letter whose hand-off was unclear. Until then nothing is sent in its place.
use super::tasks::{finished, open_about};
use super::{Attempt, settle};
use crate::App;
use crate::letter::{Letter, LetterState};
use crate::store::change::Change;
use crate::store::entity::{Entity, Stored};
use crate::store::keys;
use crate::store::reads::{is_last_change_by, load_many, must_load};
use crate::worker::Failure;
use domain::customer::Customer;
use domain::ids::LetterId;
use domain::invoice::{Invoice, SentLevel};
use domain::task::TaskKind;
use domain::timeline::{Cause, Event};

/// What a person found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It counts as sent: its levels and the contact day stay.
    Arrived,
    /// It counts as never sent: its levels and the contact day are taken back, so that the level can be reached again.
    DidNotArrive,
}

/// Settles a letter in state unknown, with its task, its invoices and its customer in one commit.
///
/// # Errors
/// Poison when the letter is not unknown (any more); the table's.
pub async fn resolve(
    app: &App,
    cause: &Cause,
    letter: &LetterId,
    outcome: Outcome,
    by: &str,
) -> Result<(), Failure> {
    let key = keys::letter(&app.settings.entity, letter);
    settle(|| async {
        let table = app.table.as_ref();
        let mut stored = must_load::<Letter>(table, &key).await?;
        if !matches!(stored.state.state, LetterState::Unknown { .. }) {
            if is_last_change_by(table, stored.head(), cause).await? {
                return Ok(Attempt::Done(()));
            }
            return Err(Failure::poison(format!("what became of letter {letter} is known already")));
        }
        let customer = keys::customer(&app.settings.entity, &stored.state.customer);
        let customer = must_load::<Customer>(table, &customer).await?;
        let wanted: Vec<_> = stored
            .state
            .items
            .iter()
            .map(|item| keys::invoice(&app.settings.entity, &item.invoice))
            .collect();
        let invoices: Vec<Stored<Invoice>> = load_many(table, &wanted).await?;
        let (event, state, how) = told(letter, outcome, by);
        stored.state.state = state;
        let customer = with_contact_day(customer, &stored.state, outcome);
        let task = open_about(app, TaskKind::LetterUnknown, &stored.state.key().pk).await?;
        let mut change = Change::new(app.settings.entity.clone(), app.clock.now(), cause.clone(), event);
        let settled: Vec<_> =
            invoices.into_iter().filter_map(|invoice| with_level(invoice, &stored.state, outcome)).collect();
        change = change.update(stored).update(customer);
        for invoice in settled {
            change = change.update(invoice);
        }
        if let Some(task) = task {
            change = change.update(finished(task, app, by, how));
        }
        Attempt::of(change.commit(table).await, ())
    })
    .await
}

/// The letter counts as sent after all: its contact day and its levels, with the invoices on which they are missing.
///
/// # Errors
/// The table's.
pub(super) async fn counted(
    app: &App,
    customer: Stored<Customer>,
    letter: &Letter,
) -> Result<(Stored<Customer>, Vec<Stored<Invoice>>), Failure> {
    let wanted: Vec<_> =
        letter.items.iter().map(|item| keys::invoice(&app.settings.entity, &item.invoice)).collect();
    let invoices: Vec<Stored<Invoice>> = load_many(app.table.as_ref(), &wanted).await?;
    let missing = invoices.into_iter().filter_map(|invoice| with_level(invoice, letter, Outcome::Arrived));
    Ok((with_contact_day(customer, letter, Outcome::Arrived), missing.collect()))
}

fn told(letter: &LetterId, outcome: Outcome, by: &str) -> (Event, LetterState, &'static str) {
    let letter = letter.clone();
    match outcome {
        Outcome::Arrived => {
            let message_ref = format!("told by {by}");
            let event = Event::LetterSent { letter, message_ref: message_ref.clone() };
            (event, LetterState::Sent { message_ref }, "it arrived")
        }
        Outcome::DidNotArrive => {
            let why = format!("{by} found that it did not arrive");
            let event = Event::LetterReleased { letter, why: why.clone() };
            (event, LetterState::Cancelled { why }, "it did not arrive")
        }
    }
}

fn with_contact_day(mut customer: Stored<Customer>, letter: &Letter, outcome: Outcome) -> Stored<Customer> {
    if customer.state.letter_in_hand.as_ref() == Some(&letter.id) {
        customer.state.letter_in_hand = None;
    }
    let day = letter.planned_on;
    match outcome {
        Outcome::Arrived if !customer.state.contacted_on.contains(&day) => {
            customer.state = customer.state.contacted(day);
            customer.state.contacted_on.sort();
        }
        Outcome::Arrived => {}
        Outcome::DidNotArrive => customer.state.contacted_on.retain(|contacted| *contacted != day),
    }
    customer
}

/// The invoice with the letter's level recorded or taken back; `None` where that is so already.
fn with_level(mut invoice: Stored<Invoice>, letter: &Letter, outcome: Outcome) -> Option<Stored<Invoice>> {
    let level = letter.items.iter().find(|item| item.invoice == invoice.state.id)?.level;
    let is_recorded = invoice.state.letters.iter().any(|sent| sent.letter == letter.id);
    match (outcome, is_recorded) {
        (Outcome::Arrived, false) => {
            let sent = SentLevel { level, letter: letter.id.clone(), on: letter.planned_on };
            invoice.state.letters.push(sent);
        }
        (Outcome::DidNotArrive, true) => invoice.state.letters.retain(|sent| sent.letter != letter.id),
        _ => return None,
    }
    Some(invoice)
}
