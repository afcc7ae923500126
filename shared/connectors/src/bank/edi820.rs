//! The remittance advice of ANSI X12 (820) that payers put into the addenda of a corporate payment.
use super::text::given;
use domain::money::{Currency, Money};
use domain::statement::StructuredRemittance;

/// What an advice says; USD unless a segment `CUR` says otherwise.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Advice {
    pub documents: Vec<StructuredRemittance>,
    pub text: Vec<String>,
    /// The payment's own number (`TRN`).
    pub trace: Option<String>,
    pub payer: Option<String>,
}

/// Reads the segments that name what is paid. `None` where the text is not an advice; a segment that does not read
/// stays text, since the money itself is the bank's to tell.
pub(super) fn read(text: &str) -> Option<Advice> {
    let (element, terminator) = separators(text)?;
    let mut advice = Advice::default();
    let mut ccy = Currency::USD;
    let mut is_advice = false;
    for segment in text.split(terminator) {
        let elements: Vec<&str> = segment.trim().split(element).map(str::trim).collect();
        let at = |index: usize| elements.get(index).copied().unwrap_or_default();
        match at(0) {
            "TRN" => advice.trace = given(at(2)),
            "CUR" => ccy = Currency::from_code(at(2)).unwrap_or(ccy),
            "N1" if at(1) == "PR" => advice.payer = given(at(2)),
            "RMR" => {
                is_advice = true;
                advice.documents.extend(document(&elements, ccy));
            }
            "ADX" => {
                let shown: Vec<&str> = elements.iter().copied().filter(|part| !part.is_empty()).collect();
                advice.text.push(shown.join(" "));
            }
            "NTE" => advice.text.extend(given(at(2))),
            "ST" => is_advice |= at(1) == "820",
            _ => (),
        }
    }
    is_advice.then_some(advice)
}

/// `RMR*qualifier*number*action*paid*total*discount`.
fn document(elements: &[&str], ccy: Currency) -> Option<StructuredRemittance> {
    let at = |index: usize| elements.get(index).copied().unwrap_or_default();
    let amount = |index: usize| Money::parse(at(index), ccy).ok();
    let kind = match at(1) {
        "IV" | "SI" | "OI" | "11" => "CINV",
        "CM" | "CR" => "CREN",
        other => other,
    };
    Some(StructuredRemittance {
        document_type: given(kind),
        document_number: Some(given(at(2))?),
        remitted: amount(4),
        discount: amount(6).filter(|discount| !discount.is_zero()),
        creditor_reference: None,
    })
}

/// The envelope names both; without one they are what is found behind the names of segments.
fn separators(text: &str) -> Option<(char, char)> {
    if let Some((_, behind)) = text.split_once("ISA") {
        let element = behind.chars().next()?;
        // sixteen elements, the last of one character
        let terminator = behind.split(element).nth(16)?.chars().nth(1)?;
        let is_plain = !terminator.is_alphanumeric() && terminator != element;
        return is_plain.then_some((element, terminator));
    }
    let (_, behind) = text.split_once("RMR")?;
    let element = behind.chars().next().filter(|c| !c.is_alphanumeric() && *c != ' ')?;
    let terminator = behind.chars().find(|c| matches!(c, '\\' | '~' | '\'' | '|') && *c != element)?;
    Some((element, terminator))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_advice_names_what_is_paid() {
        let text = "ISA*00*          *00*          *ZZ*PAYER          *ZZ*PAYEE          *260302*0210*U*00401*\
                    000000017*0*P*^~GS*RA*A*B~ST*820*0001~BPR*C*1950.00*C*ACH~TRN*1*PAY-4711~N1*PR*Quayside Optics~\
                    RMR*IV*INV-1041**1000.00*1000.00*0~RMR*IV*INV-1042*PO*950.00*969.39*19.39~ADX*-10*01~SE*8*0001~";
        let advice = read(text).unwrap();
        assert_eq!(advice.trace.as_deref(), Some("PAY-4711"));
        assert_eq!(advice.payer.as_deref(), Some("Quayside Optics"));
        let [first, second] = advice.documents.as_slice() else { panic!("{advice:?}") };
        assert_eq!(first.document_number.as_deref(), Some("INV-1041"));
        assert_eq!((first.remitted, first.discount), (Some(Money::new(100_000, Currency::USD)), None));
        assert_eq!(second.document_type.as_deref(), Some("CINV"));
        assert_eq!(second.discount, Some(Money::new(1_939, Currency::USD)));
        assert_eq!(advice.text, ["ADX -10 01"]);
    }

    #[test]
    fn segments_without_an_envelope_are_read_and_text_is_not() {
        let advice = read("RMR*IV*INV-7**12.50\\RMR*CM*CN-1**-2.50\\").unwrap();
        assert_eq!(advice.documents.len(), 2);
        assert_eq!(advice.documents[1].remitted, Some(Money::new(-250, Currency::USD)));
        assert_eq!(advice.documents[1].document_type.as_deref(), Some("CREN"));
        assert_eq!(read("payment for INV-7"), None);
        assert_eq!(read("ISA"), None);
    }
}
