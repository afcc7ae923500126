//! Sign-offs, name blocks, mobile footers, banners and disclaimers. When it is not clear that a line is one, it stays:
//! losing a customer's sentence is worse than keeping a name.
use super::Line;
use crate::inbox::fold::fold;
use crate::inbox::pattern::Pattern;

static SIGN_OFF: Pattern = Pattern::new(concat!(
    r"^(?:(?:(?:many|with|kind|kindest|warm|warmest|best|very best|yours|sincere|my|all|in advance) ){0,3}",
    r"(?:thanks|thank you|thanx|thx|regards|rgds|brgds|wishes|cheers|ta|sincerely|faithfully|truly|best|br|kr|rgs|respectfully|appreciat\w+)(?:,? (?:and|&) (?:(?:kind|kindest|best|warm) )?(?:regards|rgds|wishes)| again| in advance| so much| very much| a lot| for your (?:help|patience|understanding|time|assistance))?|",
    r"yours(?: (?:sincerely|faithfully|truly|aye))?|(?:very |most )(?:truly|sincerely) yours|yours very truly|all the best|take care|speak soon|talk soon|have a (?:good|great|nice|lovely) (?:day|weekend|week|one|evening)|",
    r"(?:mit |und )?(?:(?:freundliche|beste|viele|liebe|herzliche|schöne|sonnige|kollegiale)[nrms]?(?: und )?){1,2} (?:grüße[n]?|grüssen?|gruß|gruss)(?: aus \w+)?|(?:grüße|grüsse|gruß|gruss)(?: aus \w+)?|mfg|vielen dank(?: im voraus| vorab)?(?: und .{4,30})?|besten dank|danke(?: (?:im voraus|vorab|schön|ihnen|und .{4,30}))?|(?:mit )?(?:bestem|herzlichem|vielem|besten) dank|lg|vg|bg|hg|hochachtungsvoll|herzlichst|schönen tag(?: noch)?|schönes wochenende|",
    r"(?:(?:bien|tres|avec nos|avec mes) )?cordialement(?: votre)?|(?:(?:mes|nos|meilleures|sinceres|cordiales|avec mes|avec nos) )*salutations(?: (?:distinguees|les meilleures))?|bien à (?:vous|toi)|sinc[eè]rement|respectueusement|cdlt|cdt|merci(?: (?:d'avance|par avance|beaucoup|bien|à vous|et .{4,30}))?|bonne (?:journee|soiree|reception)|(?:bon|bonne) (?:week-end|fin de semaine)|à bientôt|",
    r"(?:(?:un|muchos|reciba un|reciban un) )?(?:(?:cordial|atento|afectuoso) )?saludos?(?: (?:cordial|cordiales|y gracias))?|(?:(?:muchas|mil) )?gracias(?: (?:y (?:un )?saludos?|de antemano|por todo))?|atentamente|atte|cordialmente|un abrazo|fdo|firmado|quedo a su disposicion|",
    r"(?:met )?(?:(?:vriendelijke|hartelijke|beste|vr) )+(?:groet(?:en|jes)?|gr)|groet(?:en|jes)?|mvg|mvrgr|gr|hoogachtend|(?:alvast |hartelijk |vriendelijk )*(?:bedankt|dank)(?: (?:en .{4,30}|alvast))?|fijne (?:dag|avond)|prettig weekend|(?:med )?(?:venlig(?:e)?|vanliga?|vennlig) (?:hilsen|halsning\w*)|hilsen|halsningar|mvh|vh",
    r") ?[,.!-]* ?$"
));
/// Words that are a closing or an answer of their own.
static THANKS_ONLY: Pattern = Pattern::new(
    r"^(?:(?:many |with |best )?(?:thanks|thank you|thx)|ta|best|cheers|appreciat\w+|vielen dank|besten dank|danke|merci|(?:muchas |mil )?gracias|(?:alvast |hartelijk )?(?:bedankt|dank))\b",
);
static DELIMITER: Pattern = Pattern::new(r"^(?:--|__|~~) ?$|^-- $|^--(?: \S.{0,30})?$");
static FOOTER: Pattern = Pattern::new(concat!(
    r"^(?:[-*_~> ]{0,4})(?:sent (?:from|via|with|using) (?:my |the |an? )?(?:\w+ ){0,3}(?:iphone|ipad|ios|phone|mobile|android|samsung|galaxy|blackberry|yahoo|outlook|mail|proton\w*|gmail|superhuman|zoho|spark|front|device|tablet|windows|pixel|huawei|handheld)\b[^,]{0,40}$|sent (?:from|via) [^,.!?]{2,45}$|get outlook for|(?:von meinem|von unterwegs) .{0,40}gesendet|(?:gesendet|verschickt) (?:von|mit|aus|über) |diese nachricht wurde von meinem|",
    r"envoye (?:de|depuis|à partir|avec|via) |telecharge[rz]? outlook|obtenir outlook|enviado (?:desde|con|por) |obtener outlook|descargar outlook|(?:verstuurd|verzonden) (?:vanaf|met|via|vanuit) |",
    r"outlook (?:voor|für|pour|para|for) \w+|download outlook|_{10,}$|",
    r"you received this (?:message|e-?mail) because you|to unsubscribe from this|unsubscribe here|to view this discussion|visit this group|for more options, visit|.{0,30}mailing list ?$|https?://(?:lists|groups)\.|",
    r"ref:_?[0-9a-z._]+:ref|\[?ticket ?(?:id|#|no)?[:# ]*[\w-]+\]?$|(?:##-? ?)?please (?:type|write) your reply above|-{2,} ?(?:please )?(?:reply|respond|write|antwort\w*|repond\w+|respond\w+) (?:above|oberhalb|au-dessus|encima|boven)|##-|this e-?mail is a service from|\[[0-9a-z]{4,}-[0-9a-z]{3,}\]$|powered by (?:zendesk|freshdesk|intercom|hubspot))"
));
static BANNER: Pattern = Pattern::new(concat!(
    r"^(?:[*\[({<!| -]{0,5})(?:external(?: (?:e-?mail|sender|message))?[\]):! ]*$|(?:caution|warning|attention|achtung|vorsicht|attention|aviso|atencion|precaucion|let op|opgelet|notice)\b[\s:!*-]{0,4}.{0,40}\b(?:extern\w*|outside|ausserhalb|von außen|exterieur|fuera de|buiten)|",
    r"(?:\[?external\]?|\[?extern\]?)[ :|-]{1,3}.{0,80}(?:e-?mail|sender|message|absender|links?|attachments?)|\[(?:external|extern|externe|externo|ext)\]|this (?:e-?mail|message) (?:originated|came|was sent) from (?:outside|an external|a sender outside)|do not click (?:on )?(?:any )?links|diese e-?mail (?:stammt|kommt|wurde) von (?:außerhalb|einem externen|extern)|öffnen sie keine (?:anhänge|links)|(?:ce|cet) (?:courriel|message|e-?mail) (?:provient|a ete envoye) (?:de l'exterieur|d'un expediteur externe)|ne cliquez pas|este (?:correo|mensaje) (?:procede|proviene) de|no haga clic|no abra (?:adjuntos|archivos|enlaces)|n'ouvrez pas|open geen bijlagen|deze e-?mail (?:komt|is afkomstig) van buiten|klik niet op|",
    r"you don't often get e-?mail from|some people who received this message don't often|learn why this is important|sie erhalten nicht oft|vous n'obtenez pas souvent|no suele recibir|u ontvangt niet vaak|unless you (?:recogni[sz]e|trust|know) the sender)"
));
static DISCLAIMER: Pattern = Pattern::new(concat!(
    r"^(?:[*_-]{0,3} ?)?(?:this (?:e-?mail|message|communication|transmission)(?: \(?including .{3,40}\)?)?(?: and any| is (?:intended|confidential|only|for)| contains| may contain| has been)|disclaimer\b|confidentiality (?:notice|note)|confidential:|privileged|the (?:information|content)s? (?:contained )?(?:in|of) this (?:e-?mail|message|communication)|if you (?:are not|have received) (?:the intended|this)|",
    r"registered (?:in|office|address)\b|company (?:no|number|reg)|vat (?:no|reg|number)|please (?:consider|think of) the environment|think before you print|save (?:paper|trees)|",
    r"diese (?:e-?mail|nachricht) (?:enthält|ist|und|kann)|(?:vertraulichkeits)?hinweis:|geschäftsführ(?:er|erin|ung)\b ?:?|amtsgericht\b|handelsregister|sitz der gesellschaft|ust-?id|der inhalt dieser|bitte denken sie an die umwelt|bitte prüfen sie,? ob diese|",
    r"(?:ce|cet) (?:message|courriel|e-?mail)(?: et | est | peut | contient)|les informations contenues|pensez à l'environnement|avant d'imprimer|capital (?:social|de)\b|siret\b|",
    r"este (?:mensaje|correo)(?: electronico)? (?:y |es |contiene|puede|va)|la informacion (?:contenida|de este)|aviso (?:legal|de confidencialidad)|antes de imprimir|piense en el medio|proteccion de datos:|",
    r"de (?:informatie|inhoud) (?:in|van) dit|dit (?:e-?mail)?bericht (?:is|en|kan|bevat)|deze e-?mail (?:is|en|kan|bevat)|denk aan het milieu|kvk\b|btw\b)"
));
static POSTSCRIPT: Pattern = Pattern::new(r"^(?:p\.? ?s\.?|nb|n\.b\.|pd|p\.d\.)(?: ?[:.-] ?| )\S");
/// Words that answer or instruct: they are never taken for a name.
static SAYS_SOMETHING: Pattern = Pattern::new(concat!(
    r"\b(?:stop|unsubscribe|remove|cancel|end|quit|paid|pay|payment|yes|no|ok|okay|done|thanks|received|today|tomorrow|never|next|soon|will|see|sent|invoice|please|noted|agreed|sure|",
    r"ja|nein|nee|oui|non|si|danke|merci|gracias|bezahlt|betaald|paye|pagado|morgen|heute|demain|mañana|hoy|vandaag|%weekday%|%month%)\b"
));
/// A telephone, address or role line that follows a name.
static CONTACT_LINE: Pattern = Pattern::new(concat!(
    r"^(?:(?:t|tel|telephone|phone|p|m|mob|mobile|cell|fax|f|direct|office|e|email|w|web|d|dd|o|telefon|mobil|tel\.|fon|telefoon|movil|telefono|portable)[.:|/ ]{1,3}.{0,3}[\d(+@]|\+?[\d(][\d ().-]{7,}$|www\.|https?://\S+$|[\w.+-]+@[\w.-]+$|\d+[a-z]? [\w ]+(?:street|road|ave|avenue|lane|drive|st|rd|suite|way|blvd|square)\b)|",
    r"\b(?:inc|ltd|limited|llc|gmbh|ag|bv|b\.v|sarl|sas|sa|sl|s\.l|plc|pty|pvt|co\. kg|kg|corp)\b\.?$|\|"
));

