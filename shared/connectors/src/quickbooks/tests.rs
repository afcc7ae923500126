//! The contract: own fixtures decode to what is written here, errors map to their kind, requests are the same to the
//! byte, and tokens are nowhere but where they have to be.
use super::cdc::deletions;
use super::facts::{ErpInvoice, ErpPayment};
use super::map::RowError;
use super::oauth::{OAuthApp, Tokens, refresh};
use super::payment::{self, DraftLine, PaymentDraft, Written};
use super::query::{PAGE_ROWS, QueryPage, page};
use super::wire::{CreditMemo, Customer, Invoice, Payment, Record};
use super::{QuickBooksApi, fault, map};
use crate::call::{Call, Response};
use crate::fault::{Advice, Fault, FaultKind};
use bytes::Bytes;
use domain::money::{Currency, Money};
use serde_json::{Value, json};
use std::path::PathBuf;

const TOKEN: &str = "at-Dunlin-access";

fn api() -> QuickBooksApi {
    QuickBooksApi::new("https://quickbooks.api.intuit.com/", "9130000000000042")
}

fn answer(status: u16, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Response {
    let mut response = http::Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(body.into()).unwrap()
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/quickbooks/fixtures").join(name))
        .unwrap()
}

fn read<T>(call: Result<Call<T>, Fault>, name: &str) -> Result<T, Fault> {
    (call.unwrap().read)(&answer(200, &[("intuit_tid", "1-dunlin")], bytes(name)))
}

fn rows<T: Record>(name: &str) -> QueryPage<T> {
    read(page::<T>(&api(), TOKEN, None, 1), name).unwrap()
}

fn why<T: std::fmt::Debug>(row: &Result<T, RowError>) -> String {
    row.as_ref().unwrap_err().to_string()
}

#[test]
fn customers() {
    let page = rows::<Customer>("customers.json").and_then(map::customer);
    assert_eq!(page.vendor_time.to_rfc3339(), "2026-11-22T06:00:00.125-08:00");
    assert_eq!((page.start, page.is_last, page.next_start()), (1, true, None));
    let heron = page.rows[0].as_ref().unwrap();
    assert_eq!((heron.external_id.as_str(), heron.sync_token.as_str()), ("71", "3"));
    assert_eq!(heron.company_name.as_deref(), Some("Heron Catering GmbH"));
    assert_eq!(heron.email.as_deref(), Some("accounts@heron.example"));
    assert_eq!((heron.currency, heron.is_active), (Some(Currency::EUR), true));
    assert_eq!(heron.updated_at.to_rfc3339(), "2026-11-21T07:30:00+00:00");
    let site = page.rows[1].as_ref().unwrap();
    assert_eq!((site.is_active, site.billed_to_external_id.as_deref()), (false, Some("71")));
    assert_eq!((site.currency, site.email.as_deref()), (None, None));
    assert_eq!(why(&page.rows[2]), "Customer 73: DisplayName is missing");
}

#[test]
fn invoices_and_a_bad_row_does_not_lose_the_others() {
    let page = rows::<Invoice>("invoices.json").and_then(|wire| map::invoice(wire, Currency::USD));
    let open = page.rows[0].as_ref().unwrap();
    assert_eq!(
        *open,
        ErpInvoice {
            external_id: "310".to_owned(),
            sync_token: "2".to_owned(),
            number: Some("R-2041".to_owned()),
            customer_external_id: "71".to_owned(),
            issued_on: "2026-10-05".parse().unwrap(),
            due_on: Some("2026-11-04".parse().unwrap()),
            total: Money::new(124_010, Currency::EUR),
            balance: Money::new(30, Currency::EUR),
            is_voided: false,
            updated_at: "2026-11-20T18:15:00Z".parse().unwrap(),
            bill_email: Some("accounts@heron.example".to_owned()),
        }
    );
    let voided = page.rows[1].as_ref().unwrap();
    assert_eq!((voided.is_voided, voided.number.as_deref(), voided.due_on), (true, None, None));
    // No CurrencyRef: the company's own currency.
    assert_eq!(voided.total, Money::zero(Currency::USD));
    assert_eq!(why(&page.rows[2]), "Invoice 312: DueDate \"soon\" is not a date");
    assert!(
        why(&page.rows[3]).starts_with("Invoice 313: invalid type: string \"ten\""),
        "{}",
        why(&page.rows[3])
    );
    assert_eq!(why(&page.rows[4]), "Invoice 314: TotalAmt: 10.005 has more decimals than USD allows (2)");
}

#[test]
fn credit_memos() {
    let page = rows::<CreditMemo>("credit_memos.json").and_then(|wire| map::credit_memo(wire, Currency::USD));
    let memo = page.rows[0].as_ref().unwrap();
    assert_eq!((memo.total.minor(), memo.remaining.to_string()), (80_125, "KWD 30.125".to_owned()));
    assert_eq!((memo.number.as_deref(), memo.is_voided), (Some("C-9"), false));
    assert_eq!(page.rows[1].as_ref().unwrap().remaining, Money::new(250, Currency::USD));
}

#[test]
fn payments_tell_cash_from_linked_credits() {
    let page = rows::<Payment>("payments.json").and_then(|wire| map::payment(wire, Currency::EUR));
    let [cash, credit, voided, odd] = page.rows.as_slice() else { panic!("four rows") };
    let ErpPayment { total, unapplied, lines, is_cash, is_voided, payment_ref_num, .. } =
        cash.as_ref().unwrap();
    assert_eq!((total.minor(), unapplied.minor(), *is_cash, *is_voided), (130_000, 5_990, true, false));
    assert_eq!(payment_ref_num.as_deref(), Some("D7K2"));
    assert_eq!(
        (lines[0].amount.minor(), lines[0].invoice_external_ids.as_slice()),
        (124_010, ["310".to_owned()].as_slice())
    );
    let credit = credit.as_ref().unwrap();
    assert_eq!((credit.is_cash, credit.is_voided), (false, false));
    assert_eq!(credit.lines[1].credit_memo_external_ids, ["340"]);
    assert_eq!(credit.lines[2].others, ["JournalEntry 12"]);
    let voided = voided.as_ref().unwrap();
    assert_eq!((voided.is_cash, voided.is_voided), (false, true));
    assert_eq!(why(odd), "Payment 404: Line 1, TxnType is missing");
}

#[test]
fn no_rows_is_an_empty_last_page() {
    let page = rows::<Invoice>("nothing.json");
    assert!(page.rows.is_empty() && page.is_last);
}

#[test]
fn a_full_page_names_the_next() {
    let full = |start: Value| {
        let rows = vec![json!({"Id": "1"}); usize::try_from(PAGE_ROWS).unwrap()];
        let body = json!({"QueryResponse": {"Invoice": rows, "startPosition": start}, "time": "2026-11-22T06:00:00Z"});
        (page::<Invoice>(&api(), TOKEN, None, 1).unwrap().read)(&answer(200, &[], body.to_string()))
    };
    assert_eq!(full(json!(1001)).unwrap().next_start(), Some(2001));
    assert_eq!(
        full(Value::Null).unwrap_err().message,
        "QuickBooks, query of Invoice: a full page without startPosition"
    );
}

#[test]
fn a_page_that_is_not_as_documented_is_a_fault() {
    let read = |body: &'static str| {
        (page::<Invoice>(&api(), TOKEN, None, 1).unwrap().read)(&answer(200, &[("intuit_tid", "1-d")], body))
            .unwrap_err()
    };
    assert_eq!(
        read(r#"{"QueryResponse":{}}"#).to_string(),
        "Retryable (AfterSend): QuickBooks, query of Invoice: no time request 1-d"
    );
    assert!(read("<html>").message.starts_with("QuickBooks, expected value"));
    assert!(read("{}").message.ends_with("no QueryResponse"));
}

#[test]
fn errors_map_to_their_kind() {
    let cases: Vec<Value> = serde_json::from_slice(&bytes("errors.json")).unwrap();
    for case in &cases {
        let status = u16::try_from(case["status"].as_u64().unwrap()).unwrap();
        let body = case["body"].as_str().map_or_else(|| case["body"].to_string(), str::to_owned);
        let mut headers = vec![("Intuit-Tid", "1-dunlin"), ("content-type", "text/x")];
        headers.extend(case["retry_after"].as_str().map(|after| ("retry-after", after)));
        let fault = fault::json(&answer(status, &headers, body)).unwrap_err();
        assert_eq!(format!("{:?}", fault.kind), case["kind"].as_str().unwrap(), "{case}");
        assert_eq!(fault.code.as_deref(), case["code"].as_str(), "{case}");
        assert_eq!(fault.retry_after_seconds.map(u64::from), case["after"].as_u64(), "{case}");
        assert!(fault.message.contains(case["says"].as_str().unwrap()), "{}", fault.message);
        assert!(!fault.message.to_lowercase().contains("secret"), "{}", fault.message);
    }
}

#[test]
fn every_header_spelling_gives_the_request_ref() {
    for name in ["intuit_tid", "Intuit-Tid"] {
        assert_eq!(fault::fault(&answer(500, &[(name, "1-x")], "")).request_ref.as_deref(), Some("1-x"));
    }
}

/// Method, path with query, and body; checks what all requests have in common.
fn line<T>(call: Result<Call<T>, Fault>) -> String {
    let request = call.unwrap().request;
    let mut headers =
        request.headers().iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()));
    assert_eq!(headers.next(), Some(format!("authorization: Bearer {TOKEN}")));
    assert_eq!(headers.next().as_deref(), Some("accept: application/json"));
    assert_eq!(headers.next().is_some(), request.method() == http::Method::POST);
    assert!(!format!("{request:?}").contains(TOKEN) && !request.uri().to_string().contains(TOKEN));
    let path = request.uri().path_and_query().unwrap().as_str();
    let path = path.strip_prefix("/v3/company/9130000000000042/").unwrap();
    format!("{} {path} {}", request.method(), std::str::from_utf8(request.body()).unwrap())
}

