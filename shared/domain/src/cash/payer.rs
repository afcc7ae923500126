//! Who paid: by an account, an identity at a provider, a mail domain, or a name, each only as far as it goes.
use super::book::{Book, Party};
use super::incoming::PaymentFacts;
use super::keys::CustomerKey;
use super::lexicon::{Word, meaning};
use super::names::{Legal, Name, SCORE_MARGIN, SCORE_MIN, folded, pair_keys, word_keys};
use super::policy::MatchPolicy;
use super::reading::Reading;
use crate::ids::CustomerId;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    Unknown,
    /// One of several, or a name that only the text gives: a reference must decide.
    Likely,
    Certain,
}

#[derive(Debug, Clone)]
pub struct Payer<'a> {
    pub parties: Vec<&'a Party>,
    pub certainty: Certainty,
    /// By what the payer was recognised.
    pub basis: &'static str,
    /// Pays for many and identifies nobody.
    pub is_intermediary: bool,
    /// Known by a learned name or a number in the text only: it may be another's too.
    is_loose: bool,
    /// Whose invoices the payer may pay: the parties and their subsidiaries.
    pub group: Vec<&'a CustomerId>,
}

impl<'a> Payer<'a> {
    fn new(parties: Vec<&'a Party>, certainty: Certainty, basis: &'static str) -> Self {
        let certainty = if parties.is_empty() { Certainty::Unknown } else { certainty };
        let mut group: Vec<&CustomerId> = parties.iter().map(|party| &party.id).collect();
        for subsidiary in parties.iter().flat_map(|party| &party.subsidiaries) {
            if !group.contains(&subsidiary) {
                group.push(subsidiary);
            }
        }
        Self { parties, certainty, basis, is_intermediary: false, is_loose: false, group }
    }

    pub fn is_known(&self) -> bool {
        !self.parties.is_empty()
    }

    /// Whether the payer may pay this customer's invoices; an unknown payer may pay anybody's.
    pub fn may_pay(&self, customer: &CustomerId) -> bool {
        self.parties.is_empty() || self.is_loose || self.group.contains(&customer)
    }

    /// Recognises the payer.
    pub fn of(payment: &PaymentFacts, reading: &Reading, policy: &MatchPolicy, book: &'a dyn Book) -> Self {
        let name = payment.payer_name.as_deref().map(folded).unwrap_or_default();
        if policy.processors.has_start_of(&name) || policy.lockboxes.has_start_of(&name) {
            let named = named_in_text(&payment.text, book, Phrases::All);
            return Self {
                is_intermediary: true,
                ..Self::new(named, Certainty::Likely, "a name in the text")
            };
        }
        if let Some(id) = payment.stripe_customer.as_ref() {
            let found = book.customers(&CustomerKey::Stripe(id.clone()));
            if found.len() == 1 {
                return Self::new(found, Certainty::Certain, "Stripe customer");
            }
        }
        if let Some(account) = payment.payer_account.as_ref() {
            let found = book.customers(&CustomerKey::Account(account.clone()));
            if !found.is_empty() {
                return of_account(found, &name, book);
            }
        }
        if let Some(domain) = payment.payer_email.as_deref().and_then(own_domain) {
            let found = book.customers(&CustomerKey::MailDomain(domain));
            if !found.is_empty() {
                let one = narrowed(&found, &Name::of_folded(&name)).map_or(found, |one| vec![one]);
                return Self::new(one, Certainty::Certain, "mail domain");
            }
        }
        let by_name = of_name(&name, book);
        if by_name.is_known() { by_name } else { of_own_number(reading, book) }
    }
}

/// By the number under which we keep a customer, where the text calls it one.
fn of_own_number<'a>(reading: &Reading, book: &'a dyn Book) -> Payer<'a> {
    let labelled = reading.segments.iter().filter(|s| s.is_digits && s.label == Some(Word::Customer));
    let found: Vec<&Party> =
        labelled.flat_map(|s| book.customers(&CustomerKey::Number(s.text.clone()))).collect();
    Payer { is_loose: true, ..Payer::new(found, Certainty::Likely, "our customer number") }
}

