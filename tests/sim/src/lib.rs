//! Deterministic simulation of the whole bundle: the functions' own handlers over simulated ports, one thread, one
//! seed, virtual time. The world outside pays, refunds, disputes and writes; the machinery between loses, doubles,
//! delays and dies; and after every commit and at rest the invariants of the design must hold.
//!
//! `engine` is time and chance, `faults` what goes wrong in a seed, `store` and `ports` the simulated infrastructure,
//! `runtime` Lambda and its triggers, `world` and `people` who acts outside, `check` the invariants, `run` a seed from
//! chaos to the replay of everything.
mod bank;
pub mod check;
pub mod engine;
pub mod faults;
pub mod matrix;
#[cfg(feature = "mutants")]
pub mod mutants;
mod people;
mod ports;
mod rng;
pub mod run;
mod runtime;
mod store;
pub mod sweep;
pub mod triggers;
pub mod vendors;
mod world;
