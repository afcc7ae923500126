//! Personal text as the ledger keeps it: encrypted under a key per customer, so that destroying the key erases it.
use serde::{Deserialize, Serialize};

/// Ciphertext (base64). The domain passes it on and hashes it, and never sees what is inside.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(pub String);

/// A keyed digest of an address or an account, for look-ups without the plain text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LookupHash(pub String);
