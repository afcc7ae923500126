//! Where the quoted thread begins, in the words of the mail programs of five languages.
use super::Line;
use crate::inbox::pattern::Pattern;

static ATTRIBUTION: Pattern = Pattern::new(concat!(
    r"^(?:-{2,} ?)?(?:",
    r"(?:on|at|in)\b.{4,300}\b(?:wrote|writes|said)(?: (?:the following|to [^:]{1,80}))? ?(?::|-{2,})|.{3,120}\b(?:wrote|schrieb|ecrit|escribio|schreef) (?:on|at|in|am|le|el|op)\b.{6,60}:|",
    r"(?:am|vom|von|an)\b.{4,300}\b(?:schrieb|geschrieben|schreibt)\b.{0,160}:|.{3,120}\bschrieb am\b.{6,80}:|",
    r"(?:le|en date du|du)\b.{4,300}\b(?:a ecrit|ecrivait|a envoye|ecrit)(?: ce qui suit)?[^:]{0,120}:|",
    r"(?:el|en|a la\(s\)|a las?)\b.{4,300}\b(?:escribio|ha escrito)(?: lo siguiente)?[^:]{0,120}:|",
    r"(?:op|den|in)\b.{4,300}\b(?:schreef|geschreven|schrijft)\b.{0,160}:|",
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.{3,160}[:>]|[\w ,.'-]{2,60} ?(?:<|\[mailto:)[\w.+@-]+[>\]]\)? ?(?:wrote|schrieb|a ecrit|escribio|schreef) ?:|",
    r"(?:mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|jeu|ven|mie|jue|vie|mo|di|mi|do|fr|ma|wo|vr)[a-z]*\.?,? .{6,200}\b(?:wrote|schrieb|a ecrit|escribio|schreef) ?:",
    r"|.{0,200}\d.{0,160}(?:<|\(|\[mailto:) ?[\w.+-]+@[\w.-]+ ?(?:>|\)|\]){1,2}[^a-z]{0,4}(?:[a-z~()]{2,12} ?){0,2}:|on .{6,120}<[\w.+-]+@[\w.-]+> wrote",
    r") ?$"
));
static ATTRIBUTION_START: Pattern =
    Pattern::new(r"\d|@|^(?:-{2,} ?)?(?:on|at|in|am|vom|von|an|le|en date du|du|el|en|op|den)\b");
/// A date and a clock time or an address, so that "On Monday the board wrote:" stays a sentence.
static MACHINE_MADE: Pattern = Pattern::new(
    r"\d.*(?:@|\d{1,2}[:.h]\d{2})|@.*\d|\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}|\b\d{1,2}\.? (?:de )?%month%\.?(?: de)?,? \d{4}|%month%\.? \d{1,2},? \d{4}|<[\w.+-]+@[\w.-]+>",
);

static HEADER_FROM: Pattern = Pattern::new(
    r"^[*_>| ]{0,3}(?:from|von|de|van|da|expediteur|remitente|afzender|absender|fra|fran)[*_ ]{0,2} ?:[*_]{0,2} ?\S",
);
static HEADER_OTHER: Pattern = Pattern::new(concat!(
    r"^[*_>| ]{0,3}(?:sent|date|to|cc|reply-to|gesendet|datum|an|kopie|envoye(?: le)?|date d'envoi|à|a|enviado(?: el)?|fecha|para|verzonden|aan|sendt|skickat|til|till|dato|emne|amne|",
    r"subject|betreff|objet|asunto|onderwerp)[*_ ]{0,2} ?:"
));
static DIVIDER: Pattern = Pattern::new(concat!(
    r"^(?:-{2,}|_{2,}|={2,}|\*{2,}) ?(?:original (?:message|e-?mail|appointment)|forwarded (?:message|by .{0,80})|reply message|reply above.{0,40}|ursprüngliche (?:nachricht|mail)|original-?nachricht|weitergeleitete nachricht|",
    r"message (?:d'origine|original|initial|transfere)|mensaje (?:original|reenviado)|oorspronkelijk (?:bericht|e-?mail)|doorgestuurd bericht|oprindelig (?:meddelelse|besked)|ursprungligt meddelande|opprinnelig melding|messaggio (?:originale|inoltrato)|mensagem original) ?(?:-{2,}|_{2,}|={2,}|\*{2,})?.{0,10}$|",
    r"^(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-?mail)|debut du message (?:reexpedie|transfere)|inicio del mensaje reenviado|begin doorgestuurd bericht) ?:$|^-{5,} ?forwarded by|^-{3,} (?:on|in reply to) .{5,120} -{3,}$|^_{25,}$"
));

/// The lines at depth 0 that are not part of a quote. An answer between quoted lines stays.
pub(super) fn own_lines<'t>(lines: &[Line<'t>]) -> Vec<Line<'t>> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let rest = lines.get(at..).unwrap_or_default();
        if line.depth > 0 || is_wrap_of_quote(lines, at) {
            at += 1;
        } else if DIVIDER.is_match(&line.folded) || is_header_block(rest) {
            break;
        } else if let Some(taken) = attribution(rest) {
            at += taken;
            // Programs that mark no lines quote everything that follows.
            let next = lines.get(at..).unwrap_or_default().iter().find(|line| !line.text.trim().is_empty());
            if next.is_some_and(|line| line.depth == 0) {
                break;
            }
        } else {
            out.push(line.clone());
            at += 1;
        }
    }
    out
}

/// A line between two quoted ones without a blank line on either side was broken off by a mail program.
fn is_wrap_of_quote(lines: &[Line<'_>], at: usize) -> bool {
    let depth_at = |index: Option<usize>| index.and_then(|i| lines.get(i)).map_or(0, |line| line.depth);
    let is_blank = lines.get(at).is_none_or(|line| line.text.trim().is_empty());
    let before = at.checked_sub(1);
    let is_after_words =
        before.and_then(|i| lines.get(i)).is_some_and(|line| line.text.trim().chars().count() >= 50);
    !is_blank && is_after_words && depth_at(before) > 0 && depth_at(at.checked_add(1)) > 0
}

fn is_header_block(lines: &[Line<'_>]) -> bool {
    let Some((first, rest)) = lines.split_first() else { return false };
    HEADER_FROM.is_match(&first.folded)
        && rest
            .iter()
            .filter(|line| !line.text.trim().is_empty())
            .take(3)
            .any(|l| HEADER_OTHER.is_match(&l.folded))
}

/// How many lines (up to four, as programs wrap them) form an attribution.
fn attribution(lines: &[Line<'_>]) -> Option<usize> {
    let first = lines.first()?;
    if !ATTRIBUTION_START.is_match(&first.folded) {
        return None;
    }
    let mut joined = String::new();
    for (index, line) in lines.iter().take(4).enumerate() {
        if line.text.trim().is_empty() {
            return None;
        }
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(&line.folded);
        if ATTRIBUTION.is_match(&joined) && MACHINE_MADE.is_match(&joined) {
            return Some(index + 1);
        }
    }
    None
}

#[cfg(test)]
pub(super) fn patterns() -> [&'static Pattern; 6] {
    [&ATTRIBUTION, &ATTRIBUTION_START, &MACHINE_MADE, &HEADER_FROM, &HEADER_OTHER, &DIVIDER]
}
