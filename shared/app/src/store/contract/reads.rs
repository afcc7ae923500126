use super::super::table::{Condition, Key, Query, Range, Record, Table, TableName};
use super::{all_records, commit, create, equal, put, stored};

const LEDGER: TableName = TableName::Ledger;

pub(super) async fn every_field_comes_back(table: &dyn Table, at: &str) -> Result<(), String> {
    let key = Key::new(at, "full");
    equal("before", stored(table, LEDGER, &key).await?, None)?;
    let full = Record {
        key,
        ver: u64::MAX - 1,
        body: "{\"v\":1,\"amount\":\"12.30\"}".into(),
        customer: Some(Key::new(format!("{at}#c"), "open")),
        due: Some(Key::new(format!("{at}#d"), "2026-11-24")),
        summary: Some("EUR 12.30".into()),
        pending: Some(Key::new(format!("{at}#p"), "post back")),
        expires_at: Some(-1),
    };
    let bare = Record { expires_at: Some(4_102_444_800), ..Record::new(Key::new(at, "bare"), 1, "") };
    commit(table, vec![create(full.clone()), create(bare.clone())]).await?;
    equal("full", stored(table, LEDGER, &full.key).await?, Some(full.clone()))?;
    equal("bare", stored(table, LEDGER, &bare.key).await?, Some(bare.clone()))?;
    equal("queried", all_records(table, LEDGER, Query::all(at)).await?, vec![bare, full])
}

pub(super) async fn tables_are_apart(table: &dyn Table, at: &str) -> Result<(), String> {
    let names = [TableName::Ledger, TableName::Idempotency, TableName::Connections];
    let record = |name: TableName| Record::new(Key::new(at, "same"), 1, format!("{name:?}"));
    commit(table, names.map(|name| put(name, record(name), Condition::Absent)).to_vec()).await?;
    for name in names {
        equal("got", stored(table, name, &Key::new(at, "same")).await?, Some(record(name)))?;
    }
    Ok(())
}

pub(super) async fn get_many_leaves_absent_ones_out(table: &dyn Table, at: &str) -> Result<(), String> {
    let key = |n: u32| Key::new(format!("{at}#{}", n % 7), format!("{n:03}"));
    let records: Vec<Record> = (0..240).map(|n| Record::new(key(n), 1, format!("{n}"))).collect();
    for part in records.chunks(80) {
        commit(table, part.iter().cloned().map(create).collect()).await?;
    }
    let mut asked: Vec<Key> = (0..300).map(key).collect();
    asked.extend([key(3), key(3), key(299)]);
    let mut got = table.get_many(LEDGER, &asked).await.map_err(|error| error.to_string())?;
    got.sort_by(|a, b| a.body.len().cmp(&b.body.len()).then_with(|| a.body.cmp(&b.body)));
    equal("240 of 300", got, records)?;
    let none = table.get_many(LEDGER, &[]).await.map_err(|error| error.to_string())?;
    equal("no keys", none, vec![])
}

async fn sort_keys(table: &dyn Table, query: Query) -> Result<Vec<String>, String> {
    Ok(all_records(table, LEDGER, query).await?.into_iter().map(|record| record.key.sk).collect())
}

