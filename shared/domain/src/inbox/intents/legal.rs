//! Counsel, threats of law, insolvency and death. A lawyer who appears in another matter is none of these.
use super::Reader;
use super::rules::{Rule, first, rule, rule_unless, signal, sure_unless};
use crate::inbox::clauses::Clause;
use crate::inbox::signal::{Signal, SignalKind};

const OTHER_MATTER: &str = r"\b(?:signed? (?:it )?off|approv\w+|renewal|contract review|reviewed the contract|legal (?:entity|name|address)|our lawyers? (?:have|has|are) (?:review|look)\w*|freigegeben|freigabe|vertrag (?:geprüft|unterschrieben)|valide\w*|renouvellement|aprobad[oa]|renovacion|goedgekeurd|verlenging|law ?suit (?:settled|over)|moved (?:house|office))\b";

/// Another company than the debtor.
const OTHERS: &str = r"\b(?:a|an|one of (?:our|my)|another|big|large|major|main|largest|biggest|ein\w*|größt\w*|een|grote?|grootste|un|une|gros|principal|gran|uno de (?:nuestros|mis)) (?:\w+ ){0,2}(?:customers?|clients?|suppliers?|kunden?|großkunden?|lieferant\w*|fournisseur|clientes?|proveedor|klant|leverancier)\b";

