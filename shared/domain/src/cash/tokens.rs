//! Whole tokens of a remittance text. "Levbet 1814" never contains the invoice number "14".

/// Invoice numbers shorter than this many significant characters are no evidence.
pub const SIGNIFICANT_MIN: usize = 4;

/// The form in which numbers are compared: upper case, letters and digits only.
pub fn normal_form(number: &str) -> String {
    number.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// The candidates for invoice numbers in a text, in normal form: each run of letters, digits and inner joiners
/// (`-`, `/`, `.`, `_`), and each pair of neighbours that only a space divides ("INV 10023").
pub fn number_tokens(text: &str) -> Vec<String> {
    let words: Vec<String> = text
        .split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '/' | '.' | '_')))
        .map(normal_form)
        .filter(|word| !word.is_empty())
        .collect();
    let mut tokens: Vec<String> = words.clone();
    tokens.extend(words.windows(2).filter_map(|pair| match pair {
        [letters, digits] if is_letters(letters) && is_digits(digits) => Some(format!("{letters}{digits}")),
        _ => None,
    }));
    tokens.retain(|token| token.len() >= SIGNIFICANT_MIN && token.chars().any(|c| c.is_ascii_digit()));
    tokens.sort();
    tokens.dedup();
    tokens
}

fn is_letters(word: &str) -> bool {
    word.chars().all(char::is_alphabetic)
}

fn is_digits(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_whole_token() {
        assert!(!number_tokens("Levbet sp. z o.o. (1814)").contains(&"14".to_owned()));
        assert_eq!(number_tokens("payment for inv-10023, thanks"), ["INV10023"]);
        assert_eq!(number_tokens("INV 10023"), ["10023", "INV10023"]);
        assert_eq!(number_tokens("INV-10023/INV-10024"), ["INV10023INV10024"]);
    }
}
