//! The rule tables: words that state one thing, in English, German, French, Spanish and Dutch. A rule reads one
//! clause; `Guard` says which turns of the clause void it.
use crate::inbox::pattern::Pattern;
use crate::inbox::signal::DisputeReason;

/// A named pattern; the name is kept with the signal, so that a person can see why.
pub(super) struct Rule {
    pub name: &'static str,
    pub pattern: Pattern,
}

const fn rule(name: &'static str, pattern: &'static str) -> Rule {
    Rule { name, pattern: Pattern::new(pattern) }
}

/// The whole mail is one word of the kind every reader knows, as regulators list them.
pub(super) static OPT_OUT_WORD: Pattern = Pattern::new(
    r"^\W*(?:hi|hello|hallo|bonjour|hola)?\W*(?:please |pls )?(?:stop|unsubscribe|opt[ -]?out|remove me|quit|end|cancel|stopp|abmelden|désabonner|baja|afmelden)\W*(?:please)?\W*$",
);

pub(super) static OPT_OUT: [Rule; 7] = [
    rule(
        "opt_out.unsubscribe",
        r"\bunsubscribe\b|\bopt(?:ing)?[ -]out\b|\babmelden von|\b(?:désabonn|désinscri)\w+|\bdar(?:me|nos)?(?: (?:me|nos))? de baja|d[eé]n?(?:me|nos) de baja|\b(?:uitschrijven|schrijf (?:mij|me|ons) uit|meld (?:mij|me|ons) af)\b",
    ),
    rule(
        "opt_out.off_list",
        r"\b(?:take|remove) (?:me|us|this address|my (?:e-?mail|address|name)|our (?:e-?mail|address)) (?:off|from)\b|aus (?:dem|ihrem) (?:e-?mail-?)?verteiler|de (?:votre|vos) listes?\b.{0,30}(?:retire|supprim)|(?:retire|supprime)\w* .{0,40}de (?:votre|vos) listes?|van (?:uw|de) (?:mailing)?lijst",
    ),
    rule(
        "opt_out.stop",
        r"\bstop (?:e-?mailing|messaging|contacting|writing(?: to)?) (?:me|us|this)\b|\bstop sending (?:me |us )?(?:these |any |the |your |more |further |automated )*(?:e-?mails?|reminders?|messages|notices|chasers)|\bstop (?:these|the|all) (?:e-?mails|reminders|messages)|hören sie auf\b.{0,40}(?:schreiben|schicken|senden|mailen)|(?:arrêtez|cessez) de (?:m'|me |nous )(?:écrire|envoyer|contacter|relancer)|dejen? de (?:enviar|mandar|escribir)|stop met (?:mailen|sturen|schrijven)",
    ),
    rule(
        "opt_out.refrain",
        r"\b(?:refrain from|cease|desist from) (?:sending|contacting|e-?mailing|all contact|all communication)",
    ),
    rule(
        "opt_out.do_not",
        r"\b(?:do not|don't|dont|never) (?:e-?mail|contact|message|write to|write) (?:me|us|this address)\b(?: again| any ?more)?|\bno (?:further|more) (?:e-?mails|reminders|messages|contact)\b",
    ),
    rule(
        "opt_out.counsel",
        r"\bdirect (?:all|any) (?:further |future )*(?:communications?|correspondence|contact).{0,60}\bto (?:our|this|my) (?:office|firm|attorney|solicitor|lawyer)",
    ),
    rule(
        "opt_out.none_more",
        r"keine(?:rlei)? (?:weiteren? )?(?:e-?mails?|mahnungen|erinnerungen|nachrichten|zahlungserinnerungen)\b.{0,30}\bmehr|keine weiteren (?:e-?mails|mahnungen|erinnerungen|nachrichten)|schreiben sie (?:mir|uns) nicht mehr|ne (?:m'|me |nous )(?:envoye|écrive|contacte|relance)z? plus|no (?:me|nos) (?:env[ií]e|mande|escriba|contacte)n? más|geen (?:herinneringen|e-?mails?|berichten|aanmaningen) meer|(?:mail|schrijf) (?:mij|me|ons) niet meer",
    ),
];

