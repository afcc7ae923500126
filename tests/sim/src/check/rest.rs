//! What must hold at rest, against the truth that the world outside knows: an independent fold of what happened.
use super::{Broken, kind};
use crate::people::all;
use crate::runtime::Runtime;
use app::audit::verify;
use app::flows::write_back::reference;
use app::letter::{Letter, LetterState};
use app::store::entity::Stored;
use app::store::keys;
use domain::customer::{AddressStatus, Customer};
use domain::ids::ExternalRef;
use domain::invoice::{Invoice, Settlement};
use domain::payment::{Payment, PaymentSource, Posting};
use domain::task::{CollectionsTask, TaskKind};
use domain::timeline::entry_hash;
use futures::FutureExt;
use std::collections::{BTreeMap, BTreeSet};

/// Everything that stands in the ledger at rest.
pub struct Standing {
    pub payments: Vec<Payment>,
    pub invoices: Vec<Invoice>,
    pub customers: Vec<Customer>,
    pub letters: Vec<Letter>,
    pub tasks: Vec<CollectionsTask>,
}

impl Standing {
    pub fn of(runtime: &Runtime) -> Self {
        fn states<T: app::store::entity::Entity>(runtime: &Runtime, part: &str) -> Vec<T> {
            all(runtime, part).into_iter().map(|stored: Stored<T>| stored.state).collect()
        }
        Self {
            payments: states(runtime, "#PAY#"),
            invoices: states(runtime, "#INV#"),
            customers: states(runtime, "#CUS#"),
            letters: states(runtime, "#LET#"),
            tasks: states(runtime, "#TSK#"),
        }
    }

    fn has_task(&self, kinds: &[TaskKind], about: &str) -> bool {
        self.tasks.iter().any(|task| {
            kinds.contains(&task.kind)
                && task.subject.as_deref().is_some_and(|subject| subject.contains(about))
        })
    }
}

/// Checks everything that must hold once nothing is under way.
///
/// # Errors
/// The first invariant that does not hold.
pub fn check(runtime: &Runtime) -> Result<(), Broken> {
    let standing = Standing::of(runtime);
    nothing_is_pending(runtime)?;
    only_poison_is_dead(runtime)?;
    payments_are_the_truth(runtime, &standing)?;
    reversals_are_the_truth(runtime, &standing)?;
    debits_are_the_truth(runtime, &standing)?;
    answered_webhooks_are_kept(runtime)?;
    unapplied_cash_is_seen(&standing)?;
    invoices_are_the_truth(runtime, &standing)?;
    books_are_in_line(runtime, &standing)?;
    open_is_as_in_the_books(runtime, &standing)?;
    letters_are_once(runtime, &standing)?;
    mails_were_read(runtime)?;
    addresses_are_respected(runtime, &standing)?;
    everything_is_on_record(runtime, &standing)?;
    garbage_was_told(runtime, &standing)?;
    the_audit_finds_nothing(runtime)?;
    certain_payments_settled(runtime, &standing)
}

/// Whether a follow-up stands on an item.
pub fn is_something_pending(runtime: &Runtime) -> bool {
    nothing_is_pending(runtime).is_err()
}

/// I8: no follow-up is left over.
fn nothing_is_pending(runtime: &Runtime) -> Result<(), Broken> {
    for key in runtime.table.keys() {
        let Some(record) = runtime.table.record(&key).filter(|_| kind(&key).is_some()) else { continue };
        if let Some(pending) = &record.pending {
            return Err(("I8", format!("{key} is still pending as {pending}")));
        }
    }
    Ok(())
}

/// I5 and I8: what is in a dead-letter queue is poison.
fn only_poison_is_dead(runtime: &Runtime) -> Result<(), Broken> {
    let room = runtime.queue.room.lock().unwrap();
    match room.dead.iter().find(|(_, body, _)| !body.starts_with("garbage")) {
        Some((queue, body, why)) => Err(("I8", format!("dead in {}: {why}: {body}", queue.as_str()))),
        None => Ok(()),
    }
}

