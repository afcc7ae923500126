//! The words of remittance texts that carry meaning, in English, German, French, Spanish, Dutch and Italian.
use std::sync::LazyLock;

/// What a word says about what stands beside it, or about the payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// "invoice": a number of ours follows.
    Invoice,
    /// "order": the payer's order number follows.
    Order,
    /// "customer": our number for the payer follows.
    Customer,
    /// "phone", "document", "check": a number that is nobody's invoice follows.
    Other,
    /// "no.", "number": belongs to the word before it.
    Numbering,
    /// "credit note"
    Credit,
    /// "less": a difference is meant.
    Less,
    /// "damaged", "shortage": why less is paid.
    Claim,
    /// "bank charges"
    Fee,
    /// "part payment", "instalment"
    Part,
    /// "balance", "final": what was left is paid.
    Rest,
    /// "discount"
    Discount,
    /// "statement": everything up to a day is paid.
    Statement,
    /// "deposit", "advance": paid before there is an invoice.
    Prepaid,
    /// "others", "etc": the list goes on.
    Others,
    /// "to", "through": a range.
    Through,
    /// "on behalf of": a name follows.
    Behalf,
    /// "duplicate", "overpayment": why money goes back.
    Twice,
    /// "refund": money that goes back.
    Refund,
    /// "tax", "payroll", "interest": no customer's money.
    Foreign,
}

