//! The `Table` port on DynamoDB: one table for each [`TableName`], every commit one transaction.
use crate::convert::{self, Item};
use app::ports::Answer;
use app::store::limits::{self, attribute};
use app::store::table::{
    CommitError, Committed, Condition, Index, IndexRow, Key, Listing, Page, Query, Range, Record, Table,
    TableError, TableName, Write,
};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Builder};
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, KeysAndAttributes, Put, ReturnConsumedCapacity, TransactWriteItem,
};
use std::collections::{BTreeSet, HashMap};
use std::error::Error;
use std::time::Duration;

/// The most keys that one BatchGetItem takes.
const BATCH_KEYS_MAX: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableNames {
    pub ledger: String,
    pub idempotency: String,
    pub connections: String,
}

impl TableNames {
    fn of(&self, table: TableName) -> &str {
        match table {
            TableName::Ledger => &self.ledger,
            TableName::Idempotency => &self.idempotency,
            TableName::Connections => &self.connections,
        }
    }
}

#[derive(Debug, Clone)]
pub struct DynamoTable {
    client: Client,
    names: TableNames,
}

/// Retries and time limits for DynamoDB: the SDK repeats throttled and lost calls (a transaction under the
/// same client token, so a lost answer is not a second transaction); a cancelled transaction it never repeats.
pub fn configured(builder: Builder) -> Builder {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(3))
        .operation_timeout(Duration::from_secs(10))
        .build();
    builder
        .behavior_version(BehaviorVersion::latest())
        .retry_config(RetryConfig::standard().with_max_attempts(3))
        .timeout_config(timeouts)
}

impl DynamoTable {
    pub fn new(client: Client, names: TableNames) -> Self {
        Self { client, names }
    }

    async fn read(&self, table: TableName, key: &Key) -> Result<Option<Record>, TableError> {
        let request = self.client.get_item().table_name(self.names.of(table)).consistent_read(true);
        let answer = request.set_key(Some(convert::key_item(key))).send().await;
        let answer = answer.map_err(|error| TableError(told("GetItem", &error)))?;
        answer.item.map(convert::record).transpose().map_err(TableError)
    }

    async fn read_batch(&self, table: TableName, keys: &[&Key]) -> Result<Vec<Record>, TableError> {
        let name = self.names.of(table);
        let mut open: Vec<Item> = keys.iter().map(|key| convert::key_item(key)).collect();
        let mut records = Vec::with_capacity(open.len());
        while !open.is_empty() {
            let asked = open.len();
            let request = KeysAndAttributes::builder().set_keys(Some(open)).consistent_read(true).build();
            let request = request.map_err(|error| TableError(error.to_string()))?;
            let answer = self.client.batch_get_item().request_items(name, request).send().await;
            let answer = answer.map_err(|error| TableError(told("BatchGetItem", &error)))?;
            for item in answer.responses.into_iter().flatten().flat_map(|(_, items)| items) {
                records.push(convert::record(item).map_err(TableError)?);
            }
            open = answer.unprocessed_keys.into_iter().flatten().flat_map(|(_, rest)| rest.keys).collect();
            // A page holds at most 16 MB, so the rest is asked for again; without progress it is throttled.
            if open.len() >= asked {
                return Err(TableError(format!("BatchGetItem on {name} processed none of {asked} keys")));
            }
        }
        Ok(records)
    }

    /// One page of a table (strongly consistent) or of an index of the ledger (which may lag).
    async fn page(&self, target: Target, query: Query) -> Result<Page<Item>, TableError> {
        let (table, pk, sk, index) = match target {
            Target::Table(table) => (table, attribute::PK, attribute::SK, None),
            Target::Index(index) => {
                let schema = convert::index_schema(index);
                (TableName::Ledger, schema.pk, schema.sk, Some(schema.name))
            }
        };
        // Only the empty key sorts up to "", and no key is empty.
        if query.range == Range::UpTo(String::new()) {
            return Ok(Page { rows: Vec::new(), next: None });
        }
        let mut request = self
            .client
            .query()
            .table_name(self.names.of(table))
            .set_index_name(index.map(str::to_owned))
            .consistent_read(index.is_none())
            .scan_index_forward(!query.newest_first)
            .limit(i32::try_from(query.limit.max(1)).unwrap_or(i32::MAX))
            .expression_attribute_values(":p", convert::text(&query.pk));
        let (condition, bound) = match &query.range {
            Range::Prefix(prefix) if !prefix.is_empty() => {
                (format!("{pk} = :p AND begins_with({sk}, :s)"), Some(prefix))
            }
            Range::All | Range::Prefix(_) => (format!("{pk} = :p"), None),
            Range::UpTo(last) => (format!("{pk} = :p AND {sk} <= :s"), Some(last)),
        };
        request = request.key_condition_expression(condition);
        if let Some(bound) = bound {
            request = request.expression_attribute_values(":s", convert::text(bound));
        }
        if let Some(token) = &query.after {
            request = request.set_exclusive_start_key(Some(convert::start_key(token).map_err(TableError)?));
        }
        let answer = request.send().await.map_err(|error| TableError(told("Query", &error)))?;
        let last = answer.last_evaluated_key.filter(|last| !last.is_empty());
        let next = last.map(|last| convert::page_token(&last)).transpose().map_err(TableError)?;
        Ok(Page { rows: answer.items.unwrap_or_default(), next })
    }