static RULES: [Rule; 13] = [
    rule_unless(
        "legal.insolvency",
        r"\bchapter (?:7|11|13)\b|\bbankrupt\w*|\binsolven\w+|\b(?:in|into|entered|under|gone into|go into|placed (?:in|into)) (?:voluntary |creditors'? voluntary )?(?:administration|receivership|liquidation)\b|\bliquidat(?:or|ors|ion)\b|\badministrators?\b.{0,20}\bappointed|\breceivers?\b.{0,20}\bappointed|\bautomatic stay\b|\bwinding[- ]up\b|\bwound up\b|\bcva\b|\bcompany voluntary arrangement|\bceased trading\b|\bstruck off\b|\b(?:company|firm|business) (?:has been |was |is being |is )?dissolved\b|\bproof of (?:debt|claim)\b|\bmoratorium\b|\btrustee in bankruptcy\b",
        OTHERS,
    ),
    rule_unless(
        "legal.insolvency.de",
        r"\binsolvenz\w*|\bzahlungsunfähig\w*|\bkonkurs\w*|\bin liquidation\b|\bgläubigerversammlung|\bforderung(?:en)?\b.{0,40}\b(?:zur tabelle|anmelden|anzumelden)|\b(?:geschäftsbetrieb|betrieb)\b.{0,25}\beingestellt",
        OTHERS,
    ),
    rule_unless(
        "legal.insolvency.fr",
        r"\bredressement judiciaire|\bliquidation (?:judiciaire|amiable)|\bprocedure (?:collective|de sauvegarde)|\bsauvegarde judiciaire|\b(?:mandataire|administrateur|liquidateur)(?: judiciaire)?\b|\bfaillite|\bcessation (?:des paiements|d'activite)|\bdepot de bilan|\bdepose\w* (?:le|son|notre) bilan|\bdeclar\w+ (?:de )?(?:votre|vos) creances?",
        OTHERS,
    ),
    rule_unless(
        "legal.insolvency.es",
        r"\bconcurso (?:de acreedores|voluntario|necesario)|\ben concurso\b|\bpreconcurso|\badministra(?:dor|cion) concursal|\binsolvencia|\bquiebra\b|\ben liquidacion\b|\bcese de (?:la )?actividad",
        OTHERS,
    ),
    rule_unless(
        "legal.insolvency.nl",
        r"\bfaillissement\w*|\bfailliet\w*|\bsurseance|\bcurator\b|\bwsnp\b|\bschuldsanering\w*|\bbewindvoerder|\bin liquidatie|\bwhoa\b",
        OTHERS,
    ),
    rule_unless(
        "legal.counsel",
        r"\b(?:firm|office|we|undersigned|i) (?:represents?|acts? (?:for|on behalf of)|am acting|are acting|am instructed|are instructed|have been (?:instructed|retained|engaged))\b|\b(?:retained|instructed|engaged|appointed|hired|consult\w*|spoke\w* (?:to|with)|tak\w+) (?:legal )?(?:counsel|advice|(?:a|an|our|my) (?:solicitors?|attorneys?|lawyers?|barrister))|\b(?:speak|speaking|talk|talking|refer\w*|pass\w*|hand\w*|contact\w*|hear\w*|turn\w*|forward\w*|with|through|from|to|by|via)\b.{0,40}\b(?:my|our|the) (?:solicitors?|attorneys?|lawyers?|legal (?:team|counsel|department|advis[eo]rs?|representatives?))\b|\b(?:my|our) (?:solicitors?|attorneys?|lawyers?|legal (?:team|counsel|advis[eo]rs?)) (?:will|is|are|has|have)\b|\b(?:my|our) clients?\b.{0,40}\b(?:den(?:y|ies)|disput\w+|account|debt|reserves?|liab\w+)|\brepresented by (?:counsel|an attorney|a solicitor)",
        OTHER_MATTER,
    ),
    rule_unless(
        "legal.counsel.other",
        r"\b(?:rechts)?(?:anwalt|anwälte|anwältin|anwalts\w*)\b|\banwaltlich\w*|\brechtsabteilung|\brechtsbeistand|\bunsere? mandant\w*|\brechtsschutz\w*|\b(?:mon|notre|mes|nos|un|l') ?(?:avocat|conseil juridique)\w*|\bnotre (?:service juridique|cliente?)\b.{0,30}\b(?:contest|saisi|represent)|\b(?:mi|nuestr[oa]s?|un|el) (?:abogad[oa]s?|letrad[oa])|\b(?:asesoria|departamento|servicios) juridic[oa]s?|\b(?:mijn|onze|een|de) (?:advoca(?:at|ten)|jurist(?:en)?)|\brechtsbijstand\w*|\bclient[e]? (?:betwist|ontkent|erkent|is van mening)|\b(?:mijn|ons) (?:advocaten)?kantoor\b|\buit hoofde van\b|\b(?:treed|treden|opgetreden) (?:ik|wij)? ?(?:op )?(?:voor|namens)|\b(?:zeigen|zeige) .{0,30}vertret\w+|\bvertret\w+ (?:wir|ich)? ?(?:die|den|unsere?) (?:interessen|mandant\w*|firma)|\bagissant (?:pour|au nom)|\b(?:suis|sommes) le conseil de|\bles interets de (?:la societe|notre)|\bentre les mains de notre conseil|\ben (?:nombre y )?representacion de|\bactu(?:o|amos) en nombre",
        OTHER_MATTER,
    ),
    rule_unless(
        "legal.threat",
        r"\b(?:legal (?:action|proceedings|steps|claim)|court (?:proceedings|action|order|claim)|small claims|cease and desist|letter before (?:action|claim)|sue (?:you|your)|suing|take (?:you|this) to court|(?:see|meet) you in court|tribunal|trading standards|ombudsman|attorney general|regulator|(?:consumer|data) protection (?:agency|authority)|information commissioner|ftc|cfpb|bbb|better business bureau|fca|police|fraud squad|report(?:ing)? you|formal complaint|lawsuit|litigat\w+|defamation)\b|\bharass(?:ment|ing)\b",
        OTHER_MATTER,
    ),
    rule_unless(
        "legal.threat.de",
        r"\b(?:rechtliche|gerichtliche|juristische) (?:schritte|mittel|klärung|auseinandersetzung)|\bvor gericht\b|\bgerichtlich\w*|\bverklag\w+|\bklage (?:einreichen|erheben|eingereicht)|\bstrafanzeige|\banzeige erstatten|\bverbraucherzentrale|\b(?:datenschutz|aufsichts)behörde|\bunterlassungs\w+|\babmahnung\b|\bpolizei\b|\bnötigung\b",
        OTHER_MATTER,
    ),
    rule_unless(
        "legal.threat.fr",
        r"\b(?:en|devant la) justice\b|\b(?:le|au|du|devant le) tribunal|\bpoursuites? (?:judiciaires?)?|\bporter plainte|\bportons plainte|\bdeposer plainte|\bvoie judiciaire|\baction (?:en justice|judiciaire)|\bdgccrf|\brepression des fraudes|\bcnil\b|\bharcelement|\bassigner|\bassignation",
        OTHER_MATTER,
    ),
    rule_unless(
        "legal.threat.es",
        r"\b(?:acciones|medidas|vias) (?:legales|judiciales)|\bvia judicial|\bpor lo judicial|\bjuzgados?\b|\btribunales\b|\bdemandar(?:les|emos|los|e)?\b|\bdenunciar\w*|\bpondr\w+ una denuncia|\bdenuncia\b|\boficina del consumidor|\baepd\b|\bproteccion de datos\b|\bacoso\b|\bburofax",
        OTHER_MATTER,
    ),
    rule_unless(
        "legal.threat.nl",
        r"\b(?:juridische|gerechtelijke) (?:stappen|procedure|maatregelen|actie)|\bnaar de rechter|\brechtbank|\bvoor de rechter|\bkort geding|\baangifte\b|\bdagvaard\w*|\bautoriteit (?:consument|persoonsgegevens)|\bstalking\b|\bintimidatie|\bklacht (?:indienen|in bij)",
        OTHER_MATTER,
    ),
    rule(
        "legal.death",
        r"\b(?:passed away|deceased|has died|died|death of|late (?:husband|wife|father|mother|owner)|(?:the|his|her) estate\b|estate of|executors? of|probate|verstorben\w*|gestorben|verschieden|todesfall|nachlass\w*|erblasser|decede\w*|deces|succession de|falleci\w+|fallecimiento|difunt[oa]|herederos|overleden|overlijden|nalatenschap|erfgenamen|executeur)\b",
    ),
];

pub(super) fn read(reader: &Reader<'_>, clause: &Clause) -> Option<Signal> {
    let (rule, span) = first(reader, clause, &RULES)?;
    Some(signal(SignalKind::Legal, span, rule, sure_unless(clause.is_question)))
}

#[cfg(test)]
pub(super) fn patterns() -> Vec<&'static crate::inbox::pattern::Pattern> {
    RULES.iter().flat_map(Rule::patterns).collect()
}
