//! The answers: one JSON line a payment, or a table for people.
use super::files::{Files, Received};
use super::lines::{AllocationLine, KindName, PredictionLine};
use super::run::run;
use crate::Stopped;
use crate::screen::write_line;
use domain::cash::verdict::{Line, LineKind, Verdict};
use domain::ids::CustomerId;
use std::collections::BTreeMap;
use std::path::Path;

/// Matches a folder and prints a line for every payment.
///
/// # Errors
/// A file that does not read: nothing is printed then.
pub fn predictions(folder: &Path) -> Result<(), Stopped> {
    for (payment, verdict) in run(Files::read(folder)?) {
        let line = serde_json::to_string(&prediction(&payment, &verdict))
            .map_err(Stopped::at("writing an answer"))?;
        write_line(&line);
    }
    Ok(())
}

/// Matches a folder and prints how many payments each rule decided, and why the others are left to a person.
///
/// # Errors
/// A file that does not read.
pub fn table(folder: &Path) -> Result<(), Stopped> {
    let decided = run(Files::read(folder)?);
    let mut rows: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for (_, verdict) in &decided {
        let (outcome, what) = match verdict {
            Verdict::Apply { evidence, .. } => ("applied", evidence.rule.to_owned()),
            Verdict::Reverse { evidence, .. } => ("reversed", evidence.rule.to_owned()),
            Verdict::Review { why, .. } => ("to review", without_figures(why)),
            Verdict::Ignore { why, .. } => ("ignored", why.clone()),
        };
        *rows.entry((outcome, what)).or_default() += 1;
    }
    for outcome in ["applied", "to review", "reversed", "ignored"] {
        let of: Vec<(&String, usize)> = rows
            .iter()
            .filter(|((known, _), _)| *known == outcome)
            .map(|((_, what), n)| (what, *n))
            .collect();
        let total: usize = of.iter().map(|(_, n)| n).sum();
        write_line(&format!("{outcome:<10} {total:>7}"));
        let mut of = of;
        of.sort_by_key(|(what, n)| (std::cmp::Reverse(*n), (*what).clone()));
        for (what, n) in of {
            write_line(&format!("           {n:>7}  {what}"));
        }
    }
    write_line(&format!("payments   {:>7}", decided.len()));
    Ok(())
}

/// Reasons name documents and amounts; counted together they do not.
fn without_figures(why: &str) -> String {
    let words = why.split(' ').map(|word| if word.chars().any(|c| c.is_ascii_digit()) { "…" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

fn prediction(payment: &Received, verdict: &Verdict) -> PredictionLine {
    let mut line = PredictionLine {
        payment_id: payment.id.0.clone(),
        outcome: "ignore",
        customer_id: None,
        allocations: Vec::new(),
        unapplied: None,
        reverse_of: None,
        reverse_amount: None,
        duplicate_of: None,
        confidence: None,
        rule: verdict.rule(),
        reason: String::new(),
        read: Vec::new(),
    };
    let id = |customer: &CustomerId| customer.0.clone();
    match verdict {
        Verdict::Apply { customer, lines, unapplied, evidence, .. } => {
            line.outcome = "apply";
            line.customer_id = Some(id(customer));
            line.allocations = lines.iter().map(allocation).collect();
            line.unapplied = Some(unapplied.to_decimal().to_string());
            line.reason = evidence.why.clone();
            let spans = evidence.spans.iter().filter_map(|span| payment.facts.text.get(span.clone()));
            line.read = spans.map(str::to_owned).collect();
            line.confidence = confidence(evidence.confidence_ppm);
        }
        Verdict::Review { why, proposals } => {
            line.outcome = "review";
            line.reason = why.clone();
            if let Some(best) = proposals.first() {
                line.customer_id = best.customer.as_ref().map(id);
                line.allocations = best.lines.iter().map(allocation).collect();
            }
        }
        Verdict::Ignore { why, duplicate_of } => {
            line.reason = why.clone();
            line.duplicate_of = duplicate_of.as_ref().map(|of| of.0.clone());
        }
        Verdict::Reverse { of, amount, evidence } => {
            line.outcome = "reverse";
            line.reverse_of = Some(of.0.clone());
            line.reverse_amount = Some(amount.to_decimal().to_string());
            line.reason = evidence.why.clone();
            line.confidence = confidence(evidence.confidence_ppm);
        }
    }
    line
}

/// Parts in a million as a decimal fraction.
fn confidence(ppm: u32) -> Option<serde_json::Number> {
    serde_json::from_str(&rust_decimal::Decimal::new(i64::from(ppm), 6).normalize().to_string()).ok()
}

fn allocation(line: &Line) -> AllocationLine {
    AllocationLine {
        invoice_id: line.document.0.clone(),
        amount: line.amount.to_decimal().to_string(),
        kind: match line.kind {
            LineKind::Payment => KindName::Payment,
            LineKind::Discount => KindName::Discount,
            LineKind::FeeWriteoff => KindName::FeeWriteoff,
            LineKind::CreditMemo => KindName::CreditMemo,
        },
    }
}
