//! Money is conserved over any sequence of what can happen to a payment and its invoices.
use crate::ids::{CustomerId, EntityId, ExternalRef, InvoiceId, PaymentId, PromiseId};
use crate::invoice::{Contested, ExternalVersion, Invoice, RefundToDecide, Settlement};
use crate::money::{Currency, Money};
use crate::payment::{Payment, PaymentSource, Posting, RemittanceFacts, ReversalKind};
use crate::promise::{ActivePromise, PromiseOutcome};
use crate::refusal::Refusal;
use chrono::NaiveDate;
use proptest::prelude::*;

const INVOICES: usize = 3;

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 16).unwrap()
}

fn payment(received: i64) -> Payment {
    Payment {
        entity: EntityId::new("main"),
        id: PaymentId::new("p"),
        external_ref: ExternalRef::new("stripe", "p"),
        source: PaymentSource::Stripe,
        customer: Some(CustomerId::new("c")),
        received: usd(received),
        applied: usd(0),
        refunded: usd(0),
        reversed: usd(0),
        received_on: day(),
        remittance: RemittanceFacts::default(),
        allocations: vec![],
        reversals: vec![],
        posting: Posting::NotPosted,
        mirror: None,
    }
}

fn invoice(number: &str, original: i64) -> Invoice {
    Invoice {
        entity: EntityId::new("main"),
        id: InvoiceId::new(number),
        external_ref: ExternalRef::new("qbo", number),
        external_version: ExternalVersion {
            token: "0".into(),
            updated_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        },
        customer: CustomerId::new("c"),
        number: number.into(),
        issued_on: day(),
        due_on: Some(day()),
        original: usd(original),
        applied: usd(0),
        credited: usd(0),
        discounted: usd(0),
        written_off: usd(0),
        ledger_balance: usd(original),
        is_voided: false,
        settled: vec![],
        refunds_to_decide: vec![],
        contested: vec![],
        promise: None,
        kept_promise: None,
        broken_promises: 0,
        dispute: None,
        letters: vec![],
    }
}

/// A payment with the invoices that it may settle.
#[derive(Debug, Clone, PartialEq)]
struct Books {
    payment: Payment,
    invoices: Vec<Invoice>,
}

#[derive(Debug, Clone)]
enum Step {
    Apply { invoice: usize, minor: i64 },
    Unapply { invoice: usize, minor: i64 },
    Reverse { kind: ReversalKind, id: u8, minor: i64 },
    Undo { id: u8 },
}

impl Books {
    fn new(received: i64, originals: &[i64]) -> Self {
        let number = |at: usize| format!("INV-{at}");
        let invoices = originals.iter().enumerate().map(|(at, minor)| invoice(&number(at), *minor)).collect();
        Self { payment: payment(received), invoices }
    }

    fn by(&self) -> Settlement {
        Settlement::Payment(self.payment.id.clone())
    }

    fn at(&self, id: &InvoiceId) -> usize {
        self.invoices.iter().position(|invoice| invoice.id == *id).unwrap()
    }

    /// Both sides change, or, refused, none.
    fn after(mut self, step: &Step) -> Result<Self, Refusal> {
        let by = self.by();
        match step {
            Step::Apply { invoice, minor } => {
                let id = self.invoices[*invoice].id.clone();
                self.invoices[*invoice] = self.invoices[*invoice].clone().settle(by, usd(*minor))?;
                self.payment = self.payment.allocate(id, usd(*minor))?;
            }
            Step::Unapply { invoice, minor } => {
                let id = self.invoices[*invoice].id.clone();
                self.invoices[*invoice] = self.invoices[*invoice].clone().unsettle(&by, usd(*minor))?;
                self.payment = self.payment.deallocate(&id, usd(*minor))?;
            }
            Step::Reverse { kind, id, minor } => {
                let id = id.to_string();
                self.payment = self.payment.reverse(*kind, &id, usd(*minor))?;
                for part in self.payment.reversal(&id).unwrap().taken_from.clone() {
                    let at = self.at(&part.invoice);
                    let mut invoice = self.invoices[at].clone().unsettle(&by, part.amount)?;
                    let (payment, amount) = (self.payment.id.clone(), part.amount);
                    match kind {
                        ReversalKind::Refund => invoice.refunds_to_decide.push(RefundToDecide {
                            payment,
                            refund: id.clone(),
                            amount,
                            choice: None,
                        }),
                        ReversalKind::CardDispute => {
                            invoice.contested.push(Contested { payment, dispute: id.clone(), amount });
                        }
                    }
                    self.invoices[at] = invoice;
                }
            }
            Step::Undo { id } => {
                let id = id.to_string();
                let (payment, taken) = self.payment.undo_reversal(&id)?;
                self.payment = payment;
                for invoice in &mut self.invoices {
                    invoice.refunds_to_decide.retain(|refund| refund.refund != id);
                    invoice.contested.retain(|contested| contested.dispute != id);
                }
                for part in taken {
                    let at = self.at(&part.invoice);
                    let again = part.amount.at_most(self.invoices[at].payable()?)?;
                    if again.is_positive() {
                        self.invoices[at] = self.invoices[at].clone().settle(by.clone(), again)?;
                        self.payment = self.payment.allocate(part.invoice, again)?;
                    }
                }
            }
        }
        Ok(self)
    }

