//! `TxDtls`: one payment inside an entry.
use super::camt_amount::{amount, amount_at, direction};
use super::camt_xml::Node;
use super::file_error::{FileError, Reason, fault};
use domain::money::{Currency, Money};
use domain::statement::{BankReferences, Counterparty, Direction, StructuredRemittance};

/// One payment as its bank describes it, before it is held against the entry.
#[derive(Debug, Default)]
pub(super) struct Detail {
    /// Amounts that may stand for the booked one, best first; in whatever currency.
    amounts: Vec<Money>,
    pub direction: Option<Direction>,
    pub has_charges: bool,
    pub return_reason: Option<String>,
    pub code: Option<String>,
    pub counterparty: Counterparty,
    pub references: BankReferences,
    pub remittance_text: Vec<String>,
    pub remittances: Vec<StructuredRemittance>,
    pub instructed: Option<Money>,
    pub additional_info: Option<String>,
}

/// Where the versions of camt.053 and their banks put the amount of one payment, best first.
const AMOUNTS: [&str; 4] = ["Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/CntrValAmt/Amt", "AmtDtls/InstdAmt/Amt"];

/// `of_entry` and `is_reversal` are those of the entry: a reversal keeps the roles of the payment it takes back.
pub(super) fn detail(node: &Node, of_entry: Direction, is_reversal: bool) -> Result<Detail, FileError> {
    let mut amounts = Vec::new();
    node.at_most_one("Amt")?;
    for path in AMOUNTS {
        amounts.extend(amount_at(node, path)?);
    }
    let direction = direction(node)?;
    let return_reason = node.child("RtrInf").map(|info| {
        let reason = info.first_text(&["Rsn/Cd", "Rsn/Prtry", "AddtlInf"]);
        reason.unwrap_or_else(|| "unstated".to_owned())
    });
    let has_original_roles = is_reversal || return_reason.is_some();
    let is_paid_to_us = (direction.unwrap_or(of_entry) == Direction::Credit) != has_original_roles;
    let (remittance_text, remittances) = remittance(node)?;
    Ok(Detail {
        amounts,
        direction,
        has_charges: node.child("Chrgs").is_some(),
        return_reason,
        code: code(node),
        counterparty: counterparty(node, is_paid_to_us),
        references: references(node),
        remittance_text,
        remittances,
        instructed: amount_at(node, "AmtDtls/InstdAmt/Amt")?,
        additional_info: node.first_text(&["AddtlTxInf"]),
    })
}

impl Detail {
    /// The amounts given in the currency of the entry, best first.
    pub fn amounts_in(&self, ccy: Currency) -> impl Iterator<Item = Money> {
        self.amounts.iter().copied().filter(move |amount| amount.currency() == ccy)
    }
}

/// `BkTxCd` as "PMNT-RCDT-ESCT", or the bank's own code.
pub(super) fn code(node: &Node) -> Option<String> {
    let code = node.child("BkTxCd")?;
    let parts = ["Domn/Cd", "Domn/Fmly/Cd", "Domn/Fmly/SubFmlyCd"].map(|path| code.text_at(path));
    match parts {
        [Some(domain), Some(family), Some(sub_family)] => Some(format!("{domain}-{family}-{sub_family}")),
        _ => code.first_text(&["Prtry/Cd"]),
    }
}

fn counterparty(node: &Node, is_paid_to_us: bool) -> Counterparty {
    let role = if is_paid_to_us { "Dbtr" } else { "Cdtr" };
    let at = |paths: &[String]| paths.iter().find_map(|path| node.text_at(path)).map(str::to_owned);
    let name = |party: &str| {
        let places = ["Nm", "Pty/Nm", "Agt/FinInstnId/Nm"];
        at(&places.map(|place| format!("RltdPties/{party}/{place}")))
    };
    let places = ["IBAN", "Othr/Id", "BBAN", "PrtryAcct/Id"];
    let account = at(&places.map(|place| format!("RltdPties/{role}Acct/Id/{place}")));
    let places = ["BICFI", "BIC", "ClrSysMmbId/MmbId", "CmbndId/BIC"];
    Counterparty {
        name: name(role),
        ultimate_name: name(&format!("Ultmt{role}")),
        account: account.as_deref().map(account_number),
        bank: at(&places.map(|place| format!("RltdAgts/{role}Agt/FinInstnId/{place}"))),
    }
}

