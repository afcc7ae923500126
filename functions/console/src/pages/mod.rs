//! The pages: views rendered, nothing decided.
pub mod ageing;
pub mod customer;
pub mod figures;
pub mod find;
pub mod forms;
pub mod invoice;
pub mod layout;
pub mod review;
pub mod tasks;
pub mod timeline;
