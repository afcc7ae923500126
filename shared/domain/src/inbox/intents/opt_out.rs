//! Asks us to stop writing. Grammar: a word of stopping or refusing, and a word for our mail, in either order.
use super::Reader;
use super::rules::{Rule, first, rule, rule_unless, signal, sure_unless};
use crate::inbox::clauses::Clause;
use crate::inbox::pattern::Pattern;
use crate::inbox::signal::{Signal, SignalKind};

/// The whole mail is one word of the kind every reader knows, as regulators list them.
pub(super) static WORD: Pattern = Pattern::new(concat!(
    r"^[^a-z]*(?:hi|hello|hey|hallo|bonjour|hola|hoi|dear \w+)?[^a-z]*(?:please |pls |bitte |just )?",
    r"(?:stop(?: it| this| now| please)?|unsubscribe(?: me| us| please)?|unsub|opt[ -]?out|opt me out|remove(?: me| us)?|quit|end|cancel|stopp|abmelden|abbestellen|austragen|",
    r"arret|desabonner|desabonnement|desinscription|me desinscrire|baja|afmelden|uitschrijven|stoppen)[^a-z]*(?:please|thanks|thank you|bitte|danke|svp|merci|por favor|gracias|aub|a\.u\.b|graag)?[^a-z]*$"
));

/// Paper, telephone and services are not our mail, and a pause or another address is no end.
const OTHER_THINGS: &str = r"\b(?:paper|printed|print|hard cop\w+|by post|postal|fax|papier\w*|post|courrier papier|correo postal|call(?:ing|s)?|phon\w+|ring(?:ing)?|telefon\w*|anruf\w*|anzurufen|appel\w*|telephon\w*|llam\w+|bellen|telefonisch\w*|until|till|before|bis zum|bis zur|vor dem|jusqu\w*|avant le|hasta|antes del?|tot en met|instead|stattdessen|plutôt|en lugar|en su lugar|in plaats|no need|necessary|needed|required|nötig|erforderlich|notwendig|necessaires?|besoin|necesari[oa]s?|hace falta|nodig)\b|@";

