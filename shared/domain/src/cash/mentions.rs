//! The documents that a payment names: by a link, by a structured reference, or by their numbers in the text.
use super::book::{Book, Document, DocumentKind};
use super::incoming::PaymentFacts;
use super::keys::{DocumentKey, tail};
use super::lexicon::Word;
use super::loose::mark_loose;
use super::number::{SIGNIFICANT_MIN, normal_form};
use super::payer::Payer;
use super::reading::Reading;
use super::suffixes;
use super::text::{Gap, Segment};
use super::windows::{Window, windows_from};
use crate::ids::CustomerId;
use crate::money::Money;
use std::ops::RangeInclusive;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// The payer's own order number.
    Order,
    /// Other last digits after a number: "10023, 24".
    Suffix,
    /// Its digits without their prefix.
    Bare,
    /// The whole number.
    Whole,
    /// A reference with a check digit.
    Structured,
}

#[derive(Debug, Clone)]
pub struct Mention<'a> {
    pub document: &'a Document,
    /// The segments of the text that say so; `None` where a field of its own does.
    pub at: Option<RangeInclusive<usize>>,
    pub how: How,
    /// Digits alone that no word calls an invoice and no list joins to one: they may be something else.
    pub is_loose: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Mentions<'a> {
    /// Documents that the payer may pay, each once, in the order of the text.
    pub own: Vec<Mention<'a>>,
    /// Whole numbers of customers that have nothing to do with the payer.
    pub strangers: Vec<Mention<'a>>,
    /// Digits that fit several documents of the group.
    pub is_ambiguous: bool,
    /// Segments that a mention of either kind uses.
    used: Vec<bool>,
}

impl<'a> Mentions<'a> {
    pub fn find(payment: &PaymentFacts, reading: &Reading, payer: &Payer<'a>, book: &'a dyn Book) -> Self {
        let mut found = Self { used: vec![false; reading.segments.len()], ..Self::default() };
        let segments = &reading.segments;
        let windows: Vec<Vec<Window>> =
            (0..segments.len()).map(|at| windows_from(segments, at, WINDOW_MAX)).collect();
        let mut search =
            Search { segments, windows: &windows, payer, amount: payment.amount, book, found: &mut found };
        if let Some(reference) = payment.structured_reference.as_ref() {
            search.reference(&normal_form(reference), None);
        }
        for at in 0..search.segments.len() {
            search.structured_at(at);
        }
        let mut strangers = Vec::new();
        for at in 0..search.segments.len() {
            search.whole_at(at, &mut strangers);
        }
        search.strangers(strangers);
        for at in 0..search.segments.len() {
            search.bare_at(at);
        }
        for at in 0..search.segments.len() {
            search.suffixes_at(at);
        }
        if search.found.own.is_empty() {
            for at in 0..search.segments.len() {
                search.order_at(at);
            }
        }
        search.drop_explained_strangers();
        found.own.sort_by_key(|mention| mention.at.as_ref().map(|at| *at.start()));
        mark_loose(&mut found.own, &reading.segments);
        found
    }

    pub fn documents(&self) -> impl Iterator<Item = &'a Document> + '_ {
        self.own.iter().map(|mention| mention.document)
    }

    /// Whether a mention uses this segment.
    pub fn uses(&self, at: usize) -> bool {
        self.used.get(at).copied().unwrap_or(false)
    }
}

/// Structured references are written in up to this many groups.
const WINDOW_MAX: usize = 8;
/// Numbers in up to this many.
const NUMBER_MAX: usize = 6;
/// Letters before the digits of a number are at most this many.
const PREFIX_MAX: usize = 4;

struct Search<'s, 'a> {
    segments: &'s [Segment],
    /// By the segment that they start at, shortest first.
    windows: &'s [Vec<Window>],
    payer: &'s Payer<'a>,
    amount: Money,
    book: &'a dyn Book,
    found: &'s mut Mentions<'a>,
}

impl<'s, 'a> Search<'s, 'a> {
    fn add(&mut self, document: &'a Document, at: Option<RangeInclusive<usize>>, how: How) {
        for used in at.clone().and_then(|at| self.found.used.get_mut(at)).unwrap_or_default() {
            *used = true;
        }
        let own = self.payer.may_pay(&document.customer);
        let list = if own { &mut self.found.own } else { &mut self.found.strangers };
        if !list.iter().any(|known| known.document.id == document.id) {
            list.push(Mention { document, at, how, is_loose: false });
        }
    }

    fn is_unused(&self, at: &RangeInclusive<usize>) -> bool {
        self.found.used.get(at.clone()).is_some_and(|used| used.iter().all(|used| !used))
    }

