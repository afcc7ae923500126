//! A deployed bundle's ledger, from what DynamoDB exports to a bucket: functions may not scan, and need not.
use super::Source;
use crate::{Stopped, state};
use app::sealing::SealingKey;
use app::settings::{SecretText, key_bytes};
use app::store::memory::MemoryTable;
use app::store::table::{Condition, Record, Table, TableName, Write};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

impl Source {
    /// A folder with DynamoDB's unpacked exports of both tables under `ledger` and `connections`, the archive's
    /// `letter/` under `archive/letter`; and a file with the value of the secret `keys`.
    ///
    /// # Errors
    /// A folder without records, a record that does not read, keys without `seal`.
    pub async fn deployed(from: &Path, keys: &Path) -> Result<Self, Stopped> {
        let shown = keys.display().to_string();
        let text = std::fs::read_to_string(keys).map_err(Stopped::at(&shown))?;
        let keys: BTreeMap<String, String> = serde_json::from_str(&text).map_err(|error| {
            Stopped(format!("{shown}, line {}: not a JSON object of texts", error.line()))
        })?;
        let seal = SecretText::new(keys.get("seal").cloned().unwrap_or_default());
        let master = SealingKey::new(key_bytes("seal", &seal).map_err(Stopped::at(&shown))?);
        let mut records = records(&from.join("ledger"))?;
        records.sort_by(|a, b| a.key.cmp(&b.key));
        let table = MemoryTable::new();
        for record in self::records(&from.join("connections"))? {
            let put = Write::Put { table: TableName::Connections, record, condition: Condition::Absent };
            table.commit(vec![put]).await.map_err(Stopped::at("the connections"))?;
        }
        Ok(Self { records, table: Arc::new(table), master, root: from.to_owned() })
    }
}

/// The records of one table's export: `{"Item": …}` a line. Manifests beside the data have no items.
fn records(folder: &Path) -> Result<Vec<Record>, Stopped> {
    let mut records = Vec::new();
    for file in files(folder)? {
        let shown = file.display().to_string();
        if file.extension().is_some_and(|extension| extension == "gz") {
            return Err(Stopped(format!("{shown}: unpack the export first, with gunzip -r")));
        }
        if file.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let text = std::fs::read_to_string(&file).map_err(Stopped::at(&shown))?;
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let place = format!("{shown}, line {}", at + 1);
            let row: Value = serde_json::from_str(line).map_err(Stopped::at(&place))?;
            if let Some(item) = row.get("Item") {
                records.push(state::record(item).map_err(Stopped::at(&place))?);
            }
        }
    }
    if records.is_empty() {
        return Err(Stopped(format!("{}: no records of an export", folder.display())));
    }
    Ok(records)
}

/// All files below a folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Stopped> {
    let shown = folder.display().to_string();
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(Stopped::at(&shown))? {
        let path = entry.map_err(Stopped::at(&shown))?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}