/// An account belongs to a set of customers. The name may choose among them; where it is certainly somebody else's,
/// neither is certain.
fn of_account<'a>(found: Vec<&'a Party>, name: &str, book: &'a dyn Book) -> Payer<'a> {
    let read = Name::of_folded(name);
    if let Some(one) = narrowed(&found, &read) {
        return of_group(vec![one], &found, "account and name");
    }
    let fits = found.iter().any(|party| read.fit(&party.name).score >= CONTRADICTION_MAX);
    let other = if fits || read.is_empty() { None } else { Some(of_name(name, book)) };
    if let Some(other) = other.filter(|other| other.certainty == Certainty::Certain) {
        let is_related =
            other.parties.iter().any(|party| found.iter().any(|known| are_related(known, party)));
        if is_related {
            return of_group(other.parties, &found, "account of its group, and name");
        }
        let both = other.parties.into_iter().chain(found).collect();
        return Payer::new(both, Certainty::Likely, "an account and a name that disagree");
    }
    Payer::new(found, Certainty::Certain, "account")
}

/// The named party; it may pay for all that the account belongs to.
fn of_group<'a>(named: Vec<&'a Party>, account: &[&'a Party], basis: &'static str) -> Payer<'a> {
    let mut payer = Payer::new(named, Certainty::Certain, basis);
    for id in account.iter().map(|party| &party.id) {
        if !payer.group.contains(&id) {
            payer.group.push(id);
        }
    }
    payer
}

fn are_related(a: &Party, b: &Party) -> bool {
    a.parent.as_ref() == Some(&b.id)
        || b.parent.as_ref() == Some(&a.id)
        || (a.parent.is_some() && a.parent == b.parent)
}

/// Below this, an account's customer and the payer's name have little in common.
const CONTRADICTION_MAX: u32 = 700;

/// The only party that a name fits, and better than any other.
fn narrowed<'a>(parties: &[&'a Party], name: &Name) -> Option<&'a Party> {
    let mut fits: Vec<(&'a Party, u32, Legal)> = parties
        .iter()
        .map(|party| (*party, name.fit(&party.name)))
        .filter(|(_, fit)| fit.score >= SCORE_MIN && fit.legal != Legal::Contradicts)
        .map(|(party, fit)| (party, fit.score, fit.legal))
        .collect();
    fits.sort_by_key(|(_, score, legal)| std::cmp::Reverse((*score, *legal)));
    match fits.as_slice() {
        [] => None,
        [(one, ..)] => Some(one),
        [(one, best, legal), (_, next, other), ..] => {
            let ahead = best.saturating_sub(*next) >= SCORE_MARGIN;
            (ahead || (*legal == Legal::Same && *other < Legal::Same)).then_some(one)
        }
    }
}

fn of_name<'a>(name: &str, book: &'a dyn Book) -> Payer<'a> {
    let read = Name::of_folded(name);
    if read.is_empty() {
        return Payer::new(Vec::new(), Certainty::Unknown, "nothing");
    }
    let alias = book.customers(&CustomerKey::Alias(name.to_owned()));
    if !alias.is_empty() {
        return Payer { is_loose: true, ..Payer::new(alias, Certainty::Likely, "a learned name") };
    }
    let found = by_name(&read, book);
    if let Some(one) = narrowed(&found, &read) {
        return Payer::new(vec![one], Certainty::Certain, "name");
    }
    let fits = |party: &&Party| {
        let fit = read.fit(&party.name);
        fit.score >= SCORE_MIN
    };
    Payer::new(found.into_iter().filter(fits).collect(), Certainty::Likely, "a name that fits several")
}

/// Customers that share two words with the name; if none fits, those that share one.
fn by_name<'a>(name: &Name, book: &'a dyn Book) -> Vec<&'a Party> {
    let find = |keys: Vec<String>| {
        let mut found: Vec<&Party> =
            keys.into_iter().flat_map(|key| book.customers(&CustomerKey::Name(key))).collect();
        found.sort_by(|a, b| a.id.cmp(&b.id));
        found.dedup_by(|a, b| a.id == b.id);
        found.retain(|party| name.fit(&party.name).score >= SCORE_MIN);
        found
    };
    let found = find(pair_keys(name));
    if found.is_empty() { find(word_keys(name)) } else { found }
}

