//! A table read as a whole: every record once, over its pages.
use super::{create, equal, put};
use crate::store::table::{Condition, Key, Listing, Record, Table, TableName};
use std::collections::BTreeMap;

/// Lists more records than one page takes, beside one of another table.
///
/// # Errors
/// What went wrong.
pub async fn listing<T: Table + Listing>(table: &T, prefix: &str) -> Result<(), String> {
    let mut wanted = BTreeMap::new();
    for at in 0..40 {
        let key = Key::new(format!("{prefix}#list#{:02}", at % 7), format!("{at:02}"));
        let mut record = Record::new(key, 1, format!("{{\"at\":{at},\"text\":\"{}\"}}", "x".repeat(60_000)));
        record.pending = (at % 3 == 0).then(|| Key::new(format!("{prefix}#list"), format!("{at:02}")));
        super::commit(table, vec![create(record.clone())]).await?;
        wanted.insert(record.key.clone(), record);
    }
    let other = Record::new(Key::new(format!("{prefix}#list#00"), "other"), 1, "{}");
    super::commit(table, vec![put(TableName::Connections, other, Condition::Absent)]).await?;
    let mut found = BTreeMap::new();
    let (mut after, mut pages, mut rows) = (None, 0, 0);
    loop {
        let page = table.list(TableName::Ledger, after).await.map_err(|error| error.to_string())?;
        pages += 1;
        for record in page.rows {
            if record.key.pk.starts_with(&format!("{prefix}#list#")) {
                rows += 1;
                found.insert(record.key.clone(), record);
            }
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    equal("records", found, wanted)?;
    equal("each once", rows, 40)?;
    if pages > 1 { Ok(()) } else { Err("2 MB came as one page".to_owned()) }
}
