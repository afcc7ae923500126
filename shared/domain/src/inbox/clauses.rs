//! Splits the fresh text into clauses and notes what turns a statement around: negation, condition, question,
//! hedge, past tense.
use super::pattern::Pattern;
use super::signal::Span;

/// A part of a sentence that stands on its own: sentences are also cut at "but" and its like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clause {
    pub span: Span,
    pub is_question: bool,
    pub is_negated: bool,
    pub is_conditional: bool,
    pub is_hedged: bool,
    pub is_past: bool,
}

static CONTRAST: Pattern =
    Pattern::new(r"(?:,\s*|\s+[-–—]\s+|\s)(?:but|however|although|aber|jedoch|mais|pero|maar)\s");

static NEGATION: Pattern = Pattern::new(concat!(
    r"\b(?:not|no|never|cannot|unable|nothing|none|neither|without|refuse\w*|declin\w*|nicht|kein\w*|nie|niemals|",
    r"ne|pas|jamais|rien|aucun\w*|nunca|ning\w+|nada|niet|geen|nooit|dont|cant|wont)\b|n't\b|\bn'"
));

static CONDITION: Pattern = Pattern::new(concat!(
    r"\b(?:if|unless|once|as soon as|provided|assuming|until|depending|pending|whenever|in case|subject to|as long as|",
    r"(?:when|after) (?:you|your|we (?:get|receive|have|are paid)|the|our (?:client|customer)|they|he|she)|",
    r"wenn|falls|sobald|sofern|solange|vorausgesetzt|erst (?:nach|wenn|dann)|",
    r"si\s+\w+|dès que|lorsque|une fois|tant que|à condition|jusqu'à ce que|",
    r"cuando|en cuanto|siempre que|una vez|hasta que|",
    r"als|zodra|indien|mits|zolang|totdat)\b|\bs'il"
));

static HEDGE: Pattern = Pattern::new(concat!(
    r"\b(?:hope|hopes|hoping|hopefully|try|tries|trying|might|maybe|perhaps|possibly|probably|aim|aiming|",
    r"plan to|planning to|expect to|no guarantees?|can(?:no|')t commit|cannot promise|with (?:any )?luck|ideally|",
    r"should be able|would like to pay|intend|likely|think|guess|",
    r"hoffe\w*|hoffentlich|versuche\w*|vielleicht|eventuell|wahrscheinlich|voraussichtlich|könnte\w*|möglicherweise|",
    r"esp[eéè]r\w+|essa\w+|peut-être|probablement|devrai\w*|pourrai\w*|",
    r"intentar\w*|quiz[áa]s?|probablemente|a lo mejor|",
    r"hoop|hopen|hopelijk|proberen|probeer|misschien|waarschijnlijk)\b"
));

static PAST: Pattern = Pattern::new(concat!(
    r"\b(?:was|were|has been|have been|had|already|just paid|paid|sent|mailed|wired|transferred|settled|went|yesterday|",
    r"last (?:week|month|night|%weekday%)|ago|this morning|",
    r"wurde|wurden|haben? .{0,40}(?:bezahlt|überwiesen|beglichen)|bereits|schon|gestern|letzte\w*|",
    r"a été|ont été|avons|ai|déjà|hier|dernier|dernière|",
    r"ya|hemos|he (?:pagado|hecho)|fue|ayer|pasad[oa]|",
    r"al (?:betaald|overgemaakt|voldaan)|reeds|gisteren|vorige|hebben .{0,40}(?:betaald|overgemaakt)|is .{0,30}betaald)\b"
));

/// Cuts `text` into clauses. Spans cover the words without surrounding space.
pub fn clauses(text: &str) -> Vec<Clause> {
    sentences(text).into_iter().flat_map(|sentence| split_contrast(text, sentence)).collect()
}

fn split_contrast(text: &str, sentence: Span) -> Vec<Clause> {
    let mut starts = vec![sentence.start];
    let words = sentence.of(text);
    starts.extend(CONTRAST.captures_iter(words).filter_map(|c| c.get(0).map(|m| sentence.start + m.start())));
    let ends = starts.iter().skip(1).copied().chain([sentence.end]);
    let is_question = words.trim_end().ends_with('?');
    starts
        .iter()
        .copied()
        .zip(ends)
        .filter_map(|(start, end)| trimmed(text, start, end))
        .map(|span| describe(text, span, is_question))
        .collect()
}

fn describe(text: &str, span: Span, is_question: bool) -> Clause {
    let words = span.of(text);
    Clause {
        span,
        is_question,
        is_negated: NEGATION.is_match(words),
        is_conditional: CONDITION.is_match(words),
        is_hedged: HEDGE.is_match(words),
        is_past: PAST.is_match(words),
    }
}

fn trimmed(text: &str, start: usize, end: usize) -> Option<Span> {
    let words = text.get(start..end)?;
    let lead = words.len() - words.trim_start().len();
    let kept = words.trim();
    (!kept.is_empty()).then(|| Span::new(start + lead, start + lead + kept.len()))
}

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
        return !is_lower && !MONTH_NEXT.is_match(next);
    }
    !(ABBREVIATION.is_match(&last) || (is_lower && last.chars().count() <= 3))
}

static MONTH_NEXT: Pattern = Pattern::new(r"^(?:%month%)\b");
static ABBREVIATION: Pattern = Pattern::new(
    r"^\(?(?:rs|no|nr|nos|num|mr|mrs|ms|dr|st|inv|ref|approx|ca|etc|e\.g|i\.e|z\.b|co|attn|incl|art|[a-z])$",
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
        clauses(text).into_iter().map(|clause| clause.span.of(text)).collect()
    }

    #[test]
    fn tables_compile() {
        for pattern in [&CONTRAST, &NEGATION, &CONDITION, &HEDGE, &PAST, &MONTH_NEXT, &ABBREVIATION] {
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
        let first = |text: &str| clauses(text).into_iter().next().unwrap();
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
            for clause in clauses(&text) {
                prop_assert!(clause.span.start >= last);
                prop_assert!(!clause.span.of(&text).is_empty());
                last = clause.span.end;
            }
        }
    }
}
