//! Raw bytes of a received mail to facts, within limits. Hostile input ends in an error or a cut text, never in a
//! panic: the parser runs behind `catch_unwind`.
use super::{headers, html};
use chrono::{DateTime, FixedOffset};
use domain::inbox::Written;
use domain::inbox::automatic::MachineHeaders;
use domain::inbox::fresh::{Block, Source};
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};
use sha2::{Digest, Sha256};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How much of a mail is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub max_bytes: usize,
    pub max_parts: usize,
    /// Nesting of multiparts.
    pub max_depth: usize,
    /// Body text kept, in bytes; the rest is cut.
    pub max_text_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_bytes: 25 * 1024 * 1024, max_parts: 1_000, max_depth: 30, max_text_bytes: 256 * 1024 }
    }
}

/// Why a mail could not be read. It stays archived; a person sees it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MimeError {
    #[error("mail of {bytes} bytes is over the limit of {limit}")]
    TooLarge { bytes: usize, limit: usize },
    #[error("mail is empty")]
    Empty,
    #[error("no header field before the first blank line")]
    NoHeaders,
    #[error("NUL byte in the header section at byte {at}")]
    NulInHeaders { at: usize },
    #[error("mail has {parts} parts, over the limit of {limit}")]
    TooManyParts { parts: usize, limit: usize },
    #[error("parts are nested {depth} deep, over the limit of {limit}")]
    TooDeep { depth: usize, limit: usize },
    #[error("no From address")]
    NoSender,
    /// Which of them a verdict on the sender is about, nobody can tell.
    #[error("{senders} From addresses")]
    SeveralSenders { senders: usize },
    #[error("body part {part} ({content_type}) could not be decoded, and no other body is there")]
    Undecodable { part: usize, content_type: String },
    #[error("the MIME parser panicked on this mail")]
    ParserPanicked,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    pub address: String,
    pub name: Option<String>,
}

/// An attached file by what it is; its bytes stay in the archived mail and are never unpacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub name: Option<String>,
    pub content_type: String,
    pub bytes: usize,
    /// SHA-256 of the decoded bytes, in hex.
    pub sha256: String,
}

/// A received mail. Ids are without angle brackets; `references` are in the header's order, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundMail {
    pub message_id: Option<String>,
    pub in_reply_to: Option<String>,
    pub references: Vec<String>,
    pub from: Mailbox,
    pub to: Vec<Mailbox>,
    pub subject: String,
    /// As written, so that the sender's own calendar day is known.
    pub date: Option<DateTime<FixedOffset>>,
    pub return_path: Option<String>,
    pub machine: MachineHeaders,
    pub blocks: Vec<Block>,
    pub attachments: Vec<Attachment>,
    /// Body text was cut at [`Limits::max_text_bytes`].
    pub is_truncated: bool,
}

impl InboundMail {
    /// The mail as its meaning is read; `parent` is the text of the letter that it answers.
    pub fn written<'m>(&'m self, parent: Option<&'m str>) -> Written<'m> {
        Written {
            headers: &self.machine,
            from_address: &self.from.address,
            from_name: self.from.name.as_deref(),
            subject: &self.subject,
            blocks: &self.blocks,
            parent,
        }
    }
}

/// Reads a mail.
///
/// # Errors
/// [`MimeError`] for what is over a limit or no mail at all.
pub fn parse(raw: &[u8], limits: &Limits) -> Result<InboundMail, MimeError> {
    if raw.len() > limits.max_bytes {
        return Err(MimeError::TooLarge { bytes: raw.len(), limit: limits.max_bytes });
    }
    check_headers(raw)?;
    catch_unwind(AssertUnwindSafe(|| read(raw, limits))).unwrap_or(Err(MimeError::ParserPanicked))
}

fn check_headers(raw: &[u8]) -> Result<(), MimeError> {
    if raw.iter().all(u8::is_ascii_whitespace) {
        return Err(MimeError::Empty);
    }
    let end = raw
        .windows(4)
        .position(|w| w == b"\r\n\r\n")
        .into_iter()
        .chain(raw.windows(2).position(|w| w == b"\n\n"))
        .min()
        .unwrap_or(raw.len());
    let section = raw.get(..end).unwrap_or_default();
    if let Some(at) = section.iter().position(|b| *b == 0) {
        return Err(MimeError::NulInHeaders { at });
    }
    let is_field = |line: &[u8]| {
        let name: Vec<u8> = line.iter().copied().take_while(|b| *b != b':').collect();
        !name.is_empty() && name.len() < line.len() && name.iter().all(u8::is_ascii_graphic)
    };
    if section.split(|b| *b == b'\n').any(is_field) { Ok(()) } else { Err(MimeError::NoHeaders) }
}