/// I5: each payment that came is there once, with its amount; and none that did not come.
fn payments_are_the_truth(runtime: &Runtime, standing: &Standing) -> Result<(), Broken> {
    let truth = &runtime.world.payments;
    let cards: BTreeMap<&str, i64> = truth
        .iter()
        .filter(|(id, _)| id.starts_with("stripe:"))
        .map(|(id, payment)| (id.as_str(), payment.amount))
        .collect();
    let ours = standing.payments.iter().filter(|payment| payment.source == PaymentSource::Stripe);
    let ours: BTreeMap<&str, i64> =
        ours.map(|payment| (payment.id.as_str(), payment.received.minor())).collect();
    for (id, amount) in &cards {
        if ours.get(id) != Some(amount) {
            return Err(("I5", format!("{id} of {amount} cents is {:?} here", ours.get(id))));
        }
    }
    if let Some(id) = ours.keys().find(|id| !cards.contains_key(*id)) {
        return Err(("I5", format!("payment {id} never came")));
    }
    let mut came: Vec<i64> = truth
        .iter()
        .filter(|(id, _)| !id.starts_with("stripe:"))
        .map(|(_, payment)| payment.amount)
        .collect();
    let booked = standing.payments.iter().filter(|payment| payment.source == PaymentSource::Bank);
    let mut booked: Vec<i64> = booked.map(|payment| payment.received.minor()).collect();
    came.sort_unstable();
    booked.sort_unstable();
    if came != booked {
        return Err(("I5", format!("by bank came {came:?}, and {booked:?} is booked")));
    }
    Ok(())
}

/// I1 and I5: what Stripe sent back or holds back is taken off the payment, or a person was asked.
fn reversals_are_the_truth(runtime: &Runtime, standing: &Standing) -> Result<(), Broken> {
    for payment in standing.payments.iter().filter(|payment| payment.source == PaymentSource::Stripe) {
        let of = |is_dispute: bool| -> i64 {
            let all = runtime.world.reversals.iter();
            let of = all.filter(|(_, r)| format!("stripe:{}", r.payment) == payment.id.as_str());
            let of = of.filter(|(_, r)| r.is_dispute == is_dispute && r.stands());
            of.map(|(_, r)| r.amount).sum()
        };
        let (refunded, disputed) = (of(false), of(true));
        let is_right = payment.refunded.minor() == refunded && payment.reversed.minor() == disputed;
        let was_asked =
            standing.has_task(&[TaskKind::RefundToDecide, TaskKind::CardDispute], payment.id.as_str());
        if !is_right && !was_asked {
            let what = format!(
                "payment {}: {refunded} refunded and {disputed} disputed, but {} and {} here",
                payment.id, payment.refunded, payment.reversed
            );
            return Err(("I5", what));
        }
    }
    Ok(())
}

/// I5: a debit under way holds its payer's letters back, or a person knows of it; one that ended holds nothing beyond
/// the day of its end.
fn debits_are_the_truth(runtime: &Runtime, standing: &Standing) -> Result<(), Broken> {
    let today = runtime.world.today();
    for (intent, debit) in &runtime.world.debits {
        let id = format!("stripe:{intent}");
        let all = standing.customers.iter().flat_map(|customer| &customer.debits_in_flight);
        let holds = all.filter(|held| held.payment.as_str() == id).any(|held| held.until > today);
        if debit.status != "processing" && holds {
            return Err(("I5", format!("{id} is {}, and still holds letters back", debit.status)));
        }
        let was_asked = standing.has_task(&[TaskKind::FundsAtProvider], &id);
        if debit.status == "processing" && !holds && !was_asked {
            return Err(("I5", format!("{id} is under way and holds nothing back")));
        }
    }
    Ok(())
}

/// I5: a webhook that was answered well is in the archive. That its event would have been found by the sweep is no
/// reason to lose it.
fn answered_webhooks_are_kept(runtime: &Runtime) -> Result<(), Broken> {
    let stored = runtime.blobs.stored.lock().unwrap();
    let kept: BTreeSet<&str> =
        stored.keys().filter_map(|(_, key)| key.strip_prefix("stripe/")?.rsplit('/').next()).collect();
    match runtime.world.answered.iter().find(|digest| !kept.contains(digest.as_str())) {
        Some(digest) => Err(("I5", format!("a webhook was answered and never taken in: {digest}"))),
        None => Ok(()),
    }
}

/// I5: unapplied cash was put before a person.
fn unapplied_cash_is_seen(standing: &Standing) -> Result<(), Broken> {
    for payment in standing.payments.iter().filter(|payment| payment.source != PaymentSource::Ledger) {
        let left = payment.received.minor()
            - payment.applied.minor()
            - payment.refunded.minor()
            - payment.reversed.minor();
        let untouched = payment.allocations.is_empty() && payment.reversals.is_empty();
        if left > 0 && untouched && !standing.has_task(&[TaskKind::PaymentReview], payment.id.as_str()) {
            return Err(("I5", format!("payment {} has {left} unapplied, and nobody knows", payment.id)));
        }
    }
    Ok(())
}

