use super::*;
use crate::inbox::signal::{DisputeReason, Locale};
use chrono::NaiveDate;
use proptest::prelude::*;

fn on(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Wednesday 4 March 2026.
fn signals(text: &str, locale: &str) -> Vec<Signal> {
    read(text, &Context { locale: Locale::parse(locale), written_on: on("2026-03-04") })
}

fn kinds(text: &str, locale: &str) -> Vec<SignalKind> {
    signals(text, locale).into_iter().map(|signal| signal.kind).collect()
}

fn promised(text: &str, locale: &str) -> Option<NaiveDate> {
    signals(text, locale).into_iter().find_map(|signal| match signal.kind {
        SignalKind::PromiseToPay { on, .. } if signal.certainty == Certainty::Clear => Some(on),
        _ => None,
    })
}

fn patterns() -> Vec<&'static crate::inbox::pattern::Pattern> {
    [
        contact::patterns(),
        dispute::patterns(),
        document::patterns(),
        legal::patterns(),
        opt_out::patterns(),
        paid::patterns(),
        plan::patterns(),
        promise::patterns(),
        vec![&THANKS],
    ]
    .concat()
}

#[test]
fn tables_compile() {
    for pattern in patterns() {
        assert!(pattern.compiles(), "{pattern:?}");
    }
}

#[test]
fn promises_in_five_languages() {
    for (text, locale, day) in [
        ("The wire will be sent on Friday.", "en-US", "2026-03-06"),
        ("Wir überweisen den Rest am 20. März.", "de-DE", "2026-03-20"),
        ("Le virement sera effectué vendredi.", "fr-FR", "2026-03-06"),
        ("Haremos la transferencia el 20 de marzo.", "es-ES", "2026-03-20"),
        ("De rekening wordt vrijdag betaald.", "nl-NL", "2026-03-06"),
    ] {
        assert_eq!(promised(text, locale), Some(on(day)), "{text}");
    }
}

#[test]
fn what_takes_a_promise_back() {
    for (text, locale) in [
        ("We will not pay on Friday.", "en-US"),
        ("We will pay on Friday if you fix the price.", "en-US"),
        ("Can we pay on Friday?", "en-US"),
        ("We hope it will be paid on Friday.", "en-US"),
        ("It was paid last Friday.", "en-US"),
        ("Wir zahlen am Freitag nicht.", "de-DE"),
        ("Sobald die Gutschrift da ist, zahlen wir am Freitag.", "de-DE"),
        ("Nous ne paierons pas vendredi.", "fr-FR"),
        ("No pagaremos el viernes.", "es-ES"),
        ("Wij betalen vrijdag niet.", "nl-NL"),
        ("You said we will pay on Friday, which is wrong.", "en-US"),
        ("Your reminder says payment will be due on Friday.", "en-US"),
        ("We would pay on Friday once the price is right.", "en-US"),
        ("We will pay on Friday, provided the driver shows up.", "en-US"),
        ("Don't expect payment on Friday.", "en-US"),
        ("Please do not expect it by Friday.", "en-US"),
        ("We will decide on Friday whether to pay.", "en-US"),
        ("We will let you know on Friday when it will be paid.", "en-US"),
        ("I doubt that it will be paid on Friday.", "en-US"),
        ("The invoice was scheduled for Friday and the bank returned it.", "en-US"),
        ("We were going to pay on Friday and the account is frozen.", "en-US"),
        ("Our accountant will be back on Friday.", "en-US"),
        ("The goods will be sent back on Friday.", "en-US"),
        ("We will send the signed form on Friday.", "en-US"),
        ("Someone else will pay it on Friday, ask them.", "en-US"),
        ("Die Ware wird am Freitag überwiesen, sofern die Prüfung passt.", "de-DE"),
        ("Wir könnten am Freitag zahlen.", "de-DE"),
        ("Wir würden am Freitag zahlen.", "de-DE"),
        ("Nous pourrions payer vendredi.", "fr-FR"),
        ("Si todo va bien, pagaremos el viernes.", "es-ES"),
        ("Als alles klopt, betalen wij vrijdag.", "nl-NL"),
    ] {
        assert_eq!(promised(text, locale), None, "{text}");
    }
}

#[test]
fn an_amount_goes_with_its_promise() {
    let found = signals("We will transfer $250.00 on Friday. The rest will be paid on March 20.", "en-US");
    let amounts: Vec<Option<String>> = found
        .iter()
        .filter_map(|signal| match signal.kind {
            SignalKind::PromiseToPay { amount, .. } => Some(amount.map(|a| a.value.to_string())),
            _ => None,
        })
        .collect();
    assert_eq!(amounts, [Some("250.00".to_owned()), None]);
}

