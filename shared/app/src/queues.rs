//! The queues by name. A queue is named after the function that works it off.
use serde::{Deserialize, Serialize};

macro_rules! queues {
    ($($variant:ident = $name:literal),+ $(,)?) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum QueueName {
            $($variant),+
        }

        impl QueueName {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),+
                }
            }

            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|queue| queue.as_str() == name)
            }
        }
    };
}

queues! {
    PaymentIntake = "payment-intake",
    BankFile = "bank-file",
    ErpPull = "erp-pull",
    ErpSync = "erp-sync",
    CashApplication = "cash-application",
    InboundEmail = "inbound-email",
    DunningTick = "dunning-tick",
    DunningStep = "dunning-step",
    LetterSender = "letter-sender",
    MailFeedback = "mail-feedback",
    WriteBack = "write-back",
}

/// A message on its way to a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    pub body: String,
    /// At most 900.
    pub delay_seconds: u32,
}

impl Outgoing {
    pub fn now(body: impl Into<String>) -> Self {
        Self { body: body.into(), delay_seconds: 0 }
    }
}

/// A message that no try could work off, as it lies in a queue's dead letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    pub queue: QueueName,
    pub message_id: String,
    /// What its worker said last, where that is known.
    pub why: Option<String>,
}