/// Drops everything that closes a mail, keeping a postscript.
pub(super) fn without<'t>(lines: &[Line<'t>], sender: Option<&str>) -> Vec<&'t str> {
    let kept = |line: &&Line<'t>| {
        !line.is_signature && !FOOTER.is_match(&line.folded) && !BANNER.is_match(&line.folded)
    };
    let lines: Vec<&Line<'t>> = lines.iter().filter(kept).collect();
    let end = signature_start(&lines).unwrap_or(lines.len());
    let (own, closing) = lines.split_at_checked(end).unwrap_or((&lines, &[]));
    let own = without_disclaimers(own);
    let (own, own_postscript) = split_postscript(own);
    let mut own: Vec<&Line<'t>> = without_name_block(own, sender);
    let postscript: Vec<&Line<'t>> = own_postscript
        .into_iter()
        .chain(closing.iter().copied())
        .skip_while(|line| !POSTSCRIPT.is_match(&line.folded))
        .collect();
    let has_postscript = !postscript.is_empty();
    let postscript = postscript
        .into_iter()
        .take_while(|line| !line.folded.is_empty())
        .filter(|line| !DISCLAIMER.is_match(&line.folded));
    let gap = own.len();
    own.extend(postscript);
    let mut out: Vec<&'t str> = own.iter().map(|line| line.text).collect();
    if has_postscript {
        out.insert(gap.min(out.len()), "");
    }
    out
}

