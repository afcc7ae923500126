#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test binary: a failure is a panic, and the endpoint to test comes from the environment"
)]
mod blobs;
mod https;
mod loopback;
mod mail;
mod queue;
mod seal;
mod serve;
mod start;
mod table;
