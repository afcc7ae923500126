//! The phrase table: a pattern and how its captures become a day.
use super::calendar::{in_month, in_week, last_working_day, month_end, plus_working_days, quarter_end, weekday_after, weekday_before};
use super::words::{COUNTS, MONTHS, WEEKDAYS, lookup};
use super::{DateMention, Direction, Precision};
use crate::dates::plus_days;
use crate::inbox::pattern::Pattern;
use crate::inbox::signal::{Context, Span};
use chrono::{Datelike, Months, NaiveDate, Weekday};
use regex::Captures;

struct Phrase {
    rule: &'static str,
    precision: Precision,
    pattern: Pattern,
    day: fn(&Captures<'_>, &Reading<'_>) -> Option<NaiveDate>,
}

/// What a phrase is resolved against, and what follows it in the text.
pub(super) struct Reading<'t> {
    context: &'t Context,
    direction: Direction,
    after: &'t str,
}

impl Reading<'_> {
    fn today(&self) -> NaiveDate {
        self.context.written_on
    }
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
    exact("date.day.numeric", r"\b(?P<a>\d{1,2})(?P<sep>[/.-])(?P<b>\d{1,2})[/.-](?P<y>20\d\d|\d\d)\b", numeric),
    exact("date.day.slash", r"\b(?:(?P<prep>on|by|for|before|until|le|el|op|am|bis)\s+)?(?P<a>\d{1,2})(?P<sep>/)(?P<b>\d{1,2})\b", slash),
    exact("date.day.dotted", r"\b(?P<a>\d{1,2})(?P<sep>\.)(?P<b>\d{1,2})\.", dotted),
    exact(
        "date.day.month",
        r"\b(?P<d>\d{1,2})(?:st|nd|rd|th|\.|er|º|e)?[\s-]+(?:day\s+)?(?:of\s+|de\s+)?(?P<month>%month%)\b\.?(?:(?:,|\s|-)+(?:de\s+)?(?P<y>20\d\d|\d\d\b))?",
        absolute,
    ),
    exact("date.day.month_first", r"\b(?P<month>%month%)\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?\b(?:,?\s+(?P<y>20\d\d))?", absolute),
    exact("date.day.ordinal", r"\b(?P<d>\d{1,2})(?:st|nd|rd|th)\b(?P<next>\s+of\s+(?:the\s+)?next\s+month)?", ordinal),
    exact("date.day.ordinal.de", r"\b(?:am|zum|den|dem)\s+(?P<d>\d{1,2})\.", ordinal),
    exact("date.day.ordinal.fr", r"\b(?:le|avant le|au)\s+(?P<d>\d{1,2})(?:er)?\b", ordinal),
    exact("date.day.ordinal.es", r"\b(?:el|el d[ií]a|antes del|del)\s+(?P<d>\d{1,2})\b", ordinal),
    exact("date.day.ordinal.nl", r"\bde\s+(?P<d>\d{1,2})(?:e|de|ste)\b", ordinal),
    exact("date.weekday", r"\b(?P<lead>last|this past|letzten|vorige|afgelopen|this)?\s*\b(?P<w>%weekday%)\b(?P<tail>\s+(?:dernier|pasado|prochain|que viene|próximo|proximo))?", weekday),
    exact("date.weekday.coming", r"\b(?:this coming|coming|kommenden|kommender|aanstaande|(?:el )?pr[oó]ximo)\s+(?P<w>%weekday%)\b", weekday),
    exact("date.weekday.next", r"\bnext\s+(?P<w>%weekday%)\b", next_week),
    exact("date.weekday.week", r"\b(?P<w>%weekday%)\s+week\b", weekday_week),
    vague("date.weekday.ambiguous", r"\b(?:nächsten|nächster|naechsten|volgende)\s+(?P<w>%weekday%)\b", weekday),
    exact(
        "date.weekday.of_next_week",
        r"\b(?P<w>%weekday%)\s+(?:of\s+)?(?:next week|nächster woche|nächste woche|(?:de )?(?:la )?semaine prochaine|de la (?:próxima semana|semana que viene)|volgende week)\b",
        next_week,
    ),
    exact("date.weekday.next_week", r"\b(?:next week|nächste woche|volgende week|la semaine prochaine)\s+(?:on\s+|am\s+)?(?P<w>%weekday%)\b", next_week),
    exact("date.today", r"\b(?:today|tonight|eod|end of (?:the )?day|this afternoon|this arvo|this evening|heute|aujourd'hui|hoy|vandaag)\b", |_, r| Some(r.today())),
    exact("date.tomorrow", r"\b(?P<lead>guten|goede|goeden|esta|buenas|la)?\s*\b(?:tomorrow|morgen|demain|mañana)\b", tomorrow),
    exact("date.after_tomorrow", r"\b(?:day after tomorrow|übermorgen|après-demain|pasado mañana|overmorgen)\b", |_, r| Some(plus_days(r.today(), 2))),
    exact("date.in_days", r"\b(?:in|within|innerhalb von|binnen|dans|sous|d'ici|en|dentro de|over)\s+(?:the next\s+)?(?P<n>%count%)\s+(?:calendar\s+)?(?:days?|tagen?|jours?|días?|dias?|dagen)\b(?P<work>\s+(?:ouvr\w+|hábiles|laborables))?", in_days),
    exact("date.in_working_days", r"\b(?:in|within|innerhalb von|binnen|over)\s+(?:the next\s+)?(?P<n>%count%)\s+(?:business days?|working days?|arbeitstagen?|werktagen?|werkdagen)\b", in_working_days),
    exact("date.in_weeks", r"\b(?:in|within|innerhalb von|binnen|dans|sous|en|dentro de|over)\s+(?:the next\s+)?(?P<n>%count%)\s+(?:weeks?|wochen?|semaines?|semanas?|weken|week)\b", |c, r| {
        Some(plus_days(r.today(), 7 * count(c)?)).filter(|_| !is_counted_from_elsewhere(r.after))
    }),
    exact("date.fortnight", r"\b(?:in|within) a fortnight\b", |_, r| Some(plus_days(r.today(), 14))),
    exact("date.week_today", r"\ba week today\b", |_, r| Some(plus_days(r.today(), 7))),
    exact("date.net", r"\bnet\s+(?P<n>\d{1,3})\s+(?:days\s+)?from\s+(?:today|now)\b", |c, r| Some(plus_days(r.today(), count(c)?))),
    exact("date.end_of_month", r"\b(?:(?:end of|at the end of) (?:the |this )?month|eom|month[- ]end|ende (?:des|dieses) monats|monatsende|(?:la )?fin (?:du|de|de ce) mois|fin(?:al|ales)? de(?: este)? mes|eind(?:e)?(?: van)? (?:de|deze) maand|einde maand)\b", |_, r| month_end(r.today(), 0)),
    exact("date.end_of_next_month", r"\b(?:end of next month|ende (?:des )?nächsten monats|fin (?:du )?mois prochain|fin(?:al|ales)? del? (?:mes que viene|próximo mes)|eind(?:e)?(?: van)? volgende maand)\b", |_, r| month_end(r.today(), 1)),
    exact("date.end_of_named_month", r"\b(?:end of|ende|fin|finales de|fin de|eind|einde)\s+(?P<month>%month%)\b", |c, r| named_month_end(c, r)),
    exact("date.last_working_day", r"\b(?:last (?:working|business) day of (?:the|this) month|letzten (?:werktag|arbeitstag) des monats)\b", |_, r| last_working_day(r.today())),
    exact("date.end_of_week", r"\b(?:end of (?:the |this )?week|eow|ende (?:der|dieser) woche|fin de (?:la |cette )?semaine|final(?:es)? de (?:la|esta) semana|eind(?:e)?(?: van)? (?:de|deze) week)\b", |_, r| Some(in_week(r.today(), 0, Weekday::Fri))),
    exact("date.end_of_next_week", r"\b(?:end of next week|ende (?:der )?nächste[rn]? woche|fin (?:de (?:la )?)?semaine prochaine|final(?:es)? de la (?:próxima semana|semana que viene)|eind(?:e)?(?: van)? volgende week)\b", |_, r| Some(in_week(r.today(), 1, Weekday::Fri))),
    exact("date.end_of_quarter", r"\b(?:end of (?:the |this )?quarter|quartalsende|ende des quartals)\b", |_, r| quarter_end(r.today())),
    vague("date.early_next_week", r"\bearly next week\b", |_, r| Some(in_week(r.today(), 1, Weekday::Tue))),
    vague("date.next_week", r"\b(?:next week|nächste woche|la semaine prochaine|semaine prochaine|la pr[oó]xima semana|la semana que viene|volgende week)\b", |_, r| Some(in_week(r.today(), 1, Weekday::Fri))),
    vague("date.this_week", r"\b(?:this week|diese woche|cette semaine|esta semana|deze week)\b", |_, r| Some(in_week(r.today(), 0, Weekday::Fri))),
    vague("date.next_month", r"\b(?:next month|nächsten monat|le mois prochain|el (?:mes que viene|próximo mes)|volgende maand)\b", |_, r| month_end(r.today(), 1)),
    vague("date.first_week", r"\bfirst week of\s+(?P<month>%month%)\b", |c, r| NaiveDate::from_ymd_opt(named_month_end(c, r)?.year(), named_month_end(c, r)?.month(), 7)),
    vague("date.mid_month", r"\b(?:mid|middle of|mitte|mi|mediados de|medio)[ -](?P<month>%month%)\b", |c, r| named_month_end(c, r)?.with_day(15)),
    vague("date.beginning_of_month", r"\b(?:beginning of|start of|anfang|début|principios de|begin)\s+(?P<month>%month%)\b", |c, r| named_month_end(c, r)?.with_day(5)),
    vague("date.month", r"\b(?:in|im|en)\s+(?P<month>%month%)\b", |c, r| named_month_end(c, r)),
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

