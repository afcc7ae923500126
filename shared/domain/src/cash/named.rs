//! The documents that a payment names, and the ways in which they may explain its amount: a list, tried in order.
use super::book::{Document, DocumentKind};
use super::case::{Case, Worth};
use super::differences;
use super::lists;
use super::near;
use super::verdict::{Line, LineKind};
use crate::ids::CustomerId;
use crate::money::{Currency, Money};

/// What a payment names, all in one currency.
pub struct Named<'c, 'a> {
    pub case: &'c Case<'a>,
    pub invoices: Vec<&'a Document>,
    pub credits: Vec<&'a Document>,
    /// Named, but nothing is open on them.
    pub settled: Vec<&'a Document>,
    pub currency: Currency,
    pub worth: Worth,
    /// What is open on the invoices less the credit memos.
    pub due: i64,
}

/// How much of an invoice is settled by what.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    pub invoice: &'a Document,
    /// Cash, and credit that is netted.
    pub paid: i64,
    pub discount: i64,
    pub writeoff: i64,
}

impl<'a> Part<'a> {
    pub fn whole(invoice: &'a Document) -> Self {
        Self { invoice, paid: invoice.open.minor(), discount: 0, writeoff: 0 }
    }

    pub fn less_discount(invoice: &'a Document, discount: i64) -> Self {
        Self { invoice, paid: invoice.open.minor().saturating_sub(discount), discount, writeoff: 0 }
    }

    pub fn partly(invoice: &'a Document, paid: i64) -> Self {
        Self { invoice, paid, discount: 0, writeoff: 0 }
    }
}

/// One way to explain the amount.
#[derive(Debug, Clone)]
pub struct Explained<'a> {
    pub parts: Vec<Part<'a>>,
    pub credits: Vec<(&'a Document, i64)>,
    /// In the currency of the invoices.
    pub unapplied: i64,
    pub why: String,
    /// The text itself accounts for the amount; otherwise another invoice of just this amount casts doubt.
    pub is_stated: bool,
}

/// What a way to explain says.
pub enum Finding<'a> {
    Nothing,
    Explains(Explained<'a>),
    /// It would explain, but so would something else.
    Unsure(String, Vec<Vec<&'a Document>>),
}

type Explanation = for<'c, 'a> fn(&Named<'c, 'a>) -> Finding<'a>;

/// In order: what leaves nothing open comes before what leaves something, and a misprint before an overpayment.
pub const EXPLANATIONS: [(&str, Explanation); 15] = [
    ("named-in-full", differences::in_full),
    ("named-choice-in-full", differences::choice_in_full),
    ("named-with-amounts", lists::with_amounts),
    ("named-less-discount", differences::less_discount),
    ("named-range", lists::range),
    ("named-in-other-currency", differences::converted),
    ("named-part", differences::stated_part),
    ("named-less-credit", differences::less_credit),
    ("named-within-rounding", differences::within_rounding),
    ("named-with-misprint", near::completes),
    ("named-with-settled", differences::with_settled),
    ("named-list-goes-on", lists::goes_on),
    ("named-less-fee", differences::less_fee),
    ("named-in-part", differences::in_part),
    ("named-overpaid", differences::overpaid),
];

impl<'c, 'a> Named<'c, 'a> {
    /// `None` if nothing open is named, or in several currencies.
    pub fn of(case: &'c Case<'a>, documents: &[&'a Document]) -> Option<Self> {
        let (open, settled): (Vec<&Document>, Vec<&Document>) = documents.iter().partition(|d| d.is_open());
        let (credits, invoices): (Vec<&Document>, Vec<&Document>) =
            open.into_iter().partition(|d| d.kind == DocumentKind::CreditMemo);
        let currency = invoices.first()?.open.currency();
        if invoices.iter().chain(&credits).any(|d| d.open.currency() != currency) {
            return None;
        }
        let due = sum_open(&invoices).saturating_sub(sum_open(&credits));
        let worth = case.worth(currency)?;
        Some(Self { case, invoices, credits, settled, currency, worth, due })
    }

    /// The customer of all named documents, if it is one.
    pub fn customer(&self) -> Option<&'a CustomerId> {
        let first = &self.invoices.first()?.customer;
        self.invoices.iter().chain(&self.credits).all(|d| d.customer == *first).then_some(first)
    }

    /// Open invoices of the named customers that are not named.
    pub fn others(&self) -> Vec<&'a Document> {
        let mut customers: Vec<&CustomerId> = self.invoices.iter().map(|d| &d.customer).collect();
        customers.sort();
        customers.dedup();
        let open = customers.into_iter().flat_map(|customer| self.case.book.open_items(customer));
        open.filter(|d| d.is_open_invoice() && d.open.currency() == self.currency)
            .filter(|d| !self.invoices.iter().any(|named| named.id == d.id))
            .collect()
    }

    /// Settles all named invoices in full and uses up all named credit memos.
    pub fn wholly(&self, why: impl Into<String>) -> Explained<'a> {
        Explained {
            parts: self.invoices.iter().map(|invoice| Part::whole(invoice)).collect(),
            credits: self.credits.iter().map(|credit| (*credit, credit.open.minor())).collect(),
            unapplied: 0,
            why: why.into(),
            is_stated: false,
        }
    }
}

impl Explained<'_> {
    /// The lines of the decision.
    pub fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut push = |document: &Document, minor: i64, kind: LineKind| {
            if minor > 0 {
                let amount = Money::new(minor, document.open.currency());
                lines.push(Line { document: document.id.clone(), amount, kind });
            }
        };
        for part in &self.parts {
            push(part.invoice, part.paid, LineKind::Payment);
            push(part.invoice, part.discount, LineKind::Discount);
            push(part.invoice, part.writeoff, LineKind::FeeWriteoff);
        }
        for (credit, minor) in &self.credits {
            push(credit, *minor, LineKind::CreditMemo);
        }
        lines
    }
}

/// What is open on documents of one currency; saturates, so that a sum out of range equals no amount.
pub fn sum_open(documents: &[&Document]) -> i64 {
    documents.iter().fold(0, |sum: i64, d| sum.saturating_add(d.open.minor()))
}
