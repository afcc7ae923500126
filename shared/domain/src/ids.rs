//! Typed ids. An id from an outside system keeps that system's natural key ("qbo:130", "stripe:pi_3N…"),
//! so the same outside thing always gets the same id and a duplicate meets the item that is there already.
use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

ids! {
    /// A legal entity of ours: the creditor. Amounts, ageing and letters belong to one.
    EntityId,
    CustomerId,
    ContactId,
    InvoiceId,
    PaymentId,
    CreditMemoId,
    LetterId,
    PromiseId,
    DisputeId,
    TaskId,
    /// The natural key of an outside event: what makes a duplicate recognisable.
    EventId,
}

/// Where a record lives outside: the system ("qbo", "stripe", "bank") and its id there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ExternalRef {
    pub system: String,
    pub id: String,
}

impl ExternalRef {
    pub fn new(system: impl Into<String>, id: impl Into<String>) -> Self {
        Self { system: system.into(), id: id.into() }
    }
}

impl fmt::Display for ExternalRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.system, self.id)
    }
}