/// I5: invoices are as the books have them.
fn invoices_are_the_truth(runtime: &Runtime, standing: &Standing) -> Result<(), Broken> {
    let books = runtime.world.vendors.lock().unwrap().quickbooks.documents("Invoice");
    for (id, theirs) in books {
        let id = format!("qbo:{id}");
        let Some(ours) = standing.invoices.iter().find(|invoice| invoice.id.as_str() == id) else {
            return Err(("I5", format!("invoice {} never came", theirs.number)));
        };
        let was_asked = standing.has_task(&[TaskKind::LedgerMismatch], &id);
        // A voided invoice keeps what it once was for.
        let is_same = (ours.original == theirs.total || ours.is_voided)
            && ours.due_on == theirs.due_on
            && ours.is_voided == theirs.is_voided
            && ours.ledger_balance == theirs.balance;
        if !is_same && !was_asked {
            let what = format!(
                "invoice {}: {} due {:?}, voided {}, balance {}; in the books {} due {:?}, voided {}, balance {}",
                theirs.number,
                ours.original,
                ours.due_on,
                ours.is_voided,
                ours.ledger_balance,
                theirs.total,
                theirs.due_on,
                theirs.is_voided,
                theirs.balance
            );
            return Err(("I5", what));
        }
    }
    Ok(())
}

/// I6: each of our payments that settles something is in the books once, on the same invoices.
fn books_are_in_line(runtime: &Runtime, standing: &Standing) -> Result<(), Broken> {
    let books = runtime.world.vendors.lock().unwrap().quickbooks.payments();
    let mut seen = BTreeSet::new();
    for theirs in books.iter().filter(|theirs| !theirs.total.is_zero()) {
        let Some(reference) = &theirs.reference else { continue };
        if !seen.insert(reference.clone()) {
            return Err(("I6", format!("{reference} is posted twice: {:?}", theirs.note)));
        }
    }
    for payment in standing.payments.iter().filter(|payment| payment.source != PaymentSource::Ledger) {
        if standing.has_task(&[TaskKind::LedgerMismatch], payment.id.as_str()) {
            continue;
        }
        let ours = reference(payment);
        let theirs = books.iter().find(|theirs| theirs.reference.as_ref() == Some(&ours));
        let Some(theirs) = theirs else {
            if !payment.allocations.is_empty() {
                return Err(("I6", format!("payment {} is applied and never posted", payment.id)));
            }
            continue;
        };
        if payment.posting == Posting::NotPosted {
            return Err(("I6", format!("payment {} is posted, and not known to be", payment.id)));
        }
        let line = |invoice: &str, minor: i64| (invoice.to_owned(), minor);
        let mut ours: Vec<(String, i64)> = payment
            .allocations
            .iter()
            .map(|a| line(a.invoice.as_str().trim_start_matches("qbo:"), a.amount.minor()))
            .collect();
        let mut lines: Vec<(String, i64)> =
            theirs.lines.iter().map(|(invoice, amount)| line(invoice, amount.minor())).collect();
        ours.sort();
        lines.sort();
        let kept = payment.received.minor() - payment.refunded.minor() - payment.reversed.minor();
        // What a person still has to decide stays in the books until then.
        let is_undecided = standing.invoices.iter().any(|invoice| {
            let refund = invoice.refunds_to_decide.iter().any(|refund| refund.payment == payment.id);
            refund || invoice.contested.iter().any(|contested| contested.payment == payment.id)
        });
        let is_same = ours == lines && kept == theirs.total.minor();
        if !is_same && !is_undecided {
            let what = format!(
                "payment {}: {kept} on {ours:?} here, {} on {lines:?} in the books",
                payment.id, theirs.total
            );
            return Err(("I6", what));
        }
    }
    Ok(())
}

