//! What a payment of the ledger settles, taken off and put on anew: its lines may have changed in any way.
use super::documents::id;
use super::payments::INVOICE_PAUSE_SECONDS;
use super::pull;
use crate::App;
use crate::store::entity::Stored;
use crate::store::keys;
use crate::store::reads::load_many;
use crate::store::table::Key;
use crate::worker::Failure;
use connectors::quickbooks::facts::{ErpPayment, ErpPaymentLine};
use domain::credit::CreditMemo;
use domain::ids::{CreditMemoId, InvoiceId};
use domain::invoice::{Invoice, Settlement};
use domain::money::Money;
use domain::payment::{Allocation, CreditUse, Payment};
use domain::refusal::Refusal;

/// What is taken off an invoice may be so because the invoice is void or deleted now: its own news come first, in
/// whichever order the pages are worked off.
///
/// # Errors
/// The table's; a retry while invoices are not pulled as of the payment's change.
pub(super) async fn after_its_documents(
    app: &App,
    row: &ErpPayment,
    former: impl IntoIterator<Item = &Allocation>,
    wanted: &Lines,
) -> Result<(), Failure> {
    let is_lowered = former.into_iter().any(|part| {
        let now = wanted.invoices.iter().find(|line| line.invoice == part.invoice);
        now.is_none_or(|now| now.amount.minor() < part.amount.minor())
    });
    if is_lowered && !row.is_voided && !pull::has_documents_of(app, row.updated_at).await? {
        return Err(not_pulled("what its payment was taken off"));
    }
    Ok(())
}

fn poison(refusal: impl Into<Refusal>) -> Failure {
    Failure::poison(refusal.into().to_string())
}

/// What a payment of the ledger settles: each invoice once, and how much of each credit memo it uses for that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Lines {
    pub invoices: Vec<Allocation>,
    pub credits: Vec<(CreditMemoId, Money)>,
    /// Lines on anything else, a journal entry say, in words: what they settle is not followed here.
    pub others: Vec<String>,
}

impl Lines {
    /// # Errors
    /// Amounts that cannot be added.
    pub(super) fn of(row: &ErpPayment) -> Result<Self, Refusal> {
        let mut lines = Self::default();
        for line in row.lines.iter().filter(|line| line.amount.is_positive()) {
            match (line.invoice_external_ids.as_slice(), line.credit_memo_external_ids.as_slice()) {
                ([invoice], []) => {
                    let invoice = InvoiceId(id(invoice));
                    match lines.invoices.iter_mut().find(|allocation| allocation.invoice == invoice) {
                        Some(known) => known.amount = known.amount.plus(line.amount)?,
                        None => lines.invoices.push(Allocation { invoice, amount: line.amount }),
                    }
                }
                ([], [memo]) => {
                    let memo = CreditMemoId(id(memo));
                    match lines.credits.iter_mut().find(|(known, _)| *known == memo) {
                        Some((_, known)) => *known = known.plus(line.amount)?,
                        None => lines.credits.push((memo, line.amount)),
                    }
                }
                // On nothing: unapplied there as it is here.
                ([], []) if line.others.is_empty() => {}
                _ => lines.others.push(format!("{} on {}", line.amount, linked(line))),
            }
        }
        Ok(lines)
    }
}

/// What a line is linked to, in words.
fn linked(line: &ErpPaymentLine) -> String {
    let invoices = line.invoice_external_ids.iter().map(|id| format!("Invoice {id}"));
    let memos = line.credit_memo_external_ids.iter().map(|id| format!("CreditMemo {id}"));
    let all: Vec<String> = invoices.chain(memos).chain(line.others.iter().cloned()).collect();
    all.join(" and ")
}

/// A payment taken off everything that it settled and put on what it settles now.
pub(super) struct Rebuilt {
    pub payment: Payment,
    pub credits: Vec<CreditUse>,
    /// Those that changed.
    pub invoices: Vec<Stored<Invoice>>,
    /// Those that changed.
    pub memos: Vec<Stored<CreditMemo>>,
    /// What did not fit: it stays unapplied here.
    pub misfits: Vec<String>,
}

/// Rebuilds `blank`, a payment that settles nothing, with the wanted lines; `former` is what it settled before. Parts
/// that a refund or a card dispute holds are not settled anew.
///
/// # Errors
/// The table's; a retry while an invoice or a credit memo is not pulled yet.
pub(super) async fn rebuilt(
    app: &App,
    former: Option<&Payment>,
    blank: Payment,
    wanted: &Lines,
) -> Result<Rebuilt, Failure> {
    let allocated = former.map(|former| former.allocations.clone()).unwrap_or_default();
    let credited =
        former.and_then(|former| former.mirror.clone()).map(|mirror| mirror.credits).unwrap_or_default();
    let mut invoice_ids: Vec<InvoiceId> =
        allocated.iter().chain(&wanted.invoices).map(|part| part.invoice.clone()).collect();
    invoice_ids.extend(credited.iter().map(|used| used.invoice.clone()));
    let mut memo_ids: Vec<CreditMemoId> = credited.iter().map(|used| used.credit_memo.clone()).collect();
    memo_ids.extend(wanted.credits.iter().map(|(memo, _)| memo.clone()));
    let before = (invoices(app, invoice_ids).await?, memos(app, memo_ids).await?);
    let mut work = Work {
        payment: blank,
        credits: Vec::new(),
        invoices: before.0.clone(),
        memos: before.1.clone(),
        left: wanted.credits.clone(),
        misfits: Vec::new(),
    };
    work.take_off(&allocated, &credited).map_err(poison)?;
    for line in &wanted.invoices {
        work.put_on(line).map_err(poison)?;
    }
    work.finish(before)
}

