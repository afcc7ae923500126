//! Sign-offs, name blocks, mobile footers and disclaimers. When it is not clear that a line is one, it stays:
//! losing a customer's sentence is worse than keeping a name.
use super::Line;
use crate::inbox::pattern::Pattern;

static SIGN_OFF: Pattern = Pattern::new(concat!(
    r"^\s*(?:(?:many |with |kind |warm |warmest |best |with kind |with best |yours )?",
    r"(?:thanks|thank you|regards|wishes|cheers|sincerely|faithfully|truly|best|rgds|br|kr)(?: (?:and|&) (?:kind |best )?regards| again| in advance| so much)?|",
    r"yours|respectfully|thx|",
    r"(?:mit )?(?:freundliche[nrm]?|besten|beste|viele|liebe|herzliche) (?:grüße[n]?|grüssen?|gruß|gruss)|mfg|vielen dank|danke|lg|vg|",
    r"(?:bien )?cordialement|(?:meilleures |sincères )?salutations(?: distinguées)?|bien à vous|merci(?: d'avance)?|",
    r"(?:un )?(?:cordial )?saludos?(?: cordiales)?|(?:muchas )?gracias(?: y un saludo)?|atentamente|",
    r"(?:met )?(?:vriendelijke|hartelijke) groet(?:en)?|groet(?:en|jes)?|mvg|(?:alvast )?bedankt)\s*[,.!]*\s*$"
));
static THANKS_ONLY: Pattern = Pattern::new(
    r"^\s*(?:(?:many |with )?thanks|thank you|cheers|vielen dank|danke|merci|(?:muchas )?gracias|bedankt)\b",
);
static DELIMITER: Pattern = Pattern::new(r"^--\s*$");
static FOOTER: Pattern = Pattern::new(concat!(
    r"^\s*(?:sent from (?:my|yahoo|outlook|samsung)|sent via\b|get outlook for|von meinem .{2,40} gesendet|gesendet (?:von|mit)|",
    r"envoyé (?:de|depuis) mon|enviado desde mi|verstuurd (?:vanaf|met) mijn|verzonden vanaf mijn|",
    r"outlook (?:voor|für|pour|para) \w+|download outlook|_{10,}|",
    r"\[?\(?(?:caution|external|extern)\b.{0,20}(?:e-?mail|sender|\])|##-? ?please type your reply above)"
));
static DISCLAIMER: Pattern = Pattern::new(concat!(
    r"^\s*(?:this (?:e-?mail|message)(?: \(?including .{3,40}\)?)? (?:and any|is (?:intended|confidential)|contains confidential)|",
    r"disclaimer\b|confidentiality notice|the information (?:contained )?in this (?:e-?mail|message)|",
    r"registered in (?:england|scotland)|please consider the environment|",
    r"diese (?:e-?mail|nachricht) (?:enthält|ist)|geschäftsführer(?:in)?:|ce (?:message|courriel) et |",
    r"este (?:mensaje|correo)(?: electrónico)? (?:y |es |contiene|puede)|de informatie in dit|dit (?:e-?mail)?bericht (?:is|en) )"
));
static POSTSCRIPT: Pattern = Pattern::new(r"^\s*(?:p\.?\s?s\.?|nb)\s*[:.\s-]\s*\S");
/// Words that answer or instruct: they are never taken for a name.
static SAYS_SOMETHING: Pattern = Pattern::new(concat!(
    r"\b(?:stop|unsubscribe|remove|cancel|end|quit|paid|pay|yes|no|ok|okay|done|thanks|received|today|tomorrow|never|",
    r"ja|nein|nee|oui|non|sí|danke|merci|gracias|bezahlt|betaald|payé|pagado|%weekday%|%month%)\b"
));

/// Drops everything that closes a mail, keeping a postscript.
pub(super) fn without<'t>(lines: &[Line<'t>], sender: Option<&str>) -> Vec<&'t str> {
    let lines: Vec<&'t str> = lines
        .iter()
        .filter(|line| !line.is_signature && !FOOTER.is_match(line.text))
        .map(|line| line.text)
        .collect();
    let end = signature_start(&lines).unwrap_or(lines.len());
    let (own, closing) = lines.split_at_checked(end).unwrap_or((&lines, &[]));
    let mut own: Vec<&str> = own.iter().copied().filter(|line| !DISCLAIMER.is_match(line)).collect();
    while own.last().is_some_and(|line| line.trim().is_empty()) {
        own.pop();
    }
    if own.len() > 1 && own.last().is_some_and(|line| is_name(line, sender)) {
        own.pop();
    }
    if closing.iter().any(|line| POSTSCRIPT.is_match(line)) {
        own.push("");
    }
    let postscript = closing.iter().copied().skip_while(|line| !POSTSCRIPT.is_match(line));
    own.extend(
        postscript.take_while(|line| !line.trim().is_empty()).filter(|line| !DISCLAIMER.is_match(line)),
    );
    own
}

fn signature_start(lines: &[&str]) -> Option<usize> {
    let has_words_before = |at: usize| lines.iter().take(at).any(|line| !line.trim().is_empty());
    (0..lines.len()).find(|at| {
        let Some(line) = lines.get(*at) else { return false };
        if DELIMITER.is_match(line) {
            return true;
        }
        if !SIGN_OFF.is_match(line) || !closes(lines.get(at + 1..).unwrap_or_default()) {
            return false;
        }
        // "Thanks" as the whole mail is its content.
        has_words_before(*at) || !THANKS_ONLY.is_match(line)
    })
}

/// A sign-off is followed by nothing, or by a short line that is not a sentence.
fn closes(after: &[&str]) -> bool {
    after.iter().find(|line| !line.trim().is_empty()).is_none_or(|next| {
        let next = next.trim();
        let is_sentence =
            next.ends_with(['?', '!']) || (next.ends_with('.') && next.split_whitespace().count() > 2);
        let is_block = next.contains('|') || DISCLAIMER.is_match(next) || POSTSCRIPT.is_match(next);
        is_block || (!is_sentence && next.split_whitespace().count() <= 4 && !SAYS_SOMETHING.is_match(next))
    })
}

fn is_name(line: &str, sender: Option<&str>) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    if words.is_empty()
        || words.len() > 3
        || SAYS_SOMETHING.is_match(line)
        || line.contains(['?', '!', '@', ':'])
    {
        return false;
    }
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let known: Vec<String> = sender.into_iter().flat_map(str::split_whitespace).map(bare).collect();
    if !known.is_empty() && words.iter().all(|word| known.contains(&bare(word))) {
        return true;
    }
    let is_shout = |word: &str| word.chars().count() > 2 && word.chars().all(|c| !c.is_lowercase());
    known.is_empty()
        && words
            .iter()
            .all(|word| word.starts_with(char::is_uppercase) && !is_shout(word) && !word.ends_with(','))
}

#[cfg(test)]
pub(super) fn patterns() -> [&'static Pattern; 7] {
    [&SIGN_OFF, &THANKS_ONLY, &DELIMITER, &FOOTER, &DISCLAIMER, &POSTSCRIPT, &SAYS_SOMETHING]
}
