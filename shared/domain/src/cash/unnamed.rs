//! Payments that name nothing: the payer must be certain, and exactly one explanation may fit.
use super::book::Document;
use super::case::Case;
use super::lexicon::Word;
use super::named::{Explained, Finding, Part, sum_open};
use super::payer::Certainty;
use super::subset::{Subsets, chance_ppm, subsets};
use crate::money::{Currency, Money};
use chrono::{Datelike, NaiveDate};

/// The open invoices that a payment may settle, all in one currency.
struct Pool<'c, 'a> {
    case: &'c Case<'a>,
    invoices: Vec<&'a Document>,
    amount: i64,
    currency: Currency,
}

type Rank = for<'c, 'a> fn(&Pool<'c, 'a>) -> Finding<'a>;

/// In this order (FORMAT rule 8): a rank is tried on the payer's own invoices, then on those of its subsidiaries too.
const RANKS: [(&str, Rank); 6] = [
    ("payer-one-invoice", one_invoice),
    ("payer-statement", statement),
    ("payer-only-set", only_set),
    ("payer-less-discount", less_discount),
    ("payer-within-tolerance", within_tolerance),
    ("payer-only-invoice", only_invoice),
];

/// The first rank that says anything, with its name.
pub fn explain<'a>(case: &Case<'a>) -> Option<(&'static str, Finding<'a>)> {
    if case.payer.certainty != Certainty::Certain || case.payer.is_intermediary {
        return None;
    }
    let pools = pools(case);
    RANKS.iter().find_map(|(rule, rank)| {
        let mut found = pools.iter().map(rank).filter(|found| !matches!(found, Finding::Nothing));
        let first = found.next()?;
        let differs = found.next().is_some_and(|wider| !is_same(&first, &wider));
        let why = "the payer's own invoices explain the amount, and so do others of its group";
        Some((*rule, if differs { Finding::Unsure(why.into(), sets(&first)) } else { first }))
    })
}

/// Both settle the same invoices.
fn is_same(one: &Finding<'_>, other: &Finding<'_>) -> bool {
    let ids = |found: &Finding<'_>| -> Vec<String> {
        let Finding::Explains(explained) = found else { return Vec::new() };
        let mut ids: Vec<String> = explained.parts.iter().map(|part| part.invoice.id.0.clone()).collect();
        ids.sort();
        ids
    };
    matches!((one, other), (Finding::Explains(_), Finding::Explains(_))) && ids(one) == ids(other)
}

fn sets<'a>(found: &Finding<'a>) -> Vec<Vec<&'a Document>> {
    match found {
        Finding::Explains(explained) => vec![explained.parts.iter().map(|part| part.invoice).collect()],
        Finding::Unsure(_, sets) => sets.clone(),
        Finding::Nothing => Vec::new(),
    }
}

fn pools<'c, 'a>(case: &'c Case<'a>) -> Vec<Pool<'c, 'a>> {
    let payment = case.payment;
    let currency = match payment.instructed {
        Some(instructed) if case.invoices(payment.amount.currency()).next().is_none() => {
            instructed.currency()
        }
        _ => payment.amount.currency(),
    };
    let Some(worth) = case.worth(currency).filter(|worth| worth.off_by == 0) else { return Vec::new() };
    let all: Vec<&Document> = case.invoices(currency).collect();
    let own: Vec<&Document> = all
        .iter()
        .copied()
        .filter(|d| case.payer.parties.iter().any(|party| party.id == d.customer))
        .collect();
    let pool = |invoices| Pool { case, invoices, amount: worth.minor, currency };
    if own.len() == all.len() { vec![pool(all)] } else { vec![pool(own), pool(all)] }
}

