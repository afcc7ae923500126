//! QuickBooks: queries over customers, invoices, credit memos and payments; payments created, replaced and voided
//! under optimistic locks and request ids; tokens that rotate with every refresh.
use super::{parameters, reply};
use app::doubles::clock::FixedClock;
use app::ports::Clock;
use chrono::{DateTime, NaiveDate, Utc};
use connectors::call::{Request, Response};
use connectors::fault::{Fault, FaultKind, Phase};
use domain::money::{Currency, Money};
use serde_json::{Number, Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

pub const FIRST_REFRESH_TOKEN: &str = "refresh-0";

/// What goes wrong with the next write of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It takes effect, and the answer is lost.
    AnswerLost,
    /// Nothing happens, and QuickBooks says so.
    Unavailable,
}

/// An invoice or a credit memo.
#[derive(Debug, Clone)]
pub struct Document {
    pub kind: &'static str,
    pub number: String,
    pub customer: String,
    pub issued_on: NaiveDate,
    pub due_on: Option<NaiveDate>,
    pub total: Money,
    pub balance: Money,
    pub is_voided: bool,
}

#[derive(Debug, Clone)]
pub struct LedgerPayment {
    pub customer: String,
    pub total: Money,
    /// Invoice ids with amounts.
    pub lines: Vec<(String, Money)>,
    /// Credit memo ids with amounts.
    pub credits: Vec<(String, Money)>,
    pub received_on: String,
    pub reference: Option<String>,
    pub note: Option<String>,
}

#[derive(Debug, Clone)]
struct Versioned<T> {
    token: u64,
    updated_at: DateTime<Utc>,
    record: T,
}

pub struct QuickBooks {
    clock: Arc<FixedClock>,
    customers: BTreeMap<String, Versioned<Value>>,
    documents: BTreeMap<String, Versioned<Document>>,
    payments: BTreeMap<String, Versioned<LedgerPayment>>,
    /// Kind, id and when.
    deleted: Vec<(&'static str, String, DateTime<Utc>)>,
    answered: BTreeMap<String, Value>,
    trouble: VecDeque<Trouble>,
    rotations: u32,
    is_refusing: bool,
    last_id: u32,
}

fn number(money: Money) -> Number {
    money.to_decimal().to_string().parse().unwrap()
}

fn money(value: &Value) -> Money {
    Money::parse(&value.to_string(), Currency::USD).unwrap()
}

impl QuickBooks {
    pub fn new(clock: Arc<FixedClock>) -> Self {
        Self {
            clock,
            customers: BTreeMap::new(),
            documents: BTreeMap::new(),
            payments: BTreeMap::new(),
            deleted: Vec::new(),
            answered: BTreeMap::new(),
            trouble: VecDeque::new(),
            rotations: 0,
            is_refusing: false,
            last_id: 100,
        }
    }

    fn next_id(&mut self) -> String {
        self.last_id += 1;
        self.last_id.to_string()
    }

    fn fresh<T>(&self, record: T) -> Versioned<T> {
        Versioned { token: 0, updated_at: self.clock.now(), record }
    }

    pub fn add_customer(&mut self, id: &str, name: &str, email: &str) {
        let row =
            json!({"Id": id, "DisplayName": name, "PrimaryEmailAddr": {"Address": email}, "Active": true});
        let row = self.fresh(row);
        self.customers.insert(id.to_owned(), row);
    }

    /// Changes a customer as people do.
    pub fn correct_customer(&mut self, id: &str, name: &str, email: &str) {
        let now = self.clock.now();
        let row = self.customers.get_mut(id).unwrap();
        row.record["DisplayName"] = json!(name);
        row.record["PrimaryEmailAddr"] = json!({"Address": email});
        row.token += 1;
        row.updated_at = now;
    }

    pub fn add_document(&mut self, document: Document) {
        let id = self.next_id();
        let row = self.fresh(document);
        self.documents.insert(id, row);
    }

    /// A payment that people post.
    pub fn add_payment(&mut self, payment: LedgerPayment) -> String {
        let id = self.next_id();
        let row = self.fresh(payment);
        self.payments.insert(id.clone(), row);
        self.settle_balances();
        id
    }

