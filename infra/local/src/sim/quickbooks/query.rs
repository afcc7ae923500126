//! The query language, as far as the simulator speaks it:
//! `SELECT *|COUNT(*) FROM Kind [WHERE field op 'value' [AND …]] [ORDERBY field [DESC], …] [STARTPOSITION n]
//! [MAXRESULTS n]`, with `= < > <= >= LIKE IN`. No OR, no NOT, no joins: QuickBooks has none either.
use crate::sim::quickbooks::refusal::Refusal;
use crate::sim::quickbooks::store::Kind;

/// Rows in one answer where the statement names no number, and the most it may name.
const DEFAULT_RESULTS: i64 = 100;
const MOST_RESULTS: i64 = 1000;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Query {
    pub kind: Kind,
    pub is_count: bool,
    pub conditions: Vec<Condition>,
    /// Field, and whether it runs from high to low.
    pub order: Vec<(String, bool)>,
    /// From 1.
    pub start: i64,
    pub results: i64,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Condition {
    pub field: String,
    /// An SQL operator; `IN` with any number of values, the others with one.
    pub operator: &'static str,
    pub values: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Sign(&'static str),
}

/// Reads a statement.
///
/// # Errors
/// Code 4000 where it does not parse, 4001 where it asks for what cannot be had.
pub(super) fn parse(statement: &str) -> Result<Query, Refusal> {
    let mut reader = Reader { tokens: tokens(statement)?, at: 0 };
    reader.keyword("SELECT")?;
    let is_count = if reader.is_sign("*") {
        false
    } else {
        reader.keyword("COUNT")?;
        for sign in ["(", "*", ")"] {
            reader.sign(sign)?;
        }
        true
    };
    reader.keyword("FROM")?;
    let name = reader.word("an entity")?;
    let kind = Kind::from_name(&name).ok_or_else(|| invalid(format!("there is no entity {name}")))?;
    let mut query = Query {
        kind,
        is_count,
        conditions: Vec::new(),
        order: Vec::new(),
        start: 1,
        results: DEFAULT_RESULTS,
    };
    if reader.is_keyword("WHERE") {
        query.conditions.push(reader.condition()?);
        while reader.is_keyword("AND") {
            query.conditions.push(reader.condition()?);
        }
    }
    if reader.is_keyword("ORDERBY") {
        query.order.push(reader.order()?);
        while reader.is_sign(",") {
            query.order.push(reader.order()?);
        }
    }
    if reader.is_keyword("STARTPOSITION") {
        query.start = reader.number()?;
    }
    if reader.is_keyword("MAXRESULTS") {
        query.results = reader.number()?;
    }
    if let Some(token) = reader.peek() {
        return Err(unparsed(format!("{token:?} was not expected")));
    }
    if query.start < 1 || !(1..=MOST_RESULTS).contains(&query.results) {
        return Err(invalid(format!("STARTPOSITION is from 1, MAXRESULTS from 1 to {MOST_RESULTS}")));
    }
    Ok(query)
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn is_keyword(&mut self, keyword: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword));
        self.at += usize::from(found);
        found
    }

    fn is_sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(this)) if *this == sign);
        self.at += usize::from(found);
        found
    }

    fn keyword(&mut self, keyword: &str) -> Result<(), Refusal> {
        if self.is_keyword(keyword) {
            return Ok(());
        }
        Err(unparsed(format!("{keyword} expected, {:?} found", self.peek())))
    }

    fn sign(&mut self, sign: &str) -> Result<(), Refusal> {
        if self.is_sign(sign) {
            return Ok(());
        }
        Err(unparsed(format!("{sign} expected, {:?} found", self.peek())))
    }

    fn word(&mut self, what: &str) -> Result<String, Refusal> {
        match self.next() {
            Some(Token::Word(word)) => Ok(word),
            other => Err(unparsed(format!("{what} expected, {other:?} found"))),
        }
    }

    fn number(&mut self) -> Result<i64, Refusal> {
        let word = self.word("a number")?;
        word.parse().map_err(|_| unparsed(format!("{word} is not a number")))
    }

    /// Values are quoted; only true and false may stand bare.
    fn value(&mut self) -> Result<String, Refusal> {
        match self.next() {
            Some(Token::Text(text)) => Ok(text),
            Some(Token::Word(word)) if word == "true" || word == "false" => Ok(word),
            other => Err(unparsed(format!("a value in single quotes expected, {other:?} found"))),
        }
    }

    fn condition(&mut self) -> Result<Condition, Refusal> {
        let field = self.word("a property")?;
        if self.is_keyword("IN") {
            self.sign("(")?;
            let mut values = vec![self.value()?];
            while self.is_sign(",") {
                values.push(self.value()?);
            }
            self.sign(")")?;
            return Ok(Condition { field, operator: "IN", values });
        }
        let operator = if self.is_keyword("LIKE") {
            "LIKE"
        } else {
            match self.next() {
                Some(Token::Sign(sign @ ("=" | "<" | ">" | "<=" | ">="))) => sign,
                other => return Err(unparsed(format!("an operator expected, {other:?} found"))),
            }
        };
        Ok(Condition { field, operator, values: vec![self.value()?] })
    }

    fn order(&mut self) -> Result<(String, bool), Refusal> {
        let field = self.word("a property")?;
        let is_descending = self.is_keyword("DESC");
        if !is_descending {
            self.is_keyword("ASC");
        }
        Ok((field, is_descending))
    }
}

