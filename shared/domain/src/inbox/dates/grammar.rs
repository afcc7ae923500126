//! The phrase table: a pattern and how its groups become a day.
use super::calendar::{last_working_day, month_end};
use super::phrases::PERIODS;
use super::resolve::{
    Reading, absolute, calendar_week, dotted, in_days, in_hours, in_weeks, next_week, numeric, ordinal,
    ordinal_word, short_weekday, slash, tomorrow, week_of, weekday, weekday_week,
};
use super::{DateMention, Direction, Precision};
use crate::dates::plus_days;
use crate::inbox::fold::Folded;
use crate::inbox::pattern::{Groups, Pattern};
use crate::inbox::signal::Context;
use chrono::{Datelike, NaiveDate};

pub(super) struct Phrase {
    pub(super) rule: &'static str,
    pub(super) precision: Precision,
    pub(super) pattern: Pattern,
    pub(super) day: Resolve,
}

type Resolve = fn(&Groups<'_>, &Reading<'_>) -> Option<NaiveDate>;

pub(super) const fn exact(rule: &'static str, pattern: &'static str, day: Resolve) -> Phrase {
    Phrase { rule, precision: Precision::Exact, pattern: Pattern::new(pattern), day }
}

pub(super) const fn vague(rule: &'static str, pattern: &'static str, day: Resolve) -> Phrase {
    Phrase { rule, precision: Precision::Vague, pattern: Pattern::new(pattern), day }
}

