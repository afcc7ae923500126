use super::*;
use serde_json::json;

fn edited(fixture: &str, pointer: &str, value: Value) -> String {
    let mut record: Value = serde_json::from_str(fixture).unwrap();
    *record.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
    record.to_string()
}

fn without(fixture: &str, parent: &str, name: &str) -> String {
    let mut record: Value = serde_json::from_str(fixture).unwrap();
    record.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name).unwrap();
    record.to_string()
}

fn wrapped(message: &str) -> String {
    json!({"Type": "Notification", "MessageId": "1", "TopicArn": "arn:aws:sns:x:1:t", "Message": message})
        .to_string()
}

fn event(body: &str) -> MailEvent {
    match parse(body) {
        Ok(Notification::Event(event)) => event,
        other => panic!("{other:?}"),
    }
}

fn inbound(body: &str) -> InboundNotice {
    match parse(body) {
        Ok(Notification::Inbound(notice)) => notice,
        other => panic!("{other:?}"),
    }
}

const SEND: &str = include_str!("fixtures/send.json");
const DELIVERY: &str = include_str!("fixtures/delivery.json");
const BOUNCE: &str = include_str!("fixtures/bounce.json");
const COMPLAINT: &str = include_str!("fixtures/complaint.json");
const REJECT: &str = include_str!("fixtures/reject.json");
const DELAY: &str = include_str!("fixtures/delivery-delay.json");
const INBOUND: &str = include_str!("fixtures/inbound-sns.json");
const CREATED: &str = include_str!("fixtures/s3-created.json");

#[test]
fn every_event_is_read_raw_and_wrapped() {
    let diagnostic = |text: &str| Some(text.to_owned());
    let kinds = [
        (SEND, MailEventKind::Send, "2026-11-24T09:30:01.250Z"),
        (DELIVERY, MailEventKind::Delivery, "2026-11-24T09:30:03.700Z"),
        (
            BOUNCE,
            MailEventKind::Bounce {
                kind: BounceKind::Permanent,
                sub_type: "NoEmail".into(),
                diagnostic: diagnostic("smtp; 550 5.1.1 no such mailbox"),
            },
            "2026-11-24T09:30:04.100Z",
        ),
        (COMPLAINT, MailEventKind::Complaint(ComplaintKind::Objection), "2026-11-24T11:02:00Z"),
        (REJECT, MailEventKind::Reject { reason: "Bad content".into() }, "2026-11-24T09:30:01.250Z"),
        (
            DELAY,
            MailEventKind::DeliveryDelay {
                delay_type: "MailboxFull".into(),
                diagnostic: diagnostic("smtp; 452 4.2.2 mailbox full"),
            },
            "2026-11-24T09:45:00Z",
        ),
    ];
    for (fixture, kind, at) in kinds {
        let read = event(fixture);
        assert_eq!(read, event(&wrapped(fixture)));
        assert_eq!((read.kind, read.at), (kind, at.parse().unwrap()));
        assert_eq!(read.message_id, "0102018f-dunlin-0001-000000");
        assert_eq!(read.send_ref.as_deref(), Some("letter-7"));
        assert_eq!(read.recipients.len(), 1);
        assert!(read.recipients[0].eq_ignore_ascii_case("dana@northfield.example"));
    }
}

#[test]
fn bounces_and_complaints_are_told_apart() {
    for (word, kind) in [("Transient", BounceKind::Transient), ("Undetermined", BounceKind::Undetermined)] {
        let read = event(&edited(BOUNCE, "/bounce/bounceType", json!(word)));
        assert!(matches!(read.kind, MailEventKind::Bounce { kind: found, .. } if found == kind));
    }
    let complaint = |value| event(&edited(COMPLAINT, "/complaint/complaintFeedbackType", value)).kind;
    assert_eq!(complaint(json!("not-spam")), MailEventKind::Complaint(ComplaintKind::NotSpam));
    assert_eq!(complaint(json!("fraud")), MailEventKind::Complaint(ComplaintKind::Objection));
    assert_eq!(complaint(Value::Null), MailEventKind::Complaint(ComplaintKind::Objection));
    let bare = without(COMPLAINT, "/complaint", "complaintFeedbackType");
    assert_eq!(event(&bare).kind, MailEventKind::Complaint(ComplaintKind::Objection));
}

