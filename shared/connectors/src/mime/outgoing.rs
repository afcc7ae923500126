//! Writes a letter as a mail: one recipient, text and HTML of the same words, and the headers by which other machines
//! know a machine wrote it. The same facts give the same bytes: no clock, no host name, no random boundary.
use chrono::{DateTime, Utc};
use data_encoding::{BASE64, HEXLOWER};
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::{HeaderType, text::Text};
use mail_builder::mime::MimePart;
use sha2::{Digest, Sha256};

/// Octets a header line may have, `\r\n` excluded, with room for the header's name (RFC 5322, 2.1.1).
const LINE_MAX: usize = 998 - 32;
/// Octets that a header's value may have beside the longest name it is written under.
const UNFOLDED_MAX: usize = 64;
/// Octets of one encoded word's content: with its frame it stays within 75 characters (RFC 2047, 2).
const ENCODED_WORD_MAX: usize = 45;

/// A mail to write. Addresses are bare ("ar@example.com"), message ids are without angle brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingFacts {
    pub from_name: String,
    pub from: String,
    pub to: String,
    pub to_name: Option<String>,
    pub reply_to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// Amazon SES replaces this header and `Message-ID` when it sends.
    pub date: DateTime<Utc>,
    pub message_id: String,
    /// The recipient's own https address, at which one POST stops the reminders (RFC 8058). Plain http is taken
    /// for this machine alone.
    pub list_unsubscribe_url: String,
    /// Message ids of the thread that this mail continues, oldest first; empty for a first letter.
    pub references: Vec<String>,
}

/// Why a mail was not written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutgoingRefused {
    /// A line break or another control character where a header goes.
    #[error("{field} holds a control character, which could smuggle in a header")]
    ControlCharacter { field: &'static str },
    #[error("{field} {value:?} is not {wanted}")]
    Malformed { field: &'static str, value: String, wanted: &'static str },
    #[error("{field} is empty")]
    Empty { field: &'static str },
    #[error("the mail was not written: {0}")]
    NotWritten(String),
}

/// The whole message, headers included, lines ended by `\r\n`.
///
/// # Errors
/// [`OutgoingRefused`], naming the field; nothing is stripped or repaired.
pub fn build(facts: &OutgoingFacts) -> Result<Vec<u8>, OutgoingRefused> {
    check(facts)?;
    let message_id = facts.message_id.as_str();
    let mut mail = MessageBuilder::new()
        .header("From", mailbox(Some(&facts.from_name), &facts.from))
        .header("To", mailbox(facts.to_name.as_deref(), &facts.to))
        .header("Reply-To", mailbox(None, &facts.reply_to))
        .header("Subject", subject(&facts.subject))
        .header("Date", Date::new(facts.date.timestamp()))
        .header("Message-ID", MessageId::new(message_id));
    if let Some(last) = facts.references.last() {
        mail = mail
            .header("In-Reply-To", MessageId::new(last.as_str()))
            .header("References", MessageId::new_list(facts.references.iter().map(String::as_str)));
    }
    // Without white space in the value, the writer has nowhere to fold it: some verifiers of DKIM want one line.
    mail.header("List-Unsubscribe", Raw::new(format!("<{}>", facts.list_unsubscribe_url)))
        .header("List-Unsubscribe-Post", Raw::new("List-Unsubscribe=One-Click"))
        .header("Auto-Submitted", Raw::new("auto-generated"))
        .header("X-Auto-Response-Suppress", Raw::new("All"))
        .body(body(facts))
        .write_to_vec()
        .map_err(|error| OutgoingRefused::NotWritten(error.to_string()))
}

/// The plainer form first: readers show the last part that they can (RFC 2046, 5.1.4).
fn body(facts: &OutgoingFacts) -> MimePart<'_> {
    let (text, html) = (unix_lines(&facts.text), unix_lines(&facts.html));
    // Over the parts, too: no part can hold the digest of itself, so none can end early.
    let mut digest = Sha256::new();
    for part in [&facts.message_id, &text, &html] {
        digest.update(Sha256::digest(part.as_bytes()));
    }
    let boundary: String = HEXLOWER.encode(&digest.finalize()).chars().take(40).collect();
    MimePart::new(
        ContentType::new("multipart/alternative").attribute("boundary", format!("part_{boundary}")),
        vec![MimePart::new("text/plain", text), MimePart::new("text/html", html)],
    )
}