/// Single days; periods ("end of May") are in [`PERIODS`].
static DAYS: [Phrase; 33] = [
    exact("date.day.iso", r"\b(?P<y>20\d\d)-(?P<m>\d\d)-(?P<d>\d\d)\b", absolute),
    exact(
        "date.day.numeric",
        r"\b(?P<a>\d{1,2})(?P<sep>[/.-]) ?(?P<b>\d{1,2})[/.-] ?(?P<y>20\d\d|\d\d)\b",
        numeric,
    ),
    exact("date.day.slash", r"\b(?:(?P<prep>%on%) )?(?P<a>\d{1,2})(?P<sep>/)(?P<b>\d{1,2})\b", slash),
    exact("date.day.dotted", r"\b(?:(?P<prep>%on%) )?(?P<a>\d{1,2})(?P<sep>\.) ?(?P<b>\d{1,2})\.", dotted),
    exact(
        "date.day.dotted_bare",
        r"\b(?P<prep>%on%|uiterlijk) (?P<a>\d{1,2})(?P<sep>[.-])(?P<b>\d{1,2})\b",
        dotted,
    ),
    exact(
        "date.day.month",
        r"\b(?P<d>\d{1,2}) ?(?:st|nd|rd|th|\.|er|o|e|eme|ter|ten|ste|de)?[ -]{0,2}(?:day )?(?:of |de |del? mes de )?(?P<month>%month%)\b\.?(?:(?:,|[ -])+(?:del? )?(?P<y>20\d\d|\d\d\b))?",
        absolute,
    ),
    exact(
        "date.day.month_first",
        r"\b(?P<month>%month%)\.?[ -](?:the )?(?P<d>\d{1,2})(?:st|nd|rd|th)?\b(?:,? (?P<y>20\d\d))?",
        absolute,
    ),
    exact(
        "date.day.ordinal",
        r"\b(?P<d>\d{1,2}) ?(?:st|nd|rd|th)\b(?P<next> of (?:the )?(?:next|following|coming) month| next month)?(?P<this> of (?:this|the) month)?",
        ordinal,
    ),
    exact(
        "date.day.ordinal.de",
        r"\b(?:am|zum|den|dem|ab|bis) (?P<d>\d{1,2})\.(?P<next> (?:des )?(?:nächsten|kommenden|folgenden) monats| im nächsten monat)?(?P<this> (?:dieses|des|d\.?) (?:monats|m\.))?",
        ordinal,
    ),
    exact(
        "date.day.ordinal.fr",
        r"\b(?:le|avant le|au|du|d'ici le|d'ici au) (?P<d>\d{1,2})(?:er)?\b(?P<next> (?:du|le) mois (?:prochain|suivant))?(?P<this> (?:de ce|du) mois| courant)?",
        ordinal,
    ),
    exact(
        "date.day.ordinal.es",
        r"\b(?:el|el dia|dia|antes del?|del|al|el proximo(?: dia)?|antes del dia) (?P<d>\d{1,2})\b(?P<next> del? (?:mes que viene|proximo mes|mes proximo|mes siguiente))?(?P<this> de(?: este)? mes)?",
        ordinal,
    ),
    exact(
        "date.day.ordinal.nl",
        r"\b(?:de|op|den|voor) (?P<d>\d{1,2})(?:e|de|ste)\b(?P<next> (?:van )?(?:de )?(?:volgende|komende) maand)?(?P<this> van (?:deze|de) maand)?",
        ordinal,
    ),
    exact(
        "date.day.ordinal_word",
        r"\b(?P<prep>(?:on|by|until|before) the|am|zum|le|el|de|el dia) (?P<word>first|fifth|seventh|tenth|twelfth|fifteenth|twentieth|twenty.fifth|thirtieth|thirty.first|ersten|fünften|zehnten|fünfzehnten|zwanzigsten|dreißigsten|premier|primero|eerste|vijftiende)\b(?P<next> (?:of (?:the )?next month|des nächsten monats|(?:du )?mois prochain|del? (?:mes que viene|proximo mes)|van (?:de )?volgende maand))?(?P<this> (?:of (?:the|this) month|des monats|du mois|de mes|van de maand))?",
        ordinal_word,
    ),
    exact(
        "date.weekday",
        r"\b(?:(?P<lead>last|this past|past|letzten|letzter|vergangenen|vorigen|vorige|afgelopen|el pasado|pasado|previous|(?P<this>this|diesen|dieser|ce|este|deze)) )?(?P<w>%weekday%)\b(?P<tail> (?:dernier|pasado|passé|prochain|que viene|proximo))?",
        weekday,
    ),
    exact(
        "date.weekday.short",
        r"\b(?:(?:on|by|until|this|for|before|come) )(?P<w>mon|tue|wed|thur?|sat|sun)\b",
        short_weekday,
    ),
    exact(
        "date.weekday.coming",
        r"\b(?:this coming|coming|kommenden|kommender|kommende|aanstaande|komende|a\.s\.|(?:el |este )?proximo|ce) (?P<w>%weekday%)\b",
        weekday,
    ),
    exact("date.weekday.next", r"\bnext (?P<w>%weekday%)\b", next_week),
    exact(
        "date.weekday.week",
        r"\b(?:(?P<w>%weekday%) week|(?:a )?week on (?P<v>%weekday%)|(?P<x>%weekday%) en huit|(?P<z>%weekday%) in einer woche)\b",
        weekday_week,
    ),
    vague(
        "date.weekday.ambiguous",
        r"\b(?:nächsten|nächster|nächste|naechsten|volgende) (?P<w>%weekday%)\b",
        weekday,
    ),
    exact(
        "date.weekday.of_next_week",
        r"\b(?P<w>%weekday%)(?: of| in| de| van| der| dans)? (?:%next_week%)\b",
        next_week,
    ),
    exact(
        "date.weekday.next_week",
        r"\b(?:%next_week%),? (?:on |am |op |le |el )?(?P<w>%weekday%)\b",
        next_week,
    ),
    exact(
        "date.today",
        r"\b(?:today|tonight|eod|cob|end of (?:the )?(?:business )?day|close of (?:business|play)|end of play|this (?:afternoon|arvo|evening)|later this morning|heute|aujourd'hui|ce soir|cet apres-midi|en fin de journee|hoy|esta (?:tarde|noche)|vandaag|vanmiddag|vanavond)\b",
        |_, r| Some(r.today()),
    ),
    exact(
        "date.tomorrow",
        r"\b(?P<lead>guten|schönen|goede|goeden|gutem|esta|buenas|la|por la|de la|am|pro|per la)? ?\b(?:tomorrow|tmrw|tmw|morgen|demain|mañana)\b",
        tomorrow,
    ),
    exact(
        "date.after_tomorrow",
        r"\b(?:(?:the )?day after tomorrow|übermorgen|apres-demain|apres demain|pasado mañana|overmorgen)\b",
        |_, r| Some(plus_days(r.today(), 2)),
    ),
    exact(
        "date.in_days",
        r"\b(?:(?P<prep>%within%) )?(?:(?:the )?(?:next|nächsten|prochains|proximos|komende) )?(?:\d{1,2} ?(?:-|to|bis|à|a|tot|oder|or|ou|o|of) ?)?(?P<n>%count%) (?P<w1>(?:business|working|bank|banking|werk) ?)?(?:calendar )?(?:days?|tagen?|jours?|dias?|dagen|dag)\b(?P<work> (?:ouvr\w+|habiles|laborables))?(?P<tail> (?:from (?:today|now)|time|ab heute|a partir de hoy|à compter d'aujourd'hui|vanaf (?:nu|vandaag)))?",
        in_days,
    ),
    exact(
        "date.in_working_days",
        r"\b(?:(?P<prep>%within%) )?(?:(?:the )?(?:next|nächsten) )?(?:\d{1,2} ?(?:-|to|bis|tot) ?)?(?P<n>%count%) (?P<w1>business days?|working days?|bank(?:ing)? days?|arbeitstagen?|werktagen?|bankarbeitstagen?|werkdagen|werkdag|bankwerkdagen)\b(?P<tail> (?:from (?:today|now)|time|ab heute))?",
        in_days,
    ),
    exact(
        "date.in_hours",
        r"\b(?:%within%) (?:the next |den nächsten |les |las (?:proximas )?)?(?P<n>24|48|72)(?: ?h| hours?| hrs| stunden| heures| horas| uur)\b",
        in_hours,
    ),
    exact(
        "date.in_weeks",
        r"\b(?:(?P<prep>%within%) )?(?:(?:the )?(?:next|nächsten|prochaines|proximas|komende) )?(?P<n>%count%) (?:weeks?|wochen?|semaines?|semanas?|weken|week)\b(?P<tail>(?:'s?)? (?:from (?:today|now)|time|ab heute))?",
        in_weeks,
    ),
    exact(
        "date.fortnight",
        r"\b(?:(?:in|within) (?:a|the next) fortnight|fortnight today|(?:in|within) (?:a|the next) couple of weeks|sous quinzaine|d'ici quinze jours)\b",
        |_, r| Some(plus_days(r.today(), if r.is_quinzaine() { 15 } else { 14 })),
    ),
    exact(
        "date.week_today",
        r"\b(?:a week (?:from )?today|today week|heute in einer woche|sous huitaine|d'aujourd'hui en huit)\b",
        |_, r| Some(plus_days(r.today(), 7)),
    ),
    exact(
        "date.net",
        r"\bnet (?P<n>\d{1,3}) (?:days )?(?P<tail>from (?:today|now|this (?:morning|afternoon)))\b",
        in_days,
    ),
    exact(
        "date.last_working_day",
        r"\b(?:(?:the )?last (?:working|business|banking) day of (?:the|this) month|letzte[nr]? (?:werktag|arbeitstag|bankarbeitstag|geschäftstag) (?:des|dieses|im) monats?|dernier jour ouvr\w+ (?:du|de ce) mois|ultimo dia (?:habil|laborable) (?:del?|de este) mes|laatste werkdag van (?:de|deze) maand)\b",
        |_, r| last_working_day(month_end(r.today(), 0)?),
    ),
    exact(
        "date.calendar_week",
        r"\b(?:kw|week|semaine|semana|woche|cw|wk)\.? ?(?P<n>\d{1,2})\b",
        calendar_week,
    ),
];

