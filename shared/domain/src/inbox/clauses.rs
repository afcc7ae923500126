//! Splits the fresh text into clauses and notes what turns a statement around: negation, condition, question,
//! hedge, past and future.
use super::fold::{Folded, fold};
use super::pattern::Pattern;
use super::signal::Span;

/// A part of a sentence that stands on its own: sentences are also cut at "but" and its like, and where a new subject
/// begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clause {
    pub span: Span,
    /// Parts of one sentence that no contrast separates: a condition reaches over all of them.
    pub sentence: Span,
    /// The whole sentence.
    pub whole: Span,
    pub is_question: bool,
    /// The sentence is put as a question from its first word on.
    pub is_asked: bool,
    pub is_negated: bool,
    pub is_conditional: bool,
    pub is_hedged: bool,
    pub is_past: bool,
    pub is_future: bool,
}

static CONTRAST: Pattern = Pattern::new(
    r"(?:, ?| - | |; ?)(?:but|however|although|whereas|aber|jedoch|allerdings|mais|cependant|toutefois|en revanche|sondern|sino|pero|sin embargo|aunque|no obstante|maar|echter)\b",
);
/// A new subject or request after a comma or "and".
static JOINT: Pattern = Pattern::new(concat!(
    r"(?:, ?| - |,? (?:and|so|then|und|sowie|et|y|e|en|dus|donc|asi que|por lo que|also) )",
    r"(?:(?:and|so|then|und|et|y|en) )?",
    r"(?:we|we'll|we're|we've|i|i'll|i'm|i've|you|you'll|you'd|they|they'll|it|it'll|please|kindly|payment|the (?:payment|rest|remainder|balance|other|second|transfer|money)|",
    r"(?:[a-z]{1,4}-?\d{3,}|7\d{6}) (?:will|is|was|has|goes|went|follows|should|wird|folgt|ist|wurde|geht|sera|suivra|se|saldra|wordt|volgt|gaat)|will|shall|can you|could you|can we|could we|is that|would that|let me know|wir|ich|bitte|können sie|könnten sie|der rest|den rest|die zahlung|das geld|",
    r"nous|je|merci de|merci d|veuillez|pouvez|pourriez|le (?:solde|reste|virement|paiement)|vous|",
    r"les pagaremos|el (?:resto|pago)|por favor|podria\w*|rogamos|",
    r"wij|ik|graag|kunt|het (?:restant|bedrag)|de (?:rest|betaling)|u ontvangt)\b"
));

/// Turns of phrase that hold a word of negation or condition and say neither.
static NEUTRAL: Pattern = Pattern::new(concat!(
    r"\b(?:no problem|no worries|not a problem|no issues?|no later than|not later than|without (?:fail|delay|further delay)|no doubt|why not|not to worry|",
    r"if (?:you|there) (?:have|need|are|is|require|want|could|would)\b[^.,;!?]{0,50}|let (?:me|us) know if\b[^.,;!?]{0,50}|if not (?:before|sooner|earlier)|as soon as possible|if that'?s? (?:helps|ok(?:ay)?|fine)|if it helps|",
    r"do not hesitate|don't hesitate|if so|not only|can't wait|sorry for not|apologies for not|if i'm not mistaken|if i am not mistaken|unless i'm mistaken|until then|",
    r"kein problem|ohne (?:verzug|weiteres)|keine sorge|nicht später als|bei (?:rück)?fragen|falls sie (?:fragen|noch|weitere)[^.,;!?]{0,40}|wenn sie (?:fragen|noch)[^.,;!?]{0,40}|nichts für ungut|so bald wie möglich|sobald wie möglich|bis dahin|",
    r"sans (?:faute|probleme|delai|tarder|souci)|pas de (?:probleme|souci)|pas plus tard|s'il (?:vous|te) plait|si vous avez[^.,;!?]{0,40}|si besoin|n'hesitez pas|sauf erreur(?: de notre part)?|des que possible|le plus tôt possible|ne vous inquietez pas|",
    r"sin (?:falta|problema|demora|dilacion)|ningun problema|no hay problema|a mas tardar|si tiene[^.,;!?]{0,40}|si necesita[^.,;!?]{0,40}|si no me equivoco|salvo error|cuanto antes|lo antes posible|no (?:se preocupe|dude)\w*|",
    r"geen probleem|niet later dan|zonder (?:uitstel|meer)|als u (?:vragen|nog)[^.,;!?]{0,40}|zo spoedig mogelijk|zo snel mogelijk|tot dan)\b"
));

