//! HTML mail as blocks of visible text: what a reader cannot see is dropped before anything else looks at it, and
//! the containers in which mail programs put quotes and signatures are kept as depth and source.
use super::tags::{Token, decode_entities, tokens};
use domain::inbox::fresh::{Block, Source};

/// Elements deeper or more than this are read as plain text of their parent.
const MAX_OPEN: usize = 1_000;
const MAX_ELEMENTS: usize = 50_000;

const VOID: &[&str] =
    &["br", "hr", "img", "input", "meta", "link", "col", "area", "base", "wbr", "source", "embed"];
const RAW: &[&str] = &["script", "style", "title", "textarea", "noscript", "template"];
const BREAKS: &[&str] = &[
    "p",
    "div",
    "br",
    "li",
    "tr",
    "table",
    "blockquote",
    "hr",
    "h1",
    "h2",
    "h3",
    "h4",
    "ul",
    "ol",
    "pre",
    "section",
];

/// What an open element means for the text in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Plain,
    Hidden,
    Quote,
    Signature,
}

#[derive(Debug)]
struct Walker {
    open: Vec<(String, Role)>,
    /// Set by a marker after which the whole rest is the quoted thread.
    is_rest_quoted: bool,
    blocks: Vec<Block>,
}

/// Turns an HTML body into blocks, in document order; neighbouring text of one depth and source is one block.
pub(super) fn blocks(html: &str) -> Vec<Block> {
    let mut walker = Walker { open: Vec::new(), is_rest_quoted: false, blocks: Vec::new() };
    let mut all = tokens(html);
    let mut elements = 0;
    while let Some(token) = all.next() {
        match token {
            Token::Text(text) => walker.text(text),
            Token::Close(name) => walker.close(&name),
            Token::Open { name, attributes, is_closed } => {
                elements += 1;
                if elements > MAX_ELEMENTS {
                    break;
                }
                if RAW.contains(&name.as_str()) && !is_closed {
                    all.skip_raw(&name);
                    continue;
                }
                walker.open(name, &attributes, is_closed);
            }
        }
    }
    walker.blocks.retain(|block| !block.text.trim().is_empty());
    walker.blocks
}

impl Walker {
    fn open(&mut self, name: String, attributes: &[(String, String)], is_closed: bool) {
        if BREAKS.contains(&name.as_str()) {
            self.line_break(matches!(name.as_str(), "p"));
        }
        if name == "li" {
            self.push("- ");
        }
        if starts_thread(attributes) {
            self.is_rest_quoted = true;
        }
        let role = role(&name, attributes);
        if !is_closed && !VOID.contains(&name.as_str()) && self.open.len() < MAX_OPEN {
            self.open.push((name, role));
        }
    }

    /// Closes the nearest open element of the name; a stray closing tag closes nothing.
    fn close(&mut self, name: &str) {
        if BREAKS.contains(&name) {
            self.line_break(name == "p");
        }
        if let Some(at) = self.open.iter().rposition(|(open, _)| open == name) {
            self.open.truncate(at);
        }
    }

    fn text(&mut self, text: &str) {
        if self.open.iter().any(|(_, role)| *role == Role::Hidden) {
            return;
        }
        let text = decode_entities(text);
        let starts_with_space = text.starts_with(char::is_whitespace);
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let is_line_start =
            self.blocks.last().is_none_or(|block| block.text.is_empty() || block.text.ends_with(['\n', ' ']));
        if starts_with_space && !is_line_start {
            self.push(" ");
        }
        if !words.is_empty() {
            self.push(&words);
            if text.ends_with(char::is_whitespace) {
                self.push(" ");
            }
        }
    }

    fn line_break(&mut self, is_paragraph: bool) {
        if self.open.iter().any(|(_, role)| *role == Role::Hidden) {
            return;
        }
        self.push("\n");
        if is_paragraph {
            self.push("\n");
        }
    }

    fn push(&mut self, text: &str) {
        let count = self.open.iter().filter(|(_, role)| *role == Role::Quote).count();
        let quote_depth =
            u32::try_from(count).unwrap_or(u32::MAX).saturating_add(u32::from(self.is_rest_quoted));
        let is_signature = self.open.iter().any(|(_, role)| *role == Role::Signature);
        let source = if is_signature { Source::HtmlSignature } else { Source::Html };
        match self.blocks.last_mut() {
            Some(last) if last.quote_depth == quote_depth && last.source == source => {
                last.text.push_str(text)
            }
            _ => self.blocks.push(Block { text: text.to_owned(), quote_depth, source }),
        }
    }
}

fn value<'a>(attributes: &'a [(String, String)], name: &str) -> &'a str {
    attributes.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
}

/// Outlook on the web and mobile put this marker before the thread, as a sibling of it.
fn starts_thread(attributes: &[(String, String)]) -> bool {
    let id = value(attributes, "id").to_ascii_lowercase();
    let class = value(attributes, "class").to_ascii_lowercase();
    ["divrplyfwdmsg", "outlookmessageheader", "appendonsend"].iter().any(|mark| id.ends_with(mark))
        || class.contains("outlookmessageheader")
}

const QUOTES: &[&str] = &[
    "gmail_quote",
    "gmail_attr",
    "yahoo_quoted",
    "moz-cite-prefix",
    "moz-email-headers-table",
    "zmail_extra",
    "protonmail_quote",
    "tutanota_quote",
    "outlookmessageheader",
];
const SIGNATURES: &[&str] =
    &["gmail_signature", "moz-signature", "ms-outlook-mobile-signature", "protonmail_signature_block"];

fn role(name: &str, attributes: &[(String, String)]) -> Role {
    let marks = format!("{} {}", value(attributes, "class"), value(attributes, "id")).to_ascii_lowercase();
    if is_hidden(attributes) {
        Role::Hidden
    } else if name == "blockquote" || QUOTES.iter().any(|mark| marks.contains(mark)) {
        Role::Quote
    } else if value(attributes, "id").eq_ignore_ascii_case("signature")
        || SIGNATURES.iter().any(|mark| marks.contains(mark))
    {
        Role::Signature
    } else {
        Role::Plain
    }
}

/// Invisible by attribute or style: not shown, no size, or the colour of the paper.
fn is_hidden(attributes: &[(String, String)]) -> bool {
    if attributes.iter().any(|(name, _)| name == "hidden") {
        return true;
    }
    let style: String =
        value(attributes, "style").to_ascii_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    style.split(';').any(|rule| {
        let Some((property, value)) = rule.split_once(':') else { return false };
        let value = value.trim_end_matches("!important");
        match property {
            "display" => value == "none",
            "visibility" => matches!(value, "hidden" | "collapse"),
            "font-size" | "max-height" | "height" | "max-width" | "line-height" => is_tiny(value),
            "opacity" => value.parse() == Ok(0.0),
            "mso-hide" => value == "all",
            "color" => matches!(value, "white" | "#fff" | "#ffffff" | "transparent"),
            _ => false,
        }
    })
}

/// Zero, or up to one pixel or point.
fn is_tiny(value: &str) -> bool {
    let digits = value.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    let unit = value.strip_prefix(digits).unwrap_or_default();
    digits.parse::<f32>().is_ok_and(|size| size <= 0.0 || (size <= 1.0 && matches!(unit, "px" | "pt")))
}
