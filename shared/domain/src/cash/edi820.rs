//! Remittance as ANSI X12 820 segments: RMR lines with what is paid on each document.
use super::amounts::to_minor;
use super::book::Document;
use super::case::Case;
use super::keys::DocumentKey;
use super::named::{Explained, Finding, Part};
use super::near;
use super::number::{normal_form, zero_free_form};

/// One RMR segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remitted {
    pub number: String,
    /// In hundredths; negative for a credit.
    pub paid: i64,
}

/// The RMR lines of a text, or none if it is no 820. Elements may be divided by any mark, segments by any other.
pub fn remitted(text: &str) -> Vec<Remitted> {
    let Some(start) = text.find("RMR") else { return Vec::new() };
    let Some(element) =
        text.get(start + 3..).and_then(|rest| rest.chars().next()).filter(|c| !c.is_alphanumeric())
    else {
        return Vec::new();
    };
    let is_end =
        |c: char| c != element && matches!(c, '~' | '\n' | '\\' | '\'' | '!' | '|' | '\u{1c}' | '\u{1d}');
    text.split(is_end).filter_map(|segment| line(segment.trim(), element)).collect()
}

fn line(segment: &str, element: char) -> Option<Remitted> {
    let mut elements = segment.split(element);
    let tag = elements.next()?;
    if tag != "RMR" {
        return None;
    }
    let _qualifier = elements.next()?;
    let number = elements.next()?.trim();
    let _action = elements.next()?;
    let paid = hundredths(elements.next()?)?;
    (!number.is_empty()).then(|| Remitted { number: number.to_owned(), paid })
}

/// A decimal with at most two places, exactly.
fn hundredths(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, cents) = digits.split_once('.').unwrap_or((digits, ""));
    if cents.len() > 2 || !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let cents: i64 = format!("{cents:0<2}").parse().ok()?;
    whole.checked_mul(100)?.checked_add(cents)?.checked_mul(sign)
}

/// Each line on its document, if they add up to the payment. `None` where there are no lines.
pub fn explain<'a>(case: &Case<'a>) -> Option<Finding<'a>> {
    let mut lines = remitted(&case.payment.text);
    if lines.is_empty() {
        return None;
    }
    for line in &mut lines {
        line.paid = to_minor(line.paid, case.payment.amount.currency())?;
    }
    let total = lines.iter().fold(0, |sum: i64, line| sum.saturating_add(line.paid));
    if total != case.payment.amount.minor() {
        let why = "the lines of the remittance do not add up to the payment".to_owned();
        return Some(Finding::Unsure(why, vec![case.mentions.documents().collect()]));
    }
    let mut explained = Explained {
        parts: Vec::new(),
        credits: Vec::new(),
        unapplied: 0,
        why: "the lines of the remittance add up to the payment".into(),
        is_stated: true,
    };
    for line in &lines {
        let Some(document) = named(case, line) else {
            let why = format!("the remittance names {}, which is no document of the payer", line.number);
            return Some(Finding::Unsure(why, vec![case.mentions.documents().collect()]));
        };
        place(case, line, document, &mut explained);
    }
    Some(Finding::Explains(explained))
}

/// What a line pays: less a discount that is due, a part, or more than is open.
fn place<'a>(case: &Case<'a>, line: &Remitted, document: &'a Document, explained: &mut Explained<'a>) {
    let open = document.open.minor();
    if line.paid < 0 && !document.is_open_invoice() {
        explained.credits.push((document, line.paid.saturating_neg().min(open)));
        return;
    }
    if !document.is_open_invoice() {
        explained.unapplied = explained.unapplied.saturating_add(line.paid);
        return;
    }
    let discount = case.discount(document);
    if discount > 0 && open.saturating_sub(discount) == line.paid {
        explained.parts.push(Part::less_discount(document, discount));
        return;
    }
    explained.parts.push(Part::partly(document, line.paid.min(open)));
    explained.unapplied = explained.unapplied.saturating_add(line.paid.saturating_sub(open).max(0));
}

/// The document of a line: by its whole number, or a near one that is open by just this amount.
fn named<'a>(case: &Case<'a>, line: &Remitted) -> Option<&'a Document> {
    let own = |form: String| {
        let found = case.book.documents(&DocumentKey::Number(form));
        found.into_iter().find(|d| case.payer.may_pay(&d.customer))
    };
    let exact = own(normal_form(&line.number)).or_else(|| own(zero_free_form(&line.number)));
    let mentioned = || {
        let written = case.payment.text.find(line.number.as_str())?;
        let written = written..written + line.number.len();
        let inside =
            |at: usize| case.reading.segments.get(at).is_some_and(|s| written.contains(&s.span.start));
        let mention = case.mentions.own.iter().find(|m| m.at.as_ref().is_some_and(|at| inside(*at.start())));
        mention.map(|mention| mention.document)
    };
    let near = || match near::only_near(case, line.paid, &case.open).as_slice() {
        [(document, _)] => Some(*document),
        _ => None,
    };
    exact.or_else(mentioned).or_else(near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lines_of_any_divider() {
        let stars = remitted("ST*820*1~ENT*1~RMR*IV*A-1**10.5*12~ADX*-1.5*04~RMR*CM*C-2**-3.00~SE*1~");
        let two =
            [("A-1", 10_50), ("C-2", -3_00)].map(|(number, paid)| Remitted { number: number.into(), paid });
        assert_eq!(stars, two);
        assert_eq!(remitted("RMR|IV|A-1||10.50|12.00\nRMR|CM|C-2||-3"), two);
        assert_eq!(remitted("RMR*IV*A-1**1.234~"), []);
        assert_eq!(remitted("INV-10023"), []);
    }
}
