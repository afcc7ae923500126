//! Invoice numbers in a customer's words. Beside a ledger they are compared with the customer's own open invoices; this
//! reads them by their shape, where there is no ledger to ask.
use super::fold::Folded;
use super::pattern::Pattern;
use super::signal::Span;

/// The shapes of the numbers in our labelled mails. They stand for what a company would set for its own.
pub static LABELLED_SHAPES: Pattern = Pattern::new(
    r"\b(?:inv[- ]?\d{5}|bl[- ]?\d{4}|si[- ]?\d{5}|cc-2026-\d{3,4}|hv[- ]?\d{5}|72\d{5}|re-2026-\d{4}|f2026-\d{3,4}|fac-?\d{4}|f26\d{4})\b",
);
/// Numbers of other things, which may have the same shape.
static NOT_AN_INVOICE: Pattern = Pattern::new(
    r"\b(?:p\.?o\.?|purchase order|order|ticket|case|quote|quotation|estimate|cheque|check|utr|tracking|account|phone|tel|bestellung|bestellnummer|auftrag|commande|pedido|bestelling|offerte|devis|angebot|presupuesto)(?: (?:no|nr|number|num|nummer|numero|ref|reference))?[.:# ]*$|[\w/+-]$",
);

/// The numbers of `fresh` that have one of the shapes, as written but for case, each once, with their spans.
pub fn invoice_numbers(fresh: &str, shapes: &Pattern) -> Vec<(String, Span)> {
    let folded = Folded::new(fresh);
    let words = folded.as_str();
    let mut out: Vec<(String, Span)> = Vec::new();
    for found in shapes.find_iter(words) {
        let before = words.get(found.start.saturating_sub(40)..found.start).unwrap_or_default();
        let span = folded.span(found.start, found.end);
        let number = span.of(fresh).to_uppercase();
        if !NOT_AN_INVOICE.is_match(before) && !out.iter().any(|(known, _)| *known == number) {
            out.push((number, span));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_numbers_and_leaves_orders_alone() {
        assert!(LABELLED_SHAPES.compiles() && NOT_AN_INVOICE.compiles());
        let found = |text: &str| -> Vec<String> {
            invoice_numbers(text, &LABELLED_SHAPES).into_iter().map(|(number, _)| number).collect()
        };
        assert_eq!(
            found("Paid inv-20441, #7204881 and INV-20441 (RE-2026-1001)."),
            ["INV-20441", "7204881", "RE-2026-1001"]
        );
        assert_eq!(found("PO 7204881, ticket no. 7204882, AINV-20441, INV-204415"), Vec::<String>::new());
    }
}
