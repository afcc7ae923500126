use super::super::limits;
use super::super::table::{ACTIONS_MAX, Condition, Key, Query, Record, Table, TableName, Write};
use super::{all_records, commit, conflict, create, equal, put, refused, stored};

const TABLES: [TableName; 3] = [TableName::Ledger, TableName::Idempotency, TableName::Connections];
const LEDGER: TableName = TableName::Ledger;

fn delete(key: &Key, condition: Condition) -> Write {
    Write::Delete { table: LEDGER, key: key.clone(), condition }
}

fn check(key: &Key, condition: Condition) -> Write {
    Write::Check { table: LEDGER, key: key.clone(), condition }
}

pub(super) async fn conditions_decide(table: &dyn Table, at: &str) -> Result<(), String> {
    for name in TABLES {
        let version = |ver: u64| Record::new(Key::new(at, "a"), ver, format!("{{\"ver\":{ver}}}"));
        let key = version(1).key;
        conflict(table, vec![put(name, version(2), Condition::Version(1))], 0).await?;
        commit(table, vec![put(name, version(1), Condition::Absent)]).await?;
        conflict(table, vec![put(name, version(2), Condition::Absent)], 0).await?;
        conflict(table, vec![put(name, version(3), Condition::Version(2))], 0).await?;
        equal("before the update", stored(table, name, &key).await?, Some(version(1)))?;
        commit(table, vec![put(name, version(2), Condition::Version(1))]).await?;
        conflict(table, vec![put(name, version(2), Condition::Version(1))], 0).await?;
        equal("after the update", stored(table, name, &key).await?, Some(version(2)))?;
    }
    Ok(())
}

pub(super) async fn all_or_nothing(table: &dyn Table, at: &str) -> Result<(), String> {
    let first = |name| put(name, Record::new(Key::new(at, "new"), 1, "{}"), Condition::Absent);
    let stale = put(TableName::Connections, Record::new(Key::new(at, "old"), 6, "{}"), Condition::Version(5));
    let mut writes: Vec<Write> = TABLES.into_iter().map(first).collect();
    writes.push(stale);
    conflict(table, writes.clone(), 3).await?;
    for name in TABLES {
        equal("after a conflict", all_records(table, name, Query::all(at)).await?, vec![])?;
    }
    writes.pop();
    commit(table, writes).await?;
    for name in TABLES {
        equal("records after the commit", all_records(table, name, Query::all(at)).await?.len(), 1)?;
    }
    Ok(())
}

pub(super) async fn conflict_names_the_first_failing_write(
    table: &dyn Table,
    at: &str,
) -> Result<(), String> {
    let record = |sk: &str| Record::new(Key::new(at, sk), 1, "{}");
    commit(table, vec![create(record("b")), create(record("d"))]).await?;
    let writes = ["a", "b", "c", "d"].map(|sk| create(record(sk))).to_vec();
    conflict(table, writes, 1).await?;
    let (here, gone) = (Key::new(at, "b"), Key::new(at, "z"));
    conflict(table, vec![check(&here, Condition::Version(1)), delete(&gone, Condition::Version(1))], 1).await
}

pub(super) async fn check_guards_and_changes_nothing(table: &dyn Table, at: &str) -> Result<(), String> {
    let guard = Record::new(Key::new(at, "guard"), 1, "{\"open\":true}");
    let guarded = |sk: &str| create(Record::new(Key::new(at, sk), 1, "{}"));
    let absent = check(&guard.key, Condition::Absent);
    commit(table, vec![absent.clone(), guarded("a")]).await?;
    commit(table, vec![create(guard.clone())]).await?;
    conflict(table, vec![guarded("b"), absent.clone()], 1).await?;
    conflict(table, vec![absent], 0).await?;
    commit(table, vec![guarded("b"), check(&guard.key, Condition::Version(1))]).await?;
    conflict(table, vec![check(&guard.key, Condition::Version(2)), guarded("c")], 0).await?;
    equal("guard", stored(table, LEDGER, &guard.key).await?, Some(guard))?;
    equal("records", all_records(table, LEDGER, Query::all(at)).await?.len(), 3)
}

pub(super) async fn delete_needs_its_version(table: &dyn Table, at: &str) -> Result<(), String> {
    let record = Record::new(Key::new(at, "a"), 1, "{}");
    let key = &record.key;
    commit(table, vec![delete(key, Condition::Absent)]).await?;
    conflict(table, vec![delete(key, Condition::Version(1))], 0).await?;
    commit(table, vec![create(record.clone())]).await?;
    conflict(table, vec![delete(key, Condition::Version(2))], 0).await?;
    conflict(table, vec![delete(key, Condition::Absent)], 0).await?;
    equal("before the delete", stored(table, LEDGER, key).await?, Some(record.clone()))?;
    commit(table, vec![delete(key, Condition::Version(1))]).await?;
    equal("after the delete", stored(table, LEDGER, key).await?, None)
}

