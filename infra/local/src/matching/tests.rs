//! The protocol on files of our own, and the labelled sets where they are.
use super::files::Files;
use super::run::run;
use domain::cash::verdict::{LineKind, Verdict};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const CUSTOMERS: &str = r#"{"customer_id":"c1","name":"Ahorn Möbel GmbH","bank_accounts":["DE01"]}
{"customer_id":"c2","name":"Birke Textil AG","bank_accounts":[]}"#;

fn invoice(id: &str, customer: &str, created: &str, amount: &str) -> String {
    format!(
        r#"{{"invoice_id":"{id}","type":"invoice","number":"RG-{id}","customer_id":"{customer}","issue_date":"2026-01-05","created_at":"{created}T08:00:00+00:00","due_date":"2026-02-05","currency":"EUR","amount":"{amount}"}}"#
    )
}

fn payment(id: &str, day: &str, amount: &str, who: &str, text: &str) -> String {
    format!(
        r#"{{"id":"{id}","provider_id":"bank-{id}","source":"bank:camt.053","rail":"sepa","direction":"credit","amount":"{amount}","currency":"EUR","value_date":"{day}","received_at":"{day}T09:00:00+00:00",{who},"remittance":"{text}"}}"#
    )
}

const AHORN: &str = r#""payer_name":"AHORN MOEBEL","payer_account":"DE01""#;
const SHOP: &str = r#""payer_name":"Eckladen","payer_account":"DE77""#;

