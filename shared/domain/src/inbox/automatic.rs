//! Mail made by a machine: RFC 3834, the headers vendors add beyond it, and the subjects and texts of the replies
//! that carry none. Never answered, never a customer's word.
use super::dates::{Direction, dates};
use super::pattern::Pattern;
use super::signal::Context;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The headers that tell, as the mail carries them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineHeaders {
    pub auto_submitted: Option<String>,
    /// `Return-Path: <>`.
    pub is_null_return_path: bool,
    pub precedence: Option<String>,
    pub auto_response_suppress: Option<String>,
    /// `X-Autoreply` or `X-Autorespond`.
    pub is_marked_autoreply: bool,
    pub list_id: Option<String>,
    /// `report-type` of a multipart/report.
    pub report_type: Option<String>,
    /// `X-Failed-Recipients` or `X-MS-Exchange-Message-Is-Ndr`.
    pub is_marked_failed: bool,
    /// The mail answers another one (`In-Reply-To` or `References`).
    pub is_reply: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AutomaticKind {
    OutOfOffice {
        back_on: Option<NaiveDate>,
    },
    Bounce,
    /// A read or delivery receipt.
    Receipt,
    /// A mailing to many.
    List,
    Other,
}

/// That a mail is automatic, and the header or text rule that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutomaticMail {
    #[serde(flatten)]
    pub kind: AutomaticKind,
    #[serde(skip_deserializing)]
    pub rule: &'static str,
}

static ABSENT_SUBJECT: Pattern = Pattern::new(concat!(
    r"^\s*(?:re:\s*)?(?:automatic reply|auto(?:matic)?[ -]?(?:reply|response)?\s*:|out of (?:the )?office|ooo\b|away from|",
    r"automatische antwort|abwesenheit\w*|réponse automatique|absence du bureau|respuesta automática|fuera de la oficina|",
    r"automatisch antwoord|afwezig\w*)"
));
static ABSENT_TEXT: Pattern = Pattern::new(concat!(
    r"\b(?:out of (?:the )?office|on (?:annual|maternity|paternity|parental|sick|medical)? ?leave|on vacation|on holiday|",
    r"office (?:is|will be) closed|currently (?:away|unavailable|travell?ing)|will (?:reopen|return to the office)|",
    r"nicht im (?:büro|haus)|abwesend|im urlaub|betriebsferien|",
    r"absente? (?:du|de|jusqu)|suis absente?|en congés?|bureaux? (?:est|sont) fermé|",
    r"fuera de la oficina|de vacaciones|estaré ausente|oficina (?:está|estará) cerrada|",
    r"niet op kantoor|kantoor is gesloten|afwezig|op vakantie|met verlof)\b"
));
static BOUNCE_SUBJECT: Pattern = Pattern::new(concat!(
    r"^\s*(?:undeliver(?:ed|able)|delivery (?:status notification|failure|has failed|delayed)|mail delivery (?:failed|system|subsystem)|",
    r"failure notice|returned mail|unzustellbar|non remis|no se puede entregar|niet bezorgd)"
));
static DAEMON: Pattern = Pattern::new(r"^(?:mailer-daemon|postmaster)@");
static SMTP_FAILURE: Pattern = Pattern::new(r"\b[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}\b");
static RECEIPT_SUBJECT: Pattern =
    Pattern::new(r"^\s*(?:read|gelesen|lu|leído|gelezen|delivered|relayed)\s?:");
static MACHINE_TEXT: Pattern = Pattern::new(concat!(
    r"\b(?:this is an automated (?:message|reply|response)|do not reply to this (?:message|e-?mail)|",
    r"automatisch (?:erzeugt|generiert|erstellt)e|(?:message|courriel) automatique|mensaje automático|automatisch gegenereerd)\b"
));
static BACK: Pattern = Pattern::new(
    r"\b(?:until|till|through|back (?:on|in)?|return\w*|reopen\w*|bis|ab|zurück|jusqu'?au?|retour|hasta|vuelv\w*|tot|vanaf|terug)\b",
);

/// Tells automatic mail from a person's; `None` is a person. A person's answer that passed through a list is not
/// automatic, so list headers count only on mail that answers nothing.
pub fn automatic(
    headers: &MachineHeaders,
    from: &str,
    subject: &str,
    text: &str,
    context: &Context,
) -> Option<AutomaticMail> {
    let is_absent = ABSENT_SUBJECT.is_match(subject) || ABSENT_TEXT.is_match(text);
    let out_of_office = || AutomaticKind::OutOfOffice { back_on: back_on(text, context) };
    let found = |kind, rule| Some(AutomaticMail { kind, rule });
    if let Some(bounce) = bounce(headers, from, subject, text) {
        return found(AutomaticKind::Bounce, bounce);
    }
    if headers.report_type.is_some()
        || (RECEIPT_SUBJECT.is_match(subject) && headers.auto_submitted.is_some())
    {
        return found(AutomaticKind::Receipt, "header.report_type");
    }
    if let Some(rule) = marked(headers) {
        return found(if is_absent { out_of_office() } else { AutomaticKind::Other }, rule);
    }
    if headers.list_id.is_some() && !headers.is_reply {
        return found(AutomaticKind::List, "header.list_id");
    }
    if ABSENT_SUBJECT.is_match(subject) {
        return found(
            if is_absent && ABSENT_TEXT.is_match(text) { out_of_office() } else { AutomaticKind::Other },
            "subject.automatic",
        );
    }
    if MACHINE_TEXT.is_match(text) && !headers.is_reply {
        return found(AutomaticKind::Other, "text.machine");
    }
    None
}