static WEEK_OF: Phrase = vague(
    "date.week_of",
    r"\b(?:week (?:of|commencing|beginning|starting)|w/c|wc|woche (?:vom|ab dem)|semaine du|semana del|week van) (?:the |%weekday%,? )?(?P<d>\d{1,2})(?:st|nd|rd|th|\.)?(?:(?: (?:of |de )?|[/.])(?:(?P<month>%month%)|(?P<m>\d{1,2})\b))?",
    week_of,
);

pub(super) fn matches(text: &Folded, context: &Context, direction: Direction) -> Vec<DateMention> {
    let words = text.as_str();
    let mut out = Vec::new();
    for phrase in DAYS.iter().chain(&PERIODS).chain([&WEEK_OF]) {
        for groups in phrase.pattern.groups_iter(words) {
            let whole = groups.whole();
            let found = words.get(whole.start..whole.end).unwrap_or_default();
            let reading = Reading {
                context,
                direction,
                words: found,
                before: words.get(..whole.start).unwrap_or_default(),
                after: words.get(whole.end..).unwrap_or_default(),
            };
            let Some(on) = (phrase.day)(&groups, &reading) else { continue };
            let lead = found.len() - found.trim_start().len();
            let span = text.span(whole.start + lead, whole.start + found.trim_end().len());
            out.push(DateMention { span, on, precision: phrase.precision, rule: phrase.rule });
        }
    }
    out
}

/// Dates centuries away are typing errors or account numbers.
pub(super) fn is_usable(on: NaiveDate, today: NaiveDate) -> bool {
    (on.year() - today.year()).abs() <= 5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_compiles() {
        for phrase in DAYS.iter().chain(&PERIODS).chain([&WEEK_OF]) {
            assert!(phrase.pattern.compiles(), "{}", phrase.rule);
        }
    }
}
