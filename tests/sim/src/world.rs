//! The world outside: customers who pay, refund, dispute and write, people who keep the books, and the calendar. It
//! knows the truth that the ledger is compared with at rest.
use crate::engine::{Due, Engine};
use crate::rng::Rng;
use crate::vendors::SharedVendors;
use crate::vendors::quickbooks::{Document, LedgerPayment};
use app::queues::QueueName;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use domain::money::{Currency, Money};
use domain::timeline::entry_hash;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// In every name and address of a customer, so that personal text is recognised wherever it turns up.
pub const CANARY: &str = "zyxwvuts";

/// What SES tells of a mail of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailFact {
    Send,
    Delivery,
    PermanentBounce,
    Complaint,
}

/// Something outside that happens at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    Tick,
    Pull,
    /// The look through Stripe's events.
    Sweep,
    /// Somebody does something; what, is drawn when it happens.
    Act,
    /// Stripe tells of an object, until it is answered.
    Notice {
        event: String,
        kind: &'static str,
        object: &'static str,
        id: String,
        tries: u32,
    },
    /// A file is in the bucket.
    BankFile {
        key: String,
    },
    /// A mail; `is_stop` where it says, beyond doubt, that its sender wants no more of ours.
    Mail {
        key: String,
        from: String,
        customer: usize,
        dmarc: Option<&'static str>,
        is_stop: bool,
    },
    MailEvent {
        mail: (String, String, String),
        what: MailFact,
    },
    /// A customer follows the link in a letter, until it is answered.
    OptOut {
        customer: usize,
        tries: u32,
    },
}

impl Happening {
    /// On a calendar: it comes again and again, and rest does not wait for it.
    pub const fn is_calendar(&self) -> bool {
        matches!(self, Self::Tick | Self::Pull | Self::Sweep)
    }

    /// It has happened outside; telling us is only a matter of time.
    pub const fn is_promised(&self) -> bool {
        !matches!(self, Self::Tick | Self::Pull | Self::Sweep | Self::Act)
    }
}

/// A refund or card dispute as Stripe has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReversalTruth {
    pub payment: String,
    pub amount: i64,
    pub is_dispute: bool,
    /// Stripe's status.
    pub status: &'static str,
}

/// Money that came, as its sender knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentTruth {
    pub amount: i64,
    /// The invoice that it is for, and whether it says so.
    pub target: Option<String>,
    pub is_named: bool,
    /// The customer that its sender is known as.
    pub payer: Option<usize>,
}

/// A bank debit as Stripe has it.
#[derive(Debug, Clone)]
pub struct DebitTruth {
    pub truth: PaymentTruth,
    pub email: String,
    /// Stripe's status of the payment intent.
    pub status: &'static str,
}

/// A payment that can only settle one invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certain {
    pub id: String,
    pub amount: i64,
}

#[derive(Debug, Clone)]
pub struct CustomerTruth {
    pub id: String,
    pub email: String,
}

#[derive(Debug, Clone)]
pub struct MailTruth {
    pub raw: String,
}

pub struct World {
    pub engine: Engine,
    pub vendors: SharedVendors,
    pub zone: Tz,
    pub customers: Vec<CustomerTruth>,
    pub invoices: Vec<String>,
    /// By the payment's id in our ledger.
    pub payments: BTreeMap<String, PaymentTruth>,
    /// By the payment intent's id.
    pub debits: BTreeMap<String, DebitTruth>,
    pub reversals: BTreeMap<String, ReversalTruth>,
    /// Webhooks that were answered well, by the digest of their bodies.
    pub answered: BTreeSet<String>,
    pub files: BTreeMap<String, Vec<u8>>,
    pub mails: Vec<MailTruth>,
    pub is_clumped: bool,
    /// Customers who have said, beyond doubt, that they want no more mail.
    pub stopped: BTreeSet<String>,
    /// Customers who may have said so, or of whom somebody may have.
    pub may_be_stopped: BTreeSet<String>,
    /// Customers to whom mail came back, or who complained, and whom SES has told us of.
    pub unreachable: BTreeSet<String>,
    /// Mails that nothing vouches for, by their digest.
    pub unverified: BTreeSet<String>,
    /// What came to a queue and means nothing.
    pub garbage: Vec<(QueueName, String)>,
    /// Invoices that people have had their hands on.
    pub handled: BTreeSet<String>,
    /// Lines of bank files so far: reference, cents, text.
    pub lines: Vec<(String, i64, String)>,
    count: u32,
}