static NEGATION: Pattern = Pattern::new(r"\b(?:%not%)\b|n't\b|\bn'");

static CONDITION: Pattern = Pattern::new(concat!(
    r"\b(?:if|unless|once|as soon as|provided|providing|assuming|until|till|depending|pending|whenever|in case|subject to|as long as|on condition|contingent|",
    r"(?:up)?on receipt|(?:up)?on (?:delivery|completion) of|only (?:after|when|then)|then only|before we (?:can|pay|release)|conditional|",
    r"(?:when|after) (?:you|your|we|i|the|our|my|they|he|she|it|someone|somebody|that)|",
    r"wenn|falls (?:sie|wir|die|der|das|es|nicht|noch|ihr|ein|der|dies)|sobald|sofern|solange|vorausgesetzt|nachdem|(?:erst|nur) (?:nach|wenn|dann|mit|bei)|(?:nach|bei) (?:erhalt|eingang|zugang|vorlage|klärung|prüfung|korrektur|gutschrift|freigabe)|vorbehaltlich|unter (?:der bedingung|vorbehalt)|ehe|bevor|",
    r"si [a-z]+|s'ils?|des (?:que|reception|lors)|des qu|lorsqu\w*|quand|une fois|tant qu\w*|à condition|à moins|(?:apres|à) (?:reception|validation|correction|livraison)|jusqu'à ce|sous reserve|avant de|aussitot|",
    r"cuando|en cuanto|siempre que|siempre y cuando|una vez|hasta que|a condicion|tan pronto|mientras|salvo que|a menos que|(?:tras|al) recib\w+|previa|",
    r"zodra|indien|mits|zolang|totdat|tot we|tot wij|tenzij|wanneer|nadat|(?:na|bij) ontvangst|pas (?:na|als|wanneer|zodra)|voordat|onder voorbehoud|als (?:de|het|u|jullie|je|we|wij|ik|er|dit|dat|alles|onze|uw|mijn))\b"
));

static HEDGE: Pattern = Pattern::new(concat!(
    r"\b(?:hope|hopes|hoping|hopefully|try|tries|trying|attempt\w*|might|maybe|perhaps|possibly|probably|aim|aims|aiming|endeavou?r\w*|",
    r"no guarantees?|(?:can'?t|can ?not|unable to) (?:commit|promise|guarantee|confirm)|with (?:any )?luck|fingers crossed|ideally|if possible|do (?:my|our) best|",
    r"should be able|would like to (?:pay|settle|clear)|likely|see (?:if|what) (?:we|i)|could (?:be|go|pay)|all being well|touch wood|god willing|",
    r"hoff\w+|versuch\w+|vielleicht|eventuell|evtl|wahrscheinlich|möglicherweise|könnt\w*|wenn möglich|nach möglichkeit|bemüh\w+|ohne (?:gewähr|garantie)|nichts versprechen|",
    r"esper(?:e|ons|ant|er|ait|o|amos|ando|abamos)|essa(?:ie|ye|yer|yons|ierons|yerons|ierai|yerai)|tente\w*|tacher\w*|peut-etre|probablement|pourr(?:a|ai|ait|ions|aient|ons)|si possible|dans la mesure du possible|de notre mieux|sans garantie|en principe si|",
    r"intent(?:ar\w*|amos|o|ando)|procurar\w*|trataremos|tratare|trataros|quizas?|tal vez|puede que|probablemente|a lo mejor|ojala|a ver si|si es posible|haremos lo posible|sin garantia|podriamos|",
    r"hoop|hopen|hopelijk|prober\w+|probeer|misschien|waarschijnlijk|wellicht|mogelijk|streven|onder voorbehoud|zou kunnen|kunnen niets beloven|indien mogelijk)\b"
));