    /// Changes a document as people do: its version moves on.
    pub fn change_document(&mut self, number: &str, change: impl FnOnce(&mut Document)) {
        let now = self.clock.now();
        let row = self.documents.values_mut().find(|row| row.record.number == number).unwrap();
        change(&mut row.record);
        row.token += 1;
        row.updated_at = now;
    }

    /// Changes the oldest payment as people do.
    pub fn change_first_payment(&mut self, change: impl FnOnce(&mut LedgerPayment)) {
        let now = self.clock.now();
        let row = self.payments.values_mut().next().unwrap();
        change(&mut row.record);
        row.token += 1;
        row.updated_at = now;
        self.settle_balances();
    }

    /// A payment of before comes once more: an older version of the oldest one.
    pub fn roll_back_payment(&mut self, change: impl FnOnce(&mut LedgerPayment)) {
        self.change_first_payment(change);
        let row = self.payments.values_mut().next().unwrap();
        row.token -= 2;
    }

    /// Voids an invoice as people do: it is taken off the payments on it.
    pub fn void_document(&mut self, number: &str) {
        let (id, now) = (self.id_of(number), self.clock.now());
        self.change_document(number, |document| {
            document.is_voided = true;
            document.total = Money::zero(document.total.currency());
            document.balance = document.total;
        });
        for row in self.payments.values_mut().filter(|row| row.record.lines.iter().any(|(of, _)| *of == id)) {
            row.record.lines.retain(|(of, _)| *of != id);
            row.token += 1;
            row.updated_at = now;
        }
    }

    pub fn delete_document(&mut self, number: &str) {
        let id = self.id_of(number);
        let row = self.documents.remove(&id).unwrap();
        self.deleted.push((row.record.kind, id, self.clock.now()));
    }

    /// Deletes the oldest payment: what it paid is open again.
    pub fn delete_first_payment(&mut self) {
        let (id, _) = self.payments.pop_first().unwrap();
        self.deleted.push(("Payment", id, self.clock.now()));
        self.settle_balances();
    }

    /// Makes one customer of two: documents and payments of the first go to the second.
    pub fn merge_customers(&mut self, from: &str, into: &str) {
        let now = self.clock.now();
        let row = self.customers.get_mut(from).unwrap();
        let name = format!("{} (deleted)", row.record["DisplayName"].as_str().unwrap());
        row.record["DisplayName"] = json!(name);
        row.record["Active"] = json!(false);
        row.token += 1;
        row.updated_at = now;
        for row in self.documents.values_mut().filter(|row| row.record.customer == from) {
            row.record.customer = into.to_owned();
            row.token += 1;
            row.updated_at = now;
        }
        for row in self.payments.values_mut().filter(|row| row.record.customer == from) {
            row.record.customer = into.to_owned();
            row.token += 1;
            row.updated_at = now;
        }
    }

    /// Answers with a version of a document that it had before.
    pub fn roll_back_token(&mut self, number: &str) {
        let now = self.clock.now();
        let row = self.documents.values_mut().find(|row| row.record.number == number).unwrap();
        row.token -= 1;
        row.updated_at = now;
    }

    pub fn id_of(&self, number: &str) -> String {
        let found = self.documents.iter().find(|(_, row)| row.record.number == number);
        found.map(|(id, _)| id.clone()).unwrap_or_else(|| panic!("QuickBooks has no document {number}"))
    }

    pub fn payments(&self) -> Vec<LedgerPayment> {
        self.payments.values().map(|row| row.record.clone()).collect()
    }

    /// Payments by their ids.
    pub fn payments_by_id(&self) -> Vec<(String, LedgerPayment)> {
        self.payments.iter().map(|(id, row)| (id.clone(), row.record.clone())).collect()
    }

    /// The id of the newest payment.
    pub fn last_payment(&self) -> String {
        self.payments.keys().next_back().cloned().unwrap_or_else(|| panic!("QuickBooks has no payment"))
    }

