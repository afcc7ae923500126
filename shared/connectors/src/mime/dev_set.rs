//! Figures on the shared development set of mails, where it is present: the whole way from bytes to signals.
use super::{InboundMail, Limits, parse};
use domain::inbox::{Certainty, Context, Locale, Signal, SignalKind, understand};
use serde_json::Value;
use std::collections::BTreeMap;

/// Hits, false alarms and misses of one label.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    hit: u32,
    false_alarm: u32,
    missed: u32,
}

impl Tally {
    fn add(&mut self, expected: bool, got: bool) {
        match (expected, got) {
            (true, true) => self.hit += 1,
            (false, true) => self.false_alarm += 1,
            (true, false) => self.missed += 1,
            (false, false) => {}
        }
    }

    fn precision(self) -> f64 {
        share(self.hit, self.hit + self.false_alarm)
    }

    fn recall(self) -> f64 {
        share(self.hit, self.hit + self.missed)
    }
}

fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 { 1.0 } else { f64::from(part) / f64::from(whole) }
}

fn bytes(line: &Value) -> Vec<u8> {
    let raw = line["raw"].as_str().unwrap();
    if line["raw_encoding"] == "utf-8" {
        return raw.as_bytes().to_vec();
    }
    // windows-1252 agrees with Latin-1 on what the set uses, but for the euro sign.
    raw.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(0x80)).collect()
}

struct Reading {
    fresh: String,
    signals: Vec<Signal>,
    is_auto: bool,
}

fn reading(mail: &InboundMail, locale: &str, received_at: &str) -> Reading {
    let day =
        mail.date.map_or_else(|| received_at.get(..10).unwrap().parse().unwrap(), |date| date.date_naive());
    let context = Context { locale: Locale::parse(locale), written_on: day };
    let found = understand(&mail.written(None), &context);
    Reading { fresh: found.fresh, signals: found.signals, is_auto: found.automatic.is_some() }
}

fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[derive(Debug, Default)]
struct Figures {
    labels: BTreeMap<&'static str, Tally>,
    is_auto: Tally,
    fresh: Tally,
    /// Dated promises, whatever their certainty; and only the clear ones.
    dated: Tally,
    clear: Tally,
    undated: u32,
    false_dates: u32,
}

/// The earliest promised day, as the labels give it.
fn promised(signals: &[Signal], only_clear: bool) -> Option<String> {
    let usable = |s: &&Signal| !only_clear || s.certainty == Certainty::Clear;
    let day = |s: &Signal| match s.kind {
        SignalKind::PromiseToPay { on, .. } => Some(on.to_string()),
        _ => None,
    };
    signals.iter().filter(usable).filter_map(day).min()
}

impl Figures {
    fn add(&mut self, line: &Value) {
        let (id, expected) = (&line["id"], &line["expected"]);
        let mail = parse(&bytes(line), &Limits::default()).unwrap();
        let reading = reading(&mail, line["locale"].as_str().unwrap(), line["received_at"].as_str().unwrap());
        let text = collapsed(&reading.fresh);
        self.is_auto.add(expected["is_auto"] == true, reading.is_auto);
        if let Some(wanted) = expected["new_text"].as_str() {
            let is_same = collapsed(wanted) == text;
            self.fresh.add(true, is_same);
            if !is_same {
                println!("{id} fresh: {text:?} not {wanted:?}");
            }
        }
        self.add_date(id, expected["promise_date"].as_str(), &reading.signals, &text);
        if !reading.is_auto {
            self.add_labels(id, expected, &reading.signals, &text);
        }
    }

    fn add_date(&mut self, id: &Value, wanted: Option<&str>, signals: &[Signal], text: &str) {
        let (any, clear) = (promised(signals, false), promised(signals, true));
        if wanted.is_some() {
            self.dated.add(true, any.as_deref() == wanted);
            self.clear.add(true, clear.as_deref() == wanted);
        } else {
            self.undated += 1;
            self.false_dates += u32::from(any.is_some());
        }
        self.clear.false_alarm += u32::from(clear.is_some() && clear.as_deref() != wanted);
        if any.as_deref() != wanted {
            println!("{id} date: {any:?} not {wanted:?}: {text}");
        }
    }

    fn add_labels(&mut self, id: &Value, expected: &Value, signals: &[Signal], text: &str) {
        let wanted: Vec<&str> =
            expected["all_intents"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let got: Vec<&str> = signals.iter().filter_map(|s| s.kind.intent()).collect();
        for name in INTENTS {
            self.labels.entry(name).or_default().add(wanted.contains(name), got.contains(name));
            if wanted.contains(name) != got.contains(name) {
                let rules: Vec<&str> = signals.iter().map(|s| s.rule).collect();
                println!("{id} {name}: by {rules:?} wanted {wanted:?}: {text}");
            }
        }
    }

    fn print(&self) {
        for (name, tally) in &self.labels {
            println!("{name:18} precision {:.3} recall {:.3}", tally.precision(), tally.recall());
        }
        println!("is_auto precision {:.3} recall {:.3}", self.is_auto.precision(), self.is_auto.recall());
        println!("fresh text exact {:.3}", self.fresh.recall());
        println!("dated promise exact {:.3}", self.dated.recall());
        println!("clear ones {:.3} at precision {:.3}", self.clear.recall(), self.clear.precision());
        println!("false date rate {:.3}", share(self.false_dates, self.undated));
    }
}

#[test]
fn dev_set_figures() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/email/dev.jsonl");
    let Ok(lines) = std::fs::read_to_string(path) else {
        println!("skipped: ../shared is absent");
        return;
    };
    let mut figures = Figures::default();
    for line in lines.lines() {
        figures.add(&serde_json::from_str(line).unwrap());
    }
    figures.print();
    let opt_out = figures.labels["opt_out"];
    assert!(opt_out.precision() >= 1.0 && opt_out.recall() >= 1.0);
    assert!(figures.false_dates <= 1);
    for (name, tally) in &figures.labels {
        assert!(tally.precision() >= 0.9 && tally.recall() >= 0.9, "{name}: {tally:?}");
    }
    assert!(figures.clear.precision() >= 1.0 && figures.clear.recall() >= 0.65, "{:?}", figures.clear);
    assert!(figures.dated.recall() >= 0.96);
    assert!(figures.fresh.recall() >= 0.95);
    assert!(figures.is_auto.precision() >= 1.0 && figures.is_auto.recall() >= 1.0);
}

const INTENTS: &[&str] = &[
    "promise_to_pay",
    "already_paid",
    "dispute",
    "request_document",
    "payment_plan",
    "payment_delay",
    "wrong_contact",
    "opt_out",
    "legal",
    "bank_change",
    "question",
    "thanks",
];