#[test]
fn queries_are_the_same_to_the_byte() {
    let since = "2026-11-20T00:00:00.5-08:00".parse().unwrap();
    assert_eq!(
        line(page::<Invoice>(&api(), TOKEN, Some(since), 1001)),
        "GET query?query=SELECT%20%2A%20FROM%20Invoice%20WHERE%20MetaData.LastUpdatedTime%20%3E%3D%20\
         %272026-11-20T00%3A00%3A00-08%3A00%27%20ORDERBY%20MetaData.LastUpdatedTime%20STARTPOSITION%201001%20\
         MAXRESULTS%201000&minorversion=75 "
    );
    assert_eq!(
        line(page::<Customer>(&api(), TOKEN, None, 1)),
        "GET query?query=SELECT%20%2A%20FROM%20Customer%20WHERE%20Active%20IN%20%28true%2Cfalse%29%20\
         ORDERBY%20MetaData.LastUpdatedTime%20STARTPOSITION%201%20MAXRESULTS%201000&minorversion=75 "
    );
    let both = line(page::<Customer>(&api(), TOKEN, Some(since), 1));
    assert!(both.contains("%28true%2Cfalse%29%20AND%20MetaData.LastUpdatedTime"), "{both}");
    assert_eq!(
        line(payment::lookup(&api(), TOKEN, "O'Neill & Co")),
        "GET query?query=SELECT%20%2A%20FROM%20Payment%20WHERE%20PaymentRefNum%20%3D%20\
         %27O%5C%27Neill%20%26%20Co%27&minorversion=75 "
    );
    assert_eq!(line(payment::get(&api(), TOKEN, "4/5")), "GET payment/4%2F5?minorversion=75 ");
}

