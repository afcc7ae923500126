"""A bank statement as the bank's file has it (camt.053), with one credit entry."""
from datetime import date


def statement(amount_cents, remittance, payer, reference="E2E-1", currency="USD"):
    """A statement that opens at 1,000.00 and closes one credit higher; it balances."""
    today = date.today().isoformat()
    money = lambda cents: f"{cents // 100}.{cents % 100:02d}"  # noqa: E731
    balance = lambda code, cents: (  # noqa: E731
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"{currency}\">{money(cents)}</Amt>"
        f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{today}</Dt></Dt></Bal>"
    )
    opening = 100_000
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>{reference}</MsgId><CreDtTm>{today}T06:00:00Z</CreDtTm></GrpHdr>
<Stmt><Id>{reference}-1</Id><ElctrncSeqNb>1</ElctrncSeqNb><CreDtTm>{today}T06:00:00Z</CreDtTm>
<Acct><Id><Othr><Id>000123456789</Id></Othr></Id><Ccy>{currency}</Ccy></Acct>
{balance("OPBD", opening)}{balance("CLBD", opening + amount_cents)}
<Ntry><NtryRef>1</NtryRef><Amt Ccy="{currency}">{money(amount_cents)}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{today}</Dt></BookgDt><ValDt><Dt>{today}</Dt></ValDt>
<AcctSvcrRef>{reference}-A</AcctSvcrRef>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
<NtryDtls><TxDtls><Refs><EndToEndId>{reference}-B</EndToEndId></Refs>
<Amt Ccy="{currency}">{money(amount_cents)}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<RltdPties><Dbtr><Pty><Nm>{payer}</Nm></Pty></Dbtr></RltdPties>
<RmtInf><Ustrd>{remittance}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
</Stmt></BkToCstmrStmt></Document>
"""
    return text.encode()
