//! Phrases that name a period and mean one of its days: "end of May", "early next week", "in November". Which day is the
//! date table of our mail labels.
use super::calendar::{in_week, month_end, quarter_end};
use super::grammar::{Phrase, exact, vague};
use super::resolve::{Reading, named_month, named_month_end, part_of_month, quarter};
use crate::dates::plus_days;
use chrono::{Datelike, NaiveDate, Weekday};

pub(super) static PERIODS: [Phrase; 27] = [
    exact(
        "date.end_of_month",
        r"\b(?:(?:at |by )?(?:the )?(?:very )?end of (?:the |this )?month|this month[ -]end|eom|month[- ]end|(?:ende|ultimo) (?:des|dieses|diesen|d\.) (?:laufenden )?monats?|(?:zum )?monatsende|monatsultimo|ende monat|(?:la )?fin (?:du|de|de ce) mois|(?:a )?(?:fin|final|finales)(?: de| del)?(?: este)? mes|eind(?:e)?(?: van)?(?: de| deze)? maand|maandeinde)\b",
        |_, r| month_end(r.today(), 0),
    ),
    vague(
        "date.this_month",
        r"\b(?:this month|diesen monat|(?:im )?laufenden monat|ce mois-ci|courant du mois|este mes|deze maand)\b",
        |_, r| month_end(r.today(), 0),
    ),
    exact(
        "date.end_of_next_month",
        r"\b(?:(?:end of|ende|ultimo|(?:la )?fin(?: du)?|(?:a )?(?:fin|final|finales)(?: de| del)?|eind(?:e)?(?: van)?) (?:%next_month%))\b",
        |_, r| month_end(r.today(), 1),
    ),
    vague("date.next_month", r"\b(?:%next_month%)\b", |_, r| month_end(r.today(), 1)),
    exact(
        "date.end_of_named_month",
        r"\b(?:(?:the )?end of|end|late|ende|fin|(?:la )?fin (?:de|d')|(?:a )?finales de|fin de|final de|eind(?:e)?(?: van)?|ultimo)[ ']?(?P<month>%month%)\b(?: (?P<y>20\d\d))?",
        named_month_end,
    ),
    exact("date.named_month_end", r"\b(?P<month>%month%)[ -]end\b", named_month_end),
    exact(
        "date.last_working_day_named",
        r"\b(?:last (?:working|business) day (?:of|in)|letzte[nr]? (?:werktag|arbeitstag|bankarbeitstag) im|dernier jour ouvr\w+ (?:de |d')|ultimo dia habil de|laatste werkdag van) ?(?P<month>%month%)\b",
        |g, r| super::calendar::last_working_day(named_month_end(g, r)?),
    ),
    vague(
        "date.this_week",
        r"\b(?:(?:later |sometime )?this week|diese(?:r)? woche|cette semaine|esta (?:misma )?semana|deze week)\b",
        |_, r| Some(in_week(r.today(), 0, Weekday::Fri)),
    ),
    exact(
        "date.end_of_week",
        r"\b(?:(?:the )?end of (?:the |this )?week|week'?s end|eow|ende (?:der|dieser) woche|wochenende|fin de (?:la |cette )?semaine|(?:a )?(?:fin|final|finales) de(?: la| esta)? semana|eind(?:e)?(?: van)?(?: de| deze)? week)\b",
        |_, r| Some(in_week(r.today(), 0, Weekday::Fri)),
    ),
    exact(
        "date.end_of_next_week",
        r"\b(?:(?:the )?end of|late|ende|fin(?: de)?(?: la)?|(?:a )?(?:final|finales) de|eind(?:e)?(?: van)?)(?: der| de)? (?:%next_week%)\b",
        |_, r| Some(in_week(r.today(), 1, Weekday::Fri)),
    ),
    vague(
        "date.early_next_week",
        r"\b(?:early(?: in)?|(?:at )?(?:the )?(?:start|beginning) of|(?:gleich )?anfang|(?:en )?debut(?: de)?(?: la)?|(?:a )?(?:principios|comienzos|inicios) de|(?:aan het )?begin(?: van)?)(?: der| de| la)? (?:%next_week%)\b",
        |_, r| Some(in_week(r.today(), 1, Weekday::Tue)),
    ),
    vague(
        "date.mid_next_week",
        r"\b(?:mid(?:dle of)?|mitte|(?:au )?milieu(?: de)?(?: la)?|(?:a )?mediados de|midden|medio)[ -](?:der |de |la )?(?:%next_week%)\b",
        |_, r| Some(in_week(r.today(), 1, Weekday::Wed)),
    ),
    vague(
        "date.next_week",
        r"\b(?:(?:sometime |some time |during |im laufe |courant )?(?:%next_week%))\b",
        |_, r| Some(in_week(r.today(), 1, Weekday::Fri)),
    ),
    vague(
        "date.week_after_next",
        r"\b(?:(?:the )?week after next|übernächste[rn]? woche|dans deux semaines fin|de week daarop|over twee weken eind)\b",
        |_, r| Some(in_week(r.today(), 2, Weekday::Fri)),
    ),
    exact(
        "date.end_of_quarter",
        r"\b(?:(?:the )?end of (?:the |this )?quarter|quarter[- ]end|quartalsende|ende (?:des|dieses) quartals|fin (?:du|de) trimestre|(?:a )?(?:fin|final|finales) de(?:l)? trimestre|eind(?:e)?(?: van)?(?: het| dit)? kwartaal)\b",
        |_, r| quarter_end(r.today()),
    ),
    exact(
        "date.named_quarter",
        r"\b(?:end (?:of )?q(?P<n>[1-4])|q(?P<m>[1-4])[ -]end|ende q(?P<o>[1-4])|fin (?:du )?t(?P<p>[1-4])|eind q(?P<s>[1-4]))\b",
        quarter,
    ),
    exact(
        "date.end_of_year",
        r"\b(?:(?:the )?end of (?:the |this )?year|year[- ]end|jahresende|ende (?:des|dieses) jahres|fin (?:d'annee|de l'annee)|(?:a )?(?:fin|final|finales) de(?:l)? año|eind(?:e)?(?: van)?(?: het| dit)? jaar)\b",
        |_, r| NaiveDate::from_ymd_opt(r.today().year(), 12, 31),
    ),
    vague(
        "date.first_week",
        r"\b(?:(?:the )?first week (?:of|in)|ersten? (?:woche im|woche des|)|premiere semaine (?:de |d'|du )|primera semana (?:de|del)|eerste week van) ?(?:(?P<month>%month%)(?:woche)?|(?P<next>%next_month%))\b",
        |g, r| part_of_month(g, r, 7),
    ),
    vague(
        "date.last_week",
        r"\b(?:(?:the )?last week (?:of|in)|letzten? woche (?:im|des)|derniere semaine (?:de |d'|du )|ultima semana (?:de|del)|laatste week van) ?(?:(?P<month>%month%)|(?P<next>%next_month%))\b",
        |g, r| if g.name("next").is_some() { month_end(r.today(), 1) } else { named_month_end(g, r) },
    ),
    vague(
        "date.mid_month",
        r"\b(?:mid(?:dle)?(?:[ -]of)?|mitte|(?:à la )?mi|(?:au )?milieu (?:de |du )?|(?:a )?mediados del?|medio|half|midden)[ -]?(?:(?P<month>%month%)|(?P<next>%next_month%))\b",
        |g, r| part_of_month(g, r, 15),
    ),
    vague(
        "date.mid_this_month",
        r"\b(?:mid[ -]month|(?:the )?middle of (?:the|this) month|mitte (?:des|dieses) monats|monatsmitte|mitte monat|(?:au )?milieu du mois|(?:à la )?mi-mois|(?:a )?mediados de(?: este)? mes|half(?:weg)? (?:de|deze) maand|midden van de maand)\b",
        |g, r| part_of_month(g, r, 15),
    ),
    vague(
        "date.beginning_of_month",
        r"\b(?:(?:the )?(?:beginning|start) of|early(?: in)?|anfang|(?:au |en )?debut(?: de)?|(?:a )?(?:principios|comienzos|primeros) del?|begin(?: van)?)(?: de| du)? (?:(?P<month>%month%)|(?P<next>%next_month%))\b",
        |g, r| part_of_month(g, r, 5),
    ),
    vague(
        "date.in_month",
        r"\b(?:in|im|en|during|by|au mois de|au cours de|le mois de|bis) (?P<month>%month%)\b",
        named_month_end,
    ),
    vague(
        "date.whole_month",
        r"\b(?:sometime in|some time in|im laufe des|courant|a lo largo de|in de loop van) (?P<month>%month%)\b",
        named_month_end,
    ),
    vague("date.in_months", r"\b(?:in|within) (?:a|one) month(?:'s time)?\b", |_, r| {
        Some(plus_days(r.today(), 30))
    }),
    exact("date.in_a_week", r"\b(?:in a week'?s? time|a week from now)\b", |_, r| {
        Some(plus_days(r.today(), 7))
    }),
    vague("date.new_year", r"\b(?:in|early in|at the start of) the new year\b", |_, r: &Reading<'_>| {
        named_month(1, r).and_then(|on| on.with_day(31))
    }),
];