fn draft() -> PaymentDraft {
    let eur = |minor| Money::new(minor, Currency::EUR);
    PaymentDraft {
        customer_external_id: "71".to_owned(),
        total: eur(130_000),
        received_on: "2026-11-18".parse().unwrap(),
        reference: "D7K2".to_owned(),
        private_note: "Dunlin payment \"stripe:pi_Dunlin01\"".to_owned(),
        lines: vec![
            DraftLine { invoice_external_id: "310".to_owned(), amount: eur(124_010) },
            DraftLine { invoice_external_id: "311".to_owned(), amount: eur(1_000) },
        ],
        deposit_account_external_id: None,
    }
}

fn written() -> Written {
    Written { external_id: "405".to_owned(), sync_token: "0".to_owned() }
}

#[test]
fn writes_are_the_same_to_the_byte() {
    let lines = r#""Line":[{"Amount":1240.10,"LinkedTxn":[{"TxnId":"310","TxnType":"Invoice"}]},{"Amount":10.00,"LinkedTxn":[{"TxnId":"311","TxnType":"Invoice"}]}]"#;
    let header = r#""CustomerRef":{"value":"71"},"CurrencyRef":{"value":"EUR"},"TotalAmt":1300.00,"TxnDate":"2026-11-18","PaymentRefNum":"D7K2","#;
    let note = r#""PrivateNote":"Dunlin payment \"stripe:pi_Dunlin01\"","#;
    assert_eq!(
        line(payment::create(&api(), TOKEN, &draft(), "w-1")),
        format!("POST payment?requestid=w-1&minorversion=75 {{{header}{note}{lines}}}")
    );
    let deposited = PaymentDraft { deposit_account_external_id: Some("35".to_owned()), ..draft() };
    assert_eq!(
        line(payment::create(&api(), TOKEN, &deposited, "w-1")),
        format!(
            "POST payment?requestid=w-1&minorversion=75 {{{header}\"DepositToAccountRef\":{{\"value\":\"35\"}},{note}{lines}}}"
        )
    );
    let update = r#""Id":"405","SyncToken":"0","sparse":true"#;
    assert_eq!(
        line(payment::replace_lines(&api(), TOKEN, &written(), &draft(), "w-2")),
        format!(
            "POST payment?operation=update&requestid=w-2&minorversion=75 \
             {{{update},\"CustomerRef\":{{\"value\":\"71\"}},\"TotalAmt\":1300.00,{lines}}}"
        )
    );
    assert_eq!(
        line(payment::void(&api(), TOKEN, &written(), "w-3")),
        format!("POST payment?operation=update&include=void&requestid=w-3&minorversion=75 {{{update}}}")
    );
}

