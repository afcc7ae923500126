//! What older versions of this program stored and sent, kept as files: today's program must read all of it. A new
//! version adds a folder `v<n>` with what it writes; the folders before it stay as they are.
use crate::letter::{Letter, LetterItem, LetterState};
use crate::messages::{
    self, CashApplicationDue, DunningDue, ErpPageDue, ErpPullDue, EventSweepDue, EventWindow, LetterDue,
    Message, TickDue, TickShardDue, WebhookReceived, WriteBackDue,
};
use crate::store::entity::{Entity, Envelope, FollowUp, ITEM_VERSION, read};
use crate::store::reads::read_entry;
use crate::store::table::{Key, Record};
use domain::credit::CreditMemo;
use domain::customer::{AddressStatus, Contact, Customer, Pause, PauseReason};

use domain::ids::{
    ContactId, CreditMemoId, CustomerId, DisputeId, EntityId, ExternalRef, InvoiceId, LetterId, PaymentId,
    PromiseId, TaskId,
};
use domain::invoice::{
    Contested, ExternalVersion, Invoice, OpenDispute, RefundToDecide, SentLevel, Settled, Settlement,
};
use domain::letters::Tone;
use domain::money::{Currency, Money};
use domain::payment::{
    Allocation, Payment, PaymentSource, Posting, RemittanceFacts, Reversal, ReversalKind, ReversalState,
};
use domain::promise::ActivePromise;
use domain::sealed::{LookupHash, Sealed};
use domain::task::{Candidate, CollectionsTask, TaskKind, TaskState};
use domain::timeline::{Cause, ChainHead, Event, TimelineEntry, Touched};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::Path;

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

fn version() -> ExternalVersion {
    ExternalVersion { token: "3".into(), updated_at: "2026-03-01T00:00:00Z".parse().unwrap() }
}

fn allocation(minor: i64) -> Allocation {
    Allocation { invoice: InvoiceId::new("qbo:1001"), amount: usd(minor) }
}

fn sealed() -> Sealed {
    Sealed("AQIDBA==".into())
}

fn invoice() -> Invoice {
    let on = "2026-03-20".parse().unwrap();
    Invoice {
        entity: EntityId::new("main"),
        id: InvoiceId::new("qbo:1001"),
        external_ref: ExternalRef::new("qbo", "1001"),
        external_version: version(),
        customer: CustomerId::new("qbo:1"),
        number: "INV-1001".into(),
        issued_on: "2026-02-10".parse().unwrap(),
        due_on: Some("2026-03-10".parse().unwrap()),
        original: usd(50_000),
        applied: usd(10_000),
        credited: usd(5_000),
        discounted: usd(0),
        written_off: usd(0),
        ledger_balance: usd(35_000),
        is_voided: false,
        settled: vec![
            Settled { by: Settlement::Payment(PaymentId::new("stripe:pi_1")), amount: usd(10_000) },
            Settled { by: Settlement::Credit(CreditMemoId::new("qbo:9")), amount: usd(5_000) },
        ],
        refunds_to_decide: vec![RefundToDecide {
            payment: PaymentId::new("stripe:pi_1"),
            refund: "re_1".into(),
            amount: usd(100),
            choice: None,
        }],
        contested: vec![Contested {
            payment: PaymentId::new("stripe:pi_1"),
            dispute: "dp_1".into(),
            amount: usd(200),
        }],
        promise: Some(ActivePromise {
            id: PromiseId::new("p-1"),
            amount: usd(1_000),
            on,
            tolerance_days: 2,
            applied_before: usd(0),
            made_on: on,
        }),
        kept_promise: None,
        broken_promises: 1,
        dispute: Some(OpenDispute {
            id: DisputeId::new("d-1"),
            reason: "price".into(),
            opened_on: on,
            until: None,
        }),
        letters: vec![SentLevel { level: 1, letter: LetterId::new("qbo:1:2026-03-16"), on }],
    }
}