/// Paper, telephone and services are not our mail.
pub(super) static NOT_OPT_OUT: Pattern = Pattern::new(
    r"\b(?:paper|printed|hard cop\w+|by post|papier\w*|post|postal|correo postal|call|calling|ring)\b",
);

pub(super) static LEGAL: [Rule; 4] = [
    rule(
        "legal.insolvency",
        r"\bchapter (?:7|11|13)\b|\bbankrupt\w*|\binsolven\w+|\b(?:in|into|entered|under) (?:administration|receivership|liquidation)\b|\bliquidat(?:or|ion)|\badministrators? (?:was|were|has been|have been) appointed|\bautomatic stay\b|\bredressement judiciaire|\bliquidation judiciaire|\bprocédure (?:collective|de sauvegarde)|\bconcurso de acreedores|\bfaillissement|\bfailliet|\bsurseance",
    ),
    rule(
        "legal.counsel",
        r"\b(?:firm|office|we|undersigned) (?:represents?|acts? (?:for|on behalf of))\b|\b(?:retained|instructed|engaged) (?:counsel|(?:a|our|my) (?:solicitor|attorney|lawyer))|\b(?:speak|speaking|talk|talking|refer\w*|pass\w*|hand\w*|contact\w*)\b.{0,40}\b(?:my|our) (?:solicitor|attorney|lawyer|legal team)|\b(?:unser|mein)\w* (?:rechts)?anwalt|\b(?:mon|notre) avocat|\b(?:mi|nuestro) abogado|\b(?:mijn|onze) advocaat",
    ),
    rule(
        "legal.threat",
        r"\b(?:legal action|cease and desist|sue you|take you to court|see you in court|trading standards|ombudsman|attorney general|harassment)\b|rechtliche schritte|mise en demeure|acciones legales|juridische stappen",
    ),
    rule(
        "legal.death",
        r"\b(?:passed away|deceased|died|estate of|verstorben|décéd\w+|falleci\w+|overleden)\b",
    ),
];

pub(super) static NOT_LEGAL: Pattern =
    Pattern::new(r"\b(?:signed off|approved|has approved|renewal|reviewed the contract)\b");

pub(super) static BANK_CHANGE: [Rule; 6] = [
    rule(
        "bank.update",
        r"\b(?:update|change|amend|replace) (?:our|your|the|my) (?:bank(?:ing)?|account|payment|remittance|wire|ach|routing)(?: account)? (?:details|information|info|instructions|number)",
    ),
    rule(
        "bank.changed",
        r"\b(?:bank(?:ing)?|account|remittance|payment) (?:details|information|account|instructions)\b.{0,40}\b(?:changed|updated|moved|switched)|\bnew bank(?:ing)? (?:details|account|information|instructions)|\bnew (?:account (?:number|details)|routing number|iban|wire(?: transfer)? instructions|sort code)|\bto (?:the|a|our|this) (?:new|different) (?:bank )?account",
    ),
    rule(
        "bank.changed.de",
        r"\bneue[ns]? (?:bankverbindung|kontoverbindung|iban|bankdaten|kontonummer|konto)\b|(?:bankverbindung|bankdaten|kontoverbindung|kontodaten)\b.{0,40}(?:geändert|aktualisier|gewechselt)",
    ),
    rule(
        "bank.changed.fr",
        r"\bnouve(?:au|aux|l|lle|lles) (?:rib|iban|compte bancaire|coordonnées bancaires)|coordonnées bancaires\b.{0,40}(?:chang|modifi)|changement de (?:rib|coordonnées|compte|banque)",
    ),
    rule(
        "bank.changed.es",
        r"\bnuev[oa]s? (?:número de cuenta|cuenta bancaria|iban|datos bancarios)|datos bancarios\b.{0,40}(?:cambi|actualiz)|cambio de cuenta",
    ),
    rule(
        "bank.changed.nl",
        r"\bnieuwe? (?:rekeningnummer|iban|bankrekening|bankgegevens)|(?:rekeningnummer|bankgegevens)\b.{0,40}(?:gewijzigd|veranderd|aangepast)",
    ),
];