    pub fn balance(&self, number: &str) -> Money {
        self.documents[&self.id_of(number)].record.balance
    }

    pub fn customer_of(&self, number: &str) -> String {
        self.documents[&self.id_of(number)].record.customer.clone()
    }

    pub fn is_voided(&self, number: &str) -> bool {
        self.documents[&self.id_of(number)].record.is_voided
    }

    /// What payments have settled of a document.
    pub fn paid(&self, number: &str) -> Money {
        let record = &self.documents[&self.id_of(number)].record;
        record.total.minus(record.balance).unwrap()
    }

    /// Documents of a kind, by their ids.
    pub fn documents(&self, kind: &str) -> Vec<(String, Document)> {
        let of_kind = self.documents.iter().filter(|(_, row)| row.record.kind == kind);
        of_kind.map(|(id, row)| (id.clone(), row.record.clone())).collect()
    }

    /// How often the refresh token was replaced.
    pub fn rotations(&self) -> u32 {
        self.rotations
    }

    /// How many writes took effect.
    pub fn postings(&self) -> usize {
        self.answered.len()
    }

    pub fn revoke(&mut self) {
        self.rotations += 1_000;
    }

    /// A person consents once more: the refresh token from then on.
    pub fn reconnect(&mut self) -> String {
        self.rotations += 1;
        self.is_refusing = false;
        format!("refresh-{}", self.rotations)
    }

    /// Whether the last refresh was refused.
    pub fn is_refusing(&self) -> bool {
        self.is_refusing
    }

    pub fn meet(&mut self, trouble: Trouble) {
        self.trouble.push_back(trouble);
    }

    /// Balances of invoices and credit memos follow the payments' lines.
    fn settle_balances(&mut self) {
        let now = self.clock.now();
        for (id, row) in self.documents.iter_mut().filter(|(_, row)| !row.record.is_voided) {
            let lines = |row: &LedgerPayment| [row.lines.clone(), row.credits.clone()].concat();
            let lines = self.payments.values().flat_map(|row| lines(&row.record));
            let paid = lines.filter(|(of, _)| of == id);
            let paid = Money::sum(row.record.total.currency(), paid.map(|(_, amount)| amount)).unwrap();
            let balance = row.record.total.minus(paid).unwrap();
            if balance != row.record.balance {
                row.record.balance = balance;
                row.token += 1;
                row.updated_at = now;
            }
        }
    }

    pub fn answer(&mut self, request: &Request) -> Result<Response, Fault> {
        if request.uri().path() == "/tokens" {
            return Ok(self.rotate(request));
        }
        let expected = format!("Bearer access-{}", self.rotations);
        if request.headers()["authorization"] != expected.as_str() {
            let error = json!([{"message": "AuthenticationFailed", "code": "3200"}]);
            return Ok(reply(401, &json!({"fault": {"error": error, "type": "AUTHENTICATION"}})));
        }
        let path = request.uri().path().to_owned();
        let what = path.strip_prefix("/v3/company/9130/").unwrap();
        if what == "query" {
            return Ok(self.query(&parameters(request)["query"]));
        }
        if what == "cdc" {
            return Ok(self.changes(&parameters(request)));
        }
        if let Some(id) = what.strip_prefix("payment/") {
            if !self.payments.contains_key(id) {
                let error = json!([{"Message": "Object Not Found", "code": "610"}]);
                return Ok(reply(400, &json!({"Fault": {"Error": error, "type": "ValidationFault"}})));
            }
            return Ok(reply(200, &json!({"Payment": self.payment_row(id)})));
        }
        assert_eq!(what, "payment");
        let trouble = self.trouble.pop_front();
        if trouble == Some(Trouble::Unavailable) {
            return Ok(reply(503, &json!({})));
        }
        let answer = self.write(request);
        match trouble {
            Some(_) => Err(Fault::new(FaultKind::Retryable, Phase::AfterSend, "timeout")),
            None => Ok(answer),
        }
    }

