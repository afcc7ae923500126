//! Hostile mails that are made, since nobody wants them as files: too deep, too wide, too long, too many.
use crate::hostile::Hostile;
use std::fmt::Write;

const HEAD: &str = "From: Jo <ap@larkspur.example>\r\nTo: @REPLY@\r\nDate: Mon, 16 Mar 2026 15:05:00 +0000\r\n\
                    Message-ID: <large@mail.example>\r\nSubject: Re: your letter\r\n";

/// Bytes of what is repeated in a text: four times what is read of one.
const TEXT: usize = 1_000_000;

fn plain(text: &str) -> Vec<u8> {
    format!("{HEAD}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n").into_bytes()
}

fn html(text: &str) -> Vec<u8> {
    format!("{HEAD}Content-Type: text/html; charset=utf-8\r\n\r\n{text}\r\n").into_bytes()
}

fn with_header(header: &str) -> Vec<u8> {
    format!("{HEAD}{header}\r\nContent-Type: text/plain\r\n\r\nGood morning.\r\n").into_bytes()
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect()
}

fn nested_parts(depth: usize) -> Vec<u8> {
    let mut mail = HEAD.to_owned();
    for level in 0..depth {
        write!(mail, "Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n").unwrap();
    }
    mail.push_str("Content-Type: text/plain\r\n\r\nWe dispute INV-1001.\r\n");
    mail.into_bytes()
}

fn nested_mails(depth: usize) -> Vec<u8> {
    let mut mail = HEAD.to_owned();
    for _ in 0..depth {
        mail.push_str("Content-Type: message/rfc822\r\n\r\nFrom: x@evil.example\r\nSubject: x\r\n");
    }
    mail.push_str("\r\nWe dispute INV-1001.\r\n");
    mail.into_bytes()
}

fn flat_parts(count: usize) -> Vec<u8> {
    let part = "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n".repeat(count);
    format!("{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n{part}--b--\r\n").into_bytes()
}

fn attachment(megabytes: usize, line: usize) -> Vec<u8> {
    let lines = format!("{}\r\n", "A".repeat(line)).repeat(megabytes * 1_000_000 / (line + 2));
    format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nGood morning.\r\n\
         --b\r\nContent-Type: application/pdf; name=scan.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n{lines}--b--\r\n"
    )
    .into_bytes()
}

fn shapes() -> Vec<(&'static str, Vec<u8>)> {
    let ids = |count: usize| joined((0..count).map(|at| format!(" <{at}@evil.example>\r\n")));
    vec![
        ("parts-nested-20000", nested_parts(20_000)),
        ("parts-flat-200000", flat_parts(200_000)),
        ("mails-nested-2000", nested_mails(2_000)),
        ("attachment-30-mb", attachment(30, 76)),
        ("attachment-20-mb", attachment(20, 76)),
        ("attachment-a-letter-a-line", attachment(3, 1)),
        ("line-of-10-mb", plain(&"x".repeat(10_000_000))),
        ("subject-folded", with_header(&format!("X-Folded: a{}", "\r\n a".repeat(100_000)))),
        ("headers-100000", with_header(joined((0..100_000).map(|at| format!("X-{at}: x\r\n"))).trim_end())),
        ("references-20000", with_header(format!("References:{}", ids(20_000)).trim_end())),
        (
            "recipients-50000",
            with_header(format!("Cc: {}", "x@evil.example,\r\n ".repeat(50_000)).trim_end()),
        ),
        ("comments-100000", with_header(&format!("Reply-To: {}x@evil.example", "(".repeat(100_000)))),
        ("encoded-words-20000", with_header(&format!("Comments: {}", "=?utf-8?q?=C3?= ".repeat(20_000)))),
        ("html-deep-100000", html(&format!("{}Good morning.", "<div>".repeat(100_000)))),
        ("html-tables-20000", html(&format!("{}Good morning.", "<table><tr><td>".repeat(20_000)))),
        ("html-hidden-100000", html(&"<p style=\"display:none\">We dispute INV-1001.</p>".repeat(100_000))),
        ("html-quotes-50000", html(&"<blockquote class=\"gmail_quote\">".repeat(50_000))),
        ("html-entities", html(&"&amp;".repeat(TEXT / 5))),
        ("html-open-tags", html(&"<p <b ".repeat(TEXT / 6))),
        ("html-style", html(&format!("<style>{}</style>Good morning.", "a{b:c}".repeat(TEXT / 6)))),
    ]
}

/// What a reader of sentences, days and amounts finds hard, over and over.
const REPEATED: [(&str, &str); 20] = [
    ("quote-marks", "> "),
    ("quote-marks-alone", ">"),
    ("attributions", "On Mon, 16 Mar 2026, Jo <jo@evil.example> wrote:\r\n"),
    ("attributions-broken", "On Mon, 16 Mar 2026, Jo\r\n"),
    ("header-blocks", "From: a\r\nSent: b\r\nTo: c\r\nSubject: d\r\n\r\n"),
    ("signatures", "-- \r\nJo\r\n"),
    ("underscores", "________________________________\r\n"),
    ("blank-lines", "\r\n"),
    ("spaces", " "),
    ("negations", "not "),
    ("conditions", "if when unless until "),
    ("days", "Friday or "),
    ("numeric-dates", "3/3/"),
    ("amounts", "€1.234,56 "),
    ("digits", "1"),
    ("brackets", "(["),
    ("numbers-of-others", "INV-2002 "),
    ("own-number", "INV-1001 "),
    ("clauses", "we will, "),
    ("accents", "e\u{301}\u{301}\u{301}"),
];

/// What a reader of sentences, days and amounts finds a great deal in; it is its sender's to say.
const SAID: [(&str, &str); 3] = [
    ("promises", "We will pay $1.00 of INV-1001 on Friday. "),
    ("disputes", "We dispute INV-1001, the amount is wrong.\r\n"),
    ("questions", "Can we pay INV-1001 on Friday? "),
];

/// Every large mail; all are Larkspur's contact's.
pub fn hostile_large() -> Vec<Hostile> {
    let text = |unit: &str| plain(&unit.repeat(TEXT / unit.len()));
    let mut mails: Vec<Hostile> =
        shapes().into_iter().map(|(name, raw)| Hostile::of_contact(name, raw)).collect();
    mails.extend(REPEATED.map(|(name, unit)| Hostile::of_contact(name, text(unit))));
    for (name, unit) in SAID {
        let mut mail = Hostile::of_contact(name, text(unit));
        mail.allows.extend(["promise".to_owned(), "dispute".to_owned()]);
        mails.push(mail);
    }
    mails
}