pub(super) static DISPUTE: [(DisputeReason, Rule); 9] = [
    (
        DisputeReason::Duplicate,
        rule(
            "dispute.duplicate",
            r"\b(?:billed|invoiced|charged) (?:us )?(?:twice|double|two times)|\bduplicate (?:invoice|charge|billing)|\bdouble[- ](?:billed|charged|invoiced|billing)|doppelt (?:berechnet|in rechnung|gestellt|erhalten)|deux fois la même|facture en double|facturad\w+ (?:dos veces|por duplicado)|dos veces la misma|dubbel (?:gefactureerd|in rekening)|twee keer (?:dezelfde|gefactureerd)",
        ),
    ),
    (
        DisputeReason::MissingPo,
        rule(
            "dispute.missing_po",
            r"\b(?:without|no|missing|invalid|wrong|incorrect|expired|not reference a(?: valid)?) (?:a |an |valid )*(?:po\b|purchase order)|\b(?:bestellnummer|bestellreferenz)\b.{0,30}(?:fehlt|falsch)|fehlende bestellnummer|(?:sans|manque).{0,20}(?:numéro|bon) de commande|falta.{0,20}(?:número de pedido|orden de compra)|(?:zonder|ontbreekt).{0,20}(?:inkoop|bestel)nummer",
        ),
    ),
    (
        DisputeReason::CreditPending,
        rule(
            "dispute.credit_pending",
            r"\b(?:waiting (?:for|on)|awaiting|owe us|until|once|as soon as|promised)\b.{0,40}\bcredit(?: note| memo)?\b|\bcredit (?:note|memo)\b.{0,60}\b(?:arrives|received|issued|outstanding|pending)|warten\b.{0,30}gutschrift|en attente (?:de l'|d'un )avoir|esperando el abono|wachten\b.{0,30}creditnota",
        ),
    ),
    (
        DisputeReason::NotOrdered,
        rule(
            "dispute.not_ordered",
            r"\b(?:never|didn't|did not|no record of|not) (?:having )?(?:order(?:ed|ing)|sign(?:ed)? (?:up|for))\b|\bcancel(?:l)?ed (?:this|the|our) (?:subscription|order|service|contract|account)|\bnever signed\b|\bdon't owe\b|\bdo not owe\b|(?:nicht|nie) bestellt|(?:jamais|pas) commandé|(?:no|nunca) (?:hemos )?pedido|(?:nooit|niet) besteld",
        ),
    ),
    (
        DisputeReason::NotReceived,
        rule(
            "dispute.not_received",
            r"\bnever (?:turned up|arrived|came|received|delivered|got (?:the|our|these|any) (?:goods|items|order|delivery))|\b(?:haven't|have not|didn't|did not|not yet|still not) (?:received|receive|got) (?:the|our|all|any|these|full|your) (?:goods|items?|order|delivery|shipment|pallets?|parts?|boxes)|\b(?:goods|items|order|delivery|shipment|pallets?|parts) (?:were|was|have|has)(?: not|n't) (?:been )?(?:delivered|received)|\bshort[- ]?(?:delivered|shipped|delivery)|\bmissing (?:items|pallets|units|boxes)|\bnur \w+ statt \w+|(?:nicht|nie|unvollständig) (?:geliefert|erhalten)|(?:pas|jamais) (?:été )?(?:livré|reçu (?:la|les|le) (?:marchandise|commande|livraison))|no hemos recibido (?:la mercanc|el pedido|el material|la entrega)|nog (?:steeds )?niet ontvangen|niet geleverd",
        ),
    ),
    (
        DisputeReason::Quality,
        rule(
            "dispute.quality",
            r"\b(?:damaged|defective|faulty|broken|peeling|cracked|leaking|not up to (?:standard|spec)|wrong grade|poor quality|doesn't work|does not work|not working|outage)\b|\bwas down (?:for|all)|(?:beschädigt|mangelhaft|defekt|mängel)|(?:défectueu|endommagé|abîmé|non conforme)|(?:defectuos|dañad|mal estado)|(?:beschadigd|kapot|gebreken)",
        ),
    ),
    (
        DisputeReason::Terms,
        rule(
            "dispute.terms",
            r"\b(?:isn't|is not|not yet|wasn't) (?:yet )?due\b|\b(?:agreed|our|contract(?:ual)?) terms are \d+|\bcorrect the due date|\bwrong (?:payment )?terms|noch nicht fällig|pas encore (?:échue|due)|todavía no (?:ha )?venc|nog niet (?:vervallen|verschuldigd)",
        ),
    ),
    (
        DisputeReason::WrongAmount,
        rule(
            "dispute.wrong_amount",
            r"\b(?:were|was) quoted\b|\bovercharged|\b(?:wrong|incorrect) (?:amount|price|rate|quantity|total|tax|vat)\b|\b(?:amount|price|rate|total|quantity|tax|vat|gst) (?:is|are|was|looks) (?:wrong|incorrect|too high|off)|\bno way that's right|\bnever (?:approved|agreed(?: to)?|authorised|authorized)\b|\brevised (?:tax )?invoice|\bcorrected invoice\b.{0,30}\b(?:first|then|before)|\b(?:gst|vat|tax) has been charged as|\bnot the full amount|\bhad the .{1,40} not the\b|no coincide con|factura rectificativa|(?:betrag|preis|menge|mehrwertsteuer) (?:ist|stimmt) (?:nicht|falsch)|falsche[rn]? (?:betrag|preis)|(?:montant|prix) (?:est )?(?:erroné|incorrect|faux)|(?:bedrag|prijs) (?:klopt niet|is onjuist)",
        ),
    ),
    (
        DisputeReason::Other,
        rule(
            "dispute.contest",
            r"\b(?:we|i) (?:are |am )?(?:hereby )?(?:disput(?:e|ing)|contest(?:ing)?|reject(?:ing)?)\b|\bin dispute\b|\b(?:we|i) (?:do not|don't) (?:accept|agree with|recogni[sz]e) (?:this|the|your)|\bnot paying (?:it|this|for)\b|\bwiderspreche\w*|\bbeanstand\w+|\b(?:nous )?contestons|\bdisputamos|\bno estamos de acuerdo|\b(?:betwisten|niet eens met)\b|\bbetalen (?:wij |we )?deze factuur niet",
        ),
    ),
];

