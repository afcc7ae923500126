//! The store: typed items over the [`table::Table`] port, and the one way to change them.
pub mod change;
pub mod contract;
pub mod entity;
#[cfg(test)]
mod golden;
pub mod keys;
pub mod limits;
pub mod memory;
pub mod reads;
pub mod table;
