//! `dunlin export`: everything the ledger holds, as JSON lines with personal text opened, and a file that says what
//! each field is. Records are written as they are stored, so that nothing is lost to a newer reader.
mod deployed;

use crate::Stopped;
use crate::blobs::{FolderBlobs, write_whole};
use crate::bundle::{Folder, seal_key};
use crate::clock::VirtualClock;
use crate::{embedded, state};
use app::flows::letters::copy_key;
use app::ports::{Blobs, Seal, Table};
use app::sealing::SealingKey;
use app::store::entity::Envelope;
use app::store::keys::{ENTRY_PREFIX, STATE, policy};
use app::store::table::{Query, Record, TableName};
use aws::clock::OsEntropy;
use aws::seal::TableSeal;
use chrono::{DateTime, Utc};
use domain::ids::{EntityId, LetterId};
use domain::sealed::Sealed;
use domain::timeline::entry_hash;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What every file and field of an export is; written beside the files.
pub const README: &str = include_str!("export.txt");

/// A kind of item: the mark in its partition key, the file that it goes to, and where its personal text stands (a
/// `*` is every element of a list).
struct Kind {
    mark: &'static str,
    file: &'static str,
    personal: &'static [&'static [&'static str]],
}

const KINDS: &[Kind] = &[
    Kind { mark: "CUS", file: "customers.jsonl", personal: &[&["name"], &["contacts", "*", "email"]] },
    Kind { mark: "INV", file: "invoices.jsonl", personal: &[] },
    Kind {
        mark: "PAY",
        file: "payments.jsonl",
        personal: &[&["remittance", "text"], &["remittance", "payer_name"]],
    },
    Kind { mark: "CRM", file: "credit-memos.jsonl", personal: &[] },
    Kind { mark: "LET", file: "letters.jsonl", personal: &[&["text"]] },
    Kind { mark: "TSK", file: "tasks.jsonl", personal: &[&["detail"]] },
];

const TIMELINE: &str = "timeline.jsonl";
const CLAIMS: &str = "claims.jsonl";
const POLICIES: &str = "policies.jsonl";

/// Where an export comes from.
pub struct Source {
    /// The whole ledger, by key.
    records: Vec<Record>,
    /// Has the connections: policies, and the keys of sealed text.
    table: Arc<dyn Table>,
    /// Under which those keys are kept.
    master: SealingKey,
    /// The folder that `archive` stands in, with the letters' copies.
    root: PathBuf,
}

impl Source {
    /// The data folder of this machine.
    ///
    /// # Errors
    /// No ledger there, or one that does not read.
    pub async fn local(folder: &Folder) -> Result<Self, Stopped> {
        // First of all, and read-only: a mistyped data folder must not become an empty ledger.
        let records = state::records(folder)?;
        let table = Arc::new(embedded::table(&folder.file("ledger.sqlite")).await?);
        Ok(Self { records, table, master: seal_key()?, root: folder.0.clone() })
    }
}

/// Writes everything to the folder `to`, which must be empty or absent; gives the number of records. With `is_sealed`,
/// personal text stays encrypted.
///
/// # Errors
/// A record that does not read, or a folder that cannot be written.
pub async fn export(source: Source, to: &Path, is_sealed: bool) -> Result<usize, Stopped> {
    let Source { records, table, master, root } = source;
    make_private(to)?;
    let clock = Arc::new(VirtualClock::at(DateTime::<Utc>::UNIX_EPOCH));
    let seal = TableSeal::new(table.clone(), master, Arc::new(OsEntropy), clock);
    let export = Export { seal, letters: FolderBlobs::new(root), is_sealed };
    let entities: BTreeSet<String> =
        records.iter().filter_map(|record| Some(record.key.pk.split_once('#')?.0.to_owned())).collect();
    let mut files: BTreeMap<&'static str, String> = KINDS
        .iter()
        .map(|kind| kind.file)
        .chain([TIMELINE, CLAIMS, POLICIES])
        .map(|f| (f, String::new()))
        .collect();
    let mut count = 0;
    for record in records {
        let (file, line) = export.line(&record).await?;
        push(&mut files, file, &line);
        count += 1;
    }
    for entity in entities {
        for line in policies(table.as_ref(), &EntityId::new(entity)).await? {
            push(&mut files, POLICIES, &line);
            count += 1;
        }
    }
    files.insert("README.txt", README.to_owned());
    for (name, text) in files {
        write_whole(&to.join(name), text.as_bytes()).map_err(Stopped::at(name))?;
    }
    Ok(count)
}

fn push(files: &mut BTreeMap<&'static str, String>, file: &'static str, line: &str) {
    let text = files.entry(file).or_default();
    text.push_str(line);
    text.push('\n');
}

/// Makes the folder, for its owner alone where the system knows owners: what is written there is personal.
fn make_private(to: &Path) -> Result<(), Stopped> {
    let shown = to.display().to_string();
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(to).map_err(Stopped::at(&shown))?;
    let mut there = std::fs::read_dir(to).map_err(Stopped::at(&shown))?;
    if there.next().is_some() {
        return Err(Stopped(format!(
            "{shown} is not empty: name a new folder, so that two exports never mix"
        )));
    }
    Ok(())
}

struct Export {
    seal: TableSeal,
    letters: FolderBlobs,
    is_sealed: bool,
}

impl Export {
    async fn line(&self, record: &Record) -> Result<(&'static str, String), Stopped> {
        let (pk, sk) = (&record.key.pk, &record.key.sk);
        let shown = record.key.to_string();
        let body: Value = serde_json::from_str(&record.body).map_err(Stopped::at(&shown))?;
        if sk.starts_with(ENTRY_PREFIX) {
            return Ok((TIMELINE, entry_line(record)?));
        }
        let mark = pk.split('#').nth(1).unwrap_or_default();
        let Some(kind) = KINDS.iter().find(|kind| kind.mark == mark && sk == STATE) else {
            return Ok((CLAIMS, json!({"key": pk, "sort_key": sk, "record": body}).to_string()));
        };
        let mut item: Envelope<Value> = serde_json::from_value(body).map_err(Stopped::at(&shown))?;
        if kind.mark == "LET" {
            self.add_text(&mut item.state).await?;
        }
        if !self.is_sealed {
            let subject = subject(pk, kind, &item.state);
            for path in kind.personal {
                self.open(&mut item.state, path, &subject).await?;
            }
        }
        let line = json!({
            "key": pk, "version": record.ver, "newest_entry": item.head, "pending": item.pending,
            "state": item.state,
        });
        Ok((kind.file, line.to_string()))
    }