/// A dispute said to be over or ruled out.
pub(super) static NOT_DISPUTE: Pattern = Pattern::new(
    r"\b(?:no|not|without) (?:any )?(?:objections?|disput\w+|complaints?|issues?|concerns?)\b|\b(?:resolved|sorted|settled now|no longer (?:in )?disput\w+|keine einwände|aucune objection)\b",
);

pub(super) static DOCUMENT: [Rule; 7] = [
    rule(
        "document.send",
        r"\b(?:re-?send|send|forward|e-?mail|provide|share|supply|get|have|need|attach|issue)\b.{0,50}\b(?:cop(?:y|ies)|statement|w-?9|pod\b|proof of delivery|backup|receipt|bank details|sort code|certificate|invoice again|void(?:ed)? check|cancelled cheque|pdf|invoice copy|tax invoice copy)",
    ),
    rule(
        "document.what_is",
        r"\bwhat(?:'?s| is| are) (?:your|the) (?:sort code|bank details|account (?:number|details)|iban|routing)",
    ),
    rule(
        "document.missing",
        r"\b(?:don't|do not) (?:seem to )?have (?:this|that|the) (?:one|invoice)|\bcan't find (?:this|the) invoice|\bhaven't (?:received|got|had) (?:this|the|your|an) invoice",
    ),
    rule(
        "document.de",
        r"\b(?:schicken|senden|zusenden|übersenden|brauche\w*|benötige\w*)\b.{0,60}\b(?:rechnung|kopie|kontoauszug|lieferschein|beleg|rechnungskopie|bankverbindung)\b|\b(?:rechnung|kopie|lieferschein)\b.{0,40}\b(?:zusenden|schicken|zukommen|nochmals?|erneut)",
    ),
    rule(
        "document.fr",
        r"\b(?:envoyer|transmettre|renvoyer|adresser|fournir)\b.{0,60}\b(?:rib|relevé|copie|duplicata|facture|bon de livraison|justificatif)",
    ),
    rule(
        "document.es",
        r"\b(?:remitir|enviar|reenviar|mandar|facilitar)(?:nos|me)?\b.{0,60}\b(?:copia|factura|extracto|albarán|certificado|datos bancarios)",
    ),
    rule(
        "document.nl",
        r"\b(?:factuur|kopie|overzicht|pakbon|rekeningoverzicht)\b.{0,50}\b(?:toesturen|sturen|opsturen|mailen|toezenden)",
    ),
];

