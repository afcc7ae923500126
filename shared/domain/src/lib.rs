//! The domain of accounts receivable: free functions over facts, no I/O, no clock, no randomness.
//!
//! # Glossary
//! * **Customer**: the bill-to party. A **payer** is whoever sent the money; often, not always, the customer.
//! * **Invoice** and its **open amount**; an **open item** is an invoice or credit memo with something left open.
//! * **Payment**: money received. *Unidentified* (payer unknown), *unapplied* (payer known, not yet allocated),
//!   *applied*. An **allocation** joins a part of a payment to an invoice; **cash application** decides it.
//! * **Payment reversal**: a card dispute or a return. A **dispute** is a customer contesting an invoice.
//! * **Promise to pay**, **hold** (a named reason not to chase), **dunning letter** and **level**.
//! * **Timeline entry**: one fact of what happened and why; entries are hash-chained per item.
pub mod ageing;
pub mod cash;
pub mod credit;
pub mod customer;
pub mod dates;
pub mod dunning;
pub mod ids;
pub mod in_flight;
pub mod inbox;
pub mod invoice;
pub mod letters;
pub mod money;
pub mod mutants;
pub mod payment;
pub mod promise;
pub mod refusal;
pub mod sealed;
pub mod statement;
pub mod task;
pub mod timeline;

#[cfg(test)]
mod conservation_tests;
