//! What a customer's mail says: fresh text, then clauses, then typed signals with verbatim spans, then proposals.
//! Nothing here touches money, addresses or bank details; a proposal holds, records a promise or asks a person.
pub mod amounts;
pub mod automatic;
pub mod clauses;
pub mod dates;
pub mod decide;
pub mod fold;
pub mod fresh;
pub mod intents;
pub mod numbers;
pub mod pattern;
pub mod signal;
pub mod understand;
mod words;

pub use automatic::{AutomaticKind, AutomaticMail, automatic};
pub use decide::{Proposal, decide};
pub use fresh::{Block, fresh_text};
pub use intents::read;
pub use numbers::invoice_numbers;
pub use signal::{Certainty, Context, DisputeReason, Locale, Signal, SignalKind, Span};
pub use understand::{Understanding, Written, understand};
