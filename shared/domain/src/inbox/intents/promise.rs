//! Commitments to pay: words that commit, a day, and nothing in the clause that takes it back.
use super::Reader;
use super::commitments::{ABOUT_PAYING, COMMITMENTS};
use super::rules::{signal, sure_unless};
use crate::inbox::amounts::{Amount, AmountMention};
use crate::inbox::clauses::{Clause, without_neutral};
use crate::inbox::dates::{DateMention, Precision};
use crate::inbox::pattern::{Found, Pattern};
use crate::inbox::signal::{Certainty, Signal, SignalKind, Span};

static PAYING: Pattern = Pattern::new(ABOUT_PAYING);
/// A verb of the future; the rest of the table also fits a report ("went in our run on 29 May").
static FUTURE: Pattern = Pattern::new(concat!(
    r"\b(?:will|shall|going to|gonna|goes|going|should go|should be|scheduled|booked|loaded|set up|queued|expect|paying|tomorrow|next|to be)\b|'ll\b|",
    r"\b(?:wird|werden|werde|kommt|erfolgt|geht|überweise|zahle|zahlen|soll|sollte|eingeplant|vorgesehen|terminiert)\b|\b(?:sera|seront|allons|vais|va|partira|programmee?|prevue?|devrait|recevrez|aurez)\b|\b\w{3,}(?:erons|erai)\b|",
    r"\b(?:vamos a|voy a|va a|saldra|sera|programad\w|previst\w|se (?:pagara|hara|abonara|realizara))\b|\b\w{3,}(?:aremos|are|eremos)\b|\b(?:wordt|worden|zal|zullen|volgt|gaat|gaan|staat klaar|ingepland|gepland)\b"
));
/// Only with one of these a promise is clear.
static MONEY: Pattern = Pattern::new(concat!(
    r"\b(?:pay\w*|paid|settle\w*|transfer\w*|wire\w*|remit\w*|ach|bacs|neft|rtgs|sepa|check|cheque|money|funds|balance|invoices?|run|batch|amount|bank|deposit|account|",
    r"überw\w*|zahl\w*|bezahl\w*|begl\w*|geld|betrag|scheck|rechnung\w*|virement|pai\w*|regl\w*|vir\w+|solde|facture|cheque|argent|pag\w*|abon\w*|transf\w*|ingres\w*|factura|dinero|importe|",
    r"betaal\w*|betal\w*|over(?:gemaakt|maken|boek\w*)|voldaan|voldoen|factuur|geld|bedrag)\b|\$|\b[a-z]{1,4}-?(?:20\d\d-)?\d{3,}\b"
));
/// A paper or a parcel that is sent is no payment.
static OTHER_THING: Pattern = Pattern::new(concat!(
    r"\b(?:send\w*|sent|forward\w*|e-?mail\w*|return\w*|deliver\w*|provide\w*|schick\w*|send\w*|envo\w*|transm\w*|envi\w*|mand\w*|stur\w*)\b.{0,40}",
    r"\b(?:forms?|cop(?:y|ies)|documents?|details|paperwork|contracts?|agreement|goods|parts|po|purchase order|lists?|breakdown|answer|reply|update|confirmation|photos?|pictures?|report|formular\w*|unterlagen|kopie\w*|liste|antwort|fotos?|formulaire|liste|photos|reponse|formulario|lista|fotos|respuesta|formulier|lijst|antwoord)\b"
));
/// Denies the commitment itself.
static NEGATED: Pattern = Pattern::new(concat!(
    r"\b(?:not|never|cannot|can't|won't|wont|unable|refuse\w*|no (?:payment|pre-\w+|money|invoices?|one|way))\b|n't\b|\bnothing (?:can|will|goes|is|gets)|",
    r"\bno (?:\w+ )?(?:pod|pag|abon|transf|har)\w+|\b(?:nicht|kein\w*|pas|jamais|aucun\w*|nunca|niet|geen)\b|",
    r"\bno (?:pagar|abonar|transferir|har|realizar|vamos|voy|podemos|puedo|se |ser|hay|estamos|tenemos)"
));
/// What has to come from the creditor is no explanation of a day.
static ON_US: Pattern = Pattern::new(concat!(
    r"\b(?:once|when|after|as soon as|until|till|before|sobald|nachdem|wenn|bis|des que|des reception|lorsqu\w*|quand|une fois|apres|tant que|cuando|en cuanto|una vez|hasta|tras|zodra|wanneer|nadat|als|totdat)\b.{0,50}",
    r"\b(?:you|your|yours|credit(?:ed)?|corrected|copy|sie|ihre?|ihnen|gutschrift|korrektur|vous|votre|vos|avoir|corrigee?|usted(?:es)?|vuestr\w+|abono|rectificativa|u|uw|jullie|creditnota|gecorrigeerd\w*|aangepast\w*)\b"
));
/// "once" and "when the grant arrives" explain a stated day; these take it back.
static REAL_CONDITION: Pattern = Pattern::new(concat!(
    r"\b(?:if|unless|provided|providing|assuming|depending|in case|(?:up)?on receipt|only (?:after|if|when|then)|then only|",
    r"wenn|falls (?:sie|wir|die|der|das|es|nicht|noch|ihr|ein)|sofern|vorausgesetzt|(?:erst|nur) (?:nach|wenn|mit)|(?:nach|bei) (?:erhalt|eingang|vorlage|klärung|korrektur)|vorbehaltlich|si [a-z]+|s'ils?|à condition|à reception|sous reserve|",
    r"siempre que|salvo que|a condicion|indien|mits|tenzij|na ontvangst|onder voorbehoud|pas (?:als|na)|als (?:de|het|we|wij|er|dit|dat|alles|onze))\b"
));
/// Somebody else's words, an unreal mood, or another thing that is sent: a person reads it.
static DOUBT: Pattern = Pattern::new(concat!(
    r"\b(?:you (?:said|say|told|claim\w*)|says?|said|told|let (?:you|me|us) know|doubt\w*|not sure|whether|some(?:one|body) else|i think|we think|i guess|i believe|apparently|",
    r"(?:was|were) (?:scheduled|going to|supposed to|booked)|would|wrong|due|(?:sent|send|go|going) back|returned|bounced|frozen|",
    r"on hold|w[u]e?rde\w*|ware\w*|hatte\w*|ob|sagt\w*|dit|disent|aurai\w*|dice[n]?|dijo|habria\w*|zei|zegt|zou\w*)\b"
));
/// Another day than that of payment.
static OTHER_DAY_BEFORE: Pattern = Pattern::new(concat!(
    r"\b(?:dated|due(?: date)?(?: is| was)?(?: on)?|invoiced?(?: of| from| dated)|(?:you|was|were|i|we) (?:sent|received)(?: \w+){0,3}? on|(?:reminder|e-?mail|letter|invoice|mail) (?:of|from)|delivered(?: on)?|since|back(?: from)?(?: on)?|(?:away|off|closed|leave|out|unstaffed) (?:until|till|through|from|to)|meeting(?: on)?|",
    r"fällig(?: am)?|seit(?: dem)?|(?:rechnung|mail|schreiben|mahnung) vom|datiert|(?:urlaub|abwesend|im büro|unterwegs|bin) (?:bis|ab|vom)(?: zum| dem)?|(?:facture|courrier|mail|relance) du|date du|echue?(?: le)?|recue?(?: le)?|depuis(?: le)?|absente? (?:du|jusqu'au)|con fecha(?: de)?|de fecha|vencida(?: el)?|(?:factura|correo) del|recibida(?: el)?|desde(?: el)?|(?:fuera|vacaciones) (?:hasta|del)(?: el)?|(?:factuur|mail|brief) van|gedateerd|vervallen(?: op)?|ontvangen(?: op)?|sinds|(?:afwezig|vakantie) (?:tot|van))(?: the| on| dem| el| le| de)? ?$"
));
/// A day this far ahead that names no year was meant in the past ("unser Schreiben vom 1. April").
const FAR_AHEAD_DAYS: i64 = 270;
static CORRECTION: Pattern = Pattern::new(concat!(
    r"\b(?:i meant|i mean\b|correction|scratch that|make that|rather than|instead|actually|my mistake|oops|ich meinte|ich meine|korrektur|vielmehr|verzeihung|pardon,|je confonds|je voulais dire|erreur de ma part|plutôt|",
    r"ik bedoel(?:de)?|correctie|ik vergis|mijn fout|queria decir|quise decir|perdon,|me equivoqu\w*|mejor dicho|rectifico|digo)\b"
));
/// Between its days and these words, a clause says nothing.
static FILLER: Pattern = Pattern::new(
    r"\b(?:at the latest|au plus tard|a mas tardar|no later than|sorry for the (?:delay|wait)|apologies for the (?:delay|wait)|thanks|thank you|cheers|danke|merci|gracias|bedankt|on|by|the|for|this|coming|latest|at|at the latest|most|probably|definitely|then|instead|sorry|meant|i|make that|make it|it's|it is|should be|would be|say|shall we say|let's say|ok|okay|yes|sure|no later than|not|and|or|around|about|end of|morning|afternoon|first thing|hi|hello|am|bis|zum|spätestens|der|den|dem|ja|sondern|eher|circa|ca|vormittag|nachmittag|le|au|au plus tard|avant|plutôt|oui|vers|pour|matin|el|para|a mas tardar|antes del?|si|sobre|sino|dia|op|uiterlijk|voor|de|tegen|rond|ja|maar|\w+ (?:at the latest|latest))\b|_+|[^a-z]+",
);

