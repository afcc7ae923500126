//! Dunning: facts, then named holds, then the policy's levels; the answer is a letter or *not now, because*.
pub mod decide;
pub mod facts;
pub mod holds;
pub mod policy;

pub use decide::{DunningDecision, PlannedLetter, decide};
pub use facts::DunningFacts;
pub use holds::Hold;
pub use policy::DunningPolicy;
