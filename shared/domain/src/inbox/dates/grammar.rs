//! The phrase table: a pattern and how its captures become a day.
use super::calendar::{in_week, last_working_day, month_end, quarter_end};
use super::resolve::{
    Reading, absolute, calendar_week, count, dotted, in_days, in_working_days, is_counted_from_elsewhere,
    named_month_end, next_week, numeric, ordinal, slash, tomorrow, weekday, weekday_week,
};
use super::{DateMention, Direction, Precision};
use crate::dates::plus_days;
use crate::inbox::pattern::Pattern;
use crate::inbox::signal::{Context, Span};
use chrono::{Datelike, NaiveDate, Weekday};
use regex::Captures;

struct Phrase {
    rule: &'static str,
    precision: Precision,
    pattern: Pattern,
    day: fn(&Captures<'_>, &Reading<'_>) -> Option<NaiveDate>,
}

const fn exact(
    rule: &'static str,
    pattern: &'static str,
    day: fn(&Captures<'_>, &Reading<'_>) -> Option<NaiveDate>,
) -> Phrase {
    Phrase { rule, precision: Precision::Exact, pattern: Pattern::new(pattern), day }
}

const fn vague(
    rule: &'static str,
    pattern: &'static str,
    day: fn(&Captures<'_>, &Reading<'_>) -> Option<NaiveDate>,
) -> Phrase {
    Phrase { rule, precision: Precision::Vague, pattern: Pattern::new(pattern), day }
}

