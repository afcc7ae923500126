//! The day in figures, from the ledger and the books, with the checks that must hold.
use crate::Stopped;
use crate::bundle::Bundle;
use crate::watch::Seen;
use app::letter::{Letter, LetterState};
use app::store::entity::{FollowUp, Stored, read};
use app::store::keys::{ENTRY_PREFIX, STATE};
use app::store::table::Record;
use domain::invoice::Invoice;
use domain::money::{Money, grouped};
use domain::payment::{Payment, PaymentSource, Posting};
use domain::task::{CollectionsTask, TaskKind, TaskState};
use domain::timeline::{Event, TimelineEntry};
use std::collections::BTreeMap;

/// What the commits since the last look did, one line a kind of event.
pub fn hops(seen: &Seen) -> Vec<String> {
    let mut counts: BTreeMap<&'static str, (u32, String)> = BTreeMap::new();
    for body in &seen.entries {
        let Ok(entry) = serde_json::from_str::<TimelineEntry>(body) else { continue };
        let (kind, detail) = told(&entry.event);
        let count = counts.entry(kind).or_insert((0, String::new()));
        count.0 += 1;
        let rules = entry.rules.first().map(|rule| format!(" [{rule}]")).unwrap_or_default();
        count.1 = format!("{detail}{rules}");
    }
    let line = |(kind, (count, detail)): (&&str, &(u32, String))| match count {
        1 => format!("{kind:<24} {detail}"),
        many => format!("{kind:<24} ×{many}, last {detail}"),
    };
    counts.iter().map(|(kind, count)| line((kind, count))).collect()
}

fn told(event: &Event) -> (&'static str, String) {
    match event {
        Event::LedgerRecordsPulled { kind, count } => ("ledger pulled", format!("{count} {kind}")),
        Event::PaymentReceived { payment, amount } => ("payment received", format!("{payment} {amount}")),
        Event::PaymentEnriched { payment } => ("payment enriched", payment.to_string()),
        Event::CashApplied { payment, lines, evidence } => {
            ("cash applied", format!("{payment} on {} invoice(s): {evidence}", lines.len()))
        }
        Event::CashUnapplied { payment, why, .. } => ("cash unapplied", format!("{payment}: {why}")),
        Event::PaymentLeftForReview { payment, why } => ("payment to review", format!("{payment}: {why}")),
        Event::PaymentReversed { kind, external_id, amount, .. } => {
            ("payment reversed", format!("{kind:?} {external_id} {amount}"))
        }
        Event::ReversalUndone { external_id, amount, .. } => {
            ("reversal undone", format!("{external_id} {amount}"))
        }
        Event::CardDisputeLost { external_id, amount, .. } => {
            ("card dispute lost", format!("{external_id} {amount}"))
        }
        Event::RefundDecided { invoice, choice } => ("refund decided", format!("{invoice} {choice:?}")),
        Event::CreditApplied { invoice, amount, .. } => ("credit applied", format!("{amount} on {invoice}")),
        Event::WrittenBack { payment, external_id } => {
            ("written back", format!("{payment} as {external_id}"))
        }
        Event::PostingWithheld { payment } => ("posting withheld", payment.to_string()),
        Event::PostingAnswered { payment, how } => ("posting answered", format!("{payment}, {how}")),
        Event::DebitStarted { payment, amount, until } => {
            ("debit in flight", format!("{payment} {amount}, until {until} at most"))
        }
        Event::DebitEnded { payment, has_succeeded: true } => ("debit succeeded", payment.to_string()),
        Event::DebitEnded { payment, has_succeeded: false } => ("debit failed", payment.to_string()),
        Event::FundsAtProvider { holder, amounts } => ("funds at Stripe", format!("{holder} {amounts:?}")),
        Event::PromiseMade { amount, on, .. } => ("promise made", format!("{amount} on {on}")),
        Event::PromiseValued { invoice, outcome, .. } => ("promise valued", format!("{invoice} {outcome:?}")),
        Event::DisputeOpened { invoices, reason } => {
            ("dispute opened", format!("{} on {}", reason, invoices.len()))
        }
        Event::DisputeClosed { invoice, how } => ("dispute closed", format!("{invoice} {how}")),
        Event::CustomerPaused { why } => ("customer paused", why.clone()),
        Event::PauseEnded { why } => ("pause ended", why.clone()),
        Event::ContactOptedOut { contact } => ("opt-out", contact.to_string()),
        Event::ContactHeld { contact, .. } => ("contact held", contact.to_string()),
        Event::LetterPlanned { letter, level, total, .. } => {
            ("letter planned", format!("{letter} level {level} {total}"))
        }
        Event::DunningHeld { holds } => {
            let first = holds.first().map(|item| item.hold.clone()).unwrap_or_default();
            ("dunning held", format!("{} item(s): {first}", holds.len()))
        }
        Event::LetterCancelled { letter, why } => ("letter cancelled", format!("{letter}: {why}")),
        Event::LetterClaimed { letter } => ("letter claimed", letter.to_string()),
        Event::LetterSent { letter, .. } => ("letter sent", letter.to_string()),
        Event::LetterReleased { letter, why } => ("letter released", format!("{letter}: {why}")),
        Event::LetterUnknown { letter, why } => ("letter unknown", format!("{letter}: {why}")),
        Event::LetterDelivered { letter } => ("letter delivered", letter.to_string()),
        Event::LetterBounced { letter, .. } => ("letter bounced", letter.to_string()),
        Event::LetterComplained { letter, .. } => ("letter complained", letter.to_string()),
        Event::MailFiled { what } => ("mail filed", what.clone()),
        Event::InputQuarantined { source, why } => ("input quarantined", format!("{source}: {why}")),
        Event::TaskOpened { task } => ("task opened", task.to_string()),
        Event::TaskDone { how, .. } => ("task done", how.clone()),
        Event::FollowUpMissed { follow_up, why } => ("follow-up missed", format!("{follow_up:?}: {why}")),
        Event::CustomerErased { inputs_erased, .. } => ("customer erased", format!("{inputs_erased} inputs")),
    }
}

