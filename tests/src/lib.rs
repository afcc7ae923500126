//! The world that stories are told in: every function's real handler over ports in memory, with Stripe and QuickBooks
//! as small vendors that keep books of their own. Stories speak in verbs (`given_invoice`, `when_tick`, `then_open`),
//! so that a handler can change shape without any story being rewritten.
mod bank;
mod effects;
mod given;
mod hostile;
mod hostile_large;
mod ledger;
mod then;
mod when;
mod world;

pub use bank::{StatementLine, statement};
pub use effects::Failing;
pub use hostile::{Hostile, TIERS, hostile_files};
pub use hostile_large::hostile_large;
pub use sim::vendors::quickbooks::Trouble;
pub use when::{Mail, Sent};
pub use world::{Telling, WEBHOOK_SECRET, World, story};
