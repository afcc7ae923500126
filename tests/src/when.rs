//! What happens: each verb is one outside event, delivered as the outside world would, and settled.
use crate::given::usd;
use crate::world::{WEBHOOK_SECRET, World};
use app::App;
use app::flows::dunning::letter_id;
use app::flows::erp::answers;
use app::flows::letter_outcomes::{self, Outcome};
use app::flows::letters::send_ref;
use app::flows::opt_out::opt_out;
use app::flows::refunds::{self, RefundDecision};
use app::flows::{cash, disputes, undo};
use app::keyring;
use app::messages::{ErpPullDue, EventSweepDue, Message, TickDue, outgoing};
use app::ports::Clock;
use app::queues::{Outgoing, QueueName};
use app::store::keys;
use app::tokens::reply_address;
use app::worker::Failure;
use bytes::Bytes;
use chrono::{NaiveDate, NaiveTime, TimeZone, Utc};
use connectors::signature::sign_stripe;
use domain::ids::{CustomerId, LetterId, PaymentId, TaskId};
use domain::invoice::RefundChoice;
use domain::payment::Allocation;
use domain::task::{Candidate, CollectionsTask};
use domain::timeline::Cause;
use http::StatusCode;
use serde_json::{Value, json};
use sim::triggers::{bucket_event, topic};

/// A mail that comes in.
#[derive(Debug, Clone)]
pub struct Mail {
    pub from: String,
    pub to: String,
    pub subject: String,
    pub text: String,
    /// DMARC's verdict; `None`: the mail is known by the bucket's event alone, without any verdict.
    pub dmarc: Option<&'static str>,
}

impl Mail {
    pub fn new(from: &str, to: &str, text: &str) -> Self {
        let subject = "Re: your letter".to_owned();
        Self { from: from.into(), to: to.into(), subject, text: text.into(), dmarc: Some("PASS") }
    }

    #[must_use]
    pub const fn without_verdicts(mut self) -> Self {
        self.dmarc = None;
        self
    }
}

/// What SES tells of a mail of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    Send,
    Delivery,
    PermanentBounce,
    /// A full mailbox, say.
    TransientBounce,
    /// SES took the mail and then did not send it.
    Reject,
    Complaint,
}

impl World {
    pub(crate) async fn enqueue(&mut self, queue: QueueName, body: String) {
        self.app.queue.send(queue, vec![Outgoing::now(body)]).await.unwrap();
        self.settle().await;
    }

    async fn enqueue_message<M: Message>(&mut self, message: &M) {
        self.enqueue(M::QUEUE, outgoing(message).unwrap().body).await;
    }

    /// The clock of everyone moves to this local time.
    pub fn when_it_is(&mut self, day: &str, time: &str) {
        let day: NaiveDate = day.parse().unwrap();
        let time: NaiveTime = NaiveTime::parse_from_str(time, "%H:%M").unwrap();
        let at = self.app.settings.zone.from_local_datetime(&day.and_time(time)).unwrap();
        self.clock.set(at.with_timezone(&Utc));
    }

    /// The hourly tick at this local time.
    pub async fn when_tick(&mut self, day: &str, time: &str) {
        self.when_it_is(day, time);
        let tick = TickDue::new(self.app.settings.entity.clone(), Some(self.clock.now().to_rfc3339()));
        self.enqueue_message(&tick).await;
    }

    /// A queue that was stopped is worked off again.
    pub async fn when_queue_runs(&mut self, queue: QueueName) {
        self.stopped.remove(&queue);
        self.settle().await;
    }

    /// A person decides about a refund or a lost card dispute.
    pub async fn when_decided(&mut self, number: &str, reversal: &str, choice: RefundChoice) {
        let invoice = self.invoice(number).await.id;
        let decision = RefundDecision { invoice, reversal: reversal.into(), choice, by: "ines".into() };
        let cause = Cause::new("console:decision");
        self.insist("console", async |app| refunds::decide(app, &cause, &decision).await).await;
        self.settle().await;
    }

