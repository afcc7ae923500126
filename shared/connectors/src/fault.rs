//! One taxonomy of what goes wrong outside, and the one piece of advice each fault gives.
use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// Transport error, 408, 429, 5xx, the vendor's "try later".
    Retryable,
    /// The access token is stale: refresh once, send once more.
    AuthExpired,
    /// Consent withdrawn or the refresh token refused: a person must reconnect.
    AuthRevoked,
    /// An optimistic lock was stale, or a duplicate key: re-read, decide again.
    Conflict,
    /// Validation, missing permission or record: no retry helps.
    Permanent,
}

/// Whether the vendor can have seen the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    BeforeSend,
    AfterSend,
}

/// What the caller should do about a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    RetryLater {
        after_seconds: Option<u32>,
    },
    RefreshToken,
    Reconnect,
    /// A write whose outcome is unknown: look it up by our reference first.
    LookUpFirst,
    GiveUp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub kind: FaultKind,
    pub phase: Phase,
    /// For people and logs; never holds a token or a body that might.
    pub message: String,
    /// The vendor's own code ("5010", "resource_missing").
    pub code: Option<String>,
    /// The vendor's id of the request (`intuit_tid`, `request-id`).
    pub request_ref: Option<String>,
    pub retry_after_seconds: Option<u32>,
}

impl Fault {
    pub fn new(kind: FaultKind, phase: Phase, message: impl Into<String>) -> Self {
        Self {
            kind,
            phase,
            message: message.into(),
            code: None,
            request_ref: None,
            retry_after_seconds: None,
        }
    }

    /// A request that could not be built: configuration, so no retry helps.
    pub fn before_send(message: impl Into<String>) -> Self {
        Self::new(FaultKind::Permanent, Phase::BeforeSend, message)
    }

    /// A reply that does not read as documented: after a write the outcome is unknown.
    pub fn unreadable(message: impl Into<String>) -> Self {
        Self::new(FaultKind::Retryable, Phase::AfterSend, message)
    }

    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// The advice for a read (`is_write` false) or a write.
    pub fn advice(&self, is_write: bool) -> Advice {
        match (self.kind, self.phase) {
            (FaultKind::AuthExpired, _) => Advice::RefreshToken,
            (FaultKind::AuthRevoked, _) => Advice::Reconnect,
            (FaultKind::Permanent, _) => Advice::GiveUp,
            (FaultKind::Conflict, _) => Advice::RetryLater { after_seconds: Some(1) },
            (FaultKind::Retryable, Phase::AfterSend) if is_write => Advice::LookUpFirst,
            (FaultKind::Retryable, _) => Advice::RetryLater { after_seconds: self.retry_after_seconds },
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} ({:?}): {}", self.kind, self.phase, self.message)?;
        if let Some(code) = &self.code {
            write!(f, " [{code}]")?;
        }
        if let Some(request_ref) = &self.request_ref {
            write!(f, " request {request_ref}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Fault {}

/// The kind that an HTTP status alone stands for; vendors refine it by their own codes.
pub fn kind_of_status(status: http::StatusCode) -> FaultKind {
    match status.as_u16() {
        401 => FaultKind::AuthExpired,
        408 | 429 | 500..=599 => FaultKind::Retryable,
        409 => FaultKind::Conflict,
        _ => FaultKind::Permanent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unclear_write_is_looked_up_and_a_read_is_repeated() {
        let fault = Fault::new(FaultKind::Retryable, Phase::AfterSend, "timeout");
        assert_eq!(fault.advice(true), Advice::LookUpFirst);
        assert_eq!(fault.advice(false), Advice::RetryLater { after_seconds: None });
        let refused = Fault::new(FaultKind::Retryable, Phase::BeforeSend, "connection refused");
        assert_eq!(refused.advice(true), Advice::RetryLater { after_seconds: None });
    }
}
