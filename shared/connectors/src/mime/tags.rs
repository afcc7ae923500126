//! A forgiving reader of HTML tags: it never fails and never recurses, which is all that untrusted mail needs.
/// A piece of an HTML body. Comments, doctypes and processing instructions are left out.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'h> {
    Text(&'h str),
    Open { name: String, attributes: Vec<(String, String)>, is_closed: bool },
    Close(String),
}

pub(super) struct Tokens<'h> {
    rest: &'h str,
}

pub(super) const fn tokens(html: &str) -> Tokens<'_> {
    Tokens { rest: html }
}

impl<'h> Iterator for Tokens<'h> {
    type Item = Token<'h>;

    fn next(&mut self) -> Option<Token<'h>> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let Some(inner) = self.rest.strip_prefix('<') else {
                return Some(Token::Text(self.take(self.rest.find('<').unwrap_or(self.rest.len()))));
            };
            if inner.starts_with("!--") {
                let end = self.rest.find("-->").map_or(self.rest.len(), |at| at + 3);
                self.take(end);
            } else if inner.starts_with(['!', '?']) {
                self.take(self.rest.find('>').map_or(self.rest.len(), |at| at + 1));
            } else if inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') {
                let end = tag_end(self.rest);
                return Some(tag(self.take(end)));
            } else {
                // A lone "<" is text up to the next one.
                let end = inner.find('<').map_or(self.rest.len(), |at| at + 1);
                return Some(Token::Text(self.take(end)));
            }
        }
    }
}

impl<'h> Tokens<'h> {
    fn take(&mut self, len: usize) -> &'h str {
        let (head, tail) = self.rest.split_at_checked(len).unwrap_or((self.rest, ""));
        self.rest = tail;
        head
    }

    /// Skips to after the closing tag of a raw-text element such as `script`.
    pub(super) fn skip_raw(&mut self, name: &str) {
        let is_closing =
            |tail: &str| tail.get(2..2 + name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name));
        let found = self
            .rest
            .match_indices("</")
            .find(|(at, _)| is_closing(self.rest.get(*at..).unwrap_or_default()));
        self.take(found.map_or(self.rest.len(), |(at, _)| at));
    }
}

/// The byte after the tag's ">"; a ">" inside a quoted attribute does not end it.
fn tag_end(text: &str) -> usize {
    let mut quote = None;
    let mut after_equals = false;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if after_equals => quote = Some(c),
            (None, '>') => return at + 1,
            (None, _) => {}
        }
        after_equals = c == '=' || (after_equals && c.is_whitespace());
    }
    text.len()
}

fn tag<'h>(text: &str) -> Token<'h> {
    let inner = text.trim_start_matches('<').trim_end_matches('>');
    if let Some(name) = inner.strip_prefix('/') {
        return Token::Close(name.trim().to_ascii_lowercase());
    }
    let is_closed = inner.ends_with('/');
    let inner = inner.trim_end_matches('/');
    let (name, attributes) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
    Token::Open { name: name.to_ascii_lowercase(), attributes: read_attributes(attributes), is_closed }
}

fn read_attributes(text: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() && out.len() < 50 {
        let name_end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let (name, tail) = rest.split_at_checked(name_end).unwrap_or((rest, ""));
        let (value, tail) = match tail.trim_start().strip_prefix('=') {
            Some(value) => read_value(value.trim_start()),
            None => ("", tail),
        };
        out.push((name.to_ascii_lowercase(), value.to_owned()));
        rest = tail.trim_start();
    }
    out
}

fn read_value(text: &str) -> (&str, &str) {
    match text.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let inner = text.trim_start_matches(quote);
            if text.len() - inner.len() > 1 {
                return ("", text.get(2..).unwrap_or_default());
            }
            inner.split_once(quote).unwrap_or((inner, ""))
        }
        _ => text.split_once(char::is_whitespace).unwrap_or((text, "")),
    }
}

/// Resolves the entities that occur in mail text; an unknown one stays as written.
pub(super) fn decode_entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (head, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(head);
        let end = tail.char_indices().take(12).find(|(_, c)| *c == ';').map(|(end, _)| end);
        match end.and_then(|end| Some((entity(tail.get(1..end)?)?, tail.get(end + 1..)?))) {
            Some((c, after)) => {
                out.push(c);
                rest = after;
            }
            None => {
                out.push('&');
                rest = tail.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hex = number.strip_prefix(['x', 'X']);
        let code = hex.map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok())?;
        return char::from_u32(code);
    }
    ENTITIES.iter().find(|(known, _)| *known == name).map(|(_, c)| *c)
}

const ENTITIES: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("euro", '€'),
    ("pound", '£'),
    ("yen", '¥'),
    ("cent", '¢'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("hellip", '…'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("bull", '•'),
    ("auml", 'ä'),
    ("ouml", 'ö'),
    ("uuml", 'ü'),
    ("Auml", 'Ä'),
    ("Ouml", 'Ö'),
    ("Uuml", 'Ü'),
    ("szlig", 'ß'),
    ("eacute", 'é'),
    ("egrave", 'è'),
    ("ecirc", 'ê'),
    ("agrave", 'à'),
    ("acirc", 'â'),
    ("ccedil", 'ç'),
    ("ugrave", 'ù'),
    ("ocirc", 'ô'),
    ("icirc", 'î'),
    ("aacute", 'á'),
    ("iacute", 'í'),
    ("oacute", 'ó'),
    ("uacute", 'ú'),
    ("ntilde", 'ñ'),
    ("iexcl", '¡'),
    ("iquest", '¿'),
    ("Eacute", 'É'),
    ("Agrave", 'À'),
    ("deg", '°'),
    ("zwnj", '\u{200c}'),
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_attributes_however_quoted() {
        let found: Vec<Token<'_>> =
            tokens("<DIV class='a b' id=x data-y=\"1 > 0\" hidden>hi</div>").collect();
        let Some(Token::Open { name, attributes, .. }) = found.first() else { panic!("{found:?}") };
        assert_eq!(name, "div");
        let pairs: Vec<(&str, &str)> = attributes.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(pairs, [("class", "a b"), ("id", "x"), ("data-y", "1 > 0"), ("hidden", "")]);
    }

    #[test]
    fn entities_and_stray_signs() {
        assert_eq!(
            decode_entities("3 &lt; 4 &amp; 5 &euro; &#8364;&#x20ac; R&D &unknown;"),
            "3 < 4 & 5 € €€ R&D &unknown;"
        );
        let text: Vec<Token<'_>> = tokens("a < b <!-- x --> c").collect();
        assert_eq!(text.len(), 3);
    }

    proptest! {
        #[test]
        fn any_text_ends(html in "(?:<|>|/|!--|-->|=|\"|'|div|script|&|;|#x|\\PC){0,60}") {
            let mut all = tokens(&html);
            let mut count = 0;
            while all.next().is_some() {
                count += 1;
            }
            prop_assert!(count <= html.len());
            decode_entities(&html);
        }
    }
}