/// A stem that ends in `*` stands for all words that start with it.
const WORDS: [(Word, &str); 20] = [
    (
        Word::Refund,
        "ERSTATTUNG* REEMBOLSO* REFUND* REIMBURS* REPAYMENT* RESTITUTION* RESTITUTIE* REMBOURSEMENT* RIMBORSO* RUCKERSTATTUNG* RUCKUBERW* \
         RUCKZAHLUNG* RUECKERSTATTUNG* RUECKUEBERW* RUECKZAHLUNG* TERUGBETALING* TERUGSTORTING*",
    ),
    (
        Word::Invoice,
        "BILL BILLS FACT FACTNR FACTS FACTURA* FACTURE* FACTUREN FACTUUR* FAKT FAKTURA* FATT FATTURA* \
         FATTURE FCT FCTNR FRA FRAS FT INV INVNO INVNR INVOICE* INVOICENR INVS NOTA RE RECHN RECHNR \
         RECHNUNG* RENR RG RGN RGNR RNR",
    ),
    (
        Word::Order,
        "ABRUF* AUFTR AUFTRAG* BDC BEST BESTELL* BESTNR BON CDE CMD CMDE COMMANDE* INKOOP INKOOPORDER* \
         OC ODA ORD ORDEN* ORDER* ORDINE* ORDRE PED PEDIDO* PO PONR PORD PURCHASE",
    ),
    (
        Word::Customer,
        "AC ACCOUNT ACCT CLI CLIENT* COMPTE CONTO CREDITEUR* CTA CUENTA CUST CUSTNO CUSTNR CUSTOMER* \
         DEBITEUR* DEBITOR* FORNITORE* FOURNISSEUR* KD KDN KDNR KLANT* KLNR KONTO* KREDITOR* KUNDE* \
         LEVERANCIER* LIEFERANT* MEMBER* MITGLIED* PROVEEDOR* REKENINGNUMMER SUPPLIER* VENDOR*",
    ),
    (
        Word::Other,
        "AGREEMENT AKTENZEICHEN ALBARAN ANGEBOT* AZ BATCH BELEG* BIC BOEKSTUK* BRANCH CALL CASE CHECK \
         CHEQ CHEQUE CHEQUENR CHK CK CONTRACT* CONTRAT* CRED CREDITORID DELIVERY DEPT DEVIS DOC DOCNO \
         DOCUMENT* DOSSIER* EED EREF EXPEDIENTE FAX FILIALE* FON HOTLINE IBAN ITEM JOB JUSTIFICANTE \
         KENMERK KREF KST LIEFERSCHEIN* MANDAT* MOBIL* MREF OFFERTE* PAGE PAKBON* PHONE PIECE POLICY \
         POLIZ* POS PRATICA PRESUPUESTO PROJECT* PROJEKT* PROJET* QUOTATION QUOTE REF REFERENCE* \
         REFERENCIA* REFERENTIE* REFERENZ* RIF RIFERIMENTO RMA ROUTING RUN SCHECK* SEITE SEQ SERIAL SITE \
         STEUERNR STORE TEL TELEFON* TELEPHONE TICKET TRACE TRANSACTION* TRANSAKTION* TRN TRX TXN UST \
         VAT VERTRAG* VORGANG* VOUCHER* ZEICHEN",
    ),
    (Word::Numbering, "ID N NBR NO NOS NR NRO NRS NUM NUMBER NUMBERS NUMERO NUMEROS NUMMER NUMMERN"),
    (
        Word::Credit,
        "AB ABONO* AV AVOIR* CM CN CREDIT CREDITMEMO CREDITNOTA* CREDITNOTE* CREDITO CREDITS GS GU \
         GUTSCHRIFT* MEMO NC NOTACREDITO",
    ),
    (
        Word::Less,
        "ABZGL ABZUEGL* ABZUG* ABZUGL* BELASTUNG* DEBITNOTE DEDUCCION* DEDUCT* DEDUIT* DESCONTADO* \
         DETRAZIONE* EINBEHALT* GEKUERZT GEKURZT INGEHOUDEN INHOUDING* KUERZUNG* KURZUNG* LESS MENO \
         MENOS MIN MINDER MINUS MOINS RETAIN* RETENU RETENUE* SHORT SHORTPAID TRATTENUTA* VERMINDERD* \
         WITHHELD WITHHOLD*",
    ),
    (
        Word::Claim,
        "AVARIE* BESCHADIGT* BESCHAEDIGT* BONUS* BREAKAGE* CALIDAD CHARGEBACK* CLAIM* DAMAGE* DANADA* \
         DANNEGGIAT* DANO* DEFECT* DEVOLUCION* DEVUELT* DISPUTE* ENDOMMAGE* FALTANTE* FEHLENDE* \
         FEHLMENGE* LATE LITIGE* MAENGEL* MANGEL* MANQUANT* MISSING PENALT* PONALE PREISABWEICH* \
         PREISDIFF* PRICE PRICING PRIJSVERSCHIL* QUALITAT* QUALITE QUALITY RECLAM* RECLAMACION* \
         REKLAMATION* RESO RETOUR* RETURN* RETURNED ROTURA* SCHADE* SHORTAGE* SHORTFALL TEKORT*",
    ),
    (
        Word::Fee,
        "BANKKOSTEN BANKSPESEN CHARGE CHARGES COMISION* COMMISSION* FEE FEES FRAIS GASTOS GEBUEHR* \
         GEBUHR* KOSTEN SPESE SPESEN*",
    ),
    (
        Word::Part,
        "AANBETALING* ABSCHLAG* ACCONTO ACOMPTE* ANZAHLUNG* CUOTA* DEEL DEELBETALING* ECHEANCE* \
         FRACTION* GEDEELTELIJK* INSTAL* PARCIAL* PART PARTIAL* PARTIEL* PARTPAYMENT PARZIALE PLAZO* \
         RATA RATE RATENZAHLUNG* TEIL TEILBETRAG* TEILZAHLUNG* TERMIJN* TRANCHE*",
    ),
    (
        Word::Rest,
        "BALANCE FINAL OPENSTAAND* PENDIENTE REMAINDER REMAINING RESIDUAL REST RESTANT* RESTBETALING* \
         RESTBETRAG* RESTO RESTZAHLUNG* SALDO SCHLUSSZAHLUNG* SLOTBETALING* SOLDE",
    ),
    (
        Word::Discount,
        "BETALINGSKORTING DESCUENTO* DISC DISCOUNT* DTO EPD ESCOMPTE* KORTING* REMISE SCONTO* SKONTO*",
    ),
    (
        Word::Statement,
        "AUSZUG KONTOABSTIMM* KONTOSALDO* ESTRATTO EXTRACTO* GESAMTSALDO* KONTOAUSZUG* KONTOSTAND* MONTHEND OVERZICHT \
         REKENINGOVERZICHT* RELEVE* SALDENLISTE* SAMMELZAHLUNG* STATEMENT* STMT",
    ),
    (
        Word::Prepaid,
        "ADVANCE ANTICIP* ARRHES AVANCE CAPARRA DEPOSIT* DOWN DOWNPAYMENT FORMA PRE PREPAGO* PREPAID \
         PREPAY* PROFORMA SENAL UPFRONT VOORSCHOT* VOORUIT* VORAB* VORAUS* VORKASSE* VORSCHUSS*",
    ),
    (
        Word::Others,
        "ADDITIONAL ALTRE ALTRI ANDERE* AUTRE* EA ENZ ETC ETCETERA FURTHER MAS MORE OTHER OTHERS OTRA* \
         OTRO* OVERIGE* UA USW WEITERE*",
    ),
    (Word::Through, "A AL AU BIS FINO HASTA JUSQU* THROUGH THRU TILL TM TO TOT UNTIL UPTO"),
    (Word::Behalf, "BEHALF FOR FUER FUR IA IAM IAV IO NAMENS OBO PARA PER POR POUR VOOR"),
    (
        Word::Twice,
        "DOPPEL* DOPPIO DOUBLE DOUBLON DUBBEL* DUPLICADO* DUPLICATE* EXCES EXCESO OVERPAID OVERPAY* \
         TEVEEL TROP TWICE UBERZAHL* UEBERZAHL* VEEL",
    ),
    (
        Word::Foreign,
        "ASSICURAZ* ASSURANCE* BELASTING* CUSTOMS DARLEHEN* DIVIDEND* DOUANE* FESTGELD* FINANZAMT \
         FINANZKASSE FOERDERMITTEL* FORDERMITTEL* FUNDING GEHALT* GRANT HACIENDA HMRC IMPOT* IMPUESTO* \
         INSURANCE* INTERCO INTERCOMPANY INTERESES INTERESSI INTEREST INTERETS IRS KRANKENKASSE* LOAN* \
         LOHN* NOMINA PAYROLL* PENSION* POOLING SALARIES SALARY SECURITIES SEGUROS SOZIALVERS* STEUER* \
         SUBSID* SUBVENCION* SUBVENTION* SWEEP* TAX TAXES TERMGELD* TREAS TREASURY UMSATZSTEUER* URSSAF \
         VERSICHERUNG* VERZEKER* ZBA ZINS* ZOLL*",
    ),
];