#[test]
fn keys_are_the_same_for_a_duplicate_and_for_nothing_else() {
    let two =
        json!([{"emailAddress": "Dana@Northfield.example"}, {"emailAddress": "lee@northfield.example"}]);
    let keys = event(&edited(BOUNCE, "/bounce/bouncedRecipients", two)).keys();
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[0], event(&wrapped(BOUNCE)).keys()[0], "however the address is written");
    assert_ne!(keys[0], keys[1]);
    assert!(keys.iter().all(|key| key.as_str().starts_with("ses:bounce:") && !key.as_str().contains('@')));
    let later = edited(BOUNCE, "/bounce/timestamp", json!("2026-11-24T09:30:04.101Z"));
    assert_ne!(event(&later).keys()[0], keys[0]);
    let other_mail = edited(BOUNCE, "/mail/messageId", json!("other"));
    assert_ne!(event(&other_mail).keys()[0], keys[0]);
    assert_ne!(event(SEND).keys(), event(REJECT).keys(), "the same mail, recipient and instant");
}

#[test]
fn mail_of_others_has_no_reference_and_two_references_are_an_error() {
    assert_eq!(event(&without(SEND, "/mail", "tags")).send_ref, None);
    let two = edited(SEND, "/mail/tags/ar_send_id", json!(["letter-7", "letter-8"]));
    assert_eq!(
        parse(&two).unwrap_err().to_string(),
        "SES notification, mail.tags.ar_send_id: 2 values where there is one"
    );
}

#[test]
fn what_is_no_business_of_ours_is_ignored() {
    let open = edited(SEND, "/eventType", json!("Open"));
    let setup = wrapped(
        &json!({"notificationType": "Received", "mail": {"messageId": "AMAZON_SES_SETUP_NOTIFICATION"}})
            .to_string(),
    );
    let setup_object = edited(CREATED, "/Records/0/s3/object/key", json!("in/AMAZON_SES_SETUP_NOTIFICATION"));
    let deleted = edited(CREATED, "/Records/0/eventName", json!("ObjectRemoved:Delete"));
    let test = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "dunlin-mail"}).to_string();
    let greeting = wrapped("Successfully validated SNS topic for Amazon SES event publishing.");
    let confirm =
        json!({"Type": "SubscriptionConfirmation", "Message": "You have chosen to subscribe"}).to_string();
    for body in [open, setup, setup_object, deleted, test, greeting, confirm] {
        assert!(matches!(parse(&body), Ok(Notification::Ignored { .. })), "{body}: {:?}", parse(&body));
    }
}

#[test]
fn an_inbound_notice_brings_its_verdicts() {
    let notice = inbound(INBOUND);
    assert_eq!(notice.message_id, "k4v0t1mail");
    assert_eq!((notice.bucket.as_str(), notice.object_key.as_str()), ("dunlin-mail", "in/k4v0t1mail"));
    assert_eq!(notice.envelope_recipients, ["ar+aebagbafaydqqcik@in.harbourpaper.example"]);
    assert_eq!(
        notice.verdicts,
        Verdicts {
            spam: Verdict::Pass,
            virus: Verdict::Pass,
            spf: Verdict::Gray,
            dkim: Verdict::Other,
            dmarc: Verdict::Fail,
        }
    );
    assert_eq!(notice.dmarc_policy, Some(DmarcPolicy::Quarantine));
    assert_eq!(notice.mail_from, "dana@northfield.example");
    assert_eq!(notice.timestamp, "2026-11-24T10:15:20.500Z".parse::<DateTime<Utc>>().unwrap());
}

