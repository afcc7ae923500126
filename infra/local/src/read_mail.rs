//! `dunlin read-mail`: what a mail says, by the code that reads it in the Lambda. It keeps nothing and acts on nothing.
use crate::Stopped;
use crate::screen::write_line;
use chrono::NaiveDate;
use clap::Args;
use connectors::mime::{InboundMail, Limits, parse};
use domain::inbox::amounts::Amount;
use domain::inbox::automatic::AutomaticKind;
use domain::inbox::numbers::LABELLED_SHAPES;
use domain::inbox::{Context, Locale, SignalKind, Understanding, invoice_numbers, understand};
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Read a mail file, or a file of labelled mails, and print what they say as JSON.
#[derive(Debug, Args)]
pub struct ReadMail {
    /// A mail as a file (RFC 5322). Prints its signals with the words that say them, as byte offsets into `fresh`.
    #[arg(value_name = "FILE", required_unless_present = "jsonl")]
    mail: Option<PathBuf>,
    /// One labelled mail a line (`id`, `raw`, `raw_encoding`, `received_at`, `locale`). Prints one prediction a line.
    #[arg(long, value_name = "FILE", conflicts_with = "mail")]
    jsonl: Option<PathBuf>,
    /// How the customer writes dates and money.
    #[arg(long, default_value = "en-US", value_name = "TAG")]
    locale: String,
    /// The text of the mail that this one answers: its lines are not the customer's.
    #[arg(long, value_name = "FILE", conflicts_with = "jsonl")]
    parent: Option<PathBuf>,
}

/// Reads what was asked for and prints it.
///
/// # Errors
/// A file that is not there, a mail that does not read, a line that is no labelled mail; with its place.
pub fn run(asked: &ReadMail) -> Result<(), Stopped> {
    if let Some(path) = &asked.jsonl {
        let lines = String::from_utf8(file(path)?).map_err(Stopped::at("reading the lines"))?;
        for (index, line) in lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let prediction = prediction(line).map_err(Stopped::at(&format!("line {}", index + 1)))?;
            write_line(&prediction.to_string());
        }
        return Ok(());
    }
    let Some(path) = &asked.mail else { return Ok(()) };
    let parent = asked.parent.as_deref().map(file).transpose()?;
    let parent = parent.map(|text| String::from_utf8_lossy(&text).into_owned());
    let mail = parse(&file(path)?, &Limits::default()).map_err(Stopped::at("reading the mail"))?;
    let written_on = mail.date.map(|date| date.date_naive());
    let written_on = written_on.ok_or_else(|| Stopped("the mail has no date to count from".to_owned()))?;
    let context = Context { locale: Locale::parse(&asked.locale), written_on };
    let understood = understand(&mail.written(parent.as_deref()), &context);
    let text = serde_json::to_string_pretty(&report(&understood)).map_err(Stopped::at("writing"))?;
    write_line(&text);
    Ok(())
}

fn file(path: &Path) -> Result<Vec<u8>, Stopped> {
    std::fs::read(path).map_err(Stopped::at(&format!("reading {}", path.display())))
}

fn report(understood: &Understanding) -> Value {
    let signals: Vec<Value> = understood
        .signals
        .iter()
        .map(|signal| json!({ "signal": signal, "words": signal.span.of(&understood.fresh) }))
        .collect();
    let numbers: Vec<Value> = invoice_numbers(&understood.fresh, &LABELLED_SHAPES)
        .into_iter()
        .map(|(number, span)| json!({ "number": number, "span": span }))
        .collect();
    let automatic = understood.automatic.as_ref().map(|found| json!({ "what": found, "rule": found.rule }));
    json!({
        "fresh": understood.fresh,
        "fresh_collapsed": collapsed(&understood.fresh),
        "automatic": automatic,
        "signals": signals,
        "invoice_numbers": numbers,
    })
}

#[derive(Debug, Deserialize)]
struct Labelled {
    id: String,
    raw: String,
    raw_encoding: String,
    received_at: chrono::DateTime<chrono::Utc>,
    locale: String,
}

/// The prediction for one line: it has no parent and no customer.
fn prediction(line: &str) -> Result<Value, String> {
    let labelled: Labelled = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let raw = bytes(&labelled)?;
    let Ok(mail) = parse(&raw, &Limits::default()) else {
        return Ok(
            json!({ "id": labelled.id, "primary_intent": "other", "all_intents": ["other"], "new_text": "" }),
        );
    };
    let written_on = written_on(&mail, &labelled);
    let context = Context { locale: Locale::parse(&labelled.locale), written_on };
    Ok(predicted(&labelled.id, &understand(&mail.written(None), &context)))
}

/// On the sender's own calendar; the day of receipt only where the mail has no date.
fn written_on(mail: &InboundMail, labelled: &Labelled) -> NaiveDate {
    mail.date.map_or_else(|| labelled.received_at.date_naive(), |date| date.date_naive())
}

fn bytes(labelled: &Labelled) -> Result<Vec<u8>, String> {
    match labelled.raw_encoding.as_str() {
        "utf-8" => Ok(labelled.raw.as_bytes().to_vec()),
        "windows-1252" => Ok(encoding_rs::WINDOWS_1252.encode(&labelled.raw).0.into_owned()),
        other => Err(format!("raw_encoding {other:?} is neither utf-8 nor windows-1252")),
    }
}

