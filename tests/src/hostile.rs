//! Mails that try to do more than their sender may: those of `tests/mails/hostile`, each with what may come of it, and
//! those that are too large to keep as files.
use crate::world::World;
use app::flows::dunning::letter_id;
use app::letter::{Letter, LetterState};
use app::ports::Clock;
use app::queues::QueueName;
use app::store::keys;
use app::store::reads::must_load;
use bytes::Bytes;
use domain::ids::CustomerId;
use serde_json::json;
use sim::triggers::{bucket_event, topic};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// How far a sender is trusted, as the timeline names it; a later one may do more.
pub const TIERS: [&str; 4] = ["unverified", "contact", "matched", "verified"];

/// What SES says of a mail beside its text.
#[derive(Debug, Clone)]
pub struct Receipt {
    pub sender: String,
    /// "reply": the letter's reply address; "altered": that with another last letter; else an address.
    pub to: String,
    /// DMARC's verdict; "none": the mail is known by the bucket's event alone.
    pub dmarc: String,
    pub spam: String,
    pub virus: String,
}

impl Receipt {
    /// Larkspur's contact answers the letter, and every verdict passes.
    pub fn of_contact() -> Self {
        let pass = || "PASS".to_owned();
        Self {
            sender: "ap@larkspur.example".into(),
            to: "reply".into(),
            dmarc: pass(),
            spam: pass(),
            virus: pass(),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Hostile {
    pub name: String,
    /// @REPLY@ and @THREAD@ are put in when it comes.
    pub raw: Vec<u8>,
    pub receipt: Receipt,
    /// The most that the sender may be taken for.
    pub tier: String,
    /// The most that may come of it.
    pub allows: BTreeSet<String>,
    /// What must come of it.
    pub needs: BTreeSet<String>,
    /// Why more than that comes of it as yet.
    pub gap: Option<String>,
}

impl Hostile {
    /// Larkspur's contact sends it, and a person may be called.
    pub fn of_contact(name: &str, raw: Vec<u8>) -> Self {
        let set =
            |names: &[&str]| -> BTreeSet<String> { names.iter().map(|name| (*name).to_owned()).collect() };
        let (receipt, tier) = (Receipt::of_contact(), "verified".into());
        let (allows, needs, gap) = (set(&["task", "pause", "quarantine"]), set(&[]), None);
        Self { name: name.into(), raw, receipt, tier, allows, needs, gap }
    }
}

/// The mails of `tests/mails/hostile`, by name.
pub fn hostile_files() -> Vec<Hostile> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("mails/hostile");
    let cases = std::fs::read_to_string(folder.join("cases.toml")).unwrap();
    let cases: BTreeMap<String, toml::Table> = toml::from_str(&cases).unwrap();
    let names = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name());
    let names = names.map(|name| name.into_string().unwrap());
    let files: BTreeSet<String> =
        names.filter_map(|name| name.strip_suffix(".eml").map(str::to_owned)).collect();
    assert_eq!(files, cases.keys().cloned().collect::<BTreeSet<_>>(), "files and tables differ");
    cases.into_iter().map(|(name, case)| hostile_file(&folder, name, &case)).collect()
}

fn hostile_file(folder: &Path, name: String, case: &toml::Table) -> Hostile {
    let raw = std::fs::read(folder.join(format!("{name}.eml"))).unwrap();
    let known = ["what", "sender", "to", "dmarc", "spam", "virus", "tier", "allows", "needs", "gap"];
    for key in case.keys() {
        assert!(known.contains(&key.as_str()), "{name}: {key}");
    }
    let text =
        |key: &str, other: &str| case.get(key).map_or(other, |value| value.as_str().unwrap()).to_owned();
    let set = |key: &str, other: &[&str]| -> BTreeSet<String> {
        let Some(names) = case.get(key) else { return other.iter().map(|name| (*name).to_owned()).collect() };
        names.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    };
    let usual = Receipt::of_contact();
    let receipt = Receipt {
        sender: text("sender", &usual.sender),
        to: text("to", &usual.to),
        dmarc: text("dmarc", &usual.dmarc),
        spam: text("spam", &usual.spam),
        virus: text("virus", &usual.virus),
    };
    let tier = text("tier", "verified");
    assert!(TIERS.contains(&tier.as_str()), "{name}: {tier}");
    let (allows, needs) = (set("allows", &["task", "pause"]), set("needs", &[]));
    let gap = case.get("gap").map(|why| why.as_str().unwrap().to_owned());
    Hostile { name, raw, receipt, tier, allows, needs, gap }
}

impl World {
    /// A hostile mail comes in, about the letter of a day to a customer.
    pub async fn when_hostile(&mut self, mail: &Hostile, customer: &str, day: &str) {
        let reply = self.reply_address(customer, day);
        let thread = self.message_ref(customer, day).await;
        let raw =
            replaced(&replaced(&mail.raw, b"@REPLY@", reply.as_bytes()), b"@THREAD@", thread.as_bytes());
        let to = match mail.receipt.to.as_str() {
            "reply" => reply,
            "altered" => altered(&reply),
            other => other.to_owned(),
        };
        let key = format!("mail/{}", self.blobs.keys("intake").len());
        self.app.blobs.put("intake", &key, Bytes::from(raw)).await.unwrap();
        let body = match mail.receipt.dmarc.as_str() {
            "none" => bucket_event(&key),
            _ => topic(&self.verdicts(&key, &to, &mail.receipt)),
        };
        self.enqueue(QueueName::InboundEmail, body.to_string()).await;
    }

