//! Every key string of the ledger and of connections is formatted here, and nowhere else.
//!
//! `e` is the legal entity. An item's newest state has the sort key `STATE`; its timeline entries stand beside it
//! under `T#<version>`.
//!
//! | access pattern | how |
//! |---|---|
//! | an invoice, payment, customer, credit memo, letter, task | get `e#INV#id`, `e#PAY#id`, `e#CUS#id`, `e#CRM#id`, `e#LET#id`, `e#TSK#id` |
//! | an item's timeline | walk the chain heads, or query the partition by `T#` |
//! | an invoice by its number (whole token, normal form) | query `e#NUM#number` |
//! | customers by mail address or payer account (keyed hash) | query `e#ADR#hash` |
//! | a payment of ours by its id in the ledger | get `e#PST#system:id` |
//! | a letter by the SES message id, by its reply token | get `e#MSG#id`, `e#RPL#ref` |
//! | whether an outside fact was taken in | get `e#CLM#source#natural key` |
//! | a customer's open items, unapplied cash, credits, history | index `Customer`, `e#CUS#id`, by `OPEN#`, `CASH#`, `CRED#`, … |
//! | open invoices by the date the tick must look at them; ageing | index `Due`, `e#DUE#shard` |
//! | open tasks, oldest first | index `Due`, `e#TASKS` |
//! | unapplied cash, open credits, over all customers | index `Due`, `e#CASH`, `e#CRED` |
//! | applied payments that should be posted and are not | index `Due`, `e#UNPOSTED` |
//! | items with a follow-up that is still to be done | index `Pending`, `e#PEND#shard` |
//! | policy versions, cursors, tokens, sealing keys, the kill switch, the last tick | `connections`: `e#POLICY`, `e#CURSOR#…`, `e#TOKEN#system`, `KEY#subject`, `e#STOP`, `e#TICKED` |
use super::table::Key;
use chrono::NaiveDate;
use domain::ids::{CreditMemoId, CustomerId, EntityId, ExternalRef, InvoiceId, LetterId, PaymentId, TaskId};
use domain::sealed::LookupHash;
use sha2::{Digest, Sha256};

pub const STATE: &str = "STATE";
/// Shards of the due index; each spreads the tick's reads and the writes of open items.
pub const DUE_SHARDS: u8 = 16;
/// Shards of the pending index.
pub const PENDING_SHARDS: u8 = 4;
/// The index date of an item without a due date: after every real one.
const UNDATED: &str = "9999-12-31";

fn state(entity: &EntityId, kind: &str, id: &str) -> Key {
    Key::new(format!("{entity}#{kind}#{id}"), STATE)
}

pub fn invoice(entity: &EntityId, id: &InvoiceId) -> Key {
    state(entity, "INV", id.as_str())
}

/// The invoice that a partition key stands for.
pub fn invoice_id(entity: &EntityId, pk: &str) -> Option<InvoiceId> {
    pk.strip_prefix(&format!("{entity}#INV#")).map(InvoiceId::new)
}

/// The letter that a partition key stands for.
pub fn letter_id(entity: &EntityId, pk: &str) -> Option<LetterId> {
    pk.strip_prefix(&format!("{entity}#LET#")).map(LetterId::new)
}

/// The payment that a partition key stands for.
pub fn payment_id(entity: &EntityId, pk: &str) -> Option<PaymentId> {
    pk.strip_prefix(&format!("{entity}#PAY#")).map(PaymentId::new)
}

pub fn payment(entity: &EntityId, id: &PaymentId) -> Key {
    state(entity, "PAY", id.as_str())
}

pub fn customer(entity: &EntityId, id: &CustomerId) -> Key {
    state(entity, "CUS", id.as_str())
}

pub fn credit_memo(entity: &EntityId, id: &CreditMemoId) -> Key {
    state(entity, "CRM", id.as_str())
}

pub fn letter(entity: &EntityId, id: &LetterId) -> Key {
    state(entity, "LET", id.as_str())
}

pub fn task(entity: &EntityId, id: &TaskId) -> Key {
    state(entity, "TSK", id.as_str())
}

/// The sort key of the timeline entry that brought an item to version `ver`.
pub fn entry_sk(ver: u64) -> String {
    format!("T#{ver:010}")
}

pub const ENTRY_PREFIX: &str = "T#";

/// A permanent claim on an outside fact that has no item of its own.
pub fn claim(entity: &EntityId, source: &str, natural_key: &str) -> Key {
    Key::new(format!("{entity}#CLM#{source}#{natural_key}"), "CLAIM")
}

pub fn number(entity: &EntityId, normal_form: &str) -> String {
    format!("{entity}#NUM#{normal_form}")
}

