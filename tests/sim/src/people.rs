//! What our own people do about open tasks, and customers by the links in letters; by the flows that console and portal
//! use.
use crate::runtime::{Ended, Runtime, Work};
use app::App;
use app::flows::dunning::letter_id;
use app::flows::erp::answers::{is_same, post, question};
use app::flows::letter_outcomes::{Outcome, resolve};
use app::flows::letters::send_ref;
use app::flows::opt_out::opt_out as stop;
use app::flows::refunds::{RefundDecision, decide};
use app::flows::undo::application;
use app::flows::{cash, disputes, pauses, tasks};
use app::keyring;
use app::letter::Letter;
use app::store::entity::{Entity, Stored, read};
use app::store::keys;
use app::tokens::reply_address as address;
use app::worker::Failure;
use domain::customer::Customer;
use domain::ids::{CustomerId, LetterId};
use domain::invoice::{Invoice, RefundChoice};
use domain::payment::{Allocation, Payment, Posting};
use domain::task::{CollectionsTask, TaskKind, TaskState};
use domain::timeline::Cause;

/// Every item of a kind as it stands, by the part of the key that names it.
pub fn all<T: Entity>(runtime: &Runtime, part: &str) -> Vec<Stored<T>> {
    let of_kind = |key: &app::store::table::Key| key.sk == keys::STATE && key.pk.contains(part);
    let found = runtime.table.keys().into_iter().filter(of_kind);
    found.filter_map(|key| read(runtime.table.record(&key)?).ok()).collect()
}

fn idle() -> Work {
    Box::pin(async { Ended::Person { again: false } })
}

fn ended(result: Result<(), Failure>) -> Ended {
    Ended::Person { again: matches!(result, Err(Failure::Retry { .. })) }
}

/// A person works on a task, ends a pause or closes a dispute, as drawn.
pub fn work(runtime: &mut Runtime) -> Work {
    let open: Vec<CollectionsTask> = all(runtime, "#TSK#")
        .into_iter()
        .map(|stored: Stored<CollectionsTask>| stored.state)
        .filter(|task| task.state == TaskState::Open)
        .collect();
    let (kind, at, which) = {
        let rng = &mut runtime.engine.lock().rng;
        (rng.below(100), rng.below(1 << 20), rng.index(3))
    };
    let cause = Cause::new(format!("console:{at}"));
    let turn = usize::try_from(at).unwrap();
    if kind < 12 {
        return close_dispute(runtime, cause, turn);
    }
    if kind < 20 {
        return end_pause(runtime, cause, turn);
    }
    if kind < 30 {
        return undo(runtime, cause, turn);
    }
    if open.is_empty() {
        return idle();
    }
    let task = open[turn % open.len()].clone();
    let app = runtime.app.clone();
    let entity = app.settings.entity.clone();
    let subject = task.subject.clone().unwrap_or_default();
    match task.kind {
        TaskKind::PaymentReview if kind < 75 && !task.candidates.is_empty() => {
            let candidate = task.candidates[turn % task.candidates.len()].clone();
            handle(runtime, &candidate.allocations);
            let Some(payment) = keys::payment_id(&entity, &subject) else { return idle() };
            Box::pin(async move { ended(cash::accept(&app, &cause, &payment, &candidate, "ines").await) })
        }
        TaskKind::RefundToDecide | TaskKind::CardDispute => {
            let reversal = subject.rsplit('|').next().unwrap_or_default().to_owned();
            let choice = [RefundChoice::Reopen, RefundChoice::Credit, RefundChoice::Void][which];
            let invoices: Vec<Stored<Invoice>> = all(runtime, "#INV#");
            let found = invoices.into_iter().find(|invoice| {
                let is_it = |refund: &domain::invoice::RefundToDecide| {
                    refund.refund == reversal && refund.choice.is_none()
                };
                invoice.state.refunds_to_decide.iter().any(is_it)
            });
            let Some(invoice) = found.map(|invoice| invoice.state.id) else { return idle() };
            let decision = RefundDecision { invoice, reversal, choice, by: "ines".into() };
            Box::pin(async move { ended(decide(&app, &cause, &decision).await) })
        }
        TaskKind::LetterUnknown => {
            let Some(letter) = keys::letter_id(&entity, &subject) else { return idle() };
            let reference = send_ref(&letter);
            let arrived =
                runtime.mailer.accepted.lock().unwrap().iter().any(|mail| mail.send_ref == reference);
            let outcome = if arrived { Outcome::Arrived } else { Outcome::DidNotArrive };
            Box::pin(async move { ended(resolve(&app, &cause, &letter, outcome, "ines").await) })
        }
        TaskKind::LedgerMismatch if kind < 75 => {
            Box::pin(async move { ended(answer(&app, &cause, &task, turn).await) })
        }
        _ => Box::pin(async move { ended(tasks::finish(&app, &cause, &task.id, "ines", "done").await) }),
    }
}

