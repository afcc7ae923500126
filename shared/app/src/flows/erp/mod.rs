//! The ledger of a company that keeps its books in QuickBooks Online: pulled page by page, written back to.
pub mod answers;
pub mod auth;
mod deleted;
pub mod documents;
mod left_behind;
mod merged;
mod mirror;
pub mod payments;
mod postings;
pub mod pull;
mod rebuild;

/// The name of the system in external references, ids and cursors.
pub const SYSTEM: &str = "qbo";