/// A caller who lost the answer may send the same commit again: it either conflicts, or changes nothing that
/// the first did not. And a commit that merely looks like an earlier one is never taken for it.
pub(super) async fn repeated_commit_is_decided_by_its_conditions(
    table: &dyn Table,
    at: &str,
) -> Result<(), String> {
    let record = Record::new(Key::new(at, "a"), 1, "{}");
    let claim = vec![create(record.clone()), check(&Key::new(at, "hold"), Condition::Absent)];
    commit(table, claim.clone()).await?;
    conflict(table, claim.clone(), 0).await?;
    equal("after the repetition", stored(table, LEDGER, &record.key).await?, Some(record.clone()))?;
    commit(table, vec![delete(&record.key, Condition::Version(1))]).await?;
    commit(table, claim.clone()).await?;
    equal("made, deleted, made again", stored(table, LEDGER, &record.key).await?, Some(record))?;
    let question = vec![check(&Key::new(at, "hold"), Condition::Absent)];
    commit(table, question.clone()).await?;
    commit(table, vec![create(Record::new(Key::new(at, "hold"), 1, "{}"))]).await?;
    conflict(table, question, 0).await
}

pub(super) async fn hundred_actions_and_no_more(table: &dyn Table, at: &str) -> Result<(), String> {
    let many = |from: usize, count: usize| -> Vec<Write> {
        (from..from + count).map(|n| create(Record::new(Key::new(at, format!("{n:04}")), 1, "{}"))).collect()
    };
    commit(table, many(0, ACTIONS_MAX)).await?;
    refused(table, "101 actions", many(1_000, ACTIONS_MAX + 1)).await?;
    equal("records", all_records(table, LEDGER, Query::all(at)).await?.len(), ACTIONS_MAX)
}

pub(super) async fn one_action_a_record(table: &dyn Table, at: &str) -> Result<(), String> {
    let record = Record::new(Key::new(at, "a"), 1, "{}");
    let twice = vec![create(record.clone()), create(record.clone())];
    refused(table, "two puts", twice).await?;
    let guarded = vec![check(&record.key, Condition::Absent), create(record.clone())];
    refused(table, "a check and a put", guarded).await?;
    equal("after the refusals", stored(table, LEDGER, &record.key).await?, None)?;
    let apart = vec![create(record.clone()), put(TableName::Connections, record.clone(), Condition::Absent)];
    commit(table, apart).await.map(|_| ())
}

pub(super) async fn empty_commit_is_done(table: &dyn Table, _at: &str) -> Result<(), String> {
    equal("half units", commit(table, vec![]).await?.half_units, 0)
}

pub(super) async fn bounds_are_refused(table: &dyn Table, at: &str) -> Result<(), String> {
    let record = |body: usize| Record::new(Key::new(at, "a"), 1, "x".repeat(body));
    let long = |bytes: usize| "k".repeat(bytes);
    refused(table, "a record over 400 KB", vec![create(record(limits::ITEM_BYTES_MAX))]).await?;
    let key = Key::new(at, long(limits::SK_BYTES_MAX + 1));
    refused(table, "a long sort key", vec![create(Record { key, ..record(2) })]).await?;
    let due = Some(Key::new(long(limits::PK_BYTES_MAX + 1), "a"));
    refused(table, "a long index key", vec![create(Record { due, ..record(2) })]).await?;
    let pending = Some(Key::new(at, ""));
    refused(table, "an empty index key", vec![create(Record { pending, ..record(2) })]).await?;
    refused(table, "an empty key", vec![check(&Key::new("", "a"), Condition::Absent)]).await?;
    let heavy = (0..11).map(|n| create(Record { key: Key::new(at, format!("{n}")), ..record(400_000) }));
    refused(table, "a commit over 4 MB", heavy.collect()).await?;
    let standing = Record { ver: 4, ..record(2) };
    refused(table, "a version that stands", vec![put(LEDGER, standing, Condition::Version(4))]).await?;
    refused(table, "version 0", vec![create(Record { ver: 0, ..record(2) })]).await?;
    equal("records", all_records(table, LEDGER, Query::all(at)).await?, vec![])
}

/// Costs by DynamoDB's rules, where the store tells them at all.
pub(super) async fn write_units(table: &dyn Table, at: &str) -> Result<(), String> {
    let mut record = Record::new(Key::new(at, "a"), 1, "{}");
    record.customer = Some(Key::new(at, "c"));
    record.due = Some(Key::new(at, "2026-11-24"));
    record.summary = Some("1".into());
    let key = record.key.clone();
    let mut steps = vec![("put with two index rows", create(record.clone()), 2 + 2)];
    let mut change = |what, units, edit: &dyn Fn(&mut Record)| {
        let read = Condition::Version(record.ver);
        record.ver += 1;
        edit(&mut record);
        steps.push((what, put(LEDGER, record.clone(), read), units));
    };
    change("body alone", 2, &|r| r.body = "{\"v\":1}".into());
    change("summary", 2 + 1, &|r| r.summary = Some("2".into()));
    change("due date", 2 + 2, &|r| r.due = Some(Key::new("other", "2026-12-01")));
    change("leaving an index", 2 + 1, &|r| r.due = None);
    change("summary outside the index", 2, &|r| r.summary = None);
    change("larger", 2 * 3, &|r| r.body = "x".repeat(2_500));
    change("smaller again", 2 * 3, &|r| r.body = "{}".into());
    let last = Condition::Version(record.ver);
    steps.push(("check", check(&key, last), 2));
    steps.push(("check of an absent one", check(&Key::new(at, "z"), Condition::Absent), 2));
    steps.push(("delete", delete(&key, last), 2 + 1));
    for (what, write, units) in steps {
        let told = commit(table, vec![write]).await?.half_units;
        if told > 0 {
            equal(what, told, 2 * units)?;
        }
    }
    Ok(())
}
