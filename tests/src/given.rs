//! What is the case before something happens.
use crate::effects::Failing;
use crate::world::World;
use app::doubles::mailer::ScriptedMailer;
use app::ports::HandOff;
use app::queues::QueueName;
use chrono::NaiveDate;
use domain::money::{Currency, Money};
use serde_json::json;
use sim::vendors::quickbooks::{Document, LedgerPayment, Trouble};
use std::sync::Arc;

pub(crate) fn usd(amount: &str) -> Money {
    Money::parse(amount, Currency::USD).unwrap()
}

/// Stripe counts in cents.
fn cents(amount: &str) -> i64 {
    usd(amount).minor()
}

const CREATED: i64 = 1_773_669_600;

impl World {
    /// A customer of QuickBooks; the next pull brings it.
    pub fn given_customer(&mut self, id: &str, name: &str, email: &str) {
        self.vendors.lock().unwrap().quickbooks.add_customer(id, name, email);
    }

    fn given_document(&mut self, kind: &'static str, number: &str, customer: &str, amount: &str, on: &str) {
        let day: NaiveDate = on.parse().unwrap();
        let is_invoice = kind == "Invoice";
        let issued_on = if is_invoice { day - chrono::TimeDelta::days(30) } else { day };
        self.vendors.lock().unwrap().quickbooks.add_document(Document {
            kind,
            number: number.into(),
            customer: customer.into(),
            issued_on,
            due_on: is_invoice.then_some(day),
            total: usd(amount),
            balance: usd(amount),
            is_voided: false,
        });
    }

    /// An invoice of QuickBooks; the next pull brings it.
    pub fn given_invoice(&mut self, number: &str, customer: &str, amount: &str, due_on: &str) {
        self.given_document("Invoice", number, customer, amount, due_on);
    }

    pub fn given_credit_memo(&mut self, number: &str, customer: &str, amount: &str, issued_on: &str) {
        self.given_document("CreditMemo", number, customer, amount, issued_on);
    }

    /// The usual start: one customer with one invoice that fell due ten days ago, pulled.
    pub async fn given_larkspur(&mut self) {
        self.given_customer("7", "Larkspur Design LLC", "ap@larkspur.example");
        self.given_invoice("INV-1001", "7", "500.00", "2026-03-06");
        self.when_pull().await;
    }

    /// A payment that people posted in QuickBooks, on one invoice.
    pub fn given_payment_by_people(&mut self, customer: &str, total: &str, number: &str, amount: &str) {
        let mut vendors = self.vendors.lock().unwrap();
        let invoice = vendors.quickbooks.id_of(number);
        vendors.quickbooks.add_payment(LedgerPayment {
            customer: customer.into(),
            total: usd(total),
            lines: vec![(invoice, usd(amount))],
            credits: Vec::new(),
            received_on: "2026-03-16".into(),
            reference: None,
            note: Some("cheque".into()),
        });
    }

    /// QuickBooks links a credit memo to an invoice, by a payment of zero.
    pub fn given_credit_link(&mut self, customer: &str, memo: &str, number: &str, amount: &str) {
        let mut vendors = self.vendors.lock().unwrap();
        let (memo, invoice) = (vendors.quickbooks.id_of(memo), vendors.quickbooks.id_of(number));
        vendors.quickbooks.add_payment(LedgerPayment {
            customer: customer.into(),
            total: usd("0.00"),
            lines: vec![(invoice, usd(amount))],
            credits: vec![(memo, usd(amount))],
            received_on: "2026-03-16".into(),
            reference: None,
            note: Some("Created by QB Online to link credits to charges.".into()),
        });
    }

    /// People lower what the first payment, a credit link, links.
    pub fn given_lowered_link(&mut self, amount: &str) {
        self.vendors.lock().unwrap().quickbooks.change_first_payment(|payment| {
            payment.lines[0].1 = usd(amount);
            payment.credits[0].1 = usd(amount);
        });
    }

    /// People change the due day of an invoice in QuickBooks.
    pub fn given_new_due_day(&mut self, number: &str, due_on: &str) {
        let day = due_on.parse().unwrap();
        self.vendors
            .lock()
            .unwrap()
            .quickbooks
            .change_document(number, |document| document.due_on = Some(day));
    }

    /// The sender of letters stops before the hand-off: its claim is recorded, and it does not hear of it.
    pub fn given_sender_that_stops_at_its_claim(&mut self) {
        self.table.fail_after(0, Failing::AnswerLost);
    }

