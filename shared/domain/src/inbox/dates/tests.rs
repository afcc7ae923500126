use super::*;
use crate::inbox::fold::Folded;
use crate::inbox::signal::Locale;
use proptest::prelude::*;

fn on(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Wednesday 4 March 2026.
fn context(locale: &str) -> Context {
    Context { locale: Locale::parse(locale), written_on: on("2026-03-04") }
}

fn one(text: &str, locale: &str) -> NaiveDate {
    let found = dates(&Folded::new(text), &context(locale), Direction::Ahead);
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    found.first().unwrap().on
}

#[test]
fn english() {
    for (text, expected) in [
        ("on Friday", "2026-03-06"),
        ("by Wednesday", "2026-03-11"),
        ("next Friday", "2026-03-13"),
        ("Friday week", "2026-03-13"),
        ("tomorrow", "2026-03-05"),
        ("by the 15th", "2026-03-15"),
        ("the 2nd.", "2026-04-02"),
        ("by end of month", "2026-03-31"),
        ("2026-03-20", "2026-03-20"),
        ("15 April", "2026-04-15"),
        ("April 15", "2026-04-15"),
        ("15th of April 2026", "2026-04-15"),
        ("in two weeks", "2026-03-18"),
        ("within 3 working days", "2026-03-09"),
        ("end of next week", "2026-03-13"),
        ("Monday or Tuesday", "2026-03-10"),
        ("January 5", "2027-01-05"),
        ("Friday, 20 March", "2026-03-20"),
        ("net 30 from today", "2026-04-03"),
        ("end of April", "2026-04-30"),
        ("15-Apr-26", "2026-04-15"),
        ("last working day of the month", "2026-03-31"),
    ] {
        assert_eq!(one(text, "en-GB"), on(expected), "{text}");
    }
}

#[test]
fn order_of_day_and_month_is_the_locales() {
    assert_eq!(one("on 04/06/2026", "en-US"), on("2026-04-06"));
    assert_eq!(one("on 04/06/2026", "en-GB"), on("2026-06-04"));
    assert_eq!(one("on 25/03/26", "en-US"), on("2026-03-25"));
    assert_eq!(one("paying 3/20", "en-US"), on("2026-03-20"));
}

#[test]
fn german_french_spanish_dutch() {
    for (text, locale, expected) in [
        ("am Freitag", "de-DE", "2026-03-06"),
        ("bis 15.04.", "de-DE", "2026-04-15"),
        ("zum 15.", "de-DE", "2026-03-15"),
        ("übermorgen", "de-DE", "2026-03-06"),
        ("Ende des Monats", "de-DE", "2026-03-31"),
        ("in zwei Wochen", "de-DE", "2026-03-18"),
        ("KW 16", "de-DE", "2026-04-17"),
        ("am 3. Mai", "de-DE", "2026-05-03"),
        ("bis Ende nächster Woche", "de-DE", "2026-03-13"),
        ("le 15 avril", "fr-FR", "2026-04-15"),
        ("vendredi prochain", "fr-FR", "2026-03-06"),
        ("sous 10 jours", "fr-FR", "2026-03-14"),
        ("à la fin du mois", "fr-FR", "2026-03-31"),
        ("demain", "fr-FR", "2026-03-05"),
        ("el viernes", "es-ES", "2026-03-06"),
        ("el 15 de abril", "es-ES", "2026-04-15"),
        ("a finales de mes", "es-ES", "2026-03-31"),
        ("mañana", "es-ES", "2026-03-05"),
        ("pasado mañana", "es-ES", "2026-03-06"),
        ("vrijdag", "nl-NL", "2026-03-06"),
        ("eind van de maand", "nl-NL", "2026-03-31"),
        ("over twee weken", "nl-NL", "2026-03-18"),
        ("uiterlijk vrijdag 24 april", "nl-NL", "2026-04-24"),
        ("morgen", "nl-NL", "2026-03-05"),
    ] {
        assert_eq!(one(text, locale), on(expected), "{text}");
    }
}

#[test]
fn what_is_no_date() {
    for (text, locale) in [
        ("the 2nd reminder", "en-GB"),
        ("open 24/7", "en-US"),
        ("Guten Morgen", "de-DE"),
        ("esta mañana", "es-ES"),
        ("within 30 days of delivery", "en-US"),
        ("on 02/30/2026", "en-US"),
        ("signs on Wednesdays", "en-US"),
        ("last Friday", "en-US"),
        ("we may pay", "en-US"),
        ("5 invoices", "en-US"),
    ] {
        assert_eq!(dates(&Folded::new(text), &context(locale), Direction::Ahead), [], "{text}");
    }
}

#[test]
fn looking_back_finds_the_last_one() {
    let back =
        |text: &str| dates(&Folded::new(text), &context("de-DE"), Direction::Back).first().map(|m| m.on);
    assert_eq!(back("am 02.03. bezahlt"), Some(on("2026-03-02")));
    assert_eq!(back("am 20.12. bezahlt"), Some(on("2025-12-20")));
    assert_eq!(back("last Friday"), Some(on("2026-02-27")));
}

#[test]
fn vague_words_are_marked() {
    let precision = |text: &str| {
        dates(&Folded::new(text), &context("de-DE"), Direction::Ahead).first().unwrap().precision
    };
    assert_eq!(precision("nächste Woche"), Precision::Vague);
    assert_eq!(precision("nächsten Freitag"), Precision::Vague);
    assert_eq!(precision("Montag, den 20. März 2026"), Precision::Vague, "a Friday: the two disagree");
    assert_eq!(precision("Freitag, den 20. März 2026"), Precision::Exact);
}

proptest! {
    #[test]
    fn spans_are_verbatim_and_apart(text in "(?:[0-9]{1,4}|[./ -]|the |April|vendredi|mañana|übermorgen|end of month|\\PC){0,20}", locale in prop::sample::select(vec!["en-US", "de-DE", "fr-FR"])) {
        let mut last = 0;
        for mention in dates(&Folded::new(&text), &context(locale), Direction::Ahead) {
            prop_assert!(mention.span.start >= last && !mention.span.of(&text).is_empty());
            last = mention.span.end;
        }
    }
}
