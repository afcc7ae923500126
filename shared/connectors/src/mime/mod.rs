//! Internet mail (RFC 5322, MIME): what comes in is read, what goes out is built.
mod headers;
mod html;
pub mod outgoing;
mod parse;
mod tags;

pub use parse::{Attachment, InboundMail, Limits, Mailbox, MimeError, parse};

#[cfg(test)]
mod dev_set;
#[cfg(test)]
mod tests;
