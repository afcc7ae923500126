//! A mail from its blocks to its signals: the one way that every caller takes.
use super::automatic::{AutomaticKind, AutomaticMail, MachineHeaders, automatic};
use super::fold::fold;
use super::fresh::{Block, fresh_text};
use super::intents;
use super::pattern::Pattern;
use super::signal::{Certainty, Context, Signal, SignalKind, Span};

/// A mail as its sender wrote it.
#[derive(Debug, Clone, Copy)]
pub struct Written<'m> {
    pub headers: &'m MachineHeaders,
    pub from_address: &'m str,
    pub from_name: Option<&'m str>,
    pub subject: &'m str,
    pub blocks: &'m [Block],
    /// The text of the letter of ours that it answers.
    pub parent: Option<&'m str>,
}

/// What a mail says: the sender's own words, the signals in them, and whether a machine wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Understanding {
    pub fresh: String,
    pub signals: Vec<Signal>,
    pub automatic: Option<AutomaticMail>,
}

/// Reads a mail. An automatic mail's signals are only those that a machine can state: a remittance, an approval, a
/// rejection, that somebody left, a complaint.
pub fn understand(written: &Written<'_>, context: &Context) -> Understanding {
    let fresh = fresh_text(written.blocks, written.parent, written.from_name);
    let automatic = automatic(written.headers, written.from_address, written.subject, &fresh, context);
    let signals = match &automatic {
        None => intents::read(&fresh, context),
        Some(found) => stated_by_machine(found, &fresh, context),
    };
    Understanding { fresh, signals, automatic }
}

/// Tickets and their like speak of requests and days and promise nothing.
static ACKNOWLEDGES: Pattern = Pattern::new(concat!(
    r"\b(?:(?:request|ticket|case|enquiry|query|message|e-?mail) (?:\w+ )?(?:has been|was|is) (?:received|created|logged|opened|assigned|registered|held|being held)|ticket|(?:message|e-?mail) .{0,40}(?:held|quarantine\w*|retenid[oa]|retenue?|zurückgehalten|vastgehouden)|(?:retenid[oa]|retenue?|zurückgehalten|vastgehouden|human|persona|personne humaine|echter mensch|robot|echt mens)|(?:we|our team) (?:have received|aim to|will (?:respond|reply|get back|be in touch|review))|confirm (?:that )?you are|",
    r"ihre (?:anfrage|nachricht) (?:ist|wurde)|vorgangsnummer|votre (?:demande|message) (?:a|est)|su (?:solicitud|mensaje|consulta) (?:ha|fue)|uw (?:verzoek|bericht|aanvraag) (?:is|werd))\b"
));

fn stated_by_machine(found: &AutomaticMail, fresh: &str, context: &Context) -> Vec<Signal> {
    let signals = match found.kind {
        AutomaticKind::Complaint => return complaint(fresh, found.rule),
        AutomaticKind::Other => intents::read(fresh, context),
        _ => return Vec::new(),
    };
    let is_notice = !ACKNOWLEDGES.is_match(&fold(fresh));
    let can_state = |signal: &Signal| match signal.kind {
        SignalKind::AlreadyPaid { .. } | SignalKind::Dispute { .. } => is_notice,
        SignalKind::PromiseToPay { .. } | SignalKind::SoftPromise { .. } => is_notice,
        SignalKind::WrongContact => signal.rule != "contact.portal",
        _ => false,
    };
    let mut out: Vec<Signal> = signals.into_iter().filter(can_state).collect();
    // A remittance advice may say when its payment arrives.
    if out.iter().any(|s| matches!(s.kind, SignalKind::AlreadyPaid { .. })) {
        out.retain(|s| !matches!(s.kind, SignalKind::PromiseToPay { .. } | SignalKind::SoftPromise { .. }));
    }
    out
}

/// A feedback report asks for no words: pressing the button says it all.
fn complaint(fresh: &str, rule: &'static str) -> Vec<Signal> {
    let span = Span::new(0, fresh.len());
    vec![Signal { kind: SignalKind::OptOut, span, rule, certainty: Certainty::Clear }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbox::fresh::Source;
    use crate::inbox::signal::Locale;

    fn read(headers: MachineHeaders, text: &str) -> Understanding {
        let blocks = [Block { text: text.to_owned(), quote_depth: 0, source: Source::Plain }];
        let written = Written {
            headers: &headers,
            from_address: "ida@holm.example",
            from_name: None,
            subject: "Re: Invoice",
            blocks: &blocks,
            parent: None,
        };
        let written_on = "2026-03-04".parse().unwrap();
        understand(&written, &Context { locale: Locale::parse("en-GB"), written_on })
    }

    #[test]
    fn a_machine_states_payments_and_promises_nothing_in_a_ticket() {
        assert!(ACKNOWLEDGES.compiles());
        let marked =
            || MachineHeaders { auto_submitted: Some("auto-generated".to_owned()), ..Default::default() };
        let kinds = |text: &str| -> Vec<SignalKind> {
            read(marked(), text).signals.into_iter().map(|signal| signal.kind).collect()
        };
        assert!(matches!(
            kinds("A payment of GBP 90.00 has been issued to your account.")[..],
            [SignalKind::AlreadyPaid { .. }]
        ));
        assert_eq!(kinds("Your request has been received. We will pay attention to it on Friday."), []);
        assert_eq!(kinds("Ida is no longer with the company. STOP"), [SignalKind::WrongContact]);
    }

    #[test]
    fn a_complaint_is_an_opt_out() {
        let headers =
            MachineHeaders { report_type: Some("feedback-report".to_owned()), ..Default::default() };
        let found = read(headers, "This is an email abuse report.");
        assert_eq!(found.automatic.unwrap().kind, AutomaticKind::Complaint);
        assert_eq!(found.signals.first().unwrap().kind, SignalKind::OptOut);
    }
}