/// Reads one clause; a clause about the past or a question promises nothing.
pub(super) fn read(reader: &Reader<'_>, clause: &Clause) -> Option<Signal> {
    let words = without_neutral(reader.words(clause));
    let days = days(reader, clause);
    let named = COMMITMENTS.iter().find_map(|rule| Some((rule.name, rule.find(&words)?)));
    let is_exact = reader.amounts.iter().any(|m| m.is_signed && clause.span.contains(m.span))
        || days.iter().any(|day| day.precision == Precision::Exact);
    let rule = match (named, days.first()) {
        (Some((name, _)), _) => name,
        (None, Some(_)) if (is_exact || clause.is_hedged) && PAYING.is_match(&words) => {
            "promise.day_and_money"
        }
        (None, Some(_)) if clause.is_hedged => "delay.hedged",
        (None, Some(_)) if !is_exact => return None,
        (None, Some(_)) => return only_a_day(reader, clause, &words, &days),
        (None, None) => return None,
    };
    let is_instruction = matches!(rule, "promise.take_it" | "promise.instruction");
    let is_report = named.is_none() && clause.is_past && !clause.is_future && !FUTURE.is_match(&words);
    let committing = named.map_or(words.as_str(), |(_, found)| segment(&words, found));
    if (clause.is_question && !is_instruction) || is_report || NEGATED.is_match(committing) {
        return None;
    }
    let is_other_thing = OTHER_THING.is_match(&words) && !MONEY.is_match(&words);
    if is_other_thing || (days.is_empty() && !PAYING.is_match(&words)) {
        return None;
    }
    let day = chosen(&words, &days);
    let around = without_neutral(reader.folded.of(clause.sentence));
    let is_explained = day.is_some() && !REAL_CONDITION.is_match(&around) && !ON_US.is_match(&around);
    if (clause.is_conditional && !is_explained) || clause.is_hedged {
        let name = if clause.is_hedged { "delay.hedged" } else { "delay.conditional" };
        return Some(signal(SignalKind::PaymentDelay, clause.span, name, Certainty::Unsure));
    }
    let amount = amount(reader, clause);
    let Some(day) = day else {
        let kind = SignalKind::SoftPromise { amount };
        return Some(signal(kind, clause.span, rule, Certainty::Clear));
    };
    let is_sure = rule != "promise.day_and_money"
        && day.precision == Precision::Exact
        && days.len() == 1
        && !clause.is_conditional
        && MONEY.is_match(&words)
        && !DOUBT.is_match(&words)
        && !CORRECTION.is_match(reader.folded.as_str());
    Some(signal(SignalKind::PromiseToPay { on: day.on, amount }, clause.span, rule, sure_unless(!is_sure)))
}