#[test]
fn opt_outs_and_what_only_sounds_like_one() {
    for (text, locale) in [
        ("Unsubscribe", "en-US"),
        ("Please stop emailing me.", "en-US"),
        ("Bitte keine weiteren Mahnungen mehr schicken.", "de-DE"),
        ("Merci de me désinscrire.", "fr-FR"),
        ("Quiero darme de baja.", "es-ES"),
        ("Stop met mailen a.u.b.", "nl-NL"),
    ] {
        assert!(kinds(text, locale).contains(&SignalKind::OptOut), "{text}");
    }
    for text in [
        "Please stop by on Monday.",
        "We had to stop payment on check 12.",
        "Cancel the service.",
        "Hold off until Monday.",
    ] {
        assert!(!kinds(text, "en-US").contains(&SignalKind::OptOut), "{text}");
    }
}

#[test]
fn disputes_have_a_reason() {
    let reason = |text: &str, locale: &str| {
        kinds(text, locale).into_iter().find_map(|kind| match kind {
            SignalKind::Dispute { reason } => Some(reason),
            _ => None,
        })
    };
    assert_eq!(reason("You charged us twice.", "en-US"), Some(DisputeReason::Duplicate));
    assert_eq!(reason("Die Ware war beschädigt.", "de-DE"), Some(DisputeReason::Quality));
    assert_eq!(reason("Nous contestons cette facture.", "fr-FR"), Some(DisputeReason::Other));
    assert_eq!(reason("Nunca hemos pedido esto.", "es-ES"), Some(DisputeReason::NotOrdered));
    assert_eq!(reason("De pallets zijn niet geleverd.", "nl-NL"), Some(DisputeReason::NotReceived));
    assert_eq!(reason("No dispute from our side.", "en-US"), None);
}

#[test]
fn a_payment_made_looks_back() {
    assert_eq!(
        kinds("Die Rechnung wurde am 02.03. überwiesen.", "de-DE"),
        [SignalKind::AlreadyPaid { on: Some(on("2026-03-02")) }]
    );
    assert_eq!(kinds("We have not paid yet.", "en-US"), []);
}

#[test]
fn the_rest_of_the_closed_set() {
    for (text, locale, kind) in [
        ("Our company is in liquidation.", "en-GB", SignalKind::Legal),
        ("Neue Bankverbindung: siehe Anhang.", "de-DE", SignalKind::BankDetailChange),
        ("Can you resend a copy of the invoice?", "en-US", SignalKind::DocumentRequest),
        ("Pouvons-nous payer en trois fois ?", "fr-FR", SignalKind::PaymentPlan),
        ("It goes out with the next payment run.", "en-GB", SignalKind::SoftPromise { amount: None }),
        ("Wij kunnen nu niet betalen.", "nl-NL", SignalKind::PaymentDelay),
        ("Please contact ap@holm.example for this.", "en-US", SignalKind::WrongContact),
        ("Do you take cards?", "en-US", SignalKind::Question),
        ("Muchas gracias por el aviso.", "es-ES", SignalKind::Thanks),
    ] {
        assert_eq!(kinds(text, locale), [kind], "{text}");
    }
}

#[test]
fn a_contested_debt_makes_its_promise_unsure() {
    let found = signals("We will pay $90 on Friday. We dispute the second line.", "en-US");
    assert!(
        found
            .iter()
            .all(|s| !matches!(s.kind, SignalKind::PromiseToPay { .. }) || s.certainty == Certainty::Unsure)
    );
    assert_eq!(found.len(), 2);
}

#[test]
fn a_text_too_long_is_for_a_person() {
    let text = format!("We will pay on Friday. {}", "Friday. ".repeat(10_000));
    let found = signals(&text, "en-US");
    assert!(!found.is_empty() && found.iter().all(|signal| signal.certainty == Certainty::Unsure));
}

/// What each of two hundred short texts says, in five languages: labels, and the earliest promised day.
#[test]
fn cases_in_five_languages() {
    let mut wrong = Vec::new();
    for line in include_str!("../cases.tsv").lines().filter(|line| !line.starts_with('#')) {
        let [locale, labels, day, text] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let found = signals(text, locale);
        let mut names: Vec<&str> =
            found.iter().map(|signal| signal.kind.intent().unwrap_or("auto_other")).collect();
        names.sort_unstable();
        names.dedup();
        let earliest = found.iter().filter_map(|signal| match signal.kind {
            SignalKind::PromiseToPay { on, .. } => Some(on.to_string()),
            _ => None,
        });
        let (names, earliest) = (names.join(","), earliest.min().unwrap_or_else(|| "-".to_owned()));
        let names = if names.is_empty() { "other".to_owned() } else { names };
        if (names.as_str(), earliest.as_str()) != (labels, day) {
            wrong.push(format!("{names} {earliest}, not {labels} {day}: {text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

proptest! {
    #[test]
    fn spans_are_verbatim_for_any_text(text in "(?:we will pay |on Friday|\\. |STOP|ß|é|👍|not |überwiesen|\\PC|\n){0,30}") {
        for signal in signals(&text, "de-DE") {
            prop_assert!(text.get(signal.span.start..signal.span.end).is_some_and(|words| !words.is_empty()));
        }
    }
}