    /// A person accepts the first suggestion for a payment in review.
    pub async fn when_accepted(&mut self, payment: &str, number: &str, amount: &str) {
        let invoice = self.invoice(number).await;
        let allocations = vec![Allocation { invoice: invoice.id, amount: usd(amount) }];
        let candidate = Candidate { customer: invoice.customer, allocations, rule: "story".into() };
        let (cause, payment) = (Cause::new("console:accept"), PaymentId::new(payment));
        let accept = async |app: &App| cash::accept(app, &cause, &payment, &candidate, "ines").await;
        self.insist("console", accept).await;
        self.settle().await;
    }

    /// A person takes a payment off an invoice.
    pub async fn when_undone(&mut self, payment: &str, number: &str) {
        let invoice = self.invoice(number).await.id;
        let (cause, payment) = (Cause::new("console:undo"), PaymentId::new(payment));
        for _ in 0..self.deliveries() {
            undo::application(&self.app, &cause, &payment, &invoice, "ines").await.unwrap();
        }
        self.settle().await;
    }

    /// The open task about a payment that the ledger should have.
    async fn posting_task(&self, payment: &PaymentId) -> TaskId {
        let pk = keys::payment(&self.app.settings.entity, payment).pk;
        let open = self.open_tasks().await;
        let is_about = |task: &&CollectionsTask| {
            task.subject.as_deref().is_some_and(|subject| subject.starts_with(&format!("{pk}|")))
        };
        let task = open.iter().find(is_about);
        task.unwrap_or_else(|| panic!("no task about {payment}: {open:?}")).id.clone()
    }

    /// A person asks for the posting of a payment.
    pub async fn when_asked_to_post(&mut self, payment: &str) {
        let (cause, payment) = (Cause::new("console:post"), PaymentId::new(payment));
        let task = self.posting_task(&payment).await;
        for _ in 0..self.deliveries() {
            let post = async |app: &App| answers::post(app, &cause, &task, &payment, "ines").await;
            self.insist("console", post).await;
        }
        self.settle().await;
    }

    /// A person says that a payment of ours is one that people keep in QuickBooks.
    pub async fn when_same_money(&mut self, ours: &str, theirs: &str) {
        let (ours, theirs) = (PaymentId::new(ours), PaymentId::new(theirs));
        let (cause, task) = (Cause::new("console:same"), self.posting_task(&ours).await);
        for _ in 0..self.deliveries() {
            let tell = async |app: &App| answers::is_same(app, &cause, &task, (&ours, &theirs), "ines").await;
            self.insist("console", tell).await;
        }
        self.settle().await;
    }

    /// What becomes of saying so.
    ///
    /// # Errors
    /// The refusal.
    pub async fn same_money(&mut self, ours: &str, theirs: &str) -> Result<(), Failure> {
        let (ours, theirs) = (PaymentId::new(ours), PaymentId::new(theirs));
        let (cause, task) = (Cause::new("console:same"), self.posting_task(&ours).await);
        answers::is_same(&self.app, &cause, &task, (&ours, &theirs), "ines").await
    }

    /// A person tells what became of the letter of a day.
    pub async fn when_resolved(&mut self, customer: &str, day: &str, outcome: Outcome) {
        let letter = self.letter(customer, day);
        let cause = Cause::new("console:letter");
        for _ in 0..self.deliveries() {
            letter_outcomes::resolve(&self.app, &cause, &letter, outcome, "ines").await.unwrap();
        }
        self.settle().await;
    }

    /// A person closes the dispute on an invoice.
    pub async fn when_dispute_is_closed(&mut self, number: &str) {
        let invoice = self.invoice(number).await;
        let dispute = invoice.dispute.unwrap().id;
        let cause = Cause::new("console:close");
        let close = async |app: &App| disputes::close(app, &cause, &invoice.id, &dispute, "agreed").await;
        self.insist("console", close).await;
        self.settle().await;
    }

