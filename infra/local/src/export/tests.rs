//! A ledger with one item of each kind, every field filled, is exported and read again.
use super::*;
use app::store::change::Change;
use app::store::entity::Entity;
use app::store::table::{Condition, Key, Write};
use domain::credit::CreditMemo;
use domain::customer::Customer;
use domain::invoice::Invoice;
use domain::payment::Payment;
use domain::task::CollectionsTask;
use domain::timeline::{Cause, Event};
use rusqlite::Connection;
use std::path::PathBuf;

const CUSTOMER: &str = "main#CUS#qbo:7";
const PAYMENT: &str = "main#PAY#stripe:pi_1";

/// A folder of its own, gone when the test ends.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("dunlin-export-{}-{name}", std::process::id())))
    }

    fn data(&self) -> Folder {
        let folder = Folder(self.0.join("data"));
        std::fs::create_dir_all(&folder.0).unwrap();
        folder
    }

    fn to(&self) -> PathBuf {
        self.0.join("to")
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

struct Seeding {
    table: Arc<dyn Table>,
    seal: TableSeal,
}

impl Seeding {
    async fn sealed(&self, subject: &str, text: &str) -> Value {
        json!(self.seal.seal(subject, text).await.unwrap())
    }

    async fn create<T: Entity + 'static>(&self, state: Value) {
        let state: T = serde_json::from_value(state).unwrap();
        let event = Event::LedgerRecordsPulled { kind: T::KIND.into(), count: 1 };
        let entity = EntityId::new("main");
        let change = Change::new(entity, DateTime::UNIX_EPOCH, Cause::archived_at("pull:1", "raw/1"), event);
        change.create(state, &[]).commit(self.table.as_ref()).await.unwrap();
    }
}

fn usd(minor: i64) -> Value {
    json!({"minor": minor, "ccy": "USD"})
}

async fn seed(folder: &Folder) {
    let table: Arc<dyn Table> = Arc::new(embedded::table(&folder.file("ledger.sqlite")).await.unwrap());
    let clock = Arc::new(VirtualClock::at(DateTime::UNIX_EPOCH));
    let seal = TableSeal::new(table.clone(), seal_key().unwrap(), Arc::new(OsEntropy), clock);
    let seeding = Seeding { table, seal };
    let outside = json!({"system": "qbo", "id": "7"});
    let version = json!({"token": "3", "updated_at": "2026-11-01T10:00:00Z"});
    let common = json!({"entity": "main", "external_ref": outside, "external_version": version});
    let with = |fields: Value| {
        let mut all = common.clone();
        all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        all
    };
    let email = seeding.sealed(CUSTOMER, "pat@mill.example").await;
    let name = seeding.sealed(CUSTOMER, "Mill Lane Bakery").await;
    let customer = json!({
        "id": "qbo:7", "name": name, "is_active": true,
        "contacts": [{"id": "c1", "email": email, "email_hash": "h", "status": "usable"}],
        "pauses": [{"reason": "says_paid", "since": "2026-11-02", "until": null}],
        "debits_in_flight": [{"payment": "stripe:pi_2", "amount": usd(700), "until": "2026-11-16"}],
        "funds_held": [{"holder": "stripe:cus_1", "amount": usd(300)}],
        "contacted_on": ["2026-11-01"], "letter_in_hand": "l1", "last_decision": "d",
    });
    seeding.create::<Customer>(with(customer)).await;
    let invoice = json!({
        "id": "qbo:9", "customer": "qbo:7", "number": "1001", "issued_on": "2026-09-01", "due_on": "2026-10-01",
        "original": usd(9_000), "applied": usd(2_000), "credited": usd(1_000), "discounted": usd(0),
        "written_off": usd(0), "ledger_balance": usd(6_000), "is_voided": false,
        "settled": [{"by": {"payment": "stripe:pi_1"}, "amount": usd(2_000)},
            {"by": {"credit": "qbo:8"}, "amount": usd(1_000)}],
        "refunds_to_decide": [{"payment": "p", "refund": "re_1", "amount": usd(5), "choice": null}],
        "contested": [{"payment": "p", "dispute": "dp_1", "amount": usd(5)}],
        "promise": {"id": "pr", "amount": usd(100), "on": "2026-11-09", "tolerance_days": 2,
            "applied_before": usd(0), "made_on": "2026-11-02"},
        "broken_promises": 1,
        "dispute": {"id": "d", "reason": "quality", "opened_on": "2026-11-03", "until": null},
        "letters": [{"level": 1, "letter": "l1", "on": "2026-11-01"}],
    });
    seeding.create::<Invoice>(with(invoice)).await;
    let text = seeding.sealed(PAYMENT, "for 1001, thanks Pat").await;
    let payer_name = seeding.sealed(PAYMENT, "Pat Mill").await;
    let payment = json!({
        "id": "stripe:pi_1", "source": "stripe", "customer": "qbo:7", "received": usd(2_500),
        "applied": usd(2_000), "refunded": usd(0), "reversed": usd(0), "received_on": "2026-11-04",
        "remittance": {"structured": ["1001"], "text": text, "payer_name": payer_name, "payer_keys": ["k"]},
        "allocations": [{"invoice": "qbo:9", "amount": usd(2_000)}],
        "reversals": [{"kind": "refund", "external_id": "re_0", "amount": usd(5), "state": "undone",
            "taken_from": []}],
        "posting": {"posted": {"external_id": "88", "token": "0", "lines": []}},
    });
    seeding.create::<Payment>(with(payment)).await;
    let memo = json!({
        "id": "qbo:8", "customer": "qbo:7", "number": "CM1", "issued_on": "2026-10-01", "original": usd(1_000),
        "applied": usd(1_000), "ledger_remaining": usd(0),
        "allocations": [{"invoice": "qbo:9", "amount": usd(1_000)}],
    });
    seeding.create::<CreditMemo>(with(memo)).await;
    let letter = json!({
        "entity": "main", "id": "l1", "customer": "qbo:7", "contact": "c1", "level": 1, "tone": "friendly",
        "items": [{"invoice": "qbo:9", "level": 1, "amount": usd(6_000)}], "total": usd(6_000),
        "unassigned": usd(500), "planned_on": "2026-11-01", "policy": "standard-1",
        "state": {"is": "delivered", "message_ref": "m1"},
    });
    seeding.create::<app::letter::Letter>(letter).await;
    let copy = seeding.seal.seal(CUSTOMER, "Dear Pat, invoice 1001 is overdue.").await.unwrap();
    let blobs = FolderBlobs::new(&folder.0);
    blobs.put("archive", &copy_key(&LetterId::new("l1")), copy.0.into()).await.unwrap();
    let detail = seeding.sealed(CUSTOMER, "please call me").await;
    let task = json!({
        "entity": "main", "id": "t1", "kind": "mail_review", "subject": CUSTOMER, "customer": "qbo:7",
        "why": "unclear", "detail": detail, "sealed_for": CUSTOMER,
        "candidates": [{"customer": "qbo:7", "allocations": [], "rule": "r"}],
        "opened_at": "2026-11-05T09:00:00Z",
        "state": {"is": "done", "at": "2026-11-05T10:00:00Z", "by": "ines", "how": "called"},
    });
    seeding.create::<CollectionsTask>(task).await;
    beside_the_items(seeding.table.as_ref()).await;
}

