use crate::loopback::{Loopback, Reply, Seen, ok, refusing_url, sdk};
use app::ports::{HandOff, Mailer, OutgoingMail};
use aws::bootstrap::https_pool;
use aws::ses::SesMailer;
use std::time::Duration;

const MIME: &str = "From: ar@example.test\r\n\r\nDear Sir or Madam";

async fn send(url: &str) -> HandOff {
    let http = https_pool(Duration::from_secs(5));
    let set = Some("deliveries".to_owned());
    let mailer = SesMailer::with_timeout(&sdk(url), http, set, Duration::from_millis(400));
    let mail = OutgoingMail {
        from: "ar@example.test".into(),
        to: "jo@debtor.test".into(),
        mime: MIME.into(),
        send_ref: "letter-7".into(),
    };
    mailer.send(mail).await
}

/// Sends one mail to a server that replies with `reply`; gives the outcome and what the server got.
async fn outcome(reply: impl Fn() -> Reply + Send + Sync + 'static) -> (HandOff, Vec<Seen>) {
    let server = Loopback::start(move |_, _| reply()).await;
    (send(&server.url).await, server.seen())
}

fn error(status: u16, code: &str) -> Reply {
    let body = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
    );
    Reply::Answer { status, body }
}

#[tokio::test]
async fn an_accepted_mail_carries_the_letters_id_and_goes_out_as_it_is() {
    let answer = "<SendRawEmailResponse><SendRawEmailResult><MessageId>m-1</MessageId></SendRawEmailResult></SendRawEmailResponse>";
    let (ended, seen) = outcome(move || ok(answer)).await;
    assert_eq!(ended, HandOff::Accepted { message_ref: "m-1".into() });
    for part in [
        "Action=SendRawEmail&",
        "Source=ar%40example.test",
        "Destinations.member.1=jo%40debtor.test",
        "Tags.member.1.Name=ar_send_id&Tags.member.1.Value=letter-7",
        "ConfigurationSetName=deliveries",
        // base64 of MIME, by another program
        "RawMessage.Data=RnJvbTogYXJAZXhhbXBsZS50ZXN0DQoNCkRlYXIgU2lyIG9yIE1hZGFt",
    ] {
        assert!(seen[0].body.contains(part), "{part} is not in {}", seen[0].body);
    }
}

#[tokio::test]
async fn a_refused_mail_is_not_sent_and_says_whether_for_good() {
    for (status, code, permanent) in [
        (400, "Throttling", false),
        (403, "ExpiredToken", false),
        (400, "AccountSendingPaused", false),
        (400, "MessageRejected", true),
        (400, "MailFromDomainNotVerified", true),
        (400, "ConfigurationSetDoesNotExist", true),
    ] {
        let (ended, seen) = outcome(move || error(status, code)).await;
        let HandOff::NotSent { why, is_permanent } = ended else { panic!("{code}: {ended:?}") };
        assert_eq!(is_permanent, permanent, "{code}");
        assert!(why.contains(code), "{why}");
        assert_eq!(seen.len(), 1, "{code}");
    }
}

type Named = (&'static str, fn() -> Reply);

#[tokio::test]
async fn an_unclear_end_is_unknown_and_tried_once() {
    let replies: [Named; 6] = [
        ("500", || error(500, "InternalFailure")),
        ("503", || error(503, "ServiceUnavailable")),
        ("408", || error(408, "RequestTimeout")),
        ("unreadable", || ok("<nothing of the kind")),
        ("closed", || Reply::Close),
        ("silent", || Reply::Silence),
    ];
    for (name, reply) in replies {
        let (ended, seen) = outcome(reply).await;
        assert!(matches!(ended, HandOff::Unknown { .. }), "{name}: {ended:?}");
        assert_eq!(seen.len(), 1, "{name}");
    }
}

#[tokio::test]
async fn a_refused_connection_is_not_sent() {
    let ended = send(&refusing_url().await).await;
    assert!(matches!(ended, HandOff::NotSent { is_permanent: false, .. }), "{ended:?}");
}