    /// The customer's first contact opts out through the link in a letter.
    pub async fn when_opted_out_by_link(&mut self, customer: &str) {
        let customer = self.customer(customer).await;
        let contact = customer.contacts[0].id.clone();
        for _ in 0..self.deliveries() {
            self.insist("portal", async |app| opt_out(app, &customer.id, &contact).await).await;
        }
        self.settle().await;
    }

    /// A pull of everything that changed in QuickBooks.
    pub async fn when_pull(&mut self) {
        let due = ErpPullDue::new(self.app.settings.entity.clone());
        self.enqueue_message(&due).await;
    }

    /// A webhook of Stripe with any headers and body; gives the answers.
    pub async fn when_webhook(&mut self, signature: &str, body: &[u8]) -> StatusCode {
        let mut status = StatusCode::OK;
        for _ in 0..self.deliveries() {
            let deliver = async |app: &App| {
                let request =
                    http::Request::builder().method("POST").uri("/").header("stripe-signature", signature);
                let request = request.body(Bytes::copy_from_slice(body)).unwrap();
                let status = payment_webhook::handle(app, request).await.status();
                if status.is_server_error() { Err(status) } else { Ok(status) }
            };
            status = self.insist("payment-webhook", deliver).await;
        }
        self.settle().await;
        status
    }

    /// Something happens at Stripe, and no webhook tells of it.
    pub fn when_webhook_is_lost(&mut self, kind: &str, object: &Value) -> Value {
        self.notices += 1;
        let event = json!({"object": "event", "id": format!("evt_{}", self.notices), "type": kind,
            "api_version": "2026-10-28.endive", "created": self.clock.now().timestamp(), "livemode": false,
            "data": {"object": object}});
        self.vendors.lock().unwrap().stripe.happened(event.clone());
        event
    }

    /// A notice of Stripe about one of its objects, well signed.
    pub async fn when_notice(&mut self, kind: &str, object: &str, id: &str) {
        self.when_notice_of(kind, &json!({"object": object, "id": id})).await;
    }

    /// A notice of Stripe with what it says about its object, well signed.
    pub async fn when_notice_of(&mut self, kind: &str, object: &Value) {
        let event = self.when_webhook_is_lost(kind, object);
        let status = self.when_signed(event.to_string().as_bytes()).await;
        assert_eq!(status, StatusCode::OK);
    }

    /// The hourly sweep of Stripe's events at this local time.
    pub async fn when_swept(&mut self, day: &str, time: &str) {
        self.when_it_is(day, time);
        let at = Some(self.clock.now().to_rfc3339());
        let due = EventSweepDue::new(self.app.settings.entity.clone(), at, None);
        self.enqueue_message(&due).await;
    }

    /// Any body under a good signature.
    pub async fn when_signed(&mut self, body: &[u8]) -> StatusCode {
        let signature = sign_stripe(WEBHOOK_SECRET, body, self.clock.now().timestamp());
        self.when_webhook(&signature, body).await
    }

    /// The usual payment: taken at Stripe and notified.
    pub async fn when_card_payment(&mut self, id: &str, amount: &str, invoice: &str) {
        self.given_card_payment(id, amount, invoice);
        self.when_notice("payment_intent.succeeded", "payment_intent", id).await;
    }

    async fn drop_into_bucket(&mut self, key: &str, bytes: &[u8]) {
        self.app.blobs.put("intake", key, Bytes::copy_from_slice(bytes)).await.unwrap();
    }

    /// A bank file dropped into the bucket.
    pub async fn when_bank_file(&mut self, name: &str, bytes: &[u8]) {
        let key = format!("bank/{name}");
        self.drop_into_bucket(&key, bytes).await;
        self.enqueue(QueueName::BankFile, bucket_event(&key).to_string()).await;
    }

