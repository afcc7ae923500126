use super::*;
use domain::inbox::fresh::{Source, fresh_text};
use proptest::prelude::*;

fn read(raw: &str) -> Result<InboundMail, MimeError> {
    parse(raw.replace('\n', "\r\n").as_bytes(), &Limits::default())
}

fn html(body: &str) -> InboundMail {
    read(&format!("From: Ida <ida@holm.example>\nContent-Type: text/html; charset=utf-8\n\n{body}")).unwrap()
}

fn fresh(mail: &InboundMail) -> String {
    fresh_text(&mail.blocks, None, mail.from.name.as_deref())
}

#[test]
fn reads_the_frame_of_a_reply() {
    let mail = read(
        "Return-Path: <>\nFrom: Ida Holm <ida@holm.example>\nTo: Acme <reply+tok@in.acme.example>, b@acme.example\n\
         Subject: =?utf-8?q?Re:_Rechnung_f=C3=BCr_M=C3=A4rz?=\nDate: Tue, 03 Mar 2026 23:30:00 -0500\n\
         Message-ID: <m1@holm.example>\nIn-Reply-To: <p1@ses.example>\nReferences: <p0@ses.example>\n <p1@ses.example>\n\
         Auto-Submitted: auto-replied\nX-Autoreply: yes\n\nOn Friday.\n",
    )
    .unwrap();
    assert_eq!(mail.message_id.as_deref(), Some("m1@holm.example"));
    assert_eq!(mail.in_reply_to.as_deref(), Some("p1@ses.example"));
    assert_eq!(mail.references, ["p0@ses.example", "p1@ses.example"]);
    assert_eq!(
        (mail.from.address.as_str(), mail.from.name.as_deref()),
        ("ida@holm.example", Some("Ida Holm"))
    );
    assert_eq!(mail.to.len(), 2);
    assert_eq!(mail.subject, "Re: Rechnung für März");
    assert_eq!(mail.date.unwrap().date_naive().to_string(), "2026-03-03", "the sender's own day");
    assert!(mail.machine.is_null_return_path && mail.machine.is_marked_autoreply && mail.machine.is_reply);
    assert_eq!(mail.machine.auto_submitted.as_deref(), Some("auto-replied"));
    assert_eq!(fresh(&mail), "On Friday.");
}

#[test]
fn hidden_html_is_dropped() {
    let mail = html(
        "<style>p{}</style><script>pay()</script><p>Seen.</p><div style='display: none'>a <b>b</b></div>\
         <span style=\"visibility:hidden\">c</span><p style='font-size:0px'>d</p><div hidden>e</div>\
         <div style='height:0;overflow:hidden'>f</div><p style='color:#FFFFFF'>g</p><p>Also &eacute;.</p>",
    );
    assert_eq!(fresh(&mail), "Seen.\n\nAlso é.");
}

#[test]
fn html_quote_containers_become_depth() {
    for quote in [
        "<blockquote type=cite>old</blockquote>",
        "<div class=\"gmail_quote\">old</div>",
        "<div class='yahoo_quoted' id=x>old</div>",
        "<div class='moz-cite-prefix'>old</div>",
        "<hr><div id='divRplyFwdMsg'><b>From:</b> x</div><div>old</div>",
        "<div id='x_OutlookMessageHeader'>From</div><p>old</p>",
    ] {
        let mail = html(&format!("<p>New</p>{quote}"));
        assert_eq!(fresh(&mail), "New", "{quote}");
        assert!(
            mail.blocks.iter().any(|block| block.quote_depth > 0 && block.text.contains("old")),
            "{quote}"
        );
    }
    let between =
        html("<blockquote>q</blockquote><p>answer</p><blockquote>q<blockquote>r</blockquote></blockquote>");
    assert_eq!(fresh(&between), "answer");
    assert_eq!(between.blocks.iter().map(|block| block.quote_depth).max(), Some(2));
}

#[test]
fn html_signatures_are_marked() {
    let mail = html("<p>New</p><div id=\"Signature\">Ida<br>CFO</div>");
    assert!(mail.blocks.iter().any(|block| block.source == Source::HtmlSignature));
    assert_eq!(fresh(&mail), "New");
}

