use super::*;
use proptest::prelude::*;

fn fresh(text: &str) -> String {
    let block = Block { text: text.to_owned(), quote_depth: 0, source: Source::Plain };
    fresh_text(&[block], None, None)
}

#[test]
fn tables_compile() {
    for pattern in quotes::patterns().into_iter().chain(signature::patterns()) {
        assert!(pattern.compiles(), "{pattern:?}");
    }
}

#[test]
fn drops_a_wrapped_gmail_quote() {
    let text = "Wire leaves Monday.\n\nBest regards,\nIda Holm\nLedger\n\nOn Tue, 3 Mar 2026 at 10:02 Acme Billing\n<ar@acme.example> wrote:\n\n> Hi Ida\n> please pay";
    assert_eq!(fresh(text), "Wire leaves Monday.");
}

#[test]
fn drops_quotes_of_five_languages() {
    for quote in [
        "Am 03.03.26 um 10:02 schrieb Acme:\n> Hallo",
        "Le mar. 3 mars 2026 à 10:02, Acme <a@acme.example> a écrit :\n> Bonjour",
        "El mar, 3 mar 2026 a las 10:02, Acme (<a@acme.example>) escribió:\n> Hola",
        "Op di 3 mrt 2026 om 10:02 schreef Acme <a@acme.example>:\n> Hoi",
        "Von: Acme\nGesendet: Montag\nAn: Ida\nBetreff: Rechnung\n\nBitte zahlen",
        "De : Acme\nEnvoyé : lundi\nÀ : Ida\n\nMerci de payer",
        "-----Original Message-----\nFrom: Acme\n\nPlease pay",
        "________________________________\nVan: Acme\nVerzonden: maandag\n\nGraag betalen",
    ] {
        assert_eq!(fresh(&format!("Ours stays here.\n\n{quote}")), "Ours stays here.", "{quote}");
    }
}

#[test]
fn keeps_answers_between_and_below_quotes() {
    let text = "On 28/11/2026 07:28, Acme wrote:\n> When will you pay?\n\nIn December.\n\n> All of it?\n\nHalf of it.";
    assert_eq!(fresh(text), "In December.\n\nHalf of it.");
}

#[test]
fn keeps_sentences_that_only_look_like_a_frame() {
    let text =
        "On Monday the board wrote:\nno payment before May.\n\nThanks!\nOne more thing: we dispute line 3.";
    assert_eq!(fresh(text), text);
    assert_eq!(fresh("Thanks"), "Thanks");
    assert_eq!(fresh("Hi,\n\nSTOP"), "Hi,\n\nSTOP");
}

#[test]
fn drops_footers_and_keeps_a_postscript() {
    let text = "Kommt morgen.\n\nViele Grüße\nUwe\n\nPS: Bitte die neue Adresse nutzen.\n\nVon meinem iPhone gesendet";
    assert_eq!(fresh(text), "Kommt morgen.\n\nPS: Bitte die neue Adresse nutzen.");
    assert_eq!(fresh("Paid it.\n-- \nBob\n+1 555"), "Paid it.");
}

#[test]
fn drops_the_senders_name_and_our_own_lines() {
    let blocks = [Block {
        text: "Will do.\nyour invoice A-1 is now 9 days overdue\nIda".to_owned(),
        quote_depth: 0,
        source: Source::Plain,
    }];
    let parent = "Hello, your invoice A-1 is now\n9 days overdue. Regards";
    assert_eq!(fresh_text(&blocks, Some(parent), Some("Ida Holm")), "Will do.");
}

#[test]
fn drops_deeper_and_signature_blocks() {
    let block = |text: &str, quote_depth, source| Block { text: text.to_owned(), quote_depth, source };
    let blocks = [
        block("New words here", 0, Source::Html),
        block("Ida Holm", 0, Source::HtmlSignature),
        block("old words", 1, Source::Html),
    ];
    assert_eq!(fresh_text(&blocks, None, None), "New words here");
}

proptest! {
    #[test]
    fn never_panics_and_never_invents(text in "(?:[>\\-_ ]{0,4}\\PC{0,30}\n?){0,12}", depth in 0u32..2) {
        let blocks = [Block { text: text.clone(), quote_depth: depth, source: Source::Plain }];
        let out = fresh_text(&blocks, Some("On Monday we wrote to you"), Some("Ida"));
        let source = plain(&text);
        for line in out.lines() {
            prop_assert!(source.contains(line));
        }
    }
}