    /// A mail comes in.
    pub async fn when_mail(&mut self, mail: &Mail) {
        let Mail { from, to, subject, text, dmarc } = mail;
        let date = self.clock.now().to_rfc2822();
        let raw = format!(
            "From: Jo <{from}>\r\nTo: {to}\r\nSubject: {subject}\r\nDate: {date}\r\n\
             Message-ID: <{}@mail.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n",
            self.blobs.keys("intake").len()
        );
        self.when_raw_mail(raw.as_bytes(), from, to, *dmarc).await;
    }

    /// Any bytes come in as a mail.
    pub async fn when_raw_mail(&mut self, raw: &[u8], from: &str, to: &str, dmarc: Option<&str>) {
        let key = format!("mail/{}", self.blobs.keys("intake").len());
        self.drop_into_bucket(&key, raw).await;
        let body = match dmarc {
            None => bucket_event(&key),
            Some(dmarc) => topic(&self.receipt(&key, from, to, dmarc)),
        };
        self.enqueue(QueueName::InboundEmail, body.to_string()).await;
    }

    fn receipt(&self, key: &str, from: &str, to: &str, dmarc: &str) -> Value {
        let at = self.clock.now().to_rfc3339();
        let (pass, dmarc) = (json!({"status": "PASS"}), json!({"status": dmarc}));
        json!({"notificationType": "Received",
            "mail": {"timestamp": at, "source": from, "messageId": key.replace('/', "-"), "destination": [to]},
            "receipt": {"timestamp": at, "recipients": [to], "spamVerdict": pass, "virusVerdict": pass,
                "spfVerdict": dmarc, "dkimVerdict": dmarc, "dmarcVerdict": dmarc,
                "action": {"type": "S3", "bucketName": "intake", "objectKey": key}}})
    }

    /// SES tells of the letter of a day to a customer.
    pub async fn when_letter_event(&mut self, customer: &str, day: &str, address: &str, what: Sent) {
        let letter = self.letter(customer, day);
        let at = self.clock.now().to_rfc3339();
        let mut event = json!({"mail": {"timestamp": at, "messageId": format!("ses-{}", send_ref(&letter)),
            "source": self.app.settings.mail_from, "destination": [address],
            "tags": {"ar_send_id": [send_ref(&letter)]}}});
        let bounce = |kind: &str, why: &str| {
            json!({"timestamp": at, "bounceType": kind, "bounceSubType": why,
                "bouncedRecipients": [{"emailAddress": address, "diagnosticCode": why}]})
        };
        let (kind, name, detail) = match what {
            Sent::Send => ("Send", "send", json!({})),
            Sent::Delivery => ("Delivery", "delivery", json!({"timestamp": at, "recipients": [address]})),
            Sent::PermanentBounce => ("Bounce", "bounce", bounce("Permanent", "NoEmail")),
            Sent::TransientBounce => ("Bounce", "bounce", bounce("Transient", "MailboxFull")),
            Sent::Reject => ("Reject", "reject", json!({"reason": "Bad content"})),
            Sent::Complaint => {
                let detail = json!({"timestamp": at, "complainedRecipients": [{"emailAddress": address}]});
                ("Complaint", "complaint", detail)
            }
        };
        event["eventType"] = json!(kind);
        event[name] = detail;
        self.enqueue(QueueName::MailFeedback, topic(&event).to_string()).await;
    }

    fn letter(&self, customer: &str, day: &str) -> LetterId {
        letter_id(&CustomerId::new(format!("qbo:{customer}")), day.parse().unwrap())
    }

    /// Where replies to the letter of a day go.
    pub fn reply_address(&self, customer: &str, day: &str) -> String {
        let token = keyring::reply_tokens(&self.app).unwrap().make(&self.letter(customer, day));
        reply_address(&token, &self.app.settings.reply_domain)
    }
}
