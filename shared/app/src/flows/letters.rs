//! Sending a letter: decide again, claim on the letter, its invoices and the customer, hand over, record. At most
//! once: what is claimed is never handed over a second time, and an unclear hand-off waits for an event or a person.
use super::dunning::{facts, policy_in_force};
use super::tasks::{about_customer, finished, new_task, open_about, opened};
use super::{Attempt, settle};
use crate::App;
use crate::keyring;
use crate::letter::{Letter, LetterState};
use crate::messages::LetterDue;
use crate::ports::{HandOff, OutgoingMail};
use crate::store::change::Change;
use crate::store::entity::{Entity, FollowUp, Stored};
use crate::store::keys;
use crate::store::reads::{load_many, must_load};
use crate::store::table::Key;
use crate::tokens::{Purpose, ReplyRef, reply_address};
use crate::worker::Failure;
use bytes::Bytes;
use chrono::TimeDelta;
use connectors::mime::outgoing::{OutgoingFacts, build};
use domain::customer::Customer;
use domain::dates::days_past_due;
use domain::dunning::{DunningDecision, decide};
use domain::ids::LetterId;
use domain::invoice::{Invoice, SentLevel};
use domain::letters::{LetterFacts, LetterItem, Templates, render};
use domain::mutant;
use domain::refusal::Refusal;
use domain::task::TaskKind;
use domain::timeline::{Cause, Event};

/// How long the links in a letter work.
const LINKS_LIVE: TimeDelta = TimeDelta::days(90);

/// Works off one due letter.
///
/// # Errors
/// The table's, worth another delivery; a letter that was certainly not sent and may be tried again.
pub async fn send_due(app: &App, due: &LetterDue) -> Result<(), Failure> {
    let key = keys::letter(&due.entity, &due.letter);
    let cause = Cause::new(format!("letter:{}", due.letter));
    let claimed = settle(|| async {
        let letter = must_load::<Letter>(app.table.as_ref(), &key).await?;
        match letter.state.state {
            LetterState::Planned => decide_again(app, &cause, letter).await,
            // Claimed by a delivery that did not come back: it may have been handed over.
            LetterState::Claimed => {
                mutant!("claimed-letter-sent-again", {
                    let (_, customer, invoices) =
                        facts(app, &letter.state.entity, &letter.state.customer).await?;
                    let mail = compose(app, &letter.state, &customer.state, &invoices).await?;
                    return Ok(Attempt::Done(mail.map(|mail| Claimed { mail, ver: letter.ver })));
                });
                let why = "the sender stopped between claim and answer".to_owned();
                unknown(app, &cause, letter, why).await.map(|attempt| attempt.map(|()| None))
            }
            _ => Ok(Attempt::Done(None)),
        }
    })
    .await?;
    let Some(claimed) = claimed else { return Ok(()) };
    let ended = if mutant!("letter-sent-before-its-claim") {
        HandOff::Unknown { why: "sent before".into() }
    } else {
        app.mailer.send(claimed.mail).await
    };
    conclude(app, &cause, &key, claimed.ver, ended).await
}

/// A letter that this delivery, and no other, hands over.
struct Claimed {
    mail: OutgoingMail,
    /// The letter's version by the claim.
    ver: u64,
}

fn poison(refusal: Refusal) -> Failure {
    Failure::poison(refusal.to_string())
}

fn change(app: &App, cause: &Cause, event: Event) -> Change {
    Change::new(app.settings.entity.clone(), app.clock.now(), cause.clone(), event)
}

/// The same decision on fresh facts: claims what is still right, and cancels what is not. While the kill switch is on
/// it stays planned, and is decided about once that is off.
async fn decide_again(
    app: &App,
    cause: &Cause,
    letter: Stored<Letter>,
) -> Result<Attempt<Option<Claimed>>, Failure> {
    let policy = policy_in_force(app, &letter.state.entity).await?;
    let (mut facts, customer, invoices) = facts(app, &letter.state.entity, &letter.state.customer).await?;
    if app.settings.is_sending && !facts.is_sending {
        return Ok(Attempt::Done(None));
    }
    if facts.customer.letter_in_hand.as_ref() == Some(&letter.state.id) {
        facts.customer.letter_in_hand = None;
    }
    if mutant!("letter-not-decided-again")
        && let Some(mail) = compose(app, &letter.state, &customer.state, &invoices).await?
    {
        return claim(app, cause, letter, customer, invoices, mail).await;
    }
    let planned = match decide(&facts, &policy.policy).map_err(poison)? {
        DunningDecision::Send(planned) if app.today() == letter.state.planned_on => planned,
        DunningDecision::Send(_) => return cancel(app, cause, letter, customer, "its day has passed").await,
        DunningDecision::NotNow(held) => {
            let why = held.first().map_or_else(|| "held".to_owned(), |(_, hold)| hold.to_string());
            return cancel(app, cause, letter, customer, &why).await;
        }
        DunningDecision::LaterToday => {
            return cancel(app, cause, letter, customer, "outside the hours").await;
        }
        DunningDecision::Clear => return cancel(app, cause, letter, customer, "paid").await,
    };
    let items: Vec<crate::letter::LetterItem> = planned.items.iter().map(Into::into).collect();
    let is_same = items == letter.state.items && planned.unassigned == letter.state.unassigned;
    if !is_same || planned.contact != letter.state.contact || planned.level != letter.state.level {
        // Something changed since it was planned: the next tick plans anew from what is true now.
        return cancel(app, cause, letter, customer, "the facts changed").await;
    }
    let chosen: Vec<Stored<Invoice>> = invoices
        .into_iter()
        .filter(|i| letter.state.items.iter().any(|item| item.invoice == i.state.id))
        .collect();
    let Some(mail) = compose(app, &letter.state, &customer.state, &chosen).await? else {
        return cancel(app, cause, letter, customer, "the address was erased").await;
    };
    claim(app, cause, letter, customer, chosen, mail).await
}

