//! Not the right person or way, and word of changed bank details.
use super::Reader;
use super::rules::{Rule, first, rule, rule_unless, signal, sure_unless};
use crate::inbox::clauses::Clause;
use crate::inbox::pattern::Pattern;
use crate::inbox::signal::{Certainty, Signal, SignalKind};

static WRONG: [Rule; 14] = [
    rule(
        "contact.not_me",
        r"\b(?:not|isn't|no longer|never|nor) (?:the |your |our )?(?:right|correct|best|appropriate|proper) (?:person|contact|department|address|team|company|entity|place|inbox|party)\b|\bwrong (?:person|address|department|contact|inbox|mailbox|e-?mail|team|guy|lady|recipient|number|branch|office)\b|\bnothing to do with (?:me|us|my|our|them|it|this)\b|\bno (?:connection|link|relation\w*|affiliation) (?:with|to) (?:them|that|this|it|the)\b|\bmistak\w+ (?:us|me) for\b|\b(?:have|got|getting) (?:us|me) (?:confused|mixed up)|\bconfus\w+ (?:us|me) with\b|\b(?:this|the) (?:mailbox|inbox|address|number|desk) (?:is|belongs)\b.{0,30}\b(?:for|to|of|reception|sales|support|front desk)\b|\b(?:isn't|is not|no longer|not) (?:mine|my (?:job|desk|area|patch|remit)|with me|me) (?:any ?more|any longer|now)\b|\b(?:has|took|taken|takes) (?:it|this|that|them|over) (?:now|over)\b|\bnot (?:my|our) (?:department|area|responsibility|remit|job|call|business)\b|\byou want (?:the|our)\b|\bnot (?:me|us)\b.{0,20}\b(?:just|only|try|but)\b",
    ),
    rule_unless(
        "contact.not_involved",
        r"\b(?:i|we|he|she|\w+) (?:no longer|do not|don't|doesn't|does not|dont|never) (?:work|works|deal|deals|handle|handles|look|looks|manage|manages|have anything|process|own|owns|run|runs)\b(?: \w+){0,4}|\b(?:no longer|not) (?:in|with|at|employed|responsible|in charge|involved|part of|the (?:contact|owner|manager|buyer))\b",
        r"\b(?:work with you|with you any|in (?:a position|agreement|dispute|our|the) (?:position|system|records)|pay\w*|working order)\b",
    ),
    rule_unless(
        "contact.left",
        r"\b(?:has|have|'s|had|who) (?:now |since |recently )?(?:left|moved on|retired|changed (?:jobs?|roles?))\b|\b(?:left|retired|moved on) (?:in \w+|last \w+|us|the (?:company|business|firm|organi[sz]ation|team|school|practice)|(?:a few|two|three|\w+) (?:weeks|months|years) ago)\b|\b(?:hat|haben) (?:das|unser) (?:unternehmen|haus)\b.{0,15}verlassen|\bausgeschieden\b|\bim ruhestand\b|\bin rente\b|\ba quitte (?:la|notre|l')|\b(?:partie?|est) (?:en|à la) retraite|\bse jubilo|\b(?:ya no esta|dejo|ha dejado) (?:en )?(?:la|esta|nuestra) empresa|\buit dienst|\bmet pensioen|\bheeft (?:ons|het) bedrijf verlaten|\bniet meer in dienst",
        r"\b(?:payment|cheque|check|money|wire|transfer)\b.{0,20}\bleft\b|\bleft (?:our|the) (?:account|bank)",
    ),
    rule_unless(
        "contact.redirect",
        r"\b(?:please|kindly|pls|should|must|need to|have to|can you|could you|better|try|just|then|but|him|her|^)(?: \w+){0,2}? ?(?:contact(?:ing)?|e-?mail|write to|send (?:it|this|these|them|that|all|your|any|future|invoices?|everything)\b.{0,30}\bto|forward (?:it|this|these|them|that|all|your)\b.{0,30}\bto|direct\b.{0,40}\bto|(?:re)?address\b.{0,30}\bto|redirect|speak (?:to|with)|reach out to|get in touch with|copy in|ask for|take (?:it|this) up with|liaise with)\b.{0,60}(?:@|\b(?:accounts?|ap\b|payable|finance|head office|department|team|colleague|bookkeep\w+|accountants?|treasury|purchasing|procurement|billing|office|owner|landlord|tenant|parent company|shared services?)\b)",
        r"\b(?:copy of|statement|pod|proof|remittance|bank details|contact me|call me|attorney|solicitor|lawyer|legal|administrator|trustee|liquidator|our side|if you have)\b",
    ),
    rule_unless(
        "contact.address",
        r"\b(?:try|send|use|to|at|is|contact|e-?mail|write|instead|please|an|unter|bei|über|à|aupres de|con|al?|via|op|naar|tot|bij)\b[^.!?\n]{0,60}\b[\w.+-]+@[\w-]+\.\w+",
        r"\b(?:copy|copies|statement|pod|proof|bank details|remittance|paid|pay(?:ment)?s? (?:to|sent)|attach\w*|came through|received|kopie|copie|copia|releve|extracto|kontoauszug|avis|rib|overzicht|reklamation|unsubscribe|invoice copy|pdf|w-?9)\b",
    ),
    rule(
        "contact.handled_by",
        r"\b(?:handled|dealt with|looked after|managed|processed|taken care of) (?:by|through|via) (?:our|the|another|a different|head office|\w+ (?:at|in|from))|\b(?:goes|go|sits?|belongs?) (?:to|with) (?:our|the|another|head office|accounts|a different)\b.{0,40}\b(?:team|department|office|company|entity|people|person|branch|accounts|owner|landlord)\b|\b(?:is|are) (?:now )?(?:the|our) (?:new )?(?:person|contact|accounts? (?:person|manager|payable)|bookkeeper|finance manager|go-to)\b|\b(?:folks|people|guys|lads|ladies|colleagues?|team|person|department|office) (?:in|at|over in) \w+ (?:handles?|deals?|looks?|does|do|takes?|pays?|processe?s?|manages?)\b|\b(?:ask|try|talk to|speak to|see|chase) (?:our |the |my )?(?:accounts|finance|ap|bookkeeper|accountant|boss|landlord|head office|owner|\w+ in (?:accounts|finance))\b",
    ),
    rule(
        "contact.portal",
        r"\b(?:submit\w*|upload\w*|raise\w*|log\w*|go|sent|send|lodge\w*|post\w*|enter\w*|made|check\w*|through|via|register\w*|queries|questions|inquiries|enquiries|status)\b.{0,60}\b(?:via|through|in|on|to|into|using|at) (?:our|the|this)\b.{0,30}\b(?:portal|ariba|coupa|tungsten|basware|supplier network|vendor site|ticket system|helpdesk|web ?site)\b|\b(?:do|does|can|will|are) (?:not|unable to)(?: \w+){0,2} (?:respond|reply|answer|accept|monitor\w*)\b.{0,40}\b(?:e-?mail|inquiries|enquiries|inbox|mailbox)\b|\b(?:über|ausschließlich über|im|in unserem) (?:\w+ )?(?:lieferantenportal|portal)\b|\b(?:via|par|sur) (?:notre|le) (?:portail|plateforme)|\bchorus pro\b|\b(?:a traves de|por|en|mediante) (?:nuestr[oa]|el|la) (?:portal|plataforma)|\bvia (?:ons|het) (?:leveranciers)?portaal",
    ),
    rule_unless(
        "contact.de",
        r"\b(?:nicht|nicht mehr|kein\w*) (?:\w+ )?(?:zuständig\w*|(?:der|die|ihr\w*) (?:richtige|ansprechpartner)\w*|verantwortlich|mehr (?:im|in|bei|für|hier|beschäftigt|tätig|angestellt)|in der (?:buchhaltung|abteilung))|\bfalsche\w* (?:ansprechpartner|adresse|abteilung|empfänger|person|stelle|e-?mail)\w*|\bzuständig (?:ist|sind|wäre|dafür|hierfür)|\b(?:wenden|wende) (?:sie )?sich\b|\b(?:nicht|niemals) (?:für|an) uns (?:bestimmt|gerichtet)|\bnicht (?:mehr )?(?:bei|für) (?:uns|dieser firma|der firma) (?:tätig|arbeit\w*|beschäftigt)|\barbeit\w* (?:ich|sie|er)? ?(?:hier |dort )?nicht mehr|\bansprechpartner(?:in)? (?:ist|wäre|für)|\bdarum kümmert sich|\b(?:haben|habe|hat)\b.{0,30}\bnichts (?:damit |mit .{2,30} )?zu tun|\bverwechsel\w+|\birrtümlich\b.{0,30}\ban uns|\b(?:dieses|das) (?:postfach|konto) (?:ist|gehört)|\bbei (?:unserer|der) (?:buchhaltung|zentrale|kreditoren\w*)\b|\bkümmert sich (?:bei uns|unsere?|herr|frau)|\b(?:richten|senden|schicken|leiten|adressieren) sie\b.{0,60}\ban (?:unsere|die|den|unseren) (?:buchhaltung|zentrale|abteilung|kollegen?|kollegin|kreditoren\w*|finanz\w*|rechnungs\w*)",
        r"\b(?:rechtsanwalt|kanzlei|insolvenzverwalter|kopie der rechnung)\b",
    ),
    rule_unless(
        "contact.fr",
        r"\b(?:pas|plus) (?:le bon|la bonne|l'interlocut\w+|votre interlocut\w+|en charge|dans (?:l'entreprise|la societe|ce service)|au service|chez|concernee?s?|responsable|destinataires?|competente?)\b|\bmauvais\w* (?:interlocut\w+|adresse|service|personne|contact|destinataire)|\b(?:contact\w+|adress\w+|ecri\w+|voir|rapproch\w+|envoy\w+|transmet\w+|joindre|tourn\w+)\b.{0,50}\b(?:avec|à|au|aupres|vers|de) (?:notre|nos|la|le|mon|ma|l')? ?(?:service|comptab\w+|collegue|siege|direction|cabinet comptable|departement|agence|responsable)|\bne (?:travaille|m'occupe|gere|suis|fais|nous concerne|me concerne|traite)\w*\b.{0,12}\b(?:plus|pas)\b|\bqui (?:gere|s'occupe|traite|regle|suit)\b|\btrompe\w* de (?:societe|destinataire|personne|adresse|interlocuteur|service|numero)|\baucun (?:lien|rapport) avec|\brien à voir avec|\bcette (?:boite|adresse) (?:est|n'est)|\bne (?:nous|me) (?:est|sont) pas (?:destinee?s?|adressee?s?)",
        r"\b(?:avocat|mandataire|tribunal|envoyer une copie|releve)\b",
    ),
    rule_unless(
        "contact.es",
        r"\b(?:no|ya no) (?:soy|somos|llevo|llevamos|trabaj\w+|me encargo|nos encargamos|gestion\w+|pertenec\w+|me ocupo|corresponde|nos corresponde|estoy en|forma parte|es para nosotros)\b|\bpersona (?:equivocada|indicada|adecuada|correcta|responsable)|\b(?:departamento|correo|destinatario|contacto|direccion) equivocad[oa]|\b(?:dirij|dirig)\w+\b.{0,30}\b(?:a|al)\b|\b(?:contact|pong)\w+\b.{0,25}\bcon\b|\b(?:escrib|envi|mand|remit|preguntad?|habl)\w*\b.{0,40}\b(?:al|a la|a nuestr[oa]|con) (?:departamento|administracion|contabilidad|compañer[oa]|gestoria|central|oficina|responsable|persona|encargad[oa]|tesoreria|finanzas)|\b(?:lo|la|las|los|de eso|de esto) (?:lleva|gestiona|se encarga|tramita)\b|\bse encarga\b|\b(?:se ha|se han|os habeis|te has) (?:equivocado|confundido)|\bnada que ver con|\bninguna relacion con|\bes(?:ta|te) (?:buzon|correo|direccion) (?:es|pertenece)",
        r"\b(?:abogad[oa]|administrador concursal|copia|extracto|no soy el)\b",
    ),
    rule_unless(
        "contact.nl",
        r"\bniet (?:meer )?(?:de juiste|de goede|werkzaam|verantwoordelijk|bij ons|voor (?:mij|ons)|op de (?:administratie|afdeling)|mijn (?:afdeling|verantwoordelijkheid))|\bverkeerde (?:persoon|adres|e-?mailadres|afdeling|contact\w*|geadresseerde)|\bwerk\w*\b.{0,15}\bniet meer\b|\b(?:richt\w*|wend\w*|stuur|sturen|mail|contact op\w*)\b.{0,40}\b(?:aan|tot|naar|met) (?:onze|de|het|mijn|ons)? ?(?:administratie|boekhoud\w*|collega|afdeling|crediteuren\w*|financi\w+|hoofdkantoor)|\bbij (?:onze|de|het) (?:administratie|boekhoud\w*|afdeling|crediteuren\w*|financi\w+|hoofdkantoor)\b|\bniet voor ons bestemd|\bgaat (?:\w+ )?over\b.{0,20}(?:facturen|betalingen)|\b(?:mijn )?collega\b.{0,30}\b(?:regelt|behandelt|gaat|doet)|\bhandelt .{0,30} af\b|\bniets (?:mee |met .{2,30} )?te maken|\b(?:wij|ik|we) (?:kunnen|kan|doen|doe) niets met|\bdit (?:postvak|adres|mailadres) is\b|\bvergist u\b|\bdienen\b.{0,40}\bin via\b|\bcontactpersoon (?:is|hiervoor)",
        r"\b(?:advocaat|curator|kopie)\b",
    ),
    rule(
        "contact.not_customer",
        r"\b(?:we|i)(?:'ve| have)? (?:sold|closed|transferred) (?:the|our|my|this) (?:business|company|shop|branch|restaurant|practice|store)\b|\b(?:taken over|acquired|bought out) by\b|\b(?:invoice|bill|this|these|it)(?: \w+){0,3} (?:is|are|was|were)(?: \w+)? (?:for|meant for|intended for|addressed to) (?:another|a different|our sister|our parent|somebody else|someone else|the \w+ (?:company|entity|branch))|\b(?:another|different|separate|sister) (?:company|entity|business|firm) (?:with|of|entirely|altogether)",
    ),
    rule(
        "contact.try",
        r"\b(?:you (?:want|need|should|may want)|best|better) (?:to )?(?:the|our|try|contact|speak|ask|e-?mail|send)\b.{0,40}\b(?:office|team|department|@\w+|accounts|finance|payable|person|instead)\b|\bgoing forward\b.{0,40}@|@.{0,40}\b(?:going forward|from now on|in future|instead)\b",
    ),
    rule(
        "contact.forwarded",
        r"\b(?:i have|i've|we have|we've|i'll|i will|have|having) (?:now |just )?(?:forwarded|passed|forward|pass) (?:this|it|your \w+)(?: \w+)? (?:on )?to (?:the right|our accounts|the correct|the person|the responsible)\b.{0,60}\b(?:not|wrong|right|correct)",
    ),
];