/// The writer makes `\r\n` of every `\n`.
fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn mailbox<'x>(name: Option<&'x str>, address: &'x str) -> HeaderType<'x> {
    match name.map(str::trim).filter(|name| !name.is_empty()) {
        // mail-builder puts an encoded word between quotes, where RFC 2047 (5, rule 3) has it taken literally.
        Some(name) if !is_plain(name) => Raw::new(format!("{} <{address}>", encoded_words(name))).into(),
        name => Address::new_address(name, address).into(),
    }
}

fn subject(text: &str) -> HeaderType<'_> {
    // mail-builder folds plain text with an extra tab, which readers then show.
    if is_plain(text) { Text::new(text).into() } else { Raw::new(encoded_words(text)).into() }
}

/// Goes into a header as it is: short enough not to be folded, and nothing in it looks encoded.
fn is_plain(text: &str) -> bool {
    text.is_ascii() && text.len() <= UNFOLDED_MAX && !text.contains("=?") && text.trim() == text
}

/// RFC 2047 base64 words, parted between characters, never within one.
fn encoded_words(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut chunk = String::new();
    for c in text.chars() {
        if chunk.len() + c.len_utf8() > ENCODED_WORD_MAX {
            words.push(std::mem::take(&mut chunk));
        }
        chunk.push(c);
    }
    words.push(chunk);
    let framed = words.iter().map(|word| format!("=?utf-8?B?{}?=", BASE64.encode(word.as_bytes())));
    framed.collect::<Vec<_>>().join(" ")
}

fn check(facts: &OutgoingFacts) -> Result<(), OutgoingRefused> {
    for (field, value) in [("from_name", facts.from_name.as_str()), ("subject", &facts.subject)] {
        check_line(field, value)?;
        if value.trim().is_empty() {
            return Err(OutgoingRefused::Empty { field });
        }
    }
    check_line("to_name", facts.to_name.as_deref().unwrap_or_default())?;
    for (field, value) in [("from", &facts.from), ("to", &facts.to), ("reply_to", &facts.reply_to)] {
        check_token(field, value, is_address, "one bare ASCII mail address")?;
    }
    check_token("message_id", &facts.message_id, is_message_id, "a message id without brackets")?;
    for reference in &facts.references {
        check_token("references", reference, is_message_id, "a message id without brackets")?;
    }
    check_token("list_unsubscribe_url", &facts.list_unsubscribe_url, is_https, "a plain https address")?;
    for (field, value) in [("text", &facts.text), ("html", &facts.html)] {
        if value.trim().is_empty() {
            return Err(OutgoingRefused::Empty { field });
        }
    }
    Ok(())
}

fn check_line(field: &'static str, value: &str) -> Result<(), OutgoingRefused> {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    if value.chars().any(breaks) {
        return Err(OutgoingRefused::ControlCharacter { field });
    }
    Ok(())
}

fn check_token(
    field: &'static str,
    value: &str,
    is_wanted: fn(&str) -> bool,
    wanted: &'static str,
) -> Result<(), OutgoingRefused> {
    check_line(field, value)?;
    let is_plain =
        value.len() <= LINE_MAX && value.chars().all(|c| c.is_ascii_graphic() && !"<>\"".contains(c));
    if is_plain && is_wanted(value) {
        return Ok(());
    }
    Err(OutgoingRefused::Malformed { field, value: value.to_owned(), wanted })
}

/// No quoted local parts and no lists: what we write to is one plain address.
fn is_address(value: &str) -> bool {
    let Some((local, domain)) = value.split_once('@') else { return false };
    let refused = |c: char| "@,;:()[]\\".contains(c);
    !local.is_empty()
        && domain.contains('.')
        && !domain.starts_with('.')
        && !value.replacen('@', "", 1).contains(refused)
}

fn is_message_id(value: &str) -> bool {
    value
        .split_once('@')
        .is_some_and(|(left, right)| !left.is_empty() && !right.is_empty() && !right.contains('@'))
}

fn is_https(value: &str) -> bool {
    let rest = value.strip_prefix("https://").or_else(|| {
        value
            .strip_prefix("http://")
            .filter(|rest| rest.starts_with("127.0.0.1:") || rest.starts_with("localhost:"))
    });
    rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(','))
}

#[cfg(test)]
#[path = "outgoing_tests.rs"]
mod tests;