static PAST: Pattern = Pattern::new(concat!(
    r"\b(?:was|were|has|have been|'ve|had|did|already|just (?:paid|sent|done|made)|paid|sent|mailed|wired|transferred|settled|went|left|made|yesterday|",
    r"last (?:week|month|night|%weekday%)|ago|this morning|cleared|",
    r"wurde|wurden|haben?|hat|ist|sind|bereits|schon|gestern|vorgestern|letzte\w*|vergangene\w*|vorige\w*|vor \w+ tagen|",
    r"a ete|ont ete|avons|avez|ai|j'ai|a deja|ont|est (?:parti|payee?|reglee?)|deja|hier|avant-hier|derniere?|il y a|",
    r"ya|hemos|(?:he|ha) \w+[ai]do|han|fue|fueron|ayer|anteayer|pasad[oa]|hace|quedo|pague|hice|hicimos|se (?:pago|hizo|abono|realizo|envio)|",
    r"reeds|al (?:betaald|overgemaakt|voldaan)|gisteren|eergisteren|vorige|afgelopen|hebben|heb|heeft|werd|werden|zijn|geleden|is\b.{0,40}\b(?:betaald|overgemaakt|voldaan))\b"
));

static FUTURE: Pattern = Pattern::new(concat!(
    r"\b(?:will|shall|going to|gonna|goes|going|gets|should|scheduled|booked|loaded|set up|queued|expect\w*|tomorrow|to be|upcoming|later)\b|'ll\b|",
    r"\b(?:wird|werden|werde|wirst|soll|sollte|kommt|erfolgt|erhalten sie|geht|folgt|vorgesehen|geplant|eingeplant|terminiert)\b|",
    r"\b(?:sera|seront|allons|vais|va|vont|partira|programmee?|prevue?s?|devrait|recevrez|aurez|interviendra|suivra)\b|\b\w{3,}(?:erons|irons|drons|erai|irai|eront)\b|",
    r"\b(?:vamos a|voy a|va a|van a|sera|seran|programad\w|previst\w|deberia|recibira\w*|tendra\w*|saldra)\b|\b\w{2,}(?:aremos|eremos|iremos|are|ara|aran)\b|",
    r"\b(?:wordt|worden|zal|zullen|gaat|gaan|volgt|staat klaar|ingepland|gepland|ontvangt u|komt)\b"
));

static QUESTION_START: Pattern = Pattern::new(concat!(
    r"^[^a-z]*(?:(?:and|so|also|hi|hello|or|und|et|y|en)[ ,]+)?(?:can|could|may|might|would|is (?:it|there|that|this)|are (?:you|we|there)|do (?:you|we)|does|did|have you|who|what|which|when|where|why|how|any chance|shall we|",
    r"können|könnten|kann|könnte|dürfen|dürften|ist es|wäre|wären|wer|was|welche\w*|wann|wo|warum|wie|ginge|haben sie|hätten|",
    r"est-ce|pouvons|pourrions|pourrait|peut-on|peut|pouvez|pourriez|serait-il|puis-je|quel\w*|quand|comment|pourquoi|qui|avez-vous|y a-t-il|",
    r"podemos|podriamos|podria|puedo|puede|pueden|podeis|seria posible|es posible|que|cual\w*|cuando (?:podemos|podriamos)|donde|como|quien|por que|hay (?:alguna )?|",
    r"kunnen|kan|kunt|zouden|zou|mogen|mag|is het|wie|wat|welke|wanneer|waar|waarom|hoe|heeft u|hebben jullie|zijn)\b"
));

