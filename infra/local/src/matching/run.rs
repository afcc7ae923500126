//! The ledger protocol: payments in the order of receipt, invoices from when they exist, and a person's decisions from
//! when they are made, for what was left to a person.
use super::book::MemoryBook;
use super::files::{Files, Received, Resolution};
use super::lines::{CustomerLine, KindName};
use chrono::{DateTime, Utc};
use domain::cash::book::{Book, Document, Party, PastPayment};
use domain::cash::engine::decide;
use domain::cash::incoming::Direction;
use domain::cash::keys::CustomerKey;
use domain::cash::learn::{Lesson, lessons};
use domain::cash::names::Name;
use domain::cash::policy::MatchPolicy;
use domain::cash::verdict::{Decision, LineKind, Verdict};
use domain::ids::{CustomerId, InvoiceId, PaymentId};
use domain::money::Money;
use std::collections::HashMap;

/// What is known between two payments.
pub struct Ledger {
    pub book: MemoryBook,
    policy: MatchPolicy,
    to_come: std::iter::Peekable<std::vec::IntoIter<(DateTime<Utc>, Document)>>,
    resolutions: std::iter::Peekable<std::vec::IntoIter<Resolution>>,
    /// Left to a person, with who certainly paid.
    reviewed: HashMap<PaymentId, Option<CustomerId>>,
}

/// Decides every payment in turn.
pub fn run(files: Files) -> Vec<(Received, Verdict)> {
    let facts: HashMap<PaymentId, usize> =
        files.payments.iter().enumerate().map(|(at, payment)| (payment.id.clone(), at)).collect();
    let payments = files.payments;
    let mut ledger = Ledger::new(files.policy, files.customers, files.documents, files.resolutions);
    let mut verdicts = Vec::with_capacity(payments.len());
    for payment in &payments {
        ledger.advance(payment.at, |id| facts.get(id).and_then(|at| payments.get(*at)));
        verdicts.push(ledger.take(payment));
    }
    payments.into_iter().zip(verdicts).collect()
}

impl Ledger {
    pub fn new(
        policy: MatchPolicy,
        customers: Vec<CustomerLine>,
        documents: Vec<(DateTime<Utc>, Document)>,
        resolutions: Vec<Resolution>,
    ) -> Self {
        let mut book = MemoryBook::default();
        let mut children: HashMap<String, Vec<CustomerId>> = HashMap::new();
        for line in &customers {
            if let Some(parent) = &line.parent_id {
                children.entry(parent.clone()).or_default().push(CustomerId::new(line.customer_id.clone()));
            }
        }
        for line in customers {
            let subsidiaries = children.remove(&line.customer_id).unwrap_or_default();
            add(&mut book, line, subsidiaries);
        }
        let (to_come, resolutions) = (documents.into_iter().peekable(), resolutions.into_iter().peekable());
        Self { book, policy, to_come, resolutions, reviewed: HashMap::new() }
    }