    /// One page of a whole table, strongly consistent.
    async fn scan(&self, table: TableName, after: Option<String>) -> Result<Page<Record>, TableError> {
        let mut request = self.client.scan().table_name(self.names.of(table)).consistent_read(true);
        if let Some(token) = &after {
            request = request.set_exclusive_start_key(Some(convert::start_key(token).map_err(TableError)?));
        }
        let answer = request.send().await.map_err(|error| TableError(told("Scan", &error)))?;
        let last = answer.last_evaluated_key.filter(|last| !last.is_empty());
        let next = last.map(|last| convert::page_token(&last)).transpose().map_err(TableError)?;
        let rows: Result<Vec<Record>, String> =
            answer.items.into_iter().flatten().map(convert::record).collect();
        Ok(Page { rows: rows.map_err(TableError)?, next })
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<Committed, CommitError> {
        limits::check(&writes)?;
        if writes.is_empty() {
            return Ok(Committed::default());
        }
        let actions: Result<Vec<_>, BuildError> = writes.iter().map(|write| self.action(write)).collect();
        let actions = actions.map_err(|error| CommitError::Refused(error.to_string()))?;
        // The SDK gives each call its own client token and keeps it over its attempts. A token made from the
        // writes would reach further and too far: a record that is made, deleted and made again within ten
        // minutes, or a check asked again, would be answered from memory and not done.
        let request = self.client.transact_write_items().set_transact_items(Some(actions));
        match request.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await {
            Ok(answer) => Ok(Committed { half_units: convert::half_units(answer.consumed_capacity()) }),
            Err(error) => Err(commit_error(&error, &writes)),
        }
    }

    fn action(&self, write: &Write) -> Result<TransactWriteItem, BuildError> {
        let table = self.names.of(write.table());
        let (expression, values) = condition(write.condition());
        let action = TransactWriteItem::builder();
        Ok(match write {
            Write::Put { record, .. } => action.put(
                Put::builder()
                    .table_name(table)
                    .set_item(Some(convert::item(record)))
                    .condition_expression(expression)
                    .set_expression_attribute_values(values)
                    .build()?,
            ),
            Write::Delete { key, .. } => action.delete(
                Delete::builder()
                    .table_name(table)
                    .set_key(Some(convert::key_item(key)))
                    .condition_expression(expression)
                    .set_expression_attribute_values(values)
                    .build()?,
            ),
            Write::Check { key, .. } => action.condition_check(
                ConditionCheck::builder()
                    .table_name(table)
                    .set_key(Some(convert::key_item(key)))
                    .condition_expression(expression)
                    .set_expression_attribute_values(values)
                    .build()?,
            ),
        }
        .build())
    }
}

enum Target {
    Table(TableName),
    Index(Index),
}

fn condition(condition: Condition) -> (&'static str, Option<HashMap<String, AttributeValue>>) {
    match condition {
        Condition::Absent => ("attribute_not_exists(pk)", None),
        Condition::Version(ver) => {
            ("ver = :v", Some(HashMap::from([(":v".to_owned(), AttributeValue::N(ver.to_string()))])))
        }
    }
}

fn commit_error<R: std::fmt::Debug>(
    error: &SdkError<TransactWriteItemsError, R>,
    writes: &[Write],
) -> CommitError {
    if let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() {
        let keys: Vec<String> = writes.iter().map(|write| write.key().to_string()).collect();
        return convert::cancelled(cancelled.cancellation_reasons(), &keys);
    }
    let why = told("TransactWriteItems", error);
    match error.code() {
        Some("ValidationException") => CommitError::Refused(why),
        _ => CommitError::Unavailable(why),
    }
}

/// DynamoDB's code and message, or why the call did not get through. No request, so no record's text.
fn told<E, R>(call: &str, error: &SdkError<E, R>) -> String
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug,
{
    if let Some(code) = error.code() {
        return format!("{call}: {code}: {}", error.message().unwrap_or("no message"));
    }
    let mut told = format!("{call}: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        told.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    told
}

impl Table for DynamoTable {
    fn get<'a>(&'a self, table: TableName, key: &'a Key) -> Answer<'a, Result<Option<Record>, TableError>> {
        Box::pin(self.read(table, key))
    }

    fn get_many<'a>(
        &'a self,
        table: TableName,
        keys: &'a [Key],
    ) -> Answer<'a, Result<Vec<Record>, TableError>> {
        Box::pin(async move {
            // BatchGetItem refuses a key that is named twice.
            let keys: Vec<&Key> = keys.iter().collect::<BTreeSet<_>>().into_iter().collect();
            let mut records = Vec::new();
            for batch in keys.chunks(BATCH_KEYS_MAX) {
                records.extend(self.read_batch(table, batch).await?);
            }
            Ok(records)
        })
    }

    fn query<'a>(&'a self, table: TableName, query: Query) -> Answer<'a, Result<Page<Record>, TableError>> {
        Box::pin(async move {
            let page = self.page(Target::Table(table), query).await?;
            let rows: Result<Vec<Record>, String> = page.rows.into_iter().map(convert::record).collect();
            Ok(Page { rows: rows.map_err(TableError)?, next: page.next })
        })
    }

    fn query_index<'a>(
        &'a self,
        index: Index,
        query: Query,
    ) -> Answer<'a, Result<Page<IndexRow>, TableError>> {
        Box::pin(async move {
            let page = self.page(Target::Index(index), query).await?;
            let rows: Result<Vec<IndexRow>, String> =
                page.rows.into_iter().map(|item| convert::index_row(index, item)).collect();
            Ok(Page { rows: rows.map_err(TableError)?, next: page.next })
        })
    }

    fn commit<'a>(&'a self, writes: Vec<Write>) -> Answer<'a, Result<Committed, CommitError>> {
        Box::pin(self.transact(writes))
    }
}

impl Listing for DynamoTable {
    fn list<'a>(
        &'a self,
        table: TableName,
        after: Option<String>,
    ) -> Answer<'a, Result<Page<Record>, TableError>> {
        Box::pin(self.scan(table, after))
    }
}
