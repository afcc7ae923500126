//! Stories over the real handlers, and what keeps the repository tidy. One binary: linking is most of what it costs.
mod bank;
mod card_disputes;
mod cost;
mod end_to_end;
mod letters;
mod quickbooks;
mod refunds;
mod replies;
mod simulation;
mod tidy;
mod undo;
mod webhook;
