//! The vendors, played on loopback: QuickBooks Online, Stripe and an OpenID Connect issuer for development.
//!
//! QuickBooks and Stripe keep their books in one SQLite file ([`Books`]), so a killed process finds them as it
//! left them. Time comes from a [`Clock`] (a day can be played in a second) and nothing is random except the
//! issuer's keys and codes: the same calls give the same books. Trouble is armed through [`Faults`].
pub mod books;
pub mod digest;
pub mod faults;
pub mod issuer;
pub mod quickbooks;
pub mod seed;
pub mod serve;
pub mod stripe;

pub use books::{Books, BooksError};
pub use digest::books_digest;
pub use faults::{Faults, Mishap};
pub use serve::{Running, serve};

use chrono::{DateTime, Utc};
use std::sync::Arc;

/// The vendors' present instant.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;
