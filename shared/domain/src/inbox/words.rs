//! Classes of words by meaning, in English, German, French, Spanish and Dutch. Rules are written over classes, so that a
//! turn of phrase that was never seen is read by its parts. A class may name classes; see [`super::pattern::Pattern`].

/// Name and alternatives. Verbs are given by stem where every ending means the same.
pub(super) const CLASSES: &[(&str, &str)] = &[
    // The calendar.
    (
        "next_week",
        r"next week|the following week|the coming week|nächster woche|nächste woche|nächsten woche|kommende[rn]? woche|folgewoche|(?:la )?semaine prochaine|la semaine qui vient|(?:la )?(?:proxima semana|semana que viene|semana proxima|semana entrante)|volgende week|komende week",
    ),
    (
        "next_month",
        r"next month|the following month|(?:des |den |im )?(?:nächsten|kommenden|folgenden) monats?|folgemonats?|(?:le |du )?mois prochain|(?:el |del )?(?:mes que viene|proximo mes|mes proximo|mes siguiente|mes entrante)|volgende maand|komende maand",
    ),
    (
        "within",
        r"in|within|inside|over|innerhalb(?: von)?|binnen|in den|dans(?: les)?|sous(?: les)?|d'ici|en|dentro de|en un plazo de|en el plazo de",
    ),
    (
        "on",
        r"on|by|for|before|until|till|from|le|el|op|am|bis(?: zum)?|zum|vom|au|avant le|d'ici le|d'ici au|del|al|antes del|voor|den|ab|tegen|per|dated|of",
    ),
    // Who.
    ("we", r"we|i|we're|i'm|we've|i've|wir|ich|nous|je|j'|on|nosotros|yo|wij|we|ik"),
    (
        "you",
        r"you|your|yourselves|sie|ihr|ihre[nrsm]?|ihnen|euch|eure?|vous|votre|vos|usted(?:es)?|su|sus|vosotros|vuestr[oa]s?|te|os|le|les|u|uw|jullie|jij|je",
    ),
    // Money that moves.
    (
        "money",
        r"payments?|transfers?|wire|ach|bacs|chaps|neft|rtgs|sepa|checks?|cheques?|funds|money|deposit|remittances?|balance|remainder|amounts?|invoices?|bills?|zahlung(?:en)?|überweisung(?:en)?|beträge?|restbetrag|geld|rechnung(?:en)?|summe|saldo|scheck|zahllauf|paiements?|reglements?|virements?|cheques?|soldes?|montants?|sommes?|factures?|acomptes?|pagos?|transferencias?|abonos?|importes?|facturas?|dinero|ingreso|betaling(?:en)?|overboeking(?:en)?|bedrag(?:en)?|facturen|factuur|rekening|geld|restant",
    ),
    (
        "payment",
        r"payments?|transfers?|wire|ach|bacs|checks?|cheques?|funds|money|deposit|remittance|zahlung(?:en)?|überweisung(?:en)?|geld|scheck|zahlungsanweisung|paiements?|reglements?|virements?|pagos?|transferencias?|ingreso|dinero|betaling(?:en)?|overboeking(?:en)?|overschrijving",
    ),
    (
        "invoice",
        r"invoices?|bills?|rechnung(?:en)?|factures?|facturas?|factuur|facturen|nota|belege?|statements?",
    ),
    // To pay, as an infinitive or a bare present.
    (
        "pay_en",
        r"pay(?: it| this| that| you| them| the| off| in full| up)?|settle|remit|transfer|wire|bacs|square (?:it|this|up)|clear (?:it|this|the|that|them|our|those|these|both|all|everything|half|a|\$|\d)|(?:make|process|release|send|issue|authori[sz]e|initiate|action|arrange|raise|submit|post|mail|run|set up|put through|complete|do|effect|forward|get|approve|schedule|put|push|cut|drop|bring|courier|hand|deliver)\b.{0,40}\b(?:%payment%|balance|remainder|rest|invoices?|amount|money|half|run|batch|through|paid|sorted|settled|cleared|over to you|across)|send (?:it|you|this|them|\$|\d|the|half|over)|(?:get|have) (?:it|this|that|them|these|those|you|everything|all|the \w+|your \w+|\w+ invoices?)(?: \w+){0,2} (?:paid|settled|cleared|sent|sorted|over|across|out|processed|released|done|through)|sort (?:it|this|that|payment|the|them)|put (?:it|this|that|them|the \w+) (?:through|in|on)|push (?:it|this|that|them|the \w+) (?:through|out)|fund",
    ),
    (
        "pay_de",
        r"(?:be|ein|aus|an|nach|ab)?zahlen|überweisen|begleichen|ausgleichen|anweisen|transferieren|abführen|(?:die |den |ihre |eine |diese )?(?:zahlung|überweisung|rechnung|betrag|beträge|rest|restbetrag|summe|posten)\b.{0,40}\b(?:vornehmen|veranlassen|leisten|tätigen|ausführen|freigeben|anstoßen|durchführen|bezahlen|erledigen|schicken|rausschicken)",
    ),
    (
        "pay_fr",
        r"payer|regler|virer|verser|solder|acquitter|mandater|honorer|ordonnancer|rembourser|(?:effectuer|proceder|faire|lancer|emettre|executer|debloquer|envoyer|adresser|valider|programmer|passer|initier)\b.{0,40}\b(?:paiements?|reglements?|virements?|cheques?|solde|somme|montant|fonds|factures?|necessaire)",
    ),
    (
        "pay_es",
        r"pagar\w{0,4}|abonar\w{0,4}|transferir\w{0,4}|ingresar\w{0,4}|liquidar\w{0,4}|saldar\w{0,4}|cancelar la (?:deuda|factura)|(?:hacer|realizar|efectuar|ordenar|emitir|tramitar|enviar|lanzar|programar|dar|proceder|girar)\w{0,4}\b.{0,40}\b(?:pagos?|transferencias?|abonos?|ingreso|cheque|importe|dinero|saldo)",
    ),
    (
        "pay_nl",
        r"betalen|overmaken|voldoen|overboeken|overschrijven|afrekenen|vereffenen|(?:de |het |een |deze )?(?:betaling|overboeking|factuur|bedrag|rekening|restant)\b.{0,40}\b(?:doen|verrichten|uitvoeren|klaarzetten|inplannen|vrijgeven|regelen|in orde maken|sturen|versturen)",
    ),
    ("pay_inf", r"%pay_en%|%pay_de%|%pay_fr%|%pay_es%|%pay_nl%"),
    // Paid.
    (
        "paid_en",
        r"paid|settled|remitted|wired|transferred|cleared|squared(?: up)?|credited|bacs'?e?d|reimbursed|debited|processed|released|issued",
    ),
    (
        "paid_de",
        r"(?:be|ein|aus|an|nach|ab)?gezahlt|bezahlt|überwiesen|beglichen|ausgeglichen|angewiesen|transferiert|abgebucht|überwiesene?",
    ),
    ("paid_fr", r"payee?s?|reglee?s?|viree?s?|versee?s?|soldee?s?|acquittee?s?|mandatee?s?|debitee?s?"),
    ("paid_es", r"pagad[oa]s?|abonad[oa]s?|transferid[oa]s?|ingresad[oa]s?|liquidad[oa]s?|saldad[oa]s?"),
    ("paid_nl", r"betaald|overgemaakt|voldaan|overgeboekt|overgeschreven|afgeschreven|vereffend|afgerekend"),
    ("paid", r"%paid_en%|%paid_de%|%paid_fr%|%paid_es%|%paid_nl%"),
    // A payment run.
    (
        "run",
        r"(?:pay(?:ment)?|cheque|check|bacs|ach|weekly|monthly|supplier|creditor|fortnightly|mid-?month|month[- ]end|disbursement|vendor|bank)[ -]?(?:pay(?:ment)? ?)?(?:runs?|batch|cycle)|payrun|zahl(?:ungs)?l(?:auf|äufe)n?|zahlungsl(?:auf|äufen)|überweisungslauf|zahltag|campagne de (?:paiements?|reglements?|virements?)|(?:train|lot|vague|serie|prochaine echeance) de (?:paiements?|virements?|reglements?)|(?:remesa|tanda|ronda|lote|proceso) de (?:pagos|transferencias)|remesa|dia de pago|betaalrun|betalingsrun|betaalronde|betalingsronde|betaalbatch|betaaldag",
    ),
    // What somebody asks to be sent.
    (
        "document",
        r"cop(?:y|ies)|duplicates?|pdf|statements?(?: of account)?|w-?9|w-?8\w*|pod|proofs? of delivery|delivery (?:note|notes|docket|receipt|slip|proof|confirmation)|signed (?:docket|delivery)\w*|backup|back-up|supporting (?:documents?|documentation|paperwork)|receipts?|breakdown|timesheets?|time sheets?|itemi[sz]\w+|bank(?:ing)? (?:details|information|info|letter)|account (?:number|details)|sort code|iban|remit(?:tance)?[- ]to (?:details|address)|wire instructions|wiring instructions|ach (?:form|details|instructions)|cancelled cheque|voided? che(?:ck|que)|(?:gst|tax|vat|insurance|exemption|registration) certificate|certificate of insurance|coi|vendor (?:form|forms|packet|registration)|supplier (?:form|forms|set-?up)|new supplier form|ledger(?: confirmation)?|balance confirmation|paperwork|job ?sheets?|packing (?:list|slip)|tracking number|purchase order copy|rechnungskopien?|kopien?|zweitschrift|duplikat|kontoauszug|saldenliste|saldenbestätigung|offene[- ]posten[- ]liste|op-liste|opos-liste|lieferscheine?|lieferschein(?:kopie)?|liefernachweis|abliefer(?:nachweis|beleg)|stundennachweise?|leistungsnachweise?|arbeitsnachweise?|belege?|aufstellung|übersicht|bankverbindung|bankdaten|kontodaten|kontonummer|freistellungsbescheinigung|unterlagen|einzelnachweis|quittung|nachweis|doubles?|copies?|releves?(?: de compte)?|bon(?:s)? de livraison|preuve de livraison|justificatifs?|rib|coordonnees bancaires|attestation(?: de vigilance)?|kbis|detail|duplicata|releve d'heures|copias?|duplicado|extracto|estado de cuenta|albaran(?:es)?|justificantes?(?: de entrega)?|comprobantes?|prueba de entrega|certificado(?: de titularidad)?|datos bancarios|numero de cuenta|desglose|partes? de trabajo|relacion de facturas|kopie(?:en)?|afschrift|rekeningoverzicht|overzicht|openstaande posten|pakbon(?:nen)?|vrachtbrief|afleverbewijs|leverbewijs|aflever(?:bon|bewijs)|bewijs(?:stuk)?|specificatie|urenstaat|urenstaten|werkbon(?:nen)?|bankgegevens|rekeningnummer|bijlagen?|onderbouwing",
    ),
    // To send something to somebody, asked of us.
    (
        "send_us",
        r"send|resend|re-send|forward|share|provide|supply|e-?mail (?:me|us|it|over|across)|e-?mail (?:a|the|through)|attach|pass (?:me|us|on)|drop|let (?:me|us) have|furnish|upload|issue|get|need|requires?|want|request(?:ing)?|have|see|obtain|confirm|chase|find|looking for|schicken|schick|zuschicken|zusenden|senden|send(?:e|et)|zukommen|übersenden|übermitteln|mailen|weiterleiten|bereitstellen|nachreichen|reichen|benötigen?|brauchen?|bräuchten?|anfordern|erbitten|bitten|vorlegen|mitteilen|nennen|envoy\w+|renvoy\w+|transmet\w+|adress\w+|communiqu\w+|fourni\w+|faire parvenir|faire suivre|recevoir|avoir besoin|besoin|joindre|manque|envi\w+|reenvi\w+|remit\w+|facilit\w+|pas(?:ar|en|as)(?:me|nos)?|mand\w+|proporcion\w+|adjunt\w+|necesit\w+|hac\w+ llegar|compart\w+|stuur\w*|sturen|opsturen|toesturen|toezenden|zenden|mail(?:en)?|doorsturen|aanleveren|ontvangen|verstrekken|bezorgen|nodig|krijgen|graag",
    ),
    // Politeness and asking.
    (
        "ask",
        r"please|pls|plz|kindly|can you|could you|would you|will you|can we|could we|can i|could i|may i|may we|might i|would it be possible|grateful if|appreciate if|i need|we need|we'll need|we require|we are missing|i'd like|we'd like|send|resend|forward|provide|email me|email us|let us have|what(?:'s| is| are|s)|where|do you have|have you got|any chance|asking for|request(?:ing)?|in need of|bitte|bitten|können sie|könnten sie|könntet ihr|kannst du|könntest du|würden sie|wären sie so|schicken sie|senden sie|schick|wir benötigen|ich benötige|wir brauchen|ich brauche|bräuchte\w*|gerne|hätte\w* gern\w*|bitte um|merci de|merci d'|merci de bien vouloir|veuillez|pouvez-vous|pourriez-vous|pourrais-tu|peux-tu|pouvez vous|pourriez vous|svp|s'il vous plait|s'il te plait|prie de|il (?:nous|me) (?:faut|manque|faudrait)|j'ai besoin|nous avons besoin|avons besoin|besoin d|auriez-vous|aurions besoin|envoyez|renvoyez|por favor|porfa|podria(?:is|n|s)?|puede[ns]?|podeis|me (?:podria|puede|mandas|envias|pasas)\w*|nos (?:podria|puede)\w*|ruego|rogamos|rogaria\w*|agradeceria\w*|necesit\w+|solicit\w+|enviad(?:me|nos)|envien(?:me|nos)|mandad(?:me|nos)|manden(?:me|nos)|haga llegar|hagan llegar|kunt u|kun je|kunnen jullie|kunnen we|kan ik|zou u|zou je|zouden jullie|wilt u|wil je|willen jullie|graag|stuur|mail|zend|envie\w*|gelieve|a\.?u\.?b|alstublieft|alsjeblieft|mag ik|mogen wij|mogen we|ik heb|wij hebben|we hebben|verzoek\w*|nodig",
    ),
    // Goods and services, and their delivery.
    (
        "goods",
        r"goods|items?|orders?|delivery|deliveries|shipments?|pallets?|parts?|boxes|box|cartons?|cases|crates?|units?|pieces?|stock|materials?|equipment|product|products|machine|parcel|package|consignment|service|services|work|job|installation|licen[cs]es?|hours|tiles?|chairs?|desks?|panels?|pumps?|valves?|rolls?|drums?|bags?|ware|waren|artikel|lieferung(?:en)?|teillieferung|paletten?|teile?|kartons?|stücke?|stück|bestellung|material|geräte?|maschinen?|paket(?:e)?|leistung(?:en)?|arbeiten|montage|pumpen?|marchandises?|produits?|articles?|commandes?|livraisons?|palettes?|colis|cartons?|pieces|materiel|prestations?|travaux|intervention|mercanc\w+|productos?|articulos?|pedidos?|entregas?|palets?|cajas?|piezas?|bultos?|materiales?|maquinas?|servicios?|trabajos?|goederen|artikelen|leveringe?n?|levering|zending(?:en)?|pallets?|dozen|doos|stuks|onderdelen|materiaal|bestelling(?:en)?|producten|diensten?|werkzaamheden|werk",
    ),
    (
        "deliver",
        r"deliver(?:ed|y|ies|ing)?|arriv(?:e|ed|ing|al)|receiv(?:e|ed|ing)|turn(?:ed)? up|show(?:ed)? up|ship(?:ped|ment)?|come|came|supplied|completed?|finished|performed|carried out|installed|geliefert|angekommen|eingetroffen|erhalten|bekommen|zugestellt|erbracht|ausgeführt|montiert|abgeschlossen|livree?s?|recue?s?|arrivee?s?|parvenue?s?|realisee?s?|terminee?s?|effectuee?s?|executee?s?|entregad[oa]s?|recibid[oa]s?|llegad[oa]s?|llego|llegaron|realizad[oa]s?|terminad[oa]s?|prestad[oa]s?|instalad[oa]s?|geleverd|ontvangen|aangekomen|binnengekomen|bezorgd|afgeleverd|uitgevoerd|gekregen|afgerond|opgeleverd",
    ),
    // Turning a statement around.
    (
        "not",
        r"not|no|nobody|no one|no-one|never|cannot|can't|cant|don't|dont|doesn't|doesnt|didn't|didnt|won't|wont|isn't|isnt|wasn't|weren't|aren't|haven't|havent|hasn't|hasnt|hadn't|wouldn't|shouldn't|couldn't|unable|nothing|none|neither|nor|without|refuse\w*|yet to|nicht|kein\w*|nie|niemals|ohne|noch nie|nichts|niemand|ne|n'|pas|jamais|rien|aucune?|sans|plus|ni|nunca|jamas|nada|ningun\w*|sin|nadie|tampoco|niet|geen|nooit|niets|zonder|nimmer|nog steeds niet",
    ),
    (
        "contact",
        r"e-?mail(?:s|ing|ed)?|mail(?:s|ing)?|messag(?:e|es|ing)|contact(?:ing|s)?|writ(?:e|ing)(?: to)?|reminders?|reminding|chasers?|chasing|notices?|notifications?|notifying|letters?|correspondence|communications?|spam(?:ming)?|nudges?|texts?|mahnung(?:en)?|mahnschreiben|erinnerung(?:en)?|zahlungserinnerung(?:en)?|nachricht(?:en)?|schreiben|anschreiben|mailen|zuschriften|mitteilungen|benachrichtigungen|kontaktieren|anmailen|belästigen|relances?|relancer|courriels?|courriers?|messages?|rappels?|ecri\w+|contacter|contactez|notifications?|solliciter|correos?|mensajes?|recordatorios?|avisos?|reclamaciones|emails?|escrib\w+|contact\w+|notificaciones|comunicaciones|herinnering(?:en)?|aanmaning(?:en)?|berichten?|mails|mailtjes|mailen|schrijven|benaderen|contacteren|notificaties|e-mails?",
    ),
];
