//! Ways in which an amount may differ from what the named documents leave open.
use super::book::Document;
use super::lexicon::Word;
use super::mentions::How;
use super::named::{Explained, Finding, Named, Part, sum_open};

/// What is open on all of them, less the credit memos.
pub fn in_full<'a>(named: &Named<'_, 'a>) -> Finding<'a> {
    if named.worth.minor != named.due {
        return Finding::Nothing;
    }
    Finding::Explains(Explained {
        is_stated: true,
        ..named.wholly("what is named is open by exactly this amount")
    })
}

/// Digits alone may be something else: the only choice of what is named that is open by exactly this amount.
pub fn choice_in_full<'a>(named: &Named<'_, 'a>) -> Finding<'a> {
    let is_loose = |d: &&Document| {
        named.case.mentions.own.iter().any(|m| m.document.id == d.id && (m.is_loose || m.how == How::Order))
    };
    let (loose, firm): (Vec<&Document>, Vec<&Document>) = named.invoices.iter().copied().partition(is_loose);
    if loose.is_empty() || loose.len() > 8 || !named.credits.is_empty() || named.worth.is_foreign {
        return Finding::Nothing;
    }
    let mut only: Option<Vec<&Document>> = None;
    for choice in 0u32..(1 << loose.len()) {
        let taken = loose.iter().enumerate().filter(|(bit, _)| choice & (1 << bit) != 0).map(|(_, d)| *d);
        let set: Vec<&Document> = firm.iter().copied().chain(taken).collect();
        if !set.is_empty() && sum_open(&set) == named.worth.minor && only.replace(set).is_some() {
            return Finding::Nothing;
        }
    }
    let Some(set) = only else { return Finding::Nothing };
    Finding::Explains(Explained {
        parts: set.into_iter().map(Part::whole).collect(),
        credits: Vec::new(),
        unapplied: 0,
        why: "the only choice of the numbers that is open by exactly this amount".into(),
        is_stated: true,
    })
}

/// Discounts that are due, on all invoices that earn one or on the only set of them that fits.
pub fn less_discount<'a>(named: &Named<'_, 'a>) -> Finding<'a> {
    discounted(named, named.worth.minor, &[])
        .map_or(Finding::Nothing, |explained| Finding::Explains(Explained { is_stated: true, ..explained }))
}

/// The named invoices less their credit memos, `more` credit, and discounts, if that is `amount`.
fn discounted<'a>(named: &Named<'_, 'a>, amount: i64, more: &[&'a Document]) -> Option<Explained<'a>> {
    let short = named.due.saturating_sub(sum_open(more)).saturating_sub(amount);
    let discounts: Vec<i64> = named.invoices.iter().map(|d| named.case.discount(d)).collect();
    let chosen = if discounts.iter().fold(0, |sum: i64, d| sum.saturating_add(*d)) == short && short > 0 {
        discounts.iter().map(|discount| *discount > 0).collect()
    } else {
        only_choice(&discounts, short)?
    };
    let parts = named.invoices.iter().zip(&discounts).zip(&chosen).map(|((invoice, discount), taken)| {
        if *taken { Part::less_discount(invoice, *discount) } else { Part::whole(invoice) }
    });
    let credits = named.credits.iter().chain(more).map(|credit| (*credit, credit.open.minor()));
    Some(Explained {
        parts: parts.collect(),
        credits: credits.collect(),
        unapplied: 0,
        why: "what is named less the discount that is due is exactly this amount".into(),
        is_stated: false,
    })
}

/// Which of the discounts make up `short`, if exactly one choice does.
fn only_choice(discounts: &[i64], short: i64) -> Option<Vec<bool>> {
    let due: Vec<(usize, i64)> = discounts
        .iter()
        .enumerate()
        .filter(|(_, minor)| **minor > 0)
        .map(|(at, minor)| (at, *minor))
        .collect();
    if short <= 0 || due.is_empty() || due.len() > 12 {
        return None;
    }
    let mut only = None;
    for choice in 1u32..(1 << due.len()) {
        let taken = |bit: usize| choice & (1 << bit) != 0;
        let sum: i64 =
            due.iter().enumerate().filter(|(bit, _)| taken(*bit)).map(|(_, (_, minor))| minor).sum();
        if sum == short && only.replace(choice).is_some() {
            return None;
        }
    }
    let only = only?;
    let mut chosen = vec![false; discounts.len()];
    for (bit, (at, _)) in due.iter().enumerate() {
        if let Some(slot) = chosen.get_mut(*at) {
            *slot = only & (1 << bit) != 0;
        }
    }
    Some(chosen)
}

