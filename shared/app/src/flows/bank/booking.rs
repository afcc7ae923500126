//! Booked credits become payments, each once, whichever file brings them.
use super::received_on;
use crate::App;
use crate::flows::receive::Incoming;
use crate::flows::tasks::{self, new_task};
use crate::flows::{Attempt, settle};
use crate::store::change::Change;
use crate::store::entity::FollowUp;
use crate::store::keys;
use crate::store::reads::load_many;
use crate::store::table::{Condition, Record, TableName, Write};
use crate::worker::Failure;
use domain::ids::{ExternalRef, PaymentId};
use domain::mutant;
use domain::payment::{Payment, PaymentSource};
use domain::statement::{EntryKeys, StatementLine};
use domain::task::TaskKind;
use domain::timeline::{Cause, Event};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Payments that one commit may create, beside the claim and the entry.
const LINES_PER_COMMIT: usize = 80;
/// Hex digits of a key in a payment's id.
const KEY_DIGITS: usize = 32;

/// Gives the payments of one file their ids. A line with an end-to-end id of its own has the id that its booking has
/// in every file (see [`StatementLine::booking_key`]); any other has its place in its bank entry. Two equal bookings
/// in one file are two.
#[derive(Debug, Default)]
pub(super) struct PaymentIds {
    bookings: EntryKeys,
}

impl PaymentIds {
    pub(super) fn of(&mut self, account: &str, line: &StatementLine) -> PaymentId {
        match line.booking_key(account) {
            Some(parts) => {
                let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
                payment_id(&self.bookings.next(&parts), 1)
            }
            None => payment_id(&line.entry_key, line.detail_number),
        }
    }
}

fn payment_id(key: &str, number: u32) -> PaymentId {
    let key: String = key.chars().take(KEY_DIGITS).collect();
    PaymentId(format!("bank:{key}:{number}"))
}

/// The customer credits of one bank entry.
pub(super) struct Lines<'a> {
    account: &'a str,
    lines: Vec<(PaymentId, &'a StatementLine)>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(account: &'a str, lines: &[&'a StatementLine], ids: &mut PaymentIds) -> Self {
        Self { account, lines: lines.iter().map(|line| (ids.of(account, line), *line)).collect() }
    }
}

/// What is remembered of a bank entry that was booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claim {
    v: u32,
    pub lines: usize,
    /// A digest of the ids of its payments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ids: Option<String>,
    /// The payment, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentId>,
}

impl Claim {
    fn of(lines: &Lines<'_>) -> Self {
        let mut hash = Sha256::new();
        for (id, _) in &lines.lines {
            hash.update(id.as_str());
            hash.update("\n");
        }
        let digest: String = hex::encode(hash.finalize()).chars().take(KEY_DIGITS).collect();
        let payment = match lines.lines.as_slice() {
            [(only, _)] => Some(only.clone()),
            _ => None,
        };
        Self { v: 1, lines: lines.lines.len(), ids: Some(digest), payment }
    }

    pub(super) fn read(record: &Record) -> Result<Self, Failure> {
        crate::versions::read(&format!("claim {}", record.key), &record.body, &[])
    }
}

/// Books the lines of one bank entry. The entry is claimed once, with how many lines it had: a bank that sends it
/// again with other details must not book it twice.
///
/// # Errors
/// The table's or the seal's.
pub(super) async fn book(app: &App, cause: &Cause, lines: &Lines<'_>) -> Result<(), Failure> {
    let Some((_, first)) = lines.lines.first() else { return Ok(()) };
    let entity = &app.settings.entity;
    let claim = keys::claim(entity, "bank", &first.entry_key);
    let body = Claim::of(lines);
    let text = serde_json::to_string(&body).map_err(|error| Failure::poison(error.to_string()))?;
    settle(|| async {
        let claimed = app.table.get(TableName::Ledger, &claim).await?;
        let former = claimed.as_ref().map(Claim::read).transpose()?;
        if former.as_ref().is_some_and(|former| former.lines != body.lines) {
            let why = format!("entry {} came before with another number of lines", first.entry_key);
            let task = new_task(app, TaskKind::Quarantine, &format!("{}|{text}", claim.pk), why);
            return tasks::open(app, cause, task).await.map(Attempt::Done);
        }
        // the same entry with more of its references: its payments are there under the ids they got first
        if former.is_some_and(|former| former.ids != body.ids) {
            return Ok(Attempt::Done(()));
        }
        if mutant!("bank-line-claimed-apart") {
            if claimed.is_some() {
                return Ok(Attempt::Done(()));
            }
            let record = Record::new(claim.clone(), 1, text.clone());
            let write = Write::Put { table: TableName::Ledger, record, condition: Condition::Absent };
            app.table.commit(vec![write]).await?;
        }
        let wanted: Vec<_> = lines.lines.iter().map(|(id, _)| keys::payment(entity, id)).collect();
        let there: Vec<_> = load_many::<Payment>(app.table.as_ref(), &wanted).await?;
        let there: Vec<PaymentId> = there.into_iter().map(|payment| payment.state.id).collect();
        let missing: Vec<_> = lines.lines.iter().filter(|(id, _)| !there.contains(id)).collect();
        let mut is_claimed = claimed.is_some() || mutant!("bank-line-claimed-apart");
        for part in missing.chunks(LINES_PER_COMMIT) {
            let mut change: Option<Change> = None;
            for (id, line) in part {
                let payment = incoming(lines.account, id, line)?.sealed(app).await?;
                let event = Event::PaymentReceived { payment: payment.id.clone(), amount: payment.received };
                let begun = change
                    .take()
                    .unwrap_or_else(|| Change::new(entity.clone(), app.clock.now(), cause.clone(), event));
                change = Some(begun.create(payment, &[FollowUp::ApplyCash]));
            }
            let Some(mut change) = change else { continue };
            if !is_claimed {
                change = change.claim(claim.clone(), text.clone());
                is_claimed = true;
            }
            if let Attempt::Conflict(key) = Attempt::of(change.commit(app.table.as_ref()).await, ())? {
                return Ok(Attempt::Conflict(key));
            }
        }
        Ok(Attempt::Done(()))
    })
    .await
}

/// The payment that a line tells of.
///
/// # Errors
/// Poison for a line without a date, which [`super::file`] rules out.
pub(super) fn incoming(account: &str, id: &PaymentId, line: &StatementLine) -> Result<Incoming, Failure> {
    let received_on = received_on(line).ok_or_else(|| Failure::poison(format!("{id} has no date")))?;
    let mut structured: Vec<String> =
        line.remittances.iter().filter_map(|remittance| remittance.document_number.clone()).collect();
    structured.retain(|reference| !reference.trim().is_empty());
    let mut text = line.remittance_text.clone();
    text.extend(line.remittances.iter().filter_map(|remittance| remittance.creditor_reference.clone()));
    text.extend(line.additional_info.clone());
    Ok(Incoming {
        external_ref: ExternalRef::new("bank", format!("{account}/{}", id.as_str())),
        id: id.clone(),
        source: PaymentSource::Bank,
        received: line.amount,
        received_on,
        structured,
        text: text.join("\n"),
        payer_name: line.counterparty.name.clone(),
        payer_keys: line.counterparty.account_key().into_iter().collect(),
    })
}
