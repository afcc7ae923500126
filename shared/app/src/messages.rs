//! The messages between functions, each with its version `v`. A message names what to do, never the facts: the
//! worker loads those fresh.
use crate::queues::{Outgoing, QueueName};
use crate::store::entity::FollowUp;
use crate::versions::{self, Raise};
use crate::worker::Failure;
use chrono::NaiveDate;
use domain::ids::{CustomerId, EntityId, LetterId, PaymentId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of messages sent now.
pub const MESSAGE_VERSION: u32 = 1;

/// A page of a list of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventWindow {
    /// Unix seconds, both included.
    pub since: i64,
    pub until: i64,
    /// The last event of the page before.
    pub after: Option<String>,
}

/// A message with the queue that it belongs to.
pub trait Message: Serialize + DeserializeOwned {
    const QUEUE: QueueName;
}

macro_rules! messages {
    ($($(#[$doc:meta])* $name:ident => $queue:ident { $($(#[$fdoc:meta])* $field:ident: $ty:ty),* $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $name {
            pub v: u32,
            $($(#[$fdoc])* pub $field: $ty),*
        }

        impl $name {
            pub fn new($($field: $ty),*) -> Self {
                Self { v: MESSAGE_VERSION, $($field),* }
            }
        }

        impl Message for $name {
            const QUEUE: QueueName = QueueName::$queue;
        }
    )+};
}

messages! {
    /// A webhook as it came, verified; body in base64.
    WebhookReceived => PaymentIntake { source: String, headers: BTreeMap<String, String>, body: String }
    /// Look through the payment provider's list of events for those that no webhook brought.
    EventSweepDue => PaymentIntake {
        entity: EntityId,
        /// The scheduled instant; the clock's where the scheduler does not fill it in.
        #[serde(default, alias = "at")]
        scheduled_at: Option<String>,
        /// The page to follow; absent to begin.
        #[serde(default)]
        window: Option<EventWindow>,
    }
    /// Decide what a payment settles.
    CashApplicationDue => CashApplication { entity: EntityId, payment: PaymentId }
    /// Bring the ledger's record of a payment in line with ours.
    WriteBackDue => WriteBack { entity: EntityId, payment: PaymentId }
    /// Start a pull of everything that changed in the ledger.
    ErpPullDue => ErpPull { entity: EntityId }
    /// Pull one page and store it.
    ErpPageDue => ErpSync {
        entity: EntityId,
        kind: String,
        /// Changed since this instant by the vendor's clock; absent for everything.
        since: Option<String>,
        /// The first row, from 1.
        start: u32,
        /// The instant that becomes the cursor when the last page is stored.
        run: String,
    }
    /// The hourly tick.
    TickDue => DunningTick {
        entity: EntityId,
        /// The scheduled instant; the clock's where the scheduler does not fill it in.
        #[serde(default, alias = "at")]
        scheduled_at: Option<String>,
    }
    /// One shard of a tick.
    TickShardDue => DunningTick {
        entity: EntityId,
        /// The civil date and hour in the entity's zone.
        on: NaiveDate,
        hour: String,
        shard: u8,
        /// Where the message before stopped.
        after: Option<String>,
    }
    /// Decide about one customer.
    DunningDue => DunningStep { entity: EntityId, customer: CustomerId, on: NaiveDate }
    /// Send a planned letter.
    LetterDue => LetterSender { entity: EntityId, letter: LetterId }
}

/// Puts a message into the form that a queue takes.
///
/// # Errors
/// A message that does not serialise, which none of ours does.
pub fn outgoing<M: Message>(message: &M) -> Result<Outgoing, Failure> {
    serde_json::to_string(message).map(Outgoing::now).map_err(|error| Failure::poison(error.to_string()))
}

/// What brings older messages up: none is older yet. With the first, [`MESSAGE_VERSION`] is 2.
pub const MESSAGE_RAISES: &[Raise] = &[];

/// Reads a message of this version or an older one.
///
/// # Errors
/// Poison for what does not decode; a retry for a newer version, which a deploy under way will understand.
pub fn read<M: Message>(body: &str) -> Result<M, Failure> {
    versions::read(&format!("message of {}", M::QUEUE.as_str()), body, MESSAGE_RAISES)
}

/// The message that a follow-up of an item stands for.
///
/// # Errors
/// An item key that does not carry the id the follow-up needs.
pub fn of_follow_up(
    entity: &EntityId,
    pk: &str,
    follow_up: FollowUp,
) -> Result<(QueueName, Outgoing), Failure> {
    let id = |kind: &str| {
        let prefix = format!("{entity}#{kind}#");
        pk.strip_prefix(&prefix).map(str::to_owned)
    };
    let misplaced = || Failure::poison(format!("{follow_up:?} does not belong on {pk}"));
    let entity = entity.clone();
    Ok(match follow_up {
        FollowUp::ApplyCash => {
            let payment = PaymentId(id("PAY").ok_or_else(misplaced)?);
            (QueueName::CashApplication, outgoing(&CashApplicationDue::new(entity, payment))?)
        }
        FollowUp::WriteBack | FollowUp::PostAgain => {
            let payment = PaymentId(id("PAY").ok_or_else(misplaced)?);
            (QueueName::WriteBack, outgoing(&WriteBackDue::new(entity, payment))?)
        }
        FollowUp::SendLetter => {
            let letter = LetterId(id("LET").ok_or_else(misplaced)?);
            (QueueName::LetterSender, outgoing(&LetterDue::new(entity, letter))?)
        }
    })
}

/// Sends one message to its queue.
///
/// # Errors
/// The queue's.
pub async fn send<M: Message>(app: &crate::App, message: &M) -> Result<(), Failure> {
    Ok(app.queue.send(M::QUEUE, vec![outgoing(message)?]).await?)
}