/// Converted at the day's rate, close enough to what is due: settled in full.
pub fn converted<'a>(named: &Named<'_, 'a>) -> Finding<'a> {
    if named.worth.off_by == 0 {
        return Finding::Nothing;
    }
    if named.worth.minor.abs_diff(named.due) <= named.worth.off_by.unsigned_abs() {
        let why = "converted at the day's rate it is what is due, within the tolerance";
        return Finding::Explains(Explained { is_stated: true, ..named.wholly(why) });
    }
    let why = "converted at the day's rate it is further from what is due than the tolerance allows";
    Finding::Unsure(why.into(), vec![named.invoices.clone()])
}

/// The text says that only a part is paid, or what was kept back and why: the rest stays open.
pub fn stated_part<'a>(named: &Named<'_, 'a>) -> Finding<'a> {
    let reading = &named.case.reading;
    let short = named.due.saturating_sub(named.worth.minor);
    if short <= named.case.policy.rounding_minor {
        return Finding::Nothing;
    }
    let states_short = reading.states(short) && !reading.says(Word::Discount) && !reading.says(Word::Fee);
    let deducts = reading.says_deduction() || states_short;
    let [invoice] = named.invoices.as_slice() else {
        if deducts && named.credits.is_empty() {
            let why = "less is paid for a reason that the text gives, on one of several invoices";
            return Finding::Unsure(why.into(), vec![named.invoices.clone()]);
        }
        return Finding::Nothing;
    };
    let is_part = reading.says_part() || deducts;
    if !is_part || !named.credits.is_empty() || named.worth.minor <= 0 {
        return Finding::Nothing;
    }
    let why = if deducts { "a deduction is stated: it stays open" } else { "a part payment is stated" };
    Finding::Explains(one_part(invoice, named.worth.minor, why, true))
}

fn one_part<'a>(invoice: &'a Document, paid: i64, why: &str, is_stated: bool) -> Explained<'a> {
    let parts = vec![Part::partly(invoice, paid)];
    Explained { parts, credits: Vec::new(), unapplied: 0, why: why.into(), is_stated }
}

/// Exactly one credit memo that is not named makes up the difference, with or without discounts.
pub fn less_credit<'a>(named: &Named<'_, 'a>) -> Finding<'a> {
    let (Some(customer), short) = (named.customer(), named.due.saturating_sub(named.worth.minor)) else {
        return Finding::Nothing;
    };
    if short <= 0 {
        return Finding::Nothing;
    }
    let is_named = |d: &&Document| named.credits.iter().any(|named| named.id == d.id);
    let free: Vec<&Document> = named
        .case
        .book
        .open_items(customer)
        .into_iter()
        .filter(|d| d.is_open() && !d.is_open_invoice())
        .collect();
    let free: Vec<&Document> =
        free.into_iter().filter(|d| d.open.currency() == named.currency && !is_named(d)).collect();
    let combines = free.len() <= CREDITS_MAX;
    let (mut exact, mut with_discount) = (Vec::new(), Vec::new());
    for credit in free {
        if credit.open.minor() == short {
            exact.push(credit);
        } else if combines && let Some(explained) = discounted(named, named.worth.minor, &[credit]) {
            with_discount.push(explained);
        }
    }
    let why = "exactly one open credit memo makes up the difference";
    match (exact.as_slice(), with_discount.as_slice()) {
        ([credit], _) => {
            let mut explained = named.wholly(why);
            explained.credits.push((*credit, credit.open.minor()));
            Finding::Explains(explained)
        }
        ([], [explained]) => Finding::Explains(Explained { why: why.into(), ..explained.clone() }),
        ([], []) => Finding::Nothing,
        _ => Finding::Unsure(
            "several credit memos make up the difference".into(),
            vec![named.invoices.clone()],
        ),
    }
}