fn usd(cents: i64) -> Money {
    Money::new(cents, Currency::USD)
}

pub fn decimal(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

impl World {
    pub fn new(engine: Engine, vendors: SharedVendors, zone: Tz) -> Self {
        Self {
            engine,
            vendors,
            zone,
            customers: Vec::new(),
            invoices: Vec::new(),
            payments: BTreeMap::new(),
            debits: BTreeMap::new(),
            reversals: BTreeMap::new(),
            answered: BTreeSet::new(),
            files: BTreeMap::new(),
            mails: Vec::new(),
            is_clumped: false,
            stopped: BTreeSet::new(),
            may_be_stopped: BTreeSet::new(),
            unreachable: BTreeSet::new(),
            unverified: BTreeSet::new(),
            garbage: Vec::new(),
            handled: BTreeSet::new(),
            lines: Vec::new(),
            count: 0,
        }
    }

    pub fn next(&mut self) -> u32 {
        self.count += 1;
        self.count
    }

    pub fn came(&self, kind: &'static str, count: u64) {
        self.engine.lock().counts.came(kind, count);
    }

    pub fn today(&self) -> NaiveDate {
        self.engine.lock().instant().with_timezone(&self.zone).date_naive()
    }

    /// The customers and invoices that are there when everything starts.
    pub fn settle_in(&mut self) {
        let (customers, invoices, is_clumped) = {
            let rng = &mut self.engine.lock().rng;
            let is_clumped = rng.percent(50);
            let invoices = if is_clumped { rng.between(2, 7) } else { rng.between(8, 20) };
            (rng.between(1, 4), invoices, is_clumped)
        };
        self.is_clumped = is_clumped;
        for at in 0..customers {
            let id = (at + 1).to_string();
            let email = format!("ap{id}@{CANARY}{id}.example");
            let name = format!("{CANARY} Works {id}");
            self.vendors.lock().unwrap().quickbooks.add_customer(&id, &name, &email);
            self.customers.push(CustomerTruth { id, email });
        }
        self.came("record version", customers.unsigned_abs());
        for _ in 0..invoices {
            self.issue();
        }
    }

    fn draw<T>(&self, draw: impl FnOnce(&mut Rng) -> T) -> T {
        draw(&mut self.engine.lock().rng)
    }

    /// A new invoice in the books.
    fn issue(&mut self) {
        let number = format!("INV-{}", 1000 + self.next());
        let (customer, cents, age) = self
            .draw(|rng| (rng.index(self.customers.len()), rng.between(1_00, 900_000), rng.between(-10, 60)));
        let total = usd(cents);
        let due_on = self.today() - TimeDelta::days(age);
        self.vendors.lock().unwrap().quickbooks.add_document(Document {
            kind: "Invoice",
            number: number.clone(),
            customer: self.customers[customer].id.clone(),
            issued_on: due_on - TimeDelta::days(30),
            due_on: Some(due_on),
            total,
            balance: total,
            is_voided: false,
        });
        self.invoices.push(number);
        self.came("record version", 1);
    }

    fn balance(&self, number: &str) -> i64 {
        self.vendors.lock().unwrap().quickbooks.balance(number).minor()
    }

    /// Something happens, as drawn.
    pub fn act(&mut self) -> Option<Person> {
        match self.draw(|rng| rng.below(100)) {
            0..=17 => self.pay_by_card(),
            18..=23 => self.debit(),
            24..=37 => self.pay_by_bank(),
            38..=49 => self.reverse(),
            50..=64 => self.keep_books(),
            65..=81 => self.write(),
            82..=84 => self.follow_opt_out(),
            _ => return Some(Person),
        }
        None
    }

    /// How much is paid, for which invoice, and whether the payment says so.
    fn intent(&self) -> PaymentTruth {
        let number = self.draw(|rng| rng.pick(&self.invoices).cloned());
        let open = number.as_ref().map_or(0, |number| self.balance(number));
        let (kind, part, is_named) = self.draw(|rng| (rng.below(100), rng.between(1, 99), !rng.percent(12)));
        let cents = match kind {
            0..=69 => open,
            70..=84 => open * part / 100,
            85..=92 => open + part,
            _ => part * 100,
        };
        PaymentTruth { amount: cents.max(1_00), target: number, is_named, payer: None }
    }

    fn pay_by_card(&mut self) {
        let (id, truth, email) = self.payment();
        self.put_intent(&id, &truth, &email, "succeeded");
        self.payments.insert(format!("stripe:{id}"), truth);
        self.tell("payment_intent.succeeded", "payment_intent", &id);
        if self.draw(|rng| rng.percent(30)) {
            self.tell("payment_intent.succeeded", "payment_intent", &id);
        }
    }

    /// A payment through Stripe, with the address of its payer.
    fn payment(&mut self) -> (String, PaymentTruth, String) {
        let mut truth = self.intent();
        let id = format!("pi_{}", self.next());
        let (payer, is_known) = self.draw(|rng| (rng.index(self.customers.len()), rng.percent(50)));
        truth.payer = is_known.then_some(payer);
        let email =
            if is_known { self.customers[payer].email.clone() } else { format!("x@{CANARY}.example") };
        (id, truth, email)
    }

    fn put_intent(&self, id: &str, truth: &PaymentTruth, email: &str, status: &str) {
        let created = self.engine.lock().now / 1_000;
        let metadata = match truth.target.as_ref().filter(|_| truth.is_named) {
            Some(number) => json!({"invoice_number": number}),
            None => json!({}),
        };
        let (charged, received) = match status {
            "succeeded" => ("succeeded", truth.amount),
            "processing" => ("pending", 0),
            _ => ("failed", 0),
        };
        self.vendors.lock().unwrap().stripe.put(json!({
            "object": "payment_intent", "id": id, "amount": truth.amount, "amount_received": received,
            "currency": "usd", "status": status, "created": created, "livemode": false, "metadata": metadata,
            "latest_charge": {"object": "charge", "id": format!("ch_{id}"), "amount": truth.amount,
                "amount_captured": received, "captured": received > 0, "currency": "usd", "status": charged,
                "created": created, "livemode": false, "payment_intent": id,
                "billing_details": {"name": format!("A. {CANARY}"), "email": email}}}));
    }

    /// A bank debit starts, or ends after days or minutes.
    fn debit(&mut self) {
        let begun: Vec<String> = self
            .debits
            .iter()
            .filter(|(_, debit)| debit.status == "processing")
            .map(|(id, _)| id.clone())
            .collect();
        let (ends, which) = self.draw(|rng| (rng.percent(50), rng.pick(&begun).cloned()));
        if let (true, Some(id)) = (ends, which)
            && let Some(mut debit) = self.debits.get(&id).cloned()
        {
            debit.status =
                self.draw(|rng| rng.chosen(&["succeeded", "succeeded", "requires_payment_method"]));
            self.put_intent(&id, &debit.truth, &debit.email, debit.status);
            let kind = if debit.status == "succeeded" {
                self.payments.insert(format!("stripe:{id}"), debit.truth.clone());
                "payment_intent.succeeded"
            } else {
                "payment_intent.payment_failed"
            };
            self.debits.insert(id.clone(), debit);
            self.tell(kind, "payment_intent", &id);
            return;
        }
        let (id, truth, email) = self.payment();
        self.put_intent(&id, &truth, &email, "processing");
        self.debits.insert(id.clone(), DebitTruth { truth, email, status: "processing" });
        self.tell("payment_intent.processing", "payment_intent", &id);
    }

    /// Stripe tells, in its own time.
    fn tell(&mut self, kind: &'static str, object: &'static str, id: &str) {
        let event = format!("evt_{}", self.next());
        let created = self.engine.lock().now / 1_000;
        self.vendors.lock().unwrap().stripe.happened(event_of(&event, kind, object, id, created));
        let notice = Happening::Notice { event, kind, object, id: id.to_owned(), tries: 0 };
        let mut core = self.engine.lock();
        let after =
            if core.rng.percent(20) { core.rng.between(0, 7_200_000) } else { core.rng.between(0, 3_000) };
        core.after(after, Due::Outside(notice));
        core.counts.came("notice", 1);
    }

    /// A refund or card dispute begins, or goes on.
    fn reverse(&mut self) {
        let begun: Vec<String> = self.reversals.keys().cloned().collect();
        let (goes_on, which) = self.draw(|rng| (rng.percent(50), rng.pick(&begun).cloned()));
        if let (true, Some(id)) = (goes_on, which) {
            self.go_on(&id);
            return;
        }
        let cards: Vec<String> =
            self.payments.keys().filter(|id| id.starts_with("stripe:")).cloned().collect();
        let Some(payment) = self.draw(|rng| rng.pick(&cards).cloned()) else { return };
        let intent = payment.trim_start_matches("stripe:").to_owned();
        let left = self.payments[&payment].amount - self.gone(&payment);
        if left <= 0 {
            return;
        }
        let (is_dispute, is_whole, part) =
            self.draw(|rng| (rng.percent(40), rng.percent(50), rng.between(1, 99)));
        let amount = if is_whole { left } else { (left * part / 100).max(1) };
        let id = format!("{}_{}", if is_dispute { "dp" } else { "re" }, self.next());
        let status = if is_dispute {
            "needs_response"
        } else {
            self.draw(|rng| rng.chosen(&["pending", "succeeded"]))
        };
        let truth = ReversalTruth { payment: intent, amount, is_dispute, status };
        self.put_reversal(&id, &truth);
        self.reversals.insert(id, truth);
    }

    fn go_on(&mut self, id: &str) {
        let Some(mut truth) = self.reversals.get(id).cloned() else { return };
        truth.status = match truth.status {
            "pending" => self.draw(|rng| rng.chosen(&["succeeded", "failed"])),
            "needs_response" => self.draw(|rng| rng.chosen(&["under_review", "won", "lost"])),
            "under_review" => self.draw(|rng| rng.chosen(&["won", "lost"])),
            same => same,
        };
        self.put_reversal(id, &truth);
        self.reversals.insert(id.to_owned(), truth);
    }

    fn put_reversal(&mut self, id: &str, truth: &ReversalTruth) {
        let ReversalTruth { payment, amount, is_dispute, status } = truth;
        let created = self.engine.lock().now / 1_000;
        let object = if *is_dispute { "dispute" } else { "refund" };
        self.vendors.lock().unwrap().stripe.put(json!({"object": object, "id": id, "amount": amount,
            "currency": "usd", "status": status, "reason": "product_not_received", "created": created,
            "payment_intent": payment, "charge": format!("ch_{payment}")}));
        let kind = match (is_dispute, *status) {
            (true, "won" | "lost") => "charge.dispute.closed",
            (true, _) => "charge.dispute.created",
            (false, _) => "refund.updated",
        };
        self.tell(kind, object, id);
    }

    /// What has gone back of a payment, or may.
    pub fn gone(&self, payment: &str) -> i64 {
        let of = self.reversals.values().filter(|r| format!("stripe:{}", r.payment) == payment);
        of.filter(|r| r.stands()).map(|r| r.amount).sum()
    }

    /// Invoices that one payment names, with exactly their amount, and nothing else was ever about.
    pub fn certain(&self) -> BTreeMap<String, Certain> {
        let vendors = self.vendors.lock().unwrap();
        let mut certain = BTreeMap::new();
        for (_, invoice) in vendors.quickbooks.documents("Invoice") {
            let number = invoice.number;
            let mut about = self.payments.iter().filter(|(_, p)| p.target.as_ref() == Some(&number));
            let (Some((id, only)), None) = (about.next(), about.next()) else { continue };
            let payer = only.payer.map(|payer| self.customers[payer].id.clone());
            let is_exact = only.is_named && only.amount == invoice.total.minor();
            let is_theirs = payer.is_none_or(|payer| payer == invoice.customer);
            if is_exact && is_theirs && id.starts_with("stripe:") && !self.handled.contains(&number) {
                certain.insert(number, Certain { id: id.clone(), amount: only.amount });
            }
        }
        certain
    }

    fn pay_by_bank(&mut self) {
        let (count, repeats) = self.draw(|rng| (rng.between(1, 6), rng.percent(25)));
        let mut lines: Vec<(String, i64, String)> = Vec::new();
        for _ in 0..count {
            let truth = self.intent();
            let (cents, named) = (truth.amount, truth.target.clone().filter(|_| truth.is_named));
            let text = named.unwrap_or_else(|| "thank you".into());
            let is_payout = self.draw(|rng| rng.percent(10));
            let reference = format!("B{}", self.next());
            if !is_payout {
                self.payments.insert(reference.clone(), truth);
            }
            lines.push((reference, cents, if is_payout { "PAYOUT".into() } else { text }));
        }
        if repeats && let Some(known) = self.draw(|rng| rng.pick(&self.lines).cloned()) {
            lines.push(known);
        }
        self.lines.extend(lines.clone());
        self.came("bank line", u64::try_from(lines.len()).unwrap());
        let key = format!("bank/{}.xml", self.next());
        self.files.insert(key.clone(), crate::bank::statement(&key, &lines, self.today()));
        let times = if self.draw(|rng| rng.percent(15)) { 2 } else { 1 };
        for _ in 0..times {
            let mut core = self.engine.lock();
            let after = core.rng.between(0, 60_000);
            core.after(after, Due::Outside(Happening::BankFile { key: key.clone() }));
        }
    }

    /// People work in QuickBooks.
    fn keep_books(&mut self) {
        let Some(number) = self.draw(|rng| rng.pick(&self.invoices).cloned()) else { return };
        self.came("record version", 1);
        self.handled.insert(number.clone());
        let (kind, part, days) = self.draw(|rng| (rng.below(100), rng.between(1, 99), rng.between(-20, 20)));
        let mut vendors = self.vendors.lock().unwrap();
        let books = &mut vendors.quickbooks;
        let open = books.balance(&number).minor();
        if books.is_voided(&number) {
            return;
        }
        if (85..=90).contains(&kind) {
            // The oldest payment may be about any invoice.
            self.handled.extend(self.invoices.iter().cloned());
        }
        match kind {
            0..=24 => {
                drop(vendors);
                self.issue();
            }
            25..=39 => books.change_document(&number, |document| {
                document.due_on = document.due_on.map(|on| on + TimeDelta::days(days));
            }),
            40..=54 => books.change_document(&number, |document| {
                // Never below what was paid of it.
                let change = usd(if days > 0 { part * 100 } else { -(open * part / 200) });
                document.total = document.total.plus(change).unwrap();
                document.balance = document.balance.plus(change).unwrap();
            }),
            55..=79 if open > 0 => {
                let invoice = books.id_of(&number);
                let cents = if days > 0 { open } else { (open * part / 100).max(1) };
                let customer = books.customer_of(&number);
                let received_on =
                    self.engine.lock().instant().with_timezone(&self.zone).date_naive().to_string();
                books.add_payment(LedgerPayment {
                    customer,
                    total: usd(cents),
                    lines: vec![(invoice, usd(cents))],
                    credits: Vec::new(),
                    received_on,
                    reference: None,
                    note: Some("cheque".into()),
                });
            }
            80..=84 => books.void_document(&number),
            85..=87 if !books.payments().is_empty() => books.delete_first_payment(),
            88..=90 if !books.payments().is_empty() => books.change_first_payment(|payment| {
                payment.total = usd(0);
                payment.lines.clear();
                payment.note = Some("Voided".into());
            }),
            _ => {
                let at = usize::try_from(part).unwrap() % self.customers.len();
                let customer = &self.customers[at];
                let name = format!("{CANARY} Works {} No. {part}", customer.id);
                books.correct_customer(&customer.id, &name, &customer.email);
            }
        }
    }

    /// A customer writes.
    fn write(&mut self) {
        let (at, kind, day) =
            self.draw(|rng| (rng.index(self.customers.len()), rng.below(100), rng.between(1, 9)));
        let number = self.draw(|rng| rng.pick(&self.invoices).cloned()).unwrap_or_default();
        let on = self.today() + TimeDelta::days(day);
        let text = match kind {
            0..=29 => format!("We will pay {number} on {}.", on.format("%B %-d, %Y")),
            30..=44 => format!("We dispute {number}: the goods arrived damaged."),
            45..=54 => "Please stop sending me these emails.".to_owned(),
            55..=64 => format!("We already paid {number} last week."),
            65..=74 => "Please note that our bank details have changed.".to_owned(),
            _ => "Thank you for your message.".to_owned(),
        };
        let (is_stranger, is_loud, verdict) =
            self.draw(|rng| (rng.percent(15), rng.percent(20), rng.below(100)));
        let own = self.customers[at].email.clone();
        let own = if is_loud { own.to_uppercase() } else { own };
        let from = if is_stranger { format!("who@{CANARY}.example") } else { own };
        let dmarc = match verdict {
            0..=74 => Some("PASS"),
            75..=89 => Some("FAIL"),
            _ => None,
        };
        let id = self.next();
        let key = format!("mail/{id}");
        let date = self.engine.lock().instant().to_rfc2822();
        let raw = format!(
            "From: Jo <{from}>\r\nTo: us@in.harbour.example\r\nSubject: Re: {number}\r\nDate: {date}\r\n\
             Message-ID: <{id}@mail.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        );
        if dmarc != Some("PASS") {
            self.unverified.insert(entry_hash(&raw));
        }
        let says_stop = (45..=54).contains(&kind);
        if says_stop && !is_stranger {
            self.may_be_stopped.insert(self.customers[at].id.clone());
        }
        self.mails.push(MailTruth { raw: raw.clone() });
        self.files.insert(key.clone(), raw.into_bytes());
        let mut core = self.engine.lock();
        core.counts.came("mail", 1);
        let after = core.rng.between(0, 30_000);
        let is_stop = says_stop && !is_stranger && dmarc == Some("PASS");
        let mail = Happening::Mail { key, from, customer: at, dmarc, is_stop };
        core.after(after, Due::Outside(mail));
    }

    fn follow_opt_out(&mut self) {
        let mut core = self.engine.lock();
        let customer = core.rng.index(self.customers.len());
        core.after(0, Due::Outside(Happening::OptOut { customer, tries: 0 }));
        core.counts.came("opt-out", 1);
        drop(core);
        self.may_be_stopped.insert(self.customers[customer].id.clone());
    }
}

/// An event of Stripe's that tells no more of an object than which it is.
pub fn event_of(event: &str, kind: &str, object: &str, id: &str, created: i64) -> Value {
    json!({"object": "event", "id": event, "type": kind, "api_version": "2026-10-28.endive", "created": created,
        "livemode": false, "data": {"object": {"object": object, "id": id}}})
}

/// One of our own people does something about an open task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person;

impl ReversalTruth {
    /// Whether Stripe holds the money back, or has sent it back.
    pub fn stands(&self) -> bool {
        !matches!(self.status, "failed" | "canceled" | "won")
    }
}

/// The Mondays, and days on which clocks change or years end, at which a seed may start; ten o'clock UTC.
pub fn beginnings() -> [(&'static str, Tz); 6] {
    [
        ("2026-03-16T10:00:00Z", Tz::America__New_York),
        ("2026-03-06T10:00:00Z", Tz::America__New_York),
        ("2026-10-30T10:00:00Z", Tz::America__New_York),
        ("2026-03-27T10:00:00Z", Tz::Europe__Berlin),
        ("2026-12-30T10:00:00Z", Tz::Europe__Berlin),
        ("2026-04-03T10:00:00Z", Tz::Australia__Lord_Howe),
    ]
}

/// An instant in milliseconds since 1970.
pub fn millis(text: &str) -> i64 {
    text.parse::<DateTime<Utc>>().unwrap().timestamp_millis()
}