async fn beside_the_items(table: &dyn Table) {
    let put = |table, key, body: &str| {
        let record = Record::new(key, 1, body);
        Write::Put { table, record, condition: Condition::Absent }
    };
    let claim = put(TableName::Ledger, Key::new("main#CLM#mail#abc", "CLAIM"), r#"{"v":1}"#);
    let body = r#"{"version":"standard-1","policy":{"name":"standard"}}"#;
    let version = put(TableName::Connections, policy(&EntityId::new("main"), "standard-1"), body);
    table.commit(vec![claim, version]).await.unwrap();
}

fn lines(to: &Path, file: &str) -> Vec<String> {
    std::fs::read_to_string(to.join(file)).unwrap().lines().map(str::to_owned).collect()
}

fn one(to: &Path, file: &str) -> Value {
    let lines = lines(to, file);
    assert_eq!(lines.len(), 1, "{file}");
    serde_json::from_str(&lines[0]).unwrap()
}

/// Every name of a field in `value`, at any depth.
fn names(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                found.insert(name.clone());
                names(inner, found);
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| names(inner, found)),
        _ => {}
    }
}

#[tokio::test]
async fn nothing_is_left_out_and_every_field_is_explained() {
    let temporary = Temporary::new("all");
    let folder = temporary.data();
    seed(&folder).await;
    let stored = state::records(&folder).unwrap();
    let count = export(Source::local(&folder).await.unwrap(), &temporary.to(), false).await.unwrap();
    assert_eq!(count, stored.len() + 1, "the ledger's records and one policy");
    let words: BTreeSet<&str> = README.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    for kind in KINDS {
        let line = one(&temporary.to(), kind.file);
        let mut found = BTreeSet::new();
        names(&line, &mut found);
        for name in found {
            assert!(words.contains(name.as_str()), "{name} of {} is not in README.txt", kind.file);
        }
    }
    assert_eq!(one(&temporary.to(), CLAIMS)["sort_key"], "CLAIM");
    assert_eq!(one(&temporary.to(), POLICIES)["policy"]["version"], "standard-1");
}

#[tokio::test]
async fn personal_text_is_opened_unless_asked_to_stay_sealed() {
    let temporary = Temporary::new("personal");
    let folder = temporary.data();
    seed(&folder).await;
    let texts = [
        ("customers.jsonl", "/state/name", "Mill Lane Bakery"),
        ("customers.jsonl", "/state/contacts/0/email", "pat@mill.example"),
        ("payments.jsonl", "/state/remittance/text", "for 1001, thanks Pat"),
        ("payments.jsonl", "/state/remittance/payer_name", "Pat Mill"),
        ("letters.jsonl", "/state/text", "Dear Pat, invoice 1001 is overdue."),
        ("tasks.jsonl", "/state/detail", "please call me"),
    ];
    let (opened, sealed) = (temporary.to(), temporary.0.join("sealed"));
    export(Source::local(&folder).await.unwrap(), &opened, false).await.unwrap();
    export(Source::local(&folder).await.unwrap(), &sealed, true).await.unwrap();
    for (file, pointer, text) in texts {
        assert_eq!(one(&opened, file).pointer(pointer).unwrap(), text);
        let kept = one(&sealed, file);
        let kept = kept.pointer(pointer).and_then(Value::as_str).unwrap();
        assert!(!kept.is_empty() && kept != text, "{file} {pointer}");
    }
}