static PHRASES: [Phrase; 43] = [
    exact("date.day.iso", r"\b(?P<y>20\d\d)-(?P<m>\d\d)-(?P<d>\d\d)\b", absolute),
    exact(
        "date.day.numeric",
        r"\b(?P<a>\d{1,2})(?P<sep>[/.-])(?P<b>\d{1,2})[/.-](?P<y>20\d\d|\d\d)\b",
        numeric,
    ),
    exact(
        "date.day.slash",
        r"\b(?:(?P<prep>on|by|for|before|until|le|el|op|am|bis)\s+)?(?P<a>\d{1,2})(?P<sep>/)(?P<b>\d{1,2})\b",
        slash,
    ),
    exact("date.day.dotted", r"\b(?P<a>\d{1,2})(?P<sep>\.)(?P<b>\d{1,2})\.", dotted),
    exact(
        "date.day.month",
        r"\b(?P<d>\d{1,2})(?:st|nd|rd|th|\.|er|º|e)?[\s-]+(?:day\s+)?(?:of\s+|de\s+)?(?P<month>%month%)\b\.?(?:(?:,|\s|-)+(?:de\s+)?(?P<y>20\d\d|\d\d\b))?",
        absolute,
    ),
    exact(
        "date.day.month_first",
        r"\b(?P<month>%month%)\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?\b(?:,?\s+(?P<y>20\d\d))?",
        absolute,
    ),
    exact(
        "date.day.ordinal",
        r"\b(?P<d>\d{1,2})(?:st|nd|rd|th)\b(?P<next>\s+of\s+(?:the\s+)?next\s+month)?",
        ordinal,
    ),
    exact("date.day.ordinal.de", r"\b(?:am|zum|den|dem)\s+(?P<d>\d{1,2})\.", ordinal),
    exact("date.day.ordinal.fr", r"\b(?:le|avant le|au)\s+(?P<d>\d{1,2})(?:er)?\b", ordinal),
    exact("date.day.ordinal.es", r"\b(?:el|el d[ií]a|antes del|del)\s+(?P<d>\d{1,2})\b", ordinal),
    exact("date.day.ordinal.nl", r"\bde\s+(?P<d>\d{1,2})(?:e|de|ste)\b", ordinal),
    exact(
        "date.weekday",
        r"\b(?P<lead>last|this past|letzten|vorige|afgelopen|this)?\s*\b(?P<w>%weekday%)\b(?P<tail>\s+(?:dernier|pasado|prochain|que viene|próximo|proximo))?",
        weekday,
    ),
    exact(
        "date.weekday.coming",
        r"\b(?:this coming|coming|kommenden|kommender|aanstaande|(?:el )?pr[oó]ximo)\s+(?P<w>%weekday%)\b",
        weekday,
    ),
    exact("date.weekday.next", r"\bnext\s+(?P<w>%weekday%)\b", next_week),
    exact("date.weekday.week", r"\b(?P<w>%weekday%)\s+week\b", weekday_week),
    vague(
        "date.weekday.ambiguous",
        r"\b(?:nächsten|nächster|naechsten|volgende)\s+(?P<w>%weekday%)\b",
        weekday,
    ),
    exact(
        "date.weekday.of_next_week",
        r"\b(?P<w>%weekday%)\s+(?:of\s+)?(?:next week|nächster woche|nächste woche|(?:de )?(?:la )?semaine prochaine|de la (?:próxima semana|semana que viene)|volgende week)\b",
        next_week,
    ),
    exact(
        "date.weekday.next_week",
        r"\b(?:next week|nächste woche|volgende week|la semaine prochaine)\s+(?:on\s+|am\s+)?(?P<w>%weekday%)\b",
        next_week,
    ),
    exact(
        "date.today",
        r"\b(?:today|tonight|eod|end of (?:the )?day|this afternoon|this arvo|this evening|heute|aujourd'hui|hoy|vandaag)\b",
        |_, r| Some(r.today()),
    ),
    exact(
        "date.tomorrow",
        r"\b(?P<lead>guten|goede|goeden|esta|buenas|la)?\s*\b(?:tomorrow|morgen|demain|mañana)\b",
        tomorrow,
    ),
    exact(
        "date.after_tomorrow",
        r"\b(?:day after tomorrow|übermorgen|après-demain|pasado mañana|overmorgen)\b",
        |_, r| Some(plus_days(r.today(), 2)),
    ),
    exact(
        "date.in_days",
        r"\b(?:in|within|innerhalb von|binnen|dans|sous|d'ici|en|dentro de|over)\s+(?:the next\s+)?(?P<n>%count%)\s+(?:calendar\s+)?(?:days?|tagen?|jours?|días?|dias?|dagen)\b(?P<work>\s+(?:ouvr\w+|hábiles|laborables))?",
        in_days,
    ),
    exact(
        "date.in_working_days",
        r"\b(?:in|within|innerhalb von|binnen|over)\s+(?:the next\s+)?(?P<n>%count%)\s+(?:business days?|working days?|arbeitstagen?|werktagen?|werkdagen)\b",
        in_working_days,
    ),
    exact(
        "date.in_weeks",
        r"\b(?:in|within|innerhalb von|binnen|dans|sous|en|dentro de|over)\s+(?:the next\s+)?(?P<n>%count%)\s+(?:weeks?|wochen?|semaines?|semanas?|weken|week)\b",
        |c, r| Some(plus_days(r.today(), 7 * count(c)?)).filter(|_| !is_counted_from_elsewhere(r.after)),
    ),
    exact("date.fortnight", r"\b(?:in|within) a fortnight\b", |_, r| Some(plus_days(r.today(), 14))),
    exact("date.week_today", r"\ba week today\b", |_, r| Some(plus_days(r.today(), 7))),
    exact("date.net", r"\bnet\s+(?P<n>\d{1,3})\s+(?:days\s+)?from\s+(?:today|now)\b", |c, r| {
        Some(plus_days(r.today(), count(c)?))
    }),
    exact(
        "date.end_of_month",
        r"\b(?:(?:end of|at the end of) (?:the |this )?month|eom|month[- ]end|ende (?:des|dieses) monats|monatsende|(?:la )?fin (?:du|de|de ce) mois|fin(?:al|ales)? de(?: este)? mes|eind(?:e)?(?: van)? (?:de|deze) maand|einde maand)\b",
        |_, r| month_end(r.today(), 0),
    ),
    exact(
        "date.end_of_next_month",
        r"\b(?:end of next month|ende (?:des )?nächsten monats|fin (?:du )?mois prochain|fin(?:al|ales)? del? (?:mes que viene|próximo mes)|eind(?:e)?(?: van)? volgende maand)\b",
        |_, r| month_end(r.today(), 1),
    ),
    exact(
        "date.end_of_named_month",
        r"\b(?:end of|ende|fin|finales de|fin de|eind|einde)\s+(?P<month>%month%)\b",
        named_month_end,
    ),
    exact(
        "date.last_working_day",
        r"\b(?:last (?:working|business) day of (?:the|this) month|letzten (?:werktag|arbeitstag) des monats)\b",
        |_, r| last_working_day(r.today()),
    ),
    exact(
        "date.end_of_week",
        r"\b(?:end of (?:the |this )?week|eow|ende (?:der|dieser) woche|fin de (?:la |cette )?semaine|final(?:es)? de (?:la|esta) semana|eind(?:e)?(?: van)? (?:de|deze) week)\b",
        |_, r| Some(in_week(r.today(), 0, Weekday::Fri)),
    ),
    exact(
        "date.end_of_next_week",
        r"\b(?:end of next week|ende (?:der )?nächste[rn]? woche|fin (?:de (?:la )?)?semaine prochaine|final(?:es)? de la (?:próxima semana|semana que viene)|eind(?:e)?(?: van)? volgende week)\b",
        |_, r| Some(in_week(r.today(), 1, Weekday::Fri)),
    ),
    exact(
        "date.end_of_quarter",
        r"\b(?:end of (?:the |this )?quarter|quartalsende|ende des quartals)\b",
        |_, r| quarter_end(r.today()),
    ),
    vague("date.early_next_week", r"\bearly next week\b", |_, r| Some(in_week(r.today(), 1, Weekday::Tue))),
    vague(
        "date.next_week",
        r"\b(?:next week|nächste woche|la semaine prochaine|semaine prochaine|la pr[oó]xima semana|la semana que viene|volgende week)\b",
        |_, r| Some(in_week(r.today(), 1, Weekday::Fri)),
    ),
    vague("date.this_week", r"\b(?:this week|diese woche|cette semaine|esta semana|deze week)\b", |_, r| {
        Some(in_week(r.today(), 0, Weekday::Fri))
    }),
    vague(
        "date.next_month",
        r"\b(?:next month|nächsten monat|le mois prochain|el (?:mes que viene|próximo mes)|volgende maand)\b",
        |_, r| month_end(r.today(), 1),
    ),
    vague("date.first_week", r"\bfirst week of\s+(?P<month>%month%)\b", |c, r| {
        named_month_end(c, r)?.with_day(7)
    }),
    vague(
        "date.mid_month",
        r"\b(?:mid|middle of|mitte|mi|mediados de|medio)[ -](?P<month>%month%)\b",
        |c, r| named_month_end(c, r)?.with_day(15),
    ),
    vague(
        "date.beginning_of_month",
        r"\b(?:beginning of|start of|anfang|début|principios de|begin)\s+(?P<month>%month%)\b",
        |c, r| named_month_end(c, r)?.with_day(5),
    ),
    vague("date.month", r"\b(?:in|im|en)\s+(?P<month>%month%)\b", named_month_end),
    exact("date.calendar_week", r"\bKW\s?(?P<n>\d{1,2})\b", calendar_week),
];

pub(super) fn matches(text: &str, context: &Context, direction: Direction) -> Vec<DateMention> {
    let mut out = Vec::new();
    for phrase in &PHRASES {
        for captures in phrase.pattern.captures_iter(text) {
            let Some(whole) = captures.get(0) else { continue };
            let reading = Reading { context, direction, after: text.get(whole.end()..).unwrap_or_default() };
            let Some(on) = (phrase.day)(&captures, &reading) else { continue };
            let lead = whole.as_str().len() - whole.as_str().trim_start().len();
            let span = Span::new(whole.start() + lead, whole.end());
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
        for phrase in &PHRASES {
            assert!(phrase.pattern.compiles(), "{}", phrase.rule);
        }
    }
}