pub fn address(entity: &EntityId, hash: &LookupHash) -> String {
    format!("{entity}#ADR#{}", hash.0)
}

pub fn posted(entity: &EntityId, external: &ExternalRef) -> Key {
    Key::new(format!("{entity}#PST#{external}"), "LOOKUP")
}

pub fn message(entity: &EntityId, message_ref: &str) -> Key {
    Key::new(format!("{entity}#MSG#{message_ref}"), "LOOKUP")
}

pub fn reply(entity: &EntityId, reply_ref: &str) -> Key {
    Key::new(format!("{entity}#RPL#{reply_ref}"), "LOOKUP")
}

/// The partition of a customer in the customer index.
pub fn customer_view(entity: &EntityId, id: &CustomerId) -> String {
    customer(entity, id).pk
}

pub fn customer_row(
    entity: &EntityId,
    id: &CustomerId,
    group: &str,
    on: Option<NaiveDate>,
    item: &str,
) -> Key {
    Key::new(customer_view(entity, id), format!("{group}#{}#{item}", date_text(on)))
}

pub fn date_text(on: Option<NaiveDate>) -> String {
    on.map_or_else(|| UNDATED.to_owned(), |on| on.to_string())
}

fn shard(text: &str, shards: u8) -> u8 {
    let digest = Sha256::digest(text.as_bytes());
    digest.first().copied().unwrap_or(0) % shards
}

pub fn due_partition(entity: &EntityId, shard: u8) -> String {
    format!("{entity}#DUE#{shard:02}")
}

/// All open items of a customer stand in one shard, next to each other for one day.
pub fn due_row(
    entity: &EntityId,
    look_on: Option<NaiveDate>,
    customer: &CustomerId,
    invoice: &InvoiceId,
) -> Key {
    let partition = due_partition(entity, shard(customer.as_str(), DUE_SHARDS));
    Key::new(partition, format!("{}#{customer}#{invoice}", date_text(look_on)))
}

/// The upper bound that takes in everything to look at on `day` or before.
pub fn due_up_to(day: NaiveDate) -> String {
    format!("{day}#\u{10ffff}")
}

pub fn tasks_partition(entity: &EntityId) -> String {
    format!("{entity}#TASKS")
}

/// Payments with something unapplied, identified or not.
pub fn cash_partition(entity: &EntityId) -> String {
    format!("{entity}#CASH")
}

/// Payments without unapplied cash that the ledger has otherwise than we, and whose posting nobody was asked for.
pub fn unposted_partition(entity: &EntityId) -> String {
    format!("{entity}#UNPOSTED")
}

/// Credit memos with something left.
pub fn credit_partition(entity: &EntityId) -> String {
    format!("{entity}#CRED")
}

pub fn pending_partition(entity: &EntityId, shard: u8) -> String {
    format!("{entity}#PEND#{shard:02}")
}

pub fn pending_row(entity: &EntityId, since: &str, pk: &str) -> Key {
    Key::new(pending_partition(entity, shard(pk, PENDING_SHARDS)), format!("{since}#{pk}"))
}

/// In `connections`.
pub fn policy(entity: &EntityId, version: &str) -> Key {
    Key::new(format!("{entity}#POLICY"), format!("V#{version}"))
}

pub fn policy_current(entity: &EntityId) -> Key {
    Key::new(format!("{entity}#POLICY"), "CURRENT")
}

pub fn cursor(entity: &EntityId, system: &str, kind: &str) -> Key {
    Key::new(format!("{entity}#CURSOR#{system}#{kind}"), "CURSOR")
}

/// The kill switch.
pub fn stop(entity: &EntityId) -> Key {
    Key::new(format!("{entity}#STOP"), "STOP")
}

/// In `connections`: the last hour whose tick the ledger has been told of.
pub fn ticked(entity: &EntityId) -> Key {
    Key::new(format!("{entity}#TICKED"), "TICKED")
}

/// Whether a key says how far something got, whether anything may leave, or holds a vendor's tokens: what belongs to a
/// running bundle and not to its record.
pub fn is_of_the_running(key: &Key) -> bool {
    matches!(key.sk.as_str(), "CURSOR" | "STOP" | "TICKED" | "TOKEN")
}

pub fn token(entity: &EntityId, system: &str) -> Key {
    Key::new(format!("{entity}#TOKEN#{system}"), "TOKEN")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_takes_in_all_its_rows_and_no_later_ones() {
        let entity = EntityId::new("main");
        let day = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
        let row = |on| due_row(&entity, on, &CustomerId::new("qbo:1"), &InvoiceId::new("qbo:9")).sk;
        assert!(row(Some(day)) < due_up_to(day));
        assert!(row(day.succ_opt()) > due_up_to(day));
        assert!(row(None) > due_up_to(day));
    }
}