#[test]
fn amounts_are_sent_exactly_and_read_back_the_same() {
    for (minor, ccy, text) in [
        (10, Currency::USD, "0.10"),
        (1_200, Currency::JPY, "1200"),
        (i64::MAX, Currency::KWD, "9223372036854775.807"),
    ] {
        let total = Money::new(minor, ccy);
        let draft = PaymentDraft { total, lines: Vec::new(), ..draft() };
        let call = payment::create(&api(), TOKEN, &draft, "w").unwrap();
        let body = std::str::from_utf8(call.request.body()).unwrap();
        assert!(body.contains(&format!("\"TotalAmt\":{text},")), "{body}");
        let mut back: Value = serde_json::from_str(body).unwrap();
        back["Id"] = json!("1");
        back["SyncToken"] = json!("0");
        back["UnappliedAmt"] = back["TotalAmt"].clone();
        back["MetaData"] = json!({"LastUpdatedTime": "2026-11-22T06:00:00Z"});
        let wire: Payment = serde_json::from_value(back).unwrap();
        assert_eq!(map::payment(&wire, Currency::EUR).unwrap().total, total);
    }
}

#[test]
fn a_draft_that_cannot_be_right_is_not_sent() {
    let refused = |change: fn(&mut PaymentDraft), request_id: &str| {
        let mut draft = draft();
        change(&mut draft);
        payment::create(&api(), TOKEN, &draft, request_id).err().unwrap().message
    };
    assert_eq!(
        refused(|d| d.reference = "D".repeat(22), "w"),
        format!("PaymentRefNum {:?} has 22 characters, 21 are allowed", "D".repeat(22))
    );
    assert_eq!(refused(|d| d.reference.clear(), "w"), "PaymentRefNum is empty");
    assert!(refused(|_| {}, &"w".repeat(51)).ends_with("has 51 characters, 50 are allowed"));
    assert_eq!(
        refused(|d| d.total = Money::new(125_009, Currency::EUR), "w"),
        "payment of EUR 1250.09: the lines exceed it by 0.01"
    );
    assert_eq!(
        refused(|d| d.total = Money::zero(Currency::EUR), "w"),
        "payment of EUR 0.00: not a positive amount"
    );
    assert_eq!(
        refused(|d| d.lines[1].amount = Money::new(-5, Currency::EUR), "w"),
        "EUR -0.05 to invoice 311: not a positive amount"
    );
    assert_eq!(
        refused(|d| d.total = Money::new(500_000, Currency::USD), "w"),
        "payment of USD 5000.00: currencies differ: USD and EUR"
    );
}

