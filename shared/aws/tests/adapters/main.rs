#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test binary: a failure is a panic, and the endpoint to test comes from the environment"
)]
mod table;