/// Every item of the ledger by kind, read whole: this machine's ledger is small.
#[derive(Default)]
pub struct Ledger {
    pub invoices: Vec<Stored<Invoice>>,
    pub payments: Vec<Stored<Payment>>,
    pub letters: Vec<Stored<Letter>>,
    pub tasks: Vec<Stored<CollectionsTask>>,
    pub customers: Vec<Stored<domain::customer::Customer>>,
    pub entries: Vec<TimelineEntry>,
}

impl Ledger {
    /// Reads the ledger from its file.
    ///
    /// # Errors
    /// A record that does not read or breaks a rule.
    pub fn read(records: Vec<Record>) -> Result<Self, Stopped> {
        let mut ledger = Self::default();
        let broken = Stopped::at::<app::worker::Failure>;
        for record in records {
            let kind = record.key.pk.split('#').nth(1).unwrap_or_default().to_owned();
            if record.key.sk.starts_with(ENTRY_PREFIX) {
                let entry = serde_json::from_str(&record.body).map_err(Stopped::at("a timeline entry"))?;
                ledger.entries.push(entry);
            } else if record.key.sk == STATE {
                match kind.as_str() {
                    "INV" => ledger.invoices.push(read(record).map_err(broken("reading the ledger"))?),
                    "PAY" => ledger.payments.push(read(record).map_err(broken("reading the ledger"))?),
                    "LET" => ledger.letters.push(read(record).map_err(broken("reading the ledger"))?),
                    "TSK" => ledger.tasks.push(read(record).map_err(broken("reading the ledger"))?),
                    "CUS" => ledger.customers.push(read(record).map_err(broken("reading the ledger"))?),
                    _ => {}
                }
            }
        }
        Ok(ledger)
    }

    fn open_tasks(&self, kind: TaskKind) -> usize {
        self.tasks
            .iter()
            .filter(|task| task.state.kind == kind && task.state.state == TaskState::Open)
            .count()
    }
}

/// The summary's lines, and the checks that did not hold.
#[derive(Debug, Default)]
pub struct Summary {
    pub lines: Vec<String>,
    pub failed: Vec<String>,
}

/// Sums the day up.
///
/// # Errors
/// Amounts that cannot be added, which the ledger's rules exclude.
pub fn summary(bundle: &Bundle, ledger: &Ledger) -> Result<Summary, Stopped> {
    let mut out = Summary::default();
    let own: Vec<&Payment> =
        ledger.payments.iter().map(|p| &p.state).filter(|p| p.source != PaymentSource::Ledger).collect();
    let applied = own.iter().filter(|p| !p.allocations.is_empty()).count();
    let in_review = ledger.open_tasks(TaskKind::PaymentReview);
    out.lines.push(format!(
        "payments received   {:>5}  {}",
        own.len(),
        totals(own.iter().map(|p| p.received))?
    ));
    out.lines.push(format!("         applied    {applied:>5}  {}", totals(own.iter().map(|p| p.applied))?));
    out.lines.push(format!("         in review  {in_review:>5}"));
    let reversals = own.iter().flat_map(|p| &p.reversals).count();
    out.lines.push(format!("refunds, disputes   {reversals:>5}"));
    let posted = own.iter().filter(|p| matches!(p.posting, Posting::Posted { .. })).count();
    out.lines.push(format!("written back        {posted:>5}"));
    letters(bundle, ledger, &mut out)?;
    let promises = ledger.entries.iter().filter(|e| matches!(e.event, Event::PromiseMade { .. })).count();
    out.lines.push(format!("promises            {promises:>5}"));
    tasks(ledger, &mut out);
    check(bundle, ledger, &own, &mut out)?;
    Ok(out)
}

