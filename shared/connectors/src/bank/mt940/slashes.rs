//! The dialect of Dutch and many other banks: `/CODE/value` pairs.
use super::super::camt_detail::account_number;
use super::super::text::{given, squeezed};
use super::info::Said;
use domain::statement::StructuredRemittance;

const CODES: [&str; 27] = [
    "TRTP", "IBAN", "BIC", "NAME", "REMI", "EREF", "ORDP", "BENM", "MARF", "CSID", "ISDT", "PREF", "IREF",
    "RTRN", "CNTP", "PURP", "UDTR", "ULTD", "UCRD", "ULTC", "SVCL", "ADDR", "ACW", "CDT", "OCMT", "EXCH",
    "TRCD",
];

/// `None` where the text is of another dialect.
pub(super) fn read(text: &str) -> Option<Said> {
    let text = text.trim_start();
    let pairs = pairs(text);
    if !text.starts_with('/') || pairs.is_empty() {
        return None;
    }
    let mut said = Said::default();
    for (code, value) in pairs {
        let value = given(&squeezed(&value.replace('\n', " ")));
        match (code, value) {
            ("EREF", value) => said.references.end_to_end_id = value,
            ("IREF", value) => said.references.instruction = value,
            ("PREF", value) => said.references.payment_information = value,
            ("MARF", value) => said.references.mandate = value,
            ("IBAN", Some(value)) => said.counterparty.account = Some(account_number(&value)),
            ("BIC", value) => said.counterparty.bank = value,
            ("NAME", value) if said.counterparty.name.is_none() => said.counterparty.name = value,
            ("UDTR" | "ULTD" | "UCRD" | "ULTC", value) => said.counterparty.ultimate_name = value,
            ("CNTP", Some(value)) => counterparty(&value, &mut said),
            ("TRTP", value) => said.posting_text = value,
            ("RTRN", value) => {
                said.is_return = true;
                said.return_reason = value;
            }
            ("REMI", Some(value)) => remittance(&value, &mut said),
            _ => (),
        }
    }
    Some(said)
}

/// Each code with what stands until the next one.
fn pairs(text: &str) -> Vec<(&'static str, &str)> {
    let mut starts: Vec<(usize, &'static str)> = Vec::new();
    for code in CODES {
        let pattern = format!("/{code}/");
        starts.extend(text.match_indices(&pattern).map(|(at, _)| (at, code)));
    }
    starts.sort_unstable();
    let ends = starts.iter().skip(1).map(|(at, _)| *at).chain([text.len()]).collect::<Vec<_>>();
    let values = starts.iter().zip(ends);
    values.map(|((at, code), end)| (*code, text.get(at + code.len() + 2..end).unwrap_or_default())).collect()
}

/// `account/BIC/name/city`.
fn counterparty(value: &str, said: &mut Said) {
    let mut parts = value.split('/').map(str::trim);
    said.counterparty.account = parts.next().and_then(given).map(|text| account_number(&text));
    said.counterparty.bank = parts.next().and_then(given);
    said.counterparty.name = parts.next().and_then(given);
}

/// `USTD//text`, `STRD/issuer/reference`, or plain text.
fn remittance(value: &str, said: &mut Said) {
    if let Some(structured) = value.strip_prefix("STRD/") {
        let reference = structured.trim_matches('/').rsplit('/').next().and_then(given);
        let document =
            StructuredRemittance { creditor_reference: reference, ..StructuredRemittance::default() };
        said.documents.push(document);
        return;
    }
    let text = value.strip_prefix("USTD/").unwrap_or(value);
    said.remittance.extend(given(text.trim_matches('/')));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_give_payer_references_and_text() {
        let said = read(
            "/TRTP/SEPA OVERBOEKING/IBAN/NL91ABNA0417164300/BIC/ABNANL2A/NAME/Quayside Optics BV\
             /REMI/USTD//INV-7 and INV-8//EREF/QO-2026-17",
        )
        .unwrap();
        assert_eq!(said.posting_text.as_deref(), Some("SEPA OVERBOEKING"));
        assert_eq!(said.counterparty.account.as_deref(), Some("NL91ABNA0417164300"));
        assert_eq!(said.counterparty.bank.as_deref(), Some("ABNANL2A"));
        assert_eq!(said.counterparty.name.as_deref(), Some("Quayside Optics BV"));
        assert_eq!(said.references.end_to_end_id.as_deref(), Some("QO-2026-17"));
        assert_eq!(said.remittance, ["INV-7 and INV-8"]);
    }

    #[test]
    fn a_counterparty_in_one_value_a_structured_reference_and_a_return() {
        let said =
            read("/CNTP/NL91ABNA0417164300/ABNANL2A/Quay BV/Ede/REMI/STRD/CUR/9150000123/RTRN/AC04").unwrap();
        assert_eq!(said.counterparty.name.as_deref(), Some("Quay BV"));
        assert_eq!(said.documents[0].creditor_reference.as_deref(), Some("9150000123"));
        assert!(said.is_return && said.return_reason.as_deref() == Some("AC04"));
        assert_eq!(read("plain / text"), None);
        assert_eq!(read("paid /REMI/ 1"), None);
    }
}