/// Cuts `text`, whose folding is `folded`, into clauses. Spans cover the words without surrounding space.
pub fn clauses(text: &str, folded: &Folded) -> Vec<Clause> {
    let mut out = Vec::new();
    for sentence in sentences(text) {
        let words = folded.of(sentence);
        let asks = words.trim_end_matches([' ', '\n', '"', ')']).ends_with('?');
        let starts_asking = asks && QUESTION_START.is_match(words);
        for part in cut(text, folded, sentence, &CONTRAST) {
            let around = without_neutral(folded.of(part));
            let (is_conditional, is_hedged) = (CONDITION.is_match(&around), HEDGE.is_match(&around));
            for span in cut(text, folded, part, &JOINT) {
                let words = without_neutral(folded.of(span));
                out.push(Clause {
                    span,
                    sentence: part,
                    whole: sentence,
                    is_question: starts_asking || (asks && span.end == sentence.end),
                    is_asked: starts_asking,
                    is_negated: NEGATION.is_match(&words),
                    is_conditional,
                    is_hedged,
                    is_past: PAST.is_match(&words),
                    is_future: FUTURE.is_match(&words),
                });
            }
        }
    }
    out
}

fn cut(text: &str, folded: &Folded, whole: Span, at: &Pattern) -> Vec<Span> {
    let range = folded.range(whole);
    let words = folded.of(whole);
    let mut starts = vec![whole.start];
    starts.extend(at.find_iter(words).map(|m| folded.span(range.start + m.start, range.start + m.end).start));
    starts.dedup();
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([whole.end]).collect();
    starts.iter().zip(ends).filter_map(|(start, end)| trimmed(text, *start, end)).collect()
}

/// The words with neutral phrases blanked out, at the same places.
pub(super) fn without_neutral(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut last = 0;
    for found in NEUTRAL.find_iter(words) {
        out.push_str(words.get(last..found.start).unwrap_or_default());
        out.extend(std::iter::repeat_n('_', found.end - found.start));
        last = found.end;
    }
    out.push_str(words.get(last..).unwrap_or_default());
    out
}

fn trimmed(text: &str, start: usize, end: usize) -> Option<Span> {
    let words = text.get(start..end)?;
    let lead = words.len() - words.trim_start().len();
    let kept = words.trim();
    (!kept.is_empty()).then(|| Span::new(start + lead, start + lead + kept.len()))
}

/// No sentence is longer, in bytes: what a rule looks at stays bounded, whatever somebody sends.
const SENTENCE_MAX: usize = 1_500;

/// Sentences end at `.`, `!`, `?` or `;` before space, at a blank line, before a bullet, and after a greeting line.
fn sentences(text: &str) -> Vec<Span> {
    let mut out = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let next = at + c.len_utf8();
        let rest = text.get(next..).unwrap_or_default();
        let before = text.get(start..at).unwrap_or_default();
        let ends = match c {
            '!' | '?' | ';' => rest.chars().next().is_none_or(char::is_whitespace),
            '.' => ends_at_dot(before, rest),
            '\n' => ends_at_line(before, rest),
            _ => false,
        };
        let ends = ends || (c.is_whitespace() && before.len() >= SENTENCE_MAX);
        if ends {
            out.extend(trimmed(text, start, next));
            start = next;
        }
    }
    out.extend(trimmed(text, start, text.len()));
    out
}

fn ends_at_dot(before: &str, rest: &str) -> bool {
    if !rest.chars().next().is_none_or(char::is_whitespace) {
        return false;
    }
    let next = rest.trim_start();
    let is_lower = next.chars().next().is_some_and(|c| c.is_lowercase() || c.is_ascii_digit());
    let last = before.rsplit(char::is_whitespace).next().unwrap_or_default().to_lowercase();
    if last.ends_with(|c: char| c.is_ascii_digit()) {
        // "15. April" goes on; "bis 15.04. Danke" does not.
        return !is_lower
            && !MONTH_NEXT.is_match(&fold(next.get(..next.floor_char_boundary(12)).unwrap_or_default()));
    }
    !(ABBREVIATION.is_match(&fold(last.as_str())) || (is_lower && last.chars().count() <= 3))
}