pub(super) static WRONG_CONTACT: [Rule; 3] = [
    rule(
        "contact.left",
        r"\b(?:no longer|not) (?:works?|working|employed|with|in|at|handles?|responsible)\b|\bleft (?:in|the company|us|last)\b|\b(?:wrong|not the right) (?:person|address|contact|company|department|entity)|\bnot me\b|nicht (?:mehr )?(?:für uns bestimmt|zuständig|im unternehmen)|zuständig ist|ne (?:travaille|suis) plus|pas (?:le bon|la bonne) (?:interlocut|service|personne)|ya no (?:trabaj|estoy|soy)|no soy la persona|werk niet (?:meer|langer)|niet de juiste (?:persoon|afdeling)",
    ),
    rule(
        "contact.instead",
        r"\b(?:contact|try|send (?:it|this|them|these|invoices)|direct|forward|e-?mail|write to|speak to|richten aan|wenden sie sich|adresse[rz])\b.{0,60}[\w.+-]+@[\w-]+\.\w+",
    ),
    rule(
        "contact.portal",
        r"\bsubmitted (?:through|via|in) (?:our|the)\b.{0,30}\bportal\b|\bdo not respond to payment inquiries",
    ),
];

pub(super) static PLAN: [Rule; 2] = [
    rule(
        "plan.instalments",
        r"\b(?:instal?ments?|payment plan|split (?:this|it|the)|per month until|a month until|spread (?:the|this|it)|part payments?|ratenzahlung|monatsraten|in raten|échelonne\w*|en (?:deux|trois|plusieurs) fois|échéancier|a plazos|en (?:dos|tres|varios) (?:plazos|pagos)|aplazamiento|betalingsregeling|termijnen)\b",
    ),
    rule(
        "plan.more_time",
        r"\b(?:could|can|may|would it be ok(?:ay)? if|is it ok(?:ay)? if|any chance)\b.{0,20}\b(?:we|i)\b.{0,20}\b(?:have until|pay|paid|settle|extend|extension|delay)|\bmore time to pay|\bpayment extension|zahlungsaufschub|stundung|(?:un )?délai (?:de paiement|supplémentaire)|uitstel van betaling|prórroga",
    ),
];

