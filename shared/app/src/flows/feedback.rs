//! What became of our mail: SES' events on the letter's timeline, and the status of the address.
use super::letter_outcomes::counted;
use super::letters::{release, sent};
use super::tasks::{about_customer, finished, new_task, open_about, opened, quarantine};
use super::{Attempt, settle};
use crate::App;
use crate::archive::archive;
use crate::keyring::lookup;
use crate::letter::{Letter, LetterState};
use crate::store::change::Change;
use crate::store::entity::{Entity, Stored};
use crate::store::keys;
use crate::store::reads::{load, must_load};
use crate::store::table::{Key, TableName};
use crate::worker::Failure;
use connectors::ses::event::{BounceKind, ComplaintKind, MailEvent, MailEventKind};
use connectors::ses::{Notification, parse};
use domain::customer::{AddressStatus, Customer};
use domain::ids::LetterId;
use domain::mutant;
use domain::sealed::LookupHash;
use domain::task::TaskKind;
use domain::timeline::{Cause, Event};
use serde::Deserialize;

/// A look-up record that leads to a letter.
#[derive(Debug, Deserialize)]
pub(super) struct LetterLookup {
    letter: LetterId,
}

/// Follows a look-up to its letter.
///
/// # Errors
/// The table's.
pub(super) async fn letter_by(app: &App, key: &Key) -> Result<Option<Stored<Letter>>, Failure> {
    let Some(record) = app.table.get(TableName::Ledger, key).await? else { return Ok(None) };
    let lookup: LetterLookup =
        serde_json::from_str(&record.body).map_err(|error| Failure::poison(format!("{key}: {error}")))?;
    load(app.table.as_ref(), &keys::letter(&app.settings.entity, &lookup.letter)).await
}

/// Works off one message of the mail event topic.
///
/// # Errors
/// The table's. What cannot be read goes to quarantine.
pub async fn mail_event(app: &App, body: &str) -> Result<(), Failure> {
    let archived = archive(app, "ses-event", body.as_bytes()).await?;
    let event = match parse(body) {
        Ok(Notification::Event(event)) => event,
        Ok(Notification::Ignored { .. }) => return Ok(()),
        Ok(_) => {
            let cause = Cause::archived_at(format!("ses:{archived}"), &archived);
            return quarantine(app, &cause, "mail event", "is not about a mail of ours").await;
        }
        Err(error) => {
            let cause = Cause::archived_at(format!("ses:{archived}"), &archived);
            return quarantine(app, &cause, "mail event", &error.to_string()).await;
        }
    };
    let Some(letter) = find_letter(app, &event).await? else { return Ok(()) };
    let natural = event.keys().into_iter().next().map_or_else(|| event.message_id.clone(), |key| key.0);
    let cause = Cause::archived_at(natural, archived);
    settle(|| async {
        let stored = must_load::<Letter>(app.table.as_ref(), &letter).await?;
        follow(app, &cause, stored, &event).await
    })
    .await
}

async fn find_letter(app: &App, event: &MailEvent) -> Result<Option<Key>, Failure> {
    let entity = &app.settings.entity;
    if let Some(send_ref) = &event.send_ref
        && let Some(letter) = letter_by(app, &keys::reply(entity, send_ref)).await?
    {
        return Ok(Some(letter.state.key()));
    }
    let letter = letter_by(app, &keys::message(entity, &event.message_id)).await?;
    Ok(letter.map(|letter| letter.state.key()))
}

/// How far along a letter is: events come in any order, and a letter only moves forward. A rejection is the exception.
fn rank(state: &LetterState) -> u8 {
    match state {
        LetterState::Planned
        | LetterState::Claimed
        | LetterState::Unknown { .. }
        | LetterState::Cancelled { .. } => 0,
        LetterState::Sent { .. } => 1,
        LetterState::Delivered { .. } => 2,
        LetterState::Bounced { .. } => 3,
        LetterState::Complained { .. } => 4,
    }
}

async fn follow(
    app: &App,
    cause: &Cause,
    mut letter: Stored<Letter>,
    event: &MailEvent,
) -> Result<Attempt<()>, Failure> {
    if let MailEventKind::Reject { reason } = &event.kind {
        return rejected(app, cause, letter, reason).await;
    }
    let Some((next, told)) = next(&letter.state, event) else { return Ok(Attempt::Done(())) };
    let marks = marks(app, &letter.state, event).await?;
    let is_ahead = rank(&next) > rank(&letter.state.state);
    if !is_ahead && marks.is_none() {
        return Ok(Attempt::Done(()));
    }
    let former = letter.state.state.clone();
    if is_ahead {
        letter.state.state = next;
    }
    // Taken back as not sent, by a person say: the event is a fact, and the letter counts again.
    let is_back = matches!(former, LetterState::Cancelled { .. });
    if is_back || marks.is_some() {
        return with_customer(app, cause, letter, told, is_back, marks).await;
    }
    if rank(&former) == 0 {
        return sent(app, cause, letter, told).await;
    }
    let change = Change::new(app.settings.entity.clone(), app.clock.now(), cause.clone(), told);
    Attempt::of(change.update(letter).commit(app.table.as_ref()).await, ())
}