/// The labels, in the order in which the first one routes a mail.
const ORDER: [&str; 16] = [
    "bounce",
    "out_of_office",
    "auto_other",
    "legal",
    "opt_out",
    "bank_change",
    "dispute",
    "payment_plan",
    "promise_to_pay",
    "already_paid",
    "payment_delay",
    "wrong_contact",
    "request_document",
    "question",
    "thanks",
    "other",
];

/// What a machine's mail is called; a notice about a payment is called by its content.
fn machine_label(kind: AutomaticKind, found: &[&str]) -> Option<&'static str> {
    match kind {
        AutomaticKind::OutOfOffice { .. } => Some("out_of_office"),
        AutomaticKind::Bounce => Some("bounce"),
        AutomaticKind::Receipt | AutomaticKind::Complaint => Some("auto_other"),
        AutomaticKind::List => Some("other"),
        AutomaticKind::Other => {
            let is_notice = found.iter().any(|l| matches!(*l, "already_paid" | "promise_to_pay" | "dispute"));
            (!is_notice).then_some("auto_other")
        }
    }
}

fn predicted(id: &str, understood: &Understanding) -> Value {
    let mut found: Vec<&str> = understood.signals.iter().filter_map(|signal| signal.kind.intent()).collect();
    let kind = understood.automatic.as_ref().map(|automatic| automatic.kind);
    found.extend(kind.and_then(|kind| machine_label(kind, &found)));
    let labels: Vec<&str> = ORDER.into_iter().filter(|label| found.contains(label)).collect();
    let labels = if labels.is_empty() { vec!["other"] } else { labels };
    let is_report =
        matches!(kind, Some(AutomaticKind::Bounce | AutomaticKind::Receipt | AutomaticKind::Complaint));
    let (on, amount) = first_promise(understood);
    let reason = understood.signals.iter().find_map(|signal| match signal.kind {
        SignalKind::Dispute { reason } => Some(reason),
        _ => None,
    });
    let numbers = if is_report { Vec::new() } else { invoice_numbers(&understood.fresh, &LABELLED_SHAPES) };
    json!({
        "id": id,
        "primary_intent": labels.first(),
        "all_intents": labels,
        "promise_date": on,
        "promise_amount": amount.map(|amount| format!("{:.2}", amount.value)),
        "currency": amount.and_then(|amount| amount.currency).map(|currency| currency.code()),
        "invoice_numbers": numbers.into_iter().map(|(number, _)| number).collect::<Vec<_>>(),
        "dispute_reason": reason,
        "opt_out": labels.contains(&"opt_out"),
        "is_auto": kind.is_some(),
        "new_text": (!is_report).then(|| collapsed(&understood.fresh)),
    })
}

/// Day and amount of the earliest dated promise, else the amount of an undated one. An amount counts with its currency.
fn first_promise(understood: &Understanding) -> (Option<NaiveDate>, Option<Amount>) {
    let dated = understood.signals.iter().filter_map(|signal| match signal.kind {
        SignalKind::PromiseToPay { on, amount } => Some((on, amount)),
        _ => None,
    });
    let undated = || {
        understood.signals.iter().find_map(|signal| match signal.kind {
            SignalKind::SoftPromise { amount } => amount,
            _ => None,
        })
    };
    let known = |amount: Option<Amount>| amount.filter(|amount| amount.currency.is_some());
    match dated.min_by_key(|(on, _)| *on) {
        Some((on, amount)) => (Some(on), known(amount)),
        None => (None, known(undated())),
    }
}

fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(body: &str, encoding: &str) -> String {
        let raw = format!(
            "From: Ida Holm <ida@holm.example>\r\nSubject: Re: x\r\nDate: Wed, 04 Mar 2026 09:00:00 +0100\r\nContent-Type: text/plain; charset={encoding}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}\r\n"
        );
        json!({ "id": "t1", "raw": raw, "raw_encoding": encoding, "received_at": "2026-03-04T08:00:01Z", "locale": "de-DE" })
            .to_string()
    }

    #[test]
    fn predicts_in_the_format_of_the_labels() {
        let found =
            prediction(&line("Wir überweisen 90,00 € für INV-20441 am Freitag.\r\n\r\nIda", "windows-1252"))
                .unwrap();
        assert_eq!(found["all_intents"], json!(["promise_to_pay"]));
        assert_eq!(found["promise_date"], "2026-03-06");
        assert_eq!((&found["promise_amount"], &found["currency"]), (&json!("90.00"), &json!("EUR")));
        assert_eq!(found["invoice_numbers"], json!(["INV-20441"]));
        assert_eq!(found["new_text"], "Wir überweisen 90,00 € für INV-20441 am Freitag.");
    }

    #[test]
    fn says_which_encoding_it_does_not_know() {
        assert!(prediction(&line("x", "ebcdic")).unwrap_err().contains("ebcdic"));
    }

    #[test]
    fn spans_are_the_words() {
        let raw =
            b"From: i@h.example\r\nDate: Wed, 04 Mar 2026 09:00:00 +0100\r\n\r\nWe will pay on Friday.\r\n";
        let mail = parse(raw, &Limits::default()).unwrap();
        let context = Context { locale: Locale::parse("en-GB"), written_on: "2026-03-04".parse().unwrap() };
        let found = report(&understand(&mail.written(None), &context));
        assert_eq!(found["signals"][0]["words"], "We will pay on Friday.");
        assert_eq!(found["signals"][0]["signal"]["span"], json!({ "start": 0, "end": 22 }));
        assert_eq!(found["signals"][0]["signal"]["on"], "2026-03-06");
    }
}