fn payment() -> Payment {
    Payment {
        entity: EntityId::new("main"),
        id: PaymentId::new("stripe:pi_1"),
        external_ref: ExternalRef::new("stripe", "pi_1"),
        source: PaymentSource::Stripe,
        customer: Some(CustomerId::new("qbo:1")),
        received: usd(10_300),
        applied: usd(10_000),
        refunded: usd(100),
        reversed: usd(200),
        received_on: "2026-03-20".parse().unwrap(),
        remittance: RemittanceFacts {
            structured: vec!["INV-1001".into()],
            text: Some(sealed()),
            payer_name: Some(sealed()),
            payer_keys: vec![LookupHash("ab12".into())],
        },
        allocations: vec![allocation(10_000)],
        reversals: vec![
            Reversal {
                kind: ReversalKind::Refund,
                external_id: "re_1".into(),
                amount: usd(100),
                state: ReversalState::Standing,
                taken_from: vec![allocation(100)],
            },
            Reversal {
                kind: ReversalKind::CardDispute,
                external_id: "dp_1".into(),
                amount: usd(200),
                state: ReversalState::Final,
                taken_from: vec![],
            },
        ],
        posting: Posting::Posted {
            external_id: "77".into(),
            token: "1".into(),
            lines: vec![allocation(10_000)],
            total: None,
        },
        mirror: None,
    }
}

fn memo() -> CreditMemo {
    CreditMemo {
        entity: EntityId::new("main"),
        id: CreditMemoId::new("qbo:9"),
        external_ref: ExternalRef::new("qbo", "9"),
        external_version: version(),
        customer: CustomerId::new("qbo:1"),
        number: "CM-9".into(),
        issued_on: "2026-03-01".parse().unwrap(),
        original: usd(6_000),
        applied: usd(5_000),
        ledger_remaining: usd(1_000),
        allocations: vec![allocation(5_000)],
    }
}

fn customer() -> Customer {
    let on = "2026-03-16".parse().unwrap();
    Customer {
        entity: EntityId::new("main"),
        id: CustomerId::new("qbo:1"),
        external_ref: ExternalRef::new("qbo", "1"),
        external_version: version(),
        name: sealed(),
        is_active: true,
        contacts: vec![Contact {
            id: ContactId::new("c-1"),
            email: sealed(),
            email_hash: LookupHash("cd34".into()),
            status: AddressStatus::OptedOut { on },
        }],
        pauses: vec![Pause { reason: PauseReason::SaysPaid, since: on, until: None }],
        contacted_on: vec![on],
        letter_in_hand: Some(LetterId::new("qbo:1:2026-03-16")),
        debits_in_flight: vec![],
        funds_held: vec![],
        last_decision: Some("0123456789abcdef".into()),
    }
}

fn letter() -> Letter {
    Letter {
        entity: EntityId::new("main"),
        id: LetterId::new("qbo:1:2026-03-16"),
        customer: CustomerId::new("qbo:1"),
        contact: ContactId::new("c-1"),
        level: 1,
        tone: Tone::Friendly,
        items: vec![LetterItem { invoice: InvoiceId::new("qbo:1001"), level: 1, amount: usd(35_000) }],
        total: usd(35_000),
        unassigned: usd(0),
        planned_on: "2026-03-16".parse().unwrap(),
        policy: "standard-0123456789ab".into(),
        state: LetterState::Delivered { message_ref: "m-1".into() },
    }
}

fn task() -> CollectionsTask {
    CollectionsTask {
        entity: EntityId::new("main"),
        id: TaskId::new("0123456789abcdef0123"),
        kind: TaskKind::PaymentReview,
        subject: Some("main#PAY#stripe:pi_1".into()),
        customer: Some(CustomerId::new("qbo:1")),
        why: "two explanations".into(),
        detail: Some(sealed()),
        sealed_for: Some("main#CUS#qbo:1".into()),
        candidates: vec![Candidate {
            customer: CustomerId::new("qbo:1"),
            allocations: vec![allocation(10_000)],
            rule: "names-the-invoice".into(),
        }],
        opened_at: "2026-03-20T10:00:00Z".parse().unwrap(),
        state: TaskState::Done {
            at: "2026-03-20T11:00:00Z".parse().unwrap(),
            by: "jo@kestrel.example".into(),
            how: "accepted".into(),
        },
    }
}

fn head() -> ChainHead {
    ChainHead { hash: "00ff".into(), pk: "main#PAY#stripe:pi_1".into(), sk: "T#0000000001".into() }
}

fn entry() -> TimelineEntry {
    TimelineEntry {
        v: 1,
        at: "2026-03-20T10:00:00Z".parse().unwrap(),
        entity: EntityId::new("main"),
        cause: Cause::archived_at("stripe:evt_1", "stripe/2026-03-20/00ff"),
        event: Event::CashApplied {
            payment: PaymentId::new("stripe:pi_1"),
            lines: vec![allocation(10_000)],
            evidence: "metadata names INV-1001".into(),
        },
        customer: Some(CustomerId::new("qbo:1")),
        policy: Some("standard-0123456789ab".into()),
        rules: vec!["names-the-invoice".into()],
        touched: vec![Touched {
            pk: "main#PAY#stripe:pi_1".into(),
            ver: 2,
            former: Some(head()),
            pending: vec![FollowUp::WriteBack],
        }],
    }
}