struct Work {
    payment: Payment,
    credits: Vec<CreditUse>,
    invoices: Vec<Stored<Invoice>>,
    memos: Vec<Stored<CreditMemo>>,
    /// Credit that is wanted and not used yet.
    left: Vec<(CreditMemoId, Money)>,
    misfits: Vec<String>,
}

impl Work {
    fn take_off(&mut self, allocated: &[Allocation], credited: &[CreditUse]) -> Result<(), Refusal> {
        let by = Settlement::Payment(self.payment.id.clone());
        for invoice in &mut self.invoices {
            let id = invoice.state.id.clone();
            for part in allocated.iter().filter(|part| part.invoice == id) {
                invoice.state = invoice.state.clone().unsettle(&by, part.amount)?;
            }
            for used in credited.iter().filter(|used| used.invoice == id) {
                let by = Settlement::Credit(used.credit_memo.clone());
                invoice.state = invoice.state.clone().unsettle(&by, used.amount)?;
            }
        }
        for memo in &mut self.memos {
            let id = memo.state.id.clone();
            for used in credited.iter().filter(|used| used.credit_memo == id) {
                memo.state = memo.state.clone().deallocate(&used.invoice, used.amount)?;
            }
        }
        Ok(())
    }

    /// Credit settles first, and then the payment's own money: the ledger keeps only their sum.
    fn put_on(&mut self, line: &Allocation) -> Result<(), Refusal> {
        let Some(invoice) = self.invoices.iter_mut().find(|invoice| invoice.state.id == line.invoice) else {
            return Ok(());
        };
        let mut state = invoice.state.clone();
        let mut rest = line.amount;
        for (memo_id, left) in &mut self.left {
            let Some(memo) = self.memos.iter_mut().find(|memo| memo.state.id == *memo_id) else { continue };
            let wanted = rest.at_most(*left)?;
            if !wanted.is_positive() {
                continue;
            }
            state = state.credit_came(wanted)?;
            let unused = memo.state.original.minus(memo.state.applied)?;
            let fits = wanted.at_most(state.payable()?)?.at_most(unused)?;
            if fits.is_positive() {
                let used = Allocation { invoice: state.id.clone(), amount: fits };
                memo.state = memo.state.clone().allocate(used)?;
                state = state.settle(Settlement::Credit(memo_id.clone()), fits)?;
                let (credit_memo, invoice) = (memo_id.clone(), state.id.clone());
                self.credits.push(CreditUse { credit_memo, invoice, amount: fits });
                *left = left.minus(fits)?;
                rest = rest.minus(fits)?;
            }
        }
        let fits = rest.at_most(state.payable()?)?.at_most(self.payment.unapplied()?)?;
        if fits.is_positive() {
            self.payment = self.payment.clone().allocate(state.id.clone(), fits)?;
            state = state.settle(Settlement::Payment(self.payment.id.clone()), fits)?;
            rest = rest.minus(fits)?;
        }
        if rest.is_positive() {
            self.misfits.push(format!("{rest} on {}", state.number));
        }
        invoice.state = state;
        Ok(())
    }

    /// Tells what credit found no place, and leaves out what is as it was before.
    fn finish(mut self, before: (Vec<Stored<Invoice>>, Vec<Stored<CreditMemo>>)) -> Result<Rebuilt, Failure> {
        for (memo, left) in self.left.iter().filter(|(_, left)| left.is_positive()) {
            self.misfits.push(format!("{left} of credit memo {memo}"));
        }
        for invoice in &mut self.invoices {
            invoice.state = invoice.state.clone().promise_reopened().map_err(poison)?;
        }
        let is_new = |invoice: &Stored<Invoice>| before.0.iter().all(|was| was.state != invoice.state);
        self.invoices.retain(is_new);
        self.memos.retain(|memo| before.1.iter().all(|was| was.state != memo.state));
        let Self { payment, credits, invoices, memos, misfits, .. } = self;
        Ok(Rebuilt { payment, credits, invoices, memos, misfits })
    }
}

/// The invoices of these ids; a retry where one is missing.
async fn invoices(app: &App, mut ids: Vec<InvoiceId>) -> Result<Vec<Stored<Invoice>>, Failure> {
    ids.sort();
    ids.dedup();
    let wanted: Vec<Key> = ids.iter().map(|id| keys::invoice(&app.settings.entity, id)).collect();
    let found: Vec<Stored<Invoice>> = load_many(app.table.as_ref(), &wanted).await?;
    let missing = ids.iter().find(|id| !found.iter().any(|invoice| invoice.state.id == **id));
    missing.map_or(Ok(found), |id| Err(not_pulled(&format!("invoice {id}"))))
}

async fn memos(app: &App, mut ids: Vec<CreditMemoId>) -> Result<Vec<Stored<CreditMemo>>, Failure> {
    ids.sort();
    ids.dedup();
    let wanted: Vec<Key> = ids.iter().map(|id| keys::credit_memo(&app.settings.entity, id)).collect();
    let found: Vec<Stored<CreditMemo>> = load_many(app.table.as_ref(), &wanted).await?;
    let missing = ids.iter().find(|id| !found.iter().any(|memo| memo.state.id == **id));
    missing.map_or(Ok(found), |id| Err(not_pulled(&format!("credit memo {id}"))))
}

pub(super) fn not_pulled(what: &str) -> Failure {
    Failure::Retry { why: format!("{what} is not pulled yet"), after_seconds: Some(INVOICE_PAUSE_SECONDS) }
}