fn tokens(statement: &str) -> Result<Vec<Token>, Refusal> {
    let mut out = Vec::new();
    let mut rest = statement.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, after) = if first == '\'' { quoted(rest)? } else { bare(rest, first)? };
        out.push(token);
        rest = after.trim_start();
    }
    Ok(out)
}

/// A text in single quotes; `\'` and `\\` stand for the sign itself.
fn quoted(rest: &str) -> Result<(Token, &str), Refusal> {
    let mut text = String::new();
    let mut signs = rest.char_indices().skip(1);
    while let Some((at, sign)) = signs.next() {
        match sign {
            '\'' => return Ok((Token::Text(text), rest.get(at + 1..).unwrap_or_default())),
            '\\' => text.extend(signs.next().map(|(_, escaped)| escaped)),
            sign => text.push(sign),
        }
    }
    Err(unparsed("a quote is not closed"))
}

fn bare(rest: &str, first: char) -> Result<(Token, &str), Refusal> {
    for sign in ["<=", ">=", "=", "<", ">", "(", ")", ",", "*"] {
        if let Some(after) = rest.strip_prefix(sign) {
            return Ok((Token::Sign(sign), after));
        }
    }
    let is_part = |sign: char| sign.is_ascii_alphanumeric() || sign == '.' || sign == '_';
    let end = rest.find(|sign| !is_part(sign)).unwrap_or(rest.len());
    match rest.split_at_checked(end) {
        Some((word, after)) if !word.is_empty() => Ok((Token::Word(word.to_owned()), after)),
        _ => Err(unparsed(format!("{first:?} was not expected"))),
    }
}

fn unparsed(detail: impl std::fmt::Display) -> Refusal {
    Refusal::invalid("4000", "Error parsing query", format!("QueryParserError: {detail}"))
}

pub(super) fn invalid(detail: impl std::fmt::Display) -> Refusal {
    Refusal::invalid("4001", "Invalid query", format!("QueryValidationError: {detail}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_conditions_order_and_page() {
        let query = parse(
            "select * from Customer where Active IN (true, false) AND DisplayName = 'O\\'Dell' \
             ORDERBY MetaData.LastUpdatedTime, Id DESC STARTPOSITION 101 MAXRESULTS 50",
        )
        .unwrap();
        assert_eq!(
            (query.kind, query.is_count, query.start, query.results),
            (Kind::Customer, false, 101, 50)
        );
        assert_eq!(query.conditions[0].values, ["true", "false"]);
        assert_eq!(query.conditions[1].values, ["O'Dell"]);
        assert_eq!(query.order, [("MetaData.LastUpdatedTime".to_owned(), false), ("Id".to_owned(), true)]);
        assert!(parse("SELECT COUNT(*) FROM Invoice").unwrap().is_count);
    }

    #[test]
    fn refuses_what_quickbooks_has_not() {
        for statement in [
            "SELECT * FROM Invoice WHERE Id = 5",
            "SELECT * FROM Invoice WHERE Id = '5' OR Id = '6'",
            "SELECT * FROM Invoice MAXRESULTS 1001",
            "SELECT * FROM Invoice STARTPOSITION 0",
            "SELECT * FROM Invoice WHERE DocNumber = 'open",
            "SELECT * FROM Ledger",
            "DELETE FROM Invoice",
            "SELECT * FROM Invoice; SELECT * FROM Customer",
        ] {
            assert!(parse(statement).is_err(), "{statement}");
        }
    }
}