/// A postscript follows the name of the sender, which is dropped before it.
fn split_postscript<'a, 't>(mut own: Vec<&'a Line<'t>>) -> (Vec<&'a Line<'t>>, Vec<&'a Line<'t>>) {
    let at = own.iter().rposition(|line| POSTSCRIPT.is_match(&line.folded)).filter(|at| *at > 0);
    let postscript = at.map(|at| own.split_off(at)).unwrap_or_default();
    (own, postscript)
}

/// A disclaimer runs to the end of its paragraph.
fn without_disclaimers<'a, 't>(lines: &[&'a Line<'t>]) -> Vec<&'a Line<'t>> {
    let mut is_in_one = false;
    let mut out = Vec::new();
    for line in lines {
        is_in_one = !line.folded.is_empty() && (is_in_one || DISCLAIMER.is_match(&line.folded));
        if !is_in_one {
            out.push(*line);
        }
    }
    out
}

/// An empty line, or one drawn to set off what follows.
fn is_rule(line: &str) -> bool {
    line.chars().all(|c| c.is_whitespace() || matches!(c, '-' | '_' | '=' | '*' | '–' | '—'))
}

/// Drops contact lines and the sender's name at the end.
fn without_name_block<'a, 't>(mut own: Vec<&'a Line<'t>>, sender: Option<&str>) -> Vec<&'a Line<'t>> {
    let drop_blank = |own: &mut Vec<&'a Line<'t>>| {
        while own.last().is_some_and(|line| is_rule(line.text)) {
            own.pop();
        }
    };
    drop_blank(&mut own);
    if let Some(at) = name_block(&own, sender) {
        own.truncate(at);
        drop_blank(&mut own);
    }
    while let Some(at) = closing_block(&own) {
        own.truncate(at);
        drop_blank(&mut own);
    }
    if own.len() > 1 && own.last().is_some_and(|line| is_name(line.text, sender)) {
        own.pop();
        drop_blank(&mut own);
    }
    // "Thanks again" before a name that stood alone.
    if own.len() > 1 && own.last().is_some_and(|line| SIGN_OFF.is_match(&line.folded)) {
        own.pop();
    }
    own
}