async fn cancel(
    app: &App,
    cause: &Cause,
    mut letter: Stored<Letter>,
    mut customer: Stored<Customer>,
    why: &str,
) -> Result<Attempt<Option<Claimed>>, Failure> {
    let event = Event::LetterCancelled { letter: letter.state.id.clone(), why: why.to_owned() };
    letter.state.state = LetterState::Cancelled { why: why.to_owned() };
    letter.done(FollowUp::SendLetter);
    customer.state.letter_in_hand = None;
    let change = change(app, cause, event).by_rule(why).update(letter).update(customer);
    Attempt::of(change.commit(app.table.as_ref()).await, None)
}

async fn claim(
    app: &App,
    cause: &Cause,
    mut letter: Stored<Letter>,
    mut customer: Stored<Customer>,
    invoices: Vec<Stored<Invoice>>,
    mail: OutgoingMail,
) -> Result<Attempt<Option<Claimed>>, Failure> {
    let on = letter.state.planned_on;
    let id = letter.state.id.clone();
    let items = letter.state.items.clone();
    let claimed = Claimed { mail, ver: letter.ver + 1 };
    let event = Event::LetterClaimed { letter: id.clone() };
    letter.state.state = LetterState::Claimed;
    if mutant!("letter-sent-before-its-claim") {
        app.mailer.send(claimed.mail.clone()).await;
    }
    customer.state = customer.state.contacted(on);
    let mut change = change(app, cause, event)
        .under_policy(&letter.state.policy)
        .by_rule(format!("level-{}", letter.state.level))
        .update(letter)
        .update(customer);
    let invoices = if mutant!("letter-claimed-without-its-invoices") { Vec::new() } else { invoices };
    for mut invoice in invoices {
        let level = items.iter().find(|item| item.invoice == invoice.state.id).map_or(0, |item| item.level);
        invoice.state.letters.push(SentLevel { level, letter: id.clone(), on });
        change = change.update(invoice);
    }
    Attempt::of(change.commit(app.table.as_ref()).await, Some(claimed))
}

/// Writes the letter, and keeps a sealed copy of it beside the archive. `None` where the customer was erased: its name
/// and address cannot be opened any more.
async fn compose(
    app: &App,
    letter: &Letter,
    customer: &Customer,
    invoices: &[Stored<Invoice>],
) -> Result<Option<OutgoingMail>, Failure> {
    let subject_key = keys::customer(&customer.entity, &customer.id).pk;
    let Some(name) = app.seal.open(&subject_key, &customer.name).await? else { return Ok(None) };
    let contact = customer.contacts.iter().find(|contact| contact.id == letter.contact);
    let contact = contact.ok_or_else(|| Failure::retry(format!("no contact {}", letter.contact)))?;
    let Some(to) = app.seal.open(&subject_key, &contact.email).await? else { return Ok(None) };
    let expires_at = app.clock.now() + LINKS_LIVE;
    let links = keyring::links(app)?;
    let link = |purpose| links.make(purpose, &letter.entity, &letter.customer, &letter.contact, expires_at);
    let portal = &app.settings.portal_url;
    let opt_out_url = format!("{portal}/o/{}", link(Purpose::OptOut));
    let facts = LetterFacts {
        entity_name: app.settings.entity_name.clone(),
        entity_address: app.settings.entity_address.clone(),
        customer_name: name.clone(),
        contact_name: None,
        level: letter.level,
        tone: letter.tone,
        items: items(app, letter, invoices)?,
        total: letter.total,
        unassigned: Some(letter.unassigned).filter(|money| money.is_positive()),
        missed_promise: None,
        portal_url: format!("{portal}/v/{}", link(Purpose::View)),
        opt_out_url: opt_out_url.clone(),
        reply_hint: None,
    };
    let unusable = |why: String| Failure::poison(format!("letter {}: {why}", letter.id));
    let templates = Templates::built_in().map_err(|error| unusable(error.to_string()))?;
    let written = render(&templates, &facts).map_err(|error| unusable(error.to_string()))?;
    let token = keyring::reply_tokens(app)?.make(&letter.id);
    let domain = app.settings.mail_from.rsplit('@').next().unwrap_or_default();
    let mime = build(&OutgoingFacts {
        from_name: app.settings.entity_name.clone(),
        from: app.settings.mail_from.clone(),
        to: to.clone(),
        to_name: Some(name),
        reply_to: reply_address(&token, &app.settings.reply_domain),
        subject: written.subject,
        text: written.text.clone(),
        html: written.html,
        date: app.clock.now(),
        message_id: format!("{}@{domain}", ReplyRef::of(&letter.id).to_hex()),
        list_unsubscribe_url: opt_out_url,
        references: Vec::new(),
    })
    .map_err(|error| unusable(error.to_string()))?;
    let copy = app.seal.seal(&subject_key, &written.text).await?;
    app.blobs.put(&app.settings.archive_bucket, &copy_key(&letter.id), Bytes::from(copy.0)).await?;
    Ok(Some(OutgoingMail {
        from: app.settings.mail_from.clone(),
        to,
        mime: Bytes::from(mime),
        send_ref: send_ref(&letter.id),
    }))
}

