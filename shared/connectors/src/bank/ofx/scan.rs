//! Tags and the values behind them.
use super::super::file_error::{FileError, Reason};

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// An aggregate, or an element that is empty.
    Open {
        name: String,
        line: usize,
    },
    Close {
        name: String,
        line: usize,
    },
    /// An element with its value; its closing tag, where it has one, is not told apart from an aggregate's.
    Value {
        name: String,
        value: String,
        line: usize,
    },
}

impl Token {
    pub const fn line(&self) -> usize {
        match self {
            Self::Open { line, .. } | Self::Close { line, .. } | Self::Value { line, .. } => *line,
        }
    }
}

pub(super) struct Scanner<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Scanner<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { rest: text, line: 1 }
    }

    /// The line reached, from 1.
    pub const fn line(&self) -> usize {
        self.line
    }

    /// # Errors
    /// A tag that does not end.
    pub fn next(&mut self) -> Result<Option<Token>, FileError> {
        loop {
            if self.to('<').is_none() {
                self.pass(self.rest);
                return Ok(None);
            }
            let line = self.line;
            let Some(tag) = self.to('>') else {
                return Err(FileError::from(Reason::CutOff).on_line(line));
            };
            let tag = tag.trim();
            if tag.starts_with(['?', '!']) {
                continue;
            }
            if let Some(name) = tag.strip_prefix('/') {
                return Ok(Some(Token::Close { name: name.trim().to_uppercase(), line }));
            }
            let name = tag.trim_end_matches('/').split_whitespace().next().unwrap_or_default().to_uppercase();
            let value = self.rest.split('<').next().unwrap_or_default();
            let shown = unescaped(value.trim());
            self.pass(value);
            if shown.is_empty() {
                return Ok(Some(Token::Open { name, line }));
            }
            return Ok(Some(Token::Value { name, value: shown, line }));
        }
    }

    /// Passes over the text up to `end` and the character itself, and gives the text.
    fn to(&mut self, end: char) -> Option<&'a str> {
        let (before, _) = self.rest.split_once(end)?;
        self.pass(before);
        let mut rest = self.rest.chars();
        rest.next();
        self.rest = rest.as_str();
        Some(before)
    }

    fn pass(&mut self, text: &str) {
        self.line += text.matches('\n').count();
        self.rest = self.rest.get(text.len()..).unwrap_or_default();
    }
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_end_at_the_next_tag() {
        let mut scanner = Scanner::new("OFXHEADER:100\n<OFX>\n<A>x &amp; y\n<b>2</b><E></OFX>");
        let mut seen = Vec::new();
        while let Some(token) = scanner.next().unwrap() {
            seen.push(match token {
                Token::Open { name, line } => format!("+{name}@{line}"),
                Token::Close { name, line } => format!("-{name}@{line}"),
                Token::Value { name, value, line } => format!("{name}={value}@{line}"),
            });
        }
        assert_eq!(seen, ["+OFX@2", "A=x & y@3", "B=2@4", "-B@4", "+E@4", "-OFX@4"]);
        assert_eq!(Scanner::new("a\n<OFX").next().unwrap_err().line(), Some(2));
    }
}