/// What the event makes of the letter; `None` for what changes nothing.
fn next(letter: &Letter, event: &MailEvent) -> Option<(LetterState, Event)> {
    let message_ref = event.message_id.clone();
    let (id, contact) = (letter.id.clone(), letter.contact.clone());
    Some(match &event.kind {
        MailEventKind::Send => (
            LetterState::Sent { message_ref: message_ref.clone() },
            Event::LetterSent { letter: id, message_ref },
        ),
        MailEventKind::Delivery => {
            (LetterState::Delivered { message_ref }, Event::LetterDelivered { letter: id })
        }
        MailEventKind::Bounce { kind, .. } => {
            let is_permanent = *kind == BounceKind::Permanent;
            (LetterState::Bounced { message_ref }, Event::LetterBounced { letter: id, contact, is_permanent })
        }
        MailEventKind::Complaint(ComplaintKind::Objection) => {
            (LetterState::Complained { message_ref }, Event::LetterComplained { letter: id, contact })
        }
        MailEventKind::Reject { .. }
        | MailEventKind::DeliveryDelay { .. }
        | MailEventKind::Complaint(ComplaintKind::NotSpam) => return None,
    })
}

/// SES took the mail and then did not send it: what the letter claimed is taken back, and a person is told.
async fn rejected(
    app: &App,
    cause: &Cause,
    letter: Stored<Letter>,
    reason: &str,
) -> Result<Attempt<()>, Failure> {
    match letter.state.state {
        LetterState::Claimed | LetterState::Sent { .. } | LetterState::Unknown { .. } => {
            let why = format!("SES rejected it: {reason}");
            Ok(release(app, cause, letter, &why, true).await?.map(|_| ()))
        }
        _ => Ok(Attempt::Done(())),
    }
}

/// Addresses that an event blocks, with their new status.
struct Marks {
    hashes: Vec<LookupHash>,
    status: AddressStatus,
}

/// The customer's addresses that the event blocks and that are not blocked yet, however far the letter is: a permanent
/// bounce may come after a delivery, and after a bounce that seemed to pass.
async fn marks(app: &App, letter: &Letter, event: &MailEvent) -> Result<Option<Marks>, Failure> {
    let on = app.today();
    let status = match &event.kind {
        MailEventKind::Bounce { .. } if mutant!("bounce-forgotten") => return Ok(None),
        MailEventKind::Complaint(_) if mutant!("complaint-forgotten") => return Ok(None),
        MailEventKind::Bounce { kind: BounceKind::Permanent, .. } => AddressStatus::Bounced { on },
        MailEventKind::Complaint(ComplaintKind::Objection) => AddressStatus::Complained { on },
        _ => return Ok(None),
    };
    let key = keys::customer(&app.settings.entity, &letter.customer);
    let customer = must_load::<Customer>(app.table.as_ref(), &key).await?.state;
    let mut hashes = Vec::new();
    for recipient in &event.recipients {
        let hash = lookup(app, recipient)?;
        if customer
            .contacts
            .iter()
            .any(|contact| contact.email_hash == hash && gives_way(&contact.status, &status))
        {
            hashes.push(hash);
        }
    }
    Ok((!hashes.is_empty()).then_some(Marks { hashes, status }))
}

/// Whether an address of this status takes the other: what its owner asked for outlives a bounce.
const fn gives_way(status: &AddressStatus, to: &AddressStatus) -> bool {
    match status {
        AddressStatus::Usable | AddressStatus::Held { .. } => true,
        AddressStatus::Bounced { .. } => matches!(to, AddressStatus::Complained { .. }),
        AddressStatus::OptedOut { .. } | AddressStatus::Complained { .. } => false,
    }
}

async fn with_customer(
    app: &App,
    cause: &Cause,
    mut letter: Stored<Letter>,
    told: Event,
    is_back: bool,
    marks: Option<Marks>,
) -> Result<Attempt<()>, Failure> {
    let entity = app.settings.entity.clone();
    let key = keys::customer(&entity, &letter.state.customer);
    let mut customer = must_load::<Customer>(app.table.as_ref(), &key).await?;
    let mut invoices = Vec::new();
    if is_back {
        (customer, invoices) = counted(app, customer, &letter.state).await?;
    }
    if customer.state.letter_in_hand.as_ref() == Some(&letter.state.id) {
        customer.state.letter_in_hand = None;
    }
    customer.state.last_decision = None;
    letter.done(crate::store::entity::FollowUp::SendLetter);
    let about = format!("{}|{}", key.pk, letter.state.contact);
    let task = new_task(app, TaskKind::AddressBounced, &about, "letters to this address come back");
    let task = about_customer(task, Some(&letter.state.customer));
    let unclear = open_about(app, TaskKind::LetterUnknown, &letter.state.key().pk).await?;
    let is_bounced = matches!(&marks, Some(Marks { status: AddressStatus::Bounced { .. }, .. }));
    if let Some(Marks { hashes, status }) = marks {
        for hash in hashes {
            customer.state = customer.state.with_status(&hash, &status);
        }
    }
    let mut change =
        Change::new(entity, app.clock.now(), cause.clone(), told).update(letter).update(customer);
    for invoice in invoices {
        change = change.update(invoice);
    }
    if let Some(unclear) = unclear {
        change = change.update(finished(unclear, app, "dunlin", "it was sent"));
    }
    if is_bounced {
        change = opened(app, change, task).await?;
    }
    Attempt::of(change.commit(app.table.as_ref()).await, ())
}