/// A file of version 1, which must be what today's program writes while that is version 1.
fn golden(name: &str, written: &impl Serialize) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/golden/v1").join(name);
    let kept = std::fs::read_to_string(&path).unwrap_or_else(|error| {
        let text = serde_json::to_string(written).unwrap();
        panic!("{}: {error}; today's program writes:\n{text}", path.display())
    });
    let kept = kept.trim_end().to_owned();
    if ITEM_VERSION == 1 {
        assert_eq!(
            serde_json::to_string(written).unwrap(),
            kept,
            "{name}: a change of form is a new version"
        );
    }
    kept
}

fn item<T: Entity + PartialEq + Debug + Clone>(state: &T) {
    let envelope = Envelope {
        v: 1,
        kind: T::KIND.to_owned(),
        head: Some(head()),
        pending: vec![FollowUp::WriteBack],
        pending_since: Some("2026-03-20T10:00:00Z".parse().unwrap()),
        state: state.clone(),
    };
    let kept = golden(&format!("{}.json", T::KIND), &envelope);
    let stored = read::<T>(Record::new(state.key(), 2, kept)).unwrap();
    assert_eq!((&stored.state, stored.head().cloned()), (state, Some(head())));
    assert!(stored.is_pending(FollowUp::WriteBack));
}

#[test]
fn every_item_reads_as_it_was_written() {
    item(&invoice());
    item(&payment());
    item(&memo());
    item(&customer());
    item(&letter());
    item(&task());
}

#[test]
fn an_entry_reads_as_it_was_written() {
    let kept = golden("entry.json", &entry());
    assert_eq!(read_entry(&Key::new("main#PAY#stripe:pi_1", "T#0000000002"), &kept).unwrap(), entry());
}

fn message<M: Message + PartialEq + Debug>(name: &str, sent: &M) {
    let kept = golden(&format!("message-{name}.json"), sent);
    assert_eq!(messages::read::<M>(&kept).unwrap(), *sent);
}

#[test]
fn every_message_reads_as_it_was_sent() {
    let entity = || EntityId::new("main");
    let on = "2026-03-16".parse().unwrap();
    let headers = BTreeMap::from([("stripe-signature".to_owned(), "t=1,v1=00".to_owned())]);
    message("webhook-received", &WebhookReceived::new("stripe".into(), headers, "e30=".into()));
    let window = EventWindow { since: 1_773_000_000, until: 1_773_003_600, after: Some("evt_1".into()) };
    message(
        "event-sweep-due",
        &EventSweepDue::new(entity(), Some("2026-03-16T15:00:00Z".into()), Some(window)),
    );
    message("cash-application-due", &CashApplicationDue::new(entity(), PaymentId::new("stripe:pi_1")));
    message("write-back-due", &WriteBackDue::new(entity(), PaymentId::new("stripe:pi_1")));
    message("erp-pull-due", &ErpPullDue::new(entity()));
    let since = Some("2026-03-15T00:00:00+00:00".to_owned());
    message("erp-page-due", &ErpPageDue::new(entity(), "Invoice".into(), since, 101, "run".into()));
    message("tick-due", &TickDue::new(entity(), Some("2026-03-16T15:00:00Z".into())));
    let shard = TickShardDue::new(entity(), on, "2026-03-16T11".into(), 3, Some("cursor".into()));
    message("tick-shard-due", &shard);
    message("dunning-due", &DunningDue::new(entity(), CustomerId::new("qbo:1"), on));
    message("letter-due", &LetterDue::new(entity(), LetterId::new("qbo:1:2026-03-16")));
}

#[test]
fn a_version_is_one_more_than_its_raises() {
    let newest = |raises: &[crate::versions::Raise]| u32::try_from(raises.len() + 1).unwrap();
    assert_eq!(ITEM_VERSION, newest(crate::store::entity::ITEM_RAISES));
    assert_eq!(domain::timeline::ENTRY_VERSION, newest(crate::store::reads::ENTRY_RAISES));
    assert_eq!(messages::MESSAGE_VERSION, newest(messages::MESSAGE_RAISES));
}