/// A folder of its own, gone when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, invoices: &[String], payments: &[String], resolutions: &[&str]) -> Self {
        let folder = std::env::temp_dir().join(format!("dunlin-match-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("customers.jsonl"), CUSTOMERS).unwrap();
        std::fs::write(folder.join("invoices.jsonl"), invoices.join("\n")).unwrap();
        std::fs::write(folder.join("payments.jsonl"), payments.join("\n")).unwrap();
        if !resolutions.is_empty() {
            std::fs::write(folder.join("resolutions.jsonl"), resolutions.join("\n")).unwrap();
        }
        Self(folder)
    }

    /// What was decided, one word and the rule or reason for each payment.
    fn decided(&self) -> Vec<String> {
        let decided = run(Files::read(&self.0).unwrap()).into_iter();
        decided.map(|(_, verdict)| said(&verdict)).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn said(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Apply { lines, .. } => lines
            .iter()
            .map(|line| format!("{} {}", line.document, line.amount.to_decimal()))
            .collect::<Vec<_>>()
            .join(", "),
        Verdict::Review { .. } => "review".into(),
        Verdict::Ignore { .. } => "ignore".into(),
        Verdict::Reverse { of, .. } => format!("reverse {of}"),
    }
}

#[test]
fn invoices_exist_from_their_creation_and_money_settles_them() {
    let invoices =
        [invoice("1001", "c1", "2026-01-05", "100.00"), invoice("1002", "c1", "2026-01-20", "100.00")];
    let payments = [
        payment("p1", "2026-01-10", "100.00", AHORN, ""),
        payment("p1", "2026-01-10", "100.00", AHORN, "again"),
        payment("p2", "2026-01-11", "100.00", AHORN, "RG-1001"),
        payment("p3", "2026-01-21", "100.00", AHORN, ""),
    ];
    let folder = Folder::new("creation", &invoices, &payments, &[]);
    assert_eq!(folder.decided(), ["1001 100.00", "ignore", "review", "1002 100.00"]);
}

#[test]
fn a_person_teaches_only_from_when_it_has_decided() {
    let invoices =
        [invoice("2001", "c2", "2026-01-05", "50.00"), invoice("2002", "c2", "2026-01-05", "70.00")];
    let payments = [
        payment("p1", "2026-01-10", "50.00", SHOP, ""),
        payment("p2", "2026-01-11", "70.00", SHOP, ""),
        payment("p3", "2026-01-13", "70.00", SHOP, ""),
    ];
    let resolved = r#"{"payment_id":"p1","resolved_at":"2026-01-12T09:00:00+00:00","kind":"review_resolution","always":false,"customer_id":"c2","allocations":[{"invoice_id":"2001","amount":"50.00","kind":"payment"}],"unapplied":"0.00"}"#;
    let folder = Folder::new("teaches", &invoices, &payments, &[resolved]);
    assert_eq!(folder.decided(), ["review", "review", "2002 70.00"]);
}

#[test]
fn a_fault_names_its_file_line_and_field() {
    let fault = |name: &str, invoices: &[String], payments: &[String]| {
        Files::read(&Folder::new(name, invoices, payments, &[]).0)
            .err()
            .map(|stopped| stopped.to_string())
            .unwrap()
    };
    let good = invoice("1", "c1", "2026-01-05", "1.00");
    let bad_amount = fault("amount", &[good.clone(), invoice("2", "c1", "2026-01-05", "1,00")], &[]);
    assert_eq!(bad_amount, r#"invoices.jsonl, line 2: amount: "1,00" is not a decimal amount"#);
    let unknown = payment("p", "2026-01-05", "1.00", AHORN, "").replace("\"EUR\"", "\"EUX\"");
    assert_eq!(
        fault("currency", &[], &[unknown]),
        r#"payments.jsonl, line 1: currency: unknown currency "EUX""#
    );
    let cut = payment("p", "2026-01-05", "1.00", AHORN, "").chars().take(40).collect();
    assert!(fault("cut", &[], &[cut]).starts_with("payments.jsonl, line 1: EOF"));
}

fn shared(set: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/cash").join(set);
    if !folder.exists() {
        println!("skipped: ../shared is absent");
        return None;
    }
    Some(folder)
}

#[test]
fn answers_do_not_change_when_the_rest_of_the_files_is_gone() {
    let Some(folder) = shared("medium_11") else { return };
    let mut half = Files::read(&folder).unwrap();
    half.payments.truncate(half.payments.len() / 2);
    let last = half.payments.last().map(|payment| payment.at).unwrap();
    half.documents.retain(|(from, _)| *from <= last);
    half.resolutions.retain(|resolution| resolution.at <= last);
    let short = run(half);
    let whole = run(Files::read(&folder).unwrap());
    for ((payment, verdict), (_, full)) in short.iter().zip(&whole) {
        assert_eq!(verdict, full, "{}", payment.id);
    }
    let mut left: Files = Files::read(&folder).unwrap();
    let reviewed = |id: &domain::ids::PaymentId| {
        whole.iter().any(|(payment, verdict)| payment.id == *id && matches!(verdict, Verdict::Review { .. }))
    };
    left.resolutions.retain(|resolution| resolution.always || reviewed(&resolution.payment));
    for ((payment, verdict), (_, full)) in run(left).iter().zip(&whole) {
        assert_eq!(verdict, full, "{}", payment.id);
    }
}

#[test]
fn the_labelled_sets_meet_their_bars() {
    for (set, rate, precision) in [("medium_11", 985, 998), ("medium_12", 985, 998), ("hard_14", 960, 995)] {
        let Some(folder) = shared(set) else { return };
        let truth = std::fs::read_to_string(folder.join("truth.jsonl")).unwrap();
        let truth: BTreeMap<String, Value> = truth
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .map(|line| (line["payment_id"].as_str().unwrap().to_owned(), line))
            .collect();
        let (mut eligible, mut applied, mut right, mut twice) = (0, 0, 0, 0);
        for (payment, verdict) in run(Files::read(&folder).unwrap()) {
            let wanted = &truth[&payment.id.0];
            eligible += u32::from(wanted["outcome"] == "apply");
            if let Verdict::Apply { lines, .. } = &verdict {
                applied += u32::from(!lines.is_empty() || wanted["outcome"] == "apply");
                right += u32::from(wanted["outcome"] == "apply" && settled(lines) == wanted_lines(wanted));
                twice += u32::from(wanted["case"].as_str().unwrap().starts_with("duplicate"));
            }
        }
        assert!(right * 1000 >= eligible * rate, "{set}: {right} right of {eligible}");
        assert!(right * 1000 >= applied * precision, "{set}: {right} right of {applied} applied");
        assert_eq!(twice, 0, "{set}: duplicates applied");
    }
}

fn settled(lines: &[domain::cash::verdict::Line]) -> Vec<(String, String, &'static str)> {
    let kind = |kind| match kind {
        LineKind::Payment => "payment",
        LineKind::Discount => "discount",
        LineKind::FeeWriteoff => "fee_writeoff",
        LineKind::CreditMemo => "credit_memo",
    };
    let mut lines: Vec<_> = lines
        .iter()
        .map(|l| (l.document.0.clone(), l.amount.to_decimal().to_string(), kind(l.kind)))
        .collect();
    lines.sort();
    lines
}

fn wanted_lines(truth: &Value) -> Vec<(String, String, &str)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let lines = truth["allocations"].as_array().unwrap().iter();
    let mut lines: Vec<_> =
        lines.map(|l| (text(&l["invoice_id"]), text(&l["amount"]), l["kind"].as_str().unwrap())).collect();
    lines.sort();
    lines
}