fn totals(amounts: impl Iterator<Item = Money>) -> Result<String, Stopped> {
    let mut sums: BTreeMap<&'static str, Money> = BTreeMap::new();
    for money in amounts {
        let sum = sums.entry(money.currency().code()).or_insert(Money::zero(money.currency()));
        *sum = sum.plus(money).map_err(Stopped::at("adding amounts"))?;
    }
    Ok(sums.iter().map(|(code, sum)| format!("{code} {}", grouped(*sum))).collect::<Vec<_>>().join("  "))
}

fn letters(bundle: &Bundle, ledger: &Ledger, out: &mut Summary) -> Result<(), Stopped> {
    let sent = ledger.letters.iter().filter(|letter| {
        matches!(
            letter.state.state,
            LetterState::Sent { .. }
                | LetterState::Delivered { .. }
                | LetterState::Bounced { .. }
                | LetterState::Complained { .. }
        )
    });
    let sent = sent.count();
    let handed = bundle.mailer.handed_over().map_err(Stopped::at("reading the letters"))?.len();
    out.lines.push(format!("letters sent        {sent:>5}"));
    let unknown =
        ledger.letters.iter().filter(|l| matches!(l.state.state, LetterState::Unknown { .. })).count();
    if sent + unknown < handed || sent > handed {
        out.failed.push(format!("{handed} letters were handed over, {sent} are recorded as sent"));
    }
    let mut holds: BTreeMap<String, usize> = BTreeMap::new();
    let mut latest: BTreeMap<String, &TimelineEntry> = BTreeMap::new();
    for entry in ledger.entries.iter().filter(|e| matches!(e.event, Event::DunningHeld { .. })) {
        let customer = entry.customer.as_ref().map(ToString::to_string).unwrap_or_default();
        if latest.get(&customer).is_none_or(|known| known.at <= entry.at) {
            latest.insert(customer, entry);
        }
    }
    for entry in latest.values() {
        if let Event::DunningHeld { holds: held } = &entry.event {
            for item in held {
                let name = item.hold.split(',').next().unwrap_or(&item.hold);
                let name = if name.starts_with("promise until") { "promise" } else { name };
                let name = if name.starts_with("next level at") { "next level not reached" } else { name };
                *holds.entry(name.to_owned()).or_default() += 1;
            }
        }
    }
    let held: usize = holds.values().sum();
    out.lines.push(format!("items held          {held:>5}"));
    for (hold, count) in holds {
        out.lines.push(format!("    {hold:<28} {count:>5}"));
    }
    Ok(())
}

fn tasks(ledger: &Ledger, out: &mut Summary) {
    let mut open: BTreeMap<&'static str, usize> = BTreeMap::new();
    for task in ledger.tasks.iter().filter(|task| task.state.state == TaskState::Open) {
        *open.entry(task.state.kind.title()).or_default() += 1;
    }
    out.lines.push(format!("tasks for people    {:>5}", open.values().sum::<usize>()));
    for (title, count) in open {
        out.lines.push(format!("    {title:<28} {count:>5}"));
    }
}

/// What must hold at the end of a day, whatever happened in it.
fn check(bundle: &Bundle, ledger: &Ledger, own: &[&Payment], out: &mut Summary) -> Result<(), Stopped> {
    let review = |payment: &Payment| payment.unapplied().is_ok_and(|left| left.is_positive());
    for payment in own {
        if payment.allocations.is_empty() && !review(payment) && payment.reversals.is_empty() {
            out.failed.push(format!("{} is neither applied nor in review", payment.id));
        }
        let is_posted = !bundle.is_posting || !matches!(payment.posting, Posting::NotPosted);
        if !payment.allocations.is_empty() && !is_posted {
            out.failed.push(format!("{} is applied and not written back", payment.id));
        }
    }
    for stored in &ledger.payments {
        let is_allowed = |follow_up: &FollowUp| !bundle.is_posting && *follow_up == FollowUp::WriteBack;
        if !stored.pending.iter().all(is_allowed) {
            out.failed.push(format!("{} still waits for {:?}", stored.state.id, stored.pending));
        }
    }
    for invoice in &ledger.invoices {
        let mut on: Vec<_> = invoice.state.letters.iter().map(|sent| &sent.letter).collect();
        on.dedup();
        if on.len() != invoice.state.letters.len() {
            out.failed.push(format!("{} was in one letter twice", invoice.state.number));
        }
    }
    for (queue, _, why) in bundle.queues.dead()? {
        out.failed.push(format!("dead letter in {queue}: {why}"));
    }
    let sums: Result<Vec<Money>, _> = ledger.invoices.iter().map(|invoice| invoice.state.open()).collect();
    let sums = sums.map_err(Stopped::at("open amounts"))?;
    out.lines.push(format!(
        "open                {:>5}  {}",
        sums.iter().filter(|m| m.is_positive()).count(),
        totals(sums.into_iter())?
    ));
    Ok(())
}