    fn rotate(&mut self, request: &Request) -> Response {
        let form: BTreeMap<String, String> = form_urlencoded::parse(request.body()).into_owned().collect();
        if form["refresh_token"] != format!("refresh-{}", self.rotations) {
            self.is_refusing = true;
            return reply(400, &json!({"error": "invalid_grant"}));
        }
        self.rotations += 1;
        let rotations = self.rotations;
        reply(
            200,
            &json!({"access_token": format!("access-{rotations}"), "expires_in": 3600, "token_type": "bearer",
                "refresh_token": format!("refresh-{rotations}"), "x_refresh_token_expires_in": 8_640_000}),
        )
    }

    fn query(&self, statement: &str) -> Response {
        let quoted = |start: &str| {
            let (_, rest) = statement.split_once(start)?;
            Some(rest.split_once('\'')?.0.to_owned())
        };
        let since = quoted("LastUpdatedTime >= '").map(|text| DateTime::parse_from_rfc3339(&text).unwrap());
        let reference = quoted("PaymentRefNum = '");
        let (_, from) = statement.split_once("FROM ").unwrap();
        let entity = from.split(' ').next().unwrap();
        let is_wanted = |updated_at: DateTime<Utc>| since.is_none_or(|since| updated_at >= since);
        let rows: Vec<Value> = match entity {
            "Customer" => {
                let rows = self.customers.values().filter(|row| is_wanted(row.updated_at));
                rows.map(|row| with_version(row.record.clone(), row)).collect()
            }
            "Payment" => {
                let rows = self.payments.iter().filter(|(_, row)| is_wanted(row.updated_at));
                let is_named = |row: &LedgerPayment| reference.is_none() || row.reference == reference;
                rows.filter(|(_, row)| is_named(&row.record)).map(|(id, _)| self.payment_row(id)).collect()
            }
            kind => {
                let rows = self.documents.iter().filter(|(_, row)| row.record.kind == kind);
                rows.filter(|(_, row)| is_wanted(row.updated_at)).map(|(id, row)| document(id, row)).collect()
            }
        };
        let mut answer = json!({"startPosition": 1, "maxResults": rows.len()});
        if !rows.is_empty() {
            answer[entity] = Value::Array(rows);
        }
        reply(200, &json!({"QueryResponse": answer, "time": self.clock.now().to_rfc3339()}))
    }

    /// Change data capture; of what is there, only how much changed matters to anybody.
    fn changes(&self, parameters: &BTreeMap<String, String>) -> Response {
        let since = DateTime::parse_from_rfc3339(&parameters["changedSince"]).unwrap();
        let lists: Vec<Value> = parameters["entities"]
            .split(',')
            .map(|kind| {
                let rows = self.deleted.iter().filter(|(of, _, at)| *of == kind && *at >= since);
                let rows: Vec<Value> = rows
                    .map(|(_, id, at)| {
                        json!({"domain": "QBO", "status": "Deleted", "Id": id,
                            "MetaData": {"LastUpdatedTime": at.to_rfc3339()}})
                    })
                    .collect();
                if rows.is_empty() { json!({}) } else { json!({kind: rows}) }
            })
            .collect();
        reply(200, &json!({"CDCResponse": [{"QueryResponse": lists}], "time": self.clock.now().to_rfc3339()}))
    }

    fn payment_row(&self, id: &str) -> Value {
        let row = &self.payments[id];
        let LedgerPayment { customer, total, lines, credits, received_on, reference, note } = &row.record;
        let sum = |list: &[(String, Money)]| {
            Money::sum(total.currency(), list.iter().map(|(_, amount)| *amount)).unwrap()
        };
        let applied = sum(lines).minus(sum(credits)).unwrap();
        let line = |kind: &str, (id, amount): &(String, Money)| json!({"Amount": number(*amount), "LinkedTxn": [{"TxnId": id, "TxnType": kind}]});
        let credits = credits.iter().map(|part| line("CreditMemo", part));
        let lines: Vec<Value> = lines.iter().map(|part| line("Invoice", part)).chain(credits).collect();
        let record = json!({"Id": id, "TxnDate": received_on, "CustomerRef": {"value": customer},
            "CurrencyRef": {"value": "USD"}, "TotalAmt": number(*total),
            "UnappliedAmt": number(total.minus(applied).unwrap()), "PaymentRefNum": reference,
            "PrivateNote": note, "Line": lines});
        with_version(record, row)
    }

