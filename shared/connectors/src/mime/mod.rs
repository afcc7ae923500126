//! Placeholder.
pub mod outgoing;
