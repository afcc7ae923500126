//! Mail made by a machine: RFC 3834, the headers vendors add beyond it, and the subjects and texts of the replies
//! that carry none. Never answered, never a customer's word.
use super::dates::{Direction, dates};
use super::fold::{Folded, fold};
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
    /// The `Action` of a delivery report's recipients: the worst of failed, delayed and the rest.
    pub delivery_action: Option<String>,
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
    /// A feedback report (RFC 5965): somebody pressed "spam".
    Complaint,
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
    r"^ ?(?:re: ?|aw: ?|fwd?: ?)*\[?(?:automatic reply|auto(?:matic)?[ -]?(?:reply|response|reponse)?\]? ?:|autoreply|out of (?:the )?office|ooo\b|away from|on (?:annual |maternity |parental )?leave|vacation|",
    r"automatische (?:antwort|e-?mail)|abwesen\w*|abwesenheits\w*|nicht im büro|urlaub|reponse automatique|message d'absence|absence|absente? du bureau|conges|",
    r"respuesta automatica|fuera de (?:la )?oficina|ausencia|ausente|vacaciones|automatisch antwoord|automatische beantwoording|afwezig\w*|niet op kantoor|vakantie|closed|betriebsferien)"
));
/// What mail programs put before the subject that they answer; nobody types it.
static PLAIN_ABSENT_SUBJECT: Pattern = Pattern::new(
    r"^ ?(?:automatic reply|auto reply|autoreply|out of (?:the )?office(?: reply| autoreply)?|automatische antwort|abwesenheits(?:notiz|meldung|nachricht)|abwesend|reponse automatique|absence du bureau|message d'absence|respuesta automatica|fuera de (?:la )?oficina|automatisch antwoord|afwezigheids(?:bericht|melding)|afwezig) ?(?::|$)",
);
static ABSENT_TEXT: Pattern = Pattern::new(concat!(
    r"\b(?:out of (?:the )?office|out of office|(?:on|taking) (?:\w+ ){0,2}leave|on (?:vacation|holidays?|pto|sabbatical)|annual leave|(?:our |the )?offices? (?:is|are|will be) closed|closed (?:for|from|until|between|over)|currently (?:away|unavailable|travell?ing|out)|(?:will )?(?:reopen|return to (?:the office|work)|be back (?:in the office|at my desk|on))|limited (?:access|availability)|no access to (?:my )?e-?mail|away (?:from|until|on)|not (?:in the office|at my desk|working)|non-working day|part[- ]time\b.{0,30}\b(?:work|days)|",
    r"nicht (?:im (?:büro|haus)|erreichbar|am arbeitsplatz|verfügbar)|abwesend|außer haus|im urlaub|in elternzeit|im mutterschutz|betriebsferien|betriebsurlaub|(?:büro|firma|betrieb|buchhaltung) (?:ist|bleibt) .{0,30}geschlossen|bin .{0,40}(?:wieder|zurück)|",
    r"absente? (?:du|de|jusqu|pour|le|et|aujourd)|suis (?:actuellement )?(?:absente?|en (?:conge|deplacement|vacances|arret))|en conges?|conge (?:maternite|parental|annuel)|bureaux? (?:est|sont|sera|seront) ferme\w*|fermeture (?:annuelle|estivale|des bureaux)|de retour (?:le|au)|(?:entreprise|societe|cabinet) (?:est|sera) fermee?|",
    r"fuera de la oficina|de vacaciones|estare (?:ausente|fuera)|estoy (?:ausente|fuera|de baja|de permiso)|baja (?:maternal|medica|por)|oficinas? (?:esta|estan|estara|estaran|permanecer\w+) cerrad\w+|cerrad[oa]s? (?:por|hasta|del)|cierre por|reincorpor\w+|",
    r"niet (?:op kantoor|aanwezig|bereikbaar|in de gelegenheid)|kantoor is .{0,20}gesloten|gesloten (?:van|tot|wegens|tussen)|afwezig|op vakantie|met (?:\w+ )?verlof|weer (?:aanwezig|bereikbaar|terug)|ben .{0,30}terug)\b"
));
/// Left for good: nobody comes back to read.
static GONE: Pattern = Pattern::new(concat!(
    r"\b(?:no longer (?:with|works?|working|employed|part of|at)|(?:has|have) left (?:the|our)|left the (?:company|business|organi[sz]ation)|is not (?:with|working (?:for|at)) .{0,20}(?:any ?more|any longer)|mailbox is no longer (?:in use|active|monitored)|(?:address|account|mailbox) (?:is|has been) (?:no longer|closed|deactivated|discontinued)|",
    r"nicht mehr (?:im unternehmen|bei|für|in unserem|tätig|beschäftigt)|ausgeschieden|(?:unternehmen|firma|haus) verlassen|ne (?:fait|fais|travaille|font) plus (?:partie|chez|dans|pour)|a quitte (?:la|notre|l')|ya no (?:trabaja|forma parte|pertenece)|ha dejado (?:la|nuestra) empresa|(?:niet meer|niet langer) (?:werkzaam|in dienst|bij)|uit dienst)\b"
));
static BOUNCE_SUBJECT: Pattern = Pattern::new(concat!(
    r"^ ?(?:re: ?)?(?:undeliver(?:ed|able)|delivery (?:status notification|failure|has failed|failed|delayed|report|incomplete)|mail (?:delivery|system|could not)|message (?:delivery|undeliverable|not delivered|could not)|failure notice|returned mail|returned to sender|warning: could not send|could not (?:be )?deliver|",
    r"unzustellbar|nicht zugestellt|nachricht nicht zustellbar|zustellung (?:fehlgeschlagen|verzögert)|mailzustellung|non remis|non distribuable|echec de (?:la )?(?:remise|livraison|distribution)|courrier non|message non|no se (?:puede|pudo|ha podido) entregar|no entregad|correo (?:no entregado|devuelto)|error de entrega|niet bezorgd|onbestelbaar|kan niet worden (?:bezorgd|afgeleverd)|bezorging)"
));
static DAEMON: Pattern =
    Pattern::new(r"^(?:mailer-daemon|postmaster|mail-daemon|microsoftexchange\w*|bounces?)\b");