    fn write(&mut self, request: &Request) -> Response {
        let parameters = parameters(request);
        let request_id = parameters["requestid"].clone();
        if let Some(answer) = self.answered.get(&request_id) {
            return reply(200, answer);
        }
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let lines = body["Line"].as_array().cloned().unwrap_or_default();
        let lines: Vec<(String, Money)> = lines
            .iter()
            .map(|line| {
                let invoice = line["LinkedTxn"][0]["TxnId"].as_str().unwrap().to_owned();
                (invoice, money(&line["Amount"]))
            })
            .collect();
        if let Some(number) = self.overpaid(text("Id").as_deref(), &lines) {
            let error = json!([{"Message": format!("{number} would be overpaid"), "code": "6000"}]);
            return reply(400, &json!({"Fault": {"Error": error, "type": "ValidationFault"}}));
        }
        let id = match text("Id") {
            Some(id) => {
                let now = self.clock.now();
                let row = self.payments.get_mut(&id).unwrap();
                if Some(row.token.to_string()) != text("SyncToken") {
                    let error = json!([{"Message": "Stale Object Error", "code": "5010"}]);
                    return reply(400, &json!({"Fault": {"Error": error, "type": "ValidationFault"}}));
                }
                row.token += 1;
                row.updated_at = now;
                row.record.lines = lines;
                if parameters.get("include").is_some_and(|include| include == "void") {
                    row.record.total = Money::zero(row.record.total.currency());
                    row.record.note = Some("Voided".into());
                } else {
                    row.record.total = money(&body["TotalAmt"]);
                }
                id
            }
            None => {
                let id = self.next_id();
                let row = self.fresh(LedgerPayment {
                    customer: body["CustomerRef"]["value"].as_str().unwrap().to_owned(),
                    total: money(&body["TotalAmt"]),
                    lines,
                    credits: Vec::new(),
                    received_on: text("TxnDate").unwrap(),
                    reference: text("PaymentRefNum"),
                    note: text("PrivateNote"),
                });
                self.payments.insert(id.clone(), row);
                id
            }
        };
        self.settle_balances();
        let answer = json!({"Payment": self.payment_row(&id), "time": self.clock.now().to_rfc3339()});
        self.answered.insert(request_id, answer.clone());
        reply(200, &answer)
    }
}

impl QuickBooks {
    /// An invoice on which these lines, in the place of what the payment `id` has, would settle more than is open.
    fn overpaid(&self, id: Option<&str>, lines: &[(String, Money)]) -> Option<String> {
        lines.iter().find_map(|(invoice, _)| {
            let row = &self.documents.get(invoice)?.record;
            let others = self.payments.iter().filter(|(other, _)| Some(other.as_str()) != id);
            let others = others.flat_map(|(_, row)| &row.record.lines);
            let all = others.chain(lines).filter(|(of, _)| of == invoice).map(|(_, amount)| *amount);
            let all = Money::sum(row.total.currency(), all).unwrap();
            row.total.minus(all).unwrap().is_negative().then(|| row.number.clone())
        })
    }
}

fn document(id: &str, row: &Versioned<Document>) -> Value {
    let Document { number: doc_number, customer, issued_on, due_on, total, balance, is_voided, .. } =
        &row.record;
    let note = is_voided.then_some("Voided");
    let record = json!({"Id": id, "DocNumber": doc_number, "TxnDate": issued_on, "DueDate": due_on,
        "CustomerRef": {"value": customer}, "CurrencyRef": {"value": "USD"}, "TotalAmt": number(*total),
        "Balance": number(*balance), "RemainingCredit": number(*balance), "PrivateNote": note});
    with_version(record, row)
}

fn with_version<T>(mut record: Value, row: &Versioned<T>) -> Value {
    record["SyncToken"] = json!(row.token.to_string());
    record["MetaData"] = json!({"LastUpdatedTime": row.updated_at.to_rfc3339()});
    record
}