/// The part of a clause between commas and colons in which something was found: a denial elsewhere denies something else.
fn segment(words: &str, found: Found) -> &str {
    let head = words.get(..found.start).unwrap_or_default();
    let tail = words.get(found.end..).unwrap_or_default();
    let is_cut = |rest: &str| rest.starts_with([' ', '\n']);
    let start = head
        .char_indices()
        .rfind(|(at, c)| matches!(c, ',' | ':' | ';' | '(') && is_cut(head.get(at + 1..).unwrap_or_default()))
        .map_or(0, |(at, _)| at + 1);
    let end = tail
        .char_indices()
        .find(|(at, c)| matches!(c, ',' | ':' | ';' | '(') && is_cut(tail.get(at + 1..).unwrap_or_default()))
        .map_or(words.len(), |(at, _)| found.end + at);
    words.get(start..end).unwrap_or(words)
}

/// The days of a clause that can be days of payment.
fn days<'r>(reader: &'r Reader<'_>, clause: &Clause) -> Vec<&'r DateMention> {
    let is_payment_day = |m: &&DateMention| {
        let before = reader.folded.of(Span::new(clause.span.start, m.span.start));
        clause.span.contains(m.span)
            && m.on >= reader.context.written_on
            && (m.on - reader.context.written_on).num_days() <= FAR_AHEAD_DAYS
            && !OTHER_DAY_BEFORE.is_match(before)
    };
    reader.ahead.iter().filter(is_payment_day).collect()
}