#[test]
fn a_write_is_read_back_or_looked_up() {
    let call = payment::create(&api(), TOKEN, &draft(), "w-1");
    assert!(call.as_ref().unwrap().is_write);
    assert_eq!(read(call, "payment_written.json").unwrap(), written());
    let unclear = read(payment::create(&api(), TOKEN, &draft(), "w-1"), "nothing.json").unwrap_err();
    assert_eq!(unclear.advice(true), Advice::LookUpFirst);
    let found = read(payment::lookup(&api(), TOKEN, "D7K2"), "payments.json").unwrap();
    assert_eq!(found.rows[0].as_ref().unwrap().id.as_deref(), Some("401"));
    assert!(read(payment::lookup(&api(), TOKEN, "D7K2"), "nothing.json").unwrap().rows.is_empty());
    let wire = read(payment::get(&api(), TOKEN, "405"), "payment_written.json").unwrap();
    assert_eq!(map::payment(&wire, Currency::USD).unwrap().unapplied, Money::new(4_990, Currency::EUR));
}

fn app() -> OAuthApp {
    OAuthApp::new(
        "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
        "dunlin-client",
        "cs-Dunlin-secret",
    )
}

#[test]
fn tokens_are_refreshed_and_not_printed() {
    let call = refresh(&app(), "RT1-a/b c").unwrap();
    assert_eq!(call.request.body(), "grant_type=refresh_token&refresh_token=RT1-a%2Fb+c");
    assert_eq!(call.request.headers()["authorization"], "Basic ZHVubGluLWNsaWVudDpjcy1EdW5saW4tc2VjcmV0");
    assert_eq!(call.request.headers()["content-type"], "application/x-www-form-urlencoded");
    assert!(!format!("{:?}", call.request.headers()).contains("ZHVubGlu"));
    let tokens = read(Ok(call), "tokens.json").unwrap();
    assert_eq!(format!("{tokens:?}"), "Tokens(access 3600 s, refresh 8726400 s)");
    let Tokens { access_token, refresh_token, .. } = tokens;
    assert_eq!((access_token.as_str(), refresh_token.as_str()), ("at-Dunlin-0001", "RT1-Dunlin-0002"));
    assert!(!format!("{:?}", app()).contains("cs-Dunlin-secret"));
}