fn number(captures: &Captures<'_>, name: &str) -> Option<u32> {
    captures.name(name)?.as_str().trim().parse().ok()
}

fn count(captures: &Captures<'_>) -> Option<u32> {
    let word = captures.name("n")?.as_str();
    word.parse().ok().or_else(|| lookup(COUNTS, word)).filter(|n| *n > 0)
}

fn year(captures: &Captures<'_>) -> Option<i32> {
    let digits = captures.name("y")?.as_str();
    let value: i32 = digits.parse().ok()?;
    Some(if digits.len() == 2 { 2000 + value } else { value })
}

/// A day and month without a year: the next such day, or the last one when looking back.
fn nearest(day: u32, month: u32, reading: &Reading<'_>) -> Option<NaiveDate> {
    let today = reading.today();
    let this = NaiveDate::from_ymd_opt(today.year(), month, day);
    match reading.direction {
        Direction::Ahead => {
            this.filter(|on| *on >= today).or_else(|| NaiveDate::from_ymd_opt(today.year() + 1, month, day))
        }
        Direction::Back => {
            this.filter(|on| *on <= today).or_else(|| NaiveDate::from_ymd_opt(today.year() - 1, month, day))
        }
    }
}

fn absolute(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    let day = number(captures, "d")?;
    let month = match captures.name("month") {
        Some(name) => lookup(MONTHS, name.as_str())?,
        None => number(captures, "m")?,
    };
    match year(captures) {
        Some(year) => NaiveDate::from_ymd_opt(year, month, day),
        None => nearest(day, month, reading),
    }
}

