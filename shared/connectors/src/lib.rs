//! How each outside system spells things. Sans-I/O: a call is *the request to send* and *how to read the reply*;
//! nothing here opens a connection, reads a clock or knows the store.
pub mod bank;
pub mod call;
pub mod fault;
pub mod mime;
pub mod quickbooks;
pub mod registry;
pub mod ses;
pub mod signature;
pub mod stripe;