#[test]
fn attachments_are_described_and_not_read() {
    let mail = read(
        "From: i@h.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nSee file.\n--b\n\
         Content-Type: application/pdf\nContent-Disposition: attachment; filename=\"r.pdf\"\n\
         Content-Transfer-Encoding: base64\n\nYWJj\n--b\nContent-Type: message/rfc822\n\nFrom: x@y.example\n\nWe pay Friday.\n--b--\n",
    )
    .unwrap();
    assert_eq!(fresh(&mail), "See file.");
    let pdf = mail.attachments.first().unwrap();
    assert_eq!(
        (pdf.name.as_deref(), pdf.content_type.as_str(), pdf.bytes),
        (Some("r.pdf"), "application/pdf", 3)
    );
    assert_eq!(pdf.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(mail.attachments.last().unwrap().content_type, "message/rfc822");
}

#[test]
fn charsets_fall_back() {
    let head = b"From: i@h.example\r\nContent-Type: text/plain; charset=";
    for (charset, bytes) in [
        ("iso-8859-1", &b"Gr\xfc\xdfe zuerst"[..]),
        ("windows-1252", b"Gr\xfc\xdfe zuerst"),
        ("utf-8", "Grüße zuerst".as_bytes()),
    ] {
        let raw = [head, charset.as_bytes(), b"\r\n\r\n", bytes].concat();
        assert_eq!(fresh(&parse(&raw, &Limits::default()).unwrap()), "Grüße zuerst", "{charset}");
    }
    for raw in [
        &b"From: i@h.example\r\n\r\nGr\xfc\xdfe zuerst"[..],
        b"From: i@h.example\r\nContent-Type: text/plain; charset=unknown-8bit\r\n\r\nGr\xfc\xdfe zuerst",
        b"From: i@h.example\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe zuerst",
    ] {
        assert_eq!(fresh(&parse(raw, &Limits::default()).unwrap()), "Grüße zuerst");
    }
}

#[test]
fn limits_and_broken_mail_are_named() {
    let limits = Limits { max_bytes: 200, max_parts: 3, max_depth: 2, max_text_bytes: 5 };
    let with = |raw: &str| parse(raw.as_bytes(), &limits);
    assert_eq!(with(&"x".repeat(201)).unwrap_err(), MimeError::TooLarge { bytes: 201, limit: 200 });
    assert_eq!(with(" \r\n").unwrap_err(), MimeError::Empty);
    assert_eq!(with("just words\r\n\r\nmore").unwrap_err(), MimeError::NoHeaders);
    assert_eq!(with("Subject: a\0b\r\n\r\nx").unwrap_err(), MimeError::NulInHeaders { at: 10 });
    assert_eq!(with("Subject: x\r\n\r\nhello").unwrap_err(), MimeError::NoSender);
    for several in [
        "From: a@x.example\r\nFrom: b@y.example",
        "From: a@x.example\r\nFrom : b@y.example",
        "From: a@x.example, b@y.example",
    ] {
        let refused = with(&format!("{several}\r\n\r\nhello")).unwrap_err();
        assert_eq!(refused, MimeError::SeveralSenders { senders: 2 }, "{several}");
    }
    let cut = with("From: i@h.example\r\n\r\n1234é").unwrap();
    assert!(cut.is_truncated);
    assert_eq!(fresh(&cut), "1234");
    let parts = "From: i@h.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n1\r\n--b\r\n\r\n2\r\n--b\r\n\r\n3\r\n--b--";
    assert_eq!(with(parts).unwrap_err(), MimeError::TooManyParts { parts: 4, limit: 3 });
    let nested = "From: i@h.example\nContent-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n";
    assert_eq!(with(nested).unwrap_err(), MimeError::TooDeep { depth: 3, limit: 2 });
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Err(fault) = parse(&bytes, &Limits::default()) {
            prop_assert_ne!(fault, MimeError::ParserPanicked);
        }
    }

    #[test]
    fn any_body_is_read(body in "(?:<[a-z]{0,10}|>|</|div|blockquote|style=|display:none|&#|;|\"|\\PC| ){0,60}") {
        let raw = format!("From: i@h.example\r\nContent-Type: text/html\r\n\r\n{body}");
        prop_assert!(parse(raw.as_bytes(), &Limits::default()).is_ok());
    }
}
