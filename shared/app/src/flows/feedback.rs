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
use crate::store::reads::{customer_group, load, load_many, must_load};
use crate::store::table::{Key, TableName};
use crate::worker::Failure;
use connectors::ses::event::{BounceKind, ComplaintKind, MailEvent, MailEventKind};
use connectors::ses::{Notification, parse};
use domain::customer::{AddressStatus, Customer};
use domain::ids::LetterId;
use domain::mutant;
use domain::sealed::LookupHash;
use domain::task::{CollectionsTask, TaskKind};
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
    let task = address_task(app, &letter.state, marks.as_ref()).await?;
    if is_back || marks.is_some() || task.is_some() {
        return with_customer(app, cause, letter, told, Effect { is_back, marks, task }).await;
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

/// What an event does beside its letter.
struct Effect {
    /// The letter counts again.
    is_back: bool,
    marks: Option<Marks>,
    task: Option<CollectionsTask>,
}

/// Letters in a row that came back for now, after which a person is told.
const TRANSIENT_IN_A_ROW: usize = 3;

/// What a person is told about an address: it is blocked now, or letters keep coming back from it.
async fn address_task(
    app: &App,
    letter: &Letter,
    marks: Option<&Marks>,
) -> Result<Option<CollectionsTask>, Failure> {
    let view = keys::customer_view(&letter.entity, &letter.customer);
    let about = format!("{view}|{}", letter.contact);
    let (kind, about, why) = match marks.map(|marks| &marks.status) {
        Some(AddressStatus::Complained { .. }) => {
            (TaskKind::Complaint, about, "a letter to this address was marked as spam")
        }
        Some(_) => (TaskKind::AddressBounced, about, "letters to this address come back"),
        None if is_third_in_a_row(app, letter, &view).await? => {
            let why =
                "three letters in a row came back for now (a full mailbox, say); it is still written to";
            (TaskKind::AddressBounced, format!("{about}|for now"), why)
        }
        None => return Ok(None),
    };
    Ok(Some(about_customer(new_task(app, kind, &about, why), Some(&letter.customer))))
}

async fn is_third_in_a_row(app: &App, letter: &Letter, view: &str) -> Result<bool, Failure> {
    if !matches!(letter.state, LetterState::Bounced { .. }) {
        return Ok(false);
    }
    let table = app.table.as_ref();
    let mut wanted = customer_group(table, view, "LETTER").await?;
    wanted.retain(|key| *key != letter.key());
    // The last ones by their day; what never left tells nothing about an address.
    let wanted = wanted.split_off(wanted.len().saturating_sub(LETTERS_LOOKED_AT));
    let before = load_many::<Letter>(table, &wanted).await?.into_iter().map(|stored| stored.state);
    let left = before.filter(|other| {
        other.contact == letter.contact && other.planned_on < letter.planned_on && rank(&other.state) > 0
    });
    let left: Vec<Letter> = left.collect();
    let in_a_row = left.iter().rev().take_while(|other| matches!(other.state, LetterState::Bounced { .. }));
    Ok(in_a_row.count() + 1 >= TRANSIENT_IN_A_ROW)
}

/// Letters before it that are looked at, cancelled ones among them.
const LETTERS_LOOKED_AT: usize = 12;

async fn with_customer(
    app: &App,
    cause: &Cause,
    mut letter: Stored<Letter>,
    told: Event,
    effect: Effect,
) -> Result<Attempt<()>, Failure> {
    let Effect { is_back, marks, task } = effect;
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
    let unclear = open_about(app, TaskKind::LetterUnknown, &letter.state.key().pk).await?;
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
    if let Some(task) = task {
        change = opened(app, change, task).await?;
    }
    Attempt::of(change.commit(app.table.as_ref()).await, ())
}