/// An account number as it is compared: capitals, no spaces.
pub(super) fn account_number(text: &str) -> String {
    text.split_whitespace().collect::<String>().to_uppercase()
}

fn references(node: &Node) -> BankReferences {
    let at = |name: &str| node.text_at(&format!("Refs/{name}")).map(str::to_owned);
    BankReferences {
        end_to_end_id: at("EndToEndId"),
        account_servicer: at("AcctSvcrRef"),
        instruction: at("InstrId"),
        transaction: at("TxId"),
        uetr: at("UETR"),
        mandate: at("MndtId"),
        cheque: at("ChqNb"),
        payment_information: at("PmtInfId"),
    }
}

fn remittance(node: &Node) -> Result<(Vec<String>, Vec<StructuredRemittance>), FileError> {
    let (mut text, mut documents) = (Vec::new(), Vec::new());
    for info in node.all("RmtInf") {
        text.extend(info.all("Ustrd").filter_map(Node::text).map(str::to_owned));
        for (index, structured) in info.all("Strd").enumerate() {
            text.extend(structured.all("AddtlRmtInf").filter_map(Node::text).map(str::to_owned));
            let place = format!("RmtInf/Strd[{}]", index + 1);
            documents.extend(named_documents(structured).map_err(|error| error.under(&place))?);
        }
    }
    Ok((text, documents))
}

/// One `Strd`. Its amounts belong to a document only where it names no more than one.
fn named_documents(node: &Node) -> Result<Vec<StructuredRemittance>, FileError> {
    let remitted = amount_at(node, "RfrdDocAmt/RmtdAmt")?;
    let discount = discount(node)?;
    let creditor_reference = node.first_text(&["CdtrRefInf/Ref", "CdtrRefInf/CdtrRef"]);
    let mut documents: Vec<StructuredRemittance> = Vec::new();
    for info in node.all("RfrdDocInf") {
        documents.push(StructuredRemittance {
            document_type: info.first_text(&["Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry", "RfrdDocTp/Cd"]),
            document_number: info.first_text(&["Nb", "RfrdDocNb"]),
            ..StructuredRemittance::default()
        });
    }
    if documents.is_empty() && (creditor_reference.is_some() || remitted.is_some()) {
        documents.push(StructuredRemittance::default());
    }
    if let [only] = documents.as_mut_slice() {
        (only.remitted, only.discount) = (remitted, discount);
    }
    for document in &mut documents {
        document.creditor_reference.clone_from(&creditor_reference);
    }
    Ok(documents)
}

/// Up to version 3 the amount itself, later a list of typed amounts.
fn discount(node: &Node) -> Result<Option<Money>, FileError> {
    let path = "RfrdDocAmt/DscntApldAmt";
    let Some(applied) = node.at(path) else { return Ok(None) };
    let locate = |error: FileError| error.under(path);
    if applied.child("Amt").is_none() {
        return amount(applied).map(Some).map_err(locate);
    }
    let mut total: Option<Money> = None;
    for each in node.child("RfrdDocAmt").into_iter().flat_map(|amounts| amounts.all("DscntApldAmt")) {
        let amount = amount_at(each, "Amt").map_err(locate)?;
        total = match (total, amount) {
            (Some(sum), Some(amount)) => Some(sum.plus(amount).map_err(|error| fault(path, error))?),
            (sum, amount) => sum.or(amount),
        };
    }
    if total.is_none() { Err(fault(path, Reason::Missing)) } else { Ok(total) }
}