/// I5 and I6: what is open on an invoice, and on account of a payment by people, is what the books say; unless a person
/// was asked about it, or still has to decide what went back.
fn open_is_as_in_the_books(runtime: &Runtime, standing: &Standing) -> Result<(), Broken> {
    let (invoices, payments) = {
        let quickbooks = &runtime.world.vendors.lock().unwrap().quickbooks;
        (quickbooks.documents("Invoice"), quickbooks.payments_by_id())
    };
    let is_asked = |id: &str| standing.has_task(&[TaskKind::LedgerMismatch], id);
    for (id, theirs) in &invoices {
        let ours = standing.invoices.iter().find(|invoice| invoice.id.as_str() == format!("qbo:{id}"));
        let Some(ours) = ours.filter(|ours| !ours.is_voided && !is_asked(ours.id.as_str())) else { continue };
        let is_undecided = !ours.refunds_to_decide.is_empty() || !ours.contested.is_empty();
        let by_asked = ours.settled.iter().any(|settled| match &settled.by {
            Settlement::Payment(id) => is_asked(id.as_str()),
            Settlement::Credit(_) => false,
        });
        let misfits = payments.iter().filter(|(_, payment)| payment.lines.iter().any(|(of, _)| of == id));
        let is_misfit = misfits.into_iter().any(|(payment, theirs)| {
            let note = theirs.note.as_deref().unwrap_or_default();
            is_asked(&format!("qbo:{payment}")) || is_asked(note.trim_start_matches("dunlin:"))
        });
        if is_undecided || by_asked || is_misfit {
            continue;
        }
        let settled: i64 = ours.settled.iter().map(|settled| settled.amount.minor()).sum();
        let open = ours.original.minor() - settled;
        if open != theirs.balance.minor() {
            let what = format!(
                "invoice {}: {open} cents are open, and {} in the books",
                ours.number, theirs.balance
            );
            return Err(("I5", what));
        }
    }
    for (id, theirs) in payments.iter().filter(|(_, theirs)| theirs.reference.is_none()) {
        let ours = standing.payments.iter().find(|payment| payment.id.as_str() == format!("qbo:{id}"));
        let Some(ours) = ours.filter(|ours| !is_asked(ours.id.as_str())) else { continue };
        // A person took it for the posting of ours: its money is counted there.
        let posted = keys::posted(&runtime.app.settings.entity, &ExternalRef::new("qbo", id));
        if runtime.table.record(&posted).is_some() {
            continue;
        }
        let sum = |list: &[(String, domain::money::Money)]| -> i64 {
            list.iter().map(|(_, amount)| amount.minor()).sum()
        };
        let left = theirs.total.minor() - (sum(&theirs.lines) - sum(&theirs.credits));
        let unapplied =
            ours.received.minor() - ours.allocations.iter().map(|a| a.amount.minor()).sum::<i64>();
        if unapplied != left {
            let what =
                format!("payment {}: {unapplied} cents are on account, and {left} in the books", ours.id);
            return Err(("I5", what));
        }
    }
    Ok(())
}

/// I4: no letter left twice, and each that left is known to have, or waits for a person.
fn letters_are_once(runtime: &Runtime, standing: &Standing) -> Result<(), Broken> {
    let accepted = runtime.mailer.accepted.lock().unwrap();
    let mut days = BTreeSet::new();
    for letter in &standing.letters {
        let reference = app::flows::letters::send_ref(&letter.id);
        let left = accepted.iter().filter(|mail| mail.send_ref == reference).count();
        if left > 0 && !days.insert((letter.customer.clone(), letter.planned_on)) {
            return Err(("I4", format!("a second letter to {} on {}", letter.customer, letter.planned_on)));
        }
        let is_known = match &letter.state {
            LetterState::Sent { .. }
            | LetterState::Delivered { .. }
            | LetterState::Bounced { .. }
            | LetterState::Complained { .. } => left == 1,
            LetterState::Unknown { .. } => standing.has_task(&[TaskKind::LetterUnknown], letter.id.as_str()),
            LetterState::Cancelled { .. } => left == 0,
            LetterState::Planned | LetterState::Claimed => false,
        };
        if !is_known {
            return Err(("I4", format!("letter {} left {left} times and is {:?}", letter.id, letter.state)));
        }
    }
    let known: BTreeSet<String> =
        standing.letters.iter().map(|letter| app::flows::letters::send_ref(&letter.id)).collect();
    match accepted.iter().find(|mail| !known.contains(&mail.send_ref)) {
        Some(mail) => Err(("I4", format!("{} left and is no letter", mail.send_ref))),
        None => Ok(()),
    }
}

/// I5: every mail was taken in or quarantined, and what SES and customers said of an address counts.
fn mails_were_read(runtime: &Runtime) -> Result<(), Broken> {
    for mail in &runtime.world.mails {
        let claim = keys::claim(&runtime.app.settings.entity, "mail", &entry_hash(&mail.raw));
        if runtime.table.record(&claim).is_none() {
            return Err(("I5", format!("a mail was never taken in: {}", mail.raw)));
        }
    }
    Ok(())
}

