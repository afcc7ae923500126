//! Bank statements as the bank's file has them (camt.053): booked credits that tie to the balances.

/// One booked credit: amount, who paid, and the remittance text.
pub struct StatementLine<'a> {
    pub amount: &'a str,
    pub payer: &'a str,
    pub text: &'a str,
}

fn cents(amount: &str) -> u64 {
    amount.replace('.', "").parse().unwrap()
}

fn balance(code: &str, cents: u64) -> String {
    format!(
        "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"USD\">{}.{:02}</Amt>\
         <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-16</Dt></Dt></Bal>",
        cents / 100,
        cents % 100
    )
}

fn entry(id: &str, at: usize, line: &StatementLine<'_>) -> String {
    let StatementLine { amount, payer, text } = line;
    format!(
        "<Ntry><NtryRef>{at}</NtryRef><Amt Ccy=\"USD\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>\
         <Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-16</Dt></BookgDt><ValDt><Dt>2026-03-16</Dt></ValDt>\
         <AcctSvcrRef>{id}-{at}</AcctSvcrRef>\
         <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>\
         <NtryDtls><TxDtls><Refs><EndToEndId>{id}-{at}-E</EndToEndId></Refs>\
         <Amt Ccy=\"USD\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>\
         <RltdPties><Dbtr><Pty><Nm>{payer}</Nm></Pty></Dbtr></RltdPties>\
         <RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
    )
}

/// The file of one statement.
pub fn statement(id: &str, lines: &[StatementLine<'_>]) -> Vec<u8> {
    let opening = 100_000;
    let closing = lines.iter().fold(opening, |sum, line| sum + cents(line.amount));
    let entries: String = lines.iter().enumerate().map(|(at, line)| entry(id, at + 1, line)).collect();
    let (opening, closing) = (balance("OPBD", opening), balance("CLBD", closing));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt>\
         <GrpHdr><MsgId>{id}</MsgId><CreDtTm>2026-03-16T06:00:00Z</CreDtTm></GrpHdr>\
         <Stmt><Id>{id}</Id><ElctrncSeqNb>1</ElctrncSeqNb><CreDtTm>2026-03-16T06:00:00Z</CreDtTm>\
         <Acct><Id><Othr><Id>000123456789</Id></Othr></Id><Ccy>USD</Ccy></Acct>{opening}{closing}\n{entries}\
         </Stmt></BkToCstmrStmt></Document>\n"
    )
    .into_bytes()
}
