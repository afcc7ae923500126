//! Header fields by name, read raw where the parser's typed reading would lose something we need; and the text of
//! a part whose charset no header tells.
use super::parse::{Mailbox, MimeError, mailboxes};
use domain::inbox::automatic::MachineHeaders;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Encoding, HeaderName, HeaderValue, Message, MessagePart, MimeHeaders};
use std::borrow::Cow;

/// The raw value of the first header of that name, unfolded and trimmed.
pub(super) fn raw(message: &Message<'_>, name: &str) -> Option<String> {
    let (_, value) = message.headers_raw().find(|(found, _)| found.eq_ignore_ascii_case(name))?;
    let text = value.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}

/// The one sender. Servers and readers choose differently among several From fields or addresses, so that what was
/// authenticated need not be what is read: such a mail has none.
pub(super) fn sender(message: &Message<'_>) -> Result<Mailbox, MimeError> {
    let is_from = |name: &str| name.trim().eq_ignore_ascii_case("from");
    let fields = message.headers_raw().filter(|(name, _)| is_from(name)).count();
    let mut senders = message.from().map(mailboxes).unwrap_or_default();
    match senders.pop() {
        Some(sender) if fields <= 1 && senders.is_empty() => Ok(sender),
        Some(_) => Err(MimeError::SeveralSenders { senders: fields.max(senders.len() + 1) }),
        None => Err(MimeError::NoSender),
    }
}

/// Message ids of a header, without angle brackets.
pub(super) fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    match value {
        HeaderValue::Text(id) => vec![id.to_string()],
        HeaderValue::TextList(ids) => ids.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

/// What RFC 3834 and its followers say about who wrote the mail.
pub(super) fn machine(message: &Message<'_>) -> MachineHeaders {
    let is_set = |name: &str| raw(message, name).is_some_and(|value| !value.eq_ignore_ascii_case("no"));
    let report = message.content_type().filter(|kind| {
        kind.ctype().eq_ignore_ascii_case("multipart")
            && kind.subtype().is_some_and(|sub| sub.eq_ignore_ascii_case("report"))
    });
    MachineHeaders {
        auto_submitted: raw(message, "Auto-Submitted"),
        is_null_return_path: raw(message, "Return-Path").is_some_and(|path| path == "<>"),
        precedence: raw(message, "Precedence"),
        auto_response_suppress: raw(message, "X-Auto-Response-Suppress"),
        is_marked_autoreply: is_set("X-Autoreply") || is_set("X-Autorespond"),
        list_id: raw(message, "List-Id"),
        report_type: report
            .map(|kind| kind.attribute("report-type").unwrap_or_default().to_ascii_lowercase()),
        is_marked_failed: is_set("X-Failed-Recipients") || is_set("X-MS-Exchange-Message-Is-Ndr"),
        delivery_action: delivery_action(message),
        is_reply: message.header(HeaderName::InReplyTo).is_some()
            || message.header(HeaderName::References).is_some(),
    }
}

/// The worst `Action` of a delivery report's recipients (RFC 3464, 2.3.3).
fn delivery_action(message: &Message<'_>) -> Option<String> {
    let is_status = |part: &&MessagePart<'_>| {
        part.content_type().is_some_and(|kind| {
            kind.ctype().eq_ignore_ascii_case("message")
                && kind.subtype().is_some_and(|sub| sub.to_ascii_lowercase().ends_with("delivery-status"))
        })
    };
    let part = message.parts.iter().find(is_status)?;
    let text = String::from_utf8_lossy(part.contents()).to_ascii_lowercase();
    let actions: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("action:")).map(str::trim).collect();
    let worst = ["failed", "delayed"].into_iter().find(|action| actions.contains(action));
    worst.or_else(|| actions.first().copied()).map(ToOwned::to_owned)
}

/// The text of a part that the parser could only read with replacement characters, because its charset is missing
/// or unknown: UTF-8 when it is that, else windows-1252, which reads every byte.
pub(super) fn guessed_text(message: &Message<'_>, part: &MessagePart<'_>) -> Option<String> {
    let is_lossy = part.text_contents().is_some_and(|text| text.contains('\u{fffd}'));
    let declared = part.content_type().and_then(|kind| kind.attribute("charset"));
    if !is_lossy
        || declared.is_some_and(|name| charset_decoder(name.to_ascii_lowercase().as_bytes()).is_some())
    {
        return None;
    }
    let (start, end) = (usize::try_from(part.offset_body).ok()?, usize::try_from(part.offset_end).ok()?);
    let raw = message.raw_message().get(start..end)?;
    let bytes = match part.encoding {
        Encoding::None => Cow::Borrowed(raw),
        Encoding::QuotedPrintable => Cow::Owned(quoted_printable_decode(raw)?),
        Encoding::Base64 => Cow::Owned(base64_decode(raw)?),
    };
    match std::str::from_utf8(&bytes) {
        Ok(text) => Some(text.to_owned()),
        Err(_) => charset_decoder(b"windows-1252").map(|decode| decode(&bytes)),
    }
}