/// Where the sealed text of a letter is kept: the parent of replies, and what people read again.
pub fn copy_key(letter: &LetterId) -> String {
    format!("letter/{}", ReplyRef::of(letter).to_hex())
}

/// The letter's reference in delivery events: tags take letters, digits, `-` and `_` only.
pub fn send_ref(letter: &LetterId) -> String {
    ReplyRef::of(letter).to_hex()
}

fn items(app: &App, letter: &Letter, invoices: &[Stored<Invoice>]) -> Result<Vec<LetterItem>, Failure> {
    let mut items = Vec::with_capacity(letter.items.len());
    for item in &letter.items {
        let invoice = invoices.iter().find(|invoice| invoice.state.id == item.invoice);
        let invoice =
            invoice.ok_or_else(|| Failure::retry(format!("invoice {} is not open", item.invoice)))?;
        let due_on =
            invoice.state.due_on.ok_or_else(|| Failure::poison(format!("{} is undated", item.invoice)))?;
        items.push(LetterItem {
            invoice_number: invoice.state.number.clone(),
            issued_on: invoice.state.issued_on,
            due_on,
            days_past_due: days_past_due(due_on, app.today()),
            original: invoice.state.original,
            open: item.amount,
        });
    }
    Ok(items)
}

/// Records how the hand-off of the claim at version `ver` ended. Another delivery may have called the letter unknown
/// meanwhile; what the mailer answered is certain, and counts.
async fn conclude(app: &App, cause: &Cause, key: &Key, ver: u64, ended: HandOff) -> Result<(), Failure> {
    let retry = settle(|| async {
        let mut letter = must_load::<Letter>(app.table.as_ref(), key).await?;
        let is_ours = match letter.state.state {
            LetterState::Claimed => letter.ver == ver,
            LetterState::Unknown { .. } => letter.ver == ver + 1,
            _ => false,
        };
        let mut ended = ended.clone();
        if mutant!("unclear-letter-released") && matches!(ended, HandOff::Unknown { .. }) {
            ended = HandOff::NotSent { why: "unclear".into(), is_permanent: false };
        }
        match ended {
            HandOff::NotSent { why, .. } if letter.state.state == LetterState::Planned => {
                Ok(Attempt::Done(Some(why)))
            }
            // A delivery event may have told before the answer was recorded.
            _ if !is_ours => Ok(Attempt::Done(None)),
            HandOff::Accepted { message_ref } => {
                let event =
                    Event::LetterSent { letter: letter.state.id.clone(), message_ref: message_ref.clone() };
                letter.state.state = LetterState::Sent { message_ref };
                sent(app, cause, letter, event).await.map(|attempt| attempt.map(|()| None))
            }
            HandOff::NotSent { why, is_permanent } => release(app, cause, letter, &why, is_permanent).await,
            HandOff::Unknown { .. } if letter.state.state != LetterState::Claimed => Ok(Attempt::Done(None)),
            HandOff::Unknown { why } => {
                unknown(app, cause, letter, why).await.map(|attempt| attempt.map(|()| None))
            }
        }
    })
    .await?;
    retry.map_or(Ok(()), |why| Err(Failure::retry(why)))
}