static MONTH_NEXT: Pattern = Pattern::new(r"^(?:%month%)\b");
static ABBREVIATION: Pattern = Pattern::new(
    r"^\(?(?:rs|no|nr|nos|num|mr|mrs|ms|dr|st|inv|ref|approx|ggf|bzw|evtl|usw|inkl|lt|sr|sra|st|tel|bgl|p\.ej|vs|mme|ca|etc|e\.g|i\.e|z\.b|co|attn|incl|art|[a-z])$",
);

fn ends_at_line(before: &str, rest: &str) -> bool {
    let next = rest.trim_start_matches([' ', '\t', '\r']);
    let line = before.rsplit('\n').next().unwrap_or_default().trim_end();
    next.starts_with(['\n', '-', '*', '•', '·'])
        || next.is_empty()
        || line.ends_with(':')
        || (line.ends_with(',') && line.split_whitespace().count() <= 4)
        || (line.split_whitespace().count() <= 5 && !line.is_empty() && next.starts_with(char::is_uppercase))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(text: &str) -> Vec<&str> {
        clauses(text, &Folded::new(text)).into_iter().map(|clause| clause.span.of(text)).collect()
    }

    #[test]
    fn tables_compile() {
        for pattern in [
            &CONTRAST,
            &JOINT,
            &NEUTRAL,
            &NEGATION,
            &CONDITION,
            &HEDGE,
            &PAST,
            &FUTURE,
            &QUESTION_START,
            &MONTH_NEXT,
            &ABBREVIATION,
        ] {
            assert!(pattern.compiles(), "{pattern:?}");
        }
    }

    #[test]
    fn cuts_at_sentences_contrasts_and_bullets() {
        assert_eq!(
            texts("We can't do Monday, but Tuesday works. Thanks"),
            ["We can't do Monday", ", but Tuesday works.", "Thanks"]
        );
        assert_eq!(texts("Here:\n- one\n- two"), ["Here:", "- one", "- two"]);
        assert_eq!(texts("We owe you Rs. 500 and pay on\nFriday"), ["We owe you Rs. 500 and pay on\nFriday"]);
    }

    #[test]
    fn a_dot_inside_a_date_does_not_cut() {
        assert_eq!(texts("Wir zahlen am 15. April per Bank."), ["Wir zahlen am 15. April per Bank."]);
        assert_eq!(texts("Wir zahlen bis 15.04. Danke"), ["Wir zahlen bis 15.04.", "Danke"]);
    }

    #[test]
    fn notes_what_turns_a_statement_around() {
        let first = |text: &str| clauses(text, &Folded::new(text)).into_iter().next().unwrap();
        assert!(first("We won't pay this.").is_negated);
        assert!(first("Sobald die Ware da ist, zahlen wir.").is_conditional);
        assert!(first("Kunnen we vrijdag betalen?").is_question);
        assert!(first("On espère payer lundi.").is_hedged);
        assert!(first("Ya está pagada.").is_past);
        let plain = first("We will pay on Friday.");
        assert!(!plain.is_negated && !plain.is_conditional && !plain.is_hedged && !plain.is_past);
    }

    proptest! {
        #[test]
        fn clauses_are_verbatim_ordered_and_apart(text in "\\PC{0,80}(?:[.!?\n] ?\\PC{0,40}){0,6}") {
            let mut last = 0;
            for clause in clauses(&text, &Folded::new(&text)) {
                prop_assert!(clause.span.start >= last);
                prop_assert!(!clause.span.of(&text).is_empty());
                last = clause.span.end;
            }
        }
    }
}
