//! The sender's own new words: without the quoted thread, the signature, footers, and what we wrote ourselves.
mod quotes;
mod signature;

use super::fold::fold;
use serde::{Deserialize, Serialize};

/// Where a block of a mail's body came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Plain,
    Html,
    /// A container that the mail program marks as signature or footer.
    HtmlSignature,
}

/// A run of body text at one quote depth; 0 is the sender's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    pub text: String,
    pub quote_depth: u32,
    pub source: Source,
}

/// One line with the depth of its block and of its own ">" marks together.
#[derive(Debug, Clone)]
struct Line<'t> {
    text: &'t str,
    /// The text as rules read it.
    folded: String,
    depth: u32,
    is_signature: bool,
}

/// The fresh text of a mail, one line per line, blank lines kept between paragraphs.
///
/// `parent` is the text of the mail that this one answers: its lines are dropped wherever they turn up. `sender` is
/// the sender's name, to know a name alone on the last line. Invisible characters are removed and typographic
/// apostrophes made plain, so that spans into the result are stable.
pub fn fresh_text(blocks: &[Block], parent: Option<&str>, sender: Option<&str>) -> String {
    let blocks: Vec<Block> = blocks.iter().map(|b| Block { text: plain(&b.text), ..b.clone() }).collect();
    let lines: Vec<Line<'_>> = blocks.iter().flat_map(lines_of).collect();
    let own = quotes::own_lines(&lines);
    let kept = signature::without(&own, sender);
    let parent = parent.map(normalised).unwrap_or_default();
    let kept = kept.into_iter().filter(|line| !is_of_parent(line, &parent));
    let mut out = String::new();
    let mut is_gap = false;
    for line in kept {
        let line = line.trim();
        if line.is_empty() {
            is_gap = !out.is_empty();
            continue;
        }
        if !out.is_empty() {
            out.push_str(if is_gap { "\n\n" } else { "\n" });
        }
        is_gap = false;
        out.push_str(line);
    }
    out
}

fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' | '\r'))
        .map(|c| match c {
            '\u{2018}' | '\u{2019}' => '\'',
            '\u{a0}' => ' ',
            c => c,
        })
        .collect()
}

fn lines_of(block: &Block) -> impl Iterator<Item = Line<'_>> {
    block.text.lines().map(|line| {
        let (marks, text) = unquoted(line);
        let folded = fold(text.trim());
        Line {
            text,
            folded,
            depth: block.quote_depth + marks,
            is_signature: block.source == Source::HtmlSignature,
        }
    })
}

/// Counts the leading ">" marks, which may have spaces between them.
fn unquoted(line: &str) -> (u32, &str) {
    let mut marks = 0;
    let mut rest = line;
    while let Some(inner) = rest.trim_start_matches([' ', '\t']).strip_prefix('>') {
        marks += 1;
        rest = inner;
    }
    (marks, rest)
}

/// Lower-case words only, so that wrapping and punctuation do not hide our own lines.
fn normalised(text: &str) -> String {
    let words: Vec<String> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect();
    format!(" {} ", words.join(" "))
}

/// Short lines ("Yes", "on Friday") may repeat our words by chance and stay.
fn is_of_parent(line: &str, parent: &str) -> bool {
    if parent.is_empty() {
        return false;
    }
    let words = normalised(line);
    words.split_whitespace().count() >= 4 && parent.contains(&words)
}

#[cfg(test)]
mod tests;
