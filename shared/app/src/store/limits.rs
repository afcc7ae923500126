//! What a commit may hold and what it weighs, by DynamoDB's published limits and capacity rules
//! (developer guide: "Quotas", "Item sizes and formats", "Global secondary indexes: write capacity").
//!
//! Every table checks a commit here first, so that all refuse the same commits with the same words.
use super::table::{ACTIONS_MAX, CommitError, Condition, Index, Key, Record, TableName, Write};
use std::collections::BTreeSet;

pub const ITEM_BYTES_MAX: usize = 400 * 1024;
/// All new records of one commit together.
pub const COMMIT_BYTES_MAX: usize = 4 * 1024 * 1024;
pub const PK_BYTES_MAX: usize = 2_048;
pub const SK_BYTES_MAX: usize = 1_024;
/// What one page of a query holds before the store cuts it short.
pub const PAGE_BYTES_MAX: usize = 1024 * 1024;

/// The names a record's fields have in the store; they count towards its size.
pub mod attribute {
    pub const PK: &str = "pk";
    pub const SK: &str = "sk";
    pub const VER: &str = "ver";
    pub const BODY: &str = "body";
    pub const CUSTOMER_PK: &str = "cpk";
    pub const CUSTOMER_SK: &str = "csk";
    pub const DUE_PK: &str = "dpk";
    pub const DUE_SK: &str = "dsk";
    pub const SUMMARY: &str = "summary";
    pub const PENDING_PK: &str = "ppk";
    pub const PENDING_SK: &str = "psk";
    pub const EXPIRES_AT: &str = "expires_at";
}

/// Refuses a commit that no store takes: too many actions, two actions on one key, a key or record out of
/// bounds, or a version that does not rise (which would let a stale writer's condition hold later).
pub fn check(writes: &[Write]) -> Result<(), CommitError> {
    if writes.len() > ACTIONS_MAX {
        return Err(CommitError::Refused(format!("{} actions, at most {ACTIONS_MAX}", writes.len())));
    }
    let mut seen: BTreeSet<(TableName, &Key)> = BTreeSet::new();
    let mut total = 0;
    for (at, write) in writes.iter().enumerate() {
        let refused = |why: String| CommitError::Refused(format!("write {at} ({}): {why}", write.key()));
        if !seen.insert((write.table(), write.key())) {
            return Err(refused("a second action on the same record".into()));
        }
        check_key("key", write.key()).map_err(refused)?;
        if let Write::Put { record, condition, .. } = write {
            check_record(record, *condition).map_err(refused)?;
            total += item_bytes(record);
        }
    }
    if total > COMMIT_BYTES_MAX {
        return Err(CommitError::Refused(format!("{total} bytes of records, at most {COMMIT_BYTES_MAX}")));
    }
    Ok(())
}

fn check_record(record: &Record, condition: Condition) -> Result<(), String> {
    let indexed = [("customer", &record.customer), ("due", &record.due), ("pending", &record.pending)];
    for (name, key) in indexed {
        if let Some(key) = key {
            check_key(name, key)?;
        }
    }
    let least = match condition {
        Condition::Absent => 1,
        Condition::Version(read) => read.saturating_add(1),
    };
    if record.ver < least {
        return Err(format!("version {} under {condition:?} must be at least {least}", record.ver));
    }
    let bytes = item_bytes(record);
    if bytes > ITEM_BYTES_MAX {
        return Err(format!("record of {bytes} bytes, at most {ITEM_BYTES_MAX}"));
    }
    Ok(())
}

fn check_key(name: &str, key: &Key) -> Result<(), String> {
    for (part, text, most) in [("pk", &key.pk, PK_BYTES_MAX), ("sk", &key.sk, SK_BYTES_MAX)] {
        if text.is_empty() || text.len() > most {
            return Err(format!("{name} {part} of {} bytes, must be 1 to {most}", text.len()));
        }
    }
    Ok(())
}

/// Bytes of a stored record: UTF-8 lengths of names and values.
pub fn item_bytes(record: &Record) -> usize {
    let text = |name: &str, value: &str| name.len() + value.len();
    let pair = |key: &Option<Key>, pk: &str, sk: &str| {
        key.as_ref().map_or(0, |key| text(pk, &key.pk) + text(sk, &key.sk))
    };
    text(attribute::PK, &record.key.pk)
        + text(attribute::SK, &record.key.sk)
        + attribute::VER.len()
        + number_bytes(&record.ver.to_string())
        + text(attribute::BODY, &record.body)
        + pair(&record.customer, attribute::CUSTOMER_PK, attribute::CUSTOMER_SK)
        + pair(&record.due, attribute::DUE_PK, attribute::DUE_SK)
        + record.summary.as_ref().map_or(0, |summary| text(attribute::SUMMARY, summary))
        + pair(&record.pending, attribute::PENDING_PK, attribute::PENDING_SK)
        + record.expires_at.map_or(0, |at| attribute::EXPIRES_AT.len() + number_bytes(&at.to_string()))
}

/// Bytes of a record's row in an index.
pub fn row_bytes(index: Index, record: &Key, place: &Key, summary: Option<&str>) -> usize {
    let (pk, sk) = match index {
        Index::Customer => (attribute::CUSTOMER_PK, attribute::CUSTOMER_SK),
        Index::Due => (attribute::DUE_PK, attribute::DUE_SK),
        Index::Pending => (attribute::PENDING_PK, attribute::PENDING_SK),
    };
    let names = attribute::PK.len() + attribute::SK.len() + pk.len() + sk.len();
    let values = record.pk.len() + record.sk.len() + place.pk.len() + place.sk.len();
    names + values + summary.map_or(0, |summary| attribute::SUMMARY.len() + summary.len())
}

/// One byte for each two significant digits, one more, and one for a sign.
fn number_bytes(text: &str) -> usize {
    let digits = text.trim_start_matches('-').trim_end_matches('0').len();
    digits.div_ceil(2) + 1 + usize::from(text.starts_with('-'))
}

/// Write units of so many bytes: one per started KB, at least one.
pub fn write_units(bytes: usize) -> u64 {
    u64::try_from(bytes.div_ceil(1024).max(1)).unwrap_or(u64::MAX)
}
