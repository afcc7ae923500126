//! Where the quoted thread begins, in the words of the mail programs of five languages.
use super::Line;
use crate::inbox::pattern::Pattern;

static ATTRIBUTION: Pattern = Pattern::new(concat!(
    r"^\s*(?:-{2,}\s*)?(?:",
    r"on\b.{6,300}\bwrote\s*(?::|-{2,})|am\b.{6,300}\bschrieb\b.{0,120}:|le\b.{6,300}\ba écrit\s*:|",
    r"el\b.{6,300}\bescribió\s*:|op\b.{6,300}\b(?:schreef\b.{0,120}|het volgende geschreven\s*):",
    r")\s*$"
));
static ATTRIBUTION_START: Pattern = Pattern::new(r"^\s*(?:-{2,}\s*)?(?:on|am|le|el|op)\s.*\d");
/// A date and a clock time or an address, so that "On Monday the board wrote:" stays a sentence.
static MACHINE_MADE: Pattern = Pattern::new(r"\d.*(?:@|\d{1,2}[:.h]\d{2})|\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}");

static HEADER_FROM: Pattern = Pattern::new(r"^\s*\*?(?:from|von|de|van)\s?:\*?\s*\S");
static HEADER_OTHER: Pattern = Pattern::new(concat!(
    r"^\s*\*?(?:sent|date|to|gesendet|datum|an|envoyé|à|enviado(?: el)?|fecha|para|verzonden|aan|",
    r"subject|betreff|objet|asunto|onderwerp)\s?:\*?"
));
static DIVIDER: Pattern = Pattern::new(concat!(
    r"^\s*(?:-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|weitergeleitete nachricht|",
    r"message d'origine|message transféré|mensaje original|mensaje reenviado|oorspronkelijk bericht|",
    r"doorgestuurd bericht)\s*-{2,}|begin forwarded message:)\s*$"
));

/// The lines at depth 0 that are not part of a quote. An answer between quoted lines stays.
pub(super) fn own_lines<'t>(lines: &[Line<'t>]) -> Vec<Line<'t>> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let rest = lines.get(at..).unwrap_or_default();
        if line.depth > 0 || is_wrap_of_quote(lines, at) {
            at += 1;
        } else if DIVIDER.is_match(line.text) || is_header_block(rest) {
            break;
        } else if let Some(taken) = attribution(rest) {
            at += taken;
            // Programs that mark no lines quote everything that follows.
            let next = lines.get(at..).unwrap_or_default().iter().find(|line| !line.text.trim().is_empty());
            if next.is_some_and(|line| line.depth == 0) {
                break;
            }
        } else {
            out.push(*line);
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
    HEADER_FROM.is_match(first.text)
        && rest
            .iter()
            .filter(|line| !line.text.trim().is_empty())
            .take(3)
            .any(|l| HEADER_OTHER.is_match(l.text))
}

/// How many lines (up to three, as programs wrap them) form an attribution.
fn attribution(lines: &[Line<'_>]) -> Option<usize> {
    let first = lines.first()?;
    if !ATTRIBUTION_START.is_match(first.text) {
        return None;
    }
    let mut joined = String::new();
    for (index, line) in lines.iter().take(3).enumerate() {
        if line.text.trim().is_empty() {
            return None;
        }
        joined.push(' ');
        joined.push_str(line.text.trim());
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
