//! From signals to proposals, by how far the sender is trusted. Words may hold, record a promise or call a person;
//! no proposal carries an amount to apply, an address to write to or a bank detail.
use super::amounts::Amount;
use super::signal::{Certainty, DisputeReason, Signal, SignalKind};
use crate::dates::days_past_due;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// How the sender was recognised, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// Our reply token, an authenticated From, and the From is a contact of the customer (tier A).
    Verified,
    /// Token or thread match with another authenticated From (B).
    Matched,
    /// No match, but an authenticated contact (C).
    Contact,
    /// Authentication failed, spam, or unknown (D).
    Unverified,
}

/// The numbers a company sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Days by which a soft signal delays the next step.
    pub soft_hold_days: u32,
    /// Days an unverified mail may hold; at most 3.
    pub unverified_hold_days: u32,
    /// A promise further ahead than this needs a person.
    pub longest_promise_days: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self { soft_hold_days: 3, unverified_hold_days: 3, longest_promise_days: 60 }
    }
}

/// What is known beside the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    pub trust: Trust,
    /// The thread, or a number in the text, names an invoice of this very customer.
    pub names_invoice: bool,
    pub today: NaiveDate,
}

/// Why a person has to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    Unsure,
    NotUnderstood,
    SeveralPromises,
    PromiseFarAhead,
    OptOutNotVerified,
    DisputeNotVerified,
    Legal,
    DocumentRequest,
    PaymentPlan,
    WrongContact,
    Question,
}

/// What the mail suggests; the nouns (promise, dispute, customer) still decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "proposal", rename_all = "snake_case")]
pub enum Proposal {
    /// Unconfirmed when the sender was recognised, but is not a verified contact.
    RecordPromise {
        on: NaiveDate,
        amount: Option<Amount>,
        is_confirmed: bool,
    },
    /// Delay the next automatic step once.
    SoftHold {
        days: u32,
    },
    HoldForDispute {
        reason: DisputeReason,
        is_verified: bool,
    },
    /// No more automatic mail to the address this mail came from.
    SuppressAddress,
    /// Said to be paid: look for the money, send nothing meanwhile. Never marks anything paid.
    PauseAndLookUp,
    StopAutomaticMail,
    AskPerson {
        why: Why,
    },
    /// Bank details were mentioned as changed: freeze refunds, call back on a known number, answer nothing.
    SecurityAlert,
}

/// Proposals for one mail, without repeats, in the order of its signals. An unverified mail may only lead to less
/// contact. A mail with an [`SignalKind::AutoReply`] promises nothing.
pub fn decide(signals: &[Signal], facts: &Facts, policy: &Policy) -> Vec<Proposal> {
    let mut out: Vec<Proposal> = Vec::new();
    let is_automatic = signals.iter().any(|signal| signal.kind == SignalKind::AutoReply);
    let promises = distinct_promises(signals);
    for signal in signals {
        let proposals = match signal.kind {
            SignalKind::BankDetailChange => vec![Proposal::SecurityAlert],
            SignalKind::AlreadyPaid { .. } if is_automatic => already_paid(facts.trust),
            _ if is_automatic => Vec::new(),
            _ if facts.trust == Trust::Unverified => unverified(signal, policy),
            SignalKind::PromiseToPay { on, amount } if promises == 1 => {
                promise(on, amount, signal.certainty, facts, policy)
            }
            _ => recognised(signal, facts.trust, policy),
        };
        for proposal in proposals {
            if !out.contains(&proposal) {
                out.push(proposal);
            }
        }
    }
    if signals.is_empty() && facts.trust != Trust::Unverified {
        out.push(Proposal::AskPerson { why: Why::NotUnderstood });
    }
    out
}

fn distinct_promises(signals: &[Signal]) -> usize {
    let mut seen: Vec<&SignalKind> = Vec::new();
    for signal in signals.iter().filter(|s| matches!(s.kind, SignalKind::PromiseToPay { .. })) {
        if !seen.contains(&&signal.kind) {
            seen.push(&signal.kind);
        }
    }
    seen.len()
}

fn ask(why: Why) -> Proposal {
    Proposal::AskPerson { why }
}

fn already_paid(trust: Trust) -> Vec<Proposal> {
    if trust == Trust::Unverified { Vec::new() } else { vec![Proposal::PauseAndLookUp] }
}

/// Cheap to honour and cheap to reverse: a short hold, and a person.
fn unverified(signal: &Signal, policy: &Policy) -> Vec<Proposal> {
    let hold = Proposal::SoftHold { days: policy.unverified_hold_days.min(3) };
    match signal.kind {
        SignalKind::OptOut => vec![hold, ask(Why::OptOutNotVerified)],
        SignalKind::Dispute { .. } => vec![hold, ask(Why::DisputeNotVerified)],
        SignalKind::Legal => vec![hold, ask(Why::Legal)],
        _ => Vec::new(),
    }
}