#[test]
fn a_verdict_that_is_absent_is_no_pass() {
    let outer: Value = serde_json::from_str(INBOUND).unwrap();
    let message = outer["Message"].as_str().unwrap();
    assert_eq!(inbound(&without(message, "/receipt", "dmarcVerdict")).verdicts.dmarc, Verdict::Other);
    assert_eq!(
        inbound(&edited(message, "/receipt/virusVerdict/status", json!("DISABLED"))).verdicts.virus,
        Verdict::Other
    );
    assert_eq!(inbound(&without(message, "/receipt", "dmarcPolicy")).dmarc_policy, None);
    assert_eq!(inbound(&edited(message, "/mail/source", json!(""))).mail_from, "", "a bounce message");
    let by_sns = edited(message, "/receipt/action/type", json!("SNS"));
    assert_eq!(
        parse(&by_sns).unwrap_err().to_string(),
        "SES notification, receipt.action.type: \"SNS\": only mail stored in S3 can be read"
    );
}

#[test]
fn an_object_key_is_decoded_like_a_form() {
    let object = BareObject { bucket: "dunlin-mail".into(), key: "in/two words+plus ü.eml".into() };
    assert_eq!(parse(CREATED), Ok(Notification::Objects(vec![object.clone()])));
    assert_eq!(parse(&wrapped(CREATED)), Ok(Notification::Objects(vec![object])));
    let broken = edited(CREATED, "/Records/0/s3/object/key", json!("in/%FF"));
    assert_eq!(
        parse(&broken).unwrap_err().to_string(),
        "SES notification, Records, entry 1, s3.object.key: \"in/%FF\" is not UTF-8"
    );
}

#[test]
fn errors_name_the_place() {
    let error = |body: &str| parse(body).unwrap_err().to_string();
    assert!(error("<xml>").starts_with("SES notification, body: not JSON: "));
    assert!(error(&wrapped("{")).starts_with("SES notification, Message: not JSON: "));
    assert_eq!(error("{}"), "SES notification, body: neither eventType, notificationType nor Records");
    assert_eq!(error(&without(SEND, "/mail", "messageId")), "SES notification, mail.messageId: missing");
    assert_eq!(
        error(&edited(SEND, "/mail/destination", json!([]))),
        "SES notification, Send: names no recipient"
    );
    assert_eq!(
        error(&edited(SEND, "/mail/destination", json!(["a@b.example", 7]))),
        "SES notification, mail.destination: entry 2: no text"
    );
    assert_eq!(
        error(&edited(BOUNCE, "/bounce/bounceType", json!("Soft"))),
        "SES notification, bounce.bounceType: unknown type \"Soft\""
    );
    let place = "SES notification, mail.timestamp: \"yesterday\" is not an instant: ";
    assert!(error(&edited(SEND, "/mail/timestamp", json!("yesterday"))).starts_with(place));
}

#[test]
fn amazons_own_examples_are_read() {
    let folder =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/connectors/fixtures/ses/event_publishing");
    let Ok(files) = std::fs::read_dir(folder) else {
        println!("skipped: ../shared is absent");
        return;
    };
    let mut events = 0;
    for file in files {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let is_known =
            ["bounce", "complaint", "delivery", "reject", "send"].iter().any(|kind| name.starts_with(kind));
        match parse(&std::fs::read_to_string(&path).unwrap())
            .unwrap_or_else(|error| panic!("{name}: {error}"))
        {
            Notification::Event(event) => {
                assert!(is_known, "{name}");
                assert_eq!(event.keys().len(), 1, "{name}");
                events += 1;
            }
            Notification::Ignored { .. } => assert!(!is_known, "{name}"),
            other => panic!("{name}: {other:?}"),
        }
    }
    assert_eq!(events, 6);
}
