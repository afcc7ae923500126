//! Header fields by name, read raw where the parser's typed reading would lose something we need.
use domain::inbox::automatic::MachineHeaders;
use mail_parser::{HeaderName, HeaderValue, Message, MimeHeaders};

/// The raw value of the first header of that name, unfolded and trimmed.
pub(super) fn raw(message: &Message<'_>, name: &str) -> Option<String> {
    let (_, value) = message.headers_raw().find(|(found, _)| found.eq_ignore_ascii_case(name))?;
    let text = value.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
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
        report_type: report.map(|kind| kind.attribute("report-type").unwrap_or_default().to_ascii_lowercase()),
        is_marked_failed: is_set("X-Failed-Recipients") || is_set("X-MS-Exchange-Message-Is-Ndr"),
        is_reply: message.header(HeaderName::InReplyTo).is_some() || message.header(HeaderName::References).is_some(),
    }
}
