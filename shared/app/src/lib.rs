//! Use cases over ports.
pub mod doubles;
pub mod ports;
pub mod queues;
pub mod sealing;
pub mod store;
pub mod stream;
pub mod worker;