static BANK: [Rule; 11] = [
    rule(
        "bank.update",
        r"\b(?:update|change|amend|replace|correct|edit|switch)\b(?: \w+){0,4} (?:bank(?:ing)?|account|payment|remittance|remit-to|wire|ach|routing|direct deposit|beneficiary)(?: account)? (?:details|information|info|instructions|number|address)|\b(?:update|change|switch|redirect|divert) (?:the |our |your |all |future |my )*(?:payments?|remittances?|refunds?|transfers?)(?: \w+){0,3} to (?:the|a|our|this|another)\b.{0,20}\baccount",
    ),
    rule(
        "bank.changed",
        r"\b(?:bank(?:ing)?|account|remittance|payment|wire|iban|routing)(?: account)? (?:details|information|info|account|instructions|number|data)\b.{0,60}\b(?:chang\w+|updat\w+|moved|switched|differ\w*|replaced|amended|new|no longer (?:valid|in use))\b|\b(?:changed|switched|moved|changing|switching) (?:our |your |the |to a new |to |a )*(?:banks?|bankers|bank (?:account|details)|accounts?)\b",
    ),
    rule(
        "bank.new",
        r"\b(?:new|different|another|alternative|revised|updated|changed|other) (?:\w+ ){0,2}(?:bank(?:ing)?|iban|sort code|routing number|account (?:number|details|attached)|account (?:below|from)|wire(?: transfer)? instructions|ach instructions|payment instructions|beneficiary|remit-to|remittance (?:details|address)|bank account|account for (?:any |the |your |our |all |future )*(?:payments?|future|all|refunds?|remittances?))|\buse (?:our|the|this|my) new\b.{0,20}\baccount\b|\b(?:to|into) (?:the|a|our|this) (?:new|different|other|following|below) (?:\w+ )?account\b",
    ),
    rule(
        "bank.de",
        r"\b(?:neue[nrsm]?|andere[nrsm]?|geänderte[nrsm]?|abweichende[nrsm]?|aktuelle[nr]?)\b.{0,15}\b(?:bankverbindung\w*|kontoverbindung\w*|iban|bankdaten|kontodaten|kontonummer|konto|bankkonto)\b|(?:bankverbindung\w*|bankdaten|kontoverbindung\w*|kontodaten|iban|kontonummer|konto)\b.{0,60}\b(?:geändert|ändert|änderung|aktualisier\w*|gewechselt|umgestellt|änder\w*|nicht mehr gültig)|(?:änderung|aktualisierung|wechsel|ersetz\w*)\b.{0,25}\b(?:bankverbindung|kontoverbindung|bankdaten|iban|kontodaten|konto)|\bbank gewechselt",
    ),
    rule(
        "bank.fr",
        r"\b(?:nouve(?:au|aux|l|lle|lles)|autre|different\w*)\b.{0,15}\b(?:rib|iban|compte(?: bancaire)?|coordonnees bancaires|domiciliation)\b|\b(?:rib|iban|coordonnees bancaires|compte bancaire|domiciliation)\b.{0,50}\b(?:chang\w*|modifi\w*|mis\w* à jour|plus valable)|\b(?:chang\w*|modifi\w*|mise à jour|mettre à jour|actualis\w*|remplac\w*|utilis\w+ desormais)\b.{0,50}\b(?:rib|iban|coordonnees bancaires|compte bancaire|banque|domiciliation)\b",
    ),
    rule(
        "bank.es",
        r"\b(?:nuev[oa]s?|otr[oa]s?|distint[oa]s?|diferentes?)\b.{0,15}\b(?:numeros? de cuenta|cuentas?(?: bancarias?)?|iban|datos bancarios|domiciliacion)\b|\b(?:datos bancarios|numero de cuenta|cuenta bancaria|iban|cuenta)\b.{0,40}\b(?:cambi\w*|actualiz\w*|modific\w*|ya no (?:es|esta|vale|sirve|operativ\w+))|\b(?:cuenta|iban|banco) (?:bancari[oa] )?nuev[oa]\b|\b(?:cambi\w*|actualiz\w*|modific\w*|sustitu\w*|reemplac\w*|reemplaz\w*)\b.{0,40}\b(?:cuenta(?: bancaria)?|datos bancarios|iban|banco|numero de cuenta)\b",
    ),
    rule(
        "bank.nl",
        r"\b(?:nieuwe?|ander|andere|gewijzigde?|afwijkende?)\b.{0,15}\b(?:rekeningnummers?|rekening|iban|bankrekening|bankgegevens|bankrekeningnummers?)\b|\b(?:rekeningnummer|bankgegevens|bankrekening\w*|iban)\b.{0,60}\b(?:gewijzigd|veranderd|aangepast|wijzig\w*|verander\w*|aanpassen|niet meer geldig)|\b(?:wijzig\w*|verander\w*|aanpass\w*|aangepast|gewijzigd|overgestapt)\b.{0,40}\b(?:rekeningnummer|bankgegevens|bankrekening\w*|iban|bank)\b",
    ),
    rule(
        "bank.iban_to_use",
        r"\b(?:überweis\w*|zahl\w*|send|pay|remit|transfer|wire|vir\w+|vers\w+|regl\w+|rembours\w+|ingres\w+|transf\w+|abon\w+|pag\w+|devol\w+|maak|maken|stort\w*|betaal\w*|betal\w*|terugbeta\w*|erstatt\w*|gutschrift\w*|refunds?|remboursements?|reembolsos?)\b.{0,90}\b[a-z]{2}\d{2} ?(?:[a-z0-9]{4} ?){2,}",
    ),
    rule(
        "bank.closed",
        r"\b(?:unser\w*|our|old|altes?|notre|ancien|nuestra|antigua|onze|oude)\b.{0,20}\b(?:konto|bankkonto|bank account|account|compte(?: bancaire)?|cuenta(?: bancaria)?|(?:bank)?rekening)\b.{0,50}\b(?:aufgelöst|geschlossen|gekündigt|clos\w*|being closed|cloture\w*|ferme\w*|cerrad[oa]|cierra|opgeheven|gesloten|opgezegd|no longer (?:active|in use))\b",
    ),
    rule(
        "bank.given_by_mail",
        r"\b(?:sort code|account(?: number)?|iban|bank details|routing number|bankverbindung|kontodaten|konto|rib|coordonnees bancaires|cuenta|datos bancarios|rekening(?:nummer)?|bankgegevens)\b.{0,50}\b(?:you (?:gave|sent|provided|e-?mailed|told|supplied|wrote)|from your (?:e-?mail|letter|message)|(?:die|das) sie (?:uns )?(?:genannt|gemailt|geschickt|mitgeteilt)|que vous (?:nous )?(?:avez|aviez) (?:donne|envoye|transmis|communique)\w*|que (?:nos )?(?:han|habeis|disteis|dieron|mandaron|enviasteis)|die u (?:ons )?(?:gaf|stuurde|hebt|heeft))",
    ),
    rule(
        "bank.elsewhere",
        r"\b(?:send|remit|pay|wire|transfer|forward|deposit)\b.{0,50}\b(?:to|into) (?:the|this|our|a|my) (?:\w+ )?(?:account|bank) (?:below|attached|in the attach\w+|instead|in (?:lithuania|hong kong|the attached))",
    ),
];