    /// Whether a step may be taken at all: money on an invoice that is held for a decision is not settled anew.
    fn allows(&self, step: &Step) -> bool {
        let Step::Apply { invoice, minor } = step else { return true };
        self.invoices[*invoice].payable().unwrap().minor() >= *minor
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let told = |refusal: Refusal| TestCaseError::fail(refusal.to_string());
        self.payment.check().map_err(told)?;
        let Payment { received, applied, refunded, reversed, .. } = &self.payment;
        let parts = [*applied, *refunded, *reversed, self.payment.unapplied().map_err(told)?];
        prop_assert_eq!(Money::sum(Currency::USD, parts).unwrap(), *received);
        for invoice in &self.invoices {
            invoice.check().map_err(told)?;
            let allocated = self.payment.allocations.iter().filter(|part| part.invoice == invoice.id);
            let allocated = Money::sum(Currency::USD, allocated.map(|part| part.amount)).unwrap();
            prop_assert_eq!(allocated, invoice.applied, "both sides of {}", &invoice.number);
            prop_assert_eq!(invoice.open().unwrap().plus(invoice.applied).unwrap(), invoice.original);
        }
        Ok(())
    }

    /// The same, whatever the order in which it came about, and without what is over.
    fn settled(&self) -> (Vec<(InvoiceId, i64)>, Vec<Invoice>) {
        let mut parts: Vec<(InvoiceId, i64)> =
            self.payment.allocations.iter().map(|part| (part.invoice.clone(), part.amount.minor())).collect();
        parts.sort();
        (parts, self.invoices.clone())
    }
}

fn kind() -> impl Strategy<Value = ReversalKind> {
    prop_oneof![Just(ReversalKind::Refund), Just(ReversalKind::CardDispute)]
}

fn step() -> impl Strategy<Value = Step> {
    let minor = -10_i64..600;
    prop_oneof![
        (0..INVOICES, minor.clone()).prop_map(|(invoice, minor)| Step::Apply { invoice, minor }),
        (0..INVOICES, minor.clone()).prop_map(|(invoice, minor)| Step::Unapply { invoice, minor }),
        (kind(), 0_u8..4, minor).prop_map(|(kind, id, minor)| Step::Reverse { kind, id, minor }),
        (0_u8..4).prop_map(|id| Step::Undo { id }),
    ]
}

fn books() -> impl Strategy<Value = Books> {
    (1_i64..1_500, prop::collection::vec(1_i64..600, INVOICES))
        .prop_map(|(received, originals)| Books::new(received, &originals))
}

/// The books after every step that is allowed and not refused.
fn after(books: Books, steps: &[Step]) -> Books {
    steps.iter().fold(books, |books, step| {
        if books.allows(step) { books.clone().after(step).unwrap_or(books) } else { books }
    })
}

proptest! {
    #[test]
    fn any_sequence_conserves_money(start in books(), steps in prop::collection::vec(step(), 0..30)) {
        let mut books = start;
        books.check()?;
        for step in &steps {
            books = after(books, std::slice::from_ref(step));
            books.check()?;
        }
    }

    #[test]
    fn unapplying_what_was_just_applied_leaves_no_trace(
        start in books(), steps in prop::collection::vec(step(), 0..10), invoice in 0..INVOICES, minor in 1_i64..600,
    ) {
        let before = after(start, &steps);
        let apply = Step::Apply { invoice, minor };
        let Ok(applied) = before.clone().after(&apply) else { return Ok(()) };
        prop_assert_ne!(&applied, &before);
        let undone = applied.after(&Step::Unapply { invoice, minor }).unwrap();
        prop_assert_eq!(undone.payment.unapplied().unwrap(), before.payment.unapplied().unwrap());
        prop_assert_eq!(undone.settled(), before.settled());
    }

    #[test]
    fn undoing_an_application_restores_the_promise_that_it_kept(
        minor in 1_i64..600, promised in 1_i64..600, is_valued in any::<bool>(),
    ) {
        let mut books = Books::new(600, &[600]);
        let (amount, applied_before) = (usd(promised), usd(0));
        let (id, on, made_on) = (PromiseId::new("p"), day(), day());
        let promise = ActivePromise { id, amount, on, tolerance_days: 0, applied_before, made_on };
        books.invoices[0] = books.invoices[0].clone().promised(promise).unwrap();
        let before = books.clone();
        let mut books = books.after(&Step::Apply { invoice: 0, minor }).unwrap();
        let later = day().succ_opt().unwrap();
        if is_valued && minor >= promised {
            let (valued, outcome) = books.invoices[0].clone().promise_valued(later).unwrap();
            prop_assert_eq!((outcome, valued.promise.is_none()), (Some(PromiseOutcome::Kept), true));
            books.invoices[0] = valued;
        }
        let mut books = books.after(&Step::Unapply { invoice: 0, minor }).unwrap();
        books.invoices[0] = books.invoices[0].clone().promise_reopened().unwrap();
        prop_assert_eq!(books, before);
    }

    #[test]
    fn undoing_a_reversal_restores_what_it_took(
        start in books(), steps in prop::collection::vec(step(), 0..10), kind in kind(), minor in 1_i64..1_500,
    ) {
        let before = after(start, &steps);
        let Ok(reversed) = before.clone().after(&Step::Reverse { kind, id: 9, minor }) else { return Ok(()) };
        reversed.check()?;
        let undone = reversed.after(&Step::Undo { id: 9 }).unwrap();
        undone.check()?;
        prop_assert_eq!(undone.payment.unapplied().unwrap(), before.payment.unapplied().unwrap());
        let sums = |books: &Books| books.invoices.iter().map(|i| (i.applied, i.chaseable().unwrap())).collect::<Vec<_>>();
        prop_assert_eq!(sums(&undone), sums(&before));
        prop_assert_eq!(undone.settled().0, before.settled().0);
    }
}