#[tokio::test]
async fn an_erased_customer_has_nulls_for_texts() {
    let temporary = Temporary::new("erased");
    let folder = temporary.data();
    seed(&folder).await;
    let table: Arc<dyn Table> = Arc::new(embedded::table(&folder.file("ledger.sqlite")).await.unwrap());
    let clock = Arc::new(VirtualClock::at(DateTime::UNIX_EPOCH));
    let seal = TableSeal::new(table, seal_key().unwrap(), Arc::new(OsEntropy), clock);
    seal.destroy(CUSTOMER).await.unwrap();
    export(Source::local(&folder).await.unwrap(), &temporary.to(), false).await.unwrap();
    assert_eq!(one(&temporary.to(), "customers.jsonl")["state"]["name"], Value::Null);
    assert_eq!(one(&temporary.to(), "letters.jsonl")["state"]["text"], Value::Null);
    assert_eq!(one(&temporary.to(), "payments.jsonl")["state"]["remittance"]["payer_name"], "Pat Mill");
}

#[tokio::test]
async fn the_chain_can_be_checked_from_the_files_alone() {
    let temporary = Temporary::new("chain");
    let folder = temporary.data();
    seed(&folder).await;
    export(Source::local(&folder).await.unwrap(), &temporary.to(), false).await.unwrap();
    let mut hashes = BTreeSet::new();
    for line in lines(&temporary.to(), TIMELINE) {
        let (_, entry) = line.split_once(r#","entry":"#).unwrap();
        let hash = entry_hash(entry.strip_suffix('}').unwrap());
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap()["hash"], hash.as_str());
        hashes.insert(hash);
    }
    for kind in KINDS {
        let line = one(&temporary.to(), kind.file);
        assert!(hashes.contains(line["newest_entry"]["hash"].as_str().unwrap()), "{}", kind.file);
    }
}

#[tokio::test]
async fn a_folder_with_files_and_a_data_folder_without_a_ledger_are_refused() {
    let temporary = Temporary::new("refused");
    let folder = temporary.data();
    assert!(Source::local(&folder).await.is_err());
    assert!(!folder.file("ledger.sqlite").exists() && !temporary.to().exists());
    seed(&folder).await;
    export(Source::local(&folder).await.unwrap(), &temporary.to(), false).await.unwrap();
    let again = export(Source::local(&folder).await.unwrap(), &temporary.to(), false).await.unwrap_err();
    assert!(again.0.contains("is not empty"), "{again}");
}

/// Both tables as DynamoDB exports them, from the same items.
fn export_of_dynamodb(folder: &Folder, to: &Path) {
    let db = Connection::open(folder.file("ledger.sqlite")).unwrap();
    for table in ["ledger", "connections"] {
        let mut select = db.prepare(&format!("select item_json from \"{table}\"")).unwrap();
        let items = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
        let lines: Vec<String> = items.map(|item| format!(r#"{{"Item":{}}}"#, item.unwrap())).collect();
        let data = to.join(table).join("AWSDynamoDB/01/data");
        write_whole(&data.join("a.json"), lines.join("\n").as_bytes()).unwrap();
        write_whole(&data.join("../manifest-summary.json"), br#"{"itemCount":9}"#).unwrap();
    }
}

#[tokio::test]
async fn a_deployed_ledger_comes_out_the_same() {
    let temporary = Temporary::new("deployed");
    let folder = temporary.data();
    seed(&folder).await;
    let (from, keys) = (temporary.0.join("from"), temporary.0.join("secret.json"));
    export_of_dynamodb(&folder, &from);
    let copy = format!("archive/{}", copy_key(&LetterId::new("l1")));
    write_whole(&from.join(&copy), &std::fs::read(folder.file(&copy)).unwrap()).unwrap();
    let seal =
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, seal_key().unwrap().bytes());
    std::fs::write(&keys, json!({"seal": seal, "lookup": "x"}).to_string()).unwrap();
    export(Source::local(&folder).await.unwrap(), &temporary.to(), false).await.unwrap();
    let there = temporary.0.join("there");
    export(Source::deployed(&from, &keys).await.unwrap(), &there, false).await.unwrap();
    for file in KINDS.iter().map(|kind| kind.file).chain([TIMELINE, CLAIMS, POLICIES]) {
        assert_eq!(lines(&there, file), lines(&temporary.to(), file), "{file}");
    }
    write_whole(&from.join("ledger/b.json.gz"), b"").unwrap();
    let packed = Source::deployed(&from, &keys).await.err().unwrap();
    assert!(packed.0.contains("gunzip"), "{packed}");
}
