//! The ageing: the first page.
use super::figures::{amount, day, money, percent, plural, share};
use super::layout::{self, NoticeQuery, customer_path};
use crate::guard::Person;
use crate::stop::Stop;
use app::App;
use app::views::ageing::{AgeingView, CurrencyAgeing, ageing};
use axum::extract::{Extension, Query, State};
use domain::ageing::{Aged, AgingBucket};
use domain::money::MoneyError;
use domain::task::TaskKind;
use maud::{Markup, html};
use std::collections::BTreeMap;
use std::sync::Arc;

pub async fn page(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    Query(notice): NoticeQuery,
) -> Result<Markup, Stop> {
    let view = ageing(&app).await?;
    let body = body(&view).map_err(|error| Stop::Broken(error.to_string()))?;
    Ok(layout::page(&person, "/", "Ageing", &notice, &body))
}

fn body(view: &AgeingView) -> Result<Markup, MoneyError> {
    let mut currencies = Vec::new();
    for ageing in &view.currencies {
        currencies.push(currency(ageing)?);
    }
    Ok(html! {
        div.title {
            h1 { "Ageing" }
            p.muted { "Open invoices by due date, as of " (day(Some(view.today))) ". Due today counts as current." }
        }
        (tasks(&view.tasks))
        @if view.currencies.is_empty() {
            p.empty {
                "Nothing is open. Invoices appear here after the first pull from the ledger; if there should be some, "
                "check the connection under " a href="/tasks" { "Tasks" } "."
            }
        }
        @for section in &currencies { (section) }
    })
}

fn tasks(counts: &BTreeMap<TaskKind, u32>) -> Markup {
    html! {
        @if counts.is_empty() {
            p.calm { "No task is waiting for a person." }
        } @else {
            ul.chips aria-label="Open tasks" {
                @for (kind, count) in counts {
                    li {
                        a href=(if *kind == TaskKind::PaymentReview { "/review" } else { "/tasks" }) {
                            span.count { (count) } " " (kind.title())
                        }
                    }
                }
            }
        }
    }
}

fn currency(ageing: &CurrencyAgeing) -> Result<Markup, MoneyError> {
    let code = ageing.currency.code();
    let (over_60, net) = (ageing.over_60()?, ageing.net()?);
    let mut coarse = vec![
        ("current", "Current", ageing.aged(AgingBucket::Current)),
        ("d30", "1–30", ageing.aged(AgingBucket::Days1To30)),
        ("d60", "31–60", ageing.aged(AgingBucket::Days31To60)),
        ("d61", "Over 60", over_60),
    ];
    let undated = ageing.aged(AgingBucket::Undated);
    if undated.count > 0 {
        coarse.push(("undated", "Undated", undated));
    }
    Ok(html! {
        section.currency {
            header {
                h2 { (code) }
                dl.figures {
                    (figure("Open", ageing.total))
                    (figure("Overdue", ageing.overdue))
                    (figure("Promised", ageing.promised))
                    div { dt { "Net of unapplied cash and credits" } dd { (amount(net)) } }
                }
            }
            (bar(&coarse, ageing))
            (table(&coarse, ageing))
            (fine(ageing))
            (top(ageing))
        }
    })
}

fn figure(name: &str, aged: Aged) -> Markup {
    html! { div { dt { (name) } dd { (amount(aged.open)) " " small { (aged.count) } } } }
}

fn bar(coarse: &[(&str, &str, Aged)], ageing: &CurrencyAgeing) -> Markup {
    let mut from = 0;
    let parts: Vec<(&str, i64, i64)> = coarse
        .iter()
        .map(|(class, _, aged)| {
            let (at, width) = (from, share(aged.open, ageing.total.open));
            from += width;
            (*class, at, width)
        })
        .collect();
    html! {
        svg.stack role="img" aria-label=(format!("Share of each bucket in {}", ageing.currency.code())) {
            @for (class, at, width) in parts {
                rect class=(class) x=(percent(at)) y="0" width=(percent(width)) height="100%" {}
            }
        }
    }
}

fn table(coarse: &[(&str, &str, Aged)], ageing: &CurrencyAgeing) -> Markup {
    html! {
        div.scroll { table.ageing {
            thead { tr {
                th scope="col" { "Days past due" }
                @for (class, name, _) in coarse { th.num scope="col" { span class=(format!("key {class}")) {} (name) } }
                th.num scope="col" { "Total open" }
                th.num.apart scope="col" { "Unapplied cash" }
                th.num scope="col" { "Credits" }
            } }
            tbody {
                tr {
                    th scope="row" { "Amount, " (ageing.currency.code()) }
                    @for (_, _, aged) in coarse { td.num { (amount(aged.open)) } }
                    td.num { strong { (amount(ageing.total.open)) } }
                    td.num.apart { (amount(ageing.unapplied.open)) }
                    td.num { (amount(ageing.credits.open)) }
                }
                tr {
                    th scope="row" { "Count" }
                    @for (_, _, aged) in coarse { td.num { (aged.count) } }
                    td.num { strong { (ageing.total.count) } }
                    td.num.apart { (ageing.unapplied.count) }
                    td.num { (ageing.credits.count) }
                }
                tr.muted {
                    th scope="row" { "Share" }
                    @for (_, _, aged) in coarse { td.num { (percent(share(aged.open, ageing.total.open))) } }
                    td.num { "100%" } td.num.apart {} td.num {}
                }
            }
        } }
    }
}

fn fine(ageing: &CurrencyAgeing) -> Markup {
    html! {
        div.scroll { table.fine {
            caption { "Finer buckets" }
            tbody {
                @for (bucket, aged) in &ageing.buckets {
                    @let width = percent(share(aged.open, ageing.total.open));
                    tr {
                        th scope="row" { (bucket.label()) }
                        td.num { (aged.count) }
                        td.num { (amount(aged.open)) }
                        td.graph { svg.bar aria-hidden="true" {
                            rect class=(class(*bucket)) x="0" y="0" width=(width) height="100%" {}
                        } }
                    }
                }
            }
        } }
    }
}

const fn class(bucket: AgingBucket) -> &'static str {
    match bucket {
        AgingBucket::Current => "current",
        AgingBucket::Days1To30 => "d30",
        AgingBucket::Days31To60 => "d60",
        AgingBucket::Days61To90 | AgingBucket::Days91To120 | AgingBucket::Over120 => "d61",
        AgingBucket::Undated => "undated",
    }
}

fn top(ageing: &CurrencyAgeing) -> Markup {
    html! {
        div.scroll { table.top {
            caption { "Most overdue customers" }
            @if ageing.top.is_empty() {
                tbody { tr { td { "Nobody is overdue in " (ageing.currency.code()) "." } } }
            } @else {
                thead { tr {
                    th scope="col" { "Customer" }
                    th.num scope="col" { "Invoices" }
                    th.num scope="col" { "Oldest" }
                    th.num scope="col" { "Overdue" }
                } }
                tbody { @for debtor in &ageing.top { tr {
                    td { a href=(customer_path(&debtor.customer)) {
                        (debtor.name.as_deref().unwrap_or(debtor.customer.as_str()))
                    } }
                    td.num { (debtor.overdue.count) }
                    td.num { (debtor.days_past_due_max) (plural(debtor.days_past_due_max, " day", " days")) }
                    td.num { (money(debtor.overdue.open)) }
                } } }
            }
        } }
    }
}
