//! The whole bundle on one machine.
pub mod sim;