    /// Makes everything visible that exists at an instant.
    pub fn advance<'p>(&mut self, now: DateTime<Utc>, payment: impl Fn(&PaymentId) -> Option<&'p Received>) {
        while let Some((_, document)) = self.to_come.next_if(|(from, _)| *from <= now) {
            self.book.add_document(document);
        }
        while let Some(resolution) = self.resolutions.next_if(|resolution| resolution.at <= now) {
            if resolution.always || self.reviewed.contains_key(&resolution.payment) {
                self.resolve(&resolution, payment(&resolution.payment));
            }
        }
    }

    /// Decides a payment and books the decision.
    pub fn take(&mut self, payment: &Received) -> Verdict {
        let decision = decide(&payment.facts, &self.policy, &self.book);
        self.record(payment, &decision);
        match &decision.verdict {
            Verdict::Apply { customer, lines, .. } => {
                for line in lines {
                    self.book.settle(&line.document, line.amount);
                }
                self.learn(payment, decision.payer.as_ref().unwrap_or(customer));
            }
            Verdict::Review { .. } => {
                self.reviewed.insert(payment.id.clone(), decision.payer);
            }
            Verdict::Reverse { of, amount, .. } => self.reverse(of, *amount),
            Verdict::Ignore { .. } => {}
        }
        decision.verdict
    }

    fn record(&mut self, payment: &Received, decision: &Decision) {
        let verdict = &decision.verdict;
        if payment.facts.direction == Direction::Debit
            || matches!(verdict, Verdict::Ignore { duplicate_of: Some(_), .. })
        {
            return;
        }
        let facts = &payment.facts;
        let none = Money::zero(facts.amount.currency());
        let (customer, settles, unapplied) = match verdict {
            Verdict::Apply { customer, lines, unapplied, .. } => {
                let paid = lines.iter().filter(|line| line.kind == LineKind::Payment);
                (
                    Some(customer.clone()),
                    paid.map(|line| (line.document.clone(), line.amount)).collect(),
                    *unapplied,
                )
            }
            Verdict::Review { .. } => (decision.payer.clone(), Vec::new(), facts.amount),
            _ => (None, Vec::new(), none),
        };
        let named = match verdict {
            Verdict::Ignore { .. } => Vec::new(),
            _ => decision.named.clone(),
        };
        self.book.add_payment(PastPayment {
            id: payment.id.clone(),
            provider_id: facts.provider_id.clone(),
            source: facts.source.clone(),
            amount: facts.amount,
            value_on: facts.value_on,
            end_to_end_id: facts.end_to_end_id.clone(),
            check_number: facts.check_number.clone(),
            payer_name: facts.payer_name.clone(),
            payer_account: facts.payer_account.clone(),
            customer,
            settles,
            named,
            unapplied,
            reversed: none,
        });
    }

    fn learn(&mut self, payment: &Received, customer: &CustomerId) {
        let Some(name) = self.book.party(customer).map(|party| party.name.clone()) else { return };
        for lesson in lessons(&payment.facts, &self.policy, &name) {
            let key = match lesson {
                Lesson::Account(account) => CustomerKey::Account(account),
                Lesson::Alias(alias) => CustomerKey::Alias(alias),
            };
            self.book.learn(key, customer);
        }
    }

    /// Takes an amount back: what is unapplied first, then what the payment settled last.
    fn reverse(&mut self, of: &PaymentId, amount: Money) {
        let Some(past) = self.book.payment(of) else { return };
        let mut left = amount.minor().saturating_sub(past.unapplied.minor());
        let mut settles = past.settles.clone();
        let mut reopened: Vec<(InvoiceId, Money)> = Vec::new();
        let is_foreign = settles.iter().any(|(_, settled)| settled.currency() != amount.currency());
        if is_foreign && amount == past.amount {
            left = i64::MAX;
        }
        for (invoice, settled) in settles.iter_mut().rev() {
            let part = Money::new(settled.minor().min(left).max(0), settled.currency());
            left = left.saturating_sub(part.minor());
            *settled = Money::new(settled.minor().saturating_sub(part.minor()), settled.currency());
            reopened.push((invoice.clone(), part));
        }
        settles.retain(|(_, settled)| settled.is_positive());
        self.book.change_payment(of, |past| {
            past.settles = settles;
            past.unapplied = past.unapplied.minus(amount).map_or(past.unapplied, Money::floored);
            past.reversed = past.reversed.plus(amount).unwrap_or(past.reversed);
        });
        for (invoice, part) in reopened {
            self.book.settle(&invoice, Money::new(part.minor().saturating_neg(), part.currency()));
        }
    }

    fn resolve(&mut self, resolution: &Resolution, payment: Option<&Received>) {
        let mut settled: Vec<(InvoiceId, Money)> = Vec::new();
        for line in &resolution.allocations {
            let invoice = InvoiceId::new(line.invoice_id.clone());
            let Some(currency) = self.book.document(&invoice).map(|d| d.amount.currency()) else { continue };
            let Ok(amount) = Money::parse(&line.amount, currency) else { continue };
            self.book.settle(&invoice, amount);
            if line.kind == KindName::Payment && amount.is_positive() {
                settled.push((invoice, amount));
            }
        }
        let customer = resolution.customer.clone();
        self.book.change_payment(&resolution.payment, |past| {
            past.settles.extend(settled);
            past.customer = customer.clone().or_else(|| past.customer.clone());
            past.unapplied = resolution.unapplied.unwrap_or(past.unapplied);
        });
        if let (Some(customer), Some(payment), false) = (customer, payment, resolution.always) {
            let payer = self.reviewed.get(&resolution.payment).cloned().flatten().unwrap_or(customer);
            if payment.facts.direction == Direction::Credit {
                self.learn(payment, &payer);
            }
        }
    }
}

fn add(book: &mut MemoryBook, line: CustomerLine, subsidiaries: Vec<CustomerId>) {
    let mut keys: Vec<CustomerKey> = line.bank_accounts.into_iter().map(CustomerKey::Account).collect();
    keys.extend(line.stripe_customer_id.map(CustomerKey::Stripe));
    keys.extend(line.email_domain.map(|domain| CustomerKey::MailDomain(domain.to_lowercase())));
    keys.extend(line.customer_number.map(CustomerKey::Number));
    let party = Party {
        id: CustomerId::new(line.customer_id),
        name: Name::read(&line.name),
        parent: line.parent_id.map(CustomerId::new),
        subsidiaries,
    };
    book.add_party(party, keys);
}