pub(super) static DELAY: [Rule; 4] = [
    rule(
        "delay.blocked",
        r"\b(?:awaiting|waiting (?:for|on)|pending) .{0,40}(?:approv\w+|authori[sz]\w+|sign[- ]?off|signature|funds|payment|manager|budget)|\bwith the .{1,30} for (?:approval|sign[- ]?off)|\bnothing can go out|\bno date yet|en attente de (?:validation|signature|paiement)|pendiente de (?:aprobación|validación|firma)|wacht\w* op (?:goedkeuring|akkoord)|warte\w* (?:noch )?auf (?:die )?(?:freigabe|genehmigung)",
    ),
    rule(
        "delay.cannot",
        r"\b(?:can't|cannot|won't be able to|unable to|not able to|can not) (?:pay|make (?:the |a )?payment|settle|commit|do)|\b(?:liquidity|cash[- ]?flow) (?:issues?|problems?|is)|(?:nicht|nicht in der lage,?) (?:zu )?(?:zahlen|bezahlen)|(?:können|kann) .{0,30}nicht (?:zahlen|bezahlen|überweisen)|ne pouvons pas (?:payer|régler)|no podemos pagar|kunnen .{0,30}niet betalen",
    ),
    rule("delay.hope", r"\b(?:hop(?:e|ing)|try(?:ing)?) to (?:get to|pay|sort|settle|arrange|clear)\b"),
    rule(
        "delay.when_paid",
        r"\b(?:when|once|after) (?:the|our|my) .{1,30} pays? (?:us|me)|\bhold off until|cuando cobremos|quand (?:nous serons|on sera) payés|sobald unser kunde",
    ),
];

pub(super) static PAID: [Rule; 5] = [
    rule(
        "paid.en",
        r"\b(?:already|just|have|has|had|was|were|been|we|i|is) (?:been |it |already |just |now )*(?:paid|settled|remitted|wired|squared)\b|^\W*(?:just |already )?paid\b|\b(?:payment|transfer|wire|check|cheque|money|this|it) (?:was|has been|went|already)(?: (?:made|sent|issued|processed|already|out|in our run|through))+|\b(?:sent|mailed|posted|made|transferred|wired) (?:a |the |you |this |it )*(?:check|cheque|payment|transfer|wire|money|funds)\b|\bwent (?:in our run|out on|to you)|\b(?:check|cheque)(?:'s| is)? in the (?:post|mail)|\bremittance (?:advice|particulars)\b|\b(?:has|have) been issued to your account",
    ),
    rule(
        "paid.de",
        r"\b(?:wurde|wurden|ist|sind|haben|habe)\b.{0,80}\b(?:bezahlt|überwiesen|beglichen|angewiesen)\b",
    ),
    rule(
        "paid.fr",
        r"\b(?:a|ont|avons|ai) (?:déjà )?(?:été )?(?:payée?s?|réglée?s?|virée?s?|effectué le (?:virement|paiement))\b|avis de virement",
    ),
    rule(
        "paid.es",
        r"\b(?:ya )?(?:está|fue|hemos|he|ha sido|quedó) (?:ya )?(?:pagad[oa]|abonad[oa]|transferid[oa])\b|\bya pag(?:amos|ué)",
    ),
    rule("paid.nl", r"\b(?:is|zijn|hebben|heb|werd)\b.{0,60}\b(?:betaald|overgemaakt|voldaan)\b"),
];

pub(super) static THANKS: Pattern = Pattern::new(
    r"\b(?:thanks|thank you|appreciated?|cheers|danke|vielen dank|merci|gracias|bedankt|dank u)\b",
);

/// A question mark, or a question asked without one.
pub(super) static ASKS: Pattern = Pattern::new(
    r"\?\s*$|^\W*(?:kindly|please) (?:clarify|confirm|advise|explain)|\b(?:let (?:me|us) know|who should i)\b",
);

#[cfg(test)]
pub(super) fn patterns() -> Vec<&'static Pattern> {
    let tables: [&[Rule]; 8] =
        [&OPT_OUT, &LEGAL, &BANK_CHANGE, &DOCUMENT, &WRONG_CONTACT, &PLAN, &DELAY, &PAID];
    let mut out: Vec<&Pattern> = tables.into_iter().flatten().map(|rule| &rule.pattern).collect();
    out.extend(DISPUTE.iter().map(|(_, rule)| &rule.pattern));
    out.extend([&OPT_OUT_WORD, &NOT_OPT_OUT, &NOT_LEGAL, &NOT_DISPUTE, &THANKS, &ASKS]);
    out
}