impl<'a> Pool<'_, 'a> {
    fn settle(&self, invoices: impl IntoIterator<Item = &'a Document>, why: &str) -> Finding<'a> {
        let parts = invoices.into_iter().map(Part::whole).collect();
        Finding::Explains(Explained {
            parts,
            credits: Vec::new(),
            unapplied: 0,
            why: why.into(),
            is_stated: true,
        })
    }

    /// One that fits, or several: then none is certain.
    fn only(
        &self,
        fitting: &[&'a Document],
        why: &str,
        of: impl Fn(&'a Document) -> Part<'a>,
    ) -> Finding<'a> {
        match fitting {
            [] => Finding::Nothing,
            [one] => Finding::Explains(Explained {
                parts: vec![of(one)],
                credits: Vec::new(),
                unapplied: 0,
                why: why.into(),
                is_stated: true,
            }),
            several => {
                let why = format!("{} open invoices fit: {why}", several.len());
                Finding::Unsure(why, several.iter().map(|d| vec![*d]).collect())
            }
        }
    }
}

fn one_invoice<'a>(pool: &Pool<'_, 'a>) -> Finding<'a> {
    let fitting: Vec<&Document> =
        pool.invoices.iter().copied().filter(|d| d.open.minor() == pool.amount).collect();
    pool.only(&fitting, "the payer's only invoice that is open by this amount", Part::whole)
}

/// Everything open, or everything issued up to the end of a month.
fn statement<'a>(pool: &Pool<'_, 'a>) -> Finding<'a> {
    let mut by_issue = pool.invoices.clone();
    by_issue.sort_by_key(|d| d.issued_on);
    let credits: i64 = pool
        .case
        .payer
        .parties
        .iter()
        .flat_map(|party| pool.case.credits(&party.id, pool.currency))
        .fold(0, |sum: i64, d| sum.saturating_add(d.open.minor()));
    let total = sum_open(&by_issue);
    if by_issue.len() < 2 {
        return Finding::Nothing;
    }
    if total == pool.amount {
        let wider: Vec<&Document> = pool.case.invoices(pool.currency).collect();
        let is_wider = wider.len() > pool.invoices.len() && !pool.case.reading.says(Word::Statement);
        if is_wider && subsets(&wider, pool.amount, None, pool.case.policy) == Subsets::Several {
            let why =
                "everything that the payer has open, and another set of its group's, add up to this amount";
            return Finding::Unsure(why.into(), vec![by_issue]);
        }
        return pool.settle(by_issue, "everything that is open");
    }
    if credits > 0 && total.saturating_sub(credits) == pool.amount && pool.case.reading.says(Word::Statement)
    {
        let all =
            pool.case.payer.parties.iter().flat_map(|party| pool.case.credits(&party.id, pool.currency));
        let credits = all.map(|credit| (credit, credit.open.minor())).collect();
        let parts = by_issue.into_iter().map(Part::whole).collect();
        let why = "everything that is open, less the open credit memos".into();
        return Finding::Explains(Explained { parts, credits, unapplied: 0, why, is_stated: true });
    }
    let mut sum = 0i64;
    for (at, invoice) in by_issue.iter().enumerate() {
        sum = sum.saturating_add(invoice.open.minor());
        let next = by_issue.get(at + 1);
        let ends_month = next.is_some_and(|next| month(next.issued_on) != month(invoice.issued_on));
        if sum == pool.amount && ends_month && at > 0 {
            let upto: Vec<&Document> = by_issue.iter().take(at + 1).copied().collect();
            let is_searched = pool.invoices.len() <= pool.case.policy.subset_items_max;
            let others = || subsets(&pool.invoices, pool.amount, None, pool.case.policy) == Subsets::Several;
            let is_said =
                pool.case.reading.says(Word::Statement) || names_month(pool.case, invoice.issued_on);
            if is_searched && !is_said && others() {
                return Finding::Unsure(
                    "a month's statement and another set add up to this amount".into(),
                    vec![upto],
                );
            }
            return pool.settle(upto, "everything that was issued up to the end of a month");
        }
    }
    Finding::Nothing
}

/// Whether the text names the month or its last day.
fn names_month(case: &Case<'_>, day: NaiveDate) -> bool {
    const SPELLINGS: [&str; 9] =
        ["%m/%Y", "%m.%Y", "%m-%Y", "%Y-%m", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%m/%d/%y", "%d.%m.%y"];
    let next = day.with_day(1).and_then(|first| first.checked_add_months(chrono::Months::new(1)));
    let Some(last) = next.and_then(|next| next.pred_opt()) else { return false };
    SPELLINGS.iter().any(|spelling| case.payment.text.contains(&last.format(spelling).to_string()))
}

fn month(day: NaiveDate) -> (i32, u32) {
    (day.year(), day.month())
}

fn only_set<'a>(pool: &Pool<'_, 'a>) -> Finding<'a> {
    if pool.invoices.len() < 2 || pool.invoices.len() > pool.case.policy.subset_items_max {
        return Finding::Nothing;
    }
    match subsets(&pool.invoices, pool.amount, None, pool.case.policy) {
        Subsets::None => Finding::Nothing,
        Subsets::One(set) => {
            let chance = chance_ppm(&pool.invoices, pool.amount, set.len());
            let why = format!(
                "only one set of the payer's open invoices adds up to this amount; by chance {chance} in a million would"
            );
            pool.settle(set, &why)
        }
        Subsets::Several => {
            Finding::Unsure("several sets of open invoices add up to this amount".into(), Vec::new())
        }
    }
}

fn less_discount<'a>(pool: &Pool<'_, 'a>) -> Finding<'a> {
    let net = |d: &Document| d.open.minor().saturating_sub(pool.case.discount(d));
    let fits = |d: &&Document| pool.case.discount(d) > 0 && net(d) == pool.amount;
    let fitting: Vec<&Document> = pool.invoices.iter().copied().filter(fits).collect();
    pool.only(&fitting, "the payer's only invoice that comes to this amount less its discount", |d| {
        Part::less_discount(d, pool.case.discount(d))
    })
}

fn within_tolerance<'a>(pool: &Pool<'_, 'a>) -> Finding<'a> {
    let policy = pool.case.policy;
    let short = |d: &Document| d.open.minor().saturating_sub(pool.amount);
    let allowed = |d: &Document| {
        let due = Money::new(d.open.minor(), d.open.currency());
        policy.rounding_minor.max(policy.fee_allowed(pool.case.payment.rail, due))
    };
    let fits = |d: &&Document| short(d) > 0 && short(d) <= allowed(d);
    let fitting: Vec<&Document> = pool.invoices.iter().copied().filter(fits).collect();
    pool.only(&fitting, "the payer's only invoice within a tolerance of this amount", |d| Part {
        invoice: d,
        paid: pool.amount,
        discount: 0,
        writeoff: short(d),
    })
}

fn only_invoice<'a>(pool: &Pool<'_, 'a>) -> Finding<'a> {
    if pool.case.invoices(pool.currency).count() != pool.invoices.len() {
        return Finding::Nothing;
    }
    match pool.invoices.as_slice() {
        [one] if one.open.minor() > pool.amount && pool.amount > 0 => Finding::Explains(Explained {
            parts: vec![Part::partly(one, pool.amount)],
            credits: Vec::new(),
            unapplied: 0,
            why: "a part of the payer's only open invoice".into(),
            is_stated: true,
        }),
        _ => Finding::Nothing,
    }
}

/// The oldest first, where the company has switched it on.
pub fn oldest_first<'a>(case: &Case<'a>) -> Option<Explained<'a>> {
    if !case.policy.oldest_first || case.payer.certainty != Certainty::Certain || case.payer.is_intermediary {
        return None;
    }
    let mut left = case.payment.amount.minor();
    let mut parts = Vec::new();
    let mut invoices: Vec<&Document> = case.invoices(case.payment.amount.currency()).collect();
    invoices.sort_by(|a, b| (a.due_on, &a.id).cmp(&(b.due_on, &b.id)));
    for invoice in invoices {
        let paid = invoice.open.minor().min(left);
        if paid > 0 {
            parts.push(Part::partly(invoice, paid));
            left = left.saturating_sub(paid);
        }
    }
    let why = "the company settles the oldest invoices first where nothing is named".into();
    (!parts.is_empty()).then_some(Explained {
        parts,
        credits: Vec::new(),
        unapplied: left,
        why,
        is_stated: true,
    })
}