    fn verdicts(&self, key: &str, to: &str, receipt: &Receipt) -> serde_json::Value {
        let at = self.clock.now().to_rfc3339();
        let verdict = |status: &str| json!({"status": status});
        let Receipt { sender, dmarc, spam, virus, .. } = receipt;
        json!({"notificationType": "Received",
            "mail": {"timestamp": at, "source": sender, "messageId": key.replace('/', "-"), "destination": [to]},
            "receipt": {"timestamp": at, "recipients": [to], "spamVerdict": verdict(spam),
                "virusVerdict": verdict(virus), "spfVerdict": verdict(dmarc), "dkimVerdict": verdict(dmarc),
                "dmarcVerdict": verdict(dmarc),
                "action": {"type": "S3", "bucketName": "intake", "objectKey": key}}})
    }

    /// The id that the mailer gave to the letter of a day.
    async fn message_ref(&self, customer: &str, day: &str) -> String {
        let id = letter_id(&CustomerId::new(format!("qbo:{customer}")), day.parse().unwrap());
        let key = keys::letter(&self.app.settings.entity, &id);
        let letter = must_load::<Letter>(self.app.table.as_ref(), &key).await.unwrap().state;
        match letter.state {
            LetterState::Sent { message_ref, .. } => message_ref,
            other => panic!("the letter is {other:?}"),
        }
    }

    /// What the last entry that names a tier took its sender for.
    pub fn last_tier(&self) -> Option<String> {
        let entries = self.table.entries();
        let mut rules = entries.iter().rev().flat_map(|entry| &entry.rules);
        rules.find_map(|rule| rule.strip_prefix("trust-").map(str::to_owned))
    }
}

fn replaced(raw: &[u8], what: &[u8], by: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    // Every mail that has one has it early; what is large is not searched to its end.
    while let Some(at) = rest.get(..rest.len().min(100_000)).and_then(|near| find(near, what)) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(by);
        rest = &rest[at + what.len()..];
    }
    out.extend_from_slice(rest);
    out
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

/// The address with another last letter before the "@".
fn altered(address: &str) -> String {
    let (local, domain) = address.split_once('@').unwrap();
    let mut local = local.to_owned();
    let last = local.pop().unwrap();
    local.push(if last == 'a' { 'b' } else { 'a' });
    format!("{local}@{domain}")
}