fn bounce(headers: &MachineHeaders, from: &str, subject: &str, text: &str) -> Option<&'static str> {
    if headers.is_marked_failed {
        return Some("header.failed_recipients");
    }
    let is_report =
        headers.report_type.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("delivery-status"));
    if is_report {
        return Some("header.delivery_status");
    }
    let looks = BOUNCE_SUBJECT.is_match(subject) || DAEMON.is_match(from);
    if looks && (headers.is_null_return_path || DAEMON.is_match(from) || SMTP_FAILURE.is_match(text)) {
        return Some("subject.undelivered");
    }
    None
}

fn marked(headers: &MachineHeaders) -> Option<&'static str> {
    let is_auto = |value: &String| !value.trim().to_lowercase().starts_with("no");
    if headers.auto_submitted.as_ref().is_some_and(is_auto) {
        return Some("header.auto_submitted");
    }
    if headers.is_null_return_path {
        return Some("header.null_return_path");
    }
    if headers.is_marked_autoreply {
        return Some("header.x_autoreply");
    }
    let is_bulk =
        |value: &String| matches!(value.trim().to_lowercase().as_str(), "bulk" | "junk" | "auto_reply");
    if headers.precedence.as_ref().is_some_and(is_bulk) {
        return Some("header.precedence");
    }
    headers.auto_response_suppress.as_ref().map(|_| "header.auto_response_suppress")
}

/// The last day named near a word of returning; "until Monday" and "back on Monday" both give Monday.
fn back_on(text: &str, context: &Context) -> Option<NaiveDate> {
    if !BACK.is_match(text) {
        return None;
    }
    dates(text, context, Direction::Ahead)
        .into_iter()
        .map(|m| m.on)
        .filter(|on| *on >= context.written_on)
        .max()
}

#[cfg(test)]
mod tests {
    use super::super::signal::Locale;
    use super::*;

    fn context() -> Context {
        Context { locale: Locale::parse("en-GB"), written_on: NaiveDate::from_ymd_opt(2026, 3, 2).unwrap() }
    }

    fn kind(headers: &MachineHeaders, subject: &str, text: &str) -> Option<AutomaticKind> {
        automatic(headers, "ida@holm.example", subject, text, &context()).map(|found| found.kind)
    }

    #[test]
    fn tables_compile() {
        for pattern in [
            &ABSENT_SUBJECT,
            &ABSENT_TEXT,
            &BOUNCE_SUBJECT,
            &DAEMON,
            &SMTP_FAILURE,
            &RECEIPT_SUBJECT,
            &MACHINE_TEXT,
            &BACK,
        ] {
            assert!(pattern.compiles(), "{pattern:?}");
        }
    }

    #[test]
    fn auto_submitted_no_is_a_person() {
        let with =
            |value: &str| MachineHeaders { auto_submitted: Some(value.to_owned()), ..Default::default() };
        assert_eq!(kind(&with("no"), "Re: invoice", "We pay Friday"), None);
        assert_eq!(kind(&with("auto-replied (vacation)"), "Re", "Ticket opened"), Some(AutomaticKind::Other));
    }

    #[test]
    fn absence_has_a_return_day() {
        let headers = MachineHeaders { is_marked_autoreply: true, ..Default::default() };
        let back_on = NaiveDate::from_ymd_opt(2026, 3, 9);
        let found = kind(&headers, "Away", "I am on annual leave until 9 March.");
        assert_eq!(found, Some(AutomaticKind::OutOfOffice { back_on }));
    }

    #[test]
    fn absence_without_any_header() {
        let found = kind(&MachineHeaders::default(), "Abwesenheitsnotiz", "Ich bin nicht im Büro.");
        assert_eq!(found, Some(AutomaticKind::OutOfOffice { back_on: None }));
        let person = kind(&MachineHeaders::default(), "Re: invoice", "I was on holiday, paying on Monday.");
        assert_eq!(person, None);
    }

    #[test]
    fn bounces_lists_and_receipts() {
        let report = |kind: &str| MachineHeaders { report_type: Some(kind.to_owned()), ..Default::default() };
        assert_eq!(kind(&report("delivery-status"), "x", ""), Some(AutomaticKind::Bounce));
        assert_eq!(kind(&report("disposition-notification"), "x", ""), Some(AutomaticKind::Receipt));
        let daemon = automatic(
            &MachineHeaders::default(),
            "MAILER-DAEMON@mx.example",
            "failure notice",
            "550 5.1.1 no such user",
            &context(),
        );
        assert_eq!(daemon.map(|found| found.kind), Some(AutomaticKind::Bounce));
        let list = MachineHeaders { list_id: Some("ap.holm.example".to_owned()), ..Default::default() };
        assert_eq!(kind(&list, "News", "Spring sale"), Some(AutomaticKind::List));
        assert_eq!(kind(&MachineHeaders { is_reply: true, ..list }, "Re: invoice", "We dispute this"), None);
    }
}