/// A promise needs a day, and an amount or a named invoice; with less it only delays the next step.
fn promise(
    on: NaiveDate,
    amount: Option<Amount>,
    certainty: Certainty,
    facts: &Facts,
    policy: &Policy,
) -> Vec<Proposal> {
    let hold = Proposal::SoftHold { days: policy.soft_hold_days };
    if certainty == Certainty::Unsure {
        return vec![hold, ask(Why::Unsure)];
    }
    if -days_past_due(on, facts.today) > i64::from(policy.longest_promise_days) {
        return vec![hold, ask(Why::PromiseFarAhead)];
    }
    if amount.is_none() && !facts.names_invoice {
        return vec![hold];
    }
    vec![Proposal::RecordPromise { on, amount, is_confirmed: facts.trust == Trust::Verified }]
}

fn recognised(signal: &Signal, trust: Trust, policy: &Policy) -> Vec<Proposal> {
    let hold = Proposal::SoftHold { days: policy.soft_hold_days };
    let is_unsure = signal.certainty == Certainty::Unsure;
    match signal.kind {
        SignalKind::OptOut | SignalKind::Legal if is_unsure => vec![hold, ask(Why::Unsure)],
        SignalKind::OptOut => vec![Proposal::SuppressAddress],
        SignalKind::Legal => vec![Proposal::StopAutomaticMail, ask(Why::Legal)],
        // Holding is the safe error, so a doubtful contest holds too, and a person looks.
        SignalKind::Dispute { reason } => {
            let held = Proposal::HoldForDispute { reason, is_verified: trust == Trust::Verified };
            if is_unsure { vec![held, ask(Why::Unsure)] } else { vec![held] }
        }
        SignalKind::PromiseToPay { .. } => vec![hold, ask(Why::SeveralPromises)],
        SignalKind::SoftPromise { .. } => vec![hold],
        SignalKind::PaymentDelay => vec![hold],
        SignalKind::PaymentPlan => vec![hold, ask(Why::PaymentPlan)],
        SignalKind::AlreadyPaid { .. } => already_paid(trust),
        SignalKind::DocumentRequest => vec![ask(Why::DocumentRequest)],
        SignalKind::WrongContact => vec![ask(Why::WrongContact)],
        SignalKind::Question => vec![ask(Why::Question)],
        SignalKind::BankDetailChange => vec![Proposal::SecurityAlert],
        SignalKind::Thanks | SignalKind::AutoReply => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::intents::read;
    use super::super::signal::{Context, Locale, Span};
    use super::*;
    use proptest::prelude::*;

    fn on(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn proposals(text: &str, trust: Trust) -> Vec<Proposal> {
        let today = on("2026-03-04");
        let context = Context { locale: Locale::parse("en-US"), written_on: today };
        decide(&read(text, &context), &Facts { trust, names_invoice: true, today }, &Policy::default())
    }

    #[test]
    fn a_clear_promise_is_recorded_and_confirmed_only_when_verified() {
        let text = "We will pay it on Friday.";
        let recorded =
            |is_confirmed| vec![Proposal::RecordPromise { on: on("2026-03-06"), amount: None, is_confirmed }];
        assert_eq!(proposals(text, Trust::Verified), recorded(true));
        assert_eq!(proposals(text, Trust::Contact), recorded(false));
        assert_eq!(proposals(text, Trust::Unverified), []);
    }

    #[test]
    fn doubt_goes_to_a_person() {
        assert_eq!(
            proposals("We will pay next week.", Trust::Verified),
            [Proposal::SoftHold { days: 3 }, ask(Why::Unsure)]
        );
        let far = proposals("Payment will be made on September 30, 2026.", Trust::Verified);
        assert_eq!(far, [Proposal::SoftHold { days: 3 }, ask(Why::PromiseFarAhead)]);
        assert_eq!(proposals("Blue elephants.", Trust::Verified), [ask(Why::NotUnderstood)]);
    }

    #[test]
    fn opt_out_by_tier() {
        assert_eq!(proposals("STOP", Trust::Matched), [Proposal::SuppressAddress]);
        assert_eq!(
            proposals("STOP", Trust::Unverified),
            [Proposal::SoftHold { days: 3 }, ask(Why::OptOutNotVerified)]
        );
    }

    #[test]
    fn bank_details_always_alert_and_never_change_anything() {
        let text = "Please note our new bank account, remit the refund there.";
        for trust in [Trust::Verified, Trust::Matched, Trust::Contact, Trust::Unverified] {
            assert_eq!(proposals(text, trust), [Proposal::SecurityAlert]);
        }
    }

    #[test]
    fn a_machine_promises_nothing() {
        let kind = SignalKind::AutoReply;
        let auto = Signal { kind, span: Span::new(0, 0), rule: "header", certainty: Certainty::Clear };
        let kind = SignalKind::PromiseToPay { on: on("2026-03-09"), amount: None };
        let promise = Signal { kind, ..auto.clone() };
        let facts = Facts { trust: Trust::Verified, names_invoice: true, today: on("2026-03-04") };
        assert_eq!(decide(&[auto, promise], &facts, &Policy::default()), []);
    }

    proptest! {
        #[test]
        fn an_unverified_mail_only_reduces_contact(text in "(?:we will pay|Friday|STOP|dispute|bankrupt|not|\\. |\\PC| ){0,12}") {
            for proposal in proposals(&text, Trust::Unverified) {
                let is_allowed = matches!(
                    proposal,
                    Proposal::SoftHold { days: 0..=3 } | Proposal::AskPerson { .. } | Proposal::SecurityAlert
                );
                prop_assert!(is_allowed, "{proposal:?}");
            }
        }
    }
}