/// Unchanged details are no change: "your bank details have not changed" quotes us, "new banking app" is a telephone.
static NOT_BANK: Pattern = Pattern::new(
    r"\b(?:have|has|had)(?: not|n't) (?:been )?changed\b|\bbanking app\b|\b(?:nicht|unverändert) geändert\b|\bpas change\b|\bno (?:ha|han) cambiado\b|\bniet (?:gewijzigd|veranderd)\b|\bupdate your records\b",
);

pub(super) fn wrong_contact(reader: &Reader<'_>, clause: &Clause) -> Option<Signal> {
    let (rule, span) = first(reader, clause, &WRONG)?;
    Some(signal(SignalKind::WrongContact, span, rule, sure_unless(clause.is_question)))
}

/// Never unsure: the alert costs a call back, the opposite the money.
pub(super) fn bank_change(reader: &Reader<'_>, clause: &Clause) -> Option<Signal> {
    let (rule, span) = first(reader, clause, &BANK)?;
    if NOT_BANK.is_match(reader.words(clause)) {
        return None;
    }
    Some(signal(SignalKind::BankDetailChange, span, rule, Certainty::Clear))
}

#[cfg(test)]
pub(super) fn patterns() -> Vec<&'static Pattern> {
    WRONG.iter().chain(&BANK).flat_map(Rule::patterns).chain([&NOT_BANK]).collect()
}