    fn reference(&mut self, form: &str, at: Option<RangeInclusive<usize>>) {
        for document in self.book.documents(&DocumentKey::Reference(form.to_owned())) {
            self.add(document, at.clone(), How::Structured);
        }
    }

    /// The windows from a segment of at most `length` segments, longest first.
    fn windows_at(&self, at: usize, length: usize) -> impl Iterator<Item = &'s Window> + use<'s, 'a> {
        let windows = self.windows.get(at).map(Vec::as_slice).unwrap_or_default();
        windows.iter().rev().filter(move |window| window.at.end() - window.at.start() < length)
    }

    fn structured_at(&mut self, at: usize) {
        for window in self.windows_at(at, WINDOW_MAX) {
            if !super::structured::is_valid(&window.normal) || !self.is_unused(&window.at) {
                continue;
            }
            self.reference(&window.normal, Some(window.at.clone()));
            if !self.is_unused(&window.at) {
                return;
            }
        }
    }

    /// The longest whole number that starts at a segment, or, where letters hang together, within it. Those of
    /// strangers are kept for later.
    fn whole_at(&mut self, at: usize, strangers: &mut Vec<(&'s Window, Vec<&'a Document>)>) {
        let Some(first) = self.segments.get(at) else { return };
        if first.is_digits && first.gap == Gap::Touching && at > 0 {
            return;
        }
        let hangs = |next: &Segment| matches!(next.gap, Gap::Touching | Gap::Mark(_));
        let is_glued = !first.is_digits && self.segments.get(at + 1).is_some_and(hangs);
        let skips = first.text.len().saturating_sub(PREFIX_MAX).max(1)..first.text.len();
        let skips = std::iter::once(0).chain(skips.filter(|_| is_glued));
        let windows: Vec<&Window> =
            self.windows_at(at, NUMBER_MAX).filter(|window| self.may_be_number(window)).collect();
        for skip in skips {
            for window in &windows {
                let Some(form) = window.zero_free.get(skip..) else { continue };
                let mut found = self.book.documents(&DocumentKey::Number(form.to_owned()));
                if skip == 0 && window.has_space && window.normal != window.zero_free {
                    // a line may break inside the digits: zeros after the break count
                    found.extend(self.book.documents(&DocumentKey::Number(window.normal.clone())));
                }
                let (mut own, others): (Vec<&Document>, Vec<&Document>) =
                    found.into_iter().partition(|d| self.payer.may_pay(&d.customer));
                if !others.is_empty() {
                    strangers.push((window, others));
                }
                if own.iter().any(|d| d.is_open()) {
                    own.retain(|d| d.is_open());
                }
                own.dedup_by(|a, b| a.id == b.id);
                if !own.is_empty() {
                    self.found.is_ambiguous |= own.len() > 1;
                    own.into_iter().for_each(|d| self.add(d, Some(window.at.clone()), How::Whole));
                    return;
                }
            }
        }
    }

    fn may_be_number(&self, window: &Window) -> bool {
        let is_other =
            window.is_bare && matches!(window.label, Some(Word::Order | Word::Customer | Word::Other));
        self.is_unused(&window.at)
            && !window.is_masked
            && window.zero_free.len() >= SIGNIFICANT_MIN
            && !is_other
    }

    /// Strangers' numbers count where nothing of the payer's own is read from the same segments.
    fn strangers(&mut self, found: Vec<(&'s Window, Vec<&'a Document>)>) {
        for (window, mut documents) in found {
            documents.retain(|d| !window.is_bare || normal_form(d.number.as_str()) == window.normal);
            if self.is_own_digits(window) || !self.is_unused(&window.at) {
                continue;
            }
            documents.into_iter().for_each(|d| self.add(d, Some(window.at.clone()), How::Whole));
        }
    }

    /// Digits without a prefix are the payer's own where they can be; "inv 10425" has no prefix but a word, as long as
    /// the amount agrees.
    fn is_own_digits(&self, window: &Window) -> bool {
        if window.is_bare {
            return self.own_bare(window).is_some();
        }
        let at = *window.at.start();
        let is_word = self.segments.get(at).is_some_and(|s| s.meaning == Some(Word::Invoice));
        let is_apart = self.segments.get(at + 1).is_some_and(|s| s.is_digits && s.gap == Gap::Space);
        let digits = self.windows_at(at + 1, NUMBER_MAX).find(|w| w.is_bare && w.at.end() == window.at.end());
        let fits = |own: Vec<&Document>| own.iter().any(|d| d.open == self.amount);
        is_word && is_apart && digits.and_then(|digits| self.own_bare(digits)).is_some_and(fits)
    }

    /// The documents of the group whose digits alone are this window's.
    fn own_bare(&self, window: &Window) -> Option<Vec<&'a Document>> {
        let digits: u64 = window.normal.parse().ok()?;
        let tail = tail(&window.normal)?;
        let is_credit = window.label == Some(Word::Credit);
        let mut found: Vec<&Document> = Vec::new();
        for customer in &self.payer.group {
            let key = DocumentKey::Tail(CustomerId::clone(customer), tail.clone());
            let fits =
                |d: &&Document| d.number.is_bare(digits) && (d.kind == DocumentKind::Invoice || is_credit);
            found.extend(self.book.documents(&key).into_iter().filter(fits));
        }
        if found.iter().any(|d| d.is_open()) {
            found.retain(|d| d.is_open());
        }
        (!found.is_empty()).then_some(found)
    }

    fn bare_at(&mut self, at: usize) {
        let Some(first) = self.segments.get(at).filter(|s| s.is_digits) else { return };
        let before = at.checked_sub(1).and_then(|before| self.segments.get(before));
        let hangs =
            first.gap == Gap::Touching && before.is_some_and(|before| before.meaning != Some(Word::Invoice));
        if hangs || matches!(first.label, Some(Word::Order | Word::Customer | Word::Other)) {
            return;
        }
        if is_series_year(first, self.segments.get(at + 1)) {
            return;
        }
        for window in self.windows_at(at, 2) {
            let apart = window.has_space || !window.is_bare || window.normal.len() < SIGNIFICANT_MIN;
            if apart || window.is_masked || !self.is_unused(&window.at) {
                continue;
            }
            let Some(found) = self.own_bare(window) else { continue };
            if found.len() > 1 {
                self.found.is_ambiguous = true;
            }
            for document in found {
                self.add(document, Some(window.at.clone()), How::Bare);
            }
            return;
        }
    }

    fn suffixes_at(&mut self, at: usize) {
        let ends_here = |m: &&Mention<'a>| {
            m.at.as_ref().is_some_and(|span| *span.end() == at) && matches!(m.how, How::Whole | How::Bare)
        };
        let Some(base) = self.found.own.iter().find(ends_here).cloned() else { return };
        let mut found = Vec::new();
        for (index, form) in suffixes::after(self.segments, at, base.document.number.as_str()) {
            if self.found.used.get(index).copied().unwrap_or(true) {
                break;
            }
            let key = DocumentKey::Number(form);
            let named = self.book.documents(&key).into_iter().find(|d| d.customer == base.document.customer);
            let Some(named) = named else { break };
            found.push((named, index));
        }
        for (document, index) in found {
            self.add(document, Some(index..=index), How::Suffix);
        }
    }

    fn order_at(&mut self, at: usize) {
        for window in self.windows_at(at, 3) {
            let weak = window.normal.len() < SIGNIFICANT_MIN + 1 || !self.is_unused(&window.at);
            if weak || window.is_spoken_for {
                continue;
            }
            let mut found = self.book.documents(&DocumentKey::PurchaseOrder(window.normal.clone()));
            found.retain(|d| self.payer.may_pay(&d.customer));
            if found.iter().any(|d| d.is_open()) {
                found.retain(|d| d.is_open());
            }
            for document in &found {
                self.add(document, Some(window.at.clone()), How::Order);
            }
            if !found.is_empty() {
                return;
            }
        }
    }

    /// A stranger's number is noise where the same segments, or all that counts, are the payer's own.
    fn drop_explained_strangers(&mut self) {
        let own = &self.found.own;
        let start = |m: &Mention<'a>| m.at.as_ref().map(|at| *at.start());
        let is_explained = |m: &Mention<'a>| {
            start(m).is_some_and(|at| {
                own.iter().any(|known| known.at.as_ref().is_some_and(|span| span.contains(&at)))
            })
        };
        self.found.strangers.retain(|m| !is_explained(m));
    }
}

/// "2025" before more digits starts the number of a series.
fn is_series_year(segment: &Segment, next: Option<&Segment>) -> bool {
    let is_year =
        segment.text.len() == 4 && (segment.text.starts_with("20") || segment.text.starts_with("19"));
    let goes_on = next.is_some_and(|next| {
        next.is_digits
            && next.text.len() >= 3
            && matches!(next.gap, Gap::Space | Gap::Mark('-' | '/' | '.' | '_'))
    });
    is_year && goes_on
}
