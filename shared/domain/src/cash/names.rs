//! Names as banks spell them: upper case, without accents, cut, turned round, mistyped, with an address behind.
use super::distance::{is_one_edit, is_subsequence};

/// How well a payer's name fits a customer's, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fit {
    /// In thousandths: how much of the customer's name is there.
    pub score: u32,
    pub legal: Legal,
}

/// What the legal forms say, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Legal {
    Contradicts,
    /// One has none.
    Absent,
    /// One may be the cut form of the other.
    Cut,
    Same,
}

/// At least this much of a name must be there for it to identify.
pub const SCORE_MIN: u32 = 850;
/// The next customer must fit worse by this much.
pub const SCORE_MARGIN: u32 = 80;

/// A name in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    words: Vec<String>,
    /// Legal forms in the order of the name, and sorted: banks turn names round.
    legal: String,
    sorted_legal: String,
    /// The legal form may as well be the beginning of another word.
    is_cut: bool,
}

const LEGAL: [&str; 50] = [
    "AB",
    "AG",
    "APS",
    "AS",
    "BV",
    "BVBA",
    "CO",
    "COMPANY",
    "CORP",
    "CORPORATION",
    "CV",
    "DAC",
    "EG",
    "EK",
    "EV",
    "GBR",
    "GESMBH",
    "GMBH",
    "INC",
    "INCORPORATED",
    "KFT",
    "KG",
    "KGAA",
    "LIMITED",
    "LLC",
    "LLP",
    "LP",
    "LTD",
    "LTDA",
    "MBH",
    "NV",
    "OHG",
    "OY",
    "OYJ",
    "PLC",
    "PTY",
    "SA",
    "SARL",
    "SAS",
    "SASU",
    "SE",
    "SL",
    "SLU",
    "SNC",
    "SPA",
    "SRL",
    "UG",
    "ULC",
    "VOF",
    "VZW",
];

/// Before a name: "c/o", "a/p", "Fa.", "the".
const LEADING: [&str; 11] = ["A", "AP", "ATTN", "C", "DBA", "FA", "FIRMA", "MESSRS", "O", "P", "THE"];
const JOINERS: [&str; 4] = ["AND", "ET", "UND", "Y"];