static RULES: [Rule; 24] = [
    rule(
        "opt_out.unsubscribe",
        r"\bunsubscrib\w*|\bopt(?:ing)?[ -](?:me |us )?out\b|\b(?:abbestell\w+|austragen)\b|\babmelden\b|(?:melde|trage) (?:mich|uns) .{0,30}\b(?:ab|aus)\b|\b(?:desabonn|desinscri)\w+|\b(?:dar|den|de|dame|dadme|denme|denos|deme|darme|darnos|dese|causar|solicito|solicitamos|quiero|queremos)\b.{0,25}\bbaja\b|\b(?:uitschrijven|afmelden)\b|\b(?:schrijf|meld) (?:mij|me|ons|dit adres) .{0,20}\b(?:uit|af)\b",
    ),
    rule_unless(
        "opt_out.off_list",
        r"\b(?:take|remove|delete|drop|strike|scrub|get|erase|purge|clear) (?:me|us|this (?:e-?mail|address|inbox|mailbox)|my (?:\w+ ){0,2}(?:e-?mail|address|name|details|data)|our (?:\w+ ){0,2}(?:e-?mail|address|name|details|data))\b(?:.{0,60}\b(?:off|from|out of)\b)?|\b(?:off|from) (?:your|this|the|any|all|these) (?:\w+ ){0,3}(?:lists?|database|distribution|mailings?)\b",
        r"\b(?:take (?:me|us) (?:through|to)|get (?:me|us) (?:a|the|that|this|an|some|to|your)|drop (?:me|us) (?:a|an|the|your)|clear (?:me|us)|off hold|from the invoice)\b",
    ),
    rule(
        "opt_out.off_list.de",
        r"\baus (?:dem|ihrem|eurem|diesem|allen) (?:e-?mail-?|mail-?)?(?:verteiler\w*|liste\w*)|\b(?:lösch\w+|entfern\w+|streich\w+|nehmen|nimm)\b.{0,50}\b(?:adresse|mailadresse|e-?mail-?adresse|daten|kontakt\w*|mich|uns|verteiler)\b.{0,30}|\b(?:adresse|e-?mail-?adresse|mailadresse|kontaktdaten)\b.{0,50}\b(?:lösch\w*|entfern\w*|streich\w*|zu löschen|sperren|herausnehmen|herauszunehmen)",
    ),
    rule(
        "opt_out.off_list.fr",
        r"\b(?:retir|supprim|enlev|effac|ray|ot)\w*\b.{0,40}\b(?:adresse|listes?|coordonnees|fichiers?|base|donnees|diffusion)\b|\bde (?:votre|vos|cette|la) listes?\b.{0,30}\b(?:retir|supprim|enlev)",
    ),
    rule(
        "opt_out.off_list.es",
        r"\b(?:borr|elimin|quit|suprim|retir|saqu|sac)\w*\b.{0,40}\b(?:direccion|listas?|correo|datos|base|distribucion)\b",
    ),
    rule(
        "opt_out.off_list.nl",
        r"\b(?:verwijder|haal|schrap|wis)\w*\b.{0,40}\b(?:adres|e-?mailadres|mailadres|lijst|mailinglijst|bestand|gegevens|verzendlijst)\b|\b(?:adres|e-?mailadres)\b.{0,30}\bverwijder\w*",
    ),
    rule_unless(
        "opt_out.stop",
        r"\b(?:stop|cease|quit|discontinue|halt|end|refrain from|desist from|knock off|enough(?: with| of)?|give up)\b(?: \S+){0,6}? (?:%contact%)\b|\bstop sending (?:me |us )?(?:these|this|them|anything|stuff|things|that)\b|\bstop (?:contacting|bothering|pestering|harassing|hounding|chasing|emailing|mailing|spamming|messaging|writing)\b",
        OTHER_THINGS,
    ),
    rule_unless(
        "opt_out.do_not",
        r"\b(?:do not|don't|dont|never|not to|must not|should not|shouldn't)\b(?: \w+){0,2} (?:e-?mail|contact|message|write(?: to)?|spam|send|mail|bother|reach out to)\b(?: (?:me|us|this address|here|this|these|any|more|further|reminders?|emails?|messages?)\b)+",
        r"\b(?:until|till|before|instead|paper|printed|by post|call\w*|phone|goods|payment|invoices? (?:to|by)|statement|copies|@|via the portal)\b|@",
    ),
    rule_unless(
        "opt_out.never_again",
        r"\b(?:do not|don't|dont|never|stop)\b.{0,40}\b(?:e-?mail|contact|message|write|mail)(?:ing)?\b.{0,30}\b(?:again|any ?more|ever)\b",
        r"\b(?:paper|printed|post|postal|invoices?|statements?)\b",
    ),
    rule_unless(
        "opt_out.no_more",
        r"\b(?:no|any) (?:more|further|additional|longer|other)(?: (?:of|such|these|your|automated|automatic|payment|e-?mail|dunning|overdue|collection)){0,4} (?:%contact%)\b",
        r"\b(?:no need|necessary|needed|required|paper|printed|print|by post|calls?|phone|questions?|correspondence from|had|received|heard|have not|haven't|if (?:there|you)|without)\b",
    ),
    rule_unless(
        "opt_out.not_wish",
        r"\b(?:don't|do not|no longer|not|never)(?: \w+){0,2} (?:want|wish|like|care|consent|agree|asked|expect)\b(?: \w+){0,5} (?:receiv\w+|get(?:ting)?|be(?:ing)? (?:e-?mailed|contacted|messaged|chased|written)|hear(?:ing)? from|%contact%)\b|\b(?:prefer|rather)(?: \w+){0,4} (?:not|no longer|didn't|stopped|never)(?: \w+){0,4} (?:%contact%|receiv\w+|hear\w*)\b|\bmind not (?:sending|e-?mailing|contacting|writing|messaging)\b|\bnot (?:sending|e-?mailing|contacting|messaging) (?:me|us)\b|\bhear(?:ing)? from you (?:again|any ?more)|\b(?:don't|do not|no longer|not|never)(?: \w+){0,2} (?:want|need|like|wish)\b.{0,40}\b(?:in (?:my|our|this) (?:inbox|mailbox|e-?mail)|another (?:one|of these)|(?:one|any) (?:more )?of (?:these|those))|\bget (?:me |us )?off (?:of )?(?:this|your|the|these)\b",
        OTHER_THINGS,
    ),
    rule(
        "opt_out.leave_alone",
        r"\bleave (?:me|us) alone\b|\b(?:lose|forget|delete) (?:my|our|this) (?:e-?mail|address|number|contact)|\b(?:withdraw|revoke)\w* (?:my|our|any|all)? ?consent|\b(?:lassen|lasst) sie (?:mich|uns) in ruhe|\bin ruhe (?:lassen|gelassen)|(?:laissez|fichez)-(?:moi|nous) (?:tranquilles?|la paix)|\b(?:dej\w+|quiero que) (?:me |nos )?(?:dejen )?en paz|\blaat (?:me|mij|ons) met rust|\bmet rust (?:gelaten|laten)|\bwiderrufe\b.{0,40}\beinwilligung",
    ),
    rule(
        "opt_out.counsel",
        r"\b(?:direct|address|send|route|forward|make)\b.{0,20}\b(?:all|any|further|future) (?:\w+ )*(?:communications?|correspondence|contact|inquir\w+|enquir\w+|letters?|notices?)\b.{0,80}\b(?:our (?:office|firm)|this (?:office|firm)|undersigned|counsel|attorney|solicitors?|lawyers?|us)\b|\b(?:all|any) (?:further |future )*(?:communications?|correspondence|contact)\b.{0,50}\b(?:through|via|to|with|addressed to|directed to)\b.{0,40}\b(?:firm|office|us|counsel|attorney|solicitors?|lawyers?|undersigned)\b|\b(?:do not|not|cease|stop|no(?: further)?)\b.{0,25}\bcontact\w*\b.{0,15}\b(?:our client|my client|the debtor|directly)",
    ),
    rule(
        "opt_out.counsel.other",
        r"\b(?:korrespondenz|schriftverkehr|kommunikation|schreiben|zuschriften|kontakt\w*)\b.{0,60}\b(?:ausschließlich|nur noch|allein|künftig|direkt)\b.{0,40}\b(?:an uns|über uns|mit uns|kanzlei|anwalt\w*|unterzeichn\w+)|\b(?:ausschließlich|nur noch)\b.{0,30}\b(?:an|über|mit) (?:uns|unsere kanzlei|die kanzlei|unseren? (?:rechts)?anwalt)|\b(?:toute|toutes)\b.{0,20}\b(?:correspondances?|communications?)\b.{0,70}\b(?:cabinet|avocats?|notre etude)\b|\btoda\b.{0,20}\b(?:comunicacion|correspondencia)\b.{0,70}\b(?:despacho|abogad\w+|bufete)\b|\b(?:uitsluitend|voortaan|enkel|alleen)\b.{0,30}\b(?:tot|aan|met|via) (?:mijn|ons|het) (?:advocaten)?kantoor\b|\b(?:rechtstreekse?|direct\w*|jede\w*|tout|todo|iedere|elke)\b.{0,40}\b(?:benadering|contact\w*|kontakt\w*|communicatie|comunicacion)\b.{0,40}\b(?:staken|achterwege|te laten|unterlassen|einzustellen|cesser|abstenir|cesar)\b|\b(?:abstenir|abstengan?|absteng\w+|cesen|cesser)\b.{0,40}\b(?:contact\w*|comunic\w*)|\b(?:unterlassen|einzustellen)\b.{0,40}\b(?:kontaktaufnahme|direkte\w*)|\b(?:kontaktaufnahme|direkte\w* kontakt\w*)\b.{0,50}\b(?:unterlassen|einzustellen|abzusehen)|\balle\b.{0,20}\b(?:correspondentie|communicatie|berichten)\b.{0,70}\b(?:ons kantoor|advocaat|kantoor|ons)\b",
    ),
    rule_unless(
        "opt_out.de.none",
        r"\bkeine(?:rlei|n)?\b(?: (?:weiteren?|solchen?|automatischen?|automatisierten?|derartigen?|e-?mail-?|mehr|ihrer|dieser|von)\b)+.{0,40}(?:%contact%|mails?|post)\b|\bkeine(?:n|rlei)? (?:\w+ )?(?:%contact%|e-?mails?|mails?)\b.{0,50}\bmehr\b|\bbitte keine (?:\w+ )?(?:%contact%|e-?mails?|mails?)\b",
        r"\b(?:papier\w*|per post|telefon\w*|anruf\w*|nötig|erforderlich|notwendig|brauch\w*|müssen|bis zum|bis zur|gebühr\w*|haben (?:wir|ich)|wir haben)\b|@",
    ),
    rule_unless(
        "opt_out.de.not_more",
        r"\b(?:nicht|nie) (?:mehr|wieder|länger|weiter)\b.{0,40}(?:anschreib\w*|angeschrieben|anmail\w*|kontaktier\w*|schreib\w*|mail\w*|belästig\w*|behellig\w*|zuschick\w*|schick\w*|erhalten|bekommen|erinner\w*)|\bschreiben sie (?:mir|uns|an diese adresse) (?:bitte )?(?:nicht|nie)\b|\bkontaktieren sie (?:mich|uns) (?:bitte )?(?:nicht|nie)\b",
        r"\b(?:papier\w*|per post|telefon\w*|anruf\w*|rechnung(?:en)? (?:nicht|nie)|ware|geld|bis zum)\b",
    ),
    rule_unless(
        "opt_out.de.stop",
        r"\b(?:hören sie|hört|hör)\b.{0,30}\bauf\b|\b(?:unterlass\w+|stell\w+|stopp\w+|beend\w+|verzicht\w+|seh\w+)\b.{0,60}(?:%contact%|zusendung\w*|mailverkehr|schreiberei)\b|(?:%contact%|zusendung\w*|e-?mails?)\b.{0,40}\b(?:einstellen|einzustellen|unterlassen|zu unterlassen|abzusehen|absehen|beenden|zu stoppen|stoppen)\b|\b(?:möcht|will|woll|wünsch|leg)\w*\b.{0,50}\b(?:keine?|nicht mehr|nicht länger)\b.{0,40}\b(?:erhalten|bekommen|kontaktiert|angeschrieben|erinnert|mails?|e-?mails?|wert)\b|\bverschon\w+\b.{0,20}\b(?:mich|uns)",
        r"\b(?:papier\w*|per post|telefon\w*|anruf\w*|bis zum|bis zur|lieferung\w*|zahlung einstellen|gutschrift|ware)\b",
    ),
    rule_unless(
        "opt_out.fr",
        r"\bn[e']? ?(?:plus|jamais)\b.{0,10}\b(?:m'|me |nous |etre |recevoir|de )?(?:envoy\w*|ecri\w*|contact\w*|relanc\w*|adress\w*|sollicit\w*|recevoir|mail\w*|derang\w*|importun\w*)|\bn(?:e |'| )(?:m'|me |nous |lui |l')?(?:en )?(?:envoy|ecri|contact|relanc|adress|sollicit|import|derang)\w* (?:plus|jamais)|\bne (?:souhait|veu|desir|voul)\w* (?:plus|pas|aucune?)\b.{0,20}\b(?:recevoir|etre|vos|de|d'|vos)\b.{0,40}(?:%contact%|contacte\w*|relance\w*|sollicite\w*|mails?)|\bne plus (?:m'|me |nous )?(?:envoyer|recevoir|ecrire|contacter|relancer|etre)",
        r"\b(?:papier|telephon\w*|appel\w*|par la poste|jusqu\w*|avant le|facture papier|inutile|pas besoin)\b",
    ),
    rule_unless(
        "opt_out.fr.stop",
        r"\b(?:arret|cess|stopp|finiss)\w*\b.{0,40}(?:%contact%|m'ecrire|nous ecrire|m'envoyer|nous envoyer|envois?|harceler|mails?)\b|\bplus (?:de|d'|aucune?) (?:\w+ )?(?:%contact%|mails?|e-?mails?)\b.{0,20}(?:svp|s'il|merci|a cette adresse|de votre part|$)|\b(?:stop|halte) (?:aux|à vos|les|vos|avec)\b",
        r"\b(?:papier|telephon\w*|appels?|jusqu\w*|travaux|livraison\w*|inutile|besoin)\b",
    ),
    rule_unless(
        "opt_out.es",
        r"\bno (?:me|nos|le|les|se) (?:\w+ )?(?:envi|escrib|contact|mand|remit|moleste|vuelv|llegu|escriba)\w*\b(?:.{0,40}\b(?:mas|nada|nunca|otra vez)\b)?|\bno (?:quier|dese|queremos|dese)\w* (?:recibir|que (?:me|nos)|mas|seguir recibiendo)|\b(?:dej|ces|par)\w+ de (?:\w+ )?(?:envi|escrib|mand|contact|molest|remit|bombarde)\w*|\bno vuelv\w+ a (?:escrib|contact|envi|mand|molest)\w*|\bni un[oa]? (?:\w+ )?(?:%contact%) mas|\bno mas (?:%contact%)|\bya basta de\b.{0,20}(?:%contact%)",
        r"\b(?:hace falta|necesario|papel|postal|telefono|llam\w+|hasta|antes del?|factura|mercanc\w+|pedido|copia|justificante)\b",
    ),
    rule_unless(
        "opt_out.nl",
        r"\bstop(?:pen)?\b.{0,25}\b(?:met|het|deze|alle)?\b.{0,30}(?:%contact%|mailen|sturen|schrijven|mailtjes|versturen|toesturen)\b|\bgeen\b(?: \w+){0,4} (?:%contact%|e-?mails?|mails?|post)\b.{0,40}\bmeer\b|\bgeen (?:verdere|nieuwe|andere|automatische)(?: \w+){0,2} (?:%contact%)|\bniet (?:meer|langer|verder)\b.{0,40}(?:mail\w*|schrijv\w*|benader\w*|contact\w*|stur\w*|bericht\w*|aangeschreven|lastig\w*|ontvangen)|\b(?:mail|schrijf|bericht|benader|contacteer|stuur) (?:mij|me|ons|naar dit adres)\b.{0,30}\b(?:niet|nooit|niets)\b|\bwil(?:len)?\b.{0,40}\b(?:geen|niet)\b.{0,50}\b(?:ontvangen|krijgen|benaderd|gemaild)\b",
        r"\b(?:papier\w*|per post|bellen|telefonisch|tot en met|nodig|hoef\w*|goederen|levering|factuur (?:niet|nooit))\b|@",
    ),
    rule(
        "opt_out.gdpr",
        r"\b(?:right to (?:object|erasure|be forgotten)|art(?:icle|ikel|iculo)?\.? ?(?:17|21) (?:gdpr|dsgvo|rgpd|avg)|under (?:the )?gdpr|gemäß dsgvo|en vertu du rgpd|conforme al rgpd|op grond van de avg)\b",
    ),
    rule_unless(
        "opt_out.ask_kindly",
        r"\b(?:grateful|appreciate|obliged|glad|nice|great|good|happy) (?:it )?if (?:you|these|the|this|your)\b.{0,30}\b(?:stop\w*|refrain\w*|cease\w*|no longer|didn't|did not|not)\b.{0,40}(?:%contact%|stop|coming|sending)\b|\b(?:can|could|would|will) (?:you|these|this|someone) (?:please |kindly )?(?:stop|cease|quit|refrain|not|discontinue)\b.{0,40}(?:%contact%|sending (?:me|us|these|this))\b",
        OTHER_THINGS,
    ),
    rule_unless(
        "opt_out.enough",
        r"\b(?:this|that|it) (?:is|has to be|must be|will be) the last (?:%contact%)|\bthese (?:%contact%) (?:must|have to|need to|should|can) (?:stop|cease|end)\b|\bmake (?:it|this|these|them) stop\b|\bmake sure (?:i|we) (?:don't|do not|never|no longer) (?:get|receive|hear)",
        r"\b(?:last (?:reminder|notice) (?:was|you))\b",
    ),
];

pub(super) fn read(reader: &Reader<'_>, clause: &Clause) -> Option<Signal> {
    let (rule, span) = first(reader, clause, &RULES)?;
    // "Could you stop writing?" asks for it; "have I been unsubscribed?" asks about it.
    let doubt = clause.is_question && !ASKED_FOR.is_match(reader.words(clause));
    Some(signal(SignalKind::OptOut, span, rule, sure_unless(doubt)))
}

static ASKED_FOR: Pattern = Pattern::new(r"\b(?:%ask%)\b|\bwould you\b|\bhow (?:do|can) (?:i|we)\b");

#[cfg(test)]
pub(super) fn patterns() -> Vec<&'static Pattern> {
    RULES.iter().flat_map(Rule::patterns).chain([&WORD, &ASKED_FOR]).collect()
}
