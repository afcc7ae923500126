//! Records and keys as DynamoDB items and back, page tokens, and what DynamoDB's errors mean for a commit.
use app::store::limits::attribute;
use app::store::table::{CommitError, Index, IndexRow, Key, Record};
use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason, ConsumedCapacity};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::collections::{BTreeMap, HashMap};

pub type Item = HashMap<String, AttributeValue>;

/// An index's name and its two key attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexSchema {
    pub name: &'static str,
    pub pk: &'static str,
    pub sk: &'static str,
}

pub fn index_schema(index: Index) -> IndexSchema {
    match index {
        Index::Customer => {
            IndexSchema { name: "by_customer", pk: attribute::CUSTOMER_PK, sk: attribute::CUSTOMER_SK }
        }
        Index::Due => IndexSchema { name: "by_due", pk: attribute::DUE_PK, sk: attribute::DUE_SK },
        Index::Pending => {
            IndexSchema { name: "by_pending", pk: attribute::PENDING_PK, sk: attribute::PENDING_SK }
        }
    }
}

pub fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

pub fn key_item(key: &Key) -> Item {
    HashMap::from([(attribute::PK.into(), text(&key.pk)), (attribute::SK.into(), text(&key.sk))])
}

pub fn item(record: &Record) -> Item {
    let mut item = key_item(&record.key);
    let mut set = |name: &str, value: AttributeValue| item.insert(name.to_owned(), value);
    set(attribute::VER, AttributeValue::N(record.ver.to_string()));
    set(attribute::BODY, text(&record.body));
    let places =
        [(Index::Customer, &record.customer), (Index::Due, &record.due), (Index::Pending, &record.pending)];
    for (index, place) in places {
        if let Some(place) = place {
            let schema = index_schema(index);
            set(schema.pk, text(&place.pk));
            set(schema.sk, text(&place.sk));
        }
    }
    if let Some(summary) = &record.summary {
        set(attribute::SUMMARY, text(summary));
    }
    if let Some(at) = record.expires_at {
        set(attribute::EXPIRES_AT, AttributeValue::N(at.to_string()));
    }
    item
}

/// Reads an item; the error names the attribute that is missing or of another type.
pub fn record(mut item: Item) -> Result<Record, String> {
    let key = Key { pk: required(&mut item, attribute::PK)?, sk: required(&mut item, attribute::SK)? };
    let told = |why: String| format!("item {key}: {why}");
    let ver = number(&mut item, attribute::VER).map_err(told)?;
    let ver = ver.ok_or_else(|| told(format!("{} is missing", attribute::VER)))?;
    let mut place = |index| {
        let schema = index_schema(index);
        let (pk, sk) = (optional(&mut item, schema.pk)?, optional(&mut item, schema.sk)?);
        match (pk, sk) {
            (Some(pk), Some(sk)) => Ok(Some(Key { pk, sk })),
            (None, None) => Ok(None),
            _ => Err(format!("{} and {} must come together", schema.pk, schema.sk)),
        }
    };
    let customer = place(Index::Customer).map_err(told)?;
    let due = place(Index::Due).map_err(told)?;
    let pending = place(Index::Pending).map_err(told)?;
    let body = required(&mut item, attribute::BODY).map_err(told)?;
    let summary = optional(&mut item, attribute::SUMMARY).map_err(told)?;
    let expires_at = number(&mut item, attribute::EXPIRES_AT).map_err(told)?;
    Ok(Record { key, ver, body, customer, due, summary, pending, expires_at })
}

/// Reads a row of an index.
pub fn index_row(index: Index, mut item: Item) -> Result<IndexRow, String> {
    let key = Key { pk: required(&mut item, attribute::PK)?, sk: required(&mut item, attribute::SK)? };
    let index_sk = required(&mut item, index_schema(index).sk).map_err(|why| format!("item {key}: {why}"))?;
    let summary = optional(&mut item, attribute::SUMMARY).map_err(|why| format!("item {key}: {why}"))?;
    Ok(IndexRow { key, index_sk, summary })
}

fn optional(item: &mut Item, name: &str) -> Result<Option<String>, String> {
    match item.remove(name) {
        None => Ok(None),
        Some(AttributeValue::S(value)) => Ok(Some(value)),
        Some(_) => Err(format!("{name} is not a string")),
    }
}

fn required(item: &mut Item, name: &str) -> Result<String, String> {
    optional(item, name)?.ok_or_else(|| format!("{name} is missing"))
}

fn number<N: std::str::FromStr>(item: &mut Item, name: &str) -> Result<Option<N>, String> {
    match item.remove(name) {
        None => Ok(None),
        Some(AttributeValue::N(digits)) => match digits.parse() {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(format!("{name} is '{digits}', which is out of range")),
        },
        Some(_) => Err(format!("{name} is not a number")),
    }
}

/// A `LastEvaluatedKey` (strings only, as all our keys are) as an opaque token.
pub fn page_token(last: &Item) -> Result<String, String> {
    let mut parts = BTreeMap::new();
    for (name, value) in last {
        let value = value.as_s().map_err(|_| format!("{name} of the last key is not a string"))?;
        parts.insert(name, value);
    }
    let json = serde_json::to_vec(&parts).map_err(|error| error.to_string())?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}

pub fn start_key(token: &str) -> Result<Item, String> {
    let json = URL_SAFE_NO_PAD.decode(token).map_err(|error| format!("page token: {error}"))?;
    let parts: BTreeMap<String, String> =
        serde_json::from_slice(&json).map_err(|error| format!("page token: {error}"))?;
    Ok(parts.into_iter().map(|(name, value)| (name, AttributeValue::S(value))).collect())
}

/// The sum over tables, in half units; 0 where the store does not tell.
pub fn half_units(consumed: &[ConsumedCapacity]) -> u64 {
    let units: f64 = consumed.iter().filter_map(ConsumedCapacity::capacity_units).sum();
    // Capacity comes in halves, so this is exact.
    format!("{:.0}", units * 2.0).parse().unwrap_or(0)
}

/// Why a transaction was cancelled. There is one reason for each write, in their order; `keys` are theirs.
///
/// A failed condition outweighs the rest, for it alone asks for a new decision. Another transaction on the
/// same record is a conflict too: what it writes is still to be seen.
pub fn cancelled(reasons: &[CancellationReason], keys: &[String]) -> CommitError {
    let first = |code: &str| reasons.iter().position(|reason| reason.code() == Some(code));
    let conflict = |at: usize| CommitError::Conflict { at, key: keys.get(at).cloned().unwrap_or_default() };
    let told = |at: usize| {
        let message = reasons.get(at).and_then(|reason| reason.message()).unwrap_or("no message");
        format!("write {at} ({}): {message}", keys.get(at).map_or("", String::as_str))
    };
    if let Some(at) = first("ConditionalCheckFailed") {
        return conflict(at);
    }
    for code in ["ValidationError", "ItemCollectionSizeLimitExceeded"] {
        if let Some(at) = first(code) {
            return CommitError::Refused(told(at));
        }
    }
    let is_other = |code: &str| !matches!(code, "None" | "TransactionConflict");
    if let Some(at) = reasons.iter().position(|reason| reason.code().is_some_and(is_other)) {
        let code = reasons.get(at).and_then(|reason| reason.code()).unwrap_or("unknown");
        return CommitError::Unavailable(format!("{code}, {}", told(at)));
    }
    match first("TransactionConflict") {
        Some(at) => conflict(at),
        None => CommitError::Unavailable("transaction cancelled without a reason".into()),
    }
}