/// With more credit memos than this, they are not tried together with discounts.
const CREDITS_MAX: usize = 20;

/// Short by no more than rounding.
pub fn within_rounding<'a>(named: &Named<'_, 'a>) -> Finding<'a> {
    let short = named.due.saturating_sub(named.worth.minor);
    if short <= 0 || short > named.case.policy.rounding_minor {
        return Finding::Nothing;
    }
    Finding::Explains(Explained {
        is_stated: true,
        ..written_off(named, short, "short by no more than rounding")
    })
}

/// Short by no more than a bank's charge, on a rail where banks take one.
pub fn less_fee<'a>(named: &Named<'_, 'a>) -> Finding<'a> {
    let short = named.due.saturating_sub(named.worth.minor);
    let due = crate::money::Money::new(named.due, named.currency);
    if short <= 0
        || short > named.case.policy.fee_allowed(named.case.payment.rail, due)
        || named.worth.is_foreign
    {
        return Finding::Nothing;
    }
    Finding::Explains(written_off(named, short, "short by no more than a bank's charge"))
}

/// Everything is settled; the difference is written off on the invoice that is due last.
fn written_off<'a>(named: &Named<'_, 'a>, short: i64, why: &str) -> Explained<'a> {
    let mut explained = named.wholly(why);
    let last = explained.parts.iter_mut().max_by_key(|part| part.invoice.due_on);
    if let Some(last) = last {
        last.writeoff = short.min(last.paid);
        last.paid = last.paid.saturating_sub(last.writeoff);
    }
    explained
}

/// The list names something that is settled already, and its amount was paid again: that stays unapplied.
pub fn with_settled<'a>(named: &Named<'_, 'a>) -> Finding<'a> {
    let over = named.worth.minor.saturating_sub(named.due);
    if named.settled.is_empty() || over <= 0 {
        return Finding::Nothing;
    }
    let whole = named.settled.iter().fold(0, |sum: i64, d| sum.saturating_add(d.amount.minor()));
    if whole != over && !named.settled.iter().any(|d| d.amount.minor() == over) {
        return Finding::Nothing;
    }
    let why = "what is open is settled; the rest is the amount of an invoice that was settled before";
    Finding::Explains(Explained { unapplied: over, is_stated: true, ..named.wholly(why) })
}

/// A part of the only named invoice.
pub fn in_part<'a>(named: &Named<'_, 'a>) -> Finding<'a> {
    match named.invoices.as_slice() {
        [invoice] if named.worth.minor > 0 && named.worth.minor < named.due && named.credits.is_empty() => {
            Finding::Explains(one_part(
                invoice,
                named.worth.minor,
                "less than the named invoice leaves open",
                false,
            ))
        }
        _ => Finding::Nothing,
    }
}

/// More than is open on all that is named: the rest stays unapplied.
pub fn overpaid<'a>(named: &Named<'_, 'a>) -> Finding<'a> {
    let over = named.worth.minor.saturating_sub(named.due);
    if over <= 0 || named.worth.is_foreign {
        return Finding::Nothing;
    }
    let others = named.others();
    if others.iter().any(|d| d.open.minor() == over) {
        let why = "more than is open on what is named, and another invoice is open by just the rest";
        return Finding::Unsure(why.into(), vec![named.invoices.clone()]);
    }
    Finding::Explains(Explained {
        unapplied: over,
        ..named.wholly("more than the named invoices leave open")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_of_discounts_must_be_the_only_one() {
        assert_eq!(only_choice(&[100, 0, 250], 250), Some(vec![false, false, true]));
        assert_eq!(only_choice(&[100, 150, 250], 250), None, "two ways");
        assert_eq!(only_choice(&[100], 99), None);
        assert_eq!(only_choice(&[], 0), None);
    }
}