/// Day and month in the locale's order; the other order when that is no date.
fn ordered(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    let (a, b) = (number(captures, "a")?, number(captures, "b")?);
    let is_dotted = captures.name("sep").is_some_and(|sep| sep.as_str() == ".");
    let is_month_first = reading.context.locale.is_month_first() && !is_dotted;
    let date = |day: u32, month: u32| match year(captures) {
        Some(year) => NaiveDate::from_ymd_opt(year, month, day),
        None => nearest(day, month, reading),
    };
    if is_month_first { date(b, a).or_else(|| date(a, b)) } else { date(a, b).or_else(|| date(b, a)) }
}

fn continues_as_number(after: &str) -> bool {
    let mut rest = after.chars();
    match rest.next() {
        Some(c) if c.is_ascii_digit() => true,
        Some('/' | '.' | ',' | '-' | '%') => rest.next().is_some_and(|c| c.is_ascii_digit()),
        _ => false,
    }
}

fn numeric(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    if continues_as_number(reading.after) { None } else { ordered(captures, reading) }
}

/// "1/2" may be a half and "24/7" is no day, so small fractions need a preposition.
fn slash(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    let (a, b) = (number(captures, "a")?, number(captures, "b")?);
    let is_fraction = matches!((a, b), (1, 2..=5) | (2, 3) | (3, 4) | (24, 7));
    if continues_as_number(reading.after) || (is_fraction && captures.name("prep").is_none()) {
        return None;
    }
    ordered(captures, reading)
}

/// "15.04." is a date where people write dates so; in English "1.5." is a number at a sentence's end.
fn dotted(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    if reading.context.locale.language == "en" || continues_as_number(reading.after) {
        return None;
    }
    ordered(captures, reading)
}

