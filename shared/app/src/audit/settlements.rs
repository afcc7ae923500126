//! Conservation across items: what each invoice says of a payment or credit memo, and what those say of the invoice.
use super::Finding;
use crate::store::entity::Entity;
use crate::store::keys;
use domain::invoice::{Invoice, Settlement};
use domain::money::Money;
use domain::payment::Allocation;
use std::collections::BTreeMap;

/// A payment or credit memo and an invoice, by their partition keys.
type Pair = (String, String);

#[derive(Default)]
pub(super) struct Settlements {
    by_invoices: BTreeMap<Pair, Money>,
    by_sources: BTreeMap<Pair, Money>,
}

impl Settlements {
    pub(super) fn count(&self) -> usize {
        self.by_invoices.len()
    }

    pub(super) fn add_invoice(&mut self, invoice: &Invoice, findings: &mut Vec<Finding>) {
        for settled in &invoice.settled {
            let source = match &settled.by {
                Settlement::Payment(id) => keys::payment(&invoice.entity, id).pk,
                Settlement::Credit(id) => keys::credit_memo(&invoice.entity, id).pk,
            };
            let pair = (source, invoice.key().pk);
            add(&mut self.by_invoices, pair, settled.amount, findings);
        }
    }

    /// Adds what a payment or a credit memo says that it settles.
    pub(super) fn add_source<T: Entity>(
        &mut self,
        source: &T,
        allocations: &[Allocation],
        findings: &mut Vec<Finding>,
    ) {
        for Allocation { invoice, amount } in allocations {
            let pair = (source.key().pk, keys::invoice(source.entity(), invoice).pk);
            add(&mut self.by_sources, pair, *amount, findings);
        }
    }

    /// Both sides must name the same pairs with the same amounts in the same currency.
    pub(super) fn compare(&self, findings: &mut Vec<Finding>) {
        for (pair, amount) in &self.by_invoices {
            let (source, invoice) = pair;
            let what = match self.by_sources.get(pair) {
                Some(other) if other == amount => continue,
                Some(other) => format!("{source} settles {amount} of it, which itself says {other}"),
                None => format!("{source} settles {amount} of it, and itself says nothing of that"),
            };
            findings.push(Finding { item: invoice.clone(), what });
        }
        for (pair, amount) in self.by_sources.iter().filter(|(pair, _)| !self.by_invoices.contains_key(*pair))
        {
            let (source, invoice) = pair;
            let what = format!("{amount} of it is on {invoice}, which says nothing of that");
            findings.push(Finding { item: source.clone(), what });
        }
    }
}

fn add(side: &mut BTreeMap<Pair, Money>, pair: Pair, amount: Money, findings: &mut Vec<Finding>) {
    let former = side.get(&pair).copied();
    match former.map_or(Ok(amount), |former| former.plus(amount)) {
        Ok(sum) => {
            side.insert(pair, sum);
        }
        Err(error) => findings.push(Finding { item: pair.0, what: format!("on {}: {error}", pair.1) }),
    }
}