    /// The sender of letters stops after the hand-off: its claim is recorded, the answer is not.
    pub fn given_sender_that_stops_after_the_hand_off(&mut self) {
        self.table.fail_after(1, Failing::Before);
        self.given_hand_offs([]);
    }

    /// People correct a customer's name and address in QuickBooks.
    pub fn given_corrected_customer(&mut self, id: &str, name: &str, email: &str) {
        self.vendors.lock().unwrap().quickbooks.correct_customer(id, name, email);
    }

    /// People move the first payment in QuickBooks to another invoice.
    pub fn given_moved_payment(&mut self, number: &str) {
        let quickbooks = &mut self.vendors.lock().unwrap().quickbooks;
        let invoice = quickbooks.id_of(number);
        quickbooks.change_first_payment(|payment| payment.lines[0].0 = invoice);
    }

    /// People void the first payment in QuickBooks.
    pub fn given_voided_payment(&mut self) {
        self.vendors.lock().unwrap().quickbooks.change_first_payment(|payment| {
            payment.total = usd("0.00");
            payment.lines.clear();
            payment.credits.clear();
            payment.note = Some("Voided".into());
        });
    }

    /// People delete the first payment in QuickBooks.
    pub fn given_deleted_payment(&mut self) {
        self.vendors.lock().unwrap().quickbooks.delete_first_payment();
    }

    /// People delete an invoice or a credit memo in QuickBooks.
    pub fn given_deleted(&mut self, number: &str) {
        self.vendors.lock().unwrap().quickbooks.delete_document(number);
    }

    /// People make one customer of two in QuickBooks.
    pub fn given_merged(&mut self, from: &str, into: &str) {
        self.vendors.lock().unwrap().quickbooks.merge_customers(from, into);
    }

    /// QuickBooks tells of the first payment as it was before, on another invoice.
    pub fn given_stale_payment(&mut self, number: &str) {
        let quickbooks = &mut self.vendors.lock().unwrap().quickbooks;
        let invoice = quickbooks.id_of(number);
        quickbooks.roll_back_payment(|payment| payment.lines[0].0 = invoice);
    }

    /// QuickBooks tells of the version before, when nothing was paid yet.
    pub fn given_stale_balance(&mut self, number: &str, amount: &str) {
        let quickbooks = &mut self.vendors.lock().unwrap().quickbooks;
        quickbooks.change_document(number, |document| document.balance = usd(amount));
        quickbooks.roll_back_token(number);
        quickbooks.roll_back_token(number);
    }

    /// People lower our first posting in QuickBooks, on its only invoice.
    pub fn given_lowered_posting(&mut self, total: &str) {
        self.vendors.lock().unwrap().quickbooks.change_first_payment(|payment| {
            payment.total = usd(total);
            payment.lines[0].1 = usd(total);
        });
    }

    /// People lower an invoice in QuickBooks to what was paid of it.
    pub fn given_new_total(&mut self, number: &str, amount: &str) {
        self.vendors.lock().unwrap().quickbooks.change_document(number, |document| {
            document.total = usd(amount);
            document.balance = usd("0.00");
        });
    }

    /// People void an invoice in QuickBooks.
    pub fn given_void(&mut self, number: &str) {
        self.vendors.lock().unwrap().quickbooks.void_document(number);
    }

    /// QuickBooks tells of the version before, with another due day in it.
    pub fn given_stale_answer(&mut self, number: &str, due_on: &str) {
        self.given_new_due_day(number, due_on);
        let quickbooks = &mut self.vendors.lock().unwrap().quickbooks;
        quickbooks.roll_back_token(number);
        quickbooks.roll_back_token(number);
    }

    pub fn given_trouble(&mut self, trouble: Trouble) {
        self.vendors.lock().unwrap().quickbooks.meet(trouble);
    }

    /// QuickBooks forgets the connection.
    pub fn given_revoked_connection(&mut self) {
        self.vendors.lock().unwrap().quickbooks.revoke();
    }

    /// A card payment at Stripe that names an invoice.
    pub fn given_card_payment(&mut self, id: &str, amount: &str, invoice: &str) {
        let (charge, amount) = (format!("ch_{id}"), cents(amount));
        self.vendors.lock().unwrap().stripe.put(json!({
            "object": "payment_intent", "id": id, "amount": amount, "amount_received": amount,
            "currency": "usd", "status": "succeeded", "created": CREATED, "livemode": false,
            "metadata": {"invoice_number": invoice},
            "latest_charge": {
                "object": "charge", "id": charge, "amount": amount, "amount_captured": amount,
                "captured": true, "currency": "usd", "status": "succeeded", "created": CREATED,
                "livemode": false, "payment_intent": id,
                "billing_details": {"name": "A. Payer", "email": "payer@cards.example"},
            },
        }));
    }