#[test]
fn a_refused_refresh_is_told_from_a_failed_one() {
    let fault = |status, body: &'static str| {
        (refresh(&app(), "RT1").unwrap().read)(&answer(status, &[("intuit_tid", "1-d")], body)).unwrap_err()
    };
    let revoked = fault(400, r#"{"error":"invalid_grant","error_description":"Incorrect RT1-secret"}"#);
    assert_eq!((revoked.kind, revoked.code.as_deref()), (FaultKind::AuthRevoked, Some("invalid_grant")));
    assert_eq!(
        revoked.to_string(),
        "AuthRevoked (AfterSend): Intuit's token endpoint answered 400 Bad Request [invalid_grant] request 1-d"
    );
    assert_eq!(fault(401, r#"{"error":"invalid_client"}"#).kind, FaultKind::Permanent);
    assert_eq!(fault(400, r#"{"error":"invalid_request"}"#).kind, FaultKind::Permanent);
    assert_eq!(fault(503, "<html>").kind, FaultKind::Retryable);
    let odd = fault(200, r#"{"access_token":"at-secret","expires_in":"RT-secret"}"#);
    assert_eq!(odd.kind, FaultKind::Retryable);
    assert!(!odd.to_string().contains("secret"), "{odd}");
}

fn shared(folder: &str) -> Vec<(String, Value)> {
    let fixtures = "../../../shared/connectors/fixtures/quickbooks";
    let Ok(files) = std::fs::read_dir(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(fixtures).join(folder))
    else {
        println!("skipped: ../shared is absent");
        return Vec::new();
    };
    let paths = files.map(|file| file.unwrap().path());
    paths
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap())
        })
        .collect()
}

/// Maps every record of our four kinds that stands anywhere in a reply; gives their number.
fn map_all(name: &str, value: &Value) -> usize {
    fn one<T: Record, U>(name: &str, row: &Value, read: impl Fn(&T) -> Result<U, RowError>) -> usize {
        let wire = serde_json::from_value(row.clone()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let is_deleted = row.get("status").is_some_and(|status| status == "Deleted");
        if let (Err(error), false) = (read(&wire), is_deleted) {
            panic!("{name}: {error}");
        }
        1
    }
    let mut count = 0;
    for (key, inner) in value.as_object().into_iter().flatten() {
        let rows = inner.as_array().cloned().unwrap_or_else(|| vec![inner.clone()]);
        for row in rows.iter().filter(|row| row.is_object()) {
            count += match key.as_str() {
                "Customer" => one::<Customer, _>(name, row, map::customer),
                "Invoice" => one::<Invoice, _>(name, row, |wire| map::invoice(wire, Currency::USD)),
                "CreditMemo" => one::<CreditMemo, _>(name, row, |wire| map::credit_memo(wire, Currency::USD)),
                "Payment" => one::<Payment, _>(name, row, |wire| map::payment(wire, Currency::USD)),
                _ => map_all(name, row),
            };
        }
    }
    count
}

#[test]
fn shared_replies_decode() {
    let recorded: Vec<_> = shared("recorded_vcr");
    let counts = recorded.iter().map(|(name, exchange)| map_all(name, &exchange["response"]["body"]));
    assert!(recorded.is_empty() || counts.sum::<usize>() > 40);
    for (name, body) in shared("synthetic") {
        if name.ends_with(".response.json") && body.get("status").is_none() {
            map_all(&name, &body);
        }
    }
}

#[test]
fn shared_errors_map_to_their_kind() {
    let kinds = [
        ("error_401.json", FaultKind::AuthExpired),
        ("error_5010", FaultKind::Conflict),
        ("error_429", FaultKind::Retryable),
        ("error_oauth", FaultKind::AuthRevoked),
    ];
    for (name, case) in shared("recorded_vcr").into_iter().chain(shared("synthetic")) {
        let response = case.get("response").unwrap_or(&case);
        let status = response["status"].as_u64().or(response["status"]["code"].as_u64()).unwrap_or(200);
        if !name.starts_with("error_") || status == 200 {
            continue;
        }
        let reply =
            answer(u16::try_from(status).unwrap(), &[("intuit_tid", "1-s")], response["body"].to_string());
        let fault = if name.contains("oauth") {
            (refresh(&app(), "RT1").unwrap().read)(&reply).unwrap_err()
        } else {
            fault::json(&reply).unwrap_err()
        };
        let expected = kinds
            .iter()
            .find(|(start, _)| name.starts_with(start))
            .map_or(FaultKind::Permanent, |(_, kind)| *kind);
        assert_eq!(fault.kind, expected, "{name}: {fault}");
        assert!(!fault.to_string().contains("kxzxOlnHYdhtEV"), "{name}: {fault}");
    }
}

#[test]
fn deletions_are_told_apart_from_changes_and_from_what_does_not_read() {
    let since = "2026-11-21T06:00:00-08:00".parse().unwrap();
    let call = deletions::<Payment>(&api(), TOKEN, since);
    let uri = call.as_ref().unwrap().request.uri().to_string();
    let expected = "https://quickbooks.api.intuit.com/v3/company/9130000000000042/cdc?entities=Payment\
        &changedSince=2026-11-21T06%3A00%3A00-08%3A00&minorversion=75";
    assert_eq!(uri, expected);
    let found = read(call, "deletions.json").unwrap();
    assert!(found.is_whole);
    let [first, nameless, undated, bare] = found.rows.as_slice() else { panic!("{:?}", found.rows) };
    let first = first.as_ref().unwrap();
    let told = (first.external_id.as_str(), first.deleted_at.to_rfc3339());
    assert_eq!(told, ("312", "2026-11-21T18:02:00+00:00".to_owned()));
    assert_eq!(why(nameless), "Payment without Id: Id is missing");
    assert_eq!(why(undated), "Payment 313: MetaData.LastUpdatedTime is not a time");
    assert_eq!(bare.as_ref().unwrap().deleted_at, found.vendor_time);
}

#[test]
fn a_full_answer_may_lack_a_deletion() {
    let rows: Vec<Value> = (0..1_000).map(|id| json!({"Id": id.to_string()})).collect();
    let body =
        json!({"CDCResponse": [{"QueryResponse": [{"Invoice": rows}]}], "time": "2026-11-22T06:00:00Z"});
    let call = deletions::<Invoice>(&api(), TOKEN, "2026-11-21T06:00:00Z".parse().unwrap()).unwrap();
    let found = (call.read)(&answer(200, &[], body.to_string())).unwrap();
    assert!(!found.is_whole && found.rows.is_empty());
    let nothing = json!({"CDCResponse": [{"QueryResponse": [{}]}], "time": "2026-11-22T06:00:00Z"});
    let found = (call.read)(&answer(200, &[], nothing.to_string())).unwrap();
    assert!(found.is_whole && found.rows.is_empty());
    assert!((call.read)(&answer(200, &[], "{}")).is_err());
}