static NO_REPLY: Pattern = Pattern::new(
    r"^(?:no-?_?reply|do-?not-?reply|donotreply|noresponder|no-responder|nicht-?antworten|nepasrepondre|ne-pas-repondre|automailer|notifications?|notify|auto(?:mated|reply)?|system|workflow|mailer|support|helpdesk|servicedesk|tickets?)[\w.+-]*@",
);
static SMTP_FAILURE: Pattern = Pattern::new(
    r"\b[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}\b|\b5[05]\d[ :-].{0,60}\b(?:user|mailbox|recipient|address|unknown|rejected|unavailable|no such)|\b(?:user unknown|mailbox (?:full|unavailable|not found)|over quota|host (?:or domain name )?not found|address rejected|does not exist|no such user|(?:could|can) ?not be delivered|permanent (?:fatal )?error|giving up|delivery (?:to|has) .{0,40}(?:failed|delayed)|has not yet been delivered|konnte nicht zugestellt|n'a pas pu etre (?:remis|distribue)|no se ha podido entregar|kon niet worden (?:bezorgd|afgeleverd))",
);
static RECEIPT_SUBJECT: Pattern = Pattern::new(
    r"^ ?(?:read(?: receipt)?|gelesen|lu|leido|gelezen|delivered|relayed|not read|ungelesen|return receipt(?: \(displayed\))?|lesebestätigung|accuse de (?:lecture|reception)|confirmacion de lectura|leesbevestiging|accepted|disposition notification) ?[:-]",
);
static MACHINE_TEXT: Pattern = Pattern::new(concat!(
    r"\b(?:this is an? (?:automat\w+|system[ -]generated|auto-?generated) (?:message|reply|response|e-?mail|notification|acknowledg\w+)|(?:automatically|system|computer)[ -]generated|(?:please )?do not (?:reply|respond) (?:directly )?to this (?:message|e-?mail)|(?:this|the) (?:mailbox|inbox|address) is (?:not|un)(?: ?monitored| attended)|unmonitored (?:mailbox|inbox|address)|",
    r"(?:your|a) (?:request|ticket|case|enquiry|query|support request) (?:has been|was) (?:received|created|logged|opened|assigned|registered)|ticket (?:number|id|reference)|(?:to|please) (?:confirm|verify|prove) (?:that )?(?:you are|you're) (?:a )?(?:human|real person|not a (?:robot|spammer))|click (?:on )?(?:the|this) link (?:below )?to (?:confirm|verify|release|deliver)|message is being held|",
    r"automatisch (?:erzeugt|generiert|erstellt|versendet|versandt)\w*|bitte antworten sie nicht auf diese|dies ist eine automati\w+|(?:message|courriel|e-?mail|reponse) (?:genere\w* )?automatique\w*|ne pas repondre|merci de ne pas repondre|(?:mensaje|correo|respuesta) (?:generad[oa] )?automatic\w*|no responda a este|automatisch (?:gegenereerd|verzonden|aangemaakt)|dit is een automatisch\w*|niet (?:te )?(?:be)?antwoorden op (?:deze|dit)|gelieve niet te antwoorden)\b"
));
static BACK: Pattern = Pattern::new(
    r"\b(?:until|till|through|back(?: on| in)?|return\w*|reopen\w*|bis|ab|zurück|wieder|jusqu'?au?|retour|hasta|vuelv\w*|regres\w*|reincorpor\w*|reanud\w*|tot|vanaf|terug|weer)\b",
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
    let (folded, subject, from) = (Folded::new(text), fold(subject), fold(from));
    let (words, subject, from) = (folded.as_str(), subject.as_str(), from.as_str());
    let found = |kind, rule| Some(AutomaticMail { kind, rule });
    if let Some(report) = report(headers) {
        return Some(report);
    }
    if let Some(bounce) = bounce(headers, from, subject, words) {
        return found(AutomaticKind::Bounce, bounce);
    }
    if RECEIPT_SUBJECT.is_match(subject) && headers.auto_submitted.is_some() {
        return found(AutomaticKind::Receipt, "subject.receipt");
    }
    let is_gone = GONE.is_match(words);
    let is_absent = !is_gone && (ABSENT_SUBJECT.is_match(subject) || ABSENT_TEXT.is_match(words));
    let absent_or_other = || {
        if is_absent {
            AutomaticKind::OutOfOffice { back_on: back_on(&folded, context) }
        } else {
            AutomaticKind::Other
        }
    };
    if let Some(rule) = marked(headers) {
        return found(absent_or_other(), rule);
    }
    if headers.list_id.is_some() && !headers.is_reply {
        return found(AutomaticKind::List, "header.list_id");
    }
    if PLAIN_ABSENT_SUBJECT.is_match(subject) {
        return found(
            if is_gone {
                AutomaticKind::Other
            } else {
                AutomaticKind::OutOfOffice { back_on: back_on(&folded, context) }
            },
            "subject.absence",
        );
    }
    if ABSENT_SUBJECT.is_match(subject) && (is_gone || ABSENT_TEXT.is_match(words)) {
        return found(absent_or_other(), "subject.automatic");
    }
    if MACHINE_TEXT.is_match(words) && (!headers.is_reply || NO_REPLY.is_match(from)) {
        return found(absent_or_other(), "text.machine");
    }
    if ABSENCE_NOTE.is_match(words) && words.len() < 700 && !OWN_WORDS.is_match(words) {
        return found(absent_or_other(), "text.absence_note");
    }
    None
}