/// Where the last paragraph begins that is a name followed by roles, companies and numbers.
fn name_block(own: &[&Line<'_>], sender: Option<&str>) -> Option<usize> {
    let start = own.iter().rposition(|line| line.folded.is_empty()).map_or(0, |at| at + 1);
    let block = own.get(start..)?;
    let (first, rest) = block.split_first()?;
    let is_contact = |line: &&&Line<'_>| CONTACT_LINE.is_match(&line.folded);
    let is_short = block.iter().all(|line| line.folded.len() <= 70);
    let is_block = start > 0
        && is_short
        && !rest.is_empty()
        && is_name(first.text.split([',', '|']).next().unwrap_or_default(), sender)
        && rest.iter().any(|line| is_contact(&line) || is_name(line.text, sender));
    if is_block {
        return Some(start);
    }
    None
}

/// A last paragraph of short lines that say nothing is who wrote: a name, a role, a department, a company.
fn closing_block(own: &[&Line<'_>]) -> Option<usize> {
    let start = own.iter().rposition(|line| line.folded.is_empty())? + 1;
    let block = own.get(start..)?;
    let is_title = |line: &&Line<'_>| {
        let first = line.text.trim_start_matches(['-', '–', '—', '~', '*', ' ']).chars().next();
        let words = line.text.split_whitespace().count();
        let is_sentence =
            words > 2 && line.folded.ends_with(['.', '?', '!', ':', ';']) || line.folded.ends_with('?');
        first.is_some_and(char::is_uppercase)
            && words <= 6
            && !is_sentence
            && !line.folded.contains(|c: char| c.is_ascii_digit() || c == '$')
            && !line.folded.contains(": ")
            && !SAYS_SOMETHING.is_match(&line.folded)
            && !IS_SHOUT.is_match(line.text)
    };
    let has_words = own.iter().take(start).any(|line| line.text.split_whitespace().count() > 3);
    (has_words && block.len() <= 4 && block.iter().all(is_title)).then_some(start)
}

/// A word in capitals alone on a line is meant to be read: "STOP", "PAID".
static IS_SHOUT: Pattern = Pattern::new(r"^[A-Z]{4,}[!.]*$");

fn signature_start(lines: &[&Line<'_>]) -> Option<usize> {
    let first = lines.iter().position(|line| !line.folded.is_empty())?;
    (0..lines.len()).find(|at| {
        let Some(line) = lines.get(*at) else { return false };
        if DELIMITER.is_match(&line.folded) && line.folded.len() < 4 {
            return true;
        }
        if !SIGN_OFF.is_match(&line.folded) || !closes(lines.get(at + 1..).unwrap_or_default()) {
            return false;
        }
        // "Thanks" as the whole mail is its content.
        *at > first || !THANKS_ONLY.is_match(&line.folded)
    })
}

/// A sign-off is followed by nothing, or by a short line that is not a sentence.
fn closes(after: &[&Line<'_>]) -> bool {
    let mut rest = after.iter().filter(|line| !line.folded.is_empty());
    rest.next().is_none_or(|next| {
        let words = next.text.split_whitespace().count();
        let is_sentence = next.folded.ends_with(['?', '!']) || (next.folded.ends_with('.') && words > 2);
        let is_block = DELIMITER.is_match(&next.folded)
            || CONTACT_LINE.is_match(&next.folded)
            || DISCLAIMER.is_match(&next.folded)
            || POSTSCRIPT.is_match(&next.folded)
            || SIGN_OFF.is_match(&next.folded);
        is_block || (!is_sentence && words <= 5 && !SAYS_SOMETHING.is_match(&next.folded))
    })
}

fn is_name(line: &str, sender: Option<&str>) -> bool {
    let words: Vec<&str> =
        line.split_whitespace().filter(|word| !matches!(*word, "-" | "--" | "~")).collect();
    if words.is_empty()
        || words.len() > 4
        || SAYS_SOMETHING.is_match(&fold(line))
        || line.contains(['?', '!', '@', ':'])
    {
        return false;
    }
    let bare = |word: &str| fold(word.trim_matches(|c: char| !c.is_alphanumeric()));
    let known: Vec<String> = sender.into_iter().flat_map(str::split_whitespace).map(bare).collect();
    let is_known = |word: &&str| {
        let word = bare(word);
        let is_initial = word.len() == 1 && known.iter().any(|name| name.starts_with(&word));
        is_initial || known.contains(&word)
    };
    if !known.is_empty() && words.iter().all(is_known) {
        return true;
    }
    let is_shout = |word: &str| word.chars().count() > 2 && word.chars().all(|c| !c.is_lowercase());
    let is_capital = |word: &&str| word.starts_with(char::is_uppercase) && !is_shout(word);
    let looks = words.len() <= 3 && words.iter().all(is_capital) && !line.trim_end().ends_with([',', '.']);
    looks && (known.is_empty() || words.iter().any(is_known))
}

#[cfg(test)]
pub(super) fn patterns() -> [&'static Pattern; 10] {
    [
        &SIGN_OFF,
        &THANKS_ONLY,
        &DELIMITER,
        &FOOTER,
        &BANNER,
        &DISCLAIMER,
        &POSTSCRIPT,
        &SAYS_SOMETHING,
        &CONTACT_LINE,
        &IS_SHOUT,
    ]
}
