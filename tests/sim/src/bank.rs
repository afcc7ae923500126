//! Statements as the bank's file has them (camt.053): booked credits that tie to the balances.
use crate::world::{CANARY, decimal};
use chrono::NaiveDate;

fn balance(code: &str, cents: i64, on: NaiveDate) -> String {
    format!(
        "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"USD\">{}</Amt>\
         <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>",
        decimal(cents)
    )
}

/// The file of one statement: reference, cents and text of each line; the text `PAYOUT` makes it a payout of Stripe.
pub fn statement(id: &str, lines: &[(String, i64, String)], on: NaiveDate) -> Vec<u8> {
    let (opening, mut closing) = (100_000, 100_000);
    let mut entries = String::new();
    for (reference, cents, text) in lines {
        closing += cents;
        let (amount, payer) = (decimal(*cents), if text == "PAYOUT" { "STRIPE" } else { CANARY });
        entries.push_str(&format!(
            "<Ntry><Amt Ccy=\"USD\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
             <BookgDt><Dt>2026-03-16</Dt></BookgDt><ValDt><Dt>2026-03-16</Dt></ValDt>\
             <AcctSvcrRef>{reference}</AcctSvcrRef>\
             <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>\
             <NtryDtls><TxDtls><Refs><EndToEndId>{reference}-E</EndToEndId></Refs>\
             <Amt Ccy=\"USD\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>\
             <RltdPties><Dbtr><Pty><Nm>{payer}</Nm></Pty></Dbtr></RltdPties>\
             <RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
        ));
    }
    let (opening, closing) = (balance("OPBD", opening, on), balance("CLBD", closing, on));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt>\
         <GrpHdr><MsgId>{id}</MsgId><CreDtTm>{on}T06:00:00Z</CreDtTm></GrpHdr>\
         <Stmt><Id>{id}</Id><ElctrncSeqNb>1</ElctrncSeqNb><CreDtTm>{on}T06:00:00Z</CreDtTm>\
         <Acct><Id><Othr><Id>000123456789</Id></Othr></Id><Ccy>USD</Ccy></Acct>{opening}{closing}\n{entries}\
         </Stmt></BkToCstmrStmt></Document>\n"
    )
    .into_bytes()
}