/// Upper case ASCII words divided by one space. Umlauts and their transcriptions become the same: "ö", "oe" and "o".
pub fn folded(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 2);
    let mut plain = String::with_capacity(4);
    for c in name.chars() {
        match c {
            '.' | '\'' | '’' | '`' => {}
            '?' => out.push('?'),
            c if c.is_alphanumeric() => {
                plain.clear();
                fold_char(c, &mut plain);
                for letter in plain.chars() {
                    if letter != 'E' || !out.ends_with(['A', 'O', 'U']) {
                        out.push(letter);
                    }
                }
            }
            _ if out.is_empty() || out.ends_with(' ') => {}
            _ => out.push(' '),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Upper case without accents; "ß" becomes "SS".
pub fn fold_char(c: char, out: &mut String) {
    match c {
        'a'..='z' => out.push(c.to_ascii_uppercase()),
        'A'..='Z' | '0'..='9' => out.push(c),
        'À'..='Å' | 'à'..='å' => out.push('A'),
        'Æ' | 'æ' => out.push_str("AE"),
        'Ç' | 'ç' => out.push('C'),
        'È'..='Ë' | 'è'..='ë' => out.push('E'),
        'Ì'..='Ï' | 'ì'..='ï' => out.push('I'),
        'Ñ' | 'ñ' => out.push('N'),
        'Ò'..='Ö' | 'Ø' | 'ò'..='ö' | 'ø' => out.push('O'),
        'Œ' | 'œ' => out.push_str("OE"),
        'Ù'..='Ü' | 'ù'..='ü' => out.push('U'),
        'Ý' | 'ý' | 'ÿ' => out.push('Y'),
        'ß' => out.push_str("SS"),
        'Š' | 'š' => out.push('S'),
        'Ž' | 'ž' => out.push('Z'),
        other => out.extend(other.to_uppercase()),
    }
}

impl Name {
    pub fn read(name: &str) -> Self {
        Self::of_folded(&folded(name))
    }

    /// From text that is [`folded`] already.
    pub fn of_folded(folded: &str) -> Self {
        let mut words: Vec<String> = Vec::new();
        let mut forms: Vec<&str> = Vec::new();
        for word in folded.split(' ').filter(|word| !word.is_empty()) {
            if LEGAL.binary_search(&word).is_ok() {
                forms.push(short_legal(word));
            } else if !(JOINERS.contains(&word) || (words.is_empty() && LEADING.contains(&word))) {
                words.push(word.to_owned());
            }
        }
        if words.is_empty() {
            words = forms.drain(..).map(str::to_owned).collect();
        }
        let mut legal = forms.concat();
        forms.sort_unstable();
        let sorted_legal = forms.concat();
        let cut =
            (legal.is_empty() && words.len() > 1).then(|| words.pop_if(|last| is_cut_legal(last))).flatten();
        let is_cut = cut.is_some();
        legal.extend(cut);
        Self { words, legal, sorted_legal, is_cut }
    }

    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// How well this name, as a bank gives it, fits a customer's.
    pub fn fit(&self, customer: &Self) -> Fit {
        let plain = self.plain_fit(customer);
        if !self.is_cut {
            return plain;
        }
        let mut words = self.words.clone();
        words.push(self.legal.clone());
        let as_word = Self { words, legal: String::new(), sorted_legal: String::new(), is_cut: false };
        let as_word = as_word.plain_fit(customer);
        if as_word.score > plain.score { as_word } else { plain }
    }

    fn plain_fit(&self, customer: &Self) -> Fit {
        let count = u32::try_from(customer.words.len()).unwrap_or(u32::MAX).max(1);
        let sum: u32 = customer.words.iter().map(|word| self.word_fit(word)).sum();
        Fit { score: sum / count, legal: self.legal_fit(customer) }
    }

    fn word_fit(&self, wanted: &str) -> u32 {
        let last = self.words.last();
        let each = self.words.iter().map(|word| {
            let is_last = last == Some(word);
            if word == wanted {
                1000
            } else if wanted.starts_with(word.as_str()) && (word.len() >= 3 || is_last) {
                if word.len() >= 3 { 920 } else { 700 }
            } else if wanted.len() >= 4 && is_one_edit(word, wanted) {
                900
            } else if is_last && word.len() >= 4 && is_cut_of_typo(word, wanted) {
                800
            } else if word.len() >= 2 && is_abbreviation(word, wanted) {
                if word.len() >= 5 { 820 } else { 720 }
            } else {
                0
            }
        });
        each.max().unwrap_or(0)
    }

    fn legal_fit(&self, customer: &Self) -> Legal {
        let (ours, theirs) = (self.legal.as_str(), customer.legal.as_str());
        let is_address = self.is_cut && self.words.len() > customer.words.len();
        if ours.is_empty() || theirs.is_empty() || is_address {
            if ours == theirs { Legal::Same } else { Legal::Absent }
        } else if ours == theirs || (!self.is_cut && self.sorted_legal == customer.sorted_legal) {
            Legal::Same
        } else if theirs.starts_with(ours) || (theirs == "LTD" && "LIMITED".starts_with(ours)) {
            Legal::Cut
        } else {
            Legal::Contradicts
        }
    }
}

fn short_legal(word: &str) -> &str {
    match word {
        "LIMITED" => "LTD",
        "INCORPORATED" => "INC",
        "CORPORATION" => "CORP",
        "COMPANY" => "CO",
        other => other,
    }
}

/// "LL", "LIMITE" or "IN" at the end of a name that was cut.
fn is_cut_legal(word: &str) -> bool {
    LEGAL.iter().any(|legal| legal.len() > word.len() && legal.starts_with(word))
}

fn is_cut_of_typo(word: &str, wanted: &str) -> bool {
    (word.len()..=word.len().saturating_add(1))
        .filter_map(|length| wanted.get(..length))
        .any(|start| is_one_edit(word, start))
}

fn is_abbreviation(word: &str, wanted: &str) -> bool {
    word.chars().next() == wanted.chars().next() && is_subsequence(word, wanted)
}

/// The keys under which a customer's name is found: each pair of its words by their first three letters, and each
/// word by its first four.
pub fn name_keys(name: &Name) -> Vec<String> {
    let mut keys = pair_keys(name);
    keys.extend(word_keys(name));
    keys
}

/// The pairs: few customers share one.
pub fn pair_keys(name: &Name) -> Vec<String> {
    let starts: Vec<&str> = name.words.iter().take(WORDS_MAX).filter_map(|word| word.get(..3)).collect();
    let mut keys: Vec<String> = starts
        .iter()
        .enumerate()
        .flat_map(|(at, one)| {
            starts.iter().skip(at + 1).map(move |two| format!("{}+{}", one.min(two), one.max(two)))
        })
        .collect();
    keys.sort();
    keys.dedup();
    keys
}

/// The single words: for names of one word, and where a slip of the pen broke the pairs.
pub fn word_keys(name: &Name) -> Vec<String> {
    let mut keys: Vec<String> = name
        .words
        .iter()
        .take(WORDS_MAX)
        .filter(|word| word.len() >= 3)
        .map(|word| word.get(..4).unwrap_or(word).to_owned())
        .collect();
    keys.sort();
    keys.dedup();
    keys
}

const WORDS_MAX: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(payer: &str, customer: &str) -> Fit {
        Name::read(payer).fit(&Name::read(customer))
    }

    #[test]
    fn spelling_of_banks_still_fits() {
        for (payer, customer) in [
            ("KOEHLER BAUTEILE GMBH", "Köhler Bauteile GmbH"),
            ("Lemaire Mecanique", "Lemaire Mécanique SARL"),
            ("C/O NORTH GATE TOOLS INC", "North Gate Tools Inc."),
            ("TOOLS NORTH GATE INC", "North Gate Tools Inc."),
            ("NORTH GATE TOO", "North Gate Tools Inc."),
            ("NORTH GATE TOOLS PO BOX 12", "North Gate Tools Inc."),
            ("Norh Gate Tools", "North Gate Tools Inc."),
            ("Inc. TOOLS NORTH GATE", "North Gate Tools Inc."),
            ("NORTH GATE TOOLS 4 RUE DE LA P", "North Gate Tools LLC"),
            ("NORTH GATE C", "North Gate Corp"),
            ("NORTH GATE AE", "North Gate Aerospace LP"),
            ("Gruber Masch.bau", "Gruber Maschinenbau KG"),
            ("L?BBERS BAU", "Lübbers Bau KG"),
        ] {
            let fit = fit(payer, customer);
            assert!(fit.score >= SCORE_MIN && fit.legal > Legal::Contradicts, "{payer}: {fit:?}");
        }
        assert!(fit("North Star Foods", "North Gate Tools Inc.").score < SCORE_MIN);
    }

    #[test]
    fn legal_forms_tell_twins_apart() {
        assert_eq!(fit("ROSSI TUBI SRL", "Rossi Tubi S.r.l.").legal, Legal::Same);
        assert_eq!(fit("ROSSI TUBI SR", "Rossi Tubi S.r.l.").legal, Legal::Cut);
        assert_eq!(fit("ROSSI TUBI", "Rossi Tubi S.r.l.").legal, Legal::Absent);
        assert_eq!(fit("ROSSI TUBI SPA", "Rossi Tubi S.r.l.").legal, Legal::Contradicts);
        assert_eq!(fit("ACME WIDGETS LIMITE", "Acme Widgets Limited").legal, Legal::Cut);
        assert!(LEGAL.is_sorted());
    }

    #[test]
    fn a_name_is_found_by_any_two_of_its_words() {
        let keys = name_keys(&Name::read("North Gate Tools Inc."));
        assert!(pair_keys(&Name::read("TOOLS NORTH LLC")).iter().all(|key| keys.contains(key)));
        assert!(word_keys(&Name::read("Tols Gate")).iter().any(|key| keys.contains(key)));
    }
}