/// Records that a letter left: the customer is free for the next one, and its message id leads back to it.
///
/// # Errors
/// The table's.
pub async fn sent(
    app: &App,
    cause: &Cause,
    mut letter: Stored<Letter>,
    event: Event,
) -> Result<Attempt<()>, Failure> {
    letter.done(FollowUp::SendLetter);
    let (LetterState::Sent { message_ref }
    | LetterState::Delivered { message_ref }
    | LetterState::Bounced { message_ref }
    | LetterState::Complained { message_ref }) = &letter.state.state
    else {
        return Err(Failure::poison(format!("letter {} is not sent", letter.state.id)));
    };
    let message = keys::message(&letter.state.entity, message_ref);
    let body = format!(r#"{{"v":1,"letter":"{}"}}"#, letter.state.id);
    let is_known = app.table.get(crate::store::table::TableName::Ledger, &message).await?.is_some();
    let customer = keys::customer(&letter.state.entity, &letter.state.customer);
    let mut customer = must_load::<Customer>(app.table.as_ref(), &customer).await?;
    let task = open_about(app, TaskKind::LetterUnknown, &letter.state.key().pk).await?;
    let is_in_hand = customer.state.letter_in_hand.as_ref() == Some(&letter.state.id);
    let mut change = change(app, cause, event).update(letter);
    if is_in_hand {
        customer.state.letter_in_hand = None;
        change = change.update(customer);
    }
    if !is_known {
        change = change.claim(message, body);
    }
    if let Some(task) = task {
        change = change.update(finished(task, app, "dunlin", "it was sent"));
    }
    Attempt::of(change.commit(app.table.as_ref()).await, ())
}

/// Certainly not sent: the claim is taken back, exactly. A permanent refusal cancels the letter.
///
/// # Errors
/// The table's.
pub(super) async fn release(
    app: &App,
    cause: &Cause,
    mut letter: Stored<Letter>,
    why: &str,
    is_permanent: bool,
) -> Result<Attempt<Option<String>>, Failure> {
    let id = letter.state.id.clone();
    let event = Event::LetterReleased { letter: id.clone(), why: why.to_owned() };
    let entity = letter.state.entity.clone();
    let wanted: Vec<Key> =
        letter.state.items.iter().map(|item| keys::invoice(&entity, &item.invoice)).collect();
    let invoices: Vec<Stored<Invoice>> = load_many(app.table.as_ref(), &wanted).await?;
    let customer = keys::customer(&entity, &letter.state.customer);
    let mut customer = must_load::<Customer>(app.table.as_ref(), &customer).await?;
    let on = letter.state.planned_on;
    if let Some(at) = customer.state.contacted_on.iter().rposition(|day| *day == on) {
        customer.state.contacted_on.remove(at);
    }
    if is_permanent {
        letter.state.state = LetterState::Cancelled { why: why.to_owned() };
        letter.done(FollowUp::SendLetter);
        if customer.state.letter_in_hand.as_ref() == Some(&id) {
            customer.state.letter_in_hand = None;
        }
    } else {
        letter.state.state = LetterState::Planned;
        letter.follow_up(FollowUp::SendLetter);
    }
    let about = letter.state.key().pk;
    let unclear = open_about(app, TaskKind::LetterUnknown, &about).await?;
    let task = about_customer(
        new_task(
            app,
            TaskKind::LetterUnknown,
            &format!("{about}|refused"),
            format!("letter {id} was refused: {why}"),
        ),
        Some(&letter.state.customer),
    );
    let mut change = change(app, cause, event).update(letter).update(customer);
    for mut invoice in invoices {
        invoice.state.letters.retain(|sent| sent.letter != id);
        change = change.update(invoice);
    }
    if let Some(unclear) = unclear {
        change = change.update(finished(unclear, app, "dunlin", "it was certainly not sent"));
    }
    if is_permanent {
        change = opened(app, change, task).await?;
    }
    let again = (!is_permanent).then(|| format!("letter {id} was not sent: {why}"));
    Attempt::of(change.commit(app.table.as_ref()).await, again)
}

async fn unknown(
    app: &App,
    cause: &Cause,
    mut letter: Stored<Letter>,
    why: String,
) -> Result<Attempt<()>, Failure> {
    let id = letter.state.id.clone();
    let event = Event::LetterUnknown { letter: id.clone(), why: why.clone() };
    let task = new_task(app, TaskKind::LetterUnknown, &letter.state.key().pk, format!("letter {id}: {why}"));
    let task = about_customer(task, Some(&letter.state.customer));
    letter.state.state = LetterState::Unknown { why };
    letter.done(FollowUp::SendLetter);
    let change = opened(app, change(app, cause, event).update(letter), task).await?;
    Attempt::of(change.commit(app.table.as_ref()).await, ())
}

#[cfg(test)]
#[path = "letters_tests.rs"]
mod tests;
