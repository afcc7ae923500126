//! QuickBooks' errors: two JSON shapes (`Fault` from the API, lower-case `fault` from the gateway), and XML or HTML
//! from the edge. Codes are Intuit's; what each means for a retry is the table in [`kind_of_code`].
use crate::call::{Response, header};
use crate::fault::{Fault, FaultKind, Phase, kind_of_status};
use serde_json::Value;

/// Intuit promises no `Retry-After`; its limits count per minute.
const THROTTLE_SECONDS: u32 = 60;

/// Longest excerpt of a vendor's message.
const MESSAGE_CHARS: usize = 300;

/// The JSON of a good reply.
///
/// # Errors
/// The vendor's fault, also where it comes with a 2xx status; or a body that is not JSON.
pub fn json(response: &Response) -> Result<Value, Fault> {
    if !response.status().is_success() {
        return Err(fault(response));
    }
    let body: Value =
        serde_json::from_slice(response.body()).map_err(|error| unreadable(response, error.to_string()))?;
    if field(&body, "fault").is_some_and(Value::is_object) { Err(fault(response)) } else { Ok(body) }
}

/// A good status with a body that is not as documented.
pub fn unreadable(response: &Response, why: impl std::fmt::Display) -> Fault {
    let mut fault = Fault::unreadable(format!("QuickBooks, {why}"));
    fault.request_ref = request_ref(response);
    fault
}

/// The fault that a reply stands for.
pub fn fault(response: &Response) -> Fault {
    let status = response.status();
    let detail = Detail::of(response);
    let by_code = detail.code.as_deref().and_then(kind_of_code);
    let kind = by_code.unwrap_or_else(|| match status.as_u16() {
        // The app is not authorised for this company.
        403 => FaultKind::AuthRevoked,
        _ if detail.is_system_fault => FaultKind::Retryable,
        _ => kind_of_status(status),
    });
    let mut fault = Fault::new(
        kind,
        Phase::AfterSend,
        format!("QuickBooks answered {status}: {}", redacted(&detail.message)),
    );
    fault.code = detail.code.clone();
    fault.request_ref = request_ref(response);
    let is_throttled = status.as_u16() == 429 || detail.code.as_deref() == Some("3001");
    let after = header(response, "retry-after").and_then(|text| text.trim().parse().ok());
    fault.retry_after_seconds = after.or(is_throttled.then_some(THROTTLE_SECONDS));
    fault
}

pub(super) fn request_ref(response: &Response) -> Option<String> {
    header(response, "intuit_tid").or_else(|| header(response, "intuit-tid")).map(str::to_owned)
}

fn kind_of_code(code: &str) -> Option<FaultKind> {
    match code {
        "120" | "3200" | "3201" => Some(FaultKind::AuthExpired),
        "3100" => Some(FaultKind::AuthRevoked),
        "3001" | "10000" => Some(FaultKind::Retryable),
        "5010" => Some(FaultKind::Conflict),
        // Missing or inactive record; duplicates; business rules; closed books; bad fields; bad statements.
        "610" | "6140" | "6240" | "6000" | "6210" | "2010" | "2020" | "2050" | "2500" | "4000" | "4001" => {
            Some(FaultKind::Permanent)
        }
        _ => None,
    }
}

/// What the body says, as far as it can be read.
struct Detail {
    message: String,
    code: Option<String>,
    is_system_fault: bool,
}

impl Detail {
    fn of(response: &Response) -> Self {
        let Ok(body) = serde_json::from_slice::<Value>(response.body()) else {
            return Self::of_markup(response);
        };
        let fault = field(&body, "fault").unwrap_or(&Value::Null);
        let error = field(fault, "error").and_then(|errors| errors.get(0)).unwrap_or(&Value::Null);
        let text = |name: &str| field(error, name).and_then(Value::as_str).unwrap_or_default();
        let code = Some(text("code").trim_start_matches('0').to_owned()).filter(|code| !code.is_empty());
        let message = [text("message"), text("detail")].join(": ");
        let message = if error.is_null() { "no Fault in the body".to_owned() } else { message };
        let kind = field(fault, "type").and_then(Value::as_str).unwrap_or_default();
        Self { message, code, is_system_fault: kind.eq_ignore_ascii_case("SystemFault") }
    }

    /// Of XML, the code of the first error is read, of HTML nothing.
    fn of_markup(response: &Response) -> Self {
        let body = String::from_utf8_lossy(response.body());
        let code = body.split_once("<Error code=\"").and_then(|(_, rest)| rest.split_once('"'));
        let code = code.map(|(code, _)| code.trim_start_matches('0').to_owned());
        let media_type = header(response, "content-type").unwrap_or("no content type");
        Self {
            message: format!("a body that is not JSON ({media_type})"),
            code: code.filter(|code| !code.is_empty()),
            is_system_fault: body.contains("type=\"SystemFault\""),
        }
    }
}

/// A field by its name in any case: the API and the gateway differ.
fn field<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// Without what may be a token: the gateway quotes the one it refused ("Token expired: AB01…").
fn redacted(message: &str) -> String {
    let mut words: Vec<&str> = Vec::new();
    let mut is_announced = false;
    for word in message.split_whitespace() {
        let is_token = word.split(['=', ';', ',', ':', '"']).any(looks_like_a_token);
        words.push(if is_announced || is_token { "[redacted]" } else { word });
        let word = word.to_ascii_lowercase();
        is_announced = ["expired:", "token:", "bearer"].iter().any(|announcing| word.ends_with(announcing));
    }
    words.join(" ").chars().take(MESSAGE_CHARS).collect()
}

/// Longer than any id of QuickBooks, and with digits.
fn looks_like_a_token(word: &str) -> bool {
    word.len() >= 24 && word.contains(|c: char| c.is_ascii_digit())
}
