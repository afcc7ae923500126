//! Lists of numbers: with an amount each, with a beginning and an end, or with an end that is missing.
use super::amounts::Stated;
use super::book::Document;
use super::lexicon::Word;
use super::mentions::Mention;
use super::named::{Explained, Finding, Named, Part};
use super::number::normal_form;
use super::subset::{Subsets, subsets};
use super::text::Gap;

/// Each number stands with an amount, and they add up to the payment: each takes its own.
pub fn with_amounts<'a>(named: &Named<'_, 'a>) -> Finding<'a> {
    let mentions = &named.case.mentions.own;
    if named.worth.is_foreign || named.case.reading.amounts.is_empty() || mentions.len() < 2 {
        return Finding::Nothing;
    }
    for last in [true, false] {
        let Some(rows) = rows(named, mentions, last) else { continue };
        let total = rows.iter().fold(0, |sum: i64, (_, minor)| sum.saturating_add(*minor));
        if total == named.worth.minor {
            return taken(named, &rows);
        }
    }
    Finding::Nothing
}

/// Each mention with the first or the last amount that stands before the next one.
fn rows<'a>(named: &Named<'_, 'a>, mentions: &[Mention<'a>], last: bool) -> Option<Vec<(&'a Document, i64)>> {
    let end = |mention: &Mention<'_>| mention.at.as_ref().map(|at| *at.end());
    let mut rows = Vec::new();
    for (index, mention) in mentions.iter().enumerate() {
        let from = end(mention)?;
        let to =
            mentions.get(index + 1).and_then(|next| next.at.as_ref()).map_or(usize::MAX, |at| *at.start());
        let between = named.case.reading.amounts.iter().filter(|stated| stated.at > from && stated.at < to);
        let is_end = index + 1 == mentions.len();
        let between: Vec<&Stated> = between.collect();
        let (first, more) = between.split_first()?;
        let stated = match (last, is_end) {
            (false, _) => first,
            (true, false) => between.last()?,
            (true, true) => last_of_row(named, first, more),
        };
        rows.push((mention.document, stated.minor));
    }
    Some(rows)
}

/// A total may follow the last row: the last amount before a word.
fn last_of_row<'r>(named: &'r Named<'_, '_>, first: &'r Stated, more: &[&'r Stated]) -> &'r Stated {
    let segments = &named.case.reading.segments;
    let mut found = first;
    for next in more {
        let between = segments.get(found.at..next.at).unwrap_or_default();
        let is_total = between.iter().any(|s| !s.is_digits && s.text.len() > 3);
        if is_total {
            break;
        }
        found = next;
    }
    found
}

fn taken<'a>(named: &Named<'_, 'a>, rows: &[(&'a Document, i64)]) -> Finding<'a> {
    let mut parts = Vec::new();
    let mut credits = Vec::new();
    let mut unapplied = 0i64;
    for (document, minor) in rows {
        let open = document.open.minor();
        if document.is_open_invoice() {
            let discount = named.case.discount(document);
            if discount > 0 && open.saturating_sub(discount) == *minor {
                parts.push(Part::less_discount(document, discount));
            } else {
                parts.push(Part::partly(document, open.min(*minor)));
                unapplied = unapplied.saturating_add(minor.saturating_sub(open).max(0));
            }
        } else if document.is_open() {
            credits.push((*document, open.min(*minor)));
        } else {
            unapplied = unapplied.saturating_add(*minor);
        }
    }
    if !credits.is_empty() {
        return Finding::Nothing;
    }
    let why = "the amounts stated with the numbers add up to the payment".to_owned();
    Finding::Explains(Explained { parts, credits, unapplied, why, is_stated: true })
}

/// "10023 to 10027": everything open of the series between the two.
pub fn range<'a>(named: &Named<'_, 'a>) -> Finding<'a> {
    let (said, implied) = (ends(named), two(named));
    let Some((from, to)) = said.or(implied) else { return Finding::Nothing };
    let (low, high) = (normal_form(from.number.as_str()), normal_form(to.number.as_str()));
    if low.len() != high.len() || low >= high || from.customer != to.customer {
        return Finding::Nothing;
    }
    let open = named.case.book.open_items(&from.customer);
    let mut within: Vec<&Document> = open
        .into_iter()
        .filter(|d| d.is_open_invoice() && d.open.currency() == named.currency)
        .filter(|d| {
            let form = normal_form(d.number.as_str());
            form.len() == low.len() && form >= low && form <= high && same_letters(&form, &low)
        })
        .collect();
    within.sort_by(|a, b| a.number.as_str().cmp(b.number.as_str()));
    let Some(inner) = Named::of(named.case, &within).filter(|_| said.is_some() || within.len() > 2) else {
        return Finding::Nothing;
    };
    for way in [
        super::differences::in_full,
        super::differences::less_discount,
        super::differences::within_rounding,
        super::differences::less_fee,
    ] {
        if let Finding::Explains(explained) = way(&inner) {
            let why = format!("all {} open invoices of the range, {}", within.len(), explained.why);
            return Finding::Explains(Explained { why, is_stated: true, ..explained });
        }
    }
    if said.is_none() {
        return Finding::Nothing;
    }
    Finding::Unsure("a range is named, and what is open in it differs from the payment".into(), vec![within])
}

fn same_letters(a: &str, b: &str) -> bool {
    a.bytes()
        .zip(b.bytes())
        .all(|(a, b)| a.is_ascii_digit() == b.is_ascii_digit() && (a.is_ascii_digit() || a == b))
}

/// The two ends of a range that no word calls one: all that is named.
fn two<'a>(named: &Named<'_, 'a>) -> Option<(&'a Document, &'a Document)> {
    match named.invoices.as_slice() {
        [from, to] if named.worth.minor > named.due => Some((from, to)),
        _ => None,
    }
}

/// Two neighbouring mentions with "to" or a dash between them.
fn ends<'a>(named: &Named<'_, 'a>) -> Option<(&'a Document, &'a Document)> {
    let segments = &named.case.reading.segments;
    let mentions = &named.case.mentions.own;
    mentions.iter().zip(mentions.iter().skip(1)).find_map(|(from, to)| {
        let (end, start) = (*from.at.as_ref()?.end(), *to.at.as_ref()?.start());
        let between = segments.get(end + 1..start)?;
        let word = between.iter().any(|s| s.meaning == Some(Word::Through));
        let dash = between.len() <= 1
            && segments
                .get(end + 1)
                .is_some_and(|s| matches!(s.gap, Gap::Mark('-' | '–') | Gap::Apart('-' | '–' | '.')));
        (word || dash).then_some((from.document, to.document))
    })
}

/// The list goes on: the only set of other open invoices that makes up the rest.
pub fn goes_on<'a>(named: &Named<'_, 'a>) -> Finding<'a> {
    let missing = named.worth.minor.saturating_sub(named.due);
    let Some(count) = named.case.reading.others.filter(|_| missing > 0 && !named.worth.is_foreign) else {
        return Finding::Nothing;
    };
    let others = named.others();
    match subsets(&others, missing, count, named.case.policy) {
        Subsets::One(more) => {
            let mut explained =
                named.wholly("the list goes on, and only one set of open invoices makes up the rest");
            explained.parts.extend(more.into_iter().map(Part::whole));
            explained.is_stated = true;
            Finding::Explains(explained)
        }
        Subsets::Several => Finding::Unsure(
            "the list goes on, and several sets make up the rest".into(),
            vec![named.invoices.clone()],
        ),
        Subsets::None => Finding::Unsure(
            "the list goes on, and nothing makes up the rest".into(),
            vec![named.invoices.clone()],
        ),
    }
}