/// I5: what SES and customers said of an address counts; and what only others said of it does not.
fn addresses_are_respected(runtime: &Runtime, standing: &Standing) -> Result<(), Broken> {
    let world = &runtime.world;
    for customer in &standing.customers {
        let id = customer.id.as_str().trim_start_matches("qbo:");
        let is_usable = customer.contacts.iter().all(|contact| contact.status == AddressStatus::Usable);
        let has_opted_out =
            customer.contacts.iter().any(|c| matches!(c.status, AddressStatus::OptedOut { .. }));
        if is_usable && world.stopped.contains(id) {
            return Err(("I5", format!("customer {id} has opted out and may still be written to")));
        }
        if is_usable && world.unreachable.contains(id) {
            return Err(("I5", format!("customer {id} bounced or complained and may still be written to")));
        }
        if has_opted_out && !world.may_be_stopped.contains(id) {
            return Err(("I3", format!("customer {id} never opted out")));
        }
    }
    Ok(())
}

/// I5 and I7: every mail led to an entry, no mail without a voucher to a promise; every input that an entry names is in
/// the archive; and no sweep ever found work that nobody had asked for.
fn everything_is_on_record(runtime: &Runtime, standing: &Standing) -> Result<(), Broken> {
    let told = runtime.table.told();
    let stored = runtime.blobs.stored.lock().unwrap();
    for mail in &runtime.world.mails {
        let digest = entry_hash(&mail.raw);
        let Some(of_mail) = told.get(&format!("mail:{digest}")) else {
            return Err(("I5", format!("a mail led to nothing: {}", mail.raw)));
        };
        if runtime.world.unverified.contains(&digest) && of_mail.iter().any(|t| t.event == "PromiseMade") {
            return Err(("I3", format!("a mail that may be forged made a promise: {}", mail.raw)));
        }
    }
    for (cause, entries) in &told {
        for entry in entries {
            let archived = entry.archived.as_ref().map(|key| key.split('#').next().unwrap_or_default());
            let is_there =
                archived.is_none_or(|key| stored.contains_key(&("archive".into(), key.to_owned())));
            if !is_there {
                return Err(("I7", format!("{cause} is archived as {archived:?}, which is not there")));
            }
            // What the books refuse waits for a person, who may do it by asking again.
            let was_refused = standing.has_task(&[TaskKind::LedgerMismatch], &entry.item);
            if entry.event == "FollowUpMissed" && !was_refused {
                return Err(("I8", format!("{cause} found work that nobody had asked for")));
            }
        }
    }
    Ok(())
}

/// I5: what means nothing waits for a person, in a dead-letter queue or as a task.
fn garbage_was_told(runtime: &Runtime, standing: &Standing) -> Result<(), Broken> {
    let room = runtime.queue.room.lock().unwrap();
    for (queue, body) in &runtime.world.garbage {
        let is_dead = room.dead.iter().any(|(of, dead, _)| of == queue && dead == body);
        let digest = entry_hash(body);
        if !is_dead && !standing.has_task(&[TaskKind::Quarantine], &digest) {
            return Err(("I5", format!("{body} in {} is gone", queue.as_str())));
        }
    }
    Ok(())
}

/// I1, I7 and I8 once more, as an operator checks them.
fn the_audit_finds_nothing(runtime: &Runtime) -> Result<(), Broken> {
    let now = runtime.engine.lock().instant();
    let report = verify(&runtime.table.truth, Some(now), &[]).now_or_never();
    let report = report.expect("a table in memory answers at once").map_err(|why| ("I7", why.to_string()))?;
    match report.findings.first() {
        Some(finding) => Err(("I7", format!("audit: {}: {}", finding.item, finding.what))),
        None => Ok(()),
    }
}

/// I12: a payment that names an invoice which nobody else touched, with exactly its amount, settles it; and what went
/// back of it is open again.
fn certain_payments_settled(runtime: &Runtime, standing: &Standing) -> Result<(), Broken> {
    let world = &runtime.world;
    for (number, certain) in world.certain() {
        let Some(invoice) = standing.invoices.iter().find(|invoice| invoice.number == number) else {
            continue;
        };
        // Before the pull of its invoice it named nothing: a person was asked.
        if standing.has_task(&[TaskKind::PaymentReview], &certain.id) {
            continue;
        }
        let gone = world.gone(&certain.id);
        let settled: i64 = invoice.settled.iter().map(|settled| settled.amount.minor()).sum();
        let by_others = invoice
            .settled
            .iter()
            .any(|settled| !matches!(&settled.by, Settlement::Payment(id) if id.as_str() == certain.id));
        if by_others || settled != certain.amount - gone {
            let what = format!(
                "{number} was paid {} by {}, of which {gone} went back, and {settled} is settled",
                certain.amount, certain.id
            );
            return Err(("I12", what));
        }
    }
    Ok(())
}
