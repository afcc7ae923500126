use super::*;
use mail_parser::{HeaderValue, MessageParser};

fn facts() -> OutgoingFacts {
    OutgoingFacts {
        from_name: "Harbour Paper, Accounts".into(),
        from: "accounts@harbourpaper.example".into(),
        to: "dana@northfield.example".into(),
        to_name: Some("Dana \"D\" Whitlock".into()),
        reply_to: "ar+aebagbafaydqqcik@in.harbourpaper.example".into(),
        subject: "A short reminder".into(),
        text: "Dear Dana,\n\nplease see below.\n".into(),
        html: "<p>Dear Dana,</p>\n<p>please see <a href=\"https://pay.example/x\">below</a>.</p>\n".into(),
        date: "2026-11-24T09:30:00Z".parse().unwrap(),
        message_id: "letter-7@harbourpaper.example".into(),
        list_unsubscribe_url: format!("https://pay.example/s/{}", "a1b2c3d4".repeat(20)),
        references: Vec::new(),
    }
}

fn bytes(facts: &OutgoingFacts) -> Vec<u8> {
    build(facts).unwrap()
}

fn head(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap().split("\r\n\r\n").next().unwrap().to_owned()
}

#[test]
fn a_letter_reads_back_as_it_was_written() {
    let bytes = bytes(&facts());
    let mail = MessageParser::new().parse(&bytes).unwrap();
    let from = mail.from().unwrap().first().unwrap();
    assert_eq!(
        (from.name(), from.address()),
        (Some("Harbour Paper, Accounts"), Some("accounts@harbourpaper.example"))
    );
    let to = mail.to().unwrap().first().unwrap();
    assert_eq!((to.name(), to.address()), (Some("Dana \"D\" Whitlock"), Some("dana@northfield.example")));
    assert_eq!(mail.to().unwrap().iter().count(), 1);
    let reply_to = mail.reply_to().unwrap().first().unwrap();
    assert_eq!(reply_to.address(), Some("ar+aebagbafaydqqcik@in.harbourpaper.example"));
    assert_eq!(mail.subject(), Some("A short reminder"));
    assert_eq!(mail.message_id(), Some("letter-7@harbourpaper.example"));
    assert_eq!(mail.date().unwrap().to_timestamp(), facts().date.timestamp());
    assert_eq!(mail.body_text(0).unwrap().replace("\r\n", "\n"), facts().text);
    assert_eq!(mail.body_html(0).unwrap().replace("\r\n", "\n"), facts().html);
    assert_eq!((mail.text_body_count(), mail.html_body_count(), mail.attachment_count()), (1, 1, 0));
    assert!(mail.in_reply_to().as_text().is_none());
}