static ORDINAL_GOES_ON: Pattern = Pattern::new(concat!(
    r"^\s*(?:$|[,.;:!?)\n-]|(?:and|or|when|as|at|by|via|for|with|latest|through|so|then|but|please|instead|because|if|",
    r"und|oder|per|spätestens|et|ou|par|au plus tard|y|o|por|en|van|per|uiterlijk|überwiesen|bezahlt|zahlen|gezahlt|overgemaakt)\b)"
));

/// "the 15th" of this month when it is not before today, else of the next; "the 2nd reminder" is no day.
fn ordinal(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    let day = number(captures, "d")?;
    let today = reading.today();
    if captures.name("next").is_some() {
        return in_month(today, 1, day);
    }
    if !ORDINAL_GOES_ON.is_match(reading.after) {
        return None;
    }
    match reading.direction {
        Direction::Ahead => {
            in_month(today, 0, day).filter(|on| *on >= today).or_else(|| in_month(today, 1, day))
        }
        Direction::Back => in_month(today, 0, day)
            .filter(|on| *on <= today)
            .or_else(|| today.with_day(1)?.checked_sub_months(Months::new(1))?.with_day(day)),
    }
}

fn named_weekday(captures: &Captures<'_>) -> Option<Weekday> {
    lookup(WEEKDAYS, captures.name("w")?.as_str())
}

fn weekday(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    let weekday = named_weekday(captures)?;
    let lead = captures.name("lead").map(|m| m.as_str().to_lowercase());
    let tail = captures.name("tail").map(|m| m.as_str().trim().to_lowercase());
    let is_past = lead.as_deref().is_some_and(|lead| lead != "this")
        || tail.as_deref().is_some_and(|tail| matches!(tail, "dernier" | "pasado"));
    match reading.direction {
        Direction::Back => weekday_before(reading.today(), weekday),
        Direction::Ahead if is_past => None,
        Direction::Ahead if lead.is_some() && reading.today().weekday() == weekday => Some(reading.today()),
        Direction::Ahead => Some(weekday_after(reading.today(), weekday)),
    }
}

fn next_week(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    Some(in_week(reading.today(), 1, named_weekday(captures)?))
}

fn weekday_week(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    Some(plus_days(weekday_after(reading.today(), named_weekday(captures)?), 7))
}

/// "guten Morgen" and "esta mañana" are no days.
fn tomorrow(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    if captures.name("lead").is_some() { None } else { Some(plus_days(reading.today(), 1)) }
}

static COUNTED_FROM: Pattern =
    Pattern::new(r"^\s*(?:of|after|from|following|nach|ab|après|de|à compter|después|desde|na|vanaf)\b");

/// "within 30 days of delivery" counts from a day we do not know.
fn is_counted_from_elsewhere(after: &str) -> bool {
    COUNTED_FROM.is_match(after) && !FROM_TODAY.is_match(after)
}

static FROM_TODAY: Pattern = Pattern::new(r"^\s*from (?:today|now)");

fn in_days(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    if is_counted_from_elsewhere(reading.after) {
        return None;
    }
    let days = count(captures)?;
    let is_working = captures.name("work").is_some();
    Some(if is_working { plus_working_days(reading.today(), days) } else { plus_days(reading.today(), days) })
}

fn in_working_days(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    if is_counted_from_elsewhere(reading.after) {
        return None;
    }
    Some(plus_working_days(reading.today(), count(captures)?))
}

fn named_month_end(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    let month = lookup(MONTHS, captures.name("month")?.as_str())?;
    let end = |year: i32| month_end(NaiveDate::from_ymd_opt(year, month, 1)?, 0);
    let today = reading.today();
    match reading.direction {
        Direction::Ahead => end(today.year()).filter(|on| *on >= today).or_else(|| end(today.year() + 1)),
        Direction::Back => end(today.year()).filter(|on| *on <= today).or_else(|| end(today.year() - 1)),
    }
}

fn calendar_week(captures: &Captures<'_>, reading: &Reading<'_>) -> Option<NaiveDate> {
    let week = number(captures, "n")?;
    let today = reading.today();
    let friday = |year: i32| NaiveDate::from_isoywd_opt(year, week, Weekday::Fri);
    friday(today.year()).filter(|on| *on >= today).or_else(|| friday(today.year() + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_compiles() {
        for phrase in &PHRASES {
            assert!(phrase.pattern.compiles(), "{}", phrase.rule);
        }
        for pattern in [&ORDINAL_GOES_ON, &COUNTED_FROM, &FROM_TODAY] {
            assert!(pattern.compiles(), "{pattern:?}");
        }
    }
}
