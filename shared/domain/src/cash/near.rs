//! Numbers with one slip of the pen, a misread letter or a cut end. They count only where an amount agrees.
use super::book::Document;
use super::case::Case;
use super::distance::{is_cut_off, is_ocr_equal, is_one_edit};
use super::lexicon::Word;
use super::mentions::{Mention, Mentions};
use super::named::{Finding, Named, Part};
use super::number::{normal_form, zero_free_form};
use super::windows::{Window, windows_from};

/// One named number is misprinted: the only near invoice whose amount completes the list.
pub fn completes<'a>(named: &Named<'_, 'a>) -> Finding<'a> {
    let missing = named.worth.minor.saturating_sub(named.due);
    if missing <= 0 || named.worth.is_foreign {
        return Finding::Nothing;
    }
    let candidates: Vec<(&Document, i64)> = named
        .others()
        .into_iter()
        .filter_map(|d| {
            let discount = named.case.discount(d);
            let open = d.open.minor();
            (open == missing)
                .then_some((d, 0))
                .or((open - discount == missing && discount > 0).then_some((d, discount)))
        })
        .collect();
    match near(named.case, &candidates).as_slice() {
        [] => Finding::Nothing,
        [(invoice, discount)] => {
            let mut explained =
                named.wholly("a number with one slip is the only one whose amount completes the list");
            explained.parts.push(Part::less_discount(invoice, *discount));
            explained.is_stated = true;
            Finding::Explains(explained)
        }
        several => {
            let all = several.iter().map(|(d, _)| *d);
            Finding::Unsure(
                "a misprinted number fits several invoices".into(),
                vec![named.invoices.iter().copied().chain(all).collect()],
            )
        }
    }
}

/// Those candidates whose number is near to something in the text that names nothing else.
pub fn near<'a>(case: &Case<'a>, candidates: &[(&'a Document, i64)]) -> Vec<(&'a Document, i64)> {
    if candidates.is_empty() {
        return Vec::new();
    }
    let loose = loose(case);
    candidates.iter().copied().filter(|(d, _)| loose.iter().any(|window| is_near(window, d))).collect()
}

/// The windows that no mention uses.
fn loose(case: &Case<'_>) -> Vec<Window> {
    let segments = &case.reading.segments;
    let mut out = Vec::new();
    for at in 0..segments.len() {
        for window in windows_from(segments, at, 7) {
            let is_used = window.at.clone().any(|at| case.mentions.uses(at));
            let is_other =
                window.is_bare && matches!(window.label, Some(Word::Order | Word::Customer | Word::Other));
            let is_masked = window.is_masked || window.is_spoken_for;
            if !is_used && !is_other && !is_masked && window.normal.len() >= 4 {
                out.push(window);
            }
        }
    }
    out
}

fn is_near(window: &Window, document: &Document) -> bool {
    let number = document.number.as_str();
    let normal = normal_form(number);
    let text = window.normal.as_str();
    let close = |text: &str, number: &str| {
        is_one_edit(text, number)
            || is_ocr_equal(text, number)
            || (text.len() >= 4 && is_cut_off(text, number))
    };
    if close(text, &normal) || (text.len() >= 5 && is_one_edit(&window.zero_free, &zero_free_form(number))) {
        return true;
    }
    if !window.is_bare || text.len() < 4 {
        return false;
    }
    let last = number.rsplit(|c: char| !c.is_ascii_digit()).find(|run| !run.is_empty()).unwrap_or("");
    let all: String = number.chars().filter(char::is_ascii_digit).collect();
    [last, all.as_str()].into_iter().any(|digits| digits.len() >= 5 && close(text, digits))
}

/// Mentions by near numbers alone, for a payment that names nothing exactly.
pub fn only_near<'a>(case: &Case<'a>, amount: i64, candidates: &[&'a Document]) -> Vec<(&'a Document, i64)> {
    let agree: Vec<(&Document, i64)> = candidates
        .iter()
        .filter_map(|d| {
            let (open, discount) = (d.open.minor(), case.discount(d));
            let exact = (open == amount).then_some((*d, 0));
            exact.or((discount > 0 && open.saturating_sub(discount) == amount).then_some((*d, discount)))
        })
        .collect();
    near(case, &agree)
}

/// The bytes of the text that a mention rests on.
pub fn spans(case: &Case<'_>, mentions: &Mentions<'_>) -> Vec<std::ops::Range<usize>> {
    let of = |m: &Mention<'_>| m.at.as_ref().map(|at| case.reading.span(*at.start(), *at.end()));
    mentions.own.iter().filter_map(of).collect()
}