#[test]
fn machines_are_told_that_a_machine_wrote() {
    let head = head(&bytes(&facts()));
    let has = |line: &str| head.split("\r\n").any(|found| found == line);
    assert!(has(&format!("List-Unsubscribe: <{}>", facts().list_unsubscribe_url)), "{head}");
    assert!(has("List-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{head}");
    assert!(has("Auto-Submitted: auto-generated"), "{head}");
    assert!(has("X-Auto-Response-Suppress: All"), "{head}");
    assert!(has("MIME-Version: 1.0"), "{head}");
    assert_eq!(head.matches("Message-ID:").count(), 1, "{head}");
}

#[test]
fn the_same_facts_give_the_same_bytes_and_others_another_boundary() {
    let boundary = |facts: &OutgoingFacts| {
        head(&bytes(facts)).split("boundary=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    assert_eq!(bytes(&facts()), bytes(&facts()));
    let other = OutgoingFacts { message_id: "letter-8@harbourpaper.example".into(), ..facts() };
    assert_ne!(boundary(&facts()), boundary(&other));
    // A text that quotes the boundary of the mail it was in moves the boundary.
    let quoting = OutgoingFacts { text: format!("--{}--\n", boundary(&facts())), ..facts() };
    let quoting_bytes = bytes(&quoting);
    let mail = MessageParser::new().parse(&quoting_bytes).unwrap();
    assert_eq!(mail.body_html(0).unwrap().replace("\r\n", "\n"), quoting.html);
}

#[test]
fn other_alphabets_are_encoded_and_nothing_else_is_eight_bit() {
    let mut facts = facts();
    facts.from_name = "Bäckerei Größe, Köln".into();
    facts.to_name = Some("Łukasz 山田太郎 ".repeat(6));
    facts.subject = format!("Erinnerung: {} € offen", "überfällige Beträge ".repeat(8));
    facts.text = "Grüße,\n".into();
    let bytes = bytes(&facts);
    assert!(bytes.is_ascii());
    let mail = MessageParser::new().parse(&bytes).unwrap();
    assert_eq!(mail.from().unwrap().first().unwrap().name(), Some("Bäckerei Größe, Köln"));
    assert_eq!(mail.to().unwrap().first().unwrap().name().unwrap().trim(), facts.to_name.unwrap().trim());
    assert_eq!(mail.to().unwrap().first().unwrap().address(), Some("dana@northfield.example"));
    assert_eq!(mail.subject(), Some(facts.subject.as_str()));
    assert_eq!(mail.body_text(0).unwrap().replace("\r\n", "\n"), "Grüße,\n");
    let head = head(&bytes);
    assert!(!head.contains("\"=?"), "an encoded word between quotes is not decoded: {head}");
    assert!(
        head.split([' ', '\r', '\n', '\t'])
            .filter(|word| word.starts_with("=?"))
            .all(|word| word.len() <= 75)
    );
}

#[test]
fn a_thread_is_continued() {
    let references = vec!["a1@eu-west-1.amazonses.com".to_owned(), "b2@northfield.example".to_owned()];
    let bytes = bytes(&OutgoingFacts { references, ..facts() });
    let mail = MessageParser::new().parse(&bytes).unwrap();
    assert_eq!(mail.in_reply_to().as_text(), Some("b2@northfield.example"));
    let HeaderValue::TextList(list) = mail.references() else { panic!("{:?}", mail.references()) };
    assert_eq!(list, &["a1@eu-west-1.amazonses.com", "b2@northfield.example"]);
}

#[test]
fn no_field_can_smuggle_in_a_header() {
    type Set = fn(&mut OutgoingFacts, String);
    let attempts: [(&str, Set); 9] = [
        ("from_name", |f, v| f.from_name = v),
        ("from", |f, v| f.from = v),
        ("to", |f, v| f.to = v),
        ("to_name", |f, v| f.to_name = Some(v)),
        ("reply_to", |f, v| f.reply_to = v),
        ("subject", |f, v| f.subject = v),
        ("message_id", |f, v| f.message_id = v),
        ("list_unsubscribe_url", |f, v| f.list_unsubscribe_url = v),
        ("references", |f, v| f.references = vec![v]),
    ];
    for (field, set) in attempts {
        for smuggled in
            ["x\r\nBcc: all@example.com", "x\nBcc: all@example.com", "x\rBcc: y", "x\0y", "é\u{2028}y"]
        {
            let mut facts = facts();
            set(&mut facts, smuggled.to_owned());
            assert_eq!(build(&facts), Err(OutgoingRefused::ControlCharacter { field }), "{smuggled:?}");
        }
    }
}

#[test]
fn addresses_and_links_are_plain() {
    for to in [
        "",
        "dana",
        "@x.example",
        "dana@",
        "a@b.example, c@d.example",
        "a@b@c.example",
        "<a@b.example>",
        "ü@b.example",
    ] {
        let refused = build(&OutgoingFacts { to: to.into(), ..facts() });
        assert!(
            matches!(refused, Err(OutgoingRefused::Malformed { field: "to", .. })),
            "{to:?}: {refused:?}"
        );
    }
    for url in [
        "",
        "http://pay.example/s",
        "mailto:stop@pay.example",
        "https://pay.example/a b",
        "https://a.example>,<b",
    ] {
        let refused = build(&OutgoingFacts { list_unsubscribe_url: url.into(), ..facts() });
        assert!(
            matches!(refused, Err(OutgoingRefused::Malformed { field: "list_unsubscribe_url", .. })),
            "{url:?}"
        );
    }
    assert_eq!(
        build(&OutgoingFacts { subject: " ".into(), ..facts() }),
        Err(OutgoingRefused::Empty { field: "subject" })
    );
    assert_eq!(
        build(&OutgoingFacts { html: String::new(), ..facts() }),
        Err(OutgoingRefused::Empty { field: "html" })
    );
}