pub(super) async fn ranges_and_orders(table: &dyn Table, at: &str) -> Result<(), String> {
    let ordered = ["A", "T", "T#1", "T#10", "T#2", "Ta", "T~", "U", "a", "é", "語", "🦆"];
    let mut writes: Vec<_> =
        ordered.iter().rev().map(|sk| create(Record::new(Key::new(at, *sk), 1, "{}"))).collect();
    // neighbouring partitions must stay out
    writes.push(create(Record::new(Key::new(format!("{at}\0"), "T"), 1, "{}")));
    writes.push(create(Record::new(Key::new(format!("{at}#"), "T#3"), 1, "{}")));
    commit(table, writes).await?;
    let up_to = |sk: &str| Query { range: Range::UpTo(sk.into()), ..Query::all(at) };
    let cases: [(Query, &[&str]); 10] = [
        (Query::all(at), &ordered),
        (Query::prefix(at, ""), &ordered),
        (Query::prefix(at, "T"), &["T", "T#1", "T#10", "T#2", "Ta", "T~"]),
        (Query::prefix(at, "T#"), &["T#1", "T#10", "T#2"]),
        (Query::prefix(at, "🦆"), &["🦆"]),
        (Query::prefix(at, "B"), &[]),
        (up_to("T#10"), &["A", "T", "T#1", "T#10"]),
        (up_to("T#3"), &["A", "T", "T#1", "T#10", "T#2"]),
        (up_to(""), &[]),
        (Query::all(format!("{at}#none")), &[]),
    ];
    for (query, want) in cases {
        let got = sort_keys(table, query.clone()).await?;
        equal(&format!("{query:?}"), got, want.iter().map(|sk| sk.to_string()).collect())?;
        let backwards = Query { newest_first: true, ..query };
        let got = sort_keys(table, backwards.clone()).await?;
        equal(&format!("{backwards:?}"), got, want.iter().rev().map(|sk| sk.to_string()).collect())?;
    }
    Ok(())
}

pub(super) async fn pages_follow_on(table: &dyn Table, at: &str) -> Result<(), String> {
    let keys: Vec<String> = (0..23).map(|n| format!("e#{n:02}")).collect();
    commit(table, keys.iter().map(|sk| create(Record::new(Key::new(at, sk), 1, "{}"))).collect()).await?;
    commit(table, vec![create(Record::new(Key::new(at, "f"), 1, "{}"))]).await?;
    for limit in [1, 5, 22, 23, 24, 1_000] {
        let query = Query { limit, ..Query::prefix(at, "e#") };
        equal(&format!("limit {limit}"), sort_keys(table, query.clone()).await?, keys.clone())?;
        let got = sort_keys(table, Query { newest_first: true, ..query }).await?;
        equal(&format!("limit {limit}, newest first"), got, keys.iter().rev().cloned().collect())?;
    }
    let newest = Query { newest_first: true, limit: 1, ..Query::prefix(at, "e#") };
    let page = table.query(LEDGER, newest).await.map_err(|error| error.to_string())?;
    equal("the newest alone", page.rows.into_iter().map(|r| r.key.sk).collect(), vec!["e#22".to_string()])
}

pub(super) async fn text_of_any_kind(table: &dyn Table, at: &str) -> Result<(), String> {
    let texts = [
        "",
        "Grüße, „Śnieżka“ sp. z o.o.",
        "株式会社",
        "🦆\u{0}\u{1f}\u{7f}\u{2028}",
        "\"\\'<&>\r\n\t",
        "e\u{301}",
    ];
    for (n, text) in texts.into_iter().enumerate() {
        let record = Record {
            summary: Some(text.into()),
            customer: Some(Key::new(format!("{at}{text}"), format!("s{text}"))),
            ..Record::new(Key::new(format!("{at}{text}"), format!("{n}{text}")), 1, text)
        };
        commit(table, vec![create(record.clone())]).await?;
        equal(text, stored(table, LEDGER, &record.key).await?, Some(record))?;
    }
    Ok(())
}

pub(super) async fn large_bodies_make_several_pages(table: &dyn Table, at: &str) -> Result<(), String> {
    let records: Vec<Record> = (0..8)
        .map(|n| Record::new(Key::new(at, format!("{n}")), 1, format!("{n}").repeat(300 * 1024)))
        .collect();
    for record in &records {
        commit(table, vec![create(record.clone())]).await?;
    }
    let page = table.query(LEDGER, Query::all(at)).await.map_err(|error| error.to_string())?;
    equal("a first page of 2.4 MB is all", page.next.is_none(), false)?;
    let is_same = all_records(table, LEDGER, Query::all(at)).await? == records;
    equal("the pages hold what was put", is_same, true)?;
    let keys: Vec<Key> = records.iter().map(|record| record.key.clone()).collect();
    let mut got = table.get_many(LEDGER, &keys).await.map_err(|error| error.to_string())?;
    got.sort_by(|a, b| a.key.cmp(&b.key));
    equal("get_many holds what was put", got == records, true)
}