    /// Adds a letter's text, which stands beside the archive; none was written for a letter that never left.
    async fn add_text(&self, letter: &mut Value) -> Result<(), Stopped> {
        let id = letter.get("id").and_then(Value::as_str).unwrap_or_default();
        let copy = self.letters.get("archive", &copy_key(&LetterId::new(id))).await;
        let copy = copy.map_err(Stopped::at("the copy of a letter"))?;
        let text = copy.map(|copy| String::from_utf8_lossy(&copy).into_owned());
        if let Some(letter) = letter.as_object_mut() {
            letter.insert("text".to_owned(), json!(text));
        }
        Ok(())
    }

    /// Opens the sealed text at `path`: null where the key was destroyed.
    async fn open(&self, state: &mut Value, path: &[&str], subject: &str) -> Result<(), Stopped> {
        for place in places(state, path) {
            let Some(sealed) = place.as_str() else { continue };
            let opened = self.seal.open(subject, &Sealed(sealed.to_owned())).await;
            *place = json!(opened.map_err(Stopped::at("personal text"))?);
        }
        Ok(())
    }
}

/// Under whose key an item's personal text is sealed.
fn subject(pk: &str, kind: &Kind, state: &Value) -> String {
    let text = |name: &str| state.get(name).and_then(Value::as_str).unwrap_or_default();
    match kind.mark {
        "LET" => format!("{}#CUS#{}", text("entity"), text("customer")),
        "TSK" => text("sealed_for").to_owned(),
        _ => pk.to_owned(),
    }
}

fn places<'a>(value: &'a mut Value, path: &[&str]) -> Vec<&'a mut Value> {
    match path.split_first() {
        None => vec![value],
        Some((&"*", rest)) => {
            value.as_array_mut().into_iter().flatten().flat_map(|element| places(element, rest)).collect()
        }
        Some((name, rest)) => value.get_mut(*name).map_or_else(Vec::new, |inner| places(inner, rest)),
    }
}

/// The entry byte for byte as it is stored, since its hash is over those bytes.
fn entry_line(record: &Record) -> Result<String, Stopped> {
    let quoted = |text: &str| serde_json::to_string(text).map_err(Stopped::at("a timeline entry's key"));
    Ok(format!(
        r#"{{"key":{},"sort_key":{},"hash":{},"entry":{}}}"#,
        quoted(&record.key.pk)?,
        quoted(&record.key.sk)?,
        quoted(&entry_hash(&record.body))?,
        record.body
    ))
}

async fn policies(table: &dyn Table, entity: &EntityId) -> Result<Vec<String>, Stopped> {
    let partition = policy(entity, "").pk;
    let page = table.query(TableName::Connections, Query::prefix(partition, "V#")).await;
    let page = page.map_err(Stopped::at("the dunning policies"))?;
    let line = |record: &Record| {
        let policy: Value = serde_json::from_str(&record.body).map_err(Stopped::at("a dunning policy"))?;
        Ok(json!({"key": record.key.pk, "sort_key": record.key.sk, "policy": policy}).to_string())
    };
    page.rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests;
