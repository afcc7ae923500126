//! Use cases over ports.
pub mod ports;
pub mod queues;
pub mod store;
pub mod tokens;
pub mod worker;