/// The earliest day; of a corrected one the last, of a range its end.
fn chosen<'r>(words: &str, days: &[&'r DateMention]) -> Option<&'r DateMention> {
    static RANGE: Pattern = Pattern::new(r"\b(?:between|zwischen|entre|tussen)\b");
    if CORRECTION.is_match(words) {
        return days.last().copied();
    }
    if RANGE.is_match(words) {
        return days.iter().max_by_key(|m| m.on).copied();
    }
    days.iter().min_by_key(|m| m.on).copied()
}

/// The amount stated in the clause: the first that is not the whole of which a part is paid.
fn amount(reader: &Reader<'_>, clause: &Clause) -> Option<Amount> {
    static WHOLE: Pattern = Pattern::new(
        r"\b(?:of|out of|from|against|invoice for|von|vom|sur|de los|del total|van de|total)(?: the| your| our| den| die| les| le)? ?$",
    );
    let days: Vec<Span> =
        reader.ahead.iter().map(|day| day.span).filter(|day| clause.span.contains(*day)).collect();
    let gap =
        |day: &Span, span: Span| day.start.saturating_sub(span.end).max(span.start.saturating_sub(day.end));
    let is_with_first = |span: Span| {
        let nearest = days.iter().min_by_key(|day| gap(day, span));
        nearest.is_none_or(|nearest| days.first() == Some(nearest))
    };
    let is_own = |m: &&AmountMention| clause.span.contains(m.span) && is_with_first(m.span);
    let inside: Vec<&AmountMention> = reader.amounts.iter().filter(is_own).collect();
    let is_part =
        |m: &&&AmountMention| !WHOLE.is_match(reader.folded.of(Span::new(clause.span.start, m.span.start)));
    let signed = || inside.iter().filter(|m| m.is_signed);
    let bare = || inside.iter().filter(|m| !m.is_signed);
    let best = signed().find(is_part).or_else(|| signed().next()).or_else(|| bare().find(is_part));
    best.map(|m| m.amount)
}

/// "The 15th." answers our question of when; without a verb a person confirms it.
fn only_a_day(reader: &Reader<'_>, clause: &Clause, words: &str, days: &[&DateMention]) -> Option<Signal> {
    let is_negated = NEGATED.is_match(words) && !CORRECTION.is_match(words);
    if clause.is_question || clause.is_conditional || clause.is_hedged || is_negated {
        return None;
    }
    let mut rest = String::new();
    let mut last = clause.span.start;
    for day in days {
        rest.push_str(reader.folded.of(Span::new(last, day.span.start)));
        rest.push(' ');
        last = day.span.end;
    }
    rest.push_str(reader.folded.of(Span::new(last, clause.span.end)));
    let rest = without_neutral(&rest);
    let mut said = String::new();
    let mut at = 0;
    for found in FILLER.find_iter(&rest) {
        said.push_str(rest.get(at..found.start).unwrap_or_default());
        at = found.end;
    }
    said.push_str(rest.get(at..).unwrap_or_default());
    if !said.trim().is_empty() {
        return None;
    }
    let on = chosen(words, days)?.on;
    let kind = SignalKind::PromiseToPay { on, amount: amount(reader, clause) };
    Some(signal(kind, clause.span, "promise.only_a_day", Certainty::Unsure))
}

