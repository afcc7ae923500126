//! Stories over the real handlers, and what keeps the repository tidy. One binary: linking is most of what it costs.
mod bank;
mod card_disputes;
mod cost;
mod end_to_end;
mod hostile;
mod letters;
mod postings;
mod quickbooks;
mod refunds;
mod replies;
mod simulation;
mod stripe;
mod tidy;
mod undo;
mod webhook;