static BY_STEM: LazyLock<Vec<(&str, bool, Word)>> = LazyLock::new(|| {
    let words = WORDS.iter().flat_map(|(meaning, words)| words.split(' ').map(move |word| (word, *meaning)));
    let mut stems: Vec<(&str, bool, Word)> = words
        .map(|(word, meaning)| match word.strip_suffix('*') {
            Some(stem) => (stem, true, meaning),
            None => (word, false, meaning),
        })
        .collect();
    stems.sort_by_key(|(stem, ..)| *stem);
    stems
});

/// What a folded word means, if anything.
pub fn meaning(word: &str) -> Option<Word> {
    let after = BY_STEM.partition_point(|(stem, ..)| *stem <= word);
    let near = BY_STEM.get(after.saturating_sub(NEIGHBOURS)..after).unwrap_or_default();
    let fits =
        |(stem, open, _): &&(&str, bool, Word)| if *open { word.starts_with(stem) } else { *stem == word };
    near.iter().rev().find(fits).map(|(_, _, meaning)| *meaning)
}

/// How many stems may sort between a word and the stem that it starts with.
const NEIGHBOURS: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_stem_and_what_starts_with_it() {
        for (wanted, words) in WORDS {
            for word in words.split(' ') {
                assert_eq!(meaning(word.trim_end_matches('*')), Some(wanted), "{word}");
            }
        }
        assert_eq!(meaning("RECHNUNGSNUMMER"), Some(Word::Invoice));
        assert_eq!(meaning("BESTELLNUMMER"), Some(Word::Order));
        assert_eq!(meaning("INVENTORY"), None);
        assert_eq!(meaning(""), None);
    }
}