/// "It goes out on the 12th, sorry, I meant the 21st": the day after the correction replaces the one before it.
pub(super) fn correct_day(reader: &Reader<'_>, signals: &mut [Signal]) {
    static CORRECTS: Pattern = Pattern::new(concat!(
        r"\b(?:i meant|i mean|correction|scratch that|make that|my mistake|oops|ich meinte|ich meine|korrektur|verzeihung|pardon,|je confonds|je voulais dire|erreur de ma part|",
        r"ik bedoel(?:de)?|correctie|ik vergis|mijn fout|queria decir|quise decir|perdon,|me equivoqu\w*|mejor dicho|rectifico)\b"
    ));
    let Some(word) = CORRECTS.find(reader.folded.as_str()) else { return };
    let at = reader.folded.span(word.start, word.end).start;
    let Some(day) = reader.ahead.iter().find(|day| day.span.start > at) else { return };
    let before = signals
        .iter_mut()
        .rev()
        .find(|s| matches!(s.kind, SignalKind::PromiseToPay { .. }) && s.span.start < at);
    if let Some(signal) = before
        && let SignalKind::PromiseToPay { amount, .. } = signal.kind
    {
        signal.kind = SignalKind::PromiseToPay { on: day.on, amount };
        signal.certainty = Certainty::Unsure;
    }
}

/// A promise whose day stands in the clause before it: "net 30 from today, so you will have it then", "can you come by
/// on Tuesday? We will hand you the check".
pub(super) fn take_day_from_beside(reader: &Reader<'_>, clauses: &[Clause], signals: &mut [Signal]) {
    if signals.iter().any(|s| matches!(s.kind, SignalKind::PromiseToPay { .. })) {
        return;
    }
    let days: Vec<(usize, &DateMention)> = clauses
        .iter()
        .enumerate()
        .flat_map(|(index, clause)| days(reader, clause).into_iter().map(move |day| (index, day)))
        .collect();
    let [(place, day)] = days.as_slice() else { return };
    for signal in signals.iter_mut() {
        let SignalKind::SoftPromise { amount } = signal.kind else { continue };
        let own = clauses.iter().position(|clause| clause.span.contains(signal.span));
        let is_before = own.is_some_and(|own| own == *place + 1);
        let words = reader.folded.of(signal.span);
        let is_meant = THEN.is_match(words) || signal.rule == "promise.instruction";
        if is_before && is_meant {
            signal.kind = SignalKind::PromiseToPay { on: day.on, amount };
            signal.certainty = Certainty::Unsure;
            return;
        }
    }
}

static THEN: Pattern = Pattern::new(
    r"\b(?:then|that day|that date|same day|by then|on it|in it|included|part of it|dann|an dem tag|alors|ce jour-là|entonces|ese (?:mismo )?dia|dan|die dag|diezelfde dag)\b",
);

/// The earliest promise without an amount takes the only other amount of the mail ("You should see one deposit of …").
pub(super) fn attach_only_amount(reader: &Reader<'_>, signals: &mut [Signal]) {
    let is_other = |s: &Signal| {
        matches!(
            s.kind,
            SignalKind::Dispute { .. } | SignalKind::AlreadyPaid { .. } | SignalKind::PaymentPlan
        )
    };
    let dated = signals.iter().filter(|s| matches!(s.kind, SignalKind::PromiseToPay { .. })).count();
    let mut rest = reader.amounts.iter().filter(|m| m.is_signed);
    let (Some(only), None) = (rest.next(), rest.next()) else { return };
    if dated > 1 || signals.iter().any(is_other) {
        return;
    }
    let target = signals.iter_mut().find_map(|signal| match &mut signal.kind {
        SignalKind::PromiseToPay { amount, .. } => Some(amount),
        SignalKind::SoftPromise { amount } if dated == 0 => Some(amount),
        _ => None,
    });
    if let Some(target) = target {
        target.get_or_insert(only.amount);
    }
}

/// Whether words commit to paying later; keeps "paid" in "will be paid" out of the past.
pub(super) fn is_ahead(words: &str) -> bool {
    FUTURE.is_match(words) && COMMITMENTS.iter().any(|rule| rule.find(words).is_some())
}

#[cfg(test)]
pub(super) fn patterns() -> Vec<&'static Pattern> {
    let mut out: Vec<&Pattern> = COMMITMENTS.iter().flat_map(super::rules::Rule::patterns).collect();
    out.extend([
        &PAYING,
        &MONEY,
        &OTHER_THING,
        &FUTURE,
        &NEGATED,
        &REAL_CONDITION,
        &ON_US,
        &DOUBT,
        &OTHER_DAY_BEFORE,
        &CORRECTION,
        &FILLER,
        &THEN,
    ]);
    out
}
