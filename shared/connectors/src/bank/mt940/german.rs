//! The German dialect of field 86: three digits of business transaction code, then parts named by `?` (or `>`) and two
//! digits, and inside the remittance the SEPA tags ("EREF+", "SVWZ+").
use super::super::camt_detail::account_number;
use super::super::purpose;
use super::super::text::{Rest, given, squeezed};
use super::info::Said;
use domain::statement::Purpose;

/// Characters of a full part: the next part goes on with the same word.
const PART_LENGTH: usize = 27;

const SEPA_TAGS: [&str; 14] = [
    "EREF+", "KREF+", "MREF+", "CRED+", "DEBT+", "SVWZ+", "ABWA+", "ABWE+", "COAM+", "OAMT+", "PURP+",
    "IBAN+", "BIC+", "BREF+",
];

/// `None` where the text is of another dialect.
pub(super) fn read(text: &str) -> Option<Said> {
    let mut rest = Rest(text);
    let code = rest.digits(3)?;
    let separator = rest.0.chars().next().filter(|c| matches!(c, '?' | '>'))?;
    let mut said = Said { code: Some(code.to_owned()), ..Said::default() };
    let (mut remittance, mut name) = (String::new(), String::new());
    for part in parts(rest.0, separator) {
        let Some((number, content)) = part.split_at_checked(2) else { continue };
        match number.parse::<u8>() {
            Ok(0) => said.posting_text = given(&squeezed(content)),
            Ok(20..=29 | 60..=63) => append(&mut remittance, content),
            Ok(30) => said.counterparty.bank = given(content),
            Ok(31) => said.counterparty.account = given(&account_number(content)),
            Ok(32 | 33) => append(&mut name, content),
            Ok(34) => said.return_reason = given(content).filter(|reason| is_return_key(reason)),
            _ => (),
        }
    }
    said.counterparty.name = given(&squeezed(&name));
    said.is_return = purpose::of_gvc(code) == Purpose::Return;
    tagged(&remittance, &mut said);
    Some(said)
}

/// Text key supplements from 901 on say why a payment came back.
fn is_return_key(supplement: &str) -> bool {
    matches!(supplement.parse::<u16>(), Ok(901..=939))
}

/// The parts behind each separator that two digits follow; another separator is text.
fn parts(text: &str, separator: char) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for piece in text.split(separator).skip(1) {
        // a line may end inside the two digits
        let piece =
            if piece.chars().nth(1) == Some('\n') { piece.replacen('\n', "", 1) } else { piece.to_owned() };
        let is_named = piece.chars().take(2).filter(char::is_ascii_digit).count() == 2;
        match parts.last_mut() {
            Some(last) if !is_named => {
                last.push(separator);
                last.push_str(&piece);
            }
            _ => parts.push(piece),
        }
    }
    parts
}

fn append(text: &mut String, part: &str) {
    let content = part.replace('\n', "");
    text.push_str(&content);
    if content.chars().count() < PART_LENGTH {
        text.push(' ');
    }
}

/// Splits the remittance at its SEPA tags. Without one, all of it is text of the payer.
fn tagged(text: &str, said: &mut Said) {
    let mut starts: Vec<(usize, &str)> =
        SEPA_TAGS.iter().flat_map(|tag| text.match_indices(tag).map(|(at, _)| (at, *tag))).collect();
    starts.sort_unstable();
    let first = starts.first().map_or(text.len(), |(at, _)| *at);
    let before = text.get(..first).and_then(given).map(|text| squeezed(&text));
    said.remittance.extend(before);
    let ends = starts.iter().skip(1).map(|(at, _)| *at).chain([text.len()]);
    for ((at, tag), end) in starts.iter().zip(ends) {
        let value = text.get(at + tag.len()..end).and_then(given).map(|text| squeezed(&text));
        let references = &mut said.references;
        match *tag {
            "EREF+" => references.end_to_end_id = value,
            "KREF+" => references.instruction = value,
            "MREF+" => references.mandate = value,
            "BREF+" => references.transaction = value,
            "SVWZ+" => said.remittance.extend(value),
            "ABWA+" | "ABWE+" => said.counterparty.ultimate_name = value,
            "IBAN+" => {
                let account = value.map(|text| account_number(&text));
                said.counterparty.account = said.counterparty.account.take().or(account);
            }
            "BIC+" => said.counterparty.bank = said.counterparty.bank.take().or(value),
            _ => (),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_tags_are_read_across_their_borders() {
        let text = "166?00GUTSCHRIFT?100931?20EREF+MB-2026-0311?21SVWZ+INV-1041 INV-1042 INV-?221043 and more\
                    ?30BYLADEM1001?31DE02 1203 0000 0000 2020 51?32Marten Brewing?33 GmbH?34000";
        let said = read(text).unwrap();
        assert_eq!((said.code.as_deref(), said.posting_text.as_deref()), (Some("166"), Some("GUTSCHRIFT")));
        assert_eq!(said.references.end_to_end_id.as_deref(), Some("MB-2026-0311"));
        assert_eq!(said.remittance, ["INV-1041 INV-1042 INV-1043 and more"]);
        assert_eq!(said.counterparty.account.as_deref(), Some("DE02120300000000202051"));
        assert_eq!(said.counterparty.bank.as_deref(), Some("BYLADEM1001"));
        assert_eq!(said.counterparty.name.as_deref(), Some("Marten Brewing GmbH"));
        assert!(!said.is_return && said.return_reason.is_none());
    }

    #[test]
    fn a_returned_debit_tells_why() {
        let said = read("109?00RUECKLASTSCHRIFT?20EREF+E-77?34914").unwrap();
        assert!(said.is_return);
        assert_eq!(said.return_reason.as_deref(), Some("914"));
    }

    #[test]
    fn a_separator_in_the_text_is_text() {
        let said = read("166?20Paid? yes?21INV-1").unwrap();
        assert_eq!(said.remittance, ["Paid? yes INV-1"]);
        assert_eq!(read("166 transfer"), None);
        assert_eq!(read("/EREF/1"), None);
    }
}
