//! Text as rules read it: lower case, without accents, white space as single spaces, every currency sign a "$". People
//! write "ueberweisen", "uberweisen" and "ÜBERWEISEN"; one rule reads all three, and the span leads back to the words.
use super::signal::Span;
use std::ops::Range;

/// Folded text with, for each of its bytes, the place in the original. A blank line is "\n", other space is " ".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    text: String,
    starts: Vec<usize>,
    ends: Vec<usize>,
}

impl Folded {
    pub fn new(original: &str) -> Self {
        let mut out = Self {
            text: String::with_capacity(original.len()),
            starts: Vec::with_capacity(original.len()),
            ends: Vec::with_capacity(original.len()),
        };
        let mut lines = 0;
        for (at, c) in original.char_indices() {
            let end = at + c.len_utf8();
            if c.is_whitespace() {
                lines = out.space(at, end, if c == '\n' { lines + 1 } else { lines });
                continue;
            }
            lines = 0;
            folded(c, |byte| out.push(byte, at, end));
        }
        out
    }

    fn push(&mut self, byte: char, start: usize, end: usize) {
        self.text.push(byte);
        self.starts.push(start);
        self.ends.push(end);
    }

    /// Adds or widens white space; returns the line ends in it so far.
    fn space(&mut self, start: usize, end: usize, lines: u32) -> u32 {
        let is_running = self.text.ends_with([' ', '\n']);
        if is_running {
            if lines > 1 && self.text.pop().is_some() {
                self.text.push('\n');
            }
            if let Some(last) = self.ends.last_mut() {
                *last = end;
            }
            return lines;
        }
        self.push(' ', start, end);
        lines
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The original span of folded bytes.
    pub fn span(&self, start: usize, end: usize) -> Span {
        let from = self.starts.get(start).copied().unwrap_or_default();
        let to = end.checked_sub(1).and_then(|last| self.ends.get(last)).copied().unwrap_or(from);
        Span::new(from, to.max(from))
    }

    /// The folded bytes of an original span.
    pub fn range(&self, span: Span) -> Range<usize> {
        let start = self.starts.partition_point(|at| *at < span.start);
        let end = self.starts.partition_point(|at| *at < span.end);
        start..end.max(start)
    }

    /// The folded words of an original span.
    pub fn of(&self, span: Span) -> &str {
        self.text.get(self.range(span)).unwrap_or_default()
    }
}

/// Folds a short text whose place does not matter: a line, a subject, a word.
pub fn fold(text: &str) -> String {
    Folded::new(text).text
}

/// The ASCII that stands for a character; what has no such reading is "~", which is no word.
fn folded(c: char, mut out: impl FnMut(char)) {
    if c.is_ascii() {
        return out(c.to_ascii_lowercase());
    }
    let lower = c.to_lowercase().next().unwrap_or(c);
    let text = match lower {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' => "a",
        'æ' => "ae",
        'ç' | 'č' | 'ć' => "c",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' => "e",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'ñ' | 'ń' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => "o",
        'œ' => "oe",
        'ù' | 'ú' | 'û' | 'ü' => "u",
        'ý' | 'ÿ' => "y",
        'ß' => "ss",
        '€' | '£' | '₹' | '¥' => "$",
        '\u{2018}' | '\u{2019}' | '\u{b4}' | '\u{2bc}' => "'",
        '\u{201c}'..='\u{201f}' | '«' | '»' | '‹' | '›' => "\"",
        '\u{2010}'..='\u{2015}' | '−' => "-",
        '…' => ".",
        '•' | '·' | '●' | '▪' | '◦' => "*",
        'º' | 'ª' | '°' => "o",
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{ad}' | '\u{fe0f}' => "",
        _ => "~",
    };
    text.chars().for_each(out);
}

/// Folds the source of a rule, so that rules are written as people spell; "ü" also reads "ue".
pub(super) fn folded_rule(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    for c in source.chars() {
        match c {
            'ä' => out.push_str("ae?"),
            'ö' => out.push_str("oe?"),
            'ü' => out.push_str("ue?"),
            // Case matters in a rule: \S is not \s.
            c if c.is_ascii() => out.push(c),
            c => folded(c, |byte| out.push(byte)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_all_spellings_alike_and_leads_back() {
        let text = "Wir  ÜBERWEISEN\n1.200 € – «n’est» bezahlt…\n\nGruß";
        let folded = Folded::new(text);
        assert_eq!(folded.as_str(), "wir uberweisen 1.200 $ - \"n'est\" bezahlt.\ngruss");
        let at = folded.as_str().find("gruss").unwrap();
        assert_eq!(folded.span(at, at + 5).of(text), "Gruß");
        let at = folded.as_str().find("uberweisen").unwrap();
        assert_eq!(folded.span(at, at + 10).of(text), "ÜBERWEISEN");
        assert_eq!(folded.of(Span::new(0, 3)), "wir");
        assert_eq!(folded_rule(r"über\S"), r"ue?ber\S");
        assert_eq!(fold("u\u{308}ber"), "uber");
    }

    proptest! {
        #[test]
        fn folded_text_is_ascii_and_every_span_is_verbatim(text in "(?:\\PC|[ \n\tß€ü]){0,60}") {
            let folded = Folded::new(&text);
            prop_assert!(folded.as_str().is_ascii());
            for at in 0..folded.as_str().len() {
                let span = folded.span(at, at + 1);
                prop_assert!(text.get(span.start..span.end).is_some_and(|words| !words.is_empty()));
                prop_assert!(folded.range(span).contains(&at));
            }
        }
    }
}
