//! Field 86: what a bank says about a movement, in the bank's dialect.
use super::super::text::{given, squeezed};
use super::{german, slashes};
use domain::statement::{BankReferences, Counterparty, StructuredRemittance, is_iban};

/// Characters of a full line: where it ends, a word may have been cut.
const LINE_LENGTH: usize = 65;

/// The lines about one movement as they stand in the file.
#[derive(Debug, Default)]
pub(super) struct About {
    lines: Vec<String>,
    /// Lines of `NS`: two digits name a part of each.
    numbered: Vec<String>,
}

/// What they say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// The business transaction code (GVC), where the dialect has one.
    pub code: Option<String>,
    pub posting_text: Option<String>,
    pub is_return: bool,
    pub return_reason: Option<String>,
    pub counterparty: Counterparty,
    pub references: BankReferences,
    pub remittance: Vec<String>,
    pub documents: Vec<StructuredRemittance>,
}

impl About {
    pub fn push(&mut self, is_numbered: bool, lines: &[&str]) {
        let target = if is_numbered { &mut self.numbered } else { &mut self.lines };
        target.extend(lines.iter().map(|line| (*line).to_owned()));
    }

    pub fn read(&self) -> Said {
        if !self.numbered.is_empty() {
            return numbered(&self.numbered);
        }
        let joined = joined(&self.lines);
        german::read(&joined).or_else(|| slashes::read(&joined)).unwrap_or_else(|| free(&joined))
    }
}

/// One text: what follows a full line belongs to its last word, what follows a shorter one is a new line.
fn joined(lines: &[String]) -> String {
    let mut joined = String::new();
    let mut is_full = true;
    for line in lines {
        if !is_full {
            joined.push('\n');
        }
        joined.push_str(line);
        is_full = line.chars().count() >= LINE_LENGTH && !line.ends_with(' ');
    }
    joined
}

/// Text for people. Some banks begin it with the payer's account and name.
fn free(text: &str) -> Said {
    let mut said = Said::default();
    let lines: Vec<String> = text.lines().map(squeezed).filter(|line| !line.is_empty()).collect();
    if let Some((account, name)) = lines.first().and_then(|line| line.split_once(' '))
        && is_iban(account)
    {
        said.counterparty.account = Some(account.to_owned());
        said.counterparty.name = given(name);
    }
    said.remittance = lines;
    said
}

/// `NS` lines, whose first two digits say what follows.
fn numbered(lines: &[String]) -> Said {
    let mut said = Said::default();
    let mut name = String::new();
    for line in lines {
        let Some((part, text)) = line.split_at_checked(2) else { continue };
        match (part, given(text)) {
            (
                "01" | "02" | "03" | "04" | "05" | "06" | "07" | "08" | "09" | "10" | "11" | "12" | "13"
                | "14",
                text,
            ) => {
                said.remittance.extend(text.as_deref().map(squeezed));
            }
            ("15" | "16", Some(text)) => name.push_str(&text),
            ("17", text) => said.posting_text = text,
            ("33", text) => said.counterparty.bank = text,
            ("34", text) => said.counterparty.account = text,
            _ => (),
        }
    }
    said.counterparty.name = given(&name);
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Said {
        let mut about = About::default();
        about.push(false, &text.lines().collect::<Vec<_>>());
        about.read()
    }

    #[test]
    fn a_full_line_goes_on_and_a_short_one_ends() {
        let full = "x".repeat(63) + "IN";
        let text = said(&format!("{full}\nV-1041\nthanks"));
        assert_eq!(text.remittance, [format!("{full}V-1041"), "thanks".to_owned()]);
    }

    #[test]
    fn free_text_may_begin_with_the_payer() {
        let text = said("DE02120300000000202051 Marten Brewing\n\n   INV-1041   paid ");
        assert_eq!(text.counterparty.account.as_deref(), Some("DE02120300000000202051"));
        assert_eq!(text.counterparty.name.as_deref(), Some("Marten Brewing"));
        assert_eq!(text.remittance[1], "INV-1041 paid");
        assert_eq!(said("DE02120300000000202052 Marten Brewing").counterparty, Counterparty::default());
    }

    #[test]
    fn numbered_lines_name_their_parts() {
        let mut about = About::default();
        about.push(
            true,
            &["01INV-1041", "02second line", "15Marten Brew", "16ing GmbH", "3312030000", "34202051"],
        );
        let said = about.read();
        assert_eq!(said.remittance, ["INV-1041", "second line"]);
        assert_eq!(said.counterparty.name.as_deref(), Some("Marten Brewing GmbH"));
        assert_eq!(said.counterparty.account_key().as_deref(), Some("12030000/202051"));
    }
}
