//! The ageing of what is open, by currency, from the due index alone: no item is read but the names of the largest
//! debtors.
use super::names;
use crate::App;
use crate::store::entity::{OpenSummary, UnappliedSummary};
use crate::store::keys;
use crate::store::reads::all_index_rows;
use crate::store::table::{Index, IndexRow, Query};
use crate::worker::Failure;
use chrono::NaiveDate;
use domain::ageing::{Aged, AgingBucket, bucket};
use domain::dates::days_past_due;
use domain::ids::CustomerId;
use domain::money::{Currency, Money, MoneyError};
use domain::task::TaskKind;
use futures::future::try_join_all;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// Customers listed per currency.
const TOP_MAX: usize = 10;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgeingView {
    pub today: NaiveDate,
    /// The home currency first, then by code; amounts of different currencies are never added.
    pub currencies: Vec<CurrencyAgeing>,
    /// How many tasks of each kind are open.
    pub tasks: BTreeMap<TaskKind, u32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrencyAgeing {
    pub currency: Currency,
    /// Open invoices by days past due. The buckets add up to `total`.
    pub buckets: BTreeMap<AgingBucket, Aged>,
    pub total: Aged,
    /// What is at least a day past due.
    pub overdue: Aged,
    /// The part of `total` under an active promise.
    pub promised: Aged,
    /// Payments not, or not wholly, applied; never netted against a bucket.
    pub unapplied: Aged,
    /// Credit memos with something left; never netted against a bucket.
    pub credits: Aged,
    /// The customers with the most overdue.
    pub top: Vec<OverdueCustomer>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverdueCustomer {
    pub customer: CustomerId,
    /// `None` where the customer is not in the ledger (yet).
    pub name: Option<String>,
    pub overdue: Aged,
    pub days_past_due_max: i64,
}

impl CurrencyAgeing {
    fn new(currency: Currency) -> Self {
        let none = Aged { count: 0, open: Money::zero(currency) };
        Self {
            currency,
            buckets: AgingBucket::ALL.into_iter().map(|bucket| (bucket, none)).collect(),
            total: none,
            overdue: none,
            promised: none,
            unapplied: none,
            credits: none,
            top: vec![],
        }
    }

    /// One bucket, empty where nothing is in it.
    pub fn aged(&self, bucket: AgingBucket) -> Aged {
        self.buckets.get(&bucket).copied().unwrap_or(Aged { count: 0, open: Money::zero(self.currency) })
    }

    /// The coarse view's last bucket: everything more than 60 days past due.
    ///
    /// # Errors
    /// A sum out of range.
    pub fn over_60(&self) -> Result<Aged, MoneyError> {
        let mut over = Aged { count: 0, open: Money::zero(self.currency) };
        for (_, aged) in self.buckets.iter().filter(|(bucket, _)| bucket.is_over_60()) {
            over.count += aged.count;
            over.open = over.open.plus(aged.open)?;
        }
        Ok(over)
    }

    /// What would be left if all unapplied cash and credit were used.
    ///
    /// # Errors
    /// A difference out of range.
    pub fn net(&self) -> Result<Money, MoneyError> {
        self.total.open.minus(self.unapplied.open)?.minus(self.credits.open)
    }
}

/// # Errors
/// The table's; a row of the index that does not read; a sum out of range.
pub async fn ageing(app: &App) -> Result<AgeingView, Failure> {
    let entity = &app.settings.entity;
    let today = app.today();
    let shards = (0..keys::DUE_SHARDS).map(|shard| rows(app, keys::due_partition(entity, shard)));
    let mut report: BTreeMap<&'static str, CurrencyAgeing> = BTreeMap::new();
    let mut debtors: BTreeMap<(&'static str, CustomerId), (Aged, i64)> = BTreeMap::new();
    for row in try_join_all(shards).await?.into_iter().flatten() {
        let item: OpenSummary = summary(&row)?;
        if !item.open.is_positive() {
            // Paid; its promise waits to be valued.
            continue;
        }
        let ageing = of(&mut report, item.open.currency());
        count(ageing, &item, today).map_err(|error| Failure::poison(error.to_string()))?;
        let days = item.due_on.map_or(0, |due_on| days_past_due(due_on, today));
        if days >= 1 {
            let none = (Aged { count: 0, open: Money::zero(item.open.currency()) }, 0);
            let (overdue, oldest) =
                debtors.entry((item.open.currency().code(), item.customer)).or_insert(none);
            add(overdue, item.open).map_err(|error| Failure::poison(error.to_string()))?;
            *oldest = (*oldest).max(days);
        }
    }
    for (partition, is_cash) in
        [(keys::cash_partition(entity), true), (keys::credit_partition(entity), false)]
    {
        for row in rows(app, partition).await? {
            let left: UnappliedSummary = summary(&row)?;
            let ageing = of(&mut report, left.amount.currency());
            let column = if is_cash { &mut ageing.unapplied } else { &mut ageing.credits };
            add(column, left.amount).map_err(|error| Failure::poison(error.to_string()))?;
        }
    }
    rank(app, &mut report, debtors).await?;
    let mut currencies: Vec<CurrencyAgeing> = report.into_values().collect();
    currencies.sort_by_key(|ageing| ageing.currency != app.settings.currency);
    Ok(AgeingView { today, currencies, tasks: task_counts(app).await? })
}

async fn rows(app: &App, partition: String) -> Result<Vec<IndexRow>, Failure> {
    all_index_rows(app.table.as_ref(), Index::Due, Query::all(partition)).await
}

pub(super) fn summary<T: DeserializeOwned>(row: &IndexRow) -> Result<T, Failure> {
    let text = row.summary.as_deref().unwrap_or_default();
    serde_json::from_str(text).map_err(|error| Failure::poison(format!("index row of {}: {error}", row.key)))
}

fn of<'a>(report: &'a mut BTreeMap<&'static str, CurrencyAgeing>, ccy: Currency) -> &'a mut CurrencyAgeing {
    report.entry(ccy.code()).or_insert_with(|| CurrencyAgeing::new(ccy))
}

fn add(aged: &mut Aged, amount: Money) -> Result<(), MoneyError> {
    aged.count += 1;
    aged.open = aged.open.plus(amount)?;
    Ok(())
}

fn count(ageing: &mut CurrencyAgeing, item: &OpenSummary, today: NaiveDate) -> Result<(), MoneyError> {
    let none = Aged { count: 0, open: Money::zero(ageing.currency) };
    add(ageing.buckets.entry(bucket(item.due_on, today)).or_insert(none), item.open)?;
    add(&mut ageing.total, item.open)?;
    if item.due_on.is_some_and(|due_on| days_past_due(due_on, today) >= 1) {
        add(&mut ageing.overdue, item.open)?;
    }
    if let Some(promised) = item.promised {
        add(&mut ageing.promised, promised.at_most(item.open)?)?;
    }
    Ok(())
}

/// Fills in the customers with the most overdue, largest first.
async fn rank(
    app: &App,
    report: &mut BTreeMap<&'static str, CurrencyAgeing>,
    debtors: BTreeMap<(&'static str, CustomerId), (Aged, i64)>,
) -> Result<(), Failure> {
    for ((code, customer), (overdue, days_past_due_max)) in debtors {
        if let Some(ageing) = report.get_mut(code) {
            ageing.top.push(OverdueCustomer { customer, name: None, overdue, days_past_due_max });
        }
    }
    for ageing in report.values_mut() {
        ageing.top.sort_by_key(|debtor| std::cmp::Reverse(debtor.overdue.open.minor()));
        ageing.top.truncate(TOP_MAX);
    }
    let listed = report.values().flat_map(|ageing| &ageing.top).map(|debtor| debtor.customer.clone());
    let names = names(app, listed.collect()).await?;
    for debtor in report.values_mut().flat_map(|ageing| ageing.top.iter_mut()) {
        debtor.name = names.get(&debtor.customer).cloned();
    }
    Ok(())
}

async fn task_counts(app: &App) -> Result<BTreeMap<TaskKind, u32>, Failure> {
    let mut counts = BTreeMap::new();
    for row in rows(app, keys::tasks_partition(&app.settings.entity)).await? {
        *counts.entry(summary::<TaskKind>(&row)?).or_insert(0) += 1;
    }
    Ok(counts)
}