/// How absence notes begin where no header and no subject gives them away.
static ABSENCE_NOTE: Pattern = Pattern::new(concat!(
    r"^(?:(?:hi|hello|dear \w+|good (?:day|morning)|hallo|guten tag|bonjour|hola|buenos dias|beste \w+|goedendag|sehr geehrte damen und herren|madame, monsieur)[ ,.!]+)?",
    r"(?:(?:thank you|thanks) for (?:your|the) (?:e-?mail|message|mail)[ .!,]+(?:please note (?:that )?)?i(?:'m| am| will be)|i(?:'m| am) (?:currently |now )?(?:out of (?:the )?office|on (?:\w+ )?leave|away (?:from|until)|on vacation)|(?:vielen dank|danke) für ihre (?:e-?mail|nachricht)[ .!,]+ich bin|ich bin (?:bis|vom|ab|derzeit|aktuell|zurzeit)\b.{0,60}(?:nicht|abwesend|urlaub|außer)|",
    r"je suis (?:actuellement )?(?:absente?|en conges?)|(?:merci (?:pour|de) votre (?:message|mail)[ .!,]+je suis)|(?:gracias por su (?:correo|mensaje)[ .!,]+)?(?:estoy|estare) (?:fuera|ausente|de vacaciones|de baja)|(?:bedankt voor (?:uw|je) (?:e-?mail|bericht|mail)[ .!,]+)ik ben|ik ben (?:momenteel |van |tot |t/m )?.{0,40}(?:afwezig|niet op kantoor|met verlof|op vakantie))\b"
));
/// A person who mentions an absence also says something of the matter.
static OWN_WORDS: Pattern = Pattern::new(
    r"\b(?:invoices?|payment|paid|pay|transfer|wire|cheque|rechnung\w*|zahl\w*|überw\w*|facture|paiement|virement|regler|factura|pago|pagar|transferencia|factuur|betal\w*|overmak\w*)\b",
);

/// Reports say what they are: delivery (RFC 3464), disposition (RFC 8098), feedback (RFC 5965).
fn report(headers: &MachineHeaders) -> Option<AutomaticMail> {
    let found = |kind, rule| Some(AutomaticMail { kind, rule });
    let action = headers.delivery_action.as_deref();
    match headers.report_type.as_deref()? {
        "delivery-status" if action.is_some_and(|action| !matches!(action, "failed" | "delayed")) => {
            found(AutomaticKind::Receipt, "header.delivery_status")
        }
        "delivery-status" => found(AutomaticKind::Bounce, "header.delivery_status"),
        "feedback-report" => found(AutomaticKind::Complaint, "header.feedback_report"),
        _ => found(AutomaticKind::Receipt, "header.report_type"),
    }
}

fn bounce(headers: &MachineHeaders, from: &str, subject: &str, text: &str) -> Option<&'static str> {
    if headers.is_marked_failed {
        return Some("header.failed_recipients");
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
fn back_on(text: &Folded, context: &Context) -> Option<NaiveDate> {
    if !BACK.is_match(text.as_str()) {
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
            &GONE,
            &PLAIN_ABSENT_SUBJECT,
            &NO_REPLY,
            &ABSENCE_NOTE,
            &OWN_WORDS,
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