fn read(raw: &[u8], limits: &Limits) -> Result<InboundMail, MimeError> {
    let message = MessageParser::default().parse(raw).ok_or(MimeError::NoHeaders)?;
    check_shape(&message, limits)?;
    let from = headers::sender(&message)?;
    let (blocks, is_truncated) = body(&message, limits.max_text_bytes)?;
    Ok(InboundMail {
        message_id: message.message_id().map(ToOwned::to_owned),
        in_reply_to: headers::ids(message.in_reply_to()).into_iter().next(),
        references: headers::ids(message.references()),
        from,
        to: message.to().map(mailboxes).unwrap_or_default(),
        subject: message.subject().unwrap_or_default().to_owned(),
        date: message.date().and_then(|date| DateTime::parse_from_rfc3339(&date.to_rfc3339()).ok()),
        return_path: headers::raw(&message, "Return-Path")
            .map(|path| path.trim_matches(['<', '>']).to_owned()),
        machine: headers::machine(&message),
        blocks,
        attachments: message.attachments().map(attachment).collect(),
        is_truncated,
    })
}

fn check_shape(message: &Message<'_>, limits: &Limits) -> Result<(), MimeError> {
    let parts = message.parts.len();
    if parts > limits.max_parts {
        return Err(MimeError::TooManyParts { parts, limit: limits.max_parts });
    }
    let depth = depth(message);
    if depth > limits.max_depth {
        return Err(MimeError::TooDeep { depth, limit: limits.max_depth });
    }
    Ok(())
}

/// Nesting of multiparts, walked without recursion. Every part has one parent, so the walk ends.
fn depth(message: &Message<'_>) -> usize {
    let mut deepest = 0;
    let mut open = vec![(0, 1)];
    let mut left = message.parts.len();
    while let Some((index, depth)) = open.pop() {
        deepest = deepest.max(depth);
        left = left.saturating_sub(1);
        if left == 0 {
            break;
        }
        if let Some(PartType::Multipart(children)) = message.part(index).map(|part| &part.body) {
            open.extend(children.iter().map(|child| (*child, depth + 1)));
        }
    }
    deepest
}

pub(super) fn mailboxes(list: &mail_parser::Address<'_>) -> Vec<Mailbox> {
    list.iter()
        .filter_map(|found| {
            let address = found.address()?.trim().to_owned();
            let name = found.name().map(str::trim).filter(|name| !name.is_empty()).map(ToOwned::to_owned);
            (!address.is_empty()).then_some(Mailbox { address, name })
        })
        .collect()
}

/// The text bodies (HTML only where it has no plain alternative), or the HTML ones where those have no words. The
/// two should say the same; only the HTML can hide text.
fn body(message: &Message<'_>, max_bytes: usize) -> Result<(Vec<Block>, bool), MimeError> {
    let has_words = |blocks: &[Block]| blocks.iter().any(|block| !block.text.trim().is_empty());
    let (mut blocks, mut is_truncated) = blocks_of(message, message.text_bodies(), max_bytes);
    if !has_words(&blocks) {
        (blocks, is_truncated) = blocks_of(message, message.html_bodies(), max_bytes);
    }
    if !has_words(&blocks)
        && let Some((part, content_type)) = undecodable(message)
    {
        return Err(MimeError::Undecodable { part, content_type });
    }
    Ok((blocks, is_truncated))
}

fn blocks_of<'m>(
    message: &Message<'_>,
    parts: impl Iterator<Item = &'m MessagePart<'m>>,
    max_bytes: usize,
) -> (Vec<Block>, bool) {
    let mut left = max_bytes;
    let mut is_truncated = false;
    let mut out = Vec::new();
    for part in parts {
        let (PartType::Text(text) | PartType::Html(text)) = &part.body else { continue };
        let guessed = headers::guessed_text(message, part);
        let text = guessed.as_deref().unwrap_or(text);
        let end = text.floor_char_boundary(left);
        let kept = text.get(..end).unwrap_or_default();
        is_truncated |= end < text.len();
        left -= end;
        if matches!(part.body, PartType::Html(_)) {
            out.extend(html::blocks(kept));
        } else {
            out.push(Block { text: kept.to_owned(), quote_depth: 0, source: Source::Plain });
        }
    }
    (out, is_truncated)
}

fn undecodable(message: &Message<'_>) -> Option<(usize, String)> {
    let bodies = || message.text_bodies().chain(message.html_bodies());
    let (index, part) =
        bodies().enumerate().find(|(_, part)| part.is_encoding_problem && !part.is_empty())?;
    Some((index, content_type(part)))
}

fn content_type(part: &MessagePart<'_>) -> String {
    let default = match part.body {
        PartType::Text(_) => "text/plain",
        PartType::Html(_) => "text/html",
        PartType::Message(_) => "message/rfc822",
        _ => "application/octet-stream",
    };
    part.content_type().map_or_else(
        || default.to_owned(),
        |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("*")).to_ascii_lowercase(),
    )
}

fn attachment(part: &MessagePart<'_>) -> Attachment {
    let contents = match &part.body {
        PartType::Message(message) => message.raw_message(),
        _ => part.contents(),
    };
    Attachment {
        name: part.attachment_name().map(ToOwned::to_owned),
        content_type: content_type(part),
        bytes: contents.len(),
        sha256: hex::encode(Sha256::digest(contents)),
    }
}