fn own_domain(email: &str) -> Option<String> {
    let (_, domain) = email.rsplit_once('@')?;
    let domain = domain.trim().to_lowercase();
    let first = domain.split('.').next().unwrap_or_default();
    const PUBLIC: [&str; 18] = [
        "aol",
        "bluewin",
        "fastmail",
        "free",
        "gmail",
        "gmx",
        "googlemail",
        "hotmail",
        "icloud",
        "laposte",
        "live",
        "mail",
        "me",
        "msn",
        "orange",
        "outlook",
        "proton",
        "protonmail",
    ];
    (!domain.is_empty()
        && !PUBLIC.contains(&first)
        && !matches!(first, "web" | "yahoo" | "t-online" | "wanadoo"))
    .then_some(domain)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phrases {
    /// Only what follows "on behalf of" and the like.
    Behalf,
    All,
}

/// The customers that the text names, each certainly.
pub fn named_in_text<'a>(text: &str, book: &'a dyn Book, which: Phrases) -> Vec<&'a Party> {
    let mut out: Vec<&Party> = Vec::new();
    for phrase in phrases(text, which) {
        let name = Name::of_folded(&folded(&phrase));
        let found = by_name(&name, book);
        let fitting = narrowed(&found, &name).map_or(found, |one| vec![one]);
        for party in fitting {
            if !out.iter().any(|known| known.id == party.id) {
                out.push(party);
            }
        }
    }
    out
}

/// Runs of words that may be a name, with digits that scanners put for letters made letters again.
pub fn phrases(text: &str, which: Phrases) -> Vec<String> {
    let mut out = Vec::new();
    let mut run: Vec<String> = Vec::new();
    let mut after_behalf = false;
    let mut close = |run: &mut Vec<String>, after_behalf: bool| {
        if run.len() >= 2 && (after_behalf || which == Phrases::All) {
            out.push(run.join(" "));
        }
        run.clear();
    };
    for word in text.split_whitespace() {
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        let digits = word.chars().filter(char::is_ascii_digit).count();
        let plain = folded(&word.replace('/', ""));
        let means = meaning(&plain);
        let is_order = plain == "AUFTRAG" && run.last().is_some_and(|last| last.eq_ignore_ascii_case("im"));
        let is_behalf = is_order || (means == Some(Word::Behalf) && word.len() <= 6);
        let divides =
            matches!(means, Some(Word::Invoice | Word::Order | Word::Customer | Word::Other | Word::Through));
        let is_link = run.is_empty() && after_behalf && LINKS.contains(&plain.as_str());
        if is_link {
            continue;
        }
        if is_behalf
            || (divides && plain.len() > 2)
            || digits > letters
            || (letters == 0 && word != "&")
            || digits > 2
        {
            close(&mut run, after_behalf);
            after_behalf = is_behalf;
        } else {
            run.push(word.chars().map(|c| if digits > 0 { scanned(c) } else { c }).collect());
        }
    }
    close(&mut run, after_behalf);
    out
}

/// Between "on behalf" and a name.
const LINKS: [&str; 13] =
    ["CONTO", "CUENTA", "DE", "DER", "DI", "LE", "COMPTE", "OF", "OUR", "RECHNUNG", "THE", "VAN", "VON"];

const fn scanned(c: char) -> char {
    match c {
        '0' => 'O',
        '1' => 'I',
        '5' => 'S',
        '8' => 'B',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_texts_are_found_by_the_words_before_them() {
        let behalf = |text| phrases(text, Phrases::Behalf);
        assert_eq!(behalf("on behalf of NORTH GATE TOOLS INC Inv. No. INV-10163"), ["NORTH GATE TOOLS INC"]);
        assert_eq!(behalf("SI00042357 o/b/o North Gate Tools"), ["North Gate Tools"]);
        assert_eq!(behalf("im Auftrag von Köhler Bauteile AG"), ["Köhler Bauteile AG"]);
        assert_eq!(behalf("i.A. Köhler Bauteile AG"), ["Köhler Bauteile AG"]);
        assert_eq!(behalf("Invoice payment"), Vec::<String>::new());
        assert_eq!(phrases("CK 819 NORTH GATE T0OLS 10026 1,041.00", Phrases::All), ["NORTH GATE TOOLS"]);
    }

    #[test]
    fn public_mail_domains_identify_nobody() {
        assert_eq!(own_domain("x@Example.test").as_deref(), Some("example.test"));
        assert_eq!(own_domain("x@gmail.com"), None);
        assert_eq!(own_domain("x"), None);
    }
}