    /// A bank debit at Stripe, for the invoices that it names, as it stands now.
    pub fn given_debit(&mut self, id: &str, amount: &str, invoice: &str, email: &str, status: &str) {
        let (charge, amount) = (format!("ch_{id}"), cents(amount));
        let (charged, received) = match status {
            "succeeded" => ("succeeded", amount),
            "processing" => ("pending", 0),
            _ => ("failed", 0),
        };
        let metadata = if invoice.is_empty() { json!({}) } else { json!({"invoice_number": invoice}) };
        self.vendors.lock().unwrap().stripe.put(json!({
            "object": "payment_intent", "id": id, "amount": amount, "amount_received": received,
            "currency": "usd", "status": status, "created": CREATED, "livemode": false, "metadata": metadata,
            "latest_charge": {
                "object": "charge", "id": charge, "amount": amount, "amount_captured": received,
                "captured": received > 0, "currency": "usd", "status": charged, "created": CREATED,
                "livemode": false, "payment_intent": id, "billing_details": {"name": "A. Payer", "email": email},
            },
        }));
    }

    /// A customer of Stripe with what lies in its cash balance.
    pub fn given_cash_balance(&mut self, id: &str, email: &str, amount: &str) {
        self.vendors.lock().unwrap().stripe.put(json!({
            "object": "customer", "id": id, "name": null, "email": email, "balance": 0, "currency": "usd",
            "cash_balance": {"object": "cash_balance", "available": {"usd": cents(amount)}, "customer": id},
        }));
    }

    /// Any object at Stripe, as it is now.
    pub fn given_at_stripe(&mut self, object: serde_json::Value) {
        self.vendors.lock().unwrap().stripe.put(object);
    }

    /// A refund at Stripe as it stands now.
    pub fn given_refund(&mut self, id: &str, payment: &str, amount: &str, status: &str) {
        self.vendors.lock().unwrap().stripe.put(json!({
            "object": "refund", "id": id, "amount": cents(amount), "currency": "usd", "status": status,
            "created": CREATED, "payment_intent": payment, "charge": format!("ch_{payment}"),
        }));
    }

    /// A card dispute at Stripe as it stands now.
    pub fn given_card_dispute(&mut self, id: &str, payment: &str, amount: &str, status: &str) {
        self.vendors.lock().unwrap().stripe.put(json!({
            "object": "dispute", "id": id, "amount": cents(amount), "currency": "usd", "status": status,
            "reason": "product_not_received", "created": CREATED, "payment_intent": payment,
            "charge": format!("ch_{payment}"),
        }));
    }

    /// A card dispute with what it did to the balance, in the order in which it happened.
    pub fn given_dispute_with_funds(
        &mut self,
        id: &str,
        payment: &str,
        amount: &str,
        status: &str,
        moved: &[&str],
    ) {
        let moved: Vec<_> = moved
            .iter()
            .map(|amount| match amount.strip_prefix('-') {
                Some(taken) => json!({"object": "balance_transaction", "amount": -cents(taken)}),
                None => json!({"object": "balance_transaction", "amount": cents(amount)}),
            })
            .collect();
        self.vendors.lock().unwrap().stripe.put(json!({
            "object": "dispute", "id": id, "amount": cents(amount), "currency": "usd", "status": status,
            "reason": "product_not_received", "created": CREATED, "payment_intent": payment,
            "charge": format!("ch_{payment}"), "balance_transactions": moved,
        }));
    }

    /// How the next hand-offs of mail end; later ones are accepted. From here on, none fails beyond that.
    pub fn given_hand_offs(&mut self, outcomes: impl IntoIterator<Item = HandOff>) {
        let mailer = Arc::new(ScriptedMailer::answering(outcomes));
        self.app.mailer = mailer.clone();
        self.mailers.push(mailer);
    }

    /// The deployment sends and posts, or is a dry run.
    pub fn given_sending(&mut self, is_sending: bool) {
        let mut settings = app::settings::Settings::clone(&self.app.settings);
        settings.is_sending = is_sending;
        self.app.settings = Arc::new(settings);
    }

    /// Nobody works off this queue, until it runs again.
    pub fn given_stopped_queue(&mut self, queue: QueueName) {
        self.stopped.insert(queue);
    }
}
