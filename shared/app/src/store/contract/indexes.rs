use super::super::table::{Condition, Index, IndexRow, Key, Query, Range, Record, Table, TableName, Write};
use super::{all_rows, commit, create, equal, put};

const INDEXES: [Index; 3] = [Index::Customer, Index::Due, Index::Pending];
/// An index may lag; so often a case asks before it holds the answer to be wrong.
const ASKED_MAX: u32 = 300;

async fn rows_become(
    table: &dyn Table,
    index: Index,
    query: Query,
    want: Vec<IndexRow>,
) -> Result<(), String> {
    let mut got = all_rows(table, index, query.clone()).await?;
    for _ in 0..ASKED_MAX {
        if got == want {
            return Ok(());
        }
        got = all_rows(table, index, query.clone()).await?;
    }
    equal(&format!("{index:?} {query:?}"), got, want)
}

fn index_row(key: &Key, index_sk: &str) -> IndexRow {
    IndexRow { key: key.clone(), index_sk: index_sk.into(), summary: None }
}

fn placed(mut record: Record, index: Index, place: Option<Key>) -> Record {
    match index {
        Index::Customer => record.customer = place,
        Index::Due => record.due = place,
        Index::Pending => record.pending = place,
    }
    record
}

pub(super) async fn membership_follows_the_keys(table: &dyn Table, at: &str) -> Result<(), String> {
    for index in INDEXES {
        let key = Key::new(at, format!("{index:?}"));
        let (here, there) = (format!("{at}#here"), format!("{at}#there"));
        let steps = [
            (None, vec![], vec![]),
            (Some(Key::new(&here, "5")), vec![index_row(&key, "5")], vec![]),
            (Some(Key::new(&here, "5")), vec![index_row(&key, "5")], vec![]),
            (Some(Key::new(&here, "6")), vec![index_row(&key, "6")], vec![]),
            (Some(Key::new(&there, "6")), vec![], vec![index_row(&key, "6")]),
            (None, vec![], vec![]),
            (Some(Key::new(&here, "7")), vec![index_row(&key, "7")], vec![]),
        ];
        let mut ver = 0;
        for (place, in_here, in_there) in steps {
            let condition = if ver == 0 { Condition::Absent } else { Condition::Version(ver) };
            ver += 1;
            let record = placed(Record::new(key.clone(), ver, "{}"), index, place);
            commit(table, vec![put(TableName::Ledger, record, condition)]).await?;
            rows_become(table, index, Query::all(&here), in_here).await?;
            rows_become(table, index, Query::all(&there), in_there).await?;
        }
        let condition = Condition::Version(ver);
        commit(table, vec![Write::Delete { table: TableName::Ledger, key, condition }]).await?;
        rows_become(table, index, Query::all(&here), vec![]).await?;
    }
    Ok(())
}

pub(super) async fn summary_is_in_due_alone(table: &dyn Table, at: &str) -> Result<(), String> {
    let place = Some(Key::new(format!("{at}#all"), "x"));
    let mut record = Record::new(Key::new(at, "a"), 1, "{}");
    record.summary = Some("EUR 10.00".into());
    for index in INDEXES {
        record = placed(record, index, place.clone());
    }
    commit(table, vec![create(record.clone())]).await?;
    for index in INDEXES {
        let summary = record.summary.clone().filter(|_| index == Index::Due);
        let want = vec![IndexRow { summary, ..index_row(&record.key, "x") }];
        rows_become(table, index, Query::all(format!("{at}#all")), want).await?;
    }
    record.ver = 2;
    record.summary = None;
    commit(table, vec![put(TableName::Ledger, record.clone(), Condition::Version(1))]).await?;
    rows_become(table, Index::Due, Query::all(format!("{at}#all")), vec![index_row(&record.key, "x")]).await
}

pub(super) async fn only_the_ledger_is_indexed(table: &dyn Table, at: &str) -> Result<(), String> {
    let record = |sk: &str| {
        let record = Record::new(Key::new(at, sk), 1, "{}");
        INDEXES.into_iter().fold(record, |record, index| placed(record, index, Some(Key::new(at, "x"))))
    };
    let writes = vec![
        put(TableName::Connections, record("c"), Condition::Absent),
        put(TableName::Idempotency, record("i"), Condition::Absent),
        create(record("l")),
    ];
    commit(table, writes).await?;
    for index in INDEXES {
        rows_become(table, index, Query::all(at), vec![index_row(&Key::new(at, "l"), "x")]).await?;
    }
    Ok(())
}

pub(super) async fn pages_follow_on_in_an_index(table: &dyn Table, at: &str) -> Result<(), String> {
    let place = |n: u32| format!("2026-11-{:02}", n % 28 + 1);
    let mut rows = Vec::new();
    let mut writes = Vec::new();
    for n in 0..17 {
        let record = Record::new(Key::new(format!("{at}#{n}"), "item"), 1, "{}");
        rows.push(index_row(&record.key, &place(n)));
        writes.push(create(placed(record, Index::Due, Some(Key::new(at, place(n))))));
    }
    commit(table, writes).await?;
    let backwards: Vec<IndexRow> = rows.iter().rev().cloned().collect();
    for limit in [1, 4, 16, 17, 18] {
        let query = Query { limit, ..Query::all(at) };
        rows_become(table, Index::Due, query.clone(), rows.clone()).await?;
        rows_become(table, Index::Due, Query { newest_first: true, ..query.clone() }, backwards.clone())
            .await?;
        let range = Range::UpTo("2026-11-05".into());
        let first: Vec<IndexRow> = rows.iter().take(5).cloned().collect();
        rows_become(table, Index::Due, Query { range, ..query }, first).await?;
    }
    // rows that share one place in the index are all there, in any order, whatever the page
    let tied = format!("{at}#tied");
    let keys: Vec<Key> = (0..6).map(|n| Key::new(&tied, format!("{n}"))).collect();
    let put =
        |key: &Key| create(placed(Record::new(key.clone(), 1, "{}"), Index::Due, Some(Key::new(&tied, "x"))));
    commit(table, keys.iter().map(put).collect()).await?;
    for _ in 0..ASKED_MAX {
        if all_rows(table, Index::Due, Query::all(&tied)).await?.len() == keys.len() {
            break;
        }
    }
    let mut got: Vec<Key> = all_rows(table, Index::Due, Query { limit: 2, ..Query::all(&tied) })
        .await?
        .into_iter()
        .map(|row| row.key)
        .collect();
    got.sort();
    equal("tied rows over pages of two", got, keys)
}