/// A person says what becomes of a payment that the books should have, as far as the task asks that.
async fn answer(app: &App, cause: &Cause, task: &CollectionsTask, turn: usize) -> Result<(), Failure> {
    let question = question(app, task).await?;
    let pairs = question.as_ref().map(|question| question.pairs.as_slice()).unwrap_or_default();
    if let Some((ours, theirs)) = pairs.get(turn % pairs.len().max(1)) {
        return is_same(app, cause, &task.id, (ours, theirs), "ines").await;
    }
    match question.and_then(|question| question.may_post) {
        Some(payment) => post(app, cause, &task.id, &payment, "ines").await,
        None => tasks::finish(app, cause, &task.id, "ines", "done").await,
    }
}

/// Nobody leaves a broken connection alone for long.
pub fn connect_again(runtime: &mut Runtime) {
    let is_refusing = runtime.world.vendors.lock().unwrap().quickbooks.is_refusing();
    if is_refusing {
        runtime.reconnect();
    }
}

/// What a person has put on invoices is no longer certain.
fn handle(runtime: &mut Runtime, allocations: &[Allocation]) {
    for allocation in allocations {
        let key = keys::invoice(&runtime.app.settings.entity, &allocation.invoice);
        if let Some(stored) = runtime.table.record(&key).and_then(|record| read::<Invoice>(record).ok()) {
            runtime.world.handled.insert(stored.state.number);
        }
    }
}

fn close_dispute(runtime: &Runtime, cause: Cause, turn: usize) -> Work {
    let invoices: Vec<Stored<Invoice>> = all(runtime, "#INV#");
    let disputed: Vec<_> = invoices
        .into_iter()
        .filter_map(|invoice| Some((invoice.state.id, invoice.state.dispute?.id)))
        .collect();
    if disputed.is_empty() {
        return idle();
    }
    let (invoice, dispute) = disputed[turn % disputed.len()].clone();
    let app = runtime.app.clone();
    Box::pin(async move { ended(disputes::close(&app, &cause, &invoice, &dispute, "agreed").await) })
}

/// A person takes an application back.
fn undo(runtime: &mut Runtime, cause: Cause, turn: usize) -> Work {
    let payments: Vec<Stored<Payment>> = all(runtime, "#PAY#");
    let applied: Vec<_> = payments
        .into_iter()
        .filter(|payment| payment.state.posting != Posting::ByPeople)
        .flat_map(|payment| {
            let id = payment.state.id.clone();
            payment.state.allocations.into_iter().map(move |allocation| (id.clone(), allocation))
        })
        .collect();
    if applied.is_empty() {
        return idle();
    }
    let (payment, allocation) = applied[turn % applied.len()].clone();
    handle(runtime, std::slice::from_ref(&allocation));
    let app = runtime.app.clone();
    Box::pin(async move { ended(application(&app, &cause, &payment, &allocation.invoice, "ines").await) })
}

fn end_pause(runtime: &Runtime, cause: Cause, turn: usize) -> Work {
    let customers: Vec<Stored<Customer>> = all(runtime, "#CUS#");
    let paused: Vec<_> = customers
        .into_iter()
        .filter_map(|customer| Some((customer.state.id.clone(), customer.state.pauses.first()?.clone())))
        .collect();
    if paused.is_empty() {
        return idle();
    }
    let (customer, pause) = paused[turn % paused.len()].clone();
    let app = runtime.app.clone();
    Box::pin(async move { ended(pauses::end(&app, &cause, &customer, &pause, "ines").await) })
}

/// Whether a customer has been pulled.
pub fn is_known(runtime: &Runtime, customer: &str) -> bool {
    let id = CustomerId(format!("qbo:{customer}"));
    runtime.table.record(&keys::customer(&runtime.app.settings.entity, &id)).is_some()
}

/// A customer follows the opt-out link in a letter.
pub fn opt_out(runtime: &Runtime, customer: usize) -> Work {
    let id = CustomerId(format!("qbo:{}", runtime.world.customers[customer].id));
    let key = keys::customer(&runtime.app.settings.entity, &id);
    let stored = runtime.table.record(&key).and_then(|record| read::<Customer>(record).ok());
    let Some(contact) = stored.and_then(|stored| Some(stored.state.contacts.first()?.id.clone())) else {
        return Box::pin(async { Ended::Person { again: true } });
    };
    let app = runtime.app.clone();
    Box::pin(async move { ended(stop(&app, &id, &contact).await.map(drop)) })
}

/// Where a customer's answers go: to their last letter, else to the general address.
pub fn reply_address(runtime: &Runtime, customer: &str) -> String {
    let id = CustomerId(format!("qbo:{customer}"));
    let today = runtime.world.today();
    let letters: Vec<LetterId> =
        (0..6).map(|back| letter_id(&id, today - chrono::TimeDelta::days(back))).collect();
    let entity = &runtime.app.settings.entity;
    let there = letters.into_iter().find(|letter| {
        let record = runtime.table.record(&keys::letter(entity, letter));
        record.and_then(|record| read::<Letter>(record).ok()).is_some()
    });
    let Some(letter) = there else { return "us@in.harbour.example".into() };
    let token = keyring::reply_tokens(&runtime.app).unwrap().make(&letter);
    address(&token, &runtime.app.settings.reply_domain)
}
